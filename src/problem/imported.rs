//! Questions to a network that another program wrote: its graph and its tables become those of a file that holds the
//! questions and nothing else.

use super::models::numbers;
use super::resolver::resolve_with;
use super::{ModelEntry, Problem};
use crate::model::{Model, Network};
use crate::network;
use crate::source::{Diagnostic, Source, Span};
use crate::syntax;
use crate::syntax::print;
use crate::syntax::tree::{Name, Query, StatementKind, Tree};
use std::sync::Arc;

/// Reads questions to a network. Its graph is called `graph`, and what asks for numbers and names nothing is asked of the
/// model `name`; other questions are asked of the graph. Rows that do not sum to one are divided by their sums, so that the
/// model's numbers are probabilities.
///
/// The problem's source is the questions, with the graph in the language below them. O(size of the tables).
///
/// # Errors
/// Diagnostics of the questions, as [`read`](super::read) gives them.
#[must_use]
pub fn read_asking(questions: &Source, name: &str, network: &network::Network) -> (Problem, Vec<Diagnostic>) {
    let (alone, faults) = syntax::parse(questions);
    if faults.iter().any(Diagnostic::is_error) {
        let (problem, _) = resolve_with(questions, &Tree { statements: Vec::new() }, Vec::new());
        return (problem, faults);
    }
    let end = questions.text().len();
    // Messages show the lines around a place: those below the questions are blank.
    let source = Source::new(questions.name(), format!("{}\n\n\n{}", questions.text(), declared(network)));
    let (tree, _) = syntax::parse(&source);
    let (mut asked, mut statements): (Vec<_>, Vec<_>) =
        tree.statements.into_iter().partition(|statement| statement.span.start < end);
    debug_assert_eq!(asked.len(), alone.statements.len());
    for statement in &mut asked {
        let StatementKind::Query(written) = &mut statement.kind else { continue };
        let numeric = matches!(written.query, Query::Effect(_) | Query::Explain(_) | Query::Sensitivity(_));
        if numeric && written.graph.is_none() {
            written.graph = Some(Name { value: name.to_owned(), span: statement.span });
        }
    }
    statements.extend(asked);
    let model = Model::Discrete(Network::of_bayesian(network, numbers));
    let entry =
        ModelEntry { name: name.to_owned(), span: Span::default(), doc: None, graph: 0, model: Arc::new(model) };
    let (problem, mut diagnostics) = resolve_with(&source, &Tree { statements }, vec![entry]);
    // What is noticed of the graph is nothing that was written.
    diagnostics.retain(|found| found.is_error() || found.labels.iter().all(|label| label.span.start < end));
    (problem, diagnostics)
}

/// Graph and domains in the language.
fn declared(network: &network::Network) -> String {
    let variables = network.variables();
    let mut text = String::from("graph {\n");
    for (variable, table) in variables.iter().zip(network.tables()) {
        let child = print::name(&variable.name);
        match table.parents.as_slice() {
            [] => text += &format!("    {child}\n"),
            parents => {
                let parents: Vec<String> = parents.iter().map(|&parent| print::name(&variables[parent].name)).collect();
                text += &format!("    {{{}}} -> {child}\n", parents.join(", "));
            }
        }
    }
    text += "}\n";
    for variable in variables {
        let states: Vec<String> = variable.states.iter().map(|state| print::value(state)).collect();
        text += &format!("var {} : {{{}}}\n", print::name(&variable.name), states.join(", "));
    }
    text
}
