//! How strong a common cause that nobody measured would have to be: the E-value (VanderWeele & Ding 2017).

use super::{Refutation, Verdict, number, round_up};
use crate::answer::{Answer, Body, Options as Asking, Prover};
use crate::data::Counts;
use crate::estimate::Options;
use crate::estimate::interval::quantile;
use crate::expr::Expr;
use crate::problem::{self, Problem, Resolved, lift};
use crate::syntax::print::{self, Style};

/// A label, without which a quotient is no question.
const LABEL: &str = "\"the ratio of two risks\"";

/// The E-value of a ratio of risks.
fn e(ratio: f64) -> f64 {
    let ratio = if ratio < 1.0 { 1.0 / ratio } else { ratio };
    ratio + (ratio * (ratio - 1.0)).sqrt()
}

/// For a difference of two effects; None for anything else, or where it has no ratio.
pub(super) fn e_value(problem: &Problem, answer: &Answer, counts: &Counts, options: &Options) -> Option<Refutation> {
    let Body::Contrast { terms, .. } = &answer.body else { return None };
    let &[(1, one), (-1, other)] = &terms[..] else { return None };
    let (value, se) = number(answer, counts)?;
    let z = quantile(0.5 + options.level / 2.0)?;
    let risks = [one, other].iter().all(|&id| matches!(answer.arena.get(id), Expr::P(_)));
    // The logarithm of the ratio of risks, and its standard error.
    let (log, log_se) = if risks {
        let text = |id| print::expr(&lift::expr(&answer.graph, &answer.arena, id, &[]), Style::Ascii);
        let ratio = asked(problem, &answer.graph_name, &format!("{LABEL}: {} / {}", text(one), text(other)))?;
        let (ratio, ratio_se) = number(&ratio, counts).filter(|(ratio, _)| *ratio > 0.0)?;
        (ratio.ln(), ratio_se / ratio)
    } else {
        // A difference of means of d standard deviations is about a ratio of exp(0.91 d).
        const PER_DEVIATION: f64 = 0.91;
        let deviation = deviation(counts)?;
        (PER_DEVIATION * value / deviation, PER_DEVIATION * se / deviation)
    };
    let near = log.abs() - z * log_se;
    let size = e(log.abs().exp());
    let (verdict, sentence, needed) = if near > 0.0 {
        let limit = e(near.exp());
        let sentence = format!(
            "to explain it away, a common cause that nobody measured would have to go with both sides by a ratio of \
             {size:.2}; to bring the interval to no effect, {limit:.2}"
        );
        (Verdict::Passed, sentence, None)
    } else {
        let needed = counts.rows as f64 * (z * log_se / log.abs().max(1e-9)).powi(2);
        let needed = round_up(needed.min(1e15) as u64);
        let sentence = format!(
            "the interval holds no effect already, so there is nothing to explain away; about {needed} rows would move it off"
        );
        (Verdict::NotInformative, sentence, Some(needed))
    };
    let size = Some(size);
    Some(Refutation { size, rows_needed: needed, ..Refutation::new("e-value", sentence, verdict) })
}

/// A further question to the same graph, answered.
fn asked(problem: &Problem, graph: &str, text: &str) -> Option<Answer> {
    let Ok(Resolved::New(problems)) = problem::ask(problem, text) else { return None };
    problems.iter().find_map(|problem| {
        let last = problem.queries.len().checked_sub(1)?;
        let answer = Prover::new(problem).ok()?.answer(last, &Asking::default());
        (answer.graph_name == graph).then_some(answer)
    })
}

/// Standard deviation of the numeric variable over all rows.
pub(super) fn deviation(counts: &Counts) -> Option<f64> {
    counts.numeric.as_ref()?;
    let weight: f64 = counts.cells.iter().map(|cell| cell.count).sum();
    let sum: f64 = counts.cells.iter().map(|cell| cell.sum).sum();
    let squares: f64 = counts.cells.iter().map(|cell| cell.sum_squares).sum();
    let deviation = (squares / weight - (sum / weight).powi(2)).max(0.0).sqrt();
    (deviation > 0.0).then_some(deviation)
}
