//! How deep a piece nests, counted before pest sees it.
//!
//! pest and every walk over a tree recurse as deep as brackets, open sums and prefix signs stand in each other; here
//! they are counted on a flat walk over the text.

use super::MAX_NESTING;
use super::cut::{Step, Text};
use std::ops::Range;

impl Text<'_> {
    /// Where brackets, open sums and prefix signs together nest deeper than [`MAX_NESTING`], if they do.
    pub fn too_deep(&self, range: &Range<usize>) -> Option<usize> {
        // A bracket is at most two levels deep (the set of a sum), a minus one: few of them need no walk.
        const MINUS: u8 = "−".as_bytes()[0];
        let levels = self.slice(range.clone()).bytes().map(|byte| match byte {
            b'(' | b'[' | b'{' => 2,
            b'-' | MINUS => 1,
            _ => 0,
        });
        if levels.sum::<usize>() <= MAX_NESTING {
            return None;
        }
        // For each open bracket: the sums and signs that are open around the place it stands at.
        let mut open: Vec<(u8, usize)> = Vec::new();
        // Of the innermost bracket: sums that are still open, and signs that wait for their operand.
        let (mut sums, mut signs) = (0, 0);
        let mut outside = 0;
        let mut after_operand = false;
        let mut at = range.start;
        while at < range.end {
            let (step, next) = self.step(at);
            match step {
                Step::Blank | Step::Newline | Step::Comment => {}
                Step::Open(bracket) => {
                    let set = bracket == b'{' && self.is_set(range.start, at);
                    if set {
                        sums += 1 + signs;
                        signs = 0;
                    }
                    open.push((bracket, sums + signs));
                    outside += 1 + sums + signs;
                    if outside > MAX_NESTING {
                        return Some(at);
                    }
                    (sums, signs, after_operand) = (0, 0, false);
                }
                Step::Close(bracket) => {
                    let mut set = false;
                    if let Some((opened, around)) = open.pop() {
                        set = opened == b'{' && bracket == b'}';
                        outside -= 1 + around;
                        (sums, signs) = (around, 0);
                    }
                    after_operand = !set;
                }
                Step::Sign(sign @ (b'-' | b'+' | b'=')) => {
                    if after_operand {
                        (sums, signs) = (0, 0);
                    } else if sign == b'-' {
                        signs += 1;
                    }
                    after_operand = false;
                }
                Step::Word if self.byte(self.skip(next)) == b'{' => after_operand = false,
                Step::Word => {
                    for c in self.slice(at..next).chars() {
                        match c {
                            '−' if after_operand => (sums, signs, after_operand) = (0, 0, false),
                            '−' => signs += 1,
                            '·' | '×' | '⋅' => after_operand = false,
                            _ => (signs, after_operand) = (0, true),
                        }
                        if outside + sums + signs > MAX_NESTING {
                            return Some(at);
                        }
                    }
                }
                Step::Quoted => (signs, after_operand) = (0, true),
                Step::Semicolon | Step::Sign(_) => after_operand = false,
            }
            if outside + sums + signs > MAX_NESTING {
                return Some(at);
            }
            at = next;
        }
        None
    }

    /// Whether the brace at an offset opens the set of a sum, or the subscript of a name.
    pub fn is_set(&self, start: usize, at: usize) -> bool {
        let blank = [' ', '\t'];
        let before = self.slice(start..at);
        let trimmed = before.trim_end_matches(blank);
        let (word, subscript) = match trimmed.strip_suffix('_') {
            Some(word) => (word.trim_end_matches(blank), trimmed.len() == before.len()),
            None => (trimmed, false),
        };
        subscript
            || ["sum", "Σ", "∑"].iter().any(|sum| {
                word.strip_suffix(sum).is_some_and(|left| !left.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            })
    }
}
