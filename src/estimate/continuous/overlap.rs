//! How alike those are who had one treatment and those who had another.

use super::super::types::Overlap;
use super::nuisance::Propensity;
use super::sample::Sample;

/// Bins of the propensity.
const BINS: usize = 20;
/// A row with more than this part of all weight in its arm decides too much alone.
const HEAVY: f64 = 0.05;
/// A chance below this is hardly one.
const SLIGHT: f64 = 0.01;

/// What the propensities of the arms asked about say.
pub(super) struct Found {
    /// The distribution of the chance of the first arm asked about.
    pub(super) overlap: Overlap,
    /// What a reader should know.
    pub(super) notes: Vec<String>,
    /// What a reader should mind.
    pub(super) warnings: Vec<String>,
}

/// Looks at the chance of each row to be where it is.
/// `among` is the arm of those asked about; None for everybody.
pub(super) fn look(sample: &Sample, chances: &[Propensity], among: Option<usize>) -> Found {
    let mut found = Found { overlap: Overlap::default(), notes: Vec::new(), warnings: Vec::new() };
    let Some(first) = chances.first() else { return found };
    found.overlap = histogram(sample, first, chances);
    let group = among.and_then(|arm| chances.iter().find(|model| model.arm == arm));
    let tilt = |row: usize, arm: usize, chance: f64| match group {
        Some(group) if group.arm == arm => 1.0,
        Some(group) => group.chance(sample, row) / chance,
        None => 1.0 / chance,
    };
    for model in chances {
        let name = sample.arm_name(model.arm);
        let (mut least, mut most) = (1.0_f64, 0.0_f64);
        let (mut rows, mut sum, mut squares, mut heaviest) = (0.0, 0.0, 0.0, 0.0_f64);
        for row in 0..sample.len() {
            let chance = model.chance(sample, row);
            (least, most) = (least.min(chance), most.max(chance));
            if sample.arm[row] == model.arm {
                let weight = sample.weight[row] * tilt(row, model.arm, chance);
                rows += sample.repeats[row];
                sum += sample.repeats[row] * weight;
                squares += sample.repeats[row] * weight * weight;
                heaviest = heaviest.max(weight);
            }
        }
        found.notes.push(format!(
            "The chance of {name} is between {least:.3} and {most:.3}; weighted, the {rows} rows that had it are worth \
             {:.0}",
            sum * sum / squares
        ));
        if heaviest > HEAVY * sum {
            found.warnings.push(format!(
                "one row alone has {:.0} % of the weight of those with {name}: hardly anybody like it had this \
                 treatment; --trim 0.05 leaves such people out, and says so",
                100.0 * heaviest / sum
            ));
        } else if least < SLIGHT {
            found.warnings.push(format!(
                "some had less than one chance in a hundred of {name}, so the number rests on few who are like them; \
                 --trim 0.05 leaves them out, and says so"
            ));
        }
    }
    found
}

fn edges() -> Vec<f64> {
    (0..=BINS).map(|edge| edge as f64 / BINS as f64).collect()
}

/// Rows by arm and by the chance of the last arm listed.
fn histogram(sample: &Sample, of: &Propensity, chances: &[Propensity]) -> Overlap {
    let mut arms: Vec<usize> = chances.iter().map(|model| model.arm).collect();
    arms.reverse();
    // The one whose chance is shown stands last.
    arms.retain(|arm| *arm != of.arm);
    arms.push(of.arm);
    let mut rows = vec![vec![0.0; BINS]; arms.len()];
    for row in 0..sample.len() {
        let Some(arm) = arms.iter().position(|arm| *arm == sample.arm[row]) else { continue };
        let bin = (of.chance(sample, row) * BINS as f64) as usize;
        rows[arm][bin.min(BINS - 1)] += sample.repeats[row];
    }
    Overlap { arms: arms.iter().map(|&arm| sample.arms[arm].clone()).collect(), edges: edges(), rows }
}
