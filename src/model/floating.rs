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

/// One combination of values of a term.
struct Asking<'a> {
    network: &'a Network,
    /// By copy: the state it is set to.
    constants: &'a [Option<usize>],
    slots: &'a [usize],
    /// The copies as a network, once it has been needed, with the place of each.
    built: Option<(network::Network, FxHashMap<Copy, usize>)>,
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
    /// given those before it; a distribution that was computed for one value serves for the others.
    pub(super) fn floating(
        &mut self,
        network: &Network,
        slots: &[usize],
        floating: &mut Floating,
    ) -> Result<Option<f64>, Trouble> {
        let pick = |(copy, point): &(Copy, &super::Point)| (*copy, state(point, slots));
        let of: Vec<(Copy, usize)> = self.of.iter().map(pick).collect();
        let given: Vec<(Copy, usize)> = self.given.iter().map(pick).collect();
        let constants: Vec<Option<usize>> = self
            .copies
            .nodes
            .iter()
            .map(|node| match &node.from {
                From::Constant(point) => Some(state(point, slots)),
                From::Drawn { .. } => None,
            })
            .collect();
        let mut known: Vec<(Copy, usize)> = Vec::new();
        for (copy, state) in given {
            // Several worlds may see one copy.
            let before = known.iter().find(|(other, _)| *other == copy).map(|(_, before)| *before);
            match constants[copy].or(before) {
                Some(before) if before != state => return Ok(None),
                Some(_) => {}
                None => known.push((copy, state)),
            }
        }
        let mut asking = Asking { network, constants: &constants, slots, built: None };
        // A question looks only at the part that matters to it, and what is given must be possible as a whole.
        if !known.is_empty() && self.distribution(&mut asking, None, &known, floating)?.is_none() {
            return Ok(None);
        }
        if let Some(mean) = self.mean {
            let numbers = network.variables[self.copies.nodes[mean].variable].numbers.as_deref().unwrap_or(&[]);
            let number = |state: usize| numbers.get(state).and_then(ToPrimitive::to_f64).unwrap_or(f64::NAN);
            if let Some(state) = constants[mean] {
                return Ok(Some(number(state)));
            }
            let probs = self.distribution(&mut asking, Some(mean), &known, floating)?;
            return Ok(probs.map(|probs| probs.iter().enumerate().map(|(state, p)| p * number(state)).sum()));
        }
        let mut product = 1.0;
        for (copy, state) in of {
            if let Some(set) = constants[copy] {
                if set != state {
                    return Ok(Some(0.0));
                }
                continue;
            }
            product *= match known.iter().find(|(other, _)| *other == copy) {
                Some((_, before)) => f64::from(u8::from(*before == state)),
                None => match self.distribution(&mut asking, Some(copy), &known, floating)? {
                    Some(probs) => probs.get(state).copied().unwrap_or(0.0),
                    None => 0.0,
                },
            };
            if product == 0.0 {
                return Ok(Some(0.0));
            }
            known.push((copy, state));
        }
        Ok(Some(product))
    }

    /// The distribution of a copy given others; of nothing, whether what is given is possible. None where it is not.
    fn distribution(
        &mut self,
        asking: &mut Asking<'_>,
        target: Option<Copy>,
        known: &[(Copy, usize)],
        floating: &mut Floating,
    ) -> Result<Option<Vec<f64>>, Trouble> {
        let set = asking.constants.iter().map(|state| state.map_or(0, |state| state + 1));
        let pairs = known.iter().flat_map(|&(copy, state)| [copy, state]);
        let key: Vec<usize> = set.chain([target.map_or(0, |copy| copy + 1)]).chain(pairs).collect();
        if let Some(found) = self.distributions.get(&key) {
            return Ok(found.clone());
        }
        let (built, place) = match &mut asking.built {
            Some(built) => built,
            none => {
                let copies = self.of.iter().chain(&self.given).map(|(copy, _)| *copy).chain(self.mean);
                let relevant = self.copies.relevant(copies);
                let place = relevant.iter().enumerate().map(|(at, &copy)| (copy, at)).collect();
                let built = self.network_of(asking.network, &relevant, &place, asking.slots, floating)?;
                none.insert((built, place))
            }
        };
        let targets: Vec<usize> = target.iter().map(|copy| place[copy]).collect();
        let evidence: Vec<(usize, usize)> = known.iter().map(|(copy, state)| (place[copy], *state)).collect();
        let found = match infer::query(built, &targets, &evidence, &floating.limits) {
            Ok(joint) => Some(joint.probs),
            Err(Refusal::Impossible) => None,
            Err(refusal) => return Err(Trouble::Refused(refusal)),
        };
        self.distributions.insert(key, found.clone());
        Ok(found)
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
