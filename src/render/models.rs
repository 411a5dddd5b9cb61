//! Two models side by side, or one, as tables.

use super::document::{Block, Document, Math, Table, Text, Tone};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref};
use crate::graph::{Graph, Node};
use crate::proof::{CounterModel, Model, Parent};
use std::collections::BTreeSet;

/// Tables longer than this are left out: the JSON answer has them.
const MOST_ROWS: usize = 24;

/// Two models that agree on the data and differ on the query: one sentence, then their tables. `at` is where they differ.
pub(super) fn two(document: &mut Document, graph: &Graph, models: &CounterModel, at: Vec<Math>) {
    let [first, second] = models.values.as_slice() else { return };
    let text = Text::new().tone(Tone::Strong, "Two models").say(" of this graph produce exactly the same data, yet ");
    document.say(
        point(text, at)
            .say("the answer is ")
            .math(number(first))
            .say(" in one and ")
            .math(number(second))
            .say(" in the other."),
    );
    tables(document, graph, models, &["First model", "Second model"]);
}

/// One model in which two sides differ: one sentence, then its table.
pub(super) fn one(document: &mut Document, graph: &Graph, models: &CounterModel, at: Vec<Math>) {
    let [left, right] = models.values.as_slice() else { return };
    document.say(
        point(Text::of("In the model below, "), at)
            .say("the left side is ")
            .math(number(left))
            .say(" and the right side ")
            .math(number(right))
            .say("."),
    );
    tables(document, graph, models, &["Model"]);
}

/// `at x = 0 and y = 1, `
fn point(text: Text, at: Vec<Math>) -> Text {
    if at.is_empty() { text } else { text.say("at ").join(at, " and ").say(" ") }
}

/// Every variable that a model is read at, with its state.
pub(super) fn states(graph: &Graph, models: &CounterModel) -> Vec<Math> {
    models.at.iter().map(|(node, state)| state_of(graph, *node, *state)).collect()
}

/// Where expressions are read in a model: what they leave open, with its state. A value that they name themselves is told
/// only where its state has another name: `t = surgery (state 1)`.
pub(super) fn states_of(graph: &Graph, arena: &Arena, roots: &[ExprId], models: &CounterModel) -> Vec<Math> {
    // In the order in which `at` has them: by variable, open copies before values, values by their texts.
    let mut refs: BTreeSet<(usize, bool, String, Ref)> = BTreeSet::new();
    let mut take = |r: Ref| {
        let text = match r.at {
            At::Value(symbol) => arena.text(symbol).to_owned(),
            At::Copy(_) if roots.iter().any(|&root| arena.is_free_in(r, root)) => String::new(),
            At::Copy(_) => return,
        };
        refs.insert((r.var.index(), r.is_value(), text, r));
    };
    for id in arena.reachable(roots.iter().copied()) {
        match arena.get(id) {
            Expr::P(term) => term.refs().for_each(&mut take),
            Expr::Value(r) => take(*r),
            Expr::Number(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => {}
        }
    }
    let same = refs.iter().map(|(variable, ..)| *variable).eq(models.at.iter().map(|(node, _)| node.index()));
    if !same {
        return states(graph, models);
    }
    refs.into_iter()
        .zip(&models.at)
        .filter_map(|((_, is_value, text, r), &(node, state))| {
            if is_value {
                return (text != state.to_string())
                    .then(|| Math::Code(format!("{} = {text} (state {state})", graph.name(node))));
            }
            let primes = match r.at {
                At::Copy(primes) => "'".repeat(usize::from(primes)),
                At::Value(_) => String::new(),
            };
            Some(Math::Code(format!("{}{primes} = {state}", graph.name(node))))
        })
        .collect()
}

fn state_of(graph: &Graph, node: Node, state: usize) -> Math {
    Math::Code(format!("{} = {state}", graph.name(node)))
}

fn tables(document: &mut Document, graph: &Graph, models: &CounterModel, captions: &[&str]) {
    let rows = |model: &Model| -> usize { model.variables.iter().map(|v| v.table.len()).sum() };
    if models.models.iter().any(|model| rows(model) > MOST_ROWS) {
        document.say(Text::of("Their tables are long; the JSON answer holds them."));
        return;
    }
    for (model, caption) in models.models.iter().zip(captions) {
        document.push(Block::Table(table(graph, model, caption)));
    }
}

/// A row for each variable and each state of its parents: the chance of its states in order.
fn table(graph: &Graph, model: &Model, caption: &str) -> Table {
    let mut rows = Vec::new();
    for latent in &model.latents {
        rows.push(vec![Text::of(format!("{} (unmeasured)", latent.name)), Text::new(), chances(&latent.probs)]);
    }
    for (index, variable) in model.variables.iter().enumerate() {
        let node = Node::new(index);
        let states = |parent: &Parent| match parent {
            Parent::Variable(node) => model.variables.get(node.index()).map_or(1, |v| v.states),
            Parent::Latent(latent) => model.latents.get(*latent).map_or(1, |l| l.probs.len()),
        };
        let name = |parent: &Parent| match parent {
            Parent::Variable(node) => graph.name(*node).to_owned(),
            Parent::Latent(latent) => model.latents.get(*latent).map(|l| l.name.clone()).unwrap_or_default(),
        };
        for (row, probs) in variable.table.iter().enumerate() {
            let mut rest = row;
            let mut given: Vec<String> = Vec::new();
            for parent in variable.parents.iter().rev() {
                let states = states(parent).max(1);
                given.push(format!("{} = {}", name(parent), rest % states));
                rest /= states;
            }
            given.reverse();
            rows.push(vec![
                if row == 0 { Text::new().name(graph.name(node)) } else { Text::new() },
                Text::of(given.join(", ")),
                chances(probs),
            ]);
        }
    }
    Table {
        caption: Text::new().tone(Tone::Strong, caption).say(": the chance of each variable's states 0, 1, ..."),
        head: vec![Text::of("variable"), Text::of("where"), Text::of("chances")],
        rows,
    }
}

fn chances(probs: &[BigRational]) -> Text {
    Text::of(probs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

fn number(value: &BigRational) -> Math {
    Math::Number(value.to_string())
}
