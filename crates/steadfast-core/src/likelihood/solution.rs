//! What an engine says at one φ, whatever engine it is; in the engine's units.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::crossed::Factored;

/// The generalised least-squares solution at one φ.
#[derive(Debug, Clone)]
pub(crate) struct Solution {
    /// −2 log-likelihood of the data in their own units.
    pub(crate) value: f64,
    /// β̃ − what was subtracted, length p.
    pub(crate) beta: DVector<f64>,
    /// Φ̃ = (X̃'V⁻¹X̃)⁻¹, p × p.
    pub(crate) vcov: DMatrix<f64>,
    /// What the engine keeps for derivatives at the same φ.
    pub(super) workspace: Workspace,
}

/// What an engine keeps of an evaluation.
#[derive(Debug, Clone)]
pub(super) enum Workspace {
    /// V⁻¹ of the signatures of each piece, one after the other.
    Inverses(Vec<Vec<f64>>),
    /// The factor in the space of the effects.
    Factored(Arc<Factored>),
}

impl Solution {
    /// V⁻¹ of the signatures of a piece.
    pub(super) fn inverses(&self, piece: usize) -> &[f64] {
        match &self.workspace {
            Workspace::Inverses(inverses) => &inverses[piece],
            Workspace::Factored(_) => &[],
        }
    }
}

/// Which Hessian is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hessian {
    /// Every term.
    Exact,
    /// What is enough to iterate with.
    Leading,
}

/// −2 log-likelihood with its derivatives in φ.
#[derive(Debug, Clone)]
pub(crate) struct Derivatives {
    pub(crate) value: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) hessian: DMatrix<f64>,
}
