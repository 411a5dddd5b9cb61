//! What every kind of query is answered with.

use super::{Options, Projected, Seconds, Undetermined, Verdict};
use crate::expr::{Ref, Term};
use crate::graph::{Graph, Node, NodeSet};
use crate::identify::Effect;
use crate::proof::{Claim, Statement};
use std::cell::Cell;
use std::sync::atomic::Ordering;

/// One question's surroundings. Not shared between threads: it keeps the time.
pub(super) struct Context<'a> {
    projected: &'a Projected,
    pub(super) options: &'a Options<'a>,
    seconds: Cell<Seconds>,
}

/// Stages that are timed apart.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    Identify,
    Derive,
    Check,
    SelfCheck,
    Support,
}

impl<'a> Context<'a> {
    pub(super) fn new(projected: &'a Projected, options: &'a Options<'a>) -> Self {
        Self { projected, options, seconds: Cell::default() }
    }

    pub(super) fn graph(&self) -> &'a Graph {
        &self.projected.graph
    }

    /// A claim about this graph.
    pub(super) fn claim(&self, statement: Statement) -> Claim {
        Claim {
            graph: self.projected.graph.clone(),
            source: self.projected.source.clone(),
            known: self.projected.known.clone(),
            statement,
        }
    }

    /// Whether the caller wants no more of this.
    pub(super) fn stopped(&self) -> bool {
        self.options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// The verdict of a search that was stopped.
    pub(super) fn stopped_verdict(&self) -> Option<Verdict> {
        self.stopped().then(|| undetermined("the search was stopped"))
    }

    /// Runs a stage and adds its time, where a clock was lent.
    pub(super) fn timed<T>(&self, stage: Stage, run: impl FnOnce() -> T) -> T {
        let Some(clock) = self.options.clock else {
            return run();
        };
        let start = clock();
        let result = run();
        self.spent(stage, clock() - start);
        result
    }

    fn spent(&self, stage: Stage, time: f64) {
        let mut seconds = self.seconds.get();
        let slot = match stage {
            Stage::Identify => &mut seconds.identify,
            Stage::Derive => &mut seconds.derive,
            Stage::Check => &mut seconds.check,
            Stage::SelfCheck => &mut seconds.self_check,
            Stage::Support => &mut seconds.support,
        };
        *slot += time;
        self.seconds.set(seconds);
    }

    /// Runs what comes beside the verdict: its identifications, derivations and checks are not the verdict's, so their
    /// time is told apart.
    pub(super) fn aside<T>(&self, run: impl FnOnce(&Context<'_>) -> T) -> T {
        let options = Options { clock: None, all: false, ..*self.options };
        let aside = Context { projected: self.projected, options: &options, seconds: Cell::default() };
        self.timed(Stage::Support, || run(&aside))
    }

    /// The graph as claims are made of it.
    pub(super) fn projected(&self) -> &'a Projected {
        self.projected
    }

    pub(super) fn seconds(&self) -> Option<Seconds> {
        self.options.clock.map(|_| self.seconds.get())
    }

    /// The nodes behind references.
    pub(super) fn nodes(&self, refs: &[Ref]) -> NodeSet {
        self.graph().set(refs.iter().map(|r| Node::new(r.var.index())))
    }

    /// A term's sets.
    pub(super) fn effect(&self, term: &Term) -> Effect {
        Effect { of: self.nodes(term.of()), do_: self.nodes(term.do_()), given: self.nodes(term.given()) }
    }
}

pub(super) fn undetermined(reason: impl Into<String>) -> Verdict {
    Verdict::Undetermined(Undetermined { reason: reason.into(), refused: None, self_check: false })
}
