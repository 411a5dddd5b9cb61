//! Derivations: equations from a query to an estimand, each an instance of one rule.

use super::Separation;
use crate::expr::{ExprId, Ref};
use std::fmt;

/// What justifies a [`Step`]. Conditions are checked by the kernel alone; the design's `proofs` page lists them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// P(y|do(x),z,w) = P(y|do(x),w), observations added or dropped (Pearl 1995, rule 1).
    Rule1,
    /// P(y|do(x),do(z),w) = P(y|do(x),z,w), actions and observations exchanged (rule 2).
    Rule2,
    /// P(y|do(x),do(z),w) = P(y|do(x),w), actions added or dropped (rule 3).
    Rule3,
    /// P(y|c) = Σ_z P(y,z|c), z new.
    Marginalise,
    /// P(y,z|c) = P(y|z,c) P(z|c), any number of factors.
    Chain,
    /// P(y|z,c) = P(y,z|c) / P(z|c).
    Condition,
    /// Equal normal forms.
    Algebra,
    /// Subterms replaced by the other side of earlier steps.
    Substitute,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 8] = [
        Self::Rule1,
        Self::Rule2,
        Self::Rule3,
        Self::Marginalise,
        Self::Chain,
        Self::Condition,
        Self::Algebra,
        Self::Substitute,
    ];

    /// The name in the contract.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rule1 => "rule-1",
            Self::Rule2 => "rule-2",
            Self::Rule3 => "rule-3",
            Self::Marginalise => "marginalise",
            Self::Chain => "chain",
            Self::Condition => "condition",
            Self::Algebra => "algebra",
            Self::Substitute => "substitute",
        }
    }

    /// The rule of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An equation that holds in every positive model of the graph, for every value of its free references.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Why it holds.
    pub rule: Rule,
    /// Left side.
    pub lhs: ExprId,
    /// Right side.
    pub rhs: ExprId,
    /// Earlier steps that it applies.
    pub uses: Vec<Use>,
    /// Separations that the rule needs.
    pub requires: Vec<Separation>,
}

/// An earlier step, applied after renaming its free references.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Use {
    /// Position of that step in the derivation, counted from 0.
    pub step: usize,
    /// The renaming, all at once; each reference goes to a copy or a value of the same variable.
    pub at: Vec<(Ref, Ref)>,
}

/// Steps that end in `conclusion`. Expressions live in the arena handed over with the derivation.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Derivation {
    /// Each uses only steps before it. Empty where query and estimand are the same expression.
    pub steps: Vec<Step>,
}
