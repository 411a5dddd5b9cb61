//! The commands.

use super::finding::count;
use super::{MOST_ASKED, Next, Said, Say, Session, diagnostics, is_stopped, remark, shown, stopped};
use crate::answer::{Answer, Options};
use crate::problem::Problem;
use crate::render::document::{Text, Tone};
use crate::render::{self, Steps};
use crate::source::Diagnostic;

/// The commands: each with how it is written and what it does.
pub const COMMANDS: [(&str, &str, &str); 14] = [
    (":help", "", "this page"),
    (":load", " FILE", "take a file in place of what is here; graphs of other programs too"),
    (":save", " [FILE]", "write what is here to a file; :save! replaces one"),
    (":graph", " [GRAPH]", "show the current graph, or another"),
    (
        ":draw",
        " [QUESTION]",
        "a picture of the current graph, of another, or of a question: by name or as P(y | do(x))",
    ),
    (":use", " GRAPH", "edit and ask this graph from now on; at first it is the last one drawn"),
    (":ask", " [QUESTION]", "answer the questions of the file, or a named one"),
    (":steps", " [QUESTION] [full]", "the last formula, or a named one, derived in the rules of do-calculus"),
    (":explain", " [QUESTION]", "the last answer, or a named one, in plain words"),
    (":latex", " [QUESTION]", "the last answer, or a named one, as LaTeX"),
    (":show", "", "the file as it stands"),
    (":undo", " [N]", "take the last change back, or the last N"),
    (":time", "", "say how long answers take, or stop saying it"),
    (":quit", "", "end; Ctrl-D does too"),
];

const HELP: &str = "\
Statements are those of files:
  graph g { x -> y; x <-> z }     P(y | do(x))     x _||_ y | z     expect identifiable P(y | do(x))
  total: P(y | do(x)) in g        adjust P(y | do(x))     paths x to y     implications
Edits to the current graph:
  x -> y   x <-> y   latent u     drop x -> y      drop x           drop latent u
A line goes on while a bracket is open. Tab completes; the arrow to the right takes what is shown in grey;
Ctrl-C stops an answer, or throws the line away.
Commands:
";

impl Session {
    pub(super) fn command(&mut self, word: &str, rest: &str, options: &Options<'_>, say: Say<'_>) -> Next {
        match word {
            "help" => {
                let mut text = HELP.to_owned();
                for (name, form, what) in COMMANDS {
                    text.push_str(&format!("  {:<25} {what}\n", format!("{name}{form}")));
                }
                say(Said::Text(text));
            }
            "load" if !rest.is_empty() => return Next::Load(rest.to_owned()),
            "load" => say(remark(Text::of("Name a file: :load FILE"))),
            "save" | "save!" => {
                let path = if rest.is_empty() { self.name() } else { rest };
                if !path.is_empty() {
                    return Next::Save { path: path.to_owned(), replace: word == "save!" };
                }
                say(remark(Text::of("Name a file: :save FILE")));
            }
            "graph" => self.show_graph(rest, say),
            "draw" => self.draw(rest, options, say),
            "use" => self.choose(rest, say),
            "ask" => self.ask(rest, options, say),
            "show" => say(Said::Text(self.text().to_owned())),
            "steps" => {
                let name = rest.strip_suffix("full").map(str::trim_end);
                let steps = if name.is_some() { Steps::All } else { Steps::Board };
                let named = name.unwrap_or(rest);
                self.again(named, options, say, |problem, answer| Said::Document(shown(problem, answer, steps, true)));
            }
            "explain" => {
                self.again(rest, options, say, |problem, answer| Said::Document(render::explain(problem, answer)));
            }
            "latex" => self.again(rest, options, say, |problem, answer| {
                Said::Text(render::latex(&shown(problem, answer, Steps::None, true)))
            }),
            "undo" => match rest.parse() {
                _ if rest.is_empty() => self.undo(1, options, say),
                Ok(changes) => self.undo(changes, options, say),
                Err(_) => say(remark(Text::of("Say how many changes: :undo 2"))),
            },
            "time" => {
                self.timing = !self.timing;
                say(remark(Text::of(if self.timing { "Times are shown." } else { "Times are shown no longer." })));
            }
            "quit" => return Next::Quit,
            _ => say(Said::Diagnostic(diagnostics::unknown_command(&format!(":{word}"), word))),
        }
        Next::Line
    }

    fn show_graph(&self, name: &str, say: Say<'_>) {
        let at = if name.is_empty() { self.current().map(|(at, _)| at) } else { self.graph(name) };
        match at.and_then(|at| self.state.problem.graphs.get_index(at)) {
            Some((_, entry)) => say(Said::Text(format!("{}\n", self.state.problem.source.slice(entry.span)))),
            None if name.is_empty() => say(remark(Text::of("There is no graph yet: draw one, x -> y"))),
            None => say(Said::Diagnostic(self.no_such_graph(":graph ", name))),
        }
    }

    /// Makes a graph the one that edits and questions mean.
    fn choose(&mut self, name: &str, say: Say<'_>) {
        if name.is_empty() {
            return say(remark(Text::of("Name a graph: :use GRAPH")));
        }
        let Some(at) = self.graph(name) else { return say(Said::Diagnostic(self.no_such_graph(":use ", name))) };
        self.state.current = self.state.problem.graphs.get_index(at).map(|(name, _)| name.clone());
        self.summary(&[], say);
    }

    /// A graph by its name, which may stand in quotes.
    pub(super) fn graph(&self, name: &str) -> Option<usize> {
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        self.state.problem.graphs.get_index_of(bare)
    }

    fn no_such_graph(&self, command: &str, name: &str) -> Diagnostic {
        diagnostics::no_such_graph(&format!("{command}{name}"), name, self.state.problem.graphs.keys())
    }

    /// A question by its name, which may stand in quotes.
    pub(super) fn question(&self, name: &str) -> Result<usize, Diagnostic> {
        let queries = &self.state.problem.queries;
        let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
        let named = queries.iter().position(|query| query.name.as_deref() == Some(bare));
        let names = || queries.iter().filter_map(|query| query.name.as_ref());
        named.ok_or_else(|| diagnostics::no_such_question(name, names()))
    }

    /// Answers a question of the text, or all of them.
    fn ask(&mut self, name: &str, options: &Options<'_>, say: Say<'_>) {
        let asked = if name.is_empty() {
            (0..self.state.problem.queries.len().min(MOST_ASKED)).collect()
        } else {
            match self.question(name) {
                Ok(index) => vec![index],
                Err(diagnostic) => return say(Said::Diagnostic(diagnostic)),
            }
        };
        if asked.is_empty() {
            return say(remark(Text::of("Nothing has been asked yet: ask, for example, P(y | do(x))")));
        }
        // Each with its question, which may stand far above.
        let echo = std::mem::replace(&mut self.echo, true);
        self.answer(&asked, options, say);
        self.echo = echo;
    }

    /// The last answer, or that of a named question, told in another way.
    fn again(&mut self, name: &str, options: &Options<'_>, say: Say<'_>, told: impl Fn(&Problem, &Answer) -> Said) {
        let asked = if name.is_empty() {
            self.state.asked.filter(|&index| index < self.state.problem.queries.len())
        } else {
            match self.question(name) {
                Ok(index) => Some(index),
                Err(diagnostic) => return say(Said::Diagnostic(diagnostic)),
            }
        };
        let Some(index) = asked else {
            return say(remark(Text::of("Nothing has been asked yet: ask, for example, P(y | do(x))")));
        };
        match self.answer_of(index, options) {
            Ok(answer) => {
                say(told(&self.state.problem, &answer));
                if is_stopped(options) {
                    say(stopped());
                }
            }
            Err(diagnostic) => say(Said::Diagnostic(diagnostic)),
        }
    }

    /// What a file that was loaded holds.
    pub(super) fn loaded(&self, say: Say<'_>) {
        let problem = &self.state.problem;
        say(remark(Text::of(format!(
            "{}: {}, {}, {}.",
            if problem.source.name().is_empty() { "Taken over" } else { problem.source.name() },
            count(problem.graphs.len(), "graph", "graphs"),
            count(problem.queries.len(), "question", "questions"),
            count(problem.expectations.len(), "expectation", "expectations")
        ))));
        if !problem.queries.is_empty() {
            say(remark(Text::new().tone(Tone::Quiet, ":ask answers what it asks.")));
        }
    }
}
