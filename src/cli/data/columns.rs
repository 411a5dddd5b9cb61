//! Which columns of a table are read for a question: what the command line says, and what the file says of domains.

use super::super::input;
use clap::Args;
use whatif::answer::Answer;
use whatif::data::{Field, Levels, Wanted};
use whatif::problem::{GraphEntry, Problem};
use whatif::source::Diagnostic;

/// The most bins of a variable.
const MAX_BINS: usize = 1_000;

/// What the command line says of a table's columns.
#[derive(Args, Clone, Debug, Default)]
pub struct Columns {
    /// Read a variable from a column of another name; may be given several times
    #[arg(long = "column", value_name = "VARIABLE=COLUMN", value_parser = pair)]
    pub columns: Vec<(String, String)>,
    /// Cut a variable's numbers into bins, each from one edge up to the next; may be given several times
    #[arg(long = "bins", value_name = "VARIABLE=0,30,70", value_parser = bins)]
    pub bins: Vec<(String, Vec<f64>)>,
    /// A column with the weight of each row
    #[arg(long, value_name = "COLUMN")]
    pub weights: Option<String>,
    /// A column that says how many rows each row stands for
    #[arg(long, value_name = "COLUMN")]
    pub counts_column: Option<String>,
    /// Leave rows out in which a value is missing
    #[arg(long)]
    pub drop_missing: bool,
    /// The levels that a table of the file tells of its variables.
    #[arg(skip)]
    pub levels: Vec<(String, Vec<String>)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((variable, column)) if !variable.is_empty() && !column.is_empty() => {
            Ok((variable.to_owned(), column.to_owned()))
        }
        _ => Err("expected VARIABLE=COLUMN, for example engagement=eng_score".to_owned()),
    }
}

fn bins(text: &str) -> Result<(String, Vec<f64>), String> {
    let expected = || "expected VARIABLE=EDGE,EDGE,…, for example engagement=0,30,70".to_owned();
    let (variable, edges) = text.split_once('=').filter(|(variable, _)| !variable.is_empty()).ok_or_else(expected)?;
    let edges: Vec<f64> = edges
        .split(',')
        .map(|edge| whatif::data::number(edge.trim().as_bytes()).ok_or_else(expected))
        .collect::<Result<_, _>>()?;
    if edges.len() > MAX_BINS {
        return Err(format!("at most {MAX_BINS} edges"));
    }
    if !edges.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err("the edges must ascend, for example 0,30,70".to_owned());
    }
    Ok((variable.to_owned(), edges))
}

impl Columns {
    /// What is read to answer a question about these variables. One of which only the mean is needed may be named apart:
    /// it is summed up, unless it has levels of its own, in the file or as bins.
    pub fn wanted(
        &self,
        problem: &Problem,
        answer: &Answer,
        variables: &[String],
        numeric: Option<&str>,
    ) -> Result<Wanted, Box<Diagnostic>> {
        let Some(graph) = problem.graphs.get(&answer.graph_name) else { return Ok(Wanted::default()) };
        let named = self.columns.iter().map(|(variable, _)| ("--column", variable));
        for (option, variable) in named.chain(self.bins.iter().map(|(variable, _)| ("--bins", variable))) {
            if !graph.measured.contains(variable) {
                return Err(Box::new(unknown_variable(option, variable, graph)));
            }
        }
        let column = |variable: &str| {
            let renamed = self.columns.iter().rev().find(|(name, _)| name == variable);
            renamed.map_or(variable, |(_, column)| column).to_owned()
        };
        let mut wanted = Wanted {
            weights: self.weights.clone(),
            counts: self.counts_column.clone(),
            drop_missing: self.drop_missing,
            latents: graph.latents.iter().map(|node| graph.source.name(node).to_owned()).collect(),
            ..Wanted::default()
        };
        let summed = numeric.filter(|name| self.levels(graph, name).is_ok_and(|levels| levels == Levels::Open));
        wanted.numeric = summed.map(|name| (name.to_owned(), column(name)));
        // Fields stand in the graph's order, wherever a variable comes from.
        let apart = numeric.filter(|_| summed.is_none());
        let all = |name: &&String| variables.contains(name) || apart == Some(name.as_str());
        for name in graph.measured.iter().filter(all) {
            let levels = self.levels(graph, name)?;
            wanted.fields.push(Field { variable: name.clone(), column: column(name), levels });
        }
        Ok(wanted)
    }

    fn levels(&self, graph: &GraphEntry, variable: &str) -> Result<Levels, Box<Diagnostic>> {
        let node = graph.source.node(variable);
        let info = node.and_then(|node| graph.variables.get(node.index()));
        let told = self.levels.iter().rev().find(|(name, _)| name == variable).map(|(_, levels)| levels.clone());
        let domain = told.or_else(|| info.and_then(|info| info.domain.clone()));
        let edges = self.bins.iter().rev().find(|(name, _)| name == variable).map(|(_, edges)| edges);
        match (edges, domain) {
            (None, None) => Ok(Levels::Open),
            (None, Some(names)) => Ok(Levels::Declared(names)),
            (Some(edges), None) => Ok(Levels::bins(edges)),
            (Some(edges), Some(names)) if names.len().abs_diff(edges.len()) <= 1 => {
                Ok(Levels::Bins { edges: edges.clone(), names })
            }
            (Some(edges), Some(names)) => Err(Box::new(input::without_place(
                "whatif::data_bins",
                "<command line>",
                format!("--bins: {} edges do not make the {} values of `{variable}`", edges.len(), names.len()),
                "give one edge for each value, its lowest number; one fewer, if the first value has no lower bound; or \
                 one more, if the last has an upper one",
            ))),
        }
    }
}

fn unknown_variable(option: &str, variable: &str, graph: &GraphEntry) -> Diagnostic {
    let measured: Vec<String> = graph.measured.iter().map(|name| format!("`{name}`")).collect();
    let latent = graph.source.node(variable).is_some();
    let message = if latent {
        format!("{option}: `{variable}` is not measured in the graph, so it is never read from data")
    } else {
        format!("{option}: the graph has no variable `{variable}`")
    };
    let help = format!("its measured variables are {}", measured.join(", "));
    input::without_place("whatif::data_variable", "<command line>", message, &help)
}
