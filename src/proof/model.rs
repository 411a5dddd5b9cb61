//! Explicit structural models with exact rational tables.

use crate::expr::BigRational;
use crate::graph::Node;

/// A variable's parent in a [`Model`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Parent {
    /// A measured variable.
    Variable(Node),
    /// The latent at that position in [`Model::latents`].
    Latent(usize),
}

/// An unmeasured cause: independent of all others; of one variable, or of two that share a bidirected edge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Latent {
    /// Its name, unlike any variable's.
    pub name: String,
    /// The probability of each of its states; they sum to one.
    pub probs: Vec<BigRational>,
}

/// One measured variable: how it is drawn from its parents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelVariable {
    /// Number of states, at least two.
    pub states: usize,
    /// Its parents, in the table's order.
    pub parents: Vec<Parent>,
    /// One row for each combination of the parents' states, the last parent varying fastest; a row gives the
    /// probability of each state and sums to one.
    pub table: Vec<Vec<BigRational>>,
}

/// A structural causal model of a graph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Model {
    /// Unmeasured causes.
    pub latents: Vec<Latent>,
    /// One for each node of the graph, in its order.
    pub variables: Vec<ModelVariable>,
}

/// Two models that agree on every known distribution and differ on the query; or, for two expressions that are not
/// equal, one model in which they differ (then `models` holds it alone).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CounterModel {
    /// The models.
    pub models: Vec<Model>,
    /// The state of each free variable of the query (or of the two sides), ascending by node.
    pub at: Vec<(Node, usize)>,
    /// What the query is there in each model (or each of the two sides in the one model).
    pub values: Vec<BigRational>,
}
