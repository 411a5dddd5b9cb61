//! What an estimate is.

use crate::expr::ExprId;

/// What a caller may set.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Options {
    /// How sure an interval is, between 0 and 1.
    pub level: f64,
    /// What random numbers start from.
    pub seed: u64,
    /// Replicates of a bootstrap; without any, intervals come from the standard error.
    pub bootstrap: usize,
    /// What is done about combinations that are needed and that no row has.
    pub empty: Empty,
}

impl Default for Options {
    fn default() -> Self {
        Self { level: 0.95, seed: 7, bootstrap: 0, empty: Empty::Refuse }
    }
}

/// What is done about combinations that are needed and that no row has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Empty {
    /// No number is given where one is needed.
    Refuse,
    /// So many rows are added to every combination of levels (a Dirichlet prior).
    Smooth(f64),
    /// Rows without support are left out, and the number is for the others.
    Overlap,
}

/// How a number was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// The estimand at the empirical distribution.
    #[default]
    PlugIn,
    /// The mean of a model of the outcome (standardisation, the g-formula).
    Regression,
    /// Each row weighted by one over its chance of the treatment it had.
    Ipw,
    /// Regression and weighting at once, with models fitted on other rows than they are used on.
    Aipw,
    /// Two-stage least squares with an instrument.
    Iv,
}

impl Method {
    /// `plug-in`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PlugIn => "plug-in",
            Self::Regression => "regression",
            Self::Ipw => "ipw",
            Self::Aipw => "aipw",
            Self::Iv => "iv",
        }
    }
}

/// From, to.
pub type Interval = (f64, f64);

/// What the data say of one answer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Estimate {
    /// Position among the file's questions, from 1.
    pub id: usize,
    /// The query's label.
    pub name: Option<String>,
    /// The query as the language prints it.
    pub text: String,
    /// How the estimand was found.
    pub strategy: Option<&'static str>,
    /// The same in a few words.
    pub how: String,
    /// The estimand, in the answer's arena.
    pub estimand: Option<ExprId>,
    /// The estimand as the language prints it; empty where there is none.
    pub estimand_text: String,
    /// How the numbers were found.
    pub method: Method,
    /// Rows of data, or how many the counts stand for.
    pub rows: u64,
    /// Those that the numbers rest on: fewer, where the population was restricted.
    pub used: u64,
    /// How sure the intervals are.
    pub level: f64,
    /// What is left free: `churn`, `x'`.
    pub slots: Vec<String>,
    /// One number for each combination of the levels left free.
    pub numbers: Vec<Number>,
    /// What the estimand leaves open (any value gives the same answer), and the value taken: the one with most rows.
    pub taken: Vec<(String, String)>,
    /// What the number would be if the action changed nothing: 0 for a difference, 1 for a ratio; None for anything else.
    pub null: Option<f64>,
    /// The one variable that is acted on; None where there are several.
    pub treatment: Option<String>,
    /// Whether the data have what the estimand needs.
    pub positivity: Positivity,
    /// The bootstrap, where there was one.
    pub resampled: Option<Resampled>,
    /// How alike the arms are, where the effect of an action is found by adjustment.
    pub overlap: Option<Overlap>,
    /// The instrument that the number rests on, where it does.
    pub instrument: Option<Instrumented>,
    /// Why there is no number, where one is missing.
    pub reason: Option<String>,
    /// How the number came about, in sentences: models and what they assume.
    pub notes: Vec<String>,
    /// What a reader should mind.
    pub warnings: Vec<String>,
}

/// One number.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Number {
    /// A level for each of [`Estimate::slots`].
    pub at: Vec<String>,
    /// The estimate; None where the data lack what it needs.
    pub value: Option<f64>,
    /// Its standard error.
    pub se: Option<f64>,
    /// Where the truth is, at [`Estimate::level`].
    pub interval: Option<Interval>,
    /// The same question without the action: what is merely seen.
    pub naive: Option<f64>,
}

/// Whether the data have what the estimand needs.
#[derive(Clone, PartialEq, Debug)]
pub struct Positivity {
    /// No combination that is needed is empty.
    pub holds: bool,
    /// The combinations that are: a variable and its level each.
    pub empty: Vec<Vec<(String, String)>>,
    /// How many rows agree with one of these in all but what is acted on.
    pub rows_affected: f64,
    /// To whom the numbers apply, where the population was restricted.
    pub applies_to: Option<String>,
}

impl Default for Positivity {
    fn default() -> Self {
        Self { holds: true, empty: Vec::new(), rows_affected: 0.0, applies_to: None }
    }
}

/// A bootstrap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resampled {
    /// Replicates drawn.
    pub replicates: usize,
    /// Those in which a number was undefined.
    pub undefined: usize,
}

/// An instrument as it was used.
#[derive(Clone, PartialEq, Debug)]
pub struct Instrumented {
    /// The instrument.
    pub name: String,
    /// What it is one given.
    pub given: Vec<String>,
    /// How much it moves the treatment, beyond what is given: the F statistic of the first stage.
    pub first_stage_f: f64,
    /// The interval that is right however weak it is, of a difference; none where that has no end.
    pub anderson_rubin: Option<Interval>,
}

/// How alike those are who got one treatment and those who got another: the propensity by arm.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Overlap {
    /// The arms, as levels of the treatment; the propensity is the chance of the last.
    pub arms: Vec<String>,
    /// Edges of the bins of the propensity, from 0 to 1.
    pub edges: Vec<f64>,
    /// Rows in each bin, by arm.
    pub rows: Vec<Vec<f64>>,
}
