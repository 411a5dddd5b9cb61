//! Answers that a change of the text leaves as they are.

use super::{Answers, File};
use crate::answer::Body;
use crate::source::Span;
use crate::syntax::tree::StatementKind;
use rustc_hash::FxHashMap;

impl File {
    /// The answers of an earlier state of the text that hold for this one too, at their new places: those to questions that
    /// are written alike, where all that a question may speak of (graphs, values, names, models) is. O(both texts).
    #[must_use]
    pub fn carried(&self, old: &Self, answers: Answers) -> Answers {
        let mut carried = Answers::none(&self.problem);
        if self.context() != old.context() {
            return carried;
        }
        let mut known: FxHashMap<&str, _> = FxHashMap::default();
        for answer in answers.answers.into_iter().flatten() {
            known.insert(old.source.slice(answer.span), answer);
        }
        for (place, query) in carried.answers.iter_mut().zip(&self.problem.queries) {
            let Some(answer) = known.get(self.source.slice(query.span)) else { continue };
            let mut answer = answer.clone();
            let moved = |span: Span| {
                let at = query.span.start + (span.start - answer.span.start);
                Span::new(at, at + (span.end - span.start))
            };
            if let Body::Proof { lines, .. } = &mut answer.body {
                lines.iter_mut().for_each(|line| line.span = moved(line.span));
            }
            (answer.span, answer.id) = (query.span, query.id);
            *place = Some(answer);
        }
        let mut known: FxHashMap<&str, _> = FxHashMap::default();
        for expected in answers.expected.into_iter().flatten() {
            known.insert(old.source.slice(expected.span), expected);
        }
        for (place, expectation) in carried.expected.iter_mut().zip(&self.problem.expectations) {
            let Some(expected) = known.get(self.source.slice(expectation.span)) else { continue };
            *place = Some(crate::answer::Expected { span: expectation.span, ..expected.clone() });
        }
        carried
    }

    /// The texts of all statements that others may speak of.
    fn context(&self) -> Vec<&str> {
        let told = self.tree.statements.iter().filter(|statement| match &statement.kind {
            StatementKind::Query(question) => question.label.is_some(),
            StatementKind::Expect(_) | StatementKind::Proof(_) | StatementKind::Table(_) | StatementKind::Data(_) => {
                false
            }
            StatementKind::Graph(_) | StatementKind::Var(_) | StatementKind::Let { .. } | StatementKind::Model(_) => {
                true
            }
        });
        told.map(|statement| self.source.slice(statement.span)).collect()
    }
}
