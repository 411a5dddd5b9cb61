//! The words of every diagnostic of meaning: what is wrong, where, and what to write instead.

mod graphs;
mod models;
mod questions;

pub(super) use graphs::*;
pub(super) use models::*;
pub(super) use questions::*;

use crate::source::{Diagnostic, Severity, Source, Span};

/// Every code of this floor, with one file each in `tests/errors`.
#[cfg(test)]
pub(super) const CODES: &[&str] = &[
    "adjust_needs_action",
    "adjust_needs_effect",
    "attribute_not_supported",
    "bins_not_ascending",
    "both_directions",
    "bound_twice",
    "control_affected",
    "control_in_question",
    "control_without_effect",
    "cycle",
    "differ_by_case",
    "division_by_zero",
    "domain_too_large",
    "domain_too_small",
    "e_of_one",
    "edge_twice",
    "empty_graph",
    "graph_too_large",
    "hidden_bound",
    "idle_latent",
    "label_hides_variable",
    "latent_in_query",
    "let_named_like_variable",
    "no_graph",
    "not_an_expression",
    "not_numeric",
    "nothing_asked",
    "number_too_long",
    "other_graph",
    "prime_not_allowed",
    "redefined",
    "self_loop",
    "subscript",
    "sum_without_braces",
    "table_variable",
    "too_deep",
    "too_large",
    "unknown_attribute",
    "unknown_graph",
    "unknown_name",
    "unknown_query",
    "unknown_table",
    "unknown_variable",
    "unused_let",
    "unused_sum",
    "unused_variable",
    "used_before_definition",
    "value_in_sum",
    "value_outside_domain",
    "value_twice",
    "variable_twice",
];

/// A name as messages show it: in backticks, long ones cut.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 60;
    let mut short: String = name.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if name.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

/// `a`, `b` or `c`
fn either(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [name] => name.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `a`, `b` and `c`, or nothing where there are too many to read.
fn listed(names: &[String]) -> Option<String> {
    const MOST: usize = 12;
    if names.len() > MOST {
        return None;
    }
    let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
    Some(match names.as_slice() {
        [] => return None,
        [name] => name.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    })
}

/// Stands for the diagnostics that are not shown.
pub(super) fn and_more(source: &Source, span: Span, errors: usize, warnings: usize) -> Diagnostic {
    let message = match (errors, warnings) {
        (0, warnings) => format!("{warnings} more warnings are not shown"),
        (errors, 0) => format!("{errors} more errors are not shown"),
        (errors, warnings) => format!("{errors} more errors and {warnings} more warnings are not shown"),
    };
    let mut diagnostic = Diagnostic::error("whatif::and_more", source, message, span, "the last one shown")
        .help("correct those that are shown first: others often follow from them");
    if errors == 0 {
        diagnostic.severity = Severity::Warning;
    }
    diagnostic
}
