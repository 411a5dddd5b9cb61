//! DAGitty's model code, `dag { x [exposure] x -> y u [latent] }`. The language takes it as it is, so it is read by the
//! one parser of the language; what that leaves out is said here.

use super::draft::Draft;
use super::model::{Model, Question};
use super::{Format, diagnostics, r};
use crate::problem;
use crate::source::{Diagnostic, Source, Span};
use crate::syntax::print::{self, Style};
use crate::syntax::tree::{GraphItem, StatementKind};

const WANTED: &str = "`dag { x -> y }`";

/// Whether a string holds model code.
pub(super) fn has_model(text: &str) -> bool {
    text.contains('{') && text.contains('}')
}

/// Reads the first graph of a text, or of the string of an R script that holds one.
pub(super) fn read(source: &Source) -> (Option<Model>, Vec<Diagnostic>) {
    let region = r::model(source, has_model);
    let whole = region.end - region.start >= source.text().len();
    let mut lost = Draft::new(source, "");
    if let Some(line) = r::around(source, region) {
        lost.lose("the script around the model", "", source.slice(line), line);
    }
    // Blanks in the place of what stands before, so that every place stays what it is.
    let text = if whole {
        source.text().to_owned()
    } else {
        source
            .text()
            .get(..region.start)
            .unwrap_or("")
            .chars()
            .map(|c| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) })
            .collect::<String>()
            + source.slice(region)
    };
    let inner = Source::new(source.name(), text);
    let (tree, _) = crate::syntax::parse(&inner);
    let (problem, mut diagnostics) = problem::read(&inner);
    // Of the whole file, as the user has it.
    for diagnostic in &mut diagnostics {
        diagnostic.source = source.clone();
    }
    let mut graphs = 0;
    for statement in &tree.statements {
        let StatementKind::Graph(block) = &statement.kind else {
            lost.lose("other statements than the graph", "", inner.slice(statement.span), statement.span);
            continue;
        };
        graphs += 1;
        if graphs > 1 {
            lost.lose("further graphs", "keep one graph in the file", inner.slice(statement.span), statement.span);
            continue;
        }
        for item in &block.items {
            let (attributes, known): (_, &[&str]) = match item {
                GraphItem::Node(node) => (&node.attributes, &["latent", "exposure", "outcome", "adjusted", "pos"]),
                GraphItem::Chain(chain) => (&chain.attributes, &[]),
                GraphItem::Latent(_) => continue,
                GraphItem::Setting { name, .. } => {
                    lost.lose("settings and attributes for drawing and fitting", "", &name.value, name.span);
                    continue;
                }
            };
            for attribute in attributes.iter().filter(|attribute| !known.contains(&attribute.name.value.as_str())) {
                let name = &attribute.name;
                lost.lose("settings and attributes for drawing and fitting", "", &name.value, name.span);
            }
        }
    }
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    if graphs == 0 && !failed {
        let place = Span::new(region.start, super::boundary(source.text(), region.end.min(region.start + 1)));
        diagnostics.push(diagnostics::no_graph(source, place, Format::Dagitty, WANTED));
        return (None, diagnostics);
    }
    diagnostics.extend(lost.losses());
    super::draft::by_place(&mut diagnostics);
    let model = if failed { None } else { Model::of(&problem, 0).map(|(model, _)| model) };
    (model, diagnostics)
}

/// Writes a graph without labels.
pub(super) fn write(model: &Model, question: Option<&Question>) -> String {
    let mut model = model.clone();
    // A question becomes roles where the graph has none.
    let roles = model.variables.iter().any(|variable| variable.exposure || variable.outcome);
    if let Some(question) = question.filter(|_| !roles) {
        for variable in &mut model.variables {
            variable.exposure = question.set.contains(&variable.name);
            variable.outcome = question.of.contains(&variable.name);
        }
    }
    print::tree(&model.tree(true), Style::Ascii)
}
