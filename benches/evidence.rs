//! Evidence: derivations, their check by the kernel, and counter-models: `cargo bench --bench evidence`.
//!
//! `benches/README.md` says what each family is and sets the times beside those of identification.

use divan::Bencher;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use whatif::countermodel;
use whatif::derive::derive;
use whatif::expr::{Arena, Ref, Term, Var};
use whatif::graph::{Graph, Node, NodeSet};
use whatif::identify::{Effect, Estimand, Identification, identify};
use whatif::kernel;
use whatif::proof::{Claim, Evidence, Hedge, Statement};

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

fn term(effect: &Effect) -> Term {
    let refs = |set: &NodeSet| set.iter().map(|node| Ref::plain(Var::new(node.index()))).collect::<Vec<_>>();
    Term::new(refs(&effect.of), refs(&effect.given), refs(&effect.do_)).expect("the sets are disjoint")
}

/// A question that has an estimand, ready to be derived.
struct Found {
    graph: Arc<Graph>,
    effect: Effect,
    arena: Arena,
    estimand: Estimand,
}

fn found(graph: Graph, effect: Effect) -> Option<Found> {
    let mut arena = Arena::new();
    match identify(&graph, &effect, &mut arena, false) {
        Identification::Identifiable(mut all) => {
            Some(Found { graph: Arc::new(graph), effect, arena, estimand: all.swap_remove(0) })
        }
        Identification::NotIdentifiable(_) => None,
    }
}

/// Derives the estimand and has the kernel judge it, as an answer does.
fn prove(found: &Found, mut arena: Arena) -> (Arena, kernel::Checked) {
    let query = arena.p(term(&found.effect));
    let derivation = derive(&found.graph, &found.effect, &found.estimand, &mut arena);
    let known = found.graph.nodes().map(|node| Ref::plain(Var::new(node.index())));
    let claim = Claim {
        graph: Arc::clone(&found.graph),
        source: None,
        known: Arc::new([Term::new(known, [], []).expect("a joint")]),
        statement: Statement::Identifiable { query, estimand: found.estimand.expr },
    };
    let checked = kernel::check(&mut arena, &claim, &Evidence::Derivation(derivation)).expect("the kernel accepts it");
    (arena, checked)
}

/// Deriving and checking together; the arena with what identification made is copied outside the measured time.
fn measure(bencher: Bencher, cases: &[Found]) {
    let mut turn = (0..cases.len()).cycle();
    bencher
        .with_inputs(|| {
            let case = turn.next().unwrap_or_default();
            (case, cases[case].arena.clone())
        })
        .bench_local_values(|(case, arena)| prove(&cases[case], arena));
}

fn one(graph: Graph, y: usize, x: usize) -> Vec<Found> {
    let effect = effect(&graph, y, x);
    vec![found(graph, effect).expect("it is identifiable")]
}

mod classics {
    use super::{Bencher, graphs, measure, one};

    #[divan::bench]
    fn back_door(bencher: Bencher) {
        measure(bencher, &one(graphs::named(&["x", "y", "z"], &[(2, 0), (2, 1), (0, 1)], &[]), 1, 0));
    }

    #[divan::bench]
    fn front_door(bencher: Bencher) {
        measure(bencher, &one(graphs::front_door_chain(1), 2, 0));
    }

    #[divan::bench]
    fn napkin(bencher: Bencher) {
        measure(bencher, &one(graphs::napkin_ladder(1), 3, 2));
    }

    #[divan::bench]
    fn tian_figure_7(bencher: Bencher) {
        measure(bencher, &one(graphs::tian_figure_7(), 4, 0));
    }
}

#[divan::bench(args = [50, 250, 1_000])]
fn front_door_chain(bencher: Bencher, mediators: usize) {
    measure(bencher, &one(graphs::front_door_chain(mediators), mediators + 1, 0));
}

#[divan::bench(args = [6, 20])]
fn napkin_ladder(bencher: Bencher, depth: usize) {
    measure(bencher, &one(graphs::napkin_ladder(depth), 2 * depth + 1, 2 * depth));
}

/// Those of the twenty graphs of the family in which the effect is identifiable, in turn.
#[divan::bench(args = [200, 1_000])]
fn random(bencher: Bencher, nodes: usize) {
    let cases: Vec<Found> = common::entangled_cases(nodes)
        .into_iter()
        .filter_map(|(graph, y, x)| {
            let effect = effect(&graph, y, x);
            found(graph, effect)
        })
        .collect();
    measure(bencher, &cases);
}

/// Twenty random graphs in which the effect is not identifiable, in turn: two models, and the kernel's check of hedge and
/// models.
#[divan::bench(args = [4, 6, 8])]
fn counter_models(bencher: Bencher, nodes: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(nodes as u64);
    let mut cases: Vec<(Arc<Graph>, Effect, Box<Hedge>)> = Vec::new();
    while cases.len() < 20 {
        let graph = graphs::random(nodes, 0.5, 0.3, &mut rng);
        let effect = effect(&graph, nodes - 1, 0);
        if let Identification::NotIdentifiable(hedge) = identify(&graph, &effect, &mut Arena::new(), false) {
            cases.push((Arc::new(graph), effect, hedge));
        }
    }
    let mut turn = (0..cases.len()).cycle();
    bencher.with_inputs(|| turn.next().unwrap_or_default()).bench_local_values(|case| {
        let (graph, effect, hedge) = &cases[case];
        let models = countermodel::witness(graph, effect, hedge, 1 << 16).expect("small enough");
        let mut arena = Arena::new();
        let query = arena.p(term(effect));
        let claim = Claim {
            graph: Arc::clone(graph),
            source: None,
            known: Arc::default(),
            statement: Statement::NotIdentifiable { query },
        };
        let evidence = Evidence::Hedge(hedge.clone(), Some(Box::new(models)));
        kernel::check(&mut arena, &claim, &evidence).expect("the kernel accepts them")
    });
}
