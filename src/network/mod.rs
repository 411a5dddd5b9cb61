//! Discrete Bayesian networks as data: variables, their states, and one conditional probability table for each.
//!
//! In: variables and tables, or a file in one of the formats that other programs write (BIF, XMLBIF, Hugin). Out: a
//! [`Network`], checked once and immutable; or what is wrong, where. Must never know: the language of whatif, graphs of
//! questions, how probabilities are computed.
//!
//! Variable `i` has table `i`. A table lists one row for each combination of its parents' states, the last parent's state
//! changing fastest, and within a row the child's states one beside the other.

pub mod bif;
mod check;
mod diagnostics;
mod draft;
mod format;
pub mod hugin;
mod names;
pub mod xmlbif;

#[cfg(test)]
mod tests;

pub use check::NetworkError;
pub use format::Format;
pub use names::nearest;

use num_rational::BigRational;
use std::sync::Arc;

/// A discrete variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name, unique in the network.
    pub name: String,
    /// The names of its states, at least one, each once.
    pub states: Vec<String>,
}

/// A conditional probability table, P(child | parents).
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The variable whose distribution this is.
    pub child: usize,
    /// What it depends on, in the order that the rows follow.
    pub parents: Vec<usize>,
    /// One row per combination of the parents' states, the last parent fastest; the child's states beside each other.
    pub probs: Vec<f64>,
    /// The same numbers without rounding, where they are known.
    pub exact: Option<Vec<BigRational>>,
}

impl Table {
    /// A table of floats only.
    #[must_use]
    pub const fn new(child: usize, parents: Vec<usize>, probs: Vec<f64>) -> Self {
        Self { child, parents, probs, exact: None }
    }

    /// A table of exact numbers; the floats are the nearest to them.
    #[must_use]
    pub fn exact(child: usize, parents: Vec<usize>, exact: Vec<BigRational>) -> Self {
        use num_traits::ToPrimitive;
        let probs = exact.iter().map(|number| number.to_f64().unwrap_or(f64::NAN)).collect();
        Self { child, parents, probs, exact: Some(exact) }
    }

    /// The distribution without parents that puts all weight on one of `states` states, exact.
    #[must_use]
    pub fn point(child: usize, states: usize, state: usize) -> Self {
        let numbers = (0..states).map(|s| BigRational::from_integer(i32::from(s == state).into())).collect();
        Self::exact(child, Vec::new(), numbers)
    }
}

/// A Bayesian network; cheap to clone.
#[derive(Clone, Debug)]
pub struct Network {
    name: String,
    variables: Arc<[Variable]>,
    tables: Vec<Arc<Table>>,
    /// Every variable after its parents; the smallest index first where there is a choice.
    order: Vec<usize>,
}

impl Network {
    /// Checks and takes a network. The tables may come in any order, one for each variable.
    ///
    /// Rows must sum to one within [`Network::TOLERANCE`] and are kept as they are: numbers printed with seven digits
    /// rarely sum to one, and whoever uses the network divides by the total at the end. O(size of the tables).
    ///
    /// # Errors
    /// The first thing wrong, in the order of [`NetworkError`]'s variants.
    pub fn new(name: impl Into<String>, variables: Vec<Variable>, tables: Vec<Table>) -> Result<Self, NetworkError> {
        check::variables(&variables)?;
        let tables = check::tables(&variables, tables)?;
        let order = check::order(&tables)?;
        Ok(Self { name: name.into(), variables: variables.into(), tables, order })
    }

    /// How far from one a row may sum.
    pub const TOLERANCE: f64 = 1e-6;
    /// More variables are refused.
    pub const MAX_VARIABLES: usize = 20_000;
    /// More states of one variable are refused.
    pub const MAX_STATES: usize = 10_000;
    /// More numbers in all tables together are refused.
    pub const MAX_NUMBERS: usize = 1 << 24;

    /// Its name; may be empty.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variables, in the order given.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// How many variables there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.variables.len()
    }

    /// Whether there is no variable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty()
    }

    /// How many states a variable has.
    #[must_use]
    pub fn states(&self, variable: usize) -> usize {
        self.variables[variable].states.len()
    }

    /// The table of a variable.
    #[must_use]
    pub fn table(&self, variable: usize) -> &Table {
        &self.tables[variable]
    }

    /// All tables, table `i` that of variable `i`.
    pub fn tables(&self) -> impl ExactSizeIterator<Item = &Table> {
        self.tables.iter().map(AsRef::as_ref)
    }

    /// Every variable after its parents.
    #[must_use]
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether every table has exact numbers.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.tables.iter().all(|table| table.exact.is_some())
    }

    /// The network under an intervention: each variable set loses its parents and takes its state for certain. Where a
    /// variable is set twice the last counts; pairs that name no variable or no state of it are ignored.
    /// O(variables).
    #[must_use]
    pub fn do_(&self, set: &[(usize, usize)]) -> Self {
        let mut network = self.clone();
        for &(variable, state) in set {
            if variable < self.len() && state < self.states(variable) {
                network.tables[variable] = Arc::new(Table::point(variable, self.states(variable), state));
            }
        }
        network
    }

    /// The network with other tables in the place of those of the same children: a soft or stochastic intervention.
    /// O(variables + size of the new tables).
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn with_tables(&self, tables: Vec<Table>) -> Result<Self, NetworkError> {
        let mut network = self.clone();
        for table in tables {
            check::table(&self.variables, &table)?;
            let child = table.child;
            network.tables[child] = Arc::new(table);
        }
        network.order = check::order(&network.tables)?;
        Ok(network)
    }
}
