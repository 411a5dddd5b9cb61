//! How often intervals hold the truth: `cargo bench --bench coverage`.
//!
//! For each shape of estimand 1,000 data sets of 2,000 rows are drawn, 100 from each of ten random models. `benches/README.md` has
//! the figures.
#![allow(clippy::unwrap_used, clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "what the tests share reads and writes files")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use support::scm::Scm;
use whatif::answer::{self, Answer, Prover};
use whatif::data::{Cell, Column, Counts, Rows, Variable};
use whatif::estimate::continuous::{self, Among, Settings};
use whatif::estimate::{Method, Options, estimate};
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
    for (name, question, settings) in [
        ("regression", MEANS, Settings { method: Method::Regression, ..Settings::default() }),
        ("ipw", MEANS, Settings { method: Method::Ipw, ..Settings::default() }),
        ("aipw", MEANS, Settings::default()),
        ("aipw among the treated", MEANS, Settings { among: Among::Treated, ..Settings::default() }),
        ("regression of an event", EVENTS, Settings { method: Method::Regression, ..Settings::default() }),
        ("aipw of an event", EVENTS, Settings::default()),
    ] {
        from_rows(name, question, &settings);
    }
}

const MEANS: &str = "E[y | do(x = 1)] - E[y | do(x = 0)]";
const EVENTS: &str = "P(y = 1 | do(x = 1)) - P(y = 1 | do(x = 0))";

/// Covariates that are numbers: z moves x and y, and the effect depends on it.
fn from_rows(name: &str, question: &str, settings: &Settings) {
    let event = question == EVENTS;
    let (problem, answer) = read("z -> x; z -> y; s -> x; s -> y; x -> y", question);
    let mean = |x: f64, z: f64, s: f64| {
        if event { expit(-0.4 + 0.8 * x + 0.7 * z - 0.5 * s) } else { x * (1.0 + z) + 2.0 * z + z * z - s }
    };
    let chance = |z: f64, s: f64| expit(0.5 * z + 0.6 * s - 0.2);
    // The truth by integration over z, in steps.
    let (mut over, mut under) = (0.0, 0.0);
    for (z, s) in (-600..=600).flat_map(|step| [(f64::from(step) / 100.0, 0.0), (f64::from(step) / 100.0, 1.0)]) {
        let among = if settings.among == Among::Treated { chance(z, s) } else { 1.0 };
        let mass = (-z * z / 2.0).exp() * among;
        over += mass * (mean(1.0, z, s) - mean(0.0, z, s));
        under += mass;
    }
    let truth = over / under;
    let (sets, (mut covered, mut width, mut bias)) = (MODELS as usize * SETS, (0, 0.0, 0.0));
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for _ in 0..sets {
        let mut columns: [Vec<f64>; 4] = std::array::from_fn(|_| Vec::with_capacity(ROWS));
        for _ in 0..ROWS {
            let (z, noise): (f64, f64) = (StandardNormal.sample(&mut rng), StandardNormal.sample(&mut rng));
            let s = f64::from(u8::from(rng.random::<f64>() < 0.5));
            let x = f64::from(u8::from(rng.random::<f64>() < chance(z, s)));
            let mean = mean(x, z, s);
            let y = if event { f64::from(u8::from(rng.random::<f64>() < mean)) } else { mean + noise };
            columns.iter_mut().zip([z, x, y, s]).for_each(|(column, value)| column.push(value));
        }
        let levels = |own: bool| own.then(|| vec!["0".to_owned(), "1".to_owned()]);
        let variables = ["z", "x", "y", "s"].iter().zip(columns).zip([false, true, event, true]);
        let variables =
            variables.map(|((name, values), own)| Variable { name: (*name).to_owned(), levels: levels(own), values });
        let rows = Rows { variables: variables.collect(), ..Rows::default() };
        let found = continuous::estimate(&problem, &answer, &rows, &Options::default(), settings).unwrap();
        let only = &found.numbers[0];
        let (value, se, (low, high)) = (only.value.unwrap(), only.se.unwrap(), only.interval.unwrap());
        covered += usize::from(low <= truth && truth <= high);
        width += high - low;
        bias += (value - truth) / se;
    }
    let all = sets as f64;
    println!("| {name} | {covered} | {:.3} | {:.2} |", width / all, bias / all);
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
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
    Counts { columns: columns.collect(), cells: cells.collect(), rows: 1, weight: 1.0, ..Counts::default() }
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
