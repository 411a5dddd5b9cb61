//! Random structural causal models of a graph, every probability positive, and what they say under interventions.

use super::bits::{Bits, Set, bit};
use super::table::Table;
use num_traits::ToPrimitive;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use whatif::graph::Graph;
use whatif::proof::{Model, Parent};

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

    /// Takes over a model that someone else made, or says why it is none of this graph.
    pub fn of(graph: &Graph, model: &Model) -> Result<Self, String> {
        let bits = Bits::of(graph);
        let say = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
        say(model.variables.len() == graph.len(), "one entry for each variable")?;
        let states: Vec<usize> = model.variables.iter().map(|variable| variable.states).collect();
        say(states.iter().all(|&states| states >= 2), "two states at least")?;
        let row = |probs: &[whatif::expr::BigRational]| {
            let total: whatif::expr::BigRational = probs.iter().sum();
            total == num_traits::One::one() && probs.iter().all(|p| *p >= num_traits::Zero::zero())
        };
        let mut latents = Vec::new();
        for (j, latent) in model.latents.iter().enumerate() {
            say(row(&latent.probs), "a latent's probabilities sum to one")?;
            let axes = vec![(Axis::Latent(j), latent.probs.len())];
            latents.push(Table::from_fn(axes, |at| latent.probs[at[0]].to_f64().unwrap()));
        }
        let mut children = vec![0; model.latents.len()];
        let mut kernels = Vec::new();
        for (i, variable) in model.variables.iter().enumerate() {
            let mut axes: Vec<(Axis, usize)> = vec![(Axis::Variable(i), variable.states)];
            for parent in &variable.parents {
                axes.push(match *parent {
                    Parent::Variable(node) => {
                        say(bits.parents[i] & bit(node.index()) != 0, "parents are the graph's")?;
                        (Axis::Variable(node.index()), states[node.index()])
                    }
                    Parent::Latent(j) => {
                        say(j < children.len(), "latents are the model's")?;
                        children[j] |= bit(i);
                        (Axis::Latent(j), model.latents[j].probs.len())
                    }
                });
            }
            let parents = axes[1..].to_vec();
            axes.sort_unstable();
            axes.dedup();
            say(axes.len() == parents.len() + 1, "each parent once")?;
            let rows: usize = parents.iter().map(|&(_, states)| states).product();
            let shape = variable.table.len() == rows && variable.table.iter().all(|r| r.len() == variable.states);
            say(shape && variable.table.iter().all(|r| row(r)), "a row for each state of the parents, summing to one")?;
            kernels.push(Table::from_fn(axes.clone(), |at| {
                let state = |axis: Axis| at[axes.iter().position(|&(own, _)| own == axis).unwrap()];
                let place = parents.iter().fold(0, |place, &(axis, states)| place * states + state(axis));
                variable.table[place][state(Axis::Variable(i))].to_f64().unwrap()
            }));
        }
        for set in children {
            let pair: Vec<usize> = super::bits::members(set).collect();
            let fits = match *pair {
                [_] => true,
                [a, b] => bits.siblings[a] & bit(b) != 0,
                _ => false,
            };
            say(fits, "a latent has one child, or two that share a bidirected edge")?;
        }
        Ok(Self { states, kernels, latents, worlds: RefCell::default() })
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
