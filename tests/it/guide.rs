//! The guide under `docs/`: every file in it is written out, every command in it is run, and what the program prints must
//! be what the guide shows. `WHATIF_UPDATE=1` writes the output into the chapters; read what changed before keeping it.

use super::support::folder::Folder;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn chapters() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src");
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.sort();
    found
}

/// Runs a command line as a reader would paste it, with the program on the path; both its outputs, in that order.
fn shell(command: &str, folder: &Folder) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_whatif")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    let both = [output.stdout, output.stderr].concat();
    folder.nameless(&String::from_utf8(both).unwrap())
}

/// The example crate, as a module: its code stands in a chapter, and so does what it prints.
#[path = "../../examples/embed/src/lib.rs"]
mod embed;

/// A chapter played again.
#[derive(Default)]
struct Replayed {
    /// The chapter with the output of each of its commands set anew.
    text: String,
    /// Its pictures: where each is kept, and how it is drawn now.
    pictures: Vec<(PathBuf, String)>,
}

/// What can stand in a chapter: a file (```` ```causal NAME ````), commands (```` ```console ````), a file of the project
/// (```` ```rust PATH ````), what the example crate prints (```` ```text embed ````), and a picture with the command that
/// draws it in a comment above.
fn replayed(text: &str, folder: &Folder) -> Replayed {
    let mut replayed = Replayed::default();
    let told = &mut replayed.text;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        *told += &format!("{line}\n");
        if let Some(command) = line.strip_prefix("<!-- $ ").and_then(|rest| rest.strip_suffix(" -->")) {
            let image = lines.next().unwrap();
            *told += &format!("{image}\n");
            let (_, path) = image.strip_suffix(')').unwrap().rsplit_once("](").unwrap();
            let drawn = shell(&format!("{command} -o - --format svg 2>/dev/null"), folder);
            assert!(drawn.starts_with("<svg"), "{command}: {drawn}");
            replayed.pictures.push((Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src").join(path), drawn));
        }
        let Some(info) = line.strip_prefix("```").filter(|info| !info.is_empty()) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        if info == "console" {
            for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
                let output = shell(command, folder);
                *told += &format!("$ {command}\n");
                for line in output.trim_end().lines() {
                    *told += &format!("{}\n", line.trim_end());
                }
            }
        } else if let Some(path) = info.strip_prefix("rust ") {
            *told += &fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        } else if info == "text embed" {
            *told += &embed::story().unwrap();
        } else {
            let body: String = block.iter().map(|line| format!("{line}\n")).collect();
            // ```causal shop.causal
            if let Some((_, name)) = info.split_once(' ') {
                folder.write(name, &body);
            }
            *told += &body;
        }
        *told += "```\n";
    }
    replayed
}

#[cfg(unix)]
#[test]
fn what_the_guide_shows_is_what_the_program_prints() {
    let update = std::env::var_os("WHATIF_UPDATE").is_some();
    let (mut commands, mut kept) = (0, Vec::new());
    for chapter in chapters() {
        let text = fs::read_to_string(&chapter).unwrap();
        let name = chapter.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = Folder::new(&format!("guide-{name}"));
        let Replayed { text: told, pictures } = replayed(&text, &folder);
        for (path, drawn) in pictures {
            if update {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &drawn).unwrap();
            }
            // A picture differs from the one that was looked at: look again.
            assert!(fs::read_to_string(&path).ok() == Some(drawn), "{} is drawn otherwise now", path.display());
            kept.push(path);
        }
        commands += told.lines().filter(|line| line.starts_with("$ whatif ")).count();
        if update {
            fs::write(&chapter, &told).unwrap();
        } else {
            assert!(told == text, "{}", similar::TextDiff::from_lines(&text, &told).unified_diff());
        }
    }
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/pictures");
    for entry in fs::read_dir(pictures).unwrap() {
        let path = entry.unwrap().path();
        assert!(kept.contains(&path), "no chapter shows {}", path.display());
    }
    assert!(commands > 20, "the guide has lost its examples: {commands} are left");
}

#[test]
fn the_summary_names_every_chapter() {
    let summary = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/SUMMARY.md")).unwrap();
    for chapter in chapters() {
        let name = chapter.file_name().unwrap().to_string_lossy().into_owned();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name} is not in the summary");
    }
}
