//! The tests' own verdicts, separations and models, checked against each other before anything is checked by them.

use crate::support::bits::{Bits, Set, bit, members, subsets};
use crate::support::evaluate::Evaluator;
use crate::support::queries::{self, Case};
use crate::support::scm::Scm;
use crate::support::table::Table;
use crate::support::{graphs, hedges, tian};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::expr::{Arena, Ref, Term, Var};

fn verdicts(case: &Case) -> (bool, bool) {
    let bits = Bits::of(&case.graph);
    (tian::identifiable(&bits, case.y, case.x, case.z), hedges::identifiable(&bits, case.y, case.x, case.z))
}

#[test]
fn both_separations_agree() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut open = 0;
    for _ in 0..3_000 {
        let len = rng.random_range(2..=6);
        let bits = Bits::of(&graphs::random(len, 0.4, 0.25, &mut rng));
        let mut sides = [0; 4];
        for i in 0..len {
            sides[rng.random_range(0..4)] |= bit(i);
        }
        let [x, y, given, cut] = sides;
        let cut = bits.cut(cut | x & rng.random::<Set>(), given & rng.random::<Set>());
        let separated = cut.separated(x, y, given);
        assert_eq!(separated, cut.separated_by_paths(x, y, given), "{cut:?} {sides:?}");
        open += usize::from(!separated);
    }
    assert!((500..2_500).contains(&open), "both answers occur: {open}");
}

/// Every ADMG of `len` nodes under one causal order, every question. Returns how many questions there were.
fn verdicts_agree_on_all(len: usize) -> usize {
    let pairs: Vec<_> = (0..len).flat_map(|i| (i + 1..len).map(move |j| (i, j))).collect();
    let chosen = |set: u64| members(set).map(|i| pairs[i]).collect::<Vec<_>>();
    let (all, edges) = ((1 << len) - 1, (1 << pairs.len()) - 1);
    let mut asked = 0;
    for (arrows, arcs) in subsets(edges).flat_map(|arrows| subsets(edges).map(move |arcs| (arrows, arcs))) {
        let graph = graphs::graph(len, &chosen(arrows), &chosen(arcs));
        for y in subsets(all).filter(|&y| y != 0) {
            for (x, z) in subsets(all & !y).flat_map(|x| subsets(all & !y & !x).map(move |z| (x, z))) {
                let case = Case { graph: graph.clone(), y, x, z };
                let (tian, hedges) = verdicts(&case);
                assert_eq!(tian, hedges, "{case}");
                asked += 1;
            }
        }
    }
    asked
}

#[test]
fn both_verdicts_agree_on_all_graphs_of_three_nodes() {
    assert_eq!(verdicts_agree_on_all(2), 4 * 7);
    assert_eq!(verdicts_agree_on_all(3), 64 * 37);
}

#[test]
#[ignore = "a minute: .ci/long"]
fn both_verdicts_agree_on_all_graphs_of_four_nodes() {
    assert_eq!(verdicts_agree_on_all(4), 4_096 * 175);
}

fn verdicts_agree(cases: usize, most: usize, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut refused = 0;
    for _ in 0..cases {
        let case = queries::mixed(most, &mut rng);
        let (tian, hedges) = verdicts(&case);
        assert_eq!(tian, hedges, "{case}");
        refused += usize::from(!tian);
    }
    println!("{refused} of {cases} not identifiable");
    assert!(refused * 10 > cases && refused * 10 < cases * 7, "both answers occur: {refused} of {cases}");
}

#[test]
fn both_verdicts_agree_on_random_graphs() {
    verdicts_agree(10_000, 6, 2);
    verdicts_agree(2_000, 7, 3);
}

#[test]
#[ignore = "minutes: .ci/long"]
fn both_verdicts_agree_on_many_random_graphs() {
    verdicts_agree(100_000, 6, 4);
    verdicts_agree(20_000, 7, 5);
}

#[test]
fn a_ladder_is_as_deep_as_it_says() {
    for depth in 1..=12 {
        let ladder = graphs::napkin_ladder(depth);
        let (x, y) = (bit(2 * depth), bit(2 * depth + 1));
        assert_eq!(tian::depth(&Bits::of(&ladder), y, x, 0), Some(depth));
    }
    let napkin = graphs::named(&["w1", "r1", "x", "y"], &[(0, 1), (1, 2), (2, 3)], &[(0, 2), (0, 3)]);
    assert_eq!(graphs::napkin_ladder(1), napkin);
}

/// The condition can be moved though P(v1, v2 | do(v0)) is not identifiable.
#[test]
fn a_condition_can_make_a_query_identifiable() {
    let graph = graphs::graph(3, &[(0, 2)], &[(0, 1), (0, 2)]);
    let case = |y, z| Case { graph: graph.clone(), y, x: 0b001, z };
    assert_eq!(verdicts(&case(0b110, 0)), (false, false));
    assert_eq!(verdicts(&case(0b010, 0b100)), (true, true));
}

/// The models know nothing of identification: two facts every one of them must show.
#[test]
fn models_respect_the_graph() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut arena = Arena::new();
    for _ in 0..100 {
        let len = rng.random_range(2..=6);
        let graph = graphs::random(len, 0.5, 0.3, &mut rng);
        let bits = Bits::of(&graph);
        let model = Scm::random(&graph, &[2, 3], &[2, 3], &mut rng);
        let mut evaluator = Evaluator::new(&model);
        let all: f64 = model.world(0).cells().iter().sum();
        assert!((all - 1.0).abs() < 1e-9);
        assert!(model.world(0).cells().iter().all(|&cell| cell > 0.0));

        // Separated in a mutilated graph, independent in the world of that intervention.
        let mut sides = [0; 4];
        for i in 0..len {
            sides[rng.random_range(0..4)] |= bit(i);
        }
        let [x, y, given, actions] = sides;
        if x == 0 || y == 0 {
            continue;
        }
        let refs = |set: Set| members(set).map(|i| Ref::plain(Var::new(i))).collect::<Vec<_>>();
        let long = Term::new(refs(y), refs(given | x), refs(actions)).unwrap();
        let short = Term::new(refs(y), refs(given), refs(actions)).unwrap();
        let distance = {
            let long = evaluator.term(&arena, &long);
            long.distance(&evaluator.term(&arena, &short))
        };
        let separated = bits.cut(actions, 0).separated(x, y, given | actions);
        assert_eq!(separated, distance < 1e-9, "{}: {sides:?} {distance}", graphs::written(&graph));
    }

    // The back-door formula, and P(y | x), which is not it.
    let graph = graphs::named(&["x", "y", "z"], &[(2, 0), (2, 1), (0, 1)], &[]);
    let [x, y, z] = [0, 1, 2].map(|i| Ref::plain(Var::new(i)));
    let model = Scm::random(&graph, &[3], &[2], &mut rng);
    let mut evaluator = Evaluator::new(&model);
    let truth = evaluator.term(&arena, &Term::new([y], [], [x]).unwrap());
    let given_z = arena.p(Term::new([y], [x, z], []).unwrap());
    let of_z = arena.p(Term::new([z], [], []).unwrap());
    let product = arena.product([given_z, of_z]);
    let sum = arena.sum([z], product);
    assert!(evaluator.value(&arena, sum).distance(&truth) < 1e-12);
    let naive = arena.p(Term::new([y], [x], []).unwrap());
    assert!(evaluator.value(&arena, naive).distance(&truth) > 1e-4);
    let idle = arena.sum([Ref::copy(Var::new(2), 1)], of_z);
    let thrice = Table::clone(&evaluator.value(&arena, of_z)).map(|cell| 3.0 * cell);
    assert!(evaluator.value(&arena, idle).distance(&thrice) < 1e-12, "a sum over what is absent counts its states");
}
