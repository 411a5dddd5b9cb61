//! Variable elimination over exact rationals.

use super::Trouble;
use crate::expr::BigRational;
use num_traits::{One, Zero};
use std::collections::BTreeSet;

/// A table over some axes, the last varying fastest.
#[derive(Clone, Debug)]
pub(super) struct Factor {
    /// Ascending, with their sizes.
    pub axes: Vec<(usize, usize)>,
    pub cells: Vec<BigRational>,
}

/// What may still be computed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub cells: usize,
    pub steps: usize,
    left: usize,
}

impl Budget {
    pub const fn new(bounds: super::Bounds) -> Self {
        Self { cells: bounds.cells, steps: bounds.steps, left: bounds.steps }
    }

    /// Takes the cells of a table.
    pub fn spend(&mut self, cells: usize) -> Result<(), Trouble> {
        if cells > self.cells {
            return Err(Trouble::TooLarge { cells, limit: self.cells });
        }
        self.left = self.left.checked_sub(cells.max(1)).ok_or(Trouble::TooLong { limit: self.steps })?;
        Ok(())
    }
}

/// How many cells a table over some axes has.
pub(super) fn size(axes: &[(usize, usize)]) -> usize {
    axes.iter().fold(1, |size: usize, &(_, states)| size.saturating_mul(states))
}

impl Factor {
    /// A number.
    pub fn constant(value: BigRational) -> Self {
        Self { axes: Vec::new(), cells: vec![value] }
    }

    /// Fills a table; `f` sees the state of each axis.
    pub fn from_fn(
        axes: Vec<(usize, usize)>,
        budget: &mut Budget,
        mut f: impl FnMut(&[usize]) -> BigRational,
    ) -> Result<Self, Trouble> {
        let count = size(&axes);
        budget.spend(count)?;
        let mut at = vec![0; axes.len()];
        let mut cells = Vec::with_capacity(count);
        for _ in 0..count {
            cells.push(f(&at));
            advance(&mut at, &axes);
        }
        Ok(Self { axes, cells })
    }

    /// How far apart neighbours on each axis stand.
    fn strides(&self, over: &[(usize, usize)]) -> Vec<usize> {
        over.iter()
            .map(|(axis, _)| match self.axes.iter().position(|(own, _)| own == axis) {
                Some(at) => size(&self.axes[at + 1..]),
                None => 0,
            })
            .collect()
    }

    fn times(&self, other: &Self, budget: &mut Budget) -> Result<Self, Trouble> {
        let mut axes: Vec<(usize, usize)> = self.axes.iter().chain(&other.axes).copied().collect();
        axes.sort_unstable();
        axes.dedup();
        let (left, right) = (self.strides(&axes), other.strides(&axes));
        Self::from_fn(axes, budget, |at| {
            let place = |strides: &[usize]| at.iter().zip(strides).map(|(state, stride)| state * stride).sum::<usize>();
            let a = &self.cells[place(&left)];
            if a.is_zero() { BigRational::zero() } else { a * &other.cells[place(&right)] }
        })
    }

    /// The part where an axis is at a state.
    pub fn at(&self, axis: usize, state: usize) -> Self {
        let Some(at) = self.axes.iter().position(|(own, _)| *own == axis) else { return self.clone() };
        let states = self.axes[at].1;
        let inner = size(&self.axes[at + 1..]);
        let mut axes = self.axes.clone();
        axes.remove(at);
        let cells =
            (0..size(&axes)).map(|cell| self.cells[(cell / inner * states + state) * inner + cell % inner].clone());
        Self { cells: cells.collect(), axes }
    }

    /// Sums an axis out, or takes the largest along it.
    fn reduce(&self, axis: usize, join: impl Fn(BigRational, &BigRational) -> BigRational) -> Self {
        let Some(at) = self.axes.iter().position(|(own, _)| *own == axis) else { return self.clone() };
        let states = self.axes[at].1;
        let inner = size(&self.axes[at + 1..]);
        let mut axes = self.axes.clone();
        axes.remove(at);
        let cells = (0..size(&axes)).map(|cell| {
            let (outer, rest) = (cell / inner, cell % inner);
            let value = |state: usize| &self.cells[(outer * states + state) * inner + rest];
            (1..states).fold(value(0).clone(), |sum, state| join(sum, value(state)))
        });
        Self { cells: cells.collect(), axes }
    }
}

/// The next combination of states; whether there was one.
pub(super) fn advance(at: &mut [usize], axes: &[(usize, usize)]) -> bool {
    for (state, (_, states)) in at.iter_mut().zip(axes).rev() {
        *state += 1;
        if *state < *states {
            return true;
        }
        *state = 0;
    }
    false
}

/// How an axis is taken out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Sum,
    Largest,
}

/// The product of the factors over the axes kept; the others are taken out, the one with the smallest table first.
/// Exponential in the largest table, which the budget bounds.
pub(super) fn eliminate(
    factors: Vec<Factor>,
    keep: &[usize],
    way: Way,
    budget: &mut Budget,
) -> Result<Factor, Trouble> {
    let mut hidden: BTreeSet<usize> = factors.iter().flat_map(|f| f.axes.iter().map(|(axis, _)| *axis)).collect();
    for axis in keep {
        hidden.remove(axis);
    }
    product(take_out(factors, hidden, way, budget)?, budget)
}

/// The factors with some axes taken out.
pub(super) fn take_out(
    mut factors: Vec<Factor>,
    mut hidden: BTreeSet<usize>,
    way: Way,
    budget: &mut Budget,
) -> Result<Vec<Factor>, Trouble> {
    while !hidden.is_empty() {
        let cost = |axis: usize| {
            let mut axes: Vec<(usize, usize)> = Vec::new();
            for factor in factors.iter().filter(|f| f.axes.iter().any(|(own, _)| *own == axis)) {
                axes.extend_from_slice(&factor.axes);
            }
            axes.sort_unstable();
            axes.dedup();
            size(&axes)
        };
        let Some(axis) = hidden.iter().copied().min_by_key(|&axis| cost(axis)) else { break };
        hidden.remove(&axis);
        let (touching, apart): (Vec<_>, Vec<_>) =
            factors.into_iter().partition(|f| f.axes.iter().any(|(own, _)| *own == axis));
        factors = apart;
        let joined = product(touching, budget)?;
        factors.push(joined.reduce(axis, |a, b| match way {
            Way::Sum => a + b,
            Way::Largest => a.max(b.clone()),
        }));
    }
    Ok(factors)
}

fn product(mut factors: Vec<Factor>, budget: &mut Budget) -> Result<Factor, Trouble> {
    // Small ones first, so that the large product is formed once.
    factors.sort_by_cached_key(|factor| factor.cells.len());
    let mut factors = factors.into_iter();
    let first = factors.next().unwrap_or_else(|| Factor::constant(BigRational::one()));
    factors.try_fold(first, |product, factor| product.times(&factor, budget))
}
