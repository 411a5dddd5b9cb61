//! `generate FOLDER` writes `src/parser.c` from `grammar.js`, which Node.js reads.

use std::process::ExitCode;
use tree_sitter_generate::{ABI_VERSION_MAX, OptLevel, generate_parser_in_directory};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("name the folder of the grammar");
        return ExitCode::FAILURE;
    };
    let (from, to, mut found) = (None::<&str>, None::<&str>, Vec::new());
    let (version, how) = (ABI_VERSION_MAX, OptLevel::default());
    match generate_parser_in_directory(folder, to, from, version, None, Some("node"), true, how, &mut found) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
