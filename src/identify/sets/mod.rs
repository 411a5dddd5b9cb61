//! Sets of covariates that identify an effect: for adjustment, for the front door, and instruments.
//!
//! Where [`super::identify`] needs one set, this lists all minimal ones, says which is the best, and why there is none.

mod criterion;
mod front_door;
mod instrument;
mod optimal;

pub use criterion::{Criterion, NoAdjustment};
pub use front_door::{FrontDoor, MinimalFrontDoors};
pub use instrument::{Instrument, instrument};
pub use optimal::optimal;

use super::Effect;
use crate::graph::{Graph, NodeSet};

/// An effect, and the covariates that a set must hold and must not hold.
#[derive(Clone, Debug)]
pub struct Request {
    /// The effect.
    pub effect: Effect,
    /// In every set.
    pub with: NodeSet,
    /// In none.
    pub without: NodeSet,
}

impl Request {
    /// All nodes that are neither in the query nor excluded; the required ones are among them.
    pub(super) fn covariates(&self, graph: &Graph) -> NodeSet {
        let mut all = graph.all_nodes();
        for taken in [&self.effect.of, &self.effect.do_, &self.effect.given, &self.without] {
            all.subtract(taken);
        }
        all
    }
}

#[cfg(test)]
mod brute;
