//! The structure of the factor: supernodes, their rows, and where the update of one falls in its ancestors.

use std::ops::Range;

use super::ordering::{Elimination, minimum_degree};

/// Columns that share their rows below the diagonal, stored as one dense panel.
#[derive(Debug, Clone)]
pub(crate) struct Supernode {
    /// The first column.
    pub(super) first: usize,
    /// The number of columns.
    pub(super) width: usize,
    /// The rows below, among all rows of the structure.
    rows: Range<usize>,
    /// Where its panel starts: (width + rows) × width numbers, column after column.
    pub(super) panel: usize,
    /// The runs of its rows by the ancestor that they belong to, among all runs.
    runs: Range<usize>,
}

impl Supernode {
    /// The number of rows below the diagonal block.
    pub(super) fn below(&self) -> usize {
        self.rows.len()
    }

    /// The leading dimension of the panel.
    pub(super) fn height(&self) -> usize {
        self.width + self.below()
    }

    /// The numbers of its panel.
    pub(super) fn span(&self) -> Range<usize> {
        self.panel..self.panel + self.height() * self.width
    }
}

/// Rows of a supernode that are columns of one ancestor.
#[derive(Debug, Clone)]
pub(super) struct Run {
    /// The ancestor.
    pub(super) ancestor: usize,
    /// The rows, as places among the rows below.
    pub(super) at: Range<usize>,
    /// Where in the ancestor's panel the rows from `at.start` on stand, among all places.
    places: usize,
}

/// The structure of a factor, for any numbers in the same places.
#[derive(Debug, Clone)]
pub(crate) struct Symbolic {
    /// The order of the matrix.
    pub(crate) n: usize,
    /// For each node its first row.
    pub(crate) position: Vec<usize>,
    pub(super) supernodes: Vec<Supernode>,
    rows: Vec<u32>,
    runs: Vec<Run>,
    places: Vec<u32>,
    /// The supernode of each column.
    supernode_of: Vec<u32>,
    /// The supernodes of each connected component.
    pub(crate) components: Vec<Range<usize>>,
}

/// Supernodes before their columns have places: nodes in the order of elimination.
struct Tree {
    columns: Vec<Vec<u32>>,
    below: Vec<Vec<u32>>,
    width: Vec<u64>,
    below_width: Vec<u64>,
    children: Vec<Vec<u32>>,
    roots: Vec<u32>,
}

/// What a supernode costs to factor and to invert: multiplications, the scatter of its update, and its handling.
fn cost(width: u64, below: u64) -> u64 {
    width * (width * width / 3 + width * below + below * below) + 12 * below * below + 4000
}

impl Tree {
    fn new(widths: &[u32], elimination: Elimination) -> Self {
        let n = widths.len();
        let Elimination { mut order, mut below, tail } = elimination;
        let total = |nodes: &[u32]| nodes.iter().map(|&i| u64::from(widths[i as usize])).sum::<u64>();
        let mut columns: Vec<Vec<u32>> = order.iter().map(|&node| vec![node]).collect();
        // The place of each node in the order; the tail is one supernode.
        let mut place = vec![order.len() as u32; n];
        order.drain(..).enumerate().for_each(|(at, node)| place[node as usize] = at as u32);
        if !tail.is_empty() {
            columns.push(tail);
            below.push(Vec::new());
        }
        let mut children = vec![Vec::new(); columns.len()];
        let mut roots = Vec::new();
        for (at, touched) in below.iter().enumerate() {
            match touched.iter().map(|&node| place[node as usize]).min() {
                Some(parent) => children[parent as usize].push(at as u32),
                None => roots.push(at as u32),
            }
        }
        let width = columns.iter().map(|own| total(own)).collect();
        let below_width = below.iter().map(|own| total(own)).collect();
        Self { columns, below, width, below_width, children, roots }
    }

    /// Takes children into their parents wherever that costs less than handling both.
    fn amalgamate(&mut self) {
        for parent in 0..self.columns.len() {
            let mut children = std::mem::take(&mut self.children[parent]);
            children.sort_by_key(|&child| {
                let c = child as usize;
                (self.width[c] * (self.width[parent] + self.below_width[parent] - self.below_width[c]), child)
            });
            let (mut kept, mut taken) = (Vec::new(), Vec::new());
            for child in children {
                let c = child as usize;
                let (w, r) = (self.width[parent], self.below_width[parent]);
                let apart = cost(self.width[c], self.below_width[c]) + cost(w, r);
                if cost(self.width[c] + w, r) <= apart {
                    taken.append(&mut self.columns[c]);
                    kept.append(&mut self.children[c]);
                    self.width[parent] += self.width[c];
                } else {
                    kept.push(child);
                }
            }
            taken.append(&mut self.columns[parent]);
            self.columns[parent] = taken;
            self.children[parent] = kept;
        }
    }

    /// The supernodes that are left, children before parents and each component by itself.
    fn postorder(&self) -> (Vec<u32>, Vec<Range<usize>>) {
        let (mut order, mut components) = (Vec::new(), Vec::new());
        for &root in &self.roots {
            let start = order.len();
            let mut stack = vec![(root, 0)];
            while let Some((node, next)) = stack.pop() {
                match self.children[node as usize].get(next) {
                    Some(&child) => stack.extend([(node, next + 1), (child, 0)]),
                    None => order.push(node),
                }
            }
            components.push(start..order.len());
        }
        (order, components)
    }
}

impl Symbolic {
    /// The structure for nodes of `widths` columns each; `adjacency` lists each edge at both of its ends. The nodes
    /// `first`, no two of which meet, are eliminated before all others.
    pub(crate) fn new(widths: &[u32], adjacency: Vec<Vec<u32>>, first: Range<u32>) -> Self {
        let mut tree = Tree::new(widths, minimum_degree(widths, adjacency, first));
        tree.amalgamate();
        let (order, components) = tree.postorder();
        let n = widths.iter().map(|&w| w as usize).sum();
        let mut structure = Self {
            n,
            position: vec![0; widths.len()],
            supernodes: Vec::with_capacity(order.len()),
            rows: Vec::new(),
            runs: Vec::new(),
            places: Vec::new(),
            supernode_of: Vec::with_capacity(n),
            components,
        };
        let mut next = 0;
        for &id in &order {
            for &node in &tree.columns[id as usize] {
                structure.position[node as usize] = next;
                next += widths[node as usize] as usize;
            }
        }
        let (mut first, mut panel) = (0, 0);
        for (at, &id) in order.iter().enumerate() {
            let (width, start) = (tree.width[id as usize] as usize, structure.rows.len());
            for &node in &tree.below[id as usize] {
                let own = structure.position[node as usize] as u32;
                structure.rows.extend(own..own + widths[node as usize]);
            }
            structure.rows[start..].sort_unstable();
            structure.supernode_of.extend(std::iter::repeat_n(at as u32, width));
            let rows = start..structure.rows.len();
            let new = Supernode { first, width, rows, panel, runs: 0..0 };
            first += width;
            panel += new.height() * width;
            structure.supernodes.push(new);
        }
        structure.find_runs();
        structure
    }

    fn find_runs(&mut self) {
        for s in 0..self.supernodes.len() {
            let (start, rows) = (self.runs.len(), &self.rows[self.supernodes[s].rows.clone()]);
            let mut at = 0;
            while at < rows.len() {
                let ancestor = self.supernode_of[rows[at] as usize] as usize;
                let own = &self.supernodes[ancestor];
                let end = at + rows[at..].partition_point(|&row| (row as usize) < own.first + own.width);
                self.runs.push(Run { ancestor, at: at..end, places: self.places.len() });
                self.places.extend(rows[at..end].iter().map(|&row| row - own.first as u32));
                let theirs = &self.rows[own.rows.clone()];
                let mut place = 0;
                for row in &rows[end..] {
                    // The rows of a supernode are rows of its ancestors.
                    place += theirs[place..].partition_point(|other| other < row);
                    self.places.push((own.width + place) as u32);
                }
                at = end;
            }
            self.supernodes[s].runs = start..self.runs.len();
        }
    }

    /// The rows below a supernode's diagonal block.
    pub(super) fn rows(&self, supernode: &Supernode) -> &[u32] {
        &self.rows[supernode.rows.clone()]
    }

    /// The runs of a supernode's rows.
    pub(super) fn runs(&self, supernode: &Supernode) -> &[Run] {
        &self.runs[supernode.runs.clone()]
    }

    /// For the rows of `supernode` from the run's first on, their places in the panel of the run's ancestor.
    pub(super) fn places(&self, supernode: &Supernode, run: &Run) -> &[u32] {
        &self.places[run.places..run.places + supernode.below() - run.at.start]
    }

    /// The numbers that all panels hold: what a factor needs, 8 bytes each.
    pub(crate) fn panel_len(&self) -> usize {
        self.supernodes.last().map_or(0, |last| last.span().end)
    }

    /// The multiplications of one factorisation.
    pub(crate) fn factor_operations(&self) -> f64 {
        let own = |s: &Supernode| {
            let (w, r) = (s.width as f64, s.below() as f64);
            w * (w * w / 6.0 + w * r / 2.0 + r * r / 2.0)
        };
        self.supernodes.iter().map(own).sum()
    }

    /// Where the entry (row, column) stands in the panels, and the distance from one column to the next; `row` and
    /// `column` are first rows of nodes, and `row` is not before `column`.
    pub(crate) fn place(&self, row: usize, column: usize) -> (usize, usize) {
        let own = &self.supernodes[self.supernode_of[column] as usize];
        let inside = if row < own.first + own.width {
            row - own.first
        } else {
            own.width + self.rows(own).partition_point(|&other| (other as usize) < row)
        };
        (own.panel + (column - own.first) * own.height() + inside, own.height())
    }

    /// Where the entry (row, column) stands in the panels, `row` not being before `column`; nothing where the factor has
    /// no such entry.
    pub(crate) fn find(&self, row: usize, column: usize) -> Option<usize> {
        let own = &self.supernodes[self.supernode_of[column] as usize];
        let inside = if row < own.first + own.width {
            row - own.first
        } else {
            own.width + self.rows(own).binary_search(&(row as u32)).ok()?
        };
        Some(own.panel + (column - own.first) * own.height() + inside)
    }

    /// The columns of a component.
    pub(crate) fn component_columns(&self, component: &Range<usize>) -> Range<usize> {
        let last = &self.supernodes[component.end - 1];
        self.supernodes[component.start].first..last.first + last.width
    }
}
