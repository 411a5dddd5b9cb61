//! What a claim and its evidence look like: plain data that the prover fills in, the kernel judges and people read.
//!
//! In: graphs and expressions. Out: [`Claim`], [`Evidence`] and the parts they are made of. Must never know: how
//! evidence is found (`identify`, `derive`, `countermodel`), nor what makes it valid (`kernel`). What a model says
//! is its own definition, in `meaning`.

mod derivation;
mod hedge;
pub(crate) mod meaning;
mod model;
mod separation;

pub use derivation::{Derivation, Rule, Step, Use};
pub use hedge::{ExchangedQuery, Hedge, KeptCondition, MovedCondition, Subgraph};
pub use model::{CounterModel, Latent, Model, ModelVariable, Parent};
pub use separation::{OpenPath, PathStep, Separation};

use crate::expr::{ExprId, Term};
use crate::graph::{Graph, NodeSet};
use std::sync::Arc;

/// A graph as it was written, with unmeasured variables as nodes of their own.
#[derive(Clone, Debug)]
pub struct SourceGraph {
    /// All variables, measured or not.
    pub graph: Arc<Graph>,
    /// The unmeasured ones.
    pub latents: NodeSet,
}

/// What is claimed, and of which graph. Expressions in it live in the arena handed over with it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The graph over the measured variables.
    pub graph: Arc<Graph>,
    /// Where latents were declared: the graph whose latent projection `graph` is claimed to be.
    pub source: Option<SourceGraph>,
    /// The distributions taken as known. By default one: the joint of all measured variables.
    pub known: Arc<[Term]>,
    /// What is claimed of them.
    pub statement: Statement,
}

/// The statement of a [`Claim`].
#[derive(Clone, Debug)]
pub enum Statement {
    /// The expression (a term, or a contrast of several) equals one in the known distributions alone.
    Identifiable {
        /// The query.
        query: ExprId,
        /// The estimand.
        estimand: ExprId,
    },
    /// No expression in the known distributions equals the query in every positive model of the graph.
    NotIdentifiable {
        /// The query.
        query: ExprId,
    },
    /// The separation holds, so the independence does in every model of the graph.
    Separated(Separation),
    /// The separation fails: some path is open.
    Connected(Separation),
    /// The two are equal in every positive model of the graph.
    Equal(ExprId, ExprId),
    /// The two differ in some positive model of the graph.
    Unequal(ExprId, ExprId),
}

/// What is brought forward for a claim.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// For [`Statement::Identifiable`] and [`Statement::Equal`].
    Derivation(Derivation),
    /// For [`Statement::NotIdentifiable`] of one term: a hedge, with two models where they are small enough.
    Hedge(Box<Hedge>, Option<Box<CounterModel>>),
    /// For [`Statement::NotIdentifiable`] of any expression, and for [`Statement::Unequal`]: two models, or one in which
    /// the two sides differ.
    CounterModel(Box<CounterModel>),
    /// For [`Statement::Separated`]: nothing but the claim itself, which the kernel decides on its own.
    Separation,
    /// For [`Statement::Connected`].
    OpenPath(OpenPath),
}
