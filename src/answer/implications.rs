//! `implications G`: what the graph says of the data.

use super::context::{Context, Stage};
use super::{Body, ImpliedIndependence, Verma};
use crate::expr::Arena;
use crate::graph::{Graph, Mutilation, Node, NodeSet};
use crate::identify::verma;
use crate::proof::{Evidence, Separation, Statement};
use crate::reach;

/// How many pairs are looked at.
const PAIRS: usize = 20_000;
/// How many parts of districts are looked at for Verma constraints.
const PARTS: usize = 512;

/// For each pair that is not adjacent a smallest separating set, which the kernel checks, or that none exists; without
/// bidirected edges the local Markov basis as well; and Verma constraints. One maximum flow a pair.
pub(super) fn implications(context: &Context<'_>, arena: &mut Arena) -> Body {
    let graph = context.graph();
    let (mut independences, mut inseparable) = (Vec::new(), Vec::new());
    let mut truncated = false;
    for (looked_at, (x, y)) in pairs(graph).enumerate() {
        if looked_at == PAIRS || context.stopped() {
            truncated = true;
            break;
        }
        match context.timed(Stage::Identify, || smallest(graph, x, y)) {
            Some(separation) => {
                let given = separation.given.clone();
                // What the kernel refuses is not said; it counts as not looked at.
                match context.settle(arena, Statement::Separated(separation), &Evidence::Separation) {
                    Ok(checked) => independences.push(ImpliedIndependence { x, y, given, checked }),
                    Err(_) => truncated = true,
                }
            }
            None => inseparable.push((x, y)),
        }
    }
    let (found, complete) =
        context.timed(Stage::Identify, || verma::constraints(graph, arena, PARTS, &|| context.stopped()));
    let verma = found
        .into_iter()
        .map(|c| Verma { district: c.district, expr: c.expr, independent_of: c.independent_of })
        .collect();
    let basis = if graph.bidirected_count() == 0 { local_markov(graph) } else { Vec::new() };
    Body::Implications { independences, inseparable, basis, verma, truncated: truncated || !complete }
}

fn pairs(graph: &Graph) -> impl Iterator<Item = (Node, Node)> + '_ {
    let adjacent = |a, b| graph.has_directed(a, b) || graph.has_directed(b, a) || graph.has_bidirected(a, b);
    graph
        .nodes()
        .flat_map(move |x| graph.nodes().skip(x.index() + 1).map(move |y| (x, y)))
        .filter(move |&(x, y)| !adjacent(x, y))
}

fn smallest(graph: &Graph, x: Node, y: Node) -> Option<Separation> {
    let (one, other, cut) = (graph.set([x]), graph.set([y]), Mutilation::none(graph));
    let allowed = graph.all_nodes().without(x).without(y);
    let given = reach::minimum_separator(graph, &one, &other, &graph.no_nodes(), &allowed, &cut)?;
    Some(Separation { x: one, y: other, given, cut })
}

/// Each node is independent of what it does not cause, given its parents (Pearl 1988); nodes of which that says nothing
/// are left out.
fn local_markov(graph: &Graph) -> Vec<(Node, NodeSet, NodeSet)> {
    let order = graph.topological_order().iter();
    order
        .filter_map(|&node| {
            let parents = graph.set(graph.parents(node));
            let mut others = graph.all_nodes();
            others.subtract(&reach::descendants(graph, &graph.set([node])));
            others.subtract(&parents);
            (!others.is_empty()).then_some((node, others, parents))
        })
        .collect()
}
