//! Readers' proofs.
use std::fs;
use whatif::answer::{Body, Options, Prover, Verdict};
use whatif::source::Source;

#[test]
fn scratch() {
    let mut files: Vec<_> = ["examples/proofs", "examples/mistakes", "tests/proofs"]
        .iter()
        .flat_map(|d| fs::read_dir(d).unwrap())
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    for file in files {
        let source = Source::new(file.display().to_string(), fs::read_to_string(&file).unwrap());
        let (tree, _d) = whatif::syntax::parse(&source);
        println!("{:?}", _d.iter().map(|d| d.message.clone()).collect::<Vec<_>>());
        let (problem, diagnostics) = whatif::problem::resolve(&source, &tree);
        println!("== {} {:?}", file.display(), diagnostics.iter().map(|d| d.message.clone()).collect::<Vec<_>>());
        let prover = Prover::new(&problem).unwrap();
        for i in 0..problem.queries.len() {
            let t = std::time::Instant::now();
            let answer = prover.answer(i, &Options::default());
            let v = |v: &Verdict| match v {
                Verdict::Holds(_) => "holds".to_owned(),
                Verdict::Fails(_) => "fails".to_owned(),
                Verdict::Undetermined(w) => format!("? {}", w.reason),
                Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::FailsAt { .. } => "other".to_owned(),
            };
            match &answer.body {
                Body::Proof { lines, verdict, .. } => {
                    println!(" proof {} {:?}", v(verdict), t.elapsed());
                    for l in lines {
                        println!("    {} {}", l.status.name(), l.reason.clone().unwrap_or_default());
                    }
                }
                Body::Equality { verdict, .. } => println!(" {}: {} {:?}", answer.text, v(verdict), t.elapsed()),
                Body::Effect { .. }
                | Body::Contrast { .. }
                | Body::Independence { .. }
                | Body::Adjust { .. }
                | Body::Implications { .. }
                | Body::Paths { .. }
                | Body::Simplify { .. } => {}
            }
        }
        for i in 0..problem.expectations.len() {
            let e = prover.expectation(i, &Options::default());
            println!(" {}: {:?} {:?}", e.text, e.holds, e.reason);
        }
    }
}
