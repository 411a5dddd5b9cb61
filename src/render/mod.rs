//! Answers for people: answer → document → terminal, Markdown, LaTeX.
//!
//! In: answers. Out: text. Must never know: how an answer was found, nor whether a terminal listens.
