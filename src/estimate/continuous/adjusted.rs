//! Which formulas are adjustments, by certificate.
//!
//! A certified estimand E equals the query. Here the query is written with each effect P(y | do(x), c) replaced by
//! Σ_z P(y | x, c, z) P(z | c), z being what E names and the query does not, and the kernel is asked whether that equals E.
//! If it does, the set z is one to adjust for, and what follows may regress and weight; the graph is not looked at again.

use super::super::Estimand;
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term, Var};
use crate::kernel::{self, Checked};
use crate::proof::{Claim, Derivation, Evidence, Rule, Statement, Step};
use num_traits::ToPrimitive;

/// An estimand that is an adjustment: only [`Adjusted::new`] makes one, and only with the kernel's certificate.
#[derive(Clone, Debug)]
pub(in super::super) struct Adjusted {
    /// Holds all expressions below.
    pub(in super::super) arena: Arena,
    /// The question.
    pub(in super::super) query: ExprId,
    /// The one variable acted on.
    pub(in super::super) treatment: Var,
    /// What is adjusted for, ascending.
    pub(in super::super) set: Vec<Var>,
    /// That the certified estimand equals the adjustment.
    pub(in super::super) certificate: Checked,
}

impl Adjusted {
    /// The estimand as an adjustment, or why it is none.
    pub(in super::super) fn new(of: Estimand<'_>, checked: &Checked) -> Result<Self, String> {
        let mut arena = of.arena.clone();
        let treatment = treatment(&arena, of.query)?;
        let asked = arena.variables([of.query]);
        let mut set = arena.variables([of.expr]);
        set.retain(|var| !asked.contains(var));
        let adjusted = arena.replace_terms(of.query, &mut |arena, term| adjusted(arena, term, &set));
        let step = Step { rule: Rule::Algebra, lhs: of.expr, rhs: adjusted, uses: Vec::new(), requires: Vec::new() };
        let steps = if of.expr == adjusted { Vec::new() } else { vec![step] };
        let claim = Claim { statement: Statement::Equal(of.expr, adjusted), ..checked.claim().clone() };
        let evidence = Evidence::Derivation(Derivation { steps });
        let certificate = kernel::check(&mut arena, &claim, &evidence)
            .map_err(|_| "the formula is no adjustment: it does not average over covariates".to_owned())?;
        Ok(Self { arena, query: of.query, treatment, set, certificate })
    }
}

/// The one variable that a question acts on.
pub(super) fn treatment(arena: &Arena, query: ExprId) -> Result<Var, String> {
    let mut found = None;
    for term in arena.terms(query) {
        match term.do_() {
            [only] if found.is_none_or(|var| var == only.var) => found = Some(only.var),
            [] => return Err("part of the question is about no action".to_owned()),
            _ => return Err("the question acts on more than one variable".to_owned()),
        }
    }
    found.ok_or_else(|| "the question is about no action".to_owned())
}

/// Σ_z P(y | x, c, z) P(z | c)
fn adjusted(arena: &mut Arena, term: &Term, set: &[Var]) -> Option<ExprId> {
    let plain = || set.iter().map(|var| Ref::plain(*var));
    let given = term.given().iter().chain(term.do_()).copied().chain(plain());
    let outcome = Term::new(term.of().iter().copied(), given, [])?;
    let outcome = arena.p(outcome);
    if set.is_empty() {
        return Some(outcome);
    }
    let part = Term::new(plain(), term.given().iter().copied(), [])?;
    let part = arena.p(part);
    let product = arena.product([outcome, part]);
    Some(arena.sum(plain(), product))
}

/// One mean that a question is made of.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Asked {
    /// The outcome.
    pub(super) outcome: Var,
    /// The level whose probability is asked for; none where the mean is.
    pub(super) event: Option<String>,
    /// The level of the treatment.
    pub(super) treatment: String,
    /// Conditions: variables with their levels.
    pub(super) given: Vec<(Var, String)>,
}

/// A question as a function of means.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// A number.
    Number(f64),
    /// A mean, by position among those asked for.
    Mean(usize),
    /// The sum, those after the first with the sign.
    Sum(Vec<Form>, f64),
    /// The product.
    Product(Vec<Form>),
    /// The quotient.
    Quotient(Box<(Form, Form)>),
}

/// The deepest nesting of a question.
const DEPTH: usize = 200;

impl Form {
    /// Reads a question, its free references at the levels given; adds the means that it is made of to `means`.
    pub(super) fn read(
        arena: &Arena,
        id: ExprId,
        at: &dyn Fn(Ref) -> Option<String>,
        means: &mut Vec<Asked>,
    ) -> Result<Self, String> {
        Self::read_within(arena, id, at, means, DEPTH)
    }

    fn read_within(
        arena: &Arena,
        id: ExprId,
        at: &dyn Fn(Ref) -> Option<String>,
        means: &mut Vec<Asked>,
        depth: usize,
    ) -> Result<Self, String> {
        let strange = || "the question is more than sums, products and ratios of means and probabilities".to_owned();
        let depth = depth.checked_sub(1).ok_or_else(strange)?;
        let mut all = |ids: &[ExprId]| -> Result<Vec<Self>, String> {
            ids.iter().map(|&id| Self::read_within(arena, id, at, means, depth)).collect()
        };
        match arena.get(id) {
            Expr::Number(number) => Ok(Self::Number(number.to_f64().unwrap_or(f64::NAN))),
            Expr::Plus(ids) => Ok(Self::Sum(all(ids)?, 1.0)),
            Expr::Minus(ids) => Ok(Self::Sum(all(ids)?, -1.0)),
            Expr::Product(ids) => Ok(Self::Product(all(ids)?)),
            Expr::Quotient(over, under) => {
                let mut both = all(&[*over, *under])?.into_iter();
                Ok(Self::Quotient(Box::new((both.next().ok_or_else(strange)?, both.next().ok_or_else(strange)?))))
            }
            Expr::P(term) => Self::mean(arena, term, None, at, means).ok_or_else(strange),
            Expr::Sum { over, body } => {
                let (&[summed], Expr::Product(factors)) = (&**over, arena.get(*body)) else { return Err(strange()) };
                match factors.iter().map(|&id| arena.get(id)).collect::<Vec<_>>()[..] {
                    [Expr::Value(value), Expr::P(term)] | [Expr::P(term), Expr::Value(value)] if *value == summed => {
                        Self::mean(arena, term, Some(summed), at, means).ok_or_else(strange)
                    }
                    _ => Err(strange()),
                }
            }
            Expr::Value(_) => Err(strange()),
        }
    }

    fn mean(
        arena: &Arena,
        term: &Term,
        summed: Option<Ref>,
        at: &dyn Fn(Ref) -> Option<String>,
        means: &mut Vec<Asked>,
    ) -> Option<Self> {
        let level = |reference: Ref| match reference.at {
            At::Value(symbol) => Some(arena.text(symbol).to_owned()),
            At::Copy(_) => at(reference),
        };
        let (&[outcome], &[action]) = (term.of(), term.do_()) else { return None };
        let event = match summed {
            Some(summed) if summed == outcome => None,
            Some(_) => return None,
            None => Some(level(outcome)?),
        };
        let given = term.given().iter().map(|r| Some((r.var, level(*r)?))).collect::<Option<_>>()?;
        let asked = Asked { outcome: outcome.var, event, treatment: level(action)?, given };
        let position = means.iter().position(|known| *known == asked).unwrap_or_else(|| {
            means.push(asked);
            means.len() - 1
        });
        Some(Self::Mean(position))
    }

    /// The value at these means, with its derivative by each.
    pub(super) fn value(&self, means: &[f64]) -> (f64, Vec<f64>) {
        let nothing = || vec![0.0; means.len()];
        let add = |to: &mut [f64], more: &[f64], times: f64| {
            to.iter_mut().zip(more).for_each(|(to, more)| *to += times * more);
        };
        match self {
            Self::Number(number) => (*number, nothing()),
            Self::Mean(position) => {
                let mut slope = nothing();
                slope[*position] = 1.0;
                (means[*position], slope)
            }
            Self::Sum(all, sign) => {
                let (mut sum, mut slope) = (0.0, nothing());
                for (at, one) in all.iter().enumerate() {
                    let sign = if at == 0 { 1.0 } else { *sign };
                    let (value, own) = one.value(means);
                    sum += sign * value;
                    add(&mut slope, &own, sign);
                }
                (sum, slope)
            }
            Self::Product(all) => all.iter().fold((1.0, nothing()), |(product, mut slope), one| {
                let (value, own) = one.value(means);
                slope.iter_mut().for_each(|slope| *slope *= value);
                add(&mut slope, &own, product);
                (product * value, slope)
            }),
            Self::Quotient(both) => {
                let ((over, mut slope), (under, own)) = (both.0.value(means), both.1.value(means));
                slope.iter_mut().for_each(|slope| *slope /= under);
                add(&mut slope, &own, -over / (under * under));
                (over / under, slope)
            }
        }
    }
}
