//! Sets of nodes of one graph, as bit sets.

use super::Node;
use fixedbitset::FixedBitSet;
use std::fmt;

/// A set of nodes of one graph: a bit for each node of the graph.
///
/// All sets of one graph have the same capacity (the graph's size), so equality and order are those of the members.
/// Binary operations take O(capacity / 64); iteration is ascending.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSet(FixedBitSet);

impl NodeSet {
    /// No members; room for the nodes `0..capacity`.
    #[must_use]
    pub fn empty(capacity: usize) -> Self {
        Self(FixedBitSet::with_capacity(capacity))
    }

    /// All of `0..capacity`.
    #[must_use]
    pub fn full(capacity: usize) -> Self {
        let mut bits = FixedBitSet::with_capacity(capacity);
        bits.insert_range(..);
        Self(bits)
    }

    /// How many nodes it has room for: the size of its graph.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.len()
    }

    /// Adds a node; false where it was in already, or where it is none of the graph's (then nothing is added).
    pub fn insert(&mut self, node: Node) -> bool {
        node.index() < self.0.len() && !self.0.put(node.index())
    }

    /// Takes a node out.
    pub fn remove(&mut self, node: Node) {
        if node.index() < self.0.len() {
            self.0.remove(node.index());
        }
    }

    /// Whether the node is in.
    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        self.0.contains(node.index())
    }

    /// Number of members.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.count_ones(..)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_clear()
    }

    /// Members, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Node> + '_ {
        self.0.ones().map(Node::new)
    }

    /// The smallest member.
    #[must_use]
    pub fn first(&self) -> Option<Node> {
        self.0.minimum().map(Node::new)
    }

    /// Takes all members out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds the members of `other`.
    pub fn extend(&mut self, other: &Self) {
        self.0.union_with(&other.0);
    }

    /// Keeps only the members that `other` has too.
    pub fn retain(&mut self, other: &Self) {
        self.0.intersect_with(&other.0);
    }

    /// Takes the members of `other` out.
    pub fn subtract(&mut self, other: &Self) {
        self.0.difference_with(&other.0);
    }

    /// self ∪ other
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.extend(other);
        set
    }

    /// self ∩ other
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.retain(other);
        set
    }

    /// self ∖ other
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.subtract(other);
        set
    }

    /// self ∪ {node}
    #[must_use]
    pub fn with(&self, node: Node) -> Self {
        let mut set = self.clone();
        set.insert(node);
        set
    }

    /// self ∖ {node}
    #[must_use]
    pub fn without(&self, node: Node) -> Self {
        let mut set = self.clone();
        set.remove(node);
        set
    }

    /// Whether every member is one of `other`'s.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Whether they share no member.
    #[must_use]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.0.is_disjoint(&other.0)
    }
}

impl fmt::Debug for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Node::index)).finish()
    }
}
