//! Mistakes in models.

use super::super::diagnostics as words;
use super::stopped;
use super::tokens::{Kind, Token};
use crate::source::{Diagnostic, Source, Span};

/// What is wrong with `model NAME of GRAPH {`.
pub(super) fn head(source: &Source, tokens: &[Token<'_>]) -> Vec<Diagnostic> {
    let span = tokens.iter().map(|token| token.span).reduce(Span::to).unwrap_or_default();
    vec![match tokens.iter().find(|token| token.kind == Kind::Unclosed) {
        Some(open) => words::unclosed_text(source, open.span),
        None => words::model_head(source, span),
    }]
}

/// What is wrong with a line of a model's body: the first thing found.
pub(super) fn line(source: &Source, tokens: &[Token<'_>], failed: usize) -> Vec<Diagnostic> {
    vec![wrong(source, tokens).unwrap_or_else(|| {
        let (span, token) = stopped(tokens, failed);
        words::model_line(source, span, token)
    })]
}

fn wrong(source: &Source, tokens: &[Token<'_>]) -> Option<Diagnostic> {
    if let Some(open) = tokens.iter().find(|token| token.kind == Kind::Unclosed) {
        return Some(words::unclosed_text(source, open.span));
    }
    if let Some(strange) = tokens.iter().find(|token| token.kind == Kind::Strange) {
        return Some(words::strange_character(source, strange.span, strange.text));
    }
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open => open.push(token),
            Kind::Close => match open.pop() {
                None => return Some(words::stray_bracket(source, token.span, token.text)),
                Some(opened) if !matches!((opened.text, token.text), ("(", ")") | ("[", "]") | ("{", "}")) => {
                    let (at, with) = (opened.span, opened.text);
                    return Some(words::mismatched_bracket(source, token.span, token.text, at, with));
                }
                Some(_) => {}
            },
            Kind::Name | Kind::Number | Kind::Quoted | Kind::Unclosed | Kind::Sign | Kind::Prime | Kind::Strange => {}
        }
    }
    if let Some(open) = open.first() {
        return Some(words::unclosed_bracket(source, open.span, open.text));
    }
    let (first, second) = (tokens.first()?, tokens.get(1)?);
    if first.is("P") && second.is("(") {
        let name = tokens.get(2).filter(|name| name.is_name()).map_or("x", |name| name.text);
        return Some(words::model_probability(source, first.span.to(second.span), name));
    }
    if second.is("=") || second.is("==") || second.is("<-") || second.is(":") {
        return Some(words::model_assignment(source, second.span, first.text));
    }
    let equation = tokens.iter().position(|token| token.is(":="))?;
    let right = tokens.get(equation + 1..)?;
    if let Some(single) = right.iter().find(|token| token.is("=")) {
        return Some(words::model_condition(source, single.span));
    }
    let (mut ifs, elses) = (right.iter().filter(|t| t.is("if")), right.iter().filter(|t| t.is("else")));
    let short = ifs.clone().count() > elses.count();
    ifs.next_back().filter(|_| short).map(|last| words::model_without_else(source, last.span))
}
