//! `expect …`: whether the answer is the one expected.

use super::context::Context;
use super::{Expected, Verdict, contrast, differ, effect, equality, independence, self_check, words};
use crate::expr::Expr;
use crate::graph::Graph;
use crate::problem::{Expectation, ExpectationKind};
use crate::proof::{Evidence, PathStep};

/// Answers the question and compares. An undetermined answer meets no expectation and fails none.
pub(super) fn expectation(context: &Context<'_>, expectation: &Expectation, text: String) -> Expected {
    let mut arena = expectation.arena.clone();
    let verdict = match &expectation.kind {
        &ExpectationKind::Identifiable(expr) => {
            let verdict = match arena.get(expr) {
                Expr::P(term) => {
                    let term = term.clone();
                    effect::effect(context, &mut arena, &term)
                }
                Expr::Number(_)
                | Expr::Sum { .. }
                | Expr::Product(_)
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => contrast::verdict(context, &mut arena, expr),
            };
            self_check::self_check(context, &arena, expr, verdict).0
        }
        ExpectationKind::Independence(separation) => independence::independence(context, &mut arena, separation),
        &ExpectationKind::Equality(lhs, rhs) => equality::equality(context, &mut arena, lhs, rhs),
    };
    let is = match &verdict {
        Verdict::Identifiable(_) | Verdict::Holds(_) => Some(true),
        Verdict::NotIdentifiable(_) | Verdict::Fails(_) => Some(false),
        Verdict::Undetermined(_) => None,
    };
    let holds = is.map(|is| is == expectation.expected);
    let reason = (holds != Some(true)).then(|| reason(context.graph(), &verdict));
    let (refused, self_check_failed) = match verdict {
        Verdict::Undetermined(why) => (why.refused, why.self_check),
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::Holds(_) | Verdict::Fails(_) => (None, false),
    };
    Expected { span: expectation.span, text, holds, reason, refused, self_check_failed }
}

/// What the answer is, where it is not the one expected.
fn reason(graph: &Graph, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Identifiable(found) => format!("it is identifiable ({})", found.how),
        Verdict::NotIdentifiable(checked) => match checked.evidence() {
            Evidence::Hedge(hedge, _) => format!(
                "it is not identifiable: {} and, inside it, {} form a hedge",
                words::braced(graph, &hedge.outer.nodes),
                words::braced(graph, &hedge.inner.nodes)
            ),
            Evidence::Derivation(_) | Evidence::CounterModel(_) | Evidence::Separation | Evidence::OpenPath(_) => {
                "it is not identifiable".to_owned()
            }
        },
        Verdict::Holds(_) => "it holds".to_owned(),
        Verdict::Fails(checked) => match checked.evidence() {
            Evidence::OpenPath(path) => {
                let nodes: Vec<_> = path.steps.iter().map(|step| step.node).collect();
                let edges: Vec<_> = path.steps.iter().filter_map(|step: &PathStep| step.edge).collect();
                format!("{} is open", words::path(graph, &nodes, &edges))
            }
            Evidence::CounterModel(_) => format!("the two sides differ: {}", differ::told(graph, checked)),
            Evidence::Derivation(_) | Evidence::Hedge(..) | Evidence::Separation => "the two sides differ".to_owned(),
        },
        Verdict::Undetermined(why) => why.reason.clone(),
    }
}
