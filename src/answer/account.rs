//! What an explanation of an answer speaks of: for each effect in it, the paths that mix cause and coincidence, and the
//! route by which it was identified, or the hedge.

use super::{Answer, ListedPath};
use crate::expr::{Arena, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::{self, Effect, Identification, Route, RuleMove, general};
use crate::proof::Hedge;
use crate::reach;
use std::sync::Arc;

/// Effects of one answer that are accounted for; an expression may hold many.
const MOST_EFFECTS: usize = 8;
/// Open paths that are named.
const MOST_PATHS: usize = 4;
/// Paths that are looked at in search of open ones, shortest first.
const MOST_TRIED: usize = 200;

/// One effect, each variable at its current value.
#[derive(Clone, Debug)]
pub struct Account {
    /// Outcomes, a set of the answer's graph as the others.
    pub of: NodeSet,
    /// Actions.
    pub do_: NodeSet,
    /// Conditions.
    pub given: NodeSet,
    /// What makes the plain comparison differ from the effect.
    pub mixing: Mixing,
    /// How it was identified, or why it cannot be.
    pub reading: Reading,
}

/// Paths between actions and outcomes that are open, given the conditions, without any edge out of an action: where there
/// is none, seeing the actions is as good as setting them (rule 2 of Pearl 1995).
#[derive(Clone, Debug)]
pub struct Mixing {
    /// The graph of the paths: as it was written, with unmeasured variables, where some were declared.
    pub graph: Arc<Graph>,
    /// The first few, shortest first.
    pub paths: Vec<ListedPath>,
    /// Whether there may be more.
    pub more: bool,
}

/// What identification said of one effect.
#[derive(Clone, Debug)]
pub enum Reading {
    /// By this route the estimand was found.
    Found {
        /// The rules applied first.
        moves: Vec<RuleMove>,
        /// What was done with the rest.
        route: Route,
        /// For the general route, the districts to be computed, each with the district of the graph that holds it.
        districts: Vec<(NodeSet, NodeSet)>,
    },
    /// It has none.
    Hedge(Box<Hedge>),
}

/// An account of each distinct effect of an answer that acts, in order of first occurrence: of the effect asked for, or of
/// those in a contrast; nothing for other questions. At most eight.
///
/// Identification is run once more, which leads to the same route: what is told of it is the reason for the estimand, while
/// the certificate stays with the answer. Costs what identification costs.
#[must_use]
pub fn accounts(answer: &Answer) -> Vec<Account> {
    let graph = &*answer.graph;
    let terms = answer.terms();
    let nodes = |refs: &[Ref]| graph.set(refs.iter().map(|r| Node::new(r.var.index())));
    let mut effects: Vec<Effect> = Vec::new();
    for term in terms.into_iter().filter(|term| !term.do_().is_empty()) {
        let effect = Effect { of: nodes(term.of()), do_: nodes(term.do_()), given: nodes(term.given()) };
        if !effects.contains(&effect) && effects.len() < MOST_EFFECTS {
            effects.push(effect);
        }
    }
    effects.into_iter().map(|effect| account(answer, effect)).collect()
}

fn account(answer: &Answer, effect: Effect) -> Account {
    let graph = &*answer.graph;
    let reading = match identify::identify(graph, &effect, &mut Arena::new(), false) {
        Identification::NotIdentifiable(hedge) => Reading::Hedge(hedge),
        Identification::Identifiable(estimands) => match estimands.into_iter().next() {
            Some(estimand) => {
                let districts = match &estimand.route {
                    Route::General { .. } => districts(graph, &effect, &estimand),
                    Route::Rules | Route::Adjustment { .. } | Route::FrontDoor { .. } => Vec::new(),
                };
                Reading::Found { moves: estimand.moves, route: estimand.route, districts }
            }
            // Identifiable means one estimand at least.
            None => Reading::Found { moves: Vec::new(), route: Route::Rules, districts: Vec::new() },
        },
    };
    let mixing = mixing(answer, &effect);
    Account { of: effect.of, do_: effect.do_, given: effect.given, mixing, reading }
}

/// The districts that the general estimand has a factor for, as it was left by the moves and the exchange.
fn districts(graph: &Graph, effect: &Effect, estimand: &identify::Estimand) -> Vec<(NodeSet, NodeSet)> {
    let mut left = effect.clone();
    for rule_move in &estimand.moves {
        match rule_move {
            RuleMove::DropConditions { set, .. } => left.given.subtract(set),
            RuleMove::DropActions { set, .. } => left.do_.subtract(set),
            RuleMove::ActionsToConditions { set, .. } => {
                left.do_.subtract(set);
                left.given.extend(set);
            }
        }
    }
    if let Route::General { moved } = &estimand.route {
        for condition in moved {
            left.given.remove(condition.z);
            left.do_.insert(condition.z);
        }
    }
    let (universe, effective) = general::ancestors(graph, &left.of.union(&left.given), &left.do_);
    let within = |inner: NodeSet| {
        let district = inner.first().map(|node| reach::district_of(graph, node, &universe));
        (inner.clone(), district.unwrap_or(inner))
    };
    reach::districts(graph, &effective).into_iter().map(within).collect()
}

fn mixing(answer: &Answer, effect: &Effect) -> Mixing {
    // Unmeasured variables are named where they have names.
    let graph = answer.source_graph.as_ref().map_or(&answer.graph, |source| &source.graph);
    let there = |set: &NodeSet| graph.set(set.iter().filter_map(|node| graph.node(answer.graph.name(node))));
    let (of, do_, given) = (there(&effect.of), there(&effect.do_), there(&effect.given));
    let cut = Mutilation::under(graph, do_.clone());
    let mut paths: Vec<ListedPath> = Vec::new();
    let mut more = false;
    if !reach::separated(graph, &do_, &of, &given, &cut) {
        let listed =
            |path: reach::Path| ListedPath { nodes: path.nodes, edges: path.edges, open: true, blocked_by: Vec::new() };
        let mut tried = 0;
        for found in reach::paths(graph, &do_, &of, &given, &cut) {
            tried += 1;
            more = tried > MOST_TRIED || paths.len() == MOST_PATHS;
            if more {
                break;
            }
            if found.is_open() {
                paths.push(listed(found.path));
            }
        }
        if paths.is_empty() {
            paths.extend(reach::open_path(graph, &do_, &of, &given, &cut).map(listed));
        }
    }
    Mixing { graph: Arc::clone(graph), paths, more }
}

/// The term of an account, each variable at its current value.
impl Account {
    /// P(of | do(do_), given); none only where the sets overlap, which those of a question do not.
    #[must_use]
    pub fn term(&self) -> Option<Term> {
        let plain = |set: &NodeSet| set.iter().map(|node| Ref::plain(Var::new(node.index()))).collect::<Vec<_>>();
        Term::new(plain(&self.of), plain(&self.given), plain(&self.do_))
    }
}
