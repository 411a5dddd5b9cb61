//! Truths that are known, agreement with plug-in where all is discrete, and words for what cannot be done.

use super::super::Method;
use super::*;
use crate::answer::{Options as Asking, Prover};
use crate::data::{Cell, Column, Counts};
use crate::problem;
use crate::source::Source;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const GRAPH: &str = "graph { z -> {x y}; x -> y }\n";
const EFFECT: &str = "graph { z -> {x y}; x -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";

pub(super) fn rows(columns: &[(&str, bool, Vec<f64>)]) -> Rows {
    let variables = columns.iter().map(|(name, leveled, values)| {
        let highest = values.iter().copied().fold(0.0, f64::max) as usize;
        let levels = leveled.then(|| (0..=highest).map(|level| level.to_string()).collect());
        Variable { name: (*name).to_owned(), levels, values: values.clone() }
    });
    Rows { variables: variables.collect(), ..Rows::default() }
}

pub(super) fn estimated(text: &str, rows: &Rows, settings: &Settings) -> Estimate {
    with(text, rows, &Options::default(), settings)
}

fn with(text: &str, rows: &Rows, options: &Options, settings: &Settings) -> Estimate {
    let (problem, diagnostics) = problem::read(&Source::new("t.causal", text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let answer = Prover::new(&problem).unwrap().answer(0, &Asking::default());
    estimate(&problem, &answer, rows, options, settings).unwrap()
}

fn by(method: Method) -> Settings {
    Settings { method, ..Settings::default() }
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(random)
}

/// x by chance `chance(z)`, y by `mean(x, z)` plus noise, or as a chance.
fn simulated(seed: u64, size: usize, chance: fn(f64) -> f64, mean: fn(f64, f64) -> f64, event: bool) -> Rows {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut z, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size {
        let own = normal(&mut random);
        let acted = f64::from(random.random::<f64>() < chance(own));
        z.push(own);
        x.push(acted);
        let mean = mean(acted, own);
        y.push(if event { f64::from(random.random::<f64>() < mean) } else { mean + normal(&mut random) });
    }
    rows(&[("z", false, z), ("x", true, x), ("y", event, y)])
}

fn expit(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

const METHODS: [Method; 3] = [Method::Regression, Method::Ipw, Method::Aipw];

#[test]
fn intervals_hold_the_truth_about_as_often_as_they_say() {
    for method in METHODS {
        let mut held = 0;
        for seed in 0..60 {
            // The effect is 1 + z, 1 on average.
            let rows = simulated(seed, 400, |z| expit(0.6 * z), |x, z| x * (1.0 + z) + 2.0 * z + z * z, false);
            let found = estimated(EFFECT, &rows, &by(method));
            let (low, high) = found.numbers[0].interval.unwrap();
            held += usize::from(low <= 1.0 && 1.0 <= high);
        }
        assert!((52..=60).contains(&held), "{method:?}: {held} of 60");
    }
}

#[test]
fn the_chance_of_an_event_is_found() {
    // The truth by integration over z, in steps.
    let mean = |x: f64, z: f64| expit(-0.5 + x + 0.8 * z);
    let density = |z: f64| (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let truth: f64 = (-600..600).map(|i| f64::from(i) / 100.0).map(|z| mean(1.0, z) * density(z) / 100.0).sum();
    let rows = simulated(1, 8_000, expit, |x, z| expit(-0.5 + x + 0.8 * z), true);
    for method in METHODS {
        let found = estimated(&format!("{GRAPH}P(y = 1 | do(x = 1))"), &rows, &by(method));
        let number = &found.numbers[0];
        assert!((number.value.unwrap() - truth).abs() < 3.0 * number.se.unwrap(), "{method:?} {number:?} {truth}");
        assert!(number.se.unwrap() < 0.02 && number.naive.unwrap() > truth + 0.05, "{number:?}");
        // E of zeros and ones is the same probability.
        let mean = estimated(&format!("{GRAPH}E[y | do(x = 1)]"), &rows, &by(method));
        assert_eq!(mean.numbers[0].value, number.value);
    }
}

#[test]
fn one_right_model_is_enough_for_both_at_once() {
    // The chance is logistic, the outcome jumps: squares do not follow that.
    let outcome_wrong = simulated(2, 8_000, |z| expit(1.5 * z), |x, z| x + 6.0 * step_at(z), false);
    // The outcome is a parabola, the chance jumps up and down.
    let chance_wrong =
        simulated(3, 8_000, |z| 0.15 + 0.7 * f64::from(z > 0.0 && z < 1.0), |x, z| x + 2.0 * z + z * z, false);
    let of = |rows: &Rows, method| {
        let found = estimated(EFFECT, rows, &by(method));
        (found.numbers[0].value.unwrap() - 1.0) / found.numbers[0].se.unwrap()
    };
    assert!(of(&outcome_wrong, Method::Regression).abs() > 4.0);
    assert!(of(&chance_wrong, Method::Ipw).abs() > 4.0);
    for rows in [&outcome_wrong, &chance_wrong] {
        assert!(of(rows, Method::Aipw).abs() < 3.0, "{}", of(rows, Method::Aipw));
    }
}

fn step_at(z: f64) -> f64 {
    f64::from(z > 0.3)
}

/// Levels only, with numbers as outcome.
fn discrete(seed: u64, size: usize) -> Rows {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut z, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size {
        let own = f64::from(random.random_range(0..3_u8));
        let acted = f64::from(random.random::<f64>() < 0.25 + 0.2 * own);
        z.push(own);
        x.push(acted);
        y.push(acted * (1.0 + own) + own * own + normal(&mut random));
    }
    rows(&[("z", true, z), ("x", true, x), ("y", false, y)])
}

fn counted(rows: &Rows) -> Counts {
    let mut cells = std::collections::BTreeMap::new();
    for row in 0..rows.len() {
        let at = [rows.variables[0].values[row] as u32, rows.variables[1].values[row] as u32];
        let (y, w) = (rows.variables[2].values[row], rows.weights.as_ref().map_or(1.0, |weights| weights[row]));
        let cell = cells.entry(at).or_insert([0.0; 6]);
        let one = [w, w * y, w * y * y, w * w, w * w * y, w * w * y * y];
        cell.iter_mut().zip(one).for_each(|(to, more)| *to += more);
    }
    let column = |at: usize| Column {
        name: rows.variables[at].name.clone(),
        levels: rows.variables[at].levels.clone().unwrap(),
    };
    let squares = cells.values().map(|cell| [cell[3], cell[4], cell[5]]).collect();
    let cells =
        cells.into_iter().map(|(at, [count, sum, sum_squares, ..])| Cell { at: at.into(), count, sum, sum_squares });
    Counts {
        columns: vec![column(0), column(1)],
        cells: cells.collect(),
        rows: rows.len() as u64,
        weight: rows.weights.as_ref().map_or(rows.len() as f64, |weights| weights.iter().sum()),
        numeric: Some("y".to_owned()),
        squared_weights: rows.weights.is_some().then_some(squares),
    }
}

#[test]
fn where_models_have_a_place_for_everything_all_methods_are_plug_in() {
    let (rows, near) =
        (discrete(4, 600), |a: Option<f64>, b: Option<f64>, within| (a.unwrap() - b.unwrap()).abs() < within);
    for among in [Among::Everybody, Among::Treated, Among::Untreated] {
        let (problem, _) = problem::read(&Source::new("t.causal", EFFECT));
        let answer = Prover::new(&problem).unwrap().answer(0, &Asking::default());
        let plug_in = from_counts(&problem, &answer, &counted(&rows), &Options::default(), among).unwrap();
        for method in METHODS {
            let found = estimated(EFFECT, &rows, &Settings { among, ..by(method) });
            let (a, b) = (&plug_in.numbers[0], &found.numbers[0]);
            // Cross-fitting uses other rows for each.
            let within = if method == Method::Aipw { 0.02 } else { 1e-6 };
            assert!(near(a.value, b.value, within), "{among:?} {method:?} {a:?} {b:?}");
            assert!(near(a.se, b.se, within), "{among:?} {method:?} {a:?} {b:?}");
            assert!(near(a.naive, b.naive, 1e-9));
        }
    }
    let (problem, _) = problem::read(&Source::new("t.causal", EFFECT));
    let answer = Prover::new(&problem).unwrap().answer(0, &Asking::default());
    let all = from_counts(&problem, &answer, &counted(&rows), &Options::default(), Among::Everybody).unwrap();
    let overlap = all.overlap.clone().unwrap();
    let mass = |row: usize| rows.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let mut expected = vec![vec![0.0; 20]; 2];
    for level in 0..3 {
        let of = |arm: f64| -> f64 {
            let here = |row: &usize| {
                rows.variables[0].values[*row] == f64::from(level) && rows.variables[1].values[*row] == arm
            };
            (0..rows.len()).filter(here).map(mass).sum()
        };
        let bin = (of(1.0) / (of(0.0) + of(1.0)) * 20.0) as usize;
        expected[0][bin] += of(0.0);
        expected[1][bin] += of(1.0);
    }
    assert_eq!((overlap.rows, overlap.arms), (expected, vec!["0".to_owned(), "1".to_owned()]));
}

#[test]
fn effects_among_the_treated_are_theirs() {
    // The effect is 1 + z; those treated have a mean of z of E[z expit(1.2 z)] / E[expit(1.2 z)].
    let (mut over, mut under) = (0.0, 0.0);
    for z in (-800..800).map(|i| f64::from(i) / 100.0) {
        let weight = (-z * z / 2.0).exp() * expit(1.2 * z);
        over += z * weight;
        under += weight;
    }
    let shift = over / under;
    let rows = simulated(5, 8_000, |z| expit(1.2 * z), |x, z| x * (1.0 + z) + z, false);
    for method in METHODS {
        for (among, truth) in [(Among::Treated, 1.0 + shift), (Among::Untreated, 1.0 - shift), (Among::Everybody, 1.0)]
        {
            let found = estimated(EFFECT, &rows, &Settings { among, ..by(method) });
            let number = &found.numbers[0];
            let off = (number.value.unwrap() - truth) / number.se.unwrap();
            assert!(off.abs() < 3.5, "{method:?} {among:?} {number:?} {truth}");
        }
    }
}

#[test]
fn rows_that_stand_for_many_are_many() {
    let plain = discrete(6, 200);
    let mut twice = plain.clone();
    for variable in &mut twice.variables {
        variable.values.extend(variable.values.clone());
    }
    let repeated = Rows { repeats: Some(vec![2.0; 200]), ..plain.clone() };
    let weighted = Rows { weights: Some(vec![2.0; 200]), ..plain.clone() };
    for method in [Method::Regression, Method::Ipw] {
        let of = |rows: &Rows| estimated(EFFECT, rows, &by(method)).numbers[0].clone();
        let (once, twice, repeated, weighted) = (of(&plain), of(&twice), of(&repeated), of(&weighted));
        let same = |a: Option<f64>, b: Option<f64>| (a.unwrap() - b.unwrap()).abs() < 1e-9;
        assert!(same(once.value, twice.value) && same(once.value, repeated.value) && same(once.value, weighted.value));
        // More rows say more; heavier ones do not.
        assert!(same(twice.se, repeated.se) && same(once.se, weighted.se), "{once:?} {twice:?}");
        assert!(same(once.se, twice.se.map(|se| se * 2.0_f64.sqrt())));
    }
}

#[test]
fn a_bootstrap_agrees_with_the_standard_error() {
    let rows = simulated(7, 300, |z| expit(0.5 * z), |x, z| x + z, false);
    let options = Options { bootstrap: 120, ..Options::default() };
    for method in METHODS {
        let found = with(EFFECT, &rows, &options, &by(method));
        let (low, high) = found.numbers[0].interval.unwrap();
        let ratio = (high - low) / (2.0 * 1.96 * found.numbers[0].se.unwrap());
        assert!((0.8..1.35).contains(&ratio), "{method:?} {ratio}");
        assert_eq!(found.resampled.unwrap().undefined, 0);
        assert_eq!(found, with(EFFECT, &rows, &options, &by(method)));
    }
}

#[test]
fn three_arms_and_a_ratio() {
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let (mut z, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..6_000 {
        let own = normal(&mut random);
        let weights = [1.0, (0.7 * own).exp(), (-0.4 * own).exp()];
        let mut draw = random.random::<f64>() * weights.iter().sum::<f64>();
        let arm = weights
            .iter()
            .position(|weight| {
                draw -= weight;
                draw < 0.0
            })
            .unwrap_or(2) as f64;
        z.push(own);
        x.push(arm);
        y.push(2.0 + arm + own + normal(&mut random));
    }
    let rows = rows(&[("z", false, z), ("x", true, x), ("y", false, y)]);
    for method in [Method::Regression, Method::Aipw] {
        let found = estimated(&format!("{GRAPH}E[y | do(x)]"), &rows, &by(method));
        assert_eq!(found.numbers.iter().map(|number| number.at[0].as_str()).collect::<Vec<_>>(), ["0", "1", "2"]);
        for (number, truth) in found.numbers.iter().zip([2.0, 3.0, 4.0]) {
            assert!((number.value.unwrap() - truth).abs() < 0.1, "{number:?}");
        }
        let ratio = estimated(&format!("{GRAPH}r: E[y | do(x = 2)] / E[y | do(x = 0)]"), &rows, &by(method));
        let (low, high) = ratio.numbers[0].interval.unwrap();
        assert!(low < 2.0 && 2.0 < high && high - low < 0.3, "{ratio:?}");
    }
}

#[test]
fn trimming_says_whom_it_leaves() {
    let rows = simulated(9, 2_000, |z| expit(3.0 * z), |x, z| x + z, false);
    let all = estimated(EFFECT, &rows, &by(Method::Ipw));
    assert!(all.warnings.iter().any(|warning| warning.contains("--trim")), "{:?}", all.warnings);
    let some = estimated(EFFECT, &rows, &Settings { trim: Some(0.1), ..by(Method::Ipw) });
    assert!(some.used < all.used && some.rows == all.rows);
    insta::assert_snapshot!(some.positivity.applies_to.unwrap(), @"those whose chance of x = 1 and of x = 0 was between 0.1 and 0.9");
    assert!(some.numbers[0].se < all.numbers[0].se);
    let overlap = some.overlap.unwrap();
    assert_eq!(overlap.arms, ["0", "1"]);
    let shown: f64 = overlap.rows.iter().flatten().sum();
    assert_eq!(shown as u64, some.used);
}

#[test]
fn every_obstacle_has_a_sentence() {
    let z: Vec<f64> = (0..60).map(|i| f64::from(i) / 7.0).collect();
    let x: Vec<f64> = (0..60).map(|i| f64::from(i % 2)).collect();
    let y: Vec<f64> = z.iter().zip(&x).map(|(z, x)| z + x + (z * 50.0).sin()).collect();
    let plain = rows(&[("z", false, z.clone()), ("x", true, x.clone()), ("y", false, y.clone())]);
    let apart: Vec<f64> = z.iter().map(|z| f64::from(*z > 4.0)).collect();
    let apart = rows(&[("z", false, z.clone()), ("x", true, apart), ("y", false, y.clone())]);
    let number = rows(&[("z", true, x.clone()), ("x", false, z.clone()), ("y", false, y.clone())]);
    let never = rows(&[("z", false, z.clone()), ("x", true, vec![2.0; 60]), ("y", false, y.clone())]);
    let rare: Vec<f64> = (0..60).map(|i| f64::from(i == 1)).collect();
    let rare = rows(&[("z", true, rare), ("x", true, x.clone()), ("y", false, y.clone())]);
    let twins = rows(&[
        ("a", false, z.clone()),
        ("b", false, z.iter().map(|z| 2.0 * z).collect()),
        ("x", true, x),
        ("y", false, y),
    ]);
    let two = "graph { {a b} -> {x y}; x -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";
    let front = "graph { x -> z -> y; x <-> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";
    let after = "graph { x -> z; x -> y; z <-> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";
    let both = "graph { z -> {x y}; x -> y }\nE[y | do(x = 1, z = 1)]";
    let single = format!("{GRAPH}E[y | do(x = 1)]");
    let ipw = by(Method::Ipw);
    let cases = [
        ("certain", EFFECT, &apart, ipw.clone()),
        ("number as treatment", EFFECT, &number, ipw.clone()),
        ("never", EFFECT, &never, by(Method::Regression)),
        ("rare", EFFECT, &rare, by(Method::Regression)),
        ("rare, in parts", EFFECT, &rare, by(Method::Aipw)),
        ("twins", two, &twins, by(Method::Regression)),
        ("front door", front, &plain, ipw.clone()),
        ("two actions", both, &plain, ipw.clone()),
        ("among, one effect", &single, &plain, Settings { among: Among::Treated, ..ipw.clone() }),
        (
            "interacts with what is not there",
            EFFECT,
            &plain,
            Settings { interact: Interact::Only(vec!["w".into()]), ..by(Method::Regression) },
        ),
        ("trimmed away", EFFECT, &plain, Settings { trim: Some(0.499), ..ipw.clone() }),
    ];
    let told: Vec<String> = cases
        .into_iter()
        .map(|(name, text, rows, settings)| {
            let found = estimated(text, rows, &settings);
            assert!(found.numbers.is_empty(), "{name}: {found:?}");
            format!("{name}: {}", found.reason.unwrap())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    // Nothing to adjust for is an adjustment, too.
    assert!(estimated(after, &plain, &by(Method::Regression)).numbers[0].value.is_some());
}

/// z moves x, an unmeasured u moves x and y; the slope is 2.
fn instrumented(seed: u64, size: usize, strength: f64) -> Rows {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut z, mut w, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size {
        let (u, own) = (normal(&mut random), normal(&mut random));
        let drawn = f64::from(random.random::<f64>() < expit(own));
        let acted = strength * drawn + 0.5 * own + u + normal(&mut random);
        z.push(drawn);
        w.push(own);
        y.push(2.0 * acted - 3.0 * u + own + normal(&mut random));
        x.push(acted);
    }
    rows(&[("z", true, z), ("w", false, w), ("x", false, x), ("y", false, y)])
}

const INSTRUMENT: &str = "graph { w -> {z x y}; z -> x -> y; x <-> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";

fn by_instrument(text: &str, rows: &Rows, wanted: Option<&str>) -> Result<Estimate, String> {
    let (problem, diagnostics) = problem::read(&Source::new("t.causal", text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let answer = Prover::new(&problem).unwrap().answer(0, &Asking::default());
    let found = instrument(&problem, &answer, wanted)?;
    assert_eq!(found.certificates().len(), 2);
    Ok(estimate_iv(&problem, &answer, &found, rows, &Options::default()).unwrap())
}

#[test]
fn an_instrument_finds_the_slope_and_says_what_it_takes() {
    let mut held = 0;
    for seed in 0..60 {
        let found = by_instrument(INSTRUMENT, &instrumented(seed, 400, 1.5), None).unwrap();
        let (low, high) = found.numbers[0].interval.unwrap();
        held += usize::from(low <= 2.0 && 2.0 <= high);
        assert!(found.numbers[0].naive.unwrap() < 1.7, "{:?}", found.numbers);
        let used = found.instrument.unwrap();
        assert_eq!((used.name.as_str(), used.given.join(" ").as_str()), ("z", "w"));
        assert!(used.first_stage_f > 30.0 && found.warnings.is_empty());
    }
    assert!((52..=60).contains(&held), "{held}");
    let found = by_instrument(INSTRUMENT, &instrumented(1, 4_000, 1.5), None).unwrap();
    let robust = found.instrument.clone().unwrap().anderson_rubin.unwrap();
    let (low, high) = found.numbers[0].interval.unwrap();
    assert!((robust.0 - low).abs() < 0.02 && (robust.1 - high).abs() < 0.02, "{robust:?} {low} {high}");
    insta::assert_snapshot!(found.notes.join("\n"));
}

#[test]
fn a_weak_instrument_is_told_and_its_interval_still_holds() {
    let mut held = 0;
    for seed in 0..60 {
        let found = by_instrument(INSTRUMENT, &instrumented(seed, 300, 0.25), None).unwrap();
        if found.warnings.is_empty() {
            continue;
        }
        assert!(found.warnings[0].contains("weak instrument"), "{:?}", found.warnings);
        // Without an interval nothing is left out.
        held += usize::from(found.numbers[0].interval.is_none_or(|(low, high)| low <= 2.0 && 2.0 <= high));
    }
    assert!(held >= 30, "{held}");
    let none = by_instrument(INSTRUMENT, &instrumented(3, 300, 0.0), None).unwrap();
    assert!(none.numbers[0].interval.is_none_or(|(low, high)| high - low > 3.0), "{:?}", none.numbers);
}

#[test]
fn what_is_no_instrument_is_not_taken_for_one() {
    let rows = instrumented(1, 50, 1.0);
    let direct = "graph { z -> x -> y; z -> y; x <-> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";
    let condition = "graph { z -> x -> y; w -> y; x <-> y }\nE[y | do(x = 1), w = 1]";
    let open = "graph { z -> x -> y; x <-> y }\nP(y = 1 | do(x))";
    let told = [
        by_instrument(direct, &rows, None).unwrap_err(),
        by_instrument(INSTRUMENT, &rows, Some("w")).unwrap_err(),
        by_instrument(condition, &rows, None).unwrap_err(),
        by_instrument(open, &rows, None).unwrap_err(),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
