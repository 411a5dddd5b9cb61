//! `table` blocks, and the `estimate` and `refute` statements that name them.

use super::resolver::Resolver;
use super::{Query, diagnostics};
use crate::source::Span;
use crate::syntax::tree::{StatementKind, TableBlock, TableItemKind, Tree};
use indexmap::IndexMap;

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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Task {
    /// Where it stands.
    pub span: Span,
    /// To refute rather than to estimate.
    pub refute: bool,
    /// Position of the query in [`super::Problem::queries`].
    pub query: usize,
    /// Position of the table in [`super::Problem::tables`].
    pub table: usize,
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
                tasks.push(Task { span: statement.span, refute: asked.refute, query, table });
            }
        }
        (tables, tasks)
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
