//! Answers in plain words, for readers who have never seen do-calculus: what is asked, what could go wrong, what the
//! formula does about it or why there is none, and what is assumed. Every sentence is read off the answer, its graph and
//! the route of its identification.

mod effect;
mod found;
mod mixing;
mod never;
mod others;
mod question;

use super::{Shown, Steps, place, undetermined};
use crate::answer::{Answer, Body, Identified, Verdict, accounts};
use crate::graph::NodeSet;
use crate::problem::{GraphEntry, Problem, lift};
use crate::render::document::{Block, Document, Math, Text, Tone};

/// An answer in plain words, below its question.
///
/// The problem is the one whose question was answered. Costs what identification costs: each effect's route is looked up
/// again.
#[must_use]
pub fn explain(problem: &Problem, answer: &Answer) -> Document {
    let question = problem.queries.get(answer.id.wrapping_sub(1)).map_or_else(
        || Math::Code(answer.text.clone()),
        |query| Math::Query(Box::new(lift::query(problem, query, &answer.graph))),
    );
    let mut document = Document::default();
    document.push(Block::Question { query: question, place: place(problem, answer.span) });
    document.append(tell(problem, answer, true));
    document
}

/// The same to stand below the answer itself, which shows the formula and the models.
#[must_use]
pub fn in_plain_words(problem: &Problem, answer: &Answer) -> Document {
    tell(problem, answer, false)
}

fn tell(problem: &Problem, answer: &Answer, alone: bool) -> Document {
    let shown =
        Shown { graph: &answer.graph, arena: &answer.arena, definitions: &answer.definitions, steps: Steps::None };
    let entry = problem.graphs.get(&answer.graph_name);
    let mut document = Document::default();
    match &answer.body {
        Body::Effect { term, verdict } => {
            question::effect(&mut document, &shown, entry, term);
            let asked = (&shown.term(term), Some(term));
            effect::tell(&mut document, &shown, asked, verdict, &accounts(answer), &answer.support, alone);
        }
        Body::Contrast { expr, verdict, .. } => {
            let accounts = accounts(answer);
            question::contrast(&mut document, &shown, entry, *expr, &accounts);
            let asked = (&shown.expr(*expr), None);
            effect::tell(&mut document, &shown, asked, verdict, &accounts, &answer.support, alone);
        }
        Body::Independence { separation, verdict } => {
            others::independence(&mut document, &shown, separation, verdict);
        }
        Body::Equality { verdict, .. } => others::equality(&mut document, &shown, verdict),
        Body::Adjust { term, sets, why_none, .. } => others::adjust(&mut document, &shown, term, sets, why_none),
        Body::Implications { independences, verma, .. } => {
            others::implications(&mut document, independences.len(), verma.len());
        }
        Body::Paths { from, to, given, paths, truncated } => {
            others::paths(&mut document, &shown, (from, to, given), paths, *truncated);
        }
        Body::Simplify { expr, result } => others::simplify(&mut document, expr == result),
        Body::Proof { lines, verdict, .. } => others::proof(&mut document, lines, verdict),
        Body::Number { model, answer } => {
            if alone {
                super::number::number(&mut document, model, answer);
            }
            others::number(&mut document, model);
        }
    }
    document
}

/// A part with its heading.
fn part(heading: &str, text: Text) -> Block {
    Block::Part(Text::new().tone(Tone::Strong, heading).say(" ").then(text))
}

/// A formula with the definitions it needs.
fn formula(document: &mut Document, shown: &Shown<'_>, query: &Math, identified: &Identified) {
    shown.define(document, [identified.estimand]);
    document.push(Block::Formula { lhs: Some(query.clone()), rhs: shown.expr(identified.estimand) });
}

/// What the `///` lines say of a node, in one line.
fn described(entry: Option<&GraphEntry>, name: &str) -> Option<String> {
    let entry = entry?;
    let node = entry.source.node(name)?;
    one_line(entry.variables.get(node.index())?.doc.as_deref()?)
}

/// A comment as prose: one line, with a full stop.
fn one_line(doc: &str) -> Option<String> {
    let mut line = doc.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    if !line.ends_with(['.', '?', '!']) {
        line.push('.');
    }
    Some(line)
}

/// `is` or `are`, and the like.
const fn agree<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

/// `, once w is known`; nothing where nothing is.
fn known(text: Text, shown: &Shown<'_>, given: &NodeSet) -> Text {
    if given.is_empty() {
        return text;
    }
    text.say(", once ").names(shown.names(given)).say(agree(given.len(), " is known", " are known"))
}

/// Whether nothing was decided; then that is said.
fn unsettled(document: &mut Document, verdict: &Verdict) -> bool {
    if let Verdict::Undetermined(why) = verdict {
        undetermined(document, why);
        return true;
    }
    false
}
