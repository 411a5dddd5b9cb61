//! Whatever graph: written and read again it is the same, but for what was said to be lost.

use super::super::{Format, Model, Question, Target, Variable, dosearch, guess, lavaan, read, write};
use crate::source::Source;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn awkward() -> impl Strategy<Value = String> {
    const NAMES: [&str; 44] = [
        "x",
        "y",
        "z1",
        "U",
        "P",
        "E",
        "do",
        "in",
        "graph",
        "digraph",
        "node",
        "edge",
        "Strict",
        "subgraph",
        "simplify",
        "TRUE",
        "c",
        "id",
        "label",
        "carry matches",
        "a\"b",
        "a'b",
        "a\\",
        "\\\"",
        "größe",
        "変数",
        "→",
        "a->b",
        "a--b",
        "a:b",
        "-1",
        "1.5",
        "x.1",
        "&amp;",
        "<b>",
        "]]>",
        "{x",
        "#",
        "//",
        "a\nb",
        " ",
        "a,b",
        "Unobserved",
        "_",
    ];
    prop_oneof![6 => prop::sample::select(&NAMES[..]).prop_map(str::to_owned), 1 => "\\PC{1,6}", 1 => "[ -~]{1,5}", 2 => "[a-z_.]{1,3}"]
}

/// A graph over these names, its edges along their order.
fn graph(name: impl Strategy<Value = String> + 'static, plain: bool) -> impl Strategy<Value = Model> {
    let flags = (any::<[bool; 4]>(), option::weighted(0.3, (-99..99_i8, -99..99_i8)), option::weighted(0.2, awkward()));
    let variables = vec((name, flags), 1..7);
    (variables, any::<u64>(), any::<u64>(), option::of(awkward())).prop_map(
        move |(variables, directed, bidirected, name)| {
            let mut seen = BTreeSet::new();
            let mut model = Model { name: name.filter(|name| name != "graph" && !plain), ..Model::default() };
            for (name, ([latent, exposure, outcome, adjusted], position, label)) in variables {
                if !seen.insert(name.clone()) {
                    continue;
                }
                let first = model.variables.is_empty();
                let mut variable = Variable::named(&name);
                if !plain {
                    // A graph in which nothing is measured is none.
                    // A latent variable has no role, and none has two.
                    variable.latent = latent && !first;
                    (variable.exposure, variable.outcome) =
                        (exposure && !variable.latent, outcome && !exposure && !variable.latent);
                    (variable.adjusted, variable.position) =
                        (adjusted, position.map(|(x, y)| (f64::from(x) / 8.0, f64::from(y) / 8.0)));
                    variable.label = label.filter(|label| *label != name && !label.trim().is_empty());
                }
                model.variables.push(variable);
            }
            let n = model.variables.len();
            let pairs: Vec<_> = (0..n).flat_map(|b| (0..b).map(move |a| (a, b))).collect();
            let chosen =
                |bits: u64| pairs.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, p)| *p).collect();
            (model.directed, model.bidirected) = (chosen(directed), chosen(bidirected));
            model
        },
    )
}

type Pairs = BTreeSet<(String, String)>;

/// Edges and variables by name, in one order.
fn said(model: &Model) -> (Vec<String>, Pairs, Pairs) {
    let mut variables: Vec<String> = model.variables.iter().map(|variable| format!("{variable:?}")).collect();
    variables.sort();
    let name = |i: usize| model.variables[i].name.clone();
    let directed = model.directed.iter().map(|&(a, b)| (name(a), name(b))).collect();
    let both = model.bidirected.iter().map(|&(a, b)| (name(a).min(name(b)), name(a).max(name(b)))).collect();
    (variables, directed, both)
}

fn again(model: &Model, format: Format) -> (Model, Vec<String>) {
    let written = write(model, None, Target::Format(format)).unwrap();
    let source = Source::new("t", written.text);
    let (read, diagnostics) = read(&source, Some(format));
    let read = read.unwrap_or_else(|| panic!("{diagnostics:?}\n{}", source.text()));
    (read, written.lost)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn formats_with_room_for_everything(model in graph(awkward(), false)) {
        for format in [Format::Dot, Format::Gml, Format::Json] {
            let (read, lost) = again(&model, format);
            prop_assert!(lost.is_empty(), "{lost:?}");
            let mut model = model.clone();
            // A JSON graph always has a name, and `graph` stands for none.
            prop_assert_eq!(said(&read), said(&model), "{:?}", format);
            model.name.take_if(|name| name.is_empty());
            prop_assert_eq!(&read.name, &model.name);
        }
    }

    #[test]
    fn graphml_but_for_control_characters(model in graph(awkward(), false)) {
        let (read, lost) = again(&model, Format::Graphml);
        if lost.is_empty() {
            prop_assert_eq!(said(&read), said(&model));
        } else {
            prop_assert_eq!(read.directed.len(), model.directed.len());
        }
    }

    #[test]
    fn dagitty_but_for_labels(model in graph(awkward(), false)) {
        let (read, lost) = again(&model, Format::Dagitty);
        let mut model = model;
        prop_assert_eq!(lost.is_empty(), model.variables.iter().all(|variable| variable.label.is_none()));
        for variable in &mut model.variables {
            variable.label = None;
        }
        prop_assert_eq!(said(&read), said(&model));
    }

    #[test]
    fn causaleffect_with_any_names(model in graph(awkward(), true)) {
        let (read, lost) = again(&model, Format::Causaleffect);
        prop_assert!(lost.is_empty(), "{lost:?}");
        prop_assert_eq!(said(&read), said(&model));
    }

    #[test]
    fn dosearch_and_lavaan_with_plain_names(model in graph("[a-z][a-z0-9_.]{0,3}".boxed(), true)) {
        let plain = model.variables.iter().all(|v| dosearch::is_name(&v.name) && lavaan::is_name(&v.name));
        let (read, lost) = again(&model, Format::Lavaan);
        if plain {
            prop_assert!(lost.is_empty(), "{lost:?}");
            prop_assert_eq!(said(&read), said(&model));
        }
        if !model.directed.is_empty() || !model.bidirected.is_empty() {
            let (read, lost) = again(&model, Format::Dosearch);
            let (model, read) = (said(&model), said(&read));
            prop_assert_eq!((&read.1, &read.2), (&model.1, &model.2));
            prop_assert_eq!(lost.is_empty(), read.0 == model.0, "{:?}", lost);
        }
    }

    /// Names that have to be changed stay apart, latent variables leave the right edges, and everything lost is told.
    #[test]
    fn the_poor_formats_tell_what_they_lose(model in graph(awkward(), false)) {
        let projected = model.projected().unwrap();
        for format in [Format::Causaleffect, Format::Dosearch] {
            if projected.directed.is_empty() && projected.bidirected.is_empty() {
                continue;
            }
            let (read, lost) = again(&model, format);
            let edges = |model: &Model| (model.directed.len(), model.bidirected.len());
            prop_assert_eq!(edges(&read), edges(&projected));
            let bare = model.variables.iter().all(|v| *v == Variable::named(&v.name) && dosearch::is_name(&v.name));
            prop_assert!(!lost.is_empty() || bare || format == Format::Causaleffect);
            prop_assert_eq!(lost.iter().any(|lost| lost.contains("latent")), projected.variables.len() < model.variables.len());
        }
    }

    /// What is printed in the language is read there, and means the same.
    #[test]
    fn the_language_takes_what_was_imported(model in graph(awkward(), false)) {
        let source = Source::new("t", model.causal());
        let (problem, diagnostics) = crate::problem::read(&source);
        prop_assert!(!diagnostics.iter().any(crate::source::Diagnostic::is_error), "{diagnostics:?}\n{}", source.text());
        let (back, _) = Model::of(&problem, 0).unwrap();
        let plain = |model: &Model| {
            let mut model = model.clone();
            for variable in &mut model.variables {
                variable.label = None;
            }
            said(&model)
        };
        prop_assert_eq!(plain(&back), plain(&model));
    }

    /// What is written is told from all other formats.
    #[test]
    fn formats_know_their_own(model in graph("[a-z][a-z0-9]{0,3}".boxed(), true)) {
        if model.directed.is_empty() {
            return Ok(());
        }
        for format in Format::ALL {
            let text = write(&model, None, Target::Format(format)).unwrap().text;
            prop_assert_eq!(guess::format(&Source::new("t", text.as_str())), Some(format), "{}", text);
        }
    }

    /// One-way formats never fail, whatever the names.
    #[test]
    fn one_way_formats_write_anything(model in graph(awkward(), false)) {
        let question = Question { of: vec!["y\"".to_owned()], set: vec!["x".to_owned()], given: vec!["z".to_owned()] };
        for target in [Target::Y0, Target::Pgmpy, Target::Dowhy, Target::Latex, Target::Mermaid] {
            let written = write(&model, Some(&question), target).unwrap();
            prop_assert!(!written.text.is_empty());
        }
    }
}
