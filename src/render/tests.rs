//! Media, on documents made by hand.

use super::document::{Block, Document, Line, Math, Table, Text, Tone};
use super::{Style, latex, markdown, terminal};
use crate::graph::EdgeKind;
use crate::source::Source;
use crate::syntax::{self, tree};

fn expr(text: &str) -> Box<tree::Expr> {
    let (tree, diagnostics) = syntax::parse(&Source::new("t", format!("simplify {text}")));
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
    match tree.statements.into_iter().next().map(|statement| statement.kind) {
        Some(tree::StatementKind::Query(tree::QueryStatement { query: tree::Query::Simplify(expr), .. })) => {
            Box::new(expr)
        }
        other => panic!("{other:?}"),
    }
}

fn document() -> Document {
    let mut document = Document::default();
    document.push(Block::Question { query: Math::Expr(expr("P(y | do(x))")), place: "a.causal:7".to_owned() });
    document.say(Text::new().tone(Tone::Good, "Identifiable").say(": what is measured gives the answer."));
    document.push(Block::Formula {
        lhs: Some(Math::Expr(expr("P(y | do(x))"))),
        rhs: Math::Expr(expr("sum_{z} P(y | x, z) P(z)")),
    });
    document
        .say(Text::of("Adjust for ").names(["z", "w_1", "carry matches"]).say("; ").math(Math::Set(vec!["z".into()])));
    document.push(Block::List(vec![
        Text::of("a path ")
            .math(Math::Path(vec!["x".into(), "m".into(), "y".into()], vec![EdgeKind::Forward, EdgeKind::Backward])),
        Text::of("50 % & more_of it"),
    ]));
    document.push(Block::Table(Table {
        caption: Text::of("Two columns:"),
        head: vec![Text::of("name"), Text::of("chance")],
        rows: vec![
            vec![Text::new().name("x"), Text::new().math(Math::Number("1/2".into()))],
            vec![Text::new().name("longer"), Text::new().math(Math::Number("5/8".into()))],
        ],
    }));
    document.push(Block::Board(vec![
        Line {
            label: String::new(),
            lhs: Some(Math::Expr(expr("P(y | do(x))"))),
            rhs: Some(Math::Expr(expr("sum_{z} P(y | do(x), z) P(z | do(x))"))),
            reason: Text::of("marginalise"),
        },
        Line {
            label: String::new(),
            lhs: None,
            rhs: Some(Math::Expr(expr("sum_{z} P(y | x, z) P(z)"))),
            reason: Text::of("rule 2"),
        },
    ]));
    document
}

#[test]
fn a_document_in_each_medium() {
    let ascii = Style { unicode: false, width: 60, ..Style::default() };
    insta::assert_snapshot!("terminal_unicode", terminal(&document(), &Style::default()));
    insta::assert_snapshot!("terminal_ascii_narrow", terminal(&document(), &ascii));
    insta::assert_snapshot!("terminal_colour", terminal(&document(), &Style { colour: true, ..Style::default() }));
    insta::assert_snapshot!("markdown", markdown(&document()));
    insta::assert_snapshot!("latex", latex(&document()));
}

#[test]
fn prose_is_broken_at_the_width_and_names_are_not() {
    let mut document = Document::default();
    document
        .say(Text::of("one two three four five six seven ").math(Math::Set(vec!["a".into(), "b".into()])).say(" end."));
    let text = terminal(&document, &Style { width: 30, ..Style::default() });
    assert_eq!(text, "  one two three four five six\n  seven {a, b} end.\n");
    assert!(text.lines().all(|line| line.chars().count() <= 30));
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let mut document = Document::default();
    document.say(Text::of("what is ").name("\u{1b}[31mred").say("?"));
    document.push(Block::Formula { lhs: None, rhs: Math::Code("a\nb\u{7}".into()) });
    let text = terminal(&document, &Style::default());
    assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    assert!(text.contains("\\u{1b}[31mred"), "{text}");
}

#[test]
fn expressions_in_latex() {
    let shown = |text: &str| latex::expr(&expr(text));
    assert_eq!(shown("P(y | do(x), z)"), "P(y \\mid \\mathrm{do}(x), z)");
    assert_eq!(shown("P(y = 1 | do(x = high))"), "P(y = 1 \\mid \\mathrm{do}(x = \\text{high}))");
    assert_eq!(shown("E[y | do(x)]"), "\\mathbb{E}[y \\mid \\mathrm{do}(x)]");
    assert_eq!(
        shown("sum_{z, w_1} P(y | x', z) P(z, w_1)"),
        "\\sum_{z, \\mathit{w\\_1}} P(y \\mid x', z) \\, P(z, \\mathit{w\\_1})"
    );
    assert_eq!(shown("(sum_{w} P(x, w)) / P(x)"), "\\frac{\\sum_{w} P(x, w)}{P(x)}");
    assert_eq!(shown("(sum_{w} P(x, w)) P(x)"), "\\left(\\sum_{w} P(x, w)\\right) \\, P(x)");
    assert_eq!(shown("sum_{w} (P(w) - P(x))"), "\\sum_{w} \\left(P(w) - P(x)\\right)");
    assert_eq!(shown("P(a) - (P(b) - P(c))"), "P(a) - \\left(P(b) - P(c)\\right)");
    assert_eq!(shown("P(x) sum_{y} y P(y)"), "P(x) \\, \\sum_{y} y \\, P(y)");
}
