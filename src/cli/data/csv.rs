//! CSV: any quoting, any of the usual delimiters, line ends of either kind.

use super::blocks::{BLOCK, Block, Blocks, MAX_RECORD, Stop};
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
    read_by(name, Blocks::new(from, BLOCK), reading, wanted, threads)
}

fn read_by(
    name: &str,
    mut blocks: Blocks<impl Read + Send>,
    reading: &Reading,
    wanted: &Wanted,
    threads: usize,
) -> Result<data::Read, Vec<Diagnostic>> {
    let (header, lines) = match blocks.header() {
        Ok(Some(found)) => found,
        Ok(None) => return Err(vec![diagnostics::empty(name)]),
        Err(stop) => return Err(vec![told(stop, name, 0, 0)]),
    };
    if header.contains(&0) {
        return Err(vec![diagnostics::zero_bytes(name, &header)]);
    }
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
    work(threads, reading, &|show| {
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
            let mut part = queue.part();
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
            let (mut line, mut start) = place.unwrap_or_default();
            // Blank lines before a record belong to it, for the parser.
            while text.get(start) == Some(&b'\n') {
                (line, start) = (line + 1, start + 1);
            }
            let bytes = text.get(start..after).unwrap_or_default();
            let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
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
        Stop::Long(start) => diagnostics::long_record(name, record, line, &start, Some(MAX_RECORD)),
        Stop::Open(start) => diagnostics::long_record(name, record, line, &start, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::sync::atomic::AtomicU64;
    use whatif::data::Field;

    fn count(text: &[u8], size: usize, threads: usize, wanted: &Wanted) -> Result<data::Read, Vec<String>> {
        let reading = Reading { passed: Arc::new(AtomicU64::new(0)), whole: None };
        let read = read_by("t", Blocks::new(text, size), &reading, wanted, threads);
        read.map_err(|faults| faults.iter().map(|fault| format!("{} {fault} {:?}", fault.code, fault.labels)).collect())
    }

    /// A field as some program may have written it.
    fn written(value: &str, quote: bool) -> String {
        if quote || value.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", value.replace('"', "\"\""))
        } else {
            value.to_owned()
        }
    }

    /// Levels as they are found in the wild, some with all that needs quotes.
    const VALUES: [&str; 9] = [
        "a",
        "b",
        "c,d",
        "e\"f",
        "g\nh",
        "a value of more than sixteen bytes",
        "a value of more than sixteen byteS",
        "é",
        "\"\"",
    ];

    proptest! {
        /// Blocks of any size on any number of threads give what was written, and a wrong row is told with its place.
        #[test]
        fn what_was_written_is_counted(
            rows in proptest::collection::vec((0..9_usize, 0..9_usize, -5..5_i32, any::<u8>()), 1..60),
            end in prop_oneof![Just("\n"), Just("\r\n")],
            size in prop_oneof![8..80_usize, Just(1 << 20)],
            plain in any::<bool>(),
        ) {
            let mut text = format!("x,unused,y,z{end}");
            let mut model: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
            for (x, y, z, quotes) in &rows {
                let (x, y) = if plain { (VALUES[x % 2], VALUES[y % 2]) } else { (VALUES[*x], VALUES[*y]) };
                let quote = |bit: u8| !plain && quotes & bit != 0;
                text += &[written(x, quote(1)), written("?", quote(2)), written(y, quote(4)), z.to_string()].join(",");
                text += end;
                if quotes & 8 != 0 {
                    text += end;
                }
                let cell = model.entry((x, y)).or_default();
                *cell = (cell.0 + 1.0, cell.1 + f64::from(*z));
            }
            let wanted = Wanted {
                fields: vec![Field::open("x"), Field::open("y")],
                numeric: Some(("z".to_owned(), "z".to_owned())),
                ..Wanted::default()
            };
            let read = count(text.as_bytes(), size, 3, &wanted).unwrap();
            prop_assert_eq!(read.counts.rows, rows.len() as u64);
            let found: BTreeMap<(&str, &str), (f64, f64)> = read.counts.cells.iter().map(|cell| {
                let level = |column: usize| read.counts.columns[column].levels[cell.at[column] as usize].as_str();
                ((level(0), level(1)), (cell.count, cell.sum))
            }).collect();
            prop_assert_eq!(found, model);
            prop_assert_eq!(read.counts, count(text.as_bytes(), 1 << 20, 1, &wanted).unwrap().counts);
            // Bad rows among good ones: the same is told of them, however they are cut.
            let bad = text.replacen(",-3", ",minus three", 1) + "1,2" + end;
            let faults = count(bad.as_bytes(), size, 3, &wanted).unwrap_err();
            prop_assert_eq!(&faults, &count(bad.as_bytes(), 1 << 20, 1, &wanted).unwrap_err());
            prop_assert!(faults[0].contains(&format!("row {} has 2 fields", rows.len() + 1)), "{:?}", faults);
        }

        /// Any bytes are counted or refused.
        #[test]
        fn any_bytes_are_met(text in proptest::collection::vec(prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'x'), any::<u8>()], 0..200), size in 8..64_usize) {
            let wanted = Wanted { fields: vec![Field::open("x")], ..Wanted::default() };
            let text = [b"x,y\n".to_vec(), text].concat();
            let one = count(&text, size, 2, &wanted).map(|read| read.counts);
            prop_assert_eq!(one, count(&text, 1 << 16, 1, &wanted).map(|read| read.counts));
        }
    }

    #[test]
    fn a_record_that_never_ends_is_told() {
        let text = [b"x,y\n1,2\n\"".to_vec(), vec![b'z'; MAX_RECORD + (1 << 21)]].concat();
        let wanted = Wanted { fields: vec![Field::open("x")], ..Wanted::default() };
        let faults = count(&text, BLOCK, 2, &wanted).unwrap_err();
        assert!(faults[0].starts_with("whatif::data_long_row row 2 is longer than 16 MiB"), "{faults:?}");
    }

    #[test]
    fn the_most_frequent_delimiter_of_the_header_is_meant() {
        for (header, expected) in
            [("a", b','), ("a;b", b';'), ("a,b;c", b','), ("\"a,b,c\";d", b';'), ("a\tb", b'\t'), ("a|b|c,d", b'|')]
        {
            assert_eq!(delimiter(header.as_bytes()), expected, "{header}");
        }
    }
}
