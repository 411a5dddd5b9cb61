//! What is known of a table of data: how often each combination of levels occurs.
//!
//! In: which columns are read for which variables ([`Wanted`]), and records. Out: [`Counts`]: for discrete variables they
//! are all that an estimate depends on; or [`Rows`], where numbers are used as they are. Must never know: files, threads, graphs, or what the counts are for.
//!
//! Whoever reads a file cuts it into chunks at places that depend on the file alone, tallies each, and merges them in
//! order: the counts, sums of floats included, are then the same on any number of threads.

mod cells;
mod dictionary;
mod finish;
mod flaw;
mod number;
mod rows;
mod schema;
mod tally;
#[cfg(test)]
mod tests;
mod wanted;

pub mod diagnostics;

use std::borrow::Cow;

pub use dictionary::is_missing;
pub use finish::Read;
pub use number::number;
pub use rows::{MAX_NUMBERS, MAX_WHOLE, Rows, Variable, is_number};
pub use schema::{Header, Schema};
pub use tally::{Batch, MAX_CELLS, MAX_LEVEL, MAX_LEVELS, Tally};
pub use wanted::{Field, Levels, Wanted};

/// A variable with its levels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// The variable of the graph.
    pub name: String,
    /// Its levels: as declared, or those found, in ascending order (as numbers, where all are).
    pub levels: Vec<String>,
}

/// One combination of levels that occurs.
#[derive(Clone, PartialEq, Debug)]
pub struct Cell {
    /// A position in [`Column::levels`] for each column.
    pub at: Box<[u32]>,
    /// How many rows are here, each by its weight; a whole number where there are no weights.
    pub count: f64,
    /// The sum of the numeric variable over them, by weight; 0 without one.
    pub sum: f64,
    /// The sum of its squares, by weight; 0 without one.
    pub sum_squares: f64,
}

/// How often each combination of levels occurs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Counts {
    /// The variables counted by, in the order of [`Wanted::fields`].
    pub columns: Vec<Column>,
    /// The combinations that occur, ascending by [`Cell::at`].
    pub cells: Vec<Cell>,
    /// How many rows were counted; of data that are counts already, how many they stand for.
    pub rows: u64,
    /// The sum of their weights; the number of rows, where there are none.
    pub weight: f64,
    /// The variable whose sum and sum of squares the cells keep.
    pub numeric: Option<String>,
    /// Where rows have weights: for each of `cells` the sums of squared weights alone, times the numeric variable, and times
    /// its square. They tell how much the numbers made of weighted sums vary.
    pub squared_weights: Option<Vec<[f64; 3]>>,
}

impl Counts {
    /// As many rows without weights would say as much as these do of a mean: (Σ w)² / Σ w² (Kish 1965); all, where there
    /// are no weights.
    #[must_use]
    pub fn effective_rows(&self) -> f64 {
        let squares = self.squared_weights.as_ref().map(|all| all.iter().map(|[squares, ..]| squares).sum::<f64>());
        match squares {
            Some(squares) if squares > 0.0 => self.cells.iter().map(|cell| cell.count).sum::<f64>().powi(2) / squares,
            _ if self.rows > 0 => self.rows as f64,
            _ => self.weight,
        }
    }

    /// What is known of rows with weights, as if it came from [`Counts::effective_rows`] rows without: for tests that compare
    /// counts, and for draws. Without weights, these.
    #[must_use]
    pub fn as_equal_rows(&self) -> Cow<'_, Self> {
        if self.squared_weights.is_none() {
            return Cow::Borrowed(self);
        }
        let rows = self.effective_rows();
        let worth = rows / self.cells.iter().map(|cell| cell.count).sum::<f64>().max(f64::MIN_POSITIVE);
        let mut equal = Self { rows: rows.round() as u64, weight: rows, squared_weights: None, ..self.clone() };
        for cell in &mut equal.cells {
            cell.count *= worth;
            cell.sum *= worth;
            cell.sum_squares *= worth;
        }
        Cow::Owned(equal)
    }

    /// Where a variable stands in each [`Cell::at`].
    #[must_use]
    pub fn position(&self, variable: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == variable)
    }
}
