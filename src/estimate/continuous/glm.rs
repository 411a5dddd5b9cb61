//! Linear and logistic regression with weights.
//!
//! In: a design matrix, an outcome, weights. Out: coefficients with what a standard error is made of, or [`Trouble`] in
//! plain words. Must never know: what a column means.

use super::linear::{Factor, Matrix, Square, dot};
use std::fmt;

/// Why a model could not be fitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// This column is a combination of those before it.
    Collinear(usize),
    /// There are not more rows than coefficients.
    TooFewRows {
        /// The rows.
        rows: usize,
        /// The coefficients.
        coefficients: usize,
    },
    /// Some combination of the columns tells with certainty who is a case: the coefficients have no finite values.
    Separated,
    /// So many steps did not lead to the maximum of the likelihood.
    NoConvergence(usize),
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Collinear(column) => {
                write!(f, "column {} of the model is a combination of those before it", column + 1)
            }
            Self::TooFewRows { rows, coefficients } => {
                write!(f, "{rows} rows are too few for a model of {coefficients} coefficients")
            }
            Self::Separated => f.write_str("some combination of the covariates tells it with certainty"),
            Self::NoConvergence(steps) => write!(f, "the fit did not settle in {steps} steps"),
        }
    }
}

/// A linear regression.
#[derive(Clone, PartialEq, Debug)]
pub struct LeastSquares {
    /// One for each column.
    pub coefficients: Vec<f64>,
    /// Of the coefficients, where the errors have one variance: the residual variance times (XᵀWX)⁻¹.
    pub covariance: Square,
    /// (XᵀWX)⁻¹.
    pub inverse: Square,
    /// The sum of squared residuals over the degrees of freedom.
    pub residual_variance: f64,
    /// Observations less coefficients.
    pub degrees_of_freedom: f64,
}

impl LeastSquares {
    /// A coefficient over its standard error.
    #[must_use]
    pub fn t(&self, column: usize) -> f64 {
        self.coefficients[column] / self.covariance.at(column, column).sqrt()
    }

    /// The part of what the other columns leave unexplained that this column explains: t² / (t² + degrees of freedom).
    #[must_use]
    pub fn partial_r2(&self, column: usize) -> f64 {
        let square = self.t(column).powi(2);
        square / (square + self.degrees_of_freedom)
    }
}

/// Fits a linear regression. A weight says how many observations its row stands for; without weights each is one. The
/// design has its own column of ones where an intercept is meant.
///
/// By the normal equations: columns are best centred and scaled. O(rows × columns² + columns³).
///
/// # Errors
/// [`Trouble::Collinear`] and [`Trouble::TooFewRows`].
pub fn least_squares(design: &Matrix, outcome: &[f64], weights: Option<&[f64]>) -> Result<LeastSquares, Trouble> {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let (rows, coefficients) = (design.rows(), design.columns());
    let observations: f64 = (0..rows).map(weight).sum();
    if coefficients == 0 || rows <= coefficients {
        return Err(Trouble::TooFewRows { rows, coefficients });
    }
    let (gram, sums) = design.products(weight, |row| outcome[row]);
    let factor = Factor::new(&gram).map_err(Trouble::Collinear)?;
    let mut coefficients = factor.solve(&sums);
    // One step of refinement regains what the products lost.
    let (_, rest) = design.products(weight, |row| outcome[row] - dot(design.row(row), &coefficients));
    coefficients.iter_mut().zip(factor.solve(&rest)).for_each(|(to, more)| *to += more);
    let residual = |row: usize| outcome[row] - dot(design.row(row), &coefficients);
    let squares: f64 = (0..rows).map(|row| weight(row) * residual(row).powi(2)).sum();
    let degrees_of_freedom = observations - design.columns() as f64;
    let residual_variance = squares / degrees_of_freedom;
    let inverse = factor.inverse();
    let covariance = inverse.clone().scaled(residual_variance);
    Ok(LeastSquares { coefficients, covariance, inverse, residual_variance, degrees_of_freedom })
}

/// A logistic regression.
#[derive(Clone, PartialEq, Debug)]
pub struct Logistic {
    /// One for each column.
    pub coefficients: Vec<f64>,
    /// The inverse of the information Σ w p (1 − p) x xᵀ.
    pub inverse: Square,
}

impl Logistic {
    /// The probability for a row of a design.
    #[must_use]
    #[inline]
    pub fn probability(&self, row: &[f64]) -> f64 {
        expit(dot(row, &self.coefficients))
    }
}

/// 1 / (1 + exp(−x))
#[must_use]
#[inline]
pub fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Steps of Newton's method, at most.
const STEPS: usize = 60;
/// Halvings of one step, at most.
const HALVINGS: usize = 30;
/// A coefficient of which so little is left to learn from, against what even chances would tell, has run away.
const RUN_AWAY: f64 = 1e6;
/// The log-likelihood has settled where it gains less than this part of itself.
const SETTLED: f64 = 1e-12;

/// Fits a logistic regression by iteratively reweighted least squares. The outcome is between 0 and 1; a weight says how
/// many observations its row stands for.
///
/// O(steps × (rows × columns² + columns³)).
///
/// # Errors
/// Any [`Trouble`].
pub fn logistic(design: &Matrix, outcome: &[f64], weights: Option<&[f64]>) -> Result<Logistic, Trouble> {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let (rows, columns) = (design.rows(), design.columns());
    if columns == 0 || rows <= columns {
        return Err(Trouble::TooFewRows { rows, coefficients: columns });
    }
    let likelihood = |linear: &[f64]| -> f64 {
        let each = linear.iter().enumerate().filter(|(row, _)| weight(*row) > 0.0);
        each.map(|(row, &eta)| {
            // ln(1 + exp(eta)) without overflow
            let log = if eta > 0.0 { eta + (-eta).exp().ln_1p() } else { eta.exp().ln_1p() };
            weight(row) * (outcome[row] * eta - log)
        })
        .sum()
    };
    let mut coefficients = vec![0.0; columns];
    let mut linear = vec![0.0; rows];
    let mut known = likelihood(&linear);
    let mut even = vec![0.0; columns];
    for step in 0..STEPS {
        let chance: Vec<f64> = linear.iter().map(|eta| expit(*eta)).collect();
        let curvature = |row: usize| weight(row) * chance[row] * (1.0 - chance[row]);
        let (information, _) = design.products(curvature, |_| 0.0);
        let (_, score) = design.products(weight, |row| outcome[row] - chance[row]);
        if step == 0 {
            even = (0..columns).map(|column| information.at(column, column)).collect();
        }
        let factor = match Factor::new(&information) {
            Ok(factor) => factor,
            // At the start every chance is one half, so only the columns can be to blame.
            Err(column) if step == 0 => return Err(Trouble::Collinear(column)),
            Err(_) => return Err(Trouble::Separated),
        };
        let change = factor.solve(&score);
        let mut size = 1.0;
        let mut gained = None;
        for _ in 0..HALVINGS {
            let tried: Vec<f64> = coefficients.iter().zip(&change).map(|(b, d)| b + size * d).collect();
            let eta = design.times(&tried);
            let value = likelihood(&eta);
            if value.is_finite() && value >= known - 1e-9 * (1.0 + known.abs()) {
                gained = Some((tried, eta, value));
                break;
            }
            size /= 2.0;
        }
        let Some((tried, eta, value)) = gained else { return Err(Trouble::NoConvergence(step + 1)) };
        let settled = (value - known).abs() <= SETTLED * (1.0 + known.abs()) && size == 1.0;
        (coefficients, linear, known) = (tried, eta, value);
        if settled {
            let (information, _) = design.products(
                |row| {
                    let chance = expit(linear[row]);
                    weight(row) * chance * (1.0 - chance)
                },
                |_| 0.0,
            );
            let inverse = Factor::new(&information).map_err(|_| Trouble::Separated)?.inverse();
            // The likelihood settles long before coefficients on their way to infinity do.
            if known > -1e-6 || (0..columns).any(|column| inverse.at(column, column) * even[column] > RUN_AWAY) {
                return Err(Trouble::Separated);
            }
            return Ok(Logistic { coefficients, inverse });
        }
    }
    Err(Trouble::NoConvergence(STEPS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use rand_distr::{Distribution, StandardNormal, Uniform};

    fn design(columns: &[&[f64]]) -> Matrix {
        Matrix::from_columns(columns.iter().copied())
    }

    #[test]
    fn a_line_by_hand() {
        // Anscombe's first set: intercept 3.0001, slope 0.5001, residual variance 1.5293, t of the slope 4.2415.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let fit = least_squares(&design(&[&[1.0; 11], &x]), &y, None).unwrap();
        assert!((fit.coefficients[0] - 3.000_090_9).abs() < 1e-6 && (fit.coefficients[1] - 0.500_090_9).abs() < 1e-6);
        assert!((fit.residual_variance - 1.529_188).abs() < 1e-5 && fit.degrees_of_freedom == 9.0);
        assert!((fit.t(1) - 4.241_455).abs() < 1e-5);
        // Of a single regressor the partial R² is the R².
        assert!((fit.partial_r2(1) - 0.666_542).abs() < 1e-5);
    }

    #[test]
    fn weights_are_repeated_rows() {
        let (x, y, w) = ([0.0, 1.0, 2.0, 4.0, 5.0], [0.0, 1.0, 0.0, 1.0, 0.0], [1.0, 2.0, 3.0, 2.0, 1.0]);
        let repeat = |of: &[f64]| -> Vec<f64> {
            of.iter().zip(&w).flat_map(|(value, times)| std::iter::repeat_n(*value, *times as usize)).collect()
        };
        let (many_x, many_y) = (repeat(&x), repeat(&y));
        let (few, many) = (design(&[&[1.0; 5], &x]), design(&[&[1.0; 9], &many_x]));
        let (a, b) = (least_squares(&few, &y, Some(&w)).unwrap(), least_squares(&many, &many_y, None).unwrap());
        assert!((a.coefficients[1] - b.coefficients[1]).abs() < 1e-12);
        assert!((a.covariance.at(1, 1) - b.covariance.at(1, 1)).abs() < 1e-12);
        let (a, b) = (logistic(&few, &y, Some(&w)).unwrap(), logistic(&many, &many_y, None).unwrap());
        assert!((a.coefficients[1] - b.coefficients[1]).abs() < 1e-9);
        assert!((a.inverse.at(1, 1) - b.inverse.at(1, 1)).abs() < 1e-9);
    }

    #[test]
    fn two_groups_have_the_log_odds_ratio() {
        // 10 of 40 and 30 of 50: log odds ratio ln((30/20) / (10/30)); its variance 1/10 + 1/30 + 1/30 + 1/20.
        let (x, y, w) = ([0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 0.0], [10.0, 30.0, 30.0, 20.0]);
        let fit = logistic(&design(&[&[1.0; 4], &x]), &y, Some(&w)).unwrap();
        assert!((fit.coefficients[1] - (30.0 / 20.0 / (10.0 / 30.0_f64)).ln()).abs() < 1e-9);
        assert!((fit.inverse.at(1, 1) - (0.1 + 1.0 / 30.0 + 1.0 / 30.0 + 0.05)).abs() < 1e-9);
    }

    #[test]
    fn the_score_is_zero_at_the_fit() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let uniform = Uniform::new(0.0, 1.0).unwrap();
        let x: Vec<f64> = (0..400).map(|_| StandardNormal.sample(&mut random)).collect();
        let y: Vec<f64> = x.iter().map(|x| f64::from(uniform.sample(&mut random) < expit(0.5 + 2.0 * x))).collect();
        let design = design(&[&[1.0; 400], &x]);
        let fit = logistic(&design, &y, None).unwrap();
        let (_, score) = design.products(|_| 1.0, |row| y[row] - fit.probability(design.row(row)));
        assert!(score.iter().all(|score| score.abs() < 1e-6), "{score:?}");
        assert!((fit.coefficients[1] - 2.0).abs() < 0.6, "{fit:?}");
    }

    #[test]
    fn what_cannot_be_fitted_is_told() {
        let ones = [1.0; 6];
        let x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
        let twice = x.map(|x| 2.0 * x + 1.0);
        let y = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
        let all = design(&[&ones, &x, &twice]);
        assert_eq!(least_squares(&all, &y, None), Err(Trouble::Collinear(2)));
        assert_eq!(logistic(&all, &y, None), Err(Trouble::Collinear(2)));
        let few = design(&[&ones[..2], &x[..2]]);
        assert_eq!(least_squares(&few, &y[..2], None), Err(Trouble::TooFewRows { rows: 2, coefficients: 2 }));
        // Who is above 2 is a case, completely and almost completely.
        let simple = design(&[&ones, &x]);
        assert_eq!(logistic(&simple, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0], None), Err(Trouble::Separated));
        let group = design(&[&ones, &[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]]);
        assert_eq!(logistic(&group, &[0.0, 1.0, 0.0, 1.0, 1.0, 1.0], None), Err(Trouble::Separated));
        assert_eq!(logistic(&simple, &[1.0; 6], None), Err(Trouble::Separated));
    }
}
