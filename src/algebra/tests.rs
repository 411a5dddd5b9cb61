//! Exact outcomes on the graphs everyone knows, and properties on random expressions.

use super::testing::{World, close, graph, is_instance, p, r, replay, show, sum};
use super::{assumes_positive, definitions, equal, length, normal, simplify, tidy};
use crate::expr::{Arena, ExprId, Ref, Term, Var};
use crate::graph::Graph;
use num_rational::BigRational;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn simplified(arena: &mut Arena, graph: &Graph, expr: ExprId) -> String {
    let mut log = Vec::new();
    let result = simplify(arena, graph, expr, &mut log);
    assert_eq!(replay(arena, expr, &log), result, "the log leads elsewhere");
    for rewrite in &log {
        assert!(is_instance(arena, rewrite), "{:?}", rewrite.law);
    }
    let tidied = tidy(arena, graph, result);
    show(arena, graph, tidied)
}

#[test]
fn front_door() {
    let g = graph(&["smoking", "tar", "cancer"]);
    let mut a = Arena::new();
    let (ps, pt, pc) = (p(&mut a, &g, "smoking"), p(&mut a, &g, "tar|smoking"), p(&mut a, &g, "cancer|smoking,tar"));
    let inner = sum(&mut a, &g, "smoking", &[ps, pc]);
    let whole = sum(&mut a, &g, "tar", &[inner, pt]);
    let wanted = "Σ_{tar} P(tar|smoking) Σ_{smoking'} P(smoking') P(cancer|smoking',tar)";
    assert_eq!(simplified(&mut a, &g, whole), wanted);
    let (ps, pc) = (p(&mut a, &g, "smoking'"), p(&mut a, &g, "cancer|smoking',tar"));
    let flat = sum(&mut a, &g, "tar,smoking'", &[pc, ps, pt]);
    assert_eq!(simplified(&mut a, &g, flat), wanted);
}

#[test]
fn back_door() {
    let g = graph(&["service", "engagement", "churn"]);
    let mut a = Arena::new();
    let (s, c) = (p(&mut a, &g, "service"), p(&mut a, &g, "churn|service,engagement"));
    let whole = sum(&mut a, &g, "service", &[c, s]);
    assert_eq!(simplified(&mut a, &g, whole), "Σ_{service} P(service) P(churn|service,engagement)");
}

#[test]
fn napkin() {
    let g = graph(&["w", "r", "x", "y"]);
    let mut a = Arena::new();
    let (w, x, y) = (p(&mut a, &g, "w"), p(&mut a, &g, "x|w,r"), p(&mut a, &g, "y|w,r,x"));
    let num = sum(&mut a, &g, "w", &[w, x, y]);
    let den = sum(&mut a, &g, "w", &[w, x]);
    let whole = a.quotient(num, den);
    assert_eq!(simplified(&mut a, &g, whole), "[Σ_{w} P(w) P(x,y|w,r)] / [Σ_{w} P(w) P(x|w,r)]");
    // As ID leaves it: the denominator sums the numerator.
    let den = sum(&mut a, &g, "y", &[num]);
    let whole = a.quotient(num, den);
    assert_eq!(simplified(&mut a, &g, whole), "[Σ_{w} P(w) P(x,y|w,r)] / [Σ_{w} P(w) P(x|w,r)]");
}

#[test]
fn tian_and_pearl_2002_figure_7() {
    let g = graph(&["z2", "x", "z1", "z3", "y"]);
    let mut a = Arena::new();
    let terms = ["z2", "x|z2", "z3|z2,x,z1", "y|z2,x,z1,z3"].map(|text| p(&mut a, &g, text));
    let inner = sum(&mut a, &g, "x,z3", &terms);
    let z1 = p(&mut a, &g, "z1|z2,x");
    let whole = sum(&mut a, &g, "z1,z2", &[z1, inner]);
    let wanted = "Σ_{z2,z1} P(z1|z2,x) Σ_{x'} P(z2,x') P(y|z2,x',z1)";
    assert_eq!(simplified(&mut a, &g, whole), wanted);
}

#[test]
fn one_line_each() {
    let g = graph(&["a", "b", "c", "d"]);
    let mut arena = Arena::new();
    let cases: &[(&str, &[&str], &[&str], &str)] = &[
        ("a,b", &["a,b,c"], &[], "P(c)"),
        ("", &["a,b|c"], &["b|c"], "P(a|b,c)"),
        ("", &["a|b,c", "b|c"], &[], "P(a,b|c)"),
        ("", &["a", "b|a", "c|a,b", "d|a,b,c"], &[], "P(a,b,c,d)"),
        ("a,b,c", &["a", "b|a", "c|a,b", "d|a,b,c"], &[], "P(d)"),
        ("d", &["a", "b|a", "c|a,b", "d|a,b,c"], &[], "P(a,b,c)"),
        ("a,b,c,d", &["a", "b|a", "c|a,b", "d|a,b,c"], &[], "1"),
        ("b,c", &["a", "b|a", "c|a"], &[], "P(a)"),
        ("b", &["a|b", "b|c"], &["d"], "[Σ_{b} P(a|b) P(b|c)] / P(d)"),
        ("a", &["a", "b|a", "c"], &["c"], "P(b)"),
        ("", &["a,b|c"], &["a|b,c"], "P(b|c)"),
        ("", &["a|b,c", "d"], &["a,b|c"], "P(d) / P(b|c)"),
        ("", &["a|c"], &["a,b|c"], "1 / P(b|a,c)"),
        ("a", &["a,b", "c|a"], &["b"], "Σ_{a} P(a|b) P(c|a)"),
        ("a", &["b|c"], &[], "P(b|c) Σ_{a} 1"),
        ("a,b", &["c|a", "d|b"], &[], "(Σ_{a} P(c|a)) Σ_{b} P(d|b)"),
        ("b", &["a|do(c),b", "b|do(c)"], &[], "P(a|do(c))"),
        ("b", &["a|do(c),b", "b|c"], &[], "Σ_{b} P(a|do(c),b) P(b|c)"),
        ("b", &["a=1|b", "b"], &[], "P(a=1)"),
        ("b'", &["a|b'", "b'|c=0"], &["d"], "[Σ_{b} P(a|b) P(b|c=0)] / P(d)"),
    ];
    for (over, above, below, wanted) in cases {
        let num: Vec<_> = above.iter().map(|t| p(&mut arena, &g, t)).collect();
        let den: Vec<_> = below.iter().map(|t| p(&mut arena, &g, t)).collect();
        let over: Vec<Ref> = over.split(',').filter(|s| !s.is_empty()).map(|n| r(&mut arena, &g, n)).collect();
        let num = arena.product(num);
        let body = if den.is_empty() {
            num
        } else {
            let den = arena.product(den);
            arena.quotient(num, den)
        };
        let expr = arena.sum(over, body);
        let text = show(&arena, &g, expr);
        let result = simplified(&mut arena, &g, expr);
        assert_eq!(result, *wanted, "{text}");
    }
}

/// A random expression. Its references are plain or primed copies; some terms continue others, so that moves apply.
struct Maker<'a> {
    rng: &'a mut ChaCha8Rng,
    arena: &'a mut Arena,
    variables: usize,
    /// Also `+`, `-`, numbers and values.
    arithmetic: bool,
}

impl Maker<'_> {
    fn reference(&mut self, var: usize) -> Ref {
        if self.rng.random_ratio(1, 6) { Ref::copy(Var::new(var), 1) } else { Ref::plain(Var::new(var)) }
    }

    fn term(&mut self) -> ExprId {
        let (mut of, mut given, mut do_) = (vec![], vec![], vec![]);
        let with_do = self.rng.random_ratio(1, 6);
        for var in 0..self.variables {
            let reference = self.reference(var);
            match self.rng.random_range(0..4) {
                0 => of.push(reference),
                1 => given.push(reference),
                2 if with_do => do_.push(reference),
                _ => {}
            }
        }
        if of.is_empty() {
            of.extend(given.pop());
        }
        self.arena.p(Term::new(of, given, do_).unwrap())
    }

    /// P(v1 | …) P(v2 | …) … of a random order, some left out.
    fn chain(&mut self) -> Vec<ExprId> {
        let mut order: Vec<usize> = (0..self.variables).collect();
        for i in (1..order.len()).rev() {
            let j = self.rng.random_range(0..=i);
            order.swap(i, j);
        }
        let refs: Vec<Ref> = order.into_iter().map(|var| self.reference(var)).collect();
        let mut terms = Vec::new();
        let mut start = 0;
        while start < refs.len() {
            let end = (start + self.rng.random_range(1..=2)).min(refs.len());
            if self.rng.random_ratio(4, 5) {
                let term = Term::new(refs[start..end].iter().copied(), refs[..start].iter().copied(), []).unwrap();
                terms.push(self.arena.p(term));
            }
            start = end;
        }
        terms
    }

    fn expr(&mut self, depth: usize, made: &mut Vec<ExprId>) -> ExprId {
        let id = self.new_expr(depth, made);
        made.push(id);
        id
    }

    fn new_expr(&mut self, depth: usize, made: &mut Vec<ExprId>) -> ExprId {
        if !made.is_empty() && self.rng.random_ratio(1, 6) {
            return *made.choose(self.rng).unwrap();
        }
        if depth == 0 {
            return self.term();
        }
        match self.rng.random_range(0..if self.arithmetic { 11 } else { 8 }) {
            0 => self.term(),
            1 | 2 => {
                let chain = self.chain();
                self.arena.product(chain)
            }
            3 | 4 => {
                let body = self.expr(depth - 1, made);
                let mut free = self.arena.free(body).to_vec();
                free.retain(|_| self.rng.random_ratio(1, 2));
                if self.rng.random_ratio(1, 10) {
                    let var = self.rng.random_range(0..self.variables);
                    free.push(self.reference(var));
                }
                self.arena.sum(free, body)
            }
            5 => {
                let (p, q) = (self.expr(depth - 1, made), self.expr(depth - 1, made));
                self.arena.product([p, q])
            }
            6 | 7 => {
                let (p, q) = (self.expr(depth - 1, made), self.expr(depth - 1, made));
                self.arena.quotient(p, q)
            }
            8 => {
                let (p, q) = (self.expr(depth - 1, made), self.expr(depth - 1, made));
                self.arena.plus([p, q])
            }
            9 => {
                let (p, q) = (self.expr(depth - 1, made), self.expr(depth - 1, made));
                self.arena.minus([p, q])
            }
            _ => {
                let var = self.rng.random_range(0..self.variables);
                let reference = self.reference(var);
                match self.rng.random_range(0..3) {
                    0 => self.arena.value(reference),
                    n => self.arena.number(BigRational::new((3 - n).into(), 2.into())),
                }
            }
        }
    }
}

fn random(seed: u64, arithmetic: bool, depth: usize) -> (ChaCha8Rng, Arena, Graph, ExprId) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let names = ["a", "b", "c", "d", "e"];
    let variables = rng.random_range(3..=if depth > 3 { 4 } else { 5 });
    let mut arena = Arena::new();
    let expr = Maker { rng: &mut rng, arena: &mut arena, variables, arithmetic }.expr(depth, &mut Vec::new());
    (rng, arena, graph(&names[..variables]), expr)
}

#[test]
fn simplification_keeps_the_value_and_its_log_leads_there() {
    for seed in 0..4000 {
        let (mut rng, mut arena, g, expr) = random(seed, seed % 3 == 0, 3 + (seed % 2) as usize);
        let text = show(&arena, &g, expr);
        let mut log = Vec::new();
        let result = simplify(&mut arena, &g, expr, &mut log);
        let found = show(&arena, &g, result);
        assert_eq!(show_replayed(&mut arena, &g, expr, &log), found, "seed {seed}: {text}");
        assert_eq!(replay(&mut arena, expr, &log), result, "seed {seed}: {text} -> {found}");
        let mut again = Vec::new();
        let second = simplify(&mut arena, &g, result, &mut again);
        assert_eq!(show(&arena, &g, second), found, "seed {seed}: simplified twice, from {text}");
        assert!(second == result && again.is_empty());
        assert!(length(&arena, result) <= length(&arena, expr), "seed {seed}: {text} became {found}");
        let tidied = tidy(&mut arena, &g, result);
        let tidied_first = tidy(&mut arena, &g, expr);
        if arena.size(expr) > 120 {
            continue;
        }
        let world = World::random(&mut rng, g.len());
        for rewrite in &log {
            assert!(is_instance(&mut arena, rewrite), "seed {seed}: {:?}", rewrite.law);
        }
        let pairs = log.iter().map(|r| (r.from, r.to)).chain([(expr, result), (result, tidied), (expr, tidied_first)]);
        for (from, to) in pairs {
            let at = world.point(&mut rng, &arena, &[from, to]);
            let (p, q) = (world.value(&arena, from, &at), world.value(&arena, to, &at));
            assert!(close(p, q), "seed {seed}: {} is not {}", show(&arena, &g, from), show(&arena, &g, to));
        }
    }
}

fn show_replayed(arena: &mut Arena, g: &Graph, expr: ExprId, log: &[super::Rewrite]) -> String {
    let id = replay(arena, expr, log);
    show(arena, g, id)
}

#[test]
fn normal_forms_keep_the_value_and_decide_what_simplification_does() {
    let (mut asked, mut missed) = (0, 0);
    for seed in 0..4000 {
        let (mut rng, mut arena, g, expr) = random(seed, seed % 3 == 0, 3);
        let text = show(&arena, &g, expr);
        let form = normal(&mut arena, expr);
        let found = show(&arena, &g, form);
        let again = normal(&mut arena, form);
        assert_eq!(show(&arena, &g, again), found, "seed {seed}: {text}");
        let world = World::random(&mut rng, g.len());
        let mut log = Vec::new();
        let simple = simplify(&mut arena, &g, expr, &mut log);
        if arena.size(expr) < 120 {
            let at = world.point(&mut rng, &arena, &[expr, form]);
            let (p, q) = (world.value(&arena, expr, &at), world.value(&arena, form, &at));
            assert!(close(p, q), "seed {seed}: {text} is not {found}");
        }
        for (from, to) in log.iter().map(|r| (r.from, r.to)).chain([(expr, simple)]) {
            asked += 1;
            if !equal(&mut arena, from, to) {
                missed += 1;
            }
        }
        // A neighbour that differs is never found equal.
        let mut maker = Maker { rng: &mut rng, arena: &mut arena, variables: g.len(), arithmetic: false };
        let other = maker.expr(2, &mut vec![expr, simple]);
        for (p, q) in [(expr, other), (simple, other)] {
            if arena.size(p) < 120 && arena.size(q) < 120 && equal(&mut arena, p, q) {
                for _ in 0..3 {
                    let at = world.point(&mut rng, &arena, &[p, q]);
                    let (a, b) = (world.value(&arena, p, &at), world.value(&arena, q, &at));
                    assert!(close(a, b), "seed {seed}: {} is not {}", show(&arena, &g, p), show(&arena, &g, q));
                }
            }
        }
    }
    assert!(missed * 200 <= asked, "{missed} of {asked} equalities missed");
}

/// Q(1) = P(v1); each further Q is a ratio of two sums over the one before, so the tree doubles at each step.
fn ladder(arena: &mut Arena, depth: usize) -> ExprId {
    let v = |i: usize| Ref::plain(Var::new(i));
    let mut q = arena.p(Term::new([v(1)], [], []).unwrap());
    for i in 1..=depth {
        let next = arena.p(Term::new([v(i + 1)], [v(0), v(i)], []).unwrap());
        let other = arena.p(Term::new([v(0)], [v(i), v(i + 1)], []).unwrap());
        let (above, below) = (arena.product([q, next, other]), arena.product([q, other]));
        let (above, below) = (arena.sum([v(i)], above), arena.sum([v(i)], below));
        q = arena.quotient(above, below);
    }
    q
}

#[test]
fn ladders_whose_tree_is_exponential() {
    let names: Vec<String> = (0..2100).map(|i| format!("v{i}")).collect();
    let g = graph(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut arena = Arena::new();
    let q = ladder(&mut arena, 1000);
    assert_eq!(arena.size(q), u64::MAX);
    let before = arena.len();
    let mut log = Vec::new();
    let result = simplify(&mut arena, &g, q, &mut log);
    let tidied = tidy(&mut arena, &g, result);
    assert!(arena.reachable([tidied]).len() < 30_000, "{}", arena.reachable([tidied]).len());
    assert!(arena.len() - before < 100_000, "{}", arena.len() - before);
    // Squares of squares.
    let mut q = arena.quotient(q, result);
    for _ in 0..200 {
        q = arena.product([q, q]);
    }
    simplify(&mut arena, &g, q, &mut log);
}

#[test]
fn shared_parts_get_names_so_that_all_is_linear() {
    let names: Vec<String> = (0..700).map(|i| format!("v{i}")).collect();
    let g = graph(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut arena = Arena::new();
    let q = ladder(&mut arena, 2);
    assert!(definitions(&arena, q, |_| false).is_empty(), "short as it is");
    let mut written = Vec::new();
    for depth in [150, 300, 600] {
        let q = ladder(&mut arena, depth);
        let all = definitions(&arena, q, |name| name == "Q2" || g.node(name).is_some());
        assert_eq!([all[0].0.as_str(), all[1].0.as_str()], ["Q1", "Q3"]);
        // Each as text of its own, with those before it by name.
        let mut total = 0;
        for (at, &(_, id)) in all.iter().chain([&(String::new(), q)]).enumerate() {
            let known = |id: ExprId| all[..at].iter().any(|&(_, named)| named == id);
            assert!(!known(id));
            let mut stack = arena.get(id).operands();
            while let Some(id) = stack.pop() {
                total += 1;
                if !known(id) {
                    stack.extend(arena.get(id).operands());
                }
            }
        }
        written.push(total);
    }
    assert!(written[2] < written[0] * 5, "{written:?}");
    // Deep, though nothing in it is shared.
    let mut deep = p(&mut arena, &g, "v1");
    for i in 0..200 {
        let v = r(&mut arena, &g, &format!("v{i}"));
        let factor = p(&mut arena, &g, &format!("v{}|v{i}", i + 1));
        let body = arena.product([factor, deep]);
        deep = arena.sum([v], body);
    }
    assert!(definitions(&arena, deep, |_| false).len() >= 200 / 32);
}

#[test]
fn only_the_largest_need_be_positive() {
    let g = graph(&["w", "r", "x", "y"]);
    let mut a = Arena::new();
    let (w, x, y) = (p(&mut a, &g, "w'"), p(&mut a, &g, "x|w',r"), p(&mut a, &g, "x,y|w',r"));
    let num = sum(&mut a, &g, "w'", &[w, y]);
    let den = sum(&mut a, &g, "w'", &[w, x]);
    let whole = a.quotient(num, den);
    let needed = |a: &mut Arena, id: ExprId| {
        let terms = assumes_positive(a, id);
        let ids: Vec<ExprId> = terms.into_iter().map(|term| a.p(term)).collect();
        ids.into_iter().map(|id| show(a, &g, id)).collect::<Vec<_>>()
    };
    assert_eq!(needed(&mut a, whole), ["P(w,r,x)"]);
    let at = p(&mut a, &g, "y|x=0,do(r)");
    let other = p(&mut a, &g, "w|x,y");
    let both = a.product([at, other]);
    assert_eq!(needed(&mut a, both), ["P(x,y)", "P(x=0|do(r))"]);
    let none = p(&mut a, &g, "y|do(x)");
    assert!(needed(&mut a, none).is_empty());
}

#[test]
fn equal_however_it_is_written() {
    let g = graph(&["x", "m", "y", "z"]);
    let mut a = Arena::new();
    // Back-door by weighting: Σ_z P(x,y,z) / P(x|z).
    let (joint, given, part) = (p(&mut a, &g, "x,y,z"), p(&mut a, &g, "x|z"), p(&mut a, &g, "z"));
    let weighted = a.quotient(joint, given);
    let weighted = sum(&mut a, &g, "z", &[weighted]);
    let outcome = p(&mut a, &g, "y|x,z'");
    let part2 = p(&mut a, &g, "z'");
    let adjusted = sum(&mut a, &g, "z'", &[outcome, part2]);
    assert!(equal(&mut a, weighted, adjusted));
    assert_eq!(normal(&mut a, weighted), normal(&mut a, adjusted));
    let crude = p(&mut a, &g, "y|x");
    assert!(!equal(&mut a, crude, adjusted));
    // Front-door, flat and nested, with the copies swapped.
    let (m, x, y) = (p(&mut a, &g, "m|x"), p(&mut a, &g, "x'"), p(&mut a, &g, "y|x',m"));
    let inner = sum(&mut a, &g, "x'", &[x, y]);
    let nested = sum(&mut a, &g, "m", &[m, inner]);
    let (m, x, y) = (p(&mut a, &g, "m'|x"), p(&mut a, &g, "x''"), p(&mut a, &g, "y|x'',m'"));
    let flat = sum(&mut a, &g, "x'',m'", &[y, m, x]);
    assert!(equal(&mut a, nested, flat));
    // Two copies of one variable, bound in either order.
    let f = |a: &mut Arena, one: &str, two: &str| {
        let all = [p(a, &g, &format!("y|{one}")), p(a, &g, &format!("m|{one},z")), p(a, &g, &format!("z|{two}"))];
        let link = [p(a, &g, &format!("{two}|m")), p(a, &g, &format!("{one}|z"))];
        sum(a, &g, "x,x',z", &[all[0], all[1], all[2], link[0], link[1]])
    };
    let (p1, p2) = (f(&mut a, "x", "x'"), f(&mut a, "x'", "x"));
    assert!(p1 != p2 && equal(&mut a, p1, p2));
    // Fractions over one line.
    let (one, two) = (a.quotient(crude, part), a.quotient(given, part));
    let split = a.plus([one, two]);
    let above = a.plus([given, crude]);
    let joined = a.quotient(above, part);
    assert!(equal(&mut a, split, joined));
    let half = a.quotient(crude, above);
    let other = a.quotient(given, above);
    let (whole, number) = (a.plus([half, other]), a.one());
    assert!(equal(&mut a, whole, number));
}

#[test]
fn equality_stops_in_time() {
    let g = graph(&["a", "b"]);
    let mut arena = Arena::new();
    let (one, two) = (p(&mut arena, &g, "a"), p(&mut arena, &g, "b|a"));
    let mut power = arena.plus([one, two]);
    for _ in 0..40 {
        power = arena.product([power, power]);
    }
    let more = arena.product([power, one]);
    assert!(!equal(&mut arena, power, more));
    assert_eq!(normal(&mut arena, more), more);
    let tower = ladder(&mut arena, 2000);
    let other = arena.product([tower, two]);
    assert!(!equal(&mut arena, tower, other));
}
