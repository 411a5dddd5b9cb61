//! Renaming of free references, all at once.

use super::{Arena, Expr, ExprId, Ref};
use rustc_hash::FxHashMap;

/// Why a renaming makes no expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoRenaming {
    /// A new reference would be caught by a sum of the expression.
    Captured,
    /// A term would name a variable twice.
    Twice,
    /// It takes more work than was given.
    Work,
}

impl Arena {
    /// The expression with its free references renamed, all at once: each key of `map` becomes its value.
    ///
    /// None where a new reference would be caught by a sum of the expression, or where a term would name a variable
    /// twice. O(nodes reached × binders that shadow a key); no recursion.
    pub fn rename(&mut self, id: ExprId, map: &[(Ref, Ref)]) -> Option<ExprId> {
        self.rename_within(id, map, &mut { usize::MAX }).ok()
    }

    /// [`rename`](Self::rename) with a bound: each visit of a node takes as many units from `work` as the map has entries
    /// and the node references, and one.
    ///
    /// # Errors
    /// Where a reference would be captured, a term would name a variable twice, or the work runs out.
    pub fn rename_within(&mut self, root: ExprId, map: &[(Ref, Ref)], work: &mut usize) -> Result<ExprId, NoRenaming> {
        if map.is_empty() {
            *work = work.checked_sub(1).ok_or(NoRenaming::Work)?;
            return Ok(root);
        }
        let mut done: FxHashMap<(ExprId, usize), ExprId> = FxHashMap::default();
        // A sum that binds a key narrows the map beneath it; each distinct map has a number.
        let mut maps = vec![map.to_vec()];
        let mut stack = vec![(root, 0_usize)];
        while let Some(&(id, number)) = stack.last() {
            if done.contains_key(&(id, number)) {
                stack.pop();
                continue;
            }
            let refs = if let Expr::P(term) = self.get(id) { term.refs().count() } else { 0 };
            *work = work.checked_sub(1 + maps[number].len() + refs).ok_or(NoRenaming::Work)?;
            let touched = maps[number].iter().any(|(from, to)| from != to && self.is_free_in(*from, id));
            if !touched {
                done.insert((id, number), id);
                stack.pop();
                continue;
            }
            let expr = self.get(id).clone();
            let inner = match &expr {
                Expr::Sum { over, body } => {
                    let map = &maps[number];
                    let free = |from: Ref| over.binary_search(&from).is_err() && self.is_free_in(from, *body);
                    if map.iter().any(|(from, to)| free(*from) && from != to && over.binary_search(to).is_ok()) {
                        return Err(NoRenaming::Captured);
                    }
                    if map.iter().any(|(from, _)| over.binary_search(from).is_ok()) {
                        let narrowed: Vec<_> =
                            map.iter().copied().filter(|(from, _)| over.binary_search(from).is_err()).collect();
                        *work = work.checked_sub(maps.len()).ok_or(NoRenaming::Work)?;
                        maps.iter().position(|known| *known == narrowed).unwrap_or_else(|| {
                            maps.push(narrowed);
                            maps.len() - 1
                        })
                    } else {
                        number
                    }
                }
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Product(_)
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => number,
            };
            let waiting: Vec<_> =
                expr.operands().into_iter().map(|o| (o, inner)).filter(|key| !done.contains_key(key)).collect();
            if !waiting.is_empty() {
                stack.extend(waiting);
                continue;
            }
            let to = |r: Ref| maps[number].iter().find(|(from, _)| *from == r).map_or(r, |(_, to)| *to);
            let new = |o: &ExprId| done[&(*o, inner)];
            let renamed = match &expr {
                Expr::Number(_) => id,
                Expr::P(term) => {
                    let term = term.map(to).ok_or(NoRenaming::Twice)?;
                    self.p(term)
                }
                Expr::Value(reference) => {
                    let reference = to(*reference);
                    self.value(reference)
                }
                Expr::Sum { over, body } => self.sum(over.iter().copied(), new(body)),
                Expr::Product(all) => self.product(all.iter().map(new)),
                Expr::Plus(all) => self.plus(all.iter().map(new)),
                Expr::Minus(all) => self.minus(all.iter().map(new)),
                Expr::Quotient(over, under) => self.quotient(new(over), new(under)),
            };
            done.insert((id, number), renamed);
            stack.pop();
        }
        Ok(done.get(&(root, 0)).copied().unwrap_or(root))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Term, Var};
    use super::*;

    #[test]
    fn renaming_is_simultaneous_and_refuses_capture() {
        let mut arena = Arena::new();
        let [x, y] = [Var::new(0), Var::new(1)];
        let (x0, x1, y0, y1) = (Ref::plain(x), Ref::copy(x, 1), Ref::plain(y), Ref::copy(y, 1));
        let p = arena.p(Term::new([y0], [x0], []).unwrap());
        let sum = arena.sum([y0], p);
        assert_eq!(arena.free(sum), [x0]);
        assert_eq!(arena.rename(sum, &[(y0, y1)]), Some(sum), "y is bound, so nothing changes");
        let renamed = arena.rename(sum, &[(x0, x1)]).unwrap();
        assert_eq!(arena.free(renamed), [x1]);
        let over_x1 = arena.sum([x1], p);
        assert_eq!(arena.rename(over_x1, &[(x0, x1)]), None, "x' would be caught");
        let q = arena.p(Term::new([x0], [y1], []).unwrap());
        let both = arena.product([p, q]);
        let swapped = arena.rename(both, &[(x0, x1), (x1, x0), (y1, y0)]).unwrap();
        let expected = {
            let p = arena.p(Term::new([y0], [x1], []).unwrap());
            let q = arena.p(Term::new([x1], [y0], []).unwrap());
            arena.product([p, q])
        };
        assert_eq!(swapped, expected);
    }
}
