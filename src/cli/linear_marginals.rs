//! `whatif marginals` of a linear model: each variable's mean and standard deviation, exact until they are printed.

use super::loaded::Loaded;
use super::marginals::{Seconds, field, heading};
use super::network::real_settings;
use super::network_args::{Marginals, MarginalsFormat};
use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};
use serde_json::{Map, Value, json};
use std::time::Instant;
use unicode_width::UnicodeWidthStr;
use whatif::answer::decimal;
use whatif::model::{Ask, Atom, Linear, Of, Point, Question, Role, Setting, Slot, Term, To, evaluate_linear};
use whatif::source::Diagnostic;

/// A variable's name, mean and variance.
type Normal = (String, BigRational, BigRational);

/// Every marginal, as text.
pub fn marginals(args: &Marginals, loaded: &Loaded, linear: &Linear, load: f64) -> Result<String, Vec<Diagnostic>> {
    let given = real_settings(linear, "--given", &args.given).map_err(|found| vec![found])?;
    let set = real_settings(linear, "--do", &args.do_).map_err(|found| vec![found])?;
    let told =
        |code, message: &str, help| vec![super::input::without_place(code, &loaded.name, message.to_owned(), help)];
    if args.sample.is_some() {
        return Err(told(
            "whatif::linear_sample",
            "a linear model's means and deviations are computed exactly, and not estimated",
            "leave out --sample; whatif simulate draws rows",
        ));
    }
    let start = Instant::now();
    let mut world: Vec<Setting> =
        set.into_iter().map(|(variable, number)| Setting { variable, to: To::Point(Point::Number(number)) }).collect();
    Setting::sort(&mut world);
    let atom = |variable| Atom { variable, world: world.clone() };
    let given: Vec<(Atom, Point)> =
        given.into_iter().map(|(variable, number)| (atom(variable), Point::Number(number))).collect();
    let mut found: Vec<Normal> = Vec::new();
    for (variable, role) in loaded.roles.iter().enumerate() {
        if *role == Role::Exogenous {
            continue;
        }
        let name = linear.variables[variable].name.clone();
        let term = Term { of: Of::Mean(atom(variable)), given: given.clone() };
        let slots = vec![Slot { variable, name: name.clone() }];
        match evaluate_linear(linear, &Question { slots, free: Vec::new(), ask: Ask::Term(term) }) {
            Ok(Some(normal)) => found.push((name, normal.mean.constant, normal.variance.unwrap_or_else(Zero::zero))),
            Ok(None) => {
                return Err(told(
                    "whatif::impossible_evidence",
                    "the evidence is impossible: the model says that a variable given is certain, and at another value",
                    "under this model (and what --do sets) what --given says never happens; leave some of it out",
                ));
            }
            // A mean given numbers is always linear.
            Err(_) => {}
        }
    }
    let infer = start.elapsed().as_secs_f64();
    Ok(match args.format {
        MarginalsFormat::Json => {
            format!("{:#}\n", document(args, &found, &Seconds { load, compile: 0.0, infer }))
        }
        MarginalsFormat::Csv => csv(args, &found),
        MarginalsFormat::Text => text(args, loaded, &found),
    })
}

fn deviation(variance: &BigRational) -> f64 {
    variance.to_f64().unwrap_or(f64::NAN).sqrt()
}

fn document(args: &Marginals, found: &[Normal], seconds: &Seconds) -> Value {
    let float = |number: &BigRational| number.to_f64().unwrap_or(f64::NAN);
    let each: Map<String, Value> = found
        .iter()
        .map(|(name, mean, variance)| (name.clone(), json!({ "mean": float(mean), "sd": deviation(variance) })))
        .collect();
    let mut value = json!({ "schema": "whatif/1", "marginals": each });
    if args.exact {
        let exact: Map<String, Value> = found
            .iter()
            .map(|(name, mean, variance)| {
                (name.clone(), json!({ "mean": mean.to_string(), "variance": variance.to_string() }))
            })
            .collect();
        value["exact"] = Value::Object(exact);
    }
    value["seconds"] = seconds.json();
    value
}

fn csv(args: &Marginals, found: &[Normal]) -> String {
    let mut text = String::from(if args.exact { "variable,mean,variance\n" } else { "variable,mean,sd\n" });
    for (name, mean, variance) in found {
        let (mean, spread) = match args.exact {
            true => (mean.to_string(), variance.to_string()),
            false => (mean.to_f64().unwrap_or(f64::NAN).to_string(), deviation(variance).to_string()),
        };
        text += &format!("{},{mean},{spread}\n", field(name));
    }
    text
}

fn text(args: &Marginals, loaded: &Loaded, found: &[Normal]) -> String {
    let mut text = heading(args, &loaded.name, found.len());
    text.push('\n');
    let rows: Vec<[String; 3]> = found
        .iter()
        .map(|(name, mean, variance)| {
            let spread = deviation(variance);
            let spread = BigRational::from_float(spread).map_or_else(|| spread.to_string(), |exact| decimal(&exact));
            [name.clone(), decimal(mean), spread]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let (names, means) = (width(0), width(1));
    for ([name, mean, spread], (_, exact, variance)) in rows.iter().zip(found) {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        text += &format!("{name}{}  mean {mean}{}  sd {spread}", pad(name, names), pad(mean, means));
        if args.exact {
            text += &format!("  (mean {exact}, variance {variance})");
        }
        text.push('\n');
    }
    text
}
