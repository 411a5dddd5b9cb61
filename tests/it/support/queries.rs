//! Graphs with a question, drawn from families that reach every branch of identification.

use super::bits::{Bits, Set, bit, members, node_set};
use super::graphs;
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use whatif::expr::{Ref, Term, Var};
use whatif::graph::Graph;
use whatif::identify::Effect;

/// P(y | do(x), z) in a graph.
#[derive(Clone, Debug)]
pub struct Case {
    pub graph: Graph,
    pub y: Set,
    pub x: Set,
    pub z: Set,
}

impl Case {
    pub fn effect(&self) -> Effect {
        let set = |mask| node_set(&self.graph, mask);
        Effect { of: set(self.y), do_: set(self.x), given: set(self.z) }
    }

    pub fn term(&self) -> Term {
        let refs = |set| members(set).map(|i| Ref::plain(Var::new(i)));
        Term::new(refs(self.y), refs(self.z), refs(self.x)).expect("the sides are disjoint")
    }
}

/// As the language writes it, graph and query: a failing test prints what can be pasted into a file.
impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |set: Set| {
            let names =
                self.graph.nodes().filter(|node| set & bit(node.index()) != 0).map(|node| self.graph.name(node));
            names.collect::<Vec<_>>().join(", ")
        };
        let mut right = Vec::new();
        if self.x != 0 {
            right.push(format!("do({})", names(self.x)));
        }
        if self.z != 0 {
            right.push(names(self.z));
        }
        let bar = if right.is_empty() { "" } else { " | " };
        write!(f, "graph {{ {} }}\nP({}{bar}{})", graphs::written(&self.graph), names(self.y), right.join(", "))
    }
}

/// A random question: one outcome and one treatment most of the time, and up to three of each now and then. Most
/// questions in which no treatment causes any outcome are drawn again: there are many, and they are easy.
pub fn random_query(graph: Graph, rng: &mut ChaCha8Rng) -> Case {
    let bits = Bits::of(&graph);
    loop {
        let case = any_query(graph.clone(), rng);
        if bits.descendants(case.x, bits.all()) & case.y != 0 || rng.random_bool(0.15) {
            return case;
        }
    }
}

fn any_query(graph: Graph, rng: &mut ChaCha8Rng) -> Case {
    let mut nodes: Vec<usize> = (0..graph.len()).collect();
    nodes.shuffle(rng);
    let mut take = |least: usize, leave: usize| {
        let mut size = least;
        while size < 3 && size + leave < nodes.len() && rng.random_bool(0.3) {
            size += 1;
        }
        nodes.split_off(nodes.len() - size).into_iter().fold(0, |set, i| set | bit(i))
    };
    let (y, x, z) = (take(1, 1), take(1, 0), take(0, 0));
    Case { graph, y, x, z }
}

/// One of the mixed family, of at most `most` nodes: sparse, middling and dense graphs, ladders, chains and front doors
/// with a few edges changed.
pub fn mixed(most: usize, rng: &mut ChaCha8Rng) -> Case {
    let len = rng.random_range(2..=most);
    match rng.random_range(0..10) {
        0 => random_query(graphs::random(len, 0.3, 0.15, rng), rng),
        1..=3 => random_query(graphs::random(len, 0.5, 0.3, rng), rng),
        4 => random_query(graphs::random(len, 0.8, 0.2, rng), rng),
        5 => random_query(graphs::random(len, 0.7, 0.5, rng), rng),
        6 | 7 if most >= 4 => {
            // A ladder with its own question, few edges changed.
            let depth = if rng.random_bool(0.7) { most / 2 - 1 } else { rng.random_range(1..most / 2) };
            let graph = graphs::perturbed(&graphs::napkin_ladder(depth), 0.03, 0.03, rng);
            let (x, y) = (bit(2 * depth), bit(2 * depth + 1));
            Case { graph, y, x, z: 0 }
        }
        8 if most >= 4 => {
            // A ladder with any question.
            let depth = rng.random_range(1..most / 2);
            random_query(graphs::perturbed(&graphs::napkin_ladder(depth), 0.05, 0.1, rng), rng)
        }
        _ => {
            let len = len.max(3);
            let graph = graphs::perturbed(&graphs::front_door_chain(len - 2), 0.1, 0.1, rng);
            let z = if rng.random_bool(0.3) { bit(rng.random_range(1..len - 1)) } else { 0 };
            Case { graph, y: bit(len - 1), x: bit(0), z }
        }
    }
}
