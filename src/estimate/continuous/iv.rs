//! Linear instruments: two-stage least squares, where the kernel accepts what makes an instrument valid.
//!
//! An instrument z, given w, has no tie to the outcome but through the treatment: z ⫫ y | w once the edges out of the
//! treatment are gone, and the treatment changes neither z nor w. Both are separations, and the kernel is asked for them.
//! What no graph says is assumed and told: the outcome is linear in the treatment, with one slope for all. Then the slope is
//! that of the outcome on what z and w foretell of the treatment (Wright 1928; Brito & Pearl 2002).

use super::super::types::Instrumented;
use super::super::{Estimate, Method, Needs, Number, Options, begin, interval};
use super::adjusted::{Asked, Form, treatment};
use super::design::Design;
use super::glm::{LeastSquares, least_squares};
use super::linear::{Matrix, dot};
use crate::answer::{Answer, Body, Options as Asking, Prover, SetKind};
use crate::data::{Rows, Variable};
use crate::expr::{Arena, ExprId, Var};
use crate::graph::{Mutilation, Node, NodeSet};
use crate::kernel::{self, Checked};
use crate::problem::{self, Problem, Resolved};
use crate::proof::{Claim, Evidence, Separation, Statement};
use crate::source::Diagnostic;
use crate::syntax::print;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Below this first-stage F an instrument is weak (Staiger & Stock 1997).
const WEAK: f64 = 10.0;

/// An instrument that the kernel has accepted for a question; [`instrument`] alone makes one.
#[derive(Clone, Debug)]
pub struct Instrument {
    name: String,
    given: Vec<String>,
    treatment: String,
    outcome: String,
    /// Other instruments of the graph.
    others: Vec<String>,
    arena: Arena,
    query: ExprId,
    mean: Asked,
    /// The two separations that make it one.
    certificates: Vec<Checked>,
}

impl Instrument {
    /// What has to be read.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut columns = vec![self.name.clone(), self.treatment.clone()];
        columns.extend(self.given.iter().cloned());
        let numeric = self.mean.event.is_none().then(|| self.outcome.clone());
        if numeric.is_none() {
            columns.push(self.outcome.clone());
        }
        Needs { columns, numeric }
    }

    /// What the kernel accepted.
    #[must_use]
    pub fn certificates(&self) -> &[Checked] {
        &self.certificates
    }
}

/// Finds an instrument for the effect that an answer is about: the one named, or the one that needs the fewest conditions.
///
/// # Errors
/// A sentence that says why there is none.
pub fn instrument(problem: &Problem, answer: &Answer, wanted: Option<&str>) -> Result<Instrument, String> {
    let mut arena = answer.arena.clone();
    let query = match &answer.body {
        Body::Effect { term, .. } => arena.p(term.clone()),
        Body::Contrast { expr, .. } => *expr,
        Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => return Err("the question asks for no effect".to_owned()),
    };
    let acted = treatment(&arena, query)?;
    let mut asked = Vec::new();
    Form::read(&arena, query, &|_| None, &mut asked)
        .map_err(|_| "an instrument needs a question in which every value is fixed".to_owned())?;
    let mean = asked.first().cloned().ok_or("the question asks for no effect")?;
    if asked.iter().any(|other| (other.outcome, &other.event) != (mean.outcome, &mean.event) || !other.given.is_empty())
    {
        return Err("instruments are for effects on one outcome, without conditions".to_owned());
    }
    let name = |var: Var| answer.graph.name(Node::new(var.index())).to_owned();
    let (treatment, outcome) = (name(acted), name(mean.outcome));
    let mut all = listed(problem, answer, &treatment, &outcome);
    let found = all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    all.retain(|(name, _)| wanted.is_none_or(|wanted| wanted == name));
    all.sort_by_cached_key(|(_, given)| given.len());
    for (name, given) in all {
        let Some(certificates) = certified(answer, &name, &given, (acted, mean.outcome)) else { continue };
        let others = found.into_iter().filter(|other| *other != name).collect();
        return Ok(Instrument { name, given, treatment, outcome, others, arena, query, mean, certificates });
    }
    Err(match (wanted, found.is_empty()) {
        (Some(wanted), false) => {
            format!("{wanted} is no instrument for the effect of {treatment} on {outcome}; {} is", found.join(", "))
        }
        (_, true) | (None, false) => format!(
            "the graph has no instrument for the effect of {treatment} on {outcome}: nothing measured is tied to {treatment} \
             and to {outcome} through {treatment} alone"
        ),
    })
}

/// The instruments that an `adjust` question lists, with their conditions.
fn listed(problem: &Problem, answer: &Answer, treatment: &str, outcome: &str) -> Vec<(String, Vec<String>)> {
    let text = format!("adjust P({} | do({}))", print::name(outcome), print::name(treatment));
    let Ok(Resolved::New(problems)) = problem::ask(problem, &text) else { return Vec::new() };
    for problem in &problems {
        let Some(last) = problem.queries.len().checked_sub(1) else { continue };
        let Ok(prover) = Prover::new(problem) else { continue };
        let adjust = prover.answer(last, &Asking::default());
        if adjust.graph_name != answer.graph_name {
            continue;
        }
        let Body::Adjust { sets, .. } = &adjust.body else { continue };
        let names = |set: &NodeSet| set.iter().map(|node| adjust.graph.name(node).to_owned()).collect::<Vec<_>>();
        let instruments = sets.iter().filter(|set| set.kind == SetKind::Instrument);
        let each = instruments.filter_map(|set| {
            Some((names(&set.set).into_iter().next()?, set.given.as_ref().map(names).unwrap_or_default()))
        });
        return each.collect();
    }
    Vec::new()
}

/// The kernel's word that z is an instrument given w.
fn certified(answer: &Answer, name: &str, given: &[String], (x, y): (Var, Var)) -> Option<Vec<Checked>> {
    let graph = &*answer.graph;
    let node = |var: Var| graph.set([Node::new(var.index())]);
    let z = graph.set([graph.node(name)?]);
    let w = graph.set(given.iter().map(|name| graph.node(name)).collect::<Option<Vec<_>>>()?);
    let judge = |separation| {
        let claim = Claim {
            graph: answer.graph.clone(),
            source: answer.source_graph.clone(),
            known: answer.known.clone(),
            statement: Statement::Separated(separation),
        };
        kernel::check(&mut answer.arena.clone(), &claim, &Evidence::Separation).ok()
    };
    let alone = Separation { x: z.clone(), y: node(y), given: w.clone(), cut: Mutilation::under(graph, node(x)) };
    let before =
        Separation { x: z.union(&w), y: node(x), given: graph.no_nodes(), cut: Mutilation::over(graph, node(x)) };
    Some(vec![judge(alone)?, judge(before)?])
}

/// Estimates an effect with an instrument. O(rows × columns²).
///
/// # Errors
/// A level that the question names and the data lack.
pub fn estimate_iv(
    problem: &Problem,
    answer: &Answer,
    instrument: &Instrument,
    rows: &Rows,
    options: &Options,
) -> Result<Estimate, Box<Diagnostic>> {
    let mut estimate = Estimate {
        method: Method::Iv,
        rows: rows.count() as u64,
        used: rows.count() as u64,
        ..unidentified(answer, options)
    };
    estimate.strategy = Some("instrument");
    estimate.how = match &instrument.given[..] {
        [] => format!("by the instrument {}", instrument.name),
        given => format!("by the instrument {}, given {}", instrument.name, given.join(", ")),
    };
    let numbers = |name: &str, event: Option<&String>| {
        let variable = rows.variable(name).ok_or_else(|| Stop::Reason(format!("{name} was not read")))?;
        numbers(problem, answer, variable, event)
    };
    let done = numbers(&instrument.treatment, None).and_then(|(x, x_levels)| {
        let (y, _) = numbers(&instrument.outcome, instrument.mean.event.as_ref())?;
        let work = Work { problem, answer, instrument, rows, options, x: &x, y: &y, x_levels: &x_levels };
        work.fill(&mut estimate)
    });
    match done {
        Ok(()) => Ok(estimate),
        Err(Stop::Wrong(diagnostic)) => Err(diagnostic),
        Err(Stop::Reason(reason)) => Ok(Estimate { reason: Some(reason), numbers: Vec::new(), ..estimate }),
    }
}

/// What an estimate has that rests on no certified formula.
pub fn unidentified(answer: &Answer, options: &Options) -> Estimate {
    let mut estimate = begin(answer, options);
    (estimate.estimand, estimate.estimand_text) = (None, String::new());
    estimate.strategy = None;
    estimate
}

enum Stop {
    Reason(String),
    Wrong(Box<Diagnostic>),
}

/// A variable as numbers: its values, or one where the event happened; two levels that are no numbers are 0 and 1. With
/// the levels' numbers.
#[allow(clippy::type_complexity, reason = "two lists that belong together, used here alone")]
fn numbers(
    problem: &Problem,
    answer: &Answer,
    variable: &Variable,
    event: Option<&String>,
) -> Result<(Vec<f64>, Vec<(String, f64)>), Stop> {
    let Some(levels) = &variable.levels else {
        if event.is_some() {
            let name = &variable.name;
            return Err(Stop::Reason(format!(
                "{name} is a number, and the probability of one value is asked for; ask for E[{name} | …], or cut it into \
                 bins, for example {}",
                super::propose::option(variable)
            )));
        }
        return Ok((variable.values.clone(), Vec::new()));
    };
    if let Some(event) = event {
        let Some(at) = levels.iter().position(|level| same(level, event)) else {
            let fault = super::super::no_such_level(problem, answer, &variable.name, event, levels);
            return Err(Stop::Wrong(Box::new(fault)));
        };
        return Ok((variable.values.iter().map(|value| f64::from(*value == at as f64)).collect(), Vec::new()));
    }
    let parsed: Option<Vec<f64>> =
        levels.iter().map(|level| level.parse().ok().filter(|n: &f64| n.is_finite())).collect();
    let numbers = match parsed {
        Some(numbers) => numbers,
        None if levels.len() == 2 => vec![0.0, 1.0],
        None => {
            return Err(Stop::Reason(format!(
                "{} has levels that are no numbers and are more than two, so no line can be laid through them",
                variable.name
            )));
        }
    };
    let values = variable.values.iter().map(|value| numbers[*value as usize]).collect();
    Ok((values, levels.iter().cloned().zip(numbers).collect()))
}

/// Whether two texts are the same level, letter by letter or as numbers.
fn same(a: &str, b: &str) -> bool {
    a == b || a.parse::<f64>().is_ok_and(|number| b.parse() == Ok(number))
}

struct Work<'a> {
    problem: &'a Problem,
    answer: &'a Answer,
    instrument: &'a Instrument,
    rows: &'a Rows,
    options: &'a Options,
    x: &'a [f64],
    y: &'a [f64],
    x_levels: &'a [(String, f64)],
}

/// What two stages say.
struct Slope {
    value: f64,
    influence: Vec<f64>,
    f: f64,
    excluded: usize,
    /// The values that no test at the level refuses; where instruments are one column.
    anderson_rubin: Option<(f64, f64)>,
}

impl Work<'_> {
    fn mass(&self, row: usize) -> f64 {
        self.weight(row) * self.rows.repeats.as_ref().map_or(1.0, |repeats| repeats[row])
    }

    fn weight(&self, row: usize) -> f64 {
        self.rows.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    fn fill(&self, estimate: &mut Estimate) -> Result<(), Stop> {
        let mut asked = Vec::new();
        let form =
            Form::read(&self.instrument.arena, self.instrument.query, &|_| None, &mut asked).map_err(Stop::Reason)?;
        let at = asked.iter().map(|mean| self.level(&mean.treatment)).collect::<Result<Vec<f64>, Stop>>()?;
        let slope = self.slope()?;
        let total: f64 = (0..self.x.len()).map(|row| self.mass(row)).sum();
        let mean = |of: &[f64]| of.iter().enumerate().map(|(row, value)| self.mass(row) * value).sum::<f64>() / total;
        let (mean_x, mean_y) = (mean(self.x), mean(self.y));
        // The line goes through the means.
        let values: Vec<f64> = at.iter().map(|at| mean_y + slope.value * (at - mean_x)).collect();
        let (value, by) = form.value(&values);
        let whole: f64 = by.iter().sum();
        let along: f64 = by.iter().zip(&at).map(|(by, at)| by * (at - mean_x)).sum();
        let variance: f64 = (0..self.x.len())
            .map(|row| {
                let off = self.y[row] - mean_y - slope.value * (self.x[row] - mean_x);
                let one = along * slope.influence[row] + whole * off * self.weight(row) / total;
                self.rows.repeats.as_ref().map_or(1.0, |repeats| repeats[row]) * one * one
            })
            .sum();
        let se = variance.sqrt();
        // A difference does not depend on where the line starts.
        let difference = whole.abs() < 1e-9;
        let weak = slope.f.partial_cmp(&WEAK) != Some(std::cmp::Ordering::Greater);
        let robust = slope.anderson_rubin.filter(|_| difference).map(|(low, high)| {
            let (a, b) = (low * along, high * along);
            (a.min(b), a.max(b))
        });
        let interval = if weak && difference && slope.excluded == 1 {
            robust
        } else {
            interval::Scale::Identity.interval(value, se, self.options.level)
        };
        let seen = self.seen(&asked, &form);
        let finite = |number: f64| Some(number).filter(|number| number.is_finite());
        let number = Number { at: Vec::new(), value: finite(value), se: finite(se), interval, naive: finite(seen) };
        estimate.numbers.push(number);
        self.tell(estimate, &slope, weak, robust.is_some(), difference);
        estimate.instrument = Some(Instrumented {
            name: self.instrument.name.clone(),
            given: self.instrument.given.clone(),
            first_stage_f: slope.f,
            anderson_rubin: robust,
        });
        Ok(())
    }

    /// The number of a treatment that the question names.
    fn level(&self, value: &str) -> Result<f64, Stop> {
        let known = self.x_levels.iter().find(|(level, _)| same(level, value)).map(|(_, number)| *number);
        let number = known.or_else(|| value.parse().ok().filter(|number: &f64| number.is_finite() && self.is_line()));
        number.ok_or_else(|| {
            let levels: Vec<String> = self.x_levels.iter().map(|(level, _)| level.clone()).collect();
            let name = &self.instrument.treatment;
            Stop::Wrong(Box::new(super::super::no_such_level(self.problem, self.answer, name, value, &levels)))
        })
    }

    /// Whether the treatment is a number, so that any value lies on its line.
    fn is_line(&self) -> bool {
        self.x_levels.is_empty()
    }

    fn slope(&self) -> Result<Slope, Stop> {
        let which: Vec<usize> = (0..self.x.len()).collect();
        let given: Vec<&str> = self.instrument.given.iter().map(String::as_str).collect();
        let exogenous = Design::new(self.rows, &which, &given).map_err(Stop::Reason)?.matrix;
        let own = Design::new(self.rows, &which, &[&self.instrument.name]).map_err(Stop::Reason)?;
        // Without its square: a line is what is assumed.
        let columns = own.plain.first().map(|(_, columns)| columns.clone()).unwrap_or_default();
        let excluded = columns.len();
        let name = &self.instrument.name;
        if excluded == 0 {
            return Err(Stop::Reason(format!("{name} is the same in every row, so it moves nothing")));
        }
        let join = |first: &dyn Fn(usize) -> Vec<f64>, width: usize| {
            let mut joint = Matrix::new(width + exogenous.columns());
            which.iter().for_each(|&row| {
                joint.push(exogenous.row(row).iter().copied().chain(first(row)));
            });
            joint
        };
        let all = join(&|row| own.matrix.row(row)[columns.clone()].to_vec(), excluded);
        let mass: Vec<f64> = which.iter().map(|&row| self.mass(row)).collect();
        let fit = |matrix: &Matrix, outcome: &[f64], about: &str| {
            least_squares(matrix, outcome, Some(&mass)).map_err(|trouble| Stop::Reason(format!("{about}: {trouble}")))
        };
        let first = fit(&all, self.x, &format!("the regression of {} on {name}", self.instrument.treatment))?;
        let without = fit(&exogenous, self.x, &format!("the regression of {}", self.instrument.treatment))?;
        let squares = |fit: &LeastSquares| fit.residual_variance * fit.degrees_of_freedom;
        let f = (squares(&without) - squares(&first)) / excluded as f64 / first.residual_variance;
        let foretold = all.times(&first.coefficients);
        let second = join(&|row| vec![foretold[row]], 1);
        let fitted = fit(&second, self.y, &format!("{name} does not move {}", self.instrument.treatment))?;
        let last = exogenous.columns();
        let value = fitted.coefficients[last];
        let pull: Vec<f64> = (0..=last).map(|column| fitted.inverse.at(last, column)).collect();
        let influence = which.iter().map(|&row| {
            let mut actual = second.row(row).to_vec();
            actual[last] = self.x[row];
            let residual = self.y[row] - dot(&actual, &fitted.coefficients);
            self.weight(row) * dot(&pull, second.row(row)) * residual
        });
        let influence = influence.collect();
        let anderson_rubin = if excluded == 1 { self.anderson_rubin(&exogenous, &all, &mass)? } else { None };
        Ok(Slope { value, influence, f, excluded, anderson_rubin })
    }

    /// The slopes b for which y − b x has no tie to the instrument that a test at the level would see, heteroskedasticity
    /// allowed for (Anderson & Rubin 1949): right however weak the instrument. None where they have no end.
    fn anderson_rubin(&self, exogenous: &Matrix, all: &Matrix, mass: &[f64]) -> Result<Option<(f64, f64)>, Stop> {
        let last = exogenous.columns();
        let z: Vec<f64> = (0..all.rows()).map(|row| all.row(row)[last]).collect();
        let rest = |of: &[f64]| -> Result<Vec<f64>, Stop> {
            let fit = least_squares(exogenous, of, Some(mass)).map_err(|trouble| Stop::Reason(trouble.to_string()))?;
            Ok(of.iter().zip(exogenous.times(&fit.coefficients)).map(|(value, fitted)| value - fitted).collect())
        };
        let (z, x, y) = (rest(&z)?, rest(self.x)?, rest(self.y)?);
        let mut sums = [0.0; 5];
        for row in 0..z.len() {
            let (mass, weight) = (mass[row], self.weight(row));
            let (zx, zy) = (z[row] * x[row], z[row] * y[row]);
            let one = [mass * zx, mass * zy, mass * weight * zx * zx, mass * weight * zx * zy, mass * weight * zy * zy];
            sums.iter_mut().zip(one).for_each(|(to, more)| *to += more);
        }
        let [b, a, xx, xy, yy] = sums;
        let Ok(chi) = ChiSquared::new(1.0) else { return Ok(None) };
        let most = chi.inverse_cdf(self.options.level);
        // (a − βb)² ≤ most (yy − 2β xy + β² xx)
        let (p, q, r) = (b * b - most * xx, a * b - most * xy, a * a - most * yy);
        let inner = q * q - p * r;
        Ok((p > 0.0 && inner >= 0.0).then(|| ((q - inner.sqrt()) / p, (q + inner.sqrt()) / p)))
    }

    /// The question as it is seen: means where the treatment was as named; where it is a number, on the line through all.
    fn seen(&self, asked: &[Asked], form: &Form) -> f64 {
        let mean = |value: &Asked| -> f64 {
            let Ok(at) = self.level(&value.treatment) else { return f64::NAN };
            let here = (0..self.x.len()).filter(|&row| self.x[row] == at);
            let (total, sum) =
                here.fold((0.0, 0.0), |(total, sum), row| (total + self.mass(row), sum + self.mass(row) * self.y[row]));
            sum / total
        };
        if !self.is_line() {
            return form.value(&asked.iter().map(mean).collect::<Vec<_>>()).0;
        }
        let design = Matrix::from_columns([&vec![1.0; self.x.len()][..], self.x]);
        let mass: Vec<f64> = (0..self.x.len()).map(|row| self.mass(row)).collect();
        let Ok(fit) = least_squares(&design, self.y, Some(&mass)) else { return f64::NAN };
        let line =
            |value: &Asked| self.level(&value.treatment).map_or(f64::NAN, |at| dot(&[1.0, at], &fit.coefficients));
        form.value(&asked.iter().map(line).collect::<Vec<_>>()).0
    }

    fn tell(&self, estimate: &mut Estimate, slope: &Slope, weak: bool, robust: bool, difference: bool) {
        let Instrument { name, given, treatment, outcome, others, .. } = self.instrument;
        let known = super::super::identified(self.answer).is_some();
        let alone = if known { "" } else { "The graph alone gives no number here. " };
        let beside = if given.is_empty() { String::new() } else { format!(", given {}", given.join(", ")) };
        estimate.notes.push(format!(
            "{alone}{name} is an instrument{beside}: it goes with {outcome} through {treatment} alone, and the kernel has \
             checked that this follows from the graph"
        ));
        estimate.notes.push(format!(
            "Assumed beside the graph, and not to be seen in the data: {outcome} changes along a straight line with \
             {treatment}, by the same amount for everybody"
        ));
        let partial = if given.is_empty() { "" } else { ", beyond what is given" };
        estimate
            .notes
            .push(format!("How much {name} moves {treatment}{partial}: F = {:.1} in the first stage", slope.f));
        if !others.is_empty() {
            estimate
                .notes
                .push(format!("Other instruments in the graph: {}; --instrument takes one", others.join(", ")));
        }
        if !weak {
            return;
        }
        let so = match (difference && slope.excluded == 1, robust) {
            (true, true) => {
                "; the interval is therefore the one of Anderson and Rubin, which is right for weak instruments too, and \
                 need not have the number in its middle"
            }
            (true, false) => "; the data leave any slope possible, so there is no interval",
            (false, _) => "; the interval is too narrow",
        };
        estimate.warnings.push(format!(
            "{name} is a weak instrument: F is {:.1}, and below 10 the number is drawn towards what is merely seen{so}",
            slope.f
        ));
    }
}
