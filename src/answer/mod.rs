//! The conductor: a problem's queries through the floors below, one file for each kind of query.
//!
//! In: a [`Problem`](crate::problem::Problem) and [`Options`]. Out: [`Answer`]s and [`Expected`] results, each verdict
//! carrying what the kernel has accepted. Must never know: how an answer is shown.

mod types;

pub use types::{
    AdjustmentSet, Answer, Body, Expected, Identified, ImpliedIndependence, Limits, ListedPath, Options, Refusal,
    Seconds, SetKind, Undetermined, Verdict, Verma,
};
