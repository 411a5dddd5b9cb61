//! How an answer depends on single entries of the tables.
//!
//! A probability is a quotient of two polynomials that are linear in each table entry, so that its derivative follows from
//! numerator and denominator at the entry's two extremes (Castillo, Gutiérrez & Hadi 1997). The other entries of a row share
//! what an entry gives up in proportion to what they have (Laskey 1995).

use super::ask::{Ask, Question};
use super::eliminate::Budget;
use super::evaluate::Plan;
use super::{Bounds, Network, Trouble};
use crate::expr::BigRational;
use num_traits::{One, Signed, Zero};

/// One entry of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Whose table.
    pub variable: usize,
    /// The states of its parents, in the order of the table.
    pub row: Vec<usize>,
    /// The state whose probability it is.
    pub state: usize,
    /// The entry.
    pub probability: BigRational,
    /// The derivative of the answer with respect to it.
    pub derivative: BigRational,
}

/// The entries on which an answer without free values depends, the strongest first, of the variables named. Rows that put
/// all weight on one value in the table of a variable with parents are equations and stay. None where the answer does not
/// exist.
///
/// # Errors
/// As for [`super::evaluate()`].
pub fn sensitivity(
    network: &Network,
    question: &Question,
    of: &[usize],
    bounds: Bounds,
) -> Result<Option<Vec<Entry>>, Trouble> {
    let mut plans = Vec::new();
    let mut trouble = None;
    question.ask.each_term(&mut |term| match Plan::new(network, term) {
        Ok(plan) => plans.push(plan),
        Err(why) => trouble = trouble.take().or(Some(why)),
    });
    if let Some(why) = trouble {
        return Err(why);
    }
    let mut budget = Budget::new(bounds);
    let mut entries = Vec::new();
    for &variable in of {
        let known = &network.variables[variable];
        if !known.mechanism.parents.is_empty() && known.mechanism.is_deterministic() {
            continue;
        }
        let states = known.states.len();
        for place in 0..known.mechanism.table.len() {
            let (row, state) = (place / states, place % states);
            let ends = [BigRational::zero(), BigRational::one()]
                .map(|to| varied(&known.mechanism.table, row * states, states, state, &to));
            let mut walk = Walk { network, plans: &plans, next: 0, variable, ends: &ends, budget: &mut budget };
            let Some((_, derivative)) = walk.value(&question.ask)? else { return Ok(None) };
            if !derivative.is_zero() {
                let row = states_of_row(network, &known.mechanism.parents, row);
                let probability = known.mechanism.table[place].clone();
                entries.push(Entry { variable, row, state, probability, derivative });
            }
        }
    }
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.derivative.abs()));
    Ok(Some(entries))
}

/// The table with one entry changed, and its row with it.
fn varied(table: &[BigRational], start: usize, states: usize, state: usize, to: &BigRational) -> Vec<BigRational> {
    let mut varied = table.to_vec();
    let rest = BigRational::one() - &table[start + state];
    let left = BigRational::one() - to;
    for other in 0..states {
        let cell = &mut varied[start + other];
        if other == state {
            *cell = to.clone();
        } else if rest.is_zero() {
            *cell = &left / BigRational::from_integer((states - 1).into());
        } else {
            *cell = &*cell * &left / &rest;
        }
    }
    varied
}

fn states_of_row(network: &Network, parents: &[usize], mut row: usize) -> Vec<usize> {
    let mut states: Vec<usize> = parents
        .iter()
        .rev()
        .map(|&parent| {
            let count = network.variables[parent].states.len();
            let state = row % count;
            row /= count;
            state
        })
        .collect();
    states.reverse();
    states
}

struct Walk<'a> {
    network: &'a Network,
    plans: &'a [Plan<'a>],
    next: usize,
    variable: usize,
    /// The table with the entry at 0 and at 1.
    ends: &'a [Vec<BigRational>; 2],
    budget: &'a mut Budget,
}

impl Walk<'_> {
    /// The value and its derivative. Sums over values have no place in a question without free values but their own; they
    /// are refused before.
    fn value(&mut self, ask: &Ask) -> Result<Option<(BigRational, BigRational)>, Trouble> {
        let zero = BigRational::zero;
        Ok(match ask {
            Ask::Number(number) => Some((number.clone(), zero())),
            Ask::Value(_) | Ask::Sum(..) => None,
            Ask::Term(_) => {
                let plan = &self.plans[self.next];
                self.next += 1;
                let (over, under) = plan.parts(self.network, &[], self.budget, None)?;
                if under.is_zero() {
                    return Ok(None);
                }
                let mut at =
                    |end: &Vec<BigRational>| plan.parts(self.network, &[], self.budget, Some((self.variable, end)));
                let ((over0, under0), (over1, under1)) = (at(&self.ends[0])?, at(&self.ends[1])?);
                let slope = ((over1 - over0) * &under - &over * (under1 - under0)) / (&under * &under);
                Some((over / under, slope))
            }
            Ask::Plus(all) | Ask::Minus(all) => {
                let minus = matches!(ask, Ask::Minus(_));
                let mut sum = Some((zero(), zero()));
                for (i, each) in all.iter().enumerate() {
                    let value = self.value(each)?;
                    sum = sum.zip(value).map(|(sum, value)| {
                        if minus && i > 0 {
                            (sum.0 - value.0, sum.1 - value.1)
                        } else {
                            (sum.0 + value.0, sum.1 + value.1)
                        }
                    });
                }
                sum
            }
            Ask::Product(all) => {
                let mut product = Some((BigRational::one(), zero()));
                for each in all {
                    let value = self.value(each)?;
                    product = product.zip(value).map(|((a, da), (b, db))| (&a * &b, da * b + a * db));
                }
                product
            }
            Ask::Quotient(over, under) => {
                let (over, under) = (self.value(over)?, self.value(under)?);
                over.zip(under)
                    .filter(|(_, (b, _))| !b.is_zero())
                    .map(|((a, da), (b, db))| (&a / &b, (da * &b - a * db) / (&b * &b)))
            }
        })
    }
}
