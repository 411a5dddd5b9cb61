//! Hedges (Shpitser & Pearl 2006a, definitions 5 to 7 and theorem 4) and the exchange of conditions for actions before
//! them (Shpitser & Pearl 2006b, theorem 6: with no condition left that rule 2 moves, a conditional effect is
//! identifiable exactly when the joint one is).

use super::rules::{exchange, required, same};
use super::separation::{self, ancestors};
use super::{Reason, require, variables};
use crate::expr::Term;
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{ExchangedQuery, Hedge, Subgraph};

/// Refuses a hedge that does not show the term unidentifiable from P(v).
pub(super) fn check(graph: &Graph, query: &Term, hedge: &Hedge) -> Result<(), Reason> {
    let Hedge { root, outer, inner, exchanged } = hedge;
    let sets = [root, &outer.nodes, &inner.nodes, &exchanged.of, &exchanged.do_, &exchanged.given];
    require(sets.iter().all(|set| set.capacity() == graph.len()), "a set of the hedge is not one of this graph")?;
    exchanged_query(graph, query, exchanged)?;
    c_forest(graph, outer, root).map_err(|why| format!("the outer forest {why}"))?;
    c_forest(graph, inner, root).map_err(|why| format!("the inner forest {why}"))?;
    let inside = inner.nodes.is_subset(&outer.nodes)
        && inner.directed.iter().all(|edge| outer.directed.contains(edge))
        && inner.bidirected.iter().all(|edge| outer.bidirected.contains(edge));
    require(inside, "the inner forest is no part of the outer one")?;
    require(!outer.nodes.is_disjoint(&exchanged.do_), "the outer forest holds no treatment")?;
    require(inner.nodes.is_disjoint(&exchanged.do_), "the inner forest holds a treatment")?;
    let reaching =
        ancestors(graph, &exchanged.of.union(&exchanged.given), &Mutilation::over(graph, exchanged.do_.clone()));
    require(root.is_subset(&reaching), "a root is no ancestor of the query once edges into its treatments are cut")
}

/// A C-forest: its bidirected edges connect all its nodes, each node has at most one child, the roots have none.
/// No cycle can arise among a graph's own directed edges.
fn c_forest(graph: &Graph, forest: &Subgraph, root: &NodeSet) -> Result<(), Reason> {
    let Subgraph { nodes, directed, bidirected } = forest;
    let first = nodes.first().ok_or("is empty")?;
    let within = |&(a, b): &(Node, Node)| nodes.contains(a) && nodes.contains(b);
    let real = directed.iter().all(|edge| within(edge) && graph.has_directed(edge.0, edge.1))
        && bidirected.iter().all(|edge| within(edge) && graph.has_bidirected(edge.0, edge.1));
    require(real, "has an edge that is not the graph's or leaves its nodes")?;
    let mut childless = nodes.clone();
    for &(parent, _) in directed {
        require(childless.contains(parent), "has a node with two children")?;
        childless.remove(parent);
    }
    require(childless == *root, "has other roots than the hedge names")?;
    let mut siblings = vec![Vec::new(); graph.len()];
    for &(a, b) in bidirected {
        siblings[a.index()].push(b);
        siblings[b.index()].push(a);
    }
    let mut seen = graph.set([first]);
    let mut stack = vec![first];
    while let Some(node) = stack.pop() {
        stack.extend(siblings[node.index()].iter().filter(|&&next| seen.insert(next)));
    }
    require(seen == *nodes, "is not connected by its bidirected edges")
}

/// Moved conditions one after the other, each by the separation that rule 2 needs as the query stood; for each kept one
/// an open path that shows it cannot be moved.
fn exchanged_query(graph: &Graph, query: &Term, exchanged: &ExchangedQuery) -> Result<(), Reason> {
    let of = variables(graph, query.of());
    let mut given = variables(graph, query.given());
    let mut do_ = variables(graph, query.do_());
    for moved in &exchanged.moved {
        require(given.contains(moved.z), "a moved condition is none of the query")?;
        given.remove(moved.z);
        let needed = exchange(&of, &graph.set([moved.z]), &do_, &given);
        required(graph, &needed, &moved.requires).map_err(|why| format!("a moved condition: {why}"))?;
        do_.insert(moved.z);
    }
    let results = exchanged.of == of && exchanged.do_ == do_ && exchanged.given == given;
    require(results, "the exchanged query is not what results")?;
    let mut left = given.clone();
    for kept in &exchanged.kept {
        require(left.contains(kept.z), "a kept condition is none of the exchanged query, or comes twice")?;
        left.remove(kept.z);
        let needed = exchange(&of, &graph.set([kept.z]), &do_, &given.without(kept.z));
        require(same(&needed, &kept.requires), "a kept condition states another separation than rule 2 needs")?;
        separation::open(graph, &kept.requires, &kept.open_path).map_err(|why| format!("a kept condition: {why}"))?;
    }
    require(left.is_empty(), "a condition of the exchanged query is not shown to stay")
}
