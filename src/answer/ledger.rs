//! The assumptions that a derivation uses: edges that the graph does not have.

use super::context::Context;
use super::testable::{Lacking, testable};
use super::{Absent, Identified, Ledger};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::{Derivation, Evidence, Separation, Statement};
use crate::reach;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeMap;

/// Which absent edges break a separation of the derivation, and which of those leave a trace in the data.
///
/// Each separation costs a few searches of the graph, each pair looked at a separating set; all together no more than
/// [`Limits::ledger`](super::Limits::ledger) nodes and edges are visited.
pub(super) fn ledger(context: &Context<'_>, arena: &mut Arena, found: &Identified) -> Option<Ledger> {
    let Evidence::Derivation(derivation) = found.checked.evidence() else { return None };
    let graph = context.graph();
    let mut budget = context.options.limits.ledger;
    let required = required(derivation);
    let mut ledger = Ledger { separations: required.len(), tested: true, ..Ledger::default() };
    let (mut arcs, mut arrows) = (BTreeMap::new(), BTreeMap::new());
    for (separation, steps) in &required {
        let Separation { x, y, given, cut } = separation;
        let Some(edges) = reach::connecting_edges(graph, (x, y), given, cut, &mut budget) else { break };
        ledger.looked_at += 1;
        for edge in edges.bidirected {
            arcs.entry(edge).or_insert_with(Vec::new).extend(steps);
        }
        for edge in edges.directed {
            arrows.entry(edge).or_insert_with(Vec::new).extend(steps);
        }
    }
    if !acyclic(graph, &mut arrows, &mut budget) {
        // Some arrow could not be looked at after all.
        ledger.looked_at = ledger.looked_at.saturating_sub(1);
    }
    ledger.counts = [arcs.len(), arrows.len()];
    // Those between the query's own variables first.
    let asked = match found.checked.claim().statement {
        Statement::Identifiable { query, .. } => asked(graph, arena, query),
        Statement::NotIdentifiable { .. }
        | Statement::Separated(_)
        | Statement::Connected(_)
        | Statement::Equal(..)
        | Statement::Unequal(..) => graph.no_nodes(),
    };
    let most = context.options.limits.list;
    let first = |edges: BTreeMap<(Node, Node), Vec<usize>>| {
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort_by_cached_key(|((a, b), _)| 2 - usize::from(asked.contains(*a)) - usize::from(asked.contains(*b)));
        edges.truncate(most);
        edges
    };
    let (arcs, arrows) = (first(arcs), first(arrows));
    let lacking: Vec<Lacking> = arcs
        .iter()
        .map(|&((a, b), _)| Lacking::Arc(a, b))
        .chain(arrows.iter().map(|&((a, b), _)| Lacking::Arrow(a, b)))
        .collect();
    let (tests, tested) = testable(context, arena, &lacking, &mut budget);
    let mut all = arcs.into_iter().chain(arrows).zip(tests).map(|(((a, b), mut steps), testable)| {
        steps.sort_unstable();
        steps.dedup();
        Absent { a, b, steps, testable }
    });
    ledger.common_causes = all.by_ref().take(ledger.counts[0].min(most)).collect();
    ledger.arrows = all.collect();
    ledger.tested = tested;
    Some(ledger)
}

/// The variables that a query names.
pub(super) fn asked(graph: &Graph, arena: &Arena, query: ExprId) -> NodeSet {
    let refs = arena.terms(query).into_iter().flat_map(|term| term.refs());
    graph.set(refs.map(|r| Node::new(r.var.index())))
}

/// The separations that a derivation requires, each once, with the steps, from 1, that do.
pub(super) fn required(derivation: &Derivation) -> Vec<(&Separation, Vec<usize>)> {
    let mut all: IndexMap<&Separation, Vec<usize>, FxBuildHasher> = IndexMap::default();
    for (number, step) in derivation.steps.iter().enumerate() {
        for separation in &step.requires {
            all.entry(separation).or_default().push(number + 1);
        }
    }
    all.into_iter().collect()
}

/// Leaves out arrows that would close a cycle; where the budget does not last, others too, and says so.
fn acyclic(graph: &Graph, arrows: &mut BTreeMap<(Node, Node), Vec<usize>>, budget: &mut usize) -> bool {
    let mut above: BTreeMap<Node, Option<NodeSet>> = BTreeMap::new();
    let cost = graph.len() + graph.directed_count();
    let mut all = true;
    arrows.retain(|&(a, b), _| {
        // In the order of the causes no arrow forward closes a cycle.
        if graph.rank(a) < graph.rank(b) {
            return true;
        }
        let above = above.entry(a).or_insert_with(|| {
            *budget = budget.checked_sub(cost)?;
            Some(reach::ancestors(graph, &graph.set([a])))
        });
        all &= above.is_some();
        above.as_ref().is_some_and(|above| !above.contains(b))
    });
    all
}
