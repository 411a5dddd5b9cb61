//! Each diagnostic of meaning: its file, its words, and that one mistake makes one of them.

// Tests may read the files they are about.
#![allow(clippy::disallowed_methods)]

use super::super::diagnostics::CODES;
use super::super::{
    findings::{MAX_ERRORS, MAX_WARNINGS},
    read,
};
use super::{code, codes};
use crate::source::Source;

/// Without a file of its own: it takes hundreds of kilobytes.
const WITHOUT_FILE: &[&str] = &["too_large"];

#[cfg(feature = "cli")]
fn rendered(diagnostics: &[crate::source::Diagnostic]) -> String {
    let theme = miette::GraphicalTheme::unicode_nocolor();
    let handler = miette::GraphicalReportHandler::new_themed(theme).with_width(100);
    let mut text = String::new();
    for diagnostic in diagnostics {
        handler.render_report(&mut text, diagnostic).unwrap();
        text.push('\n');
    }
    text
}

#[test]
fn every_diagnostic_has_a_file_that_shows_it() {
    let mut wrong = Vec::new();
    for wanted in CODES.iter().filter(|code| !WITHOUT_FILE.contains(code)) {
        let path = format!("{}/tests/errors/{wanted}.causal", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let (_, diagnostics) = read(&Source::new(format!("{wanted}.causal"), text));
        assert!(!diagnostics.is_empty(), "{wanted} shows nothing");
        for diagnostic in &diagnostics {
            if code(diagnostic) != *wanted || diagnostic.help.is_none() {
                wrong.push(format!("{wanted}: {}: {diagnostic}", diagnostic.code));
            }
        }
        #[cfg(feature = "cli")]
        insta::assert_snapshot!(*wanted, rendered(&diagnostics));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn too_many_parts_are_refused() {
    let mut text = "graph { x -> y }\n".to_owned();
    for part in 1..6 {
        let terms: Vec<String> = (0..12_000).map(|i| format!("P(y={part}{i:05}) P(x)")).collect();
        text.push_str(&format!("let Q{part} = {}\n", terms.join("+")));
    }
    let four = format!("{text}simplify Q1 + Q2 Q3 + Q4\n");
    assert_eq!(codes(&four), ["unused_let"]);
    assert_eq!(codes(&format!("{four}simplify Q1 + Q2 Q3 + Q4 Q5\n")), ["too_large"]);
}

#[test]
fn one_mistake_is_one_message() {
    // A misspelt let is told of once, where it is; those that use it say nothing.
    assert_eq!(
        codes("graph { x -> y }\nlet Q = P(y | z)\nlet R = Q + Q\nexpect P(y) = R\nsimplify Q R\n"),
        ["unknown_variable"]
    );
    // A query on a graph that is not there says nothing of its variables.
    assert_eq!(codes("graph a { x -> y }\ngraph b { y -> x }\nP(foo | do(bar)) in c\n"), ["unknown_graph"]);
    // A cycle is not also an edge of a question.
    assert_eq!(codes("graph { a -> b -> c -> a; c -> d }\nP(d | do(a))\n"), ["cycle"]);
    // Two cycles are two mistakes.
    assert_eq!(codes("graph { a -> b -> c -> a; d -> e -> f -> d }\nP(a | do(b))\n"), ["cycle", "cycle"]);
    // A let read in two graphs, wrong in both, is reported once.
    assert_eq!(
        codes("graph a { x -> y }\ngraph b { x -> y }\nlet Q = P(z)\nsimplify Q in a\nsimplify Q in b\n"),
        ["unknown_variable"]
    );
    // A mistake in a named question stays there.
    assert_eq!(codes("graph { x -> y }\nt: P(z)\nexpect identifiable t\nadjust t\n"), ["unknown_variable"]);
}

#[test]
fn what_cannot_be_read_is_not_missed_twice() {
    // The misshapen `let` is the one mistake; its use is none.
    assert_eq!(codes("graph { x -> y }\nlet Q = P(y | \nexpect P(y | do(x)) = Q\n").len(), 1);
}

#[test]
fn all_mistakes_of_a_file_are_told_in_its_order() {
    let text = "graph { x -> x; y -> z }\nP(y | do(w))\nvar y : {a}\nP(y | y)\nlet Q = P(y)\nsimplify R\n";
    assert_eq!(codes(text), ["self_loop", "unknown_variable", "domain_too_small", "variable_twice", "unknown_name"]);
}

#[test]
fn a_flood_is_counted_and_not_shown() {
    let text = format!("graph {{ x -> y }}\n{}", "P(y | do(nothing))\n".repeat(MAX_ERRORS + 7));
    let (_, diagnostics) = read(&Source::new("t", text));
    assert_eq!(diagnostics.len(), MAX_ERRORS + 1);
    assert_eq!(diagnostics.last().unwrap().message, "7 more errors are not shown");
    let text: String = (0..MAX_WARNINGS + 7).map(|i| format!("graph g{i} {{ x -> y; latent u; x -> u }}\n")).collect();
    let (_, diagnostics) = read(&Source::new("t", text));
    assert_eq!(diagnostics.len(), MAX_WARNINGS + 1);
    assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()));
    assert_eq!(diagnostics.last().unwrap().message, "7 more warnings are not shown");
}

#[test]
fn a_bow_is_no_mistake_and_repeated_nodes_are_none() {
    assert!(codes("graph { a; a; x -> y; x <-> y; a -> x }\nP(y | do(x))\n").is_empty());
    assert_eq!(codes("graph { x <-> y; y <-> x }\nP(y | do(x))\n"), ["edge_twice"]);
    assert_eq!(codes("graph { x -> y <- x }\nP(y | do(x))\n"), ["edge_twice"]);
}

#[test]
fn a_latent_that_matters_is_not_warned_of() {
    assert!(codes("graph { latent u; u -> x; u -> y; x -> y }\nP(y | do(x))\n").is_empty());
    assert!(codes("graph { latent m; x -> m -> y }\nP(y | do(x))\n").is_empty());
    assert!(codes("graph { latent m; m <-> x; m -> y; x -> y }\nP(y | do(x))\n").is_empty());
    assert_eq!(codes("graph { latent m; x -> m; x -> y }\nP(y | do(x))\n"), ["idle_latent"]);
}
