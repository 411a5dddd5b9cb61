//! What a caller may set for estimates from rows.

use super::super::Method;

/// How an adjustment is estimated from rows.
#[derive(Clone, PartialEq, Debug)]
pub struct Settings {
    /// By which estimator: [`Method::Regression`], [`Method::Ipw`], [`Method::Aipw`] or [`Method::Iv`].
    pub method: Method,
    /// What the treatment interacts with in models of the outcome.
    pub interact: Interact,
    /// Parts of the rows for cross-fitting.
    pub folds: usize,
    /// Leave out who had less than this chance of an arm, or of the others together.
    pub trim: Option<f64>,
    /// Weighting takes the propensities as known and not as estimated: a wider interval, and what most software prints.
    pub known_propensity: bool,
    /// Of whom the effect is asked.
    pub among: Among,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            method: Method::Aipw,
            interact: Interact::All,
            folds: 5,
            trim: None,
            known_propensity: false,
            among: Among::Everybody,
        }
    }
}

/// What the treatment interacts with in a model of the outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Interact {
    /// With everything: each arm has a model of its own.
    All,
    /// With these covariates, without their squares; one model for all arms.
    Only(Vec<String>),
}

/// Of whom an effect is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Among {
    /// The whole population.
    Everybody,
    /// Those who had the treatment that the question names first.
    Treated,
    /// Those who had the treatment that the question names second.
    Untreated,
}
