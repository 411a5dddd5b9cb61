//! Latent projection (Verma & Pearl 1990), one latent after the other.

use super::{Reason, Work, require};
use crate::graph::{Graph, Node};
use crate::proof::SourceGraph;
use std::collections::BTreeSet;

/// Refuses a graph that is not the projection of its source, variables matched by name. A latent that goes leaves edges
/// from its parents to its children, and bidirected ones among its children and from them to its siblings.
pub(super) fn check(graph: &Graph, source: &SourceGraph, work: &mut Work) -> Result<(), Reason> {
    let (all, latents) = (&source.graph, &source.latents);
    require(latents.capacity() == all.len(), "the set of latents is not one of the source graph")?;
    let mut parents: Vec<BTreeSet<Node>> = all.nodes().map(|node| all.parents(node).collect()).collect();
    let mut children: Vec<BTreeSet<Node>> = all.nodes().map(|node| all.children(node).collect()).collect();
    let mut siblings: Vec<BTreeSet<Node>> = all.nodes().map(|node| all.siblings(node).collect()).collect();
    for latent in latents.iter() {
        let [up, down, beside] = [&mut parents, &mut children, &mut siblings].map(|sets| sets[latent.index()].clone());
        work.spend((up.len() + down.len() + beside.len()).saturating_mul(down.len() + 1))?;
        for parent in &up {
            children[parent.index()].remove(&latent);
            children[parent.index()].extend(&down);
        }
        for child in &down {
            parents[child.index()].remove(&latent);
            parents[child.index()].extend(&up);
            siblings[child.index()].extend(down.union(&beside).filter(|other| *other != child));
        }
        for sibling in &beside {
            siblings[sibling.index()].remove(&latent);
            siblings[sibling.index()].extend(down.iter().filter(|child| *child != sibling));
        }
    }
    let mut known = 0;
    for node in all.nodes().filter(|&node| !latents.contains(node)) {
        let there = graph.node(all.name(node)).ok_or("a measured variable is missing")?;
        known += 1;
        let named = |set: &BTreeSet<Node>| set.iter().filter_map(|&n| graph.node(all.name(n))).collect::<BTreeSet<_>>();
        let same = named(&children[node.index()]) == graph.children(there).collect()
            && named(&siblings[node.index()]) == graph.siblings(there).collect();
        require(same, "the graph is not the latent projection of its source")?;
    }
    require(known == graph.len(), "the graph has a variable that its source lacks")
}
