//! Graphviz's DOT: `digraph { x -> y; x -> y [dir=both] }`.
//!
//! An edge with `dir=both` is an unmeasured common cause. A node is latent with `latent`, `unobserved` or
//! `observed=no` among its attributes, or under DoWhy's name `Unobserved Confounders`. Positions count y upwards.
#![allow(clippy::wildcard_enum_match_arm, reason = "a format has a few of all grammars' words")]

use super::draft::{Draft, Kind};
use super::grammar::Rule;
use super::model::Model;
use super::tokens::{Token, Tokens};
use super::{Format, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::MAX_NESTING;

const FORMAT: Format = Format::Dot;

/// Reads the first graph of a file.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let all = Span::new(0, source.text().len());
    let mut reader = Reader {
        draft: Draft::new(source, "for an unmeasured common cause write `a -> b [dir=both]`"),
        tokens: Tokens::new(source, Rule::dot_words, all),
        undirected: false,
    };
    let head = reader.tokens.peek().map_or_else(Span::default, |token| token.span);
    let _ = reader.file();
    reader.draft.finish(head)
}

/// A mistake that ends the reading; it has been reported.
struct Stop;

/// What `node [..]` and `edge [..]` have set for the nodes and edges below.
#[derive(Clone, Copy, Default)]
struct Defaults {
    latent: bool,
    direction: Direction,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Direction {
    /// As the sign says.
    #[default]
    Sign,
    Forward,
    Back,
    Both,
    None,
}

/// `name` or `name=value`, with the place of both.
struct Attribute {
    name: String,
    value: String,
    span: Span,
}

struct Reader<'a> {
    draft: Draft<'a>,
    tokens: Tokens<'a>,
    /// Whether an edge without direction has been reported.
    undirected: bool,
}

impl Reader<'_> {
    fn file(&mut self) -> Result<(), Stop> {
        if self.word("strict") {
            self.tokens.next();
        }
        if !self.word("digraph") && !self.word("graph") {
            let token = self.tokens.peek();
            return Err(self.expected(token, "`digraph` or `graph`"));
        }
        self.tokens.next();
        if !self.tokens.at_text("{") {
            let (name, _) = self.id("a name or `{`")?;
            self.draft.name = Some(name);
        }
        self.sign("{")?;
        self.statements(0, Defaults::default())?;
        if let Some(token) = self.tokens.peek() {
            let text = self.tokens.text(token).to_owned();
            self.draft.lose("what follows the first graph", "cut it out and import it by itself", &text, token.span);
        }
        Ok(())
    }

    /// Up to and with the closing brace; the nodes that stood there.
    fn statements(&mut self, depth: usize, mut defaults: Defaults) -> Result<Vec<usize>, Stop> {
        let mut nodes = Vec::new();
        loop {
            let Some(token) = self.tokens.peek() else { return Err(self.expected(None, "`}`")) };
            if self.draft.is_full() {
                return Err(Stop);
            }
            match self.tokens.text(token) {
                "}" => {
                    self.tokens.next();
                    nodes.sort_unstable();
                    nodes.dedup();
                    return Ok(nodes);
                }
                ";" | "," => {
                    self.tokens.next();
                }
                _ => nodes.extend(self.statement(depth, &mut defaults)?),
            }
        }
    }

    fn statement(&mut self, depth: usize, defaults: &mut Defaults) -> Result<Vec<usize>, Stop> {
        for (word, kind) in [("node", 0), ("edge", 1), ("graph", 2)] {
            if !self.word(word) {
                continue;
            }
            let token = self.tokens.next();
            if !self.tokens.at_text("[") {
                return Err(self.expected(token, "a node, an edge or `}`"));
            }
            let attributes = self.attributes()?;
            for attribute in &attributes {
                match kind {
                    0 if latent(attribute).is_some() => defaults.latent = latent(attribute) == Some(true),
                    1 if attribute.name == "dir" => defaults.direction = direction(attribute),
                    _ => self.drawing(attribute),
                }
            }
            return Ok(Vec::new());
        }
        let start = self.tokens.peek().map_or(self.tokens.end(), |token| token.span);
        let group = matches!(self.tokens.peek(), Some(token) if self.tokens.text(token) == "{" || self.is_word(token, "subgraph"));
        let first = if group {
            self.group(depth, *defaults)?
        } else {
            let (name, span) = self.id("a node, an edge or `}`")?;
            if self.tokens.eat_text("=").is_some() {
                let (value, _) = self.id("a value")?;
                self.drawing(&Attribute { name, value, span });
                return Ok(Vec::new());
            }
            self.port()?;
            vec![self.node(&name, span, *defaults)]
        };
        let mut groups = vec![first];
        let mut signs: Vec<Token> = Vec::new();
        while let Some(sign) = self.tokens.peek().filter(|token| matches!(token.rule, Rule::dot_arrow | Rule::dot_line))
        {
            self.tokens.next();
            signs.push(sign);
            let next = if self.tokens.at_text("{") || self.word("subgraph") {
                self.group(depth, *defaults)?
            } else {
                let (name, span) = self.id("a node after the edge")?;
                self.port()?;
                vec![self.node(&name, span, *defaults)]
            };
            groups.push(next);
        }
        let end = signs.last().map_or(start.end, |sign| sign.span.end);
        let mut attributes = Vec::new();
        while self.tokens.at_text("[") {
            attributes.extend(self.attributes()?);
        }
        if signs.is_empty() {
            if let [node] = groups.concat()[..]
                && !group
            {
                self.describe(node, &attributes);
            }
        } else {
            self.join(&groups, &signs, &attributes, *defaults, Span::new(start.start, end.max(start.end)));
        }
        Ok(groups.concat())
    }

    fn join(
        &mut self,
        groups: &[Vec<usize>],
        signs: &[Token],
        attributes: &[Attribute],
        defaults: Defaults,
        span: Span,
    ) {
        let mut way = defaults.direction;
        for attribute in attributes {
            match attribute.name.as_str() {
                "dir" => way = direction(attribute),
                // How a common cause is drawn here.
                "style" if attribute.value == "dashed" => {}
                _ => self.drawing(attribute),
            }
        }
        for (pair, sign) in groups.windows(2).zip(signs) {
            let [from, to] = pair else { continue };
            let span = if signs.len() == 1 { span } else { sign.span };
            match (way, sign.rule) {
                (Direction::Both, _) => self.draft.edges_between(Kind::Bidirected, from, to, span),
                (Direction::Back, _) => self.draft.edges_between(Kind::Directed, to, from, span),
                (Direction::Forward, _) | (Direction::Sign, Rule::dot_arrow) => {
                    self.draft.edges_between(Kind::Directed, from, to, span);
                }
                (Direction::None | Direction::Sign, _) => {
                    if !self.undirected {
                        self.undirected = true;
                        let help = "write `digraph` and `->`, or `a -> b [dir=both]` for an unmeasured common cause";
                        let error = diagnostics::undirected(self.draft.source, span, help);
                        self.draft.error(error);
                    }
                }
            }
        }
    }

    /// `{ … }`, `subgraph name { … }`
    fn group(&mut self, depth: usize, defaults: Defaults) -> Result<Vec<usize>, Stop> {
        if self.word("subgraph") {
            self.tokens.next();
            if !self.tokens.at_text("{") {
                self.id("a name or `{`")?;
            }
        }
        let open = self.sign("{")?;
        if depth >= MAX_NESTING {
            let error = diagnostics::nested_too_deep(self.draft.source, open.span, MAX_NESTING);
            return Err(self.stop(error));
        }
        self.statements(depth + 1, defaults)
    }

    fn node(&mut self, name: &str, span: Span, defaults: Defaults) -> usize {
        let new = self.draft.find(name).is_none();
        let node = self.draft.node(name, span);
        if new
            && (defaults.latent || is_dowhy(name))
            && let Some(variable) = self.draft.variable(node)
        {
            variable.latent = true;
        }
        node
    }

    fn describe(&mut self, node: usize, attributes: &[Attribute]) {
        let mut dashed = None;
        for attribute in attributes {
            let Some(variable) = self.draft.variable(node) else { return };
            let value = attribute.value.as_str();
            if let Some(is) = latent(attribute) {
                variable.latent = is;
                continue;
            }
            match attribute.name.as_str() {
                "exposure" => variable.exposure = is_true(value),
                "outcome" => variable.outcome = is_true(value),
                "adjusted" => variable.adjusted = is_true(value),
                "label" => {
                    let text = line_breaks(value);
                    variable.latent |= is_dowhy(&text);
                    variable.label =
                        Some(text).filter(|text| !text.is_empty() && text != "\\N" && *text != variable.name);
                }
                "pos" => match position(value) {
                    Some(position) => variable.position = Some(position),
                    None => self.drawing(attribute),
                },
                "style" if value.contains("dashed") => dashed = Some(attribute.span),
                _ => self.drawing(attribute),
            }
        }
        if let Some(span) = dashed
            && let Some(variable) = self.draft.variable(node)
            && !variable.latent
        {
            let name = variable.name.clone();
            let help = "if it is not measured, add `latent NAME` to the graph";
            self.draft.lose("a dashed outline; the variable is taken as measured", help, &name, span);
        }
    }

    /// An attribute that says nothing about the graph itself.
    fn drawing(&mut self, attribute: &Attribute) {
        self.draft.lose("attributes for drawing", "", &attribute.name, attribute.span);
    }

    /// `[a=b, c]`
    fn attributes(&mut self) -> Result<Vec<Attribute>, Stop> {
        self.sign("[")?;
        let mut all = Vec::new();
        loop {
            if self.tokens.eat_text("]").is_some() {
                return Ok(all);
            }
            if self.tokens.eat_text(",").is_some() || self.tokens.eat_text(";").is_some() {
                continue;
            }
            let (name, span) = self.id("an attribute or `]`")?;
            let value = if self.tokens.eat_text("=").is_some() { self.id("a value")?.0 } else { "true".to_owned() };
            all.push(Attribute { name, value, span });
        }
    }

    /// `:port:compass` after a node, which only says where an edge touches its picture.
    fn port(&mut self) -> Result<(), Stop> {
        while let Some(colon) = self.tokens.eat_text(":") {
            let (port, _) = self.id("a port")?;
            self.draft.lose("attributes for drawing", "", &format!(":{port}"), colon.span);
        }
        Ok(())
    }

    /// A name, a number, a text in quotes (perhaps several joined by `+`), or HTML in angle brackets.
    fn id(&mut self, wanted: &'static str) -> Result<(String, Span), Stop> {
        let Some(token) = self.tokens.next() else { return Err(self.expected(None, wanted)) };
        let text = self.tokens.text(token);
        match token.rule {
            Rule::dot_name | Rule::dot_number => Ok((text.to_owned(), token.span)),
            Rule::dot_quoted => {
                let mut value = unescape(text);
                let mut span = token.span;
                while self.tokens.eat_text("+").is_some() {
                    let Some(more) = self.tokens.eat(Rule::dot_quoted) else {
                        let token = self.tokens.peek();
                        return Err(self.expected(token, "a text in quotes after `+`"));
                    };
                    value.push_str(&unescape(self.tokens.text(more)));
                    span = span.to(more.span);
                }
                Ok((value, span))
            }
            Rule::dot_unclosed => {
                let error = diagnostics::unclosed(self.draft.source, token.span, "text", "`\"`");
                Err(self.stop(error))
            }
            Rule::dot_unclosed_comment => {
                let error = diagnostics::unclosed(self.draft.source, token.span, "comment", "`*/`");
                Err(self.stop(error))
            }
            Rule::dot_sign if text == "<" => self.html(token),
            _ => Err(self.expected(Some(token), wanted)),
        }
    }

    /// `<…>`, angle brackets inside it in pairs.
    fn html(&mut self, open: Token) -> Result<(String, Span), Stop> {
        let start = open.span.end;
        let rest = self.draft.source.text().get(start..).unwrap_or("");
        let mut depth = 1_usize;
        for (at, byte) in rest.bytes().enumerate() {
            match byte {
                b'<' => depth += 1,
                b'>' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.tokens.seek(start + at + 1);
                return Ok((rest.get(..at).unwrap_or("").to_owned(), Span::new(open.span.start, start + at + 1)));
            }
        }
        let error = diagnostics::unclosed(self.draft.source, open.span, "text in angle brackets", "`>`");
        Err(self.stop(error))
    }

    fn sign(&mut self, sign: &'static str) -> Result<Token, Stop> {
        match self.tokens.eat_text(sign) {
            Some(token) => Ok(token),
            None => {
                let token = self.tokens.peek();
                Err(self.expected(token, &format!("`{sign}`")))
            }
        }
    }

    /// Whether the next word is this keyword; capital letters do not matter.
    fn word(&mut self, word: &str) -> bool {
        self.tokens.peek().is_some_and(|token| self.is_word(token, word))
    }

    fn is_word(&self, token: Token, word: &str) -> bool {
        token.rule == Rule::dot_name && self.tokens.text(token).eq_ignore_ascii_case(word)
    }

    fn expected(&mut self, token: Option<Token>, wanted: &str) -> Stop {
        let error = match token {
            Some(token) if token.rule == Rule::dot_unclosed => {
                diagnostics::unclosed(self.draft.source, token.span, "text", "`\"`")
            }
            Some(token) if token.rule == Rule::dot_unclosed_comment => {
                diagnostics::unclosed(self.draft.source, token.span, "comment", "`*/`")
            }
            _ => {
                let span = token.map_or(self.tokens.end(), |token| token.span);
                diagnostics::expected(self.draft.source, span, wanted, FORMAT)
            }
        };
        self.stop(error)
    }

    fn stop(&mut self, error: Diagnostic) -> Stop {
        self.draft.error(error);
        Stop
    }
}

fn is_dowhy(name: &str) -> bool {
    matches!(name, "Unobserved Confounders" | "Unobserved Confounder")
}

pub(super) fn is_true(value: &str) -> bool {
    !["false", "no", "0", "off"].iter().any(|no| value.eq_ignore_ascii_case(no))
}

/// Whether an attribute says that a node is latent, or that it is not.
fn latent(attribute: &Attribute) -> Option<bool> {
    match attribute.name.as_str() {
        "latent" | "unobserved" => Some(is_true(&attribute.value)),
        "observed" => Some(!is_true(&attribute.value)),
        _ => None,
    }
}

fn direction(attribute: &Attribute) -> Direction {
    match attribute.value.as_str() {
        "forward" => Direction::Forward,
        "back" => Direction::Back,
        "both" => Direction::Both,
        "none" => Direction::None,
        _ => Direction::Sign,
    }
}

fn position(text: &str) -> Option<(f64, f64)> {
    let (x, y) = text.trim().trim_end_matches('!').split_once(',')?;
    let (x, y): (f64, f64) = (x.trim().parse().ok()?, y.trim().parse().ok()?);
    (x.is_finite() && y.is_finite()).then_some((x, 0.0 - y))
}

/// The inside of a text in quotes. Graphviz shows `\\` as one backslash; other escapes are its labels' business.
fn unescape(text: &str) -> String {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let mut out = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&next @ ('"' | '\\'))) => {
                chars.next();
                out.push(next);
            }
            // A line that goes on on the next.
            ('\\', Some('\n')) => {
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

/// A label's `\n`, `\l` and `\r` end lines.
fn line_breaks(label: &str) -> String {
    label.replace("\\n", "\n").replace("\\l", "\n").replace("\\r", "\n")
}

fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !["node", "edge", "graph", "digraph", "subgraph", "strict"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// Writes a graph; everything that a [`Model`] holds has a place.
pub(super) fn write(model: &Model) -> String {
    let mut text = "digraph ".to_owned();
    if let Some(name) = &model.name {
        text.push_str(&quoted(name));
        text.push(' ');
    }
    text.push_str("{\n");
    for variable in &model.variables {
        let mut attributes = Vec::new();
        let flags = [
            ("latent=true, style=dashed", variable.latent),
            ("exposure=true", variable.exposure),
            ("outcome=true", variable.outcome),
            ("adjusted=true", variable.adjusted),
        ];
        attributes.extend(flags.into_iter().filter(|(_, is)| *is).map(|(flag, _)| flag.to_owned()));
        if let Some((x, y)) = variable.position {
            attributes.push(format!("pos=\"{x},{}!\"", 0.0 - y));
        }
        if let Some(label) = &variable.label {
            attributes.push(format!("label={}", quoted(label)));
        }
        text.push_str("    ");
        text.push_str(&quoted(&variable.name));
        if !attributes.is_empty() {
            text.push_str(&format!(" [{}]", attributes.join(", ")));
        }
        text.push_str(";\n");
    }
    for (edges, more) in [(&model.directed, ""), (&model.bidirected, " [dir=both, style=dashed]")] {
        for &(a, b) in edges {
            let (a, b) = (quoted(model.of_index(a)), quoted(model.of_index(b)));
            text.push_str(&format!("    {a} -> {b}{more};\n"));
        }
    }
    text.push_str("}\n");
    text
}
