//! `paths x to y | z`: shortest first, open or blocked and by what.

use super::context::{Context, Stage};
use super::{Body, ListedPath};
use crate::graph::{Mutilation, NodeSet};
use crate::reach;

/// Lists up to the limit, and says whether it stopped there.
pub(super) fn paths(context: &Context<'_>, from: &NodeSet, to: &NodeSet, given: &NodeSet) -> Body {
    let graph = context.graph();
    let limit = context.options.limits.list;
    let (paths, truncated) = context.timed(Stage::Identify, || {
        let nothing = Mutilation::none(graph);
        let mut all = reach::paths(graph, from, to, given, &nothing);
        let mut listed = Vec::new();
        loop {
            if context.stopped() {
                return (listed, true);
            }
            let Some(found) = all.next() else { return (listed, false) };
            if listed.len() == limit {
                return (listed, true);
            }
            listed.push(ListedPath {
                open: found.is_open(),
                nodes: found.path.nodes,
                edges: found.path.edges,
                blocked_by: found.blocked_by,
            });
        }
    });
    Body::Paths { from: from.clone(), to: to.clone(), given: given.clone(), paths, truncated }
}
