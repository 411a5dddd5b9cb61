//! What stands beside a verdict, next to what the verdict itself takes: `cargo bench --bench support`.
//!
//! `derive` is the derivation alone, `self_check` the comparison in three random models
//! that `Limits::self_check` must keep below `derive`; `answer` is the whole of `Prover::answer`, with and without what
//! stands beside the verdict on top.

use divan::Bencher;
use whatif::answer::{Limits, Options, Prover, SelfChecks};
use whatif::countermodel::compare_threefold;
use whatif::derive;
use whatif::expr::{Arena, Ref, Term, Var};
use whatif::graph::{Graph, Node};
use whatif::identify::{Effect, Identification, identify};
use whatif::problem;
use whatif::source::Source;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/graphs.rs"]
mod graphs;

fn main() {
    divan::main();
}

/// The classics by name, with their outcome and treatment.
const CLASSICS: [&str; 8] =
    ["back-door", "front-door", "napkin", "tian-7", "chain-2", "chain-4", "two covariates", "four covariates"];

fn classic(name: &str) -> (Graph, usize, usize) {
    match name {
        "back-door" => (graphs::named(&["x", "y", "z"], &[(2, 0), (2, 1), (0, 1)], &[]), 1, 0),
        "front-door" => (graphs::front_door_chain(1), 2, 0),
        "napkin" => (graphs::napkin_ladder(1), 3, 2),
        "tian-7" => (graphs::tian_figure_7(), 4, 0),
        "chain-2" => (graphs::front_door_chain(2), 3, 0),
        "chain-4" => (graphs::front_door_chain(4), 5, 0),
        "four covariates" => {
            let causes: Vec<_> = (2..6).flat_map(|z| [(z, 0), (z, 1)]).chain([(0, 1)]).collect();
            (graphs::named(&["x", "y", "a", "b", "c", "d"], &causes, &[]), 1, 0)
        }
        _ => (graphs::named(&["x", "y", "a", "b"], &[(2, 0), (2, 1), (3, 0), (3, 1), (0, 1)], &[]), 1, 0),
    }
}

fn effect(graph: &Graph, y: usize, x: usize) -> Effect {
    let set = |node| graph.set([Node::new(node)]);
    Effect { of: set(y), do_: set(x), given: graph.no_nodes() }
}

#[divan::bench(args = CLASSICS)]
fn derive(bencher: Bencher, name: &str) {
    let (graph, y, x) = classic(name);
    let effect = effect(&graph, y, x);
    let mut arena = Arena::new();
    let Identification::Identifiable(found) = identify(&graph, &effect, &mut arena, false) else {
        panic!("the classics are identifiable");
    };
    bencher.with_inputs(|| arena.clone()).bench_local_values(|mut arena| {
        let derivation = derive::derive(&graph, &effect, &found[0], &mut arena);
        (derivation, arena)
    });
}

#[divan::bench(args = CLASSICS)]
fn self_check(bencher: Bencher, name: &str) {
    let (graph, y, x) = classic(name);
    let mut arena = Arena::new();
    let Identification::Identifiable(found) = identify(&graph, &effect(&graph, y, x), &mut arena, false) else {
        panic!("the classics are identifiable");
    };
    let plain = |node| Ref::plain(Var::new(node));
    let query = Term::new([plain(y)], [], [plain(x)]).map(|term| arena.p(term));
    let Some(query) = query else { panic!("outcome and treatment differ") };
    bencher.bench_local(|| compare_threefold(&graph, &arena, (query, found[0].expr), 1 << 16));
}

fn whole(bencher: Bencher, graph: &Graph, y: usize, x: usize, options: &Options<'_>) {
    let text = format!("graph {{ {} }}\nP({} | do({}))\n", graphs::written(graph), name(graph, y), name(graph, x));
    let (problem, _) = problem::read(&Source::new("bench", text));
    let Ok(prover) = Prover::new(&problem) else { panic!("no latents") };
    bencher.bench_local(|| prover.answer(0, options));
}

fn name(graph: &Graph, node: usize) -> &str {
    graph.name(Node::new(node))
}

#[divan::bench(args = CLASSICS)]
fn answer(bencher: Bencher, name: &str) {
    let (graph, y, x) = classic(name);
    whole(bencher, &graph, y, x, &Options::default());
}

#[divan::bench(args = CLASSICS)]
fn answer_without(bencher: Bencher, name: &str) {
    let (graph, y, x) = classic(name);
    let limits = Limits { ledger: 0, advice: 0, ..Limits::default() };
    whole(bencher, &graph, y, x, &Options { limits, self_check: SelfChecks::Never, ..Options::default() });
}

#[divan::bench(args = CLASSICS)]
fn answer_fragile(bencher: Bencher, name: &str) {
    let (graph, y, x) = classic(name);
    whole(bencher, &graph, y, x, &Options { fragile: true, ..Options::default() });
}

/// A chain with an arc between every pair of neighbours, the effect of its first node on its last: no estimand, much advice.
#[divan::bench(args = [5, 20, 50])]
fn advice(bencher: Bencher, nodes: usize) {
    let arrows: Vec<_> = (1..nodes).map(|i| (i - 1, i)).collect();
    let arcs: Vec<_> = (1..nodes).map(|i| (i - 1, i)).collect();
    whole(bencher, &graphs::graph(nodes, &arrows, &arcs), nodes - 1, 0, &Options::default());
}

/// The list of assumptions of a long derivation.
#[divan::bench(args = [10, 100, 500])]
fn answer_chain(bencher: Bencher, mediators: usize) {
    whole(bencher, &graphs::front_door_chain(mediators), mediators + 1, 0, &Options::default());
}

#[divan::bench(args = [10, 100, 500])]
fn answer_chain_without(bencher: Bencher, mediators: usize) {
    let limits = Limits { ledger: 0, ..Limits::default() };
    whole(bencher, &graphs::front_door_chain(mediators), mediators + 1, 0, &Options { limits, ..Options::default() });
}
