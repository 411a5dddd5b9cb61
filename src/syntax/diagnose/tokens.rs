//! A piece as a list of words and signs. Only what the grammar refuses is ever cut this fine.

use crate::source::Span;
use pest::unicode::{XID_CONTINUE, XID_START};
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::syntax) enum Kind {
    /// A name or a word, with its dots.
    Name,
    /// Digits, perhaps with a dot between.
    Number,
    /// A text in quotes.
    Quoted,
    /// A text in quotes that ends with its line.
    Unclosed,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// Any sign of the language, or one that resembles it.
    Sign,
    /// `'` and `′`
    Prime,
    /// A character that means nothing.
    Strange,
}

/// A word or a sign.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    pub span: Span,
    /// Nothing stands between it and the one before.
    pub glued: bool,
}

impl Token<'_> {
    /// Whether it is this sign or word.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Name | Kind::Sign | Kind::Open | Kind::Close) && self.text == text
    }

    /// Whether it can be the name of a variable.
    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Quoted)
    }

    /// `sum`, `\sum`, `Σ`, `∑`
    pub fn is_sum(&self) -> bool {
        matches!(self.text, "sum" | "\\sum" | "Σ" | "∑")
    }
}

/// The signs, longest first where one begins another.
const SIGNS: &[&str] = &[
    "_||_", "\\sum", "<->", "-->", "---", "==", ":=", "!=", "<=", ">=", "=>", "~>", "->", "<-", "--", "..", "⫫", "→",
    "←", "↔", "−", "·", "⋅", "×", "Σ", "∑", "⊥", "⟂", "∐", "≠", "≤", "≥", "∼", "_", "=", ":", ",", ";", "|", "+", "-",
    "*", "/", "^", "~", "<", ">", "@", "!", ".",
];

/// Cuts a piece of a text into tokens; comments and blanks fall away.
pub(in crate::syntax) fn tokens(text: &str, range: Range<usize>) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, end) = (range.start, range.end);
    let mut glued = false;
    while let Some(rest) = text.get(at..end)
        && let Some(first) = rest.chars().next()
    {
        if let Some(length) = blank(rest, first) {
            at += length;
            glued = false;
            continue;
        }
        let (kind, length) = token(rest, first);
        let span = Span::new(at, at + length);
        tokens.push(Token { kind, text: &rest[..length], span, glued });
        at = span.end;
        glued = true;
    }
    tokens
}

/// The length of a blank or a comment.
fn blank(rest: &str, first: char) -> Option<usize> {
    if first.is_whitespace() {
        Some(first.len_utf8())
    } else if first == '#' || rest.starts_with("//") {
        Some(rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        Some(rest.get(2..).and_then(|inside| inside.find("*/")).map_or(rest.len(), |end| end + 4))
    } else {
        None
    }
}

fn token(rest: &str, first: char) -> (Kind, usize) {
    match first {
        '"' => quoted(rest),
        '(' | '[' | '{' => (Kind::Open, 1),
        ')' | ']' | '}' => (Kind::Close, 1),
        '\'' | '′' => (Kind::Prime, first.len_utf8()),
        '0'..='9' => {
            let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
            let whole = digits(rest);
            let part = rest.get(whole..).and_then(|after| after.strip_prefix('.')).map_or(0, digits);
            (Kind::Number, if part > 0 { whole + 1 + part } else { whole })
        }
        _ => match name(rest) {
            0 => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Kind::Sign, sign.len()),
                None => (Kind::Strange, first.len_utf8()),
            },
            length => (Kind::Name, length),
        },
    }
}

fn quoted(rest: &str) -> (Kind, usize) {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return (Kind::Unclosed, at),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (Kind::Quoted, at + 1),
            _ => {}
        }
    }
    (Kind::Unclosed, rest.len())
}

/// The length of the name at the beginning of a text, as the grammar's `dotted` has it.
fn name(rest: &str) -> usize {
    let mut length = 0;
    let mut begins = true;
    for (at, c) in rest.char_indices() {
        let after = rest.get(at..).unwrap_or("");
        if after.starts_with("_||_") || after.starts_with("_{") {
            break;
        }
        let fits = if begins && at == 0 { is_first_letter(c) } else { is_letter(c) };
        if fits {
            length = at + c.len_utf8();
            begins = false;
        } else if c == '.' && !begins {
            // A dot belongs to the name where a letter follows.
            begins = true;
        } else {
            break;
        }
    }
    length
}

fn is_first_letter(c: char) -> bool {
    c == '_' || c != 'Σ' && XID_START(c)
}

fn is_letter(c: char) -> bool {
    c == '_' || ('₀'..='₉').contains(&c) || c != '·' && XID_CONTINUE(c)
}
