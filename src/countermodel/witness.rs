//! Two models from a hedge: the same strictly positive data, another answer.
//!
//! The construction of Shpitser & Pearl (2006a, theorem 4) made positive. Every node of the outer C-forest F carries a
//! parity bit: the exclusive or of its fair bits (one for each chosen bidirected edge of F) and of the parity bits of its
//! forest parents. In the second model the parity of the inner forest F′ ignores what lies outside F′. On the data the
//! parity bits have one and the same joint distribution in both: uniform, but that the roots' bits sum to zero. Under the
//! intervention they still do in the second model, while in the first their sum is a fair coin.
//! Roots show their parity through a random positive kernel only; generic bits, drawn by random positive kernels that are
//! the same in both models, carry the roots' states to the query.

use super::TooLarge;
use super::evaluate::widest;
use super::infer::{Entry, joint};
use super::random::{Draws, fraction};
use super::table::Table;
use crate::expr::BigRational;
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::Effect;
use crate::proof::{CounterModel, Hedge, Latent, Model, ModelVariable, Parent};
use crate::reach;
use num_traits::{One, Zero};
use std::collections::VecDeque;

/// How many times the random kernels are drawn before giving up; in trials no hedge needed more than four.
const DRAWS: u64 = 24;

/// Why no models are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Omitted {
    /// They would need more cells than allowed.
    TooLarge(TooLarge),
    /// No draw told the two apart.
    NotFound,
}

/// Two models of `graph` that agree on P(v) and differ on P(of | do(do_), given), for a query with that hedge.
///
/// # Errors
/// See [`Omitted`]. Exponential in the relevant part of the graph (ancestors of query and hedge), which `limit` bounds,
/// in cells of the largest table.
pub fn witness(graph: &Graph, effect: &Effect, hedge: &Hedge, limit: usize) -> Result<CounterModel, Omitted> {
    let conditional = !hedge.exchanged.given.is_empty() || !effect.given.is_empty();
    for draw in 0..DRAWS {
        // Conditional queries: three draws without extra latents, then with them.
        let extra = conditional && draw >= 3;
        let plan = Plan::new(graph, hedge, conditional, extra);
        let mut draws = Draws::new(draw);
        let models = plan.models(&mut draws, limit).map_err(Omitted::TooLarge)?;
        if let Some(found) = compare(graph, effect, models, limit).map_err(Omitted::TooLarge)? {
            return Ok(found);
        }
    }
    Err(Omitted::NotFound)
}

/// A pair of models for that hedge, drawn from that seed, in which every variable on the way to the query also depends on
/// all its parents: a difference that is the same at each value of a treatment would cancel in a contrast.
///
/// # Errors
/// A table would have more than `limit` cells.
pub fn candidates(graph: &Graph, hedge: &Hedge, seed: u64, limit: usize) -> Result<Vec<Model>, TooLarge> {
    Plan::new(graph, hedge, true, seed >= 3).models(&mut Draws::new(seed), limit)
}

/// Which node carries what.
struct Plan<'a> {
    graph: &'a Graph,
    hedge: &'a Hedge,
    /// Nodes with a generic bit, and the parents it is drawn from.
    generic: Vec<Option<Vec<Node>>>,
    /// Bidirected edges with an extra latent, apart from the fair bit there.
    extra: Vec<(Node, Node)>,
}

impl<'a> Plan<'a> {
    fn new(graph: &'a Graph, hedge: &'a Hedge, conditional: bool, extra: bool) -> Self {
        let query = &hedge.exchanged;
        let targets = query.of.union(&query.given);
        let mut generic: Vec<Option<Vec<Node>>> = vec![None; graph.len()];
        let mut edges = Vec::new();
        if conditional {
            let cut = Mutilation::over(graph, query.do_.clone());
            let ancestors = reach::ancestors_cut(graph, &targets, &cut);
            for node in ancestors.difference(&query.do_).iter() {
                generic[node.index()] = Some(graph.parents(node).filter(|&p| ancestors.contains(p)).collect());
            }
            if extra {
                let both = |&(a, b): &(Node, Node)| generic[a.index()].is_some() && generic[b.index()].is_some();
                edges = graph.bidirected().filter(both).collect();
            }
        } else {
            for (node, parents) in shortest_paths(graph, &hedge.root, &targets, &query.do_) {
                generic[node.index()].get_or_insert_default().extend(parents);
            }
        }
        Self { graph, hedge, generic, extra: edges }
    }

    fn is_root(&self, node: Node) -> bool {
        self.hedge.root.contains(node)
    }

    fn in_forest(&self, node: Node) -> bool {
        self.hedge.outer.nodes.contains(node)
    }

    fn states(&self, node: Node) -> usize {
        if self.in_forest(node) && !self.is_root(node) && self.generic[node.index()].is_some() { 4 } else { 2 }
    }

    fn models(&self, draws: &mut Draws, limit: usize) -> Result<Vec<Model>, TooLarge> {
        let mut latents: Vec<Latent> = Vec::new();
        let mut fresh = 0;
        let mut latent = |probs: Vec<BigRational>| {
            loop {
                fresh += 1;
                let name = format!("u{fresh}");
                if self.graph.node(&name).is_none() {
                    return Latent { name, probs };
                }
            }
        };
        for _ in &self.hedge.outer.bidirected {
            latents.push(latent(vec![fraction(1, 2), fraction(1, 2)]));
        }
        for _ in &self.extra {
            latents.push(latent(draws.row(2)));
        }
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for node in self.graph.nodes() {
            let [a, b] = self.variable(node, draws, limit)?;
            first.push(a);
            second.push(b);
        }
        Ok(vec![Model { latents: latents.clone(), variables: first }, Model { latents, variables: second }])
    }

    /// The variable in both models.
    fn variable(&self, node: Node, draws: &mut Draws, limit: usize) -> Result<[ModelVariable; 2], TooLarge> {
        let states = self.states(node);
        if !self.in_forest(node) && self.generic[node.index()].is_none() {
            let coin = ModelVariable { states, parents: Vec::new(), table: vec![vec![fraction(1, 2), fraction(1, 2)]] };
            return Ok([coin.clone(), coin]);
        }
        let Hedge { outer, inner, .. } = self.hedge;
        let forest: Vec<Node> = outer.directed.iter().filter(|(_, to)| *to == node).map(|(from, _)| *from).collect();
        let fair: Vec<usize> = (0..outer.bidirected.len()).filter(|&i| touches(outer.bidirected[i], node)).collect();
        let drawn_from = self.generic[node.index()].clone().unwrap_or_default();
        let extra: Vec<usize> = (0..self.extra.len())
            .filter(|&i| touches(self.extra[i], node) && self.generic[node.index()].is_some())
            .map(|i| outer.bidirected.len() + i)
            .collect();
        let mut parents: Vec<Node> = forest.iter().chain(&drawn_from).copied().collect();
        parents.sort_unstable();
        parents.dedup();
        let all: Vec<Parent> = parents
            .iter()
            .map(|&p| Parent::Variable(p))
            .chain(fair.iter().chain(&extra).map(|&i| Parent::Latent(i)))
            .collect();
        let sizes: Vec<usize> = all
            .iter()
            .map(|parent| match parent {
                Parent::Variable(parent) => self.states(*parent),
                Parent::Latent(_) => 2,
            })
            .collect();
        let rows = sizes.iter().fold(1_usize, |rows, size| rows.saturating_mul(*size));
        let cells = rows.saturating_mul(states);
        if cells > limit {
            return Err(TooLarge { cells });
        }
        let inside = inner.nodes.contains(node);
        // A kernel's rows are the same in both models: they depend on what is read, never on the model.
        let mut kernel: rustc_hash::FxHashMap<Vec<usize>, Vec<BigRational>> = rustc_hash::FxHashMap::default();
        let mut tables = [Vec::with_capacity(rows), Vec::with_capacity(rows)];
        for row in 0..rows {
            let state = digits(row, &sizes);
            let of = |parent: Parent| all.iter().position(|p| *p == parent).map_or(0, |i| state[i]);
            let parity = |second: bool| {
                let mut bit = 0;
                for &parent in &forest {
                    if !(second && inside && !inner.nodes.contains(parent)) {
                        bit ^= self.parity_of(parent, of(Parent::Variable(parent)));
                    }
                }
                for &edge in &fair {
                    if !(second && inside && !inner.bidirected.contains(&outer.bidirected[edge])) {
                        bit ^= of(Parent::Latent(edge));
                    }
                }
                bit
            };
            let read: Vec<usize> = drawn_from
                .iter()
                .map(|&p| of(Parent::Variable(p)))
                .chain(extra.iter().map(|&i| of(Parent::Latent(i))))
                .collect();
            for (model, table) in tables.iter_mut().enumerate() {
                let bit = if self.in_forest(node) { parity(model == 1) } else { 0 };
                table.push(if self.is_root(node) {
                    let mut key = read.clone();
                    key.push(bit);
                    kernel.entry(key).or_insert_with(|| draws.row(2)).clone()
                } else if self.generic[node.index()].is_none() {
                    point(bit, 2)
                } else {
                    let generic = kernel.entry(read.clone()).or_insert_with(|| draws.row(2));
                    if self.in_forest(node) {
                        (0..4).map(|s| if s / 2 == bit { generic[s % 2].clone() } else { Zero::zero() }).collect()
                    } else {
                        generic.clone()
                    }
                });
            }
        }
        Ok(tables.map(|table| ModelVariable { states, parents: all.clone(), table }))
    }

    /// The parity bit that a state shows.
    fn parity_of(&self, node: Node, state: usize) -> usize {
        if self.states(node) == 4 { state / 2 } else { state }
    }
}

fn touches((a, b): (Node, Node), node: Node) -> bool {
    a == node || b == node
}

fn point(state: usize, states: usize) -> Vec<BigRational> {
    (0..states).map(|s| if s == state { One::one() } else { Zero::zero() }).collect()
}

/// The states of the parents in a table's row, the last varying fastest.
fn digits(mut row: usize, sizes: &[usize]) -> Vec<usize> {
    let mut state = vec![0; sizes.len()];
    for (slot, size) in state.iter_mut().zip(sizes).rev() {
        *slot = row % size;
        row /= size;
    }
    state
}

/// Shortest directed paths from each root to the targets, edges into `cut` left out: each node on one, with the parents
/// through which the paths come.
fn shortest_paths(graph: &Graph, roots: &NodeSet, targets: &NodeSet, cut: &NodeSet) -> Vec<(Node, Vec<Node>)> {
    let mut steps: Vec<(Node, Vec<Node>)> = Vec::new();
    for root in roots.iter() {
        let mut from: Vec<Option<Node>> = vec![None; graph.len()];
        let mut seen = graph.set([root]);
        let mut queue = VecDeque::from([root]);
        while let Some(node) = queue.pop_front() {
            if targets.contains(node) {
                let mut at = node;
                while let Some(parent) = from[at.index()] {
                    steps.push((at, vec![parent]));
                    at = parent;
                }
                break;
            }
            for child in graph.children(node).filter(|&child| !cut.contains(child)) {
                if seen.insert(child) {
                    from[child.index()] = Some(node);
                    queue.push_back(child);
                }
            }
        }
    }
    steps.sort_unstable();
    steps.dedup();
    steps
}

/// The point where the two models' answers differ most, with both answers exactly; None where they agree.
fn compare(graph: &Graph, effect: &Effect, models: Vec<Model>, limit: usize) -> Result<Option<CounterModel>, TooLarge> {
    let [first, second] = &models[..] else { return Ok(None) };
    let gap = answer::<f64>(graph, effect, first, limit)?.zip(
        &answer::<f64>(graph, effect, second, limit)?,
        limit,
        |a, b| (a - b).abs(),
    )?;
    let Some(states) = widest(&gap) else { return Ok(None) };
    let mut at: Vec<(Node, usize)> = gap.axes().iter().map(|(key, _)| Node::new(*key as usize)).zip(states).collect();
    let mut values = Vec::new();
    for model in &models {
        let mut table = answer::<BigRational>(graph, effect, model, limit)?;
        for &(node, state) in &at {
            table = table.slice(node.index() as u64, state).unwrap_or_else(|| Table::constant(BigRational::zero()));
        }
        values.push(table.scalar().cloned().unwrap_or_default());
    }
    // Treatments on which neither answer depends stand at their first state.
    let named: Vec<Node> = at.iter().map(|(node, _)| *node).collect();
    at.extend(effect.do_.union(&effect.given).iter().filter(|node| !named.contains(node)).map(|node| (node, 0)));
    at.sort_unstable();
    Ok((values[0] != values[1]).then_some(CounterModel { models, at, values }))
}

/// P(of | do(do_), given) as a table.
fn answer<T: Entry>(graph: &Graph, effect: &Effect, model: &Model, limit: usize) -> Result<Table<T>, TooLarge> {
    let over = joint::<T>(graph, model, &effect.of.union(&effect.given), &effect.do_, limit)?;
    if effect.given.is_empty() {
        return Ok(over);
    }
    let under = effect.of.iter().fold(over.clone(), |under, y| under.sum_out(y.index() as u64));
    over.zip(&under, limit, |a, b| if b.is_zero() { T::zero() } else { a.clone() / b.clone() })
}
