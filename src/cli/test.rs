//! `whatif test`: files with the answers they gave before, and with what they expect.

use super::args::Test;
use super::difference;
use super::input;
use super::junit;
use super::measured::measured;
use super::output::{Output, Progress};
use super::run;
use super::{status, threads};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Instant;
use whatif::render;
use whatif::source::Diagnostic;
use whatif::testing::{self, Report};

/// The first line of a snapshot, by which it is told from the files of other programs.
const HEADER: &str = "# What `whatif test` compares; `whatif test --accept` writes it.";

/// What came of a file.
pub struct Outcome {
    pub path: PathBuf,
    pub seconds: f64,
    pub result: Result<Tested, Vec<Diagnostic>>,
}

/// A file without errors.
pub struct Tested {
    pub report: Report,
    /// Where its snapshot is.
    pub snapshot: PathBuf,
    pub answers: Answers,
}

/// How the answers compare with the snapshot.
#[derive(PartialEq, Eq)]
pub enum Answers {
    /// Nothing is asked, and no snapshot is there.
    NotAsked,
    Same,
    /// No snapshot is there; what it would say.
    New(String),
    /// What the snapshot says, and what it would say now.
    Other(String, String),
    /// They were new or others, and have been written.
    Accepted,
}

impl Outcome {
    /// Tests that passed and tests that failed.
    pub fn count(&self) -> (usize, usize) {
        let Ok(tested) = &self.result else { return (0, 1) };
        let held = tested.report.expected.iter().filter(|expected| expected.holds == Some(true)).count();
        let failed = tested.report.expected.len() - held;
        match tested.answers {
            Answers::NotAsked => (held, failed),
            Answers::Same | Answers::Accepted => (held + 1, failed),
            Answers::New(_) | Answers::Other(..) => (held, failed + 1),
        }
    }

    fn status(&self) -> u8 {
        match &self.result {
            Err(_) => status::INPUT,
            // A proof that does not hold is an answer like another here; what the run makes of it does not count.
            Ok(tested) if run::status(&tested.report.answers, &tested.report.expected) == status::REFUSED => {
                status::REFUSED
            }
            Ok(_) if self.count().1 > 0 => status::OTHERWISE,
            Ok(_) => status::FINE,
        }
    }
}

/// Tests files and folders, and says what failed and how much passed.
pub fn test(args: &Test, output: &mut Output) -> u8 {
    let mut found = Found::default();
    for path in &args.paths {
        if let Err(error) = found.look(path) {
            output.diagnostic(&input::unreadable(&path.display().to_string(), &error));
            found.unreadable = true;
        }
    }
    let wanted = |path: &&PathBuf| args.filter.as_ref().is_none_or(|part| path.display().to_string().contains(part));
    let files: Vec<PathBuf> = found.files.iter().filter(wanted).cloned().collect();
    let progress = Progress::new(files.len());
    let mut outcomes: Vec<Outcome> = threads::map(args.jobs, files.len(), |index| {
        let outcome = one(&files[index]);
        progress.step();
        outcome
    });
    progress.end();
    let mut worst = if found.unreadable { status::INPUT } else { status::FINE };
    for outcome in &mut outcomes {
        if args.accept && !accept(outcome, output) {
            worst = status::INPUT;
        }
        tell(outcome, args, output);
    }
    for snapshot in found.strays() {
        output.remark(&format!("note: {} belongs to no file; remove it if its file is gone", snapshot.display()));
    }
    if let Some(path) = &args.junit
        && let Err(error) = std::fs::write(path, junit::report(&outcomes))
    {
        output.diagnostic(&input::unwritable(&path.display().to_string(), &error));
        worst = status::INPUT;
    }
    summary(&outcomes, args, output);
    if outcomes.is_empty() {
        return status::INPUT;
    }
    outcomes.iter().map(Outcome::status).max().unwrap_or(status::FINE).max(worst)
}

fn one(path: &Path) -> Outcome {
    let start = Instant::now();
    let result = input::read(path).map_err(|diagnostic| vec![diagnostic]).and_then(|source| {
        let report = testing::test(&source)?;
        let snapshot = path.with_extension("snap");
        // Numbers are rounded to two digits of their standard error, so that machines do not differ in them.
        let measured = measured(path, &report.problem, &report.answers, None);
        if measured.status() == status::INPUT {
            return Err(measured.diagnostics);
        }
        let answers = report.text_with(measured.document(&report.problem));
        let now = if answers.is_empty() { answers } else { format!("{HEADER}\n\n{answers}") };
        let answers = match input::read(&snapshot) {
            Ok(before) if before.text() == now => Answers::Same,
            Ok(before) => Answers::Other(before.text().to_owned(), now),
            Err(_) if snapshot.exists() => {
                return Err(vec![input::unreadable_snapshot(&snapshot.display().to_string())]);
            }
            Err(_) if now.is_empty() => Answers::NotAsked,
            Err(_) => Answers::New(now),
        };
        Ok(Tested { report, snapshot, answers })
    });
    Outcome { path: path.to_owned(), seconds: start.elapsed().as_secs_f64(), result }
}

/// Writes the snapshot of a file whose answers are new; false where that fails.
fn accept(outcome: &mut Outcome, output: &mut Output) -> bool {
    let Ok(tested) = &mut outcome.result else { return true };
    let (Answers::New(now) | Answers::Other(_, now)) = &tested.answers else { return true };
    let done =
        if now.is_empty() { std::fs::remove_file(&tested.snapshot) } else { std::fs::write(&tested.snapshot, now) };
    if let Err(error) = done {
        output.diagnostic(&input::unwritable(&tested.snapshot.display().to_string(), &error));
        return false;
    }
    tested.answers = Answers::Accepted;
    true
}

/// Says what failed in a file, and what was written.
fn tell(outcome: &Outcome, args: &Test, output: &mut Output) {
    let name = outcome.path.display();
    let tested = match &outcome.result {
        Ok(tested) => tested,
        Err(diagnostics) => {
            output.text(&format!("FAILED  {name}: it has errors\n"));
            for diagnostic in diagnostics {
                output.diagnostic(diagnostic);
            }
            return;
        }
    };
    if tested.answers == Answers::Accepted {
        output.text(&format!("{}: written\n", tested.snapshot.display()));
    }
    if outcome.count().1 == 0 {
        return;
    }
    let held = tested.report.expected.iter().all(|expected| expected.holds == Some(true));
    let new = matches!(tested.answers, Answers::New(_));
    let what = if new { format!(": no {} yet to compare with", tested.snapshot.display()) } else { String::new() };
    output.text(&format!("FAILED  {name}{what}\n{}", if new && held { "" } else { "\n" }));
    match &tested.answers {
        Answers::Other(before, now) => {
            output.text(&format!("  The answers are not those in {} (-) any more:\n\n", tested.snapshot.display()));
            let difference = difference::lines(before, now, output.colour());
            output.text(&difference);
            output.text("\n");
        }
        Answers::NotAsked | Answers::Same | Answers::New(_) | Answers::Accepted => {}
    }
    if !held {
        output.document(&render::expectations(&tested.report.problem, &tested.report.expected));
        output.text("\n");
    }
    if args.accept && !held {
        output.text("  An expectation is not accepted: mend the file, or what it expects.\n\n");
    }
}

fn summary(outcomes: &[Outcome], args: &Test, output: &mut Output) {
    if outcomes.is_empty() {
        let part = args.filter.as_ref().map(|part| format!(" with {part} in its path")).unwrap_or_default();
        output.remark(&format!("nothing to test: no .causal file{part} here"));
        return;
    }
    let (passed, failed) =
        outcomes.iter().map(Outcome::count).fold((0, 0), |(passed, failed), (p, f)| (passed + p, failed + f));
    let files = format!("{} file{}", outcomes.len(), if outcomes.len() == 1 { "" } else { "s" });
    output.text(&format!("{files}: {passed} passed, {failed} failed\n"));
    let false_proofs = outcomes.iter().filter(|outcome| {
        outcome
            .result
            .as_ref()
            .is_ok_and(|tested| run::status(&tested.report.answers, &[]) == status::OTHERWISE && outcome.count().1 == 0)
    });
    for outcome in false_proofs {
        output.remark(&format!("note: a proof in {} does not hold, as its snapshot says", outcome.path.display()));
    }
    let new = outcomes.iter().any(|outcome| {
        outcome.result.as_ref().is_ok_and(|tested| matches!(tested.answers, Answers::New(_) | Answers::Other(..)))
    });
    if new && !args.accept {
        output.text("If the answers are right as they are now, --accept keeps them.\n");
    }
}

/// The files below some paths.
#[derive(Default)]
struct Found {
    files: BTreeSet<PathBuf>,
    snapshots: BTreeSet<PathBuf>,
    unreadable: bool,
}

impl Found {
    /// Takes a file as it is, and of a folder what is in it; hidden folders, links to folders and `target` left out.
    fn look(&mut self, path: &Path) -> std::io::Result<()> {
        if !std::fs::metadata(path)?.is_dir() {
            self.files.insert(path.to_owned());
            return Ok(());
        }
        let mut waiting = vec![path.to_owned()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let name = entry.file_name();
                let hidden = name.to_string_lossy().starts_with('.');
                // `./examples` is `examples`.
                let path = if folder.as_os_str() == "." { PathBuf::from(&name) } else { entry.path() };
                if kind.is_dir() {
                    if !hidden && name != "target" {
                        waiting.push(path);
                    }
                } else if path.extension().is_some_and(|extension| extension == "causal") {
                    self.files.insert(path);
                } else if path.extension().is_some_and(|extension| extension == "snap") {
                    self.snapshots.insert(path);
                }
            }
        }
        Ok(())
    }

    /// Snapshots of ours beside no file.
    fn strays(&self) -> impl Iterator<Item = &PathBuf> {
        let ours = |path: &Path| {
            let mut start = Vec::new();
            let read = std::fs::File::open(path).and_then(|file| file.take(200).read_to_end(&mut start));
            read.is_ok() && start.starts_with(HEADER.as_bytes())
        };
        self.snapshots.iter().filter(move |path| !path.with_extension("causal").exists() && ours(path))
    }
}
