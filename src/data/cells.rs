//! Accumulators, one for each combination of levels met.
//!
//! A combination is one number: as many bits for each variable as its levels so far need. While all of them together are
//! few, that number is a position in an array; then a key in a table.

use rustc_hash::FxHashMap;

/// With so many bits there is a place for each combination, met or not.
const DENSE: u32 = 16;
/// The same where each place holds three floats.
const DENSE_SUMS: u32 = 13;

/// What has been added up at one combination: rows by weight, and where asked for sum and sum of squares.
pub(super) type Amount = [f64; 3];

#[derive(Clone, Debug)]
enum Index {
    Dense,
    Narrow(FxHashMap<u64, u32>),
    Wide(FxHashMap<u128, u32>),
}

/// Accumulators by combination.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    bits: Box<[u32]>,
    index: Index,
    /// Rows, where neither weights nor sums are kept: exact.
    counts: Vec<u64>,
    /// Else these.
    amounts: Vec<Amount>,
    /// The same by squared weights, where rows have weights.
    squares: Vec<Amount>,
    summed: bool,
    weighted: bool,
}

/// No key is wide enough for the levels of all variables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct TooWide;

impl Cells {
    /// None met yet; with sums, amounts are kept, else counts; with weights, amounts by squared weights too.
    pub fn new(fields: usize, summed: bool, weighted: bool) -> Self {
        let mut cells = Self {
            bits: vec![1; fields].into_boxed_slice(),
            index: Index::Dense,
            counts: Vec::new(),
            amounts: Vec::new(),
            squares: Vec::new(),
            summed,
            weighted,
        };
        // More than 128 variables of two levels: the first row grows it, and is refused.
        cells.reset().unwrap_or_default();
        cells
    }

    fn width(&self) -> u32 {
        self.bits.iter().sum()
    }

    fn reset(&mut self) -> Result<(), TooWide> {
        let width = self.width();
        let dense = if self.summed { DENSE_SUMS } else { DENSE };
        let places = if width <= dense { 1 << width } else { 0 };
        self.counts = if self.summed { Vec::new() } else { vec![0; places] };
        self.amounts = if self.summed { vec![[0.0; 3]; places] } else { Vec::new() };
        self.squares = if self.weighted { vec![[0.0; 3]; places] } else { Vec::new() };
        self.index = match width {
            _ if width <= dense => Index::Dense,
            0..=64 => Index::Narrow(FxHashMap::default()),
            65..=128 => Index::Wide(FxHashMap::default()),
            _ => return Err(TooWide),
        };
        Ok(())
    }

    /// How many places are held; an upper bound of how many combinations have been met.
    pub fn len(&self) -> usize {
        self.counts.len().max(self.amounts.len())
    }

    /// The place of a combination. O(variables).
    #[inline]
    fn place(&mut self, codes: &[u32]) -> Result<usize, TooWide> {
        let mut beyond = 0;
        for (code, bits) in codes.iter().zip(&self.bits) {
            beyond |= code >> bits;
        }
        if beyond != 0 || self.bits.len() > 128 {
            self.grow(codes)?;
        }
        let narrow = || codes.iter().zip(&self.bits).fold(0_u64, |key, (code, bits)| (key << bits) | u64::from(*code));
        let next = self.counts.len().max(self.amounts.len());
        let place = match &mut self.index {
            Index::Dense => return Ok(narrow() as usize),
            Index::Narrow(map) => *map.entry(narrow()).or_insert(next as u32),
            Index::Wide(map) => {
                let wide = codes.iter().zip(&self.bits).fold(0, |key, (code, bits)| (key << bits) | u128::from(*code));
                *map.entry(wide).or_insert(next as u32)
            }
        };
        if place as usize == next {
            self.push();
        }
        Ok(place as usize)
    }

    #[inline]
    fn push(&mut self) {
        if self.summed {
            self.amounts.push([0.0; 3])
        } else {
            self.counts.push(0)
        }
        if self.weighted {
            self.squares.push([0.0; 3]);
        }
    }

    /// Counts rows, where amounts are not kept.
    #[inline]
    pub fn count(&mut self, codes: &[u32], rows: u64) -> Result<(), TooWide> {
        let place = self.place(codes)?;
        self.counts[place] += rows;
        Ok(())
    }

    /// Counts one row for each key; the keys are of [`Cells::packing`].
    #[inline]
    pub fn count_packed(&mut self, keys: &[u64]) {
        match &mut self.index {
            Index::Dense => keys.iter().for_each(|key| self.counts[*key as usize] += 1),
            Index::Narrow(map) => {
                for key in keys {
                    let next = self.counts.len();
                    let place = *map.entry(*key).or_insert(next as u32) as usize;
                    if place == next {
                        self.counts.push(0);
                    }
                    self.counts[place] += 1;
                }
            }
            Index::Wide(_) => {}
        }
    }

    /// Bits by variable, the first the most significant, where one number of 64 bits holds a combination of codes up to
    /// these; grows where that is needed.
    pub fn packing(&mut self, highest: &[u32]) -> Result<Option<&[u32]>, TooWide> {
        if highest.iter().zip(&self.bits).any(|(code, bits)| code >> bits != 0) {
            self.grow(highest)?;
        }
        Ok((self.width() <= 64).then_some(&*self.bits))
    }

    /// None met yet, in places that are laid out alike.
    pub fn emptied(&self) -> Self {
        let mut cells = Self::new(0, self.summed, self.weighted);
        cells.bits.clone_from(&self.bits);
        // They were wide enough before.
        cells.reset().unwrap_or_default();
        cells
    }

    /// Adds what another has, whose codes mean the same; false where it is laid out in another way. O(places).
    pub fn absorb(&mut self, other: &Self) -> Result<bool, TooWide> {
        if self.bits != other.bits {
            let highest: Vec<u32> = other.bits.iter().map(|bits| u32::MAX >> (u32::BITS - bits)).collect();
            self.grow(&highest)?;
        }
        if self.bits != other.bits || self.bits.len() > 128 {
            return Ok(false);
        }
        let add = |to: &mut Amount, more: &Amount| to.iter_mut().zip(more).for_each(|(to, more)| *to += more);
        match (&mut self.index, &other.index) {
            (Index::Dense, Index::Dense) => {
                self.counts.iter_mut().zip(&other.counts).for_each(|(to, more)| *to += more);
                self.amounts.iter_mut().zip(&other.amounts).for_each(|(to, more)| add(to, more));
                self.squares.iter_mut().zip(&other.squares).for_each(|(to, more)| add(to, more));
                Ok(true)
            }
            (Index::Narrow(to), Index::Narrow(from)) => {
                for (key, place) in from {
                    let next = self.counts.len().max(self.amounts.len());
                    let own = *to.entry(*key).or_insert(next as u32) as usize;
                    if own == next {
                        if self.summed { self.amounts.push([0.0; 3]) } else { self.counts.push(0) }
                    }
                    if self.weighted {
                        if own == next {
                            self.squares.push([0.0; 3]);
                        }
                        add(&mut self.squares[own], &other.squares[*place as usize]);
                    }
                    if self.summed {
                        add(&mut self.amounts[own], &other.amounts[*place as usize]);
                    } else {
                        self.counts[own] += other.counts[*place as usize];
                    }
                }
                Ok(true)
            }
            (Index::Dense | Index::Narrow(_) | Index::Wide(_), _) => Ok(false),
        }
    }

    /// Adds an amount, where amounts are kept, and the one by squared weights, where those are.
    #[inline]
    pub fn add(&mut self, codes: &[u32], amount: Amount, squared: Amount) -> Result<(), TooWide> {
        let place = self.place(codes)?;
        let to = &mut self.amounts[place];
        to.iter_mut().zip(amount).for_each(|(to, more)| *to += more);
        if let Some(to) = self.squares.get_mut(place) {
            to.iter_mut().zip(squared).for_each(|(to, more)| *to += more);
        }
        Ok(())
    }

    #[cold]
    fn grow(&mut self, codes: &[u32]) -> Result<(), TooWide> {
        let mut wider = self.clone();
        wider.bits.iter_mut().zip(codes).for_each(|(bits, code)| *bits = (*bits).max(u32::BITS - code.leading_zeros()));
        wider.reset()?;
        self.each(|codes, rows, amount, squared| {
            let place = wider.place(codes)?;
            if wider.summed {
                wider.amounts[place] = amount
            } else {
                wider.counts[place] = rows
            }
            if let Some(to) = wider.squares.get_mut(place) {
                *to = squared;
            }
            Ok(())
        })?;
        *self = wider;
        Ok(())
    }

    /// Calls with each combination met, its rows, its amount, and that by squared weights; in the order of the codes while that is the order of the
    /// places, else in the order in which they were met.
    pub fn each<E>(&self, mut with: impl FnMut(&[u32], u64, Amount, Amount) -> Result<(), E>) -> Result<(), E> {
        let mut codes = vec![0; self.bits.len()];
        let mut one = |key: u128, place: usize| {
            let rows = self.counts.get(place).copied().unwrap_or_default();
            let amount = self.amounts.get(place).copied().unwrap_or([rows as f64, 0.0, 0.0]);
            if rows == 0 && amount == [0.0; 3] {
                return Ok(());
            }
            let mut rest = key;
            for (code, bits) in codes.iter_mut().zip(&self.bits).rev() {
                *code = (rest & ((1 << bits) - 1)) as u32;
                rest >>= bits;
            }
            with(&codes, rows, amount, self.squares.get(place).copied().unwrap_or_default())
        };
        let by_place = |mut keys: Vec<(u32, u128)>| {
            keys.sort_unstable();
            keys
        };
        let keys = match &self.index {
            Index::Dense => return (0..self.len()).try_for_each(|place| one(place as u128, place)),
            Index::Narrow(map) => by_place(map.iter().map(|(key, place)| (*place, u128::from(*key))).collect()),
            Index::Wide(map) => by_place(map.iter().map(|(key, place)| (*place, *key)).collect()),
        };
        keys.into_iter().try_for_each(|(place, key)| one(key, place as usize))
    }
}
