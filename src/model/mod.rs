//! Models with numbers: Bayesian networks, structural models and linear Gaussian models, and what they answer.
//!
//! In: a [`Model`] and a [`Question`], both resolved: variables and values are positions, tables are complete. Out: exact
//! numbers, one for each combination of the values that the question leaves free. Must never know: how a model or a
//! question is written, how an answer is shown, nor anything of identification: an answer here is computed, not proved.
//!
//! A structural model is held as a network whose noise terms are variables of their own, so that every equation is a table
//! that puts all weight on one value. What is seen in several worlds becomes one network of copies (`worlds`): a variable
//! has the same copy in two worlds where its mechanism and its parents' copies are the same, and the exogenous variables
//! have one copy in all of them (Balke & Pearl 1994; Shpitser & Pearl 2007, lemma 24). Abduction, action and prediction are
//! then one query to that network. Sums are exact, by variable elimination over rationals (`eliminate`).

mod ask;
mod bayes;
mod draw;
mod eliminate;
mod evaluate;
mod explain;
mod floating;
mod linear;
mod network;
mod sensitivity;
mod worlds;

pub use ask::{Ask, Atom, Of, Point, Policy, Question, Replacement, Setting, Slot, Term, To};
pub use draw::LinearSampler;
pub use evaluate::{Answered, Row, evaluate, evaluate_floating};
pub use explain::{Explained, explain, explain_floating};
pub use linear::{Linear, LinearMechanism, LinearRow, LinearVariable, Normal, evaluate_linear};
pub use network::{Mechanism, Network, Role, Variable};
pub use sensitivity::{Entry, sensitivity};
pub use worlds::not_structural;

/// What a model consists of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Model {
    /// Variables with finitely many values.
    Discrete(Network),
    /// Real variables, each linear in its parents with normal noise.
    Linear(Linear),
}

/// How much may be computed for one question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// The most cells a table may have.
    pub cells: usize,
    /// The most cells that may be computed together: a limit on time.
    pub steps: usize,
    /// The most combinations of free values that are answered.
    pub rows: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { cells: 1 << 16, steps: 1 << 22, rows: 1 << 12 }
    }
}

/// Why there is no number.
#[derive(Clone, PartialEq, Debug)]
pub enum Trouble {
    /// A table would have more cells than [`Bounds::cells`].
    TooLarge {
        /// How many.
        cells: usize,
        /// The limit.
        limit: usize,
    },
    /// More than [`Bounds::steps`] cells would be computed.
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// More than [`Bounds::rows`] combinations of values are free.
    TooManyRows {
        /// The limit.
        limit: usize,
    },
    /// The question compares worlds in which a variable differs, and its mechanism is random: a table says how often, not
    /// what the same unit would have done.
    NotStructural {
        /// The variable.
        variable: usize,
    },
    /// In floating point: more terms would be computed, each on its own, than the limit.
    TooManyTerms {
        /// How many.
        terms: u64,
        /// The limit.
        limit: u64,
    },
    /// In floating point: more memory or time would be needed than the limits allow.
    Refused(crate::infer::Refusal),
    /// The worlds of the question make no network, and why: they are too many.
    NoNetwork(String),
    /// A linear model gives means, variances and densities, not the probability of a value.
    NotLinear,
}

#[cfg(test)]
mod tests;
