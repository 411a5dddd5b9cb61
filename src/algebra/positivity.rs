//! What must be positive for an expression to be defined.

use crate::expr::{Arena, At, Expr, ExprId, Ref, Term};
use rustc_hash::{FxHashMap, FxHashSet};

/// The terms that must be positive for every condition and every denominator to exist, the largest first; those that
/// follow from a larger one are left out, as P(z) does from P(x, z).
///
/// A conditional P(a | b) needs P(b); a quotient needs the distributions that its denominator is made of, as joints. A
/// reference that a sum binds runs over all values, so it is told as the variable itself. O(nodes reached × terms left).
#[must_use]
pub fn assumes_positive(arena: &Arena, expr: ExprId) -> Vec<Term> {
    let mut needed: FxHashSet<Term> = FxHashSet::default();
    let mut below = Vec::new();
    for id in arena.reachable([expr]) {
        match arena.get(id) {
            Expr::P(term) => needed.extend(joint(arena, expr, &[], term.given(), term.do_())),
            Expr::Quotient(_, under) => below.push(*under),
            Expr::Number(_) | Expr::Value(_) | Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Minus(_) => {
            }
        }
    }
    for id in arena.reachable(below) {
        if let Expr::P(term) = arena.get(id) {
            needed.extend(joint(arena, expr, term.of(), term.given(), term.do_()));
        }
    }
    let mut needed: Vec<Term> = needed.into_iter().collect();
    needed.sort_unstable_by(|a, b| b.of().len().cmp(&a.of().len()).then_with(|| a.cmp(b)));
    // A term follows only from one with the same actions that holds its first outcome, or that outcome's variable.
    let mut largest: Vec<Term> = Vec::new();
    let mut holding: FxHashMap<Ref, Vec<usize>> = FxHashMap::default();
    for term in needed {
        let Some(&first) = term.of().first() else { continue };
        let larger = [first, Ref::plain(first.var)].into_iter().filter_map(|r| holding.get(&r)).flatten();
        if larger.filter_map(|&at| largest.get(at)).any(|larger| follows(&term, larger)) {
            continue;
        }
        for &r in term.of() {
            holding.entry(r).or_default().push(largest.len());
        }
        largest.push(term);
    }
    largest
}

/// P(of, given | do(do_)); None where it is of nothing.
fn joint(arena: &Arena, whole: ExprId, of: &[Ref], given: &[Ref], do_: &[Ref]) -> Option<Term> {
    let told = |r: &Ref| match r.at {
        At::Copy(_) if !arena.is_free_in(*r, whole) => Ref::plain(r.var),
        At::Copy(_) | At::Value(_) => *r,
    };
    let term = Term::new(of.iter().chain(given).map(told), [], do_.iter().map(told))?;
    (!term.of().is_empty()).then_some(term)
}

/// Whether the first is positive wherever the second is: a marginal of it, perhaps at a value.
fn follows(term: &Term, larger: &Term) -> bool {
    let within = |r: &Ref, all: &[Ref]| all.binary_search(r).is_ok() || all.binary_search(&Ref::plain(r.var)).is_ok();
    term.do_() == larger.do_() && term.of().iter().all(|r| within(r, larger.of()))
}
