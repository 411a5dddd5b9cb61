//! `whatif estimate` where covariates are numbers: published answers, and how a person sees them.

use crate::cli::{Run, whatif, with_input};
use crate::support::folder::Folder;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::fmt::Write as _;

const NHEFS: &str = "examples/data/nhefs.causal";

fn one(arguments: &[&str]) -> Value {
    let Run { status, output, errors } = whatif(&[&["estimate"], arguments, &["--format", "json"]].concat());
    assert_eq!((status, errors.as_str()), (0, ""), "{arguments:?}");
    let value: Value = serde_json::from_str(&output).unwrap();
    value["estimates"][0].clone()
}

fn near(found: &Value, published: f64, within: f64) {
    let value = found.as_f64().unwrap();
    assert!((value - published).abs() <= within, "{value} is not {published}");
}

/// Hernán & Robins, What If, chapters 12 and 13: to the digit that is printed there.
#[test]
fn quitting_smoking_as_published() {
    let gain = ["--query", "gain"];
    let weighted = one(&[&[NHEFS, "--method", "ipw", "--known-propensity"], &gain[..]].concat());
    near(&weighted["naive"], 2.5, 0.05);
    near(&weighted["value"], 3.4, 0.05);
    near(&weighted["interval"][0], 2.4, 0.05);
    near(&weighted["interval"][1], 4.5, 0.05);
    let standardised = one(&[&[NHEFS, "--method", "regression", "--interact", "smokeintensity"], &gain[..]].concat());
    near(&standardised["value"], 3.5, 0.05);
    near(&standardised["interval"][0], 2.6, 0.05);
    near(&standardised["interval"][1], 4.5, 0.05);
    // Against the same estimating equations solved in NumPy.
    near(&weighted["value"], 3.440_535_43, 1e-6);
    near(&weighted["se"], 0.525_493_55, 1e-6);
    near(&standardised["value"], 3.517_374_20, 1e-6);
    near(&standardised["se"], 0.477_582_32, 1e-6);
    let estimated = one(&[&[NHEFS, "--method", "ipw"], &gain[..]].concat());
    near(&estimated["se"], 0.487_072_61, 1e-6);
    let each = one(&[&[NHEFS, "--method", "regression"], &gain[..]].concat());
    near(&each["value"], 3.435_799_03, 1e-6);
    near(&each["se"], 0.481_108_51, 1e-6);
    // Numbers are adjusted for, so both at once is what fits.
    let both = one(&[&[NHEFS], &gain[..]].concat());
    assert_eq!(both["method"], "aipw");
    near(&both["value"], 3.4, 0.15);
    let rows = &both["overlap"]["rows"];
    let sum = |arm: usize| rows[arm].as_array().unwrap().iter().filter_map(Value::as_f64).sum::<f64>();
    assert_eq!((sum(0), sum(1)), (1163.0, 403.0));
}

#[test]
fn numbers_as_a_person_sees_them() {
    insta::assert_snapshot!("continuous_nhefs", whatif(&["estimate", NHEFS, "--query", "gain"]).output);
    let arguments = ["estimate", NHEFS, "--query", "gain", "--method", "ipw", "--trim", "0.1", "--among", "treated"];
    insta::assert_snapshot!("continuous_nhefs_treated", whatif(&arguments).output);
    // With bins all is discrete, and the formula needs what nobody has.
    let folder = Folder::new("continuous");
    let file = folder.write("iv.causal", INSTRUMENT);
    let data = folder.write("iv.csv", &instrumented());
    let run = |arguments: &[&str]| {
        let run = whatif(&[&["estimate", &file, "--data", &data], arguments].concat());
        assert_eq!(run.status, 0, "{}", run.errors);
        folder.nameless(&run.output)
    };
    insta::assert_snapshot!("continuous_iv", run(&["--method", "iv"]));
    insta::assert_snapshot!("continuous_iv_unasked", run(&[]));
}

const INSTRUMENT: &str = "graph { w -> {z x y}; z -> x -> y; x <-> y }\n\
                          effect: E[y | do(x = 1)] - E[y | do(x = 0)]\n";

fn instrumented() -> String {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut text = String::from("w,z,x,y\n");
    for _ in 0..600 {
        let mut draw = || random.random::<f64>() - 0.5;
        let (w, u) = (draw(), draw());
        let z = if draw() + w > 0.0 { "yes" } else { "no" };
        let x = f64::from(u8::from(z == "yes")) + w + 2.0 * u + draw();
        let _ = writeln!(text, "{w:.4},{z},{x:.4},{:.4}", 2.0 * x - 4.0 * u + w + draw());
    }
    text
}

#[test]
fn threads_and_formats_change_nothing() {
    let run = |jobs: &str| {
        let arguments = ["--bootstrap", "20", "--seed", "5", "--format", "csv", "--jobs", jobs, "--query", "gain"];
        whatif(&[&["estimate", NHEFS, "--method", "regression"], &arguments[..]].concat()).output
    };
    let one = run("1");
    assert!(one.contains("3.43579903"), "{one}");
    assert_eq!(one, run("4"));
}

/// What cannot be done says why, and what can.
#[test]
fn obstacles_as_a_person_sees_them() {
    let folder = Folder::new("continuous-obstacles");
    let napkin = folder.write("napkin.causal", "graph { w -> r -> x -> y; w <-> x; w <-> y }\nE[y | do(x = 1)]\n");
    let plain = folder.write("plain.causal", "graph { z -> {x y}; x -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]\n");
    let mut text = String::from("w,r,x,y,z\n");
    let mut random = ChaCha8Rng::seed_from_u64(4);
    for row in 0..200 {
        let mut draw = || random.random::<f64>();
        let _ = writeln!(text, "{:.3},{},{},{:.3},{:.2}", draw(), row % 2, u8::from(draw() > 0.5), draw(), draw());
    }
    let data = folder.write("t.csv", &text);
    let wrong = folder.write("wrong.csv", &format!("{text}0.1,1,,0.5,0.5\n0.1,1,1,0.5,\n0.1,1,0,much,0.5\n"));
    let typing = folder.write("typing.csv", &text.replace(",0.99\n", ",much\n").replace(",0.01\n", ",little\n"));
    let counts =
        folder.write("counts.csv", "z,x,whatif_count,whatif_sum,whatif_sum_squares,whatif_absent\n0,0,1,1,1,0\n");
    let cases: [(&str, &[&str]); 7] = [
        (&napkin, &["--data", &data]),
        (&napkin, &["--data", &data, "--method", "aipw"]),
        (&plain, &["--data", &typing, "--method", "ipw"]),
        (&plain, &["--data", &wrong, "--method", "ipw"]),
        (&plain, &["--counts", &counts, "--method", "aipw"]),
        (&plain, &["--data", &data, "--method", "iv"]),
        (&plain, &["--data", &data, "--method", "regression", "--column", "x=y"]),
    ];
    let mut told = String::new();
    for (file, arguments) in cases {
        let run = whatif(&[&["estimate", file], arguments].concat());
        let shown: Vec<&str> = arguments.iter().copied().filter(|argument| !argument.contains('/')).collect();
        let _ = writeln!(told, "## {} → {}\n{}{}", shown.join(" "), run.status, run.errors, run.output);
    }
    insta::assert_snapshot!("continuous_obstacles", folder.nameless(&told));
    let run = with_input(&["estimate", &plain, "--data", "-"], &text);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!("continuous_read_once", folder.nameless(&run.errors));
    let run = with_input(&["estimate", &plain, "--data", "-", "--method", "aipw"], &text);
    assert_eq!(run.status, 0, "{}", run.errors);
}

/// Rows of a Parquet file are those of the CSV.
#[test]
fn parquet_has_the_same_rows() {
    use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let folder = Folder::new("continuous-parquet");
    let graph = folder.write("g.causal", "graph { {z s} -> {x y}; x -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]\n");
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let (mut z, mut s, mut x, mut y) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut text = String::from("z,s,x,y\n");
    for row in 0..300_i64 {
        let own = random.random::<f64>();
        let place = if row % 3 == 0 { "north" } else { "south" };
        let acted = i64::from(random.random::<f64>() < 0.3 + 0.4 * own);
        z.push(own);
        s.push(place);
        x.push(acted);
        y.push(row % 7);
        let _ = writeln!(text, "{own},{place},{acted},{}", row % 7);
    }
    let columns: [(&str, ArrayRef); 4] = [
        ("z", Arc::new(Float64Array::from(z))),
        ("s", Arc::new(StringArray::from(s))),
        ("x", Arc::new(Int64Array::from(x))),
        ("y", Arc::new(Int64Array::from(y))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut written = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut written, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let parquet = folder.path().join("t.parquet");
    std::fs::write(&parquet, written).unwrap();
    let csv = folder.write("t.csv", &text);
    let run = |data: &str| one(&[&graph, "--data", data])["value"].as_f64().unwrap();
    assert_eq!(run(&csv), run(parquet.to_str().unwrap()));
}

/// A weight says how heavy a row is, and not how many rows there are.
#[test]
fn weights_are_no_rows() {
    let folder = Folder::new("continuous-weights");
    let graph = folder.write("g.causal", "graph { z -> {x y}; x -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]\n");
    let mut random = ChaCha8Rng::seed_from_u64(6);
    let mut text = String::from("z,x,y,w,ten\n");
    for _ in 0..400 {
        let z = u8::from(random.random::<f64>() < 0.4);
        let x = u8::from(random.random::<f64>() < 0.3 + 0.4 * f64::from(z));
        let y = f64::from(x) + 2.0 * f64::from(z) + random.random::<f64>();
        let _ = writeln!(text, "{z},{x},{y:.4},{:.2},10", 0.5 + 3.0 * random.random::<f64>());
    }
    let data = folder.write("t.csv", &text);
    let run = |arguments: &[&str]| one(&[&[&*graph, "--data", &data], arguments].concat());
    let plain = run(&[]);
    assert_eq!(plain["method"], "plug-in");
    let (same, heavy) = (run(&["--weights", "ten"]), run(&["--weights", "w"]));
    near(&same["se"], plain["se"].as_f64().unwrap(), 1e-12);
    assert_eq!(same["warnings"], serde_json::json!([]));
    let model = run(&["--weights", "w", "--method", "regression"]);
    near(&heavy["value"], model["value"].as_f64().unwrap(), 1e-9);
    near(&heavy["se"], model["se"].as_f64().unwrap(), 1e-9);
    assert!(heavy["se"].as_f64().unwrap() > plain["se"].as_f64().unwrap());
}
