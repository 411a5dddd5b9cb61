//! The question without its actions: what is seen instead of what would be done.

use crate::expr::{Arena, ExprId, Term};

/// The expression with each action read as a condition.
pub(super) fn expr(arena: &mut Arena, query: ExprId) -> ExprId {
    arena.replace_terms(query, &mut |arena, term| {
        let given = term.given().iter().chain(term.do_()).copied();
        let seen = Term::new(term.of().iter().copied(), given, [])?;
        Some(arena.p(seen))
    })
}
