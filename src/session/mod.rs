//! A REPL's logic without a terminal: a file that grows line by line, and what each line makes of it.
//!
//! In: lines as they are typed, and texts of files that a caller has read. Out: what is said to them, in order, and what
//! the caller is to do about files. Must never know: whether a terminal listens, what colours it has, where files are.
//!
//! A session keeps the text of a file and the [`Problem`] it means. A line is a statement of the language, which is added
//! to the text; an edit to the current graph (`x -> y`, `latent u`, `drop x -> y`), which changes the graph's block where
//! it stands; or a command (`:undo`). The new text is read as a whole and takes the place of the old one, so a line that is
//! wrong changes nothing and there is nothing to roll back. After an edit the questions asked before are answered
//! again, and those whose answer is another one now are named.
//!
//! | module | what it knows |
//! |---|---|
//! | `line` | what a line is, and where it ends |
//! | `typing` | what helps while a line is typed: roles, completion, hints |
//! | `edit` | how a graph changes in its text |
//! | `change` | how a text takes the place of another |
//! | `finding` | an answer in a few words, and what became of it |
//! | `command` | the commands |
//! | `picture` | what `:draw` draws |
//!
//! Reading costs O(length of the text) a line, answering what the questions cost.

mod change;
mod command;
mod diagnostics;
mod edit;
mod finding;
mod line;
mod picture;
mod typing;

pub use command::COMMANDS;
pub use line::{OUTPUT, is_open, lines};
pub use typing::{Completion, Hint, Scope, With, roles};

use crate::answer::{Answer, Options, Prover};
use crate::draw::Picture;
use crate::problem::{self, Problem};
use crate::render::document::{Block, Document, Text, Tone};
use crate::render::{self, Steps};
use crate::source::{Diagnostic, Source};
use finding::{Finding, Key};
use line::{Line, is_command};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// How many changes can be taken back.
const MOST_UNDONE: usize = 1_000;
/// How many bytes of earlier texts are kept for it; the last one is kept whatever its size.
const MOST_KEPT: usize = 64 << 20;
/// How many questions and expectations are answered again after an edit, or listed.
const MOST_ASKED: usize = 1_000;

/// Something said.
#[derive(Clone, Debug)]
pub enum Said {
    /// Prose, formulas, lists.
    Document(Document),
    /// What is wrong with a line.
    Diagnostic(Diagnostic),
    /// Text as it is: a graph in the language, LaTeX. It ends with a line end.
    Text(String),
    /// A picture, which the caller draws as wide as there is room.
    Picture(Box<Picture>),
}

/// What a caller does after a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Next {
    /// Reads the next line.
    Line,
    /// Reads a file and calls [`Session::load`].
    Load(String),
    /// Writes [`Session::text`] to a file and calls [`Session::saved`].
    Save {
        /// Where to.
        path: String,
        /// Whether a file may be replaced that is not the session's own.
        replace: bool,
    },
    /// Ends.
    Quit,
}

/// Where a session speaks.
pub type Say<'a> = &'a mut dyn FnMut(Said);

/// A session.
#[derive(Debug)]
pub struct Session {
    state: State,
    earlier: VecDeque<Earlier>,
    /// What the earlier answers of the present text came to, as far as they are known.
    findings: BTreeMap<Key, Finding>,
    /// The last answer, while its graph is what it was.
    last: Option<Arc<Answer>>,
    timing: bool,
    echo: bool,
}

/// A file as it stands.
#[derive(Clone, Debug)]
struct State {
    problem: Arc<Problem>,
    /// The graph that is edited and asked.
    current: Option<String>,
    /// The question that commands speak of, by position.
    asked: Option<usize>,
}

/// A state that can be returned to.
#[derive(Debug)]
struct Earlier {
    source: Source,
    current: Option<String>,
    /// The line that led on from it.
    line: String,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// An empty session.
    #[must_use]
    pub fn new() -> Self {
        let (problem, _) = problem::read(&Source::new("", ""));
        Self {
            state: State { problem: Arc::new(problem), current: None, asked: None },
            earlier: VecDeque::new(),
            findings: BTreeMap::new(),
            last: None,
            timing: false,
            echo: false,
        }
    }

    /// Whether each answer begins with its question, for a reader who does not see what was typed.
    pub const fn set_echo(&mut self, echo: bool) {
        self.echo = echo;
    }

    /// The file as it stands; it has no errors.
    #[must_use]
    pub fn text(&self) -> &str {
        self.state.problem.source.text()
    }

    /// The name of the file that was loaded or saved last; empty where none was.
    #[must_use]
    pub fn name(&self) -> &str {
        self.state.problem.source.name()
    }

    /// What the text means.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.state.problem
    }

    /// Takes one line, as [`lines`] cuts them. What is wrong is said, and changes nothing.
    pub fn enter(&mut self, line: &str, options: &Options<'_>, say: Say<'_>) -> Next {
        // What other programs call their commands, unless it is a name here.
        let plain = match line.trim() {
            "help" | "?" => Some("help"),
            "quit" | "exit" => Some("quit"),
            _ => None,
        };
        if let Some(word) = plain.filter(|_| !self.names(line.trim())) {
            return self.command(word, "", options, say);
        }
        match line::line(line) {
            Line::Nothing => {}
            Line::Comment(comment) => self.comment(comment),
            Line::Command(word, rest) => return self.command(word, rest, options, say),
            Line::Items(items) => self.items(items, options, say),
            Line::Drop(what) => self.drop(what, options, say),
            Line::Statement(statement) => self.statement(statement, options, say),
        }
        Next::Line
    }

    /// Whether something here has that name.
    fn names(&self, name: &str) -> bool {
        let problem = &self.state.problem;
        problem.graphs.values().any(|entry| entry.source.node(name).is_some())
            || problem.queries.iter().any(|query| query.name.as_deref() == Some(name))
    }

    /// Takes the text of a file in place of the present one and lists what it asks. With errors nothing changes; they
    /// are said, and the result is false.
    pub fn load(&mut self, source: &Source, say: Say<'_>) -> bool {
        let (problem, diagnostics) = problem::read(source);
        let wrong = diagnostics.iter().any(Diagnostic::is_error);
        diagnostics.into_iter().for_each(|diagnostic| say(Said::Diagnostic(diagnostic)));
        if wrong {
            return false;
        }
        self.replace(problem, None, &format!(":load {}", source.name()));
        self.findings.clear();
        self.state.asked = self.state.problem.queries.len().checked_sub(1);
        self.loaded(say);
        true
    }

    /// Remembers the file that the text has been written to.
    pub fn saved(&mut self, path: &str, say: Say<'_>) {
        if path != self.name() {
            // The name stands in the problem's source, so it is read again; the text is the same.
            let (problem, _) = problem::read(&Source::new(path, self.text()));
            self.state.problem = Arc::new(problem);
        }
        say(remark(Text::of(format!("Saved as {path}."))));
    }

    /// The graph that is edited and asked: the one chosen, else the last.
    fn current(&self) -> Option<(usize, &str)> {
        let graphs = &self.state.problem.graphs;
        let chosen = self.state.current.as_deref().and_then(|name| graphs.get_index_of(name));
        let at = chosen.or_else(|| graphs.len().checked_sub(1))?;
        graphs.get_index(at).map(|(name, _)| (at, name.as_str()))
    }

    /// Answers questions by position and says so.
    fn answer(&mut self, questions: &[usize], options: &Options<'_>, say: Say<'_>) {
        let problem = Arc::clone(&self.state.problem);
        let prover = match Prover::new(&problem) {
            Ok(prover) => prover,
            Err(diagnostic) => return say(Said::Diagnostic(diagnostic)),
        };
        let echo = self.echo || questions.len() > 1;
        for &index in questions {
            let start = options.clock.map(|clock| clock());
            let answer = prover.answer(index, options);
            let total = start.and_then(|start| Some(options.clock?() - start));
            if is_stopped(options) {
                say(Said::Document(shown(&problem, &answer, Steps::None, echo)));
                self.state.asked = Some(index);
                self.last = None;
                return say(stopped());
            }
            if let Some(key) = finding::key(&prover, index) {
                self.findings.insert(key, finding::finding(&problem, &answer));
            }
            say(Said::Document(shown(&problem, &answer, Steps::None, echo)));
            if self.timing
                && let Some(total) = total
            {
                say(Said::Document(timed(&answer, total)));
            }
            self.state.asked = Some(index);
            self.last = Some(Arc::new(answer));
        }
    }

    /// The answer that a command speaks of, from memory where it is the last one.
    fn answer_of(&mut self, index: usize, options: &Options<'_>) -> Result<Arc<Answer>, Diagnostic> {
        if let Some(last) = self.last.as_ref().filter(|last| last.id == index + 1) {
            return Ok(Arc::clone(last));
        }
        let problem = Arc::clone(&self.state.problem);
        let prover = Prover::new(&problem)?;
        let answer = Arc::new(prover.answer(index, options));
        // What was stopped is no answer to remember.
        if is_stopped(options) {
            return Ok(answer);
        }
        if let Some(key) = finding::key(&prover, index) {
            self.findings.insert(key, finding::finding(&problem, &answer));
        }
        self.state.asked = Some(index);
        self.last = Some(Arc::clone(&answer));
        Ok(answer)
    }

    /// Says how `expect` statements came out.
    fn expect(&mut self, expectations: &[usize], options: &Options<'_>, say: Say<'_>) {
        let problem = Arc::clone(&self.state.problem);
        let prover = match Prover::new(&problem) {
            Ok(prover) => prover,
            Err(diagnostic) => return say(Said::Diagnostic(diagnostic)),
        };
        for &index in expectations {
            let expected = prover.expectation(index, options);
            if is_stopped(options) {
                return say(stopped());
            }
            if let Some(key) = finding::expectation_key(&prover, index) {
                self.findings.insert(key, finding::expected(&expected));
            }
            if expected.holds == Some(true) {
                let mut document = Document::default();
                document.say(Text::new().tone(Tone::Good, "As expected").say("."));
                say(Said::Document(document));
                continue;
            }
            let mut document = render::expectations(&problem, std::slice::from_ref(&expected));
            // What it says of the whole file has no place here.
            document.blocks.retain(|block| !matches!(block, Block::Remark(_)));
            say(Said::Document(without_place(document, self.echo)));
        }
    }
}

/// An answer, with its question where that is wanted.
fn shown(problem: &Problem, answer: &Answer, steps: Steps, question: bool) -> Document {
    without_place(render::document(problem, answer, steps), question)
}

/// The question's place in the file says nothing to someone who has just asked it.
fn without_place(mut document: Document, question: bool) -> Document {
    if !question {
        document.blocks.retain(|block| !matches!(block, Block::Question { .. }));
    }
    for block in &mut document.blocks {
        if let Block::Question { place, .. } = block {
            place.clear();
        }
    }
    document
}

fn timed(answer: &Answer, total: f64) -> Document {
    let milliseconds = |seconds: f64| format!("{:.1}", seconds * 1e3);
    let mut text = format!("In {} ms", milliseconds(total));
    if let Some(seconds) = answer.seconds {
        let stages =
            [(seconds.identify, "searching"), (seconds.derive, "proving"), (seconds.check, "the kernel's check")];
        let stages: Vec<String> = stages
            .into_iter()
            .filter(|(spent, _)| *spent > 0.0)
            .map(|(spent, what)| format!("{what} {}", milliseconds(spent)))
            .collect();
        if !stages.is_empty() {
            text.push_str(&format!(": {}", stages.join(", ")));
        }
    }
    let mut document = Document::default();
    document.say(Text::new().tone(Tone::Quiet, format!("{text}.")));
    document
}

/// Whether the caller wants no more of this.
fn is_stopped(options: &Options<'_>) -> bool {
    options.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
}

fn stopped() -> Said {
    remark(Text::new().tone(Tone::Open, "Stopped").say(": this is not the whole answer."))
}

fn remark(text: Text) -> Said {
    let mut document = Document::default();
    document.push(Block::Remark(text));
    Said::Document(document)
}

#[cfg(test)]
mod tests;
