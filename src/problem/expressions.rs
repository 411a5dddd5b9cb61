//! Expressions of the tree → expressions of an arena.
//!
//! No pass here uses the call stack: quotients and mixed sums nest to the left as far as a line is long.

use super::diagnostics;
use super::names::Seen;
use super::numbers::literal;
use super::resolver::Resolver;
use crate::expr::{Arena, Expr as Node, ExprId, Ref, Term};
use crate::source::{Diagnostic, Span};
use crate::syntax::tree::{Expr, ExprKind, Name, PTerm, Reference, Variable};
use num_traits::Zero;
use rustc_hash::FxHashMap;

/// How deep an expression may be nested once names are expanded.
pub(super) const MAX_DEPTH: usize = 1_000;
/// How many different parts the expressions of one statement may have once names are expanded.
pub(super) const MAX_PARTS: usize = 100_000;

/// Reads the expressions of one statement, or one definition, into one arena.
pub(super) struct Lowering<'r, 't> {
    pub(super) resolver: &'r mut Resolver<'t>,
    pub(super) graph: usize,
    /// Names are known that are defined above this statement.
    pub(super) statement: usize,
    /// Whether the arena is the graph's own, so that definitions need no copy.
    pub(super) shared: bool,
    /// Whether to keep what is wrong to oneself, since it has been said already.
    quiet: bool,
    pub(super) arena: Arena,
    /// Open sums by what they bind, innermost last.
    bound: FxHashMap<Ref, Vec<Span>>,
    /// What has been copied from the graph's arena.
    pub(super) copied: FxHashMap<ExprId, ExprId>,
    pub(super) definitions: Vec<(String, ExprId)>,
    /// Whether the statement's size has been complained of.
    too_large: bool,
}

enum Task<'t> {
    Enter(&'t Expr),
    Leave(&'t Expr),
}

/// A sum that is being read: what it binds, with the place of each; None where something is wrong with that.
type OpenSum<'t> = (Vec<(Ref, &'t Variable)>, bool);

impl<'r, 't> Lowering<'r, 't> {
    pub fn own(resolver: &'r mut Resolver<'t>, graph: usize, statement: usize) -> Self {
        Self {
            resolver,
            graph,
            statement,
            shared: false,
            quiet: false,
            arena: Arena::default(),
            bound: FxHashMap::default(),
            copied: FxHashMap::default(),
            definitions: Vec::new(),
            too_large: false,
        }
    }

    pub fn shared(resolver: &'r mut Resolver<'t>, graph: usize, statement: usize, arena: Arena, quiet: bool) -> Self {
        Self { shared: true, quiet, arena, ..Self::own(resolver, graph, statement) }
    }

    pub fn into_arena(self) -> Arena {
        self.arena
    }

    /// The arena, and the definitions that were copied into it, each after those it uses.
    pub fn into_parts(self) -> (Arena, Vec<(String, ExprId)>) {
        (self.arena, self.definitions)
    }

    pub fn arena(&self) -> &Arena {
        &self.arena
    }

    pub fn resolver(&mut self) -> &mut Resolver<'t> {
        self.resolver
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        if !self.quiet {
            self.resolver.findings.push(diagnostic);
        }
    }

    /// The expression's meaning; None where something is wrong with it, which is reported.
    pub fn expr(&mut self, root: &'t Expr) -> Option<ExprId> {
        let mut tasks = vec![Task::Enter(root)];
        let mut values: Vec<Option<ExprId>> = Vec::new();
        let mut sums: Vec<OpenSum<'t>> = Vec::new();
        while let Some(task) = tasks.pop() {
            match task {
                Task::Enter(expr) => self.enter(expr, &mut tasks, &mut values, &mut sums),
                Task::Leave(expr) => {
                    let value = self.leave(expr, &mut values, &mut sums);
                    values.push(value);
                }
            }
        }
        values.pop().flatten()
    }

    fn enter(
        &mut self,
        expr: &'t Expr,
        tasks: &mut Vec<Task<'t>>,
        values: &mut Vec<Option<ExprId>>,
        sums: &mut Vec<OpenSum<'t>>,
    ) {
        if let Some(literal) = literal(expr) {
            let value = self.literal(expr, literal);
            values.push(value);
            return;
        }
        match &expr.kind {
            ExprKind::P(term) => values.push(self.p(term, expr.span)),
            ExprKind::E(term) => values.push(self.e(term, expr.span)),
            ExprKind::Name(variable) => values.push(self.name(variable)),
            ExprKind::Quantity(asked) => {
                let found = diagnostics::quantity(&self.resolver.findings.source, expr.span, asked.kind.name());
                self.report(found);
                values.push(None);
            }
            // A literal, so read above.
            ExprKind::Number(_) => values.push(None),
            ExprKind::Sum { over, body } => {
                sums.push(self.open_sum(over));
                tasks.extend([Task::Leave(expr), Task::Enter(body)]);
            }
            ExprKind::Product(all) | ExprKind::Plus(all) | ExprKind::Minus(all) => {
                tasks.push(Task::Leave(expr));
                tasks.extend(all.iter().rev().map(Task::Enter));
            }
            ExprKind::Quotient(over, under) => {
                tasks.extend([Task::Leave(expr), Task::Enter(under), Task::Enter(over)]);
            }
            ExprKind::Negative(inner) => tasks.extend([Task::Leave(expr), Task::Enter(inner)]),
        }
    }

    fn leave(
        &mut self,
        expr: &'t Expr,
        values: &mut Vec<Option<ExprId>>,
        sums: &mut Vec<OpenSum<'t>>,
    ) -> Option<ExprId> {
        let mut take = |count: usize| -> Option<Vec<ExprId>> {
            values.split_off(values.len().saturating_sub(count)).into_iter().collect()
        };
        let before = self.arena.len();
        let id = match &expr.kind {
            ExprKind::Sum { body, .. } => {
                let value = take(1);
                let (over, sound) = sums.pop()?;
                for (reference, _) in &over {
                    if let Some(open) = self.bound.get_mut(reference) {
                        open.pop();
                    }
                }
                let value = *value?.first()?;
                if !sound || !self.binds(&over, value, body) {
                    return None;
                }
                self.arena.sum(over.into_iter().map(|(reference, _)| reference), value)
            }
            ExprKind::Product(all) => {
                let factors = take(all.len())?;
                self.arena.product(factors)
            }
            ExprKind::Plus(all) => {
                let terms = take(all.len())?;
                self.arena.plus(terms)
            }
            ExprKind::Minus(all) => {
                let terms = take(all.len())?;
                self.arena.minus(terms)
            }
            ExprKind::Quotient(_, under) => {
                let operands = take(2)?;
                let (&numerator, &denominator) = (operands.first()?, operands.get(1)?);
                if matches!(self.arena.get(denominator), Node::Number(n) if n.is_zero()) {
                    self.report(diagnostics::division_by_zero(&self.resolver.findings.source, under.span));
                    return None;
                }
                self.arena.quotient(numerator, denominator)
            }
            ExprKind::Negative(_) => {
                let inner = *take(1)?.first()?;
                let zero = self.arena.zero();
                self.arena.minus([zero, inner])
            }
            ExprKind::P(_) | ExprKind::E(_) | ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Quantity(_) => {
                return None;
            }
        };
        self.made(id, before, expr.span)
    }

    /// Holds a new expression against the limits. `before` is the arena's size before it was made.
    pub(super) fn made(&mut self, id: ExprId, before: usize, span: Span) -> Option<ExprId> {
        if self.arena.depth(id) > MAX_DEPTH {
            self.report(diagnostics::too_deep(&self.resolver.findings.source, span, MAX_DEPTH));
            return None;
        }
        if !self.shared && self.arena.len() > MAX_PARTS {
            if !self.too_large {
                self.too_large = true;
                self.report(diagnostics::too_large(&self.resolver.findings.source, span, MAX_PARTS));
            }
            return None;
        }
        // A leaf is as long as its text; what is built of others holds their free references once more.
        let leaf = matches!(self.arena.get(id), Node::Number(_) | Node::P(_) | Node::Value(_));
        let cost = if leaf || self.arena.len() == before { 0 } else { self.arena.free(id).len() };
        self.resolver.spend(cost, span).then_some(id)
    }

    /// The variable of that name; what is wrong with it is reported.
    pub fn measured(&mut self, name: &Name) -> Option<crate::expr::Var> {
        match self.resolver.variable(self.graph, name) {
            Ok(var) => Some(var),
            Err(fault) => {
                if let Some(fault) = fault {
                    self.report(fault);
                }
                None
            }
        }
    }

    fn reference(&mut self, reference: &Reference, role: &'static str, seen: &mut Seen) -> Option<Ref> {
        let name = &reference.variable.name;
        let var = self.measured(name)?;
        let twice = self.resolver.see(seen, var, name, role);
        let outside = reference.value.as_ref().and_then(|value| self.resolver.check_value(self.graph, name, value));
        let sound = twice.is_none() && outside.is_none();
        for fault in [twice, outside].into_iter().flatten() {
            self.report(fault);
        }
        if !sound {
            return None;
        }
        Some(match &reference.value {
            Some(value) => Ref::value(var, self.arena.symbol(&value.value)),
            None => Ref::copy(var, reference.variable.primes),
        })
    }

    fn references(&mut self, all: &[Reference], role: &'static str, seen: &mut Seen) -> Option<Vec<Ref>> {
        // Every one is looked at, so that all that is wrong is reported.
        let refs: Vec<Option<Ref>> = all.iter().map(|r| self.reference(r, role, seen)).collect();
        refs.into_iter().collect()
    }

    /// Says so where a term needs a model: no graph answers a counterfactual, or a policy, yet.
    fn of_a_graph(&mut self, term: &PTerm) -> Option<()> {
        let source = &self.resolver.findings.source;
        let worlds = term.of.iter().chain(&term.given).chain(&term.do_).find(|reference| !reference.world.is_empty());
        let found = match (worlds, term.policies.first()) {
            (Some(reference), _) => {
                let name = &reference.variable.name;
                diagnostics::counterfactual(source, name.span, &name.value)
            }
            (None, Some(policy)) => diagnostics::policy(source, policy.variable.name.span),
            (None, None) => return Some(()),
        };
        self.report(found);
        None
    }

    fn p(&mut self, term: &PTerm, span: Span) -> Option<ExprId> {
        self.of_a_graph(term)?;
        let mut seen = Seen::default();
        let of = self.references(&term.of, "outcome", &mut seen);
        let do_ = self.references(&term.do_, "action", &mut seen);
        let given = self.references(&term.given, "condition", &mut seen);
        if term.of.is_empty() {
            self.report(diagnostics::nothing_of(&self.resolver.findings.source, span));
            return None;
        }
        let term = Term::new(of?, given?, do_?)?;
        let before = self.arena.len();
        let id = self.arena.p(term);
        self.made(id, before, span)
    }

    /// `E[y | …]` is `Σ_{y} y P(y | …)`, y a copy that no open sum binds.
    fn e(&mut self, term: &PTerm, span: Span) -> Option<ExprId> {
        self.of_a_graph(term)?;
        let mut seen = Seen::default();
        let of = self.expected(term, span, &mut seen);
        let do_ = self.references(&term.do_, "action", &mut seen);
        let given = self.references(&term.given, "condition", &mut seen);
        let var = of?;
        let copy = (0..=u16::MAX).map(|primes| Ref::copy(var, primes)).find(|copy| !self.is_bound(copy))?;
        let term = Term::new([copy], given?, do_?)?;
        let before = self.arena.len();
        let p = self.arena.p(term);
        let value = self.arena.value(copy);
        let product = self.arena.product([value, p]);
        let id = self.arena.sum([copy], product);
        self.made(id, before, span)
    }

    /// The one variable that an expectation is of.
    fn expected(&mut self, term: &PTerm, span: Span, seen: &mut Seen) -> Option<crate::expr::Var> {
        let source = self.resolver.findings.source.clone();
        let [of] = term.of.as_slice() else {
            self.report(match term.of.first() {
                None => diagnostics::nothing_of(&source, span),
                Some(_) => diagnostics::e_of_one(&source, span),
            });
            return None;
        };
        let name = &of.variable.name;
        let var = self.measured(name)?;
        let mut faults: Vec<Diagnostic> = self.resolver.see(seen, var, name, "outcome").into_iter().collect();
        if let Some(value) = &of.value {
            faults.push(diagnostics::e_of_value(&source, &name.value, &value.value, value.span));
        } else if of.variable.primes > 0 {
            faults.push(diagnostics::prime_not_allowed(&source, &name.value, name.span, true));
        } else {
            faults.extend(self.resolver.check_numeric(self.graph, name));
        }
        let sound = faults.is_empty();
        for fault in faults {
            self.report(fault);
        }
        sound.then_some(var)
    }

    fn is_bound(&self, reference: &Ref) -> bool {
        self.bound.get(reference).is_some_and(|open| !open.is_empty())
    }

    fn open_sum(&mut self, over: &'t [Variable]) -> OpenSum<'t> {
        let mut opened: Vec<(Ref, &Variable)> = Vec::new();
        let mut here: FxHashMap<Ref, Span> = FxHashMap::default();
        let mut sound = true;
        for variable in over {
            let name = &variable.name;
            let Some(var) = self.measured(name) else {
                sound = false;
                continue;
            };
            let reference = Ref::copy(var, variable.primes);
            if let Some(&first) = here.get(&reference) {
                let text = primed(&name.value, variable.primes);
                self.report(diagnostics::bound_twice(&self.resolver.findings.source, &text, name.span, first));
                sound = false;
                continue;
            }
            if let Some(&outer) = self.bound.get(&reference).and_then(|open| open.last()) {
                let text = primed(&name.value, variable.primes);
                let other = primed(&name.value, variable.primes.saturating_add(1));
                let source = &self.resolver.findings.source;
                self.report(diagnostics::hidden_bound(source, &text, name.span, outer, &other));
            }
            here.insert(reference, name.span);
            opened.push((reference, variable));
        }
        for (reference, variable) in &opened {
            self.bound.entry(*reference).or_default().push(variable.name.span);
        }
        (opened, sound)
    }

    /// Whether a sum binds something in its body. Where it does not, a value asked below is a mistake, and nothing
    /// asked at all deserves a warning.
    fn binds(&mut self, over: &[(Ref, &Variable)], body: ExprId, written: &Expr) -> bool {
        let idle: Vec<_> = over.iter().filter(|(r, _)| !self.arena.is_free_in(*r, body)).collect();
        if idle.is_empty() {
            return true;
        }
        let fixed = values_in(written);
        let mut sound = true;
        for (_, variable) in idle {
            let name = &variable.name;
            let source = &self.resolver.findings.source;
            let diagnostic = match fixed.get(name.value.as_str()) {
                Some(value) => {
                    sound = false;
                    diagnostics::value_in_sum(source, &name.value, name.span, &value.value, value.span)
                }
                None => diagnostics::unused_sum(source, &primed(&name.value, variable.primes), name.span),
            };
            self.report(diagnostic);
        }
        sound
    }
}

fn primed(name: &str, primes: u16) -> String {
    format!("{name}{}", "'".repeat(usize::from(primes)))
}

/// The variables that stand at a value somewhere in an expression, each with the first such value.
fn values_in(expr: &Expr) -> FxHashMap<&str, &Name> {
    let mut values = FxHashMap::default();
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        match &expr.kind {
            ExprKind::P(term) | ExprKind::E(term) => {
                for reference in term.of.iter().chain(&term.do_).chain(&term.given) {
                    if let Some(value) = &reference.value {
                        values.entry(reference.variable.name.value.as_str()).or_insert(value);
                    }
                }
            }
            ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Quantity(_) => {}
            ExprKind::Sum { body, .. } => stack.push(body),
            ExprKind::Product(all) | ExprKind::Plus(all) | ExprKind::Minus(all) => stack.extend(all.iter().rev()),
            ExprKind::Quotient(over, under) => stack.extend([&**under, &**over]),
            ExprKind::Negative(inner) => stack.push(inner),
        }
    }
    values
}
