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
    /// Explore: draw a graph line by line, ask, change it, and see which answers change
    Repl(super::repl::Repl),
    /// Have the kernel judge answers again, from what run --format json printed
    Verify(Verify),
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
  whatif run examples/napkin.causal --format json
  whatif run examples/napkin.causal --format latex > napkin.tex
  echo 'graph { x -> m -> y; x <-> y } P(y | do(x))' | whatif run -

Exit status: 0 all answered and every expectation held (\"not identifiable\" is an answer);
1 an expectation did not hold or a proof failed; 2 a file could not be read or has errors;
70 the kernel refused a certificate, which is a defect of the program.";

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
