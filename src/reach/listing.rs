//! Paths between two sets of nodes, shortest first.

use super::path::{Descents, Path};
use crate::graph::{EdgeKind, Graph, Mutilation, Node, NodeSet};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::FusedIterator;

/// A path, and what blocks it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedPath {
    /// The path. Its colliders that are open say by what.
    pub path: Path,
    /// The nodes that block it, in the order of the path: colliders without a descendant in the given set, and
    /// other nodes, ends included, that are in it.
    pub blocked_by: Vec<Node>,
}

impl ListedPath {
    /// Whether nothing blocks it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.blocked_by.is_empty()
    }
}

/// All paths of one edge or more from a member of `from` to a member of `to` without inner nodes in either, in the graph
/// without the edges that `cut` leaves out; for each, what blocks it given `given`. `x -> y` and `x <-> y` make
/// different paths.
///
/// Shortest first; among paths of one length, in the order of their first node, then of the next node, then of the edge
/// to it (`->`, `<-`, `<->`), and so on. Found as they are asked for: after Yen (1971) and Lawler (1972), each path
/// divides those that are left by where they leave it, and a part is searched only when the least length that its
/// paths could have is due. The first k paths cost O(k · nodes · (nodes + edges)), and memory as much as they are long.
#[must_use]
pub fn paths<'a>(graph: &'a Graph, from: &NodeSet, to: &NodeSet, given: &NodeSet, cut: &Mutilation) -> Paths<'a> {
    let mut ground = Ground {
        graph,
        from: from.clone(),
        to: to.clone(),
        cut: cut.clone(),
        distance: vec![FAR; graph.len()],
        place: vec![FAR; graph.len()],
        came: vec![None; graph.len()],
        edges: Vec::new(),
    };
    ground.measure();
    let descents = Descents::new(graph, given.iter(), cut);
    let mut paths = Paths { ground, given: given.clone(), descents, told: Vec::new(), queue: BinaryHeap::new() };
    for start in from.iter().take_while(|start| start.index() < graph.len()) {
        paths.divide(vec![(start, None)], [(0, Vec::new())].into_iter());
    }
    paths
}

/// The iterator that [`paths`] returns.
pub struct Paths<'a> {
    ground: Ground<'a>,
    given: NodeSet,
    descents: Descents,
    /// The starts, then the paths so far.
    told: Vec<Line>,
    /// What is left, by least length: parts that were not searched, and the first path of each part that was.
    queue: BinaryHeap<Reverse<(usize, Due)>>,
}

/// The nodes of a path, each with the edge to it from the one before.
type Line = Vec<(Node, Option<EdgeKind>)>;

/// Edges that the paths of a part do not take from the node where they leave the line, by other end and kind.
type Barred = Vec<(Node, EdgeKind)>;

/// A part comes before a path of the same length, for it may hold one that is before it in order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// All paths that follow a told line up to its node `at` and leave it there by an edge that is not barred.
    Part { told: usize, at: usize, barred: Barred },
    /// The first path of such a part.
    Path { line: Line, at: usize, barred: Barred },
}

/// No distance; no place.
const FAR: u32 = u32::MAX;

impl Iterator for Paths<'_> {
    type Item = ListedPath;

    fn next(&mut self) -> Option<ListedPath> {
        loop {
            let Reverse((_, due)) = self.queue.pop()?;
            match due {
                Due::Part { told, at, barred } => {
                    let stem = self.told.get(told).and_then(|line| line.get(..=at))?;
                    if let Some(line) = self.ground.first(stem, &barred) {
                        self.queue.push(Reverse((line.len() - 1, Due::Path { line, at, barred })));
                    }
                }
                Due::Path { line, at, barred } => {
                    let listed = self.judge(&line);
                    let inner = at + 1..line.len() - 1;
                    let parts = std::iter::once((at, barred)).chain(inner.map(|at| (at, Vec::new())));
                    self.divide(line, parts);
                    return Some(listed);
                }
            }
        }
    }
}

impl FusedIterator for Paths<'_> {}

impl Paths<'_> {
    /// Queues the parts that leave `line` at the given places, by none of the edges given with each and not by the
    /// line's own edge.
    fn divide(&mut self, line: Line, parts: impl Iterator<Item = (usize, Barred)>) {
        self.ground.mark(&line, false);
        for (at, mut barred) in parts {
            if let Some(&(next, Some(edge))) = line.get(at + 1) {
                barred.push((next, edge));
            }
            if let Some(least) = self.ground.least(&line, at, &barred) {
                self.queue.push(Reverse((least, Due::Part { told: self.told.len(), at, barred })));
            }
        }
        self.ground.mark(&line, true);
        self.told.push(line);
    }

    /// What blocks a path.
    fn judge(&self, line: &Line) -> ListedPath {
        let nodes: Vec<Node> = line.iter().map(|&(node, _)| node).collect();
        let edges = line.iter().filter_map(|&(_, edge)| edge).collect();
        let mut path = Path { nodes, edges, opened_by: Vec::new() };
        path.open(&self.descents);
        let blocks = |&(at, node): &(usize, Node)| {
            if path.is_collider(at) { !self.descents.leads(node) } else { self.given.contains(node) }
        };
        let blocked_by = path.nodes.iter().copied().enumerate().filter(blocks).map(|(_, node)| node).collect();
        ListedPath { path, blocked_by }
    }
}

/// Where the paths run, and what searches write on it.
struct Ground<'a> {
    graph: &'a Graph,
    from: NodeSet,
    to: NodeSet,
    cut: Mutilation,
    /// From each node that may be on a path after its start, the fewest edges to a member of `to`.
    distance: Vec<u32>,
    /// The place of each node on the line that is followed.
    place: Vec<u32>,
    /// How a search came to each node.
    came: Vec<Option<(Node, EdgeKind)>>,
    /// The edges of the node at hand.
    edges: Vec<(Node, EdgeKind)>,
}

impl Ground<'_> {
    /// Sets `edges` to those that the cut keeps at a node, by other end and kind.
    fn look_around(&mut self, node: Node) {
        let (graph, cut) = (self.graph, &self.cut);
        self.edges.clear();
        if !cut.no_outgoing.contains(node) {
            let children = graph.children(node).filter(|&child| !cut.no_incoming.contains(child));
            self.edges.extend(children.map(|child| (child, EdgeKind::Forward)));
        }
        if !cut.no_incoming.contains(node) {
            let parents = graph.parents(node).filter(|&parent| !cut.no_outgoing.contains(parent));
            self.edges.extend(parents.map(|parent| (parent, EdgeKind::Backward)));
            let siblings = graph.siblings(node).filter(|&sibling| !cut.no_incoming.contains(sibling));
            self.edges.extend(siblings.map(|sibling| (sibling, EdgeKind::Bidirected)));
        }
        self.edges.sort_unstable();
    }

    /// Fills in `distance`.
    fn measure(&mut self) {
        let mut queue: Vec<Node> = self.to.iter().take_while(|end| end.index() < self.graph.len()).collect();
        for &end in &queue {
            self.distance[end.index()] = 0;
        }
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            self.look_around(node);
            for &(other, _) in &self.edges {
                if self.distance[other.index()] == FAR && !self.from.contains(other) {
                    self.distance[other.index()] = self.distance[node.index()] + 1;
                    queue.push(other);
                }
            }
        }
    }

    /// Writes the places of a line's nodes, or takes them off again.
    fn mark(&mut self, line: &[(Node, Option<EdgeKind>)], off: bool) {
        for (at, (node, _)) in line.iter().enumerate() {
            self.place[node.index()] = if off { FAR } else { at as u32 };
        }
    }

    /// A length that no path falls short of which leaves the marked line at this place; none where there is no such
    /// path for sure.
    fn least(&mut self, line: &Line, at: usize, barred: &Barred) -> Option<usize> {
        self.look_around(line.get(at)?.0);
        let ways = self.edges.iter().filter(|&&(other, edge)| {
            let place = self.place[other.index()];
            (place == FAR || place as usize > at) && !barred.contains(&(other, edge))
        });
        let nearest = ways.map(|(other, _)| self.distance[other.index()]).min().filter(|&distance| distance != FAR)?;
        Some(at + 1 + nearest as usize)
    }

    /// The first of the shortest paths that begin with `stem` and do not go on by an edge that is barred: breadth-first
    /// search, which meets nodes in the order of the first shortest lines to them. O(nodes + edges).
    fn first(&mut self, stem: &[(Node, Option<EdgeKind>)], barred: &Barred) -> Option<Line> {
        let root = stem.last()?.0;
        self.mark(stem, false);
        let mut queue = vec![root];
        let mut end = None;
        let mut at = 0;
        while let Some(&node) = queue.get(at).filter(|_| end.is_none()) {
            at += 1;
            self.look_around(node);
            for &(other, edge) in &self.edges {
                let i = other.index();
                let known = self.place[i] != FAR || self.came[i].is_some() || self.distance[i] == FAR;
                if known || (node == root && barred.contains(&(other, edge))) {
                    continue;
                }
                self.came[i] = Some((node, edge));
                queue.push(other);
                if self.to.contains(other) {
                    end = Some(other);
                    break;
                }
            }
        }
        let line = end.map(|end| {
            let mut tail = Line::new();
            let mut node = end;
            while let Some((before, edge)) = self.came[node.index()] {
                tail.push((node, Some(edge)));
                node = before;
            }
            stem.iter().copied().chain(tail.into_iter().rev()).collect()
        });
        queue.iter().for_each(|node| self.came[node.index()] = None);
        self.mark(stem, true);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reach::brute::{blockers, check_path, deal, graph, mutilation, paths_from, random, rng, subset};
    use rand::Rng;

    /// A path as the language writes it.
    fn show(g: &Graph, path: &Path) -> String {
        let mut text = String::from(g.name(path.nodes[0]));
        for (edge, &node) in path.edges.iter().zip(&path.nodes[1..]) {
            text += &format!(" {} {}", edge.arrow(), g.name(node));
        }
        text
    }

    #[test]
    fn both_edges_of_a_pair_make_paths() {
        let g = graph("x -> m; m -> y; x <-> y; x -> y; x <-> m; m -> d");
        let n = |name| g.node(name).unwrap();
        let all = |given: &NodeSet| -> Vec<(String, Vec<Node>)> {
            paths(&g, &g.set([n("x")]), &g.set([n("y")]), given, &Mutilation::none(&g))
                .map(|listed| (show(&g, &listed.path), listed.blocked_by))
                .collect()
        };
        let texts = ["x -> y", "x <-> y", "x -> m -> y", "x <-> m -> y"];
        assert_eq!(all(&g.no_nodes()), texts.map(|text| (text.to_owned(), vec![])));
        let m = vec![n("m")];
        let blocked = [vec![], vec![], m.clone(), m];
        assert_eq!(all(&g.set([n("m")])).into_iter().map(|(_, by)| by).collect::<Vec<_>>(), blocked);
    }

    #[test]
    fn an_open_collider_says_by_what() {
        let g = graph("x -> c; y -> c; c -> d");
        let [x, c, y, d] = ["x", "c", "y", "d"].map(|name| g.node(name).unwrap());
        let listed = |given: &[Node]| {
            let given = g.set(given.iter().copied());
            paths(&g, &g.set([x]), &g.set([y]), &given, &Mutilation::none(&g)).next().unwrap()
        };
        assert_eq!(listed(&[]).blocked_by, [c]);
        assert!(listed(&[d]).is_open());
        assert_eq!(listed(&[d]).path.opened_by[1], [c, d]);
        assert_eq!(listed(&[x, y]).blocked_by, [x, c, y]);
    }

    #[test]
    fn all_paths_come_in_order_and_are_judged_as_defined() {
        let mut rng = rng(11);
        let mut count = 0;
        for round in 0..600 {
            let g = random(&mut rng, 6, 0.6, 0.4);
            let [mut x, mut y, z] = deal(&mut rng, &g);
            if round % 2 == 0 {
                (x, y) = (g.set(x.first()), g.set(y.first()));
            } else if round % 5 == 0 {
                (x, y) = (subset(&mut rng, &g, 0.4), subset(&mut rng, &g, 0.4));
            }
            let cut = mutilation(&mut rng, &g);
            let mut expected: Vec<_> = x
                .iter()
                .flat_map(|start| paths_from(&g, &cut, start))
                .filter(|(nodes, _)| {
                    let [_, inner @ .., end] = nodes.as_slice() else { return false };
                    y.contains(*end) && inner.iter().all(|&node| !x.contains(node) && !y.contains(node))
                })
                .collect();
            expected.sort_by_key(|(nodes, edges)| {
                (edges.len(), nodes[0], nodes[1..].iter().copied().zip(edges.iter().copied()).collect::<Vec<_>>())
            });
            let listed: Vec<ListedPath> = paths(&g, &x, &y, &z, &cut).collect();
            let found: Vec<_> = listed.iter().map(|one| (one.path.nodes.clone(), one.path.edges.clone())).collect();
            assert_eq!(found, expected, "{g:?} {x:?} {y:?} {cut:?}");
            for (one, path) in listed.iter().zip(&expected) {
                check_path(&g, &cut, &one.path, &z);
                assert_eq!(one.blocked_by, blockers(&g, &cut, path, &z));
            }
            count += listed.len();
        }
        assert!(count > 3000, "only {count} paths");
    }

    /// Some 10^15 paths, and a dense part that no path to the end can use.
    #[test]
    fn the_first_paths_of_very_many_come_at_once() {
        let mut rng = rng(12);
        let mut text = String::from("x; y;");
        for i in 0..60 {
            for j in i + 1..60 {
                if rng.random_bool(0.3) {
                    text += &format!("a{i} -> a{j}; b{i} <-> b{j};");
                }
            }
        }
        text += "x -> a0; a59 -> y; x <-> b3; b0; b1 -> x;";
        let g = graph(&text);
        let [x, y] = ["x", "y"].map(|name| g.set(g.node(name)));
        let first: Vec<ListedPath> = paths(&g, &x, &y, &g.no_nodes(), &Mutilation::none(&g)).take(300).collect();
        assert_eq!(first.len(), 300);
        assert!(first.windows(2).all(|two| two[0].path.edges.len() <= two[1].path.edges.len()));
    }

    #[test]
    fn no_path_and_no_such_nodes() {
        let g = graph("a -> b; c");
        let [a, c] = ["a", "c"].map(|name| g.set(g.node(name)));
        let far = NodeSet::full(80);
        let whole = Mutilation::none(&g);
        assert!(paths(&g, &a, &c, &g.no_nodes(), &whole).next().is_none());
        assert!(paths(&g, &a, &a, &g.no_nodes(), &whole).next().is_none());
        assert_eq!(paths(&g, &far, &far, &far, &whole).count(), 2, "a -> b and b <- a");
    }
}
