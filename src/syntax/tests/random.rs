//! Random trees, as a text can mean them: no empty lists where the language has none, no values beside primes.

use crate::source::{Span, Spanned};
use crate::syntax::tree::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

const NOWHERE: Span = Span::new(0, 0);

fn text() -> impl Strategy<Value = String> {
    const NAMES: &[&str] = &[
        "x",
        "y",
        "z1",
        "smoking",
        "P",
        "E",
        "G",
        "do",
        "in",
        "by",
        "sum",
        "latent",
        "subgraph",
        "o",
        "not",
        "to",
        "identifiable",
        "or",
        "then",
        "if",
        "bernoulli",
        "graph",
        "data",
        "paths",
        "let",
        "with",
        "rule",
        "R1",
        "x.1",
        "data.x",
        "-2",
        "1",
        "0.5",
        ".5",
        "carry matches",
        "Σ",
        "Σ_z",
        "größe",
        "x₁",
        "a_",
        "a_||_b",
        "_",
        "_{",
        "x'",
        "1e3",
        "2P",
        "−1",
        "a-2",
        "a·b",
        "\"",
        "\\",
        "line\nend",
        "tab\t",
        "//",
        "/*",
        "#",
        ";",
        "{",
        ")",
        " ",
        "変数",
        "→",
        "a:b",
        "0..3",
        "__",
    ];
    prop_oneof![8 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => "\\PC{1,6}", 2 => "[a-z_.]{1,3}"]
}

fn name() -> impl Strategy<Value = Name> {
    text().prop_map(|text| Name::new(text, NOWHERE))
}

fn names() -> impl Strategy<Value = Vec<Name>> {
    vec(name(), 1..4)
}

fn variable() -> impl Strategy<Value = Variable> {
    (name(), prop_oneof![4 => Just(0_u16), 1 => 1..4_u16]).prop_map(|(name, primes)| Variable { name, primes })
}

fn value() -> impl Strategy<Value = Name> {
    prop_oneof![name(), Just(Name::new("-1".to_owned(), NOWHERE)), Just(Name::new(String::new(), NOWHERE))]
}

fn reference() -> impl Strategy<Value = Reference> {
    (variable(), option::weighted(0.4, value())).prop_map(|(variable, value)| {
        let value = value.filter(|_| variable.primes == 0);
        Reference { variable, world: Vec::new(), value }
    })
}

/// A variable in a world, worlds in worlds included.
fn counterfactual() -> impl Strategy<Value = Reference> {
    let setting = (variable(), option::weighted(0.6, value()))
        .prop_map(|(variable, to)| {
            let to = to.filter(|_| variable.primes == 0).map(SetTo::Value);
            Setting { variable, to }
        })
        .boxed();
    let nested = (reference(), vec(setting.clone(), 1..3), variable()).prop_map(|(mut inner, world, variable)| {
        (inner.world, inner.value) = (world, None);
        Setting { variable, to: Some(SetTo::Response(Box::new(inner))) }
    });
    (reference(), vec(prop_oneof![3 => setting, 1 => nested], 0..3))
        .prop_map(|(reference, world)| Reference { world, ..reference })
}

fn policy() -> impl Strategy<Value = Policy> {
    let mechanism =
        prop_oneof![distribution().prop_map(Mechanism::Distribution), equation().prop_map(Mechanism::Equation),];
    (variable(), mechanism).prop_map(|(variable, mechanism)| Policy { variable, mechanism })
}

fn term() -> impl Strategy<Value = PTerm> {
    let acts = (vec(reference(), 1..3), vec(reference(), 0..3), vec(reference(), 0..3), vec(policy(), 0..2))
        .prop_map(|(of, do_, given, policies)| PTerm { of, do_, given, policies });
    let worlds = (vec(counterfactual(), 1..3), vec(counterfactual(), 0..2)).prop_map(|(of, given)| PTerm {
        of,
        given,
        ..PTerm::default()
    });
    prop_oneof![3 => acts, 1 => worlds]
}

fn share() -> impl Strategy<Value = Probability> {
    prop::sample::select(&["0", "1", "0.25", "1/3", "-2"][..]).prop_map(|text| Spanned::new(text.to_owned(), NOWHERE))
}

fn domain() -> impl Strategy<Value = Domain> {
    prop_oneof![
        vec(value(), 0..4).prop_map(Domain::Values),
        (any::<i64>(), any::<i64>()).prop_map(|(a, b)| Domain::Range(a, b)),
    ]
}

fn distribution() -> impl Strategy<Value = Distribution> {
    prop_oneof![
        vec((value(), share()), 1..4).prop_map(DistributionKind::Weights),
        option::of(domain()).prop_map(|over| DistributionKind::Uniform(over.map(|over| Spanned::new(over, NOWHERE)))),
        share().prop_map(DistributionKind::Bernoulli),
        (option::of(share()), share(), any::<bool>()).prop_map(|(mean, spread, variance)| DistributionKind::Normal {
            mean,
            spread,
            variance
        }),
        value().prop_map(DistributionKind::Point),
    ]
    .prop_map(|kind| Distribution { span: NOWHERE, kind })
}

fn made(kind: EquationKind) -> Equation {
    Equation { span: NOWHERE, kind }
}

fn equation() -> impl Strategy<Value = Equation> {
    let leaf = prop_oneof![
        3 => text().prop_map(EquationKind::Name),
        1 => prop::sample::select(&["if", "then", "or", "not", "noise", "min", "mod", "and", "else"][..])
            .prop_map(|word| EquationKind::Name(word.to_owned())),
        2 => prop::sample::select(&["0", "2", "0.3"][..]).prop_map(|n| EquationKind::Number(n.to_owned())),
        1 => distribution().prop_map(EquationKind::Noise),
    ]
    .prop_map(made);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let several = || vec(inner.clone(), 2..4);
        // The first is never taken away, nor does it divide.
        let chain = || {
            vec((any::<bool>(), inner.clone()), 2..4).prop_map(|mut all| {
                all[0].0 = false;
                all
            })
        };
        let relation = prop::sample::select(
            &[
                Relation::Equal,
                Relation::Unequal,
                Relation::Less,
                Relation::AtMost,
                Relation::Greater,
                Relation::AtLeast,
            ][..],
        );
        prop_oneof![
            (vec((inner.clone(), inner.clone()), 1..3), inner.clone())
                .prop_map(|(cases, otherwise)| EquationKind::If { cases, otherwise: Box::new(otherwise) }),
            several().prop_map(EquationKind::Or),
            several().prop_map(EquationKind::And),
            (inner.clone(), relation, inner.clone()).prop_map(|(a, relation, b)| EquationKind::Compare(
                Box::new(a),
                relation,
                Box::new(b)
            )),
            chain().prop_map(EquationKind::Sum),
            chain().prop_map(EquationKind::Product),
            several().prop_map(|all| EquationKind::Call(Function::Max, all)),
            inner.clone().prop_map(|one| EquationKind::Call(Function::Abs, vec![one])),
            // `not not a` and `--a` are read as a.
            inner.clone().prop_map(|one| match one.kind {
                EquationKind::Not(_) => one.kind,
                _ => EquationKind::Not(Box::new(one)),
            }),
            inner.prop_map(|one| match one.kind {
                EquationKind::Negative(_) => one.kind,
                _ => EquationKind::Negative(Box::new(one)),
            }),
        ]
        .prop_map(made)
    })
}

fn quantity() -> impl Strategy<Value = Quantity> {
    let kind = prop::sample::select(
        &[
            QuantityKind::Ate,
            QuantityKind::Ett,
            QuantityKind::Nde,
            QuantityKind::Nie,
            QuantityKind::Pn,
            QuantityKind::Ps,
            QuantityKind::Pns,
        ][..],
    );
    let change = option::of((value(), value()));
    let rest = (option::of(value()), vec(name(), 0..2), vec(counterfactual(), 0..2));
    (kind, name(), change, name(), rest).prop_map(|(kind, cause, change, effect, (value, via, given))| Quantity {
        kind,
        cause,
        change,
        effect,
        value,
        via,
        given,
    })
}

fn model() -> impl Strategy<Value = ModelBlock> {
    let row = (option::of(vec(option::of(value()), 1..3)), distribution()).prop_map(|(at, distribution)| TableRow {
        span: NOWHERE,
        at: at.map(|at| {
            let texts = at.into_iter().map(|value| value.map(|value| value.value));
            texts.map(|text| Spanned::new(text, NOWHERE)).collect()
        }),
        distribution,
    });
    let cause = (name(), option::of(value()), share()).prop_map(|(mut name, value, share)| {
        if name.value == "leak" {
            name.value.push('1');
        }
        (name, value, share)
    });
    let or = (vec(cause, 0..3), option::of(share())).prop_map(|(causes, leak)| NoisyOr { causes, leak });
    let given = prop_oneof![
        vec(row, 0..4).prop_map(Mechanism::Table),
        or.prop_map(Mechanism::NoisyOr),
        distribution()
            .prop_filter("braces after parents are a table", |d| !matches!(d.kind, DistributionKind::Weights(_)))
            .prop_map(Mechanism::Distribution),
    ];
    let mechanism = prop_oneof![
        (Just(Vec::new()), distribution().prop_map(Mechanism::Distribution)),
        (Just(Vec::new()), equation().prop_map(Mechanism::Equation)),
        (names(), given),
    ];
    let item = (any::<bool>(), name(), mechanism).prop_map(|(latent, name, (given, mechanism))| ModelItem {
        span: NOWHERE,
        latent,
        name,
        given,
        mechanism,
    });
    (name(), option::of(name()), vec(item, 0..5)).prop_map(|(name, graph, items)| ModelBlock { name, graph, items })
}

fn at(kind: ExprKind) -> Expr {
    Expr { span: NOWHERE, kind }
}

fn number() -> impl Strategy<Value = Expr> {
    prop::sample::select(&["0", "1", "2", "0.3", "007"][..]).prop_map(|number| at(ExprKind::Number(number.to_owned())))
}

pub(super) fn expr() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => term().prop_map(ExprKind::P).prop_map(at),
        1 => term().prop_map(ExprKind::E).prop_map(at),
        2 => number(),
        2 => variable().prop_map(ExprKind::Name).prop_map(at),
        1 => quantity().prop_map(|asked| at(ExprKind::Quantity(Box::new(asked)))),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            (vec(variable(), 1..3), inner.clone())
                .prop_map(|(over, body)| at(ExprKind::Sum { over, body: Box::new(body) })),
            vec(inner.clone(), 2..4).prop_map(ExprKind::Product).prop_map(at),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| at(ExprKind::Quotient(Box::new(a), Box::new(b)))),
            vec(inner.clone(), 2..4).prop_map(ExprKind::Plus).prop_map(at),
            vec(inner.clone(), 2..4).prop_map(ExprKind::Minus).prop_map(at),
            inner.prop_map(|inside| at(ExprKind::Negative(Box::new(inside)))),
        ]
    })
}

/// An expression that is a question without a label.
fn effect() -> impl Strategy<Value = Expr> {
    let one = prop_oneof![term().prop_map(ExprKind::P).prop_map(at), term().prop_map(ExprKind::E).prop_map(at)];
    let scaled = (number(), one.clone()).prop_map(|(n, e)| at(ExprKind::Product(vec![n, e])));
    let part = prop_oneof![
        one.clone(),
        scaled,
        (one.clone(), number()).prop_map(|(e, n)| at(ExprKind::Quotient(Box::new(e), Box::new(n)))),
        one.clone().prop_map(|e| at(ExprKind::Negative(Box::new(e)))),
        number(),
        variable().prop_map(ExprKind::Name).prop_map(at),
    ];
    let rest = (one.clone(), vec(part, 1..3)).prop_map(|(first, mut rest)| {
        rest.insert(0, first);
        rest
    });
    prop_oneof![one, rest.clone().prop_map(ExprKind::Plus).prop_map(at), rest.prop_map(ExprKind::Minus).prop_map(at),]
}

fn cut() -> impl Strategy<Value = Cut> {
    (vec(name(), 0..3), vec(name(), 0..3)).prop_map(|(over, under)| Cut { over, under })
}

fn independence() -> impl Strategy<Value = Independence> {
    (names(), names(), vec(name(), 0..3), prop_oneof![Just(Cut::default()), cut()])
        .prop_map(|(x, y, given, cut)| Independence { x, y, given, cut })
}

fn query() -> impl Strategy<Value = QueryStatement> {
    let named = variable().prop_map(|mut variable| {
        variable.primes = 0;
        at(ExprKind::Name(variable))
    });
    let adjusted = prop_oneof![term().prop_map(ExprKind::P).prop_map(at), named];
    let asked = prop_oneof![
        effect().prop_map(Query::Effect),
        independence().prop_map(Query::Independence),
        (expr(), expr()).prop_map(|(a, b)| Query::Equality(a, b)),
        (adjusted, vec(name(), 0..3), vec(name(), 0..3)).prop_map(|(effect, with, without)| Query::Adjust {
            effect,
            with,
            without
        }),
        (names(), names(), vec(name(), 0..3)).prop_map(|(from, to, given)| Query::Paths { from, to, given }),
        expr().prop_map(Query::Simplify),
        (expr(), vec(name(), 0..3)).prop_map(|(expr, to)| Query::Sensitivity(Sensitivity { expr, to })),
        (vec(reference(), 1..3), vec(reference(), 0..3))
            .prop_map(|(given, do_)| Query::Explain(Explain { given, do_ })),
    ];
    prop_oneof![
        6 => (option::of(name()), asked, option::of(name()))
            .prop_map(|(label, query, graph)| QueryStatement { label, query, graph }),
        1 => (name(), expr(), option::of(name()))
            .prop_map(|(label, e, graph)| QueryStatement { label: Some(label), query: Query::Effect(e), graph }),
        1 => (option::of(name()), option::of(name()), any::<bool>()).prop_map(|(label, graph, inside)| {
            let (named, graph) = if inside { (graph, None) } else { (None, graph) };
            QueryStatement { label, query: Query::Implications { graph: named }, graph }
        }),
    ]
}

fn expectation() -> impl Strategy<Value = Expectation> {
    let kind = prop_oneof![
        (expr(), any::<bool>()).prop_map(|(query, expected)| ExpectationKind::Identifiable { query, expected }),
        (independence(), any::<bool>())
            .prop_map(|(independence, expected)| ExpectationKind::Independence { independence, expected }),
        (expr(), expr(), any::<bool>(), any::<bool>())
            .prop_map(|(lhs, rhs, double, expected)| ExpectationKind::Equality { lhs, rhs, double, expected }),
    ];
    (kind, option::of(name())).prop_map(|(kind, graph)| Expectation { kind, graph })
}

fn proof() -> impl Strategy<Value = ProofBlock> {
    let rule = prop::sample::select(
        &[
            RuleName::Rule1,
            RuleName::Rule2,
            RuleName::Rule3,
            RuleName::Marginalise,
            RuleName::Chain,
            RuleName::Condition,
            RuleName::Algebra,
        ][..],
    );
    let reason = (rule, option::of(independence()))
        .prop_map(|(rule, separation)| Spanned::new(Reason { rule, separation }, NOWHERE));
    let line = (expr(), vec(reason, 0..3)).prop_map(|(expr, reasons)| ProofLine { span: NOWHERE, expr, reasons });
    (expr(), option::of(name()), vec(line, 0..4)).prop_map(|(start, graph, lines)| ProofBlock { start, graph, lines })
}

fn doc() -> impl Strategy<Value = Option<String>> {
    option::weighted(
        0.3,
        vec("[a-z/ ]{0,8}", 1..3)
            .prop_map(|lines| lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")),
    )
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let value = prop_oneof![text(), Just(String::new())].prop_map(|text| Name::new(text, NOWHERE));
    let attribute = (name(), option::of(value)).prop_map(|(mut name, value)| {
        // The short forms are spelt out by the parser.
        if matches!(name.value.as_str(), "e" | "o" | "a" | "u" | "unobserved") {
            name.value.push('1');
        }
        Attribute { name, value }
    });
    vec(attribute, 0..3)
}

fn graph() -> impl Strategy<Value = GraphBlock> {
    let sign = prop::sample::select(&[EdgeSign::Right, EdgeSign::Left, EdgeSign::Both][..]);
    let chain = (names(), vec((sign, names()), 1..4), attributes()).prop_map(|(first, rest, attributes)| {
        let rest = rest.into_iter().map(|(sign, group)| (Spanned::new(sign, NOWHERE), group)).collect();
        GraphItem::Chain(Chain { first, rest, attributes })
    });
    let item = prop_oneof![
        3 => (name(), doc(), attributes())
            .prop_map(|(name, doc, attributes)| GraphItem::Node(NodeItem { name, doc, attributes })),
        3 => chain,
        1 => names().prop_map(GraphItem::Latent),
        1 => (name(), name()).prop_map(|(name, value)| GraphItem::Setting { name, value }),
    ];
    (any::<bool>(), option::of(name()), vec(item, 0..6)).prop_map(|(dag, name, items)| GraphBlock { dag, name, items })
}

fn variables() -> impl Strategy<Value = VarDeclaration> {
    (names(), domain()).prop_map(|(names, domain)| VarDeclaration { names, domain: Spanned::new(domain, NOWHERE) })
}

fn statement() -> impl Strategy<Value = Statement> {
    let defined = name().prop_map(|mut name| {
        if matches!(name.value.as_str(), "P" | "E") {
            name.value.push('1');
        }
        name
    });
    let kind = prop_oneof![
        1 => graph().prop_map(StatementKind::Graph),
        1 => variables().prop_map(StatementKind::Var),
        1 => (defined, expr()).prop_map(|(name, expr)| StatementKind::Let { name, expr }),
        4 => query().prop_map(StatementKind::Query),
        2 => expectation().prop_map(StatementKind::Expect),
        1 => proof().prop_map(StatementKind::Proof),
        1 => model().prop_map(StatementKind::Model),
    ];
    (doc(), kind).prop_map(|(doc, kind)| Statement { span: NOWHERE, doc, kind })
}

pub(super) fn tree() -> impl Strategy<Value = Tree> {
    vec(statement(), 0..4).prop_map(|statements| Tree { statements })
}

/// Models alone, of which there are few in a [`tree`].
pub(super) fn models() -> impl Strategy<Value = Tree> {
    let statement =
        (doc(), model().prop_map(StatementKind::Model)).prop_map(|(doc, kind)| Statement { span: NOWHERE, doc, kind });
    vec(statement, 1..3).prop_map(|statements| Tree { statements })
}
