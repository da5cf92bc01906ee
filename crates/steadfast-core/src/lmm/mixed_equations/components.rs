//! Effects that the rows connect, directly or through others.

use super::Loading;
use super::rows::Rows;

/// The connected components of the random effects.
#[derive(Debug)]
pub(in crate::lmm) struct Components {
    /// The effects of each component, ascending.
    pub(in crate::lmm) members: Vec<Vec<u32>>,
    /// The component of each effect and its place there.
    places: Vec<(u32, u32)>,
    /// q of each term.
    widths: Vec<usize>,
}

impl Components {
    pub(super) fn of(rows: &Rows) -> Self {
        let n = rows.sizes.iter().map(|(size, _)| size).sum();
        let mut root: Vec<u32> = (0..n as u32).collect();
        // The effects of a group belong together.
        for (&(size, first), &q) in rows.sizes.iter().zip(&rows.widths) {
            (0..size).for_each(|at| root[first + at] = (first + at / q * q) as u32);
        }
        for i in 0..rows.len() {
            let starts = rows.loading(i).starts;
            for pair in starts.windows(2) {
                let (a, b) = (find(&mut root, pair[0]), find(&mut root, pair[1]));
                root[a.max(b) as usize] = a.min(b);
            }
        }
        let mut number = vec![u32::MAX; n];
        let mut members: Vec<Vec<u32>> = Vec::new();
        let mut places = Vec::with_capacity(n);
        for effect in 0..n as u32 {
            let own = find(&mut root, effect) as usize;
            if number[own] == u32::MAX {
                number[own] = members.len() as u32;
                members.push(Vec::new());
            }
            let component = &mut members[number[own] as usize];
            places.push((number[own], component.len() as u32));
            component.push(effect);
        }
        Self { members, places, widths: rows.widths.clone() }
    }

    pub(super) fn n_effects(&self) -> usize {
        self.places.len()
    }

    /// The component of an effect and its place there.
    pub(in crate::lmm) fn place(&self, effect: usize) -> (usize, usize) {
        let (component, at) = self.places[effect];
        (component as usize, at as usize)
    }

    /// A matrix of zeros for each component.
    pub(super) fn zeros(&self) -> Vec<Vec<f64>> {
        self.members.iter().map(|members| vec![0.0; members.len() * members.len()]).collect()
    }

    /// uu' into the matrix of its component, lower triangle.
    pub(super) fn add_square(&self, u: Loading<'_>, matrices: &mut [Vec<f64>]) {
        let Some(&first) = u.starts.first() else { return };
        let component = self.place(first as usize).0;
        let q = self.members[component].len();
        let starts = u.starts.iter().zip(&self.widths);
        let at: Vec<usize> =
            starts.flat_map(|(&start, &q)| (0..q).map(move |k| start as usize + k)).map(|e| self.place(e).1).collect();
        for (&i, &left) in at.iter().zip(u.values) {
            for (&j, &right) in at.iter().zip(u.values).filter(|(j, _)| **j <= i) {
                matrices[component][i * q + j] += left * right;
            }
        }
    }
}

fn find(root: &mut [u32], mut at: u32) -> u32 {
    while root[at as usize] != at {
        root[at as usize] = root[root[at as usize] as usize];
        at = root[at as usize];
    }
    at
}
