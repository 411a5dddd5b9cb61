//! Models → text: tables with their rows below each other, equations with the parentheses they need.

use super::super::tree::{
    Distribution, DistributionKind, Domain, Equation, EquationKind, Explain, Mechanism, ModelBlock, ModelItem, Name,
    Policy, Probability, Quantity, Sensitivity, SetTo, Setting, TableRow,
};
use super::super::{grammar, tree};
use super::expr::{reference, variable};
use super::{Style, clause, expr, list, name, of, quoted, value};

/// `model NAME of GRAPH { … }`
pub(super) fn model(block: &ModelBlock) -> String {
    let mut text = format!("model {}", of(&block.name));
    if let Some(graph) = &block.graph {
        text.push_str(&format!(" of {}", of(graph)));
    }
    text.push_str(" {\n");
    for item in &block.items {
        text.push_str("    ");
        text.push_str(&line(item));
        text.push('\n');
    }
    text.push('}');
    text
}

fn line(item: &ModelItem) -> String {
    let latent = if item.latent { "latent " } else { "" };
    // Such a word first on its line would go on with the line before.
    let goes_on = matches!(item.name.value.as_str(), "then" | "else" | "and" | "or");
    let own = if goes_on && !item.latent { quoted(&item.name.value) } else { of(&item.name) };
    let head = format!("{latent}{own}{}", clause(" | ", &item.given));
    format!("{head}{}", mechanism(&item.mechanism))
}

/// With the sign before it.
fn mechanism(mechanism: &Mechanism) -> String {
    match mechanism {
        Mechanism::Equation(right) => format!(" := {}", equation(right)),
        Mechanism::Distribution(drawn) => format!(" ~ {}", distribution(drawn)),
        Mechanism::NoisyOr(or) => {
            let causes = or.causes.iter().map(|(cause, at, share)| {
                let at = at.as_ref().map(|at| format!(" = {}", value(&at.value))).unwrap_or_default();
                format!("{}{at}: {}", of(cause), share.value)
            });
            let leak = or.leak.iter().map(|leak| format!("leak: {}", leak.value));
            format!(" ~ noisy_or({})", causes.chain(leak).collect::<Vec<_>>().join(", "))
        }
        Mechanism::Table(rows) => {
            let mut text = " ~ {\n".to_owned();
            for row in rows {
                text.push_str(&format!("        {}\n", table_row(row)));
            }
            text.push_str("    }");
            text
        }
    }
}

fn table_row(row: &TableRow) -> String {
    let at = match &row.at {
        None => "else".to_owned(),
        Some(at) => {
            let each = at.iter().map(|at| match &at.value {
                None => "*".to_owned(),
                Some(written) if written == "else" => quoted(written),
                Some(written) => value(written),
            });
            each.collect::<Vec<_>>().join(", ")
        }
    };
    format!("{at}: {}", distribution(&row.distribution))
}

fn distribution(distribution: &Distribution) -> String {
    match &distribution.kind {
        DistributionKind::Weights(weights) => {
            let each = weights.iter().map(|(at, share)| format!("{}: {}", value(&at.value), share.value));
            format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
        }
        DistributionKind::Uniform(None) => "uniform".to_owned(),
        DistributionKind::Uniform(Some(over)) => format!("uniform {}", domain(&over.value)),
        DistributionKind::Bernoulli(share) => format!("bernoulli {}", share.value),
        DistributionKind::Normal { mean, spread, variance } => {
            format!("normal({})", normal(mean.as_ref(), spread, *variance))
        }
        // These words would be read as distributions.
        DistributionKind::Point(at) if matches!(at.value.as_str(), "uniform" | "normal" | "bernoulli") => {
            quoted(&at.value)
        }
        DistributionKind::Point(at) => value(&at.value),
    }
}

fn normal(mean: Option<&Probability>, spread: &Probability, variance: bool) -> String {
    let mean = mean.map(|mean| format!("mean {}, ", mean.value)).unwrap_or_default();
    format!("{mean}{} {}", if variance { "var" } else { "sd" }, spread.value)
}

/// A domain as written.
pub(super) fn domain(domain: &Domain) -> String {
    match domain {
        Domain::Values(values) => {
            format!("{{{}}}", values.iter().map(|each| value(&each.value)).collect::<Vec<_>>().join(", "))
        }
        Domain::Range(first, last) => format!("{first}..{last}"),
    }
}

/// How tightly an equation binds; an operand that binds no tighter than its place asks stands in parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Case,
    Or,
    And,
    Not,
    Compare,
    Sum,
    Product,
    Signed,
    Atom,
}

fn level(equation: &Equation) -> Level {
    match &equation.kind {
        EquationKind::If { .. } => Level::Case,
        EquationKind::Or(_) => Level::Or,
        EquationKind::And(_) => Level::And,
        EquationKind::Not(_) => Level::Not,
        EquationKind::Compare(..) => Level::Compare,
        EquationKind::Sum(_) => Level::Sum,
        EquationKind::Product(_) => Level::Product,
        EquationKind::Negative(_) => Level::Signed,
        EquationKind::Noise(_) | EquationKind::Call(..) | EquationKind::Number(_) | EquationKind::Name(_) => {
            Level::Atom
        }
    }
}

/// An equation's right-hand side.
pub(super) fn equation(whole: &Equation) -> String {
    let at = |inner: &Equation, least: Level| {
        let text = equation(inner);
        if level(inner) < least { format!("({text})") } else { text }
    };
    match &whole.kind {
        EquationKind::If { cases, otherwise } => {
            let mut text = String::new();
            for (condition, then) in cases {
                let (condition, then) = (at(condition, Level::Or), at(then, Level::Or));
                text.push_str(&format!("if {condition} then {then} else "));
            }
            text + &at(otherwise, Level::Or)
        }
        EquationKind::Or(all) => all.iter().map(|each| at(each, Level::And)).collect::<Vec<_>>().join(" or "),
        EquationKind::And(all) => all.iter().map(|each| at(each, Level::Not)).collect::<Vec<_>>().join(" and "),
        EquationKind::Not(inner) => format!("not {}", at(inner, Level::Compare)),
        EquationKind::Compare(left, relation, right) => {
            format!("{} {} {}", at(left, Level::Sum), relation.sign(), at(right, Level::Sum))
        }
        EquationKind::Sum(terms) => {
            let mut text = String::new();
            for (i, (minus, term)) in terms.iter().enumerate() {
                if i > 0 {
                    text.push_str(if *minus { " - " } else { " + " });
                }
                // `a - -b` would be hard to read.
                let signed = i > 0 && begins_with_sign(term);
                text.push_str(&if signed { format!("({})", equation(term)) } else { at(term, Level::Product) });
            }
            text
        }
        EquationKind::Product(factors) => {
            let mut text = String::new();
            for (i, (divides, factor)) in factors.iter().enumerate() {
                if i > 0 {
                    let plain = matches!(factor.kind, EquationKind::Name(_) | EquationKind::Noise(_));
                    text.push_str(match divides {
                        true => " / ",
                        false if plain => " ",
                        false => " * ",
                    });
                }
                text.push_str(&at(factor, if i > 0 { Level::Atom } else { Level::Signed }));
            }
            text
        }
        EquationKind::Negative(inner) => format!("-{}", at(inner, Level::Atom)),
        EquationKind::Noise(drawn) => match &drawn.kind {
            DistributionKind::Normal { mean, spread, variance } => {
                format!("noise({})", normal(mean.as_ref(), spread, *variance))
            }
            DistributionKind::Weights(_)
            | DistributionKind::Uniform(_)
            | DistributionKind::Bernoulli(_)
            | DistributionKind::Point(_) => format!("noise({})", distribution(drawn)),
        },
        EquationKind::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(equation).collect();
            format!("{}({})", function.name(), arguments.join(", "))
        }
        EquationKind::Number(number) => number.clone(),
        EquationKind::Name(named) => {
            let plain = grammar::is_bare_operand(named)
                && !matches!(named.as_str(), "noise" | "min" | "max")
                && !matches!(named.as_str(), "abs" | "mod");
            if plain { name(named) } else { quoted(named) }
        }
    }
}

fn begins_with_sign(equation: &Equation) -> bool {
    match &equation.kind {
        EquationKind::Negative(_) => true,
        EquationKind::Product(factors) => factors.first().is_some_and(|(_, first)| begins_with_sign(first)),
        EquationKind::If { .. }
        | EquationKind::Or(_)
        | EquationKind::And(_)
        | EquationKind::Not(_)
        | EquationKind::Compare(..)
        | EquationKind::Sum(_)
        | EquationKind::Noise(_)
        | EquationKind::Call(..)
        | EquationKind::Number(_)
        | EquationKind::Name(_) => false,
    }
}

/// `x = 1, m = m[x = 0]`
pub(super) fn world(settings: &[Setting]) -> String {
    let each = settings.iter().map(|setting| {
        let mut text = String::new();
        variable(&mut text, &setting.variable);
        match &setting.to {
            None => {}
            Some(SetTo::Value(to)) => text.push_str(&format!("={}", value(&to.value))),
            Some(SetTo::Response(to)) => {
                text.push('=');
                reference(&mut text, to);
            }
        }
        text
    });
    each.collect::<Vec<_>>().join(", ")
}

/// An action that is no single value, `x ~ …` or `x := …`.
#[must_use]
pub fn policy(policy: &Policy) -> String {
    let mut text = String::new();
    variable(&mut text, &policy.variable);
    text + &mechanism(&policy.mechanism)
}

/// `nde(x = 0 -> 1, y = yes via m | z = 1)`
pub(super) fn quantity(asked: &Quantity) -> String {
    let change = asked.change.as_ref().map(|(from, to)| format!(" = {} -> {}", value(&from.value), value(&to.value)));
    let at = asked.value.as_ref().map(|at| format!(" = {}", value(&at.value)));
    format!(
        "{}({}{}, {}{}{}{})",
        asked.kind.name(),
        of(&asked.cause),
        change.unwrap_or_default(),
        of(&asked.effect),
        at.unwrap_or_default(),
        clause(" via ", &asked.via),
        given(" | ", &asked.given),
    )
}

fn given(before: &str, all: &[tree::Reference]) -> String {
    if all.is_empty() {
        return String::new();
    }
    before.to_owned() + &references(all)
}

fn references(all: &[tree::Reference]) -> String {
    let each = all.iter().map(|each| {
        let mut text = String::new();
        reference(&mut text, each);
        text
    });
    each.collect::<Vec<_>>().join(", ")
}

/// `explain y = 1, do(x = 0)`
pub(super) fn explain(asked: &Explain) -> String {
    let seen = (!asked.given.is_empty()).then(|| references(&asked.given));
    let done = (!asked.do_.is_empty()).then(|| format!("do({})", references(&asked.do_)));
    let parts: Vec<String> = seen.into_iter().chain(done).collect();
    format!("explain {}", parts.join(", "))
}

/// `sensitivity EXPR by z`
pub(super) fn sensitivity(asked: &Sensitivity, style: Style) -> String {
    let to: &[Name] = &asked.to;
    let to = if to.is_empty() { String::new() } else { format!(" by {}", list(to)) };
    format!("sensitivity {}{to}", expr(&asked.expr, style))
}
