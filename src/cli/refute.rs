//! `whatif refute`: a graph and its estimates, held against data.

use super::args::Look;
use super::estimate::{Table, Tables, asked, counted, no_effect, plan, probability};
use super::input::{self, File};
use super::output::Output;
use super::{status, threads};
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use whatif::answer::{self, Answer, Prover};
use whatif::estimate::refute::{self, Refutation, Verdict};
use whatif::estimate::{self, Needs, Options};
use whatif::problem::{self, Problem, Resolved};
use whatif::render::{self, Document};
use whatif::source::Diagnostic;

/// `whatif refute`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Refute {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub table: Table,
    /// A question: its name in the file, its number there, or its text [default: every effect in the file]
    #[arg(long, value_name = "QUESTION")]
    pub query: Option<String>,
    /// How sure a failure is, over all tests of the graph together
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = probability)]
    pub level: f64,
    /// What random numbers start from; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// How the results are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Work on N threads at once [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
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
type Told = Vec<(String, Vec<Refutation>)>;

/// Tries to refute; the status is the largest that applies.
pub fn refute(args: &Refute, output: &mut Output) -> u8 {
    let file = input::file(&args.file);
    let mut diagnostics = file.diagnostics.clone();
    let mut state = File::status(&file);
    let mut told = Told::new();
    if let Some(problem) = file.problem {
        let found = asked(&problem, args.query.as_deref()).and_then(|(own, which)| {
            let problems = own.unwrap_or_else(|| vec![problem]);
            threads::with(args.jobs, || all(args, &problems, which))
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
    let options = Options { level: args.level, seed: args.seed, ..Options::default() };
    let asking = answer::Options { all: true, ..answer::Options::default() };
    let (mut told, mut warnings, mut read) = (Told::new(), Vec::new(), Tables::new());
    for problem in problems {
        let prover = Prover::new(problem).map_err(|fault| vec![fault])?;
        let plan = plan(&args.file, &args.table, problem, which, true)?;
        let answers: Vec<(Answer, usize)> =
            plan.asked.iter().map(|&(query, table)| (prover.answer(query, &asking), table)).collect();
        if let (Some(_), [(only, _)]) = (which, &answers[..])
            && !estimate::is_effect(only)
        {
            return Err(vec![no_effect(problem, only)]);
        }
        let effects: Vec<&(Answer, usize)> = answers.iter().filter(|(answer, _)| estimate::is_effect(answer)).collect();
        for (implied, table) in
            implications(problem)?.iter().flat_map(|one| (0..plan.tables.len()).map(move |t| (one, t)))
        {
            let own = effects.iter().filter(|(answer, at)| *at == table && answer.graph_name == implied.graph_name);
            let own: Vec<&Answer> = own.map(|(answer, _)| answer).collect();
            if own.is_empty() && !effects.is_empty() {
                continue;
            }
            let numeric: Vec<String> = own.iter().filter_map(|answer| estimate::needs(answer)?.numeric).collect();
            let graph = &implied.graph;
            let columns = graph.nodes().map(|node| graph.name(node).to_owned()).filter(|name| !numeric.contains(name));
            let needs = Needs { columns: columns.collect(), numeric: numeric.first().cloned() };
            let (counts, _) = counted((&plan, table), args.jobs, (problem, implied), needs, &mut read, &mut warnings)?;
            let about = format!("The graph {}, held against {} rows", implied.graph_name, counts.rows);
            told.push((about, refute::graph(implied, &own, counts, &options)));
        }
        for (answer, table) in effects {
            let Some(needs) = estimate::needs(answer) else { continue };
            let (counts, _) = counted((&plan, *table), args.jobs, (problem, answer), needs, &mut read, &mut warnings)?;
            let found = refute::effect(problem, answer, counts, &options);
            if !found.is_empty() {
                told.push((answer.text.clone(), found));
            }
        }
    }
    Ok((told, warnings))
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
