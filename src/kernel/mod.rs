//! The judge: a claim and its evidence in, a [`Checked`] or a refusal out.

mod checked;

pub use checked::Checked;
