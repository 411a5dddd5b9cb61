//! What data say of an answer: numbers with intervals, the naive ones beside them, and what the data lack.

use super::{Shown, Steps, count, place, sentence};
use crate::answer::Answer;
use crate::estimate::refute::{Refutation, Verdict};
use crate::estimate::{Estimate, Number};
use crate::problem::{Problem, lift};
use crate::render::document::{Block, Document, Math, Table, Text, Tone};
use crate::syntax::print;

/// Combinations that are named before the rest is only counted.
const NAMED: usize = 8;

/// An estimate as its reader is told it: the numbers, the formula behind them, and what to mind.
///
/// Problem and answer are those that the estimate was made of. O(numbers + formula).
#[must_use]
pub fn estimate(problem: &Problem, answer: &Answer, found: &Estimate) -> Document {
    let mut document = Document::default();
    let query = problem.queries.get(found.id.wrapping_sub(1)).map_or_else(
        || Math::Code(found.text.clone()),
        |query| Math::Query(Box::new(lift::query(problem, query, &answer.graph))),
    );
    document.push(Block::Question { query, place: place(problem, answer.span) });
    let shown =
        Shown { graph: &answer.graph, arena: &answer.arena, definitions: &answer.definitions, steps: Steps::None };
    no_number(&mut document, found);
    table(&mut document, found, true);
    if let Some(estimand) = found.estimand {
        document.say(Text::of(format!(
            "From {}, by this formula ({}):",
            count(found.used as usize, "row", "rows"),
            found.how
        )));
        shown.define(&mut document, [estimand]);
        document.push(Block::Formula { lhs: None, rhs: shown.expr(estimand) });
    }
    if found.estimand.is_none() && !found.numbers.is_empty() {
        document.say(Text::of(format!("From {}, {}.", count(found.used as usize, "row", "rows"), found.how)));
    }
    mind(&mut document, found);
    document
}

/// The numbers of an estimate and what to mind, for a page that has the question, its formula and a plot of them.
#[must_use]
pub fn numbers(found: &Estimate) -> Document {
    let mut document = Document::default();
    no_number(&mut document, found);
    table(&mut document, found, false);
    if found.estimand.is_some() {
        let rows = count(found.used as usize, "row", "rows");
        document.say(Text::new().tone(Tone::Quiet, format!("From {rows}, by the formula above ({}).", found.how)));
    } else if !found.numbers.is_empty() {
        let rows = count(found.used as usize, "row", "rows");
        document.say(Text::new().tone(Tone::Quiet, format!("From {rows}, {}.", found.how)));
    }
    mind(&mut document, found);
    document
}

fn no_number(document: &mut Document, found: &Estimate) {
    if let Some(reason) = &found.reason {
        let word = if found.numbers.iter().any(|number| number.value.is_some()) { "Mind" } else { "No number" };
        document.say(Text::new().tone(Tone::Open, word).say(format!(": {}.", sentence(reason))));
    }
}

/// What stands below the numbers.
fn mind(document: &mut Document, found: &Estimate) {
    if !found.taken.is_empty() {
        let taken = found.taken.iter().map(|(name, level)| Math::Code(level_of(name, level)));
        document.say(Text::of("Any value of these gives the same answer; taken was ").join(taken, " and ").say("."));
    }
    if !found.notes.is_empty() {
        let notes = found.notes.iter().map(|note| Text::of(format!("{}.", sentence(note))));
        document.push(Block::List(notes.collect()));
    }
    positivity(document, found);
    for warning in &found.warnings {
        document.say(Text::new().tone(Tone::Open, "Mind").say(format!(": {}.", sentence(warning))));
    }
}

/// The numbers as a table; with bars: the causal one with its interval, the naive one as a mark.
fn table(document: &mut Document, found: &Estimate, bars: bool) {
    if found.numbers.is_empty() {
        return;
    }
    let percent = decimal(found.level * 100.0, 1);
    if let ([], [only]) = (found.slots.as_slice(), found.numbers.as_slice())
        && let Some(value) = only.value
    {
        let mut text = Text::new().tone(Tone::Good, rounded(value, only.se));
        if let Some((low, high)) = only.interval {
            let (low, high) = (rounded(low, only.se), rounded(high, only.se));
            text = text.say(format!(" if acted, with a {percent} % interval from {low} to {high}"));
        }
        text = match only.naive {
            Some(naive) => text.say(format!("; merely seen, {}.", rounded(naive, only.se))),
            None => text.say("; merely seen, no number."),
        };
        document.say(text);
        if !bars {
            return;
        }
    }
    let axis = Axis::of(found);
    let mut head: Vec<Text> = found.slots.iter().map(|slot| Text::new().math(Math::Code(slot.clone()))).collect();
    head.extend([Text::of("if acted"), Text::of(format!("{percent} % interval")), Text::of("merely seen")]);
    if bars {
        head.push(Text::of(format!("from {} to {}", axis.end(axis.low), axis.end(axis.high))));
    }
    let rows = found.numbers.iter().map(|number| {
        let mut row: Vec<Text> = number.at.iter().map(|level| Text::new().math(Math::Code(level.clone()))).collect();
        let cell = |value: Option<f64>| Text::of(value.map_or_else(|| "none".to_owned(), |v| rounded(v, number.se)));
        row.push(cell(number.value));
        row.push(Text::of(number.interval.map_or_else(
            || "none".to_owned(),
            |(low, high)| format!("{} to {}", rounded(low, number.se), rounded(high, number.se)),
        )));
        row.push(cell(number.naive));
        if bars {
            row.push(axis.mark(number, found.null).map_or_else(Text::new, |mark| Text::new().math(mark)));
        }
        row
    });
    document.push(Block::Table(Table { caption: Text::new(), head, rows: rows.collect() }));
}

fn positivity(document: &mut Document, found: &Estimate) {
    let lacking = &found.positivity;
    if !lacking.holds {
        let rows = count(lacking.rows_affected.round() as usize, "row", "rows");
        document.say(
            Text::new()
                .tone(Tone::Open, "No support")
                .say(format!(": the formula needs {}, which no row has; this concerns {rows}:", {
                    count(lacking.empty.len(), "combination", "combinations")
                })),
        );
        let mut all: Vec<Text> = lacking
            .empty
            .iter()
            .take(NAMED)
            .map(|at| {
                let levels: Vec<String> = at.iter().map(|(name, level)| level_of(name, level)).collect();
                Text::new().math(Math::Code(levels.join(", ")))
            })
            .collect();
        if lacking.empty.len() > NAMED {
            all.push(Text::of(format!("and {} more", lacking.empty.len() - NAMED)));
        }
        document.push(Block::List(all));
    }
    if let Some(applies) = &lacking.applies_to {
        document.say(
            Text::of("The numbers apply to ")
                .tone(Tone::Strong, applies.clone())
                .say(format!(": {} of {} rows.", found.used, found.rows)),
        );
    }
}

/// Attempts to refute as their reader is told them: one sentence each, under what it is about.
#[must_use]
pub fn refutations(about: &str, found: &[Refutation]) -> Document {
    let mut document = Document::default();
    document.push(Block::Part(Text::new().tone(Tone::Strong, about)));
    if found.is_empty() {
        document.say(Text::of("There is nothing here that these data could refute."));
        return document;
    }
    let told = found.iter().map(|one| {
        let (tone, word) = match one.verdict {
            Verdict::Passed => (Tone::Good, "Passed"),
            Verdict::Failed => (Tone::Bad, "Failed"),
            Verdict::NotInformative => (Tone::Open, "Not informative"),
        };
        Text::new().tone(tone, word).say(format!(": {}.", one.sentence))
    });
    document.push(Block::List(told.collect()));
    document
}

/// `z = b`
fn level_of(name: &str, level: &str) -> String {
    format!("{} = {}", print::name(name), print::value(level))
}

/// What the bars are drawn along.
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// From 0 to 1 for probabilities; else from the least to the greatest of all that is drawn, with 0 among it, or what
    /// means no effect.
    fn of(found: &Estimate) -> Self {
        let all = found.numbers.iter().flat_map(|number| {
            let (low, high) = number.interval.unzip();
            [number.value, low, high, number.naive].into_iter().flatten()
        });
        let start = found.null.unwrap_or(0.0);
        let (low, high) = all.fold((start, start), |(low, high), value| (low.min(value), high.max(value)));
        if found.null.is_some() {
            return Self { low, high };
        }
        if low >= 0.0 && high <= 1.0 { Self { low: 0.0, high: 1.0 } } else { Self { low, high } }
    }

    fn hundredths(&self, value: f64) -> u8 {
        let part = (value - self.low) / (self.high - self.low).max(f64::MIN_POSITIVE);
        (part * 100.0).round().clamp(0.0, 100.0) as u8
    }

    fn mark(&self, number: &Number, null: Option<f64>) -> Option<Math> {
        let at = number.value?;
        let (low, high) = number.interval.unwrap_or((at, at));
        Some(Math::Interval {
            from: self.hundredths(low),
            at: self.hundredths(at),
            to: self.hundredths(high),
            beside: number.naive.map(|naive| self.hundredths(naive)),
            null: null.map(|null| self.hundredths(null)),
        })
    }

    fn end(&self, at: f64) -> String {
        decimal(at, 2)
    }
}

/// A number to two digits of its standard error; to four after the point without one.
#[must_use]
pub fn rounded(value: f64, se: Option<f64>) -> String {
    let digits = match se {
        Some(se) if se > 0.0 => (1.0 - se.log10().floor()).clamp(0.0, 8.0) as usize,
        _ => 4,
    };
    decimal(value, digits)
}

/// With at most so many digits after the point, and no zero that says nothing.
fn decimal(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
