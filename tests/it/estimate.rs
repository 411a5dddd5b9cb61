//! Estimates: published answers, the truth where the counts are exact, standard errors and refutations in simulations.

use crate::cli::{Run, whatif};
use crate::support::evaluate::Evaluator;
use crate::support::graphs;
use crate::support::queries::{self, Case};
use crate::support::scm::Scm;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use whatif::answer::{self, Answer, Prover, SelfChecks};
use whatif::data::{Cell, Column, Counts};
use whatif::estimate::refute::{self, Verdict};
use whatif::estimate::{self, Estimate, Options};
use whatif::graph::Graph;
use whatif::problem::{self, Problem, Resolved};
use whatif::source::Source;

/// The distribution of a model as counts, `n` of them; drawn, where there is something to draw with.
pub fn counts(graph: &Graph, model: &Scm, n: f64, mut draws: Option<&mut ChaCha8Rng>) -> Counts {
    let world = model.world(0);
    let columns = graph
        .nodes()
        .zip(model.states())
        .map(|(node, &states)| Column {
            name: graph.name(node).to_owned(),
            levels: (0..states).map(|state| state.to_string()).collect(),
        })
        .collect();
    let mut numbers: Vec<f64> = world.cells().iter().map(|p| p * n).collect();
    if let Some(draws) = &mut draws {
        let mut edges: Vec<f64> = world.cells().to_vec();
        (1..edges.len()).for_each(|at| edges[at] += edges[at - 1]);
        numbers.fill(0.0);
        for _ in 0..n as usize {
            let lot: f64 = draws.random();
            let at = edges.partition_point(|edge| *edge < lot).min(edges.len() - 1);
            numbers[at] += 1.0;
        }
    }
    let mut cells = Vec::new();
    for (place, &count) in numbers.iter().enumerate().filter(|(_, count)| **count > 0.0) {
        let (mut at, mut rest) = (Vec::new(), place);
        for &states in model.states().iter().rev() {
            at.push((rest % states) as u32);
            rest /= states;
        }
        at.reverse();
        cells.push(Cell { at: at.into(), count, sum: 0.0, sum_squares: 0.0 });
    }
    Counts { columns, cells, rows: n as u64, weight: n, ..Counts::default() }
}

pub fn read(text: &str) -> Problem {
    let (problem, diagnostics) = problem::read(&Source::new("t.causal", text));
    assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{text}\n{diagnostics:?}");
    problem
}

pub fn ask(problem: &Problem, all: bool) -> Answer {
    let options = answer::Options { all, self_check: SelfChecks::Never, ..answer::Options::default() };
    Prover::new(problem).unwrap().answer(problem.queries.len() - 1, &options)
}

fn estimated(problem: &Problem, answer: &Answer, counts: &Counts) -> Estimate {
    estimate::estimate(problem, answer, counts, &Options::default()).unwrap()
}

#[test]
fn exact_counts_give_the_truth() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut seen = 0;
    while seen < 80 {
        let case: Case = queries::mixed(6, &mut rng);
        let problem = read(&case.to_string());
        let answer = ask(&problem, false);
        if estimate::needs(&answer).is_none() {
            continue;
        }
        seen += 1;
        let model = Scm::random(&case.graph, &[2, 3], &[2, 3], &mut rng);
        let found = estimated(&problem, &answer, &counts(&case.graph, &model, 1e9, None));
        let truth = Evaluator::new(&model).term(&answer.arena, &case.term());
        assert_eq!(found.numbers.len(), truth.cells().len(), "{case}");
        for (number, truth) in found.numbers.iter().zip(truth.cells()) {
            let value = number.value.unwrap();
            assert!((value - truth).abs() < 1e-9, "{value} is not {truth}:\n{case}\n{}", found.estimand_text);
        }
    }
}

/// Four shapes of estimand, with edges by number and the question.
const SHAPES: [(&str, &str, &str); 4] = [
    ("back-door", "z -> x -> y; z -> y", "P(y = 1 | do(x = 1))"),
    ("front-door", "x -> m -> y; x <-> y", "P(y = 1 | do(x = 1))"),
    ("napkin", "w -> r -> x -> y; w <-> x; w <-> y", "P(y = 1 | do(x = 1))"),
    ("conditional", "z -> x -> m -> y; z -> y; x <-> y", "P(y = 1 | do(x = 1), z = 1)"),
];

#[test]
fn intervals_cover_and_standard_errors_are_those_of_simulations() {
    const TIMES: usize = 200;
    for (seed, (name, edges, question)) in SHAPES.into_iter().enumerate() {
        let problem = read(&format!("graph {{ {edges} }}\n{question}\n"));
        let answer = ask(&problem, false);
        let graph = &answer.graph;
        let mut rng = ChaCha8Rng::seed_from_u64(100 + seed as u64);
        let model = Scm::random(graph, &[2], &[2], &mut rng);
        let truth = estimated(&problem, &answer, &counts(graph, &model, 1e9, None)).numbers[0].value.unwrap();
        let (mut values, mut errors, mut covered) = (Vec::new(), 0.0, 0);
        for _ in 0..TIMES {
            let found = estimated(&problem, &answer, &counts(graph, &model, 2000.0, Some(&mut rng)));
            let number = &found.numbers[0];
            let (low, high) = number.interval.unwrap();
            values.push(number.value.unwrap());
            errors += number.se.unwrap() / TIMES as f64;
            covered += usize::from(low <= truth && truth <= high);
        }
        let mean = values.iter().sum::<f64>() / TIMES as f64;
        let spread = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / TIMES as f64).sqrt();
        assert!((spread / errors - 1.0).abs() < 0.2, "{name}: {spread} is not {errors}");
        // Of 200 at 95 %, two standard errors of the simulation either way.
        assert!((183..=197).contains(&covered), "{name}: {covered} of {TIMES}");
    }
}

/// What a graph is told about data of another graph over the same variables, ten times.
fn held_against(claimed: &str, true_edges: &str, question: &str, rows: f64) -> Vec<Vec<(&'static str, Verdict)>> {
    let problem = read(&format!("graph {{ {claimed} }}\n{question}\n"));
    let answer = ask(&problem, true);
    let Ok(Resolved::New(implied)) = problem::ask(&problem, "implications") else { panic!("a question") };
    let implied = ask(&implied[0], false);
    let other = read(&format!("graph {{ {true_edges} }}\n{question}\n"));
    let truth = ask(&other, false).graph;
    (0..10)
        .map(|seed| {
            let mut rng = ChaCha8Rng::seed_from_u64(500 + seed);
            let model = Scm::random(&truth, &[2], &[2], &mut rng);
            let data = counts(&truth, &model, rows, Some(&mut rng));
            let found = refute::graph(&implied, &[&answer], &data, &Options::default());
            found.iter().map(|one| (one.test, one.verdict)).collect()
        })
        .collect()
}

/// Rows of unequal weight say less than their sum: what is right is not doubted for that, and weights that are all alike
/// change nothing.
#[test]
fn a_graph_is_held_against_what_weighted_rows_are_worth() {
    let problem = read("graph { z -> x -> m -> y; z -> y }\nP(y = 1 | do(x = 1))\n");
    let answer = ask(&problem, true);
    let Ok(Resolved::New(implied)) = problem::ask(&problem, "implications") else { panic!("a question") };
    let implied = ask(&implied[0], false);
    let (mut doubted, mut doubted_as_rows) = (0, 0);
    for seed in 0..20 {
        let mut rng = ChaCha8Rng::seed_from_u64(900 + seed);
        let model = Scm::random(&answer.graph, &[2], &[2], &mut rng);
        let plain = counts(&answer.graph, &model, 5_000.0, Some(&mut rng));
        let told = |data: &Counts| -> Vec<(String, Verdict)> {
            let found = refute::graph(&implied, &[&answer], data, &Options::default());
            found.into_iter().map(|one| (one.sentence, one.verdict)).collect()
        };
        let mut alike = plain.clone();
        alike.weight *= 2.0;
        alike.cells.iter_mut().for_each(|cell| cell.count *= 2.0);
        alike.squared_weights = Some(alike.cells.iter().map(|cell| [2.0 * cell.count, 0.0, 0.0]).collect());
        assert_eq!(told(&alike), told(&plain), "{seed}");

        let mut unequal = plain;
        let mut squares = Vec::new();
        for cell in &mut unequal.cells {
            let weights: Vec<f64> = (0..cell.count as u64).map(|_| (4.0 * rng.random::<f64>()).exp()).collect();
            cell.count = weights.iter().sum();
            squares.push([weights.iter().map(|weight| weight * weight).sum(), 0.0, 0.0]);
        }
        unequal.weight = unequal.cells.iter().map(|cell| cell.count).sum();
        let doubts = |data: &Counts| usize::from(told(data).iter().any(|(_, verdict)| *verdict == Verdict::Failed));
        doubted_as_rows += doubts(&unequal);
        doubted += doubts(&Counts { squared_weights: Some(squares), ..unequal });
    }
    assert!(doubted <= 3 && doubted_as_rows >= 10, "{doubted} of 20, as plain rows {doubted_as_rows}");
}

fn failures(all: &[Vec<(&str, Verdict)>]) -> usize {
    all.iter().filter(|one| one.iter().any(|(_, verdict)| *verdict == Verdict::Failed)).count()
}

#[test]
fn a_right_graph_passes_and_a_wrong_one_fails() {
    let question = "P(y = 1 | do(x = 1))";
    let right = "z -> x -> m -> y; z -> y";
    let passed = held_against(right, right, question, 10_000.0);
    assert!(failures(&passed) <= 1, "{passed:?}");
    assert!(passed.iter().all(|one| one.len() >= 3), "{passed:?}");
    let wrong = held_against(right, "z -> x -> m -> y; z -> y; z -> m; x -> y", question, 10_000.0);
    assert!(failures(&wrong) >= 9, "{wrong:?}");
}

#[test]
fn a_verma_constraint_is_tested() {
    let (question, right) = ("P(y = 1 | do(x = 1))", "w -> r -> x -> y; r <-> y");
    let passed = held_against(right, right, question, 10_000.0);
    assert!(failures(&passed) <= 1, "{passed:?}");
    assert!(passed.iter().all(|one| one.iter().any(|(test, _)| *test == "verma")), "{passed:?}");
    let wrong = held_against(right, "w -> r -> x -> y; r <-> y; w -> y", question, 10_000.0);
    assert!(failures(&wrong) >= 9, "{wrong:?}");
}

fn json(arguments: &[&str]) -> Value {
    let Run { status, output, errors } = whatif(&[arguments, &["--format", "json"]].concat());
    assert!(status <= 1 && errors.is_empty(), "{status} {errors}");
    let mut value: Value = serde_json::from_str(&output).unwrap();
    for estimate in value["estimates"].as_array_mut().into_iter().flatten() {
        assert!(estimate["seconds"]["read"].is_number());
        estimate.as_object_mut().unwrap().remove("seconds");
    }
    value
}

const KIDNEY: [&str; 6] =
    ["estimate", "examples/data/kidney.causal", "--data", "examples/data/kidney.csv", "--counts-column", "count"];

fn near(found: &Value, published: f64, within: f64) {
    let value = found.as_f64().unwrap();
    assert!((value - published).abs() <= within, "{value} is not {published}");
}

#[test]
fn kidney_stones_as_published() {
    let found = json(&KIDNEY);
    let by = &found["estimates"][0]["by"];
    assert_eq!(by[0]["at"], serde_json::json!(["treatment=surgery"]));
    near(&by[0]["value"], 0.833, 0.0005);
    near(&by[1]["value"], 0.779, 0.0005);
    near(&by[0]["naive"], 0.780, 0.0005);
    near(&by[1]["naive"], 0.826, 0.0005);
}

#[test]
fn berkeley_as_published() {
    let found = json(&[
        "estimate",
        "examples/data/berkeley.causal",
        "--data",
        "examples/data/berkeley.csv",
        "--counts-column",
        "count",
    ]);
    // Fourteen points in favour of men in all; department by department they vanish, and turn.
    near(&found["estimates"][0]["value"], 0.14, 0.005);
    assert!(found["estimates"][1]["value"].as_f64().unwrap() < 0.0);
}

const CHURN: [&str; 3] = ["examples/data/churn.causal", "--data", "examples/data/churn.csv"];

#[test]
fn the_naive_answer_has_the_wrong_sign() {
    let found = json(&[&["estimate"], &CHURN[..]].concat());
    let effect = &found["estimates"][0];
    assert!(effect["naive"].as_f64().unwrap() > 0.1);
    let [low, high] = [0, 1].map(|end| effect["interval"][end].as_f64().unwrap());
    assert!((low..=high).contains(&-0.094) && high < 0.0, "{low} {high}");
}

#[test]
fn numbers_as_a_person_sees_them() {
    insta::assert_snapshot!("estimate_kidney", whatif(&KIDNEY).output);
    let run = |arguments: &[&str]| whatif(&[&["estimate"], &CHURN[..], arguments].concat()).output;
    insta::assert_snapshot!("estimate_churn", run(&[]));
    insta::assert_snapshot!("estimate_churn_ascii", run(&["--ascii", "--bootstrap", "500"]));
    insta::assert_snapshot!("estimate_churn_markdown", run(&["--format", "markdown", "--query", "effect"]));
    insta::assert_snapshot!("estimate_churn_csv", run(&["--format", "csv", "--level", "0.9"]));
    insta::assert_snapshot!("estimate_churn_json", format!("{:#}", json(&[&["estimate"], &CHURN[..]].concat())));
    let refuted = whatif(&[&["refute"], &CHURN[..]].concat());
    assert_eq!(refuted.status, 0, "{}", refuted.errors);
    insta::assert_snapshot!("refute_churn", refuted.output);
    insta::assert_snapshot!("help_estimate", whatif(&["estimate", "--help"]).output);
    insta::assert_snapshot!("help_refute", whatif(&["refute", "--help"]).output);
}

#[test]
fn a_file_may_say_where_its_data_are() {
    let own = whatif(&["estimate", "examples/data/churn.causal"]);
    let named = whatif(&[&["estimate"], &CHURN[..]].concat());
    assert_eq!((own.status, own.errors.as_str(), own.output), (0, "", named.output));
    assert_eq!(whatif(&["refute", "examples/data/churn.causal"]).status, 0);
    let folder = crate::support::folder::Folder::new("estimate_table");
    folder.write("d/t.csv", "eng,left,w\n10,no,1\n40,no,1\n80,yes,2\n5,yes,1\n50,yes,1\n90,no,1\n");
    let file = folder.write(
        "t.causal",
        "graph { engagement -> churn }\neffect: P(churn = yes | do(engagement = high))\n\
         table visits = \"d/t.csv\" {\n engagement = column eng bins(30) : {low, high}\n churn = column left\n weights column w\n}\n\
         estimate effect from visits\n",
    );
    let run = whatif(&["estimate", &file, "--format", "csv"]);
    assert_eq!(run.status, 0, "{}", run.errors);
    assert!(run.output.contains(",0.6000"), "{}", run.output);
    let none = folder.write("none.causal", "graph { x -> y }\nP(y | do(x))\n");
    let run = whatif(&["estimate", &none]);
    assert_eq!((run.status, &*run.output), (2, ""));
    insta::assert_snapshot!("estimate_no_data", folder.nameless(&run.errors));
}

#[test]
fn threads_change_nothing() {
    let run = |jobs: &str| {
        let arguments = ["--bootstrap", "300", "--seed", "5", "--format", "csv", "--jobs", jobs];
        whatif(&[&["estimate"], &CHURN[..], &arguments].concat()).output
    };
    assert_eq!(run("1"), run("4"));
}

#[test]
fn an_empty_combination_is_named() {
    let folder = crate::support::folder::Folder::new("estimate_empty");
    let file = folder.write("t.causal", "graph { z -> x -> y; z -> y }\nP(y = 1 | do(x))\n");
    let data = folder.write("t.csv", "z,x,y,n\na,0,0,40\na,0,1,10\nb,0,0,20\nb,0,1,10\na,1,0,5\na,1,1,15\n");
    let run = |arguments: &[&str]| {
        let run = whatif(&[&["estimate", &file, "--data", &data, "--counts-column", "n"], arguments].concat());
        assert_eq!(run.status, 0, "{}", run.errors);
        folder.nameless(&run.output)
    };
    insta::assert_snapshot!("estimate_empty", run(&[]));
    insta::assert_snapshot!("estimate_empty_smooth", run(&["--smooth", "0.5"]));
    insta::assert_snapshot!("estimate_empty_overlap", run(&["--overlap"]));
}

#[test]
fn what_asks_for_no_number_says_so() {
    let run = whatif(&[&["estimate"], &CHURN[..], &["--query", "call _||_ churn"]].concat());
    assert_eq!((run.status, &*run.output), (2, ""));
    insta::assert_snapshot!("estimate_no_number", run.errors);
}

/// The formula for two variables is worth the same in graphs of any names.
#[test]
fn names_in_quotes_work() {
    let graph = graphs::named(&["a b", "c"], &[(0, 1)], &[]);
    let problem = read("graph { \"a b\" -> c }\nP(c = 1 | do(\"a b\" = 1))\n");
    let answer = ask(&problem, false);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let model = Scm::random(&graph, &[2], &[2], &mut rng);
    assert!(estimated(&problem, &answer, &counts(&graph, &model, 1000.0, None)).numbers[0].value.is_some());
}

/// Each block of the walk that begins with a command shows what the command prints.
#[test]
fn the_walk_prints_what_it_says() {
    let text =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/from-question-to-refutation.md")).unwrap();
    let mut shown = 0;
    for block in text.split("```").skip(1).step_by(2) {
        let Some((command, output)) = block.trim_start_matches("console\n").split_once('\n') else { continue };
        let Some(arguments) = command.strip_prefix("$ whatif ") else { continue };
        let run = whatif(&arguments.split(' ').collect::<Vec<_>>());
        assert!(run.status <= 1, "{command}: {}", run.errors);
        assert_eq!(run.output.trim_end(), output.trim_end(), "{command}");
        shown += 1;
    }
    assert!(shown >= 5, "the commands are gone");
}
