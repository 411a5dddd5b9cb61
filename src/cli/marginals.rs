//! `whatif marginals`: the distribution of every variable of a network.

use super::linear_marginals;
use super::loaded::{What, load};
use super::network::settings;
use super::network_args::{Marginals, MarginalsFormat, Method};
use super::output::Output;
use super::{status, threads};
use serde_json::{Map, Value, json};
use std::time::Instant;
use unicode_width::UnicodeWidthStr;
use whatif::infer::{self, Limits, Plan, Refusal};
use whatif::model::Role;
use whatif::network::Network;
use whatif::source::{Diagnostic, Severity, Source};

/// Seconds spent.
#[derive(Default)]
pub struct Seconds {
    pub load: f64,
    pub compile: f64,
    pub infer: f64,
}

impl Seconds {
    pub fn json(&self) -> Value {
        json!({ "load": self.load, "compile": self.compile, "infer": self.infer })
    }
}

/// What was computed.
struct Found {
    /// As people call it.
    name: String,
    network: Network,
    /// The variables that are shown: all but a model's noise.
    shown: Vec<usize>,
    marginals: Vec<Vec<f64>>,
    /// As fractions, where asked for.
    exact: Option<Vec<Vec<String>>>,
    /// Standard errors and the effective number of rows, where sampled.
    errors: Option<(Vec<Vec<f64>>, f64)>,
    seconds: Seconds,
}

/// Prints every marginal.
pub fn marginals(args: &Marginals, output: &mut Output) -> u8 {
    match threads::with(args.jobs, || compute(args, output)) {
        Ok(text) => {
            output.text(&text);
            status::FINE
        }
        Err(diagnostics) => {
            match args.format {
                MarginalsFormat::Json => output.text(&whatif::json::text(&[], &diagnostics)),
                MarginalsFormat::Text | MarginalsFormat::Csv => {
                    diagnostics.iter().for_each(|diagnostic| output.diagnostic(diagnostic));
                }
            }
            status::INPUT
        }
    }
}

fn compute(args: &Marginals, output: &mut Output) -> Result<String, Vec<Diagnostic>> {
    let start = Instant::now();
    let loaded = load(&args.file, args.model.as_deref(), args.exact)?;
    for warning in &loaded.warnings {
        output.diagnostic(warning);
    }
    let seconds = start.elapsed().as_secs_f64();
    match &loaded.what {
        What::Linear(linear) => linear_marginals::marginals(args, &loaded, linear, seconds),
        What::Network(network) => {
            let shown = (0..network.len()).filter(|&v| loaded.roles[v] != Role::Exogenous).collect();
            let found = infer(args, loaded.name.clone(), network, shown, seconds).map_err(|found| vec![*found])?;
            Ok(match args.format {
                MarginalsFormat::Json => format!("{:#}\n", document(&found)),
                MarginalsFormat::Csv => csv(&found),
                MarginalsFormat::Text => text(args, &found, output.is_unicode()),
            })
        }
    }
}

fn infer(
    args: &Marginals,
    name: String,
    network: &Network,
    shown: Vec<usize>,
    load: f64,
) -> Result<Found, Box<Diagnostic>> {
    let mut seconds = Seconds { load, ..Seconds::default() };
    let given = settings(network, "--given", &args.given)?;
    let set = settings(network, "--do", &args.do_)?;
    let network = network.do_(&set);
    let limits = Limits { memory: args.memory.saturating_mul(1 << 20), ..Limits::default() };
    let refused = |refusal: Refusal| Box::new(told(args, &refusal));
    let start = Instant::now();
    let (mut exact, mut errors) = (None, None);
    let marginals = if let Some(rows) = args.sample {
        let estimate = match args.method {
            Method::Importance => infer::importance_marginals,
            Method::Weighting => infer::weighted_marginals,
        };
        let found = estimate(&network, &given, rows, args.seed).map_err(refused)?;
        errors = Some((found.errors, found.effective));
        found.marginals
    } else if args.exact {
        let found = infer::exact_marginals(&network, &given, &limits).map_err(refused)?;
        let float = |p: &num_rational::BigRational| num_traits::ToPrimitive::to_f64(p).unwrap_or(f64::NAN);
        exact = Some(found.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect());
        found.iter().map(|row| row.iter().map(float).collect()).collect()
    } else {
        let plan = Plan::new(&network, &given, &limits).map_err(refused)?;
        seconds.compile = start.elapsed().as_secs_f64();
        plan.marginals().map_err(refused)?
    };
    seconds.infer = start.elapsed().as_secs_f64() - seconds.compile;
    Ok(Found { name, network, shown, marginals, exact, errors, seconds })
}

fn told(args: &Marginals, refusal: &Refusal) -> Diagnostic {
    let (code, help) = match refusal {
        Refusal::Impossible if args.sample.is_some() => (
            "whatif::impossible_evidence",
            "no row drawn agrees with what --given says: draw more rows, or leave out --sample to see whether it is possible",
        ),
        Refusal::Impossible => (
            "whatif::impossible_evidence",
            "under this network (and what --do sets) what --given says never happens together; leave some of it out",
        ),
        Refusal::Memory { .. } => {
            ("whatif::too_much_memory", "allow more with --memory MIB, or estimate with error bars: --sample 1000000")
        }
        Refusal::Steps { .. } if args.exact => {
            ("whatif::too_many_steps", "leave out --exact: floats are right to about 15 digits")
        }
        Refusal::Steps { .. } => ("whatif::too_many_steps", "estimate with error bars instead: --sample 1000000"),
        Refusal::Evidence(_) | Refusal::NotExact => ("whatif::impossible_evidence", "check --given and --do"),
    };
    Diagnostic {
        code,
        severity: Severity::Error,
        message: refusal.to_string(),
        help: Some(help.to_owned()),
        labels: Vec::new(),
        fixes: Box::default(),
        source: Source::new(args.file.display().to_string(), ""),
    }
}

fn document(found: &Found) -> Value {
    let by_state = |numbers: &dyn Fn(usize, usize) -> Value| -> Value {
        let all: Map<String, Value> = found
            .shown
            .iter()
            .map(|&v| {
                let variable = &found.network.variables()[v];
                let states = variable.states.iter().enumerate();
                (variable.name.clone(), Value::Object(states.map(|(s, name)| (name.clone(), numbers(v, s))).collect()))
            })
            .collect();
        Value::Object(all)
    };
    let mut value = json!({ "schema": "whatif/1", "marginals": by_state(&|v, s| found.marginals[v][s].into()) });
    if let Some(exact) = &found.exact {
        value["exact"] = by_state(&|v, s| exact[v][s].clone().into());
    }
    if let Some((errors, effective)) = &found.errors {
        value["standard_errors"] = by_state(&|v, s| errors[v][s].into());
        value["effective_rows"] = (*effective).into();
    }
    value["seconds"] = found.seconds.json();
    value
}

/// A field of a CSV file.
pub fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn csv(found: &Found) -> String {
    let mut text = String::from("variable,state,probability");
    text += if found.errors.is_some() { ",standard_error\n" } else { "\n" };
    for &v in &found.shown {
        let variable = &found.network.variables()[v];
        for (s, state) in variable.states.iter().enumerate() {
            let p = found.exact.as_ref().map_or_else(|| found.marginals[v][s].to_string(), |exact| exact[v][s].clone());
            text += &format!("{},{},{p}", field(&variable.name), field(state));
            if let Some((errors, _)) = &found.errors {
                text += &format!(",{}", errors[v][s]);
            }
            text.push('\n');
        }
    }
    text
}

/// A bar of up to ten places, in eighths of a place.
fn bar(p: f64, unicode: bool) -> String {
    const PLACES: f64 = 10.0;
    if !unicode {
        return "#".repeat((p * PLACES).round() as usize);
    }
    let eighths = (p * PLACES * 8.0).round() as usize;
    let part = ['\0', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
    let mut bar = "█".repeat(eighths / 8);
    if part != '\0' {
        bar.push(part);
    }
    bar
}

/// What is shown, and under which settings.
pub fn heading(args: &Marginals, name: &str, variables: usize) -> String {
    let mut text = format!("{name}: {variables} variables");
    for (word, settings) in [("given", &args.given), ("do", &args.do_)] {
        if !settings.is_empty() {
            text += &format!("; {word} {}", settings.join(", "));
        }
    }
    text.push('\n');
    text
}

fn text(args: &Marginals, found: &Found, unicode: bool) -> String {
    /// Longer names stand in a line without padding the others.
    const WIDEST: usize = 32;
    let variables: Vec<_> = found.shown.iter().map(|&v| (v, &found.network.variables()[v])).collect();
    let mut text = heading(args, &found.name, variables.len());
    if let (Some((_, effective)), Some(rows)) = (&found.errors, args.sample) {
        text += &format!("estimated from {rows} weighted rows, worth {effective:.0} without weights\n");
    }
    text.push('\n');
    let width = |names: &mut dyn Iterator<Item = &String>| {
        names.map(|name| name.width()).filter(|&width| width <= WIDEST).max().unwrap_or(0)
    };
    let names = width(&mut variables.iter().map(|(_, v)| &v.name));
    let states = width(&mut variables.iter().flat_map(|(_, v)| &v.states));
    let pad = |name: &str, width: usize| format!("{name}{}", " ".repeat(width.saturating_sub(name.width())));
    let plus_minus = if unicode { '±' } else { '~' };
    for (v, variable) in variables {
        for (s, state) in variable.states.iter().enumerate() {
            let p = found.marginals[v][s];
            let name = if s == 0 { variable.name.as_str() } else { "" };
            let mut line = format!("{}  {}  {p:.4}", pad(name, names), pad(state, states));
            if let Some((errors, _)) = &found.errors {
                line += &format!(" {plus_minus}{:.4}", errors[v][s]);
            }
            line += &format!("  {}", bar(p, unicode));
            if let Some(exact) = &found.exact {
                line += &format!("  {}", exact[v][s]);
            }
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}
