//! References to variables, and the terms `P(of | do(do_), given)` made of them.

use smallvec::SmallVec;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A variable, by the number of the graph node it stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Var(u32);

impl Var {
    /// The variable with that number.
    #[must_use]
    #[inline]
    pub const fn new(index: usize) -> Self {
        Self(index as u32)
    }

    /// Its number.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value's text (`high`, `1`), interned in an [`Arena`](super::Arena).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Symbol(pub(super) u32);

/// Where a variable is taken at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum At {
    /// A placeholder for any value: 0 is written `x`, 1 `x'`, 2 `x''`. Bound by a sum, or free.
    Copy(u16),
    /// That very value: `x = high`.
    Value(Symbol),
}

/// A variable at a placeholder or at a value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ref {
    /// Which variable.
    pub var: Var,
    /// At which value.
    pub at: At,
}

/// Two words for each reference: every expression is hashed when it is made.
impl Hash for Ref {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let at = match self.at {
            At::Copy(primes) => u64::from(primes) << 1,
            At::Value(symbol) => (u64::from(symbol.0) << 1) | 1,
        };
        state.write_u32(self.var.0);
        state.write_u64(at);
    }
}

impl Ref {
    /// `x`: the variable at its current value.
    #[must_use]
    #[inline]
    pub const fn plain(var: Var) -> Self {
        Self { var, at: At::Copy(0) }
    }

    /// `x'`, `x''`, …: another value of the same variable.
    #[must_use]
    #[inline]
    pub const fn copy(var: Var, primes: u16) -> Self {
        Self { var, at: At::Copy(primes) }
    }

    /// `x = value`.
    #[must_use]
    #[inline]
    pub const fn value(var: Var, value: Symbol) -> Self {
        Self { var, at: At::Value(value) }
    }

    /// Whether it is a fixed value, which no sum can bind.
    #[must_use]
    #[inline]
    pub const fn is_value(self) -> bool {
        matches!(self.at, At::Value(_))
    }
}

/// `P(of | do(do_), given)`: a distribution after an intervention, at the referenced values.
///
/// Three sets, each ascending by variable; no variable stands in two places of one term. [`Term::new`] keeps to both.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Term {
    /// The three, one after the other; few as a rule, and then held in place.
    refs: SmallVec<[Ref; 4]>,
    /// Where the second begins and where the third.
    ends: [u32; 2],
}

impl Term {
    /// A term of these references, or None where one variable is named twice.
    #[must_use]
    #[inline]
    pub fn new(
        of: impl IntoIterator<Item = Ref>,
        given: impl IntoIterator<Item = Ref>,
        do_: impl IntoIterator<Item = Ref>,
    ) -> Option<Self> {
        let mut refs: SmallVec<[Ref; 4]> = of.into_iter().collect();
        let first = refs.len();
        refs.extend(given);
        let second = refs.len();
        refs.extend(do_);
        Self { refs, ends: [first as u32, second as u32] }.in_order()
    }

    /// The term with each of its three parts ascending, or None where one variable is named twice.
    fn in_order(mut self) -> Option<Self> {
        let [first, second] = self.ends.map(|end| end as usize);
        for part in [0..first, first..second, second..self.refs.len()] {
            let part = &mut self.refs[part];
            if !part.is_sorted() {
                part.sort_unstable();
            }
        }
        self.names_each_once().then_some(self)
    }

    /// What the distribution is of, ascending.
    #[must_use]
    #[inline]
    pub fn of(&self) -> &[Ref] {
        &self.refs[..self.ends[0] as usize]
    }

    /// What is conditioned on, ascending.
    #[must_use]
    #[inline]
    pub fn given(&self) -> &[Ref] {
        &self.refs[self.ends[0] as usize..self.ends[1] as usize]
    }

    /// What is set by intervention, ascending.
    #[must_use]
    #[inline]
    pub fn do_(&self) -> &[Ref] {
        &self.refs[self.ends[1] as usize..]
    }

    /// All references: of, given, do.
    #[inline]
    pub fn refs(&self) -> impl Iterator<Item = Ref> + '_ {
        self.refs.iter().copied()
    }

    /// The same term with each reference mapped; None where the outcome would name a variable twice.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(Ref) -> Ref) -> Option<Self> {
        let refs: SmallVec<[Ref; 4]> = self.refs.iter().map(|&r| f(r)).collect();
        let (of, rest) = refs.split_at(self.ends[0] as usize);
        let (given, do_) = rest.split_at((self.ends[1] - self.ends[0]) as usize);
        Self::new(of.iter().copied(), given.iter().copied(), do_.iter().copied())
    }

    fn names_each_once(&self) -> bool {
        let ascending = |refs: &[Ref]| refs.windows(2).all(|pair| pair[0].var < pair[1].var);
        let [of, given, do_] = [self.of(), self.given(), self.do_()];
        let apart = disjoint(of, given) && disjoint(of, do_) && disjoint(given, do_);
        apart && [of, given, do_].into_iter().all(ascending)
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.of(), self.given(), self.do_()).cmp(&(other.of(), other.given(), other.do_()))
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

fn disjoint(a: &[Ref], b: &[Ref]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].var.cmp(&b[j].var) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_three_disjoint_sets() {
        let [x, y] = [Var::new(0), Var::new(1)];
        let term = Term::new([Ref::plain(y), Ref::plain(x)], [], []).unwrap();
        assert_eq!(term, Term::new([Ref::plain(x), Ref::plain(y)], [], []).unwrap());
        assert_eq!(Term::new([Ref::plain(x)], [Ref::copy(x, 1)], []), None);
        assert_eq!(Term::new([Ref::plain(x), Ref::copy(x, 1)], [], []), None);
        assert_eq!(Term::new([Ref::plain(y)], [Ref::plain(x)], [Ref::plain(x)]), None);
    }
}
