//! What is done about bound variables: sums opened where that helps, and put where they belong.

use super::monomial::{Budget, Monomial};
use super::order::Order;
use super::rename::{rename, smallest_names};
use super::terms::{Key, conditioned, each_common};
use crate::expr::{Arena, Expr, ExprId, Ref, Term};

/// How often each bound reference occurs, and where.
pub(super) struct Scopes {
    /// For each bound reference: the number of factors it is free in, and the sum of their positions (denominators
    /// count on after numerators). Where the number is 1, the sum is the position.
    counts: Vec<(usize, usize)>,
}

impl Scopes {
    pub(super) fn of(arena: &Arena, all: &Monomial) -> Self {
        let mut scopes = Self { counts: vec![(0, 0); all.bound.len()] };
        for (at, &factor) in all.num.iter().chain(&all.den).enumerate() {
            each_common(arena.free(factor), &all.bound, |bound| {
                scopes.counts[bound].0 += 1;
                scopes.counts[bound].1 += at;
            });
        }
        scopes
    }

    /// The position of the only factor that a bound reference is free in.
    fn only(&self, bound: usize) -> Option<usize> {
        let (count, at) = self.counts.get(bound)?;
        (*count == 1).then_some(*at)
    }
}

/// Leaves out every P(y | c) whose y occurs nowhere else and is summed over: Σ_y P(y | c) = 1. Tells whether any was.
/// O(references).
pub(super) fn vanish(arena: &Arena, all: &mut Monomial) -> bool {
    if all.bound.is_empty() {
        return false;
    }
    let mut scopes = Scopes::of(arena, all);
    let mut single = vec![0; all.num.len()];
    let mut waiting: Vec<usize> = (0..all.bound.len()).collect();
    let mut counted = vec![false; all.bound.len()];
    let (mut gone, mut unbound) = (vec![false; all.num.len()], vec![false; all.bound.len()]);
    while let Some(bound) = waiting.pop() {
        let Some(at) = scopes.only(bound).filter(|&at| at < all.num.len()) else { continue };
        let Expr::P(term) = arena.get(all.num[at]) else { continue };
        if counted[bound] || term.of().binary_search(&all.bound[bound]).is_err() {
            continue;
        }
        counted[bound] = true;
        single[at] += 1;
        if single[at] < term.of().len() {
            continue;
        }
        gone[at] = true;
        for r in term.refs() {
            let Ok(other) = all.bound.binary_search(&r) else { continue };
            scopes.counts[other].0 -= 1;
            scopes.counts[other].1 -= at;
            if scopes.counts[other].0 == 1 {
                waiting.push(other);
            }
        }
        for r in term.of() {
            if let Ok(other) = all.bound.binary_search(r) {
                unbound[other] = true;
            }
        }
    }
    if !gone.contains(&true) {
        return false;
    }
    let (mut gone, mut unbound) = (gone.into_iter(), unbound.into_iter());
    all.num.retain(|_| gone.next() != Some(true));
    all.bound.retain(|_| unbound.next() != Some(true));
    true
}

/// For each factor of the numerator, what is summed over and occurs in its outcomes alone.
pub(super) fn marginals(arena: &Arena, all: &Monomial) -> Vec<(usize, Vec<Ref>)> {
    if all.bound.is_empty() {
        return Vec::new();
    }
    let scopes = Scopes::of(arena, all);
    let mut found: Vec<(usize, Ref)> = Vec::new();
    for (bound, &r) in all.bound.iter().enumerate() {
        let Some(at) = scopes.only(bound).filter(|&at| at < all.num.len()) else { continue };
        if matches!(arena.get(all.num[at]), Expr::P(term) if term.of().binary_search(&r).is_ok()) {
            found.push((at, r));
        }
    }
    found.sort_unstable();
    let mut marginals: Vec<(usize, Vec<Ref>)> = Vec::new();
    for (at, r) in found {
        match marginals.last_mut() {
            Some((last, out)) if *last == at => out.push(r),
            _ => marginals.push((at, vec![r])),
        }
    }
    marginals
}

/// Opens sums among the factors where what is inside has to do with what is outside; tells whether any was.
///
/// That is so where a distribution inside makes one with a factor outside, or where a reference bound outside occurs
/// nowhere but in that sum.
pub(super) fn absorb(arena: &mut Arena, order: Order<'_>, all: &mut Monomial, budget: &mut Budget) -> bool {
    let mut any = false;
    loop {
        let sums = all.num.iter().any(|&f| matches!(arena.get(f), Expr::Sum { .. }));
        if !sums {
            return any;
        }
        let scopes = Scopes::of(arena, all);
        let lone: Vec<usize> = (0..all.bound.len()).filter_map(|bound| scopes.only(bound)).collect();
        let keys = |side: &[ExprId]| -> Vec<(Key, ExprId)> {
            side.iter().filter_map(|&f| term(arena, f).map(|t| (Key::of(t), f))).collect()
        };
        let outside = Outside { num: keys(&all.num), den: keys(&all.den) };
        let found = all.num.iter().enumerate().position(|(at, &factor)| {
            matches!(arena.get(factor), Expr::Sum { .. }) && (lone.contains(&at) || meets(arena, factor, &outside))
        });
        let Some(at) = found else { return any };
        if !budget.allows(all.num.len() + all.den.len()) {
            return any;
        }
        let factor = all.num.remove(at);
        let Some(opened) = apart(arena, order, all, factor) else {
            all.num.insert(at, factor);
            return any;
        };
        let Expr::Sum { over, body } = arena.get(opened) else { return any };
        all.bound.extend(over.iter().copied());
        all.bound.sort_unstable();
        all.open(arena, *body, budget);
        any = true;
    }
}

/// Whether a product of these factors, as a node of its own, has a sum that [`absorb`] opens.
pub(super) fn opens(arena: &Arena, factors: &[ExprId]) -> bool {
    let mut sums = factors.iter().filter(|&&f| matches!(arena.get(f), Expr::Sum { .. })).peekable();
    if factors.len() < 2 || sums.peek().is_none() {
        return false;
    }
    let keys = factors.iter().filter_map(|&f| term(arena, f).map(|t| (Key::of(t), f))).collect();
    let outside = Outside { num: keys, den: Vec::new() };
    sums.any(|&sum| meets(arena, sum, &outside))
}

fn term(arena: &Arena, id: ExprId) -> Option<&Term> {
    match arena.get(id) {
        Expr::P(term) => Some(term),
        Expr::Number(_)
        | Expr::Value(_)
        | Expr::Sum { .. }
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_) => None,
    }
}

/// The distributions among the factors beside a sum: of the numerator and of the denominator.
struct Outside {
    num: Vec<(Key, ExprId)>,
    den: Vec<(Key, ExprId)>,
}

/// At most so many nodes of a sum are looked at.
const LOOK: usize = 64;

/// Whether a distribution inside the sum would make one with one of those outside (numerator, denominator).
///
/// Its conditions must be free of what the sums around it bind: everything outside is.
fn meets(arena: &Arena, sum: ExprId, outside: &Outside) -> bool {
    if outside.num.is_empty() && outside.den.is_empty() {
        return false;
    }
    let mut stack = vec![(sum, false, 0)];
    let mut bound: Vec<&[Ref]> = Vec::new();
    let mut looked = 0;
    while let Some((id, below, depth)) = stack.pop() {
        bound.truncate(depth);
        looked += 1;
        if looked > LOOK {
            return false;
        }
        match arena.get(id) {
            Expr::Sum { over, body } if !below => {
                bound.push(over);
                stack.push((*body, below, depth + 1));
            }
            Expr::Product(all) => stack.extend(all.iter().map(|&f| (f, below, depth))),
            Expr::Quotient(p, q) => stack.extend([(*p, below, depth), (*q, !below, depth)]),
            Expr::P(inner) => {
                let hidden = |r: &Ref| bound.iter().any(|over| over.binary_search(r).is_ok());
                if inner.given().iter().chain(inner.do_()).any(hidden) {
                    continue;
                }
                let key = Key::of(inner);
                let (same, other) = if below { (&outside.den, &outside.num) } else { (&outside.num, &outside.den) };
                let chains = same.iter().any(|(out, f)| {
                    out.full == key.given
                        && !inner.given().is_empty()
                        && term(arena, *f).is_some_and(|lower| super::terms::chains(inner, lower))
                });
                let conditions = other.iter().any(|(out, f)| {
                    out.given == key.given
                        && term(arena, *f)
                            .is_some_and(|part| !part.of().iter().any(hidden) && conditioned(inner, part).is_some())
                });
                if chains || conditions {
                    return true;
                }
            }
            Expr::Sum { .. } | Expr::Number(_) | Expr::Value(_) | Expr::Plus(_) | Expr::Minus(_) => {}
        }
    }
    false
}

/// A sum with what it binds renamed, so that it differs from everything else among the factors.
fn apart(arena: &mut Arena, order: Order<'_>, all: &Monomial, sum: ExprId) -> Option<ExprId> {
    let Expr::Sum { over, body } = arena.get(sum) else { return None };
    let (over, body) = (over.clone(), *body);
    let taken = |arena: &Arena, r: Ref| {
        all.bound.binary_search(&r).is_ok()
            || arena.is_free_in(r, sum)
            || all.num.iter().chain(&all.den).any(|&f| arena.is_free_in(r, f))
    };
    let mut map: Vec<(Ref, Ref)> = Vec::new();
    for &bound in &over {
        let used = |map: &[(Ref, Ref)], r: Ref| {
            taken(arena, r) || map.iter().any(|&(_, to)| to == r) || (r != bound && over.binary_search(&r).is_ok())
        };
        let mut name = bound;
        let mut primes = 0;
        while used(&map, name) {
            name = Ref::copy(bound.var, primes);
            primes = u16::checked_add(primes, 1)?;
        }
        map.push((bound, name));
    }
    if map.iter().all(|(from, to)| from == to) {
        return Some(sum);
    }
    let body = rename(arena, order, body, &map)?;
    Some(arena.sum(map.into_iter().map(|(_, to)| to), body))
}

/// Puts each sum around the factors that need it: what is free of bound references outside, factors that share none in
/// sums of their own, and within a sum the references of few factors in a sum further in. Bound copies get their
/// smallest names. What is left is a monomial without bound references. Tells whether somewhere inside there is now more
/// to do: a sum stands above and below alike, or a denominator has a sum that can be opened.
pub(super) fn push_in(arena: &mut Arena, order: Order<'_>, all: &mut Monomial) -> bool {
    if all.bound.is_empty() {
        return false;
    }
    let bound = std::mem::take(&mut all.bound);
    let factors: Vec<(ExprId, bool)> = all.num.drain(..).map(|f| (f, false)).collect();
    let factors: Vec<(ExprId, bool)> = factors.into_iter().chain(all.den.drain(..).map(|f| (f, true))).collect();
    // Components by the least bound reference that leads there.
    let mut leader: Vec<usize> = (0..bound.len()).collect();
    let scopes: Vec<Vec<usize>> = factors
        .iter()
        .map(|&(f, _)| {
            let mut scope = Vec::new();
            each_common(arena.free(f), &bound, |at| scope.push(at));
            scope
        })
        .collect();
    for scope in &scopes {
        for pair in scope.windows(2) {
            let (a, b) = (find(&mut leader, pair[0]), find(&mut leader, pair[1]));
            let (low, high) = (a.min(b), a.max(b));
            leader[high] = low;
        }
    }
    let mut groups: Vec<Group> = vec![(Vec::new(), Vec::new()); bound.len()];
    for (at, &r) in bound.iter().enumerate() {
        let to = find(&mut leader, at);
        groups[to].0.push(r);
    }
    for (&(factor, below), scope) in factors.iter().zip(&scopes) {
        match scope.first() {
            Some(&first) => {
                let to = find(&mut leader, first);
                groups[to].1.push((factor, below));
            }
            None if below => all.den.push(factor),
            None => all.num.push(factor),
        }
    }
    let mut more = false;
    for (over, factors) in groups {
        if !over.is_empty() {
            let sum = nest(arena, order, over, factors, &mut more);
            all.num.push(sum);
        }
    }
    more
}

/// Bound references with the factors they occur in; whether each stands below the line.
type Group = (Vec<Ref>, Vec<(ExprId, bool)>);

fn find(leader: &mut [usize], mut at: usize) -> usize {
    while leader[at] != at {
        leader[at] = leader[leader[at]];
        at = leader[at];
    }
    at
}

/// Sums with more factors, or with more kinds of bound references, stay flat: nesting them would not help a reader.
const NESTED: (usize, usize) = (64, 4);

/// One connected sum, with those of its references that few factors need moved further in.
fn nest(
    arena: &mut Arena,
    order: Order<'_>,
    mut over: Vec<Ref>,
    mut factors: Vec<(ExprId, bool)>,
    more: &mut bool,
) -> ExprId {
    if over.len() > 1 && factors.len() <= NESTED.0 {
        let mut scopes: Vec<u64> = over
            .iter()
            .map(|&r| {
                factors
                    .iter()
                    .enumerate()
                    .fold(0, |mask, (at, &(f, _))| mask | (u64::from(arena.is_free_in(r, f)) << at))
            })
            .collect();
        let mut kinds = scopes.clone();
        kinds.sort_unstable();
        kinds.dedup();
        let mut whole = kinds.iter().fold(0, |all, mask| all | mask);
        if kinds.len() > NESTED.1 {
            return one_sum(arena, order, over, factors, more);
        }
        loop {
            let inner = (0..over.len())
                .filter(|&at| scopes[at] != whole)
                .min_by_key(|&at| (scopes[at].count_ones(), order.rank(over[at]), over[at]));
            let Some(inner) = inner.map(|at| scopes[at]) else { break };
            let moved: Vec<Ref> = (0..over.len()).filter(|&at| scopes[at] == inner).map(|at| over[at]).collect();
            let taken = (0..factors.len()).filter(|at| inner >> at & 1 == 1).map(|at| factors[at]).collect();
            let sum = one_sum(arena, order, moved, taken, more);
            *more |= factors.contains(&(sum, true));
            let place = inner.trailing_zeros();
            let mut kept = scopes.iter().map(|&mask| mask != inner);
            over.retain(|_| kept.next() == Some(true));
            scopes.retain(|&mask| mask != inner);
            if let Some(slot) = factors.get_mut(place as usize) {
                *slot = (sum, false);
            }
            // The factors taken are one now, in the first place of theirs.
            let shrink = |mask: u64| if mask & inner == 0 { mask } else { mask & !inner | 1 << place };
            scopes.iter_mut().for_each(|mask| *mask = shrink(*mask));
            whole = shrink(whole);
        }
        let left: Vec<_> = (0..factors.len()).filter(|at| whole >> at & 1 == 1).map(|at| factors[at]).collect();
        factors = left;
    }
    one_sum(arena, order, over, factors, more)
}

/// Σ_over Π factors, with the smallest names for what is bound; a sum directly inside is merged.
fn one_sum(
    arena: &mut Arena,
    order: Order<'_>,
    over: Vec<Ref>,
    factors: Vec<(ExprId, bool)>,
    more: &mut bool,
) -> ExprId {
    let mut all = Monomial { bound: over, ..Monomial::default() };
    for (factor, below) in factors {
        if below { &mut all.den } else { &mut all.num }.push(factor);
    }
    let free = |arena: &Arena, all: &Monomial, r: Ref| {
        all.bound.binary_search(&r).is_err() && all.num.iter().chain(&all.den).any(|&f| arena.is_free_in(r, f))
    };
    let names = smallest_names(&all.bound, |r| free(arena, &all, r));
    if names.iter().any(|(from, to)| from != to) {
        let renamed = |arena: &mut Arena, side: &[ExprId]| -> Option<Vec<ExprId>> {
            side.iter().map(|&f| rename(arena, order, f, &names)).collect()
        };
        if let (Some(num), Some(den)) = (renamed(arena, &all.num), renamed(arena, &all.den)) {
            (all.num, all.den) = (num, den);
            all.bound = names.into_iter().map(|(_, to)| to).collect();
            all.bound.sort_unstable();
        }
    }
    all.sort(arena, order);
    *more |= opens(arena, &all.den);
    all.build(arena)
}
