//! From a whole tree to a whole [`Problem`]: graphs first, then domains and names, then questions in file order.

use super::definitions::{Definitions, Meaning};
use super::domains::DomainFacts;
use super::findings::{self, Findings};
use super::graphs::{self, Sheet};
use super::nearest::Nearest;
use super::{GraphEntry, ModelEntry, Problem, diagnostics};
use crate::graph::Node;
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::tree::{ExpectationKind, Expr, Query, Statement, StatementKind, Tree};
use indexmap::IndexMap;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// How many free references the expressions of a file may hold together, copies of definitions included: a limit on
/// memory (about 200 MiB) that no file reaches whose questions do not share long definitions.
pub(super) const MAX_PARTS_IN_FILE: usize = 1 << 24;

/// Parses and resolves. As [`resolve`], with the diagnostics of form among the others.
#[must_use]
pub fn read(source: &Source) -> (Problem, Vec<Diagnostic>) {
    let (_, problem, diagnostics) = read_with_tree(source);
    (problem, diagnostics)
}

/// As [`read`], with the tree between: to free a long file's takes longer than some callers have to live.
#[must_use]
pub fn read_with_tree(source: &Source) -> (Tree, Problem, Vec<Diagnostic>) {
    let (tree, mut diagnostics) = crate::syntax::parse(source);
    let (problem, mut meaning) = resolve(source, &tree);
    if diagnostics.iter().any(Diagnostic::is_error) {
        // What could not be read may be what others miss: one mistake, one message.
        let lost = written_names(source.text());
        meaning.retain(|d| match d.code {
            "whatif::no_graph"
            | "whatif::unknown_graph"
            | "whatif::mechanism_missing"
            | "whatif::empty_graph"
            | "whatif::idle_latent"
            | "whatif::unused_let"
            | "whatif::unused_variable" => false,
            "whatif::unknown_name" => d.labels.first().is_none_or(|label| !lost.contains(source.slice(label.span))),
            _ => true,
        });
    }
    diagnostics.extend(meaning);
    findings::sort(&mut diagnostics);
    (tree, problem, diagnostics)
}

/// What lines seem to name, `let NAME` and `NAME:`, whether or not they could be read.
fn written_names(text: &str) -> FxHashSet<&str> {
    let mut names = FxHashSet::default();
    for line in text.lines() {
        let line = line.trim_start();
        let named = line.strip_prefix("let ").map(str::trim_start).unwrap_or(line);
        let end = named.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(named.len());
        let (name, after) = named.split_at(end);
        if named.len() < line.len() || after.trim_start().starts_with(':') {
            names.insert(name);
        }
    }
    names
}

/// What a tree means, and everything that is wrong with that, in file order. `source` is the text it was parsed from.
///
/// The problem holds what could be understood; while there are errors, nothing should be answered.
/// O(length of the file) but for sorting, hashing and the copies of definitions, which are bounded.
#[must_use]
pub fn resolve(source: &Source, tree: &Tree) -> (Problem, Vec<Diagnostic>) {
    resolve_with(source, tree, Vec::new())
}

/// As [`resolve`], with models that stand in no file.
pub(super) fn resolve_with(source: &Source, tree: &Tree, models: Vec<ModelEntry>) -> (Problem, Vec<Diagnostic>) {
    let mut resolver = Resolver::new(source);
    resolver.graphs(tree);
    resolver.domains(tree);
    resolver.read_models(tree);
    for model in models.into_iter().filter(|model| model.graph < resolver.graphs.len()) {
        resolver.model_names.insert(model.name.clone(), Some(resolver.models.len()));
        resolver.models.insert(model.name.clone(), model);
    }
    resolver.names(tree);
    let (queries, expectations) = resolver.questions(tree);
    let (tables, tasks) = resolver.data(tree, &queries);
    resolver.unused(tree);
    let Resolver { graphs, models, findings, .. } = resolver;
    let graphs = Arc::unwrap_or_clone(graphs);
    (Problem { source: source.clone(), graphs, models, queries, expectations, tables, tasks }, findings.finish())
}

/// Everything known while one file is resolved.
pub(super) struct Resolver<'t> {
    pub findings: Findings,
    pub nearest: Nearest,
    pub graphs: Arc<IndexMap<String, GraphEntry>>,
    /// Sound models by name.
    pub models: IndexMap<String, ModelEntry>,
    /// The position of each model named, where it is sound.
    pub model_names: FxHashMap<String, Option<usize>>,
    /// By graph.
    pub sheets: Arc<Vec<Sheet<'t>>>,
    /// By statement: the nearest graph above, or else the first below.
    pub nearest_graph: Arc<Vec<Option<usize>>>,
    /// The first graph that has a variable, and its place there.
    pub graph_of_variable: Arc<FxHashMap<&'t str, (usize, Span)>>,
    pub domains: Arc<Vec<DomainFacts>>,
    pub definitions: Definitions<'t>,
    /// Bits of node sets made so far.
    pub set_bits: usize,
    /// Whether a question without a graph has been reported: the others have the same cause.
    pub missed_graph: bool,
    /// What questions speak of.
    pub touched: Touched,
    pub reads: Reads,
    pub parts_left: usize,
    pub exhausted: bool,
}

/// What a resolver reads of a file's questions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// All of them.
    All,
    /// Some, while nothing is known of those before.
    Part,
    /// Some, and that has turned out not to do.
    TooLittle,
}

/// What questions speak of.
#[derive(Default)]
pub(super) struct Touched {
    /// By graph and node, as often as they are named.
    variables: Vec<(u32, u32)>,
    /// How many of these there may be before each is kept once.
    room: usize,
    graphs: FxHashSet<usize>,
}

impl Touched {
    pub fn variable(&mut self, graph: usize, node: Node) {
        if self.variables.len() > self.room {
            self.sort();
            self.room = (2 * self.variables.len()).max(1 << 16);
        }
        self.variables.push((graph as u32, node.index() as u32));
    }

    /// All of a graph, or some variable of it that is not there: then one that nothing touches says nothing.
    pub fn graph(&mut self, graph: usize) {
        self.graphs.insert(graph);
    }

    /// Whether a question speaks of a variable, after [`sort`](Self::sort).
    pub fn holds(&self, graph: usize, node: Node) -> bool {
        self.graphs.contains(&graph) || self.variables.binary_search(&(graph as u32, node.index() as u32)).is_ok()
    }

    pub fn sort(&mut self) {
        self.variables.sort_unstable();
        self.variables.dedup();
    }

    pub fn extend(&mut self, other: Self) {
        self.variables.extend(other.variables);
        self.graphs.extend(other.graphs);
    }
}

impl<'t> Resolver<'t> {
    pub fn new(source: &Source) -> Self {
        Self {
            findings: Findings::new(source),
            nearest: Nearest::new(),
            graphs: Arc::default(),
            models: IndexMap::new(),
            model_names: FxHashMap::default(),
            sheets: Arc::default(),
            nearest_graph: Arc::default(),
            graph_of_variable: Arc::default(),
            domains: Arc::default(),
            definitions: Definitions::default(),
            set_bits: 0,
            missed_graph: false,
            touched: Touched::default(),
            reads: Reads::All,
            parts_left: MAX_PARTS_IN_FILE,
            exhausted: false,
        }
    }

    /// Takes parts from the file's budget; false, with one message, once it is spent.
    pub fn spend(&mut self, parts: usize, span: Span) -> bool {
        match self.parts_left.checked_sub(parts) {
            Some(left) => {
                self.parts_left = left;
                true
            }
            None => {
                self.exhaust(span, "expressions");
                false
            }
        }
    }

    /// Says once that the file is too large.
    pub fn exhaust(&mut self, span: Span, what: &str) {
        self.parts_left = 0;
        if !self.exhausted {
            self.exhausted = true;
            self.findings.push(diagnostics::file_too_large(&self.findings.source, span, what));
        }
    }

    fn graphs(&mut self, tree: &'t Tree) {
        let blocks: Vec<graphs::Block<'t>> = tree.statements.iter().filter_map(graph_block).collect();
        // A long file may have many: to make room once saves moving them again and again.
        let (mut graphs, mut sheets) = (IndexMap::with_capacity(blocks.len()), Vec::with_capacity(blocks.len()));
        let mut above = Vec::with_capacity(tree.statements.len());
        let mut places: FxHashMap<&str, Span> = FxHashMap::default();
        let mut graph_of_variable = FxHashMap::default();
        let mut ahead = graphs::ahead(&blocks, &self.findings.source).into_iter();
        for statement in &tree.statements {
            if let Some((_, block)) = graph_block(statement) {
                let written = block.name.as_ref().map_or(graphs::UNNAMED, |name| name.value.as_str());
                let span = block.name.as_ref().map_or(statement.span, |name| name.span);
                let mut key = written.to_owned();
                match places.get(written) {
                    None => {
                        places.insert(written, span);
                    }
                    Some(&first) => {
                        let source = &self.findings.source;
                        self.findings.push(match block.name {
                            Some(_) => diagnostics::redefined(source, "graph", written, span, first),
                            None => diagnostics::second_unnamed(source, span, first),
                        });
                        // Kept all the same, so that what is asked below it is not compared with another graph.
                        key = format!("{written} ({})", graphs.len() + 1);
                        while graphs.contains_key(&key) {
                            key.push('\'');
                        }
                    }
                }
                let graph = graphs.len();
                let (mut entry, sheet) = match ahead.next().flatten() {
                    Some(early) if self.nearest.take(early.compared) => {
                        self.findings.extend(early.findings);
                        early.read
                    }
                    _ => graphs::read((statement, block), &mut self.findings, &mut self.nearest),
                };
                entry.name.clone_from(&key);
                for name in &sheet.names {
                    graph_of_variable.entry(name.value.as_str()).or_insert((graph, name.span));
                }
                graphs.insert(key, entry);
                sheets.push(sheet);
            }
            above.push(graphs.len().checked_sub(1));
        }
        if !graphs.is_empty() {
            for graph in above.iter_mut().take_while(|graph| graph.is_none()) {
                *graph = Some(0);
            }
        }
        self.graphs = Arc::new(graphs);
        self.sheets = Arc::new(sheets);
        self.nearest_graph = Arc::new(above);
        self.graph_of_variable = Arc::new(graph_of_variable);
    }

    fn domains(&mut self, tree: &'t Tree) {
        let declarations: Vec<_> = tree
            .statements
            .iter()
            .filter_map(|statement| match &statement.kind {
                StatementKind::Var(declaration) => Some((declaration, statement.doc.as_deref())),
                StatementKind::Graph(_)
                | StatementKind::Let { .. }
                | StatementKind::Query(_)
                | StatementKind::Expect(_)
                | StatementKind::Proof(_)
                | StatementKind::Model(_)
                | StatementKind::Table(_)
                | StatementKind::Data(_) => None,
            })
            .collect();
        self.attach_domains(&declarations);
    }

    /// Collects the names of expressions, and what is used of them.
    fn names(&mut self, tree: &'t Tree) {
        for (position, statement) in tree.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Let { name, expr } => {
                    if let Some(&(_, variable)) = self.graph_of_variable.get(name.value.as_str()) {
                        let source = &self.findings.source;
                        let fault = diagnostics::let_named_like_variable(source, &name.value, name.span, variable);
                        self.findings.push(fault);
                    }
                    self.add_name(name, position, Meaning::Let(expr));
                }
                StatementKind::Query(query) => {
                    let Some(label) = &query.label else { continue };
                    if let Some(&(_, variable)) = self.graph_of_variable.get(label.value.as_str()) {
                        let source = &self.findings.source;
                        let warning = diagnostics::label_hides_variable(source, &label.value, label.span, variable);
                        self.findings.push(warning);
                    }
                    let graph = match &query.graph {
                        Some(name) => {
                            let model = self.models.get(&name.value).map(|model| model.graph);
                            model.or_else(|| self.graphs.get_index_of(&name.value))
                        }
                        None => self.nearest_graph.get(position).copied().flatten(),
                    };
                    let expr = match &query.query {
                        Query::Effect(expr) => Some(expr),
                        Query::Independence(_)
                        | Query::Equality(..)
                        | Query::Adjust { .. }
                        | Query::Implications { .. }
                        | Query::Paths { .. }
                        | Query::Simplify(_)
                        | Query::Explain(_)
                        | Query::Sensitivity(_) => None,
                    };
                    self.add_name(label, position, Meaning::Question(expr, graph));
                }
                StatementKind::Graph(_)
                | StatementKind::Var(_)
                | StatementKind::Expect(_)
                | StatementKind::Proof(_)
                | StatementKind::Model(_)
                | StatementKind::Table(_)
                | StatementKind::Data(_) => {}
            }
        }
        for statement in &tree.statements {
            for expr in expressions(statement) {
                self.definitions.note_uses(expr);
            }
        }
    }

    fn add_name(&mut self, name: &'t crate::syntax::tree::Name, statement: usize, meaning: Meaning<'t>) {
        if let Some(first) = self.definitions.add(name, statement, meaning) {
            let source = &self.findings.source;
            self.findings.push(diagnostics::redefined(source, "name", &name.value, name.span, first));
        }
    }
}

fn graph_block(statement: &Statement) -> Option<graphs::Block<'_>> {
    if let StatementKind::Graph(block) = &statement.kind { Some((statement, block)) } else { None }
}

/// The expressions that stand in a statement.
fn expressions(statement: &Statement) -> Vec<&Expr> {
    match &statement.kind {
        StatementKind::Graph(_)
        | StatementKind::Var(_)
        | StatementKind::Model(_)
        | StatementKind::Table(_)
        | StatementKind::Data(_) => Vec::new(),
        StatementKind::Let { expr, .. } => vec![expr],
        StatementKind::Query(query) => match &query.query {
            Query::Effect(expr) | Query::Simplify(expr) | Query::Adjust { effect: expr, .. } => vec![expr],
            Query::Equality(lhs, rhs) => vec![lhs, rhs],
            Query::Sensitivity(asked) => vec![&asked.expr],
            Query::Independence(_) | Query::Implications { .. } | Query::Paths { .. } | Query::Explain(_) => Vec::new(),
        },
        StatementKind::Expect(expectation) => match &expectation.kind {
            ExpectationKind::Identifiable { query, .. } => vec![query],
            ExpectationKind::Equality { lhs, rhs, .. } => vec![lhs, rhs],
            ExpectationKind::Independence { .. } => Vec::new(),
        },
        StatementKind::Proof(proof) => {
            std::iter::once(&proof.start).chain(proof.lines.iter().map(|line| &line.expr)).collect()
        }
    }
}
