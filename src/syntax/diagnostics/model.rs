//! Words about models and about questions to them.

use super::error;
use crate::source::{Diagnostic, Source, Span};

const LINES: &str = "a line of a model is `x ~ {0: 0.4, 1: 0.6}`, `y | x ~ { 0: bernoulli 0.2  1: bernoulli 0.7 }`, \
    `y := if x == 1 then 1 else 0` or `latent u ~ uniform 0..1`";

pub(in crate::syntax) fn model_head(source: &Source, span: Span) -> Diagnostic {
    error("whatif::model_head", source, "a model begins with its name, its graph and a brace", span, "not like this")
        .help("write `model NAME of GRAPH { … }`; a variable named model stands in quotes")
}

pub(in crate::syntax) fn model_line(source: &Source, span: Span, token: &str) -> Diagnostic {
    let message = if token.is_empty() {
        "this line of a model ends too early".to_owned()
    } else {
        format!("`{token}` is not expected here in a model")
    };
    error("whatif::model_line", source, message, span, "").help(LINES)
}

pub(in crate::syntax) fn model_assignment(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::model_assignment", source, "an equation of a model is written with `:=`", span, "")
        .help(format!("write `{name} := …`, or `{name} ~ {{…}}` for a distribution"))
}

pub(in crate::syntax) fn model_condition(source: &Source, span: Span) -> Diagnostic {
    error("whatif::model_condition", source, "values are compared with `==` in an equation", span, "one sign short")
        .help("write `if x == 1 then … else …`")
}

pub(in crate::syntax) fn model_without_else(source: &Source, span: Span) -> Diagnostic {
    error("whatif::model_without_else", source, "this `if` has no `else`", span, "what else?")
        .help("write `if A then b else c`: an equation says what happens in every case")
}

pub(in crate::syntax) fn model_probability(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::model_probability", source, "a model says how variables come about, not P( )", span, "")
        .help(format!("write `{name} ~ {{0: 0.4, 1: 0.6}}`, with parents `{name} | a, b ~ {{ … }}`"))
}

pub(in crate::syntax) fn arguments(source: &Source, span: Span, function: &str) -> Diagnostic {
    let (message, help) = match function {
        "abs" => ("`abs` takes one argument", "write `abs(a - b)`"),
        "mod" => ("`mod` takes two arguments", "write `mod(a, 2)`"),
        _ => ("`min` and `max` take two arguments or more", "write `max(a, b)`"),
    };
    error("whatif::arguments", source, message, span, "").help(help)
}

pub(in crate::syntax) fn world_in_action(source: &Source, span: Span) -> Diagnostic {
    error("whatif::world_in_action", source, "an action sets a variable, not a variable in a world", span, "a world")
        .help("set a variable to what it would be in another world: `y[x = 1, m = m[x = 0]]`")
}

pub(in crate::syntax) fn policy_in_explain(source: &Source, span: Span) -> Diagnostic {
    error("whatif::policy_in_explain", source, "`explain` takes actions with values only", span, "")
        .help("write `explain y = 1, do(x = 0)`")
}
