//! Rows drawn in parallel and written in order: what CSV and Parquet files share.

use super::loaded::{Loaded, What};
use super::network::{real_settings, settings};
use super::output::Progress;
use whatif::infer::Sampler;
use whatif::model::{LinearMechanism, LinearSampler, Role};
use whatif::network::Network;
use whatif::parallel;
use whatif::source::Diagnostic;

/// A column of the file.
pub struct Column {
    pub name: String,
    /// The names of its states; none where it is a real number.
    pub states: Option<Vec<String>>,
    /// Its position among the variables.
    at: usize,
}

/// Where rows come from.
pub struct Rows {
    pub columns: Vec<Column>,
    draw: Draw,
    width: usize,
    count: u64,
}

enum Draw {
    Network(Network, u64),
    Linear(LinearSampler),
}

/// Some rows, row after row, all variables.
enum Cells {
    States(Vec<u16>),
    Real(Vec<f64>),
}

/// Some rows.
pub struct Chunk<'a> {
    rows: &'a Rows,
    cells: Cells,
}

/// A value.
#[derive(Clone, Copy)]
pub enum Cell {
    State(u16),
    Real(f64),
}

impl Chunk<'_> {
    /// How many rows.
    pub fn len(&self) -> usize {
        let cells = match &self.cells {
            Cells::States(cells) => cells.len(),
            Cells::Real(cells) => cells.len(),
        };
        cells / self.rows.width.max(1)
    }

    pub fn cell(&self, row: usize, column: &Column) -> Cell {
        let at = row * self.rows.width + column.at;
        match &self.cells {
            Cells::States(cells) => Cell::State(cells[at]),
            Cells::Real(cells) => Cell::Real(cells[at]),
        }
    }
}

impl Rows {
    /// Rows of what was loaded, with what is set.
    pub fn new(loaded: &Loaded, set: &[String], seed: u64, count: u64) -> Result<Self, Diagnostic> {
        let shown = (0..loaded.roles.len()).filter(|&at| loaded.roles[at] == Role::Measured);
        let (columns, draw) = match &loaded.what {
            What::Network(network) => {
                let network = network.do_(&settings(network, "--do", set)?);
                let column = |at: usize| {
                    let variable = &network.variables()[at];
                    Column { name: variable.name.clone(), states: Some(variable.states.clone()), at }
                };
                (shown.map(column).collect(), Draw::Network(network, seed))
            }
            What::Linear(linear) => {
                let mut linear = linear.clone();
                for (variable, number) in real_settings(&linear, "--do", set)? {
                    linear.variables[variable].mechanism =
                        LinearMechanism { constant: number, ..LinearMechanism::default() };
                }
                let column = |at: usize| Column { name: linear.variables[at].name.clone(), states: None, at };
                (shown.map(column).collect(), Draw::Linear(LinearSampler::new(&linear, seed)))
            }
        };
        Ok(Self { columns, draw, width: loaded.roles.len(), count })
    }

    /// Draws and makes something of each chunk on all threads, and hands over some of them at a time, in order.
    pub fn each<T: Send + Sync, E>(
        &self,
        make: impl Fn(&Chunk<'_>) -> T + Sync,
        mut take: impl FnMut(Vec<T>) -> Result<(), E>,
    ) -> Result<(), E> {
        const SIZE: u64 = Sampler::CHUNK as u64;
        const _: () = assert!(Sampler::CHUNK == LinearSampler::CHUNK);
        let chunks = self.count.div_ceil(SIZE);
        let some = self.at_once();
        let progress = Progress::new(usize::try_from(chunks.div_ceil(some)).unwrap_or(usize::MAX));
        let mut done = 0;
        while done < chunks {
            let until = chunks.min(done + some);
            let made = parallel::map(0..(until - done) as usize, |at| {
                let index = done + at as u64;
                let rows = SIZE.min(self.count - index * SIZE) as usize;
                let cells = match &self.draw {
                    Draw::Network(network, seed) => Cells::States(Sampler::new(network, *seed).chunk(index, rows)),
                    Draw::Linear(sampler) => Cells::Real(sampler.chunk(index, rows)),
                };
                make(&Chunk { rows: self, cells })
            });
            take(made)?;
            progress.step();
            done = until;
        }
        progress.end();
        Ok(())
    }

    /// How many chunks are held at once: fewer where rows are wide. Not a matter of threads, so that the bytes are the same.
    fn at_once(&self) -> u64 {
        const CELLS: usize = 1 << 22;
        (CELLS / (Sampler::CHUNK * self.width.max(1))).clamp(4, 32) as u64
    }
}
