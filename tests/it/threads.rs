//! What a file means does not depend on the threads that are lent for reading it.

use std::fmt::Write as _;
use whatif::source::Source;
use whatif::{problem, syntax};

/// A long text of short graphs and questions; `damage` turns some of its lines into others.
fn text(blocks: usize, mut damage: impl FnMut(usize) -> Option<&'static str>) -> String {
    let mut text = String::from("var x, y : {0, 1}\n");
    let mut line = 0;
    for n in 0..blocks {
        let block = format!(
            "/// Number {n}.\ngraph g{n} {{\n  z -> x -> y  // the effect\n  z -> y; u [latent]\n  a{n}\n}}\n\
             total{n}: P(y | do(x), z = 1)\nexpect P(y | do(x)) = sum_{{z}} P(y | x, z) P(z) in g{n}\n\
             let mean{n} = E[y | do(x)]\nproof P(y | do(x)) in g{n} {{\n  = sum_{{z}} P(y | x, z) P(z)\n}}\n"
        );
        for written in block.lines() {
            line += 1;
            let _ = writeln!(text, "{}", damage(line).unwrap_or(written));
        }
    }
    text
}

/// Reads a text with one thread and with three.
fn same(text: &str) -> usize {
    let source = Source::new("long.causal", text);
    let told = || {
        let (tree, problem, diagnostics) = problem::read_with_tree(&source);
        // Without the text itself, which every diagnostic holds.
        let mut told: Vec<String> = diagnostics.iter().map(|d| format!("{} {:?}", d.message, d.labels)).collect();
        told.push(format!("{tree:?}"));
        told.extend(problem.queries.iter().map(|query| format!("{query:?}")));
        told.extend(problem.expectations.iter().map(|expectation| format!("{expectation:?}")));
        told.extend(problem.graphs.iter().map(|graph| format!("{graph:?}")));
        told.push(syntax::format(&source).unwrap_or_else(|faults| format!("{} mistakes of form", faults.len())));
        (told, problem.queries.len())
    };
    let (alone, queries) = told();
    let pool = rayon_core::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
    let (threaded, _) = pool.install(told);
    assert_eq!(alone.len(), threaded.len());
    for (one, other) in alone.iter().zip(&threaded) {
        assert_eq!(one, other);
    }
    queries
}

#[test]
fn a_sound_file_reads_the_same_with_threads() {
    assert_eq!(same(&text(400, |_| None)), 800);
}

#[test]
fn a_file_with_mistakes_reads_the_same_with_threads() {
    const WORDS: [&str; 12] = [
        "P(w | do(x))",
        "graph g1 {",
        "}",
        "P(y | do(x)",
        "mean0",
        "total1: P(y)",
        "expect mean3 = mean4",
        "/* so",
        "*/",
        "P(y | do(x), z = 7)",
        "x -> y, q",
        "P(y | x = 2)",
    ];
    for every in [7, 50, 601, 2500] {
        let mut state: u32 = every;
        let damage = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let drawn = state >> 8;
            drawn.is_multiple_of(every).then(|| WORDS[(drawn / every) as usize % WORDS.len()])
        };
        same(&text(400, damage));
    }
}

#[test]
fn one_long_graph_reads_the_same_with_threads() {
    let lines: String = (0..20_000).map(|n| format!("v{n} -> v{} // so\n  v{n}\n", n + 1)).collect();
    let asked: String = (0..500).map(|n| format!("P(v{} | do(v{n}))\n", n + 9)).collect();
    assert_eq!(same(&format!("graph g {{\n{lines}}}\n{asked}")), 500);
    same(&format!("graph g {{\n{lines}\n{asked}"));
}
