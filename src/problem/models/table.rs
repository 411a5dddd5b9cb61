//! Conditional tables: rows by the parents' values, and noisy-or.

use super::{Draft, MAX_CELLS, diagnostics};
use crate::expr::BigRational;
use crate::model::Mechanism;
use crate::problem::resolver::Resolver;
use crate::source::Span;
use crate::syntax::tree::{self, ModelItem, NoisyOr, TableRow};
use num_traits::One;
use rustc_hash::FxHashMap;

impl Resolver<'_> {
    /// The table of a line with parents.
    pub(super) fn table(
        &mut self,
        draft: &mut Draft,
        variable: usize,
        item: &ModelItem,
        cells: &mut usize,
    ) -> Option<Mechanism> {
        let parents = self.named_parents(draft, variable, item)?;
        let states = draft.known[variable].states.clone();
        let sizes: Vec<usize> = parents.iter().map(|&parent| draft.known[parent].states.len()).collect();
        let rows = sizes.iter().fold(1_usize, |rows, size| rows.saturating_mul(*size));
        self.afford(rows.saturating_mul(states.len()), item.span, &item.name.value, cells)?;
        let name = draft.known[variable].name.clone();
        let table = match &item.mechanism {
            tree::Mechanism::NoisyOr(or) => self.noisy_or(draft, variable, item.span, &parents, &sizes, or)?,
            tree::Mechanism::Distribution(drawn) => vec![self.distribution(&name, &states, drawn)?; rows].concat(),
            tree::Mechanism::Table(written) => {
                let filled = self.rows(draft, variable, item, &parents, &sizes, written)?;
                filled.concat()
            }
            tree::Mechanism::Equation(_) => return None,
        };
        Some(Mechanism { parents, table })
    }

    /// The parents after `|`.
    fn named_parents(&mut self, draft: &mut Draft, variable: usize, item: &ModelItem) -> Option<Vec<usize>> {
        let mut parents: Vec<usize> = Vec::new();
        let mut sound = true;
        for name in &item.given {
            let Some(parent) = draft.variable(&name.value) else {
                let names = draft.known.iter().map(|known| known.name.as_str());
                let near = self.nearest.find(&name.value, names);
                let source = &self.findings.source;
                let found = diagnostics::model_variable(source, &name.value, name.span, &draft.graph_name, &near);
                self.say(found);
                sound = false;
                continue;
            };
            if parents.contains(&parent) {
                self.say(diagnostics::parent_twice(&self.findings.source, &name.value, name.span));
                sound = false;
            } else if self.allowed(draft, variable, parent, name.span) {
                parents.push(parent);
            } else {
                sound = false;
            }
        }
        sound.then_some(parents)
    }

    /// Takes the cells of a table from the file's budget.
    pub(super) fn afford(&mut self, count: usize, span: Span, name: &str, cells: &mut usize) -> Option<()> {
        if count > MAX_CELLS {
            self.say(diagnostics::table_too_large(&self.findings.source, span, name, count, MAX_CELLS));
            return None;
        }
        *cells = cells.saturating_sub(count);
        (*cells > 0).then_some(())
    }

    fn rows(
        &mut self,
        draft: &Draft,
        variable: usize,
        item: &ModelItem,
        parents: &[usize],
        sizes: &[usize],
        written: &[TableRow],
    ) -> Option<Vec<Vec<BigRational>>> {
        let known = &draft.known[variable];
        let count: usize = sizes.iter().product();
        let mut filled: Vec<Option<usize>> = vec![None; count];
        let mut distributions: Vec<Option<Vec<BigRational>>> = Vec::new();
        let mut default: Option<usize> = None;
        let mut sound = true;
        // Each row looks at the combinations it covers, of which there may be as many as the table has.
        let mut work = 64 * MAX_CELLS;
        for (at, row) in written.iter().enumerate() {
            distributions.push(self.distribution(&known.name, &known.states, &row.distribution));
            sound &= distributions[at].is_some();
            let Some(patterns) = &row.at else {
                if let Some(first) = default.replace(at) {
                    let first = written[first].span;
                    self.say(diagnostics::default_twice(&self.findings.source, row.span, first));
                    sound = false;
                }
                continue;
            };
            if patterns.len() != parents.len() {
                let names: Vec<String> = parents.iter().map(|&parent| draft.known[parent].name.clone()).collect();
                self.say(diagnostics::row_length(&self.findings.source, row.span, patterns.len(), &names));
                sound = false;
                continue;
            }
            let mut covered: Vec<usize> = vec![0];
            for ((pattern, &parent), &size) in patterns.iter().zip(parents).zip(sizes) {
                let states: Vec<usize> = match &pattern.value {
                    None => (0..size).collect(),
                    Some(value) => {
                        let of = &draft.known[parent];
                        match self.state(&of.name, &of.states, value, pattern.span) {
                            Some(state) => vec![state],
                            None => {
                                sound = false;
                                Vec::new()
                            }
                        }
                    }
                };
                covered =
                    covered.iter().flat_map(|place| states.iter().map(move |state| place * size + state)).collect();
            }
            work = work.saturating_sub(covered.len().max(1));
            if work == 0 {
                self.say(diagnostics::table_too_large(&self.findings.source, row.span, &known.name, count, MAX_CELLS));
                return None;
            }
            let twice = covered.iter().find_map(|&place| filled[place].map(|first| (place, first)));
            if let Some((place, first)) = twice {
                let shown = combination(draft, parents, sizes, place);
                let first = written[first].span;
                self.say(diagnostics::row_twice(&self.findings.source, row.span, first, &known.name, &shown));
                sound = false;
            }
            for place in covered {
                filled[place].get_or_insert(at);
            }
        }
        let missing: Vec<String> = filled
            .iter()
            .enumerate()
            .filter(|(_, row)| row.is_none() && default.is_none())
            .map(|(place, _)| combination(draft, parents, sizes, place))
            .collect();
        if !sound {
            return None;
        }
        if !missing.is_empty() {
            let span = item.name.span;
            self.say(diagnostics::row_missing(&self.findings.source, span, &known.name, &missing, count));
            return None;
        }
        if let Some(default) = default
            && filled.iter().all(Option::is_some)
        {
            self.say(diagnostics::default_unused(&self.findings.source, written[default].span));
        }
        filled.into_iter().map(|row| distributions.get(row.or(default)?)?.clone()).collect()
    }

    fn noisy_or(
        &mut self,
        draft: &Draft,
        variable: usize,
        span: Span,
        parents: &[usize],
        sizes: &[usize],
        or: &NoisyOr,
    ) -> Option<Vec<BigRational>> {
        let known = &draft.known[variable];
        if known.states.len() != 2 {
            self.say(diagnostics::bernoulli_domain(&self.findings.source, span, &known.name, &known.states));
            return None;
        }
        // By parent and state: how likely the cause does not bring the effect about.
        let mut fails: Vec<Vec<BigRational>> = sizes.iter().map(|&size| vec![BigRational::one(); size]).collect();
        let mut seen: FxHashMap<(usize, usize), Span> = FxHashMap::default();
        let mut sound = true;
        for (name, value, share) in &or.causes {
            let parent = parents.iter().position(|&parent| draft.known[parent].name == name.value);
            let (Some(parent), Some(p)) = (parent, self.probability(share)) else {
                if parent.is_none() {
                    let names: Vec<String> = parents.iter().map(|&parent| draft.known[parent].name.clone()).collect();
                    self.say(diagnostics::cause_not_given(&self.findings.source, name.span, &name.value, &names));
                }
                sound = false;
                continue;
            };
            let of = &draft.known[parents[parent]];
            let state = match value {
                Some(value) => self.state(&of.name, &of.states, &value.value, value.span),
                None if of.states.len() == 2 => Some(1),
                None => {
                    self.say(diagnostics::cause_without_value(&self.findings.source, name.span, &of.name, &of.states));
                    None
                }
            };
            let Some(state) = state else {
                sound = false;
                continue;
            };
            if let Some(first) = seen.insert((parent, state), name.span) {
                self.say(diagnostics::weight_twice(&self.findings.source, &name.value, name.span, first));
                sound = false;
            }
            fails[parent][state] = BigRational::one() - p;
        }
        let idle: Vec<String> = (0..parents.len())
            .filter(|parent| !seen.keys().any(|(cause, _)| cause == parent))
            .map(|parent| draft.known[parents[parent]].name.clone())
            .collect();
        if sound && !idle.is_empty() {
            self.say(diagnostics::cause_missing(&self.findings.source, span, &idle));
            sound = false;
        }
        let leak = match &or.leak {
            Some(share) => self.probability(share)?,
            None => BigRational::default(),
        };
        if !sound {
            return None;
        }
        let quiet = BigRational::one() - leak;
        let mut table = Vec::new();
        for place in 0..sizes.iter().product() {
            let at = states_at(sizes, place);
            let none = at.iter().enumerate().fold(quiet.clone(), |p, (parent, &state)| p * &fails[parent][state]);
            table.extend([none.clone(), BigRational::one() - none]);
        }
        Some(table)
    }
}

/// The states behind a row's position.
pub(super) fn states_at(sizes: &[usize], mut place: usize) -> Vec<usize> {
    let mut at = vec![0; sizes.len()];
    for (state, size) in at.iter_mut().zip(sizes).rev() {
        *state = place % size;
        place /= size;
    }
    at
}

/// A row's values as they are written.
pub(super) fn combination(draft: &Draft, parents: &[usize], sizes: &[usize], place: usize) -> String {
    let at = states_at(sizes, place);
    let values: Vec<String> = parents
        .iter()
        .zip(at)
        .map(|(&parent, state)| crate::syntax::print::value(&draft.known[parent].states[state]))
        .collect();
    values.join(", ")
}
