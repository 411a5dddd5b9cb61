//! Linear Gaussian models: exact means, variances and effects, in any number of worlds.
//!
//! What a variable is in a world is a linear form in the independent noises and in the values left free. Forms of several
//! worlds share the noises, so a counterfactual is a conditional mean like any other: given that a form `g` takes the value
//! `p`, any form `f` becomes `f - b (g - p)` with `b = cov(f, g) / var(g)`, whose noise is independent of `g`.

use super::ask::{Ask, Atom, Of, Point, Question, Replacement, Setting, Term, To};
use super::{Role, Trouble};
use crate::expr::BigRational;
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// A model of real variables.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Linear {
    /// First those of the graph in its order, then the exogenous ones.
    pub variables: Vec<LinearVariable>,
}

/// One real variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinearVariable {
    /// Its name.
    pub name: String,
    /// What it is to the graph.
    pub role: Role,
    /// How it comes about.
    pub mechanism: LinearMechanism,
}

/// `constant + sum of coefficient × parent + noise`, the noise normal with mean 0.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LinearMechanism {
    /// What is added.
    pub constant: BigRational,
    /// Each parent with its coefficient.
    pub parents: Vec<(usize, BigRational)>,
    /// The noise's variance; zero where there is none.
    pub variance: BigRational,
}

/// What a linear form is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Part {
    /// A number.
    One,
    /// The value in a slot.
    Slot(usize),
    /// The noise of a variable.
    Noise(usize),
    /// The noise of a policy.
    PolicyNoise(usize),
}

/// A number, or a linear form in the values left free.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LinearRow {
    /// What does not depend on them.
    pub constant: BigRational,
    /// Each slot with its coefficient, none of them zero.
    pub slots: Vec<(usize, BigRational)>,
}

/// What a linear model answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Normal {
    /// The number, or the mean of the distribution asked for.
    pub mean: LinearRow,
    /// The variance, where one distribution or one expectation is asked for.
    pub variance: Option<BigRational>,
}

type Form = BTreeMap<Part, BigRational>;

/// `coefficient × part`
fn times(coefficient: BigRational, part: Part) -> Form {
    let mut form = Form::new();
    form.insert(part, coefficient);
    form
}

/// Answers a question exactly; None where a condition contradicts the model, or something is divided by zero.
/// O(worlds × edges × variables + conditions² × variables).
///
/// # Errors
/// The question asks for the probability of a value, sums over values, or multiplies values left free.
pub fn evaluate_linear(model: &Linear, question: &Question) -> Result<Option<Normal>, Trouble> {
    let mut forms = Forms { model, known: Vec::new(), worlds: FxHashMap::default(), variances: BTreeMap::new() };
    if let Ask::Term(term) = &question.ask {
        let Some((mean, variance)) = forms.term(term)? else { return Ok(None) };
        return Ok(Some(Normal { mean: row(&mean), variance: Some(variance) }));
    }
    let value = forms.value(&question.ask)?;
    Ok(value.map(|form| Normal { mean: row(&form), variance: None }))
}

fn row(form: &Form) -> LinearRow {
    let mut row = LinearRow::default();
    for (part, coefficient) in form.iter().filter(|(_, coefficient)| !coefficient.is_zero()) {
        match part {
            Part::One => row.constant = coefficient.clone(),
            Part::Slot(slot) => row.slots.push((*slot, coefficient.clone())),
            // Means hold no noise.
            Part::Noise(_) | Part::PolicyNoise(_) => {}
        }
    }
    row
}

/// `a + factor b`
fn add(a: &mut Form, b: &Form, factor: &BigRational) {
    for (part, coefficient) in b {
        *a.entry(*part).or_default() += coefficient * factor;
    }
}

fn point(point: &Point) -> Form {
    match point {
        Point::Number(number) => times(number.clone(), Part::One),
        Point::Slot(slot) => times(BigRational::one(), Part::Slot(*slot)),
        // No linear model has states.
        Point::State(_) => Form::new(),
    }
}

struct Forms<'a> {
    model: &'a Linear,
    worlds: FxHashMap<Vec<Setting>, usize>,
    /// By world: the forms known so far.
    known: Vec<FxHashMap<usize, Form>>,
    /// Of policies' noises.
    variances: BTreeMap<Part, BigRational>,
}

impl Forms<'_> {
    fn form(&mut self, atom: &Atom) -> Form {
        let count = self.worlds.len();
        let world = *self.worlds.entry(atom.world.clone()).or_insert(count);
        if world == count {
            self.known.push(FxHashMap::default());
        }
        let mut waiting = vec![atom.variable];
        while let Some(&variable) = waiting.last() {
            if self.known[world].contains_key(&variable) {
                waiting.pop();
                continue;
            }
            let set = atom.world.iter().find(|setting| setting.variable == variable).map(|setting| &setting.to);
            let own = &self.model.variables[variable].mechanism;
            let (mechanism, noise) = match set {
                Some(To::Point(to)) => {
                    self.known[world].insert(variable, point(to));
                    continue;
                }
                Some(To::Response(response)) => {
                    let form = self.form(response);
                    self.known[world].insert(variable, form);
                    continue;
                }
                Some(To::Policy(policy)) => match &policy.mechanism {
                    Replacement::Linear(mechanism) => (&**mechanism, Part::PolicyNoise(policy.id)),
                    Replacement::Table(_) => (own, Part::Noise(variable)),
                },
                None => (own, Part::Noise(variable)),
            };
            let before = waiting.len();
            waiting.extend(
                mechanism.parents.iter().map(|(parent, _)| *parent).filter(|p| !self.known[world].contains_key(p)),
            );
            if waiting.len() > before {
                continue;
            }
            let mut form = times(mechanism.constant.clone(), Part::One);
            form.insert(noise, BigRational::one());
            self.variances.insert(noise, mechanism.variance.clone());
            for (parent, coefficient) in &mechanism.parents {
                add(&mut form, &self.known[world][parent], coefficient);
            }
            self.known[world].insert(variable, form);
        }
        self.known[world][&atom.variable].clone()
    }

    fn covariance(&self, a: &Form, b: &Form) -> BigRational {
        a.iter().fold(BigRational::zero(), |sum, (part, coefficient)| match (self.variances.get(part), b.get(part)) {
            (Some(variance), Some(other)) => sum + coefficient * other * variance,
            _ => sum,
        })
    }

    /// Mean and variance.
    fn term(&mut self, term: &Term) -> Result<Option<(Form, BigRational)>, Trouble> {
        let atom = match &term.of {
            Of::Mean(atom) => atom,
            // A distribution, asked for at every value.
            Of::Event(of) => match of.as_slice() {
                [(atom, Point::Slot(_))] => atom,
                _ => return Err(Trouble::NotLinear),
            },
        };
        let mut form = self.form(atom);
        let mut given: Vec<(Form, Form)> = term.given.iter().map(|(atom, at)| (self.form(atom), point(at))).collect();
        while !given.is_empty() {
            let (seen, at) = given.remove(0);
            let variance = self.covariance(&seen, &seen);
            let mut gap = seen.clone();
            add(&mut gap, &at, &-BigRational::one());
            if variance.is_zero() {
                // What is certain must be as the condition says.
                let means = gap.iter().filter(|(part, _)| matches!(part, Part::One | Part::Slot(_)));
                if means.into_iter().any(|(_, coefficient)| !coefficient.is_zero()) {
                    return Ok(None);
                }
                continue;
            }
            for other in std::iter::once(&mut form).chain(given.iter_mut().map(|(other, _)| other)) {
                let slope = self.covariance(other, &seen) / &variance;
                add(other, &gap, &-slope);
            }
        }
        let variance = self.covariance(&form, &form);
        form.retain(|part, _| matches!(part, Part::One | Part::Slot(_)));
        Ok(Some((form, variance)))
    }

    fn value(&mut self, ask: &Ask) -> Result<Option<Form>, Trouble> {
        let number = |form: &Form| {
            let row = row(form);
            row.slots.is_empty().then_some(row.constant)
        };
        Ok(match ask {
            Ask::Number(number) => Some(times(number.clone(), Part::One)),
            Ask::Value(slot) => Some(times(BigRational::one(), Part::Slot(*slot))),
            Ask::Term(term) => match term.of {
                Of::Mean(_) => self.term(term)?.map(|(mean, _)| mean),
                Of::Event(_) => return Err(Trouble::NotLinear),
            },
            Ask::Sum(..) => return Err(Trouble::NotLinear),
            Ask::Plus(all) | Ask::Minus(all) => {
                let minus = matches!(ask, Ask::Minus(_));
                let mut sum = Some(Form::new());
                for (i, each) in all.iter().enumerate() {
                    let sign = if minus && i > 0 { -BigRational::one() } else { BigRational::one() };
                    let value = self.value(each)?;
                    sum = sum.zip(value).map(|(mut sum, value)| {
                        add(&mut sum, &value, &sign);
                        sum
                    });
                }
                sum
            }
            Ask::Product(all) => {
                let mut product = Some(times(BigRational::one(), Part::One));
                for each in all {
                    let Some((a, b)) = product.zip(self.value(each)?) else { return Ok(None) };
                    let (form, factor) = match (number(&a), number(&b)) {
                        (Some(factor), _) => (b, factor),
                        (None, Some(factor)) => (a, factor),
                        (None, None) => return Err(Trouble::NotLinear),
                    };
                    let mut scaled = Form::new();
                    add(&mut scaled, &form, &factor);
                    product = Some(scaled);
                }
                product
            }
            Ask::Quotient(over, under) => {
                let (Some(over), Some(under)) = (self.value(over)?, self.value(under)?) else { return Ok(None) };
                let Some(under) = number(&under) else { return Err(Trouble::NotLinear) };
                if under.is_zero() {
                    return Ok(None);
                }
                let mut scaled = Form::new();
                add(&mut scaled, &over, &(BigRational::one() / under));
                Some(scaled)
            }
        })
    }
}
