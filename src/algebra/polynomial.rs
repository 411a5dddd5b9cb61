//! Polynomials in atoms: what an expression is once everything has been multiplied out.

use crate::expr::{BigRational, ExprId};
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// Atoms with their powers, ascending; no power is 0.
pub(super) type Powers = Vec<(ExprId, i32)>;

/// A sum of products of atoms, each with its number; no number is 0.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Polynomial(pub(super) BTreeMap<Powers, BigRational>);

impl Polynomial {
    pub(super) fn number(value: BigRational) -> Self {
        Self::term(Powers::new(), value)
    }

    pub(super) fn atom(id: ExprId) -> Self {
        Self::term(vec![(id, 1)], BigRational::one())
    }

    pub(super) fn term(powers: Powers, number: BigRational) -> Self {
        let mut all = Self::default();
        all.add_term(powers, number);
        all
    }

    pub(super) fn add_term(&mut self, powers: Powers, number: BigRational) {
        if number.is_zero() {
            return;
        }
        let sum = self.0.remove(&powers).unwrap_or_else(BigRational::zero) + number;
        if !sum.is_zero() {
            self.0.insert(powers, sum);
        }
    }

    pub(super) fn add(&mut self, other: &Self, times: &BigRational) {
        for (powers, number) in &other.0 {
            self.add_term(powers.clone(), number * times);
        }
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        let mut product = Self::default();
        for (p, a) in &self.0 {
            for (q, b) in &other.0 {
                product.add_term(multiplied(p, q), a * b);
            }
        }
        product
    }

    /// Work that a product takes, to be paid before it is made.
    pub(super) fn cost(&self, other: &Self) -> usize {
        let size = |all: &Self| all.0.keys().map(|powers| powers.len() + 1).sum::<usize>();
        (size(self).saturating_mul(other.0.len())).saturating_add(size(other).saturating_mul(self.0.len()))
    }

    /// The only term, where there is just one.
    pub(super) fn single(&self) -> Option<(&Powers, &BigRational)> {
        let mut terms = self.0.iter();
        terms.next().filter(|_| self.0.len() == 1)
    }

    /// The greatest product of atoms that divides every term, and the number of the first term.
    pub(super) fn content(&self) -> (Powers, BigRational) {
        let mut terms = self.0.iter();
        let Some((first, number)) = terms.next() else { return (Powers::new(), BigRational::one()) };
        let mut common: BTreeMap<ExprId, i32> = first.iter().copied().collect();
        for powers in self.0.keys().skip(1) {
            // An atom that a term lacks has power 0 there.
            for (atom, power) in &mut common {
                let here = powers.binary_search_by_key(atom, |&(id, _)| id).map_or(0, |at| powers[at].1);
                *power = (*power).min(here);
            }
            for &(atom, power) in powers.iter().filter(|(_, power)| *power < 0) {
                common.entry(atom).or_insert(power.min(0));
            }
        }
        (common.into_iter().filter(|&(_, power)| power != 0).collect(), number.clone())
    }
}

/// The product of two products.
pub(super) fn multiplied(p: &[(ExprId, i32)], q: &[(ExprId, i32)]) -> Powers {
    let mut product = Powers::with_capacity(p.len() + q.len());
    let (mut i, mut j) = (0, 0);
    loop {
        match (p.get(i), q.get(j)) {
            (Some(&(a, m)), Some(&(b, n))) if a == b => {
                let power = m.saturating_add(n);
                if power != 0 {
                    product.push((a, power));
                }
                i += 1;
                j += 1;
            }
            (Some(&a), Some(&b)) if a.0 < b.0 => {
                product.push(a);
                i += 1;
            }
            (Some(_) | None, Some(&b)) => {
                product.push(b);
                j += 1;
            }
            (Some(&a), None) => {
                product.push(a);
                i += 1;
            }
            (None, None) => return product,
        }
    }
}

/// 1 over a product.
pub(super) fn inverted(powers: &[(ExprId, i32)]) -> Powers {
    powers.iter().map(|&(atom, power)| (atom, power.saturating_neg())).collect()
}
