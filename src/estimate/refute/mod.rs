//! Attempts to refute: what a graph says of the data, held against them; and what becomes of an estimate when something
//! is changed that must not matter.
//!
//! Tests of the graph are corrected together for their number (Holm 1979). Each result is one sentence with a verdict; a
//! test that could not have found an effect of ordinary size is not informative, and says how many rows would do.

mod constraint;
mod controls;
mod independence;
mod partial;
mod perturb;
mod power;
mod sensitivity;
mod wald;

pub use controls::{needs_with, negative_controls};
pub use partial::{Benchmark, Robustness};

use super::compile::{Data, compile};
use super::{Empirical, Estimand, Options, identified, most_frequent, variance};
use crate::answer::{Answer, Body};
use crate::data::{Counts, Rows};
use crate::expr::Var;
use crate::graph::{Graph, Node};
use crate::problem::{Control, Problem};
use crate::syntax::print;

/// Independences that are tested, at most, and the cells of data looked at for them.
const MOST_TESTS: usize = 2_000;
const MOST_CELLS: usize = 1 << 30;
/// An effect that a test should be able to find: a tenth, as a probability or as a strength of association.
const ORDINARY: f64 = 0.1;

/// How an attempt went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// What must hold, holds.
    Passed,
    /// It does not.
    Failed,
    /// The data cannot tell.
    NotInformative,
}

impl Verdict {
    /// `passed`, `failed`, `not informative`
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotInformative => "not informative",
        }
    }
}

/// One attempt to refute a graph or an estimate.
#[derive(Clone, PartialEq, Debug)]
pub struct Refutation {
    /// The question whose estimate is concerned; None for the graph.
    pub query: Option<String>,
    /// `independence`, `verma`, `equal-estimands`, `support`, `placebo-treatment`, `random-common-cause`, `subset`, `dummy-outcome`,
    /// `negative-outcome`, `negative-treatment`, `e-value`, `partial-r2`
    pub test: &'static str,
    /// The result in one sentence.
    pub sentence: String,
    /// How it went.
    pub verdict: Verdict,
    /// The statistic, with its degrees of freedom, for a test of the graph.
    pub statistic: Option<(f64, f64)>,
    /// The probability of data at least so far from what is tested, if that holds.
    pub p: Option<f64>,
    /// The same, corrected for the number of tests.
    pub adjusted: Option<f64>,
    /// How large what was found is: a strength of association, a change of the estimate, an E-value.
    pub size: Option<f64>,
    /// How many rows would make it informative.
    pub rows_needed: Option<u64>,
    /// The pairs of variables between which an edge may be missing.
    pub doubts: Vec<(String, String)>,
    /// For `partial-r2`: what the regression says.
    pub robustness: Option<Box<Robustness>>,
}

impl Refutation {
    fn new(test: &'static str, sentence: String, verdict: Verdict) -> Self {
        Self {
            query: None,
            test,
            sentence,
            verdict,
            statistic: None,
            p: None,
            adjusted: None,
            size: None,
            rows_needed: None,
            doubts: Vec::new(),
            robustness: None,
        }
    }
}

/// A test before its verdict.
struct Tested {
    test: &'static str,
    /// What must hold, as a clause.
    claim: String,
    /// What it means if it does not.
    otherwise: String,
    found: Found,
    doubts: Vec<(String, String)>,
}

/// What a test came to.
enum Found {
    /// Statistic, degrees of freedom, size; and n times the square of the standard error of that size.
    Result { statistic: f64, freedom: f64, size: f64, scale: f64 },
    /// Too few rows for so many combinations; so many would do.
    Sparse(u64),
}

/// Tests everything that a graph says of the data: its independences, its Verma constraints, and that several estimands
/// of one effect agree. `implications` is the answer to that question; `effects` are answers with all their estimands.
///
/// Variables that the counts lack are left out. O(tests × cells of data), and for constraints the cells of their tables.
#[must_use]
pub fn graph(implications: &Answer, effects: &[&Answer], counts: &Counts, options: &Options) -> Vec<Refutation> {
    let graph = &*implications.graph;
    let (all, counts) = (counts.rows, &*counts.as_equal_rows());
    let columns = columns(graph, counts);
    let (mut tested, mut left_out) = (Vec::new(), 0);
    if let Body::Implications { independences, verma, .. } = &implications.body {
        let most = (MOST_CELLS / counts.cells.len().max(1)).clamp(1, MOST_TESTS);
        left_out = independences.len().saturating_sub(most);
        let some = independences.iter().take(most);
        tested.extend(some.filter_map(|found| independence::test(graph, found, counts, &columns)));
        tested.extend(verma.iter().filter_map(|found| constraint::verma(implications, found, counts, &columns)));
    }
    for answer in effects {
        tested.extend(constraint::estimands(answer, counts));
    }
    let mut found = judge(tested, all, options);
    if left_out > 0 {
        let sentence = format!("{left_out} further independences of this graph were not tested: they are too many");
        found.push(Refutation::new("independence", sentence, Verdict::NotInformative));
    }
    found
}

/// Where each variable of a graph is counted.
fn columns(graph: &Graph, counts: &Counts) -> Vec<Option<usize>> {
    graph.nodes().map(|node| counts.position(graph.name(node))).collect()
}

fn judge(tested: Vec<Tested>, rows: u64, options: &Options) -> Vec<Refutation> {
    let alpha = 1.0 - options.level;
    let p: Vec<Option<f64>> = tested
        .iter()
        .map(|tested| match tested.found {
            Found::Result { statistic, freedom, .. } => Some(power::exceeds(statistic, freedom)),
            Found::Sparse(_) => None,
        })
        .collect();
    let adjusted = power::holm(&p);
    let tests = p.iter().flatten().count().max(1) as f64;
    let each = tested.into_iter().zip(p).zip(adjusted).map(|((tested, p), adjusted)| {
        let Tested { test, claim, otherwise, found, doubts } = tested;
        let (statistic, size, needed) = match found {
            Found::Result { statistic, freedom, size, scale } => {
                // So many rows find an ordinary effect four times in five.
                let needed = power::needed(freedom, alpha / tests) * scale / (ORDINARY * ORDINARY);
                (Some((statistic, freedom)), Some(size), needed.ceil().min(1e15) as u64)
            }
            Found::Sparse(needed) => (None, None, needed),
        };
        let verdict = match adjusted {
            Some(adjusted) if adjusted < alpha => Verdict::Failed,
            Some(_) if rows >= needed => Verdict::Passed,
            _ => Verdict::NotInformative,
        };
        let numbers = match (adjusted, size) {
            (Some(adjusted), Some(size)) => format!("{}, strength {size:.2}", probability(adjusted)),
            _ => String::new(),
        };
        let sentence = match verdict {
            Verdict::Passed => format!("{claim}, as the graph says ({numbers})"),
            Verdict::Failed => {
                format!("the graph says that {claim}, and the data do not agree ({numbers}): {otherwise}")
            }
            Verdict::NotInformative => {
                format!("whether {claim} cannot be told from {rows} rows; about {} would do", round_up(needed))
            }
        };
        let rows_needed = (verdict == Verdict::NotInformative).then(|| round_up(needed));
        Refutation {
            query: None,
            test,
            sentence,
            verdict,
            statistic,
            p,
            adjusted,
            size,
            rows_needed,
            doubts: if verdict == Verdict::Failed { doubts } else { Vec::new() },
            robustness: None,
        }
    });
    each.collect()
}

/// Tries to refute the estimate of one answer: a placebo treatment, a random common cause, a dummy outcome, subsets,
/// negative controls, and how strong a common cause that nobody measured would have to be. Nothing but the controls for an
/// answer that is not a single number. The counts are those of [`needs_with`].
///
/// Some hundred evaluations of the estimand.
#[must_use]
pub fn effect(
    problem: &Problem,
    answer: &Answer,
    counts: &Counts,
    controls: &[Control],
    options: &Options,
) -> Vec<Refutation> {
    let name = answer.name.clone().unwrap_or_else(|| answer.text.clone());
    let scalar = identified(answer)
        .and_then(|found| Estimand::new(&answer.arena, &found.checked))
        .is_some_and(|estimand| answer.arena.free(estimand.query).is_empty());
    if scalar && number(answer, counts).is_none() {
        let sentence = "the formula needs combinations that no row has, so there is no number to refute".to_owned();
        let none = Refutation::new("support", sentence, Verdict::NotInformative);
        return vec![Refutation { query: Some(name), ..none }];
    }
    let mut found = perturb::all(answer, &counts.as_equal_rows(), options);
    found.extend(controls::negative_controls(answer, counts, controls, options));
    found.extend(sensitivity::e_value(problem, answer, counts, options));
    found.extend(partial::partial_r2(problem, answer, &partial::rows(counts), options));
    found.iter_mut().for_each(|one| one.query = Some(name.clone()));
    found
}

/// Tries to refute the estimate of one answer where covariates are numbers, so that there are rows and no counts: how
/// strong a common cause that nobody measured would have to be. What needs counts says so.
#[must_use]
pub fn effect_from_rows(
    problem: &Problem,
    answer: &Answer,
    rows: &Rows,
    controls: &[Control],
    options: &Options,
) -> Vec<Refutation> {
    let name = answer.name.clone().unwrap_or_else(|| answer.text.clone());
    let mut found: Vec<Refutation> = partial::partial_r2(problem, answer, rows, options).into_iter().collect();
    let counted = controls.iter().map(|control| {
        let sentence = format!(
            "{} is held against counts, and what is adjusted for are numbers here: cut them into bins",
            print::name(&control.variable)
        );
        let test = if control.treatment { "negative-treatment" } else { "negative-outcome" };
        Refutation::new(test, sentence, Verdict::NotInformative)
    });
    found.extend(counted);
    found.iter_mut().for_each(|one| one.query = Some(name.clone()));
    found
}

/// An answer's one number with its standard error.
fn number(answer: &Answer, counts: &Counts) -> Option<(f64, f64)> {
    let found = identified(answer)?;
    let estimand = Estimand::new(&answer.arena, &found.checked)?;
    if !answer.arena.free(estimand.query).is_empty() {
        return None;
    }
    let columns = columns(&answer.graph, counts);
    let numeric = counts.numeric.as_ref().and_then(|name| answer.graph.node(name));
    let data = Data { counts, columns: &columns, numeric: numeric.map(|node| Var::new(node.index())) };
    let at = found.free.iter().map(|r| Some((*r, most_frequent(data, *r).ok()?.0))).collect::<Option<Vec<_>>>()?;
    let program = compile(data, &answer.arena, estimand.expr, &[], &at).ok()?;
    let spread = variance::spread(&program, &Empirical::new(counts, 0.0), counts);
    let only = spread.first().filter(|only| only.value.is_finite())?;
    Some((only.value, (only.variance.max(0.0) / counts.rows.max(1) as f64).sqrt()))
}

fn named(graph: &Graph, node: Node) -> String {
    print::name(graph.name(node))
}

/// `a, b and c`
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// `p = 0.03`, corrected.
fn probability(p: f64) -> String {
    if p < 0.0001 { "p < 0.0001".to_owned() } else { format!("p = {:.*}", if p < 0.01 { 4 } else { 2 }, p) }
}

/// To two digits, upwards: nobody counts rows to the last.
fn round_up(rows: u64) -> u64 {
    let mut unit = 1;
    while rows / unit >= 100 {
        unit *= 10;
    }
    rows.div_ceil(unit) * unit
}
