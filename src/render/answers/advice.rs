//! What stands beside a verdict: what would help, what it rests on, where it is fragile, how it fared in numbers.

use super::{Shown, count};
use crate::answer::{
    Absent, Advice, Cause, Constraint, Fragile, FragileEdge, Ledger, Measure, Related, SelfCheck, Support,
};
use crate::expr::Term;
use crate::graph::{EdgeKind, Node};
use crate::proof::Separation;
use crate::render::document::{Block, Document, Math, Text, Tone};

/// Suggestions of one kind, and absent edges, that are shown; the JSON answer has all.
const SHOWN: usize = 3;
/// Fragile edges of one kind that are shown.
const FRAGILE: usize = 12;

pub(super) fn support(document: &mut Document, shown: &Shown<'_>, query: Option<&Term>, support: &Support) {
    constraints(document, &support.constraints);
    if let Some(check) = &support.self_check {
        self_check(document, check);
    }
    if let Some(ledger) = &support.rests_on {
        rests_on(document, shown, ledger);
    }
    if let Some(found) = &support.fragile {
        fragile(document, shown, found);
    }
    if let (Some(found), Some(query)) = (&support.advice, query) {
        advice(document, shown, query, found);
    }
}

pub(super) fn advice(document: &mut Document, shown: &Shown<'_>, query: &Term, advice: &Advice) {
    let mut points = Vec::new();
    points.extend(advice.measure.iter().take(SHOWN).map(measure));
    points.extend(advice.randomise.iter().take(SHOWN).map(|one| {
        let text = Text::of("Set ").name(shown.name(one.variable)).say(" at random in an experiment");
        match &one.found.estimand {
            Some(estimand) => text.say("; the answer is then ").math(Math::Expr(estimand.clone())).say("."),
            None => text.say("."),
        }
    }));
    let more = advice.measure.len().saturating_sub(SHOWN) + advice.randomise.len().saturating_sub(SHOWN);
    if more > 0 {
        let text = Text::of(format!("{} in the JSON answer.", count(more, "other way is", "other ways are")));
        points.push(text);
    }
    let acted: Vec<Node> = query.do_().iter().map(|r| Node::new(r.var.index())).collect();
    let itself = || Text::new().names(acted.iter().map(|&x| shown.name(x)));
    if !points.is_empty() {
        let any = if points.len() > 1 { ", any one of these:" } else { ":" };
        document.push(Block::Part(Text::new().tone(Tone::Strong, "What would help").say(any)));
        document.push(Block::List(points));
    } else if advice.stopped.is_none() {
        let text = Text::new().tone(Tone::Strong, "What would help").say(": an experiment that sets ").then(itself());
        document.push(Block::Part(
            text.say(
                " at random. Measuring one or two unmeasured causes would not be enough, nor would an experiment ",
            )
            .say(if acted.len() == 1 { "on one other variable." } else { "on one variable alone." }),
        ));
    }
    if let Some(limit) = &advice.stopped {
        document.say(Text::of(format!(
            "There may be other ways: {limit} after {}.",
            count(advice.identifications, "attempt", "attempts")
        )));
    }
    related(document, shown, &advice.related);
}

fn measure(set: &Measure) -> Text {
    let latent = |cause: &Cause| match cause {
        Cause::Latent(name) => Some(name.clone()),
        Cause::Shared { .. } => None,
    };
    let text = match &set.causes[..] {
        [Cause::Shared { a, b, .. }] => Text::of("Measure the common cause of ").name(a).say(" and ").name(b),
        [Cause::Shared { a, b, .. }, Cause::Shared { a: c, b: d, .. }] => {
            let text = Text::of("Measure both the common cause of ").name(a).say(" and ").name(b);
            text.say(" and that of ").name(c).say(" and ").name(d)
        }
        [Cause::Latent(one), Cause::Shared { a, b, .. }] => {
            Text::of("Measure both ").name(one).say(" and the common cause of ").name(a).say(" and ").name(b)
        }
        causes => Text::of("Measure ").names(causes.iter().filter_map(latent)),
    };
    text.say(".")
}

fn related(document: &mut Document, shown: &Shown<'_>, related: &[Related]) {
    if related.is_empty() {
        return;
    }
    let terms = related.iter().take(SHOWN).map(|one| shown.term(&one.term));
    let more = related.len().saturating_sub(SHOWN);
    let text = Text::new().tone(Tone::Strong, "Identifiable as it is").say(": ");
    let text = text.join(terms, if more > 0 { ", " } else { " and " });
    document.say(if more > 0 { text.say(format!(" and {more} more.")) } else { text.say(".") });
}

fn self_check(document: &mut Document, check: &SelfCheck) {
    // What was not computed is not spoken of; what failed is what the answer is about.
    if let SelfCheck::Held { models, .. } = check {
        let text = Text::new().tone(Tone::Strong, "Self-check");
        document.say(text.say(format!(": right in {models} random models.")));
    }
}

fn edge(shown: &Shown<'_>, a: Node, edge: EdgeKind, b: Node) -> Math {
    // Arrows are read from left to right.
    let (a, edge, b) = if edge == EdgeKind::Backward { (b, EdgeKind::Forward, a) } else { (a, edge, b) };
    Math::Path(vec![shown.name(a), shown.name(b)], vec![edge])
}

/// One or two sentences: which edges are assumed to be absent, and what of that the data can refute.
fn rests_on(document: &mut Document, shown: &Shown<'_>, ledger: &Ledger) {
    let all = ledger.counts[0] + ledger.counts[1];
    if all == 0 {
        return;
    }
    let arcs = ledger.common_causes.iter().map(|absent| (absent, EdgeKind::Bidirected));
    let arrows = ledger.arrows.iter().map(|absent| (absent, EdgeKind::Forward));
    let listed: Vec<(&Absent, EdgeKind)> = arcs.chain(arrows).collect();
    let first = listed.iter().take(SHOWN + 1).map(|(absent, kind)| edge(shown, absent.a, *kind, absent.b));
    let left = all.saturating_sub(SHOWN + 1);
    let mut text = Text::new().tone(Tone::Strong, "Rests on").say(" the absence of ");
    text = text.join(first, if left > 0 { ", " } else { " and " });
    if left > 0 {
        text = text.say(format!(" and {left} more"));
    }
    text = text.say(".");
    if ledger.looked_at < ledger.separations {
        text = text.say(format!(
            " The list is of {} of the {} independences used; for the rest the graph is too large.",
            ledger.looked_at, ledger.separations
        ));
    }
    let mut tests: Vec<&Separation> = Vec::new();
    for test in listed.iter().filter_map(|(absent, _)| absent.testable.as_ref()) {
        if !tests.contains(&&test.separation) {
            tests.push(&test.separation);
        }
    }
    text = match &tests[..] {
        [] => text,
        [only] => text.say(" Testable in the data: ").math(shown.separation(only)).say("."),
        [first, rest @ ..] => {
            let text = text.say(" Testable in the data: ").math(shown.separation(first));
            text.say(format!(" (and {} more).", rest.len()))
        }
    };
    document.say(text);
}

fn fragile(document: &mut Document, shown: &Shown<'_>, fragile: &Fragile) {
    let tried = count(fragile.tried, "edge", "edges");
    let head =
        Text::new().tone(Tone::Strong, "Fragile spots").say(format!(" ({tried} that could be added, one at a time)"));
    let group = |name: &str, words: &str| {
        let all: Vec<&FragileEdge> = fragile.edges.iter().filter(|edge| edge.status.name() == name).collect();
        let first = all.iter().take(FRAGILE).map(|found| edge(shown, found.a, found.edge, found.b));
        let left = all.len().saturating_sub(FRAGILE);
        let text = Text::of(words).join(first, if left > 0 { ", " } else { " and " });
        let text = if left > 0 { text.say(format!(" and {left} more")) } else { text };
        (!all.is_empty()).then_some(text)
    };
    let groups = [
        group("not_identifiable", "No formula would give the answer any longer with "),
        group("wrong", "There would be a formula, but this one would be wrong with "),
        group("no_longer_proved", "This formula would no longer be proved, nor is it known to be wrong, with "),
    ];
    let points: Vec<Text> = groups.into_iter().flatten().collect();
    let mut text = head.say(if points.is_empty() { ": none changes the answer." } else { ":" });
    if fragile.truncated {
        text = text.say(" The limit was reached; other edges were left untried.");
    }
    document.push(Block::Part(text));
    if !points.is_empty() {
        document.push(Block::List(points));
    }
}

fn constraints(document: &mut Document, constraints: &[Constraint]) {
    if constraints.is_empty() {
        return;
    }
    let text = Text::new().tone(Tone::Strong, "Testable").say(
        ": these formulas agree in every model of the graph, yet not in every distribution. If they differ in the data, \
         the graph is wrong.",
    );
    document.push(Block::Part(text));
}
