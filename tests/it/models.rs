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

/// One file with everything that `marginals` and `simulate` tell apart: noise, a latent cause, two models.
const SMOKING: &str = "\
graph g { latent genes; genes -> {smokes cancer}; smokes -> cancer }
var smokes, cancer : {no, yes}
model tables of g {
    genes ~ bernoulli 0.25
    smokes | genes ~ { 0: bernoulli 0.2  1: bernoulli 0.8 }
    cancer | genes, smokes ~ { 0, no: bernoulli 0.01  0, yes: bernoulli 0.04  1, no: bernoulli 0.02  1, yes: bernoulli 0.16 }
}
model equations of g {
    genes ~ bernoulli 0.25
    smokes := if genes == 1 or noise(bernoulli 0.2) then yes else no
    cancer := if smokes == yes and noise(bernoulli 0.1) or genes == 1 and noise(bernoulli 0.02) then yes else no
}
";

/// Runs a command on a file of that text.
fn on(name: &str, text: &str, arguments: &[&str]) -> Run {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("models");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    let mut all: Vec<&str> = vec![arguments[0], file.to_str().unwrap()];
    all.extend(&arguments[1..]);
    let mut run = whatif(&all);
    let folder = format!("{}/", folder.display());
    run.output = run.output.replace(&folder, "");
    run.errors = run.errors.replace(&folder, "");
    run
}

fn shown(run: &Run) -> String {
    format!("{}{}status {}\n", run.output, run.errors, run.status)
}

#[test]
fn marginals_of_models() {
    let smoking = |arguments: &[&str]| shown(&on("smoking.causal", SMOKING, &[&["marginals"], arguments].concat()));
    let line =
        |arguments: &[&str]| shown(&whatif(&[&["marginals", "examples/models/wages.causal"], arguments].concat()));
    insta::assert_snapshot!("marginals_model", smoking(&["--model", "equations", "--given", "cancer=yes", "--exact"]));
    insta::assert_snapshot!("marginals_which_model", smoking(&[]));
    insta::assert_snapshot!("marginals_no_such_model", smoking(&["--model", "table"]));
    insta::assert_snapshot!("marginals_no_model", shown(&whatif(&["marginals", "examples/napkin.causal"])));
    insta::assert_snapshot!("marginals_linear", line(&["--model", "line", "--do", "school=2", "--given", "wage=12"]));
    insta::assert_snapshot!("marginals_linear_exact", line(&["--given", "wage=12", "--exact"]));
    insta::assert_snapshot!("marginals_linear_csv", line(&["--format", "csv"]));
    insta::assert_snapshot!("marginals_linear_no_number", line(&["--given", "wage=high"]));
    insta::assert_snapshot!("marginals_linear_sample", line(&["--sample", "100"]));
    insta::assert_snapshot!("marginals_linear_impossible", line(&["--do", "wage=2", "--given", "wage=3"]));
    let json = whatif(&["marginals", "examples/models/wages.causal", "--do", "school=2", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.output).unwrap();
    assert_eq!((&json["schema"], &json["marginals"]["wage"]["mean"]), (&"whatif/1".into(), &11.0.into()));
    assert!((json["marginals"]["wage"]["sd"].as_f64().unwrap() - 0.74_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn rows_of_models() {
    let rows = |arguments: &[&str]| {
        let run = on("rows.causal", SMOKING, &[&["simulate", "-n", "5_000", "--seed", "7"], arguments].concat());
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        run.output
    };
    let one = rows(&["--model", "tables", "--jobs", "1"]);
    assert_eq!(one, rows(&["--model", "tables", "--jobs", "3"]));
    assert_eq!(one.lines().next(), Some("smokes,cancer"), "what is latent is not written");
    let acted = rows(&["--model", "equations", "--do", "smokes=no"]);
    assert!(acted.lines().skip(1).all(|line| line.starts_with("no,")));
    let line = |jobs: &str| whatif(&["simulate", "examples/models/wages.causal", "-n", "5_000", "--jobs", jobs]).output;
    assert_eq!(line("1"), line("3"));
    insta::assert_snapshot!("simulate_linear", line("2").lines().take(4).collect::<Vec<_>>().join("\n"));
}

#[test]
fn parquet_holds_the_rows_that_csv_holds() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let text = "graph g { x -> y; x -> z }\nvar x : {no, yes}\nvar y : 0..2\nvar z : {0.5, 1.5}\nmodel m of g {\n\
                x ~ bernoulli 0.3\n y | x ~ { no: {0: 0.2, 1: 0.3, 2: 0.5}  yes: {0: 0.1, 1: 0.1, 2: 0.8} }\n z | x ~ { else: uniform }\n}\n";
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("models");
    let write = |name: &str, jobs: &str| {
        let file = folder.join(name).display().to_string();
        let run = on("parquet.causal", text, &["simulate", "-n", "150_000", "--jobs", jobs, "-o", &file]);
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        std::fs::read(file).unwrap()
    };
    let bytes = write("rows.parquet", "1");
    assert!(bytes == write("again.parquet", "3"), "the same bytes on any number of threads");
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
    assert_eq!(reader.metadata().num_row_groups(), 3);
    let from_parquet: Vec<String> = reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| {
            let row = row.unwrap();
            let cells = row.get_column_iter().map(|(_, field)| field.to_string().replace('"', ""));
            cells.collect::<Vec<_>>().join(",")
        })
        .collect();
    let csv = write("rows.csv", "2");
    let from_csv: Vec<&str> = std::str::from_utf8(&csv).unwrap().lines().skip(1).collect();
    assert_eq!(from_parquet.len(), 150_000);
    assert!(from_csv.iter().zip(&from_parquet).all(|(a, b)| a == b), "{} {}", from_csv[0], from_parquet[0]);
}

#[test]
fn models_are_written_for_other_programs_and_read_again() {
    let text = |run: Run| -> String {
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        run.output
    };
    let marginals = |name: &str, content: &str, more: &[&str]| {
        text(on(name, content, &[&["marginals", "--format", "csv", "--do", "smokes=yes"], more].concat()))
    };
    let own = marginals("own.causal", SMOKING, &["--model", "tables"]);
    for (to, file) in [("bif", "there.bif"), ("xmlbif", "there.xmlbif"), ("hugin", "there.net")] {
        let there = text(on("own.causal", SMOKING, &["export", "--to", to, "--model", "tables"]));
        assert_eq!(marginals(file, &there, &[]), own, "{to}");
    }
    let linear = whatif(&["export", "examples/models/wages.causal", "--to", "bif"]);
    insta::assert_snapshot!("export_linear", shown(&linear));
}

#[test]
fn comparisons_in_a_model() {
    let text = format!(
        "{SMOKING}\
         graph h {{ a -> b -> c }}\nmodel k of h {{\n a ~ bernoulli 0.4\n b | a ~ {{ 0: bernoulli 0.1  1: bernoulli 0.7 }}\n\
         c := b\n}}\n\
         a _||_ c | b in k\na _||_ c in k\nP(cancer | do(smokes)) == P(cancer | smokes) in tables\n\
         P(c = 1 | do(a = 1)) == P(c = 1 | a = 1) in k\n"
    );
    insta::assert_snapshot!("comparisons", shown(&on("comparisons.causal", &text, &["run"])));
    let wages = "graph w { a -> s -> w; a -> w }\nmodel line of w {\n a ~ normal(sd 1)\n s := 0.6 a + noise(sd 0.8)\n\
                 w := 10 + 0.5 s + 0.7 a + noise(sd 0.5)\n}\n\
                 P(w | do(s)) == P(w | s) in line\nE[w | do(s)] == 10 + 0.5 s in line\na _||_ w | s in line\n";
    insta::assert_snapshot!("comparisons_linear", shown(&on("wages.causal", wages, &["run"])));
    let found = answers(&format!("{COIN}x _||_ y in m\nP(y | do(x)) == P(y | x) in m"));
    assert_eq!((&found[0]["kind"], &found[0]["holds"]), (&"number".into(), &false.into()));
    assert_eq!((&found[1]["holds"], &found[1]["comparison"][0]["lhs"]["exact"]), (&true.into(), &"1/4".into()));
}

/// A ladder of `n` rungs, whose tables alone are no hard matter: exact numbers are not tried with so many variables.
fn ladder(n: usize) -> String {
    let mut text = String::from("graph g {");
    for i in 1..n {
        text += &format!(" v{} -> v{i}", i - 1);
    }
    text += " }\nmodel m of g {\n v0 ~ bernoulli 0.3\n";
    for i in 1..n {
        text += &format!(" v{i} | v{} ~ {{ 0: bernoulli 0.2  1: bernoulli 0.9 }}\n", i - 1);
    }
    text + "}\n"
}

#[test]
fn what_exact_numbers_cannot_answer_is_answered_in_floating_point() {
    let text = format!(
        "{}P(v299 = 1 | do(v0 = 1)) in m\nP(v2 | do(v0 = 1), v280 = 1) in m\nE[v299 | v5 = 1] in m\nexplain v299 = 1 in m\n\
         expect P(v299 = 1) = 0.66667 in m\nP(v299 = 1 | v298 = 1) == 0.9 in m\n",
        ladder(300)
    );
    let run = on("ladder.causal", &text, &["run", "--check-numerically"]);
    let told: Vec<&str> = run.output.lines().filter(|line| !line.trim_start().starts_with('v')).collect();
    insta::assert_snapshot!("floating", format!("{}{}status {}", told.join("\n"), run.errors, run.status));
    let found = answers(&text);
    // The chain forgets: the stationary distribution is 2/3.
    assert!((found[0]["value"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!((&found[0]["exact"], &found[0]["floating"]), (&serde_json::Value::Null, &true.into()));
}

#[test]
fn questions_and_models_that_are_too_large_are_refused() {
    let codes = |text: &str| -> Vec<&'static str> {
        problem::read(&Source::new("t", text)).1.into_iter().filter(|d| d.is_error()).map(|d| d.code).collect()
    };
    let mut text = format!("{COIN}let a0 = P(y = 1)\n");
    for i in 1..16 {
        text += &format!("let a{i} = a{} + a{}\n", i - 1, i - 1);
    }
    text += "P(x = 1) + a15 in m\n";
    assert_eq!(codes(&text), ["whatif::question_too_large"]);
    // As many tables of 65,536 cells as a file may have, and one more.
    let parents: Vec<String> = (0..15).map(|i| format!("p{i}")).collect();
    let children: Vec<String> = (0..33).map(|i| format!("c{i}")).collect();
    let mut text = format!("graph g {{ {{{}}} -> {{{}}} }}\nmodel m of g {{\n", parents.join(" "), children.join(" "));
    parents.iter().for_each(|parent| text += &format!(" {parent} ~ uniform\n"));
    for child in children {
        text += &format!(" {child} | {} ~ {{ else: uniform }}\n", parents.join(", "));
    }
    text += "}\n";
    assert_eq!(codes(&text), ["whatif::models_too_large"]);
}
