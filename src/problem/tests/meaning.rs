//! What sound files mean.

use super::super::{ExpectationKind, Problem, QueryKind};
use super::{codes, sound};
use crate::expr::{Arena, At, Expr, ExprId, Ref, Var};

/// An expression in a notation that shows its structure.
fn shape(problem: &Problem, graph: usize, arena: &Arena, id: ExprId) -> String {
    let entry = &problem.graphs[graph];
    let reference = |r: &Ref| {
        let name = &entry.measured[r.var.index()];
        match r.at {
            At::Copy(primes) => format!("{name}{}", "'".repeat(usize::from(primes))),
            At::Value(value) => format!("{name}={}", arena.text(value)),
        }
    };
    let refs = |all: &[Ref]| all.iter().map(reference).collect::<Vec<_>>().join(",");
    let all = |ids: &[ExprId]| ids.iter().map(|&id| shape(problem, graph, arena, id)).collect::<Vec<_>>().join(" ");
    match arena.get(id) {
        Expr::Number(n) => n.to_string(),
        Expr::P(t) => format!("P({}|{};{})", refs(t.of()), refs(t.do_()), refs(t.given())),
        Expr::Sum { over, body } => format!("sum[{}]({})", refs(over), shape(problem, graph, arena, *body)),
        Expr::Product(ids) => format!("(* {})", all(ids)),
        Expr::Quotient(a, b) => format!("(/ {})", all(&[*a, *b])),
        Expr::Plus(ids) => format!("(+ {})", all(ids)),
        Expr::Minus(ids) => format!("(- {})", all(ids)),
        Expr::Value(r) => reference(r),
    }
}

/// The shapes of all questions that hold expressions.
fn shapes(text: &str) -> Vec<String> {
    let problem = sound(text);
    problem
        .queries
        .iter()
        .filter_map(|query| {
            let shape = |id: ExprId| shape(&problem, query.graph, &query.arena, id);
            match &query.kind {
                QueryKind::Contrast(id) | QueryKind::Simplify(id) => Some(shape(*id)),
                QueryKind::Equality(a, b) => Some(format!("{} == {}", shape(*a), shape(*b))),
                QueryKind::Effect(term) => {
                    let mut arena = query.arena.clone();
                    let id = arena.p(term.clone());
                    Some(self::shape(&problem, query.graph, &arena, id))
                }
                QueryKind::Independence(_)
                | QueryKind::Adjust { .. }
                | QueryKind::Implications
                | QueryKind::Paths { .. }
                | QueryKind::Proof { .. }
                | QueryKind::Number(_) => None,
            }
        })
        .collect()
}

#[test]
fn effects_and_expectations() {
    let graph = "graph { z -> x -> y; z -> y }\n";
    let of = |text: &str| shapes(&format!("{graph}{text}\n")).join("; ");
    assert_eq!(of("P(y | do(x), z)"), "P(y|x;z)");
    assert_eq!(of("P(y = high | do(x = 0))"), "P(y=high|x=0;)");
    assert_eq!(of("E[y | do(x)]"), "sum[y]((* y P(y|x;)))");
    assert_eq!(of("E[y | do(x=1)] - E[y | do(x=0)]"), "(- sum[y]((* y P(y|x=1;))) sum[y]((* y P(y|x=0;))))");
    assert_eq!(of("simplify sum_{y} P(y) E[y | do(x)]"), "sum[y]((* P(y|;) sum[y']((* y' P(y'|x;)))))");
    assert_eq!(
        of("simplify sum_{z, x'} y P(y | x', z) P(z)"),
        "sum[x',z]((* y P(y|;x',z) P(z|;)))".replace("x',z]", "z,x']").replace(";x',z)", ";z,x')")
    );
}

#[test]
fn numbers_are_exact() {
    let of = |text: &str| shapes(&format!("graph {{ x -> y }}\nsimplify {text} + P(y)\n")).join("; ");
    assert_eq!(of("0.3"), "(+ 3/10 P(y|;))");
    assert_eq!(of("1/2"), "(+ 1/2 P(y|;))");
    assert_eq!(of("-2"), "(+ -2 P(y|;))");
    assert_eq!(of("-P(x)"), "(+ (- 0 P(x|;)) P(y|;))");
    assert_eq!(of("1/2 P(x)"), "(+ (* 1/2 P(x|;)) P(y|;))");
}

#[test]
fn names_stand_for_expressions() {
    assert_eq!(
        shapes("graph { x -> y }\nlet Q = P(y | x = a)\nt: Q - P(y)\nu: t / 2\n"),
        ["(- P(y|;x=a) P(y|;))", "(/ (- P(y|;x=a) P(y|;)) 2)"]
    );
    // A let is read where it is used: sums around it catch its variables.
    assert_eq!(shapes("graph { z -> y }\nlet Q = P(y | z) P(z)\nsimplify sum_{z} Q\n"), ["sum[z]((* P(y|;z) P(z|;)))"]);
    // In whatever graph it is used.
    assert_eq!(shapes("graph a { x -> y }\nlet Q = P(y | w)\ngraph b { w -> y }\nsimplify Q\n"), ["P(y|;w)"]);
    // An alias of an effect is an effect.
    let problem = sound("graph { x -> y }\nt: P(y | do(x))\nu: t\nexpect identifiable u\nadjust t\n");
    assert!(matches!(problem.queries[1].kind, QueryKind::Effect(_)));
    assert!(matches!(problem.expectations[0].kind, ExpectationKind::Identifiable(_)));
    assert!(matches!(problem.queries[2].kind, QueryKind::Adjust { .. }));
}

#[test]
fn doubling_names_do_not_explode() {
    let mut text = "graph { x -> y }\nlet Q0 = P(y | x) + P(x)\n".to_owned();
    for i in 1..200 {
        text.push_str(&format!("let Q{i} = Q{} Q{}\n", i - 1, i - 1));
    }
    text.push_str("simplify Q199\n");
    let problem = sound(&text);
    let QueryKind::Simplify(id) = problem.queries[0].kind else { panic!() };
    let query = &problem.queries[0];
    assert_eq!((query.arena.depth(id), query.arena.len()), (201, 202));
    assert_eq!(query.definitions.len(), 200);
    assert_eq!(query.definitions[0].0, "Q0");
}

#[test]
fn the_nearest_graph_is_asked() {
    let problem = sound(
        "x _||_ y\ngraph a { x; y; z -> x }\nP(y | do(x))\ngraph b { x -> y }\nP(y | do(x))\nP(y) in a\nexpect P(y) = P(y)\n",
    );
    let graphs: Vec<usize> = problem.queries.iter().map(|q| q.graph).collect();
    assert_eq!(graphs, [0, 0, 1, 0]);
    assert_eq!(problem.expectations[0].graph, 1);
    let ids: Vec<usize> = problem.queries.iter().map(|q| q.id).collect();
    assert_eq!(ids, [1, 2, 3, 4]);
}

#[test]
fn numbers_of_variables_are_those_of_the_measured_ones() {
    let problem =
        sound("graph { u -> a; u [latent]; u -> b; a -> b }\na _||_ b | in [under a]\n".replace("| ", "").as_str());
    let entry = &problem.graphs[0];
    assert_eq!(entry.measured, ["a", "b"]);
    assert_eq!(entry.source.len(), 3);
    let QueryKind::Independence(s) = &problem.queries[0].kind else { panic!() };
    let indices = |set: &crate::graph::NodeSet| set.iter().map(|n| n.index()).collect::<Vec<_>>();
    assert_eq!((indices(&s.x), indices(&s.y), indices(&s.cut.no_outgoing)), (vec![0], vec![1], vec![0]));
    assert_eq!(s.x.capacity(), 2);
}

#[test]
fn a_drawn_question_is_asked_where_no_other_is() {
    let dagitty = "dag {\n  x [exposure, pos=\"0.5,-1\"]\n  y [outcome]\n  z [adjusted]\n  z -> x -> y\n  z -> y\n}\n";
    let problem = sound(dagitty);
    let entry = &problem.graphs[0];
    let QueryKind::Effect(term) = &problem.queries[0].kind else { panic!() };
    assert_eq!(term.of(), [Ref::plain(Var::new(1))]);
    assert_eq!(term.do_(), [Ref::plain(Var::new(0))]);
    assert_eq!(problem.queries[0].span, entry.span);
    assert_eq!(entry.variables[0].position, Some((0.5, -1.0)));
    assert!(entry.variables[2].adjusted);
    assert_eq!(sound(&format!("{dagitty}x _||_ y\n")).queries.len(), 1);
    assert_eq!(codes("dag { x [exposure]; y [outcome, latent]; x -> y -> z }\n"), ["latent_in_query"]);
    assert_eq!(codes("dag { x [exposure]; y [outcome, exposure]; x -> y }\n"), ["variable_twice"]);
}

#[test]
fn domains_and_docs_reach_their_variables() {
    let problem = sound(
        "/// A graph.\ngraph g {\n    /// Ever smoked.\n    smoking\n    smoking -> cancer\n}\n/// Stage.\nvar cancer : 0..3\nvar smoking : {no, yes}\nE[cancer | do(smoking = yes)]\n",
    );
    let entry = &problem.graphs[0];
    assert_eq!(entry.doc.as_deref(), Some("A graph."));
    assert_eq!(entry.variables[0].doc.as_deref(), Some("Ever smoked."));
    assert_eq!(entry.variables[1].doc.as_deref(), Some("Stage."));
    assert_eq!(entry.variables[1].domain.as_deref(), Some(["0", "1", "2", "3"].map(String::from).as_slice()));
}

#[test]
fn a_proof_is_read_line_by_line() {
    let problem = sound(
        "graph { z -> x -> y; z -> y }\nproof P(y | do(x)) {\n  = sum_{z} P(y | do(x), z) P(z | do(x)) by marginalise, chain\n  = sum_{z} P(y | x, z) P(z | do(x)) by rule 2 { y _||_ x | z in [under x] }\n  = sum_{z} P(y | x, z) P(z)\n}\n",
    );
    let QueryKind::Proof { lines, .. } = &problem.queries[0].kind else { panic!() };
    let reasons: Vec<usize> = lines.iter().map(|line| line.reasons.len()).collect();
    assert_eq!(reasons, [2, 1, 0]);
    assert!(lines[1].reasons[0].separation.is_some());
}

#[test]
fn a_file_of_a_hundred_thousand_lines_is_read() {
    let mut text = String::from("graph {\n");
    for i in 0..50_000 {
        text.push_str(&format!("    v{i} -> v{}\n", i + 1));
    }
    text.push_str("}\n");
    for i in 0..25_000 {
        text.push_str(&format!("P(v{} | do(v{i}))\nlet Q{i} = P(v{i})\n", i + 1));
    }
    let (problem, diagnostics) = super::super::read(&crate::source::Source::new("t", text));
    assert_eq!(problem.queries.len(), 25_000);
    assert!(diagnostics.iter().all(|d| !d.is_error()));
}
