//! The adjustment criterion, complete on ADMGs (Shpitser, VanderWeele & Robins 2010; Perković et al. 2018), as a
//! separation in one changed graph (van der Zander, Textor & Liśkiewicz 2014, 2019).

use super::Request;
use crate::graph::{Graph, GraphBuilder, Mutilation, NodeSet};
use crate::reach::{self, Path};

/// What makes a set valid for one request, computed once: the nodes it may hold, and the proper back-door graph, in which
/// it must separate treatments and outcomes.
///
/// For an effect with conditions z a set w is one with P(y | do(x), z) = Σ_w P(y | x, z, w) P(w | z), and neither may
/// hold a descendant of a treatment: then w ∪ z is a set for P(y | do(x)), and the action changes nothing in P(w | z).
#[derive(Clone, Debug)]
pub struct Criterion {
    request: Request,
    causal: NodeSet,
    forbidden: NodeSet,
    allowed: NodeSet,
    back_door: Graph,
}

/// Why no set is valid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoAdjustment {
    /// These must be in the set or are conditions of the query, and none of them may be.
    Forbidden(NodeSet),
    /// This path stays open whatever else is adjusted for: it is open given every ancestor that may be.
    Open(Path),
}

impl Criterion {
    /// Prepares the criterion. O(nodes + edges).
    #[must_use]
    pub fn new(graph: &Graph, request: &Request) -> Self {
        let effect = &request.effect;
        let causal = causal_nodes(graph, &effect.do_, &effect.of);
        let mut forbidden = reach::descendants(graph, &causal);
        if !effect.given.is_empty() {
            forbidden.extend(&reach::descendants(graph, &effect.do_));
        }
        forbidden.subtract(&effect.do_);
        let allowed = request.covariates(graph).difference(&forbidden);
        let back_door = without_first_edges(graph, &effect.do_, &causal);
        Self { request: request.clone(), causal, forbidden, allowed, back_door }
    }

    /// The nodes on proper causal paths, treatments left out: outcomes that an action reaches, and what is between.
    #[must_use]
    pub fn causal(&self) -> &NodeSet {
        &self.causal
    }

    /// What no set may hold, besides the variables of the query.
    #[must_use]
    pub fn forbidden(&self) -> &NodeSet {
        &self.forbidden
    }

    /// The graph without the first edges of proper causal paths.
    #[must_use]
    pub fn back_door(&self) -> &Graph {
        &self.back_door
    }

    /// The covariates that sets are made of.
    #[must_use]
    pub fn allowed(&self) -> &NodeSet {
        &self.allowed
    }

    fn required(&self) -> NodeSet {
        self.request.with.union(&self.request.effect.given)
    }

    /// Those that must be in a set and may not.
    fn contradiction(&self) -> NodeSet {
        let mut wrong = self.required().difference(&self.allowed);
        wrong.subtract(&self.request.effect.given.difference(&self.forbidden));
        wrong
    }

    /// Whether adjustment for the set is right. The set need not be minimal. O(nodes + edges).
    #[must_use]
    pub fn is_valid(&self, set: &NodeSet) -> bool {
        let effect = &self.request.effect;
        let nothing = Mutilation::none(&self.back_door);
        set.is_subset(&self.allowed)
            && self.request.with.is_subset(set)
            && effect.given.is_disjoint(&self.forbidden)
            && reach::separated(&self.back_door, &effect.do_, &effect.of, &set.union(&effect.given), &nothing)
    }

    /// Every valid set of which no part is valid (required covariates stay), one after the other with polynomial delay.
    pub fn minimal_sets(&self) -> impl Iterator<Item = NodeSet> + '_ {
        let effect = &self.request.effect;
        let nothing = Mutilation::none(&self.back_door);
        let required = self.required();
        let possible = self.contradiction().is_empty();
        possible
            .then(|| {
                let allowed = self.allowed.union(&required);
                reach::minimal_separators(&self.back_door, &effect.do_, &effect.of, &required, &allowed, &nothing)
            })
            .into_iter()
            .flatten()
            .map(|set| set.difference(&effect.given))
    }

    /// Whether no member of a valid set can be left out. For m-separation that makes it minimal (Tian, Paz & Pearl 1998).
    #[must_use]
    pub fn is_minimal(&self, set: &NodeSet) -> bool {
        set.difference(&self.request.with).iter().all(|node| !self.is_valid(&set.without(node)))
    }

    /// Why there is no valid set; None where there is one. O(nodes + edges).
    #[must_use]
    pub fn why_none(&self) -> Option<NoAdjustment> {
        let wrong = self.contradiction();
        if !wrong.is_empty() {
            return Some(NoAdjustment::Forbidden(wrong));
        }
        // A separator exists exactly when all allowed ancestors separate (van der Zander et al. 2014).
        let effect = &self.request.effect;
        let required = self.required();
        let mut given = reach::ancestors(&self.back_door, &effect.do_.union(&effect.of).union(&required));
        given.retain(&self.allowed);
        given.extend(&required);
        let nothing = Mutilation::none(&self.back_door);
        reach::open_path(&self.back_door, &effect.do_, &effect.of, &given, &nothing).map(NoAdjustment::Open)
    }
}

/// (De(x) in G without edges into x, ∖ x) ∩ An(y) in G without edges out of x.
pub(super) fn causal_nodes(graph: &Graph, x: &NodeSet, y: &NodeSet) -> NodeSet {
    let mut causal = reach::descendants_cut(graph, x, &Mutilation::over(graph, x.clone()));
    causal.retain(&reach::ancestors_cut(graph, y, &Mutilation::under(graph, x.clone())));
    causal.subtract(x);
    causal
}

/// A copy without the edges from `x` to `causal`: a mutilation cuts by node, not by edge.
fn without_first_edges(graph: &Graph, x: &NodeSet, causal: &NodeSet) -> Graph {
    let mut builder = GraphBuilder::new();
    for node in graph.nodes() {
        builder.node(graph.name(node));
    }
    for (a, b) in graph.directed().filter(|&(a, b)| !(x.contains(a) && causal.contains(b))) {
        builder.directed(a, b);
    }
    for (a, b) in graph.bidirected() {
        builder.bidirected(a, b);
    }
    // A part of an acyclic graph is one.
    builder.build().unwrap_or_else(|_| graph.clone())
}
