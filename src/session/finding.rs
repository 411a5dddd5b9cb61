//! What an answer came to, in a few words: enough to say whether another graph gives another answer.

use crate::answer::{Answer, Body, Expected, Identified, Number, Prover, SetKind, Verdict, decimal};
use crate::problem::{Problem, lift};
use crate::render::document::{Math, Text, Tone};
use crate::render::{self, Steps};
use crate::source::Span;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{QueryStatement, Statement, StatementKind};

/// A question, known again after an edit by what it asks of which graph.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key {
    graph: String,
    text: String,
}

/// An answer in a few words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Finding {
    /// “identifiable by back-door”, “2 paths, 1 open”
    pub short: String,
    /// “is” identifiable, but “has” two paths.
    pub has: bool,
    /// What else tells two answers apart, in words; may be empty.
    pub how: String,
    /// The answer proper, as text.
    detail: String,
    pub tone: Tone,
}

/// How a question is known again.
pub(super) fn key(prover: &Prover<'_>, index: usize) -> Option<Key> {
    let problem = prover.problem();
    let query = problem.queries.get(index)?;
    let graph = prover.graph(query.graph)?;
    let text = match lift::proof(problem, query, graph) {
        Some(mut block) => {
            block.graph = None;
            let kind = StatementKind::Proof(block);
            print::statement(&Statement { span: Span::default(), doc: None, kind }, Style::Ascii)
        }
        None => print::query(&bare(lift::query(problem, query, graph)), Style::Ascii),
    };
    Some(Key { graph: problem.graphs.get_index(query.graph)?.0.clone(), text })
}

/// How an expectation is known again.
pub(super) fn expectation_key(prover: &Prover<'_>, index: usize) -> Option<Key> {
    let problem = prover.problem();
    let expectation = problem.expectations.get(index)?;
    let mut lifted = lift::expectation(problem, expectation, prover.graph(expectation.graph)?);
    lifted.graph = None;
    let graph = problem.graphs.get_index(expectation.graph)?.0.clone();
    Some(Key { graph, text: print::expectation(&lifted, Style::Ascii) })
}

/// A question without its label and its graph.
fn bare(query: QueryStatement) -> QueryStatement {
    let mut query = QueryStatement { label: None, graph: None, ..query };
    if let crate::syntax::tree::Query::Implications { graph } = &mut query.query {
        *graph = None;
    }
    query
}

/// A question as a piece of notation, with its label, and its graph where there are several.
pub(super) fn question(prover: &Prover<'_>, index: usize) -> Math {
    let problem = prover.problem();
    let lifted = problem
        .queries
        .get(index)
        .and_then(|query| Some(lift::query(problem, query, prover.graph(query.graph)?)))
        .map(|query| Math::Query(Box::new(query)));
    lifted.unwrap_or_else(|| Math::Code(String::new()))
}

/// What an answer came to.
pub(super) fn finding(problem: &Problem, answer: &Answer) -> Finding {
    let is = |short: &str, tone| Finding {
        short: short.to_owned(),
        has: false,
        how: String::new(),
        detail: String::new(),
        tone,
    };
    let has = |short: String| Finding {
        short,
        has: true,
        how: String::new(),
        detail: detail(problem, answer),
        tone: Tone::Strong,
    };
    match &answer.body {
        Body::Effect { verdict, .. } | Body::Contrast { verdict, .. } => match verdict {
            Verdict::Identifiable(found) => identifiable(answer, found),
            Verdict::NotIdentifiable(_) => is("not identifiable", Tone::Bad),
            Verdict::Holds(_) | Verdict::Fails(_) | Verdict::Undetermined(_) => is("undetermined", Tone::Open),
        },
        Body::Independence { verdict, .. } => is_so(verdict, "implied by the graph", "not implied by the graph"),
        Body::Equality { verdict, .. } => {
            is_so(verdict, "true in every model of the graph", "false in some model of the graph")
        }
        Body::Proof { verdict, .. } => is_so(verdict, "a proof", "not a proof"),
        Body::Adjust { sets, .. } => {
            let number = |kind: SetKind| sets.iter().filter(|set| set.kind == kind).count();
            let parts: Vec<String> = [
                (number(SetKind::Adjustment), "adjustment set", "adjustment sets"),
                (number(SetKind::FrontDoor), "front-door set", "front-door sets"),
                (number(SetKind::Instrument), "instrument", "instruments"),
            ]
            .into_iter()
            .filter(|(n, ..)| *n > 0)
            .map(|(n, one, many)| count(n, one, many))
            .collect();
            has(if parts.is_empty() { "no sets".to_owned() } else { parts.join(", ") })
        }
        Body::Implications { independences, verma, .. } => has(match (independences.len(), verma.len()) {
            (0, 0) => "nothing".to_owned(),
            (n, 0) => count(n, "independence", "independences"),
            (0, m) => count(m, "Verma constraint", "Verma constraints"),
            (n, m) => format!(
                "{}, {}",
                count(n, "independence", "independences"),
                count(m, "Verma constraint", "Verma constraints")
            ),
        }),
        Body::Paths { paths, .. } => {
            let open = paths.iter().filter(|path| path.open).count();
            has(match paths.len() {
                0 => "no path".to_owned(),
                n => format!("{}, {open} open", count(n, "path", "paths")),
            })
        }
        Body::Simplify { .. } => has("a shortest form".to_owned()),
        Body::Number { answer: number, .. } => has(match number {
            Number::Table(table) => match table.rows.as_slice() {
                [(at, Some(value))] if at.is_empty() => format!("the value {}", decimal(value)),
                rows => count(rows.len(), "value", "values"),
            },
            Number::Normal { slots, mean, .. } if slots.is_empty() => format!("the value {}", decimal(mean)),
            Number::Normal { .. } => "a distribution".to_owned(),
            Number::Explained(_) => "an explanation".to_owned(),
            Number::Sensitivity { entries, .. } => count(entries.len(), "table entry", "table entries"),
            Number::Comparison(found) if found.holds => "both sides equal".to_owned(),
            Number::Comparison(_) => "sides that differ".to_owned(),
            Number::None(_) => "no value".to_owned(),
        }),
    }
}

fn is_so(verdict: &Verdict, so: &str, not_so: &str) -> Finding {
    let (short, tone) = match verdict {
        Verdict::Holds(_) => (so, Tone::Good),
        Verdict::Fails(_) => (not_so, Tone::Bad),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Undetermined(_) => {
            ("undetermined", Tone::Open)
        }
    };
    Finding { short: short.to_owned(), has: false, how: String::new(), detail: String::new(), tone }
}

fn identifiable(answer: &Answer, found: &Identified) -> Finding {
    let way = match found.strategy {
        "back-door" | "front-door" => format!(" by {}", found.strategy),
        "term-by-term" => " term by term".to_owned(),
        "observational" => " as it stands".to_owned(),
        _ => String::new(),
    };
    let estimand = lift::expr(&answer.graph, &answer.arena, found.estimand, &answer.definitions);
    Finding {
        short: format!("identifiable{way}"),
        has: false,
        how: found.how.trim_end_matches('.').to_owned(),
        detail: print::expr(&estimand, Style::Ascii),
        tone: Tone::Good,
    }
}

/// How an expectation came out.
pub(super) fn expected(expected: &Expected) -> Finding {
    let (short, tone) = match expected.holds {
        Some(true) => ("fulfilled", Tone::Good),
        Some(false) => ("not fulfilled", Tone::Bad),
        None => ("undetermined", Tone::Open),
    };
    let how = expected.reason.as_deref().unwrap_or("").trim_end_matches('.').to_owned();
    Finding { short: short.to_owned(), has: false, how, detail: String::new(), tone }
}

impl Finding {
    /// What is said where the answer was another before; None where it was the same.
    pub fn since(&self, before: &Self, question: Text) -> Option<Text> {
        if self == before {
            return None;
        }
        let (was, is) = if self.has { ("had", "has") } else { ("was", "is") };
        if self.short == before.short {
            let text = question.say(format!(" {is} still ")).tone(self.tone, &self.short);
            return Some(if !self.how.is_empty() && self.how != before.how {
                text.say(format!(", but now: {}.", self.how))
            } else if self.has {
                text.say(", but others.")
            } else {
                text.say(", by another formula.")
            });
        }
        let text = question.say(format!(" {was} ")).tone(before.tone, &before.short);
        let text = text.say(format!(", {is} now ")).tone(self.tone, &self.short);
        Some(if self.how.is_empty() { text.say(".") } else { text.say(format!(": {}.", self.how)) })
    }
}

/// Everything an answer says, as text.
fn detail(problem: &Problem, answer: &Answer) -> String {
    let mut document = render::document(problem, answer, Steps::None);
    if !document.blocks.is_empty() {
        document.blocks.remove(0);
    }
    render::terminal(&document, &render::Style { colour: false, unicode: false, width: 100 })
}

/// `1 path`, `3 paths`
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
