//! Answers for people: answer → [`Document`] → terminal, Markdown, LaTeX.
//!
//! In: answers, with the problem they belong to. Out: text. Must never know: how an answer was found, nor whether a
//! terminal listens: colours, signs and width are parameters.
//!
//! A document is built once and written in any medium, so a new kind of answer is one file here and a new format is one
//! too. Prose in documents is ASCII; names, formulas and paths are [`Math`](document::Math), which each medium writes in
//! its own notation.

mod answers;
pub mod document;
pub mod html;
pub mod latex;
mod markdown;
mod models;
mod notation;
mod terminal;
#[cfg(test)]
mod tests;

pub use answers::{
    Steps, document, estimate, expectations, explain, in_few_words, in_plain_words, kept, numbers, refutations, rounded,
};
pub use document::Document;
pub use latex::latex;
pub use markdown::markdown;
pub use terminal::{Style, terminal};
