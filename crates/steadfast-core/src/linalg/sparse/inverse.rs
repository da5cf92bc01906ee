//! The inverse: its entries in the structure of the factor, or all of a component.
//!
//! With the columns J of a supernode, its rows R below and Y = L_RJ L_JJ⁻¹, the inverse K obeys
//! K_·J = −K_·R Y for all later rows and K_JJ = (L_JJL_JJ')⁻¹ − Y'K_RJ; and K_RR lies in the structure (Takahashi, Fagan
//! and Chin 1973).

use std::ops::Range;

use super::factor::room;
use super::symbolic::{Supernode, Symbolic};
use crate::linalg::dense::{Kernels, Matrix, MatrixMut, Region, Update};

impl Symbolic {
    /// The entries of A⁻¹ in the structure of its factor, in the same places; square blocks are full.
    pub(crate) fn selected_inverse(&self, kernels: &Kernels, factor: &[f64]) -> Vec<f64> {
        let mut inverse = vec![0.0; factor.len()];
        let (mut known, mut turned, mut product) = (Vec::new(), Vec::new(), Vec::new());
        for own in self.supernodes.iter().rev() {
            let (before, after) = inverse.split_at_mut(own.span().end);
            let panel = &mut before[own.span()];
            let (width, height, below) = (own.width, own.height(), own.below());
            let source = &factor[own.span()];
            if width == 1 {
                self.invert_column(own, source, panel, after, &mut turned);
                continue;
            }
            let square = Matrix::new(source, height, width, width);
            kernels.inverse(square, MatrixMut::new(panel, height, width, width));
            if below == 0 {
                continue;
            }
            turn(kernels, own, source, &mut turned);
            self.gather(own, after, &mut known);
            let (known, y) =
                (Matrix::new(&known[..below * below], below, below, below), Matrix::new(&turned, below, below, width));
            let target = MatrixMut::new(panel, height, height, width).below(width);
            kernels.multiply(Update::Subtract, Region::Full, known, y, target);
            complete(kernels, panel, own, y, &mut product);
        }
        inverse
    }

    /// A supernode of one column: K_R· is read where it stands.
    fn invert_column(&self, own: &Supernode, source: &[f64], column: &mut [f64], after: &[f64], turned: &mut Vec<f64>) {
        let (Some((pivot, rows)), Some((diagonal, inverse))) = (source.split_first(), column.split_first_mut()) else {
            return;
        };
        turned.clear();
        turned.extend(rows.iter().map(|value| value / pivot));
        for run in self.runs(own) {
            let places = self.places(own, run);
            let ancestor = &self.supernodes[run.ancestor];
            let (height, start) = (ancestor.height(), ancestor.panel - own.span().end);
            for (at, j) in run.at.clone().enumerate() {
                let known = &after[start + places[at] as usize * height..][..height];
                inverse[j] -= known[places[at] as usize] * turned[j];
                let (left, right) = (turned[j], &turned[j + 1..]);
                let mut sum = 0.0;
                for ((place, target), y) in places[at + 1..].iter().zip(&mut inverse[j + 1..]).zip(right) {
                    let value = known[*place as usize];
                    *target -= value * left;
                    sum += value * y;
                }
                inverse[j] -= sum;
            }
        }
        *diagonal = 1.0 / (pivot * pivot) - turned.iter().zip(&*inverse).fold(0.0, |sum, (y, k)| sum + y * k);
    }

    /// K_RR of the rows below `own`, full, from the panels behind its own.
    fn gather(&self, own: &Supernode, after: &[f64], known: &mut Vec<f64>) {
        let below = own.below();
        let known = room(known, below * below);
        for run in self.runs(own) {
            let ancestor = &self.supernodes[run.ancestor];
            let (height, start) = (ancestor.height(), ancestor.panel - own.span().end);
            let places = self.places(own, run);
            for (at, column) in run.at.clone().enumerate() {
                let source = &after[start + places[at] as usize * height..][..height];
                let target = &mut known[column * below + column..(column + 1) * below];
                for (value, place) in target.iter_mut().zip(&places[at..]) {
                    *value = source[*place as usize];
                }
            }
        }
        mirror(known, below);
    }

    /// A⁻¹ of the columns of a component, full and symmetric.
    pub(crate) fn component_inverse(&self, kernels: &Kernels, factor: &[f64], component: &Range<usize>) -> Vec<f64> {
        let columns = self.component_columns(component);
        let (start, n) = (columns.start, columns.len());
        let mut inverse = vec![0.0; n * n];
        let (mut turned, mut gathered, mut part) = (Vec::new(), Vec::new(), Vec::new());
        for own in self.supernodes[component.clone()].iter().rev() {
            let (width, height, below) = (own.width, own.height(), own.below());
            let source = &factor[own.span()];
            let (first, later) = (own.first - start, own.first - start + own.width);
            let rest = n - later;
            let ld = width + rest;
            part.clear();
            part.resize(ld * width, 0.0);
            kernels.inverse(Matrix::new(source, height, width, width), MatrixMut::new(&mut part, ld, width, width));
            if below > 0 {
                turn(kernels, own, source, &mut turned);
                gathered.clear();
                for &row in self.rows(own) {
                    gathered.extend_from_slice(&inverse[(row as usize - start) * n + later..][..rest]);
                }
                let (known, y) = (Matrix::new(&gathered, rest, rest, below), Matrix::new(&turned, below, below, width));
                let target = MatrixMut::new(&mut part, ld, ld, width).below(width);
                kernels.multiply(Update::Subtract, Region::Full, known, y, target);
                for j in 0..width {
                    for i in 0..width {
                        let rows = self.rows(own).iter().zip(&turned[i * below..(i + 1) * below]);
                        let at = |row: u32| width + row as usize - start - later;
                        let sum = rows.fold(0.0, |sum, (&row, y)| sum + y * part[j * ld + at(row)]);
                        part[j * ld + i] -= sum;
                    }
                }
            }
            for j in 0..width {
                let column = &part[j * ld..(j + 1) * ld];
                inverse[(first + j) * n + first..(first + j + 1) * n].copy_from_slice(column);
                for (i, value) in column.iter().enumerate() {
                    inverse[(first + i) * n + first + j] = *value;
                }
            }
        }
        inverse
    }
}

/// Y = L_RJ L_JJ⁻¹, below × width.
fn turn(kernels: &Kernels, own: &Supernode, panel: &[f64], turned: &mut Vec<f64>) {
    let (width, below) = (own.width, own.below());
    turned.clear();
    panel.chunks_exact(own.height()).for_each(|column| turned.extend_from_slice(&column[width..]));
    let square = Matrix::new(panel, own.height(), width, width);
    kernels.divide(square, MatrixMut::new(turned, below, below, width));
}

/// K_JJ −= Y'K_RJ.
fn complete(kernels: &Kernels, panel: &mut [f64], own: &Supernode, y: Matrix<'_>, product: &mut Vec<f64>) {
    let (width, height, below) = (own.width, own.height(), own.below());
    product.clear();
    product.resize(width * width, 0.0);
    let known = Matrix::new(panel, height, height, width).block(width, 0, below, width);
    let target = MatrixMut::new(product, width, width, width);
    kernels.multiply(Update::Subtract, Region::Full, y.transpose(), known, target);
    for j in 0..width {
        for i in 0..width {
            // The product is symmetric but for rounding.
            panel[j * height + i] += 0.5 * (product[j * width + i] + product[i * width + j]);
        }
    }
}

/// Copies the lower triangle to the upper.
fn mirror(a: &mut [f64], n: usize) {
    for j in 1..n {
        for i in 0..j {
            a[j * n + i] = a[i * n + j];
        }
    }
}
