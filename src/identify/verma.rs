//! Verma constraints: functionals of the data that do not depend on a variable they mention, though no independence of
//! the measured variables says so (Verma & Pearl 1990).
//!
//! Found by the procedure of Tian & Pearl 2002b. Each node v is taken with its district S among the nodes up to it in the
//! topological order, whose Q\[S\] is a function of the data. An ancestral part H of S keeps Q\[H\] = Σ Q\[S\], which
//! depends on H and its parents alone; the district of v in H can be factored out of Q\[H\] and depends on itself and its
//! parents alone; and so on from there. What the functional mentions beyond that is a constraint, unless separations
//! show it term by term. No claim of completeness is made.

use super::{p, plain};
use crate::algebra;
use crate::expr::{Arena, ExprId, Ref, Term};
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::reach;
use rustc_hash::FxHashSet;

/// One constraint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Constraint {
    /// The district it comes from.
    pub district: NodeSet,
    /// The functional.
    pub expr: ExprId,
    /// It mentions these freely and does not depend on them.
    pub independent_of: NodeSet,
}

/// The constraints found, by their last node in topological order, then the larger parts first; and whether every part
/// was looked at.
///
/// At most `budget` ancestral parts are looked at in all, and none once `stopped` says so: a district of n nodes may
/// have 2ⁿ of them. Each takes a simplification.
#[must_use]
pub fn constraints(
    graph: &Graph,
    arena: &mut Arena,
    budget: usize,
    stopped: &dyn Fn() -> bool,
) -> (Vec<Constraint>, bool) {
    let mut search = Search { graph, arena, budget, stopped, found: Vec::new() };
    let mut before = graph.no_nodes();
    let mut complete = true;
    for &node in graph.topological_order() {
        before.insert(node);
        let district = reach::district_of(graph, node, &before);
        if district.len() > 1 {
            if search.budget == 0 || stopped() {
                return (search.found, false);
            }
            complete &= search.descend(node, &district, &before);
        }
    }
    (search.found, complete)
}

struct Search<'a> {
    graph: &'a Graph,
    arena: &'a mut Arena,
    budget: usize,
    stopped: &'a dyn Fn() -> bool,
    found: Vec<Constraint>,
}

impl Search<'_> {
    /// All parts that lead from one district of `node` to smaller ones.
    fn descend(&mut self, node: Node, district: &NodeSet, before: &NodeSet) -> bool {
        let start = self.q(district, before);
        let mut seen: FxHashSet<NodeSet> = [district.clone()].into_iter().collect();
        let mut waiting = vec![(district.clone(), start)];
        while let Some((set, q)) = waiting.pop() {
            // What is known of the parts of this set: that they do not depend on these.
            let mut known: Vec<(NodeSet, NodeSet)> = Vec::new();
            let mut parts = std::collections::VecDeque::from([set.clone()]);
            let mut met: FxHashSet<NodeSet> = FxHashSet::default();
            while let Some(part) = parts.pop_front() {
                for sink in self.sinks(&part).filter(|&sink| sink != node).collect::<Vec<_>>() {
                    let smaller = part.without(sink);
                    if met.insert(smaller.clone()) {
                        parts.push_back(smaller);
                    }
                }
                if self.budget == 0 || (self.stopped)() {
                    return false;
                }
                self.budget -= 1;
                let gone = set.difference(&part);
                let sum = self.arena.sum(plain(&gone), q);
                let kept = self.simplified(sum);
                let mut lost = self.family(&set).difference(&self.family(&part));
                lost.subtract(&gone);
                for (larger, already) in &known {
                    if part.is_subset(larger) {
                        lost.subtract(already);
                    }
                }
                if !lost.is_empty() {
                    self.report(district, kept, &lost);
                    known.push((part.clone(), lost));
                }
                let inner = reach::district_of(self.graph, node, &part);
                if inner != part && seen.insert(inner.clone()) {
                    let factored = self.factored(kept, &part, &inner);
                    let lost = self.family(&part).difference(&self.family(&inner));
                    self.report(district, factored, &lost);
                    if inner.len() > 1 {
                        waiting.push((inner, factored));
                    }
                }
            }
        }
        true
    }

    /// Π P(v | what is before v of its district so far and of its parents), over the district.
    fn q(&mut self, district: &NodeSet, within: &NodeSet) -> ExprId {
        let mut before = within.clone();
        let mut factors = Vec::new();
        for node in self.ordered(within).into_iter().rev() {
            if district.contains(node) {
                let own = reach::district_of(self.graph, node, &before);
                let given = self.family(&own).without(node);
                factors.push(p(self.arena, &self.graph.set([node]), &given));
            }
            before.remove(node);
        }
        factors.reverse();
        self.arena.product(factors)
    }

    /// Q\[inner\] from Q\[part\]: Π over v in `inner` of Σ (after v) Q / Σ (v and after) Q (Tian & Pearl 2002, lemma 4).
    fn factored(&mut self, q: ExprId, part: &NodeSet, inner: &NodeSet) -> ExprId {
        let mut factors = Vec::new();
        let mut after = self.graph.no_nodes();
        for node in self.ordered(part).into_iter().rev() {
            if inner.contains(node) {
                let over = self.arena.sum(plain(&after), q);
                let under = self.arena.sum(plain(&after.with(node)), q);
                factors.push(self.arena.quotient(over, under));
            }
            after.insert(node);
        }
        factors.reverse();
        let product = self.arena.product(factors);
        self.simplified(product)
    }

    fn simplified(&mut self, expr: ExprId) -> ExprId {
        algebra::simplify(self.arena, self.graph, expr, &mut Vec::new())
    }

    /// Notes the constraint, where the functional mentions one of `lost` even after every term has lost the conditions
    /// that are separated from what it is of.
    fn report(&mut self, district: &NodeSet, expr: ExprId, lost: &NodeSet) {
        let graph = self.graph;
        let plainest = self.arena.replace_terms(expr, &mut |arena, term| without_idle_conditions(graph, arena, term));
        let plainest = self.simplified(plainest);
        let free = |arena: &Arena, expr: ExprId| graph.set(arena.free(expr).iter().map(|r| Node::new(r.var.index())));
        let mut independent_of = lost.intersection(&free(self.arena, plainest));
        independent_of.retain(&free(self.arena, expr));
        if independent_of.is_empty() {
            return;
        }
        let expr = algebra::tidy(self.arena, graph, plainest);
        if !self.found.iter().any(|known| known.expr == expr && independent_of.is_subset(&known.independent_of)) {
            self.found.push(Constraint { district: district.clone(), expr, independent_of });
        }
    }

    fn ordered(&self, set: &NodeSet) -> Vec<Node> {
        let mut nodes: Vec<Node> = set.iter().collect();
        self.graph.sort(&mut nodes);
        nodes
    }

    /// The set and its parents.
    fn family(&self, set: &NodeSet) -> NodeSet {
        let mut family = set.clone();
        for node in set.iter() {
            family.extend(&self.graph.set(self.graph.parents(node)));
        }
        family
    }

    /// Members without a child in the set.
    fn sinks(&self, set: &NodeSet) -> impl Iterator<Item = Node> {
        let childless = |&node: &Node| !self.graph.children(node).any(|child| set.contains(child));
        set.iter().filter(childless).collect::<Vec<_>>().into_iter()
    }
}

/// P(a | b) without the members of b that the others separate from a.
fn without_idle_conditions(graph: &Graph, arena: &mut Arena, term: &Term) -> Option<ExprId> {
    let nodes = |refs: &[Ref]| graph.set(refs.iter().map(|r| Node::new(r.var.index())));
    let of = nodes(term.of());
    let mut given = nodes(term.given());
    let nothing = Mutilation::none(graph);
    for node in nodes(term.given()).iter() {
        let rest = given.without(node);
        if reach::separated(graph, &of, &graph.set([node]), &rest, &nothing) {
            given = rest;
        }
    }
    let kept = term.given().iter().copied().filter(|r| given.contains(Node::new(r.var.index())));
    let shorter = Term::new(term.of().iter().copied(), kept, term.do_().iter().copied())?;
    Some(arena.p(shorter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    fn found(directed: &[(&str, &str)], bidirected: &[(&str, &str)]) -> Vec<(Vec<String>, Vec<String>, usize)> {
        let mut builder = GraphBuilder::new();
        for (a, b) in directed {
            let (a, b) = (builder.node(a), builder.node(b));
            builder.directed(a, b);
        }
        for (a, b) in bidirected {
            let (a, b) = (builder.node(a), builder.node(b));
            builder.bidirected(a, b);
        }
        let graph = builder.build().unwrap();
        let mut arena = Arena::new();
        let (found, complete) = constraints(&graph, &mut arena, 1000, &|| false);
        assert!(complete);
        let names = |set: &NodeSet| set.iter().map(|node| graph.name(node).to_owned()).collect::<Vec<_>>();
        found.iter().map(|c| (names(&c.district), names(&c.independent_of), arena.terms(c.expr).len())).collect()
    }

    #[test]
    fn the_graph_of_verma_and_pearl() {
        // Σ_b P(b | a) P(d | a, b, c) does not depend on a.
        let edges = [("a", "b"), ("b", "c"), ("c", "d")];
        let [(district, independent_of, terms)] = &found(&edges, &[("b", "d")])[..] else { panic!() };
        assert_eq!(
            (&district[..], &independent_of[..], *terms),
            (&["b".to_owned(), "d".into()][..], &["a".into()][..], 2)
        );
    }

    #[test]
    fn independences_are_not_reported() {
        // d is independent of a: Σ_b P(b | a) P(d | a, b) = P(d | a) = P(d).
        assert_eq!(found(&[("a", "b")], &[("b", "d")]), []);
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("a", "d"), ("c", "d")], &[]), []);
        assert_eq!(found(&[], &[("a", "b"), ("b", "c"), ("c", "d")]), []);
        // With a -> d beside it nothing is lost.
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")], &[("b", "d")]), []);
    }

    #[test]
    fn the_search_stops_at_its_budget() {
        let mut builder = GraphBuilder::new();
        let nodes: Vec<Node> = (0..30).map(|i| builder.node(&format!("v{i}"))).collect();
        for pair in nodes.windows(2) {
            builder.bidirected(pair[0], pair[1]);
        }
        let graph = builder.build().unwrap();
        assert!(!constraints(&graph, &mut Arena::new(), 50, &|| false).1);
        assert!(!constraints(&graph, &mut Arena::new(), 50, &|| true).1);
    }
}
