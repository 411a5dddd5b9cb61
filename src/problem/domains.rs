//! `var` declarations: checked, then attached to the variables of that name in every graph.

use super::diagnostics;
use super::resolver::Resolver;
use crate::source::Span;
use crate::syntax::tree::{Domain, Name, VarDeclaration};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// The most values one domain may have.
const MAX_VALUES: usize = 10_000;
/// The most values the domains of a file may have together, counted for each variable that has them.
const MAX_VALUES_IN_FILE: usize = 2_000_000;

/// A declared domain.
#[derive(Clone, Debug)]
pub(super) struct DomainFacts {
    pub values: Vec<String>,
    members: FxHashSet<String>,
    /// The first value that is no number.
    pub not_a_number: Option<String>,
}

impl DomainFacts {
    fn new(values: Vec<String>) -> Self {
        let not_a_number = values.iter().find(|value| !is_number(value)).cloned();
        Self { members: values.iter().cloned().collect(), not_a_number, values }
    }

    pub fn contains(&self, value: &str) -> bool {
        self.members.contains(value)
    }
}

/// `2`, `-1`, `0.3`
pub(super) fn is_number(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix(['-', '+', '−']).unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

impl<'t> Resolver<'t> {
    /// Attaches every declaration of the file, in order.
    pub fn attach_domains(&mut self, declarations: &[(&'t VarDeclaration, Option<&'t str>)]) {
        let mut declared: FxHashMap<&str, Span> = FxHashMap::default();
        let mut left = MAX_VALUES_IN_FILE;
        let mut holders: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
        if !declarations.is_empty() {
            for (graph, sheet) in self.sheets.iter().enumerate() {
                for (node, name) in sheet.names.iter().enumerate() {
                    holders.entry(name.value.as_str()).or_default().push((graph, node));
                }
            }
        }
        for (declaration, doc) in declarations {
            let domain = self.domain(&declaration.domain.value, declaration.domain.span);
            let position = domain.map(|domain| {
                Arc::make_mut(&mut self.domains).push(domain);
                self.domains.len() - 1
            });
            for name in &declaration.names {
                if let Some(first) = declared.insert(&name.value, name.span) {
                    declared.insert(&name.value, first);
                    self.findings.push(diagnostics::domain_twice(&self.findings.source, &name.value, name.span, first));
                    continue;
                }
                let Some(holders) = holders.get(name.value.as_str()) else {
                    self.declared_only(name);
                    continue;
                };
                for &(graph, node) in holders {
                    if !self.attach(graph, node, position, *doc, &mut left) {
                        let span = declaration.domain.span;
                        let too_large = diagnostics::domains_too_large(&self.findings.source, span, MAX_VALUES_IN_FILE);
                        self.findings.push(too_large);
                        return;
                    }
                }
            }
        }
    }

    /// False once the file's domains are too large.
    fn attach(
        &mut self,
        graph: usize,
        node: usize,
        position: Option<usize>,
        doc: Option<&str>,
        left: &mut usize,
    ) -> bool {
        let entry = Arc::make_mut(&mut self.graphs).get_index_mut(graph);
        let Some(info) = entry.and_then(|(_, entry)| entry.variables.get_mut(node)) else { return true };
        if let Some(doc) = doc {
            info.doc.get_or_insert_with(|| doc.to_owned());
        }
        let Some(values) = position.and_then(|position| self.domains.get(position)).map(|domain| &domain.values) else {
            return true;
        };
        if values.len() > *left {
            return false;
        }
        *left -= values.len();
        info.domain = Some(values.clone());
        let sheet = Arc::make_mut(&mut self.sheets).get_mut(graph);
        if let Some(known) = sheet.and_then(|sheet| sheet.domains.get_mut(node)) {
            *known = position;
        }
        true
    }

    /// Where no graph could be read there is nothing to compare with, and the question below says so.
    fn declared_only(&mut self, name: &Name) {
        if self.graphs.is_empty() {
            return;
        }
        let names = self.sheets.iter().flat_map(|sheet| &sheet.names).map(|name| name.value.as_str());
        let near = self.nearest.find(&name.value, names);
        self.findings.push(diagnostics::declared_only(&self.findings.source, &name.value, name.span, &near));
    }

    /// The values of a domain, where nothing is wrong with it.
    pub fn values(&mut self, domain: &Domain, span: Span) -> Option<Vec<String>> {
        self.domain(domain, span).map(|facts| facts.values)
    }

    fn domain(&mut self, domain: &Domain, span: Span) -> Option<DomainFacts> {
        let source = &self.findings.source;
        let values = match domain {
            Domain::Range(low, high) => {
                let count = high.checked_sub(*low).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
                let fault = if low > high {
                    Some(diagnostics::range_reversed(source, span, *low, *high))
                } else if count == 0 {
                    Some(diagnostics::too_few_values(source, span, 1))
                } else if count >= MAX_VALUES {
                    Some(diagnostics::domain_too_large(source, span, MAX_VALUES))
                } else {
                    None
                };
                if let Some(fault) = fault {
                    self.findings.push(fault);
                    return None;
                }
                (*low..=*high).map(|value| value.to_string()).collect()
            }
            Domain::Values(names) => {
                if names.len() > MAX_VALUES {
                    self.findings.push(diagnostics::domain_too_large(source, span, MAX_VALUES));
                    return None;
                }
                let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
                let mut values = Vec::with_capacity(names.len());
                let mut twice = Vec::new();
                for name in names {
                    if let Some(&first) = seen.get(name.value.as_str()) {
                        twice.push(diagnostics::value_twice(source, &name.value, name.span, first));
                    } else {
                        seen.insert(&name.value, name.span);
                        values.push(name.value.clone());
                    }
                }
                // `{yes, yes}` is one mistake, not two.
                if twice.is_empty() && values.len() < 2 {
                    twice.push(diagnostics::too_few_values(source, span, values.len()));
                }
                for fault in twice {
                    self.findings.push(fault);
                }
                if values.len() < 2 {
                    return None;
                }
                values
            }
        };
        Some(DomainFacts::new(values))
    }
}
