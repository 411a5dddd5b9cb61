//! Separations, open paths, derivations, hedges and models.

use super::expression::Writer;
use crate::expr::ExprId;
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::proof::{CounterModel, Derivation, Hedge, Model, OpenPath, Parent, Separation, Subgraph, Use};
use serde_json::{Map, Value, json};

pub(super) type Object = Map<String, Value>;

/// `{"name"?, "nodes", "directed", "bidirected"}` of a whole graph.
pub(super) fn graph(graph: &Graph) -> Object {
    let pair = |(a, b)| json!([graph.name(a), graph.name(b)]);
    let mut value = Object::new();
    value.insert("nodes".into(), graph.nodes().map(|node| graph.name(node)).collect());
    value.insert("directed".into(), graph.directed().map(pair).collect());
    value.insert("bidirected".into(), graph.bidirected().map(pair).collect());
    value
}

fn subgraph(writer: Writer<'_>, of: &Subgraph) -> Value {
    let pairs = |edges: &[(Node, Node)]| -> Vec<Value> {
        edges.iter().map(|&(a, b)| json!([writer.graph.name(a), writer.graph.name(b)])).collect()
    };
    json!({
        "nodes": writer.names(&of.nodes), "directed": pairs(&of.directed), "bidirected": pairs(&of.bidirected),
    })
}

fn cut(writer: Writer<'_>, cut: &Mutilation) -> Value {
    json!({ "no_incoming": writer.names(&cut.no_incoming), "no_outgoing": writer.names(&cut.no_outgoing) })
}

/// As in `requires`.
pub(super) fn separation(writer: Writer<'_>, of: &Separation) -> Value {
    json!({
        "x": writer.names(&of.x), "y": writer.names(&of.y), "given": writer.names(&of.given),
        "graph": cut(writer, &of.cut),
    })
}

pub(super) fn open_path(writer: Writer<'_>, path: &OpenPath) -> Value {
    path.steps
        .iter()
        .map(|step| {
            json!({
                "node": writer.graph.name(step.node),
                "edge": step.edge.map(|edge| edge.arrow()),
                "collider": step.is_collider(),
                "opened_by": step.opened_by.iter().map(|&node| writer.graph.name(node)).collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// `{"steps", "conclusion"}`.
pub(super) fn derivation(writer: Writer<'_>, of: &Derivation, lhs: ExprId, rhs: ExprId) -> Value {
    let steps: Vec<Value> = of
        .steps
        .iter()
        .enumerate()
        .map(|(position, step)| {
            json!({
                "n": position + 1,
                "rule": step.rule.name(),
                "lhs": writer.expr(step.lhs),
                "rhs": writer.expr(step.rhs),
                "uses": step.uses.iter().map(|used| uses(writer, used)).collect::<Vec<_>>(),
                "requires": step.requires.iter().map(|s| separation(writer, s)).collect::<Vec<_>>(),
                "text": format!("{} = {}", writer.text(step.lhs), writer.text(step.rhs)),
            })
        })
        .collect();
    json!({ "steps": steps, "conclusion": { "lhs": writer.expr(lhs), "rhs": writer.expr(rhs) } })
}

/// The number of an earlier step; with its renaming where there is one.
fn uses(writer: Writer<'_>, used: &Use) -> Value {
    if used.at.is_empty() {
        return Value::from(used.step + 1);
    }
    let at: Object =
        used.at.iter().map(|&(from, to)| (writer.reference(from), Value::from(writer.reference(to)))).collect();
    json!({ "step": used.step + 1, "at": at })
}

pub(super) fn hedge(writer: Writer<'_>, of: &Hedge) -> Value {
    let mut value = json!({
        "root": writer.names(&of.root),
        "outer": subgraph(writer, &of.outer),
        "inner": subgraph(writer, &of.inner),
    });
    let query = &of.exchanged;
    if !(query.given.is_empty() && query.moved.is_empty()) {
        let names = |set: &NodeSet| Value::from(writer.names(set));
        value["of"] = names(&query.of);
        value["do"] = names(&query.do_);
        value["given"] = names(&query.given);
        let moved = query
            .moved
            .iter()
            .map(|moved| json!({ "z": writer.graph.name(moved.z), "requires": separation(writer, &moved.requires) }));
        value["moved"] = moved.collect();
        let kept = query.kept.iter().map(|kept| {
            json!({
                "z": writer.graph.name(kept.z),
                "requires": separation(writer, &kept.requires),
                "open_path": open_path(writer, &kept.open_path),
            })
        });
        value["kept"] = kept.collect();
    }
    value
}

/// `{"models", "at", "values"}`.
pub(super) fn witness(writer: Writer<'_>, of: &CounterModel) -> Value {
    let mut value = differs(writer, of);
    let models: Vec<Value> = of.models.iter().map(|m| model(writer, m)).collect();
    value.insert("models".into(), Value::from(models));
    Value::Object(value)
}

/// `{"model", "at", "values"}`: one model in which two sides differ.
pub(super) fn countermodel(writer: Writer<'_>, of: &CounterModel) -> Value {
    let mut value = differs(writer, of);
    value.insert("model".into(), of.models.first().map(|m| model(writer, m)).into());
    Value::Object(value)
}

fn differs(writer: Writer<'_>, of: &CounterModel) -> Object {
    let mut value = Object::new();
    value.insert("at".into(), states(writer, &of.at));
    value.insert("values".into(), of.values.iter().map(ToString::to_string).collect());
    value
}

/// `["y=1", "x=0"]`, by state number.
pub(super) fn states(writer: Writer<'_>, at: &[(Node, usize)]) -> Value {
    at.iter().map(|&(node, state)| writer.state(node, state)).collect()
}

fn model(writer: Writer<'_>, of: &Model) -> Value {
    let latents: Vec<Value> = of
        .latents
        .iter()
        .map(|latent| {
            json!({
                "name": latent.name,
                "states": latent.probs.len(),
                "probs": latent.probs.iter().map(ToString::to_string).collect::<Vec<_>>(),
            })
        })
        .collect();
    let parent = |parent: &Parent| match *parent {
        Parent::Variable(node) => writer.graph.name(node),
        Parent::Latent(position) => of.latents.get(position).map_or("", |latent| latent.name.as_str()),
    };
    let row = |row: &Vec<crate::expr::BigRational>| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    let variables: Vec<Value> = writer
        .graph
        .nodes()
        .zip(&of.variables)
        .map(|(node, variable)| {
            json!({
                "name": writer.graph.name(node),
                "states": variable.states,
                "parents": variable.parents.iter().map(parent).collect::<Vec<_>>(),
                "table": variable.table.iter().map(row).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "latents": latents, "variables": variables })
}
