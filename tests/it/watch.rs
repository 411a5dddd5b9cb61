//! `whatif watch` from outside.

use crate::cli::command;
use crate::support::folder::Folder;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

/// Watches a file through some versions, waiting after each until a line with a word has come.
fn watched(folder: &Folder, versions: &[(&str, &str)]) -> (i32, String) {
    let path = folder.write("a.causal", versions[0].0);
    let rounds = versions.len().to_string();
    let mut child =
        command(&["watch", "--rounds", &rounds, &path]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut seen = String::new();
    for (i, (_, word)) in versions.iter().enumerate() {
        loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no {word:?} in {seen}");
            seen.push_str(&line);
            if line.contains(word) {
                break;
            }
        }
        if let Some((text, _)) = versions.get(i + 1) {
            // Written beside and renamed, as editors do, so that no half of it is seen.
            let new = folder.write("new", text);
            std::fs::rename(new, &path).unwrap();
        }
    }
    lines.read_to_string(&mut seen).unwrap();
    (child.wait().unwrap().code().unwrap(), folder.nameless(&seen))
}

#[test]
fn only_what_became_different_is_shown() {
    let folder = Folder::new("watch");
    let first = "graph { x -> m -> y; x -> y }\nP(y | do(x))\nP(m | do(x))\nexpect identifiable P(y | do(x))\n";
    let (status, seen) = watched(
        &folder,
        &[
            (first, "expectation held"),
            (&format!("// a remark\n{first}"), "no answer is different"),
            (&first.replace("; x -> y", "; x <-> y; x -> y"), "Expected otherwise"),
            ("graph { x -> }\n", "has errors"),
            (&first.replace("P(m | do(x))", "x _||_ y"), "no longer asked"),
        ],
    );
    assert_eq!(status, 0);
    insta::assert_snapshot!("watch", seen);
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let run = crate::cli::whatif(&["watch", "--rounds", "1", "no-such-file.causal"]);
    assert_eq!(run.status, 2);
    assert!(run.errors.contains("whatif::unreadable_file"), "{}", run.errors);
}

#[test]
fn a_file_that_goes_and_comes_back_is_told() {
    let folder = Folder::new("watch-gone");
    let path = folder.write("a.causal", "graph { x -> y }\nP(y | do(x))\n");
    let mut child =
        command(&["watch", "--rounds", "2", &path]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut until = |word: &str| loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "no {word:?}");
        if line.contains(word) {
            break;
        }
    };
    until("Rests on");
    std::fs::remove_file(&path).unwrap();
    until("is gone");
    folder.write("a.causal", "graph { x -> y; x <-> y }\nP(y | do(x))\n");
    until("is back");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
