//! What a model says: the value of an expression in it, and whether two models agree on all data. Exact, in whole numbers
//! over common denominators, a district at a time; latents and what a question does not name are summed out one by one.
//!
//! This is the definition that the kernel judges counter-models by, and what must be believed with it. No other floor may
//! name it (`tests/house.rs`): those that look for models evaluate them by code of their own.

mod table;
mod work;

pub(crate) use work::{Reason, WORK, Work, require};

use table::{Table, cells, each, keys};

use super::{CounterModel, Model, Parent};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Node};
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Zero};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};

/// The most bits that all common denominators of a model may have together.
const BITS: u64 = 1 << 16;
/// The deepest expression that has a value here: evaluation recurses.
pub(crate) const DEPTH: usize = 250;

/// A model as tables. Key i is variable i; latents come after all variables.
struct Tables {
    sizes: Vec<usize>,
    /// Of each variable with its parents, then of each latent; each row adds up to the number beside the table.
    factors: Vec<(Table, BigUint)>,
    /// The children of each latent.
    children: Vec<Vec<usize>>,
}

/// Refuses models that do not show the two sides to differ, or the one query to differ where P(v) is the same.
pub(crate) fn differ(
    arena: &Arena,
    graph: &Graph,
    sides: &[ExprId],
    evidence: &CounterModel,
    work: &mut Work,
) -> Result<(), Reason> {
    let models = evidence.models.iter().map(|model| tables(graph, model)).collect::<Result<Vec<_>, _>>()?;
    let asked: [(&Tables, ExprId); 2] = match (&*models, sides) {
        ([first, second], &[query]) => [(first, query), (second, query)],
        ([only], &[a, b]) => [(only, a), (only, b)],
        _ => return Err("two models are needed for one query, one model for two sides".into()),
    };
    let [(first, _), (last, _)] = asked;
    require(
        first.sizes[..graph.len()] == last.sizes[..graph.len()],
        "a variable has more states in one of the models",
    )?;
    agree(graph, first, last, work)?;
    let states = placed(arena, graph, sides, &evidence.at, &first.sizes)?;
    let mut found = Vec::new();
    for (model, side) in asked {
        require(arena.depth(side) <= DEPTH, format!("an expression is more than {DEPTH} deep"))?;
        let states = states.clone();
        found.push(Evaluation { arena, model, states, terms: FxHashMap::default(), work }.value(side)?);
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
    let (mut children, mut factors) = (vec![Vec::new(); model.latents.len()], Vec::new());
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
    let (mut one, mut cells) = (BigInt::one(), Vec::new());
    for probability in rows.iter().flatten() {
        require(!probability.denom().is_zero(), "a probability is no number")?;
        one = one.lcm(probability.denom());
        require(one.bits() <= BITS, format!("denominators exceed {BITS} bits"))?;
    }
    for row in rows {
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
        let (left, one) = first.joint(variables, &[], work)?;
        let (right, other) = second.joint(variables, &[], work)?;
        each(&keys([&left, &right]), &first.sizes, |states| {
            let (a, b) = (left.cell(states, &first.sizes), right.cell(states, &second.sizes));
            work.spend(1)?;
            require(!a.is_zero(), "P(v) is zero somewhere in a model")?;
            require(a * &other == b * &one, "the models differ in P(v)")
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
    work: &'a mut Work,
}

impl Evaluation<'_> {
    fn state(&self, reference: &Ref) -> Result<usize, Reason> {
        self.states.get(reference).copied().ok_or_else(|| "a free reference has no state".into())
    }

    /// By recursion, no deeper than [`DEPTH`].
    fn value(&mut self, id: ExprId) -> Result<BigRational, Reason> {
        self.work.spend(1)?;
        let expr = self.arena.get(id);
        match expr {
            Expr::Number(number) => Ok(number.reduced()),
            Expr::Value(of) => Ok(BigRational::from_integer(self.state(of)?.into())),
            Expr::P(term) => self.term(id, term),
            Expr::Sum { over, body } => {
                let outside = self.states.clone();
                let sizes: Vec<usize> = over.iter().map(|bound| self.model.sizes[bound.var.index()]).collect();
                let mut sum = BigRational::zero();
                each(&(0..over.len()).collect::<Vec<_>>(), &sizes, |states| {
                    self.states.extend(over.iter().copied().zip(states.iter().copied()));
                    let value = self.value(*body)?;
                    self.work.pay(&sum, &value)?;
                    sum += value;
                    Ok(())
                })?;
                self.states = outside;
                Ok(sum)
            }
            Expr::Product(_) | Expr::Plus(_) | Expr::Minus(_) | Expr::Quotient(..) => {
                let values: Vec<_> = expr.operands().iter().map(|&o| self.value(o)).collect::<Result<_, _>>()?;
                let combined = values.into_iter().map(Ok).reduce(|a, b| {
                    let (a, b) = (a?, b?);
                    self.work.pay(&a, &b)?;
                    match expr {
                        Expr::Product(_) => Ok(a * b),
                        Expr::Plus(_) => Ok(a + b),
                        Expr::Quotient(..) if b.is_zero() => Err("a denominator is zero in a model".into()),
                        Expr::Quotient(..) => Ok(a / b),
                        Expr::Number(_) | Expr::Value(_) | Expr::P(_) | Expr::Sum { .. } | Expr::Minus(_) => Ok(a - b),
                    }
                });
                combined.unwrap_or_else(|| Err("an operation has no operand".into()))
            }
        }
    }

    /// P(of | do, given): truncated factorisation over the ancestors that actions do not cut off.
    fn term(&mut self, id: ExprId, term: &Term) -> Result<BigRational, Reason> {
        let sizes = &self.model.sizes;
        if !self.terms.contains_key(&id) {
            let index = |refs: &[Ref]| refs.iter().map(|reference| reference.var.index()).collect::<Vec<_>>();
            let mut relevant = index(&[term.of(), term.given()].concat());
            let (shown, mut next) = (relevant.len(), 0);
            let mut seen: BTreeSet<usize> = term.refs().map(|reference| reference.var.index()).collect();
            while let Some(&variable) = relevant.get(next) {
                relevant.extend(self.model.parents(variable, false).filter(|&parent| seen.insert(parent)));
                next += 1;
            }
            let (whole, _) = self.model.joint(&relevant, &relevant[shown..], self.work)?;
            let part = Table::sum(vec![whole.clone()], index(term.of()), sizes, self.work)?;
            self.terms.insert(id, [whole, part]);
        }
        let mut states = vec![0; sizes.len()];
        self.work.spend(sizes.len())?;
        for reference in term.refs() {
            states[reference.var.index()] = self.state(&reference)?;
        }
        let [whole, part] = self.terms.get(&id).ok_or("a term has no table")?;
        let (over, under) = (whole.cell(&states, sizes), part.cell(&states, sizes));
        require(!under.is_zero(), "a condition has probability zero in a model")?;
        Ok(BigRational::new(over.clone().into(), under.clone().into()))
    }
}

/// The state of each free reference and of each value. A variable's entries in `at` are for its free copies in order and
/// then for its values in the order of their texts, or for the copies alone: then a value's text is the number of its
/// state, as it must be where the variable's numeric value is asked for. Two values never share a state.
fn placed(
    arena: &Arena,
    graph: &Graph,
    sides: &[ExprId],
    at: &[(Node, usize)],
    sizes: &[usize],
) -> Result<FxHashMap<Ref, usize>, Reason> {
    let (mut refs, mut numeric): (Vec<Ref>, _) = (Vec::new(), BTreeSet::new());
    refs.extend(sides.iter().flat_map(|&side| arena.free(side)));
    for id in arena.reachable(sides.iter().copied()) {
        if let Expr::P(term) = arena.get(id) {
            refs.extend(term.refs().filter(|reference| reference.is_value()));
        } else if let Expr::Value(of) = arena.get(id) {
            numeric.insert(of.var);
            refs.extend(Some(*of).filter(|reference| reference.is_value()));
        }
    }
    let text = |reference: &Ref| if let At::Value(symbol) = reference.at { arena.find_text(symbol) } else { None };
    refs.sort_by_key(|reference| (reference.var, text(reference), *reference));
    refs.dedup();
    let mut states = FxHashMap::default();
    let mut entries = 0;
    for same in refs.chunk_by(|a, b| a.var == b.var) {
        let variable = same[0].var;
        let name = graph.name(Node::new(variable.index()));
        let given = at.iter().filter(|(node, _)| node.index() == variable.index()).map(|(_, state)| *state);
        let given: Vec<usize> = given.collect();
        let copies = same.iter().filter(|reference| !reference.is_value()).count();
        let fits = given.len() == copies || given.len() == same.len();
        require(fits, format!("states are given for too few or too many references to {name}"))?;
        entries += given.len();
        let mut taken = FxHashSet::default();
        for (position, reference) in same.iter().enumerate() {
            let number = text(reference).and_then(|text| text.parse().ok());
            let state =
                given.get(position).copied().or(number).ok_or_else(|| format!("a value of {name} has no state"))?;
            let value = reference.is_value();
            let agrees = !value || !numeric.contains(&variable) || number == Some(state);
            require(agrees, format!("a value of {name} is not the number of its state"))?;
            require(!value || taken.insert(state), format!("two values of {name} share a state"))?;
            require(
                sizes.get(variable.index()).is_some_and(|&size| state < size),
                format!("{name} has no such state"),
            )?;
            states.insert(*reference, state);
        }
    }
    require(entries == at.len(), "a state is given for a variable that is not asked about")?;
    Ok(states)
}
