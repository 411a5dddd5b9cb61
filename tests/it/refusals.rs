//! The kernel as a judge, through the one gate to it. What the prover brings is accepted; of what has been damaged, nothing false is.
//!
//! Damage is random, and some of it is harmless (a separation with its sides exchanged, an equation of which another true
//! one has been made). So each piece that the kernel still accepts is judged again here: an equation by its value in
//! random models, a hedge by its definition, models by evaluating them.

use crate::support::bits::{Bits, Set, bit, node_set};
use crate::support::damage::{damage_derivation, damage_hedge, damage_models, damage_path};
use crate::support::evaluate::Evaluator;
use crate::support::queries::{self, Case};
use crate::support::scm::Scm;
use crate::support::{graphs, hedges, tian};
use num_traits::ToPrimitive;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use whatif::answer::{Refusal, settle};
use whatif::countermodel::witness;
use whatif::derive::derive;
use whatif::expr::{Arena, ExprId, Ref, Term, Var};
use whatif::graph::Mutilation;
use whatif::identify::{Identification, identify};
use whatif::kernel::Checked;
use whatif::proof::{Claim, CounterModel, Evidence, OpenPath, Separation, Statement, Step};

/// A claim about a question's graph, the joint distribution known.
fn claim(case: &Case, statement: Statement) -> Claim {
    let all = case.graph.nodes().map(|node| Ref::plain(Var::new(node.index())));
    let joint = Term::new(all, [], []).unwrap();
    Claim { graph: Arc::new(case.graph.clone()), source: None, known: Arc::new([joint]), statement }
}

fn check(arena: &mut Arena, case: &Case, statement: Statement, evidence: Evidence) -> Result<Checked, Refusal> {
    settle(arena, &claim(case, statement), &evidence)
}

// Derivations.

/// Whether each step, and the claim, is an equation in a random model.
fn is_true(case: &Case, arena: &Arena, steps: &[Step], sides: (ExprId, ExprId), rng: &mut ChaCha8Rng) -> bool {
    let model = Scm::random(&case.graph, &[2, 3], &[2, 3], rng);
    let mut evaluator = Evaluator::new(&model);
    let pairs = steps.iter().map(|step| (step.lhs, step.rhs)).chain([sides]);
    pairs.into_iter().all(|(lhs, rhs)| {
        let left = evaluator.value(arena, lhs);
        left.distance(&evaluator.value(arena, rhs)) < 1e-7
    })
}

fn damaged_derivations(cases: usize, most: usize, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..cases {
        let case = queries::mixed(most, &mut rng);
        let mut arena = Arena::new();
        let Identification::Identifiable(estimands) = identify(&case.graph, &case.effect(), &mut arena, true) else {
            continue;
        };
        let estimand = estimands.choose(&mut rng).unwrap();
        let derivation = derive(&case.graph, &case.effect(), estimand, &mut arena);
        let query = arena.p(case.term());
        if derivation.steps.is_empty() {
            continue;
        }
        for _ in 0..20 {
            let mut wrong = derivation.clone();
            let mut sides = (query, estimand.expr);
            for _ in 0..rng.random_range(1..=2) {
                if !wrong.steps.is_empty() {
                    damage_derivation(&mut arena, &mut wrong, &mut sides, &case, &mut rng);
                }
            }
            if wrong == derivation && sides == (query, estimand.expr) {
                continue;
            }
            let statement = Statement::Identifiable { query: sides.0, estimand: sides.1 };
            let steps = wrong.steps.clone();
            match check(&mut arena, &case, statement, Evidence::Derivation(wrong)) {
                Ok(_) => {
                    accepted += 1;
                    assert!(is_true(&case, &arena, &steps, sides, &mut rng), "accepted and false:\n{case}\n{steps:#?}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    println!("damaged derivations: {refused} refused, {accepted} accepted and true");
    assert!(refused > 3 * accepted && refused > 5 * cases, "damage shows: {refused} refused, {accepted} accepted");
}

#[test]
fn no_false_derivation_is_accepted() {
    damaged_derivations(300, 5, 51);
}

#[test]
#[ignore = "minutes: .ci/long"]
fn no_false_derivation_is_accepted_of_many() {
    damaged_derivations(20_000, 5, 52);
    damaged_derivations(3_000, 7, 53);
}

// Hedges.

#[test]
fn no_false_hedge_is_accepted() {
    let mut rng = ChaCha8Rng::seed_from_u64(54);
    let (mut seen, mut accepted, mut refused) = (0, 0, 0);
    while seen < 400 {
        let case = queries::mixed(6, &mut rng);
        let mut arena = Arena::new();
        let Identification::NotIdentifiable(hedge) = identify(&case.graph, &case.effect(), &mut arena, false) else {
            continue;
        };
        seen += 1;
        let query = arena.p(case.term());
        let evidence = Evidence::Hedge(hedge.clone(), None);
        if let Err(why) = check(&mut arena, &case, Statement::NotIdentifiable { query }, evidence) {
            panic!("{why:?}:\n{case}\n{hedge:#?}");
        }
        for _ in 0..20 {
            let (mut wrong, mut other) = (hedge.clone(), case.clone());
            for _ in 0..rng.random_range(1..=2) {
                damage_hedge(&mut wrong, &mut other, &mut rng);
            }
            let query = arena.p(other.term());
            let evidence = Evidence::Hedge(wrong.clone(), None);
            if check(&mut arena, &other, Statement::NotIdentifiable { query }, evidence).is_err() {
                refused += 1;
                continue;
            }
            accepted += 1;
            let bits = Bits::of(&other.graph);
            assert_eq!(
                hedges::check(&bits, other.y, other.x, other.z, &wrong),
                Ok(()),
                "accepted:\n{other}\n{wrong:#?}"
            );
            assert!(
                !tian::identifiable(&bits, other.y, other.x, other.z),
                "accepted of an identifiable query:\n{other}"
            );
        }
    }
    println!("damaged hedges: {refused} refused, {accepted} accepted and right");
    assert!(refused > accepted, "damage shows: {refused} refused, {accepted} accepted");
}

// Counter-models.

/// Whether two models show that P(v) does not determine the query: both are of this graph, they agree on P(v), which is
/// positive, and differ on the query at the point and by the values that are named.
fn models_differ(case: &Case, counter: &CounterModel) -> Result<(), String> {
    let say = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    let [first, second] = &*counter.models else { return Err("two models".into()) };
    let models = [Scm::of(&case.graph, first)?, Scm::of(&case.graph, second)?];
    say(models[0].states() == models[1].states(), "the same numbers of states")?;
    say(models[0].world(0).cells().iter().all(|&cell| cell > 0.0), "a positive P(v)")?;
    say(models[0].world(0).distance(&models[1].world(0)) < 1e-9, "the same P(v)")?;
    let arena = Arena::new();
    let mut answers = Vec::new();
    for model in &models {
        let mut table = Evaluator::new(model).term(&arena, &case.term());
        for &(node, state) in &counter.at {
            say(state < model.states()[node.index()], "a state that the variable has")?;
            table = table.at(Ref::plain(Var::new(node.index())), state);
        }
        say(table.axes().is_empty(), "a state for each variable of the query")?;
        answers.push(table.cells()[0]);
    }
    let values: Vec<f64> = counter.values.iter().filter_map(ToPrimitive::to_f64).collect();
    let close = values.len() == 2 && values.iter().zip(&answers).all(|(a, b)| (a - b).abs() < 1e-9);
    say(close && counter.values[0] != counter.values[1], "the two answers, which differ")
}

#[test]
fn no_false_counter_model_is_accepted() {
    let mut rng = ChaCha8Rng::seed_from_u64(56);
    let (mut seen, mut accepted, mut refused) = (0, 0, 0);
    while seen < 150 {
        let case = queries::mixed(5, &mut rng);
        let mut arena = Arena::new();
        let Identification::NotIdentifiable(hedge) = identify(&case.graph, &case.effect(), &mut arena, false) else {
            continue;
        };
        seen += 1;
        let query = arena.p(case.term());
        let models = witness(&case.graph, &case.effect(), &hedge, 1 << 16)
            .unwrap_or_else(|why| panic!("no models: {why:?}\n{case}"));
        assert_eq!(models_differ(&case, &models), Ok(()), "{case}\n{models:#?}");
        let evidence = Evidence::CounterModel(Box::new(models.clone()));
        if let Err(why) = check(&mut arena, &case, Statement::NotIdentifiable { query }, evidence) {
            panic!("{why:?}:\n{case}\n{models:#?}");
        }
        for _ in 0..10 {
            let mut wrong = models.clone();
            damage_models(&mut wrong, &mut rng);
            let evidence = Evidence::CounterModel(Box::new(wrong.clone()));
            if check(&mut arena, &case, Statement::NotIdentifiable { query }, evidence).is_err() {
                refused += 1;
                continue;
            }
            accepted += 1;
            assert_eq!(models_differ(&case, &wrong), Ok(()), "accepted:\n{case}\n{wrong:#?}");
        }
    }
    println!("damaged models: {refused} refused, {accepted} accepted and right");
    assert!(refused > accepted, "damage shows: {refused} refused, {accepted} accepted");
}

// Separations and open paths.

#[test]
fn separations_and_open_paths_are_judged_rightly() {
    let mut rng = ChaCha8Rng::seed_from_u64(55);
    let (mut separated, mut connected, mut refused) = (0, 0, 0);
    for _ in 0..3_000 {
        let len = rng.random_range(2..=7);
        let graph = graphs::random(len, 0.4, 0.25, &mut rng);
        let bits = Bits::of(&graph);
        let mut sides: [Set; 4] = [0; 4];
        for i in 0..len {
            sides[rng.random_range(0..4)] |= bit(i);
        }
        let [x, y, given, _] = sides;
        if x == 0 || y == 0 {
            continue;
        }
        let (over, under) = (rng.random::<Set>() & rng.random::<Set>(), rng.random::<Set>() & rng.random::<Set>());
        let set = |mask: Set| node_set(&graph, mask & bits.all());
        let cut = Mutilation { no_incoming: set(over), no_outgoing: set(under) };
        let separation = Separation { x: set(x), y: set(y), given: set(given), cut };
        let case = Case { graph: graph.clone(), y, x, z: given };
        let mut arena = Arena::new();
        let holds = bits.mutilated(&separation.cut).separated(x, y, given);
        let verdict = check(&mut arena, &case, Statement::Separated(separation.clone()), Evidence::Separation);
        assert_eq!(verdict.is_ok(), holds, "{case}\n{separation:?}");
        separated += usize::from(holds);
        let path = whatif::identify::open_path(&graph, &separation);
        assert_eq!(path.is_none(), holds, "{case}\n{separation:?}");
        let Some(path) = path else { continue };
        connected += 1;
        let mut judged = |path: &OpenPath| {
            let evidence = Evidence::OpenPath(path.clone());
            let kernel = check(&mut arena, &case, Statement::Connected(separation.clone()), evidence).is_ok();
            let right = hedges::is_open(&bits, &separation, path).is_ok();
            assert!(right || !kernel, "accepted:\n{case}\n{separation:?}\n{path:#?}");
            kernel
        };
        assert!(judged(&path), "{case}\n{separation:?}\n{path:#?}");
        for _ in 0..5 {
            let mut wrong = path.clone();
            damage_path(&mut wrong, len, &mut rng);
            refused += usize::from(!judged(&wrong));
        }
    }
    println!("{separated} separated, {connected} connected, {refused} damaged paths refused");
    assert!(separated > 300 && connected > 300 && refused > 1_000);
}
