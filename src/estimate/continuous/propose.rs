//! Bins for a number, where only levels will do.

use crate::data::{Counts, Rows, Variable, number};

/// Parts of about equal size that are proposed.
const PARTS: usize = 4;

/// The option that cuts a variable read as numbers into bins at its quartiles, `--bins age=25,33,43,52`; None where it
/// has levels or was not read. O(rows log rows).
#[must_use]
pub fn bins(rows: &Rows, name: &str) -> Option<String> {
    rows.variable(name).filter(|variable| variable.levels.is_none()).map(option)
}

/// The same of a variable that has been counted by, where its levels are numbers.
#[must_use]
pub fn bins_of_counts(counts: &Counts, name: &str) -> Option<String> {
    let position = counts.position(name)?;
    let numbers: Option<Vec<f64>> =
        counts.columns[position].levels.iter().map(|level| number(level.as_bytes())).collect();
    let numbers = numbers?;
    let cells = counts.cells.iter().map(|cell| (numbers[cell.at[position] as usize], cell.count));
    Some(written(name, cells.collect()))
}

pub(super) fn option(variable: &Variable) -> String {
    written(&variable.name, variable.values.iter().map(|value| (*value, 1.0)).collect())
}

/// Numbers with their weights, cut where the weight is.
fn written(name: &str, mut values: Vec<(f64, f64)>) -> String {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let spread = values.last().zip(values.first()).map_or(0.0, |(last, first)| last.0 - first.0);
    // Two digits of the spread are exact enough, and short to write.
    let step = if spread > 0.0 { 10_f64.powf((spread / 100.0).log10().floor()) } else { 1.0 };
    let digits = (-step.log10()).ceil().clamp(0.0, 12.0) as usize;
    let whole: f64 = values.iter().map(|(_, weight)| weight).sum();
    let (mut edges, mut passed): (Vec<String>, f64) = (Vec::new(), 0.0);
    for (value, weight) in values {
        if passed >= edges.len() as f64 * whole / PARTS as f64 && edges.len() < PARTS {
            let text = format!("{:.digits$}", (value / step).floor() * step);
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            if edges.last().is_none_or(|last| last != text) {
                edges.push(text.to_owned());
            }
        }
        passed += weight;
    }
    format!("--bins {name}={}", edges.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_in_few_digits() {
        let variable = |values: Vec<f64>| Variable { name: "v".into(), levels: None, values };
        assert_eq!(option(&variable((0..100).map(f64::from).collect())), "--bins v=0,25,50,75");
        assert_eq!(option(&variable((0..1000).map(f64::from).collect())), "--bins v=0,250,500,750");
        assert_eq!(option(&variable(vec![0.123_456, 0.5, 0.75, 0.9])), "--bins v=0.123,0.5,0.75,0.9");
        assert_eq!(option(&variable(vec![7.0; 4])), "--bins v=7");
    }
}
