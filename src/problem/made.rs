//! A problem that no text holds: graphs and questions made in code.

use super::{GraphEntry, Problem, Query, QueryKind, VariableInfo};
use crate::expr::{Arena, Ref, Term, Var};
use crate::graph::{Graph, Node};
use crate::source::{Source, Span};
use indexmap::IndexMap;
use std::fmt;
use std::sync::Arc;

/// Collects graphs and questions about effects. Places in the problem it builds are those of an empty text.
///
/// ```
/// use whatif::graph::GraphBuilder;
/// use whatif::problem::Builder;
///
/// let mut graph = GraphBuilder::new();
/// let [x, y] = ["x", "y"].map(|name| graph.node(name));
/// graph.directed(x, y);
/// let mut problem = Builder::new();
/// let drawn = problem.graph("drawn", graph.build()?, &[])?;
/// problem.effect(drawn, &["y"], &["x"], &[])?;
/// assert!(problem.effect(drawn, &["y"], &["z"], &[]).is_err());
/// assert_eq!(problem.build().queries.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    problem: Problem,
}

/// What is wrong with a graph or a question made in code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mistake {
    /// A name without a character.
    EmptyName,
    /// Two graphs of this name.
    GraphTwice(String),
    /// There is no graph at this position.
    NoGraph(usize),
    /// The graph has no variable of this name.
    NoVariable(String),
    /// The variable is not measured, so nothing can be asked of it.
    Unmeasured(String),
    /// The question names this variable twice.
    Twice(String),
    /// The question has no outcome.
    NoOutcome,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyName => f.write_str("a name has at least one character"),
            Self::GraphTwice(name) => write!(f, "there are two graphs called {name}"),
            Self::NoGraph(position) => write!(f, "there is no graph at position {position}"),
            Self::NoVariable(name) => write!(f, "the graph has no variable {name}"),
            Self::Unmeasured(name) => write!(f, "{name} is not measured, and a question is about what is"),
            Self::Twice(name) => write!(f, "the question names {name} twice"),
            Self::NoOutcome => f.write_str("a question has at least one outcome"),
        }
    }
}

impl std::error::Error for Mistake {}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            problem: Problem {
                source: Source::new("", ""),
                graphs: IndexMap::new(),
                models: IndexMap::new(),
                queries: Vec::new(),
                expectations: Vec::new(),
                tables: IndexMap::new(),
                tasks: Vec::new(),
            },
        }
    }

    /// Adds a graph some of whose variables are not measured; its position, for questions about it. O(nodes).
    ///
    /// # Errors
    /// An empty name, a second graph of the name, an unmeasured variable that the graph lacks.
    pub fn graph(&mut self, name: &str, graph: Graph, unmeasured: &[&str]) -> Result<usize, Mistake> {
        if name.is_empty() || graph.nodes().any(|node| graph.name(node).is_empty()) {
            return Err(Mistake::EmptyName);
        }
        if self.problem.graphs.contains_key(name) {
            return Err(Mistake::GraphTwice(name.to_owned()));
        }
        let node = |name: &&str| graph.node(name).ok_or_else(|| Mistake::NoVariable((*name).to_owned()));
        let latents = graph.set(unmeasured.iter().map(node).collect::<Result<Vec<Node>, _>>()?);
        let measured = graph.nodes().filter(|node| !latents.contains(*node));
        let entry = GraphEntry {
            name: name.to_owned(),
            span: Span::default(),
            doc: None,
            measured: measured.map(|node| graph.name(node).to_owned()).collect(),
            variables: vec![VariableInfo::default(); graph.len()],
            source: Arc::new(graph),
            latents,
        };
        Ok(self.problem.graphs.insert_full(name.to_owned(), entry).0)
    }

    /// Asks for P(of | do(do_), given) in the graph at a position; the question's own, for
    /// [`Prover::answer`](crate::Prover::answer). O(nodes).
    ///
    /// # Errors
    /// No such graph, no outcome, a variable that the graph lacks, does not measure, or that is named twice.
    pub fn effect(&mut self, graph: usize, of: &[&str], do_: &[&str], given: &[&str]) -> Result<usize, Mistake> {
        let Some((_, entry)) = self.problem.graphs.get_index(graph) else { return Err(Mistake::NoGraph(graph)) };
        if of.is_empty() {
            return Err(Mistake::NoOutcome);
        }
        let names = || [of, do_, given].into_iter().flatten();
        if let Some((_, name)) = names().enumerate().find(|(at, name)| names().take(*at).any(|other| other == *name)) {
            return Err(Mistake::Twice((*name).to_owned()));
        }
        let refs = |names: &[&str]| -> Result<Vec<Ref>, Mistake> {
            let one = |name: &&str| match entry.measured.iter().position(|measured| measured == name) {
                Some(position) => Ok(Ref::plain(Var::new(position))),
                None if entry.source.node(name).is_some() => Err(Mistake::Unmeasured((*name).to_owned())),
                None => Err(Mistake::NoVariable((*name).to_owned())),
            };
            names.iter().map(one).collect()
        };
        // None only where a variable is named twice.
        let Some(term) = Term::new(refs(of)?, refs(given)?, refs(do_)?) else {
            return Err(Mistake::Twice(String::new()));
        };
        let index = self.problem.queries.len();
        self.problem.queries.push(Query {
            id: index + 1,
            name: None,
            span: Span::default(),
            graph,
            arena: Arena::new(),
            definitions: Vec::new(),
            kind: QueryKind::Effect(term),
        });
        Ok(index)
    }

    /// The problem, to be asked by a [`Prover`](crate::Prover).
    #[must_use]
    pub fn build(self) -> Problem {
        self.problem
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::GraphBuilder;

    fn front_door() -> Graph {
        let mut graph = GraphBuilder::new();
        let [x, z, y, u] = ["x", "z", "y", "u"].map(|name| graph.node(name));
        graph.directed(x, z).directed(z, y).directed(u, x).directed(u, y);
        graph.build().unwrap()
    }

    /// What is made in code is what the same text means.
    #[test]
    fn code_and_text_mean_the_same() {
        let mut builder = Builder::new();
        let graph = builder.graph("lungs", front_door(), &["u"]).unwrap();
        assert_eq!(builder.effect(graph, &["y"], &["x"], &["z"]), Ok(0));
        let made = builder.build();
        let text = "graph lungs { x -> z -> y; u -> {x y}; latent u }\nP(y | do(x), z)\n";
        let (read, found) = super::super::read(&Source::new("t", text));
        assert!(found.is_empty(), "{found:?}");
        let (a, b) = (&made.graphs[0], &read.graphs[0]);
        assert_eq!((&a.measured, &a.name), (&b.measured, &b.name));
        let (QueryKind::Effect(a), QueryKind::Effect(b)) = (&made.queries[0].kind, &read.queries[0].kind) else {
            panic!("both ask for an effect");
        };
        assert_eq!(a, b);
    }

    #[test]
    fn mistakes_are_named() {
        let mut builder = Builder::new();
        assert_eq!(builder.graph("", front_door(), &[]), Err(Mistake::EmptyName));
        assert_eq!(builder.graph("g", front_door(), &["v"]), Err(Mistake::NoVariable("v".to_owned())));
        assert_eq!(builder.graph("g", front_door(), &["u"]), Ok(0));
        assert_eq!(builder.graph("g", front_door(), &[]), Err(Mistake::GraphTwice("g".to_owned())));
        for (of, do_, given, mistake) in [
            (&["y"][..], &["v"][..], &[][..], Mistake::NoVariable("v".to_owned())),
            (&["y"], &["u"], &[], Mistake::Unmeasured("u".to_owned())),
            (&["y"], &["x"], &["y"], Mistake::Twice("y".to_owned())),
            (&[], &["x"], &[], Mistake::NoOutcome),
        ] {
            assert_eq!(builder.effect(0, of, do_, given), Err(mistake));
        }
        assert_eq!(builder.effect(1, &["y"], &["x"], &[]), Err(Mistake::NoGraph(1)));
        assert!(builder.build().queries.is_empty());
    }
}
