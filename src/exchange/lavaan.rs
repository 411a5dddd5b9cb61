//! lavaan's model syntax: `y ~ x + z` says that x and z cause y, `u =~ x + y` that the latent u causes both, and
//! `x ~~ y` that x and y share an unmeasured cause.
#![allow(clippy::wildcard_enum_match_arm, reason = "a format has a few of all grammars' words")]

use super::draft::{Draft, Kind};
use super::grammar::Rule;
use super::model::{Model, by_first, some};
use super::tokens::{Token, Tokens};
use super::{Format, diagnostics, r};
use crate::graph::Graph;
use crate::source::{Diagnostic, Source, Span};

const FORMAT: Format = Format::Lavaan;

/// Whether a string has a formula in it.
pub(super) fn has_formula(text: &str) -> bool {
    text.contains('~')
}

/// Reads a model, or the string of an R script that holds one.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let region = r::model(source, has_formula);
    let mut draft = Draft::new(source, "for an unmeasured common cause write `x ~~ y`");
    if let Some(line) = r::around(source, region) {
        draft.lose("the script around the model", "", source.slice(line), line);
    }
    let mut reader = Reader { tokens: Tokens::new(source, Rule::lavaan_words, region), draft, pairs: 0 };
    while reader.tokens.peek().is_some() && !reader.draft.is_full() {
        if reader.tokens.eat(Rule::lavaan_break).is_some() {
            continue;
        }
        if let Err(error) = reader.formula() {
            reader.draft.error(*error);
            reader.skip_line();
        }
    }
    let head = Span::new(region.start, super::boundary(source.text(), region.end.min(region.start + 1)));
    let (model, mut diagnostics) = reader.draft.finish(head);
    diagnostics.extend(model.as_ref().and_then(|model| covary(source, head, model)));
    (model, diagnostics)
}

/// lavaan's `sem` and `cfa` let latent variables covary without its being written.
fn covary(source: &Source, head: Span, model: &Model) -> Option<Diagnostic> {
    let mut caused = vec![false; model.variables.len()];
    for &(_, to) in &model.directed {
        if let Some(caused) = caused.get_mut(to) {
            *caused = true;
        }
    }
    let without = model.variables.iter().zip(caused).filter(|(variable, caused)| variable.latent && !caused);
    let names: Vec<&str> = without.map(|(variable, _)| variable.name.as_str()).collect();
    if names.len() < 2 {
        return None;
    }
    let message = format!(
        "not carried over: lavaan lets latent variables that have no causes ({}) covary unless it is told orthogonal = TRUE; \
         only what is written became an edge",
        some(&names)
    );
    Some(diagnostics::lost_here(source, head, message, "add `a <-> b` for those that share a cause"))
}

type Refused = Box<Diagnostic>;

struct Reader<'a> {
    tokens: Tokens<'a>,
    draft: Draft<'a>,
    /// How many pairs of a left and a right side have been looked at.
    pairs: usize,
}

/// One part of a sum: a variable, and what stands before it.
struct Term {
    name: Option<String>,
    span: Span,
    /// Fixed to zero: then it says that there is no edge.
    zero: bool,
}

impl Reader<'_> {
    fn formula(&mut self) -> Result<(), Refused> {
        let Some(first) = self.tokens.peek() else { return Ok(()) };
        // `level: 1`, `group: a`
        let left = self.sum()?;
        self.skip_breaks_before(|tokens| tokens.peek().is_some_and(|token| token.rule == Rule::lavaan_operator));
        let sign = match self.tokens.peek() {
            Some(token) if token.rule == Rule::lavaan_operator => token,
            Some(token) if self.tokens.text(token) == ":" => {
                self.lose_line("blocks for groups and levels; what stands in them was read as one model", first);
                return Ok(());
            }
            token => return Err(self.expected(token, "an operator like `~`")),
        };
        let operator = self.tokens.text(sign);
        match operator {
            "~" | "=~" | "~~" | "<~" => {
                self.tokens.next();
            }
            _ => {
                self.lose_line("constraints, defined parameters, thresholds and scales", sign);
                return Ok(());
            }
        }
        while self.tokens.eat(Rule::lavaan_break).is_some() {}
        let right = self.sum()?;
        self.pairs = self.pairs.saturating_add(left.len().saturating_mul(right.len()));
        if self.pairs > 2 * Graph::MAX_EDGES {
            return Err(Box::new(diagnostics::graph_too_large(self.draft.source, sign.span)));
        }
        let nodes = |draft: &mut Draft<'_>, terms: Vec<Term>| -> Vec<(usize, Term)> {
            let named = terms.into_iter().filter_map(|term| Some((draft.node(term.name.as_deref()?, term.span), term)));
            named.collect()
        };
        let (left, right) = (nodes(&mut self.draft, left), nodes(&mut self.draft, right));
        for (a, from) in &left {
            let a = *a;
            if matches!(operator, "=~" | "<~")
                && let Some(variable) = self.draft.variable(a)
            {
                variable.latent = true;
            }
            for (b, to) in right.iter().filter(|(_, to)| !to.zero) {
                let b = *b;
                let span = from.span.to(to.span);
                match operator {
                    "~" | "<~" => self.draft.edge(Kind::Directed, b, a, span),
                    "=~" => self.draft.edge(Kind::Directed, a, b, span),
                    // A variance.
                    _ if a == b => {}
                    _ => self.draft.edge(Kind::Bidirected, a, b, span),
                }
            }
        }
        Ok(())
    }

    /// `a + 1*b + c(l1, l2)*d`, up to an operator or the end of the formula.
    fn sum(&mut self) -> Result<Vec<Term>, Refused> {
        let mut terms = vec![self.term()?];
        loop {
            // A line may go on with a `+` on the next.
            self.skip_breaks_before(|tokens| tokens.at_text("+"));
            if self.tokens.eat_text("+").is_none() {
                return Ok(terms);
            }
            while self.tokens.eat(Rule::lavaan_break).is_some() {}
            terms.push(self.term()?);
        }
    }

    /// Past the ends of lines, where this comes after them.
    fn skip_breaks_before(&mut self, comes: impl Fn(&mut Tokens<'_>) -> bool) {
        let Some(first) = self.tokens.peek().filter(|token| token.rule == Rule::lavaan_break) else { return };
        while self.tokens.eat(Rule::lavaan_break).is_some() {}
        if !comes(&mut self.tokens) {
            self.tokens.seek(first.span.start);
        }
    }

    fn term(&mut self) -> Result<Term, Refused> {
        let mut zero = false;
        loop {
            let Some(token) = self.tokens.next() else { return Err(self.expected(None, "a variable")) };
            let text = self.tokens.text(token);
            let modifier = match token.rule {
                Rule::lavaan_number => {
                    if !self.tokens.at_text("*") && !self.tokens.at_text("?") {
                        self.draft.lose("intercepts", "", text, token.span);
                        return Ok(Term { name: None, span: token.span, zero: true });
                    }
                    zero |= text.parse::<f64>() == Ok(0.0);
                    true
                }
                Rule::lavaan_quoted => true,
                Rule::lavaan_name if self.tokens.at_text("(") => {
                    self.brackets()?;
                    true
                }
                Rule::lavaan_name => self.tokens.at_text("*") || self.tokens.at_text("?"),
                Rule::lavaan_unclosed => {
                    let error = diagnostics::unclosed(self.draft.source, token.span, "text", "a quotation mark");
                    return Err(Box::new(error));
                }
                _ => return Err(self.expected(Some(token), "a variable")),
            };
            if modifier {
                // A zero is not lost: it says that there is no edge.
                if !zero {
                    self.draft.lose("coefficients, labels and starting values", "", text, token.span);
                }
                if self.tokens.eat_text("*").is_none() && self.tokens.eat_text("?").is_none() {
                    let token = self.tokens.peek();
                    return Err(self.expected(token, "`*` and a variable"));
                }
                while self.tokens.eat(Rule::lavaan_break).is_some() {}
                continue;
            }
            if self.tokens.at_text(":") && !matches!(text, "group" | "level" | "class" | "block") {
                let what = "the product of two variables is no variable of a graph";
                let help = "name both as causes: `y ~ a + b`";
                return Err(Box::new(diagnostics::not_supported(self.draft.source, token.span, what, help)));
            }
            let block = self.tokens.at_text(":");
            let name = if block { None } else { Some(text.to_owned()) };
            return Ok(Term { name, span: token.span, zero });
        }
    }

    /// `( … )`, brackets inside in pairs.
    fn brackets(&mut self) -> Result<(), Refused> {
        let mut depth = 0_usize;
        loop {
            let Some(token) = self.tokens.next() else { return Err(self.expected(None, "`)`")) };
            match self.tokens.text(token) {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn lose_line(&mut self, what: &'static str, token: Token) {
        let text = self.tokens.text(token);
        self.draft.lose(what, "", text, token.span);
        self.skip_line();
    }

    fn skip_line(&mut self) {
        while self.tokens.peek().is_some_and(|token| token.rule != Rule::lavaan_break) {
            self.tokens.next();
        }
    }

    fn expected(&self, token: Option<Token>, wanted: &str) -> Refused {
        let span = token.map_or(self.tokens.end(), |token| token.span);
        // A line's end is shown as the place before it.
        let span =
            if token.is_some_and(|t| t.rule == Rule::lavaan_break) { Span::new(span.start, span.start) } else { span };
        if span.start == span.end && span.end < self.tokens.end().end {
            let message = format!("the line ends where lavaan has {wanted}");
            return Box::new(diagnostics::malformed(
                self.draft.source,
                span,
                message,
                "a formula looks like this: y ~ x + z",
            ));
        }
        Box::new(diagnostics::expected(self.draft.source, span, wanted, FORMAT))
    }
}

/// Whether the format can write this letter of a name.
pub(super) fn letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.')
}

/// Whether the format can write this name.
pub(super) fn is_name(text: &str) -> bool {
    r::is_name(text) && !["group", "level", "class", "block", "start", "equal", "label", "prior", "efa"].contains(&text)
}

/// Writes a model without roles, positions and labels, all names plain, each latent variable with a child.
pub(super) fn write(model: &Model) -> String {
    let list = |indices: &[usize]| indices.iter().map(|&i| model.of_index(i)).collect::<Vec<_>>().join(" + ");
    let is_latent = |index: usize| model.variables.get(index).is_some_and(|variable| variable.latent);
    let mut text = String::new();
    let mut written = vec![false; model.variables.len()];
    let mut mark = |ends: &[usize]| {
        for &end in ends {
            if let Some(written) = written.get_mut(end) {
                *written = true;
            }
        }
    };
    let exogenous = (0..model.variables.len()).filter(|&i| is_latent(i)).count();
    if exogenous > 1 {
        text.push_str("# fit with orthogonal = TRUE: latent variables covary only where it is written\n");
    }
    for (from, to) in by_first(&model.directed).filter(|(from, _)| is_latent(*from)) {
        text.push_str(&format!("{} =~ {}\n", model.of_index(from), list(&to)));
        mark(&to);
        mark(&[from]);
    }
    let backward: Vec<(usize, usize)> =
        model.directed.iter().filter(|(from, _)| !is_latent(*from)).map(|&(from, to)| (to, from)).collect();
    for (to, from) in by_first(&backward) {
        text.push_str(&format!("{} ~ {}\n", model.of_index(to), list(&from)));
        mark(&from);
        mark(&[to]);
    }
    for &(a, b) in &model.bidirected {
        text.push_str(&format!("{} ~~ {}\n", model.of_index(a), model.of_index(b)));
        mark(&[a, b]);
    }
    for (variable, _) in model.variables.iter().zip(written).filter(|(_, written)| !written) {
        text.push_str(&format!("{0} ~~ {0}\n", variable.name));
    }
    text
}
