//! In which order variables are summed out.
//!
//! Greedy, several rules: fewest new edges, smallest joint table, least weight of new edges, each with the others to break ties; the cheapest
//! order wins. Finding the best order is NP-hard; these rules come near it on real networks (Kjærulff 1990; Fishelson &
//! Geiger 2003 for the random choice among the best).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// An order that costs more cells than this is not looked for to its end: no machine computes with it.
pub(super) const HOPELESS: f64 = 1e13;

/// The undirected graph of what stands in a table together.
#[derive(Clone, Debug)]
pub(super) struct Interaction {
    /// Neighbours of each vertex, ascending.
    near: Vec<Vec<u32>>,
    /// How many states each has.
    states: Vec<u32>,
}

/// A rule to choose the next vertex by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rule {
    /// Fewest new edges, then the smallest joint table.
    Fill,
    /// Least sum over new edges of the product of the states at their ends, then the smallest joint table.
    WeightedFill,
    /// The smallest joint table, then the fewest new edges.
    Weight,
}

/// An order with what it costs.
#[derive(Clone, Default, Debug)]
pub(super) struct Order {
    /// The vertices, first summed out first.
    pub(super) order: Vec<u32>,
    /// For each in that order, its neighbours when it goes, ascending.
    pub(super) near: Vec<Vec<u32>>,
    /// The sum of the sizes of the tables that hold a vertex and its neighbours.
    pub(super) cells: f64,
}

impl Interaction {
    /// The graph in which the members of each scope are joined.
    pub(super) fn new<'a>(states: Vec<u32>, scopes: impl Iterator<Item = &'a [u32]>) -> Self {
        let mut near: Vec<Vec<u32>> = vec![Vec::new(); states.len()];
        for scope in scopes {
            for &a in scope {
                near[a as usize].extend(scope.iter().filter(|&&b| b != a));
            }
        }
        for list in &mut near {
            list.sort_unstable();
            list.dedup();
        }
        Self { near, states }
    }

    /// How many edges there are.
    pub(super) fn edges(&self) -> usize {
        self.near.iter().map(Vec::len).sum::<usize>() / 2
    }

    /// An order of all vertices by one rule; vertices of a later `stage` go later. Among equals chance decides, drawn
    /// from `seed`; with 0 the smallest index.
    /// O((edges + new edges) × degree × log vertices). Gives up, with `None`, once the tables have more than `give_up` cells.
    pub(super) fn eliminate(&self, rule: Rule, stage: &[u8], seed: u64, give_up: f64) -> Option<Order> {
        Elimination::new(self, rule, stage, seed).run(give_up)
    }
}

/// What a vertex is chosen by, first things first: stage, rule, second rule, chance; then its version and itself.
type Place = (u8, u64, u64, u64, u32, u32);

/// The graph while vertices go.
struct Elimination<'a> {
    states: &'a [u32],
    near: Vec<Vec<u32>>,
    rule: Rule,
    stage: &'a [u8],
    seed: u64,
    /// The weight of the edges missing among each vertex's neighbours.
    missing: Vec<u64>,
    /// The logarithm of the size of the joint table.
    weight: Vec<f64>,
    logs: Vec<f64>,
    /// Increases with each change of a vertex, so that the heap knows its old entries.
    version: Vec<u32>,
    heap: BinaryHeap<Reverse<Place>>,
    touched: Vec<u32>,
    is_touched: Vec<bool>,
}

impl<'a> Elimination<'a> {
    fn new(graph: &'a Interaction, rule: Rule, stage: &'a [u8], seed: u64) -> Self {
        let n = graph.states.len();
        let logs: Vec<f64> = graph.states.iter().map(|&s| f64::from(s).ln()).collect();
        let weight = (0..n).map(|v| logs[v] + graph.near[v].iter().map(|&u| logs[u as usize]).sum::<f64>()).collect();
        let mut new = Self {
            states: &graph.states,
            near: graph.near.clone(),
            rule,
            stage,
            seed,
            missing: vec![0; n],
            weight,
            logs,
            version: vec![0; n],
            heap: BinaryHeap::with_capacity(2 * n),
            touched: Vec::new(),
            is_touched: vec![false; n],
        };
        for v in 0..n {
            // Pairs of neighbours, less those that are joined; each pair is met from both ends.
            let near = &new.near[v];
            let sum: u64 = near.iter().map(|&a| new.outside(near, a, a)).sum();
            new.missing[v] = sum / 2;
        }
        for v in 0..n as u32 {
            new.push(v);
        }
        new
    }

    fn edge(&self, a: u32, b: u32) -> u64 {
        match self.rule {
            Rule::WeightedFill => u64::from(self.states[a as usize]) * u64::from(self.states[b as usize]),
            Rule::Fill | Rule::Weight => 1,
        }
    }

    /// The weight of edges from `a` to members of `list` that it is not joined to, `a` itself and `but` left out.
    fn outside(&self, list: &[u32], a: u32, but: u32) -> u64 {
        let mut own = self.near[a as usize].iter().peekable();
        let mut sum = 0;
        for &b in list {
            while own.next_if(|&&x| x < b).is_some() {}
            if own.peek() != Some(&&b) && b != a && b != but {
                sum += self.edge(a, b);
            }
        }
        sum
    }

    fn push(&mut self, v: u32) {
        let i = v as usize;
        // Logarithms of sizes, made comparable as integers.
        let weight = (self.weight[i].max(0.0) * 1e6) as u64;
        let (first, second) = match self.rule {
            Rule::Fill | Rule::WeightedFill => (self.missing[i], weight),
            Rule::Weight => (weight, self.missing[i]),
        };
        let chance = if self.seed == 0 { 0 } else { mix(self.seed ^ u64::from(v)) };
        // With chance, ties of the first rule are all equal.
        let second = if self.seed % 2 == 1 { 0 } else { second };
        self.heap.push(Reverse((self.stage.get(i).copied().unwrap_or(0), first, second, chance, self.version[i], v)));
    }

    fn touch(&mut self, v: u32) {
        if !std::mem::replace(&mut self.is_touched[v as usize], true) {
            self.touched.push(v);
        }
    }

    fn run(mut self, give_up: f64) -> Option<Order> {
        let n = self.near.len();
        let mut out = Order { order: Vec::with_capacity(n), near: Vec::with_capacity(n), cells: 0.0 };
        while let Some(Reverse((.., version, v))) = self.heap.pop() {
            if version != self.version[v as usize] {
                continue;
            }
            let size = self.near[v as usize]
                .iter()
                .fold(f64::from(self.states[v as usize]), |size, &u| size * f64::from(self.states[u as usize]));
            out.cells += size;
            if out.cells > give_up {
                return None;
            }
            let near = self.remove(v);
            out.order.push(v);
            out.near.push(near);
            for u in std::mem::take(&mut self.touched) {
                self.is_touched[u as usize] = false;
                self.version[u as usize] += 1;
                self.push(u);
            }
        }
        Some(out)
    }

    /// Joins a vertex's neighbours and takes it out.
    fn remove(&mut self, v: u32) -> Vec<u32> {
        let near = std::mem::take(&mut self.near[v as usize]);
        // Never looked at again.
        self.version[v as usize] = u32::MAX;
        for (i, &a) in near.iter().enumerate() {
            for &b in &near[i + 1..] {
                if self.near[a as usize].binary_search(&b).is_err() {
                    self.join(a, b, v);
                }
            }
        }
        for &u in &near {
            // Pairs of v with neighbours of u that are not v's: all are neighbours of u now.
            let list = &self.near[u as usize];
            let mut own = near.iter().peekable();
            let mut sum = 0;
            for &b in list {
                while own.next_if(|&&x| x < b).is_some() {}
                if own.peek() != Some(&&b) && b != v {
                    sum += self.edge(v, b);
                }
            }
            self.missing[u as usize] -= sum;
            self.weight[u as usize] -= self.logs[v as usize];
            let list = &mut self.near[u as usize];
            if let Ok(at) = list.binary_search(&v) {
                list.remove(at);
            }
            self.touch(u);
        }
        near
    }

    /// Adds an edge between two neighbours of `v`.
    fn join(&mut self, a: u32, b: u32, v: u32) {
        let edge = self.edge(a, b);
        // Who knows both misses one pair less.
        let (one, other) = (std::mem::take(&mut self.near[a as usize]), std::mem::take(&mut self.near[b as usize]));
        let mut theirs = other.iter().peekable();
        for &c in &one {
            while theirs.next_if(|&&x| x < c).is_some() {}
            if theirs.peek() == Some(&&c) && c != v {
                self.missing[c as usize] -= edge;
                self.touch(c);
            }
        }
        self.near[a as usize] = one;
        self.near[b as usize] = other;
        // A new neighbour may not know the old ones. `v` knows both.
        let sum = self.outside(&self.near[a as usize], b, v);
        self.missing[a as usize] += sum;
        let sum = self.outside(&self.near[b as usize], a, v);
        self.missing[b as usize] += sum;
        for (x, y) in [(a, b), (b, a)] {
            let list = &mut self.near[x as usize];
            if let Err(at) = list.binary_search(&y) {
                list.insert(at, y);
            }
            self.weight[x as usize] += self.logs[y as usize];
        }
    }
}

/// A number that looks random (splitmix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
