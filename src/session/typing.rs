//! What helps while a line is typed: the role of each word, how it can go on, and what it most likely will be.

use super::command::COMMANDS;
use super::line::{self, Line};
use super::{Session, is_command};
use crate::problem::Problem;
use crate::source::Span;
use crate::syntax::outline::{self, LexemeKind};
use crate::syntax::print;
use crate::syntax::typing::{self, Place, Role};

/// The edits' own words.
const EDITS: [&str; 2] = ["drop", "latent"];
/// What a word has to have before the rest of it is guessed.
const LEAST: usize = 2;

/// The names that a line can use.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Of the current graph, in quotes where they need them.
    variables: Vec<String>,
    graphs: Vec<String>,
    models: Vec<String>,
    questions: Vec<String>,
    /// Whether a line may also change a graph or be a command, as in a session.
    edits: bool,
}

/// How a line can go on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completion {
    /// Where the word begins that is completed.
    pub start: usize,
    /// What can stand there.
    pub with: With,
}

/// What a word is completed with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum With {
    /// One of these, in order.
    Words(Vec<String>),
    /// The name of a file.
    Files,
}

/// What a line will most likely be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// What is shown after the line.
    pub text: String,
    /// Whether it can be taken over as it stands; otherwise it only shows the form.
    pub literal: bool,
}

/// The words and signs of a line with their roles, in order. O(length).
#[must_use]
pub fn roles(input: &str) -> Vec<(Span, Role)> {
    let mut roles = typing::roles(input);
    let mut end = 0;
    for line in line::lines(input) {
        // Only blanks and `;` stand between.
        let start = end + input.get(end..).and_then(|rest| rest.find(line)).unwrap_or(0);
        end = start + line.len();
        if is_command(line) {
            roles.retain(|(span, _)| span.end <= start || end <= span.start);
            let word = line.find(char::is_whitespace).unwrap_or(line.len());
            roles.push((Span::new(start, start + word), Role::Keyword));
        } else if let Line::Drop(_) = line::line(line)
            && let Some((_, role)) = roles.iter_mut().find(|(span, _)| span.start == start)
        {
            *role = Role::Keyword;
        }
    }
    roles.sort_by_cached_key(|(span, _)| *span);
    roles
}

impl Session {
    /// The names that the next line can use.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope { edits: true, ..Scope::of(self.problem(), self.current().map(|(at, _)| at)) }
    }
}

impl Scope {
    /// The names of a file, the variables those of the graph at a position.
    #[must_use]
    pub fn of(problem: &Problem, graph: Option<usize>) -> Self {
        let graph = graph.and_then(|at| problem.graphs.get_index(at));
        let variables = graph.map_or_else(Vec::new, |(_, entry)| {
            entry.source.nodes().map(|node| print::name(entry.source.name(node))).collect()
        });
        Self {
            variables,
            graphs: problem.graphs.keys().map(|name| print::name(name)).collect(),
            models: problem.models.keys().map(|name| print::name(name)).collect(),
            questions: problem.queries.iter().filter_map(|query| query.name.as_deref()).map(print::name).collect(),
            edits: false,
        }
    }

    /// How the word before a place in the input can go on. O(length + names).
    #[must_use]
    pub fn complete(&self, input: &str, at: usize) -> Completion {
        let before = input.get(..at).unwrap_or(input);
        let line = before.rfind('\n').map_or(0, |newline| newline + 1);
        let typed = before.get(line..).unwrap_or("");
        if self.edits && is_command(typed) {
            return self.command(line + (typed.len() - typed.trim_start().len()), before);
        }
        let lexemes = outline::lexemes(before);
        let word = lexemes.last().filter(|last| {
            last.span.end == at && matches!(last.kind, LexemeKind::Word | LexemeKind::Number | LexemeKind::Text)
        });
        let start = word.map_or(at, |word| word.span.start);
        Completion { start, with: With::Words(fitting(self.candidates(before, start), before, start)) }
    }

    /// The commands; after one, what it takes.
    fn command(&self, start: usize, before: &str) -> Completion {
        let line = before.get(start..).unwrap_or("");
        let Some(blank) = line.find(char::is_whitespace) else {
            let commands = COMMANDS.iter().map(|(name, ..)| (*name).to_owned()).collect();
            return Completion { start, with: With::Words(fitting(commands, before, start)) };
        };
        let word = line.get(..blank).unwrap_or("").trim_end_matches('!');
        let form = COMMANDS.iter().find(|(name, ..)| *name == word).map_or("", |(_, form, _)| *form);
        if form.contains("FILE") {
            let typed = line.get(blank..).unwrap_or("").trim_start();
            return Completion { start: before.len() - typed.len(), with: With::Files };
        }
        let rest = start + line.len() - line.get(blank..).unwrap_or("").trim_start().len();
        let start = start + line.rfind(char::is_whitespace).map_or(0, |last| last + 1);
        let mut words = Vec::new();
        let draws = word == ":draw";
        for (part, names) in [("GRAPH", &self.graphs), ("QUESTION", &self.questions)] {
            if form.contains(part) || draws {
                words.extend_from_slice(names);
            }
        }
        if form.contains("full") {
            words.push("full".to_owned());
        }
        let words = fitting(words, before, start);
        if draws && words.is_empty() {
            // A question in the language, begun behind the command.
            let question = Self { edits: false, ..self.clone() };
            let asked = before.get(rest..).unwrap_or("");
            let Completion { start, with } = question.complete(asked, asked.len());
            return Completion { start: rest + start, with };
        }
        Completion { start, with: With::Words(words) }
    }

    /// All that can stand where a word begins.
    fn candidates(&self, before: &str, start: usize) -> Vec<String> {
        let text = before.get(..start).unwrap_or("");
        let place = typing::place(text);
        let mut words = typing::words(place);
        let operators = ["P(", "E["].map(str::to_owned);
        let names: &[&[String]] = match place {
            Place::Statement => {
                // Those of later versions are no help.
                let known: Vec<&str> = outline::statements().map(|(word, _)| word).collect();
                words.retain(|word| known.contains(&word.as_str()));
                if self.edits {
                    words.extend(EDITS.map(str::to_owned));
                }
                words.extend(operators);
                &[&self.variables]
            }
            Place::Clause if self.edits && edits(text) => {
                words.clear();
                &[&self.variables]
            }
            Place::Clause => {
                words.extend(operators);
                &[&self.variables, &self.questions]
            }
            Place::Named => {
                words.clear();
                &[&self.graphs, &self.models]
            }
            Place::Names => {
                if text.trim_end().ends_with(['|', ',']) {
                    words.push("do(".to_owned());
                }
                &[&self.variables]
            }
            Place::Cut | Place::Controls => &[&self.variables],
            Place::GraphLine | Place::Graph | Place::MechanismLine | Place::Mechanism => &[&self.variables],
            Place::Free => &[],
        };
        words.extend(names.iter().flat_map(|names| names.iter().cloned()));
        words
    }

    /// What the input will most likely be: the rest of a word that can go on in one way only, or the form of the statement
    /// whose first word it is.
    #[must_use]
    pub fn hint(&self, input: &str) -> Option<Hint> {
        if let Some((word, form)) = outline::statements().find(|(word, _)| input.strip_suffix(' ') == Some(*word)) {
            let text = form.strip_prefix(word)?.trim_start().to_owned();
            return Some(Hint { text, literal: false }).filter(|hint| !hint.text.is_empty());
        }
        let Completion { start, with: With::Words(words) } = self.complete(input, input.len()) else { return None };
        let typed = input.get(start..)?;
        let [only] = words.as_slice() else { return None };
        let rest = only.strip_prefix(typed).filter(|rest| !rest.is_empty() && typed.len() >= LEAST)?;
        Some(Hint { text: rest.to_owned(), literal: true })
    }
}

/// Whether a text is an edit that goes on with a variable: `drop `, `latent u, `, `x -> `.
fn edits(text: &str) -> bool {
    let last = line::last(text);
    let mut words = last.split_whitespace();
    words.next().is_some_and(|word| EDITS.contains(&word))
        || typing::roles(last).last().is_some_and(|(_, role)| *role == Role::Arrow)
}

/// The words that begin with what stands from `start` on, in either case where none has the same.
fn fitting(mut words: Vec<String>, before: &str, start: usize) -> Vec<String> {
    let typed = before.get(start..).unwrap_or("");
    words.sort();
    words.dedup();
    let same: Vec<String> = words.iter().filter(|word| word.starts_with(typed)).cloned().collect();
    if !same.is_empty() {
        return same;
    }
    let small = typed.to_lowercase();
    words.retain(|word| word.to_lowercase().starts_with(&small));
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Options;

    fn scope() -> Scope {
        let mut session = Session::new();
        for line in [
            "graph shop { service -> engagement -> churn; engaged -> churn }",
            "model numbers of shop { service ~ {0: 1/2, 1: 1/2}; engagement := service; engaged ~ bernoulli 0.5; \
             churn := engagement }",
            "total: P(churn | do(engagement))",
            "graph other { \"carry matches\" -> tar }",
            ":use shop",
        ] {
            session.enter(line, &Options::default(), &mut |said| {
                assert!(!matches!(said, super::super::Said::Diagnostic(_)), "{said:?}");
            });
        }
        session.scope()
    }

    fn words(input: &str) -> Vec<String> {
        match scope().complete(input, input.len()).with {
            With::Words(words) => words,
            With::Files => vec!["FILES".to_owned()],
        }
    }

    #[test]
    fn completion_knows_where_it_is() {
        for (input, expected) in [
            ("exp", &["expect", "explain"][..]),
            ("P(ch", &["churn"]),
            ("P(churn | d", &["do("]),
            ("P(churn | do(", &["churn", "engaged", "engagement", "service"]),
            ("P(churn | do(eng", &["engaged", "engagement"]),
            ("P(churn) in ", &["numbers", "other", "shop"]),
            ("P(churn) in sh", &["shop"]),
            ("expect not id", &["identifiable"]),
            ("adjust to", &["to", "total"]),
            ("drop s", &["service"]),
            ("churn -> e", &["engaged", "engagement"]),
            ("graph g {\n lat", &["latent"]),
            ("model m of o", &["other"]),
            (":lo", &[":load"]),
            (":load ch", &["FILES"]),
            (":save! ch", &["FILES"]),
            (":explain ", &["total"]),
            (":use o", &["other"]),
            (":draw ", &["other", "shop", "total"]),
            (":draw to", &["total"]),
            (":draw P(ch", &["churn"]),
            (":draw P(churn | do(eng", &["engaged", "engagement"]),
            ("P(CHU", &["churn"]),
            ("// ex", &[]),
            ("x _||_ y in [ov", &["over"]),
        ] {
            assert_eq!(words(input), expected, "{input}");
        }
        let start = words("");
        assert!(start.contains(&"expect".to_owned()) && start.contains(&"churn".to_owned()), "{start:?}");
        assert!(!start.contains(&"digraph".to_owned()), "{start:?}");
    }

    #[test]
    fn hints_end_words_and_show_forms() {
        let hint = |input: &str| scope().hint(input).map(|hint| (hint.text, hint.literal));
        assert_eq!(hint("P(chu"), Some(("rn".to_owned(), true)));
        assert_eq!(hint("P(c"), None);
        assert_eq!(hint("P(eng"), None);
        assert_eq!(hint("paths "), Some(("x to y | z".to_owned(), false)));
        assert_eq!(hint("simp"), Some(("lify".to_owned(), true)));
        assert_eq!(hint(":exp"), Some(("lain".to_owned(), true)));
        assert_eq!(hint("P(churn"), None);
    }

    #[test]
    fn commands_and_edits_have_roles() {
        let keywords = |input: &str| -> Vec<String> {
            let roles = roles(input).into_iter().filter(|(_, role)| *role == Role::Keyword);
            roles.map(|(span, _)| input[span.start..span.end].to_owned()).collect()
        };
        assert_eq!(keywords(":load graph in"), [":load"]);
        assert_eq!(keywords("drop x -> y"), ["drop"]);
        assert_eq!(keywords("drop -> y"), Vec::<String>::new());
        assert_eq!(keywords("graph g {\n latent u }\n:use g"), ["graph", "latent", ":use"]);
    }
}
