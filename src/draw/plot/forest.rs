//! A forest plot: a row for each number, the causal one with its interval, the naive one below it.

use super::axis::Axis;
use super::{Canvas, LARGE, LETTER, Plot, SMALL, lines, room};
use crate::estimate::{Estimate, Number};
use crate::render::rounded;
use crate::syntax::print;

/// Rows of one plot; more are counted.
const MOST_ROWS: usize = 200;
/// Rows that a description tells.
const MOST_TOLD: usize = 24;
/// How high a row is.
const ROW: f64 = 34.0;

/// What stands beside the rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beside {
    /// The numbers themselves.
    Numbers,
    /// Nothing: a table says them, and the plot has to fit a phone.
    Nothing,
}

/// A plot for each estimate that has a number; those of one kind, probabilities or their differences, share one.
#[must_use]
pub fn forests(estimates: &[&Estimate], beside: Beside) -> Vec<Plot> {
    let mut groups: Vec<Vec<&Estimate>> = Vec::new();
    for &estimate in estimates {
        match groups.last_mut() {
            Some(group) if group.iter().all(|other| alike(other, estimate)) => group.push(estimate),
            _ => groups.push(vec![estimate]),
        }
    }
    groups.iter().filter_map(|group| forest(group, beside)).collect()
}

/// Whether two single numbers can stand on one axis.
fn alike(one: &Estimate, other: &Estimate) -> bool {
    let single = |estimate: &Estimate| estimate.slots.is_empty() && question(estimate).starts_with("P(");
    single(one) && single(other) && one.null == other.null && (one.level - other.level).abs() < 1e-9
}

/// The question without its label.
fn question(estimate: &Estimate) -> &str {
    let label = estimate.name.as_deref().map(|name| format!("{}: ", print::name(name))).unwrap_or_default();
    estimate.text.strip_prefix(&label).unwrap_or(&estimate.text)
}

/// A row: what it is called, and its number.
struct Row<'a> {
    label: String,
    number: &'a Number,
}

/// One plot for some estimates on one axis; None where none of them has a number.
#[must_use]
pub fn forest(estimates: &[&Estimate], beside: Beside) -> Option<Plot> {
    let first = estimates.first()?;
    let all = estimates.iter().flat_map(|estimate| {
        estimate.numbers.iter().map(move |number| Row { label: label(estimate, number, estimates.len()), number })
    });
    let all: Vec<Row<'_>> = all.collect();
    if all.iter().all(|row| row.number.value.is_none()) {
        return None;
    }
    let rows = &all[..all.len().min(MOST_ROWS)];
    let numbers = beside == Beside::Numbers;
    let width = if numbers { 720.0 } else { 440.0 };
    let mut canvas = Canvas::default();
    let (title, small) = heading(estimates);
    let mut top = 0.0;
    // In a page the question stands above.
    for line in lines(&title, width / (LETTER * LARGE), 2).into_iter().filter(|_| numbers) {
        top += 18.0;
        canvas.text("h", (0.0, top), &line, width);
    }
    let small = small.filter(|_| numbers);
    for line in small.iter().flat_map(|small| lines(small, width / (LETTER * SMALL), 3)) {
        top += 17.0;
        canvas.text("q", (0.0, top), &line, width);
    }
    top += if numbers { 22.0 } else { 14.0 };
    let percent = format!("{}", (first.level * 1000.0).round() / 10.0);
    let interval = format!("if acted, with a {percent} % interval");
    canvas.circle("a", (5.0, top - 4.0), 4.5);
    canvas.text("q", (16.0, top), &interval, width);
    let next = 16.0 + room(&interval) * 0.85 + 14.0;
    canvas.circle("s", (next + 5.0, top - 4.0), 4.0);
    canvas.text("q", (next + 16.0, top), "merely seen", width);
    top += 12.0;

    let named = rows.iter().map(|row| room(&row.label)).fold(0.0, f64::max).min(width * 0.36);
    let left = if named > 0.0 { named + 14.0 } else { 8.0 };
    let (acted, seen) = (
        rows.iter().map(|row| room(&said(row.number))).fold(room("if acted"), f64::max),
        rows.iter().map(|row| room(&naive(row.number))).fold(room("merely seen"), f64::max),
    );
    let right = if numbers { width - acted - seen - 32.0 } else { width - 8.0 };
    let drawn = rows.iter().flat_map(|row| {
        let (low, high) = row.number.interval.unzip();
        [row.number.value, row.number.naive, low, high, first.null].into_iter().flatten().filter(|n| n.is_finite())
    });
    let drawn: Vec<f64> = drawn.collect();
    let axis = Axis::of(&drawn, first.null == Some(1.0), left, (right - left).max(80.0));
    if numbers {
        top += 16.0;
        canvas.text("q r", (right + 16.0 + acted, top), "if acted", acted);
        canvas.text("q r", (width, top), "merely seen", seen);
    }
    if let Some(null) = first.null {
        if !numbers {
            top += 16.0;
        }
        canvas.text("q m", (axis.place(null), top), "no effect", f64::INFINITY);
    }
    top += 6.0;
    let bottom = top + ROW * rows.len() as f64 + 4.0;
    axis.draw(&mut canvas, top, bottom);
    if let Some(null) = first.null {
        canvas.line("n", (axis.place(null), top), (axis.place(null), bottom));
    }
    for (index, row) in rows.iter().enumerate() {
        let middle = top + ROW * (index as f64 + 0.5) + 2.0;
        canvas.text("", (0.0, middle + 4.5), &row.label, named + LETTER);
        mark(&mut canvas, &axis, row.number, middle);
        if numbers {
            canvas.text("r", (right + 16.0 + acted, middle + 4.5), &said(row.number), f64::INFINITY);
            canvas.text("r", (width, middle + 4.5), &naive(row.number), f64::INFINITY);
        }
    }
    let mut height = bottom + 22.0;
    if all.len() > rows.len() {
        height += 18.0;
        canvas.text("q", (0.0, height - 4.0), &format!("and {} more", all.len() - rows.len()), width);
    }
    Some(Plot { title, description: described(&all, &percent), size: (width, height), content: canvas.out })
}

/// Interval and number above, the naive number below.
fn mark(canvas: &mut Canvas, axis: &Axis, number: &Number, middle: f64) {
    let (above, below) = (middle - 6.0, middle + 8.0);
    if let Some((low, high)) = number.interval {
        let (low, high) = (axis.place(low), axis.place(high));
        canvas.line("i", (low, above), (high, above));
        canvas.line("i", (low, above - 4.0), (low, above + 4.0));
        canvas.line("i", (high, above - 4.0), (high, above + 4.0));
    }
    if let Some(value) = number.value {
        canvas.circle("a", (axis.place(value), above), 4.5);
    }
    if let Some(naive) = number.naive {
        canvas.circle("s", (axis.place(naive), below), 4.0);
    }
}

/// What a row is called: the levels it is for, or its question where there are several.
fn label(estimate: &Estimate, number: &Number, questions: usize) -> String {
    if estimate.slots.is_empty() {
        let name = || estimate.name.clone().unwrap_or_else(|| estimate.text.clone());
        return if questions > 1 { name() } else { String::new() };
    }
    let each = estimate.slots.iter().zip(&number.at).map(|(slot, level)| format!("{slot} = {}", print::value(level)));
    each.collect::<Vec<_>>().join(", ")
}

/// What a plot is called, and the question in the language where that is something else.
fn heading(estimates: &[&Estimate]) -> (String, Option<String>) {
    match estimates {
        [only] => match &only.name {
            Some(name) => (name.clone(), Some(question(only).to_owned())),
            None => (only.text.clone(), None),
        },
        [first, ..] if first.null == Some(1.0) => ("Ratios of probabilities".to_owned(), None),
        [first, ..] if first.null.is_some() => ("Differences of probabilities".to_owned(), None),
        _ => ("Probabilities".to_owned(), None),
    }
}

/// `-0.097 (-0.136 to -0.057)`
fn said(number: &Number) -> String {
    let Some(value) = number.value else { return "no number".to_owned() };
    let value = rounded(value, number.se);
    match number.interval {
        Some((low, high)) => format!("{value} ({} to {})", rounded(low, number.se), rounded(high, number.se)),
        None => value,
    }
}

fn naive(number: &Number) -> String {
    number.naive.map_or_else(|| "no number".to_owned(), |naive| rounded(naive, number.se))
}

fn described(rows: &[Row<'_>], percent: &str) -> String {
    let each = rows.iter().take(MOST_TOLD).map(|row| {
        let label = if row.label.is_empty() { String::new() } else { format!("{}: ", row.label) };
        let interval = row.number.interval.map_or_else(String::new, |(low, high)| {
            let (low, high) = (rounded(low, row.number.se), rounded(high, row.number.se));
            format!(", with a {percent} % interval from {low} to {high}")
        });
        let value = row.number.value.map_or_else(|| "no number".to_owned(), |value| rounded(value, row.number.se));
        format!("{label}{value} if acted{interval}; {} merely seen.", naive(row.number))
    });
    let mut text = each.collect::<Vec<_>>().join(" ");
    if rows.len() > MOST_TOLD {
        text += &format!(" And {} more.", rows.len() - MOST_TOLD);
    }
    text
}
