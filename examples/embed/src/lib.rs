//! The prover in a program of one's own: a graph built in code, a question asked, its certificate judged again.

use std::error::Error;
use std::fmt::Write as _;
use whatif::graph::GraphBuilder;
use whatif::json::Outcome;
use whatif::problem::Builder;
use whatif::proof::Evidence;
use whatif::{Body, Options, Prover, Verdict, json, kernel};

/// Asks one question and tells what came of it.
pub fn story() -> Result<String, Box<dyn Error>> {
    let mut told = String::new();

    // 1. A graph, from whatever the program holds: here pairs of cause and effect.
    let causes = [("gene", "smoking"), ("gene", "cancer"), ("smoking", "tar"), ("tar", "cancer")];
    let mut graph = GraphBuilder::new();
    for (cause, effect) in causes {
        let (cause, effect) = (graph.node(cause), graph.node(effect));
        graph.directed(cause, effect);
    }

    // 2. A question about it. Nobody has measured the gene.
    let mut problem = Builder::new();
    let lungs = problem.graph("lungs", graph.build()?, &["gene"])?;
    let asked = problem.effect(lungs, &["cancer"], &["smoking"], &[])?;
    let problem = problem.build();

    // 3. The answer.
    let prover = Prover::new(&problem)?;
    let answer = prover.answer(asked, &Options::default());
    writeln!(told, "asked:    {}", answer.text)?;
    let found = match &answer.body {
        Body::Effect { verdict: Verdict::Identifiable(found), .. } => found,
        Body::Effect { verdict: Verdict::NotIdentifiable(_), .. } => return Err("no data can answer this".into()),
        _ => return Err("the search was stopped".into()),
    };
    writeln!(told, "answer:   {}", answer.written(found.estimand))?;
    writeln!(told, "found by: {}", found.how)?;

    // 4. The certificate: a claim, and evidence for it. The kernel accepted it before there was a verdict, and does so
    //    again for anyone who asks.
    let mut arena = answer.arena.clone();
    let checked = kernel::check(&mut arena, found.checked.claim(), found.checked.evidence())?;
    if let Evidence::Derivation(derivation) = checked.evidence() {
        writeln!(told, "kernel:   accepted, a derivation of {} steps", derivation.steps.len())?;
    }

    // 5. The same as JSON, for someone who has only that: judged from the document alone.
    let report = json::Report { problem: &problem, answers: &[answer], expectations: &[] };
    let document = json::text(&[report], &[]);
    writeln!(told, "document: {}", judged(&document)?)?;

    // 6. Whoever bends it is found out.
    let bent = document.replace("\"rule-3\"", "\"rule-2\"");
    writeln!(told, "bent:     {}", judged(&bent)?)?;
    Ok(told)
}

/// What the kernel says of a document that came from elsewhere.
fn judged(document: &str) -> Result<String, Box<dyn Error>> {
    let mut told = Vec::new();
    for answer in json::verify(document)? {
        told.push(match answer.outcome {
            Outcome::Accepted(_) => "accepted".to_owned(),
            Outcome::Refused(why) => format!("refused: {}", why.reason),
            Outcome::NothingToCheck => "claims nothing".to_owned(),
        });
    }
    Ok(told.join(", "))
}
