//! Covariate adjustment: the smallest set for which the two rules of the textbook derivation hold.

use super::{Effect, p, plain};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::reach;

/// A smallest set w with P(y | do(x), z) = Σ_w P(y | x, z, w) P(w | z), by rule 2 for the first factor and rule 3 for
/// the second. None where there is no such set, or where the empty set would do (the rules alone find that).
///
/// For one treatment and no condition these are the smallest sets that satisfy the adjustment criterion (Shpitser,
/// VanderWeele & Robins 2010; Perković et al. 2018): a minimal valid set lies in An(x ∪ y), where only forbidden nodes
/// descend from x. For several treatments a valid set may hold descendants of one that rule 3 cannot free; those the
/// general estimand serves. Time: one maximum flow in the moral ancestral graph.
pub(super) fn smallest_set(graph: &Graph, effect: &Effect) -> Option<NodeSet> {
    if effect.do_.is_empty() {
        return None;
    }
    let Effect { of, do_, given } = effect;
    // By composition of separations, w is free of x exactly when each of its members is.
    let over_all = Mutilation::none(graph);
    let idle = do_.difference(&reach::ancestors_cut(graph, given, &over_all));
    let mut allowed = graph.all_nodes();
    allowed.subtract(&reach::connected_to(graph, do_, given, &Mutilation::over(graph, idle)));
    for taken in [of, do_] {
        allowed.subtract(taken);
    }
    // What is required must be allowed; conditions are taken out of the set again below.
    allowed.extend(given);
    let under = Mutilation::under(graph, do_.clone());
    let set = reach::minimum_separator(graph, do_, of, given, &allowed, &under)?.difference(given);
    (!set.is_empty()).then_some(set)
}

/// Σ_w P(y | x, z, w) P(w | z)
pub(super) fn estimand(arena: &mut Arena, effect: &Effect, set: &NodeSet) -> ExprId {
    let given = effect.do_.union(&effect.given).union(set);
    let outcome = p(arena, &effect.of, &given);
    let weight = p(arena, set, &effect.given);
    let body = arena.product([outcome, weight]);
    arena.sum(plain(set), body)
}
