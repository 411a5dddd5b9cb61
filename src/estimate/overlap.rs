//! How far the arms of a treatment overlap in what is adjusted for.

use super::compile::Data;
use super::{Overlap, Work, actions};
use crate::expr::{At, Ref, Term, Var};
use std::collections::BTreeMap;

/// Bins of the propensity.
const BINS: usize = 20;

/// The propensity of a treatment with two levels in each stratum of the set that is adjusted for; None for what is no
/// adjustment, or has another treatment.
///
/// What is adjusted for is read off the certified estimand: in Σ_z P(y | x, z) P(z) it is what the outcome is conditioned on
/// besides the treatment. O(cells of data × log cells).
pub(super) fn overlap(work: &Work<'_>, data: Data<'_>) -> Option<Overlap> {
    if work.found.strategy != "back-door" {
        return None;
    }
    let (treatment, set, fixed) = adjusted(work)?;
    let column = data.column(treatment).ok()?;
    let levels = data.levels(treatment).ok()?;
    if levels.len() != 2 {
        return None;
    }
    let columns = set.iter().map(|var| data.column(*var).ok()).collect::<Option<Vec<usize>>>()?;
    let fixed = fixed
        .iter()
        .map(|&r| Some((data.column(r.var).ok()?, data.level(work.estimand.arena, r).ok()? as u32)))
        .collect::<Option<Vec<_>>>()?;
    let mut strata: BTreeMap<Vec<u32>, [f64; 2]> = BTreeMap::new();
    for cell in data.counts.cells.iter().filter(|cell| fixed.iter().all(|&(column, level)| cell.at[column] == level)) {
        let at = columns.iter().map(|&column| cell.at[column]).collect();
        strata.entry(at).or_default()[usize::from(cell.at[column] == 1)] += cell.count;
    }
    let mut rows = vec![vec![0.0; BINS]; 2];
    for [without, with] in strata.values().copied().filter(|both| both.iter().sum::<f64>() > 0.0) {
        let bin = ((with / (with + without) * BINS as f64) as usize).min(BINS - 1);
        rows[0][bin] += without;
        rows[1][bin] += with;
    }
    let edges = (0..=BINS).map(|edge| edge as f64 / BINS as f64);
    Some(Overlap { arms: levels.to_vec(), edges: edges.collect(), rows })
}

/// The one treatment, what is adjusted for and conditioned on with it, and the conditions at a value.
fn adjusted(work: &Work<'_>) -> Option<(Var, Vec<Var>, Vec<Ref>)> {
    let arena = work.estimand.arena;
    let [treatment] = actions(&arena.terms(work.estimand.query))[..] else { return None };
    let beside = |term: &Term| {
        let others = term.given().iter().filter(|r| r.var != treatment);
        let (fixed, free): (Vec<Ref>, Vec<Ref>) = others.partition(|r| matches!(r.at, At::Value(_)));
        let mut set: Vec<Var> = free.iter().map(|r| r.var).collect();
        set.sort_unstable();
        (set, fixed)
    };
    let terms = arena.terms(work.estimand.expr).into_iter();
    let mut found = terms.filter(|term| term.given().iter().any(|r| r.var == treatment)).map(beside);
    let (set, fixed) = found.next()?;
    // Two effects with sets of their own have no one propensity.
    found.all(|other| other == (set.clone(), fixed.clone())).then_some((treatment, set, fixed))
}
