//! Models: the opening, a line of the body, tables and distributions; worlds, policies and named quantities.

use super::super::grammar::Rule;
use super::super::tree::{
    Distribution, DistributionKind, Domain, Explain, Mechanism, ModelItem, Name, NoisyOr, PTerm, Policy, Probability,
    Quantity, QuantityKind, Sensitivity, SetTo, Setting, TableRow, Variable,
};
use super::Builder;
use crate::source::{Span, Spanned};
use pest::iterators::{Pair, Pairs};

impl Builder<'_> {
    /// The model's name and its graph's.
    pub(in crate::syntax) fn model_head(&mut self, pairs: Pairs<'_, Rule>) -> Option<(Name, Option<Name>)> {
        let mut names = pairs.flat_map(Pair::into_inner).filter(|part| part.as_rule() == Rule::name);
        let name = self.name(&names.next()?);
        let graph = names.next().map(|graph| self.name(&graph));
        Some((name, graph))
    }

    /// One line of a model's body.
    pub(in crate::syntax) fn model_line(&mut self, mut pairs: Pairs<'_, Rule>) -> Option<ModelItem> {
        let pair = pairs.next()?;
        let span = self.span(&pair);
        let mut parts = pair.into_inner().peekable();
        let latent = parts.next_if(|part| part.as_rule() == Rule::latent_word).is_some();
        let name = self.name(&parts.next()?);
        let given = match parts.next_if(|part| part.as_rule() == Rule::names) {
            Some(names) => self.names(names),
            None => Vec::new(),
        };
        let mechanism = self.mechanism(parts.next()?)?;
        Some(ModelItem { span, latent, name, given, mechanism })
    }

    fn mechanism(&mut self, pair: Pair<'_, Rule>) -> Option<Mechanism> {
        Some(match pair.as_rule() {
            Rule::equation => Mechanism::Equation(self.equation(pair)?),
            Rule::noisy_or => Mechanism::NoisyOr(self.noisy_or(pair)?),
            Rule::table => {
                let rows: Option<Vec<TableRow>> = pair.into_inner().map(|row| self.row(row)).collect();
                Mechanism::Table(rows?)
            }
            _ => Mechanism::Distribution(self.distribution(pair)?),
        })
    }

    fn row(&mut self, pair: Pair<'_, Rule>) -> Option<TableRow> {
        let span = self.span(&pair);
        let mut at = Some(Vec::new());
        let mut distribution = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::default => at = None,
                Rule::pattern => {
                    let span = self.span(&part);
                    let inside = part.into_inner().next()?;
                    let value = match inside.as_rule() {
                        Rule::any => None,
                        _ => Some(self.value(&inside).value),
                    };
                    at.as_mut()?.push(Spanned::new(value, span));
                }
                _ => distribution = Some(self.distribution(part)?),
            }
        }
        Some(TableRow { span, at, distribution: distribution? })
    }

    /// `{low: 0.2, high: 0.8}`, `uniform`, `bernoulli 0.1`, `normal(sd 1)`, `yes`
    pub(super) fn distribution(&mut self, pair: Pair<'_, Rule>) -> Option<Distribution> {
        let inside = pair.into_inner().next()?;
        let span = self.span(&inside);
        let kind = match inside.as_rule() {
            Rule::weights => {
                let weights = inside.into_inner().map(|weight| {
                    let mut parts = weight.into_inner();
                    let value = self.value(&parts.next()?);
                    Some((value, self.share(&parts.next()?)))
                });
                DistributionKind::Weights(weights.collect::<Option<Vec<_>>>()?)
            }
            Rule::uniform => {
                let over = inside.into_inner().find(|part| part.as_rule() != Rule::uniform_word);
                let over = match over {
                    Some(over) => Some(self.values_or_range(over)?),
                    None => None,
                };
                DistributionKind::Uniform(over)
            }
            Rule::bernoulli => {
                let share = inside.into_inner().find(|part| part.as_rule() == Rule::share)?;
                DistributionKind::Bernoulli(self.share(&share))
            }
            Rule::normal => {
                let spread = inside.into_inner().find(|part| part.as_rule() == Rule::spread)?;
                self.spread(spread)?
            }
            _ => DistributionKind::Point(self.value(&inside)),
        };
        Some(Distribution { span, kind })
    }

    /// `mean 1, sd 0.5`
    pub(super) fn spread(&mut self, pair: Pair<'_, Rule>) -> Option<DistributionKind> {
        let (mut mean, mut spread, mut variance, mut is_mean) = (None, None, false, false);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::mean_word => is_mean = true,
                Rule::sd_word => is_mean = false,
                Rule::var_word => (is_mean, variance) = (false, true),
                _ if is_mean => mean = Some(self.share(&part)),
                _ => spread = Some(self.share(&part)),
            }
        }
        Some(DistributionKind::Normal { mean, spread: spread?, variance })
    }

    /// `{a, b}` or `1..6`
    fn values_or_range(&mut self, pair: Pair<'_, Rule>) -> Option<Spanned<Domain>> {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::values {
            let values = pair.into_inner().map(|value| self.value(&value)).collect();
            return Some(Spanned::new(Domain::Values(values), span));
        }
        let mut ends = pair.into_inner();
        let first = self.integer(&ends.next()?)?;
        let last = self.integer(&ends.next()?)?;
        Some(Spanned::new(Domain::Range(first, last), span))
    }

    /// A number as written, blanks taken out and `−` made `-`.
    fn share(&mut self, pair: &Pair<'_, Rule>) -> Probability {
        let text = pair.as_str().replace('−', "-").replace(char::is_whitespace, "");
        Spanned::new(text, self.span(pair))
    }

    fn noisy_or(&mut self, pair: Pair<'_, Rule>) -> Option<NoisyOr> {
        let mut found = NoisyOr { causes: Vec::new(), leak: None };
        for likely in pair.into_inner() {
            let mut parts = likely.into_inner().peekable();
            let name = self.name(&parts.next()?);
            let value = parts.next_if(|part| part.as_rule() == Rule::value).map(|value| self.value(&value));
            let share = self.share(&parts.next()?);
            if name.value == "leak" && value.is_none() && found.leak.is_none() {
                found.leak = Some(share);
            } else {
                found.causes.push((name, value, share));
            }
        }
        Some(found)
    }

    /// `[x = 1, m = m[x = 0]]`
    pub(super) fn world(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Setting>> {
        pair.into_inner().map(|setting| self.set_to(setting)).collect()
    }

    fn set_to(&mut self, pair: Pair<'_, Rule>) -> Option<Setting> {
        let mut parts = pair.into_inner();
        let variable = self.variable(parts.next()?)?;
        let to = match parts.next() {
            None => None,
            Some(response) if response.as_rule() == Rule::response => {
                Some(SetTo::Response(Box::new(self.reference(response)?)))
            }
            Some(value) => {
                let value = self.value(&value);
                self.not_both(&variable, value.span)?;
                Some(SetTo::Value(value))
            }
        };
        Some(Setting { variable, to })
    }

    /// A variable with a value carries no primes.
    pub(super) fn not_both(&mut self, variable: &Variable, value: Span) -> Option<()> {
        if variable.primes == 0 {
            return Some(());
        }
        let span = variable.name.span.to(value);
        let found = super::super::diagnostics::value_beside_primes(self.source, span, &variable.name.value);
        self.diagnostics.push(found);
        None
    }

    /// `x ~ …`, `x := …` inside `do( )`
    pub(super) fn policy(&mut self, pair: Pair<'_, Rule>) -> Option<Policy> {
        let mut parts = pair.into_inner();
        let variable = self.variable(parts.next()?)?;
        let mechanism = self.mechanism(parts.next()?)?;
        Some(Policy { variable, mechanism })
    }

    /// `nde(x = 0 -> 1, y via m)`
    pub(super) fn quantity(&mut self, pair: Pair<'_, Rule>) -> Option<Quantity> {
        let mut parts = pair.into_inner();
        let kind = match parts.next()?.as_str() {
            "ate" => QuantityKind::Ate,
            "ett" => QuantityKind::Ett,
            "nde" => QuantityKind::Nde,
            "nie" => QuantityKind::Nie,
            "pn" => QuantityKind::Pn,
            "ps" => QuantityKind::Ps,
            _ => QuantityKind::Pns,
        };
        let mut cause = parts.next()?.into_inner();
        let name = self.name(&cause.next()?);
        let change = match (cause.next(), cause.next()) {
            (Some(from), Some(to)) => Some((self.value(&from), self.value(&to))),
            _ => None,
        };
        let mut effect = None;
        let (mut value, mut via) = (None, Vec::new());
        for part in parts.next()?.into_inner() {
            match part.as_rule() {
                Rule::name => effect = Some(self.name(&part)),
                Rule::value => value = Some(self.value(&part)),
                Rule::names => via = self.names(part),
                _ => {}
            }
        }
        let given: Option<Vec<_>> = parts.map(|reference| self.reference(reference)).collect();
        Some(Quantity { kind, cause: name, change, effect: effect?, value, via, given: given? })
    }

    /// `explain y = 1, do(x = 0)`
    pub(super) fn explain(&mut self, pair: Pair<'_, Rule>) -> Option<Explain> {
        let mut term = PTerm::default();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::action => self.action(part, &mut term)?,
                Rule::reference => term.given.push(self.reference(part)?),
                _ => {}
            }
        }
        if let Some(policy) = term.policies.first() {
            let span = policy.variable.name.span;
            self.diagnostics.push(super::super::diagnostics::policy_in_explain(self.source, span));
            return None;
        }
        Some(Explain { given: term.given, do_: term.do_ })
    }

    /// `sensitivity EXPR by z`
    pub(super) fn sensitivity(&mut self, pair: Pair<'_, Rule>) -> Option<Sensitivity> {
        let (mut expr, mut to) = (None, Vec::new());
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::expression => expr = Some(self.expression(part)?),
                Rule::names => to = self.names(part),
                _ => {}
            }
        }
        Some(Sensitivity { expr: expr?, to })
    }
}
