//! The most probable explanation: the joint state of everything that is most probable given the evidence.

use super::eliminate::{Table, eliminate, everything, products, tables};
use super::{Evidence, Limits, Refusal};
use crate::network::Network;

/// The most probable state of each variable, together, given the evidence, and the natural logarithm of the probability of
/// that joint state (evidence included). Among equals, the first state of the variable that is settled first.
///
/// Variable elimination with the maximum in the place of the sum (Dechter 1999). O(cells of all products).
///
/// # Errors
/// [`Refusal::Evidence`], [`Refusal::Memory`], [`Refusal::Impossible`].
pub fn most_probable(network: &Network, evidence: Evidence<'_>, limits: &Limits) -> Result<(Vec<usize>, f64), Refusal> {
    let states: Vec<u32> = (0..network.len()).map(|v| network.states(v) as u32).collect();
    // Nothing is barren here: the state of every variable is asked for.
    let relevant = everything(network, evidence, limits)?;
    let needed = relevant.cells * 24.0;
    if needed > limits.usable() as f64 {
        return Err(Refusal::Memory { needed, width: Some(relevant.width), limit: limits.usable() });
    }
    let all = tables(network, &relevant, &[], evidence, |v| Some(network.table(v).probs.clone())).unwrap_or_default();
    let mut log = 0.0;
    let mut buckets: Vec<(u32, Vec<Table<f64>>)> = Vec::new();
    let left = eliminate(all, &relevant.order, |v, bucket, scope| {
        let walk: Vec<u32> = scope.iter().copied().chain([v]).collect();
        let values = products(&bucket, &walk, &states, |value| *value == 0.0);
        let mut values: Vec<f64> =
            values.chunks(states[v as usize] as usize).map(|cells| cells.iter().copied().fold(0.0, f64::max)).collect();
        let most = values.iter().copied().fold(0.0, f64::max);
        log += most.ln();
        if most > 0.0 {
            values.iter_mut().for_each(|value| *value /= most);
        }
        buckets.push((v, bucket));
        Table { scope, values }
    });
    log += left.iter().map(|table| table.values.iter().product::<f64>().ln()).sum::<f64>();
    if log == f64::NEG_INFINITY {
        return Err(Refusal::Impossible);
    }
    let mut explanation: Vec<usize> = relevant.known.iter().map(|state| state.unwrap_or(0)).collect();
    // What went last is settled first.
    for (v, bucket) in buckets.iter().rev() {
        let value = |state: usize, explanation: &mut Vec<usize>| -> f64 {
            explanation[*v as usize] = state;
            let cell = |table: &Table<f64>| {
                let at =
                    table.scope.iter().fold(0, |at, &u| at * states[u as usize] as usize + explanation[u as usize]);
                table.values[at]
            };
            bucket.iter().map(cell).product()
        };
        let mut best = (0.0, 0);
        for state in 0..states[*v as usize] as usize {
            let found = value(state, &mut explanation);
            if found > best.0 {
                best = (found, state);
            }
        }
        explanation[*v as usize] = best.1;
    }
    Ok((explanation, log))
}
