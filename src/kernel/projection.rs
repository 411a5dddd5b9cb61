//! Latent projection (Verma & Pearl 1990; Richardson, Evans, Robins & Shpitser 2023, section 2).

use super::{Reason, require};
use crate::graph::{Graph, Node};
use crate::proof::SourceGraph;
use rustc_hash::FxHashSet;

/// The most edges looked at on the way; projections of larger graphs are refused.
const MOST_EDGES: usize = 1 << 26;

/// Refuses a graph that is not the projection of its source: the measured variables by name; a → b where a directed
/// path runs through latents alone; a ↔ b where two such paths leave one latent, or the two ends of a bidirected edge.
pub(super) fn check(graph: &Graph, source: &SourceGraph) -> Result<(), Reason> {
    let all = &source.graph;
    require(source.latents.capacity() == all.len(), "the set of latents is not one of the source graph")?;
    let measured: Vec<Option<Node>> =
        all.nodes().map(|n| if source.latents.contains(n) { None } else { graph.node(all.name(n)) }).collect();
    let known = measured.iter().flatten().count();
    require(known == graph.len() && known + source.latents.len() == all.len(), "the measured variables differ")?;
    let mut work = 0;
    // Where directed paths through latents alone end.
    let mut ends = |start: Node| -> Result<Vec<Node>, Reason> {
        let mut seen: FxHashSet<Node> = all.children(start).collect();
        let mut stack: Vec<Node> = seen.iter().copied().collect();
        let mut found = Vec::new();
        while let Some(node) = stack.pop() {
            work += 1;
            require(work <= MOST_EDGES, format!("projecting takes more than {MOST_EDGES} edges"))?;
            match measured[node.index()] {
                Some(end) => found.push(end),
                None => stack.extend(all.children(node).filter(|&child| seen.insert(child))),
            }
        }
        Ok(found)
    };
    let mut directed = 0;
    let mut pairs = Vec::new();
    for node in all.nodes() {
        let found = ends(node)?;
        match measured[node.index()] {
            Some(from) => {
                directed += found.len();
                let there = found.iter().all(|&to| graph.has_directed(from, to));
                require(there, "a directed edge of the projection is missing")?;
            }
            None => pairs.push((found.clone(), found)),
        }
    }
    for (a, b) in all.bidirected() {
        let mut side = |node: Node| measured[node.index()].map_or_else(|| ends(node), |end| Ok(vec![end]));
        pairs.push((side(a)?, side(b)?));
    }
    let mut bidirected = FxHashSet::default();
    let mut met = 0;
    for (a, b) in
        pairs.iter().flat_map(|(left, right)| left.iter().flat_map(move |a| right.iter().map(move |b| (*a, *b))))
    {
        met += 1;
        require(met <= MOST_EDGES, format!("projecting takes more than {MOST_EDGES} edges"))?;
        if a != b {
            require(graph.has_bidirected(a, b), "a bidirected edge of the projection is missing")?;
            bidirected.insert((a.min(b), a.max(b)));
        }
    }
    let exact = directed == graph.directed_count() && bidirected.len() == graph.bidirected_count();
    require(exact, "the graph has an edge that the projection of its source lacks")
}
