//! Families of large graphs that only the benches draw.

use super::graphs;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::graph::{Graph, Node};
use whatif::reach;

/// A large sparse random graph: `directed` arrows and `bidirected` arcs between random pairs (repeats count once).
fn random_sparse(len: usize, directed: usize, bidirected: usize, rng: &mut ChaCha8Rng) -> Graph {
    let mut pair = || loop {
        let (a, b) = (rng.random_range(0..len), rng.random_range(0..len));
        if a != b {
            break (a.min(b), a.max(b));
        }
    };
    let arrows: Vec<_> = (0..directed).map(|_| pair()).collect();
    let arcs: Vec<_> = (0..bidirected).map(|_| pair()).collect();
    graphs::graph(len, &arrows, &arcs)
}

/// Twenty large sparse graphs with a question each (outcome, treatment), of mean degree 4 and with three arcs for ten
/// nodes: 1,000 nodes have 2,000 arrows and 300 arcs. The outcome is a late node, the treatment one of its later causes
/// that has a cause of its own and an arc, so that neither the rules nor a glance decide.
pub fn entangled_cases(nodes: usize) -> Vec<(Graph, usize, usize)> {
    let mut rng = ChaCha8Rng::seed_from_u64(nodes as u64);
    let one = |_| {
        let graph = random_sparse(nodes, 2 * nodes, 3 * nodes / 10, &mut rng);
        loop {
            let y = rng.random_range(nodes / 2..nodes);
            // The outcome is the last of its ancestors in the order of declaration.
            let mut causes = reach::ancestors(&graph, &graph.set([Node::new(y)]));
            causes.remove(Node::new(y));
            let entangled = |&x: &Node| graph.parents(x).len() > 0 && graph.siblings(x).len() > 0;
            let causes: Vec<Node> = causes.iter().filter(|x| x.index() > nodes / 4).filter(entangled).collect();
            if !causes.is_empty() {
                let x = causes[rng.random_range(0..causes.len())].index();
                break (graph, y, x);
            }
        }
    };
    (0..20).map(one).collect()
}
