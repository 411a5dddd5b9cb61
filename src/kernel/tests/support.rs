//! Graphs, expressions and claims from short texts, and an evaluator of its own: brute force, in floating point.

use crate::expr::{Arena, BigRational, Expr, ExprId, Ref, Term, Var};
use crate::graph::{Graph, GraphBuilder, Mutilation, Node, NodeSet};
use crate::kernel::{Checked, Refusal, check};
use crate::proof::{
    Claim, Derivation, Evidence, Latent, Model, ModelVariable, Parent, Rule, Separation, Statement, Step, Use,
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A graph from `"x y z: x>y y-z"`, `-` for a bidirected edge.
pub fn graph(text: &str) -> Graph {
    let (names, edges) = text.split_once(':').unwrap();
    let mut builder = GraphBuilder::new();
    for name in names.split_whitespace() {
        builder.node(name);
    }
    for edge in edges.split_whitespace() {
        if let Some((a, b)) = edge.split_once('>') {
            let (a, b) = (builder.node(a), builder.node(b));
            builder.directed(a, b);
        } else {
            let (a, b) = edge.split_once('-').unwrap();
            let (a, b) = (builder.node(a), builder.node(b));
            builder.bidirected(a, b);
        }
    }
    builder.build().unwrap()
}

/// The set of the named nodes.
pub fn set(graph: &Graph, names: &str) -> NodeSet {
    graph.set(names.split_whitespace().map(|name| graph.node(name).unwrap()))
}

/// A separation from four lists of names.
pub fn separation(graph: &Graph, x: &str, y: &str, given: &str, over: &str, under: &str) -> Separation {
    let cut = Mutilation { no_incoming: set(graph, over), no_outgoing: set(graph, under) };
    Separation { x: set(graph, x), y: set(graph, y), given: set(graph, given), cut }
}

/// A separation from `"y _ z | w [over x; under z]"`, all but the first two optional.
pub fn parse_separation(graph: &Graph, text: &str) -> Separation {
    let (text, cut) = text.split_once('[').unwrap_or((text, ""));
    let (sides, given) = text.split_once('|').unwrap_or((text, ""));
    let (x, y) = sides.split_once('_').unwrap();
    let cut = cut.trim().trim_end_matches(']');
    let (mut over, mut under) = ("", "");
    for part in cut.split(';') {
        over = part.trim().strip_prefix("over ").unwrap_or(over);
        under = part.trim().strip_prefix("under ").unwrap_or(under);
    }
    separation(graph, x, y, given, over, under)
}

struct Parser<'a> {
    arena: &'a mut Arena,
    graph: &'a Graph,
    rest: &'a str,
}

/// An expression: `P(y,x'|do(z),w=1)`, `sum{x} (…)`, `[y]` for a numeric value, `+ - * /`, numbers, parentheses.
pub fn expr(arena: &mut Arena, graph: &Graph, text: &str) -> ExprId {
    let mut parser = Parser { arena, graph, rest: text };
    let id = parser.sum();
    assert_eq!(parser.rest.trim(), "", "in {text}");
    id
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn sum(&mut self) -> ExprId {
        let first = self.product();
        let (mut plus, mut minus) = (vec![first], vec![first]);
        loop {
            if self.eat("+") {
                let next = self.product();
                plus.push(next);
            } else if self.eat("-") {
                let next = self.product();
                minus.push(next);
            } else {
                assert!(plus.len() == 1 || minus.len() == 1, "plus and minus need parentheses");
                return if minus.len() > 1 { self.arena.minus(minus) } else { self.arena.plus(plus) };
            }
        }
    }

    fn product(&mut self) -> ExprId {
        let mut factors = vec![self.factor()];
        loop {
            if self.eat("*") {
                let next = self.factor();
                factors.push(next);
            } else if self.eat("/") {
                let over = self.arena.product(factors);
                let under = self.factor();
                factors = vec![self.arena.quotient(over, under)];
            } else {
                return self.arena.product(factors);
            }
        }
    }

    fn factor(&mut self) -> ExprId {
        if self.eat("(") {
            let inner = self.sum();
            assert!(self.eat(")"), "at {}", self.rest);
            inner
        } else if self.eat("P(") {
            let (mut of, mut given, mut do_) = (Vec::new(), Vec::new(), Vec::new());
            let mut conditions = false;
            while !self.eat(")") {
                self.eat(",");
                conditions |= self.eat("|");
                if self.eat("do(") {
                    while !self.eat(")") {
                        self.eat(",");
                        do_.push(self.reference());
                    }
                } else {
                    let reference = self.reference();
                    if conditions { &mut given } else { &mut of }.push(reference);
                }
            }
            self.arena.p(Term::new(of, given, do_).unwrap())
        } else if self.eat("sum{") {
            let mut over = Vec::new();
            while !self.eat("}") {
                self.eat(",");
                over.push(self.reference());
            }
            let body = self.factor();
            self.arena.sum(over, body)
        } else if self.eat("[") {
            let reference = self.reference();
            assert!(self.eat("]"));
            self.arena.value(reference)
        } else {
            let text: String = self.rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
            assert!(!text.is_empty(), "at {}", self.rest);
            self.eat(&text);
            self.arena.number(BigRational::from_integer(text.parse().unwrap()))
        }
    }

    fn reference(&mut self) -> Ref {
        self.rest = self.rest.trim_start();
        let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
        let var = Var::new(self.graph.node(&self.rest[..end]).unwrap_or_else(|| panic!("at {}", self.rest)).index());
        self.rest = &self.rest[end..];
        let mut primes = 0;
        while self.eat("'") {
            primes += 1;
        }
        if self.eat("=") {
            let end = self.rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(self.rest.len());
            let symbol = self.arena.symbol(&self.rest[..end]);
            self.rest = &self.rest[end..];
            return Ref::value(var, symbol);
        }
        Ref::copy(var, primes)
    }
}

/// One reference.
pub fn reference(arena: &mut Arena, graph: &Graph, text: &str) -> Ref {
    Parser { arena, graph, rest: text }.reference()
}

/// A step from its rule's name, its sides, the steps it uses (`"0; 1 x>x' y>y=1"`) and its separation, if any.
pub fn step(arena: &mut Arena, graph: &Graph, rule: &str, sides: &str, uses: &str, requires: &str) -> Step {
    let (lhs, rhs) = sides.split_once(" == ").unwrap();
    let (lhs, rhs) = (expr(arena, graph, lhs), expr(arena, graph, rhs));
    let uses = uses.split(';').map(str::trim).filter(|text| !text.is_empty()).map(|text| {
        let mut words = text.split_whitespace();
        let step = words.next().unwrap().parse().unwrap();
        let at = words.map(|pair| {
            let (from, to) = pair.split_once('>').unwrap();
            (reference(arena, graph, from), reference(arena, graph, to))
        });
        Use { step, at: at.collect() }
    });
    let uses = uses.collect();
    let requires = if requires.is_empty() { vec![] } else { vec![parse_separation(graph, requires)] };
    Step { rule: Rule::from_name(rule).unwrap(), lhs, rhs, uses, requires }
}

/// A step written out: rule, sides, uses, separation.
pub type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The steps of a derivation.
pub fn steps(arena: &mut Arena, graph: &Graph, lines: &[Line<'_>]) -> Vec<Step> {
    lines.iter().map(|(rule, sides, uses, requires)| step(arena, graph, rule, sides, uses, requires)).collect()
}

/// The joint of all variables.
pub fn joint(graph: &Graph) -> Term {
    Term::new(graph.nodes().map(|node| Ref::plain(Var::new(node.index()))), [], []).unwrap()
}

/// A claim from P(v) alone.
pub fn claim(graph: &Graph, statement: Statement) -> Claim {
    Claim { graph: Arc::new(graph.clone()), source: None, known: Arc::new([joint(graph)]), statement }
}

/// Judges steps as the proof of `Equal` or of `Identifiable` between the sides of the last.
pub fn judge(arena: &mut Arena, graph: &Graph, steps: &[Step], identifiable: bool) -> Result<Checked, Refusal> {
    let (lhs, rhs) = steps.last().map(|step| (step.lhs, step.rhs)).unwrap();
    let statement = match identifiable {
        true => Statement::Identifiable { query: lhs, estimand: rhs },
        false => Statement::Equal(lhs, rhs),
    };
    check(arena, &claim(graph, statement), &Evidence::Derivation(Derivation { steps: steps.to_vec() }))
}

/// Whether one step is accepted alone.
pub fn accepts(graph: &Graph, line: Line<'_>) -> bool {
    let mut arena = Arena::new();
    let steps = steps(&mut arena, graph, &[line]);
    judge(&mut arena, graph, &steps, false).is_ok()
}

/// A random model: a latent of three states for each bidirected edge and one for each variable's noise is not needed,
/// since rows are random; every probability is positive.
pub struct Numbers {
    pub states: Vec<usize>,
    /// Parents of each variable, then the bidirected edges it has.
    parents: Vec<(Vec<usize>, Vec<usize>)>,
    tables: Vec<BTreeMap<Vec<usize>, Vec<f64>>>,
    latents: Vec<Vec<f64>>,
}

fn distribution(rng: &mut ChaCha8Rng, size: usize) -> Vec<f64> {
    let weights: Vec<f64> = (0..size).map(|_| rng.random_range(0.1..1.0)).collect();
    let sum: f64 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

/// All combinations of states.
pub fn combinations(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![vec![]], |all, &size| {
        all.iter().flat_map(|start| (0..size).map(move |state| [&**start, &[state]].concat())).collect()
    })
}

impl Numbers {
    pub fn random(graph: &Graph, rng: &mut ChaCha8Rng) -> Self {
        let states: Vec<usize> = graph.nodes().map(|_| rng.random_range(2..4)).collect();
        let edges: Vec<_> = graph.bidirected().collect();
        let latents: Vec<Vec<f64>> = edges.iter().map(|_| distribution(rng, 3)).collect();
        let mut parents = Vec::new();
        let mut tables = Vec::new();
        for node in graph.nodes() {
            let own: Vec<usize> = graph.parents(node).map(|parent| parent.index()).collect();
            let hidden: Vec<usize> =
                edges.iter().enumerate().filter(|(_, e)| e.0 == node || e.1 == node).map(|(i, _)| i).collect();
            let sizes: Vec<usize> = own.iter().map(|&p| states[p]).chain(hidden.iter().map(|_| 3)).collect();
            let rows = combinations(&sizes).into_iter().map(|row| (row, distribution(rng, states[node.index()])));
            tables.push(rows.collect());
            parents.push((own, hidden));
        }
        Self { states, parents, tables, latents }
    }

    /// The same model in fractions, exact to the rounding of its numbers.
    pub fn exact(&self, graph: &Graph) -> Model {
        let fractions = |probs: &[f64]| {
            let mut parts: Vec<i64> = probs.iter().map(|p| (p * 1e12).round() as i64).collect();
            parts[0] += 1_000_000_000_000 - parts.iter().sum::<i64>();
            parts.into_iter().map(|part| BigRational::new(part.into(), 1_000_000_000_000_i64.into())).collect()
        };
        let latents = self.latents.iter().enumerate();
        let latents = latents.map(|(i, probs)| Latent { name: format!("u{i}"), probs: fractions(probs) }).collect();
        let variables = graph.nodes().map(|node| {
            let (own, hidden) = &self.parents[node.index()];
            let own = own.iter().map(|&parent| Parent::Variable(Node::new(parent)));
            let parents = own.chain(hidden.iter().map(|&latent| Parent::Latent(latent))).collect();
            let table = self.tables[node.index()].values().map(|row| fractions(row)).collect();
            ModelVariable { states: self.states[node.index()], parents, table }
        });
        Model { latents, variables: variables.collect() }
    }

    pub fn float(number: &BigRational) -> f64 {
        let scaled = number * BigRational::from_integer(1_000_000_000_000_i64.into());
        scaled.to_integer().to_string().parse::<f64>().unwrap() / 1e12
    }

    /// P(v | do) at one assignment.
    fn joint(&self, values: &[usize], set: &[usize]) -> f64 {
        let mut total = 0.0;
        for hidden in combinations(&vec![3; self.latents.len()]) {
            let mut weight: f64 = hidden.iter().zip(&self.latents).map(|(&state, latent)| latent[state]).product();
            for (variable, (own, latents)) in self.parents.iter().enumerate().filter(|(v, _)| !set.contains(v)) {
                let row: Vec<usize> =
                    own.iter().map(|&p| values[p]).chain(latents.iter().map(|&l| hidden[l])).collect();
                weight *= self.tables[variable][&row][values[variable]];
            }
            total += weight;
        }
        total
    }

    fn term(&self, term: &Term, at: &BTreeMap<Ref, usize>) -> f64 {
        let state = |refs: &[Ref]| -> BTreeMap<usize, usize> { refs.iter().map(|r| (r.var.index(), at[r])).collect() };
        let (of, given, set) = (state(term.of()), state(term.given()), state(term.do_()));
        let (mut over, mut under) = (0.0, 0.0);
        let acted: Vec<usize> = set.keys().copied().collect();
        for values in combinations(&self.states) {
            let fits = |part: &BTreeMap<usize, usize>| part.iter().all(|(&variable, &state)| values[variable] == state);
            if fits(&given) && fits(&set) {
                let p = self.joint(&values, &acted);
                under += p;
                over += if fits(&of) { p } else { 0.0 };
            }
        }
        over / under
    }

    /// An expression's value at the given states of its free references and of its values.
    pub fn value(&self, arena: &Arena, id: ExprId, at: &BTreeMap<Ref, usize>) -> f64 {
        match arena.get(id) {
            Expr::Number(number) => {
                let text = number.to_string();
                let (over, under) = text.split_once('/').unwrap_or((&text, "1"));
                over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap()
            }
            Expr::P(term) => self.term(term, at),
            Expr::Value(of) => at[of] as f64 * 1.3 - 0.41,
            Expr::Sum { over, body } => {
                let sizes: Vec<usize> = over.iter().map(|r| self.states[r.var.index()]).collect();
                let all = combinations(&sizes).into_iter().map(|states| {
                    let mut at = at.clone();
                    at.extend(over.iter().copied().zip(states));
                    self.value(arena, *body, &at)
                });
                all.sum()
            }
            Expr::Product(all) => all.iter().map(|&o| self.value(arena, o, at)).product(),
            Expr::Plus(all) => all.iter().map(|&o| self.value(arena, o, at)).sum(),
            Expr::Minus(all) => {
                self.value(arena, all[0], at) - all[1..].iter().map(|&o| self.value(arena, o, at)).sum::<f64>()
            }
            Expr::Quotient(over, under) => {
                let under = self.value(arena, *under, at);
                let under = if under.abs() < 1e-9 { f64::NAN } else { under };
                self.value(arena, *over, at) / under
            }
        }
    }

    /// A random state for each of the copies 0 to 3 of each variable and for the values 0 and 1.
    pub fn anywhere(&self, arena: &mut Arena, rng: &mut ChaCha8Rng) -> BTreeMap<Ref, usize> {
        let mut at = BTreeMap::new();
        for (variable, &states) in self.states.iter().enumerate() {
            for copy in 0..4 {
                at.insert(Ref::copy(Var::new(variable), copy), rng.random_range(0..states));
            }
            for state in 0..2 {
                let symbol = arena.symbol(&state.to_string());
                at.insert(Ref::value(Var::new(variable), symbol), state);
            }
        }
        at
    }

    /// Whether two expressions are equal at some random places.
    pub fn equal(&self, arena: &mut Arena, a: ExprId, b: ExprId, rng: &mut ChaCha8Rng) -> bool {
        (0..4).all(|_| {
            let at = self.anywhere(arena, rng);
            let (a, b) = (self.value(arena, a, &at), self.value(arena, b, &at));
            (a - b).abs() <= 1e-9 * (1.0 + a.abs() + b.abs()) || a.is_nan() || b.is_nan()
        })
    }
}

/// An expression as text, for messages.
pub fn show(arena: &Arena, id: ExprId) -> String {
    let list = |refs: &[Ref]| refs.iter().map(|r| format!("{}{}", r.var.index(), r.at)).collect::<Vec<_>>().join(",");
    let all = |ids: &[ExprId], sign: &str| ids.iter().map(|&id| show(arena, id)).collect::<Vec<_>>().join(sign);
    match arena.get(id) {
        Expr::Number(number) => number.to_string(),
        Expr::P(term) => format!("P({}|{};do {})", list(term.of()), list(term.given()), list(term.do_())),
        Expr::Value(of) => format!("[{}]", list(&[*of])),
        Expr::Sum { over, body } => format!("sum{{{}}}({})", list(over), show(arena, *body)),
        Expr::Product(ids) => format!("({})", all(ids, " * ")),
        Expr::Plus(ids) => format!("({})", all(ids, " + ")),
        Expr::Minus(ids) => format!("({})", all(ids, " - ")),
        Expr::Quotient(a, b) => format!("({} / {})", show(arena, *a), show(arena, *b)),
    }
}
