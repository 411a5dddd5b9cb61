//! The outline of a file.

use super::{File, written};
use crate::source::Span;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{GraphItem, Statement, StatementKind};

/// What a [`Symbol`] stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SymbolKind {
    /// A graph.
    Graph,
    /// A variable of one.
    Variable,
    /// A model.
    Model,
    /// A table of data.
    Table,
    /// A `let`.
    Let,
    /// A question.
    Question,
    /// An `expect` line.
    Expectation,
    /// A proof.
    Proof,
}

/// One entry of the outline.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// What is shown.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub span: Span,
    /// Its name alone.
    pub at: Span,
    /// What is inside.
    pub inner: Vec<Symbol>,
}

impl File {
    /// The outline, in the order of the text.
    #[must_use]
    pub fn symbols(&self) -> Vec<Symbol> {
        self.tree.statements.iter().filter_map(|statement| self.symbol(statement)).collect()
    }

    fn symbol(&self, statement: &Statement) -> Option<Symbol> {
        let (span, shown) = (statement.span, || first_line(&print::statement(statement, Style::Unicode)));
        let one = |name: String, kind, at| Symbol { name, kind, span, at, inner: Vec::new() };
        Some(match &statement.kind {
            StatementKind::Graph(block) => {
                let (name, at) = match &block.name {
                    Some(name) => (name.value.clone(), name.span),
                    None => (
                        "graph".to_owned(),
                        Span::new(span.start, span.start + "graph".len().min(span.end - span.start)),
                    ),
                };
                let declared = block.items.iter().flat_map(|item| match item {
                    GraphItem::Node(node) => vec![&node.name],
                    GraphItem::Latent(names) => names.iter().collect(),
                    GraphItem::Chain(chain) => {
                        chain.first.iter().chain(chain.rest.iter().flat_map(|(_, group)| group)).collect()
                    }
                    GraphItem::Setting { .. } => Vec::new(),
                });
                let mut seen = std::collections::BTreeSet::new();
                let inner = declared
                    .filter(|name| seen.insert(&name.value))
                    .map(|name| Symbol {
                        name: name.value.clone(),
                        kind: SymbolKind::Variable,
                        span: name.span,
                        at: name.span,
                        inner: Vec::new(),
                    })
                    .collect();
                Symbol { name, kind: SymbolKind::Graph, span, at, inner }
            }
            StatementKind::Model(block) => one(block.name.value.clone(), SymbolKind::Model, block.name.span),
            StatementKind::Table(block) => one(block.name.value.clone(), SymbolKind::Table, block.name.span),
            StatementKind::Data(_) => one(shown(), SymbolKind::Question, span),
            StatementKind::Let { name, .. } => one(written(&name.value), SymbolKind::Let, name.span),
            StatementKind::Query(_) => one(shown(), SymbolKind::Question, span),
            StatementKind::Expect(_) => one(shown(), SymbolKind::Expectation, span),
            StatementKind::Proof(_) => {
                one(shown().trim_end_matches('{').trim_end().to_owned(), SymbolKind::Proof, span)
            }
            StatementKind::Var(_) => return None,
        })
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("").to_owned()
}
