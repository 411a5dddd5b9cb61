//! What nothing uses.

use super::definitions::Meaning;
use super::diagnostics;
use super::resolver::Resolver;
use crate::syntax::tree::Tree;

impl<'t> Resolver<'t> {
    /// After all questions: reads the `let`s that none of them used, for what is wrong with them, and warns of
    /// variables and `let`s that nothing uses.
    pub fn unused(&mut self, tree: &'t Tree) {
        for at in 0..self.definitions.list.len() {
            let Some(definition) = self.definitions.list.get(at) else { continue };
            let (name, statement, used) = (definition.name, definition.statement, definition.used);
            let Meaning::Let(_) = definition.meaning else { continue };
            if !used && !self.definitions.doubtful {
                self.findings.push(diagnostics::unused_let(&self.findings.source, &name.value, name.span));
            }
            // Those before it that it uses have been read with it, or are read before it.
            if self.definitions.list.get(at).is_some_and(|definition| !definition.read) {
                let span = tree.statements.get(statement).map_or(name.span, |statement| statement.span);
                if let Some(graph) = self.graph_for(statement, span, None) {
                    self.define(graph, at);
                }
            }
        }
        self.touched.sort();
        for (at, (sheet, entry)) in self.sheets.iter().zip(self.graphs.values()).enumerate() {
            if sheet.damaged {
                continue;
            }
            let graph = &entry.source;
            for (node, name) in graph.nodes().zip(&sheet.names) {
                let alone = graph.parents(node).len() + graph.children(node).len() + graph.siblings(node).len() == 0;
                let touched = self.touched.holds(at, node);
                if alone && !touched && !entry.latents.contains(node) {
                    self.findings.push(diagnostics::unused_variable(&self.findings.source, &name.value, name.span));
                }
            }
        }
    }
}
