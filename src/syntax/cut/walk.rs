//! What one walk over a text tells: where it ends, which brackets nothing closes, and where it may be read in parts.

use super::{Step, Text, kind};
use std::cell::Cell;
use std::sync::Arc;

/// What the walk found, for all who read the text.
#[derive(Default)]
pub(super) struct Walk {
    /// The opening brackets that nothing closes, in order.
    unclosed: Vec<usize>,
    /// Beginnings of lines outside all brackets, so far apart as was asked for.
    marks: Vec<usize>,
    /// Beginnings of lines inside one bracket, each after that bracket's offset; as far apart.
    inner: Vec<(usize, usize)>,
}

/// A text that several can read at once, each with a [`Text`] of their own.
pub(in crate::syntax) struct Shared<'a> {
    text: &'a str,
    end: usize,
    walk: Arc<Walk>,
}

impl<'a> Shared<'a> {
    /// For one more reader. O(1).
    pub fn text(&self) -> Text<'a> {
        let bytes = self.text.as_bytes().get(..self.end).unwrap_or(&[]);
        Text { text: self.text, bytes, end: self.end, walk: Arc::clone(&self.walk), line: Cell::default() }
    }
}

impl<'a> Text<'a> {
    /// Walks over the text once. O(length).
    pub fn new(text: &'a str) -> Self {
        Self::in_parts(text, usize::MAX)
    }

    /// As [`new`](Self::new), and finds where the text may be read in parts of so many bytes or somewhat more.
    ///
    /// These are places where a statement, or a line of a block, is likely to begin: that it does is for the reader of
    /// what stands before to say.
    pub fn in_parts(text: &'a str, bytes: usize) -> Self {
        let mut walk = Walk::default();
        let mut this = Shared { text, end: text.len(), walk: Arc::default() }.text();
        let mut open: Vec<(u8, usize)> = Vec::new();
        // How many of each kind are open: a bracket that closes nothing is passed over without a search.
        let mut counts = [0_usize; 3];
        // The last place in the text, and the last in brackets.
        let (mut mark, mut inner) = (0, 0);
        // What stands before a line may be its documentation.
        let mut comment = false;
        let mut at = 0;
        while at < this.end {
            let (step, next) = this.step(at);
            match step {
                Step::Open(bracket) => {
                    counts[kind(bracket)] += 1;
                    open.push((bracket, at));
                }
                Step::Close(bracket) if counts[kind(bracket)] > 0 => {
                    while let Some((opened, offset)) = open.pop() {
                        counts[kind(opened)] -= 1;
                        if kind(opened) == kind(bracket) {
                            break;
                        }
                        walk.unclosed.push(offset);
                    }
                }
                Step::Comment if next == this.end && this.comment_is_open(at) => {
                    this.end = at;
                    this.bytes = this.bytes.get(..at).unwrap_or(&[]);
                    break;
                }
                Step::Comment => comment = true,
                Step::Newline if std::mem::take(&mut comment) => {}
                Step::Newline => match *open {
                    [] if next - mark >= bytes => {
                        mark = next;
                        walk.marks.push(next);
                    }
                    [(_, opened)] if next - inner.max(opened) >= bytes => {
                        inner = next;
                        walk.inner.push((opened, next));
                    }
                    _ => {}
                },
                Step::Blank | Step::Semicolon | Step::Close(_) | Step::Quoted | Step::Word | Step::Sign(_) => {}
            }
            at = next;
        }
        walk.unclosed.extend(open.into_iter().map(|(_, offset)| offset));
        walk.unclosed.sort_unstable();
        this.walk = Arc::new(walk);
        this
    }

    fn comment_is_open(&self, at: usize) -> bool {
        let comment = self.text.get(at..).unwrap_or("");
        comment.starts_with("/*") && (comment.len() < 4 || !comment.ends_with("*/"))
    }

    /// For others who read the same text at the same time.
    pub fn shared(&self) -> Shared<'a> {
        Shared { text: self.text, end: self.end, walk: Arc::clone(&self.walk) }
    }

    /// Whether nothing closes the bracket at an offset.
    pub fn is_unclosed(&self, at: usize) -> bool {
        self.walk.unclosed.binary_search(&at).is_ok()
    }

    /// Whether there is a bracket that nothing closes.
    pub fn has_unclosed(&self) -> bool {
        !self.walk.unclosed.is_empty()
    }

    /// Where a statement is likely to begin, in order: far apart, or nowhere.
    pub fn marks(&self) -> impl Iterator<Item = usize> {
        self.walk.marks.iter().copied()
    }

    /// Where a line of the block with this bracket is likely to begin.
    pub fn marks_in(&self, bracket: usize) -> impl Iterator<Item = usize> {
        let from = self.walk.inner.partition_point(|&(opened, _)| opened < bracket);
        let inner = self.walk.inner.iter().skip(from);
        inner.take_while(move |&&(opened, _)| opened == bracket).map(|&(_, at)| at)
    }
}
