//! What a shell wants to know: completions and man pages.

use super::args::{Man, Program, Shell};
use super::output::Output;
use super::status;
use clap::CommandFactory;

/// Prints completions for a shell.
pub fn completions(shell: Shell, output: &mut Output) -> u8 {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
        Shell::Powershell => clap_complete::Shell::PowerShell,
    };
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Program::command(), "whatif", &mut text);
    output.text(&String::from_utf8_lossy(&text));
    status::FINE
}

/// Prints the man page of the program or of one command.
pub fn man(args: &Man, output: &mut Output) -> u8 {
    let mut program = Program::command();
    program.build();
    let command = match &args.command {
        None => program,
        Some(name) => match program.find_subcommand(name).filter(|command| !command.is_hide_set()) {
            Some(command) => command.clone(),
            None => {
                let names: Vec<&str> = program
                    .get_subcommands()
                    .filter(|command| !command.is_hide_set())
                    .map(clap::Command::get_name)
                    .collect();
                output.remark(&format!("there is no command {name}; there are {}", names.join(", ")));
                return status::INPUT;
            }
        },
    };
    let title = args.command.as_ref().map_or_else(|| "whatif".to_owned(), |name| format!("whatif-{name}"));
    let mut text = Vec::new();
    match clap_mangen::Man::new(command).title(title).render(&mut text) {
        Ok(()) => output.text(&String::from_utf8_lossy(&text)),
        Err(error) => {
            output.remark(&format!("cannot write the page: {error}"));
            return status::INPUT;
        }
    }
    status::FINE
}
