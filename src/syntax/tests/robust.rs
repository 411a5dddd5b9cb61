//! Nothing typed can panic, overflow the stack, hang or eat memory.

use super::roundtrip::{meaning, runner};
use super::{random, wrong};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::print::{self, Style};
use crate::syntax::tree::Tree;
use crate::syntax::{MAX_ERRORS, MAX_FILE, MAX_NESTING, MAX_STATEMENT, parse};
use proptest::collection::vec;
use proptest::prelude::*;

/// Runs in a thread with the stack that a thread has by default.
fn on_a_small_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap()
}

fn has(diagnostics: &[Diagnostic], code: &str) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.code == code)
}

/// Every way to nest: what is repeated, what stands in the middle, what closes it, and how many levels one of it is.
const WAYS: [(&str, &str, &str, usize); 10] = [
    ("(", "a", ")", 1),
    ("[", "a", "]", 1),
    ("sum_{z} ", "a", "", 1),
    ("-", "a", "", 1),
    ("− ", "a", "", 1),
    ("-(", "a", ")", 2),
    ("Σ_{z} (", "a", ")", 2),
    ("-sum{z} ", "a", "", 2),
    ("a / (b - ", "c", ")", 1),
    ("P(y) (a + sum_{z} ", "c", ")", 2),
];

#[test]
fn a_hundred_levels_parse_and_print_on_a_small_stack() {
    on_a_small_stack(|| {
        for (open, middle, close, levels) in WAYS {
            let times = (MAX_NESTING - 1) / levels;
            let text = format!("let it = {}{middle}{}", open.repeat(times), close.repeat(times));
            let (tree, diagnostics) = parse(&Source::new("test", text.as_str()));
            assert!(diagnostics.is_empty(), "{open}: {diagnostics:?}");
            for style in [Style::Ascii, Style::Unicode] {
                let printed = print::tree(&tree, style);
                let (again, diagnostics) = parse(&Source::new("test", printed));
                assert!(diagnostics.is_empty(), "{open}: {diagnostics:?}");
                assert_eq!(meaning(&again), meaning(&tree));
            }
        }
    });
}

#[test]
fn deeper_nesting_is_refused_wherever_it_stands() {
    on_a_small_stack(|| {
        for (open, middle, close, levels) in WAYS {
            for times in [MAX_NESTING / levels + 1, 10_000] {
                let nested = format!("{}{middle}{}", open.repeat(times), close.repeat(times));
                for text in [
                    format!("let it = {nested}"),
                    nested.clone(),
                    format!("expect a = {nested}"),
                    format!("proof a {{ = {nested} by algebra }}"),
                    format!("proof {nested} {{ = a }}"),
                ] {
                    let diagnostics = wrong(&text);
                    assert!(has(&diagnostics, "whatif::nested_too_deep"), "{open} {times}: {diagnostics:?}");
                }
            }
        }
    });
}

#[test]
fn a_hundred_thousand_brackets_are_one_diagnostic() {
    on_a_small_stack(|| {
        for open in
            ["(", "[", "{", "-", "sum_{z} ", "P(", "E[", "P(y | do(", "y[", "graph {", "proof a {", "x = (", "[{("]
        {
            for text in [
                open.repeat(100_000),
                format!("let it = {}", open.repeat(100_000)),
                format!("graph g {{ {} }}", open.repeat(100_000)),
                format!("graph g {{ a -> {}", open.repeat(100_000)),
                format!("proof a {{ = {} }}", open.repeat(100_000)),
                format!("{}\n", open).repeat(20_000),
                format!("{}{}", open.repeat(50_000), ")".repeat(50_000)),
            ] {
                let diagnostics = wrong(&text);
                assert!(
                    !diagnostics.is_empty() && diagnostics.len() <= MAX_ERRORS + 1,
                    "{open}: {}",
                    diagnostics.len()
                );
            }
        }
    });
}

#[test]
fn a_chain_that_changes_its_operator_nests_too() {
    on_a_small_stack(|| {
        let text = |times: usize| format!("let it = a{}", " + b - c".repeat(times));
        assert!(wrong(&text(MAX_NESTING / 2)).is_empty());
        assert!(has(&wrong(&text(MAX_NESTING / 2 + 1)), "whatif::nested_too_deep"));
        assert!(has(&wrong(&text(20_000)), "whatif::nested_too_deep"));
        assert!(has(&wrong(&format!("let it = a{}", " / b".repeat(20_000))), "whatif::nested_too_deep"));
        assert!(wrong(&format!("let it = a{}", " + b c".repeat(20_000))).is_empty());
    });
}

#[test]
fn long_texts_are_refused_by_name() {
    assert!(has(&wrong(&" ".repeat(MAX_FILE + 1)), "whatif::file_too_large"));
    let long = format!("let it = a{}", " + a".repeat(MAX_STATEMENT / 4));
    assert!(has(&wrong(&long), "whatif::statement_too_long"));
    assert!(has(&wrong(&format!("graph g {{ {} }}", "a ".repeat(MAX_STATEMENT))), "whatif::statement_too_long"));
    assert!(has(&wrong(&format!("P(x{})", "'".repeat(200))), "whatif::too_many_primes"));
    // A graph may be as long as a file.
    assert!(wrong(&format!("graph g {{\n{}}}", "a -> b\n".repeat(100_000))).is_empty());
}

#[test]
fn the_first_errors_of_many_are_shown() {
    let diagnostics = wrong(&"P(y = \n".repeat(5_000));
    assert_eq!(diagnostics.len(), MAX_ERRORS + 1);
    assert_eq!(diagnostics.last().map(|last| last.code), Some("whatif::too_many_errors"));
}

fn spans_lie_inside(text: &str, tree: &Tree, diagnostics: &[Diagnostic]) -> Result<(), TestCaseError> {
    let fits = |span: Span| span.start <= span.end && text.get(span.start..span.end).is_some();
    for diagnostic in diagnostics {
        prop_assert!(!diagnostic.labels.is_empty() && diagnostic.code.starts_with("whatif::"));
        for label in &diagnostic.labels {
            prop_assert!(fits(label.span), "{text:?}: {diagnostic:?}");
        }
    }
    // Every span of the tree, by its written form.
    let written = format!("{tree:?}");
    for part in written.split("span: Span { start: ").skip(1) {
        let numbers: Vec<usize> = part
            .split_once(" }")
            .map(|(span, _)| span.split(", end: ").filter_map(|number| number.parse().ok()).collect())
            .unwrap_or_default();
        if let [start, end] = numbers[..] {
            prop_assert!(fits(Span::new(start, end)), "{text:?}: {start}..{end}");
        }
    }
    Ok(())
}

/// Words and signs of the language, and some that are not.
pub(super) fn soup() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "P",
        "E",
        "do",
        "in",
        "by",
        "sum",
        "graph",
        "dag",
        "var",
        "let",
        "expect",
        "not",
        "identifiable",
        "proof",
        "adjust",
        "with",
        "without",
        "implications",
        "paths",
        "to",
        "simplify",
        "rule",
        "R1",
        "marginalise",
        "latent",
        "subgraph",
        "over",
        "under",
        "mag",
        "data",
        "x",
        "y",
        "z",
        "o",
        "x1",
        "\"a b\"",
        "\"",
        "1",
        "2.5",
        "1e3",
        "-2",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "{",
        "}",
        "|",
        ",",
        ";",
        ":",
        "=",
        "==",
        "+",
        "-",
        "*",
        "/",
        "·",
        "−",
        "->",
        "<-",
        "<->",
        "--",
        "o->",
        "@->",
        "_||_",
        "⫫",
        "_{",
        "sum_{",
        "Σ_{",
        "Σ",
        "'",
        "′",
        "..",
        ".",
        "~",
        ":=",
        "\n",
        "\n",
        "\n\n",
        " ",
        " ",
        " ",
        "//",
        "///",
        "/*",
        "*/",
        "#",
        "\\",
        "\u{a0}",
        "é",
        "→",
        "“",
        "\u{feff}",
        "\r\n",
    ];
    vec((prop::sample::select(WORDS), any::<bool>()), 0..60).prop_map(|parts| {
        parts.into_iter().map(|(part, blank)| if blank { format!("{part} ") } else { part.to_owned() }).collect()
    })
}

#[test]
fn any_text_is_answered_with_spans_inside_it() {
    let text = prop_oneof![
        4 => soup(),
        1 => vec(any::<u8>(), 0..80).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => "\\PC{0,60}",
    ];
    let outcome = runner(5000).run(&text, |text| {
        let (tree, diagnostics) = parse(&Source::new("test", text.as_str()));
        spans_lie_inside(&text, &tree, &diagnostics)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn what_is_read_of_a_damaged_file_prints_and_parses_again() {
    let damage = (any::<prop::sample::Index>(), 0..4_usize, soup());
    let outcome = runner(1500).run(&(random::tree(), vec(damage, 0..4)), |(tree, damage)| {
        let mut text: Vec<char> = print::tree(&tree, Style::Ascii).chars().collect();
        for (at, length, with) in damage {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, with.chars().take(3));
        }
        let text: String = text.into_iter().collect();
        let (tree, diagnostics) = parse(&Source::new("test", text.as_str()));
        spans_lie_inside(&text, &tree, &diagnostics)?;
        for style in [Style::Ascii, Style::Unicode] {
            let printed = print::tree(&tree, style);
            let (again, diagnostics) = parse(&Source::new("test", printed.as_str()));
            prop_assert!(diagnostics.is_empty(), "{text}\n=>\n{printed}\n{diagnostics:#?}");
            prop_assert_eq!(meaning(&again), meaning(&tree), "{}\n=>\n{}", text, printed);
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
