//! `whatif explain`: answers in plain words.

use super::args::Look;
use super::input::{self, File};
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use whatif::answer::{Answer, Options, Prover};
use whatif::problem::{self, Problem, Resolved};
use whatif::render::{self, Document};

/// `whatif explain`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// A question: its name in the file, its number there, or its text [default: all of the file]
    #[arg(value_name = "QUESTION")]
    pub question: Option<String>,
    /// How the explanation is written
    #[arg(long, value_enum, default_value_t = Prose::Text)]
    pub format: Prose,
    #[command(flatten)]
    pub look: Look,
}

/// How prose is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prose {
    Text,
    Latex,
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  whatif explain examples/front-door.causal 1
  whatif explain examples/churn.causal without_service
  whatif explain examples/churn.causal 'P(churn | do(engagement))'
  whatif explain examples/simpson.causal --format markdown

A question that names no graph is asked of each graph of the file that has its variables.
Exit status: 0 explained; 2 the file or the question could not be read or has errors;
70 the kernel refused a certificate, which is a defect of the program.";

/// Explains one question or all; the status is the largest that applies.
pub fn explain(args: &Explain, output: &mut Output) -> u8 {
    let file = input::file(&args.file);
    for diagnostic in &file.diagnostics {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return File::status(&file) };
    let mut page = Document::default();
    let asked = match args.question.as_deref().map(|text| problem::ask(problem, text)) {
        None => Ok(tell(problem, 0..problem.queries.len(), &mut page, output)),
        Some(Ok(Resolved::Known(position))) => Ok(tell(problem, position..position + 1, &mut page, output)),
        Some(Ok(Resolved::New(problems))) => Ok(problems
            .iter()
            .map(|problem| {
                let last = problem.queries.len();
                tell(problem, last.saturating_sub(1)..last, &mut page, output)
            })
            .max()
            .unwrap_or(status::FINE)),
        Some(Err(faults)) => Err(faults),
    };
    let status = match asked {
        Ok(status) => status,
        Err(faults) => {
            for fault in &faults {
                output.diagnostic(fault);
            }
            return status::INPUT;
        }
    };
    if page.blocks.is_empty() && status == status::FINE {
        output.remark(&format!(
            "{}: nothing is asked; ask here: whatif explain {} 'P(y | do(x))'",
            problem.source.name(),
            problem.source.name()
        ));
    }
    match args.format {
        Prose::Text => output.document(&page),
        Prose::Latex => output.text(&render::latex(&page)),
        Prose::Markdown => output.text(&render::markdown(&page)),
    }
    status
}

fn tell(problem: &Problem, which: std::ops::Range<usize>, page: &mut Document, output: &mut Output) -> u8 {
    let prover = match Prover::new(problem) {
        Ok(prover) => prover,
        Err(diagnostic) => {
            output.diagnostic(&diagnostic);
            return status::INPUT;
        }
    };
    let answers: Vec<Answer> = which.map(|index| prover.answer(index, &Options::default())).collect();
    for answer in &answers {
        page.append(render::explain(problem, answer));
    }
    if answers.iter().any(super::run::refused) { status::REFUSED } else { status::FINE }
}
