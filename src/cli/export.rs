//! `whatif export`: a graph of a file, for another program.

use super::args::Look;
use super::import::put;
use super::input;
use super::loaded::{What, load};
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use whatif::exchange::{self, Format, Target};
use whatif::network;
use whatif::problem::Problem;
use whatif::source::Diagnostic;

/// `whatif export`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Export {
    /// A file in the language of whatif; - is standard input; for bif, xmlbif and hugin a network too
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What to write
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: To,
    /// The graph, where the file has several
    #[arg(long, value_name = "NAME")]
    pub graph: Option<String>,
    /// For bif, xmlbif and hugin: the model, where the file has several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
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
    Bif,
    Xmlbif,
    Hugin,
}

const EXAMPLES: &str = "\
Examples:
  whatif export examples/napkin.causal --to dagitty
  whatif export examples/front-door.causal --to causaleffect --graph lungs
  echo 'graph { x -> y; x <-> y }' | whatif export - --to dot
  whatif export examples/models/asia.causal --to bif

bif, xmlbif and hugin are networks with their numbers, as pgmpy and pyAgrum read them; a model's noise
becomes variables. What the format has no place for is said on standard error.
Exit status: 0 the graph was written; 2 the file could not be read or has errors.";

impl To {
    /// A graph's form, or that of a network with its numbers.
    const fn target(self) -> Result<Target, network::Format> {
        Ok(match self {
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
            Self::Bif => return Err(network::Format::Bif),
            Self::Xmlbif => return Err(network::Format::XmlBif),
            Self::Hugin => return Err(network::Format::Hugin),
        })
    }
}

/// Reads the file and prints one of its graphs as the other program has it.
pub fn export(args: &Export, output: &mut Output) -> u8 {
    let target = match args.to.target() {
        Ok(target) => target,
        Err(format) => return numbers(args, format, output),
    };
    let file = input::file(&args.file);
    for diagnostic in file.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return status::INPUT };
    let written = which(problem, args.graph.as_deref()).and_then(|graph| exchange::export(problem, graph, target));
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

/// Writes a model or a network with its numbers.
fn numbers(args: &Export, format: network::Format, output: &mut Output) -> u8 {
    let loaded = match load(&args.file, args.model.as_deref(), false) {
        Ok(loaded) => loaded,
        Err(diagnostics) => {
            diagnostics.iter().for_each(|diagnostic| output.diagnostic(diagnostic));
            return status::INPUT;
        }
    };
    for warning in &loaded.warnings {
        output.diagnostic(warning);
    }
    match &loaded.what {
        What::Network(network) => put(&format.write(network), args.output.as_deref(), output),
        What::Linear(_) => {
            output.diagnostic(&input::without_place(
                "whatif::linear_network",
                &loaded.name,
                "a linear model has no tables, and this format holds nothing else".to_owned(),
                "draw rows from it instead: whatif simulate",
            ));
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
