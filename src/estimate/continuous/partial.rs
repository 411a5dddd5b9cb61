//! A linear regression of the outcome on the treatment and what is adjusted for, and how much each covariate explains: what
//! the sensitivity to a common cause that nobody measured is reckoned from.

use super::adjusted::Form;
use super::glm::{Trouble, least_squares};
use super::linear::Matrix;
use super::{Fault, Settings, Work, adjusted};
use crate::answer::Answer;
use crate::data::Rows;
use crate::estimate::Options;
use crate::problem::Problem;
use std::ops::Range;

/// Covariates that are left out in turn, and multiplications spent on that, at most.
const MOST_COVARIATES: usize = 30;
const MOST_WORK: f64 = 2e10;

/// What a regression says of a difference of two effects.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::estimate) struct Regression {
    /// The coefficient of the treatment.
    pub(in crate::estimate) estimate: f64,
    /// The same over its standard error.
    pub(in crate::estimate) t: f64,
    /// Rows less coefficients.
    pub(in crate::estimate) degrees_of_freedom: f64,
    /// What is adjusted for, with how strong each is.
    pub(in crate::estimate) covariates: Vec<Covariate>,
}

/// How much a covariate explains.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::estimate) struct Covariate {
    /// Its name.
    pub(in crate::estimate) name: String,
    /// The part that it explains of what the other covariates leave of the treatment.
    pub(in crate::estimate) of_treatment: f64,
    /// The part that it explains of what those and the treatment leave of the outcome.
    pub(in crate::estimate) of_outcome: f64,
}

/// Regresses, where the answer is the difference of two means that differ in one action, found by adjustment; else says
/// why not. Covariates stand as they do for estimates from rows; the treatment has one coefficient. O(covariates × rows ×
/// columns²).
pub(in crate::estimate) fn regression(
    problem: &Problem,
    answer: &Answer,
    rows: &Rows,
    options: &Options,
) -> Result<Regression, String> {
    let settings = Settings::default();
    let work = Work { problem, answer, rows, options, settings: &settings, adjusted: adjusted(answer)? };
    let mut asked = Vec::new();
    Form::read(&work.adjusted.arena, work.adjusted.query, &|_| None, &mut asked)?;
    let mut groups = work.groups(&asked).map_err(|fault| match fault {
        Fault::Reason(why) => why,
        Fault::Wrong(diagnostic) => diagnostic.message,
    })?;
    let (Some(group), true) = (groups.pop(), groups.is_empty()) else {
        return Err("the question compares more than one outcome".to_owned());
    };
    let &[with, without] = &group.targets[..] else { return Err("the question compares no two actions".to_owned()) };
    let sample = &group.sample;
    let design = &sample.design;
    let either: Vec<usize> =
        (0..sample.len()).filter(|&row| [with.arm, without.arm].contains(&sample.arm[row])).collect();
    let treated: Vec<f64> = either.iter().map(|&row| f64::from(sample.arm[row] == with.arm)).collect();
    let outcome: Vec<f64> = either.iter().map(|&row| sample.outcome[row]).collect();
    // Weights say whom a row speaks for, and not how many rows there are.
    let mass: f64 = either.iter().map(|&row| sample.mass(row)).sum();
    let count: f64 = either.iter().map(|&row| sample.repeats[row]).sum();
    let weights: Vec<f64> = either.iter().map(|&row| sample.mass(row) * count / mass).collect();
    let columns = design.matrix.columns();
    let pick = |left_out: &Range<usize>, more: Option<&[f64]>| {
        let kept = columns - left_out.len();
        let mut matrix = Matrix::new(kept + usize::from(more.is_some()));
        for (at, &row) in either.iter().enumerate() {
            let own = design.matrix.row(row).iter().enumerate().filter(|(column, _)| !left_out.contains(column));
            matrix.push(own.map(|(_, value)| *value).chain(more.map(|more| more[at])));
        }
        matrix
    };
    let told = |trouble: Trouble| format!("the regression has no answer: {trouble}");
    let whole = least_squares(&pick(&(0..0), Some(&treated)), &outcome, Some(&weights)).map_err(told)?;
    let mut found = Regression {
        estimate: whole.coefficients[columns],
        t: whole.t(columns),
        degrees_of_freedom: whole.degrees_of_freedom,
        covariates: Vec::new(),
    };
    if !found.t.is_finite() || found.degrees_of_freedom < 2.0 {
        return Err("the regression leaves nothing unexplained".to_owned());
    }
    let each = either.len() as f64 * (columns as f64).powi(2);
    if design.plain.len() > MOST_COVARIATES || each * 2.0 * design.plain.len() as f64 > MOST_WORK {
        return Ok(found);
    }
    // The part of what is left without some columns that they explain.
    let left = |matrix: &Matrix, of: &[f64]| {
        least_squares(matrix, of, Some(&weights)).map(|fit| fit.residual_variance * fit.degrees_of_freedom)
    };
    let treatment_left = left(&pick(&(0..0), None), &treated).map_err(told)?;
    let outcome_left = whole.residual_variance * whole.degrees_of_freedom;
    for (at, (name, plain)) in design.plain.iter().enumerate() {
        // A square belongs to its number.
        let end = design.plain.get(at + 1).map_or(columns, |(_, next)| next.start);
        let own = plain.start..end;
        if own.is_empty() {
            continue;
        }
        let without = (left(&pick(&own, None), &treated), left(&pick(&own, Some(&treated)), &outcome));
        let (Ok(treatment), Ok(outcome)) = without else { continue };
        let part = |without: f64, with: f64| (1.0 - with / without).clamp(0.0, 1.0);
        found.covariates.push(Covariate {
            name: name.clone(),
            of_treatment: part(treatment, treatment_left),
            of_outcome: part(outcome, outcome_left),
        });
    }
    Ok(found)
}
