//! A few words for each question, to stand above its line.

use super::{Answers, File};
use crate::answer::{Answer, Body, Expected, LineStatus, Verdict};
use crate::problem::lift;
use crate::source::Span;
use crate::syntax::print::{self, Style};

/// The longest formula that is shown beside its question, in characters.
const WIDEST: usize = 120;

/// A few words about a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lens {
    /// The statement.
    pub span: Span,
    /// The words.
    pub text: String,
    /// The question's position in the file, where it has a derivation to show.
    pub steps: Option<usize>,
}

impl File {
    /// What has come of each question and expectation that has been answered, in the order of the text.
    #[must_use]
    pub fn lenses(&self, answers: &Answers) -> Vec<Lens> {
        let mut lenses = Vec::new();
        for (index, answer) in answers.answers.iter().enumerate() {
            let Some(answer) = answer else { continue };
            let (text, steps) = told(answer);
            lenses.push(Lens { span: answer.span, text, steps: steps.then_some(index) });
        }
        for expected in answers.expected.iter().flatten() {
            lenses.push(Lens { span: expected.span, text: kept(expected).to_owned(), steps: None });
        }
        lenses.sort_by_key(|lens| lens.span);
        lenses
    }
}

impl File {
    /// The formula of each question that has one, to stand after it.
    #[must_use]
    pub fn hints(&self, answers: &Answers) -> Vec<(usize, String)> {
        let found = answers.answers.iter().flatten().filter_map(|answer| match &answer.body {
            Body::Effect { verdict: Verdict::Identifiable(found), .. }
            | Body::Contrast { verdict: Verdict::Identifiable(found), .. } => {
                let expr = lift::expr(&answer.graph, &answer.arena, found.estimand, &answer.definitions);
                let text = print::expr(&expr, Style::Unicode);
                (text.chars().count() <= WIDEST).then(|| (answer.span.end, format!("= {text}")))
            }
            _ => None,
        });
        found.collect()
    }

    /// Expectations that do not hold and proofs that fail, with why.
    #[must_use]
    pub fn disappointments(&self, answers: &Answers) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        for expected in answers.expected.iter().flatten().filter(|expected| expected.holds != Some(true)) {
            let why = expected.reason.as_deref().unwrap_or("it does not hold");
            found.push((expected.span, format!("{}: {why}", kept(expected))));
        }
        for answer in answers.answers.iter().flatten() {
            let Body::Proof { lines, verdict: Verdict::Fails(_), .. } = &answer.body else { continue };
            for line in lines.iter().filter(|line| !matches!(line.status, LineStatus::Holds { .. })) {
                let why = line.reason.clone().unwrap_or_else(|| "this line does not follow".to_owned());
                found.push((line.span, why));
            }
        }
        found.sort();
        found
    }
}

fn kept(expected: &Expected) -> &'static str {
    match expected.holds {
        Some(true) => "holds",
        Some(false) => "expected otherwise",
        None => "not confirmed",
    }
}

/// The verdict in a few words, and whether there is a derivation behind it.
fn told(answer: &Answer) -> (String, bool) {
    match &answer.body {
        Body::Effect { verdict, .. } | Body::Contrast { verdict, .. } => match verdict {
            Verdict::Identifiable(found) => (format!("identifiable: {}", found.how), true),
            Verdict::NotIdentifiable(_) => ("not identifiable".to_owned(), false),
            Verdict::Holds(_) | Verdict::Fails(_) | Verdict::Undetermined(_) => ("undetermined".to_owned(), false),
        },
        Body::Independence { verdict, .. } | Body::Equality { verdict, .. } => (
            match verdict {
                Verdict::Holds(_) => "holds",
                Verdict::Fails(_) => "fails",
                Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => "undetermined",
            }
            .to_owned(),
            false,
        ),
        Body::Proof { verdict, lines, .. } => (
            match verdict {
                Verdict::Holds(_) => format!("holds: every one of its {} lines follows", lines.len()),
                Verdict::Fails(_) => "does not hold".to_owned(),
                Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => {
                    "undetermined".to_owned()
                }
            },
            false,
        ),
        Body::Adjust { sets, truncated, .. } => (counted(sets.len(), *truncated, "set"), false),
        Body::Implications { independences, truncated, .. } => {
            (counted(independences.len(), *truncated, "independence"), false)
        }
        Body::Paths { paths, truncated, .. } => (counted(paths.len(), *truncated, "path"), false),
        Body::Simplify { .. } => ("simplified".to_owned(), false),
        Body::Number { model, .. } => (format!("computed in {model}"), false),
    }
}

fn counted(count: usize, more: bool, what: &str) -> String {
    let at_least = if more { "at least " } else { "" };
    format!("{at_least}{count} {what}{}", if count == 1 { "" } else { "s" })
}
