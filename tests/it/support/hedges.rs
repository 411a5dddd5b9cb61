//! Verdicts by the hedge criterion (Shpitser & Pearl 2006a, theorem 4), word for word: every choice of sets is tried.
//! Conditions are reduced by trying every subset (Shpitser & Pearl 2006b, theorem 6: there is one largest that rule 2
//! moves), separations by listing paths. And a check of a hedge that someone else found.

use super::bits::{Bits, Set, bit, mask, members, subset, subsets};
use whatif::graph::{EdgeKind, Node};
use whatif::proof::{Hedge, OpenPath, Separation, Subgraph};

/// Whether P(y | do(x), z) is identifiable. For graphs of up to seven nodes.
pub fn identifiable(graph: &Bits, y: Set, x: Set, z: Set) -> bool {
    let moved = largest_moved(graph, y, x, z);
    !has_hedge(graph, y | z & !moved, x | moved)
}

/// The largest subset of the conditions that rule 2 turns into actions all at once.
fn largest_moved(graph: &Bits, y: Set, x: Set, z: Set) -> Set {
    let movable: Vec<Set> = subsets(z).filter(|&w| graph.cut(x, w).separated_by_paths(w, y, x | z & !w)).collect();
    let largest = movable.iter().fold(0, |all, w| all | w);
    assert!(movable.contains(&largest), "the union of sets that can be moved can be moved");
    largest
}

/// Whether two C-forests F ⊃ F′ with one root set form a hedge for P(y | do(x)): each node is outside, in F alone, in
/// F′ but no root, or a root. A set spans a C-forest with given roots when bidirected edges join it and each member
/// has a directed path to a root inside it.
fn has_hedge(graph: &Bits, y: Set, x: Set) -> bool {
    let causes = graph.cut(x, 0).ancestors(y, graph.all());
    let spans = |set: Set, roots: Set| graph.is_one_district(set) && graph.ancestors(roots, set) == set;
    subsets(graph.all() & !x).filter(|&inner| inner != 0).any(|inner| {
        subsets(inner & causes)
            .filter(|&roots| roots != 0 && spans(inner, roots))
            .any(|roots| subsets(graph.all() & !inner).any(|rest| rest & x != 0 && spans(inner | rest, roots)))
    })
}

/// Whether a hedge is one, and of this query: P(y | do(x), z).
pub fn check(graph: &Bits, y: Set, x: Set, z: Set, hedge: &Hedge) -> Result<(), String> {
    let say = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    let (mut do_, mut given) = (x, z);
    for moved in &hedge.exchanged.moved {
        let node = bit(moved.z.index());
        say(given & node != 0, "a condition moved is one of the query's")?;
        is_rule_2(&moved.requires, y, do_, given, node)?;
        say(separated(graph, &moved.requires), "a condition moved is separated from the outcomes")?;
        do_ |= node;
        given &= !node;
    }
    let exchanged = (mask(&hedge.exchanged.of), mask(&hedge.exchanged.do_), mask(&hedge.exchanged.given));
    say(exchanged == (y, do_, given), "the exchanged query is what the moves make of the query")?;
    let kept = hedge.exchanged.kept.iter().fold(0, |set, kept| set | bit(kept.z.index()));
    say(kept == given, "each condition that stays says why")?;
    for kept in &hedge.exchanged.kept {
        is_rule_2(&kept.requires, y, do_, given, bit(kept.z.index()))?;
        say(!separated(graph, &kept.requires), "a condition that stays cannot be moved")?;
        is_open(graph, &kept.requires, &kept.open_path)?;
    }

    let (root, outer, inner) = (mask(&hedge.root), mask(&hedge.outer.nodes), mask(&hedge.inner.nodes));
    is_c_forest(graph, &hedge.outer, root).map_err(|why| format!("outer: {why}"))?;
    is_c_forest(graph, &hedge.inner, root).map_err(|why| format!("inner: {why}"))?;
    say(subset(inner, outer) && inner != outer, "the inner forest is smaller than the outer one")?;
    let edges_inside = hedge.inner.directed.iter().all(|edge| hedge.outer.directed.contains(edge))
        && hedge.inner.bidirected.iter().all(|edge| hedge.outer.bidirected.contains(edge));
    say(edges_inside, "the inner forest's edges are the outer one's")?;
    say(outer & do_ != 0, "the actions meet the outer forest")?;
    say(inner & do_ == 0, "the actions miss the inner forest")?;
    let causes = graph.cut(do_, 0).ancestors(y | given, graph.all());
    say(subset(root, causes), "the roots are causes of the outcomes or of conditions that stay")
}

fn separated(graph: &Bits, separation: &Separation) -> bool {
    graph.mutilated(&separation.cut).separated(mask(&separation.x), mask(&separation.y), mask(&separation.given))
}

/// Whether a separation is the one that turns the condition `node` into an action.
fn is_rule_2(separation: &Separation, y: Set, x: Set, z: Set, node: Set) -> Result<(), String> {
    let sides = (mask(&separation.x), mask(&separation.y));
    let holds = (sides == (y, node) || sides == (node, y))
        && mask(&separation.given) == x | z & !node
        && mask(&separation.cut.no_incoming) == x
        && mask(&separation.cut.no_outgoing) == node;
    if holds { Ok(()) } else { Err(format!("not rule 2's separation: {separation:?}")) }
}

fn is_c_forest(graph: &Bits, forest: &Subgraph, root: Set) -> Result<(), &'static str> {
    let nodes = mask(&forest.nodes);
    if root == 0 || !subset(root, nodes) {
        return Err("the roots are nodes of the forest");
    }
    let (mut children, mut siblings) = (vec![0; graph.len], vec![0; graph.len]);
    for &(from, to) in &forest.directed {
        let (from, to) = (from.index(), to.index());
        if graph.children[from] & bit(to) == 0 || !subset(bit(from) | bit(to), nodes) {
            return Err("each directed edge is one of the graph's, among the forest's nodes");
        }
        children[from] |= bit(to);
    }
    for &(a, b) in &forest.bidirected {
        let (a, b) = (a.index(), b.index());
        if graph.siblings[a] & bit(b) == 0 || !subset(bit(a) | bit(b), nodes) {
            return Err("each bidirected edge is one of the graph's, among the forest's nodes");
        }
        siblings[a] |= bit(b);
        siblings[b] |= bit(a);
    }
    // The graph has no directed cycle, so a node with a child has a root below it.
    let one_child = |i: usize| children[i].count_ones() == u32::from(root & bit(i) == 0);
    if !members(nodes).all(one_child) {
        return Err("each node has one child, a root none");
    }
    let joined = Bits { siblings, ..graph.clone() };
    if joined.is_one_district(nodes) { Ok(()) } else { Err("bidirected edges join all nodes") }
}

/// Whether a path is one of the cut graph, from `x` to `y`, and open.
pub fn is_open(graph: &Bits, separation: &Separation, path: &OpenPath) -> Result<(), String> {
    let say = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("{what}: {path:?}")) };
    let cut = graph.mutilated(&separation.cut);
    let given = mask(&separation.given);
    let nodes: Vec<usize> = path.steps.iter().map(|step| step.node.index()).collect();
    let ends = nodes.first().zip(nodes.last()).map_or((0, 0), |(&a, &b)| (bit(a), bit(b)));
    let (x, y) = (mask(&separation.x), mask(&separation.y));
    say(ends.0 & x != 0 && ends.1 & y != 0, "the path leads from one side to the other")?;
    let distinct = nodes.iter().fold(0, |set, &i| set | bit(i)).count_ones() as usize == nodes.len();
    say(distinct, "no node twice")?;
    let edge = |from: usize, kind: EdgeKind, to: usize| match kind {
        EdgeKind::Forward => cut.children[from] & bit(to) != 0,
        EdgeKind::Backward => cut.parents[from] & bit(to) != 0,
        EdgeKind::Bidirected => cut.siblings[from] & bit(to) != 0,
    };
    let mut kinds = Vec::new();
    for pair in path.steps.windows(2) {
        let kind = pair[0].edge.ok_or("an edge is missing")?;
        say(edge(pair[0].node.index(), kind, pair[1].node.index()), "an edge is none of the graph's")?;
        kinds.push(kind);
    }
    say(path.steps.last().is_some_and(|step| step.edge.is_none()), "no edge leaves the last node")?;
    for (at, step) in path.steps.iter().enumerate() {
        let inside = at > 0 && at + 1 < path.steps.len();
        let collider = inside && kinds[at - 1].into_second() && kinds[at].into_first();
        say(collider == step.is_collider(), "colliders say what opens them, and only they")?;
        if collider {
            let opened: Vec<usize> = step.opened_by.iter().map(|node: &Node| node.index()).collect();
            let from_it = opened.first() == Some(&nodes[at]);
            let arrows = opened.windows(2).all(|pair| edge(pair[0], EdgeKind::Forward, pair[1]));
            let to_given = opened.last().is_some_and(|&end| given & bit(end) != 0);
            say(from_it && arrows && to_given, "a directed path opens each collider")?;
        } else if inside {
            say(given & bit(nodes[at]) == 0, "no node between the ends that is no collider is given")?;
        }
    }
    Ok(())
}
