//! What data say of an answer.

use super::evidence::Object;
use super::place;
use crate::estimate::refute::Refutation;
use crate::estimate::{Estimate, Interval, Number, Positivity};
use crate::source::Diagnostic;
use crate::syntax::print;
use serde_json::{Value, json};

/// An estimate with the time it took.
#[derive(Clone, Copy, Debug)]
pub struct Estimated<'a> {
    /// The estimate.
    pub estimate: &'a Estimate,
    /// Seconds spent on reading the data and on the estimate, where a clock was lent.
    pub seconds: Option<(f64, f64)>,
}

/// The document for some estimates, in the order given.
#[must_use]
pub fn estimates(estimates: &[Estimated<'_>], diagnostics: &[Diagnostic]) -> Value {
    json!({
        "schema": "whatif/1",
        "estimates": estimates.iter().map(one).collect::<Vec<_>>(),
        "diagnostics": diagnostics.iter().map(place::diagnostic).collect::<Vec<_>>(),
    })
}

/// The document for attempts to refute, in the order given.
#[must_use]
pub fn refutations(refutations: &[Refutation], diagnostics: &[Diagnostic]) -> Value {
    json!({
        "schema": "whatif/1",
        "refutations": refutations.iter().map(refutation).collect::<Vec<_>>(),
        "diagnostics": diagnostics.iter().map(place::diagnostic).collect::<Vec<_>>(),
    })
}

/// What the `estimate` and `refute` lines of a file came to.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    /// The file's name.
    pub file: &'a str,
    /// Its estimates, in order.
    pub estimates: &'a [Estimated<'a>],
    /// Its attempts to refute, in order.
    pub refutations: &'a [&'a Refutation],
}

/// Adds what the lines of some files came to to the document of their answers: `estimates` and `refutations`, each where
/// there are any, with the `file` that each is of.
pub fn add_data(document: &mut Value, data: &[Data<'_>]) {
    let named = |file: &str, mut value: Value| {
        value["file"] = file.into();
        value
    };
    let estimates = data.iter().flat_map(|own| own.estimates.iter().map(|each| named(own.file, one(each))));
    let refutations = data.iter().flat_map(|own| own.refutations.iter().map(|each| named(own.file, refutation(each))));
    for (field, values) in [("estimates", estimates.collect::<Vec<_>>()), ("refutations", refutations.collect())] {
        if !values.is_empty() {
            document[field] = values.into();
        }
    }
}

fn refutation(one: &Refutation) -> Value {
    let doubts: Vec<[&str; 2]> = one.doubts.iter().map(|(a, b)| [a.as_str(), b.as_str()]).collect();
    let mut value = json!({
        "query": one.query,
        "test": one.test,
        "verdict": one.verdict.name(),
        "sentence": one.sentence,
        "statistic": one.statistic.map(|(statistic, _)| statistic),
        "degrees_of_freedom": one.statistic.map(|(_, freedom)| freedom),
        "p": one.p,
        "p_adjusted": one.adjusted,
        "size": one.size,
        "rows_needed": one.rows_needed,
        "doubts": doubts,
    });
    if let Some(robustness) = &one.robustness {
        let (estimate, se, freedom) = robustness.regression;
        let benchmarks = robustness.benchmarks.iter().map(|own| {
            json!({
                "covariate": own.covariate,
                "of_treatment": own.explains.0,
                "of_outcome": own.explains.1,
                "left": own.left,
                "interval": interval(Some(own.interval)),
                "times": own.times,
            })
        });
        value["robustness"] = json!({
            "estimate": estimate,
            "se": se,
            "degrees_of_freedom": freedom,
            "partial_r2": robustness.partial_r2,
            "value": robustness.value,
            "of_interval": robustness.of_interval,
            "benchmarks": benchmarks.collect::<Vec<_>>(),
        });
    }
    value
}

fn one(estimated: &Estimated<'_>) -> Value {
    let estimate = estimated.estimate;
    let mut value = Object::new();
    let mut put = |field: &str, content: Value| {
        value.insert(field.to_owned(), content);
    };
    put("name", estimate.name.clone().into());
    put("text", estimate.text.as_str().into());
    put("strategy", estimate.strategy.into());
    let formula = Some(estimate.estimand_text.as_str()).filter(|text| !text.is_empty());
    put("estimand_text", formula.into());
    put("method", estimate.method.name().into());
    put("rows", estimate.rows.into());
    let scalar = estimate.numbers.first().filter(|_| estimate.slots.is_empty());
    put("value", scalar.and_then(|number| number.value).into());
    put("se", scalar.and_then(|number| number.se).into());
    put("interval", interval(scalar.and_then(|number| number.interval)));
    put("level", estimate.level.into());
    put("naive", scalar.and_then(|number| number.naive).into());
    let by = estimate.numbers.iter().filter(|_| !estimate.slots.is_empty());
    put("by", by.map(|number| number_at(&estimate.slots, number)).collect());
    put("positivity", positivity(&estimate.positivity));
    put("warnings", estimate.warnings.clone().into());
    if !estimate.notes.is_empty() {
        put("notes", estimate.notes.clone().into());
    }
    if let Some(overlap) = &estimate.overlap {
        put("overlap", json!({ "arms": overlap.arms, "edges": overlap.edges, "rows": overlap.rows }));
    }
    if let Some(used) = &estimate.instrument {
        put(
            "instrument",
            json!({
                "name": used.name,
                "given": used.given,
                "first_stage_f": used.first_stage_f,
                "anderson_rubin": interval(used.anderson_rubin),
            }),
        );
    }
    if let Some(reason) = &estimate.reason {
        put("reason", reason.as_str().into());
    }
    if !estimate.taken.is_empty() {
        put("taken", estimate.taken.iter().map(|(name, level)| reference(name, level)).collect::<Vec<_>>().into());
    }
    if let Some(resampled) = estimate.resampled {
        put("bootstrap", json!({ "replicates": resampled.replicates, "undefined": resampled.undefined }));
    }
    if let Some((read, estimate)) = estimated.seconds {
        put("seconds", json!({ "read": read, "estimate": estimate }));
    }
    value.into()
}

fn number_at(slots: &[String], number: &Number) -> Value {
    let at: Vec<String> = slots.iter().zip(&number.at).map(|(slot, level)| format!("{slot}={level}")).collect();
    json!({
        "at": at, "value": number.value, "se": number.se, "interval": interval(number.interval), "naive": number.naive,
    })
}

fn positivity(found: &Positivity) -> Value {
    let empty = found.empty.iter().map(|at| at.iter().map(|(name, level)| reference(name, level)).collect::<Vec<_>>());
    let mut value = json!({
        "holds": found.holds, "empty": empty.collect::<Vec<_>>(), "rows_affected": whole(found.rows_affected),
    });
    if let Some(applies) = &found.applies_to {
        value["applies_to"] = applies.as_str().into();
    }
    value
}

/// A count as a whole number where it is one; weights may leave it none.
fn whole(count: f64) -> Value {
    if count.fract() == 0.0 && (0.0..9e15).contains(&count) { (count as u64).into() } else { count.into() }
}

fn interval(interval: Option<Interval>) -> Value {
    interval.map_or(Value::Null, |(low, high)| json!([low, high]))
}

/// `x=high`
fn reference(name: &str, level: &str) -> String {
    format!("{}={level}", print::name(name))
}
