//! What is wrong with a piece that the grammar refuses.
//!
//! pest knows how far it came and which rules it tried; a person wants to hear what to write instead. So the piece is
//! cut into tokens once more and looked through for the mistakes that people make (`expr`, `graph`): each of those is
//! reported. Where none is found, the token at which the grammar stopped is named, with the form of the statement.

mod expr;
mod graph;
mod model;
pub(super) mod tokens;

use super::diagnostics;
use super::tree::Name;
use crate::source::{Diagnostic, Source, Span};
use std::ops::Range;
use tokens::{Kind, Token};

/// What kind of piece was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// A statement without a block.
    Statement,
    /// `graph NAME {`
    GraphHead,
    /// A line of a graph's body.
    GraphLine,
    /// `model NAME of GRAPH {`
    ModelHead,
    /// A line of a model's body.
    ModelLine,
    /// `proof EXPR {`
    ProofHead,
    /// `= EXPR by …`
    ProofStep,
}

/// Says what is wrong with a piece: at least one diagnostic. `failed` is the furthest place the grammar came to.
/// O(length of the piece).
pub(super) fn piece(source: &Source, kind: Piece, range: Range<usize>, failed: usize) -> Vec<Diagnostic> {
    let tokens = tokens::tokens(source.text(), range);
    match kind {
        Piece::Statement => statement(source, &tokens, failed),
        Piece::GraphHead => graph::head(source, &tokens),
        Piece::GraphLine => graph::line(source, &tokens, failed),
        Piece::ModelHead => model::head(source, &tokens),
        Piece::ModelLine => model::line(source, &tokens, failed),
        Piece::ProofHead => proof_head(source, &tokens, failed),
        Piece::ProofStep => proof_step(source, &tokens, failed),
    }
}

/// The variables that a line of a graph names, whatever is wrong with it.
pub(super) fn names(source: &Source, range: Range<usize>) -> Vec<Name> {
    graph::names(&tokens::tokens(source.text(), range))
}

fn statement(source: &Source, tokens: &[Token<'_>], failed: usize) -> Vec<Diagnostic> {
    let first = tokens.first();
    let named = tokens.get(1).is_some_and(|second| [":", ",", "_||_", "⫫", "=", "=="].iter().any(|s| second.is(s)));
    let word = first.filter(|first| first.kind == Kind::Name && !named).map(|first| first.text);
    if let (Some(first), Some(word), Some(second)) = (first, word, tokens.get(1))
        && diagnostics::form(word).is_none()
        && (second.is_name() || second.is("{"))
        && let Some(near) = diagnostics::near_word(word)
    {
        return vec![diagnostics::unknown_word(source, first.span, word, near)];
    }
    if let (Some("adjust"), Some(second)) = (word, tokens.get(1))
        && (second.is("E") && tokens.get(2).is_some_and(|open| open.is("[")) || !second.is_name())
    {
        return vec![diagnostics::adjust_effect(source, second.span)];
    }
    if let Some(word @ ("table" | "estimate" | "refute")) = word
        && let Some(form) = diagnostics::form(word)
        && !tokens.iter().any(|token| matches!(token.kind, Kind::Unclosed | Kind::Strange))
    {
        // There is no expression in these whose mistakes could be told apart.
        let (span, token) = stopped(tokens, failed);
        return vec![diagnostics::malformed(source, span, word, token, form)];
    }
    let sides = match word {
        Some("expect" | "let") => expr::Sides::Stated,
        Some(
            "var" | "paths" | "implications" | "adjust" | "simplify" | "explain" | "sensitivity" | "table" | "estimate"
            | "refute",
        ) => expr::Sides::None,
        _ => expr::Sides::Asked,
    };
    let found = expr::walk(source, tokens, sides, failed);
    if !found.diagnostics.is_empty() {
        return found.diagnostics;
    }
    let (span, token) = stopped(tokens, failed);
    vec![match (word, word.and_then(diagnostics::form)) {
        (Some(word), Some(form)) if first.is_some_and(|first| first.span == span) => {
            let end = tokens.last().map_or(span, |last| last.span);
            diagnostics::incomplete(source, span.to(end), word, form)
        }
        (Some(word), Some(form)) if found.inside.is_none() => diagnostics::malformed(source, span, word, token, form),
        _ => diagnostics::unexpected(source, span, token, found.inside),
    }]
}

fn proof_head(source: &Source, tokens: &[Token<'_>], failed: usize) -> Vec<Diagnostic> {
    let Some((brace, before)) = tokens.split_last().filter(|(last, _)| last.is("{")) else {
        let first = tokens.first().map_or(Span::default(), |first| first.span);
        // A bracket left open in the head swallows the brace.
        let brace = tokens.iter().enumerate().position(|(i, token)| {
            token.is("{") && !i.checked_sub(1).and_then(|i| tokens.get(i)).is_some_and(|t| t.is("_") || t.is_sum())
        });
        let head = brace.and_then(|brace| tokens.get(1..brace)).unwrap_or(&[]);
        let mut found = expr::walk(source, head, expr::Sides::Asked, usize::MAX).diagnostics;
        if found.is_empty() {
            found.push(diagnostics::proof_without_body(source, first));
        }
        return found;
    };
    let mut found = expr::walk(source, before.get(1..).unwrap_or(&[]), expr::Sides::Asked, failed);
    if found.diagnostics.is_empty() {
        let (span, token) = stopped(tokens, failed);
        found.diagnostics.push(match (found.inside, before.len()) {
            (None, _) | (_, 1) if token == brace.text => {
                diagnostics::malformed(source, span, "proof", token, "proof A { = B by rule 2 }")
            }
            _ => diagnostics::unexpected(source, span, token, found.inside),
        });
    }
    found.diagnostics
}

fn proof_step(source: &Source, tokens: &[Token<'_>], failed: usize) -> Vec<Diagnostic> {
    let Some((first, rest)) = tokens.split_first().filter(|(first, _)| first.is("=")) else {
        let span = tokens.first().map_or(Span::default(), |first| first.span);
        return vec![diagnostics::proof_line_start(source, span)];
    };
    let mut depth = 0_usize;
    let by = rest.iter().position(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Name | Kind::Number | Kind::Quoted | Kind::Unclosed | Kind::Sign | Kind::Prime | Kind::Strange => {}
        }
        depth == 0 && token.is("by")
    });
    let (written, reasons) = rest.split_at(by.unwrap_or(rest.len()));
    let mut found = if written.is_empty() {
        let diagnostics = vec![diagnostics::missing_operand(source, first.span, "=", false)];
        expr::Found { diagnostics, inside: None }
    } else {
        expr::walk(source, written, expr::Sides::Stated, failed)
    };
    if let Some((by, reasons)) = reasons.split_first() {
        found.diagnostics.extend(wrong_reason(source, by, reasons));
    }
    if found.diagnostics.is_empty() {
        let (span, token) = stopped(tokens, failed);
        found.diagnostics.push(diagnostics::unexpected(source, span, token, found.inside));
    }
    found.diagnostics
}

/// The first thing wrong with the reasons of a proof line.
fn wrong_reason(source: &Source, by: &Token<'_>, reasons: &[Token<'_>]) -> Option<Diagnostic> {
    let mut rest = reasons;
    let mut before = by;
    loop {
        let Some((word, after)) = rest.split_first() else {
            return Some(diagnostics::missing_operand(source, before.span, before.text, false));
        };
        rest = after;
        match word.text {
            "rule" => match rest.split_first() {
                Some((number, after)) if matches!(number.text, "1" | "2" | "3") => rest = after,
                Some((number, _)) if number.kind == Kind::Number => {
                    let written = format!("rule {}", number.text);
                    return Some(diagnostics::unknown_reason(source, word.span.to(number.span), &written));
                }
                _ => return Some(diagnostics::unknown_reason(source, word.span, "rule")),
            },
            "R1" | "R2" | "R3" | "marginalise" | "marginalize" | "M" | "chain" | "product" | "P" | "condition"
            | "C" | "algebra" => {}
            other => return Some(diagnostics::unknown_reason(source, word.span, other)),
        }
        if rest.first().is_some_and(|next| next.is("{")) {
            let end = rest.iter().position(|token| token.is("}"))?;
            rest = rest.get(end + 1..)?;
        }
        let (next, after) = rest.split_first()?;
        if !next.is(",") {
            return Some(diagnostics::reason_end(source, next.span, next.text));
        }
        (before, rest) = (next, after);
    }
}

/// The token at which the grammar stopped; without a text at the end.
fn stopped<'a>(tokens: &[Token<'a>], failed: usize) -> (Span, &'a str) {
    match tokens.iter().find(|token| token.span.end > failed) {
        Some(token) => (token.span, token.text),
        None => (tokens.last().map_or(Span::default(), |last| Span::new(last.span.end, last.span.end)), ""),
    }
}
