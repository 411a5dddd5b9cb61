//! The moral graph of the ancestors, in linear space.

use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::reach::ancestry::ancestors_cut;

/// The moral graph (for ADMGs the augmented graph, Richardson 2003) of the ancestors of some nodes in a cut graph:
/// two nodes are neighbours when a path joins them whose inner nodes are all colliders. Among ancestors of x ∪ y ∪ z,
/// z m-separates x from y exactly when it is a vertex separator here.
///
/// Every district makes a clique, together with its parents, and these are all the edges. So the graph is held as the
/// list of its cliques, which is as long as the ADMG has edges where the edges themselves could be its square.
pub(super) struct Moral<'a> {
    graph: &'a Graph,
    cut: Mutilation,
    /// The ancestors.
    nodes: NodeSet,
    /// For each ancestor, the clique of its district.
    own: Vec<u32>,
    /// The districts, one after another …
    members: Vec<Node>,
    /// … and where each begins, and where the last ends.
    starts: Vec<u32>,
}

impl<'a> Moral<'a> {
    /// Of the ancestors of `of`. O(nodes + edges).
    pub(super) fn new(graph: &'a Graph, of: &NodeSet, cut: &Mutilation) -> Self {
        let nodes = ancestors_cut(graph, of, cut);
        let mut own = vec![u32::MAX; graph.len()];
        let (mut members, mut starts) = (Vec::new(), vec![0]);
        for root in nodes.iter() {
            if own[root.index()] != u32::MAX {
                continue;
            }
            let clique = starts.len() as u32 - 1;
            let mut at = members.len();
            own[root.index()] = clique;
            members.push(root);
            while let Some(&node) = members.get(at) {
                at += 1;
                for sibling in graph.siblings(node) {
                    let own = &mut own[sibling.index()];
                    if *own == u32::MAX && nodes.contains(sibling) && cut.keeps_bidirected(node, sibling) {
                        *own = clique;
                        members.push(sibling);
                    }
                }
            }
            starts.push(members.len() as u32);
        }
        Self { graph, cut: cut.clone(), nodes, own, members, starts }
    }

    /// All its nodes.
    pub(super) fn nodes(&self) -> &NodeSet {
        &self.nodes
    }

    /// Number of cliques.
    pub(super) fn cliques(&self) -> usize {
        self.starts.len() - 1
    }

    /// The nodes of a clique, some perhaps twice.
    pub(super) fn members(&self, clique: usize) -> impl Iterator<Item = Node> + '_ {
        self.members[self.starts[clique] as usize..self.starts[clique + 1] as usize].iter().flat_map(move |&node| {
            let parents = self.graph.parents(node).filter(move |&parent| self.cut.keeps_directed(parent, node));
            std::iter::once(node).chain(parents)
        })
    }

    /// The cliques of one of its nodes, some perhaps twice.
    fn cliques_of(&self, node: Node) -> impl Iterator<Item = usize> + '_ {
        let children = self.graph.children(node);
        let children =
            children.filter(move |&child| self.nodes.contains(child) && self.cut.keeps_directed(node, child));
        std::iter::once(node).chain(children).map(|node| self.own[node.index()] as usize)
    }

    /// The nodes that paths from `from` reach whose inner nodes are not `blocked`; blocked ends of such paths included.
    /// Each clique is expanded once: O(nodes + edges).
    pub(super) fn reach(&self, from: &NodeSet, blocked: &NodeSet) -> NodeSet {
        let mut reached = self.graph.no_nodes();
        let mut expanded = vec![false; self.cliques()];
        let mut open: Vec<Node> = Vec::new();
        let start = from.iter().filter(|&node| self.nodes.contains(node));
        open.extend(start.filter(|&node| reached.insert(node)));
        while let Some(node) = open.pop() {
            for clique in self.cliques_of(node) {
                if !std::mem::replace(&mut expanded[clique], true) {
                    let new = self.members(clique).filter(|&node| reached.insert(node));
                    open.extend(new.filter(|&node| !blocked.contains(node)));
                }
            }
        }
        reached
    }
}
