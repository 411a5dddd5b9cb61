//! A guide for importance sampling: how well each state of each variable goes with the evidence below it.
//!
//! Evidence pre-propagation (Yuan & Druzdzel 2003): a few sweeps of belief propagation, exact on trees and a good guess
//! elsewhere, give each variable a likelihood. Rows are then drawn from P(x | parents) times that likelihood, and weighed by
//! what this distorts, so that the estimates are right however bad the guess is.

use crate::network::Network;

/// Sweeps down and up.
const SWEEPS: usize = 4;
/// No state is made less likely than this, relative to the best: a wrong guess must not shut out what is possible.
const FLOOR: f64 = 0.01;

/// Messages along one edge, from a parent and from its child.
#[derive(Clone)]
struct Edge {
    down: Vec<f64>,
    up: Vec<f64>,
}

/// By variable and state, the best state at 1; None where the evidence says nothing. O(sweeps × tables × parents).
pub(super) fn guide(network: &Network, known: &[Option<usize>]) -> Vec<Option<Vec<f64>>> {
    let n = network.len();
    // Edge j of a variable comes from its parent j.
    let mut edges: Vec<Vec<Edge>> = (0..n)
        .map(|v| {
            let uniform = |p: usize| vec![1.0 / network.states(p) as f64; network.states(p)];
            network.table(v).parents.iter().map(|&p| Edge { down: uniform(p), up: uniform(p) }).collect()
        })
        .collect();
    let mut children: Vec<Vec<(usize, usize)>> = vec![Vec::new(); n];
    for v in 0..n {
        for (j, &parent) in network.table(v).parents.iter().enumerate() {
            children[parent].push((v, j));
        }
    }
    // Only what has evidence at or below it is told anything.
    let mut told: Vec<bool> = known.iter().map(Option::is_some).collect();
    for &v in network.order().iter().rev() {
        if told[v] {
            network.table(v).parents.iter().for_each(|&parent| told[parent] = true);
        }
    }
    let likelihood = |v: usize, edges: &[Vec<Edge>]| -> Vec<f64> {
        let mut all = own(network.states(v), known[v]);
        for &(child, j) in children[v].iter().filter(|(child, _)| told[*child]) {
            all.iter_mut().zip(&edges[child][j].up).for_each(|(all, up)| *all *= up);
        }
        normal(all)
    };
    for _ in 0..SWEEPS {
        for &v in network.order() {
            let prior = prior(network, v, &edges[v]);
            for (place, &(child, j)) in children[v].iter().enumerate() {
                let mut down = own(network.states(v), known[v]);
                down.iter_mut().zip(&prior).for_each(|(down, prior)| *down *= prior);
                for (other, &(sister, k)) in children[v].iter().enumerate() {
                    if other != place && told[sister] {
                        down.iter_mut().zip(&edges[sister][k].up).for_each(|(down, up)| *down *= up);
                    }
                }
                edges[child][j].down = normal(down);
            }
        }
        for &v in network.order().iter().rev().filter(|&&v| told[v]) {
            let below = likelihood(v, &edges);
            let up = upward(network, v, &below, &edges[v]);
            edges[v].iter_mut().zip(up).for_each(|(edge, up)| edge.up = normal(up));
        }
    }
    (0..n)
        .map(|v| {
            (told[v] && known[v].is_none()).then(|| {
                let found = likelihood(v, &edges);
                let most = found.iter().copied().fold(0.0, f64::max);
                found.iter().map(|value| (value / most).max(FLOOR)).collect()
            })
        })
        .collect()
}

/// What a variable's own evidence says.
fn own(states: usize, known: Option<usize>) -> Vec<f64> {
    (0..states).map(|state| f64::from(u8::from(known.is_none_or(|known| known == state)))).collect()
}

/// Divided by the sum; uniform where there is none.
fn normal(mut values: Vec<f64>) -> Vec<f64> {
    let sum: f64 = values.iter().sum();
    let count = values.len() as f64;
    values.iter_mut().for_each(|value| *value = if sum > 0.0 { *value / sum } else { 1.0 / count });
    values
}

/// Calls `f` with each row's states of the parents and its numbers.
fn each_row(network: &Network, v: usize, mut f: impl FnMut(&[usize], &[f64])) {
    let table = network.table(v);
    let mut at = vec![0; table.parents.len()];
    for row in table.probs.chunks_exact(network.states(v).max(1)) {
        f(&at, row);
        for (state, &parent) in at.iter_mut().zip(&table.parents).rev() {
            *state += 1;
            if *state < network.states(parent) {
                break;
            }
            *state = 0;
        }
    }
}

/// How probable each state is by what comes from the parents.
fn prior(network: &Network, v: usize, edges: &[Edge]) -> Vec<f64> {
    let mut sum = vec![0.0; network.states(v)];
    each_row(network, v, |at, row| {
        let p: f64 = at.iter().zip(edges).map(|(&state, edge)| edge.down[state]).product();
        sum.iter_mut().zip(row).for_each(|(sum, cell)| *sum += p * cell);
    });
    normal(sum)
}

/// What each parent is told of what is below.
fn upward(network: &Network, v: usize, below: &[f64], edges: &[Edge]) -> Vec<Vec<f64>> {
    let mut up: Vec<Vec<f64>> = edges.iter().map(|edge| vec![0.0; edge.up.len()]).collect();
    each_row(network, v, |at, row| {
        let likely: f64 = row.iter().zip(below).map(|(cell, below)| cell * below).sum();
        for (j, up) in up.iter_mut().enumerate() {
            let others = at.iter().zip(edges).enumerate().filter(|(k, _)| *k != j);
            let p: f64 = others.map(|(_, (&state, edge))| edge.down[state]).product();
            up[at[j]] += likely * p;
        }
    });
    up
}
