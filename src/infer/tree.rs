//! The junction tree: cliques of the triangulated graph, each with the tables that are multiplied there.
//!
//! Lauritzen & Spiegelhalter (1988); the tree is read off an elimination order. Evidence has been put into the tables
//! before, so that no clique holds an observed variable.

use super::factor::{Factor, size};
use super::order::{HOPELESS, Interaction, Order, Rule};
use super::{Limits, Refusal};
use crate::network::Network;

/// Rows further from one than this are no rounding of floats: they are kept, and nothing is pruned on their account.
const ROUNDING: f64 = 1e-14;

/// A clique and its place in the tree.
#[derive(Clone, Debug)]
pub(super) struct Clique {
    /// Its variables, those that go last first.
    pub(super) scope: Vec<u32>,
    /// How many of them, from the front, it shares with its parent.
    pub(super) shared: usize,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    /// The variables whose tables are multiplied here.
    pub(super) tables: Vec<usize>,
}

/// A network with its evidence, ready to be computed with.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) states: Vec<u32>,
    /// What is known of each variable.
    pub(super) known: Vec<Option<usize>>,
    /// Every table as far as it agrees with the evidence.
    pub(super) factors: Vec<Factor>,
    /// Parents before children.
    pub(super) cliques: Vec<Clique>,
    /// The clique in which each variable goes; meaningless for what is known.
    pub(super) home: Vec<usize>,
    /// Whether the table counts for nothing on the way up: it and all below it sum to one.
    pub(super) idle: Vec<bool>,
    /// Cells of all cliques together.
    pub(super) cells: f64,
    /// Cells of all messages together.
    pub(super) shared: f64,
}

/// The evidence as a list by variable.
pub(super) fn known(network: &Network, evidence: &[(usize, usize)]) -> Result<Vec<Option<usize>>, Refusal> {
    let mut known = vec![None; network.len()];
    for &(variable, state) in evidence {
        if variable >= network.len() || state >= network.states(variable) {
            return Err(Refusal::Evidence(variable));
        }
        if known[variable].replace(state).is_some_and(|before| before != state) {
            return Err(Refusal::Evidence(variable));
        }
    }
    Ok(known)
}

/// The part of a table that agrees with the evidence, over what is not known.
pub(super) fn restrict<T: Clone>(
    network: &Network,
    child: usize,
    known: &[Option<usize>],
    values: &[T],
) -> (Vec<u32>, Vec<T>) {
    match kept(network, child, known, values.len()) {
        (scope, None) => (scope, values.to_vec()),
        (scope, Some(places)) => (scope, places.into_iter().map(|at| values[at].clone()).collect()),
    }
}

/// What is not known of a table with so many cells, and where the cells stand that agree with the evidence, if not all do.
fn kept(network: &Network, child: usize, known: &[Option<usize>], cells: usize) -> (Vec<u32>, Option<Vec<usize>>) {
    let table = network.table(child);
    let family: Vec<usize> = table.parents.iter().copied().chain([child]).collect();
    let scope: Vec<u32> = family.iter().filter(|&&v| known[v].is_none()).map(|&v| v as u32).collect();
    if scope.len() == family.len() {
        return (scope, None);
    }
    // From the last variable to the first: the places of the cells that stay.
    let mut places = vec![0_usize];
    let mut step = cells;
    for &v in &family {
        step /= network.states(v);
        places = match known[v] {
            Some(state) => places.iter().map(|at| at + state * step).collect(),
            None => places.iter().flat_map(|&at| (0..network.states(v)).map(move |s| at + s * step)).collect(),
        };
    }
    (scope, Some(places))
}

impl Tree {
    /// Chooses an order and builds the tree.
    pub(super) fn new(network: &Network, evidence: &[(usize, usize)], limits: &Limits) -> Result<Self, Refusal> {
        let known = known(network, evidence)?;
        let states: Vec<u32> = (0..network.len()).map(|v| network.states(v) as u32).collect();
        let factors: Vec<Factor> = (0..network.len())
            .map(|v| {
                let (scope, values) = restrict(network, v, &known, &network.table(v).probs);
                Factor { scope, values }
            })
            .collect();
        let order = best_order(&states, &factors, &known);
        let order = order.ok_or(Refusal::Memory { needed: HOPELESS * 8.0, width: None, limit: limits.usable() })?;
        let mut tree = Self {
            home: vec![0; states.len()],
            idle: vec![false; states.len()],
            cliques: Vec::new(),
            cells: 0.0,
            shared: 0.0,
            states,
            known,
            factors,
        };
        tree.cliques(&order);
        tree.measure(limits)?;
        tree.place(&order);
        tree.find_idle(network);
        Ok(tree)
    }

    /// Cliques from an order: a variable joins its parent's clique where it knows all of it, else it opens its own.
    fn cliques(&mut self, order: &Order) {
        let mut position = vec![0_usize; self.states.len()];
        for (i, &v) in order.order.iter().enumerate() {
            position[v as usize] = i;
        }
        for (&v, near) in order.order.iter().zip(&order.near).rev() {
            if self.known[v as usize].is_some() {
                continue;
            }
            let next = near.iter().min_by_key(|&&u| position[u as usize]);
            let parent = next.map(|&u| self.home[u as usize]);
            if let Some(parent) = parent.filter(|&p| self.cliques[p].scope.len() == near.len()) {
                self.cliques[parent].scope.push(v);
                self.home[v as usize] = parent;
                continue;
            }
            let mut scope = near.clone();
            scope.sort_by_key(|&u| std::cmp::Reverse(position[u as usize]));
            let shared = scope.len();
            scope.push(v);
            let index = self.cliques.len();
            self.home[v as usize] = index;
            if let Some(parent) = parent {
                self.cliques[parent].children.push(index);
            }
            self.cliques.push(Clique { scope, shared, parent, children: Vec::new(), tables: Vec::new() });
        }
    }

    fn measure(&mut self, limits: &Limits) -> Result<(), Refusal> {
        for clique in &self.cliques {
            self.cells += size(&clique.scope, &self.states);
            self.shared += size(&clique.scope[..clique.shared], &self.states);
        }
        let needed = self.memory();
        if needed > limits.usable() as f64 {
            let width = self.cliques.iter().map(|clique| clique.scope.len()).max();
            return Err(Refusal::Memory { needed, width, limit: limits.usable() });
        }
        let needed = self.cells * 8.0;
        if needed > limits.steps as f64 {
            return Err(Refusal::Steps { needed, limit: limits.steps });
        }
        Ok(())
    }

    /// Bytes at most: a message each way, the larger part of them once more while it is put together, and the tables.
    pub(super) fn memory(&self) -> f64 {
        let tables: usize = self.factors.iter().map(|factor| factor.values.len()).sum();
        (3.0 * self.shared + tables as f64) * 8.0
    }

    /// Gives each table to the clique where the first of its variables goes.
    fn place(&mut self, order: &Order) {
        let mut position = vec![0_usize; self.states.len()];
        for (i, &v) in order.order.iter().enumerate() {
            position[v as usize] = i;
        }
        for (v, factor) in self.factors.iter().enumerate() {
            if let Some(&first) = factor.scope.iter().min_by_key(|&&u| position[u as usize]) {
                self.cliques[self.home[first as usize]].tables.push(v);
            }
        }
    }

    /// Finds the tables of barren variables, as far as the tree lets them go: the variable is summed out where its table
    /// is, and so are its children, below.
    fn find_idle(&mut self, network: &Network) {
        // A clique is below another where its number lies in the other's range of a walk in depth.
        let mut entered = vec![0_usize; self.cliques.len()];
        let mut left = vec![0_usize; self.cliques.len()];
        let mut clock = 0;
        for root in (0..self.cliques.len()).filter(|&c| self.cliques[c].parent.is_none()) {
            let mut stack = vec![(root, 0)];
            while let Some((c, child)) = stack.pop() {
                if child == 0 {
                    entered[c] = clock;
                    clock += 1;
                }
                if let Some(&next) = self.cliques[c].children.get(child) {
                    stack.push((c, child + 1));
                    stack.push((next, 0));
                } else {
                    left[c] = clock;
                }
            }
        }
        let mut at_home = vec![false; self.states.len()];
        for (c, clique) in self.cliques.iter().enumerate() {
            for &v in &clique.tables {
                at_home[v] = self.known[v].is_none() && self.home[v] == c;
            }
        }
        let mut wanted = vec![false; self.states.len()];
        for &v in network.order().iter().rev() {
            let idle = at_home[v] && !wanted[v] && is_normal(network, v);
            self.idle[v] = idle;
            for &parent in &network.table(v).parents {
                if self.known[parent].is_some() {
                    continue;
                }
                let (below, above) = (self.home[v], self.home[parent]);
                let inside = idle && entered[above] <= entered[below] && entered[below] < left[above];
                wanted[parent] |= !inside;
            }
        }
    }
}

/// Whether every row sums to one, but for rounding.
pub(super) fn is_normal(network: &Network, v: usize) -> bool {
    let states = network.states(v);
    let rounding = ROUNDING * states as f64;
    network.table(v).probs.chunks_exact(states).all(|row| (row.iter().sum::<f64>() - 1.0).abs() <= rounding)
}

/// The cheapest of several orders; the more there is to compute, the longer one is looked for. None where all are hopeless.
fn best_order(states: &[u32], factors: &[Factor], known: &[Option<usize>]) -> Option<Order> {
    /// Greedy searches beyond the first three, at most.
    const MOST: f64 = 64.0;
    let graph = Interaction::new(states.to_vec(), factors.iter().map(|factor| factor.scope.as_slice()));
    let stage: Vec<u8> = known.iter().map(|state| u8::from(state.is_some())).collect();
    let mut best: Option<Order> = None;
    let mut consider = |rule, seed| {
        let give_up = best.as_ref().map_or(HOPELESS, |best| best.cells);
        if let Some(found) = graph.eliminate(rule, &stage, seed, give_up) {
            best = Some(found);
        }
        best.as_ref().map_or(0.0, |best| best.cells)
    };
    let mut cells = 0.0;
    for rule in [Rule::Fill, Rule::WeightedFill, Rule::Weight] {
        cells = consider(rule, 0);
    }
    // A search takes about as long as this many cells; a tenth of the whole is spent on searches.
    let search = 40.0 * graph.edges() as f64;
    let more = (cells / search / 10.0).clamp(0.0, MOST) as u64;
    for seed in 1..=more {
        consider([Rule::Fill, Rule::WeightedFill, Rule::Weight][(seed % 3) as usize], seed);
    }
    best
}
