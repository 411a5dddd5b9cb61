//! Collects diagnostics: all of a file at once, in file order, and no more than people read.

use super::diagnostics;
use crate::source::{Diagnostic, Source};

/// How many errors are kept; the rest are counted.
pub(super) const MAX_ERRORS: usize = 1_000;
/// How many warnings are: nobody reads more of them, and none keeps an answer back.
pub(super) const MAX_WARNINGS: usize = 100;

/// The diagnostics of one file.
#[derive(Debug)]
pub(super) struct Findings {
    pub source: Source,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    errors_dropped: usize,
    warnings_dropped: usize,
}

impl Findings {
    pub fn new(source: &Source) -> Self {
        Self {
            source: source.clone(),
            errors: Vec::new(),
            warnings: Vec::new(),
            errors_dropped: 0,
            warnings_dropped: 0,
        }
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        let (kept, dropped, most) = if diagnostic.is_error() {
            (&mut self.errors, &mut self.errors_dropped, MAX_ERRORS)
        } else {
            (&mut self.warnings, &mut self.warnings_dropped, MAX_WARNINGS)
        };
        if kept.len() < most {
            kept.push(diagnostic);
        } else {
            *dropped += 1;
        }
    }

    /// As if all of another's had been pushed here, in their order.
    pub fn extend(&mut self, other: Self) {
        other.errors.into_iter().chain(other.warnings).for_each(|diagnostic| self.push(diagnostic));
        self.errors_dropped += other.errors_dropped;
        self.warnings_dropped += other.warnings_dropped;
    }

    /// Whether there is no error and hardly a warning.
    pub fn is_few(&self) -> bool {
        self.errors() == 0 && self.warnings.len() <= 4
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.errors.len() + self.errors_dropped
    }

    /// Everything in file order; where something was left out, the last one says so.
    pub fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.errors;
        all.extend(self.warnings);
        sort(&mut all);
        if self.errors_dropped + self.warnings_dropped > 0 {
            let end = all.iter().filter_map(|d| d.labels.first()).map(|l| l.span).max().unwrap_or_default();
            all.push(diagnostics::and_more(&self.source, end, self.errors_dropped, self.warnings_dropped));
        }
        all
    }
}

/// By the place of the first label; where two stand at one place, as they came.
pub(super) fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_cached_key(|d| d.labels.first().map_or(usize::MAX, |label| label.span.start));
}
