//! What keeps the house in order: who imports whom, a module doc on every floor, no file too long to read.
//!
//! The table is read from the sources themselves: every `use` line and path expression that starts at the crate, tests
//! inside the floors included. Comments and literals are blanked first, so that a doc link is no import.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test may read files and fail")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const NOUNS: [&str; 7] = ["parallel", "source", "graph", "expr", "proof", "network", "data"];

/// A floor and the floors it may name besides itself.
const TABLE: [(&str, &[&str]); 28] = [
    ("parallel", &[]),
    ("source", &[]),
    ("graph", &[]),
    ("expr", &[]),
    ("proof", &["graph", "expr"]),
    ("network", &["source"]),
    ("data", &["source"]),
    ("kernel", &["graph", "expr", "proof"]),
    ("syntax", &["source", "parallel"]),
    ("infer", &["network", "parallel"]),
    ("model", &["expr", "network", "infer"]),
    ("problem", &["parallel", "source", "syntax", "graph", "expr", "proof", "network", "model"]),
    ("sql", &["expr", "data"]),
    ("reach", &["graph"]),
    ("algebra", &["graph", "expr"]),
    ("identify", &["graph", "expr", "proof", "reach", "algebra"]),
    ("derive", &["graph", "expr", "proof", "reach", "algebra", "identify"]),
    ("countermodel", &["graph", "expr", "proof", "reach", "algebra", "identify"]),
    (
        "answer",
        &[
            "source",
            "graph",
            "expr",
            "proof",
            "network",
            "infer",
            "kernel",
            "syntax",
            "model",
            "problem",
            "reach",
            "algebra",
            "identify",
            "derive",
            "countermodel",
        ],
    ),
    ("estimate", &["parallel", "source", "graph", "expr", "proof", "data", "kernel", "syntax", "problem", "answer"]),
    ("exchange", &["source", "graph", "expr", "syntax", "problem", "reach"]),
    ("render", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "estimate"]),
    ("json", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "render", "estimate"]),
    ("testing", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "render"]),
    ("draw", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "estimate", "render"]),
    ("session", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "render", "draw"]),
    (
        "report",
        &[
            "source", "graph", "expr", "proof", "data", "kernel", "syntax", "problem", "answer", "estimate", "render",
            "draw",
        ],
    ),
    ("ide", &["source", "graph", "expr", "proof", "syntax", "problem", "answer", "render", "session"]),
];

/// Lines of code, tests at the end of the file not counted, that a file may have without saying why.
const LONGEST: usize = 500;
/// What a longer file's module doc must contain, with the reason after it.
const EXCUSE: &str = "Longer than most because";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn sources(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![under.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The path below `src`, for messages.
fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

/// The text with the inside of comments and of string and character literals made blank; line ends stay.
fn code_only(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let blank = |out: &mut String, from: usize, to: usize| {
        out.extend(chars[from..to].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
    };
    let mut i = 0;
    while i < chars.len() {
        let rest = &chars[i..];
        let word_before = i > 0 && (chars[i - 1].is_alphanumeric() || chars[i - 1] == '_');
        let end = if rest.starts_with(&['/', '/']) {
            i + rest.iter().position(|&c| c == '\n').unwrap_or(rest.len())
        } else if rest.starts_with(&['/', '*']) {
            let mut depth = 0;
            let mut j = i;
            loop {
                match chars.get(j..j + 2) {
                    Some(['/', '*']) => (depth, j) = (depth + 1, j + 2),
                    Some(['*', '/']) => (depth, j) = (depth - 1, j + 2),
                    Some(_) => j += 1,
                    None => break chars.len(),
                }
                if depth == 0 {
                    break j;
                }
            }
        } else if !word_before && (rest.starts_with(&['r', '"']) || rest.starts_with(&['r', '#'])) {
            let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
            if rest.get(1 + hashes) == Some(&'"') {
                let mut close = vec!['"'];
                close.extend(std::iter::repeat_n('#', hashes));
                let body = &rest[2 + hashes..];
                let length = body.windows(close.len()).position(|w| w == close).unwrap_or(body.len());
                (i + 2 + hashes + length + close.len()).min(chars.len())
            } else {
                i
            }
        } else if rest[0] == '"' {
            let mut j = i + 1;
            while j < chars.len() && chars[j] != '"' {
                j += if chars[j] == '\\' { 2 } else { 1 };
            }
            (j + 1).min(chars.len())
        } else if rest[0] == '\'' && (rest.get(2) == Some(&'\'') || rest.get(1) == Some(&'\\')) {
            // A character, not a lifetime.
            let mut j = i + 1;
            while j < chars.len() && chars[j] != '\'' {
                j += if chars[j] == '\\' { 2 } else { 1 };
            }
            (j + 1).min(chars.len())
        } else {
            i
        };
        if end == i {
            out.push(chars[i]);
            i += 1;
        } else {
            blank(&mut out, i, end);
            i = end;
        }
    }
    out
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The first names after `prefix` wherever it starts a path: `crate::graph::Node` and `crate::{graph::Node, expr}`.
fn first_names(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = code[at + prefix.len()..].trim_start();
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut start) = (0_usize, 0);
            for (i, c) in group.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' | ',' if depth == 0 => {
                        names.push(identifier(group[start..i].trim_start()).to_owned());
                        start = i + 1;
                        if c == '}' {
                            break;
                        }
                    }
                    '}' => depth -= 1,
                    _ => {}
                }
            }
        } else {
            names.push(identifier(rest).to_owned());
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// How many modules a file's own module is below the crate.
fn depth(path: &Path) -> usize {
    let below = path.strip_prefix(root()).unwrap();
    let parts = below.components().count();
    if below.file_name().is_some_and(|name| name == "mod.rs") { parts - 1 } else { parts }
}

fn floor_of(path: &Path) -> Option<String> {
    let below = path.strip_prefix(root()).unwrap();
    (below.components().count() > 1).then(|| below.iter().next().unwrap().to_str().unwrap().to_owned())
}

fn is_floor(name: &str) -> bool {
    name == "cli" || TABLE.iter().any(|(floor, _)| *floor == name)
}

#[test]
fn every_floor_names_only_floors_it_may() {
    let mut wrong = BTreeSet::new();
    for path in sources(&root()) {
        let code = code_only(&fs::read_to_string(&path).unwrap());
        let Some(floor) = floor_of(&path) else {
            continue; // lib.rs and main.rs
        };
        if floor == "cli" {
            let own = first_names(&code, "crate::").into_iter().filter(|name| is_floor(name) && name != "cli");
            wrong.extend(
                own.map(|name| format!("{}: cli names {name} as a floor, not as `whatif::{name}`", shown(&path))),
            );
            continue;
        }
        let Some((_, may)) = TABLE.iter().find(|(name, _)| *name == floor) else {
            wrong.insert(format!("{}: `{floor}` is not in the table of floors", shown(&path)));
            continue;
        };
        let mut named = first_names(&code, "crate::");
        named.extend(first_names(&code, "whatif::").into_iter().filter(|name| is_floor(name)));
        // `super::` once more than the module is deep is the crate as well.
        let up = "super::".repeat(depth(&path));
        named.extend(first_names(&code, &up).into_iter().filter(|name| is_floor(name)));
        for name in named {
            if name != floor && !may.contains(&name.as_str()) {
                wrong.insert(format!("{}: {floor} may not name {name}", shown(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

/// What models say is judged by one definition, which those that look for models may not share.
#[test]
fn only_the_kernel_names_what_a_model_means() {
    let names = |path: &Path| code_only(&fs::read_to_string(path).unwrap()).contains("meaning::");
    let named: BTreeSet<String> =
        sources(&root()).iter().filter(|path| names(path)).filter_map(|path| floor_of(path)).collect();
    assert_eq!(Vec::from_iter(named), ["kernel"]);
}

/// The judge is read in one sitting.
#[test]
fn the_kernel_is_under_a_thousand_lines() {
    let own =
        sources(&root().join("kernel")).into_iter().filter(|path| !path.components().any(|c| c.as_os_str() == "tests"));
    let lines: usize = own.map(|path| fs::read_to_string(path).unwrap().lines().count()).sum();
    assert!(lines < 1_000, "{lines} lines");
}

#[test]
fn what_the_lock_file_holds_back_stays_back() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    // A package, and whose next version would bring it.
    for (package, by) in [("icu_segmenter", "textwrap"), ("psm", "pest")] {
        assert!(!lock.contains(&format!("name = \"{package}\"")), "{package} came with {by}: see CONTRIBUTING.md");
    }
}

#[test]
fn the_nouns_stand_lowest_and_every_import_leads_down() {
    for (position, (floor, may)) in TABLE.iter().enumerate() {
        for lower in *may {
            let other = TABLE.iter().position(|(name, _)| name == lower).unwrap();
            assert!(other < position, "{floor} may name {lower}, which stands no lower");
        }
    }
    assert!(TABLE.iter().take(NOUNS.len()).all(|(floor, _)| NOUNS.contains(floor)));
}

#[test]
fn every_file_says_what_it_is() {
    let mut wrong = Vec::new();
    for path in sources(&root()) {
        let text = fs::read_to_string(&path).unwrap();
        let doc: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        if doc.is_empty() {
            wrong.push(format!("{}: no module doc on its first line", shown(&path)));
        }
        let floor_root = floor_of(&path).is_some_and(|floor| path == root().join(floor).join("mod.rs"));
        let doc = doc.join("\n");
        if floor_root && !["In:", "Out:", "ust never know"].iter().all(|word| doc.contains(word)) {
            wrong.push(format!(
                "{}: a floor says what comes in (In:), what goes out (Out:) and what it must never know",
                shown(&path)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long_without_a_reason() {
    let mut wrong = Vec::new();
    for path in sources(&root()) {
        let text = fs::read_to_string(&path).unwrap();
        let code = code_only(&text);
        let lines = code
            .lines()
            .take_while(|line| !line.trim_start().starts_with("mod tests"))
            .filter(|line| !line.trim().is_empty())
            .count();
        if lines > LONGEST && !text.contains(EXCUSE) {
            wrong.push(format!("{}: {lines} lines of code, and no line with “{EXCUSE} …”", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_reads_them() {
    let code = code_only(
        "use crate::graph::{Graph, Node}; // crate::kernel\nuse crate::{expr::Arena, proof::{Claim, Step}, reach};\n\
         let s = \"crate::json\"; let c = '\"'; crate::answer::types(); mycrate::cli::x(); r#\"crate::cli\"#;",
    );
    assert_eq!(first_names(&code, "crate::"), ["graph", "expr", "proof", "reach", "answer"]);
    assert_eq!(first_names("super::super::graph::x", "super::super::"), ["graph"]);
}
