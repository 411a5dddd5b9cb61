//! Pictures: TikZ for LaTeX, and Mermaid for Markdown.

use super::model::Model;

/// Where each variable is drawn, y downwards: as given where every variable has a position, else in columns by the
/// longest path that leads to it. Columns are `2` wide.
fn places(model: &Model) -> Vec<(f64, f64)> {
    let given: Vec<(f64, f64)> = model.variables.iter().filter_map(|variable| variable.position).collect();
    if given.len() == model.variables.len() {
        return given;
    }
    let Ok(graph) = model.graph() else { return vec![(0.0, 0.0); model.variables.len()] };
    let mut column = vec![0_usize; model.variables.len()];
    for &node in graph.topological_order() {
        let after = graph.parents(node).map(|parent| column[parent.index()] + 1).max();
        column[node.index()] = after.unwrap_or(0);
    }
    let mut filled: Vec<usize> = vec![0; model.variables.len()];
    column
        .into_iter()
        .map(|column| {
            let row = filled[column];
            filled[column] += 1;
            (2.0 * column as f64, 1.5 * row as f64)
        })
        .collect()
}

/// A text as LaTeX sets it.
fn latex_text(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '"' => out.push_str("\\textquotedbl{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            c if c.is_control() => out.push(' '),
            _ => out.push(c),
        }
    }
    out
}

/// A `tikzpicture`: latent variables with a dashed outline, common causes as dashed bent edges.
pub(super) fn tikz(model: &Model) -> String {
    let mut text = "% needs \\usepackage{tikz}\n\\begin{tikzpicture}[>=stealth]\n".to_owned();
    for (i, (variable, (x, y))) in model.variables.iter().zip(places(model)).enumerate() {
        let latent = if variable.latent { "[draw, dashed, circle] " } else { "" };
        let name = latex_text(&variable.name);
        text.push_str(&format!("  \\node {latent}(n{i}) at ({x},{}) {{{name}}};\n", 0.0 - y));
    }
    for &(a, b) in &model.directed {
        text.push_str(&format!("  \\draw[->] (n{a}) -- (n{b});\n"));
    }
    for &(a, b) in &model.bidirected {
        text.push_str(&format!("  \\draw[<->, dashed] (n{a}) to[bend left] (n{b});\n"));
    }
    text.push_str("\\end{tikzpicture}\n");
    text
}

/// A Mermaid flowchart: latent variables round, common causes as dotted edges with two heads.
pub(super) fn mermaid(model: &Model) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (i, variable) in model.variables.iter().enumerate() {
        let name: String = variable
            .name
            .chars()
            .map(|c| match c {
                ' ' => " ".to_owned(),
                c if c.is_alphanumeric() => c.to_string(),
                // Mermaid's references to characters.
                c => format!("#{};", c as u32),
            })
            .collect();
        let (open, close) = if variable.latent { ("([", "])") } else { ("[", "]") };
        text.push_str(&format!("    n{i}{open}\"{name}\"{close}\n"));
    }
    for &(a, b) in &model.directed {
        text.push_str(&format!("    n{a} --> n{b}\n"));
    }
    for &(a, b) in &model.bidirected {
        text.push_str(&format!("    n{a} <-.-> n{b}\n"));
    }
    text
}
