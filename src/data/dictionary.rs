//! The values met in one column, numbered: what each cell of a table costs most of its time for.

/// How an absent value is written, besides with blanks alone.
const ABSENT: [&str; 9] = ["NA", "N/A", "#N/A", "NaN", "nan", "NULL", "null", ".", "\\N"];

/// Whether a value means that there is none.
#[must_use]
pub fn is_missing(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_whitespace) || ABSENT.iter().any(|absent| absent.as_bytes() == value)
}

/// A spelling. Its first and its last eight bytes and its length tell it apart from all others of up to 16 bytes.
#[derive(Clone, Copy, Debug)]
struct Entry {
    first: u64,
    last: u64,
    length: u32,
    code: u32,
    /// Its text in `spellings`; [`u32::MAX`] where there is no entry.
    spelling: u32,
}

const NONE: Entry = Entry { first: 0, last: 0, length: 0, code: 0, spelling: u32::MAX };

/// Spellings and the codes they stand for, by open addressing: at most half of the places are taken.
#[derive(Clone, Debug)]
pub(super) struct Dictionary {
    entries: Vec<Entry>,
    spellings: Vec<Box<[u8]>>,
}

/// A value where it stands in a longer text, so that eight bytes can be taken at once.
#[derive(Clone, Copy)]
pub(super) struct Key {
    first: u64,
    last: u64,
    length: u32,
}

impl Key {
    #[inline]
    pub fn new(text: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let word = |at: usize| text.get(at..at + 8).and_then(|eight| eight.try_into().ok()).map(u64::from_le_bytes);
        let (first, last) = if length >= 8 {
            (word(start).unwrap_or_default(), word(end - 8).unwrap_or_default())
        } else if let Some(word) = word(start) {
            (word & ((1 << (8 * length)) - 1), 0)
        } else {
            let mut eight = [0; 8];
            eight.iter_mut().zip(&text[start..end]).for_each(|(to, from)| *to = *from);
            (u64::from_le_bytes(eight), 0)
        };
        Self { first, last, length: length as u32 }
    }

    #[inline]
    const fn hash(self) -> u64 {
        const K: u64 = 0x9E37_79B9_7F4A_7C15;
        let mixed = (self.first ^ self.last.rotate_left(29) ^ self.length as u64).wrapping_mul(K);
        mixed ^ (mixed >> 32)
    }
}

impl Dictionary {
    pub fn new() -> Self {
        Self { entries: vec![NONE; 16], spellings: Vec::new() }
    }

    /// The code of a value, where it has been seen. O(1) expected, O(length) beyond 16 bytes.
    #[inline]
    pub fn find(&self, key: Key, text: &[u8], start: usize, end: usize) -> Option<u32> {
        let mask = self.entries.len() - 1;
        let mut place = key.hash() as usize & mask;
        loop {
            let entry = self.entries.get(place)?;
            if entry.spelling == u32::MAX {
                return None;
            }
            if entry.first == key.first
                && entry.last == key.last
                && entry.length == key.length
                && (key.length <= 16 || *self.spellings[entry.spelling as usize] == text[start..end])
            {
                return Some(entry.code);
            }
            place = (place + 1) & mask;
        }
    }

    /// Remembers a spelling that has not been seen.
    pub fn insert(&mut self, value: &[u8], code: u32) {
        if self.spellings.len() * 2 >= self.entries.len() {
            let old = std::mem::take(&mut self.entries);
            self.entries = vec![NONE; old.len() * 2];
            old.into_iter().filter(|entry| entry.spelling != u32::MAX).for_each(|entry| self.place(entry));
        }
        let key = Key::new(value, 0, value.len());
        let spelling = self.spellings.len() as u32;
        self.spellings.push(value.into());
        self.place(Entry { first: key.first, last: key.last, length: key.length, code, spelling });
    }

    fn place(&mut self, entry: Entry) {
        let mask = self.entries.len() - 1;
        let key = Key { first: entry.first, last: entry.last, length: entry.length };
        let mut place = key.hash() as usize & mask;
        while self.entries[place].spelling != u32::MAX {
            place = (place + 1) & mask;
        }
        self.entries[place] = entry;
    }

    pub fn len(&self) -> usize {
        self.spellings.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_value_is_found_again_and_no_other() {
        let mut values: Vec<Vec<u8>> = (0..2_000_u32).map(|i| i.to_string().into_bytes()).collect();
        values.extend((0..40).map(|n| vec![b'x'; n]));
        values.extend([b"a".to_vec(), b"a\0".to_vec(), b"\0".to_vec()]);
        values.extend((0..20).map(|i| format!("same beginning {i:02} and same end").into_bytes()));
        let mut dictionary = Dictionary::new();
        let mut model = BTreeMap::new();
        for (code, value) in values.iter().enumerate() {
            assert_eq!(dictionary.find(Key::new(value, 0, value.len()), value, 0, value.len()), None);
            dictionary.insert(value, code as u32);
            model.insert(value.clone(), code as u32);
        }
        for (value, code) in &model {
            // At the end of a text, and with more behind it.
            let (start, mut text) = (3, b"abc".to_vec());
            text.extend(value);
            for behind in [&b""[..], b",more text behind"] {
                text.extend(behind);
                let end = start + value.len();
                assert_eq!(dictionary.find(Key::new(&text, start, end), &text, start, end), Some(*code));
            }
        }
    }
}
