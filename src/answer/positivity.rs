//! What must be positive for an estimand to be defined.

use crate::expr::{Arena, At, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Node};

/// The terms that must be positive for every denominator to exist; those that follow from a larger one are left out.
///
/// A condition P(a | b) has P(b) for a denominator; a written quotient has what it divides by, whose terms are positive
/// where their joints are. A bound copy runs over all values, so it is told as the variable itself.
pub(super) fn assumes_positive(arena: &Arena, graph: &Graph, estimand: ExprId) -> Vec<Term> {
    let mut needed: Vec<Term> = Vec::new();
    let mut below = Vec::new();
    for id in arena.reachable([estimand]) {
        match arena.get(id) {
            Expr::P(term) => needed.extend(joint(arena, estimand, &[], term.given(), term.do_())),
            Expr::Quotient(_, under) => below.push(*under),
            Expr::Number(_) | Expr::Value(_) | Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Minus(_) => {
            }
        }
    }
    for id in arena.reachable(below) {
        if let Expr::P(term) = arena.get(id) {
            needed.extend(joint(arena, estimand, term.of(), term.given(), term.do_()));
        }
    }
    needed.sort_by_cached_key(|term| {
        let ranks: Vec<usize> = term.of().iter().map(|r| graph.rank(Node::new(r.var.index()))).collect();
        (std::cmp::Reverse(ranks.len()), ranks, term.clone())
    });
    needed.dedup();
    let mut largest: Vec<Term> = Vec::new();
    for term in needed {
        if !largest.iter().any(|larger| follows(&term, larger)) {
            largest.push(term);
        }
    }
    largest
}

/// P(of, given | do(do_)); None where it is of nothing.
fn joint(arena: &Arena, estimand: ExprId, of: &[Ref], given: &[Ref], do_: &[Ref]) -> Option<Term> {
    let told = |r: &Ref| match r.at {
        At::Copy(primes) if primes > 0 && !arena.is_free_in(*r, estimand) => Ref::plain(r.var),
        At::Copy(_) | At::Value(_) => *r,
    };
    let term = Term::new(of.iter().chain(given).map(told), [], do_.iter().map(told))?;
    (!term.of().is_empty()).then_some(term)
}

/// Whether the first is positive wherever the second is: it is a marginal of it, perhaps at a value.
fn follows(term: &Term, larger: &Term) -> bool {
    let within = |r: &Ref, all: &[Ref]| all.iter().any(|other| other == r || *other == Ref::plain(r.var));
    term.do_() == larger.do_() && term.of().iter().all(|r| within(r, larger.of()))
}
