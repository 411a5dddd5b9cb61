//! Hedges: why no estimand exists (Shpitser & Pearl 2006a, theorem 4; 2006b for conditional queries).

use super::{OpenPath, Separation};
use crate::graph::{Node, NodeSet};

/// A subgraph: some nodes, and some of the edges among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subgraph {
    /// The nodes.
    pub nodes: NodeSet,
    /// Directed edges, ascending.
    pub directed: Vec<(Node, Node)>,
    /// Bidirected edges, smaller end first, ascending.
    pub bidirected: Vec<(Node, Node)>,
}

/// Two C-forests `outer` ⊃ `inner` with one root set: the treatments meet the outer one and not the inner one, and the
/// roots are ancestors of the exchanged query's outcomes and conditions once edges into its treatments are cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hedge {
    /// The common roots.
    pub root: NodeSet,
    /// The larger C-forest F.
    pub outer: Subgraph,
    /// The smaller C-forest F′.
    pub inner: Subgraph,
    /// The query that the hedge speaks of.
    pub exchanged: ExchangedQuery,
}

/// A query after every condition that can become an action has become one (IDC): the conditions that are left cannot
/// be moved, so the joint of `of` and `given` under `do_` is identifiable exactly when the query is.
/// For a query without conditions it is the query itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExchangedQuery {
    /// Outcomes.
    pub of: NodeSet,
    /// Actions, those that were conditions included.
    pub do_: NodeSet,
    /// Conditions that stay.
    pub given: NodeSet,
    /// The conditions moved, in the order in which they were.
    pub moved: Vec<MovedCondition>,
    /// One entry for each member of `given`.
    pub kept: Vec<KeptCondition>,
}

/// A condition that became an action by rule 2.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MovedCondition {
    /// The condition.
    pub z: Node,
    /// The separation that allows it, as the query stood when it was moved.
    pub requires: Separation,
}

/// A condition that rule 2 cannot move in the exchanged query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptCondition {
    /// The condition.
    pub z: Node,
    /// The separation that rule 2 would need …
    pub requires: Separation,
    /// … and a path that is open instead.
    pub open_path: OpenPath,
}
