//! `whatif` answers causal questions, with evidence that a small separate kernel has checked.
//!
//! A file in its language holds graphs, questions and expectations. It is read into a [`Problem`]; a [`Prover`] answers
//! the questions one by one, in any order and from any thread; an [`Answer`] carries its [`Verdict`], and no verdict is
//! made without a certificate of the kernel.
//!
//! ```
//! use whatif::{Body, Options, Prover, Source, Verdict, json, problem};
//!
//! let source = Source::new("churn.causal", "
//!     graph churn {
//!         service -> engagement -> churn
//!         service -> churn
//!     }
//!     P(churn | do(engagement))
//! ");
//! let (problem, diagnostics) = problem::read(&source);
//! assert!(diagnostics.is_empty());
//!
//! let prover = Prover::new(&problem)?;
//! let answer = prover.answer(0, &Options::default());
//! let Body::Effect { verdict: Verdict::Identifiable(found), .. } = &answer.body else {
//!     panic!("adjustment for service identifies this effect");
//! };
//! assert_eq!((found.strategy, found.how.as_str()), ("back-door", "adjust for service"));
//!
//! let report = json::Report { problem: &problem, answers: &[answer], expectations: &[] };
//! let document = json::document(&[report], &diagnostics);
//! assert_eq!(
//!     document["answers"][0]["estimand_text"],
//!     "sum_{service} P(service) P(churn | service, engagement)",
//! );
//! # Ok::<(), whatif::Diagnostic>(())
//! ```
//!
//! The library prints nothing, reads no file, clock or environment, and starts no thread. The floors below it, from the
//! shared nouns up, are the public modules; each says what comes in, what goes out, and what it must never know.

// Parsers made without pest's look at the stack, a sixth of their time, name it. How deep a text nests is counted before.
extern crate alloc;

pub mod algebra;
pub mod answer;
pub mod countermodel;
pub mod data;
pub mod derive;
pub mod draw;
pub mod estimate;
pub mod exchange;
pub mod expr;
pub mod graph;
pub mod ide;
pub mod identify;
pub mod infer;
pub mod json;
pub mod kernel;
pub mod model;
pub mod network;
pub mod problem;
pub mod proof;
pub mod reach;
pub mod render;
pub mod report;
pub mod session;
pub mod source;
pub mod sql;
pub mod syntax;
pub mod testing;

pub use answer::{Answer, Body, Expected, Identified, Limits, Options, Prover, Undetermined, Verdict};
pub use kernel::Checked;
pub use problem::Problem;
pub use source::{Diagnostic, Source};
