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
            for (at, (&d, &g)) in gradient.mass.iter().zip(&gradient.moment).enumerate() {
                let (p, s, q) = (empirical.mass[at], empirical.moment[at], empirical.squares[at]);
                mean += d * p + g * s;
                square += d * d * p + 2.0 * d * g * s + g * g * q;
            }
            // The derivative by a row is that by its probability, of which a row is worth `total` of what it was.
            let variance = (square / total - (mean / total).powi(2)) * total * total;
            Spread { value, variance, missing }
        })
        .collect()
}
