//! From what was tallied to counts, or to all that is wrong with the table.

use super::flaw::{Flaw, Met};
use super::number::number;
use super::rows::{Rows, Variable, decide};
use super::schema::Role;
use super::tally::Level;
use super::{Cell, Column, Counts, Levels, Tally, diagnostics};
use crate::source::Diagnostic;
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// Of columns with more levels than this, levels are not compared for how alike they are.
const COMPARED: usize = 1_000;

/// A table that has been read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Its counts.
    pub counts: Counts,
    /// Its rows instead, where these were to be kept.
    pub rows: Option<Rows>,
    /// Rows left out because a value is missing, where that was asked for.
    pub dropped: u64,
    /// What is odd and was read all the same.
    pub warnings: Vec<Diagnostic>,
}

impl Tally<'_> {
    /// The counts of the whole table. O(levels log levels + cells log cells).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, one diagnostic for each kind and column, with the first place and how many there
    /// are; or that nothing is left to count. Then there are no counts at all.
    pub fn finish(self) -> Result<Read, Vec<Diagnostic>> {
        let wanted = &self.schema.wanted;
        let wrong: Vec<Diagnostic> = self
            .flaws
            .iter()
            .filter(|(flaw, _, _)| !(wanted.drop_missing && *flaw == Flaw::Missing))
            .map(|(flaw, slot, met)| diagnostics::flaw(self.schema, flaw, slot, met, self.records))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let header = &self.schema.header;
        if self.rows == 0 {
            return Err(vec![match self.missing {
                0 if self.records > 0 => diagnostics::no_weight(header),
                0 => diagnostics::no_rows(header),
                missing => diagnostics::nothing_left(header, missing),
            }]);
        }
        if self.kept.is_some() {
            return self.finish_rows();
        }
        let mut warnings = Vec::new();
        let mut columns = Vec::new();
        let mut orders = Vec::new();
        for (field, (levels, kind)) in wanted.fields.iter().zip(self.levels()) {
            let mut order: Vec<usize> = (0..levels.len()).collect();
            if *kind == Levels::Open {
                let numbers: Option<Vec<f64>> = levels.iter().map(|level| number(level.name.as_bytes())).collect();
                order.sort_by(|&a, &b| {
                    let by_number = numbers.as_ref().map_or(Ordering::Equal, |all| all[a].total_cmp(&all[b]));
                    by_number.then_with(|| levels[a].name.cmp(&levels[b].name))
                });
            }
            let names: Vec<String> = order.iter().map(|&code| levels[code].name.clone()).collect();
            if *kind == Levels::Open {
                warnings.extend(alike(&names).map(|(a, b)| diagnostics::levels_alike(header, &field.column, a, b)));
            }
            columns.push(Column { name: field.variable.clone(), levels: names });
            let mut ranks = vec![0; order.len()];
            order.iter().enumerate().for_each(|(rank, &code)| ranks[code] = rank as u32);
            orders.push(ranks);
        }
        let mut cells = Vec::new();
        let gathered: Result<(), std::convert::Infallible> =
            self.cells.each(|codes, _, [count, sum, sum_squares], squared| {
                let at = codes.iter().zip(&orders).map(|(code, ranks)| ranks[*code as usize]).collect();
                cells.push((Cell { at, count, sum, sum_squares }, squared));
                Ok(())
            });
        let Ok(()) = gathered;
        cells.sort_unstable_by(|(a, _), (b, _)| a.at.cmp(&b.at));
        let (cells, squares): (Vec<Cell>, Vec<[f64; 3]>) = cells.into_iter().unzip();
        let squared_weights = self.schema.has_squares().then_some(squares);
        let weight = if self.schema.is_plain() { self.rows as f64 } else { self.weight };
        if cells.is_empty() {
            return Err(vec![diagnostics::no_weight(header)]);
        }
        let numeric = wanted.numeric.as_ref().map(|(variable, _)| variable.clone());
        let counts = Counts { columns, cells, rows: self.rows, weight, numeric, squared_weights };
        Ok(Read { counts, rows: None, dropped: self.missing, warnings })
    }

    /// The rows that were kept.
    fn finish_rows(mut self) -> Result<Read, Vec<Diagnostic>> {
        let header = &self.schema.header;
        let mut kept = self.kept.take().unwrap_or_default().columns.into_iter();
        let (mut rows, mut warnings, mut wrong) = (Rows::default(), Vec::new(), Vec::new());
        for (slot, ((field, (found, kind)), values)) in
            self.schema.wanted.fields.iter().zip(self.levels()).zip(&mut kept).enumerate()
        {
            let name = field.variable.clone();
            if *kind != Levels::Any {
                let levels = Some(found.iter().map(|level| level.name.clone()).collect());
                rows.variables.push(Variable { name, levels, values });
                continue;
            }
            let (levels, values) = match decide(values, found) {
                Ok(decided) => decided,
                Err(times) => {
                    let first = found.iter().find(|level| number(level.name.as_bytes()).is_none());
                    let record = first.map_or(0, Level::record);
                    let value = first.map(|level| level.name.clone());
                    let met = Met { record, line: None, text: None, fields: 0, value, times };
                    wrong.push(diagnostics::flaw(self.schema, Flaw::NotANumber, Some(slot), &met, self.records));
                    continue;
                }
            };
            let names = levels.as_deref().unwrap_or_default();
            warnings.extend(alike(names).map(|(a, b)| diagnostics::levels_alike(header, &field.column, a, b)));
            rows.variables.push(Variable { name, levels, values });
        }
        for (slot, values) in self.schema.slots.iter().skip(self.schema.wanted.fields.len()).zip(kept) {
            match slot.role {
                Role::Weight => rows.weights = Some(values),
                Role::Count => rows.repeats = Some(values),
                Role::Numeric => rows.variables.push(Variable { name: slot.variable.clone(), levels: None, values }),
                Role::Level | Role::Sum | Role::SumSquares | Role::Absent | Role::BySquares(_) => {}
            }
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        if rows.is_empty() {
            return Err(vec![diagnostics::no_weight(header)]);
        }
        let counts = Counts { rows: self.rows, weight: self.weight, ..Counts::default() };
        Ok(Read { counts, rows: Some(rows), dropped: self.missing, warnings })
    }
}

/// Pairs of levels that only case or blanks around them tell apart, or that are the same number.
fn alike(names: &[String]) -> impl Iterator<Item = (&str, &str)> {
    let mut first: FxHashMap<String, &str> = FxHashMap::default();
    names.iter().take(COMPARED).filter_map(move |name| {
        let plain = match number(name.as_bytes()) {
            Some(number) => number.to_string(),
            None => name.trim().to_lowercase(),
        };
        match first.entry(plain) {
            std::collections::hash_map::Entry::Occupied(other) => Some((*other.get(), name.as_str())),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(name);
                None
            }
        }
    })
}
