//! Tables of data: files and standard input, cut into parts that several threads count.

mod blocks;
mod chunk;
mod columns;
mod csv;
mod kind;
mod parquet;
mod plain;
mod queue;
mod runs;

pub use columns::Columns;

use super::input;
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{Chain, Cursor, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use whatif::data::{self, Wanted};
use whatif::source::Diagnostic;

/// Reads and counts a table: CSV, packed with gzip or not, or Parquet, which is told by its first bytes; `-` is standard
/// input. The counts do not depend on the number of threads.
pub fn read(path: &Path, wanted: &Wanted, jobs: Option<NonZeroUsize>) -> Result<data::Read, Vec<Diagnostic>> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let unreadable = |error: std::io::Error| vec![input::unreadable(&name, &error)];
    let threads = jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    if stdin {
        return text(&name, Box::new(std::io::stdin()), None, wanted, threads);
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut magic = [0; 4];
    let length = fill(&mut file, &mut magic).map_err(unreadable)?;
    if magic == *b"PAR1" {
        return parquet::read(path, &name, wanted, threads);
    }
    let whole = file.metadata().map(|data| data.len()).ok();
    let start = Cursor::new(magic[..length].to_vec());
    text(&name, Box::new(start.chain(file)), whole, wanted, threads)
}

/// Has a database count the rows of a table of its own; see [`Table::on`](super::estimate::Table).
#[cfg(feature = "adbc")]
pub fn on(address: &str, wanted: &Wanted) -> Result<data::Read, Vec<Diagnostic>> {
    super::adbc::read(address, wanted)
}

/// Says how to get what counts in databases.
#[cfg(not(feature = "adbc"))]
pub fn on(_: &str, _: &Wanted) -> Result<data::Read, Vec<Diagnostic>> {
    Err(vec![input::without_place(
        "whatif::adbc_not_built",
        "<command line>",
        "--on: this program was built without what connects to databases".to_owned(),
        "build it with that: cargo install --path . --features adbc; or print the query (whatif counts FILE --table \
         TABLE --dialect NAME), run it there, and give its result as CSV: --counts counts.csv",
    )])
}

/// As many bytes as there are, up to the length of `to`.
fn fill(from: &mut impl Read, to: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < to.len() {
        match from.read(&mut to[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// Counts the bytes that pass.
struct Counted<R> {
    from: R,
    passed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(to)?;
        self.passed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

fn text(
    name: &str,
    from: Box<dyn Read + Send>,
    whole: Option<u64>,
    wanted: &Wanted,
    threads: usize,
) -> Result<data::Read, Vec<Diagnostic>> {
    let passed = Arc::new(AtomicU64::new(0));
    let mut from = Counted { from, passed: Arc::clone(&passed) };
    let mut magic = [0; 2];
    let length = fill(&mut from, &mut magic).map_err(|error| vec![input::unreadable(name, &error)])?;
    let start: Chain<Cursor<Vec<u8>>, _> = Cursor::new(magic[..length].to_vec()).chain(from);
    let progress = queue::Reading { passed, whole };
    let text: Box<dyn Read + Send> = match magic {
        [0x1f, 0x8b] => Box::new(MultiGzDecoder::new(start)),
        [0xff, 0xfe] | [0xfe, 0xff] => return Err(vec![data::diagnostics::utf16(name)]),
        _ => Box::new(start),
    };
    csv::read(name, text, &progress, wanted, threads)
}
