//! Variable elimination in a [`Model`], observational or after an intervention.

use super::TooLarge;
use super::table::{Table, size_of};
use crate::expr::BigRational;
use crate::graph::{Graph, NodeSet};
use crate::proof::{Model, Parent};
use num_traits::{Num, ToPrimitive};
use std::collections::BTreeSet;

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

/// The product of the tables with the hidden axes summed out.
fn eliminate<T: Num + Clone>(
    mut factors: Vec<Table<T>>,
    mut hidden: Vec<u64>,
    limit: usize,
) -> Result<Table<T>, TooLarge> {
    while !hidden.is_empty() {
        let cost = |key: u64| {
            let mut axes: Vec<(u64, usize)> = Vec::new();
            for factor in factors.iter().filter(|f| f.axes().iter().any(|(axis, _)| *axis == key)) {
                axes.extend_from_slice(factor.axes());
            }
            axes.sort_unstable();
            axes.dedup();
            size_of(&axes, usize::MAX).unwrap_or(usize::MAX)
        };
        let Some(next) = (0..hidden.len()).min_by_key(|&at| cost(hidden[at])) else { break };
        let key = hidden.remove(next);
        let (touching, apart): (Vec<_>, Vec<_>) =
            factors.into_iter().partition(|f| f.axes().iter().any(|(axis, _)| *axis == key));
        factors = apart;
        factors.push(product(touching, limit)?.sum_out(key));
    }
    product(factors, limit)
}

fn product<T: Num + Clone>(mut factors: Vec<Table<T>>, limit: usize) -> Result<Table<T>, TooLarge> {
    // Small ones first, so that the large product is formed once.
    factors.sort_by_cached_key(|factor| factor.axes().len());
    factors.into_iter().try_fold(Table::constant(T::one()), |product, factor| {
        product.zip(&factor, limit, |a, b| a.clone() * b.clone())
    })
}
