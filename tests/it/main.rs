//! Whole-program tests: one binary, one support module.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read files and the environment")]

mod contract;
mod evidence;
mod oracle;
mod proofs;
mod support;
