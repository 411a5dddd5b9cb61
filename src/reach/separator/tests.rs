//! Separators against the enumeration of all sets.

use super::{Task, minimal_separator, minimal_separators, minimum_separator};
use crate::graph::{Graph, Mutilation, NodeSet};
use crate::reach::brute::{deal, graph, mutilation, random, rng, separated_moral, subset, subsets};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

fn set(graph: &Graph, names: &str) -> NodeSet {
    graph.set(names.split_whitespace().map(|name| graph.node(name).unwrap()))
}

/// All minimal separators by looking at every allowed set.
fn brute(g: &Graph, x: &NodeSet, y: &NodeSet, required: &NodeSet, allowed: &NodeSet, cut: &Mutilation) -> Vec<NodeSet> {
    let extra = allowed.difference(required).difference(x).difference(y);
    let all: Vec<NodeSet> = subsets(g, &extra)
        .into_iter()
        .map(|set| set.union(required))
        .filter(|set| separated_moral(g, x, y, set, cut))
        .collect();
    let smaller = |set: &NodeSet| all.iter().any(|other| other != set && other.is_subset(set));
    all.iter().filter(|set| !smaller(set)).cloned().collect()
}

/// Those of the fewest nodes.
fn least(all: &[NodeSet]) -> Vec<NodeSet> {
    let size = all.iter().map(NodeSet::len).min();
    all.iter().filter(|set| Some(set.len()) == size).cloned().collect()
}

/// A question to a random graph.
fn anyhow(rng: &mut ChaCha8Rng) -> (Graph, NodeSet, NodeSet) {
    let (p, q) = [(0.3, 0.05), (0.4, 0.15), (0.25, 0.15), (0.4, 0.0)][rng.random_range(0..4)];
    let g = random(rng, 7, p, q);
    let [x, y, _] = deal(rng, &g);
    (g, x, y)
}

/// A question to a graph of seven nodes with edges between near ones only: such have several separators.
fn in_a_line(rng: &mut ChaCha8Rng) -> (Graph, NodeSet, NodeSet) {
    let mut text = String::from("v0; v1; v2; v3; v4; v5; v6;");
    for (i, j) in [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)] {
        let edge = if j - i == 1 { 0.75 } else { 0.4 };
        if rng.random_bool(edge) {
            let arrow = if rng.random_bool(0.85) { "->" } else { "<->" };
            text += &format!("v{i} {arrow} v{j};");
        }
    }
    let g = graph(&text);
    let (x, y) = (set(&g, "v0"), set(&g, "v6"));
    (g, x, y)
}

#[test]
fn every_kind_of_separator_agrees_with_all_sets() {
    let mut rng = rng(10);
    let (mut some, mut several) = (0, 0);
    for round in 0..3000 {
        let (g, x, y) = if round % 2 == 0 { anyhow(&mut rng) } else { in_a_line(&mut rng) };
        let rest = g.all_nodes().difference(&x.union(&y));
        let required = subset(&mut rng, &g, 0.1).intersection(&rest);
        let allowed = subset(&mut rng, &g, 0.9).union(&required);
        let cut = mutilation(&mut rng, &g);
        let mut expected = brute(&g, &x, &y, &required, &allowed, &cut);
        let why = format!("{g:?} {x:?} {y:?} {required:?} {allowed:?} {cut:?}");

        let listed: Vec<NodeSet> = minimal_separators(&g, &x, &y, &required, &allowed, &cut).collect();
        let minimal = minimal_separator(&g, &x, &y, &required, &allowed, &cut);
        assert_eq!(listed.first(), minimal.as_ref(), "{why}");
        let minimum = minimum_separator(&g, &x, &y, &required, &allowed, &cut);
        assert_eq!(minimum.as_ref().map(NodeSet::len), expected.iter().map(NodeSet::len).min(), "{why}");
        assert!(minimum.iter().all(|set| expected.contains(set)), "{why}");
        for (nearest, others) in [(&minimal, &expected), (&minimum, &least(&expected))] {
            let Some(nearest) = nearest else { continue };
            let task = Task::new(&g, &x, &y, &required, &allowed, &cut).unwrap();
            for other in others {
                assert!(task.side(nearest).is_subset(&task.side(other)), "{nearest:?} {other:?} {why}");
            }
        }

        let mut sorted = listed.clone();
        sorted.sort();
        expected.sort();
        assert_eq!(sorted, expected, "{why}");
        some += usize::from(!expected.is_empty());
        several += usize::from(expected.len() > 2);
    }
    assert!(some > 1000 && several > 100, "{some} {several}");
}

#[test]
fn the_nearest_to_x_comes_first() {
    let g = graph("x -> a; a -> b; b -> c; c -> y");
    let (x, y, none) = (set(&g, "x"), set(&g, "y"), g.no_nodes());
    let cut = Mutilation::none(&g);
    let all: Vec<NodeSet> = minimal_separators(&g, &x, &y, &none, &g.all_nodes(), &cut).collect();
    assert_eq!(all, [set(&g, "a"), set(&g, "b"), set(&g, "c")]);
    assert_eq!(minimum_separator(&g, &x, &y, &none, &g.all_nodes(), &cut), Some(set(&g, "a")));
    assert_eq!(minimum_separator(&g, &y, &x, &none, &g.all_nodes(), &cut), Some(set(&g, "c")));
}

#[test]
fn a_minimal_separator_can_be_larger_than_a_minimum() {
    let g = graph("x -> a; x -> b; a -> c; b -> c; c -> y");
    let (x, y, none) = (set(&g, "x"), set(&g, "y"), g.no_nodes());
    let cut = Mutilation::none(&g);
    assert_eq!(minimal_separator(&g, &x, &y, &none, &g.all_nodes(), &cut), Some(set(&g, "a b")));
    assert_eq!(minimum_separator(&g, &x, &y, &none, &g.all_nodes(), &cut), Some(set(&g, "c")));
    assert_eq!(minimum_separator(&g, &x, &y, &none, &set(&g, "a b"), &cut), Some(set(&g, "a b")));
    assert_eq!(minimum_separator(&g, &x, &y, &none, &set(&g, "a"), &cut), None);
}

#[test]
fn a_required_collider_must_be_made_up_for() {
    let g = graph("x -> c; a -> c; a -> y");
    let (x, y, c) = (set(&g, "x"), set(&g, "y"), set(&g, "c"));
    let cut = Mutilation::none(&g);
    assert_eq!(minimal_separator(&g, &x, &y, &g.no_nodes(), &g.all_nodes(), &cut), Some(g.no_nodes()));
    assert_eq!(minimal_separator(&g, &x, &y, &c, &g.all_nodes(), &cut), Some(set(&g, "a c")));
    let over = Mutilation::over(&g, c.clone());
    assert_eq!(minimal_separator(&g, &x, &y, &c, &g.all_nodes(), &over), Some(c));
}

#[test]
fn questions_that_contradict_themselves_have_no_answer() {
    let g = graph("x -> m; m -> y");
    let (x, y, m, none) = (set(&g, "x"), set(&g, "y"), set(&g, "m"), g.no_nodes());
    let cut = Mutilation::none(&g);
    for (x, y, required, allowed) in [(&x, &x, &none, &m), (&x, &y, &x, &m), (&x, &y, &m, &none)] {
        assert_eq!(minimal_separator(&g, x, y, required, allowed, &cut), None);
        assert_eq!(minimum_separator(&g, x, y, required, allowed, &cut), None);
        assert_eq!(minimal_separators(&g, x, y, required, allowed, &cut).next(), None);
    }
    assert_eq!(minimal_separator(&g, &none, &y, &m, &m, &cut), Some(m.clone()));
    let listed: Vec<NodeSet> = minimal_separators(&g, &x, &none, &none, &m, &cut).collect();
    assert_eq!(listed, vec![none.clone()]);
    let far = NodeSet::full(90);
    assert_eq!(minimal_separator(&g, &x, &y, &none, &far, &cut), Some(m.clone()));
    assert_eq!(minimum_separator(&g, &far, &none, &none, &far, &cut), Some(none));
}

/// A ladder has 2^n minimal separators or more; the first ones come at once.
#[test]
fn the_list_is_lazy() {
    let mut text = String::new();
    for i in 0..40 {
        text += &format!("x -> a{i}; a{i} -> b{i}; b{i} -> y;");
    }
    let g = graph(&text);
    let (x, y, none) = (set(&g, "x"), set(&g, "y"), g.no_nodes());
    let cut = Mutilation::none(&g);
    let some: Vec<NodeSet> = minimal_separators(&g, &x, &y, &none, &g.all_nodes(), &cut).take(500).collect();
    assert_eq!(some.len(), 500);
    assert!(some.iter().all(|set| set.len() == 40));
    assert_eq!(minimum_separator(&g, &x, &y, &none, &g.all_nodes(), &cut).as_ref(), some.first());
}
