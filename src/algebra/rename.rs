//! Renaming that keeps bound copies at their smallest names.

use super::order::Order;
use super::rewrite::sort;
use crate::expr::{Arena, At, Expr, ExprId, Ref};
use rustc_hash::FxHashMap;

/// New names for what a sum binds: each the smallest copy that is not free in the sum, given what is free there.
pub(super) fn smallest_names(over: &[Ref], taken: impl Fn(Ref) -> bool) -> Vec<(Ref, Ref)> {
    let mut names: Vec<(Ref, Ref)> = Vec::with_capacity(over.len());
    for &bound in over {
        // Copies of one variable ascend, so the search goes on where the last one ended.
        let mut primes = match names.last() {
            Some(&(_, Ref { var, at: At::Copy(last) })) if var == bound.var => last.saturating_add(1),
            _ => 0,
        };
        while primes < u16::MAX && taken(Ref::copy(bound.var, primes)) {
            primes += 1;
        }
        names.push((bound, Ref::copy(bound.var, primes)));
    }
    names
}

/// The expression with its free references renamed, all at once, and the sums above them named afresh by
/// [`smallest_names`]; products stand in order again. None where a term would name a variable twice.
///
/// O(nodes reached × binders that shadow a key), no recursion.
pub(super) fn rename(arena: &mut Arena, order: Order<'_>, root: ExprId, map: &[(Ref, Ref)]) -> Option<ExprId> {
    let mut maps = vec![map.to_vec()];
    let mut done: FxHashMap<(ExprId, usize), ExprId> = FxHashMap::default();
    let mut stack = vec![(root, 0_usize)];
    while let Some(&(id, number)) = stack.last() {
        if done.contains_key(&(id, number)) {
            stack.pop();
            continue;
        }
        let touched = maps[number].iter().any(|&(from, to)| from != to && arena.is_free_in(from, id));
        if !touched {
            done.insert((id, number), id);
            stack.pop();
            continue;
        }
        let to = |r: Ref| maps[number].iter().find(|(from, _)| *from == r).map_or(r, |&(_, to)| to);
        let expr = arena.get(id).clone();
        let mut inner = number;
        if let Expr::Sum { over, .. } = &expr {
            let free: Vec<Ref> = arena.free(id).iter().map(|&r| to(r)).collect();
            let names = smallest_names(over, |r| free.contains(&r));
            let mut map: Vec<(Ref, Ref)> =
                maps[number].iter().copied().filter(|(from, _)| over.binary_search(from).is_err()).collect();
            map.extend(names.into_iter().filter(|(from, to)| from != to));
            map.sort_unstable();
            inner = maps.iter().position(|known| *known == map).unwrap_or_else(|| {
                maps.push(map);
                maps.len() - 1
            });
        }
        let waiting: Vec<_> =
            expr.operands().into_iter().map(|o| (o, inner)).filter(|key| !done.contains_key(key)).collect();
        if !waiting.is_empty() {
            stack.extend(waiting);
            continue;
        }
        let to = |r: Ref, map: usize| maps[map].iter().find(|(from, _)| *from == r).map_or(r, |&(_, to)| to);
        let new = |o: &ExprId| done.get(&(*o, inner)).copied().unwrap_or(*o);
        let renamed = match &expr {
            Expr::Number(_) => id,
            Expr::P(term) => {
                let term = term.map(|r| to(r, number))?;
                arena.p(term)
            }
            Expr::Value(reference) => arena.value(to(*reference, number)),
            Expr::Sum { over, body } => {
                let over: Vec<Ref> = over.iter().map(|&r| to(r, inner)).collect();
                arena.sum(over, new(body))
            }
            Expr::Product(all) => {
                let mut all: Vec<ExprId> = all.iter().map(new).collect();
                sort(arena, order, &mut all);
                arena.product(all)
            }
            Expr::Plus(all) => arena.plus(all.iter().map(new)),
            Expr::Minus(all) => arena.minus(all.iter().map(new)),
            Expr::Quotient(over, under) => arena.quotient(new(over), new(under)),
        };
        done.insert((id, number), renamed);
        stack.pop();
    }
    done.get(&(root, 0)).copied()
}
