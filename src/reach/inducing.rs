//! Inducing paths: pairs of nodes that no set separates.

use super::path::{Descents, Path};
use crate::graph::{EdgeKind, Graph, Mutilation, Node};

/// A shortest inducing path between two nodes: all its inner nodes are colliders, and ancestors of an end. There is
/// one exactly when no set of other nodes separates the two (Verma & Pearl 1990; Richardson & Spirtes 2002).
/// Adjacent nodes have their edge for one. None where `a` is `b`. O(nodes + edges).
///
/// Each collider is [opened by](Path::opened_by) a shortest directed path to an end.
#[must_use]
pub fn inducing_path(graph: &Graph, a: Node, b: Node) -> Option<Path> {
    let size = graph.len();
    if a == b || a.index() >= size || b.index() >= size {
        return None;
    }
    let descents = Descents::new(graph, [a, b].into_iter(), &Mutilation::none(graph));
    // A breadth-first search along `a *-> v <-> … <-> w <-* b`.
    let mut came: Vec<Option<(Node, EdgeKind)>> = vec![None; size];
    let mut queue = vec![a];
    let mut at = 0;
    while let Some(&node) = queue.get(at) {
        at += 1;
        let first = node == a;
        // At an inner node, an edge out of it would make it no collider.
        let backward = (graph.has_directed(b, node)).then_some((b, EdgeKind::Backward));
        let forward = first.then(|| graph.children(node)).into_iter().flatten();
        let siblings = graph.siblings(node);
        let next = backward
            .into_iter()
            .chain(forward.map(|child| (child, EdgeKind::Forward)))
            .chain(siblings.map(|sibling| (sibling, EdgeKind::Bidirected)));
        for (other, edge) in next {
            if other == a || came[other.index()].is_some() || !descents.leads(other) {
                continue;
            }
            came[other.index()] = Some((node, edge));
            if other == b {
                return Some(trace(&came, b, &descents));
            }
            queue.push(other);
        }
    }
    None
}

/// Follows the search back from its end.
fn trace(came: &[Option<(Node, EdgeKind)>], end: Node, descents: &Descents) -> Path {
    let (mut nodes, mut edges) = (vec![end], Vec::new());
    let mut at = end;
    while let Some((before, edge)) = came[at.index()] {
        nodes.push(before);
        edges.push(edge);
        at = before;
    }
    nodes.reverse();
    edges.reverse();
    let mut path = Path { nodes, edges, opened_by: Vec::new() };
    path.open(descents);
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{check_path, graph, paths_from, random, rng, subsets};
    use crate::reach::separated;

    #[test]
    fn the_ends_of_an_inducing_path_cannot_be_separated() {
        let g = graph("a -> b; b -> c; b <-> c; c -> d; a <-> d");
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| g.node(name).unwrap());
        let path = inducing_path(&g, a, c).unwrap();
        assert_eq!((path.nodes, path.edges), (vec![a, b, c], vec![EdgeKind::Forward, EdgeKind::Bidirected]));
        assert_eq!(path.opened_by, [vec![], vec![b, c], vec![]]);
        assert!(inducing_path(&g, b, d).is_none());
        assert!(inducing_path(&g, a, a).is_none() && inducing_path(&g, a, Node::new(9)).is_none());
    }

    #[test]
    fn there_is_one_exactly_when_no_set_separates() {
        let mut rng = rng(9);
        let (mut apart, mut induced) = (0, 0);
        for _ in 0..400 {
            let g = random(&mut rng, 6, 0.3, 0.35);
            let whole = Mutilation::none(&g);
            for (a, b) in g.nodes().flat_map(|a| g.nodes().map(move |b| (a, b))).filter(|(a, b)| a != b) {
                let (x, y) = (g.set([a]), g.set([b]));
                let rest = g.all_nodes().difference(&x.union(&y));
                let separable = subsets(&g, &rest).iter().any(|z| separated(&g, &x, &y, z, &whole));
                let path = inducing_path(&g, a, b);
                assert_eq!(path.is_none(), separable, "{g:?} {a:?} {b:?}");
                let Some(path) = path else {
                    apart += 1;
                    continue;
                };
                check_path(&g, &whole, &path, &g.set([a, b]));
                let length = path.edges.len();
                assert!((1..length).all(|at| path.is_collider(at) && !path.opened_by[at].is_empty()));
                assert_eq!((path.nodes[0], path.nodes[length]), (a, b));
                induced += usize::from(length > 1);
                let shortest = paths_from(&g, &whole, a).into_iter().filter(|(nodes, edges)| {
                    let above = crate::reach::ancestors(&g, &g.set([a, b]));
                    nodes[nodes.len() - 1] == b
                        && edges.windows(2).all(|pair| pair[0].into_second() && pair[1].into_first())
                        && nodes.iter().all(|&node| above.contains(node))
                });
                assert_eq!(shortest.map(|path| path.1.len()).min(), Some(length));
            }
        }
        assert!(apart > 100 && induced > 100, "{apart} {induced}");
    }
}
