//! A hedge in plain words, then its sets.

use super::Shown;
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::proof::{ExchangedQuery, Hedge, Subgraph};
use crate::render::document::{Block, Document, Math, Text, Tone};
use std::collections::VecDeque;

pub(super) fn explain(document: &mut Document, shown: &Shown<'_>, hedge: &Hedge) {
    exchange(document, shown, &hedge.exchanged);
    if let Some(story) = story(shown, hedge) {
        document.say(story);
    }
    sets(document, shown, hedge);
}

/// How an action and a root of the hedge hang together, in words.
pub(super) fn story(shown: &Shown<'_>, hedge: &Hedge) -> Option<Text> {
    Story::of(shown.graph, hedge).map(|story| story.tell(shown))
}

/// For a conditional query: what became of its conditions.
fn exchange(document: &mut Document, shown: &Shown<'_>, query: &ExchangedQuery) {
    let text = exchange_told(shown, query);
    if !text.is_empty() {
        document.say(text);
    }
}

/// The same as text; nothing where there are no conditions.
pub(super) fn exchange_told(shown: &Shown<'_>, query: &ExchangedQuery) -> Text {
    let mut text = Text::new();
    if !query.moved.is_empty() {
        let moved: Vec<String> = query.moved.iter().map(|moved| shown.name(moved.z)).collect();
        text = text.say("Seeing ").names(&moved).say(" is here the same as setting ");
        text = text.say(if moved.len() == 1 { "it. " } else { "them. " });
    }
    if !query.given.is_empty() {
        text = text
            .say("Seeing ")
            .names(shown.names(&query.given))
            .say(" cannot be traded for setting, so the question is as hard as that for ")
            .names(shown.names(&query.of.union(&query.given)))
            .say(" together under the action on ")
            .names(shown.names(&query.do_))
            .say(".");
    }
    text
}

/// The two ways by which an action and the roots of a hedge hang together.
struct Story {
    /// From the action to a root along bidirected edges of F.
    behind: Vec<Node>,
    /// From the action to that root along directed edges of F.
    ahead: Vec<Node>,
    /// From that root to an outcome, once the edges into the actions are cut.
    onward: Option<Vec<Node>>,
}

impl Story {
    /// The shortest such ways; ties go to the nodes declared first.
    fn of(graph: &Graph, hedge: &Hedge) -> Option<Self> {
        let actions = hedge.exchanged.do_.intersection(&hedge.outer.nodes);
        let mut best: Option<Self> = None;
        for action in actions.iter() {
            for root in hedge.root.iter() {
                let is_root = graph.set([root]);
                let behind = way(graph, action, &is_root, &|node| beside(&hedge.outer, node));
                let ahead = way(graph, action, &is_root, &|node| below(&hedge.outer, node));
                let (Some(behind), Some(ahead)) = (behind, ahead) else { continue };
                let shorter =
                    best.as_ref().is_none_or(|best| behind.len() + ahead.len() < best.behind.len() + best.ahead.len());
                if shorter {
                    best = Some(Self { behind, ahead, onward: onward(graph, hedge, root) });
                }
            }
        }
        best
    }

    fn tell(&self, shown: &Shown<'_>) -> Text {
        let (Some(&action), Some(&root)) = (self.ahead.first(), self.ahead.last()) else { return Text::new() };
        let (action, root) = (shown.name(action), shown.name(root));
        let mut text = Text::new().name(&action).say(" and ").name(&root);
        text = if self.behind.len() <= 2 {
            text.say(" share an unmeasured cause, and ")
        } else {
            let nodes = self.behind.iter().map(|&node| shown.name(node)).collect();
            let edges = vec![EdgeKind::Bidirected; self.behind.len() - 1];
            text.say(" are linked by unmeasured causes (").math(Math::Path(nodes, edges)).say("), and ")
        };
        text = text.name(&action).say(" also acts on ").name(&root);
        text = if self.ahead.len() <= 2 {
            text.say(" directly")
        } else {
            text.say(" (").math(shown.chain(&self.ahead)).say(")")
        };
        text = text.say(". What is measured shows the two mixed, and nothing measured takes them apart");
        match &self.onward {
            Some(onward) if onward.len() > 1 => {
                text = text.say("; what happens to ").name(&root).say(" then decides what is asked about (");
                text = text.math(shown.chain(onward)).say(")");
            }
            Some(_) | None => {}
        }
        text.say(".")
    }
}

/// The shortest directed way from a root to what is asked about or kept as a condition.
fn onward(graph: &Graph, hedge: &Hedge, root: Node) -> Option<Vec<Node>> {
    let asked = hedge.exchanged.of.union(&hedge.exchanged.given);
    let cut = &hedge.exchanged.do_;
    way(graph, root, &asked, &|node| graph.children(node).filter(|&child| !cut.contains(child)).collect())
}

fn beside(subgraph: &Subgraph, node: Node) -> Vec<Node> {
    let other = |&(a, b): &(Node, Node)| match (a == node, b == node) {
        (true, _) => Some(b),
        (_, true) => Some(a),
        (false, false) => None,
    };
    subgraph.bidirected.iter().filter_map(other).collect()
}

fn below(subgraph: &Subgraph, node: Node) -> Vec<Node> {
    subgraph.directed.iter().filter(|(from, _)| *from == node).map(|&(_, to)| to).collect()
}

/// A shortest way from a node to a member of a set, breadth first.
pub(super) fn way(graph: &Graph, from: Node, to: &NodeSet, next: &dyn Fn(Node) -> Vec<Node>) -> Option<Vec<Node>> {
    let mut before: Vec<Option<Node>> = vec![None; graph.len()];
    let mut seen = graph.set([from]);
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if to.contains(node) {
            let mut nodes: Vec<Node> =
                std::iter::successors(Some(node), |&n| before.get(n.index()).copied()?).collect();
            nodes.reverse();
            return Some(nodes);
        }
        for other in next(node) {
            if seen.insert(other) {
                if let Some(slot) = before.get_mut(other.index()) {
                    *slot = Some(node);
                }
                queue.push_back(other);
            }
        }
    }
    None
}

/// The sets, for who knows hedges.
fn sets(document: &mut Document, shown: &Shown<'_>, hedge: &Hedge) {
    document.push(Block::List(vec![
        Text::new()
            .tone(Tone::Strong, "Hedge")
            .say(": F = ")
            .math(shown.set(&hedge.outer.nodes))
            .say(", F' = ")
            .math(shown.set(&hedge.inner.nodes))
            .say(", roots ")
            .math(shown.set(&hedge.root)),
        Text::of(
            "unmeasured causes tie each of the two sets together, all arrows in it lead to the roots, and the action ",
        )
        .say("meets F and not F' (Shpitser & Pearl 2006)"),
    ]));
}
