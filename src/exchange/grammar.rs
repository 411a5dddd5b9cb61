//! The parser that pest makes of the other programs' grammars.

pub(super) use generated::Rule;

use pest::Parser;

mod generated {
    //! Pest's own code.
    #![allow(missing_docs, clippy::wildcard_enum_match_arm, reason = "generated code")]

    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/dot.pest"]
    #[grammar = "grammar/gml.pest"]
    #[grammar = "grammar/r.pest"]
    #[grammar = "grammar/lavaan.pest"]
    #[grammar = "grammar/dosearch.pest"]
    pub(in crate::exchange) struct Exchange;
}

/// The words of a text, each with its first and its last byte plus one. The lists take any text; were one not to, the
/// caller gets none of its words.
pub(super) fn words(list: Rule, text: &str) -> Vec<(Rule, usize, usize)> {
    let Ok(pairs) = generated::Exchange::parse(list, text) else { return Vec::new() };
    pairs.map(|pair| (pair.as_rule(), pair.as_span().start(), pair.as_span().end())).collect()
}
