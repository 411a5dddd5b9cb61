//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// The version, with the commit where it is known.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), env!("WHATIF_COMMIT"));

/// Answers causal questions about a graph: with a formula, or with the reason why there is none
#[derive(Parser, Debug)]
#[command(version = VERSION, after_help = TOP_EXAMPLES, max_term_width = 100, disable_help_subcommand = true)]
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
    /// Tell answers in plain words, for who has never seen do-calculus
    Explain(super::explain::Explain),
    /// Answer with a number: what data say of an effect, with its interval
    Estimate(super::estimate::Estimate),
    /// Hold a graph and its estimates against data, and try to refute both
    Refute(super::refute::Refute),
    /// Look for mistakes in files and answer nothing
    Check(Check),
    /// Explore: draw a graph line by line, ask, change it, and see which answers change
    Repl(super::repl::Repl),
    /// Draw a graph, or what a question asks of it: SVG, TikZ, DOT, or in the terminal
    Draw(super::draw::Draw),
    /// Write a file with its answers, pictures and derivations as one page
    Report(super::report::Report),
    /// Serve an editor: diagnostics, answers and more as you type (Language Server Protocol)
    Lsp(super::lsp::Lsp),
    /// Have the kernel judge answers again, from what run --format json printed
    Verify(Verify),
    /// Write files in the one style: blanks and line ends change, comments and meaning stay
    Fmt(Fmt),
    /// Compare the answers of files with those kept in snapshots, and see whether expectations hold
    Test(Test),
    /// Answer again when a file changes, and show what became different
    Watch(Watch),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the man page of the program or of one command
    Man(Man),
    /// Read a graph from another program's file
    Import(super::import::Import),
    /// Write a graph for another program
    Export(super::export::Export),
    /// Print the distribution of every variable of a model or a Bayesian network
    Marginals(super::network_args::Marginals),
    /// Draw rows from a model or a Bayesian network
    Simulate(super::network_args::Simulate),
    /// Print the query that counts what an estimate needs, or the counts of a file
    Counts(super::counts::Counts),
    /// Print a formula as one query for a database
    Sql(super::counts::Sql),
}

/// `whatif run`
#[derive(Args, Debug)]
#[command(after_help = RUN_EXAMPLES)]
pub struct Run {
    /// Files in the language of whatif, or networks (.bif, .xmlbif, .net, also .gz); - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Answer this instead of what the files ask; may be given several times
    #[arg(long, value_name = "QUESTION")]
    pub ask: Vec<String>,
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
    /// Evaluate each formula in the models of its graph, and the action itself, and print both
    #[arg(long)]
    pub check_numerically: bool,
    /// Tell each answer in plain words as well
    #[arg(long)]
    pub explain: bool,
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
    /// Write long output to the terminal in one go, and not page by page through $PAGER
    #[arg(long)]
    pub no_pager: bool,
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
    /// Write long output to the terminal in one go, and not page by page through $PAGER
    #[arg(long)]
    pub no_pager: bool,
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

/// `whatif fmt`
#[derive(Args, Debug)]
#[command(after_help = FMT_EXAMPLES)]
pub struct Fmt {
    /// Files in the language of whatif; - formats standard input to standard output
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write nothing; show what would change
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif test`
#[derive(Args, Debug)]
#[command(after_help = TEST_EXAMPLES)]
pub struct Test {
    /// Files, and folders with files in them
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Keep the answers as they are now; an expectation that does not hold still fails
    #[arg(long)]
    pub accept: bool,
    /// Only files with this text in their path
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// Write a report for continuous integration, in JUnit's XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Work on N files at once [default: one for each processor]
    #[arg(long, short, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif watch`
#[derive(Args, Debug)]
#[command(after_help = WATCH_EXAMPLES)]
pub struct Watch {
    /// Files in the language of whatif
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// End after so many rounds of answers
    #[arg(long, value_name = "N", hide = true)]
    pub rounds: Option<usize>,
    #[command(flatten)]
    pub look: Look,
}

/// `whatif completions`
#[derive(Args, Debug)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// `whatif man`
#[derive(Args, Debug)]
#[command(after_help = MAN_EXAMPLES)]
pub struct Man {
    /// A command, such as run
    pub command: Option<String>,
}

/// The shells with completions.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
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
  whatif explain examples/churn.causal   the answers in plain words
  whatif estimate examples/data/churn.causal   a number from data, with its interval
  whatif fmt --check examples/*.causal   is everything in the one style?
  whatif test examples                   are the answers those of last time?
  echo 'graph { x -> y; x <-> y } P(y | do(x))' | whatif run -

Exit status of every command: 0 all well; 1 something is not as expected; 2 the input or the
command line is wrong; 70 the kernel refused a certificate, which is a defect of the program. The
help of each command says more.";

const RUN_EXAMPLES: &str = "\
Examples:
  whatif run examples/churn.causal
  whatif run examples/*.causal --quiet && echo all as expected
  whatif run examples/front-door.causal --all --steps
  whatif run examples/m-bias.causal --explain
  whatif run examples/back-door.causal --fragile
  whatif run examples/napkin.causal --format json
  whatif run examples/models/churn.causal --check-numerically
  whatif run examples/napkin.causal --format latex > napkin.tex
  whatif run examples/models/asia.causal --ask 'P(dysp = yes | do(smoke = no)) in asia88'
  echo 'graph { x -> m -> y; x <-> y } P(y | do(x))' | whatif run -

A file's own estimate and refute lines are acted on as well: numbers come after the answers.

Exit status: 0 all answered and every expectation held (\"not identifiable\" is an answer);
1 an expectation did not hold, a proof failed or data refuted something; 2 a file or its data
could not be read or have errors; 70 the kernel refused a certificate or a self-check failed, which is a defect of the program.";

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

const FMT_EXAMPLES: &str = "\
Examples:
  whatif fmt examples/*.causal
  whatif fmt --check examples/*.causal
  echo 'graph{x->y}P(y|do(x)) // why' | whatif fmt -

A file with errors is left as it is.

Exit status: 0 all files are in the one style now, with --check: they were already; 1 with --check,
a file would change; 2 a file could not be read or written, or has errors.";

const TEST_EXAMPLES: &str = "\
Examples:
  whatif test examples
  whatif test examples --filter churn
  whatif test examples --junit report.xml
  whatif test examples --accept

The answers of churn.causal, with their derivations, are kept in churn.snap beside it. Each expect
line is a test too; a proof that does not hold is an answer like another. So is a number that a
file's estimate line asks for, and what its refute line comes to.

Exit status: 0 all passed; 1 an answer is not the one kept, none is kept yet, or an expectation
does not hold; 2 there is no file to test, or a file could not be read or written or has errors;
70 the kernel refused a certificate.";

const WATCH_EXAMPLES: &str = "\
Examples:
  whatif watch examples/churn.causal

Ctrl-C ends.";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  whatif completions bash > whatif.bash
  whatif completions zsh > _whatif
  whatif completions fish > whatif.fish
  whatif completions powershell > whatif.ps1

In bash: . ./whatif.bash";

const MAN_EXAMPLES: &str = "\
Examples:
  whatif man > whatif.1
  whatif man run > whatif-run.1

Read a page with: man ./whatif.1";
