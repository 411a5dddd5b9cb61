//! Sessions as transcripts: `tests/sessions/*.repl` hold what is typed and, behind `//|`, what is said.
//! `WHATIF_UPDATE=1` writes them.

use std::collections::BTreeMap;
use whatif::answer::Options;
use whatif::render::{Style, terminal};
use whatif::session::{self, Next, OUTPUT, Said, Session};
use whatif::source::Source;

/// Writes what is said behind the sign of output.
fn write(transcript: &mut String, said: Said) {
    let said = match said {
        Said::Document(document) => terminal(&document, &Style { unicode: false, ..Style::default() }),
        Said::Diagnostic(diagnostic) => {
            format!("{}: {diagnostic}\n{}\n", diagnostic.code, diagnostic.help.as_deref().unwrap_or(""))
        }
        Said::Text(text) => text,
        Said::Picture(picture) => whatif::draw::terminal(&picture, 80, true),
    };
    for line in said.lines() {
        transcript.push_str(format!("{OUTPUT} {line}").trim_end());
        transcript.push('\n');
    }
}

/// Enters each line; files are kept in memory.
fn replay(text: &str) -> String {
    let typed: Vec<&str> = text.lines().filter(|line| !line.starts_with(OUTPUT)).collect();
    let mut session = Session::new();
    let mut transcript = String::new();
    let mut files = BTreeMap::from([("wrong.causal".to_owned(), "graph { x -> }\n".to_owned())]);
    for line in session::lines(&typed.join("\n")) {
        transcript.push_str(line);
        transcript.push('\n');
        let mut say = |said| write(&mut transcript, said);
        match session.enter(line, &Options::default(), &mut say) {
            Next::Line => {}
            Next::Quit => break,
            Next::Load(path) => match files.get(&path) {
                Some(text) => drop(session.load(&Source::new(path, text.as_str()), &mut say)),
                None => say(Said::Text(format!("(no file {path})\n"))),
            },
            Next::Save { path, .. } => {
                files.insert(path.clone(), session.text().to_owned());
                session.saved(&path, &mut say);
            }
        }
    }
    transcript
}

#[test]
fn transcripts_read_as_they_stand() {
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sessions")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let seen = replay(&text);
        if std::env::var_os("WHATIF_UPDATE").is_some() {
            std::fs::write(&path, &seen).unwrap();
        } else {
            if seen != text {
                wrong.push(format!("{}:\n{seen}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// From a pipe an open bracket is told, and what follows is answered.
#[test]
fn an_open_bracket_in_a_pipe_takes_its_own_line() {
    let input = "x -> y\nP(y | do(x)\n\nP(y | x)\ngraph g {\n  a -> b\n\n  b -> c\n}\nP(c | do(a)\n:graph\nP(c | do(b";
    let run = crate::cli::with_input(&["repl"], input);
    assert_eq!(run.status, 0);
    assert_eq!(run.errors.matches("whatif::unclosed_bracket").count(), 3, "{}", run.errors);
    for seen in ["P(y | x)", "g: 3 variables, 2 edges.", "  b -> c\n}"] {
        assert!(run.output.contains(seen), "{seen}: {}", run.output);
    }
}

/// A file of another program is taken over as it is, and never written.
#[test]
fn other_programs_graphs_are_loaded() {
    let folder = crate::support::folder::Folder::new("repl-load");
    let dagitty =
        folder.write("a.txt", "dag {\nbb=\"0,0,1,1\"\nX [exposure,pos=\"0,1\"]\nY [outcome]\nZ -> X -> Y\nZ -> Y\n}\n");
    let dosearch = folder.write("b.R", "graph <- \"\n  x -> z\n  z -> y\n  x <-> y\n\"\n");
    let dot = folder.write("c.dot", "digraph { smoking -> tar -> cancer }\n");
    let input =
        format!(":load {dagitty}\nadjust P(Y | do(X))\n:load {dosearch}\nP(y | do(x))\n:load {dot}\n:save\n:show\n");
    let run = crate::cli::with_input(&["repl"], &input);
    // What stands around a graph in a script is said to be left out, and nothing else.
    assert_eq!((run.status, run.errors.matches("whatif::").count()), (0, 1), "{}", run.errors);
    assert!(run.errors.contains("whatif::not_carried_over"), "{}", run.errors);
    for seen in ["Adjustment", "sum_{x'}", "smoking -> tar", "Name a file"] {
        assert!(run.output.replace('Σ', "sum").contains(seen), "{seen}: {}", run.output);
    }
    assert!(folder.read("c.dot").starts_with("digraph"));
}
