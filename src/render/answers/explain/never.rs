//! Why no data of this kind can settle a question.

use super::super::{Shown, hedge};
use super::part;
use crate::expr::{BigRational, Term};
use crate::graph::{Graph, Node};
use crate::proof::{Claim, CounterModel, Evidence, Hedge};
use crate::render::document::{Document, Math, Text};

/// What stands in the way of a formula.
pub(super) fn why(document: &mut Document, shown: &Shown<'_>, found: &Hedge) {
    let mut text = hedge::exchange_told(shown, &found.exchanged);
    if !text.is_empty() && !found.exchanged.given.is_empty() {
        text = text.say(" ");
    }
    match hedge::story(shown, found) {
        Some(story) => text = text.then(story),
        None => {
            text =
                text.say("What is measured shows cause and coincidence mixed, and nothing measured takes them apart.")
        }
    }
    document.push(part("Why there is no formula.", text));
}

/// The two models in words.
pub(super) fn worlds(
    document: &mut Document,
    shown: &Shown<'_>,
    term: Option<&Term>,
    (claim, evidence): (&Claim, &Evidence),
    alone: bool,
) {
    let pair = match evidence {
        Evidence::Hedge(_, Some(pair)) => Some(pair),
        Evidence::CounterModel(pair) => Some(pair),
        Evidence::Hedge(_, None) | Evidence::Derivation(_) | Evidence::Separation | Evidence::OpenPath(_) => None,
    };
    let mut text = Text::new();
    if let Some(pair) = pair
        && let [first, second] = &pair.values[..]
    {
        text = text.say("Think of two worlds, both built as the graph says, which produce exactly the same data. ");
        text = match term {
            Some(term) => chance(text, shown.graph, term, pair),
            None => {
                let at = shown.point(claim, pair);
                let text = text.say("The answer to the question");
                if at.is_empty() { text } else { text.say(", at ").join(at, " and ").say(",") }
            }
        };
        text = text.say(" is ").then(value(first, term.is_some())).say(" in one and ");
        text = text.then(value(second, term.is_some())).say(" in the other. ");
        text = text.say("Whoever has only such data, however many, cannot tell which of the two worlds is theirs");
        text = text.say(if alone { " (whatif run has both). " } else { ". " });
    } else {
        text = text.say(
            "It is proved that two worlds, both built as the graph says, can produce exactly the same data and yet differ in \
             the answer; they are too large to be shown here. Data alone, however many, cannot tell them apart. ",
        );
    }
    document.push(part(
        "Why more data do not help.",
        text.say("It takes something else: measuring what is now unmeasured, an experiment, or a further assumption."),
    ));
}

/// `The chance of y = 1, if x is set to 0`
fn chance(mut text: Text, graph: &Graph, term: &Term, pair: &CounterModel) -> Text {
    let at = |refs: &[crate::expr::Ref]| -> Vec<(Node, usize)> {
        let of_term = |node: Node| refs.iter().any(|r| r.var.index() == node.index());
        pair.at.iter().copied().filter(|(node, _)| of_term(*node)).collect()
    };
    if term.refs().any(|r| r.is_value()) {
        // The models are of the question at any values.
        text = text.say("In them values are just numbered from 0. ");
    }
    let code = |(node, state): (Node, usize)| Math::Code(format!("{} = {state}", graph.name(node)));
    let mut text = text.say("The chance of ").join(at(term.of()).into_iter().map(code), " and ");
    let given = at(term.given());
    if !given.is_empty() {
        text = text.say(" among those with ").join(given.into_iter().map(code), " and ");
    }
    for (i, (node, state)) in at(term.do_()).into_iter().enumerate() {
        text = text.say(if i == 0 { ", if " } else { " and " }).name(graph.name(node)).say(" is set to ");
        text = text.math(Math::Number(state.to_string()));
    }
    text.say(",")
}

/// `5/8 (62.5 %)`
fn value(value: &BigRational, chance: bool) -> Text {
    let text = Text::new().math(Math::Number(value.to_string()));
    if !chance || value.is_integer() {
        return text;
    }
    // Rounded to tenths of a per cent, half up; a chance is not negative.
    let tenths = (value.numer() * 2000 + value.denom()) / (value.denom() * 2);
    text.say(format!(" ({}.{} %)", &tenths / 10, &tenths % 10))
}
