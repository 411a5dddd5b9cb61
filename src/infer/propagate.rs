//! Messages up and down the junction tree, and every marginal on the way.
//!
//! On the way up a clique sends its parent what is known below; on the way down each clique is walked once more, and from
//! its joint distribution come the messages to all children (what they said themselves divided out, as in Hugin) and the
//! marginals. No clique's table is ever stored, only the messages between them.

use super::factor::{Factor, contract, size};
use super::tree::Tree;
use crate::parallel;

/// Trees of fewer cells are walked by one thread: the others would not be awake in time.
const WORTH_THREADS: f64 = 60_000.0;

/// What comes of a walk up and down.
pub(super) struct Propagated {
    /// By variable and state; empty for what is known.
    pub(super) marginals: Vec<Vec<f64>>,
    /// The logarithm of the total; minus infinity where the evidence is impossible.
    pub(super) log_total: f64,
}

/// Walks the tree up, and down unless only the total is asked for.
pub(super) fn propagate(tree: &Tree, down: bool) -> Propagated {
    let mut messages: Vec<Option<Factor>> = vec![None; tree.cliques.len()];
    let mut log_total = 0.0;
    for factor in tree.factors.iter().filter(|factor| factor.scope.is_empty()) {
        log_total += factor.values[0].ln();
    }
    let threads = tree.cells > WORTH_THREADS;
    let (rising, sinking) = levels(tree);
    for level in &rising {
        let done = for_each(threads, level, |c| up(tree, &messages, c));
        for (&c, done) in level.iter().zip(done) {
            let Some((factor, log)) = done else { continue };
            log_total += log;
            // What a root says has no scope: it is the total, or one.
            messages[c] = Some(factor).filter(|factor| !factor.scope.is_empty());
        }
    }
    let mut marginals = vec![Vec::new(); tree.states.len()];
    if !down || log_total == f64::NEG_INFINITY {
        return Propagated { marginals, log_total };
    }
    let mut from_above: Vec<Option<Factor>> = vec![None; tree.cliques.len()];
    for level in &sinking {
        let done = for_each(threads, level, |c| belief(tree, &messages, from_above[c].as_ref(), c));
        for (&c, (below, own)) in level.iter().zip(done) {
            from_above[c] = None;
            for (&child, message) in tree.cliques[c].children.iter().zip(below) {
                from_above[child] = Some(message);
                messages[child] = None;
            }
            for factor in own {
                let total: f64 = factor.values.iter().sum();
                marginals[factor.scope[0] as usize] = factor.values.iter().map(|value| value / total).collect();
            }
        }
    }
    Propagated { marginals, log_total }
}

fn for_each<T: Send + Sync>(threads: bool, level: &[usize], work: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    if threads { parallel::map(0..level.len(), |i| work(level[i])) } else { level.iter().map(|&c| work(c)).collect() }
}

/// Cliques by height, leaves first, and by depth, roots first: what stands together does not depend on each other.
fn levels(tree: &Tree) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let n = tree.cliques.len();
    let (mut height, mut depth) = (vec![0_usize; n], vec![0_usize; n]);
    for c in (0..n).rev() {
        if let Some(parent) = tree.cliques[c].parent {
            height[parent] = height[parent].max(height[c] + 1);
        }
    }
    for c in 0..n {
        if let Some(parent) = tree.cliques[c].parent {
            depth[c] = depth[parent] + 1;
        }
    }
    let collect = |of: &[usize]| {
        let mut levels = vec![Vec::new(); of.iter().max().map_or(0, |most| most + 1)];
        for (c, &level) in of.iter().enumerate() {
            levels[level].push(c);
        }
        levels
    };
    (collect(&height), collect(&depth))
}

/// The message of a clique to its parent, with the logarithm of what was taken out of it; none where it would be one.
fn up(tree: &Tree, messages: &[Option<Factor>], c: usize) -> Option<(Factor, f64)> {
    let clique = &tree.cliques[c];
    let tables = clique.tables.iter().filter(|&&v| !(tree.idle[v] && tree.home[v] == c)).map(|&v| &tree.factors[v]);
    let factors: Vec<&Factor> = tables.chain(clique.children.iter().filter_map(|&d| messages[d].as_ref())).collect();
    if factors.is_empty() {
        return None;
    }
    // What no factor holds is not summed over: its distribution sums to one.
    let held = |v: &u32| factors.iter().any(|factor| factor.scope.contains(v));
    let walk: Vec<u32> = clique.scope.iter().copied().filter(held).collect();
    let result: Vec<u32> = clique.scope[..clique.shared].iter().copied().filter(held).collect();
    let mut message = product(&walk, &factors, vec![result], &tree.states).pop()?;
    let log = message.scale().ln();
    Some((message, log))
}

/// The messages of a clique to its children, and the marginals of the variables that go there.
fn belief(tree: &Tree, messages: &[Option<Factor>], above: Option<&Factor>, c: usize) -> (Vec<Factor>, Vec<Factor>) {
    let clique = &tree.cliques[c];
    let factors: Vec<&Factor> = clique
        .tables
        .iter()
        .map(|&v| &tree.factors[v])
        .chain(clique.children.iter().filter_map(|&d| messages[d].as_ref()))
        .chain(above)
        .collect();
    let mut results: Vec<Vec<u32>> =
        clique.children.iter().map(|&d| tree.cliques[d].scope[..tree.cliques[d].shared].to_vec()).collect();
    results.extend(clique.scope[clique.shared..].iter().map(|&v| vec![v]));
    let mut all = product(&clique.scope, &factors, results, &tree.states);
    let own = all.split_off(clique.children.len());
    for (message, &d) in all.iter_mut().zip(&clique.children) {
        if let Some(said) = &messages[d] {
            divide(message, said, &tree.states);
        }
        message.scale();
    }
    (all, own)
}

/// Divides a message by what the child said itself; what was impossible there stays so.
fn divide(message: &mut Factor, said: &Factor, states: &[u32]) {
    if message.scope == said.scope {
        for (value, &by) in message.values.iter_mut().zip(&said.values) {
            *value = if by > 0.0 { *value / by } else { 0.0 };
        }
        return;
    }
    let places = super::factor::places(&message.scope, &said.scope, states);
    let mut next = places.iter();
    // `said` repeats over the variables it lacks.
    for value in &mut message.values {
        let by = next.next().map_or(0.0, |&at| said.values[at as usize]);
        *value = if by > 0.0 { *value / by } else { 0.0 };
    }
}

/// Multiplies factors and sums them into results, by way of smaller tables where that saves walks over the whole.
fn product(walk: &[u32], factors: &[&Factor], results: Vec<Vec<u32>>, states: &[u32]) -> Vec<Factor> {
    /// An intermediate table may have this part of the walk's cells.
    const SMALL: f64 = 0.25;
    let most = size(walk, states) * SMALL;
    let in_order = |a: &[u32], b: &[u32]| -> Vec<u32> {
        walk.iter().copied().filter(|v| a.contains(v) || b.contains(v)).collect()
    };
    // Factors that fit into a small table together become one.
    let mut made: Vec<Factor> = Vec::new();
    let mut left: Vec<&Factor> = factors.to_vec();
    left.sort_by_key(|factor| factor.values.len());
    let mut groups: Vec<(Vec<u32>, Vec<&Factor>)> = Vec::new();
    for factor in left {
        let mut best: Option<(f64, usize, Vec<u32>)> = None;
        for (i, (scope, _)) in groups.iter().enumerate() {
            let union = in_order(scope, &factor.scope);
            let grown = size(&union, states);
            if grown <= most && best.as_ref().is_none_or(|(before, ..)| grown < *before) {
                best = Some((grown, i, union));
            }
        }
        match best {
            Some((_, i, union)) => {
                groups[i].0 = union;
                groups[i].1.push(factor);
            }
            None => groups.push((in_order(&factor.scope, &[]), vec![factor])),
        }
    }
    let mut kept: Vec<&Factor> = Vec::new();
    for (scope, members) in &groups {
        match members.as_slice() {
            [one] => kept.push(one),
            _ => made.extend(contract(scope, members, std::slice::from_ref(scope), states)),
        }
    }
    kept.extend(&made);

    // Results inside another come from it; those that fit into a small one together come from that.
    let mut tops: Vec<Vec<u32>> = Vec::new();
    let mut by_size: Vec<usize> = (0..results.len()).collect();
    let cells: Vec<f64> = results.iter().map(|scope| size(scope, states)).collect();
    by_size.sort_by(|&a, &b| cells[b].total_cmp(&cells[a]));
    let mut source = vec![0_usize; results.len()];
    for &r in &by_size {
        let mut best: Option<(f64, usize, Vec<u32>)> = None;
        for (i, top) in tops.iter().enumerate() {
            let union = in_order(top, &results[r]);
            let grown = size(&union, states);
            if (grown <= most || union.len() == top.len()) && best.as_ref().is_none_or(|(before, ..)| grown < *before) {
                best = Some((grown, i, union));
            }
        }
        source[r] = match best {
            Some((_, i, union)) => {
                tops[i] = union;
                i
            }
            None => {
                tops.push(in_order(&results[r], &[]));
                tops.len() - 1
            }
        };
    }
    let totals = contract(walk, &kept, &tops, states);
    let mut totals: Vec<Option<Factor>> = totals.into_iter().map(Some).collect();
    let mut out: Vec<Option<Factor>> = vec![None; results.len()];
    let mut uses = vec![0_usize; tops.len()];
    source.iter().for_each(|&s| uses[s] += 1);
    // Small results first, so that the last one can take the table itself.
    for &r in by_size.iter().rev() {
        let s = source[r];
        uses[s] -= 1;
        let same = tops[s].len() == results[r].len();
        out[r] = if same && uses[s] == 0 {
            totals[s].take()
        } else {
            totals[s].as_ref().and_then(|total| contract(&total.scope, &[total], &results[r..=r], states).pop())
        };
    }
    out.into_iter().flatten().collect()
}
