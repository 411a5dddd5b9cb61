//! A graph on its way from one program to another.

use crate::graph::{Graph, GraphBuilder, GraphError, Node};
use crate::problem::Problem;
use crate::reach::latent_projection;
use crate::source::{Span, Spanned};
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{
    Attribute, Chain, EdgeSign, GraphBlock, GraphItem, Name, NodeItem, Statement, StatementKind, Tree,
};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// A graph as data, with all that any of the formats says of a variable. The edges form no cycle, none leads from a
/// variable to itself, and none stands there twice.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Model {
    /// The graph's name, where it has one.
    pub name: Option<String>,
    /// Its variables, each name once and none empty.
    pub variables: Vec<Variable>,
    /// Cause and effect, as positions in `variables`.
    pub directed: Vec<(usize, usize)>,
    /// Pairs with an unmeasured common cause.
    pub bidirected: Vec<(usize, usize)>,
}

/// One variable.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Variable {
    /// Its name: any text but the empty one.
    pub name: String,
    /// Whether it is unmeasured.
    pub latent: bool,
    /// DAGitty's `exposure`.
    pub exposure: bool,
    /// DAGitty's `outcome`.
    pub outcome: bool,
    /// DAGitty's `adjusted`.
    pub adjusted: bool,
    /// Where it is drawn, y downwards.
    pub position: Option<(f64, f64)>,
    /// A longer name or description.
    pub label: Option<String>,
}

impl Variable {
    /// A measured variable of which nothing else is known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// The first effect that a file asks about, for those formats that can hold a question beside the graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Question {
    /// The outcomes.
    pub of: Vec<String>,
    /// What is set.
    pub set: Vec<String>,
    /// What is conditioned on.
    pub given: Vec<String>,
}

impl Model {
    /// A graph of a file, by its position in [`Problem::graphs`], and what the file says of it that no other format has
    /// a place for. None where there is no such graph.
    #[must_use]
    pub fn of(problem: &Problem, graph: usize) -> Option<(Self, Vec<String>)> {
        let (_, entry) = problem.graphs.get_index(graph)?;
        let source = &entry.source;
        let mut lost = Vec::new();
        let variables = source.nodes().zip(&entry.variables).map(|(node, info)| Variable {
            name: source.name(node).to_owned(),
            latent: entry.latents.contains(node),
            exposure: info.exposure,
            outcome: info.outcome,
            adjusted: info.adjusted,
            position: info.position,
            label: info.doc.clone(),
        });
        let domains: Vec<&str> = source
            .nodes()
            .zip(&entry.variables)
            .filter(|(_, info)| info.domain.is_some())
            .map(|(node, _)| source.name(node))
            .collect();
        if !domains.is_empty() {
            lost.push(format!("the values that variables can take ({})", some(&domains)));
        }
        if entry.doc.is_some() {
            lost.push("the `///` lines above the graph".to_owned());
        }
        let model = Self {
            // `graph` stands for a graph without a name.
            name: Some(entry.name.clone()).filter(|name| name != "graph"),
            variables: variables.collect(),
            directed: source.directed().map(|(a, b)| (a.index(), b.index())).collect(),
            bidirected: source.bidirected().map(|(a, b)| (a.index(), b.index())).collect(),
        };
        Some((model, lost))
    }

    /// The graph in the language, ready to be asked.
    #[must_use]
    pub fn causal(&self) -> String {
        print::tree(&self.tree(false), Style::Ascii)
    }

    /// The graph as the one statement of a file; `dag` writes DAGitty's header, and no `///` lines.
    pub(super) fn tree(&self, dag: bool) -> Tree {
        let mut items: Vec<GraphItem> = Vec::new();
        let mut joined = vec![false; self.variables.len()];
        for &(a, b) in self.directed.iter().chain(&self.bidirected) {
            for end in [a, b] {
                if let Some(joined) = joined.get_mut(end) {
                    *joined = true;
                }
            }
        }
        for (variable, joined) in self.variables.iter().zip(joined) {
            let mut attributes = Vec::new();
            let flags = [
                ("latent", variable.latent),
                ("exposure", variable.exposure),
                ("outcome", variable.outcome),
                ("adjusted", variable.adjusted),
            ];
            for (name, _) in flags.into_iter().filter(|(_, is)| *is) {
                attributes.push(Attribute { name: nowhere(name), value: None });
            }
            if let Some((x, y)) = variable.position {
                attributes.push(Attribute { name: nowhere("pos"), value: Some(nowhere(&format!("{x},{y}"))) });
            }
            let doc = variable.label.clone().filter(|_| !dag);
            if !joined || !attributes.is_empty() || doc.is_some() {
                items.push(GraphItem::Node(NodeItem { name: nowhere(&variable.name), doc, attributes }));
            }
        }
        for (edges, sign) in [(&self.directed, EdgeSign::Right), (&self.bidirected, EdgeSign::Both)] {
            for (from, to) in by_first(edges) {
                for to in to.chunks(GROUP) {
                    let names = |indices: &[usize]| indices.iter().map(|&i| nowhere(self.of_index(i))).collect();
                    let rest = vec![(Spanned::new(sign, NOWHERE), names(to))];
                    items.push(GraphItem::Chain(Chain { first: names(&[from]), rest, attributes: Vec::new() }));
                }
            }
        }
        let block = GraphBlock { dag, name: self.name.as_deref().map(nowhere), items };
        let statement = Statement { span: NOWHERE, doc: None, kind: StatementKind::Graph(block) };
        Tree { statements: vec![statement] }
    }

    /// The name of a variable by its position.
    pub(super) fn of_index(&self, index: usize) -> &str {
        self.variables.get(index).map_or("", |variable| &variable.name)
    }

    /// As a graph of nodes and edges alone.
    pub(super) fn graph(&self) -> Result<Graph, GraphError> {
        let mut builder = GraphBuilder::new();
        for variable in &self.variables {
            builder.node(&variable.name);
        }
        for &(a, b) in &self.directed {
            builder.directed(Node::new(a), Node::new(b));
        }
        for &(a, b) in &self.bidirected {
            builder.bidirected(Node::new(a), Node::new(b));
        }
        builder.build()
    }

    /// Without its latent variables: the latent projection, over the measured ones in their order.
    ///
    /// # Errors
    /// As [`latent_projection`].
    pub fn projected(&self) -> Result<Self, GraphError> {
        let graph = self.graph()?;
        let latents =
            graph.set(graph.nodes().filter(|node| self.variables.get(node.index()).is_some_and(|v| v.latent)));
        if latents.is_empty() {
            return Ok(self.clone());
        }
        let graph = latent_projection(&graph, &latents)?;
        Ok(Self {
            name: self.name.clone(),
            variables: self.variables.iter().filter(|variable| !variable.latent).cloned().collect(),
            directed: graph.directed().map(|(a, b)| (a.index(), b.index())).collect(),
            bidirected: graph.bidirected().map(|(a, b)| (a.index(), b.index())).collect(),
        })
    }
}

/// So many ends of edges stand in one group when a graph is printed.
const GROUP: usize = 12;

const NOWHERE: Span = Span::new(0, 0);

fn nowhere(text: &str) -> Name {
    Name::new(text.to_owned(), NOWHERE)
}

/// Edges by their first end, both in the order given.
pub(super) fn by_first(edges: &[(usize, usize)]) -> impl Iterator<Item = (usize, Vec<usize>)> {
    let mut groups: indexmap::IndexMap<usize, Vec<usize>, FxBuildHasher> = indexmap::IndexMap::default();
    for &(from, to) in edges {
        groups.entry(from).or_default().push(to);
    }
    groups.into_iter()
}

/// A few names, for a sentence.
pub(super) fn some<S: AsRef<str>>(names: &[S]) -> String {
    const MOST: usize = 5;
    let mut text: Vec<String> = names.iter().take(MOST).map(|name| print::name(name.as_ref())).collect();
    if names.len() > MOST {
        text.push(format!("and {} more", names.len() - MOST));
    }
    text.join(", ")
}

/// New names for variables whose own cannot be written: `allowed` tells the good ones. Letters that are not allowed
/// become `_`, and a number tells apart what would be the same. O(total length), but for names made alike on purpose.
pub(super) fn renamed(names: &[&str], allowed: &dyn Fn(&str) -> bool, letter: &dyn Fn(char) -> bool) -> Vec<String> {
    let mut taken: IndexSet<String, FxBuildHasher> =
        names.iter().filter(|name| allowed(name)).map(|name| (*name).to_owned()).collect();
    // Where the last search for a free number ended, by stem.
    let mut next: indexmap::IndexMap<String, usize, FxBuildHasher> = indexmap::IndexMap::default();
    names
        .iter()
        .map(|name| {
            if allowed(name) {
                return (*name).to_owned();
            }
            let mut stem: String = name.chars().map(|c| if letter(c) { c } else { '_' }).collect();
            if !allowed(&stem) {
                stem.insert_str(0, "v_");
            }
            let number = next.entry(stem.clone()).or_insert(1);
            let mut new = stem.clone();
            while !allowed(&new) || taken.contains(&new) {
                *number += 1;
                new = format!("{stem}_{number}");
            }
            taken.insert(new.clone());
            new
        })
        .collect()
}
