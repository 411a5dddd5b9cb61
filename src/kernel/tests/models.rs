//! Counter-models, whole and damaged, and the exact evaluator against the tests' own.

use super::support::{Numbers, claim, expr, graph};
use crate::expr::{Arena, BigRational};
use crate::graph::{Graph, Node};
use crate::kernel::check;
use crate::proof::{CounterModel, Evidence, Latent, Model, ModelVariable, Parent, Statement};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn q(over: i64, under: i64) -> BigRational {
    BigRational::new(over.into(), under.into())
}

fn row(over: i64, under: i64) -> Vec<BigRational> {
    vec![q(over, under), q(under - over, under)]
}

/// The bow x -> y, x <-> y with binary variables: x is drawn from the latent alone; `tables` gives P(y = 0 | x, u) in
/// eighths, u fastest.
fn bow_model(tables: [i64; 4]) -> Model {
    Model {
        latents: vec![Latent { name: "u".into(), probs: row(1, 2) }],
        variables: vec![
            ModelVariable { states: 2, parents: vec![Parent::Latent(0)], table: vec![row(3, 4), row(1, 4)] },
            ModelVariable {
                states: 2,
                parents: vec![Parent::Variable(Node::new(0)), Parent::Latent(0)],
                table: tables.iter().map(|&p| row(p, 8)).collect(),
            },
        ],
    }
}

/// P(y=0, x=0) = 1/2 (3/4 a + 1/4 b), so raising a by one and lowering b by three leaves P(v) as it is; P(y=0 | do(x=0)) =
/// (a + b) / 2 moves.
fn bow() -> (Graph, CounterModel) {
    let models = vec![bow_model([3, 5, 4, 4]), bow_model([4, 2, 4, 4])];
    let at = vec![(Node::new(0), 0), (Node::new(1), 0)];
    (graph("x y: x>y x-y"), CounterModel { models, at, values: vec![q(1, 2), q(3, 8)] })
}

fn judged(g: &Graph, query: &str, models: &CounterModel) -> bool {
    let mut arena = Arena::new();
    let query = expr(&mut arena, g, query);
    let claim = claim(g, Statement::NotIdentifiable { query });
    check(&mut arena, &claim, &Evidence::CounterModel(Box::new(models.clone()))).is_ok()
}

#[test]
fn two_models_of_the_bow() {
    let (g, good) = bow();
    assert!(judged(&g, "P(y|do(x))", &good));
    assert!(judged(&g, "P(y=0|do(x=0))", &good));
    assert!(judged(&g, "P(y=low|do(x=off))", &good), "values stand where `at` puts them");
    assert!(!judged(&g, "P(y|x)", &good), "the values are others");
    type Damage = Box<dyn Fn(&mut CounterModel)>;
    let damages: Vec<Damage> = vec![
        Box::new(|m| m.values.swap(0, 1)),
        Box::new(|m| m.values[1] = q(1, 2)),
        Box::new(|m| m.values[0] = BigRational::new_raw(1.into(), 0.into())),
        Box::new(|m| {
            _ = m.values.pop();
        }),
        Box::new(|m| {
            _ = m.at.pop();
        }),
        Box::new(|m| m.at[0].1 = 1),
        Box::new(|m| m.at[0].1 = 2),
        Box::new(|m| m.at[0].0 = Node::new(9)),
        Box::new(|m| m.at.push((Node::new(1), 0))),
        Box::new(|m| {
            _ = m.models.pop();
        }),
        Box::new(|m| m.models.push(m.models[0].clone())),
        // Equal models, other data, no data, a zero, a row that is no distribution.
        Box::new(|m| m.models[1] = m.models[0].clone()),
        Box::new(|m| m.models[1] = bow_model([4, 3, 4, 4])),
        Box::new(|m| m.models.iter_mut().for_each(|m| m.variables[1].table = vec![row(0, 1); 4])),
        Box::new(|m| m.models[0].variables[1].table[0] = vec![q(3, 8), q(4, 8)]),
        Box::new(|m| m.models[0].variables[1].table[0] = vec![q(11, 8), q(-3, 8)]),
        Box::new(|m| m.models[0].variables[1].table[0] = vec![q(3, 8), q(4, 8), q(1, 8)]),
        Box::new(|m| m.models[0].variables[1].table[0] = vec![BigRational::new_raw(1.into(), 0.into()), q(0, 1)]),
        Box::new(|m| {
            _ = m.models[0].variables[1].table.pop();
        }),
        Box::new(|m| m.models[0].variables[1].table.push(row(1, 2))),
        Box::new(|m| m.models[0].variables[1].table.clear()),
        Box::new(|m| m.models[0].latents[0].probs = vec![q(1, 2)]),
        Box::new(|m| m.models[0].latents[0].probs.clear()),
        Box::new(|m| m.models[0].latents[0].name = "x".into()),
        Box::new(|m| m.models[0].latents.push(Latent { name: "w".into(), probs: vec![q(1, 1)] })),
        Box::new(|m| m.models[0].variables[0].parents = vec![Parent::Latent(7)]),
        Box::new(|m| m.models[0].variables[0].parents = vec![Parent::Variable(Node::new(1))]),
        Box::new(|m| m.models[0].variables[0].parents = vec![Parent::Variable(Node::new(0))]),
        Box::new(|m| m.models[0].variables[0].parents = vec![Parent::Variable(Node::new(44))]),
        Box::new(|m| m.models[0].variables[1].parents = vec![Parent::Latent(0); 2]),
        Box::new(|m| m.models[0].variables[0].states = 3),
        Box::new(|m| m.models[0].variables[0].states = usize::MAX),
        Box::new(|m| {
            _ = m.models[0].variables.pop();
        }),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let mut worse = good.clone();
        damage(&mut worse);
        assert!(!judged(&g, "P(y|do(x))", &worse), "damage {number}");
    }
    // The same models of graphs that lack an edge.
    assert!(!judged(&graph("x y: x>y"), "P(y|do(x))", &good));
    assert!(!judged(&graph("x y: x-y"), "P(y|do(x))", &good));
    assert!(!judged(&graph("x y: y>x x-y"), "P(y|do(x))", &good));
}

#[test]
fn contrasts_place_each_reference() {
    let (g, mut models) = bow();
    // P(y=0 | do(x=0)) - P(y=0 | do(x=1)) = 1/2 - 1/2 and 3/8 - 1/2; numbers are their own states.
    models.values = vec![q(0, 1), q(-1, 8)];
    models.at = vec![];
    assert!(judged(&g, "P(y=0|do(x=0)) - P(y=0|do(x=1))", &models));
    assert!(!judged(&g, "P(y=off|do(x=0)) - P(y=off|do(x=1))", &models), "off has no state");
    models.at = vec![(Node::new(1), 0)];
    assert!(judged(&g, "P(y=off|do(x=0)) - P(y=off|do(x=1))", &models));
    models.at = vec![(Node::new(0), 0), (Node::new(0), 1), (Node::new(1), 0)];
    assert!(judged(&g, "P(y|do(x)) - P(y|do(x'))", &models));
    assert!(judged(&g, "P(y|do(x=a)) - P(y|do(x=b))", &models));
    models.at[1].1 = 0;
    assert!(!judged(&g, "P(y|do(x=a)) - P(y|do(x=b))", &models), "two values in one state");
    // Expectations count states: E[y | do(x)] = P(y=1 | do(x)).
    models.at = vec![(Node::new(0), 0)];
    models.values = vec![q(1, 2), q(5, 8)];
    assert!(judged(&g, "sum{y} ([y] * P(y|do(x)))", &models));
    models.at = vec![(Node::new(0), 0), (Node::new(1), 0)];
    models.values = vec![q(0, 1), q(0, 1)];
    assert!(!judged(&g, "[y] * P(y|do(x))", &models), "the same in both");
}

#[test]
fn one_model_shows_two_sides_unequal() {
    let (g, models) = bow();
    let judged = |sides: [&str; 2], values: [BigRational; 2], at: &[(usize, usize)], model: &Model| {
        let mut arena = Arena::new();
        let sides = sides.map(|text| expr(&mut arena, &g, text));
        let at = at.iter().map(|&(node, state)| (Node::new(node), state)).collect();
        let evidence = CounterModel { models: vec![model.clone()], at, values: values.to_vec() };
        let claim = claim(&g, Statement::Unequal(sides[0], sides[1]));
        check(&mut arena, &claim, &Evidence::CounterModel(Box::new(evidence))).is_ok()
    };
    // P(y=0 | x=0) = (3/4 · 3 + 1/4 · 5) / 8 = 7/16.
    let model = &models.models[0];
    assert!(judged(["P(y|do(x))", "P(y|x)"], [q(1, 2), q(7, 16)], &[(0, 0), (1, 0)], model));
    assert!(!judged(["P(y|do(x))", "P(y|do(x))"], [q(1, 2), q(1, 2)], &[(0, 0), (1, 0)], model));
    assert!(!judged(["P(y|do(x))", "P(y|x)"], [q(1, 2), q(1, 2)], &[(0, 0), (1, 0)], model));
    assert!(!judged(["P(y|do(x))", "P(y|x) / (P(x) - P(x))"], [q(1, 2), q(7, 16)], &[(0, 0), (1, 0)], model));
    assert!(judged(["sum{y} P(x)", "P(x)"], [q(1, 1), q(1, 2)], &[(0, 0)], model));
    let mut zero = model.clone();
    zero.variables[1].table[2] = row(0, 1);
    zero.variables[1].table[3] = row(0, 1);
    assert!(!judged(["P(y|do(x))", "P(y|x)"], [q(1, 2), q(7, 16)], &[(0, 0), (1, 0)], &zero), "P(v) is zero somewhere");
}

/// Exact values against floating point by brute force on random models.
#[test]
fn the_exact_evaluator_agrees_with_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let g = graph("a b c d: a>b b>c a-c c>d b-d a>d");
    let texts = [
        "P(d|do(b))",
        "P(c,d|do(a),b)",
        "P(d|do(b),c)",
        "sum{a'} (P(d|a',b) * P(a'))",
        "P(d) * sum{d} ([d] * P(d|c,do(b)))",
        "(sum{a'} (P(c|b,a') * P(a'))) / P(c|a) - P(b)",
        "sum{c} P(b|do(a)) + 1",
        "sum{a,b',c'} (P(a,b',c') * P(d|do(c')) * P(b|a))",
    ];
    for text in texts {
        let numbers = Numbers::random(&g, &mut rng);
        let model = numbers.exact(&g);
        let mut arena = Arena::new();
        let one = expr(&mut arena, &g, text);
        let other = arena.zero();
        let places = numbers.anywhere(&mut arena, &mut rng);
        let at: Vec<(Node, usize)> = arena.free(one).iter().map(|r| (Node::new(r.var.index()), places[r])).collect();
        let claim = claim(&g, Statement::Unequal(one, other));
        let mut values = vec![q(0, 1), q(0, 1)];
        // The refusal names the values it computed.
        let evidence = |values: &[BigRational]| {
            Evidence::CounterModel(Box::new(CounterModel {
                models: vec![model.clone()],
                at: at.clone(),
                values: values.to_vec(),
            }))
        };
        let refusal = check(&mut arena, &claim, &evidence(&values)).unwrap_err().reason;
        let found = refusal.rsplit("computed, ").next().unwrap().split(" and ").next().unwrap();
        values[0] = found.parse().unwrap();
        check(&mut arena, &claim, &evidence(&values)).unwrap();
        // States count from 0 in the kernel; the tests' own numbers are others, so values of variables are left to them.
        if !text.contains('[') {
            let exact = Numbers::float(&values[0]);
            let expected = numbers.value(&arena, one, &places);
            assert!((exact - expected).abs() < 1e-6, "{text}: {exact} and {expected}");
        }
    }
}

#[test]
fn models_too_large_to_judge_are_refused() {
    let names: Vec<String> = (0..40).map(|i| format!("v{i}")).collect();
    let edges: Vec<String> = (1..40).map(|i| format!("v0>v{i} v0-v{i}")).collect();
    let g = graph(&format!("{}: {}", names.join(" "), edges.join(" ")));
    // One latent for each bidirected edge: a district of forty variables has 2^40 cells.
    let latents = (1..40).map(|i| Latent { name: format!("u{i}"), probs: row(1, 2) }).collect();
    let variables = (0..40)
        .map(|i| match i {
            0 => ModelVariable { states: 2, parents: vec![], table: vec![row(1, 2)] },
            _ => ModelVariable { states: 2, parents: vec![Parent::Latent(i - 1)], table: vec![row(1, 4), row(3, 4)] },
        })
        .collect();
    let mut model = Model { latents, variables };
    let refusal = |model: &Model| {
        let mut arena = Arena::new();
        let query = expr(&mut arena, &g, "P(v1|do(v0))");
        let models = CounterModel { models: vec![model.clone(); 2], at: vec![], values: vec![] };
        let claim = claim(&g, Statement::NotIdentifiable { query });
        check(&mut arena, &claim, &Evidence::CounterModel(Box::new(models))).unwrap_err().reason
    };
    // Each latent has one child here, so districts are single variables, and only the places are missing.
    assert!(refusal(&model).contains("states are given"), "{}", refusal(&model));
    model.variables[0].parents = (0..39).map(Parent::Latent).collect();
    assert!(refusal(&model).contains("cells"), "{}", refusal(&model));
}
