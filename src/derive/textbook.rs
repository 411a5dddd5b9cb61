//! The short routes: rules alone, adjustment, front-door.

use super::board::{Board, Equation, Line};
use crate::graph::NodeSet;
use crate::identify::{Effect, RuleMove};

/// One application of a rule to the query `left`, which becomes what the rule makes of it.
pub(super) fn rule_move(board: &mut Board<'_>, left: &mut Effect, rule_move: &RuleMove) -> Equation {
    match rule_move {
        RuleMove::DropConditions { set, .. } => {
            left.given.subtract(set);
            board.rule1(&left.of, &left.do_, set, &left.given)
        }
        RuleMove::ActionsToConditions { set, .. } => {
            left.do_.subtract(set);
            let equation = board.rule2(&left.of, &left.do_, set, &left.given);
            left.given.extend(set);
            equation
        }
        RuleMove::DropActions { set, .. } => {
            left.do_.subtract(set);
            board.rule3(&left.of, &left.do_, set, &left.given)
        }
    }
}

/// P(y | do(x), z) = Σ_w P(y | do(x), z, w) P(w | do(x), z) = Σ_w P(y | x, z, w) P(w | z)
pub(super) fn adjustment(board: &mut Board<'_>, line: Line, effect: &Effect, set: &NodeSet) -> Line {
    let Effect { of: y, do_: x, given: z } = effect;
    let none = board.graph.no_nodes();
    let spread = board.marginalise(y, x, set, z);
    let line = board.advance(line, &[spread]);
    let chain = board.chain(&[set.clone(), y.clone()], x, z);
    let line = board.advance(line, &[chain]);
    let exchange = board.rule2(y, &none, x, &z.union(set));
    let line = board.advance(line, &[exchange]);
    let idle = board.rule3(set, &none, x, z);
    board.advance(line, &[idle])
}

/// Pearl 1995: P(y | do(x)) = Σ_m P(m | do(x)) P(y | do(x), m) = Σ_m P(m | x) P(y | do(m)), and then adjustment for x.
pub(super) fn front_door(board: &mut Board<'_>, line: Line, effect: &Effect, set: &NodeSet) -> Line {
    let Effect { of: y, do_: x, .. } = effect;
    let m = set;
    let none = board.graph.no_nodes();
    let spread = board.marginalise(y, x, m, &none);
    let line = board.advance(line, &[spread]);
    let chain = board.chain(&[m.clone(), y.clone()], x, &none);
    let line = board.advance(line, &[chain]);
    let seen = board.rule2(m, &none, x, &none);
    let line = board.advance(line, &[seen]);
    let acted = board.rule2(y, x, m, &none).reversed();
    let line = board.advance(line, &[acted]);
    let idle = board.rule3(y, m, x, &none);
    let line = board.advance(line, &[idle]);
    let spread = board.marginalise(y, m, x, &none);
    let line = board.advance(line, &[spread]);
    let chain = board.chain(&[x.clone(), y.clone()], m, &none);
    let line = board.advance(line, &[chain]);
    let observed = board.rule2(y, &none, m, x);
    let line = board.advance(line, &[observed]);
    let idle = board.rule3(x, &none, m, &none);
    board.advance(line, &[idle])
}
