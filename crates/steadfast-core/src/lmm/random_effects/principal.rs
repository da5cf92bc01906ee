//! Principal components of the random effects: how many dimensions the data support.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::inference::eigen;
use crate::lmm::fit::{LmmFit, RandomCovariance, ResidualCovariance};

/// The principal components of the random effects of one grouping factor, the largest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PrincipalComponents {
    /// The grouping factor, such as `Subject`.
    pub group: String,
    /// The effects' names, q of them: of all terms with this factor, in the order of the formula.
    pub names: Vec<String>,
    /// √λ_j of G = Σ λ_j u_j u_j', in units of the outcome, length q; exactly 0 beyond the rank of G.
    pub std_devs: Vec<f64>,
    /// √λ_j / σ, the singular values of the relative covariance factor; none where residuals have no single σ.
    pub relative: Option<Vec<f64>>,
    /// λ_j / Σ λ, length q; all 0 where every variance is 0.
    pub shares: Vec<f64>,
    /// u_j, q × q: a row an effect, a column a component. The largest entry of each is positive.
    pub loadings: Vec<Vec<f64>>,
}

impl LmmFit {
    /// The principal components of the random effects of each grouping factor, as lme4's `rePCA`.
    ///
    /// Shares depend on the units of the covariates, as those of every principal component analysis do; which components
    /// are exactly 0 does not.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let components = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.principal_components()?;
    /// // σ²_b = 3.75 and σ² = 0.5.
    /// assert!((components[0].relative.as_ref().unwrap()[0] - 7.5_f64.sqrt()).abs() < 1e-8);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `no_eigenvalues` when a covariance matrix has none.
    ///
    /// # Source
    /// Bates, Kliegl, Vasishth and Baayen 2015, arXiv:1506.04967.
    pub fn principal_components(&self) -> Result<Vec<PrincipalComponents>> {
        let sigma = match self.covariance().residual {
            ResidualCovariance::Independent { sigma } => Some(sigma),
            ResidualCovariance::Structured { .. } => None,
        };
        let mut groups: Vec<&str> = Vec::new();
        for term in &self.covariance().random {
            if !groups.contains(&term.group.as_str()) {
                groups.push(&term.group);
            }
        }
        groups.into_iter().map(|group| self.components_of(group, sigma)).collect()
    }

    fn components_of(&self, group: &str, sigma: Option<f64>) -> Result<PrincipalComponents> {
        let terms: Vec<&RandomCovariance> =
            self.covariance().random.iter().filter(|term| term.group == group).collect();
        let q = terms.iter().map(|term| term.names.len()).sum();
        let (mut components, mut first) = (Vec::with_capacity(q), 0);
        for term in &terms {
            components.extend(of_term(term, first, q)?);
            first += term.names.len();
        }
        components.sort_by(|a: &(f64, Vec<f64>), b| b.0.total_cmp(&a.0));
        let total: f64 = components.iter().map(|(value, _)| value).sum();
        let std_devs: Vec<f64> = components.iter().map(|(value, _)| value.sqrt()).collect();
        Ok(PrincipalComponents {
            group: group.to_owned(),
            names: terms.iter().flat_map(|term| term.names.clone()).collect(),
            relative: sigma.map(|sigma| std_devs.iter().map(|sd| sd / sigma).collect()),
            shares: components.iter().map(|(value, _)| if total > 0.0 { value / total } else { 0.0 }).collect(),
            loadings: (0..q).map(|effect| components.iter().map(|(_, vector)| vector[effect]).collect()).collect(),
            std_devs,
        })
    }
}

/// The eigenvalues of one term's G, each with its eigenvector among `q` effects of which the term's start at `first`.
fn of_term(term: &RandomCovariance, first: usize, q: usize) -> Result<Vec<(f64, Vec<f64>)>> {
    let own = term.names.len();
    let eigen = eigen(DMatrix::from_fn(own, own, |i, j| term.covariance[i.max(j)][i.min(j)]))?;
    let mut order: Vec<usize> = (0..own).collect();
    order.sort_by(|&a, &b| eigen.eigenvalues[b].total_cmp(&eigen.eigenvalues[a]));
    let component = |(place, &at): (usize, &usize)| {
        let vector = eigen.eigenvectors.column(at);
        let largest = vector.iter().fold(0.0_f64, |largest, v| if v.abs() > largest.abs() { *v } else { largest });
        let mut among = vec![0.0; q];
        vector.iter().enumerate().for_each(|(i, v)| among[first + i] = v * largest.signum());
        // Beyond the rank only rounding is left.
        (if place < term.rank { eigen.eigenvalues[at].max(0.0) } else { 0.0 }, among)
    };
    Ok(order.iter().enumerate().map(component).collect())
}
