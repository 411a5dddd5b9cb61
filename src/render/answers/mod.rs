//! Answers as documents, one file for each family of questions.

mod advice;
mod derivation;
mod effect;
mod estimate;
mod expectation;
mod explain;
mod few;
mod hedge;
mod independence;
mod lists;
mod number;
mod proof;

pub use derivation::Steps;
pub use estimate::{estimate, numbers, refutations, rounded};
pub use expectation::expectations;
pub use explain::{explain, in_plain_words};
pub use few::{in_few_words, kept};

use super::document::{Block, Document, Math, Text, Tone};
use crate::answer::{Answer, Body, Undetermined};
use crate::expr::{Arena, ExprId, Ref, Term};
use crate::graph::{Graph, Node, NodeSet};
use crate::problem::{Problem, lift};
use crate::proof::{Claim, CounterModel, OpenPath, Separation, Statement};
use crate::source::Span;
use crate::syntax::tree;

/// An answer as its reader is told it: the question, the verdict in one sentence, then what it rests on.
///
/// The problem is the one whose question was answered; `steps` says how much of its derivation is told. O(what the answer
/// holds).
#[must_use]
pub fn document(problem: &Problem, answer: &Answer, steps: Steps) -> Document {
    let question = problem.queries.get(answer.id.wrapping_sub(1)).map_or_else(
        || Math::Code(answer.text.clone()),
        |query| Math::Query(Box::new(lift::query(problem, query, &answer.graph))),
    );
    let place = place(problem, answer.span);
    let mut document = Document::default();
    document.push(Block::Question { query: question, place });
    let shown = Shown { graph: &answer.graph, arena: &answer.arena, definitions: &answer.definitions, steps };
    match &answer.body {
        Body::Effect { term, verdict } => {
            effect::effect(&mut document, &shown, term, verdict);
            advice::support(&mut document, &shown, Some(term), &answer.support);
        }
        Body::Contrast { expr, terms: _, verdict } => {
            effect::contrast(&mut document, &shown, *expr, verdict);
            advice::support(&mut document, &shown, None, &answer.support);
        }
        Body::Independence { separation, verdict } => {
            independence::independence(&mut document, &shown, separation, verdict);
        }
        Body::Equality { lhs, rhs, verdict } => effect::equality(&mut document, &shown, *lhs, *rhs, verdict),
        Body::Adjust { term, sets, why_none, truncated } => {
            lists::adjust(&mut document, &shown, term, sets, why_none, *truncated);
        }
        Body::Implications { independences, inseparable, basis, verma, truncated } => {
            lists::implications(&mut document, &shown, independences, inseparable, basis, verma);
            lists::stopped(&mut document, *truncated);
        }
        Body::Paths { from: _, to: _, given: _, paths, truncated } => {
            lists::paths(&mut document, &shown, paths, *truncated)
        }
        Body::Simplify { expr, result } => lists::simplify(&mut document, &shown, *expr, *result),
        Body::Proof { start, lines, verdict } => proof::proof(&mut document, &shown, *start, lines, verdict),
        Body::Number { model, answer } => number::number(&mut document, model, answer),
    }
    for check in &answer.numerical {
        number::check(&mut document, check);
    }
    document
}

/// `churn.causal:7`; nothing where the text has no name.
fn place(problem: &Problem, span: Span) -> String {
    let name = problem.source.name();
    if name.is_empty() { String::new() } else { format!("{name}:{}", problem.source.line_column(span.start).0) }
}

/// What an answer's nodes and expressions are shown with.
#[derive(Clone, Copy)]
struct Shown<'a> {
    graph: &'a Graph,
    arena: &'a Arena,
    /// Shared subexpressions that are printed by name.
    definitions: &'a [(String, ExprId)],
    /// How much of a derivation is told.
    steps: Steps,
}

impl Shown<'_> {
    fn name(&self, node: Node) -> String {
        self.graph.name(node).to_owned()
    }

    fn names(&self, set: &NodeSet) -> Vec<String> {
        set.iter().map(|node| self.name(node)).collect()
    }

    fn reference(&self, reference: Ref) -> Math {
        let kind = tree::ExprKind::Name(lift::variable(self.graph, reference));
        Math::Expr(Box::new(tree::Expr { span: Span::default(), kind }))
    }

    fn set(&self, set: &NodeSet) -> Math {
        Math::Set(self.names(set))
    }

    /// Writes down the definitions that some expressions need.
    fn define(&self, document: &mut Document, roots: impl IntoIterator<Item = ExprId>) {
        if self.definitions.is_empty() {
            return;
        }
        let needed = self.arena.reachable(roots);
        for (i, (name, id)) in self.definitions.iter().enumerate() {
            if needed.binary_search(id).is_ok() {
                let earlier = Shown { definitions: &self.definitions[..i], ..*self };
                document.push(Block::Formula { lhs: None, rhs: Math::Let(name.clone(), earlier.tree(*id)) });
            }
        }
    }

    fn tree(&self, id: ExprId) -> Box<tree::Expr> {
        Box::new(lift::expr(self.graph, self.arena, id, self.definitions))
    }

    fn expr(&self, id: ExprId) -> Math {
        Math::Expr(self.tree(id))
    }

    fn term(&self, term: &Term) -> Math {
        Math::Expr(Box::new(lift::term(self.graph, self.arena, term)))
    }

    /// `x _||_ y | z in [over a; under b]`
    fn separation(&self, separation: &Separation) -> Math {
        let independence = lift::separation(self.graph, separation);
        Math::Query(Box::new(tree::QueryStatement {
            label: None,
            query: tree::Query::Independence(independence),
            graph: None,
        }))
    }

    /// Nodes along directed edges.
    fn chain(&self, nodes: &[Node]) -> Math {
        let edges = vec![crate::graph::EdgeKind::Forward; nodes.len().saturating_sub(1)];
        Math::Path(nodes.iter().map(|&node| self.name(node)).collect(), edges)
    }

    /// Where a model is read for a claim about expressions.
    fn point(&self, claim: &Claim, model: &CounterModel) -> Vec<Math> {
        let roots = match claim.statement {
            Statement::NotIdentifiable { query } => vec![query],
            Statement::Unequal(lhs, rhs) => vec![lhs, rhs],
            Statement::Identifiable { .. }
            | Statement::Separated(_)
            | Statement::Connected(_)
            | Statement::Equal(..) => Vec::new(),
        };
        super::models::states_of(self.graph, self.arena, &roots, model)
    }

    fn open_path(&self, path: &OpenPath) -> Math {
        Math::Path(
            path.steps.iter().map(|step| self.name(step.node)).collect(),
            path.steps.iter().filter_map(|step| step.edge).collect(),
        )
    }
}

fn undetermined(document: &mut Document, why: &Undetermined) {
    document.say(Text::new().tone(Tone::Open, "Undetermined").say(format!(": {}.", sentence(&why.reason))));
    let refused = why.refused.as_ref().map(|refusal| {
        let step = refusal.step.map(|step| format!(" (step {step})")).unwrap_or_default();
        format!("The kernel refused the certificate{step}: {}. ", sentence(&refusal.reason))
    });
    if why.is_defect() {
        document
            .say(Text::of(refused.unwrap_or_default()).say(
                "That is a defect of this program, not of the question; please report it together with the file.",
            ));
    }
}

/// A sentence without its full stop.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

/// `1 path`, `3 paths`
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
