//! Algebra by normal forms: a sum of monomials with rational coefficients, each a product of atoms over a product of
//! positive atoms. Atoms are P-terms, numeric values, sums over states, and one divided by what may be zero or is no
//! monomial; the last never cancels (read 1/0 as 0: each equation here holds all the same). A sum over states is drawn
//! into its factors until each part is joined by what it binds, and then named canonically.
//!
//! Every move is sound by itself, so a form that is not canonical (copies of a variable that stand alike but for more
//! than their names) loses an equation and never makes one.

use super::rename::rename;
use super::{PRIMES, Reason, Work, require};
use crate::expr::{Arena, BigRational, Expr, ExprId, Ref, Var};
use num_traits::{One, Signed, Zero};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The deepest expression that a sum is taken of, and the most copies of one variable that it binds. Bound copies are
/// numbered by depth, beyond all that were written, so an inner sum never catches an outer one's.
pub(super) const DEPTH: usize = 250;
const COPIES: usize = 128;
/// Where names begin that only help to order copies, and those of sums on their way to a canonical name.
const COLOUR: u16 = PRIMES + 2 + (DEPTH * COPIES) as u16;
const FRESH: u16 = COLOUR + COPIES as u16;

/// Atoms above and below the line, each ascending.
type Monomial = [Vec<ExprId>; 2];
/// Coefficients that are not zero.
type Poly = BTreeMap<Monomial, BigRational>;

/// Normal forms made so far, in an arena of their own that began as the derivation's.
pub(super) struct Algebra {
    arena: Arena,
    forms: FxHashMap<ExprId, Rc<Poly>>,
    fresh: u16,
}

/// Whether an expression is positive by its form, and whether it divides by what is not: P-terms and numbers above zero
/// are positive, and sums, products and quotients of what is.
pub(super) fn positive(arena: &Arena, root: ExprId) -> (bool, bool) {
    let (mut positive, mut doubtful) = (FxHashSet::default(), false);
    for id in arena.reachable([root]) {
        let expr = arena.get(id);
        let is = match expr {
            Expr::Number(number) => number.is_positive(),
            Expr::P(_) | Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Quotient(..) => {
                expr.operands().iter().all(|operand| positive.contains(operand))
            }
            Expr::Minus(_) | Expr::Value(_) => false,
        };
        doubtful |= matches!(expr, Expr::Quotient(_, under) if !positive.contains(under));
        if is {
            positive.insert(id);
        }
    }
    (positive.contains(&root), doubtful)
}

/// Pays for arithmetic with two numbers.
pub(super) fn pay(work: &mut Work, a: &BigRational, b: &BigRational) -> Result<(), Reason> {
    let words = [a.numer(), a.denom(), b.numer(), b.denom()].iter().map(|n| n.bits() / 64 + 1).sum::<u64>();
    work.spend(usize::try_from(words.saturating_mul(words)).unwrap_or(usize::MAX))
}

fn add(to: &mut Poly, monomial: Monomial, coefficient: &BigRational, work: &mut Work) -> Result<(), Reason> {
    let sum = to.remove(&monomial).unwrap_or_else(BigRational::zero);
    pay(work, &sum, coefficient)?;
    let sum = sum + coefficient;
    if !sum.is_zero() {
        to.insert(monomial, sum);
    }
    Ok(())
}

/// Sorted, atoms that stand on both sides left out: those below are positive.
fn cancelled([mut above, below]: Monomial, work: &mut Work) -> Result<Monomial, Reason> {
    work.spend(above.len() + below.len())?;
    above.sort_unstable();
    let mut rest = Vec::new();
    for atom in below {
        match above.binary_search(&atom) {
            Ok(position) => drop(above.remove(position)),
            Err(_) => rest.push(atom),
        }
    }
    rest.sort_unstable();
    Ok([above, rest])
}

fn times(a: &Poly, b: &Poly, work: &mut Work) -> Result<Poly, Reason> {
    let mut product = Poly::new();
    for ([above, below], m) in a {
        for ([more_above, more_below], n) in b {
            pay(work, m, n)?;
            let monomial = cancelled([[&**above, more_above].concat(), [&**below, more_below].concat()], work)?;
            add(&mut product, monomial, &(m * n), work)?;
        }
    }
    Ok(product)
}

/// The one monomial of a form, its coefficient one.
fn single(form: &Poly) -> Result<Monomial, Reason> {
    let first = form.first_key_value().filter(|(_, number)| form.len() == 1 && number.is_one());
    first.map(|(monomial, _)| monomial.clone()).ok_or_else(|| "a sum's body is no monomial".into())
}

impl Algebra {
    pub(super) fn new(arena: &Arena) -> Self {
        Self { arena: arena.clone(), forms: FxHashMap::default(), fresh: FRESH }
    }

    /// Whether two expressions have one normal form.
    pub(super) fn equal(&mut self, a: ExprId, b: ExprId, work: &mut Work) -> Result<bool, Reason> {
        self.fresh = FRESH;
        Ok(a == b || self.normal(a, work)? == self.normal(b, work)?)
    }

    fn normal(&mut self, root: ExprId, work: &mut Work) -> Result<Rc<Poly>, Reason> {
        let unit = |monomial: Monomial| Poly::from([(monomial, BigRational::one())]);
        for id in self.arena.reachable([root]) {
            if self.forms.contains_key(&id) {
                continue;
            }
            let expr = self.arena.get(id).clone();
            let operands: Vec<Rc<Poly>> = expr.operands().iter().filter_map(|o| self.forms.get(o).cloned()).collect();
            let mut form = Poly::new();
            match (&expr, &*operands) {
                (Expr::Number(number), _) => add(&mut form, Monomial::default(), &number.reduced(), work)?,
                (Expr::P(_) | Expr::Value(_), _) => form = unit([vec![id], Vec::new()]),
                (Expr::Product(_), all) => {
                    // What is a monomial already is put together at once.
                    let (alone, sums): (Vec<_>, Vec<_>) = all.iter().partition(|factor| factor.len() == 1);
                    let (mut monomial, mut coefficient) = (Monomial::default(), BigRational::one());
                    for ([above, below], number) in alone.into_iter().flat_map(|factor| &**factor) {
                        monomial[0].extend(above);
                        monomial[1].extend(below);
                        pay(work, &coefficient, number)?;
                        coefficient *= number;
                    }
                    form.insert(cancelled(monomial, work)?, coefficient);
                    for factor in sums {
                        form = times(&form, factor, work)?;
                    }
                }
                (Expr::Plus(_) | Expr::Minus(_), all) => {
                    for (position, term) in all.iter().enumerate() {
                        let minus = position > 0 && matches!(expr, Expr::Minus(_));
                        for (monomial, number) in &**term {
                            work.spend(monomial[0].len() + monomial[1].len())?;
                            add(&mut form, monomial.clone(), &if minus { -number } else { number.clone() }, work)?;
                        }
                    }
                }
                (Expr::Quotient(..), [over, under]) => form = self.quotient(over, under, work)?,
                (Expr::Sum { over, .. }, [body]) => {
                    for (monomial, coefficient) in &**body {
                        add(&mut form, self.sum(over, monomial, work)?, coefficient, work)?;
                    }
                }
                (Expr::Quotient(..) | Expr::Sum { .. }, _) => return Err("an expression lacks an operand".into()),
            }
            self.forms.insert(id, Rc::new(form));
        }
        self.forms.get(&root).cloned().ok_or_else(|| "an expression has no normal form".into())
    }

    fn quotient(&mut self, over: &Poly, under: &Poly, work: &mut Work) -> Result<Poly, Reason> {
        require(!under.is_empty(), "a denominator is zero")?;
        let mut inverse = Monomial::default();
        let mut number = BigRational::one();
        match under.first_key_value() {
            Some(([above, below], coefficient)) if under.len() == 1 => {
                inverse[0].clone_from(below);
                number = coefficient.recip();
                for &atom in above {
                    match positive(&self.arena, atom).0 {
                        true => inverse[1].push(atom),
                        false => inverse[0].push(self.reciprocal(atom)),
                    }
                }
            }
            _ => {
                let whole = self.written(under);
                if over == under && positive(&self.arena, whole).0 {
                    return Ok(Poly::from([(Monomial::default(), BigRational::one())]));
                }
                inverse[0].push(self.reciprocal(whole));
            }
        }
        times(over, &Poly::from([(inverse, number)]), work)
    }

    fn reciprocal(&mut self, of: ExprId) -> ExprId {
        let one = self.arena.one();
        self.arena.quotient(one, of)
    }

    /// A form as an expression.
    fn written(&mut self, form: &Poly) -> ExprId {
        let mut terms = Vec::new();
        for ([above, below], number) in form {
            let number = (!number.is_one()).then(|| self.arena.number(number.clone()));
            let over = self.arena.product(number.into_iter().chain(above.iter().copied()));
            let under = self.arena.product(below.iter().copied());
            terms.push(if below.is_empty() { over } else { self.arena.quotient(over, under) });
        }
        self.arena.plus(terms)
    }

    /// The sum of a monomial over all states of what is bound, as a monomial.
    fn sum(&mut self, over: &[Ref], [above, below]: &Monomial, work: &mut Work) -> Result<Monomial, Reason> {
        let mut bound: BTreeSet<Ref> = over.iter().copied().collect();
        // Σ_x a Σ_z b = Σ_{x,z} a b, z renamed.
        let (mut open, mut factors) = (above.clone(), [Vec::new(), below.clone()]);
        while let Some(atom) = open.pop() {
            let inner = match self.arena.get(atom) {
                Expr::Sum { over, body } if self.arena.free(atom).iter().any(|r| bound.contains(r)) => (over, *body),
                _ => {
                    factors[0].push(atom);
                    continue;
                }
            };
            let (over, body) = (inner.0.clone(), inner.1);
            let mut map = Vec::with_capacity(over.len());
            for old in over {
                self.fresh += 1;
                require(self.fresh < u16::MAX, "sums bind more copies than can be told apart")?;
                map.push((old, Ref::copy(old.var, self.fresh)));
            }
            bound.extend(map.iter().map(|(_, new)| *new));
            let body = rename(&mut self.arena, body, &map, work)?;
            let [more, under] = single(&*self.normal(body, work)?)?;
            open.extend(more);
            factors[1].extend(under);
        }
        let [mut above, below] = cancelled(factors, work)?;
        let mut count: BTreeMap<Ref, usize> = bound.into_iter().map(|reference| (reference, 0)).collect();
        for &atom in above.iter().chain(&below) {
            work.spend(self.arena.free(atom).len())?;
            for reference in self.arena.free(atom) {
                count.entry(*reference).and_modify(|count| *count += 1);
            }
        }
        // Σ_y P(y|c) = 1 where y stands nowhere else; then c may do so as well.
        let alone = |atom: ExprId, arena: &Arena, count: &BTreeMap<Ref, usize>| match arena.get(atom) {
            Expr::P(term) => term.of().iter().all(|reference| count.get(reference) == Some(&1)),
            _ => false,
        };
        while let Some(position) = above.iter().position(|&atom| alone(atom, &self.arena, &count)) {
            let atom = above.swap_remove(position);
            work.spend(above.len() + self.arena.free(atom).len())?;
            for reference in self.arena.free(atom) {
                count.entry(*reference).and_modify(|count| *count -= 1);
            }
            if let Expr::P(term) = self.arena.get(atom) {
                term.of().iter().for_each(|reference| drop(count.remove(reference)));
            }
        }
        // What is bound and stands nowhere counts states; what holds nothing bound stands before the sum; the rest falls
        // apart into what bound references join.
        let mut result = Monomial::default();
        for (reference, _) in count.iter().filter(|(_, count)| **count == 0) {
            result[0].push(self.states(reference.var));
        }
        let mut left: Vec<(usize, ExprId)> = above.into_iter().map(|atom| (0, atom)).collect();
        left.extend(below.into_iter().map(|atom| (1, atom)));
        while let Some((side, atom)) = left.pop() {
            let mut names = BTreeSet::new();
            let mut part = Monomial::default();
            let mut joined = vec![(side, atom)];
            while !joined.is_empty() {
                for (side, atom) in joined.drain(..) {
                    names.extend(self.arena.free(atom).iter().filter(|&reference| count.contains_key(reference)));
                    part[side].push(atom);
                }
                let touches = |atom: ExprId| self.arena.free(atom).iter().any(|reference| names.contains(reference));
                work.spend(left.iter().map(|(_, atom)| self.arena.free(*atom).len()).sum())?;
                (joined, left) = left.into_iter().partition(|(_, atom)| touches(*atom));
            }
            match names.is_empty() {
                true => result[side].push(atom),
                false => result[0].push(self.atom(names, part, work)?),
            }
        }
        cancelled(result, work)
    }

    /// The number of states of a variable.
    fn states(&mut self, of: Var) -> ExprId {
        let one = self.arena.one();
        self.arena.sum([Ref::copy(of, PRIMES + 1)], one)
    }

    /// A sum whose factors hang together, its references named by depth and by where they stand.
    fn atom(&mut self, names: BTreeSet<Ref>, part: Monomial, work: &mut Work) -> Result<ExprId, Reason> {
        let part = cancelled(part, work)?;
        let names: Vec<Ref> = names.into_iter().collect();
        let most = names.chunk_by(|a, b| a.var == b.var).all(|same| same.len() <= COPIES);
        require(most, format!("a sum binds more than {COPIES} copies of a variable"))?;
        let names = self.ordered(names, &part, work)?;
        let body = self.written(&Poly::from([(part, BigRational::one())]));
        let depth = self.arena.depth(body);
        require(depth < DEPTH, format!("sums are taken of what is more than {DEPTH} deep"))?;
        let mut map: Vec<(Ref, Ref)> = Vec::with_capacity(names.len());
        for same in names.chunk_by(|a, b| a.var == b.var) {
            let copy = |number: usize| PRIMES + 2 + (depth * COPIES + number) as u16;
            map.extend(same.iter().enumerate().map(|(number, &old)| (old, Ref::copy(old.var, copy(number)))));
        }
        let body = rename(&mut self.arena, body, &map, work)?;
        let form = self.normal(body, work)?;
        let body = self.written(&form);
        Ok(self.arena.sum(map.iter().map(|(_, new)| *new), body))
    }

    /// Bound references by variable, copies of one variable by the factors they stand in, the others there at colours that
    /// are refined until no two share one; where nothing more tells copies apart, one is picked.
    fn ordered(&mut self, mut names: Vec<Ref>, part: &Monomial, work: &mut Work) -> Result<Vec<Ref>, Reason> {
        let mut colours: BTreeMap<Ref, u16> = names.iter().map(|&name| (name, 0)).collect();
        let mut classes = 0;
        loop {
            let colour = |name: &Ref| colours.get(name).copied().unwrap_or_default();
            names.sort_unstable_by_key(|name| (name.var, colour(name), *name));
            let alike = |a: &Ref, b: &Ref| (a.var, colour(a)) == (b.var, colour(b));
            let shared: Vec<Vec<Ref>> =
                names.chunk_by(alike).filter(|class| class.len() > 1).map(<[Ref]>::to_vec).collect();
            let Some(first) = shared.first() else { return Ok(names) };
            let now = names.chunk_by(alike).count();
            let mut next = colours.clone();
            if std::mem::replace(&mut classes, now) == now {
                next.extend(first.iter().skip(1).map(|name| (*name, colour(name) + 1)));
            } else {
                let map: Vec<(Ref, Ref)> =
                    names.iter().map(|name| (*name, Ref::copy(name.var, COLOUR + colour(name)))).collect();
                for class in &shared {
                    let mut seen = Vec::with_capacity(class.len());
                    for &name in class {
                        let mark = |&(old, new)| (old, if old == name { Ref::copy(name.var, u16::MAX) } else { new });
                        let marked: Vec<(Ref, Ref)> = map.iter().map(mark).collect();
                        let mut stands = [Vec::new(), Vec::new()];
                        for (atoms, stands) in part.iter().zip(&mut stands) {
                            for &atom in atoms {
                                if self.arena.is_free_in(name, atom) {
                                    stands.push(rename(&mut self.arena, atom, &marked, work)?);
                                }
                            }
                            stands.sort_unstable();
                        }
                        seen.push((stands, name));
                    }
                    for (stands, name) in &seen {
                        let before = seen.iter().filter(|(other, _)| other < stands).count();
                        next.insert(*name, colour(name) + before as u16);
                    }
                }
            }
            colours = next;
        }
    }
}
