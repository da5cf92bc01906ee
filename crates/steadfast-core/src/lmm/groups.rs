//! Groups of rows that may divide what the model holds together, for sandwiches over raters of shared children.

use super::fit::LmmFit;
use super::mixed_equations::MixedEquations;
use crate::design::Grouping;
use crate::error::{Error, Result};
use crate::inference::GroupShare;
use crate::likelihood::LONGEST_DENSE;
use crate::linalg;

impl LmmFit {
    /// Calls `look` with every group of `grouping` that has rows, in the order of its levels.
    ///
    /// # Errors
    /// `clusters_split` where residuals are correlated, `missing_cluster` when a row has no group, `cluster_too_large`.
    pub(super) fn each_group(&self, grouping: &Grouping, look: &mut dyn FnMut(&GroupShare<'_>)) -> Result<()> {
        if self.has_correlated_residuals() {
            let message = format!("`{}` divides rows whose residuals are correlated", grouping.name);
            return Err(Error::usage("clusters_split", message));
        }
        let equations = self.mixed_equations()?;
        let members = self.members(grouping, equations.order())?;
        // Row after row, as the kernels want it.
        let root = self.root_inside()?.transpose();
        for places in members.iter().filter(|places| !places.is_empty()) {
            let group = Group::new(&equations, places, root.as_slice())?;
            let rows: Vec<u32> = places.iter().map(|&place| self.design.rows[place]).collect();
            look(&GroupShare {
                rows: &rows,
                x: &group.x,
                weights: &group.weights,
                residual: &group.residual,
                factor: &group.factor,
            });
        }
        Ok(())
    }

    /// The places among the rows used of each group, in an order that does not depend on that of the rows.
    fn members(&self, grouping: &Grouping, order: &[usize]) -> Result<Vec<Vec<usize>>> {
        let mut members = vec![Vec::new(); grouping.labels.len()];
        for &place in order {
            let row = self.design.rows[place];
            let code = grouping.codes.get(row as usize).copied().unwrap_or(u32::MAX) as usize;
            let Some(own) = members.get_mut(code) else {
                let name = &grouping.name;
                let message = format!("row {} has no `{name}`, by which the robust covariance is clustered", row + 1);
                return Err(Error::data("missing_cluster", message));
            };
            own.push(place);
        }
        Ok(members)
    }
}

/// See [`GroupShare`].
struct Group {
    x: Vec<f64>,
    weights: Vec<f64>,
    residual: Vec<f64>,
    factor: Vec<f64>,
}

impl Group {
    fn new(equations: &MixedEquations, places: &[usize], root: &[f64]) -> Result<Self> {
        let (rows, m) = (equations.rows(), places.len());
        let p = rows.p;
        if m > LONGEST_DENSE {
            let message =
                format!("a group of {m} rows is too large for a robust covariance of groups that divide others");
            return Err(Error::usage("cluster_too_large", message));
        }
        let mut l = covariance(equations, places);
        if !linalg::factor(&mut l, m) {
            return Err(Error::data("undefined_likelihood", "the covariance of a group is not positive definite"));
        }
        let turn = |own: &[f64], out: &mut [f64]| linalg::multiply(own, root, 1, p, p, out);
        let (mut x, mut inner) = (vec![0.0; m * p], vec![0.0; m * p]);
        let mut residual = Vec::with_capacity(m);
        for (i, &place) in places.iter().enumerate() {
            let span = i * p..(i + 1) * p;
            turn(rows.x(place), &mut x[span.clone()]);
            turn(&equations.unexplained(rows.x(place), rows.loading(place)), &mut inner[span]);
            residual.push(rows.r[place]);
        }
        linalg::solve_lower(&l, m, &mut x, p);
        linalg::solve_lower(&l, m, &mut residual, 1);
        let mut weights = vec![0.0; m * p];
        for (i, line) in weights.chunks_exact_mut(p.max(1)).enumerate() {
            (i..m).for_each(|k| linalg::add_scaled(line, l[k * m + i], &inner[k * p..(k + 1) * p]));
        }
        // Rows were divided by their residual standard deviations.
        for (line, &place) in l.chunks_exact_mut(m.max(1)).zip(places) {
            line.iter_mut().for_each(|value| *value *= rows.scale[place]);
        }
        Ok(Self { x, weights, residual, factor: l })
    }
}

/// I + UU' of the rows at `places`, m × m.
fn covariance(equations: &MixedEquations, places: &[usize]) -> Vec<f64> {
    let (rows, m) = (equations.rows(), places.len());
    let mut entries = Vec::new();
    for (i, &place) in places.iter().enumerate() {
        rows.for_each_entry(rows.loading(place), |effect, value| entries.push((effect, i, value)));
    }
    entries.sort_unstable_by_key(|(effect, i, _)| (*effect, *i));
    let mut v = vec![0.0; m * m];
    (0..m).for_each(|i| v[i * m + i] = 1.0);
    for own in entries.chunk_by(|a, b| a.0 == b.0) {
        for &(_, i, left) in own {
            own.iter().for_each(|&(_, j, right)| v[i * m + j] += left * right);
        }
    }
    v
}

#[cfg(test)]
mod tests;
