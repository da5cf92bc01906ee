//! Effects that the rows connect, directly or through others, and M by its sparse factor.

use std::ops::Range;

use super::Loading;
use super::rows::Rows;
use crate::linalg::dense::Kernels;
use crate::linalg::sparse::Symbolic;
use crate::parallel::Threads;

/// The connected components of the random effects, and the structure of M.
#[derive(Debug)]
pub(in crate::lmm) struct Components {
    /// The effects of each component, in the order of its columns of M.
    pub(in crate::lmm) members: Vec<Vec<u32>>,
    /// The component of each effect and its place there.
    places: Vec<(u32, u32)>,
    /// The column of M of each effect.
    columns: Vec<u32>,
    /// q of each term.
    widths: Vec<usize>,
    structure: Symbolic,
    kernels: Kernels,
}

impl Components {
    pub(super) fn of(rows: &Rows) -> Self {
        let nodes = Nodes::of(rows);
        let structure = Symbolic::new(&nodes.widths, nodes.adjacency(rows), nodes.largest_term(rows));
        let n = structure.n;
        let columns: Vec<u32> = (0..n)
            .map(|effect| (structure.position[nodes.of[effect] as usize] + nodes.inside(effect)) as u32)
            .collect();
        let mut effect_at = vec![0; n];
        columns.iter().enumerate().for_each(|(effect, &column)| effect_at[column as usize] = effect as u32);
        let (mut members, mut places) = (Vec::with_capacity(structure.components.len()), vec![(0, 0); n]);
        for (number, component) in structure.components.iter().enumerate() {
            let own = effect_at[structure.component_columns(component)].to_vec();
            own.iter().enumerate().for_each(|(at, &effect)| places[effect as usize] = (number as u32, at as u32));
            members.push(own);
        }
        Self {
            members,
            places,
            columns,
            widths: rows.widths.clone(),
            structure,
            kernels: Kernels::new(Threads::new(1)),
        }
    }

    pub(super) fn n_effects(&self) -> usize {
        self.places.len()
    }

    /// The component of an effect and its place there.
    pub(in crate::lmm) fn place(&self, effect: usize) -> (usize, usize) {
        let (component, at) = self.places[effect];
        (component as usize, at as usize)
    }

    /// The identity, as the panels of the structure.
    pub(super) fn identity(&self) -> Vec<f64> {
        let mut panels = vec![0.0; self.structure.panel_len()];
        for &column in &self.columns {
            let (at, _) = self.structure.place(column as usize, column as usize);
            panels[at] = 1.0;
        }
        panels
    }

    /// Adds uu' to the panels.
    pub(super) fn add_square(&self, u: Loading<'_>, panels: &mut [f64]) {
        let blocks = || {
            let mut first = 0;
            u.starts.iter().zip(&self.widths).map(move |(&start, &q)| {
                let values = &u.values[first..first + q];
                first += q;
                (self.columns[start as usize] as usize, values)
            })
        };
        for (row, left) in blocks() {
            for (column, right) in blocks().filter(|(column, _)| *column <= row) {
                let (at, next) = self.structure.place(row, column);
                for (j, y) in right.iter().enumerate() {
                    left.iter().enumerate().for_each(|(i, x)| panels[at + j * next + i] += x * y);
                }
            }
        }
    }

    /// M⁻¹ of each component from the panels of M; none where M is not positive definite.
    pub(super) fn inverses(&self, mut panels: Vec<f64>) -> Option<Vec<Vec<f64>>> {
        if !self.structure.factor(&self.kernels, &mut panels) {
            return None;
        }
        let inverse = |component| self.structure.component_inverse(&self.kernels, &panels, component);
        Some(self.structure.components.iter().map(inverse).collect())
    }
}

/// A node for each group of each term: the effects that a row has together.
struct Nodes {
    /// The node of each effect.
    of: Vec<u32>,
    /// The first effect of each node.
    first: Vec<u32>,
    /// The effects of each node.
    widths: Vec<u32>,
}

impl Nodes {
    fn of(rows: &Rows) -> Self {
        let mut nodes = Self { of: Vec::new(), first: Vec::new(), widths: Vec::new() };
        for (&(size, first), &q) in rows.sizes.iter().zip(&rows.widths) {
            for group in 0..size / q.max(1) {
                nodes.of.extend(std::iter::repeat_n(nodes.widths.len() as u32, q));
                nodes.first.push((first + group * q) as u32);
                nodes.widths.push(q as u32);
            }
        }
        nodes
    }

    /// The place of an effect in its node.
    fn inside(&self, effect: usize) -> usize {
        effect - self.first[self.of[effect] as usize] as usize
    }

    /// The nodes of the term with most effects.
    fn largest_term(&self, rows: &Rows) -> Range<u32> {
        let (mut largest, mut most, mut start) = (0..0, 0, 0);
        for (&(size, _), &q) in rows.sizes.iter().zip(&rows.widths) {
            let end = start + (size / q.max(1)) as u32;
            if size > most {
                (largest, most) = (start..end, size);
            }
            start = end;
        }
        largest
    }

    /// The nodes that each node meets in a row.
    fn adjacency(&self, rows: &Rows) -> Vec<Vec<u32>> {
        let mut met: Vec<Vec<u32>> = vec![Vec::new(); self.widths.len()];
        for i in 0..rows.len() {
            let starts = rows.loading(i).starts;
            for (a, &start) in starts.iter().enumerate() {
                for &other in &starts[..a] {
                    let (one, two) = (self.of[start as usize], self.of[other as usize]);
                    met[one as usize].push(two);
                    met[two as usize].push(one);
                }
            }
        }
        for own in &mut met {
            own.sort_unstable();
            own.dedup();
        }
        met
    }
}
