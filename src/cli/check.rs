//! `whatif check`: mistakes only.

use super::args::{Check, CheckFormat};
use super::input;
use super::output::Output;
use super::{status, threads};
use whatif::problem;
use whatif::source::Diagnostic;

/// Prints what is wrong with the files, and says so where nothing is.
pub fn check(args: &Check, output: &mut Output) -> u8 {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for path in &args.files {
        match input::read(path) {
            Ok(source) => {
                let (tree, problem, found) = threads::read(source.text().len(), || problem::read_with_tree(&source));
                diagnostics.extend(found);
                // The program ends soon; to free these node by node would take a tenth of its time.
                std::mem::forget((tree, problem));
            }
            Err(unreadable) => diagnostics.push(unreadable),
        }
    }
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
            let read = count(args.files.len(), "file");
            output.text(&match (errors, warnings) {
                (0, 0) => format!("{read}: no mistakes found\n"),
                (0, _) => format!("{read}: {}{more}, no errors\n", count(warnings, "warning")),
                (_, 0) => format!("{read}: {}{more}\n", count(errors, "error")),
                (_, _) => format!("{read}: {}, {}{more}\n", count(errors, "error"), count(warnings, "warning")),
            });
        }
    }
    if diagnostics.iter().any(Diagnostic::is_error) { status::INPUT } else { status::FINE }
}
