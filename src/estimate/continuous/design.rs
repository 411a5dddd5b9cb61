//! From covariates to the columns of a model: numbers with their squares, levels as dummies.

use super::linear::Matrix;
use crate::data::{Rows, Variable};
use std::ops::Range;

/// The most columns of a model.
pub(super) const MOST_COLUMNS: usize = 500;
/// The most numbers of a model, rows times columns: half a gibibyte.
const MOST_NUMBERS: usize = 1 << 26;

/// Columns for some rows, with what each of them is.
#[derive(Clone, Debug)]
pub(super) struct Design {
    /// The first column is one everywhere.
    pub(super) matrix: Matrix,
    /// What each column is called.
    pub(super) names: Vec<String>,
    /// For each covariate, its columns without squares.
    pub(super) plain: Vec<(String, Range<usize>)>,
}

impl Design {
    /// The columns of covariates for the rows named, an intercept first.
    ///
    /// A number is centred and scaled; its square stands beside it where it has more than two values. Of the levels that
    /// occur, each but the first has a column. What has one value only is left out: there is nothing to adjust for.
    ///
    /// # Errors
    /// More than [`MOST_COLUMNS`] columns, or than [`MOST_NUMBERS`] numbers.
    pub(super) fn new(rows: &Rows, which: &[usize], covariates: &[&str]) -> Result<Self, String> {
        let mut columns: Vec<Vec<f64>> = vec![vec![1.0; which.len()]];
        let mut names = vec!["the intercept".to_owned()];
        let mut plain = Vec::new();
        for name in covariates {
            let Some(variable) = rows.variable(name) else { continue };
            let first = columns.len();
            let mut squared = None;
            match &variable.levels {
                None => {
                    if let Some((scaled, square)) = number(variable, which) {
                        columns.push(scaled);
                        names.push((*name).to_owned());
                        squared = square.map(|square| (square, format!("{name} squared")));
                    }
                }
                Some(levels) => {
                    let mut met = vec![false; levels.len()];
                    which.iter().for_each(|&row| met[variable.values[row] as usize] = true);
                    for level in (0..levels.len()).filter(|&level| met[level]).skip(1) {
                        if columns.len() > MOST_COLUMNS {
                            break;
                        }
                        let dummy = |&row: &usize| f64::from(variable.values[row] as usize == level);
                        columns.push(which.iter().map(dummy).collect());
                        names.push(format!("{name} = {}", levels[level]));
                    }
                }
            }
            plain.push(((*name).to_owned(), first..columns.len()));
            if let Some((square, name)) = squared {
                columns.push(square);
                names.push(name);
            }
            if columns.len() * which.len() > MOST_NUMBERS {
                return Err(format!(
                    "the model would have more than {MOST_NUMBERS} numbers, rows times columns; take a sample of the rows, \
                     join levels, or cut numbers into bins and take --method plug-in"
                ));
            }
            if columns.len() > MOST_COLUMNS {
                return Err(format!(
                    "the model would have more than {MOST_COLUMNS} columns; join levels of {name}, or adjust for less"
                ));
            }
        }
        Ok(Self { matrix: Matrix::from_columns(columns.iter().map(Vec::as_slice)), names, plain })
    }
}

/// A number centred and scaled, and its square where that says more; None where it has one value only.
fn number(variable: &Variable, which: &[usize]) -> Option<(Vec<f64>, Option<Vec<f64>>)> {
    let count = which.len().max(1) as f64;
    let values = || which.iter().map(|&row| variable.values[row]);
    let mean = values().sum::<f64>() / count;
    let deviation = (values().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    // What rounding leaves of a constant is no spread.
    if deviation.partial_cmp(&(1e-12 * mean.abs())) != Some(std::cmp::Ordering::Greater) {
        return None;
    }
    let scaled: Vec<f64> = values().map(|value| (value - mean) / deviation).collect();
    let first = scaled.first().copied()?;
    let second = scaled.iter().copied().find(|value| *value != first)?;
    let more = scaled.iter().any(|value| *value != first && *value != second);
    let square = more.then(|| scaled.iter().map(|value| value * value).collect());
    Some((scaled, square))
}
