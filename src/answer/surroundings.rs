//! The graph asked about, changed: an edge added, or unmeasured causes measured.

use super::Projected;
use super::support::Cause;
use crate::graph::{EdgeKind, Graph, GraphBuilder, Node};
use crate::proof::SourceGraph;
use crate::reach;
use std::sync::Arc;

/// A builder that holds the graph's nodes, in order, with those of its edges that `keeps` allows.
fn copy(graph: &Graph, keeps: impl Fn(Node, Node) -> bool) -> GraphBuilder {
    let mut builder = GraphBuilder::new();
    for node in graph.nodes() {
        builder.node(graph.name(node));
    }
    for (a, b) in graph.directed() {
        builder.directed(a, b);
    }
    for (a, b) in graph.bidirected().filter(|&(a, b)| keeps(a, b)) {
        builder.bidirected(a, b);
    }
    builder
}

impl Projected {
    /// With one edge more, nodes as they are; None where it closes a directed cycle. O((nodes + edges) log).
    ///
    /// Where latents were declared the edge is added to the graph as written; as both its ends are measured, it comes
    /// through the projection and nothing else changes.
    pub(super) fn with_edge(&self, a: Node, edge: EdgeKind, b: Node) -> Option<Self> {
        let add = |graph: &Graph| {
            let mut builder = copy(graph, |_, _| true);
            let (a, b) = (builder.node(self.graph.name(a)), builder.node(self.graph.name(b)));
            match edge {
                EdgeKind::Forward => builder.directed(a, b),
                EdgeKind::Backward => builder.directed(b, a),
                EdgeKind::Bidirected => builder.bidirected(a, b),
            };
            builder.build().ok().map(Arc::new)
        };
        let source = match &self.source {
            None => None,
            Some(source) => Some(SourceGraph { graph: add(&source.graph)?, latents: source.latents.clone() }),
        };
        Some(Self::of(add(&self.graph)?, source))
    }

    /// The unmeasured causes that could be measured: each declared latent, and what stands behind each bidirected edge
    /// that is written. In the order of the graph.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let (graph, latents) = match &self.source {
            None => (&self.graph, None),
            Some(source) => (&source.graph, Some(&source.latents)),
        };
        let declared = latents.into_iter().flat_map(|latents| latents.iter());
        let declared = declared.map(|latent| Cause::Latent(graph.name(latent).to_owned()));
        let free = (1..).map(|number| format!("u{number}")).filter(|name| graph.node(name).is_none());
        let shared = graph.bidirected().zip(free).map(|((a, b), name)| Cause::Shared {
            a: graph.name(a).to_owned(),
            b: graph.name(b).to_owned(),
            name,
        });
        declared.chain(shared).collect()
    }

    /// With some of its unmeasured causes measured: a latent is a variable like any other, and a bidirected edge a <-> b
    /// becomes u -> a, u -> b with a new measured variable u, after all others.
    pub(super) fn measured(&self, causes: &[&Cause]) -> Option<Self> {
        let (graph, latents) = match &self.source {
            None => (&self.graph, None),
            Some(source) => (&source.graph, Some(&source.latents)),
        };
        let gone = |x: Node, y: Node| {
            let ends = [graph.name(x), graph.name(y)];
            causes.iter().any(|cause| matches!(cause, Cause::Shared { a, b, .. } if [a.as_str(), b.as_str()] == ends))
        };
        let mut builder = copy(graph, |a, b| !gone(a, b));
        for cause in causes {
            if let Cause::Shared { a, b, name } = cause {
                let (u, a, b) = (builder.node(name), builder.node(a), builder.node(b));
                builder.directed(u, a).directed(u, b);
            }
        }
        let written = Arc::new(builder.build().ok()?);
        let still = |latent: &Node| {
            let name = graph.name(*latent);
            !causes.iter().any(|cause| matches!(cause, Cause::Latent(measured) if measured == name))
        };
        let latents = written.set(latents.into_iter().flat_map(|latents| latents.iter()).filter(still));
        if latents.is_empty() {
            return Some(Self::of(written, None));
        }
        let projection = reach::latent_projection(&written, &latents).ok()?;
        Some(Self::of(Arc::new(projection), Some(SourceGraph { graph: written, latents })))
    }
}
