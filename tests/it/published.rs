//! Cases with known answers from published sources and from other systems' public tests, where the folder that holds
//! them stands beside this repository (or where `WHATIF_SHARED` says).

use crate::soundness::{Seen, judge};
use crate::support::bits::{Bits, bit, node_set};
use crate::support::queries::Case;
use crate::support::{graphs, hedges, tian};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::PathBuf;
use whatif::graph::{Graph, Mutilation};
use whatif::reach;

#[derive(Deserialize)]
struct Edges {
    nodes: Vec<String>,
    directed: Vec<[String; 2]>,
    bidirected: Vec<[String; 2]>,
}

impl Edges {
    fn graph(&self) -> Graph {
        let place = |name: &String| self.nodes.iter().position(|node| node == name).expect("edges join nodes");
        let pairs = |edges: &[[String; 2]]| edges.iter().map(|[a, b]| (place(a), place(b))).collect::<Vec<_>>();
        graphs::named(&self.nodes, &pairs(&self.directed), &pairs(&self.bidirected))
    }

    fn set(&self, names: &[String]) -> u64 {
        let place = |name: &String| self.nodes.iter().position(|node| node == name).expect("sets hold nodes");
        names.iter().fold(0, |set, name| set | bit(place(name)))
    }
}

#[derive(Deserialize)]
struct Sides {
    y: Vec<String>,
    x: Vec<String>,
    z: Vec<String>,
}

#[derive(Deserialize)]
struct Identification {
    id: String,
    source: String,
    graph: Edges,
    query: Sides,
    identifiable: bool,
}

#[derive(Deserialize)]
struct Independence {
    id: String,
    source: String,
    graph: Edges,
    x: Vec<String>,
    y: Vec<String>,
    given: Vec<String>,
    holds: bool,
}

/// The cases of a file; none, and a note that no test harness swallows, where the file is not there.
fn cases<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let shared = std::env::var_os("WHATIF_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let path = shared.join("cases").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let cases: Vec<T> = serde_json::from_str(&text).unwrap();
            assert!(!cases.is_empty(), "{} holds cases", path.display());
            cases
        }
        Err(error) => {
            let note = format!("note: {} not tested: {error} (set WHATIF_SHARED)\n", path.display());
            // Not `eprintln!`, which the harness keeps to itself where a test passes.
            let _ = std::io::stderr().write_all(note.as_bytes());
            Vec::new()
        }
    }
}

#[test]
fn identification() {
    let mut rng = ChaCha8Rng::seed_from_u64(31);
    for case in cases::<Identification>("identification.json") {
        let name = format!("{}: {}", case.id, case.source);
        let sets = [&case.query.y, &case.query.x, &case.query.z].map(|names| case.graph.set(names));
        let question = Case { graph: case.graph.graph(), y: sets[0], x: sets[1], z: sets[2] };
        let bits = Bits::of(&question.graph);
        assert_eq!(tian::identifiable(&bits, sets[0], sets[1], sets[2]), case.identifiable, "{name}");
        if bits.len <= 7 {
            assert_eq!(hedges::identifiable(&bits, sets[0], sets[1], sets[2]), case.identifiable, "{name}");
        }
        judge(&question, &mut rng, &mut Seen::new());
    }
}

#[test]
fn independence() {
    for case in cases::<Independence>("independence.json") {
        let name = format!("{}: {}", case.id, case.source);
        let graph = case.graph.graph();
        let bits = Bits::of(&graph);
        let [x, y, given] = [&case.x, &case.y, &case.given].map(|names| case.graph.set(names));
        assert_eq!(bits.separated(x, y, given), case.holds, "{name}");
        assert_eq!(bits.separated_by_paths(x, y, given), case.holds, "{name}");
        let [x, y, given] = [x, y, given].map(|set| node_set(&graph, set));
        assert_eq!(reach::separated(&graph, &x, &y, &given, &Mutilation::none(&graph)), case.holds, "{name}");
    }
}
