//! `whatif simulate`: rows drawn from a network, as CSV.

use super::marginals::field;
use super::network::{read, settings};
use super::network_args::Simulate;
use super::output::Output;
use super::{status, threads};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::io::{BufWriter, Write};
use whatif::infer::Sampler;
use whatif::network::Network;
use whatif::source::{Diagnostic, Severity, Source};

/// Draws and writes rows; the whole file is never held.
pub fn simulate(args: &Simulate, output: &mut Output) -> u8 {
    match threads::with(args.jobs, || run(args, output)) {
        Ok(()) => status::FINE,
        Err(diagnostic) => {
            output.diagnostic(&diagnostic);
            status::INPUT
        }
    }
}

fn run(args: &Simulate, output: &mut Output) -> Result<(), Box<Diagnostic>> {
    let (network, warnings) = read(&args.file, false)?;
    for warning in &warnings {
        output.diagnostic(warning);
    }
    let set = settings(&network, "--do", &args.do_)?;
    let network = network.do_(&set);
    let written = match &args.output {
        Some(path) => std::fs::File::create(path).and_then(|file| write(&network, args, file)),
        None => match write(&network, args, std::io::stdout().lock()) {
            // A reader who has seen enough is no error.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        },
    };
    written.map_err(|error| {
        let name = args.output.as_ref().map_or_else(|| "<stdout>".to_owned(), |path| path.display().to_string());
        let error = error.to_string();
        let error = error.split(" (os error").next().unwrap_or_default();
        Box::new(Diagnostic {
            code: "whatif::unwritable_file",
            severity: Severity::Error,
            message: format!("cannot write {name}: {error}"),
            help: Some("check the folder, and that there is room".to_owned()),
            labels: Vec::new(),
            fixes: Vec::new(),
            source: Source::new(name, ""),
        })
    })
}

fn write(network: &Network, args: &Simulate, to: impl Write) -> std::io::Result<()> {
    /// Chunks that wait to be written, at most.
    const AT_ONCE: u64 = 32;
    let mut to = BufWriter::new(to);
    let names: Vec<String> = network.variables().iter().map(|v| field(&v.name)).collect();
    writeln!(to, "{}", names.join(","))?;
    let labels: Vec<Vec<String>> =
        network.variables().iter().map(|v| v.states.iter().map(|state| field(state)).collect()).collect();
    let sampler = Sampler::new(network, args.seed);
    let chunk = Sampler::CHUNK as u64;
    let chunks = args.rows.div_ceil(chunk);
    let mut done = 0;
    while done < chunks {
        let some = AT_ONCE.min(chunks - done);
        let texts: Vec<String> = (done..done + some)
            .into_par_iter()
            .map(|index| {
                let rows = chunk.min(args.rows - index * chunk) as usize;
                let states = sampler.chunk(index, rows);
                let mut text = String::new();
                for row in states.chunks_exact(network.len().max(1)) {
                    for (v, &state) in row.iter().enumerate() {
                        text.push_str(&labels[v][usize::from(state)]);
                        text.push(if v + 1 == row.len() { '\n' } else { ',' });
                    }
                }
                text
            })
            .collect();
        for text in texts {
            to.write_all(text.as_bytes())?;
        }
        done += some;
    }
    to.flush()
}
