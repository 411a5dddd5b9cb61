//! The normal form, and equality by way of it.
//!
//! A distribution becomes a ratio of joints, P(a | b) = P(a, b) / P(b); products are multiplied out into a polynomial
//! in atoms with positive and negative powers; a sum is moved to each term, there Σ_z P(y, z) = P(y) is applied wherever
//! z occurs in nothing else, and what is left is an atom for each set of factors that share bound references, nested
//! sums opened, bound copies named by one rule. What stands below the line and has several terms is an atom as well, and
//! every term is brought over it. So P(a | b) P(b) and P(a, b) have one form, and so have a chain in any order and a
//! quotient of sums however it was reached.
//!
//! Two expressions are equal when their difference has the form 0. That is sound: each step is an equation in every
//! positive distribution. It is complete where no sum is left, since joints of distinct variables are independent
//! quantities but for their marginals.

use super::order::Order;
use super::polynomial::{Polynomial, Powers, inverted, multiplied};
use super::rename::{rename, smallest_names};
use super::terms::marginal;
use crate::expr::{Arena, BigRational, Expr, ExprId, Ref, Term};
use itertools::Itertools;
use num_traits::{One, Signed};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// How many factors may be looked at on the way to a normal form: some ten milliseconds.
const WORK: usize = 200_000;

/// The normal form: two expressions with one normal form are equal in every positive distribution.
///
/// Where that would take more than a fixed amount of work, the expression itself.
pub fn normal(arena: &mut Arena, expr: ExprId) -> ExprId {
    let mut run = Normaliser::new(arena);
    let form = run.form(expr).and_then(|form| run.build(&form));
    form.unwrap_or(expr)
}

/// Whether two expressions are equal in every positive distribution, for every value of their free references, as far
/// as both are defined. False also where they are equal but by no argument known here, or where finding it would take
/// more than a fixed amount of work.
pub fn equal(arena: &mut Arena, a: ExprId, b: ExprId) -> bool {
    if a == b {
        return true;
    }
    let difference = arena.minus([a, b]);
    Normaliser::new(arena).form(difference).is_some_and(|form| form.0.is_empty())
}

/// None anywhere: more work than allowed.
struct Normaliser<'a> {
    arena: &'a mut Arena,
    order: Order<'static>,
    left: usize,
    positive: FxHashMap<ExprId, bool>,
    /// Atoms that have several terms, with these.
    several: FxHashMap<ExprId, Polynomial>,
}

impl<'a> Normaliser<'a> {
    fn new(arena: &'a mut Arena) -> Self {
        let (positive, several) = (FxHashMap::default(), FxHashMap::default());
        Self { arena, order: Order::by_number(), left: WORK, positive, several }
    }

    fn pay(&mut self, work: usize) -> Option<()> {
        self.left = self.left.checked_sub(work)?;
        Some(())
    }

    /// The polynomial of an expression: one walk, operands first.
    fn form(&mut self, root: ExprId) -> Option<Polynomial> {
        let mut forms: FxHashMap<ExprId, Polynomial> = FxHashMap::default();
        let nodes = self.arena.reachable([root]);
        self.pay(nodes.len())?;
        for id in nodes {
            let expr = self.arena.get(id).clone();
            let form = match &expr {
                Expr::Number(value) => Polynomial::number(value.clone()),
                Expr::Value(_) => Polynomial::atom(id),
                Expr::P(term) => self.joints(term)?,
                Expr::Product(all) => {
                    let mut product = Polynomial::number(BigRational::one());
                    for factor in all {
                        product = self.product(&product, forms.get(factor)?)?;
                    }
                    self.over_one_line(product)?
                }
                Expr::Quotient(over, under) => {
                    let under = self.inverse(forms.get(under)?)?;
                    let quotient = self.product(forms.get(over)?, &under)?;
                    self.over_one_line(quotient)?
                }
                Expr::Plus(all) | Expr::Minus(all) => {
                    let mut sum = Polynomial::default();
                    for (at, term) in all.iter().enumerate() {
                        let less = at > 0 && matches!(expr, Expr::Minus(_));
                        let sign = if less { -BigRational::one() } else { BigRational::one() };
                        let term = forms.get(term)?;
                        self.pay(term.0.len())?;
                        sum.add(term, &sign);
                    }
                    self.over_one_line(sum)?
                }
                Expr::Sum { over, body } => {
                    let mut sum = Polynomial::default();
                    for (powers, number) in &forms.get(body)?.0 {
                        sum.add_term(self.sum(over, powers)?, number.clone());
                    }
                    self.over_one_line(sum)?
                }
            };
            forms.insert(id, form);
        }
        forms.remove(&root)
    }

    /// P(a | do(x), b) = P(a, b | do(x)) / P(b | do(x))
    fn joints(&mut self, term: &Term) -> Option<Polynomial> {
        let do_ = || term.do_().iter().copied();
        let joint = Term::new(term.of().iter().chain(term.given()).copied(), [], do_())?;
        let part = Term::new(term.given().iter().copied(), [], do_())?;
        let (joint, part) = (self.arena.p(joint), self.arena.p(part));
        self.pay(term.refs().count())?;
        let powers = if self.arena.is_one(part) { vec![] } else { vec![(part, -1)] };
        Some(Polynomial::term(multiplied(&[(joint, 1)], &powers), BigRational::one()))
    }

    fn product(&mut self, a: &Polynomial, b: &Polynomial) -> Option<Polynomial> {
        self.pay(a.cost(b))?;
        Some(a.times(b))
    }

    /// 1 over a polynomial. What may be 0 is not divided by: its inverse is an atom that cancels with nothing.
    fn inverse(&mut self, of: &Polynomial) -> Option<Polynomial> {
        if let Some((powers, number)) = of.single() {
            let mut inverse = Powers::new();
            for &(atom, power) in powers {
                let factor = if self.is_positive(atom) {
                    (atom, power.saturating_neg())
                } else {
                    let one = self.arena.one();
                    (self.arena.quotient(one, atom), power)
                };
                inverse = multiplied(&inverse, &[factor]);
            }
            return Some(Polynomial::term(inverse, number.recip()));
        }
        if of.0.is_empty() {
            let (one, zero) = (self.arena.one(), self.arena.zero());
            return Some(Polynomial::atom(self.arena.quotient(one, zero)));
        }
        let (content, atom, number) = self.whole(of)?;
        let under = if self.is_positive(atom) {
            (atom, -1)
        } else {
            let one = self.arena.one();
            (self.arena.quotient(one, atom), 1)
        };
        Some(Polynomial::term(multiplied(&inverted(&content), &[under]), number.recip()))
    }

    /// A polynomial as what divides all its terms, times one atom, times a number.
    fn whole(&mut self, of: &Polynomial) -> Option<(Powers, ExprId, BigRational)> {
        let (content, _) = of.content();
        let content: Powers = content.into_iter().filter(|&(atom, _)| self.is_positive(atom)).collect();
        self.pay(of.0.len() * (content.len() + 1))?;
        let mut bare = Polynomial::default();
        for (powers, number) in &of.0 {
            bare.add_term(multiplied(powers, &inverted(&content)), number.clone());
        }
        // The first term in an order that depends on letters alone has the number 1.
        let mut terms: Vec<(ExprId, BigRational)> = Vec::new();
        for (powers, number) in &bare.0 {
            terms.push((self.monomial(powers)?, number.clone()));
        }
        let first = terms.iter().min_by(|(p, _), (q, _)| self.order.compare(self.arena, *p, *q));
        let number = first.map_or_else(BigRational::one, |(_, number)| number.clone());
        let scaled = Polynomial(bare.0.into_iter().map(|(powers, n)| (powers, n / &number)).collect());
        let atom = self.build(&scaled)?;
        self.several.insert(atom, scaled);
        Some((content, atom, number))
    }

    /// Brings all terms over what stands below the line and has several terms itself, cancels it where it can be, and
    /// multiplies out what has several terms and stands above.
    fn over_one_line(&mut self, mut all: Polynomial) -> Option<Polynomial> {
        if self.several.is_empty() {
            return Some(all);
        }
        let ids = |powers: &Powers| powers.iter().map(|&(atom, _)| atom).collect_vec();
        let mut atoms: Vec<ExprId> = all.0.keys().flat_map(ids).collect();
        atoms.sort_unstable();
        atoms.dedup();
        atoms.retain(|atom| self.several.contains_key(atom));
        let mut lines: Vec<(ExprId, i32)> = Vec::new();
        for atom in atoms {
            let power =
                |powers: &Powers| powers.binary_search_by_key(&atom, |&(id, _)| id).map_or(0, |at| powers[at].1);
            let mut depth = all.0.keys().map(power).min().unwrap_or(0).min(0).saturating_neg();
            let terms = self.several.get(&atom)?.clone();
            let mut raised = Polynomial::default();
            for (powers, number) in &all.0 {
                let times = power(powers).saturating_add(depth);
                let others = powers.iter().copied().filter(|&(id, _)| id != atom).collect();
                let mut product = Polynomial::term(others, number.clone());
                for _ in 0..times {
                    product = self.product(&product, &terms)?;
                }
                raised.add(&product, &BigRational::one());
            }
            while depth > 0 && raised.0.len() == terms.0.len() {
                let (content, whole, number) = self.whole(&raised)?;
                if whole != atom {
                    break;
                }
                raised = Polynomial::term(content, number);
                depth -= 1;
            }
            all = raised;
            if depth > 0 {
                lines.push((atom, depth));
            }
        }
        let mut under = Polynomial::number(BigRational::one());
        for &(atom, depth) in &lines {
            let terms = self.several.get(&atom)?.clone();
            for _ in 0..depth {
                under = self.product(&under, &terms)?;
            }
        }
        let (content, atom, number) = match *lines {
            [] => return Some(all),
            [(atom, 1)] => (Powers::new(), atom, BigRational::one()),
            _ => self.whole(&under)?,
        };
        if all.0.len() == under.0.len() {
            let (above, whole, times) = self.whole(&all)?;
            if whole == atom {
                return Some(Polynomial::term(multiplied(&above, &inverted(&content)), times / number));
            }
        }
        let line = Polynomial::term(multiplied(&inverted(&content), &[(atom, -1)]), number.recip());
        self.product(&all, &line)
    }

    /// Σ_over of a product of atoms, as a product of atoms.
    fn sum(&mut self, over: &[Ref], powers: &Powers) -> Option<Powers> {
        let mut bound = over.to_vec();
        let mut atoms: BTreeMap<ExprId, i32> = powers.iter().copied().collect();
        loop {
            self.pay(atoms.len() + bound.len())?;
            let touches = |arena: &Arena, id: ExprId| bound.iter().any(|&r| arena.is_free_in(r, id));
            let inner = atoms.iter().find(|&(&id, &power)| {
                power > 0 && matches!(self.arena.get(id), Expr::Sum { .. }) && touches(self.arena, id)
            });
            if let Some((&inner, &power)) = inner {
                atoms.remove(&inner);
                for _ in 0..power {
                    self.open(inner, &mut bound, &mut atoms)?;
                }
            } else if !self.marginalise(&mut bound, &mut atoms)? {
                break;
            }
        }
        // Factors that share bound references, directly or through others, stay together.
        let mut result = Powers::new();
        while let Some(first) = bound.pop() {
            let mut over = vec![first];
            let mut inside = Powers::new();
            let mut at = 0;
            while let Some(&r) = over.get(at) {
                let here: Powers =
                    atoms.iter().filter(|&(&id, _)| self.arena.is_free_in(r, id)).map(|(&id, &n)| (id, n)).collect();
                self.pay(atoms.len())?;
                for (id, power) in here {
                    atoms.remove(&id);
                    inside.push((id, power));
                    over.extend(bound.extract_if(.., |r| self.arena.is_free_in(*r, id)));
                }
                at += 1;
            }
            let atom = self.named(&over, &inside)?;
            result = multiplied(&result, &[(atom, 1)]);
        }
        Some(multiplied(&result, &atoms.into_iter().collect::<Powers>()))
    }

    /// Opens a sum among the factors, with what it binds renamed apart.
    fn open(&mut self, sum: ExprId, bound: &mut Vec<Ref>, atoms: &mut BTreeMap<ExprId, i32>) -> Option<()> {
        let Expr::Sum { over, body } = self.arena.get(sum).clone() else { return None };
        let mut map: Vec<(Ref, Ref)> = Vec::new();
        for &r in &over {
            let taken = |name: Ref| {
                bound.contains(&name)
                    || map.iter().any(|&(_, to)| to == name)
                    || (name != r && over.contains(&name))
                    || self.arena.is_free_in(name, sum)
                    || atoms.keys().any(|&id| self.arena.is_free_in(name, id))
            };
            let name = (0..u16::MAX).map(|primes| Ref::copy(r.var, primes)).find(|&name| !taken(name))?;
            map.push((r, name));
        }
        self.pay(atoms.len() * over.len())?;
        let body = rename(self.arena, self.order, body, &map)?;
        bound.extend(map.iter().map(|&(_, to)| to));
        for (atom, power) in self.factors(body)? {
            let all = atoms.entry(atom).or_insert(0);
            *all = all.saturating_add(power);
            if *all == 0 {
                atoms.remove(&atom);
            }
        }
        Some(())
    }

    /// The atoms of what [`Normaliser::monomial`] has built.
    fn factors(&mut self, id: ExprId) -> Option<Powers> {
        let mut factors = Powers::new();
        let mut stack = vec![(id, 1)];
        while let Some((id, sign)) = stack.pop() {
            self.pay(1)?;
            if let &Expr::Quotient(over, under) = self.arena.get(id)
                && self.is_fraction(over, under)
            {
                stack.extend([(over, sign), (under, -sign)]);
                continue;
            }
            match self.arena.get(id) {
                Expr::Product(all) => stack.extend(all.iter().map(|&f| (f, sign))),
                Expr::Number(value) if value.is_one() => {}
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Sum { .. }
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => factors = multiplied(&factors, &[(id, sign)]),
            }
        }
        Some(factors)
    }

    /// Whether a quotient is a product of powers, not the atom 1 / x for an x that may be 0.
    fn is_fraction(&mut self, over: ExprId, under: ExprId) -> bool {
        !self.arena.is_one(over) || self.is_positive(under)
    }

    /// Σ_z P(y, z) = P(y) for each z that occurs in that factor alone; tells whether there was any.
    fn marginalise(&mut self, bound: &mut Vec<Ref>, atoms: &mut BTreeMap<ExprId, i32>) -> Option<bool> {
        let mut any = false;
        let mut at = 0;
        while let Some(&r) = bound.get(at) {
            self.pay(atoms.len())?;
            let mut having = atoms.iter().filter(|&(&id, _)| self.arena.is_free_in(r, id));
            let only = having.next().filter(|_| having.next().is_none());
            let found = only.filter(|&(_, &power)| power == 1).and_then(|(&id, _)| match self.arena.get(id) {
                Expr::P(term) if term.of().contains(&r) => marginal(term, &[r]).map(|term| (id, term)),
                Expr::P(_)
                | Expr::Number(_)
                | Expr::Sum { .. }
                | Expr::Product(_)
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => None,
            });
            let Some((id, term)) = found else {
                at += 1;
                continue;
            };
            atoms.remove(&id);
            let rest = self.arena.p(term);
            if !self.arena.is_one(rest) {
                let power = atoms.entry(rest).or_insert(0);
                *power += 1;
                if *power == 0 {
                    atoms.remove(&rest);
                }
            }
            bound.swap_remove(at);
            // What has cancelled may have been the other place of an earlier one.
            at = 0;
            any = true;
        }
        Some(any)
    }

    /// Σ_over of factors that hang together. Each bound reference gets the smallest name not free in the sum; copies of
    /// one variable are tried in every order while those are few, and the least result is taken.
    fn named(&mut self, over: &[Ref], inside: &Powers) -> Option<ExprId> {
        let mut over = over.to_vec();
        over.sort_unstable();
        let free = |arena: &Arena, r: Ref| {
            over.binary_search(&r).is_err() && inside.iter().any(|&(id, _)| arena.is_free_in(r, id))
        };
        let names = smallest_names(&over, |r| free(self.arena, r));
        let runs: Vec<Vec<(Ref, Ref)>> =
            names.chunk_by(|(a, _), (b, _)| a.var == b.var).map(<[(Ref, Ref)]>::to_vec).collect();
        let orders: usize = runs.iter().map(|run| (1..=run.len()).product::<usize>().min(1000)).product();
        let mut best: Option<ExprId> = None;
        let choices = if orders > 24 {
            vec![runs.into_iter().flatten().collect()]
        } else {
            runs.into_iter()
                .map(|run| {
                    let (from, to): (Vec<Ref>, Vec<Ref>) = run.into_iter().unzip();
                    let count = to.len();
                    to.into_iter()
                        .permutations(count)
                        .map(|to| from.iter().copied().zip(to).collect_vec())
                        .collect_vec()
                })
                .multi_cartesian_product()
                .map(|runs| runs.concat())
                .collect_vec()
        };
        for map in choices {
            self.pay(inside.len())?;
            let mut renamed = Powers::new();
            for &(id, power) in inside {
                let id = rename(self.arena, self.order, id, &map)?;
                renamed = multiplied(&renamed, &[(id, power)]);
            }
            let body = self.monomial(&renamed)?;
            let sum = self.arena.sum(map.iter().map(|&(_, to)| to), body);
            if best.is_none_or(|best| self.order.compare(self.arena, sum, best).is_lt()) {
                best = Some(sum);
            }
        }
        best
    }

    /// A product of powers as an expression, factors in order.
    fn monomial(&mut self, powers: &Powers) -> Option<ExprId> {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        for &(atom, power) in powers {
            self.pay(power.unsigned_abs() as usize)?;
            let side = if power > 0 { &mut above } else { &mut below };
            side.extend(std::iter::repeat_n(atom, power.unsigned_abs() as usize));
            if power < 0 {
                self.positive.insert(atom, true);
            }
        }
        for side in [&mut above, &mut below] {
            side.sort_by(|&a, &b| self.order.compare(self.arena, a, b));
        }
        let above = self.arena.product(above);
        if below.is_empty() {
            return Some(above);
        }
        let below = self.arena.product(below);
        Some(self.arena.quotient(above, below))
    }

    /// A polynomial as an expression, terms in order.
    fn build(&mut self, of: &Polynomial) -> Option<ExprId> {
        let mut terms: Vec<(ExprId, BigRational)> = Vec::new();
        for (powers, number) in &of.0 {
            terms.push((self.monomial(powers)?, number.clone()));
        }
        terms.sort_by(|(p, _), (q, _)| self.order.compare(self.arena, *p, *q));
        let (mut plus, mut minus) = (Vec::new(), Vec::new());
        for (term, number) in terms {
            let side = if number.is_negative() { &mut minus } else { &mut plus };
            side.push(self.scaled(number.abs(), term));
        }
        if minus.is_empty() {
            return Some(self.arena.plus(plus));
        }
        // With nothing to take from, 0 is written.
        let first = self.arena.plus(plus);
        Some(self.arena.minus(std::iter::once(first).chain(minus)))
    }

    fn scaled(&mut self, number: BigRational, term: ExprId) -> ExprId {
        if number.is_one() {
            return term;
        }
        let number = self.arena.number(number);
        match self.arena.get(term).clone() {
            Expr::Number(_) => number,
            Expr::Product(all) => self.arena.product(std::iter::once(number).chain(all)),
            Expr::Quotient(over, under) if self.is_fraction(over, under) => {
                let over = match self.arena.get(over).clone() {
                    Expr::Number(_) => number,
                    Expr::Product(all) => self.arena.product(std::iter::once(number).chain(all)),
                    Expr::P(_)
                    | Expr::Sum { .. }
                    | Expr::Quotient(..)
                    | Expr::Plus(_)
                    | Expr::Minus(_)
                    | Expr::Value(_) => self.arena.product([number, over]),
                };
                self.arena.quotient(over, under)
            }
            Expr::P(_) | Expr::Sum { .. } | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) | Expr::Value(_) => {
                self.arena.product([number, term])
            }
        }
    }

    /// Whether an atom is positive for every value of its references.
    fn is_positive(&mut self, id: ExprId) -> bool {
        if let Some(&known) = self.positive.get(&id) {
            return known;
        }
        let nodes = self.arena.reachable([id]);
        for id in nodes {
            if self.positive.contains_key(&id) {
                continue;
            }
            let known = |id: &ExprId| self.positive.get(id) == Some(&true);
            let positive = match self.arena.get(id) {
                Expr::P(_) => true,
                Expr::Number(value) => value.is_positive(),
                Expr::Value(_) | Expr::Minus(_) => false,
                Expr::Sum { body, .. } => known(body),
                Expr::Product(all) | Expr::Plus(all) => all.iter().all(known),
                Expr::Quotient(over, under) => known(over) && known(under),
            };
            self.positive.insert(id, positive);
        }
        self.positive.get(&id) == Some(&true)
    }
}
