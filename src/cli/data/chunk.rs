//! One column of a row group of a Parquet file: which value each record has.
//!
//! Most writers store positions in a dictionary, which are handed on as they are; of other pages the crate reads the values.

use super::kind::{Kind, Values};
use super::runs::Runs;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use std::fs::File;
use std::sync::Arc;
use whatif::data::Tally;

/// What stands in the place of a position where a value is absent.
const ABSENT: u32 = u32::MAX;
/// No code yet.
const NONE: u32 = u32::MAX - (1 << 8);
/// Whole numbers from here on have a place each …
const LOWEST: i64 = -128;
/// … as many as these.
const PLACES: usize = 2_048;

/// A column of a row group.
pub struct Chunk<'f> {
    kind: Kind,
    stored: &'f ColumnChunkMetaData,
    file: Arc<File>,
    records: usize,
    /// Records of the batches before this one.
    passed: usize,
    from: Source,
    /// The values: of the dictionary, or of the batch.
    values: Values,
    /// For each record of the batch its position in `values`, or [`ABSENT`].
    at: Vec<u32>,
    /// For each value its code, once that is known.
    known: Vec<u32>,
    /// For each small whole number its code, once that is known.
    small: Vec<u32>,
    /// For each value its number.
    measured: Vec<f64>,
    codes: Vec<u32>,
    numbers: Vec<f64>,
}

enum Source {
    Dictionary(Box<Pages>),
    Values(Box<ColumnReader>, Vec<i16>),
}

/// The pages of a column with a dictionary.
struct Pages {
    pages: SerializedPageReader<File>,
    page: Option<Page>,
    /// Records of the page that have not been read.
    left: usize,
    /// Which records have a value, where some may have none.
    present: Option<Runs>,
    positions: Runs,
    flags: Vec<u32>,
}

fn broken(what: &str) -> ParquetError {
    ParquetError::General(what.to_owned())
}

impl<'f> Chunk<'f> {
    pub fn new(file: &Arc<File>, group: &'f RowGroupMetaData, column: usize, kind: Kind) -> Result<Self> {
        let stored = group.column(column);
        let records = usize::try_from(group.num_rows()).map_err(|_| broken("a row group has fewer than no rows"))?;
        // The crate takes these for granted.
        let starts = [stored.data_page_offset(), stored.dictionary_page_offset().unwrap_or_default()];
        if starts.iter().any(|start| *start < 0) || stored.compressed_size() < 0 {
            return Err(broken("a column begins or ends before the file"));
        }
        let pages = SerializedPageReader::new(Arc::clone(file), stored, records, None)?;
        let pages = Pages { pages, page: None, left: 0, present: None, positions: Runs::default(), flags: Vec::new() };
        Ok(Self {
            kind,
            stored,
            file: Arc::clone(file),
            records,
            passed: 0,
            from: Source::Dictionary(Box::new(pages)),
            values: Values::none(stored.column_type()),
            at: Vec::new(),
            known: Vec::new(),
            small: Vec::new(),
            measured: Vec::new(),
            codes: Vec::new(),
            numbers: Vec::new(),
        })
    }

    /// Reads the next records, so many of them.
    pub fn read(&mut self, records: usize) -> Result<()> {
        if let Source::Dictionary(pages) = &mut self.from {
            self.at.clear();
            self.at.resize(records, ABSENT);
            let before = self.values.len();
            if pages.read(self.stored, &mut self.values, &mut self.at)? {
                if before == 0 {
                    self.known.clear();
                    self.known.resize(self.values.len(), NONE);
                }
                self.passed += records;
                return Ok(());
            }
            // A page without a dictionary: from this batch on values are read.
            let pages = SerializedPageReader::new(Arc::clone(&self.file), self.stored, self.records, None)?;
            let mut reader = get_column_reader(self.stored.column_descr_ptr(), Box::new(pages));
            skip(&mut reader, self.passed)?;
            self.values = Values::none(self.stored.column_type());
            self.from = Source::Values(Box::new(reader), Vec::new());
        }
        if let Source::Values(reader, levels) = &mut self.from {
            let found = self.values.read(reader, records, levels)?;
            if found != records {
                return Err(broken("a column ends before its row group"));
            }
            let mut next = 0..self.values.len() as u32;
            self.at.clear();
            if levels.is_empty() {
                self.at.extend(next);
            } else {
                let present = |level: &i16| if *level > 0 { next.next().unwrap_or(ABSENT) } else { ABSENT };
                self.at.extend(levels.iter().map(present));
            }
            self.at.resize(records, ABSENT);
            self.known.clear();
            self.known.resize(self.values.len(), NONE);
            self.measured.clear();
            self.passed += records;
        }
        Ok(())
    }

    /// Finds the code of each record's level.
    pub fn find_levels(&mut self, slot: usize, tally: &mut Tally<'_>) {
        // First all that are known, in one go. A loop and no chain of closures: those are not always inlined.
        let mut complete = true;
        self.codes.resize(self.at.len(), NONE);
        for (to, at) in self.codes.iter_mut().zip(&self.at) {
            *to = match self.known.get(*at as usize) {
                Some(known) => *known,
                None => NONE,
            };
            complete &= *to != NONE;
        }
        if complete {
            return;
        }
        for (record, (at, to)) in self.at.iter().zip(&mut self.codes).enumerate() {
            if *at == ABSENT {
                *to = Tally::absent();
            } else if *to == NONE {
                let at = *at as usize;
                let place = self.values.small(self.kind, at).map(|small| small.wrapping_sub(LOWEST) as usize);
                let place = place.filter(|place| *place < PLACES);
                if place.is_some() && self.small.is_empty() {
                    self.small.resize(PLACES, NONE);
                }
                let seen = self.known.get(at).copied().filter(|seen| *seen != NONE);
                let seen = seen.or_else(|| self.small.get(place?).copied().filter(|seen| *seen != NONE));
                *to = seen.unwrap_or_else(|| tally.code(slot, &self.values.text(self.kind, at), record as u64));
                self.known[at] = *to;
                if let Some(place) = place {
                    self.small[place] = *to;
                }
            }
        }
    }

    /// Finds the number of each record.
    pub fn measure(&mut self) {
        let known = self.measured.len();
        self.measured.extend((known..self.values.len()).map(|at| self.values.number(self.kind, at)));
        self.numbers.clear();
        self.numbers.extend(self.at.iter().map(|at| self.measured.get(*at as usize).copied().unwrap_or(f64::NAN)));
    }

    /// The codes that were found.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The numbers that were found; NaN where a value is absent, infinite where it is no number.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// The value of a record of the batch, as text.
    pub fn text(&self, record: usize) -> String {
        match self.at.get(record) {
            Some(&at) if (at as usize) < self.values.len() => {
                String::from_utf8_lossy(&self.values.text(self.kind, at as usize)).into_owned()
            }
            _ => String::new(),
        }
    }
}

fn skip(reader: &mut ColumnReader, records: usize) -> Result<()> {
    macro_rules! all {
        ($($stored:ident),*) => {
            match reader {
                $(ColumnReader::$stored(reader) => reader.skip_records(records),)*
                // Times: `kind` has refused their columns, and code for them would be compiled for nothing.
                ColumnReader::Int96ColumnReader(_) => Ok(0),
            }
        };
    }
    let skipped = all!(
        BoolColumnReader,
        Int32ColumnReader,
        Int64ColumnReader,
        FloatColumnReader,
        DoubleColumnReader,
        ByteArrayColumnReader,
        FixedLenByteArrayColumnReader
    )?;
    if skipped == records { Ok(()) } else { Err(broken("a column ends before its row group")) }
}

/// Whether there is a value at each position.
fn are_below(positions: &[u32], values: usize) -> bool {
    let mut all = true;
    for position in positions {
        all &= (*position as usize) < values;
    }
    all
}

impl Pages {
    /// Fills `to` with positions in `values`, which hold the dictionary from its page on; false where a page has none.
    fn read(&mut self, stored: &ColumnChunkMetaData, values: &mut Values, to: &mut [u32]) -> Result<bool> {
        let mut done = 0;
        while done < to.len() {
            if self.left == 0 {
                match self.pages.get_next_page()? {
                    None => return Err(broken("a column ends before its row group")),
                    Some(Page::DictionaryPage { buf, num_values, .. }) => {
                        if values.len() > 0 {
                            return Err(broken("a column has two dictionaries"));
                        }
                        let bytes = ByteArray::from(buf);
                        *values = Values::of_dictionary(stored.column_descr(), &bytes, num_values as usize)
                            .ok_or_else(|| broken("a dictionary is not what its page says"))?;
                    }
                    Some(page) => {
                        if !self.begin(stored, page)? {
                            return Ok(false);
                        }
                    }
                }
                continue;
            }
            let now = self.left.min(to.len() - done);
            let some = &mut to[done..done + now];
            let bytes = self.page.as_ref().map_or(&[][..], |page| page.buffer());
            let ended = || broken("a page ends before its values");
            let below = match &mut self.present {
                None => {
                    self.positions.read(bytes, some).ok_or_else(ended)?;
                    are_below(some, values.len())
                }
                Some(present) => {
                    self.flags.clear();
                    self.flags.resize(now, 0);
                    present.read(bytes, &mut self.flags).ok_or_else(ended)?;
                    let count = self.flags.iter().filter(|flag| **flag != 0).count();
                    let (first, rest) = some.split_at_mut(count);
                    self.positions.read(bytes, first).ok_or_else(ended)?;
                    let below = are_below(first, values.len());
                    if !rest.is_empty() {
                        // From behind, each position goes to its record; those before it are not passed.
                        let mut next = count;
                        for record in (0..now).rev() {
                            some[record] = if self.flags[record] == 0 {
                                ABSENT
                            } else {
                                next -= 1;
                                some[next]
                            };
                        }
                    }
                    below
                }
            };
            if !below {
                return Err(broken("a value is none of the dictionary's"));
            }
            self.left -= now;
            done += now;
        }
        Ok(true)
    }

    /// Begins a page of values; false where they are no positions in a dictionary.
    fn begin(&mut self, stored: &ColumnChunkMetaData, page: Page) -> Result<bool> {
        let optional = stored.column_descr().max_def_level() > 0;
        let ended = || broken("a page ends before its values");
        let four = |at: usize| -> Option<usize> {
            let bytes = page.buffer().get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(bytes)).ok()
        };
        let (encoding, records, present, start) = match &page {
            Page::DataPage { encoding, num_values, def_level_encoding, .. } => {
                if optional && *def_level_encoding != Encoding::RLE {
                    return Ok(false);
                }
                let levels = if optional { 4 + four(0).ok_or_else(ended)? } else { 0 };
                (*encoding, *num_values, optional.then_some(4), levels)
            }
            Page::DataPageV2 { encoding, num_values, def_levels_byte_len, .. } => {
                (*encoding, *num_values, optional.then_some(0), *def_levels_byte_len as usize)
            }
            Page::DictionaryPage { .. } => return Ok(false),
        };
        #[allow(deprecated, reason = "older writers name it so")]
        if !matches!(encoding, Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY) {
            return Ok(false);
        }
        self.present = present.and_then(|at| Runs::new(at, 1));
        // A page in which all are absent may have no positions at all.
        let width = page.buffer().get(start).copied().unwrap_or_default();
        self.positions = Runs::new(start + 1, width.into()).ok_or_else(|| broken("a position has too many bits"))?;
        self.left = records as usize;
        self.page = Some(page);
        Ok(true)
    }
}
