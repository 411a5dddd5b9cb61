//! Places in bytes ↔ places as the editor counts them.

use super::shapes::{Position, Range};
use serde_json::Value;
use whatif::source::{Source, Span};

/// What a line's characters are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of two bytes, as the protocol has it where nothing else is agreed.
    Utf16,
}

impl Encoding {
    /// Bytes where the editor can count them.
    pub fn agreed(client: &Value) -> Self {
        let offered = client.pointer("/capabilities/general/positionEncodings").and_then(Value::as_array);
        let bytes = offered.is_some_and(|all| all.iter().any(|name| name.as_str() == Some("utf-8")));
        if bytes { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name in the protocol.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    fn units(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }

    /// The place of a byte. O(log lines + length of the line).
    pub fn position(self, source: &Source, offset: usize) -> Position {
        let offset = offset.min(source.text().len());
        let (line, column) = source.line_column(offset);
        let start = source.line_start(line);
        let before: usize = source.text().get(start..).map_or(0, |rest| {
            rest.chars().take(column - 1).map(|letter| self.units(letter.encode_utf8(&mut [0; 4]))).sum()
        });
        Position { line: (line - 1) as u32, character: before as u32 }
    }

    /// The place of a span.
    pub fn range(self, source: &Source, span: Span) -> Range {
        Range { start: self.position(source, span.start), end: self.position(source, span.end) }
    }

    /// The byte of a place; the end of its line, or of the text, where it lies beyond.
    pub fn offset(self, source: &Source, position: Position) -> usize {
        let start = source.line_start(position.line as usize + 1);
        let line = source.text().get(start..).unwrap_or("").split('\n').next().unwrap_or("");
        let (mut units, mut at) = (0, start);
        for letter in line.chars() {
            if units >= position.character as usize {
                break;
            }
            units += self.units(letter.encode_utf8(&mut [0; 4]));
            at += letter.len_utf8();
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_there_and_back() {
        let source = Source::new("t", "aé→𝑥b\nc\n");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in source.text().char_indices() {
                let there = encoding.position(&source, offset);
                assert_eq!(encoding.offset(&source, there), offset, "{encoding:?}");
            }
        }
        let b = "aé→𝑥".len();
        assert_eq!(Encoding::Utf8.position(&source, b).character, b as u32);
        assert_eq!(Encoding::Utf16.position(&source, b).character, 5);
        let beyond = Position { line: 0, character: 99 };
        assert_eq!(Encoding::Utf16.offset(&source, beyond), b + 1);
        assert_eq!(Encoding::Utf16.offset(&source, Position { line: 9, character: 0 }), source.text().len());
    }
}
