//! `whatif repl`: a session at the terminal, or fed from standard input.

use super::args::Look;
use super::input;
use super::output::Output;
use super::status;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::{Hinter, HistoryHinter};
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Editor, Helper};
use std::borrow::Cow;
use std::io::{BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use whatif::answer::Options;
use whatif::draw;
use whatif::exchange;
use whatif::session::{self, Completion, Next, Said, Scope, Session, With};
use whatif::source::{Diagnostic, Source};
use whatif::syntax::typing::Role;

/// `whatif repl`
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  whatif repl\n  whatif repl examples/churn.causal\n  \
    echo 'x -> y; P(y | do(x))' | whatif repl")]
pub struct Repl {
    /// A file to begin with
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Keep what was typed in this file [default: $WHATIF_HISTORY, or whatif/history in your data folder]
    #[arg(long, value_name = "FILE", conflicts_with = "no_history")]
    pub history: Option<PathBuf>,
    /// Neither read nor write the history of earlier sessions
    #[arg(long)]
    pub no_history: bool,
    #[command(flatten)]
    pub look: Look,
}

/// Reads lines until they end.
pub fn repl(args: &Repl, output: &mut Output) -> u8 {
    let terminal = std::io::stdin().is_terminal();
    let mut repl = Running { session: Session::new(), cancel: Arc::default(), start: Instant::now() };
    repl.session.set_echo(!terminal);
    if let Some(file) = &args.file
        && !repl.load(file, output)
        && !terminal
    {
        return status::INPUT;
    }
    if terminal { repl.interactive(args, output) } else { repl.piped(output) }
}

struct Running {
    session: Session,
    cancel: Arc<AtomicBool>,
    start: Instant,
}

impl Running {
    fn piped(&mut self, output: &mut Output) -> u8 {
        let mut stdin = std::io::stdin().lock();
        let mut input = String::new();
        loop {
            let room = (whatif::syntax::MAX_FILE as u64 + 1).saturating_sub(input.len() as u64);
            let ended = match stdin.by_ref().take(room).read_line(&mut input) {
                Ok(read) => read == 0,
                Err(error) => {
                    output.remark(&format!("cannot read the input: {error}"));
                    return status::INPUT;
                }
            };
            let line = input.strip_suffix('\n').unwrap_or(&input);
            if !ended && session::is_open(line.strip_suffix('\r').unwrap_or(line)) {
                continue;
            }
            let text = std::mem::take(&mut input);
            if self.lines(&text, output) || ended {
                return status::FINE;
            }
        }
    }

    fn interactive(&mut self, args: &Repl, output: &mut Output) -> u8 {
        let config = rustyline::Config::builder().completion_type(rustyline::CompletionType::List).build();
        let mut editor: Editor<Typing, FileHistory> = match Editor::with_history(config, FileHistory::new()) {
            Ok(editor) => editor,
            Err(error) => {
                output.remark(&format!("cannot use this terminal: {error}"));
                return status::INPUT;
            }
        };
        let history = if args.no_history { None } else { args.history.clone().or_else(history) };
        if let Some(path) = &history {
            // The first session has none.
            let _ = editor.load_history(path);
        }
        // Without the handler Ctrl-C ends the program, as it does elsewhere.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&self.cancel));
        output.text("whatif: draw a graph (x -> y), ask (P(y | do(x))), or :help\n");
        loop {
            editor.set_helper(Some(Typing { scope: self.session.scope(), colour: output.colour() }));
            match editor.readline("whatif> ") {
                Ok(line) => {
                    if !line.trim().is_empty() {
                        let _ = editor.add_history_entry(line.as_str());
                    }
                    if self.lines(&line, output) {
                        break;
                    }
                }
                Err(ReadlineError::Interrupted) => {}
                Err(_) => break,
            }
        }
        if let Some(path) = &history {
            let folder = path.parent().map(std::fs::create_dir_all);
            if !matches!(folder, Some(Err(_))) && editor.save_history(path).is_err() {
                output.remark(&format!("the history could not be written to {}", path.display()));
            }
        }
        status::FINE
    }

    /// Enters each line; whether one of them ends the session.
    fn lines(&mut self, input: &str, output: &mut Output) -> bool {
        for line in session::lines(input) {
            self.cancel.store(false, Ordering::Relaxed);
            let (start, cancel) = (self.start, Arc::clone(&self.cancel));
            let clock = move || start.elapsed().as_secs_f64();
            let options = Options { cancel: Some(&cancel), clock: Some(&clock), ..Options::default() };
            match self.session.enter(line, &options, &mut |said| say(said, output)) {
                Next::Line => {}
                Next::Quit => return true,
                Next::Load(path) => {
                    self.load(Path::new(&path), output);
                }
                Next::Save { path, replace } => self.save(&path, replace, output),
            }
        }
        false
    }

    fn load(&mut self, path: &Path, output: &mut Output) -> bool {
        let source = match input::read(path) {
            Ok(source) => source,
            Err(diagnostic) => {
                output.diagnostic(&diagnostic);
                return false;
            }
        };
        let ours = path.extension().is_some_and(|extension| extension == "causal")
            || !whatif::syntax::parse(&source).1.iter().any(Diagnostic::is_error);
        if ours {
            return self.session.load(&source, &mut |said| say(said, output));
        }
        let (model, found) = exchange::read(&source, None);
        found.iter().for_each(|diagnostic| output.diagnostic(diagnostic));
        // Without a name :save asks for one, and the other program's file stays what it is.
        model.is_some_and(|model| self.session.load(&Source::new("", model.causal()), &mut |said| say(said, output)))
    }

    fn save(&mut self, path: &str, replace: bool, output: &mut Output) {
        if !replace && path != self.session.name() && Path::new(path).exists() {
            output.remark(&format!("{path} exists already; :save! {path} replaces it"));
            return;
        }
        match std::fs::write(path, self.session.text()) {
            Ok(()) => self.session.saved(path, &mut |said| say(said, output)),
            Err(error) => output.remark(&format!("cannot write {path}: {error}")),
        }
    }
}

fn say(said: Said, output: &mut Output) {
    match said {
        Said::Document(document) => output.document(&document),
        Said::Diagnostic(diagnostic) => output.diagnostic(&diagnostic),
        Said::Text(text) => output.text(&text),
        Said::Picture(picture) => {
            let drawn = draw::terminal(&picture, output.width(), !output.is_unicode());
            output.text(&drawn);
        }
    }
}

/// Where earlier sessions' lines are kept.
fn history() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(file) = set("WHATIF_HISTORY") {
        return Some(file);
    }
    let data = set("XDG_DATA_HOME").or_else(|| set("APPDATA"));
    let data = data.or_else(|| Some(set("HOME")?.join(".local").join("share")))?;
    Some(data.join("whatif").join("history"))
}

/// What the line editor asks while a line is typed.
struct Typing {
    scope: Scope,
    /// Without it there are no hints either: nothing would tell them from what was typed.
    colour: bool,
}

impl Helper for Typing {}

impl Highlighter for Typing {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.colour {
            return Cow::Borrowed(line);
        }
        let mut painted = String::with_capacity(2 * line.len());
        let mut at = 0;
        for (span, role) in session::roles(line) {
            let colour = match role {
                Role::Keyword => "1;35",
                Role::Function => "36",
                Role::Arrow => "33",
                Role::Number => "34",
                Role::Text => "32",
                Role::Comment => "2",
                Role::Plain => continue,
            };
            let (before, word) = (line.get(at..span.start).unwrap_or(""), line.get(span.start..span.end).unwrap_or(""));
            painted.push_str(&format!("{before}\x1b[{colour}m{word}\x1b[0m"));
            at = span.end;
        }
        painted.push_str(line.get(at..).unwrap_or(""));
        Cow::Owned(painted)
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        Cow::Owned(format!("\x1b[2m{hint}\x1b[0m"))
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        // One more letter can make a word of several.
        self.colour && kind != CmdKind::MoveCursor
    }
}

/// What is shown behind the cursor.
struct Hint {
    text: String,
    literal: bool,
}

impl rustyline::hint::Hint for Hint {
    fn display(&self) -> &str {
        &self.text
    }

    fn completion(&self) -> Option<&str> {
        self.literal.then_some(&self.text)
    }
}

impl Hinter for Typing {
    type Hint = Hint;

    fn hint(&self, line: &str, at: usize, context: &rustyline::Context<'_>) -> Option<Hint> {
        if !self.colour || at < line.len() || line.trim().len() < 2 {
            return None;
        }
        let earlier = HistoryHinter::new().hint(line, at, context).filter(|rest| !rest.contains('\n'));
        if let Some(text) = earlier {
            return Some(Hint { text, literal: true });
        }
        self.scope.hint(line).map(|hint| Hint { text: hint.text, literal: hint.literal })
    }
}

impl Completer for Typing {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let Completion { start, with } = self.scope.complete(line, at);
        let typed = line.get(start..at).unwrap_or("");
        Ok(match with {
            With::Words(words) => (start, words),
            With::Files => (start, files(typed)),
        })
    }
}

/// The files that a path can go on to; folders end with a `/`.
fn files(typed: &str) -> Vec<String> {
    let (folder, begun) = typed.rfind('/').map_or(("", typed), |slash| typed.split_at(slash + 1));
    let entries = std::fs::read_dir(if folder.is_empty() { "." } else { folder });
    let mut files: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let wanted = name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            wanted.then(|| format!("{folder}{name}{slash}"))
        })
        .collect();
    files.sort();
    files
}

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if session::is_open(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
