//! Acyclic directed mixed graphs (ADMGs) as data: nodes, edges, node sets, and a mutilation as a value.
//!
//! In: names and edges, through a [`GraphBuilder`]. Out: an immutable [`Graph`] with adjacency as slices.
//! Must never know: any question asked of a graph (that is `reach`), nor how one is written (`syntax`).
//! The only algorithm here guards the graph's own invariants: no self-loop, no directed cycle.
//!
//! petgraph holds the edges, as three compressed sparse rows ([`petgraph::csr::Csr`]): children, parents, siblings.

mod build;
mod node_set;

pub use build::{GraphBuilder, GraphError};
pub use node_set::{Members, NodeSet};

use indexmap::IndexSet;
use petgraph::Directed;
use petgraph::csr::Csr;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// A node of one graph, by its position in the order of declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Node(u32);

impl Node {
    /// The node at a position. A graph holds at most [`Graph::MAX_NODES`], so the position fits.
    #[must_use]
    #[inline]
    pub const fn new(index: usize) -> Self {
        Self(index as u32)
    }

    /// Its position.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// An edge's kind, as seen when walking from its first to its second end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum EdgeKind {
    /// `a -> b`
    Forward,
    /// `a <- b`
    Backward,
    /// `a <-> b`, an unmeasured common cause
    Bidirected,
}

impl EdgeKind {
    /// As the language writes it.
    #[must_use]
    pub const fn arrow(self) -> &'static str {
        match self {
            Self::Forward => "->",
            Self::Backward => "<-",
            Self::Bidirected => "<->",
        }
    }

    /// Whether there is an arrowhead at the second end.
    #[must_use]
    #[inline]
    pub const fn into_second(self) -> bool {
        matches!(self, Self::Forward | Self::Bidirected)
    }

    /// Whether there is an arrowhead at the first end.
    #[must_use]
    #[inline]
    pub const fn into_first(self) -> bool {
        matches!(self, Self::Backward | Self::Bidirected)
    }
}

pub(crate) type Rows = Csr<(), (), Directed, u32>;

/// An acyclic directed mixed graph. Immutable; share it behind an [`Arc`]. By default without nodes.
#[derive(Clone, Default, Debug)]
pub struct Graph {
    names: IndexSet<Arc<str>, FxBuildHasher>,
    children: Rows,
    parents: Rows,
    siblings: Rows,
    /// A topological order, the one that follows the order of declaration where it can.
    order: Vec<Node>,
    /// Position of each node in `order`.
    rank: Vec<u32>,
}

impl Graph {
    /// The most nodes a graph may have.
    pub const MAX_NODES: usize = 1 << 20;
    /// The most edges of either kind a graph may have.
    pub const MAX_EDGES: usize = 1 << 23;

    /// Number of nodes.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether it has no node at all.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All nodes in the order of declaration.
    #[inline]
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + use<> {
        (0..self.len()).map(Node::new)
    }

    /// The name of a node. The node must be one of this graph's.
    #[must_use]
    #[inline]
    pub fn name(&self, node: Node) -> &str {
        &self.names[node.index()]
    }

    /// The node of that name, names compared letter by letter. O(1).
    #[must_use]
    pub fn node(&self, name: &str) -> Option<Node> {
        self.names.get_index_of(name).map(Node::new)
    }

    /// Direct causes, ascending.
    #[inline]
    pub fn parents(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + '_ {
        self.parents.neighbors_slice(node.0).iter().map(|&i| Node(i))
    }

    /// Direct effects, ascending.
    #[inline]
    pub fn children(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + '_ {
        self.children.neighbors_slice(node.0).iter().map(|&i| Node(i))
    }

    /// The other ends of bidirected edges, ascending.
    #[inline]
    pub fn siblings(&self, node: Node) -> impl DoubleEndedIterator<Item = Node> + ExactSizeIterator + '_ {
        self.siblings.neighbors_slice(node.0).iter().map(|&i| Node(i))
    }

    /// Whether `from -> to`. O(log degree) or better.
    #[must_use]
    #[inline]
    pub fn has_directed(&self, from: Node, to: Node) -> bool {
        self.children.neighbors_slice(from.0).binary_search(&to.0).is_ok()
    }

    /// Whether `a <-> b`. O(log degree) or better.
    #[must_use]
    #[inline]
    pub fn has_bidirected(&self, a: Node, b: Node) -> bool {
        self.siblings.neighbors_slice(a.0).binary_search(&b.0).is_ok()
    }

    /// Every directed edge, by first end, then by second.
    pub fn directed(&self) -> impl Iterator<Item = (Node, Node)> + '_ {
        self.nodes().flat_map(move |a| self.children(a).map(move |b| (a, b)))
    }

    /// Every bidirected edge once, its smaller end first, in ascending order.
    pub fn bidirected(&self) -> impl Iterator<Item = (Node, Node)> + '_ {
        self.nodes().flat_map(move |a| self.siblings(a).filter(move |&b| a < b).map(move |b| (a, b)))
    }

    /// Number of directed edges.
    #[must_use]
    pub fn directed_count(&self) -> usize {
        self.children.edge_count()
    }

    /// Number of bidirected edges.
    #[must_use]
    pub fn bidirected_count(&self) -> usize {
        self.siblings.edge_count() / 2
    }

    /// A topological order (causes first); among several, the one that follows the order of declaration.
    #[must_use]
    #[inline]
    pub fn topological_order(&self) -> &[Node] {
        &self.order
    }

    /// Position of a node in [`Graph::topological_order`].
    #[must_use]
    #[inline]
    pub fn rank(&self, node: Node) -> usize {
        self.rank[node.index()] as usize
    }

    /// Brings nodes into [`Graph::topological_order`]. O(n log n).
    pub fn sort(&self, nodes: &mut [Node]) {
        nodes.sort_unstable_by_key(|&node| self.rank(node));
    }

    /// The set without members, sized for this graph.
    #[must_use]
    #[inline]
    pub fn no_nodes(&self) -> NodeSet {
        NodeSet::empty(self.len())
    }

    /// The set of all nodes.
    #[must_use]
    #[inline]
    pub fn all_nodes(&self) -> NodeSet {
        NodeSet::full(self.len())
    }

    /// The set of the given nodes, sized for this graph.
    #[must_use]
    #[inline]
    pub fn set(&self, nodes: impl IntoIterator<Item = Node>) -> NodeSet {
        let mut set = self.no_nodes();
        for node in nodes {
            set.insert(node);
        }
        set
    }
}

/// Two graphs are equal when they have the same names in the same order and the same edges.
impl PartialEq for Graph {
    fn eq(&self, other: &Self) -> bool {
        self.names.iter().eq(other.names.iter())
            && self.directed().eq(other.directed())
            && self.bidirected().eq(other.bidirected())
    }
}

impl Eq for Graph {}

/// Edges left out of a graph, as a value: the graph itself is never copied.
///
/// `no_incoming` cuts every edge with an arrowhead at one of its members (directed edges into it and all its
/// bidirected edges), written with a bar over the set; `no_outgoing` cuts the directed edges out of its members,
/// written with a bar under it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Mutilation {
    /// No arrowhead may point at these.
    pub no_incoming: NodeSet,
    /// No directed edge may leave these.
    pub no_outgoing: NodeSet,
}

impl Mutilation {
    /// Cuts nothing.
    #[must_use]
    #[inline]
    pub fn none(graph: &Graph) -> Self {
        Self { no_incoming: graph.no_nodes(), no_outgoing: graph.no_nodes() }
    }

    /// Cuts edges into `over`.
    #[must_use]
    #[inline]
    pub fn over(graph: &Graph, over: NodeSet) -> Self {
        Self { no_incoming: over, no_outgoing: graph.no_nodes() }
    }

    /// Cuts edges out of `under`.
    #[must_use]
    #[inline]
    pub fn under(graph: &Graph, under: NodeSet) -> Self {
        Self { no_incoming: graph.no_nodes(), no_outgoing: under }
    }

    /// Whether `from -> to` is still there.
    #[must_use]
    #[inline]
    pub fn keeps_directed(&self, from: Node, to: Node) -> bool {
        !self.no_outgoing.contains(from) && !self.no_incoming.contains(to)
    }

    /// Whether `a <-> b` is still there.
    #[must_use]
    #[inline]
    pub fn keeps_bidirected(&self, a: Node, b: Node) -> bool {
        !self.no_incoming.contains(a) && !self.no_incoming.contains(b)
    }

    /// Whether nothing is cut.
    #[must_use]
    #[inline]
    pub fn is_none(&self) -> bool {
        self.no_incoming.is_empty() && self.no_outgoing.is_empty()
    }
}
