//! One application of one rule: every way in which a line can go on by it.
//!
//! Moves that shorten (a sum collapsed, factors put together, actions or conditions dropped) are found in the expression
//! itself; those that lengthen take what they add from the expression at the other end of the search ([`Hints`]).

use crate::derive::board::Board;
use crate::expr::{Arena, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{Rule, Separation};
use crate::reach;
use std::collections::BTreeSet;

/// Sets of at most this many members are taken apart in every way; larger ones member by member and as a whole.
const APART: usize = 4;
/// Longer expressions, counted as [`Arena::size`] does, are not taken further.
const LONGEST: u64 = 4_000;
/// The most moves by one rule that are looked at in one expression.
const MOVES: usize = 160;

/// `node` is `pre` by algebra, in which `from` becomes `to` by the rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Move {
    pub(super) node: ExprId,
    pub(super) pre: ExprId,
    pub(super) rule: Rule,
    pub(super) from: ExprId,
    pub(super) to: ExprId,
    pub(super) requires: Option<Separation>,
    /// Whether the separation holds.
    pub(super) sound: bool,
}

/// What the expression at the other end shows of where a search is to go.
pub(super) struct Hints {
    terms: Vec<Term>,
    /// The variables that its sums bind, each set and each of its members alone.
    bound: BTreeSet<Vec<Var>>,
}

impl Hints {
    pub(super) fn of(arena: &Arena, expr: ExprId) -> Self {
        let terms = arena.terms(expr).into_iter().cloned().collect();
        let mut bound = BTreeSet::new();
        for id in arena.reachable([expr]) {
            if let Expr::Sum { over, .. } = arena.get(id) {
                let mut vars: Vec<Var> = over.iter().map(|r| r.var).collect();
                vars.dedup();
                bound.extend(vars.iter().map(|&var| vec![var]));
                bound.insert(vars);
            }
        }
        Self { terms, bound }
    }
}

/// The variables behind references.
pub(super) fn nodes(graph: &Graph, refs: &[Ref]) -> NodeSet {
    graph.set(refs.iter().map(|r| Node::new(r.var.index())))
}

/// What a rule needs to go between P(y | do(x), do(z), w), P(y | do(x), z, w) and P(y | do(x), w).
pub(super) fn needed(graph: &Graph, rule: Rule, y: &[Ref], x: &[Ref], z: &[Ref], w: &[Ref]) -> Separation {
    let [y, x, z, w] = [y, x, z, w].map(|refs| nodes(graph, refs));
    let cut = match rule {
        Rule::Rule2 => Mutilation { no_incoming: x.clone(), no_outgoing: z.clone() },
        Rule::Rule3 => {
            let over = Mutilation::over(graph, x.clone());
            let into = z.difference(&reach::ancestors_cut(graph, &w, &over));
            Mutilation::over(graph, x.union(&into))
        }
        Rule::Rule1 | Rule::Marginalise | Rule::Chain | Rule::Condition | Rule::Algebra | Rule::Substitute => {
            Mutilation::over(graph, x.clone())
        }
    };
    Separation { x: y, y: z, given: x.union(&w), cut }
}

/// Whether a separation holds.
pub(super) fn holds(graph: &Graph, separation: &Separation) -> bool {
    reach::separated(graph, &separation.x, &separation.y, &separation.given, &separation.cut)
}

/// Whether two separations are one, their sides either way round.
pub(super) fn same(a: &Separation, b: &Separation) -> bool {
    let sides = (&a.x, &a.y) == (&b.x, &b.y) || (&a.x, &a.y) == (&b.y, &b.x);
    sides && a.given == b.given && a.cut == b.cut
}

/// The moves by a rule, the likeliest first. With `sound` only those whose separation holds; with `stated` only those
/// that need that one.
pub(super) fn moves(
    board: &mut Board<'_>,
    state: ExprId,
    rule: Rule,
    hints: &Hints,
    sound: bool,
    stated: Option<&Separation>,
) -> Vec<Move> {
    if board.arena.size(state) > LONGEST {
        return Vec::new();
    }
    let mut maker = Maker { board, rule, sound, stated, found: Vec::new() };
    match rule {
        Rule::Rule1 | Rule::Rule2 | Rule::Rule3 => maker.rules(state, hints),
        Rule::Marginalise => maker.marginals(state, hints),
        Rule::Chain => maker.chains(state, hints),
        Rule::Condition => maker.conditionals(state),
        Rule::Algebra | Rule::Substitute => {}
    }
    maker.found
}

struct Maker<'a, 'b> {
    board: &'a mut Board<'b>,
    rule: Rule,
    sound: bool,
    stated: Option<&'a Separation>,
    found: Vec<Move>,
}

impl Maker<'_, '_> {
    fn full(&self) -> bool {
        self.found.len() >= MOVES
    }

    fn add(&mut self, node: ExprId, pre: ExprId, from: ExprId, to: ExprId, requires: Option<Separation>, sound: bool) {
        let new = Move { node, pre, rule: self.rule, from, to, requires, sound };
        if from != to && !self.full() && !self.found.contains(&new) {
            self.found.push(new);
        }
    }

    /// A move that needs no separation; where one is stated all the same, there is none.
    fn plain(&mut self, node: ExprId, pre: ExprId, from: ExprId, to: ExprId) {
        if self.stated.is_none() {
            self.add(node, pre, from, to, None, true);
        }
    }

    fn terms(&self, state: ExprId) -> Vec<Term> {
        self.board.arena.terms(state).into_iter().cloned().collect()
    }

    /// Rules 1 to 3, every term.
    fn rules(&mut self, state: ExprId, hints: &Hints) {
        let terms = self.terms(state);
        for term in &terms {
            for hint in hints.terms.iter().filter(|hint| alike(hint.of(), term.of())) {
                self.towards(term, hint);
            }
        }
        for term in &terms {
            let (from, to) = match self.rule {
                Rule::Rule1 => (term.given(), None),
                Rule::Rule2 => (term.do_(), Some(term.given())),
                Rule::Rule3 | Rule::Marginalise | Rule::Chain | Rule::Condition | Rule::Algebra | Rule::Substitute => {
                    (term.do_(), None)
                }
            };
            for z in parts(from).into_iter().chain(to.map(parts).into_iter().flatten()) {
                let target = match self.rule {
                    Rule::Rule1 => Term::new(term.of().to_vec(), less(term.given(), &z), term.do_().to_vec()),
                    Rule::Rule3 => Term::new(term.of().to_vec(), term.given().to_vec(), less(term.do_(), &z)),
                    Rule::Rule2
                    | Rule::Marginalise
                    | Rule::Chain
                    | Rule::Condition
                    | Rule::Algebra
                    | Rule::Substitute => swapped(term, &z),
                };
                if let Some(target) = target {
                    self.instance(term, &target);
                }
            }
        }
    }

    /// The move that gives a term the shape of another.
    fn towards(&mut self, term: &Term, hint: &Term) {
        let own = |r: &Ref| term.refs().find(|known| known.var == r.var).unwrap_or(*r);
        let bare = |r: &Ref| term.refs().find(|known| known.var == r.var).unwrap_or(Ref::plain(r.var));
        for of in [&own as &dyn Fn(&Ref) -> Ref, &bare] {
            let shaped = Term::new(hint.of().iter().map(of), hint.given().iter().map(of), hint.do_().iter().map(of));
            if let Some(target) = shaped {
                self.instance(term, &target);
            }
        }
    }

    /// Adds the move between two terms, if they are an instance of the rule.
    fn instance(&mut self, term: &Term, target: &Term) {
        if self.full() || term.of() != target.of() {
            return;
        }
        for (more, fewer) in [(term, target), (target, term)] {
            let (z, w) = match self.rule {
                Rule::Rule1 if more.do_() == fewer.do_() => (without(more.given(), fewer.given()), fewer.given()),
                Rule::Rule2 => {
                    let z = without(more.do_(), fewer.do_());
                    (z.filter(|z| without(fewer.given(), more.given()).as_ref() == Some(z)), more.given())
                }
                Rule::Rule3 if more.given() == fewer.given() => (without(more.do_(), fewer.do_()), fewer.given()),
                Rule::Rule1
                | Rule::Rule3
                | Rule::Marginalise
                | Rule::Chain
                | Rule::Condition
                | Rule::Algebra
                | Rule::Substitute => (None, fewer.given()),
            };
            let Some(z) = z.filter(|z| !z.is_empty()) else { continue };
            let graph = self.board.graph;
            let requires = needed(graph, self.rule, more.of(), fewer.do_(), &z, w);
            if self.stated.is_some_and(|stated| !same(stated, &requires)) {
                continue;
            }
            let sound = holds(graph, &requires);
            if sound || !self.sound {
                let (from, to) = (self.board.arena.p(term.clone()), self.board.arena.p(target.clone()));
                self.add(from, from, from, to, Some(requires), sound);
            }
            return;
        }
    }

    fn marginals(&mut self, state: ExprId, hints: &Hints) {
        for id in self.board.arena.reachable([state]) {
            let Expr::Sum { over, body } = self.board.arena.get(id) else { continue };
            let (over, factors) = (over.to_vec(), factors(self.board.arena, *body));
            for (position, &factor) in factors.iter().enumerate() {
                let Expr::P(term) = self.board.arena.get(factor) else { continue };
                let term = term.clone();
                let others: Vec<ExprId> =
                    factors.iter().enumerate().filter(|(i, _)| *i != position).map(|(_, &f)| f).collect();
                let alone: Vec<Ref> = over
                    .iter()
                    .copied()
                    .filter(|r| term.of().contains(r) && !others.iter().any(|&o| self.board.arena.is_free_in(*r, o)))
                    .collect();
                for z in parts(&alone) {
                    let rest = less(term.of(), &z);
                    let Some(to) = (!rest.is_empty())
                        .then(|| Term::new(rest, term.given().to_vec(), term.do_().to_vec()))
                        .flatten()
                    else {
                        continue;
                    };
                    let arena = &mut *self.board.arena;
                    let from = arena.sum(z.iter().copied(), factor);
                    let product = arena.product(others.iter().copied().chain([from]));
                    let pre = arena.sum(less(&over, &z), product);
                    let to = arena.p(to);
                    self.plain(id, pre, from, to);
                }
            }
        }
        for term in self.terms(state) {
            for vars in &hints.bound {
                let z: Vec<Ref> = vars
                    .iter()
                    .filter(|&&var| !term.refs().any(|r| r.var == var))
                    .map(|&var| Ref::plain(var))
                    .collect();
                let wide = Term::new(with(term.of(), &z), term.given().to_vec(), term.do_().to_vec());
                if let (false, Some(wide)) = (z.is_empty(), wide) {
                    let arena = &mut *self.board.arena;
                    let (from, wide) = (arena.p(term.clone()), arena.p(wide));
                    let to = arena.sum(z, wide);
                    self.plain(from, from, from, to);
                }
            }
        }
    }

    fn chains(&mut self, state: ExprId, hints: &Hints) {
        for id in self.board.arena.reachable([state]) {
            if !matches!(self.board.arena.get(id), Expr::Product(_)) {
                continue;
            }
            let factors = factors(self.board.arena, id);
            for start in 0..factors.len() {
                self.merged(id, &factors, start);
            }
        }
        for term in self.terms(state) {
            let mut blocks: Vec<Vec<Ref>> = Vec::new();
            for hint in hints.terms.iter().filter(|hint| !alike(hint.of(), term.of())) {
                let block: Vec<Ref> =
                    term.of().iter().copied().filter(|r| hint.of().iter().any(|h| h.var == r.var)).collect();
                blocks.push(block);
            }
            blocks.extend(parts(term.of()));
            for first in blocks {
                let second = less(term.of(), &first);
                if first.is_empty() || second.is_empty() {
                    continue;
                }
                let late = Term::new(second, with(term.given(), &first), term.do_().to_vec());
                let early = Term::new(first, term.given().to_vec(), term.do_().to_vec());
                if let (Some(late), Some(early)) = (late, early) {
                    let arena = &mut *self.board.arena;
                    let (from, early, late) = (arena.p(term.clone()), arena.p(early), arena.p(late));
                    let to = arena.product([early, late]);
                    self.plain(from, from, from, to);
                }
            }
        }
    }

    /// The factor at `start` put together with one that is given it, with one that is given both, and so on.
    fn merged(&mut self, id: ExprId, factors: &[ExprId], start: usize) {
        let mut chains = vec![vec![start]];
        while let Some(chain) = chains.pop() {
            let mut joint: Option<Term> = None;
            for &at in &chain {
                let Some(Expr::P(next)) = factors.get(at).map(|&factor| self.board.arena.get(factor)) else { return };
                joint = match joint {
                    None => Some(next.clone()),
                    Some(so_far) => {
                        Term::new(with(so_far.of(), next.of()), so_far.given().to_vec(), so_far.do_().to_vec())
                    }
                };
            }
            let Some(joint) = joint else { return };
            if chain.len() > 1 {
                let rest = (0..factors.len()).filter(|at| !chain.contains(at)).map(|at| factors[at]);
                let rest: Vec<ExprId> = rest.collect();
                let arena = &mut *self.board.arena;
                let from = arena.product(chain.iter().map(|&at| factors[at]));
                let pre = arena.product(rest.into_iter().chain([from]));
                let to = arena.p(joint.clone());
                self.plain(id, pre, from, to);
            }
            if self.full() {
                return;
            }
            let conditions = with(joint.given(), joint.of());
            for (at, &factor) in factors.iter().enumerate() {
                if let Expr::P(late) = self.board.arena.get(factor)
                    && late.do_() == joint.do_()
                    && *late.given() == *conditions
                    && !chain.contains(&at)
                {
                    chains.push([&*chain, &[at]].concat());
                }
            }
        }
    }

    fn conditionals(&mut self, state: ExprId) {
        for id in self.board.arena.reachable([state]) {
            let &Expr::Quotient(over, under) = self.board.arena.get(id) else { continue };
            let (above, below) = (factors(self.board.arena, over), factors(self.board.arena, under));
            for (i, &joint) in above.iter().enumerate() {
                for (j, &marginal) in below.iter().enumerate() {
                    let (Expr::P(a), Expr::P(b)) = (self.board.arena.get(joint), self.board.arena.get(marginal)) else {
                        continue;
                    };
                    if a.do_() != b.do_() || a.given() != b.given() {
                        continue;
                    }
                    let Some(rest) = without(a.of(), b.of()).filter(|rest| !rest.is_empty()) else { continue };
                    let Some(to) = Term::new(rest, with(b.given(), b.of()), a.do_().to_vec()) else { continue };
                    let others = |all: &[ExprId], at: usize| -> Vec<ExprId> {
                        all.iter().enumerate().filter(|(k, _)| *k != at).map(|(_, &f)| f).collect()
                    };
                    let (above, below) = (others(&above, i), others(&below, j));
                    let arena = &mut *self.board.arena;
                    let from = arena.quotient(joint, marginal);
                    let mut pre = arena.product(above.into_iter().chain([from]));
                    if !below.is_empty() {
                        let under = arena.product(below);
                        pre = arena.quotient(pre, under);
                    }
                    let to = arena.p(to);
                    self.plain(id, pre, from, to);
                }
            }
        }
        for term in self.terms(state) {
            for z in parts(term.given()) {
                let rest = less(term.given(), &z);
                let joint = Term::new(with(term.of(), &z), rest.clone(), term.do_().to_vec());
                let marginal = Term::new(z, rest, term.do_().to_vec());
                if let (Some(joint), Some(marginal)) = (joint, marginal) {
                    let arena = &mut *self.board.arena;
                    let (from, joint, marginal) = (arena.p(term.clone()), arena.p(joint), arena.p(marginal));
                    let to = arena.quotient(joint, marginal);
                    self.plain(from, from, from, to);
                }
            }
        }
    }
}

/// The factors of a product, products inside opened; of anything else itself.
pub(super) fn factors(arena: &Arena, id: ExprId) -> Vec<ExprId> {
    let (mut all, mut stack) = (Vec::new(), vec![id]);
    while let Some(id) = stack.pop() {
        match arena.get(id) {
            Expr::Product(inner) => stack.extend(inner.iter().rev()),
            Expr::Number(_)
            | Expr::P(_)
            | Expr::Sum { .. }
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_)
            | Expr::Value(_) => all.push(id),
        }
    }
    all
}

/// Whether two lists name the same variables.
pub(super) fn alike(a: &[Ref], b: &[Ref]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.var == b.var)
}

/// Parts of a list that are not empty: all of them where it is short, else the whole and each member, the whole first.
fn parts(all: &[Ref]) -> Vec<Vec<Ref>> {
    if all.is_empty() {
        return Vec::new();
    }
    if all.len() > APART {
        return std::iter::once(all.to_vec()).chain(all.iter().map(|&r| vec![r])).collect();
    }
    let pick = |mask: usize| all.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, &r)| r).collect();
    (1..1_usize << all.len()).rev().map(pick).collect()
}

fn with(a: &[Ref], b: &[Ref]) -> Vec<Ref> {
    let mut all = [a, b].concat();
    all.sort_unstable();
    all
}

fn less(all: &[Ref], part: &[Ref]) -> Vec<Ref> {
    all.iter().copied().filter(|r| !part.contains(r)).collect()
}

/// What `all` has besides `part`, which lies within it.
fn without(all: &[Ref], part: &[Ref]) -> Option<Vec<Ref>> {
    part.iter().all(|r| all.contains(r)).then(|| less(all, part))
}

/// The members of `z` moved from action to observation, or back.
fn swapped(term: &Term, z: &[Ref]) -> Option<Term> {
    let (given, do_) = match without(term.do_(), z) {
        Some(rest) => (with(term.given(), z), rest),
        None => (without(term.given(), z)?, with(term.do_(), z)),
    };
    Term::new(term.of().to_vec(), given, do_)
}
