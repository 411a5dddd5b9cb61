//! Answers that are lists: adjustment sets, implications, paths; and simplified expressions.

use super::{Shown, count, sentence};
use crate::answer::{AdjustmentSet, ImpliedIndependence, ListedPath, SetKind, Verma};
use crate::expr::{ExprId, Term};
use crate::graph::{Node, NodeSet};
use crate::render::document::{Block, Document, Math, Table, Text, Tone};

/// Of a longer list of sets, smallest first, a person is shown the beginning.
const MOST_SETS: usize = 12;

pub(super) fn adjust(
    document: &mut Document,
    shown: &Shown<'_>,
    term: &Term,
    sets: &[AdjustmentSet],
    why_none: &[String],
    truncated: bool,
) {
    let kind = |kind: SetKind| sets.iter().filter(move |set| set.kind == kind).collect::<Vec<_>>();
    let points = |sets: &[&AdjustmentSet]| {
        let mut points: Vec<Text> = sets.iter().take(MOST_SETS).map(|set| point(shown, set)).collect();
        if let Some(more) = sets.len().checked_sub(MOST_SETS).filter(|&more| more > 0) {
            points.push(Text::new().tone(Tone::Quiet, format!("and {more} more; --format json lists them all")));
        }
        Block::List(points)
    };
    let adjustment = kind(SetKind::Adjustment);
    if !adjustment.is_empty() {
        document.say(Text::new().tone(Tone::Strong, "Adjustment sets").say(":"));
        document.push(points(&adjustment));
    }
    let front = kind(SetKind::FrontDoor);
    if !front.is_empty() {
        document.say(Text::new().tone(Tone::Strong, "Front-door sets").say(":"));
        document.push(points(&front));
    }
    let instruments = kind(SetKind::Instrument);
    if !instruments.is_empty() {
        document.say(Text::new().tone(Tone::Strong, "Instruments").say(":"));
        document.push(points(&instruments));
        document.say(
            Text::of("An instrument identifies ")
                .math(shown.term(term))
                .say(" only under a further assumption, such as linearity; without one it gives bounds."),
        );
    }
    for reason in why_none {
        document.say(Text::of(format!("{}.", sentence(reason))));
    }
    stopped(document, truncated);
}

fn point(shown: &Shown<'_>, set: &AdjustmentSet) -> Text {
    let mut text = match (set.kind, &set.given) {
        (SetKind::Instrument, given) => {
            let text = Text::new().names(shown.names(&set.set));
            match given {
                Some(given) if !given.is_empty() => text.say(" given ").names(shown.names(given)),
                Some(_) | None => text,
            }
        }
        (SetKind::Adjustment | SetKind::FrontDoor, _) if set.set.is_empty() => Text::of("nothing at all"),
        (SetKind::Adjustment | SetKind::FrontDoor, _) => Text::new().math(shown.set(&set.set)),
    };
    match (set.kind, set.minimal, set.optimal) {
        (SetKind::Instrument, ..) | (_, false, false) => {}
        (_, true, false) => text = text.say(" ").tone(Tone::Quiet, "(minimal)"),
        (_, false, true) => text = text.say(" ").tone(Tone::Good, "(least variance)"),
        (_, true, true) => text = text.say(" ").tone(Tone::Good, "(minimal, least variance)"),
    }
    text
}

pub(super) fn implications(
    document: &mut Document,
    shown: &Shown<'_>,
    independences: &[ImpliedIndependence],
    inseparable: &[(Node, Node)],
    basis: &[(Node, NodeSet, NodeSet)],
    verma: &[Verma],
) {
    if independences.is_empty() && inseparable.is_empty() && verma.is_empty() {
        document.say(Text::of("Nothing: all variables are joined by edges, so no data can contradict this graph."));
        return;
    }
    if !independences.is_empty() {
        let n = count(independences.len(), "independence", "independences");
        document.say(Text::new().tone(Tone::Strong, n).say(" must be seen in the data:"));
        let points = independences.iter().map(|implied| {
            let set = |node| shown.graph.set([node]);
            Text::new().math(independence(shown, &set(implied.x), &set(implied.y), &implied.given))
        });
        document.push(Block::List(points.collect()));
    }
    if !inseparable.is_empty() {
        document.say(
            Text::of("Without an edge and yet ")
                .tone(Tone::Strong, "inseparable")
                .say(", because an inducing path joins them:"),
        );
        let points = inseparable.iter().map(|&(a, b)| Text::new().names([shown.name(a), shown.name(b)]));
        document.push(Block::List(points.collect()));
    }
    if !basis.is_empty() {
        document.say(
            Text::new()
                .tone(Tone::Strong, "Local Markov basis")
                .say(": these imply every other independence of the graph."),
        );
        // x _||_ y | z says the same of y: one line will do.
        let mirrored = |i: usize, (node, rest, parents): &(Node, NodeSet, NodeSet)| {
            let earlier = basis.get(..i).unwrap_or_default();
            earlier.iter().any(|(other, others, given)| {
                given == parents
                    && others.len() == 1
                    && rest.len() == 1
                    && others.contains(*node)
                    && rest.contains(*other)
            })
        };
        let lines = basis.iter().enumerate().filter(|(i, line)| !mirrored(*i, line)).map(|(_, line)| line);
        let points = lines.map(|(node, rest, parents)| {
            Text::new().math(independence(shown, &shown.graph.set([*node]), rest, parents))
        });
        document.push(Block::List(points.collect()));
    }
    if !verma.is_empty() {
        shown.define(document, verma.iter().map(|constraint| constraint.expr));
        document.say(
            Text::new()
                .tone(Tone::Strong, "Verma constraints")
                .say(" (there may be more): each expression is the same for all values of what is named after it."),
        );
        let points = verma.iter().map(|constraint| {
            Text::new()
                .math(shown.expr(constraint.expr))
                .say("  for all ")
                .names(shown.names(&constraint.independent_of))
                .say("  (district ")
                .math(shown.set(&constraint.district))
                .say(")")
        });
        document.push(Block::List(points.collect()));
    }
}

fn independence(shown: &Shown<'_>, x: &NodeSet, y: &NodeSet, given: &NodeSet) -> Math {
    shown.separation(&crate::proof::Separation {
        x: x.clone(),
        y: y.clone(),
        given: given.clone(),
        cut: crate::graph::Mutilation::none(shown.graph),
    })
}

pub(super) fn paths(document: &mut Document, shown: &Shown<'_>, paths: &[ListedPath], truncated: bool) {
    if paths.is_empty() {
        document.say(Text::new().tone(Tone::Strong, "No path").say(" joins the two."));
        return;
    }
    let open = paths.iter().filter(|path| path.open).count();
    let how_many = match (paths.len(), truncated) {
        (1, true) => "The shortest path".to_owned(),
        (n, true) => format!("The {n} shortest paths"),
        (n, false) => count(n, "path", "paths"),
    };
    let state = match (open, paths.len()) {
        (0, 1) => "not open".to_owned(),
        (1, 1) => "open".to_owned(),
        (0, _) => "none open".to_owned(),
        (open, _) => format!("{open} open"),
    };
    document.say(Text::new().tone(Tone::Strong, how_many).say(format!(", {state}.")));
    let rows = paths.iter().map(|path| {
        let drawn = Math::Path(path.nodes.iter().map(|&node| shown.name(node)).collect(), path.edges.clone());
        let state = if path.open {
            Text::new().tone(Tone::Good, "open")
        } else {
            let mut text = Text::of("blocked by ");
            for (i, &node) in path.blocked_by.iter().enumerate() {
                text = text.say(if i > 0 { ", " } else { "" }).name(shown.name(node));
                let why = if is_collider(path, node) { "(a collider)" } else { "(held fixed)" };
                text = text.say(" ").tone(Tone::Quiet, why);
            }
            text
        };
        vec![Text::new().math(drawn), state]
    });
    document.push(Block::Table(Table { caption: Text::new(), head: Vec::new(), rows: rows.collect() }));
    stopped(document, truncated);
}

fn is_collider(path: &ListedPath, node: Node) -> bool {
    path.nodes.iter().position(|&n| n == node).is_some_and(|i| {
        let before = i.checked_sub(1).and_then(|before| path.edges.get(before));
        before.is_some_and(|edge| edge.into_second()) && path.edges.get(i).is_some_and(|edge| edge.into_first())
    })
}

pub(super) fn stopped(document: &mut Document, truncated: bool) {
    if truncated {
        document.say(Text::new().tone(Tone::Open, "There are more").say(": the list stopped at the limit."));
    }
}

pub(super) fn simplify(document: &mut Document, shown: &Shown<'_>, expr: ExprId, result: ExprId) {
    shown.define(document, [expr, result]);
    let same = expr == result;
    document.say(Text::of(if same { "Nothing shorter was found." } else { "Equal, and shorter:" }));
    document.push(Block::Formula { lhs: Some(shown.expr(expr)), rhs: shown.expr(result) });
}
