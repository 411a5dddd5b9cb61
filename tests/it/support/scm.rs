//! Random structural causal models of a graph, every probability positive, and what they say under interventions.

use super::bits::{Set, bit};
use super::table::Table;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use whatif::graph::Graph;

/// An axis of a model's tables.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Axis {
    Variable(usize),
    Latent(usize),
}

/// One latent for each bidirected edge; each variable drawn from its parents and its latents.
pub struct Scm {
    states: Vec<usize>,
    /// P(variable | parents, latents), by variable.
    kernels: Vec<Table<Axis>>,
    /// P(latent), by bidirected edge.
    latents: Vec<Table<Axis>>,
    worlds: RefCell<BTreeMap<Set, Rc<Table<usize>>>>,
}

impl Scm {
    /// Draws a model. Weights from 1/20 to 1 before they are normalised: far from zero, and far from equal.
    pub fn random(graph: &Graph, variable_states: &[usize], latent_states: &[usize], rng: &mut ChaCha8Rng) -> Self {
        let mut pick = |from: &[usize]| from[rng.random_range(0..from.len())];
        let states: Vec<usize> = graph.nodes().map(|_| pick(variable_states)).collect();
        let pairs: Vec<(usize, usize)> = graph.bidirected().map(|(a, b)| (a.index(), b.index())).collect();
        let latent_sizes: Vec<usize> = pairs.iter().map(|_| pick(latent_states)).collect();
        let mut draw = |axes: Vec<(Axis, usize)>, of: Axis| {
            let weights = Table::from_fn(axes, |_| 0.05 + 0.95 * rng.random::<f64>().powi(2));
            let total = weights.sum_out(|axis| axis == of);
            weights.zip(&total, |a, b| a / b)
        };
        let latents =
            latent_sizes.iter().enumerate().map(|(j, &size)| draw(vec![(Axis::Latent(j), size)], Axis::Latent(j)));
        let latents = latents.collect();
        let kernels = graph.nodes().map(|node| {
            let own = Axis::Variable(node.index());
            let mut axes: Vec<(Axis, usize)> = graph
                .parents(node)
                .chain([node])
                .map(|parent| (Axis::Variable(parent.index()), states[parent.index()]))
                .collect();
            let touching =
                pairs.iter().enumerate().filter(|(_, pair)| pair.0 == node.index() || pair.1 == node.index());
            axes.extend(touching.map(|(j, _)| (Axis::Latent(j), latent_sizes[j])));
            axes.sort_unstable();
            draw(axes, own)
        });
        let kernels = kernels.collect();
        Self { states, kernels, latents, worlds: RefCell::default() }
    }

    pub fn states(&self) -> &[usize] {
        &self.states
    }

    /// P(the others | do(actions)) as a table over all variables, the actions' axes saying what they are set to:
    /// their kernels are left out of the product, nothing else (truncated factorisation, Pearl 2009, section 3.2.3).
    pub fn world(&self, actions: Set) -> Rc<Table<usize>> {
        if let Some(world) = self.worlds.borrow().get(&actions) {
            return Rc::clone(world);
        }
        let free = |i: &usize| actions & bit(*i) == 0;
        let mut factors: Vec<Table<Axis>> =
            (0..self.states.len()).filter(free).map(|i| self.kernels[i].clone()).collect();
        for (j, latent) in self.latents.iter().enumerate() {
            let (with, without) = factors
                .into_iter()
                .partition(|t: &Table<Axis>| t.axes().iter().any(|&(axis, _)| axis == Axis::Latent(j)));
            factors = without;
            let joined = with.iter().fold(latent.clone(), |product, t: &Table<Axis>| product.times(t));
            factors.push(joined.sum_out(|axis| axis == Axis::Latent(j)));
        }
        let whole = self.states.iter().enumerate().map(|(i, &states)| (Axis::Variable(i), states)).collect();
        let ones = Table::from_fn(whole, |_| 1.0);
        let world = factors.iter().fold(ones, |product, t| product.times(t)).renamed(|axis| match axis {
            Axis::Variable(i) => i,
            Axis::Latent(_) => unreachable!("every latent has been summed out"),
        });
        let world = Rc::new(world);
        self.worlds.borrow_mut().insert(actions, Rc::clone(&world));
        world
    }
}
