//! [`Math`] in the notation of the language, ASCII or Unicode.

use super::document::Math;
use crate::graph::EdgeKind;
use crate::source::{Span, Spanned};
use crate::syntax::print::{self, Style};
use crate::syntax::tree;

/// Where an expression stands in typeset mathematics: what must be bracketed there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing follows that it could swallow.
    Alone,
    /// The last factor of a product, or what a sum is over: a sum of terms needs brackets.
    LastFactor,
    /// A factor with others after it: a sum over variables needs them too.
    Factor,
    /// A term of a difference after its first: a sum of terms needs brackets.
    Subtracted,
}

impl Place {
    /// Whether an expression needs brackets here.
    pub(super) const fn brackets(self, expr: &tree::Expr) -> bool {
        use tree::ExprKind as Kind;
        match expr.kind {
            Kind::Plus(_) | Kind::Minus(_) | Kind::Negative(_) => !matches!(self, Self::Alone),
            Kind::Sum { .. } => matches!(self, Self::Factor),
            Kind::Product(_)
            | Kind::P(_)
            | Kind::E(_)
            | Kind::Quotient(..)
            | Kind::Number(_)
            | Kind::Name(_)
            | Kind::Quantity(_) => false,
        }
    }
}

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
        Math::Bar(hundredths) => bar(*hundredths, style),
        &Math::Interval { from, at, to, beside, null } => interval([from, at, to], beside, null, style),
    }
}

/// An axis of forty signs: `[--*--]` with `o` for what is beside it and `|` for what would be no effect.
fn interval(marks: [u8; 3], beside: Option<u8>, null: Option<u8>, style: Style) -> String {
    const LAST: usize = 40;
    let [blank, left, line, right, number, other, nothing] = match style {
        Style::Ascii => ['.', '[', '-', ']', '*', 'o', '|'],
        Style::Unicode => ['\u{b7}', '\u{251c}', '\u{2500}', '\u{2524}', '\u{25cf}', '\u{25cb}', '\u{2502}'],
    };
    let place = |hundredths: u8| (usize::from(hundredths.min(100)) * LAST + 50) / 100;
    let [from, at, to] = marks.map(place);
    let sign = |here: usize| {
        if here == at {
            number
        } else if Some(here) == beside.map(place) {
            other
        } else if here == from {
            left
        } else if here == to {
            right
        } else if Some(here) == null.map(place) {
            nothing
        } else if (from..to).contains(&here) {
            line
        } else {
            blank
        }
    };
    (0..=LAST).map(sign).collect()
}

/// A bar of at most twenty signs; with Unicode an eighth of one can be told.
fn bar(hundredths: u8, style: Style) -> String {
    const LENGTH: usize = 20;
    let eighths = (usize::from(hundredths.min(100)) * LENGTH * 8 + 50) / 100;
    match style {
        Style::Ascii => "#".repeat((eighths + 4) / 8),
        Style::Unicode => {
            let mut bar = "\u{2588}".repeat(eighths / 8);
            // From one eighth, U+258F, to seven, U+2589.
            let rest = u32::try_from(eighths % 8).ok().filter(|rest| *rest > 0);
            bar.extend(rest.and_then(|rest| char::from_u32(0x2590 - rest)));
            bar
        }
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
