//! Searches of large graphs: `cargo bench --bench reach`.
//!
//! `large::separation` is to stay within four times `large::plain_search`, a breadth-first search without any test, also
//! with two states a node, over the same adjacency.

#![allow(clippy::unwrap_used)]

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::graph::{Graph, GraphBuilder, Mutilation, Node, NodeSet};
use whatif::reach;

fn main() {
    divan::main();
}

/// A random ADMG of so many nodes; one in five of its edges is bidirected. The last node has none, so that a search for
/// it cannot stop early.
fn random(nodes: usize, edges: usize, seed: u64) -> Graph {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut builder = GraphBuilder::new();
    let all: Vec<Node> = (0..nodes).map(|i| builder.node(&format!("v{i}"))).collect();
    for i in 0..edges {
        let a = rng.random_range(0..nodes - 2);
        let b = rng.random_range(a + 1..nodes - 1);
        if i % 5 == 0 {
            builder.bidirected(all[a], all[b]);
        } else {
            builder.directed(all[a], all[b]);
        }
    }
    builder.build().unwrap()
}

struct Question {
    graph: Graph,
    x: NodeSet,
    y: NodeSet,
    given: NodeSet,
    none: Mutilation,
    cut: Mutilation,
}

fn question(nodes: usize, edges: usize) -> Question {
    let graph = random(nodes, edges, 7);
    let every = |step: usize, offset: usize| graph.set(graph.nodes().skip(offset).step_by(step));
    let x = graph.set([Node::new(nodes / 2)]);
    let y = graph.set([Node::new(nodes - 1)]);
    let given = every(50, 3).difference(&x).difference(&y);
    let none = Mutilation::none(&graph);
    let cut = Mutilation { no_incoming: every(100, 1), no_outgoing: every(100, 2) };
    Question { x, y, given, none, cut, graph }
}

#[divan::bench_group(sample_count = 50)]
mod large {
    use super::*;

    const NODES: usize = 100_000;
    const EDGES: usize = 250_000;

    /// Two states a node, every edge followed, nothing asked.
    #[divan::bench]
    fn plain_search(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        let start = q.x.first().unwrap();
        bencher.bench_local(|| {
            let mut seen = [q.graph.no_nodes(), q.graph.no_nodes()];
            let mut queue = vec![(start, 0)];
            seen[0].insert(start);
            let mut at = 0;
            while let Some(&(node, _)) = queue.get(at) {
                at += 1;
                for parent in q.graph.parents(node) {
                    if seen[0].insert(parent) {
                        queue.push((parent, 0));
                    }
                }
                for other in q.graph.children(node).chain(q.graph.siblings(node)) {
                    if seen[1].insert(other) {
                        queue.push((other, 1));
                    }
                }
            }
            assert!(queue.len() > NODES);
            queue.len()
        });
    }

    #[divan::bench]
    fn separation(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        assert!(reach::connected_to(&q.graph, &q.x, &q.given, &q.none).len() > NODES / 2);
        bencher.bench_local(|| reach::separated(&q.graph, &q.x, &q.y, &q.given, &q.none));
    }

    #[divan::bench]
    fn separation_in_a_cut_graph(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        bencher.bench_local(|| reach::separated(&q.graph, &q.x, &q.y, &q.given, &q.cut));
    }

    #[divan::bench]
    fn open_path(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        let far = reach::connected_to(&q.graph, &q.x, &q.given, &q.none).iter().next_back().unwrap();
        let y = q.graph.set([far]);
        bencher.bench_local(|| reach::open_path(&q.graph, &q.x, &y, &q.given, &q.none));
    }

    #[divan::bench]
    fn ancestors(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        bencher.bench_local(|| reach::ancestors(&q.graph, &q.given));
    }

    /// Edges between near nodes only, one in five hundred bidirected; to separate the two ends takes several nodes.
    fn band() -> (Graph, NodeSet, NodeSet) {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        let mut builder = GraphBuilder::new();
        let all: Vec<Node> = (0..NODES).map(|i| builder.node(&format!("v{i}"))).collect();
        for i in 0..EDGES {
            let a = rng.random_range(0..NODES - 80);
            let b = a + rng.random_range(1..80);
            if i % 500 == 0 {
                builder.bidirected(all[a], all[b]);
            } else {
                builder.directed(all[a], all[b]);
            }
        }
        let graph = builder.build().unwrap();
        let (x, y) = (graph.set(graph.nodes().take(50)), graph.set(graph.nodes().rev().take(50)));
        let size =
            reach::minimum_separator(&graph, &x, &y, &graph.no_nodes(), &graph.all_nodes(), &Mutilation::none(&graph))
                .map(|separator| separator.len());
        assert!(size > Some(10), "{size:?}");
        (graph, x, y)
    }

    #[divan::bench]
    fn minimal_separator(bencher: divan::Bencher) {
        let (graph, x, y) = band();
        let (none, all, whole) = (graph.no_nodes(), graph.all_nodes(), Mutilation::none(&graph));
        bencher.bench_local(|| reach::minimal_separator(&graph, &x, &y, &none, &all, &whole));
    }

    #[divan::bench(sample_count = 5)]
    fn minimum_separator(bencher: divan::Bencher) {
        let (graph, x, y) = band();
        let (none, all, whole) = (graph.no_nodes(), graph.all_nodes(), Mutilation::none(&graph));
        bencher.bench_local(|| reach::minimum_separator(&graph, &x, &y, &none, &all, &whole));
    }

    #[divan::bench(sample_count = 5)]
    fn first_100_minimal_separators(bencher: divan::Bencher) {
        let (graph, x, y) = band();
        let (none, all, whole) = (graph.no_nodes(), graph.all_nodes(), Mutilation::none(&graph));
        bencher.bench_local(|| reach::minimal_separators(&graph, &x, &y, &none, &all, &whole).take(100).count());
    }

    #[divan::bench(sample_count = 5)]
    fn first_100_paths(bencher: divan::Bencher) {
        let q = question(NODES, EDGES);
        let y = q.graph.set([Node::new(NODES - 2)]);
        bencher.bench_local(|| reach::paths(&q.graph, &q.x, &y, &q.given, &q.none).take(100).count());
    }
}

#[divan::bench_group]
mod small {
    use super::*;

    #[divan::bench(args = [5, 20])]
    fn separation(bencher: divan::Bencher, nodes: usize) {
        let q = question(nodes, 2 * nodes);
        bencher.bench_local(|| reach::separated(&q.graph, &q.x, &q.y, &q.given, &q.none));
    }

    #[divan::bench(args = [5, 20])]
    fn ancestors(bencher: divan::Bencher, nodes: usize) {
        let q = question(nodes, 2 * nodes);
        bencher.bench_local(|| reach::ancestors(&q.graph, &q.given));
    }

    #[divan::bench(args = [5, 20])]
    fn minimum_separator(bencher: divan::Bencher, nodes: usize) {
        let q = question(nodes, 2 * nodes);
        let y = q.graph.set([Node::new(nodes - 2)]);
        bencher.bench_local(|| {
            reach::minimum_separator(&q.graph, &q.x, &y, &q.graph.no_nodes(), &q.graph.all_nodes(), &q.none)
        });
    }
}

/// Every second of four thousand nodes a latent.
#[divan::bench(sample_count = 10)]
fn latent_projection(bencher: divan::Bencher) {
    let graph = random(4_000, 10_000, 8);
    let latents = graph.set(graph.nodes().step_by(2));
    bencher.bench_local(|| reach::latent_projection(&graph, &latents));
}
