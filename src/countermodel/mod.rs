//! Hedge → two exact models that agree on the data and differ on the query; random models and exact evaluation.
//!
//! In: a graph and a hedge, or a graph and a seed; an expression and a model. Out: models with rational tables, values.
//! Must never know: whether the kernel will accept them.
//!
//! Search runs in floating point, the values that are shown are computed exactly; the kernel computes them again, by an
//! evaluator of its own.

mod evaluate;
mod infer;
mod random;
mod table;
mod threefold;
mod witness;

pub use evaluate::{Reading, differing_models, differing_point, evaluate};
pub use random::{random_model, random_model_on};
pub use threefold::{MODELS, Threefold, compare_threefold};
pub use witness::{Omitted, candidates, witness};

/// More cells than the caller allows would be needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// The cells that the largest table would have.
    pub cells: usize,
}
