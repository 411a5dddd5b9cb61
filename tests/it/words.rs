//! The grammars of the editors have the words of the language: no more, and none less.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The literals of a grammar that are words, comments left out.
fn words(text: &str, quote: char) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let literals = lines.flat_map(|line| line.split(quote).skip(1).step_by(2));
    let word = |literal: &&str| literal.len() > 1 && literal.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    literals
        .filter(word)
        .filter(|literal| literal.starts_with(|c: char| c.is_alphabetic()))
        .map(str::to_owned)
        .collect()
}

/// Words that open a statement, and those of later versions among them.
fn openings(grammar: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let rule = grammar.split("\nopening_word = @{").nth(1).unwrap().split("~ ends").next().unwrap();
    let all = words(rule, '"');
    let rest = grammar.replacen(rule, "", 1);
    let later = all.difference(&words(&rest, '"')).cloned().collect();
    (all, later)
}

#[test]
fn tree_sitter_has_the_words_of_the_language() {
    let grammar = read("grammar/causal.pest");
    let (openings, later) = openings(&grammar);
    assert!(openings.contains("graph") && later.contains("cpdag") && !later.contains("adjust"), "{later:?}");
    let mut wanted: BTreeSet<String> = words(&grammar, '"').difference(&later).cloned().collect();
    // Read only to be refused.
    wanted.remove("subgraph");
    // `rule 1` is one word there.
    let mut known = words(&read("editors/tree-sitter-causal/grammar.js"), '\'');
    known.insert("rule".to_owned());
    // What the file itself calls things.
    known.retain(|word| !["causal", "name"].contains(&word.as_str()));
    let missing: Vec<&String> = wanted.difference(&known).collect();
    let unknown: Vec<&String> = known.difference(&wanted).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing in grammar.js: {missing:?}; not in the language: {unknown:?}"
    );
}

#[test]
fn highlighting_has_the_words_that_open_a_statement() {
    let (openings, later) = openings(&read("grammar/causal.pest"));
    let textmate: serde_json::Value =
        serde_json::from_str(&read("editors/vscode/syntaxes/causal.tmLanguage.json")).unwrap();
    let pattern = textmate["repository"]["statement"]["match"].as_str().unwrap();
    let listed = pattern.split('(').nth(1).unwrap().split(')').next().unwrap();
    let coloured: BTreeSet<String> = listed.split('|').map(str::to_owned).collect();
    let query = words(&read("editors/tree-sitter-causal/queries/highlights.scm"), '"');
    for word in openings.difference(&later) {
        assert!(coloured.contains(word), "{word} is not coloured in Visual Studio Code");
        assert!(query.contains(word), "{word} is not coloured by tree-sitter");
    }
    assert!(coloured.is_subset(&openings), "{coloured:?}");
}
