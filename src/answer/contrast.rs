//! Sums, differences and expectations: identified term by term.

use super::context::{Context, Stage, undetermined};
use super::differ;
use super::effect::{self, Found};
use super::{Body, Identified, Verdict, words};
use crate::algebra;
use crate::countermodel;
use crate::expr::{Arena, Expr, ExprId, Term};
use crate::identify::{Identification, identify};
use crate::proof::{Evidence, Statement};
use num_traits::Zero;
use rustc_hash::FxHashMap;

/// Answers an expression of P-terms.
pub(super) fn contrast(context: &Context<'_>, arena: &mut Arena, expr: ExprId) -> Body {
    let terms = signed_terms(arena, expr);
    let verdict = verdict(context, arena, expr);
    Body::Contrast { expr, terms, verdict }
}

/// The verdict on an expression of P-terms.
///
/// Where a term has no estimand the whole may still have one (two such terms can cancel), so that alone decides nothing.
pub(super) fn verdict(context: &Context<'_>, arena: &mut Arena, expr: ExprId) -> Verdict {
    if let Some(stopped) = context.stopped_verdict() {
        return stopped;
    }
    let reduced = reduce(context, arena, expr, &acts, &|arena, term| first(context, arena, term));
    if let Some(term) = reduced.stuck.first() {
        if let Some(verdict) = reduced.stuck.iter().find_map(|term| refute(context, arena, expr, term)) {
            return verdict;
        }
        let term = words::term(context.graph(), arena, term);
        return undetermined(format!(
            "{term} has no estimand; whether all of it together has none is shown only by two models that \
             differ on it, and none were found"
        ));
    }
    if let Some(stopped) = context.stopped_verdict() {
        return stopped;
    }
    let estimand = context.timed(Stage::Identify, || {
        let simple = algebra::simplify(arena, context.graph(), reduced.expr, &mut Vec::new());
        algebra::tidy(arena, context.graph(), simple)
    });
    let derivation = context.timed(Stage::Derive, || {
        let found: Vec<(&Term, &Found)> = reduced.found.iter().map(|(term, found)| (term, found)).collect();
        effect::derive_all(context.graph(), arena, expr, &found, estimand)
    });
    let statement = Statement::Identifiable { query: expr, estimand };
    match context.settle(arena, statement, &Evidence::Derivation(derivation)) {
        Ok(checked) => Verdict::Identifiable(Box::new(Identified {
            checked,
            estimand,
            strategy: reduced.strategy(),
            how: reduced.how(),
            free: effect::free(arena, expr, estimand),
            assumes_positive: algebra::assumes_positive(arena, estimand),
            alternatives: Vec::new(),
        })),
        Err(refused) => Verdict::Undetermined(refused),
    }
}

/// How many pairs of models are tried for a term before an expression that holds it is left undetermined.
const DRAWS: u64 = 8;

/// The models of a term without estimand, where they tell the whole expression apart too.
fn refute(context: &Context<'_>, arena: &mut Arena, expr: ExprId, term: &Term) -> Option<Verdict> {
    let effect = context.effect(term);
    let Identification::NotIdentifiable(hedge) = identify(context.graph(), &effect, arena, false) else { return None };
    let limit = context.options.limits.cells;
    let found = context.timed(Stage::Derive, || {
        (0..DRAWS).find_map(|seed| {
            let models = countermodel::candidates(context.graph(), &hedge, seed, limit).ok()?;
            differ::whole(context, arena, expr, models)
        })
    })?;
    let evidence = Evidence::CounterModel(Box::new(found));
    let checked = context.settle(arena, Statement::NotIdentifiable { query: expr }, &evidence).ok()?;
    Some(Verdict::NotIdentifiable(Box::new(checked)))
}

/// Whether a term has an action.
pub(super) fn acts(term: &Term) -> bool {
    !term.do_().is_empty()
}

/// A term's preferred estimand.
pub(super) fn first(context: &Context<'_>, arena: &mut Arena, term: &Term) -> Option<Found> {
    effect::find(context, arena, term, false).ok()?.into_iter().next()
}

/// The summands of an expression with their signs, in order.
fn signed_terms(arena: &Arena, expr: ExprId) -> Vec<(i8, ExprId)> {
    let mut terms = Vec::new();
    let mut waiting = vec![(1_i8, expr)];
    while let Some((sign, id)) = waiting.pop() {
        match arena.get(id) {
            Expr::Plus(all) => waiting.extend(all.iter().rev().map(|&id| (sign, id))),
            Expr::Minus(all) => {
                let signs = std::iter::once(sign).chain(std::iter::repeat(-sign));
                waiting.extend(signs.zip(all.iter().copied()).collect::<Vec<_>>().into_iter().rev());
            }
            Expr::Number(number) if number.is_zero() && id != expr => {}
            Expr::Number(_)
            | Expr::P(_)
            | Expr::Sum { .. }
            | Expr::Product(_)
            | Expr::Quotient(..)
            | Expr::Value(_) => {
                terms.push((sign, id));
            }
        }
    }
    terms
}

/// An expression with its actions replaced by what was measured.
pub(super) struct Reduced {
    /// Each term that has an estimand replaced by it.
    pub(super) expr: ExprId,
    /// The terms replaced.
    pub(super) found: Vec<(Term, Found)>,
    /// The terms that have none.
    pub(super) stuck: Vec<Term>,
}

impl Reduced {
    fn strategy(&self) -> &'static str {
        let mut strategies = self.found.iter().map(|(_, found)| found.strategy());
        match strategies.next() {
            None => "observational",
            Some(first) if strategies.all(|other| other == first) => first,
            Some(_) => "term-by-term",
        }
    }

    fn how(&self) -> String {
        match &self.found[..] {
            [] => "the query has no action".to_owned(),
            [(_, only)] => only.how.clone(),
            [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other.how == first.how) => {
                format!("{}, in each term", first.how)
            }
            _ => "each term on its own".to_owned(),
        }
    }
}

/// Identifies each distinct term that `which` names and puts its estimand in its place.
///
/// An estimand is put under the sums around its term as it is: it equals the term at every value of its free references,
/// so one that a sum catches does no harm.
pub(super) fn reduce(
    context: &Context<'_>,
    arena: &mut Arena,
    expr: ExprId,
    which: &dyn Fn(&Term) -> bool,
    find: &dyn Fn(&mut Arena, &Term) -> Option<Found>,
) -> Reduced {
    let named: Vec<Term> = arena.terms(expr).into_iter().filter(|term| which(term)).cloned().collect();
    let (mut found, mut stuck) = (Vec::new(), Vec::new());
    for term in named {
        if context.stopped() {
            break;
        }
        match find(arena, &term) {
            Some(estimand) => found.push((term, estimand)),
            None => stuck.push(term),
        }
    }
    let new: FxHashMap<&Term, ExprId> = found.iter().map(|(term, found)| (term, found.expr)).collect();
    let expr = arena.replace_terms(expr, &mut |_, term| new.get(term).copied());
    Reduced { expr, found, stuck }
}
