//! Graphs from and for other programs: mistakes as a person sees them, and the two commands.

use super::cli::{whatif, with_input};
use miette::{GraphicalReportHandler, GraphicalTheme};
use std::path::{Path, PathBuf};
use whatif::exchange::{self, Format};
use whatif::source::{Diagnostic, Source};

/// Other programs' files with something wrong, each named after the code it shows.
pub fn files() -> Vec<PathBuf> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exchange")).unwrap();
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// What is wrong with one of them, read in the format that its name ends with.
pub fn diagnostics(path: &Path) -> Vec<Diagnostic> {
    let extension = path.extension().unwrap().to_str().unwrap();
    let format = Format::ALL.into_iter().find(|format| format.title().eq_ignore_ascii_case(extension));
    let name = path.file_name().unwrap().to_str().unwrap();
    exchange::read(&Source::new(name, std::fs::read_to_string(path).unwrap()), format).1
}

#[test]
fn each_mistake_as_a_person_sees_it() {
    let theme = GraphicalTheme::unicode_nocolor();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(100).with_links(false);
    for path in files() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let found = diagnostics(&path);
        let code = format!("whatif::{}", name.split('.').next().unwrap());
        assert!(found.iter().any(|diagnostic| diagnostic.code == code), "{name}: {found:?}");
        let mut seen = String::new();
        for diagnostic in &found {
            handler.render_report(&mut seen, diagnostic).unwrap();
        }
        let seen: Vec<&str> = seen.lines().map(str::trim_end).collect();
        insta::assert_snapshot!(format!("import_{name}"), seen.join("\n"));
    }
}

/// A graph with something that each format lacks.
const RICH: &str = "graph smoke {\n    /// Cigarettes a day\n    smoking [exposure, pos=\"0,0\"]\n    \"lung cancer\" [outcome, pos=\"2,0\"]\n    \
    smoking -> tar -> \"lung cancer\"\n    u [latent]\n    u -> {smoking \"lung cancer\"}\n    tar <-> P\n    lonely\n}\n\
    var tar : {no, yes}\nP(\"lung cancer\" | do(smoking))\n";

#[test]
fn every_target_with_what_it_has_no_place_for() {
    for to in [
        "dagitty",
        "dot",
        "gml",
        "graphml",
        "causaleffect",
        "dosearch",
        "lavaan",
        "json",
        "y0",
        "pgmpy",
        "dowhy",
        "latex",
        "mermaid",
    ] {
        let run = with_input(&["export", "-", "--to", to], RICH);
        assert_eq!(run.status, 0, "{}", run.errors);
        insta::assert_snapshot!(format!("export_{to}"), format!("{}\n{}", run.output, run.errors));
    }
}

#[test]
fn out_and_in_again() {
    for to in ["dagitty", "dot", "gml", "graphml", "causaleffect", "json"] {
        let written = with_input(&["export", "-", "--to", to], "graph { a -> \"b c\"; a <-> \"b c\" }");
        let read = with_input(&["import", "-"], &written.output);
        assert_eq!(
            (read.status, read.output.as_str()),
            (0, "graph {\n    a -> \"b c\"\n    a <-> \"b c\"\n}\n"),
            "{to}: {}",
            read.errors
        );
    }
}

#[test]
fn files_are_written_where_asked() {
    let folder = std::env::temp_dir().join(format!("whatif-exchange-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("g.causal");
    let name = file.display().to_string();
    let run = with_input(&["import", "-", "-o", &name], "digraph { a -> b }");
    assert_eq!((run.status, run.output.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "graph {\n    a -> b\n}\n");
    let nowhere = with_input(&["import", "-", "-o", &folder.join("no/g").display().to_string()], "digraph { a -> b }");
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.errors.contains("whatif::unwritable_file"), "{}", nowhere.errors);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_graph_is_chosen_by_name() {
    let two = "graph a { x -> y }\ngraph b { x <- y }\n";
    let run = with_input(&["export", "-", "--to", "dagitty"], two);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!("export_which_graph", run.errors);
    let run = with_input(&["export", "-", "--to", "dagitty", "--graph", "b"], two);
    assert_eq!((run.status, run.output.as_str()), (0, "dag b {\n    y -> x\n}\n"));
    assert_eq!(with_input(&["export", "-", "--to", "dot", "--graph", "c"], two).status, 2);
    assert_eq!(with_input(&["export", "-", "--to", "dot"], "").status, 2);
    assert_eq!(whatif(&["export", "no-such-file.causal", "--to", "dot"]).status, 2);
    assert_eq!(whatif(&["import", "no-such-file.dot"]).status, 2);
    assert_eq!(with_input(&["import", "-"], "digraph { a -> a }").status, 2);
}
