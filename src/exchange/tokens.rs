//! A text as a stream of words, some thousand at a time, so that a large file takes little memory.

use super::grammar::{self, Rule};
use crate::source::{Source, Span};
use std::collections::VecDeque;

/// How much of the text is cut into words at a time, in bytes.
const WINDOW: usize = 32 << 10;
/// A word that ends this close to the end of a window may be longer than it looks, and is read again in the next.
const MARGIN: usize = 16;

/// One word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// What kind of word.
    pub rule: Rule,
    /// Where it stands.
    pub span: Span,
}

/// The words from one place of a text to another.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    source: &'a Source,
    list: Rule,
    ready: VecDeque<Token>,
    /// What has not been cut into words yet.
    rest: Span,
    end: usize,
}

impl<'a> Tokens<'a> {
    /// The words of `region`, by the list of words `list` of a grammar.
    pub fn new(source: &'a Source, list: Rule, region: Span) -> Self {
        Self { source, list, ready: VecDeque::new(), rest: region, end: region.end }
    }

    /// The next word, left where it is.
    pub fn peek(&mut self) -> Option<Token> {
        if self.ready.is_empty() {
            self.cut();
        }
        self.ready.front().copied()
    }

    /// The next word, taken.
    pub fn next(&mut self) -> Option<Token> {
        let token = self.peek();
        self.ready.pop_front();
        token
    }

    /// The next word, taken if it is of this kind.
    pub fn eat(&mut self, rule: Rule) -> Option<Token> {
        if self.peek()?.rule == rule { self.next() } else { None }
    }

    /// The next word, taken if it reads so.
    pub fn eat_text(&mut self, text: &str) -> Option<Token> {
        let token = self.peek()?;
        if self.text(token) == text { self.next() } else { None }
    }

    /// Whether the next word reads so.
    pub fn at_text(&mut self, text: &str) -> bool {
        self.peek().is_some_and(|token| self.text(token) == text)
    }

    /// How a word reads.
    pub fn text(&self, token: Token) -> &'a str {
        self.source.text().get(token.span.start..token.span.end).unwrap_or("")
    }

    /// Goes on at another place.
    pub fn seek(&mut self, at: usize) {
        self.ready.clear();
        self.rest = Span::new(at.min(self.end), self.end);
    }

    /// The end of the region, as a place.
    pub fn end(&self) -> Span {
        Span::new(self.end, self.end)
    }

    fn cut(&mut self) {
        let mut size = WINDOW;
        while self.rest.start < self.rest.end {
            let mut stop = self.rest.start.saturating_add(size).min(self.rest.end);
            while stop < self.rest.end && !self.source.text().is_char_boundary(stop) {
                stop += 1;
            }
            let window = self.source.slice(Span::new(self.rest.start, stop));
            let last = stop == self.rest.end;
            let words = grammar::words(self.list, window);
            let start = self.rest.start;
            let sure = words.into_iter().take_while(|&(_, _, end)| last || end + MARGIN <= window.len());
            self.ready.extend(sure.map(|(rule, a, b)| Token { rule, span: Span::new(start + a, start + b) }));
            match self.ready.back() {
                Some(token) if !last => self.rest.start = token.span.end,
                Some(_) => self.rest.start = self.rest.end,
                None if last => self.rest.start = self.rest.end,
                None => {
                    size = size.saturating_mul(2);
                    continue;
                }
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words, comments and strings that are longer than a window come out whole.
    #[test]
    fn windows_show_nowhere() {
        let long = "x".repeat(3 * WINDOW);
        let text = format!("a /*{long}*/ -> \"{long}\" -> {long};").repeat(2) + &"b->c;".repeat(WINDOW);
        let source = Source::new("t", text);
        let mut tokens = Tokens::new(&source, Rule::dot_words, Span::new(0, source.text().len()));
        let mut seen = Vec::new();
        while let Some(token) = tokens.next() {
            seen.push((token.rule, token.span.end - token.span.start));
        }
        let one = [
            (Rule::dot_name, 1),
            (Rule::dot_arrow, 2),
            (Rule::dot_quoted, 3 * WINDOW + 2),
            (Rule::dot_arrow, 2),
            (Rule::dot_name, 3 * WINDOW),
            (Rule::dot_sign, 1),
        ];
        assert_eq!(seen[..6], one);
        assert_eq!(seen[6..12], one);
        assert_eq!(seen.len(), 12 + 4 * WINDOW);
    }
}
