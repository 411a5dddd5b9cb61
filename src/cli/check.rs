//! `whatif check`: mistakes only.

use super::args::{Check, CheckFormat};
use super::input::{self, File};
use super::output::Output;
use super::status;
use whatif::source::Diagnostic;

/// Prints what is wrong with the files, and says so where nothing is.
pub fn check(args: &Check, output: &mut Output) -> u8 {
    let files: Vec<File> = args.files.iter().map(|path| input::file(path)).collect();
    let diagnostics: Vec<Diagnostic> = files.iter().flat_map(|file| file.diagnostics.iter().cloned()).collect();
    match args.format {
        CheckFormat::Json => output.text(&whatif::json::text(&[], &diagnostics)),
        CheckFormat::Text => {
            let (mut errors, mut warnings, mut more) = (0, 0, "");
            for diagnostic in &diagnostics {
                output.diagnostic(diagnostic);
                match diagnostic.code {
                    // It stands for those that are not shown.
                    "whatif::and_more" => more = " and more",
                    _ if diagnostic.is_error() => errors += 1,
                    _ => warnings += 1,
                }
            }
            let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
            let read = count(files.len(), "file");
            output.text(&match (errors, warnings) {
                (0, 0) => format!("{read}: no mistakes found\n"),
                (0, _) => format!("{read}: {}{more}, no errors\n", count(warnings, "warning")),
                (_, 0) => format!("{read}: {}{more}\n", count(errors, "error")),
                (_, _) => format!("{read}: {}, {}{more}\n", count(errors, "error"), count(warnings, "warning")),
            });
        }
    }
    let status = files.iter().map(File::status).max().unwrap_or(status::FINE);
    // The program ends here; to free a large file's tree node by node would take a tenth of its time.
    std::mem::forget(files);
    status
}
