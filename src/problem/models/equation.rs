//! Structural equations: each becomes a table that puts everything on one value, its noise a parent like the others.

use super::table::states_at;
use super::value::{Value, number, numbers};
use super::{Draft, Known, certain, diagnostics};
use crate::expr::BigRational;
use crate::model::{Mechanism, Role};
use crate::problem::resolver::Resolver;
use crate::source::Span;
use crate::syntax::tree::{Equation, EquationKind, Function, Relation};
use num_traits::{One, Signed, Zero};
use rustc_hash::FxHashMap;

/// The operands of a node, from left to right.
pub(super) fn operands(equation: &Equation) -> Vec<&Equation> {
    match &equation.kind {
        EquationKind::If { cases, otherwise } => {
            let cases = cases.iter().flat_map(|(condition, then)| [condition, then]);
            cases.chain([&**otherwise]).collect()
        }
        EquationKind::Or(all) | EquationKind::And(all) | EquationKind::Call(_, all) => all.iter().collect(),
        EquationKind::Not(inner) | EquationKind::Negative(inner) => vec![inner],
        EquationKind::Compare(left, _, right) => vec![left, right],
        EquationKind::Sum(all) | EquationKind::Product(all) => all.iter().map(|(_, each)| each).collect(),
        EquationKind::Noise(_) | EquationKind::Number(_) | EquationKind::Name(_) => Vec::new(),
    }
}

/// A variable that an equation may name: its position and its values.
pub(super) type Found = (usize, Vec<String>);

/// An equation as a table.
pub(super) struct Compiled {
    /// The variables it names, in order of appearance, each with its place.
    pub inputs: Vec<(usize, Span)>,
    /// The noises, in order of appearance: values and probabilities.
    pub noises: Vec<(Vec<String>, Vec<BigRational>)>,
    /// The state for each combination of inputs and noises, the last varying fastest.
    pub states: Vec<usize>,
}

/// What stands for the values of one combination.
struct Here<'a> {
    inputs: FxHashMap<&'a str, Value<'a>>,
    /// By where they stand.
    noises: FxHashMap<usize, Value<'a>>,
}

/// What is wrong at one combination.
type Wrong = (Span, String);

impl Resolver<'_> {
    /// Adds an equation's noises to the draft and makes its table.
    pub(super) fn equation(
        &mut self,
        draft: &mut Draft,
        variable: usize,
        equation: &Equation,
        name: Span,
        cells: &mut usize,
    ) -> Option<Mechanism> {
        let own = (draft.known[variable].name.clone(), draft.known[variable].states.clone());
        let lookup = |name: &str| draft.variable(name).map(|found| (found, draft.known[found].states.clone()));
        let names = || draft.known.iter().map(|known| known.name.clone()).collect();
        let compiled = self.compile(equation, (&own.0, &own.1), &lookup, &names, cells)?;
        let mut sound = true;
        for &(input, span) in &compiled.inputs {
            sound &= self.allowed(draft, variable, input, span);
        }
        if !sound {
            return None;
        }
        if variable >= draft.measured() {
            self.say(diagnostics::latent_with_parents(&self.findings.source, &own.0, name));
            return None;
        }
        let mut parents: Vec<usize> = compiled.inputs.iter().map(|(input, _)| *input).collect();
        let several = compiled.noises.len() > 1;
        for (at, (states, table)) in compiled.noises.into_iter().enumerate() {
            let name = if several { format!("noise {} of {}", at + 1, own.0) } else { format!("noise of {}", own.0) };
            parents.push(draft.known.len());
            draft.known.push(Known { name, numbers: numbers(&states), states });
            draft.role.push(Role::Exogenous);
            draft.mechanisms.push(Some(Mechanism { parents: Vec::new(), table }));
        }
        let count = own.1.len();
        let table = compiled.states.into_iter().flat_map(|state| certain(count, state)).collect();
        Some(Mechanism { parents, table })
    }

    /// The table of an equation. `lookup` finds the variables it may name; `names` gives theirs, for suggestions.
    pub(super) fn compile(
        &mut self,
        equation: &Equation,
        (name, states): (&str, &[String]),
        lookup: &dyn Fn(&str) -> Option<Found>,
        names: &dyn Fn() -> Vec<String>,
        cells: &mut usize,
    ) -> Option<Compiled> {
        let mut inputs: Vec<(&str, usize, Vec<String>, Span)> = Vec::new();
        let mut texts: Vec<(&str, Span)> = Vec::new();
        let mut noises: Vec<(usize, Vec<String>, Vec<BigRational>)> = Vec::new();
        let mut sound = true;
        let mut waiting = vec![equation];
        while let Some(next) = waiting.pop() {
            match &next.kind {
                EquationKind::Name(named) => match lookup(named) {
                    Some((variable, states)) => {
                        if inputs.iter().all(|(_, known, ..)| *known != variable) {
                            inputs.push((named, variable, states, next.span));
                        }
                    }
                    None => texts.push((named, next.span)),
                },
                EquationKind::Number(written) if number(written).is_none() => {
                    self.say(diagnostics::model_number(&self.findings.source, next.span));
                    sound = false;
                }
                EquationKind::Noise(drawn) => {
                    let states = self.own_states(drawn);
                    let row = states.as_ref().and_then(|states| self.distribution("noise", states, drawn));
                    match states.zip(row) {
                        Some((states, row)) => noises.push((next.span.start, states, row)),
                        None => sound = false,
                    }
                }
                EquationKind::Compare(left, _, right) => {
                    sound &= self.compared(left, right, lookup) && self.compared(right, left, lookup);
                }
                EquationKind::If { .. }
                | EquationKind::Or(_)
                | EquationKind::And(_)
                | EquationKind::Not(_)
                | EquationKind::Sum(_)
                | EquationKind::Product(_)
                | EquationKind::Negative(_)
                | EquationKind::Call(..)
                | EquationKind::Number(_) => {}
            }
            waiting.extend(operands(next).into_iter().rev());
        }
        for (text, span) in texts {
            let domains =
                inputs.iter().map(|(_, _, states, _)| states).chain(noises.iter().map(|(_, states, _)| states));
            if !states.iter().any(|state| state == text) && !domains.into_iter().flatten().any(|state| state == text) {
                let names = names();
                let near = self.nearest.find(text, names.iter().chain(states).map(String::as_str));
                self.say(diagnostics::equation_name(&self.findings.source, text, span, &near));
                sound = false;
            }
        }
        if !sound {
            return None;
        }
        let sizes: Vec<usize> = inputs
            .iter()
            .map(|(_, _, states, _)| states.len())
            .chain(noises.iter().map(|(_, states, _)| states.len()))
            .collect();
        let count = sizes.iter().fold(1_usize, |count, size| count.saturating_mul(*size));
        self.afford(count.saturating_mul(states.len()), equation.span, name, cells)?;
        let mut results = Vec::with_capacity(count);
        for place in 0..count {
            let at = states_at(&sizes, place);
            let (left, right) = at.split_at(inputs.len());
            let here = Here {
                inputs: inputs.iter().zip(left).map(|((n, _, s, _), &state)| (*n, Value::of(&s[state]))).collect(),
                noises: noises.iter().zip(right).map(|((n, s, _), &state)| (*n, Value::of(&s[state]))).collect(),
            };
            let result = value(equation, &here).and_then(|value| {
                value
                    .state(states)
                    .ok_or_else(|| (equation.span, format!("it is {}, no value of `{name}`", value.shown())))
            });
            match result {
                Ok(state) => results.push(state),
                Err((span, what)) => {
                    let at: Vec<String> = inputs
                        .iter()
                        .zip(left)
                        .map(|((n, _, s, _), &state)| format!("{n} = {}", s[state]))
                        .chain(noises.iter().zip(right).map(|((_, s, _), &state)| format!("noise {}", s[state])))
                        .collect();
                    let domain = states;
                    self.say(diagnostics::equation_value(&self.findings.source, span, name, &what, &at, domain));
                    return None;
                }
            }
        }
        Some(Compiled {
            inputs: inputs.into_iter().map(|(_, variable, _, span)| (variable, span)).collect(),
            noises: noises.into_iter().map(|(_, states, row)| (states, row)).collect(),
            states: results,
        })
    }

    /// Whether a text that a variable is compared with is one of its values; says so if not.
    fn compared(&mut self, one: &Equation, other: &Equation, lookup: &dyn Fn(&str) -> Option<Found>) -> bool {
        let (EquationKind::Name(variable), EquationKind::Name(text)) = (&one.kind, &other.kind) else { return true };
        match (lookup(variable), lookup(text)) {
            (Some((_, states)), None) => self.state(variable, &states, text, other.span).is_some(),
            _ => true,
        }
    }
}

fn value<'a>(equation: &'a Equation, here: &Here<'a>) -> Result<Value<'a>, Wrong> {
    let truth = |inner: &'a Equation| {
        let value = value(inner, here)?;
        value.truth().ok_or_else(|| (inner.span, format!("{} is neither true nor false", value.shown())))
    };
    let numeric = |inner: &'a Equation| {
        let value = value(inner, here)?;
        value.number().ok_or_else(|| (inner.span, format!("{} is no number", value.shown())))
    };
    Ok(match &equation.kind {
        EquationKind::If { cases, otherwise } => {
            for (condition, then) in cases {
                if truth(condition)? {
                    return value(then, here);
                }
            }
            value(otherwise, here)?
        }
        EquationKind::Or(all) => {
            let mut any = false;
            for each in all {
                any |= truth(each)?;
            }
            Value::Truth(any)
        }
        EquationKind::And(all) => {
            let mut every = true;
            for each in all {
                every &= truth(each)?;
            }
            Value::Truth(every)
        }
        EquationKind::Not(inner) => Value::Truth(!truth(inner)?),
        EquationKind::Compare(left, relation, right) => {
            if matches!(relation, Relation::Equal | Relation::Unequal) {
                let (a, b) = (value(left, here)?, value(right, here)?);
                let same = a
                    .same(&b)
                    .ok_or_else(|| (equation.span, format!("{} and {} cannot be compared", a.shown(), b.shown())))?;
                return Ok(Value::Truth(same == (*relation == Relation::Equal)));
            }
            let (a, b) = (numeric(left)?, numeric(right)?);
            Value::Truth(match relation {
                Relation::Less => a < b,
                Relation::AtMost => a <= b,
                Relation::Greater => a > b,
                Relation::AtLeast | Relation::Equal | Relation::Unequal => a >= b,
            })
        }
        EquationKind::Sum(all) => {
            let mut sum = BigRational::zero();
            for (minus, each) in all {
                let number = numeric(each)?;
                sum = if *minus { sum - number } else { sum + number };
            }
            Value::Number(small(sum, equation.span)?)
        }
        EquationKind::Product(all) => {
            let mut product = BigRational::one();
            for (divides, each) in all {
                let number = numeric(each)?;
                if *divides && number.is_zero() {
                    return Err((each.span, "it is divided by zero".to_owned()));
                }
                product = small(if *divides { product / number } else { product * number }, equation.span)?;
            }
            Value::Number(product)
        }
        EquationKind::Negative(inner) => Value::Number(-numeric(inner)?),
        EquationKind::Noise(_) => here.noises.get(&equation.span.start).cloned().unwrap_or(Value::Truth(false)),
        EquationKind::Call(function, all) => {
            let numbers = all.iter().map(numeric).collect::<Result<Vec<_>, _>>()?;
            let first = numbers.first().cloned().unwrap_or_default();
            Value::Number(match function {
                Function::Min => numbers.into_iter().fold(first, BigRational::min),
                Function::Max => numbers.into_iter().fold(first, BigRational::max),
                Function::Abs => first.abs(),
                Function::Mod => {
                    let by = numbers.get(1).cloned().unwrap_or_default();
                    if by.is_zero() {
                        return Err((equation.span, "it is divided by zero".to_owned()));
                    }
                    let rest = &first - &by * (&first / &by).floor();
                    if rest.is_negative() { rest - by } else { rest }
                }
            })
        }
        EquationKind::Number(written) => Value::Number(number(written).unwrap_or_default()),
        EquationKind::Name(name) => here.inputs.get(name.as_str()).cloned().unwrap_or_else(|| Value::of(name)),
    })
}

/// Holds numbers to a length that no model needs, so that products of products cannot grow without end.
fn small(number: BigRational, span: Span) -> Result<BigRational, Wrong> {
    const BITS: u64 = 4096;
    if number.numer().bits() > BITS || number.denom().bits() > BITS {
        return Err((span, "its number is too long".to_owned()));
    }
    Ok(number)
}
