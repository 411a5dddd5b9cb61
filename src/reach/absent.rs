//! Which absent edges a separation rests on.

use super::ancestry::ancestors_cut;
use super::separation::{Gate, opening, walk};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use std::ops::ControlFlow;

/// Edges that are not there, each of which alone would open a path between two sets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Connecting {
    /// `from -> to`, ascending; those that would close a directed cycle are among them.
    pub directed: Vec<(Node, Node)>,
    /// `a <-> b`, the smaller end first, ascending.
    pub bidirected: Vec<(Node, Node)>,
}

/// What a search has found from one side: where a further edge could leave.
struct Exits {
    /// Nodes that a path from this side can leave along an edge without an arrowhead at the node.
    tail: NodeSet,
    /// The same for an edge with an arrowhead there.
    head: NodeSet,
}

/// Every absent edge whose addition alone would end the separation of `x` and `y` by `given` in the graph without the
/// edges that `cut` leaves out; `cut` takes a new edge out as it does an old one. None where `budget` does not last: it
/// is charged with the nodes and edges visited and the pairs looked at.
///
/// An open path uses the new edge once, so it is there where the part before the edge is open from one side and the
/// part after it from the other. A new arrow can also make ancestors of `given`, at which colliders open then: for these
/// the searches are done again. O((colliders that may open + 1) · (nodes + edges) + edges found).
#[must_use]
pub fn connecting_edges(
    graph: &Graph,
    (x, y): (&NodeSet, &NodeSet),
    given: &NodeSet,
    cut: &Mutilation,
    budget: &mut usize,
) -> Option<Connecting> {
    let search = 2 * (graph.len() + graph.directed_count() + graph.bidirected_count());
    let mut spend = |units: usize| {
        *budget = budget.checked_sub(units)?;
        Some(())
    };
    spend(search)?;
    let mut found = Connecting::default();
    let nothing = graph.no_nodes();
    let open = if given.is_empty() { nothing.clone() } else { opening(graph, given, cut) };
    let kept = graph.all_nodes().difference(&cut.no_incoming);
    let sides = |open: &NodeSet| [exits(graph, x, given, cut, open), exits(graph, y, given, cut, open)];
    let plain = sides(&open);
    for (one, other) in [(&plain[0], &plain[1]), (&plain[1], &plain[0])] {
        let (one, other) = (one.head.intersection(&kept), other.head.intersection(&kept));
        spend(one.len() * other.len())?;
        for a in one.iter() {
            let new = other.iter().filter(|&b| a != b && !graph.has_bidirected(a, b));
            found.bidirected.extend(new.map(|b| (a.min(b), a.max(b))));
        }
    }
    found.bidirected.sort_unstable();
    found.bidirected.dedup();
    // Where an arrow from `a` may lead so that a path goes on along it.
    let along = |a: Node, [one, other]: &[Exits; 2]| {
        let mut to = graph.no_nodes();
        if one.tail.contains(a) {
            to.extend(&other.head);
        }
        if other.tail.contains(a) {
            to.extend(&one.head);
        }
        to
    };
    let adjacent = |a, b| graph.has_directed(a, b) || graph.has_directed(b, a);
    for a in graph.nodes().filter(|&a| !cut.no_outgoing.contains(a)) {
        let mut to = along(a, &plain);
        // Arrows from here to ancestors of what is given open colliders at this node and above it.
        let opens = if open.contains(a) { &nothing } else { &open };
        if !opens.is_empty() {
            spend(search)?;
            let wider = open.union(&ancestors_cut(graph, &graph.set([a]), cut));
            let sides = sides(&wider);
            let connected = !sides[0].tail.is_disjoint(y);
            to.subtract(opens);
            to.extend(&if connected { opens.clone() } else { along(a, &sides).intersection(opens) });
        }
        to.retain(&kept);
        spend(to.len())?;
        found.directed.extend(to.iter().filter(|&b| b != a && !adjacent(a, b)).map(|b| (a, b)));
    }
    Some(found)
}

fn exits(graph: &Graph, from: &NodeSet, given: &NodeSet, cut: &Mutilation, open: &NodeSet) -> Exits {
    let gate = Gate { collider: |node| open.contains(node), other: |node| !given.contains(node) };
    let mut exits = Exits { tail: graph.no_nodes(), head: graph.no_nodes() };
    // Never breaks off.
    let _ = walk(graph, cut, from.iter().filter(|&node| !given.contains(node)), &gate, |step| -> ControlFlow<()> {
        let other = !given.contains(step.node);
        if other {
            exits.tail.insert(step.node);
        }
        let arrowhead = step.came.is_some_and(|(_, edge)| edge.into_second());
        if if arrowhead { open.contains(step.node) } else { other } {
            exits.head.insert(step.node);
        }
        ControlFlow::Continue(())
    });
    exits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;
    use crate::reach::brute::{deal, mutilation, random, rng};
    use crate::reach::separated;

    /// The graph with one edge more; None where that closes a cycle.
    fn with(graph: &Graph, arrow: Option<(Node, Node)>, arc: Option<(Node, Node)>) -> Option<Graph> {
        let mut builder = GraphBuilder::new();
        for node in graph.nodes() {
            builder.node(graph.name(node));
        }
        for (a, b) in graph.directed().chain(arrow) {
            builder.directed(a, b);
        }
        for (a, b) in graph.bidirected().chain(arc) {
            builder.bidirected(a, b);
        }
        builder.build().ok()
    }

    #[test]
    fn they_are_those_that_a_separation_fails_with() {
        let mut rng = rng(23);
        let mut seen = 0;
        for _ in 0..400 {
            let graph = random(&mut rng, 6, 0.35, 0.2);
            let [x, y, given] = deal(&mut rng, &graph);
            let cut = mutilation(&mut rng, &graph);
            if !separated(&graph, &x, &y, &given, &cut) {
                continue;
            }
            let found = connecting_edges(&graph, (&x, &y), &given, &cut, &mut 1_000_000).unwrap();
            for a in graph.nodes() {
                for b in graph.nodes().filter(|&b| b != a) {
                    let fails = |g: &Graph| !separated(g, &x, &y, &given, &cut);
                    if !graph.has_directed(a, b)
                        && let Some(more) = with(&graph, Some((a, b)), None)
                    {
                        assert_eq!(found.directed.contains(&(a, b)), fails(&more), "{a:?} -> {b:?} in {graph:?}");
                        seen += usize::from(fails(&more));
                    }
                    if a < b && !graph.has_bidirected(a, b) {
                        let more = with(&graph, None, Some((a, b))).unwrap();
                        assert_eq!(found.bidirected.contains(&(a, b)), fails(&more), "{a:?} <-> {b:?} in {graph:?}");
                        seen += usize::from(fails(&more));
                    }
                }
            }
        }
        assert!(seen > 300, "{seen} edges that matter");
    }

    #[test]
    fn the_budget_is_kept() {
        let graph = random(&mut rng(1), 6, 0.3, 0.2);
        let (x, y) = (graph.set([Node::new(0)]), graph.set([Node::new(1)]));
        let cut = Mutilation::none(&graph);
        assert_eq!(connecting_edges(&graph, (&x, &y), &graph.no_nodes(), &cut, &mut 3), None);
    }
}
