//! Paths, and a shortest open one.

use super::separation::{Gate, opening, walk};
use crate::graph::{EdgeKind, Graph, Mutilation, Node, NodeSet};
use std::ops::ControlFlow;

/// A path: its nodes are distinct.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Path {
    /// The nodes from end to end.
    pub nodes: Vec<Node>,
    /// The edge from each node to the next: one fewer than nodes.
    pub edges: Vec<EdgeKind>,
    /// For each node, where it is a collider that is open, the directed path from it (first) to the member of the
    /// opening set (last) that opens it, the node alone where it is a member itself. Empty at all other nodes.
    pub opened_by: Vec<Vec<Node>>,
}

impl Path {
    /// Whether both edges at the node in this position have an arrowhead there.
    #[must_use]
    pub fn is_collider(&self, position: usize) -> bool {
        let before = position.checked_sub(1).and_then(|before| self.edges.get(before));
        before.is_some_and(|edge| edge.into_second()) && self.edges.get(position).is_some_and(|edge| edge.into_first())
    }

    /// Fills in what opens each collider.
    pub(super) fn open(&mut self, descents: &Descents) {
        self.opened_by = (0..self.nodes.len())
            .map(|at| if self.is_collider(at) { descents.from(self.nodes[at]) } else { Vec::new() })
            .collect();
    }

    pub(super) fn has_collider(&self) -> bool {
        self.edges.windows(2).any(|pair| pair[0].into_second() && pair[1].into_first())
    }
}

/// A shortest path from a member of `x` to a member of `y` that is open given `given` in the graph without the edges
/// that `cut` leaves out; none where they are [separated](super::separated). Among shortest ones, the first in
/// breadth-first order: children before parents before siblings, each in order of declaration. O(nodes + edges).
///
/// m-connection as Richardson (2003) defines it; the search is that of [`separated`](super::separated), and why its
/// shortest walk is a path, the code says. Each collider comes with a shortest directed path that opens it; these may meet the path and one another.
#[must_use]
pub fn open_path(graph: &Graph, x: &NodeSet, y: &NodeSet, given: &NodeSet, cut: &Mutilation) -> Option<Path> {
    // A shortest open walk visits no node twice, so that it is a path: where it visits v twice, leave out what it does
    // between. If v is no collider now, it has a tail at v, had it before, and so was no collider and is not in
    // `given`. If v is a collider now and was none on either visit, the walk left v through a tail each time; seen
    // from v, the part left out begins and ends with a tail at v, cannot be one directed cycle, and so has a collider
    // that is a descendant of v. That one is open, hence so is v. Either way a shorter walk is open.
    let opening = opening(graph, given, cut);
    let gate = Gate { collider: |node| opening.contains(node), other: |node| !given.contains(node) };
    let mut visits: Vec<(Node, Option<(u32, EdgeKind)>)> = Vec::new();
    let found = walk(graph, cut, x.iter().filter(|&node| !given.contains(node)), &gate, |step| {
        visits.push((step.node, step.came));
        if y.contains(step.node) && !given.contains(step.node) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    if found.is_continue() {
        return None;
    }
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    let mut at = visits.last();
    while let Some(&(node, came)) = at {
        nodes.push(node);
        edges.extend(came.map(|(_, edge)| edge));
        at = came.and_then(|(before, _)| visits.get(before as usize));
    }
    nodes.reverse();
    edges.reverse();
    let mut path = Path { opened_by: vec![Vec::new(); nodes.len()], nodes, edges };
    if path.has_collider() {
        path.open(&Descents::new(graph, given.iter(), cut));
    }
    Some(path)
}

/// From each ancestor of some nodes, a shortest directed path to one of them.
pub(super) struct Descents {
    /// The next node on the way, itself at an end; none where no path leads.
    next: Vec<Option<Node>>,
}

impl Descents {
    /// O(nodes + edges).
    pub(super) fn new(graph: &Graph, ends: impl Iterator<Item = Node>, cut: &Mutilation) -> Self {
        let mut next = vec![None; graph.len()];
        let mut queue: Vec<Node> = ends.take_while(|end| end.index() < graph.len()).collect();
        for &end in &queue {
            next[end.index()] = Some(end);
        }
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            for parent in graph.parents(node).filter(|&parent| cut.keeps_directed(parent, node)) {
                let way = &mut next[parent.index()];
                if way.is_none() {
                    *way = Some(node);
                    queue.push(parent);
                }
            }
        }
        Self { next }
    }

    /// Whether a directed path leads from the node to an end.
    pub(super) fn leads(&self, node: Node) -> bool {
        self.next.get(node.index()).is_some_and(Option::is_some)
    }

    /// The path, both ends included; empty where there is none.
    pub(super) fn from(&self, node: Node) -> Vec<Node> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some(Some(next)) = self.next.get(at.index()) {
            path.push(at);
            if *next == at {
                break;
            }
            at = *next;
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{blockers, check_path, deal, graph, mutilation, paths_from, random, rng, subset};
    use crate::reach::separated;

    #[test]
    fn a_path_through_a_collider_shows_what_opens_it() {
        let g = graph("x -> c; y <-> c; c -> d; d -> e");
        let n = |name| g.node(name).unwrap();
        let path = open_path(&g, &g.set([n("x")]), &g.set([n("y")]), &g.set([n("e")]), &Mutilation::none(&g)).unwrap();
        assert_eq!(path.nodes, [n("x"), n("c"), n("y")]);
        assert_eq!(path.edges, [EdgeKind::Forward, EdgeKind::Bidirected]);
        assert_eq!(path.opened_by, [vec![], vec![n("c"), n("d"), n("e")], vec![]]);
        assert!(path.is_collider(1) && !path.is_collider(0) && !path.is_collider(2) && !path.is_collider(9));
    }

    #[test]
    fn the_opening_path_may_lead_over_an_end() {
        let g = graph("x -> c; c <-> y; c -> d; d -> y; y -> z");
        let [x, c, y, d, z] = ["x", "c", "y", "d", "z"].map(|name| g.node(name).unwrap());
        let path = open_path(&g, &g.set([x]), &g.set([y]), &g.set([z]), &Mutilation::none(&g)).unwrap();
        assert_eq!(path.nodes, [x, c, y]);
        assert_eq!(path.opened_by[1], [c, d, y, z]);
    }

    #[test]
    fn of_two_paths_of_one_length_a_directed_one_is_shown() {
        let g = graph("x -> c; c <-> y; c -> y; y -> z");
        let [x, y, z] = ["x", "y", "z"].map(|name| g.node(name).unwrap());
        let path = open_path(&g, &g.set([x]), &g.set([y]), &g.set([z]), &Mutilation::none(&g)).unwrap();
        assert_eq!(path.edges, [EdgeKind::Forward, EdgeKind::Forward]);
    }

    #[test]
    fn an_open_path_exists_when_not_separated_and_is_a_shortest_one() {
        let mut rng = rng(7);
        let mut with_collider = 0;
        for round in 0..3000 {
            let (p, q) = [(0.2, 0.2), (0.3, 0.1), (0.15, 0.4)][round % 3];
            let g = random(&mut rng, 7, p, q);
            let [x, y, z] = deal(&mut rng, &g);
            let cut = mutilation(&mut rng, &g);
            let shortest = x
                .iter()
                .flat_map(|start| paths_from(&g, &cut, start))
                .filter(|path| y.contains(path.0[path.0.len() - 1]) && blockers(&g, &cut, path, &z).is_empty())
                .map(|path| path.1.len())
                .min();
            let found = open_path(&g, &x, &y, &z, &cut);
            assert_eq!(found.as_ref().map(|path| path.edges.len()), shortest, "{g:?} {x:?} {y:?} {z:?} {cut:?}");
            if let Some(path) = found {
                check_path(&g, &cut, &path, &z);
                assert!(x.contains(path.nodes[0]) && y.contains(path.nodes[path.nodes.len() - 1]));
                assert!(blockers(&g, &cut, &(path.nodes.clone(), path.edges.clone()), &z).is_empty());
                with_collider += usize::from(path.has_collider());
                assert_eq!(open_path(&g, &x, &y, &z, &cut), Some(path));
            }
        }
        assert!(with_collider > 100, "only {with_collider} paths have a collider");
    }

    #[test]
    fn sets_that_overlap_get_the_path_without_edges() {
        let mut rng = rng(8);
        for _ in 0..500 {
            let g = random(&mut rng, 5, 0.3, 0.3);
            let (x, y, z) = (subset(&mut rng, &g, 0.4), subset(&mut rng, &g, 0.4), subset(&mut rng, &g, 0.4));
            let cut = mutilation(&mut rng, &g);
            let path = open_path(&g, &x, &y, &z, &cut);
            assert_eq!(path.is_none(), separated(&g, &x, &y, &z, &cut));
            let common = x.intersection(&y).difference(&z);
            assert_eq!(path.is_some_and(|path| path.edges.is_empty()), !common.is_empty());
        }
    }
}
