//! What single edges, added to the graph, would do to the answer.

use super::context::Context;
use super::differ::{self, Compared};
use super::ledger::{asked, required};
use super::{Fragile, FragileEdge, FragileStatus, Identified, Options, Verdict, advice, contrast, effect};
use crate::expr::{Arena, Expr, ExprId};
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::proof::{Evidence, Separation};
use crate::reach;

/// Models have no more cells than this here.
const CELLS: usize = 1 << 10;

/// Tries each edge that is not there and closes no directed cycle: what the query is then, and whether the estimand
/// still is it. Each edge costs an identification with its derivation and check; where a separation fails that the
/// derivation requires, the old estimand is compared with the query in random models of the larger graph as well.
pub(super) fn fragile(context: &Context<'_>, arena: &mut Arena, query: ExprId, found: &Identified) -> Option<Fragile> {
    let Evidence::Derivation(derivation) = found.checked.evidence() else { return None };
    let required: Vec<&Separation> = required(derivation).into_iter().map(|(separation, _)| separation).collect();
    let mut fragile = Fragile::default();
    let cost = advice::cost(context.graph());
    let asked = asked(context.graph(), arena, query);
    // Many models are looked at, so each is a small one; a hedge is evidence enough without its models.
    let mut limits = context.options.limits;
    limits.cells = limits.cells.min(CELLS);
    let options = Options { limits, ..*context.options };
    for (a, edge, b) in absent(context.graph(), &asked) {
        if (fragile.tried + 1) * cost > context.options.limits.fragile || context.stopped() {
            fragile.truncated = true;
            break;
        }
        let Some(larger) = context.projected().with_edge(a, edge, b) else { continue };
        fragile.tried += 1;
        let larger = Context::new(&larger, &options);
        let fails = |s: &&Separation| !reach::separated(larger.graph(), &s.x, &s.y, &s.given, &s.cut);
        let broken = required.iter().any(fails);
        if let Some(status) = status(&larger, arena, query, found.estimand, broken) {
            fragile.edges.push(FragileEdge { a, b, edge, status });
        }
    }
    Some(fragile)
}

/// What an edge does that is in this graph and not in the one asked about; None where it changes nothing.
fn status(
    larger: &Context<'_>,
    arena: &mut Arena,
    query: ExprId,
    estimand: ExprId,
    broken: bool,
) -> Option<FragileStatus> {
    // A copy that is dropped: what is tried in vain leaves no trace in the answer.
    let scratch = &mut arena.clone();
    let verdict = match scratch.get(query) {
        Expr::P(term) => {
            let term = term.clone();
            effect::effect(larger, scratch, &term)
        }
        Expr::Number(_)
        | Expr::Sum { .. }
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_)
        | Expr::Value(_) => contrast::verdict(larger, scratch, query),
    };
    match verdict {
        Verdict::NotIdentifiable(checked) => return Some(FragileStatus::NotIdentifiable(checked)),
        _ if !broken => return None,
        Verdict::Identifiable(found) if found.estimand == estimand => {
            return Some(FragileStatus::OtherProof(Box::new(found.checked)));
        }
        Verdict::Identifiable(_) | Verdict::Holds(_) | Verdict::Fails(_) | Verdict::Undetermined(_) => {}
    }
    Some(match differ::compare(larger, scratch, query, estimand) {
        Compared::Differ(checked) => FragileStatus::Wrong(checked),
        Compared::Agree(_) | Compared::TooLarge => FragileStatus::Unproved,
    })
}

/// Every edge between two nodes that the graph lacks: first those between variables of the query, then those at one of
/// them, then the others. Those that close a cycle are among them.
fn absent<'g>(graph: &'g Graph, asked: &'g NodeSet) -> impl Iterator<Item = (Node, EdgeKind, Node)> + 'g {
    let others = move || graph.nodes().filter(move |&node| !asked.contains(node));
    let between = asked.iter().flat_map(move |a| asked.iter().filter(move |&b| a < b).map(move |b| (a, b)));
    let at = asked.iter().flat_map(move |a| others().map(move |b| (a.min(b), a.max(b))));
    let apart = others().flat_map(move |a| others().filter(move |&b| a < b).map(move |b| (a, b)));
    between.chain(at).chain(apart).flat_map(move |(a, b)| {
        let joined = graph.has_directed(a, b) || graph.has_directed(b, a);
        let arrows = [EdgeKind::Forward, EdgeKind::Backward].into_iter().filter(move |_| !joined);
        let arc = Some(EdgeKind::Bidirected).filter(|_| !graph.has_bidirected(a, b));
        arrows.chain(arc).map(move |edge| (a, edge, b))
    })
}
