//! `whatif verify`: what the program writes is accepted, what was damaged is not.

use crate::cli::{whatif, with_input};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use whatif::json::{Outcome, verify};

fn files(under: &str) -> Vec<PathBuf> {
    let mut waiting = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(under)];
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "causal") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn answered(file: &Path) -> String {
    whatif(&["run", "--all", "--format", "json", &file.display().to_string()]).output
}

#[test]
fn everything_the_program_writes_is_accepted() {
    let mut accepted = 0;
    for under in ["examples", "tests/corpus", "tests/proofs"] {
        for file in files(under) {
            for one in verify(&answered(&file)).unwrap() {
                assert!(!matches!(one.outcome, Outcome::Refused(_)), "{}: {one:?}", file.display());
                accepted += usize::from(matches!(one.outcome, Outcome::Accepted(_)));
            }
        }
    }
    assert!(accepted > 100, "{accepted}");
}

fn document(text: &str) -> Value {
    serde_json::from_str(&with_input(&["run", "-", "--format", "json"], text).output).unwrap()
}

const ADJUSTED: &str = "graph { z -> x -> y; z -> y }\nP(y | do(x))\n";
const HEDGED: &str = "graph { x -> y; x <-> y }\nP(y | do(x))\n";

#[test]
fn damage_is_refused_with_its_step() {
    let fine = document(ADJUSTED);
    let steps = fine["answers"][0]["derivation"]["steps"].as_array().unwrap();
    let at = steps.iter().position(|step| step["requires"] != json!([])).unwrap();
    let damaged = |path: &str, value: Value| {
        let mut document = fine.clone();
        *document.pointer_mut(path).unwrap() = value;
        let run = with_input(&["verify", "-"], &document.to_string());
        assert_eq!((run.status, run.errors.as_str()), (1, ""), "{path}: {}", run.output);
        run.output
    };
    let step = format!("/answers/0/derivation/steps/{at}");
    for (field, value) in [("rule", json!("chain")), ("rule", json!("magic")), ("requires", json!([]))] {
        let output = damaged(&format!("{step}/{field}"), value);
        assert!(output.contains(&format!("step {}: ", at + 1)), "{output}");
    }
    damaged(&format!("{step}/lhs"), json!({ "op": "one" }));
    damaged("/answers/0/estimand", json!({ "op": "one" }));
    damaged("/answers/0/query/expr/of", json!(["z"]));
    damaged("/answers/0/graph/bidirected", json!([["x", "y"]]));
    damaged("/answers/0/verdict", json!("not_identifiable"));

    let mut hedged = document(HEDGED);
    let probability = hedged.pointer_mut("/answers/0/witness/models/0/variables/1/table/0").unwrap();
    *probability = json!(["1/7", "6/7"]);
    assert_eq!(with_input(&["verify", "-"], &hedged.to_string()).status, 1);
    hedged["answers"][0].as_object_mut().unwrap().remove("witness");
    let run = with_input(&["verify", "-"], &hedged.to_string());
    assert_eq!((run.status, run.output.as_str()), (0, "1 accepted, 0 refused, 0 with nothing to check\n"));
}

#[test]
fn what_is_no_document_is_unreadable() {
    let deep = "[".repeat(100_000);
    for text in ["", "{", "[]", "{}", "{\"schema\":\"whatif/2\",\"answers\":[]}", "{\"schema\":\"whatif/1\"}", &deep] {
        let run = with_input(&["verify", "-"], text);
        assert_eq!(run.status, 2, "{text:.40}");
        assert!(run.output.is_empty() && !run.errors.is_empty());
    }
    assert_eq!(whatif(&["verify", "no-such-file.json"]).status, 2);
}

/// Puts one value of the document in another's place, drops it, or changes it a little.
fn damage(value: &mut Value, donors: &[Value], rng: &mut ChaCha8Rng) {
    let mut at = value;
    loop {
        let children = match &*at {
            Value::Array(all) => all.len(),
            Value::Object(all) => all.len(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        };
        if children == 0 || rng.random_range(0..8) == 0 {
            break;
        }
        let child = rng.random_range(0..children);
        at = match at {
            Value::Array(all) => &mut all[child],
            Value::Object(all) => all.values_mut().nth(child).unwrap(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => unreachable!(),
        };
    }
    *at = donors[rng.random_range(0..donors.len())].clone();
}

fn parts(value: &Value, found: &mut Vec<Value>) {
    found.push(value.clone());
    match value {
        Value::Array(all) => all.iter().for_each(|part| parts(part, found)),
        Value::Object(all) => all.values().for_each(|part| parts(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Damage never makes the reader panic, and never turns a wrong verdict into an accepted one.
#[test]
fn damaged_documents_are_read_without_panic() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    for (text, verdict) in [
        (ADJUSTED, "identifiable"),
        (HEDGED, "not_identifiable"),
        ("graph { a -> y -> z; a <-> y }\nP(y | do(a), z)\n", "not_identifiable"),
        ("graph { x -> y }\nP(y | x) == P(y)\n", "fails"),
        ("graph { x -> m -> y }\nx _||_ y | m\n", "holds"),
    ] {
        let fine = document(text);
        let mut donors = vec![Value::Null, json!(0), json!(u64::MAX), json!(""), json!("x'"), json!("1/0"), json!([])];
        parts(&fine, &mut donors);
        let (mut refused, graph) = (0, fine["answers"][0]["graph"].clone());
        for _ in 0..600 {
            let mut answer = fine["answers"][0].clone();
            damage(&mut answer, &donors, &mut rng);
            let same = ["graph", "query", "lhs", "rhs"].iter().all(|&f| answer.get(f) == fine["answers"][0].get(f));
            let document = json!({ "schema": "whatif/1", "answers": [answer] });
            match &verify(&document.to_string()).unwrap()[0].outcome {
                Outcome::Accepted(_) if same && answer["graph"] == graph => assert_eq!(answer["verdict"], verdict),
                Outcome::Accepted(_) | Outcome::NothingToCheck => {}
                Outcome::Refused(_) => refused += 1,
            }
        }
        assert!(refused > 100, "{text}: {refused}");
    }
}
