//! The order in which factors stand: causes first, sums last.

use crate::expr::{Arena, Expr, ExprId, Ref};
use crate::graph::{Graph, Node};
use std::cmp::Ordering;

/// A total order of expressions that depends on nothing but their letters and the graph's topological order.
///
/// Numbers, then values, then distributions by their first outcome in causal order (then by their last, then letter by
/// letter), then whatever else there is, sums at the end: a sum takes the rest of its product, so a sum that stands last
/// needs no brackets.
#[derive(Clone, Copy)]
pub(super) struct Order<'a> {
    graph: Option<&'a Graph>,
}

impl<'a> Order<'a> {
    pub(super) fn new(graph: &'a Graph) -> Self {
        Self { graph: Some(graph) }
    }

    /// By the numbers of the variables, where no graph is at hand.
    pub(super) const fn by_number() -> Order<'static> {
        Order { graph: None }
    }

    /// Position in causal order; variables that the graph lacks come last.
    pub(super) fn rank(self, reference: Ref) -> usize {
        let index = reference.var.index();
        match self.graph {
            Some(graph) if index < graph.len() => graph.rank(Node::new(index)),
            Some(graph) => graph.len() + index,
            None => index,
        }
    }

    fn span(self, refs: &[Ref]) -> (usize, usize) {
        refs.iter().fold((usize::MAX, 0), |(low, high), &r| {
            let rank = self.rank(r);
            (low.min(rank), high.max(rank))
        })
    }

    /// Compares two expressions. O(length of the first path on which they differ).
    pub(super) fn compare(self, arena: &Arena, mut a: ExprId, mut b: ExprId) -> Ordering {
        loop {
            if a == b {
                return Ordering::Equal;
            }
            let decided = match (arena.get(a), arena.get(b)) {
                (Expr::P(one), Expr::P(two)) => {
                    return self.span(one.of()).cmp(&self.span(two.of())).then_with(|| one.cmp(two));
                }
                (Expr::Number(one), Expr::Number(two)) => return one.cmp(two),
                (Expr::Value(one), Expr::Value(two)) => {
                    return self.rank(*one).cmp(&self.rank(*two)).then(one.cmp(two));
                }
                (Expr::Sum { over: one, body: p }, Expr::Sum { over: two, body: q }) => {
                    let decided = self.span(one).cmp(&self.span(two)).then_with(|| one.cmp(two));
                    (a, b) = (*p, *q);
                    decided
                }
                (Expr::Quotient(p, q), Expr::Quotient(r, s)) => {
                    (a, b) = if p == r { (*q, *s) } else { (*p, *r) };
                    Ordering::Equal
                }
                (Expr::Product(one), Expr::Product(two))
                | (Expr::Plus(one), Expr::Plus(two))
                | (Expr::Minus(one), Expr::Minus(two)) => match one.iter().zip(two).find(|(p, q)| p != q) {
                    Some((&p, &q)) => {
                        (a, b) = (p, q);
                        Ordering::Equal
                    }
                    None => return one.len().cmp(&two.len()),
                },
                (one, two) => return class(one).cmp(&class(two)),
            };
            if decided.is_ne() {
                return decided;
            }
        }
    }
}

fn class(expr: &Expr) -> u8 {
    match expr {
        Expr::Number(_) => 0,
        Expr::Value(_) => 1,
        Expr::P(_) => 2,
        Expr::Plus(_) => 3,
        Expr::Minus(_) => 4,
        Expr::Product(_) => 5,
        Expr::Quotient(..) => 6,
        Expr::Sum { .. } => 7,
    }
}
