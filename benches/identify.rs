//! Identification, the choice of the estimand included: `cargo bench --bench identify`.
//!
//! `benches/README.md` says what each family is and how the time grows with it.

use divan::Bencher;
use whatif::expr::Arena;
use whatif::graph::{Graph, Node};
use whatif::identify::{Effect, Identification, identify};

mod common;
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

/// Twenty graphs in turn, whatever their verdict.
#[divan::bench(args = [250, 500, 1_000, 2_000])]
fn random(bencher: Bencher, nodes: usize) {
    let cases: Vec<_> =
        common::entangled_cases(nodes).into_iter().map(|(graph, y, x)| (effect(&graph, y, x), graph)).collect();
    let mut turn = (0..cases.len()).cycle();
    bencher.with_inputs(|| turn.next().unwrap_or_default()).bench_local_values(|case| {
        let (effect, graph) = &cases[case];
        let mut arena = Arena::new();
        let found = identify(graph, effect, &mut arena, false);
        (found, arena)
    });
}
