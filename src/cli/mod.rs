//! The program around the library: arguments, files, threads, the terminal, the exit status.
//!
//! In: the command line. Out: what is printed, and 0, 1, 2 or 70. Must never know: anything but the library's public face.
//! The only floor that prints, reads files or the environment, looks at the clock or starts threads.
#![allow(clippy::disallowed_methods, reason = "files, clock, environment and threads are this floor's business")]

#[cfg(feature = "adbc")]
mod adbc;
mod args;
mod check;
mod continuous;
mod counts;
mod data;
mod difference;
mod draw;
mod estimate;
mod explain;
mod export;
mod fmt;
mod import;
mod input;
mod junit;
mod linear_marginals;
mod loaded;
mod lsp;
mod marginals;
mod measured;
mod network;
mod network_args;
mod output;
mod parquet;
mod refute;
mod repl;
mod report;
mod rows;
mod run;
mod shell;
mod simulate;
mod test;
mod threads;
mod tour;
mod verify;
mod watch;

use args::{Command, Program};
use clap::Parser;
use output::Output;
use std::process::ExitCode;

/// Runs the program and says how it went.
pub fn main() -> ExitCode {
    let program = Program::parse();
    let status = match &program.command {
        None => tour::tour(&mut Output::new(&args::Look::default())),
        Some(Command::Run(run)) => run::run(run, &mut Output::new(&run.look).paged(run.no_pager)),
        Some(Command::Check(check)) => check::check(check, &mut Output::new(&check.look).paged(check.no_pager)),
        Some(Command::Marginals(args)) => marginals::marginals(args, &mut Output::new(&args.look)),
        Some(Command::Simulate(args)) => simulate::simulate(args, &mut Output::new(&args.look)),
        Some(Command::Estimate(args)) => estimate::estimate(args, &mut Output::new(&args.common.look)),
        Some(Command::Refute(args)) => refute::refute(args, &mut Output::new(&args.common.look)),
        Some(Command::Counts(args)) => counts::counts(args, &mut Output::new(&args.look)),
        Some(Command::Sql(args)) => counts::sql(args, &mut Output::new(&args.look)),
        Some(Command::Explain(explain)) => explain::explain(explain, &mut Output::new(&explain.look)),
        Some(Command::Draw(draw)) => draw::draw(draw, &mut Output::new(&draw.look)),
        Some(Command::Report(report)) => report::report(report, &mut Output::new(&report.look)),
        Some(Command::Lsp(lsp)) => lsp::lsp(lsp, &mut Output::new(&args::Look::default())),
        Some(Command::Repl(repl)) => repl::repl(repl, &mut Output::new(&repl.look)),
        Some(Command::Verify(verify)) => verify::verify(verify, &mut Output::new(&verify.look)),
        Some(Command::Fmt(fmt)) => fmt::fmt(fmt, &mut Output::new(&fmt.look)),
        Some(Command::Test(test)) => test::test(test, &mut Output::new(&test.look)),
        Some(Command::Watch(watch)) => watch::watch(watch, &mut Output::new(&watch.look)),
        Some(Command::Completions(wanted)) => {
            shell::completions(wanted.shell, &mut Output::new(&args::Look::default()))
        }
        Some(Command::Man(man)) => shell::man(man, &mut Output::new(&args::Look::default())),
        Some(Command::Import(import)) => import::import(import, &mut Output::new(&import.look)),
        Some(Command::Export(export)) => export::export(export, &mut Output::new(&export.look)),
    };
    ExitCode::from(if output::is_unwritten() { status.max(status::INPUT) } else { status })
}

/// How a run went; the largest status that applies is the program's.
mod status {
    /// Everything was answered, and every expectation held.
    pub const FINE: u8 = 0;
    /// An expectation did not hold, or a proof failed.
    pub const OTHERWISE: u8 = 1;
    /// The input could not be read or has errors, or the output could not be written.
    pub const INPUT: u8 = 2;
    /// The kernel refused a certificate, or a self-check failed.
    pub const REFUSED: u8 = 70;
}
