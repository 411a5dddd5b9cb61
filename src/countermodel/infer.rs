//! Variable elimination in a [`Model`], observational or after an intervention.

use super::TooLarge;
use super::table::{Table, size_of};
use crate::expr::BigRational;
use crate::graph::{Graph, NodeSet};
use crate::proof::{Model, Parent};
use num_traits::{Num, ToPrimitive};
use std::collections::{BTreeMap, BTreeSet};

/// A number that a model's rational entries can be read as.
pub(super) trait Entry: Num + Clone {
    /// The entry as this number.
    fn of(value: &BigRational) -> Self;
}

impl Entry for BigRational {
    fn of(value: &BigRational) -> Self {
        value.clone()
    }
}

impl Entry for f64 {
    fn of(value: &BigRational) -> Self {
        value.to_f64().unwrap_or(f64::NAN)
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
    let mut factors: Vec<Table<T>> = Vec::new();
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
        factors.push(Table::from_fn(&axes, limit, &|states| {
            let (own, parents) = states.split_last().map_or((0, states), |(own, parents)| (*own, parents));
            let row = parents.iter().zip(&sizes).fold(0, |row, (state, size)| row * size + state);
            T::of(&variable.table[row][own])
        })?);
        if !of.contains(node) {
            hidden.push(node.index() as u64);
        }
    }
    for index in latents {
        let probs = &model.latents[index].probs;
        factors.push(Table::from_fn(&[(latent_key(index), probs.len())], limit, &|s| T::of(&probs[s[0]]))?);
        hidden.push(latent_key(index));
    }
    eliminate(factors, hidden, limit)
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
