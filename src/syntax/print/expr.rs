//! Expressions → text: where parentheses stand.

use super::super::cut::Text;
use super::super::tree::{Expr, ExprKind, PTerm, Reference, Variable};
use super::{Style, name, quoted, value};

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Alone, or between brackets.
    Alone,
    /// An operand of `+` (true) or `-`, the first or a later one.
    Operand { plus: bool, first: bool },
    /// A factor.
    Factor { first: bool, last: bool },
    /// Before `/`.
    Above,
    /// After `/`.
    Below,
    /// After a prefix minus.
    Signed,
    /// After `sum_{…}`.
    Body,
}

/// An expression.
///
/// Some parentheses are there for the reader alone (`a + (-b)`). Where they would nest an expression deeper than the
/// language allows, though it was read from one that was not, they are left out.
#[must_use]
pub fn expr(expr: &Expr, style: Style) -> String {
    let text = written(expr, style, false);
    if Text::new(&text).too_deep(&(0..text.len())).is_none() { text } else { written(expr, style, true) }
}

/// An expression with few parentheses, or with as few as there can be.
pub(in crate::syntax) fn written(expr: &Expr, style: Style, spare: bool) -> String {
    let mut text = String::new();
    Writer { style, spare }.write(&mut text, expr, Place::Alone);
    text
}

#[derive(Clone, Copy)]
struct Writer {
    style: Style,
    /// Only the parentheses without which another tree would be read.
    spare: bool,
}

impl Writer {
    fn write(self, text: &mut String, expr: &Expr, place: Place) {
        let parenthesised =
            if self.spare { must_have_parentheses(expr, place) } else { needs_parentheses(expr, place) };
        if parenthesised {
            text.push('(');
        }
        match &expr.kind {
            ExprKind::P(inside) => term(text, "P(", inside, ")"),
            ExprKind::E(inside) => term(text, "E[", inside, "]"),
            ExprKind::Sum { over, body } => {
                text.push_str(self.style.pick("sum_{", "Σ_{"));
                for (i, bound) in over.iter().enumerate() {
                    separate(text, i, ", ");
                    variable(text, bound);
                }
                text.push_str("} ");
                self.write(text, body, Place::Body);
            }
            ExprKind::Product(factors) => {
                for (i, factor) in factors.iter().enumerate() {
                    // Two numbers side by side would be one number to the eye, and `a -b` is a difference.
                    let signed = self.spare && matches!(factor.kind, ExprKind::Negative(_));
                    separate(text, i, if signed || matches!(factor.kind, ExprKind::Number(_)) { " * " } else { " " });
                    self.write(text, factor, Place::Factor { first: i == 0, last: i + 1 == factors.len() });
                }
            }
            ExprKind::Quotient(above, below) => {
                let numbers = matches!((&above.kind, &below.kind), (ExprKind::Number(_), ExprKind::Number(_)));
                self.write(text, above, Place::Above);
                text.push_str(if numbers { "/" } else { " / " });
                self.write(text, below, Place::Below);
            }
            ExprKind::Plus(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    separate(text, i, " + ");
                    self.write(text, term, Place::Operand { plus: true, first: i == 0 });
                }
            }
            ExprKind::Minus(terms) => {
                for (i, term) in terms.iter().enumerate() {
                    separate(text, i, " - ");
                    self.write(text, term, Place::Operand { plus: false, first: i == 0 });
                }
            }
            ExprKind::Negative(inside) => {
                text.push('-');
                self.write(text, inside, Place::Signed);
            }
            ExprKind::Number(number) => text.push_str(number),
            ExprKind::Name(named) if matches!(named.name.value.as_str(), "P" | "E") => {
                // Before a bracket it would be the operator.
                text.push_str(&quoted(&named.name.value));
                primes(text, named);
            }
            ExprKind::Name(named) => variable(text, named),
            ExprKind::Quantity(asked) => text.push_str(&super::model::quantity(asked)),
        }
        if parenthesised {
            text.push(')');
        }
    }
}

fn needs_parentheses(expr: &Expr, place: Place) -> bool {
    match (&expr.kind, place) {
        (_, Place::Alone) => false,
        (ExprKind::P(_) | ExprKind::E(_) | ExprKind::Name(_) | ExprKind::Quantity(_), _) => false,
        // What is not a plain number is as good as an expression.
        (ExprKind::Number(number), _) => !number.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
        (ExprKind::Plus(_), Place::Operand { plus, first }) => plus || !first,
        (ExprKind::Minus(_), Place::Operand { plus, first }) => !plus || !first,
        (ExprKind::Plus(_) | ExprKind::Minus(_), _) => true,
        (_, Place::Operand { first, .. }) => !first && begins_with_sign(expr),
        (ExprKind::Product(_), Place::Body) => false,
        (ExprKind::Product(_), Place::Above) => ends_in_sum(expr),
        (ExprKind::Product(_), _) => true,
        (ExprKind::Quotient(above, below), Place::Factor { first, .. }) => {
            !(first && matches!((&above.kind, &below.kind), (ExprKind::Number(_), ExprKind::Number(_))))
        }
        (ExprKind::Quotient(..), Place::Above | Place::Body) => false,
        (ExprKind::Quotient(..), _) => true,
        (ExprKind::Sum { .. }, Place::Factor { last, .. }) => !last,
        (ExprKind::Sum { .. }, Place::Body | Place::Signed) => false,
        (ExprKind::Sum { .. }, _) => true,
        (ExprKind::Negative(_), Place::Factor { first, last }) => !first || !last && ends_in_sum(expr),
        (ExprKind::Negative(_), Place::Above) => ends_in_sum(expr),
        (ExprKind::Negative(_), _) => true,
    }
}

/// Whether an expression without parentheses around it would be read as another one.
fn must_have_parentheses(expr: &Expr, place: Place) -> bool {
    match (&expr.kind, place) {
        (_, Place::Alone) => false,
        (ExprKind::P(_) | ExprKind::E(_) | ExprKind::Name(_) | ExprKind::Quantity(_) | ExprKind::Number(_), _) => false,
        (ExprKind::Plus(_), Place::Operand { plus, first }) => plus || !first,
        (ExprKind::Minus(_), Place::Operand { plus, first }) => !plus || !first,
        (ExprKind::Plus(_) | ExprKind::Minus(_), _) => true,
        (_, Place::Operand { .. } | Place::Body) => false,
        (ExprKind::Product(_), Place::Factor { .. }) => true,
        (ExprKind::Quotient(..), Place::Factor { first: false, .. }) => true,
        (_, Place::Factor { last, .. }) => !last && ends_in_sum(expr),
        (_, Place::Above) => ends_in_sum(expr),
        (ExprKind::Product(_) | ExprKind::Quotient(..), Place::Below | Place::Signed) => true,
        (ExprKind::Sum { .. } | ExprKind::Negative(_), Place::Below | Place::Signed) => false,
    }
}

/// Whether what follows would be taken into a sum, be there few parentheses or many.
fn ends_in_sum(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Sum { .. } => return true,
            // Anything else after a sign stands in parentheses.
            ExprKind::Negative(inside) if matches!(inside.kind, ExprKind::Sum { .. } | ExprKind::Negative(_)) => inside,
            ExprKind::Product(factors) => match factors.last() {
                Some(last) if matches!(last.kind, ExprKind::Sum { .. } | ExprKind::Negative(_)) => last,
                _ => return false,
            },
            ExprKind::Quotient(_, below) if matches!(below.kind, ExprKind::Sum { .. } | ExprKind::Negative(_)) => below,
            ExprKind::P(_)
            | ExprKind::E(_)
            | ExprKind::Negative(_)
            | ExprKind::Quotient(..)
            | ExprKind::Plus(_)
            | ExprKind::Minus(_)
            | ExprKind::Number(_)
            | ExprKind::Name(_)
            | ExprKind::Quantity(_) => return false,
        }
    }
}

/// Whether the text begins with a minus.
fn begins_with_sign(expr: &Expr) -> bool {
    let mut expr = expr;
    loop {
        expr = match &expr.kind {
            ExprKind::Negative(_) => return true,
            ExprKind::Product(factors) => match factors.first() {
                Some(first) if matches!(first.kind, ExprKind::Negative(_)) => return true,
                _ => return false,
            },
            ExprKind::Quotient(above, _) => above,
            ExprKind::P(_)
            | ExprKind::E(_)
            | ExprKind::Sum { .. }
            | ExprKind::Plus(_)
            | ExprKind::Minus(_)
            | ExprKind::Number(_)
            | ExprKind::Name(_)
            | ExprKind::Quantity(_) => return false,
        }
    }
}

fn term(text: &mut String, open: &str, inside: &PTerm, close: &str) {
    text.push_str(open);
    references(text, &inside.of);
    let acts = !inside.do_.is_empty() || !inside.policies.is_empty();
    if acts || !inside.given.is_empty() {
        text.push_str(" | ");
    }
    if acts {
        text.push_str("do(");
        references(text, &inside.do_);
        for (i, policy) in inside.policies.iter().enumerate() {
            separate(text, i + inside.do_.len(), ", ");
            text.push_str(&super::model::policy(policy));
        }
        text.push_str(if inside.given.is_empty() { ")" } else { "), " });
    }
    references(text, &inside.given);
    text.push_str(close);
}

fn references(text: &mut String, references: &[Reference]) {
    for (i, each) in references.iter().enumerate() {
        separate(text, i, ", ");
        reference(text, each);
    }
}

/// A variable in its world, at its value.
pub(super) fn reference(text: &mut String, reference: &Reference) {
    variable(text, &reference.variable);
    if !reference.world.is_empty() {
        text.push('[');
        text.push_str(&super::model::world(&reference.world));
        text.push(']');
    }
    if let Some(given) = &reference.value {
        text.push_str(" = ");
        text.push_str(&value(&given.value));
    }
}

pub(super) fn variable(text: &mut String, variable: &Variable) {
    text.push_str(&name(&variable.name.value));
    primes(text, variable);
}

fn primes(text: &mut String, variable: &Variable) {
    text.extend(std::iter::repeat_n('\'', variable.primes.into()));
}

fn separate(text: &mut String, i: usize, sign: &str) {
    if i > 0 {
        text.push_str(sign);
    }
}
