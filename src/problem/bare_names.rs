//! Bare names in expressions: a `let`, a named question, or the value of a variable; and copies of what they stand for.

use super::definitions::Meaning;
use super::diagnostics;
use super::expressions::Lowering;
use crate::expr::{At, Expr as Node, ExprId, Ref};
use crate::source::{Diagnostic, Span};
use crate::syntax::tree::{Name, Variable};

/// What the copy of one node takes of the file's budget, which is counted in free references: a node is about so many
/// times larger.
const COPY: usize = 16;

impl<'t> Lowering<'_, 't> {
    /// A `let`, else a named question, else the numeric value of a variable.
    pub fn name(&mut self, variable: &Variable) -> Option<ExprId> {
        let name = &variable.name;
        if self.resolver.gives_up() {
            return None;
        }
        let found = self.resolver.definitions.by_name.get(name.value.as_str()).copied();
        let is_variable = self.resolver.has_variable(self.graph, &name.value);
        if let Some(at) = found
            && let Some(definition) = self.resolver.definitions.list.get(at)
        {
            let (defined, statement, meaning) = (definition.name.span, definition.statement, definition.meaning);
            let source = &self.resolver.findings.source;
            if statement < self.statement {
                if variable.primes > 0 {
                    self.report(diagnostics::prime_not_allowed(source, &name.value, name.span, false));
                    return None;
                }
                return self.definition(at, name, meaning, defined);
            }
            if !is_variable {
                let own = statement == self.statement;
                self.report(diagnostics::used_before_definition(source, &name.value, name.span, defined, own));
                return None;
            }
        }
        if !is_variable {
            let fault = self.unknown_name(name);
            self.report(fault);
            return None;
        }
        let var = self.measured(name)?;
        if let Some(fault) = self.resolver.check_numeric(self.graph, name) {
            self.report(fault);
            return None;
        }
        let before = self.arena.len();
        let id = self.arena.value(Ref::copy(var, variable.primes));
        self.made(id, before, name.span)
    }

    fn unknown_name(&mut self, name: &Name) -> Diagnostic {
        let resolver = &mut *self.resolver;
        let source = &resolver.findings.source;
        if let Some(over) = resolver.split_sum(self.graph, &name.value) {
            return diagnostics::sum_without_braces(source, &name.value, name.span, &over);
        }
        if let Some((variable, action)) = resolver.split_subscript(self.graph, &name.value) {
            return diagnostics::subscript(source, &name.value, name.span, variable, action);
        }
        let statement = self.statement;
        resolver.definitions.doubtful = true;
        let above = resolver.definitions.list.iter().take_while(|d| d.statement < statement);
        let variables = resolver.graphs.get_index(self.graph).map_or(&[][..], |(_, entry)| &entry.measured);
        let known = above.map(|d| d.name.value.as_str()).chain(variables.iter().map(String::as_str));
        let near = resolver.nearest.find(&name.value, known);
        resolver.touched.graph(self.graph);
        diagnostics::unknown_name(&resolver.findings.source, &name.value, name.span, &near)
    }

    fn definition(&mut self, at: usize, name: &Name, meaning: Meaning<'t>, defined: Span) -> Option<ExprId> {
        let source = &self.resolver.findings.source;
        match meaning {
            Meaning::Let(_) => {}
            Meaning::Question(None, _) => {
                self.report(diagnostics::not_an_expression(source, &name.value, name.span, defined));
                return None;
            }
            // What is wrong with its graph has been said.
            Meaning::Question(_, None) => return None,
            Meaning::Question(_, Some(home)) if home != self.graph => {
                let key = |graph: usize| self.resolver.graphs.get_index(graph).map_or("", |(key, _)| key);
                let graphs = (key(home), key(self.graph));
                let fault = diagnostics::other_graph(source, &name.value, name.span, graphs, defined);
                self.report(fault);
                return None;
            }
            Meaning::Question(..) => {}
        }
        if self.shared {
            // Read before, with everything else that this definition uses.
            return self.resolver.definitions.expanded(self.graph, at).flatten();
        }
        if self.resolver.definitions.expanded(self.graph, at).is_none() {
            self.resolver.define(self.graph, at);
        }
        let root = self.resolver.definitions.expanded(self.graph, at).flatten()?;
        self.copy(root, name.span)
    }

    /// Copies what a definition reaches into the statement's own arena, each node once.
    fn copy(&mut self, root: ExprId, span: Span) -> Option<ExprId> {
        let mut stack = vec![root];
        while let Some(&id) = stack.last() {
            if self.copied.contains_key(&id) {
                stack.pop();
                continue;
            }
            let shared = self.resolver.definitions.shared.get(&self.graph)?;
            let expr = shared.arena.get(id);
            let waiting: Vec<ExprId> =
                expr.operands().into_iter().filter(|operand| !self.copied.contains_key(operand)).collect();
            if !waiting.is_empty() {
                stack.extend(waiting);
                continue;
            }
            let before = self.arena.len();
            let (theirs, copied, arena) = (&shared.arena, &self.copied, &mut self.arena);
            let mut reference = |r: Ref| match r.at {
                At::Copy(_) => r,
                At::Value(value) => Ref::value(r.var, arena.symbol(theirs.text(value))),
            };
            let operand = |id: &ExprId| copied.get(id).copied();
            let new = match expr {
                Node::Number(number) => self.arena.number(number.clone()),
                Node::P(term) => {
                    let term = term.map(&mut reference)?;
                    self.arena.p(term)
                }
                Node::Value(r) => {
                    let r = reference(*r);
                    self.arena.value(r)
                }
                Node::Sum { over, body } => self.arena.sum(over.iter().copied(), operand(body)?),
                Node::Product(all) => self.arena.product(all.iter().filter_map(operand)),
                Node::Plus(all) => self.arena.plus(all.iter().filter_map(operand)),
                Node::Minus(all) => self.arena.minus(all.iter().filter_map(operand)),
                Node::Quotient(over, under) => self.arena.quotient(operand(over)?, operand(under)?),
            };
            let leaf = matches!(expr, Node::Number(_) | Node::P(_) | Node::Value(_));
            let named = shared.names.get(&id).filter(|_| !leaf).and_then(|&at| self.resolver.definitions.list.get(at));
            if let Some(definition) = named {
                self.definitions.push((definition.name.value.clone(), new));
            }
            self.made(new, before, span)?;
            // What a name stands for is copied without having been typed.
            if !self.resolver.spend(COPY, span) {
                return None;
            }
            self.copied.insert(id, new);
            stack.pop();
        }
        self.copied.get(&root).copied()
    }
}
