//! The commands.

use super::finding::count;
use super::{Next, Said, Say, Session, diagnostics, remark, shown};
use crate::answer::{Answer, Options};
use crate::problem::Problem;
use crate::render::document::Text;
use crate::render::{self, Steps};

/// The commands: each with how it is written and what it does.
pub const COMMANDS: [(&str, &str, &str); 11] = [
    (":help", "", "this page"),
    (":load", " FILE", "take a file in place of what is here"),
    (":save", " [FILE]", "write what is here to a file; :save! replaces one"),
    (":graph", "", "show the current graph, the last of the file"),
    (":steps", " [full]", "the last formula derived in the rules of do-calculus"),
    (":explain", "", "the last answer in plain words"),
    (":latex", "", "the last answer as LaTeX"),
    (":show", "", "the file as it stands"),
    (":undo", "", "take the last change back"),
    (":time", "", "say how long answers take, or stop saying it"),
    (":quit", "", "end; Ctrl-D does too"),
];

const HELP: &str = "\
Statements are those of files:
  graph g { x -> y; x <-> z }     P(y | do(x))     x _||_ y | z     expect identifiable P(y | do(x))
Edits to the current graph:
  x -> y   x <-> y   latent u     drop x -> y      drop x           drop latent u
Commands:
";

impl Session {
    pub(super) fn command(&mut self, word: &str, rest: &str, options: &Options<'_>, say: Say<'_>) -> Next {
        match word {
            "help" => {
                let mut text = HELP.to_owned();
                for (name, form, what) in COMMANDS {
                    text.push_str(&format!("  {:<18} {what}\n", format!("{name}{form}")));
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
            "graph" if rest.is_empty() => self.show_graph(say),
            "show" => say(Said::Text(self.text().to_owned())),
            "steps" => {
                let steps = if rest == "full" { Steps::All } else { Steps::Board };
                self.again(options, say, |problem, answer| Said::Document(shown(problem, answer, steps, true)));
            }
            "explain" => {
                self.again(options, say, |problem, answer| Said::Document(render::explain(problem, answer)));
            }
            "latex" => self.again(options, say, |problem, answer| {
                Said::Text(render::latex(&shown(problem, answer, Steps::None, true)))
            }),
            "undo" => self.undo(options, say),
            "time" => {
                self.timing = !self.timing;
                say(remark(Text::of(if self.timing { "Times are shown." } else { "Times are shown no longer." })));
            }
            "quit" => return Next::Quit,
            _ => say(Said::Diagnostic(diagnostics::unknown_command(&format!(":{word}"), word))),
        }
        Next::Line
    }

    fn show_graph(&self, say: Say<'_>) {
        let graph = self.current().and_then(|(at, _)| self.state.problem.graphs.get_index(at));
        match graph {
            Some((_, entry)) => say(Said::Text(format!("{}\n", self.state.problem.source.slice(entry.span)))),
            None => say(remark(Text::of("There is no graph yet: draw one, x -> y"))),
        }
    }

    /// The last answer, told in another way.
    fn again(&mut self, options: &Options<'_>, say: Say<'_>, told: impl Fn(&Problem, &Answer) -> Said) {
        let Some(index) = self.state.asked.filter(|&index| index < self.state.problem.queries.len()) else {
            return say(remark(Text::of("Nothing has been asked yet: ask, for example, P(y | do(x))")));
        };
        match self.answer_of(index, options) {
            Ok(answer) => say(told(&self.state.problem, &answer)),
            Err(diagnostic) => say(Said::Diagnostic(diagnostic)),
        }
    }

    /// What a file that was loaded holds.
    pub(super) fn loaded(&self, say: Say<'_>) {
        let problem = &self.state.problem;
        say(remark(Text::of(format!(
            "{}: {}, {}, {}.",
            problem.source.name(),
            count(problem.graphs.len(), "graph", "graphs"),
            count(problem.queries.len(), "question", "questions"),
            count(problem.expectations.len(), "expectation", "expectations")
        ))));
    }
}
