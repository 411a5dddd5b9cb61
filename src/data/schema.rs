//! Wanted columns, found in a table's header.

use super::{Levels, Wanted, diagnostics};
use crate::source::Diagnostic;
use rustc_hash::FxHashMap;

/// A table's header.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// What the table is called in messages.
    pub table: String,
    /// The names of its columns.
    pub names: Vec<String>,
    /// Of a text: its first line as it stands there, and the character between fields.
    pub line: Option<(String, u8)>,
}

/// What a column read is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Role {
    /// Counted by.
    Level,
    /// Summed up.
    Numeric,
    /// The row's weight.
    Weight,
    /// How many rows it stands for.
    Count,
    /// A sum over these rows, already made.
    Sum,
    /// A sum of squares, already made.
    SumSquares,
    /// How many of these rows lack the number that is summed up.
    Absent,
    /// A sum by squared weights, already made: of ones, of numbers, of their squares.
    BySquares(usize),
}

/// A column that is read.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Slot {
    pub role: Role,
    /// What its values are for: a variable's name, or the column's.
    pub variable: String,
    pub column: String,
    /// Its position in the table.
    pub position: usize,
}

/// Wanted columns with their places in a table. Positions of the columns read are called slots: first those counted by.
#[derive(Clone, PartialEq, Debug)]
pub struct Schema {
    pub(super) header: Header,
    pub(super) wanted: Wanted,
    pub(super) slots: Vec<Slot>,
}

impl Schema {
    /// Finds the wanted columns. O(columns × wanted, and the distance to each name for one that is not found).
    ///
    /// # Errors
    ///
    /// A column is missing or there twice. Warnings come with either outcome.
    pub fn new(wanted: &Wanted, header: Header) -> (Option<Self>, Vec<Diagnostic>) {
        let mut places: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (position, name) in header.names.iter().enumerate() {
            places.entry(name).or_default().push(position);
        }
        let mut found = Vec::new();
        let mut slots = Vec::new();
        let mut find = |role, variable: String, column: String| match places.get(column.as_str()).map(Vec::as_slice) {
            Some(&[position]) => slots.push(Slot { role, variable, column, position }),
            Some(&[first, second, ..]) => found.push(diagnostics::column_twice(&header, &column, first, second)),
            Some([]) | None => found.push(diagnostics::column_missing(&header, role, &variable, &column)),
        };
        for (role, variable, column) in roles(wanted) {
            find(role, variable, column);
        }
        // An older query does not have them; one of several columns is a mistake.
        if wanted.grouped && wanted.weights.is_some() && places.contains_key(Wanted::BY_SQUARES[0]) {
            let sums = if wanted.numeric.is_some() { 3 } else { 1 };
            for (sum, column) in Wanted::BY_SQUARES.into_iter().enumerate().take(sums) {
                find(Role::BySquares(sum), column.to_owned(), column.to_owned());
            }
        }
        let complete = found.is_empty();
        for latent in &wanted.latents {
            if let Some(&[position, ..]) = places.get(latent.as_str()).map(Vec::as_slice)
                && slots.iter().all(|slot| slot.position != position)
            {
                found.push(diagnostics::latent_column(&header, latent, position));
            }
        }
        (complete.then(|| Self { wanted: wanted.clone(), slots, header }), found)
    }

    /// The table's columns that are read, one for each slot.
    pub fn positions(&self) -> impl Iterator<Item = usize> + '_ {
        self.slots.iter().map(|slot| slot.position)
    }

    /// What the table is called in messages.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.header.table
    }

    /// How many columns the table has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.header.names.len()
    }

    /// Whether a slot is a number: no variable's level, or a level that is a bin.
    #[must_use]
    pub fn is_number(&self, slot: usize) -> bool {
        self.wanted.fields.get(slot).is_none_or(|field| matches!(field.levels, Levels::Bins { .. }))
    }

    /// Whether a slot may be a number as it is: see [`Levels::Any`].
    #[must_use]
    pub fn is_any(&self, slot: usize) -> bool {
        self.wanted.fields.get(slot).is_some_and(|field| field.levels == Levels::Any)
    }

    /// Whether there are sums by squared weights: rows have weights, and whoever has summed these up has kept their squares.
    pub(super) fn has_squares(&self) -> bool {
        let kept = self.wanted.grouped && self.slots.iter().any(|slot| slot.role == Role::BySquares(0));
        self.wanted.rows.is_none() && self.wanted.weights.is_some() && (kept || !self.wanted.grouped)
    }

    /// Whether each record is one row, and nothing of it is summed up or kept.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.slots.len() == self.wanted.fields.len() && self.wanted.rows.is_none()
    }
}

fn roles(wanted: &Wanted) -> Vec<(Role, String, String)> {
    let named = |role, name: &String| (role, name.clone(), name.clone());
    let mut all: Vec<_> =
        wanted.fields.iter().map(|field| (Role::Level, field.variable.clone(), field.column.clone())).collect();
    all.extend(wanted.counts.iter().map(|name| named(Role::Count, name)));
    all.extend(wanted.weights.iter().map(|name| named(Role::Weight, name)));
    if let Some((variable, column)) = &wanted.numeric {
        if wanted.grouped {
            for (role, name) in
                [(Role::Sum, Wanted::SUM), (Role::SumSquares, Wanted::SUM_SQUARES), (Role::Absent, Wanted::ABSENT)]
            {
                all.push((role, variable.clone(), name.to_owned()));
            }
        } else {
            all.push((Role::Numeric, variable.clone(), column.clone()));
        }
    }
    all
}
