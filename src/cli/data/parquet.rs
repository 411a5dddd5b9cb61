//! Parquet, one row group after the other, each by one thread.
#![allow(clippy::wildcard_enum_match_arm, reason = "of Arrow's many types a few are read, and the rest is refused")]

use super::super::input;
use super::queue::{Queue, Reading, work};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use whatif::data::{self, Batch, Header, Schema, Tally, Wanted};
use whatif::source::Diagnostic;

/// Records decoded at once.
const BATCH: usize = 1 << 12;

/// Reads and counts a file.
pub fn read(path: &Path, name: &str, wanted: &Wanted, threads: usize) -> Result<data::Read, Vec<Diagnostic>> {
    let broken = |error: &dyn std::fmt::Display| vec![broken(name, error)];
    let unreadable = |error: std::io::Error| vec![input::unreadable(name, &error)];
    let file = File::open(path).map_err(unreadable)?;
    let written = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|error| broken(&error))?;
    let names = written.schema().fields().iter().map(|field| field.name().clone()).collect();
    let (schema, mut found) = Schema::new(wanted, Header { table: name.to_owned(), names, line: None });
    let Some(schema) = schema else { return Err(found) };
    let positions: Vec<usize> = schema.positions().collect();
    let fields = written.schema().fields();
    let strange: Vec<Diagnostic> = positions
        .iter()
        .filter_map(|&position| fields.get(position))
        .filter(|field| !is_known(field.data_type()))
        .map(|field| of_strange_type(name, field))
        .collect();
    if !strange.is_empty() {
        return Err(strange);
    }
    // Texts come as numbers of a dictionary, whatever the pages hold.
    let wished: Vec<Field> = fields
        .iter()
        .enumerate()
        .map(|(position, field)| match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View if positions.contains(&position) => {
                let texts = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                field.as_ref().clone().with_data_type(texts)
            }
            _ => field.as_ref().clone(),
        })
        .collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(ArrowSchema::new(wished)));
    let metadata = ArrowReaderMetadata::load(&file, options).map_err(|error| broken(&error))?;
    let groups = metadata.metadata().num_row_groups() as u64;
    let whole = metadata.metadata().row_groups().iter().map(|group| group.compressed_size().max(0) as u64).sum();
    let reading = Reading { passed: Arc::new(AtomicU64::new(0)), whole: Some(whole) };
    let queue = Queue::new(Tally::new(&schema), threads);
    let (next, failed) = (AtomicU64::new(0), Mutex::new(None));
    // Columns of a batch stand in the order of the file.
    let mut sorted = positions.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let places: Vec<usize> = positions.iter().map(|p| sorted.partition_point(|other| other < p)).collect();
    work(threads, &reading, |show| {
        loop {
            let group = next.fetch_add(1, Ordering::Relaxed);
            if group >= groups {
                return;
            }
            let mut part = Tally::new(&schema);
            let counted = File::open(path).map_err(parquet::errors::ParquetError::from).and_then(|file| {
                let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata.clone());
                let mask = ProjectionMask::roots(builder.parquet_schema(), sorted.iter().copied());
                let batches = builder
                    .with_row_groups(vec![group as usize])
                    .with_projection(mask)
                    .with_batch_size(BATCH)
                    .build()?;
                let mut columns: Vec<Values> = positions.iter().map(|_| Values::default()).collect();
                for batch in batches {
                    count(&batch?, &schema, &places, &mut columns, &mut part);
                }
                Ok(())
            });
            if let Err(error) = counted {
                let mut failed = super::queue::lock(&failed);
                if failed.as_ref().is_none_or(|(first, _)| group < *first) {
                    *failed = Some((group, error.to_string()));
                }
                // Later groups are of no use, but those who wait for this one go on.
                next.store(groups, Ordering::Relaxed);
            }
            let size = metadata.metadata().row_group(group as usize).compressed_size().max(0) as u64;
            reading.passed.fetch_add(size, Ordering::Relaxed);
            show();
            if !queue.add(group, part) {
                return;
            }
        }
    });
    let failed = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, error)) = failed {
        return Err(broken(&error));
    }
    let mut read = queue.into_total().finish()?;
    found.append(&mut read.warnings);
    Ok(data::Read { warnings: found, ..read })
}

fn is_known(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => matches!(**values, DataType::Utf8),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Boolean | DataType::Decimal128(..) => {
            true
        }
        DataType::Float32 | DataType::Float64 => true,
        other => other.is_integer(),
    }
}

/// What one column of a batch becomes; memory that is used again.
#[derive(Default)]
struct Values {
    codes: Vec<u32>,
    numbers: Vec<f64>,
    /// Codes of dictionary entries, or of small whole numbers.
    known: Vec<u32>,
}

/// No code yet.
const NONE: u32 = u32::MAX - (1 << 8);
/// Whole numbers from here on have a place each …
const LOWEST: i64 = -128;
/// … as many as these.
const PLACES: usize = 2_048;

fn count(batch: &RecordBatch, schema: &Schema, places: &[usize], columns: &mut [Values], tally: &mut Tally<'_>) {
    let number = |slot: usize| {
        schema.is_number(slot) || (schema.is_any(slot) && batch.column(places[slot]).data_type().is_numeric())
    };
    for (slot, (values, place)) in columns.iter_mut().zip(places).enumerate() {
        let array = batch.column(*place);
        if number(slot) { values.take_numbers(array) } else { values.take_levels(array, slot, tally) }
    }
    let batches: Vec<Batch<'_>> = columns
        .iter()
        .enumerate()
        .map(|(slot, values)| if number(slot) { Batch::Numbers(&values.numbers) } else { Batch::Codes(&values.codes) })
        .collect();
    tally.batch(batch.num_rows(), &batches, |slot, row| text(batch.column(places[slot]), row));
}

/// Calls a macro's arm for each type of whole numbers.
macro_rules! integers {
    ($array:expr, $one:ident, $otherwise:expr) => {
        match $array.data_type() {
            DataType::Int8 => $one!(Int8Type),
            DataType::Int16 => $one!(Int16Type),
            DataType::Int32 => $one!(Int32Type),
            DataType::Int64 => $one!(Int64Type),
            DataType::UInt8 => $one!(UInt8Type),
            DataType::UInt16 => $one!(UInt16Type),
            DataType::UInt32 => $one!(UInt32Type),
            DataType::UInt64 => $one!(UInt64Type),
            _ => $otherwise,
        }
    };
}

impl Values {
    fn take_numbers(&mut self, array: &ArrayRef) {
        self.numbers.clear();
        macro_rules! whole {
            ($kind:ty) => {{
                let array = array.as_primitive::<$kind>();
                self.numbers.extend(array.iter().map(|value| value.map_or(f64::NAN, |value| value as f64)));
            }};
        }
        integers!(array, whole, {
            let rows = 0..array.len();
            self.numbers.extend(rows.map(|row| if array.is_null(row) { f64::NAN } else { float(array, row) }));
        });
    }

    fn take_levels(&mut self, array: &ArrayRef, slot: usize, tally: &mut Tally<'_>) {
        self.codes.clear();
        if let Some(array) = array.as_dictionary_opt::<arrow_array::types::Int32Type>() {
            let texts = array.values().as_string::<i32>();
            self.known.clear();
            self.known.resize(texts.len(), NONE);
            let keys = array.keys();
            let absent = keys.null_count() > 0;
            let known = &mut self.known;
            self.codes.extend(keys.values().iter().enumerate().map(|(row, key)| {
                let Some(known) = known.get_mut(*key as usize).filter(|_| !absent || keys.is_valid(row)) else {
                    return Tally::absent();
                };
                if *known == NONE {
                    let value = if texts.is_null(*key as usize) { "" } else { texts.value(*key as usize) };
                    *known = tally.code(slot, value.as_bytes(), row as u64);
                }
                *known
            }));
            return;
        }
        macro_rules! whole {
            ($kind:ty) => {{
                // The codes hold for all batches of the group.
                self.known.resize(PLACES, NONE);
                let array = array.as_primitive::<$kind>();
                let place = |value: i64| value.wrapping_sub(LOWEST) as usize;
                let known = &self.known;
                let code = |value: i64| known.get(place(value)).copied().unwrap_or(NONE);
                // First all that are known, in one go; what stands in the place of an absent value is not looked at.
                self.codes.extend(array.values().iter().map(|value| code(*value as i64)));
                let absent = array.null_count() > 0;
                if !absent && self.codes.iter().all(|code| *code != NONE) {
                    return;
                }
                for (row, code) in self.codes.iter_mut().enumerate() {
                    if absent && array.is_null(row) {
                        *code = Tally::absent();
                    } else if *code == NONE {
                        let value = array.value(row);
                        let seen = self.known.get_mut(place(value as i64));
                        *code = match seen.as_deref() {
                            Some(&seen) if seen != NONE => seen,
                            _ => tally.code(slot, value.to_string().as_bytes(), row as u64),
                        };
                        if let Some(seen) = seen {
                            *seen = *code;
                        }
                    }
                }
            }};
        }
        integers!(array, whole, {
            for row in 0..array.len() {
                let code = if array.is_null(row) {
                    Tally::absent()
                } else {
                    tally.code(slot, text(array, row).as_bytes(), row as u64)
                };
                self.codes.push(code);
            }
        });
    }
}

/// A value as a number; infinite where it is none.
fn float(array: &ArrayRef, row: usize) -> f64 {
    match array.data_type() {
        DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
        _ => {
            let text = text(array, row);
            if data::is_missing(text.as_bytes()) {
                return f64::NAN;
            }
            data::number(text.as_bytes()).unwrap_or(f64::INFINITY)
        }
    }
}

/// A value as text.
fn text(array: &ArrayRef, row: usize) -> String {
    macro_rules! whole {
        ($kind:ty) => {
            array.as_primitive::<$kind>().value(row).to_string()
        };
    }
    if array.is_null(row) {
        return String::new();
    }
    integers!(
        array,
        whole,
        match array.data_type() {
            DataType::Float32 => array.as_primitive::<Float32Type>().value(row).to_string(),
            DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
            DataType::Boolean => array.as_boolean().value(row).to_string(),
            DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
            _ => match array.as_dictionary_opt::<arrow_array::types::Int32Type>() {
                Some(array) => {
                    let key = array.keys().value(row) as usize;
                    let texts = array.values().as_string::<i32>();
                    if key < texts.len() && texts.is_valid(key) { texts.value(key).to_owned() } else { String::new() }
                }
                None => String::new(),
            },
        }
    )
}

fn broken(name: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    input::without_place(
        "whatif::data_parquet",
        name,
        format!("{name} cannot be read as Parquet: {error}"),
        "write it again; Snappy and no compression can be read, or use CSV",
    )
}

fn of_strange_type(name: &str, field: &Field) -> Diagnostic {
    input::without_place(
        "whatif::data_column_type",
        name,
        format!("{name}: the column `{}` has values of type {}", field.name(), field.data_type()),
        "make it text, a number or a truth value when the file is written",
    )
}
