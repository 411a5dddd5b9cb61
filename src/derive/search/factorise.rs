//! Every term as a function of small conditional distributions: by the order of the graph, each variable given those
//! before it that tell of it.
//!
//! Two expressions in measured distributions that are equal by the independences of the graph have one normal form once
//! both are so written (the ordered local Markov property, Richardson 2003): where a set of conditions separates, the
//! product falls apart just there.

use super::moves::{holds, needed};
use crate::derive::board::{Board, Equation, Line};
use crate::expr::{Arena, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{Derivation, Rule};
use crate::reach;

/// Terms with more relevant variables stay as they are.
pub const RELEVANT: usize = 40;

/// The expression with each term factorised, and the derivation that leads there. Terms with actions keep those that
/// no rule lets go.
pub fn factorise(graph: &Graph, arena: &mut Arena, expr: ExprId) -> (ExprId, Derivation) {
    let terms: Vec<Term> = arena.terms(expr).into_iter().cloned().collect();
    let mut board = Board::new(graph, arena);
    let mut equations = Vec::new();
    for term in terms {
        equations.extend(factorised(&mut board, &term).equation());
    }
    let line = board.advance(Line::start(expr), &equations);
    let result = line.rhs;
    (result, board.finish(line))
}

/// The expression with, in each term that has an action, every condition acted on that may be, and then without actions
/// and conditions that tell nothing: what is left of two terms is often one and the same where neither has an estimand.
pub fn act(graph: &Graph, arena: &mut Arena, expr: ExprId) -> (ExprId, Derivation) {
    let acting = arena.terms(expr).into_iter().filter(|term| !term.do_().is_empty());
    let terms: Vec<Term> = acting.cloned().collect();
    let mut board = Board::new(graph, arena);
    let mut equations = Vec::new();
    for term in terms {
        equations.extend(acted(&mut board, &term).equation());
    }
    let line = board.advance(Line::start(expr), &equations);
    let result = line.rhs;
    (result, board.finish(line))
}

fn acted(board: &mut Board<'_>, term: &Term) -> Line {
    let start = board.arena.p(term.clone());
    let mut line = Line::start(start);
    let mut current = term.clone();
    let go_on = |line: &mut Line, current: &mut Term, moved: Option<(Equation, Term)>, board: &mut Board<'_>| {
        if let Some((equation, next)) = moved {
            *line = board.advance(*line, &[equation]);
            *current = next;
        }
    };
    for &z in term.given() {
        let moved = set(board, &current, z);
        go_on(&mut line, &mut current, moved, board);
    }
    for z in current.do_().to_vec() {
        let moved = drop_actions(board, &current, &[z]);
        go_on(&mut line, &mut current, moved, board);
    }
    for z in current.given().to_vec() {
        let moved = drop_conditions(board, &current, &[z]);
        go_on(&mut line, &mut current, moved, board);
    }
    line
}

/// P(y | do(x), z) = P(y, z | do(x)) / P(z | do(x)), each of them factorised.
fn factorised(board: &mut Board<'_>, term: &Term) -> Line {
    let start = board.arena.p(term.clone());
    let mut line = Line::start(start);
    if term.given().is_empty() {
        return joint(board, term);
    }
    let all = [term.of(), term.given()].concat();
    let (Some(over), Some(under)) =
        (Term::new(all, [], term.do_().to_vec()), Term::new(term.given().to_vec(), [], term.do_().to_vec()))
    else {
        return line;
    };
    if relevant(board.graph, &over).len() > RELEVANT {
        return line;
    }
    let sides = [board.arena.p(over.clone()), board.arena.p(under.clone())];
    let quotient = board.arena.quotient(sides[0], sides[1]);
    let condition = board.push(Rule::Condition, start, quotient, Vec::new(), Vec::new());
    line = board.advance(line, &[condition]);
    let equations: Vec<Equation> = [over, under].iter().filter_map(|term| joint(board, term).equation()).collect();
    board.advance(line, &equations)
}

fn relevant(graph: &Graph, term: &Term) -> NodeSet {
    let set = |refs: &[Ref]| graph.set(refs.iter().map(|r| Node::new(r.var.index())));
    reach::ancestors_cut(graph, &set(term.of()), &Mutilation::over(graph, set(term.do_())))
}

/// P(y | do(x)) = Σ_a Π P(v | those before it that matter, do(…)), the product over the ancestors of y.
fn joint(board: &mut Board<'_>, term: &Term) -> Line {
    let graph = board.graph;
    let start = board.arena.p(term.clone());
    let mut line = Line::start(start);
    let at = |node: Node| {
        let var = Var::new(node.index());
        term.refs().find(|r| r.var == var).unwrap_or(Ref::plain(var))
    };
    let relevant = relevant(graph, term);
    let of: Vec<Ref> = term.of().to_vec();
    if relevant.len() > RELEVANT {
        return line;
    }
    // Actions that reach nothing.
    let acting: Vec<Ref> = term.do_().iter().copied().filter(|r| relevant.contains(Node::new(r.var.index()))).collect();
    let idle: Vec<Ref> = term.do_().iter().copied().filter(|r| !acting.contains(r)).collect();
    let mut current = term.clone();
    if !idle.is_empty() {
        match drop_actions(board, &current, &idle) {
            Some((equation, next)) => {
                line = board.advance(line, &[equation]);
                current = next;
            }
            None => return line,
        }
    }
    let acting: Vec<Ref> = current.do_().to_vec();
    let inner: Vec<Node> = graph
        .topological_order()
        .iter()
        .copied()
        .filter(|node| relevant.contains(*node) && !acting.iter().any(|r| r.var.index() == node.index()))
        .collect();
    let summed: Vec<Ref> = inner.iter().map(|&node| at(node)).filter(|r| !of.contains(r)).collect();
    if !summed.is_empty() {
        let Some(wide) = Term::new(inner.iter().map(|&node| at(node)), [], acting.clone()) else { return line };
        let (from, body) = (board.arena.p(current), board.arena.p(wide.clone()));
        let to = board.arena.sum(summed, body);
        let spread = board.push(Rule::Marginalise, from, to, Vec::new(), Vec::new());
        line = board.advance(line, &[spread]);
        current = wide;
    }
    let mut before: Vec<Ref> = Vec::new();
    let mut factors = Vec::new();
    for &node in &inner {
        let Some(factor) = Term::new([at(node)], before.clone(), acting.clone()) else { return line };
        factors.push(factor);
        before.push(at(node));
    }
    if factors.len() > 1 {
        let from = board.arena.p(current);
        let all: Vec<ExprId> = factors.iter().map(|factor| board.arena.p(factor.clone())).collect();
        let to = board.arena.product(all);
        let chain = board.push(Rule::Chain, from, to, Vec::new(), Vec::new());
        line = board.advance(line, &[chain]);
    }
    let mut equations = Vec::new();
    for (position, factor) in factors.iter().enumerate() {
        equations.extend(bare(board, factor, &inner[..=position]).equation());
    }
    board.advance(line, &equations)
}

/// A factor without idle conditions and actions, its actions observed where that is as good.
fn bare(board: &mut Board<'_>, factor: &Term, so_far: &[Node]) -> Line {
    let graph = board.graph;
    let start = board.arena.p(factor.clone());
    let mut line = Line::start(start);
    let Some(&own) = so_far.last() else { return line };
    let district = reach::district_of(graph, own, &graph.set(so_far.iter().copied()));
    let mut near = district.clone();
    for node in district.iter() {
        near.extend(&graph.set(graph.parents(node)));
    }
    let is_near = |r: &Ref| near.contains(Node::new(r.var.index()));
    let mut current = factor.clone();
    let far: Vec<Ref> = current.given().iter().copied().filter(|r| !is_near(r)).collect();
    if let Some((equation, next)) = drop_conditions(board, &current, &far) {
        line = board.advance(line, &[equation]);
        current = next;
    }
    let far: Vec<Ref> = current.do_().iter().copied().filter(|r| !is_near(r)).collect();
    if let Some((equation, next)) = drop_actions(board, &current, &far) {
        line = board.advance(line, &[equation]);
        current = next;
    }
    for action in current.do_().to_vec() {
        if let Some((equation, next)) = observe(board, &current, action) {
            line = board.advance(line, &[equation]);
            current = next;
        }
    }
    for condition in current.given().to_vec() {
        if let Some((equation, next)) = drop_conditions(board, &current, &[condition]) {
            line = board.advance(line, &[equation]);
            current = next;
        }
    }
    line
}

/// Rule 1, where it applies.
fn drop_conditions(board: &mut Board<'_>, term: &Term, z: &[Ref]) -> Option<(Equation, Term)> {
    let left: Vec<Ref> = term.given().iter().copied().filter(|r| !z.contains(r)).collect();
    let next = Term::new(term.of().to_vec(), left.clone(), term.do_().to_vec())?;
    apply(board, Rule::Rule1, (term, next), term.do_(), z, &left)
}

/// Rule 2, where it applies.
fn observe(board: &mut Board<'_>, term: &Term, z: Ref) -> Option<(Equation, Term)> {
    let left: Vec<Ref> = term.do_().iter().copied().filter(|&r| r != z).collect();
    let seen = term.given().iter().copied().chain([z]);
    let next = Term::new(term.of().to_vec(), seen, left.clone())?;
    apply(board, Rule::Rule2, (term, next), &left, &[z], term.given())
}

/// Rule 2 from observation to action, where it applies.
fn set(board: &mut Board<'_>, term: &Term, z: Ref) -> Option<(Equation, Term)> {
    let left: Vec<Ref> = term.given().iter().copied().filter(|&r| r != z).collect();
    let next = Term::new(term.of().to_vec(), left.clone(), term.do_().iter().copied().chain([z]))?;
    apply(board, Rule::Rule2, (term, next), term.do_(), &[z], &left)
}

/// Rule 3, where it applies.
fn drop_actions(board: &mut Board<'_>, term: &Term, z: &[Ref]) -> Option<(Equation, Term)> {
    let left: Vec<Ref> = term.do_().iter().copied().filter(|r| !z.contains(r)).collect();
    let next = Term::new(term.of().to_vec(), term.given().to_vec(), left.clone())?;
    apply(board, Rule::Rule3, (term, next), &left, z, term.given())
}

fn apply(
    board: &mut Board<'_>,
    rule: Rule,
    (term, next): (&Term, Term),
    x: &[Ref],
    z: &[Ref],
    w: &[Ref],
) -> Option<(Equation, Term)> {
    if z.is_empty() {
        return None;
    }
    let requires = needed(board.graph, rule, term.of(), x, z, w);
    if !holds(board.graph, &requires) {
        return None;
    }
    let (from, to) = (board.arena.p(term.clone()), board.arena.p(next.clone()));
    debug_assert!(matches!(board.arena.get(to), Expr::P(_)));
    Some((board.push(rule, from, to, Vec::new(), vec![requires]), next))
}
