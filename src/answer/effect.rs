//! One P-term: an estimand with its derivation, or a hedge.

use super::context::{Context, Stage};
use super::{Identified, Undetermined, Verdict, words};
use crate::algebra;
use crate::countermodel;
use crate::derive;
use crate::expr::{Arena, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, NodeSet};
use crate::identify::{self, Effect, Estimand, Identification, Route, RuleMove};
use crate::proof::{Derivation, Evidence, Hedge, Statement};

/// Answers a P-term. Every estimand offered has its own certificate; the first decides the verdict.
pub(super) fn effect(context: &Context<'_>, arena: &mut Arena, term: &Term) -> Verdict {
    if let Some(stopped) = context.stopped_verdict() {
        return stopped;
    }
    let query = arena.p(term.clone());
    match find(context, arena, term, context.options.all) {
        Ok(found) => {
            let mut settled = Vec::new();
            for found in found {
                match identified(context, arena, query, term, found) {
                    Ok(identified) => settled.push(identified),
                    Err(refused) if settled.is_empty() => return Verdict::Undetermined(refused),
                    // Another estimand stands; this one is not shown.
                    Err(_) => {}
                }
                if context.stopped() {
                    break;
                }
            }
            let mut settled = settled.into_iter();
            match settled.next() {
                Some(mut first) => {
                    first.alternatives = settled.collect();
                    Verdict::Identifiable(Box::new(first))
                }
                None => super::context::undetermined("no estimand was found"),
            }
        }
        Err(hedge) => {
            let effect = context.effect(term);
            let limit = context.options.limits.cells;
            // Values are read as states: the models are built for the query at current values, which `at` then fixes.
            let models =
                context.timed(Stage::Derive, || countermodel::witness(context.graph(), &effect, &hedge, limit));
            let evidence = Evidence::Hedge(hedge, models.ok().map(Box::new));
            match context.settle(arena, Statement::NotIdentifiable { query }, &evidence) {
                Ok(checked) => Verdict::NotIdentifiable(Box::new(checked)),
                Err(refused) => Verdict::Undetermined(refused),
            }
        }
    }
}

/// An estimand of a term at its values or copies, before it is derived.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The term read at current values.
    effect: Effect,
    /// Its estimand there.
    estimand: Estimand,
    /// From current values to where the term stands.
    at: Vec<(Ref, Ref)>,
    /// The estimand where the term stands.
    pub(super) expr: ExprId,
    /// How it was found, in a few words.
    pub(super) how: String,
}

impl Found {
    pub(super) fn strategy(&self) -> &'static str {
        self.estimand.strategy()
    }

    /// The estimand with references that the term lacks taken elsewhere: any value gives the same answer.
    pub(super) fn shifted(&self, graph: &Graph, arena: &mut Arena, term: &Term, to: &[(Ref, Ref)]) -> Option<Self> {
        let to = to.iter().copied().filter(|(from, to)| from != to && term.refs().all(|r| r.var != from.var));
        let mut at = self.at.clone();
        at.extend(to);
        if at == self.at {
            return Some(self.clone());
        }
        let mut estimand = self.estimand.clone();
        estimand.expr = apart(arena, estimand.expr, &at);
        let expr = arena.rename(estimand.expr, &at)?;
        let expr = algebra::tidy(arena, graph, expr);
        Some(Self { estimand, at, expr, ..self.clone() })
    }
}

/// Identifies a term: the general query is identified at current values, then each estimand is read at the term's own.
pub(super) fn find(context: &Context<'_>, arena: &mut Arena, term: &Term, all: bool) -> Result<Vec<Found>, Box<Hedge>> {
    context.timed(Stage::Identify, || {
        let graph = context.graph();
        let effect = context.effect(term);
        let estimands = match identify::identify(graph, &effect, arena, all) {
            Identification::Identifiable(estimands) => estimands,
            Identification::NotIdentifiable(hedge) => return Err(hedge),
        };
        Ok(estimands.into_iter().filter_map(|estimand| read(graph, arena, term, &effect, estimand)).collect())
    })
}

/// An estimand read where the term stands.
pub(super) fn read(
    graph: &Graph,
    arena: &mut Arena,
    term: &Term,
    effect: &Effect,
    mut estimand: Estimand,
) -> Option<Found> {
    let at: Vec<(Ref, Ref)> = term.refs().map(|r| (Ref::plain(r.var), r)).filter(|(from, to)| from != to).collect();
    let expr = match arena.rename(estimand.expr, &at) {
        Some(expr) => expr,
        // A copy in the query is bound somewhere in the estimand: move the bound ones out of the way.
        None => {
            estimand.expr = apart(arena, estimand.expr, &at);
            arena.rename(estimand.expr, &at)?
        }
    };
    let expr = if at.is_empty() { expr } else { algebra::tidy(arena, graph, expr) };
    let how = how(graph, &estimand);
    Some(Found { effect: effect.clone(), estimand, at, expr, how })
}

/// Derives a term's estimand and has it settled.
pub(super) fn identified(
    context: &Context<'_>,
    arena: &mut Arena,
    query: ExprId,
    term: &Term,
    found: Found,
) -> Result<Identified, Undetermined> {
    let estimand = found.expr;
    let derivation =
        context.timed(Stage::Derive, || derive_all(context.graph(), arena, query, &[(term, &found)], estimand));
    let statement = Statement::Identifiable { query, estimand };
    let checked = context.settle(arena, statement, &Evidence::Derivation(derivation))?;
    Ok(Identified {
        checked,
        estimand,
        strategy: found.strategy(),
        how: found.how,
        free: free(arena, query, estimand),
        assumes_positive: algebra::assumes_positive(arena, estimand),
        alternatives: Vec::new(),
    })
}

/// A derivation of `target` from `query`, which holds the terms found.
pub(super) fn derive_all(
    graph: &Graph,
    arena: &mut Arena,
    query: ExprId,
    found: &[(&Term, &Found)],
    target: ExprId,
) -> Derivation {
    if let [(_, only)] = found
        && only.at.is_empty()
        && matches!(arena.get(query), Expr::P(_))
    {
        return derive::derive(graph, &only.effect, &only.estimand, arena);
    }
    let parts: Vec<_> = found
        .iter()
        .map(|(term, found)| {
            let derivation = derive::derive(graph, &found.effect, &found.estimand, arena);
            ((*term).clone(), derivation, found.at.clone())
        })
        .collect();
    derive::combine(graph, arena, query, &parts, target)
}

/// References of the estimand that the query lacks.
pub(super) fn free(arena: &Arena, query: ExprId, estimand: ExprId) -> Vec<Ref> {
    arena.free(estimand).iter().copied().filter(|&r| !arena.is_free_in(r, query)).collect()
}

/// The expression with its bound references renamed to copies that neither it nor `at` uses.
pub(super) fn apart(arena: &mut Arena, root: ExprId, at: &[(Ref, Ref)]) -> ExprId {
    let primes = |r: &Ref| match r.at {
        crate::expr::At::Copy(primes) => primes,
        crate::expr::At::Value(_) => 0,
    };
    let mut highest = at.iter().map(|(_, to)| primes(to)).max().unwrap_or(0);
    let reachable = arena.reachable([root]);
    for &id in &reachable {
        if let Expr::Sum { over, .. } = arena.get(id) {
            highest = highest.max(over.iter().map(primes).max().unwrap_or(0));
        }
    }
    let shift = highest.saturating_add(1);
    let mut new = rustc_hash::FxHashMap::default();
    for id in reachable {
        let to = |o: &ExprId| new.get(o).copied().unwrap_or(*o);
        let renamed = match arena.get(id).clone() {
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
            Expr::Product(all) => arena.product(all.iter().map(to)),
            Expr::Plus(all) => arena.plus(all.iter().map(to)),
            Expr::Minus(all) => arena.minus(all.iter().map(to)),
            Expr::Quotient(over, under) => arena.quotient(to(&over), to(&under)),
            Expr::Sum { over, body } => {
                let moved: Vec<(Ref, Ref)> =
                    over.iter().map(|r| (*r, Ref::copy(r.var, primes(r).saturating_add(shift)))).collect();
                let body = to(&body);
                match arena.rename(body, &moved) {
                    Some(body) => arena.sum(moved.iter().map(|(_, to)| *to), body),
                    None => arena.sum(over.iter().copied(), body),
                }
            }
        };
        new.insert(id, renamed);
    }
    new.get(&root).copied().unwrap_or(root)
}

/// How an estimand was found, in a few words.
fn how(graph: &Graph, estimand: &Estimand) -> String {
    let list = |set: &NodeSet| words::list(graph, set);
    match &estimand.route {
        Route::Adjustment { set } => format!("adjust for {}", list(set)),
        Route::FrontDoor { set } => format!("through {}", list(set)),
        Route::General { .. } => "the general algorithm: district by district".to_owned(),
        Route::Rules => {
            let moves: Vec<String> = estimand.moves.iter().map(|rule_move| told(graph, rule_move)).collect();
            if moves.is_empty() { "the query has no action".to_owned() } else { moves.join("; ") }
        }
    }
}

/// One application of a rule.
fn told(graph: &Graph, rule_move: &RuleMove) -> String {
    match rule_move {
        RuleMove::DropConditions { set, .. } => {
            format!("rule 1: {} tells nothing more", words::list(graph, set))
        }
        RuleMove::ActionsToConditions { set, .. } => {
            let them = if set.len() == 1 { "it" } else { "them" };
            format!("rule 2: seeing {} is as good as setting {them}", words::list(graph, set))
        }
        RuleMove::DropActions { set, .. } => {
            format!("rule 3: setting {} changes nothing here", words::list(graph, set))
        }
    }
}
