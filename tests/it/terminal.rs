//! The program at a terminal: what only a person with a keyboard sees.
//!
//! A step waits for what the program must write, however slow the machine; nothing waits for a time to pass.

use crate::support::folder::Folder;
use rexpect::reader::Options;
use rexpect::session::{PtySession, spawn_with_options};
use std::fmt::Write;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

const PROMPT: &str = "whatif> ";
/// Longer than anything takes, in milliseconds.
const PATIENCE: u64 = 120_000;

/// One at a time: a terminal that is being made must not leak into the program of another.
static ONE: Mutex<()> = Mutex::new(());

struct Terminal {
    session: PtySession,
    _one: MutexGuard<'static, ()>,
}

impl Terminal {
    /// Runs the program in a terminal of some rows and 100 columns.
    fn run(arguments: &[&str], environment: &[(&str, &str)], rows: usize) -> Self {
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let mut command = Command::new("sh");
        // A new terminal has no size.
        command.args(["-c", &format!("stty rows {rows} cols 100 && exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_whatif")]);
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
        for name in ["NO_COLOR", "PAGER", "LESS", "LC_ALL", "LC_CTYPE", "WHATIF_HISTORY"] {
            command.env_remove(name);
        }
        command.envs([("TERM", "xterm"), ("LANG", "C.UTF-8")]).envs(environment.iter().copied());
        let session = spawn_with_options(command, Options::new().timeout_ms(Some(PATIENCE))).unwrap();
        Self { session, _one: one }
    }

    /// A session without a history, at its prompt.
    fn repl(arguments: &[&str]) -> Self {
        let mut terminal = Self::run(&[&["repl", "--no-history"], arguments].concat(), &[], 40);
        terminal.see(PROMPT);
        terminal
    }

    /// Waits for a text; what came before it.
    fn see(&mut self, text: &str) -> String {
        match self.session.exp_string(text) {
            Ok(before) => before,
            Err(error) => panic!("{text:?} is not seen: {error}"),
        }
    }

    fn keys(&mut self, keys: &str) {
        self.session.send(keys).unwrap();
        self.session.flush().unwrap();
    }

    /// Enters a line, waits for a text in the answer and for the next prompt; what is written in between.
    fn enter(&mut self, line: &str, answer: &str) -> String {
        self.keys(&format!("{line}\r"));
        let before = self.see(answer);
        format!("{before}{answer}{}", self.see(PROMPT))
    }

    /// Ends the session by Ctrl-D; all that is still written.
    fn end(mut self) -> String {
        self.keys(CTRL_D);
        let rest = self.session.exp_eof().unwrap();
        let status = self.session.process().wait().unwrap();
        assert!(format!("{status:?}").ends_with(", 0)"), "{status:?}");
        rest
    }
}

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const TAB: &str = "\t";
const UP: &str = "\x1b[A";
const RIGHT: &str = "\x1b[C";

#[test]
fn a_session_is_coloured_and_ends_by_ctrl_d() {
    let mut terminal = Terminal::repl(&[]);
    terminal.keys("graph g { z -> x; latent u");
    // A word has its colour as soon as it is one.
    terminal.see("\x1b[1;35mgraph\x1b[0m g { z \x1b[33m->\x1b[0m x; \x1b[1;35mlatent\x1b[0m u");
    terminal.enter("; u -> x -> y }", "4 variables, 3 edges.");
    terminal.keys("P(y = 1 | do(x)) // why");
    terminal.see("\x1b[36mP\x1b[0m(y = \x1b[34m1\x1b[0m | \x1b[36mdo\x1b[0m(x)) \x1b[2m// why\x1b[0m");
    let answer = terminal.enter("", "Identifiable");
    assert!(answer.contains("\x1b[32mIdentifiable") || answer.contains("\x1b[1;32mIdentifiable"), "{answer:?}");
    terminal.end();
}

#[test]
fn no_colour_means_none() {
    for (arguments, environment) in [
        (&["repl", "--no-history"][..], &[("NO_COLOR", "1")][..]),
        (&["repl", "--no-history", "--color", "never"], &[]),
    ] {
        let mut terminal = Terminal::run(arguments, environment, 40);
        terminal.see(PROMPT);
        let mut seen = terminal.enter("x -> y", "2 variables, 1 edge.");
        seen.push_str(&terminal.enter("expect identifiable P(y | do(x))", "As expected."));
        seen.push_str(&terminal.enter("expect nothing", "whatif::"));
        seen.push_str(&terminal.end());
        let coloured = seen.split("\x1b[").skip(1).find(|code| {
            let end = code.find(|c: char| !c.is_ascii_digit() && c != ';');
            end.is_some_and(|end| code[end..].starts_with('m') && !matches!(&code[..end], "" | "0"))
        });
        assert_eq!(coloured, None, "{seen:?}");
    }
}

#[test]
fn tab_completes_and_hints_are_shown() {
    let folder = Folder::new("terminal-complete");
    folder.write("a shop.causal", "graph shop { service -> engagement -> churn }\n");
    let mut terminal = Terminal::repl(&[]);
    terminal.keys(&format!(":load {}/a s{TAB}", folder.path().display()));
    terminal.see("a shop.causal");
    terminal.enter("", "1 graph, 0 questions");
    terminal.keys(&format!("P(ch{TAB}"));
    terminal.see("(churn");
    terminal.keys(&format!(" | do(eng{TAB}"));
    terminal.see("(engagement");
    terminal.enter("))", "Identifiable");
    // What can go on in one way only is shown in grey, and the arrow takes it.
    terminal.keys("expect iden");
    terminal.see("\x1b[2mtifiable\x1b[0m");
    terminal.keys(RIGHT);
    terminal.enter(" P(churn | do(service))", "expected\x1b[0m.");
    // And what was typed before.
    terminal.keys("P(churn |");
    terminal.see("\x1b[2m do(engagement))\x1b[0m");
    terminal.keys(RIGHT);
    terminal.enter("", "Identifiable");
    terminal.enter("paths ser\t to churn", ", open.");
    terminal.end();
}

#[test]
fn what_was_typed_is_there_in_the_next_session() {
    let folder = Folder::new("terminal-history");
    let file = folder.path().join("deep/history").display().to_string();
    let by_option = ["repl", "--history", &file];
    for (arguments, environment, seen) in
        [(&by_option[..], vec![], "x -> y"), (&["repl"], vec![("WHATIF_HISTORY", &*file)], "x -> y")]
    {
        let mut terminal = Terminal::run(arguments, &environment, 40);
        terminal.see(PROMPT);
        if arguments.len() > 1 {
            terminal.enter(seen, "2 variables, 1 edge.");
        } else {
            terminal.keys(UP);
            terminal.see("x \x1b[33m->\x1b[0m y");
            terminal.enter(" -> z", "3 variables, 2 edges.");
        }
        terminal.end();
    }
    assert!(folder.read("deep/history").contains("x -> y -> z"));
}

#[test]
fn a_line_goes_on_while_a_bracket_is_open() {
    let mut terminal = Terminal::repl(&[]);
    terminal.keys("graph g {\r");
    terminal.keys("x -> y\r\r");
    terminal.keys("x <-> y\r");
    terminal.enter("}", "2 variables, 2 edges.");
    terminal.enter("P(y |\rdo(x))", "no formula");
    // An empty line ends what nobody meant to leave open.
    terminal.enter("P(y | do(x)\r", "whatif::");
    terminal.enter("x _||_ y", "path is open");
    terminal.end();
}

#[test]
fn a_wrong_line_and_ctrl_c_at_the_prompt_cost_nothing() {
    let mut terminal = Terminal::repl(&[]);
    terminal.enter("x -> y", "2 variables, 1 edge.");
    terminal.enter("P(w | do(x))", "whatif::unknown_variable");
    terminal.enter("y -> x", "whatif::both_directions");
    terminal.enter(":nonsense", "whatif::unknown_command");
    terminal.keys("P(y | do(");
    terminal.see("do\x1b[0m(");
    terminal.keys(CTRL_C);
    terminal.see("\n");
    terminal.see(PROMPT);
    terminal.keys("graph {\rx ->");
    terminal.keys(CTRL_C);
    terminal.see("\n");
    terminal.enter(":show", "x -> y");
    terminal.enter("P(y | do(x))", "Identifiable");
    terminal.keys(":quit\r");
    terminal.session.exp_eof().unwrap();
}

/// A graph of which all implications take seconds or minutes, unless they are stopped.
fn large() -> String {
    let mut graph = String::from("graph large {\n");
    for i in 0..1_000 {
        writeln!(graph, "v{i} -> v{}; v{i} -> v{}; v{i} <-> v{}", i + 1, i + 2, i + 3).unwrap();
    }
    graph + "}\n"
}

#[test]
fn ctrl_c_stops_an_answer_and_keeps_the_session() {
    let folder = Folder::new("terminal-stop");
    let file = folder.write("large.causal", &large());
    let mut terminal = Terminal::repl(&[&file]);
    terminal.keys("implications\r");
    // The line editor has given the terminal back.
    terminal.see("\x1b[?2004l");
    terminal.stop();
    terminal.enter(":show", "v999 <-> v1002");
    terminal.enter("v0 _||_ v1", "path is open");
    terminal.end();
}

impl Terminal {
    /// Presses Ctrl-C until the program says that it has stopped, and waits for a prompt after the last.
    fn stop(&mut self) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_millis(PATIENCE);
        let mut seen = String::new();
        while !seen.contains("Stopped") {
            assert!(std::time::Instant::now() < deadline, "not stopped: {seen:?}");
            self.keys(CTRL_C);
            for _ in 0..20 {
                while let Some(c) = self.session.try_read() {
                    seen.push(c);
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
        self.keys("// stopped\r");
        self.see("stopped");
        self.see("\x1b[?2004l");
        self.see(PROMPT);
    }
}

#[test]
fn long_output_is_shown_page_by_page() {
    let pager = [("PAGER", "sed s/^/paged:/")];
    let run = |arguments: &[&str], rows: usize| {
        let mut terminal = Terminal::run(arguments, &pager, rows);
        terminal.session.exp_eof().unwrap()
    };
    let file = "examples/churn.causal";
    let paged = run(&["run", file], 10);
    assert!(paged.contains("paged:") && paged.contains("Identifiable"), "{paged:?}");
    assert!(!run(&["run", "--no-pager", file], 10).contains("paged:"));
    // What fits is simply written.
    let short = run(&["run", file], 2_000);
    assert!(!short.contains("paged:") && short.contains("Identifiable"), "{short:?}");
}

#[test]
fn less_is_left_by_q() {
    if !Command::new("less").arg("--version").output().is_ok_and(|run| run.status.success()) {
        return;
    }
    let mut terminal = Terminal::run(&["run", "examples/churn.causal"], &[], 10);
    terminal.see("Identifiable");
    terminal.keys("q");
    terminal.session.exp_eof().unwrap();
    assert!(format!("{:?}", terminal.session.process().wait().unwrap()).ends_with(", 0)"));
}

#[test]
fn a_long_test_shows_how_far_it_is() {
    let folder = Folder::new("terminal-progress");
    for i in 0..500 {
        folder.write(
            &format!("{i}.causal"),
            "graph { w -> z -> x -> y; w <-> x; w <-> y }\nP(y | do(x))\nadjust P(y | do(x))\n",
        );
    }
    let mut terminal = Terminal::run(&["test", "--accept", &folder.path().display().to_string()], &[], 40);
    let (_, bar) = terminal.session.exp_regex(r"\r\[=* *\] \d+ of 500").unwrap();
    assert!(bar.len() > 30, "{bar:?}");
    // The bar goes when all is done.
    terminal.see("\r\x1b[K");
    terminal.see("500 files: 500 passed, 0 failed");
    terminal.session.exp_eof().unwrap();
}

#[test]
fn what_is_typed_or_pasted_ahead_of_an_answer_is_not_lost() {
    let mut terminal = Terminal::repl(&[]);
    terminal.keys("x -> y\rz -> x\rz -> y\rP(y | do(x))\r");
    terminal.see("3 variables, 3 edges");
    terminal.see("adjust for z");
    terminal.see(PROMPT);
    terminal.end();
}
