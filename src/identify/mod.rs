//! From a causal query to an estimand, or to a hedge.
//!
//! In: a graph over measured variables and a query as three node sets. Out: estimands with the route by which each was
//! found, the preferred one first, or the hedge that shows there is none. Must never know: proofs (`derive` retells a
//! route in the three rules), names, files.

use crate::expr::ExprId;
use crate::graph::NodeSet;
use crate::proof::{Hedge, MovedCondition, Separation};

/// P(of | do(do_), given), each variable at its current value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Effect {
    /// Outcomes; not empty.
    pub of: NodeSet,
    /// Treatments.
    pub do_: NodeSet,
    /// Conditions.
    pub given: NodeSet,
}

/// What identification found.
#[derive(Clone, Debug)]
pub enum Identification {
    /// The estimands, the preferred one first; further ones only where they were asked for.
    Identifiable(Vec<Estimand>),
    /// Why there is none.
    NotIdentifiable(Box<Hedge>),
}

/// An estimand and how it was found.
#[derive(Clone, Debug)]
pub struct Estimand {
    /// The expression, in the distribution of the measured variables. Its free references are those of the query and,
    /// rarely, further ones of which any value gives the same answer.
    pub expr: ExprId,
    /// How it was found.
    pub route: Route,
}

/// How an estimand was found: enough to tell it again as a derivation.
#[derive(Clone, Debug)]
pub enum Route {
    /// The query has no action, or rules 1 to 3 alone remove every action. In order.
    Rules(Vec<RuleMove>),
    /// Σ_w P(y | x, z, w) P(w | z): w ⫫ x | z once edges into x (those that are no ancestors of z) are cut, and
    /// y ⫫ x | z, w once edges out of x are.
    Adjustment {
        /// The set w.
        set: NodeSet,
    },
    /// Σ_m P(m | x) Σ_x′ P(y | m, x′) P(x′).
    FrontDoor {
        /// The set m of mediators.
        set: NodeSet,
    },
    /// ID and IDC.
    General {
        /// Conditions that rule 2 turns into actions first, in order.
        moved: Vec<MovedCondition>,
    },
}

impl Route {
    /// The contract's name for it.
    #[must_use]
    pub fn strategy(&self) -> &'static str {
        match self {
            Self::Rules(moves) if moves.iter().all(|m| matches!(m, RuleMove::DropActions { .. })) => "no-effect",
            Self::Rules(_) => "rules",
            Self::Adjustment { .. } => "back-door",
            Self::FrontDoor { .. } => "front-door",
            Self::General { .. } => "id",
        }
    }
}

/// One application of a rule to the query as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RuleMove {
    /// Rule 1: these conditions are irrelevant.
    DropConditions {
        /// The conditions.
        set: NodeSet,
        /// Why.
        requires: Separation,
    },
    /// Rule 2: these actions become conditions.
    ActionsToConditions {
        /// The actions.
        set: NodeSet,
        /// Why.
        requires: Separation,
    },
    /// Rule 3: these actions do nothing.
    DropActions {
        /// The actions.
        set: NodeSet,
        /// Why.
        requires: Separation,
    },
}
