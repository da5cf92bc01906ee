//! Products with Z'Z, with Λ, and with F'Z'V₀⁻¹ZF, for columns over all effects (rows of `columns` numbers).

use super::frame::Frame;
use super::{Crossed, Factored};
use crate::linalg::add_scaled;

impl Crossed {
    /// Z'Z c.
    pub(super) fn multiply_zz(&self, c: &[f64], columns: usize) -> Vec<f64> {
        let mut out = vec![0.0; c.len()];
        for entry in &self.entries {
            let (rows, cols) = (self.levels.orders[entry.terms.0 as usize], self.levels.orders[entry.terms.1 as usize]);
            let block = &self.zz[entry.data..entry.data + rows * cols];
            let (row, column) = (entry.at.0 as usize, entry.at.1 as usize);
            for (i, line) in block.chunks_exact(cols).enumerate() {
                let target = (row + i) * columns;
                for (j, &value) in line.iter().enumerate() {
                    let source = (column + j) * columns;
                    add_scaled(&mut out[target..target + columns], value, &c[source..source + columns]);
                    if row != column {
                        add_scaled(&mut out[source..source + columns], value, &c[target..target + columns]);
                    }
                }
            }
        }
        out
    }

    /// Λ x.
    pub(super) fn scale(&self, frames: &[Frame], x: &[f64], columns: usize) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        for node in &self.levels.nodes {
            let frame = &frames[node.term];
            let span = node.position * columns..(node.position + frame.q) * columns;
            frame.scale(&x[span.clone()], columns, &mut out[span]);
        }
        out
    }

    /// x ← Λ'x.
    pub(super) fn scale_transposed(&self, frames: &[Frame], x: &mut [f64], columns: usize) {
        for node in &self.levels.nodes {
            let frame = &frames[node.term];
            frame.scale_transposed(&mut x[node.position * columns..(node.position + frame.q) * columns], columns);
        }
    }

    /// Replaces the rows of weak terms in `x` by those of `plain` − Z'ZΛ x: from u_a and Z'a to F'Z'V₀⁻¹a.
    pub(super) fn replace_weak(&self, frames: &[Frame], plain: &[f64], x: &mut [f64], columns: usize) {
        if frames.iter().all(Frame::is_strong) {
            return;
        }
        let explained = self.multiply_zz(&self.scale(frames, x, columns), columns);
        for node in self.levels.nodes.iter().filter(|node| !frames[node.term].is_strong()) {
            for at in node.position * columns..(node.position + frames[node.term].q) * columns {
                x[at] = plain[at] - explained[at];
            }
        }
    }

    /// F'Z'V₀⁻¹ZF x.
    pub(super) fn apply(&self, factored: &Factored, x: &[f64], columns: usize) -> Vec<f64> {
        let frames = &factored.frames;
        if frames.iter().all(Frame::is_strong) {
            let mut solved = x.to_vec();
            self.symbolic.solve(&factored.panels, &mut solved, columns);
            return x.iter().zip(&solved).map(|(x, solved)| x - solved).collect();
        }
        let mut effects = self.scale(frames, x, columns);
        for node in self.levels.nodes.iter().filter(|node| !frames[node.term].is_strong()) {
            let span = node.position * columns..(node.position + frames[node.term].q) * columns;
            effects[span.clone()].copy_from_slice(&x[span]);
        }
        let plain = self.multiply_zz(&effects, columns);
        let mut solved = plain.clone();
        self.scale_transposed(frames, &mut solved, columns);
        self.symbolic.solve(&factored.panels, &mut solved, columns);
        self.replace_weak(frames, &plain, &mut solved, columns);
        solved
    }
}
