//! `==`: are two expressions equal in every positive model of the graph?
//!
//! A random model in which they differ, seeds fixed and numbers exact, settles that they are not. Else both sides are
//! reduced and compared by algebra: as they stand; with each action identified; with every condition dropped that rule 1
//! lets go, or acted on; with every term factorised along the order of the graph, which brings out each independence
//! that the graph implies; and, where that is not enough, with actions identified by other strategies, or by the sets
//! that the other side sums over, if these happen to be adjustment or front-door sets. Last, an effect is looked for of
//! which both sides are estimands, and a short composition of rules, as for a line of a reader's proof.

use super::context::{Context, Stage, undetermined};
use super::contrast::{acts, first, reduce};
use super::differ::{self, Compared};
use super::effect::{self, Found};
use super::joined::Shown;
use super::{Verdict, bridge, settle, words};
use crate::algebra;
use crate::derive;
use crate::derive::search::{self, Judge};
use crate::expr::{Arena, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::sets::{FrontDoor, Request};
use crate::identify::{Effect, Estimand, Route};
use crate::proof::{Claim, Derivation, Evidence, Rule, Statement, Step};
use crate::reach;
use num_traits::Signed;
use rustc_hash::FxHashSet;

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

/// Answers an equality: a proof, a model in which the sides differ, or what was tried.
pub(super) fn equality(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> Verdict {
    if same(context, arena, lhs, rhs) {
        return holds(context, arena, (Shown::start(lhs).rearranged(rhs), Shown::start(rhs)));
    }
    let compared = differ::compare(context, arena, lhs, rhs);
    if let Compared::Differ(checked) = compared {
        return Verdict::Fails(checked);
    }
    if doubtful(arena, lhs) != doubtful(arena, rhs) {
        return undetermined("one side alone divides by what may be zero, so the two are not compared");
    }
    if let Some(shown) = prove(context, arena, lhs, rhs) {
        return holds(context, arena, shown);
    }
    let mut equal = |arena: &mut Arena, a, b| same(context, arena, a, b);
    let stop = || context.stopped();
    if let Ok(found) = search::any(context.graph(), arena, &mut Judge::new(&mut equal, &stop), lhs, rhs) {
        let shown = Shown { of: lhs, expr: rhs, derivation: found.derivation };
        return holds(context, arena, (shown, Shown::start(rhs)));
    }
    let why = why_not(context, arena, lhs, rhs, &compared);
    context.stopped_verdict().unwrap_or_else(|| undetermined(why))
}

/// Both sides brought to one expression, where the search finds a way.
pub(super) fn prove(context: &Context<'_>, arena: &mut Arena, lhs: ExprId, rhs: ExprId) -> Option<(Shown, Shown)> {
    let (left, right) = (forms(context, arena, lhs, Way::Strategy(0)), forms(context, arena, rhs, Way::Strategy(0)));
    let mut apart = Apart::default();
    if let Some(shown) = meeting(context, arena, &left, &right, &mut apart) {
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
            if let Some((own, other)) = meeting(context, arena, &own, other, &mut apart) {
                return Some(if swapped { (other, own) } else { (own, other) });
            }
        }
    }
    bridge::bridge(context, arena, (lhs, &left), (rhs, &right), &mut apart)
}

/// What was tried, in one sentence.
pub(super) fn why_not(
    context: &Context<'_>,
    arena: &mut Arena,
    lhs: ExprId,
    rhs: ExprId,
    compared: &Compared,
) -> String {
    let models = match compared {
        Compared::Agree(number) => format!("the two sides agree in {number} random models"),
        Compared::TooLarge => "random models were too large to compare the two sides in".to_owned(),
        Compared::Differ(_) => "the two sides differ in a model".to_owned(),
    };
    let acting: Vec<Term> = [lhs, rhs]
        .into_iter()
        .flat_map(|side| arena.terms(side).into_iter().filter(|term| acts(term)).cloned().collect::<Vec<_>>())
        .collect();
    match acting.into_iter().find(|term| first(context, arena, term).is_none()) {
        Some(term) => format!(
            "{models}; {} has no estimand, and nothing tried without one makes the two sides the same",
            words::term(context.graph(), arena, &term)
        ),
        None => format!(
            "{models}; each side was reduced to what is measured and factorised along the order of the graph, and no \
             normal forms met"
        ),
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

/// Pairs of forms that algebra does not make the same.
pub(super) type Apart = FxHashSet<(ExprId, ExprId)>;

/// Two forms that algebra makes the same, the left one brought to the right one. Long ones are compared only where they
/// look alike.
pub(super) fn meeting(
    context: &Context<'_>,
    arena: &mut Arena,
    left: &[Shown],
    right: &[Shown],
    apart: &mut Apart,
) -> Option<(Shown, Shown)> {
    for a in left {
        for b in right {
            if apart.contains(&(a.expr, b.expr)) {
                continue;
            }
            let short = arena.size(a.expr).saturating_add(arena.size(b.expr)) <= SHORT;
            if (short || search::alike(arena, a.expr, b.expr)) && same(context, arena, a.expr, b.expr) {
                return Some((a.clone().rearranged(b.expr), b.clone()));
            }
            apart.insert((a.expr, b.expr));
        }
    }
    None
}

/// Whether two expressions are equal by algebra: whether the kernel takes that for a step.
pub(super) fn same(context: &Context<'_>, arena: &mut Arena, a: ExprId, b: ExprId) -> bool {
    if a == b {
        return true;
    }
    if !search::comparable(arena, a) || !search::comparable(arena, b) {
        return false;
    }
    // Nothing hangs on the source graph here; leaving it out spares checking its projection each time.
    let claim = Claim { source: None, ..context.claim(Statement::Equal(a, b)) };
    let step = Step { rule: Rule::Algebra, lhs: a, rhs: b, uses: Vec::new(), requires: Vec::new() };
    let evidence = Evidence::Derivation(Derivation { steps: vec![step] });
    context.timed(Stage::Derive, || settle(arena, &claim, &evidence)).is_ok()
}

/// Whether an expression divides by what is not positive at sight.
pub(super) fn doubtful(arena: &Arena, root: ExprId) -> bool {
    let mut positive = FxHashSet::default();
    let mut doubtful = false;
    for id in arena.reachable([root]) {
        let all = arena.get(id).operands().iter().all(|operand| positive.contains(operand));
        let is = match arena.get(id) {
            Expr::Number(number) => number.is_positive(),
            Expr::P(_) => true,
            Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Quotient(..) => all,
            Expr::Minus(_) | Expr::Value(_) => false,
        };
        if is {
            positive.insert(id);
        }
        doubtful |= matches!(arena.get(id), Expr::Quotient(_, under) if !positive.contains(under));
    }
    doubtful
}

/// A side as it stands, with its actions identified, and without idle conditions.
fn forms(context: &Context<'_>, arena: &mut Arena, side: ExprId, way: Way<'_>) -> Vec<Shown> {
    let mut forms = vec![Shown::start(side)];
    let identified = reduce(context, arena, side, &acts, &|arena, term| {
        chosen(context, arena, term, way).or_else(|| first(context, arena, term))
    });
    let bare = go_on(context, arena, &mut forms, identified);
    let idle =
        reduce(context, arena, bare, &|term| !term.given().is_empty(), &|arena, term| first(context, arena, term));
    go_on(context, arena, &mut forms, idle);
    if let Some(form) = forms.first().cloned() {
        add(&mut forms, acted(context, arena, form));
    }
    for at in [0, 1] {
        if let Some(form) = forms.get(at).cloned() {
            add(&mut forms, factorised(context, arena, form));
        }
    }
    // Within districts of several nodes the order leaves its traces, which chains undone and sums carried out remove.
    for form in forms.clone() {
        add(&mut forms, simplified(context, arena, form));
    }
    forms
}

fn add(forms: &mut Vec<Shown>, form: Shown) {
    if !forms.iter().any(|known| known.expr == form.expr) {
        forms.push(form);
    }
}

/// A form simplified.
fn simplified(context: &Context<'_>, arena: &mut Arena, form: Shown) -> Shown {
    let graph = context.graph();
    if !search::comparable(arena, form.expr) {
        return form;
    }
    context.timed(Stage::Derive, || {
        let simple = algebra::simplify(arena, graph, form.expr, &mut Vec::new());
        let to = algebra::tidy(arena, graph, simple);
        let derivation = derive::combine(graph, arena, form.expr, &[], to);
        form.then(to, derivation)
    })
}

/// A form with every condition acted on that may be, and idle actions dropped.
fn acted(context: &Context<'_>, arena: &mut Arena, form: Shown) -> Shown {
    let (expr, derivation) = context.timed(Stage::Derive, || search::act(context.graph(), arena, form.expr));
    form.then(expr, derivation)
}

/// A form with every term factorised.
pub(super) fn factorised(context: &Context<'_>, arena: &mut Arena, form: Shown) -> Shown {
    let (expr, derivation) = context.timed(Stage::Derive, || search::factorise(context.graph(), arena, form.expr));
    form.then(expr, derivation)
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
        Way::Strategy(n) => return effect::find(context, arena, term, n > 0).ok()?.into_iter().nth(n),
        Way::Adjustment(set) => {
            let set = outside(&effect, set);
            (adjusts(graph, &effect, &set)).then_some(())?;
            let expr = adjusted(arena, &effect, &set)?;
            (Route::Adjustment { set }, expr)
        }
        Way::FrontDoor(set) => {
            let set = outside(&effect, set);
            let request = Request { effect: effect.clone(), with: graph.no_nodes(), without: graph.no_nodes() };
            let right = !set.is_empty() && effect.given.is_empty() && FrontDoor::new(graph, &request).is_valid(&set);
            right.then_some(())?;
            let expr = through(arena, &effect, &set)?;
            (Route::FrontDoor { set }, expr)
        }
    };
    let expr = algebra::tidy(arena, graph, expr);
    effect::read(graph, arena, term, &effect, Estimand { expr, moves: Vec::new(), route, workings: None })
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

/// Forms that are together no longer than this are compared in any case.
const SHORT: u64 = 600;
/// How many estimands of one term are looked at.
const STRATEGIES: usize = 4;
/// How many sums of one side are looked at.
const SUMS: usize = 16;
