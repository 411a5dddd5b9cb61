//! Lists of items by their key, one behind another in a single vector.

/// For each key the items that have it, in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    /// The positions in `keys` at which each key below `count` stands. O(keys + count).
    pub(super) fn new(count: usize, keys: impl Iterator<Item = usize> + Clone) -> Self {
        let mut starts = vec![0; count + 1];
        keys.clone().for_each(|key| starts[key + 1] += 1);
        for key in 0..count {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[count]];
        for (item, key) in keys.enumerate() {
            items[next[key]] = item;
            next[key] += 1;
        }
        Self { starts, items }
    }

    pub(super) fn of(&self, key: usize) -> &[usize] {
        &self.items[self.starts[key]..self.starts[key + 1]]
    }

    /// Puts something else in every item's place.
    pub(super) fn map(mut self, to: impl Fn(usize) -> usize) -> Self {
        self.items.iter_mut().for_each(|item| *item = to(*item));
        self
    }

    /// Sorts every list.
    pub(super) fn sort_by_key(&mut self, key: &dyn Fn(usize) -> usize) {
        for pair in 1..self.starts.len() {
            self.items[self.starts[pair - 1]..self.starts[pair]].sort_by_cached_key(|&item| key(item));
        }
    }

    /// Where a key's list begins among all items.
    pub(super) fn start(&self, key: usize) -> usize {
        self.starts[key]
    }
}
