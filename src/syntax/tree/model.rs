//! Models: tables, equations and exogenous noise; worlds, policies and named quantities of questions to a model.

use super::{Expr, Name, Reference, Variable};
use crate::source::{Span, Spanned};

/// `model NAME of GRAPH { … }`
#[derive(Clone, PartialEq, Debug)]
pub struct ModelBlock {
    /// Its name.
    pub name: Name,
    /// The graph after `of`, where one was named.
    pub graph: Option<Name>,
    /// The body in order.
    pub items: Vec<ModelItem>,
}

/// One item of a model's body.
#[derive(Clone, PartialEq, Debug)]
pub struct ModelItem {
    /// From its first to its last character.
    pub span: Span,
    /// `latent` before it: an exogenous variable that the graph does not name.
    pub latent: bool,
    /// The variable.
    pub name: Name,
    /// The parents after `|`, where a table names them.
    pub given: Vec<Name>,
    /// How the variable comes about.
    pub mechanism: Mechanism,
}

/// How a variable comes about.
#[derive(Clone, PartialEq, Debug)]
pub enum Mechanism {
    /// `~ {low: 0.2, high: 0.8}`
    Distribution(Distribution),
    /// `| a, b ~ { low, bad: uniform  else: {no: 0.9, yes: 0.1} }`
    Table(Vec<TableRow>),
    /// `| a, b ~ noisy_or(a: 0.8, b = high: 0.5, leak: 0.1)`
    NoisyOr(NoisyOr),
    /// `:= if a == low then yes else no`
    Equation(Equation),
}

/// `low, *: {no: 0.9, yes: 0.1}`
#[derive(Clone, PartialEq, Debug)]
pub struct TableRow {
    /// From its first to its last character.
    pub span: Span,
    /// A value for each parent, None for `*`; no list at all for `else`.
    pub at: Option<Vec<Spanned<Option<String>>>>,
    /// The distribution there.
    pub distribution: Distribution,
}

/// A distribution with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Distribution {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: DistributionKind,
}

/// The kinds of distributions.
#[derive(Clone, PartialEq, Debug)]
pub enum DistributionKind {
    /// `{low: 0.2, high: 0.8}`
    Weights(Vec<(Name, Probability)>),
    /// `uniform`, `uniform {a, b}`, `uniform 1..6`
    Uniform(Option<Spanned<super::Domain>>),
    /// `bernoulli 0.1`: the second of two values with this probability.
    Bernoulli(Probability),
    /// `normal(mean 1, sd 0.5)`; `sd 0.5` and `var 0.25` inside `noise( )`.
    Normal {
        /// `mean`, 0 where it is left out.
        mean: Option<Probability>,
        /// `sd` or `var`.
        spread: Probability,
        /// `var` rather than `sd`.
        variance: bool,
    },
    /// One value, for certain.
    Point(Name),
}

/// A number as written: `0.25`, `1/3`, `-2`.
pub type Probability = Spanned<String>;

/// `noisy_or(a: 0.8, b = high: 0.5, leak: 0.1)`
#[derive(Clone, PartialEq, Debug)]
pub struct NoisyOr {
    /// Each cause, the value at which it acts, and how likely it then brings the effect about by itself.
    pub causes: Vec<(Name, Option<Name>, Probability)>,
    /// The probability of the effect without any cause.
    pub leak: Option<Probability>,
}

/// A structural equation's right-hand side with its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Equation {
    /// From its first to its last character, parentheses around it left out.
    pub span: Span,
    /// What it is.
    pub kind: EquationKind,
}

/// The kinds of equations, loosest first.
#[derive(Clone, PartialEq, Debug)]
pub enum EquationKind {
    /// `if A then b else if C then d else e`
    If {
        /// Conditions with what holds there.
        cases: Vec<(Equation, Equation)>,
        /// Where none of them is met.
        otherwise: Box<Equation>,
    },
    /// `A or B or C`
    Or(Vec<Equation>),
    /// `A and B and C`
    And(Vec<Equation>),
    /// `not A`
    Not(Box<Equation>),
    /// `a == low`, `a < 3`
    Compare(Box<Equation>, Relation, Box<Equation>),
    /// `a + b - c`: each term, and whether it is taken away; the first never is.
    Sum(Vec<(bool, Equation)>),
    /// `0.3 a / b`: each factor, and whether it divides; the first never does.
    Product(Vec<(bool, Equation)>),
    /// `-a`
    Negative(Box<Equation>),
    /// `noise(bernoulli 0.1)`, `noise(sd 0.5)`: a draw of its own, independent of everything else.
    Noise(Distribution),
    /// `min(a, b)`, `max(a, b)`, `abs(a)`, `mod(a, b)`
    Call(Function, Vec<Equation>),
    /// `0.3`, as written.
    Number(String),
    /// A variable, or else a value.
    Name(String),
}

/// A sign between two sides of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Relation {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Relation {
    /// As written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// The functions of equations.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Function {
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Without its sign.
    Abs,
    /// The rest of a division, never negative.
    Mod,
}

impl Function {
    /// As written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Abs => "abs",
            Self::Mod => "mod",
        }
    }
}

/// One part of a world, `x = 1` in `y[x = 1, m = m[x = 0]]`.
#[derive(Clone, PartialEq, Debug)]
pub struct Setting {
    /// What is set.
    pub variable: Variable,
    /// To what; to any value where nothing is written.
    pub to: Option<SetTo>,
}

/// What a variable is set to in a world.
#[derive(Clone, PartialEq, Debug)]
pub enum SetTo {
    /// `x = 1`
    Value(Name),
    /// `m = m[x = 0]`: what another variable, or the same, would be in another world.
    Response(Box<Reference>),
}

/// `x ~ {low: 0.2, high: 0.8}` or `x := z + 1` in `do( )`
#[derive(Clone, PartialEq, Debug)]
pub struct Policy {
    /// What is acted on.
    pub variable: Variable,
    /// How: a distribution or an equation.
    pub mechanism: Mechanism,
}

/// `nde(x = 0 -> 1, y)`: a counterfactual quantity that has a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Quantity {
    /// Which.
    pub kind: QuantityKind,
    /// The cause.
    pub cause: Name,
    /// Its value without and with; the two values of its domain where nothing is written.
    pub change: Option<(Name, Name)>,
    /// The effect.
    pub effect: Name,
    /// The value asked about; the expected value where nothing is written.
    pub value: Option<Name>,
    /// The mediators after `via`; all of them where nothing is written.
    pub via: Vec<Name>,
    /// What is known to have been, after `|`.
    pub given: Vec<Reference>,
}

/// Counterfactual quantities with names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuantityKind {
    /// Average treatment effect, E[y[x=1]] - E[y[x=0]].
    Ate,
    /// Effect of treatment on the treated, E[y[x=1] - y[x=0] | x = 1].
    Ett,
    /// Natural direct effect, E[y[x=1, m=m[x=0]]] - E[y[x=0]].
    Nde,
    /// Natural indirect effect, E[y[x=0, m=m[x=1]]] - E[y[x=0]].
    Nie,
    /// Probability of necessity, P(y[x=0] != v | x=1, y=v).
    Pn,
    /// Probability of sufficiency, P(y[x=1] = v | x=0, y != v).
    Ps,
    /// Probability of necessity and sufficiency, P(y[x=1] = v, y[x=0] != v).
    Pns,
}

impl QuantityKind {
    /// As written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ate => "ate",
            Self::Ett => "ett",
            Self::Nde => "nde",
            Self::Nie => "nie",
            Self::Pn => "pn",
            Self::Ps => "ps",
            Self::Pns => "pns",
        }
    }
}

/// `explain y = 1, do(x = 0)`: the most probable values of everything else.
#[derive(Clone, PartialEq, Debug)]
pub struct Explain {
    /// What is seen.
    pub given: Vec<Reference>,
    /// What is done.
    pub do_: Vec<Reference>,
}

/// `sensitivity P(y = 1 | do(x = 1)) by z, y`
#[derive(Clone, PartialEq, Debug)]
pub struct Sensitivity {
    /// The answer that is looked at.
    pub expr: Expr,
    /// The variables whose tables are varied; all where nothing is written.
    pub to: Vec<Name>,
}
