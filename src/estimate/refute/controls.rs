//! Negative controls (Lipsitch, Tchetgen Tchetgen & Cohen 2010): the same adjustment where nothing may be found.
//!
//! An outcome that the treatment cannot change must not differ by treatment once the covariates are adjusted for; a
//! treatment that cannot change the outcome must make no difference to it. That is so only where the graph says that the
//! covariates leave the two independent, and the kernel is asked for that: else a difference would be no surprise.

use super::perturb::{contrast, shown};
use super::sensitivity::deviation;
use super::{ORDINARY, Refutation, Verdict, columns, listed, power, probability, round_up};
use crate::answer::{Answer, Body};
use crate::data::Counts;
use crate::estimate::compile::{Data, compile};
use crate::estimate::continuous::{Adjusted, adjusted};
use crate::estimate::{Empirical, Needs, Options, needs, variance};
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Mutilation, Node};
use crate::kernel;
use crate::problem::Control;
use crate::proof::{Claim, Evidence, Separation, Statement};
use crate::syntax::print;

/// What has to be counted for an answer and its controls.
#[must_use]
pub fn needs_with(answer: &Answer, controls: &[Control]) -> Option<Needs> {
    let mut needs = needs(answer)?;
    let graph = &*answer.graph;
    let more = controls.iter().filter_map(|control| graph.node(&control.variable));
    let named = needs.columns.iter().filter_map(|name| graph.node(name));
    let mut all: Vec<Node> = named.chain(more).collect();
    all.sort_unstable();
    all.dedup();
    needs.columns = all.into_iter().map(|node| graph.name(node).to_owned()).collect();
    Some(needs)
}

/// A difference that must be nothing, found in the data.
struct Found {
    /// The difference with its standard error.
    value: f64,
    se: f64,
    /// The probability of one as large by chance, corrected for how many were looked at.
    p: f64,
    /// How many were.
    looked: f64,
    /// Between whom.
    between: String,
}

/// Tests each control of an answer on the counts of [`needs_with`]; corrected together for their number. O(levels × cells of
/// data) each.
#[must_use]
pub fn negative_controls(answer: &Answer, counts: &Counts, controls: &[Control], options: &Options) -> Vec<Refutation> {
    let alpha = 1.0 - options.level;
    let tested: Vec<Result<Found, String>> = controls.iter().map(|control| test(answer, counts, control)).collect();
    let p: Vec<Option<f64>> = tested.iter().map(|found| found.as_ref().ok().map(|found| found.p)).collect();
    let adjusted = power::holm(&p);
    let each = controls.iter().zip(tested).zip(p.into_iter().zip(adjusted));
    each.map(|((control, found), (p, adjusted))| {
        let test = if control.treatment { "negative-treatment" } else { "negative-outcome" };
        match found {
            Err(why) => Refutation::new(test, why, Verdict::NotInformative),
            Ok(found) => {
                let told = judge(answer, counts, control, &found, adjusted.unwrap_or(1.0), alpha);
                Refutation { p, adjusted, size: Some(found.value), ..told }
            }
        }
    })
    .collect()
}

fn judge(answer: &Answer, counts: &Counts, control: &Control, found: &Found, p: f64, alpha: f64) -> Refutation {
    let (test, name) = (if control.treatment { "negative-treatment" } else { "negative-outcome" }, &control.variable);
    let name = print::name(name);
    let outcome_deviation = if control.treatment { deviation(counts).unwrap_or(1.0) } else { 1.0 };
    let ordinary = ORDINARY * outcome_deviation;
    let needed = power::needed(1.0, alpha / found.looked) * (found.se / ordinary).powi(2) * counts.rows as f64;
    let needed = needed.ceil().min(1e15) as u64;
    let by = shown(found.value);
    let who = match subject(answer) {
        Some((treatment, _)) if !control.treatment => format!("{name}, which {treatment} cannot change,"),
        Some((_, outcome)) => format!("{outcome}, which {name} cannot change,"),
        None => name.clone(),
    };
    let numbers = format!("{by} between {}, {}", found.between, probability(p));
    if p < alpha {
        let sentence = format!(
            "{who} differs all the same by {numbers}: something that nobody adjusts for makes it differ, and may make up \
             the effect as well"
        );
        return Refutation::new(test, sentence, Verdict::Failed);
    }
    if counts.rows >= needed {
        let sentence = format!("{who} does not differ, as it should not ({numbers})");
        return Refutation::new(test, sentence, Verdict::Passed);
    }
    let needed = round_up(needed.max(counts.rows + 1));
    let sentence = format!("whether {who} differs cannot be told from {} rows; about {needed} would do", counts.rows);
    Refutation { rows_needed: Some(needed), ..Refutation::new(test, sentence, Verdict::NotInformative) }
}

/// Treatment and outcome of a difference of two effects, as a reader calls them.
fn subject(answer: &Answer) -> Option<(String, String)> {
    let (acted, outcome) = contrast(answer)?;
    let name = |var: &Var| super::named(&answer.graph, Node::new(var.index()));
    Some((listed(&acted.iter().map(name).collect::<Vec<_>>()), name(&outcome)))
}

/// One control held against the data; else why it says nothing.
fn test(answer: &Answer, counts: &Counts, control: &Control) -> Result<Found, String> {
    let graph = &*answer.graph;
    let name = print::name(&control.variable);
    let Body::Contrast { terms, .. } = &answer.body else { return Err(no_difference()) };
    let &[(1, one), (-1, other)] = &terms[..] else { return Err(no_difference()) };
    let adjusted = adjusted(answer)
        .map_err(|why| format!("the number is found by no adjustment that {name} could go through as well ({why})"))?;
    let own = graph.node(&control.variable).map(|node| Var::new(node.index())).ok_or_else(no_difference)?;
    if adjusted.set.contains(&own) {
        return Err(format!("{name} is adjusted for, so it cannot differ"));
    }
    let set = independent(answer, &adjusted, own, control.treatment)?;
    let columns = columns(graph, counts);
    let numeric = counts.numeric.as_ref().and_then(|name| graph.node(name)).map(|node| Var::new(node.index()));
    let data = Data { counts, columns: &columns, numeric };
    let levels = data.levels(own).map_err(|_| format!("{name} was not counted"))?;
    if levels.len() < 2 {
        return Err(format!("{name} has one value only in these data"));
    }
    let mut arena = answer.arena.clone();
    let mut differences = Vec::new();
    let at = |arena: &mut Arena, level: &String| {
        let symbol = arena.symbol(level);
        Ref::value(own, symbol)
    };
    let first = at(&mut arena, &levels[0]);
    for level in &levels[1..] {
        let level_at = at(&mut arena, level);
        let (with, without, between) = if control.treatment {
            let with = stand_in(&mut arena, one, &set, Some(level_at));
            let without = stand_in(&mut arena, one, &set, Some(first));
            let each = [level, &levels[0]].map(|level| format!("{name} = {}", print::value(level)));
            (with, without, format!("{} and {}", each[0], each[1]))
        } else {
            let each = [one, other].map(|id| acted(answer, &arena, id));
            let with = outcome(&mut arena, one, &set, level_at).ok_or_else(no_difference)?;
            let without = outcome(&mut arena, other, &set, level_at).ok_or_else(no_difference)?;
            let of =
                if levels.len() > 2 { format!(" in how often it is {}", print::value(level)) } else { String::new() };
            (with, without, format!("{} and {}{of}", each[0], each[1]))
        };
        let difference = arena.minus([with, without]);
        let found = compile(data, &arena, difference, &[], &[])
            .map_err(|_| format!("{name} has too many combinations with what is adjusted for"))?;
        let spread = variance::spread(&found, &Empirical::new(counts, 0.0), counts);
        if let Some(only) = spread.first().filter(|only| only.value.is_finite() && only.variance > 0.0) {
            let se = (only.variance / counts.rows.max(1) as f64).sqrt();
            differences.push((only.value, se, between));
        }
    }
    let looked = differences.len() as f64;
    let farthest = differences.into_iter().max_by(|a, b| (a.0 / a.1).abs().total_cmp(&(b.0 / b.1).abs()));
    let Some((value, se, between)) = farthest else {
        return Err(format!("some combinations of {name} and what is adjusted for have no row"));
    };
    let p = (power::exceeds((value / se).powi(2), 1.0) * looked).min(1.0);
    Ok(Found { value, se, p, looked, between })
}

fn no_difference() -> String {
    "a negative control is held against the difference of two effects of one action".to_owned()
}

/// What to adjust for so that, by the graph, the control and the other side are independent: what the question is
/// adjusted for; for a treatment's stand-in with the treatment itself, where that is needed.
fn independent(answer: &Answer, adjusted: &Adjusted, own: Var, treatment: bool) -> Result<Vec<Var>, String> {
    let graph = &*answer.graph;
    let node = |var: &Var| Node::new(var.index());
    let arena = &adjusted.arena;
    let terms = arena.terms(adjusted.query);
    let outcomes = graph.set(terms.iter().flat_map(|term| term.of().iter().map(|r| node(&r.var))));
    let given = graph.set(terms.iter().flat_map(|term| term.given().iter().map(|r| node(&r.var))));
    let other = if treatment { outcomes } else { graph.set([node(&adjusted.treatment)]) };
    let mut tried = vec![adjusted.set.to_vec()];
    if treatment {
        tried.push(adjusted.set.iter().copied().chain([adjusted.treatment]).collect());
    }
    for set in tried {
        let mut known = graph.set(set.iter().map(node));
        known.extend(&given);
        let separation =
            Separation { x: graph.set([node(&own)]), y: other.clone(), given: known, cut: Mutilation::none(graph) };
        let claim = Claim { statement: Statement::Separated(separation), ..adjusted.certificate.claim().clone() };
        if kernel::check(&mut arena.clone(), &claim, &Evidence::Separation).is_ok() {
            return Ok(set);
        }
    }
    let names: Vec<String> = adjusted.set.iter().map(|var| super::named(graph, node(var))).collect();
    let name = super::named(graph, node(&own));
    let other = listed(&other.iter().map(|node| super::named(graph, node)).collect::<Vec<_>>());
    let once = if names.is_empty() { String::new() } else { format!(" once {} is known", listed(&names)) };
    Err(format!("by the graph {name} and {other} go together anyway{once}, so a difference would mean nothing"))
}

/// What is acted on in a term, as `call = yes`.
fn acted(answer: &Answer, arena: &Arena, id: ExprId) -> String {
    let each = arena.terms(id).into_iter().next().map(|term| term.do_().to_vec()).unwrap_or_default();
    let named = |r: &Ref| {
        let name = super::named(&answer.graph, Node::new(r.var.index()));
        match r.at {
            At::Value(symbol) => format!("{name} = {}", print::value(arena.text(symbol))),
            At::Copy(_) => name,
        }
    };
    listed(&each.iter().map(named).collect::<Vec<_>>())
}

/// An expression with each effect P(y | do(x), c) in it replaced by Σ_z P(y | t, c, z) P(z | c), where t is what stands in
/// for x, or x itself.
fn stand_in(arena: &mut Arena, id: ExprId, set: &[Var], instead: Option<Ref>) -> ExprId {
    arena.replace_terms(id, &mut |arena, term| {
        if term.do_().is_empty() {
            return None;
        }
        let of = term.of().to_vec();
        let acted: Vec<Ref> = instead.map_or_else(|| term.do_().to_vec(), |instead| vec![instead]);
        let given: Vec<Ref> = term.given().iter().copied().filter(|r| !acted.iter().any(|a| a.var == r.var)).collect();
        let plain = || set.iter().map(|var| Ref::plain(*var));
        let inner = Term::new(of, given.iter().copied().chain(acted.iter().copied()).chain(plain()), [])?;
        let inner = arena.p(inner);
        if set.is_empty() {
            return Some(inner);
        }
        let weight = Term::new(plain(), given, [])?;
        let weight = arena.p(weight);
        let product = arena.product([inner, weight]);
        Some(arena.sum(plain(), product))
    })
}

/// The same effect on another outcome, at one of its levels.
fn outcome(arena: &mut Arena, id: ExprId, set: &[Var], own: Ref) -> Option<ExprId> {
    let only = match (arena.get(id), &arena.terms(id)[..]) {
        (Expr::P(_) | Expr::Sum { .. }, [only]) => (*only).clone(),
        _ => return None,
    };
    let term = Term::new([own], only.given().iter().copied(), only.do_().iter().copied())?;
    let term = arena.p(term);
    Some(stand_in(arena, term, set, None))
}
