//! What a whole file's `estimate` and `refute` lines come to: in a run and in a snapshot.

use crate::cli::whatif;
use crate::support::folder::Folder;
use serde_json::Value;

const CHURN: &str = "examples/data/churn.causal";

/// As `whatif estimate` and `whatif refute` write it, without the seconds.
fn objects(arguments: &[&str], field: &str) -> Vec<Value> {
    let run = whatif(&[arguments, &["--format", "json"]].concat());
    assert!(run.errors.is_empty(), "{}", run.errors);
    let value: Value = serde_json::from_str(&run.output).unwrap();
    let mut objects = value[field].as_array().cloned().unwrap_or_default();
    for object in objects.iter_mut().filter_map(Value::as_object_mut) {
        object.remove("seconds");
        object.remove("file");
    }
    objects
}

#[test]
fn a_run_says_what_the_commands_say() {
    for (command, field, least) in [("estimate", "estimates", 3), ("refute", "refutations", 5)] {
        let own = objects(&[command, CHURN], field);
        assert!(own.len() >= least);
        assert_eq!(own, objects(&["run", CHURN], field));
    }
    let text = whatif(&["run", CHURN]);
    assert_eq!((text.status, text.errors.as_str()), (0, ""));
    for command in ["estimate", "refute"] {
        assert!(text.output.contains(&whatif(&[command, CHURN]).output), "{}", text.output);
    }
    let markdown = whatif(&["run", CHURN, "--format", "markdown"]).output;
    for command in ["estimate", "refute"] {
        assert!(markdown.contains(whatif(&[command, CHURN, "--format", "markdown"]).output.trim()), "{markdown}");
    }
}

#[test]
fn only_a_file_that_asks_data_has_numbers() {
    let run = whatif(&["run", "examples/churn.causal", "--format", "json"]);
    let value: Value = serde_json::from_str(&run.output).unwrap();
    assert!(value.get("estimates").is_none() && value.get("refutations").is_none());
    // Other questions are asked of the graph, not of the data.
    let run = whatif(&["run", CHURN, "--ask", "P(churn)"]);
    assert_eq!(run.status, 0);
    assert!(!run.output.contains("merely seen"), "{}", run.output);
}

#[test]
fn data_that_disagree_fail_a_run() {
    let run = whatif(&["run", "docs/wrong.causal", "--quiet"]);
    assert_eq!((run.status, run.errors.as_str()), (1, ""), "{}", run.output);
    insta::assert_snapshot!("run_refuted_quiet", run.output);
    assert_eq!(whatif(&["run", "docs/wrong.causal"]).status, 1);
}

#[test]
fn data_that_cannot_be_read_leave_the_answers() {
    let folder = Folder::new("measured");
    let text = "graph { x -> y }\neffect: P(y | do(x))\ntable t = \"none.csv\"\nestimate effect from t\nrefute effect from t\n";
    let file = folder.write("t.causal", text);
    let run = whatif(&["run", &file]);
    assert_eq!(run.status, 2);
    assert!(run.output.contains("Identifiable"), "{}", run.output);
    insta::assert_snapshot!("run_no_data", folder.nameless(&run.errors));
    assert_eq!(whatif(&["test", &file]).status, 2);
}

#[test]
fn a_line_that_asks_for_no_number_says_so() {
    let folder = Folder::new("measured_no_number");
    folder.write("t.csv", "x,y\n0,1\n1,0\n");
    let text = "graph { x -> y }\nalone: x _||_ y\ntable t = \"t.csv\"\nestimate alone from t\n";
    let file = folder.write("t.causal", text);
    let run = whatif(&["run", &file]);
    assert_eq!(run.status, 2);
    assert!(run.errors.contains("asks for no number"), "{}", run.errors);
}

#[test]
fn numbers_are_kept_in_snapshots() {
    let folder = Folder::new("measured_snapshot");
    let data = "x,y\n".to_owned() + &"0,1\n0,0\n1,1\n1,1\n".repeat(50);
    folder.write("t.csv", &data);
    let text = "graph { x -> y }\neffect: P(y = 1 | do(x = 1)) - P(y = 1 | do(x = 0))\ntable t = \"t.csv\"\nestimate effect from t\n";
    let file = folder.write("t.causal", text);
    assert_eq!(whatif(&["test", &file, "--accept"]).status, 0);
    assert!(folder.read("t.snap").contains("0.5 if acted"), "{}", folder.read("t.snap"));
    assert_eq!(whatif(&["test", &file]).status, 0);
    // Other data are another answer.
    folder.write("t.csv", &data.replace("0,0", "0,1"));
    let run = whatif(&["test", &file]);
    assert_eq!(run.status, 1);
    assert!(run.output.contains("- ") && run.output.contains("if acted"), "{}", run.output);
}
