//! JSON: the `graph` of an answer (`name`, `nodes`, `directed`, `bidirected`, perhaps `latents`), a whole document of
//! answers, whose first graph is taken, and networkx's node-link data.
#![allow(clippy::wildcard_enum_match_arm, reason = "JSON's kinds of values do not grow")]

use super::draft::{Draft, Kind};
use super::model::Model;
use super::{Format, diagnostics};
use crate::source::{Diagnostic, Source, Span};
use serde_json::{Map, Value, json};

const WANTED: &str = "{\"nodes\": [\"x\", \"y\"], \"directed\": [[\"x\", \"y\"]], \"bidirected\": []}";

/// Reads the first graph of a document.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let mut draft = Draft::new(source, "an unmeasured common cause stands in \"bidirected\"");
    let text = source.text().trim_start_matches('\u{feff}');
    let skip = source.text().len() - text.len();
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            let line = error.line().saturating_sub(1);
            let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
            let at = super::boundary(source.text(), skip + start + error.column().saturating_sub(1));
            let place = Span::new(at, super::boundary(source.text(), at + 1));
            let why = error.to_string();
            let why = why.split(" at line").next().unwrap_or_default();
            let message = format!("this is not well-formed JSON: {why}");
            draft.error(diagnostics::malformed(
                source,
                place,
                message,
                "export the file once more, or mend it by hand",
            ));
            return draft.finish(place);
        }
    };
    let head = Span::new(skip, super::boundary(source.text(), skip + 1));
    let answer = value.get("answers").and_then(|answers| answers.get(0)).unwrap_or(&value);
    let graph = [answer.get("source_graph"), answer.get("graph").filter(|graph| graph.get("nodes").is_some())];
    let inner = graph.into_iter().flatten().next().unwrap_or(answer);
    let Some(graph) = inner.as_object().filter(|graph| graph.get("nodes").is_some_and(Value::is_array)) else {
        draft.error(diagnostics::no_graph(source, head, Format::Json, WANTED));
        return draft.finish(head);
    };
    let mut reader = Reader { draft, head };
    // The source graph of an answer has its name beside it.
    let named = graph.get("name").or_else(|| answer.get("graph")?.get("name"));
    reader.draft.name = named.and_then(Value::as_str).filter(|name| *name != "graph").map(str::to_owned);
    if graph.contains_key("links") || graph.contains_key("edges") {
        reader.node_link(graph);
    } else {
        reader.own(graph);
    }
    reader.draft.finish(head)
}

struct Reader<'a> {
    draft: Draft<'a>,
    head: Span,
}

impl Reader<'_> {
    /// Where a text first stands; the head of the document where it is spelt otherwise.
    fn place(&self, name: &str) -> Span {
        let written = Value::from(name).to_string();
        let at = self.draft.source.text().find(&written);
        at.map_or(self.head, |at| Span::new(at, at + written.len()))
    }

    fn wrong(&mut self, what: &str, value: &Value) {
        let shown = value.as_str().map_or(self.head, |name| self.place(name));
        let error =
            diagnostics::malformed(self.draft.source, shown, what.to_owned(), &format!("write it like this: {WANTED}"));
        self.draft.error(error);
    }

    fn node(&mut self, value: &Value, kind: &str) -> Option<usize> {
        let name = match value {
            Value::String(name) => name.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.wrong(&format!("{kind} that is no text"), value);
                return None;
            }
        };
        // Places cost a search each, so only a mistake gets one.
        Some(self.draft.node(&name, self.head))
    }

    fn known(&mut self, value: &Value) -> Option<usize> {
        let name = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let found = self.draft.find(&name);
        if found.is_none() {
            let place = self.place(&name);
            let error = diagnostics::undeclared_node(self.draft.source, place, &name, "name");
            self.draft.error(error);
        }
        found
    }

    /// Says which entries are there and no lists.
    fn lists(&mut self, graph: &Map<String, Value>, keys: &[&str]) {
        for key in keys.iter().filter(|key| graph.get(**key).is_some_and(|value| !value.is_array())) {
            let (place, help) = (self.place(key), format!("write it like this: {WANTED}"));
            let error = diagnostics::malformed(self.draft.source, place, format!("`{key}` is no list"), &help);
            self.draft.error(error);
        }
    }

    fn own(&mut self, graph: &Map<String, Value>) {
        self.lists(graph, &["nodes", "latents", "exposures", "outcomes", "adjusted", "directed", "bidirected"]);
        let list = |key: &str| graph.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for node in list("nodes") {
            self.node(node, "a node");
            if self.draft.is_full() {
                return;
            }
        }
        for key in ["latents", "exposures", "outcomes", "adjusted"] {
            for name in list(key) {
                if self.draft.is_full() {
                    return;
                }
                let Some(variable) = self.known(name).and_then(|index| self.draft.variable(index)) else { continue };
                *match key {
                    "latents" => &mut variable.latent,
                    "exposures" => &mut variable.exposure,
                    "outcomes" => &mut variable.outcome,
                    _ => &mut variable.adjusted,
                } = true;
            }
        }
        for (name, value) in graph.get("positions").and_then(Value::as_object).into_iter().flatten() {
            let of = |i: usize| value.get(i).and_then(Value::as_f64);
            if let Some(variable) = self.draft.find(name).and_then(|index| self.draft.variable(index)) {
                variable.position = of(0).zip(of(1));
            }
        }
        for (name, value) in graph.get("labels").and_then(Value::as_object).into_iter().flatten() {
            if let Some(variable) = self.draft.find(name).and_then(|index| self.draft.variable(index)) {
                variable.label = value.as_str().map(str::to_owned);
            }
        }
        for (key, kind) in [("directed", Kind::Directed), ("bidirected", Kind::Bidirected)] {
            for edge in list(key) {
                if self.draft.is_full() {
                    return;
                }
                let Some([from, to]) = edge.as_array().map(Vec::as_slice) else {
                    self.wrong("an edge that is no pair of nodes", edge);
                    continue;
                };
                if let (Some(from), Some(to)) = (self.known(from), self.known(to)) {
                    self.draft.edge(kind, from, to, self.head);
                }
            }
        }
        self.others(
            graph,
            &[
                "name",
                "nodes",
                "latents",
                "exposures",
                "outcomes",
                "adjusted",
                "positions",
                "labels",
                "directed",
                "bidirected",
            ],
            "entries of the graph",
        );
    }

    fn others(&mut self, map: &Map<String, Value>, known: &[&str], what: &'static str) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.draft.lose(what, "", key, self.head);
        }
    }

    fn node_link(&mut self, graph: &Map<String, Value>) {
        let list = |key: &str| graph.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if graph.get("directed").and_then(Value::as_bool) == Some(false) {
            let place = self.place("directed");
            let error = diagnostics::undirected(self.draft.source, place, "export a directed graph: nx.DiGraph");
            self.draft.error(error);
            return;
        }
        self.lists(graph, &["nodes", "links", "edges"]);
        for node in list("nodes") {
            if self.draft.is_full() {
                return;
            }
            let Some(index) = node.get("id").and_then(|id| self.node(id, "an id")) else {
                self.wrong("a node without \"id\"", node);
                continue;
            };
            let Some(entries) = node.as_object() else { continue };
            for (key, value) in entries {
                let Some(variable) = self.draft.variable(index) else { continue };
                let yes = match value {
                    Value::Bool(yes) => *yes,
                    Value::String(text) => super::dot::is_true(text),
                    other => other.as_f64() != Some(0.0),
                };
                match key.as_str() {
                    "id" => {}
                    "latent" | "unobserved" => variable.latent = yes,
                    "observed" => variable.latent = !yes,
                    "exposure" => variable.exposure = yes,
                    "outcome" => variable.outcome = yes,
                    "adjusted" => variable.adjusted = yes,
                    "label" => {
                        variable.label = value.as_str().filter(|label| *label != variable.name).map(str::to_owned)
                    }
                    _ => self.draft.lose("entries of nodes", "", key, self.head),
                }
            }
        }
        for edge in list("links").iter().chain(list("edges")) {
            if self.draft.is_full() {
                return;
            }
            let (Some(from), Some(to)) = (edge.get("source"), edge.get("target")) else {
                self.wrong("an edge without \"source\" and \"target\"", edge);
                continue;
            };
            let kind = if edge.get("description").and_then(Value::as_str) == Some("U") {
                Kind::Bidirected
            } else {
                Kind::Directed
            };
            if let (Some(from), Some(to)) = (self.known(from), self.known(to)) {
                self.draft.edge(kind, from, to, self.head);
            }
            for key in edge.as_object().into_iter().flat_map(Map::keys) {
                if !["source", "target", "key", "description"].contains(&key.as_str()) {
                    self.draft.lose("entries of edges", "", key, self.head);
                }
            }
        }
    }
}

/// Writes a graph as answers have it; everything that a [`Model`] holds has a place.
pub(super) fn write(model: &Model) -> String {
    let names = |which: &dyn Fn(&super::Variable) -> bool| -> Vec<&str> {
        model.variables.iter().filter(|v| which(v)).map(|v| v.name.as_str()).collect()
    };
    let pairs = |edges: &[(usize, usize)]| -> Vec<[&str; 2]> {
        edges.iter().map(|&(a, b)| [model.of_index(a), model.of_index(b)]).collect()
    };
    let mut graph = Map::new();
    graph.insert("name".to_owned(), json!(model.name.as_deref().unwrap_or("graph")));
    graph.insert("nodes".to_owned(), json!(names(&|_| true)));
    for (key, list) in [
        ("latents", names(&|v| v.latent)),
        ("exposures", names(&|v| v.exposure)),
        ("outcomes", names(&|v| v.outcome)),
        ("adjusted", names(&|v| v.adjusted)),
    ] {
        if !list.is_empty() {
            graph.insert(key.to_owned(), json!(list));
        }
    }
    let positions: Map<String, Value> =
        model.variables.iter().filter_map(|v| v.position.map(|(x, y)| (v.name.clone(), json!([x, y])))).collect();
    let labels: Map<String, Value> =
        model.variables.iter().filter_map(|v| v.label.as_ref().map(|l| (v.name.clone(), json!(l)))).collect();
    for (key, map) in [("positions", positions), ("labels", labels)] {
        if !map.is_empty() {
            graph.insert(key.to_owned(), Value::Object(map));
        }
    }
    graph.insert("directed".to_owned(), json!(pairs(&model.directed)));
    graph.insert("bidirected".to_owned(), json!(pairs(&model.bidirected)));
    format!("{:#}\n", Value::Object(graph))
}
