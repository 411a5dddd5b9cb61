//! How often intervals hold the truth: `cargo bench --bench coverage`.
//!
//! For each shape of estimand 1,000 data sets of 2,000 rows are drawn, 100 from each of ten random models. `benches/README.md` has
//! the figures.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::scm::Scm;
use whatif::answer::{self, Answer, Prover};
use whatif::data::{Cell, Column, Counts};
use whatif::estimate::{Options, estimate};
use whatif::graph::Graph;
use whatif::problem::{self, Problem};
use whatif::source::Source;

const SHAPES: [(&str, &str, &str); 4] = [
    ("back-door", "z -> x -> y; z -> y", "P(y = 1 | do(x = 1))"),
    ("front-door", "x -> m -> y; x <-> y", "P(y = 1 | do(x = 1))"),
    ("napkin", "w -> r -> x -> y; w <-> x; w <-> y", "P(y = 1 | do(x = 1))"),
    ("conditional effect", "z -> x -> m -> y; z -> y; x <-> y", "P(y = 1 | do(x = 1), z = 1)"),
];
const MODELS: u64 = 10;
const SETS: usize = 100;
const ROWS: usize = 2000;

fn main() {
    println!("| shape | covered of {} | mean width | bias / standard error |", MODELS as usize * SETS);
    println!("|---|---|---|---|");
    for (name, edges, question) in SHAPES {
        let (problem, answer) = read(edges, question);
        let (mut covered, mut width, mut bias) = (0, 0.0, 0.0);
        for seed in 0..MODELS {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let model = Scm::random(&answer.graph, &[2], &[2], &mut rng);
            let exact = exact(&answer.graph, &model);
            let truth = number(&problem, &answer, &exact, &Options::default()).0;
            for _ in 0..SETS {
                let data = drawn(&exact, &model, &mut rng);
                let (value, se, (low, high)) = number(&problem, &answer, &data, &Options::default());
                covered += usize::from(low <= truth && truth <= high);
                width += high - low;
                bias += (value - truth) / se;
            }
        }
        let all = (MODELS as usize * SETS) as f64;
        println!("| {name} | {covered} | {:.3} | {:.2} |", width / all, bias / all);
    }
}

fn read(edges: &str, question: &str) -> (Problem, Answer) {
    let (problem, faults) = problem::read(&Source::new("t", format!("graph {{ {edges} }}\n{question}\n")));
    assert!(faults.is_empty(), "{faults:?}");
    let answer = Prover::new(&problem).unwrap().answer(0, &answer::Options::default());
    (problem, answer)
}

fn number(problem: &Problem, answer: &Answer, data: &Counts, options: &Options) -> (f64, f64, (f64, f64)) {
    let found = estimate(problem, answer, data, options).unwrap();
    let only = &found.numbers[0];
    (only.value.unwrap(), only.se.unwrap(), only.interval.unwrap())
}

/// The distribution of a model, as if it were counts of one row.
fn exact(graph: &Graph, model: &Scm) -> Counts {
    let columns = graph.nodes().zip(model.states()).map(|(node, &states)| Column {
        name: graph.name(node).to_owned(),
        levels: (0..states).map(|state| state.to_string()).collect(),
    });
    let world = model.world(0);
    let cells = world.cells().iter().enumerate().map(|(place, &count)| {
        let (mut at, mut rest) = (Vec::new(), place);
        for &states in model.states().iter().rev() {
            at.push((rest % states) as u32);
            rest /= states;
        }
        at.reverse();
        Cell { at: at.into(), count, sum: 0.0, sum_squares: 0.0 }
    });
    Counts { columns: columns.collect(), cells: cells.collect(), rows: 1, weight: 1.0, numeric: None }
}

fn drawn(exact: &Counts, model: &Scm, rng: &mut ChaCha8Rng) -> Counts {
    let mut edges: Vec<f64> = model.world(0).cells().to_vec();
    (1..edges.len()).for_each(|at| edges[at] += edges[at - 1]);
    let mut data = exact.clone();
    data.cells.iter_mut().for_each(|cell| cell.count = 0.0);
    for _ in 0..ROWS {
        let lot: f64 = rng.random();
        let at = edges.partition_point(|edge| *edge < lot).min(edges.len() - 1);
        data.cells[at].count += 1.0;
    }
    data.cells.retain(|cell| cell.count > 0.0);
    (data.rows, data.weight) = (ROWS as u64, ROWS as f64);
    data
}
