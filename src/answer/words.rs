//! Names and paths in sentences.

use crate::expr::{Arena, Term};
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::problem::lift;
use crate::proof::{OpenPath, Rule, Separation};
use crate::syntax::print::{self, Style};
use crate::syntax::tree;

/// “a”, “a and b”, “a, b and c”; “nothing” where there are none.
pub(super) fn list(graph: &Graph, nodes: &NodeSet) -> String {
    listed(&nodes.iter().map(|node| graph.name(node)).collect::<Vec<_>>())
}

/// The same of words.
pub(super) fn listed<S: AsRef<str>>(words: &[S]) -> String {
    match words {
        [] => "nothing".to_owned(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// “{a, b}”
pub(super) fn braced(graph: &Graph, nodes: &NodeSet) -> String {
    let names: Vec<&str> = nodes.iter().map(|node| graph.name(node)).collect();
    format!("{{{}}}", names.join(", "))
}

/// “a <- b -> c”
pub(super) fn path(graph: &Graph, nodes: &[Node], edges: &[EdgeKind]) -> String {
    let mut text = String::new();
    for (position, &node) in nodes.iter().enumerate() {
        text.push_str(graph.name(node));
        if let Some(edge) = edges.get(position) {
            text.push(' ');
            text.push_str(edge.arrow());
            text.push(' ');
        }
    }
    text
}

/// A term in the language.
pub(super) fn term(graph: &Graph, arena: &Arena, term: &Term) -> String {
    print::expr(&lift::term(graph, arena, term), Style::Ascii)
}

/// A separation in the language.
pub(super) fn separation(graph: &Graph, separation: &Separation) -> String {
    let query = tree::Query::Independence(lift::separation(graph, separation));
    print::query(&tree::QueryStatement { label: None, query, graph: None }, Style::Ascii)
}

/// A rule as a proof's line names it.
pub(super) const fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Rule1 => "rule 1",
        Rule::Rule2 => "rule 2",
        Rule::Rule3 => "rule 3",
        Rule::Marginalise => "marginalise",
        Rule::Chain => "chain",
        Rule::Condition => "condition",
        Rule::Algebra => "algebra",
        Rule::Substitute => "substitution",
    }
}

/// “a <- b -> c”
pub(super) fn open_path(graph: &Graph, of: &OpenPath) -> String {
    let nodes: Vec<Node> = of.steps.iter().map(|step| step.node).collect();
    let edges: Vec<EdgeKind> = of.steps.iter().filter_map(|step| step.edge).collect();
    path(graph, &nodes, &edges)
}
