//! The hedge behind an obstacle: a small one, with its forests (Shpitser & Pearl 2006a, definitions 6 and 7).

use super::exchange::{self, Exchange};
use super::general::{self, Obstacle};
use super::{Effect, holds, rule2};
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::{ExchangedQuery, Hedge, KeptCondition, OpenPath, PathStep, Separation, Subgraph};
use crate::reach;
use std::collections::VecDeque;

/// How many nodes a search for a smaller hedge tries to leave out; beyond it the hedge is shown as it is.
const TRIED: usize = 256;

/// The hedge for a query that is not identifiable. O(`TRIED` · nodes · (nodes + edges)) at worst.
pub(super) fn of_query(graph: &Graph, effect: &Effect, fallback: Obstacle) -> Hedge {
    let Exchange { effect, moved } = exchange::conditions_to_actions(graph, effect);
    let joint = effect.of.union(&effect.given);
    let obstacle = general::obstacle(graph, &joint, &effect.do_).unwrap_or(fallback);
    let (outer, inner) = shrink(graph, &joint, &effect.do_, obstacle);
    let kept = effect
        .given
        .iter()
        .filter_map(|z| {
            let requires = rule2(graph, &effect.of, &graph.set([z]), &effect.do_, &effect.given.without(z));
            debug_assert!(!holds(graph, &requires));
            Some(KeptCondition { z, open_path: open_path(graph, &requires)?, requires })
        })
        .collect();
    let (root, outer, inner) = forests(graph, &outer, &inner);
    let exchanged = ExchangedQuery { of: effect.of, do_: effect.do_, given: effect.given, moved, kept };
    Hedge { root, outer, inner, exchanged }
}

/// A path that is open where a separation fails, as evidence.
pub fn open_path(graph: &Graph, separation: &Separation) -> Option<OpenPath> {
    let Separation { x, y, given, cut } = separation;
    let path = reach::open_path(graph, x, y, given, cut)?;
    let edges = path.edges.into_iter().map(Some).chain([None]);
    let steps = path.nodes.into_iter().zip(edges).zip(path.opened_by);
    Some(OpenPath { steps: steps.map(|((node, edge), opened_by)| PathStep { node, edge, opened_by }).collect() })
}

/// A smaller hedge, where one is found by leaving out nodes: first a single root, else a smaller inner set; then a
/// smaller outer one.
fn shrink(graph: &Graph, of: &NodeSet, do_: &NodeSet, obstacle: Obstacle) -> (NodeSet, NodeSet) {
    let (universe, _) = general::ancestors(graph, of, do_);
    let outer_of = |inner: &NodeSet| {
        let outer = general::narrow(graph, &universe, inner);
        (!outer.is_disjoint(do_)).then_some(outer)
    };
    let single = obstacle
        .inner
        .iter()
        .take(TRIED)
        .filter_map(|root| {
            let inner = graph.set([root]);
            Some((outer_of(&inner)?, inner))
        })
        .min_by_key(|(outer, _)| outer.len());
    let (mut outer, inner) = single.unwrap_or_else(|| {
        let Obstacle { mut district, mut inner } = obstacle;
        for node in inner.iter().take(TRIED).collect::<Vec<_>>() {
            if !inner.contains(node) {
                continue;
            }
            let parts = reach::districts(graph, &inner.without(node));
            let smaller = parts.into_iter().find_map(|part| Some((outer_of(&part)?, part)));
            if let Some(smaller) = smaller {
                (district, inner) = smaller;
            }
        }
        (district, inner)
    });
    for node in outer.difference(&inner).iter().take(TRIED).collect::<Vec<_>>() {
        if outer.contains(node) {
            let smaller = general::narrow(graph, &outer.without(node), &inner);
            if !smaller.is_disjoint(do_) {
                outer = smaller;
            }
        }
    }
    (outer, inner)
}

/// Roots and C-forests on two node sets: the roots are the nodes of `inner` without a child in it; every other node
/// keeps one child, on a shortest way to the roots; bidirected edges form a spanning tree. The inner forest is part of
/// the outer one.
fn forests(graph: &Graph, outer: &NodeSet, inner: &NodeSet) -> (NodeSet, Subgraph, Subgraph) {
    let root = graph.set(inner.iter().filter(|&node| !graph.children(node).any(|child| inner.contains(child))));
    let mut small = Subgraph { nodes: inner.clone(), directed: Vec::new(), bidirected: Vec::new() };
    small.directed = grow(&root, inner, |node| graph.parents(node).collect(), |child, parent| (parent, child));
    let undirected = |a: Node, b: Node| (a.min(b), a.max(b));
    let start = graph.set(inner.first());
    small.bidirected = grow(&start, inner, |node| graph.siblings(node).collect(), undirected);
    let mut large = Subgraph { nodes: outer.clone(), ..small.clone() };
    large.directed.extend(grow(inner, outer, |node| graph.parents(node).collect(), |child, parent| (parent, child)));
    large.bidirected.extend(grow(inner, outer, |node| graph.siblings(node).collect(), undirected));
    for forest in [&mut small, &mut large] {
        forest.directed.sort_unstable();
        forest.bidirected.sort_unstable();
    }
    (root, large, small)
}

/// Breadth-first tree edges from `start` to the rest of `within`.
fn grow(
    start: &NodeSet,
    within: &NodeSet,
    next: impl Fn(Node) -> Vec<Node>,
    edge: impl Fn(Node, Node) -> (Node, Node),
) -> Vec<(Node, Node)> {
    let mut seen = start.clone();
    let mut queue: VecDeque<Node> = start.iter().collect();
    let mut edges = Vec::new();
    while let Some(node) = queue.pop_front() {
        for other in next(node) {
            if within.contains(other) && seen.insert(other) {
                edges.push(edge(node, other));
                queue.push_back(other);
            }
        }
    }
    edges
}
