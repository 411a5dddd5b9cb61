//! Every diagnostic, as a person sees it.

use miette::{GraphicalReportHandler, GraphicalTheme};
use std::collections::BTreeSet;
use std::path::PathBuf;
use whatif::source::{Diagnostic, Source};

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/errors"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "causal"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn diagnostics(path: &std::path::Path) -> Vec<Diagnostic> {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    whatif::problem::read(&Source::new(name, text)).1
}

#[test]
fn each_error_as_a_person_sees_it() {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100).with_links(false);
    for path in files() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let mut seen = String::new();
        for diagnostic in &diagnostics(&path) {
            if !seen.is_empty() {
                seen.push('\n');
            }
            handler.render_report(&mut seen, diagnostic).unwrap();
        }
        // Blanks at the ends of lines are the handler's.
        let seen: Vec<&str> = seen.lines().map(str::trim_end).collect();
        insta::assert_snapshot!(format!("error_{name}"), seen.join("\n"));
    }
}

#[test]
fn each_file_shows_the_code_it_is_named_after() {
    for path in files() {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let code = format!("whatif::{}", name.split('.').next().unwrap());
        let codes: Vec<&str> = diagnostics(&path).iter().map(|diagnostic| diagnostic.code).collect();
        assert!(codes.contains(&code.as_str()), "{name}: {codes:?}");
    }
}

/// Diagnostics of what is too large for a file here; each is tested where its limit stands.
const TOO_LARGE: [&str; 9] = [
    "and_more",
    "file_too_large",
    "models_too_large",
    "projection_too_large",
    "question_too_large",
    "statement_too_long",
    "too_large",
    "too_many_errors",
    "too_many_items",
];

/// Diagnostics of a question that stands in no file; tested with the command line.
const ASKED: [&str; 2] = ["not_one_question", "unknown_question"];

/// A new diagnostic comes with its file here.
#[test]
fn each_code_has_a_file() {
    let mut codes = BTreeSet::new();
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // What `cli` says of files is tested with `cli`, what `session` says of lines in tests/sessions, what is
                // said of networks beside their readers, what is said of tables in `data`, of estimates in `estimate`.
                if !["cli", "session", "network", "data", "estimate"].iter().any(|floor| path.ends_with(floor)) {
                    folders.push(path);
                }
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("\"whatif::") {
                let code: String = text[at + 9..].chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if !code.is_empty() && text[at + 9 + code.len()..].starts_with('"') {
                    codes.insert(code);
                }
            }
        }
    }
    let covered: BTreeSet<String> = files()
        .iter()
        .flat_map(|path| diagnostics(path))
        .chain(crate::exchange::files().iter().flat_map(|path| crate::exchange::diagnostics(path)))
        .filter_map(|diagnostic| Some(diagnostic.code.strip_prefix("whatif::")?.to_owned()))
        .collect();
    let elsewhere = |code: &&String| TOO_LARGE.contains(&code.as_str()) || ASKED.contains(&code.as_str());
    let missing: Vec<&String> = codes.difference(&covered).filter(|code| !elsewhere(code)).collect();
    assert!(missing.is_empty(), "no file in tests/errors shows {missing:?}");
}
