//! m-separation against brute force, open paths, and projections.

use super::support::{claim, graph, parse_separation, set};
use crate::expr::Arena;
use crate::graph::{EdgeKind, Graph, GraphBuilder, Mutilation, Node};
use crate::kernel::{check, separation};
use crate::proof::{Evidence, OpenPath, PathStep, Separation, SourceGraph, Statement};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

fn random(rng: &mut ChaCha8Rng, size: usize, density: f64) -> Graph {
    let mut builder = GraphBuilder::new();
    for node in 0..size {
        builder.node(&format!("v{node}"));
    }
    for a in 0..size {
        for b in a + 1..size {
            if rng.random_bool(density) {
                builder.directed(Node::new(a), Node::new(b));
            }
            if rng.random_bool(density * 0.7) {
                builder.bidirected(Node::new(a), Node::new(b));
            }
        }
    }
    builder.build().unwrap()
}

/// Every path from x to y that is open, by the definition: depth first over all simple paths.
fn open_paths(graph: &Graph, s: &Separation) -> Vec<OpenPath> {
    fn opened(graph: &Graph, s: &Separation, node: Node) -> Option<Vec<Node>> {
        if s.given.contains(node) {
            return Some(vec![node]);
        }
        let kept = |child: &Node| s.cut.keeps_directed(node, *child);
        graph
            .children(node)
            .filter(kept)
            .find_map(|child| opened(graph, s, child))
            .map(|way| [vec![node], way].concat())
    }
    fn walk(graph: &Graph, s: &Separation, path: &mut Vec<PathStep>, found: &mut Vec<OpenPath>) {
        let last = path.last().unwrap().node;
        if s.y.contains(last) {
            found.push(OpenPath { steps: path.clone() });
            return;
        }
        let mut edges = Vec::new();
        edges.extend(graph.children(last).filter(|&n| s.cut.keeps_directed(last, n)).map(|n| (EdgeKind::Forward, n)));
        edges.extend(graph.parents(last).filter(|&n| s.cut.keeps_directed(n, last)).map(|n| (EdgeKind::Backward, n)));
        edges.extend(
            graph.siblings(last).filter(|&n| s.cut.keeps_bidirected(last, n)).map(|n| (EdgeKind::Bidirected, n)),
        );
        let before = path.len().checked_sub(2).and_then(|i| path[i].edge);
        for (edge, next) in edges {
            if path.iter().any(|step| step.node == next) {
                continue;
            }
            let collider = before.is_some_and(EdgeKind::into_second) && edge.into_first();
            let opened_by = match (before, collider) {
                (None, _) => vec![],
                (_, true) => match opened(graph, s, last) {
                    Some(way) => way,
                    None => continue,
                },
                (_, false) if s.given.contains(last) => continue,
                _ => vec![],
            };
            let at = path.len() - 1;
            path[at].edge = Some(edge);
            path[at].opened_by = opened_by;
            path.push(PathStep { node: next, edge: None, opened_by: vec![] });
            walk(graph, s, path, found);
            path.pop();
        }
        let at = path.len() - 1;
        path[at].edge = None;
        path[at].opened_by = vec![];
    }
    let mut found = Vec::new();
    for node in s.x.iter() {
        walk(graph, s, &mut vec![PathStep { node, edge: None, opened_by: vec![] }], &mut found);
    }
    found
}

#[test]
fn separation_agrees_with_all_paths_and_paths_are_judged_right() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut apart, mut together) = (0, 0);
    for _ in 0..600 {
        let size = rng.random_range(2..7);
        let density = rng.random_range(0.2..0.6);
        let graph = random(&mut rng, size, density);
        let mut sets = vec![graph.no_nodes(); 3];
        for node in graph.nodes() {
            if let Some(set) = sets.get_mut(rng.random_range(0..5)) {
                set.insert(node);
            }
        }
        let mut some = || graph.set(graph.nodes().filter(|_| rng.random_bool(0.2)));
        let cut = Mutilation { no_incoming: some(), no_outgoing: some() };
        let [x, y, given] = [0, 1, 2].map(|i| sets[i].clone());
        if x.is_empty() || y.is_empty() {
            continue;
        }
        let s = Separation { x, y, given, cut };
        let paths = open_paths(&graph, &s);
        assert_eq!(separation::separated(&graph, &s), paths.is_empty(), "{s:?} in {graph:?}");
        if paths.is_empty() {
            apart += 1;
        } else {
            together += 1;
        }
        let connected = claim(&graph, Statement::Connected(s.clone()));
        for path in paths {
            assert!(check(&mut Arena::new(), &connected, &Evidence::OpenPath(path.clone())).is_ok());
            // Damage: another edge kind, a node out of the way, nothing said of a collider, a node of no graph.
            for position in 0..path.steps.len() {
                let mut worse = path.clone();
                worse.steps[position].node = Node::new(graph.len() + position);
                assert!(separation::open(&graph, &s, &worse).is_err());
                let mut worse = path.clone();
                if worse.steps[position].is_collider() {
                    worse.steps[position].opened_by = vec![];
                } else {
                    worse.steps[position].opened_by = vec![worse.steps[position].node];
                }
                assert!(separation::open(&graph, &s, &worse).is_err());
                for kind in [EdgeKind::Forward, EdgeKind::Backward, EdgeKind::Bidirected] {
                    let mut other = path.clone();
                    if other.steps[position].edge.is_some_and(|edge| edge != kind) {
                        other.steps[position].edge = Some(kind);
                        // What is accepted must be one of the open paths.
                        if separation::open(&graph, &s, &other).is_ok() {
                            let same = |p: &OpenPath| {
                                p.steps
                                    .iter()
                                    .map(|s| (s.node, s.edge))
                                    .eq(other.steps.iter().map(|s| (s.node, s.edge)))
                            };
                            assert!(open_paths(&graph, &s).iter().any(same));
                        }
                    }
                }
            }
        }
    }
    assert!(apart > 50 && together > 50, "{apart} {together}");
}

#[test]
fn ill_formed_separations_are_refused() {
    let g = graph("x y z: x>y y>z");
    let good = parse_separation(&g, "x _ z | y");
    let judge = |s: &Separation| {
        check(&mut Arena::new(), &claim(&g, Statement::Separated(s.clone())), &Evidence::Separation).is_ok()
    };
    assert!(judge(&good));
    assert!(!judge(&parse_separation(&g, "x _ z")));
    assert!(!judge(&Separation { x: g.no_nodes(), ..good.clone() }));
    assert!(!judge(&Separation { y: good.x.clone(), ..good.clone() }));
    assert!(!judge(&Separation { given: good.x.clone(), ..good.clone() }));
    assert!(!judge(&Separation { given: crate::graph::NodeSet::full(9), ..good.clone() }));
    let connected = claim(&g, Statement::Connected(good));
    assert!(check(&mut Arena::new(), &connected, &Evidence::Separation).is_err());
    assert!(check(&mut Arena::new(), &connected, &Evidence::OpenPath(OpenPath { steps: vec![] })).is_err());
}

fn projected(source: &str, latents: &str, graph_: &str) -> bool {
    let (source, graph_) = (graph(source), graph(graph_));
    let s = parse_separation(&graph_, "a _ b");
    let mut claimed = claim(&graph_, Statement::Separated(s));
    let latents = set(&source, latents);
    claimed.source = Some(SourceGraph { graph: Arc::new(source), latents });
    check(&mut Arena::new(), &claimed, &Evidence::Separation).is_ok()
}

#[test]
fn projections_are_checked_both_ways() {
    // u -> v -> {c, d} with all of u, v latent and a, b apart.
    let source = "a b c d u v: u>v v>c v>d u>c a>u";
    assert!(projected(source, "u v", "a b c d: a>c a>d c-d"));
    assert!(projected(source, "u v", "d c b a: a>c a>d c-d"));
    assert!(!projected(source, "u v", "a b c d: a>c a>d"));
    assert!(!projected(source, "u v", "a b c d: a>c c-d"));
    assert!(!projected(source, "u v", "a b c d: a>c a>d c-d b>d"));
    assert!(!projected(source, "u v", "a b c d: a>c a>d c-d b-d"));
    assert!(!projected(source, "u v", "a b c: a>c"));
    assert!(!projected(source, "u v", "a b c e: a>c a>e c-e"));
    assert!(!projected(source, "u", "a b c d: a>c a>d c-d"));
    // A bidirected edge of a latent reaches its children.
    assert!(projected("a b u c: u-c u>b", "u", "a b c: b-c"));
    assert!(!projected("a b u c: u-c u>b", "u", "a b c: "));
    // A latent beneath its own sibling makes no edge from a node to itself.
    assert!(projected("a b u c: u-c u>c", "u", "a b c: "));
}
