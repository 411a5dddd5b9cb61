//! The bootstrap on counts: rows drawn with replacement are a multinomial draw of the cells, whatever the number of rows.
//!
//! Each replicate has its own stream of random numbers, so the same seed gives the same numbers on any number of threads.
//! A numeric variable's sum in a cell is drawn as normal with the cell's mean and variance.

use super::Options;
use super::compile::Program;
use super::tape::{Point, Values};
use crate::data::Counts;
use crate::parallel;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution, StandardNormal};

/// Replicates that are drawn one after the other by one thread.
const CHUNK: usize = 64;

/// What came of a bootstrap.
pub(super) struct Replicates {
    pub(super) replicates: usize,
    /// One row of numbers for each replicate.
    all: Vec<f64>,
    numbers: usize,
}

impl Replicates {
    /// The replicates of one number.
    pub(super) fn of(&self, number: usize) -> Vec<f64> {
        self.all.iter().skip(number).step_by(self.numbers.max(1)).copied().collect()
    }

    /// How many replicates lack a number.
    pub(super) fn undefined(&self) -> usize {
        self.all.chunks(self.numbers.max(1)).filter(|row| row.iter().any(|value| value.is_nan())).count()
    }
}

/// Draws replicates and evaluates the program in each. O(replicates × (cells of data + cells walked over)).
pub(super) fn replicates(program: &Program, counts: &Counts, smooth: f64, options: &Options) -> Replicates {
    // Weighted rows say as much as fewer equal ones.
    let rows = counts.effective_rows().round().max(1.0) as u64;
    let plan = Plan::new(counts, rows, smooth);
    let chunks = options.bootstrap.div_ceil(CHUNK);
    let all = parallel::map(0..chunks, |chunk| {
        let (mut values, mut spare, mut into) = (Values::default(), Values::default(), Vec::new());
        let (mut mass, mut moment) = (vec![0.0; counts.cells.len()], vec![0.0; counts.cells.len()]);
        let first = chunk * CHUNK;
        let mut found = Vec::new();
        for replicate in first..options.bootstrap.min(first + CHUNK) {
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            random.set_stream(replicate as u64);
            plan.draw(&mut random, &mut mass, &mut moment);
            let point = Point { mass: &mass, moment: &moment, smooth: plan.smooth };
            program.tape.evaluate(point, &mut values, &mut spare, &mut into);
            found.extend_from_slice(&into);
        }
        found
    });
    Replicates { replicates: options.bootstrap, all: all.concat(), numbers: program.tape.results() }
}

/// The cells, ready to be drawn one after the other.
struct Plan {
    rows: u64,
    /// For each cell the chance that a row is there that is in none before it.
    chances: Vec<f64>,
    /// For each cell mean and standard deviation of the numeric variable.
    numeric: Option<Vec<(f64, f64)>>,
    /// A row's part of the whole.
    part: f64,
    smooth: (f64, f64),
}

impl Plan {
    fn new(counts: &Counts, rows: u64, smooth: f64) -> Self {
        let weight: f64 = counts.cells.iter().map(|cell| cell.count).sum();
        let mut left = weight;
        let chances = counts.cells.iter().map(|cell| {
            let chance = if left > 0.0 { (cell.count / left).clamp(0.0, 1.0) } else { 1.0 };
            left -= cell.count;
            chance
        });
        let chances = chances.collect();
        let numeric = counts.numeric.is_some().then(|| {
            let each = counts.cells.iter().map(|cell| {
                let count = cell.count.max(f64::MIN_POSITIVE);
                let mean = cell.sum / count;
                (mean, (cell.sum_squares / count - mean * mean).max(0.0).sqrt())
            });
            each.collect()
        });
        let combinations: f64 = counts.columns.iter().map(|column| column.levels.len() as f64).product();
        let total = rows as f64 + smooth * combinations;
        let mean = counts.cells.iter().map(|cell| cell.sum).sum::<f64>() / weight;
        Self { rows, chances, numeric, part: 1.0 / total, smooth: (smooth * combinations / total, mean) }
    }

    fn draw(&self, random: &mut ChaCha8Rng, mass: &mut [f64], moment: &mut [f64]) {
        let mut left = self.rows;
        let last = self.chances.len().saturating_sub(1);
        for (cell, &chance) in self.chances.iter().enumerate() {
            let rows = if left == 0 {
                0
            } else if cell == last {
                left
            } else {
                // The chance lies between 0 and 1 by construction.
                Binomial::new(left, chance).map_or(0, |binomial| binomial.sample(random))
            };
            left -= rows;
            mass[cell] = rows as f64 * self.part;
            if let Some(numeric) = &self.numeric {
                let (mean, deviation) = numeric[cell];
                let normal: f64 = StandardNormal.sample(random);
                moment[cell] = (rows as f64 * mean + (rows as f64).sqrt() * deviation * normal) * self.part;
            }
        }
    }
}

/// Rows drawn with replacement: how often each is there, given how many rows each stands for. O(rows).
pub(super) fn redraw(rows: &[f64], seed: u64, replicate: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(replicate);
    let mut weight: f64 = rows.iter().sum();
    let mut left = weight.round() as u64;
    let last = rows.len().saturating_sub(1);
    let each = rows.iter().enumerate().map(|(at, row)| {
        let chance = if weight > 0.0 { (row / weight).clamp(0.0, 1.0) } else { 1.0 };
        weight -= row;
        let drawn = match left {
            0 => 0,
            _ if at == last => left,
            _ => Binomial::new(left, chance).map_or(0, |binomial| binomial.sample(&mut random)),
        };
        left -= drawn;
        drawn as f64
    });
    each.collect()
}
