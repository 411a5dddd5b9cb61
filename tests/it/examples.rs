//! Every example reads, keeps what it expects, and looks as its reader should see it.

use crate::cli::{Run, whatif};
use std::path::PathBuf;

/// The examples by name, in order.
pub fn examples() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "causal"))
        .map(|path| PathBuf::from("examples").join(path.file_name().unwrap()))
        .collect();
    files.sort();
    assert!(files.len() >= 11, "the examples are gone: {files:?}");
    files
}

#[test]
fn examples_keep_what_they_expect() {
    for file in examples() {
        let Run { status, errors, .. } = whatif(&["run", "--quiet", &file.display().to_string()]);
        assert_eq!((status, errors.as_str()), (0, ""), "{}", file.display());
    }
}

#[test]
fn examples_as_text() {
    for file in examples() {
        let run = whatif(&["run", &file.display().to_string()]);
        insta::assert_snapshot!(format!("example_{}", file.file_stem().unwrap().display()), run.output);
    }
}

#[test]
fn examples_in_every_dress() {
    let run = |file: &str, options: &[&str]| whatif(&[&["run", file], options].concat()).output;
    insta::assert_snapshot!("churn_ascii", run("examples/churn.causal", &["--ascii"]));
    insta::assert_snapshot!("churn_colour", run("examples/churn.causal", &["--color", "always"]));
    insta::assert_snapshot!("churn_markdown", run("examples/churn.causal", &["--format", "markdown"]));
    insta::assert_snapshot!("churn_latex", run("examples/churn.causal", &["--format", "latex"]));
    insta::assert_snapshot!("m_bias_markdown", run("examples/m-bias.causal", &["--format", "markdown"]));
    insta::assert_snapshot!("m_bias_latex", run("examples/m-bias.causal", &["--format", "latex"]));
    insta::assert_snapshot!("napkin_steps", run("examples/napkin.causal", &["--steps"]));
    insta::assert_snapshot!("napkin_steps_full", run("examples/napkin.causal", &["--steps=full"]));
    insta::assert_snapshot!("napkin_steps_latex", run("examples/napkin.causal", &["--steps", "--format", "latex"]));
    insta::assert_snapshot!("napkin_fragile", run("examples/napkin.causal", &["--fragile", "--self-check", "never"]));
    insta::assert_snapshot!("trial_fragile", run("examples/trial.causal", &["--fragile"]));
    insta::assert_snapshot!("back_door_all", run("examples/back-door.causal", &["--all"]));
}

#[test]
fn examples_in_plain_words() {
    for file in examples() {
        let run = whatif(&["explain", &file.display().to_string()]);
        assert_eq!((run.status, run.errors.as_str()), (0, ""), "{}", file.display());
        insta::assert_snapshot!(format!("explain_{}", file.file_stem().unwrap().display()), run.output);
    }
    let dressed = |options: &[&str]| whatif(&[&["explain", "examples/churn.causal"], options].concat()).output;
    insta::assert_snapshot!("explain_churn_markdown", dressed(&["2", "--format", "markdown"]));
    insta::assert_snapshot!("explain_churn_latex", dressed(&["2", "--format", "latex"]));
    assert!(dressed(&["--ascii"]).is_ascii());
    assert!(dressed(&["--color", "always"]).contains('\x1b'));
}
