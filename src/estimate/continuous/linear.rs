//! Matrices, as much of them as regressions need.
//!
//! Designs here have tens of columns and many rows, so all the work is in one pass over the rows that makes the matrix of
//! products; what is then solved is small. A Cholesky factorisation of that small matrix is a hundred lines. The crate
//! that does it in general (faer, with `std` and `linalg` only) brings 75 crates and minutes of compiling, for a task where it
//! would not be faster. Numeric columns are centred and scaled before they come here, so little is lost by the products.

/// A table of numbers, row by row.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Matrix {
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix of no rows yet.
    #[must_use]
    pub const fn new(columns: usize) -> Self {
        Self { columns, values: Vec::new() }
    }

    /// Columns side by side. They must be equally long: what is beyond the shortest is left out.
    #[must_use]
    pub fn from_columns<'a>(columns: impl IntoIterator<Item = &'a [f64]>) -> Self {
        let columns: Vec<&[f64]> = columns.into_iter().collect();
        let rows = columns.iter().map(|column| column.len()).min().unwrap_or(0);
        let mut matrix = Self::new(columns.len());
        matrix.values.reserve(rows * columns.len());
        for row in 0..rows {
            matrix.values.extend(columns.iter().map(|column| column[row]));
        }
        matrix
    }

    /// Adds a row, cut or filled up with zeros to the number of columns.
    pub fn push(&mut self, row: impl IntoIterator<Item = f64>) {
        let end = self.values.len() + self.columns;
        self.values.extend(row.into_iter().take(self.columns));
        self.values.resize(end, 0.0);
    }

    /// How many columns.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// How many rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        match self.values.len().checked_div(self.columns) {
            Some(rows) => rows,
            None => 0,
        }
    }

    /// A row.
    #[must_use]
    #[inline]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// Each row times a vector. O(rows × columns).
    #[must_use]
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.rows()).map(|row| dot(self.row(row), vector)).collect()
    }

    /// Xᵀ diag(weights) X, and Xᵀ diag(weights) y. O(rows × columns²).
    #[must_use]
    pub fn products(&self, weights: impl Fn(usize) -> f64, outcome: impl Fn(usize) -> f64) -> (Square, Vec<f64>) {
        let size = self.columns;
        let (mut gram, mut sums) = (Square::zeros(size), vec![0.0; size]);
        for row in 0..self.rows() {
            let (weight, outcome, values) = (weights(row), outcome(row), self.row(row));
            if weight == 0.0 {
                continue;
            }
            for (i, &value) in values.iter().enumerate() {
                let scaled = weight * value;
                // Most columns of dummies are zero.
                if scaled == 0.0 {
                    continue;
                }
                sums[i] += scaled * outcome;
                for (to, &other) in gram.values[i * size..=i * size + i].iter_mut().zip(values) {
                    *to += scaled * other;
                }
            }
        }
        gram.mirror();
        (gram, sums)
    }
}

/// Σ a b
#[must_use]
#[inline]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A square matrix, row by row.
#[derive(Clone, PartialEq, Debug)]
pub struct Square {
    size: usize,
    values: Vec<f64>,
}

impl Square {
    /// Nothing but zeros.
    #[must_use]
    pub fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    /// The entry of a row and a column.
    #[must_use]
    #[inline]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    /// Row and column count.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.size
    }

    /// Adds to an entry.
    #[inline]
    pub fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] += value;
    }

    /// All entries times a number.
    #[must_use]
    pub fn scaled(mut self, by: f64) -> Self {
        self.values.iter_mut().for_each(|value| *value *= by);
        self
    }

    /// Copies what is below the diagonal to above it.
    fn mirror(&mut self) {
        for row in 0..self.size {
            for column in 0..row {
                self.values[column * self.size + row] = self.values[row * self.size + column];
            }
        }
    }

    /// This times a vector.
    #[must_use]
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.size).map(|row| dot(&self.values[row * self.size..(row + 1) * self.size], vector)).collect()
    }
}

/// The Cholesky factor of a matrix of products, to solve with.
#[derive(Clone, Debug)]
pub struct Factor {
    lower: Square,
}

/// A column of which less than this part (of its square) is new is a combination of those before it.
const NEW: f64 = 1e-9;

impl Factor {
    /// Factorises a symmetric matrix that has no negative direction. O(size³).
    ///
    /// # Errors
    /// The first column that is a combination of those before it.
    pub fn new(of: &Square) -> Result<Self, usize> {
        let size = of.size;
        let mut lower = Square::zeros(size);
        for row in 0..size {
            for column in 0..=row {
                let (left, right) = (row * size, column * size);
                let known = dot(&lower.values[left..left + column], &lower.values[right..right + column]);
                let rest = of.at(row, column) - known;
                if row == column {
                    // NaN is no number to go on with either.
                    if rest.partial_cmp(&(NEW * of.at(row, row))) != Some(std::cmp::Ordering::Greater) {
                        return Err(row);
                    }
                    lower.values[left + column] = rest.sqrt();
                } else {
                    lower.values[left + column] = rest / lower.at(column, column);
                }
            }
        }
        Ok(Self { lower })
    }

    /// The x with A x = b. O(size²).
    #[must_use]
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let size = self.lower.size;
        let mut x = b.to_vec();
        x.resize(size, 0.0);
        for row in 0..size {
            let known = dot(&self.lower.values[row * size..row * size + row], &x[..row]);
            x[row] = (x[row] - known) / self.lower.at(row, row);
        }
        for row in (0..size).rev() {
            let known: f64 = (row + 1..size).map(|below| self.lower.at(below, row) * x[below]).sum();
            x[row] = (x[row] - known) / self.lower.at(row, row);
        }
        x
    }

    /// A⁻¹. O(size³).
    #[must_use]
    pub fn inverse(&self) -> Square {
        let size = self.lower.size;
        let mut inverse = Square::zeros(size);
        for column in 0..size {
            let mut unit = vec![0.0; size];
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate() {
                inverse.add(row, column, value);
            }
        }
        inverse
    }
}
