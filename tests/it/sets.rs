//! Sets of covariates and Verma constraints against the numbers of random models.

use crate::support::evaluate::Evaluator;
use crate::support::graphs;
use crate::support::scm::Scm;
use itertools::Itertools;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::expr::{Arena, ExprId, Ref, Term, Var};
use whatif::graph::{Graph, Node, NodeSet};
use whatif::identify::Effect;
use whatif::identify::sets::{Criterion, FrontDoor, Request, optimal};
use whatif::identify::verma;

fn refs(set: &NodeSet, primes: u16) -> impl Iterator<Item = Ref> + '_ {
    set.iter().map(move |node| Ref::copy(Var::new(node.index()), primes))
}

fn effect_term(effect: &Effect) -> Term {
    Term::new(refs(&effect.of, 0), refs(&effect.given, 0), refs(&effect.do_, 0)).unwrap()
}

/// Σ_w P(y | x, z, w) P(w | z)
fn adjusted(arena: &mut Arena, effect: &Effect, w: &NodeSet) -> ExprId {
    let given = effect.do_.union(&effect.given).union(w);
    let outcome = arena.p(Term::new(refs(&effect.of, 0), refs(&given, 0), []).unwrap());
    let weight = arena.p(Term::new(refs(w, 0), refs(&effect.given, 0), []).unwrap());
    let body = arena.product([outcome, weight]);
    arena.sum(refs(w, 0), body)
}

/// Σ_m P(m | x) Σ_x′ P(y | m, x′) P(x′)
fn through(arena: &mut Arena, effect: &Effect, m: &NodeSet) -> ExprId {
    let first = arena.p(Term::new(refs(m, 0), refs(&effect.do_, 0), []).unwrap());
    let given: Vec<Ref> = refs(m, 0).chain(refs(&effect.do_, 1)).collect();
    let outcome = arena.p(Term::new(refs(&effect.of, 0), given, []).unwrap());
    let weight = arena.p(Term::new(refs(&effect.do_, 1), [], []).unwrap());
    let body = arena.product([outcome, weight]);
    let second = arena.sum(refs(&effect.do_, 1), body);
    let body = arena.product([first, second]);
    arena.sum(refs(m, 0), body)
}

/// A question about a graph of four to six nodes: up to two treatments and outcomes, sometimes a condition.
fn random_question(rng: &mut ChaCha8Rng) -> (Graph, Request) {
    let size = rng.random_range(4..=6);
    let (directed, bidirected) = (rng.random_range(0.3..0.6), rng.random_range(0.0..0.3));
    let graph = graphs::random(size, directed, bidirected, rng);
    let mut nodes: Vec<Node> = graph.nodes().collect();
    for i in (1..nodes.len()).rev() {
        nodes.swap(i, rng.random_range(0..=i));
    }
    let sizes = [rng.random_range(1..=2), 1, usize::from(rng.random_bool(0.3))];
    let mut nodes = nodes.into_iter();
    let [do_, of, given] = sizes.map(|n| graph.set(nodes.by_ref().take(n)));
    let (with, without) = (graph.no_nodes(), graph.no_nodes());
    (graph, Request { effect: Effect { of, do_, given }, with, without })
}

#[test]
fn adjustment_for_the_sets_listed_is_the_effect_and_for_no_other() {
    let mut rng = ChaCha8Rng::seed_from_u64(71);
    let (mut right, mut wrong, mut conditional) = (0, 0, 0);
    for _ in 0..1600 {
        let (graph, request) = random_question(&mut rng);
        let effect = &request.effect;
        let criterion = Criterion::new(&graph, &request);
        let mut arena = Arena::new();
        let model = Scm::random(&graph, &[2], &[2], &mut rng);
        let mut evaluator = Evaluator::new(&model);
        let truth = evaluator.term(&arena, &effect_term(effect));
        let mut distance = |set: &NodeSet| {
            let expr = adjusted(&mut arena, effect, set);
            evaluator.value(&arena, expr).distance(&truth)
        };
        for set in criterion.minimal_sets().chain(optimal(&graph, &request)) {
            assert!(distance(&set) < 1e-7, "{} {request:?} {set:?}", graphs::written(&graph));
            right += 1;
            conditional += usize::from(!effect.given.is_empty());
        }
        // The criterion is complete: a set that it refuses is wrong in almost every model.
        if effect.given.is_empty() {
            let rest = graph.all_nodes().difference(&effect.of).difference(&effect.do_);
            for set in rest.iter().powerset().map(|set| graph.set(set)) {
                if criterion.is_valid(&set) {
                    assert!(distance(&set) < 1e-7, "{} {request:?} {set:?}", graphs::written(&graph));
                } else {
                    assert!(distance(&set) > 1e-12, "{} {request:?} {set:?}", graphs::written(&graph));
                    wrong += 1;
                }
            }
        }
    }
    assert!(right > 500 && wrong > 500 && conditional > 60, "{right} right, {wrong} wrong, {conditional} conditional");
}

#[test]
fn front_door_adjustment_for_the_sets_listed_is_the_effect() {
    let mut rng = ChaCha8Rng::seed_from_u64(72);
    let mut checked = 0;
    for _ in 0..8000 {
        let (graph, mut request) = random_question(&mut rng);
        request.effect.given = graph.no_nodes();
        let front_door = FrontDoor::new(&graph, &request);
        let mut sets = front_door.minimal_sets();
        let listed: Vec<NodeSet> = std::iter::from_fn(|| sets.step()).flatten().filter(|set| !set.is_empty()).collect();
        if listed.is_empty() {
            continue;
        }
        let mut arena = Arena::new();
        let model = Scm::random(&graph, &[2], &[2], &mut rng);
        let mut evaluator = Evaluator::new(&model);
        let truth = evaluator.term(&arena, &effect_term(&request.effect));
        for set in listed {
            let expr = through(&mut arena, &request.effect, &set);
            let distance = evaluator.value(&arena, expr).distance(&truth);
            assert!(distance < 1e-7, "{} {request:?} {set:?}", graphs::written(&graph));
            checked += 1;
        }
    }
    assert!(checked > 100, "{checked}");
}

/// In models of the graph the functional is constant in what it is said not to depend on; in models of the complete
/// graph it is not, so something is said.
#[test]
fn verma_constraints_hold_in_models_of_the_graph_and_not_in_others() {
    let mut rng = ChaCha8Rng::seed_from_u64(73);
    let mut found = 0;
    for _ in 0..1500 {
        let size = rng.random_range(4..=5);
        let graph = graphs::random(size, 0.5, 0.4, &mut rng);
        let mut arena = Arena::new();
        let (constraints, complete) = verma::constraints(&graph, &mut arena, 4096, &|| false);
        assert!(complete);
        let order = graph.topological_order();
        let all: Vec<(usize, usize)> = order.iter().tuple_combinations().map(|(a, b)| (a.index(), b.index())).collect();
        let full = graphs::graph(size, &all, &[]);
        for constraint in constraints {
            let spread = |graph: &Graph, rng: &mut ChaCha8Rng| {
                let model = Scm::random(graph, &[2], &[2], rng);
                let value = Evaluator::new(&model).value(&arena, constraint.expr);
                let apart = constraint.independent_of.iter().map(|node| {
                    let at = |state| value.at(Ref::plain(Var::new(node.index())), state);
                    at(0).distance(&at(1))
                });
                apart.collect::<Vec<f64>>()
            };
            let here = spread(&graph, &mut rng);
            assert!(here.iter().all(|d| *d < 1e-7), "{} {constraint:?} {here:?}", graphs::written(&graph));
            let elsewhere = spread(&full, &mut rng);
            assert!(elsewhere.iter().all(|d| *d > 1e-9), "{} {constraint:?}", graphs::written(&graph));
            found += 1;
        }
    }
    assert!(found > 100, "{found}");
}
