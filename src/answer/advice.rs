//! What would make an effect identifiable that is not.

use super::context::Context;
use super::effect;
use super::joined::Shown;
use super::settle::settle;
use super::support::{Advice, Cause, Found, Measure, Randomise, Related, RelatedKind};
use super::{Identified, Projected};
use crate::derive;
use crate::expr::{Arena, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphBuilder, Mutilation, Node, NodeSet};
use crate::identify::{Effect, Identification, identify};
use crate::kernel::Checked;
use crate::problem::lift;
use crate::proof::{Derivation, Evidence, Hedge, Rule, Separation, Statement, Step, Use};
use crate::reach;
use crate::syntax::tree;
use rustc_hash::FxHashMap;

/// Estimands longer than this, counted as [`Arena::size`] does, are not written out.
const WRITTEN: u64 = 120;
/// Nor are those deeper than this.
const DEEPEST: usize = 24;
/// A suggestion that is derived and checked counts as so many identifications.
const CHECKED: usize = 4;
/// And each, in a graph of so many nodes and edges more, once more.
const SIZE: usize = 256;

/// Searches for advice; each suggestion is derived, and the derivation accepted by the kernel.
///
/// - *Measure*: a <-> b becomes u -> a, u -> b, a declared latent is declared no longer, and the query is put again with
///   the joint distribution of the larger set of variables known. All sets of one, and of two without a part that is
///   enough, are found where the limit lasts: a hedge whose edges all remain still stands, so of what is written as
///   bidirected edges only those of a hedge are tried, and after one of them those of the hedge that is left.
/// - *Randomise*: P(y | do(x), w) = P(y | do(x, z), w) by rule 3 (by rule 2 for z in w; nothing is needed for z in x),
///   and the latter is identified in the graph without z from P(everything else | do(z)): at each value of z the model is
///   one of the graph without z. Every step under the standing action do(z) is a step in the graph itself, which is how
///   the kernel is told. So the experiment alone is enough; what follows only from it and P(v) together is not found.
/// - *Related*: conditions dropped, outcomes dropped, and the effect of each direct cause of an outcome.
pub(super) fn advice(context: &Context<'_>, asked: &Arena, term: &Term, refused: &Checked) -> Advice {
    let mut search = Search { context, asked, term, left: context.options.limits.advice, advice: Advice::default() };
    if let Evidence::Hedge(hedge, _) = refused.evidence() {
        search.measure(hedge);
        search.randomise(hedge);
        search.related();
    }
    search.advice
}

struct Search<'c, 'a> {
    context: &'c Context<'a>,
    /// Holds the query's expressions.
    asked: &'c Arena,
    term: &'c Term,
    left: usize,
    advice: Advice,
}

impl Search<'_, '_> {
    /// Whether one more identification is allowed, in a graph of that size.
    fn may(&mut self, graph: &Graph) -> bool {
        if self.context.stopped() {
            self.advice.stopped = Some("the search was stopped".to_owned());
            return false;
        }
        match self.left.checked_sub(cost(graph)) {
            Some(left) => {
                self.left = left;
                self.advice.identifications += 1;
                true
            }
            None => {
                let most = self.context.options.limits.advice;
                let reached =
                    format!("the limit of {most} identifications, large ones counted several times, was reached");
                self.advice.stopped = Some(reached);
                false
            }
        }
    }

    /// Identifies a term in a graph: its derivation, checked, or a hedge; None where the limit does not last or the
    /// kernel refuses.
    fn ask(&mut self, projected: &Projected, term: &Term) -> Option<Result<Found, Box<Hedge>>> {
        if !self.may(&projected.graph) {
            return None;
        }
        let context = Context::new(projected, self.context.options);
        let mut arena = self.asked.clone();
        let found = match effect::find(&context, &mut arena, term, false) {
            Ok(found) => found.into_iter().next()?,
            Err(hedge) => return Some(Err(hedge)),
        };
        self.left = self.left.saturating_sub(CHECKED * cost(&projected.graph));
        let query = arena.p(term.clone());
        let Identified { checked, estimand, strategy, .. } =
            effect::identified(&context, &mut arena, query, term, found).ok()?;
        Some(Ok(Found { checked, strategy, estimand: written(&projected.graph, &arena, estimand) }))
    }

    fn measure(&mut self, hedge: &Hedge) {
        let here = self.context.projected();
        let causes = here.causes();
        let first = candidates(here, &causes, hedge);
        let mut alone = Vec::new();
        let mut after: Vec<(usize, Vec<usize>)> = Vec::new();
        for &one in &first {
            let Some(measured) = here.measured(&[&causes[one]]) else { continue };
            let Some(term) = moved(self.term, &here.graph, &measured.graph) else { continue };
            match self.ask(&measured, &term) {
                Some(Ok(found)) => {
                    alone.push(one);
                    self.advice.measure.push(Measure { causes: vec![causes[one].clone()], found });
                }
                Some(Err(left)) => after.push((one, candidates(&measured, &causes, &left))),
                None if self.advice.stopped.is_some() => return,
                None => {}
            }
        }
        let mut pairs: Vec<(usize, usize)> = after
            .iter()
            .flat_map(|(one, others)| others.iter().map(move |other| (*one.min(other), *one.max(other))))
            .filter(|(one, other)| one != other && !alone.contains(one) && !alone.contains(other))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        for (one, other) in pairs {
            let both = [&causes[one], &causes[other]];
            let Some(measured) = here.measured(&both) else { continue };
            let Some(term) = moved(self.term, &here.graph, &measured.graph) else { continue };
            match self.ask(&measured, &term) {
                Some(Ok(found)) => {
                    let causes = both.into_iter().cloned().collect();
                    self.advice.measure.push(Measure { causes, found });
                }
                None if self.advice.stopped.is_some() => return,
                Some(Err(_)) | None => {}
            }
        }
    }

    fn randomise(&mut self, hedge: &Hedge) {
        let graph = self.context.graph();
        let effect = self.context.effect(self.term);
        let forest = hedge.outer.nodes.difference(&hedge.inner.nodes);
        // Without conditions a hedge that z is no part of still stands when z is set.
        let matters = if effect.given.is_empty() { forest.union(&effect.do_) } else { graph.all_nodes() };
        let relevant = reach::ancestors(graph, &effect.of.union(&effect.given).union(&effect.do_));
        for z in matters.intersection(&relevant).difference(&effect.of).iter() {
            if effect.do_.len() == 1 && effect.do_.contains(z) {
                continue;
            }
            let Some(before) = before(graph, &effect, z) else { continue };
            if !self.may(graph) {
                return;
            }
            if let Some(found) = self.experiment(&effect, z, before) {
                self.advice.randomise.push(found);
            }
        }
    }

    /// The query from P(everything else | do(z)); None where it is not identifiable from that.
    fn experiment(&mut self, effect: &Effect, z: Node, before: Option<(Rule, Separation)>) -> Option<Randomise> {
        let graph = self.context.graph();
        let without = Without::new(graph, z)?;
        let inner =
            Effect { of: without.set(&effect.of), do_: without.set(&effect.do_), given: without.set(&effect.given) };
        let mut small = Arena::new();
        let Identification::Identifiable(estimands) = identify(&without.graph, &inner, &mut small, false) else {
            return None;
        };
        let estimand = estimands.into_iter().next()?;
        self.left = self.left.saturating_sub(CHECKED * cost(graph));
        let told = derive::derive(&without.graph, &inner, &estimand, &mut small);
        let mut arena = self.asked.clone();
        let (target, told) = without.back(graph, &mut arena, &small, estimand.expr, &told)?;
        let plain = |set: &NodeSet| set.iter().map(reference).collect::<Vec<_>>();
        let query = Term::new(plain(&effect.of), plain(&effect.given), plain(&effect.do_))?;
        let acting = Term::new(plain(&effect.of), plain(&effect.given.without(z)), plain(&effect.do_.with(z)))?;
        let (lhs, rhs) = (arena.p(query), arena.p(acting));
        let mut shown = Shown::start(lhs);
        if let Some((rule, requires)) = before {
            let step = Step { rule, lhs, rhs, uses: Vec::new(), requires: vec![requires] };
            shown = shown.then(rhs, Derivation { steps: vec![step] });
        }
        shown = shown.then(target, told);
        // From current values to where the query stands.
        let at: Vec<(Ref, Ref)> =
            self.term.refs().map(|r| (Ref::plain(r.var), r)).filter(|(from, to)| from != to).collect();
        let (query, estimand, derivation) = if at.is_empty() {
            (lhs, shown.expr, shown.derivation)
        } else {
            let apart = effect::apart(&mut arena, target, &at);
            let shown = shown.rearranged(apart);
            let there = arena.rename(apart, &at)?;
            let query = arena.p(self.term.clone());
            let parts = [(self.term.clone(), shown.derivation, at)];
            (query, there, derive::combine(graph, &mut arena, query, &parts, there))
        };
        let others = graph.nodes().filter(|&node| node != z).map(reference);
        let known = Term::new(others, [], [reference(z)])?;
        let mut claim = self.context.claim(Statement::Identifiable { query, estimand });
        claim.known = claim.known.iter().chain([&known]).cloned().collect();
        let checked = settle(&mut arena, &claim, &Evidence::Derivation(derivation)).ok()?;
        let found = Found { checked, strategy: "experiment", estimand: written(graph, &arena, estimand) };
        Some(Randomise { variable: z, known, found })
    }

    fn related(&mut self) {
        let here = self.context.projected();
        let (of, do_, given) = (self.term.of(), self.term.do_(), self.term.given());
        let but = |all: &[Ref], gone: &Ref| all.iter().copied().filter(|r| r != gone).collect::<Vec<_>>();
        let mut asked = Vec::new();
        let fewer = given.iter().map(|gone| but(given, gone)).chain((given.len() > 1).then(Vec::new));
        asked.extend(fewer.map(|rest| (of.to_vec(), do_.to_vec(), rest, RelatedKind::FewerConditions)));
        if of.len() > 1 {
            let mut parts: Vec<Vec<Ref>> = of.iter().map(|gone| but(of, gone)).collect();
            if of.len() > 2 {
                parts.extend(of.iter().map(|&only| vec![only]));
            }
            asked
                .extend(parts.into_iter().map(|part| (part, do_.to_vec(), given.to_vec(), RelatedKind::FewerOutcomes)));
        }
        let outcomes = self.context.nodes(of);
        let direct = here.graph.set(outcomes.iter().flat_map(|y| here.graph.parents(y).collect::<Vec<_>>()));
        let actions = self.context.nodes(do_);
        for cause in direct.difference(&outcomes).iter() {
            if actions.len() == 1 && actions.contains(cause) && given.is_empty() {
                continue;
            }
            asked.push((of.to_vec(), vec![reference(cause)], Vec::new(), RelatedKind::DirectCause));
        }
        for (of, do_, given, kind) in asked {
            let Some(term) = Term::new(of, given, do_) else { continue };
            // What is known for more conditions or outcomes need not be said for a part of them.
            let part = self
                .advice
                .related
                .iter()
                .any(|known| known.kind == kind && kind != RelatedKind::DirectCause && covers(&known.term, &term));
            if part {
                continue;
            }
            match self.ask(here, &term) {
                Some(Ok(found)) => self.advice.related.push(Related { term, kind, found }),
                None if self.advice.stopped.is_some() => return,
                Some(Err(_)) | None => {}
            }
        }
    }
}

/// As how many identifications one counts in a graph.
pub(super) fn cost(graph: &Graph) -> usize {
    1 + (graph.len() + graph.directed_count() + graph.bidirected_count()) / SIZE
}

/// Whether one effect says all that another does: of more outcomes, or given more.
fn covers(more: &Term, less: &Term) -> bool {
    let within = |less: &[Ref], more: &[Ref]| less.iter().all(|r| more.contains(r));
    within(less.of(), more.of()) && within(less.given(), more.given()) && less.do_() == more.do_()
}

fn reference(node: Node) -> Ref {
    Ref::plain(Var::new(node.index()))
}

fn written(graph: &Graph, arena: &Arena, estimand: ExprId) -> Option<Box<tree::Expr>> {
    let short = arena.size(estimand) <= WRITTEN && arena.depth(estimand) <= DEEPEST;
    short.then(|| Box::new(lift::expr(graph, arena, estimand, &[])))
}

/// The unmeasured causes that may break a hedge, by position. A bidirected edge that is written must be one of its own;
/// of latents it is not looked at which of its edges they make.
fn candidates(here: &Projected, causes: &[Cause], hedge: &Hedge) -> Vec<usize> {
    if here.source.is_some() || causes.iter().any(|cause| matches!(cause, Cause::Latent(_))) {
        return (0..causes.len()).collect();
    }
    let part = |a: &str, b: &str| {
        let mut edges = hedge.outer.bidirected.iter();
        edges.any(|&(x, y)| (here.graph.name(x), here.graph.name(y)) == (a, b))
    };
    let breaks = |cause: &Cause| matches!(cause, Cause::Shared { a, b, .. } if part(a, b));
    (0..causes.len()).filter(|&position| breaks(&causes[position])).collect()
}

/// A term of one graph in another that has the same names, and maybe more.
fn moved(term: &Term, from: &Graph, to: &Graph) -> Option<Term> {
    let known = |r: Ref| to.node(from.name(Node::new(r.var.index())));
    if !term.refs().all(|r| known(r).is_some()) {
        return None;
    }
    term.map(|r| Ref { var: known(r).map_or(r.var, |node| Var::new(node.index())), at: r.at })
}

/// What makes P(y | do(x), w) the same as P(y | do(x, z), w without z): nothing where z is in x, rule 2 for z in w, else
/// rule 3. None where the rule does not apply.
fn before(graph: &Graph, effect: &Effect, z: Node) -> Option<Option<(Rule, Separation)>> {
    let Effect { of, do_, given } = effect;
    if do_.contains(z) {
        return Some(None);
    }
    let y = graph.set([z]);
    let over = Mutilation::over(graph, do_.clone());
    let (rule, given, cut) = if given.contains(z) {
        let cut = Mutilation { no_incoming: do_.clone(), no_outgoing: y.clone() };
        (Rule::Rule2, given.without(z), cut)
    } else {
        let idle = y.difference(&reach::ancestors_cut(graph, given, &over));
        (Rule::Rule3, given.clone(), Mutilation::over(graph, do_.union(&idle)))
    };
    let separation = Separation { x: of.clone(), y, given: do_.union(&given), cut };
    let Separation { x, y, given, cut } = &separation;
    reach::separated(graph, x, y, given, cut).then_some(Some((rule, separation)))
}

/// A graph without one of its nodes, and the way back.
struct Without {
    graph: Graph,
    z: Node,
}

impl Without {
    fn new(whole: &Graph, z: Node) -> Option<Self> {
        let mut builder = GraphBuilder::new();
        for node in whole.nodes().filter(|&node| node != z) {
            builder.node(whole.name(node));
        }
        let inside = |(a, b): (Node, Node)| (a != z && b != z).then(|| (inner(a, z), inner(b, z)));
        for (a, b) in whole.directed().filter_map(inside) {
            builder.directed(a, b);
        }
        for (a, b) in whole.bidirected().filter_map(inside) {
            builder.bidirected(a, b);
        }
        Some(Self { graph: builder.build().ok()?, z })
    }

    /// A set of the whole graph, z left out.
    fn set(&self, set: &NodeSet) -> NodeSet {
        self.graph.set(set.iter().filter(|&node| node != self.z).map(|node| inner(node, self.z)))
    }

    fn node(&self, node: Node) -> Node {
        Node::new(node.index() + usize::from(node >= self.z))
    }

    fn reference(&self, r: Ref) -> Ref {
        Ref { var: Var::new(self.node(Node::new(r.var.index())).index()), at: r.at }
    }

    /// An estimand with its derivation, under the standing action do(z): in every term, and in what every rule needs.
    fn back(
        &self,
        whole: &Graph,
        arena: &mut Arena,
        small: &Arena,
        estimand: ExprId,
        derivation: &Derivation,
    ) -> Option<(ExprId, Derivation)> {
        let roots = derivation.steps.iter().flat_map(|step| [step.lhs, step.rhs]).chain([estimand]);
        let mut new: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for id in small.reachable(roots) {
            let of = |id: &ExprId| new.get(id).copied();
            let all = |ids: &[ExprId]| ids.iter().map(of).collect::<Option<Vec<_>>>();
            let made = match small.get(id) {
                Expr::Number(number) => arena.number(number.clone()),
                Expr::Value(r) => arena.value(self.reference(*r)),
                Expr::P(term) => {
                    let part = |refs: &[Ref]| refs.iter().map(|&r| self.reference(r)).collect::<Vec<_>>();
                    let acting = part(term.do_()).into_iter().chain([reference(self.z)]);
                    arena.p(Term::new(part(term.of()), part(term.given()), acting)?)
                }
                Expr::Sum { over, body } => arena.sum(over.iter().map(|&r| self.reference(r)), of(body)?),
                Expr::Product(ids) => arena.product(all(ids)?),
                Expr::Plus(ids) => arena.plus(all(ids)?),
                Expr::Minus(ids) => arena.minus(all(ids)?),
                Expr::Quotient(over, under) => arena.quotient(of(over)?, of(under)?),
            };
            new.insert(id, made);
        }
        let set = |set: &NodeSet| whole.set(set.iter().map(|node| self.node(node)));
        let separation = |s: &Separation| Separation {
            x: set(&s.x),
            y: set(&s.y),
            given: set(&s.given).with(self.z),
            cut: Mutilation { no_incoming: set(&s.cut.no_incoming).with(self.z), no_outgoing: set(&s.cut.no_outgoing) },
        };
        let renamed = |used: &Use| Use {
            step: used.step,
            at: used.at.iter().map(|&(from, to)| (self.reference(from), self.reference(to))).collect(),
        };
        let steps = derivation.steps.iter().map(|step| {
            Some(Step {
                rule: step.rule,
                lhs: *new.get(&step.lhs)?,
                rhs: *new.get(&step.rhs)?,
                uses: step.uses.iter().map(renamed).collect(),
                requires: step.requires.iter().map(separation).collect(),
            })
        });
        let steps = steps.collect::<Option<Vec<Step>>>()?;
        Some((*new.get(&estimand)?, Derivation { steps }))
    }
}

/// A node of the whole graph in the one without z.
fn inner(node: Node, z: Node) -> Node {
    Node::new(node.index() - usize::from(node > z))
}
