//! Pictures of numbers: a forest plot of estimates, and how far the arms of a treatment overlap.
//!
//! A plot is lines and words with a place; what surrounds it is an SVG document of its own, or a page.

mod axis;
mod forest;
mod overlap;
#[cfg(test)]
mod tests;

pub use forest::{Beside, forest, forests};
pub use overlap::overlaps;

use super::Point;
use crate::render::html::escape as escaped;
use std::fmt::Write;
use unicode_width::UnicodeWidthStr;

/// How plots look; a page that holds some has it once. Colours are variables, as in [`super::STYLE`].
pub const PLOT_STYLE: &str = "\
.wi-p{--wi-text:#16202a;--wi-quiet:#5a6772;--wi-line:#33414e;--wi-grid:#dfe4e8;--wi-back:#ffffff;--wi-acted:#1f5fa8;\
--wi-seen:#946c00;--wi-a0:#5b8fcb;--wi-a1:#c98a2b;--wi-a2:#5aa469;--wi-a3:#a877b8}\
@media (prefers-color-scheme:dark){.wi-p{--wi-text:#eef2f5;--wi-quiet:#9fabb5;--wi-line:#b4c0ca;--wi-grid:#2c3640;\
--wi-back:#12181d;--wi-acted:#7fb2ec;--wi-seen:#dcb23e;--wi-a0:#5f93d0;--wi-a1:#c98a2b;--wi-a2:#5aa469;--wi-a3:#a877b8}}\
.wi-p text{font:13px ui-sans-serif,system-ui,sans-serif;fill:var(--wi-text)}.wi-p .h{font-size:15px;font-weight:650}\
.wi-p .q{fill:var(--wi-quiet);font-size:12px}.wi-p .m{text-anchor:middle}.wi-p .r{text-anchor:end}\
.wi-p .g{stroke:var(--wi-grid)}.wi-p .x{stroke:var(--wi-line)}.wi-p .n{stroke:var(--wi-line);stroke-width:1.4;stroke-dasharray:4 3}\
.wi-p .i{stroke:var(--wi-acted);stroke-width:2.4}.wi-p .a{fill:var(--wi-acted)}\
.wi-p .s{fill:var(--wi-back);stroke:var(--wi-seen);stroke-width:2}\
.wi-p .b0{fill:var(--wi-a0)}.wi-p .b1{fill:var(--wi-a1)}.wi-p .b2{fill:var(--wi-a2)}.wi-p .b3{fill:var(--wi-a3)}\
.wi-p .k{fill:var(--wi-back)}";

/// What lies around a plot in a document of its own.
const MARGIN: f64 = 16.0;
/// The width of a letter, at the size in which rows are named.
const LETTER: f64 = 7.2;
/// Sizes of headings and of what is said in passing, in parts of that.
const LARGE: f64 = 1.16;
const SMALL: f64 = 0.93;

/// Lines and words that show numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Plot {
    /// What it is of.
    pub title: String,
    /// What it shows, for those who cannot see it.
    pub description: String,
    /// Width and height.
    pub size: Point,
    /// The lines and words, as elements of SVG.
    content: String,
}

/// Some plots, one below the other, as an SVG document.
#[must_use]
pub fn plots(all: &[Plot]) -> String {
    let width = all.iter().map(|plot| plot.size.0).fold(0.0, f64::max) + 2.0 * MARGIN;
    let height = all.iter().map(|plot| plot.size.1 + MARGIN).sum::<f64>() + MARGIN;
    let titles: Vec<&str> = all.iter().map(|plot| plot.title.as_str()).collect();
    let told: Vec<&str> = all.iter().map(|plot| plot.description.as_str()).collect();
    let mut out = opened((width, height), "p", &titles.join("; "), &told.join(" "));
    let _ = writeln!(out, "<style>{PLOT_STYLE}</style>\n<rect class=\"k\" width=\"{width}\" height=\"{height}\"/>");
    let mut top = MARGIN;
    for plot in all {
        let _ = writeln!(out, "<g transform=\"translate({MARGIN} {top})\">\n{}</g>", plot.content);
        top += plot.size.1 + MARGIN;
    }
    out + "</svg>\n"
}

/// A plot as an element of a page that has [`PLOT_STYLE`]; `id` tells those of a page apart.
#[must_use]
pub fn plot_element(plot: &Plot, id: &str) -> String {
    opened(plot.size, &escaped(id), &plot.title, &plot.description) + &plot.content + "</svg>\n"
}

/// The head of a document or an element, `id` escaped.
fn opened((width, height): Point, id: &str, title: &str, told: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"wi-p\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\n<title id=\"{id}-t\">{}</title>\n\
         <desc id=\"{id}-d\">{}</desc>\n",
        escaped(title),
        escaped(told)
    )
}

/// What is drawn, top to bottom.
#[derive(Default)]
struct Canvas {
    out: String,
}

impl Canvas {
    /// Words; where they are cut short, all of them are shown when a pointer rests on them.
    fn text(&mut self, class: &str, (x, y): Point, words: &str, most: f64) {
        let scale = match class.split(' ').next() {
            Some("h") => LARGE,
            Some("q") => SMALL,
            _ => 1.0,
        };
        let short = shortened(words, most / (LETTER * scale));
        let whole = if short == words { String::new() } else { format!("<title>{}</title>", escaped(words)) };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let _ = writeln!(
            self.out,
            "<text{class} x=\"{}\" y=\"{}\">{}{whole}</text>",
            tenths(x),
            tenths(y),
            escaped(&short)
        );
    }

    fn line(&mut self, class: &str, from: Point, to: Point) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(
            self.out,
            "<path class=\"{class}\" fill=\"none\" d=\"M{} {}L{} {}\"/>",
            tenths(x1),
            tenths(y1),
            tenths(x2),
            tenths(y2)
        );
    }

    fn circle(&mut self, class: &str, (x, y): Point, radius: f64) {
        let _ =
            writeln!(self.out, "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", tenths(x), tenths(y));
    }

    fn bar(&mut self, class: &str, (x, y): Point, (width, height): Point) {
        let (x, y, width, height) = (tenths(x), tenths(y), tenths(width), tenths(height));
        let _ =
            writeln!(self.out, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
    }
}

/// Room that words take in a row.
fn room(words: &str) -> f64 {
    words.width() as f64 * LETTER
}

/// Words in so many letters at most.
fn shortened(words: &str, letters: f64) -> String {
    if words.width() as f64 <= letters {
        return words.to_owned();
    }
    let mut short = String::new();
    for letter in words.chars() {
        short.push(letter);
        if short.width() as f64 + 1.0 > letters {
            short.pop();
            break;
        }
    }
    short.trim_end().to_owned() + "…"
}

/// Words in lines of so many letters at most, broken at blanks; what does not fit into the last is cut off.
fn lines(words: &str, letters: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    let mut rest = words.split(' ').peekable();
    while let Some(word) = rest.next() {
        let last = lines.len();
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() || (line.width() + 1 + word.width()) as f64 <= letters {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else if last < most {
            lines.push(word.to_owned());
        } else {
            line.push(' ');
            line.push_str(word);
            rest.by_ref().for_each(|word| {
                line.push(' ');
                line.push_str(word);
            });
        }
    }
    lines
}

fn tenths(at: f64) -> f64 {
    // No negative zero.
    (at * 10.0).round() / 10.0 + 0.0
}
