//! Files and standard input, read with a bound; what cannot be read is a diagnostic like any other.

use super::{status, threads};
use std::io::Read;
use std::path::Path;
use whatif::problem::{self, Problem};
use whatif::source::{Diagnostic, Severity, Source, Span};

/// A file larger than this is refused before it is read.
const MOST_BYTES: u64 = whatif::syntax::MAX_FILE as u64;

/// A file that has been read.
pub struct File {
    /// What it says, unless it has errors.
    pub problem: Option<Problem>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl File {
    /// Whether it could be read.
    pub const fn status(&self) -> u8 {
        if self.problem.is_some() { status::FINE } else { status::INPUT }
    }
}

/// Reads and understands a file, or standard input for `-`.
pub fn file(path: &Path) -> File {
    let (problem, diagnostics) = match read(path) {
        Ok(source) => {
            let (problem, diagnostics) = threads::read(source.text().len(), || problem::read(&source));
            (Some(problem).filter(|_| !diagnostics.iter().any(Diagnostic::is_error)), diagnostics)
        }
        Err(diagnostic) => (None, vec![diagnostic]),
    };
    File { problem, diagnostics }
}

/// As [`file`], for what `run` takes: networks of other programs too; and where questions are given, only those are asked.
pub fn asked(path: &Path, questions: &[String]) -> File {
    if super::loaded::is_network(path) {
        return network(path, &questions.join("\n"));
    }
    if questions.is_empty() {
        return file(path);
    }
    let source = match read(path) {
        Ok(source) => source,
        Err(diagnostic) => return File { problem: None, diagnostics: vec![diagnostic] },
    };
    let start = source.text().len() + 1;
    let source = Source::new(source.name(), format!("{}\n{}", source.text(), questions.join("\n")));
    let (mut problem, diagnostics) = problem::read(&source);
    problem.queries.retain(|query| query.span.start >= start);
    for (at, query) in problem.queries.iter_mut().enumerate() {
        query.id = at + 1;
    }
    problem.expectations.retain(|expected| expected.span.start >= start);
    // What the file asks of data names its own questions.
    problem.tasks.clear();
    File { problem: Some(problem).filter(|_| !diagnostics.iter().any(Diagnostic::is_error)), diagnostics }
}

/// Questions to a network.
fn network(path: &Path, questions: &str) -> File {
    // More numbers than can be held exactly are taken as floats.
    let read = super::network::read(path, true).or_else(|found| match found.code {
        "whatif::network_too_large" => super::network::read(path, false),
        _ => Err(found),
    });
    let (network, mut diagnostics) = match read {
        Ok(read) => read,
        Err(diagnostic) => return File { problem: None, diagnostics: vec![diagnostic] },
    };
    for warning in diagnostics.iter_mut().filter(|warning| warning.code == "whatif::network_inexact_rows") {
        warning.help = Some("taken as rounding: each row is divided by its sum".to_owned());
    }
    let name = path.file_name().map_or_else(|| "network".to_owned(), |name| name.to_string_lossy().into_owned());
    let name = name.split('.').next().filter(|name| !name.is_empty() && *name != "graph").unwrap_or("network");
    let source = Source::new(path.display().to_string(), questions);
    let (problem, found) = problem::read_asking(&source, name, &network);
    diagnostics.extend(found);
    File { problem: Some(problem).filter(|_| !diagnostics.iter().any(Diagnostic::is_error)), diagnostics }
}

/// Reads a file, or standard input for `-`, as text.
pub fn read(path: &Path) -> Result<Source, Diagnostic> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin { "<stdin>".to_owned() } else { path.display().to_string() };
    let bytes =
        if stdin { slurp(std::io::stdin().lock(), MOST_BYTES) } else { std::fs::File::open(path).and_then(slurp_file) };
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(error) => {
            let help = if stdin { "pipe a file in, or name one" } else { "check the name; - reads standard input" };
            let message = format!("cannot read {name}: {}", plain(&error));
            return Err(without_place("whatif::unreadable_file", &name, message, help));
        }
    };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(without_place(
            "whatif::file_too_large",
            &name,
            format!("{name} is larger than {} MiB", MOST_BYTES >> 20),
            "split it: questions may stand in several files, each with the graph they ask about",
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let byte = error.as_bytes().get(at).copied().unwrap_or_default();
            let source = Source::new(name, String::from_utf8_lossy(error.as_bytes()));
            let place = Span::new(at, at + char::REPLACEMENT_CHARACTER.len_utf8());
            let message = format!("the file is not UTF-8: byte 0x{byte:02X} begins no character");
            Err(Diagnostic::error("whatif::not_utf8", &source, message, place, "here")
                .help("save it as UTF-8 in your editor, or convert it: iconv -f latin1 -t utf8"))
        }
    }
}

/// What the system says, without its number for it.
fn plain(error: &std::io::Error) -> String {
    let error = error.to_string();
    error.split(" (os error").next().unwrap_or_default().to_owned()
}

/// A file or folder that cannot be looked at.
pub fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot read {name}: {}", plain(error));
    without_place("whatif::unreadable_file", name, message, "check the name")
}

/// A file that cannot be written.
pub fn unwritable(name: &str, error: &std::io::Error) -> Diagnostic {
    let message = format!("cannot write {name}: {}", plain(error));
    without_place("whatif::unwritable_file", name, message, "check the name, and whether you may write there")
}

/// A snapshot that is there and no text.
pub fn unreadable_snapshot(name: &str) -> Diagnostic {
    let message = format!("{name} is no snapshot that whatif test wrote");
    without_place("whatif::unreadable_snapshot", name, message, "remove it, then accept the answers anew")
}

fn slurp_file(file: std::fs::File) -> std::io::Result<Vec<u8>> {
    let length = file.metadata().map(|data| data.len()).unwrap_or_default();
    // One byte too many tells the caller, without the rest being read.
    if length > MOST_BYTES { Ok(vec![0; MOST_BYTES as usize + 1]) } else { slurp(file, MOST_BYTES) }
}

/// Everything there is to read, or one byte more than `most`.
pub fn slurp(from: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An error about a file as a whole.
pub fn without_place(code: &'static str, name: &str, message: String, help: &str) -> Diagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        message,
        help: Some(help.to_owned()),
        labels: Vec::new(),
        fixes: Box::default(),
        source: Source::new(name, ""),
    }
}
