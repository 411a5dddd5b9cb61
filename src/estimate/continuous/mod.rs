//! Estimates where covariates are numbers: from rows, by regression, by weighting, or by both.
//!
//! In: an answer whose certified estimand is an adjustment – the kernel says so, see `adjusted` – and [`Rows`]. Out: the
//! same [`Estimate`] as from counts, with what its models assume. Must never know: the graph beyond what is certified.
//!
//! The means that a question is made of are estimated, each with its influence function; the question's value is a function
//! of them, and its standard error follows by the delta method.

mod adjusted;
mod among;
mod design;
pub mod glm;
mod iv;
pub mod linear;
mod means;
mod nuisance;
mod overlap;
mod partial;
mod propose;
mod sample;
#[cfg(test)]
mod tests;
mod told;
mod types;

pub use among::from_counts;
pub use iv::{Instrument, estimate_iv, instrument, unidentified};
pub use propose::{bins, bins_of_counts};
pub use types::{Among, Interact, Settings};

use super::{Estimand, Estimate, Number, Options, Resampled, UNDEFINED, bootstrap, identified, interval};
use crate::answer::Answer;
use crate::data::{Rows, Variable};
use crate::expr::{Ref, Var};
use crate::graph::Node;
use crate::problem::Problem;
use crate::source::Diagnostic;
use crate::syntax::print;
pub(super) use adjusted::Adjusted;
use adjusted::{Asked, Form};
use design::Design;
use means::{Mean, Target};
use nuisance::Propensity;
pub(super) use partial::{Covariate, regression};
use sample::Sample;
use std::sync::Arc;

/// Numbers asked for at once, at most.
const MOST_NUMBERS: usize = 1_000;
/// Products of numbers that an estimate with its bootstrap may take, at most.
const MOST_WORK: f64 = 2e12;

/// What is adjusted for, where the answer's estimand is an adjustment; else why it is none.
///
/// # Errors
/// A sentence that says why not.
pub fn covariates(answer: &Answer) -> Result<Vec<String>, String> {
    let adjusted = adjusted(answer)?;
    Ok(adjusted.set.iter().map(|var| name(answer, *var)).collect())
}

pub(super) fn adjusted(answer: &Answer) -> Result<Adjusted, String> {
    let found = identified(answer).ok_or("there is no estimand")?;
    let estimand = Estimand::new(&answer.arena, &found.checked).ok_or("the formula has actions in it")?;
    Adjusted::new(estimand, &found.checked)
}

fn name(answer: &Answer, var: Var) -> String {
    answer.graph.name(Node::new(var.index())).to_owned()
}

/// What stands in the way of a number.
enum Fault {
    /// A sentence for the reader; no number.
    Reason(String),
    /// A mistake in the question.
    Wrong(Box<Diagnostic>),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Reason(reason)
    }
}

/// Estimates an adjustment from rows.
///
/// O(rows × columns² × steps of the models), times the replicates of a bootstrap.
///
/// # Errors
/// A level that the question names and the data lack.
pub fn estimate(
    problem: &Problem,
    answer: &Answer,
    rows: &Rows,
    options: &Options,
    settings: &Settings,
) -> Result<Estimate, Box<Diagnostic>> {
    let mut estimate = Estimate { method: settings.method, rows: rows.count() as u64, ..super::begin(answer, options) };
    estimate.used = estimate.rows;
    let adjusted = adjusted(answer).map_err(|why| {
        // What only its mean is needed of can stay a number.
        let summed = super::needs(answer).and_then(|needs| needs.numeric);
        let numbers = rows.variables.iter().filter(|v| v.levels.is_none() && Some(&v.name) != summed.as_ref());
        let cut: Vec<String> = numbers.map(propose::option).collect();
        let cut =
            if cut.is_empty() { String::new() } else { format!(", with numbers cut into bins: {}", cut.join(" ")) };
        Fault::Reason(format!("{why}; --method plug-in takes any formula{cut}"))
    });
    let done = adjusted.and_then(|adjusted| {
        let work = Work { problem, answer, rows, options, settings, adjusted };
        work.fill(&mut estimate)
    });
    match done {
        Ok(()) => Ok(estimate),
        Err(Fault::Wrong(diagnostic)) => Err(diagnostic),
        Err(Fault::Reason(reason)) => {
            estimate.numbers.clear();
            estimate.reason = Some(reason);
            Ok(estimate)
        }
    }
}

struct Work<'a> {
    problem: &'a Problem,
    answer: &'a Answer,
    rows: &'a Rows,
    options: &'a Options,
    settings: &'a Settings,
    adjusted: Adjusted,
}

/// Means of one outcome in one part of the rows: they have their models in common.
struct Group {
    /// One of the means.
    about: Asked,
    /// The means, by position among those asked for.
    means: Vec<usize>,
    targets: Vec<Target>,
    /// The rows, by position in the table.
    which: Vec<usize>,
    sample: Sample,
}

impl Work<'_> {
    fn name(&self, var: Var) -> String {
        name(self.answer, var)
    }

    fn variable(&self, var: Var) -> Result<&Variable, Fault> {
        let name = self.name(var);
        self.rows.variable(&name).ok_or_else(|| Fault::Reason(format!("{name} was not read")))
    }

    /// The levels of a variable that needs some.
    fn levels(&self, var: Var, what: &str) -> Result<&[String], Fault> {
        let variable = self.variable(var)?;
        variable.levels.as_deref().ok_or_else(|| {
            Fault::Reason(format!(
                "{} is a number without levels or bins, and {what}; cut it into bins, for example {}",
                variable.name,
                propose::option(variable)
            ))
        })
    }

    /// The position of a level, letter by letter or as the same number.
    fn level(&self, var: Var, value: &str, what: &str) -> Result<usize, Fault> {
        let levels = self.levels(var, what)?;
        let number = value.parse::<f64>().ok();
        let same = |level: &String| level == value || number.is_some_and(|number| level.parse() == Ok(number));
        levels.iter().position(same).ok_or_else(|| {
            Fault::Wrong(Box::new(super::no_such_level(self.problem, self.answer, &self.name(var), value, levels)))
        })
    }

    fn fill(&self, estimate: &mut Estimate) -> Result<(), Fault> {
        let Adjusted { arena, query, set, .. } = &self.adjusted;
        if let Interact::Only(names) = &self.settings.interact
            && let Some(strange) = names.iter().find(|name| set.iter().all(|var| self.name(*var) != **name))
        {
            let known: Vec<String> = set.iter().map(|var| self.name(*var)).collect();
            return Err(Fault::Reason(format!(
                "--interact names {strange}, which is not adjusted for; what is: {}",
                known.join(", ")
            )));
        }
        if self.options.empty != super::Empty::Refuse {
            estimate.warnings.push(
                "--smooth and --overlap are about counts and did nothing here; --trim restricts the population"
                    .to_owned(),
            );
        }
        let over = arena.free(*query).to_vec();
        estimate.slots = over.iter().map(|r| print::name(&self.name(r.var)) + &super::primes(*r)).collect();
        let places = self.places(&over)?;
        let mut asked = Vec::new();
        let mut forms = Vec::new();
        for place in &places {
            let at = |reference: Ref| over.iter().position(|own| *own == reference).map(|slot| place[slot].clone());
            forms.push(Form::read(arena, *query, &at, &mut asked)?);
        }
        let mut groups = self.groups(&asked)?;
        if let Some(least) = self.settings.trim {
            self.trim(&mut groups, least, estimate)?;
        }
        estimate.used = groups.iter().map(|group| group.sample.repeats.iter().sum::<f64>() as u64).max().unwrap_or(0);
        self.affordable(&groups)?;
        let seen = self.naive(&groups, asked.len());
        let found = self.means(&groups, asked.len())?;
        let resampled = self.bootstrap(&groups, asked.len(), &forms);
        let fair = resampled.as_ref().filter(|all| all.undefined * UNDEFINED <= self.options.bootstrap);
        let scale = interval::Scale::of(arena, *query);
        let values: Vec<f64> = found.iter().map(|(mean, _)| mean.value).collect();
        for (at, form) in forms.iter().enumerate() {
            let (value, slope) = form.value(&values);
            let se = self.spread(&groups, &found, &slope);
            let interval = match fair {
                Some(all) => interval::percentile(all.of(at), self.options.level),
                None => scale.interval(value, se, self.options.level),
            };
            let finite = |number: f64| Some(number).filter(|number| number.is_finite());
            let naive = finite(form.value(&seen).0);
            let number = Number { at: places[at].clone(), value: finite(value), se: finite(se), interval, naive };
            estimate.numbers.push(number);
        }
        if let Some(all) = &resampled {
            estimate.resampled = Some(Resampled { replicates: self.options.bootstrap, undefined: all.undefined });
            if all.undefined > 0 {
                estimate.warnings.push(told::undefined(all.undefined, self.options.bootstrap, fair.is_some()));
            }
        }
        self.tell(estimate, &groups, &asked)
    }

    /// Every combination of the levels left free.
    fn places(&self, over: &[Ref]) -> Result<Vec<Vec<String>>, Fault> {
        let mut places = vec![Vec::new()];
        for reference in over {
            let levels = self.levels(reference.var, "the question leaves it open")?;
            let longer = places.iter().flat_map(|place: &Vec<String>| {
                levels.iter().map(move |level| place.iter().cloned().chain([level.clone()]).collect())
            });
            places = longer.collect();
            if places.len() > MOST_NUMBERS {
                return Err(Fault::Reason(format!(
                    "the question asks for more than {MOST_NUMBERS} numbers at once; fix some values in it"
                )));
            }
        }
        Ok(places)
    }

    /// The means asked for, those with the same models together.
    fn groups(&self, asked: &[Asked]) -> Result<Vec<Group>, Fault> {
        let among = among::named(self.settings.among, asked)?;
        let among = match among {
            Some(value) => {
                among::certify(self.answer, &self.adjusted, asked)?;
                Some(self.level(self.adjusted.treatment, &value, told::ACTED)?)
            }
            None => None,
        };
        let mut groups: Vec<(Asked, Group)> = Vec::new();
        for (position, mean) in asked.iter().enumerate() {
            let arm = self.level(self.adjusted.treatment, &mean.treatment, told::ACTED)?;
            let target = Target { arm, among };
            let key = Asked { treatment: String::new(), ..mean.clone() };
            match groups.iter_mut().find(|(own, _)| *own == key) {
                Some((_, group)) => {
                    group.means.push(position);
                    group.targets.push(target);
                }
                None => {
                    let which = self.which(mean)?;
                    let sample = self.sample(mean, &which)?;
                    let (means, targets) = (vec![position], vec![target]);
                    groups.push((key, Group { about: mean.clone(), means, targets, which, sample }));
                }
            }
        }
        let groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
        for group in &groups {
            for target in &group.targets {
                for arm in std::iter::once(target.arm).chain(target.among) {
                    if !group.sample.arm.contains(&arm) {
                        let name = group.sample.arm_name(arm);
                        return Err(Fault::Reason(format!("no row that is asked about has {name}")));
                    }
                }
            }
        }
        Ok(groups)
    }

    /// The rows that meet a question's conditions.
    fn which(&self, mean: &Asked) -> Result<Vec<usize>, Fault> {
        let mut which: Vec<usize> = (0..self.rows.len()).collect();
        for (var, value) in &mean.given {
            let level = self.level(*var, value, "the question has a condition on it")? as f64;
            let values = &self.variable(*var)?.values;
            which.retain(|row| values[*row] == level);
        }
        if which.is_empty() {
            return Err(Fault::Reason("no row meets the conditions of the question".to_owned()));
        }
        Ok(which)
    }

    fn sample(&self, mean: &Asked, which: &[usize]) -> Result<Sample, Fault> {
        let treatment = self.variable(self.adjusted.treatment)?;
        let arms = self.levels(self.adjusted.treatment, told::ACTED)?.to_vec();
        let outcome = self.variable(mean.outcome)?;
        let column: Vec<f64> = match (&mean.event, &outcome.levels) {
            (Some(value), _) => {
                let level = self.level(mean.outcome, value, "its probability is asked for")? as f64;
                which.iter().map(|&row| f64::from(outcome.values[row] == level)).collect()
            }
            (None, None) => which.iter().map(|&row| outcome.values[row]).collect(),
            (None, Some(levels)) => {
                let numbers = levels.iter().map(|level| {
                    level.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(|| {
                        Fault::Wrong(Box::new(super::level_no_number(self.problem, self.answer, &outcome.name, level)))
                    })
                });
                let numbers = numbers.collect::<Result<Vec<f64>, Fault>>()?;
                which.iter().map(|&row| numbers[outcome.values[row] as usize]).collect()
            }
        };
        let names: Vec<String> = self.adjusted.set.iter().map(|var| self.name(*var)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let design = Arc::new(Design::new(self.rows, which, &names)?);
        let pick = |of: &Option<Vec<f64>>| -> Vec<f64> {
            which.iter().map(|&row| of.as_ref().map_or(1.0, |values| values[row])).collect()
        };
        // A mean of zeros and ones is a probability.
        let event = mean.event.is_some() || column.iter().all(|value| *value == 0.0 || *value == 1.0);
        Ok(Sample {
            arm: which.iter().map(|&row| treatment.values[row] as usize).collect(),
            arms,
            treatment: treatment.name.clone(),
            outcome: column,
            event,
            called: match &mean.event {
                Some(value) => format!("{} = {}", outcome.name, print::value(value)),
                None => outcome.name.clone(),
            },
            design,
            repeats: pick(&self.rows.repeats),
            weight: pick(&self.rows.weights),
        })
    }

    /// Leaves out the rows whose chance of an arm asked about is near to none or to certainty.
    fn trim(&self, groups: &mut [Group], least: f64, estimate: &mut Estimate) -> Result<(), Fault> {
        let mut told = None;
        for group in groups {
            let chances = propensities(group)?;
            let inside = |row: usize| {
                chances.iter().all(|model| (least..=1.0 - least).contains(&model.chance(&group.sample, row)))
            };
            let kept: Vec<usize> = (0..group.sample.len()).filter(|&row| inside(row)).collect();
            let left: Vec<usize> = kept.iter().map(|&row| group.which[row]).collect();
            for target in &group.targets {
                for arm in std::iter::once(target.arm).chain(target.among) {
                    if !kept.iter().any(|&row| group.sample.arm[row] == arm) {
                        return Err(Fault::Reason(format!(
                            "--trim leaves nobody with {}: the arms hardly overlap",
                            group.sample.arm_name(arm)
                        )));
                    }
                }
            }
            if left.len() < group.which.len() {
                told = Some(told::trimmed(&group.sample, &chances, least));
            }
            group.which = left;
            group.sample = self.sample(&group.about, &group.which)?;
        }
        estimate.positivity.applies_to = told;
        Ok(())
    }

    /// Refuses what would take hours.
    fn affordable(&self, groups: &[Group]) -> Result<(), Fault> {
        let each = groups.iter().map(|group| {
            let columns = group.sample.design.matrix.columns() as f64;
            group.sample.len() as f64 * columns * columns * 30.0 * group.targets.len() as f64
        });
        let folds = if self.settings.method == super::Method::Aipw { self.settings.folds as f64 } else { 1.0 };
        let work = each.sum::<f64>() * folds * (1.0 + self.options.bootstrap as f64);
        if work <= MOST_WORK {
            return Ok(());
        }
        Err(Fault::Reason(format!(
            "this takes about {work:.0e} multiplications, and at most {MOST_WORK:.0e} are done; draw fewer replicates, use \
             fewer folds, take a sample of the rows, or cut numbers into bins"
        )))
    }

    /// The mean in each arm as it is seen.
    fn naive(&self, groups: &[Group], asked: usize) -> Vec<f64> {
        let mut seen = vec![f64::NAN; asked];
        for group in groups {
            for (&mean, target) in group.means.iter().zip(&group.targets) {
                let (mut total, mut sum) = (0.0, 0.0);
                for row in (0..group.sample.len()).filter(|&row| group.sample.arm[row] == target.arm) {
                    total += group.sample.mass(row);
                    sum += group.sample.mass(row) * group.sample.outcome[row];
                }
                seen[mean] = sum / total;
            }
        }
        seen
    }

    /// Each mean with the group that it belongs to.
    fn means(&self, groups: &[Group], asked: usize) -> Result<Vec<(Mean, usize)>, Fault> {
        let mut found: Vec<(Mean, usize)> = vec![(Mean { value: f64::NAN, influence: Vec::new() }, 0); asked];
        for (at, group) in groups.iter().enumerate() {
            let means = means::means(&group.sample, &group.targets, self.settings, self.options.seed)?;
            for (&position, mean) in group.means.iter().zip(means) {
                found[position] = (mean, at);
            }
        }
        Ok(found)
    }

    /// The standard error of a function of the means with these derivatives.
    fn spread(&self, groups: &[Group], found: &[(Mean, usize)], slope: &[f64]) -> f64 {
        let mut all = vec![0.0; self.rows.len()];
        for ((mean, group), slope) in found.iter().zip(slope) {
            for (&row, influence) in groups[*group].which.iter().zip(&mean.influence) {
                all[row] += slope * influence;
            }
        }
        let repeats = |row: usize| self.rows.repeats.as_ref().map_or(1.0, |repeats| repeats[row]);
        all.iter().enumerate().map(|(row, influence)| repeats(row) * influence * influence).sum::<f64>().sqrt()
    }

    /// Draws rows with replacement and does it all again.
    fn bootstrap(&self, groups: &[Group], asked: usize, forms: &[Form]) -> Option<Replicates> {
        let replicates = self.options.bootstrap;
        if replicates == 0 {
            return None;
        }
        let rows: Vec<f64> =
            (0..self.rows.len()).map(|row| self.rows.repeats.as_ref().map_or(1.0, |repeats| repeats[row])).collect();
        let all: Vec<Vec<f64>> = crate::parallel::map(0..replicates, |replicate| {
            let drawn = bootstrap::redraw(&rows, self.options.seed, replicate as u64);
            let mut values = vec![f64::NAN; asked];
            for group in groups {
                let mut sample = group.sample.clone();
                sample.repeats = group.which.iter().map(|&row| drawn[row]).collect();
                let Ok(means) = means::means(&sample, &group.targets, self.settings, self.options.seed) else {
                    return vec![f64::NAN; forms.len()];
                };
                for (&position, mean) in group.means.iter().zip(means) {
                    values[position] = mean.value;
                }
            }
            forms.iter().map(|form| form.value(&values).0).collect()
        });
        let undefined = all.iter().filter(|row| row.iter().any(|value| !value.is_finite())).count();
        Some(Replicates { all, undefined })
    }
}

/// What came of a bootstrap.
struct Replicates {
    all: Vec<Vec<f64>>,
    undefined: usize,
}

impl Replicates {
    /// The replicates of one number.
    fn of(&self, number: usize) -> Vec<f64> {
        self.all.iter().map(|row| row[number]).collect()
    }
}

/// A model of the chance of each arm that a group asks about, the one named first first.
fn propensities(group: &Group) -> Result<Vec<Propensity>, Fault> {
    let mut arms = Vec::new();
    for target in &group.targets {
        for arm in std::iter::once(target.arm).chain(target.among) {
            if !arms.contains(&arm) {
                arms.push(arm);
            }
        }
    }
    Ok(arms.into_iter().map(|arm| Propensity::fit(&group.sample, arm, &|_| true)).collect::<Result<_, String>>()?)
}
