//! ID and IDC told in the three rules, district by district.
//!
//! `u` is the set of ancestors of the outcomes; P(s | do(u ∖ s)) is the Q\[s\] of Tian & Pearl. Nothing outside `u`
//! matters: its nodes are ancestors of no node in it.

use super::board::{Board, Equation, Line};
use super::district;
use crate::expr::{Expr, ExprId};
use crate::graph::NodeSet;
use crate::identify::Effect;
use crate::identify::descent;
use crate::identify::general;
use crate::proof::MovedCondition;
use crate::reach;

/// From P(y | do(x), z) to the expression that [`general::build`] makes of it; where it need not be `flat`, to one that
/// equals it by algebra.
pub(super) fn tell(board: &mut Board<'_>, line: Line, effect: &Effect, moved: &[MovedCondition], flat: bool) -> Line {
    let none = board.graph.no_nodes();
    let mut left = effect.clone();
    let mut line = line;
    for condition in moved {
        let z = board.graph.set([condition.z]);
        left.given.subtract(&z);
        let exchange = board.rule2(&left.of, &left.do_, &z, &left.given).reversed();
        line = board.advance(line, &[exchange]);
        left.do_.extend(&z);
    }
    let Effect { of: y, do_: x, given: z } = &left;
    let joint = y.union(z);
    if !z.is_empty() {
        let condition = board.condition(y, x, z, &none);
        line = board.advance(line, &[condition]);
        let denominator = board.marginalise(z, x, y, &none);
        line = board.advance(line, &[denominator]);
    }
    match joint_lemma(board, &joint, x, flat).equation() {
        Some(lemma) => board.advance(line, &[lemma]),
        None => line,
    }
}

/// P(y | do(x)), nothing conditioned on.
fn joint_lemma(board: &mut Board<'_>, y: &NodeSet, x: &NodeSet, flat: bool) -> Line {
    let graph = board.graph;
    let none = graph.no_nodes();
    let (universe, effective) = general::ancestors(graph, y, x);
    let query = board.term(y, x, &none);
    let mut line = Line::start(query);
    let outside = x.difference(&universe);
    let x = x.intersection(&universe);
    if !outside.is_empty() {
        let idle = board.rule3(y, &x, &outside, &none);
        line = board.advance(line, &[idle]);
    }
    let spread = effective.difference(y);
    if !spread.is_empty() {
        let marginal = board.marginalise(y, &x, &spread, &none);
        line = board.advance(line, &[marginal]);
    }
    let all = universe.difference(&effective);
    let others = all.difference(&x);
    if !others.is_empty() {
        let act = board.rule3(&effective, &x, &others, &none).reversed();
        line = board.advance(line, &[act]);
    }
    let districts = reach::districts(graph, &effective);
    if districts.len() > 1 {
        line = by_district(board, line, &universe, &effective, &districts);
    }
    let lemmas: Vec<Equation> = districts.iter().filter_map(|s| district::lemma(board, &universe, s)).collect();
    line = board.advance(line, &lemmas);
    if !flat {
        return line;
    }
    // One flat product under the sum.
    match general::build(graph, &Effect { of: y.clone(), do_: x, given: none }, board.arena) {
        Ok(flat) => board.rewrite(line, flat),
        Err(_) => line,
    }
}

/// P(d | do(u ∖ d)) = Π_s P(s | do(u ∖ s)) over the districts s of d.
fn by_district(board: &mut Board<'_>, line: Line, u: &NodeSet, d: &NodeSet, districts: &[NodeSet]) -> Line {
    let graph = board.graph;
    let none = graph.no_nodes();
    let outside = u.difference(d);
    // Maximal runs of one district in the topological order of d.
    let mut runs: Vec<(usize, NodeSet, NodeSet)> = Vec::new();
    for (index, district) in districts.iter().enumerate() {
        runs.extend(descent::steps(graph, d, district).into_iter().map(|(block, before)| (index, block, before)));
    }
    runs.sort_by_cached_key(|(_, _, before)| before.len());
    let blocks: Vec<NodeSet> = runs.iter().map(|(_, block, _)| block.clone()).collect();
    let chain = board.chain(&blocks, &outside, &none);
    let line = board.advance(line, &[chain]);
    let (mut exchanges, mut completions) = (Vec::new(), Vec::new());
    for (index, block, before) in &runs {
        let s = &districts[*index];
        let w = before.intersection(s);
        let others = before.difference(s);
        let mut actions = outside.clone();
        if !others.is_empty() {
            exchanges.push(board.rule2(block, &outside, &others, &w).reversed());
            actions.extend(&others);
        }
        let later = d.difference(s).difference(before);
        if !later.is_empty() {
            completions.push(board.rule3(block, &actions, &later, &w).reversed());
        }
    }
    let line = board.advance(line, &exchanges);
    let line = board.advance(line, &completions);
    let (mut factors, mut folds) = (Vec::new(), Vec::new());
    for s in districts {
        let blocks: Vec<NodeSet> = descent::blocks(graph, d, s);
        let fold = board.chain(&blocks, &u.difference(s), &none).reversed();
        factors.push(fold.from);
        folds.push(fold);
    }
    let product = board.arena.product(factors);
    let line = reorder(board, line, product);
    board.advance(line, &folds)
}

/// Puts `product` in the place of the product that the line's right side is, or sums.
fn reorder(board: &mut Board<'_>, line: Line, product: ExprId) -> Line {
    let body = if let Expr::Sum { body, .. } = board.arena.get(line.rhs) { *body } else { line.rhs };
    if body == product {
        return line;
    }
    let equation = board.algebra(body, product);
    board.advance(line, &[equation])
}
