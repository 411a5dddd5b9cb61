//! Published graphs and questions, `tests/corpus/<topic>/*.causal`, through the public API; and what those files expect,
//! by brute force.

use crate::support::bits::{Bits, bit, mask, projected};
use crate::support::evaluate::Evaluator;
use crate::support::scm::Scm;
use crate::support::{hedges, tian};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};
use whatif::answer::{Answer, Body, Options, Prover, Verdict};
use whatif::expr::{Expr, Ref, Term};
use whatif::graph::{Graph, Node, NodeSet};
use whatif::problem::{self, Expectation, ExpectationKind, GraphEntry, Problem, lift};
use whatif::proof::Evidence;
use whatif::source::{Severity, Source};
use whatif::syntax::print::{self, Style};

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
    let (problem, diagnostics) = problem::read(&source);
    let errors: Vec<_> = diagnostics.iter().filter(|d| d.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{}: {errors:#?}", source.name());
    problem
}

/// The graph that queries speak of, by the tests' own projection.
fn graph_of(entry: &GraphEntry) -> Graph {
    projected(&entry.source, mask(&entry.latents))
}

/// What the library expects to be so is so by the library too, every question gets an answer that is right, and what the
/// answers say is as it was.
#[test]
fn the_library_agrees() {
    let mut rng = ChaCha8Rng::seed_from_u64(42);
    let mut failed = Vec::new();
    for path in files() {
        let problem = read(&path);
        let prover = Prover::new(&problem).unwrap();
        let options = Options { all: true, ..Options::default() };
        for index in 0..problem.expectations.len() {
            let expected = prover.expectation(index, &options);
            if expected.holds != Some(true) {
                failed.push(format!("{}: {} ({:?})", name_of(&path), expected.text, expected.reason));
            }
        }
        let answers: Vec<Answer> = (0..problem.queries.len()).map(|index| prover.answer(index, &options)).collect();
        for answer in &answers {
            is_right(&name_of(&path), answer, &mut rng);
        }
        let told: Vec<String> = answers.iter().map(tell).collect();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("corpus__{}", name_of(&path).replace('/', "__")), told.join("\n\n"));
        });
    }
    assert!(failed.is_empty(), "{} expectations fail:\n{}", failed.len(), failed.join("\n"));
}

/// Judges an answer by brute force: the verdict, and the value of each estimand in a random model, whatever its free
/// references are.
fn is_right(file: &str, answer: &Answer, rng: &mut ChaCha8Rng) {
    let (graph, arena) = (&*answer.graph, &answer.arena);
    let bits = Bits::of(graph);
    let set = |refs: &[Ref]| refs.iter().fold(0, |set, r| set | bit(r.var.index()));
    let identifiable = |term: &Term| tian::identifiable(&bits, set(term.of()), set(term.do_()), set(term.given()));
    let (expected, verdict) = match &answer.body {
        Body::Effect { term, verdict } => (identifiable(term), verdict),
        // The corpus has contrasts of identifiable terms only.
        Body::Contrast { verdict, .. } => (true, verdict),
        Body::Independence { separation, verdict } => {
            let sides = [&separation.x, &separation.y, &separation.given].map(mask);
            (bits.mutilated(&separation.cut).separated(sides[0], sides[1], sides[2]), verdict)
        }
        Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => panic!("{file}: the corpus asks no {}", answer.text),
    };
    let found = match verdict {
        Verdict::Identifiable(_) | Verdict::Holds(_) => true,
        Verdict::NotIdentifiable(_) | Verdict::Fails(_) => false,
        Verdict::Undetermined(_) => panic!("{file}: {}: {verdict:?}", answer.text),
    };
    assert_eq!(found, expected, "{file}: {}", answer.text);
    let Verdict::Identifiable(identified) = verdict else { return };
    let model = Scm::random(graph, if bits.len <= 6 { &[2, 3] } else { &[2] }, &[2, 3], rng);
    let mut evaluator = Evaluator::new(&model);
    let truth = match &answer.body {
        Body::Contrast { expr, .. } => evaluator.value(arena, *expr),
        Body::Effect { term, .. } => evaluator.term(arena, term).into(),
        Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => return,
    };
    for found in identified.alternatives.iter().chain([&**identified]) {
        let value = evaluator.value(arena, found.estimand);
        assert!(value.distance(&truth) < 1e-7, "{file}: {} by {}", answer.text, found.strategy);
        let asked = |r: &Ref| truth.axes().iter().any(|(axis, _)| axis == r);
        let free: Vec<Ref> = arena.free(found.estimand).iter().copied().filter(|r| !asked(r)).collect();
        assert_eq!(found.free, free, "{file}: {} by {}", answer.text, found.strategy);
    }
}

/// An answer in a few lines, as the language writes its parts.
fn tell(answer: &Answer) -> String {
    let (graph, arena) = (&*answer.graph, &answer.arena);
    let written = |id, definitions: &[_]| print::expr(&lift::expr(graph, arena, id, definitions), Style::Ascii);
    let mut lines = vec![answer.text.clone()];
    let verdict = match &answer.body {
        Body::Effect { verdict, .. }
        | Body::Contrast { verdict, .. }
        | Body::Independence { verdict, .. }
        | Body::Equality { verdict, .. }
        | Body::Proof { verdict, .. } => verdict,
        Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Number { .. } => {
            return lines.concat();
        }
    };
    match verdict {
        Verdict::Identifiable(identified) => {
            for (place, (name, id)) in answer.definitions.iter().enumerate() {
                lines.push(format!("  let {name} = {}", written(*id, &answer.definitions[..place])));
            }
            for found in std::iter::once(&**identified).chain(&identified.alternatives) {
                lines.push(format!("  = {}", written(found.estimand, &answer.definitions)));
                let free: Vec<&str> = found.free.iter().map(|r| graph.name(Node::new(r.var.index()))).collect();
                let any = if free.is_empty() { String::new() } else { format!(", for any {}", free.join(", ")) };
                lines.push(format!("    {} ({}){any}", found.strategy, found.how));
            }
        }
        Verdict::NotIdentifiable(checked) => {
            let names = |set: &NodeSet| set.iter().map(|node| graph.name(node)).collect::<Vec<_>>().join(", ");
            lines.push(match checked.evidence() {
                Evidence::Hedge(hedge, models) => format!(
                    "  not identifiable: {{{}}} within {{{}}}, roots {{{}}}{}",
                    names(&hedge.inner.nodes),
                    names(&hedge.outer.nodes),
                    names(&hedge.root),
                    if models.is_some() { ", and two models" } else { "" },
                ),
                Evidence::Derivation(_) | Evidence::CounterModel(_) | Evidence::Separation | Evidence::OpenPath(_) => {
                    "  not identifiable".to_owned()
                }
            });
        }
        Verdict::Holds(_) => lines.push("  holds".to_owned()),
        Verdict::Fails(_) => lines.push("  fails".to_owned()),
        Verdict::Undetermined(why) => lines.push(format!("  undetermined: {}", why.reason)),
    }
    lines.join("\n")
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
        ExpectationKind::Number(_) => panic!("the corpus asks graphs, not models"),
    }
}
