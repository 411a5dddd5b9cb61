//! The mean of the outcome, had everybody (or one group) had one treatment: by regression, by weighting, by both.
//!
//! Each comes with its influence function row by row: by how much a row moves the estimate. For regression and weighting
//! that counts in that their models are estimated too (the estimating equations are stacked; Stefanski & Boos 2002); for
//! both at once it is the efficient influence function (Robins, Rotnitzky & Zhao 1994), with models fitted on other rows
//! than they are used on (Chernozhukov et al. 2018).

use super::super::Method;
use super::linear::dot;
use super::nuisance::{Outcome, Propensity};
use super::sample::Sample;
use super::types::{Interact, Settings};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A mean with its influence function.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Mean {
    pub(super) value: f64,
    /// For each row what it adds to the error, its own weight included: the variance is the sum of their squares.
    pub(super) influence: Vec<f64>,
}

/// What is asked: the mean in an arm, of everybody or of those who had the treatment `among`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub(super) arm: usize,
    pub(super) among: Option<usize>,
}

impl Target {
    /// Whether a row is one of those asked about.
    #[inline]
    fn asks(self, sample: &Sample, row: usize) -> bool {
        self.among.is_none_or(|group| sample.arm[row] == group)
    }
}

/// Estimates means. O(models × steps × rows × columns²).
pub(super) fn means(sample: &Sample, targets: &[Target], settings: &Settings, seed: u64) -> Result<Vec<Mean>, String> {
    match settings.method {
        Method::Regression => targets.iter().map(|&target| regression(sample, target, &settings.interact)).collect(),
        Method::Ipw => targets.iter().map(|&target| weighting(sample, target, settings.known_propensity)).collect(),
        Method::PlugIn | Method::Aipw | Method::Iv => both(sample, targets, settings, seed),
    }
}

/// The mean of the outcome's model, taken over those asked about.
fn regression(sample: &Sample, target: Target, interact: &Interact) -> Result<Mean, String> {
    let model = Outcome::fit(sample, target.arm, interact, &|_| true)?;
    let (mut columns, mut total, mut sum) = (Vec::new(), 0.0, 0.0);
    let mut means = vec![0.0; sample.len()];
    let mut slope = vec![0.0; model.inverse.size()];
    for row in (0..sample.len()).filter(|&row| target.asks(sample, row)) {
        model.row(sample, row, target.arm, &mut columns);
        let (mean, mass) = (model.mean(&columns), sample.mass(row));
        means[row] = mean;
        total += mass;
        sum += mass * mean;
        let by = mass * model.slope(mean);
        slope.iter_mut().zip(&columns).for_each(|(to, column)| *to += by * column);
    }
    let value = sum / total;
    let pull = model.inverse.times(&slope);
    let influence = (0..sample.len()).map(|row| {
        let mut own = if target.asks(sample, row) { means[row] - value } else { 0.0 };
        if model.took(sample, row) {
            model.row(sample, row, sample.arm[row], &mut columns);
            own += dot(&pull, &columns) * (sample.outcome[row] - model.mean(&columns));
        }
        own * sample.weight[row] / total
    });
    Ok(Mean { value, influence: influence.collect() })
}

/// The weighted mean of the outcomes in the arm: each row by one over its chance of being there, times the chance of being
/// among those asked about; weights sum to one (Hájek 1971).
fn weighting(sample: &Sample, target: Target, known: bool) -> Result<Mean, String> {
    let everybody = |_: usize| true;
    let own = Propensity::fit(sample, target.arm, &everybody)?;
    // In their own arm those asked about are taken as they are.
    let other = target.among.filter(|&group| group != target.arm);
    let group = other.map(|group| Propensity::fit(sample, group, &everybody)).transpose()?;
    let as_is = target.among == Some(target.arm);
    let tilt = |row: usize| -> f64 {
        if as_is {
            return 1.0;
        }
        group.as_ref().map_or(1.0, |group| group.chance(sample, row)) / own.chance(sample, row)
    };
    let here = |row: usize| sample.arm[row] == target.arm;
    let (mut total, mut sum) = (0.0, 0.0);
    let weights: Vec<f64> = (0..sample.len()).map(|row| if here(row) { tilt(row) } else { 0.0 }).collect();
    for (row, weight) in weights.iter().enumerate() {
        let weight = sample.mass(row) * weight;
        total += weight;
        sum += weight * sample.outcome[row];
    }
    let value = sum / total;
    let mut influence: Vec<f64> =
        (0..sample.len()).map(|row| weights[row] * (sample.outcome[row] - value) / total).collect();
    if !known && !as_is {
        // The models of the chances move the weights: by −(1 − e) where the chance is below, by (1 − e) where it is above.
        for (model, sign) in std::iter::once((&own, -1.0)).chain(group.as_ref().map(|group| (group, 1.0))) {
            let mut slope = vec![0.0; sample.design.matrix.columns()];
            for row in (0..sample.len()).filter(|&row| here(row)) {
                let by = sign
                    * sample.mass(row)
                    * weights[row]
                    * (1.0 - model.chance(sample, row))
                    * (sample.outcome[row] - value)
                    / total;
                slope.iter_mut().zip(sample.design.matrix.row(row)).for_each(|(to, column)| *to += by * column);
            }
            let pull = model.fit.inverse.times(&slope);
            for (row, influence) in influence.iter_mut().enumerate() {
                let is = f64::from(sample.arm[row] == model.arm);
                *influence += dot(&pull, sample.design.matrix.row(row)) * (is - model.chance(sample, row));
            }
        }
    }
    influence.iter_mut().zip(&sample.weight).for_each(|(influence, weight)| *influence *= weight);
    Ok(Mean { value, influence })
}

/// Regression, with what it leaves over averaged by weighting; right where either model is.
fn both(sample: &Sample, targets: &[Target], settings: &Settings, seed: u64) -> Result<Vec<Mean>, String> {
    let parts = settings.folds.clamp(2, sample.len().max(2));
    let part = folds(sample.len(), parts, seed);
    let mut scores = vec![vec![0.0; sample.len()]; targets.len()];
    let mut columns = Vec::new();
    for fold in 0..parts {
        let others = |row: usize| part[row] != fold;
        let inside = |why: String| format!("without part {} of {parts}: {why}", fold + 1);
        // Several targets share the models of their arms.
        let mut chances: Vec<Propensity> = Vec::new();
        for (target, scores) in targets.iter().zip(&mut scores) {
            let mut wanted = vec![target.arm];
            wanted.extend(target.among);
            for arm in wanted {
                if chances.iter().all(|known| known.arm != arm) {
                    chances.push(Propensity::fit(sample, arm, &others).map_err(inside)?);
                }
            }
            let chance = |arm: usize, row: usize| {
                chances.iter().find(|known| known.arm == arm).map_or(1.0, |model| model.chance(sample, row))
            };
            let model = Outcome::fit(sample, target.arm, &settings.interact, &others).map_err(inside)?;
            for row in (0..sample.len()).filter(|&row| part[row] == fold) {
                model.row(sample, row, target.arm, &mut columns);
                let mean = model.mean(&columns);
                let asked = target.asks(sample, row);
                let mut score = if asked { mean } else { 0.0 };
                if sample.arm[row] == target.arm {
                    let tilt = match target.among {
                        Some(group) if group == target.arm => 1.0,
                        Some(group) => chance(group, row) / chance(target.arm, row),
                        None => 1.0 / chance(target.arm, row),
                    };
                    score += tilt * (sample.outcome[row] - mean);
                }
                scores[row] = score;
            }
        }
    }
    let found = targets.iter().zip(scores).map(|(target, scores)| {
        let (mut total, mut sum) = (0.0, 0.0);
        for (row, score) in scores.iter().enumerate() {
            total += if target.asks(sample, row) { sample.mass(row) } else { 0.0 };
            sum += sample.mass(row) * score;
        }
        let value = sum / total;
        let influence = scores.iter().enumerate().map(|(row, score)| {
            let asked = if target.asks(sample, row) { value } else { 0.0 };
            (score - asked) * sample.weight[row] / total
        });
        Mean { value, influence: influence.collect() }
    });
    Ok(found.collect())
}

/// The part that each row is in: parts of equal size, drawn with the seed.
fn folds(rows: usize, parts: usize, seed: u64) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // A stream that no replicate of a bootstrap uses.
    random.set_stream(u64::MAX);
    let mut order: Vec<(u64, usize)> = (0..rows).map(|row| (random.next_u64(), row)).collect();
    order.sort_unstable();
    let mut part = vec![0; rows];
    for (place, (_, row)) in order.into_iter().enumerate() {
        part[row] = place % parts;
    }
    part
}
