//! Two texts, line by line.

use similar::{ChangeTag, TextDiff};

/// Lines around each difference.
const CONTEXT: usize = 2;

/// What is only in the old text after `-`, only in the new one after `+`, with a few lines around; empty where they
/// are the same. Control characters are shown and not obeyed.
pub fn lines(old: &str, new: &str, colour: bool) -> String {
    let difference = TextDiff::from_lines(old, new);
    let mut text = String::new();
    for (i, group) in difference.grouped_ops(CONTEXT).iter().enumerate() {
        if i > 0 {
            text.push_str("    ⋮\n");
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let (sign, paint) = match change.tag() {
                ChangeTag::Delete => ("- ", "\x1b[31m"),
                ChangeTag::Insert => ("+ ", "\x1b[32m"),
                ChangeTag::Equal => ("  ", ""),
            };
            let line: String = change.value().trim_end_matches('\n').chars().map(visible).collect();
            let line = format!("  {sign}{line}");
            let line = line.trim_end();
            text.push_str(&if colour && !paint.is_empty() {
                format!("{paint}{line}\x1b[0m\n")
            } else {
                format!("{line}\n")
            });
        }
    }
    text
}

fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\r' => '␍',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}
