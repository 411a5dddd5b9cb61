//! Files in the style of each program's own examples.

use super::super::Format;
use super::{errors, imported};
use crate::source::Source;

/// The graph of a text whose format is found out, and found to be this one.
fn guessed(text: &str, format: Format) -> String {
    assert_eq!(super::super::guess::format(&Source::new("t", text)), Some(format), "{text}");
    let (model, told) = imported(text, None);
    assert!(told.is_empty(), "{told:?}");
    model
}

#[test]
fn dot_with_its_groups_defaults_and_ports() {
    let text = "/* a */ strict digraph \"my graph\" {\n  // b\n  node [latent=true]; u; node [latent=false]\n  \
                x -> {m1 m2} -> y; subgraph cluster_1 { z; w } -> x;\n  u -> x; u -> y\n  edge [dir=both]; x -> y; # c\n}\n";
    assert_eq!(
        guessed(text, Format::Dot),
        "u [latent]; x -> {m1 m2}; m1 -> y; m2 -> y; z -> x; w -> x; u -> {x y}; x <-> y"
    );
    let (model, told) =
        imported("digraph{a:n->b [dir=back, color=red]; a [label=<<b>A</b>>]; b[label=\"Long\\nname\"]}", None);
    assert_eq!(model, "/// <b>A</b>; a; /// Long; /// name; b; b -> a");
    assert_eq!(told, ["not carried over: attributes for drawing (`:n`, `color`)"]);
    assert_eq!(
        guessed("digraph { U [label=\"Unobserved Confounders\"]; U -> x; U -> y; x -> y }", Format::Dot)
            .lines()
            .count(),
        1
    );
    let (model, _) = imported("digraph { Z [observed=\"no\"]; Z -> {a b}; 1 -> -2.5 -> \"a\" }", None);
    assert_eq!(model, "Z [latent]; Z -> {a b}; 1 -> -2.5; -2.5 -> a");
}

#[test]
fn a_role_that_cannot_be_asked_about_is_given_up() {
    let (model, told) = imported("digraph { x [exposure=1, outcome=1]; u [latent=1, exposure=1]; u -> {x y} }", None);
    assert_eq!(model, "u [latent]; u -> {x y}");
    assert_eq!(
        told,
        ["not carried over: the role of a variable that is latent, or exposure and outcome at once (`x`, `u`)"]
    );
}

#[test]
fn dashed_nodes_are_asked_about() {
    let (model, told) = imported("digraph { u [style=dashed]; u -> x; u -> y }", None);
    assert_eq!(model, "u -> {x y}");
    assert_eq!(told, ["not carried over: a dashed outline; the variable is taken as measured (`u`)"]);
}

#[test]
fn gml_of_networkx_igraph_and_dowhy() {
    let text = "Creator \"igraph version 1\"\nVersion 1\ngraph\n[\n  directed 1\n  node\n  [\n    id 0\n    name \"x\"\n  ]\n  \
                node\n  [\n    id 1\n    name \"y\"\n  ]\n  edge\n  [\n    source 0\n    target 1\n  ]\n  \
                edge [ source 0 target 1 description \"U\" ] edge [ source 1 target 0 description \"U\" ]\n]\n";
    assert_eq!(guessed(text, Format::Gml), "x -> y; x <-> y");
    let dowhy = "graph[directed 1 node[id \"X\" label \"X\"] node[id \"Y\" label \"Y\"] node[id \"U\" label \"Unobserved Confounders\"] \
                 edge[source \"X\" target \"Y\"] edge[source \"U\" target \"X\"] edge[source \"U\" target \"Y\"]]";
    assert_eq!(guessed(dowhy, Format::Gml), "U [latent]; X -> Y; U -> {X Y}");
    assert_eq!(
        guessed("graph [ directed 1 node [ id 0 label \"&quot;a&#38;b&quot; &c;\" ] ]", Format::Gml),
        "\"\\\"a&b\\\" &c;\""
    );
}

#[test]
fn graphml_of_networkx_igraph_and_yed() {
    let networkx = "<?xml version='1.0' encoding='utf-8'?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\
                    <graph edgedefault=\"directed\"><node id=\"x\" /><node id=\"y\" /><edge source=\"x\" target=\"y\" /></graph></graphml>";
    assert_eq!(guessed(networkx, Format::Graphml), "x -> y");
    let igraph = "<graphml><key id=\"v_name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\
                  <key id=\"e_description\" for=\"edge\" attr.name=\"description\" attr.type=\"string\"/>\
                  <graph id=\"G\" edgedefault=\"directed\"><node id=\"n0\"><data key=\"v_name\">a &amp; b</data></node>\
                  <node id=\"n1\"><data key=\"v_name\">y</data></node><edge source=\"n0\" target=\"n1\">\
                  <data key=\"e_description\">U</data></edge><edge source=\"n1\" target=\"n0\">\
                  <data key=\"e_description\">U</data></edge></graph></graphml>";
    assert_eq!(guessed(igraph, Format::Graphml), "\"a & b\" <-> y");
    let yed = "<graphml xmlns:y=\"y\"><key for=\"node\" id=\"d6\" yfiles.type=\"nodegraphics\"/>\
               <key for=\"edge\" id=\"d9\" yfiles.type=\"edgegraphics\"/><graph edgedefault=\"directed\" id=\"G\">\
               <node id=\"n0\"><data key=\"d6\"><y:ShapeNode><y:Geometry x=\"1.5\" y=\"2\"/><y:NodeLabel>X<y:LabelModel/></y:NodeLabel>\
               </y:ShapeNode></data></node><node id=\"n1\"><data key=\"d6\"><y:ShapeNode><y:NodeLabel>Y</y:NodeLabel></y:ShapeNode></data></node>\
               <edge id=\"e0\" source=\"n0\" target=\"n1\"><data key=\"d9\"><y:PolyLineEdge><y:Arrows source=\"none\" target=\"standard\"/>\
               </y:PolyLineEdge></data></edge><edge id=\"e1\" source=\"n0\" target=\"n1\"><data key=\"d9\"><y:PolyLineEdge>\
               <y:Arrows source=\"standard\" target=\"standard\"/></y:PolyLineEdge></data></edge></graph></graphml>";
    assert_eq!(guessed(yed, Format::Graphml), "X [pos=\"1.5,2\"]; X -> Y; X <-> Y");
}

#[test]
fn causaleffect_and_its_ways_to_number_edges() {
    let text = "library(igraph)\ng <- graph.formula(w -+ x, x -+ y, x -+ w, w -+ x, simplify = FALSE) # a comment\n\
                g <- set.edge.attribute(graph = g, name = \"description\", index = c(3, 4), value = \"U\")\n";
    assert_eq!(guessed(text, Format::Causaleffect), "w -> x; x -> y; w <-> x");
    let text = "g <- graph_from_literal(\"a b\" -+ y +- z, a:b -+ y, lonely, y - +x, x -+ y, simplify = FALSE)\n\
                g <- set_edge_attr(g, \"description\", 5:6, \"U\")";
    assert_eq!(
        guessed(text, Format::Causaleffect),
        "lonely; \"a b\" -> y; z -> y; a -> y; b -> y; x <-> y".replace("x <-> y", "y <-> x")
    );
    let (model, told) =
        imported("g <- graph.formula(x -+ y, y -+ x)\nset.edge.attribute(g, 'description', 1:2, 'U')", None);
    assert_eq!((model.as_str(), told.len()), ("x <-> y", 1));
    assert!(told[0].starts_with("without `simplify = FALSE`"), "{told:?}");
}

#[test]
fn dosearch_alone_and_in_a_script() {
    assert_eq!(
        guessed("\n  x -> z\n  z -> y\n  x <-> y\n  y -- w_1\n", Format::Dosearch),
        "x -> z; z -> y; x <-> y; y <-> w_1"
    );
    let (model, told) =
        imported("library(dosearch)\ngraph <- \"x -> y \\n z -> x\"\ndosearch(data, query, graph)", None);
    assert_eq!((model.as_str(), told.len()), ("x -> y; z -> x", 1));
    let labelled = errors("X -> Y : A = 1\nA -> Y", Some(Format::Dosearch));
    assert_eq!(labelled[0].code, "whatif::cannot_import");
}

#[test]
fn lavaan_with_all_its_operators() {
    let text = "# latent variables\nind60 =~ x1 + x2\ndem60 =~ y1 +\n  y2\n! regressions\ndem60 ~ ind60; y2\n  ~ z\ny1 ~~ y2\nx1 ~~ x1\n";
    assert_eq!(
        guessed(text, Format::Lavaan),
        "ind60 [latent]; dem60 [latent]; ind60 -> {x1 x2 dem60}; dem60 -> {y1 y2}; z -> y2; y1 <-> y2"
    );
    let (model, told) = imported("y ~ b1*x + 0*w + start(0.5)*z\nx ~~ 0*z\nind := b1*2\ny ~ 1\ny | t1\n", None);
    assert_eq!(model, "w; x -> y; z -> y");
    assert_eq!(told.len(), 3, "{told:?}");
    let (_, told) = imported("f =~ x + y\ng =~ z + w\n", None);
    assert!(told[0].contains("(f, g) covary"), "{told:?}");
    assert_eq!(errors("y ~ a:b", Some(Format::Lavaan))[0].code, "whatif::cannot_import");
}

#[test]
fn json_of_answers_and_of_networkx() {
    let answer = "{\"schema\": \"whatif/1\", \"answers\": [{\"graph\": {\"name\": \"g\", \"nodes\": [\"x\", \"y\"], \"directed\": [], \
                  \"bidirected\": [[\"x\", \"y\"]]}, \"source_graph\": {\"nodes\": [\"x\", \"y\", \"u\"], \"latents\": [\"u\"], \
                  \"directed\": [[\"u\", \"x\"], [\"u\", \"y\"]], \"bidirected\": []}}]}";
    assert_eq!(guessed(answer, Format::Json), "u [latent]; u -> {x y}");
    let link = "{\"directed\": true, \"multigraph\": false, \"graph\": {}, \"nodes\": [{\"id\": \"x\"}, {\"id\": 2, \"observed\": \"no\"}], \
                \"edges\": [{\"source\": \"x\", \"target\": 2}]}";
    assert_eq!(guessed(link, Format::Json), "2 [latent]; x -> 2");
}

#[test]
fn dagitty_alone_and_in_a_script() {
    let text = "dag {\n\"carry matches\" [exposure,pos=\"-1,2\"]\ncancer [outcome]\nu [latent]\n\"carry matches\" <- u -> cancer\n}\n";
    assert_eq!(
        guessed(text, Format::Dagitty),
        "\"carry matches\" [exposure, pos=\"-1,2\"]; cancer [outcome]; u [latent]; u -> {\"carry matches\" cancer}"
    );
    let (model, told) = imported("library(dagitty)\ng <- dagitty('dag { x -> y ; x <-> y }')\nplot(g)", None);
    assert_eq!((model.as_str(), told.len()), ("x -> y; x <-> y", 1));
}
