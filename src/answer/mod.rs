//! The conductor: a problem's queries through the floors below, one file for each kind of query.
//!
//! In: a [`Problem`] and [`Options`]. Out: [`Answer`]s and [`Expected`] results, each verdict carrying what the kernel has
//! accepted. Must never know: how an answer is shown.
//!
//! The question comes from the problem, the evidence from the floors that search, the verdict from the kernel: every
//! claim made here goes through [`settle`], and what the kernel refuses becomes undetermined.

mod account;
mod adjust;
mod advice;
mod bridge;
mod constraints;
mod context;
mod contrast;
mod definitions;
mod differ;
mod effect;
mod equality;
mod expectation;
mod fragile;
mod implications;
mod independence;
mod joined;
mod ledger;
mod number;
mod numbers;
mod numerically;
mod paths;
mod proof;
mod self_check;
mod settle;
mod simplify;
mod support;
mod surroundings;
mod testable;
mod types;
mod words;

pub use crate::identify::{Route, RuleMove};
pub use account::{Account, Mixing, Reading, accounts};
pub use numbers::{
    CheckRow, Comparison, Explanation, LinearForm, Number, Numbers, NumericalCheck, SensitiveEntry, Sides, decimal,
    float, same,
};
pub use settle::settle;
pub use support::{
    Absent, Advice, Cause, Constraint, Found, Fragile, FragileEdge, FragileStatus, Ledger, Measure, Randomise, Related,
    RelatedKind, SelfCheck, SelfChecks, Support, Testable,
};
pub use types::{
    AdjustmentSet, Answer, Because, Body, CheckedLine, Expected, Identified, ImpliedIndependence, Limits, LineStatus,
    ListedPath, Options, Refusal, Seconds, SetKind, Undetermined, Verdict, Verma,
};

use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphError};
use crate::problem::{ExpectationKind, GraphEntry, NumberQuery, Problem, QueryKind, lift};
use crate::proof::SourceGraph;
use crate::reach;
use crate::source::Diagnostic;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{Statement, StatementKind};
use context::Context;
use std::sync::Arc;

/// A problem with its graphs made ready: latent variables are projected out once. Shareable between threads; each answer
/// depends on its question alone.
#[derive(Clone, Debug)]
pub struct Prover<'p> {
    problem: &'p Problem,
    /// One for each of the problem's graphs.
    graphs: Vec<Projected>,
}

/// A graph over its measured variables.
#[derive(Clone, Debug)]
struct Projected {
    graph: Arc<Graph>,
    /// As written, where latents were declared.
    source: Option<SourceGraph>,
    /// The distributions taken as known: the joint one.
    known: Arc<[Term]>,
}

impl<'p> Prover<'p> {
    /// Projects the latent variables of each graph out (Verma & Pearl 1990).
    ///
    /// # Errors
    /// A graph whose projection would have more edges than a graph may have.
    pub fn new(problem: &'p Problem) -> Result<Self, Diagnostic> {
        let graphs = problem.graphs.values().map(|entry| Projected::new(problem, entry)).collect::<Result<_, _>>()?;
        Ok(Self { problem, graphs })
    }

    /// The problem asked about.
    #[must_use]
    pub fn problem(&self) -> &'p Problem {
        self.problem
    }

    /// The graph at a position in [`Problem::graphs`], latent variables projected out.
    #[must_use]
    pub fn graph(&self, index: usize) -> Option<&Graph> {
        self.graphs.get(index).map(|projected| &*projected.graph)
    }

    /// Answers the question at a position in [`Problem::queries`].
    ///
    /// # Panics
    /// Where there is no question at that position, as indexing a slice does.
    #[must_use]
    pub fn answer(&self, index: usize, options: &Options<'_>) -> Answer {
        let query = &self.problem.queries[index];
        let projected = &self.graphs[query.graph];
        let context = Context::new(projected, options);
        let mut arena = query.arena.clone();
        arena.make_room();
        let body = match &query.kind {
            QueryKind::Effect(term) => {
                Body::Effect { term: term.clone(), verdict: effect::effect(&context, &mut arena, term) }
            }
            QueryKind::Contrast(expr) => contrast::contrast(&context, &mut arena, *expr),
            QueryKind::Independence(separation) => Body::Independence {
                separation: separation.clone(),
                verdict: independence::independence(&context, &mut arena, separation),
            },
            &QueryKind::Equality(lhs, rhs) => {
                Body::Equality { lhs, rhs, verdict: equality::equality(&context, &mut arena, lhs, rhs) }
            }
            QueryKind::Adjust { term, with, without } => adjust::adjust(&context, term, with, without),
            QueryKind::Implications => implications::implications(&context, &mut arena),
            QueryKind::Paths { from, to, given } => paths::paths(&context, from, to, given),
            &QueryKind::Simplify(expr) => {
                Body::Simplify { expr, result: simplify::simplify(&context, &mut arena, expr) }
            }
            QueryKind::Proof { start, lines } => proof::proof(&context, &mut arena, *start, lines),
            QueryKind::Number(query) => self.number(&context, query),
        };
        let numerical = if options.check_numerically {
            numerically::checks(self.problem, query, &context, &mut arena, &body)
        } else {
            Vec::new()
        };
        let (body, support) = supported(&context, &mut arena, &query.arena, body);
        let definitions = definitions::of_answer(&mut arena, &context, &query.definitions, &body);
        let text = match lift::proof(self.problem, query, &projected.graph) {
            Some(block) => {
                let kind = StatementKind::Proof(block);
                print::statement(&Statement { span: query.span, doc: None, kind }, Style::Ascii)
            }
            None => print::query(&lift::query(self.problem, query, &projected.graph), Style::Ascii),
        };
        Answer {
            id: query.id,
            name: query.name.clone(),
            span: query.span,
            text,
            graph_name: self.problem.graphs.get_index(query.graph).map_or_else(String::new, |(name, _)| name.clone()),
            graph: Arc::clone(&projected.graph),
            source_graph: projected.source.clone(),
            known: projected.known.clone(),
            arena,
            definitions,
            body,
            numerical,
            support,
            seconds: context.seconds(),
        }
    }

    fn number(&self, context: &Context<'_>, query: &NumberQuery) -> Body {
        match self.problem.models.get_index(query.model) {
            Some((name, entry)) => {
                Body::Number { model: name.clone(), answer: number::number(context, &entry.model, query) }
            }
            None => Body::Number { model: String::new(), answer: Number::None("there is no such model".to_owned()) },
        }
    }

    /// Says how the `expect` statement at a position in [`Problem::expectations`] came out.
    ///
    /// # Panics
    /// Where there is no such statement, as indexing a slice does.
    #[must_use]
    pub fn expectation(&self, index: usize, options: &Options<'_>) -> Expected {
        let expectation = &self.problem.expectations[index];
        let projected = &self.graphs[expectation.graph];
        // One estimand is enough here.
        let options = Options { all: false, ..*options };
        let context = Context::new(projected, &options);
        let kind = StatementKind::Expect(lift::expectation(self.problem, expectation, &projected.graph));
        let statement = Statement { span: expectation.span, doc: None, kind };
        let text = print::statement(&statement, Style::Ascii);
        if let ExpectationKind::Number(expected) = &expectation.kind {
            let model = self.problem.models.get_index(expected.model).map(|(_, entry)| &entry.model);
            let (is, why) = match model {
                Some(model) => number::expectation(model, expected, &options),
                None => (None, None),
            };
            let holds = is.map(|is| is == expectation.expected);
            let reason = why.or_else(|| Some("both sides are equal".to_owned())).filter(|_| holds != Some(true));
            let span = expectation.span;
            return Expected { span, text, holds, reason, refused: None, self_check_failed: false };
        }
        expectation::expectation(&context, expectation, text)
    }
}

/// The body with what stands beside its verdict, where it is that on an effect or a contrast. `asked` holds the query's own
/// expressions.
fn supported(context: &Context<'_>, arena: &mut Arena, asked: &Arena, body: Body) -> (Body, Support) {
    match body {
        Body::Effect { term, verdict } => {
            let query = arena.p(term.clone());
            let (verdict, mut support) = beside(context, arena, query, verdict);
            if let Verdict::NotIdentifiable(checked) = &verdict {
                support.advice = Some(context.aside(|context| advice::advice(context, asked, &term, checked)));
            }
            (Body::Effect { term, verdict }, support)
        }
        Body::Contrast { expr, terms, verdict } => {
            let (verdict, support) = beside(context, arena, expr, verdict);
            (Body::Contrast { expr, terms, verdict }, support)
        }
        body @ (Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. }) => (body, Support::default()),
    }
}

/// The verdict, taken back where the self-check fails, and what stands beside one that a query is identifiable.
fn beside(context: &Context<'_>, arena: &mut Arena, query: ExprId, verdict: Verdict) -> (Verdict, Support) {
    let (verdict, self_check) = self_check::self_check(context, arena, query, verdict);
    let mut support = Support { self_check, ..Support::default() };
    if let Verdict::Identifiable(found) = &verdict {
        context.aside(|context| {
            support.rests_on = ledger::ledger(context, arena, found);
            support.constraints = constraints::constraints(context, arena, found);
            if context.options.fragile {
                support.fragile = fragile::fragile(context, arena, query, found);
            }
        });
    }
    (verdict, support)
}

impl Projected {
    fn new(problem: &Problem, entry: &GraphEntry) -> Result<Self, Diagnostic> {
        let (graph, source) = if entry.latents.is_empty() {
            (Arc::clone(&entry.source), None)
        } else {
            let projection = reach::latent_projection(&entry.source, &entry.latents)
                .map_err(|why| too_large(problem, entry, &why))?;
            let source = SourceGraph { graph: Arc::clone(&entry.source), latents: entry.latents.clone() };
            (Arc::new(projection), Some(source))
        };
        Ok(Self::of(graph, source))
    }

    /// What is known of a graph is the joint distribution of its variables.
    fn of(graph: Arc<Graph>, source: Option<SourceGraph>) -> Self {
        let known = Term::new(graph.nodes().map(|node| Ref::plain(Var::new(node.index()))), [], []);
        Self { graph, source, known: known.into_iter().collect() }
    }
}

fn too_large(problem: &Problem, entry: &GraphEntry, why: &GraphError) -> Diagnostic {
    Diagnostic::error(
        "whatif::projection_too_large",
        &problem.source,
        format!("graph {} has too many edges once its latent variables are projected out", entry.name),
        entry.span,
        why.to_string(),
    )
    .help("a latent variable with k children stands for k(k-1)/2 bidirected edges: measure it, or split it")
}

#[cfg(test)]
mod tests;
