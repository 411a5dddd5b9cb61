//! What a reader wants to know of the place that is pointed at.

use super::{Answers, Entity, File, written};
use crate::answer::{Answer, Body, LineStatus};
use crate::graph::{Graph, Node};
use crate::problem::{GraphEntry, VariableInfo};
use crate::render::{self, Steps};
use crate::source::Span;

/// A text about a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hover {
    /// The place.
    pub span: Span,
    /// In Markdown.
    pub text: String,
}

impl File {
    /// What there is to say about a place: of a name what it names, of a line of a proof why it follows, of a question its
    /// answer.
    #[must_use]
    pub fn hover(&self, at: usize, answers: &Answers) -> Option<Hover> {
        let question =
            || answers.answers.iter().flatten().find(|answer| answer.span.start <= at && at <= answer.span.end);
        if let Some((span, name, entity)) = self.name_at(at)
            && let Some(text) = self.named(at, name, entity)
        {
            return Some(Hover { span, text });
        }
        let answer = question()?;
        if let Some(hover) = line(answer, at) {
            return Some(hover);
        }
        let steps = if matches!(answer.body, Body::Proof { .. }) { Steps::Board } else { Steps::None };
        let text = render::markdown(&render::document(&self.problem, answer, steps));
        Some(Hover { span: answer.span, text })
    }

    /// The derivation behind the answer to a question, in Markdown.
    #[must_use]
    pub fn steps(&self, answer: &Answer) -> String {
        render::markdown(&render::document(&self.problem, answer, Steps::Board))
    }

    fn named(&self, at: usize, name: &str, entity: Entity) -> Option<String> {
        match entity {
            Entity::Graph => Some(graph(self.problem.graphs.get(name)?)),
            Entity::Model => {
                let model = self.problem.models.get(name)?;
                let of = self.problem.graphs.get_index(model.graph).map_or("", |(name, _)| name);
                let doc = model.doc.as_deref().map(|doc| format!("\n\n{doc}")).unwrap_or_default();
                Some(format!("**{}**, a model of the graph {}{doc}", escaped(name), escaped(of)))
            }
            Entity::Variable => {
                let entry =
                    self.graph_at(at).and_then(|graph| self.problem.graphs.get_index(graph)).map(|(_, entry)| entry);
                let has = |entry: &&GraphEntry| entry.source.node(name).is_some();
                let entry = entry.filter(has).or_else(|| self.problem.graphs.values().find(has))?;
                let node = entry.source.node(name)?;
                Some(variable(entry, node, entry.variables.get(node.index())))
            }
            Entity::Table | Entity::Expression => None,
        }
    }
}

fn graph(entry: &GraphEntry) -> String {
    let (nodes, latent) = (entry.source.len(), entry.latents.len());
    let latent = if latent == 0 { String::new() } else { format!(", {latent} of them unmeasured") };
    let doc = entry.doc.as_deref().map(|doc| format!("\n\n{doc}")).unwrap_or_default();
    format!("**{}**, a graph of {nodes} variables{latent}{doc}", escaped(&entry.name))
}

fn variable(entry: &GraphEntry, node: Node, info: Option<&VariableInfo>) -> String {
    let graph: &Graph = &entry.source;
    let kind = if entry.latents.contains(node) { ", unmeasured" } else { "" };
    let mut text = format!("**{}**{kind}, in {}", escaped(graph.name(node)), escaped(&entry.name));
    if let Some(doc) = info.and_then(|info| info.doc.as_deref()) {
        text += &format!("\n\n{doc}");
    }
    if let Some(domain) = info.and_then(|info| info.domain.as_deref()) {
        const MOST: usize = 12;
        let more = if domain.len() > MOST { ", …" } else { "" };
        let shown: Vec<String> = domain.iter().take(MOST).map(|value| escaped(value)).collect();
        text += &format!("\n\nValues: {}{more}", shown.join(", "));
    }
    let listed = |names: Vec<&str>| names.into_iter().map(escaped).collect::<Vec<_>>().join(", ");
    let sets: [(&str, Vec<Node>); 3] = [
        ("Causes", graph.parents(node).collect()),
        ("Acts on", graph.children(node).collect()),
        ("Shares a cause with", graph.siblings(node).collect()),
    ];
    for (what, set) in sets {
        let names: Vec<&str> = set.into_iter().map(|other| graph.name(other)).collect();
        if !names.is_empty() {
            text += &format!("\n\n{what}: {}", listed(names));
        }
    }
    text
}

/// Why the line of a proof at a place follows, or does not.
fn line(answer: &Answer, at: usize) -> Option<Hover> {
    let Body::Proof { lines, .. } = &answer.body else { return None };
    let line = lines.iter().find(|line| line.span.start <= at && at <= line.span.end)?;
    let rules = |because: &[crate::answer::Because]| {
        let names: Vec<String> = because.iter().map(|because| because.rule.to_string()).collect();
        if names.is_empty() { "algebra alone".to_owned() } else { names.join(", ") }
    };
    let text = match &line.status {
        LineStatus::Holds { by, .. } => format!("Follows by {}.", rules(by)),
        LineStatus::OtherReason { by, .. } | LineStatus::OtherSeparation { by, .. } => {
            format!("True, but not by the reason given; this would do: {}.", rules(by))
        }
        LineStatus::RuleFails { .. } | LineStatus::Differs { .. } => "Does not follow.".to_owned(),
        LineStatus::Undetermined(why) => format!("Not decided: {}.", why.reason),
    };
    let reason = line.reason.as_deref().map(|reason| format!("\n\n{reason}")).unwrap_or_default();
    Some(Hover { span: line.span, text: format!("{text}{reason}") })
}

/// A name as a word of Markdown.
fn escaped(name: &str) -> String {
    let name = written(name);
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_punctuation() {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}
