//! Parquet, one row group after the other, each by one thread.

use super::super::input;
use super::chunk::Chunk;
use super::kind::{Kind, kind};
use super::queue::{Queue, Reading, lock, work};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ParquetMetaDataReader, RowGroupMetaData};
use parquet::schema::types::SchemaDescriptor;
use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
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
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|error| broken(&error))?;
    let written = metadata.file_metadata().schema_descr();
    let names = written.root_schema().get_fields().iter().map(|field| field.name().to_owned()).collect();
    let (schema, mut found) = Schema::new(wanted, Header { table: name.to_owned(), names, line: None });
    let Some(schema) = schema else { return Err(found) };
    let columns = columns(&schema, written).map_err(|strange| {
        let told = |(column, holds): &(String, &str)| of_strange_type(name, column, holds);
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
    work(threads, &reading, |show| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= groups {
                return;
            }
            let group = metadata.row_group(index as usize);
            let mut part = queue.part();
            if let Err(error) = count(path, group, &columns, &schema, &mut part) {
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

/// For each slot where its column is stored, and as what; or the columns that hold no levels.
fn columns(
    schema: &Schema,
    written: &SchemaDescriptor,
) -> std::result::Result<Vec<(usize, Kind)>, Vec<(String, &'static str)>> {
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
