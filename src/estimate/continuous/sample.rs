//! The rows that a question is about, ready for estimators.

use super::design::Design;
use std::sync::Arc;

/// Rows with their treatment, outcome and covariates.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// The level of the treatment of each row.
    pub(super) arm: Vec<usize>,
    /// The names of the levels.
    pub(super) arms: Vec<String>,
    /// What the treatment is called.
    pub(super) treatment: String,
    /// The outcome, or whether the event happened.
    pub(super) outcome: Vec<f64>,
    /// Whether the outcome is an event, so that its models are logistic.
    pub(super) event: bool,
    /// What the outcome is called.
    pub(super) called: String,
    /// The columns of the covariates.
    pub(super) design: Arc<Design>,
    /// How many rows each stands for; what a bootstrap draws.
    pub(super) repeats: Vec<f64>,
    /// The weight of each row.
    pub(super) weight: Vec<f64>,
}

impl Sample {
    /// How many rows.
    pub(super) fn len(&self) -> usize {
        self.arm.len()
    }

    /// How much a row counts.
    #[inline]
    pub(super) fn mass(&self, row: usize) -> f64 {
        self.repeats[row] * self.weight[row]
    }

    /// How much each row counts, nothing where it is not meant.
    pub(super) fn masses(&self, meant: impl Fn(usize) -> bool) -> Vec<f64> {
        (0..self.len()).map(|row| if meant(row) { self.mass(row) } else { 0.0 }).collect()
    }

    /// `qsmk = 1`
    pub(super) fn arm_name(&self, arm: usize) -> String {
        format!("{} = {}", self.treatment, self.arms[arm])
    }
}
