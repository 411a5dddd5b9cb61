//! Values in equations: numbers, texts, true and false.

use crate::expr::BigRational;
use crate::problem::domains::is_number;
use num_bigint::BigInt;
use num_traits::{One, Zero};

/// The longest number of a model, in characters.
const MAX_DIGITS: usize = 100;

/// What an equation evaluates to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value<'a> {
    Truth(bool),
    Number(BigRational),
    Text(&'a str),
}

impl<'a> Value<'a> {
    /// A value of a domain as equations see it: a number where it is one.
    pub fn of(text: &'a str) -> Self {
        number(text).map_or(Self::Text(text), Value::Number)
    }

    /// Whether it is true or false.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(*truth),
            Self::Number(number) if number.is_zero() => Some(false),
            Self::Number(number) if number.is_one() => Some(true),
            Self::Number(_) => None,
            Self::Text("yes" | "true") => Some(true),
            Self::Text("no" | "false") => Some(false),
            Self::Text(_) => None,
        }
    }

    pub fn number(&self) -> Option<BigRational> {
        match self {
            Self::Truth(truth) => Some(if *truth { BigRational::one() } else { BigRational::zero() }),
            Self::Number(number) => Some(number.clone()),
            Self::Text(_) => None,
        }
    }

    /// The position of the value in a domain.
    pub fn state(&self, domain: &[String]) -> Option<usize> {
        match self {
            Self::Text(text) => domain.iter().position(|value| value == text),
            Self::Number(wanted) => domain.iter().position(|value| number(value).as_ref() == Some(wanted)),
            Self::Truth(truth) => {
                let words: [&str; 3] = if *truth { ["1", "yes", "true"] } else { ["0", "no", "false"] };
                domain.iter().position(|value| words.contains(&value.as_str()))
            }
        }
    }

    /// As messages show it.
    pub fn shown(&self) -> String {
        match self {
            Self::Truth(truth) => truth.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => (*text).to_owned(),
        }
    }

    /// Whether two are the same; None where they cannot be compared.
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a == b),
            (Self::Number(a), Self::Number(b)) => Some(a == b),
            (Self::Truth(a), other) | (other, Self::Truth(a)) => Some(*a == other.truth()?),
            (Self::Text(_), Self::Number(_)) | (Self::Number(_), Self::Text(_)) => Some(false),
        }
    }
}

/// The number that a text is in the language: `2`, `-1`, `0.3`, `1/3`; at most 100 characters long.
#[must_use]
pub fn number(text: &str) -> Option<BigRational> {
    if text.len() > MAX_DIGITS {
        return None;
    }
    if let Some((over, under)) = text.split_once('/') {
        let (over, under) = (number(over)?, number(under)?);
        return (!under.is_zero()).then(|| over / under);
    }
    if !is_number(text) {
        return None;
    }
    let negative = text.starts_with(['-', '−']);
    let digits = text.trim_start_matches(['-', '+', '−']);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let value = BigRational::new(all, num_traits::pow(BigInt::from(10), fraction.len()));
    Some(if negative { -value } else { value })
}

/// The numbers that all values of a domain are, if they are.
pub(in crate::problem) fn numbers(domain: &[String]) -> Option<Vec<BigRational>> {
    domain.iter().map(|value| number(value).filter(|_| !value.contains('/'))).collect()
}
