//! SVG: light and dark, no script, nothing loaded.

use super::{Line, Mark, Picture, Point, Stroke};
use crate::render::html::escape as escaped;
use std::fmt::Write;

/// Colours as variables, so that a page may set its own; those of a reader's dark screen where none are set.
const STYLE: &str = "\
.wi-g{--wi-line:#33414e;--wi-text:#16202a;--wi-box:#ffffff;--wi-latent:#e4e7ea;--wi-latent-line:#8b969f;\
--wi-x:#d8ecd2;--wi-x-line:#2f7d32;--wi-y:#d5e5f7;--wi-y-line:#1f5fa8;--wi-z:#f7ecc4;--wi-z-line:#946c00;\
--wi-open:#c62828;--wi-ghost:#b9c1c8}\
@media (prefers-color-scheme:dark){.wi-g{--wi-line:#b4c0ca;--wi-text:#eef2f5;--wi-box:#1d252c;--wi-latent:#333c44;\
--wi-latent-line:#7d8992;--wi-x:#1f3d24;--wi-x-line:#7cc47f;--wi-y:#1c3350;--wi-y-line:#7fb2ec;--wi-z:#443911;\
--wi-z-line:#dcb23e;--wi-open:#ff7b72;--wi-ghost:#4d5861}}\
.wi-g text{font:14px ui-sans-serif,system-ui,sans-serif;fill:var(--wi-text);text-anchor:middle;dominant-baseline:central}\
.wi-g rect{fill:var(--wi-box);stroke:var(--wi-line);stroke-width:1.4}\
.wi-g .latent rect{fill:var(--wi-latent);stroke:var(--wi-latent-line);stroke-dasharray:4 3}\
.wi-g .treatment rect{fill:var(--wi-x);stroke:var(--wi-x-line);stroke-width:2.4}\
.wi-g .outcome rect{fill:var(--wi-y);stroke:var(--wi-y-line);stroke-width:2.4}\
.wi-g .adjusted rect{fill:var(--wi-z);stroke:var(--wi-z-line);stroke-width:2}\
.wi-g .edge{fill:none;stroke:var(--wi-line);stroke-width:1.5}.wi-g .head{fill:var(--wi-line)}\
.wi-g .both{stroke-dasharray:6 4}.wi-g .edge.open{stroke:var(--wi-open);stroke-width:2.2}.wi-g .head.open{fill:var(--wi-open)}\
.wi-g .edge.ghost{stroke:var(--wi-ghost);stroke-dasharray:2 5}.wi-g .head.ghost{fill:var(--wi-ghost)}";

/// A picture as an SVG document, or as an element of a page. `id` tells pictures of one page apart.
#[must_use]
pub fn svg(picture: &Picture, id: &str) -> String {
    let (width, height) = picture.size;
    let mut out = String::new();
    let id = escaped(id);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wi-g\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<title id=\"{id}-t\">{}</title>\n\
         <desc id=\"{id}-d\">{}</desc>\n<style>{STYLE}</style>\n",
        escaped(&picture.name),
        escaped(&picture.description)
    );
    // What matters lies above what does not.
    let mut lines: Vec<&Line> = picture.edges.iter().collect();
    lines.sort_by_key(|line| match line.stroke {
        Stroke::Ghost => 0,
        Stroke::Plain => 1,
        Stroke::Open => 2,
    });
    for line in lines {
        let stroke = match line.stroke {
            Stroke::Plain => "",
            Stroke::Open => " open",
            Stroke::Ghost => " ghost",
        };
        let both = if line.both { " both" } else { "" };
        let _ = writeln!(out, "<path class=\"edge{both}{stroke}\" d=\"{}\"/>", path(&line.points));
        let last = line.points.len() - 1;
        let _ =
            writeln!(out, "<path class=\"head{stroke}\" d=\"{}\"/>", head(line.points[last], line.points[last - 1]));
        if line.both {
            let _ = writeln!(out, "<path class=\"head{stroke}\" d=\"{}\"/>", head(line.points[0], line.points[1]));
        }
    }
    for node in &picture.nodes {
        let class = match node.mark {
            Mark::Plain => "node",
            Mark::Latent => "node latent",
            Mark::Adjusted => "node adjusted",
            Mark::Outcome => "node outcome",
            Mark::Treatment => "node treatment",
        };
        let ((x, y), (width, height)) = (node.at, node.size);
        let radius = if node.mark == Mark::Latent { height / 2.0 } else { 6.0 };
        let (left, top) = (tenths(x - width / 2.0), tenths(y - height / 2.0));
        let _ = writeln!(
            out,
            "<g class=\"{class}\"><rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>\
             <text x=\"{x}\" y=\"{y}\">{}</text></g>",
            escaped(&node.name)
        );
    }
    out.push_str("</svg>\n");
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
