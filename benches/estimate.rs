//! What an interval costs: `cargo bench --bench estimate`.
//!
//! The adjustment for six variables of two levels: with treatment and outcome 256 cells, 100,000 rows.
#![allow(clippy::unwrap_used)]

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::answer::{self, Answer, Prover};
use whatif::data::{Cell, Column, Counts};
use whatif::estimate::{Options, estimate};
use whatif::problem::{self, Problem};
use whatif::source::Source;

fn main() {
    divan::main();
}

const VARIABLES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "x", "y"];

fn asked() -> (Problem, Answer) {
    let text = "graph { {a b c d e f} -> x -> y; {a b c d e f} -> y }\nP(y = 1 | do(x = 1))\n";
    let (problem, faults) = problem::read(&Source::new("bench", text));
    assert!(faults.is_empty(), "{faults:?}");
    let answer = Prover::new(&problem).unwrap().answer(0, &answer::Options::default());
    (problem, answer)
}

fn data() -> Counts {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let levels = || vec!["0".to_owned(), "1".to_owned()];
    let columns = VARIABLES.iter().map(|name| Column { name: (*name).to_owned(), levels: levels() });
    let cells = (0..1_u32 << VARIABLES.len()).map(|place| {
        let count = f64::from(random.random_range(1..782_u32));
        let at = (0..VARIABLES.len()).map(|bit| place >> bit & 1).collect();
        Cell { at, count, sum: 0.0, sum_squares: 0.0 }
    });
    let mut cells: Vec<Cell> = cells.collect();
    cells.sort_by(|a, b| a.at.cmp(&b.at));
    let weight: f64 = cells.iter().map(|cell| cell.count).sum();
    Counts { columns: columns.collect(), cells, rows: weight as u64, weight, ..Counts::default() }
}

/// By the influence function, and with as many replicates of a bootstrap.
#[divan::bench(args = [0, 2_000])]
fn adjustment_256_cells(bencher: divan::Bencher<'_, '_>, replicates: usize) {
    let ((problem, answer), data) = (asked(), data());
    let options = Options { bootstrap: replicates, ..Options::default() };
    bencher.bench(|| estimate(&problem, &answer, &data, &options).unwrap());
}
