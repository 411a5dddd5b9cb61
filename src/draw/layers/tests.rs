//! Layouts of random graphs, measured; ranks and crossings against counting everything.

use super::{BETWEEN_BOXES, BETWEEN_LAYERS, Edge, MOST_PASSES, Net, layout, order, place, rank};
use crate::draw::Point;
use proptest::prelude::*;

/// Arrows between `nodes` without a cycle, in no particular order of the nodes.
fn graph(nodes: std::ops::Range<usize>, most: usize) -> impl Strategy<Value = (usize, Vec<Edge>)> {
    nodes.prop_flat_map(move |count| {
        let names = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let pairs = proptest::collection::btree_set((0..count, 0..count), 0..=most);
        (names, pairs).prop_map(move |(names, pairs)| {
            let upwards = pairs.into_iter().filter(|(a, b)| a < b);
            (count, upwards.map(|(a, b)| (names[a], names[b])).collect())
        })
    })
}

/// The same, with an arrow from an earlier node to each but the first, so that all are connected.
fn connected(nodes: std::ops::Range<usize>, most: usize) -> impl Strategy<Value = (usize, Vec<Edge>)> {
    nodes.prop_flat_map(move |count| {
        let names = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let pairs = proptest::collection::btree_set((0..count, 0..count), 0..=most);
        let before = proptest::collection::vec(any::<prop::sample::Index>(), count);
        (names, pairs, before).prop_map(move |(names, mut pairs, before)| {
            pairs.extend((1..count).map(|node| (before[node].index(node), node)));
            let upwards = pairs.into_iter().filter(|(a, b)| a < b);
            (count, upwards.map(|(a, b)| (names[a], names[b])).collect())
        })
    })
}

fn length(ranks: &[usize], edges: &[Edge]) -> Option<usize> {
    edges.iter().map(|&(a, b)| ranks[b].checked_sub(ranks[a]).filter(|length| *length > 0)).sum()
}

/// The least sum of lengths of all assignments of ranks.
fn shortest(count: usize, edges: &[Edge]) -> usize {
    let all = (0..count.pow(count as u32)).filter_map(|code| {
        let ranks: Vec<usize> = (0..count).map(|node| code / count.pow(node as u32) % count).collect();
        length(&ranks, edges)
    });
    all.min().unwrap()
}

/// Boxes of several widths and heights.
fn sizes(count: usize) -> Vec<Point> {
    (0..count).map(|node| ((24 + node * 37 % 120) as f64, (20 + node * 13 % 30) as f64)).collect()
}

fn net(count: usize, edges: &[Edge]) -> Net {
    Net::new(&sizes(count), edges, &rank::ranks(count, edges), &mut MOST_PASSES.clone()).0
}

proptest! {
    #[test]
    fn arrows_go_up_and_are_as_short_as_can_be((count, edges) in connected(1..6, 8)) {
        let ranks = rank::ranks(count, &edges);
        prop_assert_eq!(length(&ranks, &edges), Some(shortest(count, &edges)), "{:?}", ranks);
        prop_assert!(ranks.contains(&0));
    }

    /// The sum of lengths is a convex function of the ranks in the sense of Murota's discrete convex analysis: ranks that no
    /// set of nodes improves by going up or down a rank together are the best of all.
    #[test]
    fn no_nodes_gain_by_moving_together((count, edges) in connected(6..12, 24)) {
        let ranks: Vec<usize> = rank::ranks(count, &edges).into_iter().map(|rank| rank + 1).collect();
        let least = length(&ranks, &edges);
        prop_assert!(least.is_some());
        for set in 1..1_usize << count {
            for up in [0, 2] {
                let moved: Vec<usize> = (0..count).map(|node| ranks[node] + (set >> node & 1) * up - (set >> node & 1)).collect();
                let now = length(&moved, &edges);
                prop_assert!(now.is_none() || now >= least, "{:?} {:?}", ranks, moved);
            }
        }
    }

    #[test]
    fn arrows_of_larger_graphs_go_up((count, edges) in connected(2..60, 150)) {
        prop_assert!(length(&rank::ranks(count, &edges), &edges).is_some());
    }

    #[test]
    fn crossings_are_counted((count, edges) in connected(2..20, 60)) {
        let mut net = net(count, &edges);
        order::order(&mut net);
        let steps = |node: usize| net.right.of(node).iter().map(move |&to| (node, to));
        let steps: Vec<Edge> = (0..net.len()).flat_map(steps).collect();
        let place = |node: usize| net.place[node];
        let cross = |&(a, b): &Edge, &(c, d): &Edge| {
            net.layer[a] == net.layer[c] && place(a) < place(c) && place(b) > place(d)
        };
        let naive: usize = steps.iter().map(|one| steps.iter().filter(|other| cross(one, other)).count()).sum();
        prop_assert_eq!(order::crossings(&net), naive);
    }

    /// Every node stands in its layer once, beneath what is above it, and far enough from it.
    #[test]
    fn layers_keep_their_distances((count, edges) in connected(2..25, 60)) {
        let mut net = net(count, &edges);
        order::order(&mut net);
        let heights = place::heights(&net);
        let mut seen = vec![0; net.len()];
        for (index, layer) in net.layers.iter().enumerate() {
            for (place, &node) in layer.iter().enumerate() {
                seen[node] += 1;
                prop_assert_eq!((net.layer[node], net.place[node]), (index, place));
            }
            for pair in layer.windows(2) {
                let gap = heights[pair[1]] - heights[pair[0]];
                prop_assert!(gap >= place::apart(&net, pair[0], pair[1]) - 1e-6, "{} between {:?}", gap, pair);
            }
        }
        prop_assert!(seen.iter().all(|&times| times == 1));
    }

    #[test]
    fn no_two_boxes_are_near_each_other((count, edges) in graph(1..40, 60)) {
        let sizes = sizes(count);
        let laid = layout(&sizes, &edges, &[]);
        for a in 0..count {
            for b in 0..a {
                let apart = |of: fn(Point) -> f64| {
                    (of(laid.at[a]) - of(laid.at[b])).abs() - f64::midpoint(of(sizes[a]), of(sizes[b]))
                };
                let (across, down) = (apart(|at| at.0), apart(|at| at.1));
                prop_assert!(across >= BETWEEN_LAYERS - 1e-6 || down >= BETWEEN_BOXES - 1e-6, "{} and {}", a, b);
            }
        }
        for (&(a, b), way) in edges.iter().zip(&laid.ways) {
            let (from, to) = (laid.at[a].0 + sizes[a].0 / 2.0, laid.at[b].0 - sizes[b].0 / 2.0);
            let way: Vec<f64> = way.iter().flatten().map(|at| at.0).collect();
            let steps = [vec![from], way, vec![to]].concat();
            prop_assert!(steps.is_sorted(), "{:?} goes back and forth", steps);
        }
        let again = layout(&sizes, &edges, &[]);
        prop_assert_eq!((again.at, again.ways), (laid.at, laid.ways));
    }
}

#[test]
fn a_long_arrow_is_level_between_its_ends() {
    let chain: Vec<Edge> = (0..6).map(|node| (node, node + 1)).chain([(0, 6), (1, 5)]).collect();
    let laid = layout(&sizes(7), &chain, &[]);
    for way in &laid.ways[6..] {
        let way = way.as_ref().unwrap();
        assert!(way.len() >= 2 && way.iter().all(|at| at.1 == way[0].1), "{way:?}");
    }
    assert!(laid.ways[..6].iter().all(|way| way.as_ref().is_some_and(Vec::is_empty)));
}

/// A tie joins what nothing else does, and is left out where it would close a circle.
#[test]
fn ties_hold_parts_together() {
    let sizes = sizes(4);
    let apart = layout(&sizes, &[(0, 1), (2, 3)], &[]);
    let tied = layout(&sizes, &[(0, 1), (2, 3)], &[(3, 0), (1, 2), (2, 3)]);
    assert_eq!(apart.at[0].0 - sizes[0].0 / 2.0, apart.at[2].0 - sizes[2].0 / 2.0, "two parts begin at one line");
    assert!(tied.at[2].0 < tied.at[3].0 && tied.at[3].0 < tied.at[0].0 && tied.at[0].0 < tied.at[1].0);
}

/// The passes of long arrows are bounded, whatever the graph: the longest have no way of their own.
#[test]
fn the_longest_of_many_long_arrows_go_their_own_way() {
    let count = 300;
    let mut edges: Vec<Edge> = (1..count).map(|node| (node - 1, node)).collect();
    let long = (0..count).flat_map(|a| (a + 2..count).map(move |b| (a, b))).filter(|(a, b)| (a * 7 + b * 3) % 40 == 0);
    edges.extend(long);
    let laid = layout(&sizes(count), &edges, &[]);
    let length = |&(a, b): &Edge| b - a;
    let passed: usize =
        edges.iter().zip(&laid.ways).filter(|(_, way)| way.is_some()).map(|(edge, _)| length(edge) - 1).sum();
    assert!(passed <= MOST_PASSES && passed > MOST_PASSES * 9 / 10, "{passed}");
    let longest = edges.iter().zip(&laid.ways).filter(|(_, way)| way.is_some()).map(|(edge, _)| length(edge)).max();
    let shortest = edges.iter().zip(&laid.ways).filter(|(_, way)| way.is_none()).map(|(edge, _)| length(edge)).min();
    assert!(longest <= shortest, "{longest:?} {shortest:?}");
}

#[test]
fn nothing_and_a_single_box() {
    assert!(layout(&[], &[], &[]).at.is_empty());
    assert_eq!(layout(&[(40.0, 32.0)], &[], &[]).at.len(), 1);
}
