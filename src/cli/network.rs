//! Files that hold a network, and what is set or known on the command line.

use super::input::{slurp, without_place};
use num_rational::BigRational;
use std::io::Read;
use std::path::Path;
use whatif::model::Linear;
use whatif::network::{Format, Network, nearest};
use whatif::source::{Diagnostic, Source, Span};

/// A file larger than this, unpacked, is refused.
const MOST_BYTES: u64 = 256 << 20;

/// Reads a network file, unpacked where its name ends in `.gz`; with the warnings about it.
pub fn read(path: &Path, exact: bool) -> Result<(Network, Vec<Diagnostic>), Diagnostic> {
    let name = path.display().to_string();
    let Some(format) = Format::of_name(&name) else {
        return Err(without_place(
            "whatif::network_format",
            &name,
            format!("{name} is no file with numbers by its name"),
            "models are read from .causal files, and networks from .bif, .xmlbif, .bifxml, .xml (XMLBIF) and .net (Hugin), \
             each also with .gz after it",
        ));
    };
    let unreadable = |error: &std::io::Error| {
        let error = error.to_string();
        let error = error.split(" (os error").next().unwrap_or_default().to_owned();
        without_place("whatif::unreadable_file", &name, format!("cannot read {name}: {error}"), "check the name")
    };
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let packed = name.to_ascii_lowercase().ends_with(".gz");
    let reader: Box<dyn Read> = if packed { Box::new(flate2::read::MultiGzDecoder::new(file)) } else { Box::new(file) };
    let bytes = slurp(reader, MOST_BYTES).map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(without_place(
            "whatif::file_too_large",
            &name,
            format!("{name} is larger than {} MiB", MOST_BYTES >> 20),
            "a network of this size cannot be computed with",
        ));
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // Old files are often in Latin-1, where every byte is a character.
        Err(error) => error.into_bytes().into_iter().map(char::from).collect(),
    };
    format.read(&Source::new(name, text), exact)
}

/// Settings such as `smoke=yes`, each an option of the command line.
pub fn settings(network: &Network, option: &str, texts: &[String]) -> Result<Vec<(usize, usize)>, Diagnostic> {
    let names: Vec<&str> = network.variables().iter().map(|v| v.name.as_str()).collect();
    let example = network.variables().first().map_or("x=1".to_owned(), |v| format!("{}={}", v.name, v.states[0]));
    let mut found: Vec<(usize, usize)> = Vec::new();
    for text in texts {
        let Setting { source, variable, value, place } = setting(&names, option, text, &example)?;
        let name = names[variable];
        let Some(state) = network.find_state(variable, value) else {
            let states = &network.variables()[variable].states;
            let list = states.iter().take(12).map(|s| format!("`{s}`")).collect::<Vec<_>>().join(", ");
            let more = if states.len() > 12 { " …" } else { "" };
            let near = network.nearest_state(variable, value);
            let near = near.map_or_else(String::new, |nearest| format!("did you mean `{nearest}`? "));
            let message = format!("`{name}` has no state `{value}`");
            return Err(Diagnostic::error("whatif::no_such_state", &source, message, place, "no such state")
                .help(format!("{near}its states are {list}{more}")));
        };
        if let Some(&(_, before)) = found.iter().find(|&&(other, before)| other == variable && before != state) {
            let before = &network.variables()[variable].states[before];
            let message = format!("`{name}` cannot have two states at once");
            let whole = Span::new(0, text.len());
            return Err(Diagnostic::error("whatif::set_twice", &source, message, whole, "a second state")
                .help(format!("it was set to `{before}` before")));
        }
        found.push((variable, state));
    }
    Ok(found)
}

/// Settings such as `school=2`, each an option of the command line, of a model with real variables.
pub fn real_settings(model: &Linear, option: &str, texts: &[String]) -> Result<Vec<(usize, BigRational)>, Diagnostic> {
    let names: Vec<&str> = model.variables.iter().map(|v| v.name.as_str()).collect();
    let example = names.first().map_or("x=1".to_owned(), |name| format!("{name}=1.5"));
    let mut found: Vec<(usize, BigRational)> = Vec::new();
    for text in texts {
        let Setting { source, variable, value, place } = setting(&names, option, text, &example)?;
        let Some(number) = whatif::problem::number(value) else {
            let message = format!("`{}` is a number, and `{value}` is none", names[variable]);
            return Err(Diagnostic::error("whatif::no_such_state", &source, message, place, "no number")
                .help(format!("write {option} {}=1.5", names[variable])));
        };
        if found.iter().any(|(other, before)| *other == variable && *before != number) {
            let message = format!("`{}` cannot have two values at once", names[variable]);
            let whole = Span::new(0, text.len());
            return Err(Diagnostic::error("whatif::set_twice", &source, message, whole, "a second value")
                .help("leave one of them out"));
        }
        found.push((variable, number));
    }
    Ok(found)
}

/// One setting, cut in two.
struct Setting<'t> {
    source: Source,
    variable: usize,
    value: &'t str,
    /// Where the value stands.
    place: Span,
}

fn setting<'t>(names: &[&str], option: &str, text: &'t str, example: &str) -> Result<Setting<'t>, Diagnostic> {
    let source = Source::new(option, text);
    // A name may hold the sign itself.
    let cuts = text.match_indices('=').map(|(at, _)| (text[..at].trim(), text[at + 1..].trim(), at));
    let cuts: Vec<(&str, &str, usize)> = cuts.collect();
    let Some(&(name, value, at)) = cuts.iter().find(|(name, ..)| names.contains(name)).or(cuts.first()) else {
        let whole = Span::new(0, text.len());
        return Err(Diagnostic::error("whatif::setting", &source, "expected a setting", whole, "no `=` in it")
            .help(format!("write {option} VARIABLE=STATE, for example {option} {example}")));
    };
    let Some(variable) = names.iter().position(|known| *known == name) else {
        let message = format!("there is no variable `{name}`");
        let first = || names.iter().take(6).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = nearest(name, names.iter().copied()).map_or_else(
            || format!("the first of its {} variables are {}", names.len(), first()),
            |nearest| format!("did you mean `{nearest}`?"),
        );
        let place = Span::new(0, at);
        return Err(
            Diagnostic::error("whatif::no_such_variable", &source, message, place, "no such variable").help(help)
        );
    };
    Ok(Setting { source, variable, value, place: Span::new(at + 1, text.len()) })
}
