//! [`Math`] in the notation of the language, ASCII or Unicode.

use super::document::Math;
use crate::graph::EdgeKind;
use crate::source::{Span, Spanned};
use crate::syntax::print::{self, Style};
use crate::syntax::tree;

/// The text of a piece of notation, as the language writes it where it can.
#[must_use]
pub fn text(math: &Math, style: Style) -> String {
    match math {
        Math::Name(name) => self::name(name, style),
        Math::Set(names) => set(names, style),
        Math::Expr(expr) => print::expr(expr, style),
        Math::Equation(lhs, rhs) => format!("{} = {}", print::expr(lhs, style), print::expr(rhs, style)),
        Math::Let(name, expr) => format!("let {name} = {}", print::expr(expr, style)),
        Math::Positive(expr) => format!("{} > 0", print::expr(expr, style)),
        Math::Query(query) => print::query(query, style),
        Math::Code(text) | Math::Number(text) => text.clone(),
        Math::Path(nodes, edges) => path(nodes, edges, style),
    }
}

/// A name, quoted where the language needs it.
#[must_use]
pub fn name(name: &str, style: Style) -> String {
    print::expr(&variable(name), style)
}

fn variable(name: &str) -> tree::Expr {
    let name = Spanned::new(name.to_owned(), Span::default());
    tree::Expr { span: Span::default(), kind: tree::ExprKind::Name(tree::Variable { name, primes: 0 }) }
}

fn set(names: &[String], style: Style) -> String {
    let names: Vec<String> = names.iter().map(|name| self::name(name, style)).collect();
    format!("{{{}}}", names.join(", "))
}

fn path(nodes: &[String], edges: &[EdgeKind], style: Style) -> String {
    let mut out = String::new();
    for (i, node) in nodes.iter().enumerate() {
        out.push_str(&name(node, style));
        if let Some(edge) = edges.get(i) {
            out.push_str(match (style, edge) {
                (Style::Ascii, EdgeKind::Forward) => " -> ",
                (Style::Ascii, EdgeKind::Backward) => " <- ",
                (Style::Ascii, EdgeKind::Bidirected) => " <-> ",
                (Style::Unicode, EdgeKind::Forward) => " → ",
                (Style::Unicode, EdgeKind::Backward) => " ← ",
                (Style::Unicode, EdgeKind::Bidirected) => " ↔ ",
            });
        }
    }
    out
}
