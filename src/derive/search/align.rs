//! Two expressions laid side by side: what stands in one where something else stands in the other.

use super::moves::{alike, factors};
use crate::expr::{Arena, Expr, ExprId, Ref};

/// Deeper expressions are not laid side by side.
const DEEPEST: usize = 100;

/// Two expressions of one shape, each equal to one of those given by algebra, and where they differ.
pub(super) struct Aligned {
    pub(super) left: ExprId,
    pub(super) right: ExprId,
    /// Subexpressions of the left one, each with what stands in its place in the right one.
    pub(super) pairs: Vec<(ExprId, ExprId)>,
}

/// Lays two expressions side by side: bound copies of the right one take the names of the left one, factors stand in
/// the order of the left one.
pub(super) fn align(arena: &mut Arena, left: ExprId, right: ExprId) -> Aligned {
    let mut pairs = Vec::new();
    if arena.depth(left).max(arena.depth(right)) > DEEPEST {
        return Aligned { left, right, pairs: vec![(left, right)] };
    }
    let (left, right) = side_by_side(arena, left, right, &mut pairs);
    pairs.sort_unstable();
    pairs.dedup();
    Aligned { left, right, pairs }
}

/// Recursion is bounded by [`DEEPEST`].
fn side_by_side(arena: &mut Arena, left: ExprId, right: ExprId, pairs: &mut Vec<(ExprId, ExprId)>) -> (ExprId, ExprId) {
    if left == right {
        return (left, right);
    }
    match (arena.get(left).clone(), arena.get(right).clone()) {
        (Expr::Sum { over, body }, Expr::Sum { over: other, body: inner }) if alike(&over, &other) => {
            let names: Vec<(Ref, Ref)> = other.iter().copied().zip(over.iter().copied()).collect();
            if let Some(renamed) = arena.rename(inner, &names)
                && captures_nothing(arena, inner, &names)
            {
                let (a, b) = side_by_side(arena, body, renamed, pairs);
                return (arena.sum(over.iter().copied(), a), arena.sum(over.iter().copied(), b));
            }
        }
        (Expr::Quotient(over, under), Expr::Quotient(other, below)) => {
            let (a, b) = side_by_side(arena, over, other, pairs);
            let (c, d) = side_by_side(arena, under, below, pairs);
            return (arena.quotient(a, c), arena.quotient(b, d));
        }
        (Expr::Plus(all), Expr::Plus(others)) if all.len() == others.len() => {
            let (a, b) = each(arena, &all, &others, pairs);
            return (arena.plus(a), arena.plus(b));
        }
        (Expr::Minus(all), Expr::Minus(others)) if all.len() == others.len() => {
            let (a, b) = each(arena, &all, &others, pairs);
            return (arena.minus(a), arena.minus(b));
        }
        (Expr::Product(_), _) | (_, Expr::Product(_)) => {
            if let Some(sides) = products(arena, left, right, pairs) {
                return sides;
            }
        }
        _ => {}
    }
    pairs.push((left, right));
    (left, right)
}

/// Renaming bound references must not run into free ones of the same name.
fn captures_nothing(arena: &Arena, inner: ExprId, names: &[(Ref, Ref)]) -> bool {
    names
        .iter()
        .all(|(from, to)| from == to || !arena.is_free_in(*to, inner) || names.iter().any(|(other, _)| other == to))
}

fn each(
    arena: &mut Arena,
    all: &[ExprId],
    others: &[ExprId],
    pairs: &mut Vec<(ExprId, ExprId)>,
) -> (Vec<ExprId>, Vec<ExprId>) {
    all.iter().zip(others).map(|(&a, &b)| side_by_side(arena, a, b, pairs)).unzip()
}

/// Factors that are the same in both, then those that look alike, then what is left of each as one.
fn products(
    arena: &mut Arena,
    left: ExprId,
    right: ExprId,
    pairs: &mut Vec<(ExprId, ExprId)>,
) -> Option<(ExprId, ExprId)> {
    let (mut ours, mut theirs) = (factors(arena, left), factors(arena, right));
    let (mut a, mut b) = (Vec::new(), Vec::new());
    ours.retain(|&factor| match theirs.iter().position(|&other| other == factor) {
        Some(position) => {
            theirs.remove(position);
            a.push(factor);
            b.push(factor);
            false
        }
        None => true,
    });
    let same = a.len();
    let mut matched = Vec::new();
    ours.retain(|&factor| {
        let best = theirs.iter().enumerate().map(|(i, &other)| (likeness(arena, factor, other), i));
        match best.max_by_key(|&(likeness, i)| (likeness, std::cmp::Reverse(i))) {
            Some((likeness, position)) if likeness > 0 => {
                matched.push((factor, theirs.remove(position)));
                false
            }
            _ => true,
        }
    });
    if same + matched.len() == 0 || ours.is_empty() != theirs.is_empty() {
        return None;
    }
    for (ours, theirs) in matched {
        let (x, y) = side_by_side(arena, ours, theirs, pairs);
        a.push(x);
        b.push(y);
    }
    if !ours.is_empty() {
        let (x, y) = (arena.product(ours), arena.product(theirs));
        pairs.push((x, y));
        a.push(x);
        b.push(y);
    }
    Some((arena.product(a), arena.product(b)))
}

/// How much two factors look like each other; 0 where they had better not be paired.
fn likeness(arena: &Arena, a: ExprId, b: ExprId) -> usize {
    match (arena.get(a), arena.get(b)) {
        (Expr::P(a), Expr::P(b)) if alike(a.of(), b.of()) => {
            1 + a.refs().filter(|r| b.refs().any(|other| other == *r)).count()
                + usize::from(alike(a.given(), b.given()))
                + usize::from(alike(a.do_(), b.do_()))
        }
        (Expr::Sum { over: a, .. }, Expr::Sum { over: b, .. }) if alike(a, b) => 1,
        (Expr::Quotient(..), Expr::Quotient(..)) => 1,
        _ => 0,
    }
}
