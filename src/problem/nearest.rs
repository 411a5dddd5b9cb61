//! The known names nearest to a misspelt one.

/// How many names are compared in one file, long ones counted several times. A file with more than this to compare has
/// many misspelt names, and its reader has suggestions enough.
pub(super) const MAX_COMPARISONS: usize = 1_000_000;
/// A comparison of two names counts once more for so many pairs of their letters.
const PAIRS: usize = 64;
/// Longer names are not compared: the distance takes quadratic time.
const MAX_LENGTH: usize = 64;
/// How many names are suggested.
const MAX_SUGGESTED: usize = 3;

/// Suggests names, within a budget of comparisons.
#[derive(Debug)]
pub(super) struct Nearest {
    left: usize,
    most: usize,
    /// Whether any name has been looked for.
    wanted: bool,
}

impl Nearest {
    pub fn new() -> Self {
        Self::within(MAX_COMPARISONS)
    }

    /// As [`new`](Self::new), with a smaller budget.
    pub fn within(left: usize) -> Self {
        Self { left, most: left, wanted: false }
    }

    /// How many names have been compared, long ones counted several times; None where more would have been with a larger budget.
    pub fn compared(&self) -> Option<usize> {
        (!self.wanted || self.left > 0).then_some(self.most - self.left)
    }

    /// Takes so many comparisons, made elsewhere, from the budget, if it holds them.
    pub fn take(&mut self, compared: usize) -> bool {
        let left = self.left.checked_sub(compared);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }

    /// The nearest of `known`, best first, equals in their order there. Case does not count; one letter in three may
    /// differ. O(known × length²), and nothing once the budget is spent.
    pub fn find<'n>(&mut self, wrong: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        self.among(wrong, &mut known.into_iter())
    }

    fn among(&mut self, wrong: &str, known: &mut dyn Iterator<Item = &str>) -> Vec<String> {
        self.wanted = true;
        let wanted = wrong.to_lowercase();
        let length = wanted.chars().count();
        let mut best: Vec<(usize, &str)> = Vec::new();
        if length > MAX_LENGTH {
            return Vec::new();
        }
        for name in known {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            let other = name.chars().take(MAX_LENGTH + 1).count();
            let allowed = length.max(other) / 3;
            if other > MAX_LENGTH || length.abs_diff(other) > allowed || name == wrong {
                continue;
            }
            self.left = self.left.saturating_sub(length * other / PAIRS);
            let distance = strsim::osa_distance(&wanted, &name.to_lowercase());
            if distance <= allowed {
                let at = best.partition_point(|&(d, _)| d <= distance);
                if at < MAX_SUGGESTED {
                    best.insert(at, (distance, name));
                    best.truncate(MAX_SUGGESTED);
                }
            }
        }
        best.into_iter().map(|(_, name)| name.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_short_names_are_not_guessed() {
        let known = ["engagement", "churn", "Churn", "x", "service"];
        let mut nearest = Nearest::new();
        assert_eq!(nearest.find("enagement", known), ["engagement"]);
        assert_eq!(nearest.find("chrun", known), ["churn", "Churn"]);
        assert_eq!(nearest.find("X", known), ["x"]);
        assert!(nearest.find("y", known).is_empty());
        assert!(nearest.find(&"a".repeat(1 << 20), known).is_empty());
    }
}
