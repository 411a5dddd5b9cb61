//! `whatif run`: every question of every file, in parallel, told in file order.

use super::args::{Format, Run, SelfCheck, Steps};
use super::estimate::Found;
use super::input::{self, File};
use super::measured::{Measured, measured};
use super::output::Output;
use super::{loaded, status, threads};
use std::path::Path;
use std::time::Instant;
use whatif::answer::{Answer, Body, Expected, Limits, Options, Prover, SelfChecks, Verdict};
use whatif::estimate::refute::Refutation;
use whatif::json::{Data, Estimated, Report};
use whatif::problem::{Problem, QueryKind};
use whatif::render::{self, Document};
use whatif::source::Diagnostic;

/// What came of a file.
#[derive(Default)]
struct Outcome {
    /// Why its graphs could not be made ready, if so.
    unready: Option<Diagnostic>,
    /// Its questions answered, in order.
    answers: Vec<Answer>,
    /// Its expectations, in order.
    expected: Vec<Expected>,
    /// What data say, where the file asks them.
    measured: Measured,
}

/// Answers everything and prints it. The status is the largest that applies.
pub fn run(args: &Run, output: &mut Output) -> u8 {
    let files: Vec<File> = args.files.iter().map(|path| input::asked(path, &args.ask)).collect();
    let mut outcomes = answer(args, &files);
    for ((path, file), outcome) in args.files.iter().zip(&files).zip(&mut outcomes) {
        if let (Some(problem), None) = (&file.problem, &outcome.unready) {
            outcome.measured = measured(path, problem, &outcome.answers, args.jobs);
        }
    }
    match args.format {
        Format::Json => output.text(&json(&files, &outcomes)),
        Format::Text | Format::Latex | Format::Markdown => {
            let mut page = Document::default();
            for (file, outcome) in files.iter().zip(&outcomes) {
                for diagnostic in file.diagnostics.iter().chain(&outcome.unready).chain(&outcome.measured.diagnostics) {
                    output.diagnostic(diagnostic);
                }
                if let Some(problem) = file.problem.as_ref().filter(|_| !args.quiet)
                    && problem.queries.is_empty()
                    && problem.expectations.is_empty()
                {
                    output.remark(&nothing_asked(problem));
                }
                page.append(document(file, outcome, args));
            }
            match args.format {
                Format::Latex => output.text(&render::latex(&page)),
                Format::Markdown => output.text(&render::markdown(&page)),
                Format::Text | Format::Json => output.document(&page),
            }
        }
    }
    let read = files.iter().map(File::status);
    read.chain(outcomes.iter().map(Outcome::status)).max().unwrap_or(status::FINE)
}

/// What to ask of a file that asks nothing.
fn nothing_asked(problem: &Problem) -> String {
    let name = problem.source.name();
    if !loaded::is_network(Path::new(name)) {
        return format!("{name}: nothing is asked; a question looks like this: P(y | do(x))");
    }
    let edge = problem.graphs.values().next().and_then(|graph| {
        let (from, to) = graph.source.directed().next()?;
        Some((graph.source.name(from).to_owned(), graph.source.name(to).to_owned()))
    });
    let (x, y) = edge.unwrap_or_else(|| ("x".to_owned(), "y".to_owned()));
    format!(
        "{name}: nothing is asked; ask here: whatif run {name} --ask 'P({y} | do({x}))'\n\
         or see every marginal: whatif marginals {name}"
    )
}

/// One question or expectation of one file.
#[derive(Clone, Copy)]
enum Task {
    Question(usize),
    Expectation(usize),
}

enum Done {
    Question(Box<Answer>),
    Expectation(Expected),
}

fn answer(args: &Run, files: &[File]) -> Vec<Outcome> {
    let start = Instant::now();
    let clock = move || start.elapsed().as_secs_f64();
    let limits = Limits { list: args.limit, ..Limits::default() };
    let self_check = match args.self_check {
        SelfCheck::Always => SelfChecks::Always,
        SelfCheck::Small => SelfChecks::Small,
        SelfCheck::Never => SelfChecks::Never,
    };
    let options = Options {
        limits,
        clock: Some(&clock),
        all: args.all,
        check_numerically: args.check_numerically,
        fragile: args.fragile,
        self_check,
        ..Options::default()
    };
    let mut outcomes: Vec<Outcome> = files.iter().map(|_| Outcome::default()).collect();
    let provers: Vec<Option<Prover<'_>>> = files
        .iter()
        .zip(&mut outcomes)
        .map(|(file, outcome)| match file.problem.as_ref().map(Prover::new)? {
            Ok(prover) => Some(prover),
            Err(diagnostic) => {
                outcome.unready = Some(diagnostic);
                None
            }
        })
        .collect();
    let mut tasks = Vec::new();
    for (i, (file, prover)) in files.iter().zip(&provers).enumerate() {
        let (Some(problem), Some(prover)) = (&file.problem, prover) else { continue };
        let everything = !args.quiet || args.format == Format::Json;
        // A proof that fails did not hold, so it is looked at however little is to be printed.
        let asked = problem
            .queries
            .iter()
            .enumerate()
            .filter(|(_, query)| everything || matches!(query.kind, QueryKind::Proof { .. }));
        tasks.extend(asked.map(|(index, _)| (i, prover, Task::Question(index))));
        tasks.extend((0..problem.expectations.len()).map(|index| (i, prover, Task::Expectation(index))));
    }
    let done: Vec<(usize, Done)> = threads::map(args.jobs, tasks.len(), |index| {
        let (file, prover, task) = tasks[index];
        match task {
            Task::Question(index) => (file, Done::Question(Box::new(prover.answer(index, &options)))),
            Task::Expectation(index) => (file, Done::Expectation(prover.expectation(index, &options))),
        }
    });
    for (file, done) in done {
        match done {
            Done::Question(answer) => outcomes[file].answers.push(*answer),
            Done::Expectation(expected) => outcomes[file].expected.push(expected),
        }
    }
    outcomes
}

impl Outcome {
    fn status(&self) -> u8 {
        let ready = if self.unready.is_some() { status::INPUT } else { status::FINE };
        status(&self.answers, &self.expected).max(ready).max(self.measured.status())
    }
}

/// How answers and expectations went.
pub fn status(answers: &[Answer], expected: &[Expected]) -> u8 {
    let answers = answers.iter().map(|answer| {
        if refused(answer) {
            status::REFUSED
        } else if proof_fails(answer) {
            status::OTHERWISE
        } else {
            status::FINE
        }
    });
    let expected = expected.iter().map(|expected| match expected.holds {
        _ if expected.refused.is_some() || expected.self_check_failed => status::REFUSED,
        Some(true) => status::FINE,
        Some(false) | None => status::OTHERWISE,
    });
    answers.chain(expected).max().unwrap_or(status::FINE)
}

/// Whether it is a reader's proof with a line that does not follow.
const fn proof_fails(answer: &Answer) -> bool {
    matches!(answer.body, Body::Proof { verdict: Verdict::Fails(_), .. })
}

/// Whether the kernel refused the answer's certificate, or the self-check failed.
pub fn refused(answer: &Answer) -> bool {
    let verdict = match &answer.body {
        Body::Effect { verdict, .. }
        | Body::Contrast { verdict, .. }
        | Body::Independence { verdict, .. }
        | Body::Equality { verdict, .. }
        | Body::Proof { verdict, .. } => verdict,
        Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Number { .. } => return false,
    };
    match verdict {
        Verdict::Undetermined(why) => why.is_defect(),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Holds(_) | Verdict::Fails(_) => false,
    }
}

/// What a person is told of a file.
fn document(file: &File, outcome: &Outcome, args: &Run) -> Document {
    let mut page = Document::default();
    let Some(problem) = &file.problem else { return page };
    let steps = match args.steps {
        None => render::Steps::None,
        Some(Steps::Board) => render::Steps::Board,
        Some(Steps::Full) => render::Steps::All,
    };
    for answer in outcome.answers.iter().filter(|answer| !args.quiet || proof_fails(answer)) {
        page.append(render::document(problem, answer, steps));
        if args.explain {
            page.append(render::in_plain_words(problem, answer));
        }
    }
    if args.quiet {
        page.append(outcome.measured.failures());
    } else {
        page.append(outcome.measured.document(problem));
    }
    if !args.quiet || outcome.expected.iter().any(|expected| expected.holds != Some(true)) {
        page.append(render::expectations(problem, &outcome.expected));
    }
    page
}

fn json(files: &[File], outcomes: &[Outcome]) -> String {
    let reports: Vec<Report<'_>> = files
        .iter()
        .zip(outcomes)
        .filter_map(|(file, outcome)| {
            let problem = file.problem.as_ref()?;
            Some(Report { problem, answers: &outcome.answers, expectations: &outcome.expected })
        })
        .collect();
    let diagnostics: Vec<Diagnostic> = files
        .iter()
        .zip(outcomes)
        .flat_map(|(file, outcome)| {
            file.diagnostics.iter().chain(&outcome.unready).chain(&outcome.measured.diagnostics).cloned()
        })
        .collect();
    let estimates: Vec<Vec<Estimated<'_>>> =
        outcomes.iter().map(|outcome| outcome.measured.estimates.iter().map(Found::timed).collect()).collect();
    let refutations: Vec<Vec<&Refutation>> =
        outcomes.iter().map(|outcome| outcome.measured.refuted.iter().flat_map(|(_, all)| all).collect()).collect();
    let data: Vec<Data<'_>> = files
        .iter()
        .zip(estimates.iter().zip(&refutations))
        .filter_map(|(file, (estimates, refutations))| {
            Some(Data { file: file.problem.as_ref()?.source.name(), estimates, refutations })
        })
        .collect();
    let mut document = whatif::json::document(&reports, &diagnostics);
    whatif::json::add_data(&mut document, &data);
    format!("{document:#}\n")
}
