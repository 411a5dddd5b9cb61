//! Words about graphs.

use super::error;
use crate::source::{Diagnostic, Source, Span};

pub(in crate::syntax) fn undirected_edge(source: &Source, span: Span, sign: &str) -> Diagnostic {
    let message = format!("`{sign}` is no edge: it means different things in different programs");
    error("whatif::undirected_edge", source, message, span, "").help(
        "write `<->` for an unmeasured common cause (dosearch's `--`), or a direction, `->` or `<-` (DAGitty's `--` has none)",
    )
}

pub(in crate::syntax) fn arrow(source: &Source, span: Span, sign: &str) -> Diagnostic {
    error("whatif::arrow", source, format!("`{sign}` is no edge"), span, "")
        .help("write `->`, `<-`, or `<->` for an unmeasured common cause")
}

pub(in crate::syntax) fn edge_mark(source: &Source, span: Span, sign: &str) -> Diagnostic {
    let message = format!("`{sign}`, an edge of a partial ancestral graph, is not supported yet");
    error("whatif::edge_mark_not_supported_yet", source, message, span, "").help(
        "write `->`, `<-` or `<->`; a variable named o stands apart from its edge: `o -> b`, on a line of its own",
    )
}

pub(in crate::syntax) fn comma_in_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::comma_in_graph", source, "variables are not separated by commas here", span, "")
        .help("write `a; b`, or a line for each; for edges from both, braces: `{a, b} -> c`")
}

pub(in crate::syntax) fn prime_in_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::prime_in_graph", source, "a variable in a graph carries no prime", span, "").help(
        "`x'` is another value of `x`, for expressions; give another variable another name, or quote it: `\"x'\"`",
    )
}

pub(in crate::syntax) fn joined_text(source: &Source, span: Span) -> Diagnostic {
    error("whatif::joined_text", source, "texts are not joined with `+`", span, "")
        .help("write one text in quotes: `\"ab\"`")
}

pub(in crate::syntax) fn subgraph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::subgraph", source, "a graph has no subgraphs", span, "")
        .help("write the braces alone for edges from or to each: `{a b} -> c`")
}

pub(in crate::syntax) fn latent_with_edge(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::latent_with_edge", source, "`latent` takes names and nothing else on its line", span, "")
        .help(format!("write `latent {name}` on a line of its own, or `{name} [latent]`, and the edges on another"))
}

pub(in crate::syntax) fn latent_without_commas(source: &Source, span: Span, before: &str, after: &str) -> Diagnostic {
    error("whatif::latent_without_commas", source, "`latent` takes names separated by commas", span, "")
        .help(format!("write `latent {before}, {after}`; other statements stand on a line of their own"))
}

pub(in crate::syntax) fn latent_group(source: &Source, span: Span) -> Diagnostic {
    error("whatif::latent_without_commas", source, "`latent` takes names without braces", span, "")
        .help("write `latent u, w`")
}

pub(in crate::syntax) fn group_without_edge(source: &Source, span: Span) -> Diagnostic {
    error("whatif::group_without_edge", source, "a group in braces touches an edge", span, "no edge here")
        .help("write `{a b} -> c`; to declare variables, leave the braces out: `a; b`")
}

pub(in crate::syntax) fn group_in_group(source: &Source, span: Span) -> Diagnostic {
    error("whatif::group_in_group", source, "a group holds names only", span, "")
        .help("write all names in one pair of braces, and edges outside: `{a b c} -> d`")
}

pub(in crate::syntax) fn dangling_edge(source: &Source, span: Span, sign: &str, before: bool) -> Diagnostic {
    let side = if before { "before" } else { "after" };
    error("whatif::dangling_edge", source, format!("a variable is missing {side} `{sign}`"), span, "")
        .help("an edge joins two variables: `a -> b`")
}

pub(in crate::syntax) fn hyphen(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::hyphen_in_name", source, "a name with a hyphen stands in quotes", span, "")
        .help(format!("write `\"{name}\"`, or `_` for the hyphen; an edge is `->`"))
}

pub(in crate::syntax) fn query_in_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::query_in_graph", source, "questions stand outside the graph", span, "inside it")
        .help("write it after the graph's `}`")
}

pub(in crate::syntax) fn parenthesis_in_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::parenthesis_in_graph", source, "a graph has no parentheses", span, "")
        .help("a group is written in braces, `{a b} -> c`, a name with parentheses in quotes")
}

pub(in crate::syntax) fn declaration_in_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::declaration_in_graph", source, "`:` has no meaning in a graph", span, "")
        .help("domains are declared beside the graph: `var x : {no, yes}`")
}

pub(in crate::syntax) fn attributes_in_chain(source: &Source, span: Span) -> Diagnostic {
    error(
        "whatif::attributes_in_chain",
        source,
        "attributes stand after a variable alone or after a whole chain",
        span,
        "",
    )
    .help("give the variable a line of its own: `a [latent]`, then `a -> b`")
}

pub(in crate::syntax) fn graph_without_body(source: &Source, span: Span, word: &str) -> Diagnostic {
    error("whatif::graph_without_body", source, format!("braces follow `{word}`"), span, "no braces")
        .help(format!("write `{word} {{ x -> y }}` or `{word} NAME {{ … }}`; a variable of that name stands in quotes"))
}

pub(in crate::syntax) fn graph_name(source: &Source, span: Span, written: &str) -> Diagnostic {
    error("whatif::graph_name", source, "a graph has one name, or none", span, "")
        .help(format!("write `graph NAME {{ … }}`; another name stands in quotes: `\"{written}\"`"))
}

pub(in crate::syntax) fn unexpected_in_graph(source: &Source, span: Span, token: &str) -> Diagnostic {
    let message = if token.is_empty() {
        "this line ends too early".to_owned()
    } else {
        format!("`{token}` is not expected here")
    };
    error("whatif::unexpected_in_graph", source, message, span, "")
        .help("a graph holds variables, `a [latent]`, edges, `a -> b <-> {c d}`, and lines `latent u, w`")
}
