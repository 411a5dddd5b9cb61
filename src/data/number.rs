//! Numbers as people write them in tables.

/// Powers of ten that a float holds exactly.
const TENS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A finite number; blanks around it do not count. O(length).
///
/// Up to 15 digits make a whole number and a power of ten that are both exact, so one division rounds correctly
/// (Clinger 1990); anything else is left to the standard library.
#[must_use]
pub fn number(bytes: &[u8]) -> Option<f64> {
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, bytes),
    };
    if (1..=16).contains(&digits.len()) {
        let (mut whole, mut seen, mut point) = (0_u64, 0_usize, None);
        let plain = digits.iter().all(|&byte| match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                seen += 1;
                true
            }
            b'.' => point.replace(seen).is_none(),
            _ => false,
        });
        if plain && (1..=15).contains(&seen) {
            let value = whole as f64 / TENS[seen - point.unwrap_or(seen)];
            return Some(if negative { -value } else { value });
        }
    }
    let text = std::str::from_utf8(bytes).ok()?.trim();
    // The standard library reads `inf` and `nan` too.
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::number;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_what_is_none() {
        for (text, value) in [("0", 0.0), ("-7", -7.0), (".5", 0.5), ("3.", 3.0), (" 12.25 ", 12.25), ("1e3", 1e3)] {
            assert_eq!(number(text.as_bytes()), Some(value), "{text}");
        }
        assert_eq!(number(b"123456789012345678"), Some(123_456_789_012_345_678.0));
        for text in ["", "-", ".", "-.", "1.2.3", "1,5", "inf", "nan", "1e999", "x", "1_000", "\u{663}"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
        assert_eq!(number(&[0xff, b'1']), None);
    }

    proptest! {
        #[test]
        fn as_the_standard_library_reads_them(text in "-?[0-9]{0,17}(\\.[0-9]{0,17})?") {
            prop_assert_eq!(number(text.as_bytes()), text.parse::<f64>().ok(), "{}", text);
        }
    }
}
