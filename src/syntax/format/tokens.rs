//! The signs of a piece, as the grammar takes them apart.

use super::super::cut::{Step, Text};
use std::ops::Range;

/// How a piece is taken apart: names differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// A statement, the head of a proof or a line of it.
    Statement,
    /// The head of a graph or a line of its body.
    Graph,
    /// The head of a model or a line of its body.
    Model,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// A name with its primes, a word, a number, a value; quoted or not.
    Word,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// Any other sign, of one character or more.
    Sign,
    /// A comment.
    Comment,
}

/// One sign of a piece.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Where it begins.
    pub at: usize,
    /// How many line ends stand before it.
    pub breaks: u32,
}

const SIGNS: [&str; 18] =
    ["<->", "->", "<-", "==", ":=", "!=", "<=", ">=", "≠", "≤", "≥", "..", "→", "←", "↔", "⫫", "−", "Σ"];
const MORE_SIGNS: [&str; 4] = ["·", "×", "⋅", "∑"];

/// Takes a piece apart. O(length).
pub(super) fn tokens<'a>(text: &Text<'a>, range: Range<usize>, mode: Mode, tokens: &mut Vec<Token<'a>>) {
    tokens.clear();
    let (mut at, mut breaks) = (range.start, 0);
    while at < range.end {
        let rest = text.slice(at..range.end);
        let Some(c) = rest.chars().next() else { return };
        if c.is_whitespace() {
            breaks += u32::from(c == '\n');
            at += c.len_utf8();
            continue;
        }
        let (step, next) = text.step(at);
        let (kind, length) = match step {
            Step::Comment => (Kind::Comment, next - at),
            Step::Open(_) => (Kind::Open, 1),
            Step::Close(_) => (Kind::Close, 1),
            Step::Quoted => (Kind::Word, next - at + primes(text.slice(next..range.end))),
            Step::Semicolon => (Kind::Sign, 1),
            Step::Blank | Step::Newline | Step::Word | Step::Sign(_) => match mode {
                Mode::Statement | Mode::Model => in_statement(rest),
                Mode::Graph => in_graph(rest, tokens.last().is_some_and(|last| last.text == "=")),
            },
        };
        let end = (at + length).min(range.end);
        tokens.push(Token { kind, text: text.slice(at..end), at, breaks });
        (at, breaks) = (end, 0);
    }
}

/// The length of the primes that follow a name.
fn primes(rest: &str) -> usize {
    rest.len() - rest.trim_start_matches(['\'', '′']).len()
}

fn sign(rest: &str) -> Option<usize> {
    let first = rest.bytes().next();
    let mut signs = SIGNS.iter().chain(&MORE_SIGNS).filter(|sign| sign.bytes().next() == first);
    signs.find(|sign| rest.starts_with(**sign)).map(|sign| sign.len())
}

/// How many ASCII letters and digits a text begins with.
fn plain(rest: &str) -> usize {
    rest.bytes().take_while(u8::is_ascii_alphanumeric).count()
}

fn in_statement(rest: &str) -> (Kind, usize) {
    // Most of what stands in a text are names of plain letters.
    let plain = plain(rest);
    if plain == 0 {
        if rest.starts_with("_||_") {
            return (Kind::Sign, 4);
        }
        if rest.starts_with("_{") {
            return (Kind::Sign, 1);
        }
        if let Some(length) = sign(rest) {
            return (Kind::Sign, length);
        }
    }
    let skipped = usize::from(rest.starts_with('\\'));
    let begun = skipped.max(plain);
    let mut length = begun;
    for (at, c) in rest.get(begun..).unwrap_or("").char_indices() {
        let at = at + begun;
        let after = rest.get(at..).unwrap_or("");
        let goes_on = match c {
            '.' => at > 0 && after.chars().nth(1).is_some_and(is_letter),
            '_' => !after.starts_with("_||_") && !after.starts_with("_{"),
            _ => is_letter(c),
        };
        if !goes_on {
            break;
        }
        length = at + c.len_utf8();
    }
    if length > skipped {
        (Kind::Word, length + primes(rest.get(length..).unwrap_or("")))
    } else {
        (Kind::Sign, rest.chars().next().map_or(1, char::len_utf8))
    }
}

fn in_graph(rest: &str, value: bool) -> (Kind, usize) {
    let run = |goes_on: &dyn Fn(char) -> bool| rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
    if value {
        let length = run(&|c| is_letter(c) || matches!(c, '.' | '-' | '+' | '%' | ':'));
        if length > 0 {
            return (Kind::Word, length);
        }
    }
    let plain = plain(rest);
    if plain == 0
        && let Some(length) = sign(rest)
    {
        return (Kind::Sign, length);
    }
    let signed = usize::from(rest.starts_with('-'));
    let begun = signed.max(plain);
    let mut length = begun;
    for (at, c) in rest.get(begun..).unwrap_or("").char_indices() {
        let at = at + begun;
        let after = rest.get(at..).unwrap_or("");
        let goes_on = is_letter(c) || c == '.' && after.chars().nth(1).is_some_and(is_letter);
        if !goes_on {
            break;
        }
        length = at + c.len_utf8();
    }
    if length > signed { (Kind::Word, length) } else { (Kind::Sign, rest.chars().next().map_or(1, char::len_utf8)) }
}

/// Whether a character can stand in a name. The text has no errors, so what is no blank and no sign is a letter.
fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || c == '_'
    } else {
        !c.is_whitespace() && !matches!(c, '→' | '←' | '↔' | '⫫' | '−' | '·' | '×' | '⋅' | '∑' | '′' | '≠' | '≤' | '≥')
    }
}
