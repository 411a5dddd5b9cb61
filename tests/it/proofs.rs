//! Readers' proofs and equalities: what is derived checks when it is read back, what is damaged never holds unless it
//! is true, and each kind of mistake is told apart.

use crate::support::evaluate::Evaluator;
use crate::support::graphs::written;
use crate::support::queries::{Case, mixed};
use crate::support::scm::Scm;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;
use whatif::answer::{Answer, Body, CheckedLine, LineStatus, Options, Prover, Verdict};
use whatif::derive::derive;
use whatif::expr::{Arena, ExprId};
use whatif::graph::Graph;
use whatif::identify::{Identification, identify};
use whatif::problem::{Problem, lift, resolve};
use whatif::proof::{Derivation, Rule};
use whatif::source::{Severity, Source};
use whatif::syntax::parse;
use whatif::syntax::print::{self, Style};

/// The problem in a text that must be without fault.
fn problem(name: &str, text: &str) -> Problem {
    let source = Source::new(name, text);
    let (tree, faults) = parse(&source);
    assert!(faults.is_empty(), "{name}: {faults:?}\n{text}");
    let (problem, mut faults) = resolve(&source, &tree);
    faults.retain(|fault| fault.severity == Severity::Error);
    assert!(faults.is_empty(), "{name}: {faults:?}\n{text}");
    problem
}

fn answers(problem: &Problem) -> Vec<Answer> {
    let prover = Prover::new(problem).unwrap();
    (0..problem.queries.len()).map(|at| prover.answer(at, &Options::default())).collect()
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Holds(_) => "holds",
        Verdict::Fails(_) => "fails",
        Verdict::Undetermined(why) => {
            assert_eq!(why.refused, None);
            "undetermined"
        }
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) | Verdict::FailsAt { .. } => "of another kind",
    }
}

/// The expressions that a derivation leads through, each with the rules that made it of the one before; the rules are
/// left out where a lemma did.
fn told(derivation: &Derivation) -> Vec<(ExprId, Vec<Rule>)> {
    let steps = &derivation.steps;
    let mut chain = Vec::new();
    let mut at = steps.len().checked_sub(1);
    while let Some(step) = at.and_then(|at| steps.get(at)) {
        let base = step.uses.first().map(|used| used.step).filter(|&base| steps[base].lhs == step.lhs);
        let applied = step.uses.iter().skip(usize::from(base.is_some())).map(|used| &steps[used.step]);
        let mut rules: Vec<Rule> = if step.rule == Rule::Substitute {
            applied.map(|step| step.rule).collect()
        } else {
            vec![step.rule]
        };
        rules.sort();
        rules.dedup();
        if rules.contains(&Rule::Substitute) {
            rules.clear();
        }
        chain.push((step.rhs, rules));
        at = base;
    }
    chain.reverse();
    chain
}

fn reason(rule: Rule) -> &'static str {
    match rule {
        Rule::Rule1 => "rule 1",
        Rule::Rule2 => "rule 2",
        Rule::Rule3 => "rule 3",
        Rule::Marginalise => "marginalise",
        Rule::Chain => "chain",
        Rule::Condition => "condition",
        Rule::Algebra => "algebra",
        Rule::Substitute => unreachable!("no reason is a substitution"),
    }
}

/// A derivation as a proof block, one line for each of its own.
fn block(graph: &Graph, arena: &Arena, start: ExprId, lines: &[(ExprId, Vec<Rule>)]) -> String {
    let show = |id| print::expr(&lift::expr(graph, arena, id, &[]), Style::Ascii);
    let lines = lines.iter().map(|(expr, rules)| {
        let reasons: Vec<&str> = rules.iter().copied().map(reason).collect();
        let by = if reasons.is_empty() { String::new() } else { format!(" by {}", reasons.join(", ")) };
        format!("    = {}{by}\n", show(*expr))
    });
    let lines: String = lines.collect();
    format!("graph {{ {} }}\nproof {} {{\n{lines}}}\n", written(graph), show(start))
}

/// The derivations of a case, for every strategy.
fn derivations(case: &Case, arena: &mut Arena) -> Vec<(ExprId, Vec<(ExprId, Vec<Rule>)>)> {
    let effect = case.effect();
    let query = arena.p(case.term());
    match identify(&case.graph, &effect, arena, true) {
        Identification::Identifiable(all) => all
            .iter()
            .map(|estimand| (query, told(&derive(&case.graph, &effect, estimand, arena))))
            .filter(|(_, lines)| !lines.is_empty())
            .collect(),
        Identification::NotIdentifiable(_) => Vec::new(),
    }
}

fn checked(answer: &Answer) -> (&[CheckedLine], &Verdict) {
    match &answer.body {
        Body::Proof { lines, verdict, .. } => (lines, verdict),
        _ => panic!("not a proof"),
    }
}

#[test]
fn what_is_derived_checks_line_by_line() {
    let mut rng = ChaCha8Rng::seed_from_u64(61);
    let (mut lines, mut slow) = (0, std::time::Duration::ZERO);
    let mut bad = Vec::new();
    for number in 0..2500 {
        let case = mixed(3 + number % 4, &mut rng);
        let mut arena = Arena::new();
        for (query, told) in derivations(&case, &mut arena) {
            let text = block(&case.graph, &arena, query, &told);
            if text.len() > 6000 { continue; }
            let problem = problem("derived", &text);
            let t = std::time::Instant::now();
            let answers = answers(&problem);
            if t.elapsed() > slow { slow = t.elapsed(); println!("{slow:?}\n{text}"); }
            let (found, whole) = checked(&answers[0]);
            lines += found.len();
            for (at, line) in found.iter().enumerate() {
                if !matches!(line.status, LineStatus::Holds { .. }) {
                    bad.push(format!("line {} {} {:?}\n{text}", at + 1, line.status.name(), line.reason));
                    break;
                }
            }
            let _ = whole;
        }
    }
    println!("{lines} lines, {} bad", bad.len());
    for b in bad.iter().take(12) { println!("{b}"); }
    panic!();
}
