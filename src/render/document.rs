//! What is to be read, before any medium: blocks of prose, formulas, lists and tables.
//!
//! Prose is plain ASCII; whatever may look different from medium to medium (names, formulas, paths) is [`Math`].

use crate::graph::EdgeKind;
use crate::syntax::tree;

/// Something to read, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    /// The blocks, top to bottom.
    pub blocks: Vec<Block>,
}

impl Document {
    /// Adds a block.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Adds a paragraph.
    pub fn say(&mut self, text: Text) {
        self.blocks.push(Block::Paragraph(text));
    }

    /// Adds everything another document says.
    pub fn append(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
    }
}

/// One block of a [`Document`].
#[derive(Clone, PartialEq, Debug)]
pub enum Block {
    /// The question that the blocks below it answer.
    Question {
        /// As the language writes it.
        query: Math,
        /// Where it stands (`churn.causal:7`).
        place: String,
    },
    /// Prose.
    Paragraph(Text),
    /// A formula on a line of its own. Where a medium sets mathematics, it shows what the formula is equal to as well.
    Formula {
        /// What it is equal to.
        lhs: Option<Math>,
        /// The formula.
        rhs: Math,
    },
    /// Points, one below the other.
    List(Vec<Text>),
    /// Prose that opens a further part of an answer.
    Part(Text),
    /// A remark on everything above rather than on one question.
    Remark(Text),
    /// Columns side by side.
    Table(Table),
    /// A calculation, one line below the other, with its reasons at the right.
    Board(Vec<Line>),
}

/// Columns with a heading.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// One line of explanation above; may be empty.
    pub caption: Text,
    /// The columns' names; empty for a table without.
    pub head: Vec<Text>,
    /// The rows, each as long as the others.
    pub rows: Vec<Vec<Text>>,
}

/// One line of a [`Block::Board`].
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Its number or name, where other lines refer to it.
    pub label: String,
    /// Left of the equals sign; on the lines that go on it is left out.
    pub lhs: Option<Math>,
    /// Right of it.
    pub rhs: Option<Math>,
    /// Why.
    pub reason: Text,
}

/// A run of prose.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Text {
    /// Its pieces, written one after the other.
    pub spans: Vec<Span>,
}

/// A piece of prose.
#[derive(Clone, PartialEq, Debug)]
pub enum Span {
    /// Words.
    Words(Tone, String),
    /// A name, a formula, a path.
    Math(Math),
}

/// How words are meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// As all others.
    Plain,
    /// What a reader looks for.
    Strong,
    /// It is so.
    Good,
    /// It is not so.
    Bad,
    /// Nobody knows, or: mind this.
    Open,
    /// In passing.
    Quiet,
}

/// What is written in the notation of mathematics, or of the language where a medium has none.
#[derive(Clone, PartialEq, Debug)]
pub enum Math {
    /// A variable.
    Name(String),
    /// `{a, b}`
    Set(Vec<String>),
    /// An expression.
    Expr(Box<tree::Expr>),
    /// `A = B`
    Equation(Box<tree::Expr>, Box<tree::Expr>),
    /// `let Q1 = A`
    Let(String, Box<tree::Expr>),
    /// `A > 0`
    Positive(Box<tree::Expr>),
    /// A question; mathematics only where it is an effect, an independence or an equality.
    Query(Box<tree::QueryStatement>),
    /// A line of the language as it stands.
    Code(String),
    /// Nodes with the edges between them, one fewer.
    Path(Vec<String>, Vec<EdgeKind>),
    /// A bar of so many hundredths of its full length.
    Bar(u8),
    /// A mark on an axis, all in hundredths of its length: an interval, the number inside, another number beside it.
    Interval {
        /// Where the interval begins.
        from: u8,
        /// The number.
        at: u8,
        /// Where it ends.
        to: u8,
        /// The other number.
        beside: Option<u8>,
        /// What would be no effect, where that means something.
        null: Option<u8>,
    },
    /// A value or a probability as it stands: `1/2`.
    Number(String),
}

impl Text {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// Plain words.
    #[must_use]
    pub fn of(words: impl Into<String>) -> Self {
        Self::new().say(words)
    }

    /// Whether nothing has been said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Adds plain words.
    #[must_use]
    pub fn say(self, words: impl Into<String>) -> Self {
        self.tone(Tone::Plain, words)
    }

    /// Adds words in a tone.
    #[must_use]
    pub fn tone(mut self, tone: Tone, words: impl Into<String>) -> Self {
        self.spans.push(Span::Words(tone, words.into()));
        self
    }

    /// Adds something in notation.
    #[must_use]
    pub fn math(mut self, math: Math) -> Self {
        self.spans.push(Span::Math(math));
        self
    }

    /// Adds a name.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.math(Math::Name(name.into()))
    }

    /// Adds names as one says them: `a`, `a and b`, `a, b and c`.
    #[must_use]
    pub fn names<S: Into<String>>(self, names: impl IntoIterator<Item = S>) -> Self {
        let mut pieces = Vec::new();
        for name in names {
            pieces.push(Math::Name(name.into()));
        }
        self.listed(pieces, " and ")
    }

    /// Adds pieces with commas between them and a word before the last.
    #[must_use]
    pub fn join(self, pieces: impl IntoIterator<Item = Math>, last: &str) -> Self {
        self.listed(pieces.into_iter().collect(), last)
    }

    fn listed(mut self, pieces: Vec<Math>, last: &str) -> Self {
        let count = pieces.len();
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                self = self.say(if index + 1 == count { last } else { ", " });
            }
            self = self.math(piece);
        }
        self
    }

    /// Adds another text.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }
}
