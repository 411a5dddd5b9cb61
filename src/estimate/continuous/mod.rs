//! Estimates where covariates are numbers: regression, weighting and both at once.

pub mod glm;
pub mod linear;
