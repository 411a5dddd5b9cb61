//! `table` blocks, and the `estimate` and `refute` statements that name them.

use super::resolver::Resolver;
use super::{Query, QueryKind, diagnostics};
use crate::expr::{Term, Var};
use crate::graph::{Graph, Node};
use crate::source::Span;
use crate::syntax::tree::{DataStatement, StatementKind, TableBlock, TableItemKind, Tree};
use indexmap::IndexMap;
use std::collections::VecDeque;
use std::sync::Arc;

/// A table of data of a file. Nothing has been read of it yet.
#[derive(Clone, PartialEq, Debug)]
pub struct TableEntry {
    /// Its name.
    pub name: String,
    /// Where its block stands.
    pub span: Span,
    /// Where the data are, relative to the file.
    pub path: String,
    /// What is said of the variables read from it.
    pub columns: Vec<TableColumn>,
    /// The column with the weight of each row.
    pub weights: Option<String>,
    /// The column that says how many rows each row stands for.
    pub counts: Option<String>,
}

/// What a table says of one variable.
#[derive(Clone, PartialEq, Debug)]
pub struct TableColumn {
    /// The variable.
    pub variable: String,
    /// The column it is read from, where that has another name.
    pub column: Option<String>,
    /// Where bins meet, ascending; empty without.
    pub bins: Vec<f64>,
    /// Its levels, where they are told.
    pub levels: Option<Vec<String>>,
}

/// What is asked of data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Where it stands.
    pub span: Span,
    /// To refute rather than to estimate.
    pub refute: bool,
    /// Position of the query in [`super::Problem::queries`].
    pub query: usize,
    /// Position of the table in [`super::Problem::tables`].
    pub table: usize,
    /// The negative controls of a `refute` statement, in order.
    pub controls: Vec<Control>,
}

/// A variable that stands in for the treatment or the outcome of a question where, by the graph, nothing may be found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Control {
    /// Where it stands.
    pub span: Span,
    /// It stands in for the treatment rather than for the outcome.
    pub treatment: bool,
    /// The variable, measured, of the query's graph.
    pub variable: String,
}

/// The variables that a question acts on, and those whose distribution under that it asks for.
fn sides(query: &Query) -> (Vec<Var>, Vec<Var>) {
    let terms: Vec<&Term> = match &query.kind {
        QueryKind::Effect(term) => vec![term],
        QueryKind::Contrast(expr) => query.arena.terms(*expr).into_iter().collect(),
        QueryKind::Independence(_)
        | QueryKind::Equality(..)
        | QueryKind::Adjust { .. }
        | QueryKind::Implications
        | QueryKind::Paths { .. }
        | QueryKind::Simplify(_)
        | QueryKind::Proof { .. }
        | QueryKind::Number(_) => Vec::new(),
    };
    let (mut acted, mut outcomes) = (Vec::new(), Vec::new());
    for term in terms.into_iter().filter(|term| !term.do_().is_empty()) {
        acted.extend(term.do_().iter().map(|r| r.var));
        outcomes.extend(term.of().iter().map(|r| r.var));
    }
    for side in [&mut acted, &mut outcomes] {
        side.sort_unstable();
        side.dedup();
    }
    (acted, outcomes)
}

impl<'t> Resolver<'t> {
    /// Reads tables, then what is asked of them, wherever each stands.
    pub(super) fn data(&mut self, tree: &'t Tree, queries: &[Query]) -> (IndexMap<String, TableEntry>, Vec<Task>) {
        let (mut tables, mut tasks) = (IndexMap::new(), Vec::new());
        for statement in &tree.statements {
            if let StatementKind::Table(block) = &statement.kind {
                self.data_table(block, statement.span, &mut tables);
            }
        }
        for statement in &tree.statements {
            let StatementKind::Data(asked) = &statement.kind else { continue };
            let table = tables.get_index_of(&asked.table.value);
            if table.is_none() {
                let near = self.nearest.find(&asked.table.value, tables.keys().map(String::as_str));
                let fault =
                    diagnostics::unknown_table(&self.findings.source, &asked.table.value, asked.table.span, &near);
                self.findings.push(fault);
            }
            let query = queries.iter().position(|query| query.name.as_deref() == Some(&asked.query.value));
            if query.is_none() {
                let names = || queries.iter().filter_map(|query| query.name.as_deref());
                let near = self.nearest.find(&asked.query.value, names());
                let fault =
                    diagnostics::unknown_query(&self.findings.source, &asked.query.value, asked.query.span, &near);
                self.findings.push(fault);
            }
            if let (Some(query), Some(table)) = (query, table) {
                let controls = self.controls(asked, &queries[query]);
                tasks.push(Task { span: statement.span, refute: asked.refute, query, table, controls });
            }
        }
        (tables, tasks)
    }

    /// The negative controls of a statement: measured variables of the graph that, by the graph, the treatment does not change,
    /// or that do not change the outcome.
    fn controls(&mut self, asked: &'t DataStatement, query: &Query) -> Vec<Control> {
        let mut controls = Vec::new();
        let (acted, outcomes) = sides(query);
        let Some(graph) = self.graphs.get_index(query.graph).map(|(_, entry)| Arc::clone(&entry.source)) else {
            return controls;
        };
        for control in &asked.controls {
            if acted.is_empty() || outcomes.is_empty() {
                let fault =
                    diagnostics::control_without_effect(&self.findings.source, &asked.query.value, control.span);
                self.findings.push(fault);
                break;
            }
            for name in &control.variables {
                let own = match self.variable(query.graph, name) {
                    Ok(own) => own,
                    Err(fault) => {
                        fault.into_iter().for_each(|fault| self.findings.push(fault));
                        continue;
                    }
                };
                let role = if acted.contains(&own) {
                    Some("acted on")
                } else if outcomes.contains(&own) {
                    Some("asked about")
                } else {
                    None
                };
                if let Some(role) = role {
                    let fault = diagnostics::control_in_question(&self.findings.source, &name.value, name.span, role);
                    self.findings.push(fault);
                    continue;
                }
                let alone = [own];
                let (from, to) = if control.treatment { (&alone[..], &outcomes[..]) } else { (&acted[..], &alone[..]) };
                if let Some(path) = self.affects(&graph, query.graph, from, to) {
                    let source = &self.findings.source;
                    self.findings.push(diagnostics::control_affected(source, &path, control.treatment, name.span));
                    continue;
                }
                controls.push(Control { span: name.span, treatment: control.treatment, variable: name.value.clone() });
            }
        }
        controls
    }

    /// A shortest directed path from one of some measured variables to one of others, by name.
    fn affects(&self, graph: &Graph, position: usize, from: &[Var], to: &[Var]) -> Option<Vec<String>> {
        let (_, entry) = self.graphs.get_index(position)?;
        let node = |var: &Var| entry.measured.get(var.index()).and_then(|name| graph.node(name));
        let starts: Vec<Node> = from.iter().filter_map(node).collect();
        let ends: Vec<Node> = to.iter().filter_map(node).collect();
        // Breadth first from the ends, against the arrows.
        let mut next: Vec<Option<Node>> = vec![None; graph.len()];
        let mut waiting: VecDeque<Node> = ends.iter().copied().collect();
        let mut seen = graph.set(ends.iter().copied());
        while let Some(at) = waiting.pop_front() {
            if starts.contains(&at) {
                let mut path = vec![graph.name(at).to_owned()];
                let mut here = at;
                while let Some(after) = next[here.index()] {
                    path.push(graph.name(after).to_owned());
                    here = after;
                }
                return Some(path);
            }
            for parent in graph.parents(at) {
                if !seen.contains(parent) {
                    seen.insert(parent);
                    next[parent.index()] = Some(at);
                    waiting.push_back(parent);
                }
            }
        }
        None
    }

    fn data_table(&mut self, block: &'t TableBlock, span: Span, tables: &mut IndexMap<String, TableEntry>) {
        let mut entry = TableEntry {
            name: block.name.value.clone(),
            span,
            path: block.path.value.clone(),
            columns: Vec::new(),
            weights: None,
            counts: None,
        };
        for item in &block.items {
            match &item.kind {
                TableItemKind::Weights(column) => entry.weights = Some(column.value.clone()),
                TableItemKind::Counts(column) => entry.counts = Some(column.value.clone()),
                TableItemKind::Variable { name, column, bins, domain } => {
                    if !self.graph_of_variable.contains_key(name.value.as_str()) {
                        let near = self.nearest.find(&name.value, self.graph_of_variable.keys().copied());
                        let fault = diagnostics::table_variable(&self.findings.source, &name.value, name.span, &near);
                        self.findings.push(fault);
                        continue;
                    }
                    // What the grammar calls an edge is a number.
                    let edges: Vec<f64> = bins.iter().filter_map(|edge| edge.value.parse().ok()).collect();
                    if let Some(at) = edges.windows(2).position(|pair| pair[0] >= pair[1]) {
                        let span = bins.get(at + 1).map_or(item.span, |edge| edge.span);
                        self.findings.push(diagnostics::bins_not_ascending(&self.findings.source, span));
                    }
                    let levels = domain.as_ref().and_then(|domain| self.values(&domain.value, domain.span));
                    entry.columns.push(TableColumn {
                        variable: name.value.clone(),
                        column: column.as_ref().map(|column| column.value.clone()),
                        bins: edges,
                        levels,
                    });
                }
            }
        }
        if let Some(first) = tables.get(&entry.name) {
            let source = &self.findings.source;
            let first = first.span;
            self.findings.push(diagnostics::redefined(source, "table", &entry.name, block.name.span, first));
        } else {
            tables.insert(entry.name.clone(), entry);
        }
    }
}
