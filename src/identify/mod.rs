//! From a causal query to an estimand, or to a hedge.
//!
//! In: a graph over measured variables and a query as three node sets. Out: estimands with the route by which each was
//! found, the preferred one first, or the hedge that shows there is none. Must never know: proofs (`derive` retells a
//! route in the three rules), names, files.

mod adjustment;
pub mod descent;
mod exchange;
mod front_door;
pub mod general;
mod hedge;
mod moves;
pub mod sets;
pub mod verma;

pub use hedge::open_path;

use crate::algebra::{self, Rewrite};
use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{Hedge, MovedCondition, Separation};
use crate::reach;

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
    /// What the rules did to the query first, in order: irrelevant conditions and actions dropped.
    pub moves: Vec<RuleMove>,
    /// How what was left became an estimand.
    pub route: Route,
    /// For the general route, how its first form became the expression, so that a derivation need not find it out again.
    pub workings: Option<Workings>,
}

/// The general estimand on its way to what is printed.
#[derive(Clone, Debug)]
pub struct Workings {
    /// As ID makes it.
    pub raw: ExprId,
    /// What the simplifier did to it.
    pub log: Vec<Rewrite>,
}

/// How an estimand was found: enough to tell it again as a derivation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Route {
    /// No action is left: the moves alone did it.
    Rules,
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
    /// ID and IDC; [`general::build`] gives the expression before simplification.
    General {
        /// Conditions that rule 2 turns into actions first, in order.
        moved: Vec<MovedCondition>,
    },
}

impl Estimand {
    /// The contract's name for the way it was found.
    #[must_use]
    pub fn strategy(&self) -> &'static str {
        let exchanged = || self.moves.iter().any(|m| matches!(m, RuleMove::ActionsToConditions { .. }));
        let dropped = || self.moves.iter().any(|m| matches!(m, RuleMove::DropActions { .. }));
        match self.route {
            Route::Rules if exchanged() => "rules",
            Route::Rules if dropped() => "no-effect",
            Route::Rules => "observational",
            Route::Adjustment { .. } => "back-door",
            Route::FrontDoor { .. } => "front-door",
            Route::General { .. } => "id",
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

/// Estimands longer than this, written out, are left as ID makes them: nobody reads them, simplification would take most
/// of the time, and the kernel would have to follow it.
pub const UNREADABLE: u64 = 1 << 20;

/// Finds estimands for P(of | do(do_), given) in the joint distribution of the graph's nodes, or a hedge.
///
/// Sound and complete: ID (Shpitser & Pearl 2006a; Tian & Pearl 2002) and IDC (Shpitser & Pearl 2006b) decide, on any
/// ADMG. The estimands offered are those of the rules alone, of adjustment, of front-door adjustment and of ID, the
/// shortest first, ties in that order; without `all` only the first is returned, and none after one by the rules alone
/// is looked for. The three sets must be disjoint. Polynomial: see each strategy.
#[must_use]
pub fn identify(graph: &Graph, effect: &Effect, arena: &mut Arena, all: bool) -> Identification {
    let (moves, reduced) = moves::drop_irrelevant(graph, effect);
    let mut found = Vec::new();
    if let Some((exchanges, observed)) = moves::exchange_all(graph, &reduced) {
        let expr = p(arena, &observed.of, &observed.given);
        let moves = moves.iter().cloned().chain(exchanges).collect();
        found.push(Estimand { expr, moves, route: Route::Rules, workings: None });
        if !all {
            return Identification::Identifiable(found);
        }
    }
    let exchange = exchange::conditions_to_actions(graph, &reduced);
    let raw = match general::build(graph, &exchange.effect, arena) {
        Ok(raw) => raw,
        Err(obstacle) => return Identification::NotIdentifiable(Box::new(hedge::of_query(graph, effect, obstacle))),
    };
    if let Some(set) = adjustment::smallest_set(graph, &reduced) {
        let expr = adjustment::estimand(arena, &reduced, &set);
        found.push(Estimand { expr, moves: moves.clone(), route: Route::Adjustment { set }, workings: None });
    }
    if let Some(set) = front_door::small_set(graph, &reduced) {
        let expr = front_door::estimand(arena, &reduced, &set);
        found.push(Estimand { expr, moves: moves.clone(), route: Route::FrontDoor { set }, workings: None });
    }
    let huge = arena.size(raw) > UNREADABLE;
    let mut log = Vec::new();
    let expr = if huge { raw } else { algebra::simplify(arena, graph, raw, &mut log) };
    let workings = Some(Workings { raw, log });
    found.push(Estimand { expr, moves, route: Route::General { moved: exchange.moved }, workings });
    for estimand in &mut found {
        if arena.size(estimand.expr) <= UNREADABLE {
            estimand.expr = algebra::tidy(arena, graph, estimand.expr);
        }
    }
    found.sort_by_cached_key(|estimand| algebra::length(arena, estimand.expr));
    let mut seen = Vec::new();
    found.retain(|estimand| {
        let new = !seen.contains(&estimand.expr);
        seen.push(estimand.expr);
        new
    });
    if !all {
        found.truncate(1);
    }
    Identification::Identifiable(found)
}

/// The variable of a node.
pub(crate) fn var(node: Node) -> Var {
    Var::new(node.index())
}

/// The references of a set, each at its current value.
pub(crate) fn plain(set: &NodeSet) -> impl Iterator<Item = Ref> + '_ {
    set.iter().map(|node| Ref::plain(var(node)))
}

/// P(of | given), each variable at its current value.
pub(crate) fn p(arena: &mut Arena, of: &NodeSet, given: &NodeSet) -> ExprId {
    match Term::new(plain(of), plain(given), []) {
        Some(term) => arena.p(term),
        // The callers' sets are disjoint, so the term exists.
        None => arena.zero(),
    }
}

/// Whether a separation holds.
pub(crate) fn holds(graph: &Graph, separation: &Separation) -> bool {
    reach::separated(graph, &separation.x, &separation.y, &separation.given, &separation.cut)
}

/// What rule 2 needs to exchange the action and the observation of `z` in P(of | do(do_), given), `z` in neither.
pub(crate) fn rule2(graph: &Graph, of: &NodeSet, z: &NodeSet, do_: &NodeSet, given: &NodeSet) -> Separation {
    debug_assert_eq!(graph.len(), of.capacity());
    Separation {
        x: of.clone(),
        y: z.clone(),
        given: do_.union(given),
        cut: Mutilation { no_incoming: do_.clone(), no_outgoing: z.clone() },
    }
}
