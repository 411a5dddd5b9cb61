//! Derivations put one after the other.

use crate::expr::ExprId;
use crate::proof::{Derivation, Rule, Step, Use};

/// What has been shown: `of` = `expr`.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) of: ExprId,
    pub(super) expr: ExprId,
    pub(super) derivation: Derivation,
}

impl Shown {
    /// An expression equals itself.
    pub(super) fn start(expr: ExprId) -> Self {
        Self { of: expr, expr, derivation: Derivation::default() }
    }

    /// Goes on by a derivation of `to` from where this stands.
    pub(super) fn then(mut self, to: ExprId, derivation: Derivation) -> Self {
        if derivation.steps.is_empty() {
            return self;
        }
        if self.derivation.steps.is_empty() {
            return Self { of: self.of, expr: to, derivation };
        }
        let first = self.last();
        self.append(derivation);
        let second = self.last();
        self.substitute(to, first, second);
        self
    }

    /// Goes on by one step of algebra, where the two are not the same already.
    pub(super) fn rearranged(self, to: ExprId) -> Self {
        if self.expr == to {
            return self;
        }
        let (lhs, rhs) = (self.expr, to);
        let step = Step { rule: Rule::Algebra, lhs, rhs, uses: Vec::new(), requires: Vec::new() };
        self.then(to, Derivation { steps: vec![step] })
    }

    /// From `a = m` and `b = m`, a = b.
    pub(super) fn meet(mut self, other: Self) -> Derivation {
        if other.derivation.steps.is_empty() {
            return self.derivation;
        }
        if self.derivation.steps.is_empty() {
            self = self.itself();
        }
        let first = self.last();
        self.append(other.derivation);
        let second = self.last();
        self.substitute(other.of, first, second);
        self.derivation
    }

    /// The step `of = of`, for a substitution to begin with.
    fn itself(mut self) -> Self {
        let (lhs, rhs) = (self.of, self.of);
        self.derivation.steps.push(Step { rule: Rule::Algebra, lhs, rhs, uses: Vec::new(), requires: Vec::new() });
        self
    }

    fn last(&self) -> usize {
        self.derivation.steps.len().saturating_sub(1)
    }

    fn append(&mut self, other: Derivation) {
        let shift = self.derivation.steps.len();
        self.derivation.steps.extend(other.steps.into_iter().map(|mut step| {
            for used in &mut step.uses {
                used.step += shift;
            }
            step
        }));
    }

    /// `of` = `to`: the first step's right side is one side of the second.
    fn substitute(&mut self, to: ExprId, first: usize, second: usize) {
        let uses = [first, second].into_iter().map(|step| Use { step, at: Vec::new() }).collect();
        self.derivation.steps.push(Step { rule: Rule::Substitute, lhs: self.of, rhs: to, uses, requires: Vec::new() });
        self.expr = to;
    }
}
