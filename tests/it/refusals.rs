//! The kernel as a judge, through the one gate to it. What the prover brings is accepted; of what has been damaged, nothing false is.
//!
//! Damage is random, and some of it is harmless (a separation with its sides exchanged, an equation of which another true
//! one has been made). So each piece that the kernel still accepts is judged again here: an equation by its value in
//! random models, a hedge by its definition, models by evaluating them.

use crate::support::bits::{Bits, Set, bit, members, node_set};
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
use whatif::expr::{Arena, BigRational, Expr, ExprId, Ref, Term, Var};
use whatif::graph::{EdgeKind, Mutilation, Node, NodeSet};
use whatif::identify::{Identification, identify};
use whatif::kernel::Checked;
use whatif::proof::{
    Claim, CounterModel, Derivation, Evidence, Hedge, OpenPath, Parent, Rule, Separation, Statement, Step,
};

/// A claim about a question's graph, the joint distribution known.
fn claim(case: &Case, statement: Statement) -> Claim {
    let all = case.graph.nodes().map(|node| Ref::plain(Var::new(node.index())));
    let joint = Term::new(all, [], []).unwrap();
    Claim { graph: Arc::new(case.graph.clone()), source: None, known: vec![joint], statement }
}

fn check(arena: &mut Arena, case: &Case, statement: Statement, evidence: Evidence) -> Result<Checked, Refusal> {
    settle(arena, &claim(case, statement), &evidence)
}

/// Adds a random node where it is missing, takes it out where it is not.
fn toggle(set: &mut NodeSet, rng: &mut ChaCha8Rng) {
    let node = Node::new(rng.random_range(0..set.capacity()));
    if set.contains(node) {
        set.remove(node);
    } else {
        set.insert(node);
    }
}

fn toggle_separation(separation: &mut Separation, rng: &mut ChaCha8Rng) {
    let Separation { x, y, given, cut: Mutilation { no_incoming, no_outgoing } } = separation;
    let sets = [x, y, given, no_incoming, no_outgoing];
    let which = rng.random_range(0..sets.len());
    for (place, set) in sets.into_iter().enumerate() {
        if place == which {
            toggle(set, rng);
        }
    }
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

/// The expression with one of the nodes it is built of replaced.
fn replace(arena: &mut Arena, root: ExprId, old: ExprId, new: ExprId) -> ExprId {
    let mut made = std::collections::BTreeMap::from([(old, new)]);
    for id in arena.reachable([root]) {
        if made.contains_key(&id) {
            continue;
        }
        let of = |id: &ExprId| made[id];
        let expr = arena.get(id).clone();
        let copy = match &expr {
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
            Expr::Sum { over, body } => arena.sum(over.iter().copied(), of(body)),
            Expr::Product(all) => arena.product(all.iter().map(of)),
            Expr::Plus(all) => arena.plus(all.iter().map(of)),
            Expr::Minus(all) => arena.minus(all.iter().map(of)),
            Expr::Quotient(over, under) => arena.quotient(of(over), of(under)),
        };
        made.insert(id, copy);
    }
    made[&root]
}

/// A term with one reference moved, dropped, primed or added.
fn damaged_term(term: &Term, variables: usize, rng: &mut ChaCha8Rng) -> Option<Term> {
    let mut sides = [term.of().to_vec(), term.given().to_vec(), term.do_().to_vec()];
    let from = rng.random_range(0..3);
    let to = rng.random_range(0..3);
    match rng.random_range(0..4) {
        0 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            let moved = sides[from].remove(at);
            sides[to].push(moved);
        }
        1 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            sides[from].remove(at);
        }
        2 if !sides[from].is_empty() => {
            let at = rng.random_range(0..sides[from].len());
            sides[from][at] = Ref::copy(sides[from][at].var, rng.random_range(0..3));
        }
        _ => sides[to].push(Ref::plain(Var::new(rng.random_range(0..variables)))),
    }
    let [of, given, do_] = sides;
    Term::new(of, given, do_)
}

/// An expression with one node changed: a term, what a sum binds, an operand gone, a quotient turned over.
fn damaged_expr(arena: &mut Arena, root: ExprId, variables: usize, rng: &mut ChaCha8Rng) -> ExprId {
    let nodes = arena.reachable([root]);
    let old = *nodes.choose(rng).unwrap();
    let new = match arena.get(old).clone() {
        Expr::P(term) => match damaged_term(&term, variables, rng) {
            Some(term) => arena.p(term),
            None => old,
        },
        Expr::Sum { over, body } => {
            let mut over = over.to_vec();
            match rng.random_range(0..3) {
                0 => over.push(Ref::copy(Var::new(rng.random_range(0..variables)), rng.random_range(0..2))),
                1 => over.truncate(over.len() - 1),
                _ => over[0] = Ref::copy(over[0].var, rng.random_range(0..3)),
            }
            arena.sum(over, body)
        }
        Expr::Product(all) => {
            let gone = rng.random_range(0..all.len());
            arena.product(all.iter().enumerate().filter(|&(at, _)| at != gone).map(|(_, &id)| id))
        }
        Expr::Quotient(over, under) => arena.quotient(under, over),
        Expr::Number(_) | Expr::Plus(_) | Expr::Minus(_) | Expr::Value(_) => old,
    };
    replace(arena, root, old, new)
}

/// One random change; the derivation and the estimand it is said to lead to.
fn damage(
    arena: &mut Arena,
    derivation: &mut Derivation,
    sides: &mut (ExprId, ExprId),
    case: &Case,
    rng: &mut ChaCha8Rng,
) {
    let steps = &mut derivation.steps;
    let variables = case.graph.len();
    let at = rng.random_range(0..steps.len());
    let other = steps[rng.random_range(0..steps.len())].clone();
    match rng.random_range(0..14) {
        0 => steps[at].rule = *Rule::ALL.choose(rng).unwrap(),
        1 => steps[at].rhs = other.rhs,
        2 => steps[at].lhs = other.lhs,
        3 => {
            let step = &mut steps[at];
            std::mem::swap(&mut step.lhs, &mut step.rhs);
        }
        4 => {
            if let Some(requires) = steps[at].requires.first_mut() {
                toggle_separation(requires, rng);
            }
        }
        5 => steps[at].requires = other.requires,
        6 => steps[at].uses = other.uses,
        7 => {
            if let Some(used) = steps[at].uses.first_mut() {
                used.step = rng.random_range(0..at + 2);
            }
        }
        8 => {
            let variable = Var::new(rng.random_range(0..variables));
            if let Some(used) = steps[at].uses.first_mut() {
                used.at.push((Ref::plain(variable), Ref::copy(variable, rng.random_range(0..2))));
            }
        }
        9 => {
            steps.remove(at);
        }
        10 => sides.1 = damaged_expr(arena, sides.1, variables, rng),
        11 => {
            // The last step and the claim alike.
            let wrong = damaged_expr(arena, sides.1, variables, rng);
            sides.1 = wrong;
            steps.last_mut().unwrap().rhs = wrong;
        }
        12 => {
            // A term wrong wherever it stands.
            let terms: Vec<ExprId> = arena.reachable(steps.iter().flat_map(|step| [step.lhs, step.rhs]));
            let terms: Vec<ExprId> = terms.into_iter().filter(|&id| matches!(arena.get(id), Expr::P(_))).collect();
            let old = *terms.choose(rng).unwrap();
            let new = damaged_expr(arena, old, variables, rng);
            for step in steps {
                step.lhs = replace(arena, step.lhs, old, new);
                step.rhs = replace(arena, step.rhs, old, new);
            }
            sides.1 = replace(arena, sides.1, old, new);
        }
        _ => {
            let side = if rng.random() { &mut steps[at].lhs } else { &mut steps[at].rhs };
            *side = damaged_expr(arena, *side, variables, rng);
        }
    }
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
                    damage(&mut arena, &mut wrong, &mut sides, &case, &mut rng);
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
#[ignore = "minutes: the nightly run"]
fn no_false_derivation_is_accepted_of_many() {
    damaged_derivations(20_000, 5, 52);
    damaged_derivations(3_000, 7, 53);
}

// Hedges.

fn damage_hedge(hedge: &mut Hedge, case: &mut Case, rng: &mut ChaCha8Rng) {
    let node = |rng: &mut ChaCha8Rng| Node::new(rng.random_range(0..case.graph.len()));
    match rng.random_range(0..16) {
        0 => toggle(&mut hedge.root, rng),
        1 => toggle(&mut hedge.outer.nodes, rng),
        2 => toggle(&mut hedge.inner.nodes, rng),
        3 => std::mem::swap(&mut hedge.inner, &mut hedge.outer),
        4 => hedge.inner = hedge.outer.clone(),
        5 => {
            let edges = [&mut hedge.outer, &mut hedge.inner].into_iter().nth(rng.random_range(0..2)).unwrap();
            let list = if rng.random() { &mut edges.directed } else { &mut edges.bidirected };
            if !list.is_empty() {
                list.remove(rng.random_range(0..list.len()));
            }
        }
        6 => {
            let pair = (node(rng), node(rng));
            let edges = [&mut hedge.outer, &mut hedge.inner].into_iter().nth(rng.random_range(0..2)).unwrap();
            if rng.random() { edges.directed.push(pair) } else { edges.bidirected.push(pair) }
        }
        7 => toggle(&mut hedge.exchanged.of, rng),
        8 => toggle(&mut hedge.exchanged.do_, rng),
        9 => toggle(&mut hedge.exchanged.given, rng),
        10 => {
            hedge.exchanged.moved.pop();
        }
        11 => {
            if let Some(moved) = hedge.exchanged.moved.first_mut() {
                toggle_separation(&mut moved.requires, rng);
            }
        }
        12 => {
            if let Some(kept) = hedge.exchanged.kept.first_mut() {
                toggle_separation(&mut kept.requires, rng);
            }
        }
        13 => {
            if let Some(kept) = hedge.exchanged.kept.first_mut() {
                damage_path(&mut kept.open_path, case.graph.len(), rng);
            }
        }
        14 => {
            hedge.exchanged.kept.pop();
        }
        _ => {
            // Another query, with the sets of the exchanged one as they would be if nothing had been moved.
            let free = !(case.y | case.x | case.z) & ((1 << case.graph.len()) - 1);
            let more = members(free).next().map_or(0, bit);
            let side = [&mut case.y, &mut case.x, &mut case.z].into_iter().nth(rng.random_range(0..3)).unwrap();
            *side |= more;
            if rng.random() {
                hedge.exchanged.of = node_set(&case.graph, case.y);
                hedge.exchanged.do_ = node_set(&case.graph, case.x);
                hedge.exchanged.given = node_set(&case.graph, case.z);
            }
        }
    }
}

fn damage_path(path: &mut OpenPath, nodes: usize, rng: &mut ChaCha8Rng) {
    let at = rng.random_range(0..path.steps.len());
    let node = Node::new(rng.random_range(0..nodes));
    match rng.random_range(0..6) {
        0 => path.steps[at].node = node,
        1 => path.steps[at].edge = [EdgeKind::Forward, EdgeKind::Backward, EdgeKind::Bidirected].choose(rng).copied(),
        2 => path.steps[at].opened_by.clear(),
        3 => path.steps[at].opened_by.push(node),
        4 => {
            path.steps.remove(at);
        }
        _ => path.steps.reverse(),
    }
}

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

fn damage_models(counter: &mut CounterModel, rng: &mut ChaCha8Rng) {
    let which = rng.random_range(0..counter.models.len());
    let variables = counter.models[which].variables.len();
    let i = rng.random_range(0..variables);
    let small = BigRational::new(1.into(), rng.random_range(2..100).into());
    let both: Vec<usize> = if rng.random_bool(0.3) { vec![0, 1] } else { vec![which] };
    match rng.random_range(0..12) {
        0 => {
            // Moves a little from one state to another in some row, in one model or in both.
            let row = rng.random::<u64>() as usize;
            for which in both {
                let table = &mut counter.models[which].variables[i].table;
                let rows = table.len();
                let moved = table[row % rows][0].clone() * small.clone();
                table[row % rows][0] -= moved.clone();
                table[row % rows][1] += moved;
            }
        }
        1 => counter.models[which].variables[i].table.reverse(),
        2 => counter.models[which].variables[i].table.iter_mut().for_each(|row| row.reverse()),
        3 => counter.models[which].variables[i].parents.reverse(),
        4 => {
            let parent = if rng.random() {
                Parent::Variable(Node::new(rng.random_range(0..variables)))
            } else {
                Parent::Latent(rng.random_range(0..counter.models[which].latents.len().max(1)))
            };
            for which in both {
                let variable = &mut counter.models[which].variables[i];
                variable.parents.push(parent);
                variable.table = variable.table.iter().flat_map(|row| [row.clone(), row.clone()]).collect();
            }
        }
        5 => counter.models[which].variables[i].states += 1,
        6 => {
            if let Some(latent) = counter.models[which].latents.first_mut() {
                latent.probs[0] += small;
            }
        }
        7 => {
            if let Some(latent) = counter.models[which].latents.first_mut() {
                latent.probs.reverse();
                latent.probs[0] -= small.clone();
                latent.probs[1] += small;
            }
        }
        8 => {
            let at = rng.random_range(0..counter.at.len());
            counter.at[at].1 = rng.random_range(0..3);
        }
        9 => {
            counter.at.remove(rng.random_range(0..counter.at.len()));
        }
        10 => counter.values.reverse(),
        _ => counter.values[which] += small,
    }
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
