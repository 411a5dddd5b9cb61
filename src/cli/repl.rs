//! `whatif repl`: a session at the terminal, or fed from standard input.

use super::args::Look;
use super::input;
use super::output::Output;
use super::status;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Editor, Helper};
use std::io::{BufRead, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use whatif::answer::Options;
use whatif::session::{self, COMMANDS, Next, Said, Session};

/// `whatif repl`
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  whatif repl\n  whatif repl examples/churn.causal\n  \
    echo 'x -> y; P(y | do(x))' | whatif repl")]
pub struct Repl {
    /// A file to begin with
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
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
            if !ended && session::is_open(&input) {
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
        let history = if args.no_history { None } else { history() };
        if let Some(path) = &history {
            // The first session has none.
            let _ = editor.load_history(path);
        }
        // Without the handler Ctrl-C ends the program, as it does elsewhere.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&self.cancel));
        output.text("whatif: draw a graph (x -> y), ask (P(y | do(x))), or :help\n");
        loop {
            editor.set_helper(Some(Typing { names: self.names() }));
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
        match input::read(path) {
            Ok(source) => self.session.load(&source, &mut |said| say(said, output)),
            Err(diagnostic) => {
                output.diagnostic(&diagnostic);
                false
            }
        }
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

    /// Everything that can be completed.
    fn names(&self) -> Vec<String> {
        let problem = self.session.problem();
        let mut names: Vec<String> = COMMANDS.iter().map(|(name, ..)| (*name).to_owned()).collect();
        names.extend(whatif::syntax::outline::statements().map(|(word, _)| word.to_owned()));
        names.extend(["drop", "latent", "identifiable"].map(str::to_owned));
        for (name, entry) in &problem.graphs {
            names.push(name.clone());
            names.extend(entry.source.nodes().map(|node| entry.source.name(node).to_owned()));
        }
        names.sort();
        names.dedup();
        names
    }
}

fn say(said: Said, output: &mut Output) {
    match said {
        Said::Document(document) => output.document(&document),
        Said::Diagnostic(diagnostic) => output.diagnostic(&diagnostic),
        Said::Text(text) => output.text(&text),
    }
}

/// Where earlier sessions' lines are kept.
fn history() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set("XDG_DATA_HOME").or_else(|| set("APPDATA"));
    let data = data.or_else(|| Some(set("HOME")?.join(".local").join("share")))?;
    Some(data.join("whatif").join("history"))
}

/// What the line editor asks while a line is typed.
struct Typing {
    names: Vec<String>,
}

impl Helper for Typing {}
impl Highlighter for Typing {}

impl Hinter for Typing {
    type Hint = String;
}

impl Completer for Typing {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..at).unwrap_or("");
        let word = before.rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.' | ':'));
        let start = word.map_or(0, |i| i + before.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8));
        let typed = before.get(start..).unwrap_or("");
        let fits = |name: &&String| !typed.is_empty() && name.starts_with(typed);
        Ok((start, self.names.iter().filter(fits).cloned().collect()))
    }
}

impl Validator for Typing {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if session::is_open(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
