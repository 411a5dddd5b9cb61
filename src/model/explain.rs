//! The most probable explanation of what is seen.

use super::eliminate::{Budget, Factor, Way, eliminate, take_out};
use super::evaluate::{MOST_EXACT, factor};
use super::{Bounds, Network, Role, Trouble};
use crate::expr::BigRational;
use num_traits::Zero;

/// The most probable values of everything measured that is neither seen nor set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// Each variable with its state, in the order of the graph.
    pub states: Vec<(usize, usize)>,
    /// The probability of all of them, given what is seen.
    pub probability: BigRational,
    /// The probability of what is seen.
    pub evidence: BigRational,
}

/// The most probable values of all other measured variables, given what is `seen` after setting what is `set`; where
/// several are equally probable, the first in the order of the domains. None where what is seen has probability zero.
/// Latent and exogenous variables are summed out first (marginal maximum a posteriori).
///
/// # Errors
/// A limit was reached.
pub fn explain(
    network: &Network,
    seen: &[(usize, usize)],
    set: &[(usize, usize)],
    bounds: Bounds,
) -> Result<Option<Explained>, Trouble> {
    if network.variables.len() > MOST_EXACT {
        return Err(Trouble::TooLong { limit: bounds.steps });
    }
    let mut budget = Budget::new(bounds);
    let mut fixed: Vec<Option<usize>> = vec![None; network.variables.len()];
    let mut acted = vec![false; network.variables.len()];
    for &(variable, state) in set {
        fixed[variable] = Some(state);
        acted[variable] = true;
    }
    for &(variable, state) in seen {
        // What contradicts an action never happens.
        if fixed[variable].is_some_and(|before| before != state) {
            return Ok(None);
        }
        fixed[variable] = Some(state);
    }
    let factors = |fixed: &[Option<usize>], budget: &mut Budget| -> Result<Vec<Factor>, Trouble> {
        let drawn = network.variables.iter().enumerate().filter(|(variable, _)| !acted[*variable]);
        drawn
            .map(|(variable, known)| {
                let order = [known.mechanism.parents.as_slice(), &[variable]].concat();
                factor(&known.mechanism.table, &order, budget, |other| {
                    (network.variables[other].states.len(), fixed[other])
                })
            })
            .collect()
    };
    let evidence = eliminate(factors(&fixed, &mut budget)?, &[], Way::Sum, &mut budget)?;
    let evidence: BigRational = evidence.cells.into_iter().sum();
    if evidence.is_zero() {
        return Ok(None);
    }
    let open: Vec<usize> = network
        .variables
        .iter()
        .enumerate()
        .filter(|(variable, known)| known.role == Role::Measured && fixed[*variable].is_none())
        .map(|(variable, _)| variable)
        .collect();
    let hidden = (0..network.variables.len()).filter(|v| network.variables[*v].role != Role::Measured);
    let hidden = hidden.filter(|v| fixed[*v].is_none()).collect();
    let mut rest = take_out(factors(&fixed, &mut budget)?, hidden, Way::Sum, &mut budget)?;
    let mut states = Vec::new();
    let mut best = evidence.clone();
    for variable in open {
        let largest = eliminate(rest.clone(), &[variable], Way::Largest, &mut budget)?;
        let (mut state, mut value) = (0, None);
        for (at, cell) in largest.cells.iter().enumerate() {
            if value.is_none_or(|value| cell > value) {
                (state, value) = (at, Some(cell));
            }
        }
        if let Some(value) = value {
            best.clone_from(value);
        }
        states.push((variable, state));
        rest = rest.into_iter().map(|factor| factor.at(variable, state)).collect();
    }
    Ok(Some(Explained { states, probability: best / &evidence, evidence }))
}

/// As [`explain`], in floating point, for models without latent and exogenous variables: by variable elimination in
/// floats, with a chosen order. Where several are equally probable, some of them.
///
/// # Errors
/// A limit was reached; [`Trouble::TooLong`] where there are variables that nobody measures.
pub fn explain_floating(
    network: &Network,
    seen: &[(usize, usize)],
    set: &[(usize, usize)],
    limits: &crate::infer::Limits,
) -> Result<Option<Explained>, Trouble> {
    use crate::infer::{Refusal, log_probability, most_probable};
    if network.variables.iter().any(|known| known.role != Role::Measured) {
        return Err(Trouble::TooLong { limit: Bounds::default().steps });
    }
    if seen.iter().any(|(variable, state)| set.iter().any(|(other, to)| other == variable && to != state)) {
        return Ok(None);
    }
    let acted = network.to_bayesian("").map_err(|error| Trouble::NoNetwork(error.to_string()))?.do_(set);
    let found = most_probable(&acted, seen, limits)
        .and_then(|found| log_probability(&acted, seen, limits).map(|evidence| (found, evidence)));
    let ((states, log), evidence) = match found {
        Ok(found) => found,
        Err(Refusal::Impossible) => return Ok(None),
        Err(refusal) => return Err(Trouble::Refused(refusal)),
    };
    let fixed = |variable: usize| seen.iter().chain(set).any(|(other, _)| *other == variable);
    let number = |number: f64| BigRational::from_float(number).unwrap_or_else(BigRational::zero);
    Ok(Some(Explained {
        states: states.into_iter().enumerate().filter(|(variable, _)| !fixed(*variable)).collect(),
        probability: number((log - evidence).exp()),
        evidence: number(evidence.exp()),
    }))
}
