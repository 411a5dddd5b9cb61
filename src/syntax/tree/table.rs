//! Tables of data, and what is asked of them.

use super::{Domain, Name};
use crate::source::{Span, Spanned};

/// `table NAME = "FILE" { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct TableBlock {
    /// Its name.
    pub name: Name,
    /// Where the data are, out of its quotes.
    pub path: Name,
    /// What is said of its columns, in order.
    pub items: Vec<TableItem>,
}

/// One line of a table's block.
#[derive(Clone, PartialEq, Debug)]
pub struct TableItem {
    /// From its first to its last character.
    pub span: Span,
    /// What it says.
    pub kind: TableItemKind,
}

/// What a line of a table's block says.
#[derive(Clone, PartialEq, Debug)]
pub enum TableItemKind {
    /// `weights column w`
    Weights(Name),
    /// `counts column n`
    Counts(Name),
    /// `engagement = column "eng_score" bins(0, 30, 70) : {low, middle, high}`
    Variable {
        /// The variable of a graph.
        name: Name,
        /// The column it is read from, where that has another name.
        column: Option<Name>,
        /// Where bins meet, as written; empty without.
        bins: Vec<Name>,
        /// Its levels, where they are told here.
        domain: Option<Spanned<Domain>>,
    },
}

/// `estimate QUERY from TABLE`, `refute QUERY from TABLE { negative outcome y; negative treatment x }`
#[derive(Clone, PartialEq, Debug)]
pub struct DataStatement {
    /// `refute` rather than `estimate`.
    pub refute: bool,
    /// The label of a query.
    pub query: Name,
    /// The table.
    pub table: Name,
    /// What the treatment or the outcome is replaced by where nothing may be found, in order.
    pub controls: Vec<NegativeControl>,
}

/// `negative outcome a, b`, `negative treatment c`
#[derive(Clone, PartialEq, Debug)]
pub struct NegativeControl {
    /// From its first to its last character.
    pub span: Span,
    /// It stands in for the treatment rather than for the outcome.
    pub treatment: bool,
    /// The variables.
    pub variables: Vec<Name>,
}
