//! Every way to compute, compared with enumeration of all joint states.

use super::{
    Limits, Refusal, exact_marginals, importance_marginals, log_probability, marginals, most_probable, query,
    weighted_marginals,
};
use crate::network::{Network, Table, Variable};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use proptest::prelude::*;

/// Small numbers in rows; zeros among them, so that some things are impossible.
fn network() -> impl Strategy<Value = Network> {
    (2_usize..8, any::<u64>()).prop_map(|(n, seed)| random(n, seed, false))
}

/// Few parents each, chosen by a small generator; with `inexact`, rows that miss one a little.
fn random(n: usize, seed: u64, inexact: bool) -> Network {
    let mut state = seed | 1;
    let mut next = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 20) % below
    };
    let variables: Vec<Variable> = (0..n)
        .map(|i| Variable { name: format!("v{i}"), states: (0..1 + next(4)).map(|s| format!("s{s}")).collect() })
        .collect();
    let mut tables = Vec::new();
    for child in 0..n {
        let mut parents: Vec<usize> = (0..child).filter(|_| next(3) == 0).take(3).collect();
        if next(2) == 0 {
            parents.reverse();
        }
        let rows: usize = parents.iter().map(|&p| variables[p].states.len()).product();
        let states = variables[child].states.len();
        let mut exact = Vec::new();
        for _ in 0..rows {
            let mut row: Vec<u64> = (0..states).map(|_| next(6)).collect();
            row[next(states as u64) as usize] += 1;
            let sum: u64 = row.iter().sum();
            exact.extend(row.iter().map(|&x| BigRational::new(BigInt::from(x), BigInt::from(sum))));
        }
        let mut table = Table::exact(child, parents, exact);
        if inexact {
            table.exact = None;
            table.probs.iter_mut().for_each(|p| *p *= 1.0 - next(900) as f64 * 1e-9);
        }
        tables.push(table);
    }
    Network::new("random", variables, tables).unwrap()
}

/// All joint states with their weights.
fn enumerate(network: &Network, evidence: &[(usize, usize)]) -> Vec<(Vec<usize>, f64)> {
    let mut all = vec![Vec::new()];
    for v in 0..network.len() {
        all = all
            .into_iter()
            .flat_map(|row| (0..network.states(v)).map(move |s| row.iter().copied().chain([s]).collect()))
            .collect();
    }
    let weight = |row: &Vec<usize>| -> f64 {
        let cell = |table: &Table| {
            let at = table.parents.iter().fold(0, |at, &p| at * network.states(p) + row[p]);
            table.probs[at * network.states(table.child) + row[table.child]]
        };
        network.tables().map(cell).product()
    };
    all.into_iter()
        .filter(|row: &Vec<usize>| evidence.iter().all(|&(v, s)| row[v] == s))
        .map(|row| (weight(&row), row))
        .map(|(weight, row)| (row, weight))
        .collect()
}

fn brute(network: &Network, evidence: &[(usize, usize)]) -> Option<Vec<Vec<f64>>> {
    let all = enumerate(network, evidence);
    let total: f64 = all.iter().map(|(_, weight)| weight).sum();
    let mut sums: Vec<Vec<f64>> = (0..network.len()).map(|v| vec![0.0; network.states(v)]).collect();
    for (row, weight) in &all {
        for (v, &s) in row.iter().enumerate() {
            sums[v][s] += weight / total;
        }
    }
    (total > 0.0).then_some(sums)
}

fn near(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12)
}

/// Evidence and an intervention on a network, from random numbers.
fn settings(network: &Network, picks: &[(u8, u8, bool)]) -> (Network, Vec<(usize, usize)>) {
    let (mut evidence, mut set) = (Vec::new(), Vec::new());
    for &(v, s, acts) in picks {
        let v = usize::from(v) % network.len();
        let s = usize::from(s) % network.states(v);
        if evidence.iter().chain(&set).all(|&(other, _)| other != v) {
            if acts { set.push((v, s)) } else { evidence.push((v, s)) }
        }
    }
    (network.do_(&set), evidence)
}

proptest! {
    #[test]
    fn every_way_agrees_with_enumeration(
        network in network(),
        picks in prop::collection::vec(any::<(u8, u8, bool)>(), 0..4),
    ) {
        let (network, evidence) = settings(&network, &picks);
        let limits = Limits::default();
        let expected = brute(&network, &evidence);
        let tree = marginals(&network, &evidence, &limits);
        let exact = exact_marginals(&network, &evidence, &limits);
        let Some(expected) = expected else {
            prop_assert_eq!(tree, Err(Refusal::Impossible));
            prop_assert_eq!(exact, Err(Refusal::Impossible));
            prop_assert_eq!(log_probability(&network, &evidence, &limits), Ok(f64::NEG_INFINITY));
            prop_assert_eq!(most_probable(&network, &evidence, &limits), Err(Refusal::Impossible));
            return Ok(());
        };
        let (tree, exact) = (tree.unwrap(), exact.unwrap());
        for v in 0..network.len() {
            prop_assert!(near(&tree[v], &expected[v]), "{v}: {:?} {:?}", tree[v], expected[v]);
            let exact: Vec<f64> = exact[v].iter().map(|p| p.to_f64().unwrap()).collect();
            prop_assert!(near(&exact, &expected[v]));
            let one = query(&network, &[v], &evidence, &limits).unwrap();
            prop_assert!(near(&one.probs, &expected[v]));
        }
        let all = enumerate(&network, &evidence);
        let total: f64 = all.iter().map(|(_, weight)| weight).sum();
        prop_assert!((log_probability(&network, &evidence, &limits).unwrap() - total.ln()).abs() < 1e-9);
        // A pair, the later variable first.
        if network.len() > 2 {
            let pair = [network.len() - 1, 1];
            let joint = query(&network, &pair, &evidence, &limits).unwrap();
            let mut sums = vec![0.0; joint.probs.len()];
            for (row, weight) in &all {
                sums[row[pair[0]] * network.states(1) + row[1]] += weight / total;
            }
            prop_assert!(near(&joint.probs, &sums));
        }
        let (explanation, log) = most_probable(&network, &evidence, &limits).unwrap();
        let best = all.iter().map(|(_, weight)| *weight).fold(0.0, f64::max);
        let found = all.iter().find(|(row, _)| *row == explanation).map(|(_, weight)| *weight).unwrap();
        prop_assert!((best - found).abs() <= 1e-12 * best);
        prop_assert!((log - best.ln()).abs() < 1e-9);
    }

    #[test]
    fn rows_that_miss_one_stay_as_they_are(
        (n, seed) in (2_usize..8, any::<u64>()),
        picks in prop::collection::vec(any::<(u8, u8, bool)>(), 0..3),
    ) {
        let (network, evidence) = settings(&random(n, seed, true), &picks);
        if let Some(expected) = brute(&network, &evidence) {
            let tree = marginals(&network, &evidence, &Limits::default()).unwrap();
            for v in 0..network.len() {
                prop_assert!(near(&tree[v], &expected[v]));
                prop_assert!(near(&query(&network, &[v], &evidence, &Limits::default()).unwrap().probs, &expected[v]));
            }
        }
    }
}

#[test]
fn weighted_rows_come_near_within_their_errors() {
    for seed in 1..20 {
        let network = random(6, seed * 7919, false);
        let evidence = [(5, 0)];
        let Some(expected) = brute(&network, &evidence) else { continue };
        let found = weighted_marginals(&network, &evidence, 20_000, seed).unwrap();
        for v in 0..network.len() {
            for (s, expected) in expected[v].iter().enumerate() {
                let miss = (found.marginals[v][s] - expected).abs();
                assert!(miss <= 5.0 * found.errors[v][s] + 1e-3, "{v} {s}: {miss} {}", found.errors[v][s]);
            }
        }
        assert!(found.effective <= 20_000.0 + 1e-6);
        assert_eq!(found, weighted_marginals(&network, &evidence, 20_000, seed).unwrap());
    }
}

#[test]
fn importance_sampling_comes_near_with_true_errors_and_improbable_evidence() {
    let mut gain = Vec::new();
    for seed in 1..24_u64 {
        let network = random(8, seed * 104_729, false);
        let evidence = [(7, 0), (6, 0)];
        let Some(expected) = brute(&network, &evidence) else { continue };
        let found = importance_marginals(&network, &evidence, 20_000, seed).unwrap();
        for v in 0..network.len() {
            for (s, expected) in expected[v].iter().enumerate() {
                let miss = (found.marginals[v][s] - expected).abs();
                assert!(miss <= 5.0 * found.errors[v][s] + 1e-3, "{v} {s}: {miss} {}", found.errors[v][s]);
            }
        }
        let plain = weighted_marginals(&network, &evidence, 20_000, seed).unwrap();
        gain.push(found.effective / plain.effective);
    }
    // A chain of rare causes: drawn blindly, one row in a thousand has them.
    let variables = ["a", "b", "c"].map(|name| Variable { name: name.into(), states: vec!["0".into(), "1".into()] });
    let rare = |child: usize, parents: Vec<usize>| {
        let table = if parents.is_empty() { vec![0.999, 0.001] } else { vec![0.999, 0.001, 0.001, 0.999] };
        Table::new(child, parents, table)
    };
    let chain = Network::new("chain", variables.to_vec(), vec![rare(0, vec![]), rare(1, vec![0]), rare(2, vec![1])]);
    let chain = chain.unwrap();
    let evidence = [(2, 1)];
    let exact = brute(&chain, &evidence).unwrap();
    let found = importance_marginals(&chain, &evidence, 20_000, 7).unwrap();
    let plain = weighted_marginals(&chain, &evidence, 20_000, 7).unwrap();
    assert!((found.marginals[0][1] - exact[0][1]).abs() < 5.0 * found.errors[0][1]);
    assert!(found.effective > 50.0 * plain.effective, "{} {}", found.effective, plain.effective);
    assert!(found.errors[0][1] < plain.errors[0][1] / 3.0);
    // On the whole it is no worse elsewhere.
    gain.sort_by(f64::total_cmp);
    assert!(gain.len() > 10 && gain[gain.len() / 2] > 0.95, "{gain:?}");
}

#[test]
fn large_walks_in_parts_agree_with_small_ones() {
    // A clique of 4^9 cells is walked in parts along its first variables.
    let n = 9;
    let variables: Vec<Variable> =
        (0..n).map(|i| Variable { name: format!("v{i}"), states: (0..4).map(|s| format!("s{s}")).collect() }).collect();
    let point = |i: usize| vec![0.1 + i as f64 / 100.0, 0.2, 0.3, 0.4 - i as f64 / 100.0];
    let mut tables: Vec<Table> = (0..n - 1).map(|i| Table::new(i, Vec::new(), point(i))).collect();
    let rows = 4_usize.pow(n as u32 - 1);
    let last = (0..rows).flat_map(|row| {
        let p = (row % 97) as f64 / 97.0;
        [p / 2.0, p / 2.0, (1.0 - p) / 4.0, 0.75 * (1.0 - p)]
    });
    tables.push(Table::new(n - 1, (0..n - 1).collect(), last.collect()));
    let network = Network::new("wide", variables, tables).unwrap();
    let expected = brute(&network, &[]).unwrap();
    let found = marginals(&network, &[], &Limits::default()).unwrap();
    assert!(super::Plan::new(&network, &[], &Limits::default()).unwrap().cells() > 2e5);
    for v in 0..n {
        assert!(found[v].iter().zip(&expected[v]).all(|(a, b)| (a - b).abs() < 1e-10));
    }
}

#[test]
fn what_is_too_large_is_refused_with_the_estimate() {
    let variables: Vec<Variable> =
        (0..40).map(|i| Variable { name: format!("v{i}"), states: vec!["a".to_owned(), "b".to_owned()] }).collect();
    // Every pair of twenty has a common child's evidence: one clique of twenty.
    let tables = (0..40).map(|i| {
        let parents: Vec<usize> = (0..i).rev().take(12).collect();
        Table::new(i, parents.clone(), vec![0.5; 2 << parents.len()])
    });
    let network = Network::new("dense", variables, tables.collect()).unwrap();
    let limits = Limits { memory: 1000, ..Limits::default() };
    assert!(matches!(marginals(&network, &[], &limits), Err(Refusal::Memory { limit: 1000, .. })));
    let limits = Limits { steps: 1000, ..Limits::default() };
    assert!(matches!(marginals(&network, &[], &limits), Err(Refusal::Steps { limit: 1000, .. })));
    assert_eq!(marginals(&network, &[(0, 0), (0, 1)], &Limits::default()), Err(Refusal::Evidence(0)));
    assert_eq!(marginals(&network, &[(0, 7)], &Limits::default()), Err(Refusal::Evidence(0)));
    assert!(marginals(&network, &[], &Limits::default()).is_ok());
}

#[test]
fn a_hopeless_network_is_refused_at_once() {
    // Eight causes each, drawn from all before: no order helps.
    let mut state = 7_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let n = 600;
    let variables =
        (0..n).map(|i| Variable { name: format!("v{i}"), states: vec!["a".to_owned(), "b".to_owned()] }).collect();
    let tables = (0..n).map(|i| {
        let mut parents: Vec<usize> = (0..8.min(i)).map(|_| next(i)).collect();
        parents.sort_unstable();
        parents.dedup();
        Table::new(i, parents.clone(), vec![0.5; 2 << parents.len()])
    });
    let network = Network::new("hopeless", variables, tables.collect()).unwrap();
    let refused = Err(Refusal::Memory { needed: 8e13, width: None, limit: Limits::default().memory });
    assert_eq!(marginals(&network, &[], &Limits::default()), refused);
    assert!(most_probable(&network, &[], &Limits::default()).is_err());
    assert!(weighted_marginals(&network, &[(n - 1, 0)], 100, 1).is_ok());
    // The first has no causes, and what follows from it is barren.
    assert!(query(&network, &[0], &[], &Limits::default()).is_ok());
}
