//! Mistakes in graphs.

use super::super::diagnostics as words;
use super::super::tree::Name;
use super::stopped;
use super::tokens::{Kind, Token};
use crate::source::{Diagnostic, Source, Span};

/// What is wrong with `graph NAME {`.
pub(super) fn head(source: &Source, tokens: &[Token<'_>]) -> Vec<Diagnostic> {
    let Some((word, rest)) = tokens.split_first() else {
        return vec![words::unexpected_in_graph(source, Span::default(), "")];
    };
    if let Some(open) = rest.iter().find(|token| token.kind == Kind::Unclosed) {
        return vec![words::unclosed_text(source, open.span)];
    }
    let Some((_, name)) = rest.split_last().filter(|(last, _)| last.is("{")) else {
        return vec![words::graph_without_body(source, word.span, word.text)];
    };
    let span = name.iter().map(|token| token.span).reduce(Span::to).unwrap_or(word.span);
    let written = source.slice(span).replace('"', "");
    vec![words::graph_name(source, span, &written)]
}

/// What is wrong with a line of a graph's body.
pub(super) fn line(source: &Source, tokens: &[Token<'_>], failed: usize) -> Vec<Diagnostic> {
    let mut walk = Walk { source, tokens, open: Vec::new(), out: Vec::new(), query: false, latent: latent(tokens) };
    for (i, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Unclosed {
            walk.out.push(words::unclosed_text(source, token.span));
            return walk.out;
        }
        walk.token(i, token);
        if walk.query {
            // A question in a graph is one mistake, not ten.
            return walk.out;
        }
    }
    walk.latent();
    if let Some(open) = walk.open.first().and_then(|&i| tokens.get(i)) {
        walk.out.push(words::unclosed_bracket(source, open.span, open.text));
    }
    if walk.out.is_empty() {
        walk.groups();
    }
    if walk.out.is_empty() {
        let (span, token) = stopped(tokens, failed);
        walk.out.push(words::unexpected_in_graph(source, span, token));
    }
    walk.out
}

/// The variables of a line: every name outside attribute lists.
pub(super) fn names(tokens: &[Token<'_>]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let mut attributes = 0_usize;
    let latent = latent(tokens);
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            // What stands in parentheses belongs to no graph.
            Kind::Open if token.text == "(" => return Vec::new(),
            Kind::Open if token.text == "[" => attributes += 1,
            Kind::Close if token.text == "]" => attributes = attributes.saturating_sub(1),
            Kind::Name | Kind::Quoted if attributes == 0 => {
                let word = latent == Some(i) || i == 0 && token.text == "subgraph";
                let mark = token.is("o") && is_mark(tokens, i);
                let text = token.text.trim_matches('"');
                if !word && !mark && !text.is_empty() && !text.contains('\\') {
                    names.push(Name::new(text.to_owned(), token.span));
                }
            }
            Kind::Name | Kind::Quoted | Kind::Number | Kind::Unclosed | Kind::Open | Kind::Close => {}
            Kind::Sign | Kind::Prime | Kind::Strange => {}
        }
    }
    names
}

/// Whether the `o` at a position is the mark of an edge: `a o-> b`, `a <-o b`.
fn is_mark(tokens: &[Token<'_>], i: usize) -> bool {
    let before = i.checked_sub(1).and_then(|before| tokens.get(before));
    let after = tokens.get(i + 1);
    let opens = before.is_some()
        && after.is_some_and(|after| after.glued && (after.is("->") || after.is("-") || after.is("--")));
    let closes = tokens.get(i).is_some_and(|mark| mark.glued)
        && before.is_some_and(|before| before.is("<-") || before.is("-") || before.is("--"))
        && after.is_some_and(|after| !after.glued && (after.is_name() || after.kind == Kind::Number));
    opens || closes
}

fn is_edge(token: &Token<'_>) -> bool {
    token.kind == Kind::Sign && matches!(token.text, "->" | "<-" | "<->" | "→" | "←" | "↔")
}

struct Walk<'a> {
    source: &'a Source,
    tokens: &'a [Token<'a>],
    /// The open brackets, by position.
    open: Vec<usize>,
    out: Vec<Diagnostic>,
    query: bool,
    /// Where the word `latent` stands before a name.
    latent: Option<usize>,
}

/// Where the word `latent` begins a list of names.
fn latent(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    tokens.iter().enumerate().position(|(i, token)| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Name | Kind::Number | Kind::Quoted | Kind::Unclosed | Kind::Sign | Kind::Prime | Kind::Strange => {}
        }
        let before = i.checked_sub(1).and_then(|before| tokens.get(before));
        let begins =
            depth == 0 && token.is("latent") && !before.is_some_and(|before| is_edge(before) || before.is(","));
        begins && tokens.get(i + 1).is_some_and(Token::is_name)
    })
}

impl<'a> Walk<'a> {
    fn at(&self, i: Option<usize>) -> Option<&'a Token<'a>> {
        self.tokens.get(i?)
    }

    /// Whether the innermost bracket is this one.
    fn inside(&self, bracket: &str) -> bool {
        self.open.last().and_then(|&i| self.tokens.get(i)).is_some_and(|open| open.text == bracket)
    }

    fn token(&mut self, i: usize, token: &'a Token<'a>) {
        let before = self.at(i.checked_sub(1));
        let after = self.at(Some(i + 1));
        match token.kind {
            Kind::Strange => self.out.push(words::strange_character(self.source, token.span, token.text)),
            Kind::Prime => self.out.push(words::prime_in_graph(self.source, token.span)),
            Kind::Open => self.opened(i, token, before),
            Kind::Close => self.closed(token),
            Kind::Sign if !self.inside("[") => self.sign(i, token, before, after),
            Kind::Name if token.text == "subgraph" && !self.inside("[") => {
                let brace = self.tokens.iter().skip(i + 1).take(2).any(|next| next.is("{"));
                if brace && !after.is_some_and(is_edge) {
                    self.out.push(words::subgraph(self.source, token.span));
                }
            }
            Kind::Number if !self.inside("[") => {
                if let Some(after) = after.filter(|after| after.glued && after.kind == Kind::Name) {
                    let span = token.span.to(after.span);
                    self.out.push(words::number_before_name(self.source, span, token.text, after.text));
                }
            }
            Kind::Name | Kind::Number | Kind::Quoted | Kind::Unclosed | Kind::Sign => {}
        }
    }

    fn opened(&mut self, i: usize, token: &Token<'a>, before: Option<&Token<'a>>) {
        match token.text {
            "(" => {
                let query = before.is_some_and(|before| before.is("P") || before.is("do") || before.is("E"));
                self.query |= query;
                let span = token.span;
                self.out.push(if query {
                    words::query_in_graph(self.source, before.map_or(span, |before| before.span.to(span)))
                } else {
                    words::parenthesis_in_graph(self.source, span)
                });
            }
            "{" if before.is_some_and(|before| before.is("_") && before.glued) => {
                let name = self.at(i.checked_sub(2)).map_or("", |name| name.text);
                let span = before.map_or(token.span, |before| before.span.to(token.span));
                self.out.push(words::subscript(self.source, span, name));
            }
            "{" if self.inside("{") => self.out.push(words::group_in_group(self.source, token.span)),
            _ => {}
        }
        self.open.push(i);
    }

    fn closed(&mut self, token: &Token<'a>) {
        let Some(open) = self.open.pop().and_then(|i| self.tokens.get(i)) else {
            return self.out.push(words::stray_bracket(self.source, token.span, token.text));
        };
        if !matches!((open.text, token.text), ("(", ")") | ("[", "]") | ("{", "}")) {
            let out = words::mismatched_bracket(self.source, token.span, token.text, open.span, open.text);
            self.out.push(out);
        }
    }

    fn sign(&mut self, i: usize, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        let quoted = |token: Option<&Token<'_>>| token.is_some_and(|token| token.kind == Kind::Quoted);
        let mark = |i: Option<usize>| {
            i.is_some_and(|i| self.at(Some(i)).is_some_and(|o| o.is("o")) && is_mark(self.tokens, i))
        };
        let (mark_before, mark_after) = (mark(i.checked_sub(1)), mark(Some(i + 1)));
        let at_before = before.is_some_and(|before| before.is("@"));
        let at_after = after.is_some_and(|after| after.is("@"));
        match token.text {
            "->" | "<-" | "-" | "--" | "<->" if mark_before || mark_after || at_before || at_after => {
                let mut span = token.span;
                if let Some(before) = before.filter(|_| mark_before || at_before) {
                    span = span.to(before.span);
                }
                if let Some(after) = after.filter(|_| mark_after || at_after) {
                    span = span.to(after.span);
                }
                let written = self.source.slice(span);
                self.out.push(words::edge_mark(self.source, span, written));
            }
            "@" => {}
            "--" | "---" => self.out.push(words::undirected_edge(self.source, token.span, token.text)),
            "-->" | "=>" | "~>" | "~" | "<" | ">" | "<=" => {
                self.out.push(words::arrow(self.source, token.span, token.text));
            }
            "-" | "−" => self.minus(token, before, after),
            "," if !self.inside("{") && self.latent.is_none_or(|word| word > i) => {
                self.out.push(words::comma_in_graph(self.source, token.span));
            }
            "+" if quoted(before) || quoted(after) => self.out.push(words::joined_text(self.source, token.span)),
            "_||_" | "⫫" | "==" => {
                self.query = true;
                self.out.push(words::query_in_graph(self.source, token.span));
            }
            ":" => {
                self.query = true;
                self.out.push(words::declaration_in_graph(self.source, token.span));
            }
            _ if is_edge(token) => self.edge(token, before, after),
            _ => {}
        }
    }

    fn minus(&mut self, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        let numeral = after.is_some_and(|after| after.glued && after.kind == Kind::Number);
        match (before, after) {
            (Some(before), Some(after)) if token.glued && after.glued => {
                let span = before.span.to(after.span);
                self.out.push(words::hyphen(self.source, span, self.source.slice(span)));
            }
            _ if numeral => {}
            _ => self.out.push(words::arrow(self.source, token.span, token.text)),
        }
    }

    fn edge(&mut self, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        if self.inside("{") {
            return self.out.push(words::group_in_group(self.source, token.span));
        }
        match before {
            Some(before) if before.is("]") => self.out.push(words::attributes_in_chain(self.source, token.span)),
            None => self.out.push(words::dangling_edge(self.source, token.span, token.text, true)),
            Some(before) if is_edge(before) => {
                self.out.push(words::dangling_edge(self.source, token.span, token.text, true));
            }
            Some(_) => {}
        }
        if after.is_none() {
            self.out.push(words::dangling_edge(self.source, token.span, token.text, false));
        }
    }

    /// `latent` with more than names after it.
    fn latent(&mut self) {
        let Some(word) = self.latent else { return };
        let mut before: Option<&Token<'_>> = None;
        for token in self.tokens.iter().skip(word + 1) {
            let name = token.is_name() || token.kind == Kind::Number;
            match before {
                Some(last) if name && !last.is(",") => {
                    let out = words::latent_without_commas(self.source, token.span, last.text, token.text);
                    return self.out.push(out);
                }
                Some(last) if is_edge(token) || token.is("[") || token.is("=") => {
                    return self.out.push(words::latent_with_edge(self.source, token.span, last.text));
                }
                _ => before = Some(token),
            }
        }
    }

    /// Groups that touch no edge.
    fn groups(&mut self) {
        let mut opened = None;
        for (i, token) in self.tokens.iter().enumerate() {
            if token.is("{") {
                opened = Some(i);
            } else if token.is("}")
                && let Some(open) = opened.take()
            {
                let before = self.at(open.checked_sub(1));
                let after = self.at(Some(i + 1));
                if open == 1 && before.is_some_and(|before| before.is("latent")) {
                    self.out.push(words::latent_group(self.source, token.span));
                } else if !before.is_some_and(is_edge) && !after.is_some_and(is_edge) {
                    let span = self.at(Some(open)).map_or(token.span, |open| open.span.to(token.span));
                    self.out.push(words::group_without_edge(self.source, span));
                }
            }
        }
    }
}
