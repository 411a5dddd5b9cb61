//! The graphs of R's dosearch: `x -> y`, one edge a line; `x <-> y` or `x -- y` is an unmeasured common cause.
#![allow(clippy::wildcard_enum_match_arm, reason = "a format has a few of all grammars' words")]

use super::draft::{Draft, Kind};
use super::grammar::Rule;
use super::model::{Model, Question};
use super::tokens::Tokens;
use super::{Format, diagnostics, r};
use crate::source::{Diagnostic, Source, Span};

const FORMAT: Format = Format::Dosearch;

/// Whether a string has an edge in it.
pub(super) fn has_edge(text: &str) -> bool {
    ["->", "<-", "--"].iter().any(|edge| text.contains(edge))
}

/// Reads a graph, or the string of an R script that holds one.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let region = r::model(source, has_edge);
    let mut draft = Draft::new(source, "for an unmeasured common cause write `x <-> y`");
    if let Some(line) = r::around(source, region) {
        let help = "questions are asked below the graph: P(y | do(x))";
        draft.lose("the script around the graph", help, source.slice(line), line);
    }
    let mut tokens = Tokens::new(source, Rule::dosearch_words, region);
    while tokens.peek().is_some() {
        if draft.is_full() {
            break;
        }
        if tokens.eat(Rule::dosearch_break).is_some() {
            continue;
        }
        if let Err(error) = line(&mut tokens, &mut draft) {
            draft.error(*error);
            // On at the next line.
            while tokens.peek().is_some() && tokens.eat(Rule::dosearch_break).is_none() {
                tokens.next();
            }
        }
    }
    draft.finish(Span::new(region.start, super::boundary(source.text(), region.end.min(region.start + 1))))
}

fn line<'a>(tokens: &mut Tokens<'a>, draft: &mut Draft<'a>) -> Result<(), Box<Diagnostic>> {
    let (mut from, mut start) = name(tokens, draft)?;
    loop {
        let Some(token) = tokens.peek() else { return Ok(()) };
        match token.rule {
            Rule::dosearch_break => return Ok(()),
            Rule::dosearch_edge => {
                tokens.next();
                let (to, end) = name(tokens, draft)?;
                let span = start.to(end);
                match tokens.text(token) {
                    "->" => draft.edge(Kind::Directed, from, to, span),
                    "<-" => draft.edge(Kind::Directed, to, from, span),
                    _ => draft.edge(Kind::Bidirected, from, to, span),
                }
                (from, start) = (to, end);
            }
            Rule::dosearch_label => {
                let what = "an edge with a label is absent in some contexts, which a graph here cannot say";
                let help = "take the label away where the edge may be taken as always present";
                return Err(Box::new(diagnostics::not_supported(draft.source, token.span, what, help)));
            }
            _ => {
                return Err(Box::new(diagnostics::expected(
                    draft.source,
                    token.span,
                    "`->`, `<->` or a new line",
                    FORMAT,
                )));
            }
        }
    }
}

fn name<'a>(tokens: &mut Tokens<'a>, draft: &mut Draft<'a>) -> Result<(usize, Span), Box<Diagnostic>> {
    match tokens.eat(Rule::dosearch_name) {
        Some(token) => Ok((draft.node(tokens.text(token), token.span), token.span)),
        None => {
            let span = tokens.peek().map_or(tokens.end(), |token| token.span);
            Err(Box::new(diagnostics::expected(draft.source, span, "a variable", FORMAT)))
        }
    }
}

/// Whether the format can write this letter of a name.
pub(super) fn letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.')
}

/// Whether the format can write this name.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic()) && text.chars().all(letter)
}

/// Writes a graph without latent variables, roles, positions and labels, all its names plain.
pub(super) fn write(model: &Model, question: Option<&Question>) -> String {
    let mut text = "library(dosearch)\ngraph <- \"\n".to_owned();
    for (edges, sign) in [(&model.directed, "->"), (&model.bidirected, "<->")] {
        for &(a, b) in edges {
            text.push_str(&format!("  {} {sign} {}\n", model.of_index(a), model.of_index(b)));
        }
    }
    text.push_str("\"\n");
    let all: Vec<&str> = model.variables.iter().map(|variable| variable.name.as_str()).collect();
    text.push_str(&format!("data <- \"p({})\"\n", all.join(",")));
    if let Some(question) = question {
        let set = (!question.set.is_empty()).then(|| format!("do({})", question.set.join(",")));
        let conditions: Vec<String> = set.into_iter().chain(question.given.iter().cloned()).collect();
        let bar = if conditions.is_empty() { "" } else { "|" };
        text.push_str(&format!("# query <- \"p({}{bar}{})\"\n", question.of.join(","), conditions.join(",")));
        text.push_str("# dosearch(data, query, graph)\n");
    }
    text
}
