//! `whatif import`: another program's graph, in the language.

use super::args::Look;
use super::input;
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use whatif::exchange::{self, Format};

/// `whatif import`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Import {
    /// The other program's file; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What the file is [default: what it looks like]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub from: Option<From>,
    /// Write to this file, not to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
}

/// What can be read.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    Dagitty,
    Dot,
    Gml,
    Graphml,
    Causaleffect,
    Dosearch,
    Lavaan,
    Json,
}

const EXAMPLES: &str = "\
Examples:
  echo 'digraph { smoking -> tar -> cancer }' | whatif import -
  echo 'x -> m; m -> y; x <-> y' | whatif import - --from dosearch -o front-door.causal
  echo 'dag { x [exposure] y [outcome] z -> x -> y <- z }' | whatif import - | whatif run -

What cannot be carried over is said on standard error.
Exit status: 0 the graph was read; 2 the file could not be read or has errors.";

impl From {
    const fn format(self) -> Format {
        match self {
            Self::Dagitty => Format::Dagitty,
            Self::Dot => Format::Dot,
            Self::Gml => Format::Gml,
            Self::Graphml => Format::Graphml,
            Self::Causaleffect => Format::Causaleffect,
            Self::Dosearch => Format::Dosearch,
            Self::Lavaan => Format::Lavaan,
            Self::Json => Format::Json,
        }
    }
}

/// Reads the file and prints its graph in the language.
pub fn import(args: &Import, output: &mut Output) -> u8 {
    let source = match input::read(&args.file) {
        Ok(source) => source,
        Err(diagnostic) => {
            output.diagnostic(&diagnostic);
            return status::INPUT;
        }
    };
    let (model, diagnostics) = exchange::read(&source, args.from.map(From::format));
    for diagnostic in &diagnostics {
        output.diagnostic(diagnostic);
    }
    match model {
        Some(model) => put(&model.causal(), args.output.as_deref(), output),
        None => status::INPUT,
    }
}

/// Writes to a file where one is named, else to standard output.
pub fn put(text: &str, file: Option<&Path>, output: &mut Output) -> u8 {
    let Some(file) = file else {
        output.text(text);
        return status::FINE;
    };
    match std::fs::write(file, text) {
        Ok(()) => status::FINE,
        Err(error) => {
            let error = error.to_string();
            let error = error.split(" (os error").next().unwrap_or_default();
            let name = file.display().to_string();
            let message = format!("cannot write {name}: {error}");
            output.diagnostic(&input::without_place("whatif::unwritable_file", &name, message, "name another file"));
            status::INPUT
        }
    }
}
