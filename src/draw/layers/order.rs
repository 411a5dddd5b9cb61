//! Orders of the layers with few crossings: sweeps by weighted medians and by barycentres, each followed by exchanges of
//! neighbours (Gansner, Koutsofios, North & Vo 1993, section 3); the best order seen is kept. Crossings are counted with an
//! accumulator tree (Barth, Jünger & Mutzel, Simple and efficient bilayer cross counting, Graph Drawing 2002).

use super::Net;

/// The most sweeps from one beginning, and how many may bring nothing.
const MOST_SWEEPS: usize = 24;
const MOST_IDLE: usize = 4;
/// The most walks over all layers that exchange neighbours in the best order at the end; a sweep makes one.
const MOST_WALKS: usize = 16;

/// Sets `layers` and `place`, and sorts `left` and `right` by place. O((n + e) log n) for each of a bounded number of sweeps.
pub(super) fn order(net: &mut Net) {
    let mut best: Option<(usize, Vec<Vec<usize>>)> = None;
    for (backwards, median) in [(false, false), (true, false), (false, true), (true, true)] {
        begin(net, backwards);
        let (mut idle, mut least_here) = (0, usize::MAX);
        for sweep in 0..MOST_SWEEPS {
            let crossings = crossings(net);
            if best.as_ref().is_none_or(|(least, _)| crossings < *least) {
                best = Some((crossings, net.layers.clone()));
            }
            idle = if crossings < least_here { 0 } else { idle + 1 };
            least_here = least_here.min(crossings);
            if crossings == 0 || idle > MOST_IDLE {
                break;
            }
            let rightwards = (sweep % 2 == 0) != backwards;
            swept(net, rightwards, median, sweep % 4 >= 2);
        }
        if best.as_ref().is_some_and(|(least, _)| *least == 0) {
            break;
        }
    }
    if let Some((_, layers)) = best {
        net.layers = layers;
    }
    net.layers.iter().for_each(|layer| placed(layer, &mut net.place));
    let mut walks = 0;
    while walks < MOST_WALKS && exchanged(net) {
        walks += 1;
    }
    let place = &net.place;
    net.left.sort_by_key(&|node| place[node]);
    net.right.sort_by_key(&|node| place[node]);
}

fn placed(layer: &[usize], place: &mut [usize]) {
    layer.iter().enumerate().for_each(|(at, &node)| place[node] = at);
}

/// A first order: the nodes as a walk in depth from the left, or from the right, meets them.
fn begin(net: &mut Net, backwards: bool) {
    net.layers.iter_mut().for_each(Vec::clear);
    let mut met = vec![false; net.len()];
    let ahead = if backwards { &net.left } else { &net.right };
    let mut starts: Vec<usize> = (0..net.len()).collect();
    starts.sort_by_cached_key(|&node| if backwards { usize::MAX - net.layer[node] } else { net.layer[node] });
    let mut open = Vec::new();
    for start in starts {
        open.push(start);
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut met[node], true) {
                net.layers[net.layer[node]].push(node);
                open.extend(ahead.of(node).iter().rev().filter(|&&next| !met[next]));
            }
        }
    }
    net.layers.iter().for_each(|layer| placed(layer, &mut net.place));
}

/// Orders each layer by where its neighbours in the one before it stand, then exchanges neighbours.
fn swept(net: &mut Net, rightwards: bool, median: bool, last_first: bool) {
    let count = net.layers.len();
    let mut keys = vec![0.0; net.len()];
    let mut places = Vec::new();
    for step in 1..count {
        let at = if rightwards { step } else { count - 1 - step };
        let behind = if rightwards { &net.left } else { &net.right };
        let layer = &mut net.layers[at];
        for &node in layer.iter() {
            places.clear();
            places.extend(behind.of(node).iter().map(|&other| net.place[other]));
            keys[node] = if median { weighted_median(&mut places) } else { barycentre(&places) };
        }
        // Nodes without neighbours there keep their places.
        let mut moving: Vec<usize> = layer.iter().copied().filter(|&node| !behind.of(node).is_empty()).collect();
        // Among equals now the first, now the last comes first, so that they part in some sweep.
        if last_first {
            moving.reverse();
        }
        moving.sort_by(|&a, &b| keys[a].total_cmp(&keys[b]));
        let mut moving = moving.into_iter();
        for node in layer.iter_mut().filter(|node| !behind.of(**node).is_empty()) {
            *node = moving.next().unwrap_or(*node);
        }
        placed(layer, &mut net.place);
    }
    exchanged(net);
}

fn barycentre(places: &[usize]) -> f64 {
    places.iter().sum::<usize>() as f64 / places.len().max(1) as f64
}

/// The median; of an even number the two in the middle, each weighed by how close together the others on its side are.
fn weighted_median(places: &mut [usize]) -> f64 {
    places.sort_unstable();
    let (count, half) = (places.len(), places.len() / 2);
    match count {
        0 => 0.0,
        _ if count % 2 == 1 => places[half] as f64,
        2 => (places[0] + places[1]) as f64 / 2.0,
        _ => {
            let left = places[half - 1] - places[0];
            let right = places[count - 1] - places[half];
            let sum = (places[half - 1] * right + places[half] * left) as f64;
            if left + right == 0 { places[half] as f64 } else { sum / (left + right) as f64 }
        }
    }
}

/// Exchanges neighbours in each layer where that takes crossings away; whether any were.
fn exchanged(net: &mut Net) -> bool {
    // The places of the neighbours of a layer's nodes, sorted, and where in this list those of each node begin: left ones,
    // right ones. They stay as they are while the layer is walked.
    let mut places: Vec<usize> = Vec::new();
    let mut starts: Vec<[usize; 3]> = Vec::new();
    let mut better = false;
    for at in 0..net.layers.len() {
        let Net { layers, place, left, right, .. } = net;
        let layer = &mut layers[at];
        places.clear();
        starts.clear();
        for &node in layer.iter() {
            let mut start = [places.len(); 3];
            for (side, lists) in [&*left, &*right].into_iter().enumerate() {
                places.extend(lists.of(node).iter().map(|&other| place[other]));
                start[side + 1] = places.len();
                places[start[side]..].sort_unstable();
            }
            starts.push(start);
        }
        let mut changed = false;
        for second in 1..layer.len() {
            let (a, b) = (starts[second - 1], starts[second]);
            let sides = [0, 1].map(|side| (&places[a[side]..a[side + 1]], &places[b[side]..b[side + 1]]));
            let as_is: usize = sides.iter().map(|(a, b)| over(a, b)).sum();
            if as_is > 0 && sides.iter().map(|(a, b)| over(b, a)).sum::<usize>() < as_is {
                layer.swap(second - 1, second);
                starts.swap(second - 1, second);
                changed = true;
            }
        }
        if changed {
            placed(layer, place);
            better = true;
        }
    }
    better
}

fn sorted(nodes: &[usize], place: &[usize], into: &mut Vec<usize>) {
    into.clear();
    into.extend(nodes.iter().map(|&node| place[node]));
    into.sort_unstable();
}

/// How many pairs have the greater place in the first list.
fn over(first: &[usize], second: &[usize]) -> usize {
    let mut less = 0;
    let mut sum = 0;
    for &place in first {
        while less < second.len() && second[less] < place {
            less += 1;
        }
        sum += less;
    }
    sum
}

/// How many pairs of edges cross. O(e log n).
pub(super) fn crossings(net: &Net) -> usize {
    let widest = net.layers.iter().map(Vec::len).max().unwrap_or(0);
    let mut tree = Accumulator::new(widest);
    let mut ends = Vec::new();
    let mut sum = 0;
    for layer in &net.layers {
        tree.clear();
        for &node in layer {
            sorted(net.right.of(node), &net.place, &mut ends);
            // Those of one node do not cross each other.
            sum += ends.iter().map(|&end| tree.above(end)).sum::<usize>();
            ends.iter().for_each(|&end| tree.add(end));
        }
    }
    sum
}

/// Counts of places, and quickly how many are greater than one.
struct Accumulator {
    leaves: usize,
    counts: Vec<usize>,
}

impl Accumulator {
    fn new(places: usize) -> Self {
        let leaves = places.next_power_of_two();
        Self { leaves, counts: vec![0; 2 * leaves] }
    }

    fn clear(&mut self) {
        self.counts.fill(0);
    }

    fn add(&mut self, place: usize) {
        let mut at = self.leaves + place;
        while at > 0 {
            self.counts[at] += 1;
            at /= 2;
        }
    }

    fn above(&self, place: usize) -> usize {
        let mut at = self.leaves + place;
        let mut sum = 0;
        while at > 1 {
            if at.is_multiple_of(2) {
                sum += self.counts[at + 1];
            }
            at /= 2;
        }
        sum
    }
}
