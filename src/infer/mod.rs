//! Probabilities in a Bayesian network, given evidence; an intervention is a network of its own ([`Network::do_`]).
//!
//! In: a [`Network`], evidence, limits. Out: marginals, joint tables, the probability of the evidence, the most probable
//! explanation, samples; or a [`Refusal`]. Must never know: where a network comes from, the language of whatif, how
//! numbers are shown.
//!
//! Variables and states are positions. The tables of a network are taken as they are, rows that do not sum to one
//! included: what is computed is their product, divided by its total at the end.

mod eliminate;
mod explain;
mod factor;
mod guide;
mod order;
mod propagate;
mod sample;
mod tree;

#[cfg(test)]
mod tests;

pub use eliminate::{exact_marginals, exact_query, query};
pub use explain::most_probable;
pub use sample::{Sampler, Weighted, importance_marginals, weighted_marginals};

use crate::network::Network;
use std::fmt;
use tree::Tree;

/// What is known: variables and the states they are in.
pub type Evidence<'a> = &'a [(usize, usize)];

/// Bounds on what one computation may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of tables held at once, 32 GiB at most; what would need more is refused before it starts.
    pub memory: u64,
    /// Multiplications, estimated before the start.
    pub steps: u64,
    /// Cells of tables of exact numbers, in one query.
    pub exact: u64,
}

impl Limits {
    /// The memory that may be used: places in tables are counted in 32 bits, so there is no more than this to use.
    fn usable(&self) -> u64 {
        self.memory.min(1 << 35)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 4 << 30, steps: 1 << 38, exact: 1 << 20 }
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// More memory than [`Limits::memory`] would be needed.
    Memory {
        /// The estimate in bytes.
        needed: f64,
        /// How many variables the largest table has, by the best order found: one more than the treewidth at most. None
        /// where every order tried is hopeless.
        width: Option<usize>,
        /// The limit.
        limit: u64,
    },
    /// More steps than [`Limits::steps`] would be needed.
    Steps {
        /// The estimate.
        needed: f64,
        /// The limit.
        limit: u64,
    },
    /// The evidence has probability zero.
    Impossible,
    /// Two states for one variable, or a variable or state that there is not.
    Evidence(usize),
    /// Exact numbers were asked for and some table has none.
    NotExact,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory { needed, width, limit } => {
                let (needed, limit) = (bytes(*needed), bytes(*limit as f64));
                match width {
                    Some(width) => write!(
                        f,
                        "this needs about {needed} of tables, with up to {width} variables in one, more than the limit \
                         of {limit}"
                    ),
                    None => write!(f, "this needs more than {needed} of tables, and the limit is {limit}"),
                }
            }
            Self::Steps { needed, limit } => {
                write!(f, "this needs about {needed:.1e} multiplications, more than the limit of {:.1e}", *limit as f64)
            }
            Self::Impossible => f.write_str("the evidence is impossible: its probability is zero"),
            Self::Evidence(_) => f.write_str("the evidence gives a variable two states, or one that it does not have"),
            Self::NotExact => f.write_str("some table is not known exactly"),
        }
    }
}

impl std::error::Error for Refusal {}

/// A number of bytes as people say it.
fn bytes(number: f64) -> String {
    let (mut number, mut unit) = (number, "bytes");
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if number >= 1024.0 {
            (number, unit) = (number / 1024.0, next);
        }
    }
    if number < 100_000.0 { format!("{number:.0} {unit}") } else { format!("{number:.0e} {unit}") }
}

/// A distribution over some variables together.
#[derive(Clone, PartialEq, Debug)]
pub struct Joint<T = f64> {
    /// The variables, in the order asked for.
    pub variables: Vec<usize>,
    /// How many states each has.
    pub states: Vec<usize>,
    /// One number per joint state, the last variable fastest.
    pub probs: Vec<T>,
}

/// A network and evidence, made ready for computing: the order is chosen, the cost is known and within limits.
#[derive(Clone, Debug)]
pub struct Plan {
    tree: Tree,
}

impl Plan {
    /// Chooses how to compute. O(edges of the triangulated graph) for each order tried, a few up to about 70.
    ///
    /// # Errors
    /// [`Refusal::Evidence`], [`Refusal::Memory`] and [`Refusal::Steps`].
    pub fn new(network: &Network, evidence: Evidence<'_>, limits: &Limits) -> Result<Self, Refusal> {
        Tree::new(network, evidence, limits).map(|tree| Self { tree })
    }

    /// An estimate of the memory needed, in bytes.
    #[must_use]
    pub fn memory(&self) -> f64 {
        self.tree.memory()
    }

    /// The number of cells of all cliques together.
    #[must_use]
    pub const fn cells(&self) -> f64 {
        self.tree.cells
    }

    /// The distribution of every variable given the evidence, by position; what is known has probability one.
    /// O(cells × tables and messages per clique), with as many threads as rayon has, where the feature `parallel` is on.
    ///
    /// # Errors
    /// [`Refusal::Impossible`].
    pub fn marginals(&self) -> Result<Vec<Vec<f64>>, Refusal> {
        let done = propagate::propagate(&self.tree, true);
        if done.log_total == f64::NEG_INFINITY {
            return Err(Refusal::Impossible);
        }
        let mut marginals = done.marginals;
        for (v, known) in self.tree.known.iter().enumerate() {
            if let Some(state) = known {
                marginals[v] = (0..self.tree.states[v] as usize).map(|s| f64::from(u8::from(s == *state))).collect();
            }
        }
        Ok(marginals)
    }
}

/// The distribution of every variable given the evidence: [`Plan::new`] and [`Plan::marginals`].
///
/// # Errors
/// As both.
pub fn marginals(network: &Network, evidence: Evidence<'_>, limits: &Limits) -> Result<Vec<Vec<f64>>, Refusal> {
    Plan::new(network, evidence, limits)?.marginals()
}

/// The natural logarithm of the probability of the evidence; minus infinity where it is impossible.
/// As long as [`Plan::marginals`] at most; twice where rows of the network do not sum to one.
///
/// # Errors
/// As [`Plan::new`].
pub fn log_probability(network: &Network, evidence: Evidence<'_>, limits: &Limits) -> Result<f64, Refusal> {
    let of =
        |evidence| Plan::new(network, evidence, limits).map(|plan| propagate::propagate(&plan.tree, false).log_total);
    let known = of(evidence)?;
    if (0..network.len()).all(|v| tree::is_normal(network, v)) {
        return Ok(known);
    }
    Ok(known - of(&[])?)
}
