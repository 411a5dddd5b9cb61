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
//! positive distribution. It misses equalities between sums that none of these laws relates, and those that need a fact
//! about a domain (that P(x = 0) + P(x = 1) = 1, say).

use super::order::Order;
use super::polynomial::{Polynomial, Powers, inverted, multiplied};
use super::signs::Signs;
use crate::expr::{Arena, BigRational, Expr, ExprId, Term};
use itertools::Itertools;
use num_traits::{One, Signed};
use rustc_hash::FxHashMap;

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
pub(super) struct Normaliser<'a> {
    pub(super) arena: &'a mut Arena,
    pub(super) order: Order<'static>,
    left: usize,
    signs: Signs,
    /// Atoms that have several terms, with these.
    several: FxHashMap<ExprId, Polynomial>,
}

impl<'a> Normaliser<'a> {
    fn new(arena: &'a mut Arena) -> Self {
        let (signs, several) = (Signs::default(), FxHashMap::default());
        Self { arena, order: Order::by_number(), left: WORK, signs, several }
    }

    pub(super) fn pay(&mut self, work: usize) -> Option<()> {
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

    /// A product of powers as an expression, factors in order.
    pub(super) fn monomial(&mut self, powers: &Powers) -> Option<ExprId> {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        for &(atom, power) in powers {
            self.pay(power.unsigned_abs() as usize)?;
            let side = if power > 0 { &mut above } else { &mut below };
            side.extend(std::iter::repeat_n(atom, power.unsigned_abs() as usize));
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

    pub(super) fn is_positive(&mut self, id: ExprId) -> bool {
        self.signs.is_positive(self.arena, id)
    }
}
