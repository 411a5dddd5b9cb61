//! A graph while it is read: variables and edges with the places they were written at, and what was wrong with them.

use super::diagnostics;
use super::model::{Model, Variable};
use crate::graph::{Graph, GraphBuilder, GraphError, Node};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::MAX_ERRORS;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

/// An edge's kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Kind {
    /// The first causes the second.
    Directed,
    /// They share an unmeasured cause.
    Bidirected,
}

#[derive(Clone, Copy, Debug)]
struct Edge {
    kind: Kind,
    from: usize,
    to: usize,
    span: Span,
}

/// Something that the language has no place for, with examples of it.
#[derive(Debug)]
struct Lost {
    span: Span,
    examples: Vec<String>,
    more: bool,
}

/// How many examples of one thing are named.
const EXAMPLES: usize = 6;

/// Sorts by the place of the first label; where two stand at one place, as they came.
pub(super) fn by_place(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_cached_key(|diagnostic| diagnostic.labels.first().map_or(0, |label| label.span.start));
}

/// A graph while it is read.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub source: &'a Source,
    /// The graph's name.
    pub name: Option<String>,
    /// How the format writes an unmeasured common cause; said where an edge goes both ways.
    pub both_ways: &'static str,
    variables: IndexMap<String, (Variable, Span), FxBuildHasher>,
    edges: Vec<Edge>,
    counts: [usize; 2],
    lost: IndexMap<(&'static str, &'static str), Lost>,
    diagnostics: Vec<Diagnostic>,
    errors: usize,
    full: bool,
}

impl<'a> Draft<'a> {
    /// Nothing yet.
    pub fn new(source: &'a Source, both_ways: &'static str) -> Self {
        Self {
            source,
            name: None,
            both_ways,
            variables: IndexMap::default(),
            edges: Vec::new(),
            counts: [0; 2],
            lost: IndexMap::new(),
            diagnostics: Vec::new(),
            errors: 0,
            full: false,
        }
    }

    /// The variable of that name, added where it is new. Past the limit some other one, and an error.
    pub fn node(&mut self, name: &str, span: Span) -> usize {
        if let Some(index) = self.variables.get_index_of(name) {
            return index;
        }
        if self.variables.len() >= Graph::MAX_NODES {
            self.fill(span);
            return 0;
        }
        if name.is_empty() {
            self.error(diagnostics::empty_name(self.source, span));
        }
        self.variables.insert_full(name.to_owned(), (Variable::named(name), span)).0
    }

    /// A variable that is there.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.variables.get_index_of(name)
    }

    /// What is known of a variable.
    pub fn variable(&mut self, index: usize) -> Option<&mut Variable> {
        self.variables.get_index_mut(index).map(|(_, (variable, _))| variable)
    }

    /// An edge.
    pub fn edge(&mut self, kind: Kind, from: usize, to: usize, span: Span) {
        self.edges_between(kind, &[from], &[to], span);
    }

    /// Every pair of two groups.
    pub fn edges_between(&mut self, kind: Kind, from: &[usize], to: &[usize], span: Span) {
        let count = &mut self.counts[usize::from(kind == Kind::Bidirected)];
        *count = count.saturating_add(from.len().saturating_mul(to.len()));
        if *count > Graph::MAX_EDGES {
            self.fill(span);
        }
        if self.full {
            return;
        }
        for &from in from {
            self.edges.extend(to.iter().map(|&to| Edge { kind, from, to, span }));
        }
    }

    fn fill(&mut self, span: Span) {
        if !self.full {
            self.full = true;
            self.error(diagnostics::graph_too_large(self.source, span));
        }
    }

    /// Whether more is worth reading.
    pub const fn is_full(&self) -> bool {
        self.full || self.errors > MAX_ERRORS
    }

    /// Reports what is wrong.
    pub fn error(&mut self, diagnostic: Diagnostic) {
        self.errors += 1;
        if self.errors <= MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        } else if self.errors == MAX_ERRORS + 1 {
            let span = self.diagnostics.last().and_then(|last| last.labels.first()).map_or(Span::default(), |l| l.span);
            self.diagnostics.push(diagnostics::too_many_errors(self.source, span, MAX_ERRORS));
        }
    }

    /// Reports something that is not an error.
    pub fn warn(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says once, with examples, that things of a kind have no place in the language: `what` ends the sentence
    /// “Not carried over: …”.
    pub fn lose(&mut self, what: &'static str, help: &'static str, example: &str, span: Span) {
        let lost = self.lost.entry((what, help)).or_insert_with(|| Lost { span, examples: Vec::new(), more: false });
        let example = diagnostics::shown(example);
        if lost.examples.contains(&example) {
            return;
        }
        if lost.examples.len() < EXAMPLES {
            lost.examples.push(example);
        } else {
            lost.more = true;
        }
    }

    /// What was lost, as warnings; then it has been told.
    pub fn losses(&mut self) -> Vec<Diagnostic> {
        let lost = std::mem::take(&mut self.lost).into_iter();
        lost.map(|((what, help), lost)| {
            let more = if lost.more { ", …" } else { "" };
            let message = format!("not carried over: {what} ({}{more})", lost.examples.join(", "));
            diagnostics::lost_here(self.source, lost.span, message, help)
        })
        .collect()
    }

    /// The graph, unless something is wrong with it. `head` is the place of what is wrong with all of it.
    pub fn finish(mut self, head: Span) -> (Option<Model>, Vec<Diagnostic>) {
        self.check_roles();
        let losses = self.losses();
        self.diagnostics.extend(losses);
        if self.errors == 0 {
            self.check_size(head);
        }
        self.check_edges();
        if self.errors == 0 {
            self.check_cycles();
        }
        by_place(&mut self.diagnostics);
        if self.errors > 0 {
            return (None, self.diagnostics);
        }
        let of = |kind: Kind| self.edges.iter().filter(move |e| e.kind == kind).map(|e| (e.from, e.to)).collect();
        let model = Model {
            name: self.name.filter(|name| !name.is_empty()),
            directed: of(Kind::Directed),
            bidirected: of(Kind::Bidirected),
            variables: self.variables.into_values().map(|(variable, _)| variable).collect(),
        };
        (Some(model), self.diagnostics)
    }

    /// The language asks for the effect of the exposures on the outcomes, so each is measured and on one side.
    fn check_roles(&mut self) {
        let mut odd = Vec::new();
        for (name, (variable, span)) in &mut self.variables {
            let (exposure, outcome) = (variable.exposure, variable.outcome);
            if (exposure || outcome) && variable.latent || exposure && outcome {
                (variable.exposure, variable.outcome) = (false, false);
                odd.push((name.clone(), *span));
            }
        }
        for (name, span) in odd {
            let help = "a question needs measured exposures and outcomes, apart from each other";
            self.lose("the role of a variable that is latent, or exposure and outcome at once", help, &name, span);
        }
    }

    fn check_size(&mut self, head: Span) {
        let measured = self.variables.values().any(|(variable, _)| !variable.latent);
        if !measured {
            let latent = !self.variables.is_empty();
            self.error(diagnostics::empty_graph(self.source, head, latent));
        }
    }

    /// Self-loops and edges both ways are errors; an edge that is there already counts once.
    fn check_edges(&mut self) {
        let mut edges = std::mem::take(&mut self.edges);
        edges.retain(|edge| {
            if edge.from == edge.to {
                let name = self.variables.get_index(edge.from).map_or("", |(name, _)| name);
                let error = diagnostics::self_loop(self.source, edge.span, name);
                self.error(error);
            }
            edge.from != edge.to
        });
        for edge in &mut edges {
            if edge.kind == Kind::Bidirected && edge.from > edge.to {
                std::mem::swap(&mut edge.from, &mut edge.to);
            }
        }
        let mut order: Vec<usize> = (0..edges.len()).collect();
        let ends = |edge: &Edge| (edge.kind, edge.from.min(edge.to), edge.from.max(edge.to));
        order.sort_unstable_by_key(|&i| (ends(&edges[i]), i));
        let mut keep = vec![true; edges.len()];
        let mut first: Option<usize> = None;
        for &i in &order {
            match first.filter(|&f| ends(&edges[f]) == ends(&edges[i])) {
                None => first = Some(i),
                Some(f) => {
                    keep[i] = false;
                    if edges[f].from != edges[i].from {
                        let name = |index: usize| self.variables.get_index(index).map_or("", |(name, _)| name.as_str());
                        let names = (name(edges[f].from), name(edges[f].to));
                        let places = (edges[i].span, edges[f].span);
                        let error =
                            diagnostics::both_directions(self.source, names, places.0, places.1, self.both_ways);
                        self.error(error);
                    }
                }
            }
        }
        let mut keep = keep.into_iter();
        edges.retain(|_| keep.next().unwrap_or(false));
        self.edges = edges;
    }

    fn check_cycles(&mut self) {
        let mut builder = GraphBuilder::new();
        for name in self.variables.keys() {
            builder.node(name);
        }
        for edge in self.edges.iter().filter(|edge| edge.kind == Kind::Directed) {
            builder.directed(Node::new(edge.from), Node::new(edge.to));
        }
        let Err(GraphError::Cycle(nodes)) = builder.build() else { return };
        let names: Vec<&str> = nodes
            .iter()
            .filter_map(|node| self.variables.get_index(node.index()).map(|(name, _)| name.as_str()))
            .collect();
        let steps = nodes.iter().zip(nodes.iter().cycle().skip(1)).take(16);
        let spans: Vec<Span> = steps
            .filter_map(|(a, b)| {
                let found = self
                    .edges
                    .iter()
                    .find(|edge| edge.kind == Kind::Directed && (edge.from, edge.to) == (a.index(), b.index()));
                found.map(|edge| edge.span)
            })
            .collect();
        let error = diagnostics::cycle(self.source, &names, &spans);
        self.error(error);
    }
}
