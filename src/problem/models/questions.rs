//! Questions and expectations of models, one statement at a time.

use super::ask::Asking;
use super::diagnostics;
use crate::expr::{Arena, ExprId};
use crate::model::Question;
use crate::problem::expressions::Lowering;
use crate::problem::resolver::Resolver;
use crate::problem::{Asked, Expectation, ExpectationKind, NumberExpectation, NumberQuery, Query, QueryKind};
use crate::source::Span;
use crate::syntax::tree::{self, Expr, ExprKind};

impl<'t> Resolver<'t> {
    /// A question to a model; its `id` is still to be given.
    pub(in crate::problem) fn number(
        &mut self,
        position: usize,
        model: usize,
        span: Span,
        written: &'t tree::QueryStatement,
    ) -> Option<Query> {
        let graph = self.models.get_index(model)?.1.graph;
        let mut asking = Asking::new(self, model, position)?;
        let asked = match &written.query {
            tree::Query::Effect(expr) => {
                let question = asking.question(expr)?;
                Asked::Value { question, without: asking.without(expr) }
            }
            tree::Query::Explain(asked) => {
                if asking.network().is_none() {
                    asking.say(diagnostics::explain_linear(&asking.resolver.findings.source, span));
                    return None;
                }
                let (seen, set) = asking.explain(asked)?;
                Asked::Explain { seen, set }
            }
            tree::Query::Sensitivity(asked) => {
                let question = asking.question(&asked.expr)?;
                if asking.network().is_none() || !is_single(&question) {
                    asking.say(diagnostics::sensitivity_fixed(&asking.resolver.findings.source, asked.expr.span));
                    return None;
                }
                Asked::Sensitivity { question, of: asking.tables(&asked.to)? }
            }
            tree::Query::Equality(lhs, rhs) => Asked::Comparison { pairs: asking.both(lhs, rhs)?, independence: false },
            tree::Query::Independence(asked) => {
                Asked::Comparison { pairs: asking.independence(asked, span)?, independence: true }
            }
            tree::Query::Adjust { .. }
            | tree::Query::Implications { .. }
            | tree::Query::Paths { .. }
            | tree::Query::Simplify(_) => {
                let (source, graph) = (&asking.resolver.findings.source, asking.graph_name());
                let found = diagnostics::model_question(source, span, &asking.model_name, &graph);
                asking.say(found);
                return None;
            }
        };
        let name = written.label.as_ref().map(|label| label.value.clone());
        let identifiable = match &written.query {
            tree::Query::Effect(expr) => self.of_graph(graph, position, expr),
            tree::Query::Independence(_)
            | tree::Query::Equality(..)
            | tree::Query::Adjust { .. }
            | tree::Query::Implications { .. }
            | tree::Query::Paths { .. }
            | tree::Query::Simplify(_)
            | tree::Query::Explain(_)
            | tree::Query::Sensitivity(_) => None,
        };
        let number = NumberQuery { model, written: written.clone(), asked, identifiable };
        let kind = QueryKind::Number(Box::new(number));
        Some(Query { id: 0, name, span, graph, arena: Arena::default(), definitions: Vec::new(), kind })
    }

    /// A question as one to the model's graph; None where it cannot be one, or goes by names.
    fn of_graph(&mut self, graph: usize, position: usize, expr: &'t Expr) -> Option<(Arena, ExprId)> {
        let mut named = false;
        crate::problem::definitions::each_name(expr, |_| named = true);
        if named {
            return None;
        }
        let mut lowering = Lowering::shared(self, graph, position, Arena::default(), true);
        let id = lowering.expr(expr)?;
        Some((lowering.into_arena(), id))
    }

    /// `expect A = B in MODEL`
    pub(in crate::problem) fn expected_number(
        &mut self,
        position: usize,
        model: usize,
        span: Span,
        written: &'t tree::Expectation,
    ) -> Option<Expectation> {
        let graph = self.models.get_index(model)?.1.graph;
        let mut asking = Asking::new(self, model, position)?;
        let tree::ExpectationKind::Equality { lhs, rhs, expected, .. } = &written.kind else {
            let (source, graph) = (&asking.resolver.findings.source, asking.graph_name());
            let found = diagnostics::model_question(source, span, &asking.model_name, &graph);
            asking.say(found);
            return None;
        };
        let mut side = |expr: &'t Expr| {
            let question = asking.question(expr)?;
            if !question.free.is_empty() {
                asking.say(diagnostics::expected_number(&asking.resolver.findings.source, expr.span));
                return None;
            }
            Some(question)
        };
        let (left, right) = (side(lhs), side(rhs));
        let number =
            NumberExpectation { model, written: written.clone(), lhs: left?, rhs: right?, digits: digits(rhs) };
        Some(Expectation {
            span,
            graph,
            arena: Arena::default(),
            definitions: Vec::new(),
            kind: ExpectationKind::Number(Box::new(number)),
            expected: *expected,
        })
    }
}

/// Whether nothing varies in a question.
fn is_single(question: &Question) -> bool {
    question.slots.is_empty()
}

/// How many digits a decimal has after its point.
fn digits(expr: &Expr) -> Option<usize> {
    let inner = match &expr.kind {
        ExprKind::Negative(inner) => inner,
        ExprKind::P(_)
        | ExprKind::E(_)
        | ExprKind::Sum { .. }
        | ExprKind::Product(_)
        | ExprKind::Quotient(..)
        | ExprKind::Plus(_)
        | ExprKind::Minus(_)
        | ExprKind::Number(_)
        | ExprKind::Name(_)
        | ExprKind::Quantity(_) => expr,
    };
    match &inner.kind {
        ExprKind::Number(written) => written.split_once('.').map(|(_, fraction)| fraction.len()),
        ExprKind::P(_)
        | ExprKind::E(_)
        | ExprKind::Sum { .. }
        | ExprKind::Product(_)
        | ExprKind::Quotient(..)
        | ExprKind::Plus(_)
        | ExprKind::Minus(_)
        | ExprKind::Negative(_)
        | ExprKind::Name(_)
        | ExprKind::Quantity(_) => None,
    }
}
