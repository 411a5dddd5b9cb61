//! SVG: light and dark, no script, nothing loaded.

use super::{Line, Mark, Picture, Point, Stroke};
use crate::render::html::escape as escaped;
use std::fmt::Write;

/// How pictures look; a page that holds some has it once. Colours are variables, so that a page may set its own; those of a
/// reader's dark screen where none are set.
pub const STYLE: &str = "\
.wi-g{--wi-line:#33414e;--wi-text:#16202a;--wi-box:#ffffff;--wi-latent:#e4e7ea;--wi-latent-line:#8b969f;\
--wi-x:#d8ecd2;--wi-x-line:#2f7d32;--wi-y:#d5e5f7;--wi-y-line:#1f5fa8;--wi-z:#f7ecc4;--wi-z-line:#946c00;\
--wi-red:#c62828;--wi-gone:#b9c1c8}\
@media screen and (prefers-color-scheme:dark){.wi-g{--wi-line:#b4c0ca;--wi-text:#eef2f5;--wi-box:#1d252c;--wi-latent:#333c44;\
--wi-latent-line:#7d8992;--wi-x:#1f3d24;--wi-x-line:#7cc47f;--wi-y:#1c3350;--wi-y-line:#7fb2ec;--wi-z:#443911;\
--wi-z-line:#dcb23e;--wi-red:#ff7b72;--wi-gone:#4d5861}}\
.wi-t{font:14px ui-sans-serif,system-ui,sans-serif;fill:var(--wi-text);text-anchor:middle;dominant-baseline:central}\
.wi-b{fill:var(--wi-fill,var(--wi-box));stroke:var(--wi-edge,var(--wi-line));stroke-width:var(--wi-thick,1.4);\
stroke-dasharray:var(--wi-dots,none)}\
.wi-latent{--wi-fill:var(--wi-latent);--wi-edge:var(--wi-latent-line);--wi-dots:4 3}\
.wi-treatment{--wi-fill:var(--wi-x);--wi-edge:var(--wi-x-line);--wi-thick:2.4}\
.wi-outcome{--wi-fill:var(--wi-y);--wi-edge:var(--wi-y-line);--wi-thick:2.4}\
.wi-adjusted{--wi-fill:var(--wi-z);--wi-edge:var(--wi-z-line);--wi-thick:2}\
.wi-e,.wi-d{fill:none;stroke:var(--wi-line);stroke-width:var(--wi-wide,1.5);stroke-dasharray:var(--wi-dash,none)}\
.wi-d{stroke-dasharray:var(--wi-dash,6 4)}.wi-h{fill:var(--wi-line)}\
.wi-open{--wi-line:var(--wi-red);--wi-wide:2.2}.wi-ghost{--wi-line:var(--wi-gone);--wi-dash:2 5}";

/// A picture as an SVG document.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let style = format!("<style>{STYLE}</style>\n");
    opened(picture, "g", &picture.description, &style) + &content(picture, "g") + "</svg>\n"
}

/// The lines and boxes of a graph for a page that has [`STYLE`] and shows the graph more than once: nothing is seen of it,
/// [`element`] shows it. `id` tells the graphs of a page apart.
#[must_use]
pub fn parts(picture: &Picture, id: &str) -> String {
    // What a question adds is left to the elements.
    let mut bare = picture.clone();
    bare.edges.iter_mut().for_each(|line| line.stroke = Stroke::Plain);
    bare.nodes.iter_mut().filter(|node| node.mark != Mark::Latent).for_each(|node| node.mark = Mark::Plain);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wi-g\" width=\"0\" height=\"0\" aria-hidden=\"true\" \
         style=\"position:absolute\"><defs>\n{}</defs></svg>\n",
        content(&bare, &escaped(id))
    )
}

/// A picture as an element of a page with the [`parts`] of its graph. `id` tells the pictures of a page apart; `told` is
/// said to those who cannot see it.
#[must_use]
pub fn element(picture: &Picture, parts: &str, id: &str, told: &str) -> String {
    let (parts, id) = (escaped(parts), escaped(id));
    let mut out = opened(picture, &id, told, "");
    let mut uses = |part: String, class: &str| {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = write!(out, "<use href=\"#{part}\"{class}/>");
    };
    for (index, line) in by_weight(picture) {
        uses(format!("{parts}e{index}"), stroke(line.stroke));
    }
    for (index, node) in picture.nodes.iter().enumerate() {
        uses(format!("{parts}n{index}"), mark(node.mark));
    }
    out + "</svg>\n"
}

/// The edges, what matters above what does not.
fn by_weight(picture: &Picture) -> Vec<(usize, &Line)> {
    let mut lines: Vec<(usize, &Line)> = picture.edges.iter().enumerate().collect();
    lines.sort_by_cached_key(|(_, line)| match line.stroke {
        Stroke::Ghost => 0_usize,
        Stroke::Plain => 1,
        Stroke::Open => 2,
    });
    lines
}

const fn stroke(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Plain => "",
        Stroke::Open => "wi-open",
        Stroke::Ghost => "wi-ghost",
    }
}

const fn mark(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain => "",
        Mark::Latent => "wi-latent",
        Mark::Adjusted => "wi-adjusted",
        Mark::Outcome => "wi-outcome",
        Mark::Treatment => "wi-treatment",
    }
}

/// The head of a picture, `id` escaped.
fn opened(picture: &Picture, id: &str, told: &str, style: &str) -> String {
    let (width, height) = picture.size;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wi-g\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<title id=\"{id}-t\">{}</title>\n\
         <desc id=\"{id}-d\">{}</desc>\n{style}",
        escaped(&picture.name),
        escaped(told)
    )
}

/// Lines and boxes, each with a name of its own.
fn content(picture: &Picture, id: &str) -> String {
    let mut out = String::new();
    for (index, line) in by_weight(picture) {
        let class = match stroke(line.stroke) {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let edge = if line.both { "wi-d" } else { "wi-e" };
        let last = line.points.len() - 1;
        let mut heads = head(line.points[last], line.points[last - 1]);
        if line.both {
            heads += &head(line.points[0], line.points[1]);
        }
        let _ = writeln!(
            out,
            "<g id=\"{id}e{index}\"{class}><path class=\"{edge}\" d=\"{}\"/><path class=\"wi-h\" d=\"{heads}\"/></g>",
            path(&line.points)
        );
    }
    for (index, node) in picture.nodes.iter().enumerate() {
        let class = match mark(node.mark) {
            "" => String::new(),
            class => format!(" class=\"{class}\""),
        };
        let ((x, y), (width, height)) = (node.at, node.size);
        let radius = if node.mark == Mark::Latent { height / 2.0 } else { 6.0 };
        let (left, top) = (tenths(x - width / 2.0), tenths(y - height / 2.0));
        let _ = writeln!(
            out,
            "<g id=\"{id}n{index}\"{class}><rect class=\"wi-b\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
             rx=\"{radius}\"/><text class=\"wi-t\" x=\"{x}\" y=\"{y}\">{}</text></g>",
            escaped(&node.name)
        );
    }
    out
}

/// A smooth line: straight at its ends, and pulled by the points between.
fn path(points: &[Point]) -> String {
    let mut d = format!("M{} {}", points[0].0, points[0].1);
    match points {
        [_, pull, last] => {
            let _ = write!(d, "Q{} {} {} {}", pull.0, pull.1, last.0, last.1);
        }
        _ => {
            for pair in points[1..].windows(2) {
                let middle = (f64::midpoint(pair[0].0, pair[1].0), f64::midpoint(pair[0].1, pair[1].1));
                let _ = write!(d, "Q{} {} {} {}", pair[0].0, pair[0].1, tenths(middle.0), tenths(middle.1));
            }
            let last = points[points.len() - 1];
            let _ = write!(d, "L{} {}", last.0, last.1);
        }
    }
    d
}

/// An arrowhead at a point, coming from another.
fn head(tip: Point, from: Point) -> String {
    let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let (ux, uy) = (dx / length, dy / length);
    let at = |back: f64, side: f64| (tenths(tip.0 - back * ux - side * uy), tenths(tip.1 - back * uy + side * ux));
    let (left, right, notch) = (at(10.0, 4.2), at(10.0, -4.2), at(7.5, 0.0));
    format!("M{} {}L{} {}L{} {}L{} {}Z", tip.0, tip.1, left.0, left.1, notch.0, notch.1, right.0, right.1)
}

fn tenths(at: f64) -> f64 {
    // No negative zero.
    (at * 10.0).round() / 10.0 + 0.0
}
