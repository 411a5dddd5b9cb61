//! CSV: any quoting, any of the usual delimiters, line ends of either kind.

use super::blocks::{Block, Blocks, MAX_RECORD, Stop};
use super::queue::{Queue, Reading, lock, work};
use super::{input, plain};
use csv::{ByteRecord, ReaderBuilder, Terminator};
use std::io::Read;
use std::sync::Mutex;
use whatif::data::{self, Header, Schema, Tally, Wanted, diagnostics};
use whatif::source::Diagnostic;

/// What may stand between fields: of these the one that is in the header most often, the first of equals.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Reads and counts a text.
pub fn read(
    name: &str,
    from: impl Read + Send,
    reading: &Reading,
    wanted: &Wanted,
    threads: usize,
) -> Result<data::Read, Vec<Diagnostic>> {
    let mut blocks = Blocks::new(from);
    let (header, lines) = match blocks.header() {
        Ok(Some(found)) => found,
        Ok(None) => return Err(vec![diagnostics::empty(name)]),
        Err(stop) => return Err(vec![told(stop, name, 0, 0)]),
    };
    let delimiter = delimiter(&header);
    blocks.set_delimiter(delimiter);
    let Ok(line) = String::from_utf8(header.clone()) else {
        return Err(vec![diagnostics::header_not_utf8(name, &header, delimiter)]);
    };
    let mut record = ByteRecord::new();
    let mut reader = builder(delimiter).from_reader(&*header);
    if let Err(error) = reader.read_byte_record(&mut record) {
        return Err(vec![input::unreadable(name, &error.into())]);
    }
    let names = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
    let (schema, mut found) =
        Schema::new(wanted, Header { table: name.to_owned(), names, line: Some((line, delimiter)) });
    let Some(schema) = schema else { return Err(found) };
    let mut read = rows(&schema, blocks, delimiter, lines, reading, threads)?;
    found.append(&mut read.warnings);
    Ok(data::Read { warnings: found, ..read })
}

fn rows(
    schema: &Schema,
    blocks: Blocks<impl Read + Send>,
    delimiter: u8,
    lines: u64,
    reading: &Reading,
    threads: usize,
) -> Result<data::Read, Vec<Diagnostic>> {
    let mut slots = vec![Vec::new(); schema.width()];
    schema.positions().enumerate().for_each(|(slot, position)| slots[position].push(slot));
    let mut total = Tally::new(schema);
    total.set_lines(lines);
    let queue = Queue::new(total, threads);
    let source = Mutex::new((blocks, None));
    work(threads, reading, |show| {
        let mut memory = Vec::new();
        loop {
            let block = {
                let mut source = lock(&source);
                if source.1.is_some() {
                    return;
                }
                match source.0.next(memory) {
                    Ok(Some(block)) => block,
                    Ok(None) => return,
                    Err(stop) => {
                        source.1 = Some(stop);
                        return;
                    }
                }
            };
            show();
            let mut part = Tally::new(schema);
            if block.plain {
                plain::count(block.padded(), delimiter, &slots, &mut part);
            } else {
                quoted(&block, delimiter, &slots, &mut part);
            }
            if !queue.add(block.index, part) {
                return;
            }
            memory = block.into_memory();
        }
    });
    let (_, stop) = source.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let total = queue.into_total();
    if let Some(stop) = stop.filter(|_| !total.is_stopped()) {
        return Err(vec![told(stop, schema.table(), total.records() + 1, total.lines())]);
    }
    total.finish()
}

fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).terminator(Terminator::Any(b'\n'));
    builder
}

/// Counts the records of a block in which some fields are quoted.
fn quoted(block: &Block, delimiter: u8, slots: &[Vec<usize>], tally: &mut Tally<'_>) {
    let text = block.text();
    let mut reader = builder(delimiter).from_reader(text);
    let mut record = ByteRecord::new();
    // A slice can always be read, and any bytes are records.
    while matches!(reader.read_byte_record(&mut record), Ok(true)) {
        let width = record.len();
        let fields = record.as_slice();
        let mut last = record.range(width.saturating_sub(1)).unwrap_or_default();
        if fields.get(last.clone()).is_some_and(|field| field.last() == Some(&b'\r')) {
            last.end -= 1;
        }
        if width <= 1 && last.is_empty() {
            continue;
        }
        let after = reader.position().byte() as usize;
        let place = record.position().map(|position| (position.line() - 1, position.byte() as usize));
        let look = || {
            let (line, start) = place.unwrap_or_default();
            let bytes = text.get(start..after).unwrap_or_default().trim_ascii_end();
            (line, String::from_utf8_lossy(bytes).into_owned())
        };
        if width != slots.len() {
            tally.ragged(width, look);
            continue;
        }
        for (column, slots) in slots.iter().enumerate() {
            let range = if column + 1 == width { last.clone() } else { record.range(column).unwrap_or_default() };
            for &slot in slots {
                tally.value(slot, fields, range.start, range.end);
            }
        }
        tally.end(look);
    }
    tally.set_lines(memchr::memchr_iter(b'\n', text).count() as u64);
}

/// The delimiter of a header; quotes hide those inside.
fn delimiter(header: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut inside = false;
    for byte in header {
        if *byte == b'"' {
            inside = !inside;
        }
        if let Some(index) = DELIMITERS.iter().position(|delimiter| delimiter == byte).filter(|_| !inside) {
            counts[index] += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or_default();
    DELIMITERS.into_iter().zip(counts).find(|(_, count)| *count == most).map_or(b',', |(delimiter, _)| delimiter)
}

fn told(stop: Stop, name: &str, record: u64, line: u64) -> Diagnostic {
    match stop {
        Stop::Read(error) => input::unreadable(name, &error),
        Stop::Long(start) => diagnostics::long_record(name, record, line, &start, MAX_RECORD),
    }
}
