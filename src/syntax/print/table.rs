//! Tables of data, and what is asked of them.

use super::{model, of, quoted};
use crate::syntax::tree::{DataStatement, NegativeControl, TableBlock, TableItem, TableItemKind};

pub(super) fn table(block: &TableBlock) -> String {
    let mut text = format!("table {} = {}", of(&block.name), quoted(&block.path.value));
    if block.items.is_empty() {
        return text;
    }
    text.push_str(" {\n");
    for each in &block.items {
        text.push_str(&format!("    {}\n", item(each)));
    }
    text.push('}');
    text
}

fn item(item: &TableItem) -> String {
    match &item.kind {
        TableItemKind::Weights(column) => format!("weights column {}", of(column)),
        TableItemKind::Counts(column) => format!("counts column {}", of(column)),
        TableItemKind::Variable { name, column, bins, domain } => {
            let mut text = of(name);
            if let Some(column) = column {
                text.push_str(&format!(" = column {}", of(column)));
            }
            if !bins.is_empty() {
                let edges: Vec<&str> = bins.iter().map(|edge| edge.value.as_str()).collect();
                text.push_str(&format!(" bins({})", edges.join(", ")));
            }
            if let Some(domain) = domain {
                text.push_str(&format!(" : {}", model::domain(&domain.value)));
            }
            text
        }
    }
}

pub(super) fn data(asked: &DataStatement) -> String {
    let word = if asked.refute { "refute" } else { "estimate" };
    let mut text = format!("{word} {} from {}", of(&asked.query), of(&asked.table));
    if asked.controls.is_empty() {
        return text;
    }
    text.push_str(" {\n");
    for NegativeControl { treatment, variables, .. } in &asked.controls {
        let word = if *treatment { "treatment" } else { "outcome" };
        let names: Vec<String> = variables.iter().map(of).collect();
        text.push_str(&format!("    negative {word} {}\n", names.join(", ")));
    }
    text.push('}');
    text
}
