//! Rows themselves, where counts are not enough: numbers that are neither levels nor in bins.

use super::number::number;
use super::tally::Level;
use std::collections::BTreeSet;

/// A sensible bound for the numbers that are kept, rows times columns: half a gibibyte.
pub const MAX_NUMBERS: usize = 1 << 26;
/// A column of whole numbers of which no more are different has levels.
pub const MAX_WHOLE: usize = 20;

/// The used columns of a table, row by row.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rows {
    /// The variables read, in the order of [`Wanted::fields`](super::Wanted::fields), the one wanted as a number last.
    pub variables: Vec<Variable>,
    /// The weight of each row, where rows have weights.
    pub weights: Option<Vec<f64>>,
    /// How many rows each stands for, where a column says so.
    pub repeats: Option<Vec<f64>>,
}

/// One variable's values.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// The variable of the graph.
    pub name: String,
    /// Its levels; none where its values are numbers. Without declared levels or bins a column has levels where it holds
    /// a text, or whole numbers only of which at most [`MAX_WHOLE`] are different.
    pub levels: Option<Vec<String>>,
    /// A number for each row: the value itself, or its position in the levels.
    pub values: Vec<f64>,
}

impl Rows {
    /// How many rows are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.variables.first().map_or(0, |variable| variable.values.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A variable, where it has been read.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// How many rows of the table these are, each counted as often as it stands for.
    #[must_use]
    pub fn count(&self) -> f64 {
        self.repeats.as_ref().map_or(self.len() as f64, |repeats| repeats.iter().sum())
    }
}

/// Values kept by slot: numbers, codes of levels, and texts among numbers as [`text`] has them.
#[derive(Clone, Default, Debug)]
pub(super) struct Kept {
    pub columns: Vec<Vec<f64>>,
    most: usize,
}

/// A text where numbers stand: no number is NaN, so its lower half can hold the text's code.
pub(super) const fn text(code: u32) -> f64 {
    f64::from_bits(f64::NAN.to_bits() & !0xffff_ffff | code as u64)
}

const fn code(value: f64) -> Option<u32> {
    if value.is_nan() { Some(value.to_bits() as u32) } else { None }
}

impl Kept {
    pub fn new(slots: usize, most: usize) -> Self {
        Self { columns: vec![Vec::new(); slots], most }
    }

    /// Whether more numbers are kept than may be.
    pub fn is_full(&self) -> bool {
        self.columns.iter().map(Vec::len).sum::<usize>() > self.most
    }

    pub fn push(&mut self, values: impl Iterator<Item = f64>) {
        self.columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }

    /// Takes in a later part, whose texts have the codes that a map gives.
    pub fn append(&mut self, later: Self, codes: &[Vec<u32>]) {
        for (slot, (column, more)) in self.columns.iter_mut().zip(later.columns).enumerate() {
            let renamed = |value: f64| match (code(value), codes.get(slot)) {
                (Some(code), Some(map)) => map.get(code as usize).copied().map_or(value, text),
                _ => value,
            };
            column.extend(more.into_iter().map(renamed));
        }
    }
}

/// Levels, where there are some, and values as numbers or as positions among them.
pub(super) type Decided = (Option<Vec<String>>, Vec<f64>);

/// Decides whether the values of a column without declared levels are numbers or levels. O(rows log levels).
///
/// # Errors
/// How many values are texts, where the others are numbers that no levels are.
pub(super) fn decide(mut values: Vec<f64>, texts: &[Level]) -> Result<Decided, u64> {
    let parsed: Vec<Option<f64>> = texts.iter().map(|text| number(text.name.as_bytes())).collect();
    if parsed.iter().all(Option::is_some) {
        for value in &mut values {
            if let Some(number) = code(*value).and_then(|code| parsed.get(code as usize).copied().flatten()) {
                *value = number;
            }
        }
        let Some(levels) = few(&values) else { return Ok((None, values)) };
        let place = |value: f64| levels.partition_point(|level| *level < value) as f64;
        let values = values.into_iter().map(place).collect();
        return Ok((Some(levels.iter().map(ToString::to_string).collect()), values));
    }
    let numbers: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    if few(&numbers).is_none() {
        return Err((values.len() - numbers.len()) as u64);
    }
    let name = |value: f64| match code(value).and_then(|code| texts.get(code as usize)) {
        Some(text) => text.name.clone(),
        None => value.to_string(),
    };
    let names: BTreeSet<String> = values.iter().map(|value| name(*value)).collect();
    let names: Vec<String> = names.into_iter().collect();
    let values = values.into_iter().map(|value| names.partition_point(|other| *other < name(value)) as f64).collect();
    Ok((Some(names), values))
}

/// The different values, ascending, where these are whole and few.
fn few(values: &[f64]) -> Option<Vec<f64>> {
    let mut different = BTreeSet::new();
    for value in values {
        // 0 and −0 are one.
        different.insert(Ordered(*value + 0.0));
        if different.len() > MAX_WHOLE || value.fract() != 0.0 {
            return None;
        }
    }
    Some(different.into_iter().map(|value| value.0).collect())
}

/// Whether a column of these levels would be a number, were it read row by row and had neither levels nor bins declared.
#[must_use]
pub fn is_number(levels: &[String]) -> bool {
    let mut broken = false;
    let all = levels.iter().all(|level| {
        number(level.as_bytes()).is_some_and(|number| {
            broken |= number.fract() != 0.0;
            true
        })
    });
    all && (broken || levels.len() > MAX_WHOLE)
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
