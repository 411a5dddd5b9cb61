//! `whatif simulate`: rows drawn from a model or a network, as CSV or Parquet.

use super::loaded::load;
use super::marginals::field;
use super::network_args::Simulate;
use super::output::Output;
use super::rows::{Cell, Chunk, Rows};
use super::{input, parquet, status, threads};
use std::io::{BufWriter, Write};
use std::path::Path;
use whatif::source::Diagnostic;

/// Draws and writes rows; the whole file is never held.
pub fn simulate(args: &Simulate, output: &mut Output) -> u8 {
    match threads::with(args.jobs, || run(args, output)) {
        Ok(()) => status::FINE,
        Err(diagnostics) => {
            diagnostics.iter().for_each(|diagnostic| output.diagnostic(diagnostic));
            status::INPUT
        }
    }
}

fn run(args: &Simulate, output: &mut Output) -> Result<(), Vec<Diagnostic>> {
    let loaded = load(&args.file, args.model.as_deref(), false)?;
    for warning in &loaded.warnings {
        output.diagnostic(warning);
    }
    let rows = Rows::new(&loaded, &args.do_, args.seed, args.rows).map_err(|found| vec![found])?;
    let written = match &args.output {
        Some(path) if is_parquet(path) => std::fs::File::create(path).and_then(|file| parquet::write(&rows, file)),
        Some(path) => std::fs::File::create(path).and_then(|mut file| csv(&rows, &mut file)),
        None => match csv(&rows, &mut std::io::stdout().lock()) {
            // A reader who has seen enough is no error.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        },
    };
    written.map_err(|error| {
        let name = args.output.as_ref().map_or_else(|| "<stdout>".to_owned(), |path| path.display().to_string());
        vec![input::unwritable(&name, &error)]
    })
}

fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

fn csv(rows: &Rows, to: &mut dyn Write) -> std::io::Result<()> {
    let mut to = BufWriter::new(to);
    let names: Vec<String> = rows.columns.iter().map(|column| field(&column.name)).collect();
    writeln!(to, "{}", names.join(","))?;
    let label = |states: &Option<Vec<String>>| -> Vec<String> { states.iter().flatten().map(|s| field(s)).collect() };
    let labels: Vec<Vec<String>> = rows.columns.iter().map(|column| label(&column.states)).collect();
    let text = |chunk: &Chunk<'_>| {
        let mut text = String::new();
        for row in 0..chunk.len() {
            for (at, column) in rows.columns.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                match chunk.cell(row, column) {
                    Cell::State(state) => text.push_str(&labels[at][usize::from(state)]),
                    Cell::Real(number) => text.push_str(&number.to_string()),
                }
            }
            text.push('\n');
        }
        text
    };
    rows.each(text, |texts| texts.iter().try_for_each(|text| to.write_all(text.as_bytes())))?;
    to.flush()
}
