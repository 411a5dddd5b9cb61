//! Whole files through parser and resolver.

mod errors;
mod fuzz;
mod meaning;
mod roundtrip;

use super::{Problem, read};
use crate::source::{Diagnostic, Source};

/// A file that should have nothing wrong with it.
fn sound(text: &str) -> Problem {
    let (problem, diagnostics) = read(&Source::new("t.causal", text));
    assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
    problem
}

/// The codes of what is wrong, without their prefix, in file order.
fn codes(text: &str) -> Vec<&'static str> {
    let (_, diagnostics) = read(&Source::new("t.causal", text));
    diagnostics.iter().map(code).collect()
}

fn code(diagnostic: &Diagnostic) -> &'static str {
    diagnostic.code.strip_prefix("whatif::").unwrap_or(diagnostic.code)
}
