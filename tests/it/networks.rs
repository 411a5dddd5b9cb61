//! Real networks, where the folder that holds them stands beside this repository (or where `WHATIF_SHARED` says), against
//! pyAgrum's figures (`tests/networks/make.py` computes them); and the commands that read networks.

use crate::cli::{Run, whatif};
use flate2::read::GzDecoder;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use whatif::infer::{self, Limits};
use whatif::network::{Format, Network};
use whatif::source::Source;

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("WHATIF_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let beside = Some(shared.join("networks")).filter(|path| path.is_dir());
    if beside.is_none() {
        // Not `eprintln!`, which the harness keeps to itself where a test passes.
        let note =
            format!("note: {} not tested: no such folder (set WHATIF_SHARED)\n", shared.join("networks").display());
        let _ = std::io::stderr().write_all(note.as_bytes());
    }
    beside
}

fn load(folder: &Path, name: &str) -> (Network, usize) {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join(format!("{name}.bif.gz"))).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let (network, warnings) = Format::Bif.read(&Source::new(name, text), false).unwrap();
    (network, warnings.len())
}

fn settings(network: &Network, text: &str) -> Vec<(usize, usize)> {
    let pair = |pair: &str| {
        let (variable, state) = pair.split_once('=').unwrap();
        let variable = network.find(variable).unwrap();
        (variable, network.find_state(variable, state).unwrap())
    };
    if text == "-" { Vec::new() } else { text.split(',').map(pair).collect() }
}

/// The figures of one network, by setting: `do`, `given`, and rows of a variable and its distribution.
type Setting<'t> = (&'t str, &'t str, Vec<(&'t str, Vec<f64>)>);

fn figures() -> Vec<(&'static str, Vec<Setting<'static>>)> {
    let mut all: Vec<(&str, Vec<Setting<'_>>)> = Vec::new();
    for line in include_str!("../networks/pyagrum.txt").lines().filter(|line| !line.starts_with("//")) {
        if let Some(head) = line.strip_prefix("# ") {
            let words: Vec<&str> = head.split(' ').collect();
            let [name, "do", set, "given", known] = words[..] else { panic!("{line}") };
            if all.last().is_none_or(|(last, _)| *last != name) {
                all.push((name, Vec::new()));
            }
            all.last_mut().unwrap().1.push((set, known, Vec::new()));
        } else {
            let mut words = line.split(' ');
            let variable = words.next().unwrap();
            let numbers = words.map(|word| word.parse().unwrap()).collect();
            all.last_mut().unwrap().1.last_mut().unwrap().2.push((variable, numbers));
        }
    }
    all
}

/// Networks whose cliques together have more cells wait for `--ignored`: the tests run without optimisation.
const QUICK: f64 = 1e6;

fn compare(quick: bool) {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for (name, settings_of) in figures() {
        let (network, _) = load(&folder, name);
        for (set, known, rows) in settings_of {
            let mutilated = network.do_(&settings(&network, set));
            let evidence = settings(&network, known);
            let plan = infer::Plan::new(&mutilated, &evidence, &Limits::default()).unwrap();
            if (plan.cells() < QUICK) != quick {
                continue;
            }
            let marginals = plan.marginals().unwrap();
            for (variable, expected) in rows {
                let found = &marginals[network.find(variable).unwrap()];
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    let told = format!("{name} do {set} given {known}: {variable} {found} {expected}");
                    assert!((found - expected).abs() < 1e-9, "{told}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

#[test]
fn marginals_are_pyagrums() {
    compare(true);
}

#[test]
#[ignore = "needs optimised code: .ci/long"]
fn marginals_of_large_networks_are_pyagrums() {
    compare(false);
}

#[test]
fn every_network_is_read_and_written_again() {
    let Some(folder) = folder() else { return };
    let mut read = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let Some(name) = file.strip_suffix(".bif.gz") else { continue };
        let (network, warnings) = load(&folder, name);
        assert!(warnings <= 1, "one warning for each file");
        read += 1;
        // The formats differ in names only; the larger tables teach nothing new.
        if network.tables().map(|table| table.probs.len()).sum::<usize>() > 5000 {
            continue;
        }
        for format in [Format::Bif, Format::XmlBif, Format::Hugin] {
            let (again, _) = format.read(&Source::new(name, format.write(&network)), false).unwrap();
            assert!(network.tables().zip(again.tables()).all(|(a, b)| a == b), "{name} {format:?}");
        }
    }
    assert_eq!(read, 20);
}

const SPRINKLER: &str = "network sprinkler {
}
variable cloudy {
  type discrete [ 2 ] { yes, no };
}
variable sprinkler {
  type discrete [ 2 ] { on, off };
}
variable rain {
  type discrete [ 2 ] { yes, no };
}
variable grass {
  type discrete [ 2 ] { wet, dry };
}
probability ( cloudy ) {
  table 0.5, 0.5;
}
probability ( sprinkler | cloudy ) {
  (yes) 0.1, 0.9;
  (no) 0.5, 0.5;
}
probability ( rain | cloudy ) {
  (yes) 0.8, 0.2;
  (no) 0.2, 0.8;
}
probability ( grass | sprinkler, rain ) {
  (on, yes) 0.99, 0.01;
  (on, no) 0.9, 0.1;
  (off, yes) 0.9, 0.1;
  (off, no) 0, 1;
}
";

/// Writes the sprinkler network into a folder of this test's own and runs the program there.
fn sprinkler(name: &str, arguments: &[&str]) -> Run {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("networks");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    std::fs::write(&file, SPRINKLER).unwrap();
    let mut all: Vec<&str> = vec![arguments[0], file.to_str().unwrap()];
    all.extend(&arguments[1..]);
    let mut run = whatif(&all);
    let folder = format!("{}/", folder.display());
    run.output = run.output.replace(&folder, "");
    run.errors = run.errors.replace(&folder, "");
    run
}

fn shown(run: &Run) -> String {
    format!("{}{}status {}\n", run.output, run.errors, run.status)
}

#[test]
fn marginals_for_people() {
    let run = |arguments: &[&str]| shown(&sprinkler("people.bif", &[&["marginals"], arguments].concat()));
    insta::assert_snapshot!("marginals", run(&[]));
    insta::assert_snapshot!("marginals_given", run(&["--given", "grass=wet", "--do", "sprinkler=off"]));
    insta::assert_snapshot!("marginals_exact", run(&["--given", "grass=wet", "--exact"]));
    insta::assert_snapshot!("marginals_ascii", run(&["--ascii", "--given", "grass=wet"]));
    insta::assert_snapshot!("marginals_sampled", run(&["--given", "grass=wet", "--sample", "10_000", "--seed", "7"]));
    let sampled = ["--given", "grass=wet", "--sample", "10_000", "--seed", "7", "--method", "weighting"];
    insta::assert_snapshot!("marginals_weighted", run(&sampled));
    insta::assert_snapshot!("marginals_csv", run(&["--given", "grass=wet", "--format", "csv"]));
    insta::assert_snapshot!("help_marginals", whatif(&["marginals", "--help"]).output);
    insta::assert_snapshot!("help_simulate", whatif(&["simulate", "--help"]).output);
}

#[test]
fn marginals_for_programs() {
    let run = sprinkler("programs.bif", &["marginals", "--given", "grass=wet", "--exact", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&run.output).unwrap();
    assert_eq!(value["schema"], "whatif/1");
    assert_eq!(value["marginals"]["grass"]["wet"], 1.0);
    // By hand: P(rain, wet) = 4581/10000 and P(wet) = 6471/10000.
    assert_eq!(value["exact"]["rain"]["yes"], "509/719");
    assert!((value["marginals"]["rain"]["yes"].as_f64().unwrap() - 509.0 / 719.0).abs() < 1e-15);
    for stage in ["load", "compile", "infer"] {
        assert!(value["seconds"][stage].as_f64().unwrap() >= 0.0);
    }
    let keys: Vec<&String> = value["marginals"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["cloudy", "sprinkler", "rain", "grass"], "as in the file");
}

#[test]
fn what_cannot_be_computed_is_told() {
    let run = |arguments: &[&str]| shown(&sprinkler("told.bif", &[&["marginals"], arguments].concat()));
    insta::assert_snapshot!("marginals_unknown_variable", run(&["--given", "grss=wet"]));
    insta::assert_snapshot!("marginals_unknown_state", run(&["--given", "grass=wett"]));
    insta::assert_snapshot!("marginals_no_setting", run(&["--do", "grass"]));
    insta::assert_snapshot!("marginals_set_twice", run(&["--given", "rain=yes", "--given", "rain=no"]));
    insta::assert_snapshot!(
        "marginals_impossible",
        run(&["--given", "grass=wet", "--given", "rain=no", "--do", "sprinkler=off"])
    );
    insta::assert_snapshot!("marginals_memory", run(&["--memory", "0"]));
    insta::assert_snapshot!("marginals_no_such_file", shown(&whatif(&["marginals", "tests/no-such.bif"])));
    insta::assert_snapshot!("marginals_no_network", shown(&whatif(&["marginals", "README.md"])));
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let rows = |jobs: &str, set: &[&str]| {
        let run = sprinkler("rows.bif", &[&["simulate", "-n", "5_000", "--seed", "7", "--jobs", jobs], set].concat());
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        run.output
    };
    let one = rows("1", &[]);
    assert_eq!(one, rows("3", &[]));
    assert_eq!(one.lines().count(), 5001);
    assert_eq!(one.lines().next(), Some("cloudy,sprinkler,rain,grass"));
    let wet = one.lines().filter(|line| line.ends_with(",wet")).count();
    assert!((3100..3400).contains(&wet), "{wet} of 5000, where 0.6471 are expected");
    let acted = rows("2", &["--do", "sprinkler=on"]);
    assert!(acted.lines().skip(1).all(|line| line.split(',').nth(1) == Some("on")));
    let nowhere = sprinkler("rows.bif", &["simulate", "-o", "no-such-folder/rows.csv"]);
    assert_eq!(nowhere.status, 2);
    assert!(nowhere.errors.contains("cannot write no-such-folder/rows.csv"), "{}", nowhere.errors);
    insta::assert_snapshot!("simulate", one.lines().take(8).collect::<Vec<_>>().join("\n"));
}

#[test]
fn questions_to_a_network() {
    let run = |arguments: &[&str]| shown(&sprinkler("asked.bif", &[&["run"], arguments].concat()));
    let ask = ["--ask", "P(grass = wet | do(sprinkler))", "--ask", "explain grass = wet", "--check-numerically"];
    insta::assert_snapshot!("run_network", run(&ask));
    insta::assert_snapshot!(
        "run_network_graph",
        run(&["--ask", "P(grass | do(rain)) in graph", "--ask", "sprinkler _||_ rain"])
    );
    insta::assert_snapshot!("run_network_nothing", run(&[]));
    insta::assert_snapshot!("run_network_unknown", run(&["--ask", "P(gras = wet)"]));
    insta::assert_snapshot!("run_network_form", run(&["--ask", "P(grass = wet"]));
    // The same question of a file in the language: only it is answered.
    let ask = ["run", "examples/models/sprinkler.causal", "--ask", "P(1 = 1)"];
    assert_eq!(whatif(&ask).status, 2);
    let one = whatif(&["run", "examples/napkin.causal", "--ask", "paths w to y"]);
    assert_eq!((one.status, one.output.matches("napkin.causal").count()), (0, 1), "{}", one.output);
}

#[test]
fn real_networks_are_asked() {
    let Some(folder) = folder() else { return };
    let run = |name: &str, question: &str| {
        let file = folder.join(format!("{name}.bif.gz"));
        whatif(&["run", file.to_str().unwrap(), "--ask", question, "--format", "json"])
    };
    // pyAgrum's figure for alarm, and a network that exact numbers do not reach.
    for (name, question) in [("alarm", "P(HISTORY = TRUE | do(LVFAILURE = TRUE))"), ("andes", "P(SNode_155 = true)")] {
        let found: serde_json::Value = serde_json::from_str(&run(name, question).output).unwrap();
        let value = found["answers"][0]["value"].as_f64().unwrap();
        let (network, _) = load(&folder, name);
        let (set, of) = match name {
            "alarm" => (settings(&network, "LVFAILURE=TRUE"), settings(&network, "HISTORY=TRUE")),
            _ => (Vec::new(), settings(&network, "SNode_155=true")),
        };
        let marginals = infer::marginals(&network.do_(&set), &[], &Limits::default()).unwrap();
        let (variable, state) = of[0];
        assert!((value - marginals[variable][state]).abs() < 1e-6, "{name} {value}");
    }
}
