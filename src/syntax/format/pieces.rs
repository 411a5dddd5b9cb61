//! One piece: which of its signs touch, and how deep its lines stand.

use super::tokens::{Kind, Mode, Token, tokens};
use super::{Formatter, INDENT};
use crate::syntax::MAX_STATEMENT;
use std::ops::Range;

/// Words that a bracket may follow without a blank, besides `P` and `do`.
const OPERATORS: [&str; 14] =
    ["ate", "ett", "nde", "nie", "pn", "ps", "pns", "min", "max", "abs", "mod", "noise", "normal", "bernoulli"];
/// Words that in a model are followed by their bracket and nothing else.
const CALLS: [&str; 7] = ["noisy_or", "min", "max", "abs", "mod", "noise", "normal"];

/// An open bracket.
struct Bracket {
    /// A blank inside: `{ y _||_ x }`.
    spaced: bool,
    /// The set of a sum.
    set: bool,
    /// The rows of a model's table.
    table: bool,
    /// Such a table over several lines: each row has its own.
    rows: bool,
    /// How deep the line stands that it was opened on.
    indent: usize,
}

/// What a token of a statement is judged by.
struct Context<'t, 'a> {
    mode: Mode,
    open: Vec<Bracket>,
    /// The token before and the one before that, comments left out.
    last: Option<&'t Token<'a>>,
    before: Option<&'t Token<'a>>,
    /// A minus here is a sign, not an operator.
    operand: bool,
    /// The last token is such a minus.
    signed: bool,
    /// The last token is the word or the sign of a sum, or the `_` after it.
    sum: bool,
    /// Only the words that open a statement have been seen.
    opening: bool,
    /// `var … : …`
    variables: bool,
    /// In a model: parents have been named, so that a brace opens a table.
    parents: bool,
    /// In a table: where in a row the next token stands.
    row: Row,
}

/// The parts of a table's row, `low, bad: {no: 0.4, yes: 0.6}`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Row {
    /// What it is for, up to the colon.
    Head,
    /// The first token of its distribution.
    First,
    /// The rest of it, after which another row may begin.
    Rest,
}

impl<'a> Formatter<'a> {
    /// Writes a piece that begins at some depth; where it ends.
    pub(super) fn piece(&mut self, range: Range<usize>, mode: Mode, indent: usize) -> usize {
        let mut list = std::mem::take(&mut self.tokens);
        tokens(&self.text, range.clone(), mode, &mut list);
        // To the cutter a blank that is not ASCII is part of a piece, and a comment before it too.
        let last = list.iter().rposition(|token| token.kind != Kind::Comment);
        list.truncate(last.map_or(0, |last| last + 1));
        let range = range.start..list.last().map_or(range.end, |last| last.at + last.text.len());
        // Blanks must not make a statement too long to be read.
        let end = range.end;
        let long = range.len() > MAX_STATEMENT / 1024;
        let mark = long.then(|| self.page.mark());
        self.write(&list, mode, indent);
        if let Some(mark) = mark.filter(|mark| self.page.length_since(mark) > MAX_STATEMENT) {
            self.page.reset(mark);
            self.page.word(self.text.slice(range), false, indent);
        }
        self.tokens = list;
        end
    }

    fn write(&mut self, list: &[Token<'a>], mode: Mode, base: usize) {
        let mut context = Context {
            mode,
            open: Vec::new(),
            last: None,
            before: None,
            operand: true,
            signed: false,
            sum: false,
            opening: true,
            variables: mode == Mode::Statement && list.first().is_some_and(|first| first.text == "var"),
            parents: false,
            row: Row::Rest,
        };
        let lines = self.page.len();
        if list.get(1).is_some_and(|second| matches!(second.text, ":" | "," | "_||_" | "⫫" | "=" | "==")) {
            context.variables = false;
        }
        let mut first_line = true;
        let mut line = base;
        for (i, token) in list.iter().enumerate() {
            if token.breaks > 0 && i > 0 {
                first_line = false;
                self.page.line_ends(token.breaks);
                line = match context.open.last() {
                    Some(bracket) if token.kind == Kind::Close => bracket.indent,
                    Some(bracket) => bracket.indent + INDENT,
                    None => base + INDENT,
                };
            }
            if token.kind == Kind::Comment {
                self.comment(token.at, token.at + token.text.len(), line);
                continue;
            }
            let rest = list.get(i + 1..).unwrap_or(&[]);
            let next = rest.iter().find(|next| next.kind != Kind::Comment);
            let tight = context.is_tight(token, next);
            if base > 0 && mode == Mode::Statement && first_line && context.open.is_empty() && token.text == "by" {
                self.page.reason();
            }
            let table = context.open.last().filter(|bracket| bracket.table).map(|table| (table.rows, table.indent));
            if let Some((rows, indent)) = table.filter(|_| token.kind == Kind::Close) {
                if rows && token.breaks == 0 {
                    self.page.break_line();
                    line = indent;
                }
            } else if let Some((rows, indent)) = table {
                let begins = context.row == Row::Rest && begins_row(context.last(), list.get(i..).unwrap_or(&[]));
                if begins {
                    context.row = Row::Head;
                }
                let last = context.last();
                if begins && rows && token.breaks == 0 {
                    self.page.break_line();
                    line = indent + INDENT;
                } else if begins && token.breaks == 0 && !matches!(last, "{" | ";" | ",") {
                    self.page.wide();
                } else if context.row == Row::First || context.row == Row::Head && last == "," && !begins {
                    self.page.cell();
                }
            }
            self.page.word(token.text, tight, line);
            context.pass(token, line);
            if token.kind == Kind::Open
                && let Some(table) = context.open.last_mut().filter(|bracket| bracket.table)
            {
                table.rows = over_lines(rest);
            }
        }
        if mode == Mode::Model {
            self.page.align_cells(lines);
        }
    }
}

/// Whether a line end stands before the bracket that closes what has just been opened.
fn over_lines(rest: &[Token<'_>]) -> bool {
    let mut depth = 1_usize;
    for token in rest {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            Kind::Word | Kind::Sign | Kind::Comment => {}
        }
        if token.breaks > 0 {
            return true;
        }
        if depth == 0 {
            return false;
        }
    }
    false
}

/// Whether a row of a table begins here, after the end of another: values up to a colon follow, `low, *:`, and what stands
/// before does not reach for the first of them.
fn begins_row(last: &str, list: &[Token<'_>]) -> bool {
    if matches!(last, "bernoulli" | ".." | "/" | "-" | "−") {
        return false;
    }
    let mut tokens = list.iter().filter(|token| token.kind != Kind::Comment);
    loop {
        let value = tokens.next();
        // A number may have a sign.
        let value = if value.is_some_and(|value| matches!(value.text, "-" | "−")) { tokens.next() } else { value };
        if !value.is_some_and(|value| value.kind == Kind::Word || value.text == "*") {
            return false;
        }
        match tokens.next().map(|next| next.text) {
            Some(":") => return true,
            Some(",") => {}
            Some(_) | None => return false,
        }
    }
}

impl<'t, 'a> Context<'t, 'a> {
    fn last(&self) -> &'a str {
        self.last.map_or("", |last| last.text)
    }

    /// Whether no blank stands before a token.
    fn is_tight(&self, token: &Token<'_>, next: Option<&Token<'_>>) -> bool {
        let Some(last) = self.last else { return false };
        if matches!(token.text, "," | ";") {
            return true;
        }
        if token.kind == Kind::Close {
            return !self.open.last().is_some_and(|bracket| bracket.spaced) || last.kind == Kind::Open;
        }
        if last.kind == Kind::Open {
            return !self.open.last().is_some_and(|bracket| bracket.spaced);
        }
        if self.mode == Mode::Graph {
            return token.text == "=" || last.text == "=";
        }
        // In an action `- 1` is an equation and `-1` a value: a minus touches a number where it did.
        if matches!(last.text, "-" | "−") && is_number(token.text) {
            let touches = |last: &Token<'_>, at: usize| last.at + last.text.len() == at;
            // After these it is the sign of a number, `sd -2`, however close it stands.
            let share = self.before.is_some_and(|word| matches!(word.text, "sd" | "mean" | "var" | "bernoulli"));
            let apart = share || !self.before.is_some_and(|before| touches(before, last.at));
            return touches(last, token.at) && (self.signed || apart);
        }
        if self.signed {
            return true;
        }
        if token.text == ".." || last.text == ".." {
            return true;
        }
        match token.text {
            ":" => !self.variables,
            "(" => {
                // `pn (x)` may be a product, `pn(x -> …)` is not: what touches stays so.
                let touches = last.at + last.text.len() == token.at;
                last.kind == Kind::Word
                    && (self.mode == Mode::Model && CALLS.contains(&last.text)
                        || matches!(last.text, "P" | "do")
                        || touches && OPERATORS.contains(&last.text))
            }
            "[" => {
                // A world, `y[x = 1]`, touches its variable; `a [b]` is a product. What touches stays so.
                let touches = last.at + last.text.len() == token.at;
                let cut = self.before.is_some_and(|word| word.text == "in");
                last.text == "E" || last.kind == Kind::Word && (touches && last.text != "in" || cut)
            }
            "{" => self.sum,
            "_" => self.sum,
            "/" => is_number(last.text) && next.is_some_and(|next| is_number(next.text)),
            _ => last.text == "/" && is_number(token.text) && self.before.is_some_and(|above| is_number(above.text)),
        }
    }

    /// Takes note of a token that has been written on a line of some depth.
    fn pass(&mut self, token: &'t Token<'a>, line: usize) {
        let sum = matches!(token.text, "sum" | "\\sum" | "Σ" | "∑") || self.sum && token.text == "_";
        let mut operand = false;
        match token.kind {
            Kind::Open => {
                // Neither a set nor a distribution, `do(x ~ {0: 0.2, 1: 0.8})`.
                let plain = !self.sum && !self.variables && self.last() != "~";
                let table = self.mode == Mode::Model && self.open.is_empty() && self.parents && token.text == "{";
                let spaced = table || self.mode == Mode::Statement && token.text == "{" && plain;
                self.open.push(Bracket {
                    spaced,
                    set: self.sum && token.text == "{",
                    table,
                    rows: false,
                    indent: line,
                });
                self.row = if table { Row::Rest } else { self.row };
                operand = true;
            }
            Kind::Close => operand = self.open.pop().is_some_and(|bracket| bracket.set),
            Kind::Sign => {
                operand = true;
                self.parents |= token.text == "|" && self.open.is_empty();
            }
            Kind::Word if self.opening => {
                operand = match token.text {
                    "expect" | "simplify" | "proof" => self.last.is_none() || self.last() == ":",
                    "not" | "identifiable" => matches!(self.last(), "expect" | "not"),
                    _ => false,
                };
            }
            Kind::Word | Kind::Comment => {}
        }
        if self.open.last().is_some_and(|bracket| bracket.table) && token.kind != Kind::Open {
            self.row = match self.row {
                Row::Head if token.text == ":" => Row::First,
                Row::Head => Row::Head,
                Row::First | Row::Rest => Row::Rest,
            };
        }
        self.signed = self.operand && matches!(token.text, "-" | "−");
        self.operand = operand;
        self.sum = sum && self.mode == Mode::Statement;
        self.opening = self.opening && (operand && token.kind == Kind::Word) || token.text == ":";
        self.before = self.last;
        self.last = Some(token);
    }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}
