//! Kenward and Roger's adjusted covariance, with the F approximation that goes with it.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::satterthwaite::dof_of_row;
use super::{DfMethod, Information, SecondOrder};
use crate::error::{Error, Result};
use crate::inference::{DfRule, Inference, Marginal, Reference};

/// The adjusted covariance Φ_A = Φ + 2Φ{Σ W_kl(Q_kl − P_kΦP_l − ¼R_kl)}Φ and a scaled F with matched moments.
///
/// # Source
/// Kenward and Roger 1997, eqs 1–7; W is the inverse of the information about the natural parameters (variances,
/// covariances, correlations).
#[derive(Debug, Clone, Copy, Default)]
pub struct KenwardRoger {
    /// Expected (pbkrtest, the original paper) or observed (SAS) information.
    pub information: Information,
    /// Whether R_kl is kept. It is zero, so that nothing changes, where V is linear in the natural parameters: random
    /// effects, and unstructured or compound symmetric residuals.
    pub second_order: SecondOrder,
}

#[derive(Debug)]
struct Rule {
    vcov: DMatrix<f64>,
    slopes: Vec<DMatrix<f64>>,
    natural_covariance: DMatrix<f64>,
}

impl KenwardRoger {
    fn vcov_name(&self) -> &'static str {
        match self.second_order {
            SecondOrder::Kept => "kenward-roger",
            SecondOrder::Mmrm => "kenward-roger-mmrm",
            SecondOrder::Dropped => "kenward-roger-linear",
        }
    }
}

impl DfMethod for KenwardRoger {
    fn name(&self) -> &'static str {
        match (self.information, self.second_order) {
            (Information::Expected, SecondOrder::Kept) => "kenward-roger",
            (Information::Observed, SecondOrder::Kept) => "kenward-roger-observed",
            (Information::Observed, SecondOrder::Mmrm) => "kenward-roger-mmrm",
            (Information::Expected, SecondOrder::Mmrm) => "kenward-roger-mmrm-expected",
            (Information::Observed, SecondOrder::Dropped) => "kenward-roger-linear",
            (Information::Expected, SecondOrder::Dropped) => "kenward-roger-linear-expected",
        }
    }

    fn description(&self) -> String {
        let without = match self.second_order {
            SecondOrder::Kept => "",
            SecondOrder::Mmrm => ", second derivatives in the parameters of the R package mmrm",
            SecondOrder::Dropped => ", without second derivatives of the covariance",
        };
        let information = self.information.word();
        format!("Kenward–Roger adjusted covariance and degrees of freedom, {information} information{without}")
    }

    fn infer(&self, marginal: &dyn Marginal) -> Result<Inference> {
        if !marginal.is_reml() {
            return Err(Error::usage(
                "method_does_not_apply",
                "Kenward–Roger is derived for REML; fit by REML or choose another df method",
            ));
        }
        let natural_covariance = marginal.natural_covariance(self.information)?;
        let adjustment = marginal.kenward_roger_adjustment(self.information, self.second_order)?;
        let rule = Rule { vcov: marginal.vcov().clone(), slopes: marginal.vcov_slopes()?, natural_covariance };
        let inference = Inference::new(self.name(), marginal, marginal.vcov() + adjustment, Arc::new(rule));
        Ok(inference.with_vcov_method(self.vcov_name()).with_cautions(self.information.cautions(marginal)))
    }
}

impl DfRule for Rule {
    fn row(&self, row: &DVector<f64>) -> Reference {
        // With one row A₁ = A₂ = g'Wg/(l'Φl)² and the approximation is Satterthwaite's with W: ν = 2/A₂, scale 1.
        Reference { scale: 1.0, dof: dof_of_row(row, &self.vcov, &self.slopes, &self.natural_covariance) }
    }

    fn rows(&self, contrast: &DMatrix<f64>) -> Reference {
        let (a1, a2) = self.moments(contrast);
        moment_match(a1, a2, contrast.ncols() as f64)
    }
}

impl Rule {
    /// A₁ and A₂ of Kenward and Roger 1997, p. 986.
    fn moments(&self, contrast: &DMatrix<f64>) -> (f64, f64) {
        let inner = contrast.transpose() * &self.vcov * contrast;
        let Some(inverse) = inner.try_inverse() else { return (f64::NAN, f64::NAN) };
        // tr(ΘP_i …) with Θ = L(L'ΦL)⁻¹L', in matrices of the hypothesis' order.
        let reduced = |slope: &DMatrix<f64>| &inverse * contrast.transpose() * slope * contrast;
        let products: Vec<DMatrix<f64>> = self.slopes.iter().map(reduced).collect();
        let (mut a1, mut a2) = (0.0, 0.0);
        for (i, left) in products.iter().enumerate() {
            for (j, right) in products.iter().enumerate() {
                let w = self.natural_covariance[(i, j)];
                a1 += w * left.trace() * right.trace();
                a2 += w * left.component_mul(&right.transpose()).sum();
            }
        }
        (a1, a2)
    }
}

/// λ and m of Kenward and Roger 1997, eqs 5–7, for a hypothesis of rank ℓ.
fn moment_match(a1: f64, a2: f64, l: f64) -> Reference {
    if a2 == 0.0 {
        return Reference { scale: 1.0, dof: f64::INFINITY };
    }
    let b = (a1 + 6.0 * a2) / (2.0 * l);
    let g = ((l + 1.0) * a1 - (l + 4.0) * a2) / ((l + 2.0) * a2);
    let d = 3.0 * l + 2.0 * (1.0 - g);
    let (c1, c2, c3) = (g / d, (l - g) / d, (l + 2.0 - g) / d);
    // V*/(2E*²) with E* = 1/(1 − A₂/ℓ): written so that E* itself, which may be infinite, does not appear.
    let shrunk = 1.0 - a2 / l;
    let v0 = 1.0 + c1 * b;
    let v1 = 1.0 - c2 * b;
    let v2 = 1.0 - c3 * b;
    let ratio = if shrunk.abs() < 1e-10 && v1.abs() < 1e-10 { 1.0 } else { shrunk / v1 };
    let rho = ratio * ratio * v0 / v2 / l;
    let dof = 4.0 + (l + 2.0) / (l * rho - 1.0);
    let scale = if (dof - 2.0).abs() < 1e-2 { 1.0 } else { dof * shrunk / (dof - 2.0) };
    Reference { scale, dof }
}
