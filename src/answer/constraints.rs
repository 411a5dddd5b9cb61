//! Two estimands of one query that are not equal in every distribution: an equation that data can refute.

use super::context::Context;
use super::differ::{self, Compared};
use super::{Constraint, Identified, Projected};
use crate::expr::Arena;
use crate::graph::{Graph, GraphBuilder, Node};
use std::sync::Arc;

/// Estimands over more variables are not compared: a distribution of so many has 2^10 cells.
const VARIABLES: usize = 10;

/// The alternatives that differ from the first estimand in some distribution. In every model of the graph they are
/// equal, as all are the query.
///
/// Distributions are drawn as models of the graph in which every two of the variables named are joined by an arrow: any
/// distribution is one of these. The kernel computes the two sides again, exactly.
pub(super) fn constraints(context: &Context<'_>, arena: &mut Arena, found: &Identified) -> Vec<Constraint> {
    let lhs = found.estimand;
    let mut all = Vec::new();
    for other in &found.alternatives {
        let rhs = other.estimand;
        let named: Vec<Node> = {
            let terms = [lhs, rhs].into_iter().flat_map(|side| arena.terms(side));
            let variables = terms.flat_map(|term| term.refs()).map(|r| Node::new(r.var.index()));
            context.graph().set(variables).iter().collect()
        };
        if named.len() > VARIABLES || context.stopped() {
            continue;
        }
        let Some(complete) = complete(context.graph(), &named) else { continue };
        let projected = Projected::of(Arc::new(complete), None);
        let any = Context::new(&projected, context.options);
        if let Compared::Differ(checked) = differ::compare(&any, arena, lhs, rhs) {
            all.push(Constraint { lhs, rhs, checked: *checked });
        }
    }
    all
}

/// The graph's nodes, with an arrow between every two of some.
fn complete(graph: &Graph, joined: &[Node]) -> Option<Graph> {
    let mut builder = GraphBuilder::new();
    for node in graph.nodes() {
        builder.node(graph.name(node));
    }
    for (position, &a) in joined.iter().enumerate() {
        for &b in &joined[position + 1..] {
            builder.directed(a, b);
        }
    }
    builder.build().ok()
}
