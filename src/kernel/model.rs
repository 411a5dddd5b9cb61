//! Models: exact, with integers over common denominators; a district at a time, latents and whatever a question does not
//! name summed out one by one.

use super::table::{Table, cells, eliminate};
use super::{Reason, Work, require};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Node};
use crate::proof::{CounterModel, Model, Parent};
use indexmap::IndexSet;
use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Zero};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// The most bits that all common denominators of a model may have together.
const BITS: u64 = 1 << 16;

/// A model as tables. Key i is variable i; latent j comes after all variables.
struct Tables {
    sizes: Vec<usize>,
    /// Of each variable with its parents, then of each latent, in units of one over `scale`.
    factors: Vec<Table<BigUint>>,
    scale: Vec<BigUint>,
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
    let mut models = Vec::new();
    for model in &evidence.models {
        models.push(tables(graph, model)?);
    }
    let sizes = models.first().map(|model| model.sizes.get(..graph.len()).unwrap_or_default()).unwrap_or_default();
    let states = placed(arena, graph, sides, &evidence.at, sizes)?;
    let found = match (&*models, sides) {
        ([first, second], &[query]) => {
            require(
                first.sizes[..graph.len()] == second.sizes[..graph.len()],
                "a variable has more states in one model",
            )?;
            agree(graph, first, second, work)?;
            [value(arena, first, query, &states, work)?, value(arena, second, query, &states, work)?]
        }
        ([only], &[a, b]) => {
            agree(graph, only, only, work)?;
            [value(arena, only, a, &states, work)?, value(arena, only, b, &states, work)?]
        }
        _ => return Err("two models are needed for one query, one model for two sides".into()),
    };
    let sound = evidence.values.iter().all(|value| !value.denom().is_zero());
    let stated = sound && evidence.values.iter().map(BigRational::reduced).eq(found.iter().cloned());
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
    let sizes: Vec<usize> =
        model.variables.iter().map(|v| v.states).chain(model.latents.iter().map(|latent| latent.probs.len())).collect();
    require(sizes[..size].iter().all(|&states| states >= 2), "a variable has fewer than two states")?;
    let mut children = vec![Vec::new(); model.latents.len()];
    let (mut factors, mut scale) = (Vec::new(), Vec::new());
    for (index, variable) in model.variables.iter().enumerate() {
        let mut keys = Vec::new();
        for parent in &variable.parents {
            match *parent {
                Parent::Variable(node) => {
                    let real = node.index() < size && graph.has_directed(node, Node::new(index));
                    require(real, "a parent in a model is none in the graph")?;
                    keys.push(node.index());
                }
                Parent::Latent(latent) => {
                    children.get_mut(latent).ok_or("a parent in a model does not exist")?.push(index);
                    keys.push(size + latent);
                }
            }
        }
        let distinct: FxHashSet<usize> = keys.iter().copied().collect();
        require(distinct.len() == keys.len(), "a variable of a model has a parent twice")?;
        require(
            variable.table.len() == cells(&keys, &sizes)?,
            "a table has another number of rows than its parents ask",
        )?;
        keys.push(index);
        let (cells, one) = rows(&variable.table, variable.states)?;
        factors.push(Table { keys, cells });
        scale.push(one);
    }
    for (index, latent) in model.latents.iter().enumerate() {
        let fine = match *children[index] {
            [_] => true,
            [a, b] => graph.has_bidirected(Node::new(a), Node::new(b)),
            _ => false,
        };
        require(fine, "a latent has neither one child nor two joined by a bidirected edge")?;
        let (cells, one) = rows(std::slice::from_ref(&latent.probs), latent.probs.len())?;
        factors.push(Table { keys: vec![size + index], cells });
        scale.push(one);
    }
    require(scale.iter().map(BigUint::bits).sum::<u64>() <= BITS, format!("denominators have more than {BITS} bits"))?;
    Ok(Tables { sizes, factors, scale, children })
}

/// Distributions as integers, and what each row of them adds up to.
fn rows(table: &[Vec<BigRational>], width: usize) -> Result<(Vec<BigUint>, BigUint), Reason> {
    require(table.iter().all(|row| row.len() == width), "a row has another number of entries than there are states")?;
    require(table.iter().flatten().all(|p| !p.denom().is_zero()), "a probability is no number")?;
    let table: Vec<Vec<BigRational>> = table.iter().map(|row| row.iter().map(BigRational::reduced).collect()).collect();
    let mut one = BigInt::one();
    for probability in table.iter().flatten() {
        one = one.lcm(probability.denom());
        require(one.bits() <= BITS, format!("denominators have more than {BITS} bits"))?;
    }
    let one = one.magnitude().clone();
    let mut cells = Vec::new();
    for row in &table {
        let start = cells.len();
        for probability in row {
            let part = &one / probability.denom().magnitude();
            cells.push(probability.numer().to_biguint().ok_or("a probability is negative")? * part);
        }
        require(cells[start..].iter().sum::<BigUint>() == one, "the probabilities of a row do not add up to one")?;
    }
    Ok((cells, one))
}

/// Refuses models whose P(v) is not positive, or not the same in both. P(v) is the product, over the sets of variables
/// that latents of either model join, of the probability of the set given the other parents; so these are compared.
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
        left.0.with(&right.0, &first.sizes, work, |a, b| {
            require(!a.is_zero(), "P(v) is zero somewhere in a model")?;
            require(a * &right.1 == b * &left.1, "the models differ in P(v)")
        })?;
    }
    Ok(())
}

impl Tables {
    /// The product of these variables' factors and their latents', latents and `hidden` variables summed out, and its unit.
    fn joint(
        &self,
        variables: &[usize],
        hidden: &[usize],
        work: &mut Work,
    ) -> Result<(Table<BigUint>, BigUint), Reason> {
        let mut used: Vec<usize> = variables.iter().flat_map(|&variable| self.factors[variable].keys.clone()).collect();
        let first_latent = self.factors.len() - self.children.len();
        used.retain(|&key| key >= first_latent);
        used.sort_unstable();
        used.dedup();
        let factors: Vec<usize> = variables.iter().chain(&used).copied().collect();
        let tables = factors.iter().map(|&factor| self.factors[factor].clone()).collect();
        let one = factors.iter().map(|&factor| &self.scale[factor]).product::<BigUint>();
        work.spend(self.factors.len() + usize::try_from(one.bits()).unwrap_or(usize::MAX))?;
        used.extend(hidden);
        Ok((eliminate(tables, used, BigUint::one(), &self.sizes, work)?, one))
    }

    /// P(of | do, given) for all states of its variables: truncated factorisation over the ancestors that actions do not cut off.
    fn term(&self, term: &Term, work: &mut Work) -> Result<Table<BigRational>, Reason> {
        let index = |refs: &[Ref]| refs.iter().map(|reference| reference.var.index()).collect::<Vec<_>>();
        let (of, given, set) = (index(term.of()), index(term.given()), index(term.do_()));
        let shown: Vec<usize> = [of.clone(), given].concat();
        let mut relevant: IndexSet<usize, FxBuildHasher> = shown.iter().copied().collect();
        let mut position = 0;
        while let Some(&variable) = relevant.get_index(position) {
            let keys = &self.factors[variable].keys;
            let first_latent = self.factors.len() - self.children.len();
            relevant.extend(keys.iter().filter(|&&key| key < first_latent && !set.contains(&key)));
            position += 1;
        }
        let relevant: Vec<usize> = relevant.into_iter().collect();
        let (over, _) = self.joint(&relevant, &relevant[shown.len()..], work)?;
        let under = of.iter().fold(over.clone(), |sum, &key| sum.sum(key, &self.sizes));
        over.with(&under, &self.sizes, work, |a, b| {
            require(!b.is_zero(), "a condition has probability zero in a model")?;
            Ok(BigRational::new(a.clone().into(), b.clone().into()))
        })
    }
}

/// An expression's value in a model, at these states of its free references and of its values.
fn value(
    arena: &Arena,
    model: &Tables,
    root: ExprId,
    states: &FxHashMap<Ref, usize>,
    work: &mut Work,
) -> Result<BigRational, Reason> {
    // Each reference at a copy is a key of its own; what is free is put in its state at the end.
    let mut refs: IndexSet<Ref, FxBuildHasher> = IndexSet::default();
    let mut sizes: Vec<usize> = Vec::new();
    let mut done: FxHashMap<ExprId, Table<BigRational>> = FxHashMap::default();
    for id in arena.reachable([root]) {
        let expr = arena.get(id);
        for reference in named(expr) {
            if refs.insert(reference) {
                sizes.push(model.sizes[reference.var.index()]);
            }
        }
        let key = |reference: &Ref| refs.get_index_of(reference).unwrap_or_default();
        let operands: Vec<&Table<BigRational>> =
            expr.operands().iter().filter_map(|operand| done.get(operand)).collect();
        let fold = |work: &mut Work, op: fn(&BigRational, &BigRational) -> BigRational| {
            let (first, rest) = operands.split_first().ok_or("an operation has no operand")?;
            rest.iter().try_fold((*first).clone(), |all, next| all.with(next, &sizes, work, |a, b| Ok(op(a, b))))
        };
        let mut table = match expr {
            Expr::Number(number) => Table { keys: Vec::new(), cells: vec![number.reduced()] },
            Expr::Value(of) => {
                let numbers = (0..model.sizes[of.var.index()]).map(|state| BigRational::from_integer(state.into()));
                Table { keys: vec![key(of)], cells: numbers.collect() }
            }
            Expr::P(term) => {
                let mut table = model.term(term, work)?;
                let by_variable = |variable: &usize| term.refs().find(|r| r.var.index() == *variable);
                table.keys = table.keys.iter().filter_map(by_variable).map(|reference| key(&reference)).collect();
                table
            }
            Expr::Sum { over, .. } => {
                over.iter().fold(fold(work, |a, _| a.clone())?, |table, r| table.sum(key(r), &sizes))
            }
            Expr::Product(_) => fold(work, |a, b| a * b)?,
            Expr::Plus(_) => fold(work, |a, b| a + b)?,
            Expr::Minus(_) => fold(work, |a, b| a - b)?,
            Expr::Quotient(..) => {
                let zero = operands.get(1).is_none_or(|under| under.cells.iter().any(Zero::is_zero));
                require(!zero, "a denominator is zero in a model")?;
                fold(work, |a, b| a / b)?
            }
        };
        for reference in named(expr).into_iter().filter(|reference| reference.is_value()) {
            table = table.at(key(&reference), states.get(&reference).copied().unwrap_or_default(), &sizes);
        }
        done.insert(id, table);
    }
    let mut table = done.remove(&root).ok_or("an expression is empty")?;
    for (key, reference) in refs.iter().enumerate() {
        if let Some(&state) = states.get(reference) {
            table = table.at(key, state, &sizes);
        }
    }
    table.cells.pop().filter(|_| table.keys.is_empty()).ok_or_else(|| "a free reference is not placed".into())
}

/// The references a node names itself.
fn named(expr: &Expr) -> Vec<Ref> {
    match expr {
        Expr::P(term) => term.refs().collect(),
        Expr::Value(reference) => vec![*reference],
        Expr::Sum { over, .. } => over.to_vec(),
        Expr::Number(_) | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => Vec::new(),
    }
}

/// The state of each free reference and of each value. The entries of a variable belong to its free copies in order and
/// then to its values in the order of their texts; where there are none for the values, a value's text is its state's
/// number, as it must be where the variable's numeric value is asked for. Two values never share a state.
fn placed(
    arena: &Arena,
    graph: &Graph,
    roots: &[ExprId],
    at: &[(Node, usize)],
    sizes: &[usize],
) -> Result<FxHashMap<Ref, usize>, Reason> {
    let mut all: BTreeMap<usize, Vec<(bool, Option<&str>, Ref)>> = BTreeMap::new();
    let mut numeric = FxHashSet::default();
    let mut add = |reference: &Ref| -> Result<(), Reason> {
        let text = match reference.at {
            At::Value(symbol) => Some(arena.find_text(symbol).ok_or("a value is not in the arena")?),
            At::Copy(_) => None,
        };
        all.entry(reference.var.index()).or_default().push((text.is_some(), text, *reference));
        Ok(())
    };
    for id in arena.reachable(roots.iter().copied()) {
        let expr = arena.get(id);
        named(expr).iter().filter(|reference| reference.is_value()).try_for_each(&mut add)?;
        if let Expr::Value(of) = expr {
            numeric.insert(of.var.index());
        }
    }
    roots.iter().flat_map(|&root| arena.free(root)).try_for_each(&mut add)?;
    let mut states = FxHashMap::default();
    let mut entries = 0;
    for (variable, mut refs) in all {
        refs.sort_unstable();
        refs.dedup();
        let placed: Vec<usize> =
            at.iter().filter(|(node, _)| node.index() == variable).map(|(_, state)| *state).collect();
        let copies = refs.iter().filter(|(is_value, ..)| !is_value).count();
        let name = graph.name(Node::new(variable));
        let fits = placed.len() == refs.len() || placed.len() == copies;
        require(fits, format!("the models are compared at too few or too many states of {name}"))?;
        entries += placed.len();
        let mut taken = FxHashSet::default();
        for (position, (is_value, text, reference)) in refs.into_iter().enumerate() {
            let number = text.and_then(|text| text.parse().ok());
            let state =
                placed.get(position).copied().or(number).ok_or_else(|| format!("a value of {name} has no state"))?;
            let agrees = !is_value || !numeric.contains(&variable) || number == Some(state);
            require(agrees, format!("a value of {name} is not the number of its state"))?;
            require(!is_value || taken.insert(state), format!("two values of {name} share a state"))?;
            require(sizes.get(variable).is_some_and(|&size| state < size), format!("{name} has no such state"))?;
            states.insert(reference, state);
        }
    }
    require(entries == at.len(), "the models are compared at states of a variable that is not asked about")?;
    Ok(states)
}
