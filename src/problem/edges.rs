//! The edges of one graph's block: counted before they are made, then checked against each other.

use super::diagnostics;
use super::findings::Findings;
use crate::graph::{Graph, GraphBuilder, Node};
use crate::source::Span;
use crate::syntax::tree::{EdgeSign, Name};
use indexmap::IndexMap;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxBuildHasher, FxHashSet};
use std::collections::VecDeque;

/// Every node of one group joined to every node of the next.
#[derive(Debug)]
pub(super) struct Link<'t> {
    pub sign: EdgeSign,
    pub sign_span: Span,
    pub from: Vec<Node>,
    pub to: Vec<Node>,
    pub from_names: &'t [Name],
    pub to_names: &'t [Name],
}

impl Link<'_> {
    fn len(&self) -> usize {
        self.from.len().saturating_mul(self.to.len())
    }
}

/// The links of a block. An edge is known by its number: links in order, and in each the second group fastest.
#[derive(Debug, Default)]
pub(super) struct Edges<'t> {
    links: Vec<Link<'t>>,
    /// Number of each link's first edge.
    starts: Vec<usize>,
    directed: usize,
    bidirected: usize,
}

/// A link would pass [`Graph::MAX_EDGES`].
#[derive(Debug)]
pub(super) struct TooMany;

/// One edge: its ends (of a bidirected one, the smaller first) and its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Edge {
    ends: (u32, u32),
    bidirected: bool,
    /// Whether it leads from the larger to the smaller end.
    reversed: bool,
    number: u32,
}

/// What is wrong with an edge that stands beside an earlier one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Clash {
    Twice,
    BothDirections,
}

impl<'t> Edges<'t> {
    /// Adds a link, unless there are too many edges with it; nothing is made yet.
    pub fn add(&mut self, link: Link<'t>) -> Result<(), TooMany> {
        let count = match link.sign {
            EdgeSign::Right | EdgeSign::Left => &mut self.directed,
            EdgeSign::Both => &mut self.bidirected,
        };
        let total = count.saturating_add(link.len());
        if total > Graph::MAX_EDGES {
            return Err(TooMany);
        }
        *count = total;
        self.starts.push(self.directed + self.bidirected - link.len());
        self.links.push(link);
        Ok(())
    }

    /// Reports self-loops, edges given twice and cycles, leaves them out, and freezes the rest.
    /// O(edges log edges + nodes).
    pub fn build(&self, mut builder: GraphBuilder, names: &[&Name], findings: &mut Findings) -> Graph {
        let nodes = builder.clone();
        let mut edges = self.expand(findings);
        edges.sort_unstable_by_key(|e| (e.bidirected, e.ends, e.number));
        self.keep_one_of_each(&mut edges, findings);
        self.break_cycles(&mut edges, names, findings);
        for edge in &edges {
            let (a, b) = (Node::new(edge.ends.0 as usize), Node::new(edge.ends.1 as usize));
            match (edge.bidirected, edge.reversed) {
                (true, _) => builder.bidirected(a, b),
                (false, false) => builder.directed(a, b),
                (false, true) => builder.directed(b, a),
            };
        }
        // Nothing that the builder refuses is left, but a graph without edges is a sound thing to fall back to.
        builder.build().or_else(|_| nodes.build()).unwrap_or_default()
    }

    fn expand(&self, findings: &mut Findings) -> Vec<Edge> {
        let mut edges = Vec::with_capacity(self.directed + self.bidirected);
        let mut number = 0_u32;
        for link in &self.links {
            for (&from, from_name) in link.from.iter().zip(link.from_names) {
                for (&to, to_name) in link.to.iter().zip(link.to_names) {
                    let (from, to) = match link.sign {
                        EdgeSign::Right | EdgeSign::Both => (from, to),
                        EdgeSign::Left => (to, from),
                    };
                    if from == to {
                        let span = if link.len() == 1 { from_name.span.to(to_name.span) } else { to_name.span };
                        findings.push(diagnostics::self_loop(&findings.source, &to_name.value, span));
                    } else {
                        edges.push(Edge {
                            ends: (from.min(to).index() as u32, from.max(to).index() as u32),
                            bidirected: link.sign == EdgeSign::Both,
                            reversed: link.sign != EdgeSign::Both && from > to,
                            number,
                        });
                    }
                    number += 1;
                }
            }
        }
        edges
    }

    /// Of edges between the same ends keeps the first, and reports the others: one report for each link and fault,
    /// since a link between groups may repeat thousands.
    fn keep_one_of_each(&self, edges: &mut Vec<Edge>, findings: &mut Findings) {
        let mut clashes: IndexMap<(usize, Clash), (u32, u32, usize), FxBuildHasher> = IndexMap::default();
        let mut first: Option<Edge> = None;
        edges.retain(|&edge| {
            let Some(earlier) = first.filter(|f| (f.ends, f.bidirected) == (edge.ends, edge.bidirected)) else {
                first = Some(edge);
                return true;
            };
            let clash = if edge.reversed == earlier.reversed { Clash::Twice } else { Clash::BothDirections };
            let seen = clashes.entry((self.link_of(edge.number), clash)).or_insert((edge.number, earlier.number, 0));
            if edge.number < seen.0 {
                (seen.0, seen.1) = (edge.number, earlier.number);
            }
            seen.2 += 1;
            false
        });
        for ((_, clash), (number, earlier, count)) in clashes {
            let (text, span, first) = (self.text(number), self.span(number), self.span(earlier));
            findings.push(match clash {
                Clash::Twice => diagnostics::edge_twice(&findings.source, &text, span, first, count - 1),
                Clash::BothDirections => diagnostics::both_directions(&findings.source, &text, span, first, count - 1),
            });
        }
    }

    /// Reports one shortest cycle of each strongly connected component, and leaves out the component's edges that go
    /// against the order of declaration.
    ///
    /// Not left to [`GraphBuilder::build`], which stops at the first cycle and whose edges have no place in the text.
    fn break_cycles(&self, edges: &mut Vec<Edge>, names: &[&Name], findings: &mut Findings) {
        let directed = |e: &Edge| if e.reversed { (e.ends.1, e.ends.0) } else { e.ends };
        if !edges.iter().any(|e| e.reversed) {
            return;
        }
        let graph = DiGraph::<(), (), u32>::from_edges(edges.iter().filter(|e| !e.bidirected).map(directed));
        // Kosaraju's algorithm and not Tarjan's: petgraph's is recursive, and a file may hold a long cycle.
        let mut components: Vec<Vec<NodeIndex<u32>>> =
            petgraph::algo::kosaraju_scc(&graph).into_iter().filter(|c| c.len() > 1).collect();
        for component in &mut components {
            component.sort_unstable();
        }
        components.sort_unstable();
        let mut component_of = vec![u32::MAX; graph.node_count()];
        for (number, component) in components.iter().enumerate() {
            for node in component {
                component_of[node.index()] = number as u32;
            }
        }
        for component in &components {
            let Some(&start) = component.first() else { continue };
            let cycle = shortest_cycle(&graph, start, &component_of);
            let mut places = Vec::with_capacity(cycle.len());
            for (position, &from) in cycle.iter().enumerate() {
                let to = cycle[(position + 1) % cycle.len()];
                let key = (false, (from.min(to), from.max(to)));
                if let Ok(found) = edges.binary_search_by_key(&key, |e| (e.bidirected, e.ends)) {
                    let number = edges[found].number;
                    let span = self.links.get(self.link_of(number)).map_or_else(Span::default, |l| l.sign_span);
                    places.push((span, self.text(number)));
                }
            }
            let cycle: Vec<&str> =
                cycle.iter().map(|&node| names.get(node as usize).map_or("", |name| name.value.as_str())).collect();
            findings.push(diagnostics::cycle(&findings.source, &cycle, &places));
        }
        edges.retain(|e| {
            let component = |node: u32| component_of.get(node as usize).copied().unwrap_or(u32::MAX);
            let same = component(e.ends.0) == component(e.ends.1) && component(e.ends.0) != u32::MAX;
            e.bidirected || !e.reversed || !same
        });
    }

    fn link_of(&self, number: u32) -> usize {
        self.starts.partition_point(|&start| start <= number as usize).saturating_sub(1)
    }

    /// The names at the two ends, as written from left to right.
    fn ends(&self, number: u32) -> Option<(&Link<'t>, &Name, &Name)> {
        let at = self.link_of(number);
        let (link, start) = (self.links.get(at)?, *self.starts.get(at)?);
        let within = (number as usize).checked_sub(start)?;
        let row = within.checked_div(link.to.len())?;
        Some((link, link.from_names.get(row)?, link.to_names.get(within % link.to.len())?))
    }

    fn text(&self, number: u32) -> String {
        let Some((link, from, to)) = self.ends(number) else { return String::new() };
        let sign = match link.sign {
            EdgeSign::Right => "->",
            EdgeSign::Left => "<-",
            EdgeSign::Both => "<->",
        };
        format!("{} {sign} {}", from.value, to.value)
    }

    /// From name to name; where a group makes several edges, the name in the group.
    fn span(&self, number: u32) -> Span {
        match self.ends(number) {
            None => Span::default(),
            Some((link, from, to)) if link.len() == 1 => from.span.to(to.span),
            Some((link, _, to)) if link.to.len() > 1 => to.span,
            Some((_, from, _)) => from.span,
        }
    }
}

/// A shortest cycle through `start`, which lies on one, by breadth-first search inside its component.
fn shortest_cycle(graph: &DiGraph<(), (), u32>, start: NodeIndex<u32>, component_of: &[u32]) -> Vec<u32> {
    let inside = |node: NodeIndex<u32>| component_of[node.index()] == component_of[start.index()];
    let mut from: rustc_hash::FxHashMap<u32, u32> = rustc_hash::FxHashMap::default();
    let mut seen: FxHashSet<NodeIndex<u32>> = FxHashSet::default();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        let mut next: Vec<_> = graph.neighbors(node).filter(|&n| inside(n)).collect();
        next.sort_unstable();
        for other in next {
            if other == start {
                let mut cycle = vec![node.index() as u32];
                while let Some(&before) = cycle.last().and_then(|at| from.get(at)) {
                    cycle.push(before);
                }
                cycle.reverse();
                return cycle;
            }
            if seen.insert(other) {
                from.insert(other.index() as u32, node.index() as u32);
                queue.push_back(other);
            }
        }
    }
    Vec::new()
}
