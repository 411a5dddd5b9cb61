//! The lines as they are set: what stands on each, how deep, and what is moved below each other.

use unicode_width::UnicodeWidthStr;

/// The widest line after which comments and reasons are moved below each other.
const WIDEST: usize = 72;
/// Room that most lines do with.
const USUAL: usize = 40;
/// What stands between a line and its comment, or a formula and its reason, at the least.
const GAP: usize = 2;

#[derive(Default)]
struct Line {
    indent: usize,
    /// An empty line stands before it.
    apart: bool,
    code: String,
    /// Where in `code` a proof's reason begins.
    reason: Option<usize>,
    /// Where in `code` the cells of a table begin, but for the first.
    cells: Vec<usize>,
    /// The comments that nothing follows yet.
    comment: String,
}

/// What has been written so far.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<Line>,
    /// Line ends since the last thing written.
    breaks: u32,
    /// A `;` that separates, if something follows on its line.
    semicolon: bool,
    /// The last thing written opened a block over several lines.
    opened: bool,
    /// The next word is a proof's reason.
    reason: bool,
    /// The next word begins a cell of a table.
    cell: bool,
    /// Two blanks stand before the next word.
    wide: bool,
}

/// A place to come back to.
pub(super) struct Mark {
    lines: usize,
    /// How much of the last line there was.
    code: usize,
    comment: String,
    breaks: u32,
    semicolon: bool,
    opened: bool,
}

impl Page {
    /// A line end of the text.
    pub fn line_end(&mut self) {
        self.line_ends(1);
    }

    /// Some line ends of the text.
    pub fn line_ends(&mut self, count: u32) {
        self.breaks = self.breaks.saturating_add(count);
        self.semicolon = false;
    }

    /// A line end that the text does not have.
    pub fn break_line(&mut self) {
        self.breaks = self.breaks.max(1);
        self.semicolon = false;
    }

    /// What comes next stands on the same line, though the text has it on another.
    pub const fn join(&mut self) {
        self.breaks = 0;
    }

    fn at_line_start(&self) -> bool {
        self.breaks > 0 || self.lines.is_empty()
    }

    /// Begins a line where one is due.
    fn begin(&mut self, indent: usize, apart: bool) {
        if self.at_line_start() {
            let apart = apart && self.breaks > 1 && !self.lines.is_empty() && !self.opened;
            let code = String::with_capacity(USUAL);
            self.lines.push(Line { indent, apart, code, ..Line::default() });
            self.opened = false;
        }
        self.breaks = 0;
    }

    /// Writes a word or a sign, after a blank unless `tight`.
    pub fn word(&mut self, text: &str, tight: bool, indent: usize) {
        self.begin(indent, true);
        self.put(text, tight);
    }

    fn put(&mut self, text: &str, tight: bool) {
        let semicolon = std::mem::take(&mut self.semicolon);
        let reason = std::mem::take(&mut self.reason);
        let (cell, wide) = (std::mem::take(&mut self.cell), std::mem::take(&mut self.wide));
        let Some(line) = self.lines.last_mut() else { return };
        if semicolon {
            line.code.push(';');
        }
        if !line.comment.is_empty() {
            if !line.code.is_empty() {
                line.code.push(' ');
            }
            line.code.push_str(&std::mem::take(&mut line.comment));
            if !matches!(text, "," | ";" | ")" | "]") {
                line.code.push(' ');
            }
        } else if !tight && !line.code.is_empty() {
            line.code.push_str(if wide { "  " } else { " " });
        }
        if cell {
            line.cells.push(line.code.len());
        }
        if reason && !line.code.contains('\n') {
            line.reason = Some(line.code.len());
        }
        line.code.push_str(text);
    }

    /// The next word opens a proof's reasons.
    pub fn reason(&mut self) {
        self.reason = true;
    }

    /// The next word begins a cell of a table.
    pub fn cell(&mut self) {
        self.cell = true;
    }

    /// Two blanks stand before the next word, if any do.
    pub fn wide(&mut self) {
        self.wide = true;
    }

    /// Writes a comment. Where it stands first on its line, `column` is how deep it stood, and the lines of a long one
    /// move with the first.
    pub fn comment(&mut self, text: &str, indent: usize, column: Option<usize>) {
        self.begin(indent, true);
        let Some(line) = self.lines.last_mut() else { return };
        if !line.comment.is_empty() {
            line.comment.push(' ');
        }
        let alone = line.code.is_empty() && line.comment.is_empty();
        for (i, part) in text.split('\n').enumerate() {
            let mut part = part.trim_end();
            if i > 0 {
                line.comment.push('\n');
                if let Some(column) = column.filter(|_| alone) {
                    let bare = part.trim_start_matches(' ');
                    let depth = (part.len() - bare.len() + indent).saturating_sub(column);
                    if !bare.is_empty() {
                        line.comment.extend(std::iter::repeat_n(' ', depth));
                    }
                    part = bare;
                }
            }
            line.comment.push_str(part);
        }
    }

    /// A `;` between pieces. At the beginning of a line it stays, since it parts a `///` from what follows; elsewhere
    /// it goes unless something follows on its line.
    pub fn semicolon(&mut self, indent: usize) {
        if self.at_line_start() || self.lines.last().is_some_and(|line| line.code.is_empty()) {
            self.word(";", false, indent);
        } else {
            let last = self.lines.last().and_then(|line| line.code.chars().next_back());
            self.semicolon = !matches!(last, Some(';' | '{') | None);
        }
    }

    /// Whether nothing can follow on the line.
    pub fn ends_in_line_comment(&self) -> bool {
        // A block comment ends in `*/`; in a line comment those two signs say nothing.
        let Some(line) = self.lines.last() else { return false };
        !line.comment.is_empty() && (!line.comment.ends_with("*/") || has_line_comment(&line.comment))
    }

    /// Writes the brace that opens a block; `over_lines` when it is closed on another line.
    pub fn open_block(&mut self, over_lines: bool) {
        self.word("{", false, 0);
        self.opened = over_lines;
    }

    /// Writes the brace that closes a block.
    pub fn close_block(&mut self, over_lines: bool) {
        self.semicolon = false;
        if over_lines {
            self.break_line();
        }
        self.begin(0, false);
        let empty = self.lines.last().is_some_and(|line| line.comment.is_empty() && line.code.ends_with('{'));
        self.put("}", empty);
    }

    /// A place to come back to.
    pub fn mark(&self) -> Mark {
        Mark {
            lines: self.lines.len(),
            code: self.lines.last().map_or(0, |last| last.code.len()),
            comment: self.lines.last().map(|last| last.comment.clone()).unwrap_or_default(),
            breaks: self.breaks,
            semicolon: self.semicolon,
            opened: self.opened,
        }
    }

    /// Forgets what has been written since.
    pub fn reset(&mut self, mark: Mark) {
        self.lines.truncate(mark.lines);
        if let Some(line) = self.lines.last_mut() {
            line.code.truncate(mark.code);
            line.comment = mark.comment;
        }
        (self.breaks, self.semicolon, self.opened) = (mark.breaks, mark.semicolon, mark.opened);
    }

    /// An upper bound of how long what has been written since will be.
    pub fn length_since(&self, mark: &Mark) -> usize {
        let lines = self.lines.get(mark.lines.saturating_sub(1)..).unwrap_or(&[]);
        let length = lines.iter().map(|line| line.indent + line.code.len() + line.comment.len() + 2 * (WIDEST + GAP));
        length.sum::<usize>().saturating_sub(mark.code)
    }

    /// How many lines there are.
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Moves the reasons of a proof below each other, from a line on.
    pub fn align_reasons(&mut self, from: usize) {
        let lines = self.lines.get_mut(from..).unwrap_or(&mut []);
        let width = |line: &Line| {
            let before = line.code.get(..line.reason?)?;
            Some(line.indent + before.trim_end().width())
        };
        let widest = lines.iter().filter_map(width).filter(|&width| width <= WIDEST).max().unwrap_or(0);
        for line in lines {
            if let (Some(at), Some(width)) = (line.reason, width(line)) {
                let reason = line.code.split_off(at);
                line.code.truncate(line.code.trim_end().len());
                line.code.extend(std::iter::repeat_n(' ', widest.saturating_sub(width) + GAP));
                line.code.push_str(&reason);
            }
        }
    }

    /// Moves the cells of the rows that have the most of them below each other, from a line on.
    pub fn align_cells(&mut self, from: usize) {
        let lines = self.lines.get_mut(from..).unwrap_or(&mut []);
        let narrow = |line: &&mut Line| !line.code.contains('\n') && line.width() <= WIDEST;
        let most = lines.iter_mut().filter(narrow).map(|line| line.cells.len()).max().unwrap_or(0);
        let mut rows: Vec<&mut Line> =
            lines.iter_mut().filter(narrow).filter(|line| most > 0 && line.cells.len() == most).collect();
        for column in 0..most {
            let end = |line: &Line| {
                line.cells.get(column).and_then(|&at| line.code.get(..at)).map_or(0, |c| c.trim_end().width())
            };
            let widest = rows.iter().map(|line| end(line)).max().unwrap_or(0);
            for line in &mut rows {
                let more = widest - end(line);
                if let Some(&at) = line.cells.get(column) {
                    line.code.insert_str(at, &" ".repeat(more));
                    line.cells.iter_mut().skip(column).for_each(|cell| *cell += more);
                }
            }
        }
        lines.iter_mut().for_each(|line| line.cells.clear());
    }

    /// The whole text.
    pub fn finish(self) -> String {
        let length = |line: &Line| line.indent + line.code.len() + line.comment.len() + GAP;
        let mut text = String::with_capacity(self.lines.iter().map(length).sum());
        let mut lines = self.lines.as_slice();
        while !lines.is_empty() {
            // Neighbours that end in a comment.
            let run = lines.iter().enumerate().take_while(|(i, line)| line.has_remark() && (*i == 0 || !line.apart));
            let run = run.count().max(1);
            let (these, rest) = lines.split_at(run);
            let widest = these.iter().map(Line::width).filter(|&width| width <= WIDEST).max().unwrap_or(0);
            for line in these {
                line.write(&mut text, widest);
            }
            lines = rest;
        }
        text
    }
}

impl Line {
    /// Whether a comment follows on one and the same line.
    fn has_remark(&self) -> bool {
        !self.comment.is_empty() && !self.code.is_empty() && !self.code.contains('\n') && !self.comment.contains('\n')
    }

    fn width(&self) -> usize {
        self.indent + self.code.width()
    }

    fn write(&self, text: &mut String, widest: usize) {
        if self.apart {
            text.push('\n');
        }
        text.extend(std::iter::repeat_n(' ', self.indent));
        text.push_str(&self.code);
        if !self.comment.is_empty() {
            if !self.code.is_empty() {
                let gap = if self.has_remark() { widest.saturating_sub(self.width()) + GAP } else { GAP };
                text.extend(std::iter::repeat_n(' ', gap));
            }
            text.push_str(&self.comment);
        }
        text.push('\n');
    }
}

/// Whether comments, one after the other, end in one that reaches to the end of its line.
fn has_line_comment(comments: &str) -> bool {
    let mut rest = comments.trim_start();
    while let Some(inside) = rest.strip_prefix("/*") {
        let Some(end) = inside.find("*/") else { return false };
        rest = inside.get(end + 2..).unwrap_or("").trim_start();
    }
    !rest.is_empty()
}
