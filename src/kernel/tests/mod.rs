//! The kernel's own tests. They name no floor but the kernel's own, since `tests/kernel_alone.rs` compiles them too.

mod algebra;
mod claims;
mod derivations;
mod hedges;
mod models;
mod separations;
mod substitutions;
mod support;
