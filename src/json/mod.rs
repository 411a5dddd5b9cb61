//! Answers, expectations and diagnostics as the contract's JSON (`whatif/1`).
//!
//! In: answers. Out: one JSON document; and such documents, judged again from what they say alone. Must never know: how an answer was found, or any other format.
//!
//! Nothing here recurses deeper than an expression written with the answer's definitions, which bound its depth.

mod answer;
mod estimate;
mod evidence;
mod expression;
mod number;
mod place;
mod proof;
mod read;
mod support;
mod verify;

pub use estimate::{Data, Estimated, add_data, estimates, refutations};
pub use verify::{MAX_DOCUMENT, Outcome, Verified, verify};

use crate::answer::{Answer, Expected};
use crate::problem::Problem;
use crate::source::Diagnostic;
use serde_json::{Value, json};

/// What one file came to.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The file, understood.
    pub problem: &'a Problem,
    /// The answers to its questions, in file order.
    pub answers: &'a [Answer],
    /// Its `expect` statements, in file order.
    pub expectations: &'a [Expected],
}

/// The document for some files, in the order given; answers are numbered through.
#[must_use]
pub fn document(reports: &[Report<'_>], diagnostics: &[Diagnostic]) -> Value {
    let mut answers = Vec::new();
    let mut expectations = Vec::new();
    for report in reports {
        for answer in report.answers {
            let mut value = answer::answer(report.problem, answer);
            value.insert("id".to_owned(), Value::from(answers.len() + 1));
            answers.push(Value::Object(value));
        }
        expectations.extend(report.expectations.iter().map(|expected| expectation(report.problem, expected)));
    }
    json!({
        "schema": "whatif/1",
        "answers": answers,
        "expectations": expectations,
        "diagnostics": diagnostics.iter().map(place::diagnostic).collect::<Vec<_>>(),
    })
}

/// The document as text: indented, with a line end after it.
#[must_use]
pub fn text(reports: &[Report<'_>], diagnostics: &[Diagnostic]) -> String {
    format!("{:#}\n", document(reports, diagnostics))
}

fn expectation(problem: &Problem, expected: &Expected) -> Value {
    let mut value = json!({
        "text": expected.text,
        "file": problem.source.name(),
        "span": place::span(&problem.source, expected.span),
        "holds": expected.holds,
        "reason": expected.reason,
    });
    if let Some(refused) = &expected.refused {
        value["refused"] = answer::refusal(refused);
    }
    value
}
