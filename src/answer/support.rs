//! What stands beside a verdict: what would help, what it rests on, where it is fragile, and how it fared in numbers.

use crate::expr::{ExprId, Term};
use crate::graph::{EdgeKind, Node};
use crate::kernel::Checked;
use crate::proof::Separation;
use crate::syntax::tree;

/// Beside the verdict on an effect or a contrast; everything is empty for other questions.
#[derive(Clone, Debug, Default)]
pub struct Support {
    /// For an effect without an estimand.
    pub advice: Option<Advice>,
    /// For a query with one.
    pub rests_on: Option<Ledger>,
    /// For a query with one, where it was asked for.
    pub fragile: Option<Fragile>,
    /// For a query with one, unless it was asked not to.
    pub self_check: Option<SelfCheck>,
    /// Equations between the estimands offered that not every distribution satisfies.
    pub constraints: Vec<Constraint>,
}

/// What would make an effect identifiable, and what is identifiable already. The kernel has accepted a derivation for
/// each suggestion.
#[derive(Clone, Debug, Default)]
pub struct Advice {
    /// Sets of one or two unmeasured common causes; measuring one of these sets is enough, a part of it is not. Ordered
    /// by size, then as the graph has them.
    pub measure: Vec<Measure>,
    /// Single measured variables; an experiment that sets one of them at random is enough by itself.
    pub randomise: Vec<Randomise>,
    /// Related effects that have an estimand.
    pub related: Vec<Related>,
    /// How many graphs and queries were put to identification.
    pub identifications: usize,
    /// Which limit ended the search, where one did.
    pub stopped: Option<String>,
}

/// An estimand of another query, or in another graph than the answer's.
#[derive(Clone, Debug)]
pub struct Found {
    /// The kernel's certificate; its claim names the graph, and its expressions are in an arena that is gone.
    pub checked: Checked,
    /// How it was found, as [`Identified::strategy`](super::Identified::strategy) names it.
    pub strategy: &'static str,
    /// The estimand, where it is short enough to be written.
    pub estimand: Option<Box<tree::Expr>>,
}

/// Measuring these makes the query identifiable.
#[derive(Clone, Debug)]
pub struct Measure {
    /// One or two.
    pub causes: Vec<Cause>,
    /// The estimand then.
    pub found: Found,
}

/// An unmeasured cause.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cause {
    /// A latent variable that the graph declares.
    Latent(String),
    /// What stands behind `a <-> b`.
    Shared {
        /// One end.
        a: String,
        /// The other.
        b: String,
        /// Its name in the estimand.
        name: String,
    },
}

/// In an experiment that sets `variable` at random, the query is identifiable.
#[derive(Clone, Debug)]
pub struct Randomise {
    /// The variable.
    pub variable: Node,
    /// What the experiment tells: P(everything else | do(variable)).
    pub known: Term,
    /// The estimand, in terms of the experiment.
    pub found: Found,
}

/// A related effect that is identifiable.
#[derive(Clone, Debug)]
pub struct Related {
    /// The effect.
    pub term: Term,
    /// In what it differs from the query.
    pub kind: RelatedKind,
    /// Its estimand.
    pub found: Found,
}

/// How a related effect differs from the query.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum RelatedKind {
    /// It has fewer conditions.
    FewerConditions,
    /// It has fewer outcomes.
    FewerOutcomes,
    /// It is that of a direct cause of an outcome.
    DirectCause,
}

impl RelatedKind {
    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FewerConditions => "fewer-conditions",
            Self::FewerOutcomes => "fewer-outcomes",
            Self::DirectCause => "direct-cause",
        }
    }
}

/// The assumptions that a derivation uses.
///
/// An absent edge is used where the graph with that edge added, and nothing else changed, is still acyclic and at least
/// one separation that the derivation requires fails in it.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Absent common causes (`a <-> b`): those between variables of the query first, then those at one of them, then by
    /// their ends.
    pub common_causes: Vec<Absent>,
    /// Absent arrows, in the same order.
    pub arrows: Vec<Absent>,
    /// How many of each are used; the lists hold the first of them.
    pub counts: [usize; 2],
    /// Different separations that the derivation requires.
    pub separations: usize,
    /// How many of them were looked at: fewer where the limit [`Limits::ledger`](super::Limits::ledger) was reached.
    pub looked_at: usize,
    /// Whether the limit lasted for a search for a testable implication of each edge listed.
    pub tested: bool,
}

/// An absent edge that a derivation uses.
#[derive(Clone, Debug)]
pub struct Absent {
    /// The arrow's start, or the smaller end.
    pub a: Node,
    /// The other end.
    pub b: Node,
    /// Steps of the derivation, from 1, that require what the edge would break.
    pub steps: Vec<usize>,
    /// An independence that the graph implies and that the graph with the edge does not: data that contradict it show the
    /// graph without the edge wrong. None where none was found.
    pub testable: Option<Testable>,
}

/// An independence that the data must show.
#[derive(Clone, Debug)]
pub struct Testable {
    /// Of two variables, given a smallest set that separates them; no edge is cut.
    pub separation: Separation,
    /// The kernel's certificate.
    pub checked: Checked,
}

/// What single added edges do to an identifiable query.
#[derive(Clone, Debug, Default)]
pub struct Fragile {
    /// The edges that matter, those between variables of the query first, then those at one of them; those that change
    /// nothing are left out.
    pub edges: Vec<FragileEdge>,
    /// Edges that could be added, the graph still acyclic, and were tried.
    pub tried: usize,
    /// Whether the limit [`Limits::fragile`](super::Limits::fragile) ended the search before all were.
    pub truncated: bool,
}

/// An edge that the query depends on.
#[derive(Clone, Debug)]
pub struct FragileEdge {
    /// One end.
    pub a: Node,
    /// The other.
    pub b: Node,
    /// The edge, walked from `a` to `b`.
    pub edge: EdgeKind,
    /// What it does.
    pub status: FragileStatus,
}

/// What an added edge does.
#[derive(Clone, Debug)]
pub enum FragileStatus {
    /// The query is not identifiable then.
    NotIdentifiable(Box<Checked>),
    /// It is, but not by the same formula: in a model of the larger graph the two differ.
    Wrong(Box<Checked>),
    /// The derivation fails; that the formula is wrong has not been shown.
    Unproved,
    /// The derivation fails, but another one leads to the same formula.
    OtherProof(Box<Checked>),
}

impl FragileStatus {
    /// The name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotIdentifiable(_) => "not_identifiable",
            Self::Wrong(_) => "wrong",
            Self::Unproved => "no_longer_proved",
            Self::OtherProof(_) => "other_proof",
        }
    }
}

/// Which estimands are computed in random models.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SelfChecks {
    /// Those whose relevant part has at most [`Limits::self_check`](super::Limits::self_check) cells for each step of the
    /// derivation.
    #[default]
    Small,
    /// Those with at most [`Limits::cells`](super::Limits::cells).
    Always,
    /// None.
    Never,
}

/// How estimands fared in numbers, independent of the kernel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SelfCheck {
    /// Each was equal to the query at every point of every model.
    Held {
        /// Estimands computed.
        estimands: usize,
        /// Random models.
        models: usize,
        /// Joint states of the largest relevant part.
        cells: usize,
    },
    /// Not all were computed: the relevant part of one has more joint states than the limit.
    Omitted {
        /// The limit for that one.
        limit: usize,
    },
    /// One was not equal. The answer is undetermined then.
    Failed {
        /// Where, and what the two sides were.
        reason: String,
    },
}

/// Two estimands of one query, equal in every model of the graph and not in every distribution: so the graph implies an
/// equation that data can refute.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// One estimand.
    pub lhs: ExprId,
    /// The other.
    pub rhs: ExprId,
    /// A distribution in which they differ, as a model of the graph with every edge; accepted by the kernel.
    pub checked: Checked,
}
