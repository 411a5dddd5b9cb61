//! Questions to a model: computed, not proved. No claim is made and no certificate asked for.

use super::Options;
use super::context::Context;
use super::numbers::{Comparison, Explanation, LinearForm, Number, Numbers, SensitiveEntry, Sides, decimal, same};
use crate::expr::BigRational;
use crate::model::{
    self, Answered, Ask, Bounds, LinearRow, Model, Network, Of, Question, Trouble, evaluate, evaluate_floating,
    evaluate_linear, explain, explain_floating, sensitivity,
};
use crate::problem::{Asked, NumberExpectation, NumberQuery};
use num_traits::Signed;

/// What the limits of a caller allow one question.
pub(super) fn bounds(options: &Options<'_>) -> Bounds {
    Bounds { cells: options.limits.cells, ..Bounds::default() }
}

/// What floating point may take for one question.
const FLOATING: crate::infer::Limits = crate::infer::Limits { memory: 1 << 30, steps: 1 << 35, exact: 0 };

/// Whether exact numbers take too much, and floats may not.
const fn is_too_much(why: &Trouble) -> bool {
    matches!(why, Trouble::TooLarge { .. } | Trouble::TooLong { .. })
}

/// Exact numbers, or floats where those would take too much; and whether it is floats.
pub(super) fn evaluated(network: &Network, question: &Question, bounds: Bounds) -> Result<(Answered, bool), Trouble> {
    match evaluate(network, question, bounds) {
        Ok(found) => Ok((found, false)),
        Err(why) if is_too_much(&why) => {
            evaluate_floating(network, question, bounds, &FLOATING).map(|found| (found, true))
        }
        Err(why) => Err(why),
    }
}

/// Answers a question to a model.
pub(super) fn number(context: &Context<'_>, model: &Model, query: &NumberQuery) -> Number {
    let bounds = bounds(context.options);
    match &query.asked {
        Asked::Value { question, without } => {
            let with = numbers(model, question, bounds);
            let without = without.as_ref().and_then(|question| match numbers(model, question, bounds) {
                found @ (Number::Table(_) | Number::Normal { .. }) => Some(found),
                Number::Explained(_) | Number::Sensitivity { .. } | Number::Comparison(_) | Number::None(_) => None,
            });
            match with {
                Number::Table(mut table) => {
                    table.without = without.and_then(|found| match found {
                        Number::Table(found) => Some(Box::new(found)),
                        Number::Normal { .. }
                        | Number::Explained(_)
                        | Number::Sensitivity { .. }
                        | Number::Comparison(_)
                        | Number::None(_) => None,
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
                        | Number::Comparison(_)
                        | Number::None(_) => None,
                    });
                    Number::Normal { slots, mean, variance, without }
                }
                other @ (Number::Explained(_)
                | Number::Sensitivity { .. }
                | Number::Comparison(_)
                | Number::None(_)) => other,
            }
        }
        Asked::Explain { seen, set } => {
            let Model::Discrete(network) = model else { return Number::None(IMPOSSIBLE.to_owned()) };
            let (found, floating) = match explain(network, seen, set, bounds) {
                Err(why) if is_too_much(&why) => (explain_floating(network, seen, set, &FLOATING), true),
                found => (found, false),
            };
            match found {
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
                    floating,
                }),
            }
        }
        Asked::Comparison { pairs, independence } => {
            comparison(model, pairs, *independence, bounds).unwrap_or_else(Number::None)
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

/// Both sides of each pair; or why there are none.
fn comparison(
    model: &Model,
    pairs: &[(Question, Question)],
    independence: bool,
    bounds: Bounds,
) -> Result<Number, String> {
    let told = |why: Trouble| trouble(model, &why);
    match model {
        Model::Linear(linear) => {
            let form = |question: &Question| -> Result<LinearForm, String> {
                let found = evaluate_linear(linear, question).map_err(told)?.ok_or_else(|| IMPOSSIBLE.to_owned())?;
                let LinearRow { constant: mean, slots } = found.mean;
                let slots = slots.into_iter().map(|(slot, by)| (question.slots[slot].name.clone(), by)).collect();
                // Of an expectation only the mean is meant.
                let distribution = matches!(&question.ask, Ask::Term(term) if matches!(term.of, Of::Event(_)));
                Ok(LinearForm { mean, slots, variance: found.variance.filter(|_| distribution) })
            };
            let forms: Vec<(LinearForm, LinearForm)> =
                pairs.iter().map(|(lhs, rhs)| Ok((form(lhs)?, form(rhs)?))).collect::<Result<_, String>>()?;
            let holds = forms.iter().all(|(lhs, rhs)| lhs == rhs);
            Ok(Number::Comparison(Comparison { holds, independence, sides: Sides::Forms(forms), floating: false }))
        }
        Model::Discrete(_) => {
            let (mut names, mut rows, mut undefined, mut rounded) = (Vec::new(), Vec::new(), 0, false);
            for (lhs, rhs) in pairs {
                let side = |question: &Question| match numbers(model, question, bounds) {
                    Number::Table(table) => Ok(table),
                    Number::None(why) => Err(why),
                    Number::Normal { .. }
                    | Number::Explained(_)
                    | Number::Sensitivity { .. }
                    | Number::Comparison(_) => Err(IMPOSSIBLE.to_owned()),
                };
                let (lhs, rhs) = (side(lhs)?, side(rhs)?);
                rounded |= lhs.floating || rhs.floating;
                names = lhs.slots;
                for ((at, left), (_, right)) in lhs.rows.into_iter().zip(rhs.rows) {
                    match left.zip(right) {
                        Some((left, right)) => rows.push((at, left, right)),
                        None => undefined += 1,
                    }
                }
            }
            if rows.is_empty() {
                return Err(IMPOSSIBLE.to_owned());
            }
            let holds = rows.iter().all(|(_, left, right)| same(left, right, rounded));
            let sides = Sides::Rows { slots: names, rows, undefined };
            Ok(Number::Comparison(Comparison { holds, independence, sides, floating: rounded }))
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
        Model::Discrete(network) => match evaluated(network, question, bounds) {
            Err(why) => Number::None(trouble(model, &why)),
            Ok((found, floating)) => {
                let states: Vec<&Vec<String>> = question
                    .free
                    .iter()
                    .map(|&slot| &network.variables[question.slots[slot].variable].states)
                    .collect();
                let rows = found.rows.into_iter().map(|row| {
                    let at = row.at.iter().zip(&states).map(|(&state, states)| states[state].clone()).collect();
                    (at, row.value)
                });
                Number::Table(Numbers { slots, rows: rows.collect(), without: None, floating })
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
        Trouble::TooManyTerms { terms, limit } => format!(
            "{terms} probabilities would be computed one by one in floating point, and the limit is {limit}; give some \
             variables values"
        ),
        Trouble::Refused(refusal) => format!(
            "exact numbers would take too much, and in floating point {refusal}; estimate it from rows: whatif simulate, or \
             whatif marginals --sample 1000000"
        ),
        Trouble::NoNetwork(why) => format!("the worlds of the question are too many: {why}"),
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
    let side = |question: &Question| -> Result<(BigRational, bool), String> {
        match numbers(model, question, bounds) {
            Number::Table(table) => {
                let value = table.rows.into_iter().next().and_then(|(_, value)| value);
                value.map(|value| (value, table.floating)).ok_or_else(|| IMPOSSIBLE.to_owned())
            }
            Number::Normal { mean, slots, .. } if slots.is_empty() => Ok((mean, false)),
            Number::None(why) => Err(why),
            Number::Normal { .. } | Number::Explained(_) | Number::Sensitivity { .. } | Number::Comparison(_) => {
                Err(IMPOSSIBLE.to_owned())
            }
        }
    };
    let (lhs, rhs, floating) = match (side(&expected.lhs), side(&expected.rhs)) {
        (Ok((lhs, left)), Ok((rhs, right))) => (lhs, rhs, left || right),
        (Err(why), _) | (_, Err(why)) => return (None, Some(why)),
    };
    // A decimal stands for every number that rounds to it.
    let equal = match expected.digits {
        Some(digits) => {
            let half = BigRational::new(1.into(), num_traits::pow(num_bigint::BigInt::from(10), digits) * 2);
            (&lhs - &rhs).abs() <= half
        }
        None => same(&lhs, &rhs, floating),
    };
    let why = (!equal).then(|| format!("the left side is {}, the right side {}", decimal(&lhs), decimal(&rhs)));
    (Some(equal), why)
}
