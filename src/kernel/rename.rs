//! Renaming of free references, all at once, refused where a sum of the expression would catch one.

use super::{Reason, Work, require};
use crate::expr::{Arena, Expr, ExprId, Ref};
use rustc_hash::FxHashMap;

/// The most references that may be renamed where a sum binds one of them and holds others.
const SHADOWED: usize = 100;

/// The expression with its free references renamed; each key of the map comes once. Linear in what it reaches, again for
/// each sum that binds a key which is free elsewhere (then beneath it the map is smaller).
pub(super) fn rename(arena: &mut Arena, root: ExprId, at: &[(Ref, Ref)], work: &mut Work) -> Result<ExprId, Reason> {
    let free = |id: ExprId, arena: &Arena| -> Vec<(Ref, Ref)> {
        at.iter().copied().filter(|(from, to)| from != to && arena.is_free_in(*from, id)).collect()
    };
    let mut map = free(root, arena);
    map.sort_unstable();
    let to =
        |r: Ref| map.binary_search_by_key(&r, |pair| pair.0).ok().and_then(|i| map.get(i)).map_or(r, |pair| pair.1);
    let mut done: FxHashMap<ExprId, ExprId> = FxHashMap::default();
    for id in arena.reachable([root]) {
        work.spend(1 + map.len())?;
        if !map.iter().any(|(from, _)| arena.is_free_in(*from, id)) {
            done.insert(id, id);
            continue;
        }
        let expr = arena.get(id).clone();
        let operands: Vec<ExprId> = expr.operands().iter().filter_map(|operand| done.get(operand).copied()).collect();
        let renamed = match (&expr, &*operands) {
            (Expr::P(term), _) => {
                work.spend(term.refs().count())?;
                arena.p(term.map(to).ok_or("a renaming makes a term name a variable twice")?)
            }
            (Expr::Value(reference), _) => arena.value(to(*reference)),
            (Expr::Sum { over, body }, &[renamed]) => {
                let inner = free(id, arena);
                let caught = inner.iter().any(|(_, to)| over.contains(to));
                require(!caught, "a renamed reference would be captured by a sum of the step used")?;
                let shadowed = free(*body, arena).len() > inner.len();
                require(
                    !shadowed || map.len() <= SHADOWED,
                    format!("more than {SHADOWED} renamed references meet a sum over one"),
                )?;
                let body = if shadowed { rename(arena, *body, &inner, work)? } else { renamed };
                arena.sum(over.iter().copied(), body)
            }
            (Expr::Quotient(..), &[over, under]) => arena.quotient(over, under),
            (Expr::Product(_), all) => arena.product(all.iter().copied()),
            (Expr::Plus(_), all) => arena.plus(all.iter().copied()),
            (Expr::Minus(_), all) => arena.minus(all.iter().copied()),
            (Expr::Number(_) | Expr::Sum { .. } | Expr::Quotient(..), _) => id,
        };
        done.insert(id, renamed);
    }
    done.get(&root).copied().ok_or_else(|| "a renaming does not end".into())
}
