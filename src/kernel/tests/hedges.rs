//! Hedges, whole and damaged.

use super::support::{claim, expr, graph, parse_separation, set};
use crate::expr::Arena;
use crate::graph::{EdgeKind, Graph, Node};
use crate::kernel::check;
use crate::proof::{
    Evidence, ExchangedQuery, Hedge, KeptCondition, MovedCondition, OpenPath, PathStep, Statement, Subgraph,
};

fn subgraph(g: &Graph, nodes: &str, directed: &[(&str, &str)], bidirected: &[(&str, &str)]) -> Subgraph {
    let pair = |&(a, b): &(&str, &str)| (g.node(a).unwrap(), g.node(b).unwrap());
    let sorted = |&(a, b): &(&str, &str)| {
        let (a, b) = pair(&(a, b));
        (a.min(b), a.max(b))
    };
    Subgraph {
        nodes: set(g, nodes),
        directed: directed.iter().map(pair).collect(),
        bidirected: bidirected.iter().map(sorted).collect(),
    }
}

fn judged(g: &Graph, query: &str, hedge: &Hedge) -> bool {
    let mut arena = Arena::new();
    let query = expr(&mut arena, g, query);
    let claim = claim(g, Statement::NotIdentifiable { query });
    check(&mut arena, &claim, &Evidence::Hedge(Box::new(hedge.clone()), None)).is_ok()
}

fn bow(g: &Graph) -> Hedge {
    Hedge {
        root: set(g, "y"),
        outer: subgraph(g, "x y", &[("x", "y")], &[("x", "y")]),
        inner: subgraph(g, "y", &[], &[]),
        exchanged: ExchangedQuery {
            of: set(g, "y"),
            do_: set(g, "x"),
            given: g.no_nodes(),
            moved: vec![],
            kept: vec![],
        },
    }
}

#[test]
fn the_bow_and_what_is_no_hedge() {
    let g = graph("x y w: x>y x-y w>x");
    let good = bow(&g);
    assert!(judged(&g, "P(y|do(x))", &good));
    assert!(judged(&g, "P(y=1|do(x=0))", &good));
    assert!(!judged(&g, "P(w|do(x))", &good));
    assert!(!judged(&g, "P(y|x)", &good));
    assert!(!judged(&g, "P(y|do(w))", &good));
    assert!(!judged(&g, "P(y|do(x)) * P(w)", &good));
    type Damage<'a> = Box<dyn Fn(&mut Hedge) + 'a>;
    let node = |name: &str| g.node(name).unwrap();
    let damages: Vec<Damage<'_>> = vec![
        Box::new(|h| h.root = set(&g, "x")),
        Box::new(|h| h.root = set(&g, "x y")),
        Box::new(|h| h.root = g.no_nodes()),
        Box::new(|h| h.root = crate::graph::NodeSet::full(3)),
        Box::new(|h| h.root = crate::graph::NodeSet::empty(99)),
        Box::new(|h| h.outer.directed.clear()),
        Box::new(|h| h.outer.bidirected.clear()),
        Box::new(|h| h.outer = h.inner.clone()),
        Box::new(|h| h.inner = h.outer.clone()),
        Box::new(|h| h.inner.nodes = g.no_nodes()),
        Box::new(|h| h.outer.nodes = set(&g, "x y w")),
        Box::new(|h| h.outer.directed = vec![(node("y"), node("x"))]),
        Box::new(|h| h.outer.directed.push((node("w"), node("x")))),
        Box::new(|h| h.outer.bidirected.push((node("w"), node("y")))),
        Box::new(|h| h.outer.directed.push((Node::new(50), node("y")))),
        Box::new(|h| h.outer.bidirected.push((Node::new(50), Node::new(60)))),
        Box::new(|h| h.exchanged.of = set(&g, "w")),
        Box::new(|h| h.exchanged.do_ = set(&g, "w")),
        Box::new(|h| h.exchanged.do_ = g.no_nodes()),
        Box::new(|h| h.exchanged.given = set(&g, "w")),
    ];
    for (number, damage) in damages.iter().enumerate() {
        let mut worse = good.clone();
        damage(&mut worse);
        assert!(!judged(&g, "P(y|do(x))", &worse), "damage {number}");
    }
}

#[test]
fn a_root_must_reach_the_query_once_edges_into_treatments_are_cut() {
    // y's only way to the outcome q leads through the treatment t.
    let g = graph("x y t q: x>y x-y y>t t>q");
    let mut hedge = bow(&g);
    hedge.exchanged.of = set(&g, "q");
    assert!(judged(&g, "P(q|do(x))", &hedge));
    hedge.exchanged.do_ = set(&g, "x t");
    assert!(!judged(&g, "P(q|do(x),do(t))", &hedge));
}

#[test]
fn a_c_forest_gives_each_node_one_child_and_hangs_together() {
    let g = graph("x a b y: x>a x>b a>y b>y x-a a-b b-y x-y");
    let mut hedge = bow(&g);
    hedge.outer = subgraph(&g, "x a b y", &[("x", "a"), ("a", "y"), ("b", "y")], &[("x", "a"), ("a", "b"), ("b", "y")]);
    assert!(judged(&g, "P(y|do(x))", &hedge));
    let mut two = hedge.clone();
    two.outer.directed.push((g.node("x").unwrap(), g.node("b").unwrap()));
    assert!(!judged(&g, "P(y|do(x))", &two));
    let mut apart = hedge.clone();
    apart.outer.bidirected.remove(1);
    assert!(!judged(&g, "P(y|do(x))", &apart));
    let mut rootless = hedge.clone();
    rootless.outer.directed.remove(2);
    assert!(!judged(&g, "P(y|do(x))", &rootless));
}

#[test]
fn conditions_move_by_rule_2_or_stay_by_an_open_path() {
    // The design's example: v0 -> v2, v0 <-> v1, v0 <-> v2: P(v1 | do(v0), v2) is identifiable; its joint is not.
    let g = graph("x w y: x>y x-w x-y");
    let mut hedge = bow(&g);
    hedge.exchanged.of = set(&g, "w");
    hedge.exchanged.given = set(&g, "y");
    assert!(!judged(&g, "P(w|do(x),y)", &hedge), "y is not shown to stay");
    let path = |nodes: &[(&str, Option<EdgeKind>)]| OpenPath {
        steps: nodes
            .iter()
            .map(|(name, edge)| PathStep { node: g.node(name).unwrap(), edge: *edge, opened_by: vec![] })
            .collect(),
    };
    let both = Some(EdgeKind::Bidirected);
    let requires = parse_separation(&g, "w _ y | x [over x; under y]");
    let open_path = path(&[("w", both), ("x", both), ("y", None)]);
    hedge.exchanged.kept = vec![KeptCondition { z: g.node("y").unwrap(), requires: requires.clone(), open_path }];
    assert!(!judged(&g, "P(w|do(x),y)", &hedge), "the path is cut at x");
    hedge.exchanged = ExchangedQuery {
        of: set(&g, "w"),
        do_: set(&g, "x y"),
        given: g.no_nodes(),
        moved: vec![MovedCondition { z: g.node("y").unwrap(), requires }],
        kept: vec![],
    };
    assert!(!judged(&g, "P(w|do(x),y)", &hedge), "the root y is a treatment now");

    // y <-> z keeps z; c moves.
    let g = graph("x y z c: x>y x-y y-z c>y");
    let node = |name: &str| g.node(name).unwrap();
    let kept = KeptCondition {
        z: node("z"),
        requires: parse_separation(&g, "y _ z | x c [over x c; under z]"),
        open_path: OpenPath {
            steps: vec![
                PathStep { node: node("y"), edge: both, opened_by: vec![] },
                PathStep { node: node("z"), edge: None, opened_by: vec![] },
            ],
        },
    };
    let moved = MovedCondition { z: node("c"), requires: parse_separation(&g, "y _ c | x z [over x; under c]") };
    let exchanged = ExchangedQuery {
        of: set(&g, "y"),
        do_: set(&g, "x c"),
        given: set(&g, "z"),
        moved: vec![moved],
        kept: vec![kept],
    };
    let good = Hedge { exchanged, ..bow(&g) };
    let query = "P(y|do(x),z,c)";
    assert!(judged(&g, query, &good));
    let refuse = |damage: &dyn Fn(&mut Hedge)| {
        let mut worse = good.clone();
        damage(&mut worse);
        assert!(!judged(&g, query, &worse));
    };
    refuse(&|h| h.exchanged.kept.clear());
    refuse(&|h| h.exchanged.kept.push(h.exchanged.kept[0].clone()));
    refuse(&|h| h.exchanged.kept[0].open_path.steps.clear());
    refuse(&|h| h.exchanged.kept[0].open_path.steps[0].edge = Some(EdgeKind::Forward));
    refuse(&|h| h.exchanged.kept[0].requires.given = set(&g, "x"));
    refuse(&|h| h.exchanged.kept[0].requires.cut.no_incoming = set(&g, "x"));
    refuse(&|h| h.exchanged.moved.clear());
    refuse(&|h| h.exchanged.moved.push(h.exchanged.moved[0].clone()));
    refuse(&|h| h.exchanged.moved[0].z = node("z"));
    refuse(&|h| h.exchanged.moved[0].z = Node::new(77));
    refuse(&|h| h.exchanged.moved[0].requires.given = set(&g, "x"));
    refuse(&|h| h.exchanged.moved[0].requires.cut.no_outgoing = g.no_nodes());
    refuse(&|h| h.exchanged.given = set(&g, "z c"));
    refuse(&|h| h.exchanged.do_ = set(&g, "x"));
}
