//! Readers' proofs and equalities: what is derived checks when it is read back, what is damaged never holds unless it
//! is true, and each kind of mistake is told apart.

use crate::cli::whatif;
use crate::support::evaluate::Evaluator;
use crate::support::graphs::written;
use crate::support::queries::{Case, mixed};
use crate::support::scm::Scm;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whatif::answer::{Answer, Body, CheckedLine, LineStatus, Options, Prover, Verdict};
use whatif::derive::derive;
use whatif::expr::{Arena, ExprId, Term};
use whatif::graph::Graph;
use whatif::identify::{Identification, identify};
use whatif::json;
use whatif::problem::{Problem, lift, resolve};
use whatif::proof::{Derivation, Rule};
use whatif::source::{Severity, Source};
use whatif::syntax::parse;
use whatif::syntax::print::{self, Style};

/// The files of a folder, in order.
fn files(folder: &str) -> Vec<String> {
    let all = std::fs::read_dir(format!("{}/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut files: Vec<String> =
        all.map(|entry| format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap())).collect();
    files.retain(|file| file.ends_with(".causal"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn stem(file: &str) -> &str {
    file.rsplit('/').next().unwrap().trim_end_matches(".causal")
}

#[test]
fn textbook_proofs_hold() {
    for file in files("examples/proofs") {
        let run = whatif(&["run", &file]);
        assert_eq!((run.status, run.errors.as_str()), (0, ""), "{file}");
        assert!(!run.output.contains("not decided"), "{}", run.output);
        insta::assert_snapshot!(format!("proof_{}", stem(&file)), run.output);
    }
}

#[test]
fn mistakes_are_told_apart() {
    for file in files("examples/mistakes") {
        let run = whatif(&["run", &file]);
        assert_eq!((run.status, run.errors.as_str()), (1, ""), "{file}");
        insta::assert_snapshot!(format!("mistake_{}", stem(&file)), run.output);
        let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let problem = problem(&file, &text);
        let report = json::Report { problem: &problem, answers: &answers(&problem), expectations: &[] };
        insta::assert_snapshot!(format!("mistake_{}_json", stem(&file)), json::text(&[report], &[]));
    }
}

#[test]
fn proofs_and_equalities_of_every_kind() {
    for file in files("tests/proofs") {
        insta::assert_snapshot!(format!("proofs_{}", stem(&file)), whatif(&["run", &file]).output);
    }
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proofs/mistakes.causal")).unwrap();
    let found: Vec<Vec<&str>> = answers(&problem("mistakes", &text))
        .iter()
        .map(|answer| checked(answer).0.iter().map(|line| line.status.name()).collect())
        .collect();
    let expected: [&[&str]; 12] = [
        &["rule_fails"],
        &["rule_fails"],
        &["other_separation"],
        &["other_reason"],
        &["other_reason"],
        &["differs"],
        &["differs"],
        &["differs"],
        &["differs"],
        &["rule_fails"],
        &["rule_fails", "holds"],
        &["rule_fails"],
    ];
    assert_eq!(found, expected);
}

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
        Verdict::Identifiable(_) | Verdict::NotIdentifiable(_) => "of another kind",
    }
}

/// An expression with the rules that made it of the one before.
type Told = (ExprId, Vec<Rule>);

/// The expressions that a derivation leads through, each with the rules that made it of the one before; the rules are
/// left out where a lemma did.
fn told(derivation: &Derivation) -> Vec<Told> {
    let steps = &derivation.steps;
    let mut chain = Vec::new();
    let mut at = steps.len().checked_sub(1);
    while let Some(step) = at.and_then(|at| steps.get(at)) {
        let base = step.uses.first().map(|used| used.step).filter(|&base| steps[base].lhs == step.lhs);
        let applied = step.uses.iter().skip(usize::from(base.is_some())).map(|used| &steps[used.step]);
        let mut rules: Vec<Rule> =
            if step.rule == Rule::Substitute { applied.map(|step| step.rule).collect() } else { vec![step.rule] };
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
fn block(graph: &Graph, arena: &Arena, start: ExprId, lines: &[Told]) -> String {
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
fn derivations(case: &Case, arena: &mut Arena) -> Vec<(ExprId, Vec<Told>)> {
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
        Body::Effect { .. }
        | Body::Contrast { .. }
        | Body::Independence { .. }
        | Body::Equality { .. }
        | Body::Adjust { .. }
        | Body::Implications { .. }
        | Body::Paths { .. }
        | Body::Simplify { .. }
        | Body::Number { .. } => panic!("not a proof"),
    }
}

#[test]
fn what_is_derived_checks_line_by_line() {
    let mut rng = ChaCha8Rng::seed_from_u64(61);
    let mut lines = 0;
    for number in 0..300 {
        let case = mixed(3 + number % 4, &mut rng);
        let mut arena = Arena::new();
        for (query, told) in derivations(&case, &mut arena) {
            let text = block(&case.graph, &arena, query, &told);
            if text.len() > 4_000 {
                continue;
            }
            let answers = answers(&problem("derived", &text));
            let (found, whole) = checked(&answers[0]);
            for (at, line) in found.iter().enumerate() {
                assert_eq!(line.status.name(), "holds", "line {} {:?}\n{text}", at + 1, line.reason);
            }
            assert_eq!(verdict(whole), "holds", "{text}");
            lines += found.len();
        }
    }
    assert!(lines > 500, "only {lines} lines were checked");
}

/// Whether two expressions have the same values in three models, as far as the tests know.
fn equal(graph: &Graph, arena: &Arena, a: ExprId, b: ExprId, rng: &mut ChaCha8Rng) -> bool {
    (0..3).all(|_| {
        let model = Scm::random(graph, &[2, 3], &[2, 3], rng);
        let mut evaluator = Evaluator::new(&model);
        evaluator.value(arena, a).distance(&evaluator.value(arena, b)) < 1e-7
    })
}

/// A term with one thing changed: an action observed, a condition set or dropped, an action dropped.
fn damaged_term(term: &Term, rng: &mut ChaCha8Rng) -> Option<Term> {
    let mut given = term.given().to_vec();
    let mut actions = term.do_().to_vec();
    let drop = rng.random_bool(0.5);
    if !actions.is_empty() && (given.is_empty() || rng.random_bool(0.5)) {
        let action = actions.remove(rng.random_range(0..actions.len()));
        given.extend((!drop).then_some(action));
    } else if !given.is_empty() {
        let condition = given.remove(rng.random_range(0..given.len()));
        actions.extend((!drop).then_some(condition));
    } else {
        return None;
    }
    Term::new(term.of().to_vec(), given, actions)
}

#[test]
fn what_is_damaged_holds_only_if_it_is_true_and_by_its_rule() {
    let mut rng = ChaCha8Rng::seed_from_u64(62);
    let (mut told_apart, mut open, mut still_true) = (0, 0, 0);
    for number in 0..400 {
        let case = mixed(3 + number % 3, &mut rng);
        let mut arena = Arena::new();
        for (query, mut told) in derivations(&case, &mut arena) {
            let at = rng.random_range(0..told.len());
            let terms: Vec<Term> = arena.terms(told[at].0).into_iter().cloned().collect();
            let Some(term) = terms.choose(&mut rng) else { continue };
            let Some(other) = damaged_term(term, &mut rng) else { continue };
            let other = arena.p(other);
            let damaged = arena.replace_terms(told[at].0, &mut |_, known| (known == term).then_some(other));
            told[at].0 = damaged;
            told.truncate(at + 1);
            let before = if at == 0 { query } else { told[at - 1].0 };
            let text = block(&case.graph, &arena, query, &told);
            if text.len() > 3_000 {
                continue;
            }
            let answers = answers(&problem("damaged", &text));
            let (lines, whole) = checked(&answers[0]);
            let status = &lines[at].status;
            if equal(&case.graph, &arena, before, damaged, &mut rng) {
                still_true += 1;
                assert!(!matches!(status, LineStatus::Differs { .. }), "{text}");
                continue;
            }
            match status {
                LineStatus::Differs { .. } | LineStatus::RuleFails { .. } => told_apart += 1,
                LineStatus::Undetermined(why) => {
                    assert_eq!(why.refused, None, "{text}");
                    open += 1;
                }
                LineStatus::Holds { .. } | LineStatus::OtherReason { .. } | LineStatus::OtherSeparation { .. } => {
                    panic!("a false line is {}: {:?}\n{text}", status.name(), lines[at].reason)
                }
            }
            assert_ne!(verdict(whole), "holds", "{text}");
        }
    }
    assert!(
        told_apart > 100 && open * 50 < told_apart,
        "{told_apart} told apart, {open} open, {still_true} still true"
    );
}

#[test]
fn a_rule_that_is_swapped_is_noticed() {
    let mut rng = ChaCha8Rng::seed_from_u64(63);
    let mut noticed = 0;
    for number in 0..300 {
        let case = mixed(3 + number % 3, &mut rng);
        let mut arena = Arena::new();
        for (query, mut told) in derivations(&case, &mut arena) {
            let ruled: Vec<usize> = (0..told.len()).filter(|&at| told[at].1.len() == 1).collect();
            let Some(&at) = ruled.choose(&mut rng) else { continue };
            let right = told[at].1[0];
            let swapped = match right {
                Rule::Rule1 => Rule::Rule3,
                Rule::Rule2 => Rule::Rule1,
                Rule::Rule3 => Rule::Rule2,
                Rule::Marginalise | Rule::Chain | Rule::Condition => Rule::Rule1,
                Rule::Algebra | Rule::Substitute => continue,
            };
            told[at].1 = vec![swapped];
            told.truncate(at + 1);
            let text = block(&case.graph, &arena, query, &told);
            if text.len() > 2_000 {
                continue;
            }
            let answers = answers(&problem("swapped", &text));
            let (lines, _) = checked(&answers[0]);
            let status = lines[at].status.name();
            assert!(["other_reason", "rule_fails", "undetermined"].contains(&status), "{status}\n{text}");
            noticed += usize::from(status != "undetermined");
        }
    }
    assert!(noticed > 100, "only {noticed} were noticed");
}

#[test]
fn equalities_agree_with_what_the_tests_compute() {
    let mut rng = ChaCha8Rng::seed_from_u64(64);
    let (mut hold, mut fail, mut open) = (0, 0, Vec::new());
    for number in 0..500 {
        let case = mixed(3 + number % 3, &mut rng);
        let mut arena = Arena::new();
        let term = case.term();
        let mut forms = vec![arena.p(term.clone())];
        if let Identification::Identifiable(all) = identify(&case.graph, &case.effect(), &mut arena, true) {
            forms.extend(all.iter().map(|estimand| estimand.expr));
        }
        let mut other = Some(term);
        for _ in 0..2 {
            other = other.and_then(|term| damaged_term(&term, &mut rng));
            forms.extend(other.clone().map(|term| arena.p(term)));
        }
        let (Some(&a), Some(&b)) = (forms.choose(&mut rng), forms.choose(&mut rng)) else { continue };
        let show = |id| print::expr(&lift::expr(&case.graph, &arena, id, &[]), Style::Ascii);
        let text = format!("graph {{ {} }}\n{} == {}\n", written(&case.graph), show(a), show(b));
        if a == b || text.len() > 2_000 {
            continue;
        }
        let answers = answers(&problem("equality", &text));
        let Body::Equality { verdict: found, .. } = &answers[0].body else { panic!("not an equality") };
        let truth = equal(&case.graph, &arena, a, b, &mut rng);
        match verdict(found) {
            "holds" => {
                assert!(truth, "{text}");
                hold += 1;
            }
            "fails" => {
                assert!(!truth, "{text}");
                fail += 1;
            }
            _ => open.push(text),
        }
    }
    assert!(hold > 50 && fail > 30 && open.len() * 50 < hold + fail, "{hold}, {fail}, open:\n{}", open.join("\n"));
}
