//! Names of variables, values and graphs → what they stand for, with the nearest known ones where they stand for
//! nothing.

use super::diagnostics;
use super::resolver::Resolver;
use crate::expr::Var;
use crate::graph::{Node, NodeSet};
use crate::source::{Diagnostic, Span};
use crate::syntax::tree::Name;
use rustc_hash::FxHashMap;

/// Longer names are not taken apart to explain them.
const MAX_EXPLAINED: usize = 200;
/// How many bits the node sets of a file may take together (256 MiB): sets of one graph have a bit for each variable,
/// so many questions of a large graph would take quadratic space.
pub(super) const MAX_SET_BITS: usize = 1 << 31;

/// The variables of one question with the place and the role of each.
pub(super) type Seen = FxHashMap<Var, (Span, &'static str)>;

impl<'t> Resolver<'t> {
    /// The measured variable of that name in a graph; None with a diagnostic where there is none.
    pub fn variable(&mut self, graph: usize, name: &Name) -> Result<Var, Option<Diagnostic>> {
        let (Some((_, entry)), Some(sheet)) = (self.graphs.get_index(graph), self.sheets.get(graph)) else {
            return Err(None);
        };
        let Some(node) = entry.source.node(&name.value) else {
            self.touched.graph(graph);
            return Err(Some(self.unknown_variable(graph, name)));
        };
        self.touched.variable(graph, node);
        match sheet.numbers.get(node.index()) {
            Some(Some(number)) => Ok(Var::new(*number)),
            _ => {
                let declared = sheet.latent_at.get(node.index()).copied().flatten().unwrap_or(name.span);
                let source = &self.findings.source;
                Err(Some(diagnostics::latent_in_query(source, &name.value, name.span, declared)))
            }
        }
    }

    /// Whether a graph has a variable of that name, measured or not. Touches nothing.
    pub fn has_variable(&self, graph: usize, name: &str) -> bool {
        self.graphs.get_index(graph).is_some_and(|(_, entry)| entry.source.node(name).is_some())
    }

    fn unknown_variable(&mut self, graph: usize, name: &Name) -> Diagnostic {
        if let Some((variable, action)) = self.split_subscript(graph, &name.value) {
            return diagnostics::subscript(&self.findings.source, &name.value, name.span, variable, action);
        }
        let elsewhere = self.graph_of_variable.get(name.value.as_str()).map(|&(other, _)| other);
        let elsewhere = elsewhere.and_then(|other| self.graphs.get_index(other)).map(|(key, _)| key.as_str());
        let Some((key, entry)) = self.graphs.get_index(graph) else {
            return diagnostics::no_graph(&self.findings.source, name.span);
        };
        let near = self.nearest.find(&name.value, entry.measured.iter().map(String::as_str));
        let named = self.sheets.get(graph).is_some_and(|sheet| sheet.named);
        let shown = named.then_some(key.as_str());
        let source = &self.findings.source;
        diagnostics::unknown_variable(source, &name.value, name.span, shown, &near, elsewhere, &entry.measured)
    }

    /// `Y_x`, where both are variables.
    pub fn split_subscript<'n>(&self, graph: usize, name: &'n str) -> Option<(&'n str, &'n str)> {
        if name.len() > MAX_EXPLAINED {
            return None;
        }
        name.match_indices('_')
            .map(|(at, sign)| (&name[..at], &name[at + sign.len()..]))
            .find(|(left, right)| self.has_variable(graph, left) && self.has_variable(graph, right))
    }

    /// `sum_z`, `sum_z_w`: what is summed over, where all of it are variables.
    pub fn split_sum<'n>(&self, graph: usize, name: &'n str) -> Option<Vec<&'n str>> {
        if name.len() > MAX_EXPLAINED {
            return None;
        }
        let rest = name.strip_prefix("sum_").or_else(|| name.strip_prefix("Σ_"))?;
        if self.has_variable(graph, rest) {
            return Some(vec![rest]);
        }
        let parts: Vec<&str> = rest.split('_').collect();
        parts.iter().all(|part| self.has_variable(graph, part)).then_some(parts)
    }

    /// What is wrong with a value of a variable, if anything.
    pub fn check_value(&mut self, graph: usize, variable: &Name, value: &Name) -> Option<Diagnostic> {
        let domain = self.domain_of(graph, &variable.value)?;
        let domain = self.domains.get(domain).filter(|domain| !domain.contains(&value.value))?;
        let near = self.nearest.find(&value.value, domain.values.iter().map(String::as_str));
        let source = &self.findings.source;
        Some(diagnostics::value_outside_domain(
            source,
            &value.value,
            &variable.value,
            value.span,
            &near,
            &domain.values,
        ))
    }

    /// What is wrong with taking the numeric value of a variable, if anything.
    pub fn check_numeric(&self, graph: usize, variable: &Name) -> Option<Diagnostic> {
        let domain = self.domains.get(self.domain_of(graph, &variable.value)?)?;
        let value = domain.not_a_number.as_ref()?;
        Some(diagnostics::not_numeric(&self.findings.source, &variable.value, variable.span, value))
    }

    fn domain_of(&self, graph: usize, variable: &str) -> Option<usize> {
        let (_, entry) = self.graphs.get_index(graph)?;
        let node = entry.source.node(variable)?;
        self.sheets.get(graph)?.domains.get(node.index()).copied().flatten()
    }

    /// The graph named, or else the nearest one above the statement, or else the first one below.
    pub fn graph_for(&mut self, statement: usize, span: Span, named: Option<&Name>) -> Option<usize> {
        let Some(name) = named else {
            let graph = self.nearest_graph.get(statement).copied().flatten();
            if graph.is_none() && !self.missed_graph {
                self.missed_graph = true;
                self.findings.push(diagnostics::no_graph(&self.findings.source, span));
            }
            return graph;
        };
        let graph = self.graphs.get_index_of(&name.value);
        if graph.is_none() && self.graphs.is_empty() {
            if !self.missed_graph {
                self.missed_graph = true;
                self.findings.push(diagnostics::no_graph(&self.findings.source, name.span));
            }
        } else if graph.is_none() {
            let near = self.nearest.find(&name.value, self.graphs.keys().map(String::as_str));
            let known: Vec<String> = self.graphs.keys().take(100).cloned().collect();
            let source = &self.findings.source;
            self.findings.push(diagnostics::unknown_graph(source, &name.value, name.span, &near, &known));
        }
        graph
    }

    /// Counts a variable of a question; false, with a diagnostic, where it stands there already.
    pub fn see(&self, seen: &mut Seen, var: Var, name: &Name, role: &'static str) -> Option<Diagnostic> {
        match seen.entry(var) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert((name.span, role));
                None
            }
            std::collections::hash_map::Entry::Occupied(entry) => {
                let (first, first_role) = *entry.get();
                let roles = (role, first_role);
                Some(diagnostics::variable_twice(&self.findings.source, &name.value, name.span, first, roles))
            }
        }
    }

    /// The nodes of the projected graph that the names stand for. What is wrong is reported; None where anything is.
    pub fn node_set(&mut self, graph: usize, names: &[Name], role: &'static str, seen: &mut Seen) -> Option<NodeSet> {
        let mut set = self.no_nodes(graph, names.first().map_or_else(Span::default, |name| name.span))?;
        let mut sound = true;
        for name in names {
            let fault = match self.variable(graph, name) {
                Ok(var) => {
                    set.insert(Node::new(var.index()));
                    self.see(seen, var, name, role)
                }
                Err(fault) => {
                    sound = false;
                    fault
                }
            };
            if let Some(fault) = fault {
                sound = false;
                self.findings.push(fault);
            }
        }
        sound.then_some(set)
    }

    /// The empty set, where the file may still have one.
    pub fn no_nodes(&mut self, graph: usize, span: Span) -> Option<NodeSet> {
        let size = self.graphs.get_index(graph).map_or(0, |(_, entry)| entry.measured.len());
        if self.set_bits.saturating_add(size) > MAX_SET_BITS {
            self.exhaust(span, "questions about sets of variables");
            return None;
        }
        self.set_bits += size;
        Some(NodeSet::empty(size))
    }
}
