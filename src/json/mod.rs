//! Answers, expectations and diagnostics as the contract's JSON (`whatif/1`).
//!
//! In: answers. Out: one JSON document. Must never know: how an answer was found, or any other format.
