//! Lines of a reader's proof.

use super::answer::refusal;
use super::evidence;
use super::expression::Writer;
use crate::answer::{Because, CheckedLine, LineStatus};
use crate::proof::{Evidence, Statement};
use serde_json::{Value, json};

/// `{"n", "expr", "status", "rule", "requires", "reason", "countermodel"}`, and `derivation`, `open_path`, `refused` where
/// there is one. `rule` names the rules, separated by commas: those given, else those found.
pub(super) fn line(writer: Writer<'_>, n: usize, line: &CheckedLine) -> Value {
    let status = &line.status;
    let (by, open, refused): (&[Because], _, _) = match status {
        LineStatus::Holds { by, .. } => (by, None, None),
        LineStatus::OtherReason { by, .. } | LineStatus::OtherSeparation { by, .. } => (by, None, None),
        LineStatus::RuleFails { needs, open, .. } => (std::slice::from_ref(needs), Some(open), None),
        LineStatus::Differs { .. } => (&[], None, None),
        LineStatus::Undetermined(why) => (&[], None, why.refused.as_ref()),
    };
    let named = if line.given.is_empty() { by } else { &line.given };
    let mut rules: Vec<&str> = named.iter().map(|because| because.rule.name()).collect();
    rules.dedup();
    let requires: Vec<Value> = by
        .iter()
        .filter_map(|because| because.separation.as_ref())
        .map(|separation| evidence::separation(writer, separation))
        .collect();
    let countermodel = status.countermodel().and_then(|checked| match checked.evidence() {
        Evidence::CounterModel(model) => Some(evidence::countermodel(writer, model)),
        Evidence::Derivation(_) | Evidence::Hedge(..) | Evidence::Separation | Evidence::OpenPath(_) => None,
    });
    let mut value = json!({
        "n": n,
        "expr": writer.expr(line.expr),
        "status": status.name(),
        "rule": (!rules.is_empty()).then(|| rules.join(", ")),
        "requires": requires,
        "reason": line.reason,
        "countermodel": countermodel,
    });
    if let Some(checked) = status.derivation()
        && let (Evidence::Derivation(derivation), &Statement::Equal(lhs, rhs)) =
            (checked.evidence(), &checked.claim().statement)
    {
        value["derivation"] = evidence::derivation(writer, derivation, lhs, rhs);
    }
    if let Some(Evidence::OpenPath(path)) = open.map(|checked| checked.evidence()) {
        value["open_path"] = evidence::open_path(writer, path);
    }
    if let Some(refused) = refused {
        value["refused"] = refusal(refused);
    }
    value
}
