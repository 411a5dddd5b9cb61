//! What is printed parses to the same tree, up to spans.

use super::random;
use crate::source::{Source, Span};
use crate::syntax::parse;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{Name, Statement, StatementKind, Tree};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A tree without its spans, to compare.
pub(super) fn meaning(tree: &Tree) -> String {
    let written = format!("{tree:?}");
    let mut parts = written.split("Span { start: ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("Span ");
        text.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    text
}

/// A runner that draws the same cases on every machine.
pub(super) fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

#[test]
fn printed_trees_parse_to_themselves() {
    for style in [Style::Ascii, Style::Unicode] {
        let outcome = runner(1500).run(&random::tree(), |tree| {
            let text = print::tree(&tree, style);
            let (parsed, diagnostics) = parse(&Source::new("test", text.as_str()));
            prop_assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
            prop_assert_eq!(meaning(&parsed), meaning(&tree), "{}", text);
            Ok(())
        });
        if let Err(failure) = outcome {
            panic!("{failure}");
        }
    }
}

#[test]
fn the_fewest_parentheses_are_enough() {
    let outcome = runner(3000).run(&random::expr(), |expr| {
        for style in [Style::Ascii, Style::Unicode] {
            let text = format!("let it = {}", print::written(&expr, style, true));
            let (parsed, diagnostics) = parse(&Source::new("test", text.as_str()));
            prop_assert!(diagnostics.is_empty(), "{text}\n{diagnostics:#?}");
            let kind = StatementKind::Let { name: Name::new("it".to_owned(), Span::default()), expr: expr.clone() };
            let tree = Tree { statements: vec![Statement { span: Span::default(), doc: None, kind }] };
            prop_assert_eq!(meaning(&parsed), meaning(&tree), "{}", text);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn expressions_print_with_few_parentheses() {
    for (text, ascii, unicode) in [
        ("((a)) (b)", "a b", "a b"),
        ("(sum_{z} P(y|x,z)) P(z)", "(sum_{z} P(y | x, z)) P(z)", "(Σ_{z} P(y | x, z)) P(z)"),
        ("P(z)\u{b7}(\\sum_{z',w} a b)", "P(z) sum_{z', w} a b", "P(z) Σ_{z', w} a b"),
        ("(a b)/(c/d)", "a b / (c / d)", "a b / (c / d)"),
        ("(a+b)/c d", "((a + b) / c) d", "((a + b) / c) d"),
        ("1/2 E[y|do(x=1),z]-E[y]", "1/2 E[y | do(x = 1), z] - E[y]", "1/2 E[y | do(x = 1), z] - E[y]"),
        ("a-(b-c)-d", "a - (b - c) - d", "a - (b - c) - d"),
        ("2*3 x", "2 * 3 x", "2 * 3 x"),
        ("-a/b + -c", "-a / b + (-c)", "-a / b + (-c)"),
    ] {
        let expr = super::expr(text);
        assert_eq!(print::expr(&expr, Style::Ascii), ascii);
        assert_eq!(print::expr(&expr, Style::Unicode), unicode);
    }
}

#[test]
fn statements_print_as_people_write_them() {
    let text = "/// why
graph churn {
    /// what it is
    service [latent, pos=\"0,1\"]
    service -> {engagement churn}
    engagement <-> \"carry matches\"
    latent u, do
}

var x, \"in\" : {no, -1, \"a b\"}
var age : 0..3
total: P(churn | do(engagement = low), \"carry matches\") in churn
x _||_ y | z in churn[over x; under z]
x _||_ y in [under z]
adjust total with a without b, c
paths x to y | z
expect not identifiable total
table visits = \"visits.csv\" {
    engagement = column eng_score bins(0, 30, 70) : {low, middle, high}
    churn = column \"left us\"
    weights column w
}
estimate total from visits
refute total from visits
refute total from visits {
    negative outcome accidents, \"in a car\"
    negative treatment treatment
}

proof P(y | do(x)) {
    = sum_{z} P(y | do(x), z) P(z | do(x))  by marginalise, chain
    = sum_{z} P(y | x, z) P(z)              by rule 2 { y _||_ x | z in [under x] }
    = 0
}
";
    let tree = super::good(text);
    assert_eq!(print::tree(&tree, Style::Ascii), text);
    let unicode = print::tree(&tree, Style::Unicode);
    assert!(
        unicode.contains("service → {engagement churn}") && unicode.contains("x ⫫ y | z in churn[over x; under z]")
    );
    assert_eq!(meaning(&super::good(&unicode)), meaning(&tree));
}
