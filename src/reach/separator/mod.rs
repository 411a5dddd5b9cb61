//! Separators with nodes that must be in and nodes that may be in (van der Zander, Textor & Liśkiewicz 2014;
//! van der Zander & Liśkiewicz 2020).
//!
//! All of them ask for sets Z with `required` ⊆ Z ⊆ `allowed` that m-separate `x` from `y` in the graph without the
//! edges that `cut` leaves out. Such a Z is *minimal* when no proper subset of it that holds `required` separates,
//! and *minimum* when no other such Z is smaller. Minimal sets lie within An(x ∪ y ∪ required), so there they are vertex
//! separators of one [undirected graph](moral). Members of `x` and `y` are never in Z, whether allowed or not.
//!
//! There is none where `x` and `y` meet, where `required` meets one of them or goes beyond `allowed`, and where no
//! separating set is allowed. Whether a given set separates, [`separated`](super::separated) says.

mod list;
mod minimum;
mod moral;

pub use list::{MinimalSeparators, minimal_separators};
pub use minimum::minimum_separator;

use crate::graph::{Graph, Mutilation, NodeSet};
use moral::Moral;

/// A minimal separator, the one nearest to `x`: what it leaves on the side of `x`, every other minimal one does too.
/// Three searches, O(nodes + edges) (van der Zander & Liśkiewicz 2020).
///
/// What the sets mean and when there is none: both sides disjoint, `required` ⊆ Z ⊆ `allowed`, Z free of `x` and `y`.
#[must_use]
pub fn minimal_separator(
    graph: &Graph,
    x: &NodeSet,
    y: &NodeSet,
    required: &NodeSet,
    allowed: &NodeSet,
    cut: &Mutilation,
) -> Option<NodeSet> {
    let task = Task::new(graph, x, y, required, allowed, cut)?;
    let mut separator = task.nearest(x)?;
    separator.extend(required);
    Some(separator)
}

/// One question for separators, as one for vertex separators in an undirected graph.
struct Task<'a> {
    moral: Moral<'a>,
    x: NodeSet,
    y: NodeSet,
    required: NodeSet,
    /// The nodes that a separator may hold beside the required ones.
    free: NodeSet,
}

impl<'a> Task<'a> {
    /// None where the sets contradict each other. O(nodes + edges).
    fn new(
        graph: &'a Graph,
        x: &NodeSet,
        y: &NodeSet,
        required: &NodeSet,
        allowed: &NodeSet,
        cut: &Mutilation,
    ) -> Option<Self> {
        let ends = x.union(y);
        if !x.is_disjoint(y) || !required.is_disjoint(&ends) || !required.is_subset(allowed) {
            return None;
        }
        let moral = Moral::new(graph, &ends.union(required), cut);
        let mut free = moral.nodes().intersection(allowed);
        free.subtract(&ends);
        free.subtract(required);
        Some(Self { moral, x: x.clone(), y: y.clone(), required: required.clone(), free })
    }

    /// Of the minimal separators, less the required nodes, that leave `side` on the side of `x`, the one nearest to it;
    /// `side` holds `x` and is connected but for `x`. None where there is none.
    ///
    /// All nodes that a search from `side` meets first cut it off from the rest; those among them that a search from
    /// `y` meets as well are enough, and each is needed, for a path leads through it alone.
    fn nearest(&self, side: &NodeSet) -> Option<NodeSet> {
        let mut fence = self.free.difference(side);
        let mut blocked = fence.union(&self.required);
        let near = self.moral.reach(side, &blocked);
        if !near.is_disjoint(&self.y) {
            return None;
        }
        fence.retain(&near);
        blocked.clone_from(&fence);
        blocked.extend(&self.required);
        fence.retain(&self.moral.reach(&self.y, &blocked));
        Some(fence)
    }

    /// The nodes that a separator, less the required nodes, leaves on the side of `x`.
    fn side(&self, separator: &NodeSet) -> NodeSet {
        let blocked = separator.union(&self.required);
        let mut side = self.moral.reach(&self.x, &blocked);
        side.subtract(&blocked);
        side
    }
}

#[cfg(test)]
mod tests;
