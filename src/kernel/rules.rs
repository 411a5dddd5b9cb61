//! Derivations: whether each step is an instance of its rule. It only matches; both directions of an equation are tried.

use super::normal::{Algebra, positive};
use super::rename::rename;
use super::separation::{self, ancestors};
use super::{Reason, Refusal, Work, require, variables};
use crate::expr::{Arena, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::proof::{Derivation, Rule, Separation, Step};
use rustc_hash::FxHashSet;

/// Refuses a derivation with a step that is no instance of its rule, used or not.
pub(super) fn derivation(
    arena: &mut Arena,
    graph: &Graph,
    derivation: &Derivation,
    work: &mut Work,
) -> Result<(), Refusal> {
    let mut algebra = Algebra::new(arena);
    for (position, step) in derivation.steps.iter().enumerate() {
        let earlier = derivation.steps.get(..position).unwrap_or_default();
        check(arena, graph, earlier, step, &mut algebra, work)
            .map_err(|reason| Refusal { step: Some(position + 1), reason })?;
    }
    Ok(())
}

/// Refuses a derivation that ends in another equation than claimed, and an equation one side of which exists in models
/// where the other may not.
pub(super) fn conclusion(arena: &Arena, derivation: &Derivation, lhs: ExprId, rhs: ExprId) -> Result<(), Reason> {
    match derivation.steps.last() {
        Some(last) => require((last.lhs, last.rhs) == (lhs, rhs), "the last step is not the equation claimed")?,
        None => require(lhs == rhs, "two expressions that differ are claimed equal without a step")?,
    }
    require(positive(arena, lhs).1 == positive(arena, rhs).1, "one side alone divides by what may be zero")
}

fn check(
    arena: &mut Arena,
    graph: &Graph,
    earlier: &[Step],
    step: &Step,
    algebra: &mut Algebra,
    work: &mut Work,
) -> Result<(), Reason> {
    let (lhs, rhs) = (step.lhs, step.rhs);
    require(step.rule == Rule::Substitute || step.uses.is_empty(), "only a substitution uses earlier steps")?;
    let needed = match step.rule {
        Rule::Rule1 | Rule::Rule2 | Rule::Rule3 => {
            let (Expr::P(a), Expr::P(b)) = (arena.get(lhs), arena.get(rhs)) else {
                return Err("the rule speaks of two terms".into());
            };
            Some(
                needed(graph, step.rule, a, b)
                    .or_else(|| needed(graph, step.rule, b, a))
                    .ok_or("the sides are no instance of the rule")?,
            )
        }
        Rule::Marginalise | Rule::Chain | Rule::Condition => {
            let is = |a: ExprId, b: ExprId| match (arena.get(a), step.rule) {
                (Expr::P(term), Rule::Marginalise) => marginal(arena, term, b),
                (Expr::P(term), Rule::Chain) => chain(arena, term, b),
                (Expr::P(term), _) => conditional(arena, term, b),
                _ => false,
            };
            require(is(lhs, rhs) || is(rhs, lhs), "the sides are no instance of the rule")?;
            None
        }
        Rule::Algebra => {
            require(algebra.equal(lhs, rhs)?, "the sides have different normal forms")?;
            None
        }
        Rule::Substitute => {
            substitution(arena, earlier, step, work)?;
            None
        }
    };
    match (needed, &*step.requires) {
        (None, []) => Ok(()),
        (None, _) => Err("the rule needs no separation, yet one is stated".into()),
        (Some(needed), [stated]) => required(graph, &needed, stated),
        (Some(_), _) => Err("the rule needs one separation stated".into()),
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
    let actions = less_those(more.do_(), less.do_())?;
    let (z, w) = match rule {
        Rule::Rule1 => (less_those(more.given(), less.given())?, less.given()),
        Rule::Rule2 => (less_those(less.given(), more.given())?, more.given()),
        _ => (actions.clone(), less.given()),
    };
    let moves = match rule {
        Rule::Rule1 => actions.is_empty(),
        Rule::Rule2 => actions == z,
        _ => more.given() == less.given(),
    };
    if !moves || z.is_empty() || more.of() != less.of() {
        return None;
    }
    let (y, z) = (variables(graph, more.of()), variables(graph, &z));
    let (x, w) = (variables(graph, less.do_()), variables(graph, w));
    let mut needed = exchange(&y, &z, &x, &w);
    needed.cut = match rule {
        Rule::Rule1 => Mutilation::over(graph, x),
        Rule::Rule2 => needed.cut,
        _ => {
            let causes = ancestors(graph, &w, &Mutilation::over(graph, x.clone()));
            Mutilation::over(graph, x.union(&z.difference(&causes)))
        }
    };
    Some(needed)
}

/// The references of `all` that `part` lacks, where `part` has none besides. Both ascend.
fn less_those(all: &[Ref], part: &[Ref]) -> Option<Vec<Ref>> {
    let mut part = part.iter().peekable();
    let rest = all.iter().copied().filter(|reference| part.next_if_eq(&reference).is_none()).collect();
    part.peek().is_none().then_some(rest)
}

/// The references of both, ascending.
fn with(a: &[Ref], b: &[Ref]) -> Vec<Ref> {
    let mut all = [a, b].concat();
    all.sort_unstable();
    all
}

/// P(y|c) = Σ_z P(y,z|c). What is bound is of the inner term and not of the outer one, so it is new.
fn marginal(arena: &Arena, term: &Term, other: ExprId) -> bool {
    let Expr::Sum { over, body } = arena.get(other) else { return false };
    let Expr::P(joint) = arena.get(*body) else { return false };
    joint.do_() == term.do_()
        && joint.given() == term.given()
        && less_those(joint.of(), term.of()).is_some_and(|rest| *rest == **over)
}

/// P(y,z|c) = P(y|z,c) P(z|c): sorted by the number of their conditions, each factor's are those of the one before and
/// what that one is of.
fn chain(arena: &Arena, term: &Term, other: ExprId) -> bool {
    let Expr::Product(factors) = arena.get(other) else { return false };
    let mut terms = Vec::with_capacity(factors.len());
    for &factor in factors {
        let Expr::P(term) = arena.get(factor) else { return false };
        terms.push(term);
    }
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
fn conditional(arena: &Arena, term: &Term, other: ExprId) -> bool {
    let Expr::Quotient(over, under) = arena.get(other) else { return false };
    let (Expr::P(over), Expr::P(under)) = (arena.get(*over), arena.get(*under)) else { return false };
    [over, under].iter().all(|side| side.do_() == term.do_() && side.given() == over.given())
        && less_those(term.given(), under.of()).is_some_and(|rest| rest == over.given())
        && with(term.of(), under.of()) == over.of()
}

/// lhs = M is the first step used, and M becomes rhs where each pair of subterms that differs is an equation used.
fn substitution(arena: &mut Arena, earlier: &[Step], step: &Step, work: &mut Work) -> Result<(), Reason> {
    let mut equations = Vec::with_capacity(step.uses.len());
    for applied in &step.uses {
        let used = earlier.get(applied.step).ok_or("it uses a step that is not before it")?;
        let mut keys: Vec<Ref> = applied.at.iter().map(|(from, _)| *from).collect();
        keys.sort_unstable();
        let once = keys.windows(2).all(|pair| pair[0] != pair[1]) && !keys.iter().any(|from| from.is_value());
        require(once, "a renaming renames a value, or a reference twice")?;
        require(applied.at.iter().all(|(from, to)| from.var == to.var), "a renaming leaves its variable")?;
        let side = |id: ExprId, arena: &mut Arena, work: &mut Work| rename(arena, id, &applied.at, work);
        equations.push((side(used.lhs, arena, work)?, side(used.rhs, arena, work)?));
    }
    let (&(left, middle), rest) = equations.split_first().ok_or("a substitution uses no step")?;
    require(left == step.lhs, "the left side is not that of the first step used")?;
    let pairs: FxHashSet<(ExprId, ExprId)> = rest.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
    let mut seen = FxHashSet::default();
    let mut stack = vec![(middle, step.rhs)];
    while let Some((a, b)) = stack.pop() {
        work.spend(1)?;
        if a == b || pairs.contains(&(a, b)) || !seen.insert((a, b)) {
            continue;
        }
        let (one, other) = (arena.get(a), arena.get(b));
        let alike = match (one, other) {
            (Expr::Sum { over: a, .. }, Expr::Sum { over: b, .. }) => a == b,
            (Expr::Product(a), Expr::Product(b))
            | (Expr::Plus(a), Expr::Plus(b))
            | (Expr::Minus(a), Expr::Minus(b)) => a.len() == b.len(),
            (Expr::Quotient(..), Expr::Quotient(..)) => true,
            _ => false,
        };
        require(alike, "two subterms differ that no step used makes equal")?;
        stack.extend(one.operands().into_iter().zip(other.operands()));
    }
    Ok(())
}
