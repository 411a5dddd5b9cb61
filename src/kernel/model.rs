//! Models: exact, in whole numbers over common denominators, a district at a time; latents and what a question does not
//! name are summed out one by one.

use super::normal::{DEPTH, pay};
use super::table::{Table, cells, each};
use super::{Reason, Work, require};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Node};
use crate::proof::{CounterModel, Model, Parent};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Zero};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// The most bits that all common denominators of a model may have together.
const BITS: u64 = 1 << 16;

/// A model as tables. Key i is variable i; latents come after all variables.
struct Tables {
    sizes: Vec<usize>,
    /// Of each variable with its parents, then of each latent; each row adds up to the number beside the table.
    factors: Vec<(Table, BigUint)>,
    /// The children of each latent.
    children: Vec<Vec<usize>>,
}

/// Refuses models that do not show the two sides to differ, or the one query to differ where P(v) is the same.
pub(super) fn check(
    arena: &Arena,
    graph: &Graph,
    sides: &[ExprId],
    evidence: &CounterModel,
    work: &mut Work,
) -> Result<(), Reason> {
    let models = evidence.models.iter().map(|model| tables(graph, model)).collect::<Result<Vec<_>, _>>()?;
    let asked: Vec<(&Tables, ExprId)> = match (&*models, sides) {
        ([first, second], &[query]) => vec![(first, query), (second, query)],
        ([only], &[a, b]) => vec![(only, a), (only, b)],
        _ => return Err("two models are needed for one query, one model for two sides".into()),
    };
    let (first, last) = (asked[0].0, asked[1].0);
    require(
        first.sizes[..graph.len()] == last.sizes[..graph.len()],
        "a variable has more states in one of the models",
    )?;
    agree(graph, first, last, work)?;
    let mut found = Vec::new();
    for (model, side) in asked {
        let states = placed(arena, graph, sides, &evidence.at, &model.sizes)?;
        require(arena.depth(side) <= DEPTH, format!("an expression is more than {DEPTH} deep"))?;
        found.push(Evaluation { arena, model, states, terms: FxHashMap::default() }.value(side, work)?);
    }
    require(evidence.values.iter().all(|value| !value.denom().is_zero()), "a value is no number")?;
    let stated = evidence.values.iter().map(BigRational::reduced).eq(found.iter().cloned());
    require(stated, format!("the values stated are not those computed, {} and {}", found[0], found[1]))?;
    require(found[0] != found[1], "the models do not differ")
}

/// A model of the graph as tables: parents are parents there, each latent has one child or two that a bidirected edge
/// joins, and every row is a distribution.
fn tables(graph: &Graph, model: &Model) -> Result<Tables, Reason> {
    let size = graph.len();
    require(model.variables.len() == size, "a model has another number of variables than the graph")?;
    let mut names: FxHashSet<&str> = graph.nodes().map(|node| graph.name(node)).collect();
    require(model.latents.iter().all(|latent| names.insert(&latent.name)), "two variables of a model share a name")?;
    require(model.variables.iter().all(|variable| variable.states >= 2), "a variable has fewer than two states")?;
    let latents = model.latents.iter().map(|latent| latent.probs.len());
    let sizes: Vec<usize> = model.variables.iter().map(|variable| variable.states).chain(latents).collect();
    let mut children = vec![Vec::new(); model.latents.len()];
    let mut factors = Vec::new();
    for (index, variable) in model.variables.iter().enumerate() {
        let mut keys = Vec::new();
        for parent in &variable.parents {
            let (key, real) = match *parent {
                Parent::Variable(node) => {
                    (node.index(), node.index() < size && graph.has_directed(node, Node::new(index)))
                }
                Parent::Latent(latent) => {
                    children.get_mut(latent).ok_or("a parent in a model does not exist")?.push(index);
                    (size + latent, true)
                }
            };
            require(real && !keys.contains(&key), "a parent in a model is none in the graph, or comes twice")?;
            keys.push(key);
        }
        require(
            variable.table.len() == cells(&keys, &sizes)?,
            "a table has another number of rows than its parents ask",
        )?;
        keys.push(index);
        factors.push(distributions(keys, &variable.table, variable.states)?);
    }
    for (index, latent) in model.latents.iter().enumerate() {
        let joined = match *children[index] {
            [_] => true,
            [a, b] => graph.has_bidirected(Node::new(a), Node::new(b)),
            _ => false,
        };
        require(joined, "a latent has neither one child nor two joined by a bidirected edge")?;
        factors.push(distributions(vec![size + index], std::slice::from_ref(&latent.probs), latent.probs.len())?);
    }
    require(
        factors.iter().map(|(_, one)| one.bits()).sum::<u64>() <= BITS,
        format!("denominators exceed {BITS} bits"),
    )?;
    Ok(Tables { sizes, factors, children })
}

/// Rows of probabilities over their common denominator.
fn distributions(keys: Vec<usize>, rows: &[Vec<BigRational>], width: usize) -> Result<(Table, BigUint), Reason> {
    require(rows.iter().flatten().all(|p| !p.denom().is_zero()), "a probability is no number")?;
    let reduced: Vec<Vec<BigRational>> =
        rows.iter().map(|row| row.iter().map(BigRational::reduced).collect()).collect();
    let mut one = BigInt::one();
    for probability in reduced.iter().flatten() {
        one = one.lcm(probability.denom());
        require(one.bits() <= BITS, format!("denominators exceed {BITS} bits"))?;
    }
    let mut cells = Vec::new();
    for row in &reduced {
        let row: Option<Vec<BigUint>> = row.iter().map(|p| (p.numer() * (&one / p.denom())).to_biguint()).collect();
        let row = row.ok_or("a probability is negative")?;
        let whole = row.len() == width && row.iter().sum::<BigUint>() == *one.magnitude();
        require(whole, "the probabilities of a row do not add up to one, or are not one for each state")?;
        cells.extend(row);
    }
    Ok((Table { keys, cells }, one.magnitude().clone()))
}

/// Refuses models whose P(v) is not positive, or not the same in both. P(v) is the product, over the sets of variables
/// that latents of either model join, of the probability of the set under its parents set; so these are compared.
fn agree(graph: &Graph, first: &Tables, second: &Tables, work: &mut Work) -> Result<(), Reason> {
    let mut district: Vec<usize> = (0..graph.len()).collect();
    for children in first.children.iter().chain(&second.children) {
        if let [a, b] = **children {
            work.spend(graph.len())?;
            let (from, to) = (district[a], district[b]);
            district.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (variable, label) in district.into_iter().enumerate() {
        members.entry(label).or_default().push(variable);
    }
    for variables in members.values() {
        let (left, right) = (first.joint(variables, &[], work)?, second.joint(variables, &[], work)?);
        let keys: BTreeSet<usize> = left.0.keys.iter().chain(&right.0.keys).copied().collect();
        each(&keys.into_iter().collect::<Vec<_>>(), &first.sizes, work, |states| {
            let (a, b) = (left.0.cell(states, &first.sizes), right.0.cell(states, &second.sizes));
            require(!a.is_zero(), "P(v) is zero somewhere in a model")?;
            require(a * &right.1 == b * &left.1, "the models differ in P(v)")
        })?;
    }
    Ok(())
}

impl Tables {
    fn parents(&self, variable: usize, latent: bool) -> impl Iterator<Item = usize> + '_ {
        let first = self.factors.len() - self.children.len();
        self.factors[variable].0.keys.iter().copied().filter(move |&key| (key >= first) == latent && key != variable)
    }

    /// The product of these variables' factors and their latents', latents and `hidden` summed out, and its unit.
    fn joint(&self, variables: &[usize], hidden: &[usize], work: &mut Work) -> Result<(Table, BigUint), Reason> {
        let latents: BTreeSet<usize> = variables.iter().flat_map(|&variable| self.parents(variable, true)).collect();
        let factors = || variables.iter().chain(&latents).map(|&factor| &self.factors[factor]);
        let one = factors().fold(BigUint::one(), |product, (_, one)| product * one);
        let gone = latents.iter().chain(hidden).copied().collect();
        Ok((Table::sum(factors().map(|(table, _)| table.clone()).collect(), gone, &self.sizes, work)?, one))
    }
}

/// An expression's value in a model.
struct Evaluation<'a> {
    arena: &'a Arena,
    model: &'a Tables,
    /// Where each reference stands: what is free and what is a value, and what a sum around has bound.
    states: FxHashMap<Ref, usize>,
    /// For each term, the probability of outcomes and conditions, and of conditions alone, in one unit.
    terms: FxHashMap<ExprId, [Table; 2]>,
}

impl Evaluation<'_> {
    fn state(&self, reference: &Ref) -> Result<usize, Reason> {
        self.states.get(reference).copied().ok_or_else(|| "a free reference has no state".into())
    }

    /// By recursion over what [`DEPTH`] bounds.
    fn value(&mut self, id: ExprId, work: &mut Work) -> Result<BigRational, Reason> {
        work.spend(1)?;
        let expr = self.arena.get(id);
        let combine: fn(BigRational, BigRational) -> BigRational = match expr {
            Expr::Number(number) => return Ok(number.reduced()),
            Expr::Value(of) => return Ok(BigRational::from_integer(self.state(of)?.into())),
            Expr::P(term) => return self.term(id, term, work),
            Expr::Sum { over, body } => {
                let outside: Vec<Option<usize>> = over.iter().map(|bound| self.states.get(bound).copied()).collect();
                let sizes: Vec<usize> = over.iter().map(|bound| self.model.sizes[bound.var.index()]).collect();
                let keys: Vec<usize> = (0..over.len()).collect();
                let mut sum = BigRational::zero();
                let mut left = Work(work.0);
                each(&keys, &sizes, work, |states| {
                    self.states.extend(over.iter().copied().zip(states.iter().copied()));
                    let value = self.value(*body, &mut left)?;
                    pay(&mut left, &sum, &value)?;
                    sum += value;
                    Ok(())
                })?;
                work.0 = work.0.min(left.0);
                for (bound, before) in over.iter().zip(outside) {
                    match before {
                        Some(state) => self.states.insert(*bound, state),
                        None => self.states.remove(bound),
                    };
                }
                return Ok(sum);
            }
            Expr::Product(_) => |a, b| a * b,
            Expr::Plus(_) => |a, b| a + b,
            Expr::Minus(_) => |a, b| a - b,
            Expr::Quotient(..) => |a, b| a / b,
        };
        let mut result: Option<BigRational> = None;
        for operand in expr.operands() {
            let value = self.value(operand, work)?;
            result = Some(match result {
                Some(before) => {
                    let zero = matches!(expr, Expr::Quotient(..)) && value.is_zero();
                    require(!zero, "a denominator is zero in a model")?;
                    pay(work, &before, &value)?;
                    combine(before, value)
                }
                None => value,
            });
        }
        result.ok_or_else(|| "an operation has no operand".into())
    }

    /// P(of | do, given): truncated factorisation over the ancestors that actions do not cut off.
    fn term(&mut self, id: ExprId, term: &Term, work: &mut Work) -> Result<BigRational, Reason> {
        let sizes = &self.model.sizes;
        if !self.terms.contains_key(&id) {
            let index = |refs: &[Ref]| refs.iter().map(|reference| reference.var.index()).collect::<Vec<_>>();
            let (of, set) = (index(term.of()), index(term.do_()));
            let mut relevant = [of.clone(), index(term.given())].concat();
            let shown = relevant.len();
            let mut seen: BTreeSet<usize> = relevant.iter().chain(&set).copied().collect();
            let mut next = 0;
            while let Some(&variable) = relevant.get(next) {
                relevant.extend(self.model.parents(variable, false).filter(|&parent| seen.insert(parent)));
                next += 1;
            }
            let (whole, _) = self.model.joint(&relevant, &relevant[shown..], work)?;
            let part = Table::sum(vec![whole.clone()], of, sizes, work)?;
            self.terms.insert(id, [whole, part]);
        }
        let mut states = vec![0; sizes.len()];
        work.spend(sizes.len())?;
        for reference in term.refs() {
            states[reference.var.index()] = self.state(&reference)?;
        }
        let [whole, part] = self.terms.get(&id).ok_or("a term has no table")?;
        let part = part.cell(&states, sizes);
        require(!part.is_zero(), "a condition has probability zero in a model")?;
        Ok(BigRational::new(whole.cell(&states, sizes).clone().into(), part.clone().into()))
    }
}

/// The state of each free reference and of each value. A variable's entry in `at` is for its one free copy, or for its
/// one value where it has no free copy; any other value's text is the number of its state, as it must be where the
/// variable's numeric value is asked for. Two values never share a state.
fn placed(
    arena: &Arena,
    graph: &Graph,
    sides: &[ExprId],
    at: &[(Node, usize)],
    sizes: &[usize],
) -> Result<FxHashMap<Ref, usize>, Reason> {
    let mut copies: BTreeSet<Ref> = sides.iter().flat_map(|&side| arena.free(side)).copied().collect();
    let mut values = BTreeSet::new();
    let mut numeric = BTreeSet::new();
    for id in arena.reachable(sides.iter().copied()) {
        match arena.get(id) {
            Expr::P(term) => values.extend(term.refs().filter(|reference| reference.is_value())),
            Expr::Value(of) => {
                numeric.insert(of.var);
                values.extend(Some(*of).filter(|reference| reference.is_value()));
            }
            Expr::Number(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => {}
        }
    }
    let mut states: FxHashMap<Ref, usize> = FxHashMap::default();
    for &(node, state) in at {
        let of =
            |all: &BTreeSet<Ref>| all.iter().filter(|r| r.var.index() == node.index()).copied().collect::<Vec<_>>();
        let places = if of(&copies).is_empty() { of(&values) } else { of(&copies) };
        let [place] = *places else {
            return Err("a state is given for a variable that has not one place for it".into());
        };
        require(states.insert(place, state).is_none(), "two states are given for one variable")?;
        copies.remove(&place);
    }
    require(copies.is_empty(), "a free reference has no state")?;
    let mut taken = FxHashSet::default();
    for value in values {
        let text = if let At::Value(symbol) = value.at { arena.find_text(symbol) } else { None };
        let number = text.and_then(|text| text.parse::<usize>().ok());
        let name = || graph.name(Node::new(value.var.index()));
        let state =
            states.get(&value).copied().or(number).ok_or_else(|| format!("a value of {} has no state", name()))?;
        let agrees = number == Some(state) || !numeric.contains(&value.var);
        require(agrees, format!("a value of {} is not the number of its state", name()))?;
        require(taken.insert((value.var, state)), format!("two values of {} share a state", name()))?;
        states.insert(value, state);
    }
    let real =
        states.iter().all(|(reference, &state)| sizes.get(reference.var.index()).is_some_and(|&size| state < size));
    require(real, "a variable has no such state")?;
    Ok(states)
}
