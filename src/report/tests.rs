//! Pages, looked through.

use super::{Contents, page};
use crate::answer::{Options, Prover};
use crate::data::{Cell, Column, Counts};
use crate::estimate::refute::{self, Refutation};
use crate::estimate::{self, Estimate};
use crate::problem;
use crate::source::Source;

fn made(text: &str) -> String {
    let (problem, diagnostics) = problem::read(&Source::new("a <b> & c.causal", text));
    assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{diagnostics:?}");
    let prover = Prover::new(&problem).unwrap();
    let options = Options::default();
    let answers: Vec<_> = (0..problem.queries.len()).map(|index| prover.answer(index, &options)).collect();
    let expected: Vec<_> = (0..problem.expectations.len()).map(|index| prover.expectation(index, &options)).collect();
    page(&Contents { problem: &problem, answers: &answers, expected: &expected, estimates: &[], refuted: &[] })
}

#[test]
fn a_page_shows_what_the_file_comes_to() {
    let page = made(
        "graph shop { service -> engagement -> churn; service -> churn }\ngraph idle { a -> b }\n\
         total: P(churn | do(engagement)) in shop\nbare: P(b | do(a)) == P(b) in idle\nexpect identifiable P(churn | do(engagement)) in shop\n",
    );
    for expected in [
        "identifiable: adjust for service",
        "<math display=\"block\">",
        "Derivation in the three rules",
        "Rule 2 needs",
        "Cut away: ",
        "href=\"#q2\"",
        "fails",
        "Expectations",
        "id=\"l3\"",
        "a path that mixes cause and coincidence",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
}

#[test]
fn a_name_is_only_a_name_and_nothing_is_loaded() {
    let page = made(
        "graph { \"<script>alert(1)</script>\" -> \"y&z\" }\n\"a\": P(\"y&z\" | do(\"<script>alert(1)</script>\"))\n",
    );
    assert!(!page.contains("<script") && page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("a &lt;b&gt; &amp; c.causal"));
    // The names of the SVG namespace are no addresses that anything is loaded from.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://") && !addresses.contains("url("));
}

/// A file with what two hundred rows say of its questions.
fn measured(text: &str) -> String {
    let (problem, diagnostics) = problem::read(&Source::new("t.causal", text));
    assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{diagnostics:?}");
    let prover = Prover::new(&problem).unwrap();
    let asking = Options::default();
    let answers: Vec<_> = (0..problem.queries.len()).map(|index| prover.answer(index, &asking)).collect();
    let graph = &answers[0].graph;
    let columns: Vec<Column> = graph
        .nodes()
        .map(|node| Column { name: graph.name(node).to_owned(), levels: vec!["no".to_owned(), "yes".to_owned()] })
        .collect();
    let cells = (0..1_u32 << columns.len()).map(|cell| Cell {
        at: (0..columns.len()).map(|column| cell >> column & 1).collect(),
        count: f64::from(20 + (cell * 7) % 13),
        sum: 0.0,
        sum_squares: 0.0,
    });
    let mut cells: Vec<Cell> = cells.collect();
    cells.sort_by(|a, b| a.at.cmp(&b.at));
    let weight: f64 = cells.iter().map(|cell| cell.count).sum();
    let counts = Counts { columns, cells, rows: weight as u64, weight, numeric: None, squared_weights: None };
    let options = estimate::Options::default();
    let estimates: Vec<Estimate> =
        answers.iter().map(|answer| estimate::estimate(&problem, answer, &counts, &options).unwrap()).collect();
    let tried =
        answers.iter().map(|answer| (answer.text.clone(), refute::effect(&problem, answer, &counts, &[], &options)));
    let refuted: Vec<(String, Vec<Refutation>)> =
        tried.chain([("The graph t, held against rows".to_owned(), Vec::new())]).collect();
    page(&Contents {
        problem: &problem,
        answers: &answers,
        expected: &[],
        estimates: &estimates.iter().collect::<Vec<_>>(),
        refuted: &refuted,
    })
}

const SHOP: &str = "graph { z -> x -> y; z -> y }\n";

#[test]
fn numbers_stand_below_their_question() {
    let page = measured(&format!(
        "{SHOP}effect: P(y = yes | do(x = yes)) - P(y = yes | do(x = no))\nrisk: P(y = yes | do(x))\n"
    ));
    for expected in [
        "What the data say",
        "no effect",
        "merely seen",
        "do the arms overlap?",
        "Attempts to refute the number",
        "placebo treatment",
        "partial R²",
        "The graph says nothing that these data could refute.",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    // The second question has the arms of the first.
    assert_eq!(page.matches("do the arms overlap?</title>").count(), 1);
    assert!(page.contains("in question 1"));
    let (first, second) = (page.find("What the data say").unwrap(), page.find("id=\"q2\"").unwrap());
    assert!(first < second);
}

#[test]
fn fifty_questions_with_numbers_are_a_small_page() {
    let mut text = SHOP.to_owned();
    for question in 0..50 {
        text += &format!("q{question}: P(y = yes | do(x = yes)) - P(y = yes | do(x = no))\n");
    }
    let page = measured(&text);
    assert!(page.matches("What the data say").count() == 50 && page.len() < 2 << 20, "{} bytes", page.len());
}

#[test]
fn fifty_questions_are_a_small_page() {
    let mut text = String::from("graph {\n");
    for node in 0..7 {
        text += &format!("    v{node} -> v{}; w -> v{node}\n", node + 1);
    }
    text += "}\n";
    for question in 0..50 {
        text += &format!("P(v7 | do(v{}), v{})\n", question % 5, question % 2 + 5);
    }
    let page = made(&text);
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
}
