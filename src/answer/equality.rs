//! `==`: are two expressions equal in every positive model of the graph?
//!
//! Both sides are reduced to what is measured and compared by algebra: as they stand; with each action
//! identified; with every condition dropped that rule 1 lets go; with every term written out in the factors of its
//! ancestors. Where that is not enough, actions are identified by other strategies, and by the sets that the other side
//! sums over, if these happen to be adjustment or front-door sets.

use super::context::{Context, Stage, undetermined};
use super::contrast::{acts, first, reduce};
use super::effect::{self, Found};
use super::expanded::{self, expanded};
use super::joined::Shown;
use super::{Verdict, words};
use crate::algebra;
use crate::derive;
use crate::expr::{Arena, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::sets::{FrontDoor, Request};
use crate::identify::{Effect, Estimand, Route};
use crate::proof::{Evidence, Rule, Statement};
use crate::reach;
use itertools::Itertools;
use rustc_hash::FxHashMap;

/// How actions are identified.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// By the estimand that would be printed (0) or one of its alternatives, where there are so many.
    Strategy(usize),
    /// By adjustment for the set, where that is right.
    Adjustment(&'a NodeSet),
    /// By the front door through the set, where that is right.
    FrontDoor(&'a NodeSet),
}

/// Answers an equality. A proof is sought as the module says; the search does not go further.
pub(super) fn equality(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> Verdict {
    if let Some(shown) = prove(context, arena, lhs, rhs) {
        return holds(context, arena, shown);
    }
    context.stopped_verdict().unwrap_or_else(|| undetermined(why_not(context, arena, lhs, rhs)))
}

/// Both sides brought to one expression, where the search finds a way.
pub(super) fn prove(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> Option<(Shown, Shown)> {
    if let Some(shown) = meeting(context, arena, &[Shown::start(lhs)], &[Shown::start(rhs)]) {
        return Some(shown);
    }
    let (left, right) = (forms(context, arena, lhs, Way::Strategy(0)), forms(context, arena, rhs, Way::Strategy(0)));
    if let Some(shown) = meeting(context, arena, &left, &right) {
        return Some(shown);
    }
    for (side, from, other, swapped) in [(lhs, rhs, &right, false), (rhs, lhs, &left, true)] {
        if !arena.terms(side).into_iter().any(acts) {
            continue;
        }
        let sets = summed_sets(arena, context.graph(), from);
        let by_sets = sets.iter().flat_map(|set| [Way::Adjustment(set), Way::FrontDoor(set)]);
        for way in (1..STRATEGIES).map(Way::Strategy).chain(by_sets) {
            if context.stopped() {
                return None;
            }
            let own = forms(context, arena, side, way);
            if let Some((own, other)) = meeting(context, arena, &own, other) {
                return Some(if swapped { (other, own) } else { (own, other) });
            }
        }
    }
    None
}

/// What was tried, in one sentence.
pub(super) fn why_not(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> String {
    let acting: Vec<Term> = [lhs, rhs]
        .into_iter()
        .flat_map(|side| arena.terms(side).into_iter().filter(|term| acts(term)).cloned().collect::<Vec<_>>())
        .collect();
    match acting.into_iter().find(|term| first(context, arena, term).is_none()) {
        Some(term) => format!(
            "{} has no estimand, and nothing tried without one makes the two sides the same",
            words::term(context.graph(), arena, &term)
        ),
        None => "both sides were reduced to what is measured, idle conditions dropped and terms written out in the \
                 factors of their ancestors; their normal forms differ, which decides nothing"
            .to_owned(),
    }
}

fn holds(context: &Context<'_>, arena: &mut Arena, (left, right): (Shown, Shown)) -> Verdict {
    let statement = Statement::Equal(left.of, right.of);
    let derivation = context.timed(Stage::Derive, || left.meet(right));
    match context.settle(arena, statement, &Evidence::Derivation(derivation)) {
        Ok(checked) => Verdict::Holds(Box::new(checked)),
        Err(refused) => Verdict::Undetermined(refused),
    }
}

/// Two forms that algebra makes one, with the way from each to the same expression.
///
/// First forms that simplify to one expression, told by the simplifier's moves; then forms that are equal by a normal
/// form. How that one was reached is not told, so such a pair counts only where the kernel takes it for one step.
fn meeting(context: &Context<'_>, arena: &mut Arena, left: &[Shown], right: &[Shown]) -> Option<(Shown, Shown)> {
    let mut simple = |shown: &Shown| {
        let to = simplified(context, arena, shown.expr);
        let derivation = context.timed(Stage::Derive, || derive::combine(context.graph(), arena, shown.expr, &[], to));
        shown.clone().then(to, derivation)
    };
    let lefts: Vec<Shown> = left.iter().map(&mut simple).collect();
    let rights: Vec<Shown> = right.iter().map(simple).collect();
    for (a, b) in lefts.iter().cartesian_product(&rights) {
        if a.expr == b.expr {
            return Some((a.clone(), b.clone()));
        }
    }
    for (a, b) in lefts.iter().chain(left).cartesian_product(rights.iter().chain(right)) {
        if algebra::equal(arena, a.expr, b.expr) {
            let step = expanded::one(Rule::Algebra, a.expr, b.expr);
            let statement = Statement::Equal(a.expr, b.expr);
            if context.settle(arena, statement, &Evidence::Derivation(step.clone())).is_ok() {
                return Some((a.clone().then(b.expr, step), b.clone()));
            }
        }
    }
    None
}

/// What an expression comes to by algebra alone.
fn simplified(context: &Context<'_>, arena: &mut Arena, expr: ExprId) -> ExprId {
    let simple = algebra::simplify(arena, context.graph(), expr, &mut Vec::new());
    algebra::tidy(arena, context.graph(), simple)
}

/// A side as it stands, with its actions identified, and without idle conditions.
fn forms(context: &Context<'_>, arena: &mut Arena, side: ExprId, way: Way<'_>) -> Vec<Shown> {
    let mut forms = vec![Shown::start(side)];
    let identified = reduce(context, arena, side, acts, |arena, term| {
        chosen(context, arena, term, way).or_else(|| first(context, arena, term))
    });
    let bare = go_on(context, arena, &mut forms, identified);
    let start = forms.last().cloned();
    let idle = reduce(context, arena, bare, |term| !term.given().is_empty(), |arena, term| first(context, arena, term));
    go_on(context, arena, &mut forms, idle);
    forms.extend(start.and_then(|start| written_out(context, arena, start)));
    forms
}

/// Every measured term written out in the factors of its ancestors.
fn written_out(context: &Context<'_>, arena: &mut Arena, shown: Shown) -> Option<Shown> {
    let terms: Vec<Term> = arena.terms(shown.expr).into_iter().cloned().collect();
    let mut parts = Vec::new();
    let mut new: FxHashMap<&Term, ExprId> = FxHashMap::default();
    for term in &terms {
        if let Some((expr, derivation)) = expanded(context.graph(), arena, term) {
            new.insert(term, expr);
            parts.push((term.clone(), derivation, Vec::new()));
        }
    }
    let to = arena.replace_terms(shown.expr, |_, term| new.get(term).copied());
    let derivation = context.timed(Stage::Derive, || derive::combine(context.graph(), arena, shown.expr, &parts, to));
    (to != shown.expr).then(|| shown.then(to, derivation))
}

/// Adds a form, if it is another. The last form's expression.
fn go_on(
    context: &Context<'_>,
    arena: &mut Arena,
    forms: &mut Vec<Shown>,
    reduced: super::contrast::Reduced,
) -> ExprId {
    let Some(last) = forms.last().cloned() else { return reduced.expr };
    if reduced.expr == last.expr {
        return last.expr;
    }
    let found: Vec<(&Term, &Found)> = reduced.found.iter().map(|(term, found)| (term, found)).collect();
    let derivation =
        context.timed(Stage::Derive, || effect::derive_all(context.graph(), arena, last.expr, &found, reduced.expr));
    let shown = last.then(reduced.expr, derivation);
    forms.push(shown);
    reduced.expr
}

/// The estimand by a given set, where the set is right for the term.
fn chosen(context: &Context<'_>, arena: &mut Arena, term: &Term, way: Way<'_>) -> Option<Found> {
    let graph = context.graph();
    let effect = context.effect(term);
    let (route, expr) = match way {
        Way::Strategy(0) => return first(context, arena, term),
        Way::Strategy(n) => return effect::find(context, arena, term, true).ok()?.into_iter().nth(n),
        Way::Adjustment(set) => {
            let set = outside(&effect, set);
            (adjusts(graph, &effect, &set)).then_some(())?;
            let expr = adjusted(arena, &effect, &set)?;
            (Route::Adjustment { set }, expr)
        }
        Way::FrontDoor(set) => {
            let set = outside(&effect, set);
            let request = Request { effect: effect.clone(), with: graph.no_nodes(), without: graph.no_nodes() };
            (effect.given.is_empty() && FrontDoor::new(graph, &request).is_valid(&set)).then_some(())?;
            let expr = through(arena, &effect, &set)?;
            (Route::FrontDoor { set }, expr)
        }
    };
    let expr = algebra::tidy(arena, graph, expr);
    effect::read(graph, arena, term, &effect, Estimand { expr, moves: Vec::new(), route })
}

fn outside(effect: &Effect, set: &NodeSet) -> NodeSet {
    let mut set = set.clone();
    for taken in [&effect.of, &effect.do_, &effect.given] {
        set.subtract(taken);
    }
    set
}

/// The two separations of [`Route::Adjustment`].
fn adjusts(graph: &Graph, effect: &Effect, set: &NodeSet) -> bool {
    let Effect { of: y, do_: x, given: z } = effect;
    let into = x.difference(&reach::ancestors(graph, z));
    !set.is_empty()
        && reach::separated(graph, set, x, z, &Mutilation::over(graph, into))
        && reach::separated(graph, y, x, &set.union(z), &Mutilation::under(graph, x.clone()))
}

fn refs(set: &NodeSet, primes: u16) -> impl Iterator<Item = Ref> + '_ {
    set.iter().map(move |node| Ref::copy(crate::expr::Var::new(node.index()), primes))
}

/// Σ_w P(y | x, z, w) P(w | z)
fn adjusted(arena: &mut Arena, effect: &Effect, w: &NodeSet) -> Option<ExprId> {
    let given = effect.do_.union(&effect.given).union(w);
    let outcome = arena.p(Term::new(refs(&effect.of, 0), refs(&given, 0), [])?);
    let weight = arena.p(Term::new(refs(w, 0), refs(&effect.given, 0), [])?);
    let body = arena.product([outcome, weight]);
    Some(arena.sum(refs(w, 0), body))
}

/// Σ_m P(m | x) Σ_x′ P(y | m, x′) P(x′)
fn through(arena: &mut Arena, effect: &Effect, m: &NodeSet) -> Option<ExprId> {
    let first = arena.p(Term::new(refs(m, 0), refs(&effect.do_, 0), [])?);
    let outcome = arena.p(Term::new(refs(&effect.of, 0), refs(m, 0).chain(refs(&effect.do_, 1)), [])?);
    let weight = arena.p(Term::new(refs(&effect.do_, 1), [], [])?);
    let body = arena.product([outcome, weight]);
    let second = arena.sum(refs(&effect.do_, 1), body);
    let body = arena.product([first, second]);
    Some(arena.sum(refs(m, 0), body))
}

/// The variables that each sum of an expression binds, and all of them together; each set once.
fn summed_sets(arena: &Arena, graph: &Graph, expr: ExprId) -> Vec<NodeSet> {
    let mut sets: Vec<NodeSet> = Vec::new();
    let mut all = graph.no_nodes();
    for id in arena.reachable([expr]) {
        if let Expr::Sum { over, .. } = arena.get(id) {
            let set = graph.set(over.iter().map(|r| Node::new(r.var.index())));
            all.extend(&set);
            if !sets.contains(&set) && sets.len() < SUMS {
                sets.push(set);
            }
        }
    }
    if !all.is_empty() && !sets.contains(&all) {
        sets.push(all);
    }
    sets
}

/// One more than the alternatives that are tried: there are as many strategies.
const STRATEGIES: usize = 5;
/// How many sums of one side are looked at.
const SUMS: usize = 16;
