//! Simplification to what a person would write.
//!
//! One ascending walk over the nodes: each is simplified once, when its operands are finished. A product, quotient or
//! sum is taken as one monomial Σ Π num / Π den, and these moves are made until none is left, none of which lengthens
//! the expression:
//!
//! 1. equal factors above and below cancel;
//! 2. a sum inside is opened where that lets one of the other moves be made across its border;
//! 3. Σ_y P(y | c) = 1 where y occurs nowhere else;
//! 4. P(y, z | c) / P(z | c) becomes P(y | z, c), and P(a, b | c) / P(a | b, c) becomes P(b | c), either way up;
//! 5. P(a | b, c) P(b | c) becomes P(a, b | c);
//! 6. Σ_z P(y, z | c) becomes P(y | c) where z occurs nowhere else.
//!
//! Then sums are pushed in and factors put in causal order.

use super::monomial::{Budget, Monomial};
use super::order::Order;
use super::rewrite::{Law, Rewrite, Scribe, rebuilt};
use super::signs::Signs;
use super::sums::{absorb, marginals, opens, push_in, vanish};
use super::terms::{Key, base, chains, conditioned, marginal};
use crate::expr::{Arena, Expr, ExprId, Term};
use crate::graph::Graph;
use num_traits::{Signed, Zero};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;

/// The shortest equal expression that the moves above lead to, and the equations that lead there.
///
/// The log is appended to. Starting from `expr` and replacing, rewrite after rewrite, every occurrence of `from` by `to`
/// ends letter by letter in what is returned. [`length`](super::length) never grows. What is returned stays as it is
/// when simplified again.
///
/// O(n log n) in the factors of one product, and for nested expressions in the nodes reached, each once however often it
/// is used; no recursion.
pub fn simplify(arena: &mut Arena, graph: &Graph, expr: ExprId, log: &mut Vec<Rewrite>) -> ExprId {
    let inner = Inner::of(arena, expr);
    let order = Order::new(graph);
    let scribe = Scribe::new(log, expr);
    let budget = Budget::new(inner.operands);
    let mut run = Run {
        arena,
        order,
        scribe,
        positive: inner.positive,
        signs: Signs::default(),
        budget,
        again: false,
        finished: FxHashSet::default(),
    };
    let nodes = inner.nodes;
    let mut finished: Vec<ExprId> = Vec::with_capacity(nodes.len());
    for at in 0..nodes.len() {
        let node = rebuilt(run.arena, nodes[at].0, |operand| {
            match nodes[..at].binary_search_by_key(&operand, |&(id, _)| id) {
                Ok(before) => finished[before],
                Err(_) => operand,
            }
        });
        // What one other node alone is made of, and what that will take apart, is left to it.
        finished.push(if nodes[at].1 { node } else { run.node(node) });
    }
    finished.last().copied().unwrap_or(expr)
}

/// The nodes with operands.
struct Inner {
    /// Ascending, and whether each is a product or quotient that stands in one place only, and there in a product,
    /// quotient or sum.
    nodes: Vec<(ExprId, bool)>,
    /// Whether all that is reached is positive at sight.
    positive: bool,
    /// How many operands they have in all.
    operands: usize,
}

impl Inner {
    fn of(arena: &Arena, root: ExprId) -> Self {
        let mut positive = true;
        let mut operands = 0;
        let mut seen: FxHashMap<ExprId, bool> = FxHashMap::default();
        let mut stack = vec![(root, false)];
        while let Some((id, opened)) = stack.pop() {
            let expr = arena.get(id);
            match expr {
                Expr::P(_) => continue,
                Expr::Value(_) => {
                    positive = false;
                    continue;
                }
                Expr::Number(value) => {
                    positive &= value.is_positive();
                    continue;
                }
                Expr::Minus(_) => positive = false,
                Expr::Sum { .. } | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) => {}
            }
            match seen.entry(id) {
                Entry::Occupied(mut place) => {
                    place.insert(false);
                    continue;
                }
                Entry::Vacant(place) => {
                    place.insert(opened && matches!(expr, Expr::Product(_) | Expr::Quotient(..)));
                }
            }
            let before = stack.len();
            match expr {
                Expr::Sum { body, .. } => stack.push((*body, true)),
                Expr::Quotient(over, under) => stack.extend([(*over, true), (*under, true)]),
                Expr::Product(all) => stack.extend(all.iter().map(|&id| (id, true))),
                Expr::Plus(all) | Expr::Minus(all) => stack.extend(all.iter().map(|&id| (id, false))),
                Expr::Number(_) | Expr::P(_) | Expr::Value(_) => {}
            }
            operands += stack.len() - before;
        }
        let mut nodes: Vec<(ExprId, bool)> = seen.into_iter().collect();
        nodes.sort_unstable();
        Self { nodes, positive, operands }
    }
}

pub(super) struct Run<'a> {
    pub(super) arena: &'a mut Arena,
    order: Order<'a>,
    pub(super) scribe: Scribe<'a>,
    /// Whether everything is positive, so that nothing need be asked.
    positive: bool,
    /// Otherwise, what is known to be positive.
    signs: Signs,
    pub(super) budget: Budget,
    /// Whether the node at hand has been given parts that are not finished.
    again: bool,
    /// Nodes with operands that have been simplified, and what they are made of.
    finished: FxHashSet<ExprId>,
}

/// More rounds than this are not worth the time; no expression met so far needs more than a few.
const ROUNDS: usize = 64;

impl Run<'_> {
    /// Simplifies one node whose operands are finished.
    fn node(&mut self, node: ExprId) -> ExprId {
        let outer = self.scribe.enter();
        let result = self.scribe.begin(node).and_then(|()| match self.arena.get(node) {
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => Ok(node),
            Expr::Plus(_) | Expr::Minus(_) => self.linear(node),
            Expr::Sum { .. } | Expr::Product(_) | Expr::Quotient(..) => self.monomial(node),
        });
        let result = match result {
            Ok(result) | Err(result) => result,
        };
        let result = if std::mem::take(&mut self.again) { self.inside(result) } else { result };
        self.finish(result);
        self.scribe.end(result, outer);
        result
    }

    /// Simplifies what is not finished inside a result. Which parts are new to the arena must not matter: what was
    /// simplified once is found again the same way.
    fn inside(&mut self, root: ExprId) -> ExprId {
        let mut done: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for id in self.unfinished(root) {
            let new = rebuilt(self.arena, id, |operand| done.get(&operand).copied().unwrap_or(operand));
            let new = self.node(new);
            done.insert(id, new);
        }
        done.get(&root).copied().unwrap_or(root)
    }

    fn finish(&mut self, root: ExprId) {
        for id in self.unfinished(root) {
            self.finished.insert(id);
        }
    }

    /// The nodes with operands that a node is made of, itself included, as far as they are not finished, ascending.
    fn unfinished(&self, root: ExprId) -> Vec<ExprId> {
        let mut seen = FxHashSet::default();
        let mut found = Vec::new();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            let leaf = matches!(self.arena.get(id), Expr::P(_) | Expr::Number(_) | Expr::Value(_));
            if !leaf && !self.finished.contains(&id) && seen.insert(id) {
                found.push(id);
                stack.extend(self.arena.get(id).operands());
            }
        }
        found.sort_unstable();
        found
    }

    /// Whether an expression is positive in every positive distribution, whatever the values of its references.
    fn is_positive(&mut self, id: ExprId) -> bool {
        self.positive || self.signs.is_positive(self.arena, id)
    }

    /// Whether no denominator inside can be 0.
    pub(super) fn is_defined(&mut self, id: ExprId) -> bool {
        self.positive || self.signs.is_defined(self.arena, id)
    }

    fn monomial(&mut self, node: ExprId) -> Result<ExprId, ExprId> {
        let mut all = Monomial::of(self.arena, node, &mut self.budget);
        for _ in 0..ROUNDS {
            self.cancel(&mut all);
            while absorb(self.arena, self.order, &mut all, &mut self.budget) | vanish(self.arena, &mut all) {
                self.cancel(&mut all);
            }
            all.sort(self.arena, self.order);
            if !(self.quotients(&mut all)? || self.products(&mut all)? || self.marginalise(&mut all)?) {
                break;
            }
        }
        self.again |= push_in(self.arena, self.order, &mut all);
        self.cancel(&mut all);
        self.zero(&mut all);
        all.sort(self.arena, self.order);
        self.again |= opens(self.arena, &all.den);
        let result = all.build(self.arena);
        self.scribe.algebra(result)?;
        Ok(result)
    }

    /// 0 stays 0 times anything that is defined, and what is divided by 0 stays undefined.
    pub(super) fn zero(&mut self, all: &mut Monomial) {
        if all.is_zero() && all.num.iter().all(|&factor| self.is_defined(factor)) {
            all.num.clear();
            all.den.retain(|&factor| !self.is_positive(factor));
        }
        let is_zero = |&f: &ExprId| matches!(self.arena.get(f), Expr::Number(value) if value.is_zero());
        if let Some(zero) = all.den.iter().copied().find(is_zero)
            && all.den.iter().all(|&factor| self.is_defined(factor))
        {
            all.den = vec![zero];
        }
    }

    fn cancel(&mut self, all: &mut Monomial) {
        all.cancel(|factor| self.is_positive(factor));
    }

    /// The positions of distributions, with their keys.
    fn keys(&self, side: &[ExprId]) -> Vec<(usize, Key)> {
        let key = |(at, &id): (usize, &ExprId)| self.term(id).map(|term| (at, Key::of(term)));
        side.iter().enumerate().filter_map(key).collect()
    }

    fn term(&self, id: ExprId) -> Option<&Term> {
        match self.arena.get(id) {
            Expr::P(term) => Some(term),
            Expr::Number(_)
            | Expr::Value(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => None,
        }
    }

    /// Move 4, for as many pairs at once as share no factor.
    fn quotients(&mut self, all: &mut Monomial) -> Result<bool, ExprId> {
        if all.den.is_empty() {
            return Ok(false);
        }
        let (above, below) = (self.keys(&all.num), self.keys(&all.den));
        let mut taken = vec![false; all.num.len()];
        let mut pairs: Vec<Pair> = Vec::new();
        for &(den, under) in &below {
            let pair = above.iter().filter(|&&(num, _)| !taken[num]).find_map(|&(num, over)| {
                if over.given != under.given && over.full != under.full {
                    return None;
                }
                quotient(self.term(all.num[num])?, self.term(all.den[den])?).map(|found| (num, found))
            });
            if let Some((num, (law, above, term))) = pair {
                taken[num] = true;
                let term = self.arena.p(term);
                pairs.push(Pair { num, den, above, law, term });
            }
        }
        if pairs.is_empty() {
            return Ok(false);
        }
        // As written before and after the laws; `left` is what remains once equal factors have cancelled.
        let (mut before, mut after, mut left) = ([vec![], vec![]], [vec![], vec![]], [vec![], vec![]]);
        let mut laws = Vec::new();
        for pair in &pairs {
            let side = usize::from(!pair.above);
            let (num, den) = (all.num[pair.num], all.den[pair.den]);
            let (joint, other) = if pair.above { (num, den) } else { (den, num) };
            left[side].push(pair.term);
            if pair.law == Law::Condition {
                let quotient = self.arena.quotient(joint, other);
                before[side].push(quotient);
                after[side].push(pair.term);
                laws.push((pair.law, quotient, pair.term));
            } else {
                // Both sides are multiplied by the base, so that the factors of the joint stand together.
                let product = self.arena.product([other, pair.term]);
                before[side].extend([joint, pair.term]);
                after[side].extend([joint, pair.term]);
                before[1 - side].push(product);
                after[1 - side].push(joint);
                laws.push((pair.law, product, joint));
            }
        }
        let others = |side: &[ExprId], gone: &dyn Fn(usize) -> bool| -> Vec<ExprId> {
            side.iter().enumerate().filter(|(at, _)| !gone(*at)).map(|(_, &f)| f).collect()
        };
        let rest = [
            others(&all.num, &|at| taken.get(at) == Some(&true)),
            others(&all.den, &|at| pairs.binary_search_by_key(&at, |pair| pair.den).is_ok()),
        ];
        for side in [0, 1] {
            for list in [&mut before[side], &mut after[side], &mut left[side]] {
                list.extend_from_slice(&rest[side]);
            }
        }
        self.apply(all, &before, &after, laws)?;
        let [num, den] = left;
        (all.num, all.den) = (num, den);
        Ok(true)
    }

    /// Tells the log: by algebra the monomial has the factors `before`, by the laws `after`.
    fn apply(
        &mut self,
        all: &Monomial,
        before: &[Vec<ExprId>; 2],
        after: &[Vec<ExprId>; 2],
        laws: Vec<(Law, ExprId, ExprId)>,
    ) -> Result<(), ExprId> {
        let form = all.build_of(self.arena, &before[0], &before[1]);
        self.scribe.algebra(form)?;
        for (law, from, to) in laws {
            self.scribe.law(law, from, to);
        }
        let form = all.build_of(self.arena, &after[0], &after[1]);
        self.scribe.arrive(form)
    }

    /// Move 5, above and below, for all chains at once.
    fn products(&mut self, all: &mut Monomial) -> Result<bool, ExprId> {
        let mut laws = Vec::new();
        let (above, below) = (self.chains(&all.num, &mut laws), self.chains(&all.den, &mut laws));
        if laws.is_empty() {
            return Ok(false);
        }
        let before = [above.0, below.0];
        let after = [above.1, below.1];
        self.apply(all, &before, &after, laws)?;
        let [num, den] = after;
        (all.num, all.den) = (num, den);
        Ok(true)
    }

    /// The factors with each chain as a product of its own, and with each chain as one term.
    fn chains(&mut self, side: &[ExprId], laws: &mut Vec<(Law, ExprId, ExprId)>) -> (Vec<ExprId>, Vec<ExprId>) {
        let keys = self.keys(side);
        let whole = || (side.to_vec(), side.to_vec());
        if keys.len() < 2 {
            return whole();
        }
        let mut by_full: Vec<(u64, usize)> = keys.iter().map(|&(at, key)| (key.full, at)).collect();
        by_full.sort_unstable();
        // For each factor the one that goes on where it ends, each used once.
        let mut lower: Vec<Option<usize>> = vec![None; side.len()];
        let mut is_lower = vec![false; side.len()];
        let mut any = false;
        for &(at, key) in &keys {
            let Some(upper) = self.term(side[at]).filter(|term| !term.given().is_empty()) else { continue };
            let start = by_full.partition_point(|&(full, _)| full < key.given);
            let next = by_full[start..].iter().take_while(|&&(full, _)| full == key.given).map(|&(_, at)| at);
            let next =
                next.filter(|&to| !is_lower[to]).find(|&to| self.term(side[to]).is_some_and(|t| chains(upper, t)));
            if let Some(to) = next {
                lower[at] = Some(to);
                is_lower[to] = true;
                any = true;
            }
        }
        if !any {
            return whole();
        }
        let (mut before, mut after) = (Vec::with_capacity(side.len()), Vec::with_capacity(side.len()));
        for at in (0..side.len()).filter(|&at| !is_lower[at]) {
            let mut chain = vec![at];
            let mut last = at;
            while let Some(to) = lower[last] {
                chain.push(to);
                last = to;
            }
            let joint = if chain.len() == 1 { None } else { self.joint(&chain, side) };
            let Some(joint) = joint else {
                before.extend(chain.iter().map(|&at| side[at]));
                after.extend(chain.iter().map(|&at| side[at]));
                continue;
            };
            let joint = self.arena.p(joint);
            let product = self.arena.product(chain.iter().map(|&at| side[at]));
            laws.push((Law::Chain, product, joint));
            before.push(product);
            after.push(joint);
        }
        (before, after)
    }

    /// The term that a chain of factors makes.
    fn joint(&self, chain: &[usize], side: &[ExprId]) -> Option<Term> {
        let terms: Vec<&Term> = chain.iter().filter_map(|&at| self.term(side[at])).collect();
        let last = terms.last()?;
        let of: Vec<_> = terms.iter().flat_map(|term| term.of()).copied().collect();
        Term::new(of, last.given().iter().copied(), last.do_().iter().copied())
    }

    /// Move 6, for all factors at once.
    fn marginalise(&mut self, all: &mut Monomial) -> Result<bool, ExprId> {
        let found = marginals(self.arena, all);
        let mut laws = Vec::new();
        let (mut before, mut after) = (all.num.clone(), all.num.clone());
        let mut out = Vec::new();
        for (at, over) in found {
            let Some(term) = self.term(all.num[at]).and_then(|term| marginal(term, &over)) else { continue };
            let sum = self.arena.sum(over.iter().copied(), all.num[at]);
            let term = self.arena.p(term);
            laws.push((Law::Marginalise, sum, term));
            (before[at], after[at]) = (sum, term);
            out.extend(over);
        }
        if laws.is_empty() {
            return Ok(false);
        }
        all.bound.retain(|r| !out.contains(r));
        let den = all.den.clone();
        self.apply(all, &[before, den.clone()], &[after.clone(), den], laws)?;
        all.num = after;
        Ok(true)
    }
}

/// Two terms, one above and one below the line, that become one.
struct Pair {
    num: usize,
    den: usize,
    /// Whether the one stands above.
    above: bool,
    law: Law,
    term: ExprId,
}

/// The law by which two terms become one, whether that stands above, and the term itself.
fn quotient(num: &Term, den: &Term) -> Option<(Law, bool, Term)> {
    let found = |law, above| move |term| (law, above, term);
    None.or_else(|| conditioned(num, den).map(found(Law::Condition, true)))
        .or_else(|| conditioned(den, num).map(found(Law::Condition, false)))
        .or_else(|| base(num, den).map(found(Law::Chain, true)))
        .or_else(|| base(den, num).map(found(Law::Chain, false)))
}
