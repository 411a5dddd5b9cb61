//! `adjust P(y | do(x))`: adjustment, front-door and instrument sets, and why there are none of a kind.

use super::context::{Context, Stage};
use super::{AdjustmentSet, Body, SetKind, words};
use crate::expr::Term;
use crate::graph::{Graph, Node, NodeSet};
use crate::identify::sets::{self, Criterion, FrontDoor, NoAdjustment, Request};
use crate::reach;

/// How many searches for front-door sets are made for each one that may be listed.
const SEARCHES: usize = 32;

/// Lists each kind up to the limit; within a kind the smaller sets first.
pub(super) fn adjust(context: &Context<'_>, term: &Term, with: &NodeSet, without: &NodeSet) -> Body {
    let graph = context.graph();
    let request = Request { effect: context.effect(term), with: with.clone(), without: without.clone() };
    let mut listing =
        Listing { context, graph, request: &request, sets: Vec::new(), why: Vec::new(), truncated: false };
    context.timed(Stage::Identify, || {
        let criterion = Criterion::new(graph, &request);
        listing.adjustment(&criterion);
        listing.front_door();
        listing.instruments(&criterion);
    });
    let Listing { sets, why, truncated, .. } = listing;
    Body::Adjust { term: term.clone(), sets, why_none: why, truncated }
}

struct Listing<'a> {
    context: &'a Context<'a>,
    graph: &'a Graph,
    request: &'a Request,
    sets: Vec<AdjustmentSet>,
    why: Vec<String>,
    truncated: bool,
}

impl Listing<'_> {
    fn limit(&self) -> usize {
        self.context.options.limits.list
    }

    /// Adds what was found of one kind, smaller sets first.
    fn add(&mut self, mut found: Vec<AdjustmentSet>) {
        found.sort_by_cached_key(|set| {
            let given = set.given.as_ref().map(|given| (given.len(), given.iter().collect::<Vec<_>>()));
            (given, set.set.len(), set.set.iter().collect::<Vec<_>>())
        });
        self.sets.extend(found);
    }

    fn adjustment(&mut self, criterion: &Criterion) {
        let mut found = Vec::new();
        for set in criterion.minimal_sets() {
            if found.len() == self.limit() || self.context.stopped() {
                self.truncated = true;
                break;
            }
            found.push(AdjustmentSet { kind: SetKind::Adjustment, set, given: None, minimal: true, optimal: false });
        }
        if !self.context.stopped()
            && let Some(best) = sets::optimal(self.graph, self.request)
            && criterion.is_valid(&best)
        {
            match found.iter_mut().find(|known| known.set == best) {
                Some(known) => known.optimal = true,
                None => {
                    let minimal = criterion.is_minimal(&best);
                    found.push(AdjustmentSet {
                        kind: SetKind::Adjustment,
                        set: best,
                        given: None,
                        minimal,
                        optimal: true,
                    });
                }
            }
        }
        if found.is_empty() && !self.truncated {
            self.why.push(self.no_adjustment(criterion));
        }
        self.add(found);
    }

    fn no_adjustment(&self, criterion: &Criterion) -> String {
        let (x, y) = (self.x(), self.y());
        match criterion.why_none() {
            Some(NoAdjustment::Forbidden(wrong)) if self.request.effect.given.is_disjoint(&wrong) => format!(
                "No adjustment set: {} may not be adjusted for, being of the query itself, or on a causal path from {x} \
                 to {y}, or an effect of one.",
                words::list(self.graph, &wrong)
            ),
            Some(NoAdjustment::Forbidden(wrong)) => format!(
                "No adjustment set: the query is conditioned on {}, an effect of {x}.",
                words::list(self.graph, &wrong)
            ),
            Some(NoAdjustment::Open(path)) if path.edges.len() == 1 => {
                format!("No adjustment set: nothing blocks {}.", words::path(self.graph, &path.nodes, &path.edges))
            }
            Some(NoAdjustment::Open(path)) => format!(
                "No adjustment set: adjusting for every covariate that could help still leaves {} open.",
                words::path(self.graph, &path.nodes, &path.edges)
            ),
            None => "No adjustment set was found.".to_owned(),
        }
    }

    fn front_door(&mut self) {
        let effect = &self.request.effect;
        if !effect.given.is_empty() {
            self.why.push("Front-door sets are looked for only where the query has no condition.".to_owned());
            return;
        }
        if !self.has_effect() {
            self.why.push(format!("No front-door set: {} has no effect on {}.", self.x(), self.y()));
            return;
        }
        let front_door = FrontDoor::new(self.graph, self.request);
        let mut all = front_door.minimal_sets();
        let mut found = Vec::new();
        loop {
            if self.context.stopped() {
                self.truncated = true;
                break;
            }
            let Some(step) = all.step() else { break };
            found.extend(step.map(|set| AdjustmentSet {
                kind: SetKind::FrontDoor,
                set,
                given: None,
                minimal: true,
                optimal: false,
            }));
            let searched = all.searched() > SEARCHES.saturating_mul(self.limit());
            if found.len() > self.limit() || searched {
                found.truncate(self.limit());
                self.truncated = true;
                break;
            }
        }
        if found.is_empty() && !self.truncated {
            self.why.push(self.no_front_door(&front_door));
        }
        self.add(found);
    }

    fn no_front_door(&self, front_door: &FrontDoor<'_>) -> String {
        let able = front_door.largest(&self.graph.all_nodes());
        let (x, y) = (self.x(), self.y());
        let missing = self.request.with.difference(&able);
        if !missing.is_empty() {
            return format!("No front-door set: {} cannot be in one.", words::list(self.graph, &missing));
        }
        match directed_path(self.graph, &self.request.effect.do_, &self.request.effect.of, &able) {
            Some(path) => {
                let edges = vec![crate::graph::EdgeKind::Forward; path.len().saturating_sub(1)];
                let shown = words::path(self.graph, &path, &edges);
                if path.len() == 2 {
                    format!("No front-door set: {shown} is direct.")
                } else {
                    format!(
                        "No front-door set: no variable on {shown} can serve; each has an open path to {x} against the \
                         arrows, or one to {y} that {x} does not block, or may not be used."
                    )
                }
            }
            None => "No front-door set was found.".to_owned(),
        }
    }

    fn instruments(&mut self, criterion: &Criterion) {
        let effect = &self.request.effect;
        if effect.do_.len() != 1 || effect.of.len() != 1 || !effect.given.is_empty() {
            let why = "Instruments are looked for only with one treatment, one outcome and no condition.";
            self.why.push(why.to_owned());
            return;
        }
        if !self.has_effect() {
            self.why.push(format!("No instrument: {} has no effect on {}.", self.x(), self.y()));
            return;
        }
        let mut found = Vec::new();
        for node in self.graph.nodes() {
            if self.context.stopped() {
                self.truncated = true;
                break;
            }
            let Some(instrument) = sets::instrument(self.graph, criterion, self.request, node) else { continue };
            if found.len() == self.limit() {
                self.truncated = true;
                break;
            }
            found.push(AdjustmentSet {
                kind: SetKind::Instrument,
                set: self.graph.set([instrument.node]),
                given: Some(instrument.given),
                minimal: true,
                optimal: false,
            });
        }
        if found.is_empty() && !self.truncated {
            let (x, y) = (self.x(), self.y());
            let otherwise = self.otherwise_instruments();
            self.why.push(if otherwise.is_empty() {
                format!(
                    "No instrument: whatever goes with {x} goes with {y} by another way than through {x}, whichever of the \
                     ancestors is conditioned on."
                )
            } else {
                let named = self.request.with.union(&self.request.without);
                let (named, otherwise) = (words::list(self.graph, &named), words::list(self.graph, &otherwise));
                format!("No instrument with {named} as the question has it; asked without, {otherwise} would serve.")
            });
        }
        self.add(found);
    }

    /// What would be an instrument, did the question name no covariates.
    fn otherwise_instruments(&self) -> NodeSet {
        let none = self.graph.no_nodes();
        let free = Request { effect: self.request.effect.clone(), with: none.clone(), without: none.clone() };
        if self.request.with.is_empty() && self.request.without.is_empty() {
            return none;
        }
        let criterion = Criterion::new(self.graph, &free);
        let serves = |node: &Node| sets::instrument(self.graph, &criterion, &free, *node).is_some();
        let nodes = self.graph.nodes().take_while(|_| !self.context.stopped());
        self.graph.set(nodes.filter(serves))
    }

    fn has_effect(&self) -> bool {
        let effect = &self.request.effect;
        !reach::descendants(self.graph, &effect.do_).is_disjoint(&effect.of)
    }

    fn x(&self) -> String {
        words::list(self.graph, &self.request.effect.do_)
    }

    fn y(&self) -> String {
        words::list(self.graph, &self.request.effect.of)
    }
}

/// A shortest directed path that meets none of `avoided`.
fn directed_path(graph: &Graph, from: &NodeSet, to: &NodeSet, avoided: &NodeSet) -> Option<Vec<Node>> {
    let mut came: Vec<Option<Node>> = vec![None; graph.len()];
    let mut seen = from.clone();
    let mut queue: std::collections::VecDeque<Node> = from.iter().collect();
    while let Some(at) = queue.pop_front() {
        if to.contains(at) {
            let mut path = vec![at];
            let mut node = at;
            while let Some(before) = came[node.index()] {
                path.push(before);
                node = before;
            }
            path.reverse();
            return Some(path);
        }
        for child in graph.children(at).filter(|&child| !avoided.contains(child)) {
            if seen.insert(child) {
                came[child.index()] = Some(at);
                queue.push_back(child);
            }
        }
    }
    None
}
