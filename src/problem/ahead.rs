//! The questions of a long file, read in parts at once where threads are lent.
//!
//! A part is read with the file's graphs and domains and without anything that was found in the questions before it. Its
//! result counts only if it needs nothing of that, has nothing wrong and stays within the file's limits; else the part is
//! read again in its turn. So the outcome is the same as without threads.

use super::findings::Findings;
use super::names::MAX_SET_BITS;
use super::nearest::Nearest;
use super::questions::Asked;
use super::resolver::{MAX_PARTS_IN_FILE, Reads, Resolver, Touched};
use crate::parallel;
use crate::syntax::tree::Tree;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many statements are one part.
pub(super) const STATEMENTS: usize = 128;

/// One part may take one of so many shares of the file's limits; else it is left for later.
const SHARE: usize = 64;

/// What was read of a part.
pub(super) struct Ahead {
    asked: Asked,
    findings: Findings,
    touched: Touched,
    set_bits: usize,
    parts: usize,
}

impl Asked {
    /// Makes room for what was read ahead.
    pub fn reserve(&mut self, ahead: &[Option<Ahead>]) {
        let ahead = || ahead.iter().flatten().map(|ahead| &ahead.asked);
        self.queries.reserve(ahead().map(|asked| asked.queries.len()).sum());
        self.expectations.reserve(ahead().map(|asked| asked.expectations.len()).sum());
    }
}

impl<'t> Resolver<'t> {
    /// The parts of a file's questions, in order; none where there is one thread, or a model that they may be asked of.
    pub fn questions_ahead(&self, tree: &'t Tree) -> Vec<Option<Ahead>> {
        let parts: Vec<_> = tree.statements.chunks(STATEMENTS).collect();
        let count = if parallel::threads() > 1 && self.model_names.is_empty() { parts.len() } else { 0 };
        // What all parts hold together, so that they take no more memory than a file may.
        let (all_bits, all_parts) = (AtomicUsize::new(0), AtomicUsize::new(0));
        parallel::map(0..count, |part| {
            if all_bits.load(Relaxed) > MAX_SET_BITS || all_parts.load(Relaxed) > MAX_PARTS_IN_FILE {
                return None;
            }
            let mut ahead = Self {
                graphs: Arc::clone(&self.graphs),
                sheets: Arc::clone(&self.sheets),
                nearest_graph: Arc::clone(&self.nearest_graph),
                graph_of_variable: Arc::clone(&self.graph_of_variable),
                domains: Arc::clone(&self.domains),
                set_bits: MAX_SET_BITS - MAX_SET_BITS / SHARE,
                parts_left: MAX_PARTS_IN_FILE / SHARE,
                nearest: Nearest::within(0),
                reads: Reads::Part,
                ..Self::new(&self.findings.source)
            };
            let mut asked = Asked::default();
            ahead.questions_of(parts[part], part * STATEMENTS, &mut asked);
            let does = ahead.does();
            let Self { findings, touched, set_bits, parts_left, .. } = ahead;
            let set_bits = set_bits - (MAX_SET_BITS - MAX_SET_BITS / SHARE);
            let parts = MAX_PARTS_IN_FILE / SHARE - parts_left;
            all_bits.fetch_add(set_bits, Relaxed);
            all_parts.fetch_add(parts, Relaxed);
            (does && findings.is_few()).then_some(Ahead { asked, findings, touched, set_bits, parts })
        })
    }

    /// Gives up a part, which would need to know what only the whole file tells; false in who reads the whole.
    pub fn gives_up(&mut self) -> bool {
        if self.reads == Reads::Part {
            self.reads = Reads::TooLittle;
        }
        self.reads != Reads::All
    }

    /// Whether it is of use to read on: in a part only while nothing is wrong and no other name is looked for.
    pub fn does(&self) -> bool {
        match self.reads {
            Reads::All => true,
            Reads::Part => self.findings.errors() == 0 && self.nearest.compared().is_some(),
            Reads::TooLittle => false,
        }
    }

    /// Takes what was read of a part, unless the file's limits forbid it.
    pub fn take(&mut self, ahead: Option<Ahead>, asked: &mut Asked) -> bool {
        let Some(ahead) = ahead else { return false };
        let set_bits = self.set_bits + ahead.set_bits;
        let Some(parts_left) = self.parts_left.checked_sub(ahead.parts).filter(|_| set_bits <= MAX_SET_BITS) else {
            return false;
        };
        (self.set_bits, self.parts_left) = (set_bits, parts_left);
        self.findings.extend(ahead.findings);
        self.touched.extend(ahead.touched);
        asked.expectations.extend(ahead.asked.expectations);
        asked.queries.extend(ahead.asked.queries.into_iter().map(|mut query| {
            query.id += asked.id;
            query
        }));
        asked.id += ahead.asked.id;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn limits_count_what_was_read_ahead() {
        let source = Source::new("test", "");
        let ahead = |set_bits, parts| {
            let (asked, touched) = (Asked { id: 2, ..Asked::default() }, Touched::default());
            Some(Ahead { asked, findings: Findings::new(&source), touched, set_bits, parts })
        };
        let (mut resolver, mut asked) = (Resolver::new(&source), Asked::default());
        (resolver.set_bits, resolver.parts_left) = (MAX_SET_BITS - 5, 7);
        assert!(!resolver.take(ahead(6, 1), &mut asked));
        assert!(!resolver.take(ahead(1, 8), &mut asked));
        assert!(!resolver.take(None, &mut asked));
        assert_eq!(asked.id, 0);
        assert!(resolver.take(ahead(5, 7), &mut asked));
        assert_eq!((resolver.set_bits, resolver.parts_left, asked.id), (MAX_SET_BITS, 0, 2));
    }
}
