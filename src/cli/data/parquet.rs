//! Parquet, one row group after the other, each by one thread.

use super::super::input;
use super::chunk::Chunk;
use super::kind::{Kind, kind};
use super::queue::{Queue, Reading, lock, work};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::schema::types::SchemaDescriptor;
use std::cell::Cell;
use std::fs::File;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};
use whatif::data::{self, Batch, Header, Schema, Tally, Wanted};
use whatif::source::Diagnostic;

/// Records looked at at once.
const BATCH: usize = 1 << 12;

/// Reads and counts a file.
pub fn read(
    path: &Path,
    name: &str,
    wanted: &Wanted,
    threads: usize,
) -> std::result::Result<data::Read, Vec<Diagnostic>> {
    let broken = |error: &dyn std::fmt::Display| vec![broken(name, error)];
    let file = File::open(path).map_err(|error| vec![input::unreadable(name, &error)])?;
    let metadata = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&file)).map_err(|error| broken(&error))?;
    let written = metadata.file_metadata().schema_descr();
    let names = written.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
    let (schema, mut found) = Schema::new(wanted, Header { table: name.to_owned(), names, line: None });
    let Some(schema) = schema else { return Err(found) };
    let columns = columns(&schema, written).map_err(|strange| {
        let told = |(column, holds): &Strange| of_strange_type(name, column, holds);
        strange.iter().map(told).collect::<Vec<_>>()
    })?;
    let groups = metadata.num_row_groups() as u64;
    let size = |group: &RowGroupMetaData| group.compressed_size().max(0) as u64;
    let reading = Reading {
        passed: Arc::new(AtomicU64::new(0)),
        whole: Some(metadata.row_groups().iter().map(size).fold(0, u64::saturating_add)),
    };
    let queue = Queue::new(Tally::new(&schema), threads);
    let (next, failed) = (AtomicU64::new(0), Mutex::new(None));
    work(threads, &reading, &|show| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= groups {
                return;
            }
            let group = metadata.row_group(index as usize);
            let mut part = queue.part();
            if let Err(error) = guarded(|| count(path, group, &columns, &schema, &mut part)) {
                let mut failed = lock(&failed);
                if failed.as_ref().is_none_or(|(first, _)| index < *first) {
                    *failed = Some((index, error.to_string()));
                }
                // Later groups are of no use, but those who wait for this one go on.
                next.store(groups, Ordering::Relaxed);
            }
            reading.passed.fetch_add(size(group), Ordering::Relaxed);
            show();
            if !queue.add(index, part) {
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

thread_local! {
    /// Whether a panic of this thread is told by a diagnostic, and not at once.
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What the crate that reads Parquet makes of a file. On some damaged pages its decoders panic; that is an error as any.
fn guarded<T>(read: impl FnOnce() -> Result<T>) -> Result<T> {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |about| {
            if !QUIET.get() {
                before(about);
            }
        }));
    });
    QUIET.set(true);
    let found = panic::catch_unwind(AssertUnwindSafe(read));
    QUIET.set(false);
    found.unwrap_or_else(|_| Err(ParquetError::General("a page is damaged".to_owned())))
}

/// A column's name, and what it holds that cannot be a level.
type Strange = (String, &'static str);

/// For each slot where its column is stored, and as what; or the columns that hold no levels.
fn columns(schema: &Schema, written: &SchemaDescriptor) -> std::result::Result<Vec<(usize, Kind)>, Vec<Strange>> {
    let (mut columns, mut strange) = (Vec::new(), Vec::new());
    for position in schema.positions() {
        // A list or a record is stored in several columns, or in one that is none of its own.
        let stored = (0..written.num_columns()).find(|&leaf| written.get_column_root_idx(leaf) == position);
        let found = stored.ok_or("nothing").and_then(|leaf| Ok((leaf, kind(&written.column(leaf))?)));
        match found {
            Ok(column) => columns.push(column),
            Err(holds) => {
                let field = written.root_schema().get_fields().get(position);
                strange.push((field.map_or_else(String::new, |field| field.name().to_owned()), holds));
            }
        }
    }
    if strange.is_empty() { Ok(columns) } else { Err(strange) }
}

/// Counts a row group.
fn count(
    path: &Path,
    group: &RowGroupMetaData,
    columns: &[(usize, Kind)],
    schema: &Schema,
    tally: &mut Tally<'_>,
) -> Result<()> {
    // A file of its own: where reading stands belongs to the open file.
    let file = Arc::new(File::open(path).map_err(ParquetError::from)?);
    let chunks = columns.iter().map(|&(column, kind)| Chunk::new(&file, group, column, kind));
    let mut chunks: Vec<Chunk<'_>> = chunks.collect::<Result<_>>()?;
    let mut left = usize::try_from(group.num_rows()).unwrap_or_default();
    let numbers = |slot: usize| schema.is_number(slot) || (schema.is_any(slot) && columns[slot].1.is_number());
    while left > 0 {
        let records = left.min(BATCH);
        for (slot, chunk) in chunks.iter_mut().enumerate() {
            chunk.read(records)?;
            if numbers(slot) {
                chunk.measure();
            } else {
                chunk.find_levels(slot, tally);
            }
        }
        let batches = chunks.iter().enumerate().map(|(slot, chunk)| {
            if numbers(slot) { Batch::Numbers(chunk.numbers()) } else { Batch::Codes(chunk.codes()) }
        });
        let batches: Vec<Batch<'_>> = batches.collect();
        tally.batch(records, &batches, |slot, record| chunks[slot].text(record));
        left -= records;
    }
    Ok(())
}

fn broken(name: &str, error: &dyn std::fmt::Display) -> Diagnostic {
    input::without_place(
        "whatif::data_parquet",
        name,
        format!("{name} cannot be read as Parquet: {error}"),
        "write it again; Snappy and no compression can be read, or use CSV",
    )
}

fn of_strange_type(name: &str, column: &str, holds: &str) -> Diagnostic {
    input::without_place(
        "whatif::data_column_type",
        name,
        format!("{name}: the column `{column}` holds {holds}"),
        "make it text, a number or a truth value when the file is written",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::WriterProperties;
    use rand::{Rng, SeedableRng};
    use whatif::data::Field;

    /// A small file: a column of texts, some absent, and one of numbers.
    fn written(dictionary: bool) -> Vec<u8> {
        let texts = (0..200).map(|row| (row % 7 > 0).then(|| format!("level {}", row % 5)));
        let texts: ArrayRef = Arc::new(StringArray::from(texts.collect::<Vec<_>>()));
        let numbers: ArrayRef = Arc::new((0..200).map(|row| Some(row % 3 - 1)).collect::<Int64Array>());
        let batch = RecordBatch::try_from_iter([("x", texts), ("y", numbers)]).unwrap();
        let properties = WriterProperties::builder()
            .set_dictionary_enabled(dictionary)
            .set_max_row_group_row_count(Some(64))
            .set_data_page_row_count_limit(20)
            .set_write_batch_size(10);
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    }

    /// A damaged file is counted or refused, and nothing else happens.
    #[test]
    fn any_damage_is_met() {
        let path = std::env::temp_dir().join(format!("whatif-damaged-{}.parquet", std::process::id()));
        let wanted =
            Wanted { fields: vec![Field::open("x"), Field::open("y")], drop_missing: true, ..Wanted::default() };
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let mut refused = 0;
        for dictionary in [true, false] {
            let whole = written(dictionary);
            for round in 0..300 {
                let mut bytes = whole.clone();
                if round > 0 {
                    for _ in 0..random.random_range(1..4) {
                        let at = random.random_range(4..bytes.len());
                        bytes[at] = random.random();
                    }
                }
                if round % 10 == 9 {
                    bytes.truncate(random.random_range(4..bytes.len()));
                }
                std::fs::write(&path, &bytes).unwrap();
                let read = read(&path, "t", &wanted, 2);
                assert!(round > 0 || read.as_ref().is_ok_and(|read| (read.counts.rows, read.dropped) == (171, 29)));
                refused += usize::from(read.is_err());
            }
        }
        std::fs::remove_file(&path).unwrap();
        assert!(refused > 100, "{refused}");
    }
}
