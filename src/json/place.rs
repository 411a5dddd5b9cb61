//! Spans and diagnostics.

use crate::source::{Diagnostic, Severity, Source, Span};
use serde_json::{Value, json};

/// Bytes from the start of the file; line and column counted from 1, the column in Unicode scalar values.
pub(super) fn span(source: &Source, span: Span) -> Value {
    let (line, column) = source.line_column(span.start);
    json!({ "start": span.start, "end": span.end, "line": line, "column": column })
}

pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Value {
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let mut place = span(&diagnostic.source, label.span);
            place["text"] = Value::from(label.text.as_str());
            place
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "file": diagnostic.source.name(),
        "message": diagnostic.message,
        "help": diagnostic.help,
        "labels": labels,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_names_its_places_by_line_and_column() {
        let source = Source::new("t.causal", "ä -> b\nP(c)\n");
        let found = Diagnostic::error("whatif::unknown_variable", &source, "no c", Span::new(10, 11), "here").help("b");
        assert_eq!(
            diagnostic(&found).to_string(),
            r#"{"code":"whatif::unknown_variable","severity":"error","file":"t.causal","message":"no c","help":"b","labels":[{"start":10,"end":11,"line":2,"column":3,"text":"here"}]}"#
        );
    }
}
