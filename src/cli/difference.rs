//! Two texts, line by line.

use similar::{Algorithm, ChangeTag, TextDiff};

/// Lines around each difference.
const CONTEXT: usize = 2;
/// The time grows with the square of how much differs; longer texts are not compared line by line.
const MOST_LINES: usize = 5_000;

/// What is only in the old text after `-`, only in the new one after `+`, with a few lines around; empty where they
/// are the same. Control characters are shown and not obeyed.
pub fn lines(old: &str, new: &str, colour: bool) -> String {
    if old.lines().nth(MOST_LINES).is_some() || new.lines().nth(MOST_LINES).is_some() {
        let same = old.lines().zip(new.lines()).take_while(|(old, new)| old == new).count();
        let pair = (old.lines().count(), new.lines().count());
        return format!("  line {} is the first to differ ({} lines before, {} now)\n", same + 1, pair.0, pair.1);
    }
    // Lines that occur once hold the texts together; empty ones would mix what does not belong together.
    let difference = TextDiff::configure().algorithm(Algorithm::Patience).diff_lines(old, new);
    let mut text = String::new();
    for (i, group) in difference.grouped_ops(CONTEXT).iter().enumerate() {
        if i > 0 {
            text.push_str("    ...\n");
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let (sign, paint) = match change.tag() {
                ChangeTag::Delete => ("- ", "\x1b[31m"),
                ChangeTag::Insert => ("+ ", "\x1b[32m"),
                ChangeTag::Equal => ("  ", ""),
            };
            let line = change.value().trim_end_matches('\n');
            // The line end of other systems has a sign of its own.
            let (line, end) = line.strip_suffix('\r').map_or((line, ""), |line| (line, "␍"));
            let line: String = line.chars().map(visible).chain(end.chars()).collect();
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
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn the_line_ends_of_other_systems_are_shown() {
        assert_eq!(lines("a\r\n", "a\n", false), "  - a␍\n  + a\n");
    }

    #[test]
    fn long_texts_are_not_compared_line_by_line() {
        let old = "a\n".repeat(50_000);
        let new = format!("a\n{}", "b\n".repeat(50_000));
        assert_eq!(lines(&old, &new, false), "  line 2 is the first to differ (50000 lines before, 50001 now)\n");
    }

    #[test]
    fn what_differs_is_shown_line_by_line_and_steers_no_terminal() {
        assert_eq!(lines("a\n\nb\n", "c\n\n\x1b[2Jd\n", false), "  - a\n  + c\n\n  - b\n  + \u{fffd}[2Jd\n");
        assert_eq!(lines("a\n", "a\n", true), "");
    }
}
