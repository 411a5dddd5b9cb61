//! Where everything stands.

use super::{Drawn, Line, Mark, Picture, Point, Stroke, TooLarge};
use crate::graph::{Graph, Node};
use crate::problem::GraphEntry;
use dagre::graph::{Graph as Layers, GraphOptions};
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};
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
            let straight = |(from, to): &(Node, Node)| line(&nodes, from.index(), to.index(), &[]);
            directed.iter().map(straight).collect()
        }
        None => layered(&mut nodes, &directed, &bidirected),
    };
    for (a, b) in bidirected {
        let bend = bend(&nodes, a.index(), b.index());
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
    let key = |index: usize| format!("n{index}");
    let mut layers: Layers<NodeLabel, EdgeLabel> =
        Layers::with_options(GraphOptions { directed: true, multigraph: false, compound: false });
    for (index, node) in nodes.iter().enumerate() {
        let label = NodeLabel { width: node.size.0, height: node.size.1, ..NodeLabel::default() };
        layers.set_node(key(index), Some(label));
    }
    let mut part: Vec<usize> = (0..nodes.len()).collect();
    for (from, to) in directed {
        layers.set_edge(key(from.index()), key(to.index()), Some(EdgeLabel::default()), None);
        join(&mut part, from.index(), to.index());
    }
    for (a, b) in bidirected {
        if join(&mut part, a.index(), b.index()) {
            layers.set_edge(key(a.index()), key(b.index()), Some(EdgeLabel::default()), None);
        }
    }
    let options =
        LayoutOptions { rankdir: RankDir::LR, nodesep: 36.0, ranksep: 56.0, edgesep: 18.0, ..LayoutOptions::default() };
    dagre::layout(&mut layers, Some(options));
    for (index, node) in nodes.iter_mut().enumerate() {
        if let Some(label) = layers.node(&key(index)) {
            node.at = (label.x.unwrap_or(0.0), label.y.unwrap_or(0.0));
        }
    }
    let routed = |(from, to): &(Node, Node)| {
        let label = layers.edge(&key(from.index()), &key(to.index()), None);
        let points: Vec<Point> =
            label.map(|label| label.points.iter().map(|point| (point.x, point.y)).collect()).unwrap_or_default();
        // The first and the last lie on the boxes' borders already.
        let inner = if points.len() > 3 { &points[1..points.len() - 1] } else { &[] };
        line(nodes, from.index(), to.index(), inner)
    };
    directed.iter().map(routed).collect()
}

/// Joins the parts of two nodes; whether they were two.
fn join(part: &mut [usize], a: usize, b: usize) -> bool {
    fn root(part: &mut [usize], mut node: usize) -> usize {
        while part[node] != node {
            part[node] = part[part[node]];
            node = part[node];
        }
        node
    }
    let (a, b) = (root(part, a), root(part, b));
    part[a] = b;
    a != b
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

/// Where the line from a box's middle towards a point leaves the box, a little outside.
fn border(node: &Drawn, towards: Point) -> Point {
    let (dx, dy) = (towards.0 - node.at.0, towards.1 - node.at.1);
    let (half_width, half_height) = (node.size.0 / 2.0 + 3.0, node.size.1 / 2.0 + 3.0);
    let reach = (half_width / dx.abs().max(1e-9)).min(half_height / dy.abs().max(1e-9));
    if reach >= 1.0 { node.at } else { (dx.mul_add(reach, node.at.0), dy.mul_add(reach, node.at.1)) }
}

/// The point that pulls the arc between two nodes: the nearest to the straight line that keeps clear of the other boxes.
fn bend(nodes: &[Drawn], a: usize, b: usize) -> Point {
    let (from, to) = (nodes[a].at, nodes[b].at);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1e-9);
    let middle = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1));
    let mut best = (usize::MAX, middle);
    for part in BENDS {
        for side in [-1.0, 1.0] {
            let far = side * (part * length).max(LEAST_BEND);
            let pull = (middle.0 - dy / length * far, middle.1 + dx / length * far);
            let hits = hits(nodes, (a, b), from, pull, to);
            if hits < best.0 {
                best = (hits, pull);
            }
        }
        if best.0 == 0 {
            break;
        }
    }
    best.1
}

/// How many other boxes an arc touches.
fn hits(nodes: &[Drawn], (a, b): (usize, usize), from: Point, pull: Point, to: Point) -> usize {
    const SAMPLES: usize = 24;
    let inside = |node: &Drawn| {
        (1..SAMPLES).any(|step| {
            let at = quadratic(from, pull, to, step as f64 / SAMPLES as f64);
            (at.0 - node.at.0).abs() < node.size.0 / 2.0 + 6.0 && (at.1 - node.at.1).abs() < node.size.1 / 2.0 + 6.0
        })
    };
    nodes.iter().enumerate().filter(|(index, node)| *index != a && *index != b && inside(node)).count()
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
    // A curve stays within the halves between its ends and what pulls it.
    let curves = picture.edges.iter().flat_map(|line| {
        let (first, last) = (line.points[0], line.points[line.points.len() - 1]);
        let chord = (f64::midpoint(first.0, last.0), f64::midpoint(first.1, last.1));
        let one = line.points.len() == 3;
        line.points.iter().map(
            move |at| {
                if one { (f64::midpoint(at.0, chord.0), f64::midpoint(at.1, chord.1)) } else { *at }
            },
        )
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
