//! Rules 1 to 3, marginalise, chain, condition: true instances, their damaged twins, and textbook derivations.

use super::support::{Line, Numbers, accepts, graph, judge, steps};
use crate::expr::Arena;
use crate::graph::Graph;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn all(graph: &Graph, good: &[Line<'_>], bad: &[Line<'_>]) {
    for line in good {
        assert!(accepts(graph, *line), "refused: {line:?}");
    }
    for line in bad {
        assert!(!accepts(graph, *line), "accepted: {line:?}");
    }
}

#[test]
fn rule_1() {
    let g = graph("x y z w: x>y z>x w>y w>z");
    all(
        &g,
        &[
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|do(x),w) == P(y|do(x),z,w)", "", "z _ y | x w [over x]"),
            ("rule-1", "P(y|do(x'),z=1,w) == P(y|do(x'),w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|x,z,w) == P(y|x,w)", "", "y _ z | x w"),
        ],
        &[
            // Open path through w.
            ("rule-1", "P(y|do(x),z) == P(y|do(x))", "", "y _ z | x [over x]"),
            // Separation left out, of another kind, not as needed.
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", ""),
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | x w"),
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | w [over x]"),
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | x w [over x; under z]"),
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w)", "", "x _ z | w [over x]"),
            // What stays changes its value.
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x'),w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|do(x),z,w) == P(y|do(x),w')", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|do(x),z,w) == P(y'|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|do(x=1),z,w) == P(y|do(x=0),w)", "", "y _ z | x w [over x]"),
            // Nothing changes; another rule's equation; an equation of no terms.
            ("rule-1", "P(y|do(x),w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-3", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-2", "P(y|do(x),z,w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y|do(x),z,w) * P(w) == P(y|do(x),w) * P(w)", "", "y _ z | x w [over x]"),
            ("rule-1", "P(y,z|do(x),w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
        ],
    );
}

#[test]
fn rule_2() {
    let g = graph("x y z w: z>x z>y x>y w>x w-y");
    all(
        &g,
        &[
            ("rule-2", "P(y|do(x),z,w) == P(y|x,z,w)", "", "y _ x | z w [under x]"),
            ("rule-2", "P(y|do(z)) == P(y|z)", "", "y _ z [under z]"),
            ("rule-2", "P(y|do(x),do(z),w) == P(y|x,z,w)", "", "y _ x z | w [under x z]"),
            ("rule-2", "P(y|do(w),x',z) == P(y|do(w),do(x'),z)", "", "y _ x | w z [over w; under x]"),
        ],
        &[
            ("rule-2", "P(y|do(x)) == P(y|x)", "", "y _ x [under x]"),
            ("rule-2", "P(y|do(x),z) == P(y|x,z)", "", "y _ x | z [under x]"),
            ("rule-2", "P(y|do(x),z,w) == P(y|x,z,w)", "", "y _ x | z w"),
            ("rule-2", "P(y|do(x),z,w) == P(y|x',z,w)", "", "y _ x | z w [under x]"),
            ("rule-2", "P(y|do(x),z,w) == P(y|z,w)", "", "y _ x | z w [under x]"),
            ("rule-2", "P(y|do(x),z,w) == P(y|x,w)", "", "y _ x | z w [under x]"),
            ("rule-2", "P(y|do(w),x,z) == P(y|do(w),do(x),z)", "", "y _ x | w z [under x]"),
            ("rule-2", "P(y|do(w),x,z) == P(y|do(w),do(x),z)", "", "y _ x | z [over w; under x]"),
        ],
    );
}

#[test]
fn rule_3_cuts_edges_only_into_what_is_no_ancestor_of_a_condition() {
    // z -> w, z <-> y: with w seen, acting on z tells of y through w only if z is cut; z is an ancestor of w.
    let g = graph("z w y: z>w z-y y>w");
    all(
        &g,
        &[("rule-3", "P(y|do(z)) == P(y)", "", "y _ z [over z]")],
        &[
            // Z(W) is empty here, so nothing is cut, and then the separation fails.
            ("rule-3", "P(y|do(z),w) == P(y|w)", "", "y _ z | w [over z]"),
            ("rule-3", "P(y|do(z),w) == P(y|w)", "", "y _ z | w"),
            ("rule-3", "P(y|do(z)) == P(y|z)", "", "y _ z [over z]"),
            ("rule-3", "P(w|do(z)) == P(w)", "", "w _ z [over z]"),
        ],
    );
    // Acting on x cuts z off from w, so that z may be cut; and without x it may not.
    let g = graph("z x w y: z>x x>w z-y");
    all(
        &g,
        &[("rule-3", "P(y|do(x),do(z),w) == P(y|do(x),w)", "", "y _ z | x w [over x z]")],
        &[
            ("rule-3", "P(y|do(z),w) == P(y|w)", "", "y _ z | w [over z]"),
            ("rule-3", "P(y|do(x),do(z),w) == P(y|do(x),w)", "", "y _ z | x w [over x]"),
            ("rule-3", "P(y|do(x),do(z),w) == P(y|do(x),w)", "", "y _ z | w [over z]"),
            ("rule-3", "P(y|do(x),do(z),w) == P(y|do(x'),w)", "", "y _ z | x w [over x z]"),
        ],
    );
    // Of two, one is an ancestor of the condition.
    let g = graph("a b w y: a>w b>y a-b");
    all(
        &g,
        &[("rule-3", "P(y|do(a),do(b),w) == P(y|do(b),w)", "", "y _ a | b w [over b]")],
        &[("rule-3", "P(y|do(a),do(b),w) == P(y|w)", "", "y _ a b | w [over b]")],
    );
}

#[test]
fn marginalise() {
    let g = graph("x y z: x>y z>y");
    all(
        &g,
        &[
            ("marginalise", "P(y|do(x)) == sum{z} P(y,z|do(x))", "", ""),
            ("marginalise", "sum{z',x} P(y,z',x) == P(y)", "", ""),
            ("marginalise", "P(y=1|x) == sum{z} P(y=1,z|x)", "", ""),
        ],
        &[
            ("marginalise", "P(y|do(x)) == sum{z} P(y,z'|do(x))", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z,z'} P(y,z|do(x))", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z,y} P(y,z|do(x))", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z} P(y,z|do(x'))", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z} P(y,z|x)", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z} P(y',z|do(x))", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z} P(y|z,do(x))", "", ""),
            ("marginalise", "P(y|x) == sum{x} P(y,x)", "", ""),
            ("marginalise", "P(y) == sum{x} P(y,x,z)", "", ""),
            ("marginalise", "P(y|do(x)) == sum{z} P(y,z|do(x))", "", "y _ z | x"),
            ("marginalise", "P(y|do(x)) == sum{x} P(y|do(x))", "", ""),
        ],
    );
}

#[test]
fn chain_and_condition() {
    let g = graph("x y z w: x>y z>y w>x");
    all(
        &g,
        &[
            ("chain", "P(y,z|w) == P(y|z,w) * P(z|w)", "", ""),
            ("chain", "P(z|w) * P(y|z,w) == P(y,z|w)", "", ""),
            ("chain", "P(x,y,z,w) == P(w) * P(x|w) * P(z|w,x) * P(y|x,z,w)", "", ""),
            ("chain", "P(x,y,z'|do(w)) == P(x,z'|do(w)) * P(y|x,z',do(w))", "", ""),
            ("condition", "P(y|z,w) == P(y,z|w) / P(z|w)", "", ""),
            ("condition", "P(y,z|do(x)) / P(z|do(x)) == P(y|z,do(x))", "", ""),
            ("condition", "P(y|z,w) == P(y,z,w) / P(z,w)", "", ""),
        ],
        &[
            ("chain", "P(y,z|w) == P(y|z',w) * P(z|w)", "", ""),
            ("chain", "P(y,z|w) == P(y|z,w) * P(z'|w)", "", ""),
            ("chain", "P(y,z|w) == P(y|z,w) * P(z)", "", ""),
            ("chain", "P(y,z|w) == P(y|z) * P(z|w)", "", ""),
            ("chain", "P(y,z|w) == P(y|w) * P(z|w)", "", ""),
            ("chain", "P(y,z|w) == P(y|z,w) * P(z|y,w)", "", ""),
            ("chain", "P(y,z|do(w)) == P(y|z,do(w)) * P(z|w)", "", ""),
            ("chain", "P(y|w) == P(y|z,w) * P(z|w)", "", ""),
            ("chain", "P(y,z|w) == P(y|z,w) * P(z|w) * P(x|y,z,w)", "", ""),
            ("condition", "P(y|z,w) == P(y,z|w) / P(z)", "", ""),
            ("condition", "P(y|z,w) == P(y,z|w) / P(z'|w)", "", ""),
            ("condition", "P(y|z,w) == P(y,z|do(w)) / P(z|do(w))", "", ""),
            ("condition", "P(y|z,w) == P(z|w) / P(y,z|w)", "", ""),
            ("condition", "P(y|z,w) == P(y,z,x|w) / P(z|w)", "", ""),
            ("condition", "P(y|z,w) == P(y',z|w) / P(z|w)", "", ""),
        ],
    );
}

const BACK_DOOR: (&str, &[Line<'_>]) = (
    "z x y: z>x z>y x>y",
    &[
        ("marginalise", "P(y|do(x)) == sum{z} P(y,z|do(x))", "", ""),
        ("chain", "P(y,z|do(x)) == P(y|z,do(x)) * P(z|do(x))", "", ""),
        ("rule-2", "P(y|z,do(x)) == P(y|z,x)", "", "y _ x | z [under x]"),
        ("rule-3", "P(z|do(x)) == P(z)", "", "z _ x [over x]"),
        ("substitute", "P(y,z|do(x)) == P(y|z,x) * P(z)", "1; 2; 3", ""),
        ("substitute", "P(y|do(x)) == sum{z} (P(y|z,x) * P(z))", "0; 4", ""),
    ],
);

const FRONT_DOOR: (&str, &[Line<'_>]) = (
    "x m y: x>m m>y x-y",
    &[
        ("marginalise", "P(y|do(x)) == sum{m} P(y,m|do(x))", "", ""),
        ("chain", "P(y,m|do(x)) == P(y|m,do(x)) * P(m|do(x))", "", ""),
        ("rule-2", "P(m|do(x)) == P(m|x)", "", "m _ x [under x]"),
        ("rule-2", "P(y|m,do(x)) == P(y|do(m),do(x))", "", "y _ m | x [over x; under m]"),
        ("rule-3", "P(y|do(m),do(x)) == P(y|do(m))", "", "y _ x | m [over m x]"),
        ("marginalise", "P(y|do(m)) == sum{x} P(y,x|do(m))", "", ""),
        ("chain", "P(y,x|do(m)) == P(y|x,do(m)) * P(x|do(m))", "", ""),
        ("rule-2", "P(y|x,do(m)) == P(y|x,m)", "", "y _ m | x [under m]"),
        ("rule-3", "P(x|do(m)) == P(x)", "", "x _ m [over m]"),
        ("substitute", "P(y,x|do(m)) == P(y|x,m) * P(x)", "6; 7; 8", ""),
        ("substitute", "P(y|do(m)) == sum{x} (P(y|x,m) * P(x))", "5; 9", ""),
        ("substitute", "P(y|do(m),do(x)) == sum{x} (P(y|x,m) * P(x))", "4; 10", ""),
        ("algebra", "sum{x} (P(y|x,m) * P(x)) == sum{x'} (P(x') * P(y|x',m))", "", ""),
        ("substitute", "P(y|do(m),do(x)) == sum{x'} (P(x') * P(y|x',m))", "11; 12", ""),
        ("substitute", "P(y|m,do(x)) == sum{x'} (P(x') * P(y|x',m))", "3; 13", ""),
        ("substitute", "P(y,m|do(x)) == (sum{x'} (P(x') * P(y|x',m))) * P(m|x)", "1; 14; 2", ""),
        ("substitute", "P(y|do(x)) == sum{m} ((sum{x'} (P(x') * P(y|x',m))) * P(m|x))", "0; 15", ""),
        (
            "algebra",
            "sum{m} ((sum{x'} (P(x') * P(y|x',m))) * P(m|x)) == sum{m} (P(m|x) * sum{x'} (P(x') * P(y|x',m)))",
            "",
            "",
        ),
        ("substitute", "P(y|do(x)) == sum{m} (P(m|x) * sum{x'} (P(x') * P(y|x',m)))", "16; 17", ""),
    ],
);

const NAPKIN: (&str, &[Line<'_>]) = (
    "w r x y: w>r r>x x>y w-x w-y",
    &[
        // P(y | do(x)) = P(y | do(x), do(r)) = P(y | x, do(r)) = P(y, x | do(r)) / P(x | do(r)).
        ("rule-3", "P(y|do(x)) == P(y|do(x),do(r))", "", "y _ r | x [over x r]"),
        ("rule-2", "P(y|do(x),do(r)) == P(y|x,do(r))", "", "y _ x | r [over r; under x]"),
        ("condition", "P(y|x,do(r)) == P(y,x|do(r)) / P(x|do(r))", "", ""),
        ("marginalise", "P(y,x|do(r)) == sum{w} P(y,x,w|do(r))", "", ""),
        ("chain", "P(y,x,w|do(r)) == P(y,x|w,do(r)) * P(w|do(r))", "", ""),
        ("rule-2", "P(y,x|w,do(r)) == P(y,x|w,r)", "", "y x _ r | w [under r]"),
        ("rule-3", "P(w|do(r)) == P(w)", "", "w _ r [over r]"),
        ("substitute", "P(y,x,w|do(r)) == P(y,x|w,r) * P(w)", "4; 5; 6", ""),
        ("substitute", "P(y,x|do(r)) == sum{w} (P(y,x|w,r) * P(w))", "3; 7", ""),
        ("marginalise", "P(x|do(r)) == sum{y} P(y,x|do(r))", "", ""),
        ("substitute", "P(x|do(r)) == sum{y} sum{w} (P(y,x|w,r) * P(w))", "9; 8", ""),
        ("marginalise", "P(x|w,r) == sum{y} P(y,x|w,r)", "", ""),
        ("algebra", "sum{y} sum{w} (P(y,x|w,r) * P(w)) == sum{w} ((sum{y} P(y,x|w,r)) * P(w))", "", ""),
        ("substitute", "sum{y} sum{w} (P(y,x|w,r) * P(w)) == sum{w} (P(x|w,r) * P(w))", "12; 11", ""),
        ("substitute", "P(x|do(r)) == sum{w} (P(x|w,r) * P(w))", "10; 13", ""),
        ("substitute", "P(y|x,do(r)) == (sum{w} (P(y,x|w,r) * P(w))) / sum{w} (P(x|w,r) * P(w))", "2; 8; 14", ""),
        ("substitute", "P(y|do(x)) == P(y|x,do(r))", "0; 1", ""),
        ("substitute", "P(y|do(x)) == (sum{w} (P(y,x|w,r) * P(w))) / sum{w} (P(x|w,r) * P(w))", "16; 15", ""),
    ],
);

#[test]
fn textbook_derivations_are_accepted_and_each_step_holds_in_numbers() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for (text, lines) in [BACK_DOOR, FRONT_DOOR, NAPKIN] {
        let g = graph(text);
        let mut arena = Arena::new();
        let steps = steps(&mut arena, &g, lines);
        judge(&mut arena, &g, &steps, true).unwrap();
        let numbers = Numbers::random(&g, &mut rng);
        for step in &steps {
            assert!(numbers.equal(&mut arena, step.lhs, step.rhs, &mut rng));
        }
    }
}

#[test]
fn textbook_derivations_with_one_step_damaged_are_refused_where_they_are_false() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut refused = 0;
    for (text, lines) in [BACK_DOOR, FRONT_DOOR, NAPKIN] {
        let g = graph(text);
        let mut arena = Arena::new();
        let steps = steps(&mut arena, &g, lines);
        let numbers = Numbers::random(&g, &mut rng);
        let others: Vec<_> = steps.iter().flat_map(|step| [step.lhs, step.rhs]).collect();
        for position in 0..steps.len() {
            // A side becomes any other expression of the derivation; a rule any other; uses and separations go missing.
            for other in &others {
                for left in [true, false] {
                    let mut damaged = steps[..=position].to_vec();
                    let last = &mut damaged[position];
                    *(if left { &mut last.lhs } else { &mut last.rhs }) = *other;
                    let (lhs, rhs) = (last.lhs, last.rhs);
                    match judge(&mut arena, &g, &damaged, false) {
                        Ok(_) => assert!(numbers.equal(&mut arena, lhs, rhs, &mut rng), "step {position} of {text}"),
                        Err(_) => refused += 1,
                    }
                }
            }
            for rule in crate::proof::Rule::ALL {
                let mut damaged = steps[..=position].to_vec();
                damaged[position].rule = rule;
                let fine = judge(&mut arena, &g, &damaged, false).is_ok();
                assert!(fine == (rule == steps[position].rule), "step {position} of {text} by {rule}");
            }
            let mut damaged = steps.clone();
            if !damaged[position].requires.is_empty() {
                damaged[position].requires.clear();
                let refusal = judge(&mut arena, &g, &damaged, true).unwrap_err();
                assert_eq!(refusal.step, Some(position + 1));
            }
            for used in 0..steps[position].uses.len() {
                let mut damaged = steps.clone();
                damaged[position].uses.remove(used);
                assert!(judge(&mut arena, &g, &damaged, true).is_err());
                for wrong in [position, position + 1, usize::MAX] {
                    let mut damaged = steps.clone();
                    damaged[position].uses[used].step = wrong;
                    assert!(judge(&mut arena, &g, &damaged, true).is_err());
                }
            }
        }
    }
    assert!(refused > 1000);
}
