//! `:draw`: a picture of a graph, or of what a question asks of it.

use super::{Said, Say, Session, is_stopped, remark, stopped};
use crate::answer::{Answer, Options, Prover};
use crate::draw;
use crate::problem::{self, Problem, Resolved};
use crate::render::document::Text;
use std::sync::Arc;

impl Session {
    /// Draws the current graph, the one of that name, or what a question asks. The session stays as it is: a question
    /// that is asked here only for its picture does not go into the file.
    pub(super) fn draw(&mut self, what: &str, options: &Options<'_>, say: Say<'_>) {
        if what.is_empty() {
            return match self.current() {
                Some((at, _)) => show(&self.state.problem, at, None, say),
                None => say(remark(Text::of("There is no graph yet: draw one, x -> y"))),
            };
        }
        if let Ok(index) = self.question(what) {
            return self.draw_question(index, options, say);
        }
        if let Some(at) = self.graph(what) {
            return show(&self.state.problem, at, None, say);
        }
        match problem::ask(&self.state.problem, what) {
            Ok(Resolved::Known(index)) => self.draw_question(index, options, say),
            Ok(Resolved::New(problems)) => {
                let current = self.current().map(|(at, _)| at);
                let asked = |problem: &&Problem| problem.queries.last().map(|query| query.graph);
                // As everywhere in a session, the current graph is meant unless the question names another.
                let of_current = problems.iter().find(|problem| asked(problem) == current);
                let Some(problem) = of_current.or_else(|| problems.first()) else { return };
                let Some(index) = problem.queries.len().checked_sub(1) else { return };
                match Prover::new(problem) {
                    Ok(prover) => marked(problem, index, &prover.answer(index, options), options, say),
                    Err(diagnostic) => say(Said::Diagnostic(diagnostic)),
                }
            }
            Err(faults) => faults.into_iter().for_each(|fault| say(Said::Diagnostic(fault))),
        }
    }

    fn draw_question(&mut self, index: usize, options: &Options<'_>, say: Say<'_>) {
        match self.answer_of(index, options) {
            Ok(answer) => marked(&Arc::clone(&self.state.problem), index, &answer, options, say),
            Err(diagnostic) => say(Said::Diagnostic(diagnostic)),
        }
    }
}

fn marked(problem: &Problem, index: usize, answer: &Answer, options: &Options<'_>, say: Say<'_>) {
    if let Some(query) = problem.queries.get(index) {
        show(problem, query.graph, Some(answer), say);
    }
    if is_stopped(options) {
        say(stopped());
    }
}

fn show(problem: &Problem, graph: usize, answer: Option<&Answer>, say: Say<'_>) {
    let Some((name, entry)) = problem.graphs.get_index(graph) else { return };
    match draw::picture(entry, answer) {
        Ok(picture) => say(Said::Picture(Box::new(picture))),
        Err(large) => say(remark(Text::of(format!("{name} has {large}.")))),
    }
}
