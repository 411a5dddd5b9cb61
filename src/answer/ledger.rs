//! The assumptions that a derivation uses: edges that the graph does not have.

use super::context::Context;
use super::{Absent, Identified, Ledger, Testable};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{Derivation, Evidence, Separation, Statement};
use crate::reach;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::collections::BTreeMap;

/// A separating set and the kernel's word on it count as so many searches of the graph.
const TEST: usize = 16;

/// Which absent edges break a separation of the derivation, and which of those leave a trace in the data.
///
/// Each separation costs a few searches of the graph, each pair listed a separating set; all together no more than
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
    let mut tests = Tests { context, budget, known: BTreeMap::new(), all: true };
    let mut list = |edges: BTreeMap<(Node, Node), Vec<usize>>| -> Vec<Absent> {
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort_by_key(|((a, b), _)| 2 - usize::from(asked.contains(*a)) - usize::from(asked.contains(*b)));
        let first = edges.into_iter().take(most);
        first
            .map(|((a, b), mut steps)| {
                steps.sort_unstable();
                steps.dedup();
                Absent { a, b, steps, testable: tests.of(arena, a, b) }
            })
            .collect()
    };
    ledger.common_causes = list(arcs);
    ledger.arrows = list(arrows);
    ledger.tested = tests.all;
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

/// Independences that show an absent edge wrong.
struct Tests<'c, 'a> {
    context: &'c Context<'a>,
    budget: usize,
    known: BTreeMap<(Node, Node), Option<Testable>>,
    /// Whether the budget has lasted.
    all: bool,
}

impl Tests<'_, '_> {
    fn of(&mut self, arena: &mut Arena, a: Node, b: Node) -> Option<Testable> {
        let graph = self.context.graph();
        let (a, b) = (a.min(b), a.max(b));
        if graph.has_directed(a, b) || graph.has_directed(b, a) || graph.has_bidirected(a, b) {
            return None;
        }
        if let Some(known) = self.known.get(&(a, b)) {
            return known.clone();
        }
        let cost = TEST * (graph.len() + graph.directed_count() + graph.bidirected_count());
        let Some(left) = self.budget.checked_sub(cost) else {
            self.all = false;
            return None;
        };
        self.budget = left;
        let (x, y, cut) = (graph.set([a]), graph.set([b]), Mutilation::none(graph));
        let allowed = graph.all_nodes().without(a).without(b);
        let given = reach::minimum_separator(graph, &x, &y, &graph.no_nodes(), &allowed, &cut);
        let testable = given.and_then(|given| {
            let separation = Separation { x, y, given: given.clone(), cut };
            let settled = self.context.settle(arena, Statement::Separated(separation), &Evidence::Separation);
            Some(Testable { given, checked: settled.ok()? })
        });
        self.known.insert((a, b), testable.clone());
        testable
    }
}
