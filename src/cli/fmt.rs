//! `whatif fmt`: files in the one style.

use super::args::Fmt;
use super::difference;
use super::input;
use super::output::Output;
use super::{status, threads};
use std::path::Path;
use whatif::source::{Diagnostic, Source};
use whatif::syntax;

/// Formats files in place, and standard input to standard output; or only says which would change.
pub fn fmt(args: &Fmt, output: &mut Output) -> u8 {
    let mut worst = status::FINE;
    let (mut changed, mut kept) = (0_usize, 0_usize);
    for path in &args.files {
        let stdin = path.as_os_str() == "-";
        let done = input::read(path).map_err(|diagnostic| vec![diagnostic]).and_then(|source| {
            let text = threads::read(source.text().len(), || syntax::format(&source))?;
            Ok((source, text))
        });
        let (source, text) = match done {
            Ok(done) => done,
            Err(diagnostics) => {
                for diagnostic in &diagnostics {
                    output.diagnostic(diagnostic);
                }
                worst = worst.max(status::INPUT);
                continue;
            }
        };
        let same = source.text() == text;
        if same {
            kept += 1
        } else {
            changed += 1
        }
        if args.check {
            if !same {
                worst = worst.max(status::OTHERWISE);
                output.text(&format!("{} would change:\n", source.name()));
                let difference = difference::lines(source.text(), &text, output.colour());
                output.text(&difference);
            }
        } else if stdin {
            output.text(&text);
        } else if !same {
            match replace(path, &source, &text) {
                Ok(()) => output.text(&format!("{}: formatted\n", source.name())),
                Err(diagnostic) => {
                    output.diagnostic(&diagnostic);
                    worst = worst.max(status::INPUT);
                }
            }
        }
    }
    if args.check {
        let files = |n: usize| format!("{n} file{}", if n == 1 { "" } else { "s" });
        output.text(&match (changed, kept) {
            (0, kept) => format!("{}: nothing to change\n", files(kept)),
            (changed, kept) => format!("{} would change, {kept} would not\n", files(changed)),
        });
    }
    worst
}

/// Writes a file anew. The old text stays until the new one is complete.
fn replace(path: &Path, source: &Source, text: &str) -> Result<(), Diagnostic> {
    let write = || {
        // A link goes on leading to the file.
        let path = path.canonicalize()?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::set_permissions(&beside, std::fs::metadata(&path)?.permissions()))
            .and_then(|()| std::fs::rename(&beside, &path))
            .inspect_err(|_| drop(std::fs::remove_file(&beside)))
    };
    write().map_err(|error| input::unwritable(source.name(), &error))
}
