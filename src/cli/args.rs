//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// Answers causal questions about a graph: with a formula, or with the reason why there is none
#[derive(Parser, Debug)]
#[command(version, after_help = TOP_EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
pub struct Program {
    /// What to do; without one, a short tour.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What the program can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Answer the questions in files
    Run(Run),
    /// Look for mistakes in files and answer nothing
    Check(Check),
    /// Have the kernel judge answers again, from what run --format json printed
    Verify(Verify),
    /// Read a graph from another program's file
    Import(super::import::Import),
    /// Write a graph for another program
    Export(super::export::Export),
    /// Print the distribution of every variable of a Bayesian network
    Marginals(Marginals),
    /// Draw rows from a Bayesian network
    Simulate(Simulate),
}

/// `whatif run`
#[derive(Args, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub struct Run {
    /// Files in the language of whatif; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How answers are written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Print every formula found, not only the one a reader prefers
    #[arg(long)]
    pub all: bool,
    /// Show each formula derived in the rules of do-calculus, as on a board or in full
    #[arg(
        long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "board"
    )]
    pub steps: Option<Steps>,
    /// For each formula, show which single added edges would leave no formula or make it wrong
    #[arg(long)]
    pub fragile: bool,
    /// Compute formulas in random models as well and compare: small ones, always, or never
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = SelfCheck::Small)]
    pub self_check: SelfCheck,
    /// Print what did not hold, and nothing else
    #[arg(long, short)]
    pub quiet: bool,
    /// List at most N sets or paths
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: usize,
    /// Work on N questions at once [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif check`
#[derive(Args, Debug)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct Check {
    /// Files in the language of whatif; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// How mistakes are written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif verify`
#[derive(Args, Debug)]
#[command(after_help = VERIFY_EXAMPLES)]
pub struct Verify {
    /// Answers as run --format json prints them; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How the outcome is written
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif marginals`
#[derive(Args, Debug)]
#[command(after_help = MARGINALS_EXAMPLES)]
pub struct Marginals {
    /// A network: .bif, .xmlbif or .xml, .net, each also packed as .gz
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What is known; may be given several times
    #[arg(long, value_name = "VARIABLE=STATE")]
    pub given: Vec<String>,
    /// What is set by intervention; may be given several times
    #[arg(long = "do", value_name = "VARIABLE=STATE")]
    pub do_: Vec<String>,
    /// How the numbers are written
    #[arg(long, value_enum, default_value_t = MarginalsFormat::Text)]
    pub format: MarginalsFormat,
    /// Compute with fractions, without rounding
    #[arg(long, conflicts_with = "sample")]
    pub exact: bool,
    /// Estimate from N weighted rows, with standard errors
    #[arg(long, value_name = "N", value_parser = rows)]
    pub sample: Option<u64>,
    /// Where the random numbers start
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Use at most this much memory for tables, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub memory: u64,
    /// Work on N threads [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// How marginals are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarginalsFormat {
    Text,
    Json,
    Csv,
}

/// `whatif simulate`
#[derive(Args, Debug)]
#[command(after_help = SIMULATE_EXAMPLES)]
pub struct Simulate {
    /// A network: .bif, .xmlbif or .xml, .net, each also packed as .gz
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What is set by intervention; may be given several times
    #[arg(long = "do", value_name = "VARIABLE=STATE")]
    pub do_: Vec<String>,
    /// How many rows
    #[arg(short = 'n', long = "rows", value_name = "N", default_value = "1000", value_parser = rows)]
    pub rows: u64,
    /// Where the random numbers start: the same seed gives the same rows
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// A CSV file to write [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Work on N threads [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// A number of rows; underscores may stand between the digits.
fn rows(text: &str) -> Result<u64, String> {
    const MOST: u64 = 1_000_000_000_000;
    match text.replace('_', "").parse::<u64>() {
        Ok(rows) if (1..=MOST).contains(&rows) => Ok(rows),
        Ok(_) => Err(format!("from 1 to {MOST} rows")),
        Err(_) => Err("expected a whole number, for example 1_000_000".to_owned()),
    }
}

/// How text looks.
#[derive(Args, Debug, Default)]
pub struct Look {
    /// Write ASCII only: sum_{z}, _||_, ->
    #[arg(long)]
    pub ascii: bool,
    /// Write in colour; auto does so on a terminal, unless NO_COLOR is set
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// How answers are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    Text,
    Json,
    Latex,
    Markdown,
}

/// How much of a derivation is shown.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Steps {
    Board,
    Full,
}

/// When formulas are computed in random models.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum SelfCheck {
    Small,
    Always,
    Never,
}

/// How mistakes are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckFormat {
    Text,
    Json,
}

/// When to write in colour.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

const TOP_EXAMPLES: &str = "\
Examples:
  whatif                                 a short tour
  whatif run examples/churn.causal       answer the questions in a file
  whatif check examples/churn.causal     look for mistakes only
  echo 'graph { x -> y; x <-> y } P(y | do(x))' | whatif run -";

const RUN_EXAMPLES: &str = "\
Examples:
  whatif run examples/churn.causal
  whatif run examples/*.causal --quiet && echo all as expected
  whatif run examples/front-door.causal --all --steps
  whatif run examples/back-door.causal --fragile
  whatif run examples/napkin.causal --format json
  whatif run examples/napkin.causal --format latex > napkin.tex
  echo 'graph { x -> m -> y; x <-> y } P(y | do(x))' | whatif run -

Exit status: 0 all answered and every expectation held (\"not identifiable\" is an answer);
1 an expectation did not hold or a proof failed; 2 a file could not be read or has errors;
70 the kernel refused a certificate or a self-check failed, which is a defect of the program.";

const CHECK_EXAMPLES: &str = "\
Examples:
  whatif check examples/*.causal
  whatif check examples/churn.causal --format json

Exit status: 0 no errors (there may be warnings); 2 a file could not be read or has errors.";

const VERIFY_EXAMPLES: &str = "\
Examples:
  whatif run examples/napkin.causal --format json | whatif verify -
  whatif run examples/churn.causal --format json > churn.json; whatif verify churn.json

Exit status: 0 all accepted (answers without evidence, such as lists, are counted apart);
1 something was refused; 2 the input could not be read as answers.";

const MARGINALS_EXAMPLES: &str = "\
Examples:
  whatif marginals asia.bif
  whatif marginals asia.bif.gz --given dysp=yes --do smoke=no
  whatif marginals alarm.bif --format json
  whatif marginals link.bif --sample 1_000_000 --seed 7

Exit status: 0 computed; 2 the file could not be read or has errors, a name is unknown, what is
given is impossible, or more memory would be needed than is allowed.";

const SIMULATE_EXAMPLES: &str = "\
Examples:
  whatif simulate asia.bif -n 1_000_000 --seed 7 -o asia.csv
  whatif simulate asia.bif --do smoke=no -n 10

The same seed gives the same bytes on any number of threads.
Exit status: 0 written; 2 the file could not be read or has errors, or the rows could not be written.";
