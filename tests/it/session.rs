//! Sessions as transcripts: `tests/sessions/*.repl` hold what is typed and, behind `//|`, what is said.
//! `WHATIF_UPDATE=1` writes them.

use whatif::answer::Options;
use whatif::render::{Style, terminal};
use whatif::session::{self, OUTPUT, Said, Session};

fn replay(text: &str) -> String {
    let typed: Vec<&str> = text.lines().filter(|line| !line.starts_with(OUTPUT)).collect();
    let mut session = Session::new();
    let mut transcript = String::new();
    for line in session::lines(&typed.join("\n")) {
        transcript.push_str(line);
        transcript.push('\n');
        session.enter(line, &Options::default(), &mut |said| {
            let said = match said {
                Said::Document(document) => terminal(&document, &Style { unicode: false, ..Style::default() }),
                Said::Diagnostic(diagnostic) => {
                    format!("{}: {diagnostic}\n{}\n", diagnostic.code, diagnostic.help.as_deref().unwrap_or(""))
                }
                Said::Text(text) => text,
            };
            for line in said.lines() {
                transcript.push_str(format!("{OUTPUT} {line}").trim_end());
                transcript.push('\n');
            }
        });
    }
    transcript
}

#[test]
fn transcripts_read_as_they_stand() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sessions")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let seen = replay(&text);
        if std::env::var_os("WHATIF_UPDATE").is_some() {
            std::fs::write(&path, &seen).unwrap();
        } else {
            assert_eq!(seen, text, "{}", path.display());
        }
    }
}
