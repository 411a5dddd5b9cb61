//! Models: the examples, what JSON holds of numbers, and estimands against interventions on random models.

use crate::cli::{Run, whatif};
use num_traits::ToPrimitive;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write as _;
use std::path::PathBuf;
use whatif::problem;
use whatif::{Body, Options, Prover, Source, Verdict};

/// The examples of models by name, in order.
pub fn examples() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/models"))
        .unwrap()
        .map(|entry| PathBuf::from("examples/models").join(entry.unwrap().file_name()))
        .filter(|path: &PathBuf| path.extension().is_some_and(|extension| extension == "causal"))
        .collect();
    files.sort();
    assert!(files.len() >= 7, "the examples are gone: {files:?}");
    files
}

#[test]
fn examples_of_models_keep_what_they_expect() {
    for file in examples() {
        let Run { status, errors, .. } = whatif(&["run", "--quiet", &file.display().to_string()]);
        assert_eq!((status, errors.as_str()), (0, ""), "{}", file.display());
    }
}

#[test]
fn examples_of_models_as_text() {
    for file in examples() {
        let run = whatif(&["run", "--check-numerically", &file.display().to_string()]);
        insta::assert_snapshot!(format!("model_{}", file.file_stem().unwrap().display()), run.output);
    }
}

#[test]
fn numbers_in_other_dress() {
    let run = |options: &[&str]| whatif(&[&["run", "examples/models/sprinkler.causal"], options].concat()).output;
    insta::assert_snapshot!("sprinkler_ascii", run(&["--ascii"]));
    insta::assert_snapshot!("sprinkler_markdown", run(&["--format", "markdown"]));
    insta::assert_snapshot!("sprinkler_latex", run(&["--format", "latex"]));
}

/// The answers of a text, as JSON.
fn answers(text: &str) -> Vec<serde_json::Value> {
    let source = Source::new("t", text);
    let (problem, diagnostics) = problem::read(&source);
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    let prover = Prover::new(&problem).unwrap();
    let answers: Vec<_> = (0..problem.queries.len()).map(|index| prover.answer(index, &Options::default())).collect();
    let report = whatif::json::Report { problem: &problem, answers: &answers, expectations: &[] };
    whatif::json::document(&[report], &[])["answers"].as_array().unwrap().clone()
}

const COIN: &str = "graph g { x -> y }\nmodel m of g {\n x ~ bernoulli 1/3\n y := x == noise(bernoulli 0.25)\n}\n";

#[test]
fn json_holds_numbers_exactly_and_as_floats() {
    let found = answers(&format!(
        "{COIN}P(y = 1 | do(x = 1)) in m\nP(x = 1 | y) in m\nP(y[x = 1] = 1 | x = 0, y = 1) in m\nP(y = 1 | x = 1) in m"
    ));
    let field = |at: usize, name: &str| found[at][name].clone();
    assert_eq!((field(0, "kind"), field(0, "exact"), field(0, "value")), ("number".into(), "1/4".into(), 0.25.into()));
    assert_eq!((field(0, "verdict"), field(0, "proved")), (serde_json::Value::Null, false.into()));
    assert_eq!(found[0]["without"]["exact"], "7/12");
    assert_eq!(field(1, "value"), serde_json::Value::Null);
    assert_eq!(found[1]["by"][0]["at"], serde_json::json!(["y=0"]));
    assert_eq!(found[1]["by"][1]["exact"], "1/7");
    // With the noise known, y is the other way round.
    assert_eq!(field(2, "exact"), "0");
    assert_eq!(field(3, "exact"), "1/4");
}

#[test]
fn names_stay_names() {
    let text = "graph g { model -> explain -> sensitivity; nde -> model; pn; noise }\n\
        model of of g {\n nde ~ uniform\n pn ~ uniform\n noise ~ uniform\n\
        model | nde ~ { 0: 1  1: 0 }\n explain := model\n sensitivity := explain + 0\n}\n\
        P(model | nde, pn, noise) in of\nmodel: P(explain | do(model)) in g\nexplain _||_ nde | model in g\n";
    let (_, diagnostics) = problem::read(&Source::new("t", text));
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn limits_say_so() {
    // Thirteen values are left free: 2^13 rows.
    let names: Vec<String> = (0..12).map(|i| format!("x{i}")).collect();
    let mut text = format!("graph g {{ {{{}}} -> s -> y }}\nmodel m of g {{\n", names.join(" "));
    for name in &names {
        let _ = writeln!(text, " {name} ~ uniform");
    }
    let _ = writeln!(text, " s := max({})\n y | s ~ {{ 0: bernoulli 0.1  1: bernoulli 0.2 }}\n}}", names.join(", "));
    let _ = writeln!(text, "P(y = 1 | {}, s) in m", names.join(", "));
    let found = answers(&text);
    assert_eq!(found[0]["value"], serde_json::Value::Null);
    assert!(found[0]["reason"].as_str().unwrap().contains("4096 combinations"), "{}", found[0]);
}

/// Whatever is taken out of a model or doubled in it, reading and answering it ends without a panic.
#[test]
fn damaged_models_are_told_of_or_answered() {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    let texts: Vec<String> = examples()
        .iter()
        .map(|file| std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap())
        .collect();
    let (mut wrong, mut sound) = (0, 0);
    for round in 0..400 {
        let text = &texts[round % texts.len()];
        let words: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphanumeric()).collect();
        let mut damaged: Vec<&str> = words.clone();
        for _ in 0..rng.random_range(1..4) {
            let at = rng.random_range(0..damaged.len());
            match rng.random_range(0..3) {
                0 => drop(damaged.remove(at)),
                1 => damaged.insert(at, words[rng.random_range(0..words.len())]),
                _ => damaged[at] = words[rng.random_range(0..words.len())],
            }
        }
        let (problem, diagnostics) = problem::read(&Source::new("t", damaged.concat()));
        if diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
            wrong += 1;
            assert!(diagnostics.iter().all(|diagnostic| diagnostic.help.is_some()), "{diagnostics:#?}");
            continue;
        }
        sound += 1;
        let prover = Prover::new(&problem).unwrap();
        let options = Options { check_numerically: true, ..Options::default() };
        for index in 0..problem.queries.len() {
            let _ = prover.answer(index, &options);
        }
        for index in 0..problem.expectations.len() {
            let _ = prover.expectation(index, &Options::default());
        }
    }
    assert!(wrong > 50 && sound > 20, "{wrong} {sound}");
}

/// A random graph with a random model, every probability positive, written in the language.
fn random(rng: &mut ChaCha8Rng) -> String {
    let count = rng.random_range(3..6);
    let mut graph = String::from("graph g {\n");
    let mut parents: Vec<Vec<String>> = vec![Vec::new(); count];
    let mut latents = Vec::new();
    for j in 0..count {
        let _ = writeln!(graph, " v{j}");
        for i in 0..j {
            if rng.random_bool(0.5) {
                let _ = writeln!(graph, " v{i} -> v{j}");
                parents[j].push(format!("v{i}"));
            }
            if rng.random_bool(0.25) && latents.len() < 4 {
                let _ = writeln!(graph, " v{i} <-> v{j}");
                let latent = format!("u{}", latents.len());
                parents[i].push(latent.clone());
                parents[j].push(latent.clone());
                latents.push(latent);
            }
        }
    }
    let mut text = format!("{graph}}}\nmodel m of g {{\n");
    for latent in &latents {
        let _ = writeln!(text, " latent {latent} ~ bernoulli {}/7", rng.random_range(1..7));
    }
    for (j, parents) in parents.iter().enumerate() {
        if parents.is_empty() {
            let _ = writeln!(text, " v{j} ~ bernoulli {}/7", rng.random_range(1..7));
            continue;
        }
        let _ = writeln!(text, " v{j} | {} ~ {{", parents.join(", "));
        for row in 0..1_usize << parents.len() {
            let at: Vec<String> = (0..parents.len()).map(|bit| (row >> bit & 1).to_string()).collect();
            let _ = writeln!(text, "  {}: bernoulli {}/11", at.join(", "), rng.random_range(1..11));
        }
        text.push_str(" }\n");
    }
    text.push_str("}\n");
    for _ in 0..3 {
        let mut pick = || rng.random_range(0..count);
        let (x, y, z) = (pick(), pick(), pick());
        if x != y && z != x && z != y {
            let _ =
                writeln!(text, "P(v{y} | do(v{x}))\nP(v{y} | do(v{x}), v{z})\nP(v{y} = 1 | do(v{x} = 1, v{z})) in m");
            let _ = writeln!(text, "E[v{y} | do(v{x} = 1)] - E[v{y} | do(v{x} = 0)]");
        }
    }
    text
}

#[test]
fn estimands_and_interventions_agree_on_random_models_of_random_graphs() {
    let mut rng = ChaCha8Rng::seed_from_u64(2026);
    let (mut compared, mut identified) = (0, 0);
    for _ in 0..120 {
        let text = random(&mut rng);
        let (problem, diagnostics) = problem::read(&Source::new("t", text.as_str()));
        assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{text}\n{diagnostics:#?}");
        let prover = Prover::new(&problem).unwrap();
        let options = Options { check_numerically: true, ..Options::default() };
        for index in 0..problem.queries.len() {
            let answer = prover.answer(index, &options);
            let found = match &answer.body {
                Body::Effect { verdict, .. } | Body::Contrast { verdict, .. } => {
                    matches!(verdict, Verdict::Identifiable(_))
                }
                Body::Independence { .. }
                | Body::Equality { .. }
                | Body::Adjust { .. }
                | Body::Implications { .. }
                | Body::Paths { .. }
                | Body::Simplify { .. }
                | Body::Proof { .. }
                | Body::Number { .. } => false,
            };
            identified += usize::from(found);
            assert!(!found || answer.numerical.len() == 1, "{text}\n{}", answer.text);
            for check in &answer.numerical {
                assert_eq!(check.reason, None, "{text}\n{}", answer.text);
                assert_eq!(check.agrees(), Some(true), "{text}\n{}\n{check:#?}", answer.text);
                assert!(check.rows.iter().all(|row| row.estimand.as_ref().is_some_and(|p| p.to_f64().is_some())));
                compared += check.rows.len();
            }
        }
    }
    assert!(identified > 200 && compared > 800, "{identified} {compared}");
}
