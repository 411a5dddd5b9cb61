//! Names for what an expression uses more than once.

use crate::expr::{Arena, Expr, ExprId};
use rustc_hash::FxHashMap;

/// An expression longer than this (by [`Arena::size`]) does not fit a screen.
const SCREEN: u64 = 400;
/// An expression nested deeper than this is hard to follow, and the language bounds how deep brackets may be.
const DEEP: usize = 32;
/// What is shorter than this is written again rather than named.
const SHORT: u64 = 12;
/// The same for a single distribution, which reads easily.
const SHORT_TERM: u64 = 40;

/// Subexpressions to name `Q1`, `Q2`, … so that the whole fits on paper; none where it is short as it is.
///
/// What stands in more than one place is named, unless it is short; so is what is nested deep. Each definition uses only
/// those before it, and all of them with the expression itself, written with these names, are as long as a constant
/// times the nodes reached, however long the expression would be without. Names for which `taken` says so (those of
/// variables) are passed over. O(nodes reached).
#[must_use]
pub fn definitions(arena: &Arena, root: ExprId, taken: impl Fn(&str) -> bool) -> Vec<(String, ExprId)> {
    if arena.size(root) <= SCREEN && arena.depth(root) <= DEEP {
        return Vec::new();
    }
    let nodes = arena.reachable([root]);
    let mut uses: FxHashMap<ExprId, usize> = FxHashMap::default();
    for &id in &nodes {
        for operand in arena.get(id).operands() {
            *uses.entry(operand).or_default() += 1;
        }
    }
    let mut named = Vec::new();
    let mut number = 0;
    // Length and nesting as written, names in place of what is named.
    let mut written: FxHashMap<ExprId, (u64, usize)> = FxHashMap::default();
    for id in nodes {
        let expr = arena.get(id);
        let own = match expr {
            Expr::P(term) => 1 + term.refs().count() as u64,
            Expr::Sum { over, .. } => 1 + over.len() as u64,
            Expr::Number(_)
            | Expr::Value(_)
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => 1,
        };
        let mut length = own;
        let mut depth = 1;
        for operand in expr.operands() {
            let (inner, nested) = written.get(&operand).copied().unwrap_or((1, 1));
            length = length.saturating_add(inner);
            depth = depth.max(nested + 1);
        }
        let short = if matches!(expr, Expr::P(_)) { SHORT_TERM } else { SHORT };
        let shared = uses.get(&id).is_some_and(|&uses| uses > 1) && length > short;
        if id != root && (shared || depth > DEEP) {
            let name = loop {
                number += 1;
                let name = format!("Q{number}");
                if !taken(&name) {
                    break name;
                }
            };
            named.push((name, id));
            (length, depth) = (1, 1);
        }
        written.insert(id, (length, depth));
    }
    named
}
