//! The one gate to the kernel.

use super::context::{Context, Stage};
use super::{Refusal, Undetermined};
use crate::expr::Arena;
use crate::kernel::{self, Checked};
use crate::proof::{Claim, Evidence, Statement};

/// Has the kernel judge evidence for a claim. Nothing else asks it, and no verdict but undetermined exists without its
/// certificate.
///
/// # Errors
/// What the kernel refused, and why.
pub fn settle(arena: &mut Arena, claim: &Claim, evidence: &Evidence) -> Result<Checked, Refusal> {
    kernel::check(arena, claim, evidence).map_err(|refused| Refusal { step: refused.step, reason: refused.reason })
}

impl Context<'_> {
    /// [`settle`] for a statement about this graph; a refusal comes back as what it leaves undetermined.
    pub(super) fn settle(
        &self,
        arena: &mut Arena,
        statement: Statement,
        evidence: &Evidence,
    ) -> Result<Checked, Undetermined> {
        let claim = self.claim(statement);
        self.timed(Stage::Check, || settle(arena, &claim, evidence)).map_err(refused)
    }
}

fn refused(refused: Refusal) -> Undetermined {
    let reason = match refused.step {
        Some(step) => format!("the kernel refused the evidence at step {step}: {}", refused.reason),
        None => format!("the kernel refused the evidence: {}", refused.reason),
    };
    Undetermined { reason, refused: Some(refused), self_check: false }
}
