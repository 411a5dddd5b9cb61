//! `let`s and named questions: what a bare name in an expression stands for.
//!
//! Each is read once for each graph it is used in, into an arena that the graph's definitions share, so that names
//! that use names cost nothing; a statement copies what it reaches into its own.

use super::expressions::Lowering;
use super::resolver::Resolver;
use crate::expr::{Arena, ExprId};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Name};
use rustc_hash::{FxHashMap, FxHashSet};

/// What a name of an expression stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning<'t> {
    /// A `let`: an expression, in whatever graph it is used.
    Let(&'t Expr),
    /// A question with its graph; its expression where it is one.
    Question(Option<&'t Expr>, Option<usize>),
}

/// A name of an expression.
#[derive(Debug)]
pub(super) struct Definition<'t> {
    pub name: &'t Name,
    /// Position of its statement: the name is known below it.
    pub statement: usize,
    pub meaning: Meaning<'t>,
    /// Whether anything uses it.
    pub used: bool,
    /// Whether it has been read in any graph.
    pub read: bool,
    /// Whether what is wrong with it has been said.
    pub reported: bool,
}

/// What has been read of one graph's definitions.
#[derive(Default, Debug)]
pub(super) struct Shared {
    pub arena: Arena,
    /// By position of the definition; None where something is wrong with it.
    pub done: FxHashMap<usize, Option<ExprId>>,
    /// The first definition that is this expression.
    pub names: FxHashMap<ExprId, usize>,
}

/// All names of expressions of a file, in file order.
#[derive(Default, Debug)]
pub(super) struct Definitions<'t> {
    pub list: Vec<Definition<'t>>,
    pub by_name: FxHashMap<&'t str, usize>,
    /// Whether some name stands for nothing, so that one which nothing uses may be what was meant.
    pub doubtful: bool,
    /// By graph.
    pub shared: FxHashMap<usize, Shared>,
}

impl<'t> Definitions<'t> {
    /// Adds a name; where it is taken, gives the place of the earlier one.
    pub fn add(&mut self, name: &'t Name, statement: usize, meaning: Meaning<'t>) -> Option<Span> {
        if let Some(first) = self.by_name.get(name.value.as_str()).and_then(|&at| self.list.get(at)) {
            return Some(first.name.span);
        }
        self.by_name.insert(&name.value, self.list.len());
        self.list.push(Definition { name, statement, meaning, used: false, read: false, reported: false });
        None
    }

    /// Notes which definitions an expression uses.
    pub fn note_uses(&mut self, expr: &'t Expr) {
        each_name(expr, |name| {
            if let Some(definition) = self.by_name.get(name).and_then(|&at| self.list.get_mut(at)) {
                definition.used = true;
            }
        });
    }

    /// What is known of a graph's definition; None where nothing is yet.
    pub fn expanded(&self, graph: usize, at: usize) -> Option<Option<ExprId>> {
        self.shared.get(&graph)?.done.get(&at).copied()
    }
}

/// The bare names in an expression, from left to right.
pub(super) fn each_name<'t>(expr: &'t Expr, mut f: impl FnMut(&'t str)) {
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match &expr.kind {
            ExprKind::P(_) | ExprKind::E(_) | ExprKind::Number(_) | ExprKind::Quantity(_) => {}
            ExprKind::Name(variable) => f(&variable.name.value),
            ExprKind::Sum { body, .. } => stack.push(body),
            ExprKind::Product(all) | ExprKind::Plus(all) | ExprKind::Minus(all) => stack.extend(all.iter().rev()),
            ExprKind::Quotient(over, under) => stack.extend([&**under, &**over]),
            ExprKind::Negative(inner) => stack.push(inner),
        }
    }
}

impl<'t> Resolver<'t> {
    /// Reads a definition in a graph, and before it those it uses, however many stand in a row.
    pub fn define(&mut self, graph: usize, target: usize) {
        let mut needed = Vec::new();
        let mut seen = FxHashSet::default();
        let mut stack = vec![target];
        while let Some(at) = stack.pop() {
            if self.definitions.expanded(graph, at).is_some() || !seen.insert(at) {
                continue;
            }
            let Some(definition) = self.definitions.list.get(at) else { continue };
            let expr = match definition.meaning {
                Meaning::Let(expr) => expr,
                Meaning::Question(Some(expr), home) if home == Some(graph) => expr,
                Meaning::Question(..) => continue,
            };
            needed.push(at);
            let (by_name, list) = (&self.definitions.by_name, &self.definitions.list);
            let statement = definition.statement;
            each_name(expr, |name| {
                if let Some(&used) = by_name.get(name)
                    && list.get(used).is_some_and(|d| d.statement < statement)
                {
                    stack.push(used);
                }
            });
        }
        needed.sort_unstable();
        for at in needed {
            self.define_one(graph, at);
        }
    }

    fn define_one(&mut self, graph: usize, at: usize) {
        let Some(definition) = self.definitions.list.get_mut(at) else { return };
        let (statement, meaning) = (definition.statement, definition.meaning);
        let (expr, quiet) = match meaning {
            Meaning::Let(expr) => (expr, definition.reported),
            // What is wrong with a question is said where it is asked.
            Meaning::Question(Some(expr), Some(home)) if home == graph => (expr, true),
            Meaning::Question(..) => return,
        };
        let arena = std::mem::take(&mut self.definitions.shared.entry(graph).or_default().arena);
        let mut lowering = Lowering::shared(self, graph, statement, arena, quiet);
        let id = lowering.expr(expr);
        let arena = lowering.into_arena();
        if let Some(definition) = self.definitions.list.get_mut(at) {
            definition.read = true;
            definition.reported |= id.is_none();
        }
        let shared = self.definitions.shared.entry(graph).or_default();
        shared.arena = arena;
        shared.done.insert(at, id);
        if let Some(id) = id {
            shared.names.entry(id).or_insert(at);
        }
    }
}
