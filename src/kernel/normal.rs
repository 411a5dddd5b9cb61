//! Algebra by normal forms: a sum of monomials with rational coefficients, each a product of atoms: P-terms, numeric values,
//! one divided by an atom or by a sum of monomials, sums over states. An atom and its inverse cancel where the atom is
//! positive by its form (read 1/0 as 0, and every other move holds for all numbers). A sum over states is drawn into its
//! factors until each part is joined by what it binds, and then named canonically.
//!
//! Every move is sound alone, so a form that is not canonical loses an equation and never makes one.

use super::{PRIMES, Reason, WORK, Work, rename, require};
use crate::expr::{Arena, BigRational, Expr, ExprId, Ref};
use crate::proof::meaning::DEPTH;
use num_traits::{One, Signed, Zero};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::{SmallVec, smallvec};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The most copies of one variable that a sum binds, at most [`DEPTH`] deep. Bound copies are numbered by depth, beyond all
/// that were written, so an inner sum never catches an outer one's.
const COPIES: usize = 128;
/// Where names begin that only help to order copies, and those of sums on their way to a canonical name.
const COLOUR: u16 = PRIMES + 2 + (DEPTH * COPIES) as u16;
const FRESH: u16 = COLOUR + COPIES as u16;

/// Atoms, ascending.
type Monomial = SmallVec<[ExprId; 4]>;
/// Monomials, ascending, with coefficients that are not zero; most are 1, and those are shared.
type Poly = Vec<(Monomial, Rc<BigRational>)>;

/// Normal forms made so far; their expressions are in the derivation's arena.
pub(super) struct Algebra<'a> {
    pub(super) arena: &'a mut Arena,
    forms: FxHashMap<ExprId, Rc<Poly>>,
    one: Rc<BigRational>,
    fresh: u16,
    work: Work,
}

/// Whether an expression is positive by its form, and whether it divides by what is not: P-terms and numbers above zero
/// are positive, and sums, products and quotients of what is.
pub(super) fn positive(arena: &Arena, root: ExprId) -> (bool, bool) {
    let (mut positive, mut doubtful) = (FxHashSet::default(), false);
    for id in arena.reachable([root]) {
        let expr = arena.get(id);
        let is = match expr {
            Expr::Number(number) => number.is_positive(),
            Expr::Minus(_) | Expr::Value(_) => false,
            Expr::P(_) | Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Quotient(..) => {
                expr.operands().iter().all(|operand| positive.contains(operand))
            }
        };
        doubtful |= matches!(expr, Expr::Quotient(_, under) if !positive.contains(under));
        if is {
            positive.insert(id);
        }
    }
    (positive.contains(&root), doubtful)
}

impl<'a> Algebra<'a> {
    pub(super) fn new(arena: &'a mut Arena) -> Self {
        let one = Rc::new(BigRational::one());
        Self { arena, forms: FxHashMap::default(), one, fresh: FRESH, work: Work(WORK) }
    }

    /// Whether two expressions have one normal form.
    pub(super) fn equal(&mut self, a: ExprId, b: ExprId) -> Result<bool, Reason> {
        self.fresh = FRESH;
        // Equal bodies have equal sums, and their forms are needed for those of the sums anyway.
        if let (Expr::Sum { over, body }, Expr::Sum { over: same, body: other }) =
            (self.arena.get(a), self.arena.get(b))
            && let (true, body, other) = (over == same, *body, *other)
            && self.normal(body)? == self.normal(other)?
        {
            return Ok(true);
        }
        Ok(a == b || self.normal(a)? == self.normal(b)?)
    }

    fn normal(&mut self, root: ExprId) -> Result<Rc<Poly>, Reason> {
        if let Some(form) = self.forms.get(&root) {
            return Ok(Rc::clone(form));
        }
        for id in self.arena.reachable([root]) {
            if self.forms.contains_key(&id) {
                continue;
            }
            let expr = self.arena.get(id).clone();
            let operands: Vec<Rc<Poly>> = expr.operands().iter().filter_map(|o| self.forms.get(o).cloned()).collect();
            let mut terms = Vec::new();
            let form = match (&expr, &*operands) {
                (Expr::Number(number), _) => self.gathered(vec![(Monomial::new(), Rc::new(number.reduced()))])?,
                (Expr::P(_) | Expr::Value(_), _) => vec![(smallvec![id], Rc::clone(&self.one))],
                (Expr::Product(_), all) => {
                    let one = vec![(Monomial::new(), Rc::clone(&self.one))];
                    all.iter().try_fold(one, |product, factor| self.times(&product, factor))?
                }
                (Expr::Plus(_) | Expr::Minus(_), all) => {
                    for (position, term) in all.iter().enumerate() {
                        let minus = position > 0 && matches!(expr, Expr::Minus(_));
                        terms.extend(
                            term.iter().map(|(m, n)| (m.clone(), if minus { Rc::new(-&**n) } else { Rc::clone(n) })),
                        );
                    }
                    self.gathered(terms)?
                }
                (Expr::Quotient(..), [over, under]) => self.quotient(over, under)?,
                (Expr::Sum { over, .. }, [body]) => {
                    for (monomial, number) in &**body {
                        terms.push((self.sum(over, monomial)?, Rc::clone(number)));
                    }
                    self.gathered(terms)?
                }
                (Expr::Quotient(..) | Expr::Sum { .. }, _) => return Err("an expression lacks an operand".into()),
            };
            self.forms.insert(id, Rc::new(form));
        }
        self.forms.get(&root).cloned().ok_or_else(|| "an expression has no normal form".into())
    }

    fn gathered(&mut self, mut terms: Poly) -> Result<Poly, Reason> {
        self.work.spend(terms.iter().map(|(monomial, _)| 1 + monomial.len()).sum())?;
        terms.sort_by(|(a, _), (b, _)| a.cmp(b));
        let mut form = Poly::with_capacity(terms.len());
        for (monomial, number) in terms {
            if let Some((_, sum)) = form.last_mut().filter(|(last, _)| *last == monomial) {
                self.work.pay(sum, &number)?;
                *sum = Rc::new(&**sum + &*number);
            } else {
                form.push((monomial, number));
            }
        }
        form.retain(|(_, number)| !number.is_zero());
        Ok(form)
    }

    fn times(&mut self, a: &Poly, b: &Poly) -> Result<Poly, Reason> {
        let mut terms = Poly::with_capacity(a.len());
        for (left, m) in a {
            for (right, n) in b {
                self.work.pay(m, n)?;
                let number = if m.is_one() { Rc::clone(n) } else { Rc::new(&**m * &**n) };
                terms.push((self.cancelled(left.iter().chain(right).copied().collect())?, number));
            }
        }
        self.gathered(terms)
    }

    /// Sorted, less each positive atom that meets its inverse.
    fn cancelled(&mut self, mut atoms: Monomial) -> Result<Monomial, Reason> {
        self.work.spend(atoms.len())?;
        atoms.sort();
        for inverse in atoms.clone() {
            if let Expr::Quotient(_, base) = self.arena.get(inverse)
                && let (Ok(at), Ok(_)) = (atoms.binary_search(base), atoms.binary_search(&inverse))
                && positive(self.arena, *base).0
            {
                atoms.remove(at);
                atoms.iter().position(|&atom| atom == inverse).map(|at| atoms.remove(at));
            }
        }
        Ok(atoms)
    }

    fn quotient(&mut self, over: &Poly, under: &Poly) -> Result<Poly, Reason> {
        require(!under.is_empty(), "a denominator is zero")?;
        let (mut inverse, mut number) = (Monomial::new(), Rc::clone(&self.one));
        match &**under {
            [(monomial, coefficient)] => {
                number = if coefficient.is_one() { number } else { Rc::new(coefficient.recip()) };
                for &atom in monomial {
                    inverse.push(if let Expr::Quotient(_, base) = self.arena.get(atom) {
                        *base
                    } else {
                        self.inverse(atom)
                    });
                }
            }
            _ => {
                let whole = self.written(under);
                if over == under && positive(self.arena, whole).0 {
                    return Ok(vec![(Monomial::new(), number)]);
                }
                inverse.push(self.inverse(whole));
            }
        }
        self.times(over, &vec![(inverse, number)])
    }

    fn inverse(&mut self, of: ExprId) -> ExprId {
        let one = self.arena.one();
        self.arena.quotient(one, of)
    }

    /// A form as an expression.
    fn written(&mut self, form: &Poly) -> ExprId {
        let mut terms = Vec::new();
        for (monomial, number) in form {
            let number = (!number.is_one()).then(|| self.arena.number((**number).clone()));
            terms.push(self.arena.product(number.into_iter().chain(monomial.iter().copied())));
        }
        self.arena.plus(terms)
    }

    /// The sum of a monomial over all states of what is bound, as a monomial.
    fn sum(&mut self, over: &[Ref], monomial: &[ExprId]) -> Result<Monomial, Reason> {
        let mut count: BTreeMap<Ref, usize> = over.iter().map(|reference| (*reference, 0)).collect();
        let mut factors = Monomial::from_slice(monomial);
        loop {
            factors = self.opened(factors, &mut count)?;
            count.values_mut().for_each(|count| *count = 0);
            for reference in factors.iter().flat_map(|&atom| self.arena.free(atom)) {
                count.entry(*reference).and_modify(|count| *count += 1);
            }
            // Σ_y P(y|c) = 1 where y stands nowhere else; then c may do so as well.
            let found = |factors: &[ExprId], arena: &Arena, count: &BTreeMap<Ref, usize>| {
                factors.iter().enumerate().find_map(|(position, &atom)| {
                    let Expr::P(term) = arena.get(atom) else { return None };
                    let alone = term.of().iter().all(|reference| count.get(reference) == Some(&1));
                    alone.then(|| (position, term.of().to_vec()))
                })
            };
            while let Some((position, of)) = found(&factors, self.arena, &count) {
                let atom = factors.remove(position);
                self.work.spend(factors.len() + self.arena.free(atom).len())?;
                for reference in self.arena.free(atom) {
                    count.entry(*reference).and_modify(|count| *count -= 1);
                }
                count.retain(|reference, _| of.binary_search(reference).is_err());
            }
            let Some((reference, rest)) = self.drawn(&factors, &count)? else { break };
            count.remove(&reference);
            factors = rest;
        }
        // What is bound and stands nowhere counts states; what holds nothing bound stands before the sum; the rest falls
        // apart into what bound references join.
        let (one, mut result) = (self.arena.one(), Monomial::new());
        for (reference, _) in count.iter().filter(|(_, count)| **count == 0) {
            result.push(self.arena.sum([Ref::copy(reference.var, PRIMES + 1)], one));
        }
        while let Some(atom) = factors.pop() {
            let (mut names, mut part, mut joined) = (BTreeSet::new(), Vec::new(), Monomial::from_slice(&[atom]));
            while !joined.is_empty() {
                let free = joined.iter().flat_map(|&atom| self.arena.free(atom));
                names.extend(free.filter(|&reference| count.contains_key(reference)));
                part.extend(joined.drain(..));
                self.work.spend(factors.iter().map(|&atom| self.arena.free(atom).len()).sum())?;
                let touches = |atom: &ExprId| self.arena.free(*atom).iter().any(|reference| names.contains(reference));
                (joined, factors) = factors.drain(..).partition(touches);
            }
            result.push(if names.is_empty() { atom } else { self.atom(names.into_iter().collect(), part)? });
        }
        self.cancelled(result)
    }

    /// Σ_x a Σ_z b = Σ_{x,z} a b, z renamed: the factors without sums that hold what is bound; what those bind is added.
    fn opened(&mut self, mut open: Monomial, bound: &mut BTreeMap<Ref, usize>) -> Result<Monomial, Reason> {
        let mut factors = Monomial::new();
        while let Some(atom) = open.pop() {
            self.work.spend(1 + self.arena.free(atom).len())?;
            let joined = self.arena.free(atom).iter().any(|reference| bound.contains_key(reference));
            let (Expr::Sum { over, body }, true) = (self.arena.get(atom).clone(), joined) else {
                factors.push(atom);
                continue;
            };
            let mut map = Vec::with_capacity(over.len());
            for old in over {
                self.fresh += 1;
                require(self.fresh < u16::MAX, "sums bind more copies than can be told apart")?;
                map.push((old, Ref::copy(old.var, self.fresh)));
                bound.insert(Ref::copy(old.var, self.fresh), 0);
            }
            open.extend(self.renamed(body, &map)?);
        }
        self.cancelled(factors)
    }

    /// Σ_{x,z} a b / Σ_z' b' = Σ_x a where b alone holds z and Σ_z b = Σ_z' b': what is no longer bound, and what is left.
    fn drawn(&mut self, factors: &[ExprId], bound: &BTreeMap<Ref, usize>) -> Result<Option<(Ref, Monomial)>, Reason> {
        let divides = |atom: &ExprId, arena: &Arena| matches!(arena.get(*atom), Expr::Quotient(_, base) if matches!(arena.get(*base), Expr::Sum { .. }));
        for &reference in
            bound.keys().filter(|_| factors.iter().any(|atom| divides(atom, self.arena))).collect::<Vec<_>>()
        {
            self.work.spend(factors.len())?;
            let (inside, mut rest): (Monomial, Monomial) =
                factors.iter().copied().partition(|&a| self.arena.is_free_in(reference, a));
            if rest.iter().any(|atom| divides(atom, self.arena)) {
                rest.extend(self.sum(&[reference], &inside)?);
                let left = self.cancelled(rest.clone())?;
                if left.len() < rest.len() {
                    return Ok(Some((reference, left)));
                }
            }
        }
        Ok(None)
    }

    /// A product of atoms, renamed; P-terms are atoms still.
    fn renamed(&mut self, product: ExprId, map: &[(Ref, Ref)]) -> Result<Monomial, Reason> {
        let new = rename(self.arena, product, map, &mut self.work)?;
        let expr = self.arena.get(new);
        let factors = if matches!(expr, Expr::Product(_)) { expr.operands() } else { smallvec![new] };
        if factors.iter().all(|&factor| matches!(self.arena.get(factor), Expr::P(_))) {
            return self.cancelled(factors);
        }
        let form = self.normal(new)?;
        let only = form.first().filter(|(_, number)| form.len() == 1 && number.is_one());
        only.map(|(monomial, _)| monomial.clone()).ok_or_else(|| "a sum's body is no monomial".into())
    }

    /// A sum whose factors hang together, its references named by depth and by where they stand.
    fn atom(&mut self, names: Vec<Ref>, part: Vec<ExprId>) -> Result<ExprId, Reason> {
        let most = names.chunk_by(|a, b| a.var == b.var).all(|same| same.len() <= COPIES);
        if !most {
            return Err(format!("a sum binds more than {COPIES} copies of a variable"));
        }
        let (names, body) = (self.ordered(names, &part)?, self.arena.product(part));
        let depth = self.arena.depth(body);
        if depth >= DEPTH {
            return Err(format!("sums are taken of what is more than {DEPTH} deep"));
        }
        let first = PRIMES + 2 + (depth * COPIES) as u16;
        let numbered = names.chunk_by(|a, b| a.var == b.var).flat_map(|same| same.iter().zip(first..));
        let map: Vec<(Ref, Ref)> = numbered.map(|(&old, copy)| (old, Ref::copy(old.var, copy))).collect();
        let atoms = self.renamed(body, &map)?;
        let body = self.arena.product(atoms);
        Ok(self.arena.sum(map.iter().map(|(_, new)| *new), body))
    }

    /// Bound references by variable, copies of one variable by the factors they stand in, the others there at colours that
    /// are refined until no two share one; where nothing more tells copies apart, one is picked.
    fn ordered(&mut self, mut names: Vec<Ref>, part: &[ExprId]) -> Result<Vec<Ref>, Reason> {
        let mut colours: BTreeMap<Ref, u16> = names.iter().map(|&name| (name, 0)).collect();
        loop {
            names.sort_by_key(|name| (name.var, colours.get(name).copied(), *name));
            let alike = |a: &Ref, b: &Ref| (a.var, colours.get(a)) == (b.var, colours.get(b));
            let shared: Vec<&[Ref]> = names.chunk_by(alike).filter(|class| class.len() > 1).collect();
            let Some(first) = shared.first() else { return Ok(names) };
            let map: Vec<(Ref, Ref)> =
                colours.iter().map(|(n, colour)| (*n, Ref::copy(n.var, COLOUR + colour))).collect();
            let mut raised: Vec<(Ref, u16)> = Vec::new();
            for class in &shared {
                let mut seen = Vec::with_capacity(class.len());
                for &name in *class {
                    let mark = |&(old, new)| (old, if old == name { Ref::copy(name.var, u16::MAX) } else { new });
                    let marked: Vec<(Ref, Ref)> = map.iter().map(mark).collect();
                    let mut stands = Vec::new();
                    for &atom in part {
                        if self.arena.is_free_in(name, atom) {
                            stands.push(rename(self.arena, atom, &marked, &mut self.work)?);
                        }
                    }
                    stands.sort_unstable();
                    seen.push(stands);
                }
                let rank = |stands| seen.iter().filter(|&other| other < stands).count() as u16;
                raised.extend(class.iter().copied().zip(seen.iter().map(rank)).filter(|(_, rank)| *rank > 0));
            }
            if raised.is_empty() {
                raised.extend(first[1..].iter().map(|name| (*name, 1)));
            }
            raised.into_iter().for_each(|(name, by)| *colours.entry(name).or_default() += by);
        }
    }
}
