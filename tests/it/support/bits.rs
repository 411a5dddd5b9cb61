//! ADMGs of up to 64 nodes on bit masks, with two separations that share no code.

use whatif::graph::{Graph, Mutilation, Node, NodeSet};

/// A set of nodes, bit i for node i.
pub type Set = u64;

/// The members of a set, ascending.
pub fn members(set: Set) -> impl Iterator<Item = usize> {
    (0..64).filter(move |i| set >> i & 1 == 1)
}

/// The set of one node.
pub fn bit(node: usize) -> Set {
    1 << node
}

/// A library set as a mask.
pub fn mask(set: &NodeSet) -> Set {
    set.iter().fold(0, |mask, node| mask | bit(node.index()))
}

/// A mask as a library set.
pub fn node_set(graph: &Graph, set: Set) -> NodeSet {
    graph.set(members(set).map(Node::new))
}

/// Whether `a` is a subset of `b`.
pub fn subset(a: Set, b: Set) -> bool {
    a & !b == 0
}

/// The graph over the measured nodes, in their order: each latent's causes become its effects' causes, its effects share
/// an unmeasured cause, one latent after the other (Verma & Pearl 1990).
pub fn projected(graph: &Graph, latents: Set) -> Graph {
    let mut bits = Bits::of(graph);
    for latent in members(latents) {
        let (causes, effects, arcs) = (bits.parents[latent], bits.children[latent], bits.siblings[latent]);
        for i in members(effects) {
            bits.parents[i] |= causes;
            bits.siblings[i] |= (effects | arcs) & !bit(i);
        }
        for i in members(causes) {
            bits.children[i] |= effects;
        }
        for i in members(arcs) {
            bits.siblings[i] |= effects & !bit(i);
        }
        bits = bits.cut(bit(latent), bit(latent));
    }
    let kept: Vec<usize> = members(bits.all() & !latents).collect();
    let names: Vec<&str> = kept.iter().map(|&i| graph.name(Node::new(i))).collect();
    let pairs = |rows: &[Set]| {
        let ends = kept.iter().enumerate().flat_map(|(a, _)| (0..kept.len()).map(move |b| (a, b)));
        ends.filter(|&(a, b)| rows[kept[a]] & bit(kept[b]) != 0).collect::<Vec<_>>()
    };
    super::graphs::named(&names, &pairs(&bits.children), &pairs(&bits.siblings))
}

/// All subsets of a set, the empty one and itself included.
pub fn subsets(set: Set) -> impl Iterator<Item = Set> {
    let mut next = Some(set);
    std::iter::from_fn(move || {
        let now = next?;
        next = (now != 0).then(|| (now - 1) & set);
        Some(now)
    })
}

/// A graph as rows of masks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits {
    pub len: usize,
    pub parents: Vec<Set>,
    pub children: Vec<Set>,
    pub siblings: Vec<Set>,
}

impl Bits {
    pub fn of(graph: &Graph) -> Self {
        let len = graph.len();
        assert!(len <= 64, "the tests' own graphs hold at most 64 nodes");
        let mut bits = Self { len, parents: vec![0; len], children: vec![0; len], siblings: vec![0; len] };
        for (a, b) in graph.directed() {
            bits.children[a.index()] |= bit(b.index());
            bits.parents[b.index()] |= bit(a.index());
        }
        for (a, b) in graph.bidirected() {
            bits.siblings[a.index()] |= bit(b.index());
            bits.siblings[b.index()] |= bit(a.index());
        }
        bits
    }

    pub fn all(&self) -> Set {
        if self.len == 64 { Set::MAX } else { (1 << self.len) - 1 }
    }

    /// A copy with the edges into `over` and the directed edges out of `under` left out.
    pub fn cut(&self, over: Set, under: Set) -> Self {
        let mut cut = self.clone();
        for i in 0..self.len {
            cut.parents[i] = if over & bit(i) == 0 { self.parents[i] & !under } else { 0 };
            cut.children[i] = if under & bit(i) == 0 { self.children[i] & !over } else { 0 };
            cut.siblings[i] = if over & bit(i) == 0 { self.siblings[i] & !over } else { 0 };
        }
        cut
    }

    /// A copy with the edges a mutilation names left out.
    pub fn mutilated(&self, cut: &Mutilation) -> Self {
        self.cut(mask(&cut.no_incoming), mask(&cut.no_outgoing))
    }

    fn closure(rows: &[Set], from: Set, within: Set) -> Set {
        let mut closed = from & within;
        loop {
            let more = members(closed).fold(closed, |set, i| set | rows[i]) & within;
            if more == closed {
                return closed;
            }
            closed = more;
        }
    }

    /// Ancestors of `of` in G[within], members included.
    pub fn ancestors(&self, of: Set, within: Set) -> Set {
        Self::closure(&self.parents, of, within)
    }

    /// Descendants of `of` in G[within], members included.
    pub fn descendants(&self, of: Set, within: Set) -> Set {
        Self::closure(&self.children, of, within)
    }

    /// Everything that bidirected edges of G[within] join to `of`.
    pub fn district(&self, of: Set, within: Set) -> Set {
        Self::closure(&self.siblings, of, within)
    }

    /// The districts of G[within].
    pub fn districts(&self, within: Set) -> Vec<Set> {
        let (mut left, mut districts) = (within, Vec::new());
        while left != 0 {
            let district = self.district(bit(left.trailing_zeros() as usize), within);
            left &= !district;
            districts.push(district);
        }
        districts
    }

    /// Whether bidirected edges join all of a set that is not empty.
    pub fn is_one_district(&self, set: Set) -> bool {
        set != 0 && self.district(bit(set.trailing_zeros() as usize), set) == set
    }

    /// m-separation by the augmented graph (Richardson 2003): among the ancestors of all three sets, each district
    /// with its parents is a clique, and cliques are joined where they share a node that is not given.
    pub fn separated(&self, x: Set, y: Set, given: Set) -> bool {
        let within = self.ancestors(x | y | given, self.all());
        let cliques: Vec<Set> = self
            .districts(within)
            .into_iter()
            .map(|district| members(district).fold(district, |set, i| set | self.parents[i] & within))
            .collect();
        let mut reached = x & !given;
        loop {
            let touched = |clique: &&Set| **clique & reached & !given != 0;
            let more = cliques.iter().filter(touched).fold(reached, |set, clique| set | clique);
            if more == reached {
                return reached & y & !given == 0;
            }
            reached = more;
        }
    }

    /// m-separation word for word: every path, node by node. For small graphs.
    pub fn separated_by_paths(&self, x: Set, y: Set, given: Set) -> bool {
        let opens = self.ancestors(given, self.all());
        members(x).all(|start| !self.open_from(start, None, bit(start), y, given, opens))
    }

    /// Whether a path that has come to `at` (with an arrowhead there or not; None at its start) can go on to `y`.
    fn open_from(&self, at: usize, head: Option<bool>, visited: Set, y: Set, given: Set, opens: Set) -> bool {
        if y & bit(at) != 0 {
            return true;
        }
        let ways = [(self.children[at], false, true), (self.parents[at], true, false), (self.siblings[at], true, true)];
        ways.into_iter().any(|(nexts, head_here, head_there)| {
            let passes = match head {
                None => true,
                Some(true) if head_here => opens & bit(at) != 0,
                Some(_) => given & bit(at) == 0,
            };
            passes
                && members(nexts & !visited)
                    .any(|next| self.open_from(next, Some(head_there), visited | bit(next), y, given, opens))
        })
    }
}
