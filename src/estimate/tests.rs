//! Published answers, formulas of the books, what is missing, and words for every mistake.

use super::*;
use crate::answer::{Options as Asked, Prover};
use crate::data::{Cell, Column};
use crate::problem;
use crate::source::Source;

/// Counts of rows `a b c 12`, or with a third number and its square's sum for a numeric variable.
fn counts(names: &str, rows: &[&str]) -> Counts {
    let rows: Vec<(Vec<&str>, f64)> = rows
        .iter()
        .map(|row| {
            let mut row: Vec<&str> = row.split_whitespace().collect();
            let count = row.pop().unwrap().parse().unwrap();
            (row, count)
        })
        .collect();
    let columns: Vec<Column> = names
        .split_whitespace()
        .enumerate()
        .map(|(at, name)| {
            let mut levels: Vec<String> = rows.iter().map(|(row, _)| row[at].to_owned()).collect();
            levels.sort();
            levels.dedup();
            Column { name: name.to_owned(), levels }
        })
        .collect();
    let mut cells: Vec<Cell> = rows
        .iter()
        .filter(|(_, count)| *count > 0.0)
        .map(|(row, count)| {
            let at = row
                .iter()
                .zip(&columns)
                .map(|(level, column)| column.levels.iter().position(|own| own == level).unwrap() as u32);
            Cell { at: at.collect(), count: *count, sum: 0.0, sum_squares: 0.0 }
        })
        .collect();
    cells.sort_by(|a, b| a.at.cmp(&b.at));
    let weight: f64 = cells.iter().map(|cell| cell.count).sum();
    Counts { columns, cells, rows: weight as u64, weight, ..Counts::default() }
}

fn answered(text: &str, counts: &Counts, options: &Options) -> Estimate {
    let (problem, diagnostics) = problem::read(&Source::new("t.causal", text));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let answer = Prover::new(&problem).unwrap().answer(0, &Asked::default());
    estimate(&problem, &answer, counts, options).unwrap()
}

fn near(found: Option<f64>, truth: f64, within: f64) {
    let found = found.unwrap();
    assert!((found - truth).abs() <= within, "{found} is not {truth}");
}

const STONES: &str = "graph { size -> {treatment recovered}; treatment -> recovered }\n";

/// Charig et al. 1986.
fn kidney() -> Counts {
    counts(
        "treatment size recovered",
        &[
            "surgery small yes 81",
            "surgery small no 6",
            "surgery large yes 192",
            "surgery large no 71",
            "puncture small yes 234",
            "puncture small no 36",
            "puncture large yes 55",
            "puncture large no 25",
        ],
    )
}

#[test]
fn kidney_stones_as_published() {
    let text = format!("{STONES}P(recovered = yes | do(treatment))");
    let found = answered(&text, &kidney(), &Options::default());
    assert_eq!(found.strategy, Some("back-door"));
    assert_eq!(found.slots, ["treatment"]);
    let [puncture, surgery] = &found.numbers[..] else { panic!("two numbers") };
    assert_eq!((&*puncture.at[0], &*surgery.at[0]), ("puncture", "surgery"));
    near(surgery.value, 0.833, 0.0005);
    near(puncture.value, 0.779, 0.0005);
    near(surgery.naive, 0.780, 0.0005);
    near(puncture.naive, 0.826, 0.0005);
    let difference =
        format!("{STONES}P(recovered = yes | do(treatment = surgery)) - P(recovered = yes | do(treatment = puncture))");
    let found = answered(&difference, &kidney(), &Options::default());
    near(found.numbers[0].value, 0.8325 - 0.7789, 0.0002);
    let (low, high) = found.numbers[0].interval.unwrap();
    assert!(low < 0.0 && high > 0.1, "{low} {high}");
    near(found.numbers[0].naive, 0.7800 - 0.8257, 0.0002);
}

/// The standard error of adjustment by hand: Σ_z P(z) (m_z (1 − m_z) / P(x | z) + (m_z − ψ)²).
#[test]
fn the_influence_function_of_adjustment_is_the_one_of_the_books() {
    let text = format!("{STONES}P(recovered = yes | do(treatment = surgery))");
    let found = answered(&text, &kidney(), &Options::default());
    let strata = [(357.0, 87.0, 81.0 / 87.0), (343.0, 263.0, 192.0 / 263.0)];
    let psi: f64 = strata.iter().map(|(n, _, m)| n / 700.0 * m).sum();
    let variance: f64 =
        strata.iter().map(|(n, x, m)| n / 700.0 * (m * (1.0 - m) / (x / n) + (m - psi) * (m - psi))).sum();
    near(found.numbers[0].se, (variance / 700.0).sqrt(), 1e-12);
}

#[test]
fn a_derivative_is_the_difference_quotient() {
    let napkin = "graph { w -> r -> x -> y; w <-> x; w <-> y }\nP(y = 1 | do(x = 1))";
    let rows: Vec<String> = (0..16_u32)
        .map(|at| format!("{} {} {} {} {}", at >> 3 & 1, at >> 2 & 1, at >> 1 & 1, at & 1, 7 + (at * 37) % 23))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let data = counts("w r x y", &rows);
    let (problem, _) = problem::read(&Source::new("t.causal", napkin));
    let answer = Prover::new(&problem).unwrap().answer(0, &Asked::default());
    let found = identified(&answer).unwrap();
    let columns: Vec<Option<usize>> = answer.graph.nodes().map(|node| data.position(answer.graph.name(node))).collect();
    let view = Data { counts: &data, columns: &columns, numeric: None };
    let at: Vec<(Ref, u32)> = found.free.iter().map(|r| (*r, 0)).collect();
    assert_eq!(at.len(), 1);
    let program = compile(view, &answer.arena, found.estimand, &[], &at).unwrap();
    let empirical = Empirical::new(&data, 0.0);
    let (mut values, mut gradient) = (Values::default(), tape::Gradient::default());
    program.tape.forward(empirical.point(), &mut values);
    assert!(program.tape.backward(&values, 0, 16, &mut gradient).is_empty());
    for cell in 0..16 {
        let mut moved = |by: f64| {
            let mut mass = empirical.mass.clone();
            mass[cell] += by;
            program.tape.forward(Point { mass: &mass, moment: &empirical.moment, smooth: (0.0, 0.0) }, &mut values);
            program.tape.result(&values)[0]
        };
        let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
        assert!((numeric - gradient.mass[cell]).abs() < 1e-6, "{numeric} {}", gradient.mass[cell]);
    }
}

#[test]
fn what_is_missing_is_named_and_only_where_it_is_needed() {
    let data = counts("x z y", &["0 a 0 40", "0 a 1 10", "0 b 0 20", "0 b 1 10", "1 a 0 5", "1 a 1 15"]);
    let text = "graph { z -> x -> y; z -> y }\nP(y = 1 | do(x))";
    let found = answered(text, &data, &Options::default());
    assert!(found.numbers[0].value.is_some());
    assert_eq!(found.numbers[1].value, None);
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(found.positivity.empty, [vec![pair("z", "b"), pair("x", "1")]]);
    near(Some(found.positivity.rows_affected), 30.0, 0.0);
    let smooth = answered(text, &data, &Options { empty: Empty::Smooth(0.5), ..Options::default() });
    assert!(smooth.numbers[1].value.is_some());
    assert_eq!(smooth.warnings.len(), 1);
    let overlap = answered(text, &data, &Options { empty: Empty::Overlap, ..Options::default() });
    near(overlap.numbers[1].value, 0.75, 1e-12);
    assert_eq!(overlap.used, 70);
    assert_eq!(overlap.positivity.applies_to.as_deref(), Some("everybody but those with z=b"));
}

#[test]
fn a_numeric_outcome_is_summed_up() {
    let text = "graph { z -> x -> y; z -> y }\nE[y | do(x = 1)] - E[y | do(x = 0)]";
    let (problem, _) = problem::read(&Source::new("t.causal", text));
    let answer = Prover::new(&problem).unwrap().answer(0, &Asked::default());
    let needs = needs(&answer).unwrap();
    assert_eq!((needs.columns, needs.numeric.as_deref()), (vec!["z".to_owned(), "x".to_owned()], Some("y")));
    // Rows with y in 0, 1, 4 once by level and once by sums.
    let rows = ["0 0 0 9", "0 0 1 7", "0 1 1 8", "0 1 4 3", "1 0 0 4", "1 0 4 6", "1 1 0 5", "1 1 4 11"];
    let by_level = counts("z x y", &rows);
    let mut by_sum = counts("z x", &["0 0 16", "0 1 11", "1 0 10", "1 1 16"]);
    by_sum.numeric = Some("y".to_owned());
    for cell in &by_level.cells {
        let y: f64 = by_level.columns[2].levels[cell.at[2] as usize].parse().unwrap();
        let own = by_sum.cells.iter_mut().find(|own| own.at[..] == cell.at[..2]).unwrap();
        own.sum += y * cell.count;
        own.sum_squares += y * y * cell.count;
    }
    let [a, b] = [&by_level, &by_sum].map(|counts| answered(text, counts, &Options::default()).numbers[0].clone());
    near(a.value, b.value.unwrap(), 1e-12);
    near(a.se, b.se.unwrap(), 1e-12);
    near(a.naive, b.naive.unwrap(), 1e-12);
}

#[test]
fn a_bootstrap_agrees_with_the_influence_function_and_repeats_itself() {
    let text = format!("{STONES}P(recovered = yes | do(treatment = surgery))");
    let options = Options { bootstrap: 4000, ..Options::default() };
    let plain = answered(&text, &kidney(), &Options::default()).numbers[0].clone();
    let found = answered(&text, &kidney(), &options);
    assert_eq!(found.resampled, Some(Resampled { replicates: 4000, undefined: 0 }));
    let (low, high) = found.numbers[0].interval.unwrap();
    let (own_low, own_high) = plain.interval.unwrap();
    assert!((low - own_low).abs() < 0.006 && (high - own_high).abs() < 0.006, "{low} {high} {own_low} {own_high}");
    assert_eq!(answered(&text, &kidney(), &options), found);
}

#[test]
fn each_mistake_has_words_of_its_own() {
    let fault = |text: &str, counts: &Counts| {
        let (problem, _) = problem::read(&Source::new("t.causal", text));
        let answer = Prover::new(&problem).unwrap().answer(0, &Asked::default());
        let fault = estimate(&problem, &answer, counts, &Options::default()).unwrap_err();
        format!("{}: {}; {}", fault.code, fault.message, fault.help.unwrap())
    };
    let chance = format!("{STONES}P(recovered = yes | do(treatment = surgery))");
    let mut small = kidney();
    small.columns[1].name = "weight".to_owned();
    assert_eq!(
        fault(&chance, &small),
        "whatif::not_counted: the data have no variable size; count by every variable that the formula names"
    );
    assert_eq!(
        fault(&format!("{STONES}P(recovered = yes | do(treatment = laser))"), &kidney()),
        "whatif::no_such_level: treatment is never laser in the data; its levels there: puncture, surgery"
    );
    assert_eq!(
        fault(&format!("{STONES}E[recovered | do(treatment = surgery)]"), &kidney()),
        "whatif::level_no_number: the mean of recovered is asked for, and its level no is no number; ask for the \
         probability of one of its levels: P(y = yes | do(x))"
    );
    let numeric = Counts { numeric: Some("recovered".to_owned()), ..kidney() };
    assert!(fault(&chance, &numeric).starts_with("whatif::distribution_needed: "));
    let mut wide = kidney();
    for column in &mut wide.columns {
        column.levels.extend((0..3000).map(|level| level.to_string()));
    }
    let all = format!("{STONES}P(recovered | do(treatment))");
    assert!(fault(&all, &wide).starts_with("whatif::tables_too_large: "));
}

#[test]
fn what_is_not_identifiable_gets_no_number() {
    let found = answered("graph { x -> y; x <-> y }\nP(y | do(x))", &kidney(), &Options::default());
    assert!(found.numbers.is_empty() && found.reason.is_some());
}
