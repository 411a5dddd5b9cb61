//! Probabilities of chi-squared statistics, and how many rows a test needs.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// How often an effect that is there should be found.
const POWER: f64 = 0.8;

/// The probability of a larger statistic, if what is tested holds.
pub(super) fn exceeds(statistic: f64, freedom: f64) -> f64 {
    ChiSquared::new(freedom.max(1.0)).map_or(1.0, |chi| chi.sf(statistic.max(0.0)).clamp(0.0, 1.0))
}

/// Holm's correction (1979): each p, multiplied so that all together err no more often than one would.
pub(super) fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> = p.iter().enumerate().filter_map(|(at, p)| Some(((*p)?, at))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut adjusted = vec![None; p.len()];
    let mut most = 0.0_f64;
    for (rank, &(p, at)) in order.iter().enumerate() {
        most = most.max((p * (order.len() - rank) as f64).min(1.0));
        adjusted[at] = Some(most);
    }
    adjusted
}

/// The noncentrality at which a test with these degrees of freedom finds what is there four times in five.
pub(super) fn needed(freedom: f64, alpha: f64) -> f64 {
    let Ok(chi) = ChiSquared::new(freedom.max(1.0)) else { return f64::INFINITY };
    let critical = chi.inverse_cdf(1.0 - alpha.clamp(1e-12, 0.5));
    let (mut low, mut high) = (0.0, 4.0 * (critical + freedom) + 40.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if found(freedom, middle, critical) < POWER {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The probability that a noncentral chi-squared variable exceeds a bound: a mixture of central ones by Poisson weights.
fn found(freedom: f64, noncentrality: f64, bound: f64) -> f64 {
    let half = noncentrality / 2.0;
    let (mut weight, mut left, mut sum) = ((-half).exp(), 1.0, 0.0);
    let mut step = 0.0;
    while left > 1e-10 && step < 2000.0 {
        sum += weight * exceeds(bound, freedom + 2.0 * step);
        left -= weight;
        step += 1.0;
        weight *= half / step;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_in_the_tables() {
        assert!((exceeds(3.841, 1.0) - 0.05).abs() < 1e-4);
        assert!((exceeds(9.488, 4.0) - 0.05).abs() < 1e-4);
        // Cohen 1988: 785 rows find w = 0.1 with one degree of freedom, at 0.05, four times in five.
        assert!((needed(1.0, 0.05) / 0.01 - 785.0).abs() < 1.0);
        assert_eq!(holm(&[Some(0.01), None, Some(0.04), Some(0.03)]), [Some(0.03), None, Some(0.06), Some(0.06)]);
    }
}
