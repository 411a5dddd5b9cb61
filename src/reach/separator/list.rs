//! All minimal separators, one at a time.

use super::Task;
use crate::graph::{Graph, Mutilation, Node, NodeSet};

/// All minimal separators, each once, found as they are asked for: the one nearest to `x` first, then, depth first,
/// those that leave more on the side of `x`. `required` ⊆ Z ⊆ `allowed`, each Z free of `x` and `y`.
///
/// Backtracking over the side of `x` (Takata 2010; with required and allowed nodes van der Zander, Textor &
/// Liśkiewicz 2014): O(nodes · (nodes + edges)) between one and the next, and O(nodes²) bits of memory.
#[must_use]
pub fn minimal_separators<'a>(
    graph: &'a Graph,
    x: &NodeSet,
    y: &NodeSet,
    required: &NodeSet,
    allowed: &NodeSet,
    cut: &Mutilation,
) -> MinimalSeparators<'a> {
    MinimalSeparators { task: Task::new(graph, x, y, required, allowed, cut), begun: false, open: Vec::new() }
}

/// The iterator that [`minimal_separators`] returns.
pub struct MinimalSeparators<'a> {
    /// None where the question contradicts itself.
    task: Option<Task<'a>>,
    begun: bool,
    /// The branches from the first separator to the one that was last.
    open: Vec<Branch>,
}

/// All separators whose side of `x` holds `side` and none of `barred`.
///
/// The nearest to `side` is among them and has been told. Any other one has some node of that separator on its side
/// of `x`; the first of those in order says in which of the branches below it is.
struct Branch {
    side: NodeSet,
    barred: NodeSet,
    /// The members of the separator nearest to `side` that were not tried yet, the last one first.
    left: Vec<Node>,
}

impl Iterator for MinimalSeparators<'_> {
    type Item = NodeSet;

    fn next(&mut self) -> Option<NodeSet> {
        let task = self.task.as_ref()?;
        if !self.begun {
            self.begun = true;
            let first = task.nearest(&task.x)?;
            self.open.push(Branch::new(task.side(&first), task.x.difference(&task.x), &first));
            return Some(first.union(&task.required));
        }
        while let Some(branch) = self.open.last_mut() {
            let Some(node) = branch.left.pop() else {
                self.open.pop();
                continue;
            };
            let barred = branch.barred.clone();
            branch.barred.insert(node);
            let Some(separator) = task.nearest(&branch.side.with(node)) else { continue };
            let side = task.side(&separator);
            // The least side that holds `branch.side` and `node`: where it meets what is barred, so does every other.
            if side.is_disjoint(&barred) {
                self.open.push(Branch::new(side, barred, &separator));
                return Some(separator.union(&task.required));
            }
        }
        None
    }
}

impl std::iter::FusedIterator for MinimalSeparators<'_> {}

impl Branch {
    fn new(side: NodeSet, barred: NodeSet, separator: &NodeSet) -> Self {
        let left = separator.difference(&barred).iter().rev().collect();
        Self { side, barred, left }
    }
}
