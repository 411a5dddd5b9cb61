//! The sentences that go with an estimate from rows.

use super::super::{Estimate, Method};
use super::adjusted::Asked;
use super::nuisance::Propensity;
use super::sample::Sample;
use super::types::Interact;
use super::{Fault, Group, Work, among, overlap, propensities};

/// Why the treatment needs levels.
pub(super) const ACTED: &str = "the effect of a number is not estimated here";

impl Work<'_> {
    /// How the numbers came about, how alike the arms are, what to mind.
    pub(super) fn tell(&self, estimate: &mut Estimate, groups: &[Group], asked: &[Asked]) -> Result<(), Fault> {
        let Some(group) = groups.first() else { return Ok(()) };
        let sample = &group.sample;
        estimate.notes.push(self.covariates());
        let method = self.settings.method;
        if method != Method::Ipw {
            estimate.notes.push(self.outcome(sample));
        }
        if method != Method::Regression {
            estimate.notes.push(self.treatment(sample, group));
        }
        if method == Method::Aipw {
            estimate.notes.push(format!(
                "The models were fitted on {} of {} parts of the rows in turn, and used on the part left out; the number is \
                 right where either of them is",
                self.settings.folds - 1,
                self.settings.folds
            ));
        }
        if let Some(arm) = group.targets.first().and_then(|target| target.among) {
            estimate.notes.push(among::whom(&sample.treatment, &sample.arms[arm], self.settings.among));
        }
        // Where weighting could be done nothing can go wrong here; a regression may do without.
        let chances = match propensities(group) {
            Ok(chances) => chances,
            Err(Fault::Reason(why)) if method == Method::Regression => {
                estimate.warnings.push(format!("{why}; so how alike the arms are is not known"));
                return Ok(());
            }
            Err(fault) => return Err(fault),
        };
        let found = overlap::look(sample, &chances, group.targets.first().and_then(|target| target.among));
        estimate.overlap = Some(found.overlap);
        estimate.notes.extend(found.notes);
        estimate.warnings.extend(found.warnings);
        if asked.iter().any(|mean| mean.event.is_none()) && sample.event {
            estimate.notes.push(format!("The outcome {} is 0 or 1, so its mean is a probability", sample.called));
        }
        Ok(())
    }

    /// What is adjusted for, and as what.
    fn covariates(&self) -> String {
        let names: Vec<String> = self.adjusted.set.iter().map(|var| self.name(*var)).collect();
        let is_number = |name: &&String| self.rows.variable(name).is_some_and(|variable| variable.levels.is_none());
        let (numbers, levels): (Vec<&String>, Vec<&String>) = names.iter().partition(is_number);
        let list = |names: &[&String]| and(names.iter().map(|name| name.as_str()));
        match (numbers.is_empty(), levels.is_empty()) {
            (true, true) => "Nothing has to be adjusted for".to_owned(),
            (false, true) => format!("Adjusted for {}, as numbers with their squares", list(&numbers)),
            (true, false) => format!("Adjusted for {}, by their levels", list(&levels)),
            (false, false) => format!(
                "Adjusted for {} as numbers with their squares, and for {} by their levels",
                list(&numbers),
                list(&levels)
            ),
        }
    }

    fn outcome(&self, sample: &Sample) -> String {
        let kind = if sample.event { "logistic" } else { "linear" };
        match &self.settings.interact {
            Interact::All => format!(
                "The outcome {} is predicted by a {kind} regression of its own for each value of {}",
                sample.called, sample.treatment
            ),
            Interact::Only(names) if names.is_empty() => format!(
                "The outcome {} is predicted by one {kind} regression, in which {} adds the same for everybody",
                sample.called, sample.treatment
            ),
            Interact::Only(names) => format!(
                "The outcome {} is predicted by one {kind} regression, in which what {} adds depends on {} (not on the square)",
                sample.called,
                sample.treatment,
                and(names.iter().map(String::as_str))
            ),
        }
    }

    fn treatment(&self, sample: &Sample, group: &Group) -> String {
        let several = if sample.arms.len() > 2 { ", for each value against all others" } else { "" };
        let weights = match (self.settings.method, self.settings.known_propensity) {
            (Method::Ipw, true) => "; the interval takes these chances as known, which makes it wider",
            (Method::Ipw, false) => "; the interval knows that these chances are estimated",
            _ => "",
        };
        format!("The chance of {} is predicted by a logistic regression{several}{weights}", named(sample, group))
    }
}

/// To whom a number applies after trimming.
pub(super) fn trimmed(sample: &Sample, chances: &[Propensity], least: f64) -> String {
    let arms: Vec<String> = chances.iter().map(|model| sample.arm_name(model.arm)).collect();
    format!("those whose chance of {} was between {least} and {}", arms.join(" and of "), 1.0 - least)
}

/// What a bootstrap could not do.
pub(super) fn undefined(undefined: usize, replicates: usize, fair: bool) -> String {
    let then = if fair { "they are left out" } else { "that is too many, so intervals are from the standard error" };
    format!("in {undefined} of {replicates} bootstrap replicates a model could not be fitted; {then}")
}

/// a, b and c
fn and<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let all: Vec<&str> = names.collect();
    match all.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `qsmk = 1 and of qsmk = 0`
fn named(sample: &Sample, group: &Group) -> String {
    let mut names: Vec<String> = group.targets.iter().map(|target| sample.arm_name(target.arm)).collect();
    names.dedup();
    names.join(" and of ")
}
