//! Names and paths in sentences.

use crate::expr::{Arena, Term};
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::problem::lift;
use crate::syntax::print::{self, Style};

/// “a”, “a and b”, “a, b and c”; “nothing” where there are none.
pub(super) fn list(graph: &Graph, nodes: &NodeSet) -> String {
    let names: Vec<&str> = nodes.iter().map(|node| graph.name(node)).collect();
    match &names[..] {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
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
