//! Round trips, other programs' files as their manuals show them, mistakes, and mutilated files.

mod broken;
mod files;
mod roundtrip;

use super::{Format, Model, read};
use crate::source::{Diagnostic, Source};

/// A text read in a format, or in the one it looks like; its graph in the language, then its warnings.
fn imported(text: &str, format: Option<Format>) -> (String, Vec<String>) {
    let (model, diagnostics) = read(&Source::new("t", text), format);
    let told: Vec<String> = diagnostics.iter().map(|d| d.message.clone()).collect();
    (model.map_or_else(|| panic!("{told:?}: {text}"), |model| body(&model)), told)
}

/// The lines inside the graph's braces, joined by `; `.
fn body(model: &Model) -> String {
    let text = model.causal();
    let inner = text.split_once("{\n").map_or("", |(_, rest)| rest).trim_end().trim_end_matches('}');
    inner.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

fn errors(text: &str, format: Option<Format>) -> Vec<Diagnostic> {
    let (model, diagnostics) = read(&Source::new("t", text), format);
    assert_eq!(model.is_none(), diagnostics.iter().any(Diagnostic::is_error), "{diagnostics:?}");
    assert!(model.is_none(), "read without a complaint: {text}");
    diagnostics
}
