//! Names of variables and states, found and nearly found.

use super::Network;

impl Network {
    /// The variable of that name. O(variables).
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|variable| variable.name == name)
    }

    /// The state of that name. O(states).
    #[must_use]
    pub fn find_state(&self, variable: usize, name: &str) -> Option<usize> {
        self.variables[variable].states.iter().position(|state| state == name)
    }

    /// The variable whose name is most like this one, if any is.
    #[must_use]
    pub fn nearest_variable(&self, name: &str) -> Option<&str> {
        nearest(name, self.variables.iter().map(|variable| variable.name.as_str()))
    }

    /// The state of a variable whose name is most like this one, if any is.
    #[must_use]
    pub fn nearest_state(&self, variable: usize, name: &str) -> Option<&str> {
        nearest(name, self.variables[variable].states.iter().map(String::as_str))
    }
}

/// The most similar of some names, upper and lower case alike; the first where several are; none where none is like it.
pub fn nearest<'a>(name: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// Names less alike than this are no help.
    const ALIKE: f64 = 0.5;
    let lower = name.to_lowercase();
    let mut best = None;
    for other in among {
        let alike = strsim::normalized_damerau_levenshtein(&lower, &other.to_lowercase());
        if alike >= ALIKE && best.is_none_or(|(before, _)| alike > before) {
            best = Some((alike, other));
        }
    }
    best.map(|(_, other)| other)
}
