//! The log of a simplification: one equation after the other.

use super::order::Order;
use crate::expr::{Arena, Expr, ExprId};
use rustc_hash::FxHashMap;

/// Why the two sides of a [`Rewrite`] are equal in every positive distribution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Law {
    /// P(y | c) = Σ_z P(y, z | c), exactly, read from right to left.
    Marginalise,
    /// P(a, b | c) = P(a | b, c) P(b | c), exactly, read from right to left; any number of factors, in order.
    Chain,
    /// P(y | z, c) = P(y, z | c) / P(z | c), exactly, read from right to left.
    Condition,
    /// Commutativity, associativity, factors moved out of and into sums that do not bind them, renaming of bound
    /// copies, cancellation of equal positive factors, Σ_y P(y | c) = 1, and the arithmetic of numbers.
    Algebra,
}

/// An equation that holds for every value of its free references.
///
/// A log is to be read from its beginning: every occurrence of `from` becomes `to`, rewrite after rewrite.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rewrite {
    /// Why it holds.
    pub law: Law,
    /// Left side.
    pub from: ExprId,
    /// Right side.
    pub to: ExprId,
}

/// Writes a log while nodes are simplified one by one.
///
/// A rewrite replaces *every* occurrence of its left side, those in parts not yet simplified among them. So a left side
/// must never stand in a finished part, which holds because every part of a finished expression is finished itself and
/// a left side never is; and where a node about to be simplified has been a left side before, it must take the same way
/// again. `finished` remembers those ways as stretches of the log.
pub(super) struct Scribe<'a> {
    pub(super) log: &'a mut Vec<Rewrite>,
    finished: FxHashMap<ExprId, (ExprId, usize, usize)>,
    /// Forms of the node being simplified, with the place in the log where each begins.
    forms: Vec<(ExprId, usize)>,
    current: ExprId,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(log: &'a mut Vec<Rewrite>, root: ExprId) -> Self {
        Self { log, finished: FxHashMap::default(), forms: Vec::new(), current: root }
    }

    /// Puts the forms of a node aside while a part of it is simplified; [`Scribe::end`] takes them back.
    pub(super) fn enter(&mut self) -> Vec<(ExprId, usize)> {
        std::mem::take(&mut self.forms)
    }

    /// Begins with a node. Err: it has been seen before, and this is what became of it.
    pub(super) fn begin(&mut self, node: ExprId) -> Result<(), ExprId> {
        self.arrive(node)
    }

    /// The node equals `next` by algebra alone. Err: from `next` the way is known.
    pub(super) fn algebra(&mut self, next: ExprId) -> Result<(), ExprId> {
        if next == self.current {
            return Ok(());
        }
        self.log.push(Rewrite { law: Law::Algebra, from: self.current, to: next });
        self.arrive(next)
    }

    /// A part of the node becomes another by one law.
    pub(super) fn law(&mut self, law: Law, from: ExprId, to: ExprId) {
        let at = self.log.len();
        self.log.push(Rewrite { law, from, to });
        self.finished.insert(from, (to, at, at + 1));
    }

    /// The form of the node once the laws told by [`Scribe::law`] have been applied.
    pub(super) fn arrive(&mut self, form: ExprId) -> Result<(), ExprId> {
        self.current = form;
        if let Some(&(result, from, to)) = self.finished.get(&form) {
            self.forms.push((form, self.log.len()));
            self.log.extend_from_within(from..to);
            self.current = result;
            return Err(result);
        }
        self.forms.push((form, self.log.len()));
        Ok(())
    }

    /// Ends with the node: remembers its forms.
    pub(super) fn end(&mut self, result: ExprId, outer: Vec<(ExprId, usize)>) {
        let end = self.log.len();
        for (form, at) in std::mem::replace(&mut self.forms, outer) {
            if form != result {
                self.finished.insert(form, (result, at, end));
            }
        }
    }
}

/// A node with other operands, built by the constructors that whoever follows the log uses as well.
pub(super) fn rebuilt(arena: &mut Arena, id: ExprId, mut of: impl FnMut(ExprId) -> ExprId) -> ExprId {
    match arena.get(id) {
        Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
        Expr::Sum { over, body } => {
            let new = of(*body);
            if new == *body {
                return id;
            }
            let over = over.clone();
            arena.sum(over, new)
        }
        Expr::Quotient(over, under) => {
            let (a, b) = (of(*over), of(*under));
            if (a, b) == (*over, *under) { id } else { arena.quotient(a, b) }
        }
        Expr::Product(all) | Expr::Plus(all) | Expr::Minus(all) => {
            let Some(first) = all.iter().position(|&o| of(o) != o) else { return id };
            let mut new = all.to_vec();
            new[first..].iter_mut().for_each(|o| *o = of(*o));
            match arena.get(id) {
                Expr::Plus(_) => arena.plus(new),
                Expr::Minus(_) => arena.minus(new),
                Expr::Product(_)
                | Expr::Number(_)
                | Expr::P(_)
                | Expr::Value(_)
                | Expr::Sum { .. }
                | Expr::Quotient(..) => arena.product(new),
            }
        }
    }
}

/// Whether products stand in order: what every pass that builds one asks for.
pub(super) fn sort(arena: &Arena, order: Order<'_>, factors: &mut [ExprId]) {
    if !factors.is_sorted_by(|&a, &b| order.compare(arena, a, b).is_le()) {
        factors.sort_by(|&a, &b| order.compare(arena, a, b));
    }
}
