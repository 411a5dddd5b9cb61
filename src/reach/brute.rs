//! For tests: small graphs by text and at random, and separation by definitions that share nothing with the search.

use crate::graph::{EdgeKind, Graph, GraphBuilder, Mutilation, Node, NodeSet};
use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::{Bfs, NodeFiltered};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

pub(super) fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// A graph from edges such as `a -> b; b <-> c; d`; nodes in the order in which they are named.
pub(super) fn graph(text: &str) -> Graph {
    let mut builder = GraphBuilder::new();
    for statement in text.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let nodes: Vec<Node> = words.iter().step_by(2).map(|name| builder.node(name)).collect();
        for (ends, arrow) in nodes.windows(2).zip(words.iter().skip(1).step_by(2)) {
            match *arrow {
                "->" => builder.directed(ends[0], ends[1]),
                "<-" => builder.directed(ends[1], ends[0]),
                _ => builder.bidirected(ends[0], ends[1]),
            };
        }
    }
    builder.build().unwrap()
}

/// A random ADMG of 2 to `most` nodes whose order of declaration is not its causal order.
pub(super) fn random(rng: &mut ChaCha8Rng, most: usize, directed: f64, bidirected: f64) -> Graph {
    let size = rng.random_range(2..=most);
    let mut builder = GraphBuilder::new();
    let mut nodes: Vec<Node> = (0..size).map(|i| builder.node(&format!("v{i}"))).collect();
    for i in (1..size).rev() {
        nodes.swap(i, rng.random_range(0..=i));
    }
    for i in 0..size {
        for j in i + 1..size {
            if rng.random_bool(directed) {
                builder.directed(nodes[i], nodes[j]);
            }
            if rng.random_bool(bidirected) {
                builder.bidirected(nodes[i], nodes[j]);
            }
        }
    }
    builder.build().unwrap()
}

pub(super) fn subset(rng: &mut ChaCha8Rng, graph: &Graph, chance: f64) -> NodeSet {
    graph.set(graph.nodes().filter(|_| rng.random_bool(chance)))
}

pub(super) fn mutilation(rng: &mut ChaCha8Rng, graph: &Graph) -> Mutilation {
    if rng.random_bool(0.4) {
        return Mutilation::none(graph);
    }
    Mutilation { no_incoming: subset(rng, graph, 0.2), no_outgoing: subset(rng, graph, 0.2) }
}

/// Deals the nodes into N disjoint sets and a rest; the first two get a member each where there are two nodes.
pub(super) fn deal<const N: usize>(rng: &mut ChaCha8Rng, graph: &Graph) -> [NodeSet; N] {
    let mut sets: [NodeSet; N] = std::array::from_fn(|_| graph.no_nodes());
    let a = rng.random_range(0..graph.len());
    let b = (a + rng.random_range(1..graph.len())) % graph.len();
    for node in graph.nodes() {
        let set = match node.index() {
            i if i == a => 0,
            i if i == b => 1,
            _ if rng.random_bool(0.2) => rng.random_range(0..N),
            _ if rng.random_bool(0.4) => N - 1,
            _ => continue,
        };
        sets[set].insert(node);
    }
    sets
}

/// Every subset of `of`.
pub(super) fn subsets(graph: &Graph, of: &NodeSet) -> Vec<NodeSet> {
    let members: Vec<Node> = of.iter().collect();
    (0..1_usize << members.len())
        .map(|bits| graph.set(members.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, &node)| node)))
        .collect()
}

/// Every edge at a node that the mutilation keeps, as seen from the node.
pub(super) fn edges_at(graph: &Graph, cut: &Mutilation, node: Node) -> Vec<(EdgeKind, Node)> {
    let mut edges = Vec::new();
    for (a, b) in graph.directed().filter(|&(a, b)| !cut.no_outgoing.contains(a) && !cut.no_incoming.contains(b)) {
        if a == node {
            edges.push((EdgeKind::Forward, b));
        }
        if b == node {
            edges.push((EdgeKind::Backward, a));
        }
    }
    for (a, b) in graph.bidirected().filter(|&(a, b)| !cut.no_incoming.contains(a) && !cut.no_incoming.contains(b)) {
        if a == node || b == node {
            edges.push((EdgeKind::Bidirected, if a == node { b } else { a }));
        }
    }
    edges
}

/// Ancestors by recursion over [`edges_at`].
fn ancestors(graph: &Graph, cut: &Mutilation, node: Node, into: &mut NodeSet) {
    into.insert(node);
    for (kind, other) in edges_at(graph, cut, node) {
        if kind == EdgeKind::Backward {
            ancestors(graph, cut, other, into);
        }
    }
}

pub(super) fn ancestors_of(graph: &Graph, cut: &Mutilation, of: &NodeSet) -> NodeSet {
    let mut all = graph.no_nodes();
    of.iter().for_each(|node| ancestors(graph, cut, node, &mut all));
    all
}

/// Separation by the moral graph of the ancestors (Lauritzen et al. 1990), each bidirected edge an explicit latent.
pub(super) fn separated_moral(graph: &Graph, x: &NodeSet, y: &NodeSet, given: &NodeSet, cut: &Mutilation) -> bool {
    let ancestral = ancestors_of(graph, cut, &x.union(y).union(given));
    let mut moral = UnGraph::<(), ()>::new_undirected();
    let ids: Vec<NodeIndex> = graph.nodes().map(|_| moral.add_node(())).collect();
    let mut parents: Vec<Vec<NodeIndex>> = vec![Vec::new(); graph.len()];
    for node in ancestral.iter() {
        for (kind, other) in edges_at(graph, cut, node).into_iter().filter(|&(_, other)| ancestral.contains(other)) {
            match kind {
                EdgeKind::Backward => parents[node.index()].push(ids[other.index()]),
                EdgeKind::Bidirected if node < other => {
                    let latent = moral.add_node(());
                    parents[node.index()].push(latent);
                    parents[other.index()].push(latent);
                }
                EdgeKind::Bidirected | EdgeKind::Forward => {}
            }
        }
    }
    for node in ancestral.iter() {
        let family = &parents[node.index()];
        for (i, &a) in family.iter().enumerate() {
            moral.update_edge(a, ids[node.index()], ());
            for &b in &family[i + 1..] {
                moral.update_edge(a, b, ());
            }
        }
    }
    let free = NodeFiltered::from_fn(&moral, |id| id.index() >= graph.len() || !given.contains(Node::new(id.index())));
    x.iter().filter(|&node| !given.contains(node)).all(|start| {
        let mut search = Bfs::new(&free, ids[start.index()]);
        std::iter::from_fn(|| search.next(&free))
            .all(|id| id.index() >= graph.len() || !y.contains(Node::new(id.index())))
    })
}

/// A path: its nodes, and the kind of each edge.
pub(super) type BrutePath = (Vec<Node>, Vec<EdgeKind>);

/// Every path from `start`, of no edge or more, by depth-first search.
pub(super) fn paths_from(graph: &Graph, cut: &Mutilation, start: Node) -> Vec<BrutePath> {
    fn extend(graph: &Graph, cut: &Mutilation, path: &mut BrutePath, all: &mut Vec<BrutePath>) {
        all.push(path.clone());
        let Some(&last) = path.0.last() else { return };
        for (kind, next) in edges_at(graph, cut, last) {
            if !path.0.contains(&next) {
                path.0.push(next);
                path.1.push(kind);
                extend(graph, cut, path, all);
                path.0.pop();
                path.1.pop();
            }
        }
    }
    let mut all = Vec::new();
    extend(graph, cut, &mut (vec![start], Vec::new()), &mut all);
    all
}

/// The nodes that block a path, by the definition.
pub(super) fn blockers(graph: &Graph, cut: &Mutilation, path: &BrutePath, given: &NodeSet) -> Vec<Node> {
    let opening = ancestors_of(graph, cut, given);
    let blocks = |&(i, node): &(usize, Node)| {
        let collider = i > 0 && i < path.1.len() && path.1[i - 1].into_second() && path.1[i].into_first();
        if collider { !opening.contains(node) } else { given.contains(node) }
    };
    path.0.iter().copied().enumerate().filter(blocks).map(|(_, node)| node).collect()
}

/// Separation by looking at every path.
pub(super) fn separated_paths(graph: &Graph, x: &NodeSet, y: &NodeSet, given: &NodeSet, cut: &Mutilation) -> bool {
    x.iter().all(|start| {
        paths_from(graph, cut, start)
            .iter()
            .filter(|path| path.0.last().is_some_and(|&end| y.contains(end)))
            .all(|path| !blockers(graph, cut, path, given).is_empty())
    })
}

/// A path is one of the cut graph, edge by edge, and each of its colliders that says it is open is.
pub(super) fn check_path(graph: &Graph, cut: &Mutilation, path: &super::Path, opening: &NodeSet) {
    assert_eq!(path.edges.len() + 1, path.nodes.len());
    assert_eq!(path.opened_by.len(), path.nodes.len());
    assert_eq!(graph.set(path.nodes.iter().copied()).len(), path.nodes.len(), "a node twice");
    for (ends, &kind) in path.nodes.windows(2).zip(&path.edges) {
        assert!(edges_at(graph, cut, ends[0]).contains(&(kind, ends[1])), "no such edge");
    }
    let above = ancestors_of(graph, cut, opening);
    for (at, (&node, way)) in path.nodes.iter().zip(&path.opened_by).enumerate() {
        assert_eq!(!way.is_empty(), path.is_collider(at) && above.contains(node));
        if let (Some(&first), Some(last)) = (way.first(), way.last()) {
            assert_eq!(first, node);
            assert!(opening.contains(*last));
        }
        for ends in way.windows(2) {
            assert!(edges_at(graph, cut, ends[0]).contains(&(EdgeKind::Forward, ends[1])), "no such edge");
        }
    }
}
