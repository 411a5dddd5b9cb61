//! The words of this floor: what can be wrong with another program's file, and what to write instead.

use super::Format;
use crate::graph::Graph;
use crate::source::{Diagnostic, Severity, Source, Span};

/// At most this much of a text is shown in a message.
const SHOWN: usize = 40;

/// A piece of text as it stands in a message.
pub(super) fn shown(text: &str) -> String {
    let mut out: String = text.chars().take(SHOWN).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    format!("`{out}`")
}

/// What the language says of a file that is too large, too.
pub(super) fn file_too_large(source: &Source, limit: usize) -> Diagnostic {
    let message = format!("the file is larger than {} MiB, which is the most that is read", limit >> 20);
    Diagnostic::error("whatif::file_too_large", source, message, Span::default(), "")
        .help("cut the graph to what you ask about")
}

pub(super) fn unknown_format(source: &Source, span: Span) -> Diagnostic {
    let (message, label) = if span.start == span.end {
        ("the file is empty", "")
    } else {
        ("the file does not look like a graph in any of the formats that are read", "begins like this")
    };
    Diagnostic::error("whatif::unknown_format", source, message, span, label).help(
        "say what it is with --from: dagitty, dot, gml, graphml, causaleffect, dosearch, lavaan or json; \
         a file in the language of whatif needs no import",
    )
}

pub(super) fn no_graph(source: &Source, span: Span, format: Format, wanted: &str) -> Diagnostic {
    let message = format!("there is no graph in this file, read as {}", format.title());
    Diagnostic::error("whatif::nothing_to_import", source, message, span, "")
        .help(format!("it should look like this: {wanted}; or name another format with --from"))
}

/// `found` is what stands at the span, empty at the end of the file.
pub(super) fn expected(source: &Source, span: Span, wanted: &str, format: Format) -> Diagnostic {
    let found = source.slice(span);
    let what = if found.is_empty() { "the file ends".to_owned() } else { format!("{} stands", shown(found)) };
    let message = format!("{what} where {} has {wanted}", format.title());
    Diagnostic::error("whatif::import_syntax", source, message, span, format!("{wanted} expected"))
}

pub(super) fn unclosed(source: &Source, span: Span, what: &str, sign: &str) -> Diagnostic {
    let start = Span::new(span.start, span.start + source.slice(span).chars().next().map_or(0, char::len_utf8));
    Diagnostic::error("whatif::import_syntax", source, format!("this {what} does not end"), start, "begins here")
        .help(format!("close it with {sign}"))
}

pub(super) fn malformed(source: &Source, span: Span, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::error("whatif::import_syntax", source, message, span, "here").help(help)
}

pub(super) fn nested_too_deep(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("brackets stand more than {limit} deep in each other here");
    Diagnostic::error("whatif::nested_too_deep", source, message, span, "one level too many")
        .help("write the graph without so many levels")
}

pub(super) fn undirected(source: &Source, span: Span, help: &str) -> Diagnostic {
    let message = "this edge has no direction, so it does not say what causes what";
    Diagnostic::error("whatif::undirected_edge", source, message, span, "no arrow").help(help)
}

pub(super) fn not_supported(source: &Source, span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error("whatif::cannot_import", source, what, span, "here").help(help)
}

pub(super) fn undeclared_node(source: &Source, span: Span, name: &str, kind: &str) -> Diagnostic {
    let message = format!("an edge leads to {}, and no node has that {kind}", shown(name));
    Diagnostic::error("whatif::undeclared_node", source, message, span, "not among the nodes")
        .help("add the node, or mend the edge")
}

pub(super) fn node_twice(source: &Source, span: Span, name: &str, first: Span, kind: &str) -> Diagnostic {
    let message = format!("two nodes have the {kind} {}", shown(name));
    Diagnostic::error("whatif::node_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("give each node its own")
}

pub(super) fn empty_name(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::empty_name", source, "a variable without a name", span, "nothing in it")
        .help("give it a name")
}

pub(super) fn empty_graph(source: &Source, span: Span, latent: bool) -> Diagnostic {
    let (message, help) = if latent {
        ("every variable of this graph is latent", "a question can only be asked of measured variables: add some")
    } else {
        ("this graph has no variables", "an export of a graph with at least one node or edge is needed")
    };
    Diagnostic::error("whatif::empty_graph", source, message, span, "").help(help)
}

pub(super) fn graph_too_large(source: &Source, span: Span) -> Diagnostic {
    let (nodes, edges) = (Graph::MAX_NODES, Graph::MAX_EDGES);
    let message = format!("this graph has more than {nodes} variables or {edges} edges of one kind");
    Diagnostic::error("whatif::graph_too_large", source, message, span, "the limit is passed here")
        .help("cut the graph to the ancestors of what you ask")
}

pub(super) fn self_loop(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("{} is joined to itself", shown(name));
    Diagnostic::error("whatif::self_loop", source, message, span, "both ends of one edge")
        .help("a variable neither causes itself nor shares a cause with itself: leave this edge out")
}

pub(super) fn both_directions(source: &Source, ends: (&str, &str), span: Span, first: Span, pairs: &str) -> Diagnostic {
    let message = format!("{} and {} are each a cause of the other", shown(ends.0), shown(ends.1));
    Diagnostic::error("whatif::both_directions", source, message, span, "the other way here")
        .label(first, "one way here")
        .help(format!("keep the direction of the cause; {pairs}"))
}

pub(super) fn cycle(source: &Source, names: &[&str], spans: &[Span]) -> Diagnostic {
    const MOST: usize = 8;
    let mut walk: Vec<String> = names.iter().take(MOST).map(|name| (*name).to_owned()).collect();
    if names.len() > MOST {
        walk.push("…".to_owned());
    }
    walk.extend(names.first().map(|name| (*name).to_owned()));
    let message = format!("the edges form a directed cycle: {}", walk.join(" -> "));
    let mut places: Vec<Span> = Vec::new();
    for &span in spans.iter().take(MOST) {
        if !places.contains(&span) {
            places.push(span);
        }
    }
    let first = places.first().copied().unwrap_or_default();
    let mut diagnostic = Diagnostic::error("whatif::cycle", source, message, first, "");
    for &span in places.iter().skip(1) {
        diagnostic = diagnostic.label(span, "");
    }
    diagnostic.help("take out the edge that points back in time; what changes over time needs a variable for each time")
}

/// A warning with a place: something of the file has no counterpart in the language.
pub(super) fn lost_here(source: &Source, span: Span, message: String, help: &str) -> Diagnostic {
    let warning = Diagnostic::warning("whatif::not_carried_over", source, message, span, "");
    if help.is_empty() { warning } else { warning.help(help) }
}

/// A warning without a place: something of a graph has no counterpart in the format it is written in.
pub(super) fn lost(source: &Source, message: String) -> Diagnostic {
    Diagnostic {
        code: "whatif::not_carried_over",
        severity: Severity::Warning,
        message,
        help: None,
        labels: Vec::new(),
        fixes: Box::default(),
        source: source.clone(),
    }
}

pub(super) fn too_many_errors(source: &Source, span: Span, limit: usize) -> Diagnostic {
    let message = format!("more than {limit} mistakes; the others are not shown");
    Diagnostic::error("whatif::too_many_errors", source, message, span, "the last one shown")
        .help("mend these first, or name another format with --from")
}
