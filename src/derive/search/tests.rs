//! Searches on small graphs, each with what it must and must not find.

use super::*;
use crate::algebra;
use crate::expr::{Ref, Term, Var};
use crate::graph::{GraphBuilder, Node};
use crate::reach;

/// `a->b`, `a<->b`, separated by blanks.
fn graph(text: &str) -> Graph {
    let mut builder = GraphBuilder::new();
    for edge in text.split_whitespace() {
        let (a, b) = edge.split_once("<->").or_else(|| edge.split_once("->")).unwrap();
        let (from, to) = (builder.node(a), builder.node(b));
        if edge.contains("<->") {
            builder.bidirected(from, to)
        } else {
            builder.directed(from, to)
        };
    }
    builder.build().unwrap()
}

/// `y|x,do z` and the like.
fn term(graph: &Graph, text: &str) -> Term {
    let r = |name: &str| {
        let primes = name.chars().rev().take_while(|&c| c == '\'').count();
        let node = graph.node(name.trim_end_matches('\'')).unwrap();
        Ref::copy(Var::new(node.index()), primes as u16)
    };
    let (of, right) = text.split_once('|').unwrap_or((text, ""));
    let (mut given, mut actions) = (Vec::new(), Vec::new());
    for part in right.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.strip_prefix("do ") {
            Some(name) => actions.push(r(name)),
            None => given.push(r(part)),
        }
    }
    Term::new(of.split(',').map(|name| r(name.trim())), given, actions).unwrap()
}

struct Case {
    graph: Graph,
    arena: Arena,
}

impl Case {
    fn new(text: &str) -> Self {
        Self { graph: graph(text), arena: Arena::new() }
    }

    fn p(&mut self, text: &str) -> ExprId {
        let term = term(&self.graph, text);
        self.arena.p(term)
    }

    fn sum(&mut self, over: &str, factors: &[&str]) -> ExprId {
        let factors: Vec<ExprId> = factors.iter().map(|text| self.p(text)).collect();
        let product = self.arena.product(factors);
        let node = self.graph.node(over).unwrap();
        self.arena.sum([Ref::plain(Var::new(node.index()))], product)
    }

    fn by(&mut self, rules: &[Rule], from: ExprId, to: ExprId) -> Option<Found> {
        let given: Vec<Given<'_>> = rules.iter().map(|&rule| Given::bare(rule)).collect();
        let mut equal = |arena: &mut Arena, a, b| algebra_alone(arena, a, b);
        by(&self.graph, &mut self.arena, &mut Judge::new(&mut equal, &|| false), &given, from, to).ok()
    }

    fn any(&mut self, from: ExprId, to: ExprId) -> Option<Vec<Rule>> {
        let mut equal = |arena: &mut Arena, a, b| algebra_alone(arena, a, b);
        let found = any(&self.graph, &mut self.arena, &mut Judge::new(&mut equal, &|| false), from, to).ok()?;
        self.sound(&found.derivation, from, to);
        Some(found.used.into_iter().map(|used| used.rule).collect())
    }

    /// Steps use what is before them, separations hold, the last step is the equation.
    fn sound(&self, derivation: &Derivation, from: ExprId, to: ExprId) {
        let ends = derivation.steps.last().map(|step| (step.lhs, step.rhs));
        assert!(ends == Some((from, to)) || from == to);
        for (at, step) in derivation.steps.iter().enumerate() {
            assert!(step.uses.iter().all(|used| used.step < at));
            for s in &step.requires {
                assert!(reach::separated(&self.graph, &s.x, &s.y, &s.given, &s.cut));
            }
        }
    }
}

/// Algebra that knows no chain rule: products in any order, sums over the same references; enough for these tests.
fn algebra_alone(arena: &mut Arena, a: ExprId, b: ExprId) -> bool {
    fn same(arena: &Arena, a: ExprId, b: ExprId) -> bool {
        if a == b {
            return true;
        }
        let (mut ours, theirs) = (moves::factors(arena, a), moves::factors(arena, b));
        if ours.len() != theirs.len() {
            return false;
        }
        if let ([a], [b]) = (&ours[..], &theirs[..]) {
            return match (arena.get(*a), arena.get(*b)) {
                (Expr::Sum { over: x, body: a }, Expr::Sum { over: y, body: b }) => x == y && same(arena, *a, *b),
                (Expr::Quotient(a, c), Expr::Quotient(b, d)) => same(arena, *a, *b) && same(arena, *c, *d),
                _ => false,
            };
        }
        theirs.iter().all(|&other| match ours.iter().position(|&own| same(arena, own, other)) {
            Some(at) => {
                ours.remove(at);
                true
            }
            None => false,
        })
    }
    same(arena, a, b) && algebra::equal(arena, a, b)
}

#[test]
fn single_rules_are_found_at_their_places() {
    let mut case = Case::new("z->x z->y x->y w->z");
    let effect = case.sum("z", &["y|do x,z", "z|do x"]);
    let exchanged = case.sum("z", &["y|x,z", "z|do x"]);
    let adjusted = case.sum("z", &["y|x,z", "z"]);
    assert_eq!(case.any(effect, exchanged), Some(vec![Rule::Rule2]));
    assert_eq!(case.any(exchanged, adjusted), Some(vec![Rule::Rule3]));
    assert_eq!(case.any(adjusted, exchanged), Some(vec![Rule::Rule3]), "rules are read in both directions");
    assert_eq!(case.any(effect, adjusted), Some(vec![Rule::Rule2, Rule::Rule3]));
    let more = case.sum("z", &["y|x,z,w", "z"]);
    assert_eq!(case.any(adjusted, more), Some(vec![Rule::Rule1]));
}

#[test]
fn reasons_are_used_in_their_order_and_all_of_them() {
    let mut case = Case::new("z->x z->y x->y w->z");
    let query = case.p("y|do x");
    let spread = case.sum("z", &["y|do x,z", "z|do x"]);
    assert!(case.by(&[Rule::Marginalise, Rule::Chain], query, spread).is_some());
    assert!(case.by(&[Rule::Chain, Rule::Marginalise], spread, query).is_some());
    assert!(case.by(&[Rule::Chain, Rule::Marginalise], query, spread).is_none(), "there is nothing to chain first");
    assert!(case.by(&[Rule::Marginalise], query, spread).is_none());
    assert!(case.by(&[Rule::Marginalise, Rule::Chain, Rule::Rule1], query, spread).is_none(), "rule 1 is not needed");
    assert!(case.by(&[Rule::Algebra, Rule::Marginalise, Rule::Chain], query, spread).is_some());
}

#[test]
fn a_separation_named_has_to_be_the_one_needed() {
    let mut case = Case::new("z->x z->y x->y");
    let (from, to) = (case.p("y|do x,z"), case.p("y|x,z"));
    let right = case.by(&[Rule::Rule2], from, to).unwrap().used.remove(0).requires.unwrap();
    let mirrored = Separation { x: right.y.clone(), y: right.x.clone(), ..right.clone() };
    let other = Separation { given: case.graph.no_nodes(), ..right.clone() };
    for (named, found) in [(right, true), (mirrored, true), (other, false)] {
        let given = [Given { rule: Rule::Rule2, separation: Some(&named) }];
        let mut equal = |arena: &mut Arena, a, b| algebra_alone(arena, a, b);
        let mut judge = Judge::new(&mut equal, &|| false);
        assert_eq!(by(&case.graph, &mut case.arena, &mut judge, &given, from, to).is_ok(), found);
    }
}

#[test]
fn what_a_rule_would_have_needed_is_told() {
    let mut case = Case::new("z->x z->y x->y");
    let (from, to) = (case.p("y|do x"), case.p("y|x"));
    assert!(case.by(&[Rule::Rule2], from, to).is_none());
    let mut equal = |arena: &mut Arena, a, b| algebra_alone(arena, a, b);
    let mut judge = Judge::new(&mut equal, &|| false);
    let failing = but_for(&case.graph, &mut case.arena, &mut judge, &[Given::bare(Rule::Rule2)], from, to);
    let [(Rule::Rule2, separation)] = &failing[..] else { panic!("{failing:?}") };
    let x = case.graph.set([Node::new(1)]);
    assert_eq!((&separation.y, &separation.cut.no_outgoing), (&x, &x));
    assert!(separation.given.is_empty());
}

#[test]
fn one_of_two_equal_factors_may_change() {
    let mut case = Case::new("z->x x->y");
    let (plain, acted) = (case.p("z"), case.p("z|do x"));
    let before = case.arena.product([plain, plain]);
    let after = case.arena.product([acted, plain]);
    assert_eq!(case.any(before, after), Some(vec![Rule::Rule3]));
}

#[test]
fn a_long_chain_is_one_application() {
    let mut case = Case::new("a->b b->c c->d d->e");
    let joint = case.p("a,b,c,d,e");
    let factors = ["a", "b|a", "c|a,b", "d|a,b,c", "e|a,b,c,d"].map(|text| case.p(text));
    let product = case.arena.product(factors);
    assert_eq!(case.any(joint, product), Some(vec![Rule::Chain]));
    assert_eq!(case.any(product, joint), Some(vec![Rule::Chain]));
}

#[test]
fn factorising_leaves_each_variable_with_what_tells_of_it() {
    let mut case = Case::new("a->b b->c a<->c");
    let query = case.p("c|b");
    let (factorised, derivation) = factorise(&case.graph, &mut case.arena, query);
    case.sound(&derivation, query, factorised);
    assert!(algebra::equal(&mut case.arena, query, factorised));
    let mut case = Case::new("a->b b->c");
    let query = case.p("c|do b,a");
    let (factorised, derivation) = factorise(&case.graph, &mut case.arena, query);
    case.sound(&derivation, query, factorised);
    let simple = algebra::simplify(&mut case.arena, &case.graph, factorised, &mut Vec::new());
    assert_eq!(simple, case.p("c|b"));
}

#[test]
fn a_search_that_is_stopped_finds_nothing_and_says_so() {
    let mut case = Case::new("z->x z->y x->y");
    let query = case.p("y|do x");
    let spread = case.sum("z", &["y|do x,z", "z|do x"]);
    let mut equal = |arena: &mut Arena, a, b| algebra_alone(arena, a, b);
    let mut judge = Judge::new(&mut equal, &|| true);
    let given = [Given::bare(Rule::Marginalise), Given::bare(Rule::Chain)];
    assert!(by(&case.graph, &mut case.arena, &mut judge, &given, query, spread).is_err_and(|not| not.cut));
}

#[test]
fn there_and_back_is_no_use_of_a_reason() {
    let mut case = Case::new("z->x z->y x->y w->z");
    let (from, to) = (case.p("y|do x,z"), case.p("y|x,z"));
    assert!(case.by(&[Rule::Rule2], from, to).is_some());
    assert!(case.by(&[Rule::Rule1, Rule::Rule2], from, to).is_none());
    assert!(case.by(&[Rule::Marginalise, Rule::Rule2], from, to).is_none());
}
