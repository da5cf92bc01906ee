//! Leverage and Cook's distance of single rows in a mixed model.

use serde::{Deserialize, Serialize};

use super::fit::LmmFit;
use crate::error::Result;

/// The pull of each row on its own fitted value, one entry for each row that entered the model, in the order of the
/// frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leverage {
    /// The rows of the frame, ascending, the first being 0.
    pub rows: Vec<u32>,
    /// h_i = ∂ŷ_i/∂y_i for ŷ = Xβ̂ + Zb̂ with the covariance parameters held, between 0 and 1. Their sum is the effective
    /// number of parameters of the fitted values.
    pub leverage: Vec<f64>,
    /// D_i = (e_i/(1 − h_i))² h_i / (R_ii p), e = y − ŷ; none where a row fits itself (h_i = 1) or p is 0.
    pub cook_distance: Vec<Option<f64>>,
}

/// Leverages this close to 1 leave no digit of the residual.
const OWN_FIT: f64 = 1e-12;

impl LmmFit {
    /// The leverages and Cook's distances of the rows: lme4's `hatvalues` and `cooks.distance`.
    ///
    /// h_i = u_i'M⁻¹u_i + |C'(x_i − E'u_i)|², what the random effects and the fixed effects beside them take of row i: the
    /// diagonal of I − RP with P = V⁻¹ − V⁻¹XΦX'V⁻¹, without a matrix of n × n.
    ///
    /// Cook's distance is the formula of lme4, which carries the one of least squares over to h_i: it measures how far the
    /// fitted values move, in units of p R_ii. What leaving rows out does to β̂ is [`LmmFit::influence`] and
    /// [`LmmFit::influence_of`].
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Lmm};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::float("y", vec![1.0, 2.0, 5.0, 6.0, 3.0, 4.0]),
    ///     Column::factor("g", ["a", "a", "b", "b", "c", "c"]),
    /// ])?;
    /// let found = Lmm::new("y ~ 1 + (1 | g)".parse()?).fit(&frame)?.leverage()?;
    /// // Of a group mean's weight ½ the shrinkage 3.75/4 comes from the group, the rest from the mean of all six rows.
    /// assert!((found.leverage[0] - (0.5 * 0.9375 + (1.0 - 0.9375) / 6.0)).abs() < 1e-8);
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// `structured_residuals` where residuals are correlated; `too_many_effects` where groups connect more than 10,000.
    ///
    /// # Source
    /// Demidenko and Stukel 2005, Statistics in Medicine 24, 893; Hodges and Sargent 2001, Biometrika 88, 367
    /// (their sum); Cook 1977, Technometrics 19, 15.
    pub fn leverage(&self) -> Result<Leverage> {
        let equations = self.mixed_equations()?;
        let rows = equations.rows();
        let (mut leverage, mut cook_distance) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for i in 0..rows.len() {
            let h = equations.leverage(i);
            let apart = equations.residual(i) / (1.0 - h);
            leverage.push(h);
            cook_distance.push((1.0 - h > OWN_FIT && rows.p > 0).then(|| apart * apart * h / rows.p as f64));
        }
        Ok(Leverage { rows: self.design.rows.to_vec(), leverage, cook_distance })
    }
}

#[cfg(test)]
mod tests;
