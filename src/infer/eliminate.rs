//! Single questions by variable elimination: only what can matter is multiplied, and no marginal more than asked for.
//!
//! Zhang & Poole (1994). Barren variables go first (neither asked for, nor known, nor causes of such), then whatever the
//! evidence separates from the question.

use super::factor::{Factor, contract, places, size};
use super::order::{HOPELESS, Interaction, Rule};
use super::tree::{is_normal, known, restrict};
use super::{Evidence, Joint, Limits, Refusal};
use crate::network::Network;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// A table of any numbers, the last variable fastest.
#[derive(Clone, Debug)]
pub(super) struct Table<T> {
    pub(super) scope: Vec<u32>,
    pub(super) values: Vec<T>,
}

/// What has to be computed for a question.
pub(super) struct Relevant {
    /// What is known, the variables asked for left open.
    pub(super) known: Vec<Option<usize>>,
    /// The variables whose tables are needed.
    pub(super) tables: Vec<usize>,
    /// The variables to sum out, in order.
    pub(super) order: Vec<u32>,
    /// Cells of all products together.
    pub(super) cells: f64,
    /// Cells of the largest table that is stored.
    stored: f64,
    /// Variables of the largest product.
    pub(super) width: usize,
}

/// All of a network, with an order.
pub(super) fn everything(network: &Network, evidence: Evidence<'_>, limits: &Limits) -> Result<Relevant, Refusal> {
    chosen(network, &[], evidence, limits, true)
}

/// Prunes and chooses an order; `targets` stay to the end.
fn relevant(
    network: &Network,
    targets: &[usize],
    evidence: Evidence<'_>,
    limits: &Limits,
) -> Result<Relevant, Refusal> {
    chosen(network, targets, evidence, limits, false)
}

fn chosen(
    network: &Network,
    targets: &[usize],
    evidence: Evidence<'_>,
    limits: &Limits,
    all: bool,
) -> Result<Relevant, Refusal> {
    let mut known = known(network, evidence)?;
    for (i, &target) in targets.iter().enumerate() {
        if target >= network.len() || targets[..i].contains(&target) {
            return Err(Refusal::Evidence(target));
        }
    }
    let mut needed = vec![all; network.len()];
    for &v in targets {
        needed[v] = true;
    }
    for &v in network.order().iter().rev() {
        // Rows that do not sum to one are part of what the network says, so they count for their parents.
        needed[v] = needed[v] || known[v].is_some() || !is_normal(network, v);
        if needed[v] {
            for &parent in &network.table(v).parents {
                needed[parent] = true;
            }
        }
    }
    // Asked for and known: a distribution like any other, with all weight on one state.
    for &v in targets {
        known[v] = None;
    }
    let scope = |v: usize| -> Vec<u32> {
        let table = network.table(v);
        let family = table.parents.iter().copied().chain([v]);
        family.filter(|&u| known[u].is_none()).map(|u| u as u32).collect()
    };
    let all: Vec<usize> = (0..network.len()).filter(|&v| needed[v]).collect();
    let scopes: Vec<Vec<u32>> = all.iter().map(|&v| scope(v)).collect();
    let reached = reached(network.len(), &scopes, targets);
    let touches = |scope: &Vec<u32>| scope.iter().any(|&u| reached[u as usize]);
    let (tables, scopes): (Vec<usize>, Vec<Vec<u32>>) =
        all.into_iter().zip(scopes).filter(|(_, scope)| targets.is_empty() || touches(scope)).unzip();
    let states: Vec<u32> = (0..network.len()).map(|v| network.states(v) as u32).collect();
    let graph = Interaction::new(states.clone(), scopes.iter().map(Vec::as_slice));
    let mut stage = vec![2_u8; network.len()];
    for &u in scopes.iter().flatten() {
        stage[u as usize] = 0;
    }
    for &v in targets {
        stage[v] = 1;
    }
    let mut best: Option<super::order::Order> = None;
    for rule in [Rule::Fill, Rule::WeightedFill, Rule::Weight] {
        let give_up = best.as_ref().map_or(HOPELESS, |best| best.cells);
        best = graph.eliminate(rule, &stage, 0, give_up).or(best);
    }
    let Some(best) = best else {
        return Err(Refusal::Memory { needed: HOPELESS * 8.0, width: None, limit: limits.usable() });
    };
    let mut stored: f64 = targets.iter().map(|&v| f64::from(states[v])).product();
    let (mut order, mut cells, mut width) = (Vec::new(), 0.0, targets.len());
    for (&v, near) in best.order.iter().zip(&best.near) {
        if stage[v as usize] == 0 {
            let message = size(near, &states);
            stored = stored.max(message);
            cells += message * f64::from(states[v as usize]);
            width = width.max(near.len() + 1);
            order.push(v);
        }
    }
    Ok(Relevant { known, tables, order, cells: cells + stored, stored, width })
}

/// The variables connected to the targets through tables.
fn reached(n: usize, scopes: &[Vec<u32>], targets: &[usize]) -> Vec<bool> {
    let mut holds: Vec<Vec<usize>> = vec![Vec::new(); n];
    for (i, scope) in scopes.iter().enumerate() {
        for &u in scope {
            holds[u as usize].push(i);
        }
    }
    let mut reached = vec![false; n];
    let mut seen = vec![false; scopes.len()];
    let mut waiting: Vec<usize> = targets.to_vec();
    while let Some(v) = waiting.pop() {
        if std::mem::replace(&mut reached[v], true) {
            continue;
        }
        for &i in &holds[v] {
            if !std::mem::replace(&mut seen[i], true) {
                waiting.extend(scopes[i].iter().map(|&u| u as usize));
            }
        }
    }
    reached
}

/// The tables of a relevant part as far as they agree with the evidence, and one for each target that is known.
pub(super) fn tables<T: Clone + Zero + One>(
    network: &Network,
    relevant: &Relevant,
    targets: &[usize],
    evidence: Evidence<'_>,
    values: impl Fn(usize) -> Option<Vec<T>>,
) -> Option<Vec<Table<T>>> {
    let mut tables = Vec::with_capacity(relevant.tables.len());
    for &v in &relevant.tables {
        let (scope, values) = restrict(network, v, &relevant.known, &values(v)?);
        tables.push(Table { scope, values });
    }
    for &(v, state) in evidence {
        if targets.contains(&v) {
            let values = (0..network.states(v)).map(|s| if s == state { T::one() } else { T::zero() }).collect();
            tables.push(Table { scope: vec![v as u32], values });
        }
    }
    Some(tables)
}

/// Sums variables out one by one: `combine` makes, of the tables that hold the variable, one without it.
pub(super) fn eliminate<T>(
    mut tables: Vec<Table<T>>,
    order: &[u32],
    mut combine: impl FnMut(u32, Vec<Table<T>>, Vec<u32>) -> Table<T>,
) -> Vec<Table<T>> {
    for &v in order {
        let (bucket, rest): (Vec<_>, Vec<_>) = tables.into_iter().partition(|table| table.scope.contains(&v));
        tables = rest;
        let mut scope: Vec<u32> = Vec::new();
        for &u in bucket.iter().flat_map(|table| &table.scope) {
            if u != v && !scope.contains(&u) {
                scope.push(u);
            }
        }
        tables.push(combine(v, bucket, scope));
    }
    tables
}

/// The joint distribution of some variables given the evidence, in the order asked for.
///
/// Evidence that is separated from the variables asked for is not looked at, so that it may even be impossible.
/// O(cells of the largest product, over all variables summed out).
///
/// # Errors
/// [`Refusal::Evidence`] also for a variable asked for twice or that there is not, [`Refusal::Memory`],
/// [`Refusal::Steps`], [`Refusal::Impossible`].
pub fn query(network: &Network, targets: &[usize], evidence: Evidence<'_>, limits: &Limits) -> Result<Joint, Refusal> {
    let relevant = relevant(network, targets, evidence, limits)?;
    if relevant.stored * 16.0 > limits.usable() as f64 {
        let (needed, width) = (relevant.stored * 16.0, Some(relevant.width));
        return Err(Refusal::Memory { needed, width, limit: limits.usable() });
    }
    if relevant.cells * 4.0 > limits.steps as f64 {
        return Err(Refusal::Steps { needed: relevant.cells * 4.0, limit: limits.steps });
    }
    let states: Vec<u32> = (0..network.len()).map(|v| network.states(v) as u32).collect();
    let all = tables(network, &relevant, targets, evidence, |v| Some(network.table(v).probs.clone()));
    let all = all.unwrap_or_default();
    let contracted = |bucket: Vec<Table<f64>>, walk: &[u32], scope: Vec<u32>| {
        let factors: Vec<Factor> =
            bucket.into_iter().map(|table| Factor { scope: table.scope, values: table.values }).collect();
        let refs: Vec<&Factor> = factors.iter().collect();
        let mut done = contract(walk, &refs, &[scope], &states);
        done.pop().map_or_else(
            || Table { scope: Vec::new(), values: vec![1.0] },
            |mut factor| {
                // Only the proportions count, so that nothing gets too small to be a float.
                factor.scale();
                Table { scope: factor.scope, values: factor.values }
            },
        )
    };
    let left = eliminate(all, &relevant.order, |v, bucket, scope| {
        let walk: Vec<u32> = scope.iter().copied().chain([v]).collect();
        contracted(bucket, &walk, scope)
    });
    let scope: Vec<u32> = targets.iter().map(|&v| v as u32).collect();
    let joint = contracted(left, &scope, scope.clone());
    let total: f64 = joint.values.iter().sum();
    if total <= 0.0 {
        return Err(Refusal::Impossible);
    }
    Ok(Joint {
        variables: targets.to_vec(),
        states: targets.iter().map(|&v| network.states(v)).collect(),
        probs: joint.values.iter().map(|value| value / total).collect(),
    })
}

/// As [`query`], without rounding.
///
/// # Errors
/// As [`query`], with [`Limits::exact`] for the cells; [`Refusal::NotExact`].
pub fn exact_query(
    network: &Network,
    targets: &[usize],
    evidence: Evidence<'_>,
    limits: &Limits,
) -> Result<Joint<BigRational>, Refusal> {
    let relevant = relevant(network, targets, evidence, limits)?;
    if relevant.cells > limits.exact as f64 {
        return Err(Refusal::Steps { needed: relevant.cells, limit: limits.exact });
    }
    let states: Vec<u32> = (0..network.len()).map(|v| network.states(v) as u32).collect();
    let all = tables(network, &relevant, targets, evidence, |v| network.table(v).exact.clone());
    let all = all.ok_or(Refusal::NotExact)?;
    let left = eliminate(all, &relevant.order, |v, bucket, scope| summed(&bucket, Some(v), scope, &states));
    let joint = summed(&left, None, targets.iter().map(|&v| v as u32).collect(), &states);
    let total: BigRational = joint.values.iter().fold(BigRational::zero(), |sum, value| sum + value);
    if total.is_zero() {
        return Err(Refusal::Impossible);
    }
    Ok(Joint {
        variables: targets.to_vec(),
        states: targets.iter().map(|&v| network.states(v)).collect(),
        probs: joint.values.iter().map(|value| value / &total).collect(),
    })
}

/// The product of tables, summed over one variable.
fn summed(bucket: &[Table<BigRational>], over: Option<u32>, scope: Vec<u32>, states: &[u32]) -> Table<BigRational> {
    let walk: Vec<u32> = scope.iter().copied().chain(over).collect();
    let each = over.map_or(1, |v| states[v as usize] as usize);
    let values = products(bucket, &walk, states, BigRational::is_zero);
    let values = values.chunks(each).map(|cells| cells.iter().fold(BigRational::zero(), |sum, cell| sum + cell));
    Table { values: values.collect(), scope }
}

/// The product of tables, cell by cell.
pub(super) fn products<T: Clone + One + for<'a> std::ops::MulAssign<&'a T>>(
    bucket: &[Table<T>],
    walk: &[u32],
    states: &[u32],
    is_zero: impl Fn(&T) -> bool,
) -> Vec<T> {
    let at: Vec<Vec<u32>> = bucket.iter().map(|table| places(walk, &table.scope, states)).collect();
    let cells = size(walk, states) as usize;
    let mut values = Vec::with_capacity(cells);
    for cell in 0..cells {
        let mut value = T::one();
        for (table, at) in bucket.iter().zip(&at) {
            value *= &table.values[at[cell] as usize];
            if is_zero(&value) {
                break;
            }
        }
        values.push(value);
    }
    values
}

/// The distribution of every variable given the evidence, without rounding: one [`exact_query`] each.
///
/// # Errors
/// As [`exact_query`].
pub fn exact_marginals(
    network: &Network,
    evidence: Evidence<'_>,
    limits: &Limits,
) -> Result<Vec<Vec<BigRational>>, Refusal> {
    // Asks about all of the evidence at once: a single question looks at the part that matters to it.
    exact_query(network, &[], evidence, limits)?;
    (0..network.len()).map(|v| exact_query(network, &[v], evidence, limits).map(|joint| joint.probs)).collect()
}
