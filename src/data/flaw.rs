//! What can be wrong with a value or a record, and where it was met first.

use std::collections::BTreeMap;

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Flaw {
    /// A record has another number of fields than the header.
    Ragged,
    /// No text in UTF-8.
    NotUtf8,
    /// No number.
    NotANumber,
    /// None of the declared levels.
    Unknown,
    /// In no bin.
    Outside,
    /// A weight or count below zero.
    Negative,
    /// A count that is no whole number.
    NotWhole,
    /// Longer than a level may be.
    TooLong,
    /// One level more than a column may have.
    TooMany,
    /// More combinations of levels than are kept.
    TooManyCells,
    /// More rows than are kept.
    TooManyRows,
    /// No value.
    Missing,
}

const ALL: [Flaw; 12] = [
    Flaw::Ragged,
    Flaw::NotUtf8,
    Flaw::NotANumber,
    Flaw::Unknown,
    Flaw::Outside,
    Flaw::Negative,
    Flaw::NotWhole,
    Flaw::TooLong,
    Flaw::TooMany,
    Flaw::TooManyCells,
    Flaw::TooManyRows,
    Flaw::Missing,
];

/// Codes from here on stand for a flaw and for no level.
pub(super) const FLAWED: u32 = u32::MAX - ALL.len() as u32 + 1;

impl Flaw {
    /// What stands in the place of a level's code.
    pub const fn code(self) -> u32 {
        FLAWED + self as u32
    }

    pub fn of(code: u32) -> Option<Self> {
        code.checked_sub(FLAWED).and_then(|index| ALL.get(index as usize)).copied()
    }
}

/// Where a flaw was met first, and how often.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// The record, from 0.
    pub record: u64,
    /// Its line, from 0; of formats without lines none.
    pub line: Option<u64>,
    /// The record as it stands there.
    pub text: Option<String>,
    /// Of a ragged record, its number of fields.
    pub fields: usize,
    /// The value, where no text shows it.
    pub value: Option<String>,
    /// How many records have it.
    pub times: u64,
}

/// Flaws by kind and slot.
#[derive(Clone, Default, Debug)]
pub(super) struct Flaws {
    met: BTreeMap<(Flaw, Option<usize>), Met>,
}

impl Flaws {
    /// Notes a flaw; what it takes to show it is asked for only once.
    pub fn note(&mut self, flaw: Flaw, slot: Option<usize>, times: u64, first: impl FnOnce() -> Met) {
        self.met.entry((flaw, slot)).or_insert_with(|| Met { times: 0, ..first() }).times += times;
    }

    /// Adds the text of the value that was met first, unless it is known.
    pub fn show(&mut self, flaw: Flaw, slot: usize, value: impl FnOnce() -> String) {
        if let Some(met) = self.met.get_mut(&(flaw, Some(slot))) {
            met.value.get_or_insert_with(value);
        }
    }

    /// Takes in those of a later part, which begins after so many records and lines.
    pub fn append(&mut self, later: Self, records: u64, lines: u64) {
        for ((flaw, slot), met) in later.met {
            let times = met.times;
            self.note(flaw, slot, times, || Met {
                record: met.record + records,
                line: met.line.map(|line| line + lines),
                ..met
            });
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (Flaw, Option<usize>, &Met)> {
        self.met.iter().map(|((flaw, slot), met)| (*flaw, *slot, met))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_flaws_are_one_to_one() {
        for flaw in ALL {
            assert_eq!(Flaw::of(flaw.code()), Some(flaw));
        }
        assert_eq!(Flaw::of(FLAWED - 1), None);
    }
}
