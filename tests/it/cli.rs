//! The program from outside: what it prints where, and its exit status.

use crate::examples::examples;
use std::io::Write;
use std::process::{Command, Stdio};

/// What a run of the program came to.
pub struct Run {
    pub status: i32,
    pub output: String,
    pub errors: String,
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_whatif"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

fn finish(mut command: Command, input: &str) -> Run {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    Run {
        status: out.status.code().unwrap(),
        output: String::from_utf8(out.stdout).unwrap(),
        errors: String::from_utf8(out.stderr).unwrap(),
    }
}

/// Runs the program in the project's folder, its output in pipes.
pub fn whatif(arguments: &[&str]) -> Run {
    finish(command(arguments), "")
}

pub fn with_input(arguments: &[&str], input: &str) -> Run {
    finish(command(arguments), input)
}

const CONFOUNDED: &str = "graph { z -> x -> y; z -> y }\n";

#[test]
fn a_file_that_asks_nothing_is_not_met_with_silence() {
    for input in ["", "// only a comment\n", "graph { x -> y }\n"] {
        let run = with_input(&["run", "-"], input);
        assert_eq!((run.status, &*run.output), (0, ""));
        assert!(run.errors.contains("nothing is asked"), "{}", run.errors);
    }
    assert!(!with_input(&["run", "-"], &format!("{CONFOUNDED}P(y | do(x))\n")).errors.contains("nothing is asked"));
}

#[test]
fn help_and_tour() {
    insta::assert_snapshot!("help", whatif(&["--help"]).output);
    insta::assert_snapshot!("help_run", whatif(&["run", "--help"]).output);
    insta::assert_snapshot!("help_explain", whatif(&["explain", "--help"]).output);
    insta::assert_snapshot!("help_check", whatif(&["check", "--help"]).output);
    for command in ["verify", "fmt", "test", "watch", "import", "export", "completions", "man"] {
        insta::assert_snapshot!(format!("help_{command}"), whatif(&[command, "--help"]).output);
    }
    insta::assert_snapshot!("tour", whatif(&[]).output);
}

#[test]
fn status_is_zero_for_answers_of_either_kind() {
    let run = with_input(&["run", "-"], "graph { x -> y; x <-> y }\nP(y | do(x))\n");
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert!(run.output.contains("Not identifiable"), "{}", run.output);
}

#[test]
fn status_is_one_where_an_expectation_does_not_hold() {
    let run = with_input(&["run", "-"], &format!("{CONFOUNDED}expect not identifiable P(y | do(x))\n"));
    assert_eq!((run.status, run.errors.as_str()), (1, ""));
    insta::assert_snapshot!("expectation_fails", run.output);
}

#[test]
fn status_is_two_where_input_is_wrong_and_good_files_are_answered_all_the_same() {
    let run = with_input(&["run", "-", "examples/churn.causal"], &format!("{CONFOUNDED}P(w | do(x))\n"));
    assert_eq!(run.status, 2);
    assert!(run.errors.contains("whatif::unknown_variable"), "{}", run.errors);
    assert!(run.output.contains("P(churn | do(engagement))"), "{}", run.output);
    assert!(!run.output.contains("P(w"), "{}", run.output);
    assert_eq!(whatif(&["run", "no-such-file.causal"]).status, 2);
    assert_eq!(whatif(&["run"]).status, 2);
    assert_eq!(whatif(&["run", "--jobs", "0", "-"]).status, 2);
}

#[test]
fn two_outweighs_one() {
    let failing = format!("{CONFOUNDED}expect not identifiable P(y | do(x))\n");
    assert_eq!(with_input(&["run", "-", "no-such-file.causal"], &failing).status, 2);
}

#[test]
fn json_has_the_diagnostics_on_standard_output() {
    let run = with_input(&["run", "--format", "json", "-"], &format!("{CONFOUNDED}P(w | do(x))\n"));
    assert_eq!((run.status, run.errors.as_str()), (2, ""));
    let json: serde_json::Value = serde_json::from_str(&run.output).unwrap();
    assert_eq!(json["schema"], "whatif/1");
    assert_eq!(json["diagnostics"][0]["code"], "whatif::unknown_variable");
    assert_eq!(json["diagnostics"][0]["file"], "<stdin>");
    let missing = whatif(&["check", "--format", "json", "no-such-file.causal"]);
    assert_eq!(missing.status, 2);
    let json: serde_json::Value = serde_json::from_str(&missing.output).unwrap();
    assert_eq!(json["diagnostics"][0]["code"], "whatif::unreadable_file");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = std::env::temp_dir().join(format!("whatif-input-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let latin = folder.join("latin.causal");
    std::fs::write(&latin, b"graph { a -> b }\n// caf\xe9\n").unwrap();
    let large = folder.join("large.causal");
    std::fs::write(&large, vec![b'\n'; (16 << 20) + 1]).unwrap();
    for (path, code) in [(&latin, "not_utf8"), (&large, "file_too_large"), (&folder, "unreadable_file")] {
        let run = whatif(&["check", &path.display().to_string()]);
        assert_eq!(run.status, 2);
        assert!(run.errors.contains(&format!("whatif::{code}")), "{}", run.errors);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn warnings_change_no_status() {
    let run = with_input(&["check", "-"], "graph { a -> b; lonely; u -> a; u [latent] }\nP(b | do(a))\n");
    assert_eq!(run.status, 0, "{}", run.errors);
    assert!(run.output.contains("no errors"), "{}", run.output);
    let flood: String = (0..200).map(|i| format!("graph g{i} {{ x -> y; latent u; x -> u }}\n")).collect();
    let flooded = with_input(&["check", "-"], &flood);
    assert_eq!((flooded.status, &*flooded.output), (0, "1 file: 100 warnings and more, no errors\n"));
    assert!(flooded.errors.contains("100 more warnings are not shown"), "{}", flooded.errors);
    assert!(!run.errors.is_empty());
}

#[test]
fn check_answers_nothing() {
    let run = whatif(&["check", "examples/churn.causal"]);
    assert_eq!((run.status, run.output.as_str(), run.errors.as_str()), (0, "1 file: no mistakes found\n", ""));
}

#[test]
fn quiet_prints_only_what_did_not_hold() {
    let held = format!("{CONFOUNDED}P(y | do(x))\nexpect identifiable P(y | do(x))\n");
    let run = with_input(&["run", "--quiet", "-"], &held);
    assert_eq!((run.status, run.output.as_str()), (0, ""));
    let failed = format!("{CONFOUNDED}P(y | do(x))\nexpect not identifiable P(y | do(x))\n");
    let run = with_input(&["run", "--quiet", "-"], &failed);
    assert_eq!(run.status, 1);
    assert!(run.output.contains("expect not identifiable"), "{}", run.output);
}

#[test]
fn answers_do_not_depend_on_the_number_of_jobs() {
    let files: Vec<String> = examples().iter().map(|file| file.display().to_string()).collect();
    let run = |jobs: &str, format: &str| {
        let mut arguments = vec!["run", "--jobs", jobs, "--format", format];
        arguments.extend(files.iter().map(String::as_str));
        whatif(&arguments).output
    };
    assert_eq!(run("1", "text"), run("8", "text"));
    let timeless = |text: String| {
        let mut json: serde_json::Value = serde_json::from_str(&text).unwrap();
        for answer in json["answers"].as_array_mut().unwrap() {
            answer.as_object_mut().unwrap().remove("seconds");
        }
        json
    };
    assert_eq!(timeless(run("1", "json")), timeless(run("8", "json")));
}

#[test]
fn a_pipe_gets_no_colour_unless_it_asks() {
    let wrong = format!("{CONFOUNDED}P(w | do(x))\n");
    let plain = |run: &Run| !run.output.contains('\x1b') && !run.errors.contains('\x1b');
    assert!(plain(&whatif(&["run", "examples/churn.causal"])));
    assert!(plain(&with_input(&["run", "-"], &wrong)));
    assert!(!plain(&whatif(&["run", "--color", "always", "examples/churn.causal"])));
    assert!(!plain(&with_input(&["run", "--color", "always", "-"], &wrong)));
    assert!(plain(&whatif(&["run", "--color", "never", "examples/churn.causal"])));
}

#[test]
fn ascii_is_ascii() {
    for file in examples() {
        let run = whatif(&["run", "--ascii", &file.display().to_string()]);
        assert!(run.output.is_ascii(), "{}: {}", file.display(), run.output);
    }
    let wrong = with_input(&["run", "--ascii", "-"], &format!("{CONFOUNDED}P(w | do(x))\n"));
    assert!(wrong.errors.is_ascii(), "{}", wrong.errors);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let mut child = command(&["run", "examples/epidemiology.causal"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let out = child.wait_with_output().unwrap();
    assert_eq!((out.status.code(), String::from_utf8(out.stderr).unwrap().as_str()), (Some(0), ""));
}

/// What the help and the tour tell people to type works as it stands.
#[cfg(unix)]
#[test]
fn commands_in_the_help_run_as_printed() {
    let folder = std::env::temp_dir().join(format!("whatif-help-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("examples/models")).unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in examples().into_iter().chain(crate::models::examples()) {
        for file in [file.clone(), file.with_extension("snap")] {
            std::fs::copy(root.join(&file), folder.join(&file)).unwrap();
        }
    }
    std::fs::create_dir_all(folder.join("examples/data")).unwrap();
    for entry in std::fs::read_dir(root.join("examples/data")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.join("examples/data").join(entry.file_name())).unwrap();
    }
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_whatif")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let commands =
        ["run", "check", "estimate", "refute", "verify", "fmt", "test", "import", "export", "completions", "man"];
    let mut texts = vec![whatif(&[]).output, whatif(&["--help"]).output];
    texts.extend(commands.map(|command| whatif(&[command, "--help"]).output));
    let mut tried = 0;
    for line in texts.iter().flat_map(|text| text.lines()) {
        let line = line.trim();
        let command = line.starts_with("whatif ") || line.starts_with("echo ");
        if !command || line.starts_with("whatif answers") {
            continue;
        }
        // A remark follows after two blanks.
        let line = line.split("  ").next().unwrap();
        let run = Command::new("sh").args(["-c", line]).current_dir(&folder).env("PATH", &path).output().unwrap();
        assert!(run.status.success(), "{line}: {}", String::from_utf8_lossy(&run.stderr));
        let silent = line.contains('>') || line.starts_with("whatif fmt examples");
        assert!(!run.stdout.is_empty() || silent, "{line}");
        tried += 1;
    }
    assert!(tried >= 26, "only {tried} commands found");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_proof_that_fails_fails_the_run() {
    for arguments in
        [&["run", "examples/mistakes/wrong-rule.causal"][..], &["run", "-q", "examples/mistakes/wrong-rule.causal"]]
    {
        let run = whatif(arguments);
        assert_eq!(run.status, 1);
        assert!(!run.output.is_empty());
    }
    let right = with_input(&["run", "-q", "-"], "graph { x -> y }\nproof P(y | do(x)) { = P(y | x) by rule 2 }\n");
    assert_eq!((right.status, right.output.as_str()), (0, ""));
}

#[test]
fn a_question_to_explain_is_named_numbered_or_written_out() {
    let explain = |question: &str| whatif(&["explain", "examples/churn.causal", question]);
    let named = explain("with_usage");
    assert_eq!((named.status, named.errors.as_str()), (0, ""));
    assert_eq!(named.output, explain("3").output);
    // In the words of the same question written out only its name and its place are missing.
    let written = explain("P(churn | do(engagement)) in through_usage").output;
    let below = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(below(&named.output), below(&written));
    // Asked of each graph that has its variables.
    assert_eq!(explain("P(churn | do(engagement))").output.matches("The question.").count(), 3);
    assert_eq!(explain("P(usage | do(engagement))").output.matches("The question.").count(), 1);
    // A name of the file's questions can be used in one.
    assert_eq!(with_input(&["explain", "-", "simplify q"], &format!("{CONFOUNDED}q: P(y | do(x))\n")).status, 0);
    assert!(with_input(&["explain", "-"], CONFOUNDED).errors.contains("nothing is asked"));
    assert!(explain("paths engagement to churn").output.contains("open"));
}

#[test]
fn a_question_that_cannot_be_explained_says_why() {
    let mut seen = String::new();
    let long = format!("P(churn | do({}))", "engagement, ".repeat(40));
    for question in [
        "with_usag",
        "nope",
        "0",
        "99999999999999999999",
        "P(churn | do(engagment))",
        "P(churn |",
        "graph { a -> b }",
        "",
        "P(churn); P(usage)",
        &long,
    ] {
        let run = whatif(&["explain", "examples/churn.causal", question]);
        assert_eq!((run.status, run.output.as_str()), (2, ""), "{question}");
        seen.push_str(&run.errors);
        seen.push('\n');
    }
    let lines: Vec<&str> = seen.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("explain_what", lines.join("\n"));
    assert_eq!(whatif(&["explain", "no-such-file.causal"]).status, 2);
}

#[test]
fn explanations_stand_below_answers_where_asked_for() {
    let run = whatif(&["run", "examples/m-bias.causal", "--explain"]);
    assert_eq!(run.status, 0);
    insta::assert_snapshot!("run_explain", run.output);
}

/// However long a line is, what is shown of it fits beside its message.
#[test]
fn long_lines_are_shown_in_part() {
    let many: Vec<String> = (0..800).map(|i| format!("v{i}")).collect();
    let names = many.join(", ");
    let file = format!(
        "graph {{ {} }}\nP(v1 | do({names}, w))\nP(v1 | do(v2), {}, v2)\nP(w | do(v1))\n{}(v1)\n",
        many.join(" -> "),
        many[3..].join(", "),
        "P".repeat(900)
    );
    let run = with_input(&["check", "-"], &file);
    assert_eq!(run.status, 2);
    let widest = run.errors.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest < 300, "{widest} columns");
    let lines: Vec<&str> = run.errors.lines().map(str::trim_end).collect();
    insta::assert_snapshot!("long_lines", lines.join("\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_no_success() {
    for arguments in [
        &["run", "examples/churn.causal"][..],
        &["export", "examples/front-door.causal", "--graph", "lungs", "--to", "dot"],
        &["completions", "bash"],
    ] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let run = command(arguments).stdout(full).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8(run.stderr).unwrap();
        assert!(told.contains("the output could not be written"), "{arguments:?}: {told}");
    }
}

#[test]
fn a_place_is_the_same_in_text_and_in_json() {
    let text = "graph { größe -> y }\nP(y | do(größe), zz)\n";
    let told = with_input(&["check", "-"], text);
    assert!(told.errors.contains(":2:18]"), "{}", told.errors);
    let json = with_input(&["check", "--format", "json", "-"], text);
    assert!(json.output.contains("\"column\": 18"), "{}", json.output);
}
