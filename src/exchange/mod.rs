//! Graphs from and for other programs: DAGitty, Graphviz, GML, GraphML, R's causaleffect, dosearch and lavaan, JSON; and
//! for y0, pgmpy, DoWhy, LaTeX and Mermaid.
//!
//! In: the text of another program's file, or a file in the language, understood. Out: a [`Model`], which can print
//! itself in the language; or text for the other program; and what could not be carried over, as warnings.
//! Must never know: how a question is answered, where a text comes from or goes to.
//!
//! Each two-way format is one file with a reader and a writer; its words are a pest grammar, cut in windows by
//! `tokens`, so that a large file takes little memory, and every nesting has a limit. Time is linear in the text, but
//! for sorting edges. A graph that was read has no cycle, no self-loop, and no edge twice or both ways.

mod causaleffect;
mod dagitty;
mod diagnostics;
mod dosearch;
mod dot;
mod draft;
mod gml;
mod grammar;
mod graphml;
mod guess;
mod json;
mod lavaan;
mod model;
mod pictures;
mod python;
mod r;
mod tokens;
mod write;

pub use model::{Model, Question, Variable};
pub use write::{Written, export, write};

use crate::source::{Diagnostic, Source, Span};
use crate::syntax::MAX_FILE;

/// A format that is read and written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    /// Model code of dagitty.net and of R's dagitty.
    Dagitty,
    /// Graphviz.
    Dot,
    /// The Graph Modelling Language, as igraph, networkx and DoWhy have it.
    Gml,
    /// GraphML, as igraph, networkx and yEd have it.
    Graphml,
    /// An igraph formula in R, with causaleffect's convention for unmeasured common causes.
    Causaleffect,
    /// R's dosearch.
    Dosearch,
    /// R's lavaan.
    Lavaan,
    /// The `graph` of an answer, or networkx's node-link data.
    Json,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Dagitty,
        Self::Dot,
        Self::Gml,
        Self::Graphml,
        Self::Causaleffect,
        Self::Dosearch,
        Self::Lavaan,
        Self::Json,
    ];

    /// As it is called in a sentence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Dagitty => "DAGitty",
            Self::Dot => "DOT",
            Self::Gml => "GML",
            Self::Graphml => "GraphML",
            Self::Causaleffect => "causaleffect",
            Self::Dosearch => "dosearch",
            Self::Lavaan => "lavaan",
            Self::Json => "JSON",
        }
    }
}

/// What a graph is written for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Target {
    /// One of the formats that are read as well.
    Format(Format),
    /// Python's y0.
    Y0,
    /// Python's pgmpy.
    Pgmpy,
    /// Python's DoWhy.
    Dowhy,
    /// A TikZ picture.
    Latex,
    /// A Mermaid flowchart.
    Mermaid,
}

impl Target {
    /// As it is called in a sentence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Format(format) => format.title(),
            Self::Y0 => "y0",
            Self::Pgmpy => "pgmpy",
            Self::Dowhy => "DoWhy",
            Self::Latex => "TikZ",
            Self::Mermaid => "Mermaid",
        }
    }
}

/// Reads the graph of another program's file; without a format, in the one it looks like. None where something is
/// wrong. Warnings tell what was not carried over. Linear in the text, but for sorting.
#[must_use]
pub fn read(source: &Source, format: Option<Format>) -> (Option<Model>, Vec<Diagnostic>) {
    if source.text().len() > MAX_FILE {
        return (None, vec![diagnostics::file_too_large(source, MAX_FILE)]);
    }
    let Some(format) = format.or_else(|| guess::format(source)) else {
        let text = source.text();
        let start = text.len() - text.trim_start().len();
        let end = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| start + at);
        return (None, vec![diagnostics::unknown_format(source, Span::new(start, end))]);
    };
    match format {
        Format::Dagitty => dagitty::read(source),
        Format::Dot => dot::read(source),
        Format::Gml => gml::read(source),
        Format::Graphml => graphml::read(source),
        Format::Causaleffect => causaleffect::read(source),
        Format::Dosearch => dosearch::read(source),
        Format::Lavaan => lavaan::read(source),
        Format::Json => json::read(source),
    }
}

/// The next place at or after `at` that cuts no character.
pub(crate) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests;
