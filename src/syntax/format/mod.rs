//! One style for files of the language: the text with its blanks and line ends set anew.
//!
//! Only what separates the signs changes (and a `;` that ends a line goes), so a comment survives wherever it stands
//! and the meaning cannot change. The walk is the reader's own: the same pieces, and what lies between them.
//!
//! - One blank around operators and after commas, none inside brackets; a proof's reasons and the comments at the ends
//!   of neighbouring lines stand below each other.
//! - Line ends stay where they are, except that a block over several lines has its braces at line ends. Four blanks
//!   for each level; what goes on from the line before is one level deeper.
//! - In a proof and in a model over several lines each step and each mechanism has a line of its own; the rows of a table
//!   stand in columns, and on one line two blanks part them.
//! - Empty lines stay, several become one, and none stand at the edges of a file or a block.

mod lines;
mod pieces;
mod tokens;

use super::cut::{Ends, Step, Text};
use super::{MAX_FILE, read};
use crate::source::{Diagnostic, Source};
use lines::Page;
use tokens::Mode;

/// How much deeper each level stands.
const INDENT: usize = 4;

/// A text in the one style; the diagnostics where it has errors of form. What names mean is not looked at.
///
/// The result reads as the same tree, and formatting it again changes nothing. Should a statement become too long to
/// be read again, it stays as it is. O(length).
///
/// # Errors
///
/// What [`parse`](super::parse) says of a text that it cannot read.
///
/// ```
/// use whatif::{Source, syntax};
///
/// let source = Source::new("bow.causal", "graph bow {x->y   // the effect\n  x<->y}\nP(y|do( x ))");
/// let text = syntax::format(&source).unwrap();
/// assert_eq!(text, "graph bow {\n    x -> y  // the effect\n    x <-> y\n}\nP(y | do(x))\n");
/// ```
pub fn format(source: &Source) -> Result<String, Vec<Diagnostic>> {
    let text = read::faultless(source)?;
    let mut formatter = Formatter { text, page: Page::default(), tokens: Vec::new() };
    formatter.statements();
    let text = formatter.page.finish();
    Ok(if text.len() > MAX_FILE { source.text().to_owned() } else { text })
}

struct Formatter<'a> {
    text: Text<'a>,
    page: Page,
    /// The piece at hand; kept for its memory.
    tokens: Vec<tokens::Token<'a>>,
}

impl<'a> Formatter<'a> {
    fn statements(&mut self) {
        let mut at = if self.text.rest(0).starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        loop {
            at = self.between(at, 0);
            if at >= self.text.end {
                return;
            }
            at = self.statement(at).max(at + 1);
        }
    }

    /// Blanks, line ends, comments and `;` up to the next piece.
    fn between(&mut self, mut at: usize, indent: usize) -> usize {
        while at < self.text.end {
            let (step, next) = self.text.step(at);
            match step {
                Step::Newline => self.page.line_end(),
                Step::Blank => {}
                Step::Comment => self.comment(at, next, indent),
                Step::Semicolon => self.page.semicolon(indent),
                Step::Word | Step::Sign(_) => match self.text.rest(at).chars().next() {
                    Some(c) if c.is_whitespace() => {
                        at += c.len_utf8();
                        continue;
                    }
                    _ => break,
                },
                Step::Open(_) | Step::Close(_) | Step::Quoted => break,
            }
            at = next;
        }
        at
    }

    fn comment(&mut self, at: usize, end: usize, indent: usize) {
        let column = self.text.first_on_line(at).then(|| self.text.indent(at));
        self.page.comment(self.text.slice(at..end), indent, column);
    }

    /// One statement; where it ends.
    fn statement(&mut self, start: usize) -> usize {
        let (word, named) = read::opening_word(self.text.rest(start));
        if !named
            && matches!(word, "table" | "refute")
            && let Some(brace) = self.text.block(start)
        {
            return self.as_written(start, brace);
        }
        let mode = match word {
            "graph" | "dag" => Some(Mode::Graph),
            "proof" => Some(Mode::Statement),
            "model" => Some(Mode::Model),
            _ => None,
        };
        if let Some(mode) = mode.filter(|_| !named)
            && let Some(brace) = self.text.block(start)
        {
            return self.block(start, brace, mode);
        }
        let range = self.text.piece(start, self.text.indent(start), Ends::Line).range;
        self.piece(range, Mode::Statement, 0)
    }

    /// A block whose lines stay as they are, less blanks at their ends and empty lines but one; where it ends.
    fn as_written(&mut self, start: usize, brace: usize) -> usize {
        let (mut at, mut depth, mut written) = (start, 0_usize, String::new());
        let bare = |text: &str| text.trim_end_matches([' ', '\t', '\r']).len();
        while at < self.text.end {
            let (step, next) = self.text.step(at);
            let part = self.text.slice(at..next);
            let inside = at >= brace;
            at = next;
            match step {
                Step::Newline => {
                    written.truncate(bare(&written));
                    if !written.ends_with("\n\n") {
                        written.push('\n');
                    }
                    continue;
                }
                Step::Comment => {
                    for (i, line) in part.split('\n').enumerate() {
                        written.push_str(if i > 0 { "\n" } else { "" });
                        written.push_str(line.get(..bare(line)).unwrap_or(line));
                    }
                    continue;
                }
                Step::Open(_) if inside => depth += 1,
                Step::Close(_) if inside => depth -= 1,
                Step::Open(_)
                | Step::Close(_)
                | Step::Blank
                | Step::Semicolon
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            written.push_str(part);
            if inside && depth == 0 {
                break;
            }
        }
        self.page.word(&written, false, 0);
        if self.goes_on(at) {
            self.page.break_line();
            // A `;` has nothing left to separate.
            while let (Step::Blank | Step::Semicolon, next) = self.text.step(at) {
                at = next;
            }
        }
        at
    }

    /// A graph, a proof or a model; where it ends.
    fn block(&mut self, start: usize, brace: usize, mode: Mode) -> usize {
        let open = self.over_lines(brace);
        let head = self.piece(start..brace, mode, 0);
        self.between(head, INDENT);
        self.page.join();
        if self.page.ends_in_line_comment() {
            self.page.break_line();
        }
        self.page.open_block(open);
        if open && self.goes_on(brace + 1) {
            self.page.break_line();
        }
        let first = self.page.len();
        let mut at = brace + 1;
        let mut before = at..at;
        loop {
            at = self.between(at, INDENT);
            if at >= self.text.end || self.text.byte(at) == b'}' {
                break;
            }
            let range = match mode {
                Mode::Graph => self.text.graph_piece(at, None).range,
                Mode::Statement => self.text.proof_piece(at, None).range,
                Mode::Model => self.text.model_piece(at, None).range,
            };
            let alone = match mode {
                Mode::Graph => false,
                Mode::Statement => true,
                // After a line end the reader would take some words for more of the line before.
                Mode::Model => before.is_empty() || !self.text.equation_goes_on(before.start, before.end, at),
            };
            if open && alone {
                self.page.break_line();
            }
            before = range.clone();
            at = self.piece(range, mode, INDENT).max(at + 1);
        }
        if open && mode == Mode::Statement {
            self.page.align_reasons(first);
        }
        self.page.close_block(open);
        let end = at + 1;
        if open && self.goes_on(end) {
            self.page.break_line();
            // A `;` has nothing left to separate.
            let mut at = end;
            while let (Step::Blank | Step::Semicolon, next) = self.text.step(at) {
                at = next;
            }
            return at;
        }
        end
    }

    /// Whether a block stands on more than one line.
    fn over_lines(&self, brace: usize) -> bool {
        let (mut at, mut depth) = (brace, 0_usize);
        while at < self.text.end {
            let (step, next) = self.text.step(at);
            match step {
                Step::Newline => return true,
                Step::Comment if self.text.slice(at..next).contains('\n') => return true,
                Step::Open(b'{') => depth += 1,
                Step::Close(b'}') => {
                    depth -= 1;
                    if depth == 0 {
                        return false;
                    }
                }
                Step::Blank
                | Step::Comment
                | Step::Semicolon
                | Step::Open(_)
                | Step::Close(_)
                | Step::Quoted
                | Step::Word
                | Step::Sign(_) => {}
            }
            at = next;
        }
        true
    }

    /// Whether more than comments follows on the line.
    fn goes_on(&self, mut at: usize) -> bool {
        while at < self.text.end {
            let (step, next) = self.text.step(at);
            match step {
                Step::Blank | Step::Comment | Step::Semicolon => at = next,
                Step::Newline => return false,
                Step::Word | Step::Sign(_) => match self.text.rest(at).chars().next() {
                    Some(c) if c.is_whitespace() => at += c.len_utf8(),
                    _ => return true,
                },
                Step::Open(_) | Step::Close(_) | Step::Quoted => return true,
            }
        }
        false
    }
}
