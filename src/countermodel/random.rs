//! Random positive models of a graph, the same for the same seed on every machine.

use super::TooLarge;
use crate::expr::BigRational;
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::{Latent, Model, ModelVariable, Parent};
use num_bigint::BigInt;

/// SplitMix64 (Steele, Lea & Flood 2014): a few lines that give the same bytes everywhere; quality beyond that is not
/// needed here, so no package is.
#[derive(Clone, Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `bound`, which is small.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// Positive sixteenths (or a finer part, for more than eight states) that sum to one.
    pub(super) fn row(&mut self, states: usize) -> Vec<BigRational> {
        let whole = 16_usize.max(2 * states);
        let mut parts = vec![1_usize; states];
        for _ in states..whole {
            let lucky = self.below(states as u64) as usize;
            parts[lucky] += 1;
        }
        // A plain multinomial draw is too even to tell models apart; a random tilt of each pair is not.
        for i in 1..states {
            let move_ = self.below(parts[i] as u64) as usize;
            parts[i] -= move_;
            parts[i - 1] += move_;
        }
        parts.into_iter().map(|part| fraction(part, whole)).collect()
    }
}

pub(super) fn fraction(numerator: usize, denominator: usize) -> BigRational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}

/// A model of `graph` in which every variable has the given number of states, every table entry is positive, and each
/// bidirected edge is a latent of two states. Deterministic in the seed.
///
/// # Errors
/// A variable's table would have more than `limit` cells.
pub fn random_model(graph: &Graph, states: impl Fn(Node) -> usize, seed: u64, limit: usize) -> Result<Model, TooLarge> {
    random_model_on(graph, &graph.all_nodes(), usize::MAX, states, seed, limit)
}

/// The same for what concerns `relevant` alone, an ancestral set, where each variable heeds at most `most` of its causes,
/// chosen at random; all other variables are fair coins.
///
/// # Errors
/// A variable's table would have more than `limit` cells.
pub fn random_model_on(
    graph: &Graph,
    relevant: &NodeSet,
    most: usize,
    states: impl Fn(Node) -> usize,
    seed: u64,
    limit: usize,
) -> Result<Model, TooLarge> {
    let mut draws = Draws::new(seed);
    let inside = |(a, b): &(Node, Node)| relevant.contains(*a) && relevant.contains(*b);
    let edges: Vec<(Node, Node)> = graph.bidirected().filter(inside).collect();
    let names: Vec<String> =
        (1..).map(|i| format!("u{i}")).filter(|name| graph.node(name).is_none()).take(edges.len()).collect();
    let latents = names.into_iter().map(|name| Latent { name, probs: draws.row(2) }).collect();
    let variables = graph
        .nodes()
        .map(|node| {
            if !relevant.contains(node) {
                let table = vec![vec![fraction(1, 2), fraction(1, 2)]];
                return Ok(ModelVariable { states: 2, parents: Vec::new(), table });
            }
            let mut parents: Vec<Parent> = graph.parents(node).map(Parent::Variable).collect();
            let own = edges.iter().enumerate().filter(|(_, (a, b))| *a == node || *b == node);
            parents.extend(own.map(|(index, _)| Parent::Latent(index)));
            while parents.len() > most {
                let out = draws.below(parents.len() as u64) as usize;
                parents.remove(out);
            }
            let rows = parents.iter().fold(1_usize, |rows, parent| {
                rows.saturating_mul(match parent {
                    Parent::Variable(parent) => states(*parent),
                    Parent::Latent(_) => 2,
                })
            });
            let cells = rows.saturating_mul(states(node));
            if cells > limit {
                return Err(TooLarge { cells });
            }
            let table = (0..rows).map(|_| draws.row(states(node))).collect();
            Ok(ModelVariable { states: states(node), parents, table })
        })
        .collect::<Result<_, _>>()?;
    Ok(without_idle_latents(Model { latents, variables }))
}

/// The model without latents that nothing heeds.
fn without_idle_latents(mut model: Model) -> Model {
    let mut place = vec![None; model.latents.len()];
    let heeded = model.variables.iter().flat_map(|variable| &variable.parents);
    for parent in heeded {
        if let Parent::Latent(latent) = parent {
            place[*latent] = Some(0);
        }
    }
    for (at, slot) in place.iter_mut().flatten().enumerate() {
        *slot = at;
    }
    for parent in model.variables.iter_mut().flat_map(|variable| &mut variable.parents) {
        if let Parent::Latent(latent) = parent
            && let Some(at) = place[*latent]
        {
            *latent = at;
        }
    }
    let mut kept = place.iter();
    model.latents.retain(|_| kept.next().is_some_and(Option::is_some));
    model
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{One, Signed};

    #[test]
    fn rows_are_positive_and_sum_to_one() {
        let mut draws = Draws::new(7);
        for states in 2..6 {
            for _ in 0..50 {
                let row = draws.row(states);
                assert!(row.iter().all(Signed::is_positive));
                assert!(row.iter().sum::<BigRational>().is_one());
            }
        }
    }
}
