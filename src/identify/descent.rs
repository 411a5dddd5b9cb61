//! From the district of the whole graph that holds a set down to the set itself, every Q as a product of conditional
//! distributions.
//!
//! Q\[t\] stands for P(t | do(everything else)) (Tian & Pearl 2002). It is kept as factors, one for each block of t (a
//! maximal run in the topological order): a factor is a distribution of its block given what precedes it. So a block
//! that is summed and mentioned nowhere takes its factor with it, a block summed in part leaves a narrower distribution,
//! and the quotients of lemma 4 share their numerators and denominators through the arena.

use super::{p, plain};
use crate::expr::{Arena, ExprId};
use crate::graph::{Graph, Node, NodeSet};
use crate::reach;
use petgraph::unionfind::UnionFind;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Ratios of levels below this one are summed as they stand rather than computed anew for fewer variables: that would
/// take as many marginals as there are pairs of levels, for formulas that nobody reads.
const NARROWED: usize = 8;

/// A distribution of `block` given earlier nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// What it is a distribution of.
    pub block: NodeSet,
    /// The distribution.
    pub expr: ExprId,
    /// Every node it depends on, its own included.
    pub mentions: NodeSet,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a [`Factor`] comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// P(block | given) in the data.
    Plain {
        /// What it conditions on.
        given: NodeSet,
    },
    /// Q of `before` and the block by Q of `before`, both marginals of a level's product.
    Ratio {
        /// The level's position in [`Descent::levels`].
        level: usize,
        /// What comes before the block there.
        before: NodeSet,
    },
    /// Several factors under one sum.
    Joined {
        /// What is summed.
        over: NodeSet,
        /// The factors.
        members: Rc<[Factor]>,
    },
}

/// One set on the way down, with its Q as a product.
#[derive(Clone, Debug)]
pub struct Level {
    /// The set: a district of the level above's `ancestral`.
    pub set: NodeSet,
    /// The ancestors, within this set, of what is wanted. Equal to `set` or to what is wanted at the last level.
    pub ancestral: NodeSet,
    /// Their product is Q of `set`; in topological order of their blocks.
    pub factors: Vec<Factor>,
}

/// A product of factors summed down to fewer variables.
#[derive(Clone, Debug, Default)]
pub struct Marginal {
    /// Parts that share no summed variable; their product is the marginal.
    pub parts: Vec<Factor>,
    /// Factors of which only a part is kept.
    pub narrowed: Vec<Narrowing>,
}

/// A factor summed over a part of its block.
#[derive(Clone, Debug)]
pub struct Narrowing {
    /// The factor's position.
    pub position: usize,
    /// The distribution of the rest of the block.
    pub narrow: Factor,
}

/// Q of a block and what comes before it by Q of what comes before it.
#[derive(Clone, Debug)]
pub struct Ratio {
    /// What is left of the numerator once what both share is cancelled.
    pub over: Vec<Factor>,
    /// What is left of the denominator.
    pub under: Vec<Factor>,
    /// Their quotient, a distribution of the block; as a plain conditional distribution where it is one.
    pub factor: Factor,
}

/// The way down from a district to an identifiable set within it.
#[derive(Debug)]
pub struct Descent<'a> {
    graph: &'a Graph,
    /// The ancestors of the query's outcomes: nothing else is looked at.
    pub universe: NodeSet,
    /// The set wanted.
    pub inner: NodeSet,
    /// The sets on the way, the district of the whole graph first.
    pub levels: Vec<Level>,
    marginals: FxHashMap<(usize, NodeSet), Rc<Marginal>>,
}

impl<'a> Descent<'a> {
    /// Goes down from the district of `universe` that holds `inner`, as far as there is a way (all of it where Q\[inner\] is
    /// identifiable). O(levels · blocks · nodes).
    pub fn new(graph: &'a Graph, universe: &NodeSet, inner: &NodeSet, arena: &mut Arena) -> Self {
        let mut descent = Self {
            graph,
            universe: universe.clone(),
            inner: inner.clone(),
            levels: Vec::new(),
            marginals: FxHashMap::default(),
        };
        let Some(first) = inner.first() else { return descent };
        let mut set = reach::district_of(graph, first, universe);
        let mut factors = district_factors(graph, universe, &set, arena);
        loop {
            let ancestral = reach::ancestors_within(graph, inner, &set);
            let next = reach::district_of(graph, first, &ancestral);
            let last = set == *inner || next == ancestral || next == set;
            descent.levels.push(Level { set, ancestral, factors });
            if last {
                return descent;
            }
            factors = descent.split(&next, arena);
            set = next;
        }
    }

    /// The district at which the way ends short of what is wanted, all of it ancestors of that; None where it leads there.
    #[must_use]
    pub fn obstacle(&self) -> Option<NodeSet> {
        let last = self.levels.last()?;
        let arrived = last.set == self.inner || last.ancestral == self.inner;
        (!arrived).then(|| last.ancestral.clone())
    }

    /// Factors whose product is Q\[inner\].
    pub fn estimand(&mut self, arena: &mut Arena) -> Vec<ExprId> {
        let Some(last) = self.levels.len().checked_sub(1) else { return Vec::new() };
        let inner = self.inner.clone();
        self.marginal(last, &inner, arena).parts.iter().map(|part| part.expr).collect()
    }

    /// Σ of a level's product down to `keep`, as parts that share no summed variable.
    ///
    /// From the last factor back: a factor whose whole block is summed and mentioned nowhere else sums to one.
    pub fn marginal(&mut self, level: usize, keep: &NodeSet, arena: &mut Arena) -> Rc<Marginal> {
        let key = (level, keep.clone());
        if let Some(known) = self.marginals.get(&key) {
            return Rc::clone(known);
        }
        let graph = self.graph;
        let mut wanted = keep.clone();
        let mut kept: Vec<Factor> = Vec::new();
        let mut marginal = Marginal::default();
        for position in (0..self.levels[level].factors.len()).rev() {
            let factor = &self.levels[level].factors[position];
            let live = factor.block.intersection(&wanted);
            if live.is_empty() {
                continue;
            }
            let mut factor = factor.clone();
            if live != factor.block {
                factor = self.narrowed(&factor, live, arena);
                if !matches!(factor.origin, Origin::Joined { .. }) {
                    marginal.narrowed.push(Narrowing { position, narrow: factor.clone() });
                }
            }
            wanted.extend(&factor.mentions);
            kept.push(factor);
        }
        kept.reverse();
        let mut summed = graph.no_nodes();
        for factor in &kept {
            summed.extend(&factor.block);
        }
        summed.subtract(keep);
        for (over, members) in joined(&kept, &summed) {
            if over.is_empty() {
                marginal.parts.extend(members.iter().map(|&member| kept[member].clone()));
                continue;
            }
            let members: Rc<[Factor]> = members.iter().map(|&member| kept[member].clone()).collect();
            let mut block = graph.no_nodes();
            for member in members.iter() {
                block.extend(&member.block);
            }
            block.retain(keep);
            let body = arena.product(members.iter().map(|member| member.expr));
            let expr = arena.sum(plain(&over), body);
            marginal.parts.push(composite(graph, block, expr, Origin::Joined { over, members }, arena));
        }
        let marginal = Rc::new(marginal);
        self.marginals.insert(key, Rc::clone(&marginal));
        marginal
    }

    /// A factor of a level summed down to `live`, a part of its block.
    fn narrowed(&mut self, factor: &Factor, live: NodeSet, arena: &mut Arena) -> Factor {
        match &factor.origin {
            Origin::Plain { given } => conditional(live, given.clone(), arena),
            Origin::Ratio { level, before } if *level < NARROWED => self.ratio(*level, &live, before, arena).factor,
            Origin::Ratio { .. } | Origin::Joined { .. } => {
                let over = factor.block.difference(&live);
                let expr = arena.sum(plain(&over), factor.expr);
                composite(self.graph, live, expr, Origin::Joined { over, members: Rc::from([factor.clone()]) }, arena)
            }
        }
    }

    /// Q of `before` and `block` by Q of `before` at a level.
    pub fn ratio(&mut self, level: usize, block: &NodeSet, before: &NodeSet, arena: &mut Arena) -> Ratio {
        let mut over = self.marginal(level, &before.union(block), arena).parts.clone();
        let mut under = self.marginal(level, before, arena).parts.clone();
        over.retain(|factor| match under.iter().position(|other| other == factor) {
            Some(position) => {
                under.remove(position);
                false
            }
            None => true,
        });
        let factor = self.quotient(level, block, before, (&over, &under), arena);
        Ratio { over, under, factor }
    }

    fn quotient(
        &self,
        level: usize,
        block: &NodeSet,
        before: &NodeSet,
        (over, under): (&[Factor], &[Factor]),
        arena: &mut Arena,
    ) -> Factor {
        // P(b, w | c) / P(w | c) is P(b | w, c).
        if let [only @ Factor { origin: Origin::Plain { given }, block: joint, .. }] = over {
            let rest = joint.difference(block);
            match under {
                [] if rest.is_empty() => return only.clone(),
                [Factor { origin: Origin::Plain { given: other }, block: marginal, .. }]
                    if other == given && *marginal == rest =>
                {
                    return conditional(block.clone(), given.union(&rest), arena);
                }
                _ => {}
            }
        }
        let mut expr = arena.product(over.iter().map(|f| f.expr));
        if !under.is_empty() {
            let denominator = arena.product(under.iter().map(|f| f.expr));
            expr = arena.quotient(expr, denominator);
        }
        composite(self.graph, block.clone(), expr, Origin::Ratio { level, before: before.clone() }, arena)
    }

    /// Q\[part\] from the last level, where `part` is a district of its `ancestral`: for each block b of `part`, Q of what
    /// comes up to b by Q of what comes before it (Tian & Pearl 2002, lemma 4).
    fn split(&mut self, part: &NodeSet, arena: &mut Arena) -> Vec<Factor> {
        let level = self.levels.len() - 1;
        let Level { set, ancestral, .. } = &self.levels[level];
        let summed = set.difference(ancestral);
        steps(self.graph, ancestral, part)
            .into_iter()
            .map(|(block, before)| {
                // A whole factor that no summed variable touches stays as it is: all else cancels.
                let mut own = self.levels[level].factors.iter();
                match own.find(|f| f.block == block && f.mentions.is_disjoint(&summed)) {
                    Some(factor) => factor.clone(),
                    None => self.ratio(level, &block, &before, arena).factor,
                }
            })
            .collect()
    }
}

fn conditional(block: NodeSet, given: NodeSet, arena: &mut Arena) -> Factor {
    let expr = p(arena, &block, &given);
    Factor { mentions: block.union(&given), block, expr, origin: Origin::Plain { given } }
}

fn composite(graph: &Graph, block: NodeSet, expr: ExprId, origin: Origin, arena: &Arena) -> Factor {
    let mentions = graph.set(arena.free(expr).iter().map(|r| Node::new(r.var.index())));
    Factor { block, expr, mentions, origin }
}

/// Maximal runs of `part` in the topological order of `whole`.
#[must_use]
pub fn blocks(graph: &Graph, whole: &NodeSet, part: &NodeSet) -> Vec<NodeSet> {
    let mut order: Vec<Node> = whole.iter().collect();
    graph.sort(&mut order);
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

/// Q of a whole district: for each block, its distribution given the district of the block among what precedes it and
/// that district's parents (nothing earlier matters beyond these).
fn district_factors(graph: &Graph, universe: &NodeSet, district: &NodeSet, arena: &mut Arena) -> Vec<Factor> {
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
        factors.push(conditional(block, given, arena));
    }
    factors
}

/// Factors by the summed variables that join them, in order of their first members.
fn joined(kept: &[Factor], summed: &NodeSet) -> Vec<(NodeSet, Vec<usize>)> {
    let mut groups: Vec<(NodeSet, Vec<usize>)> = Vec::new();
    for (index, factor) in kept.iter().enumerate() {
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
