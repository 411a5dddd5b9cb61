//! Tests of the floor as a whole.

#![allow(clippy::wildcard_enum_match_arm, reason = "what is not expected fails the test")]

mod accepts;
mod errors;
mod format;
mod parts;
mod random;
mod robust;
mod roundtrip;

use super::parse;
use super::tree::{Expr, Query, Statement, StatementKind, Tree};
use crate::source::{Diagnostic, Source};

/// The tree of a text that has nothing wrong with it.
fn good(text: &str) -> Tree {
    let (tree, diagnostics) = parse(&Source::new("test", text));
    assert!(diagnostics.is_empty(), "{text:?}: {diagnostics:#?}");
    tree
}

/// The one statement of a good text.
fn statement(text: &str) -> Statement {
    let mut statements = good(text).statements;
    assert_eq!(statements.len(), 1, "{text:?}: {statements:#?}");
    statements.remove(0)
}

/// The one question of a good text.
fn query(text: &str) -> Query {
    match statement(text).kind {
        StatementKind::Query(question) => question.query,
        other => panic!("{text:?} is no question: {other:#?}"),
    }
}

/// An expression.
fn expr(text: &str) -> Expr {
    match statement(&format!("let it = {text}")).kind {
        StatementKind::Let { expr, .. } => expr,
        other => panic!("{text:?} is no expression: {other:#?}"),
    }
}

/// What is wrong with a text.
fn wrong(text: &str) -> Vec<Diagnostic> {
    parse(&Source::new("test", text)).1
}
