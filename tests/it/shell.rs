//! What a shell is told: version, completions, man pages, colours.

use crate::cli::{command, whatif};
use std::process::Command;

const COMMANDS: [&str; 8] = ["run", "check", "verify", "fmt", "test", "watch", "completions", "man"];

/// In a repository the version names the commit.
#[test]
fn the_version_names_the_commit() {
    let version = whatif(&["--version"]).output;
    assert!(version.starts_with(concat!("whatif ", env!("CARGO_PKG_VERSION"))), "{version}");
    let here = env!("CARGO_MANIFEST_DIR");
    let git = |arguments: &[&str]| {
        let out = Command::new("git").args(arguments).current_dir(here).output().ok()?;
        Some(String::from_utf8(out.stdout).unwrap().trim().to_owned()).filter(|_| out.status.success())
    };
    match (git(&["rev-parse", "HEAD"]), git(&["rev-parse", "--show-toplevel"])) {
        (Some(commit), Some(top)) if std::path::Path::new(&top) == std::path::Path::new(here) => {
            let short = version.split(['(', ')']).nth(1).unwrap_or_default();
            assert!(short.len() >= 9 && commit.starts_with(short), "{version} at {commit}");
        }
        _ => assert!(!version.contains('('), "{version}"),
    }
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let run = whatif(&["completions", shell]);
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        for word in COMMANDS.iter().chain(&["accept", "steps"]) {
            assert!(run.output.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(whatif(&["completions", "tcsh"]).status, 2);
}

#[test]
fn man_pages_know_every_command() {
    let page = whatif(&["man"]).output;
    assert!(page.contains(".TH whatif 1"), "{page}");
    for name in COMMANDS {
        assert!(page.contains(&format!("whatif\\-{name}")), "{name} is not in {page}");
        let page = whatif(&["man", name]).output;
        assert!(page.contains(&format!(".TH whatif-{name} 1")) && page.contains("Examples"), "{page}");
    }
    let run = whatif(&["man", "fly"]);
    assert_eq!((run.status, run.output.as_str()), (2, ""));
    assert!(run.errors.contains("there is no command fly"), "{}", run.errors);
}

#[test]
fn an_option_outweighs_no_color() {
    let mut command = command(&["run", "--color", "always", "examples/churn.causal"]);
    let out = command.env("NO_COLOR", "1").output().unwrap();
    assert!(out.stdout.contains(&0x1b));
}
