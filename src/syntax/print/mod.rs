//! The tree → text that parses to the same tree, up to spans.
//!
//! One statement a line, a graph or a proof over several. Names stand in quotes where they must; parentheses where the
//! tree needs them, and where a reader would stumble without.

mod expr;
mod model;
mod table;

pub use expr::expr;
#[cfg(test)]
pub(super) use expr::written;
pub use model::policy;

use super::grammar;
use super::read;
use super::tree::{
    Attribute, Chain, Cut, EdgeSign, Expectation, ExpectationKind, GraphBlock, GraphItem, Independence, Name,
    ProofBlock, Query, QueryStatement, Reason, RuleName, Statement, StatementKind, Tree, VarDeclaration,
};

/// Which signs are printed; both parse.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Style {
    /// `sum_{z}`, `_||_`, `->`
    #[default]
    Ascii,
    /// `Σ_{z}`, `⫫`, `→`
    Unicode,
}

impl Style {
    const fn pick(self, ascii: &'static str, unicode: &'static str) -> &'static str {
        match self {
            Self::Ascii => ascii,
            Self::Unicode => unicode,
        }
    }
}

/// Whether a name stands in quotes in a query.
#[must_use]
pub fn needs_quotes(name: &str) -> bool {
    !is_plain(name) && !grammar::is_bare_name(name)
}

/// A name as it stands in a query, in quotes where it needs them.
#[must_use]
pub fn name(name: &str) -> String {
    if needs_quotes(name) { quoted(name) } else { name.to_owned() }
}

/// A value as it stands after `=` and in a domain, in quotes where it needs them.
#[must_use]
pub fn value(value: &str) -> String {
    // `−1` alone would be read as the number -1.
    if !value.starts_with('−') && (is_plain(value) || grammar::is_bare_value(value)) {
        value.to_owned()
    } else {
        quoted(value)
    }
}

/// A whole file: the statements, with empty lines around blocks.
#[must_use]
pub fn tree(tree: &Tree, style: Style) -> String {
    let mut text = String::new();
    let mut after_block = false;
    for each in &tree.statements {
        let block = matches!(each.kind, StatementKind::Graph(_) | StatementKind::Proof(_) | StatementKind::Model(_));
        if !text.is_empty() && (block || after_block || each.doc.is_some()) {
            text.push('\n');
        }
        text.push_str(&statement(each, style));
        text.push('\n');
        after_block = block;
    }
    text
}

/// One statement with its `///` lines, without a line end after it.
#[must_use]
pub fn statement(statement: &Statement, style: Style) -> String {
    let mut text = doc(statement.doc.as_deref(), "");
    text.push_str(&match &statement.kind {
        StatementKind::Graph(block) => graph(block, style),
        StatementKind::Var(declaration) => variables(declaration),
        StatementKind::Let { name: defined, expr: value } => format!("let {} = {}", of(defined), expr(value, style)),
        StatementKind::Query(question) => query(question, style),
        StatementKind::Expect(asked) => expectation(asked, style),
        StatementKind::Proof(block) => proof(block, style),
        StatementKind::Model(block) => model::model(block),
        StatementKind::Table(block) => table::table(block),
        StatementKind::Data(asked) => table::data(asked),
    });
    text
}

/// A question with its label and its graph.
#[must_use]
pub fn query(question: &QueryStatement, style: Style) -> String {
    let label = question.label.as_ref().map(|label| format!("{}: ", of(label))).unwrap_or_default();
    let graph = question.graph.as_ref();
    let asked = match &question.query {
        Query::Effect(effect) => opening(expr(effect, style), read::opens) + &in_graph(graph),
        Query::Independence(asked) => independence(asked, graph, style),
        Query::Equality(lhs, rhs) => {
            let sides = format!("{} == {}", expr(lhs, style), expr(rhs, style));
            opening(sides, read::opens) + &in_graph(graph)
        }
        Query::Adjust { effect, with, without } => {
            let with = clause(" with ", with);
            let without = clause(" without ", without);
            format!("adjust {}{with}{without}{}", expr(effect, style), in_graph(graph))
        }
        Query::Implications { graph: named } => {
            let named = named.as_ref().map(|named| format!(" {}", of(named))).unwrap_or_default();
            format!("implications{named}{}", in_graph(graph))
        }
        Query::Paths { from, to, given } => {
            format!("paths {} to {}{}{}", list(from), list(to), clause(" | ", given), in_graph(graph))
        }
        Query::Simplify(asked) => format!("simplify {}{}", expr(asked, style), in_graph(graph)),
        Query::Explain(asked) => model::explain(asked) + &in_graph(graph),
        Query::Sensitivity(asked) => model::sensitivity(asked, style) + &in_graph(graph),
    };
    label + &asked
}

/// An `expect` statement.
#[must_use]
pub fn expectation(expectation: &Expectation, style: Style) -> String {
    let not = |expected: bool| if expected { "" } else { "not " };
    // `not` and `identifiable` are words at the beginning of what is expected.
    let is_word = |word: &str| matches!(word, "not" | "identifiable");
    let graph = expectation.graph.as_ref();
    match &expectation.kind {
        ExpectationKind::Identifiable { query, expected } => {
            format!("expect {}identifiable {}{}", not(*expected), expr(query, style), in_graph(graph))
        }
        ExpectationKind::Independence { independence: asked, expected } => {
            format!("expect {}{}", not(*expected), independence(asked, graph, style))
        }
        ExpectationKind::Equality { lhs, rhs, double, expected } => {
            let sign = if *double { "==" } else { "=" };
            let sides = format!("{} {sign} {}", expr(lhs, style), expr(rhs, style));
            format!("expect {}{}{}", not(*expected), opening(sides, is_word), in_graph(graph))
        }
    }
}

fn graph(block: &GraphBlock, style: Style) -> String {
    let mut text = (if block.dag { "dag" } else { "graph" }).to_owned();
    if let Some(named) = &block.name {
        text.push(' ');
        text.push_str(&name(&named.value));
    }
    text.push_str(" {\n");
    for item in &block.items {
        match item {
            GraphItem::Node(node) => text.push_str(&doc(node.doc.as_deref(), "    ")),
            GraphItem::Latent(names) if names.is_empty() => continue,
            GraphItem::Chain(_) | GraphItem::Latent(_) | GraphItem::Setting { .. } => {}
        }
        text.push_str("    ");
        text.push_str(&graph_item(item, style));
        text.push('\n');
    }
    text.push('}');
    text
}

/// One item of a graph's body, without the `///` lines above it.
#[must_use]
pub fn graph_item(item: &GraphItem, style: Style) -> String {
    match item {
        GraphItem::Node(node) => graph_name(&node.name) + &attributes(&node.attributes),
        GraphItem::Chain(edges) => chain(edges, style),
        GraphItem::Latent(names) => {
            format!("latent {}", names.iter().map(graph_name).collect::<Vec<_>>().join(", "))
        }
        GraphItem::Setting { name, value } => format!("{}={}", graph_name(name), quoted(&value.value)),
    }
}

fn chain(chain: &Chain, style: Style) -> String {
    let group = |names: &[Name]| match names {
        [name] => graph_name(name),
        _ => format!("{{{}}}", names.iter().map(graph_name).collect::<Vec<_>>().join(" ")),
    };
    let mut text = group(&chain.first);
    for (sign, names) in &chain.rest {
        text.push_str(match sign.value {
            EdgeSign::Right => style.pick(" -> ", " → "),
            EdgeSign::Left => style.pick(" <- ", " ← "),
            EdgeSign::Both => style.pick(" <-> ", " ↔ "),
        });
        text.push_str(&group(names));
    }
    text + &attributes(&chain.attributes)
}

fn attributes(attributes: &[Attribute]) -> String {
    if attributes.is_empty() {
        return String::new();
    }
    let each = attributes.iter().map(|attribute| {
        let value = attribute.value.as_ref().map(|value| format!("={}", quoted(&value.value))).unwrap_or_default();
        graph_name(&attribute.name) + &value
    });
    format!(" [{}]", each.collect::<Vec<_>>().join(", "))
}

fn variables(declaration: &VarDeclaration) -> String {
    let domain = model::domain(&declaration.domain.value);
    format!("var {} : {domain}", list(&declaration.names))
}

/// The widest line of a proof to whose end the reasons are moved out.
const WIDEST: usize = 72;

fn proof(block: &ProofBlock, style: Style) -> String {
    let mut text = format!("proof {}{} {{\n", expr(&block.start, style), in_graph(block.graph.as_ref()));
    let lines: Vec<String> = block.lines.iter().map(|line| format!("    = {}", expr(&line.expr, style))).collect();
    let width = lines.iter().map(|line| line.chars().count()).filter(|&width| width <= WIDEST).max().unwrap_or(0);
    for (line, written) in block.lines.iter().zip(lines) {
        if line.reasons.is_empty() {
            text.push_str(&written);
        } else {
            let reasons: Vec<_> = line.reasons.iter().map(|each| reason(&each.value, style)).collect();
            text.push_str(&format!("{written:width$}  by {}", reasons.join(", ")));
        }
        text.push('\n');
    }
    text.push('}');
    text
}

fn reason(reason: &Reason, style: Style) -> String {
    let rule = match reason.rule {
        RuleName::Rule1 => "rule 1",
        RuleName::Rule2 => "rule 2",
        RuleName::Rule3 => "rule 3",
        RuleName::Marginalise => "marginalise",
        RuleName::Chain => "chain",
        RuleName::Condition => "condition",
        RuleName::Algebra => "algebra",
    };
    match &reason.separation {
        Some(separation) => format!("{rule} {{ {} }}", independence(separation, None, style)),
        None => rule.to_owned(),
    }
}

fn independence(asked: &Independence, graph: Option<&Name>, style: Style) -> String {
    let sign = style.pick("_||_", "⫫");
    let place = match (cut(&asked.cut), graph) {
        (cut, Some(graph)) => format!(" in {}{cut}", of(graph)),
        (cut, None) if cut.is_empty() => cut,
        (cut, None) => format!(" in {cut}"),
    };
    format!("{} {sign} {}{}{place}", list(&asked.x), list(&asked.y), clause(" | ", &asked.given))
}

fn cut(cut: &Cut) -> String {
    let parts: Vec<_> = [("over ", &cut.over), ("under ", &cut.under)]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(word, names)| clause(word, names))
        .collect();
    if parts.is_empty() { String::new() } else { format!("[{}]", parts.join("; ")) }
}

fn in_graph(graph: Option<&Name>) -> String {
    graph.map(|graph| format!(" in {}", of(graph))).unwrap_or_default()
}

/// A word and the names after it, or nothing.
fn clause(word: &str, names: &[Name]) -> String {
    if names.is_empty() { String::new() } else { word.to_owned() + &list(names) }
}

fn list(names: &[Name]) -> String {
    names.iter().map(of).collect::<Vec<_>>().join(", ")
}

fn of(named: &Name) -> String {
    name(&named.value)
}

fn graph_name(name: &Name) -> String {
    if is_plain(&name.value) || grammar::is_bare_graph_name(&name.value) {
        name.value.clone()
    } else {
        quoted(&name.value)
    }
}

/// Whether a text is an ordinary name, the most frequent case, without asking the grammar.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && !matches!(text, "do" | "in" | "by" | "sum")
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Puts the first name of a text in quotes where it would be read as a word.
fn opening(text: String, is_word: impl Fn(&str) -> bool) -> String {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if is_word(word) && !read::is_named(rest) { quoted(word) + rest } else { text }
}

fn doc(doc: Option<&str>, indent: &str) -> String {
    let mut text = String::new();
    for line in doc.into_iter().flat_map(|doc| doc.split('\n')) {
        text.push_str(indent);
        text.push_str("/// ");
        text.push_str(line);
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
