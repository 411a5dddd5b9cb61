//! Front-door adjustment (Pearl 1995): mediators that catch every directed path.

use super::{Effect, p, plain, var};
use crate::expr::{Arena, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::reach;

/// A small set that satisfies the front-door criterion for P(y | do(x)): it meets every directed path from x to y, no
/// back-door path from x to it is open, and x blocks every back-door path from it to y.
///
/// The largest valid set is found first (a node that fails can be in no valid subset: fewer members cut fewer edges);
/// then the mediators nearest to y and those nearest to x are tried, and the smaller valid one is taken.
/// O(nodes · (nodes + edges)) at worst, a few passes in the usual case. None for a conditional query.
pub(super) fn small_set(graph: &Graph, effect: &Effect) -> Option<NodeSet> {
    let (x, y) = (&effect.do_, &effect.of);
    if x.is_empty() || !effect.given.is_empty() {
        return None;
    }
    let outside = graph.all_nodes().difference(x).difference(y);
    let mut largest = reach::descendants(graph, x).intersection(&reach::ancestors(graph, y)).intersection(&outside);
    largest.subtract(&reach::connected_to(graph, x, &graph.no_nodes(), &Mutilation::under(graph, x.clone())));
    loop {
        let open = reach::connected_to(graph, y, x, &Mutilation::under(graph, largest.clone()));
        if open.is_disjoint(&largest) {
            break;
        }
        largest.subtract(&open);
    }
    if largest.is_empty() || !intercepts(graph, x, y, &largest) {
        return None;
    }
    let between = graph.all_nodes().difference(&largest);
    let before_y = reach::ancestors_within(graph, y, &between.difference(x));
    let near_y = graph.set(largest.iter().filter(|&m| graph.children(m).any(|child| before_y.contains(child))));
    let after_x = reach::descendants_within(graph, x, &between.difference(y));
    let near_x = graph.set(largest.iter().filter(|&m| graph.parents(m).any(|parent| after_x.contains(parent))));
    [near_y, near_x, largest].into_iter().filter(|set| is_valid(graph, x, y, set)).min_by_key(NodeSet::len)
}

fn intercepts(graph: &Graph, x: &NodeSet, y: &NodeSet, set: &NodeSet) -> bool {
    let rest = graph.all_nodes().difference(set);
    reach::descendants_within(graph, x, &rest).is_disjoint(y)
}

fn is_valid(graph: &Graph, x: &NodeSet, y: &NodeSet, set: &NodeSet) -> bool {
    !set.is_empty()
        && intercepts(graph, x, y, set)
        && reach::separated(graph, set, y, x, &Mutilation::under(graph, set.clone()))
}

/// Σ_m P(m | x) Σ_x′ P(x′) P(y | m, x′)
pub(super) fn estimand(arena: &mut Arena, effect: &Effect, set: &NodeSet) -> ExprId {
    let primed = |set: &NodeSet| set.iter().map(|node| Ref::copy(var(node), 1)).collect::<Vec<_>>();
    let other = primed(&effect.do_);
    let mediators = p(arena, set, &effect.do_);
    let inner = match (
        Term::new(other.iter().copied(), [], []),
        Term::new(plain(&effect.of), plain(set).chain(other.iter().copied()), []),
    ) {
        (Some(treatment), Some(outcome)) => {
            let factors = [arena.p(treatment), arena.p(outcome)];
            let body = arena.product(factors);
            arena.sum(other, body)
        }
        // The three sets are disjoint, so both terms exist.
        (None, _) | (_, None) => arena.zero(),
    };
    let body = arena.product([mediators, inner]);
    arena.sum(plain(set), body)
}
