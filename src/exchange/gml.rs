//! GML: `graph [ directed 1 node [ id 0 label "x" ] edge [ source 0 target 1 ] ]`.
//!
//! A label is a variable's name (networkx reads it so); without one the id is. There is no convention of all programs
//! for an unmeasured common cause: read and written is that of R's causaleffect, a pair of edges there and back whose
//! `description` is `"U"`. A node is latent with `observed "no"` (DoWhy) or `latent 1`.
#![allow(clippy::wildcard_enum_match_arm, reason = "a format has a few of all grammars' words")]

use super::dot::is_true;
use super::draft::{Draft, Kind};
use super::grammar::Rule;
use super::model::Model;
use super::tokens::Tokens;
use super::{Format, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::MAX_NESTING;
use rustc_hash::FxHashMap;

const FORMAT: Format = Format::Gml;
const WANTED: &str = "`graph [ directed 1 node [ id 0 label \"x\" ] … ]`";

/// Reads the first graph of a file.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let all = Span::new(0, source.text().len());
    let help = "an unmeasured common cause is a pair of edges with description \"U\"";
    let mut draft = Draft::new(source, help);
    let mut tokens = Tokens::new(source, Rule::gml_words, all);
    let head = match list(&mut tokens, &mut draft, 0, None) {
        Ok(entries) => match entries.iter().find(|entry| entry.is("graph")) {
            Some(Entry { value: Value::List(inside), span, .. }) => {
                graph(inside, *span, &mut draft);
                *span
            }
            _ => {
                let error = diagnostics::no_graph(source, Span::new(0, all.end.min(1)), FORMAT, WANTED);
                draft.error(error);
                Span::default()
            }
        },
        Err(Stop) => Span::default(),
    };
    draft.finish(head)
}

/// A mistake that ends the reading; it has been reported.
struct Stop;

/// A key with its value.
struct Entry<'a> {
    key: &'a str,
    span: Span,
    value: Value<'a>,
}

enum Value<'a> {
    /// A number, as written.
    Number(&'a str),
    Text(String),
    List(Vec<Entry<'a>>),
}

impl Entry<'_> {
    fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }

    /// A number or a text, as text.
    fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Number(text) => Some(text),
            Value::Text(text) => Some(text),
            Value::List(_) => None,
        }
    }
}

/// Keys and values up to the end of the list, or of the file for the outermost.
fn list<'a>(
    tokens: &mut Tokens<'a>,
    draft: &mut Draft<'a>,
    depth: usize,
    open: Option<Span>,
) -> Result<Vec<Entry<'a>>, Stop> {
    let mut entries = Vec::new();
    loop {
        let Some(token) = tokens.next() else {
            let Some(open) = open else { return Ok(entries) };
            let error = diagnostics::unclosed(draft.source, open, "list", "`]`");
            draft.error(error);
            return Err(Stop);
        };
        match token.rule {
            Rule::gml_close if open.is_some() => return Ok(entries),
            Rule::gml_key => {}
            _ => {
                let error = wrong(draft.source, token.rule, token.span, "a key");
                draft.error(error);
                return Err(Stop);
            }
        }
        let key = tokens.text(token);
        let Some(next) = tokens.next() else {
            let error = diagnostics::expected(draft.source, tokens.end(), &format!("a value of `{key}`"), FORMAT);
            draft.error(error);
            return Err(Stop);
        };
        let text = tokens.text(next);
        let value = match next.rule {
            Rule::gml_number => Value::Number(text),
            Rule::gml_quoted => Value::Text(entities(text.get(1..text.len().saturating_sub(1)).unwrap_or(""))),
            // `True` and `NAN`, which networkx writes.
            Rule::gml_key => Value::Number(text),
            Rule::gml_open if depth < MAX_NESTING => Value::List(list(tokens, draft, depth + 1, Some(next.span))?),
            Rule::gml_open => {
                let error = diagnostics::nested_too_deep(draft.source, next.span, MAX_NESTING);
                draft.error(error);
                return Err(Stop);
            }
            _ => {
                let error = wrong(draft.source, next.rule, next.span, &format!("a value of `{key}`"));
                draft.error(error);
                return Err(Stop);
            }
        };
        entries.push(Entry { key, span: token.span.to(next.span), value });
    }
}

fn wrong(source: &Source, rule: Rule, span: Span, wanted: &str) -> Diagnostic {
    if rule == Rule::gml_unclosed {
        diagnostics::unclosed(source, span, "text", "`\"`")
    } else {
        diagnostics::expected(source, span, wanted, FORMAT)
    }
}

fn graph(entries: &[Entry<'_>], span: Span, draft: &mut Draft<'_>) {
    let directed = entries.iter().find(|entry| entry.is("directed"));
    let mut names: FxHashMap<&str, (usize, Span)> = FxHashMap::default();
    for entry in entries {
        match &entry.value {
            Value::List(inside) if entry.is("node") => node(entry.span, inside, draft, &mut names),
            Value::List(_) if entry.is("edge") => {}
            Value::Text(text) if entry.is("label") || entry.is("name") => draft.name = Some(text.clone()),
            _ if entry.is("directed") || entry.is("multigraph") || entry.is("id") || entry.is("version") => {}
            _ => draft.lose("entries of the graph", "", entry.key, entry.span),
        }
        if draft.is_full() {
            return;
        }
    }
    let edges = entries.iter().filter(|entry| entry.is("edge"));
    if directed.and_then(Entry::text) != Some("1")
        && let Some(edge) = edges.clone().next()
    {
        let place = directed.map_or(edge.span, |entry| entry.span);
        let help = "GML's edges have no direction unless the graph says `directed 1`";
        let error = diagnostics::undirected(draft.source, if directed.is_some() { place } else { span }, help);
        draft.error(error);
        return;
    }
    for entry in edges {
        if let Value::List(inside) = &entry.value {
            edge(entry.span, inside, draft, &names);
        }
        if draft.is_full() {
            return;
        }
    }
}

fn node<'e>(
    span: Span,
    entries: &'e [Entry<'_>],
    draft: &mut Draft<'_>,
    names: &mut FxHashMap<&'e str, (usize, Span)>,
) {
    let of = |key: &str| entries.iter().find(|entry| entry.is(key)).and_then(|entry| Some((entry.text()?, entry.span)));
    let (id, label) = (of("id"), of("label").or_else(|| of("name")));
    let Some((name, place)) = label.or(id) else {
        let error = diagnostics::malformed(draft.source, span, "a node without `id` and `label`", "give it both");
        draft.error(error);
        return;
    };
    // The label that DoWhy's manuals give to a node whose id is `U`.
    let (name, place) = match id {
        Some((id, at)) if name == "Unobserved Confounders" && id.parse::<f64>().is_err() => (id, at),
        _ => (name, place),
    };
    if let Some(index) = draft.find(name) {
        let first = names.values().find(|(other, _)| *other == index).map_or(span, |(_, at)| *at);
        let error = diagnostics::node_twice(draft.source, place, name, first, "label");
        draft.error(error);
        return;
    }
    let index = draft.node(name, place);
    if let Some((id, at)) = id
        && let Some((_, first)) = names.insert(id, (index, at))
    {
        let error = diagnostics::node_twice(draft.source, at, id, first, "id");
        draft.error(error);
        return;
    }
    let dowhy = label.is_some_and(|(label, _)| label == "Unobserved Confounders");
    for entry in entries {
        let Some(variable) = draft.variable(index) else { return };
        variable.latent |= dowhy;
        let yes = entry.text().is_some_and(is_true);
        match &entry.value {
            Value::List(inside) if entry.is("graphics") => {
                let of = |key: &str| inside.iter().find(|e| e.is(key)).and_then(Entry::text)?.parse::<f64>().ok();
                if let (Some(x), Some(y)) = (of("x"), of("y"))
                    && x.is_finite()
                    && y.is_finite()
                {
                    variable.position = Some((x, y));
                }
            }
            Value::Text(text) if entry.is("doc") => variable.label = Some(text.clone()),
            _ if entry.is("id") || entry.is("label") || entry.is("name") => {}
            _ if entry.is("latent") || entry.is("unobserved") => variable.latent = yes,
            _ if entry.is("observed") => variable.latent = !yes,
            _ if entry.is("exposure") => variable.exposure = yes,
            _ if entry.is("outcome") => variable.outcome = yes,
            _ if entry.is("adjusted") => variable.adjusted = yes,
            _ => draft.lose("entries of nodes", "", entry.key, entry.span),
        }
    }
}

fn edge(span: Span, entries: &[Entry<'_>], draft: &mut Draft<'_>, names: &FxHashMap<&str, (usize, Span)>) {
    let mut ends = [None; 2];
    let mut kind = Kind::Directed;
    for entry in entries {
        let end = if entry.is("source") {
            0
        } else if entry.is("target") {
            1
        } else {
            match entry.text() {
                Some("U") if entry.is("description") => kind = Kind::Bidirected,
                _ if entry.is("key") || entry.is("id") => {}
                _ => draft.lose("entries of edges", "", entry.key, entry.span),
            }
            continue;
        };
        let Some(text) = entry.text() else { continue };
        // Some write the label where the id belongs.
        match names.get(text).map(|(index, _)| *index).or_else(|| draft.find(text)) {
            Some(index) => ends[end] = Some(index),
            None => {
                let error = diagnostics::undeclared_node(draft.source, entry.span, text, "id");
                draft.error(error);
                return;
            }
        }
    }
    match ends {
        [Some(from), Some(to)] => draft.edge(kind, from, to, span),
        _ => {
            let message = "an edge without `source` and `target`";
            let error = diagnostics::malformed(draft.source, span, message, "give it both");
            draft.error(error);
        }
    }
}

/// `&quot;`, `&#34;`, `&#x22;`: what is no such reference stays as it is.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        match end.and_then(|end| Some((entity(rest.get(1..end)?)?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// A text in quotes, ASCII only, as the format wants.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            ' '..='~' if c != '"' && c != '&' => out.push(c),
            _ => out.push_str(&format!("&#{};", c as u32)),
        }
    }
    out.push('"');
    out
}

/// Writes a graph; everything that a [`Model`] holds has a place.
pub(super) fn write(model: &Model) -> String {
    let mut text = "graph [\n  directed 1\n".to_owned();
    // A common cause is two edges, perhaps beside a third.
    if !model.bidirected.is_empty() {
        text.push_str("  multigraph 1\n");
    }
    if let Some(name) = &model.name {
        text.push_str(&format!("  name {}\n", quoted(name)));
    }
    for (id, variable) in model.variables.iter().enumerate() {
        text.push_str(&format!("  node [\n    id {id}\n    label {}\n", quoted(&variable.name)));
        let flags = [
            ("latent", variable.latent),
            ("exposure", variable.exposure),
            ("outcome", variable.outcome),
            ("adjusted", variable.adjusted),
        ];
        for (flag, _) in flags.into_iter().filter(|(_, is)| *is) {
            text.push_str(&format!("    {flag} 1\n"));
        }
        if let Some(label) = &variable.label {
            text.push_str(&format!("    doc {}\n", quoted(label)));
        }
        if let Some((x, y)) = variable.position {
            text.push_str(&format!("    graphics [ x {x} y {y} ]\n"));
        }
        text.push_str("  ]\n");
    }
    for &(a, b) in &model.directed {
        text.push_str(&format!("  edge [ source {a} target {b} ]\n"));
    }
    for (a, b) in model.bidirected.iter().flat_map(|&(a, b)| [(a, b), (b, a)]) {
        text.push_str(&format!("  edge [ source {a} target {b} description \"U\" ]\n"));
    }
    text.push_str("]\n");
    text
}
