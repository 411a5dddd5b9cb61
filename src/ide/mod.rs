//! What an editor asks of a file, finished or not.
//!
//! In: a text in the language, and the answers to its questions as far as they are there. Out: places, texts and changes
//! of the text. Must never know: the protocol by which an editor speaks, nor when a question is answered.
//!
//! A name means the same in the whole file: `service` of two graphs is one variable to a reader, as it is to a `var` line.
//! A [`File`] is immutable; each keystroke makes another. Making one is O(length), like everything asked of it.

mod carry;
mod hover;
mod lenses;
mod names;
mod symbols;
#[cfg(test)]
mod tests;

pub use hover::Hover;
pub use lenses::Lens;
pub use names::{Entity, NoRename};
pub use symbols::{Symbol, SymbolKind};

use crate::answer::{Answer, Expected};
use crate::problem::{self, Problem};
use crate::session::{Scope, With};
use crate::source::{Diagnostic, Fix, Source, Span};
use crate::syntax::names::Occurrence;
use crate::syntax::tree::Tree;
use crate::syntax::typing::{self, Role};
use crate::syntax::{self, print};

/// A text that has been read, with all that is known without answering anything.
#[derive(Clone, Debug)]
pub struct File {
    source: Source,
    tree: Tree,
    problem: Problem,
    diagnostics: Vec<Diagnostic>,
    names: Vec<Occurrence>,
}

/// What has been answered so far, by position among the file's questions and expectations.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Of the questions.
    pub answers: Vec<Option<Answer>>,
    /// Of the `expect` lines.
    pub expected: Vec<Option<Expected>>,
}

impl Answers {
    /// Nothing answered yet.
    #[must_use]
    pub fn none(problem: &Problem) -> Self {
        Self {
            answers: problem.queries.iter().map(|_| None).collect(),
            expected: problem.expectations.iter().map(|_| None).collect(),
        }
    }

    /// Takes the answer to the question at a position, where there is one.
    pub fn put(&mut self, index: usize, answer: Option<Answer>) {
        if let Some(place) = self.answers.get_mut(index) {
            *place = answer;
        }
    }

    /// Takes what came of the expectation at a position, where there is one.
    pub fn put_expected(&mut self, index: usize, expected: Option<Expected>) {
        if let Some(place) = self.expected.get_mut(index) {
            *place = expected;
        }
    }
}

impl File {
    /// Reads a text. O(length).
    #[must_use]
    pub fn read(source: &Source) -> Self {
        let (tree, mut diagnostics) = syntax::parse(source);
        let (problem, more) = problem::resolve(source, &tree);
        diagnostics.extend(more);
        diagnostics.sort_by_cached_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        let names = syntax::names::names(&tree);
        Self { source: source.clone(), tree, problem, diagnostics, names }
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// What could be understood; questions with mistakes are not in it.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What is wrong, in the order of the text.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Whether the file's questions can be answered.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Changes that would mend what is wrong at a place, with what they mend.
    #[must_use]
    pub fn fixes(&self, at: Span) -> Vec<(&Diagnostic, Fix)> {
        let mut fixes = Vec::new();
        for diagnostic in &self.diagnostics {
            let Some(label) = diagnostic.labels.first().filter(|label| touch(label.span, at)) else { continue };
            fixes.extend(diagnostic.fixes.iter().map(|fix| (diagnostic, fix.clone())));
            if diagnostic.code == "whatif::unknown_variable"
                && let Some(fix) = self.declared(label.span)
            {
                fixes.push((diagnostic, fix));
            }
        }
        fixes
    }

    /// Adds the variable that stands at a place to the graph that its statement asks.
    fn declared(&self, span: Span) -> Option<Fix> {
        let graph = self.graph_at(span.start)?;
        let entry = self.problem.graphs.get_index(graph)?.1;
        let name = self.source.slice(span);
        let end = entry.span.end.checked_sub(1)?;
        let block = self.source.slice(entry.span).strip_suffix('}')?;
        let one_line = !block.contains('\n');
        let (at, text) = if one_line {
            let at = entry.span.start + block.trim_end().len();
            (at, if block.trim_end().ends_with(['{', ';']) { format!(" {name}") } else { format!("; {name}") })
        } else {
            (end, format!("    {name}\n"))
        };
        Some(Fix { title: format!("add {name} to the graph {}", entry.name), span: Span::new(at, at), text })
    }

    /// The graph that the statement at a place asks, by position: the one that it names, or else the last before it.
    fn graph_at(&self, at: usize) -> Option<usize> {
        let statement =
            self.tree.statements.iter().find(|statement| statement.span.start <= at && at <= statement.span.end);
        let named = statement.and_then(|statement| {
            let inside =
                |name: &&Occurrence| statement.span.start <= name.span.start && name.span.end <= statement.span.end;
            self.names.iter().filter(inside).find_map(|name| match name.naming {
                syntax::names::Naming::Graph => self.problem.graphs.get_index_of(&name.name),
                syntax::names::Naming::Asked => self
                    .problem
                    .graphs
                    .get_index_of(&name.name)
                    .or_else(|| self.problem.models.get(&name.name).map(|model| model.graph)),
                syntax::names::Naming::Model
                | syntax::names::Naming::Variable
                | syntax::names::Naming::Expression
                | syntax::names::Naming::Table
                | syntax::names::Naming::Bare
                | syntax::names::Naming::Operand => None,
            })
        });
        let before = || self.problem.graphs.values().rposition(|entry| entry.span.start <= at);
        named.or_else(before).or_else(|| (!self.problem.graphs.is_empty()).then_some(0))
    }

    /// How the word before a place can go on: where it begins, and the words.
    #[must_use]
    pub fn complete(&self, at: usize) -> (Span, Vec<String>) {
        let scope = Scope::of(&self.problem, self.graph_at(at));
        let completion = scope.complete(self.source.text(), at);
        let With::Words(words) = completion.with else { return (Span::new(at, at), Vec::new()) };
        (Span::new(completion.start, at), words)
    }

    /// The words and signs with their roles, in order; names told apart by what they name.
    #[must_use]
    pub fn tokens(&self) -> Vec<(Span, Token)> {
        let mut names = self.names.iter().peekable();
        let roles = typing::roles(self.source.text()).into_iter();
        roles
            .filter_map(|(span, role)| {
                while names.next_if(|name| name.span.end <= span.start).is_some() {}
                let named = names.peek().filter(|name| touch(name.span, span) && name.span.start <= span.start);
                let token = match (role, named) {
                    (Role::Comment, _) => Token::Comment,
                    (Role::Plain | Role::Text | Role::Number, Some(name)) => Token::Name(self.entity(name)?),
                    (Role::Keyword, _) => Token::Keyword,
                    (Role::Function, _) => Token::Function,
                    (Role::Arrow, _) => Token::Operator,
                    (Role::Number, None) => Token::Number,
                    (Role::Text, None) => Token::Text,
                    (Role::Plain, None) => return None,
                };
                Some((span, token))
            })
            .collect()
    }

    /// The text in the one style.
    ///
    /// # Errors
    /// What is wrong in it, where it cannot be read.
    pub fn formatted(&self) -> Result<String, Vec<Diagnostic>> {
        syntax::format(&self.source)
    }
}

/// What a word or a sign is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
    /// A word of the language.
    Keyword,
    /// `P`, `do`, `sum`
    Function,
    /// An arrow, `_||_`
    Operator,
    /// Digits.
    Number,
    /// A text in quotes that is no name.
    Text,
    /// A comment.
    Comment,
    /// A name.
    Name(Entity),
}

/// Whether two spans share a character or touch.
fn touch(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// A name as it is written.
fn written(name: &str) -> String {
    print::name(name)
}
