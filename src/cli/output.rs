//! Where text goes and how it looks there.

use super::args::{Color, Look};
use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use std::io::{IsTerminal, Write};
use whatif::render::{Document, Style, terminal};
use whatif::source::Diagnostic;

/// Text is never set wider than this, however wide the terminal.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

/// Standard output and standard error.
pub struct Output {
    style: Style,
    errors: GraphicalReportHandler,
    /// Whether something stands on standard error already.
    complained: bool,
    /// Nobody reads any longer (`| head`).
    closed: bool,
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
        }
    }

    /// Whether more than ASCII may be written.
    pub const fn is_unicode(&self) -> bool {
        self.style.unicode
    }

    /// Prints a document for a person.
    pub fn document(&mut self, document: &Document) {
        let text = terminal(document, &self.style);
        self.text(&text);
    }

    /// Prints text as it is.
    pub fn text(&mut self, text: &str) {
        if self.closed {
            return;
        }
        let mut out = std::io::stdout().lock();
        // A reader who has seen enough is no error; nor is there anyone to tell.
        self.closed = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
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
