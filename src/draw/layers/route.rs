//! Ways of the arrows: where each layer stands, and the points that pull an arrow through free space.
//!
//! A line that points pull reaches each middle between two of them and bends in between, so two points at one height make
//! it level at their middle. An arrow is level wherever it passes a layer, and changes its height between layers, where no
//! box stands; at its own boxes it is level only where a slanting line would touch a neighbour.

use super::{BETWEEN_LAYERS, Edge, Layout, Net};
use crate::draw::Point;
use std::ops::Range;

/// The space between two layers, as a part of the greatest rise in it, where that is more than the usual space; and the
/// most that it may be.
const PER_RISE: f64 = 0.15;
const MOST_BETWEEN_LAYERS: f64 = 112.0;
/// How far outside a layer the point is that holds a line level up to the layer's end, as a part of the space there.
const BEYOND: f64 = 0.25;
/// A line that rises or falls by more than this between two layers is held level up to their ends.
const STEEP: f64 = 120.0;
/// A line that rises or falls by less may come to its level late.
const SLIGHT: f64 = 40.0;
/// How near a slanting line may come to a box that is not its own.
const NEAR: f64 = 6.0;

/// Middles and ways from heights. O(nodes + arrows · boxes of a layer).
pub(super) fn routed(
    sizes: &[Point],
    arrows: &[Edge],
    net: &Net,
    heights: &[f64],
    ways: &[Option<Range<usize>>],
) -> Layout {
    let bands = bands(sizes, net, heights);
    let at: Vec<Point> = (0..sizes.len())
        .map(|node| {
            let band = &bands[net.layer[node]];
            (f64::midpoint(band.left, band.right), heights[node])
        })
        .collect();
    let boxes = Boxes { sizes, net, at: &at, bands: &bands };
    let way = |(&arrow, way): (&Edge, &Option<Range<usize>>)| {
        let mut points = passing(net, &bands, heights, arrow, way.clone()?);
        boxes.keep_clear(arrow, &mut points);
        Some(points)
    };
    let ways = arrows.iter().zip(ways).map(way).collect();
    Layout { at, ways }
}

/// The points that lead an arrow through the layers it passes.
fn passing(net: &Net, bands: &[Band], heights: &[f64], (from, to): Edge, way: Range<usize>) -> Vec<Point> {
    let mut points = Vec::new();
    let mut before = heights[from];
    for node in way.clone() {
        let (Band { left, right, before: out, behind: on }, y) = (bands[net.layer[node]], heights[node]);
        let (first, last) = (node == way.start, node + 1 == way.end);
        let behind = heights[if last { to } else { node + 1 }];
        // No point lies behind one that comes later.
        let half = (right - left) / 2.0;
        // A line that stays level for long would come to its level late; another point brings it there in time.
        match (before - y).abs() {
            rise if rise > STEEP => points.extend([(left - out, y), (left + out.min(half), y)]),
            rise if rise > 0.0 || first => {
                points.push((left, y));
                let level = if last { half } else { 4.0 * out };
                points.extend((behind == y && rise > SLIGHT).then_some((left + level, y)));
            }
            _ => {}
        }
        match (behind - y).abs() {
            rise if rise > STEEP => points.extend([(right - on.min(half), y), (right + on, y)]),
            rise if rise > 0.0 || last => {
                let level = if first { half } else { 4.0 * on };
                points.extend((before == y && rise > SLIGHT).then_some((right - level, y)));
                points.push((right, y));
            }
            _ => {}
        }
        before = y;
    }
    points
}

/// The place of a layer.
#[derive(Clone, Copy)]
struct Band {
    left: f64,
    right: f64,
    /// How far before and behind it the points are that hold lines level up to its ends.
    before: f64,
    behind: f64,
}

/// The places of the layers, with more space between two where lines rise or fall far.
fn bands(sizes: &[Point], net: &Net, heights: &[f64]) -> Vec<Band> {
    let mut bands = Vec::with_capacity(net.layers.len());
    let (mut left, mut before) = (0.0, 0.0);
    for layer in &net.layers {
        let wide = layer.iter().filter(|&&node| net.is_box(node)).map(|&node| sizes[node].0).fold(0.0, f64::max);
        let rises = layer.iter().flat_map(|&a| net.right.of(a).iter().map(move |&b| (heights[a] - heights[b]).abs()));
        let space = (rises.fold(0.0, f64::max) * PER_RISE).clamp(BETWEEN_LAYERS, MOST_BETWEEN_LAYERS);
        let (right, behind) = (left + wide, space * BEYOND);
        bands.push(Band { left, right, before, behind });
        (left, before) = (right + space, behind);
    }
    bands
}

struct Boxes<'a> {
    sizes: &'a [Point],
    net: &'a Net,
    at: &'a [Point],
    bands: &'a [Band],
}

impl Boxes<'_> {
    /// Holds an arrow level at its own boxes where it would touch a neighbour.
    fn keep_clear(&self, (from, to): Edge, points: &mut Vec<Point>) {
        let first = points.first().copied().unwrap_or(self.at[to]);
        let last = points.last().copied().unwrap_or(self.at[from]);
        let (mut leaves, mut arrives) = (self.touched(from, first), self.touched(to, last));
        if points.is_empty() {
            // A single point would pull the line without holding it.
            (leaves, arrives) = (leaves || arrives, leaves || arrives);
        }
        // Inside the layer no point is needed where the box reaches to its end.
        if leaves {
            let (band, (x, y)) = (&self.bands[self.net.layer[from]], self.at[from]);
            let inside = band.right - band.behind;
            let held = (inside > x + self.sizes[from].0 / 2.0 + band.behind).then_some((inside, y));
            points.splice(0..0, held.into_iter().chain([(band.right + band.behind, y)]));
        }
        if arrives {
            let (band, (x, y)) = (&self.bands[self.net.layer[to]], self.at[to]);
            let inside = band.left + band.before;
            let held = (inside < x - self.sizes[to].0 / 2.0 - band.before).then_some((inside, y));
            points.extend([(band.left - band.before, y)].into_iter().chain(held));
        }
    }

    /// Whether the line from a box's middle to a point comes near another box of its layer.
    fn touched(&self, node: usize, to: Point) -> bool {
        let layer = &self.net.layers[self.net.layer[node]];
        let from = self.at[node];
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let place = self.net.place[node];
        let beside = if dy > 0.0 { &layer[place + 1..] } else { &layer[..place] };
        let near = |other: usize| {
            let (x, y) = (self.at[other].0 - from.0, self.at[other].1 - from.1);
            let (wide, high) = (self.sizes[other].0 / 2.0 + NEAR, self.sizes[other].1 / 2.0 + NEAR);
            // What part of the line is within the box's width, and within its height.
            let across = ((x - wide) / dx, (x + wide) / dx);
            let along = ((y - high) / dy, (y + high) / dy);
            let within = |pair: (f64, f64)| (pair.0.min(pair.1), pair.0.max(pair.1));
            let (across, along) = (within(across), within(along));
            across.0.max(along.0).max(0.0) < across.1.min(along.1).min(1.0)
        };
        // dx is at least half a box and the space between layers; a level line meets nothing.
        dy != 0.0 && beside.iter().any(|&other| self.net.is_box(other) && near(other))
    }
}
