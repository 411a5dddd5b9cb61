//! Mistakes in expressions, terms and questions: one walk over the tokens with a stack of open brackets.

use super::super::diagnostics as words;
use super::tokens::{Kind, Token};
use crate::source::{Diagnostic, Source, Span};

/// What a sign of equality outside brackets means in the piece.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// `expect`, `let`, a line of a proof: `=` states something.
    Stated,
    /// A question: `==` asks something, `=` says nothing.
    Asked,
    /// Neither belongs there.
    None,
}

/// What a walk found.
pub(super) struct Found {
    pub diagnostics: Vec<Diagnostic>,
    /// The bracket around the place where the grammar stopped: `P`, `E`, `do`, `sum`, `cut`.
    pub inside: Option<&'static str>,
}

/// What a bracket is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Bracket {
    P,
    E,
    Do,
    /// `y[…]`, `Y_{…}`, `Y(…)` in a term.
    World,
    /// `sum_{…}`
    Set,
    /// `in NAME[…]`
    Cut,
    /// Around an expression.
    Group,
    /// Any other brace: a domain.
    Braces,
}

impl Bracket {
    const fn is_term(self) -> bool {
        matches!(self, Self::P | Self::E)
    }

    /// Whether names stand in it, and not expressions.
    const fn is_list(self) -> bool {
        !matches!(self, Self::Group)
    }
}

struct Frame<'a> {
    bracket: Bracket,
    open: Token<'a>,
    bar: Option<Span>,
    action: Option<Span>,
    /// The first world in it.
    world: Option<Span>,
    /// What stands in it from here on belongs to a form that has been refused as a whole.
    quiet: bool,
    /// How many mistakes were found before it.
    said: usize,
}

struct Walk<'a> {
    source: &'a Source,
    tokens: &'a [Token<'a>],
    frames: Vec<Frame<'a>>,
    out: Vec<Diagnostic>,
    sides: Sides,
    /// The first sign of equality outside brackets.
    equals: Option<Span>,
    edges: bool,
    /// An independence sign stands outside brackets.
    independence: bool,
    /// The bracket closed last.
    closed: Option<Bracket>,
}

/// Looks for the mistakes that people make. O(tokens).
pub(super) fn walk(source: &Source, tokens: &[Token<'_>], sides: Sides, failed: usize) -> Found {
    let mut walk = Walk {
        source,
        tokens,
        frames: Vec::new(),
        out: Vec::new(),
        sides,
        equals: None,
        edges: false,
        independence: false,
        closed: None,
    };
    let mut inside = None;
    let mut reached = false;
    for (i, token) in tokens.iter().enumerate() {
        if !reached && token.span.end > failed {
            reached = true;
            inside = walk.inside();
        }
        if token.kind == Kind::Unclosed {
            walk.out.push(words::unclosed_text(source, token.span));
            return Found { diagnostics: walk.out, inside };
        }
        let quiet = walk.frames.last().is_some_and(|frame| frame.quiet);
        let said = walk.out.len();
        walk.token(i, token);
        if quiet {
            walk.out.truncate(said);
        }
    }
    if !reached {
        inside = walk.inside();
    }
    // What follows a bracket that nothing closes is read in the wrong place, so nothing more is said of it.
    if let Some((open, said)) = walk.frames.last().map(|frame| (frame.open, frame.said)) {
        walk.out.truncate(said);
        walk.out.push(words::unclosed_bracket(source, open.span, open.text));
    }
    while let Some(frame) = walk.frames.pop() {
        walk.leave(&frame);
    }
    Found { diagnostics: walk.out, inside }
}

impl<'a> Walk<'a> {
    fn inside(&self) -> Option<&'static str> {
        self.frames.last().and_then(|frame| match frame.bracket {
            Bracket::P => Some("P"),
            Bracket::E => Some("E"),
            Bracket::Do => Some("do"),
            Bracket::Set => Some("sum"),
            Bracket::Cut => Some("cut"),
            Bracket::World | Bracket::Group | Bracket::Braces => None,
        })
    }

    fn bracket(&self) -> Option<Bracket> {
        self.frames.last().map(|frame| frame.bracket)
    }

    fn in_list(&self) -> bool {
        self.bracket().is_some_and(Bracket::is_list)
    }

    fn at(&self, i: Option<usize>) -> Option<&'a Token<'a>> {
        self.tokens.get(i?)
    }

    fn token(&mut self, i: usize, token: &'a Token<'a>) {
        let before = self.at(i.checked_sub(1));
        let after = self.at(Some(i + 1));
        match token.kind {
            Kind::Strange => self.out.push(words::strange_character(self.source, token.span, token.text)),
            Kind::Number => self.number(i, token, before, after),
            Kind::Name | Kind::Quoted => self.name(token, before, after),
            Kind::Prime => {
                if !before.is_some_and(|before| token.glued && (before.is_name() || before.kind == Kind::Prime)) {
                    self.out.push(words::stray_prime(self.source, token.span));
                }
            }
            Kind::Open => self.open(i, token, before, after),
            Kind::Close => self.close(token, after),
            Kind::Sign => self.sign(i, token, before, after),
            // The caller has stopped there.
            Kind::Unclosed => {}
        }
    }

    fn number(&mut self, i: usize, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        if let Some(after) = after.filter(|after| after.glued && after.kind == Kind::Name) {
            let span = token.span.to(after.span);
            let power = after.text.strip_prefix(['e', 'E']).unwrap_or("x");
            let sign = self.at(Some(i + 2)).filter(|sign| sign.glued && (sign.is("-") || sign.is("+")));
            let digits = self.at(Some(i + 3)).filter(|digits| digits.glued && digits.kind == Kind::Number);
            self.out.push(match (sign, digits) {
                (Some(_), Some(digits)) if power.is_empty() => {
                    let span = span.to(digits.span);
                    words::exponent(self.source, span, self.source.slice(span))
                }
                _ if power.bytes().all(|b| b.is_ascii_digit()) => {
                    words::exponent(self.source, span, self.source.slice(span))
                }
                _ if self.in_list() => words::number_as_value(self.source, span, self.source.slice(span)),
                _ => words::number_before_name(self.source, span, token.text, after.text),
            });
        } else if let Some(before) = before.filter(|before| before.kind == Kind::Number)
            && !self.in_list()
        {
            let span = before.span.to(token.span);
            self.out.push(words::adjacent_numbers(self.source, span, before.text, token.text));
        } else if self.bracket().is_some_and(|bracket| bracket.is_list() && bracket != Bracket::Braces)
            && before.is_some_and(|before| before.is(",") || before.is("|") || before.kind == Kind::Open)
        {
            self.out.push(words::number_as_name(self.source, token.span, token.text));
        }
    }

    fn name(&mut self, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        let opens = |sign: &str| after.is_some_and(|after| after.is(sign));
        let bracket = self.bracket();
        if token.kind == Kind::Name {
            match token.text {
                "do" if bracket.is_some_and(Bracket::is_term) => {
                    let bar = self.frames.last().is_some_and(|frame| frame.bar.is_some());
                    if !opens("(") {
                        self.out.push(words::do_without_parentheses(self.source, token.span));
                    } else if !bar {
                        self.out.push(words::do_before_bar(self.source, token.span));
                    }
                    if let Some(frame) = self.frames.last_mut() {
                        frame.action.get_or_insert(token.span);
                    }
                    return;
                }
                "do" if opens("(") => return self.out.push(words::do_outside_term(self.source, token.span)),
                "sum" if !opens("{") && !opens("_") && !self.in_list() => {
                    return self.out.push(words::sum_without_braces(self.source, token.span, "sum"));
                }
                "sum" if !self.in_list() => return,
                "by" if bracket.is_none() => {
                    return self.out.push(words::by_outside_proof(self.source, token.span));
                }
                "in" if bracket.is_none() && after.is_none() => {
                    return self.out.push(words::missing_operand(self.source, token.span, "in", false));
                }
                "in" if bracket.is_none() && after.is_some_and(|after| after.is_name() || after.is("[")) => return,
                "do" | "sum" | "in" | "by" => {
                    return self.out.push(words::reserved_word(self.source, token.span, token.text));
                }
                _ => {}
            }
        }
        let word = matches!(token.text, "over" | "under");
        if let Some(before) = before.filter(|before| before.is_name() || before.kind == Kind::Number)
            && bracket.is_some_and(|bracket| bracket.is_list() && (word || bracket != Bracket::Cut))
            && !(before.kind == Kind::Number && token.glued)
            && !before.is("do")
        {
            self.out.push(words::missing_comma(self.source, token.span, before.text, token.text));
        }
    }

    fn open(&mut self, i: usize, token: &Token<'a>, before: Option<&'a Token<'a>>, after: Option<&Token<'a>>) {
        let name = |word: &str| before.is_some_and(|before| before.kind == Kind::Name && before.text == word);
        let in_term = self.frames.iter().any(|frame| frame.bracket.is_term());
        let after_name = before.is_some_and(|before| before.is_name() || before.kind == Kind::Prime);
        let bracket = match token.text {
            "(" if name("P") => Bracket::P,
            "(" if name("E") => {
                self.out.push(words::expectation_brackets(self.source, token.span));
                Bracket::E
            }
            "(" if name("do") => Bracket::Do,
            "(" if self.bracket() == Some(Bracket::Do) && after_name => {
                let value = self.at(i.checked_sub(2)).is_some_and(|sign| sign.is("="));
                self.out.push(if value {
                    words::policy_form(self.source, token.span)
                } else {
                    words::world_in_parentheses(self.source, token.span, before.map_or("", |before| before.text))
                });
                Bracket::World
            }
            "(" if in_term && after_name => {
                let name = before.map_or("", |before| before.text);
                self.out.push(words::world_in_parentheses(self.source, token.span, name));
                Bracket::World
            }
            "[" if name("E") => Bracket::E,
            "[" if name("P") && !in_term => {
                self.out.push(words::probability_parentheses(self.source, token.span));
                Bracket::P
            }
            "[" if in_term && after_name => {
                self.world(token.span);
                Bracket::World
            }
            "[" if name("in") || self.at(i.checked_sub(2)).is_some_and(|word| word.is("in")) => Bracket::Cut,
            "{" => self.brace(i, token, before, in_term),
            _ => Bracket::Group,
        };
        if after.is_some_and(|after| after.kind == Kind::Close) {
            let what = match bracket {
                Bracket::P => Some("P( )"),
                Bracket::E => Some("E[ ]"),
                Bracket::Do => Some("do( )"),
                Bracket::Set => Some("a sum"),
                Bracket::World => Some("a world"),
                Bracket::Cut | Bracket::Group => Some("this pair of brackets"),
                Bracket::Braces => None,
            };
            if let Some(what) = what {
                self.out.push(words::nothing_inside(self.source, token.span, what));
            }
        }
        let quiet = bracket == Bracket::World || self.frames.last().is_some_and(|frame| frame.quiet);
        self.frames.push(Frame {
            bracket,
            open: *token,
            bar: None,
            action: None,
            world: None,
            quiet,
            said: self.out.len(),
        });
    }

    fn brace(&mut self, i: usize, token: &Token<'a>, before: Option<&'a Token<'a>>, in_term: bool) -> Bracket {
        let Some(before) = before else {
            return Bracket::Braces;
        };
        if before.is_sum() {
            return Bracket::Set;
        }
        let subject = self.at(i.checked_sub(2));
        match subject {
            Some(subject) if before.is("_") && subject.is_sum() => Bracket::Set,
            Some(_) if before.is("_") && in_term => {
                self.world(before.span.to(token.span));
                Bracket::World
            }
            Some(subject) if before.is("_") => {
                self.out.push(words::subscript(self.source, before.span.to(token.span), subject.text));
                Bracket::Braces
            }
            _ => Bracket::Braces,
        }
    }

    /// Notes a world with the term around it, which may hold an action too.
    fn world(&mut self, span: Span) {
        let mut frames = self.frames.iter_mut().rev();
        if let Some(frame) = frames.find(|frame| frame.bracket.is_term()) {
            frame.world.get_or_insert(span);
        }
    }

    /// What can be said of a bracket only once all of it is known.
    fn leave(&mut self, frame: &Frame<'a>) {
        if let (Some(span), Some(action)) = (frame.world, frame.action) {
            self.out.push(words::do_and_world(self.source, span, action));
        }
    }

    fn close(&mut self, token: &Token<'a>, after: Option<&Token<'a>>) {
        let fits = |open: &str| matches!((open, token.text), ("(", ")") | ("[", "]") | ("{", "}"));
        let Some(frame) = self.frames.pop() else {
            return self.out.push(words::stray_bracket(self.source, token.span, token.text));
        };
        self.leave(&frame);
        self.closed = Some(frame.bracket);
        if frame.bracket == Bracket::Set
            && after.is_none_or(|after| {
                after.kind == Kind::Close
                    || after.kind == Kind::Sign && !matches!(after.text, "-" | "−") && !after.is_sum()
            })
        {
            self.out.push(words::sum_without_body(self.source, frame.open.span.to(token.span)));
        }
        // `E(y)` and `P[y]` have had their say.
        let forgiven = frame.bracket.is_term() && matches!(token.text, ")" | "]");
        let told = self.out.iter().any(|told| told.labels.first().is_some_and(|label| label.span == frame.open.span));
        let fits = fits(frame.open.text) || forgiven && told;
        if !fits {
            let open = frame.open;
            self.out.push(words::mismatched_bracket(self.source, token.span, token.text, open.span, open.text));
        }
    }

    fn sign(&mut self, i: usize, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        let bracket = self.bracket();
        match token.text {
            "^" => self.out.push(words::power(self.source, token.span)),
            "⊥" | "⟂" | "∐" => self.out.push(words::independence_sign(self.source, token.span)),
            "~" | "∼" | ":=" if bracket == Some(Bracket::Do) => {
                self.out.push(words::policy_form(self.source, token.span));
                self.hush();
            }
            "~" | "∼" | "!=" | "<" | ">" | "<=" | ">=" | "≠" | "≤" | "≥" | "!" | ":=" | "~>" | "=>" | "@" => {
                self.out.push(words::comparison(self.source, token.span, token.text));
            }
            "->" | "<-" | "<->" | "-->" | "→" | "←" | "↔" if !self.edges => {
                self.edges = true;
                self.out.push(words::edge_outside_graph(self.source, token.span));
            }
            "Σ" | "∑" | "\\sum" if !after.is_some_and(|after| after.is("{") || after.is("_")) => {
                self.out.push(words::sum_without_braces(self.source, token.span, "Σ"));
            }
            "|" if bracket.is_some_and(Bracket::is_term) => self.bar(token, after),
            "==" if self.in_list() => {
                let name = before.map_or("x", |before| before.text);
                self.out.push(words::value_equals(self.source, token.span, name));
            }
            "=" | "==" if bracket.is_none() => self.equality(token, before, after),
            "_||_" | "⫫" => {
                let closed = matches!(self.closed, Some(Bracket::P | Bracket::E | Bracket::Group));
                self.independence |= bracket.is_none();
                let term = before
                    .is_some_and(|before| before.kind == Kind::Close && closed || before.kind == Kind::Number)
                    || after.is_some_and(|after| after.is("P") || after.is("E"))
                        && self.at(Some(i + 2)).is_some_and(|open| open.kind == Kind::Open);
                if term || !matches!(bracket, None | Some(Bracket::Braces)) {
                    self.out.push(words::independence_of_names(self.source, token.span));
                } else {
                    self.operand(token, before, after);
                }
            }
            "+" | "*" | "/" | "·" | "⋅" | "×" if self.in_list() => {
                self.out.push(words::expression_in_term(self.source, token.span, token.text));
            }
            "-" | "−" if bracket.is_some_and(Bracket::is_list) => {
                let value = before.is_some_and(|before| before.is("=") || before.kind == Kind::Open || before.is(","));
                if !value && !matches!(bracket, Some(Bracket::World | Bracket::Braces)) {
                    self.out.push(words::expression_in_term(self.source, token.span, token.text));
                }
            }
            "," if bracket != Some(Bracket::Braces) && after.is_none_or(|after| after.kind == Kind::Close) => {
                self.out.push(words::missing_operand(self.source, token.span, token.text, false));
            }
            "|" | ":" if bracket.is_none() => self.operand(token, before, after),
            "+" | "*" | "/" | "·" | "⋅" | "×" | "-" | "−" | "=" => self.operand(token, before, after),
            _ => {}
        }
    }

    /// Says no more of the innermost bracket.
    fn hush(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.quiet = true;
        }
    }

    fn bar(&mut self, token: &Token<'a>, after: Option<&Token<'a>>) {
        let Some(frame) = self.frames.last_mut() else { return };
        match frame.bar {
            Some(first) => self.out.push(words::second_bar(self.source, token.span, first)),
            None => {
                frame.bar = Some(token.span);
                if after.is_none_or(|after| after.kind == Kind::Close) {
                    self.out.push(words::nothing_inside(self.source, token.span, "`|`"));
                }
            }
        }
    }

    fn equality(&mut self, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        match (self.equals, self.sides) {
            _ if self.independence => self.out.push(words::independence_of_names(self.source, token.span)),
            (Some(first), Sides::Stated | Sides::Asked) => {
                self.out.push(words::chained_equality(self.source, token.span, first));
            }
            (None, Sides::Asked) if token.text == "=" => {
                self.out.push(words::single_equals(self.source, token.span));
            }
            _ => self.operand(token, before, after),
        }
        self.equals.get_or_insert(token.span);
    }

    /// A sign that joins two things has both.
    fn operand(&mut self, token: &Token<'a>, before: Option<&Token<'a>>, after: Option<&Token<'a>>) {
        let joins = |other: &Token<'_>| {
            matches!(other.text, "+" | "*" | "/" | "·" | "⋅" | "×" | "=" | "==" | "|" | "," | "_||_" | "⫫")
                && other.kind == Kind::Sign
        };
        let sign = matches!(token.text, "-" | "−");
        if after.is_none_or(|after| after.kind == Kind::Close || joins(after)) {
            self.out.push(words::missing_operand(self.source, token.span, token.text, false));
        } else if !sign && before.is_none_or(|before| before.kind == Kind::Open || before.is("-") || before.is("−")) {
            self.out.push(words::missing_operand(self.source, token.span, token.text, true));
        }
    }
}
