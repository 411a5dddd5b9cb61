//! `whatif counts` and `whatif sql`: what a database is to compute, as a query; or the counts of a file.

use super::args::Look;
use super::data::{self, Columns};
use super::input;
use super::marginals::field;
use super::output::Output;
use super::status;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use whatif::answer::{Answer, Body, Identified, Options, Prover, Verdict};
use whatif::data::{Counts as Table, Wanted};
use whatif::estimate;
use whatif::problem::{self, Problem, QueryKind, Resolved};
use whatif::source::Diagnostic;
use whatif::sql;

/// `whatif counts`
#[derive(Args, Debug)]
#[command(after_help = COUNTS_EXAMPLES)]
pub struct Counts {
    #[command(flatten)]
    pub question: Question,
    /// Print the query that counts this table
    #[arg(long, value_name = "TABLE", required_unless_present_any = ["data", "counts", "on"])]
    pub table: Option<String>,
    /// The database that the query is for
    #[arg(long, value_enum, default_value_t = Dialect::Ansi)]
    pub dialect: Dialect,
    /// Count the rows of a file, CSV or Parquet, and print what the query would return; - is standard input
    #[arg(long, value_name = "DATA", conflicts_with_all = ["table", "counts"])]
    pub data: Option<PathBuf>,
    /// Read what the query returned, check it and print it again
    #[arg(long, value_name = "COUNTS", conflicts_with = "table")]
    pub counts: Option<PathBuf>,
    /// Run the query in a database and print what it returns: adbc:DRIVER?uri=…&table=TABLE
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["table", "data", "counts"])]
    pub on: Option<String>,
    #[command(flatten)]
    pub columns: Columns,
    /// Work on N threads [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif sql`
#[derive(Args, Debug)]
#[command(after_help = SQL_EXAMPLES)]
pub struct Sql {
    #[command(flatten)]
    pub question: Question,
    /// The table with the data
    #[arg(long, value_name = "TABLE")]
    pub table: String,
    /// The database that the query is for
    #[arg(long, value_enum, default_value_t = Dialect::Ansi)]
    pub dialect: Dialect,
    #[command(flatten)]
    pub columns: Columns,
    #[command(flatten)]
    pub look: Look,
}

/// One question of a file.
#[derive(Args, Debug)]
pub struct Question {
    /// A file in the language of whatif; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The question: its name in the file, its number there, or its text [default: the only one]
    #[arg(long, value_name = "QUESTION")]
    pub query: Option<String>,
}

/// Databases whose SQL is written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Ansi,
    Duckdb,
    Postgres,
    Sqlite,
    Spark,
    Bigquery,
}

impl From<Dialect> for sql::Dialect {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Ansi => Self::Ansi,
            Dialect::Duckdb => Self::DuckDb,
            Dialect::Postgres => Self::Postgres,
            Dialect::Sqlite => Self::Sqlite,
            Dialect::Spark => Self::Spark,
            Dialect::Bigquery => Self::BigQuery,
        }
    }
}

const COUNTS_EXAMPLES: &str = "\
Examples:
  whatif counts examples/churn.causal --query with_service --table visits
  whatif counts examples/churn.causal --query with_service --table shop.visits --dialect postgres \\
      --column engagement=eng_score --bins engagement=0,30,70
  printf 'service,engagement,churn\\ngood,low,no\\nbad,low,yes\\n' |
      whatif counts examples/churn.causal --query with_service --data -

The counts are all that an estimate needs of the data. What the query returns, saved as CSV with
its header, stands for the table.
Exit status: 0 printed; 1 the question has no formula; 2 a file, the question or the data could not
be read or have errors; 70 the kernel refused a certificate, which is a defect of the program.";

const SQL_EXAMPLES: &str = "\
Examples:
  whatif sql examples/churn.causal --query with_service --table visits --dialect duckdb
  whatif sql examples/front-door.causal --query 1 --table survey --dialect bigquery

The query returns the formula's value in the table, for each combination of the values left free.
Rows without a value are left out. Where a condition never occurs that the formula needs, the value
is NULL. An interval takes whatif estimate.
Exit status: 0 printed; 1 the question has no formula; 2 a file or the question could not be read or
has errors; 70 the kernel refused a certificate, which is a defect of the program.";

/// Prints the query, or counts.
pub fn counts(args: &Counts, output: &mut Output) -> u8 {
    about(&args.question, output, |problem, answer, _, output| {
        // What has a formula needs something counted.
        let Some(needs) = estimate::needs(answer) else { return status::OTHERWISE };
        let wanted = args.columns.wanted(problem, answer, &needs.columns, needs.numeric.as_deref());
        let wanted = match wanted {
            Ok(wanted) => wanted,
            Err(fault) => return refused(&[*fault], output),
        };
        if let Some(table) = &args.table {
            output.text(&sql::counts(&wanted, table, args.dialect.into()));
            return status::FINE;
        }
        if wanted.weights.is_some() {
            let help = "estimate from the data at once, or have a database count: --table";
            let message = "a sum of weights does not tell how many rows there were".to_owned();
            return refused(
                &[input::without_place("whatif::counts_of_weights", "<command line>", message, help)],
                output,
            );
        }
        let read = match (&args.data, &args.counts, &args.on) {
            (Some(data), _, _) => data::read(data, &wanted, args.jobs),
            (None, Some(counts), _) => data::read(counts, &wanted.grouped(), args.jobs),
            (None, None, Some(address)) => data::on(address, &wanted),
            // One of the three is there: the command line asks for it.
            (None, None, None) => return status::INPUT,
        };
        match read {
            Ok(read) => {
                for warning in &read.warnings {
                    output.diagnostic(warning);
                }
                if read.dropped > 0 {
                    output.remark(&format!("note: {} rows without a value left out", read.dropped));
                }
                output.text(&csv(&read.counts));
                status::FINE
            }
            Err(faults) => refused(&faults, output),
        }
    })
}

/// Prints an estimand as a query.
pub fn sql(args: &Sql, output: &mut Output) -> u8 {
    about(&args.question, output, |problem, answer, found, output| {
        let variables = answer.arena.variables([found.estimand]);
        let names: Vec<String> = answer.graph.nodes().map(|node| answer.graph.name(node).to_owned()).collect();
        let variables: Vec<String> = variables.iter().map(|var| names[var.index()].clone()).collect();
        let wanted = match args.columns.wanted(problem, answer, &variables, None) {
            Ok(wanted) => wanted,
            Err(fault) => return refused(&[*fault], output),
        };
        match sql::estimand(&answer.arena, found.estimand, &names, &wanted, &args.table, args.dialect.into()) {
            Ok(text) => {
                output.text(&text);
                status::FINE
            }
            Err(refusal) => {
                let message = match refusal {
                    sql::Refusal::TooLong => format!("the query would take more than {} steps", sql::MAX_STEPS),
                    sql::Refusal::Action => "the formula has an action, and the table no data of it".to_owned(),
                    sql::Refusal::Variable(_) => "the formula names a variable that is not read".to_owned(),
                };
                let help = "count with whatif counts, and estimate from the counts";
                refused(&[input::without_place("whatif::sql", problem.source.name(), message, help)], output)
            }
        }
    })
}

fn refused(faults: &[Diagnostic], output: &mut Output) -> u8 {
    for fault in faults {
        output.diagnostic(fault);
    }
    status::INPUT
}

/// Answers one question, and goes on with its formula.
fn about(
    question: &Question,
    output: &mut Output,
    go_on: impl FnOnce(&Problem, &Answer, &Identified, &mut Output) -> u8,
) -> u8 {
    let file = input::file(&question.file);
    for diagnostic in &file.diagnostics {
        output.diagnostic(diagnostic);
    }
    let Some(problem) = &file.problem else { return file.status() };
    let (problem, position) = match find(problem, question.query.as_deref()) {
        Ok(found) => found,
        Err(faults) => return refused(&faults, output),
    };
    let prover = match Prover::new(&problem) {
        Ok(prover) => prover,
        Err(fault) => return refused(&[fault], output),
    };
    let answer = prover.answer(position, &Options::default());
    if super::run::refused(&answer) {
        output.document(&whatif::render::explain(&problem, &answer));
        return status::REFUSED;
    }
    match identified(&answer) {
        Some(found) => go_on(&problem, &answer, found, output),
        None => {
            let help = format!("see why: whatif run {}", problem.source.name());
            let message = format!("{} has no formula, so no data of these variables answer it", answer.text);
            output.diagnostic(&input::without_place("whatif::no_formula", problem.source.name(), message, &help));
            status::OTHERWISE
        }
    }
}

fn identified(answer: &Answer) -> Option<&Identified> {
    let (Body::Effect { verdict, .. } | Body::Contrast { verdict, .. }) = &answer.body else { return None };
    if let Verdict::Identifiable(found) = verdict { Some(found) } else { None }
}

/// The question asked for, or the only one about an effect.
fn find(problem: &Problem, text: Option<&str>) -> Result<(Problem, usize), Vec<Diagnostic>> {
    if let Some(text) = text {
        return match problem::ask(problem, text)? {
            Resolved::Known(position) => Ok((problem.clone(), position)),
            Resolved::New(mut problems) => {
                let one = problems.len() == 1;
                let last = problems.pop().filter(|_| one);
                let fault = || which(problem, "the question means something in several graphs".to_owned());
                last.map(|last| (last.queries.len().saturating_sub(1), last))
                    .map(|(position, last)| (last, position))
                    .ok_or_else(|| vec![fault()])
            }
        };
    }
    let effects = problem.queries.iter().enumerate();
    let effects = effects.filter(|(_, query)| matches!(query.kind, QueryKind::Effect(_) | QueryKind::Contrast(_)));
    let effects: Vec<usize> = effects.map(|(position, _)| position).collect();
    match effects[..] {
        [position] => Ok((problem.clone(), position)),
        [] => Err(vec![which(problem, format!("{} asks for no effect", problem.source.name()))]),
        _ => Err(vec![which(problem, format!("{} asks for {} effects", problem.source.name(), effects.len()))]),
    }
}

fn which(problem: &Problem, message: String) -> Diagnostic {
    let names: Vec<&str> = problem.queries.iter().filter_map(|query| query.name.as_deref()).collect();
    let help = if names.is_empty() {
        "say which: --query 1, or --query 'P(y | do(x)) in graph'".to_owned()
    } else {
        format!("say which, by --query and its name ({}), its number or its text", names.join(", "))
    };
    input::without_place("whatif::which_question", problem.source.name(), message, &help)
}

/// What the query would return.
fn csv(counts: &Table) -> String {
    let mut header: Vec<String> = counts.columns.iter().map(|column| field(&column.name)).collect();
    header.push(Wanted::COUNT.to_owned());
    if counts.numeric.is_some() {
        header.extend([Wanted::SUM, Wanted::SUM_SQUARES, Wanted::ABSENT].map(str::to_owned));
    }
    let mut text = header.join(",") + "\n";
    for cell in &counts.cells {
        let levels = cell.at.iter().zip(&counts.columns);
        let mut fields: Vec<String> =
            levels.map(|(at, column)| column.levels.get(*at as usize).map_or_else(String::new, |l| field(l))).collect();
        fields.push(cell.count.to_string());
        if counts.numeric.is_some() {
            fields.extend([cell.sum.to_string(), cell.sum_squares.to_string(), "0".to_owned()]);
        }
        text += &fields.join(",");
        text.push('\n');
    }
    text
}
