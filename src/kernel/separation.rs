//! m-separation by the moral graph of the ancestors (Richardson 2003, theorem 1), and paths that are open.

use super::{Reason, require};
use crate::graph::{EdgeKind, Graph, Mutilation, Node, NodeSet};
use crate::proof::{OpenPath, PathStep, Separation};
use std::iter::once;

/// Refuses sets of another graph, empty sides and sets that share a node.
pub(super) fn well_formed(graph: &Graph, separation: &Separation) -> Result<(), Reason> {
    let Separation { x, y, given, cut } = separation;
    let sets = [x, y, given, &cut.no_incoming, &cut.no_outgoing];
    require(sets.iter().all(|set| set.capacity() == graph.len()), "a set of the separation is not one of this graph")?;
    require(!x.is_empty() && !y.is_empty(), "a side of the separation is empty")?;
    let apart = x.is_disjoint(y) && x.is_disjoint(given) && y.is_disjoint(given);
    require(apart, "the sets of the separation share a variable")
}

/// The nodes with a directed path into `of`, those of `of` included, in the graph less the edges cut.
pub(super) fn ancestors(graph: &Graph, of: &NodeSet, cut: &Mutilation) -> NodeSet {
    let mut seen = of.clone();
    let mut stack: Vec<Node> = of.iter().collect();
    while let Some(node) = stack.pop() {
        for parent in graph.parents(node) {
            if cut.keeps_directed(parent, node) && seen.insert(parent) {
                stack.push(parent);
            }
        }
    }
    seen
}

/// Whether the separation holds; the sets are [`well_formed`]. Among the ancestors of all sets, two nodes are joined
/// where colliders alone lie between them, so each district makes one clique with its parents: a node belongs to its own
/// district's clique and to those of its children. Each clique is entered once. O(nodes + edges).
pub(super) fn separated(graph: &Graph, separation: &Separation) -> bool {
    let Separation { x, y, given, cut } = separation;
    let relevant = ancestors(graph, &x.union(y).union(given), cut);
    let mut reached = x.clone();
    let mut stack: Vec<Node> = x.iter().collect();
    let mut entered = graph.no_nodes();
    while let Some(node) = stack.pop() {
        if y.contains(node) {
            return false;
        }
        if given.contains(node) {
            continue;
        }
        let children =
            graph.children(node).filter(|&child| relevant.contains(child) && cut.keeps_directed(node, child));
        let mut clique: Vec<Node> = once(node).chain(children).filter(|&member| entered.insert(member)).collect();
        while let Some(member) = clique.pop() {
            let parents = graph.parents(member).filter(|&parent| cut.keeps_directed(parent, member));
            stack.extend(once(member).chain(parents).filter(|&other| reached.insert(other)));
            let siblings = graph.siblings(member).filter(|&s| relevant.contains(s) && cut.keeps_bidirected(member, s));
            clique.extend(siblings.filter(|&sibling| entered.insert(sibling)));
        }
    }
    true
}

/// Refuses a path that does not show the separation to fail: its edges are there, no node comes twice, non-colliders
/// are not conditioned on, and each collider has a directed path into what is.
pub(super) fn open(graph: &Graph, separation: &Separation, path: &OpenPath) -> Result<(), Reason> {
    well_formed(graph, separation)?;
    let Separation { x, y, given, .. } = separation;
    let mut seen = graph.no_nodes();
    let distinct = path.steps.iter().all(|step| seen.insert(step.node));
    require(distinct, "the path names a node twice, or one that the graph lacks")?;
    let (Some(first), Some(last)) = (path.steps.first(), path.steps.last()) else {
        return Err("the path is empty".into());
    };
    require(x.contains(first.node) && y.contains(last.node), "the path does not lead from one side to the other")?;
    require(last.edge.is_none(), "the path goes on after its end")?;
    let mut before: Option<EdgeKind> = None;
    for (position, step) in path.steps.iter().enumerate() {
        let next = path.steps.get(position + 1);
        let there =
            next.is_none_or(|next| step.edge.is_some_and(|kind| exists(graph, separation, step.node, kind, next.node)));
        require(there, "the path takes an edge that is not there")?;
        let collides = before.is_some_and(EdgeKind::into_second) && step.edge.is_some_and(EdgeKind::into_first);
        if collides {
            require(opened(graph, separation, step), "a collider on the path is not opened")?;
        } else {
            require(!given.contains(step.node), "the path is blocked by a variable conditioned on")?;
            require(step.opened_by.is_empty(), "the path opens a node that is no collider")?;
        }
        before = step.edge;
    }
    Ok(())
}

fn exists(graph: &Graph, separation: &Separation, a: Node, kind: EdgeKind, b: Node) -> bool {
    let cut = &separation.cut;
    match kind {
        EdgeKind::Forward => graph.has_directed(a, b) && cut.keeps_directed(a, b),
        EdgeKind::Backward => graph.has_directed(b, a) && cut.keeps_directed(b, a),
        EdgeKind::Bidirected => graph.has_bidirected(a, b) && cut.keeps_bidirected(a, b),
    }
}

fn opened(graph: &Graph, separation: &Separation, step: &PathStep) -> bool {
    let nodes = &step.opened_by;
    nodes.iter().all(|node| node.index() < graph.len())
        && nodes.first() == Some(&step.node)
        && nodes.last().is_some_and(|&last| separation.given.contains(last))
        && nodes.windows(2).all(|pair| exists(graph, separation, pair[0], EdgeKind::Forward, pair[1]))
}
