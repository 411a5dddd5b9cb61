//! The general estimand: ID on districts (Tian & Pearl 2002; Shpitser & Pearl 2006a) and what stands in its way.

use super::descent::Descent;
use super::{Effect, plain};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, NodeSet};
use crate::reach;

/// Where identification stops: `district` is a district of its own whose every node is an ancestor of `inner` within
/// it, and `inner`, a smaller district, is what was to be computed from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obstacle {
    /// The larger set.
    pub district: NodeSet,
    /// The smaller one.
    pub inner: NodeSet,
}

/// The estimand of a query whose conditions cannot be moved (see IDC), before simplification.
///
/// # Errors
/// The first obstacle, by the topological order of the districts that are to be computed.
///
/// Polynomial: O(districts · nodes · (nodes + edges)) at worst.
pub fn build(graph: &Graph, effect: &Effect, arena: &mut Arena) -> Result<ExprId, Obstacle> {
    let joint = effect.of.union(&effect.given);
    let numerator = joint_estimand(graph, &joint, &effect.do_, arena)?;
    if effect.given.is_empty() {
        return Ok(numerator);
    }
    let denominator = arena.sum(plain(&effect.of), numerator);
    Ok(arena.quotient(numerator, denominator))
}

/// Whether P(of | do(do_)) cannot be identified, by sets alone (Huang & Valtorta 2006).
#[must_use]
pub fn obstacle(graph: &Graph, of: &NodeSet, do_: &NodeSet) -> Option<Obstacle> {
    let (universe, effective) = ancestors(graph, of, do_);
    reach::districts(graph, &effective).into_iter().find_map(|inner| {
        let district = narrow(graph, &universe, &inner);
        (district != inner).then_some(Obstacle { district, inner })
    })
}

/// The smallest set reached from `from` by turns of ancestors of `inner` and the district that holds it.
pub fn narrow(graph: &Graph, from: &NodeSet, inner: &NodeSet) -> NodeSet {
    let Some(first) = inner.first() else { return inner.clone() };
    let mut set = reach::district_of(graph, first, from);
    while set != *inner {
        let next = reach::district_of(graph, first, &reach::ancestors_within(graph, inner, &set));
        if next == set {
            break;
        }
        set = next;
    }
    set
}

/// The ancestors of the outcomes, and those still so when nothing is drawn through an action.
pub fn ancestors(graph: &Graph, of: &NodeSet, do_: &NodeSet) -> (NodeSet, NodeSet) {
    let universe = reach::ancestors(graph, of);
    let effective = reach::ancestors_within(graph, of, &universe.difference(do_));
    (universe, effective)
}

fn joint_estimand(graph: &Graph, of: &NodeSet, do_: &NodeSet, arena: &mut Arena) -> Result<ExprId, Obstacle> {
    let (universe, effective) = ancestors(graph, of, do_);
    let mut factors = Vec::new();
    for inner in reach::districts(graph, &effective) {
        let mut descent = Descent::new(graph, &universe, &inner, arena);
        if let Some(district) = descent.obstacle() {
            return Err(Obstacle { district, inner });
        }
        factors.extend(descent.estimand(arena));
    }
    let body = arena.product(factors);
    Ok(arena.sum(plain(&effective.difference(of)), body))
}
