//! What an answer is.

use super::numbers::{Number, NumericalCheck};
use super::{SelfChecks, Support};
use crate::expr::{Arena, ExprId, Ref, Term};
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::kernel::Checked;
use crate::problem::lift;
use crate::proof::{Rule, Separation, SourceGraph};
use crate::source::Span;
use crate::syntax::print::{self, Style};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What a caller may set. Everything here changes what is shown or how long is searched, never what is true.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Bounds on searches, in steps, never in seconds: an answer does not depend on the machine.
    pub limits: Limits,
    /// Set by a caller to stop a search; the answer is then undetermined.
    pub cancel: Option<&'a AtomicBool>,
    /// Seconds since any fixed moment, lent by the caller; only [`Answer::seconds`] depends on it.
    pub clock: Option<&'a (dyn Fn() -> f64 + Sync)>,
    /// Every strategy's estimand, not only the preferred one.
    pub all: bool,
    /// Each estimand evaluated in the models of its graph, and the query too.
    pub check_numerically: bool,
    /// What single added edges would do to an identifiable query.
    pub fragile: bool,
    /// Which estimands are computed in random models.
    pub self_check: SelfChecks,
}

/// Bounds on searches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// How many sets of one kind, or paths, are listed at most.
    pub list: usize,
    /// Largest number of cells (joint states) a model is evaluated on.
    pub cells: usize,
    /// Largest number of cells of the relevant part of an estimand, for each step of its derivation, for it to be computed
    /// in random models as a matter of course. Cells are the joint states of the ancestors of all variables that estimand
    /// and query name, and of the unmeasured causes of two of them. Chosen so that this takes less than the derivation;
    /// `benches/README.md` has the times.
    pub self_check: usize,
    /// Most graphs and queries put to identification in search of advice. A suggestion that is derived and checked counts
    /// four more times, and in a graph of more than 256 nodes and edges each counts once more for every 256.
    pub advice: usize,
    /// Most edges tried in search of fragile spots; each is one identification, in large graphs counted as for advice.
    pub fragile: usize,
    /// Most nodes and edges visited for the list of assumptions.
    pub ledger: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { list: 100, cells: 1 << 16, self_check: 8, advice: 256, fragile: 1_024, ledger: 1 << 18 }
    }
}

/// The answer to one query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Position among the file's questions, from 1.
    pub id: usize,
    /// The query's label.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// The query as the language prints it.
    pub text: String,
    /// Name of the graph asked about.
    pub graph_name: String,
    /// That graph, latents projected out: all nodes and variables below are its own.
    pub graph: Arc<Graph>,
    /// The graph as written, where latents were declared.
    pub source_graph: Option<SourceGraph>,
    /// The distributions taken as known.
    pub known: Arc<[Term]>,
    /// Holds every expression of the answer.
    pub arena: Arena,
    /// Names for shared or deeply nested subexpressions of everything the answer shows, in order of use: each may name
    /// those before it. Written with them, no expression is longer than a screen nor too deep to be parsed again.
    pub definitions: Vec<(String, ExprId)>,
    /// The answer proper.
    pub body: Body,
    /// The estimand and the query evaluated in models, where that was asked for and they could be.
    pub numerical: Vec<NumericalCheck>,
    /// What stands beside the verdict.
    pub support: Support,
    /// How long it took, where a clock was lent.
    pub seconds: Option<Seconds>,
}

impl Answer {
    /// An expression of this answer as the language writes it, in ASCII; what [`definitions`](Self::definitions) names is
    /// written by its name. O(length of what is written).
    #[must_use]
    pub fn written(&self, expr: ExprId) -> String {
        print::expr(&lift::expr(&self.graph, &self.arena, expr, &self.definitions), Style::Ascii)
    }
}

/// Seconds spent, by stage.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Seconds {
    /// From the resolved query to the chosen estimand or hedge, every strategy tried and simplification included.
    pub identify: f64,
    /// Finding the derivation or the counter-models.
    pub derive: f64,
    /// The kernel's check.
    pub check: f64,
    /// The numerical self-check.
    pub self_check: f64,
    /// Advice, the list of assumptions, fragile spots and constraints, the kernel's check of them included.
    pub support: f64,
}

impl Answer {
    /// The distributions that a question about an effect is made of, in the order in which they were read; none for other
    /// questions. O(question).
    #[must_use]
    pub fn terms(&self) -> Vec<&Term> {
        match &self.body {
            Body::Effect { term, .. } => vec![term],
            Body::Contrast { expr, .. } => self.arena.terms(*expr),
            Body::Independence { .. }
            | Body::Equality { .. }
            | Body::Adjust { .. }
            | Body::Implications { .. }
            | Body::Paths { .. }
            | Body::Simplify { .. }
            | Body::Proof { .. }
            | Body::Number { .. } => Vec::new(),
        }
    }
}

/// The answer by kind of query.
#[derive(Clone, Debug)]
pub enum Body {
    /// To a single P-term.
    Effect {
        /// The query.
        term: Term,
        /// What was found.
        verdict: Verdict,
    },
    /// To an expression of effects and expectations.
    Contrast {
        /// The query, as resolved.
        expr: ExprId,
        /// Its terms with their signs: the sum of them is the query.
        terms: Vec<(i8, ExprId)>,
        /// What was found.
        verdict: Verdict,
    },
    /// To `_||_`.
    Independence {
        /// The query.
        separation: Separation,
        /// `Separated` or `Connected` with its open path, or undetermined.
        verdict: Verdict,
    },
    /// To `==`.
    Equality {
        /// Left side.
        lhs: ExprId,
        /// Right side.
        rhs: ExprId,
        /// What was found.
        verdict: Verdict,
    },
    /// To `adjust`.
    Adjust {
        /// The effect.
        term: Term,
        /// Valid sets, by kind, then size, then nodes.
        sets: Vec<AdjustmentSet>,
        /// A sentence for each kind that has none.
        why_none: Vec<String>,
        /// Whether the list stopped at the limit.
        truncated: bool,
    },
    /// To `implications`.
    Implications {
        /// For each separable pair a smallest separating set.
        independences: Vec<ImpliedIndependence>,
        /// Pairs that are not adjacent and that nothing separates (an inducing path).
        inseparable: Vec<(Node, Node)>,
        /// Without bidirected edges: the local Markov basis (each node, what it is independent of, given its parents).
        basis: Vec<(Node, NodeSet, NodeSet)>,
        /// Verma constraints found.
        verma: Vec<Verma>,
        /// Whether a list stopped at a limit, or the search was stopped.
        truncated: bool,
    },
    /// To `paths`.
    Paths {
        /// From.
        from: NodeSet,
        /// To.
        to: NodeSet,
        /// Conditioned on.
        given: NodeSet,
        /// Shortest first.
        paths: Vec<ListedPath>,
        /// Whether the list stopped at the limit.
        truncated: bool,
    },
    /// To `simplify`.
    Simplify {
        /// What was given.
        expr: ExprId,
        /// The shortest equal expression found.
        result: ExprId,
    },
    /// To a `proof` block.
    Proof {
        /// What it starts from.
        start: ExprId,
        /// Its lines, each checked against the one before it.
        lines: Vec<CheckedLine>,
        /// Whether every line follows, by the reasons given. Where one does not, the first such line's evidence.
        verdict: Verdict,
    },
    /// To a question to a model.
    Number {
        /// The model's name.
        model: String,
        /// What it answers.
        answer: Number,
    },
}

/// A rule with what it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Because {
    /// The rule.
    pub rule: Rule,
    /// The separation: for a reader's reason the one named, if any; for a reason found the one that the rule needs.
    pub separation: Option<Separation>,
}

/// One line of a reader's proof.
#[derive(Clone, Debug)]
pub struct CheckedLine {
    /// Where it stands.
    pub span: Span,
    /// The new expression.
    pub expr: ExprId,
    /// The reasons given.
    pub given: Vec<Because>,
    /// What became of it.
    pub status: LineStatus,
    /// One sentence for the reader; none where a line holds by the reasons given.
    pub reason: Option<String>,
}

/// What became of a line of a reader's proof. All evidence has been accepted by the kernel.
#[derive(Clone, Debug)]
pub enum LineStatus {
    /// It follows, by the reasons given or by those found.
    Holds {
        /// The equation with its derivation.
        checked: Box<Checked>,
        /// The rules that it rests on; none where algebra alone is enough.
        by: Vec<Because>,
    },
    /// The rule named does not apply: the separation it needs here fails.
    RuleFails {
        /// The rule, and the separation that it needs.
        needs: Because,
        /// The open path.
        open: Box<Checked>,
        /// A model in which the two sides differ, where they do.
        differs: Option<Box<Checked>>,
        /// The equation with a derivation by other rules, where it is true all the same.
        otherwise: Option<Box<Checked>>,
    },
    /// The two sides differ in a model.
    Differs {
        /// The model.
        checked: Box<Checked>,
    },
    /// It is true, but not by the reasons given.
    OtherReason {
        /// The equation with a derivation.
        checked: Box<Checked>,
        /// Rules that it follows by.
        by: Vec<Because>,
    },
    /// It follows by the rules named, but they need another separation than the one named.
    OtherSeparation {
        /// The equation with a derivation.
        checked: Box<Checked>,
        /// The rules, with what they need.
        by: Vec<Because>,
    },
    /// Not decided.
    Undetermined(Undetermined),
}

impl LineStatus {
    /// The name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Holds { .. } => "holds",
            Self::RuleFails { .. } => "rule_fails",
            Self::Differs { .. } => "differs",
            Self::OtherReason { .. } => "other_reason",
            Self::OtherSeparation { .. } => "other_separation",
            Self::Undetermined(_) => "undetermined",
        }
    }

    /// The model in which the two sides differ, where one was found.
    #[must_use]
    pub fn countermodel(&self) -> Option<&Checked> {
        match self {
            Self::Differs { checked } => Some(checked),
            Self::RuleFails { differs, .. } => differs.as_deref(),
            Self::Holds { .. } | Self::OtherReason { .. } | Self::OtherSeparation { .. } | Self::Undetermined(_) => {
                None
            }
        }
    }

    /// The equation with its derivation, where it is true.
    #[must_use]
    pub fn derivation(&self) -> Option<&Checked> {
        match self {
            Self::Holds { checked, .. } | Self::OtherReason { checked, .. } | Self::OtherSeparation { checked, .. } => {
                Some(checked)
            }
            Self::RuleFails { otherwise, .. } => otherwise.as_deref(),
            Self::Differs { .. } | Self::Undetermined(_) => None,
        }
    }
}

/// What was found, with what the kernel accepted.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// An estimand exists; the evidence inside is a derivation.
    Identifiable(Box<Identified>),
    /// None exists: the evidence inside is a hedge or a pair of models.
    NotIdentifiable(Box<Checked>),
    /// The independence or the equality holds.
    Holds(Box<Checked>),
    /// It does not.
    Fails(Box<Checked>),
    /// Not decided.
    Undetermined(Undetermined),
}

/// Why nothing was decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Undetermined {
    /// One sentence: what was tried, or which limit was reached.
    pub reason: String,
    /// Where the kernel refused the evidence.
    pub refused: Option<Refusal>,
    /// Whether it is so because the numerical self-check failed.
    pub self_check: bool,
}

impl Undetermined {
    /// Whether it shows a defect of the program, not a limit.
    #[must_use]
    pub const fn is_defect(&self) -> bool {
        self.refused.is_some() || self.self_check
    }
}

/// What the kernel refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The step of a derivation, from 1, where it was one.
    pub step: Option<usize>,
    /// Why.
    pub reason: String,
}

/// An estimand that the kernel accepted.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The verdict's certificate.
    pub checked: Checked,
    /// The estimand.
    pub estimand: ExprId,
    /// `observational`, `no-effect`, `rules`, `back-door`, `front-door`, `id`; for a contrast that of its terms, or
    /// `term-by-term` where they differ.
    pub strategy: &'static str,
    /// How it was found, in a few words (“adjust for service”).
    pub how: String,
    /// References of the estimand that the query lacks; any value gives the same answer.
    pub free: Vec<Ref>,
    /// Terms that must be positive for every denominator to exist; the largest only.
    pub assumes_positive: Vec<Term>,
    /// Other estimands, where they were asked for; each without alternatives of its own.
    pub alternatives: Vec<Identified>,
}

/// A set found by `adjust`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdjustmentSet {
    /// What the set is good for.
    pub kind: SetKind,
    /// The set; for an instrument the instrument alone.
    pub set: NodeSet,
    /// For an instrument: what to condition on.
    pub given: Option<NodeSet>,
    /// No proper subset is valid (required covariates stay); for an instrument, no member of `given` can be spared.
    pub minimal: bool,
    /// The one of least asymptotic variance.
    pub optimal: bool,
}

/// What a set is good for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SetKind {
    /// Covariate adjustment.
    Adjustment,
    /// Front-door adjustment.
    FrontDoor,
    /// A (conditional) instrument.
    Instrument,
}

/// An independence that the graph implies for a pair that is not adjacent.
#[derive(Clone, Debug)]
pub struct ImpliedIndependence {
    /// One of the pair.
    pub x: Node,
    /// The other.
    pub y: Node,
    /// A smallest separating set.
    pub given: NodeSet,
    /// The kernel's certificate.
    pub checked: Checked,
}

/// A Verma constraint: a functional of the data that does not depend on a variable it mentions (Tian & Pearl 2002b).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verma {
    /// The district it comes from.
    pub district: NodeSet,
    /// The functional.
    pub expr: ExprId,
    /// It does not depend on these.
    pub independent_of: NodeSet,
}

/// A path listed by `paths`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListedPath {
    /// Its nodes from end to end.
    pub nodes: Vec<Node>,
    /// Its edges, one fewer.
    pub edges: Vec<EdgeKind>,
    /// Whether it is open given the conditions.
    pub open: bool,
    /// The nodes that block it: non-colliders conditioned on, and colliders nothing opens.
    pub blocked_by: Vec<Node>,
}

/// How an `expect` statement came out.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Where it stands.
    pub span: Span,
    /// The statement as the language prints it.
    pub text: String,
    /// Whether it holds; None where that is undetermined.
    pub holds: Option<bool>,
    /// Why it does not, or what is undetermined.
    pub reason: Option<String>,
    /// Where the kernel refused a certificate on the way.
    pub refused: Option<Refusal>,
    /// Whether the numerical self-check failed on the way.
    pub self_check_failed: bool,
}
