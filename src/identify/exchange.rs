//! IDC's first part: conditions that can become actions do (Shpitser & Pearl 2006b, theorem 6).

use super::{Effect, holds, rule2};
use crate::graph::Graph;
use crate::proof::MovedCondition;

/// A query after every condition that can become an action has become one.
pub(super) struct Exchange {
    /// The query then; none of its conditions can be moved.
    pub(super) effect: Effect,
    /// The conditions moved, in order.
    pub(super) moved: Vec<MovedCondition>,
}

/// Moves conditions by rule 2 until none can be moved: the set reached does not depend on the order.
/// O(conditions² · (nodes + edges)).
pub(super) fn conditions_to_actions(graph: &Graph, effect: &Effect) -> Exchange {
    let mut effect = effect.clone();
    let mut moved = Vec::new();
    loop {
        let before = moved.len();
        for z in effect.given.iter().collect::<Vec<_>>() {
            let rest = effect.given.without(z);
            let requires = rule2(graph, &effect.of, &graph.set([z]), &effect.do_, &rest);
            if holds(graph, &requires) {
                effect.given = rest;
                effect.do_.insert(z);
                moved.push(MovedCondition { z, requires });
            }
        }
        if moved.len() == before {
            return Exchange { effect, moved };
        }
    }
}
