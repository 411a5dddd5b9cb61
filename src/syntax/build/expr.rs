//! Expressions: chains flattened left to right, P- and E-terms taken apart.

use super::super::grammar::Rule;
use super::super::tree::{Expr, ExprKind, PTerm, Reference};
use super::super::{MAX_NESTING, diagnostics};
use super::{Builder, add};
use crate::source::Span;
use pest::iterators::Pair;

/// An expression under construction.
struct Built {
    expr: Expr,
    /// With the parentheses around it.
    outer: Span,
    /// How deep it nests: parentheses, sums, signs, and changes of the operator in a chain.
    depth: usize,
}

/// What joins the operands of a chain.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    Plus,
    Minus,
    Times,
    Over,
}

impl Builder<'_> {
    /// `a + b - c`
    pub(super) fn expression(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        Some(self.sum_of_products(pair)?.expr)
    }

    fn sum_of_products(&mut self, pair: Pair<'_, Rule>) -> Option<Built> {
        let mut chain: Option<(Built, Option<Join>)> = None;
        let mut join = Join::Plus;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::plus => join = Join::Plus,
                Rule::minus => join = Join::Minus,
                _ => {
                    let operand = self.product(part)?;
                    chain = Some(self.joined(chain, join, operand)?);
                }
            }
        }
        Some(chain?.0)
    }

    fn product(&mut self, pair: Pair<'_, Rule>) -> Option<Built> {
        let mut chain: Option<(Built, Option<Join>)> = None;
        let mut join = Join::Times;
        let mut signs: Vec<usize> = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::times => join = Join::Times,
                Rule::over => join = Join::Over,
                Rule::minus => signs.push(self.span(&part).start),
                _ => {
                    let mut operand = self.atom(part)?;
                    while let Some(start) = signs.pop() {
                        let span = Span::new(start, operand.outer.end);
                        let kind = ExprKind::Negative(Box::new(operand.expr));
                        operand = Built { expr: Expr { span, kind }, outer: span, depth: operand.depth + 1 };
                    }
                    chain = Some(self.joined(chain, join, operand)?);
                    join = Join::Times;
                }
            }
        }
        Some(chain?.0)
    }

    /// Adds an operand to a chain: to the list where the operator is the one before, else one level further out.
    fn joined(
        &mut self,
        chain: Option<(Built, Option<Join>)>,
        join: Join,
        operand: Built,
    ) -> Option<(Built, Option<Join>)> {
        let Some((mut left, before)) = chain else {
            return Some((operand, None));
        };
        let outer = left.outer.to(operand.outer);
        let depth = left.depth.max(operand.depth);
        if before == Some(join) {
            match &mut left.expr.kind {
                ExprKind::Plus(terms) | ExprKind::Minus(terms) | ExprKind::Product(terms) => {
                    terms.push(operand.expr);
                    left.expr.span = outer;
                    return Some((Built { expr: left.expr, outer, depth }, before));
                }
                _ => {}
            }
        }
        let depth = depth + usize::from(before.is_some());
        if depth > MAX_NESTING {
            self.diagnostics.push(diagnostics::chain_nests_too_deep(self.source, operand.outer, MAX_NESTING));
            return None;
        }
        let kind = match join {
            Join::Plus => ExprKind::Plus(vec![left.expr, operand.expr]),
            Join::Minus => ExprKind::Minus(vec![left.expr, operand.expr]),
            Join::Times => ExprKind::Product(vec![left.expr, operand.expr]),
            Join::Over => ExprKind::Quotient(Box::new(left.expr), Box::new(operand.expr)),
        };
        Some((Built { expr: Expr { span: outer, kind }, outer, depth }, Some(join)))
    }

    fn atom(&mut self, pair: Pair<'_, Rule>) -> Option<Built> {
        let outer = self.span(&pair);
        let mut depth = 0;
        let kind = match pair.as_rule() {
            Rule::p_term => ExprKind::P(self.term(pair)?),
            Rule::e_term => ExprKind::E(self.term(pair)?),
            Rule::number => ExprKind::Number(pair.as_str().to_owned()),
            Rule::quantity => ExprKind::Quantity(Box::new(self.quantity(pair)?)),
            Rule::bare_name => ExprKind::Name(self.variable(pair.into_inner().next()?)?),
            Rule::sum => {
                let mut parts = pair.into_inner().filter(|part| part.as_rule() != Rule::sum_opener);
                let bound = parts.next()?;
                let over = bound.into_inner().map(|variable| self.variable(variable)).collect::<Option<Vec<_>>>()?;
                let body = self.product(parts.next()?)?;
                let span = Span::new(outer.start, body.outer.end);
                let kind = ExprKind::Sum { over, body: Box::new(body.expr) };
                return Some(Built { expr: Expr { span, kind }, outer: span, depth: body.depth + 1 });
            }
            _ => {
                let inside = self.sum_of_products(pair.into_inner().next()?)?;
                depth += inside.depth + 1;
                return Some(Built { expr: inside.expr, outer, depth });
            }
        };
        Some(Built { expr: Expr { span: outer, kind }, outer, depth })
    }

    /// The inside of `P( )` and `E[ ]`.
    pub(super) fn term(&mut self, pair: Pair<'_, Rule>) -> Option<PTerm> {
        let mut term = PTerm::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::outcomes => {
                    for reference in part.into_inner() {
                        add(&mut term.of, self.reference(reference)?);
                    }
                }
                Rule::action => self.action(part, &mut term)?,
                _ => add(&mut term.given, self.reference(part)?),
            }
        }
        let worlds = term.of.iter().chain(&term.given).find(|reference| !reference.world.is_empty());
        let actions = term.do_.iter().map(|reference| reference.variable.name.span);
        let action = actions.chain(term.policies.iter().map(|policy| policy.variable.name.span)).next();
        if let (Some(world), Some(action)) = (worlds, action) {
            self.diagnostics.push(diagnostics::do_and_world(self.source, world.variable.name.span, action));
            return None;
        }
        if let Some(nested) = term.do_.iter().find(|reference| !reference.world.is_empty()) {
            self.diagnostics.push(diagnostics::world_in_action(self.source, nested.variable.name.span));
            return None;
        }
        Some(term)
    }

    /// The parts of `do( )`.
    pub(super) fn action(&mut self, pair: Pair<'_, Rule>, term: &mut PTerm) -> Option<()> {
        for acted in pair.into_inner() {
            match acted.as_rule() {
                Rule::policy => add(&mut term.policies, self.policy(acted)?),
                _ => add(&mut term.do_, self.reference(acted)?),
            }
        }
        Some(())
    }

    /// A variable, perhaps in a world, perhaps with a value.
    pub(super) fn reference(&mut self, pair: Pair<'_, Rule>) -> Option<Reference> {
        let mut parts = pair.into_inner().peekable();
        let variable = self.variable(parts.next()?)?;
        let world = match parts.next_if(|part| part.as_rule() == Rule::world) {
            Some(world) => self.world(world)?,
            None => Vec::new(),
        };
        let value = parts.next().map(|value| self.value(&value));
        if let Some(value) = &value
            && variable.primes > 0
        {
            let span = variable.name.span.to(value.span);
            self.diagnostics.push(diagnostics::value_beside_primes(self.source, span, &variable.name.value));
            return None;
        }
        Some(Reference { variable, world, value })
    }
}
