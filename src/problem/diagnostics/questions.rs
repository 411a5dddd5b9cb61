//! Words about questions and expressions.

use super::{either, listed, shown};
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::print;

/// `roles` say what the variable is at each place, the later place first.
pub(crate) fn variable_twice(source: &Source, name: &str, span: Span, first: Span, roles: (&str, &str)) -> Diagnostic {
    let name = shown(name);
    let message = if roles.0 == roles.1 {
        format!("{name} is named twice")
    } else {
        format!("{name} stands on two sides of one question")
    };
    let help = if roles.0 == roles.1 {
        "name it once".to_owned()
    } else if matches!(roles, ("condition", "action") | ("action", "condition")) {
        format!("once {name} is set by `do`, nothing else can be observed of it: leave one of the two out")
    } else {
        "a variable has one place in a question: leave one of the two out".to_owned()
    };
    Diagnostic::error("whatif::variable_twice", source, message, span, format!("{} here", roles.0))
        .label(first, format!("{} here", roles.1))
        .help(help)
}

pub(crate) fn value_outside_domain(
    source: &Source,
    value: &str,
    name: &str,
    span: Span,
    near: &[String],
    domain: &[String],
) -> Diagnostic {
    let message = format!("{} is no value of {}", shown(value), shown(name));
    let help = if !near.is_empty() {
        format!("did you mean {}?", either(near))
    } else if let Some(domain) = listed(domain) {
        format!("its values are {domain}")
    } else {
        let (first, last) = (domain.first().map_or("", |v| v), domain.last().map_or("", |v| v));
        format!("its {} values go from {} to {}", domain.len(), shown(first), shown(last))
    };
    Diagnostic::error("whatif::value_outside_domain", source, message, span, "not in its domain")
        .help(help)
        .instead(near.iter().map(|near| print::value(near)))
}

/// `E` of, or the bare name of, a variable some value of which is no number.
pub(crate) fn not_numeric(source: &Source, name: &str, span: Span, value: &str) -> Diagnostic {
    let (name, value) = (shown(name), shown(value));
    let message = format!("{name} has no numeric value: {value} is no number");
    Diagnostic::error("whatif::not_numeric", source, message, span, "its values are names").help(format!(
        "ask for the probability of one value, as in `P(y = high | …)`, or declare numbers as the values of {name}"
    ))
}

pub(crate) fn let_named_like_variable(source: &Source, name: &str, span: Span, variable: Span) -> Diagnostic {
    let message = format!("{} names a variable already", shown(name));
    Diagnostic::error("whatif::let_named_like_variable", source, message, span, "an expression here")
        .label(variable, "a variable here")
        .help("call the expression something else: in an expression a bare name means one thing only")
}

pub(crate) fn label_hides_variable(source: &Source, name: &str, span: Span, variable: Span) -> Diagnostic {
    let shown = shown(name);
    let message = format!("the question {shown} has the name of a variable");
    Diagnostic::warning("whatif::label_hides_variable", source, message, span, "a question here")
        .label(variable, "a variable here")
        .help(format!("a bare {shown} in an expression below is this question, not the value of the variable"))
}

pub(crate) fn unknown_name(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let message = format!("{} names nothing here", shown(name));
    let help = if near.is_empty() {
        "a bare name in an expression is a `let`, a named question, or the value of a variable; a distribution is \
         written `P(…)`"
            .to_owned()
    } else {
        format!("did you mean {}?", either(near))
    };
    Diagnostic::error("whatif::unknown_name", source, message, span, "not known")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

pub(crate) fn used_before_definition(source: &Source, name: &str, span: Span, defined: Span, own: bool) -> Diagnostic {
    let name = shown(name);
    let (message, label, help) = if own {
        (format!("{name} is defined by itself"), "its own name", "a name stands for an expression of other names")
    } else {
        (
            format!("{name} is used above its definition"),
            "used here",
            "move the definition up: names are known below it",
        )
    };
    Diagnostic::error("whatif::used_before_definition", source, message, span, label)
        .label(defined, "defined here")
        .help(help)
}

/// `sum_z P(z)`
pub(crate) fn sum_without_braces(source: &Source, name: &str, span: Span, over: &[&str]) -> Diagnostic {
    let message = format!("{} reads as a name", shown(name));
    Diagnostic::error("whatif::sum_without_braces", source, message, span, "a sum needs braces")
        .help(format!("write `sum_{{{}}}`", over.join(", ")))
}

/// `Y_x`
pub(crate) fn subscript(source: &Source, name: &str, span: Span, variable: &str, action: &str) -> Diagnostic {
    let message = format!("{} reads as a name, not as {variable} in another world", shown(name));
    Diagnostic::error("whatif::subscript", source, message, span, "not a variable").help(format!(
        "for {} after {} is set write `P({variable} | do({action}))`",
        shown(variable),
        shown(action)
    ))
}

pub(crate) fn prime_not_allowed(source: &Source, name: &str, span: Span, of_expectation: bool) -> Diagnostic {
    let message = format!("{} cannot have a prime here", shown(name));
    let help = if of_expectation {
        format!("an expectation goes over all values of {} already: leave the prime out", shown(name))
    } else {
        "a prime makes another value of a variable; this is the name of an expression: leave the prime out".to_owned()
    };
    Diagnostic::error("whatif::prime_not_allowed", source, message, span, "primed here").help(help)
}

pub(crate) fn bound_twice(source: &Source, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("one sum goes twice over {}", shown(name));
    Diagnostic::error("whatif::bound_twice", source, message, span, "again here")
        .label(first, "here")
        .help("name it once, or sum over another value of it, as in `sum_{z, z'}`")
}

pub(crate) fn hidden_bound(source: &Source, name: &str, span: Span, outer: Span, primed: &str) -> Diagnostic {
    let name = shown(name);
    let message = format!("this sum over {name} stands inside another one over {name}");
    Diagnostic::warning("whatif::hidden_bound", source, message, span, "below, the name means this one")
        .label(outer, "the outer sum")
        .help(format!("write {} for the inner one and where it is meant", shown(primed)))
}

/// `sum_{z} P(z = 1)`
pub(crate) fn value_in_sum(source: &Source, name: &str, span: Span, value: &str, at: Span) -> Diagnostic {
    let (shown_name, text) = (shown(name), shown(&format!("{name} = {value}")));
    let message = format!("the sum goes over {shown_name}, but below it {shown_name} is fixed");
    Diagnostic::error("whatif::value_in_sum", source, message, span, "summed over here")
        .label(at, "one value here")
        .help(format!("write {shown_name} instead of {text}, or leave {shown_name} out of the sum"))
}

pub(crate) fn unused_sum(source: &Source, name: &str, span: Span) -> Diagnostic {
    let name = shown(name);
    let message = format!("the sum goes over {name}, which does not occur below it");
    Diagnostic::warning("whatif::unused_sum", source, message, span, "never used")
        .help(format!("such a sum multiplies by the number of values of {name}: leave {name} out, or use it"))
}

pub(crate) fn not_an_expression(source: &Source, name: &str, span: Span, defined: Span) -> Diagnostic {
    let message = format!("the question {} is no expression", shown(name));
    Diagnostic::error("whatif::not_an_expression", source, message, span, "an expression is needed here")
        .label(defined, "asked here")
        .help("only questions after effects, expectations and their sums stand for a number")
}

pub(crate) fn other_graph(source: &Source, name: &str, span: Span, graphs: (&str, &str), asked: Span) -> Diagnostic {
    let message =
        format!("{} is asked of the graph {}, this of the graph {}", shown(name), shown(graphs.0), shown(graphs.1));
    Diagnostic::error("whatif::other_graph", source, message, span, "asked of another graph")
        .label(asked, "asked here")
        .help(format!("ask of the same graph, `… in {}`, or write the expression again", graphs.0))
}

pub(crate) fn nothing_asked(source: &Source, span: Span) -> Diagnostic {
    let message = "this expression has no probability in it";
    Diagnostic::error("whatif::nothing_asked", source, message, span, "nothing to identify")
        .help("ask for an effect, `P(y | do(x))`, or an expectation, `E[y | do(x)]`")
}

pub(crate) fn nothing_of(source: &Source, span: Span) -> Diagnostic {
    let message = "nothing stands before the bar";
    Diagnostic::error("whatif::nothing_asked", source, message, span, "a distribution of nothing")
        .help("name the outcomes first: `P(y | do(x))`")
}

pub(crate) fn empty_side(source: &Source, span: Span) -> Diagnostic {
    let message = "one side of this question is empty";
    Diagnostic::error("whatif::nothing_asked", source, message, span, "no variable")
        .help("name at least one variable on each side")
}

pub(crate) fn e_of_one(source: &Source, span: Span) -> Diagnostic {
    let message = "an expectation is of one variable";
    Diagnostic::error("whatif::e_of_one", source, message, span, "not a single variable")
        .help("write one `E[y | …]` for each; the expectation of a product is `sum_{y, z} y z P(y, z | …)`")
}

pub(crate) fn e_of_value(source: &Source, name: &str, value: &str, span: Span) -> Diagnostic {
    let message = format!("an expectation goes over all values of {}", shown(name));
    Diagnostic::error("whatif::e_of_one", source, message, span, "one value only")
        .help(format!("write `P({name} = {value} | …)` for the probability of that value"))
}

pub(crate) fn adjust_needs_action(source: &Source, span: Span) -> Diagnostic {
    let message = "without an action there is nothing to adjust for";
    Diagnostic::error("whatif::adjust_needs_action", source, message, span, "no `do` here")
        .help("write the treatment as an action: `adjust P(y | do(x))`")
}

pub(crate) fn adjust_needs_effect(source: &Source, span: Span) -> Diagnostic {
    let message = "`adjust` takes one effect";
    Diagnostic::error("whatif::adjust_needs_effect", source, message, span, "not a single P-term")
        .help("write `adjust P(y | do(x))`, or the name of a question that asks for one")
}

pub(crate) fn number_too_long(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("this number has more than {most} digits");
    Diagnostic::error("whatif::number_too_long", source, message, span, "too long").help("write a shorter number")
}

pub(crate) fn not_a_number(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::number_too_long", source, "this is no number", span, "not a number")
        .help("numbers are written `2`, `0.3` or `1/2`")
}

pub(crate) fn division_by_zero(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::division_by_zero", source, "this divides by zero", span, "zero")
        .help("a quotient needs a denominator other than 0")
}

pub(crate) fn too_deep(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("with its names expanded, this expression is nested more than {most} deep");
    Diagnostic::error("whatif::too_deep", source, message, span, "too deep")
        .help("ask about a part of it, or write it without so many names that use each other")
}

pub(crate) fn too_large(source: &Source, span: Span, most: usize) -> Diagnostic {
    let message = format!("with its names expanded, this expression has more than {most} different parts");
    Diagnostic::error("whatif::too_large", source, message, span, "too large").help("ask about a part of it")
}

pub(crate) fn file_too_large(source: &Source, span: Span, what: &str) -> Diagnostic {
    let message = format!("the {what} of this file are too large together");
    Diagnostic::error("whatif::too_large", source, message, span, "the limit is passed here")
        .help("split the file; what stands below is not looked at")
}

pub(crate) fn unused_let(source: &Source, name: &str, span: Span) -> Diagnostic {
    let message = format!("nothing uses {}", shown(name));
    Diagnostic::warning("whatif::unused_let", source, message, span, "never used below")
        .help("leave it out, or ask about it, as in `simplify`")
}

/// A name or a number that none of a file's questions has; `known` are their numbers and names.
pub(crate) fn unknown_question(
    source: &Source,
    span: Span,
    known: &[(usize, Option<String>)],
    near: &[String],
) -> Diagnostic {
    const MOST: usize = 12;
    let message = format!("no question of the file is called {}", shown(source.slice(span)));
    let help = if !near.is_empty() {
        format!("did you mean {}?", either(near))
    } else if known.is_empty() {
        "the file asks nothing; write the question out, as in `P(y | do(x))`".to_owned()
    } else {
        let called =
            known.iter().take(MOST).filter_map(|(number, name)| Some(format!("{number} {}", shown(name.as_ref()?))));
        let called: Vec<String> = called.collect();
        let (last, called) = (known.len(), called.join(", "));
        let names = if called.is_empty() { "none has a name".to_owned() } else { format!("names: {called}") };
        let numbers =
            if last == 1 { "it asks 1 question".to_owned() } else { format!("its questions are 1 to {last}") };
        format!("{numbers} ({names}); or write the question out, as in `P(y | do(x))`")
    };
    Diagnostic::error("whatif::unknown_question", source, message, span, "neither a name nor a number in the file")
        .help(help)
        .instead(near.iter().map(|near| print::name(near)))
}

/// A text that was to be one question.
pub(crate) fn not_one_question(source: &Source, span: Span) -> Diagnostic {
    Diagnostic::error("whatif::not_one_question", source, "one question is wanted here", span, "not one question")
        .help("write one question in the language, such as `P(y | do(x))` or `x _||_ y | z`")
}

pub(crate) fn unknown_table(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let help = if near.is_empty() {
        format!("say where the data are: `table {name} = \"{name}.csv\"`")
    } else {
        format!("did you mean {}?", either(near))
    };
    Diagnostic::error("whatif::unknown_table", source, format!("there is no table {}", shown(name)), span, "")
        .help(help)
}

pub(crate) fn unknown_query(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let help = if near.is_empty() {
        format!("name a question before it is asked of data: `{name}: P(y | do(x))`")
    } else {
        format!("did you mean {}?", either(near))
    };
    let message = format!("no question is called {}", shown(name));
    Diagnostic::error("whatif::unknown_query", source, message, span, "").help(help)
}

pub(crate) fn control_without_effect(source: &Source, query: &str, span: Span) -> Diagnostic {
    let message = format!("{} is about no action, so there is nothing for a control to stand in for", shown(query));
    Diagnostic::error("whatif::control_without_effect", source, message, span, "")
        .help("ask for an effect: `total: P(y = 1 | do(x = 1)) - P(y = 1 | do(x = 0))`")
}

pub(crate) fn control_in_question(source: &Source, name: &str, span: Span, role: &str) -> Diagnostic {
    let message = format!("{} is {role} itself", shown(name));
    Diagnostic::error("whatif::control_in_question", source, message, span, "")
        .help("a negative control is another variable, of which nothing may be found")
}

pub(crate) fn control_affected(source: &Source, path: &[String], treatment: bool, span: Span) -> Diagnostic {
    let name = |at: Option<&String>| shown(at.map_or("", String::as_str));
    let (first, last) = (name(path.first()), name(path.last()));
    let what = if treatment { "a cause of the outcome" } else { "changed by the treatment" };
    let control = if treatment { &first } else { &last };
    let mut way: Vec<&str> = path.iter().map(String::as_str).collect();
    if way.len() > 8 {
        way.splice(4..way.len() - 3, ["…"]);
    }
    let message = format!("{control} is no negative control: by the graph it is {what}");
    let other = if treatment { "that does not cause the outcome" } else { "that the treatment does not change" };
    Diagnostic::error("whatif::control_affected", source, message, span, way.join(" -> "))
        .help(format!("name a variable {other}, or take the edge out of the graph if {first} does not affect {last}"))
}

pub(crate) fn table_variable(source: &Source, name: &str, span: Span, near: &[String]) -> Diagnostic {
    let help = if near.is_empty() {
        "columns that no graph names need no line here; a column of another name is read with `x = column \"NAME\"`"
            .to_owned()
    } else {
        format!("did you mean {}?", either(near))
    };
    Diagnostic::error("whatif::table_variable", source, format!("no graph has a variable {}", shown(name)), span, "")
        .help(help)
}

pub(crate) fn bins_not_ascending(source: &Source, span: Span) -> Diagnostic {
    let message = "the edges of bins ascend";
    Diagnostic::error("whatif::bins_not_ascending", source, message, span, "not above the one before")
        .help("write the least first: `bins(0, 30, 70)`")
}
