//! How far the arms of a treatment overlap: for each, how likely its rows were to be treated.

use super::axis::Axis;
use super::{Canvas, LARGE, LETTER, Plot, SMALL, lines, room};
use crate::estimate::{Estimate, Overlap};
use crate::syntax::print;

/// Arms that are drawn.
const MOST_ARMS: usize = 12;
/// How high an arm's bars are at most, and how far arms are apart.
const HIGH: f64 = 56.0;
const APART: f64 = 18.0;

/// A plot for each estimate that knows of its arms; those that rest on the same rows share one.
#[must_use]
pub fn overlaps(estimates: &[&Estimate]) -> Vec<Plot> {
    let mut groups: Vec<(&Overlap, Option<&str>, Vec<&str>)> = Vec::new();
    for estimate in estimates {
        let (Some(found), treatment) = (&estimate.overlap, estimate.treatment.as_deref()) else { continue };
        let name = estimate.name.as_deref().unwrap_or(&estimate.text);
        match groups.iter_mut().find(|(other, of, _)| *other == found && *of == treatment) {
            Some((_, _, names)) => names.push(name),
            None => groups.push((found, treatment, vec![name])),
        }
    }
    groups.iter().filter_map(|(found, treatment, names)| overlap(found, *treatment, &names.join(", "))).collect()
}

/// The distribution of the propensity in each arm; None where it has no arm.
fn overlap(found: &Overlap, treatment: Option<&str>, name: &str) -> Option<Plot> {
    let called = |level: &String| match treatment {
        Some(treatment) => format!("{} = {}", print::name(treatment), print::value(level)),
        None => level.clone(),
    };
    let arms: Vec<(String, &Vec<f64>)> = found.arms.iter().map(called).zip(&found.rows).take(MOST_ARMS).collect();
    let (&low, &high) = (found.edges.first()?, found.edges.last()?);
    if arms.is_empty() || low >= high || arms.iter().any(|(_, rows)| rows.len() + 1 != found.edges.len()) {
        return None;
    }
    let width = 440.0;
    // The propensity is the chance of the last.
    let of = format!("how likely {} was, given what is adjusted for", called(found.arms.last()?));
    let title = format!("{name}: do the arms overlap?");
    let mut canvas = Canvas::default();
    let mut top = 0.0;
    for line in lines(&title, width / (LETTER * LARGE), 2) {
        top += 18.0;
        canvas.text("h", (0.0, top), &line, width);
    }
    let told =
        "The rows of each arm by how likely it was for them. Where only one has rows, there is nothing to compare.";
    for line in lines(told, width / (LETTER * SMALL), 2) {
        top += 17.0;
        canvas.text("q", (0.0, top), &line, width);
    }
    top += 12.0;
    let counted: Vec<String> = arms.iter().map(|(_, rows)| rows_of(rows)).collect();
    let named = arms.iter().map(|(arm, _)| room(arm)).chain(counted.iter().map(|text| room(text) * SMALL));
    let named = named.fold(0.0, f64::max).min(width * 0.34);
    let axis = Axis::between(low, high, named + 14.0, width - named - 28.0);
    let share = |rows: &[f64], bin: usize| rows[bin] / rows.iter().sum::<f64>().max(f64::MIN_POSITIVE);
    let most = arms.iter().flat_map(|(_, rows)| (0..rows.len()).map(|bin| share(rows, bin)));
    let most = most.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let bottom = top + (HIGH + APART) * arms.len() as f64;
    axis.draw(&mut canvas, top, bottom);
    for (index, ((arm, rows), counted)) in arms.iter().zip(&counted).enumerate() {
        let base = top + (HIGH + APART) * (index as f64 + 1.0);
        canvas.text("", (0.0, base - HIGH / 2.0), arm, named + LETTER);
        canvas.text("q", (0.0, base - HIGH / 2.0 + 16.0), counted, named + LETTER);
        for bin in (0..rows.len()).filter(|&bin| rows[bin] > 0.0) {
            let (from, to) = (axis.place(found.edges[bin]), axis.place(found.edges[bin + 1]));
            // What is there is seen, however little it is.
            let height = (share(rows, bin) / most * HIGH).max(1.5);
            canvas.bar(&format!("b{}", index % 4), (from + 0.5, base - height), ((to - from - 1.0).max(0.5), height));
        }
        canvas.line("x", (axis.place(low), base), (axis.place(high), base));
    }
    let mut height = bottom + 18.0;
    for line in lines(&of, width / (LETTER * SMALL), 2) {
        height += 17.0;
        canvas.text("q m", (f64::midpoint(axis.place(low), axis.place(high)), height), &line, width);
    }
    let each = arms.iter().zip(&counted).map(|((arm, rows), counted)| {
        let mut some = (0..rows.len()).filter(|&bin| rows[bin] > 0.0);
        let first = some.next();
        let last = some.next_back().or(first);
        let span = first.zip(last).map_or_else(String::new, |(first, last)| {
            format!(", from {:.2} to {:.2}", found.edges[first], found.edges[last + 1])
        });
        format!("{arm}: {counted}{span}.")
    });
    let description = format!("Along the axis {of}. {}", each.collect::<Vec<_>>().join(" "));
    Some(Plot { title, description, size: (width, height + 6.0), content: canvas.out })
}

fn rows_of(rows: &[f64]) -> String {
    let all = rows.iter().sum::<f64>().round();
    format!("{all} {}", if (all - 1.0).abs() < 0.5 { "row" } else { "rows" })
}
