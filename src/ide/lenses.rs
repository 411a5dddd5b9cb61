//! A few words for each question, to stand above its line.

use super::{Answers, File};
use crate::answer::{Body, LineStatus, Verdict};
use crate::problem::lift;
use crate::render;
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
            let (_, text) = render::in_few_words(answer);
            let steps = matches!(
                &answer.body,
                Body::Effect { verdict: Verdict::Identifiable(_), .. }
                    | Body::Contrast { verdict: Verdict::Identifiable(_), .. }
            );
            lenses.push(Lens { span: answer.span, text, steps: steps.then_some(index) });
        }
        for expected in answers.expected.iter().flatten() {
            lenses.push(Lens { span: expected.span, text: render::kept(expected).1.to_owned(), steps: None });
        }
        lenses.sort_by_cached_key(|lens| lens.span);
        lenses
    }
}

impl File {
    /// The formula of each question that has one, to stand after it.
    #[must_use]
    pub fn hints(&self, answers: &Answers) -> Vec<(usize, String)> {
        let found = answers.answers.iter().flatten().filter_map(|answer| {
            let (Body::Effect { verdict: Verdict::Identifiable(found), .. }
            | Body::Contrast { verdict: Verdict::Identifiable(found), .. }) = &answer.body
            else {
                return None;
            };
            let expr = lift::expr(&answer.graph, &answer.arena, found.estimand, &answer.definitions);
            let text = print::expr(&expr, Style::Unicode);
            (text.chars().count() <= WIDEST).then(|| (answer.span.end, format!("= {text}")))
        });
        found.collect()
    }

    /// Expectations that do not hold and proofs that fail, with why.
    #[must_use]
    pub fn disappointments(&self, answers: &Answers) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        for expected in answers.expected.iter().flatten().filter(|expected| expected.holds != Some(true)) {
            let why = expected.reason.as_deref().unwrap_or("it does not hold");
            found.push((expected.span, format!("{}: {why}", render::kept(expected).1)));
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
