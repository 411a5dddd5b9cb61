//! `whatif fmt` from outside.

use crate::cli::{whatif, with_input};
use crate::examples::examples;
use crate::support::folder::Folder;

const UGLY: &str = "graph{x->y;  // why\n x <->y}P(y|do (x))\n";
const NEAT: &str = "graph {\n    x -> y   // why\n    x <-> y\n}\nP(y | do(x))\n";

#[test]
fn files_are_written_in_place_and_only_where_they_change() {
    let folder = Folder::new("fmt");
    let neat = NEAT.replace("y   //", "y  //");
    let (ugly, good) = (folder.write("ugly.causal", UGLY), folder.write("good.causal", &neat));
    let before = std::fs::metadata(&good).unwrap().modified().unwrap();
    let run = whatif(&["fmt", &ugly, &good]);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert_eq!(folder.nameless(&run.output), "FOLDER/ugly.causal: formatted\n");
    assert_eq!((folder.read("ugly.causal"), folder.read("good.causal")), (neat.clone(), neat));
    assert_eq!(std::fs::metadata(&good).unwrap().modified().unwrap(), before);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn check_writes_nothing_and_says_what_would_change() {
    let folder = Folder::new("fmt-check");
    let ugly = folder.write("ugly.causal", UGLY);
    let run = whatif(&["fmt", "--check", &ugly, "examples/churn.causal"]);
    assert_eq!((run.status, run.errors.as_str()), (1, ""));
    insta::assert_snapshot!("fmt_check", folder.nameless(&run.output));
    assert_eq!(folder.read("ugly.causal"), UGLY);
    assert!(whatif(&["fmt", "--check", "--color", "always", &ugly]).output.contains("\x1b[31m"));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let run = with_input(&["fmt", "-"], UGLY);
    assert_eq!((run.status, run.output), (0, NEAT.replace("y   //", "y  //")));
    assert_eq!(with_input(&["fmt", "--check", "-"], UGLY).status, 1);
}

#[test]
fn errors_leave_a_file_as_it_is() {
    let folder = Folder::new("fmt-errors");
    let wrong = "graph {x->}\nP(y\n";
    let (bad, ugly) = (folder.write("bad.causal", wrong), folder.write("ugly.causal", UGLY));
    let run = whatif(&["fmt", &bad, &ugly, "no-such-file.causal"]);
    assert_eq!(run.status, 2);
    assert!(run.errors.contains("bad.causal:1:") && run.errors.contains("whatif::unreadable_file"), "{}", run.errors);
    assert_eq!(folder.read("bad.causal"), wrong);
    assert_ne!(folder.read("ugly.causal"), UGLY);
    let run = with_input(&["fmt", "-"], wrong);
    assert_eq!((run.status, run.output.as_str()), (2, ""));
}

#[test]
fn the_examples_are_in_the_one_style() {
    let files = examples().into_iter().chain(crate::models::examples());
    let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
    let mut arguments = vec!["fmt", "--check"];
    arguments.extend(files.iter().map(String::as_str));
    let run = whatif(&arguments);
    assert_eq!(run.status, 0, "{}", run.output);
}
