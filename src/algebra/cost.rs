//! How long an expression is to a reader.

use crate::expr::{Arena, Expr, ExprId};
use num_traits::One;
use rustc_hash::FxHashMap;

/// Length of an expression written out without sharing: one for each distribution, reference, number but 1, plus and
/// minus; saturating. Of two estimands the one of smaller length is the one to print.
///
/// Unlike in [`Arena::size`], brackets and bars cost nothing, so Σ_{a} f(a) Σ_{b} g(b) is as long as Σ_{a,b} f(a) g(b), and
/// [`simplify`](super::simplify) never makes an expression longer. O(nodes reached).
#[must_use]
pub fn length(arena: &Arena, expr: ExprId) -> u64 {
    match arena.get(expr) {
        Expr::P(_) | Expr::Number(_) | Expr::Value(_) => own(arena, expr),
        Expr::Sum { .. } | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => {
            let mut lengths: FxHashMap<ExprId, u64> = FxHashMap::default();
            for id in arena.reachable([expr]) {
                let length = each_operand(arena, id, own(arena, id), |sum, operand| {
                    sum.saturating_add(lengths.get(&operand).copied().unwrap_or(0))
                });
                lengths.insert(id, length);
            }
            lengths.get(&expr).copied().unwrap_or(u64::MAX)
        }
    }
}

/// What a node adds to the lengths of its operands.
fn own(arena: &Arena, id: ExprId) -> u64 {
    match arena.get(id) {
        Expr::P(term) => 1 + term.refs().count() as u64,
        Expr::Sum { over, .. } => over.len() as u64,
        Expr::Number(value) => u64::from(!value.is_one()),
        Expr::Value(_) => 1,
        Expr::Plus(all) | Expr::Minus(all) => (all.len() as u64).saturating_sub(1),
        Expr::Product(_) | Expr::Quotient(..) => 0,
    }
}

fn each_operand(arena: &Arena, id: ExprId, start: u64, mut add: impl FnMut(u64, ExprId) -> u64) -> u64 {
    match arena.get(id) {
        Expr::P(_) | Expr::Number(_) | Expr::Value(_) => start,
        Expr::Sum { body, .. } => add(start, *body),
        Expr::Quotient(over, under) => {
            let above = add(start, *over);
            add(above, *under)
        }
        Expr::Product(all) | Expr::Plus(all) | Expr::Minus(all) => all.iter().fold(start, |sum, &o| add(sum, o)),
    }
}
