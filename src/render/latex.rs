//! A document, and expressions by themselves, as LaTeX.
//!
//! Everything here needs the packages amsmath and amssymb and nothing else; what stands between dollar signs is
//! understood by MathJax and KaTeX too.

use super::document::{Block, Document, Line, Math, Span, Table, Text, Tone};
use super::notation::{self, Place};
use crate::graph::EdgeKind;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{self, ExprKind};
use std::fmt::Write as _;

/// The document as LaTeX to be read by `\input`. It compiles in any document class that loads amsmath and amssymb.
#[must_use]
pub fn latex(document: &Document) -> String {
    let mut out = String::from("% Needs \\usepackage{amsmath,amssymb}.\n");
    for block in &document.blocks {
        match block {
            Block::Question { query, place } => {
                let _ = write!(out, "\n\\paragraph{{\\normalfont\\texttt{{{}}}}}", code(query));
                if !place.is_empty() {
                    let _ = write!(out, "\\hfill {{\\small {}}}", escape(place));
                }
                out.push_str("\\par\\noindent\n");
            }
            Block::Paragraph(text) | Block::Part(text) => {
                out.push_str(&prose(text));
                out.push_str("\\par\\noindent\n");
            }
            Block::Remark(text) => {
                let _ = writeln!(out, "\n\\medskip\\noindent\n{}\\par\\noindent", prose(text));
            }
            Block::Formula { lhs, rhs } => {
                let lhs = lhs.as_ref().map(|lhs| format!("{} = ", math(lhs))).unwrap_or_default();
                let _ = writeln!(out, "\\[\n  {lhs}{}\n\\]\n\\noindent", math(rhs));
            }
            Block::List(points) => {
                out.push_str("\\begin{itemize}\n");
                for point in points {
                    let _ = writeln!(out, "  \\item {}", prose(point));
                }
                out.push_str("\\end{itemize}\n\\noindent\n");
            }
            Block::Table(table) => self::table(&mut out, table),
            Block::Board(lines) => {
                out.push_str(&aligned(lines, "align*"));
                out.push_str("\\noindent\n");
            }
        }
    }
    out
}

/// An expression, for use in math mode: `P(y \mid \mathrm{do}(x))`.
#[must_use]
pub fn expr(expr: &tree::Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, expr, Place::Alone);
    out
}

/// A variable's name, for use in math mode: `x`, `x_{1}`, `\mathit{blood\_pressure}`.
#[must_use]
pub fn name(name: &str) -> String {
    let mut chars = name.chars();
    match (chars.next(), chars.as_str()) {
        (Some(letter), "") if letter.is_ascii_alphabetic() => name.to_owned(),
        (Some(letter), "") if greek(letter).is_some() => greek(letter).unwrap_or_default().to_owned(),
        (Some(letter), digits) if letter.is_ascii_alphabetic() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{letter}_{{{digits}}}")
        }
        _ if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
            format!("\\mathit{{{}}}", name.replace('_', "\\_"))
        }
        _ => format!("\\textit{{{}}}", escape(name)),
    }
}

/// Whether a question can be written as mathematics rather than as code.
pub(super) const fn is_mathematics(query: &tree::QueryStatement) -> bool {
    match query.query {
        tree::Query::Effect(_) | tree::Query::Independence(_) | tree::Query::Equality(..) => true,
        tree::Query::Adjust { .. }
        | tree::Query::Implications { .. }
        | tree::Query::Paths { .. }
        | tree::Query::Simplify(_)
        | tree::Query::Explain(_)
        | tree::Query::Sensitivity(_) => false,
    }
}

/// A piece of notation, for use in math mode.
pub(super) fn math(math: &Math) -> String {
    match math {
        Math::Name(name) => self::name(name),
        Math::Set(names) if names.is_empty() => "\\varnothing".to_owned(),
        Math::Set(names) => format!("\\{{{}\\}}", names.iter().map(|n| name(n)).collect::<Vec<_>>().join(", ")),
        Math::Expr(expr) => self::expr(expr),
        Math::Equation(lhs, rhs) => format!("{} = {}", expr(lhs), expr(rhs)),
        Math::Let(name, expr) => format!("{} = {}", self::name(name), self::expr(expr)),
        Math::Positive(expr) => format!("{} > 0", self::expr(expr)),
        Math::Query(query) => match &query.query {
            tree::Query::Effect(effect) => expr(effect),
            tree::Query::Independence(independence) => self::independence(independence),
            tree::Query::Equality(lhs, rhs) => format!("{} = {}", expr(lhs), expr(rhs)),
            tree::Query::Adjust { .. }
            | tree::Query::Implications { .. }
            | tree::Query::Paths { .. }
            | tree::Query::Simplify(_)
            | tree::Query::Explain(_)
            | tree::Query::Sensitivity(_) => format!("\\texttt{{{}}}", code(math)),
        },
        Math::Code(_) => format!("\\texttt{{{}}}", code(math)),
        Math::Number(number) => match number.split_once('/') {
            Some((over, under)) => format!("\\frac{{{over}}}{{{under}}}"),
            None => number.clone(),
        },
        Math::Path(nodes, edges) => path(nodes, edges),
        Math::Bar(hundredths) => format!("\\rule{{{:.2}em}}{{1ex}}", f64::from(*hundredths) / 20.0),
        Math::Interval { from, at, to, .. } => format!(
            "\\hspace*{{{:.2}em}}\\rule[.4ex]{{{:.2}em}}{{.2ex}}\\rule{{.2em}}{{1ex}}\\rule[.4ex]{{{:.2}em}}{{.2ex}}",
            f64::from(*from) / 20.0,
            f64::from(at.saturating_sub(*from)) / 20.0,
            f64::from(to.saturating_sub(*at)) / 20.0,
        ),
    }
}

/// A calculation as the rows of an alignment; in `align*` the reasons stand at the right.
pub(super) fn aligned(lines: &[Line], environment: &str) -> String {
    let mut rows = Vec::new();
    // A left side alone on its line goes before the equals sign of the next.
    let mut left = String::new();
    for line in lines {
        if !line.label.is_empty() {
            let _ = write!(left, "\\text{{{}}}\\quad ", escape(&line.label));
        }
        left.extend(line.lhs.as_ref().map(math));
        let Some(rhs) = &line.rhs else { continue };
        let mut row = format!("  {} &= {}", std::mem::take(&mut left), math(rhs));
        if !line.reason.is_empty() {
            let _ = write!(row, " && \\text{{{}}}", prose(&line.reason));
        }
        rows.push(row);
    }
    if !left.is_empty() {
        rows.push(format!("  {left}"));
    }
    format!("\\begin{{{environment}}}\n{}\n\\end{{{environment}}}\n", rows.join(" \\\\\n"))
}

fn write_expr(out: &mut String, expr: &tree::Expr, place: Place) {
    let bracketed = place.brackets(expr);
    if bracketed {
        out.push_str("\\left(");
    }
    let place = if bracketed { Place::Alone } else { place };
    match &expr.kind {
        ExprKind::P(term) => {
            out.push_str("P(");
            write_term(out, term);
            out.push(')');
        }
        ExprKind::E(term) => {
            out.push_str("\\mathbb{E}[");
            write_term(out, term);
            out.push(']');
        }
        ExprKind::Sum { over, body } => {
            let over: Vec<String> = over.iter().map(variable).collect();
            let _ = write!(out, "\\sum_{{{}}} ", over.join(", "));
            write_expr(out, body, Place::LastFactor);
        }
        ExprKind::Product(factors) => {
            for (i, factor) in factors.iter().enumerate() {
                if i > 0 {
                    let both = matches!(factors[i - 1].kind, ExprKind::Number(_))
                        && matches!(factor.kind, ExprKind::Number(_));
                    out.push_str(if both { " \\cdot " } else { " \\, " });
                }
                let last = i + 1 == factors.len() && place != Place::Factor;
                write_expr(out, factor, if last { Place::LastFactor } else { Place::Factor });
            }
        }
        ExprKind::Quotient(over, under) => {
            out.push_str("\\frac{");
            write_expr(out, over, Place::Alone);
            out.push_str("}{");
            write_expr(out, under, Place::Alone);
            out.push('}');
        }
        ExprKind::Plus(terms) => write_terms(out, terms, " + ", Place::Alone),
        ExprKind::Minus(terms) => write_terms(out, terms, " - ", Place::Subtracted),
        ExprKind::Negative(inner) => {
            out.push('-');
            write_expr(out, inner, Place::LastFactor);
        }
        ExprKind::Number(text) => out.push_str(text),
        ExprKind::Name(of) => out.push_str(&variable(of)),
        ExprKind::Quantity(_) => {
            let code = print::expr(expr, print::Style::Ascii);
            let _ = write!(out, "\\texttt{{{}}}", escape(&code));
        }
    }
    if bracketed {
        out.push_str("\\right)");
    }
}

/// A sum over variables stops before the next `+` or `-` of the language; on paper it does so too.
fn write_terms(out: &mut String, terms: &[tree::Expr], sign: &str, rest: Place) {
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            out.push_str(sign);
        }
        write_expr(out, term, if i > 0 { rest } else { Place::Alone });
    }
}

fn write_term(out: &mut String, term: &tree::PTerm) {
    let list = |references: &[tree::Reference]| references.iter().map(reference).collect::<Vec<_>>().join(", ");
    out.push_str(&list(&term.of));
    let mut sign = " \\mid ";
    if !term.do_.is_empty() || !term.policies.is_empty() {
        let policies = term.policies.iter().map(|policy| format!("\\texttt{{{}}}", escape(&print::policy(policy))));
        let set = (!term.do_.is_empty()).then(|| list(&term.do_));
        let all: Vec<String> = set.into_iter().chain(policies).collect();
        let _ = write!(out, "{sign}\\mathrm{{do}}({})", all.join(", "));
        sign = ", ";
    }
    if !term.given.is_empty() {
        let _ = write!(out, "{sign}{}", list(&term.given));
    }
}

fn reference(reference: &tree::Reference) -> String {
    let mut variable = variable(&reference.variable);
    if !reference.world.is_empty() {
        let settings: Vec<String> = reference.world.iter().map(setting).collect();
        variable = format!("{variable}_{{{}}}", settings.join(", "));
    }
    match &reference.value {
        None => variable,
        Some(value) => {
            let value = &value.value;
            let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
            let value = if number { value.clone() } else { format!("\\text{{{}}}", escape(value)) };
            format!("{variable} = {value}")
        }
    }
}

/// One part of a world.
fn setting(setting: &tree::Setting) -> String {
    let plain = |value| {
        let (variable, world) = (setting.variable.clone(), Vec::new());
        reference(&tree::Reference { variable, world, value })
    };
    match &setting.to {
        None => plain(None),
        Some(tree::SetTo::Value(value)) => plain(Some(value.clone())),
        Some(tree::SetTo::Response(response)) => format!("{} = {}", plain(None), reference(response)),
    }
}

fn variable(variable: &tree::Variable) -> String {
    format!("{}{}", name(&variable.name.value), "'".repeat(usize::from(variable.primes)))
}

/// Bars over and under letters stand for the edges cut into and out of them.
fn independence(independence: &tree::Independence) -> String {
    let list = |names: &[tree::Name]| names.iter().map(|n| name(&n.value)).collect::<Vec<_>>().join(", ");
    let mut out = format!("{} \\perp\\!\\!\\!\\perp {}", list(&independence.x), list(&independence.y));
    if !independence.given.is_empty() {
        let _ = write!(out, " \\mid {}", list(&independence.given));
    }
    let cut = &independence.cut;
    if !cut.over.is_empty() || !cut.under.is_empty() {
        out.push_str(" \\text{ in } G_{");
        if !cut.over.is_empty() {
            let _ = write!(out, "\\overline{{{}}}", list(&cut.over));
        }
        if !cut.under.is_empty() {
            let _ = write!(out, "\\underline{{{}}}", list(&cut.under));
        }
        out.push('}');
    }
    out
}

fn path(nodes: &[String], edges: &[EdgeKind]) -> String {
    let mut out = String::new();
    for (i, node) in nodes.iter().enumerate() {
        out.push_str(&name(node));
        if let Some(edge) = edges.get(i) {
            out.push_str(match edge {
                EdgeKind::Forward => " \\rightarrow ",
                EdgeKind::Backward => " \\leftarrow ",
                EdgeKind::Bidirected => " \\leftrightarrow ",
            });
        }
    }
    out
}

fn prose(text: &Text) -> String {
    let mut out = String::new();
    for span in &text.spans {
        match span {
            Span::Words(tone, words) => {
                let words = escape(words);
                match tone {
                    Tone::Plain => out.push_str(&words),
                    Tone::Strong | Tone::Good | Tone::Bad | Tone::Open => {
                        let _ = write!(out, "\\textbf{{{words}}}");
                    }
                    Tone::Quiet => {
                        let _ = write!(out, "{{\\small {words}}}");
                    }
                }
            }
            Span::Math(math @ Math::Code(_)) => {
                let _ = write!(out, "\\texttt{{{}}}", code(math));
            }
            Span::Math(math) => {
                let _ = write!(out, "${}$", self::math(math));
            }
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        let _ = writeln!(out, "{}\\par\\noindent", prose(&table.caption));
    }
    let columns = table.rows.iter().map(Vec::len).chain([table.head.len()]).max().unwrap_or(0);
    let _ = writeln!(out, "\\begin{{tabular}}{{{}}}", "l".repeat(columns));
    let row = |cells: &[Text]| cells.iter().map(prose).collect::<Vec<_>>().join(" & ");
    if !table.head.is_empty() {
        let _ = writeln!(out, "  {} \\\\\n  \\hline", row(&table.head));
    }
    for cells in &table.rows {
        let _ = writeln!(out, "  {} \\\\", row(cells));
    }
    out.push_str("\\end{tabular}\\par\\noindent\n");
}

/// Notation as the language writes it, in ASCII, escaped.
fn code(math: &Math) -> String {
    escape(&notation::text(math, Style::Ascii))
}

/// A text as LaTeX has it: nothing in it is a command.
#[must_use]
pub fn text(text: &str) -> String {
    escape(text)
}

/// Text with what LaTeX would take for its own written so that it is read as itself.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                out.push('\\');
                out.push(c);
            }
            '^' => out.push_str("\\textasciicircum{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            '"' => out.push_str("\\textquotedbl{}"),
            '-' if out.ends_with('-') => out.push_str("{}-"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The macro of a Greek letter that looks like no Latin one.
const fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' => "\\alpha",
        'β' => "\\beta",
        'γ' => "\\gamma",
        'δ' => "\\delta",
        'ε' => "\\varepsilon",
        'ζ' => "\\zeta",
        'η' => "\\eta",
        'θ' => "\\theta",
        'ι' => "\\iota",
        'κ' => "\\kappa",
        'λ' => "\\lambda",
        'μ' => "\\mu",
        'ν' => "\\nu",
        'ξ' => "\\xi",
        'π' => "\\pi",
        'ρ' => "\\rho",
        'σ' => "\\sigma",
        'τ' => "\\tau",
        'υ' => "\\upsilon",
        'φ' => "\\varphi",
        'χ' => "\\chi",
        'ψ' => "\\psi",
        'ω' => "\\omega",
        'Γ' => "\\Gamma",
        'Δ' => "\\Delta",
        'Θ' => "\\Theta",
        'Λ' => "\\Lambda",
        'Ξ' => "\\Xi",
        'Π' => "\\Pi",
        'Σ' => "\\Sigma",
        'Φ' => "\\Phi",
        'Ψ' => "\\Psi",
        'Ω' => "\\Omega",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_set_as_a_paper_sets_them() {
        assert_eq!(name("x"), "x");
        assert_eq!(name("Z12"), "Z_{12}");
        assert_eq!(name("blood_pressure"), "\\mathit{blood\\_pressure}");
        assert_eq!(name("x_1"), "\\mathit{x\\_1}");
        assert_eq!(name("θ"), "\\theta");
        assert_eq!(name("carry 5% more"), "\\textit{carry 5\\% more}");
        assert_eq!(name("Größe"), "\\textit{Größe}");
    }

    #[test]
    fn text_cannot_speak_latex() {
        assert_eq!(escape("\\input{x}"), "\\textbackslash{}input\\{x\\}");
        assert_eq!(escape("a--b"), "a-{}-b");
    }
}
