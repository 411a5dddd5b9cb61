//! The JSON document: one snapshot for each kind of query, and texts that parse back.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use whatif::answer::{Options, Prover};
use whatif::json;
use whatif::problem::{self, Problem};
use whatif::source::{Diagnostic, Source};
use whatif::syntax;

fn read(name: &str, text: &str) -> (Problem, Vec<Diagnostic>) {
    let source = Source::new(name, text);
    let (tree, mut diagnostics) = syntax::parse(&source);
    let (problem, more) = problem::resolve(&source, &tree);
    diagnostics.extend(more);
    (problem, diagnostics)
}

fn document(name: &str, text: &str, options: &Options<'_>) -> Value {
    let (problem, diagnostics) = read(name, text);
    let prover = Prover::new(&problem).unwrap();
    let answers: Vec<_> = (0..problem.queries.len()).map(|index| prover.answer(index, options)).collect();
    let expectations: Vec<_> = (0..problem.expectations.len()).map(|i| prover.expectation(i, options)).collect();
    let report = json::Report { problem: &problem, answers: &answers, expectations: &expectations };
    let value = json::document(&[report], &diagnostics);
    assert_eq!(json::text(&[report], &diagnostics), format!("{value:#}\n"));
    value
}

/// The document with short arrays and objects on one line, so that a reader sees more than brackets.
fn compact(value: &Value, indent: usize) -> String {
    let flat = value.to_string();
    if flat.len() + indent <= 110 {
        return flat;
    }
    let pad = " ".repeat(indent + 2);
    let close = " ".repeat(indent);
    match value {
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(|v| format!("{pad}{}", compact(v, indent + 2))).collect();
            format!("[\n{}\n{close}]", all.join(",\n"))
        }
        Value::Object(all) => {
            let all: Vec<String> = all
                .iter()
                .map(|(k, v)| format!("{pad}{}: {}", Value::from(k.as_str()), compact(v, indent + 2)))
                .collect();
            format!("{{\n{}\n{close}}}", all.join(",\n"))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => flat,
    }
}

fn snapshot(name: &str, text: &str) {
    let clock = || 0.25;
    let options = Options { all: true, clock: Some(&clock), ..Options::default() };
    insta::assert_snapshot!(name, compact(&document("test.causal", text, &options), 0));
}

#[test]
fn effects() {
    snapshot("contract_effect", "graph { latent u; z -> x -> y; z -> y; u -> z; u -> w }\ntotal: P(y = 1 | do(x))\n");
    snapshot("contract_hedge", "graph { x -> y; x <-> y }\nP(y | do(x))\n");
    snapshot("contract_conditional_hedge", "graph { a -> y -> z; a <-> y }\nP(y | do(a), z)\n");
}

#[test]
fn what_stands_beside_a_verdict() {
    let text = "graph { x -> m -> y; z -> x; z -> y }\nP(y | do(x))\n";
    let options = Options { all: true, fragile: true, ..Options::default() };
    insta::assert_snapshot!("contract_fragile", compact(&document("test.causal", text, &options), 0));
    let text = "graph { z -> x -> y -> w; z <-> x; z <-> y; p -> y }\nP(y, w | do(x))\n";
    insta::assert_snapshot!("contract_advice", compact(&document("test.causal", text, &Options::default()), 0));
}

#[test]
fn contrasts() {
    snapshot(
        "contract_contrast",
        "graph { z -> x -> y; z -> y }\nvar x, y : {0, 1}\nE[y | do(x = 1)] - E[y | do(x = 0)]\n",
    );
    snapshot("contract_contrast_models", "graph { x -> y; x <-> y }\nP(y | do(x)) - P(y | x)\n");
    snapshot("contract_undetermined", "graph { x -> y; x <-> y }\nP(y | do(x)) - P(y | do(x))\n");
}

#[test]
fn independences_and_equalities() {
    snapshot(
        "contract_independence",
        "graph { x -> m -> y; x -> c <- y }\nx _||_ y | m\nx _||_ y | m, c\nx _||_ y in [under x]\n",
    );
    snapshot("contract_equality", "graph { x -> y }\nP(y | do(x)) == P(y | x)\nP(y | x) == P(y)\n");
}

#[test]
fn lists() {
    snapshot("contract_adjust", "graph { z -> x -> y; z -> y; r -> y; i -> x }\nadjust P(y | do(x)) with r\n");
    snapshot("contract_implications", "graph { a -> b -> c -> d; b <-> d }\nimplications\n");
    snapshot("contract_paths", "graph { z -> x -> y; z -> y }\npaths x to y | z\n");
    snapshot("contract_simplify", "graph { x -> y }\nsimplify sum_{y} P(y | x) P(x)\n");
}

#[test]
fn expectations_and_diagnostics() {
    snapshot(
        "contract_expectations",
        "graph { x -> y; x <-> y }\nexpect identifiable P(y | do(x))\nexpect P(y | do(x)) = P(y | x)\nP(y | do(w))\n",
    );
}

/// Every `ref` written out.
fn expand(value: &Value, definitions: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::Object(object) if object.get("op") == Some(&Value::from("ref")) => {
            definitions.get(object["name"].as_str().unwrap()).cloned().unwrap()
        }
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), expand(value, definitions))).collect())
        }
        Value::Array(all) => Value::Array(all.iter().map(|value| expand(value, definitions)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn definitions(answer: &Value) -> BTreeMap<String, Value> {
    let mut known = BTreeMap::new();
    for definition in answer.get("definitions").and_then(Value::as_array).into_iter().flatten() {
        let expr = expand(&definition["expr"], &known);
        known.insert(definition["name"].as_str().unwrap().to_owned(), expr);
    }
    known
}

fn files(under: &str) -> Vec<PathBuf> {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(under)];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "causal") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn what_is_written_in_the_language_parses_back() {
    let (mut estimands, mut queries) = (0, 0);
    for path in files("tests/corpus").into_iter().chain(files("examples")) {
        let text = fs::read_to_string(&path).unwrap();
        let (problem, _) = read("file", &text);
        let all = document("file", &text, &Options::default());
        for answer in all["answers"].as_array().unwrap() {
            let graph = answer["graph"]["name"].as_str().unwrap();
            let place = if problem.graphs.len() > 1 { format!(" in {graph}") } else { String::new() };
            if let Some(estimand) = answer.get("estimand_text").and_then(Value::as_str) {
                if answer.get("definitions").is_some() {
                    continue; // names need `let`: the test below
                }
                let again = document("again", &format!("{text}\nsimplify {estimand}{place}\n"), &Options::default());
                let last = again["answers"].as_array().unwrap().last().unwrap();
                assert_eq!(last["query"]["expr"], answer["estimand"], "{} {estimand}", path.display());
                estimands += 1;
            }
            if answer["name"].is_null() {
                let query = answer["text"].as_str().unwrap();
                let again = document("again", &format!("{text}\n{query}\n"), &Options::default());
                let last = again["answers"].as_array().unwrap().last().unwrap();
                assert_eq!((&last["query"], &last["kind"]), (&answer["query"], &answer["kind"]), "{query}");
                queries += 1;
            }
        }
    }
    assert!(estimands > 40 && queries > 60, "{estimands} estimands, {queries} queries");
}

/// A chain of napkins and front doors: long estimands that share much.
#[test]
fn definitions_keep_documents_short_and_parse_back() {
    let mut graph = String::from("graph {\n");
    for i in 0..8 {
        graph += &format!("  x{i} -> m{i} -> x{n}; x{i} <-> x{n}\n", n = i + 1);
    }
    for i in 0..4 {
        graph += &format!("  v{i} -> w{i} -> v{n}; w{i} <-> v{n}; v{i} <-> v{n}\n", n = i + 2);
    }
    graph += "}\n";
    let query = "P(x8 | do(x0))\nP(x8, m3 | do(x0, x5))\n";
    let all = document("file", &format!("{graph}{query}"), &Options { all: true, ..Options::default() });
    let mut with_definitions = 0;
    for answer in all["answers"].as_array().unwrap() {
        let Some(estimand) = answer.get("estimand_text").and_then(Value::as_str) else { continue };
        let mut text = graph.clone();
        for definition in answer.get("definitions").and_then(Value::as_array).into_iter().flatten() {
            let one = serde_json::json!({ "answers": [definition] });
            assert!(one.to_string().len() < 20_000);
        }
        let known = definitions(answer);
        with_definitions += usize::from(!known.is_empty());
        text += &format!("simplify {estimand}\n");
        if known.is_empty() {
            let again = document("again", &text, &Options::default());
            assert_eq!(again["answers"][0]["query"]["expr"], answer["estimand"]);
        } else {
            assert_ne!(expand(&answer["estimand"], &known), Value::Null);
        }
    }
    assert!(all["answers"].as_array().unwrap().iter().all(|a| a["verdict"] == "identifiable"), "{with_definitions}");
}
