//! What a model answers.

use crate::expr::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// The answer of a model. It carries no certificate: it is computed, not proved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Number {
    /// A number, or one for each combination of the values left free.
    Table(Numbers),
    /// Of a linear model: a number, or the distribution of a variable.
    Normal {
        /// The values left free, each with its coefficient in the mean.
        slots: Vec<(String, BigRational)>,
        /// The rest of the mean; the number itself where nothing is free.
        mean: BigRational,
        /// The variance, where one distribution or one expectation is asked for.
        variance: Option<BigRational>,
        /// Mean and variance without the actions.
        without: Option<(BigRational, Option<BigRational>)>,
    },
    /// The most probable values of everything else.
    Explained(Explanation),
    /// What a number depends on, the strongest first.
    Sensitivity {
        /// The number.
        value: BigRational,
        /// Entries of tables.
        entries: Vec<SensitiveEntry>,
        /// Whether the list stopped at the limit.
        truncated: bool,
    },
    /// Two sides, compared.
    Comparison(Comparison),
    /// There is no number, and why: one sentence.
    None(String),
}

/// Two sides of an equation, or what an independence comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// Whether they are equal wherever both exist.
    pub holds: bool,
    /// Whether an independence was asked.
    pub independence: bool,
    /// The two sides.
    pub sides: Sides,
    /// Whether they were computed in floating point, and are compared as far as floats tell.
    pub floating: bool,
}

/// What the two sides of a comparison are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sides {
    /// Of tables: numbers by the values left free.
    Rows {
        /// The names of what is left free.
        slots: Vec<String>,
        /// A value for each, and both sides there, where both exist.
        rows: Vec<(Vec<String>, BigRational, BigRational)>,
        /// In how many combinations one of the sides does not exist.
        undefined: usize,
    },
    /// Of a linear model: means, with the variance where a distribution was asked for.
    Forms(Vec<(LinearForm, LinearForm)>),
}

/// A number, or a linear form in the values left free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinearForm {
    /// What does not depend on them.
    pub mean: BigRational,
    /// Each with its coefficient.
    pub slots: Vec<(String, BigRational)>,
    /// The variance, where a distribution was asked for.
    pub variance: Option<BigRational>,
}

/// Numbers by the values left free.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbers {
    /// The names of what is left free, as written.
    pub slots: Vec<String>,
    /// A value for each of them, and the number there; no number where a condition has probability zero, or something is
    /// divided by zero.
    pub rows: Vec<(Vec<String>, Option<BigRational>)>,
    /// The same question without its actions.
    pub without: Option<Box<Numbers>>,
    /// Whether probabilities were computed in floating point, because exact numbers would have taken too much.
    pub floating: bool,
}

impl Numbers {
    /// The number that a row of this table has without the actions: where all of the slots left there agree. O(rows).
    #[must_use]
    pub fn without_at(&self, at: &[String]) -> Option<&BigRational> {
        let without = self.without.as_deref()?;
        let places: Option<Vec<usize>> =
            without.slots.iter().map(|slot| self.slots.iter().position(|own| own == slot)).collect();
        let wanted: Vec<&String> = places?.into_iter().filter_map(|place| at.get(place)).collect();
        let row = without.rows.iter().find(|(other, _)| other.iter().eq(wanted.iter().copied()))?;
        row.1.as_ref()
    }
}

/// The most probable explanation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Each variable with its value.
    pub values: Vec<(String, String)>,
    /// The probability of all of them, given what is seen.
    pub probability: BigRational,
    /// The probability of what is seen.
    pub evidence: BigRational,
    /// Whether it was computed in floating point, because exact numbers would have taken too much.
    pub floating: bool,
}

/// One entry of a table on which a number depends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SensitiveEntry {
    /// Whose table.
    pub variable: String,
    /// The value whose probability it is.
    pub state: String,
    /// The parents' values.
    pub given: Vec<(String, String)>,
    /// The entry.
    pub probability: BigRational,
    /// The derivative of the number with respect to it, its row's other entries sharing the change in proportion.
    pub derivative: BigRational,
}

/// An estimand and the intervention, both evaluated in one model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumericalCheck {
    /// The model's name.
    pub model: String,
    /// What is compared: one row for each combination of the values left free.
    pub rows: Vec<CheckRow>,
    /// The names of what is left free.
    pub slots: Vec<String>,
    /// Why it could not be done, where it could not.
    pub reason: Option<String>,
    /// Whether one side was computed in floating point, so that they agree as far as floats do.
    pub floating: bool,
}

/// One comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CheckRow {
    /// A value for each slot.
    pub at: Vec<String>,
    /// The estimand in the model's observational distribution; none where it divides by zero.
    pub estimand: Option<BigRational>,
    /// The query in the model acted upon.
    pub model: Option<BigRational>,
}

impl NumericalCheck {
    /// Whether the two agree wherever both exist; None where there is nothing to compare.
    #[must_use]
    pub fn agrees(&self) -> Option<bool> {
        let both = self.rows.iter().filter_map(|row| row.estimand.as_ref().zip(row.model.as_ref()));
        both.map(|(a, b)| same(a, b, self.floating)).reduce(|all, one| all && one)
    }
}

/// Whether two numbers are equal, as far as floats tell where they are floats.
#[must_use]
pub fn same(a: &BigRational, b: &BigRational, floating: bool) -> bool {
    /// More than the errors of sums of many floats.
    const CLOSE: f64 = 1e-9;
    a == b || floating && (a - b).to_f64().is_some_and(|gap| gap.abs() <= CLOSE)
}

/// A number as people read it: exact where it is short, else to six significant digits.
#[must_use]
pub fn decimal(number: &BigRational) -> String {
    if number.is_zero() {
        return "0".to_owned();
    }
    if number.is_integer() && number.numer().bits() < 64 {
        return number.to_integer().to_string();
    }
    let value = number.to_f64().unwrap_or(f64::NAN);
    let size = value.abs();
    if !(1e-6..1e9).contains(&size) {
        return format!("{value:.5e}");
    }
    let before = size.log10().floor() as i32;
    let digits = usize::try_from(5 - before).unwrap_or(0);
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number for JSON. Exact numbers stand beside it.
#[must_use]
pub fn float(number: &BigRational) -> f64 {
    number.to_f64().filter(|value| value.is_finite()).unwrap_or(if number.is_negative() { f64::MIN } else { f64::MAX })
}
