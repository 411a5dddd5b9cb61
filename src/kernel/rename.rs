//! Renaming of free references, all at once, refused where a sum of the expression would catch one.

use super::{Reason, Work, require};
use crate::expr::{Arena, Expr, ExprId, Ref};
use rustc_hash::FxHashMap;

/// A renaming that is one: each key a copy that comes once, each target a copy or a value of the same variable.
pub(super) fn well_formed(at: &[(Ref, Ref)]) -> Result<(), Reason> {
    require(at.iter().all(|(from, to)| !from.is_value() && from.var == to.var), "a renaming leaves its variable")?;
    let mut keys: Vec<Ref> = at.iter().map(|(from, _)| *from).collect();
    keys.sort_unstable();
    require(keys.windows(2).all(|pair| pair[0] != pair[1]), "a renaming names a reference twice")
}

/// The expression renamed. Beneath a sum the references that it binds are not free, so they drop out of the map: a node
/// is visited once for each different part of the map that concerns it.
pub(super) fn rename(arena: &mut Arena, root: ExprId, at: &[(Ref, Ref)], work: &mut Work) -> Result<ExprId, Reason> {
    type Key = (ExprId, Vec<(Ref, Ref)>);
    let concerning = |arena: &Arena, id: ExprId, map: &[(Ref, Ref)]| -> Key {
        (id, map.iter().copied().filter(|(from, to)| from != to && arena.is_free_in(*from, id)).collect())
    };
    let mut done: FxHashMap<Key, ExprId> = FxHashMap::default();
    let start = concerning(arena, root, at);
    let mut stack = vec![start.clone()];
    while let Some(key) = stack.pop() {
        let (id, map) = &key;
        work.spend(1 + map.len())?;
        if map.is_empty() {
            done.insert(key.clone(), *id);
        }
        if done.contains_key(&key) {
            continue;
        }
        let expr = arena.get(*id).clone();
        let operands: Vec<Key> = expr.operands().into_iter().map(|operand| concerning(arena, operand, map)).collect();
        let new: Vec<ExprId> = operands.iter().filter_map(|key| done.get(key).copied()).collect();
        if new.len() < operands.len() {
            stack.push(key);
            stack.extend(operands);
            continue;
        }
        let to = |r: Ref| map.iter().find(|(from, _)| *from == r).map_or(r, |(_, to)| *to);
        let renamed = match (&expr, &*new) {
            (Expr::P(term), _) => {
                work.spend(term.refs().count() * map.len())?;
                let term = term.map(to).ok_or("a renaming makes a term name a variable twice")?;
                arena.p(term)
            }
            (Expr::Value(reference), _) => arena.value(to(*reference)),
            (Expr::Sum { over, .. }, &[body]) => {
                let caught = map.iter().any(|(_, to)| over.contains(to));
                require(!caught, "a renamed reference would be captured by a sum of the step used")?;
                arena.sum(over.iter().copied(), body)
            }
            (Expr::Quotient(..), &[over, under]) => arena.quotient(over, under),
            (Expr::Product(_), all) => arena.product(all.iter().copied()),
            (Expr::Plus(_), all) => arena.plus(all.iter().copied()),
            (Expr::Minus(_), all) => arena.minus(all.iter().copied()),
            (Expr::Number(_) | Expr::Sum { .. } | Expr::Quotient(..), _) => *id,
        };
        done.insert(key, renamed);
    }
    done.get(&start).copied().ok_or_else(|| "a renaming does not end".into())
}
