//! Whole answers, from the text of a file.
#![allow(clippy::wildcard_enum_match_arm, reason = "a test that meets another variant fails")]

use super::*;
use crate::expr::{Arena, ExprId};
use crate::kernel::Checked;
use crate::problem;
use crate::proof::{Claim, Derivation, Evidence, Rule, Statement};
use crate::source::Source;
use crate::syntax;
use std::sync::atomic::AtomicBool;

fn problem_of(text: &str) -> Problem {
    let source = Source::new("test.causal", text);
    let (tree, mut diagnostics) = syntax::parse(&source);
    let (problem, more) = problem::resolve(&source, &tree);
    diagnostics.extend(more);
    assert!(diagnostics.iter().all(|d| !d.is_error()), "{diagnostics:?}");
    problem
}

fn answers(text: &str, options: &Options<'_>) -> Vec<Answer> {
    let problem = problem_of(text);
    let prover = Prover::new(&problem).unwrap();
    (0..problem.queries.len()).map(|index| prover.answer(index, options)).collect()
}

fn expected(text: &str) -> Vec<(Option<bool>, Option<String>)> {
    let problem = problem_of(text);
    let prover = Prover::new(&problem).unwrap();
    let all = (0..problem.expectations.len()).map(|index| prover.expectation(index, &Options::default()));
    all.map(|e| (e.holds, e.reason)).collect()
}

fn verdict(answer: &Answer) -> &Verdict {
    match &answer.body {
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
            panic!("no verdict in {answer:?}")
        }
    }
}

fn estimand_text(answer: &Answer, estimand: ExprId) -> String {
    print::expr(&lift::expr(&answer.graph, &answer.arena, estimand, &answer.definitions), Style::Ascii)
}

/// Estimand, strategy and how of the only answer.
fn identified(text: &str) -> (String, &'static str, String) {
    let answer = answers(text, &Options::default()).remove(0);
    match verdict(&answer) {
        Verdict::Identifiable(found) => (estimand_text(&answer, found.estimand), found.strategy, found.how.clone()),
        other => panic!("{other:?}"),
    }
}

const FRONT_DOOR: &str = "graph { x -> m -> y; x <-> y }\n";
const BACK_DOOR: &str = "graph { z -> x -> y; z -> y }\n";
const BOW: &str = "graph { x -> y; x <-> y }\n";
const NAPKIN: &str = "graph { w -> z -> x -> y; w <-> x; w <-> y }\n";

#[test]
fn a_prover_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Prover<'_>>();
}

#[test]
fn the_classics_have_their_estimands() {
    let ask = |graph: &str, query: &str| identified(&format!("{graph}{query}\n"));
    assert_eq!(ask(BACK_DOOR, "P(y | do(x))"), ("sum_{z} P(z) P(y | z, x)".into(), "back-door", "adjust for z".into()));
    assert_eq!(
        ask(FRONT_DOOR, "P(y | do(x))"),
        ("sum_{m} P(m | x) sum_{x'} P(x') P(y | x', m)".into(), "front-door", "through m".into())
    );
    assert_eq!(ask("graph { x -> y }\n", "P(x | do(y))").1, "no-effect");
    assert_eq!(ask("graph { x -> y }\n", "P(y | do(x))").1, "rules");
    assert_eq!(ask("graph { x -> y }\n", "P(y | x)").1, "observational");
    assert_eq!(ask(NAPKIN, "P(y | do(x))").1, "id");
}

#[test]
fn values_and_copies_stand_where_the_query_has_them() {
    let ask = |graph: &str, query: &str| identified(&format!("{graph}{query}\n")).0;
    assert_eq!(ask(BACK_DOOR, "P(y = 1 | do(x = 0))"), "sum_{z} P(z) P(y = 1 | z, x = 0)");
    // The copy x' of the query is not the one that the estimand would have bound.
    assert_eq!(ask(FRONT_DOOR, "P(y | do(x'))"), "sum_{m} P(m | x') sum_{x} P(x) P(y | x, m)");
}

#[test]
fn free_variables_and_positivity_are_told() {
    let all = answers(&format!("{NAPKIN}P(y | do(x))\n"), &Options::default());
    let Verdict::Identifiable(found) = verdict(&all[0]) else { panic!() };
    assert_eq!(found.free.len(), 1);
    assert_eq!(all[0].graph.name(crate::graph::Node::new(found.free[0].var.index())), "z");
    let all = answers(&format!("{FRONT_DOOR}P(y | do(x))\n"), &Options::default());
    let Verdict::Identifiable(found) = verdict(&all[0]) else { panic!() };
    let terms: Vec<String> =
        found.assumes_positive.iter().map(|t| words::term(&all[0].graph, &all[0].arena, t)).collect();
    assert_eq!(terms, ["P(x, m)"]);
}

#[test]
fn a_hedge_comes_with_its_certificate() {
    let all = answers(&format!("{BOW}P(y | do(x))\nP(y = 1 | do(x = 0))\n"), &Options::default());
    for answer in &all {
        let Verdict::NotIdentifiable(checked) = verdict(answer) else { panic!("{answer:?}") };
        assert!(matches!(checked.evidence(), Evidence::Hedge(..)));
    }
}

#[test]
fn alternatives_are_given_when_asked_for_each_with_its_own_certificate() {
    let text = format!("{FRONT_DOOR}P(y | do(x))\ngraph h {{ a -> x -> y; a -> b -> y }}\nP(y | do(x)) in h\n");
    let all = answers(
        &text.replacen("graph {", "graph g {", 1).replacen("P(y | do(x))\n", "P(y | do(x)) in g\n", 1),
        &Options { all: true, ..Options::default() },
    );
    let Verdict::Identifiable(found) = verdict(&all[1]) else { panic!() };
    assert!(!found.alternatives.is_empty());
    for other in &found.alternatives {
        assert!(matches!(other.checked.evidence(), Evidence::Derivation(_)));
        assert_ne!(other.estimand, found.estimand);
    }
}

#[test]
fn contrasts_are_identified_term_by_term() {
    let text =
        format!("{BACK_DOOR}E[y | do(x = 1)] - E[y | do(x = 0)]\n").replace("graph", "graph g") + "var x, y : {0, 1}\n";
    let all = answers(&text, &Options::default());
    let Body::Contrast { terms, .. } = &all[0].body else { panic!() };
    assert_eq!(terms.iter().map(|(sign, _)| *sign).collect::<Vec<_>>(), [1, -1]);
    let Verdict::Identifiable(found) = verdict(&all[0]) else { panic!("{:?}", verdict(&all[0])) };
    assert_eq!((found.strategy, &*found.how), ("back-door", "adjust for z, in each term"));
    let text = format!("{BOW}2 P(y | do(x)) - P(y | x)\n");
    let all = answers(&text, &Options::default());
    let Verdict::NotIdentifiable(checked) = verdict(&all[0]) else { panic!() };
    assert!(matches!(checked.evidence(), Evidence::CounterModel(_)));
    // What no pair of models tells apart is left open.
    let text = format!("{BOW}P(y | do(x)) - P(y | do(x))\n");
    let all = answers(&text, &Options::default());
    let Verdict::Undetermined(why) = verdict(&all[0]) else { panic!() };
    assert!(why.reason.starts_with("P(y | do(x)) has no estimand"), "{}", why.reason);
    assert_eq!(why.refused, None);
}

#[test]
fn equalities_are_proved_however_the_sides_are_written() {
    let holds = |graph: &str, equation: &str| expected(&format!("{graph}expect {equation}\n"))[0].0;
    let front_door = "P(y | do(x)) = sum_{m} P(m | x) sum_{x'} P(y | m, x') P(x')";
    assert_eq!(holds(FRONT_DOOR, front_door), Some(true));
    // A set that is valid but would not be printed.
    let graph = "graph { a -> x -> y; a -> b -> y }\n";
    assert_eq!(holds(graph, "P(y | do(x)) = sum_{a} P(y | x, a) P(a)"), Some(true));
    assert_eq!(holds(graph, "P(y | do(x)) = sum_{b} P(y | x, b) P(b)"), Some(true));
    assert_eq!(holds(graph, "P(y | do(x)) = sum_{a, b} P(y | x, a, b) P(a, b)"), Some(true));
    assert_eq!(holds(graph, "sum_{a} P(y | x, a) P(a) = sum_{b} P(y | x, b) P(b)"), Some(true));
    // Independences count, within terms and by Bayes' rule.
    assert_eq!(holds("graph { x -> y -> z }\n", "P(z | x, y) = P(z | y)"), Some(true));
    assert_eq!(holds("graph { x -> y -> z }\n", "P(y | x, z) = P(z | y) P(y | x) / P(z | x)"), Some(true));
    // Both sides may have actions, in any order.
    assert_eq!(holds(BACK_DOOR, "sum_{y} P(y | do(x)) = P(z | do(x)) / P(z)"), Some(true));
    assert_eq!(holds(BACK_DOOR, "P(z) = P(z | do(x))"), Some(true));
    assert_eq!(holds(BACK_DOOR, "P(y | x) = P(y | do(x))"), Some(false));
}

#[test]
fn expectations_compare_and_say_why_they_fail() {
    let graph = "graph { x -> y; x <-> y; z }\n";
    let results = expected(&format!(
        "{graph}expect identifiable P(y | do(x))\nexpect not identifiable P(y | do(x))\n\
         expect x _||_ z\nexpect not x _||_ z\nexpect x _||_ y\nexpect not identifiable P(z | do(x))\n"
    ));
    let holds: Vec<_> = results.iter().map(|(holds, _)| *holds).collect();
    assert_eq!(holds, [Some(false), Some(true), Some(true), Some(false), Some(false), Some(false)]);
    let reasons: Vec<_> = results.iter().map(|(_, reason)| reason.as_deref().unwrap_or("")).collect();
    assert_eq!(
        reasons,
        [
            "it is not identifiable: {x, y} and, inside it, {y} form a hedge",
            "",
            "",
            "it holds",
            "x -> y is open",
            "it is identifiable (rule 3: setting x changes nothing here)",
        ]
    );
}

#[test]
fn latents_are_projected_out_and_the_claim_holds_both_graphs() {
    let all = answers("graph { latent u; u -> x; u -> y; x -> y }\nP(y | do(x))\n", &Options::default());
    assert_eq!((all[0].graph.len(), all[0].graph.bidirected_count()), (2, 1));
    let Verdict::NotIdentifiable(checked) = verdict(&all[0]) else { panic!() };
    assert_eq!(checked.claim().source.as_ref().map(|source| source.graph.len()), Some(3));
}

#[test]
fn sets_of_all_kinds_and_why_there_are_none() {
    let all = answers(
        "graph g { z -> x -> y; z -> y; r -> y }\nadjust P(y | do(x)) in g\n\
         graph h { i -> x -> y; x <-> y }\nadjust P(y | do(x)) in h\n\
         graph k { x -> m -> y; x <-> y }\nadjust P(y | do(x)) in k\n",
        &Options::default(),
    );
    let told = |answer: &Answer| match &answer.body {
        Body::Adjust { sets, why_none, truncated: false, .. } => (
            sets.iter()
                .map(|s| format!("{:?} {} {}{}", s.kind, words::braced(&answer.graph, &s.set), s.minimal, s.optimal))
                .collect::<Vec<_>>(),
            why_none.clone(),
        ),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told(&all[0]),
        (
            vec!["Adjustment {z} truefalse".into(), "Adjustment {z, r} falsetrue".into()],
            vec![
                "No front-door set: x -> y is direct.".into(),
                "No instrument: whatever goes with x goes with y by another way than through x, whichever of the \
                 ancestors is conditioned on."
                    .into()
            ]
        )
    );
    let (sets, why) = told(&all[1]);
    assert_eq!(sets, ["Instrument {i} truefalse"]);
    assert_eq!(why[0], "No adjustment set: nothing blocks x <-> y.");
    assert_eq!(told(&all[2]).0, ["FrontDoor {m} truefalse"]);
}

#[test]
fn an_instrument_that_the_question_sets_aside_is_not_said_to_be_none() {
    let all = answers("graph { z -> x -> y; x <-> y }\nadjust P(y | do(x)) with z", &Options::default());
    let Body::Adjust { why_none, .. } = &all[0].body else { panic!("{:?}", all[0]) };
    let told = why_none.iter().find(|why| why.starts_with("No instrument")).unwrap();
    assert_eq!(told, "No instrument with z as the question has it; asked without, z would serve.");
}

#[test]
fn implications_list_every_pair_that_is_not_adjacent() {
    let all = answers(
        "graph g { a -> b -> c -> d }\nimplications g\n\
         graph h { a -> b -> c -> d; b <-> d }\nimplications h\n\
         graph k { a -> b <-> c; b -> c }\nimplications k\n",
        &Options::default(),
    );
    let shape = |answer: &Answer| match &answer.body {
        Body::Implications { independences, inseparable, basis, verma, truncated: false } => {
            assert!(independences.iter().all(|i| matches!(i.checked.claim().statement, Statement::Separated(_))));
            (independences.len(), inseparable.len(), basis.len(), verma.len())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(shape(&all[0]), (3, 0, 2, 0));
    assert_eq!(shape(&all[1]), (1, 1, 0, 1), "a and d: b is a collider between them and an ancestor of d");
    assert_eq!(shape(&all[2]), (0, 1, 0, 0));
}

#[test]
fn lists_stop_at_the_limit_and_say_so() {
    let limits = Limits { list: 2, ..Limits::default() };
    let ladder: String =
        (0..6).map(|i| format!("a{i} -> a{}; b{i} -> b{}; a{i} -> b{}; ", i + 1, i + 1, i + 1)).collect();
    let text = format!("graph {{ {ladder} a0 <- x; b6 -> y; x -> b0; x -> y }}\npaths x to y\nadjust P(y | do(b6))\n");
    let all = answers(&text, &Options { limits, ..Options::default() });
    let Body::Paths { paths, truncated, .. } = &all[0].body else { panic!() };
    assert_eq!((paths.len(), *truncated), (2, true));
    assert_eq!(paths[0].nodes.len(), 2);
    let Body::Adjust { sets, truncated, .. } = &all[1].body else { panic!() };
    let minimal = sets.iter().filter(|set| set.kind == SetKind::Adjustment && !set.optimal).count();
    assert!(minimal <= 2 && *truncated, "{sets:?}");
}

#[test]
fn a_search_that_is_stopped_decides_nothing() {
    let flag = AtomicBool::new(true);
    let text =
        format!("{FRONT_DOOR}P(y | do(x))\nx _||_ y\nP(y) == P(y)\npaths x to y\nadjust P(y | do(x))\nimplications\n");
    let all = answers(&text, &Options { cancel: Some(&flag), ..Options::default() });
    for answer in &all[..2] {
        assert!(matches!(verdict(answer), Verdict::Undetermined(why) if why.reason == "the search was stopped"));
    }
    assert!(matches!(&all[3].body, Body::Paths { paths, truncated: true, .. } if paths.is_empty()));
    assert!(matches!(&all[4].body, Body::Adjust { sets, truncated: true, .. } if sets.is_empty()));
    assert!(matches!(&all[5].body, Body::Implications { truncated: true, .. }));
}

#[test]
fn time_is_told_only_by_a_lent_clock_and_changes_nothing_else() {
    let text = format!("{NAPKIN}P(y | do(x))\n");
    let clock = || 1.5;
    let timed = answers(&text, &Options { clock: Some(&clock), ..Options::default() }).remove(0);
    let plain = answers(&text, &Options::default()).remove(0);
    assert_eq!(timed.seconds, Some(Seconds::default()));
    assert_eq!(plain.seconds, None);
    assert_eq!(format!("{:?}", timed.body), format!("{:?}", plain.body));
}

/// Evidence damaged in each way that a derivation, a hedge, a separation or an open path can be never passes the gate.
#[test]
fn the_gate_refuses_damaged_evidence() {
    let all = answers(&format!("{FRONT_DOOR}P(y | do(x))\n"), &Options::default());
    let Verdict::Identifiable(found) = verdict(&all[0]) else { panic!() };
    let (claim, mut arena) = (found.checked.claim().clone(), all[0].arena.clone());
    let Evidence::Derivation(derivation) = found.checked.evidence().clone() else { panic!() };
    assert!(settle(&mut arena, &claim, &Evidence::Derivation(derivation.clone())).is_ok());
    let refused = |arena: &mut Arena, claim: &Claim, derivation: Derivation| {
        let result: Result<Checked, Refusal> = settle(arena, claim, &Evidence::Derivation(derivation));
        result.unwrap_err()
    };
    for position in 0..derivation.steps.len() {
        let mut damaged = derivation.clone();
        if !damaged.steps[position].requires.is_empty() {
            damaged.steps[position].requires.clear();
            assert_eq!(refused(&mut arena, &claim, damaged).step, Some(position + 1));
        }
        let mut damaged = derivation.clone();
        damaged.steps[position].rule =
            if damaged.steps[position].rule == Rule::Rule1 { Rule::Rule3 } else { Rule::Rule1 };
        assert_eq!(refused(&mut arena, &claim, damaged).step, Some(position + 1));
    }
    let mut short = derivation;
    short.steps.pop();
    refused(&mut arena, &claim, short);
}

#[test]
fn refused_evidence_becomes_undetermined_and_is_shown() {
    let problem = problem_of(&format!("{BOW}P(y | do(x))\n"));
    let prover = Prover::new(&problem).unwrap();
    let options = Options::default();
    let context = Context::new(&prover.graphs[0], &options);
    let mut arena = Arena::new();
    let graph = context.graph();
    let separation = crate::proof::Separation {
        x: graph.set(graph.node("x")),
        y: graph.set(graph.node("y")),
        given: graph.no_nodes(),
        cut: crate::graph::Mutilation::none(graph),
    };
    let why = context.settle(&mut arena, Statement::Separated(separation), &Evidence::Separation).unwrap_err();
    assert!(why.refused.is_some() && why.reason.starts_with("the kernel refused the evidence"));
}

/// A ladder of napkins: its estimand shares subexpressions without end, and is written with names for them.
#[test]
fn long_estimands_are_written_with_definitions() {
    let mut text = String::from("graph { ");
    for i in 0..14 {
        text += &format!("w{i} -> z{i} -> x{i} -> x{n}; w{i} <-> x{i}; w{i} <-> x{n}; x{i} <-> w{n}; ", n = i + 1);
    }
    text += "w14 -> x14 }\nP(x14 | do(x13, x0))\nP(x14, x7 | do(x0))\nP(x14 | do(z0), w1, x3)\n";
    for answer in answers(&text, &Options::default()) {
        let Verdict::Identifiable(found) = verdict(&answer) else { continue };
        assert!(estimand_text(&answer, found.estimand).len() < 5000);
        for (position, (_, id)) in answer.definitions.iter().enumerate() {
            let before = &answer.definitions[..position];
            let text = print::expr(&lift::expr(&answer.graph, &answer.arena, *id, before), Style::Ascii);
            assert!(text.len() < 5000, "{text}");
        }
    }
}
