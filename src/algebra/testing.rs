//! For tests of this floor: a printer, an evaluator over a random positive joint distribution, and the log replayed.

use super::{Law, Rewrite};
use crate::expr::{Arena, At, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphBuilder, Node};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rustc_hash::FxHashMap;

/// A graph whose nodes are in causal order and have these names.
pub fn graph(names: &[&str]) -> Graph {
    let mut builder = GraphBuilder::new();
    for name in names {
        builder.node(name);
    }
    builder.build().unwrap()
}

/// As people write it.
pub fn show(arena: &Arena, graph: &Graph, id: ExprId) -> String {
    let name = |r: &Ref| {
        let name = graph.name(Node::new(r.var.index()));
        match r.at {
            At::Copy(primes) => format!("{name}{}", "'".repeat(primes.into())),
            At::Value(symbol) => format!("{name}={}", arena.text(symbol)),
        }
    };
    let list = |refs: &[Ref]| refs.iter().map(name).collect::<Vec<_>>().join(",");
    let part = |id: &ExprId, sum_may: bool| {
        let text = show(arena, graph, *id);
        let open = match arena.get(*id) {
            Expr::Sum { .. } => sum_may,
            Expr::Plus(_) | Expr::Minus(_) | Expr::Quotient(..) | Expr::Product(_) => false,
            Expr::Number(_) | Expr::P(_) | Expr::Value(_) => true,
        };
        if open { text } else { format!("({text})") }
    };
    match arena.get(id) {
        Expr::Number(value) => value.to_string(),
        Expr::P(term) => {
            let mut given = Vec::new();
            if !term.do_().is_empty() {
                given.push(format!("do({})", list(term.do_())));
            }
            if !term.given().is_empty() {
                given.push(list(term.given()));
            }
            let bar = if given.is_empty() { "" } else { "|" };
            format!("P({}{bar}{})", list(term.of()), given.join(","))
        }
        Expr::Sum { over, body } => {
            let text = show(arena, graph, *body);
            let text = if matches!(arena.get(*body), Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_)) {
                format!("[{text}]")
            } else {
                text
            };
            format!("Σ_{{{}}} {text}", list(over))
        }
        Expr::Product(all) => {
            let last = all.len() - 1;
            all.iter().enumerate().map(|(i, f)| part(f, i == last)).collect::<Vec<_>>().join(" ")
        }
        Expr::Quotient(a, b) => {
            let bare = |id: &ExprId| match arena.get(*id) {
                Expr::Product(_) | Expr::Sum { .. } => format!("[{}]", show(arena, graph, *id)),
                Expr::Number(_) | Expr::P(_) | Expr::Value(_) | Expr::Quotient(..) | Expr::Plus(_) | Expr::Minus(_) => {
                    part(id, true)
                }
            };
            format!("{} / {}", bare(a), bare(b))
        }
        Expr::Plus(all) => all.iter().map(|t| part(t, true)).collect::<Vec<_>>().join(" + "),
        Expr::Minus(all) => all.iter().map(|t| part(t, true)).collect::<Vec<_>>().join(" - "),
        Expr::Value(r) => name(r),
    }
}

/// A term from names: `"y,z|do(x),w"`, primes allowed, `x=1` for values.
pub fn p(arena: &mut Arena, graph: &Graph, text: &str) -> ExprId {
    let (of, rest) = text.split_once('|').unwrap_or((text, ""));
    let mut do_ = Vec::new();
    let mut given = Vec::new();
    for part in rest.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.strip_prefix("do(").and_then(|inner| inner.strip_suffix(')')) {
            Some(inner) => do_.push(r(arena, graph, inner)),
            None => given.push(r(arena, graph, part)),
        }
    }
    let of: Vec<Ref> = of.split(',').map(|name| r(arena, graph, name.trim())).collect();
    arena.p(Term::new(of, given, do_).unwrap())
}

/// A reference from its name.
pub fn r(arena: &mut Arena, graph: &Graph, text: &str) -> Ref {
    if let Some((name, value)) = text.split_once('=') {
        let symbol = arena.symbol(value);
        return Ref::value(Var::new(graph.node(name).unwrap().index()), symbol);
    }
    let name = text.trim_end_matches('\'');
    Ref::copy(Var::new(graph.node(name).unwrap().index()), (text.len() - name.len()) as u16)
}

/// Σ over the named of the product of the terms, each `"y|x"`; a `"/"` among them begins the denominator.
pub fn sum(arena: &mut Arena, graph: &Graph, over: &str, factors: &[ExprId]) -> ExprId {
    let over: Vec<Ref> = over.split(',').filter(|s| !s.is_empty()).map(|name| r(arena, graph, name.trim())).collect();
    let body = arena.product(factors.iter().copied());
    arena.sum(over, body)
}

/// A positive distribution of `states.len()` variables, and for each set of actions another one.
pub struct World {
    states: Vec<usize>,
    seed: u64,
}

impl World {
    pub fn random(rng: &mut ChaCha8Rng, variables: usize) -> Self {
        Self { states: (0..variables).map(|_| rng.random_range(2..=3)).collect(), seed: rng.random() }
    }

    pub fn states(&self, var: Var) -> usize {
        self.states[var.index()]
    }

    /// Weight of an assignment under actions: any positive function will do.
    fn weight(&self, do_: &[(Var, usize)], at: &[usize]) -> f64 {
        use std::hash::{Hash, Hasher};
        let mut hasher = rustc_hash::FxHasher::default();
        (self.seed, do_.iter().map(|(v, s)| (v.index(), *s)).collect::<Vec<_>>(), at).hash(&mut hasher);
        let mut x = hasher.finish();
        for _ in 0..3 {
            x ^= x >> 29;
            x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        0.05 + (x >> 40) as f64 / (1_u64 << 24) as f64
    }

    fn mass(&self, do_: &[(Var, usize)], fixed: &[(Var, usize)]) -> f64 {
        let mut at = vec![0; self.states.len()];
        let mut total = 0.0;
        loop {
            let ok = |pairs: &[(Var, usize)]| pairs.iter().all(|(v, s)| at[v.index()] == *s);
            if ok(fixed) && ok(do_) {
                total += self.weight(do_, &at);
            }
            let Some(i) = (0..at.len()).find(|&i| at[i] + 1 < self.states[i]) else { return total };
            at[..i].fill(0);
            at[i] += 1;
        }
    }

    /// The value of an expression where its free references have these states; values are states by number.
    pub fn value(&self, arena: &Arena, id: ExprId, at: &FxHashMap<Ref, usize>) -> f64 {
        let state = |r: &Ref| match r.at {
            At::Copy(_) => at[r],
            At::Value(symbol) => arena.text(symbol).parse().unwrap(),
        };
        match arena.get(id) {
            Expr::Number(value) => {
                let float = |i: &num_bigint::BigInt| i.to_string().parse::<f64>().unwrap();
                float(value.numer()) / float(value.denom())
            }
            Expr::Value(r) => state(r) as f64,
            Expr::P(term) => {
                let pairs = |refs: &[Ref]| refs.iter().map(|r| (r.var, state(r))).collect::<Vec<_>>();
                let (do_, given) = (pairs(term.do_()), pairs(term.given()));
                let both: Vec<_> = pairs(term.of()).into_iter().chain(given.iter().copied()).collect();
                self.mass(&do_, &both) / self.mass(&do_, &given)
            }
            Expr::Sum { over, body } => {
                let mut at = at.clone();
                let mut states = vec![0; over.len()];
                let mut total = 0.0;
                loop {
                    for (r, s) in over.iter().zip(&states) {
                        at.insert(*r, *s);
                    }
                    total += self.value(arena, *body, &at);
                    let next = (0..over.len()).find(|&i| states[i] + 1 < self.states[over[i].var.index()]);
                    let Some(i) = next else { return total };
                    states[..i].fill(0);
                    states[i] += 1;
                }
            }
            Expr::Product(all) => all.iter().map(|f| self.value(arena, *f, at)).product(),
            Expr::Quotient(a, b) => {
                // What is 0 may come out as a rounding error.
                let under = self.value(arena, *b, at);
                if under.abs() < 1e-9 { f64::NAN } else { self.value(arena, *a, at) / under }
            }
            Expr::Plus(all) => all.iter().map(|t| self.value(arena, *t, at)).sum(),
            Expr::Minus(all) => {
                let mut values = all.iter().map(|t| self.value(arena, *t, at));
                let first = values.next().unwrap();
                first - values.sum::<f64>()
            }
        }
    }

    /// Random states for the references free in any of the expressions.
    pub fn point(&self, rng: &mut ChaCha8Rng, arena: &Arena, all: &[ExprId]) -> FxHashMap<Ref, usize> {
        let mut at = FxHashMap::default();
        for r in all.iter().flat_map(|&id| arena.free(id)) {
            at.entry(*r).or_insert_with(|| rng.random_range(0..self.states(r.var)));
        }
        at
    }
}

/// Whether two values are the same but for rounding; undefined ones equal anything (a quotient by 0 may come out huge).
pub fn close(a: f64, b: f64) -> bool {
    let huge = |x: f64| !x.is_finite() || x.abs() > 1e9;
    huge(a) || huge(b) || (a - b).abs() <= 1e-9 * (1.0 + a.abs() + b.abs())
}

/// What the log makes of an expression, letter by letter.
pub fn replay(arena: &mut Arena, expr: ExprId, log: &[Rewrite]) -> ExprId {
    let mut current = expr;
    for rewrite in log {
        let mut done: FxHashMap<ExprId, ExprId> = FxHashMap::default();
        for id in arena.reachable([current]) {
            let new = if id == rewrite.from {
                rewrite.to
            } else {
                super::rewrite::rebuilt(arena, id, |o| done.get(&o).copied().unwrap_or(o))
            };
            done.insert(id, new);
        }
        current = done[&current];
    }
    current
}

/// Whether a rewrite is an instance of the law it names, letter by letter. Algebra is not looked into.
pub fn is_instance(arena: &mut Arena, rewrite: &Rewrite) -> bool {
    let Expr::P(to) = arena.get(rewrite.to).clone() else { return rewrite.law == Law::Algebra };
    let from = arena.get(rewrite.from).clone();
    let expected = match (rewrite.law, from) {
        (Law::Algebra, _) => return true,
        (Law::Marginalise, Expr::Sum { over, body }) => {
            let of = to.of().iter().chain(&over).copied();
            let joint = Term::new(of, to.given().iter().copied(), to.do_().iter().copied()).unwrap();
            return arena.p(joint) == body;
        }
        (Law::Condition, Expr::Quotient(joint, part)) => {
            let (Expr::P(joint), Expr::P(part)) = (arena.get(joint).clone(), arena.get(part).clone()) else {
                return false;
            };
            assert!(part.do_() == to.do_() && joint.do_() == to.do_() && joint.given() == part.given());
            let given = part.of().iter().chain(part.given()).copied();
            let of = joint.of().iter().copied().filter(|r| !part.of().contains(r));
            Term::new(of, given, to.do_().iter().copied())
        }
        (Law::Chain, Expr::Product(all)) => {
            let mut given: Vec<Ref> = to.given().to_vec();
            let mut of: Vec<Ref> = Vec::new();
            for id in all.iter().rev() {
                let Expr::P(term) = arena.get(*id).clone() else { return false };
                let expected = Term::new(term.of().iter().copied(), given.clone(), to.do_().iter().copied());
                if expected != Some(term.clone()) {
                    return false;
                }
                given.extend(term.of());
                of.extend(term.of());
            }
            Term::new(of, to.given().iter().copied(), to.do_().iter().copied())
        }
        _ => return false,
    };
    expected == Some(to)
}
