//! Work counted, so that no evidence, however made, takes long to judge.

use crate::expr::BigRational;

/// Why something was refused.
pub(crate) type Reason = String;

/// The most units of work that one piece of evidence may take; algebra has as many of its own.
pub(crate) const WORK: usize = 1 << 26;

/// Refuses what does not hold.
pub(crate) fn require(holds: bool, reason: impl Into<Reason>) -> Result<(), Reason> {
    if holds { Ok(()) } else { Err(reason.into()) }
}

/// Work that is left.
pub(crate) struct Work(pub usize);

impl Work {
    /// Takes units away, or says that there are too few.
    pub(crate) fn spend(&mut self, units: usize) -> Result<(), Reason> {
        self.0 = self.0.checked_sub(units).ok_or_else(|| format!("checking takes more than {WORK} units of work"))?;
        Ok(())
    }

    /// Pays for arithmetic with two numbers.
    pub(crate) fn pay(&mut self, a: &BigRational, b: &BigRational) -> Result<(), Reason> {
        let words = [a.numer(), a.denom(), b.numer(), b.denom()].iter().map(|n| n.bits() / 64 + 1).sum::<u64>();
        self.spend(usize::try_from(words.saturating_mul(words)).unwrap_or(usize::MAX))
    }
}
