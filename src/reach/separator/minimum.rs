//! A separator with the fewest nodes.

use super::Task;
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use petgraph::algo::ford_fulkerson;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

/// A separator with as few nodes as any; of these the one nearest to `x`, so that the choice does not depend on the
/// search. `required` ⊆ Z ⊆ `allowed`, Z free of `x` and `y`; none where no such set separates.
///
/// A maximum flow with room for one unit in each node (Menger's theorem; van der Zander, Textor & Liśkiewicz 2014) over
/// the cliques of the moral graph: O((k + 1) · (nodes + edges)) where k is the number of nodes beside the required ones.
#[must_use]
pub fn minimum_separator(
    graph: &Graph,
    x: &NodeSet,
    y: &NodeSet,
    required: &NodeSet,
    allowed: &NodeSet,
    cut: &Mutilation,
) -> Option<NodeSet> {
    let task = Task::new(graph, x, y, required, allowed, cut)?;
    let mut separator = task.nearest(x)?;
    // A minimal one of a single node is a minimum, for the empty set is no separator then.
    if separator.len() > 1 {
        separator = task.minimum();
    }
    separator.extend(required);
    Some(separator)
}

impl Task<'_> {
    /// The minimum, less the required nodes, where there is a separator at all.
    fn minimum(&self) -> NodeSet {
        let mut usable = self.moral.nodes().clone();
        usable.subtract(&self.required);
        // No cut of nodes that may be cut has so many.
        let plenty = usable.len() as u32 + 1;
        let mut network = DiGraph::<(), u32>::new();
        let (source, sink) = (network.add_node(()), network.add_node(()));
        let cliques: Vec<NodeIndex> = (0..self.moral.cliques()).map(|_| network.add_node(())).collect();
        let mut doors: Vec<Option<(NodeIndex, NodeIndex)>> = vec![None; usable.capacity()];
        for node in usable.iter() {
            let (enter, leave) = (network.add_node(()), network.add_node(()));
            network.add_edge(enter, leave, if self.free.contains(node) { 1 } else { plenty });
            if self.x.contains(node) {
                network.add_edge(source, enter, plenty);
            }
            if self.y.contains(node) {
                network.add_edge(leave, sink, plenty);
            }
            doors[node.index()] = Some((enter, leave));
        }
        let mut last = vec![usize::MAX; usable.capacity()];
        for (clique, &hub) in cliques.iter().enumerate() {
            for node in self.moral.members(clique) {
                if let Some((enter, leave)) = doors[node.index()]
                    && std::mem::replace(&mut last[node.index()], clique) != clique
                {
                    network.add_edge(leave, hub, plenty);
                    network.add_edge(hub, enter, plenty);
                }
            }
        }
        let (_, flow) = ford_fulkerson(&network, source, sink);
        let near = residual(&network, &flow, source);
        let mut separator = self.free.clone();
        separator.clear();
        let crossed =
            |node: &Node| doors[node.index()].is_some_and(|(enter, leave)| near[enter.index()] && !near[leave.index()]);
        self.free.iter().filter(crossed).for_each(|node| {
            separator.insert(node);
        });
        separator
    }
}

/// What more flow could still reach: the source's side of the minimum cut nearest to it, the same for every maximum
/// flow (Picard & Queyranne 1980).
fn residual(network: &DiGraph<(), u32>, flow: &[u32], source: NodeIndex) -> Vec<bool> {
    let mut reached = vec![false; network.node_count()];
    let mut open = vec![source];
    reached[source.index()] = true;
    while let Some(node) = open.pop() {
        let forward = network.edges(node).filter(|edge| flow[edge.id().index()] < *edge.weight());
        let back = network.edges_directed(node, petgraph::Incoming).filter(|edge| flow[edge.id().index()] > 0);
        for next in forward.map(|edge| edge.target()).chain(back.map(|edge| edge.source())) {
            if !std::mem::replace(&mut reached[next.index()], true) {
                open.push(next);
            }
        }
    }
    reached
}
