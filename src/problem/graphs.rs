//! A graph's block → its entry: variables in the order of declaration, edges, latents, attributes.

use super::edges::{Edges, Link};
use super::findings::Findings;
use super::nearest::{MAX_COMPARISONS, Nearest};
use super::{GraphEntry, VariableInfo, diagnostics};
use crate::graph::{Graph, GraphBuilder, Node, NodeSet};
use crate::parallel;
use crate::source::{Source, Span};
use crate::syntax::tree::{Attribute, Chain, GraphBlock, GraphItem, Name, NodeItem, Statement};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The name of the one graph that has none of its own.
pub(super) const UNNAMED: &str = "graph";

/// What resolving the rest of the file needs to know of a graph besides its entry.
#[derive(Clone, Debug)]
pub(super) struct Sheet<'t> {
    /// Whether it has a name of its own.
    pub named: bool,
    /// By node: its first mention.
    pub names: Vec<&'t Name>,
    /// By node: its number among the measured variables.
    pub numbers: Vec<Option<usize>>,
    /// By node: where it was declared latent.
    pub latent_at: Vec<Option<Span>>,
    /// By node: its domain's position among the file's.
    pub domains: Vec<Option<usize>>,
    /// Whether edges were left out: then a variable that nothing touches says nothing.
    pub damaged: bool,
}

/// A block with its statement.
pub(super) type Block<'t> = (&'t Statement, &'t GraphBlock);

/// A block that was read while nothing was known of the others.
pub(super) struct Early<'t> {
    pub read: (GraphEntry, Sheet<'t>),
    pub findings: Findings,
    /// How many names were compared.
    pub compared: usize,
}

/// Reads all blocks at once, where threads are lent; elsewhere none. A block with mistakes or many warnings is left for
/// later, when it is known how many of them a file still may have.
pub(super) fn ahead<'t>(blocks: &[Block<'t>], source: &Source) -> Vec<Option<Early<'t>>> {
    /// For one block: those of a file come from one budget.
    const COMPARISONS: usize = 100;
    let count = if parallel::threads() > 1 { blocks.len() } else { 0 };
    let together = AtomicUsize::new(0);
    parallel::map(0..count, |at| {
        if together.load(Relaxed) > MAX_COMPARISONS {
            return None;
        }
        let (mut findings, mut nearest) = (Findings::new(source), Nearest::within(COMPARISONS));
        let read = read(blocks[at], &mut findings, &mut nearest);
        let compared = nearest.compared();
        together.fetch_add(compared.unwrap_or(COMPARISONS), Relaxed);
        compared.filter(|_| findings.is_few()).map(|compared| Early { read, findings, compared })
    })
}

/// Reads a block. What is wrong with it is reported, and what is right is kept.
pub(super) fn read<'t>(
    (statement, block): Block<'t>,
    findings: &mut Findings,
    nearest: &mut Nearest,
) -> (GraphEntry, Sheet<'t>) {
    let span = statement.span;
    let errors = findings.errors();
    let mut reader = Reader {
        builder: GraphBuilder::new(),
        names: Vec::new(),
        variables: Vec::new(),
        latent_at: Vec::new(),
        edges: Edges::default(),
        full: false,
        findings,
        nearest,
    };
    for item in &block.items {
        match item {
            GraphItem::Node(item) => reader.node_item(item),
            GraphItem::Chain(chain) => reader.chain(chain),
            GraphItem::Latent(names) => {
                for name in names {
                    if let Some(node) = reader.node(name) {
                        reader.latent(node, name.span);
                    }
                }
            }
            GraphItem::Setting { .. } => {}
        }
    }
    let Reader { builder, names, variables, latent_at, edges, .. } = reader;
    let graph = edges.build(builder, &names, findings);
    let mut latents = graph.no_nodes();
    let mut measured = Vec::new();
    let mut numbers = Vec::with_capacity(names.len());
    for (node, name) in graph.nodes().zip(&names) {
        if latent_at.get(node.index()).is_some_and(Option::is_some) {
            latents.insert(node);
            numbers.push(None);
        } else {
            numbers.push(Some(measured.len()));
            measured.push(name.value.clone());
        }
    }
    let head = block.name.as_ref().map_or(span, |name| name.span);
    if names.is_empty() {
        findings.push(diagnostics::empty_graph(&findings.source, head));
    } else if measured.is_empty() {
        findings.push(diagnostics::nothing_measured(&findings.source, head));
    }
    differ_by_case(&names, findings);
    // An edge that was left out may be all that a variable has.
    let damaged = findings.errors() > errors;
    if !damaged {
        idle_latents(&graph, &latents, &names, &latent_at, findings, nearest);
    }
    let sheet =
        Sheet { named: block.name.is_some(), numbers, latent_at, domains: vec![None; names.len()], damaged, names };
    let name = block.name.as_ref().map_or(UNNAMED, |name| name.value.as_str()).to_owned();
    let doc = statement.doc.clone();
    let entry = GraphEntry { name, span, doc, source: Arc::new(graph), latents, measured, variables };
    (entry, sheet)
}

struct Reader<'t, 'f> {
    builder: GraphBuilder,
    names: Vec<&'t Name>,
    variables: Vec<VariableInfo>,
    latent_at: Vec<Option<Span>>,
    edges: Edges<'t>,
    /// Whether a limit has been passed: then further nodes and edges are left out.
    full: bool,
    findings: &'f mut Findings,
    nearest: &'f mut Nearest,
}

impl<'t> Reader<'t, '_> {
    /// The node of that name, added where it is new.
    fn node(&mut self, name: &'t Name) -> Option<Node> {
        if self.full {
            return None;
        }
        if self.names.len() == Graph::MAX_NODES && self.builder.find(&name.value).is_none() {
            self.fill(name.span);
            return None;
        }
        let node = self.builder.node(&name.value);
        if node.index() == self.names.len() {
            self.names.push(name);
            self.variables.push(VariableInfo::default());
            self.latent_at.push(None);
        }
        Some(node)
    }

    fn fill(&mut self, span: Span) {
        self.full = true;
        self.findings.push(diagnostics::graph_too_large(&self.findings.source, span));
    }

    fn latent(&mut self, node: Node, span: Span) {
        if let Some(at) = self.latent_at.get_mut(node.index()) {
            at.get_or_insert(span);
        }
    }

    fn node_item(&mut self, item: &'t NodeItem) {
        let Some(node) = self.node(&item.name) else { return };
        if let (Some(info), Some(doc)) = (self.variables.get_mut(node.index()), &item.doc) {
            info.doc.get_or_insert_with(|| doc.clone());
        }
        for attribute in &item.attributes {
            self.attribute(node, attribute);
        }
    }

    fn attribute(&mut self, node: Node, attribute: &Attribute) {
        const KNOWN: [&str; 4] = ["latent", "exposure", "outcome", "adjusted"];
        let Some(info) = self.variables.get_mut(node.index()) else { return };
        let name = attribute.name.value.as_str();
        match (name, &attribute.value) {
            ("exposure", _) => info.exposure = true,
            ("outcome", _) => info.outcome = true,
            ("adjusted", _) => info.adjusted = true,
            ("latent", _) => self.latent(node, attribute.name.span),
            ("selected", _) => self.findings.push(diagnostics::attribute_not_supported(
                &self.findings.source,
                name,
                attribute.name.span,
            )),
            ("pos", Some(value)) => info.position = position(&value.value),
            // A setting for drawing, or another program's.
            (_, Some(_)) => {}
            // A word that is not known may be a misspelt `latent`, which would change every answer.
            (_, None) => {
                let near = self.nearest.find(name, KNOWN);
                let span = attribute.name.span;
                self.findings.push(diagnostics::unknown_attribute(&self.findings.source, name, span, &near));
            }
        }
    }

    fn chain(&mut self, chain: &'t Chain) {
        let mut from = self.group(&chain.first);
        let mut from_names = chain.first.as_slice();
        for (sign, names) in &chain.rest {
            let to = self.group(names);
            if self.full {
                return;
            }
            let link =
                Link { sign: sign.value, sign_span: sign.span, from, to: to.clone(), from_names, to_names: names };
            if self.edges.add(link).is_err() {
                self.fill(sign.span);
                return;
            }
            (from, from_names) = (to, names.as_slice());
        }
    }

    fn group(&mut self, names: &'t [Name]) -> Vec<Node> {
        names.iter().filter_map(|name| self.node(name)).collect()
    }
}

/// `0.5,-1`
fn position(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.split_once(',')?;
    let (x, y): (f64, f64) = (x.trim().parse().ok()?, y.trim().parse().ok()?);
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

fn idle_latents(
    graph: &Graph,
    latents: &NodeSet,
    names: &[&Name],
    latent_at: &[Option<Span>],
    findings: &mut Findings,
    nearest: &mut Nearest,
) {
    for latent in latents.iter() {
        let children = graph.children(latent).len();
        let ends = children + graph.siblings(latent).len() + graph.parents(latent).len();
        if children >= 2 || (children == 1 && ends >= 2) {
            continue;
        }
        let (name, Some(Some(span))) = (graph.name(latent), latent_at.get(latent.index())) else { continue };
        let near =
            if ends == 0 { nearest.find(name, names.iter().map(|name| name.value.as_str())) } else { Vec::new() };
        findings.push(diagnostics::idle_latent(&findings.source, name, *span, children, &near));
    }
}

fn differ_by_case(names: &[&Name], findings: &mut Findings) {
    let mut lower = rustc_hash::FxHashMap::default();
    for name in names {
        if let Some(other) = lower.insert(name.value.to_lowercase(), *name) {
            let (value, span) = (&name.value, name.span);
            findings.push(diagnostics::differ_by_case(&findings.source, value, span, &other.value, other.span));
        }
    }
}
