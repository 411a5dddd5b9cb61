//! What a formula does, by the route on which it was found.

use super::super::Shown;
use super::{agree, mixing, part};
use crate::answer::{Account, Route, RuleMove};
use crate::graph::{EdgeKind, Graph, Node, NodeSet};
use crate::render::document::{Block, Document, Math, Text};

pub(super) fn tell(
    document: &mut Document,
    shown: &Shown<'_>,
    account: &Account,
    moves: &[RuleMove],
    route: &Route,
    districts: &[(NodeSet, NodeSet)],
) {
    // What the route speaks of is what the moves have left.
    let (mut do_, mut given) = (account.do_.clone(), account.given.clone());
    let mut points: Vec<Text> = Vec::new();
    for rule_move in moves {
        points.push(moved(shown, account, rule_move));
        match rule_move {
            RuleMove::DropConditions { set, .. } => given.subtract(set),
            RuleMove::DropActions { set, .. } => do_.subtract(set),
            RuleMove::ActionsToConditions { set, .. } => {
                do_.subtract(set);
                given.extend(set);
            }
        }
    }
    let left = Left { shown, account, do_: &do_, given: &given };
    let mut text = Text::new();
    if let [only] = &points[..] {
        text = text.then(only.clone()).say(" ");
    } else if !points.is_empty() {
        document.push(part("What the formula does.", Text::of("Step by step:")));
        document.push(Block::List(std::mem::take(&mut points)));
    }
    let told = match route {
        Route::Rules => Text::of(if given.is_empty() {
            "So it is what the data show anyway."
        } else {
            "So it is the plain comparison in the data."
        }),
        Route::Adjustment { set } => left.adjustment(set),
        Route::FrontDoor { set } => left.front_door(set),
        Route::General { moved } => {
            let moved: Vec<Node> = moved.iter().map(|condition| condition.z).collect();
            left.general(&moved, districts)
        }
    };
    text = text.then(told);
    document.push(if moves.len() > 1 { Block::Paragraph(text) } else { part("What the formula does.", text) });
    if let Route::General { .. } = route {
        let singly = singly(districts);
        let each = |(inner, outer): &(NodeSet, NodeSet)| {
            if singly { Text::new().names(shown.names(inner)) } else { factor(shown, inner, outer) }
        };
        document.push(Block::List(districts.iter().map(each).collect()));
        let all = districts.iter().fold(shown.graph.no_nodes(), |all, (inner, _)| all.union(inner));
        let summed = !all.is_subset(&account.of.union(&account.given));
        let mut text = Text::new();
        if districts.len() > 1 {
            text = text.say("The parts are multiplied").say(if summed { ", and " } else { "." });
        }
        if summed {
            let what = "whatever was not asked about is summed over.";
            text = text.say(if districts.len() > 1 { what } else { "Whatever was not asked about is summed over." });
        }
        if !text.is_empty() {
            document.say(text);
        }
    }
}

/// Whether every part is a single variable that shares no unmeasured cause.
fn singly(districts: &[(NodeSet, NodeSet)]) -> bool {
    districts.iter().all(|(inner, outer)| inner == outer && inner.len() == 1)
}

/// One application of a rule, in words.
fn moved(shown: &Shown<'_>, account: &Account, rule_move: &RuleMove) -> Text {
    let of = || shown.names(&account.of);
    match rule_move {
        RuleMove::DropConditions { set, requires } => {
            let text = Text::of("Knowing ").names(shown.names(set)).say(" tells nothing more about ").names(of());
            let rest = &requires.given;
            if rest.is_empty() { text.say(".") } else { text.say(" beside ").names(shown.names(rest)).say(".") }
        }
        RuleMove::ActionsToConditions { set, .. } => Text::of("Looking at the cases with a given ")
            .names(shown.names(set))
            .say(" is here as good as setting ")
            .say(agree(set.len(), "it.", "them.")),
        RuleMove::DropActions { set, requires } => {
            let alone = Account { do_: set.clone(), ..account.clone() };
            let text = Text::of("Setting ").names(shown.names(set)).say(" changes nothing about ").names(of());
            match mixing::causal(shown.graph, &alone) {
                None => text.say(": no chain of arrows leads there."),
                Some(_) if requires.given.is_empty() => text.say("."),
                Some(_) => text.say(" beside ").names(shown.names(&requires.given)).say("."),
            }
        }
    }
}

/// A query as the moves have left it.
struct Left<'a> {
    shown: &'a Shown<'a>,
    account: &'a Account,
    do_: &'a NodeSet,
    given: &'a NodeSet,
}

impl Left<'_> {
    fn of(&self) -> Vec<String> {
        self.shown.names(&self.account.of)
    }

    fn actions(&self) -> Vec<String> {
        self.shown.names(self.do_)
    }

    fn adjustment(&self, set: &NodeSet) -> Text {
        let names = || self.shown.names(set);
        let mut text = Text::of("It compares like with like: only cases that agree in ").names(names()).say(".");
        if self.every_path_meets(set) {
            let paths = self.account.mixing.paths.len();
            text = text.say(" Among those the ").say(agree(
                paths,
                "path above is closed, for ",
                "paths above are closed, for ",
            ));
            text = text.names(names()).say(agree(set.len(), " does", " do")).say(" not vary there.");
        }
        text = text.say(" The results are then averaged, weighted by how often each ");
        text = text.say(agree(set.len(), "", "combination of ")).names(names()).say(" occurs ");
        text = if self.given.is_empty() {
            text.say("in everybody")
        } else {
            text.say("among those with the given ").names(self.shown.names(self.given))
        };
        text.say(", not by how often it occurs together with each ").names(self.actions()).say(".")
    }

    /// Whether each path that was named has a member of the set on it that, held fixed, closes it.
    fn every_path_meets(&self, set: &NodeSet) -> bool {
        let graph = &self.account.mixing.graph;
        let held = |node: Node| self.shown.graph.node(graph.name(node)).is_some_and(|node| set.contains(node));
        !self.account.mixing.paths.is_empty()
            && self.account.mixing.paths.iter().all(|path| {
                path.edges.windows(2).zip(path.nodes.iter().skip(1)).any(|(edges, &node)| {
                    let collider = edges[0].into_second() && edges[1].into_first();
                    !collider && held(node)
                })
            })
    }

    fn front_door(&self, set: &NodeSet) -> Text {
        let through = || self.shown.names(set);
        let mut text = Text::of("It follows the effect along its way. ").names(self.actions());
        text = text.say(agree(self.do_.len(), " acts on ", " act on ")).names(self.of()).say(" only through ");
        text = text
            .names(through())
            .say(", and each half of that way can be judged by itself. First half: nothing mixes ");
        text = text.names(self.actions()).say(" with ").names(through()).say(", so how often each ");
        text = text.names(through()).say(" follows can be read off directly. Second half: what mixes ");
        text = text.names(through()).say(" with ").names(self.of()).say(" runs through ").names(self.actions());
        if let Some(path) = self.second_half(set) {
            text = text.say(" (").math(path).say(")");
        }
        text = text.say(", so comparing only cases that agree in ").names(self.actions());
        text = text.say(" shows what ").names(through()).say(agree(set.len(), " does", " do")).say(" to ");
        text = text
            .names(self.of())
            .say("; this is averaged over ")
            .names(self.actions())
            .say(" as it occurs in everybody. ");
        text.say("Put together: how often each ").names(through()).say(" follows, times what it then does.")
    }

    /// A path from a mediator through the action and on along one that was named.
    fn second_half(&self, set: &NodeSet) -> Option<Math> {
        let graph: &Graph = &self.account.mixing.graph;
        let path = self.account.mixing.paths.first()?;
        let action = *path.nodes.first()?;
        let mediator = set.iter().find_map(|node| {
            let node = graph.node(self.shown.graph.name(node))?;
            (graph.has_directed(action, node) && !path.nodes.contains(&node)).then_some(node)
        })?;
        let names = std::iter::once(mediator).chain(path.nodes.iter().copied()).map(|node| graph.name(node).to_owned());
        let edges = std::iter::once(EdgeKind::Backward).chain(path.edges.iter().copied());
        Some(Math::Path(names.collect(), edges.collect()))
    }

    fn general(&self, moved: &[Node], districts: &[(NodeSet, NodeSet)]) -> Text {
        let parts = districts.len();
        let mut text = Text::new();
        if !moved.is_empty() {
            let names = moved.iter().map(|&node| self.shown.name(node));
            text = text.say("Seeing ").names(names).say(" is here as good as setting ").say(agree(
                moved.len(),
                "it. ",
                "them. ",
            ));
        }
        if !self.given.is_empty() && moved.len() < self.given.len() {
            text =
                text.say("What is asked among some is computed for all first, and then divided by how many they are. ");
        }
        if singly(districts) {
            return text.say(
                "It goes variable by variable, from causes to effects. No unmeasured cause ties the following to another \
                 variable, so how each responds to what acts on it can be read off the data:",
            );
        }
        text.say(
            "Unmeasured causes tie variables together in groups; between groups there are only arrows. So one group at a \
             time can be asked how it would respond, if all that acts on it from outside were set. For a whole group the \
             data tell: each member given all that comes before it. ",
        )
        .say(agree(parts, "Needed here:", "Needed here, part by part:"))
    }
}

/// One factor of the general estimand: `inner` is to be computed from the group that holds it.
fn factor(shown: &Shown<'_>, inner: &NodeSet, outer: &NodeSet) -> Text {
    let text = Text::of("how ").names(shown.names(inner)).say(agree(inner.len(), " responds: ", " respond: "));
    if inner == outer {
        return if inner.len() == 1 {
            text.say("nothing unmeasured ties it to another variable, so this is read off directly")
        } else {
            text.say("a group of its own, so this is read off directly")
        };
    }
    text.say("part of the group ").math(shown.set(outer)).say(
        ". The response of the whole group is read off first. Members that do not act on this part within the group are then \
         summed out; for those that do, only cases that agree in them are compared",
    )
}
