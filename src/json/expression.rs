//! References, terms and expressions; the context they are written in.

use crate::answer::Answer;
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term};
use crate::graph::{Graph, NodeSet};
use crate::problem::lift;
use crate::render::latex;
use crate::syntax::print::{self, Style};
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

/// What an expression of one answer is written with.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) graph: &'a Graph,
    pub(super) arena: &'a Arena,
    /// Names in scope: the answer's definitions, or those before the one being written.
    pub(super) definitions: &'a [(String, ExprId)],
}

impl<'a> Writer<'a> {
    pub(super) fn new(answer: &'a Answer) -> Self {
        Self { graph: &answer.graph, arena: &answer.arena, definitions: &answer.definitions }
    }

    /// EXPR, definitions written as `ref`.
    pub(super) fn expr(self, id: ExprId) -> Value {
        let names = self.definitions.iter().map(|(name, id)| (*id, name.as_str())).collect();
        self.named(id, &names)
    }

    fn named(self, id: ExprId, names: &FxHashMap<ExprId, &str>) -> Value {
        if let Some(name) = names.get(&id) {
            return json!({ "op": "ref", "name": name });
        }
        let all = |ids: &[ExprId]| ids.iter().map(|&id| self.named(id, names)).collect::<Vec<_>>();
        match self.arena.get(id) {
            Expr::Number(value) if value.is_one() => json!({ "op": "one" }),
            Expr::Number(value) if value.is_zero() => json!({ "op": "zero" }),
            Expr::Number(value) => json!({ "op": "number", "value": value.to_string() }),
            Expr::P(term) => self.term(term),
            Expr::Sum { over, body } => {
                json!({ "op": "sum", "over": self.references(over), "expr": self.named(*body, names) })
            }
            Expr::Product(factors) => json!({ "op": "product", "factors": all(factors) }),
            Expr::Quotient(over, under) => json!({
                "op": "quotient", "numerator": self.named(*over, names), "denominator": self.named(*under, names),
            }),
            Expr::Plus(terms) => json!({ "op": "plus", "terms": all(terms) }),
            Expr::Minus(terms) => json!({ "op": "minus", "terms": all(terms) }),
            Expr::Value(of) => json!({ "op": "value", "of": self.reference(*of) }),
        }
    }

    /// `[{"name", "expr"}]`, each written with those before it.
    pub(super) fn definitions(self) -> Value {
        let mut names = FxHashMap::default();
        let mut all = Vec::with_capacity(self.definitions.len());
        for (name, id) in self.definitions {
            all.push(json!({ "name": name, "expr": self.named(*id, &names) }));
            names.insert(*id, name.as_str());
        }
        Value::Array(all)
    }

    /// The expression in the language, ASCII.
    pub(super) fn text(self, id: ExprId) -> String {
        print::expr(&lift::expr(self.graph, self.arena, id, self.definitions), Style::Ascii)
    }

    /// The expression as LaTeX sets it.
    pub(super) fn latex(self, id: ExprId) -> String {
        latex::expr(&lift::expr(self.graph, self.arena, id, self.definitions))
    }

    pub(super) fn term(self, term: &Term) -> Value {
        json!({
            "op": "p",
            "of": self.references(term.of()),
            "given": self.references(term.given()),
            "do": self.references(term.do_()),
        })
    }

    pub(super) fn references(self, refs: &[Ref]) -> Vec<String> {
        refs.iter().map(|&r| self.reference(r)).collect()
    }

    /// `x`, `x'`, `x=high`, `"carry matches"=yes`.
    pub(super) fn reference(self, reference: Ref) -> String {
        let name = reference_name(self.variable(reference));
        match reference.at {
            At::Copy(primes) => name + &"'".repeat(usize::from(primes)),
            At::Value(symbol) => format!("{name}={}", reference_value(self.arena.text(symbol))),
        }
    }

    fn variable(self, reference: Ref) -> &'a str {
        self.graph.name(crate::graph::Node::new(reference.var.index()))
    }

    /// The bare names of some references' variables.
    pub(super) fn variables(self, refs: &[Ref]) -> Vec<&'a str> {
        refs.iter().map(|&r| self.variable(r)).collect()
    }

    /// The bare names of a set.
    pub(super) fn names(self, set: &NodeSet) -> Vec<&'a str> {
        set.iter().map(|node| self.graph.name(node)).collect()
    }

    /// A variable's state by number, as in a witness's `at`.
    pub(super) fn state(self, node: crate::graph::Node, state: usize) -> String {
        format!("{}={state}", reference_name(self.graph.name(node)))
    }
}

/// A name inside a reference: quoted where it is no plain identifier.
fn reference_name(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { quoted(name) }
}

/// A value inside a reference: quoted where it is neither a plain identifier nor a decimal number.
fn reference_value(text: &str) -> String {
    if is_identifier(text) || is_decimal(text) { text.to_owned() } else { quoted(text) }
}

fn is_identifier(name: &str) -> bool {
    let letter = |c: char| c == '_' || unicode_ident::is_xid_continue(c);
    name.chars().all(letter) && name.chars().next().is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{BigRational, Var};
    use crate::graph::GraphBuilder;

    fn write(names: &[&str], build: impl Fn(&mut Arena) -> ExprId) -> String {
        let mut builder = GraphBuilder::new();
        for name in names {
            builder.node(name);
        }
        let (graph, mut arena) = (builder.build().unwrap(), Arena::new());
        let id = build(&mut arena);
        Writer { graph: &graph, arena: &arena, definitions: &[] }.expr(id).to_string()
    }

    #[test]
    fn references_quote_what_is_no_identifier() {
        let text = write(&["x", "carry matches", "a\"b\\c", "1x"], |arena| {
            let (high, odd) = (arena.symbol("-1.5"), arena.symbol("very high"));
            let term = Term::new(
                [Ref::copy(Var::new(0), 2), Ref::value(Var::new(1), high)],
                [Ref::value(Var::new(2), odd)],
                [Ref::plain(Var::new(3))],
            );
            arena.p(term.unwrap())
        });
        assert_eq!(
            text,
            r#"{"op":"p","of":["x''","\"carry matches\"=-1.5"],"given":["\"a\\\"b\\\\c\"=\"very high\""],"do":["\"1x\""]}"#
        );
    }

    #[test]
    fn every_operation_has_its_form() {
        let text = write(&["x", "y"], |arena| {
            let (x, y) = (Ref::plain(Var::new(0)), Ref::plain(Var::new(1)));
            let p = arena.p(Term::new([y], [x], []).unwrap());
            let value = arena.value(y);
            let product = arena.product([value, p]);
            let sum = arena.sum([y], product);
            let half = arena.number(BigRational::new(1.into(), 2.into()));
            let (one, zero) = (arena.one(), arena.zero());
            let quotient = arena.quotient(sum, half);
            let plus = arena.plus([quotient, one]);
            arena.minus([plus, zero])
        });
        assert_eq!(
            text,
            concat!(
                r#"{"op":"minus","terms":[{"op":"plus","terms":[{"op":"quotient","numerator":{"op":"sum","over":["y"],"#,
                r#""expr":{"op":"product","factors":[{"op":"value","of":"y"},{"op":"p","of":["y"],"given":["x"],"do":[]}]}},"#,
                r#""denominator":{"op":"number","value":"1/2"}},{"op":"one"}]},{"op":"zero"}]}"#
            )
        );
    }
}
