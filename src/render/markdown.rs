//! A document as Markdown with mathematics between dollar signs (GitHub, Jupyter, Obsidian, Pandoc).

use super::document::{Block, Document, Line, Math, Span, Table, Text, Tone};
use super::{latex, notation};
use crate::syntax::print::Style;
use std::fmt::Write as _;

/// The document as Markdown. Questions become headings in the language itself; formulas are set as mathematics.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        if !out.is_empty() {
            out.push('\n');
        }
        match block {
            Block::Question { query, place } => {
                let _ = write!(out, "### {}", code(&notation::text(query, Style::Ascii)));
                if !place.is_empty() {
                    let _ = write!(out, "\n\n*{}*", escape(place));
                }
                out.push('\n');
            }
            Block::Paragraph(text) | Block::Part(text) | Block::Remark(text) => {
                out.push_str(&prose(text));
                out.push('\n');
            }
            Block::Formula { lhs, rhs } => {
                let lhs = lhs.as_ref().map(|lhs| format!("{} = ", latex::math(lhs))).unwrap_or_default();
                let _ = writeln!(out, "$$\n{lhs}{}\n$$", latex::math(rhs));
            }
            Block::List(points) => {
                for point in points {
                    let _ = writeln!(out, "- {}", prose(point));
                }
            }
            Block::Table(table) => self::table(&mut out, table),
            Block::Board(lines) => board(&mut out, lines),
        }
    }
    out
}

fn prose(text: &Text) -> String {
    let mut out = String::new();
    for span in &text.spans {
        match span {
            Span::Words(tone, words) => {
                let mark = match tone {
                    Tone::Plain => "",
                    Tone::Strong | Tone::Good | Tone::Bad | Tone::Open => "**",
                    Tone::Quiet => "*",
                };
                // Emphasis that begins or ends with a blank is none.
                let inner = words.trim();
                if inner.is_empty() {
                    out.push_str(words);
                    continue;
                }
                let (before, after) = words.split_once(inner).unwrap_or_default();
                let _ = write!(out, "{before}{mark}{}{mark}{after}", escape(inner));
            }
            Span::Math(math) => out.push_str(&inline(math)),
        }
    }
    out
}

fn inline(math: &Math) -> String {
    match math {
        Math::Name(_) | Math::Code(_) => code(&notation::text(math, Style::Ascii)),
        Math::Bar(_) | Math::Interval { .. } => notation::text(math, Style::Unicode),
        Math::Query(query) if !latex::is_mathematics(query) => code(&notation::text(math, Style::Ascii)),
        Math::Set(_)
        | Math::Expr(_)
        | Math::Equation(..)
        | Math::Let(..)
        | Math::Positive(_)
        | Math::Query(_)
        | Math::Path(..)
        | Math::Number(_) => format!("${}$", latex::math(math)),
    }
}

fn table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        let _ = writeln!(out, "{}\n", prose(&table.caption));
    }
    let columns = table.rows.iter().map(Vec::len).chain([table.head.len()]).max().unwrap_or(0);
    let mut row = |cells: &[Text]| {
        let cells = (0..columns).map(|i| cells.get(i).map(prose).unwrap_or_default().replace('|', "\\|"));
        let _ = writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "));
    };
    row(&table.head);
    row(&vec![Text::of("---"); columns]);
    for cells in &table.rows {
        row(cells);
    }
}

fn board(out: &mut String, lines: &[Line]) {
    out.push_str("$$\n");
    out.push_str(&latex::aligned(lines, "aligned"));
    out.push_str("$$\n");
}

/// A code span, fenced by more backticks than it holds in a row.
fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '$' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
