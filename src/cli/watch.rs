//! `whatif watch`: answers again when a file changes, and shows what became different.
//!
//! Files are looked at five times a second. A library that is told of changes by the system needs eight crates more and
//! a way of its own for each system, misses changes on network drives, and follows a name to the file that an editor
//! has just replaced; a person does not notice a fifth of a second.

use super::args::Watch;
use super::difference;
use super::input;
use super::output::Output;
use super::run;
use super::status;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use whatif::render::{self, Steps};
use whatif::source::Diagnostic;
use whatif::testing::{self, Report};

const INTERVAL: Duration = Duration::from_millis(200);
/// A file that is not there so often in a row has not just been replaced.
const LONG_GONE: u32 = 5;

/// A file as it was last seen.
struct Watched<'a> {
    path: &'a PathBuf,
    stamp: Option<(SystemTime, u64)>,
    /// How often in a row it was not there.
    missing: u32,
    text: Option<String>,
    /// Each question and expectation with what came of it; none while the file has errors.
    seen: Option<Vec<Seen>>,
    status: u8,
}

struct Seen {
    question: String,
    outcome: String,
}

/// Watches until it is interrupted, or for a number of rounds.
pub fn watch(args: &Watch, output: &mut Output) -> u8 {
    let mut files: Vec<Watched<'_>> = args
        .files
        .iter()
        .map(|path| Watched { path, stamp: None, missing: 0, text: None, seen: None, status: status::FINE })
        .collect();
    let mut rounds = 0;
    loop {
        let mut changed = false;
        for file in &mut files {
            changed |= file.look(output, rounds == 0);
        }
        if changed || rounds == 0 {
            if rounds == 0 {
                output.remark("watching; Ctrl-C ends");
            }
            rounds += 1;
            if args.rounds.is_some_and(|most| rounds >= most) {
                return files.iter().map(|file| file.status).max().unwrap_or(status::FINE);
            }
        }
        if output.is_closed() {
            return status::FINE;
        }
        std::thread::sleep(INTERVAL);
    }
}

impl Watched<'_> {
    /// Looks whether the file has changed, and shows what is different; whether it has.
    fn look(&mut self, output: &mut Output, first: bool) -> bool {
        let stamp = std::fs::metadata(self.path).and_then(|data| Ok((data.modified()?, data.len()))).ok();
        if !first && stamp.is_none() {
            // It is being replaced, most likely.
            self.missing += 1;
            if self.missing == LONG_GONE {
                output.text(&format!("{} is gone; it is answered again when it is back\n", self.path.display()));
            }
            return false;
        }
        if std::mem::take(&mut self.missing) >= LONG_GONE {
            output.text(&format!("{} is back\n", self.path.display()));
        }
        if !first && stamp == self.stamp {
            return false;
        }
        self.stamp = stamp;
        let report = match input::read(self.path) {
            Ok(source) => {
                if self.text.as_deref() == Some(source.text()) {
                    return false;
                }
                self.text = Some(source.text().to_owned());
                testing::test(&source)
            }
            Err(diagnostic) => Err(vec![diagnostic]),
        };
        match report {
            Ok(report) => self.tell(&report, output),
            Err(diagnostics) => self.refuse(&diagnostics, output),
        }
        true
    }

    fn refuse(&mut self, diagnostics: &[Diagnostic], output: &mut Output) {
        output.text(&format!("{} has errors\n", self.path.display()));
        for diagnostic in diagnostics {
            output.diagnostic(diagnostic);
        }
        self.status = status::INPUT;
    }

    fn tell(&mut self, report: &Report, output: &mut Output) {
        let had_errors = std::mem::replace(&mut self.status, run::status(&report.answers, &report.expected));
        let had_errors = had_errors == status::INPUT;
        let mut now = Vec::new();
        for answer in &report.answers {
            let text = report.answer_text(answer);
            let (question, outcome) = text.split_once('\n').unwrap_or((&text, ""));
            now.push(Seen { question: question.to_owned(), outcome: outcome.to_owned() });
        }
        for expected in &report.expected {
            let why = expected.reason.as_deref().unwrap_or_default();
            now.push(Seen {
                question: expected.text.clone(),
                outcome: match expected.holds {
                    Some(true) => "  Holds.\n".to_owned(),
                    Some(false) => format!("  Expected otherwise: {why}\n"),
                    None => format!("  Not confirmed: {why}\n"),
                },
            });
        }
        let Some(mut before) = self.seen.take() else {
            for answer in &report.answers {
                output.document(&render::document(&report.problem, answer, Steps::None));
                output.text("\n");
            }
            output.document(&render::expectations(&report.problem, &report.expected));
            self.seen = Some(now);
            return;
        };
        let mut page = String::new();
        for seen in &now {
            match before.iter().position(|old| old.question == seen.question) {
                Some(at) => {
                    let old = before.remove(at);
                    if old.outcome != seen.outcome {
                        page.push_str(&format!("\n{}\n{}", seen.question, change(&old.outcome, &seen.outcome, output)));
                    }
                }
                None => page.push_str(&format!("\n{}  (new)\n{}", seen.question, seen.outcome)),
            }
        }
        for gone in &before {
            page.push_str(&format!("\n{}  (no longer asked)\n", gone.question));
        }
        let name = self.path.display();
        output.text(&match (page.is_empty(), had_errors) {
            (true, false) => format!("{name}: no answer is different\n"),
            (true, true) => format!("{name} has no errors any more; no answer is different\n"),
            (false, _) => format!("{name} has changed:\n{page}\n"),
        });
        self.seen = Some(now);
    }
}

/// What became of an outcome: all of it where the verdict is another, with the old verdict above; the lines that differ
/// where it is the same.
fn change(old: &str, new: &str, output: &Output) -> String {
    let verdict = |outcome: &str| {
        let first = outcome.lines().next().unwrap_or_default().trim();
        let end = first.find([':', '.', ',']).unwrap_or(first.len());
        first.get(..end).unwrap_or(first).to_owned()
    };
    if verdict(old) == verdict(new) {
        return difference::lines(old, new, output.colour());
    }
    format!("  Before: {}. Now:\n{new}", verdict(old))
}
