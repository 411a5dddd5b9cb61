//! Numbers from a network.

use super::ask::{Ask, Of, Point, Question, Term};
use super::eliminate::{Budget, Factor, Way, advance, eliminate};
use super::floating::Floating;
use super::worlds::{Copies, Copy, From};
use super::{Bounds, Network, Trouble};
use crate::expr::BigRational;
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;

/// Exact numbers are not tried with more variables than this: choosing an order alone would take too long.
pub(super) const MOST_EXACT: usize = 200;

/// A question answered: one row for each combination of its free values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// In the order of [`Question::free`], the last varying fastest; one row where nothing is free.
    pub rows: Vec<Row>,
}

/// One combination of free values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The state of each free slot.
    pub at: Vec<usize>,
    /// The number; None where a condition has probability zero, or something is divided by zero.
    pub value: Option<BigRational>,
}

/// Answers a question exactly.
///
/// # Errors
/// A limit was reached, or a counterfactual needs an equation where there is a random table.
pub fn evaluate(network: &Network, question: &Question, bounds: Bounds) -> Result<Answered, Trouble> {
    answered(network, question, bounds, None)
}

/// Answers a question in floating point: the probabilities and means in it are right to some twelve digits, what is made of
/// them is exact. By variable elimination in floats, with pruning and a chosen order, so that much larger models than
/// those of [`evaluate`] are answered. O(terms × cells of the largest product).
///
/// # Errors
/// A limit was reached, or a counterfactual needs an equation where there is a random table.
pub fn evaluate_floating(
    network: &Network,
    question: &Question,
    bounds: Bounds,
    limits: &crate::infer::Limits,
) -> Result<Answered, Trouble> {
    answered(network, question, bounds, Some(Floating::new(network, question, limits)?))
}

fn answered(
    network: &Network,
    question: &Question,
    bounds: Bounds,
    floating: Option<Floating>,
) -> Result<Answered, Trouble> {
    let mut plans = Vec::new();
    let mut trouble = None;
    question.ask.each_term(&mut |term| match Plan::new(network, term) {
        Ok(plan) => plans.push(plan),
        Err(why) => trouble = trouble.take().or(Some(why)),
    });
    if let Some(why) = trouble {
        return Err(why);
    }
    let axes: Vec<(usize, usize)> = question
        .free
        .iter()
        .map(|&slot| (slot, network.variables[question.slots[slot].variable].states.len()))
        .collect();
    if super::eliminate::size(&axes) > bounds.rows {
        return Err(Trouble::TooManyRows { limit: bounds.rows });
    }
    let mut evaluation = Evaluation {
        network,
        question,
        plans,
        budget: Budget::new(bounds),
        floating,
        slots: vec![0; question.slots.len()],
        next: 0,
    };
    let mut at = vec![0; axes.len()];
    let mut rows = Vec::new();
    loop {
        for (&(slot, _), &state) in axes.iter().zip(&at) {
            evaluation.slots[slot] = state;
        }
        evaluation.next = 0;
        rows.push(Row { at: at.clone(), value: evaluation.value(&question.ask)? });
        if !advance(&mut at, &axes) {
            return Ok(Answered { rows });
        }
    }
}

struct Evaluation<'a> {
    network: &'a Network,
    question: &'a Question,
    /// By term, from left to right.
    plans: Vec<Plan<'a>>,
    budget: Budget,
    /// Where terms are computed in floating point.
    floating: Option<Floating>,
    slots: Vec<usize>,
    /// The next term met.
    next: usize,
}

impl Evaluation<'_> {
    /// None where the value does not exist. Every operand is walked over, so that the terms are counted alike.
    fn value(&mut self, ask: &Ask) -> Result<Option<BigRational>, Trouble> {
        Ok(match ask {
            Ask::Number(number) => Some(number.clone()),
            Ask::Value(slot) => {
                let variable = &self.network.variables[self.question.slots[*slot].variable];
                variable.numbers.as_ref().and_then(|numbers| numbers.get(self.slots[*slot]).cloned())
            }
            Ask::Term(_) => {
                let plan = &mut self.plans[self.next];
                self.next += 1;
                plan.value(self.network, &self.slots, &mut self.budget, self.floating.as_mut())?
            }
            Ask::Sum(over, body) => {
                let axes: Vec<(usize, usize)> = over
                    .iter()
                    .map(|&slot| (slot, self.network.variables[self.question.slots[slot].variable].states.len()))
                    .collect();
                let first = self.next;
                let mut at = vec![0; axes.len()];
                let mut sum = Some(BigRational::zero());
                loop {
                    for (&(slot, _), &state) in axes.iter().zip(&at) {
                        self.slots[slot] = state;
                    }
                    self.next = first;
                    self.budget.spend(1)?;
                    let value = self.value(body)?;
                    sum = sum.zip(value).map(|(sum, value)| sum + value);
                    if !advance(&mut at, &axes) {
                        break sum;
                    }
                }
            }
            Ask::Plus(all) => self.fold(all, |a, b| a + b)?,
            Ask::Minus(all) => self.fold(all, |a, b| a - b)?,
            Ask::Product(all) => {
                // Zero times what does not exist is zero: Σ_z P(y | x, z) P(z) runs over values that never occur.
                let values = all.iter().map(|each| self.value(each)).collect::<Result<Vec<_>, _>>()?;
                if values.iter().any(|value| value.as_ref().is_some_and(Zero::is_zero)) {
                    Some(BigRational::zero())
                } else {
                    values.into_iter().try_fold(BigRational::one(), |product, value| Some(product * value?))
                }
            }
            Ask::Quotient(over, under) => {
                let (over, under) = (self.value(over)?, self.value(under)?);
                // In floats a difference that is zero is a little off it.
                let zero = |number: &BigRational| match self.floating {
                    Some(_) => num_traits::ToPrimitive::to_f64(number).is_none_or(|number| number.abs() < 1e-12),
                    None => number.is_zero(),
                };
                over.zip(under).filter(|(_, under)| !zero(under)).map(|(over, under)| over / under)
            }
        })
    }

    fn fold(
        &mut self,
        all: &[Ask],
        join: impl Fn(BigRational, BigRational) -> BigRational,
    ) -> Result<Option<BigRational>, Trouble> {
        let values = all.iter().map(|each| self.value(each)).collect::<Result<Vec<_>, _>>()?;
        let mut values = values.into_iter();
        let first = values.next().unwrap_or_else(|| Some(BigRational::zero()));
        Ok(values.fold(first, |sum, value| sum.zip(value).map(|(sum, value)| join(sum, value))))
    }
}

/// A term, ready to be evaluated at any values of its slots.
pub(super) struct Plan<'a> {
    pub copies: Copies<'a>,
    pub of: Vec<(Copy, &'a Point)>,
    pub mean: Option<Copy>,
    pub given: Vec<(Copy, &'a Point)>,
    /// What has been computed, by the values of the slots that occur.
    known: FxHashMap<Vec<usize>, Option<BigRational>>,
    /// In floating point: the distributions computed, by what is set, of what, and what is known.
    pub distributions: FxHashMap<Vec<usize>, Option<Vec<f64>>>,
    slots: Vec<usize>,
}

impl<'a> Plan<'a> {
    pub fn new(network: &'a Network, term: &'a Term) -> Result<Self, Trouble> {
        let mut copies = Copies::new(network);
        let (mut of, mut mean) = (Vec::new(), None);
        match &term.of {
            Of::Event(all) => of.extend(all.iter().map(|(atom, point)| (copies.copy(atom), point))),
            Of::Mean(atom) => mean = Some(copies.copy(atom)),
        }
        let given: Vec<_> = term.given.iter().map(|(atom, point)| (copies.copy(atom), point)).collect();
        let all = of.iter().chain(&given).map(|(copy, _)| *copy).chain(mean);
        Trouble::torn(copies.torn(&copies.relevant(all)))?;
        let mut slots = Vec::new();
        let points = of.iter().chain(&given).map(|(_, point)| *point);
        let set = copies.nodes.iter().filter_map(|node| match &node.from {
            From::Constant(point) => Some(point),
            From::Drawn { .. } => None,
        });
        for point in points.chain(set) {
            if let Point::Slot(slot) = point {
                slots.push(*slot);
            }
        }
        slots.sort_unstable();
        slots.dedup();
        Ok(Self { copies, of, mean, given, known: FxHashMap::default(), distributions: FxHashMap::default(), slots })
    }

    fn value(
        &mut self,
        network: &Network,
        slots: &[usize],
        budget: &mut Budget,
        floating: Option<&mut Floating>,
    ) -> Result<Option<BigRational>, Trouble> {
        let key: Vec<usize> = self.slots.iter().map(|&slot| slots[slot]).collect();
        if let Some(known) = self.known.get(&key) {
            return Ok(known.clone());
        }
        let value = match floating {
            Some(floating) => self.floating(network, slots, floating)?.and_then(BigRational::from_float),
            None => {
                let (over, under) = self.parts(network, slots, budget, None)?;
                (!under.is_zero()).then(|| over / under)
            }
        };
        self.known.insert(key, value.clone());
        Ok(value)
    }

    /// What is divided by what: P(of, given), or the sum of the values weighted by it, and P(given); the first is zero where
    /// the second is. A table may stand in for the mechanism of one variable.
    pub fn parts(
        &self,
        network: &Network,
        slots: &[usize],
        budget: &mut Budget,
        instead: Option<(usize, &[BigRational])>,
    ) -> Result<(BigRational, BigRational), Trouble> {
        let under = self.joint(network, &self.given, None, slots, budget, instead)?;
        let under: BigRational = under.cells.into_iter().sum();
        if under.is_zero() {
            return Ok((BigRational::zero(), under));
        }
        Ok((self.over(network, slots, budget, instead)?, under))
    }

    /// The first of [`Self::parts`].
    fn over(
        &self,
        network: &Network,
        slots: &[usize],
        budget: &mut Budget,
        instead: Option<(usize, &[BigRational])>,
    ) -> Result<BigRational, Trouble> {
        let all: Vec<(Copy, &Point)> = self.of.iter().chain(&self.given).copied().collect();
        let over = self.joint(network, &all, self.mean, slots, budget, instead)?;
        let Some(mean) = self.mean else {
            return Ok(over.cells.into_iter().sum());
        };
        let variable = &network.variables[self.copies.nodes[mean].variable];
        let numbers = variable.numbers.as_deref().unwrap_or(&[]);
        // Where its value is known the table has no axis for it.
        Ok(match self.known_state(&self.given, mean, slots) {
            Some(state) => {
                over.cells.into_iter().sum::<BigRational>() * numbers.get(state).cloned().unwrap_or_default()
            }
            None => over.cells.iter().zip(numbers).map(|(p, number)| p * number).sum(),
        })
    }

    /// The state that events or an action fix a copy at.
    fn known_state(&self, events: &[(Copy, &Point)], copy: Copy, slots: &[usize]) -> Option<usize> {
        if let From::Constant(point) = &self.copies.nodes[copy].from {
            return Some(state(point, slots));
        }
        events.iter().find(|(other, _)| *other == copy).map(|(_, point)| state(point, slots))
    }

    /// The probability of some events, as a table over the copy kept where its state is not fixed.
    fn joint(
        &self,
        network: &Network,
        events: &[(Copy, &Point)],
        keep: Option<Copy>,
        slots: &[usize],
        budget: &mut Budget,
        instead: Option<(usize, &[BigRational])>,
    ) -> Result<Factor, Trouble> {
        let mut fixed: FxHashMap<Copy, usize> = FxHashMap::default();
        for (copy, point) in events {
            let state = state(point, slots);
            let before = match &self.copies.nodes[*copy].from {
                From::Constant(set) => Some(self::state(set, slots)),
                From::Drawn { .. } => fixed.insert(*copy, state),
            };
            if before.is_some_and(|before| before != state) {
                return Ok(Factor::constant(BigRational::zero()));
            }
        }
        let relevant = self.copies.relevant(events.iter().map(|(copy, _)| *copy).chain(keep));
        if relevant.len() > MOST_EXACT {
            return Err(Trouble::TooLong { limit: budget.steps });
        }
        let factors = relevant
            .into_iter()
            .map(|copy| self.factor(network, copy, &fixed, slots, budget, instead))
            .collect::<Result<Vec<_>, _>>()?;
        let keep: Vec<Copy> = keep.into_iter().collect();
        eliminate(factors, &keep, Way::Sum, budget)
    }

    /// A copy's mechanism as a table over what is not fixed.
    fn factor(
        &self,
        network: &Network,
        copy: Copy,
        fixed: &FxHashMap<Copy, usize>,
        slots: &[usize],
        budget: &mut Budget,
        instead: Option<(usize, &[BigRational])>,
    ) -> Result<Factor, Trouble> {
        let node = &self.copies.nodes[copy];
        let From::Drawn { mechanism, parents, own } = &node.from else {
            return Ok(Factor::constant(BigRational::one()));
        };
        let table = match instead {
            Some((variable, table)) if *own && variable == node.variable => table,
            Some(_) | None => &mechanism.table,
        };
        factor(table, &[parents.as_slice(), &[copy]].concat(), budget, |other| {
            let states = network.variables[self.copies.nodes[other].variable].states.len();
            let known = match &self.copies.nodes[other].from {
                From::Constant(point) => Some(state(point, slots)),
                From::Drawn { .. } => fixed.get(&other).copied(),
            };
            (states, known)
        })
    }
}

/// A table whose axes are in the order given as a factor over those that are not fixed.
pub(super) fn factor(
    table: &[BigRational],
    order: &[usize],
    budget: &mut Budget,
    know: impl Fn(usize) -> (usize, Option<usize>),
) -> Result<Factor, Trouble> {
    let mut stride = 1;
    let mut offset = 0;
    let mut axes: Vec<(usize, usize, usize)> = Vec::new();
    for &axis in order.iter().rev() {
        let (states, known) = know(axis);
        match known {
            Some(state) => offset += state * stride,
            None => axes.push((axis, states, stride)),
        }
        stride *= states;
    }
    axes.sort_unstable();
    let strides: Vec<usize> = axes.iter().map(|&(_, _, stride)| stride).collect();
    let axes = axes.into_iter().map(|(axis, states, _)| (axis, states)).collect();
    Factor::from_fn(axes, budget, |at| {
        let place: usize = at.iter().zip(&strides).map(|(state, stride)| state * stride).sum();
        table.get(offset + place).cloned().unwrap_or_default()
    })
}

pub(super) fn state(point: &Point, slots: &[usize]) -> usize {
    match point {
        Point::State(state) => *state,
        Point::Slot(slot) => slots[*slot],
        // A network has no real variables.
        Point::Number(_) => usize::MAX,
    }
}
