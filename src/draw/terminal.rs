//! A picture in the letters of a terminal: lines in braille dots, or in ASCII, names in brackets.

use super::layout::{self, quadratic};
use super::{Drawn, Line, Mark, Picture, Point, Stroke};
use unicode_width::UnicodeWidthChar;

/// Pixels to a column and to a row; a cell of braille is two dots wide and four high.
const COLUMN: f64 = 8.0;
const ROW: f64 = 16.0;
/// Pixels to a dash, and to the gap behind it.
const DASH: usize = 10;

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

/// A picture as lines of text, at most `columns` wide where that takes no letter of a name: a wider one is drawn narrower,
/// down to half its width, as far as names in a row stay apart. O(nodes² + cells).
#[must_use]
pub fn terminal(picture: &Picture, columns: usize, ascii: bool) -> String {
    let names: Vec<Vec<char>> = picture.nodes.iter().map(bracketed).collect();
    let wide: Vec<usize> = names.iter().map(|name| name.iter().filter_map(|letter| letter.width()).sum()).collect();
    let squeeze = squeeze(picture, &wide, columns);
    let (width, height) = (picture.size.0 * squeeze / COLUMN, picture.size.1 / ROW);
    let (width, height) = (width.ceil() as usize + 1, height.ceil() as usize + 1);
    let mut page = Page { cells: vec![Cell::Dots(0); width * height], width, height };
    // The boxes as they are here, a row high and in whole cells.
    let boxes: Vec<Drawn> = picture.nodes.iter().zip(&wide).map(|(node, wide)| cells(node, *wide, squeeze)).collect();
    let mut lines: Vec<(&Line, Vec<Point>)> = picture
        .edges
        .iter()
        .filter(|line| line.stroke != Stroke::Ghost)
        .map(|line| {
            let inner = line.points.get(1..line.points.len().saturating_sub(1)).unwrap_or(&[]);
            let inner: Vec<Point> = inner
                .iter()
                .map(|&(x, y)| (x * squeeze, if line.points.len() == 3 { y } else { middle_of_row(y) }))
                .collect();
            (line, layout::line(&boxes, line.from, line.to, &inner).points)
        })
        .collect();
    lines.sort_by_cached_key(|(line, _)| usize::from(line.both));
    for (line, points) in &lines {
        page.line(points, line.both);
    }
    for (node, name) in boxes.iter().zip(&names) {
        page.name(name, node);
    }
    for (line, points) in &lines {
        let last = points.len() - 1;
        page.head(points[last], points[last - 1], &boxes[line.to], ascii);
        if line.both {
            page.head(points[0], points[1], &boxes[line.from], ascii);
        }
    }
    page.text(ascii)
}

/// A name in brackets that tell what it is: `[plain]`, `(latent)`, `<acted on>`, `{asked about}`, `|adjusted|`.
fn bracketed(node: &Drawn) -> Vec<char> {
    let (open, close) = match node.mark {
        Mark::Plain => ('[', ']'),
        Mark::Latent => ('(', ')'),
        Mark::Adjusted => ('|', '|'),
        Mark::Outcome => ('{', '}'),
        Mark::Treatment => ('<', '>'),
    };
    let name = node.name.chars().filter(|letter| letter.width().is_some_and(|width| width > 0));
    std::iter::once(open).chain(name).chain(std::iter::once(close)).collect()
}

/// By how much the picture is made narrower.
fn squeeze(picture: &Picture, wide: &[usize], columns: usize) -> f64 {
    let wanted = (columns as f64 * COLUMN / picture.size.0).clamp(0.5, 1.0);
    let nodes = || picture.nodes.iter().zip(wide);
    let mut least = wanted;
    for (index, (a, width)) in nodes().enumerate() {
        for (b, other) in nodes().skip(index + 1) {
            if middle_of_row(a.at.1) == middle_of_row(b.at.1) {
                // A blank between them, and one for what rounding takes.
                let apart = (width + other) as f64 / 2.0 + 2.0;
                least = least.max(apart * COLUMN / (a.at.0 - b.at.0).abs().max(1e-9));
            }
        }
    }
    least.min(1.0)
}

fn middle_of_row(y: f64) -> f64 {
    ((y / ROW).floor() + 0.5) * ROW
}

/// A box of whole cells.
fn cells(node: &Drawn, wide: usize, squeeze: f64) -> Drawn {
    let column = (node.at.0 * squeeze / COLUMN - wide as f64 / 2.0).round().max(0.0);
    let width = wide as f64 * COLUMN;
    let at = (column.mul_add(COLUMN, width / 2.0), middle_of_row(node.at.1));
    Drawn { at, size: (width, ROW), ..node.clone() }
}

struct Page {
    cells: Vec<Cell>,
    width: usize,
    height: usize,
}

impl Page {
    fn at(&mut self, column: usize, row: usize) -> Option<&mut Cell> {
        if column < self.width && row < self.height { self.cells.get_mut(row * self.width + column) } else { None }
    }

    fn line(&mut self, points: &[Point], dashed: bool) {
        if let [from, pull, to] = points {
            let length = (pull.0 - from.0).hypot(pull.1 - from.1) + (to.0 - pull.0).hypot(to.1 - pull.1);
            let steps = length.ceil().max(1.0) as usize;
            for step in 0..=steps {
                if !dashed || (step / DASH).is_multiple_of(2) {
                    self.dot(quadratic(*from, *pull, *to, step as f64 / steps as f64));
                }
            }
            return;
        }
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let steps = ((to.0 - from.0).hypot(to.1 - from.1) / 2.0).ceil().max(1.0) as usize;
            for step in 0..=steps {
                let t = step as f64 / steps as f64;
                self.dot(((to.0 - from.0).mul_add(t, from.0), (to.1 - from.1).mul_add(t, from.1)));
            }
        }
    }

    fn dot(&mut self, (x, y): Point) {
        let (x, y) = (x / (COLUMN / 2.0), y / (ROW / 4.0));
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

    fn name(&mut self, letters: &[char], node: &Drawn) {
        let mut column = ((node.at.0 - node.size.0 / 2.0) / COLUMN).round() as usize;
        let row = (node.at.1 / ROW) as usize;
        for &letter in letters {
            let width = letter.width().unwrap_or(0);
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

    /// An arrowhead that points at the side of the box where its line ends.
    fn head(&mut self, tip: Point, from: Point, node: &Drawn, ascii: bool) {
        let (right, left, down, up) = if ascii { ('>', '<', 'v', '^') } else { ('▶', '◀', '▼', '▲') };
        let (x, y) = (tip.0 - node.at.0, tip.1 - node.at.1);
        let letter = match (y.abs() > ROW / 2.0, x > 0.0, y > 0.0) {
            (true, _, true) => up,
            (true, _, false) => down,
            (false, true, _) => left,
            (false, false, _) => right,
        };
        let (dx, dy) = (tip.0 - from.0, tip.1 - from.1);
        let length = dx.hypot(dy).max(1e-9);
        // The nearest cell to the tip, coming from outside, that no name stands in.
        for back in 0..4 {
            let back = f64::from(back) * COLUMN;
            let at = (tip.0 - dx / length * back, tip.1 - dy / length * back);
            let (column, row) = ((at.0 / COLUMN).max(0.0) as usize, (at.1 / ROW).max(0.0) as usize);
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
