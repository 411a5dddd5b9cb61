//! Published graphs and questions, `tests/corpus/<topic>/*.causal`, through the public API; and what those files expect,
//! by brute force.

use crate::support::bits::{Bits, bit, mask, projected};
use crate::support::evaluate::Evaluator;
use crate::support::scm::Scm;
use crate::support::{hedges, tian};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use whatif::expr::{Expr, Ref};
use whatif::graph::Graph;
use whatif::problem::{self, Expectation, ExpectationKind, GraphEntry, Problem};
use whatif::source::{Severity, Source};
use whatif::syntax;

/// Every file of the corpus, in order.
fn files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "causal") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// `topic/name`
fn name_of(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    path.strip_prefix(root).unwrap().with_extension("").to_string_lossy().replace('\\', "/")
}

/// A file, read without complaint.
fn read(path: &Path) -> Problem {
    let source = Source::new(name_of(path), std::fs::read_to_string(path).unwrap());
    let (tree, mut diagnostics) = syntax::parse(&source);
    let (problem, more) = problem::resolve(&source, &tree);
    diagnostics.extend(more);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", source.name());
    problem
}

/// The graph that queries speak of, by the tests' own projection.
fn graph_of(entry: &GraphEntry) -> Graph {
    projected(&entry.source, mask(&entry.latents))
}

#[test]
fn the_corpus_is_there_and_cites_its_sources() {
    let files = files();
    assert!(files.len() >= 60, "{} files", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("// ") && text.contains("\n// Source: "), "{} says where it is from", path.display());
        assert!(text.contains("\nexpect "), "{} expects something", path.display());
    }
}

/// What a file expects is so, whatever the library says of it.
#[test]
fn expectations_are_true() {
    let mut rng = ChaCha8Rng::seed_from_u64(41);
    let mut seen = 0;
    for path in files() {
        let problem = read(&path);
        for expectation in &problem.expectations {
            let text = problem.source.slice(expectation.span);
            let graph = graph_of(&problem.graphs[expectation.graph]);
            assert_eq!(truth(&graph, expectation, &mut rng), expectation.expected, "{}: {text}", name_of(&path));
            seen += 1;
        }
    }
    assert!(seen >= 200, "{seen} expectations");
}

fn truth(graph: &Graph, expectation: &Expectation, rng: &mut ChaCha8Rng) -> bool {
    let bits = Bits::of(graph);
    match &expectation.kind {
        ExpectationKind::Identifiable(query) => {
            let Expr::P(term) = expectation.arena.get(*query) else { panic!("the corpus asks of single terms") };
            let set = |refs: &[Ref]| refs.iter().fold(0, |set, r| set | bit(r.var.index()));
            let (y, x, z) = (set(term.of()), set(term.do_()), set(term.given()));
            let verdict = tian::identifiable(&bits, y, x, z);
            if bits.len <= 7 {
                assert_eq!(verdict, hedges::identifiable(&bits, y, x, z));
            }
            verdict
        }
        ExpectationKind::Independence(separation) => {
            let cut = bits.mutilated(&separation.cut);
            let (x, y, given) = (mask(&separation.x), mask(&separation.y), mask(&separation.given));
            let separated = cut.separated(x, y, given);
            assert_eq!(separated, cut.separated_by_paths(x, y, given));
            separated
        }
        ExpectationKind::Equality(lhs, rhs) => (0..3).all(|_| {
            let model = Scm::random(graph, if bits.len <= 6 { &[2, 3] } else { &[2] }, &[2, 3], rng);
            let mut evaluator = Evaluator::new(&model);
            let left = evaluator.value(&expectation.arena, *lhs);
            left.distance(&evaluator.value(&expectation.arena, *rhs)) < 1e-7
        }),
    }
}
