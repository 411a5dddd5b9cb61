//! Combinations that an estimand needs and that no row has; and the part of the population that has all it needs.

use super::compile::{Data, Program};
use super::types::Positivity;
use super::variance::Spread;
use super::{Fault, Work, actions};
use crate::data::{Cell, Counts};
use crate::expr::{Arena, Var};
use crate::graph::{Graph, Node};
use crate::syntax::print;
use std::collections::BTreeSet;

/// Combinations that are named before the rest is only counted.
const NAMED: usize = 8;

/// A combination that is needed and empty: variables and levels, ascending.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Hole {
    pub(super) at: Vec<(Var, u32)>,
}

impl Hole {
    /// Whether a cell of data agrees in all variables but those.
    fn touches(&self, data: Data<'_>, cell: &Cell, but: &[Var]) -> bool {
        let agrees = |&(var, level): &(Var, u32)| data.column(var).is_ok_and(|column| cell.at[column] == level);
        self.at.iter().filter(|(var, _)| !but.contains(var)).all(agrees)
    }
}

/// The holes that the numbers depend on, ascending.
pub(super) fn holes(data: Data<'_>, arena: &Arena, program: &Program, spread: &[Spread]) -> Result<Vec<Hole>, Fault> {
    let missing: BTreeSet<(usize, usize)> = spread.iter().flat_map(|found| found.missing.iter().copied()).collect();
    let mut holes = BTreeSet::new();
    for (op, mut cell) in missing {
        let Some(below) = program.below.get(&op) else { continue };
        let mut levels = Vec::new();
        for reference in below.walk.iter().rev() {
            let size = data.levels(reference.var)?.len().max(1);
            levels.push((*reference, (cell % size) as u32));
            cell /= size;
        }
        let mut at = Vec::new();
        for &reference in &below.named {
            let level = match levels.iter().find(|(own, _)| *own == reference) {
                Some((_, level)) => *level,
                None => data.level(arena, reference)? as u32,
            };
            at.push((reference.var, level));
        }
        at.sort_unstable();
        at.dedup();
        holes.insert(Hole { at });
    }
    Ok(holes.into_iter().collect())
}

/// What a reader is told of the holes.
pub(super) fn told(work: &Work<'_>, data: Data<'_>, holes: &[Hole]) -> Positivity {
    let acted = actions(&work.estimand.arena.terms(work.estimand.query));
    let touched = |cell: &&Cell| holes.iter().any(|hole| hole.touches(data, cell, &acted));
    Positivity {
        holds: holes.is_empty(),
        empty: holes.iter().map(|hole| named(work.graph, data, &hole.at)).collect(),
        rows_affected: data
            .counts
            .cells
            .iter()
            .filter(touched)
            .map(|cell| cell.count)
            .fold(0.0, |sum, count| sum + count),
        applies_to: None,
    }
}

fn named(graph: &Graph, data: Data<'_>, at: &[(Var, u32)]) -> Vec<(String, String)> {
    let each = at.iter().map(|&(var, level)| {
        let levels = data.levels(var).unwrap_or_default();
        (graph.name(Node::new(var.index())).to_owned(), levels.get(level as usize).cloned().unwrap_or_default())
    });
    each.collect()
}

/// The rows that have all that is needed, with who they are; or why the population cannot be restricted.
///
/// Leaving rows out by a variable that the action changes would be a selection of its own, so only what an adjustment is
/// for, and is not changed by the action, may tell who is left out.
pub(super) fn restrict(
    work: &Work<'_>,
    counts: &Counts,
    holes: &[Hole],
    again: impl Fn(&Counts) -> Result<Vec<Hole>, Fault>,
) -> Result<Result<(Counts, String), String>, Fault> {
    /// Rounds of leaving rows out, each of which can empty further combinations.
    const ROUNDS: usize = 64;
    if work.found.strategy != "back-door" {
        return Ok(Err(format!(
            "--overlap restricts adjustments only, and this is {}: its population cannot be cut without changing the \
             question",
            work.found.strategy
        )));
    }
    let acted = actions(&work.estimand.arena.terms(work.estimand.query));
    let mut changed = work.graph.set(acted.iter().map(|var| Node::new(var.index())));
    for &node in work.graph.topological_order() {
        if work.graph.parents(node).any(|parent| changed.contains(parent)) {
            changed.insert(node);
        }
    }
    let columns: Vec<Option<usize>> = work.graph.nodes().map(|node| counts.position(work.graph.name(node))).collect();
    let data = Data { counts, columns: &columns, numeric: None };
    let (mut kept, mut left_out, mut holes) = (counts.clone(), BTreeSet::new(), holes.to_vec());
    for _ in 0..ROUNDS {
        for hole in &holes {
            let who: Vec<(Var, u32)> = hole.at.iter().filter(|(var, _)| !acted.contains(var)).copied().collect();
            if who.is_empty() {
                return Ok(Err("--overlap leaves nobody: an action that is asked about was never taken".to_owned()));
            }
            if let Some((var, _)) = who.iter().find(|(var, _)| changed.contains(Node::new(var.index()))) {
                return Ok(Err(format!(
                    "--overlap cannot leave rows out by {}, which the action changes",
                    print::name(work.graph.name(Node::new(var.index())))
                )));
            }
            if let Some(squares) = &mut kept.squared_weights {
                let mut cells = kept.cells.iter();
                squares.retain(|_| cells.next().is_some_and(|cell| !hole.touches(data, cell, &acted)));
            }
            kept.cells.retain(|cell| !hole.touches(data, cell, &acted));
            left_out.insert(who);
        }
        if kept.cells.is_empty() {
            return Ok(Err("--overlap leaves nobody: no row has all that the formula needs".to_owned()));
        }
        kept.weight = kept.cells.iter().map(|cell| cell.count).sum();
        holes = again(&kept)?;
        if holes.is_empty() {
            let mut who: Vec<String> = left_out
                .iter()
                .take(NAMED)
                .map(|who| {
                    let each = named(work.graph, data, who).into_iter();
                    let each: Vec<String> =
                        each.map(|(name, level)| format!("{}={}", print::name(&name), print::value(&level))).collect();
                    each.join(", ")
                })
                .collect();
            if left_out.len() > NAMED {
                who.push(format!("{} further combinations", left_out.len() - NAMED));
            }
            return Ok(Ok((kept, format!("everybody but those with {}", who.join("; or with ")))));
        }
    }
    Ok(Err("--overlap found no part of the population with all that is needed".to_owned()))
}
