//! Bins for a number, where only levels will do.

use crate::data::{Rows, Variable};

/// Parts of about equal size that are proposed.
const PARTS: usize = 4;

/// The option that cuts a variable read as numbers into bins at its quartiles, `--bins age=25,33,43,52`; None where it
/// has levels or was not read. O(rows log rows).
#[must_use]
pub fn bins(rows: &Rows, name: &str) -> Option<String> {
    rows.variable(name).filter(|variable| variable.levels.is_none()).map(option)
}

pub(super) fn option(variable: &Variable) -> String {
    let mut sorted = variable.values.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let spread = sorted.last().zip(sorted.first()).map_or(1.0, |(last, first)| last - first);
    // Two digits of the spread are exact enough, and short to write.
    let step = 10_f64.powf((spread / 100.0).max(f64::MIN_POSITIVE).log10().floor());
    let mut edges: Vec<String> = Vec::new();
    for part in 0..PARTS {
        let value = sorted.get(part * sorted.len() / PARTS).copied().unwrap_or_default();
        let rounded = (value / step).floor() * step;
        // As few digits as the step has.
        let digits = (-step.log10()).ceil().clamp(0.0, 12.0) as usize;
        let text = format!("{rounded:.digits$}");
        if edges.last() != Some(&text) {
            edges.push(text);
        }
    }
    format!("--bins {}={}", variable.name, edges.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_in_few_digits() {
        let variable = |values: Vec<f64>| Variable { name: "v".into(), levels: None, values };
        assert_eq!(option(&variable((0..100).map(f64::from).collect())), "--bins v=0.0,25.0,50.0,75.0");
        assert_eq!(option(&variable((0..1000).map(f64::from).collect())), "--bins v=0,250,500,750");
        assert_eq!(option(&variable(vec![0.123_456, 0.5, 0.75, 0.9])), "--bins v=0.123,0.500,0.750,0.900");
        assert_eq!(option(&variable(vec![7.0; 4])), "--bins v=7");
    }
}
