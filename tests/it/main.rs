//! Whole-program tests: one binary, one support module.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read files and the environment")]

mod advice;
mod cli;
mod continuous;
mod contract;
mod corpus;
mod data;
mod errors;
mod estimate;
mod evidence;
mod examples;
mod exchange;
mod fmt;
mod guide;
mod lsp;
mod measured;
mod models;
mod networks;
mod oracle;
mod proofs;
mod published;
mod refusals;
mod refuted;
mod session;
mod sets;
mod shell;
mod snapshots_command;
mod soundness;
mod sql;
mod support;
mod tables;
#[cfg(unix)]
mod terminal;
mod threads;
mod verify;
mod watch;
mod words;
