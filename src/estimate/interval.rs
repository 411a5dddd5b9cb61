//! Intervals: by the delta method on the scale on which an estimate is nearest to normal, or from a bootstrap.

use super::Interval;
use crate::expr::{Arena, Expr, ExprId};
use statrs::distribution::{ContinuousCDF, Normal};

/// On which scale an interval is symmetric.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scale {
    /// Log odds, for probabilities.
    Logit,
    /// Logarithms, for ratios.
    Log,
    /// As it is, for differences and means.
    Identity,
}

impl Scale {
    /// The scale of a question.
    pub(super) fn of(arena: &Arena, query: ExprId) -> Self {
        match arena.get(query) {
            Expr::P(_) => Self::Logit,
            Expr::Quotient(..) => Self::Log,
            Expr::Number(_) | Expr::Sum { .. } | Expr::Product(_) | Expr::Plus(_) | Expr::Minus(_) | Expr::Value(_) => {
                Self::Identity
            }
        }
    }

    /// Around a value with that standard error; None where the scale has no room for it.
    pub(super) fn interval(self, value: f64, se: f64, level: f64) -> Option<Interval> {
        let z = quantile(0.5 + level / 2.0)?;
        // Without any spread nothing is known of how far off it is.
        if se.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return None;
        }
        let (centre, slope) = match self {
            Self::Logit if value > 0.0 && value < 1.0 => ((value / (1.0 - value)).ln(), 1.0 / (value * (1.0 - value))),
            Self::Log if value > 0.0 => (value.ln(), 1.0 / value),
            Self::Identity => (value, 1.0),
            // An estimate of a probability that is none can still be off by so much.
            Self::Logit | Self::Log => return Some((value - z * se, value + z * se)),
        };
        let back = |at: f64| match self {
            Self::Logit => 1.0 / (1.0 + (-at).exp()),
            Self::Log => at.exp(),
            Self::Identity => at,
        };
        let half = z * se * slope;
        Some((back(centre - half), back(centre + half)))
    }
}

/// What a question's number would be if no action changed anything: 0 for a difference and what it is weighted by, 1 for a
/// ratio. O(depth).
pub(super) fn null(arena: &Arena, query: ExprId) -> Option<f64> {
    let mut at = query;
    loop {
        at = match arena.get(at) {
            Expr::Minus(terms) if terms.len() == 2 => return Some(0.0),
            Expr::Quotient(..) if at == query => return Some(1.0),
            Expr::Sum { body, .. } => *body,
            Expr::Product(factors) => *factors.iter().find(|id| matches!(arena.get(**id), Expr::Minus(_)))?,
            Expr::Minus(_) | Expr::Quotient(..) | Expr::Number(_) | Expr::P(_) | Expr::Plus(_) | Expr::Value(_) => {
                return None;
            }
        }
    }
}

/// The quantile of the standard normal distribution.
pub(super) fn quantile(p: f64) -> Option<f64> {
    let inside = p > 0.0 && p < 1.0;
    inside.then(|| Normal::standard().inverse_cdf(p))
}

/// The middle part of replicates; None where there are fewer than two.
pub(super) fn percentile(mut replicates: Vec<f64>, level: f64) -> Option<Interval> {
    replicates.retain(|value| value.is_finite());
    replicates.sort_unstable_by(f64::total_cmp);
    let last = replicates.len().checked_sub(1).filter(|&last| last > 0)?;
    let at = |p: f64| {
        let place = p * last as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        replicates[below] + (place - below as f64) * (replicates[above] - replicates[below])
    };
    let tail = (1.0 - level) / 2.0;
    Some((at(tail), at(1.0 - tail)))
}
