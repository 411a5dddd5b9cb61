//! The syntax tree: what was written, where, with nothing decided yet.
//!
//! Names are kept as they read after unquoting and unescaping; the printer quotes those that need it.

use crate::source::{Span, Spanned};

mod model;
mod table;

pub use model::*;
pub use table::*;

/// A name with its place.
pub type Name = Spanned<String>;

/// A parsed file: the statements that could be read, in file order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Tree {
    /// The statements.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, PartialEq, Debug)]
pub struct Statement {
    /// From its first to its last character.
    pub span: Span,
    /// The text of the `///` lines directly above, joined by line ends.
    pub doc: Option<String>,
    /// What it is.
    pub kind: StatementKind,
}

/// The kinds of statements.
#[derive(Clone, PartialEq, Debug)]
pub enum StatementKind {
    /// `graph NAME { … }`, `dag { … }`
    Graph(GraphBlock),
    /// `var smoking, cancer : {no, yes}`
    Var(VarDeclaration),
    /// `let Q1 = EXPR`
    Let {
        /// The new name.
        name: Name,
        /// What it stands for.
        expr: Expr,
    },
    /// A question, perhaps with a label and a graph.
    Query(QueryStatement),
    /// `expect …`
    Expect(Expectation),
    /// `proof EXPR { = … by … }`
    Proof(ProofBlock),
    /// `model NAME of GRAPH { … }`
    Model(ModelBlock),
    /// `table NAME = "FILE" { … }`
    Table(TableBlock),
    /// `estimate QUERY from TABLE`, `refute QUERY from TABLE`
    Data(DataStatement),
}

/// `graph NAME { … }`, or model code from dagitty.net.
#[derive(Clone, PartialEq, Debug)]
pub struct GraphBlock {
    /// `dag` rather than `graph`.
    pub dag: bool,
    /// The name, where one was given.
    pub name: Option<Name>,
    /// The body in order.
    pub items: Vec<GraphItem>,
}

/// One item of a graph's body.
#[derive(Clone, PartialEq, Debug)]
pub enum GraphItem {
    /// `a`, `a [attributes]`: a variable, declared.
    Node(NodeItem),
    /// `a -> b <-> {c d}`: groups joined by edges.
    Chain(Chain),
    /// `latent u, w`
    Latent(Vec<Name>),
    /// `bb="0,0,1,1"` and other settings of a whole graph that change no answer.
    Setting {
        /// Before the `=`.
        name: Name,
        /// After it.
        value: Name,
    },
}

/// A variable with its attributes.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeItem {
    /// The variable.
    pub name: Name,
    /// The `///` lines above it.
    pub doc: Option<String>,
    /// `[latent, pos="0,1"]`
    pub attributes: Vec<Attribute>,
}

/// One attribute: `exposure`, `pos="0,1"`. DAGitty's short forms are spelt out by the parser
/// (`e` exposure, `o` outcome, `a` adjusted, `u` latent; `unobserved` is latent too).
#[derive(Clone, PartialEq, Debug)]
pub struct Attribute {
    /// The attribute's name.
    pub name: Name,
    /// Its value.
    pub value: Option<Name>,
}

/// Groups joined by edges: one more group than edges.
#[derive(Clone, PartialEq, Debug)]
pub struct Chain {
    /// The first group.
    pub first: Vec<Name>,
    /// Each edge with the group it leads to.
    pub rest: Vec<(Spanned<EdgeSign>, Vec<Name>)>,
    /// Attributes after the last group, which belong to the edges.
    pub attributes: Vec<Attribute>,
}

/// An edge as written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EdgeSign {
    /// `->`
    Right,
    /// `<-`
    Left,
    /// `<->`
    Both,
}

/// `var NAMES : DOMAIN`
#[derive(Clone, PartialEq, Debug)]
pub struct VarDeclaration {
    /// The variables.
    pub names: Vec<Name>,
    /// Their common domain.
    pub domain: Spanned<Domain>,
}

/// The values a variable can take, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Domain {
    /// `{no, yes}`
    Values(Vec<Name>),
    /// `0..3`, both ends included.
    Range(i64, i64),
}

/// A question with what stands around it.
#[derive(Clone, PartialEq, Debug)]
pub struct QueryStatement {
    /// `total:` before it.
    pub label: Option<Name>,
    /// The question.
    pub query: Query,
    /// `in NAME` after it.
    pub graph: Option<Name>,
}

/// The kinds of questions.
#[derive(Clone, PartialEq, Debug)]
pub enum Query {
    /// One P-term, one `E[…]`, or a sum or difference of such: identify it.
    Effect(Expr),
    /// `x, w _||_ y | z`
    Independence(Independence),
    /// `LHS == RHS`
    Equality(Expr, Expr),
    /// `adjust P(y | do(x)) with a without b`
    Adjust {
        /// A P-term or the name of a query.
        effect: Expr,
        /// Covariates that must be in the set.
        with: Vec<Name>,
        /// Covariates that must not.
        without: Vec<Name>,
    },
    /// `implications G`
    Implications {
        /// The graph, where one was named.
        graph: Option<Name>,
    },
    /// `paths x to y | z`
    Paths {
        /// From these.
        from: Vec<Name>,
        /// To these.
        to: Vec<Name>,
        /// Given these.
        given: Vec<Name>,
    },
    /// `simplify EXPR`
    Simplify(Expr),
    /// `explain y = 1, do(x = 0)`
    Explain(Explain),
    /// `sensitivity P(y = 1 | do(x = 1)) by z`
    Sensitivity(Sensitivity),
}

/// `x _||_ y | z in [over a; under b]`
#[derive(Clone, PartialEq, Debug)]
pub struct Independence {
    /// Left of the sign.
    pub x: Vec<Name>,
    /// Right of it.
    pub y: Vec<Name>,
    /// After the bar.
    pub given: Vec<Name>,
    /// The cut graph, where one was asked.
    pub cut: Cut,
}

/// `[over a, b; under c]`: edges into `over` and out of `under` removed. Both empty where nothing was written.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cut {
    /// Edges into these are removed.
    pub over: Vec<Name>,
    /// Edges out of these are removed.
    pub under: Vec<Name>,
}

/// `expect …`
#[derive(Clone, PartialEq, Debug)]
pub struct Expectation {
    /// What is expected.
    pub kind: ExpectationKind,
    /// `in NAME` after it.
    pub graph: Option<Name>,
}

/// The forms of `expect`.
#[derive(Clone, PartialEq, Debug)]
pub enum ExpectationKind {
    /// `expect identifiable P(y | do(x))`, `expect not identifiable …`
    Identifiable {
        /// The query, or the name of one.
        query: Expr,
        /// False with `not`.
        expected: bool,
    },
    /// `expect x _||_ y | z`, `expect not x _||_ y`
    Independence {
        /// The separation.
        independence: Independence,
        /// False with `not`.
        expected: bool,
    },
    /// `expect A = B`, `expect A == B`, `expect not A == B`
    Equality {
        /// Left side.
        lhs: Expr,
        /// Right side.
        rhs: Expr,
        /// `==` rather than `=`; they mean the same.
        double: bool,
        /// False with `not`.
        expected: bool,
    },
}

/// `proof EXPR in G { = EXPR by REASONS … }`
#[derive(Clone, PartialEq, Debug)]
pub struct ProofBlock {
    /// What is transformed.
    pub start: Expr,
    /// `in NAME` before the brace.
    pub graph: Option<Name>,
    /// Its lines.
    pub lines: Vec<ProofLine>,
}

/// `= EXPR by rule 2 { y _||_ x | z in [under x] }`
#[derive(Clone, PartialEq, Debug)]
pub struct ProofLine {
    /// From `=` to the last reason.
    pub span: Span,
    /// The new expression.
    pub expr: Expr,
    /// Why it equals the one before; empty where the program is to find out.
    pub reasons: Vec<Spanned<Reason>>,
}

/// One reason of a proof line.
#[derive(Clone, PartialEq, Debug)]
pub struct Reason {
    /// The rule.
    pub rule: RuleName,
    /// The separation in braces.
    pub separation: Option<Independence>,
}

/// The rules a reader may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RuleName {
    /// `rule 1`, `R1`
    Rule1,
    /// `rule 2`, `R2`
    Rule2,
    /// `rule 3`, `R3`
    Rule3,
    /// `marginalise`, `M`
    Marginalise,
    /// `chain`, `product`, `P`
    Chain,
    /// `condition`, `C`
    Condition,
    /// `algebra`
    Algebra,
}

/// An expression with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Expr {
    /// From its first to its last character, parentheses around it left out.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions. Precedence, loosest first: `+ -` (left to right, flattened: `a + b + c` is one `Plus`,
/// `a - b - c` one `Minus`, a mixed chain nests to the left), then juxtaposition `*` `·` `/` (all one level, left to
/// right, flattened alike), then a prefix minus, then atoms. `sum_{…}` takes the rest of its product.
#[derive(Clone, PartialEq, Debug)]
pub enum ExprKind {
    /// `P(of | do(do_), given)`
    P(PTerm),
    /// `E[y | do(x)]`
    E(PTerm),
    /// `sum_{z, w} BODY`
    Sum {
        /// What is bound.
        over: Vec<Variable>,
        /// What is summed.
        body: Box<Expr>,
    },
    /// Two or more factors.
    Product(Vec<Expr>),
    /// `A / B`
    Quotient(Box<Expr>, Box<Expr>),
    /// Two or more terms.
    Plus(Vec<Expr>),
    /// The first less the others; two or more.
    Minus(Vec<Expr>),
    /// `-A`
    Negative(Box<Expr>),
    /// `1/2` is a quotient of two of these; `0.3` one. As written.
    Number(String),
    /// A bare name: a `let`, a named query, or the numeric value of a variable; with its primes.
    Name(Variable),
    /// `nde(x = 0 -> 1, y)`
    Quantity(Box<Quantity>),
}

/// The inside of `P( )` or `E[ ]`.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PTerm {
    /// Before the bar.
    pub of: Vec<Reference>,
    /// Inside `do( )`, several joined.
    pub do_: Vec<Reference>,
    /// Inside `do( )` too: actions drawn from a distribution or following a rule.
    pub policies: Vec<Policy>,
    /// After the bar, outside `do( )`.
    pub given: Vec<Reference>,
}

/// A variable with primes: `x`, `x'`, `x''`.
#[derive(Clone, PartialEq, Debug)]
pub struct Variable {
    /// The variable.
    pub name: Name,
    /// How many primes.
    pub primes: u16,
}

/// A variable inside P or E, perhaps at a value.
#[derive(Clone, PartialEq, Debug)]
pub struct Reference {
    /// The variable, with its primes.
    pub variable: Variable,
    /// `[x = 1]`: the world it is seen in; empty for the actual one.
    pub world: Vec<Setting>,
    /// `= high`; never together with primes.
    pub value: Option<Name>,
}
