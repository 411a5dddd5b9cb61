//! Against enumeration: every exogenous state by itself, every equation by hand.

use super::*;
use crate::expr::BigRational;
use num_traits::{One, Zero};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn ratio(over: i64, under: i64) -> BigRational {
    BigRational::new(over.into(), under.into())
}

fn row(states: usize, rng: &mut ChaCha8Rng) -> Vec<BigRational> {
    let weights: Vec<i64> = (0..states).map(|_| rng.random_range(1..6)).collect();
    let sum: i64 = weights.iter().sum();
    weights.into_iter().map(|weight| ratio(weight, sum)).collect()
}

fn variable(name: String, states: usize, role: Role, mechanism: Mechanism) -> Variable {
    let names: Vec<String> = (0..states).map(|state| state.to_string()).collect();
    let numbers = (0..states).map(|state| ratio(i64::try_from(state).unwrap(), 1)).collect();
    Variable { name, states: names, numbers: Some(numbers), role, mechanism }
}

/// `count` variables by equations of those before them and of noises after them; or by random tables.
fn random(count: usize, structural: bool, rng: &mut ChaCha8Rng) -> Network {
    let sizes: Vec<usize> = (0..count).map(|_| rng.random_range(2..4)).collect();
    let mut variables: Vec<Variable> = Vec::new();
    let mut noises = Vec::new();
    for at in 0..count {
        let mut parents: Vec<usize> = (0..at).filter(|_| rng.random_bool(0.6)).collect();
        let mut all: Vec<usize> = parents.iter().map(|&parent| sizes[parent]).collect();
        if structural {
            let states = rng.random_range(2..4);
            let mechanism = Mechanism { parents: Vec::new(), table: row(states, rng) };
            // Sometimes a common cause rather than a noise of its own.
            if noises.is_empty() || rng.random_bool(0.7) {
                noises.push(variable(format!("u{at}"), states, Role::Exogenous, mechanism));
            }
            let noise = noises.len() - 1;
            all.push(noises[noise].states.len());
            parents.push(count + noise);
        }
        let rows: usize = all.iter().product();
        let table = (0..rows)
            .flat_map(|_| {
                if structural {
                    let state = rng.random_range(0..sizes[at]);
                    (0..sizes[at]).map(|s| ratio(i64::from(s == state), 1)).collect()
                } else {
                    row(sizes[at], rng)
                }
            })
            .collect();
        variables.push(variable(format!("v{at}"), sizes[at], Role::Measured, Mechanism { parents, table }));
    }
    variables.extend(noises);
    Network { variables }
}

/// All states of the variables at some positions.
fn each_state(network: &Network, of: &[usize], mut f: impl FnMut(&[usize])) {
    let sizes: Vec<usize> = of.iter().map(|&v| network.variables[v].states.len()).collect();
    let count: usize = sizes.iter().product();
    for mut place in 0..count {
        let mut at = vec![0; of.len()];
        for (state, size) in at.iter_mut().zip(&sizes).rev() {
            *state = place % size;
            place /= size;
        }
        f(&at);
    }
}

fn entry(network: &Network, v: usize, at: &[usize], state: usize) -> BigRational {
    let known = &network.variables[v];
    let row = known.mechanism.parents.iter().fold(0, |row, &p| row * network.variables[p].states.len() + at[p]);
    known.mechanism.table[row * known.states.len() + state].clone()
}

/// What a variable is in a world, its noises given.
fn response(network: &Network, atom: &Atom, noises: &[usize]) -> usize {
    let mut at = noises.to_vec();
    for v in 0..network.variables.len() {
        if let Some(setting) = atom.world.iter().find(|setting| setting.variable == v) {
            at[v] = match &setting.to {
                To::Point(Point::State(state)) => *state,
                To::Response(other) => response(network, other, noises),
                To::Point(_) | To::Policy(_) => unreachable!(),
            };
        } else if network.variables[v].role == Role::Measured {
            let states = network.variables[v].states.len();
            at[v] = (0..states).find(|&state| entry(network, v, &at, state).is_one()).unwrap();
        }
    }
    at[atom.variable]
}

fn world(network: &Network, count: usize, deep: bool, rng: &mut ChaCha8Rng) -> Vec<Setting> {
    let mut world = Vec::new();
    for v in 0..count {
        if rng.random_bool(0.3) {
            let to = if deep && rng.random_bool(0.4) {
                To::Response(Atom { variable: v, world: self::world(network, count, false, rng) })
            } else {
                To::Point(Point::State(rng.random_range(0..network.variables[v].states.len())))
            };
            world.push(Setting { variable: v, to });
        }
    }
    world
}

fn event(network: &Network, count: usize, rng: &mut ChaCha8Rng) -> (Atom, Point) {
    let v = rng.random_range(0..count);
    let atom = Atom { variable: v, world: world(network, count, true, rng) };
    (atom, Point::State(rng.random_range(0..network.variables[v].states.len())))
}

fn single(network: &Network, ask: Ask) -> Option<BigRational> {
    let question = Question { slots: Vec::new(), free: Vec::new(), ask };
    evaluate(network, &question, Bounds::default()).unwrap().rows.remove(0).value
}

fn floating(network: &Network, ask: Ask) -> Option<BigRational> {
    let question = Question { slots: Vec::new(), free: Vec::new(), ask };
    let limits = crate::infer::Limits::default();
    evaluate_floating(network, &question, Bounds::default(), &limits).unwrap().rows.remove(0).value
}

/// Equal but for the rounding of floats.
fn is_close(a: Option<&BigRational>, b: Option<&BigRational>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => num_traits::Signed::abs(&(a - b)) < ratio(1, 1_000_000_000_000),
        (None, None) => true,
        _ => false,
    }
}

#[test]
fn counterfactuals_are_what_enumeration_of_the_noises_says() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut defined, mut torn) = (0, 0);
    for _ in 0..400 {
        let count = rng.random_range(2..5);
        let network = random(count, true, &mut rng);
        let of: Vec<_> = (0..rng.random_range(1..3)).map(|_| event(&network, count, &mut rng)).collect();
        let given: Vec<_> = (0..rng.random_range(0..3)).map(|_| event(&network, count, &mut rng)).collect();
        let noises: Vec<usize> = (count..network.variables.len()).collect();
        let (mut over, mut under) = (BigRational::zero(), BigRational::zero());
        each_state(&network, &noises, |states| {
            let mut at = vec![0; network.variables.len()];
            at[count..].copy_from_slice(states);
            let p = noises.iter().zip(states).fold(BigRational::one(), |p, (&u, &s)| p * entry(&network, u, &at, s));
            let holds = |events: &[(Atom, Point)]| {
                events.iter().all(|(atom, point)| *point == Point::State(response(&network, atom, &at)))
            };
            if holds(&given) {
                under += &p;
                if holds(&of) {
                    over += p;
                }
            }
        });
        let wanted = (!under.is_zero()).then(|| over / under);
        defined += usize::from(wanted.is_some());
        torn += usize::from(of.iter().chain(&given).any(|(atom, _)| !atom.world.is_empty()));
        let term = Term { of: Of::Event(of), given };
        let float = floating(&network, Ask::Term(term.clone()));
        assert!(is_close(float.as_ref(), wanted.as_ref()), "{float:?} {wanted:?}");
        assert_eq!(single(&network, Ask::Term(term)), wanted);
    }
    assert!(defined > 150 && torn > 150, "{defined} {torn}");
}

#[test]
fn actions_are_the_truncated_product_and_explanations_the_largest_of_it() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for _ in 0..200 {
        let count = rng.random_range(2..5);
        let network = random(count, false, &mut rng);
        let all: Vec<usize> = (0..count).collect();
        let state = |v: usize, rng: &mut ChaCha8Rng| rng.random_range(0..network.variables[v].states.len());
        let (x, y, z) = (rng.random_range(0..count), rng.random_range(0..count), rng.random_range(0..count));
        if x == y || y == z || x == z {
            continue;
        }
        let (xs, ys, zs) = (state(x, &mut rng), state(y, &mut rng), state(z, &mut rng));
        let (mut over, mut under) = (BigRational::zero(), BigRational::zero());
        let mut best: Option<(BigRational, Vec<usize>)> = None;
        each_state(&network, &all, |at| {
            if at[x] != xs || at[z] != zs {
                return;
            }
            let p = all.iter().filter(|&&v| v != x).fold(BigRational::one(), |p, &v| p * entry(&network, v, at, at[v]));
            under += &p;
            if at[y] == ys {
                over += &p;
            }
            if best.as_ref().is_none_or(|(most, _)| p > *most) {
                best = Some((p, at.to_vec()));
            }
        });
        let set = vec![Setting { variable: x, to: To::Point(Point::State(xs)) }];
        let atom = |variable| Atom { variable, world: set.clone() };
        let term = Term { of: Of::Event(vec![(atom(y), Point::State(ys))]), given: vec![(atom(z), Point::State(zs))] };
        assert_eq!(single(&network, Ask::Term(term.clone())), Some(&over / &under));
        let mean = Ask::Term(Term { of: Of::Mean(atom(y)), given: term.given.clone() });
        assert!(is_close(floating(&network, mean.clone()).as_ref(), single(&network, mean).as_ref()));
        let (most, _) = best.unwrap();
        let rough = explain_floating(&network, &[(z, zs)], &[(x, xs)], &crate::infer::Limits::default());
        let rough = rough.unwrap().unwrap();
        assert!(is_close(Some(&(&rough.probability * &rough.evidence)), Some(&most)));
        let found = explain(&network, &[(z, zs)], &[(x, xs)], Bounds::default()).unwrap().unwrap();
        assert_eq!((&found.probability * &found.evidence, &found.evidence), (most, &under));

        // The derivative with respect to an entry is a difference quotient, since P(of, given) is linear in it.
        let question = Question { slots: Vec::new(), free: Vec::new(), ask: Ask::Term(term) };
        let entries = sensitivity(&network, &question, &all, Bounds::default()).unwrap().unwrap();
        let Some(one) = entries.choose(&mut rng) else { continue };
        let step = ratio(1, 1_000_000_000);
        let mut moved = network.clone();
        let known = &mut moved.variables[one.variable];
        let sizes: Vec<usize> = known.mechanism.parents.iter().map(|&p| network.variables[p].states.len()).collect();
        let row = one.row.iter().zip(&sizes).fold(0, |row, (state, size)| row * size + state);
        let states = known.states.len();
        for s in 0..states {
            let cell = &mut known.mechanism.table[row * states + s];
            if s == one.state {
                *cell += &step;
            } else {
                *cell = &*cell - &*cell * &step / (BigRational::one() - &one.probability);
            }
        }
        let moved = single(&moved, question.ask).unwrap();
        let gap = (moved - over / under) / step - &one.derivative;
        assert!(num_traits::Signed::abs(&gap) < ratio(1, 1_000_000), "{gap}");
    }
}

#[test]
fn a_random_table_answers_no_counterfactual_about_two_worlds() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let half = |parents: Vec<usize>| {
        let rows = 1 << parents.len();
        Mechanism { parents, table: vec![ratio(1, 2); rows * 2] }
    };
    let network = Network {
        variables: vec![
            variable("x".into(), 2, Role::Measured, half(vec![])),
            variable("y".into(), 2, Role::Measured, half(vec![0])),
        ],
    };
    let y = |world: Vec<Setting>| Atom { variable: 1, world };
    let set = vec![Setting { variable: 0, to: To::Point(Point::State(1)) }];
    let one = Point::State(rng.random_range(0..2));
    let both = Term { of: Of::Event(vec![(y(set.clone()), one.clone())]), given: vec![(y(vec![]), one.clone())] };
    assert_eq!(not_structural(&network, &Ask::Term(both)), Some(1));
    // Of the treated, only one world sees y.
    let x = Atom { variable: 0, world: Vec::new() };
    let ett = Term { of: Of::Event(vec![(y(set), one)]), given: vec![(x, Point::State(0))] };
    assert_eq!(not_structural(&network, &Ask::Term(ett.clone())), None);
    assert_eq!(single(&network, Ask::Term(ett)), Some(ratio(1, 2)));
}

#[test]
fn rows_of_a_linear_model_have_its_moments() {
    // x := 1 + noise(var 4); y := 3 - 2 x + noise(var 1)
    let line = |name: &str, constant: i64, parents: Vec<(usize, BigRational)>, variance: i64| LinearVariable {
        name: name.into(),
        role: Role::Measured,
        mechanism: LinearMechanism { constant: ratio(constant, 1), parents, variance: ratio(variance, 1) },
    };
    // The effect stands before its cause.
    let model = Linear { variables: vec![line("y", 3, vec![(1, ratio(-2, 1))], 1), line("x", 1, vec![], 4)] };
    let sampler = LinearSampler::new(&model, 7);
    let rows: Vec<f64> = (0..20).flat_map(|chunk| sampler.chunk(chunk, LinearSampler::CHUNK)).collect();
    let count = rows.len() as f64 / 2.0;
    let mean = |at: usize| rows.chunks(2).map(|row| row[at]).sum::<f64>() / count;
    let (y, x) = (mean(0), mean(1));
    let moment =
        |a: usize, b: usize| rows.chunks(2).map(|row| (row[a] - [y, x][a]) * (row[b] - [y, x][b])).sum::<f64>() / count;
    for (found, expected) in [(y, 1.0), (x, 1.0), (moment(0, 0), 17.0), (moment(1, 1), 4.0), (moment(0, 1), -8.0)] {
        assert!((found - expected).abs() < 0.03 * expected.abs() + 0.03, "{found} {expected}");
    }
    assert_eq!(sampler.chunk(3, 5), sampler.chunk(3, 2048)[..10]);
}

#[test]
fn a_network_as_a_model_keeps_its_numbers() {
    let mut rng = ChaCha8Rng::seed_from_u64(29);
    for _ in 0..20 {
        let network = random(4, false, &mut rng);
        let there = network.to_bayesian("n").unwrap();
        let back = Network::of_bayesian(&there, |states| {
            states.iter().map(|state| state.parse::<i64>().ok().map(|n| ratio(n, 1))).collect()
        });
        assert_eq!(back, network);
    }
    // Rows that miss one are divided by their sums.
    let variable = crate::network::Variable { name: "x".into(), states: vec!["a".into(), "b".into()] };
    let table =
        crate::network::Table::exact(0, vec![], vec![ratio(3_333_333, 10_000_000), ratio(6_666_666, 10_000_000)]);
    let off = crate::network::Network::new("n", vec![variable], vec![table]).unwrap();
    let model = Network::of_bayesian(&off, |_| None);
    assert_eq!(model.variables[0].mechanism.table, [ratio(1, 3), ratio(2, 3)]);
}

#[test]
fn limits_are_named() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let network = random(4, false, &mut rng);
    let atom = |variable| Atom { variable, world: Vec::new() };
    let slots: Vec<Slot> = (0..4).map(|variable| Slot { variable, name: format!("v{variable}") }).collect();
    let term = Term { of: Of::Event((0..4).map(|v| (atom(v), Point::Slot(v))).collect()), given: Vec::new() };
    let question = Question { slots, free: vec![0, 1, 2, 3], ask: Ask::Term(term) };
    let bounds = Bounds::default();
    let sum: BigRational =
        evaluate(&network, &question, bounds).unwrap().rows.into_iter().filter_map(|row| row.value).sum();
    assert!(sum.is_one());
    let few = Bounds { rows: 3, ..bounds };
    assert_eq!(evaluate(&network, &question, few), Err(Trouble::TooManyRows { limit: 3 }));
    let short = Bounds { steps: 3, ..bounds };
    assert_eq!(evaluate(&network, &question, short), Err(Trouble::TooLong { limit: 3 }));
    let single = Question {
        slots: Vec::new(),
        free: Vec::new(),
        ask: Ask::Term(Term { of: Of::Mean(atom(3)), given: Vec::new() }),
    };
    let small = Bounds { cells: 1, ..bounds };
    assert!(matches!(evaluate(&network, &single, small), Err(Trouble::TooLarge { limit: 1, .. })));
}

#[test]
fn linear_models_regress() {
    // z := noise(var 1); x := 2 z + noise(var 1); y := 3 x - z + noise(var 4)
    let line = |name: &str, parents: Vec<(usize, i64)>, variance: i64| LinearVariable {
        name: name.into(),
        role: Role::Measured,
        mechanism: LinearMechanism {
            constant: BigRational::zero(),
            parents: parents.into_iter().map(|(p, c)| (p, ratio(c, 1))).collect(),
            variance: ratio(variance, 1),
        },
    };
    let model = Linear {
        variables: vec![line("z", vec![], 1), line("x", vec![(0, 2)], 1), line("y", vec![(1, 3), (0, -1)], 4)],
    };
    let slots = vec![Slot { variable: 1, name: "x".into() }];
    let ask = |world: Vec<Setting>, given: Vec<(Atom, Point)>| {
        let term = Term { of: Of::Mean(Atom { variable: 2, world }), given };
        let question = Question { slots: slots.clone(), free: vec![0], ask: Ask::Term(term) };
        evaluate_linear(&model, &question).unwrap().unwrap()
    };
    let set = |to: Point| vec![Setting { variable: 1, to: To::Point(to) }];
    let actual = |variable| Atom { variable, world: Vec::new() };
    let done = ask(set(Point::Slot(0)), vec![]);
    assert_eq!((done.mean.slots, done.variance), (vec![(0, ratio(3, 1))], Some(ratio(5, 1))));
    // Seen: the slope is cov(x, y) / var(x) = (3 * 5 - 2) / 5.
    let seen = ask(vec![], vec![(actual(1), Point::Slot(0))]);
    assert_eq!(seen.mean.slots, vec![(0, ratio(13, 5))]);
    // y[x = 1] where x = 0 and y = 2 were seen: the noises stay as they were, so 3 more.
    let number = |n: i64| Point::Number(ratio(n, 1));
    let given = vec![(actual(1), number(0)), (actual(2), number(2))];
    let twin = ask(set(number(1)), given);
    assert_eq!((twin.mean.constant, twin.variance), (ratio(5, 1), Some(BigRational::zero())));
}
