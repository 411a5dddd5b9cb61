//! A graph for another program: what it has no place for is taken out first, and told.

use super::model::{Model, Question, renamed, some};
use super::{
    Format, Target, Variable, causaleffect, dagitty, diagnostics, dosearch, dot, gml, graphml, json, lavaan, pictures,
    python,
};
use crate::graph::GraphError;
use crate::problem::{Problem, QueryKind};
use crate::source::Diagnostic;

/// A graph as another program reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written {
    /// The text of the file.
    pub text: String,
    /// What it does not hold, each a sentence without a full stop.
    pub lost: Vec<String>,
}

/// Which of the things a [`Model`] holds have a place in a format.
struct Room {
    latents: bool,
    exposures: bool,
    adjusted: bool,
    positions: bool,
    labels: bool,
    name: bool,
}

const fn room(target: Target) -> Room {
    let all = Room { latents: true, exposures: true, adjusted: true, positions: true, labels: true, name: true };
    let none = Room { latents: false, exposures: false, adjusted: false, positions: false, labels: false, name: false };
    match target {
        Target::Format(Format::Dot | Format::Gml | Format::Graphml | Format::Json) => all,
        Target::Format(Format::Dagitty) => Room { labels: false, ..all },
        Target::Format(Format::Lavaan) | Target::Mermaid => Room { latents: true, ..none },
        Target::Format(Format::Causaleffect | Format::Dosearch) | Target::Y0 => none,
        Target::Pgmpy | Target::Dowhy => Room { latents: true, exposures: true, ..none },
        Target::Latex => Room { latents: true, positions: true, ..none },
    }
}

/// Writes a graph of a file and, where the format has a place for it, the first effect asked of that graph. The warnings
/// tell what was not carried over.
///
/// # Errors
/// There is no such graph, or the format knows no latent variables and the graph is too large without them.
pub fn export(problem: &Problem, graph: usize, target: Target) -> Result<(String, Vec<Diagnostic>), Diagnostic> {
    let source = &problem.source;
    let Some((model, mut lost)) = Model::of(problem, graph) else {
        return Err(diagnostics::empty_graph(source, crate::source::Span::default(), false));
    };
    let written = write(&model, question(problem, graph).as_ref(), target)
        .map_err(|_| diagnostics::graph_too_large(source, crate::source::Span::default()))?;
    for what in &mut lost {
        *what = format!("{} has no place for {what}", target.title());
    }
    lost.extend(written.lost);
    Ok((written.text, lost.into_iter().map(|what| diagnostics::lost(source, what)).collect()))
}

/// The first effect asked of a graph.
fn question(problem: &Problem, graph: usize) -> Option<Question> {
    let (_, entry) = problem.graphs.get_index(graph)?;
    problem.queries.iter().filter(|query| query.graph == graph).find_map(|query| {
        let QueryKind::Effect(term) = &query.kind else { return None };
        let names = |references: &[crate::expr::Ref]| -> Vec<String> {
            references.iter().filter_map(|reference| entry.measured.get(reference.var.index()).cloned()).collect()
        };
        Some(Question { of: names(term.of()), set: names(term.do_()), given: names(term.given()) })
    })
}

/// Writes a graph, and a question of it where the format has a place for one.
///
/// # Errors
/// The format knows no latent variables, and the graph is too large without them.
pub fn write(model: &Model, question: Option<&Question>, target: Target) -> Result<Written, GraphError> {
    let room = room(target);
    let title = target.title();
    let mut lost = Vec::new();
    let mut model = model.clone();
    let names = |model: &Model, which: &dyn Fn(&Variable) -> bool| -> Vec<String> {
        model.variables.iter().filter(|variable| which(variable)).map(|variable| variable.name.clone()).collect()
    };
    let latents = names(&model, &|variable| variable.latent);
    if !room.latents && !latents.is_empty() {
        model = model.projected()?;
        lost.push(format!(
            "{title} knows no latent variables: `<->` edges between what they cause stand for {}",
            some(&latents)
        ));
    }
    if target == Target::Format(Format::Lavaan) {
        without_idle_latents(&mut model, &mut lost);
    }
    if model.name.is_some() && !room.name {
        // The name of a graph means nothing outside its file.
        model.name = None;
    }
    let roles = names(&model, &|variable| variable.exposure || variable.outcome);
    // A question says the same.
    if !room.exposures && !roles.is_empty() && (question.is_none() || target != Target::Y0 && !asks(target)) {
        lost.push(format!("{title} has no place for exposures and outcomes ({})", some(&roles)));
    }
    let adjusted = names(&model, &|variable| variable.adjusted);
    if !room.adjusted && !adjusted.is_empty() {
        lost.push(format!("{title} has no place for what is adjusted for ({})", some(&adjusted)));
    }
    let placed = names(&model, &|variable| variable.position.is_some());
    if !room.positions && !placed.is_empty() {
        lost.push(format!("{title} has no place for positions ({})", some(&placed)));
    }
    let labelled = names(&model, &|variable| variable.label.is_some());
    if !room.labels && !labelled.is_empty() {
        lost.push(format!("{title} has no place for the `///` lines above variables ({})", some(&labelled)));
    }
    for variable in &mut model.variables {
        variable.exposure &= room.exposures;
        variable.outcome &= room.exposures;
        variable.adjusted &= room.adjusted;
        variable.position = variable.position.filter(|_| room.positions);
        variable.label = variable.label.take().filter(|_| room.labels);
    }
    let question = rename(&mut model, question.cloned(), target, &mut lost);
    let question = question.as_ref();
    if target == Target::Format(Format::Dosearch) {
        let alone = alone(&model);
        if !alone.is_empty() {
            lost.push(format!(
                "dosearch has no place for variables without edges ({}) but among the data",
                some(&alone)
            ));
        }
    }
    if matches!(target, Target::Pgmpy | Target::Dowhy) && !model.bidirected.is_empty() {
        lost.push(format!("{title} has no `<->` edges: each stands there as a latent variable U_… of its own"));
    }
    let text = match target {
        Target::Format(Format::Dagitty) => dagitty::write(&model, question),
        Target::Format(Format::Dot) => dot::write(&model),
        Target::Format(Format::Gml) => gml::write(&model),
        Target::Format(Format::Graphml) => graphml::write(&model),
        Target::Format(Format::Causaleffect) => causaleffect::write(&model, question),
        Target::Format(Format::Dosearch) => dosearch::write(&model, question),
        Target::Format(Format::Lavaan) => lavaan::write(&model),
        Target::Format(Format::Json) => json::write(&model),
        Target::Y0 => python::y0(&model, question),
        Target::Pgmpy => python::pgmpy(&model),
        Target::Dowhy => python::dowhy(&model, question),
        Target::Latex => pictures::tikz(&model),
        Target::Mermaid => pictures::mermaid(&model),
    };
    Ok(Written { text, lost })
}

/// Whether a question is written beside the graph.
const fn asks(target: Target) -> bool {
    matches!(
        target,
        Target::Y0 | Target::Dowhy | Target::Format(Format::Causaleffect | Format::Dosearch | Format::Dagitty)
    )
}

/// lavaan declares a latent variable by what it causes; one that causes nothing says nothing either.
fn without_idle_latents(model: &mut Model, lost: &mut Vec<String>) {
    let mut dropped = Vec::new();
    loop {
        let mut causes = vec![false; model.variables.len()];
        for &(from, _) in &model.directed {
            if let Some(causes) = causes.get_mut(from) {
                *causes = true;
            }
        }
        let keep: Vec<bool> = model.variables.iter().zip(&causes).map(|(v, causes)| !v.latent || *causes).collect();
        if keep.iter().all(|keep| *keep) {
            break;
        }
        // What a latent variable without effects shares a cause with is nobody's concern.
        let mut new = vec![None; keep.len()];
        let mut next = 0;
        for (i, kept) in keep.iter().enumerate() {
            if *kept {
                new[i] = Some(next);
                next += 1;
            } else {
                dropped.push(model.variables[i].name.clone());
            }
        }
        let moved = |edges: &[(usize, usize)]| -> Vec<(usize, usize)> {
            edges
                .iter()
                .filter_map(|&(a, b)| new.get(a).copied().flatten().zip(new.get(b).copied().flatten()))
                .collect()
        };
        (model.directed, model.bidirected) = (moved(&model.directed), moved(&model.bidirected));
        let mut keep = keep.into_iter();
        model.variables.retain(|_| keep.next().unwrap_or(true));
    }
    if !dropped.is_empty() {
        lost.push(format!("lavaan has no place for latent variables that cause nothing ({})", some(&dropped)));
    }
}

/// New names for what the format cannot write.
fn rename(model: &mut Model, question: Option<Question>, target: Target, lost: &mut Vec<String>) -> Option<Question> {
    let old: Vec<String> = model.variables.iter().map(|variable| variable.name.clone()).collect();
    let names: Vec<&str> = old.iter().map(String::as_str).collect();
    let new = match target {
        Target::Format(Format::Dosearch) => renamed(&names, &dosearch::is_name, &dosearch::letter),
        Target::Format(Format::Lavaan) => renamed(&names, &lavaan::is_name, &lavaan::letter),
        Target::Y0 => renamed(&names, &python::is_y0_name, &|_| true),
        // XML has no way to write most control characters.
        Target::Format(Format::Graphml) => renamed(&names, &|name| name.chars().all(graphml::is_xml), &graphml::is_xml),
        Target::Format(Format::Dagitty | Format::Dot | Format::Gml | Format::Causaleffect | Format::Json)
        | Target::Pgmpy
        | Target::Dowhy
        | Target::Latex
        | Target::Mermaid => return question,
    };
    let changed: Vec<(&String, &String)> = old.iter().zip(&new).filter(|(old, new)| old != new).collect();
    if changed.is_empty() {
        return question;
    }
    let all: Vec<String> = changed.iter().map(|(old, new)| format!("{old} as {new}")).take(5).collect();
    let more =
        if changed.len() > all.len() { format!(", and {} more", changed.len() - all.len()) } else { String::new() };
    lost.push(format!(
        "{} cannot write some names; they stand there under others: {}{more}",
        target.title(),
        all.join(", ")
    ));
    let map: rustc_hash::FxHashMap<&String, &String> = changed.into_iter().collect();
    let question = question.map(|mut question| {
        for name in question.of.iter_mut().chain(&mut question.set).chain(&mut question.given) {
            if let Some(new) = map.get(name) {
                *name = (*new).clone();
            }
        }
        question
    });
    for (variable, new) in model.variables.iter_mut().zip(&new) {
        variable.name.clone_from(new);
    }
    question
}

/// Variables without edges.
fn alone(model: &Model) -> Vec<String> {
    let mut joined = vec![false; model.variables.len()];
    for &(a, b) in model.directed.iter().chain(&model.bidirected) {
        for end in [a, b] {
            if let Some(joined) = joined.get_mut(end) {
                *joined = true;
            }
        }
    }
    model
        .variables
        .iter()
        .zip(joined)
        .filter(|(_, joined)| !joined)
        .map(|(variable, _)| variable.name.clone())
        .collect()
}
