//! Effects, contrasts and equalities: an estimand, or why there is none.

use super::{Shown, derivation, hedge, undetermined};
use crate::answer::{Identified, Verdict};
use crate::expr::{ExprId, Term};
use crate::proof::{Claim, Evidence, Statement};
use crate::render::document::{Block, Document, Math, Text, Tone};
use crate::render::models;

pub(super) fn effect(document: &mut Document, shown: &Shown<'_>, term: &Term, verdict: &Verdict) {
    identification(document, shown, &shown.term(term), verdict);
}

pub(super) fn contrast(document: &mut Document, shown: &Shown<'_>, expr: ExprId, verdict: &Verdict) {
    identification(document, shown, &shown.expr(expr), verdict);
}

fn identification(document: &mut Document, shown: &Shown<'_>, query: &Math, verdict: &Verdict) {
    match verdict {
        Verdict::Identifiable(identified) => identifiable(document, shown, query, identified),
        Verdict::NotIdentifiable(checked) => not_identifiable(document, shown, checked.claim(), checked.evidence()),
        Verdict::Undetermined(why) => undetermined(document, why),
        Verdict::Holds(_) | Verdict::Fails(_) => {}
    }
}

fn identifiable(document: &mut Document, shown: &Shown<'_>, query: &Math, identified: &Identified) {
    document
        .say(Text::new().tone(Tone::Good, "Identifiable").say(": what is measured gives the answer, by this formula."));
    estimand(document, shown, query, identified);
    for other in &identified.alternatives {
        document.push(Block::Part(Text::new().tone(Tone::Strong, "Or").say(", in another way:")));
        estimand(document, shown, query, other);
    }
}

/// The formula, how it was found and what it asks of the data.
fn estimand(document: &mut Document, shown: &Shown<'_>, query: &Math, identified: &Identified) {
    shown.define(document, [identified.estimand]);
    document.push(Block::Formula { lhs: Some(query.clone()), rhs: shown.expr(identified.estimand) });
    document.say(route(identified));
    if !identified.assumes_positive.is_empty() {
        let terms = identified.assumes_positive.iter().map(|term| shown.term(term));
        document.say(Text::of("Must be positive: ").join(terms, " and ").say("."));
    }
    if !identified.free.is_empty() {
        let text = Text::of("Free: ").join(identified.free.iter().map(|&r| shown.reference(r)), " and ");
        document.say(text.say(if identified.free.len() == 1 {
            " may take any value; each gives the same answer."
        } else {
            " may take any values; all give the same answer."
        }));
    }
    if let Evidence::Derivation(found) = identified.checked.evidence()
        && let Statement::Identifiable { query, estimand } = identified.checked.claim().statement
    {
        derivation::tell(document, shown, found, (query, estimand));
    }
}

/// How an estimand was found: “Back-door: adjust for service.”
fn route(identified: &Identified) -> Text {
    let how = super::sentence(&identified.how);
    let name = match identified.strategy {
        "observational" => return Text::of("Nothing is acted on: the question is about the data as they are."),
        "back-door" => "Back-door",
        "front-door" => "Front-door",
        "term-by-term" => "Term by term",
        _ if how.is_empty() => return Text::new().tone(Tone::Strong, identified.strategy).say("."),
        _ => return Text::new().tone(Tone::Strong, "By").say(format!(" {how}.")),
    };
    let how = if how.is_empty() { String::new() } else { format!(": {how}") };
    Text::new().tone(Tone::Strong, name).say(format!("{how}."))
}

fn not_identifiable(document: &mut Document, shown: &Shown<'_>, claim: &Claim, evidence: &Evidence) {
    document.say(
        Text::new()
            .tone(Tone::Bad, "Not identifiable")
            .say(": no formula in what is measured gives the answer, whatever the sample size."),
    );
    match evidence {
        Evidence::Hedge(found, pair) => {
            hedge::explain(document, shown, found);
            if let Some(pair) = pair {
                models::two(document, shown.graph, pair, models::states(shown.graph, pair));
            }
        }
        Evidence::CounterModel(pair) => models::two(document, shown.graph, pair, shown.point(claim, pair)),
        Evidence::Derivation(_) | Evidence::Separation | Evidence::OpenPath(_) => {}
    }
}

pub(super) fn equality(document: &mut Document, shown: &Shown<'_>, lhs: ExprId, rhs: ExprId, verdict: &Verdict) {
    match verdict {
        Verdict::Holds(checked) => {
            document.say(
                Text::new().tone(Tone::Good, "Holds").say(": the two sides are equal in every model of this graph."),
            );
            if let Evidence::Derivation(found) = checked.evidence() {
                derivation::tell(document, shown, found, (lhs, rhs));
            }
        }
        Verdict::Fails(checked) => {
            fails(document);
            if let Evidence::CounterModel(model) = checked.evidence() {
                models::one(document, shown.graph, model, shown.point(checked.claim(), model));
            }
        }
        Verdict::Undetermined(why) => undetermined(document, why),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) => {}
    }
}

fn fails(document: &mut Document) {
    document.say(Text::new().tone(Tone::Bad, "Fails").say(": some model of this graph tells the two sides apart."));
}
