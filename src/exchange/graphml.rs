//! GraphML, as igraph, networkx and yEd write it.
//!
//! A variable's name is what yEd shows on the node, else the `name` or `label` given as data, else its id. An unmeasured
//! common cause is, as in R's causaleffect, a pair of edges there and back with the data `description` at `U`, or in
//! yEd an edge with arrows at both ends. Latent nodes, roles and positions are data of their own.

use super::dot::is_true;
use super::draft::{Draft, Kind};
use super::model::Model;
use super::{Format, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use rustc_hash::FxHashMap;

const WANTED: &str = "`<graphml><graph edgedefault=\"directed\"> … </graph></graphml>`";
/// Elements stand in each other at most so deep.
const DEEPEST: usize = 100;

/// Reads the first graph of a file.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let help = "an unmeasured common cause is a pair of edges with the data description at U";
    let mut loader = Loader {
        draft: Draft::new(source, help),
        keys: FxHashMap::default(),
        nodes: Vec::new(),
        edges: Vec::new(),
        stack: Vec::new(),
        graph: None,
        directed: true,
        done: false,
        said: false,
    };
    // Texts carry the offset of every place: a byte order mark is skipped by hand.
    let text = source.text();
    let skip = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut reader = Reader::from_str(text.get(skip..).unwrap_or(""));
    reader.config_mut().check_end_names = true;
    loop {
        let start = skip + reader.buffer_position() as usize;
        let event = reader.read_event();
        let span = Span::new(start, skip + reader.buffer_position() as usize);
        match event {
            Ok(Event::Eof) => {
                if !loader.stack.is_empty() {
                    let at = crate::exchange::boundary(text, text.len().saturating_sub(1));
                    let message = "the file ends before all of its elements do".to_owned();
                    let help = "it may have been cut off: export it once more";
                    loader.draft.error(diagnostics::malformed(source, Span::new(at, text.len()), message, help));
                }
                break;
            }
            Ok(event) => loader.event(event, span),
            Err(error) => {
                let at = skip + reader.error_position() as usize;
                let at = crate::exchange::boundary(text, at);
                let place = Span::new(at, crate::exchange::boundary(text, at + 1));
                let message = format!("this is not well-formed XML: {error}");
                let error =
                    diagnostics::malformed(source, place, message, "export the file once more, or mend it by hand");
                loader.draft.error(error);
                break;
            }
        }
        if loader.draft.is_full() || loader.said {
            break;
        }
    }
    loader.finish()
}

/// An element that is open.
struct Open {
    /// Its name without prefix.
    name: String,
    span: Span,
    /// `<data>`: what its key is called.
    key: String,
    text: String,
}

struct Node {
    id: String,
    span: Span,
    data: Vec<(String, String, Span)>,
}

struct Edge {
    ends: [Option<String>; 2],
    undirected: bool,
    both: bool,
    none: bool,
    reversed: bool,
    span: Span,
    data: Vec<(String, String, Span)>,
}

struct Loader<'a> {
    draft: Draft<'a>,
    /// `<key id=… attr.name=…>`
    keys: FxHashMap<String, String>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    stack: Vec<Open>,
    graph: Option<Span>,
    directed: bool,
    /// Whether the first graph has ended.
    done: bool,
    /// Whether something was reported that ends the reading.
    said: bool,
}

impl Loader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(element) => {
                self.open(&element, span);
                if self.stack.len() > DEEPEST && !self.said {
                    self.said = true;
                    let error = diagnostics::nested_too_deep(self.draft.source, span, DEEPEST);
                    self.draft.error(error);
                }
            }
            Event::Empty(element) => {
                self.open(&element, span);
                self.close();
            }
            Event::End(_) => self.close(),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                match quick_xml::escape::unescape(&format!("&{name};")) {
                    Ok(text) => self.text(&text),
                    Err(_) => {
                        let message = format!("`&{name};` stands for nothing");
                        let help = "XML knows &lt; &gt; &amp; &quot; &apos; and &#number;";
                        let error = diagnostics::malformed(self.draft.source, span, message, help);
                        self.draft.error(error);
                    }
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Eof => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.stack.last_mut() {
            open.text.push_str(text);
        }
    }

    fn attributes(&mut self, element: &BytesStart<'_>, span: Span) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for attribute in element.attributes() {
            let read = match attribute {
                Ok(attribute) => match attribute.normalized_value(XmlVersion::Implicit1_0) {
                    Ok(value) => Ok((local(attribute.key.as_ref()).to_owned(), value.into_owned())),
                    Err(error) => Err(error.to_string()),
                },
                Err(error) => Err(error.to_string()),
            };
            match read {
                Ok(attribute) => all.push(attribute),
                Err(why) => {
                    let message = format!("an attribute of this element is not well-formed: {why}");
                    let error =
                        diagnostics::malformed(self.draft.source, span, message, "attributes look like this: id=\"x\"");
                    self.draft.error(error);
                    break;
                }
            }
        }
        all
    }

    fn open(&mut self, element: &BytesStart<'_>, span: Span) {
        let name = local(element.name().as_ref()).to_owned();
        let mut open = Open { name, span, key: String::new(), text: String::new() };
        if !self.done {
            let attributes = self.attributes(element, span);
            let of = |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
            match open.name.as_str() {
                "key" => {
                    if let (Some(id), Some(name)) = (of("id"), of("attr.name").or_else(|| of("yfiles.type"))) {
                        self.keys.insert(id, name);
                    }
                }
                "graph" if self.graph.is_none() => {
                    self.graph = Some(span);
                    self.directed = of("edgedefault").is_none_or(|value| value != "undirected");
                }
                "graph" => self.draft.lose("graphs inside the graph", "", &of("id").unwrap_or_default(), span),
                "node" => match of("id") {
                    Some(id) => self.nodes.push(Node { id, span, data: Vec::new() }),
                    None => self.wrong(span, "a node without `id`", "give it one"),
                },
                "edge" => self.edges.push(Edge {
                    ends: [of("source"), of("target")],
                    undirected: of("directed").map_or(!self.directed, |value| !is_true(&value)),
                    both: false,
                    none: false,
                    reversed: false,
                    span,
                    data: Vec::new(),
                }),
                "hyperedge" => {
                    self.wrong(span, "an edge between more than two nodes", "write an edge for each pair");
                }
                "data" => {
                    open.key = of("key").map(|key| self.keys.get(&key).cloned().unwrap_or(key)).unwrap_or_default()
                }
                "Arrows" => self.arrows(of("source").as_deref(), of("target").as_deref()),
                "Geometry" => self.geometry(&attributes),
                _ => {}
            }
        }
        self.stack.push(open);
    }

    /// yEd's arrowheads at the two ends of an edge.
    fn arrows(&mut self, source: Option<&str>, target: Option<&str>) {
        let head = |end: Option<&str>| end.is_some_and(|end| end != "none");
        if let Some(edge) = self.edges.last_mut() {
            edge.both = head(source) && head(target);
            edge.reversed = head(source) && !head(target);
            edge.none = !head(source) && !head(target);
        }
    }

    fn geometry(&mut self, attributes: &[(String, String)]) {
        let inside_node = self.stack.iter().any(|open| open.name == "node");
        if let Some(node) = self.nodes.last_mut().filter(|_| inside_node) {
            for (name, value) in attributes.iter().filter(|(name, _)| name == "x" || name == "y") {
                node.data.push((name.clone(), value.clone(), node.span));
            }
        }
    }

    fn close(&mut self) {
        let Some(open) = self.stack.pop() else { return };
        if self.done {
            return;
        }
        match open.name.as_str() {
            "graph" if !self.stack.iter().any(|outer| outer.name == "graph") => self.done = true,
            "data" => self.data(open),
            // yEd's labels stand inside data of the kind `nodegraphics`.
            "NodeLabel" if !open.text.trim().is_empty() => {
                let label = ("yed label".to_owned(), open.text.trim().to_owned(), open.span);
                if let Some(node) = self.nodes.last_mut() {
                    node.data.push(label);
                }
            }
            _ => {}
        }
    }

    fn data(&mut self, open: Open) {
        let owner = self.stack.last().map_or("", |owner| owner.name.as_str());
        let entry = (open.key, open.text, open.span);
        match owner {
            "node" => {
                if let Some(node) = self.nodes.last_mut() {
                    node.data.push(entry);
                }
            }
            "edge" => {
                if let Some(edge) = self.edges.last_mut() {
                    edge.data.push(entry);
                }
            }
            "graph" if matches!(entry.0.as_str(), "name" | "label") => self.draft.name = Some(entry.1),
            _ if is_graphics(&entry.0) => {}
            _ => self.draft.lose("data of the graph", "", &entry.0, entry.2),
        }
    }

    fn wrong(&mut self, span: Span, message: &str, help: &str) {
        let error = diagnostics::malformed(self.draft.source, span, message, help);
        self.draft.error(error);
    }

    fn finish(mut self) -> (Option<Model>, Vec<Diagnostic>) {
        let Some(graph) = self.graph else {
            let source = self.draft.source;
            let place = Span::new(0, crate::exchange::boundary(source.text(), 1));
            self.draft.error(diagnostics::no_graph(source, place, Format::Graphml, WANTED));
            return self.draft.finish(Span::default());
        };
        let key = self.naming();
        let mut ids: FxHashMap<String, (usize, Span)> = FxHashMap::default();
        for node in std::mem::take(&mut self.nodes) {
            self.node(node, key, &mut ids);
            if self.draft.is_full() {
                return self.draft.finish(graph);
            }
        }
        let mut undirected = false;
        for edge in std::mem::take(&mut self.edges) {
            self.edge(edge, &ids, &mut undirected);
            if self.draft.is_full() {
                break;
            }
        }
        self.draft.finish(graph)
    }

    /// What names the nodes: the first of these that every node has, no two nodes the same.
    fn naming(&self) -> &'static str {
        let works = |key: &&str| {
            let mut seen = rustc_hash::FxHashSet::default();
            self.nodes.iter().all(|node| {
                node.data.iter().find(|(name, ..)| name == key).is_some_and(|(_, value, _)| seen.insert(value.as_str()))
            })
        };
        if self.nodes.is_empty() {
            "id"
        } else {
            ["yed label", "name", "label"].into_iter().find(works).unwrap_or("id")
        }
    }

    fn node(&mut self, node: Node, naming: &str, ids: &mut FxHashMap<String, (usize, Span)>) {
        if let Some((_, first)) = ids.get(&node.id) {
            let error = diagnostics::node_twice(self.draft.source, node.span, &node.id, *first, "id");
            self.draft.error(error);
            return;
        }
        let named = node.data.iter().find(|(key, ..)| key == naming).map(|(_, value, _)| value.clone());
        let name = named.unwrap_or_else(|| node.id.clone());
        let index = self.draft.node(&name, node.span);
        ids.insert(node.id.clone(), (index, node.span));
        let mut place = (None, None);
        for (key, value, span) in node.data {
            let Some(variable) = self.draft.variable(index) else { return };
            let number = || value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            match key.as_str() {
                _ if key == naming => {}
                "name" if value == name => {}
                "latent" | "unobserved" => variable.latent = is_true(value.trim()),
                "observed" => variable.latent = !is_true(value.trim()),
                "exposure" => variable.exposure = is_true(value.trim()),
                "outcome" => variable.outcome = is_true(value.trim()),
                "adjusted" => variable.adjusted = is_true(value.trim()),
                "label" | "doc" | "yed label" => {
                    variable.label = Some(value).filter(|label| *label != name && !label.is_empty())
                }
                "x" => place.0 = number(),
                "y" => place.1 = number(),
                "id" if value == node.id => {}
                _ if is_graphics(&key) => {}
                _ => self.draft.lose("data of nodes", "", &key, span),
            }
        }
        if let ((Some(x), Some(y)), Some(variable)) = (place, self.draft.variable(index)) {
            variable.position = Some((x, y));
        }
    }

    fn edge(&mut self, edge: Edge, ids: &FxHashMap<String, (usize, Span)>, undirected: &mut bool) {
        let mut kind = if edge.both { Kind::Bidirected } else { Kind::Directed };
        for (key, value, span) in edge.data {
            match (key.as_str(), value.trim()) {
                ("description", "U") => kind = Kind::Bidirected,
                ("description", "") => {}
                _ if is_graphics(&key) => {}
                _ => self.draft.lose("data of edges", "", &key, span),
            }
        }
        let [Some(from), Some(to)] = edge.ends else {
            self.wrong(edge.span, "an edge without `source` and `target`", "give it both");
            return;
        };
        let mut ends = [0; 2];
        for (end, id) in ends.iter_mut().zip([from, to]) {
            let Some((index, _)) = ids.get(&id) else {
                let error = diagnostics::undeclared_node(self.draft.source, edge.span, &id, "id");
                self.draft.error(error);
                return;
            };
            *end = *index;
        }
        if kind == Kind::Directed && (edge.undirected || edge.none) {
            if !*undirected {
                *undirected = true;
                let help = "export a directed graph: edgedefault=\"directed\", and in yEd an arrow at one end";
                let error = diagnostics::undirected(self.draft.source, edge.span, help);
                self.draft.error(error);
            }
            return;
        }
        if edge.reversed {
            ends.swap(0, 1);
        }
        self.draft.edge(kind, ends[0], ends[1], edge.span);
    }
}

/// yEd's data about pictures, of which what matters has been read.
fn is_graphics(key: &str) -> bool {
    matches!(key, "nodegraphics" | "edgegraphics" | "resources" | "portgraphics" | "portgeometry" | "portuserdata" | "")
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Text as XML can hold it; line ends and tabs as references, since a reader may make blanks of them.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '\n' | '\r' | '\t' => out.push_str(&format!("&#{};", c as u32)),
            _ => out.push(c),
        }
    }
    out
}

/// Whether XML 1.0 has a way to write this character.
pub(super) const fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Writes a graph; everything that a [`Model`] holds has a place, but for control characters, which XML forbids.
pub(super) fn write(model: &Model) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                    <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
        .to_owned();
    for (owner, name, kind) in [
        ("node", "name", "string"),
        ("node", "label", "string"),
        ("node", "latent", "boolean"),
        ("node", "exposure", "boolean"),
        ("node", "outcome", "boolean"),
        ("node", "adjusted", "boolean"),
        ("node", "x", "double"),
        ("node", "y", "double"),
        ("edge", "description", "string"),
        ("graph", "title", "string"),
    ] {
        let shown = if name == "title" { "name" } else { name };
        text.push_str(&format!("  <key id=\"{name}\" for=\"{owner}\" attr.name=\"{shown}\" attr.type=\"{kind}\"/>\n"));
    }
    text.push_str("  <graph edgedefault=\"directed\">\n");
    if let Some(name) = &model.name {
        text.push_str(&format!("    <data key=\"title\">{}</data>\n", xml(name)));
    }
    for variable in &model.variables {
        let mut data = vec![("name", xml(&variable.name))];
        data.extend(variable.label.as_deref().map(|label| ("label", xml(label))));
        let flags = [
            ("latent", variable.latent),
            ("exposure", variable.exposure),
            ("outcome", variable.outcome),
            ("adjusted", variable.adjusted),
        ];
        data.extend(flags.into_iter().filter(|(_, is)| *is).map(|(flag, _)| (flag, "true".to_owned())));
        data.extend(variable.position.into_iter().flat_map(|(x, y)| [("x", x.to_string()), ("y", y.to_string())]));
        let data: String = data.iter().map(|(key, value)| format!("<data key=\"{key}\">{value}</data>")).collect();
        text.push_str(&format!("    <node id=\"{}\">{data}</node>\n", xml(&variable.name)));
    }
    let ends = |a: usize, b: usize| (xml(model.of_index(a)), xml(model.of_index(b)));
    for &(a, b) in &model.directed {
        let (a, b) = ends(a, b);
        text.push_str(&format!("    <edge source=\"{a}\" target=\"{b}\"/>\n"));
    }
    for (a, b) in model.bidirected.iter().flat_map(|&(a, b)| [ends(a, b), ends(b, a)]) {
        let data = "<data key=\"description\">U</data>";
        text.push_str(&format!("    <edge source=\"{a}\" target=\"{b}\">{data}</edge>\n"));
    }
    text.push_str("  </graph>\n</graphml>\n");
    text
}
