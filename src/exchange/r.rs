//! What the formats of R's packages share: the string in which a script holds a model, and strings of its own.

use super::grammar::Rule;
use super::tokens::Tokens;
use crate::source::{Source, Span};

/// Where the model stands: the inside of the script's first string that looks like one, else the whole text. A script
/// is told by a string that follows `<-`, `=`, `(` or `,`.
pub(super) fn model(source: &Source, looks_like_one: impl Fn(&str) -> bool) -> Span {
    let all = Span::new(0, source.text().len());
    let mut tokens = Tokens::new(source, Rule::r_words, all);
    let mut introduced = false;
    while let Some(token) = tokens.next() {
        let text = tokens.text(token);
        if token.rule == Rule::r_quoted && introduced && looks_like_one(text) {
            return Span::new(token.span.start + 1, token.span.end.saturating_sub(1).max(token.span.start + 1));
        }
        introduced = token.rule == Rule::r_assign || matches!(text, "=" | "(" | ",");
    }
    all
}

/// The first line of a script around a model, to point at; None where there is no script.
pub(super) fn around(source: &Source, model: Span) -> Option<Span> {
    let text = source.text();
    let start = text.len() - text.trim_start().len();
    if model.start <= start {
        return None;
    }
    let line = text.get(start..model.start)?.lines().next()?;
    Some(Span::new(start, start + line.len()))
}

/// What a string in quotes, or a name in backticks, means.
pub(super) fn unquoted(text: &str) -> String {
    let mut inside = text.chars();
    inside.next();
    inside.next_back();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = inside.next() {
        match c {
            '\\' => match inside.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('u') => {
                    let digits = inside.as_str().strip_prefix('{').and_then(|rest| rest.split_once('}'));
                    match digits
                        .and_then(|(hex, rest)| Some((char::from_u32(u32::from_str_radix(hex, 16).ok()?)?, rest)))
                    {
                        Some((c, rest)) => {
                            out.push(c);
                            inside = rest.chars();
                        }
                        None => out.push_str("\\u"),
                    }
                }
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    out
}

/// A text as a string in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Names as a vector of strings, `c("x", "y")`, or one string.
pub(super) fn vector(names: &[String]) -> String {
    let all: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    if let [one] = &all[..] { one.clone() } else { format!("c({})", all.join(", ")) }
}

/// Whether a text is a name without backticks, and no word of R's own.
pub(super) fn is_name(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "if",
        "else",
        "repeat",
        "while",
        "function",
        "for",
        "next",
        "break",
        "in",
        "TRUE",
        "FALSE",
        "NULL",
        "Inf",
        "NaN",
        "NA",
        "NA_integer_",
        "NA_real_",
        "NA_character_",
        "NA_complex_",
        "c",
    ];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'))
        && !WORDS.contains(&text)
}
