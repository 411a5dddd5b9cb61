//! Distributions: one row of a table.

use super::value::number;
use super::{certain, diagnostics};
use crate::expr::BigRational;
use crate::problem::resolver::Resolver;
use crate::source::Span;
use crate::syntax::tree::{self, Distribution, DistributionKind, Domain, ModelItem, Probability};
use num_traits::{One, Signed, Zero};

impl Resolver<'_> {
    /// The probability of each of the `states` of a variable; what is wrong is reported.
    pub(super) fn distribution(
        &mut self,
        name: &str,
        states: &[String],
        drawn: &Distribution,
    ) -> Option<Vec<BigRational>> {
        match &drawn.kind {
            DistributionKind::Uniform(None) => {
                let share = BigRational::new(1.into(), states.len().into());
                Some(vec![share; states.len()])
            }
            DistributionKind::Uniform(Some(over)) => {
                let over = self.uniform_over(&over.value, over.span)?;
                let share = BigRational::new(1.into(), over.len().into());
                let mut row = vec![BigRational::zero(); states.len()];
                for value in &over {
                    let state = self.state(name, states, value, drawn.span)?;
                    row[state] += &share;
                }
                Some(row)
            }
            DistributionKind::Bernoulli(share) => {
                let p = self.probability(share)?;
                if states.len() != 2 {
                    self.say(diagnostics::bernoulli_domain(&self.findings.source, drawn.span, name, states));
                    return None;
                }
                Some(vec![BigRational::one() - &p, p])
            }
            DistributionKind::Point(value) => {
                let state = self.state(name, states, &value.value, value.span)?;
                Some(certain(states.len(), state).collect())
            }
            DistributionKind::Weights(weights) => {
                let mut row: Vec<Option<(BigRational, Span)>> = vec![None; states.len()];
                let mut sound = true;
                for (value, share) in weights {
                    let state = self.state(name, states, &value.value, value.span);
                    let p = self.probability(share);
                    let (Some(state), Some(p)) = (state, p) else {
                        sound = false;
                        continue;
                    };
                    if let Some((_, first)) = &row[state] {
                        let found = diagnostics::weight_twice(&self.findings.source, &value.value, value.span, *first);
                        self.say(found);
                        sound = false;
                        continue;
                    }
                    row[state] = Some((p, value.span));
                }
                if !sound {
                    return None;
                }
                let sum: BigRational = row.iter().flatten().map(|(p, _)| p).sum();
                if !sum.is_one() {
                    let absent: Vec<String> =
                        row.iter().zip(states).filter(|(p, _)| p.is_none()).map(|(_, state)| state.clone()).collect();
                    self.say(diagnostics::row_sum(&self.findings.source, drawn.span, name, &sum, &absent));
                    return None;
                }
                Some(row.into_iter().map(|p| p.map_or_else(BigRational::zero, |(p, _)| p)).collect())
            }
            DistributionKind::Normal { .. } => {
                self.say(diagnostics::normal_in_table(&self.findings.source, drawn.span, name));
                None
            }
        }
    }

    /// The position of a value; says so where it is none.
    pub(super) fn state(&mut self, name: &str, states: &[String], value: &str, span: Span) -> Option<usize> {
        let state = states.iter().position(|state| state == value);
        if state.is_none() {
            let near = self.nearest.find(value, states.iter().map(String::as_str));
            let source = &self.findings.source;
            let found = match number(value).filter(|p| p.is_positive() && *p < BigRational::one()) {
                Some(_) => diagnostics::probability_as_value(source, value, name, span, states),
                None => diagnostics::value_outside_domain(source, value, name, span, &near, states),
            };
            self.say(found);
        }
        state
    }

    /// A number from 0 to 1.
    pub(super) fn probability(&mut self, share: &Probability) -> Option<BigRational> {
        let p = self.share(share)?;
        if p.is_negative() || p > BigRational::one() {
            self.say(diagnostics::probability_range(&self.findings.source, share.span, &share.value));
            return None;
        }
        Some(p)
    }

    /// Any number of a model.
    pub(super) fn share(&mut self, share: &Probability) -> Option<BigRational> {
        let number = number(&share.value);
        if number.is_none() {
            self.say(diagnostics::model_number(&self.findings.source, share.span));
        }
        number
    }

    fn uniform_over(&mut self, over: &Domain, span: Span) -> Option<Vec<String>> {
        const MOST: i64 = 10_000;
        let values: Vec<String> = match over {
            Domain::Values(names) => names.iter().map(|name| name.value.clone()).collect(),
            Domain::Range(low, high) => {
                if high.checked_sub(*low).is_none_or(|count| !(0..MOST).contains(&count)) {
                    self.say(diagnostics::uniform_range(&self.findings.source, span, MOST));
                    return None;
                }
                (*low..=*high).map(|value| value.to_string()).collect()
            }
        };
        if values.is_empty() {
            self.say(diagnostics::uniform_range(&self.findings.source, span, MOST));
            return None;
        }
        Some(values)
    }

    /// The values of a noise or of an exogenous variable, which no `var` declares: those that its distribution names.
    pub(super) fn own_states(&mut self, drawn: &Distribution) -> Option<Vec<String>> {
        let mut states = match &drawn.kind {
            DistributionKind::Weights(weights) => weights.iter().map(|(value, _)| value.value.clone()).collect(),
            DistributionKind::Uniform(Some(over)) => self.uniform_over(&over.value, over.span)?,
            DistributionKind::Uniform(None) | DistributionKind::Bernoulli(_) | DistributionKind::Normal { .. } => {
                vec!["0".to_owned(), "1".to_owned()]
            }
            DistributionKind::Point(value) => vec![value.value.clone()],
        };
        // What is given twice is told where the row is read.
        let mut seen = rustc_hash::FxHashSet::default();
        states.retain(|state| seen.insert(state.clone()));
        Some(states)
    }

    pub(super) fn exogenous_states(&mut self, item: &ModelItem) -> Option<Vec<String>> {
        match &item.mechanism {
            tree::Mechanism::Distribution(drawn) if item.given.is_empty() => self.own_states(drawn),
            tree::Mechanism::Distribution(_)
            | tree::Mechanism::Equation(_)
            | tree::Mechanism::Table(_)
            | tree::Mechanism::NoisyOr(_) => {
                let found = diagnostics::latent_with_parents(&self.findings.source, &item.name.value, item.span);
                self.say(found);
                None
            }
        }
    }
}
