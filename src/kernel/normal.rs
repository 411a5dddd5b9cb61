//! Algebra by normal forms: a sum of monomials with rational coefficients; a monomial is a product of atoms to integer
//! powers. Products are multiplied out and sums over states pulled apart until each is over one product whose factors
//! hang together by what it binds. A positive atom may have a negative power; what may be zero is divided by in an atom
//! of its own, which never cancels (read 1/0 as 0: each equation here holds all the same).
//!
//! Each move is sound alone, so an order that is not canonical (ties between copies of a variable) loses an equation and
//! never makes one.

use super::{Reason, Work, require};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref};
use indexmap::IndexSet;
use num_traits::{One, Signed, Zero};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHasher};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// How deep sums and denominators may stand within each other.
pub(super) const HEIGHT: u32 = 100;

/// A reference: free at a copy or a value; or bound by the sum around it that stands so high, as such a copy there. A sum
/// is higher than all within, so these names catch nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Name {
    var: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Free(At),
    Bound(u32, usize),
    /// Bound by the sum being made.
    New(usize),
}

type AtomId = usize;
/// Atoms ascending, each with a power that is not zero.
type Monomial = Vec<(AtomId, i32)>;
/// Coefficients that are not zero.
type Poly = BTreeMap<Monomial, BigRational>;
type Names = FxHashMap<Name, Name>;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Atom {
    /// Of, given, do.
    P([Vec<Name>; 3]),
    Value(Name),
    /// The number of a variable's states.
    States(usize),
    Sum(Vec<Name>, Monomial),
    /// One divided by that.
    Over(Poly),
}

struct Facts {
    /// Names that nothing inside binds, ascending.
    free: Vec<Name>,
    height: u32,
    positive: bool,
}

/// Atoms and normal forms made so far.
#[derive(Default)]
pub(super) struct Algebra {
    atoms: IndexSet<Atom, FxBuildHasher>,
    facts: Vec<Facts>,
    forms: FxHashMap<ExprId, Rc<Poly>>,
    fresh: usize,
}

fn name(reference: &Ref) -> Name {
    Name { var: reference.var.index(), place: Place::Free(reference.at) }
}

/// Pays for arithmetic with these numbers.
fn pay(work: &mut Work, a: &BigRational, b: &BigRational) -> Result<(), Reason> {
    let words = [a.numer(), a.denom(), b.numer(), b.denom()].iter().map(|n| n.bits() / 64 + 1).sum::<u64>();
    work.spend(usize::try_from(words.saturating_mul(words)).unwrap_or(usize::MAX))
}

fn add(to: &mut Poly, monomial: Monomial, coefficient: &BigRational, work: &mut Work) -> Result<(), Reason> {
    work.spend(1 + monomial.len())?;
    let now = to.remove(&monomial).unwrap_or_else(BigRational::zero);
    pay(work, &now, coefficient)?;
    let sum = now + coefficient;
    if !sum.is_zero() {
        to.insert(monomial, sum);
    }
    Ok(())
}

/// Equal atoms put together.
fn collected(mut factors: Monomial, work: &mut Work) -> Result<Monomial, Reason> {
    work.spend(factors.len())?;
    factors.sort_unstable();
    let mut all: Monomial = Vec::with_capacity(factors.len());
    for (atom, power) in factors {
        match all.last_mut() {
            Some((last, sum)) if *last == atom => *sum = sum.checked_add(power).ok_or("a power is too large")?,
            _ => all.push((atom, power)),
        }
    }
    all.retain(|(_, power)| *power != 0);
    Ok(all)
}

fn times(a: &Poly, b: &Poly, work: &mut Work) -> Result<Poly, Reason> {
    let mut product = Poly::new();
    for (left, m) in a {
        for (right, n) in b {
            pay(work, m, n)?;
            add(&mut product, collected([&**left, right].concat(), work)?, &(m * n), work)?;
        }
    }
    Ok(product)
}

fn scaled(poly: &Poly, by: &BigRational, work: &mut Work) -> Result<Poly, Reason> {
    times(poly, &Poly::from([(Monomial::new(), by.clone())]), work)
}

impl Algebra {
    /// Whether two expressions have one normal form.
    pub(super) fn equal(&mut self, arena: &Arena, a: ExprId, b: ExprId, work: &mut Work) -> Result<bool, Reason> {
        Ok(self.normal(arena, a, work)? == self.normal(arena, b, work)?)
    }

    fn normal(&mut self, arena: &Arena, root: ExprId, work: &mut Work) -> Result<Rc<Poly>, Reason> {
        for id in arena.reachable([root]) {
            if self.forms.contains_key(&id) {
                continue;
            }
            let expr = arena.get(id);
            let operands: Vec<Rc<Poly>> = expr.operands().iter().filter_map(|o| self.forms.get(o).cloned()).collect();
            let mut form = Poly::new();
            match (expr, &*operands) {
                (Expr::Number(number), _) => add(&mut form, Monomial::new(), &number.reduced(), work)?,
                (Expr::P(term), _) => {
                    let names = [term.of(), term.given(), term.do_()].map(|refs| refs.iter().map(name).collect());
                    add(&mut form, vec![(self.atom(Atom::P(names), work)?, 1)], &BigRational::one(), work)?;
                }
                (Expr::Value(of), _) => {
                    add(&mut form, vec![(self.atom(Atom::Value(name(of)), work)?, 1)], &BigRational::one(), work)?;
                }
                (Expr::Product(_), all) => {
                    form.insert(Monomial::new(), BigRational::one());
                    let (mut single, mut coefficient) = (Monomial::new(), BigRational::one());
                    for factor in all {
                        match factor.first_key_value() {
                            Some((monomial, number)) if factor.len() == 1 => {
                                pay(work, &coefficient, number)?;
                                single.extend(monomial);
                                coefficient *= number;
                            }
                            _ => form = times(&form, factor, work)?,
                        }
                    }
                    form = times(&form, &Poly::from([(collected(single, work)?, coefficient)]), work)?;
                }
                (Expr::Plus(_) | Expr::Minus(_), all) => {
                    for (position, term) in all.iter().enumerate() {
                        let minus = position > 0 && matches!(expr, Expr::Minus(_));
                        for (monomial, coefficient) in &**term {
                            let signed = if minus { -coefficient } else { coefficient.clone() };
                            add(&mut form, monomial.clone(), &signed, work)?;
                        }
                    }
                }
                (Expr::Quotient(..), [over, under]) => form = self.quotient(over, under, work)?,
                (Expr::Sum { over, .. }, [body]) => {
                    for (monomial, coefficient) in &**body {
                        let summed = self.sum(over.iter().map(name).collect(), monomial, work)?;
                        add(&mut form, summed, coefficient, work)?;
                    }
                }
                (Expr::Quotient(..) | Expr::Sum { .. }, _) => return Err("an expression lacks an operand".into()),
            }
            self.forms.insert(id, Rc::new(form));
        }
        self.forms.get(&root).cloned().ok_or_else(|| "an expression has no normal form".into())
    }

    fn quotient(&mut self, over: &Poly, under: &Poly, work: &mut Work) -> Result<Poly, Reason> {
        let largest = under.values().max_by(|a, b| a.abs().cmp(&b.abs())).ok_or("a denominator is zero")?.abs();
        let unit = scaled(under, &largest.recip(), work)?;
        let mut inverse = Monomial::new();
        match unit.first_key_value() {
            Some((monomial, sign)) if unit.len() == 1 => {
                for &(atom, power) in monomial {
                    inverse.push(if self.positive(atom) {
                        (atom, power.checked_neg().ok_or("a power is too large")?)
                    } else {
                        let unit = Poly::from([(vec![(atom, 1)], BigRational::one())]);
                        (self.atom(Atom::Over(unit), work)?, power)
                    });
                }
                let inverse = Poly::from([(collected(inverse, work)?, sign / &largest)]);
                return times(over, &inverse, work);
            }
            Some((monomial, coefficient)) if self.all_positive(&unit) => {
                // The whole numerator may be a multiple of the denominator.
                if let Some(first) = over.get(monomial) {
                    let ratio = first / coefficient;
                    if scaled(&unit, &ratio, work)? == *over {
                        return Ok(Poly::from([(Monomial::new(), ratio / largest)]));
                    }
                }
            }
            _ => {}
        }
        inverse.push((self.atom(Atom::Over(unit), work)?, 1));
        times(over, &Poly::from([(inverse, largest.recip())]), work)
    }

    fn positive(&self, atom: AtomId) -> bool {
        self.facts.get(atom).is_some_and(|facts| facts.positive)
    }

    fn all_positive(&self, poly: &Poly) -> bool {
        poly.iter().all(|(m, coefficient)| coefficient.is_positive() && m.iter().all(|&(atom, _)| self.positive(atom)))
    }

    fn free(&self, atom: AtomId) -> &[Name] {
        self.facts.get(atom).map_or(&[], |facts| &facts.free)
    }

    fn atom(&mut self, atom: Atom, work: &mut Work) -> Result<AtomId, Reason> {
        let (mut free, inside): (Vec<Name>, Vec<AtomId>) = match &atom {
            Atom::P(names) => (names.concat(), Vec::new()),
            Atom::Value(name) => (vec![*name], Vec::new()),
            Atom::States(_) => (Vec::new(), Vec::new()),
            Atom::Sum(_, body) => (Vec::new(), body.iter().map(|(atom, _)| *atom).collect()),
            Atom::Over(poly) => (Vec::new(), poly.keys().flatten().map(|(atom, _)| *atom).collect()),
        };
        work.spend(1 + free.len() + inside.len())?;
        if let Some(known) = self.atoms.get_index_of(&atom) {
            return Ok(known);
        }
        let below = inside.iter().filter_map(|&atom| self.facts.get(atom)).map(|facts| facts.height).max().unwrap_or(0);
        let height = below + u32::from(matches!(atom, Atom::Sum(..) | Atom::Over(_)));
        require(height <= HEIGHT, format!("sums and denominators stand more than {HEIGHT} deep"))?;
        free.extend(inside.iter().flat_map(|&atom| self.free(atom)));
        work.spend(free.len())?;
        free.sort_unstable();
        free.dedup();
        let positive = match &atom {
            Atom::P(_) | Atom::States(_) => true,
            Atom::Value(_) => false,
            Atom::Sum(over, _) => {
                free.retain(|name| over.binary_search(name).is_err());
                inside.iter().all(|&atom| self.positive(atom))
            }
            Atom::Over(poly) => self.all_positive(poly),
        };
        self.facts.push(Facts { free, height, positive });
        Ok(self.atoms.insert_full(atom).0)
    }

    /// The sum of a monomial over all states of what is bound, as a monomial.
    fn sum(&mut self, over: Vec<Name>, monomial: &Monomial, work: &mut Work) -> Result<Monomial, Reason> {
        let mut bound: BTreeSet<Name> = over.into_iter().collect();
        // Σ_x a Σ_z b = Σ_{x,z} a b, z renamed.
        let (mut open, mut factors) = (monomial.clone(), Monomial::new());
        while let Some((atom, power)) = open.pop() {
            work.spend(1)?;
            match self.atoms.get_index(atom).cloned() {
                Some(Atom::Sum(inner, body)) if power > 0 && self.free(atom).iter().any(|n| bound.contains(n)) => {
                    for _ in 0..power {
                        let fresh: Names = inner.iter().map(|&old| (old, self.new_name(old.var))).collect();
                        bound.extend(fresh.values());
                        open.extend(self.renamed(&body, &fresh, work)?);
                    }
                }
                _ => factors.push((atom, power)),
            }
        }
        let factors = collected(factors, work)?;
        let mut stand: FxHashMap<Name, Vec<usize>> = bound.iter().map(|&name| (name, Vec::new())).collect();
        for (position, &(atom, _)) in factors.iter().enumerate() {
            work.spend(self.free(atom).len())?;
            for name in self.free(atom) {
                if let Some(list) = stand.get_mut(name) {
                    list.push(position);
                }
            }
        }
        // Σ_y P(y|c) = 1 where y stands nowhere else; then c may do so as well.
        let mut count: FxHashMap<Name, usize> = stand.iter().map(|(&name, list)| (name, list.len())).collect();
        let mut live = vec![true; factors.len()];
        let mut waiting: Vec<usize> = (0..factors.len()).collect();
        while let Some(position) = waiting.pop() {
            let Some(&(atom, 1)) = factors.get(position).filter(|_| live[position]) else { continue };
            let Some(Atom::P([of, given, do_])) = self.atoms.get_index(atom) else { continue };
            work.spend(of.len())?;
            if of.iter().all(|name| count.get(name) == Some(&1)) {
                live[position] = false;
                for name in of {
                    bound.remove(name);
                }
                for name in given.iter().chain(do_) {
                    if let Some(left) = count.get_mut(name) {
                        *left -= 1;
                        if *left == 1 {
                            waiting.extend(stand.get(name).into_iter().flatten());
                        }
                    }
                }
            }
        }
        // A bound name that stands nowhere counts the states; factors without bound names stand before the sum; the others
        // fall apart into those that bound names join.
        let mut result = Monomial::new();
        for name in bound.iter().filter(|name| count.get(name) == Some(&0)) {
            result.push((self.atom(Atom::States(name.var), work)?, 1));
        }
        for start in 0..factors.len() {
            let (mut part, mut names, mut stack) = (Monomial::new(), BTreeSet::new(), vec![start]);
            while let Some(position) = stack.pop() {
                if std::mem::replace(&mut live[position], false) {
                    part.push(factors[position]);
                    for name in self.free(factors[position].0) {
                        if bound.contains(name) && names.insert(*name) {
                            stack.extend(stand.get(name).into_iter().flatten());
                        }
                    }
                }
            }
            if names.is_empty() {
                result.extend(part);
            } else {
                result.push((self.sum_atom(names.into_iter().collect(), part, work)?, 1));
            }
        }
        collected(result, work)
    }

    fn new_name(&mut self, var: usize) -> Name {
        self.fresh += 1;
        Name { var, place: Place::New(self.fresh) }
    }

    /// The atom for a sum, its bound names made canonical: by the sum's height, and by an order of the copies of a variable.
    fn sum_atom(&mut self, names: Vec<Name>, body: Monomial, work: &mut Work) -> Result<AtomId, Reason> {
        let height = 1 + body.iter().filter_map(|&(atom, _)| self.facts.get(atom)).map(|f| f.height).max().unwrap_or(0);
        let names = self.ordered(names, &body, work)?;
        let mut canonical = Names::default();
        let (mut before, mut copy) = (None, 0);
        for name in names {
            copy = if before == Some(name.var) { copy + 1 } else { 0 };
            before = Some(name.var);
            canonical.insert(name, Name { var: name.var, place: Place::Bound(height, copy) });
        }
        let body = self.renamed(&body, &canonical, work)?;
        let mut over: Vec<Name> = canonical.into_values().collect();
        over.sort_unstable();
        self.atom(Atom::Sum(over, body), work)
    }

    /// Names by variable, and copies of one variable by where they stand, told apart by refining colours; what no colour
    /// tells apart is mostly alike, and then either order gives one form.
    fn ordered(&self, mut names: Vec<Name>, body: &Monomial, work: &mut Work) -> Result<Vec<Name>, Reason> {
        names.sort_unstable();
        let mut colours: FxHashMap<Name, u64> = names.iter().map(|&name| (name, 0)).collect();
        let key = |colours: &FxHashMap<Name, u64>, name: &Name| (name.var, colours.get(name).copied());
        let mut classes = 0;
        loop {
            work.spend(names.len())?;
            names.sort_by_key(|name| key(&colours, name));
            let chunks: Vec<&[Name]> = names.chunk_by(|a, b| key(&colours, a) == key(&colours, b)).collect();
            let tied: Vec<Name> = chunks.iter().filter(|class| class.len() > 1).copied().flatten().copied().collect();
            let stuck = chunks.len() == std::mem::replace(&mut classes, chunks.len());
            let mut next = colours.clone();
            for (position, name) in tied.iter().enumerate() {
                let mut colour = colours.get(name).copied().unwrap_or(0);
                if !stuck {
                    for &(atom, power) in body.iter().filter(|(atom, _)| self.free(*atom).binary_search(name).is_ok()) {
                        let seen = self.shape(atom, &colours, Some(*name), work)?;
                        colour = colour.wrapping_add(hash(&(seen, power)));
                    }
                }
                next.insert(*name, hash(&(colour, stuck && position == 0)));
            }
            if tied.is_empty() {
                return Ok(names);
            }
            colours = next;
        }
    }

    /// An atom's structure as a number that does not depend on what coloured names are called.
    fn shape(
        &self,
        atom: AtomId,
        colours: &FxHashMap<Name, u64>,
        marked: Option<Name>,
        work: &mut Work,
    ) -> Result<u64, Reason> {
        let coded = |name: &Name| match colours.get(name) {
            Some(colour) => hash(&(name.var, *colour, marked == Some(*name))),
            None => hash(name),
        };
        let mut monomial = |monomial: &Monomial| {
            monomial.iter().try_fold(0_u64, |sum, &(atom, power)| {
                Ok::<_, Reason>(sum.wrapping_add(hash(&(self.shape(atom, colours, marked, work)?, power))))
            })
        };
        Ok(match self.atoms.get_index(atom) {
            Some(Atom::P(names)) => {
                work.spend(names.iter().map(Vec::len).sum())?;
                hash(&names.each_ref().map(|list| list.iter().map(coded).collect::<Vec<_>>()))
            }
            Some(Atom::Value(name)) => coded(name),
            Some(Atom::States(var)) => hash(var),
            Some(Atom::Sum(over, body)) => hash(&(over, monomial(body)?)),
            Some(Atom::Over(poly)) => poly.iter().try_fold(1_u64, |sum, (m, coefficient)| {
                Ok::<_, Reason>(sum.wrapping_add(hash(&(monomial(m)?, coefficient))))
            })?,
            None => 0,
        })
    }

    /// A monomial with its free names renamed; the new names are bound nowhere inside.
    fn renamed(&mut self, monomial: &Monomial, map: &Names, work: &mut Work) -> Result<Monomial, Reason> {
        let mut factors = Monomial::with_capacity(monomial.len());
        for &(atom, power) in monomial {
            factors.push((self.renamed_atom(atom, map, work)?, power));
        }
        collected(factors, work)
    }

    fn renamed_atom(&mut self, id: AtomId, map: &Names, work: &mut Work) -> Result<AtomId, Reason> {
        work.spend(self.free(id).len())?;
        if !self.free(id).iter().any(|name| map.contains_key(name)) {
            return Ok(id);
        }
        let to = |name: &Name| map.get(name).copied().unwrap_or(*name);
        let renamed = match self.atoms.get_index(id).cloned() {
            Some(Atom::P(names)) => Atom::P(names.map(|list| list.iter().map(to).collect())),
            Some(Atom::Value(name)) => Atom::Value(to(&name)),
            Some(Atom::Sum(over, body)) => {
                let body = self.renamed(&body, map, work)?;
                if over.windows(2).any(|pair| pair[0].var == pair[1].var) {
                    return self.sum_atom(over, body, work);
                }
                Atom::Sum(over, body)
            }
            Some(Atom::Over(poly)) => {
                let mut renamed = Poly::new();
                for (monomial, coefficient) in &poly {
                    add(&mut renamed, self.renamed(monomial, map, work)?, coefficient, work)?;
                }
                Atom::Over(renamed)
            }
            Some(Atom::States(_)) | None => return Ok(id),
        };
        self.atom(renamed, work)
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    what.hash(&mut hasher);
    hasher.finish()
}
