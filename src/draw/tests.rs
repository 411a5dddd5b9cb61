//! Pictures, measured and looked through.

use super::{Mark, Stroke, cut, dot, picture, svg, terminal, tikz};
use crate::answer::{Options, Prover};
use crate::graph::Mutilation;
use crate::problem;
use crate::source::Source;

fn drawn(text: &str) -> super::Picture {
    let (problem, diagnostics) = problem::read(&Source::new("t", text));
    assert!(diagnostics.iter().all(|diagnostic| !diagnostic.is_error()), "{diagnostics:?}");
    let entry = &problem.graphs[0];
    let answer = (!problem.queries.is_empty()).then(|| Prover::new(&problem).unwrap().answer(0, &Options::default()));
    picture(entry, answer.as_ref()).unwrap()
}

const SHOP: &str = "graph shop { service -> engagement -> churn; service -> churn; mood [latent]; mood -> churn }\n";

#[test]
fn the_question_is_marked() {
    let picture = drawn(&format!("{SHOP}P(churn | do(engagement))"));
    let mark = |name: &str| picture.nodes.iter().find(|node| node.name == name).unwrap().mark;
    assert_eq!(mark("engagement"), Mark::Treatment);
    assert_eq!(mark("churn"), Mark::Outcome);
    assert_eq!(mark("service"), Mark::Adjusted);
    assert_eq!(mark("mood"), Mark::Latent);
    let open: Vec<(&str, &str)> = picture
        .edges
        .iter()
        .filter(|line| line.stroke == Stroke::Open)
        .map(|line| (&*picture.nodes[line.from].name, &*picture.nodes[line.to].name))
        .collect();
    assert_eq!(open, [("service", "engagement"), ("service", "churn")]);
    assert!(picture.description.contains("acted on: engagement"), "{}", picture.description);
}

#[test]
fn no_two_boxes_overlap_and_all_lies_inside() {
    for text in [
        SHOP.to_owned(),
        "graph { x -> z -> y; x <-> y; w -> {x y z}; a <-> b }".to_owned(),
        format!(
            "graph {{ {} }}",
            (0..49).map(|n| format!("v{n} -> v{}; v{} -> v{n}; ", n + 1, (n * 7) % (n + 1) + 100)).collect::<String>()
        ),
        "dag { x [pos=\"0,0\"] y [pos=\"0.1,0\"] z [pos=\"0.05,0.1\"] x -> y; z -> {x y} }".to_owned(),
    ] {
        let picture = drawn(&text);
        for (index, a) in picture.nodes.iter().enumerate() {
            assert!(a.at.0 - a.size.0 / 2.0 >= 0.0 && a.at.0 + a.size.0 / 2.0 <= picture.size.0, "{a:?}");
            assert!(a.at.1 - a.size.1 / 2.0 >= 0.0 && a.at.1 + a.size.1 / 2.0 <= picture.size.1, "{a:?}");
            for b in &picture.nodes[..index] {
                let apart = (a.at.0 - b.at.0).abs() >= (a.size.0 + b.size.0) / 2.0 - 0.2
                    || (a.at.1 - b.at.1).abs() >= (a.size.1 + b.size.1) / 2.0 - 0.2;
                assert!(apart, "{} and {}", a.name, b.name);
            }
        }
        assert_eq!(picture, drawn(&text), "the same text, another picture");
    }
}

#[test]
fn a_cut_leaves_ghosts() {
    let text = format!("{SHOP}P(churn | do(engagement))");
    let (problem, _) = problem::read(&Source::new("t", &*text));
    let answer = Prover::new(&problem).unwrap().answer(0, &Options::default());
    let graph = &answer.graph;
    let over = Mutilation::over(graph, graph.set([graph.node("engagement").unwrap()]));
    let picture = cut(&picture(&problem.graphs[0], Some(&answer)).unwrap(), graph, &over);
    assert_eq!(picture.description, "Cut away: service -> engagement.");
    let ghosts: Vec<usize> =
        picture.edges.iter().filter(|line| line.stroke == Stroke::Ghost).map(|line| line.to).collect();
    assert_eq!(ghosts, [1]);
}

#[test]
fn names_are_only_names() {
    let picture = drawn("graph \"a & b\" { \"<script>\" -> \"x\\\"y\"; \"<script>\" <-> \"50%_$\" }\n");
    let page = svg(&picture);
    assert!(!page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("a &amp; b"));
    assert!(quick_xml_reads(&page));
    assert!(tikz(&picture).contains("50\\%\\_\\$"), "{}", tikz(&picture));
    assert!(dot(&picture).contains("\"x\\\"y\""));
    assert!(tikz(&picture).contains("\\textless{}script\\textgreater{}") && dot(&picture).contains("\"<script>\" -> "));
    // What ends a string or begins a command elsewhere.
    let picture = drawn("graph { \"\\\\end{tikzpicture}#~^&\" -> \"a\\\\\\\"]; b [label=<b>\" }\n");
    let (tex, gv) = (tikz(&picture), dot(&picture));
    assert_eq!(tex.matches("\\end{tikzpicture}").count(), 1, "{tex}");
    for sign in ["\\#", "\\&", "\\textbackslash{}end\\{tikzpicture\\}"] {
        assert!(tex.contains(sign), "{sign}: {tex}");
    }
    assert!(gv.contains(r#""\\end{tikzpicture}#~^&" -> "a\\\"]; b [label=<b>""#), "{gv}");
}

fn quick_xml_reads(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[test]
fn a_terminal_shows_names_lines_and_heads() {
    let picture = drawn(&format!("{SHOP}P(churn | do(engagement))"));
    insta::assert_snapshot!("terminal", terminal(&picture, 100, false));
    let ascii = terminal(&picture, 100, true);
    assert!(ascii.is_ascii() && ascii.contains("<engagement>") && ascii.contains("(mood)"), "{ascii}");
    insta::assert_snapshot!("front_door", terminal(&drawn("graph { x -> z -> y; x <-> y }\nP(y | do(x))"), 100, false));
}

#[test]
fn a_large_graph_is_refused() {
    let chain: String = (0..=super::MOST_NODES).map(|n| format!("v{n} -> v{}; ", n + 1)).collect();
    let (problem, _) = problem::read(&Source::new("t", format!("graph {{ {chain} }}")));
    assert!(picture(&problem.graphs[0], None).is_err());
}
