//! Rows drawn from a linear model.
//!
//! Rows come in chunks, and chunk k draws from stream k of the generator ChaCha8, so that the same seed gives the same rows
//! whoever draws which chunk, and in which order.

use super::Linear;
use num_traits::ToPrimitive;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Draws rows from a linear model, causes first.
#[derive(Clone, Debug)]
pub struct LinearSampler {
    /// Every variable after its parents.
    order: Vec<usize>,
    lines: Vec<Line>,
    seed: u64,
}

/// A mechanism in floats.
#[derive(Clone, Debug)]
struct Line {
    constant: f64,
    parents: Vec<(usize, f64)>,
    deviation: f64,
}

impl LinearSampler {
    /// Rows in a chunk.
    pub const CHUNK: usize = 2048;

    /// A sampler; nothing is drawn yet. O(edges).
    #[must_use]
    pub fn new(model: &Linear, seed: u64) -> Self {
        let float = |number: &crate::expr::BigRational| number.to_f64().unwrap_or(f64::NAN);
        let lines = model.variables.iter().map(|variable| Line {
            constant: float(&variable.mechanism.constant),
            parents: variable.mechanism.parents.iter().map(|(parent, slope)| (*parent, float(slope))).collect(),
            deviation: float(&variable.mechanism.variance).sqrt(),
        });
        let lines: Vec<Line> = lines.collect();
        let mut order = Vec::with_capacity(lines.len());
        let mut placed = vec![false; lines.len()];
        let mut waiting: Vec<usize> = (0..lines.len()).rev().collect();
        // A model has no cycle, so that what waits on top of a variable is always placed before it.
        while let Some(&variable) = waiting.last() {
            let before = waiting.len();
            if !placed[variable] {
                waiting.extend(lines[variable].parents.iter().map(|(parent, _)| *parent).filter(|&p| !placed[p]));
            }
            if waiting.len() == before {
                waiting.pop();
                if !std::mem::replace(&mut placed[variable], true) {
                    order.push(variable);
                }
            }
        }
        Self { order, lines, seed }
    }

    /// `rows` rows, at most [`LinearSampler::CHUNK`], of chunk `index`: row after row, variables by position.
    /// O(rows × edges).
    #[must_use]
    pub fn chunk(&self, index: u64, rows: usize) -> Vec<f64> {
        let width = self.lines.len();
        let mut values = vec![0.0; rows.min(Self::CHUNK) * width];
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index);
        let mut spare = None;
        for row in values.chunks_exact_mut(width.max(1)) {
            for &variable in &self.order {
                let line = &self.lines[variable];
                let noise = if line.deviation > 0.0 {
                    line.deviation * spare.take().unwrap_or_else(|| pair(&mut random, &mut spare))
                } else {
                    0.0
                };
                let causes: f64 = line.parents.iter().map(|&(parent, slope)| slope * row[parent]).sum();
                row[variable] = line.constant + causes + noise;
            }
        }
        values
    }
}

/// A draw from the standard normal distribution, and another one for later (Box & Muller 1958).
fn pair(random: &mut ChaCha8Rng, spare: &mut Option<f64>) -> f64 {
    let uniform = |random: &mut ChaCha8Rng| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    // The logarithm of zero is kept away.
    let radius = (-2.0 * (1.0 - uniform(random)).ln()).sqrt();
    let (sine, cosine) = (std::f64::consts::TAU * uniform(random)).sin_cos();
    *spare = Some(radius * sine);
    radius * cosine
}
