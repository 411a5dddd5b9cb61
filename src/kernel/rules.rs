//! Derivations: whether each step is an instance of its rule. It only matches, an equation in both directions.

use super::normal::{Algebra, positive};
use super::separation::{self, ancestors};
use super::{Reason, Refusal, Work, rename, require, variables};
use crate::expr::{Arena, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::proof::{Derivation, Rule, Separation, Step};
use rustc_hash::FxHashSet;

/// Refuses a derivation with a step that is no instance of its rule, used or not.
pub(super) fn derivation(arena: &mut Arena, graph: &Graph, all: &Derivation, work: &mut Work) -> Result<(), Refusal> {
    let mut algebra = Algebra::new(arena);
    for (position, step) in all.steps.iter().enumerate() {
        check(&mut algebra, graph, &all.steps[..position], step, work)
            .map_err(|reason| Refusal { step: Some(position + 1), reason })?;
    }
    Ok(())
}

/// Refuses a derivation that ends in another equation than claimed, and an equation one side of which exists in models
/// where the other may not.
pub(super) fn conclusion(arena: &Arena, derivation: &Derivation, lhs: ExprId, rhs: ExprId) -> Result<(), Reason> {
    let proved = derivation.steps.last().map_or(lhs == rhs, |last| (last.lhs, last.rhs) == (lhs, rhs));
    require(proved, "the last step is not the equation claimed")?;
    require(positive(arena, lhs).1 == positive(arena, rhs).1, "one side alone divides by what may be zero")
}

fn check(algebra: &mut Algebra<'_>, graph: &Graph, past: &[Step], step: &Step, work: &mut Work) -> Result<(), Reason> {
    let arena = &mut *algebra.arena;
    let sides = [(step.lhs, step.rhs), (step.rhs, step.lhs)];
    require(step.rule == Rule::Substitute || step.uses.is_empty(), "only a substitution uses earlier steps")?;
    let mut needs = None;
    let holds = match step.rule {
        Rule::Rule1 | Rule::Rule2 | Rule::Rule3 => {
            let terms = |(a, b)| match (arena.get(a), arena.get(b)) {
                (Expr::P(more), Expr::P(less)) => needed(graph, step.rule, more, less),
                _ => None,
            };
            needs = sides.into_iter().find_map(terms);
            needs.is_some()
        }
        Rule::Marginalise => sides.into_iter().any(|(a, b)| marginal(arena, a, b)),
        Rule::Chain => sides.into_iter().any(|(a, b)| chain(arena, a, b)),
        Rule::Condition => sides.into_iter().any(|(a, b)| conditional(arena, a, b)),
        Rule::Algebra => algebra.equal(step.lhs, step.rhs)?,
        Rule::Substitute => {
            substitution(arena, past, step, work)?;
            true
        }
    };
    require(holds, "the sides are no instance of the rule")?;
    match (needs, &*step.requires) {
        (None, []) => Ok(()),
        (Some(needed), [stated]) => required(graph, &needed, stated),
        _ => Err("the rule needs one separation stated, or none is needed".into()),
    }
}

/// Refuses a separation that is stated otherwise than needed (its sides may stand either way round), or does not hold.
pub(super) fn required(graph: &Graph, needed: &Separation, stated: &Separation) -> Result<(), Reason> {
    require(same(needed, stated), "the separation stated is not the one needed")?;
    separation::well_formed(graph, needed)?;
    require(separation::separated(graph, needed), "the separation needed does not hold")
}

/// Whether two separations are one, their sides either way round.
pub(super) fn same(a: &Separation, b: &Separation) -> bool {
    let sides = (&a.x, &a.y) == (&b.x, &b.y) || (&a.x, &a.y) == (&b.y, &b.x);
    sides && a.given == b.given && a.cut == b.cut
}

/// What rule 2 needs to exchange do(z) and z in P(y | do(x), w).
pub(super) fn exchange(y: &NodeSet, z: &NodeSet, x: &NodeSet, w: &NodeSet) -> Separation {
    let cut = Mutilation { no_incoming: x.clone(), no_outgoing: z.clone() };
    Separation { x: y.clone(), y: z.clone(), given: x.union(w), cut }
}

/// The separation needed where the second term follows from the first by dropping conditions (rule 1), by making
/// actions conditions (rule 2) or by dropping actions (rule 3); None where it is no such term.
fn needed(graph: &Graph, rule: Rule, more: &Term, less: &Term) -> Option<Separation> {
    let actions = without(more.do_(), less.do_())?;
    let (z, w, moves) = if rule == Rule::Rule1 {
        (without(more.given(), less.given())?, less.given(), actions.is_empty())
    } else if rule == Rule::Rule2 {
        let seen = without(less.given(), more.given())?;
        (seen.clone(), more.given(), seen == actions)
    } else {
        (actions, less.given(), more.given() == less.given())
    };
    if !moves || z.is_empty() || more.of() != less.of() {
        return None;
    }
    let [y, z, x, w] = [more.of(), &z, less.do_(), w].map(|refs| variables(graph, refs));
    let mut needed = exchange(&y, &z, &x, &w);
    let over = Mutilation::over(graph, x);
    if rule == Rule::Rule3 {
        let stays = z.difference(&ancestors(graph, &w, &over));
        needed.cut = Mutilation::over(graph, over.no_incoming.union(&stays));
    } else if rule == Rule::Rule1 {
        needed.cut = over;
    }
    Some(needed)
}

/// The references of `all` that `part` lacks, where `part` has none besides. Both ascend.
fn without(all: &[Ref], part: &[Ref]) -> Option<Vec<Ref>> {
    let mut part = part.iter().peekable();
    let rest = all.iter().copied().filter(|reference| part.next_if_eq(&reference).is_none()).collect();
    part.peek().is_none().then_some(rest)
}

/// The references of both, ascending.
fn with(a: &[Ref], b: &[Ref]) -> Vec<Ref> {
    let mut all = [a, b].concat();
    all.sort();
    all
}

/// P(y|c) = Σ_z P(y,z|c). What is bound is of the inner term and not of the outer one, so it is new.
fn marginal(arena: &Arena, one: ExprId, other: ExprId) -> bool {
    let (Expr::P(term), Expr::Sum { over, body }) = (arena.get(one), arena.get(other)) else { return false };
    let Expr::P(joint) = arena.get(*body) else { return false };
    let context = joint.do_() == term.do_() && joint.given() == term.given();
    context && without(joint.of(), term.of()).is_some_and(|rest| *rest == **over)
}

/// P(y,z|c) = P(y|z,c) P(z|c): sorted by the number of their conditions, each factor's are those of the one before and
/// what that one is of.
fn chain(arena: &Arena, one: ExprId, other: ExprId) -> bool {
    let (Expr::P(term), Expr::Product(factors)) = (arena.get(one), arena.get(other)) else { return false };
    let terms = factors.iter().map(|&factor| if let Expr::P(term) = arena.get(factor) { Some(term) } else { None });
    let Some(mut terms) = terms.collect::<Option<Vec<&Term>>>() else { return false };
    terms.sort_by_key(|term| term.given().len());
    let mut conditions = term.given().to_vec();
    for factor in terms {
        if factor.do_() != term.do_() || factor.given() != conditions {
            return false;
        }
        conditions = with(&conditions, factor.of());
    }
    conditions == with(term.given(), term.of())
}

/// P(y|z,c) = P(y,z|c) / P(z|c).
fn conditional(arena: &Arena, one: ExprId, other: ExprId) -> bool {
    let (Expr::P(term), Expr::Quotient(over, under)) = (arena.get(one), arena.get(other)) else { return false };
    let (Expr::P(over), Expr::P(under)) = (arena.get(*over), arena.get(*under)) else { return false };
    [over, under].iter().all(|side| side.do_() == term.do_() && side.given() == over.given())
        && without(term.given(), under.of()).is_some_and(|rest| rest == over.given())
        && with(term.of(), under.of()) == over.of()
}

/// lhs = M is the first step used, and M becomes rhs where each pair of subterms that differs is an equation used.
fn substitution(arena: &mut Arena, earlier: &[Step], step: &Step, work: &mut Work) -> Result<(), Reason> {
    let mut equations = Vec::with_capacity(step.uses.len());
    for applied in &step.uses {
        let used = earlier.get(applied.step).ok_or("it uses a step that is not before it")?;
        let mut seen = FxHashSet::default();
        let renames = |&(from, to): &(Ref, Ref)| !from.is_value() && from.var == to.var && seen.insert(from);
        require(applied.at.iter().all(renames), "a renaming leaves a variable, moves a value, or names a copy twice")?;
        equations.push((rename(arena, used.lhs, &applied.at, work)?, rename(arena, used.rhs, &applied.at, work)?));
    }
    let (&(left, middle), rest) = equations.split_first().ok_or("a substitution uses no step")?;
    require(left == step.lhs, "the left side is not that of the first step used")?;
    let mut pairs: Vec<(ExprId, ExprId)> = rest.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
    pairs.sort_unstable();
    let mut seen = FxHashSet::default();
    let mut stack = vec![(middle, step.rhs)];
    while let Some((a, b)) = stack.pop() {
        work.spend(1)?;
        if a == b || pairs.binary_search(&(a, b)).is_ok() || !seen.insert((a, b)) {
            continue;
        }
        let (one, other) = (arena.get(a), arena.get(b));
        let alike = match (one, other) {
            (Expr::Sum { over: a, .. }, Expr::Sum { over: b, .. }) => a == b,
            (Expr::Product(a), Expr::Product(b)) | (Expr::Plus(a), Expr::Plus(b)) => a.len() == b.len(),
            (Expr::Minus(a), Expr::Minus(b)) => a.len() == b.len(),
            (Expr::Quotient(..), Expr::Quotient(..)) => true,
            _ => false,
        };
        require(alike, "two subterms differ that no step used makes equal")?;
        stack.extend(one.operands().into_iter().zip(other.operands()));
    }
    Ok(())
}
