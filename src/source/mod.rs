//! Source texts, spans in them, and the one [`Diagnostic`] type.
//!
//! In: the text of a file, as given. Out: places in it (bytes, lines, columns) and what is wrong there.
//! Must never know: what the text means; every floor above brings its own words (`diagnostics.rs`).

mod diagnostic;

pub use diagnostic::{Diagnostic, Fix, Label, Severity};

use std::sync::Arc;

/// A half-open range of bytes of one source text, on character boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A value with the place it was written at.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Puts a value and its place together.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One source text with its name; cheap to clone.
#[derive(Clone, Debug)]
pub struct Source {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    name: String,
    text: String,
    /// Byte offset of the first character of each line.
    lines: Vec<usize>,
    /// The number of the first line; 1 unless the text is a part of a longer one.
    first: usize,
}

impl Source {
    /// Takes a text and the name it is known by (a path as the user gave it, or `<stdin>`). O(length).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::part(name, text, 1)
    }

    /// Takes a part of a text that is too long to be held: its lines are counted from `first` on. O(length).
    #[must_use]
    pub fn part(name: impl Into<String>, text: impl Into<String>, first: usize) -> Self {
        Self::numbered(name.into(), text.into(), first)
    }

    fn numbered(name: String, text: String, first: usize) -> Self {
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1))
            .collect();
        Self { inner: Arc::new(Inner { name, text, lines, first }) }
    }

    /// The name as given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The number of its first line.
    #[must_use]
    pub fn first_line(&self) -> usize {
        self.inner.first
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The text of a span; empty where the span is not inside the text or cuts a character.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.inner.text.get(span.start..span.end).unwrap_or("")
    }

    /// The first byte of a line of the text, counted from 1 whatever its first line is called; the end of the text beyond
    /// the last.
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|index| self.inner.lines.get(index)).copied().unwrap_or(self.inner.text.len())
    }

    /// Line and column of a byte offset, both counted from 1, the column in Unicode scalar values.
    /// O(log lines + length of the line).
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let line = self.inner.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.inner.lines[line - 1];
        let mut end = offset.min(self.inner.text.len());
        while !self.inner.text.is_char_boundary(end) {
            end -= 1;
        }
        let column = self.inner.text.get(start..end).map_or(0, |before| before.chars().count());
        (line - 1 + self.inner.first, column + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let source = Source::new("t", "aé→b\nc");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column("aé→".len()), (1, 4));
        assert_eq!(source.line_column("aé→b\n".len()), (2, 1));
        assert_eq!(source.line_column(999), (2, 2));
        assert_eq!(Source::part("t", "a\nb", 70).line_column(2), (71, 1));
    }
}
