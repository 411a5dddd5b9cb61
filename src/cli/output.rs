//! Where text goes and how it looks there.

use super::args::{Color, Look};
use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use std::io::{ErrorKind, IsTerminal, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use whatif::render::{Document, Style, terminal};
use whatif::source::Diagnostic;

/// Text is never set wider than this, however wide the terminal.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

/// Whether some output was lost: known only when the last of it is written, after a command has its status.
static UNWRITTEN: AtomicBool = AtomicBool::new(false);

/// Whether some output could not be written, though someone was there to read it.
pub fn is_unwritten() -> bool {
    UNWRITTEN.load(Ordering::Relaxed)
}

/// Standard output and standard error.
pub struct Output {
    style: Style,
    errors: GraphicalReportHandler,
    /// Whether something stands on standard error already.
    complained: bool,
    /// Nobody reads any longer (`| head`), or nothing more can be written.
    closed: bool,
    /// On a terminal: what is shown at the end, page by page where it is long.
    held: Option<String>,
}

impl Output {
    /// Looks at the terminal, if there is one, and at what the user asked for.
    pub fn new(look: &Look) -> Self {
        let out = std::io::stdout();
        let err = std::io::stderr();
        let width =
            terminal_size::terminal_size().map_or(WIDEST, |(width, _)| usize::from(width.0)).clamp(NARROWEST, WIDEST);
        let ascii = |terminal: bool| look.ascii || (terminal && !locale_is_unicode());
        let colour = |terminal: bool| match look.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb"),
        };
        let theme = GraphicalTheme {
            characters: if ascii(err.is_terminal()) { ThemeCharacters::ascii() } else { ThemeCharacters::unicode() },
            styles: if colour(err.is_terminal()) { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        Self {
            style: Style { colour: colour(out.is_terminal()), unicode: !ascii(out.is_terminal()), width },
            errors: GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false),
            complained: false,
            closed: false,
            held: None,
        }
    }

    /// Shows long output page by page, if it goes to a terminal and the user wants that.
    pub fn paged(mut self, no_pager: bool) -> Self {
        let wanted = !no_pager && std::io::stdout().is_terminal() && set("TERM").is_none_or(|term| term != "dumb");
        self.held = wanted.then(String::new);
        self
    }

    /// Whether standard output is written in colour.
    pub const fn colour(&self) -> bool {
        self.style.colour
    }

    /// Whether nobody reads any longer.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether more than ASCII may be written.
    pub const fn is_unicode(&self) -> bool {
        self.style.unicode
    }

    /// How many columns there are.
    pub const fn width(&self) -> usize {
        self.style.width
    }

    /// Prints a document for a person.
    pub fn document(&mut self, document: &Document) {
        let text = terminal(document, &self.style);
        self.text(&text);
    }

    /// Prints text as it is.
    pub fn text(&mut self, text: &str) {
        if let Some(held) = &mut self.held {
            held.push_str(text);
            return;
        }
        if self.closed {
            return;
        }
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.closed = true;
            // A reader who has seen enough is no error; nor is there anyone to tell.
            if error.kind() != ErrorKind::BrokenPipe {
                UNWRITTEN.store(true, Ordering::Relaxed);
                self.remark(&format!("whatif: the output could not be written: {error}"));
            }
        }
    }

    /// One line on standard error that is no mistake of the file's.
    pub fn remark(&mut self, text: &str) {
        let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
    }

    /// Prints a diagnostic on standard error.
    pub fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        let mut text = String::new();
        if self.errors.render_report(&mut text, diagnostic).is_err() {
            text = format!("{}: {diagnostic}\n", diagnostic.code);
        }
        if self.complained {
            text.insert(0, '\n');
        }
        self.complained = true;
        // Where standard error is closed there is nobody to tell.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(text) = self.held.take() {
            let screen = terminal_size::terminal_size().map(|(width, height)| (width.0.into(), height.0.into()));
            let long = screen.is_some_and(|(width, height)| rows(&text, width) >= height);
            if !long || !page(&text) {
                self.text(&text);
            }
        }
    }
}

/// How many rows of a terminal a text takes.
fn rows(text: &str, width: usize) -> usize {
    let row = |line: &str| {
        let (mut columns, mut escape) = (0_usize, false);
        for c in line.chars() {
            match c {
                '\x1b' => escape = true,
                'm' if escape => escape = false,
                _ if escape => {}
                _ => columns += 1,
            }
        }
        usize::max(1, columns.div_ceil(width.max(1)))
    };
    text.lines().map(row).sum()
}

/// Hands a text to the user's pager; false where there is none.
fn page(text: &str) -> bool {
    // Set and empty means: none.
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next() else { return false };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if set("LESS").is_none() {
        // Colours; and where all fits on the screen after all, no waiting.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else { return false };
    if let Some(mut input) = child.stdin.take() {
        // Who leaves the pager early has seen enough.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

/// How far a long run is: one line on a terminal, nothing elsewhere.
pub struct Progress {
    total: usize,
    state: Option<Mutex<(usize, Instant)>>,
}

impl Progress {
    const WIDTH: usize = 30;
    const EVERY: Duration = Duration::from_millis(100);

    /// Nothing done yet of so much.
    pub fn new(total: usize) -> Self {
        let shown = std::io::stderr().is_terminal() && total > 1;
        Self { total, state: shown.then(|| Mutex::new((0, Instant::now()))) }
    }

    /// One more is done.
    pub fn step(&self) {
        self.change(|done| done + 1);
    }

    /// So much is done.
    pub fn reach(&self, done: usize) {
        self.change(|_| done.min(self.total));
    }

    fn change(&self, to: impl FnOnce(usize) -> usize) {
        let Some(Ok(mut state)) = self.state.as_ref().map(Mutex::lock) else { return };
        state.0 = to(state.0);
        if state.1.elapsed() >= Self::EVERY {
            state.1 = Instant::now();
            let (done, total) = (state.0, self.total);
            let full = done * Self::WIDTH / total.max(1);
            let bar = format!("\r[{}{}] {done} of {total}", "=".repeat(full), " ".repeat(Self::WIDTH - full));
            let _ = std::io::stderr().lock().write_all(bar.as_bytes());
        }
    }

    /// All is done: the line goes.
    pub fn end(self) {
        if self.state.is_some() {
            let _ = std::io::stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}

fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether the user's locale can show the signs of mathematics; where none is set it is taken to.
fn locale_is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn colours_take_no_room_and_long_lines_take_more() {
        assert_eq!(super::rows("\x1b[1mab\x1b[0m\n\nabcde\n", 4), 1 + 1 + 2);
    }
}
