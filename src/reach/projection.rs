//! Latent projection (Verma & Pearl 1990; Verma 1993): the ADMG over the observed nodes that keeps their ancestor
//! relations and their separations.

use crate::graph::{Graph, GraphBuilder, GraphError, Node, NodeSet};

/// Projects `latents` out (Verma & Pearl 1990). The nodes of the result are the other nodes in their order, under their names.
///
/// `a -> b` stands where a directed path leads from a to b with only latents between; `a <-> b` where a path without
/// colliders does that has an arrowhead at both ends (a trek; bidirected edges of latents count). One search for each
/// observed node through the latents next to it: O(observed × (latents + their edges)), and never more than that of edges.
///
/// # Errors
/// [`GraphError::TooLarge`] where the projection has more than [`Graph::MAX_EDGES`] edges of one kind: a latent with
/// k children alone makes k² / 2 of them. The search stops there.
pub fn latent_projection(graph: &Graph, latents: &NodeSet) -> Result<Graph, GraphError> {
    let mut builder = GraphBuilder::new();
    let observed: Vec<Node> = graph.nodes().filter(|&node| !latents.contains(node)).collect();
    let mut new = vec![Node::new(0); graph.len()];
    for &node in &observed {
        new[node.index()] = builder.node(graph.name(node));
    }
    let mut search = Search { graph, latents, seen: vec![0; 2 * graph.len()], round: 0, open: Vec::new() };
    let (mut directed, mut bidirected) = (0, 0);
    for &node in &observed {
        let at = new[node.index()];
        search.children(node, |child| {
            directed += 1;
            builder.directed(at, new[child.index()]);
        });
        search.siblings(node, |sibling| {
            if node < sibling {
                bidirected += 1;
                builder.bidirected(at, new[sibling.index()]);
            }
        });
        if directed > Graph::MAX_EDGES || bidirected > Graph::MAX_EDGES {
            return Err(GraphError::TooLarge);
        }
    }
    builder.build()
}

/// Searches through latents, with one table of marks for all of them.
struct Search<'a> {
    graph: &'a Graph,
    latents: &'a NodeSet,
    /// For each node and direction of travel, the round in which it was last seen.
    seen: Vec<u32>,
    round: u32,
    open: Vec<(Node, Travel)>,
}

/// How a walk arrived: against an arrow, so that it may still turn, or along one.
#[derive(Clone, Copy)]
enum Travel {
    Up,
    Down,
}

impl<'a> Search<'a> {
    /// Observed ends of directed paths from `node` through latents.
    fn children(&mut self, node: Node, found: impl FnMut(Node)) {
        self.round += 1;
        self.go(self.graph.children(node), Travel::Down);
        self.run(found);
    }

    /// Observed other ends of treks from `node` through latents, both of whose ends are arrowheads.
    fn siblings(&mut self, node: Node, mut found: impl FnMut(Node)) {
        self.round += 1;
        self.turn_at(node);
        self.run(|end| {
            if end != node {
                found(end);
            }
        });
    }

    /// Leaves `node` through its arrowheads: up to a latent parent, or over to a sibling.
    fn turn_at(&mut self, node: Node) {
        let latents = self.latents;
        self.go(self.graph.siblings(node), Travel::Down);
        self.go(self.graph.parents(node).filter(|&parent| latents.contains(parent)), Travel::Up);
    }

    fn go(&mut self, nodes: impl Iterator<Item = Node> + 'a, travel: Travel) {
        for node in nodes {
            let mark = &mut self.seen[2 * node.index() + travel as usize];
            if *mark != self.round {
                *mark = self.round;
                self.open.push((node, travel));
            }
        }
    }

    fn run(&mut self, mut found: impl FnMut(Node)) {
        while let Some((node, travel)) = self.open.pop() {
            if !self.latents.contains(node) {
                found(node);
                continue;
            }
            self.go(self.graph.children(node), Travel::Down);
            if let Travel::Up = travel {
                self.turn_at(node);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Mutilation;
    use crate::reach::brute::{deal, graph, paths_from, random, rng, separated_paths, subset};
    use crate::reach::{ancestors, separated};

    fn project(text: &str, latents: &[&str]) -> Graph {
        let g = graph(text);
        latent_projection(&g, &g.set(latents.iter().filter_map(|name| g.node(name)))).unwrap()
    }

    #[test]
    fn a_common_cause_becomes_a_bidirected_edge() {
        assert_eq!(project("x -> y; u -> x; u -> y", &["u"]), graph("x -> y; x <-> y"));
        assert_eq!(project("x; y; u -> m; m -> x; u -> y", &["u", "m"]), graph("x <-> y"));
        assert_eq!(project("x; y; u -> x; u <-> w; w -> y", &["u", "w"]), graph("x <-> y"));
        assert_eq!(project("x; y; x <-> u; u -> y", &["u"]), graph("x <-> y"));
    }

    #[test]
    fn a_latent_on_the_way_makes_an_edge_and_a_latent_collider_none() {
        assert_eq!(project("x -> m; m -> y", &["m"]), graph("x -> y"));
        assert_eq!(project("x -> m; y -> m", &["m"]), graph("x; y"));
        assert_eq!(project("x -> m; m -> y; m -> z", &["m"]), graph("x -> y; x -> z; y <-> z"));
    }

    #[test]
    fn a_projection_that_is_too_large_is_refused_before_it_is_built() {
        let mut builder = GraphBuilder::new();
        let latent = builder.node("u");
        for i in 0..5000 {
            let child = builder.node(&i.to_string());
            builder.directed(latent, child);
        }
        let g = builder.build().unwrap();
        assert_eq!(latent_projection(&g, &g.set([latent])), Err(GraphError::TooLarge));
    }

    /// Against the definition, path by path.
    #[test]
    fn edges_are_those_of_the_definition() {
        let mut rng = rng(5);
        for _ in 0..500 {
            let g = random(&mut rng, 6, 0.35, 0.15);
            let latents = subset(&mut rng, &g, 0.4);
            let projection = latent_projection(&g, &latents).unwrap();
            let whole = Mutilation::none(&g);
            for a in g.nodes().filter(|&node| !latents.contains(node)) {
                let (mut children, mut siblings) = (projection.no_nodes(), projection.no_nodes());
                for (nodes, edges) in paths_from(&g, &whole, a) {
                    let [_, inner @ .., end] = nodes.as_slice() else { continue };
                    if latents.contains(*end) || !inner.iter().all(|&node| latents.contains(node)) {
                        continue;
                    }
                    let end = projection.node(g.name(*end)).unwrap();
                    let collider = edges.windows(2).any(|pair| pair[0].into_second() && pair[1].into_first());
                    if edges.iter().all(|edge| !edge.into_first()) {
                        children.insert(end);
                    } else if !collider && edges[0].into_first() && edges[edges.len() - 1].into_second() {
                        siblings.insert(end);
                    }
                }
                let node = projection.node(g.name(a)).unwrap();
                assert_eq!(projection.set(projection.children(node)), children, "{g:?} without {latents:?}");
                assert_eq!(projection.set(projection.siblings(node)), siblings, "{g:?} without {latents:?}");
            }
        }
    }

    #[test]
    fn separations_and_ancestors_of_observed_nodes_are_kept() {
        let mut rng = rng(6);
        for _ in 0..1500 {
            let g = random(&mut rng, 7, 0.3, 0.15);
            let latents = subset(&mut rng, &g, 0.3);
            let projection = latent_projection(&g, &latents).unwrap();
            if projection.len() < 2 {
                continue;
            }
            let back = |set: &NodeSet| g.set(set.iter().filter_map(|node| g.node(projection.name(node))));
            let [x, y, z] = deal(&mut rng, &projection);
            let above = ancestors(&g, &back(&x)).difference(&latents);
            assert_eq!(back(&ancestors(&projection, &x)), above);
            let (whole, small) = (Mutilation::none(&g), Mutilation::none(&projection));
            let holds = separated(&projection, &x, &y, &z, &small);
            assert_eq!(holds, separated(&g, &back(&x), &back(&y), &back(&z), &whole));
            assert_eq!(holds, separated_paths(&g, &back(&x), &back(&y), &back(&z), &whole));
        }
    }
}
