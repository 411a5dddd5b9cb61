//! Estimates from rows.
