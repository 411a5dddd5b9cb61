#![allow(clippy::all, missing_docs)]
#[path = "it/support/mod.rs"]
#[allow(dead_code)]
mod support;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::time::Instant;
use support::graphs;
use whatif::derive::derive;
use whatif::expr::*;
use whatif::graph::*;
use whatif::identify::*;
use whatif::kernel;
use whatif::proof::*;

fn run(name: &str, graph: Graph, y: Node, x: Node, full: bool) {
    let graph = Arc::new(graph);
    let effect = Effect { of: graph.set([y]), do_: graph.set([x]), given: graph.no_nodes() };
    let reps = if graph.len() < 20 { 2000 } else { 3 };
    let mut times = vec![];
    for _ in 0..reps {
        let mut arena = Arena::new();
        let t = Instant::now();
        std::hint::black_box(identify(&graph, &effect, &mut arena, false));
        times.push(t.elapsed());
    }
    times.sort();
    let mut arena = Arena::new();
    let t1 = times[reps / 2];
    let found = identify(&graph, &effect, &mut arena, false);
    match found {
        Identification::Identifiable(e) => {
            print!(
                "{name}: n={} identify {:?} {} size {} depth {}",
                graph.len(),
                t1,
                e[0].strategy(),
                arena.size(e[0].expr),
                arena.depth(e[0].expr)
            );
            if full {
                let mut ts = vec![];
                let mut tc = vec![];
                for _ in 0..reps.min(500) {
                    let mut arena2 = arena.clone();
                    let t = Instant::now();
                    let d = derive(&graph, &effect, &e[0], &mut arena2);
                    ts.push(t.elapsed());
                    let query =
                        arena2.p(Term::new([Ref::plain(Var::new(y.index()))], [], [Ref::plain(Var::new(x.index()))])
                            .unwrap());
                    let known =
                        vec![Term::new(graph.nodes().map(|n| Ref::plain(Var::new(n.index()))), [], []).unwrap()];
                    let claim = Claim {
                        graph: graph.clone(),
                        source: None,
                        known,
                        statement: Statement::Identifiable { query, estimand: e[0].expr },
                    };
                    let n = d.steps.len();
                    let t = Instant::now();
                    let r = kernel::check(&mut arena2, &claim, &Evidence::Derivation(d));
                    tc.push(t.elapsed());
                    if ts.len() == 1 {
                        print!(
                            " steps {n} {}",
                            match r {
                                Ok(_) => "ok".into(),
                                Err(e) => e.to_string(),
                            }
                        );
                    }
                }
                ts.sort();
                tc.sort();
                print!(" derive {:?} check {:?}", ts[ts.len() / 2], tc[tc.len() / 2]);
            }
            println!();
        }
        Identification::NotIdentifiable(h) => {
            println!("{name}: n={} hedge {:?} |F|={}", graph.len(), t1, h.outer.nodes.len())
        }
    }
}

#[test]
fn timing() {
    let n = |g: &Graph, s: &str| g.node(s).unwrap();
    let named = |names: &[&str], d: &[(usize, usize)], b: &[(usize, usize)]| graphs::named(names, d, b);
    let g = named(&["z", "x", "y"], &[(0, 1), (0, 2), (1, 2)], &[]);
    run("back-door", g.clone(), n(&g, "y"), n(&g, "x"), true);
    let g = named(&["x", "m", "y"], &[(0, 1), (1, 2)], &[(0, 2)]);
    run("front-door", g.clone(), n(&g, "y"), n(&g, "x"), true);
    let g = graphs::napkin_ladder(1);
    run("napkin", g.clone(), n(&g, "y"), n(&g, "x"), true);
    let g = graphs::tian_figure_7();
    run("tian7", g.clone(), n(&g, "y"), n(&g, "x"), true);
    for k in [50, 1000] {
        let g = graphs::front_door_chain(k);
        run("chain", g.clone(), n(&g, "y"), n(&g, "x"), true);
    }
    for k in [2, 6, 20, 50, 200] {
        let g = graphs::napkin_ladder(k);
        run("ladder", g.clone(), n(&g, "y"), n(&g, "x"), k < 60);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for size in [200, 1000] {
        for _ in 0..8 {
            let g = graphs::random_sparse(size, size * 2, size * 3 / 10, &mut rng);
            let order = g.topological_order().to_vec();
            run(
                "random",
                g.clone(),
                order[size - 1 - size / 20],
                {
                    let y = order[size - 1 - size / 20];
                    let an: Vec<Node> = whatif::reach::ancestors(&g, &g.set([y])).iter().filter(|n| *n != y).collect();
                    if an.is_empty() { order[0] } else { an[an.len() / 2] }
                },
                true,
            );
        }
    }
}
