//! What a line is: a statement of the language, an edit, a command; and where one line ends and the next begins.

use crate::syntax::outline::{self, Lexeme, LexemeKind};

/// A line by kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Line<'a> {
    /// Nothing at all, or output in a transcript.
    Nothing,
    /// Comments alone.
    Comment(&'a str),
    /// `:graph churn`: the word and what follows it.
    Command(&'a str, &'a str),
    /// `x -> y`, `u [latent]`, `latent u`: items of a graph.
    Items(&'a str),
    /// What follows `drop`.
    Drop(&'a str),
    /// Anything else.
    Statement(&'a str),
}

/// Begins a line of output in a transcript, which a session passes over.
pub const OUTPUT: &str = "//|";

/// The signs that join two variables of a graph, or that people write to do so.
const EDGES: [&str; 11] = ["->", "<-", "<->", "-->", "---", "--", "=>", "~>", "→", "←", "↔"];

/// Cuts what was typed or pasted into the lines that stand for themselves: a line is not cut inside brackets or
/// comments, and ends at a `;` outside of them as well. A bracket that nothing closes ends before the next line that is a
/// command or can only open another statement, so that it takes no more than its own line with it.
/// O(length × commands and such brackets).
#[must_use]
pub fn lines(input: &str) -> Vec<&str> {
    cut(input, true)
}

/// The last line, which may not be finished.
pub(super) fn last(input: &str) -> &str {
    cut(input, false).last().copied().unwrap_or("")
}

fn cut(input: &str, finished: bool) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut rest = input.trim();
    while !rest.is_empty() {
        let end = if is_command(rest) {
            // A command is its line, whatever stands there.
            let end = rest.find('\n').unwrap_or(rest.len());
            lines.extend(rest.get(..end).map(str::trim));
            end
        } else {
            statements(rest, finished, &mut lines)
        };
        rest = rest.get(end..).unwrap_or("").trim_start();
    }
    lines
}

/// Cuts up to the next command, or to what an open bracket must not take with it; where that is.
fn statements<'a>(input: &'a str, finished: bool, lines: &mut Vec<&'a str>) -> usize {
    let (mut start, mut end, mut depth) = (0, 0, 0_usize);
    let mut take = |from: usize, to: usize| {
        let line = input.get(from..to).unwrap_or("").trim();
        if !line.is_empty() {
            lines.push(line);
        }
    };
    for lexeme in outline::lexemes(input) {
        let between = input.get(end..lexeme.span.start).unwrap_or("");
        if between.contains('\n') {
            let command = is_command(input.get(lexeme.span.start..).unwrap_or(""));
            if command && depth > 0 && finished {
                // The statement that is open ends here at the latest.
                let next = next_statement(input.get(..lexeme.span.start).unwrap_or(""), start);
                if let Some(next) = next {
                    take(start, next);
                    return next;
                }
            }
            if depth == 0 || command {
                take(start, end);
                start = lexeme.span.start;
            }
            if command {
                return start;
            }
        }
        match lexeme.kind {
            LexemeKind::Open => depth += 1,
            LexemeKind::Close => depth = depth.saturating_sub(1),
            LexemeKind::Sign if depth == 0 && input.get(lexeme.span.start..lexeme.span.end) == Some(";") => {
                take(start, lexeme.span.start);
                start = lexeme.span.end;
            }
            LexemeKind::Sign
            | LexemeKind::Word
            | LexemeKind::Number
            | LexemeKind::Text
            | LexemeKind::Comment
            | LexemeKind::Strange => {}
        }
        end = lexeme.span.end;
    }
    if finished
        && depth > 0
        && let Some(next) = next_statement(input, start)
    {
        take(start, next);
        return next;
    }
    take(start, input.len());
    input.len()
}

/// Where after a statement with an open bracket the next one begins, if one does: at a line no deeper than it that can
/// only open a statement, or, where no block is open, after an empty line.
fn next_statement(input: &str, start: usize) -> Option<usize> {
    let statement = input.get(start..)?;
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let first = input.get(..start)?.rsplit('\n').next()?;
    let deep = if first.trim().is_empty() { first.len() } else { indent(first) } + indent(statement);
    let mut at = start;
    let mut empty = false;
    for (number, line) in statement.split_inclusive('\n').enumerate() {
        if number > 0 {
            let blank = line.trim().is_empty();
            if !blank && empty && !in_block(input.get(start..at)?) {
                return Some(at);
            }
            empty = blank;
            if !blank && indent(line) <= deep && outline::opens_statement(input, at) {
                return Some(at);
            }
        }
        at += line.len();
    }
    None
}

/// Whether a brace is open at the end.
fn in_block(text: &str) -> bool {
    let mut open = Vec::new();
    for lexeme in outline::lexemes(text) {
        match lexeme.kind {
            LexemeKind::Open => open.push(text.get(lexeme.span.start..lexeme.span.end)),
            LexemeKind::Close => drop(open.pop()),
            LexemeKind::Sign
            | LexemeKind::Word
            | LexemeKind::Number
            | LexemeKind::Text
            | LexemeKind::Comment
            | LexemeKind::Strange => {}
        }
    }
    open.contains(&Some("{"))
}

/// Whether more must be typed before the input, of which the last line end has been taken away, can be read: a bracket
/// or a comment is open. An empty line ends what is no block, since few brackets are left open on purpose. O(length).
#[must_use]
pub fn is_open(input: &str) -> bool {
    let last = last(input);
    if last.is_empty() || is_command(last) || !outline::is_open(last) {
        return false;
    }
    let gap = input.trim_end_matches('\r').rsplit_once('\n').is_some_and(|(_, line)| line.trim().is_empty());
    let comment = outline::lexemes(last).last().is_some_and(|lexeme| lexeme.kind == LexemeKind::Comment);
    !gap || comment || in_block(last)
}

/// Whether a line is a command. No line of the language begins with a colon and a letter.
pub(super) fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.strip_prefix(':').is_some_and(|word| !word.starts_with(['=', ' ', '{']))
}

/// Says what a line is, by its first words and by the edges outside of its brackets. O(length).
pub(super) fn line(text: &str) -> Line<'_> {
    let text = text.trim();
    if text.is_empty() || text.lines().all(|line| line.trim_start().starts_with(OUTPUT)) {
        return Line::Nothing;
    }
    if let Some(command) = text.strip_prefix(':') {
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        return Line::Command(word, rest.trim());
    }
    let all = outline::lexemes(text);
    let lexemes: Vec<&Lexeme> = all.iter().filter(|lexeme| lexeme.kind != LexemeKind::Comment).collect();
    let shown = |lexeme: &Lexeme| text.get(lexeme.span.start..lexeme.span.end).unwrap_or("");
    let is_name = |lexeme: &Lexeme| matches!(lexeme.kind, LexemeKind::Word | LexemeKind::Text | LexemeKind::Number);
    let Some(&first) = lexemes.first() else { return Line::Comment(text) };
    let second = lexemes.get(1).map_or("", |second| shown(second));
    let names_follow = lexemes.get(1).is_some_and(|second| is_name(second));
    let word = shown(first);
    let is_edge = |text: &str| EDGES.contains(&text);
    if word == "drop" && (names_follow || second == "{" || second.is_empty()) {
        return Line::Drop(text.get(first.span.end..).unwrap_or("").trim_start());
    }
    if word == "latent" && names_follow {
        return Line::Items(text);
    }
    let operator = matches!((word, second), ("P", "(") | ("E", "["));
    let opens = first.kind == LexemeKind::Word && outline::statements().any(|(opening, _)| opening == word);
    if operator || (opens && !is_edge(second)) || unbalanced(text, &all) {
        return Line::Statement(text);
    }
    let mut depth = 0_usize;
    let joins = lexemes.iter().any(|lexeme| match lexeme.kind {
        LexemeKind::Open => {
            depth += 1;
            false
        }
        LexemeKind::Close => {
            depth = depth.saturating_sub(1);
            false
        }
        LexemeKind::Sign => depth == 0 && is_edge(shown(lexeme)),
        LexemeKind::Word | LexemeKind::Number | LexemeKind::Text | LexemeKind::Comment | LexemeKind::Strange => false,
    });
    let attributes = is_name(first) && second == "[" && lexemes.last().is_some_and(|last| shown(last) == "]");
    if joins || attributes { Line::Items(text) } else { Line::Statement(text) }
}

/// Whether a bracket closes nothing or is never closed: then the line cannot stand inside a block.
fn unbalanced(text: &str, lexemes: &[Lexeme]) -> bool {
    let mut open = Vec::new();
    for lexeme in lexemes {
        let bracket = text.get(lexeme.span.start..lexeme.span.end).unwrap_or("");
        match (lexeme.kind, bracket) {
            (LexemeKind::Open, _) => open.push(bracket),
            (LexemeKind::Close, _) => {
                let pair = matches!((open.pop(), bracket), (Some("("), ")") | (Some("["), "]") | (Some("{"), "}"));
                if !pair {
                    return true;
                }
            }
            _ => {}
        }
    }
    !open.is_empty() || outline::is_open(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_outside_of_brackets() {
        let input = "graph {\n a -> b; c\n}\nP(b |\n do(a)); a -> c\n:load a;b\n:help\n/// doc\nP(b)";
        let expected = ["graph {\n a -> b; c\n}", "P(b |\n do(a))", "a -> c", ":load a;b", ":help", "/// doc", "P(b)"];
        assert_eq!(lines(input), expected);
        assert!(lines(" \n ; \n").is_empty());
    }

    #[test]
    fn an_open_bracket_takes_its_own_line() {
        for (input, expected) in [
            ("P(y | do(x)\nP(z)", &["P(y | do(x)", "P(z)"][..]),
            ("P(y | do(x)\n\nx -> y", &["P(y | do(x)", "x -> y"]),
            ("P(y | do(x\n:graph\nP(z)", &["P(y | do(x", ":graph", "P(z)"]),
            (
                "graph {\n  a -> b\n\n  b -> c\nP(c | do(a))\na -> c",
                &["graph {\n  a -> b\n\n  b -> c", "P(c | do(a))", "a -> c"],
            ),
            ("graph {\nE [latent]\n\nP -> E\n}\nP(E)", &["graph {\nE [latent]\n\nP -> E\n}", "P(E)"]),
            ("graph { a\nP(b)\nx -> y\n:graph", &["graph { a", "P(b)", "x -> y", ":graph"]),
            ("a -> {b c\nlet Q = P(y)\nP(b", &["a -> {b c", "let Q = P(y)", "P(b"]),
        ] {
            assert_eq!(lines(input), expected, "{input}");
        }
    }

    #[test]
    fn what_is_open_goes_on() {
        for open in
            ["graph {", "P(y", ":help\nP(y", "/* a", "graph {\n", "graph {\na -> b\n\n", "P(y |\ndo(x)", "/* a\n"]
        {
            assert!(is_open(open), "{open}");
        }
        for closed in [":load (", "P(y)", "", "graph { a }\n", "P(y\n", "P(y\n  ", "P(y\n:help", "graph {\n:quit"] {
            assert!(!is_open(closed), "{closed}");
        }
    }

    #[test]
    fn edges_make_an_edit() {
        for items in [
            "x -> y",
            "{a b} -> c",
            "a <-> b [beta=\".4\"]",
            "latent u, w",
            "u [latent]",
            "\"P(y)\" -> c",
            "graph -> y",
            "model <- y",
            "drop -> y",
            "latent -> y",
            "a -- b",
        ] {
            assert_eq!(line(items), Line::Items(items));
        }
        for statement in [
            "P(y | do(x))",
            "graph { a -> b }",
            "x _||_ y | z",
            "let Q = P(y)",
            "E [y] - E[z]",
            "x -> y }",
            "{ x -> y",
            "expect x _||_ y",
            "churn",
            "drop: P(y)",
            "latent: P(y)",
        ] {
            assert_eq!(line(statement), Line::Statement(statement));
        }
        assert_eq!(line(" drop x -> y "), Line::Drop("x -> y"));
        assert_eq!(line(":graph  churn "), Line::Command("graph", "churn"));
        assert_eq!(line("// a"), Line::Comment("// a"));
        assert_eq!(line("//| a\n//| b"), Line::Nothing);
    }
}
