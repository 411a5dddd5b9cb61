//! What can be wrong with a line that is no statement.

use crate::source::{Diagnostic, Label, Source, Span};

fn error(code: &'static str, line: &str, message: String, help: &str) -> Diagnostic {
    let source = Source::new("input", line);
    Diagnostic::error(code, &source, message, Span::new(0, line.len()), "").help(help)
}

pub(super) fn unknown_command(line: &str, word: &str) -> Diagnostic {
    error("whatif::unknown_command", line, format!("there is no command :{word}"), "`:help` lists the commands")
}

pub(super) fn nothing_to_drop(line: &str) -> Diagnostic {
    error("whatif::no_graph", line, "there is no graph yet".to_owned(), "draw one: `x -> y`")
}

pub(super) fn drop_form(line: &str) -> Diagnostic {
    let help = "write `drop x -> y` for an edge, `drop x` for a variable, `drop latent u` to have u measured";
    error("whatif::drop_form", line, "`drop` is not written like this".to_owned(), help)
}

pub(super) fn no_such_variable(line: &str, name: &str) -> Diagnostic {
    error("whatif::unknown_variable", line, format!("the graph has no variable {name}"), "`:graph` shows the graph")
}

pub(super) fn not_latent(line: &str, name: &str) -> Diagnostic {
    error(
        "whatif::not_latent",
        line,
        format!("{name} is not latent"),
        "`:graph` shows the graph; `latent u` makes u latent",
    )
}

pub(super) fn no_such_edge(line: &str, edge: &str) -> Diagnostic {
    error("whatif::no_such_edge", line, format!("the graph has no edge `{edge}`"), "`:graph` shows the graph")
}

pub(super) fn no_such_graph<'a>(line: &str, name: &str, known: impl Iterator<Item = &'a String>) -> Diagnostic {
    let help = listed(known, "the graphs are", "there is none yet: draw one, `x -> y`");
    error("whatif::unknown_graph", line, format!("there is no graph {name}"), &help)
}

pub(super) fn no_such_question<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Diagnostic {
    let help = listed(known, "the questions with a name are", "give one a name: `total: P(y | do(x))`");
    error("whatif::unknown_question", name, format!("no question is called {name}"), &help)
}

/// Some of the names there are, for someone who took another.
fn listed<'a>(known: impl Iterator<Item = &'a String>, are: &str, none: &str) -> String {
    let names: Vec<String> = known.take(10).map(|name| format!("`{name}`")).collect();
    if names.is_empty() { none.to_owned() } else { format!("{are} {}", names.join(", ")) }
}

/// Where all it points at stands in the line just typed, only that line is shown.
pub(super) fn moved(fault: &Diagnostic, place: Span, line: &str) -> Diagnostic {
    let inside = |label: &Label| place.start <= label.span.start && label.span.end <= place.end;
    let mut fault = fault.clone();
    if place.end - place.start == line.len() && fault.labels.iter().all(inside) {
        fault.source = Source::new("input", line);
        for label in &mut fault.labels {
            label.span = Span::new(label.span.start - place.start, label.span.end - place.start);
        }
    } else if fault.source.name().is_empty() {
        // What was typed so far has no file to be named after.
        fault.source = Source::new("session", fault.source.text());
    }
    fault
}
