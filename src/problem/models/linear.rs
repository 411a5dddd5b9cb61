//! Linear Gaussian models: each equation as coefficients and a variance.

use super::{Draft, diagnostics};
use crate::expr::BigRational;
use crate::graph::Node;
use crate::model::{Linear, LinearMechanism, LinearVariable};
use crate::problem::models::value::number;
use crate::problem::resolver::Resolver;
use crate::syntax::tree::{self, DistributionKind, Equation, EquationKind, ModelItem};
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// `constant + sum of coefficient × variable + noise`
#[derive(Default)]
struct Form {
    constant: BigRational,
    variables: BTreeMap<usize, BigRational>,
    variance: BigRational,
}

impl Form {
    fn number(constant: BigRational) -> Self {
        Self { constant, ..Self::default() }
    }

    fn variable(variable: usize) -> Self {
        let mut form = Self::default();
        form.variables.insert(variable, BigRational::one());
        form
    }

    fn is_number(&self) -> bool {
        self.variables.is_empty() && self.variance.is_zero()
    }

    /// Adds a form times a factor; noises are independent, so variances add up.
    fn add(&mut self, other: &Self, factor: &BigRational) {
        self.constant += &other.constant * factor;
        for (variable, coefficient) in &other.variables {
            *self.variables.entry(*variable).or_default() += coefficient * factor;
        }
        self.variance += &other.variance * factor * factor;
    }
}

impl Resolver<'_> {
    /// A model of which some line draws from a normal distribution.
    pub(super) fn linear(&mut self, draft: &Draft, items: &[(usize, &ModelItem)]) -> Option<Linear> {
        let mut mechanisms: Vec<Option<LinearMechanism>> = vec![None; draft.known.len()];
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); draft.known.len()];
        for &(variable, item) in items {
            let Some(mechanism) = self.linear_item(item, &|name| draft.variable(name)) else { continue };
            let measured = draft.measured();
            for (parent, _) in &mechanism.parents {
                let exogenous = *parent >= measured;
                let fits = variable < measured
                    && (exogenous || draft.source_graph.has_directed(Node::new(*parent), Node::new(variable)));
                if !fits {
                    let names = (draft.known[*parent].name.as_str(), draft.known[variable].name.as_str());
                    let parents: Vec<String> = match variable < measured {
                        true => draft
                            .source_graph
                            .parents(Node::new(variable))
                            .map(|parent| draft.source_graph.name(parent).to_owned())
                            .collect(),
                        false => Vec::new(),
                    };
                    let source = &self.findings.source;
                    self.say(diagnostics::not_a_parent(source, item.span, names, &draft.graph_name, &parents));
                } else if exogenous {
                    for &other in &children[*parent] {
                        if !draft.source_graph.has_bidirected(Node::new(other), Node::new(variable)) {
                            let names = [*parent, other, variable].map(|v| draft.known[v].name.as_str());
                            let source = &self.findings.source;
                            let found = diagnostics::common_cause(source, item.name.span, names, &draft.graph_name);
                            self.findings.push(found);
                        }
                    }
                    children[*parent].push(variable);
                }
            }
            if variable < measured {
                let used: Vec<usize> = mechanism.parents.iter().map(|(parent, _)| *parent).collect();
                self.unused_parents(draft, variable, item, &used);
            }
            mechanisms[variable] = Some(mechanism);
        }
        let variables = draft.known.iter().zip(&draft.role).zip(mechanisms).map(|((known, &role), mechanism)| {
            Some(LinearVariable { name: known.name.clone(), role, mechanism: mechanism? })
        });
        variables.collect::<Option<Vec<_>>>().map(|variables| Linear { variables })
    }

    fn linear_item(&mut self, item: &ModelItem, lookup: &dyn Fn(&str) -> Option<usize>) -> Option<LinearMechanism> {
        match &item.mechanism {
            tree::Mechanism::Distribution(_) | tree::Mechanism::Equation(_) if item.given.is_empty() => {
                self.linear_mechanism(&item.mechanism, lookup)
            }
            tree::Mechanism::Distribution(_)
            | tree::Mechanism::Equation(_)
            | tree::Mechanism::Table(_)
            | tree::Mechanism::NoisyOr(_) => {
                self.say(diagnostics::not_linear(&self.findings.source, item.span));
                None
            }
        }
    }

    /// An equation or a normal distribution of a linear model.
    pub(super) fn linear_mechanism(
        &mut self,
        mechanism: &tree::Mechanism,
        lookup: &dyn Fn(&str) -> Option<usize>,
    ) -> Option<LinearMechanism> {
        let form = match mechanism {
            tree::Mechanism::Distribution(drawn) => self.normal(drawn)?,
            tree::Mechanism::Equation(equation) => self.form(equation, lookup)?,
            tree::Mechanism::Table(_) | tree::Mechanism::NoisyOr(_) => return None,
        };
        let parents = form.variables.into_iter().filter(|(_, coefficient)| !coefficient.is_zero()).collect();
        Some(LinearMechanism { constant: form.constant, parents, variance: form.variance })
    }

    fn normal(&mut self, drawn: &tree::Distribution) -> Option<Form> {
        match &drawn.kind {
            DistributionKind::Normal { mean, spread, variance } => {
                let mean = match mean {
                    Some(mean) => self.share(mean)?,
                    None => BigRational::zero(),
                };
                let size = self.share(spread)?;
                if size.is_negative() {
                    self.say(diagnostics::negative_spread(&self.findings.source, spread.span, &spread.value));
                    return None;
                }
                let variance = if *variance { size } else { &size * &size };
                Some(Form { constant: mean, variance, ..Form::default() })
            }
            DistributionKind::Point(value) => match number(&value.value) {
                Some(value) => Some(Form::number(value)),
                None => {
                    self.say(diagnostics::not_linear(&self.findings.source, drawn.span));
                    None
                }
            },
            DistributionKind::Weights(_) | DistributionKind::Uniform(_) | DistributionKind::Bernoulli(_) => {
                self.say(diagnostics::not_linear(&self.findings.source, drawn.span));
                None
            }
        }
    }

    fn form(&mut self, equation: &Equation, lookup: &dyn Fn(&str) -> Option<usize>) -> Option<Form> {
        let one = BigRational::one();
        match &equation.kind {
            EquationKind::Number(written) => match number(written) {
                Some(number) => Some(Form::number(number)),
                None => {
                    self.say(diagnostics::model_number(&self.findings.source, equation.span));
                    None
                }
            },
            EquationKind::Name(name) => match lookup(name) {
                Some(variable) => Some(Form::variable(variable)),
                None => {
                    self.say(diagnostics::equation_name(&self.findings.source, name, equation.span, &[]));
                    None
                }
            },
            EquationKind::Noise(drawn) => self.normal(drawn),
            EquationKind::Negative(inner) => {
                let inner = self.form(inner, lookup)?;
                let mut form = Form::default();
                form.add(&inner, &-one);
                Some(form)
            }
            EquationKind::Sum(all) => {
                let mut form = Form::default();
                for (minus, each) in all {
                    let sign = if *minus { -one.clone() } else { one.clone() };
                    form.add(&self.form(each, lookup)?, &sign);
                }
                Some(form)
            }
            EquationKind::Product(all) => {
                let mut product = Form::number(one.clone());
                for (divides, each) in all {
                    let next = self.form(each, lookup)?;
                    let (form, factor) = if *divides && next.is_number() && !next.constant.is_zero() {
                        (product, &one / next.constant)
                    } else if !divides && next.is_number() {
                        (product, next.constant)
                    } else if !divides && product.is_number() {
                        (next, product.constant)
                    } else {
                        self.say(diagnostics::not_linear(&self.findings.source, each.span));
                        return None;
                    };
                    product = Form::default();
                    product.add(&form, &factor);
                }
                Some(product)
            }
            EquationKind::If { .. }
            | EquationKind::Or(_)
            | EquationKind::And(_)
            | EquationKind::Not(_)
            | EquationKind::Compare(..)
            | EquationKind::Call(..) => {
                self.say(diagnostics::not_linear(&self.findings.source, equation.span));
                None
            }
        }
    }
}
