//! Identification against brute force: verdicts, hedges, and every estimand's value in random models.

use crate::support::bits::{Bits, bit, mask};
use crate::support::evaluate::Evaluator;
use crate::support::queries::{self, Case};
use crate::support::scm::Scm;
use crate::support::{graphs, hedges, tian};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use whatif::derive::derive;
use whatif::expr::{Arena, Expr, ExprId};
use whatif::identify::{Estimand, Identification, identify};

/// How often each verdict or strategy was seen.
pub type Seen = BTreeMap<&'static str, usize>;

/// Puts one question to the library and judges everything it says.
pub fn judge(case: &Case, rng: &mut ChaCha8Rng, seen: &mut Seen) {
    let bits = Bits::of(&case.graph);
    let expected = tian::identifiable(&bits, case.y, case.x, case.z);
    if bits.len <= 6 {
        assert_eq!(expected, hedges::identifiable(&bits, case.y, case.x, case.z), "{case}");
    }
    let mut arena = Arena::new();
    match identify(&case.graph, &case.effect(), &mut arena, true) {
        Identification::NotIdentifiable(hedge) => {
            assert!(!expected, "called not identifiable:\n{case}");
            if let Err(why) = hedges::check(&bits, case.y, case.x, case.z, &hedge) {
                panic!("no hedge of this query ({why}):\n{case}\n{hedge:#?}");
            }
            *seen.entry("hedge").or_default() += 1;
        }
        Identification::Identifiable(estimands) => {
            assert!(expected, "called identifiable:\n{case}");
            assert!(!estimands.is_empty(), "no estimand:\n{case}");
            are_true(case, &mut arena, &estimands, rng);
            are_derived(case, &mut arena, &estimands, rng);
            for estimand in &estimands {
                *seen.entry(estimand.strategy()).or_default() += 1;
            }
            if let Some(depth @ 2..) = tian::depth(&bits, case.y, case.x, case.z) {
                *seen.entry(["", "", "depth 2", "depth 3"].get(depth).unwrap_or(&"deeper")).or_default() += 1;
            }
            let mut again = Arena::new();
            let preferred = match identify(&case.graph, &case.effect(), &mut again, false) {
                Identification::Identifiable(one) => one,
                Identification::NotIdentifiable(_) => Vec::new(),
            };
            assert_eq!(preferred.len(), 1, "one estimand where one was asked for:\n{case}");
            are_true(case, &mut again, &preferred, rng);
        }
    }
}

/// Each estimand speaks of the data alone and gives the truth: in models of two and of three states, at all values of
/// the query's variables, and whatever the further free references are.
fn are_true(case: &Case, arena: &mut Arena, estimands: &[Estimand], rng: &mut ChaCha8Rng) {
    for estimand in estimands {
        assert!(!mentions_action(arena, estimand.expr), "an action is left ({}):\n{case}", estimand.strategy());
    }
    let states: &[&[usize]] = if case.graph.len() <= 5 { &[&[2], &[2, 3]] } else { &[&[2]] };
    for states in states {
        let model = Scm::random(&case.graph, states, states, rng);
        let mut evaluator = Evaluator::new(&model);
        let truth = evaluator.term(arena, &case.term());
        for estimand in estimands {
            let distance = evaluator.value(arena, estimand.expr).distance(&truth);
            assert!(distance < 1e-7, "off by {distance} ({}):\n{case}\n{:?}", estimand.strategy(), estimand.route);
        }
    }
}

/// Each estimand has a derivation that ends in it, every step of which is an equation in a random model and every
/// separation of which holds. (That the kernel accepts it is `evidence`'s business.)
fn are_derived(case: &Case, arena: &mut Arena, estimands: &[Estimand], rng: &mut ChaCha8Rng) {
    let bits = Bits::of(&case.graph);
    let query = arena.p(case.term());
    let derivations: Vec<_> =
        estimands.iter().map(|estimand| derive(&case.graph, &case.effect(), estimand, arena)).collect();
    let model = Scm::random(&case.graph, &[2], &[2], rng);
    let mut evaluator = Evaluator::new(&model);
    for (estimand, derivation) in estimands.iter().zip(derivations) {
        let strategy = estimand.strategy();
        for (number, step) in derivation.steps.iter().enumerate() {
            let left = evaluator.value(arena, step.lhs);
            let distance = left.distance(&evaluator.value(arena, step.rhs));
            assert!(distance < 1e-7, "step {} is off by {distance} ({strategy}):\n{case}\n{step:#?}", number + 1);
            for separation in &step.requires {
                let cut = bits.mutilated(&separation.cut);
                let holds = cut.separated(mask(&separation.x), mask(&separation.y), mask(&separation.given));
                assert!(holds, "step {} needs what does not hold ({strategy}):\n{case}\n{step:#?}", number + 1);
            }
        }
        let ends = derivation.steps.last().is_none_or(|step| (step.lhs, step.rhs) == (query, estimand.expr));
        assert!(ends, "the last step is no conclusion ({strategy}):\n{case}");
    }
}

fn mentions_action(arena: &Arena, root: ExprId) -> bool {
    arena.reachable([root]).into_iter().any(|id| match arena.get(id) {
        Expr::P(term) => !term.do_().is_empty(),
        Expr::Number(_)
        | Expr::Sum { .. }
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_)
        | Expr::Value(_) => false,
    })
}

/// Judges `cases` random questions and says what was seen.
fn judge_random(cases: usize, most: usize, seed: u64) -> Seen {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut seen = Seen::new();
    for _ in 0..cases {
        judge(&queries::mixed(most, &mut rng), &mut rng, &mut seen);
    }
    println!("{cases} cases of up to {most} nodes: {seen:?}");
    seen
}

#[test]
fn random_graphs_of_up_to_five_nodes() {
    let seen = judge_random(6_000, 5, 11);
    for kind in ["hedge", "no-effect", "rules", "back-door", "front-door", "id"] {
        assert!(seen.get(kind).is_some_and(|&times| times >= 40), "{kind} is seen often enough: {seen:?}");
    }
}

#[test]
fn random_graphs_of_up_to_seven_nodes() {
    let seen = judge_random(3_000, 7, 12);
    for kind in ["hedge", "id", "depth 2"] {
        assert!(seen.get(kind).is_some_and(|&times| times >= 20), "{kind} is seen often enough: {seen:?}");
    }
}

#[test]
#[ignore = "minutes: .ci/long"]
fn many_random_graphs() {
    judge_random(200_000, 5, 13);
    judge_random(50_000, 6, 14);
    judge_random(20_000, 7, 15);
    judge_random(5_000, 8, 16);
}

/// The napkin, and ladders of them: nested ratios, and a free variable that any value will do for.
#[test]
fn ladders_of_nested_napkins() {
    let mut rng = ChaCha8Rng::seed_from_u64(17);
    let mut seen = Seen::new();
    for depth in 1..=4 {
        let (x, y) = (2 * depth, 2 * depth + 1);
        let case = Case { graph: graphs::napkin_ladder(depth), y: bit(y), x: bit(x), z: 0 };
        judge(&case, &mut rng, &mut seen);
    }
    assert_eq!(seen.get("hedge"), None);
}

/// Where other programs went wrong.
#[test]
fn known_traps() {
    let mut rng = ChaCha8Rng::seed_from_u64(18);
    let mut seen = Seen::new();
    let mut ask = |graph: &whatif::graph::Graph, y, x, z| {
        judge(&Case { graph: graph.clone(), y, x, z }, &mut rng, &mut seen);
    };
    ask(&graphs::tian_figure_7(), bit(4), bit(0), 0);
    let bow = graphs::graph(2, &[(0, 1)], &[(0, 1)]);
    ask(&bow, bit(1), bit(0), 0);
    // P(v1, v2 | do(v0)) is not identifiable, P(v1 | do(v0), v2) = P(v1).
    let moved = graphs::graph(3, &[(0, 2)], &[(0, 1), (0, 2)]);
    ask(&moved, bit(1) | bit(2), bit(0), 0);
    ask(&moved, bit(1), bit(0), bit(2));
    let chain = graphs::front_door_chain(4);
    ask(&chain, bit(5), bit(0), 0);
    ask(&chain, bit(5), bit(0), bit(2));
    assert_eq!(seen["hedge"], 2);
}
