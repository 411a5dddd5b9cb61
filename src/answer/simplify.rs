//! `simplify EXPR`: the shortest equal expression found.

use super::context::{Context, Stage};
use crate::algebra;
use crate::expr::{Arena, ExprId};

/// By algebra alone: no independence of the graph is used.
pub(super) fn simplify(context: &Context<'_>, arena: &mut Arena, expr: ExprId) -> ExprId {
    context.timed(Stage::Identify, || {
        let simple = algebra::simplify(arena, context.graph(), expr, &mut Vec::new());
        let result = algebra::tidy(arena, context.graph(), simple);
        if arena.size(result) <= arena.size(expr) { result } else { expr }
    })
}
