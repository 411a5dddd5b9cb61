//! An expression as it is printed: bound copies told apart, factors in causal order.

use super::order::Order;
use super::rewrite::{rebuilt, sort};
use crate::expr::{Arena, Expr, ExprId, Ref, Var};
use crate::graph::Graph;
use fixedbitset::FixedBitSet;
use rustc_hash::{FxHashMap, FxHashSet};

/// The expression with bound references renamed apart and factors in order; equal by algebra alone.
///
/// A bound reference gets the smallest number of primes that is neither free in the whole expression nor bound around
/// it, so that no name hides another: `Σ_{tar} P(tar | smoking) Σ_{smoking'} P(smoking') P(cancer | smoking', tar)`.
/// Sums side by side may use one name. Factors stand in causal order, smallest outcome first and sums last; so in
/// `Σ_{service} P(service) P(churn | engagement, service)`.
///
/// O(nodes × ways in which the names around them differ); where those are more than a constant times the nodes, names
/// stay as they are and only the order is mended.
pub fn tidy(arena: &mut Arena, graph: &Graph, expr: ExprId) -> ExprId {
    let order = Order::new(graph);
    let nodes = arena.reachable([expr]);
    let binds = Binds::of(arena, &nodes);
    if are_apart(arena, expr, &nodes, &binds) {
        return ordered(arena, order, expr, &nodes);
    }
    apart(arena, order, expr, nodes.len(), &binds).unwrap_or_else(|| ordered(arena, order, expr, &nodes))
}

/// Whether every bound reference has its name already, without a prime.
fn are_apart(arena: &Arena, root: ExprId, nodes: &[ExprId], binds: &Binds) -> bool {
    nodes.iter().all(|&id| match arena.get(id) {
        Expr::Sum { over, body } => {
            over.iter().all(|r| *r == Ref::plain(r.var) && !arena.is_free_in(*r, root) && !binds.contains(*body, r.var))
        }
        Expr::Number(_)
        | Expr::P(_)
        | Expr::Value(_)
        | Expr::Product(_)
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_) => true,
    })
}

/// Products in order, names as they are.
fn ordered(arena: &mut Arena, order: Order<'_>, root: ExprId, nodes: &[ExprId]) -> ExprId {
    let sorted = |arena: &Arena, id: ExprId| match arena.get(id) {
        Expr::Product(all) => all.is_sorted_by(|&a, &b| order.compare(arena, a, b).is_le()),
        Expr::Number(_)
        | Expr::P(_)
        | Expr::Value(_)
        | Expr::Sum { .. }
        | Expr::Quotient(..)
        | Expr::Plus(_)
        | Expr::Minus(_) => true,
    };
    if nodes.iter().all(|&id| sorted(arena, id)) {
        return root;
    }
    let mut done: FxHashMap<ExprId, ExprId> = FxHashMap::default();
    for &id in nodes {
        let new = rebuilt(arena, id, |o| done.get(&o).copied().unwrap_or(o));
        let new = if let Expr::Product(all) = arena.get(new) {
            let mut all = all.to_vec();
            sort(arena, order, &mut all);
            arena.product(all)
        } else {
            new
        };
        done.insert(id, new);
    }
    done.get(&root).copied().unwrap_or(root)
}

/// What surrounds a node, as far as it matters there.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Around {
    /// New names of references that are free in the node, ascending; unchanged ones left out.
    names: Vec<(Ref, Ref)>,
    /// Names bound around it, of variables that it binds too, ascending.
    bound: Vec<Ref>,
}

fn apart(arena: &mut Arena, order: Order<'_>, root: ExprId, nodes: usize, binds: &Binds) -> Option<ExprId> {
    let limit = nodes.saturating_mul(4).saturating_add(1024);
    let free_in_whole: FxHashSet<Ref> = arena.free(root).iter().copied().collect();
    let mut arounds: indexmap::IndexSet<Around, rustc_hash::FxBuildHasher> = indexmap::IndexSet::default();
    arounds.insert(Around::default());
    let mut done: FxHashMap<(ExprId, usize), ExprId> = FxHashMap::default();
    let mut stack = vec![(root, 0_usize)];
    while let Some(&(id, number)) = stack.last() {
        if done.contains_key(&(id, number)) {
            stack.pop();
            continue;
        }
        if done.len() > limit {
            return None;
        }
        let around = arounds.get_index(number)?.clone();
        let expr = arena.get(id).clone();
        let mut inside = around.clone();
        let mut over_now: Vec<Ref> = Vec::new();
        if let Expr::Sum { over, .. } = &expr {
            inside.names.retain(|(from, _)| over.binary_search(from).is_err());
            for &r in over {
                let mut primes = 0;
                let mut name = Ref::plain(r.var);
                while free_in_whole.contains(&name) || inside.bound.contains(&name) || over_now.contains(&name) {
                    primes = u16::checked_add(primes, 1)?;
                    name = Ref::copy(r.var, primes);
                }
                over_now.push(name);
                if name != r {
                    inside.names.push((r, name));
                }
            }
            inside.bound.extend(&over_now);
            inside.names.sort_unstable();
            inside.bound.sort_unstable();
        }
        let operands: Vec<(ExprId, usize)> = expr
            .operands()
            .into_iter()
            .map(|operand| {
                let mut narrow = inside.clone();
                narrow.names.retain(|&(from, _)| arena.is_free_in(from, operand));
                narrow.bound.retain(|r| binds.contains(operand, r.var));
                (operand, arounds.insert_full(narrow).0)
            })
            .collect();
        let known = stack.len();
        stack.extend(operands.iter().copied().filter(|key| !done.contains_key(key)));
        if stack.len() > known {
            continue;
        }
        let name = |r: Ref| around.names.binary_search_by_key(&r, |&(from, _)| from).map_or(r, |at| around.names[at].1);
        let mut new = operands.iter().filter_map(|key| done.get(key).copied());
        let renamed = match &expr {
            Expr::Number(_) => id,
            Expr::P(term) => {
                let term = term.map(name)?;
                arena.p(term)
            }
            Expr::Value(of) => arena.value(name(*of)),
            Expr::Sum { .. } => arena.sum(over_now, new.next()?),
            Expr::Product(_) => {
                let mut all: Vec<ExprId> = new.collect();
                sort(arena, order, &mut all);
                arena.product(all)
            }
            Expr::Plus(_) => arena.plus(new),
            Expr::Minus(_) => arena.minus(new),
            Expr::Quotient(..) => arena.quotient(new.next()?, new.next()?),
        };
        done.insert((id, number), renamed);
        stack.pop();
    }
    done.get(&(root, 0)).copied()
}

/// For each node the variables bound somewhere in it.
struct Binds {
    /// All that are bound anywhere, ascending.
    vars: Vec<Var>,
    /// For nodes with a sum in them, by position in `vars`.
    sets: FxHashMap<ExprId, FixedBitSet>,
}

impl Binds {
    fn of(arena: &Arena, nodes: &[ExprId]) -> Self {
        let over = |id: &ExprId| match arena.get(*id) {
            Expr::Sum { over, .. } => Some(over),
            Expr::Number(_)
            | Expr::P(_)
            | Expr::Value(_)
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Plus(_)
            | Expr::Minus(_) => None,
        };
        let mut vars: Vec<Var> = nodes.iter().filter_map(over).flat_map(|over| over.iter().map(|r| r.var)).collect();
        vars.sort_unstable();
        vars.dedup();
        let mut sets: FxHashMap<ExprId, FixedBitSet> = FxHashMap::default();
        if vars.is_empty() {
            return Self { vars, sets };
        }
        for id in nodes {
            let mut all: Option<FixedBitSet> = None;
            for operand in arena.get(*id).operands() {
                match (&mut all, sets.get(&operand)) {
                    (Some(all), Some(inner)) => all.union_with(inner),
                    (None, Some(inner)) => all = Some(inner.clone()),
                    (_, None) => {}
                }
            }
            if let Some(over) = over(id) {
                let all = all.get_or_insert_with(|| FixedBitSet::with_capacity(vars.len()));
                over.iter().filter_map(|r| vars.binary_search(&r.var).ok()).for_each(|at| all.insert(at));
            }
            if let Some(all) = all {
                sets.insert(*id, all);
            }
        }
        Self { vars, sets }
    }

    fn contains(&self, id: ExprId, var: Var) -> bool {
        let Ok(at) = self.vars.binary_search(&var) else { return false };
        self.sets.get(&id).is_some_and(|set| set.contains(at))
    }
}
