//! The general estimand: ID on districts (Tian & Pearl 2002; Shpitser & Pearl 2006a), with every Q as a product of
//! conditional distributions.
//!
//! A set T of nodes stands for Q\[T\] = P(t | do(everything else)). It is kept as factors, one for each block of T (a
//! maximal run in the topological order): a factor is a distribution of its block given what precedes it, so summing
//! out a block that nothing mentions removes its factor, and the quotients of Tian & Pearl's lemma 4 share their
//! numerators and denominators through the arena.

use super::{Effect, p, plain};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Node, NodeSet};
use crate::reach;
use petgraph::unionfind::UnionFind;

/// Where identification stops: `district` is a district of its own whose every node is an ancestor of `inner` within
/// it, and `inner`, a smaller district, is what was to be computed from it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Obstacle {
    /// The larger set.
    pub district: NodeSet,
    /// The smaller one.
    pub inner: NodeSet,
}

/// The estimand of a query whose conditions cannot be moved (see IDC), before simplification.
///
/// # Errors
/// The first obstacle, by the topological order of the districts that are to be computed.
///
/// Polynomial: O(districts · nodes · (nodes + edges)) at worst.
pub fn build(graph: &Graph, effect: &Effect, arena: &mut Arena) -> Result<ExprId, Obstacle> {
    let joint = effect.of.union(&effect.given);
    if let Some(obstacle) = obstacle(graph, &joint, &effect.do_) {
        return Err(obstacle);
    }
    let numerator = joint_estimand(graph, &joint, &effect.do_, arena);
    if effect.given.is_empty() {
        return Ok(numerator);
    }
    let denominator = arena.sum(plain(&effect.of), numerator);
    Ok(arena.quotient(numerator, denominator))
}

/// Whether P(of | do(do_)) cannot be identified, by sets alone (Huang & Valtorta 2006).
#[must_use]
pub fn obstacle(graph: &Graph, of: &NodeSet, do_: &NodeSet) -> Option<Obstacle> {
    let (universe, effective) = ancestors(graph, of, do_);
    reach::districts(graph, &effective).into_iter().find_map(|inner| {
        let district = narrow(graph, &universe, &inner);
        (district != inner).then_some(Obstacle { district, inner })
    })
}

/// The smallest set reached from `from` by turns of ancestors of `inner` and the district that holds it.
pub fn narrow(graph: &Graph, from: &NodeSet, inner: &NodeSet) -> NodeSet {
    let Some(first) = inner.first() else { return inner.clone() };
    let mut set = reach::district_of(graph, first, from);
    while set != *inner {
        let next = reach::district_of(graph, first, &reach::ancestors_within(graph, inner, &set));
        if next == set {
            break;
        }
        set = next;
    }
    set
}

/// The ancestors of the outcomes, and those still so when nothing is drawn through an action.
pub fn ancestors(graph: &Graph, of: &NodeSet, do_: &NodeSet) -> (NodeSet, NodeSet) {
    let universe = reach::ancestors(graph, of);
    let effective = reach::ancestors_within(graph, of, &universe.difference(do_));
    (universe, effective)
}

fn joint_estimand(graph: &Graph, of: &NodeSet, do_: &NodeSet, arena: &mut Arena) -> ExprId {
    let (universe, effective) = ancestors(graph, of, do_);
    let mut factors = Vec::new();
    for inner in reach::districts(graph, &effective) {
        factors.extend(district_estimand(graph, &universe, &inner, arena));
    }
    let body = arena.product(factors);
    arena.sum(plain(&effective.difference(of)), body)
}

/// The factors of Q\[inner\], which must be identifiable.
fn district_estimand(graph: &Graph, universe: &NodeSet, inner: &NodeSet, arena: &mut Arena) -> Vec<ExprId> {
    let Some(first) = inner.first() else { return Vec::new() };
    let mut set = reach::district_of(graph, first, universe);
    let mut factors = district_factors(graph, universe, &set, arena);
    while set != *inner {
        let ancestral = reach::ancestors_within(graph, inner, &set);
        let next = reach::district_of(graph, first, &ancestral);
        if next == ancestral || next == set {
            break;
        }
        factors = split(graph, &factors, &set, &ancestral, &next, arena);
        set = next;
    }
    marginal(graph, &factors, inner, arena).parts.into_iter().map(|part| part.expr).collect()
}

/// A distribution of `block` given earlier nodes.
#[derive(Clone, Debug)]
pub struct Factor {
    /// What it is a distribution of.
    pub block: NodeSet,
    /// The distribution.
    pub expr: ExprId,
    /// Every node it depends on, its own included.
    pub mentions: NodeSet,
    /// What it conditions on, where it is a plain conditional distribution of the data.
    pub given: Option<NodeSet>,
}

/// A product of factors summed down to fewer variables.
#[derive(Clone, Debug, Default)]
pub struct Marginal {
    /// Parts that share no summed variable; their product is the marginal.
    pub parts: Vec<Factor>,
    /// The same product before plain distributions in it were narrowed.
    pub explicit: Vec<ExprId>,
    /// The sums in `explicit` over a part of one distribution's block, each with the narrower distribution it equals.
    pub narrowed: Vec<(ExprId, ExprId)>,
    /// Positions of the factors that sum to one, the last first.
    pub dropped: Vec<usize>,
}

impl Factor {
    fn conditional(block: NodeSet, given: NodeSet, arena: &mut Arena) -> Self {
        let expr = p(arena, &block, &given);
        Self { mentions: block.union(&given), block, expr, given: Some(given) }
    }

    fn composite(graph: &Graph, block: NodeSet, expr: ExprId, arena: &Arena) -> Self {
        let mentions = graph.set(arena.free(expr).iter().map(|r| Node::new(r.var.index())));
        Self { block, expr, mentions, given: None }
    }

    /// Summed down to some of its block; with the sum written out.
    fn keep(&self, graph: &Graph, live: NodeSet, arena: &mut Arena) -> (Self, ExprId) {
        if live == self.block {
            return (self.clone(), self.expr);
        }
        let dead: Vec<_> = plain(&self.block.difference(&live)).collect();
        let explicit = arena.sum(dead, self.expr);
        let factor = match &self.given {
            Some(given) => Self::conditional(live, given.clone(), arena),
            None => Self::composite(graph, live, explicit, arena),
        };
        (factor, explicit)
    }
}

/// Maximal runs of `part` in the topological order of `whole`.
#[must_use]
pub fn blocks(graph: &Graph, whole: &NodeSet, part: &NodeSet) -> Vec<NodeSet> {
    let mut order: Vec<Node> = whole.iter().collect();
    order.sort_unstable_by_key(|&node| graph.rank(node));
    let mut blocks: Vec<NodeSet> = Vec::new();
    let mut open = false;
    for node in order {
        if !part.contains(node) {
            open = false;
            continue;
        }
        match blocks.last_mut() {
            Some(block) if open => {
                block.insert(node);
            }
            _ => blocks.push(graph.set([node])),
        }
        open = true;
    }
    blocks
}

/// Q of a whole district: for each block, its distribution given the district of the block among what precedes it and
/// that district's parents (nothing earlier matters beyond these).
pub fn district_factors(graph: &Graph, universe: &NodeSet, district: &NodeSet, arena: &mut Arena) -> Vec<Factor> {
    let mut placed: Vec<Node> = Vec::new();
    let mut place = vec![usize::MAX; graph.len()];
    let mut components = UnionFind::<usize>::new(district.len());
    let mut factors = Vec::new();
    for block in blocks(graph, universe, district) {
        for node in block.iter() {
            place[node.index()] = placed.len();
            placed.push(node);
        }
        for node in block.iter() {
            for sibling in graph.siblings(node).filter(|s| place[s.index()] != usize::MAX) {
                components.union(place[node.index()], place[sibling.index()]);
            }
        }
        let mut own: Vec<usize> = block.iter().map(|node| components.find(place[node.index()])).collect();
        own.sort_unstable();
        own.dedup();
        let mut given = graph.no_nodes();
        for (position, &node) in placed.iter().enumerate() {
            if own.binary_search(&components.find(position)).is_ok() {
                given.insert(node);
                for parent in graph.parents(node) {
                    given.insert(parent);
                }
            }
        }
        given.subtract(&block);
        factors.push(Factor::conditional(block, given, arena));
    }
    factors
}

/// Σ of a product of factors down to `keep`, as parts that share no summed variable.
///
/// From the last factor back: a factor whose whole block is summed and mentioned nowhere else sums to one.
pub fn marginal(graph: &Graph, factors: &[Factor], keep: &NodeSet, arena: &mut Arena) -> Marginal {
    let mut wanted = keep.clone();
    let mut kept: Vec<(Factor, ExprId)> = Vec::new();
    let mut dropped = Vec::new();
    for (position, factor) in factors.iter().enumerate().rev() {
        let live = factor.block.intersection(&wanted);
        if live.is_empty() {
            dropped.push(position);
        } else {
            let (factor, explicit) = factor.keep(graph, live, arena);
            wanted.extend(&factor.mentions);
            kept.push((factor, explicit));
        }
    }
    kept.reverse();
    let narrowed = kept.iter().filter(|(f, explicit)| f.expr != *explicit).map(|(f, e)| (*e, f.expr)).collect();
    let mut summed = graph.no_nodes();
    for (factor, _) in &kept {
        summed.extend(&factor.block);
    }
    summed.subtract(keep);
    if summed.is_empty() {
        let (parts, explicit) = kept.into_iter().unzip();
        return Marginal { parts, explicit, narrowed, dropped };
    }
    let mut marginal = Marginal { narrowed, dropped, ..Marginal::default() };
    for (variables, members) in joined(&kept, &summed) {
        if variables.is_empty() {
            marginal.parts.extend(members.iter().map(|&member| kept[member].0.clone()));
            marginal.explicit.extend(members.iter().map(|&member| kept[member].1));
            continue;
        }
        let mut block = graph.no_nodes();
        for &member in &members {
            block.extend(&kept[member].0.block);
        }
        block.retain(keep);
        let body = arena.product(members.iter().map(|&member| kept[member].0.expr));
        let expr = arena.sum(plain(&variables), body);
        marginal.parts.push(Factor::composite(graph, block, expr, arena));
        let body = arena.product(members.iter().map(|&member| kept[member].1));
        marginal.explicit.push(arena.sum(plain(&variables), body));
    }
    marginal
}

/// Factors by the summed variables that join them, in order of their first members.
fn joined(kept: &[(Factor, ExprId)], summed: &NodeSet) -> Vec<(NodeSet, Vec<usize>)> {
    let mut groups: Vec<(NodeSet, Vec<usize>)> = Vec::new();
    for (index, (factor, _)) in kept.iter().enumerate() {
        let mut group = (factor.mentions.intersection(summed), vec![index]);
        if !group.0.is_empty() {
            let (touching, apart): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|(variables, _)| !variables.is_disjoint(&group.0));
            groups = apart;
            for (variables, members) in touching {
                group.0.extend(&variables);
                group.1.extend(members);
            }
        }
        groups.push(group);
    }
    for (_, members) in &mut groups {
        members.sort_unstable();
    }
    groups.sort_unstable_by_key(|(_, members)| members.first().copied());
    groups
}

/// Q\[part\] from Q\[set\], where `ancestral` ⊆ set holds its ancestors and `part` is one of its districts: for each
/// block b of `part`, Q of what comes up to b over Q of what comes before it (Tian & Pearl 2002, lemma 4).
pub fn split(
    graph: &Graph,
    factors: &[Factor],
    set: &NodeSet,
    ancestral: &NodeSet,
    part: &NodeSet,
    arena: &mut Arena,
) -> Vec<Factor> {
    let summed = set.difference(ancestral);
    steps(graph, ancestral, part)
        .into_iter()
        .map(|(block, before)| {
            // A whole factor that no summed variable touches stays as it is: all else cancels.
            let own = factors.iter().find(|f| f.block == block && f.mentions.is_disjoint(&summed));
            if let Some(factor) = own {
                return factor.clone();
            }
            let over = marginal(graph, factors, &before.union(&block), arena);
            let under = marginal(graph, factors, &before, arena);
            ratio(graph, block, &over.parts, &under.parts, arena).1
        })
        .collect()
}

/// The blocks of `part` in the topological order of `whole`, each with all of `whole` that comes before it.
#[must_use]
pub fn steps(graph: &Graph, whole: &NodeSet, part: &NodeSet) -> Vec<(NodeSet, NodeSet)> {
    blocks(graph, whole, part)
        .into_iter()
        .map(|block| {
            let start = block.iter().map(|node| graph.rank(node)).min().unwrap_or(0);
            let before = graph.set(whole.iter().filter(|&node| graph.rank(node) < start));
            (block, before)
        })
        .collect()
}

/// The product of `over` by that of `under`, a distribution of `block`: what both share cancelled, first as a plain
/// quotient, then as the conditional distribution that it may be.
pub fn ratio(graph: &Graph, block: NodeSet, over: &[Factor], under: &[Factor], arena: &mut Arena) -> (ExprId, Factor) {
    let mut under = under.to_vec();
    let mut over = over.to_vec();
    over.retain(|factor| match under.iter().position(|other| other.expr == factor.expr) {
        Some(position) => {
            under.remove(position);
            false
        }
        None => true,
    });
    let numerator = arena.product(over.iter().map(|f| f.expr));
    let quotient = if under.is_empty() {
        numerator
    } else {
        let denominator = arena.product(under.iter().map(|f| f.expr));
        arena.quotient(numerator, denominator)
    };
    // P(b, w | c) / P(w | c) is P(b | w, c).
    if let [Factor { given: Some(given), block: joint, .. }] = &over[..] {
        let rest = joint.difference(&block);
        match &under[..] {
            [] if rest.is_empty() => return (quotient, over.swap_remove(0)),
            [Factor { given: Some(other), block: marginal, .. }] if other == given && *marginal == rest => {
                let factor = Factor::conditional(block, given.union(&rest), arena);
                return (quotient, factor);
            }
            _ => {}
        }
    }
    (quotient, Factor::composite(graph, block, quotient, arena))
}
