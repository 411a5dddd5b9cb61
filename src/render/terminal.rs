//! A document as text for a terminal or a pager.

use super::document::{Block, Document, Line, Math, Span, Table, Text, Tone};
use super::notation;
use crate::syntax::print;
use unicode_width::UnicodeWidthStr;

/// How text is written. Nothing is detected here: a caller knows where its text goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// With ANSI colours.
    pub colour: bool,
    /// With the signs of mathematics rather than ASCII alone.
    pub unicode: bool,
    /// Prose is broken at this many columns; formulas never are, so that they can be pasted back.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: false, unicode: true, width: 100 }
    }
}

const INDENT: usize = 2;
const FORMULA: usize = 6;
/// Between columns.
const GAP: usize = 3;

/// The document as text; every line ends with a line end. Control characters in names are written as escapes, so that
/// a file cannot steer the terminal of who reads it.
#[must_use]
pub fn terminal(document: &Document, style: &Style) -> String {
    let mut page = Page { style: *style, out: String::new() };
    let mut above: Option<&Block> = None;
    for block in &document.blocks {
        let air = match (above, block) {
            (None, _) | (Some(Block::Question { .. }), Block::Paragraph(_)) => false,
            (
                Some(_),
                Block::Question { .. }
                | Block::Part(_)
                | Block::Remark(_)
                | Block::Formula { .. }
                | Block::Table(_)
                | Block::Board(_),
            ) => true,
            (Some(Block::Formula { .. } | Block::Table(_) | Block::Board(_)), _) => true,
            (Some(_), Block::Paragraph(_) | Block::List(_)) => false,
        };
        let follows_on = matches!((above, block), (Some(Block::Formula { .. }), Block::Formula { .. }));
        if air && !follows_on {
            page.out.push('\n');
        }
        page.block(block);
        above = Some(block);
    }
    page.out
}

struct Page {
    style: Style,
    out: String,
}

/// A stretch of text without a break in it.
#[derive(Default)]
struct Word {
    pieces: Vec<(Tone, String)>,
    width: usize,
}

impl Word {
    fn push(&mut self, tone: Tone, text: &str) {
        self.width += text.width();
        match self.pieces.last_mut() {
            Some((last, so_far)) if *last == tone => so_far.push_str(text),
            Some(_) | None => self.pieces.push((tone, text.to_owned())),
        }
    }
}

impl Page {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Question { query, place } => {
                let query = self.math(query);
                self.paint(Tone::Strong, &query);
                if !place.is_empty() {
                    self.out.push_str("  ");
                    let place = plain(place);
                    self.paint(Tone::Quiet, &place);
                }
                self.out.push('\n');
            }
            Block::Paragraph(text) | Block::Part(text) => self.prose(text, INDENT, INDENT),
            Block::Remark(text) => self.prose(text, 0, 0),
            Block::Formula { lhs: _, rhs } => {
                let rhs = self.math(rhs);
                self.pad(FORMULA);
                self.paint(Tone::Strong, &rhs);
                self.out.push('\n');
            }
            Block::List(points) => {
                for point in points {
                    self.pad(INDENT + 2);
                    self.out.push_str(if self.style.unicode { "• " } else { "- " });
                    self.prose(point, 0, INDENT + 4);
                }
            }
            Block::Table(table) => self.table(table),
            Block::Board(lines) => self.board(lines),
        }
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn math(&self, math: &Math) -> String {
        plain(&notation::text(math, self.notation()))
    }

    const fn notation(&self) -> print::Style {
        if self.style.unicode { print::Style::Unicode } else { print::Style::Ascii }
    }

    fn paint(&mut self, tone: Tone, text: &str) {
        let code = match tone {
            Tone::Plain => "",
            Tone::Strong => "1",
            Tone::Good => "1;32",
            Tone::Bad => "1;31",
            Tone::Open => "1;33",
            Tone::Quiet => "2",
        };
        if !self.style.colour || code.is_empty() {
            self.out.push_str(text);
            return;
        }
        self.out.push_str("\x1b[");
        self.out.push_str(code);
        self.out.push('m');
        self.out.push_str(text);
        self.out.push_str("\x1b[0m");
    }

    fn write(&mut self, word: &Word) {
        for (tone, text) in &word.pieces {
            self.paint(*tone, text);
        }
    }

    fn words(&self, text: &Text) -> Vec<Word> {
        let mut words = Vec::new();
        let mut word = Word::default();
        let mut take = |tone, text: &str, breaks: bool| {
            for (i, part) in text.split(' ').enumerate() {
                if i > 0 {
                    if breaks {
                        words.push(std::mem::take(&mut word));
                    } else {
                        word.push(tone, " ");
                    }
                }
                word.push(tone, part);
            }
        };
        for span in &text.spans {
            match span {
                Span::Words(tone, words) => take(*tone, &plain(words), true),
                Span::Math(math) => {
                    let math = self.math(math);
                    // Notation stays on one line unless it is long.
                    take(Tone::Plain, &math, math.width() * 3 > self.style.width);
                }
            }
        }
        words.push(word);
        words
    }

    /// Prose from `first` columns in, further lines from `rest` columns in.
    fn prose(&mut self, text: &Text, first: usize, rest: usize) {
        self.pad(first);
        let mut column = rest;
        let mut fresh = true;
        for word in self.words(text).iter().filter(|word| word.width > 0) {
            if !fresh && column + 1 + word.width > self.style.width {
                self.out.push('\n');
                self.pad(rest);
                column = rest;
                fresh = true;
            }
            if !fresh {
                self.out.push(' ');
                column += 1;
            }
            self.write(word);
            column += word.width;
            fresh = false;
        }
        self.out.push('\n');
    }

    fn line(&self, text: &Text) -> Word {
        let mut line = Word::default();
        for (i, word) in self.words(text).into_iter().enumerate() {
            if i > 0 {
                line.push(Tone::Plain, " ");
            }
            for (tone, piece) in word.pieces {
                line.push(tone, &piece);
            }
        }
        line
    }

    fn table(&mut self, table: &Table) {
        if !table.caption.is_empty() {
            self.prose(&table.caption, INDENT, INDENT);
        }
        let head: Vec<Word> = table.head.iter().map(|cell| self.line(cell)).collect();
        let rows: Vec<Vec<Word>> =
            table.rows.iter().map(|row| row.iter().map(|cell| self.line(cell)).collect()).collect();
        let columns = rows.iter().map(Vec::len).chain([head.len()]).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|i| rows.iter().chain([&head]).filter_map(|row| row.get(i)).map(|cell| cell.width).max().unwrap_or(0))
            .collect();
        if !head.is_empty() {
            self.row(&head, &widths);
            let rule: Vec<Word> = widths
                .iter()
                .map(|&width| {
                    let mut word = Word::default();
                    word.push(Tone::Quiet, &if self.style.unicode { "─" } else { "-" }.repeat(width));
                    word
                })
                .collect();
            self.row(&rule, &widths);
        }
        for row in &rows {
            self.row(row, &widths);
        }
    }

    fn row(&mut self, cells: &[Word], widths: &[usize]) {
        self.pad(INDENT + 2);
        for (i, (cell, &width)) in cells.iter().zip(widths).enumerate() {
            self.write(cell);
            if i + 1 < cells.len() {
                self.pad(width.saturating_sub(cell.width) + GAP);
            }
        }
        self.out.push('\n');
    }

    /// Reasons stand in one column where they fit beside their formula, else at the right end of the next line.
    fn board(&mut self, lines: &[Line]) {
        let label = lines.iter().map(|line| line.label.width() + 1).filter(|&width| width > 1).max().unwrap_or(0);
        let start = INDENT + 2 + label;
        let rows: Vec<(String, Word)> = lines
            .iter()
            .map(|line| {
                let left = match (&line.lhs, &line.rhs) {
                    (Some(lhs), Some(rhs)) => format!("{} = {}", self.math(lhs), self.math(rhs)),
                    (Some(lhs), None) => self.math(lhs),
                    (None, Some(rhs)) => format!("  = {}", self.math(rhs)),
                    (None, None) => String::new(),
                };
                (left, self.line(&line.reason))
            })
            .collect();
        let width = self.style.width;
        let fits = |column: usize, reason: &Word| start + column + GAP + reason.width <= width;
        let beside = rows.iter().filter(|(left, reason)| reason.width > 0 && fits(left.width(), reason));
        let column = beside.map(|(left, _)| left.width()).max().unwrap_or(0);
        for (line, (left, reason)) in lines.iter().zip(&rows) {
            self.pad(INDENT + 2);
            if label > 0 {
                let name = format!("{:<label$}", line.label);
                self.paint(Tone::Quiet, &name);
            }
            self.out.push_str(left);
            if reason.width > 0 {
                if fits(left.width().max(column), reason) {
                    let gap = column.saturating_sub(left.width()) + GAP;
                    self.pad(gap);
                } else if fits(left.width(), reason) {
                    let gap = self.style.width - start - left.width() - reason.width;
                    self.pad(gap);
                } else {
                    self.out.push('\n');
                    let gap = self.style.width.saturating_sub(reason.width).max(start + GAP);
                    self.pad(gap);
                }
                self.write(reason);
            }
            self.out.push('\n');
        }
    }
}

/// The text with control characters written as escapes.
fn plain(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
