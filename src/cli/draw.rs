//! `whatif draw`: pictures of graphs and of what questions ask of them.

use super::args::Look;
use super::input::{self, File};
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use whatif::answer::{Answer, Options, Prover};
use whatif::draw::{self, Picture};
use whatif::problem::{self, Problem, Resolved};

/// `whatif draw`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Draw {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A question whose variables and open paths are to be marked: its name in the file, its number there, or its text
    #[arg(value_name = "QUESTION")]
    pub question: Option<String>,
    /// The graph to draw, where there is no question [default: all of the file on a terminal, the first in a file]
    #[arg(long, value_name = "NAME", conflicts_with = "question")]
    pub graph: Option<String>,
    /// Where to write: the name's end says what (.svg, .tex, .dot); - is standard output
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// What to write [default: by the name's end, or text]
    #[arg(long, value_enum)]
    pub format: Option<Form>,
    #[command(flatten)]
    pub look: Look,
}

/// What a picture is written as.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Letters of a terminal
    Text,
    Svg,
    /// TikZ, for LaTeX
    Tex,
    /// For Graphviz, with places
    Dot,
}

const EXAMPLES: &str = "\
Examples:
  whatif draw examples/front-door.causal
  whatif draw examples/churn.causal without_service
  whatif draw examples/churn.causal with_usage -o - --format svg
  whatif draw examples/napkin.causal 'P(y | do(x))' --format tex

In a terminal <x> is acted on, {y} asked about, |z| adjusted for or held fixed, (u) not measured.
Exit status: 0 drawn; 2 the file or the question could not be read, has errors or is too large.";

/// Draws; the status.
pub fn draw(args: &Draw, output: &mut Output) -> u8 {
    let file = input::file(&args.file);
    for diagnostic in &file.diagnostics {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return File::status(&file) };
    let form = args.format.or_else(|| args.output.as_deref().and_then(by_name));
    let Some(form) = form.or_else(|| args.output.is_none().then_some(Form::Text)) else {
        output.remark("the name's end says nothing of what to write: end it in .svg, .tex or .dot, or use --format");
        return status::INPUT;
    };
    let pictures = match pictures(args, problem, form, output) {
        Ok(pictures) => pictures,
        Err(status) => return status,
    };
    let text: Vec<String> = pictures.iter().map(|picture| written(picture, form, pictures.len() > 1, output)).collect();
    let text = text.join("\n");
    match args.output.as_deref().filter(|path| *path != Path::new("-")) {
        None => {
            output.text(&text);
            status::FINE
        }
        Some(path) => match std::fs::write(path, text) {
            Ok(()) => status::FINE,
            Err(why) => {
                output.remark(&format!("{}: {why}", path.display()));
                status::INPUT
            }
        },
    }
}

fn by_name(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()? {
        "svg" => Some(Form::Svg),
        "tex" | "tikz" => Some(Form::Tex),
        "dot" | "gv" => Some(Form::Dot),
        "txt" => Some(Form::Text),
        _ => None,
    }
}

fn written(picture: &Picture, form: Form, several: bool, output: &Output) -> String {
    match form {
        Form::Text => {
            let name = if several { format!("{}\n\n", picture.name) } else { String::new() };
            name + &draw::terminal(picture, output.width(), !output.is_unicode())
        }
        Form::Svg => draw::svg(picture),
        Form::Tex => draw::tikz(picture),
        Form::Dot => draw::dot(picture),
    }
}

/// What is to be drawn: one picture, or on a terminal all graphs of a file.
fn pictures(args: &Draw, problem: &Problem, form: Form, output: &mut Output) -> Result<Vec<Picture>, u8> {
    if let Some(question) = args.question.as_deref() {
        return match problem::ask(problem, question) {
            Ok(Resolved::Known(position)) => Ok(vec![marked(problem, position, output)?]),
            Ok(Resolved::New(problems)) => {
                let mut all = Vec::new();
                for problem in &problems {
                    all.push(marked(problem, problem.queries.len().saturating_sub(1), output)?);
                }
                if form != Form::Text && all.len() > 1 {
                    output
                        .remark("several graphs have these variables; the first is drawn; say `… in NAME` for another");
                    all.truncate(1);
                }
                Ok(all)
            }
            Err(faults) => {
                faults.iter().for_each(|fault| output.diagnostic(fault));
                Err(status::INPUT)
            }
        };
    }
    let wanted: Vec<usize> = match args.graph.as_deref() {
        Some(name) => match problem.graphs.get_index_of(name) {
            Some(index) => vec![index],
            None => {
                let known: Vec<&str> = problem.graphs.keys().map(String::as_str).collect();
                output.remark(&format!("there is no graph {name}; the file has {}", known.join(", ")));
                return Err(status::INPUT);
            }
        },
        None if form == Form::Text => (0..problem.graphs.len()).collect(),
        None => (0..problem.graphs.len().min(1)).collect(),
    };
    if wanted.is_empty() {
        output.remark("the file has no graph");
        return Err(status::INPUT);
    }
    wanted.into_iter().map(|index| one(problem, index, None, output)).collect()
}

fn marked(problem: &Problem, position: usize, output: &mut Output) -> Result<Picture, u8> {
    let prover = Prover::new(problem).map_err(|diagnostic| {
        output.diagnostic(&diagnostic);
        status::INPUT
    })?;
    let answer = prover.answer(position, &Options::default());
    let graph = problem.queries.get(position).map_or(0, |query| query.graph);
    one(problem, graph, Some(&answer), output)
}

fn one(problem: &Problem, graph: usize, answer: Option<&Answer>, output: &mut Output) -> Result<Picture, u8> {
    let Some((_, entry)) = problem.graphs.get_index(graph) else { return Err(status::INPUT) };
    draw::picture(entry, answer).map_err(|large| {
        output.remark(&format!(
            "{} has {large}: cut it to the ancestors of what you ask, or write it for Graphviz with whatif export --to dot",
            entry.name
        ));
        status::INPUT
    })
}
