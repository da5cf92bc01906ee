//! The effects of a model as columns of Z: one node for each level of each grouping factor that has rows.

use crate::likelihood::scaled::RandomPart;

/// A level of a term's grouping factor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// The term.
    pub(super) term: usize,
    /// The first of its q columns, in the order of elimination.
    pub(super) position: usize,
}

/// The levels that have rows.
#[derive(Debug)]
pub(super) struct Levels {
    /// The nodes, by term and level.
    pub(super) nodes: Vec<Node>,
    /// For each term and level its node; `ABSENT` where it has no rows.
    of: Vec<Vec<u32>>,
    /// The number of effects a level, by term.
    pub(super) orders: Vec<usize>,
}

const ABSENT: u32 = u32::MAX;

impl Levels {
    /// The levels of `random` that occur in `rows`, not yet placed.
    pub(super) fn new(rows: &[u32], random: &[RandomPart]) -> Self {
        let (mut nodes, mut of) = (Vec::new(), Vec::with_capacity(random.len()));
        for (term, part) in random.iter().enumerate() {
            let mut own = vec![ABSENT; part.group.labels.len()];
            rows.iter().for_each(|&row| own[part.group.codes[row as usize] as usize] = 0);
            for node in own.iter_mut().filter(|node| **node != ABSENT) {
                *node = nodes.len() as u32;
                nodes.push(Node { term, position: 0 });
            }
            of.push(own);
        }
        Self { nodes, of, orders: random.iter().map(|part| part.columns.len()).collect() }
    }

    /// The number of effects of a node.
    pub(super) fn order(&self, node: &Node) -> usize {
        self.orders[node.term]
    }

    /// The node of a level of a term that has rows.
    pub(super) fn node(&self, term: usize, level: u32) -> usize {
        self.of[term][level as usize] as usize
    }

    /// The node of a level of a term, where it has rows.
    pub(super) fn find(&self, term: usize, level: usize) -> Option<&Node> {
        self.nodes.get(self.of[term][level] as usize)
    }
}
