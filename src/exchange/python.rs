//! Python: graphs as y0, pgmpy and DoWhy build them.

use super::model::{Model, Question};

/// A text as Python's string in double quotes.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Controls, and what ends a line for Python.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\U{:08x}", c as u32));
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

fn list<S: AsRef<str>>(names: &[S]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name.as_ref())).collect::<Vec<_>>().join(", "))
}

fn set(names: &[&str]) -> String {
    if names.is_empty() {
        "set()".to_owned()
    } else {
        format!("{{{}}}", names.iter().map(|n| quoted(n)).collect::<Vec<_>>().join(", "))
    }
}

fn pairs(model: &Model, edges: &[(usize, usize)]) -> String {
    let all: String = edges
        .iter()
        .map(|&(a, b)| format!("        ({}, {}),\n", quoted(model.of_index(a)), quoted(model.of_index(b))))
        .collect();
    if all.is_empty() { "[]".to_owned() } else { format!("[\n{all}    ]") }
}

fn names(model: &Model) -> Vec<&str> {
    model.variables.iter().map(|variable| variable.name.as_str()).collect()
}

/// Whether y0 lets a variable be called so.
pub(super) fn is_y0_name(name: &str) -> bool {
    !matches!(name, "P" | "Q" | "PP")
}

/// y0, without latent variables, roles, positions and labels.
pub(super) fn y0(model: &Model, question: Option<&Question>) -> String {
    let mut text = "from y0.graph import NxMixedGraph\n\ngraph = NxMixedGraph.from_str_edges(\n".to_owned();
    text.push_str(&format!("    nodes={},\n", list(&names(model))));
    text.push_str(&format!(
        "    directed={},\n    undirected={},\n)\n",
        pairs(model, &model.directed),
        pairs(model, &model.bidirected)
    ));
    if let Some(question) = question {
        let variables = |names: &[String]| {
            let all: Vec<String> = names.iter().map(|name| format!("Variable({})", quoted(name))).collect();
            format!("{{{}}}", all.join(", "))
        };
        text.push_str("\n# from y0.algorithm.identify import identify_outcomes\n# from y0.dsl import Variable\n");
        let given = if question.given.is_empty() {
            String::new()
        } else {
            format!(", conditions={}", variables(&question.given))
        };
        text.push_str(&format!(
            "# identify_outcomes(graph, treatments={}, outcomes={}{given})\n",
            variables(&question.set),
            variables(&question.of)
        ));
    }
    text
}

/// The graph with a latent variable of its own for each bidirected edge.
fn explicit(model: &Model) -> Model {
    let mut model = model.clone();
    let mut taken: rustc_hash::FxHashSet<String> = model.variables.iter().map(|v| v.name.clone()).collect();
    for (a, b) in std::mem::take(&mut model.bidirected) {
        let mut name = format!("U_{}_{}", model.of_index(a), model.of_index(b));
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let latent = model.variables.len();
        model.variables.push(super::Variable { name, latent: true, ..super::Variable::default() });
        model.directed.extend([(latent, a), (latent, b)]);
    }
    model
}

/// pgmpy, without positions and labels.
pub(super) fn pgmpy(model: &Model) -> String {
    let model = explicit(model);
    let of = |which: &dyn Fn(&super::Variable) -> bool| -> Vec<&str> {
        model.variables.iter().filter(|v| which(v)).map(|v| v.name.as_str()).collect()
    };
    let mut text = "from pgmpy.base import DAG\n\ndag = DAG(\n".to_owned();
    text.push_str(&format!("    {},\n    latents={},\n", pairs(&model, &model.directed), set(&of(&|v| v.latent))));
    for (role, list) in [("exposures", of(&|v| v.exposure)), ("outcomes", of(&|v| v.outcome))] {
        if !list.is_empty() {
            text.push_str(&format!("    {role}={},\n", set(&list)));
        }
    }
    text.push_str(&format!(")\ndag.add_nodes_from({})\n", list(&names(&model))));
    text
}

/// DoWhy, without positions and labels: its graph, and the call that needs a data frame.
pub(super) fn dowhy(model: &Model, question: Option<&Question>) -> String {
    let model = explicit(model);
    let mut text = "import networkx as nx\n\ngraph = nx.DiGraph()\n".to_owned();
    for variable in &model.variables {
        let observed = if variable.latent { "no" } else { "yes" };
        text.push_str(&format!("graph.add_node({}, observed=\"{observed}\")\n", quoted(&variable.name)));
    }
    text.push_str(&format!("graph.add_edges_from(\n    {}\n)\n", pairs(&model, &model.directed)));
    let role = |which: &dyn Fn(&super::Variable) -> bool| -> Vec<String> {
        model.variables.iter().filter(|v| which(v)).map(|v| v.name.clone()).collect()
    };
    let (treatment, outcome) = match question {
        Some(question) => (question.set.clone(), question.of.clone()),
        None => (role(&|v| v.exposure), role(&|v| v.outcome)),
    };
    if !treatment.is_empty() && !outcome.is_empty() {
        text.push_str("\n# What is not a column of the data counts as unmeasured.\n# from dowhy import CausalModel\n");
        text.push_str(&format!(
            "# model = CausalModel(data=data, treatment={}, outcome={}, graph=graph)\n",
            list(&treatment),
            list(&outcome)
        ));
    }
    text
}
