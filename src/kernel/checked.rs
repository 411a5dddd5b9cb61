//! The certificate that only the kernel makes.

use crate::proof::{Claim, Evidence};

/// A claim with evidence that the kernel has accepted. Only [`check`](super::check) makes one.
#[derive(Clone, Debug)]
pub struct Checked {
    claim: Claim,
    evidence: Evidence,
}

impl Checked {
    pub(super) fn new(claim: &Claim, evidence: &Evidence) -> Self {
        Self { claim: claim.clone(), evidence: evidence.clone() }
    }

    /// What was claimed.
    #[must_use]
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// What was brought forward for it.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}
