//! What is lifted and printed parses, and means the same again.

use super::super::{Problem, QueryKind, lift, read};
use super::sound;
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphBuilder};
use crate::source::Source;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{self, Statement, StatementKind};
use num_bigint::BigInt;
use num_traits::{One, Zero};
use rand::Rng;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

const NAMES: [&str; 8] = ["x", "y", "z", "E", "carry matches", "do", "x.1", "größe"];
const GRAPH: &str = "graph { x -> y -> z; E; \"carry matches\" -> do; x.1 <-> \"größe\"; E -> z }\n";

fn graph() -> Graph {
    let mut builder = GraphBuilder::new();
    for name in NAMES {
        builder.node(name);
    }
    builder.build().unwrap()
}

/// Whether two expressions of two arenas are equal letter by letter.
fn same(a: (&Arena, ExprId), b: (&Arena, ExprId)) -> bool {
    let reference = |x: &Ref, y: &Ref| {
        x.var == y.var
            && match (x.at, y.at) {
                (At::Copy(m), At::Copy(n)) => m == n,
                (At::Value(m), At::Value(n)) => a.0.text(m) == b.0.text(n),
                (At::Copy(_), At::Value(_)) | (At::Value(_), At::Copy(_)) => false,
            }
    };
    let refs = |x: &[Ref], y: &[Ref]| x.len() == y.len() && x.iter().zip(y).all(|(x, y)| reference(x, y));
    let head = match (a.0.get(a.1), b.0.get(b.1)) {
        (Expr::Number(m), Expr::Number(n)) => m == n,
        (Expr::P(s), Expr::P(t)) => refs(s.of(), t.of()) && refs(s.given(), t.given()) && refs(s.do_(), t.do_()),
        (Expr::Value(s), Expr::Value(t)) => reference(s, t),
        (Expr::Sum { over: s, .. }, Expr::Sum { over: t, .. }) => refs(s, t),
        (x, y) => std::mem::discriminant(x) == std::mem::discriminant(y),
    };
    let (x, y) = (a.0.get(a.1).operands(), b.0.get(b.1).operands());
    head && x.len() == y.len() && x.into_iter().zip(y).all(|(x, y)| same((a.0, x), (b.0, y)))
}

fn a_reference(rng: &mut ChaCha8Rng, arena: &mut Arena, var: usize) -> Ref {
    match rng.random_range(0..5) {
        0 => Ref::copy(Var::new(var), rng.random_range(1..3)),
        1 => {
            let text = ["0", "1", "high", "very high", "-1", "do"].choose(rng).unwrap();
            Ref::value(Var::new(var), arena.symbol(text))
        }
        _ => Ref::plain(Var::new(var)),
    }
}

fn a_term(rng: &mut ChaCha8Rng, arena: &mut Arena) -> ExprId {
    let (mut of, mut given, mut do_) = (Vec::new(), Vec::new(), Vec::new());
    let outcome = rng.random_range(0..NAMES.len());
    for var in 0..NAMES.len() {
        let reference = a_reference(rng, arena, var);
        match rng.random_range(0..10) {
            _ if var == outcome => of.push(reference),
            0 => of.push(reference),
            1 | 2 => given.push(reference),
            3 => do_.push(reference),
            _ => {}
        }
    }
    arena.p(Term::new(of, given, do_).unwrap())
}

fn an_expression(rng: &mut ChaCha8Rng, arena: &mut Arena, depth: usize) -> ExprId {
    if depth == 0 || rng.random_bool(0.2) {
        return match rng.random_range(0..6) {
            0 => {
                let (over, under) = (rng.random_range(-9_i32..10), rng.random_range(1..5));
                arena.number(BigRational::new(BigInt::from(over), BigInt::from(under)))
            }
            1 => {
                let reference = Ref::copy(Var::new(rng.random_range(0..NAMES.len())), rng.random_range(0..3));
                arena.value(reference)
            }
            _ => a_term(rng, arena),
        };
    }
    let count = rng.random_range(2..4);
    let kind = rng.random_range(0..7);
    if kind == 0 {
        let body = an_expression(rng, arena, depth - 1);
        let over: Vec<Ref> = arena.free(body).iter().copied().filter(|_| rng.random_bool(0.5)).collect();
        return arena.sum(over, body);
    }
    if kind == 6 {
        // An expectation, over the first copy that is free or over another one, perhaps inside a sum over the first.
        let term = a_term(rng, arena);
        let Expr::P(term) = arena.get(term).clone() else { return term };
        let copy = Ref::copy(term.of()[0].var, rng.random_range(0..3));
        let term = Term::new([copy], term.given().iter().copied(), term.do_().iter().copied()).unwrap();
        let (value, p) = (arena.value(copy), arena.p(term));
        let product = arena.product([value, p]);
        let sum = arena.sum([copy], product);
        let outer = Ref::plain(copy.var);
        let value = arena.value(outer);
        let both = arena.product([value, sum]);
        return if rng.random_bool(0.5) { sum } else { arena.sum([outer], both) };
    }
    let all: Vec<ExprId> = (0..count).map(|_| an_expression(rng, arena, depth - 1)).collect();
    match kind {
        1 | 2 => arena.product(all),
        3 => arena.plus(all),
        4 => arena.minus(all),
        _ => {
            let (over, under) = (all[0], all[1]);
            // A quotient of two whole numbers is read as one number, and nothing is divided by zero.
            match (arena.get(over), arena.get(under)) {
                (_, Expr::Number(n)) if n.is_zero() => over,
                (Expr::Number(m), Expr::Number(n)) if m.denom().is_one() && n.denom().is_one() => over,
                _ => arena.quotient(over, under),
            }
        }
    }
}

fn printed(kind: StatementKind, style: Style) -> String {
    print::statement(&Statement { span: Default::default(), doc: None, kind }, style)
}

fn simplify(expr: tree::Expr) -> StatementKind {
    let query = tree::Query::Simplify(expr);
    StatementKind::Query(tree::QueryStatement { label: None, query, graph: None })
}

#[test]
fn random_expressions_come_back_letter_by_letter() {
    let graph = graph();
    for seed in 0..1_500 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut arena = Arena::new();
        let id = an_expression(&mut rng, &mut arena, 4);
        let style = if seed % 2 == 0 { Style::Ascii } else { Style::Unicode };
        let text = printed(simplify(lift::expr(&graph, &arena, id, &[])), style);
        let (problem, diagnostics) = read(&Source::new("t", format!("{GRAPH}{text}\n")));
        let errors: Vec<_> = diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "seed {seed}: {text}\n{errors:#?}");
        let QueryKind::Simplify(back) = problem.queries[0].kind else { panic!("seed {seed}: {text}") };
        assert!(same((&arena, id), (&problem.queries[0].arena, back)), "seed {seed}: {text}");
    }
}

#[test]
fn shared_expressions_are_lifted_by_name() {
    let graph = graph();
    let mut arena = Arena::new();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (a, b) = (a_term(&mut rng, &mut arena), a_term(&mut rng, &mut arena));
    let mut id = arena.plus([a, b]);
    let mut definitions = vec![("Q0".to_owned(), id)];
    for i in 1..100 {
        id = arena.product([id, id]);
        definitions.push((format!("Q{i}"), id));
    }
    let mut text = GRAPH.to_owned();
    for (position, (name, id)) in definitions.iter().enumerate() {
        let expr = lift::expr(&graph, &arena, *id, &definitions[..position]);
        let name = tree::Name::new(name.clone(), Default::default());
        text.push_str(&printed(StatementKind::Let { name, expr }, Style::Ascii));
        text.push('\n');
    }
    text.push_str(&printed(simplify(lift::expr(&graph, &arena, id, &definitions)), Style::Ascii));
    let problem: Problem = {
        let (problem, diagnostics) = read(&Source::new("t", text));
        assert!(diagnostics.iter().all(|d| !d.is_error()), "{diagnostics:#?}");
        problem
    };
    let query = &problem.queries[0];
    let QueryKind::Simplify(back) = query.kind else { panic!() };
    assert_eq!((query.arena.depth(back), query.arena.len()), (arena.depth(id), arena.len()));
    // Its own text is short too.
    let lifted = lift::query(&problem, query, &graph);
    assert!(print::query(&lifted, Style::Ascii).len() < 100);
}

#[test]
fn statements_come_back() {
    let head = "graph a { z -> x -> y; z -> y; x <-> y }\n";
    let statements = [
        "P(y | do(x), z)",
        "total: P(y = 1 | do(x = 0))",
        "E[y | do(x = 1)] - E[y | do(x = 0)]",
        "x _||_ y | z",
        "x _||_ y | z in [over x; under z]",
        "P(y | do(x)) == sum_{z} P(y | x, z) P(z)",
        "adjust P(y | do(x)) with z",
        "implications",
        "paths x to y | z",
        "simplify sum_{z} P(y | z) P(z) / P(y)",
        "expect identifiable P(y | do(x))",
        "expect not identifiable P(y | do(x))",
        "expect not x _||_ y | z",
        "expect P(y | do(x)) = P(y)",
        "expect not P(y | do(x)) = P(y)",
        "proof P(y) { = sum_{z} P(y | z) P(z) by marginalise, chain\n = P(y) by rule 1 { y _||_ x | z in [over x] }\n = P(y) }",
    ];
    let several = format!("{head}graph b {{ x -> y; x -> z }}\n");
    for statement in statements {
        for head in [head, several.as_str()] {
            let before = sound(&format!("{head}{statement}\n"));
            for style in [Style::Ascii, Style::Unicode] {
                let text = again(&before, style);
                let after = sound(&format!("{head}{text}\n"));
                assert_eq!(text, again(&after, style), "{statement}");
                let graph = |p: &Problem| p.queries.first().map_or_else(|| p.expectations[0].graph, |q| q.graph);
                assert_eq!(graph(&before), graph(&after), "{text}");
                let kinds = |p: &Problem| {
                    let queries = p.queries.iter().map(|q| format!("{:?} {:?}", q.name, q.kind));
                    let expectations = p.expectations.iter().map(|e| format!("{} {:?}", e.expected, e.kind));
                    queries.chain(expectations).collect::<Vec<_>>().join("\n")
                };
                if !text.contains("proof") {
                    assert_eq!(kinds(&before), kinds(&after), "{text}");
                }
            }
        }
    }
}

/// The one question or expectation of a problem, lifted and printed.
fn again(problem: &Problem, style: Style) -> String {
    let measured = |graph: usize| {
        let mut builder = GraphBuilder::new();
        for name in &problem.graphs[graph].measured {
            builder.node(name);
        }
        builder.build().unwrap()
    };
    if let Some(query) = problem.queries.first() {
        let graph = measured(query.graph);
        return match lift::proof(problem, query, &graph) {
            Some(proof) => printed(StatementKind::Proof(proof), style),
            None => print::query(&lift::query(problem, query, &graph), style),
        };
    }
    let expectation = &problem.expectations[0];
    let graph = measured(expectation.graph);
    printed(StatementKind::Expect(lift::expectation(problem, expectation, &graph)), style)
}
