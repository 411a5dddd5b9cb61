//! How far an estimate may be off: the variance of its influence function.

use super::Empirical;
use super::compile::Program;
use super::tape::{Gradient, Values};
use crate::data::Counts;

/// A number with what its standard error is made of.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// The number; NaN where it depends on a quotient by nothing.
    pub(super) value: f64,
    /// Variance of the influence function: of one row's contribution.
    pub(super) variance: f64,
    /// Quotients by nothing that the number depends on: operation and cell.
    pub(super) missing: Vec<(usize, usize)>,
}

/// Each number of a program, with its variance.
///
/// A row in cell c, whose numeric variable is y, changes the estimate by D(c) + G(c) y less the mean of that, where D and
/// G are the derivatives by the probability of the cell and by the mean there.
pub(super) fn spread(program: &Program, empirical: &Empirical, counts: &Counts) -> Vec<Spread> {
    let tape = &program.tape;
    let (mut values, mut spare, mut results) = (Values::default(), Values::default(), Vec::new());
    tape.evaluate(empirical.point(), &mut values, &mut spare, &mut results);
    let mut gradient = Gradient::default();
    // Smoothed probabilities do not sum to one over the rows seen; rows are what varies.
    let total: f64 = empirical.mass.iter().sum();
    results
        .iter()
        .enumerate()
        .map(|(cell, &value)| {
            let missing = tape.backward(&values, cell, counts.cells.len(), &mut gradient);
            let (mut mean, mut square) = (0.0, 0.0);
            let slopes = gradient.mass.iter().zip(&gradient.moment);
            for (at, (&d, &g)) in slopes.clone().enumerate() {
                let (p, s, q) = (empirical.mass[at], empirical.moment[at], empirical.squares[at]);
                mean += d * p + g * s;
                square += d * d * p + 2.0 * d * g * s + g * g * q;
            }
            if let Some(squared) = &counts.squared_weights {
                // A row moves the estimate by its part of all weight: the variance is the sum of squares of what each does.
                let (weight, mean) = (counts.cells.iter().map(|cell| cell.count).sum::<f64>(), mean / total);
                let sum: f64 = slopes
                    .zip(squared)
                    .map(|((d, g), [one, y, yy])| (d - mean).powi(2) * one + 2.0 * (d - mean) * g * y + g * g * yy)
                    .sum();
                let variance = sum * (total / weight).powi(2) * observations(counts);
                return Spread { value, variance, missing };
            }
            // The derivative by a row is that by its probability, of which a row is worth `total` of what it was.
            let variance = (square / total - (mean / total).powi(2)) * total * total;
            Spread { value, variance, missing }
        })
        .collect()
}

/// What a variance is divided by: rows, or what the counts stand for.
pub(super) fn observations(counts: &Counts) -> f64 {
    if counts.rows > 0 { counts.rows as f64 } else { counts.weight }
}
