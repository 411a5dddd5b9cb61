//! Mutilated files: a graph or an error with a place in the text, and never a panic.

use super::super::{Format, MAX_FILE, read};
use super::errors;
use crate::source::{Diagnostic, Source};
use proptest::prelude::*;

const SAMPLES: [(Format, &str); 8] = [
    (Format::Dagitty, "dag { bb=\"0,0\" x [exposure,pos=\"0,1\"] \"a b\" [outcome] u [latent] x -> \"a b\" <-> u }"),
    (Format::Dot, "digraph g { a -> {b c} [dir=both]; \"d\\\"\" [label=<x<b>>]; subgraph s { e:n -> f } /* é */ }"),
    (
        Format::Gml,
        "graph [ directed 1 node [ id 0 label \"x&#34;é\" ] node [ id 1 graphics [ x 1.5 y -2e3 ] ] edge [ source 0 target 1 ] ]",
    ),
    (
        Format::Graphml,
        "<?xml version=\"1.0\"?><graphml><key id=\"d\" for=\"node\" attr.name=\"name\"/><graph edgedefault=\"directed\"><node id=\"n0\">\
         <data key=\"d\">é&amp;&#65;</data></node><node id=\"n1\"/><edge source=\"n0\" target=\"n1\"/></graph></graphml>",
    ),
    (
        Format::Causaleffect,
        "g <- graph.formula(x -+ y, \"é b\":z +- x, y -+ x, simplify = FALSE)\ng <- set.edge.attribute(g, \"description\", c(1, 4:4), \"U\")",
    ),
    (Format::Dosearch, "graph <- \"x -> y\\n y <-> é\n z -- x : A = 1\""),
    (Format::Lavaan, "f =~ x + b*y\ny ~ c(1, 2)*z + 0*é ; x ~~ y # c\nlevel: 1\na := b^2"),
    (
        Format::Json,
        "{\"nodes\": [\"x\", \"é\"], \"latents\": [\"x\"], \"directed\": [[\"x\", \"é\"]], \"positions\": {\"x\": [0, 1.5]}}",
    ),
];

/// Every place is inside the text and cuts no character.
fn sound(source: &Source, diagnostics: &[Diagnostic]) {
    for label in diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels) {
        let range = label.span.start..label.span.end;
        assert!(source.text().get(range).is_some(), "{:?} in {:?}", label.span, source.text());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutilated_files_are_told_apart(
        sample in 0..SAMPLES.len(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8, "\\PC|[\\[\\]{}()<>\"'&;=~+*:-]"), 1..5),
        other in prop::option::weighted(0.3, 0..SAMPLES.len()),
    ) {
        let (format, text) = SAMPLES[sample];
        let mut chars: Vec<char> = text.chars().collect();
        for (a, b, how, new) in cuts {
            let (a, b) = (a.index(chars.len() + 1), b.index(chars.len() + 1));
            let (a, b) = (a.min(b), a.max(b).min(a.min(b) + 12));
            match how {
                0 => drop(chars.drain(a..b)),
                1 => drop(chars.splice(a..a, new.chars())),
                2 => { let piece: Vec<char> = chars[a..b].to_vec(); drop(chars.splice(a..a, piece)) }
                _ => chars.truncate(b),
            }
        }
        let format = other.map_or(format, |other| SAMPLES[other].0);
        let source = Source::new("t", chars.into_iter().collect::<String>());
        for format in [Some(format), None] {
            let (model, diagnostics) = read(&source, format);
            sound(&source, &diagnostics);
            prop_assert_eq!(model.is_none(), diagnostics.iter().any(Diagnostic::is_error));
            if let Some(model) = model {
                let text = Source::new("t", model.causal());
                prop_assert!(!crate::problem::read(&text).1.iter().any(Diagnostic::is_error), "{}", text.text());
            }
        }
    }
}

#[test]
fn the_samples_themselves_are_read() {
    for (format, text) in SAMPLES {
        if matches!(format, Format::Dosearch | Format::Causaleffect) {
            continue; // these show a mistake on purpose
        }
        let (model, diagnostics) = read(&Source::new("t", text), Some(format));
        assert!(model.is_some(), "{diagnostics:?}");
    }
}

#[test]
fn deep_nesting_has_a_limit() {
    let many = 20_000;
    for (format, text) in [
        (Format::Dot, format!("digraph {}", "{".repeat(many))),
        (Format::Gml, format!("graph {}", "[ a ".repeat(many))),
        (Format::Graphml, "<a>".repeat(many)),
        (Format::Json, "[".repeat(many)),
        (Format::Lavaan, format!("y ~ f{}", "(".repeat(many))),
        (Format::Causaleffect, format!("graph.formula(x -+ y) set_edge_attr{}", "(".repeat(many))),
        (Format::Dagitty, format!("dag {}", "{".repeat(many))),
    ] {
        let errors = errors(&text, Some(format));
        assert!(!errors.is_empty());
    }
}

#[test]
fn size_has_a_limit() {
    let text = " ".repeat(MAX_FILE + 1);
    assert_eq!(errors(&text, None)[0].code, "whatif::file_too_large");
    let group: String = (0..3_000).map(|i| format!("a{i} ")).collect();
    let text = format!("digraph {{ {{{group}}} -> {{{}}} }}", group.replace('a', "b"));
    assert_eq!(errors(&text, None)[0].code, "whatif::graph_too_large");
}

#[test]
fn mistakes_are_counted_up_to_a_limit() {
    let text = "-> x\n".repeat(1_000);
    let errors = errors(&text, Some(Format::Dosearch));
    assert_eq!(errors.len(), crate::syntax::MAX_ERRORS + 1);
    assert!(errors.iter().any(|error| error.code == "whatif::too_many_errors"));
}
