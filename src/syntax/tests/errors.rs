//! What is refused: the code, the place, and what the help tells to write.

use super::wrong;
use crate::source::Source;
use crate::syntax::parse;
use crate::syntax::tree::{GraphItem, StatementKind};

/// Each text has exactly this error, at this place, with these words in its help.
const ERRORS: &[(&str, &str, &str, &str)] = &[
    // The fixes that the language promises.
    ("E(y | do(x))", "expectation_brackets", "(", "E[y"),
    ("P[y | do(x)]", "probability_parentheses", "[", "P(y"),
    ("P(y) = P(z)", "single_equals", "=", "=="),
    ("P(y == 1)", "value_equals", "==", "y = "),
    ("P(a) == P(b) == P(c)", "chained_equality", "==", "two lines"),
    ("expect P(a) = P(b) = P(c)", "chained_equality", "=", "two lines"),
    ("simplify 1 2", "adjacent_numbers", "1 2", "1 * 2"),
    ("simplify 2P(y)", "number_before_name", "2P", "2 P("),
    ("simplify 1e3", "exponent", "1e3", "1000"),
    ("simplify 2.5e-2", "exponent", "2.5e-2", "0.025"),
    ("let P = 3", "let_operator", "P", "P1"),
    ("simplify Σ P(z)", "sum_without_braces", "Σ", "sum_{z}"),
    ("simplify Σ_z P(z)", "sum_without_braces", "Σ", "sum_{z}"),
    ("P(y) P(z)", "not_a_query", "P(y) P(z)", "simplify"),
    ("sum_{z} P(y, z)", "not_a_query", "sum_{z} P(y, z)", "let NAME"),
    ("x", "not_a_query", "x", "P(x)"),
    ("expect P(y)\n= P(z)", "broken_line", "=", "parentheses"),
    ("P(y)\n  * P(z)", "broken_line", "*", "parentheses"),
    ("P(y)\n  in g", "broken_line", "in", "one line"),
    ("expect P(y)", "malformed_statement", "", "expect A = B"),
    ("paths x y", "malformed_statement", "y", "paths x to y"),
    ("var x = {0, 1}", "malformed_statement", "var x = {0, 1}", "var x, y : {"),
    ("adjust E[y | do(x)]", "adjust_effect", "E", "P(y | do(x))"),
    // Later forms.
    ("P(Y(X=1))", "world_in_parentheses", "(", "Y[x = 1]"),
    ("P(y[x=1] | do(z))", "do_and_world", "y", "P(y[x] | z[x])"),
    ("P(y | do(x ~ N(0,1)))", "policy_form", "~", "do(x = 1)"),
    ("P(y | do(x := ))", "policy_form", ":=", "do(x = 1)"),
    ("P(y | do(x[z = 1]))", "world_in_action", "x", "y[x = 1, m = m[x = 0]]"),
    ("explain y = 1, do(x ~ uniform)", "policy_in_explain", "x", "do(x = 0)"),
    // Models.
    ("model m of g", "model_head", "model m of g", "model NAME of GRAPH {"),
    ("model m of g {\n x = 1\n}", "model_assignment", "=", "x := "),
    ("model m of g {\n x := if z = 1 then 0 else 1\n}", "model_condition", "=", "=="),
    ("model m of g {\n x := if z == 1 then 0\n}", "model_without_else", "if", "else"),
    ("model m of g {\n P(x) = 0.3\n}", "model_probability", "P(", "x ~ {"),
    ("model m of g {\n x ~ bernoulli(0.3\n}", "unclosed_bracket", "(", ")"),
    ("model m of g {\n x y z\n}", "model_line", "x", "x ~ {"),
    ("model m of g {\n x := abs(y, z)\n}", "arguments", "abs(y, z)", "abs(a - b)"),
    ("model m of g {\n x ~ uniform\n", "unclosed_block", "{", "}"),
    ("data { P(x, y); P(y | do(z))\n }", "not_supported_yet", "data", "\"data\""),
    ("identify P(y)", "not_supported_yet", "identify", "alone"),
    ("domain LA", "not_supported_yet", "domain", "var x"),
    ("mag { a -> b\n b -> c }", "graph_class_not_supported_yet", "mag", "graph NAME"),
    ("digraph { a -> b }", "digraph", "digraph", "dag {"),
    // Terms.
    ("P()", "nothing_inside", "(", "P(y)"),
    ("P(y |)", "nothing_inside", "|", "bar"),
    ("P(y | do())", "nothing_inside", "(", "do(x)"),
    ("sum_{} P(y) == 1", "nothing_inside", "{", "sum_{z}"),
    ("sum_{z} == 1", "sum_without_body", "{z}", "rest of its product"),
    ("P(y | x | z)", "second_bar", "|", "commas"),
    ("P(y z)", "missing_comma", "z", "y, z"),
    ("P(y | do x)", "do_without_parentheses", "do", "do(x)"),
    ("P(y, do(x))", "do_before_bar", "do", "P(y | do(x))"),
    ("simplify do(x)", "do_outside_term", "do", "P(y | do(x))"),
    ("P(x | in)", "reserved_word", "in", "\"in\""),
    ("P(1 | x)", "number_as_name", "1", "\"1\""),
    ("E[y - z | do(x)]", "expression_in_term", "-", "E[y] - E[z]"),
    ("P(y > 1)", "comparison", ">", "="),
    ("P(y' = 1)", "value_beside_primes", "y' = 1", "prime"),
    ("P(y)^2 == 1", "power", "^", "product"),
    // Characters and brackets.
    ("P(\"\")", "empty_name", "\"\"", "between the quotes"),
    ("P(\"a\\qb\")", "unknown_escape", "\\q", "backslash"),
    ("P(\"y | do(x))", "unclosed_text", "\"y | do(x))", "\""),
    ("P('y')", "stray_prime", "'", "double quotes"),
    ("$", "unexpected_character", "$", "quotes"),
    ("/* never\nP(x)", "unclosed_comment", "/*", "*/"),
    ("P(y | do(x)", "unclosed_bracket", "(", ")"),
    ("simplify P(y))", "stray_bracket", ")", "leave it out"),
    ("simplify [P(y))", "mismatched_bracket", ")", "]"),
    ("simplify P(x) +", "missing_operand", "+", "after"),
    // Questions.
    ("x -> y", "edge_outside_graph", "->", "graph {"),
    ("x ⊥ y", "independence_sign", "⊥", "_||_"),
    ("P(x) _||_ y", "independence_of_names", "_||_", "x, w _||_"),
    ("x _||_ y | z = 1", "independence_of_names", "=", "x, w _||_"),
    ("x_{1} _||_ y", "subscript", "_{", "x_1"),
    ("P(y) by rule 2", "by_outside_proof", "by", "proof A"),
    ("x, y", "unexpected", ",", "_||_"),
    ("exepct P(y) = P(z)", "unknown_word", "exepct", "expect"),
    ("implicatons G", "unknown_word", "implicatons", "implications"),
    ("var x : {1st, a}", "number_before_name", "1st", "\"1st\""),
    ("var x : 0..99999999999999999999", "integer_too_large", "99999999999999999999", "list"),
    // Proofs.
    ("proof P(y)\n= P(z)", "proof_without_body", "proof", "proof A {"),
    ("proof P(y | do(x) {\n = P(y)\n}", "unclosed_bracket", "(", ")"),
    ("proof P(y) {\n P(z)\n}", "proof_line_start", "P", "= EXPRESSION"),
    ("proof P(y) {\n = P(z) by rule 4\n}", "unknown_reason", "rule 4", "rule 1"),
    ("proof P(y) {\n = P(z) by marginalization\n}", "unknown_reason", "marginalization", "marginalise"),
    ("proof P(y) {\n = P(z) by rule 2 algebra\n}", "reason_end", "algebra", "commas"),
    ("proof P(y) {\n = P(y) by R1", "unclosed_block", "{", "}"),
    // Graphs.
    ("graph g { x' -> y }", "prime_in_graph", "'", "\"x'\""),
    ("graph g { subgraph s { a b } -> c }", "subgraph", "subgraph", "{a b} -> c"),
    ("graph g { a_{b} -> c }", "subscript", "_{", "a_1"),
    ("graph g { \"a\"+\"b\" -> c }", "joined_text", "+", "\"ab\""),
    ("graph g { a, b }", "comma_in_graph", ",", "a; b"),
    ("graph g { latent u -> x }", "latent_with_edge", "->", "u [latent]"),
    ("graph g { latent u [pos=\"0,1\"] }", "latent_with_edge", "[", "u [latent]"),
    ("graph g { latent u w }", "latent_without_commas", "w", "latent u, w"),
    ("graph g { a -> b latent u w }", "latent_without_commas", "w", "latent u, w"),
    ("graph g { latent {u, w} }", "latent_without_commas", "}", "latent u, w"),
    ("graph g { a -- b }", "undirected_edge", "--", "<->"),
    ("graph g { a --> b }", "arrow", "-->", "->"),
    ("graph g { a o-> b }", "edge_mark_not_supported_yet", "o->", "->"),
    ("graph g { a o->b }", "edge_mark_not_supported_yet", "o->", "->"),
    ("graph g { a o-o b }", "edge_mark_not_supported_yet", "o-o", "->"),
    ("graph g { a @-> b }", "edge_mark_not_supported_yet", "@->", "->"),
    ("graph g { a <-o b }", "edge_mark_not_supported_yet", "<-o", "->"),
    ("graph g { carry-matches -> b }", "hyphen_in_name", "carry-matches", "\"carry-matches\""),
    ("graph g { {a b} }", "group_without_edge", "{a b}", "a; b"),
    ("graph g { {a {b c}} -> d }", "group_in_group", "{", "{a b c} -> d"),
    ("graph g { {a -> b} }", "group_in_group", "->", "outside"),
    ("graph g { a -> }", "dangling_edge", "->", "a -> b"),
    ("graph g { a [latent] -> b }", "attributes_in_chain", "->", "line of its own"),
    ("graph g { P(b | do(a)) }", "query_in_graph", "P(", "after"),
    ("graph g { var x : {0, 1} }", "declaration_in_graph", ":", "beside"),
    ("graph g { (a) -> b }", "parenthesis_in_graph", "(", "braces"),
    ("graph my graph { a }", "graph_name", "my graph", "\"my graph\""),
    ("graph g", "graph_without_body", "graph", "graph NAME {"),
    ("graph g {\n a -> b", "unclosed_block", "{", "}"),
    ("}", "stray_bracket", "}", "leave it out"),
];

#[test]
fn each_mistake_has_its_words() {
    for (text, code, place, help) in ERRORS {
        let diagnostics = wrong(text);
        assert_eq!(diagnostics.len(), 1, "{text:?}: {diagnostics:#?}");
        let diagnostic = &diagnostics[0];
        assert_eq!(diagnostic.code, format!("whatif::{code}"), "{text:?}: {diagnostic:#?}");
        assert_eq!(diagnostic.source.slice(diagnostic.labels[0].span), *place, "{text:?}: {diagnostic:#?}");
        let told = diagnostic.help.as_deref().unwrap_or("");
        assert!(told.contains(help), "{text:?}: {told}");
    }
}

#[test]
fn messages_are_sentences_of_the_language() {
    for (text, ..) in ERRORS {
        for diagnostic in wrong(text) {
            let help = diagnostic.help.unwrap_or_default();
            for words in [&diagnostic.message, &help] {
                assert!(!words.is_empty() && !words.ends_with('.'), "{text:?}: {words}");
                // No name of a grammar rule slips through.
                for rule in ["bare_name", "p_term", "sum_opener", "EOI", "graph_item", "in_graph", "comparison"] {
                    assert!(!words.contains(rule), "{text:?}: {words}");
                }
            }
        }
    }
}

/// The kinds of statements and the codes of what is wrong, in order.
fn outcome(text: &str) -> (usize, Vec<&'static str>) {
    let (tree, diagnostics) = parse(&Source::new("test", text));
    let codes = diagnostics.iter().map(|diagnostic| diagnostic.code.trim_start_matches("whatif::")).collect();
    (tree.statements.len(), codes)
}

#[test]
fn reading_goes_on_at_the_next_statement() {
    let text = "P(y | do(x)
expect P(y) = P(y)
simplify (P(z)
  P(w)
total: P(y)
E(y)
graph g { a -- b; c -> d }
P(a) == P(b) == P(c)
x _||_ y
";
    let codes = ["unclosed_bracket", "unclosed_bracket", "expectation_brackets", "undirected_edge", "chained_equality"];
    assert_eq!(outcome(text), (4, codes.to_vec()));
    // A bracket that happens to be closed further down.
    assert_eq!(outcome("P(y | do(x)\nP(z | w))\nP(y)").1, ["unclosed_bracket", "stray_bracket"]);
    // A graph that is never closed ends where a statement can only begin.
    assert_eq!(outcome("graph g {\n  a -> b\n\nP(b | do(a))\ngraph h { a }\n"), (3, vec!["unclosed_block"]));
    assert_eq!(outcome("graph g {\n  {a b -> c\n}\nP(c)\n").0, 2);
    assert_eq!(outcome("graph g {\n  a -> b [beta=1\n}\nP(b)\n"), (2, vec!["unclosed_bracket"]));
    assert_eq!(outcome("proof P(y) {\n = P(z) by rule 7\n = P(y\n}\nP(y)").1, ["unknown_reason", "unclosed_bracket"]);
}

#[test]
fn brackets_that_span_lines_are_no_mistake() {
    let text = "expect P(y) = sum_{z} (
P(y | z)
P(z)
)
var x : {
a,
b }
P(y | do(x),
z)";
    assert_eq!(outcome(text), (3, vec![]));
}

#[test]
fn the_variables_of_a_wrong_line_are_declared_all_the_same() {
    let (tree, _) = parse(&Source::new("test", "graph g { a o-> b [x=1]; latent u -> \"w w\"; c -- d }"));
    let StatementKind::Graph(block) = &tree.statements[0].kind else { panic!("{tree:#?}") };
    let names: Vec<_> = block
        .items
        .iter()
        .filter_map(|item| match item {
            GraphItem::Node(node) => Some(node.name.value.as_str()),
            GraphItem::Chain(_) | GraphItem::Latent(_) | GraphItem::Setting { .. } => None,
        })
        .collect();
    assert_eq!(names, ["a", "b", "u", "w w", "c", "d"]);
}

#[test]
fn documentation_belongs_to_what_stands_directly_below() {
    let docs = |text: &str| {
        let (tree, diagnostics) = parse(&Source::new("test", text));
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        tree.statements.into_iter().map(|statement| statement.doc).collect::<Vec<_>>()
    };
    assert_eq!(docs("/// a\n///  b\n// c\nP(y)\nP(x) /// no\nP(z)"), [Some("a\n b".to_owned()), None, None]);
    assert_eq!(docs("/// far\n\nP(y)\n//// four\nP(x)\n///\nP(z)"), [None, None, Some(String::new())]);
    assert_eq!(docs("graph g { /// no\n/// yes\n x } /// no\nP(y)"), [None, None]);
}
