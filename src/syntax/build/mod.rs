//! pest's pairs → the tree, one file for each part of the language.
//!
//! What the grammar lets through and the language does not (a value beside primes, an unknown escape, a chain of `+`
//! and `-` that nests too deep) is refused here. A `None` means that something was refused, and said so.

// A new grammar rule need not be listed at each place that never meets it.
#![allow(clippy::wildcard_enum_match_arm, reason = "pest's Rule")]

mod equation;
mod expr;
mod graph;
mod model;
mod question;
mod table;

use super::grammar::Rule;
use super::tree::{Name, Variable};
use super::{MAX_PRIMES, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use pest::iterators::Pair;

/// Adds to a list that most of the time holds one thing: the first takes its own room, where `push` alone takes room for
/// four: nearly a third of the memory that a long file needs.
fn add<T>(list: &mut Vec<T>, thing: T) {
    if list.capacity() == 0 {
        list.reserve_exact(1);
    }
    list.push(thing);
}

/// Turns pairs of one piece into tree nodes.
pub(super) struct Builder<'a> {
    /// The file.
    pub source: &'a Source,
    /// Where the piece begins in it.
    pub base: usize,
    /// What was refused.
    pub diagnostics: &'a mut Vec<Diagnostic>,
}

impl Builder<'_> {
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.base + span.start(), self.base + span.end())
    }

    /// A name, out of its quotes.
    fn name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let name = self.text(pair);
        if name.value.is_empty() {
            self.diagnostics.push(diagnostics::empty_name(self.source, name.span));
        }
        name
    }

    /// A value, out of its quotes; `−1` is `-1`.
    fn value(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let mut value = self.text(pair);
        if !pair.as_str().starts_with('"') && value.value.starts_with('−') {
            value.value = value.value.replacen('−', "-", 1);
        }
        value
    }

    /// A bare or quoted text.
    fn text(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let written = pair.as_str();
        let Some(inside) = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
            return Name::new(written.to_owned(), span);
        };
        let mut text = String::with_capacity(inside.len());
        let mut rest = inside.char_indices();
        while let Some((at, c)) = rest.next() {
            if c != '\\' {
                text.push(c);
                continue;
            }
            match rest.next() {
                Some((_, c @ ('"' | '\\'))) => text.push(c),
                Some((_, 'n')) => text.push('\n'),
                Some((_, 'r')) => text.push('\r'),
                Some((_, 't')) => text.push('\t'),
                Some((_, other)) => {
                    let start = span.start + 1 + at;
                    let span = Span::new(start, start + 1 + other.len_utf8());
                    self.diagnostics.push(diagnostics::unknown_escape(self.source, span, other));
                }
                None => {}
            }
        }
        Name::new(text, span)
    }

    /// `a, b, c`
    fn names(&mut self, pair: Pair<'_, Rule>) -> Vec<Name> {
        let parts = pair.into_inner();
        let mut names = Vec::with_capacity(parts.len());
        names.extend(parts.map(|name| self.name(&name)));
        names
    }

    /// A name with its primes.
    fn variable(&mut self, pair: Pair<'_, Rule>) -> Option<Variable> {
        let mut parts = pair.into_inner();
        let name = self.name(&parts.next()?);
        let mut primes = 0;
        if let Some(marks) = parts.next() {
            let count = marks.as_str().chars().count();
            if count > MAX_PRIMES {
                self.diagnostics.push(diagnostics::too_many_primes(self.source, self.span(&marks), MAX_PRIMES));
                return None;
            }
            primes = u16::try_from(count).ok()?;
        }
        Some(Variable { name, primes })
    }
}
