//! A sum of products over products: the shape in which everything but `+` and `-` is simplified.

use super::order::Order;
use super::rewrite::sort;
use crate::expr::{Arena, BigRational, Expr, ExprId, Ref};
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;

/// Σ_bound number · Π num / Π den.
#[derive(Clone, Default, Debug)]
pub(super) struct Monomial {
    /// What is bound, ascending.
    pub(super) bound: Vec<Ref>,
    /// None is 1.
    pub(super) number: Option<BigRational>,
    /// Factors of the numerator, in order.
    pub(super) num: Vec<ExprId>,
    /// Factors of the denominator, in order.
    pub(super) den: Vec<ExprId>,
}

/// How many factors of products inside products may be copied into the outer one. A product that is used in many
/// places would otherwise be copied into each, and its powers into theirs.
#[derive(Debug)]
pub(super) struct Budget(usize);

impl Budget {
    /// For an expression whose nodes have so many operands in all: those that stand in one place only are copied once.
    pub(super) const fn new(operands: usize) -> Self {
        Self(operands.saturating_add(1 << 16))
    }

    /// Whether that many may still be copied. A handful always may.
    pub(super) fn allows(&mut self, factors: usize) -> bool {
        if factors <= 8 {
            return true;
        }
        let left = self.0.checked_sub(factors);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

impl Monomial {
    /// The factors of a product or quotient, or of the body of a sum.
    pub(super) fn of(arena: &Arena, node: ExprId, budget: &mut Budget) -> Self {
        let mut all = Self::default();
        match arena.get(node) {
            Expr::Sum { over, body } => {
                all.bound = over.to_vec();
                all.open(arena, *body, budget);
            }
            Expr::Number(_)
            | Expr::P(_)
            | Expr::Value(_)
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => all.open(arena, node, budget),
        }
        all
    }

    /// Multiplies by an expression whose own operands are taken apart whatever their number.
    pub(super) fn open(&mut self, arena: &Arena, node: ExprId, budget: &mut Budget) {
        match arena.get(node) {
            Expr::Product(all) => all.iter().for_each(|&factor| self.multiply(arena, factor, false, budget)),
            Expr::Quotient(over, under) => {
                for (side, below) in [(*over, false), (*under, true)] {
                    match arena.get(side) {
                        Expr::Product(all) => {
                            all.iter().for_each(|&factor| self.multiply(arena, factor, below, budget));
                        }
                        Expr::Number(_)
                        | Expr::P(_)
                        | Expr::Value(_)
                        | Expr::Sum { .. }
                        | Expr::Quotient(..)
                        | Expr::Plus(_)
                        | Expr::Minus(_) => self.multiply(arena, side, below, budget),
                    }
                }
            }
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) | Expr::Sum { .. } | Expr::Plus(_) | Expr::Minus(_) => {
                self.multiply(arena, node, false, budget)
            }
        }
    }

    /// Multiplies or divides by an expression. Its operands are finished, so products and quotients are at most two
    /// deep where they are small.
    fn multiply(&mut self, arena: &Arena, node: ExprId, below: bool, budget: &mut Budget) {
        let mut stack = vec![];
        let mut next = Some((node, below));
        while let Some((id, below)) = next {
            match arena.get(id) {
                Expr::Number(value) if !(below && value.is_zero()) => {
                    let number = self.number.take().unwrap_or_else(BigRational::one);
                    let number = if below { number / value } else { number * value };
                    self.number = (!number.is_one()).then_some(number);
                }
                Expr::Product(all) if budget.allows(all.len()) => stack.extend(all.iter().rev().map(|&f| (f, below))),
                Expr::Quotient(over, under) => {
                    stack.push((*under, !below));
                    stack.push((*over, below));
                }
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Value(_)
                | Expr::Product(_)
                | Expr::Sum { .. }
                | Expr::Plus(_)
                | Expr::Minus(_) => if below { &mut self.den } else { &mut self.num }.push(id),
            }
            next = stack.pop();
        }
    }

    /// Puts the factors in order.
    pub(super) fn sort(&mut self, arena: &Arena, order: Order<'_>) {
        sort(arena, order, &mut self.num);
        sort(arena, order, &mut self.den);
    }

    /// Removes what stands above and below alike, where `may` says that it is not 0.
    pub(super) fn cancel(&mut self, mut may: impl FnMut(ExprId) -> bool) {
        if self.den.is_empty() || self.num.is_empty() {
            return;
        }
        if self.num.len().saturating_mul(self.den.len()) <= 64 {
            let num = &mut self.num;
            self.den.retain(|&factor| match num.iter().position(|&other| other == factor) {
                Some(at) if may(factor) => {
                    num.remove(at);
                    false
                }
                _ => true,
            });
            return;
        }
        let mut above: FxHashMap<ExprId, usize> = FxHashMap::default();
        for &factor in &self.num {
            *above.entry(factor).or_default() += 1;
        }
        let mut out: FxHashMap<ExprId, usize> = FxHashMap::default();
        self.den.retain(|factor| match above.get_mut(factor) {
            Some(left) if *left > 0 && may(*factor) => {
                *left -= 1;
                *out.entry(*factor).or_default() += 1;
                false
            }
            _ => true,
        });
        if out.is_empty() {
            return;
        }
        self.num.retain(|factor| match out.get_mut(factor) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
    }

    /// The expression, factor by factor as they stand.
    pub(super) fn build(&self, arena: &mut Arena) -> ExprId {
        self.build_of(arena, &self.num, &self.den)
    }

    /// The expression with other factors.
    pub(super) fn build_of(&self, arena: &mut Arena, num: &[ExprId], den: &[ExprId]) -> ExprId {
        let number = self.number.clone().map(|number| arena.number(number));
        let above = arena.product(number.into_iter().chain(num.iter().copied()));
        let body = if den.is_empty() {
            above
        } else {
            let below = arena.product(den.iter().copied());
            arena.quotient(above, below)
        };
        arena.sum(self.bound.iter().copied(), body)
    }

    /// Whether the number is 0.
    pub(super) fn is_zero(&self) -> bool {
        self.number.as_ref().is_some_and(Zero::is_zero)
    }
}
