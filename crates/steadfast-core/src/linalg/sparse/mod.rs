//! Sparse positive definite matrices: a supernodal Cholesky factor, solutions, and the entries of the inverse that the
//! factor's structure holds.
//!
//! A matrix is given by nodes (a few columns each) and the pairs of nodes that meet. The structure is found once; the
//! numbers then stand in dense panels, one for each supernode, and all arithmetic on them is that of [`super::dense`].

mod factor;
mod inverse;
mod kernels;
mod ordering;
mod solve;
mod symbolic;
#[cfg(test)]
mod tests;

pub(crate) use symbolic::Symbolic;
