//! `whatif estimate`: a proved estimand and a table of data come to a number.

use super::args::Look;
use super::continuous::{Continuous, How, Question, Read};
use super::data::{self, Columns};
use super::input::{self, File};
use super::marginals::field;
use super::output::Output;
use super::{status, threads};
use clap::{Args, ValueEnum};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;
use whatif::answer::{self, Answer, Prover};
use whatif::data::Counts;
use whatif::draw;
use whatif::estimate::{self, Empty, Needs, Options};
use whatif::json::{self, Estimated};
use whatif::problem::{self, Control, Problem, Resolved, TableColumn, TableEntry, Task};
use whatif::render::{self, Document};
use whatif::source::{Diagnostic, Severity};

/// `whatif estimate`
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Estimate {
    #[command(flatten)]
    pub common: Common,
    /// How the number is found; auto takes what fits the question and the data
    #[arg(long, value_enum, default_value_t = Method::Auto)]
    pub method: Method,
    #[command(flatten)]
    pub continuous: Continuous,
    /// Intervals from so many bootstrap replicates, and not from the standard error
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = replicates)]
    pub bootstrap: usize,
    /// Count every combination of levels so many rows more, so that none is empty
    #[arg(long, value_name = "ROWS", value_parser = positive, conflicts_with = "overlap")]
    pub smooth: Option<f64>,
    /// Leave out who has no counterpart, and say to whom the number then applies
    #[arg(long)]
    pub overlap: bool,
    /// How the numbers are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Draw the numbers as well, and how far the arms of an adjustment overlap, as SVG; - writes only that
    #[arg(long, value_name = "PATH")]
    pub plot: Option<PathBuf>,
}

/// What is asked of which data: the same for whoever asks something of data.
#[derive(Args, Debug)]
pub struct Common {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[command(flatten)]
    pub table: Table,
    /// A question: its name in the file, its number there, or its text [default: every effect in the file]
    #[arg(long, value_name = "QUESTION")]
    pub query: Option<String>,
    /// How sure intervals are, and that a test which fails does not fail by chance
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = probability)]
    pub level: f64,
    /// What random numbers start from; the same seed gives the same numbers on any number of threads
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Work on N threads at once [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// Where the data are.
#[derive(Args, Clone, Debug, Default)]
pub struct Table {
    /// The data: CSV, packed with gzip or not, or Parquet; - is standard input [default: what the file says]
    #[arg(long, value_name = "DATA")]
    pub data: Option<PathBuf>,
    /// The data as counts: what the query of whatif counts returned, as CSV
    #[arg(long, value_name = "COUNTS", conflicts_with = "data")]
    pub counts: Option<PathBuf>,
    /// The data in a database, which counts them: adbc:DRIVER?uri=…&table=TABLE, values percent-encoded
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["data", "counts"])]
    pub on: Option<String>,
    #[command(flatten)]
    pub columns: Columns,
}

/// How a number is found.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Plug-in where all is discrete, aipw where numbers are adjusted for
    Auto,
    /// The formula, evaluated on counts of the data
    PlugIn,
    /// Adjustments: regression of the outcome, averaged (standardisation, the g-formula)
    Regression,
    /// Adjustments: rows weighted by one over their chance of the action they had
    Ipw,
    /// Adjustments: both at once, right where one of them is
    Aipw,
    /// An instrument, by two-stage least squares; assumes a straight line
    Iv,
}

/// How numbers are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Text,
    Json,
    Csv,
    Markdown,
}

const EXAMPLES: &str = "\
Examples:
  whatif estimate examples/data/kidney.causal
  whatif estimate examples/data/churn.causal --bootstrap 2000
  whatif estimate examples/data/churn.causal --plot churn.svg
  whatif estimate examples/data/churn.causal --query effect --format json
  whatif estimate examples/data/churn.causal --query 'P(churn = yes | do(call))'
  whatif estimate examples/data/churn.causal --data examples/data/churn.csv --format csv

A file says where its data are: table visits = \"visits.csv\", estimate total from visits. With
--data the file needs no change, and every effect in it is estimated.

Only what has been proved is estimated: a question without a formula gets no number. Where the
formula needs combinations that no row has there is no number either; --smooth and --overlap are
two ways out. Beside each number stands the naive one, which is merely seen.

Exit status: 0 all told (\"not identifiable\" and \"no such rows\" are answers); 2 the file, the
question or the data could not be read or have errors; 70 the kernel refused a certificate.";

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "write a number, such as 0.95".to_owned())?;
    if number > 0.0 && number < 1.0 { Ok(number) } else { Err("it lies between 0 and 1".to_owned()) }
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "write a number, such as 0.5".to_owned())?;
    if number > 0.0 && number <= 1e6 { Ok(number) } else { Err("it is more than 0 and at most a million".to_owned()) }
}

/// More replicates than anybody needs.
const MOST: usize = 1_000_000;

fn replicates(text: &str) -> Result<usize, String> {
    let number: usize = text.parse().map_err(|_| "write a whole number, such as 2000".to_owned())?;
    if number <= MOST { Ok(number) } else { Err(format!("at most {MOST} are drawn")) }
}

/// What is asked of which data.
pub struct Plan {
    /// The tables.
    pub tables: Vec<Table>,
    /// Positions of queries, and of the table that each is asked of.
    pub asked: Vec<(usize, usize)>,
    /// Each of them was asked for by name, and not for want of another.
    pub named: bool,
    /// The negative controls of each, where the file declares some.
    pub controls: Vec<Vec<Control>>,
}

/// What a file and the command line ask of data: every question, or one, of the table that the command line names; else
/// what the file's own statements say.
pub fn plan(
    file: &Path,
    table: &Table,
    problem: &Problem,
    which: Option<usize>,
    refute: bool,
) -> Result<Plan, Vec<Diagnostic>> {
    let every = |tables| {
        let range = which.map_or(0..problem.queries.len(), |one| one..one + 1);
        let controls = range.clone().map(|query| declared(problem, query)).collect();
        Ok(Plan { tables, asked: range.map(|query| (query, 0)).collect(), named: which.is_some(), controls })
    };
    if table.data.is_some() || table.counts.is_some() || table.on.is_some() {
        return every(vec![table.clone()]);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let tables: Vec<Table> = problem.tables.values().map(|entry| own(folder, table, entry)).collect();
    let tasks = problem.tasks.iter().filter(|task| task.refute == refute && which.is_none_or(|one| one == task.query));
    let tasks: Vec<&Task> = tasks.collect();
    if !tasks.is_empty() {
        let asked = tasks.iter().map(|task| (task.query, task.table)).collect();
        let controls = tasks.iter().map(|task| task.controls.clone()).collect();
        Ok(Plan { tables, asked, named: true, controls })
    } else if tables.len() == 1 {
        every(tables)
    } else {
        let word = if refute { "refute" } else { "estimate" };
        let help = format!(
            "say where they are, --data visits.csv; or in the file: `table visits = \"visits.csv\"` and `{word} NAME from visits`"
        );
        Err(vec![input::without_place("whatif::no_data", problem.source.name(), "there are no data".to_owned(), &help)])
    }
}

/// The controls that a file declares for a question, whatever table it asks.
fn declared(problem: &Problem, query: usize) -> Vec<Control> {
    let tasks = problem.tasks.iter().filter(|task| task.refute && task.query == query);
    let mut controls: Vec<Control> = Vec::new();
    for control in tasks.flat_map(|task| &task.controls) {
        if !controls.iter().any(|own| own.variable == control.variable && own.treatment == control.treatment) {
            controls.push(control.clone());
        }
    }
    controls
}

/// A table of the file, with what the command line says as well.
fn own(folder: &Path, table: &Table, entry: &TableEntry) -> Table {
    let mut columns = table.columns.clone();
    let told = |column: &TableColumn| Some((column.variable.clone(), column.column.clone()?));
    // The command line comes later, and so it counts.
    columns.columns.splice(0..0, entry.columns.iter().filter_map(told));
    let bins = entry.columns.iter().filter(|column| !column.bins.is_empty());
    columns.bins.splice(0..0, bins.map(|column| (column.variable.clone(), column.bins.clone())));
    columns.levels =
        entry.columns.iter().filter_map(|column| Some((column.variable.clone(), column.levels.clone()?))).collect();
    columns.weights = columns.weights.or_else(|| entry.weights.clone());
    columns.counts_column = columns.counts_column.or_else(|| entry.counts.clone());
    Table { data: Some(folder.join(&entry.path)), counts: None, on: None, columns }
}

/// Tables that have been read, by position and by what was counted, each with the seconds that took.
pub type Tables = BTreeMap<(usize, Needs), (Counts, f64)>;

/// The tables of one file as they are read.
#[derive(Default)]
pub struct Reading {
    /// How many threads read.
    pub jobs: Option<NonZeroUsize>,
    /// What has been read.
    pub read: Read,
    /// What was noticed on the way.
    pub warnings: Vec<Diagnostic>,
}

/// Counts what is needed, unless it has been counted already.
pub fn counted<'t>(
    (plan, position): (&Plan, usize),
    jobs: Option<NonZeroUsize>,
    (problem, answer): (&Problem, &Answer),
    needs: Needs,
    read: &'t mut Tables,
    warnings: &mut Vec<Diagnostic>,
) -> Result<&'t (Counts, f64), Vec<Diagnostic>> {
    let key = (position, needs);
    if !read.contains_key(&key) {
        let (start, needs) = (Instant::now(), &key.1);
        let table = plan.tables.get(position).ok_or_else(Vec::new)?;
        let wanted = table.columns.wanted(problem, answer, &needs.columns, needs.numeric.as_deref());
        let wanted = wanted.map_err(|fault| vec![*fault])?;
        let found = match (&table.data, &table.counts, &table.on) {
            (Some(path), _, _) => data::read(path, &wanted, jobs)?,
            (None, Some(path), _) => data::read(path, &wanted.grouped(), jobs)?,
            (None, None, Some(address)) => data::on(address, &wanted)?,
            // One of the three is there: the command line asks for it.
            (None, None, None) => return Err(Vec::new()),
        };
        warnings.extend(found.warnings);
        if found.dropped > 0 {
            warnings.push(dropped(found.dropped, problem));
        }
        read.insert(key.clone(), (found.counts, start.elapsed().as_secs_f64()));
    }
    Ok(&read[&key])
}

pub fn dropped(rows: u64, problem: &Problem) -> Diagnostic {
    let message = format!("{rows} rows without a value were left out");
    let help = "if those rows are unlike the others, so is the number";
    Diagnostic {
        severity: Severity::Warning,
        ..input::without_place("whatif::rows_left_out", problem.source.name(), message, help)
    }
}

/// One estimate with what it was made of.
pub struct Found {
    /// Position of its problem.
    pub problem: usize,
    pub answer: Answer,
    pub estimate: estimate::Estimate,
    /// Spent on reading and on the estimate.
    pub seconds: (f64, f64),
}

impl Found {
    pub const fn timed(&self) -> Estimated<'_> {
        Estimated { estimate: &self.estimate, seconds: Some(self.seconds) }
    }
}

/// Estimates one question or all; the status is the largest that applies.
pub fn estimate(args: &Estimate, output: &mut Output) -> u8 {
    let file = input::file(&args.common.file);
    let mut diagnostics = file.diagnostics.clone();
    let mut found = Vec::new();
    let mut problems = Vec::new();
    let mut state = File::status(&file);
    if let Some(problem) = file.problem {
        match asked(&problem, args.common.query.as_deref()) {
            Ok((own, which)) => {
                problems = own.unwrap_or_else(|| vec![problem]);
                match threads::with(args.common.jobs, || all(args, &problems, which)) {
                    Ok((estimates, more)) => {
                        found = estimates;
                        diagnostics.extend(more);
                    }
                    Err(faults) => {
                        diagnostics.extend(faults);
                        state = status::INPUT;
                    }
                }
            }
            Err(faults) => {
                diagnostics.extend(faults);
                state = status::INPUT;
            }
        }
    }
    if found.iter().any(|found| super::run::refused(&found.answer)) {
        state = status::REFUSED;
    }
    if let Some(path) = args.plot.as_deref().filter(|_| state != status::INPUT) {
        state = plot(path, &found, output).max(state);
        if path == Path::new("-") {
            diagnostics.iter().for_each(|diagnostic| output.diagnostic(diagnostic));
            return state;
        }
    }
    tell(args, &problems, &found, &diagnostics, state, output);
    state
}

/// The questions to answer: of the file itself, or of the file with the question below it, once for each graph.
pub type Asked = (Option<Vec<Problem>>, Option<usize>);

pub fn asked(problem: &Problem, query: Option<&str>) -> Result<Asked, Vec<Diagnostic>> {
    match query.map(|text| problem::ask(problem, text)) {
        None => Ok((None, None)),
        Some(Ok(Resolved::Known(position))) => Ok((None, Some(position))),
        Some(Ok(Resolved::New(problems))) => {
            let last = problems.first().map(|problem| problem.queries.len().saturating_sub(1));
            Ok((Some(problems), last))
        }
        Some(Err(faults)) => Err(faults),
    }
}

fn all(
    args: &Estimate,
    problems: &[Problem],
    which: Option<usize>,
) -> Result<(Vec<Found>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let common = &args.common;
    let options = Options {
        level: common.level,
        seed: common.seed,
        bootstrap: args.bootstrap,
        empty: match args.smooth {
            Some(rows) => Empty::Smooth(rows),
            None if args.overlap => Empty::Overlap,
            None => Empty::Refuse,
        },
    };
    let mut reading = Reading { jobs: common.jobs, ..Reading::default() };
    let mut found = Vec::new();
    for (at, problem) in problems.iter().enumerate() {
        let prover = Prover::new(problem).map_err(|fault| vec![fault])?;
        let plan = plan(&common.file, &common.table, problem, which, false)?;
        let how = How { method: args.method, continuous: &args.continuous, jobs: common.jobs };
        let answered = |index: usize| prover.answer(index, &answer::Options::default());
        for one in estimates(problem, &plan, how, &options, &mut reading, &answered)? {
            found.push(Found { problem: at, ..one });
        }
    }
    Ok((found, reading.warnings))
}

/// Estimates what a plan asks of its tables; `answer` tells the answer to a question.
pub fn estimates(
    problem: &Problem,
    plan: &Plan,
    how: How<'_>,
    options: &Options,
    reading: &mut Reading,
    answer: &dyn Fn(usize) -> Answer,
) -> Result<Vec<Found>, Vec<Diagnostic>> {
    let mut found = Vec::new();
    for &(index, table) in &plan.asked {
        let answer = answer(index);
        if !estimate::is_effect(&answer) {
            if plan.named {
                return Err(vec![no_effect(problem, &answer)]);
            }
            continue;
        }
        let question = Question { arguments: how, plan, table, problem, answer: &answer, options };
        let (estimate, seconds) = question.estimate(&mut reading.read, &mut reading.warnings)?;
        found.push(Found { problem: 0, answer, estimate, seconds });
    }
    Ok(found)
}

pub fn no_effect(problem: &Problem, answer: &Answer) -> Diagnostic {
    Diagnostic::error(
        "whatif::no_number_asked",
        &problem.source,
        "this question asks for no number that data could give",
        answer.span,
        "asked here",
    )
    .help("ask for an effect: P(y | do(x)), E[y | do(x = 1)] - E[y | do(x = 0)]")
}

fn tell(
    args: &Estimate,
    problems: &[Problem],
    found: &[Found],
    diagnostics: &[Diagnostic],
    state: u8,
    output: &mut Output,
) {
    if args.format == Format::Json {
        let estimates: Vec<Estimated<'_>> = found.iter().map(Found::timed).collect();
        output.text(&format!("{:#}\n", json::estimates(&estimates, diagnostics)));
        return;
    }
    for diagnostic in diagnostics {
        output.diagnostic(diagnostic);
    }
    if state == status::INPUT {
        return;
    }
    if args.format == Format::Csv {
        output.text(&csv(found));
        return;
    }
    let mut page = Document::default();
    for found in found {
        page.append(render::estimate(&problems[found.problem], &found.answer, &found.estimate));
    }
    if found.is_empty() {
        output.remark("no effect is asked for; ask here: --query 'P(y | do(x))'");
    }
    match args.format {
        Format::Markdown => output.text(&render::markdown(&page)),
        Format::Text | Format::Json | Format::Csv => output.document(&page),
    }
}

/// Draws all numbers, and where the arms of a treatment overlap.
fn plot(path: &Path, found: &[Found], output: &mut Output) -> u8 {
    let estimates: Vec<&estimate::Estimate> = found.iter().map(|found| &found.estimate).collect();
    let mut all = draw::forests(&estimates, draw::Beside::Numbers);
    all.extend(draw::overlaps(&estimates));
    if all.is_empty() {
        output.remark(&format!("there is no number to draw, so {} is not written", path.display()));
        return status::FINE;
    }
    let text = draw::plots(&all);
    if path == Path::new("-") {
        output.text(&text);
        return status::FINE;
    }
    match std::fs::write(path, text) {
        Ok(()) => status::FINE,
        Err(error) => {
            output.diagnostic(&input::unwritable(&path.display().to_string(), &error));
            status::INPUT
        }
    }
}

fn csv(found: &[Found]) -> String {
    let mut text = String::from("name,question,at,value,se,low,high,level,naive\n");
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    for Found { estimate, .. } in found {
        for one in &estimate.numbers {
            let at: Vec<String> =
                estimate.slots.iter().zip(&one.at).map(|(slot, level)| format!("{slot}={level}")).collect();
            let (low, high) = one.interval.unzip();
            let fields = [
                field(estimate.name.as_deref().unwrap_or_default()),
                field(&estimate.text),
                field(&at.join(" ")),
                number(one.value),
                number(one.se),
                number(low),
                number(high),
                estimate.level.to_string(),
                number(one.naive),
            ];
            text.push_str(&fields.join(","));
            text.push('\n');
        }
    }
    text
}
