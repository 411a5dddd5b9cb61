//! The models behind an estimate: of the treatment given the covariates, and of the outcome given both.

use super::design::Design;
use super::glm::{self, Logistic, Trouble};
use super::linear::{Matrix, Square, dot};
use super::sample::Sample;
use super::types::Interact;

/// A model of the chance of one arm, against all others together.
#[derive(Clone, Debug)]
pub(super) struct Propensity {
    pub(super) fit: Logistic,
    pub(super) arm: usize,
}

impl Propensity {
    /// Fits it on the rows meant.
    pub(super) fn fit(sample: &Sample, arm: usize, meant: &dyn Fn(usize) -> bool) -> Result<Self, String> {
        let weights = sample.masses(meant);
        let is = indicator(sample, arm);
        let design = &sample.design;
        let fit = on(&design.matrix, &is, &weights, glm::logistic).map_err(|trouble| {
            told(design, &design.names, trouble, &format!("the model of who got {}", sample.arm_name(arm)), true)
        })?;
        Ok(Self { fit, arm })
    }

    /// The chance of the arm for a row.
    #[inline]
    pub(super) fn chance(&self, sample: &Sample, row: usize) -> f64 {
        self.fit.probability(sample.design.matrix.row(row))
    }
}

/// 1 for the rows of an arm.
pub(super) fn indicator(sample: &Sample, arm: usize) -> Vec<f64> {
    sample.arm.iter().map(|own| f64::from(*own == arm)).collect()
}

/// A model of the outcome, by which every row's mean in one arm can be told.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    coefficients: Vec<f64>,
    /// The inverse of the derivative of its estimating equation.
    pub(super) inverse: Square,
    event: bool,
    /// The arm alone that it was fitted on; None for one model of all arms.
    only: Option<usize>,
    /// Columns of covariates that the treatment interacts with, where all arms have one model.
    interacting: Vec<usize>,
    arms: usize,
}

impl Outcome {
    /// Fits a model for the means in one arm, on the rows meant: on that arm alone, or on all with the interactions named.
    pub(super) fn fit(
        sample: &Sample,
        arm: usize,
        interact: &Interact,
        meant: &dyn Fn(usize) -> bool,
    ) -> Result<Self, String> {
        let design = &sample.design;
        let (only, interacting) = match interact {
            Interact::All => (Some(arm), Vec::new()),
            Interact::Only(names) => {
                let named = design.plain.iter().filter(|(name, _)| names.contains(name));
                (None, named.flat_map(|(_, columns)| columns.clone()).collect())
            }
        };
        let model = Self {
            coefficients: Vec::new(),
            inverse: Square::zeros(0),
            event: sample.event,
            only,
            interacting,
            arms: sample.arms.len(),
        };
        let weights = sample.masses(|row| meant(row) && only.is_none_or(|arm| sample.arm[row] == arm));
        let own: Matrix;
        let matrix = if only.is_some() {
            &design.matrix
        } else {
            let mut joint = Matrix::new(model.width(design));
            let mut row = Vec::new();
            for at in 0..sample.len() {
                model.row(sample, at, sample.arm[at], &mut row);
                joint.push(row.iter().copied());
            }
            own = joint;
            &own
        };
        let about = || match only {
            Some(arm) => format!("the model of {} among those with {}", sample.called, sample.arm_name(arm)),
            None => format!("the model of {}", sample.called),
        };
        let names = model.names(sample);
        let failed = |trouble| told(design, &names, trouble, &about(), false);
        let (coefficients, inverse) = if sample.event {
            let fit = on(matrix, &sample.outcome, &weights, glm::logistic).map_err(failed)?;
            (fit.coefficients, fit.inverse)
        } else {
            let fit = on(matrix, &sample.outcome, &weights, glm::least_squares).map_err(failed)?;
            (fit.coefficients, fit.inverse)
        };
        Ok(Self { coefficients, inverse, ..model })
    }

    fn width(&self, design: &Design) -> usize {
        let own = design.matrix.columns();
        if self.only.is_some() { own } else { own + (self.arms - 1) * (1 + self.interacting.len()) }
    }

    fn names(&self, sample: &Sample) -> Vec<String> {
        let mut names = sample.design.names.clone();
        if self.only.is_none() {
            for arm in 1..self.arms {
                names.push(sample.arm_name(arm));
                names.extend(
                    self.interacting
                        .iter()
                        .map(|&at| format!("{} with {}", sample.arm_name(arm), sample.design.names[at])),
                );
            }
        }
        names
    }

    /// The columns of a row, were it in an arm.
    pub(super) fn row(&self, sample: &Sample, row: usize, arm: usize, into: &mut Vec<f64>) {
        let own = sample.design.matrix.row(row);
        into.clear();
        into.extend_from_slice(own);
        if self.only.is_none() {
            for other in 1..self.arms {
                let here = f64::from(other == arm);
                into.push(here);
                into.extend(self.interacting.iter().map(|&at| here * own[at]));
            }
        }
    }

    /// The mean for a row's columns.
    #[inline]
    pub(super) fn mean(&self, columns: &[f64]) -> f64 {
        let linear = dot(columns, &self.coefficients);
        if self.event { glm::expit(linear) } else { linear }
    }

    /// The derivative of that mean by the linear part.
    #[inline]
    pub(super) fn slope(&self, mean: f64) -> f64 {
        if self.event { mean * (1.0 - mean) } else { 1.0 }
    }

    /// Whether a row took part in the fit.
    pub(super) fn took(&self, sample: &Sample, row: usize) -> bool {
        self.only.is_none_or(|arm| sample.arm[row] == arm)
    }
}

/// Fits on the rows that count, so that those who do not are not taken for observations.
fn on<T>(
    matrix: &Matrix,
    outcome: &[f64],
    weights: &[f64],
    fit: impl Fn(&Matrix, &[f64], Option<&[f64]>) -> Result<T, Trouble>,
) -> Result<T, Trouble> {
    let meant: Vec<usize> = (0..weights.len()).filter(|&row| weights[row] > 0.0).collect();
    if meant.len() == weights.len() {
        return fit(matrix, outcome, Some(weights));
    }
    let mut part = Matrix::new(matrix.columns());
    meant.iter().for_each(|&row| part.push(matrix.row(row).iter().copied()));
    let pick = |of: &[f64]| -> Vec<f64> { meant.iter().map(|&row| of[row]).collect() };
    fit(&part, &pick(outcome), Some(&pick(weights)))
}

/// Why a model could not be fitted, with what to do.
fn told(design: &Design, names: &[String], trouble: Trouble, about: &str, of_action: bool) -> String {
    let covariate = |column: usize| {
        let own = |range: &std::ops::Range<usize>| range.contains(&column);
        design.plain.iter().find(|(_, columns)| own(columns)).map(|(name, _)| name.clone())
    };
    match trouble {
        Trouble::Collinear(column) => {
            let name = names.get(column).cloned().unwrap_or_default();
            match covariate(column) {
                Some(own) if name.contains(" = ") => format!(
                    "{about} has nobody with {name}, or nobody to tell it from other levels by; join levels of {own}"
                ),
                _ => format!(
                    "{about} cannot tell {name} apart: it follows from the other columns; leave out one of the variables \
                     that say the same"
                ),
            }
        }
        Trouble::TooFewRows { rows, coefficients } => format!(
            "{about} has {coefficients} coefficients and {rows} rows to find them from; more rows or fewer levels are \
             needed"
        ),
        Trouble::Separated if of_action => format!(
            "{about} does not settle: some combination of covariates tells it with certainty, so there is nobody to \
             compare with; join levels, or leave those out of the data for whom it is certain"
        ),
        Trouble::Separated => format!(
            "{about} does not settle: some combination of covariates tells the outcome with certainty; join levels, or take \
             --method ipw, which has no such model"
        ),
        Trouble::NoConvergence(steps) => {
            format!("{about} did not settle in {steps} steps; join levels, or use fewer covariates")
        }
    }
}
