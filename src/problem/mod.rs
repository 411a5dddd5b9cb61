//! Tree → meaning: names, domains, typed queries, and every diagnostic of meaning; and back (`lift`), so that whatever
//! is printed parses.
//!
//! In: a [`Tree`](crate::syntax::tree::Tree) and its source. Out: an immutable [`Problem`]. Must never know: how a
//! question is answered, nor what the latent projection of a graph looks like: it only numbers the measured variables,
//! in the order of declaration, as the projection does.
//!
//! What the rules of the language leave open is settled here:
//!
//! - A `let` is read in the graph of the statement that uses it, as if its text stood there (free variables are caught
//!   by sums around it). A named query keeps the graph it was asked of.
//! - Names of expressions (`let`, labels) share one namespace and are known below the statement that makes them.
//! - A file has at most one graph without a name; it is called `graph`.
//! - A value belongs to a domain letter by letter; without a domain any text is a value.
//! - `-A` is `0 - A`, but for numbers; a quotient of two written numbers is a number.

mod ahead;
mod ask;
mod bare_names;
mod definitions;
mod diagnostics;
mod domains;
mod edges;
mod expressions;
mod findings;
mod graphs;
mod imported;
mod made;
mod models;
mod names;
mod nearest;
mod numbers;
mod questions;
mod resolver;
mod tables;
mod warnings;

pub mod lift;

pub use ask::{Resolved, ask};
pub use imported::read_asking;
pub use made::{Builder, Mistake};
pub use models::{ModelEntry, number};
pub use resolver::{read, read_with_tree, resolve};
pub use tables::{Control, TableColumn, TableEntry, Task};

use crate::expr::{Arena, ExprId, Term};
use crate::graph::{Graph, NodeSet};
use crate::model::Question;
use crate::proof::{Rule, Separation};
use crate::source::{Source, Span};
use crate::syntax::tree;
use indexmap::IndexMap;
use std::sync::Arc;

/// A file, understood. Immutable: an editor or a REPL replaces it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The text it was read from.
    pub source: Source,
    /// Graphs by name, in file order.
    pub graphs: IndexMap<String, GraphEntry>,
    /// Models by name, in file order; those in which something is wrong are left out.
    pub models: IndexMap<String, ModelEntry>,
    /// Questions, in file order.
    pub queries: Vec<Query>,
    /// `expect` statements, in file order.
    pub expectations: Vec<Expectation>,
    /// Tables of data by name, in file order.
    pub tables: IndexMap<String, TableEntry>,
    /// `estimate` and `refute` statements, in file order.
    pub tasks: Vec<Task>,
}

/// One graph of a file.
#[derive(Clone, Debug)]
pub struct GraphEntry {
    /// Its name; `graph` where none was written (then printed without).
    pub name: String,
    /// Where its block stands.
    pub span: Span,
    /// What the `///` lines above it say.
    pub doc: Option<String>,
    /// Every variable, the unmeasured ones included.
    pub source: Arc<Graph>,
    /// The unmeasured ones among them.
    pub latents: NodeSet,
    /// The measured variables in the order of declaration: the nodes of the projected graph, by number.
    pub measured: Vec<String>,
    /// What is known of each variable, by number in `source`.
    pub variables: Vec<VariableInfo>,
}

/// What a file says of a variable besides its edges.
#[derive(Clone, Debug, Default)]
pub struct VariableInfo {
    /// Its values in order, where a domain was declared.
    pub domain: Option<Vec<String>>,
    /// What the `///` lines above it say.
    pub doc: Option<String>,
    /// DAGitty's `exposure`.
    pub exposure: bool,
    /// DAGitty's `outcome`.
    pub outcome: bool,
    /// DAGitty's `adjusted`; changes no answer.
    pub adjusted: bool,
    /// DAGitty's position; changes no answer.
    pub position: Option<(f64, f64)>,
}

/// A question with its meaning. Node sets and variables are those of the projected graph.
#[derive(Clone, Debug)]
pub struct Query {
    /// Position among the file's questions, from 1.
    pub id: usize,
    /// Its label.
    pub name: Option<String>,
    /// Where it stands.
    pub span: Span,
    /// Position of its graph in [`Problem::graphs`].
    pub graph: usize,
    /// Holds the expressions of `kind`, `let`s and named queries expanded.
    pub arena: Arena,
    /// The `let`s and named queries expanded in it, each after those it uses; what is too long to be written out is
    /// printed by their names.
    pub definitions: Vec<(String, ExprId)>,
    /// What is asked.
    pub kind: QueryKind,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum QueryKind {
    /// One P-term: identify it.
    Effect(Term),
    /// An expression of P-terms and expectations (each `E[y | …]` written out as `Σ_{y} y P(y | …)`): identify it
    /// term by term.
    Contrast(ExprId),
    /// Is the independence implied?
    Independence(Separation),
    /// Are the two equal in every model?
    Equality(ExprId, ExprId),
    /// Adjustment, front-door and instrument sets.
    Adjust {
        /// The effect.
        term: Term,
        /// Covariates that must be in a set.
        with: NodeSet,
        /// Covariates that must not.
        without: NodeSet,
    },
    /// What the graph implies of the data.
    Implications,
    /// Paths between two sets.
    Paths {
        /// From.
        from: NodeSet,
        /// To.
        to: NodeSet,
        /// Conditioned on.
        given: NodeSet,
    },
    /// The shortest equal expression.
    Simplify(ExprId),
    /// A reader's own derivation.
    Proof {
        /// What it starts from.
        start: ExprId,
        /// Its lines.
        lines: Vec<ProofLine>,
    },
    /// A number, asked of a model.
    Number(Box<NumberQuery>),
}

/// A question to a model. It is kept as written too, for nothing in it needs projecting or simplifying to be shown.
#[derive(Clone, Debug)]
pub struct NumberQuery {
    /// Position of the model in [`Problem::models`].
    pub model: usize,
    /// As written.
    pub written: tree::QueryStatement,
    /// What is asked.
    pub asked: Asked,
    /// The same question to the graph, where it is one that a graph can answer.
    pub identifiable: Option<(Arena, ExprId)>,
}

/// What a model is asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// A number, or one for each combination of the values left free.
    Value {
        /// The question.
        question: Question,
        /// The same without its actions, where it is one term that has some.
        without: Option<Question>,
    },
    /// The most probable values of everything else.
    Explain {
        /// What is seen: variables and states.
        seen: Vec<(usize, usize)>,
        /// What is set.
        set: Vec<(usize, usize)>,
    },
    /// How much a number depends on each entry of some variables' tables.
    Sensitivity {
        /// The question, without free values.
        question: Question,
        /// The variables.
        of: Vec<usize>,
    },
    /// Whether two expressions are equal at all values left free.
    Comparison {
        /// What is compared: both sides have the same free values in the same order.
        pairs: Vec<(Question, Question)>,
        /// Whether an independence was asked, and the sides are what it comes to.
        independence: bool,
    },
}

/// An expectation of a model.
#[derive(Clone, Debug)]
pub struct NumberExpectation {
    /// Position of the model in [`Problem::models`].
    pub model: usize,
    /// As written.
    pub written: tree::Expectation,
    /// The left side.
    pub lhs: Question,
    /// The right side.
    pub rhs: Question,
    /// Where the right side is written as a decimal: its digits after the point, to which the left side is rounded.
    pub digits: Option<usize>,
}

/// One line of a reader's proof.
#[derive(Clone, Debug)]
pub struct ProofLine {
    /// Where it stands.
    pub span: Span,
    /// The new expression.
    pub expr: ExprId,
    /// The reasons given.
    pub reasons: Vec<Reason>,
}

/// One reason of a proof line.
#[derive(Clone, Debug)]
pub struct Reason {
    /// Where it stands.
    pub span: Span,
    /// The rule.
    pub rule: Rule,
    /// The separation named with it.
    pub separation: Option<Separation>,
}

/// An `expect` statement with its meaning.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// Where it stands.
    pub span: Span,
    /// Position of its graph in [`Problem::graphs`].
    pub graph: usize,
    /// Holds its expressions.
    pub arena: Arena,
    /// As in [`Query::definitions`].
    pub definitions: Vec<(String, ExprId)>,
    /// What is expected.
    pub kind: ExpectationKind,
    /// False where `not` was written.
    pub expected: bool,
}

/// What is expected.
#[derive(Clone, Debug)]
pub enum ExpectationKind {
    /// A term or a contrast is identifiable.
    Identifiable(ExprId),
    /// An independence is implied.
    Independence(Separation),
    /// Two expressions are equal in every model.
    Equality(ExprId, ExprId),
    /// Two numbers of a model are equal.
    Number(Box<NumberExpectation>),
}

#[cfg(test)]
mod tests;
