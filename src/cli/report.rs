//! `whatif report`: a file with its answers as one page.

use super::args::Look;
use super::input::{self, File};
use super::measured::measured;
use super::output::Output;
use super::status;
use clap::Args;
use std::path::{Path, PathBuf};
use whatif::answer::{Answer, Body, Expected, Options, Prover, Verdict};
use whatif::estimate::Estimate;
use whatif::parallel;
use whatif::report::{self, Contents};

/// `whatif report`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Report {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where to write the page; - is standard output [default: beside the file, ending in .html]
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub look: Look,
}

const EXAMPLES: &str = "\
Examples:
  whatif report examples/churn.causal -o -

The page needs nothing else: no script, no font, no network. Where the file has a model, or estimate
and refute lines, it shows the numbers.
Exit status: as for run: 0 all answered and every expectation held; 1 one did not hold, a proof failed
or data refuted something; 2 the file or its data could not be read or have errors; 70 the kernel refused a certificate.";

/// Writes the page; the status of the run behind it.
pub fn report(args: &Report, output: &mut Output) -> u8 {
    let file = input::file(&args.file);
    for diagnostic in &file.diagnostics {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return File::status(&file) };
    let prover = match Prover::new(problem) {
        Ok(prover) => prover,
        Err(diagnostic) => {
            output.diagnostic(&diagnostic);
            return status::INPUT;
        }
    };
    // Where the file has a model, its numbers stand beside the formula.
    let options = Options { check_numerically: true, ..Options::default() };
    let answers: Vec<Answer> = parallel::map(0..problem.queries.len(), |index| prover.answer(index, &options));
    let expected: Vec<Expected> =
        parallel::map(0..problem.expectations.len(), |index| prover.expectation(index, &options));
    let measured = measured(&args.file, problem, &answers, None);
    for diagnostic in &measured.diagnostics {
        output.diagnostic(diagnostic);
    }
    let estimates: Vec<&Estimate> = measured.estimates.iter().map(|found| &found.estimate).collect();
    let page = report::page(&Contents {
        problem,
        answers: &answers,
        expected: &expected,
        estimates: &estimates,
        refuted: &measured.refuted,
    });
    let beside = args.file.with_extension("html");
    let path = args.output.as_deref().unwrap_or(if args.file == Path::new("-") { Path::new("-") } else { &beside });
    if path == Path::new("-") {
        output.text(&page);
    } else if let Err(why) = std::fs::write(path, &page) {
        output.remark(&format!("{}: {why}", path.display()));
        return status::INPUT;
    } else {
        output.remark(&format!("{}: {}", path.display(), size(page.len())));
    }
    came_to(&answers, &expected).max(File::status(&file)).max(measured.status())
}

/// A length in bytes as a person says it.
fn size(bytes: usize) -> String {
    if bytes < 1 << 20 {
        format!("{} KB", bytes.div_ceil(1 << 10))
    } else {
        format!("{:.1} MB", bytes as f64 / f64::from(1 << 20))
    }
}

fn came_to(answers: &[Answer], expected: &[Expected]) -> u8 {
    let refused = answers.iter().any(super::run::refused)
        || expected.iter().any(|one| one.refused.is_some() || one.self_check_failed);
    if refused {
        return status::REFUSED;
    }
    let failed = answers.iter().any(|answer| matches!(&answer.body, Body::Proof { verdict: Verdict::Fails(_), .. }));
    if failed || expected.iter().any(|one| one.holds != Some(true)) { status::OTHERWISE } else { status::FINE }
}
