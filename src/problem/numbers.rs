//! Written numbers: `2`, `0.3`, `-1`, `1/2`, all exact.

use super::diagnostics;
use super::domains::is_number;
use super::expressions::Lowering;
use crate::expr::{BigRational, ExprId};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind};
use num_bigint::BigInt;
use num_traits::Zero;

/// How many digits a number may have.
const MAX_DIGITS: usize = 1_000;

/// A written number: `2`, `-2`, or one over another.
pub(super) enum Literal<'t> {
    One(Part<'t>),
    Quotient(Part<'t>, Part<'t>),
}

#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    text: &'t str,
    negative: bool,
    span: Span,
}

fn part(expr: &Expr) -> Option<Part<'_>> {
    let (inner, negative) = match &expr.kind {
        ExprKind::Negative(inner) => (&**inner, true),
        ExprKind::P(_)
        | ExprKind::E(_)
        | ExprKind::Sum { .. }
        | ExprKind::Product(_)
        | ExprKind::Quotient(..)
        | ExprKind::Plus(_)
        | ExprKind::Minus(_)
        | ExprKind::Number(_)
        | ExprKind::Name(_)
        | ExprKind::Quantity(_) => (expr, false),
    };
    if let ExprKind::Number(text) = &inner.kind { Some(Part { text, negative, span: expr.span }) } else { None }
}

/// The number that an expression writes, if it is one.
pub(super) fn literal(expr: &Expr) -> Option<Literal<'_>> {
    if let ExprKind::Quotient(over, under) = &expr.kind {
        return Some(Literal::Quotient(part(over)?, part(under)?));
    }
    part(expr).map(Literal::One)
}

/// `12`, `0.3`
fn rational(text: &str) -> Option<BigRational> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    let scale = num_traits::pow(BigInt::from(10), fraction.len());
    Some(BigRational::new(digits, scale))
}

impl Lowering<'_, '_> {
    /// The number; None, reported, where it is too long or divided by zero.
    pub fn literal(&mut self, expr: &Expr, literal: Literal<'_>) -> Option<ExprId> {
        let number = match literal {
            Literal::One(part) => self.number(part),
            Literal::Quotient(over, under) => {
                let (over, bottom) = (self.number(over), self.number(under));
                if bottom.as_ref().is_some_and(Zero::is_zero) {
                    self.report(diagnostics::division_by_zero(&self.resolver.findings.source, under.span));
                    return None;
                }
                over.zip(bottom).map(|(over, under)| over / under)
            }
        }?;
        let before = self.arena.len();
        let id = self.arena.number(number);
        self.made(id, before, expr.span)
    }

    fn number(&mut self, part: Part<'_>) -> Option<BigRational> {
        let source = &self.resolver.findings.source;
        if part.text.len() > MAX_DIGITS {
            self.report(diagnostics::number_too_long(source, part.span, MAX_DIGITS));
            return None;
        }
        let number = is_number(part.text).then(|| rational(part.text)).flatten();
        if number.is_none() {
            self.report(diagnostics::not_a_number(source, part.span));
        }
        number.map(|number| if part.negative { -number } else { number })
    }
}
