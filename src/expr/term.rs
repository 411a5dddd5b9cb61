//! References to variables, and the terms `P(of | do(do_), given)` made of them.

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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Ref {
    /// Which variable.
    pub var: Var,
    /// At which value.
    pub at: At,
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
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Term {
    of: Box<[Ref]>,
    given: Box<[Ref]>,
    do_: Box<[Ref]>,
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
        let term = Self { of: sorted(of), given: sorted(given), do_: sorted(do_) };
        term.names_each_once().then_some(term)
    }

    /// What the distribution is of, ascending.
    #[must_use]
    #[inline]
    pub fn of(&self) -> &[Ref] {
        &self.of
    }

    /// What is conditioned on, ascending.
    #[must_use]
    #[inline]
    pub fn given(&self) -> &[Ref] {
        &self.given
    }

    /// What is set by intervention, ascending.
    #[must_use]
    #[inline]
    pub fn do_(&self) -> &[Ref] {
        &self.do_
    }

    /// All references: of, given, do.
    #[inline]
    pub fn refs(&self) -> impl Iterator<Item = Ref> + '_ {
        self.of.iter().chain(&self.given).chain(&self.do_).copied()
    }

    /// The same term with each reference mapped; None where the outcome would name a variable twice.
    #[must_use]
    pub fn map(&self, mut f: impl FnMut(Ref) -> Ref) -> Option<Self> {
        let of: Vec<_> = self.of.iter().map(|&r| f(r)).collect();
        let given: Vec<_> = self.given.iter().map(|&r| f(r)).collect();
        let do_: Vec<_> = self.do_.iter().map(|&r| f(r)).collect();
        Self::new(of, given, do_)
    }

    fn names_each_once(&self) -> bool {
        let ascending = |refs: &[Ref]| refs.windows(2).all(|pair| pair[0].var < pair[1].var);
        ascending(&self.of)
            && ascending(&self.given)
            && ascending(&self.do_)
            && disjoint(&self.of, &self.given)
            && disjoint(&self.of, &self.do_)
            && disjoint(&self.given, &self.do_)
    }
}

fn sorted(refs: impl IntoIterator<Item = Ref>) -> Box<[Ref]> {
    let mut refs: Vec<Ref> = refs.into_iter().collect();
    if !refs.is_sorted() {
        refs.sort_unstable();
    }
    refs.into_boxed_slice()
}

fn disjoint(a: &[Ref], b: &[Ref]) -> bool {
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        match a[i].var.cmp(&b[j].var) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => return false,
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
