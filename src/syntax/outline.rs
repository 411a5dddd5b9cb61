//! What an editor asks of a text, finished or not: its words and signs, whether something is still open, and where the
//! items of a graph stand.

use super::cut::{Step, Text};
use super::diagnose::tokens::{self, Kind};
use super::diagnostics;
use super::grammar::{self, Rule};
use crate::source::{Source, Span};

/// A word, a sign or a comment, with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Lexeme`]s.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LexemeKind {
    /// A name or a word, dots included.
    Word,
    /// Digits.
    Number,
    /// A text in quotes; it ends with its line at the latest.
    Text,
    /// `(`, `[`, `{`
    Open,
    /// `)`, `]`, `}`
    Close,
    /// Any sign of the language, or one that resembles it; primes too.
    Sign,
    /// `// …`, `# …`, `/* … */`
    Comment,
    /// A character that means nothing.
    Strange,
}

/// All of a text but its blanks, in order. O(length).
#[must_use]
pub fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    for token in tokens::tokens(text, 0..text.len()) {
        comments(text, at, token.span.start, &mut lexemes);
        at = token.span.end;
        let kind = match token.kind {
            Kind::Name => LexemeKind::Word,
            Kind::Number => LexemeKind::Number,
            Kind::Quoted | Kind::Unclosed => LexemeKind::Text,
            Kind::Open => LexemeKind::Open,
            Kind::Close => LexemeKind::Close,
            Kind::Sign | Kind::Prime => LexemeKind::Sign,
            Kind::Strange => LexemeKind::Strange,
        };
        lexemes.push(Lexeme { kind, span: token.span });
    }
    comments(text, at, text.len(), &mut lexemes);
    lexemes
}

/// The comments between two tokens.
fn comments(text: &str, from: usize, to: usize, lexemes: &mut Vec<Lexeme>) {
    let mut at = from;
    while let Some(first) = text.get(at..to).and_then(|gap| gap.chars().next()) {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let gap = text.get(at..to).unwrap_or("");
        let length = if gap.starts_with("/*") {
            gap.get(2..).and_then(|inside| inside.find("*/")).map_or(gap.len(), |end| end + 4)
        } else {
            gap.find('\n').unwrap_or(gap.len())
        };
        lexemes.push(Lexeme { kind: LexemeKind::Comment, span: Span::new(at, at + length) });
        at += length.max(1);
    }
}

/// Whether a bracket or a comment is still open at the end. O(length).
#[must_use]
pub fn is_open(text: &str) -> bool {
    let cut = Text::new(text);
    cut.end < text.len() || cut.has_unclosed()
}

/// Where the parts of a graph's block stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GraphOutline {
    /// Between the braces.
    pub body: Span,
    /// One for each of the block's items, in order: from the first to the last character of each.
    pub items: Vec<Span>,
}

/// The outline of the graph statement that stands at a span of a text without errors. None where no such block does.
/// O(length of the text).
#[must_use]
pub fn graph(source: &Source, statement: Span) -> Option<GraphOutline> {
    let text = Text::new(source.text());
    let brace = text.block(statement.start)?;
    let mut items = Vec::new();
    let mut at = brace + 1;
    while at < text.end {
        match text.step(at) {
            (Step::Blank | Step::Newline | Step::Comment | Step::Semicolon, next) => at = next,
            (Step::Close(b'}'), _) => return Some(GraphOutline { body: Span::new(brace + 1, at), items }),
            (Step::Open(_) | Step::Close(_) | Step::Quoted | Step::Word | Step::Sign(_), _) => {
                let first = text.rest(at).chars().next()?;
                if first.is_whitespace() {
                    at += first.len_utf8();
                    continue;
                }
                let piece = text.graph_piece(at, None);
                let line = text.without_comments(piece.range.clone());
                for pair in grammar::parse(Rule::a_graph_line, &line).ok()? {
                    if pair.as_rule() != Rule::EOI {
                        let start = at + pair.as_span().start();
                        items.push(Span::new(start, start + pair.as_str().trim_end().len()));
                    }
                }
                at = piece.next.max(at + 1);
            }
        }
    }
    None
}

/// The words that open a statement, each with how it is written.
pub fn statements() -> impl Iterator<Item = (&'static str, &'static str)> {
    diagnostics::OPENING.into_iter().filter_map(|word| {
        // Where there are several forms, the first.
        Some((word, diagnostics::form(word)?.split('`').next()?))
    })
}

/// Whether the line at an offset can hardly be anything but the beginning of a statement: `let Q`, `P(`, `total:`.
#[must_use]
pub fn opens_statement(text: &str, line: usize) -> bool {
    let cut = Text::new(text.get(line..).unwrap_or(""));
    let blanks = cut.indent(0);
    cut.opens_statement(blanks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::tree::StatementKind;

    #[test]
    fn nothing_but_blanks_is_left_out() {
        let text = "P(y | do(x)) // a\n/* b */ \"c d\" -> e' 1.5 # f";
        let seen: Vec<(LexemeKind, &str)> =
            lexemes(text).iter().map(|l| (l.kind, text.get(l.span.start..l.span.end).unwrap())).collect();
        assert_eq!(seen[0], (LexemeKind::Word, "P"));
        for each in [
            (LexemeKind::Comment, "// a"),
            (LexemeKind::Comment, "/* b */"),
            (LexemeKind::Text, "\"c d\""),
            (LexemeKind::Sign, "->"),
            (LexemeKind::Number, "1.5"),
            (LexemeKind::Comment, "# f"),
        ] {
            assert!(seen.contains(&each), "{each:?} in {seen:?}");
        }
        let shown: String = seen.iter().map(|(_, text)| text.replace(' ', "")).collect();
        assert_eq!(shown, text.replace([' ', '\n'], ""));
    }

    #[test]
    fn an_open_bracket_or_comment_is_seen() {
        for open in ["P(y", "graph {", "proof P(y) { = ", "/* a", "P(y | do(x)", "P(\"y)\""] {
            assert!(is_open(open), "{open}");
        }
        for closed in ["", "P(y)", "graph { }", "\"(\"", "// (", "y)", "/* ( */"] {
            assert!(!is_open(closed), "{closed}");
        }
    }

    #[test]
    fn an_outline_has_a_span_for_each_item() {
        let text =
            "P(a)\ngraph g { // of {\n a -> {b c} // d\n -> e; latent u, w\n  /* x */ v [latent] u -> a w -> a\n}\n";
        let source = Source::new("t", text);
        let (tree, diagnostics) = crate::syntax::parse(&source);
        assert!(diagnostics.is_empty());
        let statement = &tree.statements[1];
        let StatementKind::Graph(block) = &statement.kind else { panic!("a graph") };
        let outline = graph(&source, statement.span).unwrap();
        let shown: Vec<&str> = outline.items.iter().map(|&item| source.slice(item)).collect();
        assert_eq!(shown, ["a -> {b c} // d\n -> e", "latent u, w", "v [latent]", "u -> a", "w -> a"]);
        assert_eq!(block.items.len(), outline.items.len());
        assert!(source.slice(outline.body).ends_with("w -> a\n"));
    }

    #[test]
    fn every_word_with_a_form_opens_a_statement() {
        assert_eq!(statements().count(), 16);
        // The grammar's own words that open a statement, all of which have a form.
        let opening = grammar::words().filter(|word| grammar::begins(Rule::opening_word, word));
        let mut opening: Vec<String> = opening.collect();
        let mut listed: Vec<&str> = statements().map(|(word, _)| word).collect();
        opening.sort();
        listed.sort_unstable();
        assert_eq!(opening, listed);
        for (word, form) in statements() {
            assert!(crate::syntax::read::opens(word) && form.starts_with(if word == "dag" { "graph" } else { word }));
        }
    }
}
