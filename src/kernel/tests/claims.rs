//! Whole claims: the conclusion, what is known, evidence of the wrong kind, and evidence that is no evidence.

use super::support::{claim, expr, graph, judge, parse_separation, step, steps};
use crate::expr::{Arena, BigRational, Expr, Ref, Term, Var};
use crate::graph::{Graph, Node, NodeSet};
use crate::kernel::check;
use crate::proof::{Claim, CounterModel, Derivation, Evidence, OpenPath, PathStep, Statement, Step, Use};
use std::sync::Arc;

fn settled(arena: &mut Arena, claim: &Claim, steps: Vec<Step>) -> bool {
    check(arena, claim, &Evidence::Derivation(Derivation { steps })).is_ok()
}

#[test]
fn the_conclusion_is_the_last_step() {
    let g = graph("x y z: x>y");
    let mut arena = Arena::new();
    let lines = [
        ("rule-2", "P(y|do(x)) == P(y|x)", "", "y _ x [under x]"),
        ("marginalise", "P(y|x) == sum{z} P(y,z|x)", "", ""),
    ];
    let steps = steps(&mut arena, &g, &lines);
    let (query, estimand) = (steps[0].lhs, steps[0].rhs);
    let identifiable = |query, estimand| claim(&g, Statement::Identifiable { query, estimand });
    assert!(settled(&mut arena, &identifiable(query, estimand), steps[..1].to_vec()));
    assert!(!settled(&mut arena, &identifiable(estimand, query), steps[..1].to_vec()), "do is not known");
    assert!(!settled(&mut arena, &identifiable(query, estimand), steps.clone()), "ends elsewhere");
    assert!(!settled(&mut arena, &identifiable(query, estimand), vec![]));
    assert!(settled(&mut arena, &identifiable(estimand, estimand), vec![]));
    assert!(!settled(&mut arena, &identifiable(query, query), vec![]));
    assert!(settled(&mut arena, &claim(&g, Statement::Equal(query, query)), vec![]));
    assert!(settled(&mut arena, &claim(&g, Statement::Equal(query, estimand)), steps[..1].to_vec()));
    assert!(!settled(&mut arena, &claim(&g, Statement::NotIdentifiable { query }), steps[..1].to_vec()));
    // A false step that nothing needs.
    let bad = step(&mut arena, &g, "algebra", "P(x) == P(y)", "", "");
    let with_bad = [vec![bad], steps[..1].to_vec()].concat();
    let refusal =
        check(&mut arena, &identifiable(query, estimand), &Evidence::Derivation(Derivation { steps: with_bad }));
    assert_eq!(refusal.unwrap_err().step, Some(1));
    let checked = judge(&mut arena, &g, &steps[..1], true).unwrap();
    assert!(matches!(checked.claim().statement, Statement::Identifiable { .. }));
    assert!(matches!(checked.evidence(), Evidence::Derivation(d) if d.steps.len() == 1));
}

#[test]
fn what_is_known_decides_what_an_estimand_may_name() {
    let g = graph("x y z: x>y");
    let known = |terms: &[&str], estimand: &str| {
        let mut arena = Arena::new();
        let known = terms.iter().map(|text| {
            let id = expr(&mut arena, &g, text);
            let Expr::P(term) = arena.get(id) else { panic!("{text} is no term") };
            term.clone()
        });
        let known: Arc<[Term]> = known.collect();
        let id = expr(&mut arena, &g, estimand);
        let claim = Claim { known, ..claim(&g, Statement::Identifiable { query: id, estimand: id }) };
        settled(&mut arena, &claim, vec![])
    };
    for estimand in ["P(y)", "P(y|x)", "P(y=1|x=0)", "P(x',y'|z)", "P(x) / P(y)", "[x] * P(x)", "1"] {
        assert!(known(&["P(x,y,z)"], estimand), "{estimand}");
    }
    assert!(!known(&["P(x,y,z)"], "P(y|do(x))"));
    assert!(!known(&["P(x,y)"], "P(y|z)"));
    assert!(!known(&["P(x,y)", "P(z)"], "P(y,z)"));
    assert!(known(&["P(x,y)", "P(z)"], "P(y) * P(z)"));
    assert!(known(&["P(y,z|do(x))"], "P(y|z,do(x))"));
    assert!(known(&["P(y,z|do(x))"], "P(y|do(x'))"));
    assert!(!known(&["P(y,z|do(x))"], "P(y|x)"));
    assert!(!known(&["P(y,z|do(x))"], "P(y|x,z)"));
    assert!(!known(&["P(y,z|do(x))"], "P(y)"));
    assert!(!known(&["P(y|x)"], "P(y)"));
    assert!(!known(&["P(y|x)"], "P(x)"));
    assert!(known(&["P(y,z|x)"], "P(y|x,z)"));
    assert!(!known(&["P(y|x,z)"], "P(y|x)"));
    assert!(!known(&["P(y,z|do(x=1))"], "P(y|do(x))"));
    assert!(!known(&["P(y,z|do(x=1))"], "P(y|do(x=0))"));
    assert!(known(&["P(y,z|do(x=1))"], "P(y,z|do(x=1))"));
    assert!(!known(&["P(y=1,z)"], "P(z)"));
    assert!(!known(&["P(y=1,z)"], "P(y,z)"));
    assert!(!known(&["P(y|x=1)"], "P(y|x)"));
    assert!(!known(&[], "P(y)"));
}

#[test]
fn a_division_by_what_may_be_zero_is_not_slipped_in() {
    let g = graph("x y: x>y");
    let mut arena = Arena::new();
    let zero = step(&mut arena, &g, "algebra", "P(x) == P(x) + 0 / (P(y) - P(y'))", "", "");
    assert!(judge(&mut arena, &g, std::slice::from_ref(&zero), false).is_err());
    assert!(judge(&mut arena, &g, &[zero], true).is_err());
    let same = step(&mut arena, &g, "algebra", "P(x) / (P(y) - P(y')) == (1 / (P(y) - P(y'))) * P(x)", "", "");
    assert!(judge(&mut arena, &g, &[same], true).is_ok());
}

#[test]
fn foreign_parts_are_refused_without_a_panic() {
    let g = graph("x y: x>y");
    let mut larger = Arena::new();
    let other = graph("a b c d: a>b");
    for text in ["P(a)", "P(b|a)", "P(c)", "P(d)", "sum{d} P(d)"] {
        expr(&mut larger, &other, text);
    }
    let far = expr(&mut larger, &other, "P(a,b,c,d)");
    let mut arena = Arena::new();
    let near = expr(&mut arena, &g, "P(x)");
    // An id beyond the arena; a variable beyond the graph.
    for (arena, id) in [(&mut arena, far), (&mut larger, far)] {
        for statement in [
            Statement::Equal(id, id),
            Statement::Equal(near, id),
            Statement::Unequal(id, near),
            Statement::NotIdentifiable { query: id },
            Statement::Identifiable { query: near, estimand: id },
        ] {
            let empty = CounterModel { models: vec![], at: vec![], values: vec![] };
            for evidence in [
                Evidence::Derivation(Derivation::default()),
                Evidence::CounterModel(Box::new(empty)),
                Evidence::Separation,
            ] {
                assert!(check(arena, &claim(&g, statement.clone()), &evidence).is_err());
            }
        }
    }
    // In a step, and as what is known.
    let steps = vec![Step { rule: crate::proof::Rule::Algebra, lhs: far, rhs: far, uses: vec![], requires: vec![] }];
    assert!(!settled(&mut arena, &claim(&g, Statement::Equal(near, near)), steps));
    let known = vec![Term::new([Ref::plain(Var::new(7))], [], []).unwrap()];
    let strange = Claim { known: known.into(), ..claim(&g, Statement::Equal(near, near)) };
    assert!(!settled(&mut arena, &strange, vec![]));
    // A number without a denominator, too many primes, sets of another capacity, nodes of no graph.
    let nan = arena.number(BigRational::new_raw(1.into(), 0.into()));
    assert!(!settled(&mut arena, &claim(&g, Statement::Equal(nan, nan)), vec![]));
    let primes = arena.p(Term::new([Ref::copy(Var::new(0), 5000)], [], []).unwrap());
    assert!(!settled(&mut arena, &claim(&g, Statement::Equal(primes, primes)), vec![]));
    let mut odd = parse_separation(&g, "x _ y");
    odd.cut.no_incoming = NodeSet::full(77);
    assert!(check(&mut arena, &claim(&g, Statement::Separated(odd.clone())), &Evidence::Separation).is_err());
    let path = OpenPath { steps: vec![PathStep { node: Node::new(9), edge: None, opened_by: vec![Node::new(8)] }; 3] };
    assert!(check(&mut arena, &claim(&g, Statement::Connected(odd)), &Evidence::OpenPath(path.clone())).is_err());
    let fine = parse_separation(&g, "x _ y");
    assert!(check(&mut arena, &claim(&g, Statement::Connected(fine)), &Evidence::OpenPath(path)).is_err());
}

#[test]
fn steps_use_only_earlier_steps() {
    let g = graph("x y: x>y");
    let mut arena = Arena::new();
    let base = step(&mut arena, &g, "algebra", "P(x) == P(x)", "", "");
    for uses in [0, 1, 2, usize::MAX] {
        let mut cyclic = step(&mut arena, &g, "substitute", "P(x) == P(y)", "", "");
        cyclic.uses = vec![Use { step: uses, at: vec![] }];
        for steps in [vec![cyclic.clone()], vec![cyclic.clone(), base.clone()], vec![base.clone(), cyclic.clone()]] {
            let judged = settled(&mut arena, &claim(&g, Statement::Equal(base.lhs, base.rhs)), steps);
            assert!(!judged);
        }
    }
    let mut uses = base.clone();
    uses.uses = vec![Use { step: 0, at: vec![] }];
    assert!(!settled(&mut arena, &claim(&g, Statement::Equal(base.lhs, base.rhs)), vec![base, uses]));
}

/// A chain of a thousand variables, terms of hundreds of references, some thousand steps.
#[test]
fn a_long_derivation_takes_its_length() {
    let size = 1000;
    let names: Vec<String> = (0..size).map(|i| format!("v{i}")).collect();
    let edges: Vec<String> = (1..size).flat_map(|i| [i - 1, i / 2].map(|p| format!("v{p}>v{i}"))).collect();
    let text = format!("{}: {}", names.join(" "), edges.join(" "));
    let text = text.replace(" v0>v0", "").replace(": v0>v0", ":");
    let g: Graph = graph(&text);
    let mut arena = Arena::new();
    let all: Vec<Ref> = g.nodes().map(|node| Ref::plain(Var::new(node.index()))).collect();
    let mut steps = Vec::new();
    let (half, rest) = all.split_at(size / 2);
    let joint = Term::new(rest.to_vec(), [], half.to_vec()).unwrap();
    let mut factors = Vec::new();
    for at in (0..rest.len()).rev() {
        factors.push(arena.p(Term::new([rest[at]], rest[..at].to_vec(), half.to_vec()).unwrap()));
    }
    let (lhs, rhs) = (arena.p(joint), arena.product(factors.iter().copied()));
    steps.push(Step { rule: crate::proof::Rule::Chain, lhs, rhs, uses: vec![], requires: vec![] });
    for (at, &factor) in (0..rest.len()).rev().zip(&factors) {
        let seen = arena.p(Term::new([rest[at]], [half, &rest[..at]].concat(), []).unwrap());
        let sets = [vec![rest[at]], half.to_vec(), rest[..at].to_vec()]
            .map(|refs| g.set(refs.iter().map(|r| Node::new(r.var.index()))));
        let [x, y, given] = sets;
        let cut = crate::graph::Mutilation::under(&g, y.clone());
        let requires = vec![crate::proof::Separation { x, y, given, cut }];
        steps.push(Step { rule: crate::proof::Rule::Rule2, lhs: factor, rhs: seen, uses: vec![], requires });
    }
    let seen: Vec<_> = steps[1..].iter().map(|step| step.rhs).collect();
    let product = arena.product(seen.iter().copied());
    let uses = (0..steps.len()).map(|step| Use { step, at: vec![] }).collect();
    steps.push(Step { rule: crate::proof::Rule::Substitute, lhs, rhs: product, uses, requires: vec![] });
    let turned = arena.product(seen.into_iter().rev());
    let sides = [product, turned].map(|product| arena.sum(rest[10..].to_vec(), product));
    let [lhs, rhs] = sides;
    steps.push(Step { rule: crate::proof::Rule::Algebra, lhs, rhs, uses: vec![], requires: vec![] });
    judge(&mut arena, &g, &steps, true).unwrap();
}
