//! One answer, by kind of query.

use super::evidence::{self, Object};
use super::expression::Writer;
use super::place;
use super::proof;
use super::support;
use crate::answer::{Answer, Body, Identified, Refusal, Seconds, SetKind, Verdict};
use crate::expr::Term;
use crate::graph::Node;
use crate::problem::Problem;
use crate::proof::{Evidence, Separation, Statement};
use serde_json::{Value, json};

/// ANSWER, its `id` being that within its file.
pub(super) fn answer(problem: &Problem, answer: &Answer) -> Object {
    let writer = Writer::new(answer);
    let mut value = Object::new();
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    put("id", answer.id.into());
    put("name", answer.name.clone().into());
    put("file", problem.source.name().into());
    put("span", place::span(&problem.source, answer.span));
    put("kind", kind(&answer.body).into());
    put("text", answer.text.as_str().into());
    let mut graph = Object::new();
    graph.insert("name".into(), answer.graph_name.as_str().into());
    graph.extend(evidence::graph(&answer.graph));
    put("graph", graph.into());
    if let Some(source) = &answer.source_graph {
        let mut graph = evidence::graph(&source.graph);
        let latents: Vec<&str> = source.latents.iter().map(|node| source.graph.name(node)).collect();
        graph.shift_insert(1, "latents".into(), latents.into());
        put("source_graph", graph.into());
    }
    if let Some(query) = query(writer, &answer.body) {
        put("query", query);
    }
    put("given", answer.known.iter().map(|term| writer.term(term)).collect());
    put("verdict", verdict_of(&answer.body).map(verdict).into());
    body(writer, &answer.body, &mut value);
    if !answer.definitions.is_empty() {
        value.insert("definitions".into(), writer.definitions());
    }
    support::support(writer, &answer.support, &mut value);
    if let Some(Seconds { identify, derive, check, self_check, support }) = answer.seconds {
        let seconds = json!({
            "identify": identify, "derive": derive, "check": check, "self_check": self_check, "support": support,
        });
        value.insert("seconds".into(), seconds);
    }
    value
}

fn kind(body: &Body) -> &'static str {
    match body {
        Body::Effect { .. } => "effect",
        Body::Contrast { .. } => "contrast",
        Body::Independence { .. } => "independence",
        Body::Equality { .. } => "equality",
        Body::Adjust { .. } => "adjust",
        Body::Implications { .. } => "implications",
        Body::Paths { .. } => "paths",
        Body::Simplify { .. } => "simplify",
        Body::Proof { .. } => "proof",
    }
}

fn verdict_of(body: &Body) -> Option<&Verdict> {
    match body {
        Body::Effect { verdict, .. }
        | Body::Contrast { verdict, .. }
        | Body::Independence { verdict, .. }
        | Body::Equality { verdict, .. }
        | Body::Proof { verdict, .. } => Some(verdict),
        Body::Adjust { .. } | Body::Implications { .. } | Body::Paths { .. } | Body::Simplify { .. } => None,
    }
}

fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Identifiable(_) => "identifiable",
        Verdict::NotIdentifiable(_) => "not_identifiable",
        Verdict::Holds(_) => "holds",
        Verdict::Fails(_) => "fails",
        Verdict::Undetermined(_) => "undetermined",
    }
}

fn query(writer: Writer<'_>, body: &Body) -> Option<Value> {
    Some(match body {
        Body::Effect { term, .. } | Body::Adjust { term, .. } => effect(writer, term),
        Body::Contrast { terms, expr, .. } => {
            let terms: Vec<Value> =
                terms.iter().map(|&(sign, expr)| json!({ "sign": sign, "expr": writer.expr(expr) })).collect();
            json!({ "terms": terms, "expr": writer.expr(*expr) })
        }
        Body::Independence { separation: Separation { x, y, given, cut }, .. } => json!({
            "x": writer.names(x), "y": writer.names(y), "given": writer.names(given),
            "no_incoming": writer.names(&cut.no_incoming), "no_outgoing": writer.names(&cut.no_outgoing),
        }),
        Body::Paths { from, to, given, .. } => json!({
            "from": writer.names(from), "to": writer.names(to), "given": writer.names(given),
        }),
        Body::Simplify { expr, .. } => json!({ "expr": writer.expr(*expr) }),
        Body::Proof { start, .. } => json!({ "expr": writer.expr(*start) }),
        Body::Equality { .. } | Body::Implications { .. } => return None,
    })
}

fn effect(writer: Writer<'_>, term: &Term) -> Value {
    json!({
        "of": writer.variables(term.of()), "do": writer.variables(term.do_()), "given": writer.variables(term.given()),
        "expr": writer.term(term),
    })
}

fn body(writer: Writer<'_>, body: &Body, value: &mut Object) {
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    let names = |nodes: &[Node]| Value::from(nodes.iter().map(|&n| writer.graph.name(n)).collect::<Vec<_>>());
    match body {
        Body::Effect { .. } | Body::Contrast { .. } | Body::Independence { .. } => {}
        Body::Equality { lhs, rhs, .. } => {
            put("lhs", writer.expr(*lhs));
            put("rhs", writer.expr(*rhs));
        }
        Body::Adjust { sets, why_none, truncated, .. } => {
            let sets = sets.iter().map(|found| {
                let mut set = json!({ "kind": set_kind(found.kind), "set": writer.names(&found.set) });
                if let Some(given) = &found.given {
                    set["given"] = writer.names(given).into();
                }
                set["minimal"] = found.minimal.into();
                set["optimal"] = found.optimal.into();
                set
            });
            put("sets", sets.collect());
            put("why_none", why_none.iter().map(String::as_str).collect());
            put("truncated", (*truncated).into());
        }
        Body::Implications { independences, inseparable, basis, verma, truncated } => {
            let independences = independences.iter().map(|found| {
                json!({
                    "x": writer.graph.name(found.x), "y": writer.graph.name(found.y), "given": writer.names(&found.given),
                })
            });
            put("independences", independences.collect());
            put("inseparable", inseparable.iter().map(|&(a, b)| names(&[a, b])).collect());
            let basis = basis.iter().map(|(x, y, given)| {
                json!({ "x": writer.graph.name(*x), "y": writer.names(y), "given": writer.names(given) })
            });
            put("basis", basis.collect());
            let verma = verma.iter().map(|found| {
                json!({
                    "district": writer.names(&found.district),
                    "expr": writer.expr(found.expr),
                    "expr_text": writer.text(found.expr),
                    "independent_of": writer.names(&found.independent_of),
                })
            });
            put("verma", verma.collect());
            put("truncated", (*truncated).into());
        }
        Body::Paths { paths, truncated, .. } => {
            let paths = paths.iter().map(|path| {
                json!({
                    "nodes": names(&path.nodes),
                    "edges": path.edges.iter().map(|edge| edge.arrow()).collect::<Vec<_>>(),
                    "open": path.open,
                    "blocked_by": names(&path.blocked_by),
                })
            });
            put("paths", paths.collect());
            put("truncated", (*truncated).into());
        }
        Body::Simplify { result, .. } => {
            put("result", writer.expr(*result));
            put("result_text", writer.text(*result).into());
        }
        Body::Proof { lines, .. } => {
            put("lines", lines.iter().enumerate().map(|(at, line)| proof::line(writer, at + 1, line)).collect());
        }
    }
    if let Some(verdict) = verdict_of(body) {
        found(writer, body, verdict, value);
    }
}

fn set_kind(kind: SetKind) -> &'static str {
    match kind {
        SetKind::Adjustment => "adjustment",
        SetKind::FrontDoor => "front-door",
        SetKind::Instrument => "instrument",
    }
}

/// What belongs to a verdict.
fn found(writer: Writer<'_>, body: &Body, verdict: &Verdict, value: &mut Object) {
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    match verdict {
        Verdict::Identifiable(found) => {
            put("estimand", writer.expr(found.estimand));
            put("estimand_text", writer.text(found.estimand).into());
            put("estimand_latex", writer.latex(found.estimand).into());
            put("strategy", found.strategy.into());
            if !found.alternatives.is_empty() {
                put("alternatives", found.alternatives.iter().map(|other| alternative(writer, other)).collect());
            }
            put("free", writer.references(&found.free).into());
            put("assumes_positive", found.assumes_positive.iter().map(|term| writer.term(term)).collect());
            if let Some(derivation) = derivation(writer, found) {
                put("derivation", derivation);
            }
        }
        // A proof's evidence stands with its lines.
        Verdict::Holds(_) | Verdict::Fails(_) if matches!(body, Body::Proof { .. }) => {}
        Verdict::NotIdentifiable(checked) | Verdict::Holds(checked) | Verdict::Fails(checked) => {
            match checked.evidence() {
                Evidence::Hedge(hedge, models) => {
                    put("hedge", evidence::hedge(writer, hedge));
                    if let Some(models) = models {
                        put("witness", evidence::witness(writer, models));
                    }
                }
                Evidence::CounterModel(models) => {
                    if let Body::Equality { .. } = body {
                        put("countermodel", evidence::countermodel(writer, models));
                    } else {
                        put("witness", evidence::witness(writer, models));
                    }
                }
                Evidence::Separation => {
                    if let Body::Independence { separation, .. } = body {
                        put("separation", evidence::separation(writer, separation));
                    }
                }
                Evidence::OpenPath(path) => put("open_path", evidence::open_path(writer, path)),
                Evidence::Derivation(derivation) => {
                    if let Body::Equality { lhs, rhs, .. } = body
                        && !derivation.steps.is_empty()
                    {
                        put("derivation", evidence::derivation(writer, derivation, *lhs, *rhs));
                    }
                }
            }
        }
        Verdict::Undetermined(why) => {
            put("reason", why.reason.as_str().into());
            if let Some(refused) = &why.refused {
                put("refused", refusal(refused));
            }
        }
    }
}

fn derivation(writer: Writer<'_>, found: &Identified) -> Option<Value> {
    let Statement::Identifiable { query, .. } = found.checked.claim().statement else {
        return None;
    };
    let Evidence::Derivation(steps) = found.checked.evidence() else {
        return None;
    };
    // No step is needed where query and estimand are the same expression.
    let told = !steps.steps.is_empty() || query == found.estimand;
    told.then(|| evidence::derivation(writer, steps, query, found.estimand))
}

fn alternative(writer: Writer<'_>, other: &Identified) -> Value {
    let mut value = json!({
        "strategy": other.strategy,
        "estimand": writer.expr(other.estimand),
        "estimand_text": writer.text(other.estimand),
    });
    if let Some(derivation) = derivation(writer, other) {
        value["derivation"] = derivation;
    }
    value
}

pub(super) fn refusal(refused: &Refusal) -> Value {
    json!({ "step": refused.step, "reason": refused.reason })
}
