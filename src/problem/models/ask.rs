//! Questions to a model: expressions whose variables and values are positions in it.

use super::diagnostics;
use super::value::number;
use crate::expr::BigRational;
use crate::model::{
    Ask, Atom, Mechanism, Model, Network, Of, Point, Policy, Question, Replacement, Setting, Slot, Term, To,
};
use crate::problem::definitions::Meaning;
use crate::problem::resolver::Resolver;
use crate::source::{Diagnostic, Span};
use crate::syntax::tree::{self, Expr, ExprKind, Name, PTerm, Reference, SetTo};
use num_traits::{One, Zero};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How deep a question may nest once names are expanded, and how many parts it may have.
const MAX_DEPTH: usize = 300;
const MAX_PARTS: usize = 20_000;

/// Reads the expressions of one question to a model.
pub(in crate::problem) struct Asking<'r, 't> {
    pub(super) resolver: &'r mut Resolver<'t>,
    pub(super) model: Arc<Model>,
    pub(super) model_name: String,
    /// Names are known that are defined above this statement.
    statement: usize,
    slots: Vec<Slot>,
    free: Vec<usize>,
    /// What the sums around bind, innermost last.
    bound: Vec<((usize, u16), usize)>,
    policies: usize,
    parts: usize,
    /// Whether too much has been complained of.
    too_large: bool,
}

impl<'r, 't> Asking<'r, 't> {
    pub fn new(resolver: &'r mut Resolver<'t>, model: usize, statement: usize) -> Option<Self> {
        let (_, entry) = resolver.models.get_index(model)?;
        let (model, model_name) = (Arc::clone(&entry.model), entry.name.clone());
        Some(Self {
            resolver,
            model,
            model_name,
            statement,
            slots: Vec::new(),
            free: Vec::new(),
            bound: Vec::new(),
            policies: 0,
            parts: 0,
            too_large: false,
        })
    }

    pub(super) fn say(&mut self, found: Diagnostic) {
        self.resolver.findings.push(found);
    }

    /// Nothing varies yet.
    pub(super) fn begin(&mut self) {
        self.slots.clear();
        self.free.clear();
    }

    /// The name of the model's graph.
    pub(super) fn graph_name(&self) -> String {
        let graph = self.resolver.models.get(&self.model_name).map_or(0, |entry| entry.graph);
        self.resolver.graphs.get_index(graph).map_or_else(String::new, |(name, _)| name.clone())
    }

    /// A whole question, checked; what is wrong is reported.
    pub fn question(&mut self, expr: &'t Expr) -> Option<Question> {
        self.begin();
        let ask = self.ask(expr, 0)?;
        self.checked(ask, expr.span)
    }

    /// The same question without its actions, where it is one term that has some.
    pub fn without(&mut self, expr: &'t Expr) -> Option<Question> {
        let (ExprKind::P(term) | ExprKind::E(term)) = &expr.kind else { return None };
        if term.do_.is_empty() && term.policies.is_empty() {
            return None;
        }
        let still = PTerm { of: term.of.clone(), given: term.given.clone(), ..PTerm::default() };
        self.begin();
        let term = self.term(&still, expr.span, matches!(expr.kind, ExprKind::E(_)))?;
        Some(Question { slots: self.slots.clone(), free: self.free.clone(), ask: Ask::Term(term) })
    }

    pub(super) fn checked(&mut self, ask: Ask, span: Span) -> Option<Question> {
        let model = Arc::clone(&self.model);
        if let Model::Discrete(network) = &*model
            && let Some(variable) = crate::model::not_structural(network, &ask)
        {
            let name = &network.variables[variable].name;
            self.say(diagnostics::not_structural(&self.resolver.findings.source, span, name));
            return None;
        }
        Some(Question { slots: self.slots.clone(), free: self.free.clone(), ask })
    }

    pub(super) fn ask(&mut self, expr: &'t Expr, depth: usize) -> Option<Ask> {
        self.parts += 1;
        if depth > MAX_DEPTH || self.parts > MAX_PARTS {
            if !std::mem::replace(&mut self.too_large, true) {
                let found = diagnostics::question_too_large(&self.resolver.findings.source, expr.span, MAX_PARTS);
                self.say(found);
            }
            return None;
        }
        let mut all = |these: &'t [Expr]| {
            // Every one is looked at, so that all that is wrong is reported.
            let asked: Vec<Option<Ask>> = these.iter().map(|each| self.ask(each, depth + 1)).collect();
            asked.into_iter().collect::<Option<Vec<Ask>>>()
        };
        Some(match &expr.kind {
            ExprKind::Plus(terms) => Ask::Plus(all(terms)?),
            ExprKind::Minus(terms) => Ask::Minus(all(terms)?),
            ExprKind::Product(factors) => Ask::Product(all(factors)?),
            ExprKind::Quotient(over, under) => {
                let (over, under) = (self.ask(over, depth + 1), self.ask(under, depth + 1));
                Ask::Quotient(Box::new(over?), Box::new(under?))
            }
            ExprKind::Negative(inner) => {
                Ask::Minus(vec![Ask::Number(BigRational::zero()), self.ask(inner, depth + 1)?])
            }
            ExprKind::Number(written) => match number(written) {
                Some(number) => Ask::Number(number),
                None => {
                    self.say(diagnostics::model_number(&self.resolver.findings.source, expr.span));
                    return None;
                }
            },
            ExprKind::P(term) => Ask::Term(self.term(term, expr.span, false)?),
            ExprKind::E(term) => Ask::Term(self.term(term, expr.span, true)?),
            ExprKind::Sum { over, body } => {
                let before = self.bound.len();
                let mut slots = Vec::new();
                for variable in over {
                    let position = self.variable(&variable.name)?;
                    let slot = self.slot_of(position, variable.primes);
                    slots.push(slot);
                    self.bound.push(((position, variable.primes), slot));
                }
                let body = self.ask(body, depth + 1);
                self.bound.truncate(before);
                Ask::Sum(slots, Box::new(body?))
            }
            ExprKind::Name(variable) => self.name(variable, depth)?,
            ExprKind::Quantity(quantity) => self.quantity(quantity)?,
        })
    }

    /// A `let`, a named question, or the numeric value of a variable.
    fn name(&mut self, variable: &'t tree::Variable, depth: usize) -> Option<Ask> {
        let name = &variable.name;
        let definition = self.resolver.definitions.by_name.get(name.value.as_str()).copied();
        let definition = definition.and_then(|at| self.resolver.definitions.list.get_mut(at));
        if let Some(definition) = definition
            && definition.statement < self.statement
        {
            definition.read = true;
            let defined = definition.name.span;
            return match definition.meaning {
                Meaning::Let(expr) | Meaning::Question(Some(expr), _) => self.ask(expr, depth + 1),
                Meaning::Question(None, _) => {
                    let source = &self.resolver.findings.source;
                    let found = diagnostics::not_an_expression(source, &name.value, name.span, defined);
                    self.say(found);
                    None
                }
            };
        }
        let position = self.variable(name)?;
        self.numeric(position, name)?;
        Some(Ask::Value(self.slot(position, variable.primes)))
    }

    /// Says so where a variable's values are no numbers.
    pub(super) fn numeric(&mut self, variable: usize, name: &Name) -> Option<()> {
        let model = Arc::clone(&self.model);
        let Model::Discrete(network) = &*model else { return Some(()) };
        let known = &network.variables[variable];
        if known.numbers.is_some() {
            return Some(());
        }
        let value = known.states.iter().find(|state| number(state).is_none()).map_or("", String::as_str);
        self.say(diagnostics::not_numeric(&self.resolver.findings.source, &name.value, name.span, value));
        None
    }

    /// The variable of that name; what is wrong is reported.
    pub(super) fn variable(&mut self, name: &Name) -> Option<usize> {
        let model = Arc::clone(&self.model);
        let names: Vec<&str> = names(&model);
        let found = names.iter().position(|known| *known == name.value);
        if found.is_none() {
            let near = self.resolver.nearest.find(&name.value, names);
            let source = &self.resolver.findings.source;
            let found = diagnostics::model_has_no(source, &name.value, name.span, &self.model_name, &near);
            self.say(found);
        }
        found
    }

    /// What varies, as bound around or as free.
    pub(super) fn slot(&mut self, variable: usize, primes: u16) -> usize {
        let bound = self.bound.iter().rev().find(|(key, _)| *key == (variable, primes)).map(|(_, slot)| *slot);
        if let Some(slot) = bound {
            return slot;
        }
        let name = slot_name(&self.model, variable, primes);
        let known = self.free.iter().copied().find(|&slot| self.slots[slot].name == name);
        known.unwrap_or_else(|| {
            let slot = self.slot_of(variable, primes);
            self.free.push(slot);
            slot
        })
    }

    fn slot_of(&mut self, variable: usize, primes: u16) -> usize {
        self.slots.push(Slot { variable, name: slot_name(&self.model, variable, primes) });
        self.slots.len() - 1
    }

    /// A value of a variable; what is wrong is reported.
    pub(super) fn value(&mut self, variable: usize, value: &Name) -> Option<Point> {
        let model = Arc::clone(&self.model);
        match &*model {
            Model::Discrete(network) => {
                let known = &network.variables[variable];
                self.resolver.state(&known.name, &known.states, &value.value, value.span).map(Point::State)
            }
            Model::Linear(_) => {
                let found = number(&value.value).map(Point::Number);
                if found.is_none() {
                    self.say(diagnostics::model_number(&self.resolver.findings.source, value.span));
                }
                found
            }
        }
    }

    fn point(&mut self, variable: usize, reference: &Reference) -> Option<Point> {
        match &reference.value {
            Some(value) => self.value(variable, value),
            None => Some(Point::Slot(self.slot(variable, reference.variable.primes))),
        }
    }

    fn term(&mut self, written: &PTerm, span: Span, expectation: bool) -> Option<Term> {
        let mut seen: FxHashMap<Atom, (Span, &'static str)> = FxHashMap::default();
        let world = self.actions(&written.do_, &written.policies)?;
        let mut given = Vec::new();
        for reference in &written.given {
            given.push(self.event(reference, &world, "condition", &mut seen)?);
        }
        if written.of.is_empty() {
            self.say(diagnostics::nothing_of(&self.resolver.findings.source, span));
            return None;
        }
        if !expectation {
            let mut of = Vec::new();
            for reference in &written.of {
                of.push(self.event(reference, &world, "outcome", &mut seen)?);
            }
            return Some(Term { of: Of::Event(of), given });
        }
        let source = self.resolver.findings.source.clone();
        let [of] = written.of.as_slice() else {
            self.say(diagnostics::e_of_one(&source, span));
            return None;
        };
        let name = &of.variable.name;
        if let Some(value) = &of.value {
            self.say(diagnostics::e_of_value(&source, &name.value, &value.value, value.span));
            return None;
        }
        if of.variable.primes > 0 {
            self.say(diagnostics::prime_not_allowed(&source, &name.value, name.span, true));
            return None;
        }
        let variable = self.variable(name)?;
        self.numeric(variable, name)?;
        let atom = self.atom(variable, of, &world, "outcome", &mut seen)?;
        Some(Term { of: Of::Mean(atom), given })
    }

    /// A variable in its world and its value.
    fn event(
        &mut self,
        reference: &Reference,
        world: &[Setting],
        role: &'static str,
        seen: &mut FxHashMap<Atom, (Span, &'static str)>,
    ) -> Option<(Atom, Point)> {
        let variable = self.variable(&reference.variable.name)?;
        let atom = self.atom(variable, reference, world, role, seen)?;
        let point = self.point(variable, reference)?;
        Some((atom, point))
    }

    fn atom(
        &mut self,
        variable: usize,
        reference: &Reference,
        world: &[Setting],
        role: &'static str,
        seen: &mut FxHashMap<Atom, (Span, &'static str)>,
    ) -> Option<Atom> {
        let name = &reference.variable.name;
        if world.iter().any(|setting| setting.variable == variable) {
            let source = &self.resolver.findings.source;
            let roles = (role, "action");
            let found = diagnostics::variable_twice(source, &name.value, name.span, name.span, roles);
            self.say(found);
            return None;
        }
        let world = if reference.world.is_empty() { world.to_vec() } else { self.world(&reference.world)? };
        let atom = Atom { variable, world };
        if let Some(&(first, first_role)) = seen.get(&atom) {
            let source = &self.resolver.findings.source;
            let found = diagnostics::variable_twice(source, &name.value, name.span, first, (role, first_role));
            self.say(found);
            return None;
        }
        seen.insert(atom.clone(), (name.span, role));
        Some(atom)
    }

    /// An atom of a counterfactual, without the checks of a term.
    pub(super) fn plain_event(&mut self, reference: &Reference) -> Option<(Atom, Point)> {
        let variable = self.variable(&reference.variable.name)?;
        let world = self.world(&reference.world)?;
        let point = self.point(variable, reference)?;
        Some((Atom { variable, world }, point))
    }

    /// `[x = 1, m = m[x = 0]]`
    fn world(&mut self, written: &[tree::Setting]) -> Option<Vec<Setting>> {
        let mut world: Vec<Setting> = Vec::new();
        for setting in written {
            let name = &setting.variable.name;
            let variable = self.variable(name)?;
            if world.iter().any(|known| known.variable == variable) {
                let source = &self.resolver.findings.source;
                let roles = ("action", "action");
                let found = diagnostics::variable_twice(source, &name.value, name.span, name.span, roles);
                self.say(found);
                return None;
            }
            let to = match &setting.to {
                None => To::Point(Point::Slot(self.slot(variable, setting.variable.primes))),
                Some(SetTo::Value(value)) => To::Point(self.value(variable, value)?),
                Some(SetTo::Response(response)) => {
                    let other = self.variable(&response.variable.name)?;
                    if other != variable {
                        let source = &self.resolver.findings.source;
                        let span = response.variable.name.span;
                        let found = diagnostics::other_response(source, span, &name.value);
                        self.say(found);
                        return None;
                    }
                    To::Response(Atom { variable, world: self.world(&response.world)? })
                }
            };
            world.push(Setting { variable, to });
        }
        Setting::sort(&mut world);
        Some(world)
    }

    /// The world that the actions of a term make.
    fn actions(&mut self, do_: &[Reference], policies: &[tree::Policy]) -> Option<Vec<Setting>> {
        let mut world: Vec<Setting> = Vec::new();
        let mut places: FxHashMap<usize, Span> = FxHashMap::default();
        for reference in do_ {
            let name = &reference.variable.name;
            let variable = self.variable(name)?;
            self.once(&mut places, variable, name)?;
            let point = self.point(variable, reference)?;
            world.push(Setting { variable, to: To::Point(point) });
        }
        for policy in policies {
            let name = &policy.variable.name;
            let variable = self.variable(name)?;
            self.once(&mut places, variable, name)?;
            let mechanism = self.policy(variable, policy)?;
            self.policies += 1;
            world.push(Setting { variable, to: To::Policy(Policy { id: self.policies, mechanism }) });
        }
        Setting::sort(&mut world);
        if !policies.is_empty() && runs_in_a_circle(&self.model, &world) {
            let span = policies.first().map_or(Span::default(), |policy| policy.variable.name.span);
            self.say(diagnostics::policy_cycle(&self.resolver.findings.source, span));
            return None;
        }
        Some(world)
    }

    fn once(&mut self, places: &mut FxHashMap<usize, Span>, variable: usize, name: &Name) -> Option<()> {
        let Some(first) = places.insert(variable, name.span) else { return Some(()) };
        let source = &self.resolver.findings.source;
        let found = diagnostics::variable_twice(source, &name.value, name.span, first, ("action", "action"));
        self.say(found);
        None
    }

    /// What a policy puts in a variable's mechanism's place; its noise is summed out.
    fn policy(&mut self, variable: usize, policy: &tree::Policy) -> Option<Replacement> {
        let model = Arc::clone(&self.model);
        let known = names(&model);
        let lookup = |name: &str| known.iter().position(|known| *known == name);
        let network = match &*model {
            Model::Discrete(network) => network,
            Model::Linear(_) => {
                let mechanism = self.resolver.linear_mechanism(&policy.mechanism, &lookup)?;
                return Some(Replacement::Linear(Arc::new(mechanism)));
            }
        };
        let own = &network.variables[variable];
        let mechanism = match &policy.mechanism {
            tree::Mechanism::Distribution(drawn) => {
                Mechanism { parents: Vec::new(), table: self.resolver.distribution(&own.name, &own.states, drawn)? }
            }
            tree::Mechanism::Equation(equation) => {
                let mut cells = super::MAX_CELLS * 2;
                let find = |name: &str| lookup(name).map(|found| (found, network.variables[found].states.clone()));
                let all = || known.iter().map(|name| (*name).to_owned()).collect();
                let compiled = self.resolver.compile(equation, (&own.name, &own.states), &find, &all, &mut cells)?;
                let count = own.states.len();
                let inside: usize = compiled.noises.iter().map(|(states, _)| states.len()).product();
                let sizes: Vec<usize> = compiled.noises.iter().map(|(states, _)| states.len()).collect();
                let mut table = vec![BigRational::zero(); compiled.states.len() / inside.max(1) * count];
                for (place, state) in compiled.states.iter().enumerate() {
                    let at = super::table::states_at(&sizes, place % inside);
                    let noises = compiled.noises.iter().zip(at);
                    let p = noises.fold(BigRational::one(), |p, ((_, row), state)| p * &row[state]);
                    table[place / inside * count + state] += p;
                }
                Mechanism { parents: compiled.inputs.into_iter().map(|(input, _)| input).collect(), table }
            }
            tree::Mechanism::Table(_) | tree::Mechanism::NoisyOr(_) => return None,
        };
        Some(Replacement::Table(Arc::new(mechanism)))
    }

    /// `explain`: what is seen and what is set, variables and states.
    pub fn explain(&mut self, written: &tree::Explain) -> Option<(Pairs, Pairs)> {
        let mut places: FxHashMap<usize, Span> = FxHashMap::default();
        let mut pairs = |these: &[Reference]| {
            let mut pairs = Pairs::new();
            for reference in these {
                let name = &reference.variable.name;
                let variable = self.variable(name)?;
                self.once(&mut places, variable, name)?;
                let Some(value) = &reference.value else {
                    self.say(diagnostics::explain_value(&self.resolver.findings.source, name.span, &name.value));
                    return None;
                };
                let Point::State(state) = self.value(variable, value)? else {
                    self.say(diagnostics::explain_linear(&self.resolver.findings.source, name.span));
                    return None;
                };
                pairs.push((variable, state));
            }
            Some(pairs)
        };
        Some((pairs(&written.given)?, pairs(&written.do_)?))
    }

    /// The variables whose tables a sensitivity goes over.
    pub fn tables(&mut self, names: &[Name]) -> Option<Vec<usize>> {
        let model = Arc::clone(&self.model);
        let Model::Discrete(network) = &*model else { return None };
        if names.is_empty() {
            return Some((0..network.variables.len()).collect());
        }
        names.iter().map(|name| self.variable(name)).collect()
    }

    /// The model's variables, where it is finite.
    pub fn network(&self) -> Option<&Network> {
        match &*self.model {
            Model::Discrete(network) => Some(network),
            Model::Linear(_) => None,
        }
    }
}

/// Variables with their states.
pub(in crate::problem) type Pairs = Vec<(usize, usize)>;

/// The names of a model's variables, by position.
pub(super) fn names(model: &Model) -> Vec<&str> {
    match model {
        Model::Discrete(network) => network.variables.iter().map(|variable| variable.name.as_str()).collect(),
        Model::Linear(linear) => linear.variables.iter().map(|variable| variable.name.as_str()).collect(),
    }
}

fn slot_name(model: &Model, variable: usize, primes: u16) -> String {
    let mut name = names(model).get(variable).map_or_else(String::new, |name| crate::syntax::print::name(name));
    name.extend(std::iter::repeat_n('\'', primes.into()));
    name
}

/// The parents of a variable in a model.
pub(super) fn parents(model: &Model, variable: usize) -> Vec<usize> {
    match model {
        Model::Discrete(network) => network.variables[variable].mechanism.parents.clone(),
        Model::Linear(linear) => {
            linear.variables[variable].mechanism.parents.iter().map(|(parent, _)| *parent).collect()
        }
    }
}

/// Whether policies make a variable depend on itself.
fn runs_in_a_circle(model: &Model, world: &[Setting]) -> bool {
    let count = names(model).len();
    let parents: Vec<Vec<usize>> = (0..count)
        .map(|variable| match world.iter().find(|setting| setting.variable == variable).map(|setting| &setting.to) {
            None => parents(model, variable),
            Some(To::Policy(policy)) => match &policy.mechanism {
                Replacement::Table(mechanism) => mechanism.parents.clone(),
                Replacement::Linear(mechanism) => mechanism.parents.iter().map(|(parent, _)| *parent).collect(),
            },
            Some(To::Point(_) | To::Response(_)) => Vec::new(),
        })
        .collect();
    // Those without parents left are taken away until none is left, or none can be taken.
    let mut waiting_for: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (variable, parents) in parents.iter().enumerate() {
        for &parent in parents {
            children[parent].push(variable);
        }
    }
    let mut ready: Vec<usize> = (0..count).filter(|&variable| waiting_for[variable] == 0).collect();
    let mut done = 0;
    while let Some(variable) = ready.pop() {
        done += 1;
        for &child in &children[variable] {
            waiting_for[child] -= 1;
            if waiting_for[child] == 0 {
                ready.push(child);
            }
        }
    }
    done < count
}
