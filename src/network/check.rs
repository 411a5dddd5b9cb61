//! What a network must satisfy.

use super::{Network, Table, Variable};
use rustc_hash::FxHashSet;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;
use std::sync::Arc;

/// Why variables and tables make no network. Variables and tables are named by position.
#[derive(Clone, PartialEq, Debug)]
pub enum NetworkError {
    /// More than [`Network::MAX_VARIABLES`], [`Network::MAX_STATES`] or [`Network::MAX_NUMBERS`].
    TooLarge,
    /// Two variables of one name: the later one.
    VariableTwice(usize),
    /// A variable without a state.
    NoStates(usize),
    /// Two states of one name.
    StateTwice {
        /// Whose.
        variable: usize,
        /// The later one.
        state: usize,
    },
    /// A table that names a variable that there is not.
    NoSuchVariable,
    /// A second table for a variable.
    TableTwice(usize),
    /// A variable without a table.
    NoTable(usize),
    /// A parent named twice, or the child among its parents.
    ParentTwice {
        /// The table.
        child: usize,
        /// The parent.
        parent: usize,
    },
    /// Too many or too few numbers.
    Size {
        /// The table.
        child: usize,
        /// How many numbers it needs.
        needed: usize,
        /// How many it has.
        found: usize,
    },
    /// A number that is negative, greater than one (beyond the tolerance) or none.
    NotAProbability {
        /// The table.
        child: usize,
        /// Its row.
        row: usize,
        /// The state.
        state: usize,
    },
    /// A row that does not sum to one.
    Sum {
        /// The table.
        child: usize,
        /// Its row.
        row: usize,
        /// What it sums to.
        sum: f64,
    },
    /// Variables each a parent of the next, and the last of the first.
    Cycle(Vec<usize>),
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(
                f,
                "more than {} variables, {} states of one variable or {} numbers",
                Network::MAX_VARIABLES,
                Network::MAX_STATES,
                Network::MAX_NUMBERS
            ),
            Self::VariableTwice(_) => f.write_str("two variables have the same name"),
            Self::NoStates(_) => f.write_str("a variable has no state"),
            Self::StateTwice { .. } => f.write_str("two states of a variable have the same name"),
            Self::NoSuchVariable => f.write_str("a table names a variable that there is not"),
            Self::TableTwice(_) => f.write_str("a variable has two tables"),
            Self::NoTable(_) => f.write_str("a variable has no table"),
            Self::ParentTwice { .. } => f.write_str("a parent stands twice, or is the variable itself"),
            Self::Size { needed, found, .. } => write!(f, "the table needs {needed} numbers and has {found}"),
            Self::NotAProbability { .. } => f.write_str("a number is no probability"),
            Self::Sum { row, sum, .. } => write!(f, "row {} sums to {sum}, not to 1", row + 1),
            Self::Cycle(_) => f.write_str("the parents form a cycle"),
        }
    }
}

impl std::error::Error for NetworkError {}

pub(super) fn variables(variables: &[Variable]) -> Result<(), NetworkError> {
    if variables.len() > Network::MAX_VARIABLES || variables.iter().any(|v| v.states.len() > Network::MAX_STATES) {
        return Err(NetworkError::TooLarge);
    }
    let mut names = FxHashSet::default();
    for (i, variable) in variables.iter().enumerate() {
        if !names.insert(variable.name.as_str()) {
            return Err(NetworkError::VariableTwice(i));
        }
        if variable.states.is_empty() {
            return Err(NetworkError::NoStates(i));
        }
        let mut states = FxHashSet::default();
        if let Some(state) = variable.states.iter().position(|state| !states.insert(state.as_str())) {
            return Err(NetworkError::StateTwice { variable: i, state });
        }
    }
    Ok(())
}

pub(super) fn tables(variables: &[Variable], tables: Vec<Table>) -> Result<Vec<Arc<Table>>, NetworkError> {
    if tables.iter().map(|table| table.probs.len()).sum::<usize>() > Network::MAX_NUMBERS {
        return Err(NetworkError::TooLarge);
    }
    let mut placed: Vec<Option<Arc<Table>>> = vec![None; variables.len()];
    for one in tables {
        table(variables, &one)?;
        let child = one.child;
        if placed[child].replace(Arc::new(one)).is_some() {
            return Err(NetworkError::TableTwice(child));
        }
    }
    placed.into_iter().enumerate().map(|(i, table)| table.ok_or(NetworkError::NoTable(i))).collect()
}

pub(super) fn table(variables: &[Variable], table: &Table) -> Result<(), NetworkError> {
    let child = table.child;
    if child >= variables.len() || table.parents.iter().any(|&parent| parent >= variables.len()) {
        return Err(NetworkError::NoSuchVariable);
    }
    let twice = table.parents.iter().enumerate().find(|&(i, p)| *p == child || table.parents[..i].contains(p));
    if let Some((_, &parent)) = twice {
        return Err(NetworkError::ParentTwice { child, parent });
    }
    let states = variables[child].states.len();
    let needed = table.parents.iter().try_fold(states, |size, &p| size.checked_mul(variables[p].states.len()));
    let needed = needed.filter(|&size| size <= Network::MAX_NUMBERS).ok_or(NetworkError::TooLarge)?;
    let found = table.probs.len();
    if found != needed {
        return Err(NetworkError::Size { child, needed, found });
    }
    if let Some(found) = table.exact.as_ref().map(Vec::len).filter(|&found| found != needed) {
        return Err(NetworkError::Size { child, needed, found });
    }
    for (row, numbers) in table.probs.chunks_exact(states).enumerate() {
        let probability = |p: f64| (0.0..=1.0 + Network::TOLERANCE).contains(&p);
        if let Some(state) = numbers.iter().position(|&p| !probability(p)) {
            return Err(NetworkError::NotAProbability { child, row, state });
        }
        let sum: f64 = numbers.iter().sum();
        // A little more than the tolerance: decimals that are off by exactly that much are rounded on the way.
        if (sum - 1.0).abs() > Network::TOLERANCE * (1.0 + 1e-6) {
            return Err(NetworkError::Sum { child, row, sum });
        }
    }
    Ok(())
}

/// Every variable after its parents, the smallest first where there is a choice.
pub(super) fn order(tables: &[Arc<Table>]) -> Result<Vec<usize>, NetworkError> {
    let mut waits: Vec<usize> = tables.iter().map(|table| table.parents.len()).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); tables.len()];
    for table in tables {
        for &parent in &table.parents {
            children[parent].push(table.child);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> =
        waits.iter().enumerate().filter(|&(_, &n)| n == 0).map(|(i, _)| Reverse(i)).collect();
    let mut order = Vec::with_capacity(tables.len());
    while let Some(Reverse(next)) = ready.pop() {
        order.push(next);
        for &child in &children[next] {
            waits[child] -= 1;
            if waits[child] == 0 {
                ready.push(Reverse(child));
            }
        }
    }
    if order.len() == tables.len() { Ok(order) } else { Err(NetworkError::Cycle(cycle(tables, &waits))) }
}

/// Some cycle among the variables that still wait.
fn cycle(tables: &[Arc<Table>], waits: &[usize]) -> Vec<usize> {
    let waiting = |&v: &usize| waits[v] > 0;
    let mut walk: Vec<usize> = Vec::new();
    let mut place: Vec<Option<usize>> = vec![None; tables.len()];
    let mut at = (0..tables.len()).find(waiting);
    // Every variable that waits has a parent that waits, so that the walk upwards comes back.
    while let Some(v) = at {
        if let Some(start) = place[v] {
            walk.drain(..start);
            break;
        }
        place[v] = Some(walk.len());
        walk.push(v);
        at = tables[v].parents.iter().copied().find(waiting);
    }
    walk.reverse();
    walk
}
