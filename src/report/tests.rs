//! Pages, looked through.

use super::{Contents, page};
use crate::answer::{Options, Prover};
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
