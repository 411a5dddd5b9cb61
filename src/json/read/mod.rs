//! Answers read back from the contract's JSON: what is claimed and the evidence for it, in an arena of their own.
//!
//! Nothing here judges: it only says what a document says, and refuses what it cannot say exactly. Nothing panics, and
//! nothing recurses deeper than serde_json reads (127 brackets). What would take more room than [`ROOM`] is refused.

mod evidence;
mod expression;
mod models;

use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphBuilder, GraphError, Node, NodeSet};
use crate::proof::{Claim, SourceGraph, Statement};
use rustc_hash::FxHashMap;
use serde_json::Value;
use std::sync::Arc;

/// Why something cannot be read.
pub(super) type Reason = String;

/// Words of memory that the node sets and free references of one answer may take: 1 GiB.
const ROOM: usize = 1 << 27;

/// One answer being read.
pub(super) struct Reader {
    pub(super) graph: Arc<Graph>,
    source: Option<SourceGraph>,
    known: Arc<[Term]>,
    pub(super) arena: Arena,
    definitions: FxHashMap<String, ExprId>,
    room: usize,
}

impl Reader {
    /// Reads what every answer has: its graphs, what is known, its definitions, shared in the arena.
    pub(super) fn new(answer: &Value) -> Result<Self, Reason> {
        let graph = Arc::new(graph(needed(answer, "graph")?)?);
        let source = match some(answer, "source_graph") {
            None => None,
            Some(value) => {
                let source = self::graph(value)?;
                let latents = nodes(&source, list(value, "latents")?)?;
                Some(SourceGraph { latents: source.set(latents), graph: Arc::new(source) })
            }
        };
        let mut reader = Self {
            graph,
            source,
            known: Arc::default(),
            arena: Arena::new(),
            definitions: FxHashMap::default(),
            room: ROOM,
        };
        reader.known = match some(answer, "given") {
            Some(_) => {
                let mut known = Vec::new();
                for term in list(answer, "given")? {
                    known.push(reader.term(term)?);
                }
                known.into()
            }
            None => {
                let all = reader.graph.nodes().map(|node| Ref::plain(Var::new(node.index())));
                Arc::new([Term::new(all, [], []).ok_or("the joint distribution is no term")?])
            }
        };
        if some(answer, "definitions").is_some() {
            for definition in list(answer, "definitions")? {
                let name = text(definition, "name")?;
                let expr = reader.expr(needed(definition, "expr")?).map_err(|why| format!("{name}: {why}"))?;
                if reader.definitions.insert(name.to_owned(), expr).is_some() {
                    return Err(format!("{name} is defined twice"));
                }
            }
        }
        Ok(reader)
    }

    /// A claim about this answer's graph.
    pub(super) fn claim(&self, statement: Statement) -> Claim {
        Claim { graph: self.graph.clone(), source: self.source.clone(), known: self.known.clone(), statement }
    }

    /// The set of nodes named in a list.
    pub(super) fn set(&mut self, object: &Value, field: &str) -> Result<NodeSet, Reason> {
        self.spend(self.graph.len() / usize::BITS as usize + 1)?;
        let nodes = nodes(&self.graph, list(object, field)?).map_err(|why| format!("`{field}`: {why}"))?;
        Ok(self.graph.set(nodes))
    }

    fn node(&self, value: &Value) -> Result<Node, Reason> {
        node(&self.graph, value)
    }

    fn spend(&mut self, words: usize) -> Result<(), Reason> {
        let left = self.room.checked_sub(words);
        self.room = left.ok_or_else(|| format!("reading it takes more than {} MiB", ROOM >> 17))?;
        Ok(())
    }
}

/// A field that is there and not null.
pub(super) fn some<'a>(object: &'a Value, field: &str) -> Option<&'a Value> {
    object.get(field).filter(|value| !value.is_null())
}

pub(super) fn needed<'a>(object: &'a Value, field: &str) -> Result<&'a Value, Reason> {
    some(object, field).ok_or_else(|| format!("`{field}` is missing"))
}

pub(super) fn list<'a>(object: &'a Value, field: &str) -> Result<&'a [Value], Reason> {
    let all = needed(object, field)?.as_array().ok_or_else(|| format!("`{field}` is no list"))?;
    Ok(all)
}

pub(super) fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Reason> {
    needed(object, field)?.as_str().ok_or_else(|| format!("`{field}` is no text"))
}

fn number(value: &Value) -> Result<usize, Reason> {
    let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| "a whole number is expected".to_owned())
}

fn node(graph: &Graph, value: &Value) -> Result<Node, Reason> {
    let name = value.as_str().ok_or("a variable's name is expected")?;
    graph.node(name).ok_or_else(|| format!("the graph has no variable {name}"))
}

/// Distinct nodes.
fn nodes(graph: &Graph, names: &[Value]) -> Result<Vec<Node>, Reason> {
    let nodes = names.iter().map(|name| node(graph, name)).collect::<Result<Vec<_>, _>>()?;
    let mut sorted = nodes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < nodes.len() { Err("a variable is named twice".to_owned()) } else { Ok(nodes) }
}

fn pairs(graph: &Graph, edges: &[Value]) -> Result<Vec<(Node, Node)>, Reason> {
    let pair = |edge: &Value| match edge.as_array().map(Vec::as_slice) {
        Some([a, b]) => Ok((node(graph, a)?, node(graph, b)?)),
        Some(_) | None => Err("an edge is a list of two variables".to_owned()),
    };
    edges.iter().map(pair).collect()
}

fn graph(value: &Value) -> Result<Graph, Reason> {
    let mut builder = GraphBuilder::new();
    for name in list(value, "nodes")? {
        let name = name.as_str().ok_or("a variable's name is expected")?;
        if builder.find(name).is_some() {
            return Err(format!("the graph names {name} twice"));
        }
        builder.node(name);
    }
    for (field, directed) in [("directed", true), ("bidirected", false)] {
        for edge in list(value, field)? {
            let ends = edge.as_array().filter(|ends| ends.len() == 2).ok_or("an edge is a list of two variables")?;
            let end = |at: usize| {
                let name = ends.get(at).and_then(Value::as_str).ok_or("a variable's name is expected")?;
                builder.find(name).ok_or_else(|| format!("the graph has no variable {name}"))
            };
            let (a, b) = (end(0)?, end(1)?);
            if directed {
                builder.directed(a, b)
            } else {
                builder.bidirected(a, b)
            };
        }
    }
    builder.build().map_err(|error| match error {
        GraphError::SelfLoop(_) => "the graph has an edge from a variable to itself".to_owned(),
        GraphError::Cycle(_) => "the graph has a directed cycle".to_owned(),
        GraphError::TooLarge => {
            format!("the graph has more than {} variables or {} edges", Graph::MAX_NODES, Graph::MAX_EDGES)
        }
    })
}
