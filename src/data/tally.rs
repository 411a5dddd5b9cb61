//! Records become counts.

use super::cells::{Cells, TooWide};
use super::dictionary::{Dictionary, Key, is_missing};
use super::flaw::{FLAWED, Flaw, Flaws, Met};
use super::number::number;
use super::rows::{Kept, text};
use super::schema::Role;
use super::{Levels, Schema};

/// The most levels of a column.
pub const MAX_LEVELS: usize = 10_000;
/// The longest level, in bytes.
pub const MAX_LEVEL: usize = 1_024;
/// The most combinations of levels.
pub const MAX_CELLS: usize = 1 << 20;
/// So many wrong spellings of a column are remembered; further ones are looked at again each time.
const REMEMBERED: usize = 4 * MAX_LEVELS;
/// A part is told the levels met before it, unless there are more than so many.
const TOLD: usize = 1_000;

/// A level as it was met.
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub name: String,
    /// The record where it was met first, from 0.
    record: u64,
}

impl Level {
    /// The record where it was met first, from 0.
    pub const fn record(&self) -> u64 {
        self.record
    }
}

/// The levels of one variable.
#[derive(Clone, Debug)]
struct Column<'s> {
    dictionary: Dictionary,
    /// In the order in which they were met, declared ones first.
    levels: Vec<Level>,
    wanted: &'s Levels,
}

/// What has been counted of one part of a table.
///
/// Values are handed over slot by slot, each record is closed; what is wrong is noted and counting goes on, so that all of
/// it can be told. Memory is bounded by [`MAX_LEVELS`] and [`MAX_CELLS`], not by the number of records.
#[derive(Clone, Debug)]
pub struct Tally<'s> {
    pub(super) schema: &'s Schema,
    columns: Vec<Column<'s>>,
    pub(super) cells: Cells,
    /// Where rows are kept, these.
    pub(super) kept: Option<Kept>,
    /// Codes of the record being read.
    row: Vec<u32>,
    /// Its numbers.
    numbers: Vec<f64>,
    flawed: bool,
    pub(super) rows: u64,
    pub(super) weight: f64,
    /// Records seen.
    pub(super) records: u64,
    /// Lines of text read.
    lines: u64,
    /// Rows without a value that is wanted, and otherwise in order.
    pub(super) missing: u64,
    pub(super) flaws: Flaws,
    stopped: bool,
    keys: Vec<u64>,
}

/// Values of one slot for many records.
#[derive(Clone, Copy, Debug)]
pub enum Batch<'b> {
    /// What [`Tally::code`] gave for them.
    Codes(&'b [u32]),
    /// Numbers; NaN where there is none, infinite what is no number.
    Numbers(&'b [f64]),
}

impl<'s> Tally<'s> {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(schema: &'s Schema) -> Self {
        let columns = schema.wanted.fields.iter().map(|field| Column::new(&field.levels)).collect();
        let slots = schema.slots.len();
        Self {
            schema,
            columns,
            cells: Cells::new(schema.wanted.fields.len(), !schema.is_plain(), schema.has_squares()),
            kept: schema.wanted.rows.map(|most| Kept::new(slots, most)),
            row: vec![0; slots],
            numbers: vec![0.0; slots],
            flawed: false,
            rows: 0,
            weight: 0.0,
            records: 0,
            lines: 0,
            missing: 0,
            flaws: Flaws::default(),
            stopped: false,
            keys: Vec::new(),
        }
    }

    /// Nothing counted yet of a part after this one, to be merged into it. It gives the levels met so far the same codes, so
    /// that merging can add up place by place. O(levels + places).
    #[must_use]
    pub fn part(&self) -> Self {
        let mut part = Self::new(self.schema);
        if self.columns.iter().map(|column| column.dictionary.len()).sum::<usize>() <= TOLD {
            part.columns.clone_from(&self.columns);
            part.cells = self.cells.emptied();
        }
        part
    }

    /// The value of a slot in the record being read: a stretch of a text. O(1) expected for a level seen before.
    #[inline]
    pub fn value(&mut self, slot: usize, text: &[u8], start: usize, end: usize) {
        let code = match self.columns.get(slot) {
            Some(column) if !matches!(column.wanted, Levels::Bins { .. } | Levels::Any) => {
                match column.dictionary.find(Key::new(text, start, end), text, start, end) {
                    Some(code) => code,
                    None => self.meet(slot, &text[start..end]),
                }
            }
            _ => self.measure(slot, &text[start..end]),
        };
        self.row[slot] = code;
        self.flawed |= code >= FLAWED;
    }

    /// The code of a level, for [`Batch::Codes`]. The record is the one that is about to be read, plus `ahead`.
    pub fn code(&mut self, slot: usize, value: &[u8], ahead: u64) -> u32 {
        let Some(column) = self.columns.get(slot) else { return Flaw::NotANumber.code() };
        match column.dictionary.find(Key::new(value, 0, value.len()), value, 0, value.len()) {
            Some(code) => code,
            None => {
                let records = self.records;
                self.records += ahead;
                let code = self.meet(slot, value);
                self.records = records;
                code
            }
        }
    }

    /// What stands for an absent value among the codes of a batch.
    #[must_use]
    pub const fn absent() -> u32 {
        Flaw::Missing.code()
    }

    #[cold]
    fn meet(&mut self, slot: usize, value: &[u8]) -> u32 {
        let record = self.records;
        let Some(column) = self.columns.get_mut(slot) else { return Flaw::Unknown.code() };
        let code = column.meet(value, record);
        if code == Flaw::TooMany.code() {
            self.stopped = true;
        } else if column.dictionary.len() < REMEMBERED {
            column.dictionary.insert(value, code);
        }
        code
    }

    /// A number's flaw, or 0; for a bin its code.
    fn measure(&mut self, slot: usize, value: &[u8]) -> u32 {
        match number(value) {
            Some(value) => self.judge(slot, value),
            None if self.schema.is_any(slot) => {
                let code = self.code(slot, value, 0);
                self.keep_text(slot, code)
            }
            None if is_missing(value) => self.lacking(slot).code(),
            None if std::str::from_utf8(value).is_err() => Flaw::NotUtf8.code(),
            None => Flaw::NotANumber.code(),
        }
    }

    /// What is wrong with a number that is not there: of counts, that a database has met one that was not whole.
    fn lacking(&self, slot: usize) -> Flaw {
        let count = self.schema.slots.get(slot).is_some_and(|slot| slot.role == Role::Count);
        if count && self.schema.wanted.grouped { Flaw::NotWhole } else { Flaw::Missing }
    }

    /// Notes a text where a number may stand; its flaw, or 0.
    fn keep_text(&mut self, slot: usize, code: u32) -> u32 {
        if code >= FLAWED {
            return code;
        }
        self.numbers[slot] = text(code);
        0
    }

    #[inline]
    fn judge(&mut self, slot: usize, value: f64) -> u32 {
        if let Some(Column { wanted: Levels::Bins { edges, names }, .. }) = self.columns.get(slot) {
            return bin(edges, names.len(), value).unwrap_or(Flaw::Outside.code());
        }
        self.numbers[slot] = value;
        match self.schema.slots.get(slot).map(|slot| slot.role) {
            Some(Role::Weight | Role::BySquares(0)) if value < 0.0 => Flaw::Negative.code(),
            Some(Role::Count | Role::Absent) if value < 0.0 => Flaw::Negative.code(),
            Some(Role::Count | Role::Absent) if value.fract() != 0.0 || value > 9e15 => Flaw::NotWhole.code(),
            _ => 0,
        }
    }

    /// Closes a record. What it looks like – its line from 0 in this part, and its text – is asked for where something is
    /// wrong with it.
    #[inline]
    pub fn end(&mut self, look: impl FnOnce() -> (u64, String)) {
        if self.flawed || !self.schema.is_plain() {
            self.end_slowly(|| {
                let (line, text) = look();
                (Some(line), Some(text))
            });
            return;
        }
        self.rows += 1;
        let counted = self.cells.count(&self.row, 1);
        if counted.is_err() || self.cells.len() > MAX_CELLS {
            self.full(Flaw::TooManyCells);
        }
        self.records += 1;
    }

    #[cold]
    fn full(&mut self, flaw: Flaw) {
        self.stopped = true;
        let record = self.records;
        let met = || Met { record, line: None, text: None, fields: 0, value: None, times: 0 };
        self.flaws.note(flaw, None, 1, met);
    }

    fn end_slowly(&mut self, look: impl FnOnce() -> (Option<u64>, Option<String>)) {
        if self.flawed {
            self.flawed = false;
            self.note(look);
            self.records += 1;
            return;
        }
        let fields = self.columns.len();
        let (mut rows, mut weight, mut value) = (1.0, 1.0, None);
        let (mut sum, mut squares, mut absent) = (None, 0.0, 0.0);
        let mut by_squares = None;
        for (slot, number) in self.schema.slots.iter().zip(&self.numbers).skip(fields) {
            match slot.role {
                Role::Count => rows = *number,
                Role::Weight => weight = *number,
                Role::Numeric => value = Some(*number),
                Role::Sum => sum = Some(*number),
                Role::SumSquares => squares = *number,
                Role::Absent => absent = *number,
                Role::BySquares(at) => by_squares.get_or_insert([0.0; 3])[at] = *number,
                Role::Level => {}
            }
        }
        if absent > 0.0 {
            let slot = self.schema.slots.iter().position(|slot| slot.role == Role::Absent);
            let record = self.records;
            self.flaws.note(Flaw::Missing, slot, absent as u64, || {
                let (line, text) = look();
                Met { record, line, text, fields: 0, value: None, times: 0 }
            });
            self.missing += absent as u64;
            rows -= absent;
        }
        // Of a grouped table, the weights of its rows are summed up already.
        let summed = self.schema.wanted.grouped && self.schema.wanted.weights.is_some();
        let by = if summed { weight } else { rows * weight };
        self.rows += rows as u64;
        self.weight += by;
        self.records += 1;
        if let Some(kept) = &mut self.kept {
            if by > 0.0 {
                let level = |slot: usize| matches!(self.schema.wanted.fields.get(slot), Some(field) if field.levels != Levels::Any);
                let values = self.row.iter().zip(&self.numbers).enumerate();
                kept.push(values.map(|(slot, (code, number))| if level(slot) { f64::from(*code) } else { *number }));
                if kept.is_full() {
                    self.full(Flaw::TooManyRows);
                }
            }
            return;
        }
        if by > 0.0 {
            let value = value.unwrap_or_default();
            let amount = match sum {
                Some(sum) => [by, sum, squares],
                None => [by, by * value, by * value * value],
            };
            // Rows of one weight each: their weights squared are the sum of weights once more by the weight.
            let squared = by_squares.unwrap_or_else(|| amount.map(|amount| amount * weight));
            let added = self.cells.add(&self.row[..fields], amount, squared);
            if added.is_err() || self.cells.len() > MAX_CELLS {
                self.full(Flaw::TooManyCells);
            }
        }
    }

    /// Notes what is wrong with the record being read. Of a grouped table, a record without a level stands for many rows.
    fn note(&mut self, look: impl FnOnce() -> (Option<u64>, Option<String>)) {
        let count = self.schema.slots.iter().position(|slot| slot.role == Role::Count);
        let rows = count.filter(|&slot| self.row[slot] < FLAWED).map_or(1, |slot| self.numbers[slot] as u64);
        let mut look = Some(look);
        let mut shown = (None, None);
        let mut only_missing = true;
        let record = self.records;
        for (slot, code) in self.row.iter().enumerate() {
            let Some(flaw) = Flaw::of(*code) else { continue };
            only_missing &= flaw == Flaw::Missing;
            let times = if flaw == Flaw::Missing { rows } else { 1 };
            self.flaws.note(flaw, Some(slot), times, || {
                if let Some(look) = look.take() {
                    shown = look();
                }
                Met { record, line: shown.0, text: shown.1.clone(), fields: 0, value: None, times: 0 }
            });
        }
        if only_missing {
            self.missing += rows;
        }
    }

    /// Closes a record that has another number of fields than the header.
    #[cold]
    pub fn ragged(&mut self, fields: usize, look: impl FnOnce() -> (u64, String)) {
        let record = self.records;
        self.flaws.note(Flaw::Ragged, None, 1, || {
            let (line, text) = look();
            Met { record, line: Some(line), text: Some(text), fields, value: None, times: 0 }
        });
        self.flawed = false;
        self.records += 1;
    }

    /// Takes in records column by column, one batch for each slot, all of the same length. `show` gives a value's text
    /// for a slot and a record of the batch.
    pub fn batch(&mut self, rows: usize, batches: &[Batch<'_>], show: impl Fn(usize, usize) -> String) {
        let codes: Option<Vec<&[u32]>> = batches
            .iter()
            .map(|batch| match batch {
                Batch::Codes(codes) => Some(*codes),
                Batch::Numbers(_) => None,
            })
            .collect();
        if let Some(codes) = codes
            && self.schema.is_plain()
            && codes.len() == self.columns.len()
            && self.packed(rows, &codes)
        {
            return;
        }
        for index in 0..rows {
            for (slot, batch) in batches.iter().enumerate() {
                let code = match batch {
                    Batch::Codes(codes) => {
                        let code = codes.get(index).copied().unwrap_or(Flaw::Missing.code());
                        if self.schema.is_any(slot) { self.keep_text(slot, code) } else { code }
                    }
                    Batch::Numbers(numbers) => match numbers.get(index).copied().unwrap_or(f64::NAN) {
                        value if value.is_finite() => self.judge(slot, value),
                        value if value.is_nan() => self.lacking(slot).code(),
                        _ => Flaw::NotANumber.code(),
                    },
                };
                self.row[slot] = code;
                self.flawed |= code >= FLAWED;
            }
            if self.flawed {
                // Formats without lines show the values alone.
                self.flawed = false;
                let row = self.row.clone();
                self.note(|| (None, None));
                for (slot, code) in row.iter().enumerate() {
                    if let Some(flaw) = Flaw::of(*code) {
                        self.flaws.show(flaw, slot, || show(slot, index));
                    }
                }
                self.records += 1;
            } else if self.schema.is_plain() {
                self.end(|| (0, String::new()));
            } else {
                self.end_slowly(|| (None, None));
            }
        }
    }

    /// Counts a whole batch by keys of 64 bits; false where it has to be looked at record by record.
    fn packed(&mut self, rows: usize, codes: &[&[u32]]) -> bool {
        let highest: Vec<u32> = codes.iter().map(|codes| codes.iter().fold(0, |a, b| a.max(*b))).collect();
        if highest.iter().any(|code| *code >= FLAWED) || codes.iter().any(|codes| codes.len() != rows) {
            return false;
        }
        let Ok(Some(bits)) = self.cells.packing(&highest) else { return false };
        self.keys.clear();
        self.keys.resize(rows, 0);
        for (codes, bits) in codes.iter().zip(bits) {
            for (key, code) in self.keys.iter_mut().zip(*codes) {
                *key = (*key << bits) | u64::from(*code);
            }
        }
        self.cells.count_packed(&self.keys);
        self.rows += rows as u64;
        self.records += rows as u64;
        if self.cells.len() > MAX_CELLS {
            self.full(Flaw::TooManyCells);
        }
        true
    }

    /// Takes in what was counted of the part after this one. O(levels + combinations).
    pub fn merge(&mut self, later: Self) {
        let mut codes: Vec<Vec<u32>> = Vec::with_capacity(self.columns.len());
        for (slot, column) in later.columns.iter().enumerate() {
            let mut map = Vec::with_capacity(column.levels.len());
            for level in &column.levels {
                let code = self.code(slot, level.name.as_bytes(), level.record);
                if code >= FLAWED {
                    let record = self.records + level.record;
                    self.flaws.note(Flaw::TooMany, Some(slot), 1, || Met {
                        record,
                        line: None,
                        text: None,
                        fields: 0,
                        value: None,
                        times: 0,
                    });
                    self.stopped = true;
                }
                map.push(code);
            }
            codes.push(map);
        }
        if let (Some(kept), Some(later)) = (&mut self.kept, later.kept)
            && !self.stopped
        {
            kept.append(later, &codes);
            if kept.is_full() {
                self.full(Flaw::TooManyRows);
            }
        } else if !self.stopped && self.add_cells(&later.cells, &codes).is_err() {
            self.full(Flaw::TooManyCells);
        }
        self.stopped |= later.stopped;
        self.flaws.append(later.flaws, self.records, self.lines);
        self.rows += later.rows;
        self.weight += later.weight;
        self.missing += later.missing;
        self.records += later.records;
        self.lines += later.lines;
    }

    /// Adds what was counted in a later part, whose codes are these here.
    fn add_cells(&mut self, later: &Cells, codes: &[Vec<u32>]) -> Result<(), TooWide> {
        let same = codes.iter().all(|codes| codes.iter().enumerate().all(|(from, to)| from == *to as usize));
        if !(same && self.cells.absorb(later)?) {
            let cells = &mut self.cells;
            let plain = self.schema.is_plain();
            let mut mapped = vec![0; codes.len()];
            later.each(|at, rows, amount, squared| {
                for ((to, map), code) in mapped.iter_mut().zip(codes).zip(at) {
                    *to = map[*code as usize];
                }
                if plain { cells.count(&mapped, rows) } else { cells.add(&mapped, amount, squared) }
            })?;
        }
        if self.cells.len() > MAX_CELLS { Err(TooWide) } else { Ok(()) }
    }

    /// Says how many lines of text this part has.
    pub const fn set_lines(&mut self, lines: u64) {
        self.lines = lines;
    }

    /// Whether more can be read, but not counted: there are too many levels, or combinations of them.
    #[must_use]
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Lines of text read.
    #[must_use]
    pub const fn lines(&self) -> u64 {
        self.lines
    }

    /// Records read, in order or not.
    #[must_use]
    pub const fn records(&self) -> u64 {
        self.records
    }

    /// Each variable's levels in the order of their codes.
    pub(super) fn levels(&self) -> impl Iterator<Item = (&[Level], &Levels)> {
        self.columns.iter().map(|column| (&*column.levels, column.wanted))
    }
}

impl<'s> Column<'s> {
    fn new(wanted: &'s Levels) -> Self {
        let mut column = Self { dictionary: Dictionary::new(), levels: Vec::new(), wanted };
        let names = match wanted {
            Levels::Open | Levels::Any => &[][..],
            Levels::Declared(names) | Levels::Bins { names, .. } => names,
        };
        for (code, name) in names.iter().enumerate() {
            column.dictionary.insert(name.as_bytes(), code as u32);
            column.levels.push(Level { name: name.clone(), record: 0 });
        }
        column
    }

    /// The code of a value that is not in the dictionary.
    fn meet(&mut self, value: &[u8], record: u64) -> u32 {
        let Ok(text) = std::str::from_utf8(value) else { return Flaw::NotUtf8.code() };
        if is_missing(value) {
            return Flaw::Missing.code();
        }
        if matches!(self.wanted, Levels::Open | Levels::Any) {
            if value.len() > MAX_LEVEL {
                return Flaw::TooLong.code();
            }
            if self.levels.len() == MAX_LEVELS {
                return Flaw::TooMany.code();
            }
            self.levels.push(Level { name: text.to_owned(), record });
            return self.levels.len() as u32 - 1;
        }
        // `1.0` is the declared 1.
        let same = number(value).and_then(|value| {
            self.levels.iter().position(|level| number(level.name.as_bytes()).is_some_and(|level| level == value))
        });
        same.map_or(Flaw::Unknown.code(), |code| code as u32)
    }
}

/// The bin of a value; see [`Levels::Bins`].
fn bin(edges: &[f64], bins: usize, value: f64) -> Option<u32> {
    let passed = edges.partition_point(|edge| *edge <= value);
    if bins == edges.len() + 1 {
        return Some(passed as u32);
    }
    let bin = passed.checked_sub(1)?;
    if bin < bins {
        return Some(bin as u32);
    }
    (edges.last() == Some(&value)).then(|| bins as u32 - 1)
}
