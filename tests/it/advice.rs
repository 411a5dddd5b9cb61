//! Advice, assumptions, fragile spots and constraints against brute force on random graphs.

use crate::support::bits::{Bits, Set, bit, mask, members};
use crate::support::evaluate::Evaluator;
use crate::support::queries::{Case, mixed};
use crate::support::scm::Scm;
use crate::support::{graphs, tian};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use whatif::answer::{
    Absent, Advice, Answer, Body, Cause, Found, FragileStatus, Identified, Options, Prover, SelfCheck, Verdict,
};
use whatif::expr::{Arena, Expr, Ref};
use whatif::graph::{EdgeKind, Graph, Node};
use whatif::problem::{self, ExpectationKind};
use whatif::proof::{Evidence, Separation};
use whatif::source::Source;
use whatif::syntax::print::{self, Style};

fn answer(text: &str, options: &Options<'_>) -> Answer {
    let (problem, diagnostics) = problem::read(&Source::new("random", text));
    assert!(diagnostics.iter().all(|d| !d.is_error()), "{text}\n{diagnostics:?}");
    Prover::new(&problem).unwrap().answer(0, options)
}

fn identified(answer: &Answer) -> Option<&Identified> {
    let Body::Effect { verdict: Verdict::Identifiable(found), .. } = &answer.body else { return None };
    Some(found)
}

type Edges = Vec<(usize, usize)>;

fn edges(graph: &Graph) -> (Vec<&str>, Edges, Edges) {
    let pair = |(a, b): (Node, Node)| (a.index(), b.index());
    let names = graph.nodes().map(|node| graph.name(node)).collect();
    (names, graph.directed().map(pair).collect(), graph.bidirected().map(pair).collect())
}

/// The graph with some of its bidirected edges made measured causes, named as the library names them.
fn measured(graph: &Graph, causes: &[(usize, usize, String)]) -> Graph {
    let (mut names, mut arrows, mut arcs) = edges(graph);
    for (a, b, name) in causes {
        arcs.retain(|arc| arc != &(*a, *b));
        arrows.extend([(names.len(), *a), (names.len(), *b)]);
        names.push(name);
    }
    graphs::named(&names, &arrows, &arcs)
}

fn without(graph: &Graph, z: usize) -> (Graph, impl Fn(Set) -> Set) {
    let (mut names, arrows, arcs) = edges(graph);
    names.remove(z);
    let inner = |all: Edges| {
        let kept = all.into_iter().filter(|&(a, b)| a != z && b != z);
        kept.map(|(a, b)| (a - usize::from(a > z), b - usize::from(b > z))).collect::<Edges>()
    };
    let graph = graphs::named(&names, &inner(arrows), &inner(arcs));
    let set = move |set: Set| members(set & !bit(z)).fold(0, |to, i| to | bit(i - usize::from(i > z)));
    (graph, set)
}

/// Whether the estimand suggested is the query in random models of the graph, and acts on nothing but `acting`.
fn is_true(graph: &Graph, query: &str, found: &Found, acting: Set, rng: &mut ChaCha8Rng) {
    let Some(estimand) = &found.estimand else { return };
    let text =
        format!("graph {{ {} }}\nexpect {query} = {}\n", graphs::written(graph), print::expr(estimand, Style::Ascii));
    let (problem, diagnostics) = problem::read(&Source::new("suggested", text.as_str()));
    assert!(diagnostics.iter().all(|d| !d.is_error()), "{text}\n{diagnostics:?}");
    let expectation = &problem.expectations[0];
    let ExpectationKind::Equality(lhs, rhs) = expectation.kind else { panic!("{text}") };
    let arena: &Arena = &expectation.arena;
    for term in arena.terms(rhs) {
        let acts = term.do_().iter().fold(0, |set, r| set | bit(r.var.index()));
        assert!(acts == 0 || acts == acting, "{text}");
    }
    let model = Scm::random(graph, &[2], &[2, 3], rng);
    let mut evaluator = Evaluator::new(&model);
    let left = evaluator.value(arena, lhs);
    assert!(left.distance(&evaluator.value(arena, rhs)) < 1e-7, "{text}");
}

fn query_of(case: &Case) -> String {
    case.to_string().lines().nth(1).unwrap().to_owned()
}

/// Every minimal set of one or two is found, and nothing else.
fn judge_measures(case: &Case, advice: &Advice, rng: &mut ChaCha8Rng) -> usize {
    let (_, _, arcs) = edges(&case.graph);
    let causes: Vec<(usize, usize, String)> =
        arcs.iter().enumerate().map(|(i, &(a, b))| (a, b, format!("u{}", i + 1))).collect();
    let works = |chosen: &[usize]| {
        let causes: Vec<_> = chosen.iter().map(|&i| causes[i].clone()).collect();
        tian::identifiable(&Bits::of(&measured(&case.graph, &causes)), case.y, case.x, case.z)
    };
    let mut expected: BTreeSet<Vec<usize>> = (0..causes.len()).map(|i| vec![i]).filter(|set| works(set)).collect();
    for i in 0..causes.len() {
        for j in i + 1..causes.len() {
            if !expected.contains(&vec![i]) && !expected.contains(&vec![j]) && works(&[i, j]) {
                expected.insert(vec![i, j]);
            }
        }
    }
    let mut found = BTreeSet::new();
    for set in &advice.measure {
        let chosen: Vec<usize> = set
            .causes
            .iter()
            .map(|cause| {
                let Cause::Shared { a, b, name } = cause else { panic!("no latents here") };
                let node = |name: &str| case.graph.node(name).unwrap().index();
                let i = causes.iter().position(|(x, y, _)| (*x, *y) == (node(a), node(b))).unwrap();
                assert_eq!(*name, causes[i].2, "{case}");
                i
            })
            .collect();
        let with: Vec<_> = chosen.iter().map(|&i| causes[i].clone()).collect();
        is_true(&measured(&case.graph, &with), &query_of(case), &set.found, 0, rng);
        assert!(found.insert(chosen), "twice: {case}");
    }
    assert_eq!(found, expected, "{case}");
    found.len()
}

/// A variable is suggested where a rule lets its action in and the rest is identifiable without it.
fn judge_experiments(case: &Case, advice: &Advice, rng: &mut ChaCha8Rng) -> usize {
    let bits = Bits::of(&case.graph);
    let Case { y, x, z: w, .. } = *case;
    let mut expected = BTreeSet::new();
    for z in 0..bits.len {
        let one = bit(z);
        if y & one != 0 || x == one {
            continue;
        }
        let enters = if x & one != 0 {
            true
        } else if w & one != 0 {
            bits.cut(x, one).separated(y, one, x | w & !one)
        } else {
            let over = if bits.cut(x, 0).ancestors(w, bits.all()) & one == 0 { one } else { 0 };
            bits.cut(x | over, 0).separated(y, one, x | w)
        };
        let (rest, inner) = without(&case.graph, z);
        if enters && tian::identifiable(&Bits::of(&rest), inner(y), inner(x), inner(w)) {
            expected.insert(z);
        }
    }
    let mut found = BTreeSet::new();
    for one in &advice.randomise {
        is_true(&case.graph, &query_of(case), &one.found, bit(one.variable.index()), rng);
        found.insert(one.variable.index());
    }
    assert_eq!(found, expected, "{case}");
    found.len()
}

#[test]
fn advice_is_all_there_is_and_true() {
    let mut rng = ChaCha8Rng::seed_from_u64(71);
    let (mut measures, mut experiments, mut related, mut seen) = (0, 0, 0, 0);
    while seen < 250 {
        let case = mixed(6, &mut rng);
        let bits = Bits::of(&case.graph);
        if tian::identifiable(&bits, case.y, case.x, case.z) {
            continue;
        }
        seen += 1;
        let answer = answer(&case.to_string(), &Options::default());
        let advice = answer.support.advice.as_ref().unwrap_or_else(|| panic!("no advice: {case}"));
        assert_eq!(advice.stopped, None, "{case}");
        measures += judge_measures(&case, advice, &mut rng);
        experiments += judge_experiments(&case, advice, &mut rng);
        for one in &advice.related {
            let set = |refs: &[Ref]| refs.iter().fold(0, |set, r| set | bit(r.var.index()));
            let sides = [one.term.of(), one.term.do_(), one.term.given()].map(set);
            assert!(tian::identifiable(&bits, sides[0], sides[1], sides[2]), "{case}");
            related += 1;
        }
    }
    println!("{measures} sets, {experiments} experiments, {related} related");
    assert!(measures > 150 && experiments > 30 && related > 50, "{measures} {experiments} {related}");
}

#[test]
fn a_declared_latent_is_what_is_measured() {
    let text = "graph { ability [latent]; luck [latent]; ability -> {school wage college}; school -> wage; \
                luck -> {school wage} }\nP(wage | do(school))\n";
    let answer = answer(text, &Options::default());
    let advice = answer.support.advice.unwrap();
    let both = vec![Cause::Latent("ability".to_owned()), Cause::Latent("luck".to_owned())];
    assert_eq!(advice.measure.iter().map(|set| set.causes.clone()).collect::<Vec<_>>(), [both]);
}

#[test]
fn a_surrogate_is_found_at_values_and_copies() {
    let graph = "graph { z -> x -> y; z <-> x; z <-> y }\n";
    for query in ["P(y | do(x))", "P(y = 1 | do(x = 0))", "P(y' | do(x''))"] {
        let answer = answer(&format!("{graph}{query}\n"), &Options::default());
        let advice = answer.support.advice.unwrap();
        let texts: Vec<String> = advice
            .randomise
            .iter()
            .map(|one| print::expr(one.found.estimand.as_ref().unwrap(), Style::Ascii))
            .collect();
        assert_eq!(texts.len(), 1, "{query}");
        assert!(texts[0].contains("do(z)"), "{query}: {texts:?}");
    }
}

/// The graph with one edge more; None where it closes a cycle or is there.
fn larger(graph: &Graph, a: usize, edge: EdgeKind, b: usize) -> Option<Graph> {
    let (names, mut arrows, mut arcs) = edges(graph);
    let bits = Bits::of(graph);
    let (from, to) = if edge == EdgeKind::Backward { (b, a) } else { (a, b) };
    if edge == EdgeKind::Bidirected {
        if bits.siblings[a] & bit(b) != 0 {
            return None;
        }
        arcs.push((a, b));
    } else {
        if bits.children[from] & bit(to) != 0 || bits.descendants(bit(to), bits.all()) & bit(from) != 0 {
            return None;
        }
        arrows.push((from, to));
    }
    Some(graphs::named(&names, &arrows, &arcs))
}

fn required(found: &Identified) -> Vec<Separation> {
    let Evidence::Derivation(derivation) = found.checked.evidence() else { panic!("a derivation") };
    derivation.steps.iter().flat_map(|step| step.requires.clone()).collect()
}

fn breaks(graph: &Graph, required: &[Separation]) -> bool {
    let bits = Bits::of(graph);
    required.iter().any(|s| !bits.mutilated(&s.cut).separated(mask(&s.x), mask(&s.y), mask(&s.given)))
}

const KINDS: [EdgeKind; 3] = [EdgeKind::Forward, EdgeKind::Backward, EdgeKind::Bidirected];

#[test]
fn assumptions_and_fragile_spots_are_those_of_brute_force() {
    let mut rng = ChaCha8Rng::seed_from_u64(72);
    let options = Options { fragile: true, ..Options::default() };
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let mut cases = 0;
    while cases < 120 {
        let case = mixed(5, &mut rng);
        if !tian::identifiable(&Bits::of(&case.graph), case.y, case.x, case.z) {
            continue;
        }
        cases += 1;
        let answer = answer(&case.to_string(), &options);
        let found = identified(&answer).unwrap_or_else(|| panic!("{case}"));
        assert!(!matches!(answer.support.self_check, Some(SelfCheck::Failed { .. }) | None), "{case}");
        let ledger = answer.support.rests_on.as_ref().unwrap();
        let fragile = answer.support.fragile.as_ref().unwrap();
        let required = required(found);
        assert_eq!(ledger.looked_at, ledger.separations);
        let mut tried = 0;
        for a in 0..case.graph.len() {
            for b in a + 1..case.graph.len() {
                for edge in KINDS {
                    let listed = |all: &[Absent], a: usize, b: usize| {
                        all.iter().any(|absent| (absent.a.index(), absent.b.index()) == (a, b))
                    };
                    let used = match edge {
                        EdgeKind::Bidirected => listed(&ledger.common_causes, a, b),
                        EdgeKind::Forward => listed(&ledger.arrows, a, b),
                        EdgeKind::Backward => listed(&ledger.arrows, b, a),
                    };
                    let status = fragile
                        .edges
                        .iter()
                        .find(|one| (one.a.index(), one.b.index(), one.edge) == (a, b, edge))
                        .map(|one| &one.status);
                    let Some(more) = larger(&case.graph, a, edge, b) else {
                        assert!(!used && status.is_none(), "{case}");
                        continue;
                    };
                    tried += 1;
                    let broken = breaks(&more, &required);
                    assert_eq!(used, broken, "{case}\n{a} {edge:?} {b}");
                    let identifiable = tian::identifiable(&Bits::of(&more), case.y, case.x, case.z);
                    let stays = matches!(status, Some(FragileStatus::NotIdentifiable(_)));
                    assert_eq!(stays, !identifiable, "{case}\n{a} {edge:?} {b}");
                    *seen.entry(status.map_or("safe", FragileStatus::name)).or_default() += 1;
                    let model = Scm::random(&more, &[2, 3], &[2, 3], &mut rng);
                    let mut evaluator = Evaluator::new(&model);
                    let mut arena = answer.arena.clone();
                    let query = arena.p(case.term());
                    let truth = evaluator.value(&arena, query);
                    let far = truth.distance(&evaluator.value(&arena, found.estimand));
                    match status {
                        None => assert!(!broken && far < 1e-7, "{case}\n{a} {edge:?} {b}: {far}"),
                        Some(FragileStatus::OtherProof(_)) => assert!(broken && far < 1e-7, "{case}"),
                        Some(FragileStatus::Wrong(_)) => assert!(broken && far > 1e-9, "{case}\n{a} {edge:?} {b}"),
                        Some(FragileStatus::Unproved) => assert!(broken && far < 1e-7, "{case}\n{a} {edge:?} {b}"),
                        Some(FragileStatus::NotIdentifiable(_)) => {}
                    }
                }
            }
        }
        assert_eq!(tried, fragile.tried, "{case}");
        let arcs = ledger.common_causes.iter().map(|absent| (absent, EdgeKind::Bidirected));
        for (absent, edge) in arcs.chain(ledger.arrows.iter().map(|absent| (absent, EdgeKind::Forward))) {
            let more = larger(&case.graph, absent.a.index(), edge, absent.b.index()).unwrap();
            if let Some(test) = &absent.testable {
                let s = &test.separation;
                let separated = |graph: &Graph| Bits::of(graph).separated(mask(&s.x), mask(&s.y), mask(&s.given));
                assert!(s.cut.is_none() && separated(&case.graph) && !separated(&more), "{case}");
                *seen.entry("testable").or_default() += 1;
            }
        }
    }
    println!("{seen:?}");
    assert!(
        ["safe", "not_identifiable", "wrong", "testable"].iter().all(|kind| seen.get(kind).is_some_and(|&n| n > 30)),
        "{seen:?}"
    );
}

/// Two back-door sets, one of them only because of an independence: their formulas agree in models of the graph alone.
#[test]
fn estimands_that_need_not_agree_are_a_constraint() {
    let all = Options { all: true, ..Options::default() };
    let two = "graph { x -> m -> y; z -> x; z -> y }\nP(y | do(x))\n";
    let answer_of_two = answer(two, &all);
    let found = identified(&answer_of_two).unwrap();
    assert!(!found.alternatives.is_empty());
    assert_eq!(answer_of_two.support.constraints.len(), found.alternatives.len());
    for constraint in &answer_of_two.support.constraints {
        assert!(matches!(constraint.checked.evidence(), Evidence::CounterModel(_)));
        let sides = [constraint.lhs, constraint.rhs].map(|id| answer_of_two.arena.get(id));
        assert!(sides.iter().all(|side| matches!(side, Expr::Sum { .. } | Expr::Product(_) | Expr::P(_))));
    }
    let plain = answer(two, &Options::default());
    assert!(plain.support.constraints.is_empty());
}

#[test]
fn searches_stop_at_their_limits_and_say_so() {
    let mut options = Options { fragile: true, ..Options::default() };
    options.limits.advice = 0;
    options.limits.fragile = 2;
    options.limits.ledger = 10;
    let bow = answer("graph { x -> y; x <-> y; w -> x; w <-> y }\nP(y | do(x))\n", &options);
    let advice = bow.support.advice.unwrap();
    assert_eq!(
        (advice.identifications, advice.stopped.as_deref()),
        (0, Some("the limit of 0 identifications, large ones counted several times, was reached"))
    );
    let door = answer("graph { z -> x -> y; z -> y; w -> z }\nP(y | do(x))\n", &options);
    let fragile = door.support.fragile.unwrap();
    assert_eq!((fragile.tried, fragile.truncated), (2, true));
    let ledger = door.support.rests_on.unwrap();
    assert_eq!((ledger.looked_at, ledger.separations > 0), (0, true));
}
