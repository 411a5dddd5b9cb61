//! Parquet's numbers of few bits: runs of one number, and stretches of packed bits.
//!
//! Own code, since the crate that reads the rest hands them out one value after the other, decoded: what is counted here
//! are positions in a dictionary, whose values are looked at once.

/// Where reading is in a stretch of bytes.
#[derive(Clone, Copy, Default, Debug)]
pub struct Runs {
    /// The next run's first byte.
    at: usize,
    /// Bits of a number.
    width: u32,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// One number, so many times more.
    Same { left: usize, number: u32 },
    /// So many packed numbers more, the next from this bit on.
    Packed { left: usize, bit: usize },
}

impl Default for Run {
    fn default() -> Self {
        Self::Same { left: 0, number: 0 }
    }
}

impl Runs {
    /// Numbers of so many bits that begin at a byte; none of more than 32 bits.
    pub fn new(at: usize, width: u32) -> Option<Self> {
        (width <= u32::BITS).then_some(Self { at, width, run: Run::default() })
    }

    /// Reads as many numbers as `to` has places; none where the bytes end before. O(numbers).
    pub fn read(&mut self, bytes: &[u8], mut to: &mut [u32]) -> Option<()> {
        while !to.is_empty() {
            match &mut self.run {
                Run::Same { left: 0, .. } | Run::Packed { left: 0, .. } => self.begin(bytes)?,
                Run::Same { left, number } => {
                    let (now, rest) = to.split_at_mut((*left).min(to.len()));
                    now.fill(*number);
                    *left -= now.len();
                    to = rest;
                }
                Run::Packed { left, bit } => {
                    let (now, rest) = to.split_at_mut((*left).min(to.len()));
                    unpack(bytes, *bit, self.width, now);
                    *left -= now.len();
                    *bit += now.len() * self.width as usize;
                    to = rest;
                }
            }
        }
        Some(())
    }

    /// The head of the next run.
    fn begin(&mut self, bytes: &[u8]) -> Option<()> {
        let (mut head, mut shift) = (0_u64, 0);
        loop {
            let byte = *bytes.get(self.at)?;
            self.at += 1;
            head |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift += 7;
            if shift > 28 {
                return None;
            }
        }
        let count = (head >> 1) as usize;
        if head & 1 == 1 {
            let length = count.checked_mul(self.width as usize)?;
            // The last stretch may be cut off where nothing is needed of it.
            let there = bytes.len() - self.at;
            let left = if length <= there { count * 8 } else { (there * 8).checked_div(self.width as usize)? };
            self.run = Run::Packed { left, bit: self.at * 8 };
            self.at += length.min(there);
            // A stretch of nothing is no step forward.
            return (left > 0).then_some(());
        }
        let length = self.width.div_ceil(8) as usize;
        let number = bytes.get(self.at..self.at + length)?;
        let number = number.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte));
        self.at += length;
        self.run = Run::Same { left: count, number };
        (count > 0).then_some(())
    }
}

/// Eight bytes from a place on, with zeros behind the end.
#[inline]
fn word(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
        return u64::from_le_bytes(eight);
    }
    let mut eight = [0; 8];
    eight.iter_mut().zip(bytes.get(at..).unwrap_or_default()).for_each(|(to, from)| *to = *from);
    u64::from_le_bytes(eight)
}

fn unpack(bytes: &[u8], mut bit: usize, width: u32, mut to: &mut [u32]) {
    let mask = ((1_u64 << width) - 1) as u32;
    // Up to eight bits: eight numbers are in one word, and begin at a byte as long as they are read by eights.
    if width <= 8 && bit.is_multiple_of(8) {
        let (eights, rest) = to.as_chunks_mut::<8>();
        for eight in eights {
            let word = word(bytes, bit / 8);
            for (place, number) in eight.iter_mut().enumerate() {
                *number = (word >> (place as u32 * width)) as u32 & mask;
            }
            bit += 8 * width as usize;
        }
        to = rest;
    }
    for number in to {
        *number = (word(bytes, bit / 8) >> (bit % 8)) as u32 & mask;
        bit += width as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes numbers as the format says, some as runs and some packed.
    fn written(runs: &[(bool, Vec<u32>)], width: u32) -> (Vec<u8>, Vec<u32>) {
        let (mut bytes, mut numbers) = (Vec::new(), Vec::new());
        let head = |bytes: &mut Vec<u8>, mut head: usize| {
            while head >= 0x80 {
                bytes.push(head as u8 | 0x80);
                head >>= 7;
            }
            bytes.push(head as u8);
        };
        for (packed, some) in runs {
            if *packed {
                let groups = some.len().div_ceil(8);
                head(&mut bytes, groups << 1 | 1);
                let mut bits = vec![0_u8; groups * width as usize];
                for (place, number) in some.iter().enumerate() {
                    for bit in 0..width as usize {
                        let at = place * width as usize + bit;
                        bits[at / 8] |= ((number >> bit & 1) as u8) << (at % 8);
                    }
                }
                bytes.extend(bits);
                numbers.extend(some);
                numbers.resize(numbers.len() + groups * 8 - some.len(), 0);
            } else {
                head(&mut bytes, some.len() << 1);
                bytes.extend(&some[0].to_le_bytes()[..width.div_ceil(8) as usize]);
                numbers.extend(some.iter().map(|_| some[0]));
            }
        }
        (bytes, numbers)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            width in 0..=32_u32,
            runs in prop::collection::vec((any::<bool>(), prop::collection::vec(any::<u32>(), 1..40)), 1..8),
            piece in 1..30_usize,
        ) {
            let mask = ((1_u64 << width) - 1) as u32;
            let runs: Vec<(bool, Vec<u32>)> = runs.into_iter()
                .map(|(packed, some)| (packed && width > 0, some.into_iter().map(|number| number & mask).collect())).collect();
            let (bytes, numbers) = written(&runs, width);
            let mut reader = Runs::new(0, width).unwrap();
            let mut found = vec![0; numbers.len()];
            for piece in found.chunks_mut(piece) {
                reader.read(&bytes, piece).unwrap();
            }
            prop_assert_eq!(found, numbers);
            prop_assert!(reader.read(&bytes, &mut [0]).is_none());
        }

        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..40), width in 0..=40_u32, at in 0..50_usize) {
            if let Some(mut reader) = Runs::new(at, width) {
                let mut numbers = [0; 1_000];
                // A run may go on for long.
                let rounds = (0..100).take_while(|_| reader.read(&bytes, &mut numbers).is_some()).count();
                prop_assert!(rounds == 0 || at < bytes.len());
            }
        }
    }
}
