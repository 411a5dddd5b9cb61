//! A long text, read in parts at once where threads are lent.
//!
//! Each part is read as if the text began there. Its result counts only if what stands before it was read up to just that
//! place, with nothing open and no documentation waiting, and if no limit was reached on the way; from where this fails on
//! the text is read again in one go. So the outcome is the same as without threads, whatever the text.

use super::{Body, Reader};
use crate::parallel;
use crate::source::{Diagnostic, Source};
use crate::syntax::cut::Text;
use crate::syntax::{MAX_ERRORS, MAX_ITEMS};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How long a part is, at least: long enough that to begin it costs nothing, short enough that no thread waits long for
/// the last one.
pub(super) const BYTES: usize = 32 << 10;

impl<'a> Reader<'a> {
    /// Statements from an offset on, as many as can be read at once; where to read on.
    pub(super) fn statements_at_once(&mut self, from: usize) -> usize {
        let marks: Vec<usize> = self.text.marks().collect();
        let keep = self.keep;
        let parts = at_once(self.source, self.text, from, &marks, |reader, at, until| {
            reader.keep = keep;
            reader.statements(at, until).then(|| std::mem::take(&mut reader.tree.statements))
        });
        self.tree.statements.reserve(parts.iter().filter_map(|part| part.held.as_ref()).map(Vec::len).sum());
        let mut at = from;
        for (part, mark) in parts.into_iter().zip(marks) {
            let Some(statements) = self.take(part) else { break };
            self.tree.statements.extend(statements);
            at = mark;
        }
        at
    }

    /// Lines of a graph's body, as many as can be read at once.
    pub(super) fn graph_lines_at_once(&mut self, brace: usize, unclosed: Option<usize>, body: &mut Body) {
        let marks: Vec<usize> = self.text.marks_in(brace).collect();
        let parts = at_once(self.source, self.text, body.at, &marks, |reader, at, until| {
            let mut body = Body { at, end: at, items: Vec::new() };
            reader.graph_lines(brace, unclosed, &mut body, until).then_some(body)
        });
        let starts = std::iter::once(body.at).chain(marks);
        for (part, start) in parts.into_iter().zip(starts) {
            let Some(Body { at, end, items }) = self.take(part) else { break };
            // A part may be nothing but comments.
            if at > start {
                (body.at, body.end) = (at, end);
            }
            body.items.extend(items);
        }
    }

    /// What a part holds, if it holds what would have been read here.
    fn take<T>(&mut self, part: Part<T>) -> Option<T> {
        let items = self.items + part.items;
        let diagnostics = self.diagnostics.len() + part.diagnostics.len();
        let held = part.held.filter(|_| items <= MAX_ITEMS && diagnostics <= MAX_ERRORS)?;
        self.items = items;
        self.diagnostics.extend(part.diagnostics);
        Some(held)
    }
}

/// What one part of a text holds; nothing where what follows it would be read otherwise.
struct Part<T> {
    held: Option<T>,
    items: usize,
    diagnostics: Vec<Diagnostic>,
}

/// The parts that end at the marks, the first of which begins at `from`.
fn at_once<T: Send + Sync>(
    source: &Source,
    text: &Text<'_>,
    from: usize,
    marks: &[usize],
    read: impl Fn(&mut Reader<'_>, usize, usize) -> Option<T> + Sync,
) -> Vec<Part<T>> {
    let shared = text.shared();
    // Of all parts, so that they take no more memory than what may be read of a file.
    let items = AtomicUsize::new(0);
    parallel::map(0..marks.len(), |part| {
        if items.load(Relaxed) > MAX_ITEMS {
            return Part { held: None, items: 0, diagnostics: Vec::new() };
        }
        let text = shared.text();
        let mut reader = Reader::new(source, &text, false);
        let start = if part == 0 { from } else { marks[part - 1] };
        let held = read(&mut reader, start, marks[part]);
        items.fetch_add(reader.items, Relaxed);
        Part { held, items: reader.items, diagnostics: reader.diagnostics }
    })
}
