//! Named quantities, written out in terms of what they stand for (Pearl 2009, chapter 9; Pearl 2001).

use super::ask::{Asking, names, parents};
use super::diagnostics;
use crate::expr::BigRational;
use crate::model::{Ask, Atom, Model, Of, Point, Setting, Term, To};
use crate::syntax::tree::{Name, Quantity, QuantityKind};
use num_traits::One;
use std::sync::Arc;

/// A quantity's parts, resolved.
struct Parts {
    cause: usize,
    /// Without, and with.
    change: (Point, Point),
    effect: usize,
    /// The value of the effect; its mean where there is none.
    value: Option<Point>,
    mediators: Vec<usize>,
    given: Vec<(Atom, Point)>,
}

impl Asking<'_, '_> {
    /// What a named quantity stands for.
    pub(super) fn quantity(&mut self, written: &Quantity) -> Option<Ask> {
        let cause = self.variable(&written.cause)?;
        let effect = self.variable(&written.effect)?;
        if cause == effect {
            let source = &self.resolver.findings.source;
            let (name, first) = (&written.effect, written.cause.span);
            let found = diagnostics::variable_twice(source, &name.value, name.span, first, ("effect", "cause"));
            self.say(found);
            return None;
        }
        let change = match &written.change {
            Some((from, to)) => (self.value(cause, from)?, self.value(cause, to)?),
            None => self.two_values(cause, &written.cause)?,
        };
        let event = matches!(written.kind, QuantityKind::Pn | QuantityKind::Ps | QuantityKind::Pns);
        let value = match &written.value {
            Some(value) => Some(self.value(effect, value)?),
            None if event => Some(self.two_values(effect, &written.effect)?.1),
            None => {
                self.numeric(effect, &written.effect)?;
                None
            }
        };
        let mediates = matches!(written.kind, QuantityKind::Nde | QuantityKind::Nie);
        if !mediates && let Some(name) = written.via.first() {
            self.say(diagnostics::via(&self.resolver.findings.source, name.span, written.kind.name()));
            return None;
        }
        let between = self.between(cause, effect);
        let mediators = if written.via.is_empty() {
            between
        } else {
            let mut mediators = Vec::new();
            for name in &written.via {
                let mediator = self.variable(name)?;
                if !between.contains(&mediator) {
                    let found = diagnostics::not_a_mediator(
                        &self.resolver.findings.source,
                        name.span,
                        &name.value,
                        (&written.cause.value, &written.effect.value),
                    );
                    self.say(found);
                    return None;
                }
                mediators.push(mediator);
            }
            mediators
        };
        let mut given = Vec::new();
        for reference in &written.given {
            given.push(self.plain_event(reference)?);
        }
        let parts = Parts { cause, change, effect, value, mediators, given };
        parts.ask(written.kind)
    }

    /// The two values of a variable that has two.
    fn two_values(&mut self, variable: usize, name: &Name) -> Option<(Point, Point)> {
        let states = self.network().map(|network| network.variables[variable].states.len());
        if states != Some(2) {
            self.say(diagnostics::quantity_values(&self.resolver.findings.source, name.span, &name.value));
            return None;
        }
        Some((Point::State(0), Point::State(1)))
    }

    /// Everything on a directed path between two variables.
    fn between(&self, cause: usize, effect: usize) -> Vec<usize> {
        let model: &Model = &Arc::clone(&self.model);
        let count = names(model).len();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
        for variable in 0..count {
            for parent in parents(model, variable) {
                children[parent].push(variable);
            }
        }
        let below = reached(cause, |variable| children[variable].clone(), count);
        let above = reached(effect, |variable| parents(model, variable), count);
        (0..count).filter(|&v| v != cause && v != effect && below[v] && above[v]).collect()
    }
}

fn reached(from: usize, next: impl Fn(usize) -> Vec<usize>, count: usize) -> Vec<bool> {
    let mut seen = vec![false; count];
    let mut waiting = vec![from];
    while let Some(variable) = waiting.pop() {
        if !std::mem::replace(&mut seen[variable], true) {
            waiting.extend(next(variable));
        }
    }
    seen
}

impl Parts {
    fn actual(variable: usize) -> Atom {
        Atom { variable, world: Vec::new() }
    }

    fn set(&self, to: &Point) -> Setting {
        Setting { variable: self.cause, to: To::Point(to.clone()) }
    }

    /// What the effect would be with the cause set.
    fn response(&self, to: &Point) -> Atom {
        Atom { variable: self.effect, world: vec![self.set(to)] }
    }

    /// What the effect would be with the cause at `to` and the mediators as they would be with the cause at `as_if`.
    fn mediated(&self, to: &Point, as_if: &Point) -> Atom {
        let mut world = vec![self.set(to)];
        world.extend(
            self.mediators.iter().map(|&variable| Setting {
                variable,
                to: To::Response(Atom { variable, world: vec![self.set(as_if)] }),
            }),
        );
        Setting::sort(&mut world);
        Atom { variable: self.effect, world }
    }

    /// The probability of the value, or the mean.
    fn of(&self, atom: Atom, given: &[(Atom, Point)]) -> Ask {
        let of = match &self.value {
            Some(value) => Of::Event(vec![(atom, value.clone())]),
            None => Of::Mean(atom),
        };
        Ask::Term(Term { of, given: given.to_vec() })
    }

    fn event(&self, of: Vec<(Atom, Point)>, more: &[(Atom, Point)]) -> Ask {
        let given = [self.given.as_slice(), more].concat();
        Ask::Term(Term { of: Of::Event(of), given })
    }

    fn ask(&self, kind: QuantityKind) -> Option<Ask> {
        let (without, with) = &self.change;
        let cause_at = |to: &Point| (Self::actual(self.cause), to.clone());
        Some(match kind {
            QuantityKind::Ate => Ask::Minus(vec![
                self.of(self.response(with), &self.given),
                self.of(self.response(without), &self.given),
            ]),
            QuantityKind::Ett => {
                let treated = [self.given.clone(), vec![cause_at(with)]].concat();
                Ask::Minus(vec![self.of(self.response(with), &treated), self.of(self.response(without), &treated)])
            }
            QuantityKind::Nde => Ask::Minus(vec![
                self.of(self.mediated(with, without), &self.given),
                self.of(self.response(without), &self.given),
            ]),
            QuantityKind::Nie => Ask::Minus(vec![
                self.of(self.mediated(without, with), &self.given),
                self.of(self.response(without), &self.given),
            ]),
            QuantityKind::Pn => {
                let value = self.value.clone()?;
                let happened = [cause_at(with), (Self::actual(self.effect), value.clone())];
                let stays = self.event(vec![(self.response(without), value)], &happened);
                Ask::Minus(vec![Ask::Number(BigRational::one()), stays])
            }
            QuantityKind::Ps => {
                let value = self.value.clone()?;
                let comes = (self.response(with), value.clone());
                let happened = (Self::actual(self.effect), value);
                let at = cause_at(without);
                Ask::Quotient(
                    Box::new(Ask::Minus(vec![
                        self.event(vec![comes.clone(), at.clone()], &[]),
                        self.event(vec![comes, at.clone(), happened.clone()], &[]),
                    ])),
                    Box::new(Ask::Minus(vec![self.event(vec![at.clone()], &[]), self.event(vec![at, happened], &[])])),
                )
            }
            QuantityKind::Pns => {
                let value = self.value.clone()?;
                let comes = (self.response(with), value.clone());
                let anyway = (self.response(without), value);
                Ask::Minus(vec![self.event(vec![comes.clone()], &[]), self.event(vec![comes, anyway], &[])])
            }
        })
    }
}
