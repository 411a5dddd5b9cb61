//! The command line of what works on Bayesian networks.

use super::args::Look;
use clap::{Args, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `whatif marginals`
#[derive(Args, Debug)]
#[command(after_help = MARGINALS_EXAMPLES)]
pub struct Marginals {
    /// A model: .causal; or a network: .bif, .xmlbif or .xml, .net, each also packed as .gz
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The model of a .causal file that holds several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
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
    /// How --sample draws: guided by what is given, or only weighed by it
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Method::Importance)]
    pub method: Method,
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

/// How rows are drawn that are to agree with what is given.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    // Guided by belief propagation from what is given.
    Importance,
    // Likelihood weighting: what is given weighs the rows and guides nothing.
    Weighting,
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
    /// A model: .causal; or a network: .bif, .xmlbif or .xml, .net, each also packed as .gz
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The model of a .causal file that holds several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// What is set by intervention; may be given several times
    #[arg(long = "do", value_name = "VARIABLE=STATE")]
    pub do_: Vec<String>,
    /// How many rows
    #[arg(short = 'n', long = "rows", value_name = "N", default_value = "1000", value_parser = rows)]
    pub rows: u64,
    /// Where the random numbers start: the same seed gives the same rows
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// A file to write: CSV, or Parquet where its name ends in .parquet [default: CSV to standard output]
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

const MARGINALS_EXAMPLES: &str = "\
Examples:
  whatif marginals asia.bif
  whatif marginals churn.causal --model service --given churn=yes
  whatif marginals asia.bif.gz --given dysp=yes --do smoke=no
  whatif marginals alarm.bif --format json
  whatif marginals link.bif --sample 1_000_000 --seed 7

Exit status: 0 computed; 2 the file could not be read or has errors, a name is unknown, what is
given is impossible, or more memory would be needed than is allowed.";

const SIMULATE_EXAMPLES: &str = "\
Examples:
  whatif simulate asia.bif -n 1_000_000 --seed 7 -o asia.csv
  whatif simulate asia.bif --do smoke=no -n 10
  whatif simulate wages.causal --model line --do school=2 -n 1_000_000 --seed 7 -o wages.parquet

Latent variables and noise are drawn and not written. Of a linear model every column is a real number.
The same seed gives the same bytes on any number of threads.
Exit status: 0 written; 2 the file could not be read or has errors, or the rows could not be written.";
