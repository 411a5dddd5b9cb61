//! What is wrong in a text, where, and what to write instead.

use super::{Source, Span};
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Nothing is answered while one of these stands.
    Error,
    /// Probably not what was meant; answers are given.
    Warning,
}

/// A place in the text, with a word about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// A few words, lower case, no full stop; may be empty.
    pub text: String,
}

/// A change of the text that would mend what is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, in a few words: `write service`.
    pub title: String,
    /// What is replaced; empty where something is put in.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Fix {
    fn writing(span: Span, text: String) -> Self {
        Self { title: format!("write {text}"), span, text }
    }
}

/// One thing that is wrong. Each floor builds its own in its `diagnostics.rs`.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable code, `whatif::snake_case`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// Changes that would mend it, the likeliest first. None is made but by the reader's choice.
    pub fixes: Box<[Fix]>,
    /// The text it was found in.
    pub source: Source,
}

impl Diagnostic {
    /// An error with one place.
    #[must_use]
    pub fn error(
        code: &'static str,
        source: &Source,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            help: None,
            labels: vec![Label { span, text: label.into() }],
            fixes: Box::default(),
            source: source.clone(),
        }
    }

    /// A warning with one place.
    #[must_use]
    pub fn warning(
        code: &'static str,
        source: &Source,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, source, message, span, label) }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a change that would mend it.
    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>, title: impl Into<String>) -> Self {
        let fix = Fix { title: title.into(), span, text: text.into() };
        self.fixes = self.fixes.into_iter().chain([fix]).collect();
        self
    }

    /// Adds one change for each of some texts that may have been meant at the main place.
    #[must_use]
    pub fn instead<S: Into<String>>(mut self, texts: impl IntoIterator<Item = S>) -> Self {
        let span = self.labels.first().map_or_else(Span::default, |label| label.span);
        let mut fixes = self.fixes.into_vec();
        for text in texts {
            fixes.push(Fix::writing(span, text.into()));
        }
        self.fixes = fixes.into_boxed_slice();
        self
    }

    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().map(|label| {
            let text = (!label.text.is_empty()).then(|| label.text.clone());
            let span = self.source.marked(label.span);
            miette::LabeledSpan::new(text, span.start, span.end - span.start)
        })))
    }
}

impl miette::SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        // Miette would walk over the whole text up to the place.
        let (first, window) = self.window(span, context_lines_before, context_lines_after);
        let shifted = (span.offset().saturating_sub(window.start), span.len()).into();
        let contents = self.slice(window).read_span(&shifted, context_lines_before, context_lines_after)?;
        let wide = |line: &[u8]| line.len() > WIDEST;
        if context_lines_before + context_lines_after == 0 || !contents.data().split(|&b| b == b'\n').any(wide) {
            return Ok(Box::new(miette::MietteSpanContents::new_named(
                self.name().to_owned(),
                contents.data(),
                (window.start + contents.span().offset(), contents.span().len()).into(),
                first + contents.line() + self.first_line() - 1,
                // Miette counts bytes.
                if context_lines_before == 0 { self.line_column(span.offset()).1 - 1 } else { contents.column() },
                contents.line_count(),
            )));
        }
        let part = self.excerpt(span.offset(), span.offset() + span.len());
        let (line, column) = self.line_column(part.start);
        let data = self.slice(part);
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name().to_owned(),
            data.as_bytes(),
            (part.start, data.len()).into(),
            line - 1,
            column - 1,
            data.matches('\n').count(),
        )))
    }
}

/// Lines longer than this, in bytes, are shown in part.
const WIDEST: usize = 200;
/// So much of such a line is shown before a place …
const BEFORE: usize = 40;
/// … and so much from its beginning on, where it is longer than fits.
const AFTER: usize = 100;

impl Source {
    /// The lines around a place with one more on each side, by the number of the first of them from 0.
    fn window(&self, span: &miette::SourceSpan, before: usize, after: usize) -> (usize, Span) {
        let line = |offset: usize| self.line_column(offset).0 - self.first_line();
        let first = line(span.offset()).saturating_sub(before + 1);
        let last = line(span.offset() + span.len()) + after + 2;
        let start = |line: usize| self.line_start(line + 1);
        (first, Span::new(start(first), start(last)))
    }

    /// The stretch of text that is shown around a place in or beside a long line: within its lines, and not much longer
    /// than a screen is wide.
    fn excerpt(&self, start: usize, end: usize) -> Span {
        let text = self.text();
        let boundary = |mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = boundary(start.min(text.len()));
        let end = boundary(end.clamp(start, text.len()));
        let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let last = text.get(end..).and_then(|after| after.find('\n')).map_or(text.len(), |at| end + at);
        let end = if end - start > WIDEST { start + AFTER } else { end + BEFORE };
        Span::new(first.max(boundary(start.saturating_sub(BEFORE))), last.min(boundary(end.min(text.len()))))
    }

    /// A place as it is marked: of one that is longer than its excerpt, the beginning.
    fn marked(&self, span: Span) -> Span {
        let shown = self.excerpt(span.start, span.end);
        if span.end - span.start > WIDEST && !self.slice(span).contains('\n') {
            Span::new(span.start, span.end.min(shown.end))
        } else {
            span
        }
    }
}
