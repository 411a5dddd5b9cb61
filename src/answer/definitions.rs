//! Names for what an answer would otherwise write out again and again, or too deep to be parsed back.

use super::context::Context;
use super::{Body, Identified, Verdict};
use crate::expr::{Arena, Expr, ExprId};
use crate::proof::{Evidence, Statement};
use rustc_hash::{FxHashMap, FxHashSet};

/// Expressions longer than this, counted as [`Arena::size`] does, are written with names.
const SCREEN: u64 = 400;
/// What is shared gets a name when it is at least that long.
const WORTHWHILE: u64 = 12;
/// No expression is written deeper than this.
const DEEPEST: usize = 24;

/// The definitions of an answer: the reader's own where they occur, and new ones (`Q1`, `Q2`, …) for what is shared or
/// deep. In order of use; the query and its estimands are never definitions themselves.
pub(super) fn of_answer(
    arena: &mut Arena,
    context: &Context<'_>,
    own: &[(String, ExprId)],
    body: &Body,
) -> Vec<(String, ExprId)> {
    let (shown, steps) = roots(arena, body);
    let long: Vec<ExprId> = shown
        .iter()
        .chain(&steps)
        .copied()
        .filter(|&id| arena.size(id) > SCREEN || arena.depth(id) > DEEPEST)
        .collect();
    if long.is_empty() {
        return Vec::new();
    }
    let reachable = arena.reachable(long.iter().copied());
    let mut used: FxHashMap<ExprId, usize> = FxHashMap::default();
    for &id in &reachable {
        for operand in arena.get(id).operands() {
            *used.entry(operand).or_default() += 1;
        }
    }
    let known: FxHashMap<ExprId, &str> = own.iter().map(|(name, id)| (*id, name.as_str())).collect();
    let top: FxHashSet<ExprId> = shown.into_iter().collect();
    let mut taken: FxHashSet<String> = own.iter().map(|(name, _)| name.clone()).collect();
    taken.extend(context.graph().nodes().map(|node| context.graph().name(node).to_owned()));
    let mut written: FxHashMap<ExprId, (u64, usize)> = FxHashMap::default();
    let mut definitions = Vec::new();
    let mut number = 0;
    for &id in &reachable {
        let operands = arena.get(id).operands();
        let parts = operands.iter().filter_map(|operand| written.get(operand));
        let (inner, depth) = parts.fold((0_u64, 0), |(size, deep), (s, d)| (size.saturating_add(*s), deep.max(*d)));
        let size = inner.saturating_add(own_size(arena, id));
        let shared = used.get(&id).is_some_and(|&times| times > 1) && size >= WORTHWHILE;
        let defined =
            !operands.is_empty() && !top.contains(&id) && (shared || depth + 1 >= DEEPEST || known.contains_key(&id));
        if !defined {
            written.insert(id, (size, depth + 1));
            continue;
        }
        written.insert(id, (1, 1));
        let name = match known.get(&id) {
            Some(name) => (*name).to_owned(),
            None => loop {
                number += 1;
                let name = format!("Q{number}");
                if taken.insert(name.clone()) {
                    break name;
                }
            },
        };
        definitions.push((name, id));
    }
    definitions
}

/// What a node adds to the length of its operands.
fn own_size(arena: &Arena, id: ExprId) -> u64 {
    match arena.get(id) {
        Expr::Number(_) | Expr::P(_) | Expr::Value(_) => arena.size(id),
        Expr::Sum { over, .. } => 1 + over.len() as u64,
        Expr::Product(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => 1,
    }
}

/// The expressions that an answer shows, and those of its derivations' steps.
fn roots(arena: &mut Arena, body: &Body) -> (Vec<ExprId>, Vec<ExprId>) {
    let (mut shown, mut steps) = (Vec::new(), Vec::new());
    let verdict = match body {
        Body::Effect { term, verdict } => {
            shown.push(arena.p(term.clone()));
            Some(verdict)
        }
        Body::Contrast { expr, terms, verdict } => {
            shown.push(*expr);
            shown.extend(terms.iter().map(|(_, term)| *term));
            Some(verdict)
        }
        Body::Independence { verdict, .. } => Some(verdict),
        Body::Equality { lhs, rhs, verdict } => {
            shown.extend([*lhs, *rhs]);
            Some(verdict)
        }
        Body::Proof { start, lines, verdict } => {
            shown.push(*start);
            for line in lines {
                shown.push(line.expr);
                if let Some(checked) = line.status.derivation() {
                    told(checked.evidence(), &mut steps);
                }
            }
            Some(verdict)
        }
        Body::Simplify { expr, result } => {
            shown.extend([*expr, *result]);
            None
        }
        Body::Implications { verma, .. } => {
            shown.extend(verma.iter().map(|found| found.expr));
            None
        }
        Body::Adjust { .. } | Body::Paths { .. } | Body::Number { .. } => None,
    };
    match verdict {
        Some(Verdict::Identifiable(found)) => {
            for found in std::iter::once(&**found).chain(&found.alternatives) {
                estimand(found, &mut shown, &mut steps);
            }
        }
        Some(Verdict::Holds(checked)) => told(checked.evidence(), &mut steps),
        Some(Verdict::NotIdentifiable(_) | Verdict::Fails(_) | Verdict::Undetermined(_)) | None => {}
    }
    (shown, steps)
}

fn estimand(found: &Identified, shown: &mut Vec<ExprId>, steps: &mut Vec<ExprId>) {
    shown.push(found.estimand);
    if let Statement::Identifiable { query, .. } = found.checked.claim().statement {
        shown.push(query);
    }
    told(found.checked.evidence(), steps);
}

fn told(evidence: &Evidence, steps: &mut Vec<ExprId>) {
    if let Evidence::Derivation(derivation) = evidence {
        steps.extend(derivation.steps.iter().flat_map(|step| [step.lhs, step.rhs]));
    }
}
