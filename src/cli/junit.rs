//! The outcome of `whatif test` as JUnit's XML, which continuous integration reads.

use super::test::{Answers, Outcome};
use std::fmt::Write;

/// One suite for each file, one case for its answers and one for each expectation.
pub fn report(outcomes: &[Outcome]) -> String {
    let mut suites = String::new();
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    for outcome in outcomes {
        let file = escaped(&outcome.path.display().to_string());
        let mut cases = Vec::new();
        match &outcome.result {
            Err(diagnostics) => {
                errors += 1;
                let first = diagnostics.first().map(ToString::to_string).unwrap_or_default();
                let all: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
                cases.push(case(&file, "errors", Some(("error", &first, &all.join("\n")))));
            }
            Ok(tested) => {
                match &tested.answers {
                    Answers::NotAsked => {}
                    Answers::Same | Answers::Accepted => cases.push(case(&file, "answers", None)),
                    Answers::New(now) => {
                        cases.push(case(&file, "answers", Some(("failure", "there is no snapshot yet", now))));
                    }
                    Answers::Other(before, now) => {
                        let difference = super::difference::lines(before, now, false);
                        cases.push(case(&file, "answers", Some(("failure", "the answers are others", &difference))));
                    }
                }
                for expected in &tested.report.expected {
                    let line = tested.report.problem.source.line_column(expected.span.start).0;
                    let name = escaped(&format!("line {line}: {}", expected.text));
                    let why = expected.reason.as_deref().unwrap_or_default();
                    let failed = (expected.holds != Some(true)).then_some(("failure", "expected otherwise", why));
                    cases.push(case(&file, &name, failed));
                }
                failures += outcome.count().1;
            }
        }
        tests += cases.len();
        let error = usize::from(outcome.result.is_err());
        let failed = if error == 0 { outcome.count().1 } else { 0 };
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{file}\" tests=\"{}\" failures=\"{failed}\" errors=\"{error}\" time=\"{:.3}\">\n{}  \
             </testsuite>",
            cases.len(),
            outcome.seconds,
            cases.concat(),
        );
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"whatif\" tests=\"{tests}\" \
         failures=\"{failures}\" errors=\"{errors}\">\n{suites}</testsuites>\n"
    )
}

fn case(file: &str, name: &str, failed: Option<(&str, &str, &str)>) -> String {
    let start = format!("    <testcase classname=\"{file}\" name=\"{name}\"");
    match failed {
        None => format!("{start}/>\n"),
        Some((kind, message, text)) => {
            let (message, text) = (escaped(message), escaped(text));
            format!("{start}>\n      <{kind} message=\"{message}\">{text}</{kind}>\n    </testcase>\n")
        }
    }
}

/// Text for XML, in which most control characters may not stand even as references.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_cannot_break_the_report() {
        assert_eq!(super::escaped("a<b> & \"c\"\u{7}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
    }
}
