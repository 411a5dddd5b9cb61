//! An estimand and the intervention it stands for, both evaluated in a model of the graph.

use super::context::Context;
use super::number::{bounds, evaluated, trouble};
use super::numbers::{CheckRow, NumericalCheck};
use super::{Body, Verdict, contrast, effect};
use crate::expr::{Arena, At, BigRational, Expr, ExprId, Ref, Term};
use crate::graph::Graph;
use crate::model::{Ask, Atom, Model, Network, Of, Point, Question, Setting, Slot, To};
use crate::problem::{ModelEntry, Problem, Query, QueryKind};
use rustc_hash::FxHashMap;

/// Expressions longer or deeper than this, written out, are not evaluated.
const LONGEST: u64 = 20_000;
const DEEPEST: usize = 300;

/// Compares in every model of the query's graph; for a question to a model, in that one. Nothing where there is no
/// estimand. Exponential in the largest table, within the limits.
pub(super) fn checks(
    problem: &Problem,
    query: &Query,
    context: &Context<'_>,
    arena: &mut Arena,
    body: &Body,
) -> Vec<NumericalCheck> {
    let compare = |entry: &ModelEntry, arena: &Arena, asked: ExprId, estimand: ExprId| {
        let mut check = NumericalCheck {
            model: entry.name.clone(),
            rows: Vec::new(),
            slots: Vec::new(),
            reason: None,
            floating: false,
        };
        if let Err(why) = compared(context, entry, arena, (asked, estimand), &mut check) {
            check.reason = Some(why);
        }
        check
    };
    if let QueryKind::Number(number) = &query.kind {
        let (Some((_, entry)), Some((own, asked))) = (problem.models.get_index(number.model), &number.identifiable)
        else {
            return Vec::new();
        };
        let mut own = own.clone();
        if !acts(&own, *asked) {
            return Vec::new();
        }
        let verdict = match own.get(*asked) {
            Expr::P(term) => {
                let term = term.clone();
                effect::effect(context, &mut own, &term)
            }
            Expr::Number(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_)
            | Expr::Value(_) => contrast::verdict(context, &mut own, *asked),
        };
        let Verdict::Identifiable(found) = verdict else { return Vec::new() };
        return vec![compare(entry, &own, *asked, found.estimand)];
    }
    let (asked, found) = match body {
        Body::Effect { term, verdict: Verdict::Identifiable(found) } => (arena.p(term.clone()), found),
        Body::Contrast { expr, verdict: Verdict::Identifiable(found), .. } => (*expr, found),
        Body::Effect { .. }
        | Body::Contrast { .. }
        | Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => return Vec::new(),
    };
    let models = problem.models.values().filter(|entry| entry.graph == query.graph);
    models.map(|entry| compare(entry, arena, asked, found.estimand)).collect()
}

/// Whether an expression asks for the effect of an action.
fn acts(arena: &Arena, asked: ExprId) -> bool {
    arena.reachable([asked]).into_iter().any(|id| matches!(arena.get(id), Expr::P(term) if !term.do_().is_empty()))
}

fn compared(
    context: &Context<'_>,
    entry: &ModelEntry,
    arena: &Arena,
    (asked, estimand): (ExprId, ExprId),
    check: &mut NumericalCheck,
) -> Result<(), String> {
    let Model::Discrete(network) = &*entry.model else {
        return Err("a linear model has no table to evaluate the formula on".to_owned());
    };
    if [asked, estimand].iter().any(|&id| arena.size(id) > LONGEST || arena.depth(id) > DEEPEST) {
        return Err("the formula is too long to be evaluated".to_owned());
    }
    let mut free: Vec<Ref> = arena.free(asked).iter().chain(arena.free(estimand)).copied().collect();
    free.sort_unstable();
    free.dedup();
    free.retain(|reference| !reference.is_value());
    let by_name: FxHashMap<&str, usize> =
        network.variables.iter().enumerate().map(|(at, variable)| (variable.name.as_str(), at)).collect();
    let question = |id: ExprId| -> Result<Question, String> {
        let mut reading =
            Reading { graph: context.graph(), network, by_name: &by_name, arena, slots: Vec::new(), bound: Vec::new() };
        for &reference in &free {
            reading.bind(reference)?;
        }
        let ask = reading.ask(id)?;
        Ok(Question { slots: reading.slots, free: (0..free.len()).collect(), ask })
    };
    let (asked, estimand) = (question(asked)?, question(estimand)?);
    let bounds = bounds(context.options);
    let say = |why| trouble(&entry.model, &why);
    let (model, rounded) = evaluated(network, &asked, bounds).map_err(say)?;
    let (formula, also) = evaluated(network, &estimand, bounds).map_err(say)?;
    check.floating = rounded || also;
    check.slots = asked.free.iter().map(|&slot| asked.slots[slot].name.clone()).collect();
    check.rows = model
        .rows
        .into_iter()
        .zip(formula.rows)
        .map(|(model, formula)| {
            let at = model
                .at
                .iter()
                .zip(&asked.free)
                .map(|(&state, &slot)| network.variables[asked.slots[slot].variable].states[state].clone());
            CheckRow { at: at.collect(), estimand: formula.value, model: model.value }
        })
        .collect();
    Ok(())
}

/// Reads an expression of the graph as a question to a model of it.
struct Reading<'a> {
    graph: &'a Graph,
    network: &'a Network,
    by_name: &'a FxHashMap<&'a str, usize>,
    arena: &'a Arena,
    slots: Vec<Slot>,
    bound: Vec<(Ref, usize)>,
}

impl Reading<'_> {
    fn variable(&self, reference: Ref) -> Result<usize, String> {
        let name = self.graph.name(crate::graph::Node::new(reference.var.index()));
        self.by_name.get(name).copied().ok_or_else(|| format!("the model has no variable {name}"))
    }

    fn bind(&mut self, reference: Ref) -> Result<usize, String> {
        let variable = self.variable(reference)?;
        let mut name = self.network.variables[variable].name.clone();
        if let At::Copy(primes) = reference.at {
            name.extend(std::iter::repeat_n('\'', primes.into()));
        }
        self.slots.push(Slot { variable, name });
        self.bound.push((reference, self.slots.len() - 1));
        Ok(self.slots.len() - 1)
    }

    fn slot(&self, reference: Ref) -> Result<usize, String> {
        let slot = self.bound.iter().rev().find(|(bound, _)| *bound == reference).map(|(_, slot)| *slot);
        slot.ok_or_else(|| "a value is free that should not be".to_owned())
    }

    fn point(&self, reference: Ref) -> Result<Point, String> {
        let At::Value(value) = reference.at else { return self.slot(reference).map(Point::Slot) };
        let text = self.arena.text(value);
        let states = &self.network.variables[self.variable(reference)?].states;
        let state = states.iter().position(|state| state == text);
        state.map(Point::State).ok_or_else(|| format!("{text} is no value of the model's variable"))
    }

    fn ask(&mut self, id: ExprId) -> Result<Ask, String> {
        let arena = self.arena;
        let mut all = |ids: &[ExprId]| ids.iter().map(|&id| self.ask(id)).collect::<Result<Vec<Ask>, String>>();
        Ok(match arena.get(id) {
            Expr::Number(number) => Ask::Number(number.clone()),
            Expr::P(term) => Ask::Term(self.term(term)?),
            Expr::Value(reference) => match reference.at {
                At::Copy(_) => {
                    if self.network.variables[self.variable(*reference)?].numbers.is_none() {
                        return Err("a variable of the model has values that are no numbers".to_owned());
                    }
                    Ask::Value(self.slot(*reference)?)
                }
                At::Value(_) => {
                    let Point::State(state) = self.point(*reference)? else { return Err("no value".to_owned()) };
                    let variable = &self.network.variables[self.variable(*reference)?];
                    let number: Option<&BigRational> = variable.numbers.as_ref().and_then(|numbers| numbers.get(state));
                    Ask::Number(number.cloned().ok_or("a value of the model is no number")?)
                }
            },
            Expr::Sum { over, body } => {
                let before = self.bound.len();
                let slots = over.iter().map(|&reference| self.bind(reference)).collect::<Result<Vec<_>, _>>()?;
                let body = self.ask(*body)?;
                self.bound.truncate(before);
                Ask::Sum(slots, Box::new(body))
            }
            Expr::Product(ids) => Ask::Product(all(ids)?),
            Expr::Plus(ids) => Ask::Plus(all(ids)?),
            Expr::Minus(ids) => Ask::Minus(all(ids)?),
            Expr::Quotient(over, under) => Ask::Quotient(Box::new(self.ask(*over)?), Box::new(self.ask(*under)?)),
        })
    }

    fn term(&self, term: &Term) -> Result<crate::model::Term, String> {
        let mut world = Vec::new();
        for &reference in term.do_() {
            world.push(Setting { variable: self.variable(reference)?, to: To::Point(self.point(reference)?) });
        }
        Setting::sort(&mut world);
        let events = |refs: &[Ref]| {
            let each = refs.iter().map(|&reference| {
                let atom = Atom { variable: self.variable(reference)?, world: world.clone() };
                Ok((atom, self.point(reference)?))
            });
            each.collect::<Result<Vec<_>, String>>()
        };
        Ok(crate::model::Term { of: Of::Event(events(term.of())?), given: events(term.given())? })
    }
}
