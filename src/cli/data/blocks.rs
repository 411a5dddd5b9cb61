//! A text cut into blocks of whole records.
//!
//! Where records end depends on quotes, so that is decided here, in the order of the text. A block without a quote ends
//! at a line end; of one that has some, quotes are followed from its first byte on. Cuts depend on the text alone.

use super::fill;
use std::io::Read;

/// How much is read at once.
pub const BLOCK: usize = 1 << 20;
/// The longest record.
pub const MAX_RECORD: usize = 16 << 20;
/// Bytes behind a block, so that eight can be taken from any of its places.
pub const PADDING: usize = 8;

/// Whole records.
pub struct Block {
    /// Its number, from 0.
    pub index: u64,
    /// Its bytes; the last record ends with a line end. Then [`PADDING`] zeros.
    bytes: Vec<u8>,
    /// Whether no quote is in it.
    pub plain: bool,
}

impl Block {
    /// Its bytes, and the padding.
    pub fn padded(&self) -> &[u8] {
        &self.bytes
    }

    /// Its bytes.
    pub fn text(&self) -> &[u8] {
        &self.bytes[..self.bytes.len() - PADDING]
    }

    /// The memory, to be used again.
    pub fn into_memory(self) -> Vec<u8> {
        self.bytes
    }
}

/// Why there is no further block.
pub enum Stop {
    /// The text could not be read.
    Read(std::io::Error),
    /// A record is longer than [`MAX_RECORD`]; its beginning.
    Long(Vec<u8>),
    /// The text ends in a quote; the beginning of its record.
    Open(Vec<u8>),
}

/// The blocks of a text.
pub struct Blocks<R> {
    from: R,
    /// How much is read at once.
    size: usize,
    delimiter: u8,
    /// Read already: the beginning of the next block.
    rest: Vec<u8>,
    next: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    pub const fn new(from: R, size: usize) -> Self {
        Self { from, size, delimiter: b',', rest: Vec::new(), next: 0, ended: false }
    }

    pub const fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// The first line that is not blank, without its end, and how many lines were passed, itself included; None where
    /// there is none.
    pub fn header(&mut self) -> Result<Option<(Vec<u8>, u64)>, Stop> {
        let (mut skipped, mut lines) = (0, 0);
        let mut text = Vec::new();
        loop {
            let before = text.len();
            text.resize(before + self.size, 0);
            let read = fill(&mut self.from, &mut text[before..]).map_err(Stop::Read)?;
            text.truncate(before + read);
            self.ended = read < self.size;
            if before == 0 && text.starts_with(b"\xef\xbb\xbf") {
                skipped = 3;
            }
            if self.ended && text.last().is_some_and(|byte| *byte != b'\n') {
                text.push(b'\n');
            }
            // A name may hold any delimiter in quotes, and the quotes alone say where the header ends.
            while let Some(length) = first_end(&text[skipped..]) {
                let line = &text[skipped..skipped + length];
                lines += memchr::memchr_iter(b'\n', line).count() as u64;
                skipped += length;
                if !line.iter().all(u8::is_ascii_whitespace) {
                    let header = line.trim_ascii_end().to_vec();
                    self.rest = text.split_off(skipped);
                    return Ok(Some((header, lines)));
                }
            }
            if self.ended && text.len() == skipped {
                return Ok(None);
            }
            if self.ended {
                return Err(Stop::Open(text.split_off(skipped)));
            }
            if text.len() - skipped > MAX_RECORD {
                return Err(Stop::Long(text.split_off(skipped)));
            }
        }
    }

    /// The next block. Memory that is no longer used is taken for it.
    pub fn next(&mut self, mut memory: Vec<u8>) -> Result<Option<Block>, Stop> {
        memory.clear();
        memory.append(&mut self.rest);
        loop {
            if !self.ended {
                let before = memory.len();
                let to = (before / self.size + 1) * self.size;
                memory.resize(to, 0);
                let read = fill(&mut self.from, &mut memory[before..]).map_err(Stop::Read)?;
                self.ended = before + read < to;
                memory.truncate(before + read);
            }
            if self.ended && memory.last().is_some_and(|byte| *byte != b'\n') {
                memory.push(b'\n');
            }
            if memory.is_empty() {
                return Ok(None);
            }
            let plain = memchr::memchr(b'"', &memory).is_none();
            let end = if plain {
                memchr::memrchr(b'\n', &memory).map_or(0, |at| at + 1)
            } else {
                last_end(&memory, self.delimiter)
            };
            if end > 0 {
                self.rest.extend_from_slice(&memory[end..]);
                memory.truncate(end);
                memory.resize(end + PADDING, 0);
                let index = self.next;
                self.next += 1;
                return Ok(Some(Block { index, bytes: memory, plain }));
            }
            if self.ended {
                return Err(Stop::Open(memory));
            }
            if memory.len() > MAX_RECORD {
                return Err(Stop::Long(memory));
            }
        }
    }
}

/// The end of the first record: of a header, whose delimiter is not known yet, so that any quote opens or closes.
fn first_end(text: &[u8]) -> Option<usize> {
    let mut inside = false;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'"' => inside = !inside,
            b'\n' if !inside => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The end of the last whole record, 0 where there is none. A quote opens at the beginning of a field only, as for the
/// parser.
fn last_end(text: &[u8], delimiter: u8) -> usize {
    let mut end = 0;
    let mut at = 0;
    let mut fresh = true;
    while let Some(&byte) = text.get(at) {
        if byte == b'"' && fresh {
            // To the closing quote: a doubled one stands for itself.
            loop {
                match memchr::memchr(b'"', &text[at + 1..]) {
                    Some(length) => at += 1 + length,
                    None => return end,
                }
                if text.get(at + 1) == Some(&b'"') {
                    at += 1;
                } else {
                    break;
                }
            }
            fresh = false;
            at += 1;
            continue;
        }
        // On to the next delimiter or line end.
        match memchr::memchr2(delimiter, b'\n', &text[at..]) {
            Some(length) => {
                at += length + 1;
                fresh = true;
                if text[at - 1] == b'\n' {
                    end = at;
                }
            }
            None => return end,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_end_outside_quotes() {
        assert_eq!(last_end(b"a,b\n1,\"x\ny\"\n2,\"z\n", b','), 12);
        assert_eq!(last_end(b"a,b\"\nc\n", b','), 7, "a quote inside a field is a character");
        assert_eq!(last_end(b"\"a\"\"\n\"\n\"", b','), 7);
        assert_eq!(last_end(b"\"a", b','), 0);
    }
}
