//! Front-door sets (Pearl 1995): all minimal ones.
//!
//! A set m is a front-door set when it meets every directed path from x to y (1), x and m are separated without edges
//! out of x (2), and m and y are separated by x without edges out of m (3).

use super::Request;
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::reach;
use rustc_hash::FxHashSet;

/// A request prepared for questions about front-door sets.
#[derive(Clone, Debug)]
pub struct FrontDoor<'a> {
    graph: &'a Graph,
    request: &'a Request,
    candidates: NodeSet,
}

impl<'a> FrontDoor<'a> {
    /// Finds the candidates: the covariates that satisfy condition (2). O(nodes + edges).
    #[must_use]
    pub fn new(graph: &'a Graph, request: &'a Request) -> Self {
        let x = &request.effect.do_;
        let mut candidates = request.covariates(graph);
        candidates.subtract(&reach::connected_to(graph, x, &graph.no_nodes(), &Mutilation::under(graph, x.clone())));
        Self { graph, request, candidates }
    }

    /// Whether the set is a front-door set of the request. O(nodes + edges).
    #[must_use]
    pub fn is_valid(&self, set: &NodeSet) -> bool {
        let effect = &self.request.effect;
        self.request.with.is_subset(set)
            && set.is_subset(&self.candidates)
            && self.intercepts(set)
            && reach::separated(self.graph, set, &effect.of, &effect.do_, &Mutilation::under(self.graph, set.clone()))
    }

    /// Condition (1).
    #[must_use]
    pub fn intercepts(&self, set: &NodeSet) -> bool {
        let rest = self.graph.all_nodes().difference(set);
        reach::descendants_within(self.graph, &self.request.effect.do_, &rest).is_disjoint(&self.request.effect.of)
    }

    /// The largest part of `within` that satisfies conditions (2) and (3); it need not satisfy (1).
    ///
    /// A set that satisfies (3) is never lost: with more edges cut it still does, so each round takes out only what no
    /// such set holds (Jeong, Tian & Bareinboim 2022). At most as many rounds as nodes, each O(nodes + edges).
    #[must_use]
    pub fn largest(&self, within: &NodeSet) -> NodeSet {
        let effect = &self.request.effect;
        let mut set = self.candidates.intersection(within);
        loop {
            let cut = Mutilation::under(self.graph, set.clone());
            let open = reach::connected_to(self.graph, &effect.of, &effect.do_, &cut);
            if set.is_disjoint(&open) {
                return set;
            }
            set.subtract(&open);
        }
    }

    fn exists(&self, within: &NodeSet) -> Option<NodeSet> {
        let set = self.largest(within);
        (self.request.with.is_subset(&set) && self.intercepts(&set)).then_some(set)
    }

    /// A front-door set inside `within` of which no part is one. At most nodes² rounds of [`FrontDoor::largest`]'s kind.
    #[must_use]
    pub fn minimal(&self, within: &NodeSet) -> Option<NodeSet> {
        let mut set = self.exists(within)?;
        let relevant = reach::ancestors(self.graph, &self.request.effect.of);
        if let Some(smaller) = self.exists(&set.intersection(&relevant)) {
            set = smaller;
        }
        // Once a member cannot be spared it never can: later on there is less to choose from.
        for node in set.difference(&self.request.with).iter() {
            if set.contains(node)
                && let Some(smaller) = self.exists(&set.without(node))
            {
                set = smaller;
            }
        }
        Some(set)
    }

    /// Every minimal front-door set.
    #[must_use]
    pub fn minimal_sets(&self) -> MinimalFrontDoors<'_> {
        let start = self.candidates.clone();
        MinimalFrontDoors {
            of: self,
            seen: [start.clone()].into_iter().collect(),
            waiting: vec![start],
            given: FxHashSet::default(),
        }
    }
}

/// The minimal front-door sets, each once. A set other than the one found lacks one of its members, so leaving out each
/// member in turn reaches all. No delay is promised between two sets: a caller counts [`MinimalFrontDoors::searched`].
#[derive(Clone, Debug)]
pub struct MinimalFrontDoors<'a> {
    of: &'a FrontDoor<'a>,
    /// The covariates left to choose from, per search to come.
    waiting: Vec<NodeSet>,
    seen: FxHashSet<NodeSet>,
    given: FxHashSet<NodeSet>,
}

impl MinimalFrontDoors<'_> {
    /// How many searches were begun or are to come.
    #[must_use]
    pub fn searched(&self) -> usize {
        self.seen.len()
    }

    /// One search: the set found, where it is new.
    pub fn step(&mut self) -> Option<Option<NodeSet>> {
        let within = self.waiting.pop()?;
        let Some(set) = self.of.minimal(&within) else {
            return Some(None);
        };
        for node in set.difference(&self.of.request.with).iter() {
            let less = within.without(node);
            if self.seen.insert(less.clone()) {
                self.waiting.push(less);
            }
        }
        Some(self.given.insert(set.clone()).then_some(set))
    }
}
