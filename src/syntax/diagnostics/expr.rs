//! Words about expressions, terms and questions.

use super::error;
use crate::source::{Diagnostic, Source, Span};

// ─── Characters, numbers, names ──────────────────────────────────────────────────────────────────────────────────

pub(in crate::syntax) fn unclosed_text(source: &Source, span: Span) -> Diagnostic {
    error("whatif::unclosed_text", source, "this text in quotes does not end on its line", span, "begins here")
        .help("write `\"` after it; a line end inside a text is `\\n`")
}

pub(in crate::syntax) fn strange_character(source: &Source, span: Span, character: &str) -> Diagnostic {
    let shown: String = character.chars().flat_map(char::escape_debug).collect();
    let help = match character {
        "“" | "”" | "„" | "«" | "»" | "‘" | "’" | "`" => {
            "names and values stand in straight double quotes: `\"a name\"`"
        }
        "–" | "—" | "‐" => "minus is `-`",
        "÷" => "write `/`",
        "∑" => "write `sum_{z} …`",
        "⇒" | "⟶" => "an edge is written `->`",
        "∧" | "&" => "separate variables with commas",
        "∣" | "∥" | "‖" => "conditions follow `|`",
        _ => "a name with such characters stands in double quotes: `\"a name\"`",
    };
    error("whatif::unexpected_character", source, format!("`{shown}` has no meaning here"), span, "not known")
        .help(help)
}

pub(in crate::syntax) fn number_before_name(source: &Source, span: Span, number: &str, rest: &str) -> Diagnostic {
    let message = format!("`{number}{rest}` is neither a number nor a name");
    let factor = match rest {
        "P" => "P(…)",
        "E" => "E[…]",
        _ => rest,
    };
    error("whatif::number_before_name", source, message, span, "").help(format!(
        "write `{number} {factor}` for a product; a name or a value that begins with a digit stands in quotes: \
         `\"{number}{rest}\"`"
    ))
}

pub(in crate::syntax) fn number_as_value(source: &Source, span: Span, written: &str) -> Diagnostic {
    let message = format!("`{written}` is neither a number nor a name");
    error("whatif::number_before_name", source, message, span, "")
        .help(format!("a name or a value that begins with a digit stands in quotes: `\"{written}\"`"))
}

pub(in crate::syntax) fn exponent(source: &Source, span: Span, written: &str) -> Diagnostic {
    let plain = written.parse::<f64>().ok().map(|number| number.to_string()).filter(|plain| plain.len() < 24);
    let help = plain.map_or("write it out, as in `1000` or `0.001`".to_owned(), |plain| format!("write `{plain}`"));
    error("whatif::exponent", source, "numbers are written without an exponent", span, "").help(help)
}

pub(in crate::syntax) fn adjacent_numbers(source: &Source, span: Span, first: &str, second: &str) -> Diagnostic {
    error("whatif::adjacent_numbers", source, "two numbers stand side by side", span, "what is between them?")
        .help(format!("write `{first} * {second}` for a product"))
}

pub(in crate::syntax) fn number_as_name(source: &Source, span: Span, number: &str) -> Diagnostic {
    error("whatif::number_as_name", source, format!("`{number}` is a number, not a variable"), span, "")
        .help(format!("a variable of that name stands in quotes: `\"{number}\"`; a value follows `=`"))
}

pub(in crate::syntax) fn reserved_word(source: &Source, span: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` is a word of the language and no name in a query");
    error("whatif::reserved_word", source, message, span, "")
        .help(format!("a variable of that name stands in quotes: `\"{word}\"`"))
}

pub(in crate::syntax) fn stray_prime(source: &Source, span: Span) -> Diagnostic {
    error("whatif::stray_prime", source, "a prime follows the name of a variable", span, "no name before it")
        .help("`x'` is another value of `x`; texts stand in double quotes: `\"a name\"`")
}

pub(in crate::syntax) fn subscript(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::subscript", source, "a name ends before `_{`", span, "no subscripts")
        .help(format!("write `{name}_1` without braces, or the whole name in quotes"))
}

// ─── Brackets ────────────────────────────────────────────────────────────────────────────────────────────────────

pub(in crate::syntax) fn unclosed_bracket(source: &Source, span: Span, open: &str) -> Diagnostic {
    error("whatif::unclosed_bracket", source, format!("this `{open}` is never closed"), span, "opened here")
        .help(format!("write `{}` where it ends", closing(open)))
}

pub(in crate::syntax) fn mismatched_bracket(
    source: &Source,
    span: Span,
    close: &str,
    opened: Span,
    open: &str,
) -> Diagnostic {
    error("whatif::mismatched_bracket", source, format!("`{close}` does not close `{open}`"), span, "closes here")
        .label(opened, "opened here")
        .help(format!("write `{}` there, or open with the other bracket", closing(open)))
}

pub(in crate::syntax) fn stray_bracket(source: &Source, span: Span, close: &str) -> Diagnostic {
    error("whatif::stray_bracket", source, format!("this `{close}` closes nothing"), span, "")
        .help("leave it out, or open the bracket before it")
}

fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

pub(in crate::syntax) fn nothing_inside(source: &Source, span: Span, what: &str) -> Diagnostic {
    let help = match what {
        "P( )" => "write the variables asked about: `P(y)`",
        "E[ ]" => "write the variable asked about: `E[y]`",
        "do( )" => "write what is acted on, `do(x)`, or leave `do( )` out",
        "a sum" => "write what is summed over: `sum_{z} …`",
        "`|`" => "write the conditions, or leave the bar out",
        "a world" => "write what is set there: `y[x = 1]`",
        _ => "write something between the brackets, or leave them out",
    };
    let message = if what == "`|`" { "nothing follows the bar".to_owned() } else { format!("{what} is empty") };
    error("whatif::nothing_inside", source, message, span, "nothing here").help(help)
}

// ─── Terms ───────────────────────────────────────────────────────────────────────────────────────────────────────

pub(in crate::syntax) fn expectation_brackets(source: &Source, span: Span) -> Diagnostic {
    error("whatif::expectation_brackets", source, "an expectation is written with square brackets", span, "")
        .help("write `E[y | do(x)]`; a variable named E stands in quotes before a bracket")
}

pub(in crate::syntax) fn probability_parentheses(source: &Source, span: Span) -> Diagnostic {
    error("whatif::probability_parentheses", source, "a probability is written with parentheses", span, "")
        .help("write `P(y | do(x))`; a variable named P stands in quotes before a bracket")
}

pub(in crate::syntax) fn value_equals(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::value_equals", source, "a value is given with a single `=`", span, "one too many")
        .help(format!("write `{name} = …`; `==` stands between two whole expressions"))
}

pub(in crate::syntax) fn second_bar(source: &Source, span: Span, first: Span) -> Diagnostic {
    error("whatif::second_bar", source, "a term has one `|`", span, "a second one")
        .label(first, "the first")
        .help("separate the conditions with commas: `P(y | do(x), z)`")
}

pub(in crate::syntax) fn missing_comma(source: &Source, span: Span, before: &str, after: &str) -> Diagnostic {
    error("whatif::missing_comma", source, "a comma is missing between two names", span, "before this")
        .help(format!("write `{before}, {after}`; a name with a blank in it stands in quotes"))
}

pub(in crate::syntax) fn expression_in_term(source: &Source, span: Span, sign: &str) -> Diagnostic {
    let message = format!("P( ) and E[ ] hold variables, not expressions with `{sign}`");
    error("whatif::expression_in_term", source, message, span, "")
        .help("write one term for each, as in `E[y] - E[z]`; a name with that sign in it stands in quotes")
}

pub(in crate::syntax) fn do_before_bar(source: &Source, span: Span) -> Diagnostic {
    error("whatif::do_before_bar", source, "an action stands after the bar", span, "before it")
        .help("write `P(y | do(x))`")
}

pub(in crate::syntax) fn do_outside_term(source: &Source, span: Span) -> Diagnostic {
    error("whatif::do_outside_term", source, "an action stands only among the conditions of a term", span, "")
        .help("write `P(y | do(x))`, with a capital P; a variable named do stands in quotes")
}

pub(in crate::syntax) fn do_without_parentheses(source: &Source, span: Span) -> Diagnostic {
    error("whatif::do_without_parentheses", source, "parentheses follow `do`", span, "none here")
        .help("write `do(x)`; a variable named do stands in quotes: `\"do\"`")
}

// ─── Worlds and policies ─────────────────────────────────────────────────────────────────────────────────────────

pub(in crate::syntax) fn do_and_world(source: &Source, span: Span, action: Span) -> Diagnostic {
    error("whatif::do_and_world", source, "an action and a world in brackets stand in one term", span, "a world")
        .label(action, "an action")
        .help(
            "either everything is seen after the action, `P(y | do(x), z)`, which is `P(y[x] | z[x])`; or each variable \
             says its world, `P(y[x] | z)`",
        )
}

pub(in crate::syntax) fn world_in_parentheses(source: &Source, span: Span, name: &str) -> Diagnostic {
    error("whatif::world_in_parentheses", source, "a world is not written with parentheses", span, "").help(format!(
        "an effect is `P({name} | do(x = 1))`; the counterfactual, which a model can answer, is written `{name}[x = 1]`"
    ))
}

pub(in crate::syntax) fn policy_form(source: &Source, span: Span) -> Diagnostic {
    error("whatif::policy_form", source, "an action that is no single value is not written like this", span, "")
        .help("write `do(x = 1)`, `do(x ~ {0: 0.2, 1: 0.8})` or `do(x := if z == 1 then 1 else 0)`")
}

// ─── Expressions and questions ───────────────────────────────────────────────────────────────────────────────────

pub(in crate::syntax) fn sum_without_braces(source: &Source, span: Span, written: &str) -> Diagnostic {
    error("whatif::sum_without_braces", source, "a sum names its variables in braces", span, "no braces after it")
        .help(format!("write `sum_{{z}} …`; a variable named {written} stands in quotes"))
}

pub(in crate::syntax) fn sum_without_body(source: &Source, span: Span) -> Diagnostic {
    error("whatif::sum_without_body", source, "nothing follows this sum", span, "what is summed?")
        .help("write `sum_{z} P(y, z)`; a sum takes the rest of its product and stops at `+` and `-`")
}

pub(in crate::syntax) fn power(source: &Source, span: Span) -> Diagnostic {
    error("whatif::power", source, "there are no powers", span, "").help("write the product: `a a` for a squared")
}

pub(in crate::syntax) fn comparison(source: &Source, span: Span, sign: &str) -> Diagnostic {
    error("whatif::comparison", source, format!("`{sign}` is no sign of the language"), span, "")
        .help("a value is given with `=`, and `==` asks whether two expressions are equal")
}

pub(in crate::syntax) fn chained_equality(source: &Source, span: Span, first: Span) -> Diagnostic {
    error("whatif::chained_equality", source, "an equality has two sides", span, "a third side begins here")
        .label(first, "the first sign")
        .help("write two lines: `A == B` and `B == C`")
}

pub(in crate::syntax) fn single_equals(source: &Source, span: Span) -> Diagnostic {
    error("whatif::single_equals", source, "`=` between two expressions neither asks nor states", span, "")
        .help("ask with `==`: `A == B`; or state it: `expect A = B`; or name it: `let A = B`")
}

pub(in crate::syntax) fn edge_outside_graph(source: &Source, span: Span) -> Diagnostic {
    error("whatif::edge_outside_graph", source, "an edge stands only inside a graph", span, "")
        .help("write `graph { x -> y }`")
}

pub(in crate::syntax) fn independence_sign(source: &Source, span: Span) -> Diagnostic {
    error("whatif::independence_sign", source, "independence is written with another sign", span, "")
        .help("write `x _||_ y | z` or `x ⫫ y | z`")
}

pub(in crate::syntax) fn independence_of_names(source: &Source, span: Span) -> Diagnostic {
    error(
        "whatif::independence_of_names",
        source,
        "independence is asked of variables, without P( ) or values",
        span,
        "",
    )
    .help("write `x, w _||_ y | z`")
}

pub(in crate::syntax) fn missing_operand(source: &Source, span: Span, sign: &str, before: bool) -> Diagnostic {
    let side = if before { "before" } else { "after" };
    error("whatif::missing_operand", source, format!("something is missing {side} `{sign}`"), span, "")
        .help(format!("write what stands {side} it, or leave the sign out"))
}

pub(in crate::syntax) fn by_outside_proof(source: &Source, span: Span) -> Diagnostic {
    error("whatif::by_outside_proof", source, "a reason is given only in a line of a proof", span, "")
        .help("write `proof A { = B by rule 2 }`; a variable named by stands in quotes")
}
