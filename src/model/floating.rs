//! Terms in floating point, where exact numbers would take too much: the copies of a term as one Bayesian network, which
//! `infer` then answers.

use super::evaluate::{Plan, state};
use super::worlds::{Copy, From};
use super::{Ask, Network, Question, Trouble};
use crate::expr::BigRational;
use crate::infer::{self, Limits, Refusal};
use crate::network::{self, Table};
use num_traits::{ToPrimitive, Zero};
use rustc_hash::FxHashMap;

/// What floating point may take, and the model's own tables in it.
pub(super) struct Floating {
    limits: Limits,
    /// By variable, once it has been needed.
    tables: Vec<Option<Vec<f64>>>,
}

/// The most terms that are computed for one question: each is a computation of its own.
const MOST_TERMS: u64 = 1 << 14;

impl Floating {
    /// The limits are for the whole question: its terms share them alike.
    ///
    /// # Errors
    /// It has too many terms.
    pub fn new(network: &Network, question: &Question, limits: &Limits) -> Result<Self, Trouble> {
        let states = |slot: usize| network.variables[question.slots[slot].variable].states.len() as u64;
        let rows = question.free.iter().fold(1_u64, |rows, &slot| rows.saturating_mul(states(slot)));
        let terms = terms(&question.ask, &states).saturating_mul(rows);
        if terms > MOST_TERMS {
            return Err(Trouble::TooManyTerms { terms, limit: MOST_TERMS });
        }
        let limits = Limits { steps: limits.steps / terms.max(1), ..*limits };
        Ok(Self { limits, tables: vec![None; network.variables.len()] })
    }
}

/// How many events of terms are computed, sums written out.
fn terms(ask: &Ask, states: &impl Fn(usize) -> u64) -> u64 {
    match ask {
        Ask::Number(_) | Ask::Value(_) => 0,
        Ask::Term(term) => match &term.of {
            super::Of::Event(of) => of.len() as u64,
            super::Of::Mean(_) => 1,
        },
        Ask::Sum(over, body) => {
            over.iter().fold(terms(body, states), |terms, &slot| terms.saturating_mul(states(slot)))
        }
        Ask::Plus(all) | Ask::Minus(all) | Ask::Product(all) => {
            all.iter().fold(0, |sum: u64, each| sum.saturating_add(terms(each, states)))
        }
        Ask::Quotient(over, under) => terms(over, states).saturating_add(terms(under, states)),
    }
}

impl Plan<'_> {
    /// The probability or the mean, None where a condition has probability zero. Events are taken one after the other, each
    /// given those before it.
    pub(super) fn floating(
        &self,
        network: &Network,
        slots: &[usize],
        floating: &mut Floating,
    ) -> Result<Option<f64>, Trouble> {
        let pick = |(copy, point): &(Copy, &super::Point)| (*copy, state(point, slots));
        let of: Vec<(Copy, usize)> = self.of.iter().map(pick).collect();
        let given: Vec<(Copy, usize)> = self.given.iter().map(pick).collect();
        let copies = of.iter().chain(&given).map(|(copy, _)| *copy).chain(self.mean);
        let relevant = self.copies.relevant(copies);
        let place: FxHashMap<Copy, usize> = relevant.iter().enumerate().map(|(at, &copy)| (copy, at)).collect();
        let built = self.network_of(network, &relevant, &place, slots, floating)?;
        let constant = |copy: Copy| match &self.copies.nodes[copy].from {
            From::Constant(point) => Some(state(point, slots)),
            From::Drawn { .. } => None,
        };
        let mut known: Vec<(usize, usize)> = Vec::new();
        for (copy, state) in given {
            match constant(copy) {
                Some(set) if set != state => return Ok(None),
                Some(_) => {}
                None => known.push((place[&copy], state)),
            }
        }
        let asked = |targets: &[usize], known: &[(usize, usize)]| {
            infer::query(&built, targets, known, &floating.limits).map(|joint| joint.probs)
        };
        // A question looks only at the part that matters to it, and what is given must be possible as a whole.
        if !known.is_empty() {
            match asked(&[], &known) {
                Ok(_) => {}
                Err(Refusal::Impossible) => return Ok(None),
                Err(refusal) => return Err(Trouble::Refused(refusal)),
            }
        }
        if let Some(mean) = self.mean {
            let numbers = network.variables[self.copies.nodes[mean].variable].numbers.as_deref().unwrap_or(&[]);
            let number = |state: usize| numbers.get(state).and_then(ToPrimitive::to_f64).unwrap_or(f64::NAN);
            if let Some(state) = constant(mean) {
                return Ok(Some(number(state)));
            }
            let probs = asked(&[place[&mean]], &known).map_err(Trouble::Refused)?;
            return Ok(Some(probs.iter().enumerate().map(|(state, p)| p * number(state)).sum()));
        }
        let mut product = 1.0;
        for (copy, state) in of {
            if let Some(set) = constant(copy) {
                if set != state {
                    return Ok(Some(0.0));
                }
                continue;
            }
            let variable = place[&copy];
            let p = match known.iter().find(|(other, _)| *other == variable) {
                Some((_, before)) => f64::from(u8::from(*before == state)),
                None => {
                    let probs = asked(&[variable], &known).map_err(Trouble::Refused)?;
                    probs.get(state).copied().unwrap_or(0.0)
                }
            };
            product *= p;
            if product == 0.0 {
                return Ok(Some(0.0));
            }
            known.push((variable, state));
        }
        Ok(Some(product))
    }

    /// The copies, with what is set put into their tables.
    fn network_of(
        &self,
        network: &Network,
        relevant: &[Copy],
        place: &FxHashMap<Copy, usize>,
        slots: &[usize],
        floating: &mut Floating,
    ) -> Result<network::Network, Trouble> {
        let mut variables = Vec::with_capacity(relevant.len());
        let mut tables = Vec::with_capacity(relevant.len());
        for (at, &copy) in relevant.iter().enumerate() {
            let node = &self.copies.nodes[copy];
            let From::Drawn { mechanism, parents, own } = &node.from else { continue };
            let states = &network.variables[node.variable].states;
            let float = |table: &[BigRational]| -> Vec<f64> {
                table.iter().map(|p| p.to_f64().unwrap_or_else(f64::zero)).collect()
            };
            let mut probs = if *own {
                floating.tables[node.variable].get_or_insert_with(|| float(&mechanism.table)).clone()
            } else {
                float(&mechanism.table)
            };
            // From the first parent on: only the part where it is as it was set.
            let mut outer = 1;
            let mut inner = probs.len();
            let mut drawn = Vec::new();
            for &parent in parents {
                let count = network.variables[self.copies.nodes[parent].variable].states.len();
                inner /= count.max(1);
                match &self.copies.nodes[parent].from {
                    From::Constant(point) => {
                        let state = state(point, slots);
                        probs = (0..outer)
                            .flat_map(|block| {
                                let start = (block * count + state) * inner;
                                probs[start..start + inner].iter().copied()
                            })
                            .collect();
                    }
                    From::Drawn { .. } => {
                        drawn.push(place[&parent]);
                        outer *= count;
                    }
                }
            }
            // A name of its own: a variable may have several copies.
            variables.push(network::Variable { name: at.to_string(), states: states.clone() });
            tables.push(Table::new(at, drawn, probs));
        }
        network::Network::new("", variables, tables).map_err(|error| Trouble::NoNetwork(error.to_string()))
    }
}
