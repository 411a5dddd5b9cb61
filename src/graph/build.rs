//! From names and edges to a [`Graph`], and what can be wrong with them.

use super::{Graph, Node, Rows};
use indexmap::IndexSet;
use petgraph::graph::DiGraph;
use rustc_hash::FxBuildHasher;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::Arc;

/// Collects names and edges; an edge given twice counts once.
#[derive(Clone, Default, Debug)]
pub struct GraphBuilder {
    names: IndexSet<Arc<str>, FxBuildHasher>,
    directed: Vec<(u32, u32)>,
    bidirected: Vec<(u32, u32)>,
}

/// Why the edges make no ADMG.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GraphError {
    /// An edge from a node to itself.
    SelfLoop(Node),
    /// Nodes of a shortest directed cycle through its smallest node, each a cause of the next and the last of the first.
    Cycle(Vec<Node>),
    /// More nodes than [`Graph::MAX_NODES`] or more edges than [`Graph::MAX_EDGES`].
    TooLarge,
}

impl fmt::Display for GraphError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SelfLoop(_) => f.write_str("a variable cannot cause itself"),
            Self::Cycle(_) => f.write_str("the directed edges form a cycle"),
            Self::TooLarge => write!(f, "more than {} nodes or {} edges", Graph::MAX_NODES, Graph::MAX_EDGES),
        }
    }
}

impl std::error::Error for GraphError {}

impl GraphBuilder {
    /// An empty graph to be.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The node of that name, added at the end where it is new.
    pub fn node(&mut self, name: &str) -> Node {
        if let Some(index) = self.names.get_index_of(name) {
            return Node::new(index);
        }
        Node::new(self.names.insert_full(Arc::from(name)).0)
    }

    /// The node of that name, where there is one already.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Node> {
        self.names.get_index_of(name).map(Node::new)
    }

    /// Adds `from -> to`.
    pub fn directed(&mut self, from: Node, to: Node) -> &mut Self {
        self.directed.push((from.0, to.0));
        self
    }

    /// Adds `a <-> b`.
    pub fn bidirected(&mut self, a: Node, b: Node) -> &mut Self {
        self.bidirected.push((a.0.min(b.0), a.0.max(b.0)));
        self
    }

    /// Freezes the graph. O((nodes + edges) log).
    ///
    /// # Errors
    /// A self-loop, a directed cycle (a shortest one through its smallest node), or a size over the limits.
    pub fn build(mut self) -> Result<Graph, GraphError> {
        let size = self.names.len();
        if size > Graph::MAX_NODES || self.directed.len().max(self.bidirected.len()) > Graph::MAX_EDGES {
            return Err(GraphError::TooLarge);
        }
        if let Some(&(node, _)) = self.directed.iter().chain(&self.bidirected).find(|(a, b)| a == b) {
            return Err(GraphError::SelfLoop(Node(node)));
        }
        self.directed.sort_unstable();
        self.directed.dedup();
        self.bidirected.sort_unstable();
        self.bidirected.dedup();
        let children = rows(size, &self.directed);
        let order = match topological_order(&children) {
            Some(order) => order,
            None => return Err(GraphError::Cycle(shortest_cycle(size, &self.directed))),
        };
        let mut rank = vec![0; size];
        for (position, node) in order.iter().enumerate() {
            rank[node.index()] = position as u32;
        }
        let mut into: Vec<(u32, u32)> = self.directed.iter().map(|&(a, b)| (b, a)).collect();
        into.sort_unstable();
        let mut both: Vec<(u32, u32)> = self.bidirected.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        both.sort_unstable();
        let (parents, siblings) = (rows(size, &into), rows(size, &both));
        Ok(Graph { names: self.names, children, parents, siblings, order, rank })
    }
}

/// Edges, sorted and without repeats, as compressed sparse rows.
fn rows(size: usize, edges: &[(u32, u32)]) -> Rows {
    // `from_sorted_edges` refuses only unsorted input.
    let mut rows = Rows::from_sorted_edges(edges).unwrap_or_default();
    while rows.node_count() < size {
        rows.add_node(());
    }
    rows
}

/// Kahn's algorithm with a heap, so that the order follows the order of declaration (petgraph's `toposort` does not,
/// and printed factors stand in this order). None where there is a cycle. O((nodes + edges) log nodes).
fn topological_order(children: &Rows) -> Option<Vec<Node>> {
    let size = children.node_count();
    let mut missing = vec![0_u32; size];
    for node in 0..size as u32 {
        for &child in children.neighbors_slice(node) {
            missing[child as usize] += 1;
        }
    }
    let mut ready: BinaryHeap<Reverse<u32>> =
        (0..size as u32).filter(|&node| missing[node as usize] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(size);
    while let Some(Reverse(node)) = ready.pop() {
        order.push(Node(node));
        for &child in children.neighbors_slice(node) {
            missing[child as usize] -= 1;
            if missing[child as usize] == 0 {
                ready.push(Reverse(child));
            }
        }
    }
    (order.len() == size).then_some(order)
}

/// A shortest cycle through the smallest node that lies on one. Components by `kosaraju_scc`: petgraph's `tarjan_scc`
/// recurses as deep as a cycle is long.
fn shortest_cycle(size: usize, edges: &[(u32, u32)]) -> Vec<Node> {
    let graph = DiGraph::<(), (), u32>::from_edges(edges.iter().copied());
    let component = petgraph::algo::kosaraju_scc(&graph)
        .into_iter()
        .filter(|component| component.len() > 1)
        .min_by_key(|component| component.iter().min().copied());
    let Some(start) = component.and_then(|component| component.into_iter().min()) else {
        return Vec::new();
    };
    let mut from = vec![u32::MAX; size];
    let mut search = petgraph::visit::Bfs::new(&graph, start);
    while let Some(node) = search.next(&graph) {
        for next in graph.neighbors(node) {
            if next == start {
                let mut cycle = vec![Node(node.index() as u32)];
                let mut at = node.index() as u32;
                while at != start.index() as u32 {
                    at = from[at as usize];
                    cycle.push(Node(at));
                }
                cycle.reverse();
                return cycle;
            }
            if from[next.index()] == u32::MAX {
                from[next.index()] = node.index() as u32;
            }
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(edges: &[(&str, &str)]) -> Result<Graph, GraphError> {
        let mut builder = GraphBuilder::new();
        for (a, b) in edges {
            let (a, b) = (builder.node(a), builder.node(b));
            builder.directed(a, b);
        }
        builder.build()
    }

    #[test]
    fn order_follows_declaration_where_it_can() {
        let graph = build(&[("b", "c"), ("a", "c"), ("c", "d"), ("a", "d")]).unwrap();
        let names: Vec<_> = graph.topological_order().iter().map(|&n| graph.name(n)).collect();
        assert_eq!(names, ["b", "a", "c", "d"]);
    }

    #[test]
    fn a_cycle_is_shown_whole_and_short() {
        let error = build(&[("s", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("b", "a")]).unwrap_err();
        assert_eq!(error, GraphError::Cycle(vec![Node::new(1), Node::new(2)]));
        let error = build(&[("a", "a")]).unwrap_err();
        assert_eq!(error, GraphError::SelfLoop(Node::new(0)));
    }

    #[test]
    fn a_long_cycle_takes_no_stack() {
        let mut builder = GraphBuilder::new();
        let nodes: Vec<Node> = (0..200_000).map(|i| builder.node(&i.to_string())).collect();
        for (i, &node) in nodes.iter().enumerate() {
            builder.directed(node, nodes[(i + 1) % nodes.len()]);
        }
        assert_eq!(builder.build().unwrap_err(), GraphError::Cycle(nodes));
    }

    #[test]
    fn edges_given_twice_count_once() {
        let mut builder = GraphBuilder::new();
        let (a, b) = (builder.node("a"), builder.node("b"));
        builder.directed(a, b).directed(a, b).bidirected(b, a).bidirected(a, b);
        let graph = builder.build().unwrap();
        assert_eq!((graph.directed_count(), graph.bidirected_count()), (1, 1));
        assert!(graph.has_bidirected(b, a) && graph.has_directed(a, b) && !graph.has_directed(b, a));
    }
}
