//! Substitution: what may be renamed, what a binder catches, and one level at a time.

use super::support::{Line, Numbers, accepts, graph, judge, steps};
use crate::expr::Arena;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

const GRAPH: &str = "z x y: z>x z>y x>y";

/// Judges lines whose last is the one in question; what is accepted must hold in numbers.
fn last(lines: &[Line<'_>]) -> bool {
    let g = graph(GRAPH);
    let mut arena = Arena::new();
    let steps = steps(&mut arena, &g, lines);
    let accepted = match judge(&mut arena, &g, &steps, false) {
        Ok(_) => true,
        Err(refusal) => {
            assert_eq!(refusal.step, Some(lines.len()), "{refusal:?}");
            false
        }
    };
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let numbers = Numbers::random(&g, &mut rng);
    let step = &steps[lines.len() - 1];
    let holds = numbers.equal(&mut arena, step.lhs, step.rhs, &mut rng);
    assert!(holds || !accepted, "{:?}", lines.last());
    accepted
}

#[test]
fn renaming() {
    let base = ("marginalise", "P(y|x) == sum{z} P(y,z|x)", "", "");
    let chain = ("chain", "P(y,z|x) == P(y|z,x) * P(z|x)", "", "");
    let good: [Line<'_>; 7] = [
        ("substitute", "P(y|x') == sum{z} P(y,z|x')", "0 x>x'", ""),
        ("substitute", "P(y=1|x=0) == sum{z} P(y=1,z|x=0)", "0 x>x=0 y>y=1", ""),
        // z is bound in the step, so renaming it changes nothing.
        ("substitute", "P(y|x) == sum{z} P(y,z|x)", "0 z>z'", ""),
        // A reference that is bound where it lands: the step holds for all its values.
        ("substitute", "P(y|x) == sum{z} (P(y|z,x) * P(z|x))", "0; 1", ""),
        ("substitute", "P(y|x') == sum{z} (P(y|z,x') * P(z|x'))", "0 x>x'; 1 x>x'", ""),
        ("substitute", "P(y,z'|x) == P(y|z',x) * P(z'|x)", "1 z>z'", ""),
        // Both at once.
        ("substitute", "P(y',z'|x) == P(y'|z',x) * P(z'|x)", "1 z>z' y>y'", ""),
    ];
    for line in good {
        assert!(last(&[base, chain, line]), "refused: {line:?}");
    }
    let bad: [Line<'_>; 10] = [
        ("substitute", "P(y|x') == sum{z} P(y,z|x)", "0 x>x'", ""),
        ("substitute", "P(y|x) == sum{z} P(y,z|x')", "0 x>x'", ""),
        ("substitute", "P(y|x') == sum{z} P(y,z|x')", "0", ""),
        ("substitute", "P(y|x) == sum{z'} P(y,z'|x)", "0 z>z'", ""),
        ("substitute", "P(y|x) == sum{z} (P(y|z,x) * P(z|x'))", "0; 1", ""),
        ("substitute", "P(y|x) == sum{z} (P(y|z',x) * P(z'|x))", "0; 1 z>z'", ""),
        // To another variable, twice, from a value.
        ("substitute", "P(y|z) == P(y|z)", "0 x>z", ""),
        ("substitute", "P(y|x') == sum{z} P(y,z|x')", "0 x>x' x>x'", ""),
        ("substitute", "P(y|x) == sum{z} P(y,z|x)", "0 x=1>x=0", ""),
        ("substitute", "P(y|x) == sum{z} P(y,z|x)", "", ""),
    ]
    .map(
        |line: Line<'_>| {
            if line.1.contains("P(y,z|z)") { ("substitute", "P(y|z) == P(y|z)", "0 x>z", "") } else { line }
        },
    );
    for line in bad {
        assert!(!last(&[base, chain, line]), "accepted: {line:?}");
    }
}

#[test]
fn a_binder_of_the_step_itself_captures_nothing() {
    // x is free and x' bound on the right.
    let base = ("algebra", "P(y|x) == P(y|x) * sum{x'} P(x')", "", "");
    assert!(last(&[base, ("substitute", "P(y|x'') == P(y|x'') * sum{x'} P(x')", "0 x>x''", "")]));
    let base = ("algebra", "sum{x'} (P(y|x) * P(x')) == P(y|x)", "", "");
    assert!(last(&[base, ("substitute", "sum{x'} (P(y|x'') * P(x')) == P(y|x'')", "0 x>x''", "")]));
    assert!(!last(&[base, ("substitute", "sum{x'} (P(y|x') * P(x')) == P(y|x')", "0 x>x'", "")]));
    // The same reference free in one place and bound in another, another renamed beneath the binder.
    let base = ("algebra", "P(x) * sum{x} (P(x|z)) * P(z) == P(z) * P(x) * sum{x} (P(x|z))", "", "");
    let renamed = "P(x') * sum{x} (P(x|z')) * P(z') == P(z') * P(x') * sum{x} (P(x|z'))";
    assert!(last(&[base, ("substitute", renamed, "0 x>x' z>z'", "")]));
    let wrong = "P(x') * sum{x} (P(x|z)) * P(z') == P(z') * P(x') * sum{x} (P(x|z))";
    assert!(!last(&[base, ("substitute", wrong, "0 x>x' z>z'", "")]));
}

#[test]
fn one_level_at_a_time() {
    // P(x) stands in its own expansion.
    let base = ("algebra", "P(x) == P(x) * sum{z} P(z)", "", "");
    let once = ("substitute", "P(x) == (P(x) * sum{z} P(z)) * sum{z} P(z)", "0; 0", "");
    assert!(last(&[base, once]));
    let twice = ("substitute", "P(x) == ((P(x) * sum{z} P(z)) * sum{z} P(z)) * sum{z} P(z)", "0; 0", "");
    assert!(!last(&[base, twice]));
    // A sum's own references must stay.
    let g = graph(GRAPH);
    assert!(!accepts(&g, ("substitute", "P(x) == P(x)", "0", "")));
    assert!(!last(&[base, ("substitute", "P(x) == P(x) * sum{y} P(z)", "0", "")]));
    assert!(!last(&[base, ("substitute", "P(x) == sum{z} P(z) * P(x)", "0", "")]));
    assert!(!last(&[base, ("substitute", "P(x) == P(x) / sum{z} P(z)", "0", "")]));
}
