//! What a file's own `estimate` and `refute` lines come to, for whoever shows a whole file.

use super::continuous::{Continuous, How};
use super::estimate::{Found, Method, Reading, Table, estimates, plan};
use super::refute::{Told, refutations};
use super::{status, threads};
use std::num::NonZeroUsize;
use std::path::Path;
use whatif::answer::{self, Answer, Prover};
use whatif::estimate::Options;
use whatif::estimate::refute::{Refutation, Verdict};
use whatif::problem::Problem;
use whatif::render::{self, Document};
use whatif::source::Diagnostic;

/// The numbers of a file and the attempts to refute them.
#[derive(Default)]
pub struct Measured {
    /// One for each `estimate` line, in order.
    pub estimates: Vec<Found>,
    /// What its `refute` lines came to.
    pub refuted: Told,
    /// What is wrong with the data, or odd.
    pub diagnostics: Vec<Diagnostic>,
}

/// Does what the lines ask for; nothing where there are none. Of the answers that are there already none is sought again.
pub fn measured(path: &Path, problem: &Problem, answers: &[Answer], jobs: Option<NonZeroUsize>) -> Measured {
    let mut found = Measured::default();
    if problem.tasks.is_empty() {
        return found;
    }
    let mut reading = Reading { jobs, ..Reading::default() };
    if let Err(faults) = threads::with(jobs, || found.fill(path, problem, answers, &mut reading)) {
        found.diagnostics.extend(faults);
    }
    // The estimate and the attempts to refute it read the same table, and notice the same.
    for warning in reading.warnings {
        if !found.diagnostics.iter().any(|one| one.code == warning.code && one.message == warning.message) {
            found.diagnostics.push(warning);
        }
    }
    found
}

impl Measured {
    fn fill(
        &mut self,
        path: &Path,
        problem: &Problem,
        answers: &[Answer],
        reading: &mut Reading,
    ) -> Result<(), Vec<Diagnostic>> {
        let has = |refute| problem.tasks.iter().any(|task| task.refute == refute);
        let table = Table::default();
        let options = Options::default();
        if has(false) {
            let plan = plan(path, &table, problem, None, false)?;
            let prover = Prover::new(problem).map_err(|fault| vec![fault])?;
            let answered = |index: usize| {
                let known = answers.iter().find(|answer| answer.id == index + 1);
                known.cloned().unwrap_or_else(|| prover.answer(index, &answer::Options::default()))
            };
            let continuous = Continuous::default();
            let how = How { method: Method::Auto, continuous: &continuous, jobs: reading.jobs };
            self.estimates = estimates(problem, &plan, how, &options, reading, &answered)?;
        }
        if has(true) {
            let plan = plan(path, &table, problem, None, true)?;
            self.refuted = refutations(problem, &plan, false, &options, reading)?;
        }
        Ok(())
    }

    /// Whether an attempt to refute succeeded, or the data could not be read.
    pub fn status(&self) -> u8 {
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            status::INPUT
        } else if self.refuted.iter().flat_map(|(_, all)| all).any(|one| one.verdict == Verdict::Failed) {
            status::OTHERWISE
        } else {
            status::FINE
        }
    }

    /// What a person is told: numbers first, then what was tried against them.
    pub fn document(&self, problem: &Problem) -> Document {
        let mut page = Document::default();
        for found in &self.estimates {
            page.append(render::estimate(problem, &found.answer, &found.estimate));
        }
        page.append(self.refutations());
        page
    }

    /// The attempts to refute.
    pub fn refutations(&self) -> Document {
        let mut page = Document::default();
        for (about, all) in &self.refuted {
            page.append(render::refutations(about, all));
        }
        page
    }

    /// The attempts that succeeded, and nothing else.
    pub fn failures(&self) -> Document {
        let mut page = Document::default();
        for (about, all) in &self.refuted {
            let failed: Vec<Refutation> = all.iter().filter(|one| one.verdict == Verdict::Failed).cloned().collect();
            if !failed.is_empty() {
                page.append(render::refutations(about, &failed));
            }
        }
        page
    }
}
