//! A distribution of measured variables, written out in the factors of its ancestors: one form for all that separations
//! make equal.

use super::joined::Shown;
use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{Derivation, Rule, Separation, Step};
use crate::reach;

/// Terms with more ancestors are left alone: the form has a factor for each.
const ANCESTORS: usize = 24;

/// P(a | b) as a quotient of P(a, b) by P(b), each the sum over its further ancestors of the product over all of
/// P(v | family of v's district so far), with the derivation. None for terms with actions or too many ancestors.
pub(super) fn expanded(graph: &Graph, arena: &mut Arena, term: &Term) -> Option<(ExprId, Derivation)> {
    if !term.do_().is_empty() {
        return None;
    }
    let query = arena.p(term.clone());
    let all: Vec<Ref> = term.of().iter().chain(term.given()).copied().collect();
    if term.given().is_empty() {
        let shown = joint(graph, arena, &all)?;
        return Some((shown.expr, shown.derivation));
    }
    let (over, under) = (joint(graph, arena, &all)?, joint(graph, arena, term.given())?);
    let quotient = arena.quotient(over.of, under.of);
    let shown = Shown::start(query).then(quotient, one(Rule::Condition, query, quotient));
    let target = arena.quotient(over.expr, under.expr);
    let shown = shown.by(&[over, under], target);
    Some((shown.expr, shown.derivation))
}

/// P(refs) in factors.
fn joint(graph: &Graph, arena: &mut Arena, refs: &[Ref]) -> Option<Shown> {
    let node = |r: &Ref| Node::new(r.var.index());
    let named = graph.set(refs.iter().map(node));
    let ancestors = reach::ancestors(graph, &named);
    if ancestors.len() > ANCESTORS {
        return None;
    }
    let at = |n: Node| {
        let named = refs.iter().copied().find(|r| node(r) == n);
        named.unwrap_or_else(|| Ref::plain(Var::new(n.index())))
    };
    let further: Vec<Ref> = ancestors.difference(&named).iter().map(at).collect();
    let start = arena.p(Term::new(refs.iter().copied(), [], [])?);
    let whole = arena.p(Term::new(ancestors.iter().map(at), [], [])?);
    let mut shown = Shown::start(start);
    if !further.is_empty() {
        let sum = arena.sum(further.iter().copied(), whole);
        shown = shown.then(sum, one(Rule::Marginalise, start, sum));
    }
    let mut order: Vec<Node> = ancestors.iter().collect();
    order.sort_unstable_by_key(|&n| graph.rank(n));
    let (mut factors, mut simple, mut equations) = (Vec::new(), Vec::new(), Vec::new());
    let mut before = graph.no_nodes();
    for &n in &order {
        let long = arena.p(Term::new([at(n)], before.iter().map(at), [])?);
        let given = family(graph, n, &before);
        let short = arena.p(Term::new([at(n)], given.iter().map(at), [])?);
        if long != short {
            let requires =
                Separation { x: graph.set([n]), y: before.difference(&given), given, cut: Mutilation::none(graph) };
            let step = Step { rule: Rule::Rule1, lhs: long, rhs: short, uses: Vec::new(), requires: vec![requires] };
            equations.push(Shown { of: long, expr: short, derivation: Derivation { steps: vec![step] } });
        }
        factors.push(long);
        simple.push(short);
        before.insert(n);
    }
    let (chain, product) = (arena.product(factors), arena.product(simple));
    let mut inner = Shown::start(whole);
    if chain != whole {
        inner = inner.then(chain, one(Rule::Chain, whole, chain));
    }
    let inner = inner.by(&equations, product);
    let target = arena.sum(further, product);
    Some(shown.by(&[inner], target))
}

/// The district of a node among itself and those before it, and their parents, without the node.
fn family(graph: &Graph, node: Node, before: &NodeSet) -> NodeSet {
    let district = reach::district_of(graph, node, &before.with(node));
    let mut family = district.clone();
    for member in district.iter() {
        family.extend(&graph.set(graph.parents(member)));
    }
    family.without(node)
}

/// One step.
pub(super) fn one(rule: Rule, lhs: ExprId, rhs: ExprId) -> Derivation {
    Derivation { steps: vec![Step { rule, lhs, rhs, uses: Vec::new(), requires: Vec::new() }] }
}
