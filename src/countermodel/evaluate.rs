//! The exact value of an expression in a model.

use super::TooLarge;
use super::infer::{Entry, joint};
use super::table::Table;
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Symbol, Term, Var};
use crate::graph::{Graph, Node, NodeSet};
use crate::proof::Model;
use num_traits::Zero;
use rustc_hash::FxHashMap;

/// How references and values of an expression are read in a model.
#[derive(Clone, Default, Debug)]
pub struct Reading {
    /// The state that stands for a value of a variable; a value not listed is no state.
    pub states: FxHashMap<(Var, Symbol), usize>,
    /// The number each state of a variable stands for, in expectations; where none is listed, the state's own number.
    pub numbers: FxHashMap<Var, Vec<BigRational>>,
}

impl Reading {
    fn state(&self, reference: Ref) -> Option<usize> {
        match reference.at {
            At::Copy(_) => None,
            At::Value(symbol) => self.states.get(&(reference.var, symbol)).copied(),
        }
    }

    fn number(&self, var: Var, state: usize) -> BigRational {
        let known = self.numbers.get(&var).and_then(|numbers| numbers.get(state).cloned());
        known.unwrap_or_else(|| super::random::fraction(state, 1))
    }
}

/// The expression's value at the given states of its free references (those not listed: at state 0).
///
/// # Errors
/// A table of more than `limit` cells would be needed. A division by zero and a value that is no state count as zero.
pub fn evaluate(
    graph: &Graph,
    model: &Model,
    arena: &Arena,
    expr: ExprId,
    reading: &Reading,
    at: &[(Ref, usize)],
    limit: usize,
) -> Result<BigRational, TooLarge> {
    let mut table = table::<BigRational>(graph, model, arena, expr, reading, limit)?;
    for &reference in arena.free(expr) {
        let state = at.iter().find(|(r, _)| *r == reference).map_or(0, |(_, state)| *state);
        table = table.slice(key(reference), state).unwrap_or_else(|| Table::constant(BigRational::zero()));
    }
    Ok(table.scalar().cloned().unwrap_or_default())
}

/// The state of each free reference, and the two values there.
pub type Difference = (Vec<(Ref, usize)>, [BigRational; 2]);

/// A point at which two expressions differ in a model, with both values, exactly; None where they agree everywhere.
///
/// The point is a state for each reference that is free in either; the first of those where they differ most.
///
/// # Errors
/// A table of more than `limit` cells would be needed.
pub fn differing_point(
    graph: &Graph,
    model: &Model,
    arena: &Arena,
    (lhs, rhs): (ExprId, ExprId),
    reading: &Reading,
    limit: usize,
) -> Result<Option<Difference>, TooLarge> {
    let left = table::<f64>(graph, model, arena, lhs, reading, limit)?;
    let right = table::<f64>(graph, model, arena, rhs, reading, limit)?;
    let gap = left.zip(&right, limit, |a, b| (a - b).abs())?;
    let Some(states) = widest(&gap) else { return Ok(None) };
    let at: Vec<(Ref, usize)> = gap.axes().iter().map(|(key, _)| reference(*key)).zip(states).collect();
    let values = [
        evaluate(graph, model, arena, lhs, reading, &at, limit)?,
        evaluate(graph, model, arena, rhs, reading, &at, limit)?,
    ];
    Ok((values[0] != values[1]).then_some((at, values)))
}

/// A point at which an expression differs between two models, with both values, exactly; None where it never does.
///
/// # Errors
/// A table of more than `limit` cells would be needed.
pub fn differing_models(
    graph: &Graph,
    models: [&Model; 2],
    arena: &Arena,
    expr: ExprId,
    reading: &Reading,
    limit: usize,
) -> Result<Option<Difference>, TooLarge> {
    let [first, second] = models;
    let left = table::<f64>(graph, first, arena, expr, reading, limit)?;
    let gap = left.zip(&table::<f64>(graph, second, arena, expr, reading, limit)?, limit, |a, b| (a - b).abs())?;
    let Some(states) = widest(&gap) else { return Ok(None) };
    let at: Vec<(Ref, usize)> = gap.axes().iter().map(|(key, _)| reference(*key)).zip(states).collect();
    let values = [
        evaluate(graph, first, arena, expr, reading, &at, limit)?,
        evaluate(graph, second, arena, expr, reading, &at, limit)?,
    ];
    Ok((values[0] != values[1]).then_some((at, values)))
}

/// The first cell with the largest entry, where that is more than rounding.
pub(super) fn widest(gap: &Table<f64>) -> Option<Vec<usize>> {
    let mut best: Option<(Vec<usize>, f64)> = None;
    for (states, &gap) in gap.iter() {
        if gap > 1e-9 && best.as_ref().is_none_or(|(_, largest)| gap > largest + 1e-12) {
            best = Some((states, gap));
        }
    }
    best.map(|(states, _)| states)
}

/// Axis of a reference: its variable and its primes.
fn key(reference: Ref) -> u64 {
    let primes = match reference.at {
        At::Copy(primes) => u64::from(primes),
        At::Value(_) => 0,
    };
    ((reference.var.index() as u64) << 16) | primes
}

fn reference(key: u64) -> Ref {
    Ref::copy(Var::new((key >> 16) as usize), (key & 0xffff) as u16)
}

/// The expression as a table over its free references: operands first, so no recursion.
pub(super) fn table<T: Entry>(
    graph: &Graph,
    model: &Model,
    arena: &Arena,
    expr: ExprId,
    reading: &Reading,
    limit: usize,
) -> Result<Table<T>, TooLarge> {
    let mut done: FxHashMap<ExprId, Table<T>> = FxHashMap::default();
    let zero = || Table::constant(T::zero());
    for id in arena.reachable([expr]) {
        let get = |o: &ExprId| done.get(o).cloned().unwrap_or_else(zero);
        let fold = |all: &[ExprId], f: &dyn Fn(&T, &T) -> T| {
            let mut rest = all.iter();
            let first = rest.next().map_or_else(zero, get);
            rest.try_fold(first, |sum, o| sum.zip(&get(o), limit, f))
        };
        let value = match arena.get(id) {
            Expr::Number(value) => Table::constant(T::of(value)),
            Expr::P(term) => term_table(graph, model, term, reading, limit)?,
            Expr::Value(of) => {
                let states = model.variables.get(of.var.index()).map_or(0, |v| v.states);
                let axis = (key(*of), states);
                let table = Table::from_fn(&[axis], limit, &|s| T::of(&reading.number(of.var, s[0])))?;
                match of.at {
                    At::Copy(_) => table,
                    At::Value(_) => {
                        reading.state(*of).and_then(|state| table.slice(key(*of), state)).unwrap_or_else(zero)
                    }
                }
            }
            Expr::Sum { over, body } => over.iter().try_fold(get(body), |table, bound| {
                // A sum over a reference that does not occur counts its states.
                let states = model.variables.get(bound.var.index()).map_or(0, |v| v.states);
                let spread = Table::from_fn(&[(key(*bound), states)], limit, &|_| T::one())?;
                Ok(table.zip(&spread, limit, |a, _| a.clone())?.sum_out(key(*bound)))
            })?,
            Expr::Product(all) => fold(all, &|a, b| a.clone() * b.clone())?,
            Expr::Plus(all) => fold(all, &|a, b| a.clone() + b.clone())?,
            Expr::Minus(all) => fold(all, &|a, b| a.clone() - b.clone())?,
            Expr::Quotient(over, under) => {
                get(over).zip(&get(under), limit, |a, b| if b.is_zero() { T::zero() } else { a.clone() / b.clone() })?
            }
        };
        done.insert(id, value);
    }
    Ok(done.remove(&expr).unwrap_or_else(zero))
}

fn term_table<T: Entry>(
    graph: &Graph,
    model: &Model,
    term: &Term,
    reading: &Reading,
    limit: usize,
) -> Result<Table<T>, TooLarge> {
    let node = |r: &Ref| Node::new(r.var.index());
    let set = |refs: &[Ref]| -> NodeSet { graph.set(refs.iter().map(node)) };
    let (of, given) = (set(term.of()), set(term.given()));
    let over = joint::<T>(graph, model, &of.union(&given), &set(term.do_()), limit)?;
    let mut table = over.clone();
    if !given.is_empty() {
        let under = of.iter().fold(over, |under, y| under.sum_out(y.index() as u64));
        table = table.zip(&under, limit, |a, b| if b.is_zero() { T::zero() } else { a.clone() / b.clone() })?;
    }
    for fixed in term.refs().filter(|r| r.is_value()) {
        let sliced = reading.state(fixed).and_then(|state| table.slice(fixed.var.index() as u64, state));
        table = sliced.unwrap_or_else(|| Table::constant(T::zero()));
    }
    let to: FxHashMap<u64, u64> =
        term.refs().filter(|r| !r.is_value()).map(|r| (r.var.index() as u64, key(r))).collect();
    Ok(table.rename(&|axis| to.get(&axis).copied().unwrap_or(axis)))
}
