//! What a graph says beyond independences: functionals that do not depend on a variable, estimands that must agree.

use super::{Tested, columns, listed, named, wald};
use crate::answer::{Answer, Body, Verdict, Verma};
use crate::data::Counts;
use crate::estimate::Estimand;
use crate::estimate::compile::{Data, Program, compile};
use crate::expr::{Arena, ExprId, Ref};
use crate::graph::Node;

/// Tests one Verma constraint; None where it cannot be evaluated on the counts.
pub(super) fn verma(answer: &Answer, found: &Verma, counts: &Counts, columns: &[Option<usize>]) -> Option<Tested> {
    let graph = &*answer.graph;
    let data = Data { counts, columns, numeric: None };
    let over = answer.arena.free(found.expr).to_vec();
    let apart: Vec<usize> =
        (0..over.len()).filter(|&at| found.independent_of.contains(Node::new(over[at].var.index()))).collect();
    let differences = across(data, &answer.arena, found.expr, &over, &apart)?;
    let district: Vec<String> = found.district.iter().map(|node| named(graph, node)).collect();
    let from: Vec<String> = found.independent_of.iter().map(|node| named(graph, node)).collect();
    let doubts = found
        .independent_of
        .iter()
        .flat_map(|a| found.district.iter().map(move |b| (graph.name(a).to_owned(), graph.name(b).to_owned())));
    Some(Tested {
        test: "verma",
        claim: format!("{} has no way to {} but through what lies between", listed(&from), listed(&district)),
        otherwise: format!("look for an edge from {} into {}", listed(&from), listed(&district)),
        found: wald::test(&differences, counts)?,
        doubts: doubts.filter(|(a, b)| a != b).collect(),
    })
}

/// An expression's differences along some of its references, each from its first level.
fn across(data: Data<'_>, arena: &Arena, expr: ExprId, over: &[Ref], apart: &[usize]) -> Option<Vec<(f64, Vec<f64>)>> {
    let sizes = over.iter().map(|r| Some(data.levels(r.var).ok()?.len())).collect::<Option<Vec<_>>>()?;
    let cells: usize = sizes.iter().product();
    if apart.is_empty() || !wald::affordable(cells, data.counts) {
        return None;
    }
    let program = compile(data, arena, expr, over, &[]).ok()?;
    let numbers = wald::Numbers::of(&program, data.counts);
    let strides: Vec<usize> = (0..sizes.len()).map(|at| sizes[at + 1..].iter().product()).collect();
    let differences: Vec<_> = (0..cells)
        .filter_map(|cell| {
            let first = apart.iter().fold(cell, |first, &at| first - (first / strides[at] % sizes[at]) * strides[at]);
            if first == cell { None } else { numbers.less(cell, &numbers, first) }
        })
        .collect();
    (!differences.is_empty()).then_some(differences)
}

/// Tests that the estimands of an answer agree with the preferred one, and that one with open references with itself.
pub(super) fn estimands(answer: &Answer, counts: &Counts) -> Vec<Tested> {
    let (Body::Effect { verdict: Verdict::Identifiable(found), .. }
    | Body::Contrast { verdict: Verdict::Identifiable(found), .. }) = &answer.body
    else {
        return Vec::new();
    };
    let graph = &*answer.graph;
    let columns = columns(graph, counts);
    let data = Data { counts, columns: &columns, numeric: None };
    let Some(first) = Estimand::new(&answer.arena, &found.checked) else { return Vec::new() };
    let (arena, name) = (&answer.arena, answer.name.clone().unwrap_or_else(|| answer.text.clone()));
    let asked = arena.free(first.query).to_vec();
    let mut tested = Vec::new();
    for found in std::iter::once(&**found).chain(&found.alternatives).filter(|found| !found.free.is_empty()) {
        let over: Vec<Ref> = asked.iter().chain(&found.free).copied().collect();
        let apart: Vec<usize> = (asked.len()..over.len()).collect();
        let Some(differences) = across(data, arena, found.estimand, &over, &apart) else { continue };
        let Some(result) = wald::test(&differences, counts) else { continue };
        let free: Vec<String> = found.free.iter().map(|r| named(graph, Node::new(r.var.index()))).collect();
        tested.push(Tested {
            test: "equal-estimands",
            claim: format!("the formula for {name} gives the same number whatever {} is", listed(&free)),
            otherwise: format!("look for an edge from {} that the graph lacks", listed(&free)),
            found: result,
            doubts: Vec::new(),
        });
    }
    let fits = |program: &Program| wald::affordable(program.tape.results(), counts);
    let preferred = compile(data, arena, first.expr, &asked, &[]).ok().filter(fits);
    let Some(preferred) = preferred.map(|program| wald::Numbers::of(&program, counts)) else { return tested };
    for other in found.alternatives.iter().filter(|other| other.free.is_empty()) {
        let Some(estimand) = Estimand::new(arena, &other.checked) else { continue };
        let Ok(program) = compile(data, arena, estimand.expr, &asked, &[]) else { continue };
        let numbers = wald::Numbers::of(&program, counts);
        let differences: Vec<_> = (0..numbers.values.len()).filter_map(|at| numbers.less(at, &preferred, at)).collect();
        let Some(result) = wald::test(&differences, counts) else { continue };
        tested.push(Tested {
            test: "equal-estimands",
            claim: format!("to {} and to {} give the same number for {name}", found.how, other.how),
            otherwise: "one of the two rests on an edge that is missing".to_owned(),
            found: result,
            doubts: Vec::new(),
        });
    }
    tested
}
