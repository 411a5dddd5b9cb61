//! `whatif refute`: a graph and its estimates, held against data.

use super::continuous::{Continuous, How, Question};
use super::estimate::{Common, Method, Plan, Reading, asked, counted, no_effect, plan};
use super::input::{self, File};
use super::output::Output;
use super::{status, threads};
use clap::{Args, ValueEnum};
use whatif::answer::{self, Answer, Prover};
use whatif::estimate::refute::{self, Refutation, Verdict};
use whatif::estimate::{self, Needs, Options};
use whatif::problem::{self, Control, Problem, Resolved};
use whatif::render::{self, Document};
use whatif::source::Diagnostic;

/// `whatif refute`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Refute {
    #[command(flatten)]
    pub common: Common,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How results are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Text,
    Json,
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  whatif refute examples/data/churn.causal
  whatif refute examples/data/front-door.causal --query effect
  whatif refute examples/data/churn.causal --data examples/data/churn.csv --format json

The graph: everything it says of the data is tested, corrected for the number of tests. The
estimates: what must not matter is changed, and what must matter is taken away. A test that could
not have found anything says how many rows would do.

Exit status: 0 nothing failed; 1 something did; 2 the file, the question or the data could not be
read or have errors; 70 the kernel refused a certificate.";

/// Results with what they are about.
pub type Told = Vec<(String, Vec<Refutation>)>;

/// Tries to refute; the status is the largest that applies.
pub fn refute(args: &Refute, output: &mut Output) -> u8 {
    let file = input::file(&args.common.file);
    let mut diagnostics = file.diagnostics.clone();
    let mut state = File::status(&file);
    let mut told = Told::new();
    if let Some(problem) = file.problem {
        let found = asked(&problem, args.common.query.as_deref()).and_then(|(own, which)| {
            let problems = own.unwrap_or_else(|| vec![problem]);
            threads::with(args.common.jobs, || all(args, &problems, which))
        });
        match found {
            Ok((found, more)) => {
                told = found;
                diagnostics.extend(more);
            }
            Err(faults) => {
                diagnostics.extend(faults);
                state = status::INPUT;
            }
        }
    }
    if state == status::FINE && told.iter().flat_map(|(_, all)| all).any(|one| one.verdict == Verdict::Failed) {
        state = status::OTHERWISE;
    }
    if args.format == Format::Json {
        let all: Vec<Refutation> = told.into_iter().flat_map(|(_, all)| all).collect();
        output.text(&format!("{:#}\n", whatif::json::refutations(&all, &diagnostics)));
        return state;
    }
    for diagnostic in &diagnostics {
        output.diagnostic(diagnostic);
    }
    let mut page = Document::default();
    for (about, all) in &told {
        page.append(render::refutations(about, all));
    }
    match args.format {
        Format::Markdown => output.text(&render::markdown(&page)),
        Format::Text | Format::Json => output.document(&page),
    }
    state
}

fn all(args: &Refute, problems: &[Problem], which: Option<usize>) -> Result<(Told, Vec<Diagnostic>), Vec<Diagnostic>> {
    let common = &args.common;
    let options = Options { level: common.level, seed: common.seed, ..Options::default() };
    let mut reading = Reading { jobs: common.jobs, ..Reading::default() };
    let mut told = Told::new();
    for problem in problems {
        let plan = plan(&common.file, &common.table, problem, which, true)?;
        told.extend(refutations(problem, &plan, which.is_some(), &options, &mut reading)?);
    }
    Ok((told, reading.warnings))
}

/// Tries to refute what a plan asks for, and the graphs behind it. Where `one` question was asked for, it has to be one
/// that data could answer.
pub fn refutations(
    problem: &Problem,
    plan: &Plan,
    one: bool,
    options: &Options,
    reading: &mut Reading,
) -> Result<Told, Vec<Diagnostic>> {
    let asking = answer::Options { all: true, ..answer::Options::default() };
    let prover = Prover::new(problem).map_err(|fault| vec![fault])?;
    let asked = plan.asked.iter().zip(&plan.controls);
    let answers: Vec<(Answer, usize, &[Control])> =
        asked.map(|(&(query, table), controls)| (prover.answer(query, &asking), table, controls.as_slice())).collect();
    if let (true, [(only, ..)]) = (one, &answers[..])
        && !estimate::is_effect(only)
    {
        return Err(vec![no_effect(problem, only)]);
    }
    let mut told = Told::new();
    let effects: Vec<&(Answer, usize, &[Control])> =
        answers.iter().filter(|(answer, ..)| estimate::is_effect(answer)).collect();
    for (implied, table) in implications(problem)?.iter().flat_map(|one| (0..plan.tables.len()).map(move |t| (one, t)))
    {
        let own = effects.iter().filter(|(answer, at, _)| *at == table && answer.graph_name == implied.graph_name);
        let own: Vec<&Answer> = own.map(|(answer, ..)| answer).collect();
        if own.is_empty() && !effects.is_empty() {
            continue;
        }
        let numeric: Vec<String> = own.iter().filter_map(|answer| estimate::needs(answer)?.numeric).collect();
        let graph = &implied.graph;
        let columns = graph.nodes().map(|node| graph.name(node).to_owned()).filter(|name| !numeric.contains(name));
        let needs = Needs { columns: columns.collect(), numeric: numeric.first().cloned() };
        let (counts, _) = counted(
            (plan, table),
            reading.jobs,
            (problem, implied),
            needs,
            &mut reading.read.counted,
            &mut reading.warnings,
        )?;
        let about = format!("The graph {}, held against {} rows", implied.graph_name, counts.rows);
        told.push((about, refute::graph(implied, &own, counts, options)));
    }
    let continuous = Continuous::default();
    let how = How { method: Method::Auto, continuous: &continuous, jobs: reading.jobs };
    for (answer, table, controls) in effects {
        let Some(needs) = refute::needs_with(answer, controls) else { continue };
        let question = Question { arguments: how, plan, table: *table, problem, answer, options };
        let (read, warnings) = (&mut reading.read, &mut reading.warnings);
        let found = if question.countable(&needs, read, warnings)?.is_some() {
            let (counts, _) =
                counted((plan, *table), reading.jobs, (problem, answer), needs, &mut read.counted, warnings)?;
            refute::effect(problem, answer, counts, controls, options)
        } else {
            let (rows, _) = question.kept(needs, read, warnings)?;
            refute::effect_from_rows(problem, answer, rows, controls, options)
        };
        if !found.is_empty() {
            told.push((answer.text.clone(), found));
        }
    }
    Ok(told)
}

/// What each graph of a problem says of the data.
fn implications(problem: &Problem) -> Result<Vec<Answer>, Vec<Diagnostic>> {
    let Resolved::New(problems) = problem::ask(problem, "implications")? else { return Ok(Vec::new()) };
    let mut answers = Vec::new();
    for problem in &problems {
        let prover = Prover::new(problem).map_err(|fault| vec![fault])?;
        answers
            .extend(problem.queries.len().checked_sub(1).map(|last| prover.answer(last, &answer::Options::default())));
    }
    Ok(answers)
}
