//! One more question of a file that has been read: by its name, by its number, or in the language.

use super::nearest::Nearest;
use super::resolver::resolve;
use super::{Problem, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax;
use crate::syntax::tree::{Name, Query, Statement, StatementKind, Tree};

/// What a text asks of a file.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// A question that stands in the file, by position in [`Problem::queries`].
    Known(usize),
    /// A new one. Each problem is the file with this question as its last, whose place is outside of the file; there is
    /// one problem for each graph in which the question means something, in file order, where it names none itself.
    New(Vec<Problem>),
}

/// Finds or reads a question: the name of one of the file's, its number from 1, or a question in the language.
///
/// # Errors
/// What is wrong with the text, with places in the text alone (its source is called `<question>`): a name or a number
/// that no question of the file has, a text that is not one question, and all that [`read`](super::read) says of one.
///
/// O(length of the file) for each of its graphs.
pub fn ask(problem: &Problem, text: &str) -> Result<Resolved, Vec<Diagnostic>> {
    let text = text.trim();
    let named = |query: &super::Query| query.name.as_deref() == Some(text);
    if let Some(position) = problem.queries.iter().position(named) {
        return Ok(Resolved::Known(position));
    }
    let question = Source::new("<question>", text);
    let whole = Span::new(0, text.len());
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let position = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        return match position.filter(|&position| position < problem.queries.len()) {
            Some(position) => Ok(Resolved::Known(position)),
            None => Err(vec![diagnostics::unknown_question(&question, whole, &names(problem), &[])]),
        };
    }
    if text.is_empty() {
        return Err(vec![diagnostics::not_one_question(&question, whole)]);
    }
    match new(problem, text, &question) {
        Ok(problems) => Ok(Resolved::New(problems)),
        Err(_) if text.chars().all(|c| c.is_alphanumeric() || c == '_') => {
            let names = names(problem);
            let near = Nearest::new().find(text, names.iter().filter_map(|(_, name)| name.as_deref()));
            Err(vec![diagnostics::unknown_question(&question, whole, &names, &near)])
        }
        Err(faults) => Err(faults),
    }
}

/// The file's questions: number and name.
fn names(problem: &Problem) -> Vec<(usize, Option<String>)> {
    problem.queries.iter().enumerate().map(|(position, query)| (position + 1, query.name.clone())).collect()
}

/// Reads a question below the file, once for each graph that it may be asked of.
fn new(problem: &Problem, text: &str, question: &Source) -> Result<Vec<Problem>, Vec<Diagnostic>> {
    let start = problem.source.text().len() + 1;
    // Without a name no line of the file is told as the question's place.
    let source = Source::new("", format!("{}\n{text}", problem.source.text()));
    let (tree, _) = syntax::parse(&source);
    // What is wrong with the form is told of the text alone, whatever stands above it.
    let (alone, faults) = syntax::parse(question);
    if faults.iter().any(Diagnostic::is_error) {
        return Err(faults);
    }
    let asked: Vec<usize> =
        tree.statements.iter().enumerate().filter(|(_, s)| s.span.start >= start).map(|(at, _)| at).collect();
    let (&[at], [_]) = (&asked[..], &alone.statements[..]) else {
        return Err(vec![diagnostics::not_one_question(question, Span::new(0, text.len()))]);
    };
    let Some(Statement { kind: StatementKind::Query(written), .. }) = tree.statements.get(at) else {
        return Err(vec![diagnostics::not_one_question(question, Span::new(0, text.len()))]);
    };
    let open = written.graph.is_none() && !matches!(written.query, Query::Implications { graph: Some(_) });
    let graphs: Vec<Option<String>> =
        if open && problem.graphs.len() > 1 { problem.graphs.keys().cloned().map(Some).collect() } else { vec![None] };
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for graph in graphs {
        let tree = Tree { statements: asked_of(&tree.statements, at, graph) };
        let (problem, diagnostics) = resolve(&source, &tree);
        let wrong: Vec<Diagnostic> = diagnostics
            .into_iter()
            .filter(|d| d.is_error() && d.labels.iter().any(|label| label.span.start >= start))
            .map(|fault| moved(fault, question, start))
            .collect();
        if wrong.is_empty() && problem.queries.last().is_some_and(|query| query.span.start >= start) {
            found.push(problem);
        } else if faults.is_empty() || wrong.len() < faults.len() {
            // What is told is what stands in the way where it comes nearest to meaning something.
            faults = wrong;
        }
    }
    if !found.is_empty() {
        Ok(found)
    } else if faults.is_empty() {
        Err(vec![diagnostics::not_one_question(question, Span::new(0, text.len()))])
    } else {
        Err(faults)
    }
}

/// The statements with the question at that position asked of that graph.
fn asked_of(statements: &[Statement], at: usize, graph: Option<String>) -> Vec<Statement> {
    let mut statements = statements.to_vec();
    if let (Some(name), Some(statement)) = (graph, statements.get_mut(at))
        && let StatementKind::Query(question) = &mut statement.kind
    {
        question.graph = Some(Name { value: name, span: statement.span });
    }
    statements
}

/// A diagnostic with its places in the question alone; those in the file are left out.
fn moved(mut fault: Diagnostic, question: &Source, start: usize) -> Diagnostic {
    fault.labels.retain(|label| label.span.start >= start);
    for label in &mut fault.labels {
        label.span = Span::new(label.span.start - start, label.span.end.saturating_sub(start));
    }
    fault.source = question.clone();
    fault
}
