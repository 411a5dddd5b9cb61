//! The rules alone: irrelevant conditions and actions dropped, actions exchanged for observations.

use super::{Effect, RuleMove, holds, rule2};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::proof::Separation;
use crate::reach;

/// Drops every condition that rule 1 and every action that rule 3 allows to drop, one kind after the other until
/// nothing changes. Returns the moves and what is left.
///
/// O((conditions + actions)² · (nodes + edges)) at worst; one pass in the usual case.
pub(super) fn drop_irrelevant(graph: &Graph, effect: &Effect) -> (Vec<RuleMove>, Effect) {
    let mut moves = Vec::new();
    let mut left = effect.clone();
    loop {
        let before = moves.len();
        drop_actions(graph, &mut left, &mut moves);
        drop_conditions(graph, &mut left, &mut moves);
        if moves.len() == before {
            return (moves, left);
        }
    }
}

/// Rule 1, one condition after the other. Separations compose (contraction), so the dropped conditions make one move.
fn drop_conditions(graph: &Graph, left: &mut Effect, moves: &mut Vec<RuleMove>) {
    let cut = Mutilation::over(graph, left.do_.clone());
    let mut dropped = graph.no_nodes();
    for z in left.given.iter().collect::<Vec<_>>() {
        let given = left.do_.union(&left.given.without(z));
        let z = graph.set([z]);
        if reach::separated(graph, &left.of, &z, &given, &cut) {
            left.given.subtract(&z);
            dropped.extend(&z);
        }
    }
    if !dropped.is_empty() {
        let given = left.do_.union(&left.given);
        let requires = Separation { x: left.of.clone(), y: dropped.clone(), given, cut };
        moves.push(RuleMove::DropConditions { set: dropped, requires });
    }
}

/// Rule 3: at once for all actions that are no ancestors of the outcomes when nothing is conditioned on, else one by one.
fn drop_actions(graph: &Graph, left: &mut Effect, moves: &mut Vec<RuleMove>) {
    if left.do_.is_empty() {
        return;
    }
    if left.given.is_empty() {
        let all = Mutilation::over(graph, left.do_.clone());
        let idle = left.do_.difference(&reach::ancestors_cut(graph, &left.of, &all));
        if !idle.is_empty() {
            left.do_.subtract(&idle);
            let requires = Separation { x: left.of.clone(), y: idle.clone(), given: left.do_.clone(), cut: all };
            moves.push(RuleMove::DropActions { set: idle, requires });
        }
        return;
    }
    for x in left.do_.iter().collect::<Vec<_>>() {
        let requires = rule3(graph, left, &graph.set([x]));
        if holds(graph, &requires) {
            left.do_.remove(x);
            moves.push(RuleMove::DropActions { set: requires.y.clone(), requires });
        }
    }
}

/// What rule 3 needs to drop the actions `z` of `effect`: their edges in are cut but for ancestors of a condition.
fn rule3(graph: &Graph, effect: &Effect, z: &NodeSet) -> Separation {
    let standing = effect.do_.difference(z);
    let over = Mutilation::over(graph, standing.clone());
    let into = z.difference(&reach::ancestors_cut(graph, &effect.given, &over));
    Separation {
        x: effect.of.clone(),
        y: z.clone(),
        given: standing.union(&effect.given),
        cut: Mutilation::over(graph, standing.union(&into)),
    }
}

/// Exchanges every action for an observation by rule 2, all at once where that is allowed, else one after the other
/// (causes last), dropping by rule 3 what becomes idle. None where some action stays. The second part is the query
/// then reached, without actions.
pub(super) fn exchange_all(graph: &Graph, effect: &Effect) -> Option<(Vec<RuleMove>, Effect)> {
    let mut left = effect.clone();
    let mut moves = Vec::new();
    if left.do_.is_empty() {
        return Some((moves, left));
    }
    let at_once = rule2(graph, &left.of, &left.do_, &graph.no_nodes(), &left.given);
    if holds(graph, &at_once) {
        left.given.extend(&left.do_);
        moves.push(RuleMove::ActionsToConditions { set: left.do_.clone(), requires: at_once });
        left.do_.clear();
    } else if left.do_.len() == 1 {
        return None;
    }
    while !left.do_.is_empty() {
        let before = left.do_.len();
        let mut actions: Vec<_> = left.do_.iter().collect();
        graph.sort(&mut actions);
        for x in actions.into_iter().rev() {
            let set = graph.set([x]);
            let requires = rule2(graph, &left.of, &set, &left.do_.without(x), &left.given);
            if holds(graph, &requires) {
                left.do_.remove(x);
                left.given.insert(x);
                moves.push(RuleMove::ActionsToConditions { set, requires });
            }
        }
        drop_actions(graph, &mut left, &mut moves);
        if left.do_.len() == before {
            return None;
        }
    }
    drop_conditions(graph, &mut left, &mut moves);
    Some((moves, left))
}
