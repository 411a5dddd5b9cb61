//! Pictures of graphs and of numbers.
//! In: a graph of a file, and an answer or a cut whose marks it is to bear; or estimates. Out: a [`Picture`]: where everything
//! stands; from it SVG, TikZ, DOT, or lines for a terminal; of numbers a [`Plot`]. Must never know: files, windows, how an answer was found.
//!
//! `layers` sets boxes from left to right by their arrows (Gansner, Koutsofios, North & Vo 1993; Brandes & Köpf 2001); a file's
//! own positions are kept where every variable has one. Edges `x <-> y` are dashed arcs that go round what lies between.

mod dot;
mod layers;
mod layout;
mod marks;
mod plot;
mod svg;
mod terminal;
#[cfg(test)]
mod tests;
mod tikz;

pub use dot::dot;
pub use layout::{MOST_EDGES, MOST_NODES};
pub use plot::{Beside, PLOT_STYLE, Plot, forest, forests, overlaps, plot_element, plots};
pub use svg::{STYLE, element, parts, svg};
pub use terminal::terminal;
pub use tikz::tikz;

use crate::answer::Answer;
use crate::graph::{Graph, Mutilation};
use crate::problem::GraphEntry;
use std::fmt;

/// A point: right, then down, in pixels of a screen.
pub type Point = (f64, f64);

/// A graph with a place for everything.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// The graph's name.
    pub name: String,
    /// What it shows, in a sentence, for those who cannot see it.
    pub description: String,
    /// Width and height.
    pub size: Point,
    /// The variables, in the graph's order.
    pub nodes: Vec<Drawn>,
    /// The edges, directed ones first.
    pub edges: Vec<Line>,
}

/// A variable in a picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Drawn {
    /// Its name.
    pub name: String,
    /// Its middle.
    pub at: Point,
    /// Width and height of its box.
    pub size: Point,
    /// What it is in the question.
    pub mark: Mark,
}

/// What a variable is in a question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Mark {
    /// Nothing special.
    Plain,
    /// Not measured.
    Latent,
    /// Conditioned on, or adjusted for.
    Adjusted,
    /// Asked about.
    Outcome,
    /// Acted on.
    Treatment,
}

/// An edge in a picture.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Where it begins, by position among the nodes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// Whether both ends are arrowheads.
    pub both: bool,
    /// How it is shown.
    pub stroke: Stroke,
    /// From the border of the one box to that of the other; between the first and the last, points that pull the line.
    pub points: Vec<Point>,
}

/// How an edge is shown.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stroke {
    /// As an edge.
    Plain,
    /// As part of a path on which association flows that is no effect.
    Open,
    /// As one that has been cut away.
    Ghost,
}

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TooLarge {
    /// Variables of the graph.
    pub nodes: usize,
    /// Edges of the graph.
    pub edges: usize,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nodes, edges } = self;
        write!(f, "{nodes} variables and {edges} edges; drawn are at most {MOST_NODES} and {MOST_EDGES}")
    }
}

impl std::error::Error for TooLarge {}

/// A picture of a graph as it was written, latent variables and all; with the marks of an answer, where one is given.
///
/// # Errors
/// A graph of more than [`MOST_NODES`] variables or [`MOST_EDGES`] edges.
pub fn picture(entry: &GraphEntry, answer: Option<&Answer>) -> Result<Picture, TooLarge> {
    let picture = layout::layout(entry)?;
    Ok(match answer {
        Some(answer) => marked(&picture, entry, answer),
        None => marks::declared(picture, entry),
    })
}

/// A picture of the same graph with the marks of an answer. Costs what identifying its effects costs, for their open paths.
#[must_use]
pub fn marked(picture: &Picture, entry: &GraphEntry, answer: &Answer) -> Picture {
    let mut picture = picture.clone();
    marks::mark(&mut picture, answer);
    picture.description = marks::description(&picture, &entry.source);
    picture
}

/// A picture with the edges that a cut takes away as ghosts, and what those are, in words. The cut speaks of `graph`, whose
/// variables the picture has.
#[must_use]
pub fn cut(picture: &Picture, graph: &Graph, cut: &Mutilation) -> Picture {
    let mut picture = picture.clone();
    marks::cut(&mut picture, graph, cut);
    picture.description = marks::gone(&picture);
    picture
}
