//! Questions, expectations and readers' proofs, one statement at a time.

use super::ahead;
use super::expressions::Lowering;
use super::names::Seen;
use super::resolver::Resolver;
use super::{Expectation, ExpectationKind, ProofLine, Query, QueryKind, Reason, diagnostics};
use crate::expr::{Arena, Expr as Node, ExprId, Ref, Term, Var};
use crate::graph::Mutilation;
use crate::proof::{Rule, Separation};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, Independence, Name, RuleName, Statement, StatementKind, Tree};

/// A meaning with the arena and the definitions it uses.
type Read<T> = (T, Arena, Vec<(String, ExprId)>);

fn bare<T>(kind: T) -> Read<T> {
    (kind, Arena::default(), Vec::new())
}

/// What has been read of a file's questions.
#[derive(Default)]
pub(super) struct Asked {
    /// How many there are, what is wrong with some included.
    pub id: usize,
    pub queries: Vec<Query>,
    pub expectations: Vec<Expectation>,
}

impl<'t> Resolver<'t> {
    /// Everything asked and expected, in file order. What is wrong is reported and left out.
    pub fn questions(&mut self, tree: &'t Tree) -> (Vec<Query>, Vec<Expectation>) {
        let mut asked = Asked::default();
        let ahead = self.questions_ahead(tree);
        asked.reserve(&ahead);
        let mut ahead = ahead.into_iter();
        for (part, statements) in tree.statements.chunks(ahead::STATEMENTS).enumerate() {
            if !ahead.next().is_some_and(|ahead| self.take(ahead, &mut asked)) {
                self.questions_of(statements, part * ahead::STATEMENTS, &mut asked);
            }
        }
        let Asked { id, mut queries, expectations } = asked;
        if id == 0 {
            for graph in 0..self.graphs.len() {
                queries.extend(self.drawn_query(graph, queries.len() + 1));
            }
        }
        (queries, expectations)
    }

    /// The questions of some statements, the first of which has this position in the file.
    pub fn questions_of(&mut self, statements: &'t [Statement], first: usize, asked: &mut Asked) {
        let Asked { id, queries, expectations } = asked;
        for (position, statement) in (first..).zip(statements) {
            if !self.does() {
                return;
            }
            match &statement.kind {
                StatementKind::Query(query) => {
                    *id += 1;
                    let id = *id;
                    if let Some(model) = self.model_named(query.graph.as_ref()) {
                        let number = model.and_then(|model| self.number(position, model, statement.span, query));
                        queries.extend(number.map(|number| Query { id, ..number }));
                        continue;
                    }
                    let Some(graph) = self.graph_of_query(position, statement, query) else { continue };
                    let Some((kind, arena, definitions)) = self.query(position, graph, statement.span, &query.query)
                    else {
                        continue;
                    };
                    let name = query.label.as_ref().map(|label| label.value.clone());
                    queries.push(Query { id, name, span: statement.span, graph, arena, definitions, kind });
                }
                StatementKind::Proof(proof) => {
                    *id += 1;
                    let id = *id;
                    let Some(graph) = self.graph_for(position, statement.span, proof.graph.as_ref()) else { continue };
                    let Some((kind, arena, definitions)) = self.proof(position, graph, proof) else { continue };
                    queries.push(Query { id, name: None, span: statement.span, graph, arena, definitions, kind });
                }
                StatementKind::Expect(expectation) => {
                    let named = expectation.graph.as_ref();
                    if let Some(model) = self.model_named(named) {
                        let number = |model| self.expected_number(position, model, statement.span, expectation);
                        expectations.extend(model.and_then(number));
                        continue;
                    }
                    let Some(graph) = self.graph_for(position, statement.span, named) else { continue };
                    let Some(((kind, expected), arena, definitions)) =
                        self.expectation(position, graph, statement.span, expectation)
                    else {
                        continue;
                    };
                    let span = statement.span;
                    expectations.push(Expectation { span, graph, arena, definitions, kind, expected });
                }
                StatementKind::Graph(_)
                | StatementKind::Var(_)
                | StatementKind::Let { .. }
                | StatementKind::Model(_)
                | StatementKind::Table(_)
                | StatementKind::Data(_) => {}
            }
        }
    }

    fn graph_of_query(
        &mut self,
        position: usize,
        statement: &Statement,
        query: &tree::QueryStatement,
    ) -> Option<usize> {
        let inner = match &query.query {
            tree::Query::Implications { graph } => graph.as_ref(),
            tree::Query::Effect(_)
            | tree::Query::Independence(_)
            | tree::Query::Equality(..)
            | tree::Query::Adjust { .. }
            | tree::Query::Paths { .. }
            | tree::Query::Simplify(_)
            | tree::Query::Explain(_)
            | tree::Query::Sensitivity(_) => None,
        };
        self.graph_for(position, statement.span, inner.or(query.graph.as_ref()))
    }

    fn query(&mut self, position: usize, graph: usize, span: Span, query: &'t tree::Query) -> Option<Read<QueryKind>> {
        match query {
            tree::Query::Effect(expr) => {
                let (id, arena, definitions) = self.asked(position, graph, expr)?;
                let kind = match arena.get(id) {
                    Node::P(term) => QueryKind::Effect(term.clone()),
                    Node::Number(_)
                    | Node::Sum { .. }
                    | Node::Product(_)
                    | Node::Quotient(..)
                    | Node::Plus(_)
                    | Node::Minus(_)
                    | Node::Value(_) => QueryKind::Contrast(id),
                };
                Some((kind, arena, definitions))
            }
            tree::Query::Independence(independence) => {
                self.separation(graph, span, independence).map(|s| bare(QueryKind::Independence(s)))
            }
            tree::Query::Equality(lhs, rhs) => {
                let ((lhs, rhs), arena, definitions) = self.both(position, graph, lhs, rhs)?;
                Some((QueryKind::Equality(lhs, rhs), arena, definitions))
            }
            tree::Query::Adjust { effect, with, without } => self.adjust(position, graph, effect, with, without),
            tree::Query::Implications { .. } => {
                self.touched.graph(graph);
                Some(bare(QueryKind::Implications))
            }
            tree::Query::Paths { from, to, given } => {
                let mut seen = Seen::default();
                let sets = [(from, "start"), (to, "end"), (given, "condition")]
                    .map(|(names, role)| self.node_set(graph, names, role, &mut seen));
                self.sides(span, from, to)?;
                let [from, to, given] = sets;
                Some(bare(QueryKind::Paths { from: from?, to: to?, given: given? }))
            }
            tree::Query::Explain(_) => {
                self.findings.push(diagnostics::needs_model(&self.findings.source, span, "explain"));
                None
            }
            tree::Query::Sensitivity(_) => {
                self.findings.push(diagnostics::needs_model(&self.findings.source, span, "sensitivity"));
                None
            }
            tree::Query::Simplify(expr) => {
                let mut lowering = Lowering::own(self, graph, position);
                let id = lowering.expr(expr)?;
                let (arena, definitions) = lowering.into_parts();
                Some((QueryKind::Simplify(id), arena, definitions))
            }
        }
    }

    /// An expression that is asked for, so that it must hold a probability.
    fn asked(&mut self, position: usize, graph: usize, expr: &'t tree::Expr) -> Option<Read<ExprId>> {
        let mut lowering = Lowering::own(self, graph, position);
        let id = lowering.expr(expr)?;
        let arena = lowering.arena();
        if !arena.reachable([id]).into_iter().any(|id| matches!(arena.get(id), Node::P(_))) {
            let fault = diagnostics::nothing_asked(&lowering.resolver().findings.source, expr.span);
            lowering.report(fault);
            return None;
        }
        let (arena, definitions) = lowering.into_parts();
        Some((id, arena, definitions))
    }

    fn both(
        &mut self,
        position: usize,
        graph: usize,
        lhs: &'t tree::Expr,
        rhs: &'t tree::Expr,
    ) -> Option<Read<(ExprId, ExprId)>> {
        let mut lowering = Lowering::own(self, graph, position);
        let (lhs, rhs) = (lowering.expr(lhs), lowering.expr(rhs));
        let (arena, definitions) = lowering.into_parts();
        Some(((lhs?, rhs?), arena, definitions))
    }

    fn adjust(
        &mut self,
        position: usize,
        graph: usize,
        effect: &'t tree::Expr,
        with: &[Name],
        without: &[Name],
    ) -> Option<Read<QueryKind>> {
        if !matches!(effect.kind, ExprKind::P(_) | ExprKind::Name(_)) {
            self.findings.push(diagnostics::adjust_needs_effect(&self.findings.source, effect.span));
            return None;
        }
        let mut lowering = Lowering::own(self, graph, position);
        let id = lowering.expr(effect);
        let (arena, definitions) = lowering.into_parts();
        let term = match id.map(|id| arena.get(id)) {
            Some(Node::P(term)) => Some(term.clone()),
            Some(_) => {
                self.findings.push(diagnostics::adjust_needs_effect(&self.findings.source, effect.span));
                None
            }
            None => None,
        };
        let mut seen = Seen::default();
        if let Some(term) = &term {
            if term.do_().is_empty() {
                self.findings.push(diagnostics::adjust_needs_action(&self.findings.source, effect.span));
                return None;
            }
            self.see_term(graph, &mut seen, term, effect);
        }
        let with = self.node_set(graph, with, "required covariate", &mut seen);
        let without = self.node_set(graph, without, "excluded covariate", &mut seen);
        let kind = QueryKind::Adjust { term: term?, with: with?, without: without? };
        Some((kind, arena, definitions))
    }

    /// The variables of an effect, each at its own place; at that of the name, where the effect is a named question.
    fn see_term(&mut self, graph: usize, seen: &mut Seen, term: &Term, effect: &tree::Expr) {
        let parts = [(term.of(), "outcome"), (term.do_(), "action"), (term.given(), "condition")];
        for (refs, role) in parts {
            seen.extend(refs.iter().map(|reference| (reference.var, (effect.span, role))));
        }
        if let ExprKind::P(written) = &effect.kind {
            for reference in written.of.iter().chain(&written.do_).chain(&written.given) {
                let name = &reference.variable.name;
                if let Ok(var) = self.variable(graph, name)
                    && let Some((span, _)) = seen.get_mut(&var)
                {
                    *span = name.span;
                }
            }
        }
    }

    fn sides(&mut self, span: Span, left: &[Name], right: &[Name]) -> Option<()> {
        if left.is_empty() || right.is_empty() {
            self.findings.push(diagnostics::empty_side(&self.findings.source, span));
            return None;
        }
        Some(())
    }

    fn separation(&mut self, graph: usize, span: Span, written: &Independence) -> Option<Separation> {
        let mut seen = Seen::default();
        let x = self.node_set(graph, &written.x, "left side", &mut seen);
        let y = self.node_set(graph, &written.y, "right side", &mut seen);
        let given = self.node_set(graph, &written.given, "condition", &mut seen);
        let over = self.node_set(graph, &written.cut.over, "cut over", &mut Seen::default());
        let under = self.node_set(graph, &written.cut.under, "cut under", &mut Seen::default());
        self.sides(span, &written.x, &written.y)?;
        let cut = Mutilation { no_incoming: over?, no_outgoing: under? };
        Some(Separation { x: x?, y: y?, given: given?, cut })
    }

    fn expectation(
        &mut self,
        position: usize,
        graph: usize,
        span: Span,
        expectation: &'t tree::Expectation,
    ) -> Option<Read<(ExpectationKind, bool)>> {
        match &expectation.kind {
            tree::ExpectationKind::Identifiable { query, expected } => {
                let (id, arena, definitions) = self.asked(position, graph, query)?;
                Some(((ExpectationKind::Identifiable(id), *expected), arena, definitions))
            }
            tree::ExpectationKind::Independence { independence, expected } => {
                let separation = self.separation(graph, span, independence)?;
                Some(bare((ExpectationKind::Independence(separation), *expected)))
            }
            tree::ExpectationKind::Equality { lhs, rhs, double: _, expected } => {
                let ((lhs, rhs), arena, definitions) = self.both(position, graph, lhs, rhs)?;
                Some(((ExpectationKind::Equality(lhs, rhs), *expected), arena, definitions))
            }
        }
    }

    fn proof(&mut self, position: usize, graph: usize, proof: &'t tree::ProofBlock) -> Option<Read<QueryKind>> {
        let mut lowering = Lowering::own(self, graph, position);
        let start = lowering.expr(&proof.start);
        let exprs: Vec<Option<ExprId>> = proof.lines.iter().map(|line| lowering.expr(&line.expr)).collect();
        let (arena, definitions) = lowering.into_parts();
        let mut lines = Vec::with_capacity(proof.lines.len());
        for (line, expr) in proof.lines.iter().zip(exprs) {
            let mut reasons = Vec::with_capacity(line.reasons.len());
            for reason in &line.reasons {
                let separation = match &reason.value.separation {
                    Some(written) => self.separation(graph, reason.span, written).map(Some),
                    None => Some(None),
                };
                let rule = rule(reason.value.rule);
                reasons.push(separation.map(|separation| Reason { span: reason.span, rule, separation }));
            }
            let reasons: Option<Vec<Reason>> = reasons.into_iter().collect();
            lines.push(expr.zip(reasons).map(|(expr, reasons)| ProofLine { span: line.span, expr, reasons }));
        }
        let lines: Option<Vec<ProofLine>> = lines.into_iter().collect();
        Some((QueryKind::Proof { start: start?, lines: lines? }, arena, definitions))
    }

    /// What a graph with DAGitty's exposures and outcomes asks by itself in a file without questions.
    fn drawn_query(&mut self, graph: usize, id: usize) -> Option<Query> {
        let (_, entry) = self.graphs.get_index(graph)?;
        let has = |test: fn(&super::VariableInfo) -> bool| entry.variables.iter().any(test);
        if !has(|v| v.exposure) || !has(|v| v.outcome) {
            return None;
        }
        let span = entry.span;
        let marks: Vec<(usize, bool, bool)> = entry
            .variables
            .iter()
            .enumerate()
            .filter(|(_, v)| v.exposure || v.outcome)
            .map(|(node, v)| (node, v.exposure, v.outcome))
            .collect();
        let (mut of, mut do_, mut sound) = (Vec::new(), Vec::new(), true);
        for (node, exposure, outcome) in marks {
            let name: &Name = self.sheets.get(graph)?.names.get(node)?;
            let fault = match self.variable(graph, name) {
                Ok(_) if exposure && outcome => {
                    let source = &self.findings.source;
                    let roles = ("outcome", "exposure");
                    Some(diagnostics::variable_twice(source, &name.value, name.span, name.span, roles))
                }
                Ok(var) => {
                    let side: &mut Vec<Var> = if exposure { &mut do_ } else { &mut of };
                    side.push(var);
                    None
                }
                Err(fault) => fault,
            };
            if let Some(fault) = fault {
                self.findings.push(fault);
                sound = false;
            }
        }
        let term = Term::new(of.into_iter().map(Ref::plain), [], do_.into_iter().map(Ref::plain))?;
        sound.then(|| Query {
            id,
            name: None,
            span,
            graph,
            arena: Arena::default(),
            definitions: Vec::new(),
            kind: QueryKind::Effect(term),
        })
    }
}

fn rule(name: RuleName) -> Rule {
    match name {
        RuleName::Rule1 => Rule::Rule1,
        RuleName::Rule2 => Rule::Rule2,
        RuleName::Rule3 => Rule::Rule3,
        RuleName::Marginalise => Rule::Marginalise,
        RuleName::Chain => Rule::Chain,
        RuleName::Condition => Rule::Condition,
        RuleName::Algebra => Rule::Algebra,
    }
}
