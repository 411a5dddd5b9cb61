//! Verdicts by sets alone: IDENTIFY (Tian & Pearl 2002; complete by Huang & Valtorta 2006) after the reduction of
//! conditions to actions (IDC, Shpitser & Pearl 2006b). No expression is built.

use super::bits::{Bits, Set, bit, members};

/// Whether P(y | do(x), z) is identifiable from the joint distribution of all nodes.
pub fn identifiable(graph: &Bits, y: Set, x: Set, z: Set) -> bool {
    depth(graph, y, x, z).is_some()
}

/// How often a district had to be found inside an ancestral set before the last target was reached (the levels of
/// nested ratios), or None where the query is not identifiable.
pub fn depth(graph: &Bits, y: Set, x: Set, z: Set) -> Option<usize> {
    let (x, z) = exchange(graph, y, x, z);
    let relevant = graph.ancestors(y | z, graph.all() & !x);
    graph.districts(relevant).into_iter().try_fold(0, |deepest: usize, target| {
        identify(graph, target, graph.district(target, graph.all())).map(|depth| deepest.max(depth))
    })
}

/// Moves conditions into the actions by rule 2, one at a time, as long as any can be.
pub fn exchange(graph: &Bits, y: Set, mut x: Set, mut z: Set) -> (Set, Set) {
    while let Some(moved) = members(z).find(|&i| can_move(graph, y, x, z, i)) {
        x |= bit(moved);
        z &= !bit(moved);
    }
    (x, z)
}

/// Whether rule 2 turns the condition into an action.
pub fn can_move(graph: &Bits, y: Set, x: Set, z: Set, condition: usize) -> bool {
    graph.cut(x, bit(condition)).separated(y, bit(condition), x | z & !bit(condition))
}

/// Whether Q[target] follows from Q[known], both districts of subgraphs, `target` in `known`.
fn identify(graph: &Bits, target: Set, mut known: Set) -> Option<usize> {
    let mut depth = 0;
    while known != target {
        let ancestral = graph.ancestors(target, known);
        if ancestral == target {
            return Some(depth);
        }
        if ancestral == known {
            return None;
        }
        known = graph.district(target, ancestral);
        depth += usize::from(known != ancestral);
    }
    Some(depth)
}
