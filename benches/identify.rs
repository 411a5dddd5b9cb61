//! Identification, the choice of the estimand included: `cargo bench --bench identify`.
//!
//! `benches/README.md` says what each family is and how the time grows with it.

use divan::Bencher;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::expr::Arena;
use whatif::graph::{Graph, Node};
use whatif::identify::{Effect, Identification, identify};
use whatif::reach;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/graphs.rs"]
mod graphs;

fn main() {
    divan::main();
}

fn effect(graph: &Graph, y: usize, x: usize) -> Effect {
    let set = |node| graph.set([Node::new(node)]);
    Effect { of: set(y), do_: set(x), given: graph.no_nodes() }
}

/// One identification into an arena of its own, which is dropped outside the measured time.
fn measure(bencher: Bencher, graph: &Graph, effect: &Effect) {
    assert!(matches!(identify(graph, effect, &mut Arena::new(), false), Identification::Identifiable(_)));
    bencher.bench_local(|| {
        let mut arena = Arena::new();
        let found = identify(graph, effect, &mut arena, false);
        (found, arena)
    });
}

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

mod classics {
    use super::{Bencher, effect, graphs, measure};

    #[divan::bench]
    fn back_door(bencher: Bencher) {
        let graph = graphs::named(&["x", "y", "z"], &[(2, 0), (2, 1), (0, 1)], &[]);
        measure(bencher, &graph, &effect(&graph, 1, 0));
    }

    #[divan::bench]
    fn front_door(bencher: Bencher) {
        let graph = graphs::front_door_chain(1);
        measure(bencher, &graph, &effect(&graph, 2, 0));
    }

    #[divan::bench]
    fn napkin(bencher: Bencher) {
        let graph = graphs::napkin_ladder(1);
        measure(bencher, &graph, &effect(&graph, 3, 2));
    }

    #[divan::bench]
    fn tian_figure_7(bencher: Bencher) {
        let graph = graphs::tian_figure_7();
        measure(bencher, &graph, &effect(&graph, 4, 0));
    }
}

#[divan::bench(args = [50, 100, 250, 500, 1_000])]
fn front_door_chain(bencher: Bencher, mediators: usize) {
    let graph = graphs::front_door_chain(mediators);
    measure(bencher, &graph, &effect(&graph, mediators + 1, 0));
}

#[divan::bench(args = [6, 25, 50, 100, 200])]
fn napkin_ladder(bencher: Bencher, depth: usize) {
    let graph = graphs::napkin_ladder(depth);
    measure(bencher, &graph, &effect(&graph, 2 * depth + 1, 2 * depth));
}

/// Of mean degree 4 and with three arcs for ten nodes: 1,000 nodes have 2,000 arrows and 300 arcs. The outcome is a late
/// node, the treatment one of its later causes that has a cause of its own and an arc, so that neither the rules nor a
/// glance decide; twenty graphs in turn, whatever their verdict.
#[divan::bench(args = [250, 500, 1_000, 2_000])]
fn random(bencher: Bencher, nodes: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(nodes as u64);
    let cases: Vec<(Graph, Effect)> = (0..20)
        .map(|_| {
            let graph = random_sparse(nodes, 2 * nodes, 3 * nodes / 10, &mut rng);
            loop {
                let y = rng.random_range(nodes / 2..nodes);
                // The outcome is the last of its ancestors in the order of declaration.
                let mut causes = reach::ancestors(&graph, &graph.set([Node::new(y)]));
                causes.remove(Node::new(y));
                let entangled = |&x: &Node| graph.parents(x).len() > 0 && graph.siblings(x).len() > 0;
                let causes: Vec<Node> = causes.iter().filter(|x| x.index() > nodes / 4).filter(entangled).collect();
                if !causes.is_empty() {
                    let x = causes[rng.random_range(0..causes.len())];
                    let effect = effect(&graph, y, x.index());
                    break (graph, effect);
                }
            }
        })
        .collect();
    let mut turn = (0..cases.len()).cycle();
    bencher.with_inputs(|| turn.next().unwrap_or_default()).bench_local_values(|case| {
        let (graph, effect) = &cases[case];
        let mut arena = Arena::new();
        let found = identify(graph, effect, &mut arena, false);
        (found, arena)
    });
}
