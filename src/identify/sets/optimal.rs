//! The adjustment set of least asymptotic variance, where the graph alone determines it.

use super::{Criterion, Request};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::Effect;
use crate::reach;

/// How many collider paths are looked at before no claim is made.
const PATHS: usize = 4096;

/// The optimal set among the valid ones of the request, or None where none exists, or none is known to exist.
///
/// Without bidirected edges the parents of the causal nodes that are not forbidden (Henckel, Perković & Maathuis 2022
/// for linear models; Rotnitzky & Smucler 2020 without that assumption). With bidirected edges, for one treatment and one
/// outcome, the set of Runge 2021 (definition 3), claimed only where both conditions of his theorem 3 hold, so that its
/// adjustment information is the largest. Excluded covariates count as unmeasured. No claim is made for an effect with
/// conditions, for one that is none, or where the set lacks a required covariate.
#[must_use]
pub fn optimal(graph: &Graph, request: &Request) -> Option<NodeSet> {
    let Effect { of, do_, given } = &request.effect;
    if !given.is_empty() {
        return None;
    }
    let hidden = request.without.difference(of).difference(do_);
    let set = if hidden.is_empty() {
        least_variance(graph, of, do_)?
    } else {
        let projection = reach::latent_projection(graph, &hidden).ok()?;
        let there = |set: &NodeSet| projection.set(set.iter().filter_map(|node| projection.node(graph.name(node))));
        let set = least_variance(&projection, &there(of), &there(do_))?;
        graph.set(set.iter().filter_map(|node| graph.node(projection.name(node))))
    };
    request.with.is_subset(&set).then_some(set)
}

fn least_variance(graph: &Graph, y: &NodeSet, x: &NodeSet) -> Option<NodeSet> {
    let nothing = graph.no_nodes();
    let effect = Effect { of: y.clone(), do_: x.clone(), given: nothing.clone() };
    let criterion = Criterion::new(graph, &Request { effect, with: nothing.clone(), without: nothing.clone() });
    if !y.is_subset(criterion.causal()) {
        return None;
    }
    if graph.bidirected_count() == 0 {
        let mut set = parents(graph, criterion.causal());
        set.subtract(criterion.forbidden());
        set.subtract(x);
        return criterion.is_valid(&set).then_some(set);
    }
    let (Some(x), 1, 1) = (x.first(), x.len(), y.len()) else {
        return None;
    };
    Runge { graph, criterion: &criterion, x, y: y.clone() }.optimal()
}

fn parents(graph: &Graph, of: &NodeSet) -> NodeSet {
    graph.set(of.iter().flat_map(|node| graph.parents(node)))
}

fn siblings(graph: &Graph, of: &NodeSet) -> NodeSet {
    graph.set(of.iter().flat_map(|node| graph.siblings(node)))
}

/// The terms of Runge 2021: `criterion.causal()` is YM, `criterion.forbidden()` with x is forb.
struct Runge<'a> {
    graph: &'a Graph,
    criterion: &'a Criterion,
    x: Node,
    y: NodeSet,
}

/// O = P ∪ C ∪ pa(C).
struct OSet {
    parents: NodeSet,
    colliders: NodeSet,
    all: NodeSet,
}

impl Runge<'_> {
    fn optimal(&self) -> Option<NodeSet> {
        let set = self.o_set(&self.graph.no_nodes())?;
        (self.no_rival(&set) && self.all_earn_their_place(&set)).then_some(set.all)
    }

    fn is_forbidden(&self, node: Node) -> bool {
        node == self.x || self.criterion.forbidden().contains(node)
    }

    /// An(x, y, s) ∖ forb
    fn valid_ancestors(&self, s: &NodeSet) -> NodeSet {
        let mut ancestors = reach::ancestors(self.graph, &self.y.union(s).with(self.x));
        ancestors.subtract(self.criterion.forbidden());
        ancestors.remove(self.x);
        ancestors
    }

    /// The O-set given `s` (definitions 2 and 3), where it is valid together with `s`.
    fn o_set(&self, s: &NodeSet) -> Option<OSet> {
        let graph = self.graph;
        let ancestors = self.valid_ancestors(s);
        let nothing = Mutilation::none(graph);
        let x = graph.set([self.x]);
        let given = ancestors.union(s);
        let by_x = reach::connected_to(graph, &x, &given, &nothing);
        let mut colliders = graph.no_nodes();
        let mut waiting: Vec<Node> = self.criterion.causal().iter().collect();
        while let Some(at) = waiting.pop() {
            for spouse in graph.siblings(at) {
                if spouse == self.x {
                    return None;
                }
                let near = ancestors.contains(spouse) || !by_x.contains(spouse);
                if near && !self.is_forbidden(spouse) && colliders.insert(spouse) {
                    waiting.push(spouse);
                }
            }
        }
        let mut own = parents(graph, self.criterion.causal());
        own.subtract(self.criterion.forbidden());
        own.remove(self.x);
        let all = own.union(&colliders).union(&parents(graph, &colliders));
        self.criterion.is_valid(&all.union(s)).then_some(OSet { parents: own, colliders, all })
    }

    /// Theorem 3, condition (I): no sibling outside the set, conditioned on along a collider path to the causal nodes,
    /// leads to a valid set that could beat it. False as well where there are too many paths to look at.
    fn no_rival(&self, set: &OSet) -> bool {
        let causal = self.criterion.causal();
        let mut outside = siblings(self.graph, &causal.union(&set.colliders));
        outside.subtract(self.criterion.forbidden());
        outside.subtract(&set.all);
        outside.remove(self.x);
        let mut budget = PATHS;
        let mut waiting: Vec<(Node, NodeSet)> = outside.iter().map(|n| (n, self.graph.set([n]))).collect();
        while let Some((at, path)) = waiting.pop() {
            let Some(left) = budget.checked_sub(1) else {
                return false;
            };
            budget = left;
            if self.graph.siblings(at).any(|w| causal.contains(w)) && self.o_set(&path).is_some() {
                return false;
            }
            for next in self.graph.siblings(at).filter(|&n| set.all.contains(n) && !path.contains(n)) {
                waiting.push((next, path.with(next)));
            }
        }
        true
    }

    /// Theorem 3, condition (II): a member that is no parent of the causal nodes and not free of x given the others is
    /// joined to them by a link or a collider path inside C of ancestors.
    fn all_earn_their_place(&self, set: &OSet) -> bool {
        let ancestors = self.valid_ancestors(&self.graph.no_nodes());
        let inside = set.colliders.intersection(&ancestors);
        let joined = |node: Node| self.graph.siblings(node).any(|w| self.criterion.causal().contains(w));
        // Members of `inside` from which a collider path leads to the causal nodes.
        let mut linked = self.graph.set(inside.iter().filter(|&node| joined(node)));
        let mut waiting: Vec<Node> = linked.iter().collect();
        while let Some(at) = waiting.pop() {
            for next in self.graph.siblings(at).filter(|&next| inside.contains(next)) {
                if linked.insert(next) {
                    waiting.push(next);
                }
            }
        }
        let x = self.graph.set([self.x]);
        let nothing = Mutilation::none(self.graph);
        set.all.difference(&set.parents).iter().all(|e| {
            let others = set.all.without(e);
            reach::separated(self.graph, &x, &self.graph.set([e]), &others, &nothing)
                || joined(e)
                || self.graph.siblings(e).chain(self.graph.children(e)).any(|c| linked.contains(c))
        })
    }
}
