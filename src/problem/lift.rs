//! Meaning → tree, so that whatever is printed parses and means the same again.
//!
//! Spans of lifted trees are `0..0`. A reference at a value becomes `y = 1`, a copy its primes, and `Σ_{y} y P(y | …)`
//! an expectation.

use super::{Expectation, ExpectationKind, Problem, ProofLine, Query, QueryKind, Reason};
use crate::expr::{Arena, At, BigRational, Expr as Node, ExprId, Ref, Term};
use crate::graph::{Graph, NodeSet};
use crate::proof::{Rule, Separation};
use crate::source::{Span, Spanned};
use crate::syntax::tree::{self, Cut, Expr, ExprKind, Independence, Name, PTerm, Reference, RuleName, Variable};
use num_traits::{One, Signed, Zero};
use rustc_hash::FxHashMap;

/// Longer expressions of a question, counted as [`Arena::size`] does, are written with the names of the definitions
/// they use.
const WRITTEN_OUT: u64 = 2_000;

/// The tree of an expression. `definitions` are names that stand for subexpressions, the expression itself included:
/// to lift a definition's own body, give those before it.
///
/// Takes time and space of the length as written, so let definitions cover what is shared. No recursion.
#[must_use]
pub fn expr(graph: &Graph, arena: &Arena, id: ExprId, definitions: &[(String, ExprId)]) -> Expr {
    let mut names: FxHashMap<ExprId, &str> = FxHashMap::default();
    for (name, id) in definitions {
        names.entry(*id).or_insert(name);
    }
    let mut tasks = vec![(id, false)];
    let mut done: Vec<Expr> = Vec::new();
    // What the sums around the current node bind, and how often.
    let mut bound: FxHashMap<Ref, usize> = FxHashMap::default();
    while let Some((id, ready)) = tasks.pop() {
        if let Some(name) = names.get(&id) {
            done.push(at_zero(ExprKind::Name(Variable { name: named(*name), primes: 0 })));
            continue;
        }
        let node = arena.get(id);
        if let (false, Some(expected)) = (ready, expected(arena, node, &bound, &names)) {
            done.push(expectation_of(graph, arena, expected));
            continue;
        }
        if let Node::Sum { over, .. } = node {
            for reference in over {
                let count = bound.entry(*reference).or_default();
                *count = if ready { count.saturating_sub(1) } else { *count + 1 };
            }
        }
        let operands = node.operands();
        if !ready && !operands.is_empty() {
            tasks.push((id, true));
            tasks.extend(operands.iter().rev().map(|&operand| (operand, false)));
            continue;
        }
        let parts = done.split_off(done.len().saturating_sub(operands.len()));
        done.push(build(graph, arena, node, parts));
    }
    done.pop().unwrap_or_else(|| integer("0"))
}

/// The term of which a sum is the expectation, `Σ_{y} y P(y | …)`, where `E[y | …]` would be read as that very sum:
/// as one over the first copy of y that is not bound around it.
fn expected<'a>(
    arena: &'a Arena,
    node: &Node,
    bound: &FxHashMap<Ref, usize>,
    names: &FxHashMap<ExprId, &str>,
) -> Option<&'a Term> {
    let Node::Sum { over, body } = node else { return None };
    let (&[copy], Node::Product(factors)) = (&**over, arena.get(*body)) else { return None };
    let &[value, p] = &**factors else { return None };
    let (Node::Value(of), Node::P(term)) = (arena.get(value), arena.get(p)) else { return None };
    let named = [*body, value, p].iter().any(|id| names.contains_key(id));
    let At::Copy(primes) = copy.at else { return None };
    let is_bound = |reference: Ref| bound.get(&reference).is_some_and(|&count| count > 0);
    let first = !is_bound(copy) && (0..primes).all(|fewer| is_bound(Ref::copy(copy.var, fewer)));
    (!named && first && *of == copy && term.of() == [copy]).then_some(term)
}

fn expectation_of(graph: &Graph, arena: &Arena, of: &Term) -> Expr {
    let lifted = term(graph, arena, of);
    let ExprKind::P(mut inside) = lifted.kind else { return lifted };
    for reference in &mut inside.of {
        reference.variable.primes = 0;
    }
    at_zero(ExprKind::E(inside))
}

/// One node on top of its lifted operands.
fn build(graph: &Graph, arena: &Arena, node: &Node, mut parts: Vec<Expr>) -> Expr {
    let kind = match node {
        Node::Number(number) => return rational(number),
        Node::P(of) => return term(graph, arena, of),
        Node::Value(reference) => match reference.at {
            At::Copy(_) => ExprKind::Name(variable(graph, *reference)),
            // The numeric value of a variable at a value is that number; other texts have none.
            At::Value(value) => ExprKind::Number(arena.text(value).to_owned()),
        },
        Node::Sum { over, .. } => {
            let over = over.iter().map(|&reference| variable(graph, reference)).collect();
            ExprKind::Sum { over, body: Box::new(first(&mut parts)) }
        }
        Node::Product(_) => ExprKind::Product(parts),
        Node::Quotient(..) => {
            let under = parts.pop().unwrap_or_else(|| integer("1"));
            ExprKind::Quotient(Box::new(first(&mut parts)), Box::new(under))
        }
        Node::Plus(_) => ExprKind::Plus(parts),
        Node::Minus(all) => {
            let negative = match **all {
                // `-2` is read as a number, so a number taken from nothing is written out.
                [zero, other] => {
                    matches!(arena.get(zero), Node::Number(n) if n.is_zero())
                        && !matches!(arena.get(other), Node::Number(_))
                }
                _ => false,
            };
            match (negative, parts.pop()) {
                (true, Some(other)) => ExprKind::Negative(Box::new(other)),
                (_, last) => {
                    parts.extend(last);
                    ExprKind::Minus(parts)
                }
            }
        }
    };
    at_zero(kind)
}

fn first(parts: &mut Vec<Expr>) -> Expr {
    parts.pop().unwrap_or_else(|| integer("0"))
}

/// The tree of `P(of | do(do_), given)`.
#[must_use]
pub fn term(graph: &Graph, arena: &Arena, term: &Term) -> Expr {
    let lift = |refs: &[Ref]| refs.iter().map(|&r| reference(graph, arena, r)).collect();
    at_zero(ExprKind::P(PTerm {
        of: lift(term.of()),
        do_: lift(term.do_()),
        given: lift(term.given()),
        policies: Vec::new(),
    }))
}

/// The tree of a reference inside a term.
#[must_use]
pub fn reference(graph: &Graph, arena: &Arena, reference: Ref) -> Reference {
    let value = match reference.at {
        At::Copy(_) => None,
        At::Value(value) => Some(named(arena.text(value))),
    };
    Reference { variable: variable(graph, reference), world: Vec::new(), value }
}

/// A variable with its primes.
#[must_use]
pub fn variable(graph: &Graph, reference: Ref) -> Variable {
    let primes = match reference.at {
        At::Copy(primes) => primes,
        At::Value(_) => 0,
    };
    let index = reference.var.index();
    let name =
        if index < graph.len() { graph.name(crate::graph::Node::new(index)).to_owned() } else { format!("v{index}") };
    Variable { name: named(name), primes }
}

/// The tree of a separation, its cut included.
#[must_use]
pub fn separation(graph: &Graph, separation: &Separation) -> Independence {
    Independence {
        x: names(graph, &separation.x),
        y: names(graph, &separation.y),
        given: names(graph, &separation.given),
        cut: Cut { over: names(graph, &separation.cut.no_incoming), under: names(graph, &separation.cut.no_outgoing) },
    }
}

/// The tree of a question, with its label, and with its graph where its file has several. `graph` is the projected
/// graph it is asked of. A proof's question is whether its first and its last expression are equal.
#[must_use]
pub fn query(problem: &Problem, query: &Query, graph: &Graph) -> tree::QueryStatement {
    let lift = |id: ExprId| written(graph, &query.arena, id, &query.definitions);
    let named_graph = graph_name(problem, query.graph);
    let mut outer = named_graph.clone();
    let kind = match &query.kind {
        QueryKind::Effect(effect) => tree::Query::Effect(term(graph, &query.arena, effect)),
        QueryKind::Contrast(id) => tree::Query::Effect(lift(*id)),
        QueryKind::Independence(s) => tree::Query::Independence(separation(graph, s)),
        QueryKind::Equality(lhs, rhs) => tree::Query::Equality(lift(*lhs), lift(*rhs)),
        QueryKind::Adjust { term: effect, with, without } => tree::Query::Adjust {
            effect: term(graph, &query.arena, effect),
            with: names(graph, with),
            without: names(graph, without),
        },
        QueryKind::Implications => {
            outer = None;
            tree::Query::Implications { graph: named_graph }
        }
        QueryKind::Paths { from, to, given } => {
            tree::Query::Paths { from: names(graph, from), to: names(graph, to), given: names(graph, given) }
        }
        QueryKind::Simplify(id) => tree::Query::Simplify(lift(*id)),
        QueryKind::Number(number) => return number.written.clone(),
        QueryKind::Proof { start, lines } => {
            let last = lines.last().map_or(*start, |line| line.expr);
            tree::Query::Equality(lift(*start), lift(last))
        }
    };
    tree::QueryStatement { label: query.name.as_deref().map(named), query: kind, graph: outer }
}

/// The tree of an expectation. `graph` is the projected graph it speaks of.
#[must_use]
pub fn expectation(problem: &Problem, expectation: &Expectation, graph: &Graph) -> tree::Expectation {
    let lift = |id: ExprId| written(graph, &expectation.arena, id, &expectation.definitions);
    let expected = expectation.expected;
    let kind = match &expectation.kind {
        ExpectationKind::Identifiable(id) => tree::ExpectationKind::Identifiable { query: lift(*id), expected },
        ExpectationKind::Independence(s) => {
            tree::ExpectationKind::Independence { independence: separation(graph, s), expected }
        }
        ExpectationKind::Equality(lhs, rhs) => {
            tree::ExpectationKind::Equality { lhs: lift(*lhs), rhs: lift(*rhs), double: false, expected }
        }
        ExpectationKind::Number(number) => return number.written.clone(),
    };
    tree::Expectation { kind, graph: graph_name(problem, expectation.graph) }
}

/// The tree of a reader's proof; None for other questions.
#[must_use]
pub fn proof(problem: &Problem, query: &Query, graph: &Graph) -> Option<tree::ProofBlock> {
    let lift = |id: ExprId| written(graph, &query.arena, id, &query.definitions);
    let QueryKind::Proof { start, lines } = &query.kind else { return None };
    let reason = |reason: &Reason| {
        let separation = reason.separation.as_ref().map(|s| separation(graph, s));
        Some(Spanned::new(tree::Reason { rule: rule(reason.rule)?, separation }, Span::default()))
    };
    let line = |line: &ProofLine| tree::ProofLine {
        span: Span::default(),
        expr: lift(line.expr),
        reasons: line.reasons.iter().filter_map(reason).collect(),
    };
    Some(tree::ProofBlock {
        start: lift(*start),
        graph: graph_name(problem, query.graph),
        lines: lines.iter().map(line).collect(),
    })
}

/// Written out in full where that is short enough to read, else with the names the file has for parts of it.
fn written(graph: &Graph, arena: &Arena, id: ExprId, definitions: &[(String, ExprId)]) -> Expr {
    let names = if arena.size(id) > WRITTEN_OUT { definitions } else { &[] };
    expr(graph, arena, id, names)
}

/// Which graph is meant has to be said only where there are several.
fn graph_name(problem: &Problem, graph: usize) -> Option<Name> {
    let (name, _) = problem.graphs.get_index(graph)?;
    (problem.graphs.len() > 1).then(|| named(name.as_str()))
}

fn rule(rule: Rule) -> Option<RuleName> {
    match rule {
        Rule::Rule1 => Some(RuleName::Rule1),
        Rule::Rule2 => Some(RuleName::Rule2),
        Rule::Rule3 => Some(RuleName::Rule3),
        Rule::Marginalise => Some(RuleName::Marginalise),
        Rule::Chain => Some(RuleName::Chain),
        Rule::Condition => Some(RuleName::Condition),
        Rule::Algebra => Some(RuleName::Algebra),
        // A line that needs it may leave its reason out.
        Rule::Substitute => None,
    }
}

fn rational(number: &BigRational) -> Expr {
    let size = number.numer().abs().to_string();
    let over = integer(&size);
    let over = if number.is_negative() { at_zero(ExprKind::Negative(Box::new(over))) } else { over };
    if number.denom().is_one() {
        return over;
    }
    at_zero(ExprKind::Quotient(Box::new(over), Box::new(integer(&number.denom().to_string()))))
}

fn integer(text: &str) -> Expr {
    at_zero(ExprKind::Number(text.to_owned()))
}

fn names(graph: &Graph, set: &NodeSet) -> Vec<Name> {
    set.iter().map(|node| named(graph.name(node))).collect()
}

fn named(name: impl Into<String>) -> Name {
    Spanned::new(name.into(), Span::default())
}

fn at_zero(kind: ExprKind) -> Expr {
    Expr { span: Span::default(), kind }
}
