//! What two distributions make together: quotients, products and marginals of terms.

use crate::expr::{Ref, Term};
use std::hash::{Hash, Hasher};

/// Sums of hashes that stand for the sets of a term, so that most pairs are told apart without looking at them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Key {
    /// Of the conditions, with the actions.
    pub(super) given: u64,
    /// Of outcomes and conditions, with the actions.
    pub(super) full: u64,
}

impl Key {
    pub(super) fn of(term: &Term) -> Self {
        let given = set(term.given(), 0).wrapping_add(set(term.do_(), 1));
        Self { given, full: given.wrapping_add(set(term.of(), 0)) }
    }
}

fn set(refs: &[Ref], salt: u8) -> u64 {
    refs.iter().fold(0, |sum, r| {
        let mut hasher = rustc_hash::FxHasher::default();
        (r, salt).hash(&mut hasher);
        // Fx alone is nearly linear, and a sum of linear hashes collides: x² mixes.
        let hash = hasher.finish() | 1;
        sum.wrapping_add(hash.wrapping_mul(hash.rotate_left(29)))
    })
}

/// Calls `found` with the position in `bound` of each reference that is in both; both ascending.
pub(super) fn each_common(free: &[Ref], bound: &[Ref], mut found: impl FnMut(usize)) {
    if free.len() * 16 < bound.len() {
        free.iter().filter_map(|r| bound.binary_search(r).ok()).for_each(found);
        return;
    }
    let mut at = 0;
    for r in free {
        while bound.get(at).is_some_and(|other| other < r) {
            at += 1;
        }
        if bound.get(at) == Some(r) {
            found(at);
        }
    }
}

/// Whether each of `part` is in `whole`; both ascending.
pub(super) fn within(part: &[Ref], whole: &[Ref]) -> bool {
    if part.len() > whole.len() {
        return false;
    }
    let mut common = 0;
    each_common(part, whole, |_| common += 1);
    common == part.len()
}

/// Whether `whole` is the disjoint union of the others; all ascending.
fn is_union(whole: &[Ref], a: &[Ref], b: &[Ref]) -> bool {
    whole.len() == a.len() + b.len() && within(a, whole) && within(b, whole)
}

/// `a` without what is in `b`.
pub(super) fn without(a: &[Ref], b: &[Ref]) -> Vec<Ref> {
    a.iter().copied().filter(|r| b.binary_search(r).is_err()).collect()
}

fn joined(a: &[Ref], b: &[Ref]) -> Vec<Ref> {
    a.iter().chain(b).copied().collect()
}

/// Whether P(a | b, c) P(b | c) = P(a, b | c) is about these two, the first on the left.
pub(super) fn chains(upper: &Term, lower: &Term) -> bool {
    upper.do_() == lower.do_() && is_union(upper.given(), lower.of(), lower.given())
}

/// P(y | z, c), where the terms are P(y, z | c) and P(z | c).
pub(super) fn conditioned(joint: &Term, part: &Term) -> Option<Term> {
    let applies = joint.do_() == part.do_()
        && joint.given() == part.given()
        && part.of().len() < joint.of().len()
        && within(part.of(), joint.of());
    if !applies {
        return None;
    }
    let given = joined(part.of(), part.given());
    Term::new(without(joint.of(), part.of()), given, joint.do_().iter().copied())
}

/// P(b | c), where the terms are P(a, b | c) and P(a | b, c).
pub(super) fn base(joint: &Term, upper: &Term) -> Option<Term> {
    if joint.do_() != upper.do_() || upper.of().len() >= joint.of().len() || !within(upper.of(), joint.of()) {
        return None;
    }
    let of = without(joint.of(), upper.of());
    if !is_union(upper.given(), &of, joint.given()) {
        return None;
    }
    Term::new(of, joint.given().iter().copied(), joint.do_().iter().copied())
}

/// P(y | c), where the term is P(y, z | c).
pub(super) fn marginal(term: &Term, out: &[Ref]) -> Option<Term> {
    Term::new(without(term.of(), out), term.given().iter().copied(), term.do_().iter().copied())
}
