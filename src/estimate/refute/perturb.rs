//! Changes that must not matter, made to the counts: what becomes of the estimate?

use super::{Refutation, Verdict, number, round_up};
use crate::answer::{Answer, Body};
use crate::data::{Cell, Counts};
use crate::estimate::Options;
use crate::estimate::interval::percentile;
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term, Var};
use crate::graph::Node;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Binomial, Distribution, StandardNormal};
use std::collections::BTreeMap;

/// How often each change is made anew: fewer times where there are many cells.
const TIMES: u64 = 100;
const LEAST_TIMES: u64 = 20;
const CELLS: u64 = 10_000_000;
/// The part of the rows that a subset keeps.
const KEPT: f64 = 0.8;

/// All that applies to an answer; nothing where it is not a single number.
pub(super) fn all(answer: &Answer, counts: &Counts, options: &Options) -> Vec<Refutation> {
    let Some((value, se)) = number(answer, counts) else { return Vec::new() };
    let times = (CELLS / counts.cells.len().max(1) as u64).clamp(LEAST_TIMES, TIMES);
    let made = |stream: u64, change: &dyn Fn(&mut ChaCha8Rng) -> Option<f64>| {
        let each = (0..times).filter_map(|time| {
            let mut random = ChaCha8Rng::seed_from_u64(options.seed);
            // Apart from those of a bootstrap.
            random.set_stream((1 << 40) + (stream << 20) + time);
            change(&mut random)
        });
        each.collect::<Vec<f64>>()
    };
    let again = |counts: &Counts| number(answer, counts).map(|(value, _)| value);
    let mut found = Vec::new();
    if let Some((acted, outcome)) = contrast(answer) {
        let columns: Option<Vec<usize>> = acted.iter().map(|var| column(answer, counts, *var)).collect();
        if let Some(columns) = columns {
            let values = made(1, &|random| again(&shuffled(counts, &columns, random)));
            let names: Vec<String> =
                acted.iter().map(|var| super::named(&answer.graph, Node::new(var.index()))).collect();
            let what = format!("{} drawn by lot", super::listed(&names));
            found.push(placebo("placebo-treatment", &what, value, &values, counts, options));
        }
        let name = super::named(&answer.graph, Node::new(outcome.index()));
        let values = match column(answer, counts, outcome) {
            Some(column) => made(2, &|random| again(&shuffled(counts, &[column], random))),
            None => made(2, &|random| again(&scattered(counts, random))),
        };
        found.push(placebo("dummy-outcome", &format!("{name} drawn by lot"), value, &values, counts, options));
    }
    let values = made(3, &|random| {
        let (one, other) = split(counts, 0.5, random);
        Some((again(&one)? * one.weight + again(&other)? * other.weight) / (one.weight + other.weight))
    });
    found.push(common_cause(value, se, &values));
    let values = made(4, &|random| again(&split(counts, KEPT, random).0));
    found.push(subset(value, &values, options));
    found
}

/// The variables that a difference of two terms sets to different values, and its outcome.
pub(super) fn contrast(answer: &Answer) -> Option<(Vec<Var>, Var)> {
    let Body::Contrast { terms, .. } = &answer.body else { return None };
    let [(1, one), (-1, other)] = terms[..] else { return None };
    let (one, other) = (term(&answer.arena, one)?, term(&answer.arena, other)?);
    let acted: Vec<Var> = one
        .do_()
        .iter()
        .filter(|r: &&Ref| matches!(r.at, At::Value(_)) && !other.do_().contains(r))
        .map(|r| r.var)
        .collect();
    let outcome = one.of().first()?.var;
    (!acted.is_empty() && other.of().first()?.var == outcome).then_some((acted, outcome))
}

/// The one term of a probability or an expectation.
fn term(arena: &Arena, id: ExprId) -> Option<&Term> {
    match (arena.get(id), &arena.terms(id)[..]) {
        (Expr::P(_) | Expr::Sum { .. }, [only]) => Some(only),
        _ => None,
    }
}

fn column(answer: &Answer, counts: &Counts, var: Var) -> Option<usize> {
    counts.position(answer.graph.name(Node::new(var.index())))
}

/// To four digits after the point, and nothing is nothing.
pub(super) fn shown(value: f64) -> String {
    let text = format!("{value:.4}");
    if text == "-0.0000" { "0.0000".to_owned() } else { text }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn placebo(
    test: &'static str,
    what: &str,
    value: f64,
    values: &[f64],
    counts: &Counts,
    options: &Options,
) -> Refutation {
    let (size, spread) = (mean(values), percentile(values.to_vec(), options.level));
    let (was, is) = (shown(value), shown(size));
    let Some((low, high)) = spread.filter(|_| values.len() as u64 * 2 > LEAST_TIMES) else {
        let sentence = format!("with {what} the formula has no number: some combinations are then empty");
        return Refutation::new(test, sentence, Verdict::NotInformative);
    };
    let holds = low <= 0.0 && 0.0 <= high;
    // Where chance alone makes as much as was found, nothing is learnt.
    let visible = value.abs() > high.abs().max(low.abs());
    if !holds {
        let sentence = format!("with {what} the effect should be nothing, and is {is}");
        return Refutation { size: Some(size), ..Refutation::new(test, sentence, Verdict::Failed) };
    }
    if visible {
        let sentence = format!("with {what} the effect goes from {was} to {is}, as it should");
        return Refutation { size: Some(size), ..Refutation::new(test, sentence, Verdict::Passed) };
    }
    // What chance makes shrinks with the root of the rows.
    let ratio = high.abs().max(low.abs()) / value.abs();
    let needed = round_up(((counts.rows as f64 * ratio * ratio).min(1e15) as u64).max(counts.rows + 1));
    let sentence = format!(
        "with {what} the effect scatters from {low:.4} to {high:.4}, so {was} may be chance too; about {needed} rows would \
         tell"
    );
    let none = Refutation::new(test, sentence, Verdict::NotInformative);
    Refutation { size: Some(size), rows_needed: Some(needed), ..none }
}

fn common_cause(value: f64, se: f64, values: &[f64]) -> Refutation {
    const TEST: &str = "random-common-cause";
    if values.len() as u64 * 2 <= LEAST_TIMES {
        let sentence = "with a random common cause adjusted for some combinations are empty".to_owned();
        return Refutation::new(TEST, sentence, Verdict::NotInformative);
    }
    let change = mean(values) - value;
    let (was, by) = (shown(value), shown(change));
    let verdict = if change.abs() <= se.max(1e-12) { Verdict::Passed } else { Verdict::Failed };
    let sentence = match verdict {
        Verdict::Passed => format!("adjusting for one more cause, drawn by lot, changes {was} by {by}"),
        Verdict::Failed | Verdict::NotInformative => format!(
            "adjusting for one more cause, drawn by lot, changes {was} by {by}, more than its standard error: \
             some combinations have too few rows"
        ),
    };
    Refutation { size: Some(change), ..Refutation::new(TEST, sentence, verdict) }
}

fn subset(value: f64, values: &[f64], options: &Options) -> Refutation {
    const TEST: &str = "subset";
    let spread = percentile(values.to_vec(), options.level).filter(|_| values.len() as u64 * 2 > LEAST_TIMES);
    let Some((low, high)) = spread else {
        let sentence = "in random parts of the data some combinations are empty".to_owned();
        return Refutation::new(TEST, sentence, Verdict::NotInformative);
    };
    let holds = low <= value && value <= high;
    let (word, verdict) = if holds { ("around", Verdict::Passed) } else { ("away from", Verdict::Failed) };
    let sentence = format!(
        "four fifths of the rows, drawn by lot again and again, give numbers from {low:.4} to {high:.4}, {word} {value:.4}"
    );
    Refutation { size: Some(high - low), ..Refutation::new(TEST, sentence, verdict) }
}

/// How many of so many rows a lot falls on.
fn draw(rows: f64, chance: f64, random: &mut ChaCha8Rng) -> f64 {
    let whole = rows.round().max(0.0) as u64;
    Binomial::new(whole, chance.clamp(0.0, 1.0)).map_or(0.0, |binomial| binomial.sample(random) as f64)
}

/// So many rows of a cell, with a sum that such a part has.
fn part(cell: &Cell, rows: f64, random: &mut ChaCha8Rng) -> (f64, f64) {
    let count = cell.count.max(f64::MIN_POSITIVE);
    let mean = cell.sum / count;
    let variance = (cell.sum_squares / count - mean * mean).max(0.0);
    let left = (1.0 - rows / count).clamp(0.0, 1.0);
    let normal: f64 = StandardNormal.sample(random);
    (rows * mean + (rows * left * variance).sqrt() * normal, cell.sum_squares * rows / count)
}

/// The rows divided by lot.
fn split(counts: &Counts, chance: f64, random: &mut ChaCha8Rng) -> (Counts, Counts) {
    let (mut one, mut other) = (Vec::new(), Vec::new());
    for cell in &counts.cells {
        let rows = draw(cell.count, chance, random);
        let (sum, sum_squares) = if counts.numeric.is_some() { part(cell, rows, random) } else { (0.0, 0.0) };
        let left = cell.count.round() - rows;
        if rows > 0.0 {
            one.push(Cell { at: cell.at.clone(), count: rows, sum, sum_squares });
        }
        if left > 0.0 {
            other.push(Cell {
                at: cell.at.clone(),
                count: left,
                sum: cell.sum - sum,
                sum_squares: cell.sum_squares - sum_squares,
            });
        }
    }
    (with(counts, one), with(counts, other))
}

fn with(counts: &Counts, cells: Vec<Cell>) -> Counts {
    let weight: f64 = cells.iter().map(|cell| cell.count).sum();
    Counts {
        cells,
        rows: weight.round() as u64,
        weight,
        columns: counts.columns.clone(),
        numeric: counts.numeric.clone(),
        squared_weights: None,
    }
}

/// The counts with some columns drawn anew from what they are in all, whatever the other columns say.
fn shuffled(counts: &Counts, columns: &[usize], random: &mut ChaCha8Rng) -> Counts {
    let mut margin: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
    let mut rest: BTreeMap<Box<[u32]>, Cell> = BTreeMap::new();
    for cell in &counts.cells {
        let own: Vec<u32> = columns.iter().map(|&column| cell.at[column]).collect();
        *margin.entry(own).or_default() += cell.count;
        let mut at = cell.at.clone();
        columns.iter().for_each(|&column| at[column] = 0);
        let empty = Cell { at: at.clone(), count: 0.0, sum: 0.0, sum_squares: 0.0 };
        let into = rest.entry(at).or_insert(empty);
        into.count += cell.count;
        into.sum += cell.sum;
        into.sum_squares += cell.sum_squares;
    }
    let all: f64 = margin.values().sum();
    let mut cells = Vec::new();
    for whole in rest.values() {
        let (mut left, mut chances) = (whole.count.round(), all);
        for (own, &share) in &margin {
            let rows = draw(left, share / chances, random);
            left -= rows;
            chances -= share;
            if rows > 0.0 {
                let (sum, sum_squares) = if counts.numeric.is_some() { part(whole, rows, random) } else { (0.0, 0.0) };
                let mut at = whole.at.clone();
                columns.iter().zip(own).for_each(|(&column, &level)| at[column] = level);
                cells.push(Cell { at, count: rows, sum, sum_squares });
            }
        }
    }
    cells.sort_by(|a, b| a.at.cmp(&b.at));
    with(counts, cells)
}

/// The counts with the numeric variable drawn anew from all rows.
fn scattered(counts: &Counts, random: &mut ChaCha8Rng) -> Counts {
    let weight = counts.weight.max(f64::MIN_POSITIVE);
    let sum: f64 = counts.cells.iter().map(|cell| cell.sum).sum();
    let squares: f64 = counts.cells.iter().map(|cell| cell.sum_squares).sum();
    let (mean, square) = (sum / weight, squares / weight);
    let deviation = (square - mean * mean).max(0.0).sqrt();
    let cells = counts.cells.iter().map(|cell| {
        let normal: f64 = StandardNormal.sample(random);
        let sum = cell.count * mean + cell.count.sqrt() * deviation * normal;
        Cell { at: cell.at.clone(), count: cell.count, sum, sum_squares: cell.count * square }
    });
    with(counts, cells.collect())
}
