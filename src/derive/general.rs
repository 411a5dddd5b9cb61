//! ID and IDC told in the three rules, district by district.
//!
//! `u` is the set of ancestors of the outcomes; P(s | do(u ∖ s)) is the Q\[s\] of Tian & Pearl. Nothing outside `u`
//! matters: its nodes are ancestors of no node in it.

use super::board::{Board, Equation, Line};
use crate::graph::NodeSet;
use crate::identify::Effect;
use crate::identify::general::{self, Factor};
use crate::proof::MovedCondition;
use crate::reach;

/// From P(y | do(x), z) to the expression that [`general::build`] makes of it.
pub(super) fn tell(board: &mut Board<'_>, line: Line, effect: &Effect, moved: &[MovedCondition]) -> Line {
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
    match joint_lemma(board, &joint, x).equation() {
        Some(lemma) => board.advance(line, &[lemma]),
        None => line,
    }
}

/// P(y | do(x)), nothing conditioned on.
fn joint_lemma(board: &mut Board<'_>, y: &NodeSet, x: &NodeSet) -> Line {
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
    let lemmas: Vec<Equation> =
        districts.iter().filter_map(|s| district_lemma(board, &universe, s).equation()).collect();
    line = board.advance(line, &lemmas);
    // What `general::build` makes of it: one flat product under the sum.
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
        runs.extend(general::steps(graph, d, district).into_iter().map(|(block, before)| (index, block, before)));
    }
    runs.sort_by_key(|(_, _, before)| before.len());
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
        let blocks: Vec<NodeSet> = general::blocks(graph, d, s);
        let fold = board.chain(&blocks, &u.difference(s), &none).reversed();
        factors.push(fold.from);
        folds.push(fold);
    }
    let product = board.arena.product(factors);
    let line = reorder(board, line, product);
    board.advance(line, &folds)
}

/// Puts `product` in the place of the product that the line's right side is, or sums.
fn reorder(board: &mut Board<'_>, line: Line, product: crate::expr::ExprId) -> Line {
    use crate::expr::Expr;
    match board.arena.get(line.rhs).clone() {
        Expr::Sum { over, .. } => {
            let target = board.arena.sum(over.iter().copied(), product);
            board.rewrite(line, target)
        }
        Expr::Number(_)
        | Expr::P(_)
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_)
        | Expr::Value(_) => board.rewrite(line, product),
    }
}

/// P(s | do(u ∖ s)) = the product that [`general`] computes for the district s of the effective graph.
fn district_lemma(board: &mut Board<'_>, u: &NodeSet, s: &NodeSet) -> Line {
    let graph = board.graph;
    let none = graph.no_nodes();
    let query = board.term(s, &u.difference(s), &none);
    let start = Line::start(query);
    let Some(first) = s.first() else { return start };
    let mut set = reach::district_of(graph, first, u);
    let mut lemma = whole_district(board, u, &set);
    let mut factors = general::district_factors(graph, u, &set, board.arena);
    let mut blocks: Vec<Option<Equation>> = vec![None; factors.len()];
    while set != *s {
        let ancestral = reach::ancestors_within(graph, s, &set);
        let next = reach::district_of(graph, first, &ancestral);
        if next == ancestral || next == set {
            break;
        }
        let split = general::split(graph, &factors, &set, &ancestral, &next, board.arena);
        let level = Level { u, set: &set, lemma, factors: &factors, blocks: &blocks };
        (lemma, blocks) = part_lemma(board, &level, &ancestral, &next, &split);
        factors = split;
        set = next;
    }
    let dropped = set.difference(s);
    let mut line = start;
    if !dropped.is_empty() {
        let idle = board.rule3(s, &u.difference(&set), &dropped, &none);
        line = board.advance(line, &[idle]);
    }
    let marginal = marginal_lemma(board, &Level { u, set: &set, lemma, factors: &factors, blocks: &blocks }, s);
    match marginal.equation() {
        Some(equation) => board.advance(line, &[equation]),
        None => line,
    }
}

/// A set on the way from a district of the whole graph down to the one wanted, with its Q.
struct Level<'a> {
    u: &'a NodeSet,
    set: &'a NodeSet,
    /// P(set | do(u ∖ set)) = the product of `factors`.
    lemma: Line,
    factors: &'a [Factor],
    /// For each factor that is no plain distribution: P(its block | …) = the factor.
    blocks: &'a [Option<Equation>],
}

/// Lemma C: P(c | do(u ∖ c)) = Π P(b | what matters of all before b), for a district c of the whole graph.
fn whole_district(board: &mut Board<'_>, u: &NodeSet, c: &NodeSet) -> Line {
    let graph = board.graph;
    let none = graph.no_nodes();
    let others = u.difference(c);
    let query = board.term(c, &others, &none);
    let blocks = general::blocks(graph, u, c);
    let mut line = Line::start(query);
    if blocks.len() > 1 {
        let chain = board.chain(&blocks, &others, &none);
        line = board.advance(line, &[chain]);
    }
    let factors = general::district_factors(graph, u, c, board.arena);
    let (mut drops, mut exchanges, mut prunes) = (Vec::new(), Vec::new(), Vec::new());
    for ((block, before), factor) in general::steps(graph, u, c).into_iter().zip(&factors) {
        let w = before.intersection(c);
        let earlier = others.intersection(&before);
        let later = others.difference(&before);
        if !later.is_empty() {
            drops.push(board.rule3(&block, &earlier, &later, &w));
        }
        if !earlier.is_empty() {
            exchanges.push(board.rule2(&block, &none, &earlier, &w));
        }
        let given = factor.given.clone().unwrap_or_else(|| before.clone());
        let irrelevant = before.difference(&given);
        if !irrelevant.is_empty() {
            prunes.push(board.rule1(&block, &none, &irrelevant, &given));
        }
    }
    let line = board.advance(line, &drops);
    let line = board.advance(line, &exchanges);
    board.advance(line, &prunes)
}

/// P(keep | do(u ∖ set)) = the marginal of the level's factors.
fn marginal_lemma(board: &mut Board<'_>, level: &Level<'_>, keep: &NodeSet) -> Line {
    let graph = board.graph;
    let none = graph.no_nodes();
    let actions = level.u.difference(level.set);
    let query = board.term(keep, &actions, &none);
    let mut line = Line::start(query);
    let summed = level.set.difference(keep);
    if !summed.is_empty() {
        let spread = board.marginalise(keep, &actions, &summed, &none);
        line = board.advance(line, &[spread]);
    }
    if let Some(lemma) = level.lemma.equation() {
        line = board.advance(line, &[lemma]);
    }
    let marginal = general::marginal(graph, level.factors, keep, board.arena);
    for (done, &position) in marginal.dropped.iter().enumerate() {
        if let Some(Some(block)) = level.blocks.get(position) {
            line = drop_factor(board, level, keep, &marginal.dropped[..=done], *block, line);
        }
    }
    let explicit = board.arena.product(marginal.explicit.iter().copied());
    line = board.rewrite(line, explicit);
    let narrowings: Vec<Equation> = marginal
        .narrowed
        .iter()
        .map(|&(wide, narrow)| board.push(crate::proof::Rule::Marginalise, narrow, wide, Vec::new(), Vec::new()))
        .map(Equation::reversed)
        .collect();
    board.advance(line, &narrowings)
}

/// Takes the last of the `dropped` factors, which `block` equates with a distribution of its block, out of a line whose
/// right side sums the level's factors: it sums to one because the distribution does.
fn drop_factor(
    board: &mut Board<'_>,
    level: &Level<'_>,
    keep: &NodeSet,
    dropped: &[usize],
    block: Equation,
    line: Line,
) -> Line {
    let graph = board.graph;
    let Some(&position) = dropped.last() else { return line };
    let own = &level.factors[position];
    let alive = level.factors.iter().enumerate().filter(|(i, _)| !dropped.contains(i)).map(|(_, factor)| factor);
    let mut rest = graph.no_nodes();
    let mut factors = Vec::new();
    for factor in alive {
        rest.extend(&factor.block);
        factors.push(factor.expr);
    }
    rest.subtract(keep);
    let total = board.sum(&own.block, own.expr);
    factors.push(total);
    let body = board.arena.product(factors);
    let target = board.sum(&rest, body);
    let line = board.rewrite(line, target);
    let one = board.arena.one();
    let unit = board.advance(Line::start(total), &[block.reversed()]);
    let unit = board.rewrite(unit, one);
    match unit.equation() {
        Some(equation) => board.advance(line, &[equation]),
        None => line,
    }
}

/// P(t | do(u ∖ t)) for a district t of an ancestral subset a of a level's set: block by block a ratio of marginals.
/// Also, for each block whose factor is no plain distribution, that equation alone.
fn part_lemma(
    board: &mut Board<'_>,
    level: &Level<'_>,
    a: &NodeSet,
    t: &NodeSet,
    factors: &[Factor],
) -> (Line, Vec<Option<Equation>>) {
    let graph = board.graph;
    let none = graph.no_nodes();
    let outside = level.u.difference(level.set);
    let actions = level.u.difference(t);
    let query = board.term(t, &actions, &none);
    let mut line = Line::start(query);
    let steps = general::steps(graph, a, t);
    if steps.len() > 1 {
        let blocks: Vec<NodeSet> = steps.iter().map(|(block, _)| block.clone()).collect();
        let chain = board.chain(&blocks, &actions, &none);
        line = board.advance(line, &[chain]);
    }
    let (mut drops, mut exchanges, mut conditions, mut marginals, mut ratios, mut folds) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for ((block, before), factor) in steps.into_iter().zip(factors) {
        let w = before.intersection(t);
        let e = before.difference(t);
        let idle = level.set.difference(t).difference(&e);
        if !idle.is_empty() {
            drops.push(board.rule3(&block, &outside.union(&e), &idle, &w));
        }
        if !e.is_empty() {
            exchanges.push(board.rule2(&block, &outside, &e, &w));
        }
        let over = marginal_lemma(board, level, &before.union(&block));
        if before.is_empty() {
            marginals.extend(over.equation());
            continue;
        }
        let condition = board.condition(&block, &outside, &before, &none);
        conditions.push(condition);
        let under = marginal_lemma(board, level, &before);
        let mut ratio = Line::start(condition.to);
        let sides: Vec<Equation> = over.equation().into_iter().chain(under.equation()).collect();
        ratio = board.advance(ratio, &sides);
        marginals.extend(sides);
        let parts = |board: &mut Board<'_>, keep: &NodeSet| general::marginal(graph, level.factors, keep, board.arena);
        let (numerator, denominator) = (parts(board, &before.union(&block)), parts(board, &before));
        let (quotient, reached) =
            general::ratio(graph, block.clone(), &numerator.parts, &denominator.parts, board.arena);
        // Either the quotient is the plain conditional distribution that it looks like, or it stays as it is.
        if quotient != reached.expr {
            ratios.push(board.algebra(ratio.rhs, quotient));
            folds.push(
                board.push(crate::proof::Rule::Condition, reached.expr, quotient, Vec::new(), Vec::new()).reversed(),
            );
        } else if ratio.rhs != factor.expr {
            ratios.push(board.algebra(ratio.rhs, factor.expr));
        }
    }
    let moves = [drops, exchanges, conditions, marginals, ratios, folds];
    let through = |board: &mut Board<'_>, line: Line| moves.iter().fold(line, |line, by| board.advance(line, by));
    let blocks = general::blocks(graph, a, t);
    let equations = blocks.iter().zip(factors).enumerate().map(|(i, (block, factor))| {
        if factor.given.is_some() {
            return None;
        }
        let w = blocks[..i].iter().fold(graph.no_nodes(), |w, earlier| w.union(earlier));
        let term = board.term(block, &actions, &w);
        through(board, Line::start(term)).equation()
    });
    let equations = equations.collect();
    (through(board, line), equations)
}
