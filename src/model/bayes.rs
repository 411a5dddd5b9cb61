//! A model as a Bayesian network of the kind that other programs write, and back.

use super::{Mechanism, Network, Role, Variable};
use crate::expr::BigRational;
use crate::network::{self, NetworkError, Table};
use num_traits::{One, Zero};

impl Network {
    /// The same network with floats beside the exact numbers. Noise terms are variables like any other, at the same
    /// positions as here. O(size of the tables).
    ///
    /// # Errors
    /// Larger than a Bayesian network may be.
    pub fn to_bayesian(&self, name: &str) -> Result<network::Network, NetworkError> {
        let variables = self
            .variables
            .iter()
            .map(|known| network::Variable { name: known.name.clone(), states: known.states.clone() });
        let tables =
            self.variables.iter().enumerate().map(|(child, known)| {
                Table::exact(child, known.mechanism.parents.clone(), known.mechanism.table.clone())
            });
        network::Network::new(name, variables.collect(), tables.collect())
    }

    /// A Bayesian network as a model, every variable measured. Each row is divided by its sum, so that rows with rounded
    /// numbers become distributions; numbers that are not known exactly are taken to be the floats that stand for them.
    /// `numbers` says what a variable's states stand for, if they are numbers. O(size of the tables).
    #[must_use]
    pub fn of_bayesian(network: &network::Network, numbers: impl Fn(&[String]) -> Option<Vec<BigRational>>) -> Self {
        let float = |&p: &f64| BigRational::from_float(p).unwrap_or_else(BigRational::zero);
        let variables = network.variables().iter().zip(network.tables()).map(|(known, table)| {
            let exact = table.exact.clone().unwrap_or_else(|| table.probs.iter().map(float).collect());
            let mut cells = Vec::with_capacity(exact.len());
            for row in exact.chunks(known.states.len()) {
                let sum: BigRational = row.iter().sum();
                if sum.is_one() || sum.is_zero() {
                    cells.extend_from_slice(row);
                } else {
                    cells.extend(row.iter().map(|p| p / &sum));
                }
            }
            Variable {
                name: known.name.clone(),
                states: known.states.clone(),
                numbers: numbers(&known.states),
                role: Role::Measured,
                mechanism: Mechanism { parents: table.parents.clone(), table: cells },
            }
        });
        Self { variables: variables.collect() }
    }
}
