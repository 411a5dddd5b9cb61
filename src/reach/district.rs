//! Districts: nodes joined by paths of bidirected edges.

use super::ancestry::closure;
use crate::graph::{Graph, Node, NodeSet};

/// The district (Richardson 2003), or c-component (Tian & Pearl 2002), of `node` in the subgraph induced by `within`; empty where `within` does not hold the node.
/// O(nodes + edges).
#[must_use]
pub fn district_of(graph: &Graph, node: Node, within: &NodeSet) -> NodeSet {
    closure(graph, std::iter::once(node).filter(|&node| within.contains(node)), |node| {
        graph.siblings(node).filter(|&sibling| within.contains(sibling))
    })
}

/// The districts of the subgraph induced by `within`, ordered by their first member in topological order.
/// O(nodes + edges), and nodes / 64 for each set that is returned.
#[must_use]
pub fn districts(graph: &Graph, within: &NodeSet) -> Vec<NodeSet> {
    let mut left = within.clone();
    let mut found = Vec::new();
    for &node in graph.topological_order() {
        if left.contains(node) {
            let district = district_of(graph, node, &left);
            left.subtract(&district);
            found.push(district);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{graph, random, rng, subset};

    #[test]
    fn districts_stand_in_causal_order() {
        let g = graph("c -> a; a -> b; a <-> d; c <-> b");
        let n = |name| g.node(name).unwrap();
        assert_eq!(districts(&g, &g.all_nodes()), [g.set([n("c"), n("b")]), g.set([n("a"), n("d")])]);
        assert_eq!(districts(&g, &g.set([n("a"), n("b"), n("c")])), [g.set([n("c"), n("b")]), g.set([n("a")])]);
        assert_eq!(district_of(&g, n("a"), &g.set([n("d")])), g.no_nodes());
    }

    #[test]
    fn districts_partition_and_no_edge_crosses() {
        let mut rng = rng(2);
        for _ in 0..300 {
            let g = random(&mut rng, 9, 0.2, 0.2);
            let within = subset(&mut rng, &g, 0.7);
            let all = districts(&g, &within);
            assert_eq!(all.iter().map(NodeSet::len).sum::<usize>(), within.len());
            let mut last = None;
            for district in &all {
                assert!(district.is_subset(&within) && !district.is_empty());
                let first = district.iter().map(|node| g.rank(node)).min();
                assert!(first > last);
                last = first;
                for node in district.iter() {
                    assert_eq!(&district_of(&g, node, &within), district);
                }
            }
            for (a, b) in g.bidirected().filter(|&(a, b)| within.contains(a) && within.contains(b)) {
                assert!(all.iter().any(|district| district.contains(a) && district.contains(b)));
            }
        }
    }
}
