//! Separations and open paths.

use crate::graph::{EdgeKind, Mutilation, Node, NodeSet};

/// `x` and `y` are m-separated by `given` in the graph with `cut` edges left out.
///
/// The three sets are disjoint; `given` holds everything conditioned on, standing actions too.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Separation {
    /// One side.
    pub x: NodeSet,
    /// The other side.
    pub y: NodeSet,
    /// What is conditioned on.
    pub given: NodeSet,
    /// The edges left out.
    pub cut: Mutilation,
}

/// A path that is open given what is conditioned on, from a member of `x` to a member of `y`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenPath {
    /// The nodes from end to end; all distinct.
    pub steps: Vec<PathStep>,
}

/// One node of an [`OpenPath`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathStep {
    /// The node.
    pub node: Node,
    /// The edge to the next node; none at the end.
    pub edge: Option<EdgeKind>,
    /// Where the node is a collider on the path: the directed path, edges not cut, from the node (first) to a member
    /// of `given` (last) that opens it; the node alone where it is conditioned on itself. Empty at non-colliders.
    pub opened_by: Vec<Node>,
}

impl PathStep {
    /// Whether both edges of the path at this node have an arrowhead here, as the evidence claims.
    #[must_use]
    pub fn is_collider(&self) -> bool {
        !self.opened_by.is_empty()
    }
}
