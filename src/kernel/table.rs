//! Tables.
/// The most cells a table may have.
pub(super) const CELLS: usize = 1 << 20;
