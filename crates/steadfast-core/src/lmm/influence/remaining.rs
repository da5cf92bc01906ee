//! The estimating equations of the rows that stay, solved anew: for levels with thousands of rows and effects.
//!
//! With N = I + U'U of those rows, X'V⁻¹X = X'X − (U'X)'N⁻¹U'X, and X'V⁻¹r likewise: one sparse factorisation a level, in the
//! structure that M has.

use nalgebra::{DMatrix, DVector};

use super::deleted::Remainder;
use super::levels::undefined;
use crate::error::Result;
use crate::linalg::add_scaled;
use crate::lmm::mixed_equations::MixedEquations;

impl MixedEquations {
    /// What is left without the rows at `places`. As X'V⁻¹r of all rows is zero, that of D is the opposite of theirs.
    pub(super) fn remaining(&self, places: &[usize]) -> Result<Remainder> {
        let (rows, p) = (self.rows(), self.rows().p);
        let mut leaves = vec![false; rows.len()];
        places.iter().for_each(|&place| leaves[place] = true);
        let kept: Vec<usize> = self.order().iter().copied().filter(|&place| !leaves[place]).collect();
        let (mut square, mut with_r) = (vec![0.0; p * p], vec![0.0; p]);
        for &i in &kept {
            let x = rows.x(i);
            (0..p).for_each(|a| add_scaled(&mut square[a * p..(a + 1) * p], x[a], x));
            add_scaled(&mut with_r, rows.r[i], x);
        }
        let (sums, solved) = self.solve_without(&kept).ok_or_else(undefined)?;
        for ((own, r), explained) in sums.x.chunks_exact(p).zip(&sums.r).zip(solved.chunks_exact(p)) {
            (0..p).for_each(|a| add_scaled(&mut square[a * p..(a + 1) * p], -own[a], explained));
            add_scaled(&mut with_r, -r, explained);
        }
        let root = DMatrix::from_row_slice(p, p, self.root());
        let information = root.transpose() * DMatrix::from_row_slice(p, p, &square) * &root;
        Ok(Remainder {
            leverage: p as f64 - information.trace(),
            equations: -(root.transpose() * DVector::from_vec(with_r)),
            // Symmetric but for rounding, of which the factor reads one triangle.
            information: information.iter().copied().collect(),
        })
    }
}
