//! A numeric variable under an expectation: where a formula needs its mean alone, and not its distribution.
//!
//! `Σ_{y} y F(y)`, with `F` a sum of terms each with one factor that names y, and that as an outcome, depends on y through
//! its mean in each cell: then y is summed up and not counted by. `Σ_{y} F(y)` needs not even that.

use crate::expr::{Arena, Expr, ExprId, Var};
use rustc_hash::FxHashMap;

/// What stands for a term that names the numeric variable.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// The probability of the rest.
    Mass,
    /// The mean of the variable over the rest.
    Moment,
}

/// How often an expression multiplies by the variable's number, and by its probability.
type Degree = (u8, u8);

/// How each expression depends on the numeric variable.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    /// Of those that do.
    degrees: FxHashMap<ExprId, Degree>,
    /// For each sum over the variable, what its body is worth.
    sums: FxHashMap<ExprId, Kind>,
}

impl Moments {
    /// Looks through an expression, which must not leave the variable free.
    ///
    /// # Errors
    /// More than its mean is needed.
    pub(super) fn of(arena: &Arena, root: ExprId, numeric: Option<Var>) -> Result<Self, ()> {
        let mut moments = Self::default();
        let Some(numeric) = numeric else { return Ok(moments) };
        for id in arena.reachable([root]) {
            let named = |vars: &[crate::expr::Ref]| vars.iter().any(|r| r.var == numeric);
            let free = arena.free(id).iter().filter(|r| r.var == numeric).count();
            let degree = match arena.get(id) {
                Expr::Number(_) => None,
                Expr::Value(of) => (of.var == numeric).then_some((1, 0)),
                Expr::P(term) => {
                    if named(term.given()) || named(term.do_()) || (named(term.of()) && free == 0) {
                        return Err(());
                    }
                    named(term.of()).then_some((0, 1))
                }
                Expr::Product(all) => {
                    let degrees = all.iter().filter_map(|id| moments.degrees.get(id)).copied();
                    degrees.reduce(|a, b| (a.0.saturating_add(b.0), a.1.saturating_add(b.1)))
                }
                Expr::Plus(all) | Expr::Minus(all) => {
                    let mut degrees = all.iter().map(|id| moments.degrees.get(id).copied());
                    let first = degrees.next().flatten();
                    if degrees.any(|other| other != first) {
                        return Err(());
                    }
                    first
                }
                Expr::Quotient(over, under) => {
                    if moments.degrees.contains_key(under) {
                        return Err(());
                    }
                    moments.degrees.get(over).copied()
                }
                Expr::Sum { over, body } => {
                    let inside = moments.degrees.get(body).copied();
                    if over.iter().any(|r| r.var == numeric) {
                        let kind = match inside {
                            Some((1, 1)) => Kind::Moment,
                            Some((0, 1)) => Kind::Mass,
                            _ => return Err(()),
                        };
                        moments.sums.insert(id, kind);
                        None
                    } else {
                        inside
                    }
                }
            };
            // Two copies at once would have to be told apart.
            if free > 1 {
                return Err(());
            }
            if let Some(degree) = degree {
                moments.degrees.insert(id, degree);
            }
        }
        if moments.degrees.contains_key(&root) { Err(()) } else { Ok(moments) }
    }

    /// How an expression is read below one that is read as `around`.
    pub(super) fn kind(&self, id: ExprId, around: Kind) -> Kind {
        if self.degrees.contains_key(&id) { around } else { Kind::Mass }
    }

    /// How what is inside a sum is read.
    pub(super) fn inside(&self, sum: ExprId, around: Kind) -> Kind {
        self.sums.get(&sum).copied().unwrap_or(around)
    }
}
