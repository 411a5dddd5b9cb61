//! Simplification of sums and differences.

use super::monomial::Monomial;
use super::simplify::Run;
use crate::expr::{BigRational, Expr, ExprId};
use num_traits::{One, Signed, Zero};
use rustc_hash::FxHashMap;

impl Run<'_> {
    /// A sum or difference: nested ones are opened, equal terms counted together, numbers added up. Terms stay in the
    /// order in which they were written.
    pub(super) fn linear(&mut self, node: ExprId) -> Result<ExprId, ExprId> {
        let mut terms: Vec<(ExprId, BigRational)> = Vec::new();
        let mut places: FxHashMap<ExprId, usize> = FxHashMap::default();
        let mut constant = BigRational::zero();
        let mut stack = vec![(node, BigRational::one(), true)];
        while let Some((id, count, open)) = stack.pop() {
            match self.arena.get(id) {
                Expr::Number(value) => constant += value * count,
                Expr::Plus(all) if open || self.budget.allows(all.len()) => {
                    stack.extend(all.iter().rev().map(|&t| (t, count.clone(), false)));
                }
                Expr::Minus(all) if open || self.budget.allows(all.len()) => {
                    let signed = all
                        .iter()
                        .enumerate()
                        .map(|(at, &t)| (t, if at == 0 { count.clone() } else { -&count }, false));
                    stack.extend(signed.rev());
                }
                Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::P(_)
                | Expr::Value(_)
                | Expr::Sum { .. }
                | Expr::Product(_)
                | Expr::Quotient(..) => {
                    let mut all = Monomial::default();
                    all.open(self.arena, id, &mut self.budget);
                    let (term, count) = match all.number.take() {
                        Some(number) => (all.build(self.arena), count * number),
                        None => (id, count),
                    };
                    let place = *places.entry(term).or_insert(terms.len());
                    match terms.get_mut(place) {
                        Some((_, sum)) => *sum += count,
                        None => terms.push((term, count)),
                    }
                }
            }
        }
        let mut signed: Vec<(bool, ExprId)> = Vec::new();
        for (term, count) in terms {
            if count.is_zero() && self.is_defined(term) {
                continue;
            }
            let mut all = Monomial::default();
            all.open(self.arena, term, &mut self.budget);
            all.number = Some(count.abs()).filter(|count| !count.is_one());
            self.zero(&mut all);
            signed.push((count.is_negative(), all.build(self.arena)));
        }
        if !constant.is_zero() {
            signed.push((constant.is_negative(), self.arena.number(constant.abs())));
        }
        let result = self.difference(&signed);
        self.scribe.algebra(result)?;
        Ok(result)
    }

    /// The sum of what is not negative less the others.
    fn difference(&mut self, signed: &[(bool, ExprId)]) -> ExprId {
        let of = |sign: bool| signed.iter().filter(move |(negative, _)| *negative == sign).map(|&(_, term)| term);
        if of(true).next().is_none() {
            return self.arena.plus(of(false));
        }
        let mut negative: Vec<ExprId> = of(true).collect();
        let first = if of(false).next().is_some() {
            self.arena.plus(of(false))
        } else {
            // Nothing to take from: the first term carries the sign itself.
            let mut all = Monomial::default();
            all.open(self.arena, negative.remove(0), &mut self.budget);
            all.number = Some(-all.number.unwrap_or_else(BigRational::one));
            all.build(self.arena)
        };
        self.arena.minus(std::iter::once(first).chain(negative))
    }
}
