//! Which format a text is in, from how it looks.

use super::Format;
use super::grammar::Rule;
use super::tokens::Tokens;
use super::{causaleffect, dosearch, lavaan};
use crate::source::{Source, Span};

/// The format that a text looks like, if any.
pub(super) fn format(source: &Source) -> Option<Format> {
    let text = source.text().trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return Some(Format::Graphml);
    }
    if text.starts_with('{') || text.starts_with("[{") {
        return Some(Format::Json);
    }
    if causaleffect::MAKERS.iter().any(|maker| calls(text, maker)) {
        return Some(Format::Causaleffect);
    }
    // The first words decide between the formats that begin with the kind of the graph.
    let all = Span::new(0, source.text().len());
    let mut tokens = Tokens::new(source, Rule::dot_words, all);
    let mut words = Vec::new();
    while let Some(token) = tokens.next().filter(|_| words.len() < 12) {
        words.push(tokens.text(token).to_owned());
    }
    let first = words.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
    let opens = words.iter().position(|word| word == "{");
    let lists = words.iter().position(|word| word == "[");
    match first.as_str() {
        "digraph" | "strict" => return Some(Format::Dot),
        "dag" | "mag" | "pag" | "pdag" | "cpdag" if opens.is_some() => return Some(Format::Dagitty),
        "graph" if opens.is_some_and(|open| lists.is_none_or(|list| open < list)) => {
            // DOT's undirected graph, or a graph in the language.
            return Some(if text.contains("--") && !text.contains("->") { Format::Dot } else { Format::Dagitty });
        }
        _ => {}
    }
    if let Some(list) = lists
        && words.get(list.wrapping_sub(1)).is_some_and(|word| word.eq_ignore_ascii_case("graph"))
    {
        return Some(Format::Gml);
    }
    if calls(text, "dagitty") {
        return Some(Format::Dagitty);
    }
    if lavaan::has_formula(text) {
        return Some(Format::Lavaan);
    }
    dosearch::has_edge(text).then_some(Format::Dosearch)
}

/// Whether a function is called.
fn calls(text: &str, function: &str) -> bool {
    text.match_indices(function).any(|(at, _)| text[at + function.len()..].trim_start().starts_with('('))
}
