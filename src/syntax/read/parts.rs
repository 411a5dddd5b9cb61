//! A long text, read in parts at once where threads are lent.
//!
//! Each part is read as if the text began there. Its result counts only if what stands before it was read up to just that
//! place, with nothing open and no documentation waiting, and if no limit was reached on the way; else the part is read
//! again in its turn. So the outcome is the same as without threads, whatever the text.

use super::{Body, Reached, Reader};
use crate::parallel;
use crate::source::{Diagnostic, Source};
use crate::syntax::cut::Text;
use crate::syntax::{MAX_ERRORS, MAX_ITEMS};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How long a part is, at least: long enough that to begin it costs nothing, short enough that no thread waits long for
/// the last one.
pub(super) const BYTES: usize = 32 << 10;

/// What all parts of a text hold, so that they stop where the text as a whole must have been full.
#[derive(Default)]
pub(super) struct Together {
    items: AtomicUsize,
    diagnostics: AtomicUsize,
}

impl Together {
    /// Adds items; whether there are too many of anything.
    pub fn are_full(&self, more: usize) -> bool {
        self.items.fetch_add(more, Relaxed) + more > MAX_ITEMS || self.diagnostics.load(Relaxed) > MAX_ERRORS
    }
}

impl<'a> Reader<'a> {
    /// Statements from an offset on, as far as parts of the text end; where to read on.
    pub(super) fn statements_at_once(&mut self, from: usize) -> usize {
        let marks: Vec<usize> = self.text.marks().collect();
        let keep = self.keep;
        let parts = self.at_once(from, &marks, |reader, at, until| {
            reader.keep = keep;
            reader.statements(at, until).ok().map(|()| std::mem::take(&mut reader.tree.statements))
        });
        self.tree.statements.reserve(parts.iter().filter_map(|part| part.held.as_ref()).map(Vec::len).sum());
        let (mut at, mut start) = (from, from);
        for (part, mark) in parts.into_iter().zip(marks) {
            if at == start
                && let Some(statements) = self.take(part)
            {
                self.tree.statements.extend(statements);
                at = mark;
            } else if at <= mark {
                at = self.statements(at, mark).err().unwrap_or(mark);
            }
            start = mark;
        }
        at
    }

    /// Lines of a graph's body, as far as parts of it end.
    pub(super) fn graph_lines_at_once(&mut self, brace: usize, unclosed: Option<usize>, body: &mut Body) -> Reached {
        let marks: Vec<usize> = self.text.marks_in(brace).collect();
        let parts = self.at_once(body.at, &marks, |reader, at, until| {
            let mut body = Body { at, end: at, items: Vec::new() };
            (reader.graph_lines(brace, unclosed, &mut body, until) == Reached::Mark).then_some(body)
        });
        let mut reached = Reached::Mark;
        let mut start = body.at;
        for (part, mark) in parts.into_iter().zip(marks) {
            if reached == Reached::Mark
                && let Some(Body { at, end, items }) = self.take(part)
            {
                // A part may be nothing but comments.
                if at > start {
                    (body.at, body.end) = (at, end);
                }
                body.items.extend(items);
            } else {
                reached = self.graph_lines(brace, unclosed, body, mark);
                if reached == Reached::End {
                    break;
                }
            }
            start = mark;
        }
        reached
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

    /// The parts that end at the marks, the first of which begins at `from`.
    fn at_once<T: Send + Sync>(
        &self,
        from: usize,
        marks: &[usize],
        read: impl Fn(&mut Reader<'_>, usize, usize) -> Option<T> + Sync,
    ) -> Vec<Part<T>> {
        let (source, shared): (&Source, _) = (self.source, self.text.shared());
        let new = Together::default();
        let together = self.together.unwrap_or(&new);
        parallel::map(0..marks.len(), |part| {
            if together.are_full(0) {
                return Part { held: None, items: 0, diagnostics: Vec::new() };
            }
            let text: Text<'_> = shared.text();
            let mut reader = Reader { together: Some(together), ..Reader::new(source, &text, false) };
            let start = if part == 0 { from } else { marks[part - 1] };
            let held = read(&mut reader, start, marks[part]);
            together.diagnostics.fetch_add(reader.diagnostics.len(), Relaxed);
            Part { held, items: reader.items, diagnostics: reader.diagnostics }
        })
    }
}

/// What one part of a text holds; nothing where what follows it would be read otherwise.
struct Part<T> {
    held: Option<T>,
    items: usize,
    diagnostics: Vec<Diagnostic>,
}
