//! Heights: Brandes & Köpf, Fast and simple horizontal coordinate assignment, Graph Drawing 2001, turned by a quarter.
//!
//! Nodes are joined into lines by medians, four times: along the layers and against them, the upper median first and the
//! lower first. Each time the lines are set as far up (or down) as they go, and the median of the four heights is taken.
//! The paper sets lines by classes, which its erratum (Brandes, Walter & Zink 2020) had to mend; here, as the lines and who
//! is above whom are a graph without cycles, longest paths in it say how far up each goes, and a second walk brings what
//! nothing holds from above down to what is below it.

use super::lists::Lists;
use super::{BETWEEN_ARROWS, BETWEEN_BOXES, Net};

/// How often each box and each level part of an arrow is moved towards what it is joined to.
const MOST_MOVES: usize = 8;

/// The height of each node's middle, downwards: neighbours in a layer keep their distance, and a long arrow is straight
/// between its first and its last pass, but where it crosses another such arrow. O(nodes + edges).
pub(super) fn heights(net: &Net) -> Vec<f64> {
    let crossed = Crossed::of(net);
    let mut all = Vec::with_capacity(4);
    for leftwards in [false, true] {
        for upwards in [false, true] {
            let lines = Lines::aligned(net, &crossed, leftwards, upwards);
            all.push(lines.set(net, upwards));
        }
    }
    let spans: Vec<(f64, f64)> = all.iter().map(|heights| span(net, heights)).collect();
    let width = |at: &usize| spans[*at].1 - spans[*at].0;
    let narrowest = (0..4).min_by(|a, b| width(a).total_cmp(&width(b))).unwrap_or(0);
    for (index, heights) in all.iter_mut().enumerate() {
        // Those set upwards agree at their upper ends, those set downwards at their lower.
        let by = if index % 2 == 0 { spans[narrowest].0 - spans[index].0 } else { spans[narrowest].1 - spans[index].1 };
        heights.iter_mut().for_each(|height| *height += by);
    }
    let mut heights: Vec<f64> = (0..net.len())
        .map(|node| {
            let mut four = [all[0][node], all[1][node], all[2][node], all[3][node]];
            four.sort_unstable_by(f64::total_cmp);
            f64::midpoint(four[1], four[2])
        })
        .collect();
    shortened(net, &mut heights);
    heights
}

/// Moves boxes and level parts of long arrows to the medians of what they are joined to, as far as their neighbours let
/// them: no move makes the sum of all rises greater.
fn shortened(net: &Net, heights: &mut [f64]) {
    // The first node of the level part that each node belongs to.
    let mut first: Vec<usize> = (0..net.len()).collect();
    for layer in &net.layers {
        for &node in layer {
            if let (false, &[before]) = (net.is_box(node), net.left.of(node))
                && !net.is_box(before)
                && heights[before] == heights[node]
            {
                first[node] = first[before];
            }
        }
    }
    let parts = Lists::new(net.len(), first.iter().copied());
    let mut ends = Vec::new();
    let mut order: Vec<usize> = net.layers.iter().flatten().copied().filter(|&node| first[node] == node).collect();
    for _ in 0..MOST_MOVES {
        for &part in &order {
            let (mut above, mut below) = (f64::MIN, f64::MAX);
            ends.clear();
            for &node in parts.of(part) {
                let (layer, place) = (&net.layers[net.layer[node]], net.place[node]);
                if let Some(&other) = place.checked_sub(1).and_then(|place| layer.get(place)) {
                    above = above.max(heights[other] + apart(net, other, node));
                }
                if let Some(&other) = layer.get(place + 1) {
                    below = below.min(heights[other] - apart(net, node, other));
                }
                let joined = net.left.of(node).iter().chain(net.right.of(node));
                ends.extend(joined.filter(|&&other| first[other] != part).map(|&other| heights[other]));
            }
            if ends.is_empty() || above > below {
                continue;
            }
            ends.sort_unstable_by(f64::total_cmp);
            let (low, high) = (ends[(ends.len() - 1) / 2], ends[ends.len() / 2]);
            let wanted = heights[part].clamp(low, high).clamp(above, below);
            parts.of(part).iter().for_each(|&node| heights[node] = wanted);
        }
        order.reverse();
    }
}

fn span(net: &Net, heights: &[f64]) -> (f64, f64) {
    let ends = heights.iter().zip(&net.half).map(|(height, half)| (height - half, height + half));
    ends.fold((f64::MAX, f64::MIN), |(a, b), (c, d)| (a.min(c), b.max(d)))
}

/// The least distance between the middles of neighbours in a layer.
pub(super) fn apart(net: &Net, a: usize, b: usize) -> f64 {
    let around = |node: usize| if net.is_box(node) { BETWEEN_BOXES } else { BETWEEN_ARROWS };
    net.half[a] + net.half[b] + f64::midpoint(around(a), around(b))
}

/// For each of the edges, by their places in `left` and in `right`, whether it crosses an inner part of a long arrow and is
/// none itself: such an edge must not be what lines follow.
struct Crossed {
    left: Vec<bool>,
    right: Vec<bool>,
}

impl Crossed {
    fn of(net: &Net) -> Self {
        let inner = |a: usize, b: usize| !net.is_box(a) && !net.is_box(b);
        let is_crossed = |a: usize, b: usize, above: &[Option<usize>], below: &[Option<usize>]| {
            let (from, to) = (net.place[a], net.place[b]);
            !inner(a, b) && (above[to].is_some_and(|most| most > from) || below[to].is_some_and(|least| least < from))
        };
        let mut crossed = Self { left: Vec::new(), right: Vec::new() };
        let edges = (0..net.len()).map(|node| net.left.of(node).len()).sum();
        crossed.left.resize(edges, false);
        crossed.right.resize(edges, false);
        for (index, layer) in net.layers.iter().enumerate().skip(1) {
            // The lowest beginning of an inner part that ends above each place, the highest of one that ends below it.
            let begins: Vec<Option<usize>> =
                layer.iter().map(|&b| net.left.of(b).iter().find(|&&a| inner(a, b)).map(|&a| net.place[a])).collect();
            let mut above = vec![None; layer.len()];
            let mut below = vec![None; layer.len()];
            for at in 1..layer.len() {
                above[at] = above[at - 1].max(begins[at - 1]);
            }
            for at in (1..layer.len()).rev() {
                below[at - 1] = [below[at], begins[at]].into_iter().flatten().min();
            }
            for &b in layer {
                for (nth, &a) in net.left.of(b).iter().enumerate() {
                    crossed.left[net.left.start(b) + nth] = is_crossed(a, b, &above, &below);
                }
            }
            for &a in &net.layers[index - 1] {
                for (nth, &b) in net.right.of(a).iter().enumerate() {
                    crossed.right[net.right.start(a) + nth] = is_crossed(a, b, &above, &below);
                }
            }
        }
        crossed
    }
}

/// Nodes in lines that are to be straight.
struct Lines {
    /// The first node of each node's line.
    first: Vec<usize>,
    /// The next node of the line; behind its last comes its first.
    next: Vec<usize>,
}

impl Lines {
    fn aligned(net: &Net, crossed: &Crossed, leftwards: bool, upwards: bool) -> Self {
        let count = net.len();
        let mut lines = Self { first: (0..count).collect(), next: (0..count).collect() };
        let (behind, crossed): (&Lists, _) =
            if leftwards { (&net.right, &crossed.right) } else { (&net.left, &crossed.left) };
        let layers = net.layers.len();
        for step in 1..layers {
            let layer = &net.layers[if leftwards { layers - 1 - step } else { step }];
            // The place of the last neighbour that a line goes to, counted from where the walk begins.
            let mut last: Option<usize> = None;
            for at in 0..layer.len() {
                let node = layer[if upwards { layer.len() - 1 - at } else { at }];
                let others = behind.of(node);
                let Some(most) = others.len().checked_sub(1) else { continue };
                let medians = if upwards { [most.div_ceil(2), most / 2] } else { [most / 2, most.div_ceil(2)] };
                for nth in medians {
                    let other = others[nth];
                    let place = if upwards { usize::MAX - net.place[other] } else { net.place[other] };
                    if lines.next[node] == node
                        && !crossed[behind.start(node) + nth]
                        && last.is_none_or(|last| last < place)
                    {
                        lines.next[other] = node;
                        lines.first[node] = lines.first[other];
                        lines.next[node] = lines.first[node];
                        last = Some(place);
                    }
                }
            }
        }
        lines
    }

    /// The heights that these lines lead to, set from above, or from below.
    fn set(&self, net: &Net, upwards: bool) -> Vec<f64> {
        let count = net.len();
        // What is beside each node, further on in the direction in which lines are set.
        let mut beside = vec![None; count];
        let mut waits = vec![0_usize; count];
        for layer in &net.layers {
            for pair in layer.windows(2) {
                let (a, b) = if upwards { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                beside[a] = Some(b);
                waits[self.first[b]] += 1;
            }
        }
        let mut height = vec![0.0_f64; count];
        let mut order: Vec<usize> = (0..count).filter(|&node| self.first[node] == node && waits[node] == 0).collect();
        let mut done = 0;
        while let Some(&line) = order.get(done) {
            done += 1;
            for node in self.nodes(line) {
                let Some(other) = beside[node] else { continue };
                let to = self.first[other];
                height[to] = height[to].max(height[line] + apart(net, node, other));
                waits[to] -= 1;
                if waits[to] == 0 {
                    order.push(to);
                }
            }
        }
        for &line in order.iter().rev() {
            let room = self
                .nodes(line)
                .filter_map(|node| beside[node].map(|other| height[self.first[other]] - apart(net, node, other)));
            let room = room.fold(f64::MAX, f64::min);
            if room < f64::MAX {
                height[line] = height[line].max(room);
            }
        }
        let sign = if upwards { -1.0 } else { 1.0 };
        (0..count).map(|node| sign * height[self.first[node]]).collect()
    }

    fn nodes(&self, line: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(line), move |&node| Some(self.next[node]).filter(|&next| next != line))
    }
}
