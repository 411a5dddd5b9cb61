//! How much a common cause that nobody measured would have to explain: partial R² (Cinelli & Hazlett, "Making sense of
//! sensitivity: extending omitted variable bias", JRSS B 82, 2020).

use super::perturb::shown;
use super::{Refutation, Verdict, round_up};
use crate::answer::Answer;
use crate::data::{Counts, Rows, Variable};
use crate::estimate::Options;
use crate::estimate::continuous::{Covariate, regression};
use crate::problem::Problem;
use crate::syntax::print;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// How many times as strong as a covariate a cause is tried.
const MOST_TIMES: u32 = 20;

/// What a linear regression says of causes that nobody measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Robustness {
    /// The coefficient of the treatment, its standard error, and the degrees of freedom of the regression.
    pub regression: (f64, f64, f64),
    /// The part of what the covariates leave of the outcome that the treatment explains.
    pub partial_r2: f64,
    /// The part of what is left of both, treatment and outcome, that a cause would have to explain to bring the effect to
    /// nothing: the robustness value for q = 1.
    pub value: f64,
    /// The same to bring the interval to nothing.
    pub of_interval: f64,
    /// What would be left beside a cause as strong as each covariate, the one that would take away most first.
    pub benchmarks: Vec<Benchmark>,
}

/// A cause that explains as much as a covariate does.
#[derive(Clone, PartialEq, Debug)]
pub struct Benchmark {
    /// The covariate.
    pub covariate: String,
    /// The part of what is left of the treatment that the cause would explain, and of the outcome.
    pub explains: (f64, f64),
    /// The effect that would be left.
    pub left: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// The least whole number of times as strong that would bring the interval to nothing, up to twenty.
    pub times: Option<u32>,
}

/// The quantile of Student's distribution that an interval of that level reaches to.
fn quantile(level: f64, freedom: f64) -> f64 {
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(0.5 + level / 2.0))
}

/// The robustness value: the partial R² with treatment and outcome of a cause that takes away the part q of an effect with
/// that t; with a level, that brings its interval to what is then left.
fn robustness(t: f64, freedom: f64, q: f64, level: Option<f64>) -> f64 {
    let f = q * t.abs() / freedom.sqrt();
    let limit = level.map_or(0.0, |level| quantile(level, freedom - 1.0) / (freedom - 1.0).sqrt());
    let left = f - limit;
    if left <= 0.0 {
        return 0.0;
    }
    // A cause that explains all of the outcome narrows the interval as well: then the other bound is the smaller one.
    if limit > 0.0 && f > 1.0 / limit {
        return (f * f - limit * limit) / (1.0 + f * f);
    }
    0.5 * ((left.powi(4) + 4.0 * left * left).sqrt() - left * left)
}

/// What a cause explains at most, of treatment and outcome, if it is so many times as strong as a covariate; None where
/// that would be more than all there is.
fn bound(times: f64, of_treatment: f64, of_outcome: f64) -> Option<(f64, f64)> {
    let treatment = times * of_treatment / (1.0 - of_treatment);
    let shared = times * of_treatment.powi(2) / ((1.0 - times * of_treatment) * (1.0 - of_treatment));
    if !(0.0..1.0).contains(&treatment) || !(0.0..1.0).contains(&shared) || of_outcome >= 1.0 {
        return None;
    }
    let factor = (times.sqrt() + shared.sqrt()) / (1.0 - shared).sqrt();
    let outcome = factor * factor * of_outcome / (1.0 - of_outcome);
    Some((treatment, outcome.min(1.0)))
}

/// Effect and standard error beside a cause that explains so much, if it acts against the effect.
fn beside(estimate: f64, se: f64, freedom: f64, (treatment, outcome): (f64, f64)) -> (f64, f64) {
    let bias = se * freedom.sqrt() * (outcome * treatment / (1.0 - treatment)).sqrt();
    let left = estimate - estimate.signum() * bias;
    let se = se * ((1.0 - outcome) / (1.0 - treatment)).sqrt() * (freedom / (freedom - 1.0)).sqrt();
    (left, se)
}

/// Counts as rows: a number is kept by two values in each cell that have its mean and its spread.
pub(super) fn rows(counts: &Counts) -> Rows {
    let mut rows = Rows::default();
    let numeric = counts.numeric.is_some();
    let copies = if numeric { 2 } else { 1 };
    let cells = || counts.cells.iter().flat_map(|cell| std::iter::repeat_n(cell, copies));
    for (at, column) in counts.columns.iter().enumerate() {
        rows.variables.push(Variable {
            name: column.name.clone(),
            levels: Some(column.levels.clone()),
            values: cells().map(|cell| f64::from(cell.at[at])).collect(),
        });
    }
    if let Some(name) = &counts.numeric {
        let values = cells().enumerate().map(|(place, cell)| {
            let count = cell.count.max(f64::MIN_POSITIVE);
            let mean = cell.sum / count;
            let deviation = (cell.sum_squares / count - mean * mean).max(0.0).sqrt();
            if place % 2 == 0 { mean - deviation } else { mean + deviation }
        });
        rows.variables.push(Variable { name: name.clone(), levels: None, values: values.collect() });
    }
    // Rows with weights are worth fewer.
    let worth = counts.effective_rows() / counts.weight.max(f64::MIN_POSITIVE);
    rows.repeats = Some(cells().map(|cell| cell.count * worth / copies as f64).collect());
    rows
}

/// How strong a common cause that nobody measured would have to be, by a linear regression of the outcome on the treatment
/// and what is adjusted for; None for what is no difference of two means found by adjustment, or has no regression.
pub(super) fn partial_r2(problem: &Problem, answer: &Answer, rows: &Rows, options: &Options) -> Option<Refutation> {
    let found = regression(problem, answer, rows, options).ok()?;
    let (t, freedom) = (found.t, found.degrees_of_freedom);
    let se = (found.estimate / t).abs();
    if !(se > 0.0 && se.is_finite()) {
        return None;
    }
    let reach = quantile(options.level, freedom);
    let mut benchmarks: Vec<Benchmark> =
        found.covariates.iter().filter_map(|one| benchmark(one, found.estimate, se, freedom, options.level)).collect();
    let toward = |left: f64| left * found.estimate.signum();
    benchmarks.sort_by(|a, b| toward(a.left).total_cmp(&toward(b.left)).then(a.covariate.cmp(&b.covariate)));
    let robustness = Robustness {
        regression: (found.estimate, se, freedom),
        partial_r2: t * t / (t * t + freedom),
        value: robustness(t, freedom, 1.0, None),
        of_interval: robustness(t, freedom, 1.0, Some(options.level)),
        benchmarks,
    };
    let (verdict, needed) = if robustness.of_interval > 0.0 {
        (Verdict::Passed, None)
    } else {
        let needed = rows.count() * (reach / t.abs().max(1e-9)).powi(2);
        (Verdict::NotInformative, Some(round_up(needed.min(1e15) as u64)))
    };
    let sentence = match needed {
        None => sentence(&robustness, found.estimate),
        Some(needed) => format!(
            "in a regression the interval holds no effect already ({}), so there is nothing to explain away; about {needed} \
             rows would move it off",
            shown(found.estimate)
        ),
    };
    let size = Some(robustness.value);
    let told = Refutation::new("partial-r2", sentence, verdict);
    Some(Refutation { size, rows_needed: needed, robustness: Some(Box::new(robustness)), ..told })
}

fn benchmark(one: &Covariate, estimate: f64, se: f64, freedom: f64, level: f64) -> Option<Benchmark> {
    let at = |times: u32| {
        let explains = bound(times.into(), one.of_treatment, one.of_outcome)?;
        let (left, se) = beside(estimate, se, freedom, explains);
        let half = quantile(level, freedom - 1.0) * se;
        Some((explains, left, (left - half, left + half)))
    };
    let (explains, left, interval) = at(1)?;
    let holds_nothing = |(low, high): (f64, f64)| {
        if estimate > 0.0 { low <= 0.0 } else { high >= 0.0 }
    };
    // What cannot be so strong explains nothing away.
    let times = (1..=MOST_TIMES).map_while(at).position(|(_, _, interval)| holds_nothing(interval));
    let times = times.map(|before| before as u32 + 1);
    Some(Benchmark { covariate: one.name.clone(), explains, left, interval, times })
}

fn sentence(found: &Robustness, estimate: f64) -> String {
    let percent = |part: f64| format!("{:.1} %", part * 100.0);
    let mut text = format!(
        "in a regression (effect {}), a common cause that nobody measured would have to explain {} of what is left of both \
         treatment and outcome to bring the effect to nothing, {} to bring its interval there",
        shown(estimate),
        percent(found.value),
        percent(found.of_interval)
    );
    if let Some(most) = found.benchmarks.first() {
        let name = print::name(&most.covariate);
        text += &match most.times {
            Some(1) => {
                format!("; one as strong as {name} would be enough, so it matters whether there can be such a cause")
            }
            Some(times) => {
                format!("; it would have to be {times} times as strong as {name}, the strongest that is measured")
            }
            None => {
                format!("; one as strong as {name}, the strongest that is measured, would leave {}", shown(most.left))
            }
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, published: f64, within: f64) {
        assert!((value - published).abs() <= within, "{value} is not {published}");
    }

    /// Cinelli & Hazlett 2020, table 1: exposure to violence in Darfur and attitudes to peace.
    #[test]
    fn darfur_as_published() {
        let (estimate, se, freedom) = (0.097_315_82, 0.023_256_54, 783.0);
        let t = estimate / se;
        near(t, 4.18, 0.005);
        near(t * t / (t * t + freedom), 0.022, 0.0005);
        near(robustness(t, freedom, 1.0, None), 0.139, 0.0005);
        near(robustness(t, freedom, 1.0, Some(0.95)), 0.076, 0.0005);
        // As strong as being female, once, twice and three times: the partial R² of that covariate with the treatment is 0.9 %,
        // with the outcome 10.9 %.
        for (times, treatment, outcome, left) in
            [(1.0, 0.0092, 0.1246, 0.0752), (2.0, 0.0183, 0.2493, 0.0529), (3.0, 0.0275, 0.3740, 0.0304)]
        {
            let explains = bound(times, 0.009_080_5, 0.109_035).unwrap();
            near(explains.0, treatment, 0.0001);
            near(explains.1, outcome, 0.0003);
            near(beside(estimate, se, freedom, explains).0, left, 0.0002);
        }
    }

    /// The definition: beside a cause that explains just so much of both nothing is left.
    #[test]
    fn at_the_robustness_value_nothing_is_left() {
        for (estimate, se, freedom) in [(0.4, 0.1, 50.0), (-2.0, 0.05, 1000.0), (1.0, 0.9, 20.0)] {
            let value = robustness(estimate / se, freedom, 1.0, None);
            near(beside(estimate, se, freedom, (value, value)).0, 0.0, 1e-9);
            let level = robustness(estimate / se, freedom, 1.0, Some(0.95));
            if level > 0.0 {
                let (left, se) = beside(estimate, se, freedom, (level, level));
                near(left.abs() / se, quantile(0.95, freedom - 1.0), 1e-6);
            }
        }
        assert!(robustness(1.0, 100.0, 1.0, Some(0.95)) == 0.0);
    }

    #[test]
    fn more_than_all_there_is_cannot_be_explained() {
        assert_eq!(bound(3.0, 0.4, 0.1), None);
        assert_eq!(bound(1.0, 1.0, 0.1), None);
        assert!(bound(1.0, 0.0, 0.5).is_some_and(|(treatment, _)| treatment == 0.0));
    }
}
