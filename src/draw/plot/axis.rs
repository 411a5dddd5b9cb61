//! From numbers to places on a line.

use super::{Canvas, Point};

/// Room on both sides of the outermost number, as a part of the whole.
const PADDING: f64 = 0.06;

/// A line of numbers.
pub(super) struct Axis {
    low: f64,
    high: f64,
    /// By the logarithm: half and double are equally far from one.
    log: bool,
    left: f64,
    width: f64,
    ticks: Vec<f64>,
    /// Digits after the point that tell the ticks apart.
    digits: usize,
}

impl Axis {
    /// A line that holds some finite numbers; where they are ratios, by their logarithms.
    pub(super) fn of(numbers: &[f64], ratios: bool, left: f64, width: f64) -> Self {
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low <= high { (low, high) } else { (0.0, 1.0) };
        // Within a factor of two a line and its logarithm are much the same, and the plain one is easier to read.
        let log = ratios && low > 0.0 && high / low > 2.0;
        let (from, to) = if log { (low.ln(), high.ln()) } else { (low, high) };
        let apart = if to - from > 1e-12 * (from.abs() + to.abs()) { to - from } else { from.abs().max(1.0) * 0.1 };
        let (from, to) = (from - apart * PADDING, to + apart * PADDING);
        let (ticks, digits) = if log { by_factors(from.exp(), to.exp()) } else { even(from, to) };
        Self { low: from, high: to, log, left, width, ticks, digits }
    }

    /// From one number to another.
    pub(super) fn between(low: f64, high: f64, left: f64, width: f64) -> Self {
        let (ticks, digits) = even(low, high);
        Self { low, high, log: false, left, width, ticks, digits }
    }

    /// Where a number stands.
    pub(super) fn place(&self, number: f64) -> f64 {
        let number = if self.log { number.max(f64::MIN_POSITIVE).ln() } else { number };
        self.left + ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0) * self.width
    }

    /// Lines from top to bottom at round numbers, and the numbers below.
    pub(super) fn draw(&self, canvas: &mut Canvas, top: f64, bottom: f64) {
        for &tick in &self.ticks {
            let x = self.place(tick);
            canvas.line("g", (x, top), (x, bottom));
            let digits = if self.log { decimals(tick) } else { self.digits };
            let text = format!("{tick:.digits$}");
            let text =
                if text.trim_start_matches('-').trim_matches(['0', '.']).is_empty() { "0" } else { text.as_str() };
            let below: Point = (x, bottom + 16.0);
            canvas.text("q m", below, text, f64::INFINITY);
        }
        canvas.line("x", (self.left, bottom), (self.left + self.width, bottom));
    }
}

/// About five round numbers, equally far apart.
fn even(low: f64, high: f64) -> (Vec<f64>, usize) {
    let rough = (high - low) / 5.0;
    let unit = 10_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * unit >= rough * 0.999).unwrap_or(10.0);
    let step = factor * unit;
    let first = (low / step - 1e-9).ceil();
    let ticks = (0..=20).map(|n| (first + f64::from(n)) * step).take_while(|tick| *tick <= high + step * 1e-9);
    (ticks.collect(), decimals(step))
}

/// Ones, twos and fives of each power of ten.
fn by_factors(low: f64, high: f64) -> (Vec<f64>, usize) {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = |factors: &[f64]| -> Vec<f64> {
        let all = (first..=last).flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        all.filter(|tick| (low..=high).contains(tick)).collect()
    };
    let some = within(&[1.0, 2.0, 5.0]);
    (if some.len() > 8 { within(&[1.0]) } else { some }, 0)
}

/// Digits after the point that a round number needs.
fn decimals(number: f64) -> usize {
    (-number.abs().log10().floor()).clamp(0.0, 12.0) as usize
}
