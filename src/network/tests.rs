//! What was written is read again; every diagnostic has a text that brings it about; no damage makes a reader panic.

use super::{Format, Network, NetworkError, Table, Variable};
use crate::source::{Diagnostic, Source};
use proptest::prelude::*;

const FORMATS: [Format; 3] = [Format::Bif, Format::XmlBif, Format::Hugin];

fn sample() -> Network {
    let variable = |name: &str, states: &[&str]| Variable {
        name: name.to_owned(),
        states: states.iter().map(|&state| state.to_owned()).collect(),
    };
    let variables = vec![
        variable("rain", &["yes", "no"]),
        variable("season", &["wet", "dry", "<5"]),
        variable("grass", &["dry", "damp", "Asy/Patch"]),
    ];
    let tables = vec![
        Table::new(2, vec![1, 0], [[0.1, 0.2, 0.7], [0.25, 0.25, 0.5]].concat().repeat(3)),
        Table::new(0, vec![1], vec![0.7, 0.3, 1.0 / 3.0, 2.0 / 3.0, 0.0, 1.0]),
        Table::new(1, vec![], vec![0.5, 0.25, 0.25]),
    ];
    Network::new("garden", variables, tables).unwrap()
}

fn same(a: &Network, b: &Network) {
    assert_eq!(a.variables(), b.variables());
    for v in 0..a.len() {
        assert_eq!(a.table(v).parents, b.table(v).parents);
        assert_eq!(a.table(v).probs, b.table(v).probs);
    }
}

#[test]
fn what_is_written_is_read_again() {
    let network = sample();
    for format in FORMATS {
        let text = format.write(&network);
        let (again, warnings) = format.read(&Source::new("t", text), false).unwrap();
        assert!(warnings.is_empty());
        same(&network, &again);
    }
    insta::assert_snapshot!("bif", Format::Bif.write(&network));
    insta::assert_snapshot!("xmlbif", Format::XmlBif.write(&network));
    insta::assert_snapshot!("hugin", Format::Hugin.write(&network));
}

#[test]
fn a_whole_table_has_the_childs_state_slowest_and_a_default_fills() {
    let text = "network n { property x y; }
        variable a { type discrete [ 2 ] { y, n }; }
        variable b { type discrete [ 2 ] { y, n }; property position = (1, 2); }
        variable c { type discrete [ 2 ] { y, n }; }
        probability ( a ) { table 0.5 0.5; } // a comment
        probability ( b | a ) { table 0.1, 0.2, 0.9, 0.8; }
        probability ( c | a, b ) { default 0.5, 0.5; (n, y) 0.25, 0.75; /* and another */ }";
    let (network, _) = Format::Bif.read(&Source::new("t", text), true).unwrap();
    assert_eq!(network.table(1).probs, [0.1, 0.9, 0.2, 0.8]);
    assert_eq!(network.table(2).probs, [0.5, 0.5, 0.5, 0.5, 0.25, 0.75, 0.5, 0.5]);
    assert!(network.is_exact());
    assert_eq!(network.table(1).exact.as_ref().unwrap()[2].to_string(), "1/5");
}

#[test]
fn an_intervention_cuts_the_parents_off() {
    let network = sample().do_(&[(0, 1), (7, 0), (1, 9)]);
    assert_eq!(network.table(0), &Table::point(0, 2, 1));
    assert_eq!(network.table(1), sample().table(1));
    assert!(matches!(
        network.with_tables(vec![Table::new(1, vec![2], [0.2, 0.4, 0.4].repeat(3))]),
        Err(NetworkError::Cycle(cycle)) if cycle.len() == 2
    ));
    assert!(matches!(
        network.with_tables(vec![Table::new(1, vec![], vec![0.2, 0.4, 0.5])]),
        Err(NetworkError::Sum { child: 1, row: 0, .. })
    ));
}

fn first_code(format: Format, text: &str) -> String {
    match format.read(&Source::new("t", text), false) {
        Ok((_, warnings)) => warnings.first().map_or_else(String::new, shown),
        Err(error) => shown(&error),
    }
}

/// Code, message, what is underlined, and the help.
fn shown(diagnostic: &Diagnostic) -> String {
    let mut text = format!("{}\n  {}\n", diagnostic.code, diagnostic.message);
    for label in &diagnostic.labels {
        text += &format!("  at “{}”: {}\n", diagnostic.source.slice(label.span).replace('\n', " "), label.text);
    }
    text + &format!("  help: {}\n", diagnostic.help.as_deref().unwrap_or_default())
}

const AB: &str = "variable a { type discrete [ 2 ] { y, n }; }\nvariable b { type discrete [ 2 ] { y, n }; }\n";
const A: &str = "probability ( a ) { table 0.5, 0.5; }\n";

#[test]
fn every_mistake_is_told() {
    let cases = [
        "network x {",
        "nettwork x { }",
        "variable a { type continuous; }",
        "variable a { type discrete [ 3 ] { y, n }; }",
        "variable a { type discrete [ 2 ] { y, y }; }",
        "variable a { type discrete [ 0 ] { }; }",
        "variable a { type discrete [ 2 ] { y, n }; } variable a { type discrete [ 2 ] { y, n }; }",
        "variable a { type discrete [ 99999 ] { y \"n\" };",
        "AB probability ( a ) { table 0.5, 0.5; }",
        "ABA probability ( b | c ) { table 0.5, 0.5; }",
        "ABA probability ( b | A ) { table 0.5, 0.5; }",
        "ABA probability ( b | a ) { (yes) 0.5, 0.5; (n) 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.5; (y) 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.5, 0.1; (n) 0.5, 0.5; }",
        "ABA probability ( b | a ) { table 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.4; (n) 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.5; (n) 1.5, -0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, half; (n) 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.3333333, 0.6666666; (n) 0.5, 0.5; }",
        "ABA probability ( b | a, a ) { default 0.5, 0.5; }",
        "ABA probability ( b | b ) { default 0.5, 0.5; }",
        "ABA probability ( a ) { table 0.5, 0.5; }",
        "AB probability ( a | b ) { default 0.5, 0.5; } probability ( b | a ) { default 0.5, 0.5; }",
        "ABA probability ( b | a ) { (y) 0.5, 0.5; /* (n) 0.5, 0.5; }",
        "ABA probability ( \"b ) { table 0.5, 0.5; }",
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|case| {
            let text = case.replacen("AB", AB, usize::from(case.starts_with("AB")));
            let text = if case.starts_with("ABA") { text.replacen("}\nA ", &format!("}}\n{A}"), 1) } else { text };
            format!("{case}\n{}", first_code(Format::Bif, &text))
        })
        .collect();
    insta::assert_snapshot!("mistakes_bif", told.join("\n"));
}

#[test]
fn mistakes_in_the_other_formats_are_told() {
    let xml = [
        "<BIF><NETWORK>",
        "<BIF><NETWORK></BIF>",
        "<BIF></BIF>",
        "<BIF><VARIABLE><OUTCOME>y</OUTCOME></VARIABLE></BIF>",
        "<BIF><VARIABLE><NAME>a</NAME><OUTCOME>y</OUTCOME></VARIABLE><DEFINITION><FOR>b</FOR></DEFINITION></BIF>",
        "<BIF><VARIABLE><NAME>a</NAME><OUTCOME>y</OUTCOME></VARIABLE><DEFINITION><FOR>a</FOR></DEFINITION></BIF>",
        "<BIF><VARIABLE><NAME>a</NAME><OUTCOME>y</OUTCOME></VARIABLE><DEFINITION><FOR>a</FOR><TABLE>1 2</TABLE></DEFINITION></BIF>",
        "<BIF><VARIABLE><NAME>a</NAME><OUTCOME>y</OUTCOME></VARIABLE><DEFINITION><FOR>a</FOR><TABLE> 0.9 </TABLE></DEFINITION></BIF>",
        "<BIF><VARIABLE><NAME>a&nbsp;</NAME><OUTCOME>y</OUTCOME></VARIABLE></BIF>",
    ];
    let net = [
        "net { node_size = (1 2); }\nutility u { }",
        "node a { states = (\"y\" \"n\"); } potential (b) { data = (0.5 0.5); }",
        "node a { states = (\"y\" \"n\"); } potential (a) { data = (0.5); }",
        "node a { states = (\"y\" \"n\"); } potential (a) { data = (0.5 0.6); }",
        "node a { states = (\"y\" \"n\"); } potential (a) { data = (0.5 0.5 0.5); }",
        "node a { states = (\"y\" \"n\"; }",
        "node a { } % no states",
    ];
    let told = |format: Format, cases: &[&str]| -> String {
        cases.iter().map(|case| format!("{case}\n{}", first_code(format, case))).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("mistakes_xmlbif", told(Format::XmlBif, &xml));
    insta::assert_snapshot!("mistakes_hugin", told(Format::Hugin, &net));
}

#[test]
fn too_large_is_told_before_memory_is_taken() {
    let mut text = String::new();
    for i in 0..40 {
        text += &format!("variable v{i} {{ type discrete [ 4 ] {{ a, b, c, d }}; }}\n");
    }
    let parents: Vec<String> = (1..40).map(|i| format!("v{i}")).collect();
    text += &format!("probability ( v0 | {} ) {{ default 0.25, 0.25, 0.25, 0.25; }}", parents.join(", "));
    assert!(first_code(Format::Bif, &text).starts_with("whatif::network_too_large"));
}

proptest! {
    #[test]
    fn damage_never_panics(cut in 0_usize..1200, insert in "[{}();|,\"<>&%=/a-c0-9. ]{0,4}", skip in 0_usize..8) {
        for format in FORMATS {
            let text = format.write(&sample());
            let at = cut.min(text.len());
            let end = (at + skip).min(text.len());
            let damaged = format!("{}{insert}{}", &text[..at], &text[end..]);
            let _ = format.read(&Source::new("t", damaged), true);
        }
    }
}
