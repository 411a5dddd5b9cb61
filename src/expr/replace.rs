//! Replacing the terms of an expression by other expressions.

use super::{Arena, Expr, ExprId, Term};
use rustc_hash::FxHashMap;

impl Arena {
    /// The expression with each P-term for which `f` gives one replaced by another expression.
    ///
    /// `f` sees each distinct term once, in ascending order of ids. What it gives lands as it is: a free reference of it
    /// may be caught by a sum around the term. O(nodes reached); no recursion.
    pub fn replace_terms(&mut self, root: ExprId, f: &mut dyn FnMut(&mut Self, &Term) -> Option<ExprId>) -> ExprId {
        let mut new: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for id in self.reachable([root]) {
            let to = |o: &ExprId| new.get(o).copied().unwrap_or(*o);
            let expr = self.get(id).clone();
            let unchanged = expr.operands().iter().all(|o| to(o) == *o);
            let replaced = match &expr {
                Expr::P(term) => f(self, term).unwrap_or(id),
                Expr::Number(_) | Expr::Value(_) => id,
                _ if unchanged => id,
                Expr::Sum { over, body } => self.sum(over.iter().copied(), to(body)),
                Expr::Product(all) => self.product(all.iter().map(to)),
                Expr::Plus(all) => self.plus(all.iter().map(to)),
                Expr::Minus(all) => self.minus(all.iter().map(to)),
                Expr::Quotient(over, under) => self.quotient(to(over), to(under)),
            };
            new.insert(id, replaced);
        }
        new.get(&root).copied().unwrap_or(root)
    }

    /// The distinct P-terms of an expression, in ascending order of ids.
    #[must_use]
    pub fn terms(&self, root: ExprId) -> Vec<&Term> {
        let term = |id| match self.get(id) {
            Expr::P(term) => Some(term),
            Expr::Number(_)
            | Expr::Value(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => None,
        };
        self.reachable([root]).into_iter().filter_map(term).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ref, Var};
    use super::*;

    #[test]
    fn each_distinct_term_is_replaced_everywhere() {
        let mut arena = Arena::new();
        let (x, y) = (Ref::plain(Var::new(0)), Ref::plain(Var::new(1)));
        let effect = arena.p(Term::new([y], [], [x]).unwrap());
        let other = arena.p(Term::new([x], [], []).unwrap());
        let product = arena.product([effect, other]);
        let sum = arena.sum([x], product);
        let root = arena.minus([sum, effect]);
        let estimand = arena.p(Term::new([y], [x], []).unwrap());
        let mut seen = 0;
        let result = arena.replace_terms(root, &mut |_, term| {
            seen += 1;
            (!term.do_().is_empty()).then_some(estimand)
        });
        let product = arena.product([estimand, other]);
        let sum = arena.sum([x], product);
        assert_eq!(result, arena.minus([sum, estimand]));
        assert_eq!((seen, arena.terms(root).len()), (2, 2));
    }
}
