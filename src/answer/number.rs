//! Questions to a model: computed, not proved. No claim is made and no certificate asked for.

use super::Options;
use super::context::Context;
use super::numbers::{Explanation, Number, Numbers, SensitiveEntry, decimal};
use crate::expr::BigRational;
use crate::model::{
    self, Bounds, LinearRow, Model, Network, Question, Trouble, evaluate, evaluate_linear, explain, sensitivity,
};
use crate::problem::{Asked, NumberExpectation, NumberQuery};
use num_traits::Signed;

/// What the limits of a caller allow one question.
pub(super) fn bounds(options: &Options<'_>) -> Bounds {
    Bounds { cells: options.limits.cells, ..Bounds::default() }
}

/// Answers a question to a model.
pub(super) fn number(context: &Context<'_>, model: &Model, query: &NumberQuery) -> Number {
    let bounds = bounds(context.options);
    match &query.asked {
        Asked::Value { question, without } => {
            let with = numbers(model, question, bounds);
            let without = without.as_ref().and_then(|question| match numbers(model, question, bounds) {
                found @ (Number::Table(_) | Number::Normal { .. }) => Some(found),
                Number::Explained(_) | Number::Sensitivity { .. } | Number::None(_) => None,
            });
            match with {
                Number::Table(mut table) => {
                    table.without = without.and_then(|found| match found {
                        Number::Table(found) => Some(Box::new(found)),
                        Number::Normal { .. } | Number::Explained(_) | Number::Sensitivity { .. } | Number::None(_) => {
                            None
                        }
                    });
                    Number::Table(table)
                }
                Number::Normal { slots, mean, variance, .. } => {
                    let without = without.and_then(|found| match found {
                        Number::Normal { mean, variance, slots, .. } if slots.is_empty() => Some((mean, variance)),
                        Number::Normal { .. }
                        | Number::Table(_)
                        | Number::Explained(_)
                        | Number::Sensitivity { .. }
                        | Number::None(_) => None,
                    });
                    Number::Normal { slots, mean, variance, without }
                }
                other @ (Number::Explained(_) | Number::Sensitivity { .. } | Number::None(_)) => other,
            }
        }
        Asked::Explain { seen, set } => {
            let Model::Discrete(network) = model else { return Number::None(IMPOSSIBLE.to_owned()) };
            match explain(network, seen, set, bounds) {
                Err(why) => Number::None(trouble(model, &why)),
                Ok(None) => Number::None(IMPOSSIBLE.to_owned()),
                Ok(Some(found)) => Number::Explained(Explanation {
                    values: found
                        .states
                        .iter()
                        .map(|&(variable, state)| {
                            let known = &network.variables[variable];
                            (known.name.clone(), known.states[state].clone())
                        })
                        .collect(),
                    probability: found.probability,
                    evidence: found.evidence,
                }),
            }
        }
        Asked::Sensitivity { question, of } => {
            let Model::Discrete(network) = model else { return Number::None(IMPOSSIBLE.to_owned()) };
            let value = match evaluate(network, question, bounds) {
                Ok(found) => found.rows.into_iter().next().and_then(|row| row.value),
                Err(why) => return Number::None(trouble(model, &why)),
            };
            match (value, sensitivity(network, question, of, bounds)) {
                (_, Err(why)) => Number::None(trouble(model, &why)),
                (Some(value), Ok(Some(entries))) => {
                    let truncated = entries.len() > context.options.limits.list;
                    let entries = entries.into_iter().take(context.options.limits.list);
                    let entries = entries.map(|entry| written_entry(network, &entry)).collect();
                    Number::Sensitivity { value, entries, truncated }
                }
                (None, Ok(_)) | (_, Ok(None)) => Number::None(IMPOSSIBLE.to_owned()),
            }
        }
    }
}

const IMPOSSIBLE: &str = "what is given has probability zero in this model";

fn written_entry(network: &Network, entry: &model::Entry) -> SensitiveEntry {
    let variable = &network.variables[entry.variable];
    let given = variable.mechanism.parents.iter().zip(&entry.row).map(|(&parent, &state)| {
        let parent = &network.variables[parent];
        (parent.name.clone(), parent.states[state].clone())
    });
    SensitiveEntry {
        variable: variable.name.clone(),
        state: variable.states[entry.state].clone(),
        given: given.collect(),
        probability: entry.probability.clone(),
        derivative: entry.derivative.clone(),
    }
}

fn numbers(model: &Model, question: &Question, bounds: Bounds) -> Number {
    let slots: Vec<String> = question.free.iter().map(|&slot| question.slots[slot].name.clone()).collect();
    match model {
        Model::Discrete(network) => match evaluate(network, question, bounds) {
            Err(why) => Number::None(trouble(model, &why)),
            Ok(found) => {
                let states: Vec<&Vec<String>> = question
                    .free
                    .iter()
                    .map(|&slot| &network.variables[question.slots[slot].variable].states)
                    .collect();
                let rows = found.rows.into_iter().map(|row| {
                    let at = row.at.iter().zip(&states).map(|(&state, states)| states[state].clone()).collect();
                    (at, row.value)
                });
                Number::Table(Numbers { slots, rows: rows.collect(), without: None })
            }
        },
        Model::Linear(linear) => match evaluate_linear(linear, question) {
            Err(why) => Number::None(trouble(model, &why)),
            Ok(None) => Number::None(IMPOSSIBLE.to_owned()),
            Ok(Some(found)) => {
                let name = |slot: usize| question.slots[slot].name.clone();
                let LinearRow { constant, slots } = found.mean;
                let slots = slots.into_iter().map(|(slot, coefficient)| (name(slot), coefficient)).collect();
                Number::Normal { slots, mean: constant, variance: found.variance, without: None }
            }
        },
    }
}

/// One sentence.
pub(super) fn trouble(model: &Model, why: &Trouble) -> String {
    match why {
        Trouble::TooLarge { cells, limit } => {
            format!("a table of {cells} cells would be needed, and the limit is {limit}")
        }
        Trouble::TooLong { limit } => format!("more than {limit} cells would have to be computed, which is the limit"),
        Trouble::TooManyRows { limit } => {
            format!("more than {limit} combinations of values are free, which is the limit; give some of them values")
        }
        Trouble::NotStructural { variable } => {
            let name = match model {
                Model::Discrete(network) => network.variables[*variable].name.as_str(),
                Model::Linear(linear) => linear.variables[*variable].name.as_str(),
            };
            format!("{name} comes about at random, and a counterfactual needs its equation")
        }
        Trouble::NotLinear => "a linear model gives means, variances and the distribution of one variable, not \
                               probabilities of values, sums over values or products of variables"
            .to_owned(),
    }
}

/// How an expectation of a model came out: whether it holds, and why not.
pub(super) fn expectation(
    model: &Model,
    expected: &NumberExpectation,
    options: &Options<'_>,
) -> (Option<bool>, Option<String>) {
    let bounds = bounds(options);
    let side = |question: &Question| -> Result<BigRational, String> {
        match numbers(model, question, bounds) {
            Number::Table(table) => {
                table.rows.into_iter().next().and_then(|(_, value)| value).ok_or_else(|| IMPOSSIBLE.to_owned())
            }
            Number::Normal { mean, slots, .. } if slots.is_empty() => Ok(mean),
            Number::None(why) => Err(why),
            Number::Normal { .. } | Number::Explained(_) | Number::Sensitivity { .. } => Err(IMPOSSIBLE.to_owned()),
        }
    };
    let (lhs, rhs) = match (side(&expected.lhs), side(&expected.rhs)) {
        (Ok(lhs), Ok(rhs)) => (lhs, rhs),
        (Err(why), _) | (_, Err(why)) => return (None, Some(why)),
    };
    // A decimal stands for every number that rounds to it.
    let equal = match expected.digits {
        Some(digits) => {
            let half = BigRational::new(1.into(), num_traits::pow(num_bigint::BigInt::from(10), digits) * 2);
            (&lhs - &rhs).abs() <= half
        }
        None => lhs == rhs,
    };
    let why = (!equal).then(|| format!("the left side is {}, the right side {}", decimal(&lhs), decimal(&rhs)));
    (Some(equal), why)
}
