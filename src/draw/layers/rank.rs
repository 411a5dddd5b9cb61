//! Ranks: which layer each box stands in, so that all arrows together are as short as can be.
//!
//! The network simplex of Gansner, Koutsofios, North & Vo (A technique for drawing directed graphs, IEEE Transactions on
//! Software Engineering 1993, section 2) on vectors of indices. An arrow of a spanning tree is as short as it may be; one
//! whose cut value is negative leaves the tree for one that becomes short in its place. With arrows of one weight the cut
//! value needs no table: it is what leaves the tree's one side less what enters it, a sum over that side's nodes.

use super::Edge;
use super::lists::Lists;

/// The most exchanges in a spanning tree. Graphs of 2,000 arrows took up to 950; past it the ranks still make every arrow go
/// up, they are only not the shortest.
const MOST_PIVOTS: usize = 4_000;

/// A rank for each of `count` nodes, the least 0: every edge goes from a lower to a higher one, and the sum of all lengths
/// is the least there is, unless [`MOST_PIVOTS`] is reached. The edges have no cycle and connect all nodes.
/// O(pivots · (nodes + edges) + nodes · edges).
pub(super) fn ranks(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut tree = Tree::tight(count, edges);
    let mut idle = 0;
    for _ in 0..MOST_PIVOTS {
        // Exchanges that shorten nothing could go round in a circle; Bland's rule, the first of all candidates, cannot.
        let Some(gain) = tree.exchange(idle > count) else { break };
        idle = if gain { 0 } else { idle + 1 };
    }
    let mut rank = tree.rank;
    level(&mut rank, edges);
    let least = rank.iter().copied().min().unwrap_or(0);
    rank.into_iter().map(|rank| (rank - least) as usize).collect()
}

/// A spanning tree of edges of length one, and the ranks that make them so.
struct Tree<'a> {
    edges: &'a [Edge],
    rank: Vec<i64>,
    /// The tree's edges at each node.
    at: Vec<Vec<usize>>,
    /// What leaves each node less what enters it.
    net: Vec<i64>,
    /// The nodes, each behind its parent, and for each the place in this order and the size of its subtree.
    order: Vec<usize>,
    place: Vec<usize>,
    size: Vec<usize>,
    /// The edge to the parent.
    up: Vec<usize>,
}

impl<'a> Tree<'a> {
    /// Grows along short edges; where none leads on, the whole tree moves until one is short.
    fn tight(count: usize, edges: &'a [Edge]) -> Self {
        let mut rank = longest_paths(count, edges);
        let (out, into) =
            (Lists::new(count, edges.iter().map(|&(a, _)| a)), Lists::new(count, edges.iter().map(|&(_, b)| b)));
        let mut at = vec![Vec::new(); count];
        let mut reached = vec![false; count];
        let mut members: Vec<usize> = Vec::new();
        let mut next = 0;
        if count > 0 {
            reached[0] = true;
            members.push(0);
        }
        while members.len() < count {
            while let Some(&node) = members.get(next) {
                next += 1;
                for &edge in out.of(node).iter().chain(into.of(node)) {
                    let (a, b) = edges[edge];
                    let other = if a == node { b } else { a };
                    if !reached[other] && rank[b] - rank[a] == 1 {
                        reached[other] = true;
                        members.push(other);
                        at[a].push(edge);
                        at[b].push(edge);
                    }
                }
            }
            let leaving = |&&(a, b): &&Edge| reached[a] != reached[b];
            let Some(&(a, b)) = edges.iter().filter(leaving).min_by_key(|&&(a, b)| rank[b] - rank[a]) else { break };
            let slack = rank[b] - rank[a] - 1;
            let (by, inside) = if reached[a] { (slack, a) } else { (-slack, b) };
            members.iter().for_each(|&node| rank[node] += by);
            // That node's edges are to be looked at again.
            if let Some(position) = members.iter().position(|&node| node == inside) {
                let last = members.len() - 1;
                members.swap(position, last);
                next = last;
            }
        }
        let mut net = vec![0; count];
        for &(a, b) in edges {
            net[a] += 1;
            net[b] -= 1;
        }
        let none = vec![0; count];
        Self { edges, rank, at, net, order: Vec::new(), place: none.clone(), size: none.clone(), up: none }
    }

    /// One exchange in the tree: whether it made the edges shorter; nothing where they are as short as can be.
    fn exchange(&mut self, first: bool) -> Option<bool> {
        let cut = self.cuts();
        let negative = self.order.iter().skip(1).copied().filter(|&node| cut[node] < 0);
        let node =
            if first { negative.min_by_key(|&node| self.up[node]) } else { negative.min_by_key(|&node| cut[node]) };
        let node = node?;
        let leaves = self.up[node];
        let within = |other: usize| self.place[other].wrapping_sub(self.place[node]) < self.size[node];
        // The edge that leaves goes out of the subtree or into it; the one that enters goes the other way.
        let outwards = self.edges[leaves].0 == node;
        let slack = |&edge: &usize| self.rank[self.edges[edge].1] - self.rank[self.edges[edge].0] - 1;
        let enters = (0..self.edges.len())
            .filter(|&edge| {
                let (a, b) = self.edges[edge];
                if outwards { !within(a) && within(b) } else { within(a) && !within(b) }
            })
            .min_by_key(slack)?;
        let slack = slack(&enters);
        let by = if outwards { -slack } else { slack };
        let from = self.place[node];
        for &member in &self.order[from..from + self.size[node]] {
            self.rank[member] += by;
        }
        let ((a, b), (c, d)) = (self.edges[leaves], self.edges[enters]);
        self.at[a].retain(|&edge| edge != leaves);
        self.at[b].retain(|&edge| edge != leaves);
        self.at[c].push(enters);
        self.at[d].push(enters);
        Some(slack > 0)
    }

    /// Walks the tree; the cut value of the edge between each node and its parent.
    fn cuts(&mut self) -> Vec<i64> {
        self.order.clear();
        let mut open = vec![(0, usize::MAX)];
        while let Some((node, up)) = open.pop() {
            self.up[node] = up;
            self.place[node] = self.order.len();
            self.size[node] = 1;
            self.order.push(node);
            for &edge in self.at[node].iter().filter(|&&edge| edge != up) {
                let (a, b) = self.edges[edge];
                open.push((if a == node { b } else { a }, edge));
            }
        }
        let mut cut = self.net.clone();
        for &node in self.order.iter().skip(1).rev() {
            let (a, b) = self.edges[self.up[node]];
            let parent = if a == node { b } else { a };
            cut[parent] += cut[node];
            self.size[parent] += self.size[node];
            if b == node {
                cut[node] = -cut[node];
            }
        }
        cut
    }
}

/// The length of the longest path to each node.
fn longest_paths(count: usize, edges: &[Edge]) -> Vec<i64> {
    let out = Lists::new(count, edges.iter().map(|&(a, _)| a));
    let mut waits = vec![0_usize; count];
    edges.iter().for_each(|&(_, b)| waits[b] += 1);
    let mut rank = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|&node| waits[node] == 0).collect();
    while let Some(node) = ready.pop() {
        for &edge in out.of(node) {
            let to = edges[edge].1;
            rank[to] = rank[to].max(rank[node] + 1);
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.push(to);
            }
        }
    }
    rank
}

/// Moves each node that as many edges enter as leave to the emptiest rank between its neighbours: that changes no sum.
fn level(rank: &mut [i64], edges: &[Edge]) {
    let (Some(&least), Some(&most)) = (rank.iter().min(), rank.iter().max()) else { return };
    let mut full = vec![0_usize; (most - least + 1) as usize];
    rank.iter().for_each(|rank| full[(rank - least) as usize] += 1);
    let mut degree = vec![0_i64; rank.len()];
    for &(a, b) in edges {
        degree[a] += 1;
        degree[b] -= 1;
    }
    let out = Lists::new(rank.len(), edges.iter().map(|&(a, _)| a));
    let into = Lists::new(rank.len(), edges.iter().map(|&(_, b)| b));
    for node in 0..rank.len() {
        let low = into.of(node).iter().map(|&edge| rank[edges[edge].0] + 1).max();
        let high = out.of(node).iter().map(|&edge| rank[edges[edge].1] - 1).min();
        let (0, Some(low), Some(high)) = (degree[node], low, high) else { continue };
        let here = rank[node];
        full[(here - least) as usize] -= 1;
        // Where several are as empty, it stays, or goes to the first.
        let best = (low..=high).min_by_key(|&to| (full[(to - least) as usize], to != here, to)).unwrap_or(here);
        full[(best - least) as usize] += 1;
        rank[node] = best;
    }
}
