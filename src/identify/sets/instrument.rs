//! Conditional instruments with ancestral conditioning sets (Brito & Pearl 2002; van der Zander, Textor & Liśkiewicz 2015).

use super::{Criterion, Request};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::reach;

/// An instrument and what to condition on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instrument {
    /// The instrument z.
    pub node: Node,
    /// The conditions w.
    pub given: NodeSet,
}

/// Whether `z` is an instrument for the total effect of one treatment x on one outcome y, given some set w: neither z
/// nor w holds a descendant of the causal nodes, z ⫫ y | w once the first edges of causal paths are gone, and not
/// z ⫫ x | w. Then, in a linear model, the effect is cov(z, y | w) / cov(z, x | w). None where no w among the ancestors
/// of y and z will do.
///
/// Looked for in turn: the required covariates alone, a smallest separator, and the separator nearest to y, which does if
/// any w does (their theorem), without the members that can be spared one by one. O((nodes + edges) · size of w).
#[must_use]
pub fn instrument(graph: &Graph, criterion: &Criterion, request: &Request, z: Node) -> Option<Instrument> {
    let effect = &request.effect;
    if !criterion.allowed().contains(z) || request.with.contains(z) || !effect.given.is_empty() {
        return None;
    }
    let (Some(x), Some(y), 1, 1) = (effect.do_.first(), effect.of.first(), effect.do_.len(), effect.of.len()) else {
        return None;
    };
    if !criterion.causal().contains(y) {
        return None;
    }
    let back_door = criterion.back_door();
    let (nothing, here) = (Mutilation::none(graph), graph.set([z]));
    let works = |given: &NodeSet| {
        reach::separated(back_door, &here, &effect.of, given, &nothing)
            && !reach::separated(graph, &here, &graph.set([x]), given, &nothing)
    };
    let required = request.with.clone();
    if !required.is_subset(criterion.allowed()) {
        return None;
    }
    if works(&required) {
        return Some(Instrument { node: z, given: required });
    }
    let allowed = criterion.allowed().without(z);
    if let Some(given) = reach::minimum_separator(back_door, &effect.of, &here, &required, &allowed, &nothing)
        && works(&given)
    {
        return Some(Instrument { node: z, given });
    }
    let ancestral = reach::ancestors(back_door, &effect.of.union(&here).union(&required));
    let stops = allowed.intersection(&ancestral);
    let mut given = nearest(back_door, y, &ancestral, &stops).union(&required);
    if !works(&given) {
        return None;
    }
    for node in given.difference(&required).iter() {
        let less = given.without(node);
        if works(&less) {
            given = less;
        }
    }
    Some(Instrument { node: z, given })
}

/// The members of `stops` next to `from`: those that a path in the augmented graph of the ancestral set reaches before it
/// meets another. There two nodes are neighbours where a path of colliders joins them. O(nodes + edges).
fn nearest(graph: &Graph, from: Node, ancestral: &NodeSet, stops: &NodeSet) -> NodeSet {
    let mut found = graph.no_nodes();
    let mut reached = graph.set([from]);
    let mut entered = graph.no_nodes();
    let mut waiting = vec![from];
    while let Some(at) = waiting.pop() {
        let mut next: Vec<Node> = graph.parents(at).collect();
        // Nodes with an arrowhead from here: neighbours themselves, and what else points at them is one too.
        let mut heads: Vec<Node> = graph.children(at).chain(graph.siblings(at)).collect();
        while let Some(head) = heads.pop() {
            if ancestral.contains(head) && entered.insert(head) {
                next.push(head);
                next.extend(graph.parents(head));
                heads.extend(graph.siblings(head));
            }
        }
        for node in next.into_iter().filter(|&node| ancestral.contains(node)) {
            if stops.contains(node) {
                found.insert(node);
            } else if reached.insert(node) {
                waiting.push(node);
            }
        }
    }
    found
}
