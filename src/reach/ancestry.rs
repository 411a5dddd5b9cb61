//! Ancestors and descendants: of the whole graph, of an induced subgraph, of a mutilated graph. Each set counts among
//! its own ancestors and descendants.

use crate::graph::{Graph, Mutilation, Node, NodeSet};

/// Nodes with a directed path into `of`, and `of` itself. O(nodes + edges).
#[must_use]
pub fn ancestors(graph: &Graph, of: &NodeSet) -> NodeSet {
    closure(graph, of.iter(), |node| graph.parents(node))
}

/// Nodes with a directed path from `of`, and `of` itself. O(nodes + edges).
#[must_use]
pub fn descendants(graph: &Graph, of: &NodeSet) -> NodeSet {
    closure(graph, of.iter(), |node| graph.children(node))
}

/// An(`of` ∩ `within`) in the subgraph induced by `within`. O(nodes + edges).
#[must_use]
pub fn ancestors_within(graph: &Graph, of: &NodeSet, within: &NodeSet) -> NodeSet {
    closure(graph, of.iter().filter(|&node| within.contains(node)), |node| {
        graph.parents(node).filter(|&parent| within.contains(parent))
    })
}

/// De(`of` ∩ `within`) in the subgraph induced by `within`. O(nodes + edges).
#[must_use]
pub fn descendants_within(graph: &Graph, of: &NodeSet, within: &NodeSet) -> NodeSet {
    closure(graph, of.iter().filter(|&node| within.contains(node)), |node| {
        graph.children(node).filter(|&child| within.contains(child))
    })
}

/// An(`of`) in the graph without the edges that `cut` leaves out. O(nodes + edges).
#[must_use]
pub fn ancestors_cut(graph: &Graph, of: &NodeSet, cut: &Mutilation) -> NodeSet {
    closure(graph, of.iter(), |node| graph.parents(node).filter(move |&parent| cut.keeps_directed(parent, node)))
}

/// De(`of`) in the graph without the edges that `cut` leaves out. O(nodes + edges).
#[must_use]
pub fn descendants_cut(graph: &Graph, of: &NodeSet, cut: &Mutilation) -> NodeSet {
    closure(graph, of.iter(), |node| graph.children(node).filter(move |&child| cut.keeps_directed(node, child)))
}

/// Everything that `next` leads to from `start`, `start` included.
pub(super) fn closure<I: Iterator<Item = Node>>(
    graph: &Graph,
    start: impl Iterator<Item = Node>,
    next: impl Fn(Node) -> I,
) -> NodeSet {
    let mut reached = graph.no_nodes();
    // `insert` is false for what is no node of the graph.
    let mut open: Vec<Node> = start.filter(|&node| reached.insert(node)).collect();
    while let Some(node) = open.pop() {
        open.extend(next(node).filter(|&other| reached.insert(other)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{graph, random, rng, subset};

    #[test]
    fn a_set_is_among_its_own_ancestors_and_a_cut_stops_them() {
        let g = graph("a -> b; b -> c; b <-> c");
        let (a, b, c) = (g.node("a").unwrap(), g.node("b").unwrap(), g.node("c").unwrap());
        assert_eq!(ancestors(&g, &g.set([c])), g.all_nodes());
        assert_eq!(descendants(&g, &g.set([b])), g.set([b, c]));
        assert_eq!(ancestors_within(&g, &g.set([c]), &g.set([a, c])), g.set([c]));
        assert_eq!(ancestors_cut(&g, &g.set([c]), &Mutilation::over(&g, g.set([b]))), g.set([b, c]));
        assert_eq!(descendants_cut(&g, &g.set([a]), &Mutilation::under(&g, g.set([b]))), g.set([a, b]));
        assert_eq!(ancestors(&g, &NodeSet::full(70)), g.all_nodes(), "what is no node is ignored");
    }

    /// Against repeated passes over the edge list.
    #[test]
    fn closures_agree_with_a_fixed_point_over_the_edge_list() {
        let mut rng = rng(1);
        for _ in 0..300 {
            let g = random(&mut rng, 8, 0.25, 0.2);
            let (of, within) = (subset(&mut rng, &g, 0.3), subset(&mut rng, &g, 0.7));
            let cut = Mutilation { no_incoming: subset(&mut rng, &g, 0.2), no_outgoing: subset(&mut rng, &g, 0.2) };
            let fixed = |start: &NodeSet, keep: &dyn Fn(Node, Node) -> bool, up: bool| {
                let mut set = start.clone();
                for _ in 0..g.len() {
                    for (a, b) in g.directed().filter(|&(a, b)| keep(a, b)) {
                        let (from, to) = if up { (b, a) } else { (a, b) };
                        if set.contains(from) {
                            set.insert(to);
                        }
                    }
                }
                set
            };
            let inside = |a, b| within.contains(a) && within.contains(b);
            let kept = |a, b| cut.keeps_directed(a, b);
            let start = of.intersection(&within);
            assert_eq!(ancestors(&g, &of), fixed(&of, &|_, _| true, true));
            assert_eq!(descendants(&g, &of), fixed(&of, &|_, _| true, false));
            assert_eq!(ancestors_within(&g, &of, &within), fixed(&start, &inside, true));
            assert_eq!(descendants_within(&g, &of, &within), fixed(&start, &inside, false));
            assert_eq!(ancestors_cut(&g, &of, &cut), fixed(&of, &kept, true));
            assert_eq!(descendants_cut(&g, &of, &cut), fixed(&of, &kept, false));
        }
    }
}
