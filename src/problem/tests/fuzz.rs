//! Nothing that parses makes the resolver panic, and the same text always gives the same answer.

use super::super::{lift, read, resolve};
use crate::graph::GraphBuilder;
use crate::source::{Source, Span, Spanned};
use crate::syntax::tree::*;
use rand::Rng;
use rand::SeedableRng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

const NAMES: [&str; 14] = ["x", "y", "z", "u", "w", "X", "Q", "t", "sum_z", "Y_x", "graph", "", "é", "nothing"];

/// Random trees, sound or not: what a parser gives and what it never would.
struct Trees {
    rng: ChaCha8Rng,
}

impl Trees {
    fn name(&mut self) -> Name {
        let known = if self.rng.random_bool(0.95) { 4 } else { NAMES.len() };
        let name = NAMES[..known].choose(&mut self.rng).unwrap();
        let start = self.rng.random_range(0..20);
        Spanned::new((*name).to_owned(), Span::new(start, start + name.len()))
    }

    fn names(&mut self, least: usize) -> Vec<Name> {
        let count = least + self.rng.random_range(0..3);
        (0..count).map(|_| self.name()).collect()
    }

    fn maybe_name(&mut self) -> Option<Name> {
        self.rng.random_bool(0.2).then(|| self.name())
    }

    fn variable(&mut self) -> Variable {
        let primes = if self.rng.random_bool(0.2) { self.rng.random_range(1..4) } else { 0 };
        Variable { name: self.name(), primes }
    }

    fn references(&mut self, most: usize) -> Vec<Reference> {
        let count = self.rng.random_range(0..=most);
        (0..count)
            .map(|_| Reference { variable: self.variable(), world: Vec::new(), value: self.maybe_name() })
            .collect()
    }

    fn term(&mut self) -> PTerm {
        PTerm { of: self.references(2), do_: self.references(1), given: self.references(2), policies: Vec::new() }
    }

    fn expr(&mut self, depth: usize) -> Expr {
        let leaf = depth == 0 || self.rng.random_bool(0.3);
        let kind = match self.rng.random_range(if leaf { 0..5 } else { 5..11 }) {
            0 | 1 => ExprKind::P(self.term()),
            2 => ExprKind::E(self.term()),
            3 => ExprKind::Number((*["0", "1", "0.5", "x", "", "1.", "12"].choose(&mut self.rng).unwrap()).to_owned()),
            4 => ExprKind::Name(self.variable()),
            5 => {
                let count = self.rng.random_range(0..3);
                let over = (0..count).map(|_| self.variable()).collect();
                ExprKind::Sum { over, body: Box::new(self.expr(depth - 1)) }
            }
            6 => ExprKind::Product(self.exprs(depth - 1)),
            7 => ExprKind::Plus(self.exprs(depth - 1)),
            8 => ExprKind::Minus(self.exprs(depth - 1)),
            9 => ExprKind::Quotient(Box::new(self.expr(depth - 1)), Box::new(self.expr(depth - 1))),
            _ => ExprKind::Negative(Box::new(self.expr(depth - 1))),
        };
        Expr { span: Span::new(0, 5), kind }
    }

    fn exprs(&mut self, depth: usize) -> Vec<Expr> {
        let count = self.rng.random_range(0..4);
        (0..count).map(|_| self.expr(depth)).collect()
    }

    fn independence(&mut self) -> Independence {
        let cut = Cut { over: self.names(0), under: self.names(0) };
        Independence { x: self.names(0), y: self.names(1), given: self.names(0), cut }
    }

    fn attributes(&mut self) -> Vec<Attribute> {
        let count = self.rng.random_range(0..2);
        let words = ["latent", "exposure", "outcome", "adjusted", "pos", "selected", "latnet"];
        (0..count)
            .map(|_| {
                let word = (*words.choose(&mut self.rng).unwrap()).to_owned();
                Attribute { name: Spanned::new(word, Span::new(1, 3)), value: self.maybe_name() }
            })
            .collect()
    }

    fn item(&mut self) -> GraphItem {
        match self.rng.random_range(0..8) {
            0 => GraphItem::Node(NodeItem { name: self.name(), doc: None, attributes: self.attributes() }),
            1 => GraphItem::Latent(self.names(0)),
            2 => GraphItem::Setting { name: self.name(), value: self.name() },
            _ => {
                let count = self.rng.random_range(0..3);
                let first = self.names(1);
                let rest = (0..count)
                    .map(|_| {
                        let sign = [EdgeSign::Right, EdgeSign::Right, EdgeSign::Left, EdgeSign::Both];
                        let sign = *sign.choose(&mut self.rng).unwrap();
                        (Spanned::new(sign, Span::new(2, 4)), self.names(1))
                    })
                    .collect();
                GraphItem::Chain(Chain { first, rest, attributes: Vec::new() })
            }
        }
    }

    fn statement(&mut self) -> Statement {
        let kind = match self.rng.random_range(0..10) {
            0 | 1 => {
                let count = self.rng.random_range(0..6);
                let items = (0..count).map(|_| self.item()).collect();
                StatementKind::Graph(GraphBlock { dag: false, name: self.maybe_name(), items })
            }
            2 => {
                let domain = if self.rng.random_bool(0.5) {
                    Domain::Values(self.names(0))
                } else {
                    Domain::Range(*[i64::MIN, 0, 1].choose(&mut self.rng).unwrap(), self.rng.random_range(-1..4))
                };
                let domain = Spanned::new(domain, Span::new(3, 9));
                StatementKind::Var(VarDeclaration { names: self.names(1), domain })
            }
            3 | 4 => StatementKind::Let { name: self.name(), expr: self.expr(3) },
            5 => StatementKind::Proof(ProofBlock {
                start: self.expr(2),
                graph: self.maybe_name(),
                lines: vec![ProofLine {
                    span: Span::new(0, 1),
                    expr: self.expr(2),
                    reasons: vec![Spanned::new(
                        Reason { rule: RuleName::Rule2, separation: Some(self.independence()) },
                        Span::new(0, 1),
                    )],
                }],
            }),
            6 => StatementKind::Expect(Expectation {
                kind: match self.rng.random_range(0..3) {
                    0 => ExpectationKind::Identifiable { query: self.expr(2), expected: true },
                    1 => ExpectationKind::Independence { independence: self.independence(), expected: false },
                    _ => ExpectationKind::Equality {
                        lhs: self.expr(3),
                        rhs: self.expr(3),
                        double: false,
                        expected: true,
                    },
                },
                graph: self.maybe_name(),
            }),
            _ => StatementKind::Query(QueryStatement {
                label: self.maybe_name(),
                query: match self.rng.random_range(0..7) {
                    0 => Query::Effect(self.expr(3)),
                    1 => Query::Independence(self.independence()),
                    2 => Query::Equality(self.expr(3), self.expr(3)),
                    3 => Query::Adjust { effect: self.expr(1), with: self.names(0), without: self.names(0) },
                    4 => Query::Implications { graph: self.maybe_name() },
                    5 => Query::Paths { from: self.names(0), to: self.names(1), given: self.names(0) },
                    _ => Query::Simplify(self.expr(4)),
                },
                graph: self.maybe_name(),
            }),
        };
        Statement { span: Span::new(0, 40), doc: None, kind }
    }
}

#[test]
fn random_trees_never_panic_and_always_mean_the_same() {
    let source = Source::new("t", " ".repeat(60));
    let mut understood = 0;
    for seed in 0..8_000 {
        let mut trees = Trees { rng: ChaCha8Rng::seed_from_u64(seed) };
        let count = trees.rng.random_range(0..12);
        let tree = Tree { statements: (0..count).map(|_| trees.statement()).collect() };
        let (problem, diagnostics) = resolve(&source, &tree);
        let (again, repeated) = resolve(&source, &tree);
        assert_eq!(format!("{diagnostics:?}"), format!("{repeated:?}"), "seed {seed}");
        assert_eq!(format!("{:?}", problem.queries), format!("{:?}", again.queries), "seed {seed}");
        for query in &problem.queries {
            understood += 1;
            let mut builder = GraphBuilder::new();
            for name in &problem.graphs[query.graph].measured {
                builder.node(name);
            }
            let graph = builder.build().unwrap();
            let _ = lift::query(&problem, query, &graph);
            let _ = lift::proof(&problem, query, &graph);
        }
    }
    assert!(understood > 1_000, "only {understood} questions were understood");
}

#[test]
fn damaged_files_never_panic() {
    let whole = include_str!("../../../tests/errors/redefined.causal").to_owned()
        + include_str!("../../../tests/errors/variable_twice.causal")
        + include_str!("../../../tests/errors/value_outside_domain.causal")
        + include_str!("../../../tests/errors/used_before_definition.causal")
        + include_str!("../../../tests/errors/hidden_bound.causal")
        + include_str!("../../../tests/errors/subscript.causal");
    let letters: Vec<char> = whole.chars().collect();
    for seed in 0..400 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut damaged = letters.clone();
        for _ in 0..rng.random_range(1..8) {
            let at = rng.random_range(0..damaged.len());
            match rng.random_range(0..3) {
                0 => {
                    damaged.remove(at);
                }
                1 => damaged.insert(at, *letters.choose(&mut rng).unwrap()),
                _ => damaged[at] = *['{', '}', '(', ')', '=', '\'', '\n', 'é'].choose(&mut rng).unwrap(),
            }
        }
        let text: String = damaged.into_iter().collect();
        let (_, diagnostics) = read(&Source::new("t", text.clone()));
        for label in diagnostics.iter().flat_map(|d| &d.labels) {
            assert!(text.get(label.span.start..label.span.end).is_some(), "seed {seed}: {label:?}\n{text}");
        }
    }
}
