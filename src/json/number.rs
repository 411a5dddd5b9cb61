//! What a model answers.

use super::evidence::Object;
use crate::answer::{Comparison, LinearForm, Number, Numbers, NumericalCheck, Sides, float};
use crate::expr::BigRational;
use serde_json::{Value, json};

/// The fields of an answer of kind `number`.
pub(super) fn number(model: &str, answer: &Number, value: &mut Object) {
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    put("model", model.into());
    put("proved", false.into());
    match answer {
        Number::Table(numbers) => table(numbers, &mut put),
        Number::Normal { slots, mean, variance, without } => {
            if slots.is_empty() {
                exact(Some(mean), &mut put);
            } else {
                put("value", Value::Null);
                let slots: Vec<Value> = slots
                    .iter()
                    .map(|(slot, by)| json!({ "of": slot, "value": float(by), "exact": by.to_string() }))
                    .collect();
                put("linear", json!({ "constant": float(mean), "exact": mean.to_string(), "coefficients": slots }));
            }
            if let Some(variance) = variance {
                put("variance", json!({ "value": float(variance), "exact": variance.to_string() }));
            }
            if let Some((mean, variance)) = without {
                let mut without = json!({ "value": float(mean), "exact": mean.to_string() });
                if let Some(variance) = variance {
                    without["variance"] = json!({ "value": float(variance), "exact": variance.to_string() });
                }
                put("without", without);
            }
        }
        Number::Explained(found) => {
            let values: Object =
                found.values.iter().map(|(name, state)| (name.clone(), state.as_str().into())).collect();
            one(Some(&found.probability), found.floating, &mut put);
            put("explanation", values.into());
            let evidence = (!found.floating).then(|| found.evidence.to_string());
            put("evidence", json!({ "value": float(&found.evidence), "exact": evidence }));
        }
        Number::Sensitivity { value, entries, truncated } => {
            exact(Some(value), &mut put);
            let entries = entries.iter().map(|entry| {
                let given = entry.given.iter().map(|(parent, state)| reference(parent, state));
                json!({
                    "of": reference(&entry.variable, &entry.state),
                    "given": given.collect::<Vec<_>>(),
                    "probability": float(&entry.probability),
                    "derivative": float(&entry.derivative),
                    "exact": entry.derivative.to_string(),
                })
            });
            put("sensitivity", entries.collect());
            put("truncated", (*truncated).into());
        }
        Number::Comparison(found) => compared(found, &mut put),
        Number::None(why) => {
            put("value", Value::Null);
            put("reason", why.as_str().into());
        }
    }
}

/// `x=high`
fn reference(name: &str, value: &str) -> String {
    format!("{}={value}", crate::syntax::print::name(name))
}

fn exact(number: Option<&BigRational>, put: &mut dyn FnMut(&str, Value)) {
    put("value", number.map(float).into());
    put("exact", number.map(ToString::to_string).into());
}

/// A number that may be a float: then nothing is known of it exactly, and the field `floating` says so.
fn one(number: Option<&BigRational>, floating: bool, put: &mut dyn FnMut(&str, Value)) {
    if floating {
        put("value", number.map(float).into());
        put("exact", Value::Null);
        put("floating", true.into());
    } else {
        exact(number, put);
    }
}

fn table(numbers: &Numbers, put: &mut dyn FnMut(&str, Value)) {
    if let ([], [(_, value)]) = (numbers.slots.as_slice(), numbers.rows.as_slice()) {
        one(value.as_ref(), numbers.floating, put);
        if value.is_none() {
            put("reason", "a condition has probability zero, or something is divided by zero".into());
        }
    } else {
        put("value", Value::Null);
        if numbers.floating {
            put("floating", true.into());
        }
        put("by", by(numbers));
    }
    if let Some(without) = &numbers.without {
        let mut object = Object::new();
        let mut put_in = |field: &str, content: Value| {
            object.insert(field.to_owned(), content);
        };
        table(without, &mut put_in);
        put("without", object.into());
    }
}

/// `{"holds", "comparison": [{"at", "lhs", "rhs"}]}`; of a linear model, both sides as linear forms.
fn compared(found: &Comparison, put: &mut dyn FnMut(&str, Value)) {
    put("value", Value::Null);
    put("holds", found.holds.into());
    if found.floating {
        put("floating", true.into());
    }
    let number = |number: &BigRational| {
        let exact = (!found.floating).then(|| number.to_string());
        json!({ "value": float(number), "exact": exact })
    };
    let rows: Vec<Value> = match &found.sides {
        Sides::Rows { slots, rows, .. } => rows
            .iter()
            .map(|(at, lhs, rhs)| {
                let at: Vec<String> = slots.iter().zip(at).map(|(slot, value)| format!("{slot}={value}")).collect();
                json!({ "at": at, "lhs": number(lhs), "rhs": number(rhs) })
            })
            .collect(),
        Sides::Forms(forms) => {
            let form = |form: &LinearForm| {
                let slots: Vec<Value> = form
                    .slots
                    .iter()
                    .map(|(slot, by)| json!({ "of": slot, "value": float(by), "exact": by.to_string() }))
                    .collect();
                json!({ "constant": number(&form.mean), "coefficients": slots, "variance": form.variance.as_ref().map(number) })
            };
            forms.iter().map(|(lhs, rhs)| json!({ "lhs": form(lhs), "rhs": form(rhs) })).collect()
        }
    };
    put("comparison", rows.into());
}

fn by(numbers: &Numbers) -> Value {
    let rows = numbers.rows.iter().map(|(at, value)| {
        let at: Vec<String> = numbers.slots.iter().zip(at).map(|(slot, value)| format!("{slot}={value}")).collect();
        let exact = value.as_ref().filter(|_| !numbers.floating).map(ToString::to_string);
        json!({ "at": at, "value": value.as_ref().map(float), "exact": exact })
    });
    rows.collect()
}

/// `[{"model", "agrees", "rows"}]`
pub(super) fn checks(checks: &[NumericalCheck]) -> Value {
    let each = checks.iter().map(|check| {
        let rows = check.rows.iter().map(|row| {
            let at: Vec<String> =
                check.slots.iter().zip(&row.at).map(|(slot, value)| format!("{slot}={value}")).collect();
            json!({
                "at": at,
                "estimand": row.estimand.as_ref().map(float),
                "model": row.model.as_ref().map(float),
                "exact": row.model.as_ref().map(ToString::to_string),
            })
        });
        let mut value = json!({ "model": check.model, "agrees": check.agrees(), "rows": rows.collect::<Vec<_>>() });
        if let Some(why) = &check.reason {
            value["reason"] = why.as_str().into();
        }
        value
    });
    each.collect()
}
