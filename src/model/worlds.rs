//! Variables in several worlds as one network of copies.

use super::ask::{Atom, Of, Point, Replacement, Setting, Term, To};
use super::{Ask, Mechanism, Network, Trouble};
use rustc_hash::FxHashMap;

/// A copy of a variable, by position in [`Copies::nodes`].
pub(super) type Copy = usize;

/// What a copy is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Key {
    /// Set to a value.
    Constant(usize, Point),
    /// By its own mechanism, or by the policy of that number, from copies of its parents.
    Drawn(usize, Option<usize>, Vec<Copy>),
}

/// A network of copies.
pub(super) struct Copies<'a> {
    network: &'a Network,
    pub nodes: Vec<Node<'a>>,
    keys: FxHashMap<Key, Copy>,
    /// By world, then by variable.
    worlds: FxHashMap<Vec<Setting>, usize>,
    known: Vec<FxHashMap<usize, Copy>>,
}

/// A variable in one world, or in all those in which it is the same.
pub(super) struct Node<'a> {
    pub variable: usize,
    pub from: From<'a>,
}

/// Where a copy's value comes from.
pub(super) enum From<'a> {
    Constant(Point),
    Drawn {
        mechanism: &'a Mechanism,
        parents: Vec<Copy>,
        /// Whether the mechanism is the model's own.
        own: bool,
    },
}

impl<'a> Copies<'a> {
    pub fn new(network: &'a Network) -> Self {
        Self { network, nodes: Vec::new(), keys: FxHashMap::default(), worlds: FxHashMap::default(), known: Vec::new() }
    }

    /// The copy that an atom stands for. Recurses with the nesting of worlds only; O(edges) for each world.
    pub fn copy(&mut self, atom: &'a Atom) -> Copy {
        let count = self.worlds.len();
        let world = *self.worlds.entry(atom.world.clone()).or_insert(count);
        if world == count {
            self.known.push(FxHashMap::default());
        }
        let mut waiting = vec![atom.variable];
        while let Some(&variable) = waiting.last() {
            if self.known[world].contains_key(&variable) {
                waiting.pop();
                continue;
            }
            let set = atom.world.iter().find(|setting| setting.variable == variable).map(|setting| &setting.to);
            let (mechanism, policy) = match set {
                Some(To::Point(point)) => {
                    let copy = self
                        .intern(Key::Constant(variable, point.clone()), variable, |_| From::Constant(point.clone()));
                    self.known[world].insert(variable, copy);
                    continue;
                }
                Some(To::Response(response)) => {
                    let copy = self.copy(response);
                    self.known[world].insert(variable, copy);
                    continue;
                }
                Some(To::Policy(policy)) => match &policy.mechanism {
                    Replacement::Table(mechanism) => (&**mechanism, Some(policy.id)),
                    // No network has one.
                    Replacement::Linear(_) => (&self.network.variables[variable].mechanism, None),
                },
                None => (&self.network.variables[variable].mechanism, None),
            };
            let before = waiting.len();
            waiting.extend(mechanism.parents.iter().filter(|parent| !self.known[world].contains_key(parent)));
            if waiting.len() > before {
                continue;
            }
            let parents: Vec<Copy> = mechanism.parents.iter().map(|parent| self.known[world][parent]).collect();
            let key = Key::Drawn(variable, policy, parents);
            let copy = self.intern(key, variable, |key| match key {
                Key::Drawn(_, _, parents) => From::Drawn { mechanism, parents: parents.clone(), own: policy.is_none() },
                Key::Constant(_, point) => From::Constant(point.clone()),
            });
            self.known[world].insert(variable, copy);
        }
        self.known[world][&atom.variable]
    }

    fn intern(&mut self, key: Key, variable: usize, make: impl FnOnce(&Key) -> From<'a>) -> Copy {
        if let Some(&copy) = self.keys.get(&key) {
            return copy;
        }
        let copy = self.nodes.len();
        self.nodes.push(Node { variable, from: make(&key) });
        self.keys.insert(key, copy);
        copy
    }

    /// The copies on which some depend, themselves included, constants left out; ascending.
    pub fn relevant(&self, of: impl IntoIterator<Item = Copy>) -> Vec<Copy> {
        self.above(of.into_iter().collect())
    }

    fn above(&self, mut waiting: Vec<Copy>) -> Vec<Copy> {
        let mut seen = vec![false; self.nodes.len()];
        while let Some(copy) = waiting.pop() {
            if let From::Drawn { parents, .. } = &self.nodes[copy].from
                && !std::mem::replace(&mut seen[copy], true)
            {
                waiting.extend(parents);
            }
        }
        (0..seen.len()).filter(|&copy| seen[copy]).collect()
    }

    /// The first variable with two copies among some, though its mechanism is random.
    pub fn torn(&self, copies: &[Copy]) -> Option<usize> {
        let mut first: FxHashMap<usize, Copy> = FxHashMap::default();
        copies.iter().map(|&copy| (copy, self.nodes[copy].variable)).find_map(|(copy, variable)| {
            let From::Drawn { own: true, .. } = self.nodes[copy].from else { return None };
            let twice = first.insert(variable, copy).is_some();
            (twice && !self.network.variables[variable].is_structural()).then_some(variable)
        })
    }
}

/// The atoms of a term, what it is of first.
pub(super) fn atoms(term: &Term) -> impl Iterator<Item = &Atom> {
    let of: Vec<&Atom> = match &term.of {
        Of::Event(of) => of.iter().map(|(atom, _)| atom).collect(),
        Of::Mean(atom) => vec![atom],
    };
    of.into_iter().chain(term.given.iter().map(|(atom, _)| atom))
}

/// The first variable that keeps a network from answering a question, because several worlds see it differently and its
/// mechanism is random: counterfactuals need an equation for it (Pearl 2009, section 7.1). O(worlds × edges).
#[must_use]
pub fn not_structural(network: &Network, ask: &Ask) -> Option<usize> {
    let mut found = None;
    ask.each_term(&mut |term| {
        if found.is_none() {
            let mut copies = Copies::new(network);
            let of: Vec<Copy> = atoms(term).map(|atom| copies.copy(atom)).collect();
            found = copies.torn(&copies.relevant(of));
        }
    });
    found
}

impl Trouble {
    /// The variable, where a mechanism is random.
    pub(super) fn torn(variable: Option<usize>) -> Result<(), Self> {
        variable.map_or(Ok(()), |variable| Err(Self::NotStructural { variable }))
    }
}
