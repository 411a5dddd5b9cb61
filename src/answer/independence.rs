//! `x _||_ y | z`: implied by the graph, or an open path.

use super::Verdict;
use super::context::{Context, Stage, undetermined};
use crate::expr::Arena;
use crate::identify;
use crate::proof::{Evidence, Separation, Statement};
use crate::reach;

/// Decided by one reachability search; the kernel decides the separation again on its own.
pub(super) fn independence(context: &Context<'_>, arena: &mut Arena, separation: &Separation) -> Verdict {
    if let Some(stopped) = context.stopped_verdict() {
        return stopped;
    }
    let Separation { x, y, given, cut } = separation;
    let graph = context.graph();
    let separated = context.timed(Stage::Identify, || reach::separated(graph, x, y, given, cut));
    if separated {
        return match context.settle(arena, Statement::Separated(separation.clone()), &Evidence::Separation) {
            Ok(checked) => Verdict::Holds(Box::new(checked)),
            Err(refused) => Verdict::Undetermined(refused),
        };
    }
    let Some(path) = context.timed(Stage::Derive, || identify::open_path(graph, separation)) else {
        return undetermined("neither a separation nor an open path was found");
    };
    match context.settle(arena, Statement::Connected(separation.clone()), &Evidence::OpenPath(path)) {
        Ok(checked) => Verdict::Fails(Box::new(checked)),
        Err(refused) => Verdict::Undetermined(refused),
    }
}
