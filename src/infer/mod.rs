//! Probabilities in a Bayesian network, given evidence; an intervention is a network of its own ([`Network::do_`]).
//!
//! In: a [`Network`], evidence, limits. Out: marginals, joint tables, the probability of the evidence, the most probable
//! explanation, samples; or a [`Refusal`]. Must never know: where a network comes from, the language of whatif, how
//! numbers are shown.
//!
//! Variables and states are positions. The tables of a network are taken as they are, rows that do not sum to one
//! included: what is computed is their product, divided by its total at the end.

use crate::network::Network;
use std::fmt;

/// What is known: variables and the states they are in.
pub type Evidence<'a> = &'a [(usize, usize)];

/// Bounds on what one computation may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of tables held at once; what would need more is refused before it starts.
    pub memory: u64,
    /// Multiplications, estimated before the start.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 4 << 30, steps: 1 << 42 }
    }
}

/// Why there is no answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// More memory than [`Limits::memory`] would be needed.
    Memory {
        /// The estimate in bytes.
        needed: f64,
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
            Self::Memory { needed, limit } => {
                write!(f, "this needs about {:.0} MiB of tables, more than {} MiB", needed / 1_048_576.0, limit >> 20)
            }
            Self::Steps { needed, limit } => {
                write!(f, "this needs about {needed:.1e} multiplications, more than {:.1e}", *limit as f64)
            }
            Self::Impossible => f.write_str("the evidence is impossible: its probability is zero"),
            Self::Evidence(_) => f.write_str("the evidence gives a variable two states, or one that it does not have"),
            Self::NotExact => f.write_str("some table is not known exactly"),
        }
    }
}

impl std::error::Error for Refusal {}

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
