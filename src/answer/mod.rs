//! The conductor: a problem's queries through the floors below, one file for each kind of query.
//!
//! In: a [`Problem`] and [`Options`]. Out: [`Answer`]s and [`Expected`] results, each verdict carrying what the kernel has
//! accepted. Must never know: how an answer is shown.
//!
//! The question comes from the problem, the evidence from the floors that search, the verdict from the kernel: every
//! claim made here goes through [`settle`], and what the kernel refuses becomes undetermined.

mod adjust;
mod bridge;
mod context;
mod contrast;
mod definitions;
mod differ;
mod effect;
mod equality;
mod expectation;
mod implications;
mod independence;
mod joined;
mod paths;
mod proof;
mod settle;
mod simplify;
mod types;
mod words;

pub use settle::settle;
pub use types::{
    AdjustmentSet, Answer, Because, Body, CheckedLine, Expected, Identified, ImpliedIndependence, Limits, LineStatus,
    ListedPath, Options, Refusal, Seconds, SetKind, Undetermined, Verdict, Verma,
};

use crate::expr::{Ref, Term, Var};
use crate::graph::{Graph, GraphError};
use crate::problem::{GraphEntry, Problem, QueryKind, lift};
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
    known: Vec<Term>,
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
        };
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
            seconds: context.seconds(),
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
        expectation::expectation(&context, expectation, print::statement(&statement, Style::Ascii))
    }
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
        let known = Term::new(graph.nodes().map(|node| Ref::plain(Var::new(node.index()))), [], []);
        Ok(Self { graph, source, known: known.into_iter().collect() })
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
