//! Edits to a graph in the text that it stands in: only the items that change are written anew, so comments and layout
//! around them survive.

use crate::source::{Source, Span};
use crate::syntax::outline::{self, GraphOutline, LexemeKind};
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{Chain, EdgeSign, GraphBlock, GraphItem, Name, NodeItem};
use rustc_hash::FxHashSet;

/// An edge by the names of its ends: of a bidirected one in either order.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Edge {
    pub from: String,
    pub to: String,
    pub bidirected: bool,
}

impl Edge {
    fn new(sign: EdgeSign, a: &Name, b: &Name) -> Self {
        let (from, to) = match sign {
            EdgeSign::Right => (a, b),
            EdgeSign::Left => (b, a),
            EdgeSign::Both if a.value > b.value => (b, a),
            EdgeSign::Both => (a, b),
        };
        Self { from: from.value.clone(), to: to.value.clone(), bidirected: sign == EdgeSign::Both }
    }

    /// As it is written.
    pub fn text(&self) -> String {
        let sign = if self.bidirected { "<->" } else { "->" };
        format!("{} {sign} {}", print::name(&self.from), print::name(&self.to))
    }
}

/// The edges of a chain, in order.
pub(super) fn edges(chain: &Chain) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut before = &chain.first;
    for (sign, after) in &chain.rest {
        for a in before {
            edges.extend(after.iter().map(|b| Edge::new(sign.value, a, b)));
        }
        before = after;
    }
    edges
}

/// What is taken out of a graph.
#[derive(Default, Debug)]
pub(super) struct Removal {
    pub edges: FxHashSet<Edge>,
    /// Variables, with all their edges.
    pub nodes: FxHashSet<String>,
    /// Variables that are latent no longer.
    pub latents: FxHashSet<String>,
}

/// The text with items added to the body of a graph, and where they stand in it.
pub(super) fn add(text: &str, outline: &GraphOutline, items: &str) -> (String, Span) {
    let body = slice(text, outline.body);
    let commented = outline::lexemes(items).iter().any(|lexeme| lexeme.kind == LexemeKind::Comment);
    let filled = body.trim_end();
    let end = outline.body.start + filled.len();
    let brace = outline.body.end;
    // The brace stands on a line of its own, or has to.
    let own_line = slice(text, Span::new(end, brace)).contains('\n');
    let (at, before, after) = if own_line || commented {
        let indent = match outline.items.last() {
            Some(item) if starts_line(text, item.start) => indentation(text, item.start).to_owned(),
            Some(_) | None => format!("{}    ", indentation(text, outline.body.start)),
        };
        if own_line {
            let line = line_start(text, brace);
            (line, indent, "\n".to_owned())
        } else {
            (brace, format!("\n{indent}"), format!("\n{}", indentation(text, outline.body.start)))
        }
    } else if filled.is_empty() {
        (end, " ".to_owned(), if end == brace { " ".to_owned() } else { String::new() })
    } else {
        let stop = if filled.ends_with(';') { " " } else { "; " };
        (end, stop.to_owned(), if end == brace { " ".to_owned() } else { String::new() })
    };
    let start = at + before.len();
    let edited = format!("{}{before}{items}{after}{}", slice(text, Span::new(0, at)), slice(text, from(text, at)));
    (edited, Span::new(start, start + items.len()))
}

/// The text with parts of a graph taken out. Variables that only stood in what goes, and are not meant to go, stay as
/// variables without edges.
pub(super) fn remove(text: &str, block: &GraphBlock, outline: &GraphOutline, removal: &Removal) -> String {
    let mut written: Vec<Option<Vec<GraphItem>>> = block.items.iter().map(|item| rewritten(item, removal)).collect();
    let mut left: FxHashSet<&str> = FxHashSet::default();
    for (item, new) in block.items.iter().zip(&written) {
        match new {
            Some(new) => new.iter().for_each(|item| left.extend(names(item))),
            None => left.extend(names(item)),
        }
    }
    let mut lone: Vec<(usize, Name)> = Vec::new();
    for (i, item) in block.items.iter().enumerate() {
        for name in all_names(item) {
            if !removal.nodes.contains(&name.value) && left.insert(&name.value) {
                lone.push((i, name.clone()));
            }
        }
    }
    for (i, name) in lone.into_iter().rev() {
        if let Some(Some(new)) = written.get_mut(i) {
            new.insert(0, GraphItem::Node(NodeItem { name, doc: None, attributes: Vec::new() }));
        }
    }
    let mut edited = text.to_owned();
    for (&place, new) in outline.items.iter().zip(&written).rev() {
        let Some(new) = new else { continue };
        if new.is_empty() {
            edited = cut(&edited, place);
            continue;
        }
        let separator = if starts_line(&edited, place.start) {
            format!("\n{}", indentation(&edited, place.start))
        } else {
            "; ".to_owned()
        };
        let items: Vec<String> = new.iter().map(|item| print::graph_item(item, Style::Ascii)).collect();
        edited.replace_range(place.start..place.end, &items.join(&separator));
    }
    edited
}

/// What an item becomes; None where it stays as it is.
fn rewritten(item: &GraphItem, removal: &Removal) -> Option<Vec<GraphItem>> {
    let goes = |name: &Name| removal.nodes.contains(&name.value);
    match item {
        GraphItem::Node(node) if goes(&node.name) => Some(Vec::new()),
        GraphItem::Node(node) => {
            let is_latent = node.attributes.iter().any(|attribute| attribute.name.value == "latent");
            if !is_latent || !removal.latents.contains(&node.name.value) {
                return None;
            }
            let mut node = node.clone();
            node.attributes.retain(|attribute| attribute.name.value != "latent");
            Some(vec![GraphItem::Node(node)])
        }
        GraphItem::Latent(all) => {
            let kept: Vec<Name> =
                all.iter().filter(|name| !goes(name) && !removal.latents.contains(&name.value)).cloned().collect();
            if kept.len() == all.len() {
                return None;
            }
            Some(if kept.is_empty() { Vec::new() } else { vec![GraphItem::Latent(kept)] })
        }
        GraphItem::Chain(chain) => {
            let touched = all_names(item).any(goes) || edges(chain).iter().any(|edge| removal.edges.contains(edge));
            touched.then(|| split(chain, removal))
        }
        GraphItem::Setting { .. } => None,
    }
}

/// The chains that are left of one.
fn split(chain: &Chain, removal: &Removal) -> Vec<GraphItem> {
    let kept = |group: &[Name]| -> Vec<Name> {
        group.iter().filter(|name| !removal.nodes.contains(&name.value)).cloned().collect()
    };
    let mut chains = Vec::new();
    let mut open = Chain { first: kept(&chain.first), rest: Vec::new(), attributes: chain.attributes.clone() };
    let mut before = open.first.clone();
    for (sign, after) in &chain.rest {
        let after = kept(after);
        let stays = |a: &Name, b: &Name| !removal.edges.contains(&Edge::new(sign.value, a, b));
        let whole = !before.is_empty() && !after.is_empty() && before.iter().all(|a| after.iter().all(|b| stays(a, b)));
        if whole {
            open.rest.push((sign.clone(), after.clone()));
        } else {
            let next = Chain { first: after.clone(), rest: Vec::new(), attributes: chain.attributes.clone() };
            chains.push(std::mem::replace(&mut open, next));
            for a in &before {
                let to: Vec<Name> = after.iter().filter(|b| stays(a, b)).cloned().collect();
                chains.push(Chain {
                    first: vec![a.clone()],
                    rest: if to.is_empty() { Vec::new() } else { vec![(sign.clone(), to)] },
                    attributes: chain.attributes.clone(),
                });
            }
        }
        before = after;
    }
    chains.push(open);
    chains.into_iter().filter(|chain| !chain.rest.is_empty()).map(GraphItem::Chain).collect()
}

/// The variables that an item brings into its graph.
fn names(item: &GraphItem) -> impl Iterator<Item = &str> {
    all_names(item).map(|name| name.value.as_str())
}

fn all_names(item: &GraphItem) -> Box<dyn Iterator<Item = &Name> + '_> {
    match item {
        GraphItem::Node(node) => Box::new(std::iter::once(&node.name)),
        GraphItem::Chain(chain) => Box::new(chain.first.iter().chain(chain.rest.iter().flat_map(|(_, group)| group))),
        GraphItem::Latent(names) => Box::new(names.iter()),
        GraphItem::Setting { .. } => Box::new(std::iter::empty()),
    }
}

/// The text without what stands at a span: its whole lines where nothing else stands on them, with the `///` lines
/// above; else with the `;` that parted it from its neighbour.
pub(super) fn cut(text: &str, span: Span) -> String {
    let line = line_start(text, span.start);
    let rest = slice(text, from(text, span.end));
    let rest_of_line = rest.split('\n').next().unwrap_or("");
    let after = rest_of_line.trim_start();
    let blanks = rest_of_line.len() - after.len();
    let beyond = after.trim_start_matches([';', ' ', '\t', '\r']);
    let ends_line = beyond.is_empty() || beyond.starts_with("//") || beyond.starts_with('#');
    let (start, end) = if starts_line(text, span.start) && ends_line {
        let mut start = line;
        while let Some(above) = slice(text, Span::new(0, start)).strip_suffix('\n') {
            let previous = line_start(text, above.len());
            let comment = slice(text, Span::new(previous, above.len())).trim_start();
            if !comment.starts_with("///") || comment.starts_with("////") {
                break;
            }
            start = previous;
        }
        (start, (span.end + rest_of_line.len() + 1).min(text.len()))
    } else if let Some(parted) = after.strip_prefix(';') {
        (span.start, span.end + blanks + 1 + (parted.len() - parted.trim_start_matches([' ', '\t']).len()))
    } else {
        let before = slice(text, Span::new(line, span.start)).trim_end_matches([' ', '\t']);
        match before.strip_suffix(';') {
            Some(before) => (line + before.trim_end_matches([' ', '\t']).len(), span.end),
            None => (span.start, span.end + if before.is_empty() { blanks } else { 0 }),
        }
    };
    format!("{}{}", slice(text, Span::new(0, start)), slice(text, from(text, end)))
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or("")
}

fn from(text: &str, at: usize) -> Span {
    Span::new(at, text.len())
}

fn line_start(text: &str, at: usize) -> usize {
    slice(text, Span::new(0, at)).rfind('\n').map_or(0, |newline| newline + 1)
}

fn starts_line(text: &str, at: usize) -> bool {
    slice(text, Span::new(line_start(text, at), at)).trim().is_empty()
}

/// The blanks that the line of an offset begins with.
fn indentation(text: &str, at: usize) -> &str {
    let line = slice(text, Span::new(line_start(text, at), at));
    slice(line, Span::new(0, line.len() - line.trim_start_matches([' ', '\t']).len()))
}

/// The graph statement at a span, with its outline.
pub(super) fn block(source: &Source, span: Span) -> Option<(GraphBlock, GraphOutline)> {
    let (tree, _) = crate::syntax::parse(source);
    let statement = tree.statements.into_iter().find(|statement| statement.span == span)?;
    match statement.kind {
        crate::syntax::tree::StatementKind::Graph(block) => Some((block, outline::graph(source, span)?)),
        crate::syntax::tree::StatementKind::Var(_)
        | crate::syntax::tree::StatementKind::Let { .. }
        | crate::syntax::tree::StatementKind::Query(_)
        | crate::syntax::tree::StatementKind::Expect(_)
        | crate::syntax::tree::StatementKind::Proof(_)
        | crate::syntax::tree::StatementKind::Model(_)
        | crate::syntax::tree::StatementKind::Table(_)
        | crate::syntax::tree::StatementKind::Data(_) => None,
    }
}
