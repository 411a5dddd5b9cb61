//! What is known to be positive, so that it may be divided by and cancelled.

use crate::expr::{Arena, Expr, ExprId};
use num_traits::Signed;
use rustc_hash::FxHashMap;

/// Remembers, node by node, whether it is positive in every positive distribution for all values of its references.
#[derive(Default)]
pub(super) struct Signs(FxHashMap<ExprId, bool>);

impl Signs {
    /// Whether an expression is known to be positive. Each node is looked at once; no recursion.
    pub(super) fn is_positive(&mut self, arena: &Arena, id: ExprId) -> bool {
        let mut stack = vec![id];
        while let Some(&at) = stack.last() {
            if self.0.contains_key(&at) {
                stack.pop();
                continue;
            }
            let expr = arena.get(at);
            let positive = match expr {
                Expr::P(_) => true,
                Expr::Number(value) => value.is_positive(),
                Expr::Value(_) | Expr::Minus(_) => false,
                Expr::Sum { .. } | Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) => {
                    let operands = expr.operands();
                    let known = stack.len();
                    stack.extend(operands.iter().copied().filter(|o| !self.0.contains_key(o)));
                    if stack.len() > known {
                        continue;
                    }
                    operands.iter().all(|o| self.0.get(o) == Some(&true))
                }
            };
            self.0.insert(at, positive);
            stack.pop();
        }
        self.0.get(&id) == Some(&true)
    }

    /// Whether no denominator inside can be 0.
    pub(super) fn is_defined(&mut self, arena: &Arena, id: ExprId) -> bool {
        arena.reachable([id]).into_iter().all(|id| match arena.get(id) {
            Expr::Quotient(_, under) => self.is_positive(arena, *under),
            Expr::Number(_)
            | Expr::P(_)
            | Expr::Value(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Plus(_)
            | Expr::Minus(_) => true,
        })
    }
}
