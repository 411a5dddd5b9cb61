//! `whatif` answers causal questions, with evidence that a small separate kernel has checked.
//!
//! This page is a tutorial: a question from the first line to a proof in someone else's hands. Every piece of it runs.
//!
//! # Read a problem
//!
//! A text in the language holds graphs, questions and expectations. It is read into a [`Problem`], with [`Diagnostic`]s
//! for whatever is wrong with it: a value and diagnostics come back together, for an editor needs both.
//!
//! ```
//! use whatif::{Source, problem};
//!
//! let source = Source::new("churn.causal", "
//!     graph churn {
//!         service -> engagement -> churn
//!         service -> churn
//!     }
//!     total: P(churn | do(engagement))
//! ");
//! let (problem, diagnostics) = problem::read(&source);
//! assert!(diagnostics.is_empty());
//! assert_eq!(problem.queries[0].name.as_deref(), Some("total"));
//!
//! // A slip of the pen has a place and a way out.
//! let (_, slips) = problem::read(&Source::new("slip", "graph { x -> y }\nP(y | do(z))"));
//! assert_eq!(slips[0].code, "whatif::unknown_variable");
//! assert!(slips[0].help.is_some());
//! ```
//!
//! A graph that a program holds already needs no text: see [`problem::Builder`].
//!
//! # Ask
//!
//! A [`Prover`] answers the questions one by one, in any order and from any thread. An [`Answer`] carries its [`Verdict`].
//! *Identifiable* comes with a formula in what the data show, the *estimand*; *not identifiable* says that no such formula
//! exists, however much data there will be; *undetermined* that a limit was met before either was known.
//!
//! ```
//! # use whatif::{Source, problem};
//! # let source = Source::new("churn.causal", "graph churn { service -> engagement -> churn; service -> churn }
//! #     total: P(churn | do(engagement))");
//! # let (problem, _) = problem::read(&source);
//! use whatif::{Body, Options, Prover, Verdict};
//!
//! let prover = Prover::new(&problem)?;
//! let answer = prover.answer(0, &Options::default());
//! let Body::Effect { verdict: Verdict::Identifiable(found), .. } = &answer.body else {
//!     panic!("adjustment for service identifies this effect");
//! };
//! assert_eq!((found.strategy, found.how.as_str()), ("back-door", "adjust for service"));
//! assert_eq!(answer.written(found.estimand), "sum_{service} P(service) P(churn | service, engagement)");
//! # Ok::<(), whatif::Diagnostic>(())
//! ```
//!
//! # Look at the derivation
//!
//! Nothing is believed because a search came up with it. Each verdict holds a [`Checked`]: a claim, the evidence for it,
//! and the fact that the [`kernel`] accepted the two. For an estimand the evidence is a derivation in the three rules of
//! do-calculus. [`render`] sets it for people; a program walks its steps.
//!
//! ```
//! # use whatif::{Body, Options, Prover, Source, Verdict, problem};
//! # let source = Source::new("churn.causal", "graph churn { service -> engagement -> churn; service -> churn }
//! #     total: P(churn | do(engagement))");
//! # let (problem, _) = problem::read(&source);
//! # let prover = Prover::new(&problem)?;
//! # let answer = prover.answer(0, &Options::default());
//! # let Body::Effect { verdict: Verdict::Identifiable(found), .. } = &answer.body else { panic!() };
//! use whatif::proof::Evidence;
//! use whatif::render::{self, Steps, Style};
//!
//! let board = render::terminal(&render::document(&problem, &answer, Steps::Board), &Style::default());
//! assert!(board.contains("rule 2"), "{board}");
//!
//! let Evidence::Derivation(derivation) = found.checked.evidence() else { panic!("an estimand has a derivation") };
//! let last = derivation.steps.last().expect("it has steps");
//! assert_eq!(answer.written(last.lhs), "P(churn | do(engagement))");
//! assert_eq!(last.rhs, found.estimand);
//! # Ok::<(), whatif::Diagnostic>(())
//! ```
//!
//! # Have it checked again
//!
//! Who does not trust the program that holds the answer asks the kernel: it sees the claim and the evidence, shares no
//! algorithm with the search, and says in its first lines what has to be believed.
//!
//! ```
//! # use whatif::{Body, Options, Prover, Source, Verdict, problem};
//! # let source = Source::new("churn.causal", "graph churn { service -> engagement -> churn; service -> churn }
//! #     total: P(churn | do(engagement))");
//! # let (problem, _) = problem::read(&source);
//! # let prover = Prover::new(&problem)?;
//! # let answer = prover.answer(0, &Options::default());
//! # let Body::Effect { verdict: Verdict::Identifiable(found), .. } = &answer.body else { panic!() };
//! use whatif::kernel;
//! use whatif::proof::Evidence;
//!
//! let (claim, evidence) = (found.checked.claim(), found.checked.evidence());
//! let mut arena = answer.arena.clone();
//! assert!(kernel::check(&mut arena, claim, evidence).is_ok());
//!
//! // Without its last step the derivation ends elsewhere, and the claim is refused.
//! let Evidence::Derivation(derivation) = evidence else { panic!() };
//! let mut short = derivation.clone();
//! short.steps.pop();
//! assert!(kernel::check(&mut arena, claim, &Evidence::Derivation(short)).is_err());
//! # Ok::<(), whatif::Diagnostic>(())
//! ```
//!
//! # Hand it on
//!
//! Answers are written as JSON with their evidence, so that another program, or another person's copy of this one, can
//! judge them from the document alone.
//!
//! ```
//! # use whatif::{Options, Prover, Source, problem};
//! # let source = Source::new("churn.causal", "graph churn { service -> engagement -> churn; service -> churn }
//! #     total: P(churn | do(engagement))");
//! # let (problem, diagnostics) = problem::read(&source);
//! # let prover = Prover::new(&problem)?;
//! # let answer = prover.answer(0, &Options::default());
//! use whatif::json::{self, Outcome};
//!
//! let report = json::Report { problem: &problem, answers: &[answer], expectations: &[] };
//! let document = json::text(&[report], &diagnostics);
//! println!("{document}");
//! # let value = json::document(&[report], &diagnostics);
//! # assert_eq!(value["answers"][0]["verdict"], "identifiable");
//!
//! let verified = json::verify(&document)?;
//! assert_eq!(verified[0].name.as_deref(), Some("total"));
//! assert!(matches!(verified[0].outcome, Outcome::Accepted(1)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Further on
//!
//! [`render`] makes Markdown, LaTeX and HTML of an answer, [`draw`] pictures of a graph, [`report`] a page of a whole file;
//! [`estimate`] computes an estimand from counted data; [`session`] and [`ide`] are what a console and an editor ask.
//!
//! The library prints nothing, reads no file, clock or environment, and starts no thread. Its modules are its floors, from
//! the shared nouns up; each says what comes in, what goes out, and what it must never know.

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
pub mod parallel;
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
