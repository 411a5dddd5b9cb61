//! The graphs of R's causaleffect: igraph formulas, `graph_from_literal(x -+ y, x -+ z, z -+ x, simplify = FALSE)`, in
//! which pairs of edges there and back with the attribute `description` at `"U"` are unmeasured common causes.
#![allow(clippy::wildcard_enum_match_arm, reason = "a format has a few of all grammars' words")]

use super::draft::{Draft, Kind};
use super::grammar::Rule;
use super::model::{Model, Question};
use super::tokens::{Token, Tokens};
use super::{Format, diagnostics, r};
use crate::source::{Diagnostic, Source, Span};

const FORMAT: Format = Format::Causaleffect;
const WANTED: &str = "`graph_from_literal(x -+ y, simplify = FALSE)`";

/// The calls that make a graph.
pub(super) const MAKERS: [&str; 3] = ["graph.formula", "graph_from_literal", "from_literal"];
/// The calls that give edges an attribute.
const SETTERS: [&str; 2] = ["set.edge.attribute", "set_edge_attr"];

/// Reads the first graph of a script, with what the calls after it say of its edges.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let all = Span::new(0, source.text().len());
    let mut reader = Reader {
        draft: Draft::new(source, "for an unmeasured common cause give both edges the description \"U\""),
        tokens: Tokens::new(source, Rule::r_words, all),
        edges: Vec::new(),
        unmeasured: Vec::new(),
        unnumbered: None,
        head: None,
    };
    if let Err(error) = reader.file() {
        reader.draft.error(*error);
    }
    reader.finish(all)
}

/// How many edge numbers a script may name, ranges written out.
const MOST_NUMBERS: usize = crate::graph::Graph::MAX_EDGES;

struct Reader<'a> {
    draft: Draft<'a>,
    tokens: Tokens<'a>,
    /// By number from 1: from, to, place.
    edges: Vec<(usize, usize, Span)>,
    /// Which are half of a common cause.
    unmeasured: Vec<(usize, Span)>,
    /// That edges are numbered although igraph may have numbered them anew, and where.
    unnumbered: Option<Span>,
    /// Where the graph was made.
    head: Option<Span>,
}

type Refused = Box<Diagnostic>;

impl<'a> Reader<'a> {
    fn file(&mut self) -> Result<(), Refused> {
        while let Some(token) = self.tokens.next() {
            let text = self.tokens.text(token);
            if matches!(token.rule, Rule::r_unclosed) {
                return Err(Box::new(diagnostics::unclosed(self.draft.source, token.span, "text", "a quotation mark")));
            }
            if token.rule != Rule::r_name || !self.tokens.at_text("(") {
                continue;
            }
            if MAKERS.contains(&text) {
                if self.head.is_some() {
                    self.draft.lose("further graphs", "keep one graph in the file", text, token.span);
                    continue;
                }
                self.head = Some(token.span);
                self.tokens.next();
                self.formula(token)?;
            } else if SETTERS.contains(&text) {
                self.tokens.next();
                self.setter(token)?;
            } else if text != "library" && text != "require" && text != "c" {
                let help = "questions are asked below the graph: P(y | do(x))";
                self.draft.lose("other calls", help, text, token.span);
            }
            if self.draft.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// The arguments of `graph_from_literal`, after its `(`.
    fn formula(&mut self, call: Token) -> Result<(), Refused> {
        let mut simplified = true;
        loop {
            if self.tokens.eat_text(")").is_some() {
                break;
            }
            if self.tokens.eat_text(",").is_some() {
                continue;
            }
            let (group, span, simplify) = self.group()?;
            if simplify {
                let value = self.tokens.next();
                let text = value.map(|token| self.tokens.text(token)).unwrap_or_default();
                simplified = !matches!(text, "FALSE" | "F");
                continue;
            }
            self.chain(group, span)?;
            match self.tokens.peek() {
                Some(token) if matches!(self.tokens.text(token), "," | ")") => {}
                token => return Err(self.expected(token, "an edge like `-+`, `,` or `)`")),
            }
            if self.draft.is_full() {
                return Ok(());
            }
        }
        if simplified {
            self.unnumbered = Some(call.span);
        }
        Ok(())
    }

    /// `a:b`, or the word `simplify` with its `=`.
    fn group(&mut self) -> Result<(Vec<usize>, Span, bool), Refused> {
        let mut nodes = Vec::new();
        let mut place: Option<Span> = None;
        loop {
            let Some(token) = self.tokens.next() else { return Err(self.expected(None, "a vertex")) };
            let text = self.tokens.text(token);
            let name = match token.rule {
                Rule::r_name if text == "simplify" && nodes.is_empty() && self.tokens.eat_text("=").is_some() => {
                    return Ok((nodes, token.span, true));
                }
                Rule::r_name | Rule::r_number => text.to_owned(),
                Rule::r_quoted | Rule::r_tick => r::unquoted(text),
                Rule::r_unclosed => {
                    let error = diagnostics::unclosed(self.draft.source, token.span, "text", "a quotation mark");
                    return Err(Box::new(error));
                }
                _ => return Err(self.expected(Some(token), "a vertex")),
            };
            nodes.push(self.draft.node(&name, token.span));
            let span = place.map_or(token.span, |place| place.to(token.span));
            place = Some(span);
            if self.tokens.eat_text(":").is_none() {
                return Ok((nodes, span, false));
            }
        }
    }

    /// `-+ b +- c`, after the first group.
    fn chain(&mut self, mut from: Vec<usize>, start: Span) -> Result<(), Refused> {
        let mut last = start;
        while let Some(first) = self.tokens.peek().filter(|t| matches!(self.tokens.text(*t), "-" | "+" | "<")) {
            let mut signs = String::new();
            let mut span = first.span;
            while let Some(token) = self.tokens.peek().filter(|t| matches!(self.tokens.text(*t), "-" | "+")) {
                self.tokens.next();
                signs.push_str(self.tokens.text(token));
                span = span.to(token.span);
            }
            if signs.is_empty() {
                return Err(self.expected(Some(first), "an edge like `-+`"));
            }
            let (to, end, simplify) = self.group()?;
            if simplify {
                return Err(self.expected(Some(first), "a vertex after the edge"));
            }
            let place = last.to(end);
            let (left, right) = (signs.starts_with('+') && signs.len() > 1, signs.ends_with('+') && signs.len() > 1);
            if !left && !right {
                let help = "igraph's arrows have their heads at `+`: `x -+ y`";
                return Err(Box::new(diagnostics::undirected(self.draft.source, span, help)));
            }
            let pairs = from.len().saturating_mul(to.len()).saturating_mul(2);
            if self.edges.len().saturating_add(pairs) > 2 * crate::graph::Graph::MAX_EDGES {
                return Err(Box::new(diagnostics::graph_too_large(self.draft.source, place)));
            }
            for &a in &from {
                for &b in &to {
                    self.edges.extend(right.then_some((a, b, place)));
                    self.edges.extend(left.then_some((b, a, place)));
                }
            }
            (from, last) = (to, end);
        }
        Ok(())
    }

    /// The arguments of `set_edge_attr`, after its `(`: which edges are half of a common cause.
    fn setter(&mut self, call: Token) -> Result<(), Refused> {
        let mut depth = 1_usize;
        let mut numbers: Vec<(usize, Span)> = Vec::new();
        let mut texts: Vec<String> = Vec::new();
        let mut range = false;
        while depth > 0 {
            let Some(token) = self.tokens.next() else { return Err(self.expected(None, "`)`")) };
            let text = self.tokens.text(token);
            let continues = std::mem::replace(&mut range, false);
            match token.rule {
                Rule::r_number => {
                    let number = text.trim_end_matches('L').parse::<usize>().unwrap_or(0);
                    match numbers.last().copied() {
                        Some((from, _)) if continues => {
                            if number.abs_diff(from) > MOST_NUMBERS || numbers.len() > MOST_NUMBERS {
                                let message = "more edges are named than a graph can have";
                                let error = diagnostics::malformed(
                                    self.draft.source,
                                    token.span,
                                    message,
                                    "count the edges from 1",
                                );
                                return Err(Box::new(error));
                            }
                            // `7:4` counts down.
                            let more: Vec<usize> =
                                if from <= number { (from + 1..=number).collect() } else { (number..from).collect() };
                            numbers.extend(more.into_iter().map(|n| (n, token.span)));
                        }
                        _ => numbers.push((number, token.span)),
                    }
                }
                Rule::r_quoted => texts.push(r::unquoted(text)),
                Rule::r_unclosed => {
                    let error = diagnostics::unclosed(self.draft.source, token.span, "text", "a quotation mark");
                    return Err(Box::new(error));
                }
                _ => match text {
                    "(" => depth += 1,
                    ")" => depth -= 1,
                    ":" => range = true,
                    _ => {}
                },
            }
        }
        if texts.iter().any(|text| text == "description") && texts.iter().any(|text| text == "U") {
            self.unmeasured.extend(numbers);
            if self.unmeasured.len() > MOST_NUMBERS {
                let message = "more edges are named than a graph can have";
                return Err(Box::new(diagnostics::malformed(
                    self.draft.source,
                    call.span,
                    message,
                    "count the edges from 1",
                )));
            }
        } else {
            let text = texts.first().cloned().unwrap_or_default();
            self.draft.lose("attributes of edges", "", &text, call.span);
        }
        Ok(())
    }

    fn expected(&self, token: Option<Token>, wanted: &str) -> Refused {
        let span = token.map_or(self.tokens.end(), |token| token.span);
        Box::new(diagnostics::expected(self.draft.source, span, wanted, FORMAT))
    }

    fn finish(mut self, all: Span) -> (Option<Model>, Vec<Diagnostic>) {
        let source = self.draft.source;
        let Some(head) = self.head else {
            let place = Span::new(0, super::boundary(source.text(), all.end.min(1)));
            self.draft.error(diagnostics::no_graph(source, place, FORMAT, WANTED));
            return self.draft.finish(Span::default());
        };
        if let Some(span) = self.unnumbered.filter(|_| !self.unmeasured.is_empty()) {
            let message = "without `simplify = FALSE` igraph drops repeated edges and numbers the others anew; \
                           the numbers were taken as the edges are written";
            let help = "look whether the `<->` edges are the right ones";
            self.draft.warn(diagnostics::lost_here(source, span, message.to_owned(), help));
        }
        let mut is_half = vec![false; self.edges.len()];
        for &(number, span) in &self.unmeasured {
            match number.checked_sub(1).and_then(|i| is_half.get_mut(i)) {
                Some(half) => *half = true,
                None => {
                    let message = format!("there is no edge number {number}: the graph has {}", self.edges.len());
                    let error =
                        diagnostics::malformed(source, span, message, "count the edges from 1, in the order written");
                    self.draft.error(error);
                }
            }
            if self.draft.is_full() {
                break;
            }
        }
        let halves: rustc_hash::FxHashSet<(usize, usize)> =
            self.edges.iter().zip(&is_half).filter(|(_, half)| **half).map(|(&(a, b, _), _)| (a, b)).collect();
        for (&(a, b, span), half) in self.edges.iter().zip(is_half) {
            if half && !halves.contains(&(b, a)) && a != b {
                let message = "an edge with the description \"U\" has no counterpart in the other direction";
                let help = "write both, `x -+ y, y -+ x`, and give both the description";
                self.draft.error(diagnostics::malformed(source, span, message, help));
            }
            self.draft.edge(if half { Kind::Bidirected } else { Kind::Directed }, a, b, span);
            if self.draft.is_full() {
                break;
            }
        }
        self.draft.finish(head)
    }
}

fn vertex(name: &str) -> String {
    if r::is_name(name) && name != "simplify" { name.to_owned() } else { r::quoted(name) }
}

/// Writes a graph without latent variables, roles, positions and labels.
pub(super) fn write(model: &Model, question: Option<&Question>) -> String {
    let ends = |a: usize, b: usize| format!("{} -+ {}", vertex(model.of_index(a)), vertex(model.of_index(b)));
    let mut parts: Vec<String> = model.directed.iter().map(|&(a, b)| ends(a, b)).collect();
    let first = parts.len() + 1;
    parts.extend(model.bidirected.iter().map(|&(a, b)| format!("{}, {}", ends(a, b), ends(b, a))));
    let last = first + 2 * model.bidirected.len() - 1;
    let mut joined = vec![false; model.variables.len()];
    for &(a, b) in model.directed.iter().chain(&model.bidirected) {
        for end in [a, b] {
            if let Some(joined) = joined.get_mut(end) {
                *joined = true;
            }
        }
    }
    let alone = model.variables.iter().zip(joined).filter(|(_, joined)| !joined);
    parts.extend(alone.map(|(variable, _)| vertex(&variable.name)));
    let mut text = "library(igraph)\nlibrary(causaleffect)\n".to_owned();
    text.push_str(&format!("g <- graph_from_literal(\n  {},\n  simplify = FALSE\n)\n", parts.join(",\n  ")));
    if first <= last {
        text.push_str(&format!("g <- set_edge_attr(g, \"description\", index = {first}:{last}, value = \"U\")\n"));
    }
    if let Some(question) = question {
        let given =
            if question.given.is_empty() { String::new() } else { format!(", z = {}", r::vector(&question.given)) };
        let (y, x) = (r::vector(&question.of), r::vector(&question.set));
        text.push_str(&format!("# causal.effect(y = {y}, x = {x}{given}, G = g)\n"));
    }
    text
}
