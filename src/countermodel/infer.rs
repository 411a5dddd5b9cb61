//! Variable elimination in a [`Model`], observational or after an intervention.

use super::TooLarge;
use super::table::{Table, size_of};
use crate::expr::BigRational;
use crate::graph::{Graph, NodeSet};
use crate::proof::{Model, Parent};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Num, One, ToPrimitive};
use std::collections::{BTreeMap, BTreeSet};

/// A number that a model's rational entries can be read as.
pub(super) trait Entry: Num + Clone {
    /// What products and sums of entries are computed in: entries times a number that all of a table share.
    type Part: Num + Clone;

    /// The entry as this number.
    fn of(value: &BigRational) -> Self;

    /// What a table's entries are multiplied by, and what they become.
    fn parts(values: &[&BigRational]) -> (BigInt, Vec<Self::Part>);

    /// Of an entry that was multiplied by this.
    fn whole(part: &Self::Part, times: &BigInt) -> Self;
}

/// Whole numbers, so that a fraction is brought to its lowest terms once for each cell of the outcome and not in every
/// product and sum on the way.
impl Entry for BigRational {
    type Part = BigInt;

    fn of(value: &BigRational) -> Self {
        value.clone()
    }

    fn parts(values: &[&BigRational]) -> (BigInt, Vec<BigInt>) {
        let times = values.iter().fold(BigInt::one(), |times, value| times.lcm(value.denom()));
        let parts = values.iter().map(|value| value.numer() * (&times / value.denom())).collect();
        (times, parts)
    }

    fn whole(part: &BigInt, times: &BigInt) -> Self {
        Self::new(part.clone(), times.clone())
    }
}

impl Entry for f64 {
    type Part = Self;

    fn of(value: &BigRational) -> Self {
        value.to_f64().unwrap_or(f64::NAN)
    }

    fn parts(values: &[&BigRational]) -> (BigInt, Vec<Self>) {
        (BigInt::one(), values.iter().map(|value| Self::of(value)).collect())
    }

    fn whole(part: &Self, _: &BigInt) -> Self {
        *part
    }
}

/// P(of | do(do_)) as a table over `of`, and over those of `do_` on which it depends; axes are node numbers.
///
/// Variables that are no ancestors of `of` after the intervention are left out; the others are summed out one by one,
/// the one whose table is smallest first. Exponential in the largest table, which `limit` bounds.
pub(super) fn joint<T: Entry>(
    graph: &Graph,
    model: &Model,
    of: &NodeSet,
    do_: &NodeSet,
    limit: usize,
) -> Result<Table<T>, TooLarge> {
    let latent_key = |index: usize| (graph.len() + index) as u64;
    let mut relevant = of.clone();
    let mut stack: Vec<_> = of.iter().collect();
    while let Some(node) = stack.pop() {
        if do_.contains(node) {
            continue;
        }
        for parent in &model.variables[node.index()].parents {
            if let Parent::Variable(parent) = parent
                && relevant.insert(*parent)
            {
                stack.push(*parent);
            }
        }
    }
    let mut factors: Vec<Table<T::Part>> = Vec::new();
    let mut times = BigInt::one();
    let mut latents = BTreeSet::new();
    let mut hidden = Vec::new();
    for node in relevant.iter().filter(|node| !do_.contains(*node)) {
        let variable = &model.variables[node.index()];
        let mut axes = Vec::with_capacity(variable.parents.len() + 1);
        for parent in &variable.parents {
            axes.push(match parent {
                Parent::Variable(parent) => (parent.index() as u64, model.variables[parent.index()].states),
                Parent::Latent(index) => {
                    latents.insert(*index);
                    (latent_key(*index), model.latents[*index].probs.len())
                }
            });
        }
        axes.push((node.index() as u64, variable.states));
        let sizes: Vec<usize> = axes.iter().map(|(_, size)| *size).collect();
        debug_assert!(variable.table.iter().all(|row| row.len() == variable.states));
        let (common, parts) = T::parts(&variable.table.iter().flatten().collect::<Vec<_>>());
        times *= common;
        factors.push(Table::from_fn(&axes, limit, &|states| {
            // A row for each combination of the parents' states, and in it the variable's own.
            let cell = states.iter().zip(&sizes).fold(0, |cell, (state, size)| cell * size + state);
            parts[cell].clone()
        })?);
        if !of.contains(node) {
            hidden.push(node.index() as u64);
        }
    }
    for index in latents {
        let probs = &model.latents[index].probs;
        let (common, parts) = T::parts(&probs.iter().collect::<Vec<_>>());
        times *= common;
        factors.push(Table::from_fn(&[(latent_key(index), probs.len())], limit, &|s| parts[s[0]].clone())?);
        hidden.push(latent_key(index));
    }
    Ok(eliminate(factors, hidden, limit)?.map(|part| T::whole(part, &times)))
}

/// The product of the tables with the hidden axes summed out, next always the one whose table is smallest.
///
/// What an axis would cost changes only where one of its tables has gone, so only those are looked at again: each step takes its
/// own table, and for each of that table's axes the axes of the tables it stands in.
fn eliminate<T: Num + Clone>(factors: Vec<Table<T>>, hidden: Vec<u64>, limit: usize) -> Result<Table<T>, TooLarge> {
    let mut factors: Vec<Option<Table<T>>> = factors.into_iter().map(Some).collect();
    // Of each hidden axis the factors that have it, ascending.
    let mut places: BTreeMap<u64, Vec<usize>> = hidden.into_iter().map(|key| (key, Vec::new())).collect();
    for (place, factor) in factors.iter().enumerate() {
        for (axis, _) in factor.iter().flat_map(Table::axes) {
            places.entry(*axis).and_modify(|places| places.push(place));
        }
    }
    let cost = |factors: &[Option<Table<T>>], places: &[usize]| {
        let touching = places.iter().filter_map(|&place| factors[place].as_ref());
        let mut axes: Vec<(u64, usize)> = touching.flat_map(Table::axes).copied().collect();
        axes.sort_unstable();
        axes.dedup();
        size_of(&axes, usize::MAX).unwrap_or(usize::MAX)
    };
    let mut costs: BTreeMap<u64, usize> = places.iter().map(|(&key, places)| (key, cost(&factors, places))).collect();
    let mut queue: BTreeSet<(usize, u64)> = costs.iter().map(|(&key, &cost)| (cost, key)).collect();
    while let Some((_, key)) = queue.pop_first() {
        let gone = places.remove(&key).unwrap_or_default();
        let touching = gone.iter().filter_map(|&place| factors[place].take()).collect();
        let summed = product(touching, limit)?.sum_out(key);
        let axes: Vec<u64> = summed.axes().iter().map(|(axis, _)| *axis).collect();
        factors.push(Some(summed));
        for axis in axes {
            let Some(places) = places.get_mut(&axis) else { continue };
            places.retain(|place| factors[*place].is_some());
            places.push(factors.len() - 1);
            let now = cost(&factors, places);
            if let Some(before) = costs.insert(axis, now) {
                queue.remove(&(before, axis));
                queue.insert((now, axis));
            }
        }
    }
    product(factors.into_iter().flatten().collect(), limit)
}

fn product<T: Num + Clone>(mut factors: Vec<Table<T>>, limit: usize) -> Result<Table<T>, TooLarge> {
    // Small ones first, so that the large product is formed once.
    factors.sort_by_cached_key(|factor| factor.axes().len());
    factors.into_iter().try_fold(Table::constant(T::one()), |product, factor| {
        product.zip(&factor, limit, |a, b| a.clone() * b.clone())
    })
}
