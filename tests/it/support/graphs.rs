//! Graphs by construction and by chance. Shared with the benches.

use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use whatif::graph::{Graph, GraphBuilder};

/// A graph of nodes `v0`, `v1`, …, edges by number.
pub fn graph(len: usize, directed: &[(usize, usize)], bidirected: &[(usize, usize)]) -> Graph {
    let names: Vec<String> = (0..len).map(|i| format!("v{i}")).collect();
    named(&names, directed, bidirected)
}

/// A graph of named nodes, edges by number.
pub fn named<S: AsRef<str>>(names: &[S], directed: &[(usize, usize)], bidirected: &[(usize, usize)]) -> Graph {
    let mut builder = GraphBuilder::new();
    let nodes: Vec<_> = names.iter().map(|name| builder.node(name.as_ref())).collect();
    for &(a, b) in directed {
        builder.directed(nodes[a], nodes[b]);
    }
    for &(a, b) in bidirected {
        builder.bidirected(nodes[a], nodes[b]);
    }
    builder.build().expect("the edges make an ADMG")
}

/// Each pair of nodes is joined by a directed edge with one probability and by a bidirected one with another, under a
/// random causal order: the order of declaration says nothing of it.
pub fn random(len: usize, directed: f64, bidirected: f64, rng: &mut ChaCha8Rng) -> Graph {
    let mut order: Vec<usize> = (0..len).collect();
    order.shuffle(rng);
    let (mut arrows, mut arcs) = (Vec::new(), Vec::new());
    for i in 0..len {
        for j in i + 1..len {
            if rng.random_bool(directed) {
                arrows.push((order[i], order[j]));
            }
            if rng.random_bool(bidirected) {
                arcs.push((order[i], order[j]));
            }
        }
    }
    graph(len, &arrows, &arcs)
}

/// `x -> m1 -> … -> mk -> y` with `x <-> y`: node 0 is x, the last is y.
pub fn front_door_chain(mediators: usize) -> Graph {
    let mut names = vec!["x".to_owned()];
    names.extend((1..=mediators).map(|i| format!("m{i}")));
    names.push("y".to_owned());
    let arrows: Vec<_> = (0..=mediators).map(|i| (i, i + 1)).collect();
    named(&names, &arrows, &[(0, mediators + 1)])
}

/// A ladder of nested napkins: of depth 1 the napkin itself, and each further rung makes Q[y] a ratio of sums over a Q
/// that is such a ratio already.
///
/// `w_k -> r_k -> … -> w_1 -> r_1 -> x -> y`; `w_i <-> y` for all i; `w_1 <-> x`, and `w_i <-> r_(i-1)` above it.
///
/// `r_k` is a district alone. Without it `w_k` causes y no longer, is summed out, and with it goes what joined
/// `r_(k-1)` to y's district: the next rung is the same again. So P(y | do(x)) takes k alternations of summing out and
/// factorising, one inside the other. Declared in causal order: x is the last but one node, y the last.
pub fn napkin_ladder(depth: usize) -> Graph {
    let (x, y) = (2 * depth, 2 * depth + 1);
    let mut names = Vec::new();
    for rung in (1..=depth).rev() {
        names.push(format!("w{rung}"));
        names.push(format!("r{rung}"));
    }
    names.extend(["x".to_owned(), "y".to_owned()]);
    let arrows: Vec<_> = (0..y).map(|i| (i, i + 1)).collect();
    let mut arcs = Vec::new();
    for w in (0..x).step_by(2) {
        arcs.push((w, y));
        // The next rung's r, or x below the last rung.
        arcs.push((w, if w + 2 == x { x } else { w + 3 }));
    }
    named(&names, &arrows, &arcs)
}

/// Figure 7 of Tikka & Karvanen 2017 (JSS 76), after Tian: x, z1, z2, z3, y.
pub fn tian_figure_7() -> Graph {
    let names = ["x", "z1", "z2", "z3", "y"];
    named(&names, &[(0, 1), (1, 4), (2, 0), (2, 1), (2, 3), (3, 4)], &[(0, 4), (0, 2), (0, 3), (4, 2)])
}

/// The same graph with some edges dropped and some added along its causal order, each with the given probability.
pub fn perturbed(graph: &Graph, drop: f64, add: f64, rng: &mut ChaCha8Rng) -> Graph {
    let names: Vec<&str> = graph.nodes().map(|node| graph.name(node)).collect();
    let (mut arrows, mut arcs) = (Vec::new(), Vec::new());
    let order = graph.topological_order();
    for (i, &a) in order.iter().enumerate() {
        for &b in &order[i + 1..] {
            let pair = (a.index(), b.index());
            let mut keeps = |there: bool| if there { !rng.random_bool(drop) } else { rng.random_bool(add) };
            if keeps(graph.has_directed(a, b)) {
                arrows.push(pair);
            }
            if keeps(graph.has_bidirected(a, b)) {
                arcs.push(pair);
            }
        }
    }
    named(&names, &arrows, &arcs)
}

/// The edges as the language writes them.
pub fn written(graph: &Graph) -> String {
    let mut lines: Vec<String> = graph.nodes().map(|node| graph.name(node).to_owned()).collect();
    lines.extend(graph.directed().map(|(a, b)| format!("{} -> {}", graph.name(a), graph.name(b))));
    lines.extend(graph.bidirected().map(|(a, b)| format!("{} <-> {}", graph.name(a), graph.name(b))));
    lines.join("; ")
}
