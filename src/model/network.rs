//! Networks of finite variables with exact tables.

use crate::expr::BigRational;
use num_traits::{One, Zero};

/// A Bayesian network, or a structural model with its noise as variables.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Network {
    /// First those of the graph in its order, then the exogenous ones.
    pub variables: Vec<Variable>,
}

/// One variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name; that of an exogenous variable is unlike any of the graph's.
    pub name: String,
    /// Its values in order, two or more (one is allowed for noise).
    pub states: Vec<String>,
    /// The numbers they stand for, where all of them are numbers.
    pub numbers: Option<Vec<BigRational>>,
    /// What it is to the graph.
    pub role: Role,
    /// How it comes about.
    pub mechanism: Mechanism,
}

/// What a variable of a model is to the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// A measured variable of the graph.
    Measured,
    /// A latent variable of the graph.
    Latent,
    /// A variable that the graph does not name: noise, or a common cause that a bidirected edge stands for.
    Exogenous,
}

/// A conditional distribution.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mechanism {
    /// Positions of the parents.
    pub parents: Vec<usize>,
    /// A row for each combination of the parents' states, the last parent varying fastest, one row after the other: the
    /// probability of each state, summing to one.
    pub table: Vec<BigRational>,
}

impl Mechanism {
    /// Whether each row puts everything on one state. O(table).
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        self.table.iter().all(|p| p.is_zero() || p.is_one())
    }
}

impl Variable {
    /// Whether its value is a function of its parents; without parents it is its own noise. O(table).
    #[must_use]
    pub fn is_structural(&self) -> bool {
        self.mechanism.parents.is_empty() || self.mechanism.is_deterministic()
    }
}
