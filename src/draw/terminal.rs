//! A picture in the letters of a terminal: lines in braille dots, or in ASCII, names in brackets.

use super::layout::quadratic;
use super::{Line, Mark, Picture, Point, Stroke};
use unicode_width::UnicodeWidthChar;

/// Pixels to a column and to a row; a cell of braille is two dots wide and four high.
const COLUMN: f64 = 8.0;
const ROW: f64 = 16.0;

/// What a cell holds.
#[derive(Clone, Copy, PartialEq)]
enum Cell {
    /// Dots of lines.
    Dots(u8),
    /// A letter of a name, or an arrowhead.
    Letter(char),
    /// The second half of a wide letter.
    Half,
}

/// A picture as lines of text, at most `columns` wide: a wider one is drawn narrower, down to half its width.
#[must_use]
pub fn terminal(picture: &Picture, columns: usize, ascii: bool) -> String {
    let wide = picture.size.0 / COLUMN;
    let squeeze = (columns as f64 / wide).clamp(0.5, 1.0);
    let (width, height) = ((wide * squeeze).ceil() as usize + 1, (picture.size.1 / ROW).ceil() as usize + 1);
    let mut page = Page { cells: vec![Cell::Dots(0); width * height], width, height, squeeze };
    let mut lines: Vec<&Line> = picture.edges.iter().filter(|line| line.stroke != Stroke::Ghost).collect();
    lines.sort_by_key(|line| line.both);
    for line in &lines {
        page.line(line);
    }
    for node in &picture.nodes {
        page.name(&node.name, node.at, node.mark);
    }
    for line in &lines {
        let last = line.points.len() - 1;
        page.head(line.points[last], line.points[last - 1], ascii);
        if line.both {
            page.head(line.points[0], line.points[1], ascii);
        }
    }
    page.text(ascii)
}

struct Page {
    cells: Vec<Cell>,
    width: usize,
    height: usize,
    squeeze: f64,
}

impl Page {
    fn at(&mut self, column: usize, row: usize) -> Option<&mut Cell> {
        if column < self.width && row < self.height { self.cells.get_mut(row * self.width + column) } else { None }
    }

    fn line(&mut self, line: &Line) {
        match line.points.as_slice() {
            [from, pull, to] => {
                let steps = 160;
                for step in 0..=steps {
                    // Dashed.
                    if !line.both || step / 5 % 2 == 0 {
                        self.dot(quadratic(*from, *pull, *to, f64::from(step) / f64::from(steps)));
                    }
                }
            }
            points => {
                for pair in points.windows(2) {
                    let (from, to) = (pair[0], pair[1]);
                    let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 2.0).ceil().max(1.0) as usize;
                    for step in 0..=steps {
                        let t = step as f64 / steps as f64;
                        self.dot(((to.0 - from.0).mul_add(t, from.0), (to.1 - from.1).mul_add(t, from.1)));
                    }
                }
            }
        }
    }

    fn dot(&mut self, (x, y): Point) {
        let (x, y) = (x * self.squeeze / (COLUMN / 2.0), y / (ROW / 4.0));
        if x < 0.0 || y < 0.0 {
            return;
        }
        let (x, y) = (x as usize, y as usize);
        // The bits of a braille cell, column by column.
        const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        if let Some(Cell::Dots(dots)) = self.at(x / 2, y / 4) {
            *dots |= BITS[x % 2][y % 4];
        }
    }

    /// A name in brackets that tell what it is: `[plain]`, `(latent)`, `<acted on>`, `{asked about}`, `|adjusted|`.
    fn name(&mut self, name: &str, at: Point, mark: Mark) {
        let (open, close) = match mark {
            Mark::Plain => ('[', ']'),
            Mark::Latent => ('(', ')'),
            Mark::Adjusted => ('|', '|'),
            Mark::Outcome => ('{', '}'),
            Mark::Treatment => ('<', '>'),
        };
        let letters =
            std::iter::once(open).chain(name.chars().filter(|c| !c.is_control())).chain(std::iter::once(close));
        let letters: Vec<char> = letters.collect();
        let wide: usize = letters.iter().map(|letter| letter.width().unwrap_or(0)).sum();
        let middle = at.0 * self.squeeze / COLUMN;
        let mut column = (middle - wide as f64 / 2.0).round().max(0.0) as usize;
        let row = (at.1 / ROW) as usize;
        for letter in letters {
            let width = letter.width().unwrap_or(0);
            if width == 0 {
                continue;
            }
            if let Some(cell) = self.at(column, row) {
                *cell = Cell::Letter(letter);
            }
            if width == 2
                && let Some(cell) = self.at(column + 1, row)
            {
                *cell = Cell::Half;
            }
            column += width;
        }
    }

    fn head(&mut self, tip: Point, from: Point, ascii: bool) {
        let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
        let (right, left, down, up) = if ascii { ('>', '<', 'v', '^') } else { ('▶', '◀', '▼', '▲') };
        let letter = if dx.abs() >= dy.abs() {
            if dx > 0.0 { right } else { left }
        } else if dy > 0.0 {
            down
        } else {
            up
        };
        let length = dx.hypot(dy).max(1e-9);
        // The nearest cell to the tip, coming from outside, that no name stands in.
        for back in 0..4 {
            let back = f64::from(back) * COLUMN;
            let at = (tip.0 - dx / length * back, tip.1 - dy / length * back);
            let (column, row) = ((at.0 * self.squeeze / COLUMN).max(0.0) as usize, (at.1 / ROW).max(0.0) as usize);
            if let Some(cell @ Cell::Dots(_)) = self.at(column, row) {
                *cell = Cell::Letter(letter);
                return;
            }
        }
    }

    fn text(&self, ascii: bool) -> String {
        let mut out = String::new();
        for row in self.cells.chunks(self.width) {
            let mut line = String::new();
            for cell in row {
                match *cell {
                    Cell::Dots(0) => line.push(' '),
                    Cell::Dots(_) if ascii => line.push('.'),
                    Cell::Dots(dots) => line.push(char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ')),
                    Cell::Letter(letter) => line.push(letter),
                    Cell::Half => {}
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        // No blank lines around it.
        let lines: Vec<&str> = out.lines().collect();
        let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(0);
        let last = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
        lines.get(first..last).unwrap_or(&[]).iter().map(|line| format!("{line}\n")).collect()
    }
}
