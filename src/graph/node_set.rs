//! Sets of nodes of one graph, as bit sets.

use super::Node;
use smallvec::{SmallVec, smallvec};
use std::fmt;

const BITS: usize = u64::BITS as usize;

/// A set of nodes of one graph: a bit for each node of the graph.
///
/// All sets of one graph have the same capacity (the graph's size), so equality and order are those of the members.
/// Binary operations take O(capacity / 64); iteration is ascending.
///
/// Written by hand because sets of small graphs must not allocate: identification makes a few hundred of them, and with
/// `fixedbitset` the allocator took most of its time. Graphs of up to 128 nodes are held in place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSet {
    capacity: usize,
    /// As many as the capacity needs; bits beyond it are never set.
    words: SmallVec<[u64; 2]>,
}

impl NodeSet {
    /// No members; room for the nodes `0..capacity`.
    #[must_use]
    #[inline]
    pub fn empty(capacity: usize) -> Self {
        Self { capacity, words: smallvec![0; capacity.div_ceil(BITS)] }
    }

    /// All of `0..capacity`.
    #[must_use]
    #[inline]
    pub fn full(capacity: usize) -> Self {
        let mut words: SmallVec<[u64; 2]> = smallvec![u64::MAX; capacity.div_ceil(BITS)];
        if let (Some(last), beyond @ 1..) = (words.last_mut(), capacity % BITS) {
            *last = (1 << beyond) - 1;
        }
        Self { capacity, words }
    }

    /// How many nodes it has room for: the size of its graph.
    #[must_use]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Adds a node; false where it was in already, or where it is none of the graph's (then nothing is added).
    #[inline]
    pub fn insert(&mut self, node: Node) -> bool {
        if node.index() >= self.capacity {
            return false;
        }
        let word = &mut self.words[node.index() / BITS];
        let bit = 1 << (node.index() % BITS);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes a node out.
    #[inline]
    pub fn remove(&mut self, node: Node) {
        if let Some(word) = self.words.get_mut(node.index() / BITS) {
            *word &= !(1 << (node.index() % BITS));
        }
    }

    /// Whether the node is in.
    #[must_use]
    #[inline]
    pub fn contains(&self, node: Node) -> bool {
        self.words.get(node.index() / BITS).is_some_and(|word| word & (1 << (node.index() % BITS)) != 0)
    }

    /// Number of members.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there are none.
    #[must_use]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Members, ascending.
    #[inline]
    pub fn iter(&self) -> Members<'_> {
        let mut words = self.words.iter();
        let front = words.next().copied().unwrap_or(0);
        let back = words.next_back().copied();
        let end = self.words.len().saturating_sub(1) * BITS;
        Members { words, front, start: 0, back: back.unwrap_or(0), end }
    }

    /// The smallest member.
    #[must_use]
    #[inline]
    pub fn first(&self) -> Option<Node> {
        self.iter().next()
    }

    /// Takes all members out.
    #[inline]
    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    /// Adds the members of `other`.
    #[inline]
    pub fn extend(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Keeps only the members that `other` has too.
    #[inline]
    pub fn retain(&mut self, other: &Self) {
        for (at, word) in self.words.iter_mut().enumerate() {
            *word &= other.words.get(at).copied().unwrap_or(0);
        }
    }

    /// Takes the members of `other` out.
    #[inline]
    pub fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// self ∪ other
    #[must_use]
    #[inline]
    pub fn union(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.extend(other);
        set
    }

    /// self ∩ other
    #[must_use]
    #[inline]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.retain(other);
        set
    }

    /// self ∖ other
    #[must_use]
    #[inline]
    pub fn difference(&self, other: &Self) -> Self {
        let mut set = self.clone();
        set.subtract(other);
        set
    }

    /// self ∪ {node}
    #[must_use]
    #[inline]
    pub fn with(&self, node: Node) -> Self {
        let mut set = self.clone();
        set.insert(node);
        set
    }

    /// self ∖ {node}
    #[must_use]
    #[inline]
    pub fn without(&self, node: Node) -> Self {
        let mut set = self.clone();
        set.remove(node);
        set
    }

    /// Whether every member is one of `other`'s.
    #[must_use]
    #[inline]
    pub fn is_subset(&self, other: &Self) -> bool {
        let within = |(at, word): (usize, &u64)| word & !other.words.get(at).copied().unwrap_or(0) == 0;
        self.words.iter().enumerate().all(within)
    }

    /// Whether they share no member.
    #[must_use]
    #[inline]
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(word, other)| word & other == 0)
    }
}

/// The members of a [`NodeSet`], ascending.
#[derive(Clone, Debug)]
pub struct Members<'a> {
    words: std::slice::Iter<'a, u64>,
    /// What is left of the word that starts at `start`.
    front: u64,
    start: usize,
    /// What is left of the last word, which starts at `end`.
    back: u64,
    end: usize,
}

impl Iterator for Members<'_> {
    type Item = Node;

    #[inline]
    fn next(&mut self) -> Option<Node> {
        loop {
            if self.front != 0 {
                let node = Node::new(self.start + self.front.trailing_zeros() as usize);
                self.front &= self.front - 1;
                return Some(node);
            }
            match self.words.next() {
                Some(&word) => {
                    self.front = word;
                    self.start += BITS;
                }
                None if self.back != 0 => {
                    self.front = std::mem::take(&mut self.back);
                    self.start = self.end;
                }
                None => return None,
            }
        }
    }
}

impl DoubleEndedIterator for Members<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Node> {
        loop {
            if self.back != 0 {
                let top = BITS - 1 - self.back.leading_zeros() as usize;
                self.back &= !(1 << top);
                return Some(Node::new(self.end + top));
            }
            match self.words.next_back() {
                Some(&word) => {
                    self.back = word;
                    self.end -= BITS;
                }
                None if self.front != 0 => {
                    self.back = std::mem::take(&mut self.front);
                    self.end = self.start;
                }
                None => return None,
            }
        }
    }
}

impl fmt::Debug for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Node::index)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_from_both_ends() {
        for capacity in [0, 1, 63, 64, 65, 128, 129, 300] {
            let all: Vec<usize> = (0..capacity).filter(|i| i % 7 != 3).collect();
            let mut set = NodeSet::full(capacity);
            for i in (0..capacity).filter(|i| i % 7 == 3) {
                set.remove(Node::new(i));
            }
            assert_eq!(set.len(), all.len());
            assert_eq!(set.iter().map(Node::index).collect::<Vec<_>>(), all);
            let back: Vec<usize> = set.iter().rev().map(Node::index).collect();
            assert!(back.iter().rev().eq(&all));
            // Taken from both ends in turn, every member comes once.
            let (mut iter, mut taken) = (set.iter(), Vec::new());
            while let Some(node) = iter.next() {
                taken.push(node.index());
                taken.extend(iter.next_back().map(Node::index));
            }
            taken.sort_unstable();
            assert_eq!(taken, all);
            assert!(!set.insert(Node::new(capacity)) && !set.contains(Node::new(capacity + 64)));
        }
    }

    #[test]
    fn set_algebra() {
        let set = |step: usize| {
            let mut set = NodeSet::empty(200);
            (0..200).step_by(step).for_each(|i| {
                set.insert(Node::new(i));
            });
            set
        };
        let (twos, threes, sixes) = (set(2), set(3), set(6));
        assert_eq!(twos.intersection(&threes), sixes);
        assert!(sixes.is_subset(&twos) && !twos.is_subset(&sixes));
        assert!(twos.difference(&threes).is_disjoint(&threes));
        assert_eq!(twos.union(&threes).len(), twos.len() + threes.len() - sixes.len());
    }
}
