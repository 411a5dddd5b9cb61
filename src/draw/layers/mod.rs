//! A layered layout from left to right: a middle for every box, and the points that pull each long arrow round the others.
//! In: sizes and arrows, as numbers. Out: points. Knows no graph, no name, no picture.
//!
//! In four steps, each in its file: `rank` puts boxes into layers so that arrows are short, `order` each layer into an order
//! of few crossings, `place` sets heights so that long arrows are straight, `route` draws the arrows through what is free.
//! All of it is our own because it has to be quick: a crate that did the same over maps of strings took 77 ms for 50 boxes
//! and 100 arrows, where this takes 1.6 ms, and 13 s of a clean build. `benches/README.md` compares their pictures.
//!
//! Sums are taken in a fixed order and no function of the mathematics library is called, so that the same graph gets the
//! same picture on every machine.

mod lists;
mod order;
mod place;
mod rank;
mod route;
#[cfg(test)]
mod tests;

use super::Point;
use lists::Lists;

/// Between boxes of a layer, between arrows that pass each other, and between layers.
const BETWEEN_BOXES: f64 = 36.0;
const BETWEEN_ARROWS: f64 = 18.0;
const BETWEEN_LAYERS: f64 = 56.0;
/// The most places at which long arrows pass a layer. The longest arrows beyond that are left without a way of their own.
const MOST_PASSES: usize = 12_000;
/// How much wider than high parts that nothing connects are set beside and below each other.
const WIDER: f64 = 1.6;

/// Two boxes, by position.
pub(super) type Edge = (usize, usize);

/// Where everything stands.
pub(super) struct Layout {
    /// The middle of each box.
    pub at: Vec<Point>,
    /// For each arrow the points that pull it, none where it is straight; nothing where it has no way of its own.
    pub ways: Vec<Option<Vec<Point>>>,
}

/// Lays out boxes of those widths and heights. `arrows` make no cycle and go from left to right; `ties` are not
/// drawn; the first that join parts which nothing else does keep these together.
///
/// O(pivots · (boxes + arrows)) for the ranks and, n the boxes and passes of arrows through layers, O(n log n) for each of
/// a bounded number of rounds for the rest.
pub(super) fn layout(sizes: &[Point], arrows: &[Edge], ties: &[Edge]) -> Layout {
    let (part, parts, ties) = connected(sizes.len(), arrows, ties);
    let members = Lists::new(parts, part.iter().copied());
    let inside = Lists::new(parts, arrows.iter().map(|&(a, _)| part[a]));
    let tied = Lists::new(parts, ties.iter().map(|&(a, _)| part[a]));
    let mut local = vec![0; sizes.len()];
    let mut layout = Layout { at: vec![(0.0, 0.0); sizes.len()], ways: vec![None; arrows.len()] };
    let mut passes = MOST_PASSES;
    let mut areas = Vec::with_capacity(parts);
    for part in 0..parts {
        let members = members.of(part);
        members.iter().enumerate().for_each(|(index, &node)| local[node] = index);
        let sizes: Vec<Point> = members.iter().map(|&node| sizes[node]).collect();
        let ends = |&(a, b): &Edge| (local[a], local[b]);
        let drawn = inside.of(part);
        let mut edges: Vec<Edge> = drawn.iter().map(|&arrow| ends(&arrows[arrow])).collect();
        edges.extend(tied.of(part).iter().map(|&tie| ends(&ties[tie])));
        let placed = one(&sizes, &edges, drawn.len(), &mut passes);
        areas.push(Area::of(&placed, &sizes));
        members.iter().zip(placed.at).for_each(|(&node, at)| layout.at[node] = at);
        drawn.iter().zip(placed.ways).for_each(|(&arrow, way)| layout.ways[arrow] = way);
    }
    let moves = packed(&areas);
    for (node, at) in layout.at.iter_mut().enumerate() {
        *at = moved(*at, moves[part[node]]);
    }
    for (way, &(a, _)) in layout.ways.iter_mut().zip(arrows) {
        way.iter_mut().flatten().for_each(|at| *at = moved(*at, moves[part[a]]));
    }
    layout
}

fn moved(at: Point, by: Point) -> Point {
    (at.0 + by.0, at.1 + by.1)
}

/// A part that is connected, the first `drawn` of its edges as arrows.
fn one(sizes: &[Point], edges: &[Edge], drawn: usize, passes: &mut usize) -> Layout {
    let rank = rank::ranks(sizes.len(), edges);
    let (mut net, ways) = Net::new(sizes, edges, &rank, passes);
    order::order(&mut net);
    let heights = place::heights(&net);
    route::routed(sizes, &edges[..drawn], &net, &heights, &ways)
}

/// Nodes in layers, every edge from one layer to the next. The first nodes are the boxes, the others the places at which a
/// long arrow passes a layer.
struct Net {
    boxes: usize,
    /// Half the height of each node.
    half: Vec<f64>,
    /// The nodes of each layer, from the top, and of each node its layer and its place there.
    layers: Vec<Vec<usize>>,
    layer: Vec<usize>,
    place: Vec<usize>,
    /// The neighbours of each node in the layer before and in the one behind.
    left: Lists,
    right: Lists,
}

impl Net {
    /// The net of some boxes with ranks, and for each edge the nodes it passes; nothing for the longest edges beyond what
    /// is left of the passes.
    fn new(
        sizes: &[Point],
        edges: &[Edge],
        rank: &[usize],
        passes: &mut usize,
    ) -> (Self, Vec<Option<std::ops::Range<usize>>>) {
        let boxes = sizes.len();
        let mut half: Vec<f64> = sizes.iter().map(|size| size.1 / 2.0).collect();
        let mut layer = rank.to_vec();
        let mut ways = vec![None; edges.len()];
        let mut steps = Vec::with_capacity(2 * edges.len());
        let length = |&edge: &usize| rank[edges[edge].1] - rank[edges[edge].0];
        let mut short_first: Vec<usize> = (0..edges.len()).collect();
        short_first.sort_by_cached_key(length);
        for edge in short_first {
            let (from, to) = edges[edge];
            let passed = length(&edge) - 1;
            if passed > *passes {
                break;
            }
            *passes -= passed;
            let first = layer.len();
            layer.extend(rank[from] + 1..rank[to]);
            half.resize(layer.len(), 0.0);
            let mut before = from;
            for node in first..layer.len() {
                steps.push((before, node));
                before = node;
            }
            steps.push((before, to));
            ways[edge] = Some(first..layer.len());
        }
        let count = layer.len();
        let left = Lists::new(count, steps.iter().map(|&(_, b)| b)).map(|step| steps[step].0);
        let right = Lists::new(count, steps.iter().map(|&(a, _)| a)).map(|step| steps[step].1);
        let layers = vec![Vec::new(); layer.iter().max().map_or(0, |last| last + 1)];
        (Self { boxes, half, layers, place: vec![0; count], layer, left, right }, ways)
    }

    fn len(&self) -> usize {
        self.layer.len()
    }

    fn is_box(&self, node: usize) -> bool {
        node < self.boxes
    }
}

/// The part that each node belongs to, how many parts there are, counted by their first nodes, and the ties that join
/// parts.
fn connected(count: usize, arrows: &[Edge], ties: &[Edge]) -> (Vec<usize>, usize, Vec<Edge>) {
    fn root(part: &mut [usize], mut node: usize) -> usize {
        while part[node] != node {
            part[node] = part[part[node]];
            node = part[node];
        }
        node
    }
    let mut part: Vec<usize> = (0..count).collect();
    let mut join = |&(a, b): &Edge| {
        let (a, b) = (root(&mut part, a), root(&mut part, b));
        part[a.max(b)] = a.min(b);
        a != b
    };
    arrows.iter().for_each(|arrow| {
        join(arrow);
    });
    let ties = ties.iter().copied().filter(|tie| join(tie)).collect();
    let mut parts = 0;
    let mut number = vec![0; count];
    for node in 0..count {
        let root = root(&mut part, node);
        // A root is the least of its part, so it has its number already.
        number[node] = if root == node { parts } else { number[root] };
        parts += usize::from(root == node);
    }
    (number, parts, ties)
}

/// The place that a part takes.
struct Area {
    corner: Point,
    size: Point,
}

impl Area {
    fn of(part: &Layout, sizes: &[Point]) -> Self {
        let none = (f64::MAX, f64::MIN);
        let wider = |(low, high): Point, (a, b): Point| (low.min(a), high.max(b));
        let (mut across, mut down) = (none, none);
        for (at, size) in part.at.iter().zip(sizes) {
            across = wider(across, (at.0 - size.0 / 2.0, at.0 + size.0 / 2.0));
            down = wider(down, (at.1 - size.1 / 2.0, at.1 + size.1 / 2.0));
        }
        for at in part.ways.iter().flatten().flatten() {
            down = wider(down, (at.1, at.1));
        }
        Self { corner: (across.0, down.0), size: (across.1 - across.0, down.1 - down.0) }
    }
}

/// Parts from left to right in rows from the top: by how much each has to move. The widest part or a shape a little wider
/// than high says where a row ends.
fn packed(areas: &[Area]) -> Vec<Point> {
    let gap = (BETWEEN_LAYERS, BETWEEN_BOXES);
    let whole: f64 = areas.iter().map(|area| (area.size.0 + gap.0) * (area.size.1 + gap.1)).sum();
    let widest = areas.iter().map(|area| area.size.0).fold(0.0, f64::max);
    let width = (whole * WIDER).sqrt().max(widest);
    let mut order: Vec<usize> = (0..areas.len()).collect();
    // The highest first: a row is as high as its first part.
    order.sort_by(|&a, &b| areas[b].size.1.total_cmp(&areas[a].size.1));
    let mut moves = vec![(0.0, 0.0); areas.len()];
    let (mut at, mut high) = ((0.0, 0.0), 0.0_f64);
    for part in order {
        let Area { corner, size } = areas[part];
        if at.0 > 0.0 && at.0 + size.0 > width {
            at = (0.0, at.1 + high + gap.1);
            high = 0.0;
        }
        moves[part] = (at.0 - corner.0, at.1 - corner.1);
        at.0 += size.0 + gap.0;
        high = high.max(size.1);
    }
    moves
}
