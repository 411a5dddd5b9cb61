//! Where one piece of the text ends and the next begins, by strings, comments and brackets alone.
//!
//! Everything here walks forward over bytes and stops only at ASCII signs, so every offset lies on a character
//! boundary.

use super::MAX_STATEMENT;
use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;
use walk::Walk;

mod walk;

/// What stands at an offset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    /// Spaces and tabs.
    Blank,
    /// A line end.
    Newline,
    /// `// …`, `# …`, `/* … */`
    Comment,
    /// `;`
    Semicolon,
    /// `(`, `[`, `{`
    Open(u8),
    /// `)`, `]`, `}`
    Close(u8),
    /// A text in quotes; it ends at the end of its line at the latest.
    Quoted,
    /// A run of letters, digits, `_` and all that is not ASCII.
    Word,
    /// Any other single sign.
    Sign(u8),
}

/// The text with what one walk over it tells.
pub(super) struct Text<'a> {
    pub text: &'a str,
    bytes: &'a [u8],
    /// Where reading stops: the end, or a comment that never ends.
    pub end: usize,
    walk: Arc<Walk>,
    /// An offset and where its line begins: the last one that was asked for.
    line: Cell<(usize, usize)>,
}

/// A statement's place.
pub(super) struct Piece {
    /// Without blanks and comments around it.
    pub range: Range<usize>,
    /// Where to read on.
    pub next: usize,
    /// The line in an open bracket that looks most like the beginning of another statement.
    pub resume: Option<usize>,
    /// Longer than [`MAX_STATEMENT`].
    pub too_long: bool,
}

/// What ends a piece, besides the end of its line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Nothing.
    Line,
    /// The brace that closes its block.
    Block,
}

impl<'a> Text<'a> {
    /// The byte at an offset, 0 past the end.
    pub fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The text from an offset on.
    pub fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..self.end).unwrap_or("")
    }

    /// A part of the text.
    pub fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    /// A part of the text for the grammar: comments are blanks of the same length.
    pub fn without_comments(&self, range: Range<usize>) -> Cow<'a, str> {
        let slice = self.slice(range.clone());
        if !slice.bytes().any(|b| matches!(b, b'#' | b'/')) {
            return Cow::Borrowed(slice);
        }
        let mut text = String::with_capacity(slice.len());
        let mut at = range.start;
        while at < range.end {
            let (step, next) = self.step(at);
            let next = next.min(range.end);
            if step == Step::Comment {
                text.extend(std::iter::repeat_n(' ', next - at));
            } else {
                text.push_str(self.slice(at..next));
            }
            at = next;
        }
        Cow::Owned(text)
    }

    /// What stands at an offset before the end, and where it ends.
    pub fn step(&self, at: usize) -> (Step, usize) {
        let byte = self.byte(at);
        match byte {
            // What most of a text consists of comes first.
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 128.. => (Step::Word, self.run(at, is_word)),
            b' ' | b'\t' | b'\r' => (Step::Blank, self.run(at, |b| matches!(b, b' ' | b'\t' | b'\r'))),
            b'\n' => (Step::Newline, at + 1),
            b';' => (Step::Semicolon, at + 1),
            b'(' | b'[' | b'{' => (Step::Open(byte), at + 1),
            b')' | b']' | b'}' => (Step::Close(byte), at + 1),
            b'#' => (Step::Comment, self.run(at, |b| b != b'\n')),
            b'/' if self.byte(at + 1) == b'/' => (Step::Comment, self.run(at, |b| b != b'\n')),
            b'/' if self.byte(at + 1) == b'*' => {
                let end = self.rest(at).get(2..).and_then(|inside| inside.find("*/"));
                (Step::Comment, end.map_or(self.end, |end| at + end + 4))
            }
            b'"' => (Step::Quoted, self.quoted(at)),
            _ => (Step::Sign(byte), at + 1),
        }
    }

    fn run(&self, from: usize, mut is_in: impl FnMut(u8) -> bool) -> usize {
        let mut at = from;
        while self.bytes.get(at).is_some_and(|&b| is_in(b)) {
            at += 1;
        }
        at
    }

    fn quoted(&self, from: usize) -> usize {
        let mut at = from + 1;
        while at < self.end {
            match self.byte(at) {
                b'"' => return at + 1,
                b'\n' => return at,
                b'\\' if self.byte(at + 1) != b'\n' => at += 2,
                _ => at += 1,
            }
        }
        self.end
    }

    /// Past blanks, and past line ends and comments too.
    pub fn skip(&self, mut at: usize) -> usize {
        while at < self.end {
            match self.step(at) {
                (Step::Blank | Step::Newline | Step::Comment, next) => at = next,
                _ => break,
            }
        }
        at
    }

    /// How far a line is indented, given any offset in it. O(text since the offset asked for before), so that a walk
    /// forward is linear even where all statements stand on one line.
    pub fn indent(&self, at: usize) -> usize {
        let (known, line) = self.line.get();
        let from = if known <= at { known } else { 0 };
        let since = self.bytes.get(from..at).unwrap_or(&[]);
        let start = match since.iter().rposition(|&b| b == b'\n') {
            Some(newline) => from + newline + 1,
            None if from == 0 => 0,
            None => line,
        };
        self.line.set((at, start));
        self.run(start, |b| matches!(b, b' ' | b'\t')) - start
    }

    /// Whether only blanks stand before an offset on its line.
    pub fn first_on_line(&self, at: usize) -> bool {
        let before = self.text.get(..at).unwrap_or("").trim_end_matches([' ', '\t', '\r', '\u{feff}']);
        before.is_empty() || before.ends_with('\n')
    }

    /// The statement that begins at an offset.
    ///
    /// A line end inside brackets does not end it, but the first line there that can only open another statement is
    /// remembered: a bracket that nothing closes ends the statement there, and the caller does so too where the
    /// grammar refuses the whole. O(length of the piece).
    pub fn piece(&self, start: usize, indent: usize, ends: Ends) -> Piece {
        let mut open = Brackets::default();
        let (mut at, mut last) = (start, start);
        let mut resume = None;
        // The first line no deeper than the statement: where to go on when nothing better offers itself.
        let mut fallback = None;
        let mut next_piece = self.end;
        while at < self.end {
            let (step, next) = self.step(at);
            match step {
                Step::Newline | Step::Semicolon if open.is_empty() => {
                    next_piece = at;
                    break;
                }
                Step::Newline if resume.is_none() => {
                    let line = self.run(next, |b| matches!(b, b' ' | b'\t'));
                    if line - next <= indent {
                        if self.opens_statement(line) {
                            resume = Some(line);
                        } else if fallback.is_none() && !matches!(self.byte(line), b'\n' | b'\r' | b')' | b']' | b'}') {
                            fallback = Some(line);
                        }
                    }
                }
                Step::Open(bracket) => open.open(bracket),
                Step::Close(bracket) => {
                    open.close(bracket);
                    if ends == Ends::Block && bracket == b'}' && open.is_empty() {
                        (last, next_piece) = (next, next);
                        break;
                    }
                }
                Step::Blank
                | Step::Newline
                | Step::Comment
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            if !matches!(step, Step::Blank | Step::Newline | Step::Comment) {
                last = next;
            }
            at = next;
            // A bracket that swallows this much is taken for one that nothing closes.
            if last - start > MAX_STATEMENT && !open.is_empty() && resume.or(fallback).is_some() {
                break;
            }
        }
        let too_long = last - start > MAX_STATEMENT;
        if !open.is_empty()
            && let Some(line) = resume.or(fallback)
        {
            return Piece { range: start..self.trimmed(start, line), next: line, resume: None, too_long: false };
        }
        Piece { range: start..last, next: next_piece, resume, too_long }
    }

    /// The end of the last thing between two offsets that is neither blank nor comment.
    pub fn trimmed(&self, start: usize, end: usize) -> usize {
        let (mut at, mut last) = (start, start);
        while at < end {
            let (step, next) = self.step(at);
            if !matches!(step, Step::Blank | Step::Newline | Step::Comment) {
                last = next;
            }
            at = next;
        }
        last.min(end)
    }

    /// Whether a line can hardly be anything but the beginning of a statement: `keyword NAME`, `P(`, `E[`, `NAME:`,
    /// `NAME _||_`.
    pub fn opens_statement(&self, at: usize) -> bool {
        let end = self.run(at, is_word);
        let word = self.slice(at..end);
        let after = self.run(end, |b| matches!(b, b' ' | b'\t'));
        let rest = self.rest(after);
        match word {
            "" => false,
            "P" => rest.starts_with('('),
            "E" => rest.starts_with('['),
            _ if rest.starts_with("_||_") || rest.starts_with('⫫') => true,
            _ if word.ends_with('_') && rest.starts_with("||_") => true,
            _ if rest.starts_with(':') => !rest.starts_with(":="),
            _ if super::read::opens(word) => {
                matches!(rest.bytes().next(), Some(b'"' | b'_' | b'{' | b'a'..=b'z' | b'A'..=b'Z' | 128..))
            }
            _ => false,
        }
    }

    /// The line, or lines joined by edges, of a graph's body that begins at an offset. `unclosed` is the graph's
    /// indentation where nothing closes it. O(length of the piece).
    pub fn graph_piece(&self, start: usize, unclosed: Option<usize>) -> Piece {
        let mut open = Brackets::default();
        let (mut at, mut last) = (start, start);
        while at < self.end {
            let (step, next) = self.step(at);
            match step {
                Step::Semicolon if open.is_empty() => break,
                Step::Close(b'}') if !open.holds(b'{') => break,
                Step::Newline if open.is_empty() || last - start > MAX_STATEMENT => {
                    let following = self.skip(next);
                    if !self.goes_on(start, last, following) || last - start > MAX_STATEMENT {
                        at = next;
                        break;
                    }
                    at = following;
                    continue;
                }
                Step::Newline if unclosed.is_some_and(|indent| self.ends_body(next, indent)) => {
                    at = next;
                    break;
                }
                Step::Open(bracket) => open.open(bracket),
                Step::Close(bracket) => {
                    open.close(bracket);
                }
                Step::Blank
                | Step::Newline
                | Step::Comment
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            if !matches!(step, Step::Blank | Step::Newline | Step::Comment) {
                last = next;
            }
            at = next;
        }
        Piece { range: start..last, next: at, resume: None, too_long: last - start > MAX_STATEMENT }
    }

    /// Whether a chain of edges goes on: an edge or a comma stands before the line end or after it, or `[` after it.
    fn goes_on(&self, start: usize, last: usize, following: usize) -> bool {
        let before = self.slice(start..last);
        if [">", "<-", "--", ",", "→", "←", "↔"].iter().any(|sign| before.ends_with(sign)) {
            return true;
        }
        let after = self.rest(following);
        ["->", "<-", "--", "@-", "[", ",", "→", "←", "↔"].iter().any(|sign| after.starts_with(sign))
    }

    /// Whether the body of a block that nothing closes ends before a line: it can only open a statement.
    pub fn ends_body(&self, line: usize, indent: usize) -> bool {
        let first = self.run(line, |b| matches!(b, b' ' | b'\t'));
        first - line <= indent && self.opens_statement(first)
    }

    /// The line of a proof that begins at an offset, up to the next `=` or the closing brace. `unclosed` is the
    /// proof's indentation where nothing closes it.
    pub fn proof_piece(&self, start: usize, unclosed: Option<usize>) -> Piece {
        let mut open = Brackets::default();
        let (mut at, mut last) = (start, start);
        while at < self.end {
            let (step, next) = self.step(at);
            match step {
                Step::Sign(b'=') if open.is_empty() => {
                    let double = self.byte(next) == b'=';
                    if at > start && (!double || self.first_on_line(at)) {
                        break;
                    }
                    last = if double { next + 1 } else { next };
                    at = last;
                    continue;
                }
                Step::Close(b'}') if !open.holds(b'{') => break,
                Step::Newline if unclosed.is_some_and(|indent| self.ends_body(next, indent)) => {
                    at = next;
                    break;
                }
                Step::Open(bracket) => open.open(bracket),
                Step::Close(bracket) => {
                    open.close(bracket);
                }
                Step::Blank
                | Step::Newline
                | Step::Comment
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            if !matches!(step, Step::Blank | Step::Newline | Step::Comment) {
                last = next;
            }
            at = next;
        }
        Piece { range: start..last, next: at, resume: None, too_long: last - start > MAX_STATEMENT }
    }

    /// The line of a model's body that begins at an offset. It goes on where an operator or a word of an equation stands
    /// before the line end or after it. `unclosed` is the model's indentation where nothing closes it.
    pub fn model_piece(&self, start: usize, unclosed: Option<usize>) -> Piece {
        let mut open = Brackets::default();
        let (mut at, mut last) = (start, start);
        while at < self.end {
            let (step, next) = self.step(at);
            match step {
                Step::Semicolon if open.is_empty() => break,
                Step::Close(b'}') if !open.holds(b'{') => break,
                Step::Newline if unclosed.is_some_and(|indent| self.ends_body(next, indent)) => {
                    at = next;
                    break;
                }
                Step::Newline if open.is_empty() || last - start > MAX_STATEMENT => {
                    let following = self.skip(next);
                    if !self.equation_goes_on(start, last, following) || last - start > MAX_STATEMENT {
                        at = next;
                        break;
                    }
                    at = following;
                    continue;
                }
                Step::Open(bracket) => open.open(bracket),
                Step::Close(bracket) => {
                    open.close(bracket);
                }
                Step::Blank
                | Step::Newline
                | Step::Comment
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            if !matches!(step, Step::Blank | Step::Newline | Step::Comment) {
                last = next;
            }
            at = next;
        }
        Piece { range: start..last, next: at, resume: None, too_long: last - start > MAX_STATEMENT }
    }

    /// Whether a mechanism goes on after a line end.
    pub fn equation_goes_on(&self, start: usize, last: usize, following: usize) -> bool {
        const WORDS: [&str; 6] = ["then", "else", "and", "or", "if", "not"];
        let before = self.slice(start..last);
        let tail = before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("");
        if WORDS.contains(&tail) || before.ends_with(['~', '=', '|', ',', '+', '-', '−', '*', '/', '<', '>']) {
            return true;
        }
        let after = self.rest(following);
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        let word = after.get(..end).unwrap_or("");
        WORDS[..4].contains(&word) || after.starts_with(['~', '|', '{', '+', '-', '−', '*', '/'])
    }

    /// The brace that opens the block of the statement at an offset: on its line, or first on the next.
    pub fn block(&self, start: usize) -> Option<usize> {
        let mut open = Brackets::default();
        let mut at = start;
        while at < self.end && at - start <= MAX_STATEMENT {
            let (step, next) = self.step(at);
            match step {
                Step::Open(b'{') if open.is_empty() && !self.is_set(start, at) => return Some(at),
                Step::Newline if open.is_empty() && self.byte(self.skip(next)) != b'{' => return None,
                Step::Semicolon if open.is_empty() => return None,
                Step::Open(bracket) => open.open(bracket),
                Step::Close(bracket) => {
                    open.close(bracket).then_some(())?;
                }
                Step::Blank
                | Step::Newline
                | Step::Comment
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            at = next;
        }
        None
    }
}

/// Whether a byte stands in a run of letters and digits.
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = byte >= 128 || byte == b'_' as usize || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

/// The brackets that are open, of which one that closes nothing is told without a search.
#[derive(Default)]
struct Brackets {
    open: Vec<u8>,
    counts: [usize; 3],
}

impl Brackets {
    fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn holds(&self, bracket: u8) -> bool {
        self.counts[kind(bracket)] > 0
    }

    fn open(&mut self, bracket: u8) {
        self.counts[kind(bracket)] += 1;
        self.open.push(bracket);
    }

    /// Closes the innermost of its kind and what stands open inside it; false where there is none.
    fn close(&mut self, bracket: u8) -> bool {
        if !self.holds(bracket) {
            return false;
        }
        while let Some(opened) = self.open.pop() {
            self.counts[kind(opened)] -= 1;
            if kind(opened) == kind(bracket) {
                return true;
            }
        }
        false
    }
}

const fn kind(bracket: u8) -> usize {
    match bracket {
        b'(' | b')' => 0,
        b'[' | b']' => 1,
        _ => 2,
    }
}
