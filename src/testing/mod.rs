//! A file as a test: what it answers, as text to keep and compare, and how its expectations came out.
//!
//! In: a text in the language. Out: a [`Report`], or the diagnostics. Must never know: files, snapshots on a disk,
//! terminals; `whatif test` and insta bring those.
//!
//! In a crate of one's own, with insta, a graph and its answers are under test in three lines:
//!
//! ```
//! # mod insta { macro_rules! assert_snapshot { ($text:expr) => { assert!($text.contains("Back-door")) } } pub(crate) use assert_snapshot; }
//! # mod inner { pub fn file() -> &'static str { "graph { z -> x -> y; z -> y }\nP(y | do(x))" } }
//! # fn main() {
//! let text = inner::file(); // or include_str!("graphs/churn.causal")
//! insta::assert_snapshot!(whatif::testing::snapshot(text));
//! # }
//! ```
//!
//! The text is that of `whatif run --steps`, in a width of its own and without line numbers, so that it changes only
//! where an answer does:
//!
//! ```
//! let text = whatif::testing::snapshot("graph { x -> y }\nP(y | do(x))\n");
//! assert_eq!(text.lines().next(), Some("P(y | do(x))"));
//! assert!(text.contains("\n      P(y | x)\n"));
//! ```

use crate::answer::{Answer, Expected, Options, Prover};
use crate::problem::{self, Problem};
use crate::render::document::Block;
use crate::render::{self, Document, Steps, Style};
use crate::source::{Diagnostic, Source};

/// A file that has been put to the test.
#[derive(Clone, Debug)]
pub struct Report {
    /// The problem that was read.
    pub problem: Problem,
    /// Its questions answered, in order.
    pub answers: Vec<Answer>,
    /// Its expectations, in order.
    pub expected: Vec<Expected>,
}

/// Reads a text, answers its questions and looks at its expectations. As much work as its questions are.
///
/// # Errors
///
/// The diagnostics, where there is an error among them.
pub fn test(source: &Source) -> Result<Report, Vec<Diagnostic>> {
    let (problem, mut diagnostics) = problem::read(source);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let options = Options::default();
    let done = Prover::new(&problem).map(|prover| {
        let answers = (0..problem.queries.len()).map(|index| prover.answer(index, &options)).collect();
        let expected = (0..problem.expectations.len()).map(|index| prover.expectation(index, &options)).collect();
        (answers, expected)
    });
    match done {
        Ok((answers, expected)) => Ok(Report { problem, answers, expected }),
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            Err(diagnostics)
        }
    }
}

/// What a text comes to: its answers with their derivations, then the expectations that do not hold; or, where it has
/// errors, those. For a snapshot: it depends on the text and on nothing else.
#[must_use]
pub fn snapshot(text: &str) -> String {
    match test(&Source::new("", text)) {
        Ok(report) => {
            let mut page = report.answers_text();
            if report.expected.iter().any(|expected| expected.holds != Some(true)) {
                page.push('\n');
                page.push_str(&text_of(&mut render::expectations(&report.problem, &report.expected)));
            }
            page
        }
        Err(diagnostics) => diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(line).collect(),
    }
}

/// `3:5: no variable is called w (whatif::unknown_variable)`
fn line(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.labels.first().map(|label| diagnostic.source.line_column(label.span.start));
    let place = place.map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
    format!("{place}{} ({})\n", diagnostic.message, diagnostic.code)
}

impl Report {
    /// The answers as text to keep and compare; empty where nothing is asked.
    #[must_use]
    pub fn answers_text(&self) -> String {
        let mut page = Document::default();
        for answer in &self.answers {
            page.append(render::document(&self.problem, answer, Steps::Board));
        }
        text_of(&mut page)
    }

    /// The answers and what follows them, such as numbers from data that the caller read, as text to keep and compare.
    #[must_use]
    pub fn text_with(&self, more: Document) -> String {
        let (mut page, mut more) = (self.answers_text(), more);
        if !more.blocks.is_empty() {
            page.push('\n');
            page.push_str(&text_of(&mut more));
        }
        page
    }

    /// One answer as text to compare, the question on its first line.
    #[must_use]
    pub fn answer_text(&self, answer: &Answer) -> String {
        text_of(&mut render::document(&self.problem, answer, Steps::None))
    }
}

/// A document as text in which no line is named by its number.
fn text_of(document: &mut Document) -> String {
    for block in &mut document.blocks {
        if let Block::Question { place, .. } = block {
            place.clear();
        }
    }
    render::terminal(document, &Style::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRAPH: &str = "graph { z -> x -> y; z -> y }\n";

    #[test]
    fn a_snapshot_depends_on_the_answers_only() {
        let one = snapshot(&format!("{GRAPH}P(y | do(x))"));
        let moved = snapshot(&format!("// said\n\n{GRAPH}\n\n  P( y|do(x) )\nexpect identifiable P(y | do(x))"));
        assert_eq!(one, moved);
        assert_ne!(one, snapshot("graph { x -> y }\nP(y | do(x))"));
        assert!(one.contains("rule 2"), "{one}");
    }

    #[test]
    fn what_fails_is_in_the_snapshot() {
        let text = snapshot(&format!("{GRAPH}P(y | do(x))\nexpect not identifiable P(y | do(x))"));
        assert!(text.contains("Expected otherwise"), "{text}");
        let text = snapshot(&format!("{GRAPH}P(w | do(x))"));
        assert!(text.starts_with("2:3: ") && text.contains("whatif::unknown_variable"), "{text}");
    }
}
