//! Formatting and reading a long file: `cargo bench --bench format`.
//!
//! 100,000 lines of graphs, questions, expectations and proofs with comments, laid out badly. Each is to take less than
//! a second.

use divan::Bencher;
use whatif::source::Source;
use whatif::syntax;

fn main() {
    divan::main();
}

/// Ten lines again and again.
fn text(lines: usize) -> Source {
    let ten = "// a graph\ngraph g{N{\n  z->x -> y  // the effect\n    z ->y ; u[latent,pos=\"0,1\"]\n}\n\
               total{N:P(y|do(x),z=1) in g{N  # asked\nexpect P(y|do( x ))=sum_{z}P(y|x,z)P(z) in g{N\n\
               proof P(y|do(x)) in g{N {\n  = sum_{z} P(y|x,z) P(z) by M,P, rule 2 {y _||_ x|z in [under x]}\n}\n";
    let text: String = (0..lines / 10).map(|n| ten.replace("{N", &n.to_string())).collect();
    let source = Source::new("long.causal", text);
    assert!(syntax::parse(&source).1.is_empty());
    source
}

#[divan::bench(args = [10_000, 100_000])]
fn format(bencher: Bencher, lines: usize) {
    let source = text(lines);
    bencher.bench_local(|| syntax::format(&source));
}

#[divan::bench(args = [10_000, 100_000])]
fn parse(bencher: Bencher, lines: usize) {
    let source = text(lines);
    bencher.bench_local(|| syntax::parse(&source));
}
