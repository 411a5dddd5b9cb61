//! TikZ, for papers: a `tikzpicture` that needs `\usetikzlibrary{arrows.meta}` alone.

use super::{Mark, Picture, Point, Stroke};
use crate::render::latex::text as latex_text;
use std::fmt::Write;

/// A point of a printer in pixels of a screen; TikZ counts upwards.
const SCALE: f64 = 0.75;

/// A picture as a `tikzpicture`.
#[must_use]
pub fn tikz(picture: &Picture) -> String {
    let mut out = String::from(
        "% needs \\usetikzlibrary{arrows.meta}\n\\begin{tikzpicture}[x=1pt, y=1pt, >={Stealth},\n  \
         variable/.style={draw, rounded corners=3pt, inner sep=5pt},\n  \
         latent/.style={variable, dashed, draw=gray, text=gray},\n  \
         treatment/.style={variable, very thick, fill=green!12},\n  \
         outcome/.style={variable, very thick, fill=blue!10},\n  \
         adjusted/.style={variable, thick, fill=yellow!25},\n  \
         open/.style={draw=red, thick}, ghost/.style={draw=gray!50, dotted}]\n",
    );
    let point = |at: Point| format!("({:.1}, {:.1})", at.0 * SCALE, -at.1 * SCALE + 0.0);
    for (index, node) in picture.nodes.iter().enumerate() {
        let style = match node.mark {
            Mark::Plain => "variable",
            Mark::Latent => "latent",
            Mark::Adjusted => "adjusted",
            Mark::Outcome => "outcome",
            Mark::Treatment => "treatment",
        };
        let _ = writeln!(out, "  \\node[{style}] (n{index}) at {} {{{}}};", point(node.at), latex_text(&node.name));
    }
    for line in &picture.edges {
        let mut style = vec![if line.both { "<->, dashed" } else { "->" }];
        match line.stroke {
            Stroke::Plain => {}
            Stroke::Open => style.push("open"),
            Stroke::Ghost => style.push("ghost"),
        }
        let inner = &line.points[1..line.points.len() - 1];
        let way = match inner {
            [] => " -- ".to_owned(),
            // A quadratic curve as a cubic one, without its ends: those are the nodes' own borders.
            [pull] => format!(" .. controls {} .. ", point(*pull)),
            _ => {
                let through: Vec<String> = inner.iter().map(|at| point(*at)).collect();
                format!(" -- {} -- ", through.join(" -- "))
            }
        };
        let corners = if inner.len() > 1 { ", rounded corners=8pt" } else { "" };
        let _ = writeln!(out, "  \\draw[{}{corners}] (n{}){way}(n{});", style.join(", "), line.from, line.to);
    }
    out.push_str("\\end{tikzpicture}\n");
    out
}
