//! What is asked, in words.

use super::super::Shown;
use super::{agree, described, one_line, part};
use crate::answer::Account;
use crate::expr::{ExprId, Ref, Term};
use crate::problem::{GraphEntry, lift};
use crate::render::document::{Block, Document, Math, Text};
use crate::syntax::tree::{ExprKind, PTerm};

const HEADING: &str = "The question.";

pub(super) fn effect(document: &mut Document, shown: &Shown<'_>, entry: Option<&GraphEntry>, term: &Term) {
    let valued = term.of().iter().any(|r| r.is_value());
    let turn = |text: Text, before: &str, likely: &str| {
        references(text.say(if valued { likely } else { before }), shown, term.of())
    };
    let text = if term.do_().is_empty() {
        let text = turn(Text::new(), "How does ", "How likely is ").say(if valued { "" } else { " turn out" });
        among(text, shown, term.given()).say("? Nothing is acted on: this asks about the data as they are.")
    } else {
        let text = turn(Text::new(), "How would ", "How likely would ").say(if valued { " be" } else { " turn out" });
        let text = set_to(among(text, shown, term.given()).say(", if "), shown, term.do_());
        let n = term.do_().len();
        let text = text.say(" from outside, for everybody, whatever decides ").say(agree(n, "it", "them"));
        let text = text.say(" otherwise? That is another question than how ").names(names(shown, term.of()));
        let text =
            text.say(agree(term.of().len(), " turns", " turn")).say(" out where ").names(names(shown, term.do_()));
        let text = text.say(" came about by ").say(agree(n, "itself", "themselves"));
        match Term::new(term.of().iter().copied(), term.given().iter().chain(term.do_()).copied(), []) {
            Some(observed) => text.say(", which the data show directly: ").math(shown.term(&observed)).say("."),
            None => text.say(", which the data show directly."),
        }
    };
    document.push(part(HEADING, text));
    let variables = term.refs().map(|r| shown.name(crate::graph::Node::new(r.var.index())));
    comments(document, entry, variables);
}

pub(super) fn contrast(
    document: &mut Document,
    shown: &Shown<'_>,
    entry: Option<&GraphEntry>,
    expr: ExprId,
    accounts: &[Account],
) {
    let tree = lift::expr(shown.graph, shown.arena, expr, &[]);
    let difference = match &tree.kind {
        ExprKind::Minus(sides) => match sides.as_slice() {
            [one, other] => match (&one.kind, &other.kind) {
                (ExprKind::E(one), ExprKind::E(other)) => average(one, other),
                _ => None,
            },
            _ => None,
        },
        ExprKind::P(_)
        | ExprKind::E(_)
        | ExprKind::Sum { .. }
        | ExprKind::Product(_)
        | ExprKind::Quotient(..)
        | ExprKind::Plus(_)
        | ExprKind::Negative(_)
        | ExprKind::Number(_)
        | ExprKind::Name(_)
        | ExprKind::Quantity(_) => None,
    };
    let text = difference.unwrap_or_else(|| {
        let mut text = Text::of("A calculation");
        for (i, account) in accounts.iter().enumerate() {
            text = text.say(match i {
                0 => " with ",
                _ if i + 1 == accounts.len() => " and ",
                _ => ", ",
            });
            text =
                text.say("the effect of ").names(shown.names(&account.do_)).say(" on ").names(shown.names(&account.of));
        }
        text.say(if accounts.is_empty() {
            " with the data as they are: nothing is acted on."
        } else {
            ": what would be seen if something were set from outside, for everybody, whatever decides it otherwise."
        })
    });
    document.push(part(HEADING, text));
    let mut variables = Vec::new();
    for account in accounts {
        for set in [&account.of, &account.do_, &account.given] {
            for name in shown.names(set) {
                if !variables.contains(&name) {
                    variables.push(name);
                }
            }
        }
    }
    comments(document, entry, variables.into_iter());
}

/// `E[y | do(x = 1)] - E[y | do(x = 0)]`, as one says it.
fn average(one: &PTerm, other: &PTerm) -> Option<Text> {
    if one.do_.is_empty() || one.do_.len() != other.do_.len() || one.of != other.of || one.given != other.given {
        return None;
    }
    let mut changed = Vec::new();
    let mut held = Vec::new();
    for (a, b) in one.do_.iter().zip(&other.do_) {
        let name = Math::Name(a.variable.name.value.clone());
        match (&a.value, &b.value) {
            _ if a.variable != b.variable => return None,
            (Some(a), Some(b)) if a.value == b.value => held.push((name, a.value.clone())),
            (Some(a), Some(b)) => changed.push((name, a.value.clone(), b.value.clone())),
            _ => return None,
        }
    }
    if changed.is_empty() {
        return None;
    }
    let of = one.of.iter().map(|reference| reference.variable.name.value.clone());
    let mut text = Text::of("How much would the average of ").names(of).say(" change");
    for (i, given) in one.given.iter().enumerate() {
        text = text.say(if i == 0 { " among those with the same " } else { " and " });
        text = text.math(Math::Name(given.variable.name.value.clone()));
    }
    for (i, (name, to, from)) in changed.into_iter().enumerate() {
        text = text.say(if i == 0 { ", if " } else { " and " });
        let from = Math::Number(from);
        text = text.math(name).say(" were set to ").math(Math::Number(to)).say(" rather than to ").math(from);
    }
    for (name, at) in held {
        text = text.say(", with ").math(name).say(" held at ").math(Math::Number(at)).say(" both times");
    }
    Some(text.say("? Set from outside, for everybody, whatever decides it otherwise."))
}

/// `, among those with w`
fn among(text: Text, shown: &Shown<'_>, given: &[Ref]) -> Text {
    if given.is_empty() { text } else { references(text.say(" among those with a given "), shown, given) }
}

fn names(shown: &Shown<'_>, refs: &[Ref]) -> Vec<String> {
    refs.iter().map(|r| shown.name(crate::graph::Node::new(r.var.index()))).collect()
}

/// `x` or `x = 1`
fn references(text: Text, shown: &Shown<'_>, refs: &[Ref]) -> Text {
    text.join(refs.iter().map(|&r| written(shown, r)), " and ")
}

fn written(shown: &Shown<'_>, reference: Ref) -> Math {
    let lifted = lift::reference(shown.graph, shown.arena, reference);
    match lifted.value {
        Some(value) => Math::Code(format!("{} = {}", lifted.variable.name.value, value.value)),
        None => Math::Name(lifted.variable.name.value),
    }
}

/// `x were set`, `x were set to 1 and w to 0`
fn set_to(mut text: Text, shown: &Shown<'_>, refs: &[Ref]) -> Text {
    if refs.iter().all(|r| !r.is_value()) {
        return text.names(names(shown, refs)).say(" were set");
    }
    for (i, &reference) in refs.iter().enumerate() {
        let lifted = lift::reference(shown.graph, shown.arena, reference);
        text = text.say(if i == 0 { "" } else { " and " }).name(lifted.variable.name.value).say(" were set");
        if let Some(value) = lifted.value {
            text = text.say(" to ").math(Math::Number(value.value));
        }
    }
    text
}

/// What the file's own comments say of the graph and of the variables asked about.
fn comments(document: &mut Document, entry: Option<&GraphEntry>, variables: impl Iterator<Item = String>) {
    if let Some(doc) = entry.and_then(|entry| entry.doc.as_deref()).and_then(one_line) {
        document.push(Block::Paragraph(Text::of(format!("The file says of this graph: {doc}"))));
    }
    let points: Vec<Text> = variables
        .filter_map(|name| described(entry, &name).map(|doc| Text::new().name(name).say(format!(": {doc}"))))
        .collect();
    if !points.is_empty() {
        document.push(Block::List(points));
    }
}
