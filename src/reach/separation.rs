//! m-separation (Richardson 2003) by one search with two states a node, in the manner of Bayes-ball (Shachter 1998).

use super::ancestry::ancestors_cut;
use crate::graph::{EdgeKind, Graph, Mutilation, Node, NodeSet};
use fixedbitset::FixedBitSet;
use std::ops::ControlFlow;

/// Whether every path between `x` and `y` is blocked by `given` in the graph without the edges that `cut` leaves out.
///
/// A path is open when each collider on it has a descendant in `given` (itself counts) and no other node on it, ends
/// included, is in `given`. So members of `given` are separated from everything, and a node that is in both `x` and `y`
/// and not in `given` is not separated from itself.
///
/// m-separation as Richardson (2003) defines it, d-separation where no edge is bidirected. O(nodes + edges).
#[must_use]
pub fn separated(graph: &Graph, x: &NodeSet, y: &NodeSet, given: &NodeSet, cut: &Mutilation) -> bool {
    let opening = opening(graph, given, cut);
    let gate = Gate { collider: |node| opening.contains(node), other: |node| !given.contains(node) };
    // The search visits members of `given` as well, as colliders and as ends.
    walk(graph, cut, x.iter().filter(|&node| !given.contains(node)), &gate, |step| {
        if y.contains(step.node) && !given.contains(step.node) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .is_continue()
}

/// All nodes with an open path from a member of `from` given `given` in the graph without the edges that `cut` leaves
/// out: `from` itself included, members of `given` excluded. What counts as open is said at [`separated`].
/// One search as there, O(nodes + edges).
#[must_use]
pub fn connected_to(graph: &Graph, from: &NodeSet, given: &NodeSet, cut: &Mutilation) -> NodeSet {
    let opening = opening(graph, given, cut);
    let gate = Gate { collider: |node| opening.contains(node), other: |node| !given.contains(node) };
    let mut reached = graph.no_nodes();
    // Never breaks off.
    let _ = walk(graph, cut, from.iter().filter(|&node| !given.contains(node)), &gate, |step| -> ControlFlow<()> {
        reached.insert(step.node);
        ControlFlow::Continue(())
    });
    reached.subtract(given);
    reached
}

/// The nodes at which a collider is open: the ancestors of `given` in the cut graph.
pub(super) fn opening(graph: &Graph, given: &NodeSet, cut: &Mutilation) -> NodeSet {
    if given.is_empty() { NodeSet::empty(0) } else { ancestors_cut(graph, given, cut) }
}

/// Where a walk may go on.
pub(super) struct Gate<C, O> {
    /// At a node that two arrowheads of the walk meet.
    pub collider: C,
    /// At any other inner node, and at the start.
    pub other: O,
}

/// One visit of a search.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The node.
    pub node: Node,
    /// The number of the visit it was reached from (visits are numbered from 0 in order), and the edge from there.
    /// None at a start.
    pub came: Option<(u32, EdgeKind)>,
}

/// Breadth-first search over walks that the gate lets through: each node is visited at most once with an arrowhead
/// there and once without, nearest first, and among equally near ones children before parents before siblings of what
/// was visited first. O(nodes + edges).
pub(super) fn walk<B>(
    graph: &Graph,
    cut: &Mutilation,
    starts: impl Iterator<Item = Node>,
    gate: &Gate<impl Fn(Node) -> bool, impl Fn(Node) -> bool>,
    mut visit: impl FnMut(Step) -> ControlFlow<B>,
) -> ControlFlow<B> {
    // Bit 2·node: reached without an arrowhead there; bit 2·node + 1: with one. The queue holds these numbers.
    let mut seen = FixedBitSet::with_capacity(2 * graph.len());
    let mut queue: Vec<u32> = Vec::with_capacity(16);
    let mut reach = |queue: &mut Vec<u32>, node: Node, came: Option<(u32, EdgeKind)>| {
        let state = 2 * node.index() + usize::from(came.is_some_and(|(_, edge)| edge.into_second()));
        if seen.put(state) {
            return ControlFlow::Continue(());
        }
        queue.push(state as u32);
        visit(Step { node, came })
    };
    for start in starts.take_while(|node| node.index() < graph.len()) {
        reach(&mut queue, start, None)?;
    }
    let mut at = 0;
    while let Some(&state) = queue.get(at) {
        let node = Node::new(state as usize / 2);
        let arrowhead = state % 2 == 1;
        let other = (gate.other)(node);
        if other && !cut.no_outgoing.contains(node) {
            for child in graph.children(node).filter(|&child| !cut.no_incoming.contains(child)) {
                reach(&mut queue, child, Some((at as u32, EdgeKind::Forward)))?;
            }
        }
        if (if arrowhead { (gate.collider)(node) } else { other }) && !cut.no_incoming.contains(node) {
            for parent in graph.parents(node).filter(|&parent| !cut.no_outgoing.contains(parent)) {
                reach(&mut queue, parent, Some((at as u32, EdgeKind::Backward)))?;
            }
            for sibling in graph.siblings(node).filter(|&sibling| !cut.no_incoming.contains(sibling)) {
                reach(&mut queue, sibling, Some((at as u32, EdgeKind::Bidirected)))?;
            }
        }
        at += 1;
    }
    ControlFlow::Continue(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{deal, graph, mutilation, random, rng, separated_moral, separated_paths, subset};

    #[test]
    fn a_collider_opens_by_its_descendants_unless_they_are_cut_off() {
        let g = graph("x -> c; y -> c; c -> d");
        let [x, c, y, d] = ["x", "c", "y", "d"].map(|name| g.set(g.node(name)));
        let (whole, none) = (Mutilation::none(&g), g.no_nodes());
        assert!(separated(&g, &x, &y, &none, &whole));
        assert!(!separated(&g, &x, &y, &c, &whole));
        assert!(!separated(&g, &x, &y, &d, &whole));
        assert!(separated(&g, &x, &y, &d, &Mutilation::over(&g, d.clone())));
        assert!(separated(&g, &x, &y, &d, &Mutilation::under(&g, c.clone())));
        assert!(separated(&g, &x, &d, &c, &whole));
    }

    #[test]
    fn edges_into_a_node_include_bidirected_ones_and_edges_out_do_not() {
        let g = graph("x <-> y; x -> y");
        let [x, y] = ["x", "y"].map(|name| g.set(g.node(name)));
        let cut = |no_incoming: &NodeSet, no_outgoing: &NodeSet| {
            let cut = Mutilation { no_incoming: no_incoming.clone(), no_outgoing: no_outgoing.clone() };
            separated(&g, &x, &y, &g.no_nodes(), &cut)
        };
        assert!(!cut(&x, &g.no_nodes()), "x -> y is left");
        assert!(!cut(&g.no_nodes(), &x), "x <-> y is left");
        assert!(cut(&x, &x) && cut(&y, &g.no_nodes()));
    }

    #[test]
    fn separation_agrees_with_the_moral_graph_and_with_all_paths() {
        let mut rng = rng(3);
        let mut held = 0;
        for _ in 0..3000 {
            let (p, q) = [(0.2, 0.1), (0.35, 0.2), (0.3, 0.4), (0.5, 0.0)][held % 4];
            let g = random(&mut rng, 6, p, q);
            let [x, y, z] = deal(&mut rng, &g);
            let cut = mutilation(&mut rng, &g);
            let holds = separated(&g, &x, &y, &z, &cut);
            assert_eq!(holds, separated_moral(&g, &x, &y, &z, &cut), "{g:?} {x:?} {y:?} {z:?} {cut:?}");
            assert_eq!(holds, separated_paths(&g, &x, &y, &z, &cut), "{g:?} {x:?} {y:?} {z:?} {cut:?}");
            assert_eq!(holds, separated(&g, &y, &x, &z, &cut));
            held += usize::from(holds);
        }
        assert!((500..2500).contains(&held), "{held} of 3000 held: the test sees one side only");
    }

    #[test]
    fn sets_that_overlap_are_read_as_the_definition_says() {
        let mut rng = rng(4);
        for _ in 0..1000 {
            let g = random(&mut rng, 5, 0.3, 0.3);
            let (x, y, z) = (subset(&mut rng, &g, 0.4), subset(&mut rng, &g, 0.4), subset(&mut rng, &g, 0.4));
            let cut = mutilation(&mut rng, &g);
            let holds = separated(&g, &x, &y, &z, &cut);
            assert_eq!(holds, separated_paths(&g, &x, &y, &z, &cut));
            let reached = connected_to(&g, &x, &z, &cut);
            assert_eq!(holds, reached.is_disjoint(&y));
            assert!(reached.is_disjoint(&z) && x.difference(&z).is_subset(&reached));
        }
    }

    #[test]
    fn what_is_no_node_of_the_graph_is_ignored() {
        let g = graph("a -> b");
        let (far, whole) = (NodeSet::full(200), Mutilation::none(&g));
        assert!(separated(&g, &far, &far, &far, &whole));
        assert_eq!(connected_to(&g, &far, &g.no_nodes(), &whole), g.all_nodes());
    }
}
