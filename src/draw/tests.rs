//! Pictures, measured and looked through.

use super::{Mark, Point, Stroke, cut, dot, picture, svg, terminal, tikz};
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

/// A path of the projected graph is shown on the unmeasured variables that it goes through.
#[test]
fn an_open_path_goes_through_the_causes_that_are_drawn() {
    let picture = drawn(
        "graph { latent rules, care, other; rules -> {smoking belt}; care -> {belt disease}; smoking -> disease; \
         other -> {belt disease} }\npaths smoking to disease | belt\n",
    );
    let open: Vec<String> = picture
        .edges
        .iter()
        .filter(|line| line.stroke == Stroke::Open)
        .map(|line| format!("{} {}", picture.nodes[line.from].name, picture.nodes[line.to].name))
        .collect();
    assert_eq!(open, ["rules smoking", "rules belt", "care belt", "care disease", "smoking disease"]);
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

/// The points of a line as it is drawn.
fn curve(points: &[Point]) -> Vec<Point> {
    let half = |a: Point, b: Point| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
    let mut at = points[0];
    let mut all = vec![at];
    for inner in 1..points.len().saturating_sub(1) {
        let last = inner + 2 == points.len();
        let to = if last && points.len() == 3 { points[2] } else { half(points[inner], points[inner + 1]) };
        all.extend((1..=16).map(|step| super::layout::quadratic(at, points[inner], to, f64::from(step) / 16.0)));
        at = to;
    }
    let end = points[points.len() - 1];
    all.extend((1..=16).map(|step| super::layout::quadratic(at, at, end, f64::from(step) / 16.0)));
    all
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn arrows_run_through_no_box_and_all_lines_lie_inside(
        pairs in proptest::collection::btree_set((0_usize..24, 0_usize..24), 1..60),
        arcs in proptest::collection::btree_set((0_usize..24, 0_usize..24), 0..6),
    ) {
        // Names of several lengths, so that layers are wider than some of their boxes.
        let name = |node: usize| format!("{}{node}", "long_".repeat(node * 7 % 5));
        let arrows = pairs.iter().filter(|(a, b)| a < b).map(|&(a, b)| format!("{} -> {}; ", name(a), name(b)));
        let arcs = arcs.iter().filter(|(a, b)| a < b).map(|&(a, b)| format!("{} <-> {}; ", name(a), name(b)));
        let nodes = (0..24).map(|node| format!("{}; ", name(node)));
        let picture = drawn(&format!("graph {{ {} }}", nodes.chain(arrows).chain(arcs).collect::<String>()));
        for line in &picture.edges {
            for at in curve(&line.points) {
                let (right, down) = picture.size;
                assert!(at.0 >= 0.0 && at.0 <= right && at.1 >= 0.0 && at.1 <= down, "{at:?} of {line:?} is outside");
                for (index, node) in picture.nodes.iter().enumerate() {
                    let inside = (at.0 - node.at.0).abs() < node.size.0 / 2.0 - 0.2
                        && (at.1 - node.at.1).abs() < node.size.1 / 2.0 - 0.2;
                    assert!(!inside || line.both || index == line.from || index == line.to, "{line:?} is in {node:?}");
                }
            }
        }
    }
}

/// On a line with what stands between its ends, an arrow goes round that; others stay straight.
#[test]
fn an_arrow_does_not_run_through_a_box() {
    let picture = drawn("dag { x [pos=\"0,0\"] y [pos=\"1,0\"] z [pos=\"2,0\"] x -> y -> z x -> z }");
    let points: Vec<usize> = picture.edges.iter().map(|line| line.points.len()).collect();
    assert_eq!(points, [2, 3, 2]);
    let [from, pull, to] = picture.edges[1].points[..] else { panic!("it is bent") };
    let y = &picture.nodes[1];
    for step in 1..40 {
        let at = super::layout::quadratic(from, pull, to, f64::from(step) / 40.0);
        let inside = (at.0 - y.at.0).abs() < y.size.0 / 2.0 && (at.1 - y.at.1).abs() < y.size.1 / 2.0;
        assert!(!inside, "{at:?} is inside {y:?}");
    }
}

/// An arc goes round the other side rather than across another arc, or along an arrow of its own box.
#[test]
fn arcs_keep_clear_of_lines() {
    let pulled = |text: &str| -> Vec<f64> {
        let picture = drawn(text);
        let arcs = picture.edges.iter().filter(|line| line.both);
        arcs.map(|line| line.points[1].1 - f64::midpoint(line.points[0].1, line.points[2].1)).collect()
    };
    let napkin = pulled("graph { w -> z -> x -> y; w <-> x; w <-> y }");
    assert!(napkin[0] < 0.0 && napkin[1] > 0.0, "{napkin:?}");
    let beside = pulled("graph { x1 -> z -> x2 -> y; x1 -> y; z <-> y }");
    assert!(beside[0] < 0.0, "the long arrow comes to y from below: {beside:?}");
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
