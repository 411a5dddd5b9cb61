//! Independences in the data that show an absent edge wrong.

use super::Testable;
use super::context::Context;
use crate::expr::Arena;
use crate::graph::{Mutilation, Node, NodeSet};
use crate::proof::{Evidence, Separation, Statement};
use crate::reach;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A separating set and the kernel's word on it count as so many searches of the graph.
const TEST: usize = 16;

/// An edge that the graph lacks.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Lacking {
    /// `a <-> b`, the smaller end first.
    Arc(Node, Node),
    /// `from -> to`.
    Arrow(Node, Node),
}

impl Lacking {
    const fn ends(self) -> (Node, Node) {
        match self {
            Self::Arc(a, b) | Self::Arrow(a, b) => (a, b),
        }
    }
}

/// For each edge an independence that the graph implies and that the graph with this edge does not, where one is found;
/// and whether the budget lasted.
///
/// Where nothing else joins the ends of an edge and some set separates them, that is it. Else the pairs of which an end of
/// the edge is one are looked at, each with a smallest set that separates it.
pub(super) fn testable(
    context: &Context<'_>,
    arena: &mut Arena,
    edges: &[Lacking],
    budget: &mut usize,
) -> (Vec<Option<Testable>>, bool) {
    let mut tests = Tests { context, arena, budget, known: BTreeMap::new() };
    let (pairs, complete) = tests.all(edges);
    let found = pairs.into_iter().map(|pair| tests.settled(pair?)).collect();
    (found, complete)
}

type Pair = (Node, Node);

struct Tests<'c, 'a> {
    context: &'c Context<'a>,
    arena: &'c mut Arena,
    budget: &'c mut usize,
    /// A smallest separating set of each pair looked at, and the kernel's word where it was asked.
    known: BTreeMap<Pair, Option<(NodeSet, Option<Testable>)>>,
}

impl Tests<'_, '_> {
    /// The pair that tests each edge, and whether the budget lasted.
    fn all(&mut self, edges: &[Lacking]) -> (Vec<Option<Pair>>, bool) {
        let graph = self.context.graph();
        let mut found: Vec<Option<Pair>> = vec![None; edges.len()];
        let mut open: FxHashMap<Lacking, usize> = FxHashMap::default();
        for (place, &edge) in edges.iter().enumerate() {
            let (a, b) = edge.ends();
            let pair = (a.min(b), a.max(b));
            let Some(separable) = self.separable(pair) else { return (found, false) };
            if separable {
                found[place] = Some(pair);
            } else {
                open.insert(edge, place);
            }
        }
        let ends = graph.set(open.keys().flat_map(|edge| [edge.ends().0, edge.ends().1]));
        let mut looked_at = BTreeSet::new();
        for end in ends.iter() {
            for other in graph.nodes().filter(|&other| other != end) {
                let pair = (end.min(other), end.max(other));
                if open.is_empty() {
                    return (found, true);
                }
                if !looked_at.insert(pair) {
                    continue;
                }
                match self.separable(pair) {
                    None => return (found, false),
                    Some(false) => continue,
                    Some(true) => {}
                }
                let Some(Some((given, _))) = self.known.get(&pair) else { continue };
                let sides = (&graph.set([pair.0]), &graph.set([pair.1]));
                let none = Mutilation::none(graph);
                let Some(breaking) = reach::connecting_edges(graph, sides, given, &none, self.budget) else {
                    return (found, false);
                };
                let arcs = breaking.bidirected.into_iter().map(|(a, b)| Lacking::Arc(a, b));
                for edge in arcs.chain(breaking.directed.into_iter().map(|(a, b)| Lacking::Arrow(a, b))) {
                    if let Some(place) = open.remove(&edge) {
                        found[place] = Some(pair);
                    }
                }
            }
        }
        (found, true)
    }

    /// Whether some set separates a pair; None where the budget does not last.
    fn separable(&mut self, (a, b): Pair) -> Option<bool> {
        let graph = self.context.graph();
        if graph.has_directed(a, b) || graph.has_directed(b, a) || graph.has_bidirected(a, b) {
            return Some(false);
        }
        if let Some(known) = self.known.get(&(a, b)) {
            return Some(known.is_some());
        }
        let cost = TEST * (graph.len() + graph.directed_count() + graph.bidirected_count());
        *self.budget = self.budget.checked_sub(cost)?;
        let (x, y) = (graph.set([a]), graph.set([b]));
        let allowed = graph.all_nodes().without(a).without(b);
        let given = reach::minimum_separator(graph, &x, &y, &graph.no_nodes(), &allowed, &Mutilation::none(graph));
        let separable = given.is_some();
        self.known.insert((a, b), given.map(|given| (given, None)));
        Some(separable)
    }

    /// The independence of a pair, once the kernel has accepted it.
    fn settled(&mut self, pair: Pair) -> Option<Testable> {
        let graph = self.context.graph();
        let (given, settled) = self.known.get_mut(&pair)?.as_mut()?;
        if settled.is_none() {
            let (x, y) = (graph.set([pair.0]), graph.set([pair.1]));
            let separation = Separation { x, y, given: given.clone(), cut: Mutilation::none(graph) };
            let statement = Statement::Separated(separation.clone());
            let checked = self.context.settle(self.arena, statement, &Evidence::Separation).ok()?;
            *settled = Some(Testable { separation, checked });
        }
        settled.clone()
    }
}
