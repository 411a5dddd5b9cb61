//! A document as HTML with typeset mathematics (MathML Core). Everything that came from a file is escaped: a variable
//! called `<script>` is a name.

use super::document::{Block, Document, Line, Math, Span, Table, Text, Tone};
use super::notation::{self, Place};
use crate::graph::EdgeKind;
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{self, ExprKind};
use std::fmt::Write as _;

/// The document as the content of an HTML element; headings begin at level 3. Questions are left to the page around it.
#[must_use]
pub fn html(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        match block {
            Block::Question { .. } => {}
            Block::Paragraph(text) => {
                let _ = writeln!(out, "<p>{}</p>", prose(text));
            }
            Block::Part(text) => {
                let _ = writeln!(out, "<p class=\"part\">{}</p>", prose(text));
            }
            Block::Remark(text) => {
                let _ = writeln!(out, "<p class=\"remark\">{}</p>", prose(text));
            }
            Block::Formula { lhs, rhs } => {
                let wide = lhs.as_ref().map_or(0, letters) + letters(rhs);
                let lhs = lhs.as_ref().map(|lhs| format!("{}<mo>=</mo>", math(lhs))).unwrap_or_default();
                let _ = writeln!(
                    out,
                    "<div class=\"formula\" style=\"--w:{wide}\"><math display=\"block\">{lhs}{}</math></div>",
                    math(rhs)
                );
            }
            Block::List(points) => {
                out.push_str("<ul>\n");
                for point in points {
                    let _ = writeln!(out, "<li>{}</li>", prose(point));
                }
                out.push_str("</ul>\n");
            }
            Block::Table(table) => self::table(&mut out, table),
            Block::Board(lines) => board(&mut out, lines),
        }
    }
    out
}

/// A piece of notation in a line of prose.
#[must_use]
pub fn inline(of: &Math) -> String {
    match of {
        Math::Code(_) => format!("<code>{}</code>", escape(&notation::text(of, Style::Unicode))),
        Math::Bar(hundredths) => {
            let width = f64::from((*hundredths).min(100)) / 10.0;
            format!("<span class=\"bar\" style=\"width:{width}em\"></span>")
        }
        Math::Interval { from, at, to, beside, null } => {
            let mark = |class: &str, left: u8, width: u8| {
                format!("<i class=\"{class}\" style=\"left:{left}%;width:{width}%\"></i>")
            };
            let null = null.map(|null| mark("null", null, 0)).unwrap_or_default();
            let beside = beside.map(|beside| mark("beside", beside, 0)).unwrap_or_default();
            format!(
                "<span class=\"axis\" aria-hidden=\"true\">{null}{}{}{beside}</span>",
                mark("span", *from, to.saturating_sub(*from)),
                mark("at", *at, 0)
            )
        }
        Math::Query(query) if !super::latex::is_mathematics(query) => {
            format!("<code>{}</code>", escape(&notation::text(of, Style::Unicode)))
        }
        Math::Name(_)
        | Math::Set(_)
        | Math::Expr(_)
        | Math::Equation(..)
        | Math::Let(..)
        | Math::Positive(_)
        | Math::Query(_)
        | Math::Path(..)
        | Math::Number(_) => format!("<math>{}</math>", math(of)),
    }
}

/// A text in which nothing is a tag, nor the end of an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(letter),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

fn prose(text: &Text) -> String {
    let mut out = String::new();
    for span in &text.spans {
        match span {
            Span::Words(tone, words) => {
                let class = match tone {
                    Tone::Plain => {
                        out.push_str(&escape(words));
                        continue;
                    }
                    Tone::Strong => "strong",
                    Tone::Good => "good",
                    Tone::Bad => "bad",
                    Tone::Open => "open",
                    Tone::Quiet => "quiet",
                };
                let _ = write!(out, "<span class=\"{class}\">{}</span>", escape(words));
            }
            Span::Math(of) => out.push_str(&inline(of)),
        }
    }
    out
}

fn table(out: &mut String, table: &Table) {
    out.push_str("<div class=\"wide\"><table>\n");
    if !table.caption.is_empty() {
        let _ = writeln!(out, "<caption>{}</caption>", prose(&table.caption));
    }
    if !table.head.is_empty() {
        let head: String = table.head.iter().map(|cell| format!("<th scope=\"col\">{}</th>", prose(cell))).collect();
        let _ = writeln!(out, "<thead><tr>{head}</tr></thead>");
    }
    out.push_str("<tbody>\n");
    for cells in &table.rows {
        let row: String = cells.iter().map(|cell| format!("<td>{}</td>", prose(cell))).collect();
        let _ = writeln!(out, "<tr>{row}</tr>");
    }
    out.push_str("</tbody></table></div>\n");
}

/// About how wide it is, in letters: paper does not scroll, so what is too wide for it is set smaller there.
fn letters(of: &Math) -> usize {
    notation::text(of, Style::Unicode).chars().count()
}

fn board(out: &mut String, lines: &[Line]) {
    let widest = |of: fn(&Line) -> Option<&Math>| lines.iter().filter_map(of).map(letters).max().unwrap_or(0);
    let wide = widest(|line| line.lhs.as_ref()) + widest(|line| line.rhs.as_ref());
    let _ = writeln!(out, "<div class=\"wide\"><table class=\"board\" style=\"--w:{wide}\"><tbody>");
    for line in lines {
        let cell = |of: Option<&Math>| of.map(|of| format!("<math>{}</math>", math(of))).unwrap_or_default();
        let equals = if line.rhs.is_some() { "<math><mo>=</mo></math>" } else { "" };
        let _ = writeln!(
            out,
            "<tr><td class=\"label\">{}</td><td class=\"left\">{}</td><td>{equals}</td><td>{}</td>\
             <td class=\"reason\">{}</td></tr>",
            escape(&line.label),
            cell(line.lhs.as_ref()),
            cell(line.rhs.as_ref()),
            prose(&line.reason)
        );
    }
    out.push_str("</tbody></table></div>\n");
}

/// A piece of notation as the content of a `math` element.
fn math(of: &Math) -> String {
    match of {
        Math::Name(name) => self::name(name),
        Math::Set(names) if names.is_empty() => "<mi>∅</mi>".to_owned(),
        Math::Set(names) => format!("<mo>{{</mo>{}<mo>}}</mo>", commas(names.iter().map(|n| name(n)))),
        Math::Expr(expr) => self::expr(expr),
        Math::Equation(lhs, rhs) => format!("{}<mo>=</mo>{}", expr(lhs), expr(rhs)),
        Math::Let(name, expr) => format!("{}<mo>=</mo>{}", self::name(name), self::expr(expr)),
        Math::Positive(expr) => format!("{}<mo>&gt;</mo><mn>0</mn>", self::expr(expr)),
        Math::Query(query) => match &query.query {
            tree::Query::Effect(effect) => expr(effect),
            tree::Query::Independence(independence) => self::independence(independence),
            tree::Query::Equality(lhs, rhs) => format!("{}<mo>=</mo>{}", expr(lhs), expr(rhs)),
            tree::Query::Adjust { .. }
            | tree::Query::Implications { .. }
            | tree::Query::Paths { .. }
            | tree::Query::Simplify(_)
            | tree::Query::Explain(_)
            | tree::Query::Sensitivity(_) => words(&notation::text(of, Style::Unicode)),
        },
        Math::Code(_) | Math::Bar(_) | Math::Interval { .. } => words(&notation::text(of, Style::Unicode)),
        Math::Number(number) => self::number(number),
        Math::Path(nodes, edges) => path(nodes, edges),
    }
}

fn words(text: &str) -> String {
    format!("<mtext>{}</mtext>", escape(text))
}

fn number(number: &str) -> String {
    match number.split_once('/') {
        Some((over, under)) => format!("<mfrac><mn>{}</mn><mn>{}</mn></mfrac>", escape(over), escape(under)),
        None => format!("<mn>{}</mn>", escape(number)),
    }
}

/// A variable; digits after a single letter stand below the line, as in `x₁`.
fn name(name: &str) -> String {
    format!("<mi>{}</mi>", shown(name))
}

fn shown(name: &str) -> String {
    let mut letters = name.chars();
    if let (Some(letter), rest) = (letters.next(), letters.as_str())
        && letter.is_alphabetic()
        && rest.bytes().all(|b| b.is_ascii_digit())
    {
        let below = |digit: char| char::from_u32(0x2080 + u32::from(digit) - u32::from('0')).unwrap_or(digit);
        return std::iter::once(letter).chain(rest.chars().map(below)).collect();
    }
    escape(name)
}

fn variable(variable: &tree::Variable) -> String {
    format!("<mi>{}{}</mi>", shown(&variable.name.value), "′".repeat(usize::from(variable.primes)))
}

fn commas(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join("<mo>,</mo>")
}

fn expr(of: &tree::Expr) -> String {
    let mut out = String::new();
    write_expr(&mut out, of, Place::Alone);
    out
}

fn write_expr(out: &mut String, of: &tree::Expr, place: Place) {
    let bracketed = place.brackets(of);
    out.push_str(if bracketed { "<mrow><mo>(</mo>" } else { "" });
    let place = if bracketed { Place::Alone } else { place };
    match &of.kind {
        ExprKind::P(term) => {
            let _ = write!(out, "<mi>P</mi><mo>(</mo>{}<mo>)</mo>", self::term(term));
        }
        ExprKind::E(term) => {
            let _ = write!(out, "<mi>E</mi><mo>[</mo>{}<mo>]</mo>", self::term(term));
        }
        ExprKind::Sum { over, body } => {
            let _ = write!(out, "<munder><mo>∑</mo><mrow>{}</mrow></munder>", commas(over.iter().map(variable)));
            write_expr(out, body, Place::LastFactor);
        }
        ExprKind::Product(factors) => {
            for (i, factor) in factors.iter().enumerate() {
                let numbers = i > 0
                    && matches!(factors[i - 1].kind, ExprKind::Number(_))
                    && matches!(factor.kind, ExprKind::Number(_));
                if numbers {
                    out.push_str("<mo>·</mo>");
                } else if i > 0 {
                    out.push_str("<mspace width=\".2em\"/>");
                }
                let last = i + 1 == factors.len() && place != Place::Factor;
                write_expr(out, factor, if last { Place::LastFactor } else { Place::Factor });
            }
        }
        ExprKind::Quotient(over, under) => {
            out.push_str("<mfrac><mrow>");
            write_expr(out, over, Place::Alone);
            out.push_str("</mrow><mrow>");
            write_expr(out, under, Place::Alone);
            out.push_str("</mrow></mfrac>");
        }
        ExprKind::Plus(terms) => write_terms(out, terms, "+", Place::Alone),
        ExprKind::Minus(terms) => write_terms(out, terms, "−", Place::Subtracted),
        ExprKind::Negative(inner) => {
            out.push_str("<mo>−</mo>");
            write_expr(out, inner, Place::LastFactor);
        }
        ExprKind::Number(text) => out.push_str(&number(text)),
        ExprKind::Name(of) => out.push_str(&variable(of)),
        ExprKind::Quantity(_) => out.push_str(&words(&print::expr(of, Style::Unicode))),
    }
    out.push_str(if bracketed { "<mo>)</mo></mrow>" } else { "" });
}

fn write_terms(out: &mut String, terms: &[tree::Expr], sign: &str, rest: Place) {
    for (i, term) in terms.iter().enumerate() {
        if i > 0 {
            let _ = write!(out, "<mo>{sign}</mo>");
        }
        write_expr(out, term, if i > 0 { rest } else { Place::Alone });
    }
}

fn term(term: &tree::PTerm) -> String {
    let list = |references: &[tree::Reference]| commas(references.iter().map(reference));
    let mut out = list(&term.of);
    let mut sign = "<mo>|</mo>";
    if !term.do_.is_empty() || !term.policies.is_empty() {
        let policies = term.policies.iter().map(|policy| words(&print::policy(policy)));
        let acted = commas(term.do_.iter().map(reference).chain(policies));
        let _ = write!(out, "{sign}<mi>do</mi><mo>(</mo>{acted}<mo>)</mo>");
        sign = "<mo>,</mo>";
    }
    if !term.given.is_empty() {
        let _ = write!(out, "{sign}{}", list(&term.given));
    }
    out
}

fn reference(of: &tree::Reference) -> String {
    let mut out = variable(&of.variable);
    if !of.world.is_empty() {
        let worlds = of.world.iter().map(setting);
        out = format!("<msub>{out}<mrow>{}</mrow></msub>", commas(worlds));
    }
    match &of.value {
        None => out,
        Some(value) => format!("{out}<mo>=</mo>{}", self::value(&value.value)),
    }
}

fn value(value: &str) -> String {
    let digits = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if digits { number(value) } else { words(value) }
}

fn setting(setting: &tree::Setting) -> String {
    let name = variable(&setting.variable);
    match &setting.to {
        None => name,
        Some(tree::SetTo::Value(to)) => format!("{name}<mo>=</mo>{}", value(&to.value)),
        Some(tree::SetTo::Response(response)) => format!("{name}<mo>=</mo>{}", reference(response)),
    }
}

/// Bars over and under letters stand for the edges cut into and out of them.
fn independence(of: &tree::Independence) -> String {
    let list = |names: &[tree::Name]| commas(names.iter().map(|n| name(&n.value)));
    let mut out = format!("{}<mo>⊥</mo><mspace width=\"-.55em\"/><mo>⊥</mo>{}", list(&of.x), list(&of.y));
    if !of.given.is_empty() {
        let _ = write!(out, "<mo>|</mo>{}", list(&of.given));
    }
    if !of.cut.over.is_empty() || !of.cut.under.is_empty() {
        out.push_str("<mtext>&#xa0;in&#xa0;</mtext><msub><mi>G</mi><mrow>");
        if !of.cut.over.is_empty() {
            let _ = write!(out, "<mover><mrow>{}</mrow><mo>¯</mo></mover>", list(&of.cut.over));
        }
        if !of.cut.under.is_empty() {
            let _ = write!(out, "<munder><mrow>{}</mrow><mo>_</mo></munder>", list(&of.cut.under));
        }
        out.push_str("</mrow></msub>");
    }
    out
}

fn path(nodes: &[String], edges: &[EdgeKind]) -> String {
    let mut out = String::new();
    for (i, node) in nodes.iter().enumerate() {
        out.push_str(&name(node));
        if let Some(edge) = edges.get(i) {
            out.push_str(match edge {
                EdgeKind::Forward => "<mo>→</mo>",
                EdgeKind::Backward => "<mo>←</mo>",
                EdgeKind::Bidirected => "<mo>↔</mo>",
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn effect(text: &str) -> tree::Expr {
        let (tree, diagnostics) = crate::syntax::parse(&Source::new("t", format!("simplify {text}")));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let Some(tree::StatementKind::Query(statement)) = tree.statements.into_iter().next().map(|s| s.kind) else {
            panic!("no question")
        };
        let tree::Query::Simplify(expr) = statement.query else { panic!("not to be simplified") };
        expr
    }

    /// The letters of a formula, tags left out.
    fn letters(markup: &str) -> String {
        let mut out = String::new();
        let mut inside = false;
        for letter in markup.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                letter if !inside => out.push(letter),
                _ => {}
            }
        }
        out
    }

    #[test]
    fn formulas_say_what_the_language_says() {
        let all = [
            ("P(y | do(x), z = 1)", "P(y|do(x),z=1)"),
            ("sum_{z, x'} P(y | x', z) P(z)", "∑z,x′P(y|x′,z)P(z)"),
            ("(a - (b + c)) * P(y)", "(a−(b+c))P(y)"),
            ("(sum_{z} P(z)) P(y)", "(∑zP(z))P(y)"),
            ("E[y1 | do(x = high)] / 2", "E[y₁|do(x=high)]2"),
        ];
        for (text, expected) in all {
            assert_eq!(letters(&expr(&effect(text))), expected, "{text}");
        }
    }

    #[test]
    fn names_are_never_tags() {
        let markup = expr(&effect("P(\"<script>\" | \"a&b\" = \"</math>\")"));
        assert!(markup.contains("&lt;script&gt;") && markup.contains("a&amp;b") && markup.contains("&lt;/math&gt;"));
        assert!(!markup.contains("<script") && !markup.contains("</math"));
    }

    #[test]
    fn every_element_is_closed() {
        let markup = format!("<math>{}</math>", expr(&effect("sum_{z} P(y | do(x), z) / P(z)")));
        let mut reader = quick_xml::Reader::from_str(&markup);
        let mut depth = 0_i32;
        loop {
            let event = reader.read_event().unwrap();
            depth += i32::from(matches!(event, quick_xml::events::Event::Start(_)));
            depth -= i32::from(matches!(event, quick_xml::events::Event::End(_)));
            if matches!(event, quick_xml::events::Event::Eof) {
                break;
            }
        }
        assert_eq!(depth, 0);
    }
}
