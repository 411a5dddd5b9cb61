//! What stands beside a verdict: `advice`, `rests_on`, `fragile`, `self_check`, `constraints`. `docs/json.md` gives the
//! shapes.

use super::evidence::{self, Object};
use super::expression::Writer;
use crate::answer::{Absent, Advice, Cause, Constraint, Found, Fragile, FragileStatus, Ledger, SelfCheck, Support};
use crate::proof::{Evidence, Separation};
use crate::syntax::print::{self, Style};
use serde_json::{Value, json};

pub(super) fn support(writer: Writer<'_>, support: &Support, value: &mut Object) {
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    if let Some(found) = &support.advice {
        put("advice", advice(writer, found));
    }
    if let Some(found) = &support.rests_on {
        put("rests_on", rests_on(writer, found));
    }
    if let Some(found) = &support.self_check {
        put("self_check", self_check(found));
    }
    if let Some(found) = &support.fragile {
        put("fragile", fragile(writer, found));
    }
    if !support.constraints.is_empty() {
        put("constraints", support.constraints.iter().map(|found| constraint(writer, found)).collect());
    }
}

fn advice(writer: Writer<'_>, advice: &Advice) -> Value {
    let measure = advice.measure.iter().map(|set| {
        let causes = set.causes.iter().map(|cause| match cause {
            Cause::Latent(name) => json!({ "latent": name }),
            Cause::Shared { a, b, name } => json!({ "common_cause_of": [a, b], "name": name }),
        });
        found(&set.found, json!({ "causes": causes.collect::<Vec<_>>() }))
    });
    let randomise = advice.randomise.iter().map(|one| {
        let head = json!({ "variable": writer.graph.name(one.variable), "given": writer.term(&one.known) });
        found(&one.found, head)
    });
    let related = advice.related.iter().map(|one| {
        let text = print::expr(&crate::problem::lift::term(writer.graph, writer.arena, &one.term), Style::Ascii);
        found(&one.found, json!({ "text": text, "kind": one.kind.name(), "expr": writer.term(&one.term) }))
    });
    json!({
        "measure": measure.collect::<Vec<_>>(),
        "randomise": randomise.collect::<Vec<_>>(),
        "related": related.collect::<Vec<_>>(),
        "identifications": advice.identifications,
        "stopped": advice.stopped,
    })
}

/// How a suggestion is answered.
fn found(found: &Found, mut value: Value) -> Value {
    value["strategy"] = found.strategy.into();
    value["estimand_text"] = found.estimand.as_ref().map(|tree| print::expr(tree, Style::Ascii)).into();
    value
}

fn rests_on(writer: Writer<'_>, ledger: &Ledger) -> Value {
    let name = |node| writer.graph.name(node);
    let rest = |edge: &Absent, mut value: Value| {
        value["steps"] = edge.steps.clone().into();
        value["testable"] = edge.testable.as_ref().map_or(Value::Null, |test| {
            let Separation { x, y, given, .. } = &test.separation;
            json!({ "x": x.first().map(name), "y": y.first().map(name), "given": writer.names(given) })
        });
        value
    };
    let causes = ledger.common_causes.iter().map(|edge| rest(edge, json!({ "between": [name(edge.a), name(edge.b)] })));
    let arrows = ledger.arrows.iter().map(|edge| rest(edge, json!({ "from": name(edge.a), "to": name(edge.b) })));
    json!({
        "absent_common_causes": causes.collect::<Vec<_>>(),
        "absent_arrows": arrows.collect::<Vec<_>>(),
        "counts": { "absent_common_causes": ledger.counts[0], "absent_arrows": ledger.counts[1] },
        "separations": ledger.separations,
        "looked_at": ledger.looked_at,
        "tested": ledger.tested,
    })
}

fn self_check(check: &SelfCheck) -> Value {
    match check {
        SelfCheck::Held { estimands, models, cells } => {
            json!({ "outcome": "held", "estimands": estimands, "models": models, "cells": cells })
        }
        SelfCheck::Omitted { limit } => json!({ "outcome": "omitted", "limit": limit }),
        SelfCheck::Failed { reason } => json!({ "outcome": "failed", "reason": reason }),
    }
}

fn fragile(writer: Writer<'_>, fragile: &Fragile) -> Value {
    let edges = fragile.edges.iter().map(|edge| {
        let mut value = json!({
            "edge": [writer.graph.name(edge.a), edge.edge.arrow(), writer.graph.name(edge.b)],
            "status": edge.status.name(),
        });
        if let FragileStatus::Wrong(checked) = &edge.status
            && let Evidence::CounterModel(model) = checked.evidence()
        {
            value["countermodel"] = evidence::countermodel(writer, model);
        }
        value
    });
    json!({ "edges": edges.collect::<Vec<_>>(), "tried": fragile.tried, "truncated": fragile.truncated })
}

fn constraint(writer: Writer<'_>, constraint: &Constraint) -> Value {
    let (lhs, rhs) = (constraint.lhs, constraint.rhs);
    json!({
        "lhs": writer.expr(lhs), "rhs": writer.expr(rhs),
        "text": format!("{} == {}", writer.text(lhs), writer.text(rhs)),
    })
}
