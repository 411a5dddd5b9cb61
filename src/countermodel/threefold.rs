//! Two expressions in three random models at once, in floating point, by enumeration: a check of an estimand that shares
//! no code with the exact evaluator here nor with the kernel's, and costs little.
//!
//! Every row of a variable's table is a function of the model, the variable and the row, computed when it is needed, so a
//! model takes no room. Everything that is summed or multiplied holds the three models' numbers side by side.

use crate::expr::{Arena, At, Expr, ExprId, Ref, Symbol, Term, Var};
use crate::graph::{Graph, Node, NodeSet};
use num_traits::ToPrimitive;
use rustc_hash::FxHashMap;

/// How many models are looked at.
pub const MODELS: usize = 3;
/// What rounding may come to, absolute for numbers up to one and relative beyond.
const ROUNDING: f64 = 1e-7;
/// Variables get no more states than this.
const STATES: usize = 6;

/// A number in each model.
type Cell = [f64; MODELS];

/// What comparing came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Threefold {
    /// Equal at every point of every model.
    Equal {
        /// Joint states of all variables and latents that matter, in each model.
        cells: usize,
    },
    /// Not equal.
    Differ {
        /// In which model, from 0.
        model: usize,
        /// Where: the state of each free reference.
        at: Vec<(Ref, usize)>,
        /// The two values there.
        values: [f64; 2],
    },
    /// Nothing was computed: so many cells would have been needed (the largest number where a variable is taken at more
    /// values than a model gives it states).
    TooLarge {
        /// The cells.
        cells: usize,
    },
}

/// Compares two expressions at every point of three models of the graph, fixed for a graph: positive, each bidirected
/// edge a latent of two states. Terms with actions are computed by mutilation: the tables of what is acted on are left
/// out of the product.
///
/// What matters are the ancestors of the variables that the expressions name. O(cells · (variables + terms)).
#[must_use]
pub fn compare_threefold(graph: &Graph, arena: &Arena, (lhs, rhs): (ExprId, ExprId), limit: usize) -> Threefold {
    let reachable = arena.reachable([lhs, rhs]);
    let Some(readings) = Readings::of(arena, &reachable) else { return Threefold::TooLarge { cells: usize::MAX } };
    let named = graph.set(readings.states.keys().map(|var| Node::new(var.index())));
    let mut models = Models::new(graph, &named, &readings);
    if models.cells > limit {
        return Threefold::TooLarge { cells: models.cells };
    }
    let mut grids: FxHashMap<ExprId, Grid> = FxHashMap::default();
    for id in reachable {
        let grid = models.grid(arena, id, &readings, &grids, limit);
        let Some(grid) = grid else { return Threefold::TooLarge { cells: usize::MAX } };
        grids.insert(id, grid);
    }
    let (Some(left), Some(right)) = (grids.get(&lhs), grids.get(&rhs)) else {
        return Threefold::TooLarge { cells: usize::MAX };
    };
    let Some(gap) = left.zip(right, limit, |a, b| (a - b).abs() / a.abs().max(1.0)) else {
        return Threefold::TooLarge { cells: usize::MAX };
    };
    for (place, cell) in gap.cells.iter().enumerate() {
        if let Some(model) = (0..MODELS).find(|&m| cell[m].is_nan() || cell[m] > ROUNDING) {
            let at = gap.point(place);
            let value = |grid: &Grid| grid.at(&at).map_or(f64::NAN, |cell| cell[model]);
            return Threefold::Differ { model, values: [value(left), value(right)], at };
        }
    }
    Threefold::Equal { cells: models.cells }
}

/// How references are read.
struct Readings {
    /// States of every variable named.
    states: FxHashMap<Var, usize>,
    /// The state of each value.
    values: FxHashMap<(Var, Symbol), usize>,
}

impl Readings {
    /// A number below [`STATES`] is the state of that number, where all values of a variable are such; else they are
    /// states in order of their texts. None where that takes more states than there are.
    fn of(arena: &Arena, ids: &[ExprId]) -> Option<Self> {
        let mut states: FxHashMap<Var, usize> = FxHashMap::default();
        let mut named: Vec<(Var, &str, Symbol)> = Vec::new();
        for &id in ids {
            let mut note = |r: Ref| {
                states.insert(r.var, 2);
                if let At::Value(symbol) = r.at {
                    named.push((r.var, arena.text(symbol), symbol));
                }
            };
            match arena.get(id) {
                Expr::P(term) => term.refs().for_each(&mut note),
                Expr::Value(r) => note(*r),
                Expr::Sum { over, .. } => over.iter().copied().for_each(&mut note),
                Expr::Number(_) | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => {}
            }
        }
        named.sort_unstable();
        named.dedup();
        let mut values = FxHashMap::default();
        for of_one in named.chunk_by(|a, b| a.0 == b.0) {
            let numbers: Option<Vec<usize>> = of_one.iter().map(|(_, text, _)| text.parse().ok()).collect();
            let numbers = numbers.filter(|numbers| numbers.iter().all(|&number| number < STATES));
            let numbers = numbers.unwrap_or_else(|| (0..of_one.len()).collect());
            for (&(var, _, symbol), &state) in of_one.iter().zip(&numbers) {
                let most = states.entry(var).or_insert(2);
                *most = (*most).max(state + 1);
                if *most > STATES {
                    return None;
                }
                values.insert((var, symbol), state);
            }
        }
        Some(Self { states, values })
    }

    fn fixed(&self, r: Ref) -> Option<usize> {
        match r.at {
            At::Copy(_) => None,
            At::Value(symbol) => self.values.get(&(r.var, symbol)).copied(),
        }
    }

    fn states(&self, var: Var) -> usize {
        self.states.get(&var).copied().unwrap_or(2)
    }
}

/// A variable of the models.
struct Variable {
    node: Node,
    states: usize,
    /// What its position counts in a joint state.
    stride: usize,
    /// Positions of its parents in the models.
    parents: Vec<usize>,
    /// The latents it heeds, a bit each.
    latents: u32,
}

/// A variable's part in the walk over all joint states.
#[derive(Clone)]
struct Walk {
    /// How far a state moves the place in numerator and denominator.
    by: [usize; 2],
    /// The state that the term asks for.
    fixed: Option<usize>,
    /// Whether it is an outcome.
    outcome: bool,
    /// The state now.
    state: usize,
}

/// The three models, and their distributions under the actions met so far.
struct Models {
    /// What matters, causes first.
    variables: Vec<Variable>,
    place: FxHashMap<Node, usize>,
    latents: u32,
    /// Joint states of variables and latents.
    cells: usize,
    /// By the variables acted on: a number for each joint state of the variables.
    worlds: FxHashMap<Vec<usize>, Vec<Cell>>,
}

impl Models {
    fn new(graph: &Graph, named: &NodeSet, readings: &Readings) -> Self {
        let relevant = crate::reach::ancestors(graph, named);
        let mut order: Vec<Node> = relevant.iter().collect();
        graph.sort(&mut order);
        let place: FxHashMap<Node, usize> = order.iter().enumerate().map(|(i, &node)| (node, i)).collect();
        let inside = |(a, b): &(Node, Node)| relevant.contains(*a) && relevant.contains(*b);
        let arcs: Vec<(Node, Node)> = graph.bidirected().filter(inside).take(31).collect();
        let mut cells = 1_usize << arcs.len();
        let variables = order.iter().map(|&node| {
            let stride = cells >> arcs.len();
            let states = readings.states(Var::new(node.index()));
            cells = cells.saturating_mul(states);
            let heeds = arcs.iter().enumerate().filter(|(_, (a, b))| *a == node || *b == node);
            Variable {
                node,
                states,
                stride,
                parents: graph.parents(node).filter_map(|parent| place.get(&parent).copied()).collect(),
                latents: heeds.fold(0, |bits, (i, _)| bits | 1 << i),
            }
        });
        let variables = variables.collect();
        Self { variables, place, latents: arcs.len() as u32, cells, worlds: FxHashMap::default() }
    }

    fn grid(
        &mut self,
        arena: &Arena,
        id: ExprId,
        readings: &Readings,
        grids: &FxHashMap<ExprId, Grid>,
        limit: usize,
    ) -> Option<Grid> {
        let fold = |all: &[ExprId], f: fn(f64, f64) -> f64| {
            let (first, rest) = all.split_first()?;
            rest.iter().try_fold(grids.get(first)?.clone(), |so_far, next| so_far.zip(grids.get(next)?, limit, f))
        };
        match arena.get(id) {
            Expr::Number(number) => Some(Grid::constant(number.to_f64()?)),
            Expr::P(term) => Some(self.term(term, readings)),
            Expr::Value(r) => Some(match readings.fixed(*r) {
                Some(state) => Grid::constant(state as f64),
                None => {
                    let states = readings.states(r.var);
                    Grid { axes: vec![(*r, states)], cells: (0..states).map(|state| [state as f64; MODELS]).collect() }
                }
            }),
            Expr::Sum { over, body } => {
                let mut grid = grids.get(body)?.clone();
                for bound in over.iter() {
                    grid = grid.sum_out(*bound, readings.states(bound.var));
                }
                Some(grid)
            }
            Expr::Product(all) => fold(all, |a, b| a * b),
            Expr::Plus(all) => fold(all, |a, b| a + b),
            Expr::Minus(all) => fold(all, |a, b| a - b),
            Expr::Quotient(over, under) => grids.get(over)?.zip(grids.get(under)?, limit, |a, b| a / b),
        }
    }

    /// P(of | do(do_), given), by counting the joint states.
    fn term(&mut self, term: &Term, readings: &Readings) -> Grid {
        let place = |r: &Ref| self.place.get(&Node::new(r.var.index())).copied();
        let mut acted: Vec<usize> = term.do_().iter().filter_map(place).collect();
        acted.sort_unstable();
        let mut refs: Vec<(Ref, bool)> = term.refs().map(|r| (r, term.of().contains(&r))).collect();
        refs.sort_unstable();
        let mut axes = Vec::with_capacity(refs.len());
        // How each variable of the models moves a joint state's place in numerator and denominator.
        let still = Walk { by: [0, 0], fixed: None, outcome: false, state: 0 };
        let mut walk = vec![still; self.variables.len()];
        let (mut size, mut small) = (1, 1);
        for &(r, outcome) in refs.iter().rev() {
            let Some(at) = place(&r) else { continue };
            let states = self.variables[at].states;
            walk[at].outcome = outcome;
            walk[at].fixed = readings.fixed(r);
            if walk[at].fixed.is_none() {
                walk[at].by[0] = size;
                size *= states;
                axes.push((r, states));
                if !outcome {
                    walk[at].by[1] = small;
                    small *= states;
                }
            }
        }
        axes.reverse();
        let conditional = !term.given().is_empty();
        self.prepare(&acted);
        let world = self.worlds.get(&acted).map_or(&[][..], Vec::as_slice);
        let zero: Cell = [0.0; MODELS];
        let (mut over, mut under) = (vec![zero; size], vec![zero; small]);
        let mut to = vec![0; size];
        let mut place = [0, 0];
        // Fixed outcomes, and other fixed variables, that are not at their state.
        let mut missed = [0, 0];
        for one in walk.iter().filter(|one| one.fixed.is_some_and(|fixed| fixed != 0)) {
            missed[usize::from(!one.outcome)] += 1;
        }
        for cell in world {
            if missed == [0, 0] {
                add(&mut over[place[0]], cell);
                to[place[0]] = place[1];
            }
            if conditional && missed[1] == 0 {
                add(&mut under[place[1]], cell);
            }
            // On to the next joint state, the first variable fastest.
            for (one, variable) in walk.iter_mut().zip(&self.variables) {
                let old = one.state;
                one.state = if old + 1 == variable.states { 0 } else { old + 1 };
                for (place, by) in place.iter_mut().zip(one.by) {
                    *place = *place + by * one.state - by * old;
                }
                if let Some(fixed) = one.fixed {
                    let missed = &mut missed[usize::from(!one.outcome)];
                    *missed = *missed + usize::from(old == fixed) - usize::from(one.state == fixed);
                }
                if one.state != 0 {
                    break;
                }
            }
        }
        if conditional {
            for (cell, &to) in over.iter_mut().zip(&to) {
                for m in 0..MODELS {
                    cell[m] /= under[to][m];
                }
            }
        }
        Grid { axes, cells: over }
    }

    /// The joint distribution of the variables where some are acted on: a number for each joint state, what is acted on
    /// being set to its state there.
    fn prepare(&mut self, acted: &[usize]) {
        if self.worlds.contains_key(acted) {
            return;
        }
        let last = self.variables.last().map_or(1, |variable| variable.stride * variable.states);
        let mut world = vec![[0.0; MODELS]; last];
        let mut states = vec![0; self.variables.len()];
        for latents in 0..1_u32 << self.latents {
            let mut weight = [1.0; MODELS];
            for latent in 0..self.latents {
                let row = chances(u64::from(latent) << 1 | 1, 0, 2);
                scale(&mut weight, &row[(latents >> latent & 1) as usize]);
            }
            self.fill(0, 0, weight, latents, acted, &mut states, &mut world);
        }
        self.worlds.insert(acted.to_vec(), world);
    }

    /// Adds what follows from the states chosen so far. As deep as there are variables, which the cells bound.
    #[allow(clippy::too_many_arguments, reason = "one place in a tree of states")]
    fn fill(
        &self,
        depth: usize,
        index: usize,
        weight: Cell,
        latents: u32,
        acted: &[usize],
        states: &mut [usize],
        world: &mut [Cell],
    ) {
        let Some(variable) = self.variables.get(depth) else {
            add(&mut world[index], &weight);
            return;
        };
        let free = acted.binary_search(&depth).is_err();
        let heeded = u64::from(latents & variable.latents);
        let row = variable.parents.iter().fold(heeded, |row, &parent| row * STATES as u64 + states[parent] as u64);
        let chances = if free {
            chances((variable.node.index() as u64) << 1, row, variable.states)
        } else {
            [[1.0; MODELS]; STATES]
        };
        for (state, chance) in chances.iter().enumerate().take(variable.states) {
            states[depth] = state;
            let mut weight = weight;
            scale(&mut weight, chance);
            self.fill(depth + 1, index + state * variable.stride, weight, latents, acted, states, world);
        }
    }
}

fn add(to: &mut Cell, more: &Cell) {
    for m in 0..MODELS {
        to[m] += more[m];
    }
}

fn scale(cell: &mut Cell, by: &Cell) {
    for m in 0..MODELS {
        cell[m] *= by[m];
    }
}

/// A row of a table in each model: positive numbers, a function of whose row it is and which, that add up to one. The
/// bits are mixed as SplitMix64 does (Steele, Lea & Flood 2014).
fn chances(of: u64, row: u64, states: usize) -> [Cell; STATES] {
    let mut chances = [[0.0; MODELS]; STATES];
    let mut sum = [0.0; MODELS];
    let mut seed = of.wrapping_mul(0xd134_2543_de82_ef95) ^ row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for chance in chances.iter_mut().take(states) {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        for m in 0..MODELS {
            chance[m] = 0.1 + (z >> (20 * m) & 0xffff) as f64 / 65_536.0;
            sum[m] += chance[m];
        }
    }
    for chance in chances.iter_mut().take(states) {
        for m in 0..MODELS {
            chance[m] /= sum[m];
        }
    }
    chances
}

/// A number in each model for each combination of states of its axes, which ascend; the last varies fastest.
#[derive(Clone)]
struct Grid {
    axes: Vec<(Ref, usize)>,
    cells: Vec<Cell>,
}

impl Grid {
    fn constant(value: f64) -> Self {
        Self { axes: Vec::new(), cells: vec![[value; MODELS]] }
    }

    /// Steps in `cells` for each of some axes; none along an axis that this grid lacks.
    fn strides(&self, axes: &[(Ref, usize)]) -> Vec<usize> {
        let mut strides = vec![0; axes.len()];
        let (mut step, mut at) = (1, axes.len());
        for &(axis, states) in self.axes.iter().rev() {
            while at > 0 && axes[at - 1].0 > axis {
                at -= 1;
            }
            if at > 0 && axes[at - 1].0 == axis {
                strides[at - 1] = step;
            }
            step *= states;
        }
        strides
    }

    /// Combines two cell by cell over the axes of both; None where that takes more cells than `limit`.
    fn zip(&self, other: &Self, limit: usize, f: impl Fn(f64, f64) -> f64) -> Option<Self> {
        let both = |a: &Cell, b: &Cell| -> Cell { std::array::from_fn(|m| f(a[m], b[m])) };
        if self.axes == other.axes {
            let cells = self.cells.iter().zip(&other.cells).map(|(a, b)| both(a, b)).collect();
            return Some(Self { axes: self.axes.clone(), cells });
        }
        let mut axes = self.axes.clone();
        axes.extend(&other.axes);
        axes.sort_unstable();
        axes.dedup();
        let size = axes.iter().fold(1_usize, |size, (_, states)| size.saturating_mul(*states));
        if size > limit {
            return None;
        }
        let strides = [self.strides(&axes), other.strides(&axes)];
        let mut states = vec![0; axes.len()];
        let mut at = [0, 0];
        let mut cells = Vec::with_capacity(size);
        for _ in 0..size {
            cells.push(both(&self.cells[at[0]], &other.cells[at[1]]));
            for axis in (0..axes.len()).rev() {
                states[axis] += 1;
                at[0] += strides[0][axis];
                at[1] += strides[1][axis];
                if states[axis] < axes[axis].1 {
                    break;
                }
                at[0] -= states[axis] * strides[0][axis];
                at[1] -= states[axis] * strides[1][axis];
                states[axis] = 0;
            }
        }
        Some(Self { axes, cells })
    }

    /// The sum over an axis; over one that it lacks, the states are counted.
    fn sum_out(mut self, axis: Ref, states: usize) -> Self {
        let Some(place) = self.axes.iter().position(|(own, _)| *own == axis) else {
            for cell in &mut self.cells {
                scale(cell, &[states as f64; MODELS]);
            }
            return self;
        };
        let inner: usize = self.axes[place + 1..].iter().map(|(_, states)| states).product();
        self.axes.remove(place);
        let mut cells = Vec::with_capacity(self.cells.len() / states);
        for block in self.cells.chunks(inner * states) {
            for i in 0..inner {
                let mut sum = [0.0; MODELS];
                (0..states).for_each(|state| add(&mut sum, &block[state * inner + i]));
                cells.push(sum);
            }
        }
        Self { axes: self.axes, cells }
    }

    /// The states at a position.
    fn point(&self, mut place: usize) -> Vec<(Ref, usize)> {
        let mut point: Vec<(Ref, usize)> = Vec::with_capacity(self.axes.len());
        for &(axis, states) in self.axes.iter().rev() {
            point.push((axis, place % states));
            place /= states;
        }
        point.reverse();
        point
    }

    /// The cell at some states, those of other axes among them.
    fn at(&self, point: &[(Ref, usize)]) -> Option<&Cell> {
        let state = |axis: Ref| point.iter().find(|(own, _)| *own == axis).map_or(0, |(_, state)| *state);
        self.cells.get(self.axes.iter().fold(0, |place, &(axis, states)| place * states + state(axis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    /// z -> x -> y, z -> y, and the back-door formula over z.
    fn back_door(arena: &mut Arena) -> (Graph, ExprId, ExprId, ExprId) {
        let mut builder = GraphBuilder::new();
        let [z, x, y] = ["z", "x", "y"].map(|name| builder.node(name));
        builder.directed(z, x).directed(z, y).directed(x, y);
        let graph = builder.build().unwrap();
        let [z, x, y] = [0, 1, 2].map(|i| Ref::plain(Var::new(i)));
        let query = arena.p(Term::new([y], [], [x]).unwrap());
        let (p_z, inner) = (Term::new([z], [], []).unwrap(), Term::new([y], [x, z], []).unwrap());
        let (p_z, inner) = (arena.p(p_z), arena.p(inner));
        let body = arena.product([p_z, inner]);
        let sum = arena.sum([z], body);
        let naive = arena.p(Term::new([y], [x], []).unwrap());
        (graph, query, sum, naive)
    }

    #[test]
    fn the_truth_is_told_from_a_near_miss() {
        let mut arena = Arena::new();
        let (graph, query, right, wrong) = back_door(&mut arena);
        assert_eq!(compare_threefold(&graph, &arena, (query, right), 8), Threefold::Equal { cells: 8 });
        let Threefold::Differ { at, values, .. } = compare_threefold(&graph, &arena, (query, wrong), 8) else {
            panic!("P(y | x) is not P(y | do(x)) here");
        };
        assert_eq!(at.len(), 2);
        assert!((values[0] - values[1]).abs() > 1e-4);
        assert_eq!(compare_threefold(&graph, &arena, (query, right), 7), Threefold::TooLarge { cells: 8 });
    }

    #[test]
    fn values_are_states() {
        let mut arena = Arena::new();
        let (graph, query, right, wrong) = back_door(&mut arena);
        let two = arena.symbol("2");
        let at = [(Ref::plain(Var::new(1)), Ref::value(Var::new(1), two))];
        let [query, right, wrong] = [query, right, wrong].map(|id| arena.rename(id, &at).unwrap());
        assert_eq!(compare_threefold(&graph, &arena, (query, right), 64), Threefold::Equal { cells: 12 });
        assert!(matches!(compare_threefold(&graph, &arena, (query, wrong), 64), Threefold::Differ { .. }));
    }

    #[test]
    fn rows_are_positive_and_sum_to_one() {
        for states in 2..=STATES {
            for row in 0..50 {
                let row = chances(4, row, states);
                for m in 0..MODELS {
                    assert!(row.iter().take(states).all(|cell| cell[m] > 0.01));
                    assert!((row.iter().map(|cell| cell[m]).sum::<f64>() - 1.0).abs() < 1e-12);
                }
            }
        }
    }
}
