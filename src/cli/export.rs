//! `whatif export`: a graph of a file, for another program.

use super::args::Look;
use super::import::put;
use super::input;
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use whatif::exchange::{self, Format, Target};
use whatif::problem::Problem;
use whatif::source::Diagnostic;

/// `whatif export`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What to write
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: To,
    /// The graph, where the file has several
    #[arg(long, value_name = "NAME")]
    pub graph: Option<String>,
    /// Write to this file, not to standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
}

/// What can be written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum To {
    Dagitty,
    Dot,
    Gml,
    Graphml,
    Causaleffect,
    Dosearch,
    Lavaan,
    Json,
    Y0,
    Pgmpy,
    Dowhy,
    Latex,
    Mermaid,
}

const EXAMPLES: &str = "\
Examples:
  whatif export examples/napkin.causal --to dagitty
  whatif export examples/front-door.causal --to causaleffect --graph lungs
  echo 'graph { x -> y; x <-> y }' | whatif export - --to dot

What the format has no place for is said on standard error.
Exit status: 0 the graph was written; 2 the file could not be read or has errors.";

impl To {
    const fn target(self) -> Target {
        match self {
            Self::Dagitty => Target::Format(Format::Dagitty),
            Self::Dot => Target::Format(Format::Dot),
            Self::Gml => Target::Format(Format::Gml),
            Self::Graphml => Target::Format(Format::Graphml),
            Self::Causaleffect => Target::Format(Format::Causaleffect),
            Self::Dosearch => Target::Format(Format::Dosearch),
            Self::Lavaan => Target::Format(Format::Lavaan),
            Self::Json => Target::Format(Format::Json),
            Self::Y0 => Target::Y0,
            Self::Pgmpy => Target::Pgmpy,
            Self::Dowhy => Target::Dowhy,
            Self::Latex => Target::Latex,
            Self::Mermaid => Target::Mermaid,
        }
    }
}

/// Reads the file and prints one of its graphs as the other program has it.
pub fn export(args: &Export, output: &mut Output) -> u8 {
    let file = input::file(&args.file);
    for diagnostic in file.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return status::INPUT };
    let written =
        which(problem, args.graph.as_deref()).and_then(|graph| exchange::export(problem, graph, args.to.target()));
    match written {
        Ok((text, warnings)) => {
            for warning in &warnings {
                output.diagnostic(warning);
            }
            put(&text, args.output.as_deref(), output)
        }
        Err(error) => {
            output.diagnostic(&error);
            status::INPUT
        }
    }
}

/// The graph named, or the only one.
fn which(problem: &Problem, name: Option<&str>) -> Result<usize, Diagnostic> {
    let graphs = &problem.graphs;
    let found = match name {
        Some(name) => graphs.get_index_of(name),
        None => (graphs.len() == 1).then_some(0),
    };
    found.ok_or_else(|| {
        let file = problem.source.name();
        let all: Vec<&str> = graphs.keys().map(String::as_str).collect();
        let message = match (name, graphs.is_empty()) {
            (_, true) => format!("there is no graph in {file}"),
            (Some(name), false) => format!("there is no graph {name} in {file}"),
            (None, false) => format!("{file} has {} graphs", graphs.len()),
        };
        let help = if all.is_empty() {
            "draw one: graph { x -> y }".to_owned()
        } else {
            format!("name one of them with --graph: {}", all.join(", "))
        };
        input::without_place("whatif::which_graph", file, message, &help)
    })
}
