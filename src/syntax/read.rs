//! A file: cut it, build what the grammar takes, say what is wrong with the rest, and go on at the next statement.

use super::build::Builder;
use super::cut::{Ends, Piece, Step, Text};
use super::grammar::{self, Rule};
use super::tree::{GraphBlock, GraphItem, NodeItem, ProofBlock, Statement, StatementKind, Tree};
use super::{MAX_ERRORS, MAX_FILE, MAX_ITEMS, MAX_NESTING, MAX_STATEMENT, diagnose, diagnostics};
use crate::parallel;
use crate::source::{Diagnostic, Source, Span};
use std::ops::Range;

mod model;
mod parts;

use parts::Together;

/// Reads a whole file.
pub(super) fn file(source: &Source) -> (Tree, Vec<Diagnostic>) {
    match cut(source) {
        Ok(text) => read(source, &text, true).0.finish(),
        Err(too_large) => (Tree::default(), vec![too_large]),
    }
}

/// As [`file`], in parts of so many bytes or more, whether or not threads are lent; and where the part begins that is read
/// in one go.
#[cfg(test)]
pub(super) fn in_parts(source: &Source, bytes: usize) -> (Tree, Vec<Diagnostic>, usize) {
    let text = Text::in_parts(source.text(), bytes);
    let (reader, last) = read(source, &text, true);
    let (tree, diagnostics) = reader.finish();
    (tree, diagnostics, last)
}

/// The pieces of a file without mistakes of form. Its tree goes as it comes, so that a long file needs little memory.
pub(super) fn faultless(source: &Source) -> Result<Text<'_>, Vec<Diagnostic>> {
    let text = cut(source).map_err(|too_large| vec![too_large])?;
    let (_, diagnostics) = read(source, &text, false).0.finish();
    if diagnostics.iter().any(Diagnostic::is_error) { Err(diagnostics) } else { Ok(text) }
}

fn cut(source: &Source) -> Result<Text<'_>, Diagnostic> {
    if source.text().len() > MAX_FILE {
        return Err(diagnostics::file_too_large(source, MAX_FILE));
    }
    let part = if parallel::threads() > 1 { parts::BYTES } else { usize::MAX };
    Ok(Text::in_parts(source.text(), part))
}

/// Reads all of a text; where the part begins that is read in one go.
fn read<'a>(source: &'a Source, text: &'a Text<'a>, keep: bool) -> (Reader<'a>, usize) {
    let mut reader = Reader::new(source, text, keep);
    let at = if text.rest(0).starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let at = reader.statements_at_once(at);
    let _ = reader.statements(at, text.end);
    (reader, at)
}

/// Whether a word opens a statement, those of later versions included.
pub(super) fn opens(word: &str) -> bool {
    matches!(
        word,
        "graph"
            | "dag"
            | "var"
            | "let"
            | "expect"
            | "proof"
            | "adjust"
            | "implications"
            | "paths"
            | "simplify"
            | "model"
            | "explain"
            | "sensitivity"
            | "table"
            | "estimate"
            | "refute"
    ) || diagnostics::later(word).is_some()
}

/// Whether what follows a word makes it a name.
pub(super) fn is_named(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '\t']);
    [":", ",", "_||_", "⫫", "="].iter().any(|sign| after.starts_with(sign))
}

/// The word a statement begins with, and whether it is a name there.
pub(super) fn opening_word(rest: &str) -> (&str, bool) {
    let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    (word, is_named(after))
}

struct Reader<'a> {
    source: &'a Source,
    text: &'a Text<'a>,
    tree: Tree,
    /// Whether anyone wants the tree.
    keep: bool,
    diagnostics: Vec<Diagnostic>,
    /// How many statements and lines of blocks have been read.
    items: usize,
    /// That they are too many has been said.
    too_many: bool,
    /// In who reads a part of the text: what all parts hold.
    together: Option<&'a Together>,
}

/// Where the lines of a graph were left.
#[derive(PartialEq, Eq)]
enum Reached {
    /// At the offset asked for: a line that begins just there would be read the same.
    Mark,
    /// Somewhere beyond it.
    Beyond,
    /// At the end of the block, or of all reading.
    End,
}

/// What has been read of a graph's body.
struct Body {
    /// Where to read on: after the last thing that was read.
    at: usize,
    /// Where that ends.
    end: usize,
    items: Vec<GraphItem>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Source, text: &'a Text<'a>, keep: bool) -> Self {
        let (tree, diagnostics) = (Tree::default(), Vec::new());
        Self { source, text, tree, keep, diagnostics, items: 0, too_many: false, together: None }
    }

    /// The tree, and what is wrong with the text, in its order.
    fn finish(self) -> (Tree, Vec<Diagnostic>) {
        let Self { source, text, tree, mut diagnostics, .. } = self;
        if text.end < source.text().len() && diagnostics.len() <= MAX_ERRORS {
            diagnostics.push(diagnostics::unclosed_comment(source, Span::new(text.end, text.end + 2)));
        }
        diagnostics.sort_by_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
        if diagnostics.len() > MAX_ERRORS {
            diagnostics.truncate(MAX_ERRORS);
            let last = diagnostics.last().and_then(|last| last.labels.first());
            let last = last.map_or(Span::default(), |label| label.span);
            diagnostics.push(diagnostics::too_many_errors(source, last, MAX_ERRORS));
        }
        (tree, diagnostics)
    }

    /// The statements from an offset up to another, where one that begins just there would be read the same.
    ///
    /// # Errors
    /// It would not; and where to read on.
    fn statements(&mut self, mut at: usize, until: usize) -> Result<(), usize> {
        loop {
            let (start, doc) = self.lead(at, until);
            if start >= until {
                return if start == until && doc.is_none() { Ok(()) } else { Err(at) };
            }
            if self.is_full(start) {
                return Err(at);
            }
            if let (Step::Close(_), next) = self.text.step(start) {
                let close = self.text.slice(start..next);
                self.diagnostics.push(diagnostics::stray_bracket(self.source, Span::new(start, next), close));
                at = next;
                continue;
            }
            let next = self.statement(start, doc);
            at = next.max(start + 1);
        }
    }

    /// Whether no more is read: too many errors, or too much of anything. Counts one item.
    fn is_full(&mut self, at: usize) -> bool {
        self.items += 1;
        if let Some(together) = self.together
            && together.are_full(1)
        {
            return true;
        }
        if self.items > MAX_ITEMS && !self.too_many {
            self.too_many = true;
            let span = Span::new(at, at);
            self.diagnostics.push(diagnostics::too_many_items(self.source, span, MAX_ITEMS));
        }
        self.items > MAX_ITEMS || self.diagnostics.len() > MAX_ERRORS
    }

    /// Past blanks, comments and `;`, with what the `///` lines directly above say; no further than to where one of them
    /// reaches `until`.
    fn lead(&self, mut at: usize, until: usize) -> (usize, Option<String>) {
        let mut doc: Option<String> = None;
        let mut line_is_empty = self.text.first_on_line(at);
        while at < until {
            let (step, next) = self.text.step(at);
            match step {
                Step::Newline => {
                    if line_is_empty {
                        doc = None;
                    }
                    line_is_empty = true;
                }
                Step::Comment => {
                    let comment = self.text.slice(at..next);
                    if let Some(line) = comment.strip_prefix("///")
                        && line_is_empty
                        && !line.starts_with('/')
                    {
                        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
                        match &mut doc {
                            Some(doc) => {
                                doc.push('\n');
                                doc.push_str(line);
                            }
                            None => doc = Some(line.to_owned()),
                        }
                    }
                    line_is_empty = false;
                }
                Step::Semicolon => {
                    doc = None;
                    line_is_empty = false;
                }
                Step::Blank => {}
                Step::Open(_) | Step::Close(_) | Step::Quoted => break,
                Step::Word | Step::Sign(_) => match self.text.rest(at).chars().next() {
                    // A blank that is not ASCII: the runs of `step` end only at ASCII signs.
                    Some(c) if c.is_whitespace() => {
                        at += c.len_utf8();
                        continue;
                    }
                    _ => break,
                },
            }
            at = next;
        }
        (at, doc)
    }

    /// One statement; where to read on.
    fn statement(&mut self, start: usize, doc: Option<String>) -> usize {
        let (word, named) = opening_word(self.text.rest(start));
        if named {
            return self.simple(start, doc);
        }
        match word {
            "graph" | "dag" => self.graph(start, doc),
            "proof" => self.proof(start, doc),
            "model" => self.model(start, doc),
            _ => match diagnostics::later(word) {
                Some(later) => {
                    let piece = self.text.piece(start, self.text.indent(start), Ends::Block);
                    let span = Span::new(start, start + word.len());
                    self.diagnostics.push(diagnostics::later_statement(self.source, span, word, later));
                    piece.next
                }
                None => self.simple(start, doc),
            },
        }
    }

    fn push(&mut self, span: Span, doc: Option<String>, kind: StatementKind) {
        if self.keep {
            self.tree.statements.push(Statement { span, doc, kind });
        }
    }

    /// Whether a piece is short and flat enough for the parser; says so if not.
    fn fits(&mut self, piece: &Piece) -> bool {
        if piece.too_long {
            let span = Span::new(piece.range.start, piece.range.start);
            self.diagnostics.push(diagnostics::statement_too_long(self.source, span, MAX_STATEMENT));
            return false;
        }
        if let Some(at) = self.text.too_deep(&piece.range) {
            let span = Span::new(at, at + self.text.rest(at).chars().next().map_or(0, char::len_utf8));
            self.diagnostics.push(diagnostics::nested_too_deep(self.source, span, MAX_NESTING));
            return false;
        }
        true
    }

    /// A statement without a block.
    fn simple(&mut self, start: usize, doc: Option<String>) -> usize {
        let mut piece = self.text.piece(start, self.text.indent(start), Ends::Line);
        if let Some(next) = self.broken_line(&piece) {
            return next;
        }
        loop {
            if !self.fits(&piece) {
                return piece.next;
            }
            let slice = self.text.without_comments(piece.range.clone());
            let failed = match grammar::parse(Rule::a_statement, &slice) {
                Ok(pairs) => {
                    if let Some(kind) = self.built(start, |builder| builder.statement(pairs)) {
                        self.push(Span::new(start, piece.range.end), doc, kind);
                    }
                    return piece.next;
                }
                Err(at) => at,
            };
            match piece.resume.take() {
                // A line inside an open bracket looks like a statement of its own: believe it.
                Some(line) => {
                    let end = self.text.trimmed(start, line);
                    piece = Piece { range: start..end, next: line, resume: None, too_long: false };
                }
                None => {
                    self.refuse(diagnose::Piece::Statement, piece.range.clone(), start + failed);
                    return piece.next;
                }
            }
        }
    }

    /// Says what is wrong with a piece that the grammar refuses.
    fn refuse(&mut self, kind: diagnose::Piece, range: Range<usize>, failed: usize) {
        let found = diagnose::piece(self.source, kind, range, failed);
        self.diagnostics.extend(found.into_iter().take(MAX_ERRORS + 1));
    }

    /// A statement whose next line begins with an operator was meant to go on there.
    fn broken_line(&mut self, piece: &Piece) -> Option<usize> {
        if self.text.byte(piece.next) != b'\n' {
            return None;
        }
        let line = self.text.skip(piece.next);
        let rest = self.text.rest(line);
        let operator = ["==", "=", "+", "*", "/", "·", "×", "⋅", "|", "_||_", "⫫"]
            .iter()
            .find(|sign| rest.starts_with(**sign))
            .copied()
            .or_else(|| {
                let word = rest.split(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).next()?;
                matches!(word, "in" | "by").then_some(word)
            })?;
        let continued = self.text.piece(line, self.text.indent(line), Ends::Line);
        let span = Span::new(line, line + operator.len());
        let first = Span::new(piece.range.start, piece.range.end);
        let text = self.text.slice(piece.range.clone());
        self.diagnostics.push(diagnostics::broken_line(self.source, span, first, operator, text));
        Some(continued.next)
    }

    /// `graph NAME { … }`; where to read on.
    fn graph(&mut self, start: usize, doc: Option<String>) -> usize {
        let indent = self.text.indent(start);
        let Some(brace) = self.text.block(start) else {
            let piece = self.text.piece(start, indent, Ends::Line);
            self.refuse(diagnose::Piece::GraphHead, piece.range, start);
            return piece.next;
        };
        let (mut dag, mut name) = (false, None);
        match grammar::parse(Rule::a_graph_head, &self.text.without_comments(start..brace + 1)) {
            Ok(pairs) => {
                let head = self.built(start, |builder| Some(builder.graph_head(pairs)));
                (dag, name) = head.unwrap_or_default();
            }
            Err(at) => self.refuse(diagnose::Piece::GraphHead, start..brace + 1, start + at),
        }
        let unclosed = self.text.is_unclosed(brace).then_some(indent);
        let mut body = Body { at: brace + 1, end: brace + 1, items: Vec::new() };
        if self.graph_lines_at_once(brace, unclosed, &mut body) != Reached::End {
            self.graph_lines(brace, unclosed, &mut body, self.text.end);
        }
        let Body { at, end, items } = body;
        let kind = StatementKind::Graph(GraphBlock { dag, name, items });
        self.push(Span::new(start, end), doc, kind);
        at
    }

    /// The lines of a graph up to its end or an offset.
    fn graph_lines(&mut self, brace: usize, unclosed: Option<usize>, body: &mut Body, until: usize) -> Reached {
        loop {
            let (item, doc) = self.lead(body.at, until);
            if item >= until && until < self.text.end {
                return if item == until && doc.is_none() { Reached::Mark } else { Reached::Beyond };
            }
            let ends = unclosed.is_some_and(|indent| self.is_next_statement(item, indent));
            if item >= self.text.end || ends {
                self.diagnostics.push(diagnostics::unclosed_block(self.source, brace, body.at, "graph"));
                body.at = item;
                return Reached::End;
            }
            if self.text.byte(item) == b'}' {
                body.at = item + 1;
                body.end = body.at;
                return Reached::End;
            }
            if self.is_full(item) {
                body.at = item;
                return Reached::End;
            }
            let piece = self.text.graph_piece(item, unclosed);
            self.graph_line(&piece, doc, &mut body.items);
            body.end = piece.range.end;
            body.at = piece.next.max(item + 1);
        }
    }

    fn graph_line(&mut self, piece: &Piece, doc: Option<String>, items: &mut Vec<GraphItem>) {
        if !self.fits(piece) {
            return;
        }
        let start = piece.range.start;
        let read = match grammar::parse(Rule::a_graph_line, &self.text.without_comments(piece.range.clone())) {
            Ok(pairs) => {
                let read = self.built(start, |builder| Some(builder.graph_line(pairs, doc)));
                // A line may hold many variables.
                let more = read.as_ref().map_or(0, |read| read.len().saturating_sub(1));
                self.items += more.min(MAX_ITEMS - self.items.min(MAX_ITEMS));
                if let Some(together) = self.together {
                    together.are_full(more);
                }
                read
            }
            Err(at) => {
                self.refuse(diagnose::Piece::GraphLine, piece.range.clone(), start + at);
                None
            }
        };
        items.extend(read.unwrap_or_else(|| {
            // The variables of the line exist all the same: a query that names one is not wrong twice.
            let names = diagnose::names(self.source, piece.range.clone()).into_iter();
            names.map(|name| GraphItem::Node(NodeItem { name, doc: None, attributes: Vec::new() })).collect()
        }));
    }

    /// What a piece means, unless something in it was refused.
    fn built<T>(&mut self, base: usize, build: impl FnOnce(&mut Builder<'_>) -> Option<T>) -> Option<T> {
        let before = self.diagnostics.len();
        let mut builder = Builder { source: self.source, base, diagnostics: &mut self.diagnostics };
        build(&mut builder).filter(|_| self.diagnostics.len() == before)
    }

    /// Whether a line of a block that nothing closes belongs to the next statement.
    fn is_next_statement(&self, at: usize, indent: usize) -> bool {
        self.text.first_on_line(at) && self.text.indent(at) <= indent && self.text.opens_statement(at)
    }

    /// `proof EXPR { = EXPR by … }`; where to read on.
    fn proof(&mut self, start: usize, doc: Option<String>) -> usize {
        let indent = self.text.indent(start);
        let Some(brace) = self.text.block(start) else {
            let piece = self.text.piece(start, indent, Ends::Line);
            if self.fits(&piece) {
                let failed = grammar::parse(Rule::a_proof_head, &self.text.without_comments(piece.range.clone())).err();
                let failed = start + failed.unwrap_or(piece.range.len());
                self.refuse(diagnose::Piece::ProofHead, piece.range, failed);
            }
            // Its lines went wrong with it.
            let mut next = piece.next;
            loop {
                let line = self.text.skip(next);
                if !matches!(self.text.byte(line), b'=' | b'}') {
                    return next;
                }
                next = self.text.piece(line, self.text.indent(line), Ends::Line).next;
            }
        };
        let head = Piece { range: start..brace + 1, next: brace + 1, resume: None, too_long: false };
        let mut opening = None;
        if self.fits(&head) {
            match grammar::parse(Rule::a_proof_head, &self.text.without_comments(head.range.clone())) {
                Ok(pairs) => {
                    opening = self.built(start, |builder| builder.proof_head(pairs));
                }
                Err(at) => self.refuse(diagnose::Piece::ProofHead, head.range, start + at),
            }
        }
        let unclosed = self.text.is_unclosed(brace).then_some(indent);
        let mut lines = Vec::new();
        let mut at = brace + 1;
        let mut end = at;
        loop {
            let line = self.text.skip(at);
            let ends = unclosed.is_some_and(|indent| self.is_next_statement(line, indent));
            if line >= self.text.end || ends {
                self.diagnostics.push(diagnostics::unclosed_block(self.source, brace, at, "proof"));
                at = line;
                break;
            }
            if self.text.byte(line) == b'}' {
                at = line + 1;
                end = at;
                break;
            }
            if self.is_full(line) {
                at = line;
                break;
            }
            let piece = self.text.proof_piece(line, unclosed);
            if self.fits(&piece) {
                match grammar::parse(Rule::a_proof_step, &self.text.without_comments(piece.range.clone())) {
                    Ok(pairs) => {
                        let span = Span::new(line, piece.range.end);
                        lines.extend(self.built(line, |builder| builder.proof_line(pairs, span)));
                    }
                    Err(at) => self.refuse(diagnose::Piece::ProofStep, piece.range.clone(), line + at),
                }
            }
            end = piece.range.end;
            at = piece.next.max(line + 1);
        }
        if let Some((start_expr, graph)) = opening {
            let block = ProofBlock { start: start_expr, graph, lines };
            self.push(Span::new(start, end), doc, StatementKind::Proof(block));
        }
        at
    }
}
