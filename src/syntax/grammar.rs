//! The parser that pest makes of `grammar/causal.pest`, and the questions about names that only it can answer.

pub(super) use generated::Rule;

use pest::Parser;
use pest::iterators::Pairs;

mod generated {
    //! Pest's own code.
    #![allow(missing_docs, clippy::wildcard_enum_match_arm, reason = "generated code")]

    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/causal.pest"]
    pub(in crate::syntax) struct Causal;
}

/// Parses one piece; where it fails, the furthest byte it came to.
pub(super) fn parse(rule: Rule, piece: &str) -> Result<Pairs<'_, Rule>, usize> {
    generated::Causal::parse(rule, piece).map_err(|error| match error.location {
        pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at.min(piece.len()),
    })
}

/// Whether a text begins with what a rule describes.
pub(super) fn begins(rule: Rule, text: &str) -> bool {
    parse(rule, text).is_ok()
}

/// The words for which the grammar has a rule of that name: `latent` for `latent_word`.
pub(super) fn words() -> impl Iterator<Item = String> {
    Rule::all_rules().iter().filter_map(|rule| Some(format!("{rule:?}").strip_suffix("_word")?.to_owned()))
}

/// Whether `text` is a name in a query without quotes.
pub(super) fn is_bare_name(text: &str) -> bool {
    parse(Rule::a_bare_name, text).is_ok()
}

/// Whether `text` is a value without quotes.
pub(super) fn is_bare_value(text: &str) -> bool {
    parse(Rule::a_bare_value, text).is_ok()
}

/// Whether `text` is a name in a graph without quotes.
pub(super) fn is_bare_graph_name(text: &str) -> bool {
    parse(Rule::a_bare_graph_name, text).is_ok()
}

/// Whether `text` is a name in an equation without quotes.
pub(super) fn is_bare_operand(text: &str) -> bool {
    parse(Rule::a_bare_operand, text).is_ok()
}
