//! DOT with places and marks; `neato -n` keeps the places.

use super::{Mark, Picture, Stroke};
use std::fmt::Write;

/// A picture as a digraph of Graphviz.
#[must_use]
pub fn dot(picture: &Picture) -> String {
    let mut out =
        format!("digraph {} {{\n    node [shape=box, style=rounded, fontname=\"sans-serif\"]\n", quoted(&picture.name));
    for node in &picture.nodes {
        let look = match node.mark {
            Mark::Plain => "",
            Mark::Latent => ", style=\"rounded,dashed\", color=gray, fontcolor=gray",
            Mark::Adjusted => ", style=\"rounded,filled\", fillcolor=\"#f7ecc4\"",
            Mark::Outcome => ", style=\"rounded,filled\", fillcolor=\"#d5e5f7\", penwidth=2",
            Mark::Treatment => ", style=\"rounded,filled\", fillcolor=\"#d8ecd2\", penwidth=2",
        };
        // Points, upwards.
        let (x, y) = (node.at.0 * 0.75, (picture.size.1 - node.at.1) * 0.75);
        let _ = writeln!(out, "    {} [pos=\"{x:.1},{y:.1}!\"{look}]", quoted(&node.name));
    }
    for line in &picture.edges {
        let mut look = Vec::new();
        if line.both {
            look.push("dir=both, style=dashed, constraint=false");
        }
        match line.stroke {
            Stroke::Plain => {}
            Stroke::Open => look.push("color=red, penwidth=1.6"),
            Stroke::Ghost => look.push("color=gray, style=dotted"),
        }
        let (from, to) = (&picture.nodes[line.from].name, &picture.nodes[line.to].name);
        let look = if look.is_empty() { String::new() } else { format!(" [{}]", look.join(", ")) };
        let _ = writeln!(out, "    {} -> {}{look}", quoted(from), quoted(to));
    }
    out.push_str("}\n");
    out
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " "))
}
