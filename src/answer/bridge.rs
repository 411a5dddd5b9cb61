//! Two estimands of one effect are equal, also where no independence in the data makes them so.
//!
//! The napkin's estimand has a free variable, of which any value gives the same answer: that is a constraint on P(v)
//! (Tian & Pearl 2002b) that only the effect behind it explains. So an effect is looked for of which both sides are
//! estimands, over the references that are free in both.

use super::context::Context;
use super::effect::{self, Found};
use super::equality::{Apart, factorised, meeting};
use super::joined::Shown;
use crate::expr::{Arena, ExprId, Ref, Term};
use crate::proof::Derivation;

/// References in common are at most so many: each is tried as outcome and as action.
const COMMON: usize = 5;

/// Each side shown to be one effect, where there is one. `left` and `right` are the forms of the two sides.
pub(super) fn bridge(
    context: &Context<'_>,
    arena: &mut Arena,
    (lhs, left): (ExprId, &[Shown]),
    (rhs, right): (ExprId, &[Shown]),
    apart: &mut Apart,
) -> Option<(Shown, Shown)> {
    let free_in = |arena: &Arena, id| arena.free(id).to_vec();
    let (ours, theirs) = (free_in(arena, lhs), free_in(arena, rhs));
    let common: Vec<Ref> = ours.iter().copied().filter(|r| theirs.contains(r)).collect();
    if common.len() < 2 || common.len() > COMMON || common.windows(2).any(|pair| pair[0].var == pair[1].var) {
        return None;
    }
    let mut ways: Vec<usize> = (1..(1_usize << common.len()) - 1).collect();
    ways.sort_by_cached_key(|actions| actions.count_ones() as usize);
    for actions in ways {
        if context.stopped() {
            return None;
        }
        let is_action = |at: usize| actions >> at & 1 == 1;
        let pick = |action: bool| -> Vec<Ref> {
            common.iter().enumerate().filter(|(at, _)| is_action(*at) == action).map(|(_, &r)| r).collect()
        };
        let term = Term::new(pick(false), [], pick(true))?;
        let query = arena.p(term.clone());
        for found in effect::find(context, arena, &term, true).unwrap_or_default() {
            let any: Vec<Ref> = effect::free(arena, query, found.expr);
            if any.is_empty() {
                continue;
            }
            let ours = forms(context, arena, &term, &found, &any, &ours);
            let Some((own, effect)) = meeting(context, arena, left, &ours, apart) else { continue };
            let theirs = forms(context, arena, &term, &found, &any, &theirs);
            let Some((other, same)) = meeting(context, arena, right, &theirs, apart) else { continue };
            return Some((through(own, effect, query), through(other, same, query)));
        }
    }
    None
}

/// An effect as it stands, its estimand with what is free in it taken at the references of a side, and that factorised.
fn forms(
    context: &Context<'_>,
    arena: &mut Arena,
    term: &Term,
    found: &Found,
    any: &[Ref],
    side: &[Ref],
) -> Vec<Shown> {
    let query = arena.p(term.clone());
    let mut forms = vec![Shown::start(query)];
    let at: Vec<(Ref, Ref)> =
        any.iter().filter_map(|r| Some((*r, *side.iter().find(|other| other.var == r.var)?))).collect();
    if let Some(found) = found.shifted(context.graph(), arena, term, &at) {
        let derivation: Derivation = effect::derive_all(context.graph(), arena, query, &[(term, &found)], found.expr);
        let shown = Shown::start(query).then(found.expr, derivation);
        forms.push(shown.clone());
        forms.push(factorised(context, arena, shown));
    }
    forms
}

/// From `side = m` and `query = m`, side = query.
fn through(side: Shown, query: Shown, to: ExprId) -> Shown {
    Shown { of: side.of, expr: to, derivation: side.meet(query) }
}
