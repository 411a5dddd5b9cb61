//! Where everything stands.

use super::layers::{self, Layout};
use super::{Drawn, Line, Mark, Picture, Point, Stroke, TooLarge};
use crate::graph::{Graph, Node};
use crate::problem::GraphEntry;
use unicode_width::UnicodeWidthStr;

/// The most variables of a graph that is drawn.
pub const MOST_NODES: usize = 400;
/// The most edges.
pub const MOST_EDGES: usize = 2_000;

/// A letter's width, a box's height, and the space around a name.
const LETTER: f64 = 8.0;
const HEIGHT: f64 = 32.0;
const SPACE: f64 = 24.0;
/// Around everything.
const MARGIN: f64 = 24.0;
/// How far the bend of an arc may lie from the straight line, as parts of its length.
const BENDS: [f64; 6] = [0.25, 0.4, 0.6, 0.9, 1.3, 1.8];
/// How many of these steps an arc is bent at most to cross fewer lines.
const FAR: usize = 2;
/// How far from its middle towards its ends an arc may be bent, where boxes stand in its way, as parts of its length.
const ASIDE: [f64; 3] = [0.0, -0.3, 0.3];
/// In a picture with more pairs of an edge and an arc, arcs do not mind what they cross.
const MOST_COMPARED: usize = 10_000;
/// The least distance from an arc's bend to its straight line.
const LEAST_BEND: f64 = 36.0;

/// The boxes and the lines, nothing marked.
pub(super) fn layout(entry: &GraphEntry) -> Result<Picture, TooLarge> {
    let graph: &Graph = &entry.source;
    let directed: Vec<(Node, Node)> =
        graph.nodes().flat_map(|from| graph.children(from).map(move |to| (from, to))).collect();
    let bidirected: Vec<(Node, Node)> = graph.bidirected().collect();
    let edges = directed.len() + bidirected.len();
    if graph.len() > MOST_NODES || edges > MOST_EDGES {
        return Err(TooLarge { nodes: graph.len(), edges });
    }
    let mut nodes: Vec<Drawn> = graph
        .nodes()
        .map(|node| {
            let name = graph.name(node).to_owned();
            let size = ((UnicodeWidthStr::width(&*name) as f64).mul_add(LETTER, SPACE), HEIGHT);
            let mark = if entry.latents.contains(node) { Mark::Latent } else { Mark::Plain };
            Drawn { name, at: (0.0, 0.0), size, mark }
        })
        .collect();
    let own: Option<Vec<Point>> = entry.variables.iter().map(|variable| variable.position).collect();
    let own = own.filter(|own| own.len() == nodes.len() && !own.is_empty());
    let mut lines: Vec<Line> = match own {
        Some(own) => {
            placed(&mut nodes, &own);
            directed.iter().map(|(from, to)| arrow(&nodes, from.index(), to.index())).collect()
        }
        None => layered(&mut nodes, &directed, &bidirected),
    };
    let compared = edges * bidirected.len() <= MOST_COMPARED;
    for (a, b) in bidirected {
        let bend = bend(&nodes, if compared { &lines } else { &[] }, a.index(), b.index());
        lines.push(Line { both: true, ..line(&nodes, a.index(), b.index(), &[bend]) });
    }
    let mut picture =
        Picture { name: entry.name.clone(), description: String::new(), size: (0.0, 0.0), nodes, edges: lines };
    framed(&mut picture);
    Ok(picture)
}

/// The file's own positions, stretched until no two boxes overlap, or at most sixty-fourfold.
fn placed(nodes: &mut [Drawn], own: &[Point]) {
    let span = |of: fn(&Point) -> f64| {
        let (least, most) = own.iter().map(of).fold((f64::MAX, f64::MIN), |(a, b), at| (a.min(at), b.max(at)));
        (most - least).max(1e-9)
    };
    let largest = span(|at| at.0).max(span(|at| at.1));
    let mut scale = 120.0 / largest;
    for _ in 0..12 {
        for (node, at) in nodes.iter_mut().zip(own) {
            node.at = (at.0 * scale, at.1 * scale);
        }
        let apart = |a: &Drawn, b: &Drawn| {
            let near = |a: Point, b: Point| (f64::midpoint(a.0, b.0) + 16.0, f64::midpoint(a.1, b.1) + 16.0);
            let (width, height) = near(a.size, b.size);
            (a.at.0 - b.at.0).abs() >= width || (a.at.1 - b.at.1).abs() >= height
        };
        if nodes.iter().enumerate().all(|(index, a)| nodes[..index].iter().all(|b| apart(a, b))) {
            return;
        }
        scale *= std::f64::consts::SQRT_2;
    }
}

/// Layers from left to right by arrows; dashed edges only hold together what nothing else does.
fn layered(nodes: &mut [Drawn], directed: &[(Node, Node)], bidirected: &[(Node, Node)]) -> Vec<Line> {
    let indices = |(a, b): &(Node, Node)| (a.index(), b.index());
    let sizes: Vec<Point> = nodes.iter().map(|node| node.size).collect();
    let arrows: Vec<(usize, usize)> = directed.iter().map(indices).collect();
    let arcs: Vec<(usize, usize)> = bidirected.iter().map(indices).collect();
    let Layout { at, ways } = layers::layout(&sizes, &arrows, &arcs);
    nodes.iter_mut().zip(at).for_each(|(node, at)| node.at = at);
    let drawn = |(&(from, to), way): (&(usize, usize), Option<Vec<Point>>)| match way {
        Some(inner) => line(nodes, from, to, &inner),
        None => arrow(nodes, from, to),
    };
    arrows.iter().zip(ways).map(drawn).collect()
}

/// A line from border to border that inner points pull.
pub(super) fn line(nodes: &[Drawn], from: usize, to: usize, inner: &[Point]) -> Line {
    let (a, b) = (&nodes[from], &nodes[to]);
    let (first, last) = (inner.first().copied().unwrap_or(b.at), inner.last().copied().unwrap_or(a.at));
    let mut points = vec![border(a, first)];
    points.extend_from_slice(inner);
    points.push(border(b, last));
    Line { from, to, both: false, stroke: Stroke::Plain, points }
}

/// A straight line, or one that goes round the boxes in its way where that can be done.
fn arrow(nodes: &[Drawn], a: usize, b: usize) -> Line {
    let (from, to) = (nodes[a].at, nodes[b].at);
    let straight = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    let in_the_way = hits(nodes, (a, b), from, straight, to, 0.0);
    if in_the_way > 0 {
        let bend = bend(nodes, &[], a, b);
        if hits(nodes, (a, b), from, bend, to, 0.0) < in_the_way {
            return line(nodes, a, b, &[bend]);
        }
    }
    line(nodes, a, b, &[])
}

/// Where the line from a box's middle towards a point leaves the box, a little outside.
fn border(node: &Drawn, towards: Point) -> Point {
    let (dx, dy) = (towards.0 - node.at.0, towards.1 - node.at.1);
    let (half_width, half_height) = (node.size.0 / 2.0 + 3.0, node.size.1 / 2.0 + 3.0);
    let reach = (half_width / dx.abs().max(1e-9)).min(half_height / dy.abs().max(1e-9));
    if reach >= 1.0 { node.at } else { (dx.mul_add(reach, node.at.0), dy.mul_add(reach, node.at.1)) }
}

/// The point that pulls the arc between two nodes: one that keeps clear of the other boxes, then of lines, then near to the
/// straight line. To cross a line is as bad as to be bent more by two steps; only to keep clear of boxes it is bent far.
fn bend(nodes: &[Drawn], lines: &[Line], a: usize, b: usize) -> Point {
    let (from, to) = (nodes[a].at, nodes[b].at);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    let mut best = ((usize::MAX, usize::MAX), middle);
    for (step, part) in BENDS.into_iter().enumerate() {
        for aside in ASIDE {
            if best.0.0 == 0 && (best.0.1 <= step || step > FAR || aside != 0.0) {
                break;
            }
            for side in [-1.0, 1.0] {
                let far = side * (part * length).max(LEAST_BEND);
                let pull = (middle.0 + dx * aside - dy / length * far, middle.1 + dy * aside + dx / length * far);
                let hits = hits(nodes, (a, b), from, pull, to, 6.0);
                if hits <= best.0.0 {
                    let cost = (hits, step + 2 * crossed(nodes, lines, (a, b), pull));
                    if cost < best.0 {
                        best = (cost, pull);
                    }
                }
            }
        }
    }
    best.1
}

/// The least and the greatest of some points, right and down.
fn hull(points: &[Point]) -> (Point, Point) {
    points.iter().fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)), |(least, most), at| {
        ((least.0.min(at.0), least.1.min(at.1)), (most.0.max(at.0), most.1.max(at.1)))
    })
}

/// How many other boxes an arc comes nearer to than that.
fn hits(nodes: &[Drawn], (a, b): (usize, usize), from: Point, pull: Point, to: Point, near: f64) -> usize {
    const SAMPLES: usize = 24;
    let (least, most) = hull(&[from, pull, to]);
    let inside = |node: &Drawn| {
        let (wide, high) = (node.size.0 / 2.0 + near, node.size.1 / 2.0 + near);
        // Most boxes are far off.
        node.at.0 + wide > least.0
            && node.at.0 - wide < most.0
            && node.at.1 + high > least.1
            && node.at.1 - high < most.1
            && (1..SAMPLES).any(|step| {
                let at = quadratic(from, pull, to, step as f64 / SAMPLES as f64);
                (at.0 - node.at.0).abs() < wide && (at.1 - node.at.1).abs() < high
            })
    };
    nodes.iter().enumerate().filter(|(index, node)| *index != a && *index != b && inside(node)).count()
}

/// How many lines an arc crosses, as near as a few straight pieces tell, or leaves a box beside.
fn crossed(nodes: &[Drawn], lines: &[Line], (a, b): (usize, usize), pull: Point) -> usize {
    const PIECES: usize = 6;
    let (from, to) = (nodes[a].at, nodes[b].at);
    let mut arc = [from; PIECES + 1];
    for (step, at) in arc.iter_mut().enumerate() {
        *at = quadratic(from, pull, to, step as f64 / PIECES as f64);
    }
    let (least, most) = hull(&arc);
    let side = |a: Point, b: Point, c: Point| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let cross = |a: &[Point], b: &[Point]| {
        side(a[0], a[1], b[0]) * side(a[0], a[1], b[1]) < 0.0 && side(b[0], b[1], a[0]) * side(b[0], b[1], a[1]) < 0.0
    };
    // Whether at a box that both have an end at they go nearly the same way: by less than some twenty degrees.
    let beside = |node: usize, end: usize, next: Option<&Point>| {
        let Some(next) = next.filter(|_| node == end) else { return false };
        let at = nodes[node].at;
        let (p, q) = ((pull.0 - at.0, pull.1 - at.1), (next.0 - at.0, next.1 - at.1));
        let dot = p.0 * q.0 + p.1 * q.1;
        dot > 0.0 && dot * dot > 0.88 * (p.0 * p.0 + p.1 * p.1) * (q.0 * q.0 + q.1 * q.1)
    };
    let is_crossed = |line: &&Line| {
        let (second, before) = (line.points.get(1), line.points.iter().nth_back(1));
        if [a, b].into_iter().any(|node| beside(node, line.from, second) || beside(node, line.to, before)) {
            return true;
        }
        let (first, last) = hull(&line.points);
        let apart = first.0 > most.0 || last.0 < least.0 || first.1 > most.1 || last.1 < least.1;
        !apart && line.points.windows(2).any(|piece| arc.windows(2).any(|other| cross(piece, other)))
    };
    lines.iter().filter(is_crossed).count()
}

/// A point of a quadratic Bézier curve.
pub(super) fn quadratic(from: Point, pull: Point, to: Point, t: f64) -> Point {
    let mix = |a: f64, b: f64, c: f64| (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c;
    (mix(from.0, pull.0, to.0), mix(from.1, pull.1, to.1))
}

/// Moves everything so that it begins at the margin, and measures it. Whole tenths: no picture differs in the last bits.
fn framed(picture: &mut Picture) {
    let corners = picture.nodes.iter().flat_map(|node| {
        let (width, height) = (node.size.0 / 2.0, node.size.1 / 2.0);
        [(node.at.0 - width, node.at.1 - height), (node.at.0 + width, node.at.1 + height)]
    });
    let half = |a: Point, b: Point| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
    let curves = picture.edges.iter().flat_map(|line| match line.points[..] {
        // What a single point pulls stays this side of the middles between it and the ends.
        [first, pull, last] => vec![first, half(first, pull), half(pull, last), last],
        _ => line.points.clone(),
    });
    let all: Vec<Point> = corners.chain(curves).collect();
    let edge =
        |of: fn(&Point) -> f64| all.iter().map(of).fold((f64::MAX, f64::MIN), |(a, b), at| (a.min(at), b.max(at)));
    if all.is_empty() {
        picture.size = (2.0 * MARGIN, 2.0 * MARGIN);
        return;
    }
    let ((left, right), (top, bottom)) = (edge(|at| at.0), edge(|at| at.1));
    let whole = |at: f64| (at * 10.0).round() / 10.0;
    let moved = |at: Point| (whole(at.0 - left + MARGIN), whole(at.1 - top + MARGIN));
    picture.size = (whole(right - left + 2.0 * MARGIN), whole(bottom - top + 2.0 * MARGIN));
    picture.nodes.iter_mut().for_each(|node| node.at = moved(node.at));
    picture.edges.iter_mut().flat_map(|line| &mut line.points).for_each(|at| *at = moved(*at));
}
