//! Conditional independences by the likelihood ratio (G).

use super::{Found, Tested, listed, named};
use crate::answer::ImpliedIndependence;
use crate::data::Counts;
use crate::graph::Graph;
use std::collections::BTreeMap;

/// Rows for each degree of freedom, below which the distribution of the statistic is not the one it is compared with.
const ROWS_PER_DEGREE: f64 = 5.0;

/// Tests one independence; None where a variable is not counted.
pub(super) fn test(
    graph: &Graph,
    found: &ImpliedIndependence,
    counts: &Counts,
    columns: &[Option<usize>],
) -> Option<Tested> {
    let column = |node: crate::graph::Node| columns.get(node.index()).copied().flatten();
    let (x, y) = (column(found.x)?, column(found.y)?);
    let given = found.given.iter().map(column).collect::<Option<Vec<_>>>()?;
    let names: Vec<String> = found.given.iter().map(|node| named(graph, node)).collect();
    let (one, other) = (named(graph, found.x), named(graph, found.y));
    let claim = if names.is_empty() {
        format!("{one} and {other} have nothing to do with each other")
    } else {
        format!("once {} is known, {one} says nothing more about {other}", listed(&names))
    };
    Some(Tested {
        test: "independence",
        claim,
        otherwise: format!("look for an edge between {one} and {other}, or a common cause of the two"),
        found: g(counts, x, y, &given),
        doubts: vec![(graph.name(found.x).to_owned(), graph.name(found.y).to_owned())],
    })
}

/// The statistic over all strata. O(cells log cells).
fn g(counts: &Counts, x: usize, y: usize, given: &[usize]) -> Found {
    let mut strata: BTreeMap<Vec<u32>, BTreeMap<(u32, u32), f64>> = BTreeMap::new();
    for cell in counts.cells.iter().filter(|cell| cell.count > 0.0) {
        let key = given.iter().map(|&column| cell.at[column]).collect();
        *strata.entry(key).or_default().entry((cell.at[x], cell.at[y])).or_default() += cell.count;
    }
    let (mut statistic, mut freedom, mut rows) = (0.0, 0.0, 0.0);
    for table in strata.values() {
        let (mut by_x, mut by_y, mut all) = (BTreeMap::new(), BTreeMap::new(), 0.0);
        for (&(a, b), &count) in table {
            *by_x.entry(a).or_insert(0.0) += count;
            *by_y.entry(b).or_insert(0.0) += count;
            all += count;
        }
        for (&(a, b), &count) in table {
            statistic += 2.0 * count * (count * all / (by_x[&a] * by_y[&b])).ln();
        }
        let own = (by_x.len() as f64 - 1.0) * (by_y.len() as f64 - 1.0);
        freedom += own;
        // A stratum in which nothing varies says nothing.
        rows += if own > 0.0 { all } else { 0.0 };
    }
    if freedom < 1.0 || rows < freedom * ROWS_PER_DEGREE {
        let levels = |column: usize| counts.columns[column].levels.len() as f64;
        let full = (levels(x) - 1.0) * (levels(y) - 1.0) * given.iter().map(|&c| levels(c)).product::<f64>();
        let needed = (full.max(1.0) * 2.0 * ROWS_PER_DEGREE).min(1e15) as u64;
        return Found::Sparse(needed.max(counts.rows.saturating_mul(2)));
    }
    // The statistic is n times the square of the strength, so the strength has a standard error of one over the root of n.
    Found::Result { statistic, freedom, size: (statistic / counts.weight.max(1.0)).sqrt(), scale: 1.0 }
}
