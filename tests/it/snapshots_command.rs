//! `whatif test` from outside.

use crate::cli::{Run, whatif};
use crate::support::folder::Folder;

const GRAPH: &str = "graph { z -> x -> y; z -> y }\n";
const ASKED: &str = "graph { z -> x -> y; z -> y }\nP(y | do(x))\nexpect identifiable P(y | do(x))\n";

/// The program's `test` over the project's own examples.
#[test]
fn the_examples_answer_as_they_did() {
    let run = whatif(&["test", "examples"]);
    assert_eq!(run.status, 0, "{}", run.output);
    assert!(run.output.ends_with(", 0 failed\n"), "{}", run.output);
    assert_eq!(run.errors.matches("note: a proof in examples/mistakes/").count(), 2, "{}", run.errors);
}

fn test(folder: &Folder, options: &[&str]) -> Run {
    let path = folder.path().display().to_string();
    let mut run = whatif(&[&["test", &path], options].concat());
    run.output = folder.nameless(&run.output);
    run.errors = folder.nameless(&run.errors);
    run
}

#[test]
fn answers_are_kept_compared_and_accepted() {
    let folder = Folder::new("test");
    folder.write("a.causal", ASKED);
    folder.write("deep/b.causal", &format!("{GRAPH}x _||_ y\n"));
    folder.write("deep/quiet.causal", &format!("{GRAPH}expect not x _||_ y\n"));
    folder.write(".hidden/c.causal", "nonsense");
    let run = test(&folder, &[]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("test_new", run.output);

    let run = test(&folder, &["--accept"]);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    insta::assert_snapshot!("test_accept", run.output);
    insta::assert_snapshot!("test_snapshot", folder.read("a.snap"));
    assert!(!folder.path().join("deep/quiet.snap").exists());

    // What does not change an answer does not matter.
    folder.write("a.causal", &format!("// moved\n\n\n{ASKED}"));
    let run = test(&folder, &[]);
    assert_eq!((run.status, run.output.as_str()), (0, "3 files: 4 passed, 0 failed\n"));

    folder.write("a.causal", &ASKED.replace("z -> y", "x <-> y"));
    let run = test(&folder, &[]);
    assert_eq!(run.status, 1);
    insta::assert_snapshot!("test_differs", run.output);
    assert_eq!(test(&folder, &["--filter", "deep"]).status, 0);
    assert!(test(&folder, &["--color", "always"]).output.contains("\x1b[32m"));
    assert_eq!(run.output, test(&folder, &["--jobs", "1"]).output);
}

#[test]
fn an_expectation_is_never_accepted() {
    let folder = Folder::new("test-expect");
    folder.write("a.causal", &format!("{GRAPH}P(y | do(x))\nexpect not identifiable P(y | do(x))\n"));
    for _ in 0..2 {
        let run = test(&folder, &["--accept"]);
        assert_eq!(run.status, 1);
        assert!(
            run.output.contains("Expected otherwise") && run.output.contains("1 passed, 1 failed"),
            "{}",
            run.output
        );
    }
}

#[test]
fn what_cannot_be_read_or_written_is_told() {
    let folder = Folder::new("test-unreadable");
    folder.write("a.causal", ASKED);
    std::fs::write(folder.path().join("a.snap"), b"\xff").unwrap();
    let run = test(&folder, &["--accept", "--junit", "no-such-folder/report.xml"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!("test_unreadable", run.errors.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
}

#[test]
fn strays_errors_and_nothing_to_test_are_told() {
    let folder = Folder::new("test-strays");
    folder.write("a.causal", ASKED);
    test(&folder, &["--accept"]);
    std::fs::rename(folder.path().join("a.causal"), folder.path().join("b.causal")).unwrap();
    folder.write("other.snap", "---\nsource: insta\n");
    let run = test(&folder, &[]);
    assert_eq!(run.errors, "note: FOLDER/a.snap belongs to no file; remove it if its file is gone\n");

    folder.write("b.causal", "graph { x -> }\n");
    let run = test(&folder, &["--accept"]);
    assert_eq!(run.status, 2);
    assert!(run.output.contains("it has errors") && !folder.path().join("b.snap").exists(), "{}", run.output);

    let run = test(&folder, &["--filter", "nowhere"]);
    assert_eq!((run.status, run.output.as_str()), (2, ""));
    assert_eq!(whatif(&["test", "no-such-folder"]).status, 2);
}

#[test]
fn continuous_integration_gets_a_report() {
    let folder = Folder::new("test-junit");
    folder.write("good.causal", ASKED);
    test(&folder, &["--accept"]);
    folder.write("new & odd.causal", &format!("{GRAPH}x _||_ y\nexpect x _||_ y\n"));
    folder.write("wrong.causal", "graph { x -> }\n");
    let report = folder.path().join("report.xml").display().to_string();
    assert_eq!(test(&folder, &["--junit", &report]).status, 2);
    let seconds = |text: String| {
        let mut parts = text.split("time=\"");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            out.push_str("time=\"…");
            out.push_str(&part[part.find('"').unwrap()..]);
        }
        out
    };
    insta::assert_snapshot!("test_junit", seconds(folder.nameless(&folder.read("report.xml"))));
}
