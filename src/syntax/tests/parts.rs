//! A text read in parts is read as in one go, whatever is wrong with it.

use super::random;
use super::robust::soup;
use super::roundtrip::runner;
use crate::source::Source;
use crate::syntax::cut::Text;
use crate::syntax::print::{self, Style};
use crate::syntax::{MAX_ITEMS, parse, read};
use proptest::collection::vec;
use proptest::prelude::*;

/// Reads a text both ways; where the last part of it began.
fn same(text: &str, bytes: usize) -> Result<usize, TestCaseError> {
    let source = Source::new("test", text);
    let (tree, diagnostics) = parse(&source);
    let (in_parts, found, last) = read::in_parts(&source, bytes);
    prop_assert_eq!(&in_parts, &tree, "{:?} in parts of {}", text, bytes);
    prop_assert_eq!(format!("{found:?}"), format!("{diagnostics:?}"), "{:?} in parts of {}", text, bytes);
    Ok(last)
}

#[test]
fn any_text_in_parts_reads_the_same() {
    // Lines that leave much open, documentation that waits, blanks that are no ASCII.
    let line = prop_oneof![
        6 => soup(),
        4 => prop::sample::select(vec![
            "graph g {", "}", "  x -> y", "  z <- {a", "b}", "  /// about x", "/// about", "/* so", "on */", "\u{a0}", ";", "",
            "P(y | do(x)) in g", "total: P(y", "| do(x))", "= P(y)", "proof P(y) {", "  = P(y) by algebra", "model m of g {",
            "  x ~ bernoulli(1/2)", "let it = sum_{z}", "  P(y, z)", ")", "]", "expect x _||_ y", "  \"a -> b", "  -> c", "#",
        ]).prop_map(str::to_owned),
    ];
    let text = vec(line, 0..30).prop_map(|lines| lines.join("\n"));
    let outcome = runner(4000).run(&(text, 1..40_usize), |(text, bytes)| same(&text, bytes).map(drop));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn a_damaged_file_in_parts_reads_the_same() {
    let damage = (any::<prop::sample::Index>(), 0..4_usize, soup());
    let outcome = runner(1500).run(&(random::tree(), vec(damage, 0..3), 1..200_usize), |(tree, damage, bytes)| {
        let mut text: Vec<char> = print::tree(&tree, Style::Ascii).chars().collect();
        for (at, length, with) in damage {
            let at = at.index(text.len() + 1);
            let end = (at + length).min(text.len());
            text.splice(at..end, with.chars().take(3));
        }
        same(&text.into_iter().collect::<String>(), bytes).map(drop)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn a_faultless_file_is_read_in_parts_up_to_its_last_mark() {
    let block = "/// The effect.\ngraph gN {\n  x -> y  // so\n  z -> {x y}\n}\n\nP(y | do(x)) in gN\nproof P(y | do(x)) {\n  = P(y)\n}\n";
    let text: String = (0..100).map(|n| block.replace('N', &n.to_string())).collect();
    let last = same(&text, 1000).unwrap();
    assert!(text.len() - last < 1200, "only {last} of {} bytes were read in parts", text.len());
    // The lines of one graph are parts too.
    let lines = "  x -> y\n  /// about it\n  z [latent]\n".repeat(500);
    let graph = format!("graph g {{\n{lines}}}\n");
    same(&graph, 1000).unwrap();
    assert!(Text::in_parts(&graph, 1000).marks_in("graph g ".len()).count() > 10);
    same(&format!("graph g {{\n{lines}"), 1000).unwrap();
}

#[test]
fn limits_in_parts_are_those_of_the_whole() {
    let names = "a ".repeat(999);
    for (text, bytes) in [
        ("P(y = \n".repeat(150), 200),
        (format!("{}{}", "P(y)\n".repeat(150), "P(y | )\n".repeat(101)), 200),
        (format!("graph g {{\n{}}}\nP(y | )", "a -> \n, b\n".repeat(120)), 200),
        // A question with a mistake is the last thing that is read, and then no longer.
        (format!("graph g {{\n{}}}\nP(y | )", format!("{names}\n").repeat(MAX_ITEMS / 1000 - 1)), 32 << 10),
        (format!("graph g {{\n{}}}\nP(y | )", format!("{names}a\n").repeat(MAX_ITEMS / 1000)), 32 << 10),
    ] {
        same(&text, bytes).unwrap();
    }
}
