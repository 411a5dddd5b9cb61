//! What could go wrong: the paths along which cause and coincidence mix.

use super::super::Shown;
use super::{agree, part};
use crate::answer::{Account, ListedPath, Mixing};
use crate::graph::{EdgeKind, Graph, Node};
use crate::render::document::{Block, Document, Math, Text};

pub(super) fn tell(document: &mut Document, shown: &Shown<'_>, account: &Account) {
    let (do_, of) = (shown.names(&account.do_), shown.names(&account.of));
    let causal = causal(shown.graph, account);
    let heading = "What could go wrong.";
    if account.mixing.paths.is_empty() {
        let mut text = Text::of("Nothing, if the graph is right: ");
        text = match causal {
            Some(_) => text
                .say("apart from the arrows that lead out of ")
                .names(&do_)
                .say(", nothing ties ")
                .names(do_.iter().chain(&of))
                .say(" together"),
            None => text.say("nothing ties ").names(do_.iter().chain(&of)).say(" together"),
        };
        if !account.given.is_empty() {
            text = text.say(" once ").names(shown.names(&account.given)).say(" is known");
        }
        document.push(part(heading, text.say(". Here, seeing is as good as setting.")));
        return;
    }
    let mut text = Text::new().names(do_.iter().chain(&of)).say(" may go together in the data");
    text = match &causal {
        Some(chain) => {
            let text = text.say(" for more than one reason. One is what ").names(&do_);
            let text = text.say(agree(do_.len(), " does (", " do (")).say(if several(shown.graph, account) {
                "such as "
            } else {
                ""
            });
            let text = text.math(shown.chain(chain)).say("). ");
            let others = account.mixing.paths.len() + usize::from(account.mixing.more);
            let text = text.say(agree(others, "Another", "Others")).say(" would be there even if ").names(&do_);
            text.say(" did nothing:")
        }
        None => text.say(" although no chain of arrows leads from ").names(&do_).say(" to ").names(&of).say(":"),
    };
    document.push(part(heading, text));
    let mut points: Vec<Text> = account.mixing.paths.iter().map(|path| why(account, shown, path)).collect();
    if account.mixing.more {
        points.push(Text::of("and there may be more such paths"));
    }
    document.push(Block::List(points));
    document.say(
        Text::of("A plain comparison of cases with different ")
            .names(&do_)
            .say(" shows all of this at once. More data make it more precise, not more right."),
    );
}

/// A path, drawn and in words.
fn why(account: &Account, shown: &Shown<'_>, path: &ListedPath) -> Text {
    let Mixing { graph, .. } = &account.mixing;
    let name = |node: Node| graph.name(node).to_owned();
    let drawn = Math::Path(path.nodes.iter().map(|&node| name(node)).collect(), path.edges.clone());
    let text = Text::new().math(drawn).say(": ");
    let inner =
        || path.edges.windows(2).zip(path.nodes.iter().skip(1)).map(|(edges, &node)| (edges[0], edges[1], node));
    let opened: Vec<String> = inner()
        .filter(|(before, after, _)| before.into_second() && after.into_first())
        .map(|(.., n)| name(n))
        .collect();
    if !opened.is_empty() {
        return text
            .say("comparing only cases that agree in ")
            .names(shown.names(&account.given))
            .say(" ties together what acts on ")
            .names(opened);
    }
    if path.edges.iter().all(|&edge| edge == EdgeKind::Backward) {
        let (Some(&first), Some(&last)) = (path.nodes.first(), path.nodes.last()) else { return text };
        return text.name(name(last)).say(" acts on ").name(name(first)).say(", not the other way round");
    }
    let fork = inner().find(|(before, after, _)| !before.into_second() && !after.into_first()).map(|(.., node)| node);
    match fork {
        Some(node) if shown.graph.node(graph.name(node)).is_none() => {
            text.name(name(node)).say(", which is not measured, acts on both ends")
        }
        Some(node) => text.name(name(node)).say(" acts on both ends"),
        None => {
            let both = path.edges.iter().position(|&edge| edge == EdgeKind::Bidirected);
            let ends = both.and_then(|at| Some([name(*path.nodes.get(at)?), name(*path.nodes.get(at + 1)?)]));
            match ends {
                Some(ends) => text.say("something unmeasured acts on both ").names(ends),
                None => text.say("it leads from one to the other, but not along the arrows"),
            }
        }
    }
}

/// The shortest chain of arrows from an action to an outcome, not through another action.
pub(super) fn causal(graph: &Graph, account: &Account) -> Option<Vec<Node>> {
    let mut best: Option<Vec<Node>> = None;
    for action in account.do_.iter() {
        let next = |node: Node| graph.children(node).filter(|&child| !account.do_.contains(child)).collect();
        if let Some(way) = super::super::hedge::way(graph, action, &account.of, &next)
            && best.as_ref().is_none_or(|best| way.len() < best.len())
        {
            best = Some(way);
        }
    }
    best
}

/// Whether more than one chain of arrows leads from the actions to the outcomes, not through another action or outcome.
fn several(graph: &Graph, account: &Account) -> bool {
    let mut chains = vec![0_u8; graph.len()];
    let mut all = 0_u8;
    for &node in graph.topological_order() {
        let from = |parent: Node| match (account.do_.contains(parent), account.of.contains(parent)) {
            (true, _) => 1,
            (_, true) => 0,
            _ => chains.get(parent.index()).copied().unwrap_or(0),
        };
        let reach = graph.parents(node).map(from).fold(0_u8, u8::saturating_add);
        if account.of.contains(node) {
            all = all.saturating_add(reach);
        } else if let Some(slot) = chains.get_mut(node.index()).filter(|_| !account.do_.contains(node)) {
            *slot = reach;
        }
    }
    all > 1
}
