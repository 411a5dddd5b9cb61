//! What a picture shows of a question.

use super::{Line, Mark, Picture, Stroke};
use crate::answer::{Account, Answer, Body, ListedPath, Reading, Route, accounts};
use crate::graph::{EdgeKind, Graph, Mutilation, Node, NodeSet};
use crate::problem::GraphEntry;

/// Marks what the file itself says of its variables.
pub(super) fn declared(mut picture: Picture, entry: &GraphEntry) -> Picture {
    for (node, info) in picture.nodes.iter_mut().zip(&entry.variables) {
        let marks = [(info.exposure, Mark::Treatment), (info.outcome, Mark::Outcome), (info.adjusted, Mark::Adjusted)];
        if let Some((_, mark)) = marks.into_iter().find(|(has, _)| *has) {
            node.mark = mark;
        }
    }
    picture.description = description(&picture, &entry.source);
    picture
}

/// Marks the variables and the open paths of an answer.
pub(super) fn mark(picture: &mut Picture, answer: &Answer) {
    let graph = &answer.graph;
    for Account { of, do_, given, mixing, reading } in accounts(answer) {
        marked(picture, graph, &given, Mark::Adjusted);
        if let Reading::Found { route: Route::Adjustment { set } | Route::FrontDoor { set }, .. } = &reading {
            marked(picture, graph, set, Mark::Adjusted);
        }
        marked(picture, graph, &of, Mark::Outcome);
        marked(picture, graph, &do_, Mark::Treatment);
        mixing.paths.iter().for_each(|path| path_open(picture, &mixing.graph, path));
    }
    match &answer.body {
        Body::Independence { separation, .. } => {
            marked(picture, graph, &separation.given, Mark::Adjusted);
            marked(picture, graph, &separation.x, Mark::Treatment);
            marked(picture, graph, &separation.y, Mark::Outcome);
            cut(picture, graph, &separation.cut);
        }
        Body::Paths { from, to, given, paths, .. } => {
            marked(picture, graph, given, Mark::Adjusted);
            marked(picture, graph, from, Mark::Treatment);
            marked(picture, graph, to, Mark::Outcome);
            paths.iter().filter(|path| path.open).for_each(|path| path_open(picture, graph, path));
        }
        Body::Effect { term, .. } | Body::Adjust { term, .. } => {
            let set = |refs: &[crate::expr::Ref]| graph.set(refs.iter().map(|r| Node::new(r.var.index())));
            marked(picture, graph, &set(term.given()), Mark::Adjusted);
            marked(picture, graph, &set(term.of()), Mark::Outcome);
            marked(picture, graph, &set(term.do_()), Mark::Treatment);
        }
        Body::Contrast { .. }
        | Body::Equality { .. }
        | Body::Implications { .. }
        | Body::Simplify { .. }
        | Body::Proof { .. }
        | Body::Number { .. } => {}
    }
}

/// Position in the picture of a node of some graph with the same names.
fn position(picture: &Picture, graph: &Graph, node: Node) -> Option<usize> {
    picture.nodes.iter().position(|drawn| drawn.name == graph.name(node))
}

fn marked(picture: &mut Picture, graph: &Graph, set: &NodeSet, mark: Mark) {
    for node in set.iter() {
        if let Some(at) = position(picture, graph, node) {
            let drawn = &mut picture.nodes[at];
            drawn.mark = drawn.mark.max(mark);
        }
    }
}

fn path_open(picture: &mut Picture, graph: &Graph, path: &ListedPath) {
    for (pair, kind) in path.nodes.windows(2).zip(&path.edges) {
        let ends = pair.iter().map(|node| position(picture, graph, *node)).collect::<Option<Vec<_>>>();
        let Some(&[a, b]) = ends.as_deref() else { continue };
        let both = *kind == EdgeKind::Bidirected;
        let same = |line: &Line| (line.from, line.to) == (a, b) || (line.from, line.to) == (b, a);
        let mut lines: Vec<usize> =
            (0..picture.edges.len()).filter(|&at| same(&picture.edges[at]) && picture.edges[at].both == both).collect();
        if lines.is_empty() {
            lines = through_causes(picture, a, b);
        }
        for at in lines {
            let line = &mut picture.edges[at];
            line.stroke = line.stroke.max(Stroke::Open);
        }
    }
}

/// An edge of the projected graph stands for a way through unmeasured variables where those are drawn: the lines of a
/// shortest one between two nodes that meets no collider. O(nodes · lines).
fn through_causes(picture: &Picture, a: usize, b: usize) -> Vec<usize> {
    let mut reached = vec![Reached { node: a, against: true, by: None }];
    let mut next = 0;
    while let Some(&Reached { node, against, .. }) = reached.get(next) {
        if node == b && next > 0 {
            let mut lines = Vec::new();
            let mut at = next;
            while let Some((before, line)) = reached[at].by {
                lines.push(line);
                at = before;
            }
            return lines;
        }
        if next == 0 || picture.nodes[node].mark == Mark::Latent {
            for (index, line) in picture.edges.iter().enumerate() {
                let onward = match (line.both, line.from == node, line.to == node) {
                    (false, true, _) => Some((line.to, false)),
                    (false, _, true) if against => Some((line.from, true)),
                    (true, true, _) if against => Some((line.to, false)),
                    (true, _, true) if against => Some((line.from, false)),
                    _ => None,
                };
                if let Some((node, against)) = onward
                    && !reached.iter().any(|other| (other.node, other.against) == (node, against))
                {
                    reached.push(Reached { node, against, by: Some((next, index)) });
                }
            }
        }
        next += 1;
    }
    Vec::new()
}

/// A node on the way through unmeasured variables.
struct Reached {
    node: usize,
    /// Whether all lines so far were walked against their arrows: only then may the way turn to follow them.
    against: bool,
    /// From where, by position among those reached, and along which line.
    by: Option<(usize, usize)>,
}

/// Makes ghosts of the edges that a cut takes away. A drawn latent cause of a variable acted on is cut from it too.
pub(super) fn cut(picture: &mut Picture, graph: &Graph, cut: &Mutilation) {
    let within = |set: &NodeSet, picture: &Picture| -> Vec<bool> {
        picture.nodes.iter().map(|drawn| graph.node(&drawn.name).is_some_and(|node| set.contains(node))).collect()
    };
    let (into, out) = (within(&cut.no_incoming, picture), within(&cut.no_outgoing, picture));
    for line in &mut picture.edges {
        let gone = if line.both { into[line.from] || into[line.to] } else { into[line.to] || out[line.from] };
        if gone {
            line.stroke = Stroke::Ghost;
        }
    }
}

/// What is cut away, in words.
pub(super) fn gone(picture: &Picture) -> String {
    let gone = picture.edges.iter().filter(|line| line.stroke == Stroke::Ghost);
    let gone: Vec<String> = gone.map(|line| written(picture, line)).collect();
    if gone.is_empty() { "Nothing is cut.".to_owned() } else { format!("Cut away: {}.", gone.join(", ")) }
}

fn written(picture: &Picture, line: &Line) -> String {
    let sign = if line.both { "<->" } else { "->" };
    format!("{} {sign} {}", picture.nodes[line.from].name, picture.nodes[line.to].name)
}

/// The picture in words.
pub(super) fn description(picture: &Picture, graph: &Graph) -> String {
    let list = |mark: Mark| -> Vec<&str> {
        picture.nodes.iter().filter(|node| node.mark == mark).map(|node| &*node.name).collect()
    };
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut text = format!("A causal graph of {}", count(graph.len(), "variable"));
    text += &format!(" and {}", count(picture.edges.len(), "edge"));
    for (mark, what) in [
        (Mark::Treatment, "acted on"),
        (Mark::Outcome, "asked about"),
        (Mark::Adjusted, "adjusted for or held fixed"),
        (Mark::Latent, "unmeasured"),
    ] {
        let names = list(mark);
        if !names.is_empty() && names.len() <= 12 {
            text += &format!("; {what}: {}", names.join(", "));
        }
    }
    let edges: Vec<String> =
        picture.edges.iter().filter(|line| line.stroke != Stroke::Ghost).map(|line| written(picture, line)).collect();
    if edges.len() <= 24 {
        text += &format!(". {}", edges.join(", "));
    }
    text.push('.');
    text
}
