//! Words about graphs, their variables and domains.

use super::{either, listed, shown};
use crate::graph::Graph;
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::print;

/// Names of a cycle that are written out in its message, and edges of it that are pointed at.
const CYCLE_SHOWN: usize = 24;

/// `edges` are those of the cycle in its order, each with its place and text; the last leads back to the first name.
pub(crate) fn cycle(source: &Source, names: &[&str], edges: &[(Span, String)]) -> Diagnostic {
    let mut walk: Vec<&str> = names.iter().take(CYCLE_SHOWN).copied().collect();
    if names.len() > CYCLE_SHOWN {
        walk.push("…");
    }
    walk.extend(names.first());
    let first = edges.first().cloned().unwrap_or_default();
    let message = format!("the edges form a directed cycle: {}", walk.join(" -> "));
    let mut diagnostic = Diagnostic::error("whatif::cycle", source, message, first.0, first.1);
    for (span, text) in edges.iter().take(CYCLE_SHOWN).skip(1) {
        match diagnostic.labels.iter_mut().find(|label| label.span == *span) {
            Some(label) => {
                label.text.push_str(", ");
                label.text.push_str(text);
            }
            None => diagnostic = diagnostic.label(*span, text.clone()),
        }
    }
    diagnostic.help(
        "a causal graph has no cycles: remove or turn one of these edges; write `a <-> b` where the two only share an \
         unmeasured cause, or give a variable measured twice two names (`x1`, `x2`)",
    )
}

pub(crate) fn self_loop(source: &Source, name: &str, span: Span) -> Diagnostic {
    let name = shown(name);
    Diagnostic::error("whatif::self_loop", source, format!("{name} is joined to itself"), span, "both ends of one edge")
        .help("a variable neither causes itself nor shares a cause with itself: leave this edge out")
}

/// `others` counts further edges of the same line that are there already.
pub(crate) fn edge_twice(source: &Source, edge: &str, span: Span, first: Span, others: usize) -> Diagnostic {
    let message = match others {
        0 => format!("the edge `{edge}` is given twice"),
        1 => format!("the edge `{edge}` and another one of this line are given twice"),
        n => format!("the edge `{edge}` and {n} others of this line are given twice"),
    };
    Diagnostic::error("whatif::edge_twice", source, message, span, "again here")
        .label(first, "given here")
        .help("keep one of the two")
}

/// `edge` is the later one.
pub(crate) fn both_directions(source: &Source, edge: &str, span: Span, first: Span, others: usize) -> Diagnostic {
    let message = match others {
        0 => format!("the edge `{edge}` is given in both directions"),
        1 => format!("the edge `{edge}` and another one of this line are given in both directions"),
        n => format!("the edge `{edge}` and {n} others of this line are given in both directions"),
    };
    Diagnostic::error("whatif::both_directions", source, message, span, "the other way here")
        .label(first, "one way here")
        .help(
            "keep the direction of the cause; write `<->` for an unmeasured common cause, which may stand beside \
             `->`",
        )
}

pub(crate) fn empty_graph(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::empty_graph", source, "this graph has no variables", span, "nothing in it")
        .help("name its variables and edges: `graph { x -> y }`")
}

pub(crate) fn nothing_measured(source: &Source, span: Span) -> Diagnostic {
    let message = "every variable of this graph is latent";
    Diagnostic::error("whatif::empty_graph", source, message, span, "nothing is measured here")
        .help("a question can only be asked of measured variables: add some, or take `latent` away")
}

/// `what` is the kind of thing: “graph”, “domain of”, “name”.
pub(crate) fn redefined(source: &Source, what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    let name = shown(name);
    Diagnostic::error("whatif::redefined", source, format!("the {what} {name} is given twice"), span, "again here")
        .label(first, "first given here")
        .help("give one of the two another name, or take it away; nothing is ever overwritten")
}

pub(crate) fn domain_twice(source: &Source, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the values of {} are declared twice", shown(name));
    Diagnostic::error("whatif::redefined", source, message, span, "again here")
        .label(first, "first declared here")
        .help("keep one of the two declarations")
}

pub(crate) fn second_unnamed(source: &Source, span: Span, first: Span) -> Diagnostic {
    let message = "two graphs of this file have no name of their own";
    Diagnostic::error("whatif::redefined", source, message, span, "nor has this one")
        .label(first, "no name here")
        .help("give each a name, `graph first { … }`, and ask `… in first`")
}

pub(crate) fn graph_too_large(source: &Source, span: Span) -> Diagnostic {
    let message =
        format!("this graph has more than {} variables or {} edges of one kind", Graph::MAX_NODES, Graph::MAX_EDGES);
    Diagnostic::error("whatif::graph_too_large", source, message, span, "the limit is passed here")
        .help("groups make every pair: `{a b} -> {c d}` is four edges; cut the graph to the ancestors of what you ask")
}

pub(crate) fn unknown_attribute(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let help = if near.is_empty() {
        "the attributes are `latent`, `exposure`, `outcome` and `adjusted`; settings such as `pos=\"0,1\"` are kept"
            .to_owned()
    } else {
        format!("did you mean {}?", either(near))
    };
    let message = format!("there is no attribute {}", shown(name));
    Diagnostic::error("whatif::unknown_attribute", source, message, span, "not known")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn attribute_not_supported(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("the attribute {} is not supported yet", shown(name));
    Diagnostic::error("whatif::attribute_not_supported", source, message, span, "would change the answers")
        .help("leave it out to ask about the population without selection")
}

pub(crate) fn too_few_values(source: &Source, span: Span, values: usize) -> Diagnostic {
    let (message, label) = match values {
        0 => ("this domain has no value", "nothing in it"),
        _ => ("this domain has only one value", "one value"),
    };
    Diagnostic::error("whatif::domain_too_small", source, message, span, label)
        .help("a variable takes at least two values: `{no, yes}`, `{0, 1}`, `0..3`")
}

pub(crate) fn range_reversed(source: &Source, span: Span, low: i64, high: i64) -> Diagnostic {
    let message = format!("the range {low}..{high} is empty");
    Diagnostic::error("whatif::domain_too_small", source, message, span, "ends before it begins")
        .help(format!("the smaller end comes first: `{high}..{low}`"))
}

pub(crate) fn domain_too_large(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("this domain has more than {most} values");
    Diagnostic::error("whatif::domain_too_large", source, message, span, "too many values")
        .help("leave the declaration out: a variable without one has any finite domain")
}

pub(crate) fn domains_too_large(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("the domains of this file come to more than {most} values");
    Diagnostic::error("whatif::domain_too_large", source, message, span, "the limit is passed here")
        .help("leave declarations out: a variable without one has any finite domain")
}

pub(crate) fn value_twice(source: &Source, value: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the value {} is given twice in one domain", shown(value));
    Diagnostic::error("whatif::value_twice", source, message, span, "again here")
        .label(first, "given here")
        .help("each value of a domain stands there once")
}

/// A latent that changes nothing about the measured variables.
pub(crate) fn idle_latent(source: &Source, name: &str, span: Span, children: usize, near: &[String]) -> Diagnostic {
    let (why, label) = match children {
        0 => ("causes nothing", "no child"),
        _ => ("has one child and no parent", "one child"),
    };
    let message = format!("the latent variable {} {why}, so it changes no answer", shown(name));
    let help = if near.is_empty() {
        "a latent matters where it has two children, or a parent and a child; leave it out or draw what is missing"
            .to_owned()
    } else {
        format!("did you mean {}?", either(near))
    };
    Diagnostic::warning("whatif::idle_latent", source, message, span, label)
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn differ_by_case(source: &Source, name: &str, span: Span, other: &str, first: Span) -> Diagnostic {
    let message = format!("{} and {} differ only by case", shown(name), shown(other));
    Diagnostic::warning("whatif::differ_by_case", source, message, span, "another variable")
        .label(first, "one variable")
        .help("names are case-sensitive: if the two are meant to be one variable, write them alike")
}

/// A variable of a graph that has no edge and that nothing asks about.
pub(crate) fn unused_variable(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("nothing uses the variable {}", shown(name));
    Diagnostic::warning("whatif::unused_variable", source, message, span, "no edge and no question touches it")
        .help("leave it out, or draw its edges: without any it is independent of everything")
}

/// A `var` of which no graph has the variable.
pub(crate) fn declared_only(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let message = format!("no graph has the variable {}", shown(name));
    let help = if near.is_empty() {
        "declare values of variables that stand in a graph, or leave this out".to_owned()
    } else {
        format!("did you mean {}?", either(near))
    };
    Diagnostic::warning("whatif::unused_variable", source, message, span, "declared here only")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

/// A question about a latent variable.
pub(crate) fn latent_in_query(source: &Source, name: &str, span: Span, declared: Span) -> Diagnostic {
    let name = shown(name);
    let message = format!("{name} is latent, so nothing can be asked of it");
    Diagnostic::error("whatif::latent_in_query", source, message, span, "not measured")
        .label(declared, "declared latent here")
        .help(format!("ask about measured variables, or take `latent` away from {name} if it is measured after all"))
}

/// `graph` is its name, where it has one; `elsewhere` another graph that has the variable; `known` the graph's measured variables.
pub(crate) fn unknown_variable(
    source: &Source,
    name: &str,
    span: Span,
    graph: Option<&str>,
    near: &[String],
    elsewhere: Option<&str>,
    known: &[String],
) -> Diagnostic {
    let message = match graph {
        Some(graph) => format!("the graph {} has no variable {}", shown(graph), shown(name)),
        None => format!("the graph has no variable {}", shown(name)),
    };
    let diagnostic = Diagnostic::error("whatif::unknown_variable", source, message, span, "not a variable");
    let help = if let Some(other) = elsewhere {
        format!("the graph {} has it: ask `… in {other}`", shown(other))
    } else if near.is_empty() {
        match listed(known) {
            Some(known) => format!("its variables are {known}"),
            None => format!("add it to the graph, or use one of its {} variables", known.len()),
        }
    } else {
        format!("did you mean {}?", either(near))
    };
    diagnostic.help(help).instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn unknown_graph(source: &Source, name: &str, span: Span, near: &[String], known: &[String]) -> Diagnostic {
    let message = format!("there is no graph {}", shown(name));
    let help = if !near.is_empty() {
        format!("did you mean {}?", either(near))
    } else if let Some(known) = listed(known) {
        format!("the graphs of this file are {known}")
    } else {
        "name one of this file's graphs".to_owned()
    };
    Diagnostic::error("whatif::unknown_graph", source, message, span, "not a graph of this file")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn no_graph(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::no_graph", source, "there is no graph to ask", span, "asked of nothing")
        .help("draw one in the same file: `graph { x -> y }`")
}
