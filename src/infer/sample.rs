//! Samples: rows drawn from a network, and marginals estimated from weighted rows.
//!
//! Rows come in chunks, and chunk k draws from stream k of the generator ChaCha8, so that the same seed gives the same rows
//! whoever draws which chunk, and in which order.

use super::guide::guide;
use super::tree::known;
use super::{Evidence, Refusal};
use crate::network::Network;
use crate::parallel;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// Draws rows from a network, causes first.
#[derive(Clone, Copy, Debug)]
pub struct Sampler<'a> {
    network: &'a Network,
    seed: u64,
}

/// Marginals estimated from weighted samples.
#[derive(Clone, PartialEq, Debug)]
pub struct Weighted {
    /// By variable and state.
    pub marginals: Vec<Vec<f64>>,
    /// The standard error of each.
    pub errors: Vec<Vec<f64>>,
    /// As many rows without weights would be as good (Kish).
    pub effective: f64,
}

impl<'a> Sampler<'a> {
    /// Rows in a chunk.
    pub const CHUNK: usize = 2048;

    /// A sampler; nothing is drawn yet.
    #[must_use]
    pub const fn new(network: &'a Network, seed: u64) -> Self {
        Self { network, seed }
    }

    /// The states of `rows` rows, at most [`Sampler::CHUNK`], of chunk `index`: row after row, variables by position.
    /// O(rows × variables × states).
    #[must_use]
    pub fn chunk(&self, index: u64, rows: usize) -> Vec<u16> {
        let mut states = vec![0; rows.min(Self::CHUNK) * self.network.len()];
        let (known, guide) = (vec![None; self.network.len()], vec![None; self.network.len()]);
        let mut random = self.generator(index);
        for row in states.chunks_exact_mut(self.network.len().max(1)) {
            self.draw(row, &known, &guide, &mut random);
        }
        states
    }

    fn generator(&self, index: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(index);
        random
    }

    /// Fills a row and returns its weight: the probability of what is known given what was drawn, and for each variable
    /// that is drawn with a guide, how much less often the guide gives this state than the network does.
    fn draw(
        &self,
        row: &mut [u16],
        known: &[Option<usize>],
        guide: &[Option<Vec<f64>>],
        random: &mut ChaCha8Rng,
    ) -> f64 {
        let mut weight = 1.0;
        let mut guided = Vec::new();
        for &v in self.network.order() {
            let table = self.network.table(v);
            let states = self.network.states(v);
            let at = table.parents.iter().fold(0, |at, &p| at * self.network.states(p) + usize::from(row[p]));
            let probs = &table.probs[at * states..(at + 1) * states];
            if let Some(state) = known[v] {
                row[v] = state as u16;
                weight *= probs[state];
                continue;
            }
            let own: f64 = probs.iter().sum();
            let probs = match &guide[v] {
                Some(guide) => {
                    guided.clear();
                    guided.extend(probs.iter().zip(guide).map(|(p, likely)| p * likely));
                    guided.as_slice()
                }
                None => probs,
            };
            // 53 random bits, the digits of a float in [0, 1), of the row's total.
            let total: f64 = probs.iter().sum();
            let mut rest = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * total;
            let mut chosen = 0;
            for (state, &p) in probs.iter().enumerate() {
                if p > 0.0 {
                    chosen = state;
                    if rest < p {
                        break;
                    }
                    rest -= p;
                }
            }
            row[v] = chosen as u16;
            if let Some(guide) = &guide[v] {
                weight *= total / (own * guide[chosen]);
            }
        }
        weight
    }
}

/// Sums over weighted rows.
struct Sums {
    weight: f64,
    squares: f64,
    /// By variable and state, one after the other.
    by_state: Vec<(f64, f64)>,
}

/// Marginals given the evidence, by likelihood weighting (Fung & Chang 1990; Shachter & Peot 1990): what is known is not
/// drawn but weighs the row. Any network, however dense; the error falls with the root of `rows`, and is large where the
/// evidence is improbable. The same seed gives the same numbers on any number of threads. O(rows × size of the network).
///
/// # Errors
/// [`Refusal::Evidence`]; [`Refusal::Impossible`] where no row agrees with the evidence, which may also mean too few rows.
pub fn weighted_marginals(
    network: &Network,
    evidence: Evidence<'_>,
    rows: u64,
    seed: u64,
) -> Result<Weighted, Refusal> {
    let known = known(network, evidence)?;
    estimated(network, &known, &vec![None; network.len()], rows, seed)
}

/// Marginals given the evidence, by importance sampling with evidence pre-propagation (Yuan & Druzdzel 2003): variables
/// above the evidence are drawn with it in view. As [`weighted_marginals`], with far smaller errors where the evidence is
/// improbable, and the same where there is none. O((rows + sweeps × parents) × size of the network).
///
/// # Errors
/// As [`weighted_marginals`].
pub fn importance_marginals(
    network: &Network,
    evidence: Evidence<'_>,
    rows: u64,
    seed: u64,
) -> Result<Weighted, Refusal> {
    let known = known(network, evidence)?;
    let guide = guide(network, &known);
    estimated(network, &known, &guide, rows, seed)
}

fn estimated(
    network: &Network,
    known: &[Option<usize>],
    guide: &[Option<Vec<f64>>],
    rows: u64,
    seed: u64,
) -> Result<Weighted, Refusal> {
    /// Chunks whose sums are held at once.
    const AT_ONCE: u64 = 32;
    let sampler = Sampler::new(network, seed);
    let mut first = Vec::with_capacity(network.len());
    let mut total = 0;
    for v in 0..network.len() {
        first.push(total);
        total += network.states(v);
    }
    let mut sums = Sums { weight: 0.0, squares: 0.0, by_state: vec![(0.0, 0.0); total] };
    let chunk = Sampler::CHUNK as u64;
    let chunks = rows.div_ceil(chunk);
    let mut done = 0;
    while done < chunks {
        let some = AT_ONCE.min(chunks - done);
        let parts = parallel::map(0..some as usize, |i| {
            let index = done + i as u64;
            let mut part = Sums { weight: 0.0, squares: 0.0, by_state: vec![(0.0, 0.0); total] };
            let mut random = sampler.generator(index);
            let mut row = vec![0_u16; network.len()];
            for _ in 0..chunk.min(rows - index * chunk) {
                let weight = sampler.draw(&mut row, known, guide, &mut random);
                part.weight += weight;
                part.squares += weight * weight;
                for (&state, &first) in row.iter().zip(&first) {
                    let cell = &mut part.by_state[first + usize::from(state)];
                    cell.0 += weight;
                    cell.1 += weight * weight;
                }
            }
            part
        });
        for part in parts {
            sums.weight += part.weight;
            sums.squares += part.squares;
            for (sum, part) in sums.by_state.iter_mut().zip(part.by_state) {
                sum.0 += part.0;
                sum.1 += part.1;
            }
        }
        done += some;
    }
    if sums.weight <= 0.0 || sums.weight.is_nan() {
        return Err(Refusal::Impossible);
    }
    let mut found = Weighted {
        marginals: Vec::with_capacity(network.len()),
        errors: Vec::with_capacity(network.len()),
        effective: sums.weight * sums.weight / sums.squares,
    };
    for (v, &first) in first.iter().enumerate() {
        let cells = &sums.by_state[first..first + network.states(v)];
        let (mut marginal, mut errors) = (Vec::with_capacity(cells.len()), Vec::with_capacity(cells.len()));
        for &(weight, squares) in cells {
            let p = weight / sums.weight;
            // Weighted squares of the differences from the mean: of rows in this state, and of the others.
            let spread = squares * (1.0 - p) * (1.0 - p) + (sums.squares - squares).max(0.0) * p * p;
            marginal.push(p);
            errors.push(spread.sqrt() / sums.weight);
        }
        found.marginals.push(marginal);
        found.errors.push(errors);
    }
    Ok(found)
}
