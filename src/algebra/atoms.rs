//! Sums in normal form: each an atom that no further law takes apart.

use super::normal::Normaliser;
use super::polynomial::{Powers, multiplied};
use super::rename::{rename, smallest_names};
use super::terms::marginal;
use crate::expr::{Arena, Expr, ExprId, Ref};
use itertools::Itertools;
use num_traits::One;
use std::collections::BTreeMap;

impl Normaliser<'_> {
    /// Σ_over of a product of atoms, as a product of atoms.
    pub(super) fn sum(&mut self, over: &[Ref], powers: &Powers) -> Option<Powers> {
        let mut bound = over.to_vec();
        let mut atoms: BTreeMap<ExprId, i32> = powers.iter().copied().collect();
        loop {
            self.pay(atoms.len() + bound.len())?;
            let touches = |arena: &Arena, id: ExprId| bound.iter().any(|&r| arena.is_free_in(r, id));
            let inner = atoms.iter().find(|&(&id, &power)| {
                power > 0 && matches!(self.arena.get(id), Expr::Sum { .. }) && touches(self.arena, id)
            });
            if let Some((&inner, &power)) = inner {
                atoms.remove(&inner);
                for _ in 0..power {
                    self.open(inner, &mut bound, &mut atoms)?;
                }
            } else if !self.marginalise(&mut bound, &mut atoms)? {
                break;
            }
        }
        // Factors that share bound references, directly or through others, stay together.
        let mut result = Powers::new();
        while let Some(first) = bound.pop() {
            let mut over = vec![first];
            let mut inside = Powers::new();
            let mut at = 0;
            while let Some(&r) = over.get(at) {
                let here: Powers =
                    atoms.iter().filter(|&(&id, _)| self.arena.is_free_in(r, id)).map(|(&id, &n)| (id, n)).collect();
                self.pay(atoms.len())?;
                for (id, power) in here {
                    atoms.remove(&id);
                    inside.push((id, power));
                    over.extend(bound.extract_if(.., |r| self.arena.is_free_in(*r, id)));
                }
                at += 1;
            }
            let atom = self.named(&over, &inside)?;
            result = multiplied(&result, &[(atom, 1)]);
        }
        Some(multiplied(&result, &atoms.into_iter().collect::<Powers>()))
    }

    /// Opens a sum among the factors, with what it binds renamed apart.
    fn open(&mut self, sum: ExprId, bound: &mut Vec<Ref>, atoms: &mut BTreeMap<ExprId, i32>) -> Option<()> {
        let Expr::Sum { over, body } = self.arena.get(sum).clone() else { return None };
        let mut map: Vec<(Ref, Ref)> = Vec::new();
        for &r in &over {
            let taken = |name: Ref| {
                bound.contains(&name)
                    || map.iter().any(|&(_, to)| to == name)
                    || (name != r && over.contains(&name))
                    || self.arena.is_free_in(name, sum)
                    || atoms.keys().any(|&id| self.arena.is_free_in(name, id))
            };
            let name = (0..u16::MAX).map(|primes| Ref::copy(r.var, primes)).find(|&name| !taken(name))?;
            map.push((r, name));
        }
        self.pay(atoms.len() * over.len())?;
        let body = rename(self.arena, self.order, body, &map)?;
        bound.extend(map.iter().map(|&(_, to)| to));
        for (atom, power) in self.factors(body)? {
            let all = atoms.entry(atom).or_insert(0);
            *all = all.saturating_add(power);
            if *all == 0 {
                atoms.remove(&atom);
            }
        }
        Some(())
    }

    /// The atoms of what [`Normaliser::monomial`] has built.
    fn factors(&mut self, id: ExprId) -> Option<Powers> {
        let mut factors = Powers::new();
        let mut stack = vec![(id, 1)];
        while let Some((id, sign)) = stack.pop() {
            self.pay(1)?;
            if let &Expr::Quotient(over, under) = self.arena.get(id)
                && self.is_fraction(over, under)
            {
                stack.extend([(over, sign), (under, -sign)]);
                continue;
            }
            match self.arena.get(id) {
                Expr::Product(all) => stack.extend(all.iter().map(|&f| (f, sign))),
                Expr::Number(value) if value.is_one() => {}
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Sum { .. }
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => factors = multiplied(&factors, &[(id, sign)]),
            }
        }
        Some(factors)
    }

    /// Whether a quotient is a product of powers, not the atom 1 / x for an x that may be 0.
    pub(super) fn is_fraction(&mut self, over: ExprId, under: ExprId) -> bool {
        !self.arena.is_one(over) || self.is_positive(under)
    }

    /// Σ_z P(y, z) = P(y) for each z that occurs in that factor alone; tells whether there was any.
    fn marginalise(&mut self, bound: &mut Vec<Ref>, atoms: &mut BTreeMap<ExprId, i32>) -> Option<bool> {
        let mut any = false;
        let mut at = 0;
        while let Some(&r) = bound.get(at) {
            self.pay(atoms.len())?;
            let mut having = atoms.iter().filter(|&(&id, _)| self.arena.is_free_in(r, id));
            let only = having.next().filter(|_| having.next().is_none());
            let found = only.filter(|&(_, &power)| power == 1).and_then(|(&id, _)| match self.arena.get(id) {
                Expr::P(term) if term.of().contains(&r) => marginal(term, &[r]).map(|term| (id, term)),
                Expr::P(_)
                | Expr::Number(_)
                | Expr::Sum { .. }
                | Expr::Product(_)
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => None,
            });
            let Some((id, term)) = found else {
                at += 1;
                continue;
            };
            atoms.remove(&id);
            let rest = self.arena.p(term);
            if !self.arena.is_one(rest) {
                let power = atoms.entry(rest).or_insert(0);
                *power += 1;
                if *power == 0 {
                    atoms.remove(&rest);
                }
            }
            bound.swap_remove(at);
            // What has cancelled may have been the other place of an earlier one.
            at = 0;
            any = true;
        }
        Some(any)
    }

    /// Σ_over of factors that hang together. Each bound reference gets the smallest name not free in the sum; copies of
    /// one variable are tried in every order while those are few, and the least result is taken.
    fn named(&mut self, over: &[Ref], inside: &Powers) -> Option<ExprId> {
        let mut over = over.to_vec();
        over.sort_unstable();
        let free = |arena: &Arena, r: Ref| {
            over.binary_search(&r).is_err() && inside.iter().any(|&(id, _)| arena.is_free_in(r, id))
        };
        let names = smallest_names(&over, |r| free(self.arena, r));
        let runs: Vec<Vec<(Ref, Ref)>> =
            names.chunk_by(|(a, _), (b, _)| a.var == b.var).map(<[(Ref, Ref)]>::to_vec).collect();
        let orders: usize = runs.iter().map(|run| (1..=run.len()).product::<usize>().min(1000)).product();
        let mut best: Option<ExprId> = None;
        let choices = if orders > 24 {
            vec![runs.into_iter().flatten().collect()]
        } else {
            runs.into_iter()
                .map(|run| {
                    let (from, to): (Vec<Ref>, Vec<Ref>) = run.into_iter().unzip();
                    let count = to.len();
                    to.into_iter()
                        .permutations(count)
                        .map(|to| from.iter().copied().zip(to).collect_vec())
                        .collect_vec()
                })
                .multi_cartesian_product()
                .map(|runs| runs.concat())
                .collect_vec()
        };
        for map in choices {
            self.pay(inside.len())?;
            let mut renamed = Powers::new();
            for &(id, power) in inside {
                let id = rename(self.arena, self.order, id, &map)?;
                renamed = multiplied(&renamed, &[(id, power)]);
            }
            let body = self.monomial(&renamed)?;
            let sum = self.arena.sum(map.iter().map(|&(_, to)| to), body);
            if best.is_none_or(|best| self.order.compare(self.arena, sum, best).is_lt()) {
                best = Some(sum);
            }
        }
        best
    }
}
