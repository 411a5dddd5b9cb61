//! Random edits against graphs built from scratch.

use super::finding::{self, Finding, Key};
use super::{Said, Session, remark};
use crate::answer::{Options, Prover};
use crate::problem::{self, Problem};
use crate::render::document::{Math, Text};
use crate::render::{self, Style};
use crate::source::{Diagnostic, Source};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

const NAMES: [&str; 7] = ["x", "y", "z", "w", "u", "v", "carry matches"];

/// A graph as sets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Plain {
    nodes: BTreeSet<String>,
    latents: BTreeSet<String>,
    /// From, to, and whether there is an arrow at both ends; those have their ends in order.
    edges: BTreeSet<(String, String, bool)>,
}

impl Plain {
    fn text(&self) -> String {
        let quoted = |name: &String| format!("\"{name}\"");
        let mut lines: Vec<String> = self.nodes.iter().map(quoted).collect();
        lines.extend(
            self.edges
                .iter()
                .map(|(a, b, both)| format!("{} {} {}", quoted(a), if *both { "<->" } else { "->" }, quoted(b))),
        );
        lines.extend(self.latents.iter().map(|name| format!("latent {}", quoted(name))));
        format!("graph {{\n{}\n}}\n", lines.join("\n"))
    }

    fn of(problem: &Problem) -> Self {
        let mut plain = Self::default();
        for entry in problem.graphs.values() {
            let graph = &entry.source;
            let name = |node| graph.name(node).to_owned();
            plain.nodes.extend(graph.nodes().map(name));
            plain.latents.extend(entry.latents.iter().map(name));
            for a in graph.nodes() {
                for b in graph.nodes() {
                    if graph.has_directed(a, b) {
                        plain.edges.insert((name(a), name(b), false));
                    }
                    if name(a) < name(b) && graph.has_bidirected(a, b) {
                        plain.edges.insert((name(a), name(b), true));
                    }
                }
            }
        }
        plain
    }
}

/// A line, and what it makes of a graph; None where it must be refused.
#[derive(Clone, Debug)]
enum Edit {
    Chain(Vec<usize>, Vec<u8>),
    Group(Vec<usize>, usize),
    Latent(usize),
    DropEdge(usize, usize, bool),
    DropNode(usize),
    DropLatent(usize),
}

fn edge(from: usize, sign: u8, to: usize) -> (String, String, bool) {
    let (a, b) = (NAMES[from].to_owned(), NAMES[to].to_owned());
    match sign {
        0 => (a, b, false),
        1 => (b, a, false),
        _ if a < b => (a, b, true),
        _ => (b, a, true),
    }
}

impl Edit {
    fn line(&self) -> String {
        let name = |at: &usize| match NAMES[*at] {
            "carry matches" => "\"carry matches\"".to_owned(),
            name => name.to_owned(),
        };
        match self {
            Self::Chain(nodes, signs) => {
                let mut line = name(&nodes[0]);
                for (node, sign) in nodes[1..].iter().zip(signs) {
                    line.push_str(&format!(" {} {}", ["->", "<-", "<->"][usize::from(*sign)], name(node)));
                }
                line
            }
            Self::Group(from, to) => {
                format!("{{{}}} -> {}", from.iter().map(name).collect::<Vec<_>>().join(" "), name(to))
            }
            Self::Latent(node) => format!("latent {}", name(node)),
            Self::DropEdge(a, b, both) => {
                format!("drop {} {} {}", name(a), if *both { "<->" } else { "->" }, name(b))
            }
            Self::DropNode(node) => format!("drop {}", name(node)),
            Self::DropLatent(node) => format!("drop latent {}", name(node)),
        }
    }

    fn apply(&self, before: &Plain) -> Option<Plain> {
        let mut plain = before.clone();
        let add = |plain: &mut Plain, edge: (String, String, bool)| {
            plain.nodes.extend([edge.0.clone(), edge.1.clone()]);
            plain.edges.insert(edge).then_some(())
        };
        match self {
            Self::Chain(nodes, signs) => {
                for (pair, sign) in nodes.windows(2).zip(signs) {
                    add(&mut plain, edge(pair[0], *sign, pair[1]))?;
                }
            }
            Self::Group(from, to) => {
                for node in from {
                    add(&mut plain, edge(*node, 0, *to))?;
                }
            }
            Self::Latent(node) => {
                plain.nodes.insert(NAMES[*node].to_owned());
                plain.latents.insert(NAMES[*node].to_owned());
            }
            Self::DropEdge(a, b, both) => {
                plain.edges.remove(&edge(*a, if *both { 2 } else { 0 }, *b)).then_some(())?;
            }
            Self::DropNode(node) => {
                let name = NAMES[*node];
                plain.nodes.remove(name).then_some(())?;
                plain.latents.remove(name);
                plain.edges.retain(|(a, b, _)| a != name && b != name);
            }
            Self::DropLatent(node) => {
                plain.latents.remove(NAMES[*node]).then_some(())?;
            }
        }
        let (_, found) = problem::read(&Source::new("", plain.text()));
        (!plain.nodes.is_empty() && !found.iter().any(Diagnostic::is_error)).then_some(plain)
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let node = || 0..NAMES.len();
    let edit = prop_oneof![
        6 => (proptest::collection::vec(node(), 2..4), proptest::collection::vec(0..3_u8, 3))
            .prop_map(|(nodes, signs)| Edit::Chain(nodes, signs)),
        1 => (proptest::collection::vec(node(), 2..4), node()).prop_map(|(from, to)| Edit::Group(from, to)),
        2 => node().prop_map(Edit::Latent),
        4 => (node(), node(), any::<bool>()).prop_map(|(a, b, both)| Edit::DropEdge(a, b, both)),
        1 => node().prop_map(Edit::DropNode),
        1 => node().prop_map(Edit::DropLatent),
    ];
    proptest::collection::vec(edit, 1..10)
}

const OPENINGS: [&str; 4] = [
    "graph {\n    z -> x -> y  // both\n    z -> y\n}\n",
    "graph g { x -> w -> y; x <-> y; z }\n",
    "dag { x -> y; {z w} -> x; z -> y; latent u; u -> x; u -> w }\n",
    "/// a napkin\ngraph {\n\n    w -> z -> x -> y /* long\n way */\n    w <-> x\n    w <-> y; v\n}\n",
];

const QUESTIONS: &str = "total: P(y | do(x))\nx _||_ y | z\nadjust P(y | do(x))\nP(y | do(x), z)\npaths x to y\nimplications\n\
                         expect identifiable P(y | do(x))\nE[y | do(x = 1)] - E[y | do(x = 0)]\n";

/// What all questions and expectations of a text come to, read and answered anew.
fn findings(text: &str) -> BTreeMap<Key, (Finding, Text)> {
    let (problem, _) = problem::read(&Source::new("", text));
    let prover = Prover::new(&problem).unwrap();
    let mut found = BTreeMap::new();
    for index in 0..problem.queries.len() {
        let finding = finding::finding(&problem, &prover.answer(index, &Options::default()));
        let question = Text::new().math(finding::question(&prover, index));
        found.insert(finding::key(&prover, index).unwrap(), (finding, question));
    }
    for index in 0..problem.expectations.len() {
        let expected = prover.expectation(index, &Options::default());
        let question = Text::new().math(Math::Code(expected.text.clone()));
        found.insert(finding::expectation_key(&prover, index).unwrap(), (finding::expected(&expected), question));
    }
    found
}

fn shown(said: &Said) -> String {
    match said {
        Said::Document(document) => render::terminal(document, &Style { unicode: false, ..Style::default() }),
        Said::Diagnostic(diagnostic) => format!("error: {diagnostic}\n"),
        Said::Text(text) => text.clone(),
        Said::Picture(picture) => crate::draw::terminal(picture, 80, true),
    }
}

/// What is to be said where one text has taken the place of another.
fn changes(before: &str, after: &str) -> Vec<String> {
    let before = findings(before);
    let mut said: Vec<String> = findings(after)
        .into_iter()
        .filter_map(|(key, (found, question))| found.since(&before.get(&key)?.0, question))
        .map(|text| shown(&remark(text)))
        .collect();
    said.sort();
    said
}

fn is_change(said: &str) -> bool {
    [" was ", " had ", " is still ", " has still "].iter().any(|word| said.contains(word))
}

fn enter(session: &mut Session, line: &str) -> Vec<String> {
    let mut said = Vec::new();
    session.enter(line, &Options::default(), &mut |each| said.push(shown(&each)));
    said
}

fn check(opening: &str, edits: &[Edit]) -> Result<(), TestCaseError> {
    let mut session = Session::new();
    let loaded = session.load(&Source::new("", format!("{opening}{QUESTIONS}")), &mut |_| {});
    prop_assert!(loaded);
    let mut states = vec![(session.text().to_owned(), Plain::of(session.problem()))];
    for edit in edits {
        let (text, plain) = states.last().unwrap().clone();
        let line = edit.line();
        let said = enter(&mut session, &line);
        let Some(expected) = edit.apply(&plain) else {
            prop_assert!(!said.is_empty() && said.iter().all(|each| each.starts_with("error: ")), "{line}: {said:?}");
            prop_assert_eq!(session.text(), &text);
            continue;
        };
        prop_assert_eq!(Plain::of(session.problem()), expected.clone(), "{} in {}\n{}", line, text, session.text());
        let (from_scratch, _) = problem::read(&Source::new("", expected.text()));
        prop_assert_eq!(Plain::of(&from_scratch), expected.clone());
        let mut told: Vec<String> = said.into_iter().filter(|said| is_change(said)).collect();
        told.sort();
        prop_assert_eq!(told, changes(&text, session.text()), "{} in {}", line, text);
        states.push((session.text().to_owned(), expected));
    }
    while states.len() > 1 {
        let (after, _) = states.pop().unwrap();
        let said = enter(&mut session, ":undo");
        let (text, plain) = states.last().unwrap();
        prop_assert_eq!(session.text(), text);
        prop_assert_eq!(&Plain::of(session.problem()), plain);
        let mut told: Vec<String> = said.into_iter().skip(1).filter(|said| is_change(said)).collect();
        told.sort();
        prop_assert_eq!(told, changes(&after, text));
    }
    Ok(())
}

/// Edits give the graph that was meant, undo gives back the text to the letter, and what is said to have changed is what
/// changed.
#[test]
fn random_edits_do_what_they_say() {
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let outcome = runner.run(&(0..OPENINGS.len(), edits()), |(opening, edits)| check(OPENINGS[opening], &edits));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// More questions than are looked at again after an edit.
#[test]
fn questions_that_are_not_looked_at_again_are_counted() {
    let mut session = Session::new();
    let questions: String = (0..1_003).map(|i| format!("q{i}: x _||_ y\n")).collect();
    assert!(session.load(&Source::new("", format!("graph {{ x -> y }}\n{questions}")), &mut |_| {}));
    let said = enter(&mut session, "x <-> z");
    assert!(said.iter().any(|each| each.contains("Only the first 1000 of 1003 questions")), "{said:?}");
    let few = enter(&mut Session::new(), "x -> y");
    assert!(!few.iter().any(|each| each.contains("Only the first")), "{few:?}");
}

#[test]
fn graphs_without_a_name_are_pasted_one_after_the_other() {
    let mut session = Session::new();
    for line in ["x -> y", "dag { a -> b }", "P(b | do(a))", "graph {\n c -> d\n}", "P(d | do(c))", "x -> w"] {
        session.enter(line, &Options::default(), &mut |said| {
            assert!(!matches!(said, Said::Diagnostic(_)), "{line}: {said:?}");
        });
    }
    let names: Vec<&str> = session.problem().graphs.keys().map(String::as_str).collect();
    assert_eq!(names, ["graph", "graph2", "graph3"]);
    assert!(session.text().contains("dag graph2 { a -> b }"), "{}", session.text());
}
