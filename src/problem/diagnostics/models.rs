//! Words about models, and about questions to them.

use super::{either, listed, shown};
use crate::expr::BigRational;
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::print;
use num_traits::One;

fn error(code: &'static str, source: &Source, message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic::error(code, source, message, span, label)
}

/// `did you mean …?`, or else something.
fn suggest(near: &[String], otherwise: impl Into<String>) -> String {
    if near.is_empty() { otherwise.into() } else { format!("did you mean {}?", either(near)) }
}

/// At most a few of many, with a count of the rest.
fn some(all: &[String]) -> String {
    const MOST: usize = 6;
    let mut text = all.iter().take(MOST).cloned().collect::<Vec<_>>().join("; ");
    if all.len() > MOST {
        text.push_str(&format!("; and {} more", all.len() - MOST));
    }
    text
}

// ─── Names and lines ─────────────────────────────────────────────────────────────────────────────────────────────

pub(crate) fn model_named_like_graph(source: &Source, name: &str, span: Span, graph: Span) -> Diagnostic {
    let message = format!("{} is the name of a graph already", shown(name));
    error("whatif::model_named_like_graph", source, message, span, "a model here")
        .label(graph, "a graph here")
        .help("give the model another name: `in NAME` asks one or the other")
}

pub(crate) fn mechanism_twice(source: &Source, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("the model says twice how {} comes about", shown(name));
    error("whatif::mechanism_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("leave one of the two out")
}

pub(crate) fn mechanism_missing(source: &Source, span: Span, missing: &[String]) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|name| shown(name)).collect();
    let message = format!("this model does not say how {} comes about", some(&names));
    let first = missing.first().map_or("x", String::as_str);
    error("whatif::mechanism_missing", source, message, span, "incomplete")
        .help(format!("add a line for each variable of the graph, as in `{first} ~ {{0: 0.4, 1: 0.6}}`"))
}

pub(crate) fn model_variable(source: &Source, name: &str, span: Span, graph: &str, near: &[String]) -> Diagnostic {
    let message = format!("{} is no variable of the graph {}", shown(name), shown(graph));
    let help = suggest(near, format!("an exogenous variable is declared with `latent {name} ~ {{…}}`"));
    error("whatif::model_variable", source, message, span, "not known")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn latent_in_graph(source: &Source, name: &str, span: Span, graph: &str) -> Diagnostic {
    let message = format!("{} is a variable of the graph {} already", shown(name), shown(graph));
    error("whatif::latent_in_graph", source, message, span, "declared as exogenous").help(format!(
        "write `{name} ~ {{…}}` without `latent`, or give the exogenous variable a name that the graph does not have"
    ))
}

pub(crate) fn latent_with_parents(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("the exogenous variable {} depends on nothing, so it has a plain distribution", shown(name));
    error("whatif::latent_with_parents", source, message, span, "not a distribution")
        .help(format!("write `latent {name} ~ {{0: 0.4, 1: 0.6}}`"))
}

pub(crate) fn not_a_parent(
    source: &Source,
    span: Span,
    (parent, child): (&str, &str),
    graph: &str,
    parents: &[String],
) -> Diagnostic {
    let message = format!("{} is no parent of {} in the graph {}", shown(parent), shown(child), shown(graph));
    let known = listed(parents).map_or("it has none".to_owned(), |parents| format!("its parents are {parents}"));
    error("whatif::not_a_parent", source, message, span, "not allowed by the graph")
        .help(format!("add `{parent} -> {child}` to the graph, or leave {} out; {known}", shown(parent)))
}

pub(crate) fn idle_parent(source: &Source, name: &str, span: Span, idle: &[String]) -> Diagnostic {
    let (who, edge) = (either(idle), idle.first().map_or("", |first| first));
    let message = format!("{} does not depend on {who} in this model", shown(name));
    Diagnostic::warning("whatif::idle_parent", source, message, span, "a parent is not mentioned")
        .help(format!("the edge `{edge} -> {name}` carries nothing here; mention it, or take it out of the graph"))
}

pub(crate) fn parent_twice(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("the parent {} is named twice", shown(name));
    error("whatif::parent_twice", source, message, span, "again here").help("name each parent once")
}

pub(crate) fn common_cause(source: &Source, span: Span, [cause, a, b]: [&str; 3], graph: &str) -> Diagnostic {
    let message = format!(
        "{} is a common cause of {} and {}, which the graph {} does not have",
        shown(cause),
        shown(a),
        shown(b),
        shown(graph)
    );
    error("whatif::common_cause", source, message, span, "used by both")
        .help(format!("add `{a} <-> {b}` to the graph, or give each an exogenous variable of its own"))
}

// ─── Distributions and tables ────────────────────────────────────────────────────────────────────────────────────

pub(crate) fn row_sum(source: &Source, span: Span, name: &str, sum: &BigRational, absent: &[String]) -> Diagnostic {
    let one = BigRational::one();
    let message = format!("the probabilities of {} sum to {}, not to 1", shown(name), decimal(sum));
    let off = if *sum < one {
        format!("{} is missing", decimal(&(&one - sum)))
    } else {
        format!("{} is too much", decimal(&(sum - &one)))
    };
    let help = match listed(absent) {
        Some(absent) => format!("{off}; {absent} stand without a probability, which is 0"),
        None => format!("{off}; fractions such as 1/3 are exact"),
    };
    error("whatif::row_sum", source, message, span, "does not sum to 1").help(help)
}

/// A number as a decimal where that is exact and short, else as a fraction.
fn decimal(number: &BigRational) -> String {
    let mut scaled = number.clone();
    for digits in 0..=12 {
        if scaled.is_integer() {
            let text = scaled.to_integer().to_string();
            if digits == 0 {
                return text;
            }
            let (sign, text) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
            let padded = format!("{text:0>width$}", width = digits + 1);
            let (whole, fraction) = padded.split_at(padded.len() - digits);
            return format!("{sign}{whole}.{fraction}");
        }
        scaled *= BigRational::from_integer(10.into());
    }
    number.to_string()
}

pub(crate) fn weight_twice(source: &Source, value: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("{} is given a probability twice", shown(value));
    error("whatif::weight_twice", source, message, span, "again here")
        .label(first, "first here")
        .help("give each value one probability")
}

pub(crate) fn probability_range(source: &Source, span: Span, written: &str) -> Diagnostic {
    let message = format!("{} is no probability", shown(written));
    error("whatif::probability_range", source, message, span, "not between 0 and 1")
        .help("a probability lies between 0 and 1: `0.25` or `1/4`")
}

pub(crate) fn model_number(source: &Source, span: Span) -> Diagnostic {
    error("whatif::model_number", source, "this is no number that a model can use".to_owned(), span, "")
        .help("numbers of a model are written `2`, `-0.3` or `1/3`, with at most 100 characters")
}

pub(crate) fn probability_as_value(source: &Source, p: &str, name: &str, span: Span, domain: &[String]) -> Diagnostic {
    let message = format!("{} is no value of {}", shown(p), shown(name));
    let help = match domain {
        [first, second] => format!(
            "if it is the probability of {}, write `{{{first}: …, {second}: {p}}}` or `bernoulli {p}`",
            shown(second)
        ),
        _ => "a probability stands with its value, as in `{low: 0.2, high: 0.8}`".to_owned(),
    };
    error("whatif::probability_as_value", source, message, span, "a value is expected here").help(help)
}

pub(crate) fn bernoulli_domain(source: &Source, span: Span, name: &str, domain: &[String]) -> Diagnostic {
    let message = format!("{} has {} values, and this is for two", shown(name), domain.len());
    error("whatif::bernoulli_domain", source, message, span, "for variables with two values")
        .help("write the probability of each value: `{low: 0.2, mid: 0.3, high: 0.5}`")
}

pub(crate) fn uniform_range(source: &Source, span: Span, most: i64) -> Diagnostic {
    error("whatif::uniform_range", source, "this range has no values, or too many".to_owned(), span, "")
        .help(format!("write `uniform 1..6` or `uniform {{a, b}}`, with at most {most} values"))
}

pub(crate) fn normal_in_table(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("{} has finitely many values here, and a normal distribution has not", shown(name));
    error("whatif::normal_in_table", source, message, span, "normal")
        .help("in a linear model every line is `y := 0.3 x + noise(sd 0.5)` or `x ~ normal(mean 1, sd 2)`")
}

pub(crate) fn row_length(source: &Source, span: Span, count: usize, parents: &[String]) -> Diagnostic {
    let values = if count == 1 { "value" } else { "values" };
    let message = format!("this row has {count} {values}, and there are {} parents", parents.len());
    let help = listed(parents).map_or("write one value for each parent".to_owned(), |parents| {
        format!("write a value, or `*` for any, for each of {parents}, in this order")
    });
    error("whatif::row_length", source, message, span, "").help(help)
}

pub(crate) fn row_twice(source: &Source, span: Span, first: Span, name: &str, at: &str) -> Diagnostic {
    let message = format!("the table of {} has two rows for {at}", shown(name));
    error("whatif::row_twice", source, message, span, "covered again here")
        .label(first, "first here")
        .help("cover each combination of the parents' values once; `else` takes what is left")
}

pub(crate) fn row_missing(source: &Source, span: Span, name: &str, missing: &[String], count: usize) -> Diagnostic {
    let message =
        format!("the table of {} lacks {} of its {count} rows: {}", shown(name), missing.len(), some(missing));
    let row = missing.first().map_or("…", String::as_str);
    error("whatif::row_missing", source, message, span, "not every combination is covered")
        .help(format!("add `{row}: {{…}}`, or `else: uniform` for all that is left"))
}

pub(crate) fn default_twice(source: &Source, span: Span, first: Span) -> Diagnostic {
    error("whatif::default_twice", source, "a table has one `else`".to_owned(), span, "a second one")
        .label(first, "the first")
        .help("leave one of the two out")
}

pub(crate) fn default_unused(source: &Source, span: Span) -> Diagnostic {
    let message = "the other rows cover every combination, so `else` is never used";
    Diagnostic::warning("whatif::default_unused", source, message, span, "never used").help("leave it out")
}

pub(crate) fn table_too_large(source: &Source, span: Span, name: &str, count: usize, most: usize) -> Diagnostic {
    let message = format!("the table of {} would have {count} cells, and {most} is the most", shown(name));
    error("whatif::table_too_large", source, message, span, "too large")
        .help("give it fewer parents or values: put a variable in between that sums some of them up")
}

pub(crate) fn models_too_large(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("the models of this file have more than {most} cells together");
    error("whatif::models_too_large", source, message, span, "too large").help("split the file")
}

pub(crate) fn cause_not_given(source: &Source, span: Span, name: &str, parents: &[String]) -> Diagnostic {
    let message = format!("{} is not among the parents before `noisy_or`", shown(name));
    let help = listed(parents).map_or("name the parents after `|`".to_owned(), |known| format!("they are {known}"));
    error("whatif::cause_not_given", source, message, span, "not a parent").help(help)
}

pub(crate) fn cause_without_value(source: &Source, span: Span, name: &str, domain: &[String]) -> Diagnostic {
    let message = format!("{} has {} values: which of them acts?", shown(name), domain.len());
    let value = domain.last().map_or("high", String::as_str);
    error("whatif::cause_without_value", source, message, span, "a value is needed")
        .help(format!("write `{name} = {value}: 0.8`"))
}

pub(crate) fn cause_missing(source: &Source, span: Span, idle: &[String]) -> Diagnostic {
    let message = format!("`noisy_or` says nothing of {}", either(idle));
    let first = idle.first().map_or("x", String::as_str);
    error("whatif::cause_missing", source, message, span, "incomplete")
        .help(format!("write how likely each parent alone brings the effect about, as in `{first}: 0.8`"))
}

// ─── Equations ───────────────────────────────────────────────────────────────────────────────────────────────────

pub(crate) fn equation_name(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let message = format!("{} is neither a variable nor a value here", shown(name));
    let help = suggest(near, "an equation names parents of its variable, exogenous variables, and values");
    error("whatif::equation_name", source, message, span, "not known")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn equation_value(
    source: &Source,
    span: Span,
    name: &str,
    what: &str,
    at: &[String],
    domain: &[String],
) -> Diagnostic {
    let place = if at.is_empty() { String::new() } else { format!(" where {}", at.join(", ")) };
    let message = format!("this equation for {} gives no value{place}: {what}", shown(name));
    let help = listed(domain).map_or("its result must be one of the variable's values".to_owned(), |domain| {
        format!("the values of {} are {domain}; `var` declares them; true is 1, yes or true", shown(name))
    });
    error("whatif::equation_value", source, message, span, "").help(help)
}

pub(crate) fn not_linear(source: &Source, span: Span) -> Diagnostic {
    let message = "a model with normal noise is linear throughout, and this is not".to_owned();
    error("whatif::not_linear", source, message, span, "not linear")
        .help("write each line as `y := 0.3 x - 1.2 z + noise(sd 0.5)` or `x ~ normal(mean 1, sd 2)`")
}

pub(crate) fn negative_spread(source: &Source, span: Span, written: &str) -> Diagnostic {
    let message = format!("{} is negative, and a spread is not", shown(written));
    error("whatif::negative_spread", source, message, span, "negative").help("write `sd 0.5` or `var 0.25`")
}

// ─── Questions ───────────────────────────────────────────────────────────────────────────────────────────────────

pub(crate) fn model_has_no(source: &Source, name: &str, span: Span, model: &str, near: &[String]) -> Diagnostic {
    let message = format!("the model {} has no variable {}", shown(model), shown(name));
    let help = suggest(near, "its variables are those of its graph and its exogenous ones");
    error("whatif::model_has_no", source, message, span, "not known")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn not_structural(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!(
        "this compares worlds in which {} differs, and a random table does not say what the same unit would have done",
        shown(name)
    );
    error("whatif::not_structural", source, message, span, "a counterfactual").help(format!(
        "give {} an equation with its noise, as in `{name} := if … then noise(bernoulli 0.2) else noise(bernoulli 0.7)`",
        shown(name)
    ))
}

pub(crate) fn question_too_large(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("with its names written out this question has more than {most} parts, or nests too deep");
    error("whatif::question_too_large", source, message, span, "too large").help("ask for its parts one by one")
}

pub(crate) fn other_response(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("{} is set to what another variable would be", shown(name));
    error("whatif::other_response", source, message, span, "another variable")
        .help(format!("a variable is set to its own value in another world: `{name} = {name}[…]`"))
}

pub(crate) fn policy_cycle(source: &Source, span: Span) -> Diagnostic {
    let message = "with this rule a variable would depend on itself".to_owned();
    error("whatif::policy_cycle", source, message, span, "runs in a circle")
        .help("a rule looks at variables that the action does not change")
}

pub(crate) fn explain_value(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("`explain` needs the value of {}", shown(name));
    error("whatif::explain_value", source, message, span, "no value").help(format!("write `explain {name} = …`"))
}

pub(crate) fn explain_linear(source: &Source, span: Span) -> Diagnostic {
    let message = "a linear model has no most probable values but the means".to_owned();
    error("whatif::explain_linear", source, message, span, "linear").help("ask for the means: `E[x | y = 1]`")
}

pub(crate) fn quantity_values(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("{} has not just two values: which are meant?", shown(name));
    error("whatif::quantity_values", source, message, span, "values are needed")
        .help(format!("write the change, `{name} = 0 -> 1`; for an effect the value, `{name} = 1`"))
}

pub(crate) fn not_a_mediator(source: &Source, span: Span, name: &str, (from, to): (&str, &str)) -> Diagnostic {
    let message = format!("{} lies on no directed path from {} to {}", shown(name), shown(from), shown(to));
    error("whatif::not_a_mediator", source, message, span, "no mediator").help("leave it out of `via`")
}

pub(crate) fn via(source: &Source, span: Span, kind: &str) -> Diagnostic {
    let message = format!("{} goes over all paths", shown(kind));
    error("whatif::via", source, message, span, "mediators here")
        .help("mediators are named in `nde(… via m)` and `nie(… via m)`")
}

pub(crate) fn model_question(source: &Source, span: Span, model: &str, graph: &str) -> Diagnostic {
    let message = format!("the model {} answers with numbers, and this asks about the graph", shown(model));
    error("whatif::model_question", source, message, span, "not a question to a model").help(format!(
        "ask its graph instead: `… in {graph}`; a model is asked for `P(…)`, `E[…]`, their sums and products, `A == B`, \
         `x _||_ y | z`, `explain …` or `sensitivity …`"
    ))
}

pub(crate) fn sensitivity_fixed(source: &Source, span: Span) -> Diagnostic {
    let message =
        "the sensitivity of a single number is asked for, and here values are left free or summed over".to_owned();
    error("whatif::sensitivity_fixed", source, message, span, "not a single number")
        .help("give every variable a value: `sensitivity P(y = 1 | do(x = 1))`; it needs a model with tables")
}

pub(crate) fn expected_number(source: &Source, span: Span) -> Diagnostic {
    let message = "a number is expected of a model, and here values are left free".to_owned();
    error("whatif::expected_number", source, message, span, "not a single number")
        .help("give every variable a value: `expect P(y = 1 | do(x = 1)) = 0.42 in m`")
}

// ─── What a graph cannot answer ──────────────────────────────────────────────────────────────────────────────────

const ASK_MODEL: &str = "a model with equations answers it with a number: `… in MODEL`";

pub(crate) fn counterfactual(source: &Source, span: Span, name: &str) -> Diagnostic {
    let message = format!("{} in a world of its own (a counterfactual) is not supported yet", shown(name));
    error("whatif::counterfactual_not_supported_yet", source, message, span, "a world")
        .help(format!("an effect is asked with `P({name} | do(x = 1))`; {ASK_MODEL}"))
}

pub(crate) fn policy(source: &Source, span: Span) -> Diagnostic {
    let message = "an action that is no single value is not supported yet in a question to a graph".to_owned();
    error("whatif::policy_not_supported_yet", source, message, span, "")
        .help(format!("an action sets a value, `do(x = 1)`, or any value, `do(x)`; {ASK_MODEL}"))
}

pub(crate) fn quantity(source: &Source, span: Span, kind: &str) -> Diagnostic {
    let message = format!("`{kind}( )` is asked of a model");
    error("whatif::needs_model", source, message, span, "asked of a graph").help(ASK_MODEL)
}

pub(crate) fn needs_model(source: &Source, span: Span, word: &str) -> Diagnostic {
    let message = format!("`{word}` is asked of a model");
    error("whatif::needs_model", source, message, span, "asked of a graph")
        .help("write `in MODEL` after it; a model is written `model NAME of GRAPH { … }`")
}
