//! Everything that the language's description shows parses, and means what it says.

use super::{expr, good, query, statement};
use crate::syntax::tree::{
    Domain, EdgeSign, ExpectationKind, Expr, ExprKind, GraphBlock, GraphItem, Query, RuleName, StatementKind,
};

fn graph(text: &str) -> GraphBlock {
    match statement(text).kind {
        StatementKind::Graph(block) => block,
        other => panic!("{text:?} is no graph: {other:#?}"),
    }
}

/// A short form of an expression that shows its structure.
fn shape(expr: &Expr) -> String {
    let list = |sign: &str, parts: &[Expr]| format!("({})", parts.iter().map(shape).collect::<Vec<_>>().join(sign));
    match &expr.kind {
        ExprKind::P(_) => "P".to_owned(),
        ExprKind::E(_) => "E".to_owned(),
        ExprKind::Sum { over, body } => format!("S{}[{}]", over.len(), shape(body)),
        ExprKind::Product(parts) => list(" ", parts),
        ExprKind::Quotient(above, below) => format!("({}/{})", shape(above), shape(below)),
        ExprKind::Plus(parts) => list("+", parts),
        ExprKind::Minus(parts) => list("-", parts),
        ExprKind::Negative(inside) => format!("~{}", shape(inside)),
        ExprKind::Number(number) => number.clone(),
        ExprKind::Quantity(asked) => asked.kind.name().to_owned(),
        ExprKind::Name(variable) => format!("{}{}", variable.name.value, "'".repeat(variable.primes.into())),
    }
}

#[test]
fn the_first_page_parses() {
    let tree = good(
        "/// Does low engagement cause churn, or do both come from bad service?
graph churn {
    service -> engagement -> churn
    service -> churn
}

P(churn | do(engagement))                                  // a query: what would churn be, if we set engagement?

expect P(churn | do(engagement)) = sum_{service} P(churn | engagement, service) P(service)
",
    );
    assert_eq!(tree.statements.len(), 3);
    assert_eq!(
        tree.statements[0].doc.as_deref(),
        Some("Does low engagement cause churn, or do both come from bad service?")
    );
}

#[test]
fn dagitty_code_parses_as_it_is() {
    let block = graph(
        r#"dag {
bb="0,0,1,1"
X [exposure,pos="-2.2,-1.0"]
Y [outcome,pos="1.4,-1.0"]
"Z 1" [adjusted]
u [latent]
X -> Y [beta=".4"]
X <- "Z 1" -> Y
{A B} -> C; 1 -> x.1 <-> -2
}
"#,
    );
    assert!(block.dag && block.name.is_none());
    assert_eq!(block.items.len(), 9);
    let one_line =
        graph("dag G { bb=\"0,0,1,1\" X [e] Y [o] Z [a] U [u] X -> Y [beta=\".4\"] {A, B} -> {C,D} Z <-> U }");
    assert_eq!(one_line.items.len(), 8);
    assert_eq!(one_line.name.map(|name| name.value).as_deref(), Some("G"));
    let attributes: Vec<_> = one_line.items[1..5]
        .iter()
        .map(|item| match item {
            GraphItem::Node(node) => node.attributes[0].name.value.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(attributes, ["exposure", "outcome", "adjusted", "latent"]);
}

#[test]
fn a_graph_takes_every_form() {
    let block = graph(
        "graph g {
    a; b
    /// the
    /// first
    c
    a -> b ->
      c
      <-> d   # a chain over three lines
    latent u, w
    latent
    latent -> do <- in
    {a b} -> c // both
    {a,
     b} -> {c, d}
    x [latent, pos=\"0,1\";
       exposure]
    o->b
    e → f ↔ g ← h
}",
    );
    assert_eq!(block.items.len(), 12);
    match &block.items[2] {
        GraphItem::Node(node) => assert_eq!(node.doc.as_deref(), Some("the\nfirst")),
        other => panic!("{other:?}"),
    }
    match &block.items[3] {
        GraphItem::Chain(chain) => {
            let signs: Vec<_> = chain.rest.iter().map(|(sign, _)| sign.value).collect();
            assert_eq!(signs, [EdgeSign::Right, EdgeSign::Right, EdgeSign::Both]);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(&block.items[4], GraphItem::Latent(names) if names.len() == 2));
    assert!(matches!(&block.items[5], GraphItem::Node(node) if node.name.value == "latent"));
    assert!(matches!(&block.items[10], GraphItem::Chain(chain) if chain.first[0].value == "o"));
}

#[test]
fn a_statement_may_follow_a_block_on_its_line() {
    let tree = good("graph g { x -> y } P(y | do(x)) ; P(y); graph h\n{ x }\nproof P(y) { = P(y) } P(x)");
    assert_eq!(tree.statements.len(), 6);
}

#[test]
fn domains_parse() {
    let domain = |text: &str| match statement(text).kind {
        StatementKind::Var(declaration) => (declaration.names.len(), declaration.domain.value),
        other => panic!("{other:?}"),
    };
    let (count, values) = domain("var smoking, cancer : {no, yes}");
    assert!(count == 2 && matches!(values, Domain::Values(values) if values.len() == 2));
    assert_eq!(domain("var age : 0..3").1, Domain::Range(0, 3));
    assert_eq!(domain("var age:−2 .. 3").1, Domain::Range(-2, 3));
    match domain("var x : {0, -1, −2, 0.5, \"very high\", 2,\n  a}").1 {
        Domain::Values(values) => {
            let values: Vec<_> = values.iter().map(|value| value.value.as_str()).collect();
            assert_eq!(values, ["0", "-1", "-2", "0.5", "very high", "2", "a"]);
        }
        Domain::Range(..) => panic!("a range"),
    }
}

#[test]
fn expressions_group_as_described() {
    for (text, expected) in [
        ("a + b + c", "(a+b+c)"),
        ("a - b - c", "(a-b-c)"),
        ("a + b - c", "((a+b)-c)"),
        ("a - (b - c)", "(a-(b-c))"),
        ("a b * c · d", "(a b c d)"),
        ("a b / c d", "(((a b)/c) d)"),
        ("a / b / c", "((a/b)/c)"),
        ("(a b) c", "((a b) c)"),
        ("-a b", "(~a b)"),
        ("a -b", "(a-b)"),
        ("a * -b", "(a ~b)"),
        ("a - -b − c", "(a-~b-c)"),
        ("a sum_{z} b c + d", "((a S1[(b c)])+d)"),
        ("sum{z, w} b / c", "S2[(b/c)]"),
        ("a / \\sum_{z} b c", "(a/S1[(b c)])"),
        ("Σ_{z} -Σ{w'} ∑_{v} b", "S1[~S1[S1[b]]]"),
        ("[a + b] (c)", "((a+b) c)"),
        ("1/2 P(y) 0.3", "((1/2) P 0.3)"),
        ("x'' y′", "(x'' y')"),
        ("\"P\" P(P | E) E[E] sum_z", "(P P E sum_z)"),
        ("P (y)", "P"),
    ] {
        assert_eq!(shape(&expr(text)), expected, "{text}");
    }
}

#[test]
fn terms_come_apart() {
    match expr("P(y = 1, w' | do(x = -1, v), z, do(t), \"carry matches\"' )").kind {
        ExprKind::P(term) => {
            assert_eq!((term.of.len(), term.do_.len(), term.given.len()), (2, 3, 2));
            assert_eq!(term.do_[0].value.as_ref().map(|value| value.value.as_str()), Some("-1"));
            assert_eq!(term.of[1].variable.primes, 1);
            assert_eq!(term.given[1].variable.name.value, "carry matches");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn questions_parse() {
    assert!(matches!(query("P(y | do(x), z)"), Query::Effect(_)));
    assert!(matches!(query("E[y | do(x=1)] - E[y | do(x=0)]"), Query::Effect(_)));
    assert!(matches!(query("1/2 E[y | do(x=1)] - 2 * E[y] / 3 + 1"), Query::Effect(_)));
    assert!(matches!(query("total: P(y | do(x)) P(z)"), Query::Effect(_)));
    assert!(matches!(query("a, b _||_ c | d, e in [over x; under z]"), Query::Independence(_)));
    assert!(matches!(query("x_||_y"), Query::Independence(_)));
    assert!(matches!(query("x ⫫ y in bow"), Query::Independence(_)));
    assert!(matches!(query("P(y) == sum_{z} P(y, z)"), Query::Equality(..)));
    assert!(
        matches!(query("adjust P(y | do(x)) with a, b without c"), Query::Adjust { with, without, .. } if with.len() == 2 && without.len() == 1)
    );
    assert!(matches!(query("adjust total without c in g"), Query::Adjust { .. }));
    assert!(matches!(query("implications"), Query::Implications { graph: None }));
    assert!(matches!(query("implications G"), Query::Implications { graph: Some(_) }));
    assert!(matches!(query("implications in G"), Query::Implications { graph: None }));
    assert!(matches!(query("paths a, x to y | z"), Query::Paths { .. }));
    assert!(matches!(query("simplify sum_{z} P(y, z) in g"), Query::Simplify(_)));
    assert!(matches!(query("it: simplify x"), Query::Simplify(_)));
}

#[test]
fn words_are_names_where_no_word_is_expected() {
    assert!(matches!(query("data _||_ model | E, P, G"), Query::Independence(_)));
    assert!(matches!(query("paths, graph _||_ y"), Query::Independence(_)));
    assert!(matches!(query("let == expect"), Query::Equality(..)));
    assert!(matches!(query("simplify: P(model | do(data))"), Query::Effect(_)));
    assert!(matches!(query("paths to to without"), Query::Paths { .. }));
    assert!(matches!(query("adjust with with with without without"), Query::Adjust { .. }));
    assert!(matches!(query("\"data\" == \"in\""), Query::Equality(..)));
}

#[test]
fn expectations_parse() {
    let kind = |text: &str| match statement(text).kind {
        StatementKind::Expect(expectation) => (expectation.kind, expectation.graph.map(|graph| graph.value)),
        other => panic!("{other:?}"),
    };
    assert!(matches!(kind("expect identifiable P(y | do(x))").0, ExpectationKind::Identifiable { expected: true, .. }));
    let (asked, graph) = kind("expect not identifiable P(y | do(x)) in bow");
    assert!(matches!(asked, ExpectationKind::Identifiable { expected: false, .. }) && graph.as_deref() == Some("bow"));
    assert!(matches!(kind("expect x _||_ y | z").0, ExpectationKind::Independence { expected: true, .. }));
    let (asked, graph) = kind("expect not x _||_ y in bow[under x]");
    assert!(matches!(asked, ExpectationKind::Independence { expected: false, .. }) && graph.as_deref() == Some("bow"));
    assert!(matches!(kind("expect not _||_ y").0, ExpectationKind::Independence { expected: true, .. }));
    assert!(matches!(
        kind("expect P(y | do(x)) = sum_{z} P(y | x, z) P(z)").0,
        ExpectationKind::Equality { double: false, expected: true, .. }
    ));
    assert!(matches!(kind("expect A == B in g").0, ExpectationKind::Equality { double: true, .. }));
    assert!(matches!(kind("expect not A == B").0, ExpectationKind::Equality { expected: false, .. }));
}

#[test]
fn proofs_parse() {
    let text = "proof P(y | do(x)) in g {
    = sum_{z} P(y | do(x), z) P(z | do(x))              by marginalise, chain
    = sum_{z} P(y | x, z)
        P(z | do(x))                  by rule 2 { y _||_ x | z in [under x] }, algebra // why
    = sum_{z} P(y | x, z) P(z)                          by R3
    = P(y)
}";
    let tree = statement(text);
    match &tree.kind {
        StatementKind::Proof(proof) => {
            assert_eq!(proof.lines.len(), 4);
            let rules: Vec<Vec<_>> =
                proof.lines.iter().map(|line| line.reasons.iter().map(|reason| reason.value.rule).collect()).collect();
            assert_eq!(
                rules,
                [
                    vec![RuleName::Marginalise, RuleName::Chain],
                    vec![RuleName::Rule2, RuleName::Algebra],
                    vec![RuleName::Rule3],
                    vec![]
                ]
            );
            let separation = proof.lines[1].reasons[0].value.separation.as_ref();
            assert_eq!(separation.map(|separation| separation.cut.under.len()), Some(1));
            let span = proof.lines[1].reasons[0].span;
            assert_eq!(&text[span.start..span.end], "rule 2 { y _||_ x | z in [under x] }");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(&text[tree.span.start..tree.span.end], text);
}

#[test]
fn spans_leave_out_what_stands_around() {
    let text = "  ( P(y)  + x' )  == 1 /2 // no";
    match query(text) {
        Query::Equality(lhs, rhs) => {
            assert_eq!(&text[lhs.span.start..lhs.span.end], "P(y)  + x'");
            assert_eq!(&text[rhs.span.start..rhs.span.end], "1 /2");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(statement(text).span.end, text.find(" //").unwrap());
}
