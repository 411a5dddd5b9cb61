//! Q of a district of the effective graph, told level by level as [`Descent`] computes it.
//!
//! A factor of a level is spoken of by its *name*: a term P(b | w, do(u ∖ t)), t the level's set. Everything is moved,
//! summed and cancelled in names, which are terms of their own; only at the end are names replaced by what they stand for.
//! So no algebra step ever opens a nested expression.
//!
//! The order of the moves matters: exchanging a whole district at once by rule 2, or exchanging the earlier members of
//! what is summed instead of dropping them by rule 3, fails on most graphs.

use super::board::{Board, Equation, Line};
use crate::expr::ExprId;
use crate::graph::{Mutilation, NodeSet};
use crate::identify::descent::{self, Descent, Factor, Origin};
use crate::proof::Rule;
use crate::reach;
use rustc_hash::FxHashMap;

/// P(s | do(u ∖ s)) = the product that [`Descent::estimand`] gives; None where the two are one expression.
pub(super) fn lemma(board: &mut Board<'_>, u: &NodeSet, s: &NodeSet) -> Option<Equation> {
    let none = board.graph.no_nodes();
    let descent = Descent::new(board.graph, u, s, board.arena);
    let last = descent.levels.len().checked_sub(1)?;
    let mut telling =
        Telling { descent, lemmas: Vec::new(), marginals: FxHashMap::default(), meanings: FxHashMap::default() };
    let whole = telling.whole_district(board);
    telling.lemmas.push(whole);
    for level in 0..last {
        let part = telling.part(board, level);
        telling.lemmas.push(part);
    }
    let set = telling.descent.levels[last].set.clone();
    let query = board.term(s, &u.difference(s), &none);
    let mut line = Line::start(query);
    let dropped = set.difference(s);
    if !dropped.is_empty() {
        let idle = board.rule3(s, &u.difference(&set), &dropped, &none);
        line = board.advance(line, &[idle]);
    }
    if let Some(marginal) = telling.marginal(board, last, s).equation() {
        line = board.advance(line, &[marginal]);
    }
    let parts = telling.descent.marginal(last, s, board.arena).parts.clone();
    let meanings = telling.meanings_of(board, &parts);
    board.advance(line, &meanings).equation()
}

struct Telling<'a> {
    descent: Descent<'a>,
    /// P(set | do(u ∖ set)) = the product of the factors' names, for each level told so far.
    lemmas: Vec<Line>,
    marginals: FxHashMap<(usize, NodeSet), Line>,
    meanings: FxHashMap<ExprId, Option<Equation>>,
}

impl Telling<'_> {
    /// The term that a factor is spoken of by.
    fn name(&self, board: &mut Board<'_>, factor: &Factor) -> ExprId {
        match &factor.origin {
            Origin::Plain { .. } => factor.expr,
            Origin::Ratio { level, before } => {
                let (actions, w) = self.context(*level, before);
                board.term(&factor.block, &actions, &w.intersection(&factor.mentions))
            }
            Origin::Joined { over, members } => {
                let names: Vec<ExprId> = members.iter().map(|member| self.name(board, member)).collect();
                let body = board.arena.product(names);
                board.sum(over, body)
            }
        }
    }

    fn names(&self, board: &mut Board<'_>, factors: &[Factor]) -> ExprId {
        let names: Vec<ExprId> = factors.iter().map(|factor| self.name(board, factor)).collect();
        board.arena.product(names)
    }

    /// What is set, and what comes first, in a ratio split from a level.
    fn context(&self, level: usize, before: &NodeSet) -> (NodeSet, NodeSet) {
        // A level that ratios are split from is never the last.
        let t = self.descent.levels.get(level + 1).map_or_else(|| before.clone(), |next| next.set.clone());
        (self.descent.universe.difference(&t), before.intersection(&t))
    }

    /// Lemma C: P(c | do(u ∖ c)) = Π P(b | what matters of all before b), for the district c of the whole graph.
    fn whole_district(&self, board: &mut Board<'_>) -> Line {
        let graph = board.graph;
        let none = graph.no_nodes();
        let u = &self.descent.universe;
        let c = &self.descent.levels[0].set;
        let others = u.difference(c);
        let query = board.term(c, &others, &none);
        let steps = descent::steps(graph, u, c);
        let mut line = Line::start(query);
        if steps.len() > 1 {
            let blocks: Vec<NodeSet> = steps.iter().map(|(block, _)| block.clone()).collect();
            let chain = board.chain(&blocks, &others, &none);
            line = board.advance(line, &[chain]);
        }
        let (mut drops, mut exchanges, mut prunes) = (Vec::new(), Vec::new(), Vec::new());
        for ((block, before), factor) in steps.into_iter().zip(&self.descent.levels[0].factors) {
            let w = before.intersection(c);
            let earlier = others.intersection(&before);
            let later = others.difference(&before);
            if !later.is_empty() {
                drops.push(board.rule3(&block, &earlier, &later, &w));
            }
            if !earlier.is_empty() {
                exchanges.push(board.rule2(&block, &none, &earlier, &w));
            }
            let irrelevant = before.difference(&factor.mentions);
            if !irrelevant.is_empty() {
                prunes.push(board.rule1(&block, &none, &irrelevant, &before.intersection(&factor.mentions)));
            }
        }
        let line = board.advance(line, &drops);
        let line = board.advance(line, &exchanges);
        board.advance(line, &prunes)
    }

    /// The next level's set t: P(t | do(u ∖ t)) by the chain rule, each factor brought to its name.
    fn part(&mut self, board: &mut Board<'_>, level: usize) -> Line {
        let graph = board.graph;
        let none = graph.no_nodes();
        let ancestral = self.descent.levels[level].ancestral.clone();
        let t = self.descent.levels[level + 1].set.clone();
        let factors = self.descent.levels[level + 1].factors.clone();
        let actions = self.descent.universe.difference(&t);
        let query = board.term(&t, &actions, &none);
        let steps = descent::steps(graph, &ancestral, &t);
        let mut line = Line::start(query);
        if steps.len() > 1 {
            let blocks: Vec<NodeSet> = steps.iter().map(|(block, _)| block.clone()).collect();
            let chain = board.chain(&blocks, &actions, &none);
            line = board.advance(line, &[chain]);
        }
        let mut moves: [Vec<Equation>; MOVES] = Default::default();
        let mut prunes = Vec::new();
        for ((block, before), factor) in steps.iter().zip(&factors) {
            let own = Origin::Ratio { level, before: before.clone() };
            if factor.origin == own {
                prunes.extend(self.prune(board, factor, level, before));
                continue;
            }
            let (own, reached) = self.open(board, level, block, before);
            for (all, own) in moves.iter_mut().zip(own) {
                all.extend(own);
            }
            let name = self.name(board, factor);
            if reached != name {
                prunes.push(board.algebra(reached, name));
            }
        }
        let line = moves.iter().fold(line, |line, by| board.advance(line, by));
        board.advance(line, &prunes)
    }

    /// P(b | w, do(u ∖ t)) = P(b | what matters of w, do(u ∖ t)), by rule 1.
    fn prune(&self, board: &mut Board<'_>, factor: &Factor, level: usize, before: &NodeSet) -> Option<Equation> {
        let (actions, w) = self.context(level, before);
        let irrelevant = w.difference(&factor.mentions);
        if irrelevant.is_empty() {
            return None;
        }
        Some(board.rule1(&factor.block, &actions, &irrelevant, &w.intersection(&factor.mentions)))
    }

    /// The moves from P(b | w, do(u ∖ t)), w the part of t before b, to a ratio of marginals of a level in names: rule 3,
    /// rule 2, condition, the marginals, what cancels, and the conditional distribution that is left where it is one.
    /// Also what they reach.
    fn open(
        &mut self,
        board: &mut Board<'_>,
        level: usize,
        block: &NodeSet,
        before: &NodeSet,
    ) -> ([Vec<Equation>; MOVES], ExprId) {
        let set = self.descent.levels[level].set.clone();
        let none = board.graph.no_nodes();
        let outside = self.descent.universe.difference(&set);
        let mut moves: [Vec<Equation>; MOVES] = Default::default();
        let [drops, exchanges, conditions, marginals, ratios, folds] = &mut moves;
        let (actions, w) = self.context(level, before);
        let e = before.difference(&w);
        let idle = actions.difference(&outside).difference(&e);
        if !idle.is_empty() {
            drops.push(board.rule3(block, &outside.union(&e), &idle, &w));
        }
        if !e.is_empty() {
            exchanges.push(board.rule2(block, &outside, &e, &w));
        }
        let over = self.marginal(board, level, &before.union(block));
        marginals.extend(over.equation());
        let mut reached = over.rhs;
        if !before.is_empty() {
            conditions.push(board.condition(block, &outside, before, &none));
            let under = self.marginal(board, level, before);
            marginals.extend(under.equation());
            reached = board.arena.quotient(over.rhs, under.rhs);
        }
        let ratio = self.descent.ratio(level, block, before, board.arena);
        let numerator = self.names(board, &ratio.over);
        let mut quotient = numerator;
        if !ratio.under.is_empty() {
            let denominator = self.names(board, &ratio.under);
            quotient = board.arena.quotient(numerator, denominator);
        }
        if reached != quotient {
            ratios.push(board.algebra(reached, quotient));
        }
        if !ratio.under.is_empty() && matches!(ratio.factor.origin, Origin::Plain { .. }) {
            let fold = board.push(Rule::Condition, ratio.factor.expr, quotient, Vec::new(), Vec::new());
            folds.push(fold.reversed());
            quotient = ratio.factor.expr;
        }
        (moves, quotient)
    }

    /// A factor's name = its expression. None where they are the same.
    fn meaning(&mut self, board: &mut Board<'_>, factor: &Factor) -> Option<Equation> {
        let Origin::Ratio { level, before } = &factor.origin else { return None };
        let name = self.name(board, factor);
        if let Some(&known) = self.meanings.get(&name) {
            return known;
        }
        let (_, w) = self.context(*level, before);
        let given = w.intersection(&factor.mentions);
        let mut line = Line::start(name);
        if let Some(opened) = self.settle(board, *level, (&factor.block, &given), before) {
            line = board.advance(line, &[opened]);
        }
        let ratio = self.descent.ratio(*level, &factor.block, before, board.arena);
        let mut parts = ratio.over;
        parts.extend(ratio.under);
        let meanings = self.meanings_of(board, &parts);
        let meaning = board.advance(line, &meanings).equation();
        self.meanings.insert(name, meaning);
        meaning
    }

    /// P(block | given, do(u ∖ t)), `given` a part of what comes before the block in t = the names it opens to.
    fn settle(
        &mut self,
        board: &mut Board<'_>,
        level: usize,
        (block, given): (&NodeSet, &NodeSet),
        before: &NodeSet,
    ) -> Option<Equation> {
        let (actions, w) = self.context(level, before);
        let term = board.term(block, &actions, given);
        let mut line = Line::start(term);
        let missing = w.difference(given);
        if !missing.is_empty() {
            let prune = board.rule1(block, &actions, &missing, given).reversed();
            line = board.advance(line, &[prune]);
        }
        let (moves, _) = self.open(board, level, block, before);
        moves.iter().fold(line, |line, by| board.advance(line, by)).equation()
    }

    fn meanings_of(&mut self, board: &mut Board<'_>, factors: &[Factor]) -> Vec<Equation> {
        let mut meanings = Vec::new();
        for factor in factors {
            match &factor.origin {
                Origin::Plain { .. } => {}
                Origin::Ratio { .. } => meanings.extend(self.meaning(board, factor)),
                Origin::Joined { members, .. } => meanings.extend(self.meanings_of(board, members)),
            }
        }
        meanings
    }

    /// P(keep | do(u ∖ set)) = the marginal of a level's product, in names.
    fn marginal(&mut self, board: &mut Board<'_>, level: usize, keep: &NodeSet) -> Line {
        let key = (level, keep.clone());
        if let Some(&known) = self.marginals.get(&key) {
            return known;
        }
        let none = board.graph.no_nodes();
        let set = self.descent.levels[level].set.clone();
        let actions = self.descent.universe.difference(&set);
        let marginal = self.descent.marginal(level, keep, board.arena);
        if let Some(line) = at_once(board, keep, &actions, &marginal.parts) {
            self.marginals.insert(key, line);
            return line;
        }
        let query = board.term(keep, &actions, &none);
        let mut line = Line::start(query);
        let summed = set.difference(keep);
        if !summed.is_empty() {
            let spread = board.marginalise(keep, &actions, &summed, &none);
            line = board.advance(line, &[spread]);
        }
        if let Some(lemma) = self.lemmas[level].equation() {
            line = board.advance(line, &[lemma]);
        }
        // First with each narrowed factor under a sum of its own; then narrowed; then without what no longer matters.
        let mut wides: Vec<(ExprId, ExprId)> = Vec::new();
        let (mut narrowings, mut prunes) = (Vec::new(), Vec::new());
        for narrowing in &marginal.narrowed {
            let wide = self.descent.levels[level].factors[narrowing.position].clone();
            let live = &narrowing.narrow.block;
            let dead = wide.block.difference(live);
            let wide_name = self.name(board, &wide);
            let sum = board.sum(&dead, wide_name);
            let narrow_name = self.name(board, &narrowing.narrow);
            wides.push((narrow_name, sum));
            match &wide.origin {
                Origin::Ratio { level, before } => {
                    let (actions, w) = self.context(*level, before);
                    let w = w.intersection(&wide.mentions);
                    narrowings.push(board.marginalise(live, &actions, &dead, &w).reversed());
                    let own = Origin::Ratio { level: *level, before: before.clone() };
                    if narrowing.narrow.origin == own {
                        let irrelevant = w.difference(&narrowing.narrow.mentions);
                        if !irrelevant.is_empty() {
                            let left = w.difference(&irrelevant);
                            prunes.push(board.rule1(live, &actions, &irrelevant, &left));
                        }
                    } else {
                        // What is left is no ratio of its level but a factor of one above.
                        prunes.extend(self.settle(board, *level, (live, &w), before));
                    }
                }
                Origin::Plain { .. } | Origin::Joined { .. } => {
                    let fold = board.push(Rule::Marginalise, narrow_name, sum, Vec::new(), Vec::new());
                    narrowings.push(fold.reversed());
                }
            }
        }
        let product = self.names(board, &marginal.parts);
        let explicit =
            board.replace(product, &mut |id| wides.iter().find(|(narrow, _)| *narrow == id).map(|(_, wide)| *wide));
        line = board.rewrite(line, explicit);
        line = board.advance(line, &narrowings);
        line = board.advance(line, &prunes);
        self.marginals.insert(key, line);
        line
    }
}

/// P(keep | do(actions)) = P(keep | given), where that is the whole marginal and rules 3 and 2 lead there: shorter than by
/// way of the level's product.
fn at_once(board: &mut Board<'_>, keep: &NodeSet, actions: &NodeSet, parts: &[Factor]) -> Option<Line> {
    let [Factor { block, origin: Origin::Plain { given }, .. }] = parts else { return None };
    if block != keep || !given.is_subset(actions) {
        return None;
    }
    let graph = board.graph;
    let none = graph.no_nodes();
    let idle = actions.difference(given);
    let over = Mutilation::over(graph, actions.clone());
    let under = Mutilation { no_incoming: none.clone(), no_outgoing: given.clone() };
    if !reach::separated(graph, keep, &idle, given, &over) || !reach::separated(graph, keep, given, &none, &under) {
        return None;
    }
    let query = board.term(keep, actions, &none);
    let mut line = Line::start(query);
    if !idle.is_empty() {
        let dropped = board.rule3(keep, given, &idle, &none);
        line = board.advance(line, &[dropped]);
    }
    if !given.is_empty() {
        let exchanged = board.rule2(keep, &none, given, &none);
        line = board.advance(line, &[exchanged]);
    }
    Some(line)
}

/// Kinds of moves from a factor to its ratio.
const MOVES: usize = 6;
