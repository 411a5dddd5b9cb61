//! Differences that must all be zero, judged together by their covariance (Wald 1943).

use super::Found;
use crate::data::Counts;
use crate::estimate::Empirical;
use crate::estimate::compile::Program;
use crate::estimate::tape::{Gradient, Values};

/// Numbers that are compared at once, at most.
const MOST: usize = 256;
/// Derivatives that are kept at once, at most.
const MOST_KEPT: usize = 1 << 24;

/// Whether so many numbers can be compared on these counts.
pub(super) fn affordable(numbers: usize, counts: &Counts) -> bool {
    numbers <= MOST && numbers.saturating_mul(counts.cells.len()) <= MOST_KEPT
}
/// What is left of a variance, below which a difference follows from those before it.
const DEPENDENT: f64 = 1e-7;
/// A variance that is rounding and nothing else.
const NOTHING: f64 = 1e-18;
/// Rows for each degree of freedom.
const ROWS_PER_DEGREE: u64 = 50;

/// Numbers with their influence on each cell of data.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// Derivatives by the probability of each cell, less their mean.
    influence: Vec<Vec<f64>>,
}

impl Numbers {
    /// Evaluates and differentiates every number of a program. O(numbers × cells walked over).
    pub(super) fn of(program: &Program, counts: &Counts) -> Self {
        let empirical = Empirical::new(counts, 0.0);
        let (mut values, mut spare, mut results) = (Values::default(), Values::default(), Vec::new());
        program.tape.evaluate(empirical.point(), &mut values, &mut spare, &mut results);
        let mut gradient = Gradient::default();
        let influence = (0..results.len()).map(|cell| {
            program.tape.backward(&values, cell, counts.cells.len(), &mut gradient);
            let mean: f64 = gradient.mass.iter().zip(&empirical.mass).map(|(d, p)| d * p).sum();
            gradient.mass.iter().map(|d| d - mean).collect()
        });
        Self { influence: influence.collect(), values: results }
    }

    /// The difference of two of these, or of one of these and one of others; None where one is undefined.
    pub(super) fn less(&self, at: usize, other: &Self, other_at: usize) -> Option<(f64, Vec<f64>)> {
        let difference = self.values.get(at)? - other.values.get(other_at)?;
        let influence = self.influence.get(at)?.iter().zip(other.influence.get(other_at)?).map(|(a, b)| a - b);
        difference.is_finite().then(|| (difference, influence.collect()))
    }
}

/// The statistic of differences that must be zero: it has as many degrees of freedom as there are of them that do not
/// follow from the others. None where the numbers are equal whatever the data are.
pub(super) fn test(differences: &[(f64, Vec<f64>)], counts: &Counts) -> Option<Found> {
    let (n, rows) = (differences.len(), counts.rows.max(1));
    let weight: f64 = counts.cells.iter().map(|cell| cell.count).sum();
    let covariance = |a: &[f64], b: &[f64]| -> f64 {
        let each = a.iter().zip(b).zip(&counts.cells).map(|((a, b), cell)| a * b * cell.count / weight);
        each.sum()
    };
    let mut left: Vec<f64> = differences.iter().map(|(_, own)| covariance(own, own)).collect();
    let most = left.iter().copied().fold(0.0, f64::max);
    if most <= NOTHING {
        return None;
    }
    // Cholesky's decomposition, the largest variance left first.
    let (mut factor, mut solved): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
    let mut rest: Vec<f64> = differences.iter().map(|(value, _)| *value).collect();
    let mut used = vec![false; n];
    while let Some(pivot) = (0..n).filter(|&at| !used[at]).max_by(|&a, &b| left[a].total_cmp(&left[b]).then(b.cmp(&a)))
    {
        if left[pivot] <= most * DEPENDENT {
            break;
        }
        let root = left[pivot].sqrt();
        let column: Vec<f64> = (0..n)
            .map(|at| {
                let before: f64 = factor.iter().map(|column| column[at] * column[pivot]).sum();
                (covariance(&differences[at].1, &differences[pivot].1) - before) / root
            })
            .collect();
        let own = rest[pivot] / root;
        for at in 0..n {
            left[at] -= column[at] * column[at];
            rest[at] -= column[at] * own;
        }
        used[pivot] = true;
        solved.push(own);
        factor.push(column);
    }
    let freedom = solved.len() as u64;
    if rows < freedom.saturating_mul(ROWS_PER_DEGREE) {
        return Some(Found::Sparse(freedom.saturating_mul(ROWS_PER_DEGREE)));
    }
    let statistic = solved.iter().map(|own| own * own).sum::<f64>() * rows as f64;
    let size = differences.iter().map(|(value, _)| value.abs()).fold(0.0, f64::max);
    Some(Found::Result { statistic, freedom: freedom as f64, size, scale: most })
}
