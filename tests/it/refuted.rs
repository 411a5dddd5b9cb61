//! Negative controls and sensitivity: what fails in simulations, what passes, and what says nothing.

use crate::cli::whatif;
use crate::estimate::{ask, counts, read};
use crate::support::folder::Folder;
use crate::support::scm::Scm;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use whatif::data::{Cell, Column, Counts};
use whatif::estimate::Options;
use whatif::estimate::refute::{self, Refutation, Verdict};
use whatif::graph::Graph;

const QUESTION: &str = "effect: P(y = 1 | do(x = 1)) - P(y = 1 | do(x = 0))\ntable t = \"t.csv\"\n";

/// What a claimed graph with its controls is told of ten sets of data.
fn held_against(claimed: &str, controls: &str, data: impl Fn(&Graph, u64) -> Counts) -> Vec<Vec<Refutation>> {
    let problem = read(&format!("graph {{ {claimed} }}\n{QUESTION}refute effect from t {{ {controls} }}\n"));
    let answer = ask(&problem, false);
    let controls = &problem.tasks[0].controls;
    assert!(
        refute::needs_with(&answer, controls)
            .is_some_and(|needs| { controls.iter().all(|control| needs.columns.contains(&control.variable)) })
    );
    (0..10)
        .map(|seed| {
            let data = data(&answer.graph, seed);
            refute::negative_controls(&answer, &data, controls, &Options::default())
        })
        .collect()
}

/// Rows of a random model of the graph itself.
fn drawn(rows: f64) -> impl Fn(&Graph, u64) -> Counts {
    move |graph, seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(700 + seed);
        let model = Scm::random(graph, &[2], &[2], &mut rng);
        counts(graph, &model, rows, Some(&mut rng))
    }
}

/// 10,000 rows in which z makes x, y and n likelier, by random amounts; and so does something that nobody measured, and w as
/// well, where there is something hidden. It moves each by 20 to 35 points.
fn people(hidden: bool) -> impl Fn(&Graph, u64) -> Counts {
    move |graph, seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(900 + seed);
        let push: [f64; 4] = std::array::from_fn(|_| if hidden { rng.random_range(0.2..0.35) } else { 0.0 });
        let part: [f64; 3] = std::array::from_fn(|_| rng.random_range(0.1..0.3));
        let mut cells: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
        for _ in 0..10_000 {
            let mut lot = |chance: f64| f64::from(rng.random::<f64>() < chance);
            let (z, hidden) = (lot(0.4), lot(0.5));
            let w = lot(0.3 + push[0] * hidden);
            let x = lot(0.2 + part[0] * z + push[1] * hidden);
            let y = lot(0.25 + part[1] * z - 0.1 * x + push[2] * hidden);
            let n = lot(0.1 + part[2] * z + push[3] * hidden);
            let value = |name: &str| match name {
                "z" => z,
                "x" => x,
                "y" => y,
                "n" => n,
                _ => w,
            };
            let at = graph.nodes().map(|node| value(graph.name(node)) as u32).collect();
            *cells.entry(at).or_default() += 1.0;
        }
        let levels = vec!["0".to_owned(), "1".to_owned()];
        let columns =
            graph.nodes().map(|node| Column { name: graph.name(node).to_owned(), levels: levels.clone() }).collect();
        let cells = cells.into_iter().map(|(at, count)| Cell { at: at.into(), count, sum: 0.0, sum_squares: 0.0 });
        Counts { columns, cells: cells.collect(), rows: 10_000, weight: 10_000.0, numeric: None, squared_weights: None }
    }
}

fn with(verdict: Verdict, all: &[Vec<Refutation>]) -> usize {
    all.iter().filter(|found| found.iter().any(|one| one.verdict == verdict)).count()
}

/// z is all that x and y have in common: so it is claimed.
const CLAIMED: &str = "z -> {x y n}; x -> y; w";

#[test]
fn a_control_passes_the_right_graph_and_fails_the_wrong_one() {
    for control in ["negative outcome n", "negative treatment w"] {
        let right = held_against(CLAIMED, control, people(false));
        assert!(with(Verdict::Passed, &right) >= 9, "{right:?}");
        let wrong = held_against(CLAIMED, control, people(true));
        assert!(with(Verdict::Failed, &wrong) >= 9, "{wrong:?}");
    }
}

#[test]
fn a_negative_treatment_is_adjusted_for_the_treatment_where_that_is_needed() {
    // w and y go together through c and x, which is no fault of the graph.
    let found = held_against("z -> {x y}; c -> {x w}; x -> y", "negative treatment w", drawn(10_000.0));
    assert!(with(Verdict::Passed, &found) >= 9, "{found:?}");
}

#[test]
fn too_few_rows_say_how_many_would_do() {
    let found = held_against(CLAIMED, "negative outcome n", drawn(200.0));
    assert!(with(Verdict::NotInformative, &found) >= 8, "{found:?}");
    for one in found.iter().flatten().filter(|one| one.verdict == Verdict::NotInformative) {
        assert!(one.rows_needed.is_none_or(|rows| rows > 200), "{one:?}");
    }
}

/// What the graph expects to differ refutes nothing, and neither does what is adjusted for.
#[test]
fn a_control_that_says_nothing_is_told_apart() {
    let shared = "z -> {x y n}; x -> y; x <-> n";
    let found = held_against(shared, "negative outcome n", drawn(1000.0));
    assert!(found.iter().flatten().all(|one| one.sentence.contains("go together anyway")), "{found:?}");
    let found = held_against(CLAIMED, "negative outcome z", drawn(1000.0));
    assert!(found.iter().flatten().all(|one| one.sentence.contains("is adjusted for")), "{found:?}");
    let door = "x -> m -> y; x <-> y; n";
    let found = held_against(door, "negative outcome n", drawn(1000.0));
    assert!(found.iter().flatten().all(|one| one.sentence.contains("no adjustment")), "{found:?}");
    assert_eq!(with(Verdict::NotInformative, &found), 10);
}

/// Rows of a line of business in which who is in trouble calls, and leaves, and has accidents.
fn data(hidden: bool) -> String {
    let mut text = String::from("trouble,call,churn,accidents,shoes\n");
    let mut state = 12_345_u64;
    let mut draw = |chance: f64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as f64 / (1_u64 << 31) as f64) < chance
    };
    for _ in 0..4000 {
        let (trouble, mood) = (draw(0.4), draw(0.5));
        let push = if hidden && mood { 0.3 } else { 0.0 };
        let more = |yes: bool, by: f64| if yes { by } else { 0.0 };
        let shoes = draw(0.3);
        let call = draw(0.2 + more(trouble, 0.4) + push);
        let churn = draw(0.2 + more(trouble, 0.3) - more(call, 0.1) + push);
        let accidents = draw(0.1 + more(trouble, 0.2) + push);
        let word = |yes: bool| if yes { "yes" } else { "no" };
        text += &format!("{},{},{},{},{}\n", word(trouble), word(call), word(churn), word(accidents), word(shoes));
    }
    text
}

const FILE: &str = "graph support {
    trouble -> {call churn accidents}
    call -> churn
    shoes
}
var trouble, call, churn, accidents, shoes : {no, yes}
effect: P(churn = yes | do(call = yes)) - P(churn = yes | do(call = no))
table customers = \"t.csv\"
refute effect from customers {
    negative outcome accidents
    negative treatment shoes
}
";

#[test]
fn controls_as_a_person_sees_them() {
    let folder = Folder::new("controls");
    let file = folder.write("t.causal", FILE);
    for (hidden, name, status) in [(false, "controls_pass", 0), (true, "controls_fail", 1)] {
        folder.write("t.csv", &data(hidden));
        let run = whatif(&["refute", &file]);
        assert_eq!((run.status, run.errors.as_str()), (status, ""), "{}", run.output);
        insta::assert_snapshot!(name, run.output);
        // The same lines are acted on in a run, and the command line needs no table of the file.
        assert!(whatif(&["run", &file]).output.contains(&run.output));
        let named = whatif(&["refute", &file, "--data", &folder.path().join("t.csv").display().to_string()]);
        assert_eq!(named.output, run.output);
    }
    assert_eq!(whatif(&["fmt", "--check", &file]).status, 0);
    let json = whatif(&["refute", &file, "--format", "json"]).output;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let found = json["refutations"].as_array().unwrap();
    let control = found.iter().find(|one| one["test"] == "negative-outcome").unwrap();
    assert!(control["size"].is_number() && control["p_adjusted"].is_number() && control["query"] == "effect");
    let robust = &found.iter().find(|one| one["test"] == "partial-r2").unwrap()["robustness"];
    assert_eq!(robust["benchmarks"][0]["covariate"], "trouble");
    assert_eq!(robust["degrees_of_freedom"], 3997.0);
}

/// Hernán & Robins, What If, chapter 13 without interactions: 3.46, standard error 0.44, from 1,566 rows and 20 coefficients.
#[test]
fn numbers_are_covariates_of_a_regression() {
    let arguments = [
        "refute",
        "examples/data/nhefs.causal",
        "--data",
        "examples/data/nhefs.csv",
        "--query",
        "gain",
        "--format",
        "json",
    ];
    let json: serde_json::Value = serde_json::from_str(&whatif(&arguments).output).unwrap();
    let found = json["refutations"].as_array().unwrap().iter().find(|one| one["test"] == "partial-r2").unwrap();
    let robust = &found["robustness"];
    let near = |field: &str, value: f64, within: f64| {
        assert!((robust[field].as_f64().unwrap() - value).abs() < within, "{field}: {robust}");
    };
    near("estimate", 3.4626, 0.0001);
    near("se", 0.4385, 0.0001);
    near("degrees_of_freedom", 1546.0, 0.1);
    near("partial_r2", 0.0388, 0.0001);
    near("value", 0.1817, 0.0001);
}
