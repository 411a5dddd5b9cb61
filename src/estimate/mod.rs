//! From a proved estimand and counts of data to a number with an interval.
//!
//! In: an [`Estimand`], which only a certificate of the kernel can be turned into, and [`Counts`]. Out: an [`Estimate`],
//! with its standard error, the naive answer beside it and what the data lack. Must never know: files, threads of its own,
//! or how a number is shown.
//!
//! For discrete variables the counts are sufficient: the estimate is the estimand's value at the empirical distribution
//! (the maximum likelihood estimate where nothing else is assumed), its standard error comes from the influence function,
//! which is the derivative by the probability of each cell, and a bootstrap draws counts.

mod bootstrap;
mod compile;
pub mod continuous;
mod interval;
mod moments;
mod naive;
mod overlap;
mod positivity;
pub mod refute;
mod tape;
#[cfg(test)]
mod tests;
mod types;
mod variance;

pub use types::{Empty, Estimate, Instrumented, Interval, Method, Number, Options, Overlap, Positivity, Resampled};

use crate::answer::{Answer, Body, Identified, Verdict};
use crate::data::Counts;
use crate::expr::{Arena, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, Node};
use crate::kernel::Checked;
use crate::problem::{Problem, lift};
use crate::proof::Statement;
use crate::source::Diagnostic;
use crate::syntax::print::{self, Style};
use compile::{Data, Program, compile};
use moments::Moments;
use std::fmt::Write as _;
use tape::{Point, Values};

/// A bootstrap is of no use where more than one in so many replicates lacks a number.
const UNDEFINED: usize = 20;

/// What stands in the way of a number.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Fault {
    /// The counts lack a variable.
    NoColumn(Var),
    /// A value is no level of its column.
    NoLevel { var: Var, value: String },
    /// A level whose number is needed is none.
    NoNumber { var: Var, value: String },
    /// A numeric variable's distribution is needed, and only its mean is there.
    Distribution,
    /// The tables would be too large.
    TooLarge,
}

/// A formula that may be estimated: one that the kernel has accepted, over what is measured and nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Estimand<'a> {
    arena: &'a Arena,
    query: ExprId,
    expr: ExprId,
}

impl<'a> Estimand<'a> {
    /// The estimand of a certificate; None where it certifies something else, or where distributions with actions are
    /// taken as known. The arena is the one that the certificate was made with.
    #[must_use]
    pub fn new(arena: &'a Arena, checked: &Checked) -> Option<Self> {
        let claim = checked.claim();
        let &Statement::Identifiable { query, estimand: expr } = &claim.statement else { return None };
        let observed = claim.known.iter().all(|term| term.do_().is_empty());
        (observed && arena.terms(expr).iter().all(|term| term.do_().is_empty())).then_some(Self { arena, query, expr })
    }
}

/// What has to be counted for an estimate.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Needs {
    /// The variables to count by, in the graph's order.
    pub columns: Vec<String>,
    /// The variable to sum up as a number, where its mean is all that is needed.
    pub numeric: Option<String>,
}

/// What has to be counted for an answer; None where it has no estimand. O(estimand).
#[must_use]
pub fn needs(answer: &Answer) -> Option<Needs> {
    let found = identified(answer)?;
    let estimand = Estimand::new(&answer.arena, &found.checked)?;
    let graph = &*answer.graph;
    let name = |var: Var| graph.name(Node::new(var.index())).to_owned();
    let numeric = numeric(estimand);
    let mut vars = estimand.arena.variables([estimand.query, estimand.expr]);
    vars.retain(|var| Some(*var) != numeric);
    Some(Needs { columns: vars.into_iter().map(name).collect(), numeric: numeric.map(name) })
}

/// The one variable whose number is asked for, where its mean is all that the estimand and the naive answer need.
fn numeric(estimand: Estimand<'_>) -> Option<Var> {
    let Estimand { arena, query, expr } = estimand;
    let mut vars = arena.reachable([query, expr]).into_iter().filter_map(|id| match arena.get(id) {
        Expr::Value(r) => Some(r.var),
        Expr::Number(_)
        | Expr::P(_)
        | Expr::Sum { .. }
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_) => None,
    });
    let first = vars.next()?;
    let alone = vars.all(|var| var == first);
    let mut seen = arena.clone();
    let naive = naive::expr(&mut seen, query);
    let fits = |root| Moments::of(&seen, root, Some(first)).is_ok();
    (alone && fits(expr) && fits(naive)).then_some(first)
}

/// The estimand of an answer, where it has one.
fn identified(answer: &Answer) -> Option<&Identified> {
    match &answer.body {
        Body::Effect { verdict: Verdict::Identifiable(found), .. }
        | Body::Contrast { verdict: Verdict::Identifiable(found), .. } => Some(found),
        Body::Effect { .. }
        | Body::Contrast { .. }
        | Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => None,
    }
}

/// Whether an answer is one to a question about an effect, so that a number is expected.
#[must_use]
pub const fn is_effect(answer: &Answer) -> bool {
    matches!(answer.body, Body::Effect { .. } | Body::Contrast { .. })
}

/// Estimates what an answer's estimand is worth.
///
/// O(cells of data × terms + cells of the largest product), times one for each number asked for, times the replicates of
/// a bootstrap.
///
/// # Errors
/// Counts that lack a variable or a level that the question names, or an estimand whose tables are too large.
pub fn estimate(
    problem: &Problem,
    answer: &Answer,
    counts: &Counts,
    options: &Options,
) -> Result<Estimate, Box<Diagnostic>> {
    let graph = &*answer.graph;
    let mut estimate = Estimate { rows: counts.rows, ..begin(answer, options) };
    let found = identified(answer);
    let Some((found, estimand)) = found.and_then(|found| Some((found, Estimand::new(&answer.arena, &found.checked)?)))
    else {
        estimate.reason = Some("there is no estimand, so the data cannot answer it".to_owned());
        return Ok(estimate);
    };
    if counts.cells.iter().all(|cell| cell.count <= 0.0) {
        estimate.reason = Some("there is no row of data".to_owned());
        return Ok(estimate);
    }
    let work = Work { problem, answer, graph, found, estimand, options };
    work.fill(&mut estimate, counts).map_err(|fault| Box::new(work.diagnostic(counts, &fault)))?;
    Ok(estimate)
}

/// What every estimate of an answer has, before there are numbers.
fn begin(answer: &Answer, options: &Options) -> Estimate {
    let mut estimate = Estimate {
        id: answer.id,
        name: answer.name.clone(),
        text: answer.text.clone(),
        level: options.level,
        ..Estimate::default()
    };
    if let Body::Contrast { expr, .. } = &answer.body {
        estimate.null = interval::null(&answer.arena, *expr);
    }
    if let [treatment] = actions(&answer.terms())[..] {
        estimate.treatment = Some(answer.graph.name(Node::new(treatment.index())).to_owned());
    }
    let found = identified(answer);
    if let Some((found, estimand)) =
        found.and_then(|found| Some((found, Estimand::new(&answer.arena, &found.checked)?)))
    {
        estimate.strategy = Some(found.strategy);
        estimate.how = found.how.clone();
        estimate.estimand = Some(estimand.expr);
        let tree = lift::expr(&answer.graph, estimand.arena, estimand.expr, &[]);
        estimate.estimand_text = print::expr(&tree, Style::Ascii);
    }
    estimate
}

/// The variables that a question acts on, ascending.
fn actions(terms: &[&Term]) -> Vec<Var> {
    let mut vars: Vec<Var> = terms.iter().flat_map(|term| term.do_()).map(|r| r.var).collect();
    vars.sort_unstable();
    vars.dedup();
    vars
}

/// One estimand at work.
struct Work<'a> {
    problem: &'a Problem,
    answer: &'a Answer,
    graph: &'a Graph,
    found: &'a Identified,
    estimand: Estimand<'a>,
    options: &'a Options,
}

/// Counts as an empirical distribution.
struct Empirical {
    mass: Vec<f64>,
    moment: Vec<f64>,
    /// Mean of squares of the numeric variable over all rows, by cell.
    squares: Vec<f64>,
    smooth: (f64, f64),
}

impl Empirical {
    fn new(counts: &Counts, smooth: f64) -> Self {
        let weight: f64 = counts.cells.iter().map(|cell| cell.count).sum();
        let combinations: f64 = counts.columns.iter().map(|column| column.levels.len() as f64).product();
        let total = weight + smooth * combinations;
        let sum: f64 = counts.cells.iter().map(|cell| cell.sum).sum();
        Self {
            mass: counts.cells.iter().map(|cell| cell.count / total).collect(),
            moment: counts.cells.iter().map(|cell| cell.sum / total).collect(),
            squares: counts.cells.iter().map(|cell| cell.sum_squares / total).collect(),
            smooth: (smooth * combinations / total, sum / weight),
        }
    }

    fn point(&self) -> Point<'_> {
        Point { mass: &self.mass, moment: &self.moment, smooth: self.smooth }
    }
}

impl Work<'_> {
    fn fill(&self, estimate: &mut Estimate, counts: &Counts) -> Result<(), Fault> {
        let mut arena = self.estimand.arena.clone();
        let naive = naive::expr(&mut arena, self.estimand.query);
        let numeric = counts.numeric.as_ref().and_then(|name| self.graph.node(name));
        let numeric = numeric.map(|node| Var::new(node.index()));
        let columns: Vec<Option<usize>> =
            self.graph.nodes().map(|node| counts.position(self.graph.name(node))).collect();
        let whole = Data { counts, columns: &columns, numeric };
        let over = arena.free(self.estimand.query).to_vec();
        estimate.slots =
            over.iter().map(|r| print::name(self.graph.name(Node::new(r.var.index()))) + &primes(*r)).collect();
        let mut at = Vec::new();
        for &reference in &self.found.free {
            let (level, text) = most_frequent(whole, reference)?;
            at.push((reference, level));
            estimate.taken.push((self.graph.name(Node::new(reference.var.index())).to_owned(), text));
        }
        let mut restricted;
        let mut data = whole;
        let mut program = compile(data, &arena, self.estimand.expr, &over, &at)?;
        self.affordable(&program, counts)?;
        let smooth = if let Empty::Smooth(by) = self.options.empty { by } else { 0.0 };
        let mut empirical = Empirical::new(counts, smooth);
        let mut spread = variance::spread(&program, &empirical, counts);
        let mut holes = positivity::holes(data, &arena, &program, &spread)?;
        estimate.positivity = positivity::told(self, whole, &holes);
        if self.options.empty == Empty::Overlap && !holes.is_empty() {
            match positivity::restrict(self, counts, &holes, |counts| {
                let data = Data { counts, ..whole };
                let program = compile(data, &arena, self.estimand.expr, &over, &at)?;
                let empirical = Empirical::new(counts, 0.0);
                let spread = variance::spread(&program, &empirical, counts);
                positivity::holes(data, &arena, &program, &spread)
            })? {
                Ok((kept, applies)) => {
                    estimate.positivity.applies_to = Some(applies);
                    restricted = kept;
                    restricted.rows = restricted.cells.iter().map(|cell| cell.count).sum::<f64>().round() as u64;
                    estimate.used = restricted.rows;
                    data = Data { counts: &restricted, ..whole };
                    program = compile(data, &arena, self.estimand.expr, &over, &at)?;
                    empirical = Empirical::new(&restricted, 0.0);
                    spread = variance::spread(&program, &empirical, &restricted);
                    holes = Vec::new();
                }
                Err(why) => estimate.warnings.push(why),
            }
        } else {
            estimate.used = counts.rows;
        }
        let naive = compile(data, &arena, naive, &over, &[])?;
        let naive = Self::plain(&naive, &Empirical::new(data.counts, 0.0));
        let rows = variance::observations(data.counts);
        let scale = interval::Scale::of(&arena, self.estimand.query);
        let resampled =
            (self.options.bootstrap > 0).then(|| bootstrap::replicates(&program, data.counts, smooth, self.options));
        for (cell, found) in spread.iter().enumerate() {
            let at = self.labels(data, &over, cell)?;
            let value = found.value.is_finite().then_some(found.value);
            let se = value.and(Some((found.variance.max(0.0) / rows).sqrt())).filter(|se| se.is_finite());
            // Where many replicates lack the number, those left are no fair sample of all.
            let fair = resampled.as_ref().filter(|all| all.undefined() * UNDEFINED <= all.replicates);
            let interval = match (fair, value) {
                (Some(all), Some(_)) => interval::percentile(all.of(cell), self.options.level),
                (None, Some(value)) => se.and_then(|se| scale.interval(value, se, self.options.level)),
                (_, None) => None,
            };
            let naive = naive.get(cell).copied().filter(|naive| naive.is_finite());
            estimate.numbers.push(Number { at, value, se, interval, naive });
        }
        if let Some(all) = &resampled {
            estimate.resampled = Some(Resampled { replicates: all.replicates, undefined: all.undefined() });
        }
        estimate.overlap = overlap::overlap(self, data);
        self.remarks(estimate, data, smooth, &holes);
        Ok(())
    }

    /// Refuses what would take hours, or more memory than there is.
    fn affordable(&self, program: &Program, counts: &Counts) -> Result<(), Fault> {
        /// Steps of the derivatives, and of a bootstrap.
        const MOST_STEPS: u128 = 1 << 34;
        const MOST_DRAWN: u128 = 1 << 38;
        /// Numbers that a bootstrap keeps.
        const MOST_KEPT: u128 = 1 << 25;
        let once = (program.walked + counts.cells.len()) as u128;
        let (numbers, replicates) = (program.tape.results() as u128, self.options.bootstrap as u128);
        let fine = once * numbers <= MOST_STEPS && once * replicates <= MOST_DRAWN && numbers * replicates <= MOST_KEPT;
        if fine { Ok(()) } else { Err(Fault::TooLarge) }
    }

    fn plain(program: &Program, empirical: &Empirical) -> Vec<f64> {
        let (mut values, mut spare, mut into) = (Values::default(), Values::default(), Vec::new());
        program.tape.evaluate(empirical.point(), &mut values, &mut spare, &mut into);
        into
    }

    /// `engagement=high`
    fn labels(&self, data: Data<'_>, over: &[Ref], mut cell: usize) -> Result<Vec<String>, Fault> {
        let mut labels = Vec::new();
        for reference in over.iter().rev() {
            let levels = data.levels(reference.var)?;
            let level = levels.get(cell % levels.len().max(1)).cloned().unwrap_or_default();
            labels.push(level);
            cell /= levels.len().max(1);
        }
        labels.reverse();
        Ok(labels)
    }

    fn remarks(&self, estimate: &mut Estimate, data: Data<'_>, smooth: f64, holes: &[positivity::Hole]) {
        let counts = data.counts;
        if !holes.is_empty() && estimate.numbers.iter().any(|number| number.value.is_none()) {
            let none = estimate.numbers.iter().all(|number| number.value.is_none());
            let place = if none { "" } else { "in some places " };
            estimate.reason = Some(format!(
                "{place}the formula needs combinations that no row has; --smooth 0.5 adds half a row to each \
                 combination, --overlap answers for the rest of the population"
            ));
        }
        if smooth > 0.0 {
            let combinations: f64 = counts.columns.iter().map(|column| column.levels.len() as f64).product();
            estimate.warnings.push(format!(
                "each of {combinations} combinations of levels was counted {smooth} rows more, {} in all",
                smooth * combinations
            ));
        }
        if counts.squared_weights.is_none()
            && (counts.weight - counts.rows as f64).abs() > 1e-6 * counts.weight.abs().max(1.0)
        {
            estimate.warnings.push(
                "the weights were summed up before they came here, so the standard errors take all of a combination's rows \
                 as equally heavy; read from the rows they would know better"
                    .to_owned(),
            );
        }
        if estimate.numbers.iter().any(|number| number.value.is_some() && number.interval.is_none()) {
            estimate.warnings.push(
                "where there is no interval the estimate lies at the end of its range, and these data do not say how far \
                 the truth may be from it"
                    .to_owned(),
            );
        }
        if let Some(resampled) = &estimate.resampled
            && resampled.undefined > 0
        {
            estimate.warnings.push(format!(
                "in {} of {} bootstrap replicates a combination that is needed was empty; {}",
                resampled.undefined,
                resampled.replicates,
                if resampled.undefined * UNDEFINED <= resampled.replicates {
                    "they are left out"
                } else {
                    "that is too many, so intervals are from the standard error"
                }
            ));
        }
    }

    fn diagnostic(&self, counts: &Counts, fault: &Fault) -> Diagnostic {
        let name = |var: Var| self.graph.name(Node::new(var.index()));
        let error = |code, message: String, label: &str| {
            Diagnostic::error(code, &self.problem.source, message, self.answer.span, label)
        };
        match fault {
            Fault::NoColumn(var) => error(
                "whatif::not_counted",
                format!("the data have no variable {}", name(*var)),
                "the formula needs it",
            )
            .help("count by every variable that the formula names"),
            Fault::NoLevel { var, value } => {
                let levels = counts.position(name(*var)).map(|at| counts.columns[at].levels.as_slice());
                no_such_level(self.problem, self.answer, name(*var), value, levels.unwrap_or_default())
            }
            Fault::NoNumber { var, value } => level_no_number(self.problem, self.answer, name(*var), value),
            Fault::Distribution => error(
                "whatif::distribution_needed",
                "the formula needs the whole distribution of a variable of which only the mean was read".to_owned(),
                "asked here",
            )
            .help("give it bins, so that it is counted by"),
            Fault::TooLarge => error(
                "whatif::tables_too_large",
                "this takes tables of more than 16 million cells, or too many steps".to_owned(),
                "asked here",
            )
            .help("declare fewer levels, put numeric variables into bins, fix values in the question, or draw fewer replicates"),
        }
    }
}

fn no_such_level(problem: &Problem, answer: &Answer, name: &str, value: &str, levels: &[String]) -> Diagnostic {
    let mut all = levels.iter().take(10).map(|level| print::value(level)).collect::<Vec<_>>().join(", ");
    if levels.len() > 10 {
        let _ = write!(all, ", and {} more", levels.len() - 10);
    }
    let message = format!("{name} is never {} in the data", print::value(value));
    Diagnostic::error("whatif::no_such_level", &problem.source, message, answer.span, "asked here")
        .help(format!("its levels there: {all}"))
}

fn level_no_number(problem: &Problem, answer: &Answer, name: &str, value: &str) -> Diagnostic {
    let message = format!("the mean of {name} is asked for, and its level {} is no number", print::value(value));
    Diagnostic::error("whatif::level_no_number", &problem.source, message, answer.span, "asked here")
        .help("ask for the probability of one of its levels: P(y = yes | do(x))")
}

/// The level of a reference with the most rows.
fn most_frequent(data: Data<'_>, reference: Ref) -> Result<(u32, String), Fault> {
    let column = data.column(reference.var)?;
    let levels = data.levels(reference.var)?;
    let mut rows = vec![0.0; levels.len()];
    for cell in &data.counts.cells {
        rows[cell.at[column] as usize] += cell.count;
    }
    // The first of equals, so that the choice does not depend on anything else.
    let best = (0..rows.len()).rev().max_by(|&a, &b| rows[a].total_cmp(&rows[b])).unwrap_or_default();
    Ok((best as u32, levels.get(best).cloned().unwrap_or_default()))
}

fn primes(reference: Ref) -> String {
    match reference.at {
        crate::expr::At::Copy(primes) => "'".repeat(primes.into()),
        crate::expr::At::Value(_) => String::new(),
    }
}
